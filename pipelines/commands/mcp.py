"""The command `mcp`: the checks of an article as tools for an assistant, over standard input and output.

Belongs here: the tools, and the folder that they keep to. Does not: checking (`graph.check`), or what findings are. A
tool reads below the folder that the server was started for and changes nothing there: it builds in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tidebook.pipelines.commands.checking import (
    Checked,
    Fault,
    UncheckedNumber,
    checked_file,
    checked_folder,
    problem_of,
)
from tidebook.pipelines.commands.common import text_file
from tidebook.pipelines.commands.match import Proposed
from tidebook.pipelines.commands.outcomes import unwanted_of
from tidebook.pipelines.commands.review import built_folder
from tidebook.pipelines.judge.finding import Finding
from tidebook.pipelines.judge.readings.engine import judge_readings
from tidebook.pipelines.judge.readings.prompt import prompt_of
from tidebook.pipelines.judge.readings.replies import lines_of, read_reply
from tidebook.pipelines.judge.readings.request import MaskedText
from tidebook.pipelines.read.beside import read_beside
from tidebook.pipelines.read.errors import InputError, Problem, refuse
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.settings import settings
from tidebook.pipelines.read.text.document import Document, check_length, read_document

if TYPE_CHECKING:
    from tidebook.pipelines.report.dossier_findings import JudgedRows

Read = TypeVar("Read")

UNNAMED = "text.md"
"""The name of a text that an assistant gives."""

INSTRUCTIONS = (
    "Checks an article's figures and claims against independent sources and against each other. Findings name file, "
    "line and column, what is printed, what would be right, and why. Nothing is changed."
)


@dataclass(frozen=True)
class TextResult:
    """What a text says against itself, and which parts of it were not checked."""

    findings: list[Finding]
    notes: list[str]
    """Parts of a large text that were not checked."""
    coverage: float | None
    """Share of the numbers of the prose that are checked: with another number each would be a finding. Null without
    numbers."""
    unchecked: list[UncheckedNumber]
    """The numbers of the prose that nothing was held against: their being right is not known."""


@dataclass(frozen=True)
class CheckResult:
    """Whether an article can be read, and what does not hold."""

    readable: bool
    problems: list[Fault]
    outcomes: dict[str, str]
    """Outcome of each figure and statement by id."""
    findings: list[Finding]
    notes: list[str]
    """Warnings: valid input that may not be intended, and parts of a large text that were not checked."""


@dataclass(frozen=True)
class JudgedItem:
    """A figure or statement with its outcome."""

    id: str
    outcome: str
    words: str
    """The statement, or the figure as printed."""
    better: str
    """Better value of a figure, as its source prints it; empty for none and for statements."""
    why: str


@dataclass(frozen=True)
class JudgedReply:
    """What follows from a reader's reply."""

    findings: list[Finding]
    """All findings on the text, those of the readings among them."""
    agreed: int
    """Number of readings that agree with the print."""
    left_out: list[str]
    """Lines and readings that decide nothing, each with the reason."""
    readings: str
    """The readings as lines for the file TEXT.readings.jsonl, by which checks need no reader."""


@click.command()
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
def mcp(folder: Path) -> None:
    """Serve checks of the articles below FOLDER to an assistant (Model Context Protocol, over stdio)."""
    server(folder).run("stdio")


def server(root: Path) -> Any:
    """Return the server of a folder.

    Raises:
        ImportError: the package `mcp` is not installed.
    """
    try:
        from mcp.server import MCPServer
    except ImportError as error:
        raise ImportError('`tidebook mcp` needs the package mcp: pip install "tidebook[mcp]"') from error
    made = MCPServer("tidebook", instructions=INSTRUCTIONS, version=version("tidebook"), log_level="ERROR")
    tools = _Tools(root.resolve())
    for tool in (
        tools.read_text,
        tools.reading_request,
        tools.judge_readings,
        tools.draft,
        tools.check,
        tools.figures,
        tools.claims,
        tools.explain,
        tools.match,
    ):
        made.tool()(tool)
    return made


