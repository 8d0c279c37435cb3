"""Outcomes of figures: right, wrong, outdated, premature or unchecked, with the better value and the severity.

Belongs here: from a finding to an outcome. Does not: the finding itself, which compares a figure with its references
(`reconciliation`), or the outcomes of statements (`outcomes`).
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
    "power-of-ten error": "a power of ten",
    "wrong attribution": "another subject's value",
    "wrong unit": "another unit or basis",
    "wrong basis": "another unit or basis",
    "differs": "a factor",
}
"""Findings that make a figure wrong, with the type of error."""

ANOTHER = 0.3
"""Minimum severity of another subject's, unit's or basis's value, whatever its factor: about log10(2)."""


def outcome_of(found: Finding, published: dt.date, fixed: bool) -> str:
    """Decide a figure by its finding.

    A `fixed` figure, which is of one event, version or period, can be neither outdated nor premature.
    """
    if found.name in WRONG:
        return "wrong"
    if found.name not in ("agrees", "outdated", "premature"):
        return "unchecked"
    if fixed:
        return "right"
    if found.name == "premature":
        return "premature"
    return "right" if found.valid_until is None or found.valid_until > published else "outdated"


def is_fixed(figure: Mapping[str, Any], fixed: Collection[str]) -> bool:
    """Whether a figure's basis or quantity is among `fixed`: those with values of one event, version or period."""
    return figure["basis"] in fixed or figure["figure_id"].rpartition("/")[2] in fixed


def figure_outcomes_table(
    figures: pd.DataFrame,
    references: pd.DataFrame,
    readers: Mapping[str, int],
    written: dt.date,
    published: dt.date,
    assumed: Assumptions,
) -> pd.DataFrame:
    """Decide every printed figure.

    Args:
        figures: the figures, of which the printed ones are decided.
        references: independent values.
        readers: by figure, the number of claims that read or assert it.
        written: the day of the article's content.
        published: the day of publication.
        assumed: the assumptions.

    Returns:
        Rows of `schemas.outcomes.FigureOutcomes`, sorted by key.
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
    """Yield the rows of `figure_outcomes_table`, given those of figures and references."""
    for figure, found, pairs in judged_figures(figures, references, written, assumed):
        outcome = outcome_of(found, published, is_fixed(figure, assumed.reconciliation.fixed))
        better = _better(outcome, found, pairs, written, published)
        factor = _factor(figure, better)
        claims = readers.get(figure["figure_id"], 0)
        how = WRONG[found.name] if outcome == "wrong" else ""
        yield {
            **figure,
            **_better_columns(better),
            "outcome": outcome,
            "judged": "",
            "severity": "",
            "error_type": how,
            "printed": figure["text"],
            "valid_from": found.valid_from,
            "valid_until": found.valid_until,
            "factor": factor,
            "claims": claims,
            "severity_index": _severity_index(outcome, how, factor) * (1 + claims),
            "reason": _reason(outcome, found, better, published),
        }


def _better_columns(better: Row | None) -> Row:
    if better is None:
        return {
            "better": "",
            "better_value": nan,
            "better_unit": "",
            "basis": "",
            "day": None,
            "source_id": "",
        }
    return {
        "better": better["text"],
        "better_value": better["value"],
        "better_unit": better["unit"],
        "basis": better["basis"],
        "day": better["as_of"],
        "source_id": better["source_id"],
    }


def _factor(figure: Row, better: Row | None) -> float:
    """Return the printed value over the better one; NaN if the two have no ratio."""
    if better is None or figure["unit"] in UNSCALED or better["unit"] != figure["unit"] or not better["value"]:
        return nan
    return float(figure["value"] / better["value"])


def _better(outcome: str, found: Finding, pairs: Sequence[Pair], written: dt.date, published: dt.date) -> Row | None:
    """Return the reference with the value that a reader should have instead, or that corroborates the printed one."""
    comparable = [pair for pair in pairs if pair.comparable and pair.reference["tier"] in CITED]
    if outcome in ("right", "unchecked") or not comparable:
        return found.reference
    return known_on(comparable, published if outcome == "outdated" else written).reference


def _severity_index(outcome: str, how: str, factor: float) -> float:
    """Return the error in powers of ten; 0 for a figure that is right or unchecked."""
    if outcome in ("right", "unchecked"):
        return 0.0
    least = ANOTHER if how.startswith("another") else 0.0
    return max(abs(log10(factor)), least) if factor > 0 else least


def _reason(outcome: str, found: Finding, better: Row | None, published: dt.date) -> str:
    if outcome != "outdated" or not better:
        return found.detail
    right, until = f"right until {found.ended}", better["until"]
    if until and until <= published:
        return f"{right}; then {words(better)}, until {until}"
    # A value of one year says nothing of the day of publication.
    year = YEAR.search(better["basis"])
    when = f"last in {year[1]}" if year else "when published"
    return f"{right}; {when}, {words(better)}"
