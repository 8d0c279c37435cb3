"""Every printed form that is read or refused, with what it says: the tests' table, and docs/quantities.md made from it.

`python -m tests.unit.quantity_forms > docs/quantities.md` writes the guide, and the reference to docs/quantities/.
"""

from __future__ import annotations

import sys
from math import inf, isnan, nan
from pathlib import Path
from typing import NamedTuple

from tidebook.pipelines.read.quantities.proposals import declarations
from tidebook.pipelines.read.quantities.quantity import STRICT, Context
from tidebook.pipelines.read.quantities.vocabulary import DIGITS


class Read(NamedTuple):
    """A cell and what it says in its unit."""

    text: str
    unit: str
    value: float
    low: float
    high: float
    kind: str
    note: str = ""
    context: Context = STRICT


class Refused(NamedTuple):
    """A cell that is not read, from which character on (from 0), and why."""

    text: str
    unit: str
    position: int
    reason: str
    context: Context = STRICT


class Sentence(NamedTuple):
    """A sentence and its quantities: words, unit, value and kind, or the words and why they are unclear."""

    text: str
    found: tuple[tuple[str, str, float, str] | tuple[str, str], ...]


ESTIMATE = (nan, nan, "estimate")
MILLIONS = Context(scale=6, currency="USD", parentheses="negative", nil=("—",), missing=("nm",), footnotes=("(1)",))
GERMAN = Context(decimal=",", grouping=".")

