"""Growth over databases: frontier, populations, least squares against statsmodels, bootstrap, record lows."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.oracles import sm
from tests.unit.assumed import assumed
from tidebook.plugins.live.entities import Score
from tidebook.plugins.live.tables import DatabaseModels, ModelPrices, Trends
from tidebook.plugins.live.trends import (
    TRENDS,
    Point,
    Trend,
    bootstrapped,
    frontier,
    offers_at,
    record_lows,
    trend_points,
    trends_table,
    yearly_growth,
)
from tidebook.schemas.base import column_types


def models(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return models as a table; what a row leaves out is as in an ordinary one."""
    ordinary = {
        "source": "epoch_models", "file": "all.csv", "organizations": [], "developers": [], "countries": [],
        "domains": ["Language"], "entity_id": "", "confidence": "", "accessibility": "", "notable": True,
        "duplicate_of": 0, "training_cost": math.nan,
    }  # fmt: skip
    full = [{**ordinary, "row": place, "name": f"m{place}", **row} for place, row in enumerate(rows, start=1)]
    return column_types(DatabaseModels, pd.DataFrame(full))


def row(day: str, compute: float, **others: Any) -> dict[str, Any]:
    return {"release_date": dt.date.fromisoformat(day), "training_compute": compute, **others}


def noisy(count: int = 40) -> list[Point]:
    """Return points around a line, from a fixed stream."""
    noise = np.random.Generator(np.random.PCG64(7)).normal(size=count)
    start = dt.date(2016, 1, 1)
    return [
        Point(start + dt.timedelta(days=90 * place + place % 7), math.exp(place / 4 + noise[place]))
        for place in range(count)
    ]


def test_growth_by_hand() -> None:
    # two years apart by 730.5 days, from 1 to 16, and the middle at 4: exactly a factor of 4 a year
    points = [Point(dt.date(2020, 1, 1), 1.0), Point(dt.date(2021, 1, 1), 4.0), Point(dt.date(2022, 1, 1), 16.0)]
    days = [0, 366, 731]
    slope = np.polyfit(np.array(days) / 365.25, np.log([1, 4, 16]), 1)[0]
    assert yearly_growth(points) == pytest.approx(math.exp(slope), rel=1e-12)
    assert yearly_growth(points) == pytest.approx(4, rel=0.01)


def test_growth_agrees_with_statsmodels() -> None:
    points = noisy()
    years = np.array([(point.date - dt.date(2000, 1, 1)).days for point in points]) / 365.25
    fit = sm.OLS(np.log([point.value for point in points]), sm.add_constant(years)).fit()
    assert math.log(yearly_growth(points)) == pytest.approx(fit.params[1], abs=1e-9)


def test_too_few_points_or_too_short_a_time_give_no_growth() -> None:
    points = noisy()
    assert math.isnan(yearly_growth(points[:2]))
    assert math.isnan(yearly_growth(points[:4])), "270 days"
    assert not math.isnan(yearly_growth(points[:6]))
    assert np.isnan(bootstrapped(points[:2], 1, "x")).all()


def test_the_bootstrap_is_seeded_by_name_and_centres_on_the_fit() -> None:
    points = noisy()
    draws = bootstrapped(points, 1, "x")
    assert len(draws) == 2000
    assert (draws == bootstrapped(points, 1, "x")).all()
    assert (draws != bootstrapped(points, 1, "y")).any()
    assert (draws != bootstrapped(points, 2, "x")).any()
    low, high = np.quantile(np.log(draws), [0.05, 0.95])
    slope = math.log(yearly_growth(points))
    assert low < slope < high
    # the interval of least squares with normal errors is about as wide
    years = np.array([(point.date - dt.date(2000, 1, 1)).days for point in points]) / 365.25
    error = sm.OLS(np.log([point.value for point in points]), sm.add_constant(years)).fit().bse[1]
    assert (high - low) / (2 * 1.645 * error) == pytest.approx(1, abs=0.3)


def test_the_frontier_holds_what_was_among_the_largest_on_its_day() -> None:
    days = [
        ("2016-01-01", 5),
        ("2017-01-01", 3),
        ("2017-01-01", 9),
        ("2018-01-01", 4),
        ("2019-01-01", 10),
        ("2020-01-01", 9),
    ]
    rows = [{"release_date": dt.date.fromisoformat(day), "training_compute": float(size)} for day, size in days]
    # of two: 5; of one day 9 is first and 5 second, so 3 is out; 4 is third; 10 leads; 9 ties with 9 behind 10
    assert [(each["release_date"].year, each["training_compute"]) for each in frontier(rows, 2)] == [
        (2016, 5), (2017, 9), (2019, 10), (2020, 9),
    ]  # fmt: skip
    assert [each["training_compute"] for each in frontier(rows, 1)] == [5, 9, 10]


