"""The command `accept`: take a finding as known, with the reason, until it gets worse or is fixed.

Belongs here: which findings are accepted, and where that is written. Does not: what acceptance does to an outcome
(`judge.accepted`, `judge.figure_outcomes`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tidebook.pipelines.commands.checking import Checked, checked_folder, checked_text, problem_of
from tidebook.pipelines.commands.common import json_option, raw_option
from tidebook.pipelines.commands.terminal import print_json, print_line
from tidebook.pipelines.read.declarations import LONGEST_TEXT
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.dossier.sections import FILES, accepted_path, section_paths
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean, refuse
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.rawfile import CONTROL, RawFile, check_written, is_there, read_raw
from tidebook.pipelines.read.settings import Settings, settings
from tidebook.schemas.vocabulary import UNCOVERED

if TYPE_CHECKING:
    from tidebook.pipelines.judge.accepted import AcceptedFinding
    from tidebook.pipelines.report.dossier_findings import JudgedRows

ACCEPTED = FILES["accepted"]
_NOT_UTF8 = re.compile("[\ud800-\udfff]")
"""What stands in an argument for a byte that is not UTF-8."""


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
    """Accept findings with a reason: they are silent until they get worse.

    Writes accepted.toml; contradictions of a text are accepted in TEXT.accepted.toml.
    """
    reason = _reason(why, accepting=bool(names or everything), pruning=prune)
    baselines = [_of_text(text, reason)] if text else _of_dossier(settings(raw), reason)
    written = _written(baselines, names, everything=everything, prune=prune)
    if as_json:
        print_json(written)
    else:
        _print_result(written, {name: entry for each in baselines for name, entry in each.found.items()})


def accept_finding(name: str, why: str, *, dossier: Path | None, text: Path) -> Written:
    """Accept one finding of a dossier, or of a text that has none.

    Raises:
        InputError: there is no such finding, or no reason that a file may hold.
    """
    reason = _reason(why, accepting=True, pruning=False)
    baselines = [_of_text(str(text), reason)] if dossier is None else _of_dossier(settings(dossier), reason)
    return _written(baselines, [name])


def _written(
    baselines: list[_Baseline], names: Collection[str], *, everything: bool = False, prune: bool = False
) -> Written:
    """Write the entries of the findings that are named, or of all, and return what was changed."""
    _refuse_unknown(names, {name for each in baselines for name in each.found})
    written = Written([], [])
    for each in baselines:
        wanted = each.wanted(names, everything)
        entries = [*(each.found[name] for name in wanted), *(each.renamed if prune else ())]
        done = _write(each.path, entries, each.found if prune else None)
        written = Written(written.accepted + done.accepted, written.removed + done.removed)
    return written


def _reason(why: str | None, *, accepting: bool, pruning: bool) -> str:
    """Return the reason for accepting findings; "-" if entries are only removed.

    Raises:
        InputError: there is nothing to do, or no reason to accept something that a file may hold.
    """
    if not (accepting or pruning):
        raise InputError(Problem("tidebook accept", "the id of a finding, --all or --prune"))
    if accepting and not (why or "").strip():
        raise InputError(Problem("--why", "the reason for which it is accepted"))
    if why and (len(why) > LONGEST_TEXT or CONTROL.search(why) or _NOT_UTF8.search(why)):
        expected = f"a text of at most {LONGEST_TEXT:,} characters, without control characters, in UTF-8"
        raise InputError(Problem("--why", expected, text=why))
    return why or "-"


def _refuse_unknown(names: Collection[str], found: Collection[str]) -> None:
    """Raise InputError for the first id without a finding."""
    for name in names:
        if name not in found:
            near = did_you_mean(name, found)
            if name.startswith(f"{UNCOVERED} "):
                near = "; [[ignored]] leaves a number out, with the reason"
            raise InputError(Problem("tidebook accept", f"a figure or claim with a finding{near}", text=name))


class _Baseline(NamedTuple):
    """A file of accepted findings: the entry of each finding that it may accept, by id, and the accepted ids.

    `renamed` are entries that it has under the id of an older version.
    """

    path: Path
    found: dict[str, AcceptedFinding]
    accepted: set[str]
    renamed: Sequence[AcceptedFinding] = ()

    def wanted(self, names: Collection[str], everything: bool) -> list[str]:
        """Return the ids of the findings to accept: those named, or all that are not accepted yet."""
        return [name for name in self.found if name in names or (everything and name not in self.accepted)]


def _of_dossier(folders: Settings, why: str) -> list[_Baseline]:
    """Return the files of a dossier: one for its figures and claims, and one for its text, if it has one."""
    from tidebook.pipelines.commands.progress import progress_of_run
    from tidebook.pipelines.judge.accepted import finding_id

    _refuse_elsewhere(folders.dossier)
    check_written(folders.raw, ACCEPTED)
    with progress_of_run() as observer:
        checked, rows = checked_folder(folders, (), observer=observer)
    refuse([problem_of(fault) for fault in checked.problems])
    accepted = {finding_id(row) for row in _all(rows) if row["accepted"]}
    found = [_Baseline(folders.raw / ACCEPTED, _findings(rows, why), accepted)]
    if rows.text:
        found.append(_baseline_of_text(folders.raw / rows.text, checked, why))
    return found


def _of_text(text: str, why: str) -> _Baseline:
    """Return the file of a text that has no dossier."""
    checked = checked_text(text, ())
    refuse([problem_of(fault) for fault in checked.problems])
    return _baseline_of_text(Path(text), checked, why)


def _baseline_of_text(text: Path, checked: Checked, why: str) -> _Baseline:
    from tidebook.pipelines.judge.accepted import AcceptedFinding, entries_of

    place = Path(accepted_path(str(text)))
    check_written(place.parent, place.name)
    findings = [each for each in checked.findings if each.is_of_text]
    found = {
        each.id: AcceptedFinding(id=each.id, why=why, outcome=each.kind, severity=each.severity, printed=each.printed)
        for each in findings
    }
    entries = entries_of(read_raw(place.parent, place.name)).entries if is_there(place.parent, place.name) else {}
    accepted = {each.id: each.accepted for each in findings if each.accepted}
    renamed = [found[name].model_copy(update={"why": why}) for name, why in accepted.items() if name not in entries]
    return _Baseline(place, found, set(accepted), renamed)


def _write(path: Path, entries: list[AcceptedFinding], known: Collection[str] | None) -> Written:
    """Write entries; if the findings are `known`, without the entries whose finding is fixed."""
    from tidebook.pipelines.judge.accepted import entries_of, with_entries
    from tidebook.pipelines.read.atomic import write_file

    file = read_raw(path.parent, path.name) if is_there(path.parent, path.name) else RawFile(path.name, b"")
    obsolete = [] if known is None else [name for name in entries_of(file).entries if name not in known]
    new = with_entries(file.text(), entries, obsolete)
    if new == file.text():
        return Written([], [])
    write_file(path, new.encode())
    return Written([entry.id for entry in entries], obsolete)


def _print_result(written: Written, entries: Mapping[str, AcceptedFinding]) -> None:
    for name in written.accepted:
        print_line(f"accepted: {name}, {entries[name].outcome}")
    for name in written.removed:
        print_line(f"removed: {name} has no finding any more")
    if not (written.accepted or written.removed):
        print_line("Nothing to change")


def _refuse_elsewhere(raw: Path) -> None:
    """Refuse where the section is in another file, which is not rewritten.

    Raises:
        InputError: entries are in dossier.toml or beside the claims.
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
    from tidebook.pipelines.judge.accepted import ACCEPTABLE, AcceptedFinding, finding_id, printed_in

    found = {}
    for row in _all(rows):
        if row["outcome"] in ACCEPTABLE:
            name = finding_id(row)
            severity, printed = row["severity"] or "", printed_in(row)
            found[name] = AcceptedFinding(id=name, why=why, outcome=row["outcome"], severity=severity, printed=printed)
    return found