FORMS: dict[str, tuple[str, tuple[Read | Refused, ...]]] = {
    "Digits": (
        "A number allows half a unit of its last printed digit either way. A whole number of things is exact, unless "
        "its zeros may be places; [What a printed number allows](printed-numbers.md) has all rules.",
        (
            Read("87.5", "number", 87.5, 87.45, 87.55, "rounded"),
            Read("100,000", "person", 100_000, 95000, 105000, "rounded"),
            Read(".311", "share", 0.311, 0.3105, 0.3115, "rounded"),
            Read("816 000", "person", 816_000, 815500, 816500, "rounded"),
            Read("1 414 021 100", "person", 1_414_021_100, 1_414_021_100, 1_414_021_100, "exact"),
            Read("816\u202f123", "person", 816_123, 816_123, 816_123, "exact"),
            Read("816\u00a0123", "person", 816_123, 816_123, 816_123, "exact"),
            Read("816\u2009123", "person", 816_123, 816_123, 816_123, "exact"),
            Refused("816 123", "person", 0, "816,123, or two numbers?"),
            Refused("1.234", "person", 0, "the point may separate thousands: 1.234, or 1,234?"),
            Refused("1.234", "number", 0, "the point may separate thousands: 1.234, or 1,234?"),
            Refused("1,5", "number", 1, "',5' does not belong here"),
            Refused("00.34", "number", 1, "'0.34' does not belong here"),
            Refused("１２", "person", 0, "'１２' does not belong here"),
        ),
    ),
    "Signs": (
        "A sign or its word makes a number negative; parentheses do so if the column declares it.",
        (
            Read("−5%", "percent", -5, -5.5, -4.5, "rounded"),
            Read("- 12.27", "number", -12.27, -12.275, -12.265, "rounded"),
            Read("+ 27", "number", 27, 26.5, 27.5, "rounded"),
            Read("minus five point five", "number", -5.5, -5.55, -5.45, "rounded"),
            Read("negative one", "number", -1, -1, -1, "exact"),
            Refused("(19,911)", "number", 0, "in parentheses: negative, or not? its column declares which"),
        ),
    ),
    "Powers of ten": (
        "An exponent, a power of ten and a magnitude say which digit is the last.",
        (
            Read("2.1e25", "number", 2.1e25, 2.05e25, 2.15e25, "rounded"),
            Read("2.1×10²⁵", "number", 2.1e25, 2.05e25, 2.15e25, "rounded"),
            Read("1.3x10^6", "number", 1.3e6, 1.25e6, 1.35e6, "rounded"),
            Read("1.3·10⁶", "number", 1.3e6, 1.25e6, 1.35e6, "rounded"),
            Read("10^6", "number", 1e6, 5e5, 1.5e6, "rounded"),
            Read("10⁻⁶", "number", 1e-6, 5e-7, 1.5e-6, "rounded"),
            Read("128K", "person", 128_000, 127_500, 128_500, "rounded"),
            Read("10 bln", "number", 1e10, 9.5e9, 1.05e10, "rounded"),
            Read("13 lakh", "number", 1.3e6, 1.25e6, 1.35e6, "rounded"),
            Refused("10²", "number", 0, "100, or 10 with footnote 2?"),
            Refused("2.5^-1", "number", 3, "'^-1' does not belong here"),
            Refused("10m", "number", 2, "'m' is a magnitude for money only"),
            Refused("1,674.5 G", "number", 8, "'G' does not belong here"),
        ),
    ),
    "Fractions": (
        "A fraction of a whole is loose, in words or with a stroke; elsewhere it allows half a part either way.",
        (
            Read("¾", "number", 0.75, 0.625, 0.875, "rounded"),
            Read("2/3", "share", 2 / 3, 0.6366666666666667, 0.6966666666666667, "rounded"),
            Read("7 3/8%", "percent", 7.375, 7.3125, 7.4375, "rounded"),
            Read("- 1 4/5", "number", -1.8, -1.9, -1.7, "rounded"),
            Read("3 and 1/2", "number", 3.5, 3.25, 3.75, "rounded"),
            Read("half", "share", 0.5, 0.47, 0.53, "rounded"),
            Read("a third", "share", 1 / 3, 0.30333333333333334, 0.36333333333333334, "rounded"),
            Read("two thirds", "share", 2 / 3, 0.6366666666666667, 0.6966666666666667, "rounded"),
            Read("a quarter", "share", 0.25, 0.225, 0.275, "rounded"),
            Read("five - eighths", "number", 0.625, 0.595, 0.655, "rounded"),
            Read("one twenty-fifth", "number", 0.04, 0.036, 0.044, "rounded"),
            Read("a trillionth", "number", 1e-12, 9e-13, 1.1e-12, "rounded"),
            Read("one in five", "share", 0.2, 0.18, 0.22, "rounded"),
            Read("2 out of 5", "share", 0.4, 0.37, 0.43, "rounded"),
            Read("two in every five", "percent", 40, 37, 43, "rounded"),
            Read("1 over 3", "number", 1 / 3, 0.30333333333333334, 0.36333333333333334, "rounded"),
            Read("forty two and a third", "number", 42 + 1 / 3, 42.166666666666664, 42.5, "rounded"),
            Read("half a percent", "percent", 0.5, 0.45, 0.55, "rounded"),
            Read("two and a half years", "year", 2.5, 2.325, 2.675, "rounded"),
            Refused("2/3", "number", 2, "a fraction, a date or a score?"),
            Refused("4/3", "share", 2, "a fraction, a date or a score?"),
            Refused("twenty twenty fifths", "number", 7, "'twenty fifth' does not belong here"),
            Refused("one hundred thirty fifths", "number", 0, "an ambiguous fraction"),
            Refused(
                "3 million and a half", "number", 0, "3,000,000 and a part of one, or and a part of its magnitude?"
            ),
            Refused("12 in 2023", "share", 3, "'in 2023' does not belong here"),
        ),
    ),
    "Words around a number": (
        "In a cell words that change nothing may stand before a number, and a share may say of what it is one.",
        (
            Read("only 12", "company", 12, 12, 12, "exact"),
            Read("a total of 1,243", "person", 1243, 1243, 1243, "exact"),
            Read("a third of the companies", "share", 1 / 3, 0.30333333333333334, 0.36333333333333334, "rounded"),
            Read("1 in 1,000 people", "share", 0.001, 0.0009, 0.0011, "rounded"),
            Read("60% of adults", "percent", 60, 59.5, 60.5, "rounded"),
            Read("all of them", "share", 1, 1, 1, "exact"),
            Read("the low 20s", "number", 22, 20, 24, "estimate"),
            Read("in the low twenties", "company", 21.5, 20, 23, "estimate"),
            Read("fully 40%", "percent", 40, 39.5, 40.5, "rounded"),
            Read("every second company", "share", 0.5, 0.47, 0.53, "rounded"),
            Read("3.2 per 1,000 people", "percent", 0.32, 0.315, 0.325, "rounded"),
            Refused("the lion's share", "share", 0, "words that say no number"),
            Read("three pts", "percentage point", 3, 2.5, 3.5, "rounded"),
            Refused("a third larger", "share", 8, "'larger' does not belong here"),
            Read("60% fewer", "percent", -60, -60.5, -59.5, "rounded"),
            Refused("60% fewer companies", "percent", 4, "'fewer compan' does not belong here"),
        ),
    ),
    "Numbers in words": (
        "A number in words is exact, unless it ends in `hundred`, `thousand` and so on: then it is rounded to that.",
        (
            Read("sixteen", "company", 16, 16, 16, "exact"),
            Read("one hundred and sixty-one", "company", 161, 161, 161, "exact"),
            Read("three million", "person", 3e6, 2.5e6, 3.5e6, "rounded"),
            Read("hundred thousand", "person", 1e5, 5e4, 1.5e5, "rounded"),
            Read("two hundred and two thousand", "person", 202_000, 201_500, 202_500, "rounded"),
            Read("3 hundred and 21", "company", 321, 321, 321, "exact"),
            Read("two hundred point zero three", "number", 200.03, 200.025, 200.035, "rounded"),
            Read("two hundred point seventy-one", "number", 200.71, 200.705, 200.715, "rounded"),
            Read("a dozen", "company", 12, 12, 12, "exact"),
            Read("2 dozen", "company", 24, 24, 24, "exact"),
            Read("half a dozen", "company", 6, 6, 6, "exact"),
            Read("half a million", "person", 5e5, 450000, 550000, "rounded"),
            Read("five and a half million", "person", 5.5e6, 5250000, 5750000, "rounded"),
            Read("one billion and a quarter million", "person", 1_000_250_000, 1000249999.5, 1000250000.5, "rounded"),
            Read("zero", "company", 0, 0, 0, "exact"),
            Read("twice", "ratio", 2, 1.8, 2.2, "rounded"),
            Read("three times", "ratio", 3, 2.7, 3.3, "rounded"),
            Refused("one one", "number", 4, "'one' does not belong here"),
            Refused("ninety-five hundred thousand", "number", 0, "'ninety-five ' does not belong here"),
        ),
    ),
    "Vague amounts": (
        "`thousands` are two to ten of them, `a few` two to seven; the value is the geometric middle.",
        (
            Read("thousands", "person-day", 4472.13595499958, 2000, 10000, "estimate"),
            Read("tens of millions", "person", 44721359.549995795, 2e7, 100000000, "estimate"),
            Read("dozens", "company", 48.98979485566356, 24, 100, "estimate"),
            Read("a few thousand", "person", 3741.657386773941, 2000, 7000, "estimate"),
            Refused("a few thousand of millions", "person", 18, "'millions' does not belong here"),
        ),
    ),
    "Modifiers": (
        "Words before and after a number say of which kind it is, and on which side the truth may lie.",
        (
            Read("nearly 300", "person", 300, 270, 300, "estimate"),
            Read("some 300", "person", 300, 270, 330, "estimate"),
            Read("300 or so", "person", 300, 270, 330, "estimate"),
            Read("c. 300", "person", 300, 270, 330, "estimate"),
            Read("300, give or take", "person", 300, 270, 330, "estimate"),
            Read("60-odd companies", "company", 60, 60, 70, "estimate"),
            Read("some 60-odd", "company", 60, 60, 70, "estimate"),
            Read("barely 300", "person", 300, 270, 330, "estimate"),
            Read("capped at 300", "person", 300, 0, 300, "at_most"),
            Read("a good 300", "person", 300, 300, inf, "at_least"),
            Read("~$5B", "USD", 5e9, 4500000000, 5500000000, "estimate"),
            Read("up to 300", "person", 300, 0, 300, "at_most"),
            Read("no more than 300", "person", 300, 0, 300, "at_most"),
            Read("300 or less", "person", 300, 0, 300, "at_most"),
            Read("slightly less than 300", "person", 300, 285, 300, "estimate"),
            Read("more than half", "share", 0.5, 0.5, inf, "at_least"),
            Read("well over 300", "person", 300, 300, inf, "at_least"),
            Read("no fewer than 300", "person", 300, 300, inf, "at_least"),
            Read("300 or more", "person", 300, 300, inf, "at_least"),
            Read("$100M+", "USD", 1e8, 1e8, inf, "at_least"),
            Refused("up to 300 or more", "person", 10, "two marks that disagree"),
        ),
    ),
    "Ranges and errors": (
        "A range is an estimate whose value is the middle; a number printed with its error is an estimate too.",
        (
            Read("2–4", "month", 3, 2, 4, "estimate"),
            Read("2—4", "month", 3, 2, 4, "estimate"),
            Read("2 ‑ 4", "month", 3, 2, 4, "estimate"),
            Read("2 to 4", "month", 3, 2, 4, "estimate"),
            Read("between 20 and 30%", "percent", 25, 20, 30, "estimate"),
            Read("from $2B to $4B", "USD", 3e9, 2e9, 4e9, "estimate"),
            Read("more than 20 but fewer than 30", "company", 25, 20, 30, "estimate"),
            Read("20 give or take 3", "company", 20, 17, 23, "estimate"),
            Read("22.55 ± 0.17", "number", 22.55, 22.38, 22.72, "estimate"),
            Read("22.55+/-0.17", "number", 22.55, 22.38, 22.72, "estimate"),
            Read("22.55 (± 0.17)", "number", 22.55, 22.38, 22.72, "estimate"),
            Read("89.18±0.08%", "percent", 89.18, 89.10, 89.26, "estimate"),
            Refused("3-1", "number", 2, "a range, a score or a difference?"),
            Refused(
                "11.18 (84)",
                "number",
                7,
                "a second number: a rank, a score, an error or a footnote? its column declares which",
            ),
            Refused(
                "0.93 (0.02)",
                "number",
                6,
                "a second number: a rank, a score, an error or a footnote? its column declares which",
            ),
            Refused("between 20", "month", 10, "the text ends too soon"),
            Refused("5% ± 1", "percent", 5, "a unit or magnitude on the number only"),
        ),
    ),
    "Money": (
        "The currency stands before or after the number, as a sign, a code or a name; any ISO code is a unit. A sign "
        "that several currencies share needs a declaration.",
        (
            Read("US$3bn", "USD", 3e9, 2.5e9, 3.5e9, "rounded"),
            Read("115.5USD", "USD", 115.5, 115.45, 115.55, "rounded"),
            Read("10 $ 30 cent", "USD", 10.3, 10.295, 10.305, "rounded"),
            Read("five dollars and ten cents", "USD", 5.1, 5.095, 5.105, "rounded"),
            Read("$100-million", "USD", 1e8, 9.95e7, 1.005e8, "rounded"),
            Read("5 pounds sterling", "GBP", 5, 4.5, 5.5, "rounded"),
            Read("half a million dollars", "USD", 5e5, 450000, 550000, "rounded"),
            Read("one-yen", "JPY", 1, 0.5, 1.5, "rounded"),
            Read("C$5", "CAD", 5, 4.5, 5.5, "rounded"),
            Read("A$5", "AUD", 5, 4.5, 5.5, "rounded"),
            Read("R$5", "BRL", 5, 4.5, 5.5, "rounded"),
            Read("CHF 5m", "CHF", 5e6, 4.5e6, 5.5e6, "rounded"),
            Read("10,000 Swiss francs", "CHF", 10_000, 9_999.5, 10_000.5, "rounded"),
            Read("5 zł", "PLN", 5, 4.5, 5.5, "rounded"),
            Read("₩5", "KRW", 5, 4.5, 5.5, "rounded"),
            Read("5 ₹", "INR", 5, 4.5, 5.5, "rounded"),
            Read("5 Kč", "CZK", 5, 4.5, 5.5, "rounded"),
            Read("NZD $5", "NZD", 5, 4.5, 5.5, "rounded"),
            Read("5 yuan", "CNY", 5, 4.5, 5.5, "rounded"),
            Read("$1.2trn", "USD", 1.2e12, 1.15e12, 1.25e12, "rounded"),
            Read("$5/h", "USD/hour", 5, 4.5, 5.5, "rounded"),
            Refused("C$5", "USD", 0, "CAD is another currency"),
            Refused("5 kr", "SEK", 2, "kr may be SEK, NOK, DKK, ISK"),
            Refused("Rs 5", "INR", 0, "Rs may be INR, PKR, LKR, NPR, MUR"),
            Refused("5 rupees", "INR", 2, "rupees may be INR, LKR, MUR, NPR, PKR, SCR"),
            Refused("CHF $5", "CHF", 4, "CHF or the currency of $?"),
            Refused("$3 million and 20", "USD", 11, "'and 20' does not belong here"),
            Refused("15 dollars 50", "USD", 11, "'50' does not belong here"),
            Refused("1,452.4", "USD", 0, "no currency"),
        ),
    ),
    "Percentages": (
        "A percent sign is printed or declared. Percentage points and basis points are units of their own.",
        (
            Read("one hundred percents", "percent", 100, 99.5, 100.5, "rounded"),
            Read("minus five percent", "percent", -5, -5.5, -4.5, "rounded"),
            Read("+3 pp", "percentage point", 3, 2.5, 3.5, "rounded"),
            Read("25 bps", "basis point", 25, 24.5, 25.5, "rounded"),
            Refused("3 pp", "percent", 2, "no %"),
            Refused("percent of 10", "percent", 0, "'percent of 1' does not belong here"),
        ),
    ),
    "Orders": (
        "A place in an order is a rank, never an amount.",
        (
            Read("94th", "rank", 94, 94, 94, "exact"),
            Read("twenty-first", "rank", 21, 21, 21, "exact"),
            Refused("94th", "company", 2, "'th' does not belong here"),
            Refused("93nd", "rank", 2, "'nd' does not belong here"),
        ),
    ),
    "Times": (
        "Hours, minutes and seconds are seconds. Two numbers without decimals are minutes or hours, as declared.",
        (
            Read("4:35.2", "second", 275.2, 275.15, 275.25, "rounded"),
            Read("1:56:37", "second", 6997, 6996.5, 6997.5, "rounded"),
            Read("13h09 m33.5s", "second", 47_373.5, 47_373.45, 47_373.55, "rounded"),
            Read("90 minutes", "second", 5400, 5370, 5430, "rounded"),
            Read("2 h 30 min", "second", 9000, 8970, 9030, "rounded"),
            Refused("3:56", "second", 0, "3 min 56 s, or 3 h 56 min? its column declares which"),
        ),
    ),
    "Days, months, years": (
        "A day is exact; a month, quarter or year allows all of its days. Days count from 1970.",
        (
            Read("june 19 , 1993", "date", 8570, 8570, 8570, "exact"),
            Read("15-Mar-2006", "date", 13_222, 13_222, 13_222, "exact"),
            Read("03/2006", "date", 13_223, 13_208, 13238, "rounded"),
            Read("7 January 2008", "date", 13_885, 13_885, 13_885, "exact"),
            Read("March 2006", "date", 13_223, 13_208, 13238, "rounded"),
            Read("Q4 2019", "date", 18_216, 18_170, 18261, "rounded"),
            Read("2019 Q4", "date", 18_216, 18_170, 18261, "rounded"),
            Read("H1 2020", "date", 18_353, 18_262, 18443, "rounded"),
            Read("2024–2026", "calendar year", 2025, 2024, 2026, "estimate"),
            Read("2017/18", "calendar year", 2017.5, 2017, 2018, "estimate"),
            Read("2003 – 05", "calendar year", 2004, 2003, 2005, "estimate"),
            Refused("2009/10", "calendar year", 0, "2009 to 2010, or month 10 of 2009?"),
            Refused("2018/17", "calendar year", 0, "years out of order"),
            Refused("30/9/2018", "date", 0, "'30/9/2018' does not belong here"),
            Refused("30 February 2020", "date", 0, "no such date"),
        ),
    ),
    "Missing values, footnotes, markup": (
        "Footnote marks are kept as a note; marks of layout are ignored.",
        (
            Read("n.a.", "number", nan, nan, nan, "missing"),
            Read("N/M", "number", nan, nan, nan, "missing"),
            Read("N/A (internal)", "number", nan, nan, nan, "missing", "internal"),
            Read("12*", "event", 12, 12, 12, "exact", "*"),
            Read("12 *", "event", 12, 12, 12, "exact", "*"),
            Read("12†", "event", 12, 12, 12, "exact", "†"),
            Read("12[a]", "event", 12, 12, 12, "exact", "[a]"),
            Read("[BOLD] 0.93", "share", 0.93, 0.925, 0.935, "rounded"),
            Read("<bold>30.53</bold> ± 0.30", "number", 30.53, 30.23, 30.83, "estimate"),
            Refused("-", "number", 0, "a dash: missing, or nothing? its column declares which"),
            Refused("", "number", 0, "the text is empty"),
            Refused("—", "number", 0, "a dash: missing, or nothing? its column declares which"),
            Refused("12 [3]", "event", 3, "'[3]' does not belong here"),
            Refused("<script>5", "event", 1, "'script>5' does not belong here"),
        ),
    ),
    "What a column declares": (
        "Nothing is guessed: what a table means beyond what it prints must be declared.",
        (
            Read("1.234,5", "number", 1234.5, 1234.45, 1234.55, "rounded", "", GERMAN),
            Read("1.234", "person", 1234, 1234, 1234, "exact", "", GERMAN),
            Read("1 234,5", "number", 1234.5, 1234.45, 1234.55, "rounded", "", Context(decimal=",", grouping=" ")),
            Read("1’234", "person", 1234, 1234, 1234, "exact", "", Context(decimal=".", grouping="’")),
            Read("1,452.4", "USD", 1_452.4e6, 1_452.35e6, 1_452.45e6, "rounded", "", MILLIONS),
            Read("$(2,227)", "USD", -2_227e6, -2_227.5e6, -2_226.5e6, "rounded", "", MILLIONS),
            Read("(35,569 )", "USD", -35_569e6, -35_569.5e6, -35_568.5e6, "rounded", "", MILLIONS),
            Read("(8.4)%", "percent", -8.4, -8.45, -8.35, "rounded", "", MILLIONS),
            Read("$—", "USD", 0, -5e5, 5e5, "rounded", "", MILLIONS),
            Read("—%", "percent", 0, -0.5, 0.5, "rounded", "", MILLIONS),
            Read("-", "number", nan, nan, nan, "missing", "", Context(missing=("-", ""))),
            Read("", "number", nan, nan, nan, "missing", "", Context(missing=("-", ""))),
            Read("1,452.4", "USD", 1_452.4, 1_452.35, 1_452.45, "rounded", "", Context(currency="USD")),
            Read("nm", "USD", nan, nan, nan, "missing", "", MILLIONS),
            Read("390(1)", "USD", 390e6, 389.5e6, 390.5e6, "rounded", "(1)", MILLIONS),
            Read("40", "percent", 40, 39.5, 40.5, "rounded", "", Context(unit="percent")),
            Read("0.45", "percent", 45, 44.5, 45.5, "rounded", "", Context(fractions=True)),
            Read("$5", "CAD", 5, 4.5, 5.5, "rounded", "", Context(currency="CAD")),
            Read("5 kr", "SEK", 5, 4.5, 5.5, "rounded", "", Context(currency="SEK")),
            Read("5 rupees", "INR", 5, 4.5, 5.5, "rounded", "", Context(currency="INR")),
            Read("¥5", "CNY", 5, 4.5, 5.5, "rounded", "", Context(currency="CNY")),
            Read("0.93 (0.02)", "number", 0.93, 0.91, 0.95, "estimate", "", Context(parentheses="error")),
            Read("1,234 (56%)", "person", 1234, 1234, 1234, "exact", "56%", Context(parentheses="aside")),
            Read("31 - 21", "number", 31, 30.5, 31.5, "rounded", "", Context(within=("{} - *",))),
            Read("12 (34 %)", "percent", 34, 33.5, 34.5, "rounded", "", Context(within=("* ({})", "{}"))),
            Read("34 %", "percent", 34, 33.5, 34.5, "rounded", "", Context(within=("* ({})", "{}"))),
            Read("Rose Garden  20,708", "person", 20708, 20708, 20708, "exact", "", Context(within=("* {}",))),
            Read("68 + 71 = 139", "number", 139, 138.5, 139.5, "rounded", "", Context(within=("* = {}",))),
            Read("N/A", "number", nan, nan, nan, "missing", "", Context(within=("{} - *",))),
            Read("N/A (35 %)", "percent", 35, 34.5, 35.5, "rounded", "", Context(within=("* ({})",))),
            Read("—", "person", 0, 0, 0, "exact", "", Context(within=("* ({})",), nil=("—",))),
            Read("-999", "number", nan, nan, nan, "missing", "", Context(missing=("-999", "0"))),
            Read("0%", "percent", nan, nan, nan, "missing", "", Context(missing=("-999", "0"))),
            Read("00.34", "number", 0.34, 0.335, 0.345, "rounded", "", Context(padded=True)),
            Read("１２", "person", 12, 12, 12, "exact", "", Context(digits="fullwidth")),
            Read("٤٥", "person", 45, 45, 45, "exact", "", Context(digits="arabic")),
            Read("3:56", "second", 236, 235.5, 236.5, "rounded", "", Context(clock="m:s")),
            Read("3:56", "second", 14_160, 14_130, 14_190, "rounded", "", Context(clock="h:m")),
            Refused("$1.2 billion", "USD", 0, "its own magnitude, or also that of the column, 10^6?", MILLIONS),
            Refused("(1)", "USD", 0, "a negative number, or a footnote?", MILLIONS),
            Refused("-(5)", "USD", 0, "a sign and parentheses", MILLIONS),
            Refused("2-4", "USD", 2, "a range, a score or a difference?", MILLIONS),
            Refused(
                "45%", "percent", 0, "a percentage, where the column declares fractions of one", Context(fractions=True)
            ),
            Refused(
                "0.93 (2)", "number", 6, "an error of other decimals than its number", Context(parentheses="error")
            ),
            Refused("5 million viewers", "person", 0, "5 or 5 million?", Context(within=("{} *",))),
            Refused("Stadium 20 708", "person", 0, "", Context(within=("* {}",))),
            Refused("about 300", "person", 0, "about 300 or 300?", Context(within=("* {}",))),
            Refused("Loss − 5", "number", 0, "− 5 or 5?", Context(within=("* {}",))),
            Refused("31 - 21 - 4", "number", 5, "a range, a score or a difference?", Context(within=("{} - 4",))),
        ),
    ),
}

