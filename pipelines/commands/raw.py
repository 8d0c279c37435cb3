"""The commands on the article folder: `status`, `check` and `lock`.

Belongs here: printing what these find. Does not: finding problems in files (`read`), or comparing releases with
inputs (`release`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import (
    json_option,
    locked_differences,
    out_option,
    outcome_counts,
    raw_option,
    sync_latest,
    tell_lock,
)
from tidebook.pipelines.commands.outcomes import count_lines
from tidebook.pipelines.commands.terminal import print_json, tell
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.dossier.sections import main_file
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.lock import LOCK, write_lock
from tidebook.pipelines.read.rawfile import is_there, read_raw
from tidebook.pipelines.read.regular import check_target
from tidebook.pipelines.read.settings import Settings, settings
from tidebook.pipelines.read.sources.selection import changed_inputs, input_hashes
from tidebook.pipelines.release.release import up_to_date
from tidebook.releases import LocalRelease, latest

CONTRACTS = "contracts"
"""The folder of the contracts of a dossier's own tables, which `tidebook lock` records where it is there."""


@dataclass(frozen=True)
class Status(JsonDocument):
    """The state of the latest release, as `tidebook status` prints it."""

    release: str
    """Id of the latest release."""
    place: str
    """Its folder or object store."""
    up_to_date: bool
    """Whether a build would change nothing."""
    changed: list[str]
    """Inputs that changed since it was built; empty if only code or libraries changed."""
    unlocked: list[str]
    """Files that differ from what `tidebook lock` recorded."""
    outcomes: dict[str, dict[str, int]]
    """Counts of outcomes by kind of statement, and for figures."""


@dataclass(frozen=True)
class Fault(JsonDocument):
    """A problem in the article folder."""

    file: str
    """File, relative to the article folder."""
    line: int | None
    """Line, from 1."""
    column: str | None
    """Header of a CSV column, or key of a TOML file."""
    text: str | None
    """Text found there."""
    expected: str
    """What was expected, with similar names."""


@dataclass(frozen=True)
class Checked(JsonDocument):
    """The result of `tidebook check`."""

    readable: bool
    """Whether all files can be read."""
    rows: dict[str, int]
    """Number of rows by table; empty if a file cannot be read."""
    problems: list[Fault]
    """Problems because of which files cannot be read."""
    notes: list[str]
    """Warnings: valid input that may not be intended."""


@click.command()
@raw_option
@out_option
@json_option
def status(raw: Path | None, out: str | None, as_json: bool) -> None:
    """Show whether the latest release is up to date, which files changed, and the outcome counts."""
    folders = settings(raw, out)
    unlocked = locked_differences(folders)
    sync_latest(folders)
    release = latest(folders.out)
    if release is None:
        raise InputError(Problem(folders.shown, "a folder with a release; `tidebook build` makes the first"))
    inputs = input_hashes(folders)
    changed = changed_inputs(release.inputs(), inputs)
    if main_file(folders.raw) in changed:
        _check_owner(release, folders)
    current = up_to_date(folders.out, inputs) is not None
    counts = outcome_counts(folders.out)
    if as_json:
        print_json(Status(release.release_id, folders.shown, current, changed, unlocked, counts))
        return
    tell_lock(unlocked)
    tell(f"Latest release: {release.release_id} in {folders.shown}")
    causes = ", ".join(changed) or "code, libraries or files of the release"
    tell("Up to date" if current else f"Out of date: {causes} changed")
    for line in count_lines(counts):
        tell(line)


def _check_owner(release: LocalRelease, folders: Settings) -> None:
    """Raise InputError if the release is of another dossier than the article folder's."""
    from tidebook.pipelines.graph.run import owner_fault  # which imports pandas and the whole graph
    from tidebook.pipelines.read.dossier.checked import readable_dossier

    dossier = readable_dossier(folders.raw)
    fault = owner_fault(release, dossier.article.slug) if dossier else ""
    if fault:
        raise InputError(Problem(folders.shown, fault))


