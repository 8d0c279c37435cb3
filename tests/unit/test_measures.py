"""Measures behind numbers in running text, by the names of pint and CLDR."""

from __future__ import annotations

import pytest

from tidebook.pipelines.read.quantities.measures import measures_near, named
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.quantities.sentences import find_quantities


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("kg", "kilogram"),
        ("kilograms", "kilogram"),
        ("kWh", "kilowatt_hour"),
        ("Ghz", "gigahertz"),
        ("inches", "inch"),
        ("sq ft", "square foot"),
        ("m2", "square meter"),
        ("degrees Celsius", "degree_Celsius"),
        ("mpg", "mile/gallon"),
    ],
)
def test_a_measure_is_known_by_its_words_and_by_its_symbols(words: str, name: str) -> None:
    assert named(words) == name


@pytest.mark.parametrize("words", ["has", "in", "as", "am", "pm", "El", "Kia", "m", "b", "points", "item", "homes"])
def test_words_that_mean_something_else_are_not_a_measure(words: str) -> None:
    assert named(words) == ""


def test_two_measures_join_to_one() -> None:
    assert [measure.name for measure in measures_near("100km/hr", 0, 8)] == ["kilometer/hour"]
    assert [measure.name for measure in measures_near("275 pound-feet of", 0, 17)] == ["pound-foot"]


def test_a_measure_of_two_words_is_one_with_a_blank_or_a_hyphen() -> None:
    for words in ("terawatt hours", "terawatt-hours"):
        (found,) = find_quantities(f"Wind gave 142.1 {words} of power.")
        assert found.text == f"142.1 {words}"
        assert measures_near(found.text, 0, len(found.text))[0].name == "terawatt_hour"


def test_a_found_number_names_its_measure_and_stays_a_plain_number() -> None:
    (found,) = find_quantities("It weighs nearly 70kg today.")
    assert found.quantity is not None
    assert (found.quantity.unit, found.measure, found.text) == ("number", "kilogram", "nearly 70kg")


def test_a_cell_knows_no_measure() -> None:
    # What prose may say is no licence for a cell, whose column declares its unit.
    for text in ("70kg", "1/2 of the", "5pc", "$(3.2) million"):
        with pytest.raises(QuantityError):
            parse_quantity(text, "number")


def test_a_long_text_is_read_like_its_parts() -> None:
    sentence = "In 2019 the plant sold 35 tonnes at $4.10 each, up 12% from 31 tonnes. "
    once = [(each.text, each.quantity) for each in find_quantities(sentence)]
    many = [(each.text, each.quantity) for each in find_quantities(100 * sentence)]
    assert many == 100 * once
