"""All findings on an article: those of its dossier, and what its text says against itself.

Belongs here: putting both together, and the findings of a text that has no dossier. Does not: findings of outcomes
(`dossier_findings`), rules on texts (`judge.text`), or printing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tidebook.pipelines.judge.accepted import Accepted, AcceptedInText, entries_of
from tidebook.pipelines.judge.drift import Drift
from tidebook.pipelines.judge.finding import Finding, declared_fingerprint
from tidebook.pipelines.judge.text.finding_rows import finding_rows, findings_of_rows
from tidebook.pipelines.judge.text.review import Review, review
from tidebook.pipelines.read.dossier.sections import accepted_path
from tidebook.pipelines.read.errors import Problem, place_of
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.rawfile import RawFile, is_there, read_raw
from tidebook.pipelines.read.text.document import read_document
from tidebook.pipelines.report.dossier_findings import JudgedRows, Unwanted, findings_of, shown_path
from tidebook.schemas.vocabulary import CONTRADICTS, UNCOVERED

CLAIMS = "claims"
"""What ids of quotations of claims begin with."""


class ReviewedText(NamedTuple):
    """What a text says against itself.

    Attributes:
        findings: in the model that all outputs share.
        review: the review that found them.
        obsolete: a warning for each entry of what is accepted that has no finding any more.
    """

    findings: list[Finding]
    review: Review
    obsolete: list[Problem]


def article_findings(raw: Path, rows: JudgedRows, unwanted: Unwanted) -> list[Finding]:
    """Return all findings on a dossier.

    Errors come first, and of these numbers that nothing accounts for last. Findings of outcomes, gravest first, stand
    before those of the text.

    Args:
        raw: its folder.
        rows: what was judged.
        unwanted: which outcomes are errors.

    Raises:
        InputError: a file cannot be read.
    """
    findings = findings_of(raw, rows, unwanted)
    if rows.text_findings:
        lines = read_raw(raw, rows.text).text().splitlines()
        # A table of a text that is not the author's own holds no sentences.
        quoted = [{**row, "quote": row["quote"] or lines[row["line"] - 1].strip()} for row in rows.text_findings]
        findings += findings_of_rows(quoted, shown_path(raw / rows.text), fails=unwanted(CONTRADICTS, "grave"))
        findings.sort(key=lambda finding: (finding.level != "error", finding.kind == UNCOVERED))
    return findings


def reviewed_own_text(raw: Path, name: str, unwanted: Unwanted) -> ReviewedText:
    """Review the text of a dossier.

    Args:
        raw: the dossier.
        name: the file of the text, relative to it.
        unwanted: which outcomes are errors.

    Raises:
        InputError: the text cannot be read.
    """
    path = raw / name
    return reviewed_text(read_raw(raw, name), shown_path(path), unwanted, accepted_in_text(path))


def reviewed_text(file: RawFile, shown: str, unwanted: Unwanted, accepted: Accepted) -> ReviewedText:
    """Review a text.

    Args:
        file: the text.
        shown: the text, as a reader in the working directory names it.
        unwanted: which outcomes are errors; a certain finding is one where `contradicts itself` is.
        accepted: what is accepted of it.

    Raises:
        InputError: the text cannot be read.
    """
    found = review(read_document(file))
    rows = list(finding_rows(found.findings, accepted.entries))
    findings = list(findings_of_rows(rows, shown, fails=unwanted(CONTRADICTS, "grave")))
    return ReviewedText(findings, found, list(accepted.obsolete({each.fingerprint for each in findings})))


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


def accepted_in_text(text: Path) -> AcceptedInText:
    """Return what is accepted of a text, by fingerprint: the entries of TEXT.accepted.toml.

    Raises:
        InputError: the file cannot be read.
    """
    path = Path(accepted_path(str(text)))
    if not is_there(path.parent, path.name):
        return AcceptedInText()
    return entries_of(RawFile(str(path), read_raw(path.parent, path.name).data))
