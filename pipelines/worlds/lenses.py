"""Lenses: which figures the worlds start from. As printed, or each replaced by the best that was known on a day.

What was found by comparing the two is in `pipelines.claims.reconciliation`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

CITED = {"P": 0, "S": 1, "D": 2}

CLAIMED = "as claimed"
"""The basis of a figure that is itself what a claim asserts: it is judged, and no lens replaces it."""

YEAR = re.compile(r", (\d{4})\Z", re.ASCII)
"""How a basis states the year that its values speak of; values of other years have another basis."""


class Lens(NamedTuple):
    """A view of the figures: its name, the day that it is taken at, and the figures."""

    name: str
    as_of: dt.date
    figures: pd.DataFrame


def lenses(figures: pd.DataFrame, references: pd.DataFrame, days: Sequence[dt.date]) -> list[Lens]:
    """Return the printed lens, dated on the first day, and the best-known one at each day and at the newest row."""
    newest = max(references["as_of"], default=days[0])
    taken = sorted({*days, newest})
    return [
        Lens("printed", days[0], figures),
        *(Lens("best_known", day, best_known(figures, references, day)) for day in taken),
    ]


def years(lens: Lens) -> dict[str, int]:
    """Return the year that each figure speaks of: the one at the end of its basis, or else that of the lens's day.

    A figure without a year holds until another value takes its place. What a claim asserts is of no year.
    """
    found = lens.figures.loc[lens.figures["basis"] != CLAIMED, ["figure_id", "basis"]]
    return {
        name: int(stated[1]) if (stated := YEAR.search(basis)) else lens.as_of.year
        for name, basis in zip(found["figure_id"], found["basis"], strict=True)
    }


def changed(figures: pd.DataFrame, lens: Lens) -> set[str]:
    """Return the ids of the figures that a lens sees otherwise than they are printed."""
    parts = ["value", "low", "high", "kind"]
    before, after = figures[parts].reset_index(drop=True), lens.figures[parts].reset_index(drop=True)
    same = ((before == after) | (before.isna() & after.isna())).all(axis="columns").to_numpy()
    return set(figures.loc[~same, "figure_id"])


def comparable(figures: pd.DataFrame, references: pd.DataFrame) -> pd.DataFrame:
    """Return the cited references that may stand for a figure: those of its unit and basis.

    Weak references (tier W) are never among them, nor those for a figure that is itself what a claim asserts.
    """
    own = figures.loc[figures["basis"] != CLAIMED, ["figure_id", "unit", "basis"]]
    known = references[references["tier"].isin(CITED) & (references["kind"] != "missing")]
    return known.merge(own, on=["figure_id", "unit", "basis"])


def best_known(figures: pd.DataFrame, references: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Return the figures as best known on a day.

    Each figure that has a comparable reference dated on or before the day takes the value and interval of the
    latest one, the best tier among those of one date; the others stay as printed.
    """
    known = comparable(figures, references)
    known = known[known["as_of"].map(lambda day: day <= as_of).astype(bool)]
    known = known.assign(rank=known["tier"].map(CITED)).sort_values(
        ["figure_id", "as_of", "rank", "source_id"], ascending=[True, False, True, True]
    )
    best = known.drop_duplicates("figure_id").set_index("figure_id")
    replaced = figures.set_index("figure_id", drop=False)
    columns = ["text", "value", "low", "high", "kind", "as_of", "source_id", "note", "locator"]
    replaced.loc[best.index, columns] = best[columns]
    return replaced.reset_index(drop=True)
