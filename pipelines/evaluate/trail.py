"""What decided a value, as cards tell it: the sides that are compared, and the rows in the order of their weight.

Belongs here: the types. Does not: finding them in an expression (`tracing`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple


class Side(NamedTuple):
    """One side of a comparison, a difference or a ratio.

    Attributes:
        value: Its value as printed.
        unit: Its unit, "" where it has none or none is known.
        row: The only row that it reads, "" if it reads none or several.
        function: The function that it is a call of, `rank` for both forms of it, "" for none.
        rows: How many values that function takes.
        subject: The subject of the value that it chooses, "" if it chooses none.
    """

    value: float
    unit: str = ""
    row: str = ""
    function: str = ""
    rows: int = 0
    subject: str = ""


class DecidingRow(NamedTuple):
    """A row of evidence, or a figure, by its id; `role` says why it is named among many, "" for the subject."""

    row_id: str
    role: str = ""


@dataclass(frozen=True)
class Trail:
    """What decided a value.

    Attributes:
        kind: `several` conditions, `condition`, `difference`, `change`, `ratio`, `rank`, `extreme`, `count`, or `value`
            for all others.
        sides: What is compared, subtracted or divided; else the value alone.
        rows: The rows that decided, the subject first.
        read: How many rows it read.
        latest: Whether all of them are the latest of their subject, so that their periods may differ.
        holds: Of a condition, 1 if it holds and 0 if not.
        parts: The conditions that `and`, `or` and so on join.
    """

    kind: str = "value"
    sides: tuple[Side, ...] = ()
    rows: tuple[DecidingRow, ...] = ()
    read: int = 0
    latest: bool = False
    holds: float = math.nan
    parts: tuple[Trail, ...] = ()


NO_TRAIL = Trail()
