"""The metrics over some figures, each evaluated when it is first asked for, and told apart by content.

Belongs here: what a metric depends on, so that nothing is evaluated twice. Does not: how it is evaluated (`evaluate`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import pandas as pd

from pipelines.ingest.declarations import Assumptions
from pipelines.metrics.base import Metric
from pipelines.metrics.evaluate import columns, evaluations_table, summary
from pipelines.storage.kept import Kept
from pipelines.storage.keys import digest
from pipelines.worlds import build
from pipelines.worlds.frame import MissingFigureError, Worlds
from schemas.analysis import Metrics
from schemas.base import Frame, column_types, records

DECIDING = ("value", *build.SPREAD, "unit", "labels")
"""What of a figure its worlds, and a metric of them, depend on."""


class Evaluations:
    """The evaluations of every metric over some figures, by metric id: rows of `schemas.analysis.Evaluations`.

    Others that are made by `over` share what is evaluated: a metric whose figures are the same there is not evaluated
    again. So a build evaluates what a change reaches, under every lens.
    """

    def __init__(self, figures: pd.DataFrame, assumptions: Assumptions, metrics: Mapping[str, Metric]) -> None:
        self.figures = figures
        self.metrics = metrics
        self._assumptions = assumptions
        self._evaluated: dict[str, dict[str, dict[str, Any]]] = {}
        self._reads: dict[tuple[tuple[str, str], ...], dict[str, tuple[str, ...]]] = {}
        self._printed: Worlds | None = None
        self._rows: dict[str, list[Any]] | None = None
        self._keys: dict[str, str] = {}
        self._labelled = tuple(zip(figures["figure_id"], figures["labels"], strict=True))

    def over(self, figures: pd.DataFrame) -> Evaluations:
        """Return the evaluations over other figures."""
        other = Evaluations(figures, self._assumptions, self.metrics)
        other._evaluated, other._reads = self._evaluated, self._reads
        return other

    def reads(self, name: str) -> tuple[str, ...]:
        """Return the ids of the figures that a metric reads; figures and labels decide on that, values do not."""
        known = self._reads.setdefault(self._labelled, {})
        if name not in known:
            self._printed = self._printed or build.printed_worlds(self.figures)
            worlds = self._printed.with_values(self._printed.values)
            with suppress(MissingFigureError):
                columns(self.metrics[name], worlds)
            known[name] = tuple(worlds.reads)
        return known[name]

    def key(self, name: str) -> str:
        """Return a key of all that the evaluation of a metric depends on: code, figures read, how worlds are drawn."""
        if name not in self._keys:
            if self._rows is None:
                facts = zip(*(self.figures[column] for column in DECIDING), strict=True)
                self._rows = dict(zip(self.figures["figure_id"], map(list, facts), strict=True))
            rows = [[figure, *map(repr, self._rows.get(figure, []))] for figure in self.reads(name)]
            drawn = [self._assumptions.draws.model_dump(), [each.model_dump() for each in self._assumptions.correlated]]
            self._keys[name] = digest([name, self.metrics[name].key, rows, drawn])
        return self._keys[name]

    def prepare(self, names: Iterable[str]) -> None:
        """Evaluate these metrics in one pass, those that are known left out."""
        missing = {name: self.metrics[name] for name in names if self.key(name) not in self._evaluated}
        if not missing:
            return
        read = {figure for name in missing for figure in self.reads(name)}
        figures = self.figures[self.figures["figure_id"].isin(read)]
        found: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in missing}
        for row in records(evaluations_table(figures, self._assumptions, missing)):
            found[row["metric_id"].partition("/")[0]][row["metric_id"]] = row
        for name, rows in found.items():
            self._evaluated[self.key(name)] = rows

    def of(self, name: str) -> Mapping[str, dict[str, Any]]:
        """Return the rows of a metric by metric id; a metric of a missing figure has one, which names the figure."""
        self.prepare([name])
        return self._evaluated[self.key(name)]

    def get(self, metric_id: str) -> dict[str, Any] | None:
        """Return the row of a metric id, None where the metric has no such subject or there is no such metric."""
        name = metric_id.partition("/")[0]
        if name not in self.metrics:
            return None
        rows = self.of(name)
        return rows.get(metric_id)


def metrics_table(evaluations: Evaluations, kept: Kept) -> Frame[Metrics]:
    """Return the summary of each metric, as rows of `schemas.analysis.Metrics`, sorted by id."""

    def summaries(names: Sequence[str]) -> dict[str, Any]:
        evaluations.prepare(names)
        return {
            name: [summary(evaluations.metrics[name], row) for row in evaluations.of(name).values()] for name in names
        }

    found = kept.gather({name: evaluations.key(name) for name in evaluations.metrics}, summaries)
    rows = sorted((row for rows in found.values() for row in rows), key=lambda row: str(row["metric_id"]))
    return column_types(Metrics, pd.DataFrame(rows))
