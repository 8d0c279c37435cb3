"""What the article's text says against itself, as the report shows it: each slip at its line, and what would be right.

Belongs here: the rows of `text_findings` that no figure or claim tells too. Does not: how they are found
(`judge.text`), or how the first screen composes them with figures and claims (`headline`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.report.words import as_prose, ended
from tidebook.schemas.vocabulary import SEVERITIES, TEXT_TIERS


@dataclass(frozen=True)
class TextFinding:
    """Words of the text that other words of it contradict.

    Attributes:
        line: the line of the text in which they stand.
        printed: the words.
        better: what would be right if the others are; "" where that is not one number.
        why: what follows from what.
        quote: the sentence; "" where a release may not hold it.
        accepted: why it is accepted, "" if it is not.
    """

    finding_id: str
    severity: str
    off: float
    line: int
    printed: str
    better: str
    why: str
    quote: str
    accepted: str

    @property
    def anchor(self) -> str:
        """The id of its place in the report."""
        return f"text-{self.finding_id}"

    @property
    def title(self) -> str:
        """Its name at the start of a line."""
        return f"Line {self.line} of the text"

    @property
    def graveness(self) -> tuple[int, float]:
        """The key by which findings sort, the least grave first."""
        return SEVERITIES.index(self.severity), self.off


@dataclass(frozen=True)
class TextSection:
    """Where the text contradicts itself for certain, where it is likely, what is accepted, and what was not read."""

    certain: Sequence[TextFinding] = ()
    likely: Sequence[TextFinding] = ()
    accepted: Sequence[TextFinding] = ()
    left_out: Sequence[str] = ()


NO_TEXT = TextSection()


def text_section(rows: Iterable[Row], left_out: Iterable[Row] = ()) -> TextSection:
    """Return the findings on a text that stand alone, in the order of the table: the surest first.

    Args:
        rows: rows of the table `text_findings`.
        left_out: rows of the table `text_left_out`.
    """
    accepted: list[TextFinding] = []
    open_: dict[str, list[TextFinding]] = {tier: [] for tier in TEXT_TIERS}
    for row in rows:
        if not row["told_by"]:
            finding = _text_finding(row)
            (accepted if finding.accepted else open_[row["tier"]]).append(finding)
    return TextSection(open_["certain"], open_["likely"], accepted, [row["words"] for row in left_out])


def _text_finding(row: Row) -> TextFinding:
    return TextFinding(
        finding_id=row["finding_id"],
        severity=row["severity"],
        off=row["off"],
        line=row["line"],
        printed=as_prose(row["printed"]),
        better=as_prose(row["expected"] or ""),
        why=ended(as_prose(row["why"])),
        quote=as_prose(row["quote"] or ""),
        accepted=as_prose(row["accepted"] or ""),
    )
