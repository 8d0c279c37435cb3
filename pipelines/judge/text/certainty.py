"""How sure a rule is: the tier that its precision on untouched material has earned.

Belongs here: the table `certainty.toml`, which `python -m benchmarks.certainty` writes, and what follows from it. Does
not: the rules, or the measurement.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from tidebook.pipelines.judge.text.finding import Tier

FEWEST, MOST_FALSE = 30, 0.05
"""Findings on untouched material from which on a rule may be certain, and the share of false ones up to which it is."""
MOST_FALSE_LIKELY = 0.5
"""The share of false findings up to which a rule is likely; with more it gives hints."""


class Precision(NamedTuple):
    """What a rule found on untouched material.

    Attributes:
        right: planted slips at which it pointed.
        wrong: findings on what is right.
    """

    right: int
    wrong: int

    @property
    def found(self) -> int:
        """All its findings."""
        return self.right + self.wrong

    @property
    def tier(self) -> Tier:
        """The tier that they earn."""
        if self.found >= FEWEST and self.wrong <= MOST_FALSE * self.found:
            return "certain"
        return "likely" if self.wrong <= MOST_FALSE_LIKELY * self.found else "hint"


@cache
def precisions() -> dict[str, Precision]:
    """Return what each rule found, by its name: who judges and the kind, such as `sentence: share`."""
    declared = tomllib.loads(files(__package__).joinpath("certainty.toml").read_text(encoding="utf-8"))
    return {rule: Precision(**row) for rule, row in declared["rules"].items()}


def tier_of(rule: str) -> Tier:
    """Return how sure a rule is; one that was never measured is likely."""
    found = precisions().get(rule)
    return found.tier if found else "likely"
