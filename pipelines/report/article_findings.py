"""All findings on an article: those of its dossier, and what its text says against itself.

Belongs here: putting both together, and the findings of a text that has no dossier. Does not: findings of outcomes
(`dossier_findings`), rules on texts (`judge.text`), or printing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tidebook.pipelines.judge.accepted import AcceptedFinding, entries_of
from tidebook.pipelines.judge.drift import Drift
from tidebook.pipelines.judge.finding import Finding, declared_fingerprint
from tidebook.pipelines.judge.text.review import Review, review
from tidebook.pipelines.judge.text.told import told
from tidebook.pipelines.read.errors import place_of
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.rawfile import RawFile, is_there, read_raw
from tidebook.pipelines.read.text.document import Document, read_document
from tidebook.pipelines.report.dossier_findings import JudgedRows, Unwanted, findings_of, shown_path
from tidebook.schemas.vocabulary import UNCOVERED

CLAIMS = "claims"
"""What ids of quotations of claims begin with."""

ACCEPTED_SUFFIX = ".accepted.toml"
"""What is accepted of a text stands in a file of its name with this ending."""


def article_findings(raw: Path, rows: JudgedRows, unwanted: Unwanted) -> list[Finding]:
    """Return all findings on a dossier: first those of its outcomes, gravest first, then those of its text.

    Args:
        raw: its folder.
        rows: what was judged.
        unwanted: which outcomes are errors.

    Raises:
        InputError: a file cannot be read.
    """
    findings = findings_of(raw, rows, unwanted)
    if rows.text:
        path = raw / rows.text
        of_text, _ = reviewed_text(read_raw(raw, rows.text), shown_path(path), unwanted, accepted_in_text(path))
        findings += not_told(of_text, findings)
    return findings


def not_told(of_text: Sequence[Finding], told_already: Sequence[Finding]) -> list[Finding]:
    """Return the findings on a text, without places of which the dossier's findings tell already."""
    known = {(each.file, each.line, each.column) for each in told_already if each.kind != UNCOVERED}
    return [each for each in of_text if (each.file, each.line, each.column) not in known]


def reviewed_text(
    file: RawFile, shown: str, unwanted: Unwanted, accepted: Mapping[str, AcceptedFinding]
) -> tuple[list[Finding], Review]:
    """Return the findings of a text as all outputs share them, and the review that found them.

    Args:
        file: the text.
        shown: the text, as a reader in the working directory names it.
        unwanted: which outcomes are errors; a certain finding is one where `contradicts itself` is.
        accepted: what is accepted, by fingerprint.

    Raises:
        InputError: the text cannot be read.
    """
    return reviewed_document(read_document(file), shown, unwanted, accepted)


def reviewed_document(
    document: Document, shown: str, unwanted: Unwanted, accepted: Mapping[str, AcceptedFinding]
) -> tuple[list[Finding], Review]:
    """Return the same of a text that is read already."""
    found = review(document)
    fails = unwanted("contradicts itself", "grave")
    return list(told(found.findings, shown, fails=fails, accepted=accepted)), found


DRIFTED = "drifted"


def drift_findings(drift: Drift, quotes: Iterable[Row], shown: str) -> Iterator[Finding]:
    """Yield the quotations that a text no longer has, at the words in their place.

    Args:
        drift: what has drifted.
        quotes: rows of `TextQuotes`.
        shown: the text, as a reader in the working directory names it.
    """
    for row in quotes:
        kind, _, name = row["quote_id"].partition("/")
        own = name if kind == CLAIMS else row["quote_id"]
        why = drift.of_claim(own) if kind == CLAIMS else drift.of_figure(own)
        if not why:
            continue
        line, column = place_of(row["locator"])[1:] if row["locator"] else (1, None)
        first = int(column) if column else None
        yield Finding(
            id=own,
            kind=DRIFTED,
            severity="",
            level="error",
            file=shown,
            line=line,
            column=first,
            end=first + len(row["words"]) if first and row["words"] else None,
            quote=row["quote"],
            printed="",
            expected="",
            why=why,
            sources=[],
            fingerprint=declared_fingerprint(kind, own),
        )


def accepted_in_text(text: Path) -> dict[str, AcceptedFinding]:
    """Return what is accepted of a text, by fingerprint: the entries of TEXT.accepted.toml.

    Raises:
        InputError: the file cannot be read.
    """
    path = Path(f"{text}{ACCEPTED_SUFFIX}")
    if not is_there(path.parent, path.name):
        return {}
    return entries_of(RawFile(str(path), read_raw(path.parent, path.name).data))
