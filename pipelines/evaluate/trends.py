"""Growth over whole databases: training compute and cost per population of models, prices at a fixed quality.

A straight line in the logarithm over the day of release by least squares; intervals by bootstrap over models, seeded.
"""

import datetime as dt
import itertools
import math
from bisect import bisect_left, insort
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tidebook.pipelines.evaluate.frame import FloatArray
from tidebook.pipelines.evaluate.functions import growth
from tidebook.pipelines.evaluate.scenarios import stream
from tidebook.pipelines.evaluate.statistics import quantiles
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.sources import DatabaseModels, ModelPrices, Trends
from tidebook.schemas.units import DAYS_PER_YEAR, EPOCH

BOOTSTRAPS = 2000
MIN_POINTS = 3
MAIN_YEAR = 2016
"""As in B. Cottier et al., The rising costs of training frontier AI models (arXiv 2405.21015), section 3."""
YEARS = (2010, MAIN_YEAR, 2018, 2020, 2022)
MIN_DAYS = 365
"""A line through less time says nothing of a year."""
UNITS = {"training_compute": "FLOP", "training_cost": "USD", "input_price": "USD/Mtok"}
QUALITIES = {"mmlu_86": 86.0, "mmlu_82": 82.0}
"""Scores on MMLU that a model must reach; 86 is that of GPT-4 at launch (86.4), rounded down."""
MAIN_QUALITY = "mmlu_86"
FIT = "Least-squares line of the logarithm over the day of release; 90 % interval by bootstrap over models. "
COST = "Hardware capital and energy in USD of 2023. "
LOWS = (
    "Each day on which the cheapest input price of the models that reach the score fell, by their makers' own lists; "
    "a price without a first day counts from the model's release. 90 % interval by bootstrap over models."
)


class Point(NamedTuple):
    """One model: its release and its compute or cost."""

    date: dt.date
    value: float


class Population(NamedTuple):
    """Which models count: in words, whether it is used or shows sensitivity, and the choice itself.

    Of those that `belongs` keeps, if given, only that many are taken, if `largest` says so, which were at the
    `frontier`.
    """

    words: str
    main: bool
    largest: int | None = None
    belongs: Callable[[dict[str, Any]], bool] | None = None


def frontier(models: list[dict[str, Any]], largest: int) -> list[dict[str, Any]]:
    """Return the models that were among the largest by training compute of all released up to their day."""
    known = [row for row in models if row["training_compute"] > 0]
    ranked: list[float] = []
    found = []
    for day in sorted({row["release_date"] for row in known}):
        today = [row for row in known if row["release_date"] == day]
        for row in today:
            insort(ranked, -row["training_compute"])
        found += [row for row in today if bisect_left(ranked, -row["training_compute"]) < largest]
    return found


def _language(row: dict[str, Any]) -> bool:
    return "Language" in row["domains"] and "Video" not in row["domains"]


def _video(row: dict[str, Any]) -> bool:
    return "Video" in row["domains"]


LARGEST = "largest by training compute of all released up to their day."
LANGUAGE = "for language and not for video"
POPULATIONS = {
    "frontier_10": Population(f"The ten {LARGEST}", True, 10),
    "frontier_5": Population(f"The five {LARGEST}", False, 5),
    "frontier_20": Population(f"The twenty {LARGEST}", False, 20),
    "notable": Population("All that the source counts as notable.", True, belongs=itemgetter("notable")),
    "language": Population(f"All {LANGUAGE}.", True, belongs=_language),
    "video": Population("All for video, whatever else they are for.", True, belongs=_video),
    "frontier_language": Population(f"Of those {LANGUAGE}, the ten {LARGEST}", True, 10, _language),
    "frontier_video": Population(f"Of those for video, the ten {LARGEST}", True, 10, _video),
}


class Trend(NamedTuple):
    """A quantity of a population since the first day of a year."""

    quantity: str
    population: str
    year: int

    @property
    def id(self) -> str:
        """Return the id, as `training_cost_frontier_10_since_2018`."""
        return f"{self.quantity}_{self.population}_since_{self.year}"


TRENDS = {
    trend.id: trend
    for trend in itertools.starmap(Trend, itertools.product(("training_compute", "training_cost"), POPULATIONS, YEARS))
}


def trend_points(models: pd.DataFrame, trend: Trend) -> list[Point]:
    """Return the models that a trend goes through, by date; rows that repeat an earlier one are left out."""
    population = POPULATIONS[trend.population]
    known = records(models[models["duplicate_of"] == 0].sort_values(["release_date", "name", "file", "row"]))
    rows = list(filter(population.belongs, known))
    return sorted(
        Point(row["release_date"], row[trend.quantity])
        for row in (frontier(rows, population.largest) if population.largest else rows)
        if row[trend.quantity] > 0 and row["release_date"].year >= trend.year
    )


