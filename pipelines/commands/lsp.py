"""The command `lsp`: findings in an editor, in the article and in the dossier's files (Language Server Protocol).

Belongs here: diagnostics, hover and code actions from a check. Does not: checking (`graph.check`), or what findings are
(`report.dossier_findings`). A dossier is checked when one of its files is opened or saved. While a text is typed, what
it says against itself and what has drifted is told at once; outcomes keep their places until the next save.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from tidebook.pipelines.commands.checking import TEXTS, all_findings, checked_folder, checked_text
from tidebook.pipelines.commands.lsp_actions import add_commands, match_action, path_of, quick_fixes
from tidebook.pipelines.commands.outcomes import unwanted_of
from tidebook.pipelines.commands.readings import against_option, files_beside
from tidebook.pipelines.judge.finding import Finding
from tidebook.pipelines.read.dossier.sections import dossier_above
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.plugin import endings, has_lines
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.regular import read_regular
from tidebook.pipelines.read.settings import settings
from tidebook.pipelines.read.text.document import Document, read_document
from tidebook.pipelines.report.dossier_findings import JudgedRows, Places, Span, shown_path
from tidebook.schemas.vocabulary import DRIFTED

if TYPE_CHECKING:
    from lsprotocol import types
    from pygls.lsp.server import LanguageServer

SEVERITIES = {"error": 1, "warning": 2, "note": 3}
"""Levels, as numbered by the protocol."""

SOURCE = "tidebook"


@dataclass
class _Known:
    """What the last check of a dossier found, by absolute path of the file, and the text that was checked."""

    findings: dict[Path, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    hovers: dict[Path, list[tuple[Span, str]]] = field(default_factory=lambda: defaultdict(list))
    unchecked: dict[Path, list[tuple[Span, str]]] = field(default_factory=lambda: defaultdict(list))
    text: Path | None = None
    lines: list[str] = field(default_factory=list)
    rows: JudgedRows = field(default_factory=JudgedRows)
    checked: list[Finding] = field(default_factory=list)
    hovers_checked: list[tuple[Span, str]] = field(default_factory=list)


@click.command()
@against_option
def lsp(against: tuple[str, ...]) -> None:
    """Serve findings to an editor (Language Server Protocol, over stdio).

    Texts without a dossier are held against the files of --against, too.
    """
    server(against).start_io(_Bounded(sys.stdin.buffer))  # type: ignore[arg-type]


MOST_BYTES, LONGEST_HEADER = 64 * 2**20, 1_000
"""Maximum bytes of a message and of a header line: the longest allowed text takes a third of it."""


class _Bounded:
    """The editor's messages, with limits: a huge message, or an endless header, would fill the memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        """Read a line of a header. Raises InputError if it is too long."""
        line = self._stream.readline(LONGEST_HEADER)
        if len(line) == LONGEST_HEADER and not line.endswith(b"\n"):
            raise InputError(Problem("standard input", f"lines of a header of at most {LONGEST_HEADER:,} bytes"))
        return line

    def read(self, size: int) -> bytes:
        """Read a message. Raises InputError if it is too long."""
        if size > MOST_BYTES:
            expected = f"a message of at most {MOST_BYTES // 2**20} MiB"
            raise InputError(Problem("standard input", expected, text=f"Content-Length: {size}"))
        return self._stream.read(size)


def known_of(folder: Path) -> _Known:
    """Check a dossier, and return what an editor shows at each place."""
    checked, rows = checked_folder(settings(folder), unwanted_of("wrong"))
    known = _Known()
    for finding in all_findings(checked):
        known.findings[_absolute(finding.file)].append(finding)
    places = Places(folder, rows)
    figures = {row["figure_id"]: row for row in rows.figures}
    # What became of a claim comes before its number.
    hovers = [(places.statement(row), _statement_words(row, rows)) for row in rows.outcomes]
    hovers += [(places.figure(figures[row["figure_id"]]), _figure_words(row, rows)) for row in rows.figure_outcomes]
    for span, words in hovers:
        known.hovers[_absolute(span.file)].append((span, words))
    for row in rows.figure_outcomes:
        if row["outcome"] == "unchecked":
            span = places.figure(figures[row["figure_id"]])
            known.unchecked[_absolute(span.file)].append((span, row["figure_id"]))
    known.rows = rows
    if rows.text:
        known.text = folder / rows.text
        known.lines, known.checked = _lines(known.text), [*known.findings[known.text]]
        known.hovers_checked = [*known.hovers[known.text]]
    return known


