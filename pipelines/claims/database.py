"""The lens `database`: claims judged on growth over whole databases instead of the article's own figures.

The growth itself is in `pipelines.metrics.trends`; which reading asks for which trend stands in claims.toml.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipelines.claims.declared import DatabaseReading, DeclaredClaim
from pipelines.claims.predicates import parse_predicate
from pipelines.claims.verdicts import status, untestable
from pipelines.formatting import format_count
from pipelines.ingest.declarations import Assumptions, VerdictShares
from pipelines.metrics.statistics import quantiles
from pipelines.metrics.trends import TRENDS, bootstrapped, trend_points, yearly_growth
from pipelines.worlds.frame import FloatArray
from schemas.analysis import ReadingVerdicts, Verdicts
from schemas.base import column_types, records
from schemas.units import percent

LENS = "database"
TO_PRINTED = "growth_to_printed/"
LEAST_N = 8
"""Models that a trend must rest on before a claim is judged on it."""

METHODS = {
    "growth_to_printed": "Growth of the trend over the period printed, over the growth printed; bootstrap over models",
    "growth_ratio": "Growth per year of the first trend over that of the second; bootstrap over models of each",
}


class Measured(NamedTuple):
    """A measure at the least-squares fit, in each bootstrap sample, and the models of its smallest trend."""

    value: float
    draws: FloatArray
    n: int


def judged_on_database(
    claims: Sequence[DeclaredClaim],
    models: pd.DataFrame,
    figures: pd.DataFrame,
    printed: Sequence[str],
    day: dt.date,
    assumed: Assumptions,
) -> pd.DataFrame:
    """Return the verdicts on every reading that asks for a trend, as rows of `ReadingVerdicts`.

    `printed` are the figures of the growth in print and of its period, `day` is that of the database's copy. A
    predicate's probability is the share of bootstrap samples in which it holds.
    """
    known = dict(zip(figures["figure_id"], figures["value"], strict=True))
    values = [known.get(name, np.nan) for name in printed]
    rows = []
    for claim in claims:
        for rank, reading in enumerate(claim.database):
            found = measure(reading, models, values, assumed.draws.seed)
            rows.append(
                {
                    "claim_id": claim.id,
                    "lens": LENS,
                    "as_of": day,
                    "rank": rank,
                    "reading": reading.reading,
                    "metric_id": f"{reading.measure}/{'_to_'.join(reading.trends)}",
                    "predicate": reading.predicate,
                    "unit": "ratio",
                    "n": found.n,
                    "drop_flips": [],
                    **verdict(reading, found, assumed.cutoffs, assumed.verdicts),
                }
            )
    return column_types(ReadingVerdicts, pd.DataFrame(rows))


def measure(reading: DatabaseReading, models: pd.DataFrame, printed: Sequence[float], seed: int) -> Measured:
    """Return what a reading's measure comes to; NaN where a figure in print is missing.

    `printed` are the growth and the years that it took.
    """
    trends = [TRENDS[name] for name in reading.trends]
    points = [trend_points(models, trend) for trend in trends]
    growths = [yearly_growth(each) for each in points]
    drawn = [bootstrapped(each, seed, trend.id) for each, trend in zip(points, trends, strict=True)]
    n = min(map(len, points))
    if reading.measure == "growth_ratio":
        return Measured(growths[0] / growths[1], drawn[0] / drawn[1], n)
    factor, period = printed
    return Measured(growths[0] ** period / factor, drawn[0] ** period / factor, n)


def verdict(
    reading: DatabaseReading, found: Measured, cutoffs: Mapping[str, float], shares: VerdictShares
) -> dict[str, Any]:
    """Return the columns of the verdict on one reading."""
    if np.isnan(found.value):
        return untestable("the database holds too few models for the trend")
    low, high = quantiles(found.draws)
    row: dict[str, Any] = {"value": found.value, "low": low, "high": high}
    if found.n < LEAST_N:
        return row | untestable(f"{format_count(found.n, 'case')}, fewer than the {LEAST_N} that it takes")
    predicate = parse_predicate(reading.predicate, cutoffs)
    share = float(predicate.holds(found.draws).mean())
    reason = f"{predicate.words()} in {percent(share)} of {len(found.draws):,} bootstrap samples"
    return row | {"status": status(share, shares), "probability": share, "reason": reason}


def database_verdicts(judged: pd.DataFrame, printed: Sequence[str]) -> pd.DataFrame:
    """Return the verdict on each claim that has a reading on the database, as rows of `Verdicts`.

    `printed` are the figures that growth is compared with.
    """
    mine = judged[judged["lens"] == LENS]
    rows = []
    for _, readings in mine.groupby("claim_id", sort=False):
        main, *_ = same = records(readings.sort_values("rank"))
        statuses = {each["status"] for each in same} - {"untestable"} | {main["status"]}
        rows.append(
            {
                **main,
                "method": METHODS[main["metric_id"].partition("/")[0]],
                "flip_figure_id": "",
                "replaced": [],
                "depends_on_reading": len(statuses) > 1,
                "evidence": list(printed) if main["metric_id"].startswith(TO_PRINTED) else [],
            }
        )
    return column_types(Verdicts, pd.DataFrame(rows))
