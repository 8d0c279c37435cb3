"""Files of a dossier: their bytes, read once, with their hash, and their text, CSV rows or TOML document.

Belongs here: what a file contains, and where in it. Does not: the meaning of cells (`tables`) or of declarations
(`declarations`).
"""

import codecs
import csv
import errno
import functools
import hashlib
import io
import os
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, Self

from tidebook.pipelines.read import regular
from tidebook.pipelines.read.errors import InputError, Problem, shown
from tidebook.pipelines.read.old_keys import may_have_old_keys, new_path, old_keys, with_new_keys
from tidebook.pipelines.read.regular import MAX_BYTES, NotRegularError, OutsideError, TooLargeError, read_regular
from tidebook.places import OLD_NAMES_END

OTHER_SIGNS = {";": "semicolons", "\t": "tabs"}
"""Other signs between the cells of a CSV file, with their names."""

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of Excel files: of current ones, which are zip files, and of those before 2007."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
"""Control characters, on which a terminal would act, and the other two that no XML may hold."""
EMPTY_ROW = "something in the row: all of its cells are empty"
LONGEST, LONGEST_PATH = 255, 2048
"""Maximum bytes of a file's name and characters of a path: file systems have no longer ones."""
INSIDE = "a file or folder inside the dossier, not a path or link out of it"
NAME_HINT = "a name of characters that can be shown, in UTF-8"
MAX_DEPTH = 32
"""Maximum depth of values: no declaration needs as many, and parsers and models recurse."""
DEPTH_HINT = f"values nested at most {MAX_DEPTH} deep"
INTEGER_HINT = "an integer of at most 64 bits"

TomlPath = tuple[str | int, ...]
"""Keys, and indices of array elements, from the root of a TOML document to a value."""

Fault = tuple[TomlPath, str, str | None]
"""A fault in a TOML document: where, what was expected and what was found, the arguments of `RawFile.problem`."""


class RawRow(NamedTuple):
    """One row of a file.

    Attributes:
        line: The line that it starts on.
        cells: Its cells by header.
        problems: The list that collects the problems of all rows of the file.
        places: Line and column by header, for cells that are elsewhere than in the row's line, below their header.
    """

    path: str
    line: int
    cells: dict[str, Any]
    problems: list[Problem]
    places: Mapping[str, tuple[int, str]] = {}

    @property
    def locator(self) -> str:
        """File and line, in words."""
        return f"{self.path}:{self.line}"

    def place(self, header: str) -> tuple[int, str]:
        """Return the line and column of a cell."""
        return self.places.get(header, (self.line, header))

    def report(self, header: str, expected: str, text: str | None = None) -> None:
        """Add a problem with a cell, unless `expected` is ""; `text` replaces the cell as what was found."""
        if expected:
            found = self.cells[header] if text is None else text
            self.problems.append(Problem(self.path, expected, *self.place(header), found))

    def check_word(self, header: str, allowed: Sequence[str]) -> None:
        """Add a problem if a cell is none of the allowed words."""
        if self.cells[header] not in allowed:
            self.report(header, f"one of {', '.join(allowed)}")


