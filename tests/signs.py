"""The word of a statement against its statuses: what a reader may see side by side.

Belongs here: which statuses each outcome can have, for tests of the rules and of whole reports. Does not: the rules.
"""

from __future__ import annotations

from collections.abc import Mapping

POSSIBLE = {
    "stands": {"published": ("supported",)},
    "premature": {"written": ("contradicted",), "published": ("supported",)},
    "outdated": {"published": ("contradicted",)},
    "wrong": {"published": ("contradicted", "untestable")},
    "contradicts itself": {"as_printed": ("contradicted",)},
    "depends": {"published": ("depends", "untestable")},
    "revised": {"published": ("supported", "contradicted")},
    "expired": {"published": ("untestable",)},
    "consistent": {"as_printed": ("supported",), "published": ("untestable",)},
    "unchecked": {"as_printed": ("untestable",), "published": ("untestable",)},
    "undecided": {"published": ("untestable",)},
}
"""The statuses of an assertion with each outcome, at the moments at which not every status is possible."""

POSSIBLE_OF_TESTS = {
    "consistent": ("supported",),
    "contradicts itself": ("contradicted",),
    "depends": ("depends", "untestable"),
}
"""The statuses on the printed figures of a consistency test with each outcome."""


def disagreement(outcome: str, statuses: Mapping[str, str]) -> str:
    """Return the first moment at which an assertion cannot have its status, with that status; "" if there is none.

    Where the outcome is that of its number, `number`, the statuses are those of its test and may be any.
    """
    if outcome == statuses.get("number") and outcome in ("wrong", "contradicts itself"):
        return ""
    for moment, possible in POSSIBLE[outcome].items():
        if statuses[moment] not in possible:
            return f"{moment}: {statuses[moment]}"
    if outcome == "wrong" and statuses["published"] == "untestable" and statuses["written"] != "contradicted":
        return f"written: {statuses['written']}"
    if outcome == "depends" and "depends" not in statuses.values():
        return "no moment at which it depends"
    return ""
