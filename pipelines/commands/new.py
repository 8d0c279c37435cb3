"""The command `new`: writes a dossier drafted from a text, or the smallest one that teaches itself.

Belongs here: which folder, and that what is written can be checked and built. Does not: the guesses (`judge.drafts`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidebook.pipelines.commands.terminal import tell
from tidebook.pipelines.read.dossier.sections import DOSSIER
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.names import slug_of_all
from tidebook.pipelines.read.rawfile import unreadable
from tidebook.schemas.json_schemas import published, schema_line, schema_path

if TYPE_CHECKING:
    from tidebook.pipelines.judge.drafts import Draft

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
def new(text: str, folder: str, name: str | None) -> None:
    """Draft a dossier from an article: Markdown, a saved page or plain text. Guesses are marked, and listed at the end.

    The folder can be checked and built at once. It must be new or empty: nothing is overwritten.
    """
    if name is None and not text:
        raise InputError(Problem("TEXT", "the file of an article, or --empty with a name"))
    from tidebook.pipelines.judge.drafts import empty_dossier

    if name is not None:
        place = _place(text or slug_of_all(name) or "dossier")
        _write(place, _with_schema({path: content.encode() for path, content in empty_dossier(name).items()}))
        _tell_next(place)
        return
    data = _read(text)
    draft, article = _draft(text, data)
    place = _place(folder or slug_of_all(draft.title) or "dossier")
    _write(place, _with_schema({DOSSIER: draft.toml.encode(), article: data}))
    for guess in draft.guesses[:SHOWN]:
        tell(f"guess: {guess.where}: {guess.words}")
    if len(draft.guesses) > SHOWN:
        tell(f"and {len(draft.guesses) - SHOWN} more, which decide less")
    _tell_next(place)


def _tell_next(place: Path) -> None:
    tell(f"Wrote {place}; next: tidebook build --raw {place} --open")


def _read(text: str) -> bytes:
    if text == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(text).read_bytes()
    except OSError as error:
        raise unreadable(text, error) from error


def _place(folder: str) -> Path:
    """Return a folder to write to. Raises InputError if something is there."""
    place = Path(folder)
    if place.is_dir() and not any(place.iterdir()):
        return place
    if place.exists() or place.is_symlink():
        raise InputError(Problem(folder, "a new or empty folder: nothing is overwritten"))
    return place


def _draft(text: str, data: bytes) -> tuple[Draft, str]:
    """Return a draft that can be checked: what turns out not to fit is left out."""
    from tidebook.pipelines.judge.drafts import draft_of, file_of
    from tidebook.pipelines.read.text.document import read_document

    file = file_of("" if text == "-" else text, data)
    document = read_document(file)
    changed = dt.datetime.fromtimestamp(Path("." if text == "-" else text).stat().st_mtime, tz=dt.UTC).date()
    left_out: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        for _ in range(MOST_TRIES):
            draft = draft_of(document, changed, left_out)
            unfit = _unfit(Path(scratch), draft, file.path, data)
            if not unfit:
                return draft, file.path
            left_out.update(unfit)
    raise InputError(Problem(text, "an article from which a dossier can be drafted; start with --empty"))


def _unfit(scratch: Path, draft: Draft, article: str, data: bytes) -> set[str]:
    """Return the tables and quotations of a draft because of which it cannot be read or judged.

    Judging is what a build does before its report; of what an earlier draft had too, the results are in `scratch`.
    """
    from tidebook.pipelines.graph.graph import graph_with
    from tidebook.pipelines.graph.run import Run, RunObserver
    from tidebook.pipelines.graph.store import Store

    raw, out = scratch / "raw", scratch / "out"
    _write(raw, {"dossier.toml": draft.toml.encode(), article: data})
    try:
        run = Run(graph_with(raw, None, None).up_to(JUDGED), Store(out), out)
        run.execute(RunObserver())
    except InputError as error:
        found = {_entry_at(draft.lines, problem) for problem in error.problems}
        if not found - {""}:
            raise
        return found - {""}
    return set()


def _entry_at(lines: list[str], problem: Problem) -> str:
    """Return the table or quotation whose entry has a problem, "" if no entry has it."""
    if problem.file != "dossier.toml" or not problem.line:
        return ""
    start = problem.line - 1
    while start >= 0 and not lines[start].startswith("["):
        start -= 1
    if start >= 0 and (named := re.match(r"\[tables\.(\w+)", lines[start])):
        return named[1]
    for line in lines[max(start, 0) : start + 6]:
        if line.startswith("quote = "):
            return str(json.loads(line.removeprefix("quote = ")))  # as the draft wrote it
    return ""


def _with_schema(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files with the schema of dossier.toml, which its first line names: editors complete and check by it."""
    line = f"{schema_line(DOSSIER)}\n".encode()
    return {**files, DOSSIER: line + files[DOSSIER], schema_path(DOSSIER): published(DOSSIER)}


def _write(place: Path, files: Mapping[str, bytes]) -> None:
    from tidebook.pipelines.read.atomic import write_file

    for path, content in files.items():
        write_file(place / path, content)