@dataclass(frozen=True)
class RawFile:
    """The bytes of one file of a dossier.

    Attributes:
        path: Its path relative to the dossier, with forward slashes.
        only: Keys at the root of its TOML document to which `toml` is restricted; all of them if empty.
        below: Keys of its TOML document whose value is taken as the document.
        folder: The folder from which the file may read in others; empty for one of a dossier, which declares inputs.
    """

    path: str
    data: bytes
    only: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    folder: str = ""

    @cached_property
    def sha256(self) -> str:
        """Return the hash of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    def text(self) -> str:
        """Return the text without a byte-order mark.

        Raises:
            InputError: the bytes are not UTF-8, or hold control characters other than tabs and line ends.
        """
        text = decoded(self.path, self.data)
        if control := CONTROL.search(text):
            line = text.count("\n", 0, control.start()) + 1
            raise InputError(Problem(self.path, "text without control characters", line, text=control[0]))
        return text

    def fitted(self, table: Any) -> Self:
        """Return the file as a declared table reads it: a table of a text may say more than is declared."""
        return self

    def records(self, headers: Sequence[str], problems: list[Problem]) -> Iterator[RawRow]:
        """Yield the CSV rows below the header, without blank lines. Columns may be in any order.

        The rows add their problems to `problems`.

        Raises:
            InputError: a header is missing, unknown or doubled, or as in `rows`.
        """
        rows = self.rows()
        _, found = next(rows)
        if sorted(found) != sorted(headers):
            raise InputError(Problem(self.path, _header_hint(found, headers), 1, text=",".join(found)))
        for line, cells in rows:
            yield RawRow(self.path, line, dict(zip(found, cells, strict=True)), problems)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the line and the cells of each CSV row, the header first, without blank lines.

        Raises:
            InputError: the text is not CSV, or a row has another number of cells than the header.
        """
        reader = csv.reader(io.StringIO(self.text(), newline=""), strict=True)
        start = 1
        try:
            header = next(reader, [])
            yield start, header
            start = reader.line_num + 1  # a row starts behind the one before: quoted cells may hold line ends
            for cells in reader:
                if cells and len(cells) != len(header):
                    expected = f"{len(header)} cells, one for each header"
                    raise InputError(Problem(self.path, expected, start, text=f"{len(cells)} cells"))
                if cells:
                    yield start, cells
                start = reader.line_num + 1
        except csv.Error as error:
            raise InputError(Problem(self.path, f"well-formed CSV ({error})", start)) from error

    def toml(self) -> dict[str, Any]:
        """Return the TOML document.

        Raises:
            InputError: the text is not TOML, is nested too deep or has an integer of more than 64 bits.
        """
        # A copy: the parsed document is shared by all steps, and models may change what they are given.
        document: dict[str, Any] = _copied(_document(self.path, self.data).document)
        if self.only:
            document = {key: value for key, value in document.items() if key in self.only}
        for key in self.below:
            document = document.get(key, {})
        return document

    def _parsed_toml(self) -> dict[str, Any]:
        """Parse the text; each way in which the parser fails becomes a problem at a line."""
        text = self.text()
        # The parser takes time with the square of the parts of a key, which is in one line.
        for line, content in enumerate(text.split("\n"), 1):
            if content.count(".") >= MAX_DEPTH and (key := _long_key(content)):
                raise InputError(Problem(self.path, DEPTH_HINT, line, ".".join(key.split(".", 3)[:3])))
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"line ([0-9]+)", str(error))
            line = int(place.group(1)) if place else text.count("\n") + 1
            raise InputError(Problem(self.path, f"well-formed TOML ({error})", line)) from error
        except RecursionError as error:
            raise InputError(Problem(self.path, DEPTH_HINT, _longest_line(r"[\[{.]", text))) from error
        except ValueError as error:  # Python refuses integers of thousands of digits
            raise InputError(Problem(self.path, INTEGER_HINT, _longest_line(r"\d", text))) from error

    def _check_toml(self, document: dict[str, Any]) -> None:
        """Refuse values that are nested too deep, and integers that other readers of TOML cannot hold."""
        for where, value in _toml_values(document):
            column = ".".join(map(str, where[:3]))
            if len(where) > MAX_DEPTH:
                line = self._line(where) or _longest_line(r"[\[{.]", self.text())
                raise InputError(Problem(self.path, DEPTH_HINT, line, column))
            if isinstance(value, int) and not -(2**63) <= value < 2**63:
                raise InputError(Problem(self.path, INTEGER_HINT, self._line(where), column))

    @cached_property
    def keys(self) -> list[tuple[int, TomlPath]]:
        """Return the line and path of each header and key of the TOML text, by today's names of keys."""
        return [(line, new_path(path)) for line, path in _toml_keys(self.text())]

    def old_keys(self) -> list[Problem]:
        """Return a note for each key that has another name now, at its line."""
        notes: list[Problem] = []
        for place, old in _document(self.path, self.data).old_keys:
            expected = f"the key {place[-1]}: {old} is its old name, which version {OLD_NAMES_END} refuses"
            # An array of tables has no line but that of its first element.
            notes.append(Problem(self.path, expected, self.toml_line((*place, 0)), ".".join(map(str, place))))
        return notes

    def toml_line(self, where: TomlPath) -> int | None:
        """Return the line of a key, or else of its closest parent, or else of its first child; None for no key."""
        return self._line((*self.below, *where))

    def problem(self, where: TomlPath, expected: str, text: str | None = None) -> Problem:
        """Return a problem with a key of the TOML text."""
        return Problem(self.path, expected, self.toml_line(where), ".".join(map(str, where)), text)

    def _line(self, where: TomlPath) -> int | None:
        for length in range(len(where), -1, -1):
            line = self._lines.get(where[:length])
            if line:
                return line
        return self._lines_of_children.get(where)

    @cached_property
    def _lines(self) -> dict[TomlPath, int]:
        """Return the first line of each header and key: a file with thousands of faults asks as often for a line."""
        lines: dict[TomlPath, int] = {}
        for line, path in self.keys:
            lines.setdefault(path, line)
        return lines

    @cached_property
    def _lines_of_children(self) -> dict[TomlPath, int]:
        """Return by path the line of the first key below it."""
        lines: dict[TomlPath, int] = {}
        for line, path in self.keys:
            for length in range(1, len(path)):
                lines.setdefault(path[:length], line)
        return lines


