"""PDF files, looked at before they are parsed.

Belongs here: what such a file may hold, counted from its bytes and by PDFium, which parses little of it. Does not:
reading its text.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Mapping
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.plugins.documents.libraries import library

WHAT = "a PDF"
MOST_PAGES = 1_000
MOST_UNPACKED = 300 * 2**20
"""Maximum bytes that all streams of a file unpack to, pictures too."""
MOST_RATIO, UNSUSPICIOUS = 300, 5 * 2**20
"""Maximum bytes that one packed byte stands for, in streams that unpack to more than the second: a blank scan has some
200."""
MOST_ON_PAGE, MOST_CHARACTERS = 50_000, 5_000_000
"""Maximum characters and drawn objects of a page, and characters of all pages."""
_STREAM = re.compile(rb"stream\r?\n")
_PACKED = rb"(?:/FlateDecode|/Fl\b|/LZWDecode)"
_TWICE = re.compile(rb"/Filter\s*\[[^\]]{0,200}" + _PACKED + rb"[^\]]{0,200}" + _PACKED)
MOST_DRAWINGS = 10_000
"""Maximum times that drawings are drawn within each other."""


def check_streams(file: RawFile) -> None:
    """Check that a file is a PDF, and how much its streams unpack to.

    Raises:
        InputError: it is none, or they unpack to too much.
    """
    data = file.data
    if b"%PDF-" not in data[:1024]:
        raise InputError(Problem(file.path, f"{WHAT}: it does not begin as one"))
    if _TWICE.search(data):
        raise InputError(Problem(file.path, f"{WHAT} whose streams are packed once, not several times"))
    total = 0
    for found in _STREAM.finditer(data):
        start = found.end()
        if data[start : start + 1] not in (b"\x78", b"\x48", b"\x58", b"\x68", b"\x08", b"\x18", b"\x28", b"\x38"):
            continue
        size, packed = _unpacked(data, start, MOST_UNPACKED - total + 1)
        total += size
        if total > MOST_UNPACKED:
            raise InputError(Problem(file.path, f"{WHAT} that unpacks to at most {MOST_UNPACKED // 2**20} MiB"))
        if size > UNSUSPICIOUS and size > MOST_RATIO * packed:
            raise InputError(Problem(file.path, f"{WHAT} of which a byte unpacks to at most {MOST_RATIO}"))


def _unpacked(data: bytes, start: int, most: int) -> tuple[int, int]:
    """Return how many bytes a stream unpacks to, up to a maximum, and how many it is packed; none is kept."""
    unpack = zlib.decompressobj()
    size, at = 0, start
    rest = b""
    try:
        while not unpack.eof and size < most:
            if not rest:
                rest, at = data[at : at + 65_536], at + 65_536
                if not rest:
                    break
            size += len(unpack.decompress(rest, 1_048_576))
            rest = unpack.unconsumed_tail
    except zlib.error:  # not packed, or damaged, which its readers tell
        return size, max(at - start, 1)
    return size, max(min(at, len(data)) - start - len(rest) - len(unpack.unused_data), 1)


def check_drawings(file: RawFile) -> None:
    """Check that no drawing contains itself, or others many times over: readers draw each, and some without end.

    Raises:
        InputError: one does, or the file is damaged.
        ImportError: the package is not installed.
    """
    pypdf = library("pypdf", "pypdf", "PDF files")
    try:
        reader = pypdf.PdfReader(io.BytesIO(file.data))
        # Many files have an empty password, which only forbids to change them.
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(Problem(file.path, f"{WHAT} without a password"))
        inner = _drawings_in(reader)
    except InputError:
        raise
    except Exception as error:  # whatever its parser raises
        raise InputError(Problem(file.path, f"{WHAT} that can be opened; it is damaged")) from error
    counts: dict[int, int] = {}
    for first in inner:
        if _count_drawn(first, inner, counts, ()) > MOST_DRAWINGS:
            raise InputError(Problem(file.path, f"{WHAT} whose drawings do not contain themselves, or too many others"))


def _drawings_in(reader: Any) -> dict[int, dict[int, int]]:
    """Return for each drawing, by the number of its object, how often it draws which others."""
    found: dict[int, dict[int, int]] = {}
    numbers = {*reader.xref_objStm, *(number for each in reader.xref.values() for number in each)}
    for number in sorted(numbers):
        drawing = reader.get_object(number)
        if not hasattr(drawing, "get_data") or drawing.get("/Subtype") != "/Form":
            continue
        resources = drawing.get("/Resources")
        others = resources.get_object().get("/XObject") if resources is not None else None
        found[number] = {}
        if others is None:
            continue
        content = drawing.get_data()
        for name in others.get_object():
            other = others.get_object().raw_get(name)
            times = len(re.findall(re.escape(name.encode()) + rb"\s+Do\b", content))
            if times and hasattr(other, "idnum"):
                found[number][other.idnum] = times
    return found


def _count_drawn(
    number: int, inner: Mapping[int, Mapping[int, int]], counts: dict[int, int], above: tuple[int, ...]
) -> int:
    """Return how often drawings are drawn within one, itself too; more than is allowed for one that contains itself."""
    if number in above or len(above) > 50:
        return MOST_DRAWINGS + 1
    if number not in counts:
        count = 1
        for other, times in inner.get(number, {}).items():
            count += times * _count_drawn(other, inner, counts, (*above, number))
        counts[number] = count
    return counts[number]


def opened_by_pdfium(file: RawFile) -> Any:
    """Return a file as the second reader has it.

    Raises:
        InputError: it is damaged, encrypted, or has too many pages, characters or drawn objects.
        ImportError: the package is not installed.
    """
    pdfium = library("pypdfium2", "pypdfium2", "PDF files")
    try:
        document = pdfium.PdfDocument(file.data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise InputError(Problem(file.path, f"{WHAT} without a password")) from error
        raise InputError(Problem(file.path, f"{WHAT} that can be opened; it is damaged")) from error
    if not 0 < len(document) <= MOST_PAGES:
        raise InputError(Problem(file.path, f"{WHAT} with 1 to {MOST_PAGES:,} pages", text=f"{len(document):,}"))
    return document


def check_page(file: RawFile, page: Any, text: Any, number: int, total: int) -> None:
    """Check how much is on a page. Raises InputError if that is too much."""
    from pypdfium2 import raw

    if max(text.count_chars(), raw.FPDFPage_CountObjects(page.raw)) > MOST_ON_PAGE:
        expected = f"at most {MOST_ON_PAGE:,} characters and drawn objects on a page"
        raise InputError(Problem(file.path, expected, text=f"page {number}"))
    if total > MOST_CHARACTERS:
        raise InputError(Problem(file.path, f"at most {MOST_CHARACTERS:,} characters"))
