"""How many numerals of a text are checked, and what became of each.

Belongs here: the model of what a review of a text found, and the share. Does not: how the state of a numeral is found
(`judge.text.coverage`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

# `checked`: with another number it would be a finding. `seen`: a cell has this number and the words name its row, but
# no reading says that it must be this cell, so that it counts for nothing.
STATES = ("checked", "figure", "seen", "set aside", "ignored", "unknown")
UNCHECKED = ("seen", "unknown")
"""States of numbers that nothing was held against."""


class Numeral(NamedTuple):
    """A numeral of the prose: where it stands, its words, its state, and why it has that state."""

    line: int
    column: int
    text: str
    state: str
    why: str


class Coverage(NamedTuple):
    """All numerals of the prose."""

    numerals: list[Numeral]

    @property
    def counts(self) -> dict[str, int]:
        """How many numerals are in each state."""
        found = Counter(numeral.state for numeral in self.numerals)
        return {state: found[state] for state in STATES}

    @property
    def share(self) -> float | None:
        """The share that is checked or declared, of all that are not set aside; None if there are none."""
        return share_covered(numeral.state for numeral in self.numerals)

    @property
    def checked(self) -> float | None:
        """The share that is checked; None if no number counts."""
        return share_checked(numeral.state for numeral in self.numerals)


def share_covered(states: Iterable[str]) -> float | None:
    """Return the share of numbers that are checked or declared, of all that are not set aside; None without any."""
    return _share(states, ("checked", "figure"))


def share_checked(states: Iterable[str]) -> float | None:
    """Return the share of numbers that are checked, of all that are not set aside; None without any."""
    return _share(states, ("checked",))


def _share(states: Iterable[str], wanted: Collection[str]) -> float | None:
    counting = [state for state in states if state != "set aside"]
    return sum(state in wanted for state in counting) / len(counting) if counting else None