SENTENCES = (
    Sentence(
        "Revenue rose 3.4% to $1.2 billion in 2023, and nearly 300 people came.",
        (
            ("3.4%", "percent", 3.4, "rounded"),
            ("$1.2 billion", "USD", 1.2e9, "rounded"),
            ("2023", "calendar year", 2023, "exact"),
            ("nearly 300 people", "person", 300, "estimate"),
        ),
    ),
    Sentence(
        "It reached 1.8 billion people; at least three companies spent more than $100M each.",
        (
            ("1.8 billion people", "person", 1.8e9, "rounded"),
            ("at least three companies", "company", 3, "at_least"),
            ("more than $100M", "USD", 1e8, "at_least"),
        ),
    ),
    Sentence(
        "Two thirds of firms lost half a million dollars or so, 10–20% in March 2024 and twice as much in two years.",
        (
            ("Two thirds", "number", 2 / 3, "rounded"),
            ("half a million dollars or so", "USD", 5e5, "estimate"),
            ("10–20%", "percent", 15, "estimate"),
            ("March 2024", "date", 19_798, "rounded"),
            ("twice", "ratio", 2, "rounded"),
            ("two years", "year", 2, "rounded"),
        ),
    ),
    Sentence(
        "Between 20 and 30 companies paid 10,000 Swiss francs for thousands of person-days at $3.40 per person-hour.",
        (
            ("Between 20 and 30 companies", "company", 25, "estimate"),
            ("10,000 Swiss francs", "CHF", 10_000, "rounded"),
            ("thousands of person-days", "person-day", 4472.13595499958, "estimate"),
            ("$3.40 per person-hour", "USD/person-hour", 3.4, "rounded"),
        ),
    ),
    Sentence(
        "It finished 94th in 4:35.2 after 2 h 30 min, the third time, up 25 bps, and 10x cheaper.",
        (
            ("94th", "rank", 94, "exact"),
            ("4:35.2", "second", 275.2, "rounded"),
            ("2 h 30 min", "second", 9000, "rounded"),
            ("third", "rank", 3, "exact"),
            ("25 bps", "basis point", 25, "rounded"),
            ("10x", "ratio", 10, "rounded"),
        ),
    ),
    Sentence(
        "It costs 15 dollars 50, or 1.234, 5,00 or 180.25ml; the score was 3-1 at 10.0.0.1.",
        (
            ("15 dollars 50", "goes on where the quantity ends"),
            ("1.234", "1.234, or 1,234?"),
            ("5,00", "goes on where the quantity ends"),
            ("180.25ml", "number", 180.25, "rounded"),
            ("3-1", "a range, a score or a difference?"),
            ("10.0.0.1", "goes on where the quantity ends"),
        ),
    ),
    Sentence(
        "From Google, at least $1 per page under 100,000 H100 GPUs per GPU-hour in the 1990s, about 1,3 or 3% to $5.",
        (
            ("at least $1", "USD", 1, "at_least"),
            ("under 100,000", "number", 100_000, "at_most"),
            ("1990s", "goes on where the quantity ends"),
            ("about 1,3", "goes on where the quantity ends"),
            ("3%", "percent", 3, "rounded"),
            ("$5", "USD", 5, "rounded"),
        ),
    ),
    Sentence(
        "A third risk: a third of Llama 3 users, one in five firms and 3 in 10 cities, in 2018 and 2019.",
        (
            ("A third", "a part, or a place in an order?"),
            ("a third", "number", 1 / 3, "rounded"),
            ("3", "a number, or part of a name: Llama 3?"),
            ("one in five", "number", 0.2, "rounded"),
            ("3 in 10", "number", 0.3, "rounded"),
            ("2018", "calendar year", 2018, "exact"),
            ("2019", "calendar year", 2019, "exact"),
        ),
    ),
    Sentence(
        "Two in every five shops and nearly 9 in 10 of the others put three in five boxes, 3 in 10 days.",
        (
            ("Two in every five", "number", 0.4, "rounded"),
            ("nearly 9 in 10", "number", 0.9, "estimate"),
            ("three in five", "a part of a whole, or a number in another?"),
            ("3 in 10", "a part, or one in a time?"),
        ),
    ),
    Sentence(
        "NZD $1.3m, $0.3 million and $0.6 million, $3 million and 20 companies, 3 million and 20, in 2:52, CHF $5.",
        (
            ("NZD $1.3m", "NZD", 1.3e6, "rounded"),
            ("$0.3 million", "USD", 3e5, "rounded"),
            ("$0.6 million", "USD", 6e5, "rounded"),
            ("$3 million", "USD", 3e6, "rounded"),
            ("20 companies", "company", 20, "exact"),
            ("3 million and 20", "one number, or two?"),
            ("2:52", "2 min 52 s, or 2 h 52 min?"),
            ("CHF $5", "CHF or the currency of $?"),
        ),
    ),
    Sentence(
        "The 185-hp car does 100km/hr and 5-10 miles per gallon, weighs 1.2m tons and costs $24/MWh.",
        (
            ("185-hp", "number", 185, "rounded"),
            ("100km/hr", "number", 100, "rounded"),
            ("5-10 miles per gallon", "number", 7.5, "estimate"),
            ("1.2m tons", "number", 1.2e6, "rounded"),
            ("$24/MWh", "USD", 24, "rounded"),
        ),
    ),
    Sentence(
        "It rose from $10 to $15 billion, then from $200 to $4 million, from $2 to $90 million, from 4.8 to 4.7 %.",
        (
            ("$10", "USD", 1e10, "rounded"),
            ("$15 billion", "USD", 1.5e10, "rounded"),
            ("$200", "USD", 200, "rounded"),
            ("$4 million", "USD", 4e6, "rounded"),
            ("$2", "as printed, or in million as the number beside it?"),
            ("$90 million", "USD", 9e7, "rounded"),
            ("4.8", "percent", 4.8, "rounded"),
            ("4.7 %", "percent", 4.7, "rounded"),
        ),
    ),
    Sentence(
        "A loss of $(3.2) million - 50 people - at 10.45pm on 9 May: 1/2 of all, up 5pc, iPhone 11, 12-nation.",
        (
            ("$(3.2) million", "USD", -3.2e6, "rounded"),
            ("50 people", "person", 50, "exact"),
            ("10.45pm", "a time of day"),
            ("9 May", "a day without a year"),
            ("1/2", "number", 0.5, "rounded"),
            ("5pc", "percent", 5, "rounded"),
            ("11", "a number, or part of a name: iPhone 11?"),
            ("12", "number", 12, "rounded"),
        ),
    ),
    Sentence(
        "Some eight million 250ml cans, twenty and three and three fifths, 1.99×10−30 kg, 2.7m cars between 15 kHz.",
        (
            ("Some eight million", "number", 8e6, "estimate"),
            ("250ml", "number", 250, "rounded"),
            ("twenty and three", "goes on where the quantity ends"),
            ("three fifths", "number", 0.6, "rounded"),
            ("1.99×10−30 kg", "number", 1.99e-30, "rounded"),
            ("2.7m", "is a magnitude for money only"),
            ("15 kHz", "number", 15, "rounded"),
        ),
    ),
    Sentence("Which one do you prefer, the May 4th one, or half-way between AWS and One-off?", ()),
)

