"""The servers for editors and assistants, each driven by a client of its protocol."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, edit
from tests.oracles import language_client, language_protocol, lsp, mcp
from tidebook.pipelines.commands.mcp import server

SALES = "shops/north/sales"


def called(root: Path, tool: str, **arguments: str) -> Any:
    """Return what a tool answers, as an assistant gets it."""

    async def call() -> Any:
        async with mcp.Client(server(root)) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(call())


def test_an_assistant_learns_what_does_not_hold_and_where(raw: Path) -> None:
    answer = called(raw.parent, "check", article="raw").structured_content
    (wrong, *_) = answer["findings"]
    assert (wrong["id"], wrong["line"], wrong["column"], wrong["expected"]) == (SALES, 2, 7, "$24.1M")
    assert answer["outcomes"]["north_leads"] == "consistent"


def test_an_assistant_reads_a_text_that_is_in_no_file(tmp_path: Path) -> None:
    answer = called(tmp_path, "read_text", text="Sales rose from $25 million to $30 million, up 25%.")
    (slip,) = answer.structured_content["findings"]
    assert (slip["printed"], slip["expected"], slip["column"]) == ("25%", "20%", 48)
    assert answer.structured_content["notes"] == []


def test_an_assistant_learns_which_part_of_a_text_was_not_checked(tmp_path: Path) -> None:
    table = "| Town | A |\n|---|---|\n" + "| North | 1 |\n" * 1_001
    (note,) = called(tmp_path, "read_text", text=table).structured_content["notes"]
    assert "expected at most 1,000 rows" in note


def test_an_assistant_may_list_and_trace(raw: Path) -> None:
    (figure,) = called(raw, "figures", outcome="wrong").structured_content["result"]
    assert figure["id"] == SALES
    (claim,) = called(raw, "claims", outcome="depends").structured_content["result"]
    assert claim["id"] == "south_follows"
    assert any("$24.1M" in line for line in called(raw, "explain", id=SALES).structured_content["result"])


def test_an_assistant_reads_nothing_outside_and_gets_an_error_for_bad_input(raw: Path) -> None:
    assert "expected a folder below the one" in called(raw, "check", article="..").content[0].text
    edit(raw / "article" / "shops.csv", "$30M", "thirty-ish")
    assert "thirty-ish" in called(raw, "figures").content[0].text


@pytest.mark.parametrize("article", ["loop", "a\0b", "x" * 5_000, "x/" * 3_000])
def test_a_path_that_leads_nowhere_is_reported_in_words(tmp_path: Path, article: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for tool in ("check", "figures", "claims"):
        assert "expected a folder whose path can be followed" in called(tmp_path, tool, article=article).content[0].text


def test_an_editor_shows_a_finding_its_source_and_the_better_number(raw: Path) -> None:
    edit(raw / "article" / "shops.csv", "North,", "Nörth 🏬,")
    asyncio.run(asyncio.wait_for(edited(raw), 60))


def _converter() -> Any:
    """Return the converter of messages, mended: its library reads every code action with a command as a command."""
    made = language_protocol.default_converter()
    made.register_structure_hook(lsp.Command | lsp.CodeAction, lambda given, _: made.structure(given, lsp.CodeAction))
    return made


class Editor:
    """A client of the language server, and what the server has published by file."""

    def __init__(self, *, asks: bool = False, folder: Path | None = None) -> None:
        self.client = language_client.LanguageClient("test", "1", converter_factory=_converter)
        self.published: dict[str, list[lsp.Diagnostic]] = {}
        self.documents: list[lsp.ShowDocumentParams] = []
        self.messages: list[str] = []
        self.options = {"asks": True} if asks else None
        self.folder = folder

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def told(params: lsp.PublishDiagnosticsParams) -> None:
            self.published[params.uri] = list(params.diagnostics)

        @self.client.feature(lsp.WINDOW_SHOW_MESSAGE)
        def said(params: lsp.ShowMessageParams) -> None:
            self.messages.append(params.message)

        @self.client.feature(lsp.WINDOW_SHOW_DOCUMENT)
        def shown(params: lsp.ShowDocumentParams) -> lsp.ShowDocumentResult:
            self.documents.append(params)
            return lsp.ShowDocumentResult(success=True)

    async def start(self, file: Path) -> None:
        """Start the server, and open a file."""
        await self.client.start_io(sys.executable, "-m", "tidebook", "lsp", cwd=self.folder)
        begun = lsp.InitializeParams(lsp.ClientCapabilities(), initialization_options=self.options)
        await self.client.initialize_async(begun)
        item = lsp.TextDocumentItem(file.as_uri(), "", 1, file.read_text())
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    async def open(self, file: Path) -> lsp.Diagnostic:
        """Open a file, and return its only finding."""
        await self.start(file)
        while not self.published.get(file.as_uri()):
            await asyncio.sleep(0.05)
        (found,) = self.published[file.as_uri()]
        return found

    async def fixes(self, uri: str, found: lsp.Diagnostic) -> list[lsp.CodeAction]:
        """Return what the server offers to do about a finding."""
        asked = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), found.range, lsp.CodeActionContext([found]))
        return [*(await self.client.text_document_code_action_async(asked) or ())]

    async def run(self, fix: lsp.CodeAction) -> None:
        """Run the command of a quick fix."""
        assert fix.command
        await self.command(fix.command.command, *(fix.command.arguments or ()))

    async def command(self, name: str, *given: object) -> None:
        """Let the server run a command."""
        await self.client.workspace_execute_command_async(lsp.ExecuteCommandParams(name, list(given)))

    async def next_message(self) -> str:
        """Wait for the next message to a person."""
        while not self.messages:
            await asyncio.sleep(0.05)
        return self.messages.pop(0)

    async def close_when_clean(self, file: Path) -> None:
        """Wait until a file has no finding, and end the server."""
        while self.published[file.as_uri()]:
            await asyncio.sleep(0.05)
        await self.end()

    async def end(self) -> None:
        """End the server, and wait for it."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()


