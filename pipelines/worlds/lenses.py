"""Lenses: which figures the worlds start from. As printed, or each replaced by the best that was known on a day.

What was found by comparing the two is in `pipelines.claims.reconciliation`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from pipelines.worlds.build import SPREAD
from pipelines.worlds.known import CLAIMED, best_references, is_comparable, own_terms
from schemas.base import records

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
    parts = ["value", "low", "high", "kind", *SPREAD]
    before, after = figures[parts].reset_index(drop=True), lens.figures[parts].reset_index(drop=True)
    same = ((before == after) | (before.isna() & after.isna())).all(axis="columns").to_numpy()
    return set(figures.loc[~same, "figure_id"])


def comparable(figures: pd.DataFrame, references: pd.DataFrame) -> pd.DataFrame:
    """Return the references that may stand for a figure, in their order."""
    own = own_terms(records(figures[["figure_id", "unit", "basis"]]))
    return references[[is_comparable(row, own) for row in records(references)]].reset_index(drop=True)


def best_known(figures: pd.DataFrame, references: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Return the figures as best known on a day; those without a comparable reference by then stay as printed."""
    best = best_references(records(figures[["figure_id", "unit", "basis"]]), records(references), as_of)
    columns = ["text", "value", "low", "high", "kind", *SPREAD, "as_of", "source_id", "note", "locator"]
    replaced = figures.set_index("figure_id", drop=False)
    if best:
        replaced.loc[list(best), columns] = pd.DataFrame(list(best.values()))[columns].to_numpy()
    return replaced.reset_index(drop=True).astype(figures.dtypes)
