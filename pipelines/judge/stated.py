"""Which of the figures that a claim lists it states: those whose number its quotation prints.

Belongs here: matching the numbers of a quotation with printed figures, and the table of claims, which has the result.
Does not: the number that bounds a claim (`quoted`), or what a stated figure makes of its claim (`outcomes`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.quantities.counted import Counted, counted_numbers, read_in
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.text.folded import plain_words
from tidebook.schemas.analysis import Claims
from tidebook.schemas.base import Frame, records, table_of


def claims_table(claims: Sequence[DeclaredClaim], figures: pd.DataFrame) -> Frame[Claims]:
    """Return the claims as rows of `schemas.analysis.Claims`, in their order, with the figures that each states."""
    by_id = {row["figure_id"]: row for row in records(figures)}
    rows = []
    for claim in claims:
        stated = stated_figures(claim, by_id)
        rows.append(
            {"claim_id": claim.id, **dict(claim), "states_figures": stated, "untestable": claim.untestable or ""}
        )
    return table_of(Claims, rows)


def stated_figures(claim: DeclaredClaim, figures: Mapping[str, Row]) -> list[str]:
    """Return the listed figures that a claim states; the others are evidence for it.

    A claim without a quotation states all that it lists. A figure that no table prints stays among those stated: a
    warning names it.
    """
    if not claim.quote.strip():
        return list(claim.states_figures)
    words = plain_words(claim.quote)
    numbers = counted_numbers(words)
    return [name for name in claim.states_figures if name not in figures or _prints(words, numbers, figures[name])]


def _prints(words: str, numbers: Sequence[Counted], figure: Row) -> bool:
    """Whether words print the number of a figure, as the figure does or rounded further."""
    if re.search(rf"(?<![\w.,]){re.escape(figure['text'])}(?!\w)", words):
        return True
    return any(_is_number_of(quantity, figure) for number in numbers if (quantity := _quantity(number, figure)))


def _quantity(number: Counted, figure: Row) -> Quantity | None:
    """Return a number of a quotation in the unit of a figure, None if it has another one."""
    if number.quantity and number.quantity.unit == figure["unit"]:
        return number.quantity
    return read_in(number, figure["unit"])


def _is_number_of(quantity: Quantity, figure: Row) -> bool:
    own = Interval.of(figure)
    if own.contains(quantity.value):
        return True
    # A bound holds many numbers that it does not print.
    return quantity.kind in ("exact", "rounded", "estimate") and quantity.interval.contains(figure["value"])
