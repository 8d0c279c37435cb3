"""The command `accept`: take a finding as known, with the reason, until it gets worse or is mended.

Belongs here: which findings are accepted, and where that is written. Does not: what acceptance does to an outcome
(`judge.accepted`, `judge.figure_outcomes`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidebook.pipelines.commands.common import raw_option
from tidebook.pipelines.commands.terminal import tell
from tidebook.pipelines.read.dossier.sections import FILES, section_paths
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.rawfile import is_there, read_raw
from tidebook.pipelines.read.settings import settings

if TYPE_CHECKING:
    from tidebook.pipelines.judge.accepted import AcceptedFinding
    from tidebook.pipelines.report.dossier_findings import JudgedRows

ACCEPTED = FILES["accepted"]


@click.command()
@click.argument("names", nargs=-1, metavar="[ID]...", help="Ids of figures and claims with a finding.")
@click.option("--why", metavar="REASON", help="Reason, which the report shows.")
@click.option("--all", "everything", is_flag=True, help="Accept all findings that are not accepted yet.")
@click.option("--prune", is_flag=True, help="Remove entries whose figure or claim has no finding any more.")
@raw_option
def accept(names: tuple[str, ...], why: str | None, everything: bool, prune: bool, raw: Path | None) -> None:
    """Accept findings with a reason: they are silent until they get worse. Writes accepted.toml."""
    if not (names or everything or prune):
        raise InputError(Problem("tidebook accept", "the id of a finding, --all or --prune"))
    if (names or everything) and not (why or "").strip():
        raise InputError(Problem("--why", "the reason for which it is accepted"))
    from tidebook.pipelines.graph.check import check
    from tidebook.pipelines.judge.accepted import ACCEPTABLE, with_entries
    from tidebook.pipelines.read.atomic import write_file
    from tidebook.pipelines.read.regular import check_target

    folders = settings(raw)
    _refuse_elsewhere(folders.raw)
    check_target(folders.raw, ACCEPTED)
    rows = check(folders).rows
    found = _findings(rows, why or "-")
    if unknown := [name for name in names if name not in found]:
        near = did_you_mean(unknown[0], found)
        raise InputError(Problem("tidebook accept", f"a figure or claim with a finding{near}", text=unknown[0]))
    text = read_raw(folders.raw, ACCEPTED).text() if is_there(folders.raw, ACCEPTED) else ""
    accepted = {row.get("figure_id") or row["statement_id"] for row in _all(rows) if row["accepted"]}
    wanted = [name for name in found if name in names or (everything and name not in accepted)]
    faulted = {row.get("figure_id") or row["statement_id"] for row in _all(rows) if row["outcome"] in ACCEPTABLE}
    obsolete = [name for name in _entries(text) if name not in faulted] if prune else []
    new = with_entries(text, [found[name] for name in wanted], obsolete)
    if new == text:
        tell("Nothing to change")
        return
    write_file(folders.raw / ACCEPTED, new.encode())
    for name in wanted:
        tell(f"accepted: {name}, {found[name].outcome}")
    for name in obsolete:
        tell(f"removed: {name} has no finding any more")


def _refuse_elsewhere(raw: Path) -> None:
    """Refuse where the section stands in another file, which is not rewritten.

    Raises:
        InputError: entries stand in dossier.toml or beside the claims.
    """
    paths = section_paths(raw)
    for path in dict.fromkeys((paths["accepted"], paths["claims"])):
        if path != ACCEPTED and is_there(raw, path) and path.endswith(".toml"):
            file = read_raw(raw, path)
            if "accepted" in file.toml():
                line = file.toml_line(("accepted",))
                raise InputError(Problem(path, f"no [[accepted]] here: move them to {ACCEPTED}", line))


def _all(rows: JudgedRows) -> list[Row]:
    return [*rows.figure_outcomes, *rows.outcomes]


def _entries(text: str) -> list[str]:
    import tomllib

    return [entry["id"] for entry in tomllib.loads(text).get("accepted", ())]


def _findings(rows: JudgedRows, why: str) -> dict[str, AcceptedFinding]:
    """Return an entry for each figure and claim with a finding, by id."""
    from tidebook.pipelines.judge.accepted import ACCEPTABLE, AcceptedFinding

    found = {}
    for row in _all(rows):
        if row["outcome"] in ACCEPTABLE:
            name = row.get("figure_id") or row["statement_id"]
            found[name] = AcceptedFinding(
                id=name, why=why, outcome=row["outcome"], severity=row["severity"] or "", printed=row.get("printed")
            )
    return found
