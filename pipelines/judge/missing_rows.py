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


def verdict_over_ends(
    predicate: Predicate, evaluation: Mapping[str, Any], shares: VerdictShares, reason: str
) -> dict[str, Any]:
    """Return the columns of a verdict that change because rows are missing, none if no row is.

    Supported if the predicate holds at all values between the ends in enough draws, contradicted if at none in enough
    of them, else contested. Draws without a value count for neither.

    Args:
        predicate: the condition.
        evaluation: the evaluation of the metric, with its ends.
        shares: the shares of the draws that bound the statuses.
        reason: the reason without regard to what is missing, to which the range is added.
    """
    ends = evaluation.get("draw_ends")
    if ends is None:
        return {}
    if evaluation.get("by_print"):  # exact and rounded values do not vary: what is printed decides
        ends = np.array([[evaluation["least"]], [evaluation["most"]]])
    low, high = ends
    surely, perhaps = (float(np.where(np.isnan(low), False, found).mean()) for found in predicate.over(low, high))
    words = f"with what is missing it is {_between(predicate, evaluation['least'], evaluation['most'])}"
    if surely >= shares.supported_from:
        return {"status": "supported", "probability": surely, "reason": f"{reason}; {words}"}
    if perhaps <= shares.contradicted_to:
        return {"status": "contradicted", "probability": perhaps, "reason": f"{reason}; {words}"}
    return {"status": "contested", "reason": f"{reason}, but {words}"}


def _between(predicate: Predicate, least: float, most: float) -> str:
    """Return two ends in words; either may be open."""
    if np.isinf(least) and np.isinf(most):
        return "anything"
    if np.isinf(most):
        return f"at least {predicate.number(least)}"
    if np.isinf(least):
        return f"at most {predicate.number(most)}"
    return f"between {predicate.number(least)} and {predicate.number(most)}"
