"""Scores by hand, what is scored, and the simple rules that the models are held against."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from pipelines.forecasts.history import forecast_history_table, resolutions_table
from pipelines.forecasts.scores import mean_brier, mean_log, outcome, score_rows, scores_table
from schemas.forecasts import Scores
from tests.unit.forecast_rows import ASSUMPTIONS, PREDICTIONS, day, event, frames, rows
from tests.unit.test_forecast_history import REAL


def scored(evidence: object = REAL) -> pd.DataFrame:
    given = frames(evidence)  # type: ignore[arg-type]
    history = forecast_history_table(PREDICTIONS, ASSUMPTIONS, *given)
    resolutions = resolutions_table(PREDICTIONS, ASSUMPTIONS, *given)
    return Scores.validate(scores_table(PREDICTIONS, ASSUMPTIONS, history, resolutions))


def test_scores_by_hand() -> None:
    made = [
        ({"probability": p, "climatology": 0.2, "last_value": 0.0}, came) for p, came in ((0.9, True), (0.4, False))
    ]
    found = {row["forecaster"]: row for row in score_rows({"population": "x"}, made)}
    assert found["model"]["brier"] == pytest.approx((0.1**2 + 0.4**2) / 2)
    assert found["model"]["log_score"] == pytest.approx(-(math.log(0.9) + math.log(0.6)) / 2)
    assert found["always_half"]["brier"] == 0.25
    assert found["always_half"]["log_score"] == pytest.approx(math.log(2))
    assert found["climatology"]["brier"] == pytest.approx((0.8**2 + 0.2**2) / 2)
    assert found["last_value"]["log_score"] == pytest.approx(-(math.log(0.01) + math.log(0.99)) / 2), "a miss is finite"
    assert found["always_half"]["skill"] == pytest.approx(1 - 0.085 / 0.25)
    assert math.isnan(found["model"]["skill"])
    assert {row["n"] for row in found.values()} == {2}
    assert {row["came_true"] for row in found.values()} == {1}


def test_scores_take_arrays() -> None:
    numbers = pd.Series([1.0, 0.0]).to_numpy()
    assert mean_brier(numbers, numbers) == 0
    assert mean_log(numbers, numbers) == pytest.approx(-math.log(0.99))


@pytest.mark.parametrize(
    ("status", "resolved", "observed", "by", "expected"),
    [
        ("came_true", "2026-01-08", "2026-11-24", "2026-01-08", True),
        ("came_true", "2026-01-08", "2026-11-24", "2026-01-07", False),
        ("failed", "2026-04-01", "2026-11-24", "2026-04-01", False),
        ("open", None, "2026-11-24", "2026-10-31", False),
        ("open", None, "2026-11-24", "2026-11-24", None),
        ("open", None, "2026-06-30", "2026-10-31", None),
        ("open", None, None, "2026-10-31", None),
        ("void", None, "2026-11-24", "2026-10-31", None),
    ],
)
def test_what_came_of_a_forecast(
    status: str, resolved: str | None, observed: str | None, by: str, expected: bool | None
) -> None:
    def date(text: str | None) -> dt.date | None:
        return day(text) if text else None

    resolution = {"status": status, "resolved_on": date(resolved), "observed_to": date(observed)}
    assert outcome(resolution, day(by), day("2026-11-24")) is expected


def test_only_open_forecasts_with_a_known_outcome_are_scored() -> None:
    found = scored()
    strict = (found["population"] == "strict") & (found["forecaster"] == "model")
    (failed,) = found[strict & (found["deadline_reading"] == "18 months from the content date")].to_dict("records")
    assert failed["n"] == 18, "the month-ends from October 2024 to March 2026"
    assert failed["came_true"] == 0
    assert not {"revenue_per_gpu_hour", "ai_operating_system"} & set(found["prediction_id"])


def test_the_model_lost_to_a_coin_on_the_first_listing() -> None:
    found = scored()
    wide = (found["prediction_id"] == "first_model_company_ipo") & (found["population"] == "wide")
    listing = found[wide].set_index("forecaster")
    assert listing.loc["model", "n"] == 15
    assert listing.loc["model", "came_true"] == 12
    assert listing.loc["always_half", "skill"] < 0


def test_nothing_decided_gives_an_empty_table_or_only_failures() -> None:
    found = scored(rows(event("openai", "2024-10-02", "filing")))
    assert found["came_true"].sum() == 0
