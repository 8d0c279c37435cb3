"""The wordings of `rules.toml`: what the words around a number make of it.

Belongs here: choosing the rule. Does not: the clause around it (`parse`).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tidebook.pipelines.judge.readings.statements.lexicon import class_of, directions

_UNITS = {"percent": "percent", "percentage point": "points", "basis point": "points", "ratio": "ratio"}


@dataclass(frozen=True)
class Around:
    """The words around a number, and what holds of its clause."""

    before: str
    behind: str
    unit: str
    changes: bool
    has_direction: bool
    is_first: bool
    has_subject_before: bool

    def meets(self, condition: str) -> bool:
        """Whether a condition of a rule holds."""
        return {
            "": True,
            "direction": self.has_direction,
            "changes first no subject before": self.changes and self.is_first and not self.has_subject_before,
        }[condition]


@dataclass(frozen=True)
class Rule:
    """A wording, with what it makes of a number; the fields are those of `rules.toml`."""

    id: str
    operation: str
    before: re.Pattern[str] | None = None
    behind: re.Pattern[str] | None = None
    units: frozenset[str] = frozenset()
    when: str = ""
    direction: str = ""
    second: str = ""
    role: str = ""

    def fits(self, around: Around) -> bool:
        """Whether the words around a number are of this wording."""
        if self.units and _UNITS.get(around.unit, "other") not in self.units:
            return False
        if self.before and not self.before.search(around.before):
            return False
        if self.behind and not self.behind.match(around.behind):
            return False
        return around.meets(self.when)


@cache
def _rules() -> tuple[Rule, ...]:
    declared = tomllib.loads(files(__package__).joinpath("rules.toml").read_text(encoding="utf-8"))
    return tuple(_rule(**each) for each in declared["rules"])


def _rule(before: str = "", behind: str = "", units: tuple[str, ...] = (), **others: Any) -> Rule:
    others["before"] = re.compile(_filled(before)) if before else None
    others["behind"] = re.compile(_filled(behind)) if behind else None
    return Rule(units=frozenset(units), **others)


def _filled(text: str) -> str:
    """Return a pattern with the words of its classes."""
    classes = {
        "{change}": directions(),
        "{noun}": class_of("change_nouns"),
        "{exceeding}": class_of("exceeding"),
    }
    for name, words in classes.items():
        text = text.replace(name, "|".join(sorted(words, key=lambda word: (-len(word), word))))
    return text


def rule_for(around: Around) -> Rule | None:
    """Return the first rule that fits, None where the number is a level."""
    return next((rule for rule in _rules() if rule.fits(around)), None)