def test_populations_and_windows() -> None:
    table = models(
        row("2015-06-01", 1e20),
        row("2017-06-01", 1e21, domains=["Vision"], notable=False),
        row("2018-06-01", 1e20, domains=["Video", "Language"], training_cost=5.0),
        row("2019-06-01", math.nan, training_cost=7.0),
        row("2020-06-01", 1e22, duplicate_of=1),
        row("2021-06-01", 1e18, training_cost=0.0),
    )

    def years(quantity: str, population: str, since: int) -> list[int]:
        return [point.date.year for point in trend_points(table, Trend(quantity, population, since))]

    assert years("training_compute", "notable", 2010) == [2015, 2018, 2021]
    assert years("training_compute", "notable", 2016) == [2018, 2021]
    assert years("training_compute", "language", 2010) == [2015, 2021]
    assert years("training_compute", "video", 2010) == [2018]
    assert years("training_compute", "frontier_10", 2010) == [2015, 2017, 2018, 2021]
    assert years("training_cost", "notable", 2010) == [2018, 2019]
    assert years("training_cost", "frontier_10", 2010) == [2018], "membership is by compute"


def prices(*rows: tuple[str, float, str | None]) -> pd.DataFrame:
    full = [
        {
            "source": "genai_prices", "file": "prices.json", "row": place, "model_id": entity, "vendor": "openai",
            "name": entity, "entity_id": entity, "input_price": price,
            "from_date": dt.date.fromisoformat(day) if day else None, "duplicate_of": 0,
        }
        for place, (entity, price, day) in enumerate(rows, start=1)
    ]  # fmt: skip
    return column_types(ModelPrices, pd.DataFrame(full))


SCORES = {
    "a": Score(86.4, dt.date(2023, 3, 14)),
    "b": Score(86.7, dt.date(2024, 4, 9)),
    "c": Score(82.0, dt.date(2024, 7, 18)),
    "d": Score(88.7, dt.date(2024, 8, 6)),
}


def test_the_cheapest_price_at_a_quality_falls_by_record_lows() -> None:
    table = prices(("a", 30, None), ("b", 10, None), ("c", 0.15, None), ("d", 2.5, None), ("d", 2.0, "2025-01-01"))
    offers = offers_at(table, SCORES, 86)
    assert sorted(offers) == ["a", "b", "d"]
    lows = record_lows([each for offer in offers.values() for each in offer])
    assert [(low.date.isoformat(), low.value) for low in lows] == [
        ("2023-03-14", 30), ("2024-04-09", 10), ("2024-08-06", 2.5), ("2025-01-01", 2.0),
    ]  # fmt: skip
    assert sorted(offers_at(table, SCORES, 82)) == ["a", "b", "c", "d"]


def test_of_two_prices_on_one_day_the_lower_is_the_low() -> None:
    day = dt.date(2024, 1, 1)
    assert record_lows([Point(day, 3.0), Point(day, 2.0), Point(day, 4.0)]) == [Point(day, 2.0)]


def test_the_table_holds_every_trend_and_says_halving_by_a_negative_time() -> None:
    table = models(
        *(
            row(f"{year}-01-01", 10.0**year / 1e2000 if year > 9999 else 2.0 ** (year - 2000))
            for year in range(2010, 2025)
        )
    )
    listed = prices(("a", 32, None), ("b", 16, "2024-03-14"), ("d", 8, "2025-03-14"))
    found = trends_table(table, listed, SCORES, assumed(draws="{ count = 100, seed = 1 }"))
    Trends.validate(found)
    assert len(found) == len(TRENDS) + 2
    by_id = found.set_index("trend_id")
    compute = by_id.loc["training_compute_notable_since_2010"]
    assert compute["growth"] == pytest.approx(2, rel=1e-3)
    assert compute["doubling_years"] == pytest.approx(1, rel=1e-3)
    assert compute["n"] == 15
    price = by_id.loc["input_price_mmlu_86"]
    # 366 and 365 days apart, halved each time
    assert price["growth"] == pytest.approx(0.5, rel=2e-3)
    assert price["doubling_years"] == pytest.approx(-1, rel=3e-3)
    assert price["n"] == 3
    empty = by_id.loc["training_cost_video_since_2016"]
    assert empty["n"] == 0
    assert empty[["growth", "low", "high"]].isna().all()
    assert found.loc[found["main"], "trend_id"].str.contains("2016|mmlu_86").all()
