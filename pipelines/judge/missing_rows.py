"""A verdict on a value that missing rows leave open: it lies between two ends, and both must agree.

Belongs here: the status over such ends, and its reason. Does not: how the ends follow from what is missing
(`evaluate.ranges`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tidebook.pipelines.judge.predicates import Predicate
from tidebook.pipelines.read.declarations import VerdictShares
from tidebook.pipelines.read.formatting import format_apart


def verdict_over_ends(
    predicate: Predicate, evaluation: Mapping[str, Any], shares: VerdictShares, reason: str, unit: str | None
) -> dict[str, Any]:
    """Return the columns of a verdict that change because rows are missing, none if no row is.

    Supported if the predicate holds at all values between the ends in enough draws, contradicted if at none in enough
    of them, else contested. Draws without a value count for neither.

    Args:
        predicate: the condition.
        evaluation: the evaluation of the metric, with its ends.
        shares: the shares of the draws that bound the statuses.
        reason: the reason without regard to what is missing, to which the range is added.
        unit: the unit of the metric; None if it is true or false.
    """
    ends = evaluation.get("draw_ends")
    if ends is None:
        return {}
    if evaluation.get("by_print"):  # exact and rounded values do not vary: what is printed decides
        ends = np.array([[evaluation["least"]], [evaluation["most"]]])
    low, high = ends
    surely, perhaps = (float(np.where(np.isnan(low), False, found).mean()) for found in predicate.over(low, high))
    words = _range_words(predicate, evaluation["least"], evaluation["most"], unit)
    if surely >= shares.supported_from:
        return {"status": "supported", "probability": surely, "reason": f"{reason}; {words}"}
    if perhaps <= shares.contradicted_to:
        return {"status": "contradicted", "probability": perhaps, "reason": f"{reason}; {words}"}
    return {"status": "contested", "reason": f"{reason}, but {words}"}


def _range_words(predicate: Predicate, least: float, most: float, unit: str | None) -> str:
    """Return what is known of a value of which rows are missing: its two ends, either of which may be open."""
    if unit is None:
        return "what is missing decides" if least != most else "what is missing changes nothing"
    first, last = (format_apart(end, unit, predicate.bounds) for end in (least, most))
    if np.isinf(least) and np.isinf(most):
        return "with what is missing it may be anything"
    if np.isinf(most):
        return f"with what is missing it is at least {first}"
    if np.isinf(least):
        return f"with what is missing it is at most {last}"
    return f"with what is missing it is between {first} and {last}"
