"""The nearest tipping point of each claim, which both its verdict and its outcome name.

Belongs here: choosing among the rows of `tipping_points`. Does not: how these are found (`tipping_points`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tidebook.schemas.base import records


def nearest_tipping_points(tipping_points: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """Return for each claim the figure with the flip nearest to the printed value, and its factor; ties go by id."""
    # Rounded, since half and double are equally far but for the last digits of their logarithms.
    distance = tipping_points["factor"].map(np.log).abs().round(9)
    ordered = tipping_points.assign(distance=distance).sort_values(["claim_id", "distance", "figure_id", "direction"])
    first = records(ordered.drop_duplicates("claim_id"))
    return {row["claim_id"]: (row["figure_id"], row["factor"]) for row in first}
