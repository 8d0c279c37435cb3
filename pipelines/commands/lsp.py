"""The command `lsp`: findings in an editor, in the article and in the dossier's files (Language Server Protocol).

Belongs here: diagnostics, hover and code actions from a check. Does not: checking (`graph.check`), or what findings are
(`report.dossier_findings`). A dossier is checked when one of its files is opened or
saved, a text without one while it is typed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import click

from tidebook.pipelines.commands.checking import checked_folder, checked_text, unreadable_findings
from tidebook.pipelines.commands.outcomes import unwanted_of
from tidebook.pipelines.judge.finding import Finding
from tidebook.pipelines.read.dossier.sections import dossier_above
from tidebook.pipelines.read.settings import settings
from tidebook.pipelines.report.dossier_findings import JudgedRows, Places, Span

if TYPE_CHECKING:
    from lsprotocol import types
    from pygls.lsp.server import LanguageServer

SEVERITIES = {"error": 1, "warning": 2, "note": 3}
"""Levels as the protocol numbers them."""

SOURCE = "tidebook"

TEXTS = (".md", ".markdown", ".html", ".htm", ".txt")
"""Files that are read as a text where no dossier is."""


@dataclass
class _Known:
    """What the last check of a dossier found, by absolute path of the file."""

    findings: dict[Path, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    hovers: dict[Path, list[tuple[Span, str]]] = field(default_factory=lambda: defaultdict(list))


@click.command()
def lsp() -> None:
    """Serve findings to an editor (Language Server Protocol, over stdio)."""
    server().start_io()


def known_of(folder: Path) -> _Known:
    """Check a dossier, and return what there is to show at which place."""
    checked, rows = checked_folder(settings(folder), unwanted_of("wrong"))
    known = _Known()
    for finding in (*unreadable_findings(checked), *checked.findings):
        known.findings[_absolute(finding.file)].append(finding)
    places = Places(folder, rows.cells)
    figures = {row["figure_id"]: row for row in rows.figures}
    for row in rows.figure_outcomes:
        span = places.figure(figures[row["figure_id"]])
        known.hovers[_absolute(span.file)].append((span, _figure_words(row, rows)))
    return known


def _figure_words(row: Any, rows: JudgedRows) -> str:
    """Return what an editor shows of a figure, as Markdown."""
    words = [f"**{row['outcome']}** `{row['figure_id']}`: {row['printed']}", row["reason"]]
    if row["source_id"]:
        words.append(f"Source: {rows.sources.get(row['source_id'], row['source_id'])}")
    return "\n\n".join(words)


def _absolute(file: str) -> Path:
    return Path.cwd() / file


def server() -> LanguageServer:
    """Return the language server.

    Raises:
        ImportError: the package `pygls` is not installed.
    """
    try:
        from lsprotocol import types
        from pygls.lsp.server import LanguageServer
    except ImportError as error:
        raise ImportError('`tidebook lsp` needs the package pygls: pip install "tidebook[lsp]"') from error
    made = LanguageServer("tidebook", version(SOURCE))
    state: dict[Path, _Known] = {}

    def refresh_text(uri: str) -> None:
        """Publish what a text without a dossier says against itself, as it stands in the editor."""
        file = _path(uri)
        if file.suffix not in TEXTS or dossier_above(file):
            return
        document = made.workspace.get_text_document(uri)
        checked = checked_text(str(file), unwanted_of("wrong"), document.source)
        state[file] = _Known(defaultdict(list, {file: checked.findings}))
        lines = document.source.splitlines()
        found = [_diagnostic(finding, lines) for finding in checked.findings]
        made.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found))

    def refresh(uri: str) -> None:
        """Check the dossier of a file, and publish the findings of all its files, none for those that are clean now."""
        folder = dossier_above(_path(uri))
        if folder is None:
            return
        before = state.get(folder, _Known())
        state[folder] = known = known_of(folder)
        for file in {*before.findings, *known.findings}:
            lines = _lines(file)
            found = [_diagnostic(finding, lines) for finding in known.findings.get(file, ())]
            made.text_document_publish_diagnostics(types.PublishDiagnosticsParams(file.as_uri(), found))

    @made.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        refresh(params.text_document.uri)
        refresh_text(params.text_document.uri)

    @made.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        refresh_text(params.text_document.uri)

    @made.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        refresh(params.text_document.uri)

    _answer_queries(made, state)
    return made


def _answer_queries(made: LanguageServer, state: Mapping[Path, _Known]) -> None:
    """Let a server tell what a figure is compared with, and offer the better number.

    Args:
        made: the server.
        state: what is known of each dossier, or text without one.
    """
    from lsprotocol import types

    @made.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        file = _path(params.text_document.uri)
        known = state.get(dossier_above(file) or file, _Known())
        lines = _lines(file)
        for span, words in known.hovers.get(file, ()):
            place = _range(span, lines)
            if place.start <= params.position <= place.end:
                return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, words), place)
        return None

    @made.feature(types.TEXT_DOCUMENT_CODE_ACTION)
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        """Offer the better number for each finding in the range that has one."""
        uri = params.text_document.uri
        file = _path(uri)
        known = state.get(dossier_above(file) or file, _Known())
        found = []
        lines = _lines(file)
        for finding in known.findings.get(file, ()):
            place = _range(finding, lines)
            if finding.suggestion and params.range.start.line <= place.start.line <= params.range.end.line:
                edit = types.WorkspaceEdit(changes={uri: [types.TextEdit(place, finding.suggestion)]})
                title = f"Replace {finding.printed} by {finding.suggestion}"
                found.append(
                    types.CodeAction(
                        title,
                        kind=types.CodeActionKind.QuickFix,
                        edit=edit,
                        diagnostics=[_diagnostic(finding, lines)],
                    )
                )
        return found


def _diagnostic(finding: Finding, lines: list[str]) -> types.Diagnostic:
    from lsprotocol import types

    return types.Diagnostic(
        range=_range(finding, lines),
        message=finding.words,
        severity=types.DiagnosticSeverity(SEVERITIES[finding.level]),
        source=SOURCE,
        code=finding.kind,
    )


def _range(place: Finding | Span, lines: list[str]) -> types.Range:
    """Return a place as the protocol counts: lines from 0, columns in units of UTF-16."""
    from lsprotocol import types

    line = place.line - 1
    text = lines[line] if line < len(lines) else ""
    start = 0 if place.column is None else place.column - 1
    end = len(text) if place.end is None else place.end - 1
    return types.Range(types.Position(line, _units(text, start)), types.Position(line, _units(text, end)))


def _path(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path))


def _lines(file: Path) -> list[str]:
    """Return the lines of a file as it is on disk, which is what was checked; none if it cannot be read."""
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def _units(text: str, column: int) -> int:
    """Return a column in UTF-16 units, in which the protocol counts."""
    return len(text[:column].encode("utf-16-le")) // 2
