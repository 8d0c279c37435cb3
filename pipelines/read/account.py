"""What this account made: seals that only it can make, since they are keyed by a secret of its own.

An output folder may come with somebody else's article. Its store would decide verdicts, and its latest release what
counts as new. So each stored result and each release has a seal, and one whose seal is another's is not believed.

Belongs here: the secret, seals, and the marks of releases. Does not: what is done without them (`graph.store`,
`compare.previous`, `release.current`).
"""

from __future__ import annotations

import functools
import hmac
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from tidebook.pipelines.read.atomic import remove_folder, write_file
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.regular import check_target, read_regular
from tidebook.places import manifest_bytes
from tidebook.releases import LocalRelease

KEY = "TIDEBOOK_KEY"
"""The variable with the secret of several machines or jobs that believe each other's results."""
LEAST = 16
"""Minimum characters of a secret."""

MARKS = "store/made"
"""The folder of the marks of releases in an output folder or object store, each a file named by the id."""


def seal(*parts: object) -> str:
    """Return the seal of values that JSON can hold, in hex: their HMAC-SHA256 with the secret."""
    secret = _secret(os.environ.get(KEY, ""), os.environ.get("XDG_CONFIG_HOME", ""))
    return hmac.new(secret, json.dumps(parts, sort_keys=True).encode(), "sha256").hexdigest()


def is_sealed(found: object, *parts: object) -> bool:
    """Whether this is the seal of these values."""
    return isinstance(found, str) and found.isascii() and hmac.compare_digest(found, seal(*parts))


@functools.cache
def _secret(named: str, configuration: str) -> bytes:
    """Return the secret of this account: the one that is named, else that of its file, which is made if need be.

    Args:
        named: the value of `KEY`, "" for none.
        configuration: the folder that the environment names for the user's configuration, "" for none.

    Raises:
        InputError: the one that is named is too short.
    """
    if named:
        if len(named) < LEAST:
            raise InputError(Problem(KEY, f"at least {LEAST} characters, such as those of `openssl rand -hex 32`"))
        return named.encode()
    with suppress(OSError, RuntimeError):  # RuntimeError: no home
        return _stored_secret(_configuration(configuration) / "key")
    # Where nothing can be kept, what this process makes is believed by itself and by its children.
    os.environ[KEY] = secrets.token_hex(32)
    return os.environ[KEY].encode()


def _configuration(named: str) -> Path:
    """Return the folder of the user's configuration. Raises RuntimeError if there is no home."""
    return (Path(named) if os.path.isabs(named) else Path.home() / ".config") / "tidebook"


def _stored_secret(path: Path) -> bytes:
    """Return the secret in a file, which only its owner can read; the first process that asks makes it."""
    with suppress(FileNotFoundError):
        found = path.read_bytes()
        if len(found) >= LEAST:
            return found
        path.unlink()  # emptied, by a full disk perhaps
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".key.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(secrets.token_hex(32))
        with suppress(FileExistsError):  # another process was faster
            os.link(draft, path)
    finally:
        draft.unlink()
    return path.read_bytes()


def mark_of(release: LocalRelease) -> str:
    """Return the content of the mark of a release that this account made."""
    return seal("release", release.release_id, digest(manifest_bytes(release.manifest)))


def mark(out: Path, release: LocalRelease) -> None:
    """Record in an output folder that this account made a release."""
    _write_mark(out, release.release_id, mark_of(release))


def is_own(release: LocalRelease) -> bool:
    """Whether this account made a release, as a mark says in the output folder that has it."""
    return _has_mark(release.folder.resolve().parent.parent, release.release_id, mark_of(release))


def mark_content(out: Path, name: str) -> None:
    """Record in an output folder that this account made results whose name is the hash of their content."""
    _write_mark(out, name, seal("content", name))


def is_own_content(out: Path, name: str) -> bool:
    """Whether this account made results of this name, which is the hash of their content."""
    return _has_mark(out, name, seal("content", name))


def _write_mark(out: Path, name: str, sealed: str) -> None:
    if _has_mark(out, name, sealed):
        return
    check_target(out, f"{MARKS}/seal")  # the folder alone: whatever has the place of a mark is replaced
    place = out / MARKS / name
    if place.is_dir() and not place.is_symlink():
        remove_folder(place)
    write_file(place, sealed.encode())


def _has_mark(out: Path, name: str, sealed: str) -> bool:
    with suppress(OSError):
        return hmac.compare_digest(read_regular(out, f"{MARKS}/{name}"), sealed.encode())
    return False


def foreign_words(release: LocalRelease) -> str:
    """Say in one line that a release is another's."""
    return (
        f"release {release.release_id} in {release.folder.parent.parent} was not made by this account, and nothing is "
        f"compared with it; if it is yours: tidebook releases adopt {release.release_id}"
    )
