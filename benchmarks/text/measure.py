"""How many planted slips are caught, by kind, and how often an untouched document raises a false alarm.

Belongs here: which finding catches which slip. Does not: the slips (`slips`), or other tools (`others`).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from benchmarks.text.documents import Document, rendered
from benchmarks.text.slips import KINDS, Slip
from tidebook.pipelines.judge.readings.review import review_with_readings
from tidebook.pipelines.judge.text.finding import TIERS, Finding
from tidebook.pipelines.judge.text.review import Review
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import Document as Text
from tidebook.pipelines.read.text.document import read_document

SHOWN = ("certain", "likely")
"""The tiers that `read` shows by default."""


def read_text(markdown: str) -> Text:
    """Read a text in Markdown."""
    return read_document(RawFile("document.md", markdown.encode()), "markdown")


def reviewed(markdown: str) -> Review:
    """Check a text in Markdown against itself, hints included."""
    return review_with_readings(read_text(markdown), [], hints=True).review


class Untouched(NamedTuple):
    """An untouched document, the findings on it, and how many seconds they took."""

    document: Document
    findings: list[Finding]
    seconds: float


def untouched(found: Sequence[Document]) -> list[Untouched]:
    """Review documents as they are."""
    result = []
    for document in found:
        text = rendered(document).text
        begin = time.process_time()
        findings = reviewed(text).findings
        result.append(Untouched(document, findings, time.process_time() - begin))
    return result


class Told:
    """The findings on a document with a slip, as far as they point at that slip."""

    def __init__(self, slip: Slip, before: Sequence[Finding]) -> None:
        self.slip = slip
        self.before = {(finding.kind, finding.line, finding.printed) for finding in before}

    @cached_property
    def findings(self) -> list[Finding]:
        """The findings that point at the slip and that the untouched document does not have."""
        return [each for each in reviewed(self.slip.text).findings if self._is_new(each) and points_at(each, self.slip)]

    def by(self, tiers: Sequence[str]) -> bool:
        """Whether a finding of one of these tiers points at the slip."""
        return any(each.tier in tiers for each in self.findings)

    def _is_new(self, finding: Finding) -> bool:
        return (finding.kind, finding.line, finding.printed) not in self.before


def points_at(finding: Finding, slip: Slip) -> bool:
    """Whether a finding is about a slip or cites it as evidence; for a word, a number beside it will do."""
    places = [(slip.start, slip.end)]
    if slip.kind == "direction word":
        places += [(start, start + 1) for start in (slip.number, *slip.by)]
    spans = list(_spans(finding, slip.text))
    return any(begin < last and first < end for begin, end in spans for first, last in places)


def _spans(finding: Finding, text: str) -> Iterator[tuple[int, int]]:
    """Yield where the words of a finding and of its evidence are in a text."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    yield (
        starts[finding.line - 1] + (finding.column or 1) - 1,
        starts[finding.end_line - 1] + (finding.end or 1) - 1,
    )
    for each in finding.evidence:
        begin = starts[each.line - 1] + each.column - 1
        yield begin, begin + len(each.words)


def alarms(found: Sequence[Untouched]) -> Iterator[str]:
    """Yield a line per tier with the findings on untouched documents, which count as false alarms until checked."""
    for tier in TIERS:
        findings = [[each for each in one.findings if each.tier == tier] for one in found]
        kinds = Counter(each.kind for one in findings for each in one)
        told = f": {', '.join(f'{kind} {count}' for kind, count in kinds.most_common())}" if kinds else ""
        yield f"{tier}: {kinds.total()} in {sum(map(bool, findings))} of {len(found)} untouched documents{told}"


def table(slips: Sequence[Slip], told: Sequence[Told]) -> Iterator[str]:
    """Yield a table of the slips that are found, by kind, in prose and in tables; with hints in parentheses."""
    yield "| slips found | in prose | in tables |\n|---|---:|---:|"
    for kind in (*KINDS, ""):
        row = []
        for in_table in (False, True):
            chosen = [
                each for slip, each in zip(slips, told, strict=True)
                if slip.in_table == in_table and kind in ("", slip.kind)
            ]  # fmt: skip
            row.append(_share(chosen))
        yield f"| {kind or 'all'} | {row[0]} | {row[1]} |"


def _share(told: Sequence[Told]) -> str:
    if not told:
        return ""
    shown = sum(each.by(SHOWN) for each in told)
    with_hints = sum(each.by(TIERS) for each in told)
    hints = f", with hints {with_hints}" if with_hints > shown else ""
    return f"{shown} of {len(told)} ({shown / len(told):.0%}{hints})"
