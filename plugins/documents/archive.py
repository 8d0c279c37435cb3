"""Zip archives that Word and Excel files are, looked at before they are parsed.

Belongs here: what such an archive may hold, and copies with other parts. Does not: reading its parts.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import WORKBOOKS, RawFile

MOST_PARTS = 5_000
"""Maximum files within a document."""
MOST_UNPACKED = 200 * 2**20
"""Maximum bytes of all of them, pictures too."""
MOST_XML = 50 * 2**20
"""Maximum bytes of one that is parsed."""
MOST_RATIO, UNSUSPICIOUS = 200, 5 * 2**20
"""Maximum bytes that one packed byte stands for, in parts of more bytes than the second: XML has some 20."""
MOST_ELEMENTS = 1_000_000
"""Maximum elements of all parts: a hundred pages have some 50,000, a sheet of 300,000 numbers 600,000."""
MOST_RELATIONS = 10_000
"""Maximum elements of a list of relations, which are links, pictures and other parts."""
_DAY = (1980, 1, 1, 0, 0, 0)
"""The time of each part that is written: the day of writing would make copies differ."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The part of a file of Office before 2007 in which a document with a password is."""
_BLANK = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
"""What may stand before XML, in UTF-8 or UTF-16."""


def check_archive(file: RawFile, part: str, what: str, look: Callable[[bytes], None] = lambda content: None) -> None:
    """Check an archive.

    Args:
        file: the archive.
        part: a part that it must have.
        what: what it should be, for messages.
        look: is called with each part that is XML, without the zeros of UTF-16.

    Raises:
        InputError: it is no archive, is damaged or encrypted, has no such part, or holds too much.
    """
    if file.data.startswith(WORKBOOKS[1]) and _ENCRYPTED in file.data:
        raise InputError(Problem(file.path, f"{what} without a password"))
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            infos = archive.infolist()
            _check_sizes(file, infos, part, what)
            elements = 0
            for info in infos:
                elements += _elements_of(file, archive, info, what, look)
                if elements > MOST_ELEMENTS:
                    raise InputError(Problem(file.path, f"{what} of at most {MOST_ELEMENTS:,} elements of XML"))
    except InputError:
        raise
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError) as error:
        raise InputError(Problem(file.path, f"{what} that can be opened; it is damaged, or of another kind")) from error


def _check_sizes(file: RawFile, infos: list[zipfile.ZipInfo], part: str, what: str) -> None:
    """Check what an archive says of its parts. Raises InputError if that is too much."""
    if any(info.flag_bits & 1 for info in infos):
        raise InputError(Problem(file.path, f"{what} without a password"))
    if part not in {info.filename for info in infos}:
        raise InputError(Problem(file.path, f"{what}: it has no {part}"))
    if len(infos) > MOST_PARTS:
        raise InputError(Problem(file.path, f"{what} of at most {MOST_PARTS:,} parts", text=f"{len(infos):,}"))
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise InputError(Problem(file.path, f"{what} that unpacks to at most {MOST_UNPACKED // 2**20} MiB"))
    for info in infos:
        if info.file_size > UNSUSPICIOUS and info.file_size > MOST_RATIO * info.compress_size:
            expected = f"{what} of which a byte unpacks to at most {MOST_RATIO}"
            raise InputError(Problem(file.path, expected, text=info.filename))


def _elements_of(
    file: RawFile, archive: zipfile.ZipFile, info: zipfile.ZipInfo, what: str, look: Callable[[bytes], None]
) -> int:
    """Return how many elements a part has if it is XML, whatever its name: relations may name any part.

    Raises:
        InputError: it is too large, has too many relations, or declares entities.
    """
    with archive.open(info) as opened:
        begin = opened.read(64)
        if not begin.lstrip(_BLANK).startswith(b"<"):
            return 0
        if info.file_size > MOST_XML:
            expected = f"{what} whose parts unpack to at most {MOST_XML // 2**20} MiB"
            raise InputError(Problem(file.path, expected, text=info.filename))
        content = (begin + opened.read()).replace(b"\0", b"")
    # Such files have none by their standard. Entities may stand for more text than there is memory, or for other files.
    if b"<!DOCTYPE" in content:
        raise InputError(Problem(file.path, f"{what} without declarations of entities", text=info.filename))
    look(content)
    count = content.count(b"<") - content.count(b"</")
    if info.filename.endswith(".rels") and count > MOST_RELATIONS:
        raise InputError(Problem(file.path, f"{what} of at most {MOST_RELATIONS:,} relations", text=info.filename))
    return count


def rewritten(data: bytes, changed: Mapping[str, bytes]) -> bytes:
    """Return an archive with some parts changed or added, all of them from the same day."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name in dict.fromkeys([*archive.namelist(), *sorted(changed)]):
            content = changed[name] if name in changed else archive.read(name)
            made.writestr(zipfile.ZipInfo(name, _DAY), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()