class _Document(NamedTuple):
    """A TOML document by today's names of keys, and where a key has its old name, with that name."""

    document: dict[str, Any]
    old_keys: list[tuple[TomlPath, str]]


@functools.lru_cache(maxsize=64)
def _document(path: str, data: bytes) -> _Document:
    """Return the TOML document of a file, parsed and checked: dozens of steps read the same one."""
    file = RawFile(path, data)
    document = file._parsed_toml()
    file._check_toml(document)
    old = list(old_keys(document)) if may_have_old_keys(data) else []
    return _Document(with_new_keys(document), old)


def _copied(value: Any) -> Any:
    """Return a copy of what a TOML document holds, which a reader may change."""
    if isinstance(value, dict):
        return {key: _copied(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_copied(child) for child in value]
    return value


def is_empty(cells: Mapping[str, str]) -> bool:
    """Whether all cells of a row are blank: spreadsheets add such rows at the end."""
    return not "".join(cells.values()).strip()


def decoded(path: str, data: bytes) -> str:
    """Return the text of a file without a byte-order mark.

    Raises:
        InputError: the bytes are not UTF-8; a file of Word or Excel, a PDF, and an archive, is named.
    """
    if data.startswith(WORKBOOKS):
        raise InputError(Problem(path, f"UTF-8 text: this is {_kind_of(data)}", 1, text=repr(data[:4])[2:-1]))
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = repr(data[error.start : error.start + 1])[2:-1]
        other = ", not UTF-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""
        if data.startswith(b"%PDF-"):
            other = ": this is a PDF; name it .pdf"
        raise InputError(Problem(path, f"UTF-8 text{other}", line, text=found)) from error


def _kind_of(data: bytes) -> str:
    """Name the kind of a file with the first bytes of a zip archive or an old Office file, and say how to save it."""
    if not data.startswith(WORKBOOKS[0]):
        return "a file of Office before 2007; save a table as CSV (UTF-8), a text as .docx"
    # An archive holds the names of its parts uncompressed.
    if b"xl/workbook.xml" in data:
        return "an Excel workbook; save the table as CSV (UTF-8), or name the file .xlsx"
    if b"word/document.xml" in data:
        return "a Word document; name it .docx"
    return "a zip archive; unpack it first"


def _longest_line(pattern: str, text: str) -> int:
    """Return the line with the most matches: the likeliest place of a fault for which the parser names none."""
    counts = [len(re.findall(pattern, line)) for line in text.split("\n")]
    return counts.index(max(counts)) + 1


def _toml_values(document: dict[str, Any]) -> Iterator[tuple[TomlPath, Any]]:
    """Yield every value of a TOML document with its path, parents before children, to one level below MAX_DEPTH."""
    queue: list[tuple[TomlPath, Any]] = [((), document)]
    # The list grows while the loop runs: recursion would fail at the depth that it looks for.
    for where, value in queue:
        yield where, value
        if len(where) > MAX_DEPTH:
            continue
        children: Iterable[tuple[str | int, Any]] = ()
        if isinstance(value, dict):
            children = value.items()
        elif isinstance(value, list):
            children = enumerate(value)
        for key, child in children:
            queue.append(((*where, key), child))


def _header_hint(found: Sequence[str], headers: Sequence[str]) -> str:
    """Return what was expected of a header row."""
    for sign, name in OTHER_SIGNS.items():
        if len(found) == 1 and sign in found[0]:
            return f"commas between cells, not {name}"
    differences = {"missing": _without(headers, found), "unknown": _without(found, headers)}
    hints = [f"{word}: {', '.join(map(shown, names))}" for word, names in differences.items() if names]
    hint = f" ({'; '.join(hints)})" if hints else ""
    return f"the headers {', '.join(headers)}{hint}"


def _without(headers: Iterable[str], others: Collection[str]) -> list[str]:
    return [header for header in headers if header not in others]


_KEY = r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[\w-]+)"""
_KEYS = rf"({_KEY}(?:\s*\.\s*{_KEY})*)"
_SHORT_KEY = r"""(?:"(?:\\.|[^"\\\n]){0,99}+"|'[^'\n]{0,99}+'|[\w-]{1,99}+)"""
_LONG_NAME = rf"{_SHORT_KEY}(?:[ \t]*\.[ \t]*{_SHORT_KEY}){{{MAX_DEPTH},}}+"
"""A dotted name of more parts than values may be deep. Bounds and possessive repeats keep the search linear."""


