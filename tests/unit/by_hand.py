"""Evaluations by hand: rows that a test writes down, in the place of metrics evaluated in scenarios.

Belongs here: what stands for `evaluate.evaluations.Evaluations`. Does not: the rows, which the tests have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tests.unit.assumed import assumed
from tests.unit.read_scenarios import metric
from tidebook.pipelines.evaluate.evaluations import Evaluations
from tidebook.pipelines.evaluate.print_range import UNKNOWN, PrintRange
from tidebook.pipelines.read.digest import digest
from tidebook.schemas.base import column_types
from tidebook.schemas.figures import Figures


class EvaluationsByHand(Evaluations):
    """Offers what `Evaluations` offers of these rows; of a metric without a row none."""

    def __init__(self, *rows: Mapping[str, Any]) -> None:
        names = {row["metric_id"].partition("/")[0] for row in rows}
        nothing = {name: metric(name, lambda _: np.nan, unit="share") for name in names}
        super().__init__(column_types(Figures, pd.DataFrame()), assumed(), nothing)
        self.rows = [{"by_print": False, **row} for row in rows]

    def reads(self, name: str) -> tuple[str, ...]:
        return tuple(figure for row in self.of(name).values() for figure in row["reads"])

    def key(self, name: str) -> str:
        return digest([name, repr(self.of(name))])

    def prepare(self, names: Iterable[str]) -> None:
        pass

    def of(self, name: str) -> Mapping[str, dict[str, Any]]:
        return {row["metric_id"]: row for row in self.rows if row["metric_id"].partition("/")[0] == name}

    def print_range(self, metric_id: str) -> PrintRange:
        return PrintRange(*self.of(metric_id.partition("/")[0])[metric_id].get("print_range", UNKNOWN))
