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
from tests.oracles import language_client, lsp, mcp
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


class Editor:
    """A client of the language server, and what the server has published by file."""

    def __init__(self) -> None:
        self.client = language_client.LanguageClient("test", "1")
        self.published: dict[str, list[lsp.Diagnostic]] = {}

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def told(params: lsp.PublishDiagnosticsParams) -> None:
            self.published[params.uri] = list(params.diagnostics)

    async def start(self, file: Path) -> None:
        """Start the server, and open a file."""
        await self.client.start_io(sys.executable, "-m", "tidebook", "lsp")
        await self.client.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities()))
        item = lsp.TextDocumentItem(file.as_uri(), "", 1, file.read_text())
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    async def open(self, file: Path) -> lsp.Diagnostic:
        """Open a file, and return its only finding."""
        await self.start(file)
        while not self.published.get(file.as_uri()):
            await asyncio.sleep(0.05)
        (found,) = self.published[file.as_uri()]
        return found

    async def close_when_clean(self, file: Path) -> None:
        """Wait until a file has no finding, and end the server."""
        while self.published[file.as_uri()]:
            await asyncio.sleep(0.05)
        await self.client.shutdown_async(None)
        self.client.exit(None)


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
    (action,) = await editor.client.text_document_code_action_async(asked) or ()
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
    text.write_text("Sales rose from $25 million to $30 million, up 25%.\n")
    asyncio.run(asyncio.wait_for(lengthened(text), 60))


async def lengthened(text: Path) -> None:
    """Put words before a slip without saving, and look where the better number would go."""
    editor, uri = Editor(), text.as_uri()
    slip = await editor.open(text)
    start = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    words = "In the year of the great fair 🏬, as everybody knows: "
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
    await editor.client.shutdown_async(None)
    editor.client.exit(None)


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
    kept = {kind: line for kind, line in told().items() if kind != "drifted"}
    assert kept and all(line == before[kind] + 2 for kind, line in kept.items())
    await editor.client.shutdown_async(None)
    editor.client.exit(None)


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
