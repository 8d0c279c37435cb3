"""Comparisons: each rule on rows made by hand, with the arithmetic, its boundaries, and the order of the rules."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest
from pandera.errors import SchemaError

from tests.unit.evidence_rows import ASSUMED, DAY, figures, printed, reference, references
from tests.unit.read_scenarios import metric
from tidebook.pipelines.evaluate.known import CLAIMED
from tidebook.pipelines.evaluate.reconciliation import judged_figures, paired_figures, reconciliation_table, with_unit
from tidebook.pipelines.judge.comparisons import comparisons_table
from tidebook.pipelines.read.dossier.declared import Article, PrintedTables
from tidebook.pipelines.read.quantities.context import STRICT, Context
from tidebook.schemas.reference import Comparisons, Reconciliation

COST = "runs/a/cost"
COLUMNS = PrintedTables.model_validate({"tables": {name: {"path": name, "title": name} for name in ("models", "runs")}})
NO_METRICS = pd.DataFrame(
    {name: pd.Series(dtype=str) for name in ("metric_id", "evidence_view")}
    | {name: [] for name in ("value", "low", "high")}
)
PRICE_Z = metric(
    "price_z",
    lambda _: pd.Series(dtype=float),
    outliers={"figures": ["runs.cost", "runs.compute"], "words": "its dollars per FLOP"},
)


def comparisons(
    *rows: dict[str, Any], known: list[dict[str, Any]], metrics: pd.DataFrame = NO_METRICS, day: dt.date = DAY
) -> pd.DataFrame:
    article = Article(title="An article", published=day)
    table = comparisons_table(
        figures(*rows), references(*known), metrics, {"price_z": PRICE_Z}, COLUMNS, article, ASSUMED
    )
    return Comparisons.validate(table)


def comparison(
    text: str, *known: dict[str, Any], unit: str = "USD", basis: str = "as reported", context: Context = STRICT
) -> pd.Series:
    """Return the one comparison on a figure of run a, printed as `text`."""
    (row,) = comparisons(printed(COST, text, unit, basis, context), known=list(known)).to_dict("records")
    return pd.Series(row)


# Agreement, and how far it goes.


@pytest.mark.parametrize(
    ("text", "known", "interval"),
    [
        ("$1.2B", "$1.1843B", ""),  # within [1.15, 1.25]
        ("$13B+", "$190B", ""),  # the far side of a bound is never wrong
        ("$13B+", "$13B", ""),  # nor is the bound itself
        ("$7.5B", "more than $7.5B", ""),  # the same number, however it is said
        ("more than $7B", "more than $7.3B", ""),  # implied
        ("$10M", "$6M", "$4M–$11M"),  # the published interval holds the printed value
        ("10.0M dollars", "$6M", "$4M–$10M"),  # and meets the implied one
        ("$6B", "$5.8B", ""),  # one digit allows [5.5, 6.5]
        ("$1.24B", "$1.2B", ""),  # the source prints fewer digits
    ],
)
def test_a_value_within_the_implied_interval_agrees(text: str, known: str, interval: str) -> None:
    row = comparison(text, reference(COST, known, interval=interval))
    assert row["result"] == "agrees"
    assert (row["valid_from"], row["valid_until"]) == (None, None)
    assert (row["source_id"], row["evidence"]) == ("list", [COST])


@pytest.mark.parametrize(
    ("text", "known", "interval", "factor"),
    [
        ("$100M", "$250M", "", 0.4),  # 100 / 250; [99.5, 100.5] holds no 250
        ("$13B+", "$12.9B", "", 13 / 12.9),  # no rounding lifts a value over a bound
        ("more than $7B", "$7B", "", 1),  # equal is not more
        ("10x", "5.8x", "4.0x–8.9x", 10 / 5.8),  # 9 to 11 does not meet 4.0 to 8.9
    ],
)
def test_a_value_outside_differs_by_a_factor(text: str, known: str, interval: str, factor: float) -> None:
    unit = "ratio" if "x" in text else "USD"
    row = comparison(text, reference(COST, known, unit, interval=interval), unit=unit)
    assert (row["result"], row["factor"]) == ("differs", pytest.approx(factor))


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("20", "at least 10"),
        ("over 50", "at least 40"),  # more than 50 may be true, though only 40 are known
        ("under 30", "at least 10"),
        ("22", "more than 20"),
        ("20–40", "fewer than 30"),
    ],
)
def test_a_bound_that_neither_implies_nor_excludes_a_figure_decides_nothing(text: str, known: str) -> None:
    row = comparison(text, reference(COST, known, "deal"), unit="deal")
    assert (row["result"], row["detail"]) == (
        "no reference",
        f"what is known neither implies nor excludes it: {known} deals (2024-06-01)",
    )


def test_a_bound_excludes_what_lies_beyond_it() -> None:
    assert comparison("fewer than 8", reference(COST, "at least 10", "deal"), unit="deal")["result"] == "differs"
    assert comparison("35", reference(COST, "20–30", "deal"), unit="deal")["result"] == "differs"


def test_the_wholes_of_two_parts_must_be_the_same() -> None:
    for known, expected in (("7 of 9", "agrees"), ("7 of 8", "differs"), ("6 of 9", "differs"), ("7", "agrees")):
        assert comparison("7 of 9", reference(COST, known, "deal"), unit="deal")["result"] == expected, known


def test_a_value_that_is_none_differs_by_no_factor() -> None:
    row = comparison("$5.00", reference(COST, "$0.00"))
    assert row["result"] == "differs"
    assert math.isnan(row["factor"])
    assert row["detail"] == "$0.00 (2024-06-01); the printed value is not zero"


def test_an_estimate_is_held_against_its_digits_and_not_the_assumed_spread() -> None:
    # 1.5e25 with the assumed factor of 2.3 would reach 3.45e25; its digits reach [1.45e25, 1.55e25).
    row = comparison("1.5e25 (est.)", reference(COST, "3.0e25", "FLOP"), unit="FLOP")
    assert (row["result"], row["factor"]) == ("differs", pytest.approx(0.5))


@pytest.mark.parametrize(
    ("text", "unit", "context", "known", "expected"),
    [
        ("0.93 (0.02)", "number", Context(parentheses="error"), "0.92", "agrees"),  # 0.91 to 0.95
        ("0.93 (0.02)", "number", Context(parentheses="error"), "0.96", "differs"),
        ("2–4", "person", Context(scale=6, unit="person"), "2,500,000", "agrees"),  # two to four million
        ("2–4", "person", Context(scale=6, unit="person"), "4,100,000", "differs"),
        ("~8", "number", Context(scale=6), "7.6e6", "agrees"),  # 7.5 to 8.5 million
        ("~8", "number", Context(scale=6), "7.4e6", "differs"),
        ("~8,50", "number", Context(decimal=","), "8.5040", "agrees"),  # 8.495 to 8.505
        ("~8,50", "number", Context(decimal=","), "8.51", "differs"),
        ("~2:05", "second", Context(clock="m:s"), "2:05.0", "agrees"),
    ],
)
def test_an_estimate_is_held_against_what_its_column_reads(
    text: str, unit: str, context: Context, known: str, expected: str
) -> None:
    assert comparison(text, reference(COST, known, unit), unit=unit, context=context)["result"] == expected


LOOSELY_SAID = [
    ("about 2,900", "person", "2,871", "agrees"),  # 2,850 to 2,950
    ("about 2,900", "person", "2,820", "differs"),
    ("nearly 3,000", "person", "2,900", "agrees"),  # a tenth short at most: [2,700, 3,000)
    ("nearly 3,000", "person", "2,690", "differs"),
    ("nearly 3,000", "person", "3,010", "differs"),  # the word decides the side
    ("248,000", "person", "248,312", "agrees"),  # 247,500 to 248,500
    ("248,000", "person", "248,900", "differs"),
    ("248,310", "person", "248,312", "differs"),  # one zero is a digit
    ("20", "person", "21", "differs"),
    ("about a quarter of a million", "person", "248,312", "agrees"),  # a tenth either way
    ("a third", "share", "0.34", "agrees"),  # three points either way
    ("a third", "share", "0.30", "differs"),
    ("one in six", "share", "0.164", "agrees"),
    ("nearly half", "share", "0.482", "agrees"),  # 0.45 to 0.55
    ("seven", "second", "7.33", "agrees"),  # as `7`: 6.5 to 7.5
    ("seven", "second", "7.6", "differs"),
    ("two", "year", "2.1", "agrees"),  # 7 percent either way
    ("two", "year", "2.4", "differs"),
    ("twice", "ratio", "2.02x", "agrees"),
    ("~8.50", "number", "8.51", "differs"),  # a zero behind the point is vouched for
    ("100th", "rank", "101", "differs"),
    ("about twenty", "person", "20", "agrees"),
    ("about twenty", "person", "22", "agrees"),  # as `about 20`: a tenth
    ("about twenty", "person", "23", "differs"),
    ("about a hundred", "person", "104", "agrees"),  # as `about 100`: 90 to 110
    ("about a hundred", "person", "120", "differs"),
    ("about 2:03:20", "second", "2:03:40", "differs"),  # a clock vouches for its seconds
]


def test_zeros_at_the_end_and_words_vouch_for_no_more_than_a_reader_takes_them_for(subtests: pytest.Subtests) -> None:
    for text, unit, known, expected in LOOSELY_SAID:
        with subtests.test(text=text, known=known):
            assert comparison(text, reference(COST, known, unit), unit=unit)["result"] == expected


@pytest.mark.parametrize(
    ("text", "own", "other"),
    [("100", "300", "104"), ("248,000", "390,000", "247,512"), ("about 500", "900", "496")],
)
def test_zeros_at_the_end_excuse_a_figure_and_accuse_none(text: str, own: str, other: str) -> None:
    here, there = printed(COST, text, unit="person"), printed("runs/b/training_cost", other, unit="person")
    of_another = (reference(COST, own, "person"), reference(there["figure_id"], other, "person"))
    (row, _) = comparisons(here, there, known=list(of_another)).to_dict("records")
    assert row["result"] == "differs", "it is not that of the other subject"
    unit = reference(COST, other, "company")
    assert comparison(text, unit, unit="person")["result"] == "not comparable"


def test_a_range_that_does_not_vary_by_its_basis_is_held_against_its_ends() -> None:
    exact = {"distribution": "none", "drawn_low": 3.0, "drawn_high": 3.0}
    for known, expected in (("$2.10", "agrees"), ("$4.10", "differs")):
        (row,) = comparisons(printed(COST, "$2–$4") | exact, known=[reference(COST, known)]).to_dict("records")
        assert row["result"] == expected


def test_words_beside_the_quantity_are_none_of_it() -> None:
    aside = Context(within=("* ({})",))
    row = comparison("thousands (5)", reference(COST, "9", "deal"), unit="deal", context=aside)
    assert row["result"] == "differs", "five deals are no thousands, which reach to ten"
    row = comparison("4K (128,000)", reference(COST, "131,072", "token"), unit="token", context=aside)
    assert row["result"] == "differs", "128,000 is printed in full"


def test_dates_and_years_agree_or_not_without_a_period() -> None:
    row = comparison("2024", reference(COST, "2024", "calendar year"), unit="calendar year")
    assert (row["result"], row["valid_from"]) == ("agrees", None)


@pytest.mark.parametrize(
    ("text", "known", "unit", "expected"),
    [
        ("128K", "131,072", "token", "agrees"),  # 128 × 1,024
        ("128K", "129,500", "token", "differs"),  # [127.5, 128.5] × 1,000 ends before, × 1,024 begins at 130,560
        ("128K", "131,072", "star", "differs"),  # only tokens are counted in binary thousands
        ("128,000", "131,072", "token", "differs"),
        ("thousands", "8,333", "GPU-day", "agrees"),  # 2,000 to 10,000
        ("thousands", "84,736", "GPU-day", "differs"),
    ],
)
def test_k_of_tokens_may_be_binary_and_thousands_reach_to_ten(text: str, known: str, unit: str, expected: str) -> None:
    assert comparison(text, reference(COST, known, unit), unit=unit)["result"] == expected


@pytest.mark.parametrize(
    ("text", "unit", "known", "tier", "expected"),
    [
        ("2019", "calendar year", "1850", "D", "169 years later"),
        ("2019", "calendar year", "2020", "P", "1 year earlier"),
        ("2020-03-15", "date", "2020-03-04", "P", "11 days later"),
        ("2020-03-15", "date", "2023-03-15", "D", "1,095 days earlier"),  # three years without a leap day between
        ("1970-04-11", "date", "1972-09-27", "P", "900 days earlier"),  # days 100 and 1,000 are no power of ten apart
        ("c. March 2020", "date", "2020-05-01", "P", "46 days earlier"),  # its middle is 16 March
    ],
)
def test_dates_and_years_are_distinguished_by_days_and_years(
    text: str, unit: str, known: str, tier: str, expected: str
) -> None:
    row = comparison(text, reference(COST, known, unit, tier=tier), unit=unit)
    assert (row["result"], row["detail"]) == ("differs", f"{known} (2024-06-01); the printed value is {expected}")
    assert math.isnan(row["factor"])


def test_about_a_month_reaches_half_a_month_beyond_it() -> None:
    for known, expected in (("2020-03-04", "agrees"), ("2020-02-16", "agrees"), ("2020-04-20", "differs")):
        assert comparison("c. March 2020", reference(COST, known, "date"), unit="date")["result"] == expected, known


# Exponent slips.


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("3.8e25", "power-of-ten error"),  # 0.1 exactly
        ("3.98e25", "power-of-ten error"),  # 0.0955 = 0.1 / 1.047
        ("4.00e25", "differs"),  # 0.0950 = 0.1 / 1.053
        ("3.63e25", "power-of-ten error"),  # 0.1047 = 0.1 × 1.047
        ("3.61e25", "differs"),  # 0.1053 = 0.1 × 1.053
        ("3.8e21", "power-of-ten error"),  # 1000
        ("3.99e24", "differs"),  # 0.952: within 5 % of the zeroth power, which is no slip
    ],
)
def test_a_factor_within_five_percent_of_a_power_of_ten_is_a_power_of_ten_error(known: str, expected: str) -> None:
    row = comparison("3.8e24", reference(COST, known, "FLOP"), unit="FLOP")
    assert row["result"] == expected


@pytest.mark.parametrize(("known", "words"), [("3.8e25", "10 times too low"), ("3.8e21", "1,000 times too high")])
def test_a_typo_is_reported_in_words(known: str, words: str) -> None:
    row = comparison("3.8e24", reference(COST, known, "FLOP"), unit="FLOP")
    assert row["detail"] == f"{known} FLOP (2024-06-01): the printed value is {words}"


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("86.4", "point", "86.4 points"),
        ("50%", "percent", "50%"),
        ("$3", "USD", "$3"),
        ("$3", "USD/year", "$3 per year"),
        ("1", "event", "1 event"),
        ("2", "event", "2 events"),
        ("2024", "calendar year", "2024"),
        ("5.8x", "ratio", "5.8x"),
        ("2:02:57", "second", "2:02:57"),
    ],
)
def test_a_number_is_shown_with_its_unit(text: str, unit: str, words: str) -> None:
    assert with_unit(text, unit) == words


def test_a_typo_is_judged_by_the_value_of_the_day() -> None:
    before, after = (
        reference(COST, text, as_of=date) for text, date in (("$4B", "2024-01-01"), ("$50B", "2025-01-01"))
    )
    assert comparison("$5.0B", before, after)["result"] == "differs", "50 / 5.0 = 10 was not known by the day"
    assert comparison("$5.0B", after)["result"] == "no reference", "nothing was known by publication"
    row = printed(COST, "$5.0B")
    (found,) = judged_figures(paired_figures([row], [after]), DAY, ASSUMED, dt.date(2025, 6, 1))
    assert found.comparison.name == "power-of-ten error", "the first value known by then stands where there is none"


# Wrong attribution.

SCORE = "models/gemini/mmlu"


def attributed(text: str, *known: dict[str, Any]) -> tuple[str, list[str]]:
    (row,) = comparisons(printed(SCORE, text, "point"), known=list(known)).to_dict("records")
    return row["result"], list(row["evidence"])


def score(subject: str, text: str, tier: str = "P", quantity: str = "mmlu") -> dict[str, Any]:
    return reference(f"models/{subject}/{quantity}", text, "point", tier=tier)


def test_a_value_that_is_another_subjects_to_its_last_digit() -> None:
    found = attributed("86.4", score("gemini", "81.9"), score("gpt_4", "86.4"))
    assert found == ("wrong attribution", [SCORE, "models/gpt_4/mmlu"])


def test_a_whole_number_may_be_another_subjects_too() -> None:
    own, other = "models/gemini/deals", "models/gpt_4/deals"
    known = [reference(own, "49", "deal"), reference(other, "121", "deal")]
    (row,) = comparisons(printed(own, "121", "deal"), known=known).to_dict("records")
    assert (row["result"], list(row["evidence"])) == ("wrong attribution", [own, other])


@pytest.mark.parametrize(
    "others",
    [
        [score("gpt_4", "86.5")],  # not to the last digit
        [score("gpt_4", "86.4"), score("claude", "86.4")],  # two subjects share it
        [score("gpt_4", "86.4", tier="W")],  # a weak source
        [score("gpt_4", "86.4", quantity="gsm8k")],  # another quantity
    ],
)
def test_what_is_not_an_attribution(others: list[dict[str, Any]]) -> None:
    assert attributed("86.4", score("gemini", "81.9"), *others)[0] == "differs"


def test_two_digits_are_not_an_attribution_and_without_an_own_value_nothing_is() -> None:
    assert attributed("86", score("gemini", "81.9"), score("gpt_4", "86"))[0] == "differs"
    assert attributed("86.4", score("gpt_4", "86.4"))[0] == "no reference"


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("3 - 0 (2023)", "3", "differs"),  # one digit, whatever stands behind it
        ("121 - 0 (2023)", "121", "wrong attribution"),
    ],
)
def test_digits_beside_the_quantity_are_not_proof_of_an_attribution(text: str, known: str, expected: str) -> None:
    own, other = "models/gemini/deals", "models/gpt_4/deals"
    row = printed(own, text, "deal", context=Context(within=("{} - *",)))
    both = [reference(own, "49", "deal"), reference(other, known, "deal")]
    (found,) = comparisons(row, known=both).to_dict("records")
    assert found["result"] == expected


@pytest.mark.parametrize(
    ("known", "interval", "expected"),
    [
        ("$5.8M", "$4M–$9.4M", "the printed value is 72% too high (1.06 to 2.5 times that within its interval)"),
        ("$4M–$8M", "", "the printed value is 67% too high (1.25 to 2.5 times that within its interval)"),
        ("~$5M", "", "the printed value is 2 times too high"),  # an assumed spread is not a stated interval
        ("$5M", "", "the printed value is 2 times too high"),
    ],
)
def test_how_far_a_value_is_off_over_a_stated_interval(known: str, interval: str, expected: str) -> None:
    assert comparison("$10M", reference(COST, known, interval=interval))["detail"].endswith(expected)


@pytest.mark.parametrize(("text", "expected"), [("4", "1 too high"), ("2", "1 too low"), ("12", "4 times too high")])
def test_a_small_count_is_off_by_a_number_and_not_by_a_percentage(text: str, expected: str) -> None:
    own = "models/gemini/deals"
    (found,) = comparisons(printed(own, text, "deal"), known=[reference(own, "3", "deal")]).to_dict("records")
    assert found["detail"].endswith(f"; the printed value is {expected}")


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("−5%", "5%", "the printed value is of the opposite sign"),
        ("5%", "−5%", "the printed value is of the opposite sign"),
        ("−10%", "5%", "the printed value is of the opposite sign, and 2 times too high in size"),
        ("0%", "3%", "the printed value is zero"),
        ("3%", "0%", "the printed value is not zero"),
        ("nearly 14%", "14.000%", "the printed value is equal to that, which “nearly 14%” excludes"),
    ],
)
def test_a_value_of_the_opposite_sign_or_of_zero_is_reported_in_words(text: str, known: str, expected: str) -> None:
    found = comparison(text, reference(COST, known, unit="percent"), unit="percent")
    assert found["result"] == "differs" and found["detail"].endswith(expected)


def test_a_number_that_words_make_a_fall_says_why_its_sign_is_the_other() -> None:
    """Of `fell by 38%` the quoted text has no minus, so that `1 - a / b` looks right to its author."""
    fallen = printed(COST, "38%", "percent", CLAIMED) | {"value": -38.0, "low": -38.5, "high": -37.5}
    found = comparisons(fallen, known=[reference(COST, "38.2%", unit="percent", basis=CLAIMED)])
    assert "opposite sign (a fall is negative)" in found["detail"].iloc[0]


# Wrong unit or currency.


def test_the_same_number_in_another_currency() -> None:
    row = comparison("€6B", reference(COST, "$6.0B"), unit="EUR")
    assert (row["result"], row["detail"]) == (
        "wrong unit",
        "the number is right in USD, not EUR: $6.0B (2024-06-01)",
    )


def test_the_same_number_in_another_unit() -> None:
    assert comparison("18 months", reference(COST, "18 years", "year"), unit="month")["result"] == "wrong unit"


@pytest.mark.parametrize(
    ("euros", "dollars", "expected"),
    [
        ("€5.8B", "$6.0B", "agrees"),  # 5.8 lies in [5.5, 6.5): the printed currency does not fail
        ("€6.0B", "$6.0B", "agrees"),  # the very number in both
        ("€5.3B", "$6.0B", "wrong unit"),  # 5.3 does not
    ],
)
def test_another_currency_faults_a_number_only_where_its_own_fails(euros: str, dollars: str, expected: str) -> None:
    row = comparison("€6B", reference(COST, euros, "EUR", source="press"), reference(COST, dollars), unit="EUR")
    assert (row["result"], row["source_id"]) == (expected, "list" if expected == "wrong unit" else "press")


@pytest.mark.parametrize(("known", "basis"), [("$6.9B", "as reported"), ("$6.0B", "pre-money")])
def test_another_number_or_basis_is_not_a_wrong_currency(known: str, basis: str) -> None:
    assert comparison("€6B", reference(COST, known, basis=basis), unit="EUR")["result"] == "not comparable"


# Wrong instrument or basis.


@pytest.mark.parametrize(
    ("text", "basis", "known", "other", "expected"),
    [
        ("$1.1B", "debt", "$1.1B", "equity", "wrong basis"),
        ("$7.5B", "round", "$7.54B", "cumulative", "wrong basis"),
        ("$7.5B", "round", "$7.904B", "cumulative", "not comparable"),  # a derived value is exact arithmetic
        ("$8B", "debt", "$8.0B", "venture capital", "not comparable"),  # one digit proves nothing
        ("$1.1B", "as reported", "$1.1B", "equity", "unstated basis"),  # no basis is printed that could be wrong
        ("$1.1B", "debt", "$1.1B", "as reported", "not comparable"),  # nor does the source say another
    ],
)
def test_a_number_that_fits_another_basis(text: str, basis: str, known: str, other: str, expected: str) -> None:
    assert comparison(text, reference(COST, known, basis=other, tier="D"), basis=basis)["result"] == expected


def test_a_value_without_a_stated_basis_lets_the_figure_depend_on_the_basis() -> None:
    said = reference(COST, "more than $100M", source="magazine")
    rent = reference(COST, "$78.4M", basis="cloud rental", source="index")
    row = comparison("$100M+", said, rent, basis="cloud rental")
    assert (row["result"], row["source_id"]) == ("unstated basis", "magazine")
    assert row["detail"] == (
        "it matches more than $100M (2024-06-01), whose basis is not stated; by cloud rental it is $78.4M (2024-06-01)"
    )
    # The same with the article's own basis not stated.
    row = comparison("$100M+", reference(COST, "$100M", basis="said by the maker"), rent)
    assert row["detail"] == (
        "it matches $100M (said by the maker, 2024-06-01); by cloud rental it is $78.4M (2024-06-01)"
    )


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("3", "at least 2", "not comparable"),  # all numbers from 2 on fit a bound
        ("5+", "8", "not comparable"),  # a factor of 1.6, beyond the 1.5 that an open end hides
        ("5+", "7", "unstated basis"),
        ("5+", "at least 5", "unstated basis"),
    ],
)
def test_a_bound_on_another_basis_agrees_with_a_near_value_only(text: str, known: str, expected: str) -> None:
    row = comparison(text, reference(COST, known, "deal", basis="rounds of two companies"), unit="deal")
    assert row["result"] == expected


def test_the_basis_is_wrong_although_there_are_values_on_the_printed_one() -> None:
    row = comparison(
        "$1.1B",
        reference(COST, "$2.3B", basis="debt", as_of="2023-08-31"),
        reference(COST, "$7.5B", basis="debt", as_of="2024-05-31"),
        reference(COST, "$1.1B", basis="equity", source="press"),
        basis="debt",
    )
    assert (row["result"], row["source_id"]) == ("wrong basis", "press")
    assert "it is 'equity', not 'debt'" in row["detail"]


def test_a_value_that_fits_on_the_printed_basis_goes_before_any_other() -> None:
    both = reference(COST, "$1.1B", basis="debt"), reference(COST, "$1.1B", basis="equity")
    assert comparison("$1.1B", *both, basis="debt")["result"] == "agrees"


def test_a_value_near_the_printed_one_on_its_basis_goes_before_another_basis() -> None:
    sums = reference(COST, "$7.904B", basis="cumulative"), reference(COST, "$7.5B", basis="deals of a year")
    assert comparison("$7.5B", *sums, basis="cumulative")["result"] == "differs"  # 7.5 / 7.904 = 0.949
    far = reference(COST, "$8.3B", basis="cumulative")  # 7.5 / 8.3 = 0.904 = 1 / 1.107, farther than a factor of 1.1
    assert comparison("$7.5B", far, sums[1], basis="cumulative")["result"] == "wrong basis"


def test_a_printed_zero_may_lie_in_an_interval_on_another_basis() -> None:
    row = comparison(
        "0.0x", reference(COST, "3x", "ratio", basis="strict", interval="0x–6x"), unit="ratio", basis="loose"
    )
    assert (row["result"], row["factor"]) == ("wrong basis", 0)


# When it held: prices of $10, then $5, then $2.50.

STEPS = [
    reference(COST, "$10.00", as_of="2023-11-06"),
    reference(COST, "$5.00", as_of="2024-05-13"),
    reference(COST, "$2.50", as_of="2024-08-06"),
    reference(COST, "$2.00", as_of="2024-12-17"),
]


@pytest.mark.parametrize(
    ("text", "expected", "start", "end"),
    [
        ("$10.00", "outdated", "2023-11-06", "2024-05-13"),
        ("$5.00", "outdated", "2024-05-13", "2024-08-06"),
        ("$2.50", "agrees", "2024-08-06", "2024-12-17"),
        ("$2.00", "premature", "2024-12-17", None),
    ],
)
def test_the_days_between_which_a_value_was_right(text: str, expected: str, start: str, end: str | None) -> None:
    row = comparison(text, *STEPS)
    assert row["result"] == expected
    assert row["valid_from"] == dt.date.fromisoformat(start)
    assert row["valid_until"] == (dt.date.fromisoformat(end) if end else None)


def test_the_day_decides_which_of_them_it_is() -> None:
    expected = {"2024-05-12": "premature", "2024-05-13": "agrees", "2024-08-05": "agrees", "2024-08-06": "outdated"}
    for day, name in expected.items():
        (row,) = comparisons(printed(COST, "$5.00"), known=STEPS, day=dt.date.fromisoformat(day)).to_dict("records")
        assert row["result"] == name, day


@pytest.mark.parametrize(
    ("basis", "before", "expected", "start"),
    [
        ("as reported", [], "agrees", None),
        ("as reported", ["$3.00"], "premature", "2024-12-17"),
        ("list price", [], "premature", "2024-12-17"),
    ],
)
def test_a_report_does_not_say_since_when_but_a_price_does(
    basis: str, before: list[str], expected: str, start: str | None
) -> None:
    known = [reference(COST, text, as_of="2024-06-01", basis=basis) for text in before]
    row = comparison("$2.00", *known, reference(COST, "$2.00", as_of="2024-12-17", basis=basis), basis=basis)
    assert (row["result"], row["valid_from"]) == (expected, dt.date.fromisoformat(start) if start else None)


def test_a_value_that_came_back_is_judged_by_its_last_spell() -> None:
    row = comparison("$10.00", *STEPS, reference(COST, "$10.00", as_of="2024-09-15"))
    assert (row["result"], row["valid_from"], row["valid_until"]) == (
        "agrees",
        dt.date(2024, 9, 15),
        dt.date(2024, 12, 17),
    )


def test_a_second_value_of_the_same_day_disputes_it_and_does_not_end_it() -> None:
    row = comparison("$2.50", *STEPS[:3], reference(COST, "$3.00", as_of="2024-08-06", source="press"))
    assert (row["result"], row["valid_until"]) == ("disputed", None)
    row = comparison("$2.50", *STEPS[:3], reference(COST, "$3", as_of="2024-08-06", source="press"))
    assert (row["result"], row["valid_until"]) == ("agrees", None), "$3 allows 2.50 to 3.50"


# Tiers, and figures without a value.


def test_without_references_and_with_weak_ones_alone_there_is_none() -> None:
    assert comparison("$5.00", reference("runs/b/cost", "$9.00"))["result"] == "no reference"
    row = comparison("$5.00", reference(COST, "$5.00", tier="W"))
    assert (row["result"], row["detail"]) == ("no reference", "there are only weak independent values")
    assert row["source_id"] == ""


def test_a_weak_reference_neither_agrees_nor_ends_a_spell() -> None:
    weak = reference(COST, "$5.00", as_of="2024-09-01", tier="W")
    assert comparison("$5.00", STEPS[2], weak)["result"] == "differs"
    assert comparison("$2.50", STEPS[2], weak)["valid_until"] is None


def test_of_one_day_the_best_tier_is_what_a_figure_differs_from() -> None:
    known = [
        reference(COST, text, source=f"tier_{tier.lower()}", tier=tier)
        for text, tier in (("$7", "D"), ("$8", "S"), ("$9", "P"))
    ]
    for count, (source, factor) in enumerate((("tier_d", 5 / 7), ("tier_s", 5 / 8), ("tier_p", 5 / 9)), start=1):
        row = comparison("$5.00", *known[:count])
        assert (row["result"], row["source_id"], row["factor"]) == ("differs", source, pytest.approx(factor))


def test_a_later_value_goes_before_a_better_tier() -> None:
    later = reference(COST, "$8.00", as_of="2024-07-01", source="press", tier="S")
    assert comparison("$5.00", reference(COST, "$9.00"), later)["source_id"] == "press"


def test_a_tier_that_is_unknown_is_refused() -> None:
    with pytest.raises(SchemaError, match="tier"):
        references(reference(COST, "$5.00", tier="R"))


def test_missing_figures_and_figures_of_reference_tables_have_no_comparison() -> None:
    own = printed(COST, "$5.00") | {"locator": "reference/prices.csv:2, column x"}
    assert comparisons(own, printed("runs/b/cost", "N/A (internal)"), known=STEPS).empty


def test_a_printed_table_may_stand_anywhere_in_a_dossier_but_among_the_references() -> None:
    own = printed(COST, "$5.00") | {"locator": "prices.csv:2, column x"}
    assert comparisons(own, known=STEPS)["figure_id"].tolist() == [COST]


# The printed tables alone.


def test_a_row_apart_from_the_others_in_95_percent_of_the_draws_is_an_outlier_of_the_print() -> None:
    # Beyond 3.5 either way; of d and e the draws reach back within it, as those of an inexact figure do.
    values, lows, highs = [3.4, 3.6, -3.6, 12.2, -9.0], [3.3, 3.55, -3.7, -0.2, -20.0], [3.9, 3.7, -3.55, 30.0, -3.4]
    rows = {"metric_id": [f"price_z/{name}" for name in "abcde"], "value": values, "low": lows, "high": highs}
    printed_costs = [printed(f"runs/{name}/cost", "$5M") for name in "abcde"]
    table = comparisons(*printed_costs, known=STEPS, metrics=pd.DataFrame(rows).assign(evidence_view="printed"))
    found = table[table["result"] == "outlier"].set_index("figure_id")
    assert list(found.index) == ["runs/b/cost", "runs/c/cost"]
    assert found.loc["runs/b/cost", "evidence"] == ["runs/b/cost", "runs/b/compute"]
    assert found.loc["runs/c/cost", "detail"] == (
        "its dollars per FLOP lie 3.6 robust standard deviations below the table's median"
    )
    assert set(found["source_id"]) == {""}


# No two comparisons contradict each other.


@pytest.mark.parametrize(("tier", "expected"), [("P", "differs"), ("S", "disputed"), ("D", "agrees")])
def test_what_a_better_source_has_of_the_same_day_decides(tier: str, expected: str) -> None:
    # The maker's announcement (S) has 88.7 as printed; a list of that day has 60.0, which counts if it is better.
    known = reference(COST, "88.7", "point", tier="S", source="announcement")
    other = reference(COST, "60.0", "point", tier=tier, source="list")
    assert comparison("88.7", known, other, unit="point")["result"] == expected


def test_what_a_better_source_has_of_another_day_ends_nothing_before_it() -> None:
    known = [
        reference(COST, "88.7", "point", tier="S", as_of="2024-05-13", source="announcement"),
        reference(COST, "87.2", "point", tier="P", as_of="2024-05-13"),
        reference(COST, "88.7", "point", tier="P", as_of="2024-08-06"),
    ]
    row = comparison("88.7", *known, unit="point")
    assert (row["result"], row["valid_from"]) == ("agrees", dt.date(2024, 8, 6))


@pytest.mark.parametrize("tier", ["D", "P"])
def test_a_derived_value_has_no_more_slack_than_any_other(tier: str) -> None:
    total = reference(COST, "$7.904B", basis="cumulative", tier=tier)
    assert comparison("$7.5B", total, basis="cumulative")["result"] == "differs"  # [7.45, 7.55] holds no 7.904
    assert comparison("$7.5B", total, basis="round")["result"] == "not comparable"


# One scope for a column.


@pytest.mark.parametrize(
    ("us", "china", "expected"),
    [
        ("$8.07B", "$9.6B", True),  # one source knows both, and fits neither $3B nor $8B
        ("$3.1B", "$9.6B", True),  # fits the first alone
        ("$3.1B", "$8.2B", False),  # both
        ("$8.07B", "", False),  # no source knows several
    ],
)
def test_no_single_scope_where_none_that_knows_several_figures_fits_them(us: str, china: str, expected: bool) -> None:
    rows = [printed("funding/us/total", "$3B", basis="models"), printed("funding/china/total", "$8B", basis="models")]
    known = [reference("funding/us/total", us, basis="venture capital")]
    known += [reference("funding/china/total", china, basis="venture capital")] if china else []
    table = comparisons(*rows, known=known)
    found = table[table["result"] == "no single scope"]
    assert list(found["figure_id"]) == (["funding/us/total"] if expected else [])
    if expected:
        assert list(found["evidence"].iloc[0]) == ["funding/us/total", "funding/china/total"]
        assert found["detail"].iloc[0].endswith("fits them all: venture capital of list")


LISTED = "list price"


def prices(table: str, second: str) -> pd.DataFrame:
    """Compare a column of two prices: $5.00, right until 2024-08-06, and $2.00, right from `second`."""
    names = [f"{table}/{subject}/input_price" for subject in ("openai", "xai")]
    known = [row | {"figure_id": names[0], "basis": LISTED} for row in STEPS[:3]]
    known.append(reference(names[1], "$2.00", as_of=second, basis=LISTED))
    own = (printed(name, text, basis=LISTED) for name, text in zip(names, ("$5.00", "$2.00"), strict=True))
    return comparisons(*own, known=known)


def test_a_column_that_no_single_day_makes_right() -> None:
    found = prices("models", "2024-12-17").set_index("result").loc["no single date"]
    assert (found["figure_id"], list(found["evidence"])) == (
        "models/openai/input_price",
        ["models/openai/input_price", "models/xai/input_price"],
    )
    assert found["detail"] == "right until 2024-08-06 only, while that of xai was not right before 2024-12-17"
    assert found["source_id"]


@pytest.mark.parametrize(("table", "second"), [("models", "2024-08-05"), ("prose_figures", "2024-12-17")])
def test_a_day_in_common_or_mere_prose_is_no_such_comparison(table: str, second: str) -> None:
    assert "no single date" not in set(prices(table, second)["result"])


def test_the_day_on_which_one_ends_and_the_other_begins_is_not_a_day_in_common() -> None:
    assert "no single date" in set(prices("models", "2024-08-06")["result"])


# All pairs.


def test_every_pair_is_in_the_table_with_its_ratio_where_units_agree() -> None:
    known = [
        reference(COST, "$4B"),
        reference(COST, "€6B", "EUR", source="press", tier="W"),
        reference(COST, "$6B", basis="round"),
        reference(COST, "N/A (not found)", source="later"),
    ]
    table = Reconciliation.validate(reconciliation_table(figures(printed(COST, "$6B")), references(*known)))
    rows = table.set_index(["reference_basis", "source_id"])
    assert len(rows) == 3
    assert rows["ratio"].to_dict() == pytest.approx(
        {("as reported", "list"): 1.5, ("as reported", "press"): float("nan"), ("round", "list"): 1.0}, nan_ok=True
    )
    assert list(rows["comparable"]) == [True, False, False]
    assert list(rows["intervals_overlap"]) == [False, False, True]
