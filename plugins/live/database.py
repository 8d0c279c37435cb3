"""The evidence view `database`: claims judged on growth over whole databases, not on the article's figures.

Belongs here: interpretations on trends, and their verdicts. Does not: the trends (`trends`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from tidebook.pipelines.judge.declared import DeclaredClaim, OtherInterpretation
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.judge.verdicts import untestable, verdict_of_interpretations, verdict_on_draws
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.errors import did_you_mean
from tidebook.pipelines.read.grouping import grouped
from tidebook.pipelines.read.rawfile import Fault
from tidebook.plugins.live.settings import LiveSettings
from tidebook.plugins.live.tables import DatabaseModels
from tidebook.plugins.live.trends import TRENDS, bootstrapped, trend_points, yearly_growth
from tidebook.schemas.analysis import InterpretationVerdicts, Verdicts
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.figures import Figures
from tidebook.schemas.sources import SourceFiles

VIEW = "database"
DATABASE = "epoch_models"
"""The source of the database."""
LEAST_N = 8
"""Minimum models of a trend for a verdict."""
NOT_PRINTED = "the growth that is compared with is not in print"

METHODS = {
    "growth_to_printed": "Growth of the trend over the period printed, over the growth printed; bootstrap over models",
    "growth_ratio": "Growth per year of the first trend over that of the second; bootstrap over models of each",
}


class DatabaseInterpretation(OtherInterpretation):
    """An interpretation of a claim as growth over whole databases; a ratio takes two trends."""

    measure: Literal["growth_to_printed", "growth_ratio"]
    trends: Annotated[list[str], Field(min_length=1, max_length=2)]

    def faults(self) -> Iterator[Fault]:
        """Yield the faults of its trends."""
        unknown = [name for name in self.trends if name not in TRENDS]
        count = 2 if self.measure == "growth_ratio" else 1
        if unknown:
            yield ("trends",), "the id of a trend" + did_you_mean(unknown[0], TRENDS), ", ".join(self.trends)
        elif len(set(self.trends)) != count or len(self.trends) != count:
            yield ("trends",), "two different trends for a ratio, else one", ", ".join(self.trends)


def added_interpretation_verdicts(
    live: LiveSettings,
    claims: list[DeclaredClaim],
    database_models: Frame[DatabaseModels],
    figures: Frame[Figures],
    source_files: Frame[SourceFiles],
    assumptions: Assumptions,
) -> pd.DataFrame:
    """Judge each interpretation on a trend; no rows without a snapshot of the database of models."""
    vintages = source_files.loc[source_files["source"] == DATABASE, "vintage"]
    if vintages.empty:
        return table_of(InterpretationVerdicts, [])
    printed = (live.growth, live.period)
    # All files of a snapshot have its vintage.
    return judged_on_database(claims, database_models, figures, printed, vintages.iloc[0], assumptions)


def added_verdicts(live: LiveSettings, interpretation_verdicts: Frame[InterpretationVerdicts]) -> pd.DataFrame:
    """Judge each claim that has an interpretation on the database."""
    return database_verdicts(interpretation_verdicts, (live.growth, live.period))


def judged_on_database(
    claims: Sequence[DeclaredClaim],
    models: pd.DataFrame,
    figures: pd.DataFrame,
    printed: Sequence[str],
    day: dt.date,
    assumed: Assumptions,
) -> pd.DataFrame:
    """Return the verdicts on all interpretations on trends, as rows of `InterpretationVerdicts`.

    `printed` are the ids of the printed growth and its period, `day` is that of the database's copy. The probability
    of a predicate is the share of bootstrap samples in which it holds.
    """
    known = dict(zip(figures["figure_id"], figures["value"], strict=True))
    values = [known.get(name, np.nan) for name in printed]
    rows = []
    for claim in claims:
        for rank, interpretation in enumerate(interpretations_of(claim)):
            row = {
                **dict(interpretation),
                "claim_id": claim.id,
                "evidence_view": VIEW,
                "as_of": day,
                "rank": rank,
                "metric_id": f"{interpretation.measure}/{'_to_'.join(interpretation.trends)}",
                "unit": "ratio",
                "drop_flips": [],
            }
            rows.append(row | verdict_on_models(interpretation, models, values, assumed))
    return table_of(InterpretationVerdicts, rows)


def interpretations_of(claim: DeclaredClaim) -> list[DatabaseInterpretation]:
    """Return the interpretations of a claim on the database."""
    found: list[DatabaseInterpretation] = getattr(claim, VIEW, [])
    return found


def verdict_on_models(
    interpretation: DatabaseInterpretation, models: pd.DataFrame, printed: Sequence[float], assumed: Assumptions
) -> dict[str, Any]:
    """Return the columns of the verdict on one interpretation, from the least-squares fit and its bootstrap.

    `printed` are the printed growth and the years that it took, NaN if missing; `n` counts the models of the smallest
    trend.
    """
    counts, growths, drawn = [], [], []
    for name in interpretation.trends:
        points = trend_points(models, TRENDS[name])
        counts.append(len(points))
        growths.append(yearly_growth(points))
        drawn.append(bootstrapped(points, assumed.draws.seed, name))
    n = min(counts)
    if interpretation.measure == "growth_ratio":
        value, draws = growths[0] / growths[1], drawn[0] / drawn[1]
    else:
        factor, period = printed
        value, draws = growths[0] ** period / factor, drawn[0] ** period / factor
    if np.isnan(value):
        few = np.isnan(growths).any()
        return {"n": n, **untestable("the database holds too few models for the trend" if few else NOT_PRINTED)}
    predicate = parse_predicate(interpretation.predicate, assumed.cutoffs)
    return {"n": n, **verdict_on_draws(predicate, value, draws, n, LEAST_N, assumed.verdicts, "bootstrap samples")}


def database_verdicts(judged: pd.DataFrame, printed: Sequence[str]) -> pd.DataFrame:
    """Return the verdict on each claim with an interpretation on the database, as rows of `Verdicts`.

    `printed` are the ids of the figures that growth is compared with.
    """
    rows = []
    for interpretations in grouped(records(judged[judged["evidence_view"] == VIEW]), itemgetter("claim_id")).values():
        main = verdict_of_interpretations(interpretations)
        kind = main["metric_id"].partition("/")[0]
        evidence = list(printed) if kind == "growth_to_printed" else []
        rows.append(main | {"method": METHODS[kind], "flip_figure_id": "", "replaced": [], "evidence": evidence})
    return table_of(Verdicts, rows)
