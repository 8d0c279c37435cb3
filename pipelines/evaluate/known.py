"""Which reference stands for a figure on a day, row by row and without pandas.

What the figures come to then is in `lenses`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from tidebook.pipelines.read.grouping import Row

CITED = {"P": 0, "S": 1, "D": 2}
"""Tiers that may stand for a printed figure, the best first; weak references (tier W) never do."""

CLAIMED = "as claimed"
"""The basis of a figure that is itself what a claim asserts: it is judged, and no reference replaces it."""


def own_terms(figures: Iterable[Row]) -> dict[str, tuple[str, str]]:
    """Return unit and basis of each figure that a reference may replace, by its id."""
    return {row["figure_id"]: (row["unit"], row["basis"]) for row in figures if row["basis"] != CLAIMED}


def is_comparable(reference: Row, own: Mapping[str, tuple[str, str]]) -> bool:
    """Return whether a reference may stand for its figure: it is cited, has a value, and is of its unit and basis."""
    terms = reference["unit"], reference["basis"]
    return reference["tier"] in CITED and reference["kind"] != "missing" and own.get(reference["figure_id"]) == terms


def best_references(figures: Iterable[Row], references: Iterable[Row], as_of: dt.date) -> dict[str, Row]:
    """Return by figure the reference that is the best known on a day: the latest one, of one date the best tier.

    Of several sources of one date and tier it is the first by name.
    """
    own = own_terms(figures)
    known = [row for row in references if row["as_of"] <= as_of and is_comparable(row, own)]
    known.sort(key=lambda row: (-row["as_of"].toordinal(), CITED[row["tier"]], row["source_id"]))
    best: dict[str, Row] = {}
    for row in known:
        best.setdefault(row["figure_id"], row)
    return best