def take_typed(known: _Known, source: str) -> None:
    """Read a dossier's text as it is in the editor.

    Contradictions and drift are those of these words. Outcomes are those of the last check, at
    the lines where their words are now; those on changed lines are left out.

    Raises:
        InputError: the text cannot be read.
    """
    from tidebook.pipelines.judge.readings.replies import readings_beside
    from tidebook.pipelines.judge.readings.review import review_with_readings
    from tidebook.pipelines.judge.text.duplicates import Duplicates
    from tidebook.pipelines.judge.text.finding_rows import finding_rows, findings_of_rows
    from tidebook.pipelines.report.article_findings import drift_findings
    from tidebook.pipelines.report.reviewed_text import accepted_in_text

    assert known.text is not None and known.rows.drift_in is not None
    shown, rows = shown_path(known.text), known.rows
    document = read_document(RawFile(rows.text, source.encode(errors="surrogatepass")))
    drift, quotes = known.rows.drift_in(document)
    same = Duplicates(document, quotes, rows.figures, rows.figure_outcomes, rows.outcomes)
    of_text = finding_rows(
        review_with_readings(document, readings_beside(known.text).readings).review.findings,
        accepted_in_text(known.text).entries,
        same,
    )
    accepted = {each.fingerprint for each in known.checked if each.accepted}
    drifted = [each for each in drift_findings(drift, quotes, shown) if each.fingerprint not in accepted]
    reported = {each.id for each in drifted}
    moved = _moved(known.lines, source.splitlines())
    known.hovers[known.text] = [
        (replace(span, line=moved[span.line]), words) for span, words in known.hovers_checked if span.line in moved
    ]
    kept = _findings_kept(known.checked, moved, reported)
    known.findings[known.text] = [*drifted, *kept, *findings_of_rows(of_text, shown, fails=True)]


def _findings_kept(checked: Iterable[Finding], moved: Mapping[int, int], reported: Container[str]) -> Iterator[Finding]:
    """Yield the outcomes of the last check whose lines are as they were, at their lines now.

    What is found in the text itself, and what has drifted, is found again in the words that are typed.
    """
    for each in checked:
        if each.is_of_text or each.kind == DRIFTED or each.id in reported:
            continue
        if each.line in moved:
            yield replace(each, line=moved[each.line])


