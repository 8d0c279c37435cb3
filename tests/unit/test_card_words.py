"""What was found, in words: the dossier's own sentence where it has one."""

from __future__ import annotations

from tidebook.pipelines.evaluate.trail import NO_TRAIL
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
