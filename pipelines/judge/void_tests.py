"""Tests that decide nothing: whatever the figures were, the claim would have held, or no test could tell.

Belongs here: which interpretations these are, and the reason in words. Does not: the values that a metric could have
had (`evaluate.possible`), or what becomes of the claim (`outcomes`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tidebook.pipelines.evaluate.evaluations import Evaluations
    from tidebook.pipelines.judge.interpretations import Interpretation
    from tidebook.pipelines.judge.predicates import Predicate

EXCLUDING = "its interpretations exclude each other"
COULD_NOT_FAIL = "it could not have failed"

LEVEL = 0.05
"""The p-value that a test must be able to go below, to decide anything."""

RANK_CORRELATIONS = ("spearman", "kendall")
TESTS = ("pearson_p", "spearman_p", "kendall_p", "least_p")

_FLOAT_ERROR = 1e-9


def void_before_judging(interpretation: Interpretation, evaluation: Mapping[str, Any], evaluations: Evaluations) -> str:
    """Return why an interpretation decides nothing whatever its value, "" if it may decide."""
    if interpretation.excludes:
        return EXCLUDING
    statistic = evaluations.metrics[interpretation.metric].statistic
    if statistic in RANK_CORRELATIONS and not _states_coefficient(interpretation.predicate):
        return _too_few_rows(2 / math.factorial(max(evaluation["n"], 2)), evaluation["n"])
    if statistic in TESTS:
        return _too_few_rows(evaluation.get("floor", np.nan), evaluation["n"])
    return ""


def _states_coefficient(predicate: Predicate) -> bool:
    """Whether a condition repeats a coefficient, or says only that two orders are the same or opposite."""
    return predicate.form == "equals" or all(abs(bound) == 1 for bound in predicate.bounds)


def _too_few_rows(floor: float, n: int) -> str:
    return f"{n} rows are too few for any test: no p-value below {floor:.3g} is possible" if floor > LEVEL else ""


def could_not_fail(interpretation: Interpretation, evaluations: Evaluations) -> str:
    """Return that an interpretation would hold with any figures, "" if it could have failed."""
    if interpretation.parts or interpretation.equals_print:
        return ""
    values = evaluations.possible(interpretation.metric_id)
    if not len(values):
        return ""
    error = _FLOAT_ERROR * np.maximum(np.abs(values), max(map(abs, interpretation.predicate.bounds)))
    if not interpretation.predicate.over(values - error, values + error)[1].all():
        return ""
    return f"{COULD_NOT_FAIL}: with any figures it is {interpretation.predicate.words()}"