def _moved(before: list[str], after: list[str]) -> dict[int, int]:
    """Return the new position of each unchanged line, from 1."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found = {}
    for first, second, size in matcher.get_matching_blocks():
        for place in range(size):
            found[first + place + 1] = second + place + 1
    return found


def _figure_words(row: Row, rows: JudgedRows) -> str:
    """Return what an editor shows of a figure, as Markdown."""
    words = [f"**{row['outcome']}** `{row['figure_id']}`: {row['printed']}", row["reason"]]
    if row["source_id"]:
        words.append(f"Source: {rows.sources.get(row['source_id'], row['source_id'])}")
    return "\n\n".join(words)


def _statement_words(row: Row, rows: JudgedRows) -> str:
    """Return the card of a statement: what is so, and the rows that decided."""
    head = f"**{row['outcome']}** `{row['statement_id']}`: {row['statement']}\n\n{rows.why(row)}"
    card = rows.card(row)
    return "\n".join([f"{head}\n", *(f"- {line}" for line in card["trail"])]) if card else head


def _absolute(file: str) -> Path:
    return Path.cwd() / file


def server(against: Sequence[str] = ()) -> LanguageServer:
    """Return the language server.

    Args:
        against: files that texts without a dossier are held against.

    Raises:
        InputError: one of them cannot be read.
        ImportError: the package `pygls` is not installed.
    """
    try:
        from lsprotocol import types
        from pygls.lsp.server import LanguageServer
    except ImportError as error:
        raise ImportError('`tidebook lsp` needs the package pygls: pip install "tidebook[lsp]"') from error

    class Server(LanguageServer):
        """A server that tells the editor of one failure at a time.

        Where a message cannot be sent, pygls tries to tell the editor so, which fails in the same way, without end.
        """

        is_reporting = False

        def report_server_error(self, error: Exception, source: Any) -> None:
            if not self.is_reporting:
                self.is_reporting = True
                try:
                    super().report_server_error(error, source)
                finally:
                    self.is_reporting = False

    made = Server("tidebook", version(SOURCE))
    checks = _Checks(made, files_beside(against))

    @made.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        checks.later(checks.refresh, params.text_document.uri)
        checks.was_typed(params.text_document.uri)

    @made.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        checks.was_typed(params.text_document.uri)

    @made.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        checks.later(checks.refresh, params.text_document.uri)

    @made.feature(types.INITIALIZE)
    def starting(params: types.InitializeParams) -> None:
        options: Any = params.initialization_options
        checks.can_ask = isinstance(options, dict) and options.get("asks") is True

    @made.feature(types.SHUTDOWN)
    def ended(params: None) -> None:
        checks.end()

    _answer_queries(made, checks)
    add_commands(made, checks.later, checks.again)
    return made


class _Checks:
    """The checks for an editor, one after another, while the server keeps answering.

    One thread does it: the units of numbers are those of one dossier at a time.

    Attributes:
        state: what is known of each dossier, or text without one.
        lines: the lines of each file to which its published findings refer, saved or not.
        can_ask: whether the editor asks a person for the reason of an acceptance.
        beside: files that texts without a dossier are held against.
    """

    def __init__(self, made: LanguageServer, beside: Sequence[Document] = ()) -> None:
        self.made = made
        self.beside = beside
        self.state: dict[Path, _Known] = {}
        self.lines: dict[Path, list[str]] = {}
        self._worker = ThreadPoolExecutor(1)
        self._newest: dict[str, int] = {}
        self.can_ask = False

    def later(self, task: Callable[..., None], *given: Any) -> None:
        """Run a function after the current work; an error goes to the editor's log."""
        from lsprotocol import types

        def done() -> None:
            try:
                task(*given)
            except Exception as error:
                self.made.window_log_message(types.LogMessageParams(types.MessageType.Error, f"tidebook: {error}"))

        self._worker.submit(done)

    def end(self) -> None:
        """Leave out what has not begun."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def again(self, uri: str) -> None:
        """Check the article of a file after its accepted findings or its dossier have changed."""
        self.refresh(uri)
        self.was_typed(uri)

    def was_typed(self, uri: str) -> None:
        """Check a text as it is in the editor, once for all keys pressed meanwhile."""
        self._newest[uri] = self._newest.get(uri, 0) + 1
        self.later(self._refresh_text, uri, self._newest[uri])

    def _refresh_text(self, uri: str, version: int) -> None:
        """Publish the findings on a text that need no build."""
        file = path_of(uri)
        folder = dossier_above(file)
        if self._newest.get(uri) != version or not is_edited(file):
            return
        source = self.made.workspace.get_text_document(uri).source
        if folder is None:
            checked = checked_text(str(file), unwanted_of("wrong"), source, beside=self.beside)
            self.state[file] = _Known(defaultdict(list, {file: all_findings(checked)}))
            self._log_notes(checked.notes)
        elif folder in self.state and self.state[folder].text == file:
            with suppress(InputError):  # half a sentence may make a quotation ambiguous: the next key tells
                take_typed(self.state[folder], source)
        else:
            return
        self._publish(uri, self.state[folder or file].findings[file], source.splitlines())

    def _log_notes(self, notes: Iterable[str]) -> None:
        """Tell the editor's log which parts of a text are not checked."""
        from lsprotocol import types

        for note in notes:
            self.made.window_log_message(types.LogMessageParams(types.MessageType.Info, f"tidebook: {note}"))

    def refresh(self, uri: str) -> None:
        """Check the dossier of a file, and publish the findings of all its files, none for those that are clean now."""
        folder = dossier_above(path_of(uri))
        if folder is None:
            return
        before = self.state.get(folder, _Known())
        self.state[folder] = known = known_of(folder)
        for file in {*before.findings, *known.findings}:
            self._publish(file.as_uri(), known.findings.get(file, []), _lines(file))

    def _publish(self, uri: str, findings: list[Finding], lines: list[str]) -> None:
        from lsprotocol import types

        self.lines[path_of(uri)] = lines
        found = [_diagnostic(each, lines) for each in findings if not each.accepted]
        self.made.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found))


