"""The lens `database`: claims judged on growth over whole databases instead of the article's own figures.

The growth itself is in `evaluate.trends`; which reading asks for which trend stands in claims.toml.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from tidebook.pipelines.evaluate.trends import TRENDS, bootstrapped, trend_points, yearly_growth
from tidebook.pipelines.judge.declared import DatabaseReading, DeclaredClaim
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.judge.verdicts import untestable, verdict_of_readings, verdict_on_draws
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.grouping import grouped
from tidebook.schemas.analysis import ReadingVerdicts, Verdicts
from tidebook.schemas.base import records, table_of

LENS = "database"
LEAST_N = 8
"""Models that a trend must rest on before a claim is judged on it."""
NOT_PRINTED = "the growth that is compared with is not in print"

METHODS = {
    "growth_to_printed": "Growth of the trend over the period printed, over the growth printed; bootstrap over models",
    "growth_ratio": "Growth per year of the first trend over that of the second; bootstrap over models of each",
}


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
    rows = [
        {
            **dict(reading),
            "claim_id": claim.id,
            "lens": LENS,
            "as_of": day,
            "rank": rank,
            "metric_id": f"{reading.measure}/{'_to_'.join(reading.trends)}",
            "unit": "ratio",
            "drop_flips": [],
            **verdict_on_models(reading, models, values, assumed),
        }
        for claim in claims
        for rank, reading in enumerate(claim.database)
    ]
    return table_of(ReadingVerdicts, rows)


def verdict_on_models(
    reading: DatabaseReading, models: pd.DataFrame, printed: Sequence[float], assumed: Assumptions
) -> dict[str, Any]:
    """Return the columns of the verdict on one reading: its measure at the least-squares fit, and the bootstrap of it.

    `printed` are the growth in print and the years that it took, NaN where missing; `n` counts the models of the
    smallest trend.
    """
    trends = [TRENDS[name] for name in reading.trends]
    points = [trend_points(models, trend) for trend in trends]
    growths = [yearly_growth(each) for each in points]
    drawn = [bootstrapped(each, assumed.draws.seed, trend.id) for each, trend in zip(points, trends, strict=True)]
    n = min(map(len, points))
    if reading.measure == "growth_ratio":
        value, draws = growths[0] / growths[1], drawn[0] / drawn[1]
    else:
        factor, period = printed
        value, draws = growths[0] ** period / factor, drawn[0] ** period / factor
    if np.isnan(value):
        few = np.isnan(growths).any()
        return {"n": n, **untestable("the database holds too few models for the trend" if few else NOT_PRINTED)}
    predicate = parse_predicate(reading.predicate, assumed.cutoffs)
    return {"n": n, **verdict_on_draws(predicate, value, draws, n, LEAST_N, assumed.verdicts, "bootstrap samples")}


def database_verdicts(judged: pd.DataFrame, printed: Sequence[str]) -> pd.DataFrame:
    """Return the verdict on each claim that has a reading on the database, as rows of `Verdicts`.

    `printed` are the figures that growth is compared with.
    """
    rows = []
    for readings in grouped(records(judged[judged["lens"] == LENS]), itemgetter("claim_id")).values():
        main = verdict_of_readings(readings)
        kind = main["metric_id"].partition("/")[0]
        evidence = list(printed) if kind == "growth_to_printed" else []
        rows.append(main | {"method": METHODS[kind], "flip_figure_id": "", "replaced": [], "evidence": evidence})
    return table_of(Verdicts, rows)