def _long_key(line: str) -> str:
    """Return the key of more parts than values may be deep in a line of TOML, "" for none."""
    for name in re.finditer(_LONG_NAME, line):
        # A bound here too: the rest of a long line is not copied for each name in it.
        if line[name.end() : name.end() + 99].lstrip(" \t").startswith(("=", "]")):
            return name[0]
    return ""


_HEADER_LINE = rf"\s*(\[\[?)\s*{_KEYS}\s*\]+\s*"
_KEY_LINE = rf"\s*{_KEYS}\s*="
_ASIDE = re.compile(r"""\"{3}(?:\\.|[^\\])*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*""", re.DOTALL)
"""Texts and comments in TOML."""


def _without_keys(aside: re.Match[str]) -> str:
    """Return what remains of a text or comment for the search of keys: the line ends, or a quoted text, maybe a key."""
    text = aside[0]
    return "\n" * text.count("\n") if text.startswith(('"""', "'''", "#")) else text


def _toml_keys(text: str) -> Iterator[tuple[int, TomlPath]]:
    """Yield (line, path) of each header and key of a TOML text, array elements counted from 0.

    The parser of the standard library keeps no lines; this search of headers and keys is enough to find them.
    """
    counts: dict[TomlPath, int] = {}
    prefix: TomlPath = ()
    for line, content in enumerate(_ASIDE.sub(_without_keys, text).split("\n"), start=1):
        header = re.fullmatch(_HEADER_LINE, content)
        key = re.match(_KEY_LINE, content)
        if header:
            prefix = _header_path(_key_parts(header.group(2)), header.group(1) == "[[", counts)
            yield line, prefix
        elif key:
            yield line, (*prefix, *_key_parts(key.group(1)))


def _key_parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_KEY, dotted)]


def _header_path(parts: Sequence[str], is_element: bool, counts: dict[TomlPath, int]) -> TomlPath:
    """Return the path of a header; `counts` has the last index of each array of tables, and gets that of `[[...]]`."""
    path: TomlPath = ()
    for depth, part in enumerate(parts, start=1):
        path = (*path, part)
        if is_element and depth == len(parts):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:  # a header inside an array belongs to its last element
            path = (*path, counts[path])
    return path