TAIL = """
## A whole text

`tidebook read FILE --in FOLDER` lists every quantity of a text with line and column, its value, and the matching
figures of the dossier: those printed with the same words, or with the same value in the same unit. `-` reads
standard input; without a file, it reads the text that the dossier names under `[article] text`. What is unclear is
listed with the reason, and below the table are the figures that the text does not contain. `--json` prints all of
this as JSON. Contradictions within the text come first; see [Read a text](read-a-text.md).

```console
$ echo "He ran 42,195 km in 2:00:35, a tenth faster, for 1.234 of it." | tidebook read --in examples/marathon -
place  text       value  allows                   unit    kind     matching figures
1:8    42,195 km  42195  42,194.5–42,195.5 km     km      rounded  prose/marathon/distance
1:21   2:00:35    7235   7,234.5–7,235.5 seconds  second  rounded  men/kiptum_2023/time
1:30   a tenth    0.1    0.09–0.11                number  rounded
1:50   1.234                                              unclear  the point may separate thousands: 1.234, or 1,234?
3 quantities, 2 of which match figures; 1 unclear
24 figures of the dossier are not in the text: men/tergat_2003/date, men/tergat_2003/time, \
men/gebrselassie_2007/date and 21 more
0 findings; 3 numbers in the prose: 2 figure, 1 unknown; 67% of those that count are covered
```

## For developers

`parse_quantity` reads a cell, given the unit of its column and what the column declares, a `Context`
(`read.quantities.context`); without declarations reading is strict. `find_quantities` finds the quantities of a
sentence, and `propose` the fewest declarations. `inconsistencies` finds what the cells of a table contradict: totals
that do not add up, shares and growth that do not follow, numbers copied from the row above, and
sums that are right only thanks to rounding. Each rule speaks only if the table shows that it was meant to hold.

The grammar is written by hand. Even for its simplest part, `lark` reads a tenth as many cells a second and `parsy` a
thirtieth as many, and neither makes it easier to state that a text with two readings is refused. `python -m
benchmarks.quantities PATH` reads public test sets.
"""

