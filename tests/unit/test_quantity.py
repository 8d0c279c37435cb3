"""Cells read by hand: what each says, and which ones are refused and why.

Rules that hold for every text and unit are in test_quantity_properties.py.
"""

from __future__ import annotations

import copy
from math import inf, nan, sqrt

import pytest

from pipelines.ingest.quantity import Quantity, QuantityError, examples, parse_quantity
from schemas.units import UNITS, get_unit

READ = [
    # The article's own cells.
    ("2.1e25", "FLOP", 2.1e25, 2.05e25, 2.15e25, "rounded", ""),
    ("1.5e25", "FLOP", 1.5e25, 1.45e25, 1.55e25, "rounded", ""),
    ("1.2e23", "FLOP", 1.2e23, 1.15e23, 1.25e23, "rounded", ""),
    ("1.0e25 (est.)", "FLOP", 1e25, nan, nan, "estimate", ""),
    ("$100M+", "USD", 1e8, 1e8, inf, "at_least", ""),
    ("$5M", "USD", 5e6, 4.5e6, 5.5e6, "rounded", ""),
    ("88.7", "point", 88.7, 88.65, 88.75, "rounded", ""),
    ("87.5", "point", 87.5, 87.45, 87.55, "rounded", ""),
    ("128K", "token", 128e3, 127_500, 128_500, "rounded", ""),
    ("200K", "token", 200e3, 199_500, 200_500, "rounded", ""),
    ("1M (experimental)", "token", 1e6, 500e3, 1.5e6, "rounded", "experimental"),
    ("$5.00", "USD/Mtok", 5, 4.995, 5.005, "rounded", ""),
    ("$13B+", "USD", 13e9, 13e9, inf, "at_least", ""),
    ("$7.5B", "USD", 7.5e9, 7.45e9, 7.55e9, "rounded", ""),
    ("$6B", "USD", 6e9, 5.5e9, 6.5e9, "rounded", ""),
    ("N/A (internal)", "USD", nan, nan, nan, "missing", "internal"),
    ("$35B", "USD", 35e9, 34.5e9, 35.5e9, "rounded", ""),
    ("12", "deal", 12, 12, 12, "exact", ""),
    ("1.8 trillion, estimated", "parameter", 1.8e12, nan, nan, "estimate", ""),
    ("10x", "ratio", 10, 9.5, 10.5, "rounded", ""),
    ("two years", "year", 2, 2, 2, "exact", ""),
    ("92.0%", "percent", 92, 91.95, 92.05, "rounded", ""),
    ("100,000", "GPU", 100_000, 100_000, 100_000, "exact", ""),
    ("€600M", "EUR", 600e6, 599.5e6, 600.5e6, "rounded", ""),
    ("8k+", "star", 8000, 8000, inf, "at_least", ""),
    ("1.2k+", "star", 1200, 1200, inf, "at_least", ""),
    ("thousands", "GPU-day", 2000, 2000, inf, "at_least", ""),
    ("billions", "USD", 2e9, 2e9, inf, "at_least", ""),
    ("a few thousand", "person", sqrt(2e7), 2000, 10_000, "estimate", ""),
    ("$1M+", "USD/year", 1e6, 1e6, inf, "at_least", ""),
    ("at least three", "company", 3, 3, inf, "at_least", ""),
    ("18 months", "month", 18, 18, 18, "exact", ""),
    ("by 2026", "calendar year", 2026, 1900, 2026, "at_most", ""),
    ("80%", "percent", 80, 79.5, 80.5, "rounded", ""),
    ("$1", "USD/GPU-hour", 1, 0.5, 1.5, "rounded", ""),
    ("2023-03-15", "date", 19431, 19431, 19431, "exact", ""),
    ("2024-02", "date", 19768, 19754, 19783, "rounded", ""),
    ("2024", "date", 19906, 19723, 20089, "rounded", ""),
    ("2024", "calendar year", 2024, 2024, 2024, "exact", ""),
    # Currencies on either side, codes and words, magnitudes of every spelling.
    ("USD 3bn", "USD", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("usd3bn", "USD", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("3bn EUR", "EUR", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("3 bn €", "EUR", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("US$3bn", "USD", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("$3B USD", "USD", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("5 million US dollars", "USD", 5e6, 4.5e6, 5.5e6, "rounded", ""),
    ("£2.5mn", "GBP", 2.5e6, 2.45e6, 2.55e6, "rounded", ""),
    ("¥40tn", "JPY", 40e12, 39.5e12, 40.5e12, "rounded", ""),
    ("$5m", "USD", 5e6, 4.5e6, 5.5e6, "rounded", ""),
    ("$5MM", "USD", 5e6, 4.5e6, 5.5e6, "rounded", ""),
    ("$5 M", "USD", 5e6, 4.5e6, 5.5e6, "rounded", ""),
    ("$3b", "USD", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("$1.2 billion", "USD", 1.2e9, 1.15e9, 1.25e9, "rounded", ""),
    ("15T", "token", 15e12, 14.5e12, 15.5e12, "rounded", ""),
    ("two million", "token", 2e6, 1.5e6, 2.5e6, "rounded", ""),
    ("$1,200M", "USD", 1.2e9, 1199.5e6, 1200.5e6, "rounded", ""),
    ("$1,234.50", "USD", 1234.5, 1234.495, 1234.505, "rounded", ""),
    ("$0.075", "USD/Mtok", 0.075, 0.0745, 0.0755, "rounded", ""),
    ("$2.495", "USD/GPU-hour", 2.495, 2.4945, 2.4955, "rounded", ""),
    ("$3.4B per year", "USD/year", 3.4e9, 3.35e9, 3.45e9, "rounded", ""),
    ("$5.00 per 1M tokens", "USD/Mtok", 5, 4.995, 5.005, "rounded", ""),
    ("5 USD/Mtok", "USD/Mtok", 5, 4.5, 5.5, "rounded", ""),
    # Unit words.
    ("2.1e25 FLOP", "FLOP", 2.1e25, 2.05e25, 2.15e25, "rounded", ""),
    ("2.1E+25 FLOPs", "FLOP", 2.1e25, 2.05e25, 2.15e25, "rounded", ""),
    ("8k+ stars", "star", 8000, 8000, inf, "at_least", ""),
    ("10 months+", "month", 10, 10, inf, "at_least", ""),
    ("100,000 GPUs", "GPU", 1e5, 1e5, 1e5, "exact", ""),
    ("1.5 years", "year", 1.5, 1.45, 1.55, "rounded", ""),
    ("thousands of GPU-days", "GPU-day", 2000, 2000, inf, "at_least", ""),
    ("billions of dollars", "USD", 2e9, 2e9, inf, "at_least", ""),
    ("A Few Thousand researchers", "person", sqrt(2e7), 2000, 10_000, "estimate", ""),
    ("several million", "token", sqrt(2e13), 2e6, 1e7, "estimate", ""),
    ("hundreds", "person", 200, 200, inf, "at_least", ""),
    ("92 percent", "percent", 92, 91.5, 92.5, "rounded", ""),
    ("92 per cent", "percent", 92, 91.5, 92.5, "rounded", ""),
    ("ten percent", "percent", 10, 10, 10, "exact", ""),
    ("×10", "ratio", 10, 9.5, 10.5, "rounded", ""),
    ("2.5 times", "ratio", 2.5, 2.45, 2.55, "rounded", ""),
    # Scientific notation.
    ("2.1×10^25", "FLOP", 2.1e25, 2.05e25, 2.15e25, "rounded", ""),
    ("2.1 x 10^25", "FLOP", 2.1e25, 2.05e25, 2.15e25, "rounded", ""),
    ("2.1×10²⁵", "FLOP", 2.1e25, 2.05e25, 2.15e25, "rounded", ""),
    ("3×10⁻²", "p-value", 0.03, 0.025, 0.035, "rounded", ""),
    ("1.2e1", "deal", 12, 11.5, 12.5, "rounded", ""),
    # Marks.
    ("~$5B", "USD", 5e9, nan, nan, "estimate", ""),
    ("≈ 40%", "percent", 40, nan, nan, "estimate", ""),
    ("about 300", "GPU", 300, nan, nan, "estimate", ""),
    ("Approximately 300", "GPU", 300, nan, nan, "estimate", ""),
    ("circa 2024", "calendar year", 2024, nan, nan, "estimate", ""),
    ("$5B est.", "USD", 5e9, nan, nan, "estimate", ""),
    ("~$5B (est)", "USD", 5e9, nan, nan, "estimate", ""),
    ("$5B (estimated) (internal)", "USD", 5e9, nan, nan, "estimate", "internal"),
    ("~2024-02", "date", 19768, nan, nan, "estimate", ""),
    ("< 5%", "percent", 5, -100, 5, "at_most", ""),
    ("≤$5B", "USD", 5e9, -inf, 5e9, "at_most", ""),
    ("up to 100,000", "GPU", 1e5, 0, 1e5, "at_most", ""),
    ("less than five", "company", 5, 0, 5, "at_most", ""),
    ("> $100M", "USD", 1e8, 1e8, inf, "at_least", ""),
    ("more than 5+", "deal", 5, 5, inf, "at_least", ""),
    ("≥ 80%", "percent", 80, 80, inf, "at_least", ""),
    # Ranges.
    ("2–4", "company", 3, 2, 4, "estimate", ""),
    ("2-4", "company", 3, 2, 4, "estimate", ""),
    ("2 to 4", "company", 3, 2, 4, "estimate", ""),
    ("two to four years", "year", 3, 2, 4, "estimate", ""),
    ("$2–4B", "USD", 3e9, 2e9, 4e9, "estimate", ""),
    ("$2B–$4B", "USD", 3e9, 2e9, 4e9, "estimate", ""),
    ("$2B - $4B", "USD", 3e9, 2e9, 4e9, "estimate", ""),
    ("$800M–$1.2B", "USD", 1e9, 8e8, 1.2e9, "estimate", ""),
    ("10–20%", "percent", 15, 10, 20, "estimate", ""),
    ("10%–20%", "percent", 15, 10, 20, "estimate", ""),
    ("-2% to 4%", "percent", 1, -2, 4, "estimate", ""),
    ("2x–4x", "ratio", 3, 2, 4, "estimate", ""),
    ("~2–4 (est.)", "month", 3, 2, 4, "estimate", ""),
    ("2024–2026", "calendar year", 2025, 2024, 2026, "estimate", ""),
    # Signs, blanks, cut intervals, missing values.
    ("-$5B", "USD", -5e9, -5.5e9, -4.5e9, "rounded", ""),
    ("$-5B", "USD", -5e9, -5.5e9, -4.5e9, "rounded", ""),
    ("−5%", "percent", -5, -5.5, -4.5, "rounded", ""),
    ("+5%", "percent", 5, 4.5, 5.5, "rounded", ""),
    ("  12\u00a0", "deal", 12, 12, 12, "exact", ""),
    ("100\u202f000", "GPU", 1e5, 1e5, 1e5, "exact", ""),
    ("100\u00a0000", "GPU", 1e5, 1e5, 1e5, "exact", ""),
    ("$0", "USD/Mtok", 0, 0, 0.5, "rounded", ""),
    ("100", "point", 100, 99.5, 100, "rounded", ""),
    ("N/A", "point", nan, nan, nan, "missing", ""),
    ("n/a (not disclosed in 2024)", "date", nan, nan, nan, "missing", "not disclosed in 2024"),
]

REFUSED = [
    ("", "USD", 0, "empty"),
    ("   ", "USD", 0, "empty"),
    ("$1Z", "USD", 2, "'Z'"),
    ("$", "USD", 1, "ends too soon"),
    ("1,5", "point", 1, "',5'"),
    ("1.234,5", "point", 5, "',5'"),
    ("12,34", "point", 2, "',34'"),
    ("1.000.000", "GPU", 0, "may separate thousands"),
    ("1.000", "GPU", 0, "may separate thousands"),
    ("€1.000", "EUR", 0, "may separate thousands"),
    ("1,000 000", "GPU", 6, "'000'"),
    ("0,123", "GPU", 1, "',123'"),
    ("007", "deal", 1, "'07'"),
    ("$5", "EUR", 0, "USD is another currency"),
    ("5 GBP", "EUR", 2, "GBP is another currency"),
    ("$5B EUR", "USD", 4, "EUR is another currency"),
    ("$5", "FLOP", 0, "'$5'"),
    ("A$5", "USD", 0, "AUD is another currency"),
    ("5", "USD", 0, "no currency"),
    ("millions", "USD/Mtok", 8, "no currency"),
    ("40%", "USD", 0, "no currency"),
    ("40%", "point", 2, "'%'"),
    ("40", "percent", 2, "no %"),
    ("10", "ratio", 2, "no x"),
    ("x10x", "ratio", 4, "x on both sides"),
    ("10x", "percent", 2, "no %"),
    ("~$5B+", "USD", 4, "marks that disagree"),
    ("~5+ months", "month", 2, "marks that disagree"),
    ("a few thousand+", "star", 14, "marks that disagree"),
    ("$100M+ (est.)", "USD", 7, "marks that disagree"),
    ("about thousands", "GPU-day", 6, "marks that disagree"),
    ("<2–4", "month", 2, "marks that disagree"),
    ("2–4+", "month", 2, "range with a plus"),
    ("5++", "star", 2, "'+'"),
    ("NaN", "point", 0, "'NaN'"),
    ("inf", "point", 0, "'inf'"),
    ("1e999", "FLOP", 0, "too large"),
    ("1e-999", "FLOP", 0, "too large or too small"),
    ("1e99999999999999999999", "FLOP", 0, "too large"),
    ("1234567890123456", "FLOP", 0, "more than 15 digits"),
    ("0x10", "star", 1, "'x10'"),
    ("1_000", "star", 1, "'_000'"),
    ("--5", "percent", 1, "'-5'"),
    ("-$-5", "USD", 2, "'-5'"),
    ("5m", "token", 1, "money only"),
    ("5MM", "token", 1, "money only"),
    ("2e5K", "token", 3, "exponent and a magnitude"),
    ("1,000e5", "FLOP", 5, "exponent"),
    ("5.", "point", 1, "'.'"),
    ("3 apples", "company", 2, "'apples'"),
    ("18 months", "year", 3, "'months'"),
    ("$5 per year", "USD", 3, "'per year'"),
    ("2e25 FLOPS", "FLOP", 5, "'FLOPS'"),
    ("2e25 FLOP/s", "FLOP", 9, "'/s'"),
    ("12 GPU-days", "GPU", 7, "'days'"),
    ("-3", "star", 0, "outside the bounds"),
    ("-$3", "USD/Mtok", 0, "outside the bounds"),
    ("104", "point", 0, "outside the bounds"),
    ("18M", "month", 0, "outside the bounds"),
    ("thousands", "point", 0, "outside the bounds"),
    ("1.5", "deal", 0, "fraction of something whole"),
    ("1.2345k", "star", 0, "fraction of something whole"),
    ("$2–$4B", "USD", 3, "may belong to both ends"),
    ("2 months–4K", "month", 9, "a unit on one end only"),
    ("$2B–4", "USD", 4, "lower end only"),
    ("2–4e5", "FLOP", 2, "exponent on one end"),
    ("2–$4", "USD", 2, "unit on one end"),
    ("10%–20", "percent", 4, "unit on one end"),
    ("4–2", "month", 2, "does not rise"),
    ("2–2", "month", 2, "does not rise"),
    ("100–2K", "star", 4, "does not rise"),
    ("-2–4%", "percent", 3, "sign in a range"),
    ("2--4", "month", 1, "'--4'"),
    ("2 -4", "month", 2, "'-4'"),
    ("2–", "month", 1, "'–'"),
    ("=1+1", "point", 0, "'=1+1'"),
    ("<script>", "point", 1, "'script>'"),
    ("5 (<script>)", "deal", 2, "does not belong here"),
    ("$5B (€4B)", "USD", 5, "number or a currency"),
    ("$5B (2 rounds)", "USD", 5, "number or a currency"),
    ("$5B ()", "USD", 5, "without words"),
    ("$5 (in millions)", "USD", 4, "changes the number"),
    ("$5B (CAD)", "USD", 5, "changes the number"),
    ("$5B (monthly)", "USD/year", 5, "changes the number"),
    ("$5B (per month)", "USD/year", 5, "changes the number"),
    ("$5B (a loss)", "USD", 5, "changes the number"),
    ("$5B (company estimate)", "USD", 5, "changes the number"),
    ("18 (years)", "month", 4, "changes the number"),
    ("$5B (a) (b)", "USD", 8, "does not belong here"),
    ("N/A ()", "USD", 5, "without words"),
    ("N/A internal", "USD", 0, "'N/A internal'"),
    ("5\n", "deal", 1, "U+000A"),
    ("\x005", "deal", 0, "U+0000"),
    ("5\u200b", "deal", 1, "U+200B"),
    ("５", "deal", 0, "'５'"),
    ("٥", "deal", 0, "'٥'"),
    ("two yearſ", "year", 8, "'ſ'"),
    ("several hundred million", "token", 16, "'million'"),
    ("9" * 201, "deal", 200, "longer than 200"),
    ("2023-02-30", "date", 0, "no such date"),
    ("2024-13", "date", 0, "no such date"),
    ("1899", "date", 0, "outside the years"),
    ("2024-2", "date", 0, "'2024-2'"),
    ("15/03/2023", "date", 0, "'15/03/2023'"),
    ("≥ 2024", "date", 0, "a date cannot be"),
    ("2,024", "calendar year", 0, "'2,024'"),
    ("26", "calendar year", 0, "'26'"),
    ("1899", "calendar year", 0, "outside the bounds 1900 to 2200"),
    ("by 5", "star", 0, "'by 5'"),
]


@pytest.mark.parametrize(("text", "unit", "value", "low", "high", "kind", "note"), READ)
def test_reads(text: str, unit: str, value: float, low: float, high: float, kind: str, note: str) -> None:
    assert parse_quantity(text, unit) == Quantity(value, low, high, kind, unit, note)


@pytest.mark.parametrize(("text", "unit", "position", "reason"), REFUSED)
def test_refuses(text: str, unit: str, position: int, reason: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity(text, unit)
    assert caught.value.text == text
    assert caught.value.position == position
    assert reason in caught.value.reason
    assert caught.value.expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_message_is_one_clear_line() -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity("$1Z", "USD")
    assert str(caught.value) == (
        "cannot read '$1Z' (character 3: 'Z' does not belong here): "
        "expected an amount in USD such as $35B, $1.2M+, $2–4B or N/A (reason)"
    )


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("USD/Mtok", "a price in USD/Mtok such as $5.00, ~$0.15, $2–4 or N/A (reason)"),
        ("company", "a number of companies such as 12, 100,000, 8K+ or N/A (reason)"),
        ("percent", "a percentage such as 92.0%, ~40%, 10–20% or N/A (reason)"),
        ("date", "a date such as 2023-03-15, 2024-02, 2024 or N/A (reason)"),
    ],
)
def test_expected_names_the_unit(unit: str, expected: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity("?", unit)
    assert caught.value.expected == expected


@pytest.mark.parametrize("unit", UNITS)
def test_examples_can_be_read(unit: str) -> None:
    for text in examples(UNITS[unit]):
        assert parse_quantity(text, unit).unit == unit


def test_error_survives_copying() -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity("$1Z", "USD")
    twin = copy.copy(caught.value)
    assert (str(twin), twin.position) == (str(caught.value), caught.value.position)


def test_unknown_unit_names_its_like() -> None:
    with pytest.raises(ValueError, match=r"unknown unit 'years'; did you mean 'year'") as caught:
        parse_quantity("2", "years")
    assert not isinstance(caught.value, QuantityError)
    with pytest.raises(ValueError, match=r"schemas/units\.py lists the units"):
        get_unit("furlongs^3")


@pytest.mark.parametrize("symbol", UNITS)
def test_units_are_well_formed(symbol: str) -> None:
    unit = get_unit(symbol)
    assert unit.symbol == symbol
    assert unit.lower < unit.upper
    assert unit.currency is None or symbol.startswith(unit.currency)
    assert unit.count or not unit.whole
