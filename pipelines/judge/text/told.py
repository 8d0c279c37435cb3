"""Findings of a text in the model that all outputs share (`judge.finding`).

Belongs here: severity, level and fingerprint of what a text says against itself. Does not: the rules that find it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from tidebook.pipelines.judge.accepted import AcceptedFinding
from tidebook.pipelines.judge.finding import Finding, text_fingerprint
from tidebook.pipelines.judge.text import finding as of_text

LEVELS = {"certain": "error", "likely": "warning", "hint": "note"}
"""Level by tier: a text that states its own arithmetic, and misses it, contradicts itself."""

REPLACED = ("change", "growth", "share", "test", "total")
"""Kinds whose expected words can stand in place of those printed; others tell what would be right."""

GRAVE, MINOR = 0.5, 0.01
"""Shares of the larger value from which on a difference is grave, and below which it is minor, as for figures."""


def told(
    findings: Iterable[of_text.Finding], file: str, *, fails: bool, accepted: Mapping[str, AcceptedFinding]
) -> Iterator[Finding]:
    """Yield findings of a text as others print them, in their order.

    Args:
        findings: what the text says against itself.
        file: the text, as a reader in the working directory names it.
        fails: whether a command fails on what is certain.
        accepted: what is accepted, by fingerprint.
    """
    seen: Counter[str] = Counter()
    for each in findings:
        first = text_fingerprint(each.kind, each.quote, 0)
        fingerprint = text_fingerprint(each.kind, each.quote, seen[first])
        seen[first] += 1
        severity = _severity(each.off)
        entry = accepted.get(fingerprint)
        why = entry.why if entry and entry.covers(each.kind, severity, each.printed) else ""
        yield Finding(
            id=fingerprint,
            kind=each.kind,
            severity=severity,
            level=_level(each.tier, fails=fails, is_accepted=bool(why)),
            file=file,
            line=each.line,
            column=each.column,
            end=each.end.column if each.end.line == each.line else None,
            quote=each.quote,
            printed=each.printed,
            expected=each.expected,
            why=each.why,
            sources=[],
            fingerprint=fingerprint,
            accepted=why,
            suggestion=each.expected if each.tier == "certain" and each.kind in REPLACED else "",
        )


def _level(tier: of_text.Tier, *, fails: bool, is_accepted: bool) -> str:
    if is_accepted:
        return "note"
    return "warning" if tier == "certain" and not fails else LEVELS[tier]


def _severity(off: float) -> str:
    if off >= GRAVE:
        return "grave"
    return "minor" if off < MINOR else "moderate"