class _Tools:
    """The tools; `article` is always a folder below the root, "." for the root itself."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read_text(self, text: str = "", against: Sequence[str] = (), file: str = "") -> TextResult:
        """Read a text in Markdown, and return what its tables and sentences say against themselves and each other.

        `file` is a file below the folder of the server in place of `text`: a text, a page, or a document in Word, PDF,
        Excel, LaTeX or a notebook. Line and column are positions in the text; in a document `where` says which
        paragraph, page or cell. `against` are files below the folder, tables or texts, that the text is held against,
        too. No finding does not mean no error: `unchecked` has what could not be judged.
        """
        return _with_tool_errors(lambda: self._read(self._given(text, file), against))

    def reading_request(self, text: str = "", against: Sequence[str] = (), file: str = "") -> str:
        """Return a text in Markdown with its numbers hidden, and how to say what each must be; then `judge_readings`.

        Reply to it before you look at the numbers of the text: a reading that is made by value checks nothing.
        `file` is a file below the folder of the server in place of `text`, as for `read_text`. `against` are files
        below the folder, whose labels the request has, too.
        """
        return _with_tool_errors(
            lambda: prompt_of(masked_text(self._given(text, file), self._beside(against)).request())
        )

    def judge_readings(self, reply: str, text: str = "", against: Sequence[str] = (), file: str = "") -> JudgedReply:
        """Compute what a reply to `reading_request` says of a text, compare it with the print, and return findings."""
        return _with_tool_errors(lambda: self._judge(self._given(text, file), reply, self._beside(against)))

    def draft(self, text: str = "", against: Sequence[str] = (), file: str = "") -> str:
        """Return the `dossier.toml` of a text: its tables, and a claim of each number that is bound to a cell.

        What is marked as a guess is for a person to confirm. `against` are files below the folder that become evidence;
        `tidebook new TEXT DIR` writes the folder itself.
        """
        from tidebook.pipelines.commands.new import drafted_toml

        return _with_tool_errors(lambda: drafted_toml(self._given(text, file).data, file, self._beside(against)))

    def _given(self, text: str, file: str) -> RawFile:
        """Return the text that an assistant gives, or a file below the root."""
        if file and not text:
            return text_file(str(self._below(file, "file")))
        if file:
            raise InputError(Problem("file", "a text or a file, not both", text=file))
        check_length(UNNAMED, text)
        # Half a character, as JSON may have one, is then reported as bytes that are not UTF-8.
        return RawFile(UNNAMED, text.encode(errors="surrogatepass"))

    def _beside(self, names: Sequence[str]) -> list[Document]:
        """Return files below the root."""
        return read_beside(str(self._below(name, "file")) for name in names)

    def _judge(self, text: RawFile, reply: str, beside: Sequence[Document]) -> JudgedReply:
        masked = masked_text(text, beside)
        replied = read_reply(reply, masked, masked.request(), None)
        found = checked_file(text.path, text, unwanted_of("wrong"), replied.readings, beside)
        refuse([problem_of(fault) for fault in found.problems])
        judged = judge_readings(masked, replied.readings)
        left_out = [*map(str, replied.left_out), *(outcome.words() for outcome in judged.left_out)]
        agreed = sum(outcome.state == "agreed" for outcome in judged.outcomes)
        return JudgedReply(found.findings, agreed, left_out, lines_of(replied.readings))

    def _read(self, text: RawFile, against: Sequence[str]) -> TextResult:
        found = checked_file(text.path, text, unwanted_of("wrong"), beside=self._beside(against))
        refuse([problem_of(fault) for fault in found.problems])
        return TextResult(found.findings, found.notes, found.coverage, found.unchecked)

    def check(self, article: str = ".") -> CheckResult:
        """Check a dossier: what cannot be read, and which figures and claims do not hold."""
        found = self._checked(article)
        return CheckResult(not found.problems, found.problems, found.outcomes, found.findings, found.notes)

    def figures(self, article: str = ".", outcome: str = "") -> list[JudgedItem]:
        """List the printed figures with outcomes, better values and reasons; `outcome` keeps those with one outcome."""
        rows = self._rows(article).figure_outcomes
        columns = ("figure_id", "outcome", "printed", "better", "reason")
        return [JudgedItem(*(row[name] or "" for name in columns)) for row in rows if outcome in ("", row["outcome"])]

    def claims(self, article: str = ".", outcome: str = "") -> list[JudgedItem]:
        """List the claims and predictions with outcomes and reasons; `outcome` keeps those with one outcome."""
        rows = self._rows(article)
        return [
            JudgedItem(row["statement_id"], row["outcome"], row["statement"], "", rows.why(row))
            for row in rows.outcomes
            if outcome in ("", row["outcome"])
        ]

    def explain(self, id: str, article: str = ".") -> list[str]:
        """Trace a claim, a prediction or a figure to its evidence, one fact a line."""
        from tidebook.pipelines.commands.latest import LatestRows
        from tidebook.pipelines.report.explain import EXPLAINED
        from tidebook.pipelines.report.explain import explain as trace

        def traced() -> list[str]:
            release = built_folder(self._folder(article))
            return list(trace(id, LatestRows(release.folder, EXPLAINED)))

        return _with_tool_errors(traced)

    def match(self, ids: Sequence[str] = (), article: str = ".") -> list[Proposed]:
        """Propose evidence of a dossier for figures and claims that have none, or for some of them; write nothing.

        A series fits by words, country, period and unit. `chance` says how often one comes as near by accident.
        """
        from tidebook.pipelines.commands.match import matched_in

        return _with_tool_errors(lambda: matched_in(self._folder(article), ids).proposed)

    def _folder(self, article: str) -> Path:
        return self._below(article, "folder")

    def _below(self, name: str, kind: str) -> Path:
        try:
            path = (self.root / name).resolve()
            path.is_dir()  # raises OSError of a name that no file system has
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a NUL, half a character
            raise InputError(Problem("article", f"a {kind} whose path can be followed", text=name)) from error
        if not path.is_relative_to(self.root):
            raise InputError(Problem(name, f"a {kind} below the one that this server was started for"))
        return path

    def _checked(self, article: str) -> Checked:
        return _with_tool_errors(lambda: checked_folder(settings(self._folder(article)), unwanted_of("wrong"))[0])

    def _rows(self, article: str) -> JudgedRows:
        from tidebook.pipelines.graph.check import check

        return _with_tool_errors(lambda: check(settings(self._folder(article))).rows)


def masked_text(text: RawFile, beside: Sequence[Document] = ()) -> MaskedText:
    """Return a text with its numbers hidden. Raises InputError if it cannot be read."""
    return MaskedText(read_document(text), beside)


def _with_tool_errors(read: Callable[[], Read]) -> Read:
    """Call a function that reads, and turn bad input into an error message for the assistant."""
    from mcp.server.mcpserver.exceptions import ToolError

    try:
        return read()
    except InputError as error:
        raise ToolError("\n".join(map(str, error.problems))) from error
    except ImportError as error:  # of a plugin that reads a form of files
        raise ToolError(str(error)) from error
