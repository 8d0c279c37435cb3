"""Metrics that tests write as functions: single figures and whole quantities of scenarios, and what a metric is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from tidebook.pipelines.evaluate.base import DeclaredMetric, Metric, MetricColumns
from tidebook.pipelines.evaluate.estimates import Estimate
from tidebook.pipelines.evaluate.frame import FloatArray, Scenarios
from tidebook.pipelines.read.digest import digest


def figure(scenarios: Scenarios, figure_id: str) -> pd.Series[float]:
    """Return one figure in every scenario."""
    return pd.Series(scenarios.take([figure_id])[:, 0], name=figure_id)


def table(scenarios: Scenarios, name: str, quantity: str) -> pd.DataFrame:
    """Return one quantity of a table: scenarios × subjects in printed order."""
    wanted = [each for each in scenarios.figures_of(name) if each.endswith(f"/{quantity}")]
    return pd.DataFrame(
        scenarios.take(wanted or [f"{name}/*/{quantity}"]), columns=[each.split("/")[1] for each in wanted]
    )


def metric(name: str, function: Callable[[Scenarios], Any], *, rowwise: bool = False, **declared: Any) -> Metric:
    """Make a metric of a function that gives a value per scenario, an estimate, or a frame of scenarios × subjects."""

    def values(scenarios: Scenarios) -> MetricColumns:
        found = function(scenarios)
        one = found if isinstance(found, Estimate) else Estimate(found)
        subjects = one.value.columns if isinstance(one.value, pd.DataFrame) else []
        ids = [f"{name}/{subject}" for subject in subjects] or [name]

        def columns(part: Any) -> FloatArray:
            numbers = np.asarray(np.nan if part is None else part, dtype=float)
            return np.broadcast_to(numbers[:, None] if numbers.ndim == 1 else numbers, (len(scenarios), len(ids)))

        return MetricColumns(ids, *map(columns, (one.value, one.n, one.low, one.high)))

    texts = {"unit": "USD", "theme": "funding", "means": f"Meaning of {name}", "method": f"method of {name}"}
    about = DeclaredMetric.model_validate({"is": "1", **texts, **declared})
    return Metric(about, values, rowwise, digest(function.__code__.co_code), "1")


def taken_apart(found: MetricColumns) -> pd.DataFrame | Estimate:
    """Return what a metric comes to: by subject, or what a single value and its parts are in each scenario."""
    subjects = [metric_id.partition("/")[2] for metric_id in found.ids]
    if subjects != [""]:
        return pd.DataFrame(found.value, columns=subjects)
    return Estimate(*(part[:, 0] for part in (found.value, found.n, found.low, found.high)))
