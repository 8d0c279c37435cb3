"""Every metric in every world, in one vectorised pass: as printed, over the draws, with each subject left out.

Which predicates hold is for `pipelines.claims`; what a metric computes is in `interpret`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipelines.ingest.declarations import Assumptions
from pipelines.metrics.base import Estimate, Metric
from pipelines.worlds import build
from pipelines.worlds.frame import FloatArray, MissingFigureError, Worlds
from schemas.analysis import Evaluations, Metrics
from schemas.base import column_types


@dataclass(frozen=True)
class Columns:
    """A metric's result taken apart: values, sample sizes and own intervals, each worlds × ids."""

    ids: list[str]
    value: FloatArray
    n: FloatArray
    low: FloatArray
    high: FloatArray


def evaluations_table(figures: pd.DataFrame, assumptions: Assumptions, metrics: Mapping[str, Metric]) -> pd.DataFrame:
    """Return each metric in every world, as rows of `schemas.analysis.Evaluations`, sorted by id.

    A metric with one value per subject has one row for each.
    """
    base = build.printed_worlds(figures)
    drawn = build.draws(figures, assumptions.draws.count, assumptions.draws.seed, assumptions.correlated)
    dropped, subjects = build.leave_one_out(figures)
    values = np.vstack([base.values, drawn, dropped])
    rows: list[dict[str, Any]] = []
    for name, metric in metrics.items():
        worlds = base.with_values(values)
        try:
            result = columns(metric, worlds)
        except MissingFigureError as error:
            read = {"reads": list(worlds.reads), "evidence": list(worlds.reads)}
            nothing = {"n": 0, "draws": np.full(len(drawn), np.nan), "drop_subjects": [], "drop_values": np.array([])}
            rows.append({"metric_id": name, "missing": error.figure_id, **nothing, **read})
        else:
            rows += _evaluated(metric, worlds, result, subjects)
    return column_types(Evaluations, pd.DataFrame(rows)).sort_values("metric_id", ignore_index=True)


def _evaluated(metric: Metric, worlds: Worlds, result: Columns, subjects: list[str]) -> list[dict[str, Any]]:
    """Return the rows of a metric; the worlds are the printed one, the draws, then one per subject left out."""
    reads = tuple(worlds.reads)
    count = len(worlds) - 1 - len(subjects)
    printed = dict(zip(worlds.figure_ids, worlds.values[0], strict=True))
    rows = []
    for place, metric_id in enumerate(result.ids):
        evidence = evidence_of(metric, metric_id, reads)
        concerned = {figure.split("/")[1] for figure in evidence}
        left_out = [row for row, subject in enumerate(subjects) if subject in concerned]
        value = result.value[:, place]
        rows.append(
            {
                "metric_id": metric_id,
                "missing": "",
                "value": value[0],
                "n": _sample_size(result.n[0, place], evidence, printed),
                "interval_low": result.low[0, place],
                "interval_high": result.high[0, place],
                "draws": value[1 : 1 + count],
                "drop_subjects": [subjects[row] for row in left_out],
                "drop_values": value[1 + count :][left_out],
                "reads": list(reads),
                "evidence": list(evidence),
            }
        )
    return rows


def columns(metric: Metric, worlds: Worlds) -> Columns:
    """Return a metric's result with one column per metric id; many worlds are taken in parts, to bound the memory.

    Raises ValueError if the function returned another number of rows than there are worlds.
    """
    parts = [_part_columns(metric, part) for part in worlds.parts()]
    if len(parts) == 1:
        return parts[0]
    fields = ("value", "n", "low", "high")
    return Columns(parts[0].ids, *(np.concatenate([getattr(part, name) for part in parts]) for name in fields))


def _part_columns(metric: Metric, worlds: Worlds) -> Columns:
    result = metric.function(worlds)
    found = result if isinstance(result, Estimate) else Estimate(result)
    if len(found.value) != len(worlds):
        raise ValueError(f"{metric.metric_id} gave {len(found.value)} values for {len(worlds)} worlds")
    ids = [metric.metric_id]
    if isinstance(found.value, pd.DataFrame):
        ids = [f"{metric.metric_id}/{subject}" for subject in found.value.columns]
    shape = len(worlds), len(ids)
    return Columns(ids, *(_finite(part, shape) for part in (found.value, found.n, found.low, found.high)))


def _finite(values: Any, shape: tuple[int, int]) -> FloatArray:
    """Return values as floats of a shape, NaN where there are none or a division by zero made them infinite."""
    numbers = np.asarray(np.nan if values is None else values, dtype=float)
    columns = numbers[:, None] if numbers.ndim == 1 else numbers
    return np.broadcast_to(np.where(np.isinf(columns), np.nan, columns), shape)


def evidence_of(metric: Metric, metric_id: str, read: tuple[str, ...]) -> tuple[str, ...]:
    """Return the figures that one metric id rests on: its own row's where the metric is rowwise."""
    if not metric.rowwise:
        return read
    subject = metric_id.partition("/")[2]
    return tuple(figure for figure in read if figure.split("/")[1] == subject)


def _sample_size(stated: float, evidence: tuple[str, ...], values: Mapping[str, float]) -> int:
    """Return the stated sample size, or else the number of subjects of which every figure read has a value."""
    if not np.isnan(stated):
        return int(stated)
    subjects = {figure.split("/")[1] for figure in evidence}
    gaps = {figure.split("/")[1] for figure in evidence if np.isnan(values[figure])}
    return len(subjects - gaps)


def quantiles(values: FloatArray) -> tuple[float, float]:
    """Return the 5th and 95th percentile of the values that are not NaN; NaN when there are none."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan, np.nan
    low, high = np.quantile(known, [0.05, 0.95])
    return float(low), float(high)


def summary(metric: Metric, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of `schemas.analysis.Metrics` for a row of a metric's evaluation, as a value of JSON."""
    subject = row["metric_id"].partition("/")[2]
    low, high = quantiles(row["draws"])
    found = {
        "theme": metric.theme,
        "meaning": f"{metric.meaning}: {subject}" if subject else metric.meaning,
        "unit": metric.unit,
        "method": metric.method,
        "expression": metric.expression,
        **row,
        "low": low,
        "high": high,
        "draws": int((~np.isnan(row["draws"])).sum()),
    }
    return {name: found[name] for name in Metrics.to_schema().columns}
