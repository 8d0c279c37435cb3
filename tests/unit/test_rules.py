"""The rules of a table: each judged by itself, with the rows that fail it; a crash is no failed rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidebook.schemas.base import Date, Table, column
from tidebook.schemas.registry import ENGINE
from tidebook.schemas.rules import RuleResult, rules, valid_table, validate


class Runs(Table):
    """Runs of a model."""

    run_id: str = column("Id", key=True, str_matches=r"^[a-z_]+$")
    day: Date = column("Day", key=True)
    tier: str = column("Tier", isin=("P", "S"))
    note: str = column("Note", str_length={"min_value": 1})
    score: float = column("Score", unit="point", nullable=True, ge=0, le=100)
    cost: float = column("Cost", unit="USD", gt=0)
    parts: int = column("Parts", ge=1)
    done: bool = column("Done")
    items: object = column("Items", items="string")

    @pa.dataframe_check(description="cost below 1000 unless done")
    @classmethod
    def cheap_unless_done(cls, runs: pd.DataFrame) -> pd.Series:
        """Only what is done may be dear."""
        return (runs["cost"] < 1000) | runs["done"]


class Keyless(Table):
    """A table without a key."""

    value: float = column("Value")


class Crashing(Table):
    """A table with a rule that cannot be computed."""

    value: float = column("Value", ge=0)

    @pa.dataframe_check(description="never computed")
    @classmethod
    def crash(cls, rows: pd.DataFrame) -> pd.Series:
        """Look for a column that is not there."""
        return rows["no such column"] > 0


def good() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "run_id": ["a", "a", "b", "c"],
            "day": [dt.date(2024, 1, day) for day in (1, 2, 1, 1)],
            "tier": ["P", "S", "P", "S"],
            "note": ["x", "y", "z", " "],
            "score": [0.0, 100.0, None, 50.0],
            "cost": [1.0, 999.0, 2000.0, 0.5],
            "parts": [1, 2, 3, 4],
            "done": [False, False, True, False],
            "items": [["u"], [], ["v", "w"], []],
        }
    )


def failed(frame: pd.DataFrame, model: type[Table] = Runs) -> dict[str, list[int]]:
    """Return the rows that fail, by rule, of the rules that failed."""
    return {result.rule.name: result.rows for result in validate(model, frame) if not result.passed}


def test_the_rules_of_a_model_in_order() -> None:
    assert [rule.name for rule in rules(Runs)] == [
        "schema", "key", "run_id_str_matches", "tier_isin", "note_str_length",
        "score_greater_than_or_equal_to", "score_less_than_or_equal_to", "cost_greater_than",
        "parts_greater_than_or_equal_to", "cheap_unless_done",
    ]  # fmt: skip
    about = {rule.name: (rule.column, rule.meaning) for rule in rules(Runs)}
    assert about["key"] == (None, "run_id, day together occur once")
    assert about["cheap_unless_done"] == (None, "cost below 1000 unless done")
    assert about["cost_greater_than"][0] == "cost"
    assert about["cost_greater_than"][1].startswith("cost: ")


def test_a_table_without_a_key_has_no_rule_for_one() -> None:
    assert [rule.name for rule in rules(Keyless)] == ["schema"]


def test_no_two_rules_of_a_table_share_a_name_and_all_have_a_meaning(subtests: pytest.Subtests) -> None:
    for name in ENGINE:
        with subtests.test(name=name):
            found = rules(ENGINE[name])
            assert len({rule.name for rule in found}) == len(found)
            assert all(rule.meaning and "\n" not in rule.meaning for rule in found)
            assert all(rule.name.replace("_", "").isalnum() for rule in found), "fit for an asset check"


def test_a_good_frame_passes_every_rule() -> None:
    judged = validate(Runs, good())
    assert [result.rule for result in judged] == rules(Runs)
    assert all(result == RuleResult(result.rule, True, [], "") for result in judged)


def test_an_empty_frame_of_the_right_types_passes() -> None:
    assert failed(good().head(0)) == {}


FAILING = [
    ("run_id", {1: "A", 3: "b c"}, {"run_id_str_matches": [1, 3]}),
    ("run_id", {2: "b\n"}, {"run_id_str_matches": [2]}),
    ("tier", {0: "Z", 2: ""}, {"tier_isin": [0, 2]}),
    ("note", {2: ""}, {"note_str_length": [2]}),
    ("score", {0: -0.1, 3: -5.0}, {"score_greater_than_or_equal_to": [0, 3]}),
    ("score", {1: 100.5}, {"score_less_than_or_equal_to": [1]}),
    ("cost", {3: 0.0}, {"cost_greater_than": [3]}),
    ("parts", {0: 0, 1: -1}, {"parts_greater_than_or_equal_to": [0, 1]}),
    ("cost", {1: 1000.0}, {"cheap_unless_done": [1]}),
    ("done", {2: False}, {"cheap_unless_done": [2]}),
    ("day", {1: dt.date(2024, 1, 1)}, {"key": [0, 1]}),
    ("run_id", {2: "c"}, {"key": [2, 3]}),
]


def test_each_rule_names_the_rows_that_fail_it(subtests: pytest.Subtests) -> None:
    for name, values, expected in FAILING:
        with subtests.test(column=name):
            frame = good()
            for row, value in values.items():
                frame.loc[row, name] = value
            assert failed(frame) == expected


def test_rules_are_judged_apart() -> None:
    frame = good()
    frame.loc[0, "tier"], frame.loc[1, "score"], frame.loc[1, "cost"] = "Z", 200.0, 5000.0
    assert failed(frame) == {"tier_isin": [0], "score_less_than_or_equal_to": [1], "cheap_unless_done": [1]}


def test_rows_are_positions_whatever_the_index() -> None:
    frame = good().set_axis([9, 9, 7, "x"], axis="index")
    frame.iloc[2, frame.columns.get_loc("tier")] = "Z"
    assert failed(frame) == {"tier_isin": [2]}


def test_the_frame_is_left_as_it_was() -> None:
    frame = good().set_axis([4, 3, 2, 1], axis="index")
    before = frame.copy(deep=True)
    validate(Runs, frame)
    pd.testing.assert_frame_equal(frame, before)


def nulled(column: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[2, column] = None
        return frame

    return change


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        (lambda frame: frame.drop(columns="note"), []),
        pytest.param(
            lambda frame: frame.drop(columns="cost"),
            [],
        ),
        (lambda frame: frame.drop(columns="run_id"), []),
        (lambda frame: frame.assign(more=1), []),
        (lambda frame: frame[[*frame.columns[1:], "run_id"]], []),
        (lambda frame: frame.astype({"parts": float}), []),
        (lambda frame: frame.astype({"done": int}), []),
        (lambda frame: frame.astype({"score": str}), []),
        (lambda frame: frame.assign(tier=1), []),
        (lambda frame: frame.assign(day=pd.to_datetime(frame["day"])), []),
        (lambda frame: frame.assign(day="2024-01-01"), []),
        (nulled("note"), [2]),
        (nulled("cost"), [2]),
        (nulled("day"), [2]),
    ],
)
def test_columns_order_types_and_nulls_are_one_rule(
    change: Callable[[pd.DataFrame], pd.DataFrame], rows: list[int]
) -> None:
    assert set(failed(change(good()))["schema"]) >= set(rows)


def test_a_result_says_how_the_rule_failed() -> None:
    frame = good()
    frame["tier"] = ["Z", "Y", "X", "W"]
    (result,) = [result for result in validate(Runs, frame) if not result.passed]
    assert result.text.count("; ") == 2
    assert result.text.startswith("tier: ")
    assert "Z" in result.text
    assert result.text.endswith(" and 1 more")


def test_words_for_failures_repeat_none() -> None:
    frame = good()
    frame["tier"] = ["P", "Z", "P", "Z"]
    (result,) = [result for result in validate(Runs, frame) if not result.passed]
    assert (result.rows, result.text.count("Z")) == ([1, 3], 1)


def test_a_rule_that_crashes_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="a rule of Crashing crashed"):
        validate(Crashing, pd.DataFrame({"value": [1.0]}))


def test_a_rule_that_crashes_is_an_error_when_another_fails_too() -> None:
    with pytest.raises(RuntimeError, match="a rule of Crashing crashed"):
        validate(Crashing, pd.DataFrame({"value": [-1.0]}))


def test_a_rule_that_cannot_be_computed_on_a_column_of_the_wrong_type_is_not_a_crash() -> None:
    assert "schema" in failed(good().assign(cost="dear"))


ANYTHING = st.sampled_from([0, 1, -1.5, 50.0, 2000.0, float("nan"), None, "", "a", "P", "Z", True, dt.date(2024, 1, 1)])


@given(st.lists(st.tuples(st.sampled_from([*Runs.to_schema().columns]), st.integers(0, 3), ANYTHING), max_size=3))
def test_what_is_valid_at_a_glance_is_what_pandera_takes(changes: list[tuple[str, int, object]]) -> None:
    frame = good()
    for name, row, value in changes:
        cells = frame[name].tolist()
        cells[row] = value
        frame[name] = pd.Series(cells, dtype=frame[name].dtype if _fits(value, frame[name]) else object)
    try:
        Runs.to_schema().validate(frame, lazy=True)
        is_taken = True
    except pa.errors.SchemaErrors:
        is_taken = False
    assert is_taken or valid_table(Runs, frame) is None


def _fits(value: object, column: pd.Series) -> bool:
    """Whether a column keeps its type with a value."""
    try:
        pd.Series([value], dtype=column.dtype)
    except (TypeError, ValueError):
        return False
    return True


def test_a_missing_column_another_order_and_a_crash_are_left_to_pandera() -> None:
    assert valid_table(Runs, good()) is not None
    assert valid_table(Runs, good().drop(columns="cost")) is None
    assert valid_table(Runs, good()[[*reversed(good().columns)]]) is None
    assert valid_table(Crashing, pd.DataFrame({"value": [1.0]})) is None
