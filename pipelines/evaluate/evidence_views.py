"""Lenses: which figures the worlds start from. As printed, or each replaced by the best that was known on a day.

What was found by comparing the two is in `evaluate.reconciliation`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from tidebook.pipelines.evaluate.known import CLAIMED, best_references, is_comparable, own_terms
from tidebook.pipelines.evaluate.scenarios import SPREAD
from tidebook.pipelines.read.grouping import Row
from tidebook.schemas.base import records

YEAR = re.compile(r", (\d{4})\Z", re.ASCII)
"""How a basis states the year that its values speak of; values of other years have another basis."""


class Held(NamedTuple):
    """From when on a value held, and from when on it did not, where that is known."""

    since: dt.date
    until: dt.date | None


@dataclass(frozen=True, eq=False)
class Lens:
    """A view of the figures: its name, the day that it is taken at, and the figures.

    `known` says when each value held that stands for a printed one; `printed` is the day that those in print speak for.
    """

    name: str
    as_of: dt.date
    figures: pd.DataFrame
    known: Mapping[str, Held] = field(default_factory=dict)
    printed: dt.date = dt.date.max

    @cached_property
    def in_print(self) -> list[str]:
        """The figures that have no other value than the article's; what is claimed is of no time."""
        rows = records(self.figures[["figure_id", "kind", "locator", "basis"]])
        unknown = (row for row in rows if row["figure_id"] not in self.known)
        return [row["figure_id"] for row in unknown if is_printed(row) and row["basis"] != CLAIMED]

    @cached_property
    def years(self) -> dict[str, int]:
        """The year that each figure speaks of: the one at the end of its basis, or else that of the lens's day.

        A figure without a year holds until another value takes its place. What a claim asserts is of no year.
        """
        found = self.figures.loc[self.figures["basis"] != CLAIMED, ["figure_id", "basis"]]
        return {
            name: int(stated[1]) if (stated := YEAR.search(basis)) else self.as_of.year
            for name, basis in zip(found["figure_id"], found["basis"], strict=True)
        }

    def of_several_times(self, evidence: Collection[str], one_year: bool) -> str:
        """Return why some figures share no day, or no year where they must be of `one_year`; nothing when they may.

        A value that held no longer on the day is not one of that day; one known only in print is not of a time after
        it.
        """
        dated = sorted((self.years[name], name) for name in evidence if name in self.years) if one_year else []
        if dated and dated[0][0] != dated[-1][0]:
            (first, early), *_, (last, late) = dated
            return f"its figures are of different years: {early} of {first}, {late} of {last}"
        held = {name: self.known[name] for name in evidence if name in self.known}
        for name, (_, until) in held.items():
            if until and until <= self.as_of:
                return f"the last value known of {name} held until {until}"
        later = next((f"{name} of {since}" for name, (since, _) in held.items() if since > self.printed), "")
        printed = next((name for name in self.in_print if name in evidence), "") if later else ""
        return f"its figures are of different times: {printed} as printed, {later}" if printed else ""


def lenses(figures: pd.DataFrame, references: pd.DataFrame, days: Sequence[dt.date]) -> list[Lens]:
    """Return the printed lens, dated on the first day, and the best-known one at each day."""
    return [
        Lens("printed", days[0], figures),
        *(best_known(figures, references, day, days[0]) for day in sorted(set(days))),
    ]


def best_known(figures: pd.DataFrame, references: pd.DataFrame, day: dt.date, printed: dt.date = dt.date.max) -> Lens:
    """Return the figures as best known on a day; those without a comparable reference by then stay as printed."""
    best = best_references(records(figures[["figure_id", "unit", "basis"]]), records(references), day)
    known = {name: Held(row["as_of"], row["until"]) for name, row in best.items()}
    return Lens("best_known", day, _replaced(figures, best), known, printed)


def is_printed(figure: Row) -> bool:
    """Return whether a figure has a value that the article itself prints: its table is none of the references."""
    return figure["kind"] != "missing" and not str(figure["locator"]).startswith("reference/")


def replaced_figures(figures: pd.DataFrame, lens: Lens) -> set[str]:
    """Return the ids of the figures that a lens sees otherwise than they are printed."""
    parts = ["value", "low", "high", "kind", *SPREAD]
    before, after = figures[parts].reset_index(drop=True), lens.figures[parts].reset_index(drop=True)
    same = ((before == after) | (before.isna() & after.isna())).all(axis="columns").to_numpy()
    return set(figures.loc[~same, "figure_id"])


def comparable(figures: pd.DataFrame, references: pd.DataFrame) -> pd.DataFrame:
    """Return the references that may stand for a figure, in their order."""
    own = own_terms(records(figures[["figure_id", "unit", "basis"]]))
    return references.loc[[is_comparable(row, own) for row in records(references)]].reset_index(drop=True)


def between(references: pd.DataFrame, first: dt.date, last: dt.date) -> pd.DataFrame:
    """Return the references that held on some day between two: those replaced before are of another time."""
    known = references[references["as_of"] <= last]
    by = ["figure_id", "unit", "basis"]
    since = known["as_of"].where(known["as_of"] <= first).groupby([known[name] for name in by]).transform("max")
    return known[since.isna() | (known["as_of"] >= since)]


def _replaced(figures: pd.DataFrame, best: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    columns = ["text", "value", "low", "high", "kind", *SPREAD, "as_of", "source_id", "note", "locator"]
    # Column by column as plain lists: setting rows of many types in a frame takes four times as long.
    by_id = [best.get(figure_id) for figure_id in figures["figure_id"]]
    return figures.assign(
        **{
            name: pd.Series(
                [own if row is None else row[name] for own, row in zip(figures[name].tolist(), by_id, strict=True)],
                figures.index,
                figures[name].dtype,
            )
            for name in columns
        }
    ).reset_index(drop=True)
