"""Commands on the dossier as a whole: `status` and `lock`.

Belongs here: printing what these find. Does not: comparing releases with inputs (`release`), or `check`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click

from tidebook.pipelines.commands.common import article_options, json_option, out_option
from tidebook.pipelines.commands.foreign import warn_of_foreign
from tidebook.pipelines.commands.latest import (
    LatestRows,
    check_owner,
    count_lines,
    look_again,
    outcome_counts,
    sync_latest,
)
from tidebook.pipelines.commands.locked import locked_differences, warn_of_unlocked, words_around
from tidebook.pipelines.commands.terminal import print_json, print_line
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.dossier.sections import id_of, main_file
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.lock import LOCK, recorded_sentences, write_lock
from tidebook.pipelines.read.outputs import owner_fault
from tidebook.pipelines.read.rawfile import check_written, is_there, read_raw
from tidebook.pipelines.read.settings import no_release, settings
from tidebook.pipelines.read.sources.selection import changed_inputs, input_hashes
from tidebook.pipelines.release.current import up_to_date
from tidebook.releases import LocalRelease, latest
from tidebook.schemas.vocabulary import MOST_AGAIN

CONTRACTS = "contracts"
"""The folder of the contracts of a dossier's own tables, which `tidebook lock` records where it is there."""


@dataclass(frozen=True)
class Status(JsonDocument):
    """The state of the latest release, as `tidebook status` prints it."""

    release: str
    """Id of the latest release."""
    place: str
    """Its folder or object store."""
    up_to_date: bool | None
    """Whether a build would change nothing; null where no article is named or here."""
    changed: list[str]
    """Inputs that changed since it was built; empty if only code or libraries changed."""
    unlocked: list[str]
    """Files that differ from what `tidebook lock` recorded."""
    outcomes: dict[str, dict[str, int]]
    """Counts of outcomes by kind of statement, and for figures."""
    look_again: dict[str, str]
    """Claims by the day from which 1 in 3 of the values that they rest on had changed, the earliest first."""


@click.command()
@article_options
@out_option
@json_option
def status(raw: Path | None, out: str | None, as_json: bool) -> None:
    """Show whether the latest release is up to date, which files changed, and the outcome counts.

    Without an article named or here, only the release.
    """
    folders = settings(raw, out)
    sync_latest(folders.out, folders.remote)
    release = latest(folders.out)
    has_article = raw is not None or (folders.raw.is_dir() and not _is_of_another(release, folders.raw))
    unlocked = locked_differences(folders) if has_article else []
    if release is None:
        raise InputError(no_release(folders.shown, folders.raw))
    warn_of_foreign(release)
    changed: list[str] = []
    current = None
    if has_article:
        inputs = input_hashes(folders)
        changed = changed_inputs(release.inputs(), inputs)
        if main_file(folders.raw) in changed:
            check_owner(release, folders.raw, folders.shown)
        current = up_to_date(folders.out, inputs) is not None
    counts, again = outcome_counts(folders.out), look_again(folders.out)
    if as_json:
        print_json(Status(release.release_id, folders.shown, current, changed, unlocked, counts, again))
        return
    warn_of_unlocked(unlocked)
    about = LatestRows(folders.out, ()).title or folders.shown
    print_line(f"Latest release: {release.release_id} of {about}, in {folders.shown}", always=True)
    print_line(_state(current, changed), always=True)
    for line in count_lines(counts):
        print_line(line)
    if again:
        first = ", ".join(f"{name} ({day})" for name, day in list(again.items())[:MOST_AGAIN])
        print_line(f"Look again first, from the day on which 1 in 3 of such values had changed: {first}")


def _is_of_another(release: LocalRelease | None, raw: Path) -> bool:
    """Whether a release is of another dossier than the one in a folder, which nobody named."""
    with suppress(InputError):
        return release is not None and bool(owner_fault(release.manifest, id_of(raw)))
    return False


def _state(current: bool | None, changed: Sequence[str]) -> str:
    """Say whether a release is up to date; None where there is no article to compare it with."""
    if current is None:
        return "Of an article that is not here: `tidebook status ARTICLE` says whether it is up to date"
    if current:
        return "Up to date"
    causes = ", ".join(changed) or "code, libraries, files of the release or who made it"
    return f"Out of date: {causes} changed"


@dataclass(frozen=True)
class Recorded(JsonDocument):
    """What `tidebook lock` recorded."""

    recorded: list[str]
    """Files that differed from the lock, and contracts that were written; empty if all were up to date."""


@click.command()
@article_options
@json_option
def lock(raw: Path | None, as_json: bool) -> None:
    """Record the article's files in sources.lock, and the contracts of their tables in contracts/."""
    folder = settings(raw).dossier
    check_written(folder, LOCK)
    around = words_around(folder)
    reread = sorted(set((around or {}).items()) - set(recorded_sentences(folder).items()))
    changed = [
        *_record_contracts(folder),
        *write_lock(folder, around),
        *(f"the sentence of {quote_id}" for quote_id, _ in reread),
    ]
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
