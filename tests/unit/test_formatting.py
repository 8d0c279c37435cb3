"""How single numbers read in the report: units, intervals, factors, shares and dates, in the same words anywhere."""

from __future__ import annotations

import datetime as dt
import locale
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidebook.pipelines.read.formatting import (
    MISSING,
    NBSP,
    format_apart,
    format_count,
    format_date,
    format_interval,
    format_number,
    format_share,
    format_value,
)
from tidebook.schemas.units import UNITS, own_unit, use_units


def shown(text: str) -> str:
    return text.replace(NBSP, " ")


VALUES = [
    (13e9, "USD", "$13B"),
    (999.6e6, "USD", "$1B"),
    (600e6, "EUR", "€600M"),
    (-5e9, "USD/year", "−$5B per year"),
    (-77e6, "CNY", "−CNY 77M"),
    (3.5, "CHF/token", "CHF 3.50 per token"),
    (5, "USD/Mtok", "$5.00 per million tokens"),
    (0, "USD", "$0"),
    (1234.5, "USD", "$1,234"),
    (4.7619e6, "USD/1e24 FLOP", "$4.76M per 10²⁴ FLOP"),
    (0.004, "point/USD", "0.004 points per dollar"),
    (1.2, "USD/EUR", "$1.20 per euro"),
    (5, "percentage point", "5 percentage points"),
    (0.5, "", "0.5"),
    (41.667e6, "USD/1e24 FLOP", "$41.7M per 10²⁴ FLOP"),
    (2.1e25, "FLOP", "2.1 × 10²⁵ FLOP"),
    (1e25, "FLOP", "10²⁵ FLOP"),
    (9.999e24, "FLOP", "10²⁵ FLOP"),
    (71.428571, "percent", "71.4%"),
    (0.71428571, "share", "71.4%"),
    (0.99996, "probability", "more than 99.9%"),
    (10, "ratio", "10×"),
    (1 / 12, "p-value", "p = 0.083"),
    (1 / 3, "p-value", "p = 0.333"),
    (0.8896, "correlation", "0.89"),
    (-0.49, "correlation", "−0.49"),
    (1.8e12, "parameter", "1.8T parameters"),
    (128_000, "token", "128,000 tokens"),
    (171.46, "second/deal", "171 seconds per deal"),
    (-0.2, "share", "−20%"),
    (1, "company", "1 company"),
    (3, "company", "3 companies"),
    (2, "person", "2 people"),
    (2026, "calendar year", "2026"),
    (20_000, "date", "4 October 2024"),
    (nan, "USD", MISSING),
    (None, "USD", MISSING),
    (inf, "USD", "without limit"),
    (-inf, "point", "without lower limit"),
]


def test_a_value_is_shown_in_its_unit(subtests: pytest.Subtests) -> None:
    for value, unit, text in VALUES:
        with subtests.test(value=value, unit=unit):
            assert shown(format_value(value, unit)) == text


def test_a_unit_of_a_dossier_reads_as_it_declares() -> None:
    use_units(
        {
            "km": own_unit("km", "kilometres", ["km"], counts=False),
            "child": own_unit("child", "", ["children", "child"]),
        }
    )
    try:
        found = [
            format_value(value, unit) for value, unit in [(42.2, "km"), (2, "child"), (1, "child"), (3, "km/hour")]
        ]
    finally:
        use_units({})
    assert [shown(text) for text in found] == ["42.2 km", "2 children", "1 child", "3 km per hour"]