KEYS = {
    "inherits": (
        "`true`",
        'a number without a unit has that of the column, as `16.4` has under "Share (%)", and a sign that several '
        "currencies share, as `$` or `kr`, is that of the column; where there is a `scale`, this need not be said",
    ),
    "scale": (
        "`1e3`, `1e6`, `1e9`, ...",
        "numbers are in thousands, millions, billions; percentages, ratios, days and prices are not",
    ),
    "locale": (
        '`"en"`, `"de"`, `"fr"`, `"de-CH"` and others of [CLDR](https://cldr.unicode.org/)',
        "the signs of decimals and thousands are those of a language, or of a language in a country",
    ),
    "decimal": ('`"."` or `","`', "the sign of decimals"),
    "grouping": ('`","`, `"."`, `" "`, `"\'"` or `"’"`', "the sign of thousands"),
    "fractions": ("`true`", "percentages are printed as fractions of one: `0.45` is 45 %"),
    "missing": ('texts, such as `["", "nm"]`', 'cells without a value; `""` is an empty one'),
    "nil": ('texts, such as `["—"]`', "cells that say zero"),
    "footnotes": ('texts, such as `["(1)"]`', "marks of footnotes behind a number"),
    "parentheses": (
        '`"negative"`, `"error"` or `"aside"`',
        "around a number they make it negative; or what stands in them behind a number is its error, or a note",
    ),
    "padded": ("`true`", "zeros may stand before a number, as in `00.34`"),
    "digits": (", ".join(f'`"{name}"`' for name in DIGITS), "the digits are of this kind"),
    "clock": ('`"m:s"` or `"h:m"`', "whether `3:56` is minutes and seconds, or hours and minutes"),
    "fiscal_year": (
        '`"October"`, or `"April, named by its start"`',
        "the first month of fiscal years such as `FY2024` or `Q2 FY24`, which bear the year of their end or start",
    ),
    "within": ('forms, such as `["* ({})", "{}"]`', "the quantity is what stands at `{}`; `*` is any text"),
}
"""What a table or column may declare about its print: the key in a dossier, its values, and what it says."""

