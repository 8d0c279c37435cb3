"""Rivals: what else explains why a relation fails in one place.

Belongs here: numbers of which nothing is known where the relation holds. Does not: relations themselves, or which of
several is meant (`search`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations

MOST_SILENT = 8
"""Maximum numbers that are tried together; where more are new, the place is another matter."""


def reference_places(rests: Sequence[tuple[int, float, float]]) -> list[int]:
    """Return the places that show what belongs to a relation: those that hold digit by digit, if half of them do.

    Args:
        rests: of each place where it holds, what remains, and how much rounding allows.
    """
    exact = [place for place, rest, slack in rests if abs(rest) < slack / 100]
    return exact if 2 * len(exact) >= len(rests) > 0 else [place for place, _, _ in rests]


def explain(silent: Sequence[float], rest: float, room: float, signs: Sequence[int] = (1, -1)) -> bool:
    """Whether some numbers, taken off what remains or added to it, leave no more than rounding explains.

    `silent` are numbers of lines that are zero or empty wherever the relation holds: played matches are those won and
    those lost, until one is drawn. Whether such a line belongs to the relation is not known.
    """
    if len(silent) > MOST_SILENT:
        return True
    some = chain.from_iterable(combinations(silent, count) for count in range(1, len(silent) + 1))
    return any(abs(rest + sign * sum(each)) <= room for each in some for sign in signs)
