"""The commands on the raw folder: check it, record it, and say whether the latest release is made of it.

What can be wrong with it is found in `read` and `read.dossier`.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

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
from tidebook.pipelines.commands.terminal import json_text, tell
from tidebook.pipelines.graph.run import owner_fault
from tidebook.pipelines.read.documents import Shape
from tidebook.pipelines.read.dossier.sections import main_file
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.lock import write_lock
from tidebook.pipelines.read.settings import settings
from tidebook.pipelines.read.sources.selection import changed_inputs, input_hashes
from tidebook.pipelines.release.release import up_to_date
from tidebook.releases import latest


@dataclass(frozen=True)
class Status(Shape):
    """What `tidebook status` says of the latest release."""

    release: str
    """Id of the latest release."""
    place: str
    """Folder or object store that it is in."""
    up_to_date: bool
    """Whether a build would change nothing."""
    changed: list[str]
    """Inputs that are not what they were when it was built; empty where only code or libraries are."""
    unlocked: list[str]
    """Raw files that are not as `tidebook lock` recorded them."""
    outcomes: dict[str, dict[str, int]]
    """By kind of statement, and for figures: how many have each outcome."""


@dataclass(frozen=True)
class Fault(Shape):
    """One thing wrong in the raw folder."""

    file: str
    """File, below the raw folder."""
    line: int | None
    """Line, from 1."""
    column: str | None
    """Header of a CSV column, or key of a TOML file."""
    text: str | None
    """What was found there."""
    expected: str
    """What was expected, and what is near it."""


@dataclass(frozen=True)
class Checked(Shape):
    """What `tidebook check` found in the raw folder."""

    readable: bool
    """Whether all of it can be read."""
    rows: dict[str, int]
    """By table: how many rows it has; empty where something cannot be read."""
    problems: list[Fault]
    """What cannot be read."""
    notes: list[str]
    """What is no error but will surprise."""


@click.command()
@raw_option
@out_option
@json_option
def status(raw: Path | None, out: str | None, as_json: bool) -> None:
    """Say whether the latest release is up to date, which raw files were edited, and how many have which outcome."""
    folders = settings(raw, out)
    unlocked = locked_differences(folders)
    sync_latest(folders)
    release = latest(folders.out)
    if release is None:
        raise InputError(Problem(folders.shown, "a folder with a release; `tidebook build` makes the first"))
    inputs = release.inputs()
    found = input_hashes(folders)
    edited = changed_inputs(inputs, found)
    if main_file(folders.raw) in edited:
        from tidebook.pipelines.read.dossier.checked import readable_dossier

        dossier = readable_dossier(folders.raw)
        if dossier and (fault := owner_fault(release, dossier.article.slug)):
            raise InputError(Problem(folders.shown, fault))
    current = up_to_date(folders.out, found) is not None
    counts = outcome_counts(folders.out)
    if as_json:
        click.echo(json_text(Status(release.release_id, folders.shown, current, edited, unlocked, counts)))
        return
    tell_lock(unlocked)
    tell(f"Latest release: {release.release_id} in {folders.shown}")
    changed = ", ".join(edited) or "code, libraries or files of the release"
    tell("Up to date" if current else f"Out of date: {changed} changed")
    for line in count_lines(counts):
        tell(line)


@click.command()
@raw_option
@click.option("--strict", is_flag=True, help="Treat notes as errors.")
@json_option
def check(raw: Path | None, strict: bool, as_json: bool) -> None:
    """Read and check the raw folder only; nothing is built."""
    folders = settings(raw)
    if not as_json:
        tell_lock(locked_differences(folders))
    from tidebook.pipelines.graph.run import check as check_raw

    faults: list[Fault] = []
    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        try:
            counts, notes = check_raw(folders.raw, Path(scratch))
        except InputError as error:
            if not as_json:
                raise
            counts, notes, faults = {}, [], [Fault(**vars(each)) for each in error.problems]
    if as_json:
        click.echo(json_text(Checked(not faults, counts, faults, notes)))
    else:
        for line in notes:
            tell(f"{'error' if strict else 'note'}: {line}", err=True)
    if faults or (notes and strict):
        raise Exit(2)
    if not as_json:
        from tidebook.schemas.registry import ENGINE

        ones = {name: name.removesuffix("s") for name in ENGINE if counts.get(name) == 1}
        tell(", ".join(f"{count} {ones.get(name, name)}" for name, count in counts.items()) + ": all can be read")


@click.command()
@raw_option
def lock(raw: Path | None) -> None:
    """Record the raw files as they are now in sources.lock, and in contracts/ what their tables promise."""
    folder = settings(raw).raw
    changed = [*_record_contracts(folder), *write_lock(folder)]
    for path in changed:
        tell(f"recorded {path}")
    if not changed:
        tell("The lock was up to date")


def _record_contracts(raw: Path) -> list[str]:
    """Record the contracts of a dossier's tables where it keeps them, and return the files that changed.

    Raises InputError if a table changed without a step of its version.
    """
    folder = raw / "contracts"
    if not folder.is_dir():
        return []
    from tidebook.pipelines.read.dossier.checked import dossier_in
    from tidebook.schemas.contracts import write

    before = {path: path.read_bytes() for path in folder.iterdir()}
    if faults := write(list(dossier_in(raw).models.values()), folder):
        raise InputError([Problem(main_file(raw), text) for text in faults])
    after = {path: path.read_bytes() for path in folder.iterdir()}
    return sorted(f"contracts/{path.name}" for path in {**before, **after} if before.get(path) != after.get(path))
