"""An anomaly: numbers of a table that cannot all be right, or that should be looked at.

Belongs here: the one type that all rules give. Does not: the rules, or the words of a finding (`judge.text.wording`).
"""

from __future__ import annotations

from math import isfinite, nan
from typing import NamedTuple

from tidebook.pipelines.relate.terms import CellPlace

HARMLESS = ("rounding", "copy")
"""Rules that may speak though all numbers are right."""


class Anomaly(NamedTuple):
    """Cells that cannot all be right.

    Attributes:
        rule: `total`, `shares`, `change`, `share`, `ratio`; or `rounding`, where numbers agree only
            thanks to rounding while others of the table agree exactly, `copy`, where a number occurs twice, and
            `double`, where two rows of one label differ in it; `carried`, an opening balance.
        cells: their places; the last one is accused.
        printed: what it prints; NaN for rules without an expected number.
        low, high: between which values what would be right lies.
        held: in how many other columns or rows the same relation holds.
        typo: the one slip that would explain it, "" for none.
        is_sure: whether what holds elsewhere is enough for the anomaly to be an error.
        is_result: whether the accused cell is what the others give; else it is one of these.
        across: whether the relation is one of the numbers of a row.
    """

    rule: str
    cells: tuple[CellPlace, ...]
    printed: float = nan
    low: float = nan
    high: float = nan
    held: int = 0
    typo: str = ""
    is_sure: bool = True
    is_result: bool = True
    across: bool = False

    @property
    def is_error(self) -> bool:
        """Whether the cells contradict each other."""
        return self.rule not in HARMLESS

    @property
    def expected(self) -> float:
        """The middle of what would be right."""
        return (self.low + self.high) / 2

    @property
    def factor(self) -> float:
        """What is printed over what would be right; NaN without either."""
        return self.printed / self.expected if isfinite(self.expected) and self.expected else nan

    @property
    def turned(self) -> Anomaly:
        """The anomaly of a table whose rows were columns."""
        cells = tuple((row, column) for column, row in self.cells)
        return self._replace(cells=cells, across=not self.across)
