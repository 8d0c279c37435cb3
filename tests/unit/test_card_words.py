"""What was found, in words: the dossier's own sentence where it has one."""

from __future__ import annotations

from typing import Any

from tidebook.pipelines.evaluate.trail import NO_TRAIL, DecidingRow, Side, Trail
from tidebook.pipelines.judge.card_words import NamedRows, found_words
from tidebook.pipelines.judge.interpretations import Interpretation
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.read.dossier.wording import Labels


def judged(predicate: str, unit: str = "number", **about: Any) -> Interpretation:
    return Interpretation("c", 0, "r", "m", parse_predicate(predicate, {}, unit), predicate, 1, unit=unit, **about)


BELOW = judged("below 1")
ROW: dict[str, Any] = {
    "value": 1.0,
    "low": 1.0,
    "high": 1.0,
    "unit": "number",
    "status": "contradicted",
    "predicate": "below 1",
}
ROW["reason"] = ""


def test_the_sentence_of_a_dossier_says_what_was_found() -> None:
    says = judged("below 1", says="The rank correlation of score and funding is {value}.")
    found = found_words(ROW, says, NO_TRAIL, NamedRows())
    assert found == "the rank correlation of score and funding is 1"


def test_without_a_sentence_the_bound_is_named_that_is_missed() -> None:
    assert found_words(ROW, BELOW, NO_TRAIL, NamedRows()) == "1; it would have to be below 1"


def test_a_value_beside_a_stated_number_has_as_many_digits() -> None:
    equals = judged("equals 18405", "person")
    row = {**ROW, "value": 18_045.0, "low": 18_044.5, "high": 18_045.5, "unit": "person", "predicate": "equals 18405"}
    assert found_words(row, equals, NO_TRAIL, NamedRows()) == "18,045\u00a0people, not 18,405\u00a0people"


def test_an_interval_that_does_not_hold_its_value_is_said_to_be_of_other_values() -> None:
    row = {**ROW, "value": 12.2, "low": -1.0, "high": 4.0, "status": "contested", "probability": 0.6}
    found = found_words(row, BELOW, NO_TRAIL, NamedRows())
    assert found == "12.2 (with errors drawn, −1 to 4); it holds in 60% of the draws"


def test_a_bound_beside_a_size_has_the_direction_of_the_bound() -> None:
    """A price that rose by 150% is not at least 50% less."""
    sides = (Side(5.0, "USD", row="now"), Side(2.0, "USD", row="then"))
    cut = judged("at_least 50", "percent")
    row = {**ROW, "value": -150.0, "low": -150.0, "high": -150.0, "unit": "percent", "predicate": "at_least 50"}
    found = found_words(row, cut, Trail("change", sides), NamedRows()).replace("\u00a0", " ")
    assert found == "from $2.00 to $5.00, 150% more; it would have to be at least 50% less"


def test_what_a_metric_measures_stands_before_its_value_with_a_small_letter_unless_it_is_a_name() -> None:
    named = NamedRows(names=frozenset({"Bonn"}))
    row = {**ROW, "status": "supported"}
    assert found_words(row, judged("below 2", means="Share of the winner"), NO_TRAIL, named) == "share of the winner: 1"
    assert found_words(row, judged("below 2", means="Bonn alone"), NO_TRAIL, named) == "Bonn alone: 1"
    assert found_words(row, judged("below 2", means="GPUs of one kind"), NO_TRAIL, named) == "GPUs of one kind: 1"
    assert found_words(row, judged("below 2", means="Oslo's share"), NO_TRAIL, named) == "Oslo's share: 1"


def figures(**values: float) -> NamedRows:
    rows = {
        f"t/{name}/cost": {
            "figure_id": f"t/{name}/cost",
            "table_name": "t",
            "subject": name,
            "label": name.title(),
            "quantity": "cost",
            "value": value,
            "unit": "USD",
            "text": "$",
        }
        for name, value in values.items()
    }
    return NamedRows(figures=rows)


def test_a_value_of_one_row_is_named_after_it_and_of_few_lists_them() -> None:
    row = {**ROW, "status": "supported", "unit": "USD"}
    named = figures(north=1.0, south=2.0, east=3.0, west=4.0)
    some = [DecidingRow(name) for name in named.figures]
    texts = [found_words(row, BELOW, Trail(rows=tuple(some[:count])), named) for count in (1, 2, 4)]
    of_two = "cost: $1.00, from $1.00 (North) and $2.00 (South)"
    assert texts == ["North’s cost: $1.00", of_two, "$1.00, from 4 rows"]


def of_wind(year: str, value: float) -> dict[str, object]:
    return {"value_name": "wind", "keys": "gbr", "period": year, "value": value, "unit": "percent", "source_id": "grid"}


WIND = NamedRows(
    evidence={f"grid/{year}": of_wind(year, value) for year, value in (("2021", 20.0), ("2022", 25.0))},
    labels=Labels(words={"wind": "wind's share"}),
)


def test_a_comparison_says_first_what_both_sides_are_of_as_the_dossier_words_it() -> None:
    sides = (Side(25.0, "percent", row="grid/2022"), Side(20.0, "percent", row="grid/2021"))
    row = {**ROW, "value": 1.25, "low": 1.25, "high": 1.25, "status": "supported", "unit": "ratio"}
    found = found_words(row, judged("above 1", "ratio"), Trail("ratio", sides), WIND)
    assert found == "United Kingdom, wind's share: 1.25 times, 25% (2022) against 20% (2021)"


def test_the_rows_that_a_value_is_made_of_stand_in_the_order_of_their_periods() -> None:
    row = {**ROW, "value": 45.0, "low": 45.0, "high": 45.0, "status": "supported", "unit": "percent"}
    rows = (DecidingRow("grid/2022"), DecidingRow("grid/2021"))
    found = found_words(row, judged("above 1", "percent"), Trail(rows=rows), WIND)
    assert found == "United Kingdom, wind's share: 45%, from 20% (2021) and 25% (2022)"


def test_a_ratio_of_two_units_is_one_for_the_other() -> None:
    sides = (Side(7235.0, "second", row="time"), Side(42.195, "km", row="length"))
    row = {**ROW, "value": 171.5, "low": 171.5, "high": 171.5, "status": "supported", "unit": "second/km"}
    found = found_words(row, judged("below 172", "second/km"), Trail("ratio", sides), NamedRows()).replace(
        "\u00a0", " "
    )
    assert found == "171.5 seconds per km, 7,235 seconds for 42.195 km"
