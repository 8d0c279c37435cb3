"""Findings on a text: made at two places of it that cannot both be right, and put in order.

Belongs here: how a finding of any rule is made, its id, and the order of findings. Does not: the rules that find them,
or what a finding is (`judge.finding`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tidebook.pipelines.judge.finding import (
    LEVEL_OF_TIER,
    TIERS,
    Evidence,
    Finding,
    Tier,
    next_fingerprint,
    text_fingerprint,
)
from tidebook.pipelines.judge.text.wording import REPLACEABLE
from tidebook.pipelines.read.text.document import Document

__all__ = ["TIERS", "Evidence", "Finding", "Span", "Tier", "finding", "share_off", "sure_enough", "worst_first"]

GRAVE, MINOR = 0.5, 0.01
"""Shares of the larger value from which on a difference is grave, and below which it is minor, as for figures."""


class Span(NamedTuple):
    """A part of the source of a text: the offsets of its first character and behind its last, and its words.

    `document` is another text that it is in, None for the one that is judged.
    """

    start: int
    end: int
    words: str
    document: Document | None = None


def finding(
    document: Document,
    kind: str,
    tier: Tier,
    at: Span,
    quote: str,
    expected: str,
    why: str,
    evidence: Iterable[Span],
    off: float = 1.0,
    sources: Sequence[str] = (),
) -> Finding:
    """Return the finding on a part of a text."""
    start, end = document.place(at.start), document.place(at.end)
    name = text_fingerprint(kind, document.headings_above(at.start), quote, at.words)
    return Finding(
        id=name,
        kind=kind,
        tier=tier,
        severity=_severity(abs(off)),
        level=LEVEL_OF_TIER[tier],
        file=document.name,
        line=start.line,
        column=start.column,
        end_line=end.line,
        end=end.column,
        quote=quote,
        printed=at.words,
        expected=expected,
        why=why,
        evidence=tuple(_evidence(document, span) for span in evidence),
        sources=[*sources],
        fingerprint=name,
        off=min(abs(off), 1.0),
        suggestion=expected if tier == "certain" and kind in REPLACEABLE else "",
        where=document.where(start.line),
    )


def _evidence(document: Document, span: Span) -> Evidence:
    """Return a place, in the document itself unless its span names another one."""
    file = span.document.name if span.document else ""
    of = span.document or document
    place = of.place(span.start)
    return Evidence(*place, span.words, file, of.where(place.line))


def _severity(off: float) -> str:
    if off >= GRAVE:
        return "grave"
    return "minor" if off < MINOR else "moderate"


def share_off(one: float, other: float) -> float:
    """Return how far two values are apart, as a share of the larger; 1 if both are zero."""
    largest = max(abs(one), abs(other))
    return abs(one - other) / largest if largest else 1.0


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with the surest first, then those that are farthest off, then in the order of the text.

    A rule's findings at one place count once. Equal rows below one heading are told apart by their order.
    """
    ordered = sorted(findings, key=lambda each: (TIERS.index(each.tier), -each.off, each.line, each.column))
    distinct: dict[tuple[str, int, int | None], Finding] = {}
    for each in ordered:
        distinct.setdefault((each.kind, each.line, each.column), each)
    seen: Counter[str] = Counter()
    names: dict[tuple[str, int, int | None], str] = {}
    for key, each in sorted(distinct.items(), key=lambda item: (item[1].line, item[1].column)):
        names[key] = next_fingerprint(each.id, seen[each.id])
        seen[each.id] += 1
    return [replace(each, id=names[key], fingerprint=names[key]) for key, each in distinct.items()]


def sure_enough(findings: Sequence[Finding], tier: Tier) -> list[Finding]:
    """Return the findings that are at least as sure as a tier."""
    return [each for each in findings if TIERS.index(each.tier) <= TIERS.index(tier)]
