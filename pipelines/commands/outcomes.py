"""The commands `claims` and `figures`, and what a build says when it is done: outcomes, the gravest figures first.

How an outcome is found is in `pipelines.claims.outcomes`, what a report says of it in `pipelines.report`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.common import Out, input_errors, print_table, read_rows, sync_latest
from pipelines.ingest.errors import InputError, Problem, close_to
from pipelines.settings import settings
from schemas.vocabulary import FIGURE_OUTCOMES, OUTCOMES

GRAVEST = 5
WIDTH = 120

Outcome = Annotated[str, typer.Option(help="Only those of these outcomes, a comma between them.", metavar="WORDS")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the same as JSON.")]
Row = Mapping[str, Any]


def claims(outcome: Outcome = "", out: Out = None, as_json: AsJson = False) -> None:
    """List the article's statements with their outcomes and why."""
    with input_errors():
        rows = [*_chosen(_latest(out, "outcomes"), outcome, OUTCOMES)]
        if as_json:
            typer.echo(as_json_text(rows))
            return
        texts = ([row["statement_id"], row["outcome"], row["why"]] for row in rows)
        print_table(("statement", "outcome", "why"), texts, WIDTH)


def figures(outcome: Outcome = "", out: Out = None, as_json: AsJson = False) -> None:
    """List the printed figures with their outcomes, the gravest first."""
    with input_errors():
        rows = [*_chosen(by_gravity(_latest(out, "figure_outcomes")), outcome, FIGURE_OUTCOMES)]
        if as_json:
            typer.echo(as_json_text(rows))
            return
        texts = ([row["figure_id"], row["outcome"], row["printed"], row["better"], row["reason"]] for row in rows)
        print_table(("figure", "outcome", "printed", "better", "why"), texts, WIDTH)


def words_of(given: str, known: Sequence[str], option: str = "--outcome") -> list[str]:
    """Return the outcomes that an option names.

    Raises:
        InputError: one of them is none.
    """
    words = [word.strip() for word in given.split(",") if word.strip()]
    for word in words:
        if word not in known:
            expected = f"of the outcomes {', '.join(known)}{close_to(word, known)}"
            raise InputError(Problem(option, expected, text=word))
    return words


def _latest(out: str | None, table: str) -> list[dict[str, Any]]:
    folders = settings(None, out)
    sync_latest(folders)
    return read_rows(folders.out, (table,))[table]


def _chosen(rows: Sequence[Row], given: str, known: Sequence[str]) -> Iterator[Row]:
    wanted = words_of(given, known)
    return (row for row in rows if not wanted or row["outcome"] in wanted)


def as_json_text(rows: Sequence[Row]) -> str:
    """Return rows as JSON: an array of objects, days as ISO text."""
    return json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False, default=str)


def by_gravity(rows: Sequence[Row]) -> list[Row]:
    """Return figures, the gravest first."""
    return sorted(rows, key=lambda row: (-row["gravity"], row["figure_id"]))


def summary(out: Path) -> Iterator[str]:
    """Yield what a build tells of the latest release: how many of each outcome, then the gravest figures.

    Raises:
        InputError: there is no release, or a table is damaged.
    """
    tables = read_rows(out, ("outcomes", "figure_outcomes"))
    figures, statements = by_gravity(tables["figure_outcomes"]), tables["outcomes"]
    if figures:
        yield f"Figures: {_counted(figures, FIGURE_OUTCOMES)}"
    for kind in dict.fromkeys(row["statement_kind"] for row in statements):
        mine = [row for row in statements if row["statement_kind"] == kind]
        yield f"{kind.capitalize()}s: {_counted(mine, OUTCOMES)}"
    for row in [row for row in figures if row["gravity"] > 0][:GRAVEST]:
        yield f"  {row['outcome']}: {row['figure_id']} is printed {row['printed']}; {row['reason']}"


def _counted(rows: Sequence[Row], order: Sequence[str]) -> str:
    counts = Counter(row["outcome"] for row in rows)
    return ", ".join(f"{counts[word]} {word}" for word in order if counts[word])