def yearly_growth(points: Sequence[Point]) -> float:
    """Return the factor per year of the least-squares line through the logarithms.

    NaN for fewer than three points, or for points less than a year apart.
    """
    if len(points) < MIN_POINTS or (points[-1].date - points[0].date).days < MIN_DAYS:
        return math.nan
    days, values = _axes(points)
    return float(growth(values[None, :], days[None, :]).value[0])


def _axes(points: Sequence[Point]) -> tuple[FloatArray, FloatArray]:
    days = np.array([(point.date - EPOCH).days for point in points], dtype=float)
    return days, np.array([point.value for point in points], dtype=float)


def bootstrapped(points: Sequence[Point], seed: int, name: str) -> FloatArray:
    """Return the factor per year in each of 2,000 samples of as many models, drawn with replacement.

    A sample whose models span less than a year has none. Source: B. Efron and R. J. Tibshirani, An Introduction to
    the Bootstrap (1993), section 9.5, resampling pairs.
    """
    if len(points) < MIN_POINTS:
        return np.full(BOOTSTRAPS, np.nan)
    days, values = _axes(points)
    places = stream(seed, name).integers(0, len(points), (BOOTSTRAPS, len(points)))
    x, y = days[places] / DAYS_PER_YEAR, np.log(values)[places]
    x -= x.mean(axis=1, keepdims=True)
    enough = np.ptp(x, axis=1) >= MIN_DAYS / DAYS_PER_YEAR
    with np.errstate(invalid="ignore", divide="ignore"):
        slopes = (x * y).sum(axis=1) / (x * x).sum(axis=1)
    found: FloatArray = np.exp(np.where(enough, slopes, np.nan))
    return found


def trends_table(
    models: Frame[DatabaseModels], prices: Frame[ModelPrices], scores: Mapping[str, Any], assumptions: Assumptions
) -> Frame[Trends]:
    """Return every trend of every population and window, and those of prices, as rows of `Trends`.

    `scores` are, by entity, the score on MMLU and the day of release.
    """
    seed = assumptions.draws.seed
    rows = []
    for trend in TRENDS.values():
        points, population = trend_points(models, trend), POPULATIONS[trend.population]
        main = population.main and trend.year == MAIN_YEAR
        method = FIT + (COST if trend.quantity == "training_cost" else "") + population.words
        about = {**trend._asdict(), "since": dt.date(trend.year, 1, 1), "main": main, "method": method}
        rows.append({"trend_id": trend.id, **about, **_line(points, bootstrapped(points, seed, trend.id))})
    for quality, min_score in QUALITIES.items():
        offers = offers_at(prices, scores, min_score)
        lows = record_lows([each for offer in offers.values() for each in offer])
        name, since = f"input_price_{quality}", lows[0].date if lows else dt.date(MAIN_YEAR, 1, 1)
        about = {"quantity": "input_price", "population": quality, "since": since, "main": quality == MAIN_QUALITY}
        line = _line(lows, _bootstrapped_lows(offers, seed, name))
        rows.append({"trend_id": name, **about, "method": f"{LOWS} {len(offers)} models.", **line})
    return table_of(Trends, ({**row, "unit": UNITS[row["quantity"]]} for row in rows))


def _line(points: Sequence[Point], draws: FloatArray) -> dict[str, Any]:
    """Return the columns on the line through some points, `draws` being what else its growth may be."""
    factor = yearly_growth(points)
    low, high = quantiles(draws)
    slope = math.log(factor) if factor > 0 else math.nan
    return {
        "until": points[-1].date if points else None,
        "n": len(points),
        "growth": factor,
        "low": low,
        "high": high,
        "doubling_years": math.log(2) / slope if slope else math.nan,
    }


def offers_at(prices: pd.DataFrame, scores: Mapping[str, Any], min_score: float) -> dict[str, list[Point]]:
    """Return the prices of each model that reaches a score, by its maker's own list, each from its first day on."""
    found: dict[str, list[Point]] = {}
    for row in records(prices[prices["duplicate_of"] == 0]):
        known = scores.get(row["entity_id"])
        if known and known.score >= min_score and row["source"] == "genai_prices":
            start = known.released if pd.isna(row["from_date"]) else row["from_date"]
            found.setdefault(row["entity_id"], []).append(Point(start, row["input_price"]))
    return {name: sorted(offers) for name, offers in sorted(found.items())}


def record_lows(offers: Sequence[Point]) -> list[Point]:
    """Return the prices that were lower than all before them, by date."""
    lows: list[Point] = []
    for offer in sorted(offers):
        if not lows or offer.value < lows[-1].value:
            lows.append(offer)  # of a day the lowest is the first
    return lows


def _bootstrapped_lows(offers: Mapping[str, Sequence[Point]], seed: int, name: str) -> FloatArray:
    """Return the factor per year of the cheapest price in samples of as many models, drawn with replacement."""
    models = list(offers.values())
    if len(models) < MIN_POINTS:
        return np.full(BOOTSTRAPS, np.nan)
    places = stream(seed, name).integers(0, len(models), (BOOTSTRAPS, len(models)))
    return np.array(
        [yearly_growth(record_lows([each for place in set(drawn) for each in models[place]])) for drawn in places]
    )
