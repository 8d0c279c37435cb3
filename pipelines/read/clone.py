"""Reading a clone of git without running anything that it names: filters, hooks, monitors, signature programs, remotes.

Belongs here: git's plumbing, and the files of a tree. Does not: which revision is wanted. The configuration and the
attributes of a clone are as foreign as its files: it may have come in an archive, or be a folder of the article that
only looks like a repository.
"""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.processes import environment, private_folder, program
from tidebook.pipelines.read.regular import MAX_BYTES

MOST_FILES, MOST_BYTES = 20_000, 4 * MAX_BYTES
"""Maximum files of a tree, and bytes of all together: a repository of some kB can hold a tree of a billion files."""

LISTED_BYTES = 200 * MOST_FILES
"""Bytes that are read of the list of a tree's files."""

SAFE = ("-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "-c", "safe.bareRepository=explicit")
"""Options against programs that a configuration names, and against folders that look like a bare repository."""

OFFLINE = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_OPTIONAL_LOCKS": "0"}
"""Against the remote of a partial clone, since asking it runs what the configuration names. Git before 2.45 knows only
the second one."""

LFS = b"version https://git-lfs.github.com/spec/"
"""The start of what git has of a file in Git LFS, which only a filter can fetch."""

LINK, SUBMODULE = "120000", "160000"
"""Modes of entries of a tree that are not files."""


class _Entry(NamedTuple):
    """An entry of a tree: its mode, the id of its object, its size, and its path in the tree."""

    mode: str
    object_id: str
    size: int
    path: str


@dataclass(frozen=True)
class Clone:
    """A folder in a clone of git.

    Attributes:
        folder: the folder.
        may_be_bare: whether it may itself be a bare repository. One that is found in or above a folder of an article
            is never read: whoever writes to the article could have put it there.
    """

    folder: Path
    may_be_bare: bool = False

    def run(self, *arguments: str) -> bytes | None:
        """Return what git prints, None if it fails or is not installed."""
        try:
            done = subprocess.run(
                self._command(arguments), cwd=private_folder(), env=environment() | OFFLINE, capture_output=True,
                stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
        except (OSError, ValueError):  # an argument that is too long, or has a NUL
            return None
        return done.stdout if done.returncode == 0 else None

    def blob(self, named: str) -> bytes | None:
        """Return a file as git stores it; None if there is none, or it has more bytes than are read of a file."""
        size = self.run("cat-file", "-s", named)
        return None if size is None or int(size) > MAX_BYTES else self.run("cat-file", "blob", named)

    def write_tree(self, tree: str, place: Path) -> None:
        """Write the files and links of a tree into an empty folder as git stores them, without filters and attributes.

        Raises:
            InputError: a file is missing here or in Git LFS, an entry leads outside, or the tree is too large.
        """
        entries = self._entries(tree)
        contents = self._contents([entry.object_id for entry in entries])
        links = []
        for entry, data in zip(entries, contents, strict=True):
            if data is None:
                expected = "a file that this clone has, not one left at its remote"
                raise InputError(Problem(entry.path, expected, text=tree))
            if entry.mode == LINK:
                links.append((entry.path, os.fsdecode(data)))
                continue
            if data.startswith(LFS):
                expected = "a file that git has, not Git LFS: name a folder where the revision is checked out"
                raise InputError(Problem(entry.path, expected, text=tree))
            _write_new(place, entry.path, data)
        # Links come last, so that no file is written through one.
        for path, target in links:
            _make_link(place, path, target)

    def _command(self, arguments: Sequence[str]) -> list[str]:
        git = program("git")
        if git is None:
            raise FileNotFoundError("git")
        is_bare = self.may_be_bare and (self.folder / "HEAD").is_file()
        return [git, *SAFE, "--git-dir" if is_bare else "-C", str(self.folder.absolute()), *arguments]

    def _entries(self, tree: str) -> list[_Entry]:
        """Return the files and links of a tree.

        Raises:
            InputError: there are too many, they are too large, or a path leads outside.
        """
        with self._started("ls-tree", "-r", "-l", "-z", "--full-tree", tree) as process:
            listed = _output(process).read(LISTED_BYTES + 1)
        found = []
        for line in listed.split(b"\0")[:-1]:
            facts, _, path = line.partition(b"\t")
            mode, _, object_id, size = facts.decode().split()
            if mode != SUBMODULE:
                known = int(size) if size.isdigit() else 0  # that of an object which is missing is BAD
                found.append(_Entry(mode, object_id, known, os.fsdecode(path)))
        total = sum(entry.size for entry in found)
        if len(listed) > LISTED_BYTES or len(found) > MOST_FILES or total > MOST_BYTES:
            expected = f"a revision of at most {MOST_FILES:,} files and {MOST_BYTES // 2**20} MiB"
            raise InputError(Problem(str(self.folder), expected, text=tree))
        return found

    def _contents(self, object_ids: Sequence[str]) -> Iterator[bytes | None]:
        """Yield the bytes of objects in order, None for one that is not here."""
        with self._started("cat-file", "--batch") as process:
            for object_id in object_ids:
                assert process.stdin
                process.stdin.write(f"{object_id}\n".encode())
                process.stdin.flush()
                facts = _output(process).readline().split()
                if len(facts) < 3:  # ID missing
                    yield None
                    continue
                yield _output(process).read(int(facts[2]))
                _output(process).read(1)  # the line end after it

    def _started(self, *arguments: str) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self._command(arguments), cwd=private_folder(), env=environment() | OFFLINE, stdin=pipe, stdout=pipe,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip


def _output(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout
    return process.stdout


def _write_new(place: Path, path: str, data: bytes) -> None:
    """Write a file that is not there yet below a folder.

    Raises:
        InputError: the path leads outside, is doubled, or the file system refuses it.
    """
    _check_inside(path, path, path)
    try:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        with (place / path).open("xb") as stream:
            stream.write(data)
    except (FileExistsError, NotADirectoryError) as error:
        raise InputError(Problem(path, "each path once in a revision")) from error


def _make_link(place: Path, path: str, target: str) -> None:
    """Make a link below a folder that stays in it. Raises InputError if it does not, or something is there."""
    _check_inside(path, posixpath.join(posixpath.dirname(path), target), target)
    try:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).symlink_to(target)
    except (FileExistsError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL
        raise InputError(Problem(path, "each path once in a revision, and links that can be made")) from error


def _check_inside(path: str, reached: str, found: str) -> None:
    """Check that what a path leads to is inside the revision. Raises InputError if it is not."""
    parts = PurePosixPath(posixpath.normpath(reached)).parts
    if posixpath.isabs(reached) or ".." in parts or ".." in PurePosixPath(path).parts:
        raise InputError(Problem(path, "files and links that stay inside the repository", text=found))
