"""The commands `claims` and `figures`, and what a build says when it is done: outcomes, the gravest figures first.

How an outcome is found is in `judge.outcomes`, what a report says of it in `report`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from tidebook.pipelines.commands.common import json_option, latest_rows, out_option, outcome_counts, read_rows
from tidebook.pipelines.commands.terminal import json_text, print_table
from tidebook.pipelines.read.errors import InputError, Problem, close_to
from tidebook.pipelines.read.formatting import format_count, listed
from tidebook.pipelines.read.grouping import Row, TableRows, grouped
from tidebook.schemas.vocabulary import FAULTED, FIGURE_OUTCOMES, OUTCOMES, QUESTION, STATEMENT_KINDS

GRAVEST = 5

FIGURE = "figure"
NAMED = 3
"""So many figures that turned alike, or causes of one outcome, are named after a build; `tidebook diff` has all."""

COMPARED = ("outcomes", "figure_outcomes", "verdicts", "changes", "resolutions")


outcome_option = click.option(
    "--outcome",
    default="",
    show_default=False,
    metavar="WORDS",
    help="Only those of these outcomes, a comma between them.",
)


@click.command()
@outcome_option
@out_option
@json_option
def claims(outcome: str, out: str | None, as_json: bool) -> None:
    """List the article's statements with their outcomes and why."""
    list_claims(outcome, out, as_json)


def list_claims(outcome: str, out: str | None, as_json: bool) -> None:
    """Print the statements of the latest release that have one of these outcomes, all where none is named."""
    columns = {"statement": "statement_id", "outcome": "outcome", "why": "why"}
    _tell(latest_rows(out, ("outcomes",))["outcomes"], outcome, OUTCOMES, columns, as_json)


@click.command()
@outcome_option
@out_option
@json_option
def figures(outcome: str, out: str | None, as_json: bool) -> None:
    """List the printed figures with their outcomes, the gravest first."""
    columns = {"figure": "figure_id", "outcome": "outcome", "printed": "printed", "why": "reason"}
    rows = _by_gravity(latest_rows(out, ("figure_outcomes",))["figure_outcomes"])
    _tell(rows, outcome, FIGURE_OUTCOMES, columns, as_json)


def _tell(rows: Sequence[Row], outcome: str, known: Sequence[str], columns: Mapping[str, str], as_json: bool) -> None:
    """Print those of some rows that have one of the outcomes that an option names, all where it names none."""
    wanted = words_of(outcome, known)
    chosen = [row for row in rows if not wanted or row["outcome"] in wanted]
    if as_json:
        click.echo(json_text(chosen))
    else:
        print_table([*columns], ([row[name] for name in columns.values()] for row in chosen))


def words_of(given: str, known: Sequence[str], option: str = "--outcome") -> list[str]:
    """Return the outcomes that an option names. Raises InputError if one of them is none."""
    words = [word.strip() for word in given.split(",") if word.strip()]
    for word in words:
        if word not in known:
            expected = f"one of the outcomes {', '.join(known)}, a comma between them{close_to(word, known)}"
            raise InputError(Problem(option, expected, text=word))
    return words


def _by_gravity(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row["gravity"], row["figure_id"]))


def summary(out: Path) -> Iterator[str]:
    """Yield what a build tells of the latest release: how many of each outcome, then the gravest figures.

    Raises InputError if there is no release, or a table is damaged.
    """
    yield from count_lines(outcome_counts(out))
    rows = read_rows(out, ("figure_outcomes",))["figure_outcomes"]
    for row in _by_gravity([row for row in rows if row["outcome"] in FAULTED])[:GRAVEST]:
        yield f"  {row['outcome']}: {row['figure_id']} is printed {row['printed']}; {row['reason']}"


def count_lines(counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Yield in words how many figures, and how many statements of each kind, have which outcome."""
    for kind in (FIGURE, *STATEMENT_KINDS):
        known = FIGURE_OUTCOMES if kind == FIGURE else OUTCOMES
        if found := counts.get(kind):
            words = ", ".join(f"{found[word]} {word}" for word in known if found.get(word))
            yield f"{kind.capitalize()}s: {words}"


def statements_turned(old: TableRows, new: TableRows) -> list[tuple[str, str]]:
    """Return the statements whose outcome is another in the new tables, and how it turned; none without old ones."""
    was, now = (
        {(row["statement_kind"], row["statement_id"]): row["outcome"] for row in each.get("outcomes", ())}
        for each in (old, new)
    )
    names = {**now, **was} if "outcomes" in old else {}
    return [
        (each[1], f"{was.get(each, 'new')} → {now.get(each, 'gone')}")
        for each in names
        if now.get(each) != was.get(each)
    ]


def figures_turned(old: TableRows, new: TableRows) -> Iterator[str]:
    """Yield in words which figures that both have turned, those that turned alike together."""
    turned = _turned("figure_outcomes", ("figure_id",), "outcome", old, new)
    for words, alike in grouped(turned, lambda each: each[1]).items():
        names = [name for (name,), _ in alike]
        yield f"{format_count(len(names), FIGURE)}: {words}: {listed(names, NAMED)}"


def change_lines(old: TableRows, new: TableRows) -> Iterator[str]:
    """Yield what turned from one build to the next and why: outcomes, then what turned while its outcome stayed."""
    causes: dict[tuple[str, str], list[str]] = {}
    for row in new["changes"]:
        if row["kind"] in ("outcome", "flip"):
            causes.setdefault((row["kind"], row["name"]), []).extend(row["causes"])
    statements = statements_turned(old, new)
    for name, turn in statements:
        yield f"Changed: {name}: {turn}"
        yield from _first(causes.get(("outcome", name), ()))
    for words in figures_turned(old, new):
        yield f"Changed: {words}"
    still = {row["statement_id"]: row["outcome"] for row in new["outcomes"]}
    told = {name for name, _ in statements}
    for (name,), turn in _turned("verdicts", ("claim_id",), "status", old, new):
        if name not in told:
            yield f"Changed: {name}: {turn} as printed; its outcome stays: {still[name]}"
            yield from _first(causes.get(("flip", name), ()))
    for (name, *question), turn in _turned("resolutions", QUESTION, "status", old, new):
        if name not in told:
            yield f"Changed: {name}, {', '.join(question)}: {turn.replace('_', ' ')}; its outcome stays: {still[name]}"


def _turned(
    table: str, key: Sequence[str], column: str, old: TableRows, new: TableRows
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield by key how a column of a table turned in rows that both have; of verdicts, in those on the print."""
    was, now = (
        {
            tuple(row[name] for name in key): row[column]
            for row in each.get(table, ())
            if row.get("lens", "printed") == "printed"
        }
        for each in (old, new)
    )
    yield from ((each, f"{was[each]} → {now[each]}") for each in now if was.get(each, now[each]) != now[each])


def _first(causes: Sequence[str]) -> Iterator[str]:
    """Yield the first causes, each once, and how many more there are."""
    found = list(dict.fromkeys(causes))
    yield from (f"  {words}" for words in found[:NAMED])
    if len(found) > NAMED:
        yield f"  and {len(found) - NAMED} more rows"
