"""Zip archives that Word and Excel files are, looked at before anything is unpacked.

Belongs here: what such an archive may hold. Does not: reading its parts.
"""

from __future__ import annotations

import io
import zipfile
import zlib

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import RawFile

MOST_PARTS = 5_000
"""Maximum files within a document."""
MOST_UNPACKED = 200 * 2**20
"""Maximum bytes of all of them, pictures too."""
MOST_XML = 50 * 2**20
"""Maximum bytes of one that is parsed."""
MOST_RATIO, UNSUSPICIOUS = 200, 5 * 2**20
"""Maximum bytes that one packed byte stands for, in parts of more bytes than the second: XML has some 20."""


def check_archive(file: RawFile, part: str, what: str) -> None:
    """Check an archive.

    Args:
        file: the archive.
        part: a part that it must have.
        what: what it should be, for messages.

    Raises:
        InputError: it is no archive, is encrypted, has no such part, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError) as error:
        raise InputError(Problem(file.path, f"{what} that can be opened; it is damaged, or of another kind")) from error
    if any(info.flag_bits & 1 for info in infos):
        raise InputError(Problem(file.path, f"{what} without a password"))
    if part not in {info.filename for info in infos}:
        raise InputError(Problem(file.path, f"{what}: it has no {part}"))
    if len(infos) > MOST_PARTS:
        raise InputError(Problem(file.path, f"{what} of at most {MOST_PARTS:,} parts", text=f"{len(infos):,}"))
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise InputError(Problem(file.path, f"{what} that unpacks to at most {MOST_UNPACKED // 2**20} MiB"))
    for info in infos:
        if info.filename.endswith(".xml") and info.file_size > MOST_XML:
            expected = f"{what} whose parts unpack to at most {MOST_XML // 2**20} MiB"
            raise InputError(Problem(file.path, expected, text=info.filename))
        if info.file_size > UNSUSPICIOUS and info.file_size > MOST_RATIO * info.compress_size:
            expected = f"{what} of which a byte unpacks to at most {MOST_RATIO}"
            raise InputError(Problem(file.path, expected, text=info.filename))
