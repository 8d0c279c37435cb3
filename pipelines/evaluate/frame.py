"""The world × figure frame that every metric reads: one row per world, one column per figure.

How worlds are drawn, dropped or scaled is in `evaluate.scenarios`.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from tidebook.pipelines.read.grouping import grouped

FloatArray = npt.NDArray[np.float64]

PAIRS = 2**24
"""Pairs of a table's rows, over all worlds, that a metric is given at once."""


class MissingFigureError(LookupError):
    """A metric asks for a figure that no raw table holds."""

    def __init__(self, figure_id: str) -> None:
        super().__init__(f"no table holds the figure {figure_id}")
        self.figure_id = figure_id


class Worlds:
    """Values of every figure (columns) in every world (rows); NaN where a figure has no value.

    `values` has the shape (worlds, figures). `labels` holds the labels of figures whose row has any, as JSON, by id: of
    table, subject and quantity. `reads` collects the ids of the figures asked for, in order.
    """

    def __init__(
        self, values: FloatArray, figure_ids: Sequence[str], labels: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.figure_ids = tuple(figure_ids)
        self._column = {figure_id: column for column, figure_id in enumerate(figure_ids)}
        self._of_table = grouped(figure_ids, lambda figure_id: figure_id.partition("/")[0])
        self._labels: dict[tuple[str, str], dict[str, str]] = {}
        for figure_id, text in labels.items():
            if not text or figure_id not in self._column:
                continue
            table, subject, _ = figure_id.split("/")
            for column, label in json.loads(text).items():
                of_column = self._labels.setdefault((table, column), {})
                if label:
                    of_column[subject] = label
        self._set(values)

    def _set(self, values: FloatArray) -> None:
        if values.shape[1:] != (len(self.figure_ids),):
            raise ValueError(f"{values.shape} values for {len(self.figure_ids)} figures")
        self.values = values
        self.reads: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self.values)

    def holds(self, figure_id: str) -> bool:
        """Return whether there is such a figure, without reading it."""
        return figure_id in self._column

    def figures_of(self, table: str) -> Sequence[str]:
        """Return the ids of all figures of a table in printed order, without reading them."""
        return self._of_table.get(table, ())

    def labels(self, table: str, column: str) -> Mapping[str, str] | None:
        """Return the texts of a column of labels by subject, None where the table has no such column."""
        return self._labels.get((table, column))

    def take(self, figure_ids: Sequence[str]) -> FloatArray:
        """Return these figures in every world, worlds × figures.

        Raises MissingFigureError if no table holds one of them.
        """
        for figure_id in figure_ids:
            if figure_id not in self._column:
                raise MissingFigureError(figure_id)
            self.reads[figure_id] = None
        return self.values[:, [self._column[figure_id] for figure_id in figure_ids]]

    def parts(self) -> Iterator[Worlds]:
        """Yield the worlds in parts so small that a metric may hold a number for each pair of rows in each world.

        What is read of a part counts as read here. No worlds are one part.
        """
        rows = len(self.figure_ids)
        if len(self) * rows**2 > PAIRS:
            rows = max(Counter(tuple(name.split("/")[::2]) for name in self.figure_ids).values())
        step = max(PAIRS // max(rows, 1) ** 2, 1)
        for start in range(0, max(len(self), 1), step):
            part = self.with_values(self.values[start : start + step])
            part.reads = self.reads
            yield part

    def with_values(self, values: FloatArray) -> Worlds:
        """Return other worlds of the same figures."""
        other = copy.copy(self)
        other._set(values)
        return other