HEAD = f"""# How printed numbers are read

Each number comes with the interval that its printed form [allows](printed-numbers.md), and a kind: exact, rounded,
estimate, at least, at most or missing. Numbers are never guessed: a text with two readings is refused, and the message
names both. Where a column means more than it prints, as "in millions" does, its declaration in `dossier.toml` says so:

```toml
[tables.sales]
path = "article/sales.csv"
title = "Sales"
locale = "de"

[tables.sales.columns]
"Region" = {{ name = "region", role = "subject" }}
"Sales (€ million)" = {{ name = "sales", unit = "EUR", scale = 1e6, nil = ["—"] }}
"Share (%)" = {{ name = "share", unit = "percent", inherits = true }}
```

Table settings apply to every column; a column's own setting wins. If cells cannot be read, `tidebook check` suggests
the smallest declaration that makes the whole column readable. It never applies it.

| key | value | what it says |
|---|---|---|
{chr(10).join(f"| `{key}` | {value} | {says} |" for key, (value, says) in KEYS.items())}

A number allows half a unit of its last printed digit either way. A whole number of things is exact, unless its zeros
may be places: [What a printed number allows](printed-numbers.md) has the rule of each family. [Every printed
form](quantities/forms.md) lists all forms that are read or refused, also with [what a column
declares](quantities/forms.md#what-a-column-declares). [Running text](quantities/running-text.md) has sentences with the
quantities found in them.

Generated from the tests by `make pages`; edit `tests/unit/quantity_forms.py`, not this page.
"""

