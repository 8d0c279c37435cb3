"""What each family of printed numbers allows, worked by hand, and what holds for all of them."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.corpus import PAIRS, VARIANTS, WORDINGS, counts, pairs_of, results_of
from tests.unit.number_families import FAMILIES, allowed, page
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_allows_what_its_rule_says(family: str, subtests: pytest.Subtests) -> None:
    for text, unit, expected in FAMILIES[family][1]:
        with subtests.test(text=text, unit=unit):
            assert allowed(text, unit) == expected


def test_the_committed_page_is_that_of_the_tests() -> None:
    assert (ROOT / "docs" / "printed-numbers.md").read_text(encoding="utf-8") == page(), "run `make pages`"


@pytest.mark.parametrize(
    ("text", "unit", "reason"),
    [
        ("fell to 8%", "percent", "a level that it went to or came from, not the change"),
        ("rose from 4% to 5%", "percent", "a level that it went to or came from, not the change"),
        ("fell −8%", "percent", "a fall of a negative number"),
        ("lost 200", "person", "a fall, in a unit without negative numbers"),
        ("9 of 7", "share", "a part larger than its whole"),
        ("the lion's share", "share", "words that say no number"),
        ("80/20", "share", "a fraction, a date or a score?"),
        ("winter 2019", "date", "the winter that begins in 2019, or that ends in it?"),
        ("summer 2018/19", "date", "the summer of 2018, or of the next year?"),
        ("2018/20 season", "date", "years that do not follow each other"),
        (
            "FY2021",
            "date",
            "a financial year, whose first month is not said: fiscal_year of the table or the column says it",
        ),
        ("more than 20 but fewer than 10", "person", "bounds out of order"),
        ("more than $2 billion but less than $3", "USD", "a magnitude on the lower end only"),
    ],
)
def test_what_has_no_single_meaning_is_refused(text: str, unit: str, reason: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity(text, unit)
    assert caught.value.reason == reason


NUMBERS = st.integers(1, 9999).map(lambda number: f"{number:,}")


@given(number=NUMBERS, unit=st.sampled_from(["person", "USD", "percent", "ratio", "month"]))
def test_the_side_of_a_word_holds_for_every_number(number: str, unit: str) -> None:
    text = {"USD": f"${number}", "percent": f"{number}%", "ratio": f"{number}x"}.get(unit, number)
    value = float(number.replace(",", ""))
    plain, about = parse_quantity(text, unit).interval, parse_quantity(f"about {text}", unit).interval
    assert plain.contains(value) and about.contains(value)
    for word in ("nearly", "less than", "just under"):
        below = parse_quantity(f"{word} {text}", unit).interval
        assert not below.contains(value) and not below.contains(1.001 * value) and below.contains(value - 0.001)
    for word in ("more than", "just over"):
        above = parse_quantity(f"{word} {text}", unit).interval
        assert not above.contains(value) and not above.contains(0.999 * value) and above.contains(value + 0.001)
    assert parse_quantity(f"at least {text}", unit).interval == Interval(value, inf)
    assert parse_quantity(f"at most {text}", unit).interval == Interval(0, value)


@given(number=NUMBERS, hedge=st.sampled_from(["", "about ", "nearly ", "up to ", "close to "]))
def test_a_negative_number_is_the_mirror_of_a_positive_one(number: str, hedge: str) -> None:
    positive = parse_quantity(f"{hedge}${number}", "USD").interval
    assert parse_quantity(f"{hedge}−${number}", "USD").interval == positive.mirrored()


def test_the_pairs_of_the_corpus_agree_and_none_is_refused() -> None:
    for path, size in ((PAIRS, 239), (VARIANTS, 243), (WORDINGS, 1087)):
        results = results_of(pairs_of(path))
        assert [result for result in results if not result.agrees] == []
        assert counts(results) == {"agree": size, "refused": 0, "disagree": 0}


def test_a_pair_is_judged_and_not_waved_through() -> None:
    """Each verdict of the corpus turned round disagrees, but for those that nobody decides."""
    turned = [
        pair._replace(verdict={"right": "wrong", "wrong": "right"}[pair.verdict])
        for pair in pairs_of()
        if pair.verdict != "either"
    ]
    assert [result.pair.id for result in results_of(turned) if result.agrees] == []
