"""Units of expressions: which fit, by what factor they are converted, and how one that does not fit is told."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tidebook.pipelines.evaluate.dimensions import Columns, Conversions, absent, check
from tidebook.pipelines.evaluate.expressions import ExpressionError, Linker, parse
from tidebook.pipelines.evaluate.functions import TREND
from tidebook.pipelines.evaluate.unit_products import UnitRegistry
from tidebook.schemas.units import UNITS

RUNS = Columns(
    ["a", "b"],
    {
        "cost": "USD",
        "price": "USD/GPU-hour",
        "compute": "FLOP",
        "score": "point",
        "deals": "deal",
        "cut": "percent",
        "growth": "ratio",
        "released": "date",
        "year": "calendar year",
        "period": "month",
        "term": "year",
        "gpus": "GPU",
        "days": "GPU-day",
        "tokens": "token",
        "token_price": "USD/Mtok",
    },
    ["kind"],
)
PROSE = Columns(
    ["a", "b", "c"],
    {"loss": "USD/year"},
    [],
    {"a": {"loss": "USD/year", "worth": "USD"}, "b": {"loss": "USD/year", "worth": "EUR"}, "c": {}},
)


def checked(text: str, unit: str) -> tuple[dict[str, Conversions], list[ExpressionError]]:
    root = Linker({}).link(parse(text, ("metrics", "m", "is")))
    return check({"m": (root, unit)}, {"runs": RUNS, "prose": PROSE})


def factors(text: str, unit: str) -> list[Fraction]:
    found, errors = checked(text, unit)
    assert not errors, str(errors[0])
    return [factor for (_, place), factor in found["m"].items() if place >= -1]


def by_calendar(text: str, unit: str) -> int:
    """Return how many dates an expression reads in calendar months."""
    found, errors = checked(text, unit)
    assert not errors, str(errors[0])
    return sum(place < TREND for _, place in found["m"])


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("slope(runs.cost, runs.released)", 2),
        ("pearson(runs.year, runs.cost)", 1),
        ("growth(runs.cost, runs.released)", 2),
        ("kendall(runs.cost, runs.gpus)", None),
    ],
)
def test_a_fit_over_time_is_a_trend(text: str, time: int | None) -> None:
    found = checked(
        f"abs({text})" if not text.startswith("slope") else text, "USD/day" if "slope" in text else "ratio"
    )[0]
    assert next((factor for (_, place), factor in found["m"].items() if place == TREND), None) == time


def refused(text: str, unit: str = "USD") -> tuple[str, str]:
    (error,) = checked(text, unit)[1]
    place = error.place
    return place.text[place.start : place.end], error.expected


FITTING = [
    ('largest(2, columns(runs[a], "cost"))', "USD"),
    ('rank(runs[a].cost, columns(runs[a], "cost"), 5)', "deal"),
    ("largest(2, runs.cost)", "USD"),
    ("sum(runs.cost)", "USD"),
    ("runs.cost / runs.deals", "USD/deal"),
    ("runs.cost / sum(runs.cost)", "share"),
    ("sum(runs.cost) / sum(runs.cost)", "ratio"),
    ("100 - runs.score", "point"),
    ("max(runs.score) - 2", "point"),
    ("min(runs[a].cost, 5)", "USD"),
    ("min(5, runs[a].cost)", "USD"),
    ("runs.score >= 50", "index"),
    ("count(runs.score >= 50)", "company"),
    ("count(runs) - 1", "ratio"),
    ("count(runs) + runs[a].deals", "deal"),
    ("count(runs)", "deal"),
    ("runs[a].deals", "number"),
    ("runs[a].growth ** runs[a].term", "ratio"),
    ("runs[a].growth ** (1 / runs[a].term)", "ratio"),
    ("2 ** 3", "ratio"),
    ("max(runs.released) - min(runs.released)", "month"),
    ("span(runs.cost, runs.released)", "month"),
    ("span(runs.cost, runs.released)", "day"),
    ("runs[a].cut - runs[b].cut", "percentage point"),
    ("runs[a].cut - (runs[a].cut - runs[b].cut)", "percent"),
    ("slope(runs.score, log10(runs.cost))", "point/decade"),
    ("log(runs.cost)", "index"),
    ("pearson(runs.cost, runs.released)", "correlation"),
    ("max(runs.released)", "date"),
    ('latest(runs.cost, runs.released, "2024-10-01")', "USD"),
    ('count(runs[released > "2024-10-01"])', "deal"),
    ("count(runs[year > 2024])", "deal"),
    ("runs[a].year - 1", "calendar year"),
    ("runs[a].year - runs[b].year", "year"),
    ("prose[a].worth - prose[a].worth", "USD"),
    ("sum(prose.loss)", "USD/year"),
    ('runs.kind == "x"', "index"),
    ("first(runs.kind) == first(runs.kind)", "index"),
    ("first(runs.cost)", "USD"),
    ("match(prose.loss, runs)", "USD/year"),
    ("(runs[a].cost ** 2) ** 0.5", "USD"),
    ("runs[a].cost * runs[b].cost / runs[a].cost", "USD"),
]


def test_what_fits_as_it_is(subtests: pytest.Subtests) -> None:
    for text, unit in FITTING:
        with subtests.test(text=text):
            assert factors(text, unit) == []


CONVERTED = [
    ("runs[a].cost / runs[b].cost", "percent", [100]),
    ("1 - runs[a].cost / runs[b].cost", "percent", [100]),
    ('quantity(1, "ratio") - runs[a].cut', "ratio", [Fraction(1, 100)]),
    ("runs[a].cut - 1", "ratio", [Fraction(1, 100), 100]),
    ("1 - runs[a].cut", "percent", [100]),
    ("100 - runs[a].cut", "ratio", [Fraction(1, 100)]),
    ("(1 + runs[a].cut) / (1 + runs[b].cut) - 1", "percent", [100, 100, 100]),
    ("1 - runs[a].cut * runs[b].cut", "ratio", [Fraction(1, 10**4)]),
    ("runs[a].cut - 3%", "percentage point", []),
    ("mean(runs.cut) - 1", "percent", [100]),
    ("runs[a].cost / prose[a].loss", "month", [12]),
    ("runs[a].price * runs[a].gpus", "USD/year", [8766]),
    ("prose[a].loss / runs[a].price", "GPU", [Fraction(1, 8766)]),
    ("runs[a].cost / runs[a].compute", "USD/1e24 FLOP", [10**24]),
    ("runs[a].cost / runs[a].days", "USD/GPU-hour", [Fraction(1, 24)]),
    ('runs[a].compute / (quantity(1, "FLOP/GPU/second") * runs[a].days)', "ratio", [Fraction(1, 86400)]),
    ("runs[a].token_price * runs[a].tokens", "USD", [Fraction(1, 10**6)]),
    ("max(runs.released) - min(runs.released)", "year", [Fraction(1, 12)]),
    ("max(runs.released) - min(runs.released)", "hour", [24]),
    # Growth is of a twelfth of a year each month, which it takes as days.
    ("growth(runs.cost, runs.released, 2)", "ratio", [Fraction(487, 16)]),
    ('halving(growth(runs.cost, runs.released), quantity(12, "month"))', "month", [Fraction(487, 16)]),
    ("runs[a].growth ** (1 / span(runs.cost, runs.released))", "ratio", [12]),
    ("runs[a].cost / (runs[b].released - runs[a].released)", "USD/year", [12]),
    ("slope(runs.cost, runs.released)", "USD/year", [12]),
    ('runs[b].released - runs[a].released >= quantity(1, "year")', "index", [12]),
    ("runs[a].cut - runs[b].cut", "basis point", [100]),
    ("(runs[a].cut - runs[b].cut) / runs[b].cut", "percent", [100]),
    ("runs[a].term - runs[a].period", "year", [Fraction(1, 12)]),
    ("runs[a].released + runs[a].period", "date", [Fraction(1461, 48)]),
    ("runs[a].growth ** runs[a].period", "ratio", [Fraction(1, 12)]),
    ("runs[a].growth ** (1 / runs[a].period)", "ratio", [12]),
    ("runs[a].growth ** runs[a].cut", "ratio", [Fraction(1, 100)]),
    ("runs[a].cut ** 2", "ratio", [Fraction(1, 100)]),
    ("growth(runs.cost, runs.released, runs[a].period)", "ratio", [Fraction(487, 16), Fraction(1, 12)]),
    ("yearly_growth(runs[b].cost, runs[a].cost, 4)", "percent/year", [100]),
    ("yearly_growth(runs[b].cost, runs[a].cost, runs[a].period)", "1/year", [Fraction(1, 12)]),
    ("growth(runs.cost, runs.year)", "ratio", [Fraction(1461, 4)]),
    ("span(runs.cost, runs.year)", "year", [Fraction(1461, 4), Fraction(4, 1461)]),
    ("count(runs[period > runs.term])", "deal", [12]),
    ("min(runs[a].term, runs[a].period)", "year", [Fraction(1, 12)]),
]


def test_what_is_converted(subtests: pytest.Subtests) -> None:
    for text, unit, expected in CONVERTED:
        with subtests.test(text=text):
            assert sorted(factors(text, unit)) == sorted(map(Fraction, expected))


BY_CALENDAR = [
    ("runs[b].released - runs[a].released", "year", 2),
    ("runs[b].released - runs[a].released", "month", 2),
    ("runs[b].released - runs[a].released", "day", 0),
    ("runs[a].cost / (runs[b].released - runs[a].released)", "USD/year", 2),
    ("runs[a].cost / (runs[b].released - runs[a].released)", "USD/day", 0),
    # Where it meets a number without a unit, or days, it counts days; nothing is as many days as months.
    ("count(runs.released - runs[a].released > 365)", "deal", 0),
    ('count(runs.released - runs[a].released > quantity(365, "day"))', "deal", 0),
    ('count(runs.released - runs[a].released > quantity(1, "year"))', "deal", 2),
    ("max(runs[b].released - runs[a].released, 0)", "year", 2),
    ("runs[a].growth ** (runs[b].released - runs[a].released)", "ratio", 2),
    ("span(runs.cost, runs.released)", "year", 1),
    ("slope(runs.cost, runs.released)", "USD/year", 1),
    ("slope(runs.cost, runs.released)", "USD/day", 0),
    ("growth(runs.cost, runs.released)", "ratio", 1),
    ("latest(runs.cost, runs.released)", "USD", 0),
]


def test_differences_of_dates_count_months_and_years_unless_they_meet_days(subtests: pytest.Subtests) -> None:
    for text, unit, dates in BY_CALENDAR:
        with subtests.test(text=text, unit=unit):
            assert by_calendar(text, unit) == dates


NOT_FITTING = [
    ("max(columns(runs[a]))", "USD", "columns(runs[a])", "columns of one unit, not token_price (USD/Mtok)"),
    (
        'max(columns(runs, "co_t"))',
        "USD",
        'columns(runs, "co_t")',
        "a name or pattern of columns of runs; did you mean",
    ),
    ('max(columns(prose[a], "*"))', "USD", "prose[a]", "a table with columns"),
    ('match(runs.cost, runs, "kin")', "USD", '"kin"', "a label or a part of the subject of runs; did you mean kind?"),
    (
        "rank(runs.cost) * 1",
        "USD",
        "rank(runs.cost) * 1",
        "a value in USD, as the metric's unit says; this is a number",
    ),
    (
        "runs[a].cut - runs[b].cut",
        "percent",
        "runs[a].cut - runs[b].cut",
        "percentage point as the metric's unit, since it is a difference of two percentages; a change in percent is",
    ),
    ("max(runs.cut) - min(runs.cut)", "percent", "max(runs.cut) - min(runs.cut)", "percentage point as"),
    ("1 / runs[a].deals", "number", "1 / runs[a].deals", "a value in number, as the metric's unit says"),
    ("runs[a].cost", "point", "runs[a].cost", "a value in point, as the metric's unit says; this is USD"),
    ("runs[a].cost / prose[a].loss", "ratio", "runs[a].cost / prose[a].loss", "a value in ratio, as the metric's"),
    ("runs[a].cost + runs[a].deals", "USD", "runs[a].deals", "a value in USD, as before; this is deal"),
    ("runs[a].cost > prose[b].worth", "index", "prose[b].worth", "a value in USD, as before; this is EUR"),
    ("max(1, runs[a].cost, runs[a].deals)", "USD", "runs[a].deals", "a value in USD, as before; this is deal"),
    ("min(runs[a].cost, 1, runs[a].deals)", "USD", "runs[a].deals", "a value in USD, as before; this is deal"),
    ("count(runs) + runs[a].cost", "USD", "runs[a].cost", "a value in a count, as before; this is USD"),
    ("count(runs)", "USD", "count(runs)", "a value in USD, as the metric's unit says; this is a number"),
    ("sum(prose.worth)", "USD", "prose.worth", "rows of one unit, not of EUR and USD"),
    ("sum(runs.released)", "date", "runs.released", "an amount, not a date"),
    ("runs[a].released * 2", "date", "runs[a].released", "an amount, not a date"),
    ("runs[a].released + runs[b].released", "date", "runs[a].released + runs[b].released", "a difference"),
    ("runs[a].released > runs[a].cost", "index", "runs[a].cost", "a value in a date, as before; this is USD"),
    ("growth(runs.cost, runs.deals)", "ratio", "runs.deals", "a time, such as a number of years, not deal"),
    ("growth(runs.cost, runs.released, runs[a].cost)", "ratio", "runs[a].cost", "a time, such as"),
    ("runs[a].growth ** runs[a].cost", "ratio", "runs[a].cost", "an exponent without a unit, or in time, not USD"),
    ("runs[a].cost ** runs[a].growth", "USD", "runs[a].growth", "a number written out: the power of USD"),
    ("runs[a].cost and 1", "index", "runs[a].cost", "a condition, which is 1 or 0, not USD"),
    ("runs.kind + 1", "index", "runs.kind", "a number, not a text"),
    ("first(runs.kind)", "index", "first(runs.kind)", "a number, not a text"),
    ('runs.kind < "x"', "index", 'runs.kind < "x"', "numbers: texts are equal or not, and have no order"),
    ('runs.cost == "x"', "index", '"x"', "a number, as on the other side, which is USD"),
    ('runs.released == "x"', "index", '"x"', "a date such as 2024-10-01"),
    ("count(runs[released >= 2020])", "deal", "2020", 'a date such as "2024-10-01", as on the other side'),
    ("2020 < runs[a].released", "index", "2020", 'a date such as "2024-10-01", as on the other side'),
    ('latest(runs.cost, runs.year, "2024-10-01")', "USD", '"2024-10-01"', "a number, as on the other side"),
    ('quantity(1, "furlong")', "ratio", '"furlong"', "a unit"),
    ('quantity(1, "USD/")', "ratio", '"USD/"', "a unit"),
    ("run.cost", "USD", "run", "the name of a table or definition; did you mean runs?"),
    ("runs.costs", "USD", "runs.costs", "a quantity or label of the table; did you mean cost?"),
    ("sum(runs[costs > 1].cost)", "USD", "costs", "a quantity or label of the table; did you mean cost?"),
]


def test_what_does_not_fit(subtests: pytest.Subtests) -> None:
    for text, unit, found, expected in NOT_FITTING:
        with subtests.test(text=text):
            shown, said = refused(text, unit)
            assert shown == found
            assert said.startswith(expected)


@pytest.mark.parametrize("text", ["runs[a].term ** 1e9", "(runs[a].term ** 12) ** -2", "runs[a].days ** 12.5"])
def test_a_unit_to_a_power_that_no_measure_has_is_refused_at_once(text: str) -> None:
    assert refused(text)[1] == "a result with units to the power of at most 12"


def test_a_count_does_not_fit_a_root() -> None:
    _, errors = checked("count(runs) + runs[a].cost ** -0.5", "company")
    assert errors and "a value in" in str(errors[0])


def lacking(text: str) -> list[tuple[str, str]]:
    found = absent(Linker({}).link(parse(text, ("metrics", "m", "is"))), {"runs": RUNS, "prose": PROSE})
    return [(error.place.text[error.place.start : error.place.end], error.expected) for error in found]


def test_a_missing_subject_is_not_an_error_but_is_distinguished() -> None:
    text = "prose[aa].worth + 0 * sum(runs[not bb].cost)"
    assert not checked(text, "USD")[1]
    assert lacking(text) == [
        ("aa", "a subject of prose; did you mean a?"),
        ("bb", "a subject of runs; did you mean b?"),
    ]


def test_a_quantity_that_a_subject_lacks_is_reported_and_has_the_unit_of_the_others() -> None:
    found = checked("prose[c].loss", "USD")
    assert lacking("prose[c].loss") == [("prose[c].loss", "a quantity of c")]
    assert lacking("prose[a].worth") == []
    assert len(found[1]) == 1, "losses are in USD/year throughout"
    assert not checked("prose[c].worth", "point")[1], "its unit is not known"


def test_a_definition_in_two_expressions_is_converted_in_both() -> None:
    linker = Linker({"cut": parse('quantity(1, "ratio") - runs[a].cut', ("define", "cut"))})
    roots = {name: (linker.link(parse(text, (name,))), "ratio") for name, text in {"m": "cut", "n": "2 * cut"}.items()}
    found = check(roots, {"runs": RUNS})[0]
    assert found == {"m": {(7, 1): Fraction(1, 100)}, "n": {(8, 1): Fraction(1, 100)}}


def test_one_expression_may_be_wanted_in_two_units() -> None:
    root = Linker({}).link(parse("runs[a].cut", ("m",)))
    found = check({"m": (root, "percent"), "n": (root, "ratio")}, {"runs": RUNS})[0]
    assert found == {"m": {}, "n": {(3, -1): Fraction(1, 100)}}


def test_every_unit_can_be_read() -> None:
    units = UnitRegistry()
    for symbol in set(UNITS) - {"date", "calendar year"}:
        assert units.factor(units.read(symbol), units.read(symbol)) == 1


def test_quotients_and_products_of_units_are_units() -> None:
    units = UnitRegistry()
    assert units.factor(units.read("USD/Mtok/point"), units.read("USD/token/point")) == Fraction(1, 10**6)
    assert units.factor(units.read("GPU-hour/year"), units.read("GPU")) == Fraction(1, 8766)
    assert units.factor(units.read("1/year"), units.read("1/month")) == Fraction(1, 12)
    assert units.factor(units.read("USD"), units.read("EUR")) is None
    assert units.factor(units.read("CHF/month"), units.read("CHF/year")) == 12
    with pytest.raises(ValueError, match="a unit"):
        units.read("GPT/month")