def _answer_queries(made: LanguageServer, checks: _Checks) -> None:
    """Let a server show what a figure is compared with, and offer the better number."""
    from lsprotocol import types

    @made.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        file = path_of(params.text_document.uri)
        known = checks.state.get(dossier_above(file) or file, _Known())
        lines = checks.lines.get(file) or _lines(file)
        said = []
        for span, words in known.hovers.get(file, ()):
            place = _range(span, lines)
            if place.start <= params.position <= place.end:
                said.append(words)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(said))) if said else None

    @made.feature(types.TEXT_DOCUMENT_CODE_ACTION)
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        """Offer what can be done about each finding, and each figure without evidence, in the range."""
        uri = params.text_document.uri
        file = path_of(uri)
        known = checks.state.get(dossier_above(file) or file, _Known())
        found = []
        lines = checks.lines.get(file) or _lines(file)
        for finding in known.findings.get(file, ()):
            place = _range(finding, lines)
            # The words of a finding in a part, or in a file without lines, are not in the editor.
            if (
                finding.accepted
                or finding.where
                or not params.range.start.line <= place.start.line <= params.range.end.line
            ):
                continue
            for fix in quick_fixes(uri, finding, place, known.rows, asks=checks.can_ask):
                fix.diagnostics = [_diagnostic(finding, lines)]
                found.append(fix)
        for span, name in known.unchecked.get(file, ()):
            place = _range(span, lines)
            if place.start <= params.range.end and params.range.start <= place.end:
                found.append(match_action(uri, name))
        return found


def _diagnostic(finding: Finding, lines: list[str]) -> types.Diagnostic:
    from lsprotocol import types

    start = types.Position(0, 0)
    return types.Diagnostic(
        range=types.Range(start, start) if finding.where else _range(finding, lines),
        message=f"{finding.where}: {finding.words}" if finding.where else finding.words,
        severity=types.DiagnosticSeverity(SEVERITIES[finding.level]),
        source=SOURCE,
        code=finding.kind,
    )


def _range(place: Finding | Span, lines: list[str]) -> types.Range:
    """Return a range as the protocol counts: lines from 0, columns in UTF-16 units."""
    from lsprotocol import types

    line = place.line - 1
    text = lines[line] if line < len(lines) else ""
    start = 0 if place.column is None else place.column - 1
    end = len(text) if place.end is None else place.end - 1
    return types.Range(types.Position(line, _units(text, start)), types.Position(line, _units(text, end)))


def is_edited(file: Path) -> bool:
    """Whether a file is a text whose lines an editor shows."""
    return file.suffix.lower() in {*TEXTS, *endings()} and has_lines(file.name)


def _lines(file: Path) -> list[str]:
    """Return the lines of a file as it is on disk, which is what was checked; none if it cannot be read.

    A device is not read: on the standard input the editor speaks.
    """
    try:
        return read_regular(file.parent.resolve(), file.name).decode("utf-8-sig").splitlines()
    except (OSError, RuntimeError, UnicodeDecodeError):  # RuntimeError: a loop of links
        return []


def _units(text: str, column: int) -> int:
    """Return a column in UTF-16 units, in which the protocol counts."""
    return len(text[:column].encode("utf-16-le")) // 2