INTERVALS = [
    (7.45e9, 7.55e9, "USD", "$7.45B–$7.55B"),
    (4.5, 5.5, "USD/Mtok", "$4.50–$5.50 per million tokens"),
    (9.995, 10.005, "USD", "$9.995–$10.005"),
    (1000, 2026, "calendar year", "at most 2026"),
    (2025, 2026, "calendar year", "2025 to 2026"),
    (68, 74.1, "percent", "68.0–74.1%"),
    (0.68, 0.741, "share", "68.0–74.1%"),
    (88.65, 88.75, "point", "88.65–88.75 points"),
    (-0.49, 0.998, "correlation", "−0.490 to 0.998"),
    (9.1e24, 4.8e25, "FLOP", "9.1 × 10²⁴ to 4.8 × 10²⁵ FLOP"),
    (4.14, 27.2, "ratio", "4.14–27.2×"),
    (0.0611, 0.11, "ratio", "0.0611–0.110×"),
    (127_500, 128_500, "token", "127,500–128,500 tokens"),
    (5, 5, "ratio", "5×"),
    (21_050, 21_050, "person", "21,050 people"),
    (8 / 9, 8 / 9, "ratio", "0.889×"),
    (13e9, inf, "USD", "at least $13B"),
    (-inf, 1.1e9, "USD", "at most $1.1B"),
    (-inf, inf, "USD", "any value"),
    (nan, nan, "USD", MISSING),
    (None, 1.0, "USD", MISSING),
    (19_997, 20_000, "date", "1 October 2024 to 4 October 2024"),
]


def test_an_interval_is_shown_in_its_unit(subtests: pytest.Subtests) -> None:
    for low, high, unit, text in INTERVALS:
        with subtests.test(low=low, high=high, unit=unit):
            assert shown(format_interval(low, high, unit)) == text


@given(value=st.floats(-1e200, 1e200) | st.floats(-1e6, 1e6) | st.sampled_from([nan, inf, -inf]))
def test_every_unit_reads_in_words(value: float) -> None:
    for unit in UNITS:
        text = format_value(20_000.0 if unit in ("date", "calendar year") else value, unit)
        assert text and not any(sign in text for sign in ("nan", "inf", "e+", "e-", "  ")), unit


@given(low=st.floats(0, 1e30), width=st.floats(0.1, 10))
def test_interval_shows_both_ends(low: float, width: float) -> None:
    for unit in UNITS:
        if unit in ("date", "calendar year"):
            text = format_interval(2000.0, 12_005.0, unit)
        else:
            text = format_interval(low, low * (1 + width) + width, unit)
        assert "–" in text or " to " in text, unit


def test_shares_never_claim_certainty() -> None:
    assert shown(format_share(1.0)) == "100%"
    assert shown(format_share(0.0)) == "0%"
    assert shown(format_share(0.9996)) == "more than 99.9%"
    assert shown(format_share(0.0004)) == "less than 0.1%"
    assert shown(format_share(0.0851)) == "8.5%"
    assert format_share(None) == MISSING


def test_plain_numbers() -> None:
    assert [shown(format_number(each)) for each in (0, 0.1, 12.34, 123456.7, 1.5e-5, -2e16)] == [
        *("0", "0.1", "12.3", "123,000", "1.5 × 10⁻⁵", "−2 × 10¹⁶")
    ]
    # A whole number is exact, so that two that differ read differently.
    assert [format_number(each) for each in (18_045, 18_405.0, 123_456, 1_234_567)] == [
        *("18,045", "18,405", "123,456", "1,230,000")
    ]
    assert format_count(1, "claim") == "1 claim"
    assert format_count(12_000, "draw") == "12,000 draws"


def test_dates_do_not_follow_the_locale() -> None:
    before = locale.setlocale(locale.LC_TIME)
    try:
        for name in ("de_DE.UTF-8", "C.UTF-8", "C"):
            try:
                locale.setlocale(locale.LC_TIME, name)
            except locale.Error:
                continue
            assert shown(format_date(dt.date(2026, 5, 25))) == "25 May 2026"
    finally:
        locale.setlocale(locale.LC_TIME, before)
    assert format_date(None) == "no date"


def test_a_value_is_distinguished_from_a_bound_that_it_does_not_equal() -> None:
    assert format_apart(2.0014, "year", [2.0]) == "2.001 years".replace(" ", NBSP)
    assert format_apart(2.0, "year", [2.0]) == "2 years".replace(" ", NBSP)
    assert format_apart(1.9999, "ratio", [2.0, 1.0]) == "1.9999×"
    assert format_apart(0.66661, "share", [2 / 3]) != format_value(2 / 3, "share")
    assert format_apart(nan, "year", [2.0]) == "no value"
