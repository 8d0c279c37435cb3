"""Scores by hand, what is scored, and the simple rules that the models are held against."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from tests.unit.forecast_rows import ASSUMPTIONS, PREDICTIONS, day, event, frames, rows
from tests.unit.test_forecast_history import REAL
from tidebook.pipelines.judge.predictions.history import forecast_history_table, resolutions_table
from tidebook.pipelines.judge.predictions.scores import (
    mean_brier,
    mean_log,
    outcome,
    score_rows,
    scores_table,
    skill_of,
    skill_table,
)
from tidebook.schemas.forecasts import Scores, Skill


def scored(evidence: object = REAL) -> pd.DataFrame:
    given = frames(evidence)  # type: ignore[arg-type]
    history = forecast_history_table(PREDICTIONS, ASSUMPTIONS, *given)
    resolutions = resolutions_table(PREDICTIONS, ASSUMPTIONS, *given)
    return Scores.validate(scores_table(PREDICTIONS, ASSUMPTIONS, history, resolutions))


def test_scores_by_hand() -> None:
    made = [({"probability": p, "prior_only": 0.2, "last_value": 0.0}, came) for p, came in ((0.9, True), (0.4, False))]
    found = {row["forecaster"]: row for row in score_rows({"population": "x"}, made)}
    assert found["model"]["brier"] == pytest.approx((0.1**2 + 0.4**2) / 2)
    assert found["model"]["log_score"] == pytest.approx(-(math.log(0.9) + math.log(0.6)) / 2)
    assert found["always_half"]["brier"] == 0.25
    assert found["always_half"]["log_score"] == pytest.approx(math.log(2))
    assert found["prior_only"]["brier"] == pytest.approx((0.8**2 + 0.2**2) / 2)
    assert found["last_value"]["log_score"] == pytest.approx(-(math.log(0.01) + math.log(0.99)) / 2), "a miss is finite"
    assert {row["n"] for row in found.values()} == {2}
    assert {row["came_true"] for row in found.values()} == {1}


def test_scores_take_arrays() -> None:
    numbers = pd.Series([1.0, 0.0]).to_numpy()
    assert mean_brier(numbers, numbers) == 0
    assert mean_log(numbers, numbers) == pytest.approx(-math.log(0.99))


@pytest.mark.parametrize(
    ("status", "resolved", "observed", "by", "expected"),
    [
        ("came true", "2026-01-08", "2026-11-24", "2026-01-08", True),
        ("came true", "2026-01-08", "2026-11-24", "2026-01-07", False),
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
    (failed,) = found[strict & (found["deadline_interpretation"] == "18 months from the content date")].to_dict(
        "records"
    )
    assert failed["n"] == 18, "the month-ends from October 2024 to March 2026"
    assert failed["came_true"] == 0
    assert not {"revenue_per_gpu_hour", "ai_operating_system"} & set(found["prediction_id"])


def test_the_model_lost_to_a_coin_on_the_first_listing() -> None:
    found = scored()
    wide = (found["prediction_id"] == "first_model_company_ipo") & (found["population"] == "wide")
    listing = found[wide].set_index("forecaster")
    listing = listing[listing["version"] == 2]
    assert listing.loc["model", "n"] == 15
    assert listing.loc["model", "came_true"] == 12
    assert listing.loc["model", "brier"] > listing.loc["always_half", "brier"]


def test_nothing_decided_gives_an_empty_table_or_only_failures() -> None:
    found = scored(rows(event("openai", "2024-10-02", "filing")))
    assert found["came_true"].sum() == 0


def score(
    prediction: str, forecaster: str, brier: float, interpretation: str = "x", version: int = 1
) -> dict[str, object]:
    key = {
        "prediction_id": prediction,
        "clock": "content",
        "deadline_interpretation": interpretation,
        "population": "p",
    }
    facts = {"n": 10, "came_true": 0, "brier": brier, "log_score": brier}
    return {**key, "version": version, "forecaster": forecaster, **facts}


def predictions(count: int) -> list[str]:
    return [f"p{place}" for place in range(count)]


def skills(rows: list[dict[str, object]], names: list[str]) -> pd.DataFrame:
    entries = [PREDICTIONS.predictions[0].model_copy(update={"id": name}) for name in names]
    declared = PREDICTIONS.model_copy(update={"predictions": entries})
    return Skill.validate(skill_table(declared, pd.DataFrame(rows))).set_index("forecaster")


def test_a_prediction_counts_once_however_many_series_it_has() -> None:
    rules = ("model", "always_half", "prior_only", "last_value")
    names = predictions(5)
    briers = {"model": (0.1, 0.2, 0.1, 0.2, 0.1), **dict.fromkeys(rules[1:], (0.25,) * 5)}
    rows = [score(name, rule, brier) for rule in rules for name, brier in zip(names, briers[rule], strict=True)]
    # A second series of the first prediction, as good as the mean of it: 0.05 and 0.15 are 0.1.
    rows = [row for row in rows if (row["prediction_id"], row["forecaster"]) != ("p0", "model")]
    rows += [score("p0", "model", 0.05), score("p0", "model", 0.15, "y")]
    found = skills(rows, names)
    half = found.loc["always_half"]
    assert (half["outcomes"], half["series"], half["months"]) == (5, 6, 60)
    assert found.loc["model", "brier"] == pytest.approx(0.14)
    assert half["skill"] == pytest.approx(1 - 0.7 / 1.25)
    # Left out are a 0.1 or a 0.2: 1 - 0.6 / 1 three times, 1 - 0.5 / 1 twice, around their mean of 0.44.
    error = math.sqrt(4 / 5 * (3 * 0.04**2 + 2 * 0.06**2))
    assert half["high"] - half["skill"] == pytest.approx(2.13185 * error, rel=1e-5)
    assert half["skill"] - half["low"] == pytest.approx(2.13185 * error, rel=1e-5)


def test_below_five_outcomes_nothing_is_said_of_skill() -> None:
    names = predictions(4)
    rows = [
        score(name, rule, 0.1, str(month)) for name in names for rule in ("model", "always_half") for month in (1, 2)
    ]
    found = skills([*rows, *(score(name, rule, 0.3) for name in names for rule in ("prior_only", "last_value"))], names)
    assert set(found["outcomes"]) == {4}
    assert found[["brier", "log_score", "skill", "low", "high"]].isna().all(axis=None)


def test_equal_forecasts_have_no_skill_and_no_width() -> None:
    numbers = pd.Series([0.1, 0.2, 0.3, 0.1, 0.2]).to_numpy()
    assert skill_of(numbers, numbers) == pytest.approx((0.0, 0.0, 0.0))


def test_nothing_is_scored_where_nothing_is_predicted() -> None:
    none = PREDICTIONS.model_copy(update={"predictions": [], "clocks": None, "cohorts": {}})
    given = frames(rows())
    tables = forecast_history_table(none, ASSUMPTIONS, *given), resolutions_table(none, ASSUMPTIONS, *given)
    scores = Scores.validate(scores_table(none, ASSUMPTIONS, *tables))
    assert scores.empty
    assert Skill.validate(skill_table(none, scores)).empty
