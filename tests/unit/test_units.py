"""What the units are: their bounds, what is counted, and a share in percent."""

from __future__ import annotations

from math import inf

import pytest

from tidebook.pipelines.read.errors import one_of_units
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.schemas.units import UNITS, UNSCALED, cached_by_unit, get_unit, own_unit, percent, use_units

BOUNDS = [
    ("USD", "USD", -inf, inf, False, False, False),
    ("USD/year", "USD", -inf, inf, False, False, False),
    ("USD/Mtok", "USD", 0, inf, False, False, True),
    ("token", None, 0, inf, True, True, False),
    ("month", None, 0, 12_000, True, False, False),
    ("year", None, 0, 1_000, True, False, False),
    ("calendar year", None, 1000, 2200, True, True, False),
    ("date", None, -354_285, 84_370, False, False, False),
    ("percent", None, -100, inf, False, False, False),
    ("probability", None, 0, 1, False, False, False),
    ("number", None, -inf, inf, False, False, False),
    ("rank", None, 1, inf, True, True, False),
    ("second", None, 0, inf, False, False, False),
    ("second/deal", None, 0, inf, False, False, False),
    ("USD/company/hour", "USD", 0, inf, False, False, True),
    ("CHF", "CHF", -inf, inf, False, False, False),
    ("DEM/year", "DEM", 0, inf, False, False, True),
    ("1/year", None, -inf, inf, False, False, False),
]


def test_a_unit_is_bounded(subtests: pytest.Subtests) -> None:
    for symbol, currency, lower, upper, count, whole, price in BOUNDS:
        with subtests.test(symbol=symbol):
            unit = get_unit(symbol)
            assert (unit.symbol, unit.currency, unit.lower, unit.upper) == (symbol, currency, lower, upper)
            assert (unit.count, unit.whole, unit.price) == (count, whole, price)


def test_a_currency_is_a_unit_by_its_code_and_no_other_three_letters_are() -> None:
    assert "NZD" in UNITS and "NZD" not in list(UNITS)
    for symbol in ("GPT", "nzd", "Nzd", "NZDX", "", "/year", "USD/", "CHF/GPT", "GPT/year"):
        assert symbol not in UNITS


def test_a_quotient_is_written_in_the_words_of_its_parts() -> None:
    assert get_unit("EUR/month").words == (
        *("per month", "/month", "a month", "an month"),
        *("per months", "/months", "a months", "an months"),
    )
    assert get_unit("person/hour").words[:4] == ("people per hour", "people/hour", "people a hour", "people an hour")
    assert {"people/h", "person/h"} < set(get_unit("person/hour").words) and "/h" in get_unit("1/hour").words
    assert get_unit("1/month").words[:2] == ("per month", "/month")
    assert get_unit("USD/person/hour").words == ()
    assert get_unit("USD/person/hour").meaning == "USD per person and hour"


@pytest.mark.parametrize("symbol", ["minute", "week", "USD/dya"])
def test_an_unknown_unit_is_named(symbol: str) -> None:
    with pytest.raises(ValueError, match=f"unknown unit '{symbol}'"):
        get_unit(symbol)


def test_an_hour_is_one_by_its_letter_behind_a_stroke_in_a_cell_and_nowhere_else() -> None:
    use_units({"km": own_unit("km", "kilometres", ["km"], counts=False)})
    assert parse_quantity("17.2 km/h", "km/hour") == parse_quantity("17.2 km per hour", "km/hour")
    assert parse_quantity("$5/h", "USD/hour").value == 5
    for text, unit in (("17.2 km h", "km/hour"), ("17.2 km per h", "km/hour"), ("17.2 km/h", "km/day"), ("5 h", "km")):
        with pytest.raises(QuantityError):
            parse_quantity(text, unit)
    assert one_of_units("km/h") == "one of the units; did you mean km/hour or km?"
    assert one_of_units("mile/h").startswith("one of the units") and "mile/hour" not in one_of_units("mile/h")
    with pytest.raises(ValueError, match=r"^unknown unit 'km/h'; did you mean 'hour'\?$"):
        get_unit("km/h")
    use_units({})


def test_a_unit_of_a_dossier_is_counted_from_zero_on_unless_it_says_otherwise() -> None:
    unit = own_unit("region", "cloud regions", ["regions", "region"])
    assert (unit.lower, unit.upper, unit.count, unit.whole, unit.currency) == (0, inf, True, True, None)
    assert (unit.words, unit.binary, unit.of, unit.noun, unit.examples) == (("regions", "region"), False, "", "", ())
    unit = own_unit("K", "kelvin", counts=False, minimum=-1, maximum=5, binary=True, of="2 K")
    assert (unit.lower, unit.upper, unit.count, unit.whole, unit.words) == (-1, 5, False, False, ())
    assert (unit.binary, unit.of, unit.price) == (True, "2 K", False)


def test_what_is_remembered_of_a_unit_is_forgotten_with_other_units() -> None:
    asked = []

    @cached_by_unit
    def remembered(symbol: str) -> int:
        asked.append(symbol)
        return len(asked)

    assert (remembered("USD"), remembered("USD"), remembered("EUR")) == (1, 1, 2)
    use_units(dict(UNITS.declared))
    assert remembered("USD") == 1
    use_units({"region": own_unit("region", "cloud regions", ["regions"])})
    assert remembered("USD") == 3
    assert parse_quantity("31 regions", "region").value == 31
    assert "region" in UNITS and "region" in list(UNITS) and len(UNITS) == len(list(UNITS))
    use_units({})
    assert "region" not in UNITS


def test_multiples_are_of_things_and_of_nothing_else_without_a_number() -> None:
    assert UNSCALED == ("date", "calendar year")
    for symbol in UNSCALED:
        assert symbol in UNITS


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"),
        (0.0001, "less than 0.1%"),
        (0.001, "0.1%"),
        (0.0851, "8.5%"),
        (0.5, "50%"),
        (0.999, "99.9%"),
        (0.9991, "more than 99.9%"),
        (1, "100%"),
        (1.204, "120.4%"),
    ],
)
def test_a_share_in_percent(share: float, text: str) -> None:
    assert percent(share) == text


def test_a_declared_unit_is_one_however_its_numbers_are_written() -> None:
    """Whole or not: the text of what is declared is in every key."""
    assert repr(own_unit("km", "kilometres", minimum=0, maximum=9)) == repr(
        own_unit("km", "kilometres", (), True, 0.0, 9.0)
    )
