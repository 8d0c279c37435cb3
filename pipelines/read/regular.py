"""Reading a file of a folder that anyone may have put together: regular files only, inside it, up to a size.

A leaf that everything may import. Without it a FIFO makes a build wait for ever, a link to a device fills the memory,
and one to the standard input reads that. What the bytes mean is not known here.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

MAX_BYTES = 256 * 2**20
"""Of a raw file: more is a slip, and no build could read it."""

ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.ENAMETOOLONG)


class NotRegularError(OSError):
    """There is no regular file: nothing, or a folder, FIFO, socket, device, or link in a loop."""


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
        if not stat.S_ISREG(os.stat(place).st_mode):
            raise NotRegularError(errno.EINVAL, "no regular file", path)
        with open(os.open(place, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
            facts = os.fstat(stream.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise NotRegularError(errno.EINVAL, "no regular file", path)
            data = stream.read(limit + 1) if facts.st_size <= limit else b""
    except OSError as error:
        if error.errno in ABSENT:
            raise NotRegularError(error.errno, os.strerror(error.errno or 0), path) from error
        raise
    if len(data) > limit or facts.st_size > limit:
        raise TooLargeError(errno.EFBIG, f"more than {limit:,} bytes", path)
    return data


def hash_regular(folder: Path, path: str) -> str | None:
    """Return the SHA-256 of what `read_regular` reads, in hex; None where it cannot be read."""
    try:
        return hashlib.sha256(read_regular(folder, path)).hexdigest()
    except OSError:
        return None


def hash_inputs(raw: Path, paths: Iterable[str]) -> dict[str, str | None]:
    """Return the SHA-256 of these files under the raw folder, None for one that cannot be read."""
    return {path: hash_regular(raw, path) for path in paths}
