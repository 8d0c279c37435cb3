"""How commands print: as wide as the terminal with outcomes in colour; elsewhere plainly and line by line; as JSON.

What is said belongs to the commands. Rich and the words of outcomes are read only where there is a terminal: both are
slow to import. Rich heeds NO_COLOR.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from tidebook.pipelines.read.documents import json_value
from tidebook.pipelines.read.formatting import NBSP

if TYPE_CHECKING:
    from rich.console import Console

COLOURS = {"good": "green", "bad": "bold red", "late": "yellow", "open": "cyan", "mute": "dim"}
"""The colour of each tone that outcomes have in the report."""


def tell(text: str, err: bool = False) -> None:
    """Print a line on stdout or stderr; on a terminal it is broken between words, what follows set in by two blanks."""
    stream = sys.stderr if err else sys.stdout
    if not stream.isatty():
        click.echo(text, err=err)
        return
    shown = console(err)
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    whole = re.sub(r"(?<=\d) (?=[a-z])", NBSP, text)  # a number stays with its word
    lines = textwrap.wrap(
        whole, shown.width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )  # fmt: skip
    shown.print("\n".join(lines).replace(NBSP, " "), markup=False, soft_wrap=True)


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows as a table on stdout, as wide as a terminal is; elsewhere each row is one line, for other programs."""
    if not sys.stdout.isatty():
        lines = [[" ".join(cell.replace(NBSP, " ").splitlines()) for cell in row] for row in (headers, *rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        click.echo("\n".join("  ".join(map(str.ljust, cells, widths)).rstrip() for cells in lines))
        return
    from rich.table import Table

    table: Table = Table(box=None, pad_edge=False, highlight=True)
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console(False).print(table)


@cache
def console(err: bool) -> Console:
    """Return the console for stdout or stderr, which colours outcomes, notes and errors."""
    from rich.console import Console
    from rich.highlighter import RegexHighlighter
    from rich.theme import Theme

    class Outcomes(RegexHighlighter):
        highlights = _patterns() if (sys.stderr if err else sys.stdout).isatty() else []

    return Console(stderr=err, markup=False, highlighter=Outcomes(), theme=Theme(COLOURS))


@cache
def _patterns() -> list[str]:
    """Return a pattern for each tone: where a line, a cell or a count states an outcome or a verdict."""
    from tidebook.pipelines.report.words import CODES, OUTCOMES, STATUSES

    tones = {word: mark.tone for word, mark in OUTCOMES.items()}
    tones |= {verdict: STATUSES[code].tone for verdict, code in CODES.items()}
    words: dict[str, list[str]] = {"bad": ["error"], "late": ["note"]}
    for word, tone in tones.items():
        words.setdefault(tone, []).append(word)
    found = []
    for tone, mine in words.items():
        either = "|".join(map(re.escape, sorted(mine, key=len, reverse=True)))
        places = (
            rf"^\s*(?P<{tone}>(?i:{either}))(?=:| \(|\s*$)",  # it begins a line, or is all of a cell
            rf"(?P<{tone}>\b\d+ (?:{either})\b)(?=,|$|;)",  # it is counted
            rf"(?P<{tone}>(?<=→ )(?:{either})\b)",  # something became it
            rf"(?P<{tone}>(?<=: )(?:{either})\b)(?= \(|$)",  # it ends a line, or is explained
        )
        found += [rf"(?m:{place})" for place in places]
    return found


def json_text(document: Any) -> str:
    """Return a document as JSON: days as ISO texts, infinite numbers as the texts `inf` and `-inf`."""
    return json.dumps(json_value(document), ensure_ascii=False, indent=1, allow_nan=False)
