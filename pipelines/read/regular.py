"""Reading a file of a folder that anyone may have put together: regular files only, inside it, up to a size.

A leaf that everything may import. Without it a FIFO makes a build wait for ever, a link to a device fills the memory,
and one to the standard input reads that. What the bytes mean is not known here.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

MAX_BYTES = 256 * 2**20
"""Of a raw file: more is a slip, and no build could read it."""

NO_SUCH_NAME = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
ABSENT = (*NO_SUCH_NAME, errno.ELOOP, errno.ENXIO)


class NotRegularError(OSError):
    """Not a regular file: missing, or a folder, FIFO, socket, device, or link in a loop."""


class OutsideError(OSError):
    """The path leads out of the folder, by itself or by a link."""


class TooLargeError(OSError):
    """The file has more bytes than are read."""


def read_regular(folder: Path, path: str, limit: int = MAX_BYTES) -> bytes:
    """Return the bytes of a file below a folder, which may itself be a link, as may the file within the folder.

    Raises OutsideError if the path leads out of the folder, NotRegularError if there is no regular file, TooLargeError
    if it has more than `limit` bytes, OSError if it cannot be read.
    """
    place = os.path.realpath(folder / path)
    if not Path(place).is_relative_to(os.path.realpath(folder)):
        raise OutsideError(errno.EPERM, "leads out of the folder", path)
    try:
        # Looked at before it is opened, since opening a device may already do something, and after, since it may
        # have been replaced; opening a FIFO does not wait.
        _check_regular(os.stat(place), path)
        with open(os.open(place, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
            facts = os.fstat(stream.fileno())
            _check_regular(facts, path)
            # No more room than the file needs: what is too much would be copied.
            data = stream.read(facts.st_size + 1) if facts.st_size <= limit else b""
            if len(data) > facts.st_size:  # it has grown
                data += stream.read(limit + 1 - len(data))
    except OSError as error:
        if error.errno in ABSENT:
            raise NotRegularError(error.errno, os.strerror(error.errno or 0), path) from error
        raise
    if len(data) > limit or facts.st_size > limit:
        raise TooLargeError(errno.EFBIG, f"more than {limit:,} bytes", path)
    return data


def _check_regular(facts: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise NotRegularError(errno.EINVAL, "no regular file", path)


def check_target(folder: Path, path: str) -> None:
    """Check that a write to a path below a folder stays inside it; call it before the first write.

    Raises OutsideError if a folder on the way is a link, NotRegularError if a folder or file of this name is something
    else, PermissionError if nothing can be written there. The folder itself may be a link.
    """
    place = inner = folder
    parts = PurePosixPath(path).parts
    for part in parts:
        place = place / part
        is_last = len(place.parts) == len(folder.parts) + len(parts)
        try:
            mode = os.lstat(place).st_mode
        except FileNotFoundError:
            break
        if stat.S_ISLNK(mode):
            raise OutsideError(errno.EPERM, "a link, through which nothing is written", str(place))
        if not (stat.S_ISREG(mode) if is_last else stat.S_ISDIR(mode)):
            kind = "file" if is_last else "folder"
            raise NotRegularError(errno.EINVAL, f"something that is not a {kind} is in the way", str(place))
        inner = inner if is_last else place
    # A file is replaced, so that its own permissions do not count.
    if inner.is_dir() and not os.access(inner, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(inner))


def is_there(path: Path) -> bool:
    """Whether a folder has an entry of this name, even a broken link. Raises OSError where that cannot be told.

    `Path.exists` says False of what may not be looked at: evidence that cannot be read would count as none.
    """
    try:
        os.lstat(path)
    except ValueError:  # a NUL in the name
        return False
    except OSError as error:
        if error.errno in NO_SUCH_NAME:
            return False
        raise
    return True


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder, sorted; none if there is nothing of this name.

    Raises OSError if it cannot be listed, or is not a folder: a file in place of a folder of evidence would count as
    none. `Path.glob` yields nothing from either.
    """
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        if error.errno in NO_SUCH_NAME and not is_there(folder):
            return []
        raise


def hash_regular(folder: Path, path: str) -> str | None:
    """Return the SHA-256 of what `read_regular` reads, in hex; None where it cannot be read."""
    try:
        return hashlib.sha256(read_regular(folder, path)).hexdigest()
    except OSError:
        return None


def hash_inputs(raw: Path, paths: Iterable[str]) -> dict[str, str | None]:
    """Return the SHA-256 of these files under the dossier, None for one that cannot be read."""
    return {path: hash_regular(raw, path) for path in paths}
