"""One finding: a place of an article that says what does not hold, with what would be right and why.

Belongs here: the one model behind every output of findings, and the fingerprint that identifies a finding.
Does not: how findings are reached (`figure_outcomes`, `outcomes`), or how they are printed (`report.finding_formats`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.text.blocks import Document

LEVELS = ("error", "warning", "note")
"""Levels of findings: an error makes the command fail, a note matters little or may be right."""

UNREADABLE, CRASHED = "unreadable", "not checked"
"""Kinds that are no findings on the article: an unreadable file, and a failed check."""


Tier = Literal["certain", "likely", "hint"]
TIERS: tuple[Tier, ...] = ("certain", "likely", "hint")
"""How sure a finding on a text is, the surest first."""
LEVEL_OF_TIER = {"certain": "error", "likely": "warning", "hint": "note"}
"""Level by tier: what is certain contradicts itself."""


@dataclass(frozen=True)
class Evidence(JsonDocument):
    """A place that speaks against a number."""

    line: int
    """Line, from 1."""
    column: int
    """First character, from 1."""
    words: str
    """Its words."""
    file: str = ""
    """File; empty for that of the finding."""
    where: str = ""
    """Place in a file without lines, such as page 3; empty for a text."""

    @property
    def place(self) -> str:
        """The place as editors understand it, or in words."""
        if self.where:
            return ", ".join(filter(None, (self.file, self.where)))
        return self.coordinates

    @property
    def coordinates(self) -> str:
        """File, line and column, as they are stored."""
        return ":".join(filter(None, (self.file, str(self.line), str(self.column))))


@dataclass(frozen=True)
class Finding(JsonDocument):
    """A finding at its place."""

    id: str
    """Figure or claim that it is about; of a contradiction within a text, its fingerprint."""
    kind: str
    """Outcome, such as wrong, or the rule that a text breaks, such as total."""
    tier: str
    """How sure a contradiction within a text is: certain, likely or hint; empty for outcomes."""
    severity: str
    """minor, moderate or grave; empty for kinds without one."""
    level: str
    """error if the command fails on it, else warning or note; of a text error if certain, warning if likely."""
    file: str
    """File, relative to the working directory where it lies below it."""
    line: int
    """Line, from 1."""
    column: int | None
    """First character, from 1; null if only the line is known."""
    end_line: int
    """Line of the last character."""
    end: int | None
    """Character after the last, in `end_line`; null if only the line is known."""
    quote: str
    """The sentence or row that it is in; of a statement the words that it quotes, or itself."""
    printed: str
    """The number or words as printed; empty for a statement without a number."""
    expected: str
    """What would be right, as its source or the other places print it; empty if that is not one value."""
    why: str
    """Reason, in one sentence."""
    evidence: tuple[Evidence, ...]
    """The places of a text that speak against it."""
    sources: list[str]
    """Sources of what would be right."""
    fingerprint: str
    """Identity of the finding, which neither lines nor other edits change."""
    off: float = 1.0
    """Difference from what would be right, as a share of the larger of both; 1 where that is undefined."""
    accepted: str = ""
    """Why it is accepted; empty if it is not."""
    suggestion: str = ""
    """Text that would replace the printed number at its place; empty if there is none."""
    where: str = ""
    """Place in a file without lines, such as page 3 of a PDF, whose line is that of its text as read; else empty."""

    @property
    def place(self) -> str:
        """The place as editors understand it, `file:line:column`, or in words: `file, page 3`."""
        if self.where:
            return f"{self.file}, {self.where}"
        column = "" if self.column is None else f":{self.column}"
        return f"{self.file}:{self.line}{column}"

    def with_tier(self, tier: Tier) -> Finding:
        """Return the finding of a text as sure as a tier; what is not certain suggests nothing."""
        suggestion = self.suggestion if tier == "certain" else ""
        return replace(self, tier=tier, level=LEVEL_OF_TIER[tier], suggestion=suggestion)

    def located(self, document: Document) -> Finding:
        """Return the finding with its place, and those of its own document beside it, as its file has them."""
        beside = []
        for each in self.evidence:
            beside.append(each if each.file else replace(each, where=document.where(each.line)))
        return replace(self, where=document.where(self.line), evidence=tuple(beside))

    @property
    def start(self) -> tuple[int, int]:
        """Line and column, the first one if only the line is known."""
        return self.line, self.column or 1

    @property
    def end_in_line(self) -> int | None:
        """The character after the last if it is in the line of the first, where other tools mark it."""
        return self.end if self.end_line == self.line else None

    @property
    def is_of_text(self) -> bool:
        """Whether it is a contradiction within a text, whose numbers have no ids."""
        return bool(self.tier)

    @property
    def words(self) -> str:
        """The finding in one line, without its place."""
        severity = f" ({self.severity})" if self.severity else ""
        if self.is_of_text:
            return f"{self.kind}{severity}: “{self.printed}”: {self.why} (id {self.id})"
        if self.id == f"{self.kind} {self.printed}":  # a number that nothing names
            return f"{self.kind}: “{self.printed}”: {self.why}"
        printed = f" is printed {self.printed};" if self.printed else f", “{self.quote}”:"
        return f"{self.kind}{severity}: {self.id}{printed} {self.why}"


def declared_fingerprint(kind: str, name: str) -> str:
    """Return the identity of a finding on a figure or claim of a dossier: by its id alone.

    Args:
        kind: figure, or the kind of statement.
        name: its id.
    """
    return digest([kind, name])[:16]


_NUMERALS = re.compile(r"(?:\d[\d.,]*|\s)+")
_NUMERAL = re.compile(r"\d[\d.,]*")


def text_fingerprint(rule: str, section: Sequence[str], quote: str, printed: str) -> str:
    """Return the identity of a finding in a text, but for others like it.

    Numerals and blanks are left out, so that it stays the same when lines move or the number changes.

    Args:
        rule: the rule that found it.
        section: the headings above it.
        quote: the sentence or row in which it stands.
        printed: the number or words, whose place among the numerals of the quotation counts.
    """
    before = quote.partition(printed)[0]
    place = len(_NUMERAL.findall(before)) if before != quote else 0
    return digest([rule, [*section], _NUMERALS.sub(" ", quote).strip(), place])[:16]


def next_fingerprint(first: str, occurrence: int) -> str:
    """Return the identity of a finding that has `occurrence` others like it before it in the text."""
    return digest([first, occurrence])[:16] if occurrence else first


def fingerprint_of_0_2(rule: str, quote: str, occurrence: int) -> str:
    """Return the identity that version 0.2 gave a finding in a text; accepted ones may bear it until `OLD_IDS_END`."""
    return digest([rule, _NUMERALS.sub(" ", quote).strip(), occurrence])[:16]
