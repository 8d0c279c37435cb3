"""The reference that replaces a figure on a day, row by row and without pandas.

Belongs here: which references are comparable, and which of them is best. Does not: the figures after the replacement
(`evidence_views`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from tidebook.pipelines.read.grouping import Row

CITED = {"P": 0, "S": 1, "D": 2}
"""Tiers of references that may replace a printed figure, with their rank; weak references (tier W) never do."""

CLAIMED = "as claimed"
"""The basis of a figure that a claim states: the figure itself is judged, so that no reference replaces it."""


def own_terms(figures: Iterable[Row]) -> dict[str, tuple[str, str]]:
    """Return unit and basis of each figure that a reference may replace, by figure id."""
    return {row["figure_id"]: (row["unit"], row["basis"]) for row in figures if row["basis"] != CLAIMED}


def is_comparable(reference: Row, own: Mapping[str, tuple[str, str]]) -> bool:
    """Whether a reference may replace its figure: it is cited and has a value of the same unit and basis."""
    terms = reference["unit"], reference["basis"]
    return reference["tier"] in CITED and reference["kind"] != "missing" and own.get(reference["figure_id"]) == terms


def best_references(figures: Iterable[Row], references: Iterable[Row], as_of: dt.date) -> dict[str, Row]:
    """Return the best reference of each figure on a day, by figure id.

    The latest is best; on the same date, the one of the best tier; of one tier, the source whose name sorts first.
    """
    own = own_terms(figures)
    known = [row for row in references if row["as_of"] <= as_of and is_comparable(row, own)]
    known.sort(key=lambda row: (-row["as_of"].toordinal(), CITED[row["tier"]], row["source_id"]))
    best: dict[str, Row] = {}  # the first of each figure, which is the best
    for row in known:
        best.setdefault(row["figure_id"], row)
    return best
