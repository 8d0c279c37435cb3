"""The step of the ledger: it adds revenue per GPU-hour from the snapshot of the ledger to `observations`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from tidebook.pipelines.graph.step import step
from tidebook.pipelines.read.plugin import Added
from tidebook.plugins.ledger.source import GPU_HOUR_BASES, NAME
from tidebook.plugins.live.evidence import REVENUE_PER_GPU_HOUR, as_observations, format_amount
from tidebook.plugins.live.tables import SourceObservations
from tidebook.schemas.base import Frame, records
from tidebook.schemas.sources import SourceFiles

UNIT = "USD/GPU-hour"


@step(group="sources", adds=Added(NAME, "observations"))
def added_observations(
    source_observations: Frame[SourceObservations], source_files: Frame[SourceFiles]
) -> pd.DataFrame:
    """Return the revenue per GPU-hour of operators as rows of `Observations`."""
    return as_observations(_revenue_per_gpu_hour(source_observations), source_files)


def _revenue_per_gpu_hour(observations: pd.DataFrame) -> Iterator[dict[str, Any]]:
    series = (observations["series"] == REVENUE_PER_GPU_HOUR) & (observations["source"] == NAME)
    usable = series & observations["basis"].isin(list(GPU_HOUR_BASES.values())) & (observations["value"] >= 0)
    for row in records(observations[usable]):
        text, subject = format_amount(row["value"], UNIT), row["entity_id"] or row["subject"]
        yield {**row, "subject": subject, "text": text, "unit": UNIT, "note": row["confidence"]}
