"""The command `statistics`: all statistics of a paper in a table, those that were recomputed and those that were not.

Belongs here: options, the document that it prints, and its page. Does not: the checks (`checks`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidebook.pipelines.commands.common import json_option_of, written_option
from tidebook.pipelines.commands.help import example_text
from tidebook.pipelines.commands.terminal import print_json, print_line, print_table
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count

if TYPE_CHECKING:
    from tidebook.pipelines.read.text.document import Document
    from tidebook.plugins.statistics.check import Check, Outcome

HERE = Path(__file__).parent


@dataclass(frozen=True)
class ListedStatistic(JsonDocument):
    """A statistic beside what follows from others."""

    rule: str
    """The rule that compares it, such as test or interval."""
    outcome: str
    """decision error, inconsistent, hint, excused, consistent or not recomputed."""
    line: int
    """Its line, from 1."""
    column: int
    """Its column, from 1."""
    words: str
    """What is printed."""
    expected: str
    """What would be right, as it would be printed; empty where that is not one number."""
    low: float | None
    """Lower end of what follows, over the rounding of the other numbers; null where nothing does."""
    high: float | None
    """Upper end of it."""
    why: str
    """What follows from what, what excuses a difference, or why nothing was recomputed."""
    source: str
    """Where the formula is from."""
    quote: str
    """The sentence or row that it is in."""


@dataclass(frozen=True)
class PaperStatistics(JsonDocument):
    """What `tidebook statistics` finds in a paper."""

    text: str
    """The file."""
    alpha: float
    """The level at which a test is significant: as given, as the text states it, or 0.05."""
    one_tailed: bool
    """Whether one-tailed tests are given or mentioned, so that half of a two-tailed p is right."""
    counts: dict[str, int]
    """How many statistics have each outcome."""
    statistics: list[ListedStatistic]
    """All of them, in the order of the text."""


@click.command(epilog=example_text(["tidebook statistics paper.md --html paper-statistics.html"]))
@click.argument("text", metavar="TEXT", help="Text file, or - for standard input.")
@click.option(
    "--alpha",
    type=click.FloatRange(0, 0.5, min_open=True),
    help="Level of significance. Default: as the text states, else 0.05.",
)
@click.option("--one-tailed", is_flag=True, help="All tests are one-tailed.")
@written_option("--html", "page", "FILE", "Write the table as a page.")
@json_option_of(PaperStatistics)
def statistics(text: str, alpha: float | None, one_tailed: bool, page: Path | None, as_json: bool) -> None:
    """List the statistics of a paper: tests, intervals, counts, and whether they follow from each other.

    What does not is a finding of `read` and `check`, too, which print it as JSON, SARIF and the like.
    """
    from tidebook.pipelines.commands.common import text_file
    from tidebook.pipelines.read.text.document import read_document
    from tidebook.plugins.statistics.checks import checks_of
    from tidebook.plugins.statistics.text import statistics_text

    document = read_document(text_file(text))
    convention = statistics_text(document).convention
    if alpha is not None:
        convention = replace(convention, alpha=alpha)
    if one_tailed:
        convention = replace(convention, all_one_tailed=True, one_tailed=True)
    checks = checks_of(document, convention)
    counts = Counter(check.outcome for check in checks)
    shown = PaperStatistics(
        text=Path(text).name if text != "-" else "standard input",
        alpha=convention.alpha,
        one_tailed=convention.one_tailed,
        counts=_in_order(counts),
        statistics=[_listed(document, check) for check in checks],
    )
    if page is not None:
        _write(page, text, shown)
    if as_json:
        print_json(shown)
        return
    print_table(("place", "outcome", "in print", "follows"), map(_cells, shown.statistics))
    print_line(summary(shown))
    if page is not None:
        print_line(f"Wrote {page}")


def _in_order(counts: Counter[Outcome]) -> dict[str, int]:
    from tidebook.plugins.statistics.check import OUTCOMES

    return {outcome: counts[outcome] for outcome in OUTCOMES}


def _listed(document: Document, check: Check) -> ListedStatistic:
    place = document.place(check.at.start)
    return ListedStatistic(
        rule=check.rule,
        outcome=check.outcome,
        line=place.line,
        column=place.column,
        words=" ".join(check.words.split()),
        expected=check.expected,
        low=check.low,
        high=check.high,
        why=check.why,
        source=check.source,
        quote=check.quote,
    )


def _cells(each: ListedStatistic) -> Sequence[str]:
    follows = each.expected if each.outcome in ("consistent", "decision error", "inconsistent") else each.why
    return f"{each.line}:{each.column}", each.outcome, each.words, follows


def summary(shown: PaperStatistics) -> str:
    """Return how many statistics have each outcome, in a line."""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in shown.counts.items() if count)
    return f"{format_count(len(shown.statistics), 'statistic')}: {counts or 'none'}"


def _write(page: Path, text: str, shown: PaperStatistics) -> None:
    """Write the table as a page.

    Raises:
        InputError: it would replace the text.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from tidebook.pipelines.read.atomic import write_file
    from tidebook.pipelines.report.render import TEMPLATES

    if page.exists() and Path(text).exists() and page.samefile(text):
        raise InputError(Problem(str(page), "another file than the text itself"))
    groups = []
    for outcome in shown.counts:
        rows = [each for each in shown.statistics if each.outcome == outcome]
        if rows:
            groups.append((outcome, rows))
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    style = Markup((TEMPLATES / "style.css").read_text("utf-8"))
    filled = environment.get_template("page.html.j2").render(
        shown=shown, groups=groups, summary=summary(shown), style=style
    )
    write_file(page, filled.encode())
