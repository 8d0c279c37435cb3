"""The board of predictions: clocks told together, histories in words and to draw, disagreement, rent; by hand."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from pipelines.forecasts.gpu_hours import gpu_hours_table
from pipelines.report.earnings import earnings
from pipelines.report.paths import draw, time_axis
from pipelines.report.questions import Board, boards, path_words
from pipelines.report.track import projections, track
from pipelines.report.words import population_words, use_words
from tests.unit.forecast_rows import ASSUMPTIONS, PREDICTIONS, frames, observed, rows
from tests.unit.shipped import DOSSIER, TABLES

DAYS = [dt.date(2024, 10, 31), dt.date(2024, 11, 30), dt.date(2024, 12, 31)]


@pytest.fixture(autouse=True)
def _words() -> None:
    use_words(DOSSIER.wording)


def question(clock: str = "content", population: str = "openrouter", reading: str = "by 2026") -> dict[str, Any]:
    return {"prediction_id": "share", "clock": clock, "deadline_reading": reading, "population": population}


def history(key: dict[str, Any], *chances: float | None, last: str = "open") -> list[dict[str, Any]]:
    """Return months that end with the last of `DAYS`."""
    days = DAYS[len(DAYS) - len(chances) :]
    return [
        {
            **key,
            "version": 1,
            "as_of": day,
            "probability": chance,
            "high": chance,
            "status": last if day == DAYS[-1] else "open",
        }
        for day, chance in zip(days, chances, strict=True)
    ]


def forecast(key: dict[str, Any], chance: float | None, n: int = 3, status: str = "open") -> dict[str, Any]:
    about = {"decides": False, "by": None, "status": status, "resolved_on": None, "low": None, "high": None}
    about |= {"version": 1, "current": True, "chosen": None, "prior_low": None, "prior_high": None}
    about |= {"measure": "", "value": None, "unit": "", "method": "A line.", "prior": "", "weak": 0, "evidence": []}
    return {**key, **about, "probability": chance, "n": n}


def board(forecasts: list[dict[str, Any]], months: list[dict[str, Any]]) -> Board:
    return boards({"forecasts": forecasts, "forecast_history": months}, {})["share"]


def test_clocks_that_say_the_same_are_told_and_drawn_once() -> None:
    both = [question(), question("publication")]
    same = board([forecast(key, 0.4) for key in both], [*history(both[0], 0.1, 0.2, 0.4), *history(both[1], 0.2, 0.4)])
    (question_status,) = same.questions
    assert question_status.clocks == ["content", "publication"]
    assert question_status.path == "10\u00a0% on 31\u00a0October\u00a02024, 40\u00a0% on 31\u00a0December\u00a02024"
    assert list(same.lines) == ["content"]
    apart = board([forecast(key, 0.4) for key in both], [*history(both[0], 0.1, 0.2, 0.4), *history(both[1], 0.3, 0.4)])
    assert [status.clocks for status in apart.questions] == [["content"], ["publication"]]
    assert list(apart.lines) == ["content", "publication"]


def test_a_line_ends_where_it_was_decided() -> None:
    key = question()
    months = history(key, 0.1, 0.2, 1.0)
    months[1] |= {"status": "came_true", "probability": 1.0}
    (line,) = board([forecast(key, 1.0, status="came_true")], months).lines["content"]
    assert line.points == [(DAYS[0], 0.1), (DAYS[1], 1.0)]


def test_populations_apart_are_named_and_not_pooled() -> None:
    keys = [question(population="enterprise_survey"), question()]
    found = board([forecast(keys[0], 0.05), forecast(keys[1], 0.4)], [])
    assert found.disagreements == [
        "The probabilities lie 35 percentage points apart and are not pooled: 5\u00a0% for enterprise survey and "
        "40\u00a0% for OpenRouter."
    ]
    assert board([forecast(keys[0], 0.05), forecast(keys[1], 0.14)], []).disagreements == []
    assert board([forecast(keys[0], 0.05), forecast(keys[1], 1.0, status="came_true")], []).disagreements == []


def test_what_is_set_aside_names_the_populations_and_leaves_out_what_counts_for_another() -> None:
    keys = [question(population=name) for name in ("strict", "wide")]
    aside = {
        "strict": ["zhipu: not on the roster", "spacex: not on the roster"],
        "wide": ["spacex: not on the roster", "minimax: not the first"],
    }
    rulings = [
        {**key, "clock_start": DAYS[0], "evidence": evidence, "set_aside": aside[key["population"]]}
        for key, evidence in zip(keys, ([], ["zhipu"]), strict=True)
    ]
    tables = {"forecasts": [forecast(key, 0.4) for key in keys], "resolutions": rulings}
    assert boards(tables, {})["share"].excluded == [
        "spacex: not on the roster (strict roster and wide roster)", "minimax: not the first (wide roster)",
    ]  # fmt: skip
    alone = {"forecasts": tables["forecasts"][:1], "resolutions": rulings[:1]}
    assert boards(alone, {})["share"].excluded == aside["strict"]


def test_what_nothing_is_known_of_is_named_once() -> None:
    keys = [question(population=f"mistral_ai/{against}") for against in ("threshold", "rental_price")]
    found = board([forecast(key, None, n=0) for key in keys], [])
    assert (found.without_data, found.questions) == (["Mistral AI"], [])
    assert population_words("openai/rental_price") == "OpenAI against the rent of an H100"


def test_a_ceiling_is_said_to_be_one() -> None:
    months = [{**row, "probability": None} for row in history(question(), 0.1, 0.3, 0.2)]
    assert path_words(months) == (
        "at most 10\u00a0% on 31\u00a0October\u00a02024, at most 20\u00a0% on 31\u00a0December\u00a02024; "
        "highest 30\u00a0% on 30\u00a0November\u00a02024"
    )
    (line,) = board([forecast(question(), None)], months).lines["content"]
    assert line.ceiling and line.label == "OpenRouter, at most"
    assert path_words([]) == ""


def test_a_chart_names_its_lines_and_says_them_in_words() -> None:
    (line,) = board([forecast(question(), 0.4)], history(question(), 0.1, 0.2, 0.4)).lines["content"]
    chart = draw("share", "content", [line])
    assert chart.description == (
        "OpenRouter: 10\u00a0% on 31\u00a0October\u00a02024, 40\u00a0% on 31\u00a0December\u00a02024"
    )
    assert ">OpenRouter</text>" in chart.svg and 'role="img"' in chart.svg


def test_a_time_axis_always_names_a_year() -> None:
    assert list(time_axis(dt.date(2024, 10, 31), dt.date(2025, 4, 30)).texts) == ["2025", "Apr"]
    assert list(time_axis(dt.date(2026, 5, 31), dt.date(2026, 10, 31)).texts) == ["Jul\u00a02026", "Oct"]


def test_revenue_stands_beside_the_rent_of_the_nearest_day() -> None:
    unit = "USD/GPU-hour"
    evidence = rows(
        observed("revenue_per_gpu_hour", "coreweave", "2024-06-30", 1.98, unit, "per GPU unit", "D"),
        observed("revenue_per_gpu_hour", "coreweave", "2025-09-30", 1.53, unit, "per H100 equivalent", "D"),
        observed("revenue_per_gpu_hour", "spacex", "2025-09-30", 7.0, unit, "per GPU unit", "W"),
        observed("h100_rental_price", "market", "2024-03-31", 2.85, unit, tier="W"),
        observed("h100_rental_price", "market", "2024-01-31", 9.5, unit, tier="W"),
    )
    found = gpu_hours_table(PREDICTIONS, ASSUMPTIONS, *frames(evidence))
    TABLES["gpu_hours"].validate(found)
    # From 2024-03-31 to 2024-06-30 it is 91 days, within the 92; no price is within 92 days of 2025-09-30.
    assert list(found["company"]) == ["coreweave", "coreweave"]
    first, second = found.to_dict("records")
    assert (first["rental_price"], first["rental_date"], first["rental_weak"]) == (2.85, dt.date(2024, 3, 31), 1)
    assert first["over_rent"] == pytest.approx(1.98 / 2.85)
    assert first["evidence"] == [
        "revenue_per_gpu_hour/coreweave/2024-06-30", "h100_rental_price/market/2024-03-31",
    ]  # fmt: skip
    assert second["rental_date"] is None and math.isnan(second["over_rent"])
    said = earnings([first, {**second, "rental_price": None, "over_rent": None}])
    # 1 / 2.85 is 35.1 %.
    assert said.sentences[0].endswith("so that it asks for 35.1\u00a0% of the rent.")
    assert said.sentences[1] == (
        "CoreWeave: $1.53–$1.98 per GPU-hour (2 periods, 30\u00a0June\u00a02024 to 30\u00a0September\u00a02025). "
        "At least what the article asks for, however accelerators are counted: in 2 of 2. "
        "At least the rent of the time: in 0 of 1."
    )
    assert [row.rent for row in said.rows] == ["$2.85 per GPU-hour", ""]


def test_skill_is_told_over_independent_outcomes_alone() -> None:
    briers = {"model": 0.2, "always_half": 0.25, "climatology": 0.2, "last_value": 0.0004}
    scores = [
        {**question(), "version": 1, "forecaster": name, "n": 4, "came_true": 1, "brier": brier, "log_score": brier}
        for name, brier in briers.items()
    ]
    few = [{"forecaster": name, "outcomes": 4, "skill": None} for name in briers]
    found = track(scores, few)
    assert found.summary == (
        "All months, clocks and readings of a prediction share one outcome, so that there are 4 here: too few to say "
        "whether the model has skill."
    )
    skill = {"skill": 0.2, "low": -0.1, "high": 0.5, "outcomes": 6}
    enough = [{"forecaster": "model", "outcomes": 6, "skill": None}, {"forecaster": "always_half", **skill}]
    assert track(scores, enough).summary.endswith(
        "there are 6 here. Brier skill with a 90 % interval, against always 50 % 20\u00a0% (−10\u00a0% to 50\u00a0%)."
    )
    assert [brier for brier, _ in found.rows[0].scores] == ["0.200", "0.250", "0.200", "<0.001"]
    assert track([], []).rows == []


def test_backtests_of_one_horizon_are_added_up() -> None:
    row = {"quantity": "training_cost", "population": "frontier", "kind": "backtest", "method": "A line."}
    tests = [{**row, "horizon_years": 1, "tested": tested, "covered": covered} for tested, covered in ((8, 7), (2, 2))]
    (found,) = projections(tests).backtests
    assert (found.origins, found.tested, found.covered, found.coverage) == (2, 10, 9, "90\u00a0%")


@pytest.mark.parametrize(("covered", "width"), [(8, "too narrow"), (9, "as wide as they should be"), (10, "too wide")])
def test_what_backtests_say_of_the_intervals(covered: int, width: str) -> None:
    row = {"quantity": "training_cost", "population": "frontier", "kind": "backtest", "method": "A line."}
    said = projections([{**row, "horizon_years": 1, "tested": 10, "covered": covered}]).coverage
    assert f"held {covered} of 10 models" in said and f"they are {width}." in said


def test_why_the_growth_of_projections_is_not_that_of_the_trend() -> None:
    row = {"quantity": "training_cost", "population": "frontier", "kind": "backtest", "method": "A line."}
    row |= {"horizon_years": 1, "tested": 1, "covered": 1}
    trend = {
        "figure_id": "unprinted/frontier_training_cost/growth_per_year",
        "basis": "trend since 2016",
        "text": "2.4x",
        "note": "Hardware, and energy; 2.0 to 3.1",
    }
    said = projections([row], [trend | {"figure_id": "other"}, trend]).trend
    assert "a published trend since 2016 of 2.4x a year on another basis (hardware, and energy)," in said
    assert projections([row]).trend == ""
