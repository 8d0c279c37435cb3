"""Printing: on a terminal, wrapped and with outcomes in colour; elsewhere plain and line by line; or as JSON.

Belongs here: how commands print. Does not: what they print. What only a terminal or a table needs is imported there:
Rich, the words of outcomes and units are slow to import. Rich respects NO_COLOR.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any
from unicodedata import category

import click

from tidebook.pipelines.read.detail import listening
from tidebook.pipelines.read.documents import json_value
from tidebook.pipelines.read.errors import without_commands

if TYPE_CHECKING:
    from rich.console import Console

QUIET = "tidebook.quiet"
"""Key in click's context of a command that was asked to print little."""

DETAILS = "tidebook.details"
"""Key in click's context of a command that prints details."""

COLOURS = {"good": "green", "bad": "bold red", "late": "yellow", "open": "cyan", "mute": "dim"}
"""Colours by tone, the same tones as in the report."""


JOINERS = "\u200c\u200d"
"""Characters that join or part letters in Persian, in languages of India and in emoji: they have no glyph but act on no
terminal."""


def harmless(text: str) -> str:
    """Return a text with all that could act on a terminal escaped: control characters but line ends, and bidi marks.

    Whatever a release, a snapshot, a dossier or a server says goes through here on its way to a terminal.
    """
    if text.isprintable():
        return text
    return "".join(character if _is_harmless(character) else repr(character)[1:-1] for character in text)


def _is_harmless(character: str) -> bool:
    return character.isprintable() or character in f"\n{JOINERS}" or category(character) == "Zs"


def print_json(document: Any) -> None:
    """Print a document as JSON on stdout; what could act on a terminal or in a log is escaped, for parsers alike."""
    click.echo(without_commands(re.sub(r"[^\n -~]", _escaped_in_json, json_text(document)), r"\u0023"))


def _escaped_in_json(found: re.Match[str]) -> str:
    return found[0] if _is_harmless(found[0]) else json.dumps(found[0])[1:-1]


def print_text(text: str) -> None:
    """Print a text on stdout as it is, line ends included, for editors and other programs."""
    click.echo(harmless(text), nl=False)


def is_quiet() -> bool:
    """Whether the running command was asked to print only errors, requested lists and decisive findings."""
    ctx = click.get_current_context(silent=True)
    return ctx is not None and bool(ctx.meta.get(QUIET))


def print_details(ctx: click.Context) -> None:
    """Print on stderr what is read and computed until a command ends."""
    root = ctx.find_root()
    if DETAILS not in ctx.meta:  # `tidebook -v build -v` prints each line once
        ctx.meta[DETAILS] = True
        last = [""]

        def print_new(line: str) -> None:
            if line != last[-1]:  # several steps may read parts of one file
                last[:] = [line]
                print_line(line, err=True, always=True)

        root.with_resource(listening(print_new))


def print_line(text: str, err: bool = False, *, always: bool = False) -> None:
    """Print a line; on a terminal, wrapped between words with a hanging indent.

    Args:
        text: the line.
        err: whether it goes to stderr.
        always: whether it is printed with `--quiet` too: an error, a line of a requested list, or a finding that
            decides the exit code.
    """
    if is_quiet() and not always:
        return
    text = without_commands(harmless(text))
    stream = sys.stderr if err else sys.stdout
    if not stream.isatty():
        click.echo(text, err=err)
        return
    import textwrap

    from tidebook.pipelines.read.formatting import NBSP

    shown = console(err)
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    unbroken = re.sub(r"(?<=\d) (?=[a-z])", NBSP, text)  # a number stays with its word
    lines = textwrap.wrap(
        unbroken, shown.width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )  # fmt: skip
    shown.print("\n".join(lines).replace(NBSP, " "), markup=False, soft_wrap=True)


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]], err: bool = False) -> None:
    """Print rows as a table on stdout or stderr; a terminal wraps cells, elsewhere each row is one line."""
    rows = [[without_commands(harmless(cell)) for cell in row] for row in rows]
    if not (sys.stderr if err else sys.stdout).isatty():
        _print_plain_table(headers, rows, err)
        return
    from rich.table import Table

    table: Table = Table(box=None, pad_edge=False, highlight=True)
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console(err).print(table)


def _print_plain_table(headers: Sequence[str], rows: Iterable[Sequence[str]], err: bool) -> None:
    from tidebook.pipelines.read.formatting import NBSP

    def one_line(cell: str) -> str:
        return " ".join(cell.replace(NBSP, " ").splitlines())

    lines = [list(map(one_line, row)) for row in (headers, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for cells in lines:
        click.echo("  ".join(map(str.ljust, cells, widths)).rstrip(), err=err)


@cache
def console(err: bool) -> Console:
    """Return the console of stdout or stderr, which colours outcomes, warnings and errors."""
    from rich.console import Console
    from rich.highlighter import RegexHighlighter
    from rich.theme import Theme

    class Outcomes(RegexHighlighter):
        highlights = _patterns() if (sys.stderr if err else sys.stdout).isatty() else []

    return Console(stderr=err, markup=False, highlighter=Outcomes(), theme=Theme(COLOURS))


@cache
def _patterns() -> list[str]:
    """Return patterns whose groups are named after tones, for the places where a line states an outcome."""
    from tidebook.pipelines.report.words import OUTCOMES, STATUS_OF_VERDICT, STATUSES

    words: dict[str, list[str]] = {"bad": ["error"], "late": ["warning"]}
    for word, mark in OUTCOMES.items():
        words.setdefault(mark.tone, []).append(word)
    for verdict, code in STATUS_OF_VERDICT.items():
        words.setdefault(STATUSES[code].tone, []).append(verdict)
    patterns: list[str] = []
    for tone, of_tone in words.items():
        # Longest first: "not falsifiable" before any word that it begins with.
        either = "|".join(map(re.escape, sorted(of_tone, key=len, reverse=True)))
        places = (
            rf"^\s*(?P<{tone}>(?i:{either}))(?=:| \(|\s*$)",  # at the start of a line, or alone in a cell
            rf"(?P<{tone}>\b\d+ (?:{either})\b)(?=,|$|;)",  # in a count
            rf"(?P<{tone}>(?<=→ )(?:{either})\b)",  # as the result of a change
            rf"(?P<{tone}>(?<=: )(?:{either})\b)(?= \(|$)",  # at the end of a line, or before a reason
        )
        patterns += map("(?m:{})".format, places)
    return patterns


def json_text(document: Any) -> str:
    """Return a document as JSON, with days in ISO 8601, and infinite numbers as the texts `inf` and `-inf`."""
    return json.dumps(json_value(document), ensure_ascii=False, indent=1, allow_nan=False)
