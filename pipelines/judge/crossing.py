"""A value of one figure beyond which a claim has other verdicts.

Belongs here: what outcomes need of it, without imports. Does not: how it is found (`tipping_points`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Crossing:
    """A value of one figure at which interpretations of a claim flip, all others being as they are in a view.

    Attributes:
        value: the figure in the view, in its unit.
        factor: of that value, where it flips the interpretations.
        ranks: the interpretations that have flipped there.
        is_replaced: whether a better value has replaced the printed one in the view.
        drawn: those of them that read an estimate or an open bound.
    """

    claim_id: str
    figure_id: str
    value: float
    factor: float
    ranks: frozenset[int]
    is_replaced: bool
    drawn: frozenset[int]

    @property
    def flip_at(self) -> float:
        """The value of the figure at which they flip."""
        return self.value * self.factor
