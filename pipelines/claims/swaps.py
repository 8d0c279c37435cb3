"""Swaps: which single reference turns which claim, the printed world with one figure replaced at a time.

What all references together say is the best-known lens, in `pipelines.worlds.lenses`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipelines.claims.declared import Reading
from pipelines.metrics.evaluations import Evaluations, columns
from pipelines.storage.kept import Kept
from pipelines.storage.keys import digest
from pipelines.worlds import build
from pipelines.worlds.lenses import comparable
from schemas.analysis import Swaps
from schemas.base import column_types

REFERENCE = ("figure_id", "as_of", "source_id", "text")


def swaps_table(
    references: pd.DataFrame, readings: Sequence[Reading], evaluations: Evaluations, kept: Kept
) -> pd.DataFrame:
    """Return every swap on every claim's judged reading, as rows of `schemas.analysis.Swaps`, sorted by key.

    All swaps of one metric are evaluated in one pass.
    """
    known = comparable(evaluations.figures, references)
    judged = {reading.claim_id: reading for reading in readings if reading.rank == 0}
    names = {claim_id: reading.metric_id.partition("/")[0] for claim_id, reading in judged.items()}
    candidates = {claim_id: known[known["figure_id"].isin(evaluations.reads(name))] for claim_id, name in names.items()}

    def swapped(claims: Sequence[str]) -> dict[str, Any]:
        evaluations.prepare(names[claim_id] for claim_id in claims)
        return {claim_id: _swaps(judged[claim_id], candidates[claim_id], evaluations) for claim_id in claims}

    keys = {}
    for claim_id, name in names.items():
        values = candidates[claim_id][["figure_id", "value"]].to_numpy().tolist()
        if values:
            keys[claim_id] = digest([evaluations.key(name), repr(judged[claim_id]), values])
    rows: list[tuple[Any, ...]] = []
    for claim_id, found in kept.gather(keys, swapped).items():
        about = zip(*(candidates[claim_id][name] for name in REFERENCE), strict=True)
        unit = evaluations.metrics[names[claim_id]].unit
        rows += [
            (claim_id, *reference, swap["value"], unit, swap["turns"])
            for reference, swap in zip(about, found, strict=True)
            if swap
        ]
    frame = pd.DataFrame(rows, columns=["claim_id", *REFERENCE[:-1], "reference", "value", "unit", "turns"])
    order = ["claim_id", "figure_id", "as_of", "source_id"]
    return column_types(Swaps, frame).sort_values(order, ignore_index=True)


def _swaps(reading: Reading, candidates: pd.DataFrame, evaluations: Evaluations) -> list[dict[str, Any] | None]:
    """Return what the metric comes to with each reference and whether that turns the reading; None off the evidence."""
    row = evaluations.get(reading.metric_id)
    if row is None or np.isnan(row["value"]):
        return [None] * len(candidates)
    base = build.printed_worlds(evaluations.figures.set_index("figure_id", drop=False).loc[row["reads"]])
    values = np.repeat(base.values, len(candidates), axis=0)
    places = [row["reads"].index(name) for name in candidates["figure_id"]]
    values[np.arange(len(candidates)), places] = candidates["value"]
    result = columns(evaluations.metrics[reading.metric_id.partition("/")[0]], base.with_values(values))
    found = result.value[:, result.ids.index(reading.metric_id)]
    turned = reading.predicate.turned(found, bool(reading.predicate.holds(np.array(row["value"]))))
    return [
        {"value": float(value), "turns": bool(turns)} if name in row["evidence"] else None
        for name, value, turns in zip(candidates["figure_id"], found, turned, strict=True)
    ]
