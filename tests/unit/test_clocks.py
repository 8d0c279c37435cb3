"""Predictions under both clocks: every reading of a deadline is open up to its day and passed after it."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest

from tests.unit.assumed import assumed
from tidebook.pipelines.judge.predictions.questions import kinds_with, predictions_table
from tidebook.pipelines.read.declarations import read_predictions
from tidebook.pipelines.read.plugin import SwitchedOn
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.analysis import Predictions

PREDICTIONS = """
[clocks]
content = 2024-10-01
publication = 2026-05-25

[[predictions]]
id = "undated"
kind = "watch"
section = "Outlook"
statement = "It may"
criterion = "Watch it"
ambiguous_words = ["may", "much"]
ambiguity = "Much"
no_deadline = "No date is given"

[[predictions]]
id = "dated"
kind = "prediction"
section = "Outlook"
statement = "It will"
criterion = "It did"
ambiguous_words = []
ambiguity = "None"

[[predictions.deadlines]]
clock = "publication"
interpretation = "18 months"
date = 2027-11-25

[[predictions.deadlines]]
clock = "content"
interpretation = "by 2026: before it begins"
date = 2025-12-31

[[predictions.deadlines]]
clock = "content"
interpretation = "by 2026: before it ends"
date = 2026-12-31
"""


ASKED = """
[predictions.model]
kind = "events_by_deadline"
unit = "company"
measure = "companies that merged by then"
chosen = 2026-06-01
events = ["merger"]
needed = 2
decides = "strict"
prior = { events = 1, years = 20 }

[cohorts]
strict = ["north", "south", "east"]

[search_cutoffs]
merger = 2026-10-07
"""
"""How the last of them is asked."""


def predictions(as_of: str, text: str = PREDICTIONS) -> pd.DataFrame:
    declared = read_predictions(RawFile("predictions.toml", text.encode()), {}, kinds_with(SwitchedOn()))
    return Predictions.validate(predictions_table(declared, assumed(as_of=as_of)))


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2024-10-01", ["open", "open", "open"]),
        ("2025-12-30", ["open", "open", "open"]),
        ("2025-12-31", ["open", "open", "open"]),
        ("2026-01-01", ["open", "passed", "open"]),
        ("2026-12-31", ["open", "passed", "open"]),
        ("2027-01-01", ["open", "passed", "passed"]),
        ("2027-11-25", ["open", "passed", "passed"]),
        ("2027-11-26", ["passed", "passed", "passed"]),
    ],
)
def test_a_deadline_is_open_on_its_own_day_and_passed_on_the_next(as_of: str, expected: list[str]) -> None:
    table = predictions(as_of)
    assert table.loc[table["prediction_id"] == "dated", "status"].to_list() == expected


@pytest.mark.parametrize("as_of", ["2000-01-01", "2049-12-31"])
def test_a_prediction_without_a_deadline_stays_open_under_both_clocks(as_of: str) -> None:
    table = predictions(as_of).query("prediction_id == 'undated'")
    assert table["clock"].to_list() == ["content", "publication"]
    assert table["status"].to_list() == ["open", "open"]
    assert table["deadline_interpretation"].to_list() == ["No date is given"] * 2
    assert table["deadline"].isna().all()


def test_each_row_has_the_start_of_its_own_clock() -> None:
    table = predictions("2026-11-24")
    starts = {"content": dt.date(2024, 10, 1), "publication": dt.date(2026, 5, 25)}
    assert table["clock_start"].to_list() == [starts[clock] for clock in table["clock"]]


def test_rows_follow_the_file() -> None:
    table = predictions("2026-11-24")
    assert list(zip(table["prediction_id"], table["clock"], table["deadline"], strict=True)) == [
        ("undated", "content", None),
        ("undated", "publication", None),
        ("dated", "publication", dt.date(2027, 11, 25)),
        ("dated", "content", dt.date(2025, 12, 31)),
        ("dated", "content", dt.date(2026, 12, 31)),
    ]


def test_the_words_of_a_prediction_are_kept() -> None:
    row = predictions("2026-11-24").iloc[0]
    assert row[["kind", "section", "statement", "criterion", "ambiguous_words", "ambiguity"]].to_list() == [
        "watch", "Outlook", "It may", "Watch it", ["may", "much"], "Much",
    ]  # fmt: skip


def test_no_predictions_give_an_empty_table() -> None:
    text = PREDICTIONS[: PREDICTIONS.index("[[predictions]]")] + "\n"
    assert len(predictions("2026-11-24", "predictions = []\n" + text)) == 0


def test_how_a_prediction_is_asked_is_reported_with_the_members_of_its_cohorts_and_how_far_was_searched() -> None:
    asked = json.loads(predictions("2026-11-24", PREDICTIONS + ASKED).iloc[-1]["model_spec"])
    assert (asked["needed"], asked["events"]) == (2, ["merger"])
    assert asked["cohorts"] == {"strict": ["north", "south", "east"]}
    assert asked["search_cutoffs"] == {"merger": "2026-10-07"}
    assert set(predictions("2026-11-24")["model_spec"]) == {"{}"}