FORMS_HEAD = """# Every printed form

Each form that is read or refused, with what it says. [How printed numbers are read](../quantities.md) is the guide.

Generated from the tests by `make pages`; edit `tests/unit/quantity_forms.py`, not this page.
"""

SENTENCES_HEAD = """# Quantities in running text

Sentences, each with the quantities that are found in it. `tidebook read` lists [those of a
text](../quantities.md#a-whole-text).

Generated from the tests by `make pages`; edit `tests/unit/quantity_forms.py`, not this page.
"""

PAGES = Path(__file__).resolve().parents[2] / "docs" / "quantities"
"""Folder of the pages of the reference."""


def number(value: float) -> str:
    """Return a number for the page."""
    if isnan(value) or abs(value) == inf:
        return "" if isnan(value) else "∞" if value > 0 else "−∞"
    grouped = f"{value:,.15g}" if 10_000 <= abs(value) < 1e15 else f"{value:.15g}"
    return grouped.replace("-", "−")


def code(text: str) -> str:
    """Return a cell in code marks, with the names of blanks that look like others."""
    blanks = "".join(f" (U+{ord(each):04X})" for each in text if each in "\u00a0\u2009\u202f")
    if not text:
        return "an empty cell"
    return f"`{text}`{blanks}"


def page() -> str:
    """Return the guide, docs/quantities.md."""
    return HEAD + TAIL


