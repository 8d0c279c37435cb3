"""All findings on an article: those of its dossier, and what its text says against itself.

Belongs here: putting both together, and quotations that drifted. Does not: findings of outcomes (`dossier_findings`),
reviewing a text (`reviewed_text`), or printing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tidebook.pipelines.judge.drift import Drift
from tidebook.pipelines.judge.finding import Finding, declared_fingerprint
from tidebook.pipelines.judge.text.finding_rows import findings_of_rows
from tidebook.pipelines.read.errors import place_of
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.plugin import reader_of
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.pipelines.read.text.document import read_document, text_lines
from tidebook.pipelines.report.dossier_findings import JudgedRows, Unwanted, findings_of, shown_path
from tidebook.schemas.vocabulary import CONTRADICTS, DRIFTED, UNCOVERED

CLAIMS = "claims"
"""Prefix of the ids of quotations of claims."""


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
        lines = text_lines(read_raw(raw, rows.text))
        # A table of a text that is not the author's own holds no sentences.
        quoted = [{**row, "quote": row["quote"] or lines[row["line"] - 1].strip()} for row in rows.text_findings]
        findings += findings_of_rows(quoted, shown_path(raw / rows.text), fails=unwanted(CONTRADICTS, "grave"))
        findings.sort(key=lambda finding: (finding.level != "error", finding.kind == UNCOVERED))
    if rows.text and reader_of(rows.text):
        document, shown = read_document(read_raw(raw, rows.text)), shown_path(raw / rows.text)
        findings = [each.located(document) if each.file == shown else each for each in findings]
    return findings


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
            tier="",
            severity="",
            level="error",
            file=shown,
            line=line,
            column=first,
            end_line=line,
            end=first + len(row["words"]) if first and row["words"] else None,
            quote=row["quote"],
            printed="",
            expected="",
            why=why,
            evidence=(),
            sources=[],
            fingerprint=declared_fingerprint(kind, own),
        )
