"""PDF files, looked at before they are parsed.

Belongs here: what such a file may hold, counted from its bytes and by PDFium, which parses little of it. Does not:
reading its text.
"""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

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
_DRAWN = re.compile(rb"(/[^\s\0()<>\[\]{}/%]+)(?:[\s\0]++|%[^\r\n]*+)++Do\b")
MOST_TEXT = 100 * 2**20
"""Maximum bytes that streams without pictures unpack to, however they are packed."""
MOST_DRAWN, MOST_WITHIN = 8 * 2**20, 50
"""Maximum bytes of a page, with the drawings on it as often as they are drawn, and drawings within each other. A page
of text has some 0.02 MiB; a reader takes a second for each."""
_RANGES = re.compile(rb"begin(?:bf|cid)range(.*?)(?:end(?:bf|cid)range|$)", re.DOTALL)
_RANGE = re.compile(rb"<\s*([0-9A-Fa-f]{1,16})\s*>\s*<\s*([0-9A-Fa-f]{1,16})\s*>\s*(?:<[^<>]*>|\[[^\]]*\]|\d+)")
MOST_LETTERS = 2_000_000
"""Maximum codes that the fonts of a file have a letter for: one font has at most 65,536."""


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


def check_objects(file: RawFile) -> None:
    """Check how much the parts of a file unpack to, and how much is drawn: readers draw each drawing as often as named.

    Raises:
        InputError: that is too much, a drawing contains itself, or the file is damaged.
        ImportError: the package is not installed.
    """
    pypdf = library("pypdf", "pypdf", "PDF files")
    try:
        reader = pypdf.PdfReader(io.BytesIO(file.data))
        # Many files have an empty password, which only forbids to change them.
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(Problem(file.path, f"{WHAT} without a password"))
        drawings = _drawings_in(reader, file.path)
    except InputError:
        raise
    except Exception as error:  # whatever its parser raises
        raise InputError(Problem(file.path, f"{WHAT} that can be opened; it is damaged")) from error
    sizes: dict[int, int] = {}
    for number in drawings:
        if _size_drawn(number, drawings, sizes, ()) > MOST_DRAWN:
            expected = f"{WHAT} whose pages draw at most {MOST_DRAWN // 2**20} MiB, and nothing that contains itself"
            raise InputError(Problem(file.path, expected))


class _Content(NamedTuple):
    """An unpacked stream: its size, and how often it draws which names."""

    size: int
    names: Counter[bytes]


class _Drawing(NamedTuple):
    """A page or another drawing: its size, how often it draws which others by the number of their object."""

    size: int
    draws: dict[int, int]


def _drawings_in(reader: Any, path: str) -> dict[int, _Drawing]:
    """Return the pages and other drawings of a file by the number of their object."""
    contents: dict[int, _Content] = {}
    resources: dict[int, dict[bytes, int] | None] = {}
    parts: dict[int, list[int]] = {}
    total = letters = 0
    for number in sorted({*reader.xref_objStm, *(number for each in reader.xref.values() for number in each)}):
        found = reader.get_object(number)
        if hasattr(found, "get_data") and found.get("/Subtype") != "/Image":
            unpacked = _unpacked_by(found, path)
            total += len(unpacked)
            if total > MOST_TEXT:
                raise InputError(Problem(path, f"{WHAT} whose text unpacks to at most {MOST_TEXT // 2**20} MiB"))
            letters += sum(map(_letters_in, _RANGES.findall(unpacked)))
            if letters > MOST_LETTERS:
                raise InputError(Problem(path, f"{WHAT} whose fonts have at most {MOST_LETTERS:,} letters"))
            contents[number] = _Content(len(unpacked), Counter(_DRAWN.findall(unpacked)))
        if not hasattr(found, "get") or not (found.get("/Subtype") == "/Form" or "/Contents" in found):
            continue
        resources[number] = _named_in(found)
        parts[number] = _numbers_of(found.raw_get("/Contents")) if "/Contents" in found else [number]
    # A drawing without names of its own has those of whatever draws it.
    everywhere: dict[bytes, set[int]] = defaultdict(set)
    for named in resources.values():
        for name, other in (named or {}).items():
            everywhere[name].add(other)
    drawings = {}
    for number, within in parts.items():
        size, names = 0, Counter[bytes]()
        for content in (contents[each] for each in within if each in contents):
            size += content.size
            names += content.names
        named = resources[number]
        draws: Counter[int] = Counter()
        for name, times in names.items():
            for other in everywhere[name] if named is None else filter(None, [named.get(name)]):
                draws[other] += times
        drawings[number] = _Drawing(size, draws)
    return drawings


def _unpacked_by(stream: Any, path: str) -> bytes:
    """Return what a stream unpacks to, as it is where that fails. Raises InputError if that is too much."""
    from pypdf.errors import LimitReachedError
    from pypdf.filters import decode_stream_data

    try:
        return bytes(decode_stream_data(stream) if "/Filter" in stream else stream._data)
    except LimitReachedError as error:
        raise InputError(Problem(path, f"{WHAT} whose text unpacks to at most {MOST_TEXT // 2**20} MiB")) from error
    except Exception:  # whatever its decoders raise
        return bytes(stream._data)


def _letters_in(ranges: bytes) -> int:
    """Return for how many codes a list of ranges has a letter; readers count through each."""
    if b"(" in ranges:  # codes as texts, which no program writes
        return MOST_LETTERS + 1
    return sum(max(int(last, 16) - int(first, 16) + 1, 0) for first, last in _RANGE.findall(ranges))


def _named_in(drawing: Any) -> dict[bytes, int] | None:
    """Return the drawings that a page or drawing names, None if it has no names of its own."""
    resources = drawing.get("/Resources")
    if resources is None:
        return None
    others = resources.get_object().get("/XObject")
    named = {}
    for name in others.get_object() if others is not None else ():
        (number,) = _numbers_of(others.get_object().raw_get(name)) or [0]
        named[name.encode()] = number
    return named


def _numbers_of(value: Any) -> list[int]:
    """Return the numbers of the objects that a value, or each of its elements, stands for."""
    if hasattr(value, "idnum"):
        target = value.get_object()
        return _numbers_of(target) if isinstance(target, list) else [value.idnum]
    return [each.idnum for each in value if hasattr(each, "idnum")] if isinstance(value, list) else []


def _size_drawn(number: int, drawings: Mapping[int, _Drawing], sizes: dict[int, int], above: tuple[int, ...]) -> int:
    """Return how much a drawing draws, with all within; more than is allowed for one that contains itself."""
    if number in above or len(above) > MOST_WITHIN:
        return MOST_DRAWN + 1
    if number not in drawings:
        return 0
    if number not in sizes:
        size = drawings[number].size
        for other, times in drawings[number].draws.items():
            size += times * _size_drawn(other, drawings, sizes, (*above, number))
        sizes[number] = min(size, MOST_DRAWN + 1)
    return sizes[number]


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
