"""The command `new`: writes a dossier drafted from a text, or the smallest one that teaches itself.

Belongs here: which folder, and that what is written can be checked and built. Does not: the guesses (`judge.drafts`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tidebook.pipelines.commands.read import text_file
from tidebook.pipelines.commands.terminal import tell
from tidebook.pipelines.read.dossier.sections import DOSSIER
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.names import slug_of_all
from tidebook.schemas.json_schemas import published, schema_line, schema_path
from tidebook.schemas.vocabulary import FAULTED

if TYPE_CHECKING:
    from tidebook.pipelines.judge.drafts import Draft
    from tidebook.pipelines.judge.proposed import Verified

SHOWN = 20
"""Guesses that are listed; all stand in the file."""
JUDGED = "outcomes"
"""The table for which all of a dossier is read and judged."""
MOST_TRIES = 60
"""Maximum entries that are left out because they turn out not to fit."""


@click.command()
@click.argument("text", default="", metavar="TEXT")
@click.argument("folder", default="", metavar="[DIR]")
@click.option("--empty", "name", metavar="NAME", help="Write the smallest dossier that teaches itself.")
@click.option("--proposals", metavar="FILE", help="Also take claims, figures and units from this JSON, if they fit.")
def new(text: str, folder: str, name: str | None, proposals: str | None) -> None:
    """Draft a dossier from an article: Markdown, a saved page or plain text. Guesses are marked, and listed at the end.

    The folder can be checked and built at once. It must be new or empty: nothing is overwritten.

    Each proposal is verified: its quote is in the text, its number in the quote, and its expression has the number's
    unit. What fails is listed and left out; if all fail, the dossier is written and the exit code is 1.
    """
    if name is None and not text:
        raise InputError(Problem("TEXT", "the file of an article, or --empty with a name"))
    from tidebook.pipelines.judge.drafts import empty_dossier

    if name is not None:
        place = _place(text or slug_of_all(name) or "dossier")
        _write(place, _with_schema({path: content.encode() for path, content in empty_dossier(name).items()}))
        _tell_next(place)
        return
    if text == proposals == "-":
        raise InputError(Problem("--proposals", "a file, as standard input is the text"))
    data = text_file(text).data
    drafted = _draft(text, data, proposals)
    draft = drafted.draft
    place = _place(folder or slug_of_all(draft.title) or "dossier")
    _write(place, _with_schema({DOSSIER: draft.toml.encode(), drafted.article: data}))
    for guess in draft.guesses[:SHOWN]:
        tell(f"guess: {guess.where}: {guess.words}")
    if len(draft.guesses) > SHOWN:
        tell(f"and {len(draft.guesses) - SHOWN} more, which decide less")
    if proposals is not None:
        _tell_proposals(drafted)
    _tell_next(place)
    if proposals is not None and drafted.proposals.refused and not drafted.proposals.count:
        raise SystemExit(1)


def _tell_proposals(drafted: _Drafted) -> None:
    """Say which proposals are left out, and which claims do not hold: there the proposal or the article is wrong."""
    found = drafted.proposals
    for each in found.refused:
        tell(f"left out: {each.place} ({each.words}): {each.why}", always=True)
    for row in drafted.outcomes:
        if row["statement_id"] in drafted.draft.proposed_ids and row["outcome"] not in HOLDS:
            where = drafted.draft.proposed_ids[row["statement_id"]]
            tell(f"read: {where} (claim {row['statement_id']}) {row['outcome']}: {row['why']}", always=True)
    taken = format_count(found.count, "proposal")
    tell(f"{taken} taken, {len(found.refused)} left out; none decides anything by itself")


HOLDS = ("stands", "consistent")
"""Outcomes of a claim that need no look of the author."""


class _Drafted(NamedTuple):
    """A draft that can be checked, the name of the article in it, the proposals, and the outcomes of its claims."""

    draft: Draft
    article: str
    proposals: Verified
    outcomes: list[Row]


def _tell_next(place: Path) -> None:
    tell(f"Wrote {place}; next: tidebook build --dossier {place} --open")


def _place(folder: str) -> Path:
    """Return a folder to write to. Raises InputError if something is there."""
    place = Path(folder)
    if place.is_dir() and not any(place.iterdir()):
        return place
    if place.exists() or place.is_symlink():
        raise InputError(Problem(folder, "a new or empty folder: nothing is overwritten"))
    return place


def _draft(text: str, data: bytes, proposals: str | None) -> _Drafted:
    """Return a draft that can be checked: what turns out not to fit is left out."""
    from tidebook.pipelines.judge.drafts import draft_of, file_of
    from tidebook.pipelines.judge.proposed import NOTHING, Refused, read_proposals
    from tidebook.pipelines.read.text.document import read_document

    file = file_of("" if text == "-" else text, data)
    document = read_document(file)
    changed = dt.datetime.fromtimestamp(Path("." if text == "-" else text).stat().st_mtime, tz=dt.UTC).date()
    proposed = NOTHING
    if proposals is not None:
        proposed = read_proposals(text_file(proposals), document)
    left_out: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        for _ in range(MOST_TRIES + proposed.count):
            draft = draft_of(document, changed, left_out, proposed)
            tried = _tried(Path(scratch), draft, file.path, data)
            untrue = _untrue_guesses(draft, tried.outcomes)
            if not tried.unfit and not untrue:
                return _Drafted(draft, file.path, proposed, tried.outcomes)
            left_out.update(untrue)
            refused = []
            for entry, problem in tried.unfit.items():
                if entry.place:
                    refused.append(Refused(entry.place, entry.name, _why(entry.name, problem)))
                else:
                    left_out[entry.name] += 1
            proposed = proposed.without(refused)
    raise InputError(Problem(text, "an article from which a dossier can be drafted; start with --empty"))


def _untrue_guesses(draft: Draft, outcomes: list[Row]) -> list[str]:
    """Return the quotations of guessed claims that do not hold: a guess accuses nobody."""
    return [
        row["quote"] for row in outcomes if row["outcome"] in FAULTED and row["statement_id"] not in draft.proposed_ids
    ]


class _Entry(NamedTuple):
    """An entry of a draft: the name of its table or unit, or its quotation; its place among proposals, if it is one."""

    name: str
    place: str


class _Tried(NamedTuple):
    """The entries of a draft because of which it cannot be read or judged, and the outcomes if it can."""

    unfit: dict[_Entry, Problem]
    outcomes: list[Row]


def _why(name: str, problem: Problem) -> str:
    """Say what an entry lacks."""
    key = f"{problem.column.rpartition('.')[2]}: " if problem.column else ""
    found = f"found {problem.text!r}, " if problem.text and problem.text != name else ""
    return f"{key}{found}expected {problem.expected}"


def _tried(scratch: Path, draft: Draft, article: str, data: bytes) -> _Tried:
    """Read and judge a draft.

    Judging is what a build does before its report; of what an earlier draft had too, the results are in `scratch`.
    """
    from tidebook.pipelines.graph.graph import graph_with
    from tidebook.pipelines.graph.run import Run, RunObserver
    from tidebook.pipelines.graph.store import Store
    from tidebook.schemas.base import records

    raw, out = scratch / "raw", scratch / "out"
    _write(raw, {"dossier.toml": draft.toml.encode(), article: data})
    try:
        run = Run(graph_with(raw, None, None).up_to(JUDGED), Store(out), out)
        run.execute(RunObserver())
    except InputError as error:
        found: dict[_Entry, Problem] = {}
        for problem in error.problems:
            if entry := _entry_at(draft, problem):
                found.setdefault(entry, problem)
        if not found:
            raise
        return _Tried(found, [])
    return _Tried({}, [*records(run.table(JUDGED))])


def _entry_at(draft: Draft, problem: Problem) -> _Entry | None:
    """Return the entry that has a problem, None if no entry has it."""
    if problem.file != DOSSIER or not problem.line:
        return None
    lines, start = draft.lines, problem.line - 1
    while start >= 0 and not lines[start].startswith("["):
        start -= 1
    if start < 0:
        return None
    place = draft.proposed.get(start, "")
    if named := re.match(r"\[(?:tables|units)\.(\w+)", lines[start]):
        return _Entry(named[1], place)
    for line in lines[start : start + 6]:
        if line.startswith("quote = "):
            return _Entry(str(json.loads(line.removeprefix("quote = "))), place)  # as the draft wrote it
    return None


def _with_schema(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files with the schema of dossier.toml, which its first line names: editors complete and check by it."""
    line = f"{schema_line(DOSSIER)}\n".encode()
    return {**files, DOSSIER: line + files[DOSSIER], schema_path(DOSSIER): published(DOSSIER)}


def _write(place: Path, files: Mapping[str, bytes]) -> None:
    from tidebook.pipelines.read.atomic import write_file

    for path, content in files.items():
        write_file(place / path, content)
