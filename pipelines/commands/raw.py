"""Commands on the dossier as a whole: `status` and `lock`.

Belongs here: printing what these find. Does not: comparing releases with inputs (`release`), or `check`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from tidebook.pipelines.commands.common import json_option, out_option, raw_option
from tidebook.pipelines.commands.foreign import warn_of_foreign
from tidebook.pipelines.commands.latest import count_lines, outcome_counts, sync_latest
from tidebook.pipelines.commands.locked import locked_differences, warn_of_unlocked
from tidebook.pipelines.commands.terminal import print_json, print_line
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.dossier.sections import main_file
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.lock import LOCK, write_lock
from tidebook.pipelines.read.rawfile import check_written, is_there, read_raw
from tidebook.pipelines.read.settings import Settings, settings
from tidebook.pipelines.read.sources.selection import changed_inputs, input_hashes
from tidebook.pipelines.release.current import up_to_date
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


@click.command()
@raw_option
@out_option
@json_option
def status(raw: Path | None, out: str | None, as_json: bool) -> None:
    """Show whether the latest release is up to date, which files changed, and the outcome counts."""
    folders = settings(raw, out)
    unlocked = locked_differences(folders)
    sync_latest(folders.out, folders.remote)
    release = latest(folders.out)
    if release is None:
        raise InputError(Problem(folders.shown, "a folder with a release; `tidebook build` makes the first"))
    inputs = input_hashes(folders)
    changed = changed_inputs(release.inputs(), inputs)
    warn_of_foreign(release)
    if main_file(folders.raw) in changed:
        _check_owner(release, folders)
    current = up_to_date(folders.out, inputs) is not None
    counts = outcome_counts(folders.out)
    if as_json:
        print_json(Status(release.release_id, folders.shown, current, changed, unlocked, counts))
        return
    warn_of_unlocked(unlocked)
    print_line(f"Latest release: {release.release_id} in {folders.shown}", always=True)
    causes = ", ".join(changed) or "code, libraries, files of the release or who made it"
    print_line("Up to date" if current else f"Out of date: {causes} changed", always=True)
    for line in count_lines(counts):
        print_line(line)


def _check_owner(release: LocalRelease, folders: Settings) -> None:
    """Raise InputError if the release is of another dossier."""
    from tidebook.pipelines.graph.run import owner_fault  # which imports pandas and the whole graph
    from tidebook.pipelines.read.dossier.checked import readable_dossier

    dossier = readable_dossier(folders.raw)
    fault = owner_fault(release, dossier.article.slug) if dossier else ""
    if fault:
        raise InputError(Problem(folders.shown, fault))


@dataclass(frozen=True)
class Recorded(JsonDocument):
    """What `tidebook lock` recorded."""

    recorded: list[str]
    """Files that differed from the lock, and contracts that were written; empty if all were up to date."""


@click.command()
@raw_option
@json_option
def lock(raw: Path | None, as_json: bool) -> None:
    """Record the article's files in sources.lock, and the contracts of their tables in contracts/."""
    folder = settings(raw).raw
    check_written(folder, LOCK)
    changed = [*_record_contracts(folder), *write_lock(folder)]
    if as_json:
        print_json(Recorded(changed))
        return
    for path in changed:
        print_line(f"recorded {path}")
    if not changed:
        print_line("The lock is up to date")


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
    faults = contracts.faults(models, contracts.parse_history(history))
    if faults:
        raise InputError([Problem(main_file(raw), fault) for fault in faults])
    files = {f"{CONTRACTS}/{name}": text for name, text in contracts.files(models, history).items()}
    for path in files:
        check_written(raw, path)
    return [path for path, text in sorted(files.items()) if _put(raw, path, text)]


def _contract_history(raw: Path) -> str:
    """Return the lines of a dossier's history of contracts that stay. Raises InputError if one cannot be read."""
    from tidebook.schemas.contracts import HISTORY, parse_history, sealed

    path = f"{CONTRACTS}/{HISTORY}"
    check_written(raw, path)
    if not is_there(raw, path):
        return ""
    text = sealed(read_raw(raw, path).text())
    try:
        parse_history(text)
    except (ValueError, TypeError) as error:
        raise InputError(Problem(path, "a history as `tidebook lock` writes it")) from error
    return text


def _put(raw: Path, path: str, text: str | None) -> bool:
    """Write a file of the dossier, or remove it if there is no text; return whether it changed."""
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
