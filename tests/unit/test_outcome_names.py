"""Each outcome has its words wherever the report groups, orders or names it: a new one is missing in none of them."""

from __future__ import annotations

from tidebook.pipelines.report import counts, marks, words
from tidebook.schemas.vocabulary import ASSERTION_OUTCOMES, FIGURE_OUTCOMES, OUTCOMES


def test_each_outcome_has_a_word_and_a_rank_in_the_marked_article() -> None:
    assert {*OUTCOMES, *FIGURE_OUTCOMES} <= words.OUTCOMES.keys()
    assert sorted(marks.WORST_FIRST) == sorted(marks.MARKS)


def test_each_outcome_of_a_claim_is_counted_in_a_group() -> None:
    assert counts.GROUPS.keys() == set(ASSERTION_OUTCOMES)
