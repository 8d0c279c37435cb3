"""Swaps: which single reference turns which claim, the printed world with one figure replaced at a time.

What all references together say is the best-known lens, in `pipelines.worlds.lenses`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipelines.claims.declared import Reading
from pipelines.metrics.declared import Metrics
from pipelines.metrics.evaluate import columns
from pipelines.worlds import build
from pipelines.worlds.lenses import comparable
from schemas.analysis import Swaps
from schemas.base import column_types, records

REFERENCE = ("figure_id", "as_of", "source_id", "text")


def swaps_table(
    figures: pd.DataFrame,
    references: pd.DataFrame,
    readings: Sequence[Reading],
    evaluations: pd.DataFrame,
    metrics: Metrics,
) -> pd.DataFrame:
    """Return every swap on every claim's judged reading, as rows of `schemas.analysis.Swaps`, sorted by key.

    All swaps of one metric are evaluated in one pass.
    """
    known = comparable(figures, references)
    facts = {row["metric_id"]: row for row in records(evaluations)}
    by_id = figures.set_index("figure_id", drop=False)
    rows: list[tuple[Any, ...]] = []
    for reading in readings:
        row = facts.get(reading.metric_id)
        if reading.rank or row is None or np.isnan(row["value"]):
            continue
        swaps = known[known["figure_id"].isin(row["evidence"])]
        if swaps.empty:
            continue
        metric = metrics[reading.metric_id.partition("/")[0]]
        base = build.printed_worlds(by_id.loc[row["reads"]])
        values = np.repeat(base.values, len(swaps), axis=0)
        places = [row["reads"].index(name) for name in swaps["figure_id"]]
        values[np.arange(len(swaps)), places] = swaps["value"]
        result = columns(metric, base.like(values))
        found = result.value[:, result.ids.index(reading.metric_id)]
        before = bool(reading.predicate.holds(np.array(row["value"])))
        turned = reading.predicate.turned(found, before)
        rows += [
            (reading.claim_id, *about, value, metric.unit, turns)
            for about, value, turns in zip(
                zip(*(swaps[name] for name in REFERENCE), strict=True), found, turned, strict=True
            )
        ]
    frame = pd.DataFrame(rows, columns=["claim_id", *REFERENCE[:-1], "reference", "value", "unit", "turns"])
    order = ["claim_id", "figure_id", "as_of", "source_id"]
    return column_types(Swaps, frame).sort_values(order, ignore_index=True)
