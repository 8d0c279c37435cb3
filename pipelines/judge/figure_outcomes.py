"""Figures' outcomes: one word for each printed figure, the better value, and how much hangs on it.

What a figure's references say of it is found in `reconciliation`; here that becomes right, wrong, outdated, premature
or unchecked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import log10, nan
from typing import Any

import pandas as pd

from tidebook.pipelines.evaluate.evidence_views import YEAR
from tidebook.pipelines.evaluate.known import CITED
from tidebook.pipelines.evaluate.reconciliation import Finding, Pair, judged_figures, known_on, words
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.grouping import Row
from tidebook.schemas.base import records, table_of
from tidebook.schemas.outcomes import FigureOutcomes
from tidebook.schemas.units import UNSCALED

WRONG = {
    "exponent slip": "a power of ten",
    "wrong attribution": "another subject's value",
    "wrong unit": "another unit or basis",
    "wrong basis": "another unit or basis",
    "differs": "a factor",
}
"""The findings that make a figure wrong, and in which way."""

ANOTHER = 0.3
"""Least weight of a figure that is another's or on another basis, whatever its factor: that of a factor of two."""


def outcome_of(found: Finding, published: dt.date, fixed: bool) -> str:
    """Return the outcome of a figure; a fixed one is of one event, version or period, and cannot be outdated."""
    if found.name in WRONG:
        return "wrong"
    if found.name not in ("agrees", "stale", "premature"):
        return "unchecked"
    if fixed:
        return "right"
    if found.name == "premature":
        return "premature"
    return "right" if found.held_until is None or found.held_until > published else "outdated"


def is_fixed(figure: Mapping[str, Any], fixed: Collection[str]) -> bool:
    """Return whether a figure's basis or quantity is among those whose values are of one event, version or period."""
    return figure["basis"] in fixed or figure["figure_id"].rpartition("/")[2] in fixed


def figure_outcomes_table(
    figures: pd.DataFrame,
    references: pd.DataFrame,
    readers: Mapping[str, int],
    written: dt.date,
    published: dt.date,
    assumed: Assumptions,
) -> pd.DataFrame:
    """Return the outcome of every printed figure, as rows of `schemas.outcomes.FigureOutcomes`, sorted by key.

    `readers` counts the claims that read or assert each figure.
    """
    rows = figure_outcomes(records(figures), records(references), readers, written, published, assumed)
    return table_of(FigureOutcomes, rows)


def figure_outcomes(
    figures: Sequence[Row],
    references: Iterable[Row],
    readers: Mapping[str, int],
    written: dt.date,
    published: dt.date,
    assumed: Assumptions,
) -> Iterator[dict[str, Any]]:
    """Yield those rows, given the rows of figures and references."""
    for figure, found, pairs in judged_figures(figures, references, written, assumed):
        outcome = outcome_of(found, published, is_fixed(figure, assumed.reconciliation.fixed))
        better = _better(outcome, found, pairs, written, published)
        scaled = better and figure["unit"] not in UNSCALED and better["unit"] == figure["unit"] and better["value"]
        factor = figure["value"] / better["value"] if better and scaled else nan
        claims = readers.get(figure["figure_id"], 0)
        how = WRONG.get(found.name, "") if outcome == "wrong" else ""
        yield {
            **figure,
            "outcome": outcome,
            "how": how,
            "printed": figure["text"],
            "better": better["text"] if better else "",
            "better_value": better["value"] if better else nan,
            "better_unit": better["unit"] if better else "",
            "basis": better["basis"] if better else "",
            "day": better["as_of"] if better else None,
            "source_id": better["source_id"] if better else "",
            "held_from": found.held_from,
            "held_until": found.held_until,
            "factor": factor,
            "claims": claims,
            "gravity": _gravity(outcome, how, factor) * (1 + claims),
            "reason": _reason(outcome, found, better, published),
        }


def _better(
    outcome: str, found: Finding, pairs: Sequence[Pair], written: dt.date, published: dt.date
) -> Mapping[str, Any] | None:
    """Return the reference for the value that a reader should have instead, or that bears the printed one out."""
    comparable = [pair for pair in pairs if pair.comparable and pair.reference["tier"] in CITED]
    if outcome in ("right", "unchecked") or not comparable:
        return found.reference
    return known_on(comparable, published if outcome == "outdated" else written).reference


def _gravity(outcome: str, how: str, factor: float) -> float:
    if outcome in ("right", "unchecked"):
        return 0.0
    least = ANOTHER if how.startswith("another") else 0.0
    return max(abs(log10(factor)), least) if factor > 0 else least


def _reason(outcome: str, found: Finding, better: Mapping[str, Any] | None, published: dt.date) -> str:
    if outcome != "outdated" or not better:
        return found.detail
    right, until = f"right until {found.ended}", better["until"]
    if until and until <= published:
        return f"{right}; then {words(better)}, until {until}"
    year = YEAR.search(better["basis"])
    return f"{right}; {f'last in {year[1]}' if year else 'when published'}, {words(better)}"
