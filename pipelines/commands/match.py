"""The command `match`: evidence of the dossier that fits figures without any, as references to take over.

Belongs here: which figures and claims lack evidence, the words around them, printing, and writing references. Does not:
finding what fits (`judge.matches`).
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidebook.pipelines.commands.common import json_option, raw_option
from tidebook.pipelines.commands.terminal import print_json, print_line, print_table
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.dossier.sections import section_paths
from tidebook.pipelines.read.errors import InputError, Problem, nearest_names
from tidebook.pipelines.read.formatting import format_count, joined, listed
from tidebook.pipelines.read.rawfile import check_written, is_there, read_raw
from tidebook.pipelines.read.settings import settings

if TYPE_CHECKING:
    from tidebook.pipelines.graph.run import Run
    from tidebook.pipelines.judge.matches import Context, Match, Matcher
    from tidebook.pipelines.read.grouping import Row
    from tidebook.pipelines.read.printed import PrintedTable
    from tidebook.pipelines.read.text.numbers import Around

DERIVED, OUTCOMES, AS_READ = "declared/derived_references", "figure_outcomes", "declared/text_as_read"
SHOWN = 3
"""Maximum matches of a figure that are listed; JSON has all."""


@dataclass(frozen=True)
class Proposal(JsonDocument):
    """A series that fits a figure by words, period and unit."""

    expression: str
    value: str
    """What a build would hold the figure against."""
    title: str
    """What the series is."""
    source_id: str
    words: list[str]
    """The words of the series that stand around the figure."""
    chance: float
    """That one of the series that were tried comes as near to the print by accident."""
    as_near: int
    """How many values of the series, this one among them, lie as near to the print."""
    of: int
    """Number of values of the series, of all keys and periods."""


@dataclass(frozen=True)
class Proposed(JsonDocument):
    """What fits a figure or claim that lacks evidence, the best by words first."""

    id: str
    printed: str
    unit: str
    is_sure: bool
    """Whether no other series fits the words as well as the first one."""
    matches: list[Proposal]


@dataclass(frozen=True)
class Matched(JsonDocument):
    """What `tidebook match` found, and what it wrote."""

    proposed: list[Proposed]
    without: list[str]
    """Ids of figures and claims that lack evidence and that no series fits."""
    written: list[str]
    """Ids whose first match was written as a reference."""
    path: str = ""
    """The file that it was written to."""


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@raw_option
@json_option
@click.option("--write", is_flag=True, help="Write the first match of each ID, or those up to --chance, as references.")
@click.option("--chance", type=click.FloatRange(0, 1), help="Only matches that come by accident at most so often.")
def match(ids: tuple[str, ...], raw: Path | None, as_json: bool, write: bool, chance: float | None) -> None:
    """Find evidence of the dossier for figures and claims that have none.

    A series fits by the words around the number, by country, period and unit; its value decides nothing. Beside it
    stands the chance that one of its values comes as near to the print by accident.
    """
    if write and not ids and chance is None:
        raise InputError(Problem("--write", "the IDs of figures, or a bound such as --chance 0.01"))
    found = matched_in(settings(raw).dossier, ids, chance=chance, write=write)
    if as_json:
        print_json(found)
    else:
        _print(found)


def matched_in(folder: Path, ids: Sequence[str] = (), *, chance: float | None = None, write: bool = False) -> Matched:
    """Find evidence for the figures and claims of a dossier that have none, or for those with the given ids.

    With `write` the matches that are found become references.

    Raises:
        InputError: the dossier cannot be read or has no evidence, an id is unknown, or what is to be written is not
            the only match of its words.
    """
    from tidebook.pipelines.commands.progress import progress_of_run
    from tidebook.pipelines.graph.graph import graph_of
    from tidebook.pipelines.graph.run import Run
    from tidebook.pipelines.graph.store import Store

    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch, progress_of_run() as observer:
        graph = graph_of(settings(folder))
        steps = [name for name in (OUTCOMES, DERIVED, AS_READ) if name in graph.steps]
        run = Run(graph.up_to(*steps), Store(Path(scratch)), Path(scratch))
        run.execute(observer)
        contexts, by_id = _contexts(run), _matcher(run, folder)
    known = [each.row["figure_id"] for each in contexts]
    if not by_id.evidence.series:
        expected = "evidence to look in; `tidebook sources add ADDRESS`, such as worldbank:SP.POP.TOTL, takes some"
        raise InputError(Problem("dossier.toml", expected))
    for name in ids:
        if name not in known:
            expected = f"the id of a figure or claim without evidence: {joined(nearest_names(name, known), 'or')}"
            raise InputError(Problem(str(folder), expected, text=name))
    wanted = [each for each in contexts if not ids or each.row["figure_id"] in ids]
    found = by_id.matches(wanted)
    if chance is not None:
        found = {name: own for name, own in found.items() if own[0].chance(len(own)) <= chance}
    proposed = [_proposed(each, found[each.row["figure_id"]]) for each in wanted if each.row["figure_id"] in found]
    without = [each.row["figure_id"] for each in wanted if each.row["figure_id"] not in found]
    if not write:
        return Matched(proposed, without, [])
    taken = [each.id for each in proposed if each.is_sure]
    if unclear := [each.id for each in proposed if each.id in ids and not each.is_sure]:
        expected = "words that fit one series best; copy the expression that is meant into [[references]]"
        raise InputError(Problem(str(folder), expected, text=listed(unclear, SHOWN)))
    path = section_paths(folder)["references"]
    if taken:
        _write(folder, path, "".join(f"\n{found[name][0].candidate.toml}" for name in taken))
    return Matched(proposed, without, taken, path if taken else "")


def _write(folder: Path, path: str, added: str) -> None:
    from tidebook.pipelines.read.atomic import write_file

    check_written(folder, path)
    before = read_raw(folder, path).text() if is_there(folder, path) else ""
    write_file(folder / path, f"{before.rstrip()}\n{added}".lstrip().encode())


def _matcher(run: Run, folder: Path) -> Matcher:
    from tidebook.pipelines.judge.matches import Matcher

    given = run.arguments(DERIVED)
    return Matcher(
        evidence=given["evidence"],
        file=lambda path: read_raw(folder, path),
        figures=run.table("figures"),
        tables=given["tables"],
        sources=given["sources"],
        assumptions=given["assumptions"],
        dossier=given["dossier"],
    )


def _contexts(run: Run) -> list[Context]:
    """Return the figures without evidence, those of claims whose expressions read none among them, with their words."""
    from tidebook.pipelines.judge.claims import own_metrics
    from tidebook.pipelines.judge.matches import Context
    from tidebook.schemas.base import records

    by_evidence, formulas = set(), run.load("declared/formulas")
    tables = run.load("declared/tables").tables
    for claim in run.load("declared/claims"):
        if any(formulas[name].lookups for name in own_metrics(claim) if name in formulas):
            by_evidence.add(claim.id)
    judged = {row["figure_id"]: row["outcome"] for row in records(run.table(OUTCOMES))}
    title = run.graph.dossier.article.title
    around = run.load(AS_READ) if AS_READ in run.graph.steps else None
    sections = {row["quote_id"]: row["section"] for row in records(around.quotes)} if around else {}
    found = []
    for row in records(run.table("figures")):
        name = row["figure_id"]
        is_claim = row["table_name"] == "claims" and row["subject"] not in by_evidence
        if judged.get(name) != "unchecked" and (name in judged or not is_claim):
            continue
        quote_id = "/".join(name.split("/")[:2]) if row["table_name"] == "claims" else name
        table = tables.get(row["table_name"])
        if around and quote_id in around.around:
            found.append(_in_sentence(row, around.around[quote_id], [sections.get(quote_id, ""), title]))
        elif table is not None:
            found.append(_of_cell(row, table, title))
        else:
            found.append(Context(row, [row["label"], row["label"], row["label"], title]))
    return found


_BREAK = re.compile(r"[,;:(]\s|\s[–—]\s|\s(?:while|whereas|but)\s")
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][\w'’-]+")
"""A name within a sentence."""


def _in_sentence(row: Row, sentence: Around, headings: Sequence[str]) -> Context:
    """Return a number of the prose with its quotation, its part of the sentence, and the sentence."""
    from tidebook.pipelines.judge.matches import Context

    before, behind = _BREAK.split(sentence.before)[-1], _BREAK.split(sentence.behind)[0]
    whole = f"{sentence.before} {sentence.words} {sentence.behind}"
    levels = [sentence.words, f"{before} {sentence.words} {behind}", whole, *headings]
    return Context(row, levels, names=" ".join(_NAME.findall(whole)))


def _of_cell(row: Row, table: PrintedTable, title: str) -> Context:
    """Return a cell with the labels of its row, the head of its column, and the title of its table."""
    from tidebook.pipelines.judge.matches import Context

    label = " ".join([row["label"], *map(str, json.loads(row["labels"] or "{}").values())])
    heads = ((header, column) for header, column in table.printed.items() if column.name == row["quantity"])
    header, description = next(((header, column.description) for header, column in heads), (row["quantity"], ""))
    levels = [label, f"{header} {description} {row['quantity'].replace('_', ' ')}", table.title, title]
    return Context(row, levels, measure=header.replace("_", " "), names=label)


def _proposed(context: Context, matches: Sequence[Match]) -> Proposed:
    proposals = [
        Proposal(
            expression=each.candidate.is_,
            value=each.reference["text"],
            title=each.title,
            source_id=each.reference["source_id"],
            words=list(each.candidate.words),
            chance=each.chance(len(matches)),
            as_near=each.as_near,
            of=each.of,
        )
        for each in matches
    ]
    first = matches[0].candidate
    is_sure = len(matches) == 1 or first.rank < matches[1].candidate.rank
    row = context.row
    return Proposed(row["figure_id"], row["text"], row["unit"], is_sure, proposals)


def _print(found: Matched) -> None:
    rows = []
    for one in found.proposed:
        for place, each in enumerate(one.matches[:SHOWN]):
            first = (one.id, one.printed) if not place else ("", "")
            near = f"{each.chance:.2g}: {each.as_near} of {each.of}, {len(one.matches)} tried"
            rows.append((*first, each.value, each.expression, near))
    if rows:
        print_table(("figure", "print", "evidence", "expression", "chance"), rows)
    if found.without:
        count = format_count(len(found.without), "figure or claim", "figures or claims")
        print_line(f"No series fits {count}: {listed(found.without, SHOWN)}")
    if found.written:
        print_line(f"Wrote {format_count(len(found.written), 'reference')} to {found.path}")
    elif found.proposed:
        print_line("`tidebook match ID --write` takes the first match of a figure over")
