"""Predictions in words and to draw: starting days told together, histories, the likeliest path; by hand."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from tests.unit.report_tables import WORDING
from tidebook.pipelines.report.pictures import histories
from tidebook.pipelines.report.plots import (
    BOTTOM,
    HEIGHT,
    Axis,
    Mark,
    Plot,
    keep_apart,
    linear_axis,
    log_axis,
    sparkline,
    time_axis,
)
from tidebook.pipelines.report.predictions import ShownPrediction, predictions_section
from tidebook.pipelines.report.words import use_words

DAYS = [dt.date(2024, 10, 31), dt.date(2024, 11, 30), dt.date(2024, 12, 31)]
Rows = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def _words() -> None:
    use_words(WORDING)


def question(clock: str = "content", population: str = "openrouter", interpretation: str = "by 2026") -> dict[str, Any]:
    return {
        "prediction_id": "share",
        "clock": clock,
        "deadline_interpretation": interpretation,
        "population": population,
    }


def history(key: dict[str, Any], *chances: float | None, last: str = "open", high: float | None = None) -> Rows:
    """Return months that end with the last of `DAYS`."""
    days = DAYS[len(DAYS) - len(chances) :]
    return [
        {
            **key,
            "version": 1,
            "as_of": day,
            "probability": chance,
            "high": high,
            "status": last if day == DAYS[-1] else "open",
        }
        for day, chance in zip(days, chances, strict=True)
    ]


def forecast(key: dict[str, Any], chance: float | None, n: int = 3, **more: Any) -> dict[str, Any]:
    about = {"decides": True, "target_date": None, "status": "open", "resolved_on": None, "low": None, "high": None}
    about |= {
        "as_of": DAYS[-1],
        "version": 1,
        "current": True,
        "measure": "",
        "value": None,
        "unit": "",
        "evidence": [],
        "prior_low": None,
    }
    return {**key, **about, "probability": chance, "n": n, **more}


def prediction(
    forecasts: Rows, months: Rows, outcome: str = "open", likely: float | None = None, unlikely: bool = False
) -> ShownPrediction:
    about = {"prediction_id": "share", "kind": "prediction", "section": "", "statement": "It will", "criterion": "one"}
    row = about | {"ambiguous_words": [], "ambiguity": ""}
    ruled = {"statement_kind": "prediction", "statement_id": "share", "outcome": outcome, "why": "so it stands"}
    chance = {"probability": likely, "probability_low": likely, "probability_high": likely, "very_unlikely": unlikely}
    tables = {"predictions": [row], "outcomes": [ruled | chance], "forecasts": forecasts}
    (found,) = predictions_section({**tables, "forecast_history": months}, {}, {})
    return found


def test_starting_days_that_say_the_same_are_reported_and_drawn_once() -> None:
    both = [question(), question("publication")]
    found = prediction([forecast(key, 0.4) for key in both], [each for key in both for each in history(key, 0.1, 0.4)])
    (only,) = found.questions
    assert only.counted_from == ["when it was written", "publication"]
    assert len(found.lines) == 1
    apart = prediction([forecast(both[0], 0.4), forecast(both[1], 0.5)], history(both[0], 0.1, 0.4))
    assert len(apart.questions) == 2


def test_the_path_is_that_of_the_likeliest_open_question_and_ends_with_the_decision() -> None:
    first, second = question(), question(population="survey")
    months = [*history(first, 0.1, 0.2, 0.3), *history(second, 0.5, 0.9, 0.6)]
    found = prediction([forecast(first, 0.3), forecast(second, 0.6)], months, likely=0.6)
    assert found.path == [(DAYS[0], 0.5), (DAYS[1], 0.9), (DAYS[2], 0.6)]
    assert found.path_words.replace("\u00a0", " ") == (
        "50% on 31 October 2024, 60% on 31 December 2024; highest 90% on 30 November 2024"
    )
    assert found.chance.replace("\u00a0", " ") == "60%" and not found.is_very_unlikely
    failed = forecast(first, 0.0, status="failed", resolved_on=DAYS[1])
    decided = history(first, 0.2, 0.1, 0.0)
    decided[1]["status"] = "failed"
    found = prediction([failed], decided, "failed")
    assert found.path == [(DAYS[0], 0.2), (DAYS[1], 0.1)]
    assert found.questions[0].status == "failed on 30\u00a0November\u00a02024"


def test_the_path_of_an_open_question_ends_today() -> None:
    key, today = question(), dt.date(2025, 1, 15)
    found = prediction([forecast(key, 0.4, as_of=today)], history(key, 0.5, 0.9, 0.6), likely=0.4)
    assert found.path == [(DAYS[0], 0.5), (DAYS[1], 0.9), (DAYS[2], 0.6), (today, 0.4)]
    assert found.path_short.replace("\u00a0", " ") == "50% at first, 40% now" and found.chance.startswith("40")
    gone = forecast(key, 0.0, as_of=today, status="failed", resolved_on=dt.date(2025, 1, 10))
    assert prediction([gone], history(key, 0.5, 0.9, 0.6), "failed").path[-1] == (dt.date(2025, 1, 10), 0.0)


def test_what_cannot_be_exceeded_is_drawn_where_no_probability_is_given() -> None:
    key = question()
    found = prediction([forecast(key, None, high=0.4)], history(key, None, None, high=0.4))
    assert found.questions[0].label(short=False) == found.questions[0].label(short=True) == "OpenRouter, at most"
    assert found.path_short.replace("\u00a0", " ") == "at most 40% then and now"
    assert found.path == [(DAYS[1], 0.4), (DAYS[2], 0.4)]


def test_a_question_without_data_is_left_out() -> None:
    assert prediction([forecast(question(), None, n=0)], []).questions == []


def test_what_is_very_unlikely_is_called_so_in_place_of_its_range() -> None:
    forecasts = [forecast(question(), 0.004), forecast(question("publication"), None, high=0.007)]
    found = prediction(forecasts, [], likely=0.004, unlikely=True)
    assert (found.chance, found.most.replace("\u00a0", " ")) == ("very unlikely", "0.7%")
    found = prediction([forecast(question(), 0.4)], [], likely=0.4)
    assert (found.chance.replace("\u00a0", " "), found.is_very_unlikely) == ("40%", False)


def test_a_picture_of_histories_has_a_line_and_a_label_each() -> None:
    keys = [question(), question(population="survey")]
    months = [*history(keys[0], 0.1, 0.2, 0.3), *history(keys[1], 0.5, 0.5, 0.6)]
    picture = histories(prediction([forecast(key, 0.3) for key in keys], months))
    assert picture is not None
    svg = picture.plot.svg("p")
    assert svg.count('class="line0"') == svg.count('class="line1"') == 1
    assert ">OpenRouter<" in svg and ">survey<" in svg.replace("Survey", "survey")
    assert [text for _, text in picture.plot.y.ticks] == ["0%", "25%", "50%", "75%", "100%"]
    assert picture.caption == ""
    assert histories(prediction([], [])) is None
    near_zero = prediction([forecast(keys[0], 0.01)], [*history(keys[0], 0.04, 0.01, 0.01)])
    assert histories(near_zero) is None


def test_lines_that_would_have_one_label_say_from_when_they_are() -> None:
    keys = [question(), question("publication")]
    months = [*history(keys[0], 0.1, 0.2, 0.3), *history(keys[1], 0.5, 0.5, 0.6)[1:]]
    picture = histories(
        prediction([forecast(key, chance) for key, chance in zip(keys, (0.3, 0.6), strict=True)], months)
    )
    assert picture is not None
    assert [mark.label for mark in picture.plot.marks] == ["from Oct\u00a02024", "from Nov\u00a02024"]


def test_only_lines_that_decide_are_drawn_where_any_does() -> None:
    keys = [question(), question(population="survey")]
    months = [*history(keys[0], 0.1, 0.2, 0.3), *history(keys[1], 0.5, 0.5, 0.6)]
    made = [forecast(keys[0], 0.3, decides=False), forecast(keys[1], 0.6)]
    assert [line.population for line in prediction(made, months).lines] == ["survey"]
    assert len(prediction([made[0]], months).lines) == 1


def test_a_picture_of_histories_says_what_it_leaves_out() -> None:
    keys = [question(population=name) for name in ("openrouter", "survey", "others", "unknown")]
    months = [row for key in keys[:3] for row in history(key, 0.1, 0.2, 0.3)]
    made = [forecast(key, 0.3, decides=key is not keys[2]) for key in keys]
    picture = histories(prediction(made, months))
    assert picture is not None
    assert picture.caption == (
        "Left out: 1 reading without a history, 1 reading shown for information and 1 reading with the same line as "
        "another."
    )


def test_labels_stay_above_the_axis() -> None:
    marks = [Mark(f"line {number}", [(0.0, 0.0), (1.0, 0.0)]) for number in range(5)]
    axis = Axis("", 0.0, 1.0, [])
    heights = [float(y) for y in re.findall(r'<text x="232.0" y="([\d.]+)"', Plot(axis, axis, marks).svg("p"))]
    assert len(heights) == 5 and max(heights) == HEIGHT - BOTTOM + 4


def test_a_sparkline_fills_its_box() -> None:
    # From 0 to 1; of 30 pixels one is left above and below.
    points = [(dt.date(2024, 1, 1), 0.0), (dt.date(2024, 1, 6), 0.5), (dt.date(2024, 1, 11), 1.0)]
    assert sparkline(points) == "M0.0 29.0L50.0 15.0L100.0 1.0"


def test_axes_have_round_ticks_around_their_values() -> None:
    axis = linear_axis([81.0, 88.7], "point")
    assert (axis.low, axis.high) == (80.0, 90.0) and [text for _, text in axis.ticks] == ["80", "85", "90"]
    assert [text for _, text in log_axis([1e22, 1e25], "FLOP").ticks] == ["10²²", "10²³", "10²⁴", "10²⁵"]
    assert log_axis([3.0, 4.0], "USD").at(3.0) < log_axis([3.0, 4.0], "USD").at(4.0)
    assert [text for _, text in log_axis([3.2], "number").ticks] == ["3"], "neither 2 nor 5 lies in 2.13 to 4.8"
    months = time_axis(dt.date(2024, 2, 1), dt.date(2024, 8, 1))
    assert {text.replace("\u00a0", " "): months.at(day) for day, text in months.ticks} == {"Feb 2024": 0, "Aug 2024": 1}
    assert len(time_axis(dt.date(2024, 2, 1), dt.date(2024, 2, 9)).ticks) == 1, "one month is told once"
    assert linear_axis([5.0, 5.0], "point").at(5.0) >= 0


def test_labels_are_kept_apart_by_as_little_as_needed() -> None:
    assert keep_apart([10.0, 10.0, 50.0], 4.0) == [8.0, 12.0, 50.0]
    assert keep_apart([1.0, 9.0], 4.0) == [1.0, 9.0]