async def edited(raw: Path) -> None:
    """Open a table, hover over its wrong figure, take the better number, and see that nothing is left."""
    editor, table = Editor(), raw / "article" / "shops.csv"
    wrong = await editor.open(table)
    start = len("Nörth 🏬,".encode("utf-16-le")) // 2
    assert (wrong.range.start, wrong.range.end) == (lsp.Position(1, start), lsp.Position(1, start + 4))
    document = lsp.TextDocumentIdentifier(table.as_uri())
    shown = await editor.client.text_document_hover_async(lsp.HoverParams(document, wrong.range.start))
    assert shown
    assert "$24.1M" in str(shown.contents)
    asked = lsp.CodeActionParams(document, wrong.range, lsp.CodeActionContext([wrong]))
    action, _ = await editor.client.text_document_code_action_async(asked) or ()
    assert action.title == "Replace $30M by $24.1M"
    edit(table, "$30M", "$24.1M")
    editor.client.text_document_did_save(lsp.DidSaveTextDocumentParams(document))
    await editor.close_when_clean(table)


def test_an_editor_shows_what_a_text_misses_while_it_is_typed(tmp_path: Path) -> None:
    text = tmp_path / "text.md"
    text.write_text("Sales rose from $25 million to $30 million, up 25%.\n")
    asyncio.run(asyncio.wait_for(typed(text), 60))


async def typed(text: Path) -> None:
    """Open a text with a slip, and mend it without saving."""
    editor = Editor()
    slip = await editor.open(text)
    assert slip.range.start == lsp.Position(0, 47)
    version = lsp.VersionedTextDocumentIdentifier(2, text.as_uri())
    repaired = lsp.TextDocumentContentChangePartial(slip.range, "20%")
    editor.client.text_document_did_change(lsp.DidChangeTextDocumentParams(version, [repaired]))
    await editor.close_when_clean(text)


def test_a_better_number_stands_in_the_words_that_are_typed_not_in_those_on_disk(tmp_path: Path) -> None:
    text = tmp_path / "text.md"
    text.write_text(
        "Boxes of South fell by 15.0% from 2022 to 2023.\n\n| Shop | 2022 (boxes) | 2023 (boxes) |\n|---|---:|---:|\n"
        "| North | 40,113 | 44,127 |\n| South | 20,052 | 18,045 |\n| West | 31,276 | 33,918 |\n"
    )
    asyncio.run(asyncio.wait_for(lengthened(text), 60))


async def lengthened(text: Path) -> None:
    """Put words before a slip without saving, and look where the better number would go."""
    editor, uri = Editor(), text.as_uri()
    slip = await editor.open(text)
    start = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    words = "The great fair 🏬 is over, as everybody knows. "
    longer = lsp.TextDocumentContentChangePartial(start, words)
    version = lsp.VersionedTextDocumentIdentifier(2, uri)
    editor.client.text_document_did_change(lsp.DidChangeTextDocumentParams(version, [longer]))
    while editor.published[uri] == [slip]:
        await asyncio.sleep(0.05)
    (moved,) = editor.published[uri]
    assert moved.range.start.character == slip.range.start.character + len(words.encode("utf-16-le")) // 2
    document = lsp.TextDocumentIdentifier(uri)
    asked = lsp.CodeActionParams(document, moved.range, lsp.CodeActionContext([moved]))
    (action,) = await editor.client.text_document_code_action_async(asked) or ()
    assert action.edit and action.edit.changes
    assert [edit.range for edit in action.edit.changes[uri]] == [moved.range]
    await editor.end()


def test_an_editor_shows_drift_while_a_text_is_typed_and_keeps_outcomes_at_their_words(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "tests" / "ferries", tmp_path / "ferries"))
    edit(folder / "article.md", "| 80,300 | 96,360 |", "| 80,300 | 69,360 |")
    asyncio.run(asyncio.wait_for(drifting(folder / "article.md"), 120))


