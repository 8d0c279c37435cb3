"""How many of the article's claims hold, are false, or could not be tested: one count for sentences and charts.

Belongs here: the groups that claims are counted in, of which each claim is in one, and their sentence. Does not: how a
claim is judged (`judge.outcomes`), or counts of figures (`figures`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from tidebook.pipelines.read.formatting import format_count

ASSERTION = "assertion"
"""The kind of a statement that the article makes; all others are our tests."""

MINOR = "minor"
"""The severity of figures and statements that lists fold and count apart, and the group of such claims."""

UNTESTED = "untested"
"""The group of claims that no available evidence tests."""

GROUPS = {
    "stands": "stands",
    "consistent": "consistent",
    "drifted": "drifted",
    "contradicts itself": "contradicts itself",
    "wrong": "false",
    "outdated": "false",
    "premature": "premature",
    "depends": "depends",
    "revised": "revised",
    "expired": UNTESTED,
    "unchecked": UNTESTED,
    "undecided": UNTESTED,
}
"""The group of a claim by its outcome, unless its error is minor."""


class Counted(Protocol):
    """The facts that decide a claim's group."""

    @property
    def kind(self) -> str:
        """Whether it is an assertion of the article or a test of ours."""

    @property
    def outcome(self) -> str:
        """Its outcome."""

    @property
    def severity(self) -> str:
        """How far off it is."""


@dataclass(frozen=True)
class ClaimCounts:
    """The number of claims in each group, and of all together."""

    groups: Mapping[str, int]

    @property
    def total(self) -> int:
        """All claims of the article: the one denominator."""
        return sum(self.groups.values())

    @property
    def untested(self) -> int:
        """The claims that no available evidence tests."""
        return self.groups[UNTESTED]

    @property
    def tested(self) -> int:
        """The claims that available evidence tests."""
        return self.total - self.untested

    @property
    def words(self) -> str:
        """How many claims hold, how many do not, and how many could not be tested.

        Where none holds, what only the article's own figures speak of is told apart from what is false.
        """
        total, standing, agree = self.total, self.groups["stands"], self.groups["consistent"]
        false = sum(self.groups[group] for group in ("false", "contradicts itself", "drifted"))
        claims = format_count(total, "claim")
        if total and self.untested == total:
            return f"None of {claims} could be tested"
        untested = f"; {self.untested} could not be tested" if self.untested else ""
        against = f", {false} {'does' if false == 1 else 'do'} not" if false else ""
        if agree and not standing:
            verb = "agrees" if agree == 1 else "agree"
            own = f"{agree} {verb} with the article’s own figures{against}"
            return f"No other source confirms any of {claims}; {own}{untested}"
        if false and not standing:
            return f"{false} of {claims} {'does' if false == 1 else 'do'} not hold{untested}"
        return f"{standing or 'None'} of {claims} {'holds' if standing <= 1 else 'hold'}{against}{untested}"


def group_of(claim: Counted) -> str:
    """Return the group that a claim is counted in."""
    return MINOR if claim.severity == MINOR else GROUPS[claim.outcome]


def claim_counts(statements: Iterable[Counted]) -> ClaimCounts:
    """Count the article's claims, without tests of its consistency."""
    return ClaimCounts(Counter(group_of(each) for each in statements if each.kind == ASSERTION))
