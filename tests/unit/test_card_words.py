"""What was found, in words: the dossier's own sentence where it has one."""

from __future__ import annotations

from tidebook.pipelines.evaluate.trail import NO_TRAIL, Side, Trail
from tidebook.pipelines.judge.card_words import NamedRows, found_words
from tidebook.pipelines.judge.predicates import parse_predicate

BELOW = parse_predicate("below 1", {})
ROW = {"value": 1.0, "low": 1.0, "high": 1.0, "unit": "number", "status": "contradicted", "predicate": "below 1"}


def test_the_sentence_of_a_dossier_says_what_was_found() -> None:
    found = found_words(ROW, BELOW, NO_TRAIL, NamedRows(), "The rank correlation of score and funding is {value}.")
    assert found == "the rank correlation of score and funding is 1"


def test_without_a_sentence_the_bound_is_named_that_is_missed() -> None:
    assert found_words(ROW, BELOW, NO_TRAIL, NamedRows()) == "1, which is not below 1"


def test_a_value_beside_a_stated_number_has_as_many_digits() -> None:
    equals = parse_predicate("equals 18405", {}, "person")
    row = {**ROW, "value": 18_045.0, "low": 18_044.5, "high": 18_045.5, "unit": "person", "predicate": "equals 18405"}
    assert found_words(row, equals, NO_TRAIL, NamedRows()) == "18,045\u00a0people, not 18,405\u00a0people"


def test_an_interval_that_does_not_hold_its_value_is_said_to_be_of_other_values() -> None:
    row = {**ROW, "value": 12.2, "low": -1.0, "high": 4.0, "status": "contested"}
    found = found_words(row, BELOW, NO_TRAIL, NamedRows())
    assert found == "12.2 (with errors drawn, −1 to 4)"


def test_a_bound_beside_a_size_has_the_direction_of_the_bound() -> None:
    """A price that rose by 150% is not at least 50% less."""
    sides = (Side(5.0, "USD", row="now"), Side(2.0, "USD", row="then"))
    cut = parse_predicate("at_least 50", {}, "percent")
    row = {**ROW, "value": -150.0, "low": -150.0, "high": -150.0, "unit": "percent", "predicate": "at_least 50"}
    found = found_words(row, cut, Trail("change", sides), NamedRows()).replace("\u00a0", " ")
    assert found == "from $2.00 to $5.00, 150% more, which is not at least 50% less"