async def drifting(text: Path) -> None:
    """Open a text with a wrong total, and change words above it that a claim quotes, without saving."""
    editor, uri = Editor(), text.as_uri()

    def told() -> dict[str, int]:
        """Return the kinds of findings with the line of each, from 0."""
        return {str(each.code): each.range.start.line for each in editor.published.get(uri, ())}

    await editor.start(text)
    while "contradicts itself" not in told():
        await asyncio.sleep(0.05)
    before = told()
    assert "drifted" not in before
    lines = text.read_text().splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("The harbour counts"))
    start = lsp.Range(lsp.Position(place, 0), lsp.Position(place, 0))
    quoted = next(number for number, line in enumerate(lines) if "grew by 40 %" in line)
    column = lines[quoted].index("40 %")
    digits = lsp.Range(lsp.Position(quoted, column), lsp.Position(quoted, column + 2))
    changes = [
        lsp.TextDocumentContentChangePartial(digits, "41"),
        lsp.TextDocumentContentChangePartial(start, "Nobody is left out.\n\n"),
    ]
    version = lsp.VersionedTextDocumentIdentifier(2, uri)
    editor.client.text_document_did_change(lsp.DidChangeTextDocumentParams(version, changes))
    while "drifted" not in told():
        await asyncio.sleep(0.05)
    assert told()["drifted"] == quoted + 2
    kept = {kind: line for kind, line in told().items() if kind in before}
    assert kept == {kind: line + 2 for kind, line in before.items()}
    await editor.end()


def test_an_editor_goes_to_the_evidence_accepts_a_finding_and_opens_the_report(raw: Path, tmp_path: Path) -> None:
    asyncio.run(asyncio.wait_for(accepted(raw, tmp_path), 90))


async def accepted(raw: Path, folder: Path) -> None:
    """Run the commands of a wrong figure's quick fixes."""
    editor, table = Editor(asks=True, folder=folder), raw / "article" / "shops.csv"
    wrong = await editor.open(table)
    uri = table.as_uri()
    replace, evidence, accept = await editor.fixes(uri, wrong)
    assert replace.title == "Replace $30M by $24.1M"
    await editor.run(evidence)
    (shown,) = editor.documents
    line = Path(shown.uri.removeprefix("file://")).read_text().splitlines()[shown.selection.start.line]
    assert "$24.1M" in line
    assert accept.title == "Accept with a reason…"
    assert accept.command
    await editor.command("tidebook.accept", *(accept.command.arguments or ()), "")
    assert "--why: expected the reason for which it is accepted" in await editor.next_message()
    await editor.command("tidebook.accept", *(accept.command.arguments or ()), "the books of that year are lost")
    assert "accepted shops/north/sales" in await editor.next_message()
    while editor.published[uri]:
        await asyncio.sleep(0.05)
    assert "the books of that year are lost" in (raw / "accepted.toml").read_text()
    await editor.command("tidebook.report", uri)
    assert "run `tidebook build /" in await editor.next_message()
    page = folder / "out" / "latest" / "report" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("a report")
    await editor.command("tidebook.report", uri)
    while len(editor.documents) < 2:
        await asyncio.sleep(0.05)
    assert (editor.documents[1].uri, editor.documents[1].external) == (page.as_uri(), True)
    await editor.close_when_clean(table)


def test_an_editor_takes_an_edit_of_the_text_over_into_the_dossier(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "tests" / "ferries", tmp_path / "ferries"))
    edit(folder / "article.md", "grew by 40 %", "grew by 41 %")
    asyncio.run(asyncio.wait_for(followed(folder / "article.md"), 90))


async def followed(text: Path) -> None:
    """Run the quick fix of a quotation that the text has with another number."""
    editor, uri = Editor(), text.as_uri()
    await editor.start(text)
    while "drifted" not in {each.code for each in editor.published.get(uri, ())}:
        await asyncio.sleep(0.05)
    drifted = next(each for each in editor.published[uri] if each.code == "drifted")
    (follow,) = await editor.fixes(uri, drifted)
    assert follow.title == "Take the new words over into the dossier"
    await editor.run(follow)
    assert "41 %" in await editor.next_message()
    assert "grew by 41 %" in (text.parent / "dossier.toml").read_text()
    while "drifted" in {each.code for each in editor.published[uri]}:
        await asyncio.sleep(0.05)
    await editor.end()


def test_an_editor_that_ends_the_server_gets_exit_code_0_and_no_words() -> None:
    asyncio.run(asyncio.wait_for(ended(), 60))


async def ended() -> None:
    """Start the server and end it as the protocol says."""
    command = [sys.executable, "-m", "tidebook", "lsp"]
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
    begun = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}
    for message in (begun, {"jsonrpc": "2.0", "id": 2, "method": "shutdown"}, {"jsonrpc": "2.0", "method": "exit"}):
        body = json.dumps(message).encode()
        assert server.stdin
        server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    _, errors = await server.communicate()
    assert (server.returncode, errors.decode()) == (0, "")


@pytest.mark.parametrize("library", ["mcp", "lsp"])
def test_help_names_the_servers(library: str) -> None:
    from tests.conftest import tidebook

    assert "over stdio" in tidebook(library, "--help").output
