"""The command `replay`: what an article was judged as by what was available on another day.

Belongs here: the outcomes of two days beside each other. Does not: what was available (`read.replay`), or the runs
(`graph.replayed`).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import click

from tidebook.pipelines.commands.common import article_options, check_out, json_option
from tidebook.pipelines.commands.terminal import print_json, print_line
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.settings import Settings, settings

OUTCOMES, ASSUMED = "outcomes", "assumptions"


@dataclass(frozen=True)
class ReplayedStatement(JsonDocument):
    """A statement with its outcomes on two days."""

    kind: str
    """The kind of the statement."""
    id: str
    """Its id."""
    then: str
    """Its outcome by what was available on the day."""
    now: str
    """Its outcome by all that is known."""


@click.command()
@click.option(
    "--as-of", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Leave out what came later."
)
@article_options
@click.option("--out", metavar="DIR", help="Folder for the tables and the report of that day.")
@json_option
def replay(raw: Path | None, day: datetime, out: str | None, as_json: bool) -> None:
    """Judge an article as if published on DAY, with only what was available on it, and compare with now."""
    from tidebook.pipelines.commands.progress import progress_of_run
    from tidebook.pipelines.graph.graph import graph_of
    from tidebook.pipelines.graph.replayed import judged, replayed
    from tidebook.pipelines.release.build import build_release
    from tidebook.schemas.base import records

    folders = settings(raw, out)
    folders = replace(folders, raw=folders.dossier)
    with tempfile.TemporaryDirectory() as scratch, progress_of_run() as observer:
        apart = replace(folders, out=Path(scratch), remote=None)
        now = judged(apart, OUTCOMES, ASSUMED, observer=observer)
        assumed = {row["name"]: row["value"] for row in records(now.table(ASSUMED))}
        if str(day.date()) > assumed["as_of"]:
            expected = f"a day up to {assumed['as_of']}, up to which the evidence of the article is known"
            raise InputError(Problem("--as-of", expected, text=str(day.date())))
        with replayed(apart, day.date()) as copy:
            then = judged(copy, OUTCOMES, observer=observer)
            if out:
                published = replace(copy, out=folders.out, remote=folders.remote)
                check_out(published)
                build_release(published, graph_of(published), observer)
        before, after = (
            {(row["statement_kind"], row["statement_id"]): row["outcome"] for row in records(run.table(OUTCOMES))}
            for run in (then, now)
        )
    found = [ReplayedStatement(*key, before[key], after[key]) for key in before]
    if as_json:
        print_json(found)
        return
    _show(folders, day.date().isoformat(), found)


def _show(folders: Settings, day: str, found: list[ReplayedStatement]) -> None:
    print_line(f"{folders.raw}: as of {day} → by all that is known now")
    for each in found:
        print_line(f"  {each.id}: {each.then}" + (f" → {each.now}" if each.now != each.then else ""), always=True)
    changed = sum(each.now != each.then for each in found)
    print_line(f"{changed} of {format_count(len(found), 'statement')} changed")