def reference() -> dict[str, str]:
    """Return the pages of the reference by their names in docs/quantities/."""
    return {"forms.md": forms_page(), "running-text.md": sentences_page()}


def forms_page() -> str:
    """Return the page of all forms: a table a section."""
    parts = [FORMS_HEAD]
    for title, (rule, forms) in FORMS.items():
        contexts = any(form.context != STRICT for form in forms)
        heads = ("cell", "unit", *(("declared",) if contexts else ()), "says", "from", "to", "kind")
        parts.append(f"\n## {title}\n\n{rule.replace('](', '](../')}\n")
        parts.append(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
        for form in forms:
            start = [code(form.text), form.unit, *([code(declarations(form.context))] if contexts else [])]
            if isinstance(form, Refused):
                says = ["refused: " + form.reason.replace("|", "\\|"), "", "", ""]
            else:
                kind = form.kind.replace("_", " ") + (f", note `{form.note}`" if form.note else "")
                says = [number(form.value), number(form.low), number(form.high), kind]
            parts.append(f"| {' | '.join([*start, *says])} |")
    return "\n".join(parts) + "\n"


def sentences_page() -> str:
    """Return the page of sentences with their quantities."""
    parts = [SENTENCES_HEAD]
    for sentence in SENTENCES:
        parts.append(f"> {sentence.text}\n")
        for found in sentence.found:
            says = (
                f"unclear: {found[1]}"
                if len(found) == 2
                else f"{number(found[2])} {found[1]}, {found[3].replace('_', ' ')}"
            )
            parts.append(f"- `{found[0]}`: {says}")
        parts.append("" if sentence.found else "- no quantity\n")
    return "\n".join(parts).rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGES.mkdir(exist_ok=True)
    for name, text in reference().items():
        (PAGES / name).write_text(text, encoding="utf-8")
    sys.stdout.write(page())
