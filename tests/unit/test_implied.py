"""What each family of printed numbers allows, worked by hand, and what holds for all of them."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus import counts, pairs_of, results_of
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity


def allowed(text: str, unit: str) -> str:
    """Return what a text allows, as `[270, 300)`."""
    low, high, low_open, high_open = parse_quantity(text, unit).interval
    return f"{'(' if low_open else '['}{low:.10g}, {high:.10g}{')' if high_open else ']'}"


FAMILIES = {
    "Rounding has half a unit of the last printed digit either way": [
        ("3.2%", "percent", "[3.15, 3.25]"),
        ("1.20 million", "person", "[1195000, 1205000]"),
        ("0%", "percent", "[-0.5, 0.5]"),
        ("18 months", "month", "[17.5, 18.5]"),
        ("2 h 30 min", "second", "[8970, 9030]"),
    ],
    "A count is all of its digits, but zeros may be places": [
        ("1,243", "person", "[1243, 1243]"),
        ("20", "person", "[20, 20]"),
        ("1,200", "person", "[1200, 1200]"),
        ("300", "person", "[295, 305]"),
        ("a hundred", "person", "[95, 105]"),
        ("248,000", "person", "[247500, 248500]"),
        ("exactly 300", "person", "[300, 300]"),
        ("$300", "USD", "[299.5, 300.5]"),
    ],
    "About has both sides: a coarse digit, a tenth or four points at most": [
        ("about 300", "person", "[270, 330]"),
        ("circa 1,800", "person", "[1750, 1850]"),
        ("approximately 75%", "percent", "[72.5, 77.5]"),
        ("around 60%", "percent", "[56, 64]"),
        ("~1 million", "person", "[900000, 1100000]"),
        ("close to 90%", "percent", "[86, 94]"),
        ("about twice", "ratio", "[1.8, 2.2]"),
    ],
    "Nearly and just under are below, just over above; none is equal": [
        ("nearly 50%", "percent", "[46, 50)"),
        ("almost 300", "person", "[270, 300)"),
        ("just under $1 billion", "USD", "[950000000, 1000000000)"),
        ("slightly more than 20%", "percent", "(20, 21]"),
    ],
    "A bound has no slack": [
        ("over 1,000", "person", "(1000, inf]"),
        ("well over 300", "person", "(300, inf]"),
        ("20+", "person", "[20, inf]"),
        ("300 or more", "person", "[300, inf]"),
        ("<1%", "percent", "[0, 1)"),
        ("no more than 12", "person", "[0, 12]"),
        ("up to 40%", "percent", "[0, 40]"),
        ("within three years", "year", "[0, 3]"),
    ],
    "A range has both of its ends, and the magnitude of the upper one": [
        ("between $1.5 and $2 billion", "USD", "[1500000000, 2000000000]"),
        ("20–30%", "percent", "[20, 30]"),
        ("−5% to −3%", "percent", "[-5, -3]"),
        ("−3% to −5%", "percent", "[-5, -3]"),
    ],
    "Fractions and multiples in words are loose": [
        ("half", "share", "[0.47, 0.53]"),
        ("a third", "percent", "[30.33333333, 36.33333333]"),
        ("around half", "share", "[0.45, 0.55]"),
        ("nearly a quarter", "share", "[0.2125, 0.25)"),
        ("more than half", "share", "(0.5, inf]"),
        ("exactly half", "share", "[0.5, 0.5]"),
        ("half a million", "person", "[450000, 550000]"),
        ("3x", "ratio", "[2.7, 3.3]"),
        ("2.5x", "ratio", "[2.45, 2.55]"),
        ("halved", "ratio", "[0.45, 0.55]"),
        ("a factor of ten", "ratio", "[9, 11]"),
        ("three times as many", "ratio", "[2.7, 3.3]"),
        ("three times more", "ratio", "[2.7, 4.4]"),
        ("tripled", "percent", "[170, 230]"),
        ("more than doubled", "percent", "(100, inf]"),
    ],
    "Plural words are two to ten of them": [
        ("hundreds", "person", "[200, 1000)"),
        ("tens of thousands", "person", "[20000, 100000)"),
        ("dozens", "person", "[24, 100)"),
        ("a few thousand", "person", "[2000, 7000]"),
        ("several hundred", "person", "[200, 1000]"),
        ("a handful", "person", "[3, 6]"),
        ("an order of magnitude", "ratio", "[5, 20]"),
        ("a six-figure sum", "USD", "[100000, 1000000)"),
        ("double-digit", "percent", "[10, 100)"),
    ],
    "A fall is the number behind the verb with the other sign": [
        ("fell 8%", "percent", "[-8.5, -7.5]"),
        ("fell more than 10%", "percent", "[-100, -10)"),
        ("fell nearly 10%", "percent", "(-10, -9]"),
        ("dropped by a third", "percent", "[-36.33333333, -30.33333333]"),
        ("a fall of 5–8%", "percent", "[-8, -5]"),
        ("up 50 basis points", "basis point", "[49.5, 50.5]"),
    ],
    "A negative number is hedged from zero and bounded on the number line": [
        ("about −10%", "percent", "[-11, -9]"),
        ("nearly −10%", "percent", "(-10, -9]"),
        ("up to −10%", "percent", "[-10, 0]"),
        ("more than −10%", "percent", "(-10, inf]"),
        ("at least −2", "number", "[-2, inf]"),
        ("less than −5%", "percent", "[-100, -5)"),
    ],
    "Durations in words are loose, and convert": [
        ("two years", "year", "[1.86, 2.14]"),
        ("a decade", "year", "[9.3, 10.7]"),
        ("less than a year", "month", "[0, 12)"),
        ("nearly two years", "month", "[21.6, 24)"),
        ("a fortnight", "month", "[0.427761807, 0.4921560575]"),
    ],
    "Shares in words": [
        ("most", "share", "(0.5, 1)"),
        ("the majority", "percent", "(50, 100]"),
        ("a minority", "share", "[0, 0.5)"),
        ("the vast majority", "share", "[0.75, 1)"),
        ("almost all", "share", "[0.9, 1]"),
        ("hardly any", "share", "[0, 0.05]"),
        ("7 of 9", "share", "[0.7772777778, 0.7782777778]"),
        ("all nine", "share", "[1, 1]"),
        ("none", "person", "[0, 0]"),
        ("unchanged", "percent", "[-0.25, 0.25]"),
    ],
    "Places in an order are exact": [
        ("second-largest", "rank", "[2, 2]"),
        ("runner-up", "rank", "[2, 2]"),
        ("No. 3", "rank", "[3, 3]"),
        ("top ten", "rank", "[1, 10]"),
        ("outside the top 100", "rank", "(100, inf]"),
    ],
    "A date allows its days, a word before it the days on its side": [
        ("March 2024", "date", "[19783, 19813]"),
        ("early 2023", "date", "[19358, 19477]"),
        ("mid-March 2024", "date", "[19793, 19802]"),
        ("the second half of 2020", "date", "[18444, 18627]"),
        ("by 2026", "calendar year", "[1000, 2026]"),
        ("after 2020", "date", "(18627, 84370]"),
        ("the mid-1990s", "calendar year", "[1993, 1996]"),
        ("the 19th century", "calendar year", "[1800, 1900]"),
    ],
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_allows_what_its_rule_says(family: str, subtests: pytest.Subtests) -> None:
    for text, unit, expected in FAMILIES[family]:
        with subtests.test(text=text, unit=unit):
            assert allowed(text, unit) == expected


@pytest.mark.parametrize(
    ("text", "unit", "reason"),
    [
        ("fell to 8%", "percent", "a level that it went to or came from, not the change"),
        ("rose from 4% to 5%", "percent", "a level that it went to or came from, not the change"),
        ("fell −8%", "percent", "a fall of a negative number"),
        ("lost 200", "person", "a fall, in a unit without negative numbers"),
        ("9 of 7", "share", "a part larger than its whole"),
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
        assert not below.contains(value) and not below.contains(1.001 * value) and below.contains(0.9999 * value)
    for word in ("more than", "just over"):
        above = parse_quantity(f"{word} {text}", unit).interval
        assert not above.contains(value) and not above.contains(0.999 * value) and above.contains(1.0001 * value)
    assert parse_quantity(f"at least {text}", unit).interval == Interval(value, inf)
    assert parse_quantity(f"at most {text}", unit).interval == Interval(0, value)


@given(number=NUMBERS, hedge=st.sampled_from(["", "about ", "nearly ", "up to ", "close to "]))
def test_a_negative_number_is_the_mirror_of_a_positive_one(number: str, hedge: str) -> None:
    positive = parse_quantity(f"{hedge}${number}", "USD").interval
    assert parse_quantity(f"{hedge}−${number}", "USD").interval == positive.mirrored()


def test_the_pairs_of_the_corpus_agree_and_none_is_refused() -> None:
    results = results_of(pairs_of())
    assert [result for result in results if not result.agrees] == []
    assert counts(results) == {"agree": 239, "refused": 0, "disagree": 0}


def test_a_pair_is_judged_and_not_waved_through() -> None:
    """Each verdict of the corpus turned round disagrees, but for those that nobody decides."""
    turned = [
        pair._replace(verdict={"right": "wrong", "wrong": "right"}[pair.verdict])
        for pair in pairs_of()
        if pair.verdict != "either"
    ]
    assert [result.pair.id for result in results_of(turned) if result.agrees] == []
