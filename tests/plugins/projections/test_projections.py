"""Projections: a line in the logarithm with its prediction interval, and tests of it that do not look ahead."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from tests.oracles import sm
from tests.unit.forecast_rows import ASSUMPTIONS, PREDICTIONS, day
from tests.unit.shipped import DOSSIER
from tidebook.pipelines.judge.predictions.rows import months_after, years
from tidebook.plugins.projections.tables import Projections
from tidebook.plugins.projections.trend import Point, coverage_of, points_of, project, projections_table
from tidebook.schemas.units import EPOCH


def doubling(count: int = 24, wobble: float = 0.1) -> list[Point]:
    """Return one model every three months from 2018 on, growing by e a year, with a wobble."""
    start = day("2018-01-01")
    points = []
    for place in range(count):
        date = start + dt.timedelta(days=91 * place)
        value = math.exp(years(start, date) + wobble * (-1) ** place)
        points.append(Point(date, 1e20 * value, f"m{place}"))
    return points


def test_a_projection_is_the_least_squares_interval() -> None:
    points = doubling()
    found = project(points, "words", day("2020-12-31"), 2)
    known = [point for point in points if point.date <= day("2020-12-31")]
    last = known[-1].date
    assert (found["origin"], found["last"]) == (day("2020-12-31"), last)
    times = np.array([years(EPOCH, point.date) for point in known])
    fit = sm.OLS(np.log([point.value for point in known]), sm.add_constant(times)).fit()
    frame = fit.get_prediction([[1.0, years(EPOCH, months_after(last, 24))]]).summary_frame(0.1)
    assert found["value"] == pytest.approx(math.exp(frame["mean"].iloc[0]))
    assert found["low"] == pytest.approx(math.exp(frame["obs_ci_lower"].iloc[0]))
    assert found["high"] == pytest.approx(math.exp(frame["obs_ci_upper"].iloc[0]))
    assert found["growth"] == pytest.approx(math.exp(fit.params[1]))
    assert (found["n"], found["target"]) == (len(known), months_after(last, 24)), (
        "two years after the last model known, not after the day"
    )


def test_values_of_wild_sizes_give_an_interval_within_the_floats() -> None:
    sizes = (1e-9, 1e25, 1e2, 1e60)
    wild = [Point(point.date, size, point.id) for point, size in zip(doubling(4), sizes, strict=True)]
    found = project(wild, "words", day("2020-12-31"), 2)
    assert 0 < found["low"] <= found["value"] <= found["high"] < math.inf


def test_two_models_give_no_projection() -> None:
    found = project(doubling(2), "words", day("2020-12-31"), 1)
    assert "value" not in found
    assert found["n"] == 2


def test_a_test_counts_the_models_around_the_target() -> None:
    points = doubling()
    found = coverage_of(points, day("2020-12-31"), 1)
    last = max(point.date for point in points if point.date <= day("2020-12-31"))
    around = [point for point in points if months_after(last, 6) < point.date <= months_after(last, 18)]
    assert (found["tested"], found["covered"], found["coverage"]) == (len(around), len(around), 1.0)
    leap = [point._replace(value=point.value * 100) if point.date > day("2020-12-31") else point for point in points]
    assert coverage_of(leap, day("2020-12-31"), 1)["covered"] == 0


def test_later_models_do_not_reach_a_projection() -> None:
    points = doubling()
    later = [*points, Point(day("2025-01-01"), 1e30, "huge")]
    assert project(points, "words", day("2023-12-31"), 1) == project(later, "words", day("2023-12-31"), 1)


PACK = DOSSIER.sections["projections"]
assert PACK


def table(points: list[Point]) -> pd.DataFrame:
    observations = pd.DataFrame(
        {
            "series": "frontier_training_compute",
            "date": [point.date for point in points],
            "value": [point.value for point in points],
            "observation_id": [point.id for point in points],
        }
    )
    return Projections.validate(projections_table(PACK, PREDICTIONS, ASSUMPTIONS, FIGURES, observations))


def figure(name: str, value: float) -> dict[str, object]:
    table, subject, quantity = name.split("/")
    return {"figure_id": name, "table_name": table, "subject": subject, "quantity": quantity, "value": value}


FIGURES = pd.DataFrame(
    [
        figure("training_runs/a/training_compute", 1e24),
        figure("training_runs/a/training_cost", math.nan),
        figure("training_runs/b/training_compute", 1e24),
        figure("training_runs/b/training_cost", 1e8),
        figure("releases/a/release_date", (day("2023-03-15") - EPOCH).days),
        figure("releases/c/release_date", math.nan),
    ]
)


def test_a_table_s_figures_are_dated_by_its_subjects() -> None:
    compute, _, cost, _ = PACK.of
    assert points_of(compute, FIGURES, NO_ROWS) == [
        Point(day("2023-03-15"), 1e24, "training_runs/a/training_compute")
    ], "a model without a release date is left out"
    assert points_of(cost, FIGURES, NO_ROWS) == []


NO_ROWS = pd.DataFrame(columns=["series", "date", "value", "observation_id"])


def test_the_table_has_projections_and_tests_with_coverage() -> None:
    found = table(doubling())
    ahead = found[(found["kind"] == "projection") & (found["population"] == "frontier")]
    compute = ahead[ahead["quantity"] == "training_compute"]
    assert list(compute["horizon_years"]) == [1, 2]
    assert set(compute["origin"].astype(str)) == {"2024-10-03"}, "later days know no later model"
    assert set(compute["last"].astype(str)) == {"2023-09-25"}
    assert list(compute["target"].astype(str)) == ["2024-09-25", "2025-09-25"]
    costs = ahead[ahead["quantity"] == "training_cost"]["value"]
    assert len(costs) > 0 and costs.isna().all(), "no costs were given"
    tests = found[found["kind"] == "backtest"]
    assert set(tests["method"].str.rpartition(". ")[2]) == {f"Tested where {PACK.least} points or more were known."}
    assert (tests["tested"] > 0).all()
    assert (tests["coverage"] == tests["covered"] / tests["tested"]).all()
    assert (tests["n"] >= 8).all()


def test_the_order_of_rows_changes_nothing() -> None:
    pd.testing.assert_frame_equal(table(doubling()), table(doubling()[::-1]))