def is_plain(path: str) -> bool:
    """Whether a path stays inside a folder and can be shown: relative, printable, without `..`, `.` or doubled slashes.

    Names and paths that are longer than file systems allow are not plain.
    """
    plain = PurePosixPath(path)
    if not path.isprintable() or len(path) > LONGEST_PATH or any(len(name.encode()) > LONGEST for name in plain.parts):
        return False
    return not plain.is_absolute() and ".." not in plain.parts and str(plain) == path != "."


def read_raw(root: Path, path: str) -> RawFile:
    """Read one file of a dossier.

    Raises:
        InputError: the name is not printable, or the file is missing, larger than 256 MiB, not a regular file inside
            the folder, or unreadable.
    """
    if not path.isprintable():
        raise InputError(Problem(path, NAME_HINT))
    if not is_plain(path):
        raise InputError(Problem(path, INSIDE))
    try:
        return RawFile(path, read_regular(root, path, MAX_BYTES))
    except OutsideError as error:
        raise InputError(Problem(path, INSIDE)) from error
    except NotRegularError as error:
        raise InputError(Problem(path, f"a file of this name in the dossier {root}")) from error
    except TooLargeError as error:
        raise InputError(Problem(path, _at_most(path))) from error
    except OSError as error:
        raise unreadable(path, error) from error


def _at_most(path: str) -> str:
    """Return how large a file may be, and how a table of text becomes a smaller one."""
    most = f"at most {MAX_BYTES // 2**20} MiB"
    stem, _, suffix = path.rpartition(".")
    if suffix.lower() not in ("csv", "tsv"):
        return most
    command = f"duckdb -c \"copy '{path}' to '{stem}.parquet'\""
    return f"{most}: use Parquet, which is several times smaller and read in part, as by {command}"


def named_file(name: str, expected: str) -> RawFile:
    """Read a file that a user names.

    Args:
        name: its path.
        expected: what it should be, for the message where there is none.

    Raises:
        InputError: there is no such file, it is larger than 256 MiB, or it cannot be read.
    """
    path = Path(name)
    if not path.is_file():
        raise InputError(Problem(name, expected))
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(Problem(name, _at_most(name)))
        return RawFile(name, path.read_bytes(), folder=str(path.parent))
    except OSError as error:
        raise unreadable(name, error) from error


def resolved(path: Path) -> Path:
    """Return a path without links. Raises InputError if it is a link to itself."""
    try:
        return path.resolve()
    except (RuntimeError, OSError, ValueError) as error:  # RuntimeError: a loop, ValueError: a NUL
        raise InputError(Problem(ascii(str(path))[1:-1], "a file or folder, not a link to itself")) from error


def is_there(root: Path, path: str) -> bool:
    """Return whether a dossier has an entry of this name; other than files are reported when read.

    Raises:
        InputError: it is unknown, such as in a folder without permission.
    """
    try:
        return regular.is_there(root / path)
    except OSError as error:
        raise unreadable(path, error) from error


def check_written(root: Path, path: str) -> None:
    """Check that a write to a path of a dossier stays inside it; call it before the first write.

    Raises:
        InputError: something on the way is a link, or no folder or file, or nothing can be written there.
    """
    try:
        regular.check_target(root, path)
    except PermissionError as error:
        raise InputError(Problem(path, "a file in a folder that can be written to")) from error
    except OSError as error:
        raise InputError(Problem(path, "a file or folder inside the dossier, not a link or device")) from error


def names_in(folder: Path, shown: str) -> list[str]:
    """Return the names in a folder, sorted; none if there is no folder.

    Raises:
        InputError: it cannot be listed; the problem names it as `shown`.
    """
    try:
        return regular.names_in(folder)
    except OSError as error:
        raise unreadable(shown, error) from error


def unreadable(path: str, error: OSError) -> InputError:
    """Return the error of a file or folder of a dossier that is there, but cannot be read or listed."""
    return InputError(Problem(path, f"a file or folder that can be read ({os.strerror(error.errno or errno.EIO)})"))