@click.command()
@raw_option
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@json_option
def check(raw: Path | None, strict: bool, as_json: bool) -> None:
    """Check the article folder without building anything."""
    folders = settings(raw)
    if not as_json:
        tell_lock(locked_differences(folders))
    counts, notes, faults = _checked(folders.raw, raises=not as_json)
    if as_json:
        print_json(Checked(not faults, counts, faults, notes))
    for line in notes if not as_json else ():
        tell(f"{'error' if strict else 'warning'}: {line}", err=True)
    if faults or (notes and strict):
        raise Exit(2)
    if not as_json:
        tell(f"{_counts_words(counts)}: all can be read")


def _checked(raw: Path, raises: bool) -> tuple[dict[str, int], list[str], list[Fault]]:
    """Check the article folder; return rows by table, notes, and problems, unless these are raised."""
    from tidebook.pipelines.graph.check import check

    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        try:
            counts, notes = check(raw, Path(scratch))
        except InputError as error:
            if raises:
                raise
            return {}, [], [Fault(**vars(problem)) for problem in error.problems]
    return counts, notes, []


def _counts_words(counts: Mapping[str, int]) -> str:
    """Return the counts of rows: `9 men, 1 source`."""
    from tidebook.schemas.registry import ENGINE

    parts = []
    for name, count in counts.items():
        # The engine's tables have English plurals as names; a dossier's may have any name.
        singular = name.removesuffix("s") if name in ENGINE else name
        parts.append(f"{count} {singular if count == 1 else name}")
    return ", ".join(parts)


@click.command()
@raw_option
def lock(raw: Path | None) -> None:
    """Record the article's files in sources.lock, and the contracts of their tables in contracts/."""
    folder = settings(raw).raw
    _check_target(folder, LOCK)
    changed = [*_record_contracts(folder), *write_lock(folder)]
    for path in changed:
        tell(f"recorded {path}")
    if not changed:
        tell("The lock was up to date")


def _record_contracts(raw: Path) -> list[str]:
    """Record the contracts of a dossier's tables, if it has a folder for them; return the files that changed.

    Raises:
        InputError: a table changed without a step of its version.
    """
    if not is_there(raw, CONTRACTS):
        return []
    from tidebook.pipelines.read.dossier.checked import dossier_in
    from tidebook.schemas import contracts

    models = list(dossier_in(raw).models.values())
    history = _contract_history(raw)
    faults = contracts.faults(models, history)
    if faults:
        raise InputError([Problem(main_file(raw), fault) for fault in faults])
    files = {f"{CONTRACTS}/{name}": text for name, text in contracts.files(models, history).items()}
    for path in files:
        _check_target(raw, path)
    return [path for path, text in sorted(files.items()) if _put(raw, path, text)]


def _contract_history(raw: Path) -> list[dict[str, Any]]:
    from tidebook.schemas.contracts import HISTORY, parse_history

    path = f"{CONTRACTS}/{HISTORY}"
    _check_target(raw, path)
    if not is_there(raw, path):
        return []
    try:
        return parse_history(read_raw(raw, path).text())
    except (ValueError, TypeError) as error:
        raise InputError(Problem(path, "a history as `tidebook lock` writes it")) from error


def _check_target(raw: Path, path: str) -> None:
    try:
        check_target(raw, path)
    except OSError as error:
        raise InputError(Problem(path, "a file or folder inside the raw folder, not a link or device")) from error


def _put(raw: Path, path: str, text: str | None) -> bool:
    """Write a file of the article folder, or remove it where there is no text; return whether it changed."""
    from tidebook.pipelines.read.atomic import write_file

    before = read_raw(raw, path).data if is_there(raw, path) else None
    after = None if text is None else text.encode()
    if before == after:
        return False
    if after is None:
        (raw / path).unlink()
    else:
        write_file(raw / path, after)
    return True
