"""What an editor offers to do about a finding: its quick fixes, and the commands behind them.

Belongs here: code actions of the protocol, and what each does to the dossier's files. Does not: when a file is checked
and what is shown (`lsp`), or accepting and following themselves (`accept`, `follow`).

An editor that can ask a person for a reason says so with `initializationOptions = { "asks": true }`, and has a command
`tidebook.acceptWithReason` that asks and sends the reason back with `tidebook.accept`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from tidebook.pipelines.read.dossier.sections import dossier_above
from tidebook.pipelines.read.errors import InputError, Problem, place_of
from tidebook.pipelines.read.settings import settings
from tidebook.schemas.vocabulary import DRIFTED, UNCOVERED

if TYPE_CHECKING:
    from lsprotocol import types
    from pygls.lsp.server import LanguageServer

    from tidebook.pipelines.judge.finding import Finding
    from tidebook.pipelines.report.dossier_findings import JudgedRows

ASK, ACCEPT, FOLLOW, MATCH, OPEN, REPORT = (
    "tidebook.acceptWithReason", "tidebook.accept", "tidebook.follow", "tidebook.match", "tidebook.open",
    "tidebook.report",
)  # fmt: skip
"""Commands: the first one is the editor's, the others are the server's."""

SCHEMES = ("file", "untitled")
"""Schemes of documents that are checked; an editor shows others too, such as git's version of a file."""


def quick_fixes(
    uri: str, finding: Finding, place: types.Range, rows: JudgedRows, *, asks: bool
) -> Iterator[types.CodeAction]:
    """Yield the quick fixes for a finding: an edit of its number, and commands.

    Args:
        uri: the document.
        finding: what was found in it.
        place: where it is.
        rows: what was judged of its dossier; empty without one.
        asks: whether the editor asks for the reason of an acceptance.
    """
    from lsprotocol import types

    if finding.suggestion:
        edit = types.WorkspaceEdit(changes={uri: [types.TextEdit(place, finding.suggestion)]})
        yield types.CodeAction(
            f"Replace {finding.printed} by {finding.suggestion}", kind=types.CodeActionKind.QuickFix, edit=edit
        )
    if finding.kind == DRIFTED:
        yield _command("Take the new words over into the dossier", FOLLOW, uri, finding.id)
    folder = dossier_above(path_of(uri))
    for file, line in _evidence(finding, rows):
        if folder is not None:
            yield _command(f"Go to the evidence: {file}:{line}", OPEN, (folder.absolute() / file).as_uri(), line)
    if asks and finding.kind != UNCOVERED:
        yield _command("Accept with a reason…", ASK, uri, finding.id)


def match_action(uri: str, name: str) -> types.CodeAction:
    """Return the action that looks for evidence for a figure."""
    return _command(f"Find evidence for {name}", MATCH, uri, name)


def _command(title: str, name: str, *given: Any) -> types.CodeAction:
    from lsprotocol import types

    command = types.Command(title, name, arguments=list(given))
    return types.CodeAction(title, kind=types.CodeActionKind.QuickFix, command=command)


def _evidence(finding: Finding, rows: JudgedRows) -> Iterator[tuple[str, int]]:
    """Yield file and line of the reference that a figure was compared with."""
    for row in rows.figure_outcomes:
        if row["figure_id"] == finding.id and row["source_id"]:
            key = (row["figure_id"], row["basis"], row["day"], row["source_id"])
            locator = rows.references.get(key)
            if locator:
                file, line, _ = place_of(locator)
                yield file, line


def add_commands(made: LanguageServer, later: Callable[..., None], refresh: Callable[[str], None]) -> None:
    """Let a server run the commands of quick fixes.

    Args:
        made: the server.
        later: runs a function after the current work.
        refresh: checks the article of a document again, and publishes its findings.
    """
    from lsprotocol import types

    def reported(change: Callable[[], str], uri: str) -> None:
        try:
            said, kind = change(), types.MessageType.Info
        except InputError as error:
            said, kind = str(error), types.MessageType.Error
        made.window_show_message(types.ShowMessageParams(kind, f"tidebook: {said}"))
        refresh(uri)

    @made.command(ACCEPT)
    def accepted(uri: str, name: str, why: str) -> None:
        later(reported, lambda: _accept(path_of(uri), name, why), uri)

    @made.command(FOLLOW)
    def followed(uri: str, name: str) -> None:
        later(reported, lambda: _follow(path_of(uri), name), uri)

    @made.command(MATCH)
    def matched(uri: str, name: str) -> None:
        later(reported, lambda: _match(path_of(uri), name), uri)

    @made.command(OPEN)
    def opened(uri: str, line: int) -> None:
        start = types.Position(line - 1, 0)
        made.window_show_document(types.ShowDocumentParams(uri, take_focus=True, selection=types.Range(start, start)))

    @made.command(REPORT)
    def shown(uri: str) -> None:
        try:
            report = _report(path_of(uri))
        except InputError as error:
            made.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"tidebook: {error}"))
        else:
            made.window_show_document(types.ShowDocumentParams(report.as_uri(), external=True))


def _accept(file: Path, name: str, why: str) -> str:
    """Accept a finding in the article of a file, and return what was written."""
    from tidebook.pipelines.commands.accept import accept_finding

    written = accept_finding(name, why, dossier=dossier_above(file), text=file)
    return f"accepted {', '.join(written.accepted)}" if written.accepted else f"{name} is accepted already"


def _follow(file: Path, name: str) -> str:
    """Take the new words of a claim or figure over, and return what was changed."""
    from tidebook.pipelines.commands.follow import followed_in

    done = followed_in(_dossier_of(file), name)
    return "; ".join([*done.changed, *done.gone]) or "nothing to follow"


def _match(file: Path, name: str) -> str:
    """Write the reference that fits a figure, and return it with the chance that it fits by accident."""
    from tidebook.pipelines.commands.match import matched_in

    found = matched_in(_dossier_of(file), [name], write=True)
    if not found.proposed:
        return f"no series fits {name}"
    first = found.proposed[0].matches[0]
    return f"{found.path}: {first.expression} is {first.value} (by accident {first.chance:.2g})"


def _report(file: Path) -> Path:
    """Return the page of the newest report of a file's dossier.

    Raises:
        InputError: there is none.
    """
    from tidebook.pipelines.commands.build import report_of

    folder = _dossier_of(file)
    page = report_of(settings(folder))
    if not page.is_file():
        raise InputError(Problem(str(page), f"a report; run `tidebook build {folder}` first"))
    return page.resolve()


def _dossier_of(file: Path) -> Path:
    """Return the dossier that a file belongs to. Raises InputError if it belongs to none."""
    folder = dossier_above(file)
    if folder is None:
        raise InputError(Problem(str(file), "a file of a dossier"))
    return folder


def path_of(uri: str) -> Path:
    """Return the path of a document; a path of no file if its address names none, or one of another machine."""
    try:
        address = urlsplit(uri)
    except ValueError:  # such as file://[
        return Path()
    path = unquote(address.path)
    is_here = address.scheme in SCHEMES and address.netloc in ("", "localhost")
    return Path(path) if is_here and "\0" not in path else Path()
