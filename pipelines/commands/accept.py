"""The command `accept`: take a finding as known, with the reason, until it gets worse or is fixed.

Belongs here: which findings are accepted, and where that is written. Does not: what acceptance does to an outcome
(`judge.accepted`, `judge.figure_outcomes`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidebook.pipelines.commands.checking import checked_text, problem_of
from tidebook.pipelines.commands.common import json_option, raw_option
from tidebook.pipelines.commands.terminal import print_json, tell
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.dossier.sections import FILES, section_paths
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.rawfile import RawFile, check_written, is_there, read_raw
from tidebook.pipelines.read.settings import Settings, settings

if TYPE_CHECKING:
    from tidebook.pipelines.judge.accepted import AcceptedFinding
    from tidebook.pipelines.report.dossier_findings import JudgedRows

ACCEPTED = FILES["accepted"]


@dataclass(frozen=True)
class Written(JsonDocument):
    """What `tidebook accept` changed."""

    accepted: list[str]
    """Ids of the findings that are accepted now."""
    removed: list[str]
    """Ids of the entries that were removed."""


@click.command()
@click.argument("names", nargs=-1, metavar="[ID]...", help="Ids of figures and claims with a finding.")
@click.option("--why", metavar="REASON", help="Reason, which the report shows.")
@click.option("--all", "everything", is_flag=True, help="Accept all findings that are not accepted yet.")
@click.option("--prune", is_flag=True, help="Remove entries whose figure or claim has no finding any more.")
@click.option(
    "--text", type=click.Path(exists=True, dir_okay=False), help="Text without a dossier, by the ids of `check TEXT`."
)
@raw_option
@json_option
def accept(
    names: tuple[str, ...],
    why: str | None,
    everything: bool,
    prune: bool,
    text: str | None,
    raw: Path | None,
    as_json: bool,
) -> None:
    """Accept findings with a reason: they are silent until they get worse. Writes accepted.toml."""
    if not (names or everything or prune):
        raise InputError(Problem("tidebook accept", "the id of a finding, --all or --prune"))
    if (names or everything) and not (why or "").strip():
        raise InputError(Problem("--why", "the reason for which it is accepted"))
    if text:
        path, found, accepted = _of_text(text, why or "-")
    else:
        path, found, accepted = _of_dossier(settings(raw), why or "-")
    if unknown := [name for name in names if name not in found]:
        near = did_you_mean(unknown[0], found)
        raise InputError(Problem("tidebook accept", f"a figure or claim with a finding{near}", text=unknown[0]))
    wanted = [name for name in found if name in names or (everything and name not in accepted)]
    written = _write(path, [found[name] for name in wanted], found if prune else None)
    if as_json:
        print_json(written)
    else:
        _tell(written, found)


def _of_dossier(folders: Settings, why: str) -> tuple[Path, dict[str, AcceptedFinding], set[str]]:
    """Return the file of a dossier's entries, an entry for each of its findings, and the ids that are accepted."""
    from tidebook.pipelines.commands.progress import shown_run
    from tidebook.pipelines.graph.check import check
    from tidebook.pipelines.judge.accepted import finding_id

    _refuse_elsewhere(folders.raw)
    check_written(folders.raw, ACCEPTED)
    with shown_run() as observer:
        rows = check(folders, observer=observer).rows
    accepted = {finding_id(row) for row in _all(rows) if row["accepted"]}
    return folders.raw / ACCEPTED, _findings(rows, why), accepted


def _of_text(text: str, why: str) -> tuple[Path, dict[str, AcceptedFinding], set[str]]:
    """Return the same for a text that has no dossier."""
    from tidebook.pipelines.judge.accepted import AcceptedFinding
    from tidebook.pipelines.report.article_findings import ACCEPTED_SUFFIX

    place = Path(f"{text}{ACCEPTED_SUFFIX}")
    check_written(place.parent, place.name)
    checked = checked_text(text, ())
    if checked.problems:
        raise InputError([problem_of(fault) for fault in checked.problems])
    found = {
        each.id: AcceptedFinding(id=each.id, why=why, outcome=each.kind, severity=each.severity, printed=each.printed)
        for each in checked.findings
    }
    return place, found, {each.id for each in checked.findings if each.accepted}


def _write(path: Path, entries: list[AcceptedFinding], known: Collection[str] | None) -> Written:
    """Write entries, without those that have no finding any more if it is `known` which ones there are."""
    from tidebook.pipelines.judge.accepted import entries_of, with_entries
    from tidebook.pipelines.read.atomic import write_file

    file = read_raw(path.parent, path.name) if is_there(path.parent, path.name) else RawFile(path.name, b"")
    obsolete = [] if known is None else [name for name in entries_of(file) if name not in known]
    new = with_entries(file.text(), entries, obsolete)
    if new == file.text():
        return Written([], [])
    write_file(path, new.encode())
    return Written([entry.id for entry in entries], obsolete)


def _tell(written: Written, entries: Mapping[str, AcceptedFinding]) -> None:
    for name in written.accepted:
        tell(f"accepted: {name}, {entries[name].outcome}")
    for name in written.removed:
        tell(f"removed: {name} has no finding any more")
    if not (written.accepted or written.removed):
        tell("Nothing to change")


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


def _findings(rows: JudgedRows, why: str) -> dict[str, AcceptedFinding]:
    """Return an entry for each figure and claim with a finding, by id."""
    from tidebook.pipelines.judge.accepted import ACCEPTABLE, AcceptedFinding, finding_id

    found = {}
    for row in _all(rows):
        if row["outcome"] in ACCEPTABLE:
            name = finding_id(row)
            found[name] = AcceptedFinding(
                id=name, why=why, outcome=row["outcome"], severity=row["severity"] or "", printed=row.get("printed")
            )
    return found
