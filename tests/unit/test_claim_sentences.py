"""The sentence around a quotation: what contradicts a claim's expression, what is reread, and what is silent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tidebook.pipelines.evaluate.expressions import parse
from tidebook.pipelines.judge.rereading import negated, other_statement, sentence_state, sentence_states, words_digest
from tidebook.pipelines.judge.sentences import Meant, contradiction, countries_in, meant_by
from tidebook.pipelines.read.evidence_tables.series import NO_EVIDENCE

IN_2022 = Meant(years=[(2022, 2022)], taken={"country": frozenset({"gbr"})})
SHOPS = Meant(
    taken={"shops": frozenset({"north"})}, others={"shops": {"north": ["North Gate"], "south": ["South Gate"]}}
)


@pytest.mark.parametrize(
    ("before", "behind", "expected"),
    [
        ("In 2022", "came from wind", ""),
        ("In 2019", "came from wind", "judged for 2022; the sentence says 2019"),
        ("Since 2019", "came from wind", ""),
        ("From 2019 to 2023", "came from wind", ""),
        ("By 2019", "came from wind", "judged for 2022; the sentence says 2019"),
        ("For years", "came from wind", ""),
        ("In 2019 as in 2022", "came from wind", ""),
        ("With an index (2015 = 100),", "came from wind", ""),
        ("In 2015 US dollars", "came from wind", ""),
        ("At 2015 prices", "came from wind", ""),
        ("In pounds of 2015", "came from wind", ""),
        ("In 2015 prices fell and", "came from wind", "judged for 2022; the sentence says 2015"),
        ("It is false that in 2022", "came from wind", "the sentence denies what it quotes"),
        ("It is false that wind is weak: in 2022", "came from it", ""),
    ],
)
def test_a_year_that_is_not_judged_contradicts_unless_the_judged_one_is_said_too(
    before: str, behind: str, expected: str
) -> None:
    assert contradiction(before, "a quarter of it", behind, IN_2022) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("Britain's wind", ""),
        ("British wind", ""),
        ("Denmark's wind", "judged for United Kingdom; the sentence says Denmark"),
        ("Danish wind", "judged for United Kingdom; the sentence says Denmark"),
        ("Denmark's and Britain's wind", ""),
        ("Its wind", ""),
    ],
)
def test_another_country_contradicts_unless_the_judged_one_is_named_too(before: str, expected: str) -> None:
    assert contradiction(before, "overtook the others", "", IN_2022) == expected


def test_another_row_of_the_same_table_contradicts() -> None:
    assert contradiction("South Gate", "sold most", "", SHOPS) == "judged for North Gate; the sentence says South Gate"
    assert contradiction("North Gate", "sold most", "", SHOPS) == ""
    assert contradiction("Nobody", "sold most", "", SHOPS) == ""


def test_a_row_that_a_table_does_not_have_is_nothing_that_a_claim_means() -> None:
    labels = {"shops": {"north": "North Gate"}}
    for subject, expected in (("north", {"shops": {"north"}}), ("west", {})):
        node = replace(parse("shops", ("metrics",)), kind="subject", table="shops", value=subject)
        assert meant_by([node], labels, NO_EVIDENCE).taken == expected


def test_a_country_has_other_names_than_the_label_of_its_row() -> None:
    labels = {"usa": ["United States"], "china": ["China"]}
    funds = Meant(taken={"funds": frozenset({"usa"})}, others={"funds": labels})
    assert contradiction("", "The US still leads", ", but China is catching up", funds) == ""
    assert contradiction("", "It still leads", ", but China is catching up", funds)


def test_a_share_of_all_rows_is_about_each_of_them() -> None:
    node = parse("shops", ("metrics",))
    row = replace(node, kind="subject", table="shops", value="north")
    column = replace(node, kind="column", table="shops", value="sold")
    labels = {"shops": {"north": "North Gate", "south": "South Gate"}}
    assert meant_by([row, replace(column, shape="row")], labels, NO_EVIDENCE).taken
    assert not meant_by([row, replace(column, shape="table")], labels, NO_EVIDENCE).taken


def test_words_that_are_codes_of_countries_name_none() -> None:
    assert countries_in("In May it IS said that No Man may be At home; Can US or UK firms?") == {"usa", "gbr"}


def test_marks_blanks_and_capitals_are_no_change_and_other_words_are() -> None:
    assert words_digest("In 2022 … came from wind, at last.") == words_digest("in 2022  … came from wind at last")
    assert words_digest("In 2022 … came from wind.") != words_digest("In 2022 … came from coal.")


def state(contradiction: str, was: str, now: str) -> tuple[str, str]:
    return sentence_state(contradiction, was, words_digest(now), now)


def test_a_word_of_negation_more_or_less_is_a_finding_and_another_word_a_note() -> None:
    assert negated("… came from wind.", "… never came from wind.")
    assert state("", "… came from wind.", "… never came from wind.")[0] == "sentence"
    assert state("", "… came from wind.", "… came from coal.")[0] == "reread"
    assert state("", "… came from wind.", "… came from wind.") == ("", "")
    assert state("", "", "… came from wind.") == ("", "")


def test_a_sentence_of_another_s_text_is_told_to_have_changed_without_its_words() -> None:
    assert sentence_state("", "… came from wind.", words_digest("… came from coal."), "") == (
        "reread",
        "the sentence around it has changed; it was “… came from wind.”",
    )


def test_another_deadline_in_the_text_contradicts_what_a_prediction_states() -> None:
    stated = "All will be well before 2024 is over."
    assert other_statement(stated, "all will be well before 2024 is over") == ""
    assert other_statement(stated, "all will be well before 2021 is over").startswith("judged as “All will be well")


def test_a_recorded_prediction_that_the_text_no_longer_has_is_told() -> None:
    recorded = {"predictions/well": "We say: … .", "claims/gone": "… ."}
    assert list(sentence_states([], recorded)) == [
        ("predictions/well", "reread", "the text no longer has its words; around them stood “We say: … .”", "")
    ]
