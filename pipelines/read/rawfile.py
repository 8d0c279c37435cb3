"""Raw files as read: bytes read once, their hash, and their text, CSV rows or TOML document.

What the cells mean is in `tables`; what the declarations mean is in `declarations`.
"""

import codecs
import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from tidebook.pipelines.read.errors import InputError, Problem, shown
from tidebook.pipelines.read.regular import MAX_BYTES, NotRegularError, OutsideError, TooLargeError, read_regular

OTHER_SIGNS = {";": "semicolons", "\t": "tabs"}
"""What else stands between the cells of a CSV file, and its name."""

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of Excel begin: those of today, which are zip files, and those of before 2007."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Characters that are no text: a terminal or an XML parser would act on them."""
EMPTY_ROW = "something in the row: all of its cells are empty"
LONGEST, LONGEST_PATH = 255, 2048
"""Bytes of a file's name, and letters of a path, beyond which there is no such file."""
INSIDE = "a file or folder inside the raw folder, not a path or link out of it"
NAME_HINT = "a name of characters that can be shown, in UTF-8"
MAX_DEPTH = 32
DEPTH_HINT = f"values nested at most {MAX_DEPTH} deep"
INTEGER_HINT = "an integer of at most 64 bits"

Fault = tuple[tuple[str | int, ...], str, str | None]
"""Where in a TOML document something is wrong, what was expected there, and what was found, as `problem` takes it."""


class RawRow(NamedTuple):
    """One row of a file: where it stands, its cells by header, and the problems found in the rows of its table.

    `places` has the line and column of each cell where these are not the row's line and the header.
    """

    path: str
    line: int
    cells: dict[str, Any]
    problems: list[Problem]
    places: Mapping[str, tuple[int, str]] = {}

    @property
    def locator(self) -> str:
        """Its place in words: file and line."""
        return f"{self.path}:{self.line}"

    def place(self, header: str) -> tuple[int, str]:
        """Return the line and column of a cell."""
        return self.places.get(header, (self.line, header))

    def report(self, header: str, expected: str, text: str | None = None) -> None:
        """Report what was expected of a cell, or of the `text` that it holds, if anything was that it is not."""
        if expected:
            found = self.cells[header] if text is None else text
            self.problems.append(Problem(self.path, expected, *self.place(header), found))

    def check_word(self, header: str, allowed: Sequence[str]) -> None:
        """Report a cell that is none of some words."""
        self.report(header, "" if self.cells[header] in allowed else f"one of {', '.join(allowed)}")


@dataclass(frozen=True)
class RawFile:
    """The bytes of one file under raw/. `path` is relative to raw/, with forward slashes.

    Of a TOML document only the keys in `only` are seen, where it names any, and of those what stands `below` them.
    """

    path: str
    data: bytes
    only: tuple[str, ...] = ()
    below: tuple[str, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Return the hash of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    def text(self) -> str:
        """Return the text, a byte-order mark dropped.

        Raises InputError if the bytes are not UTF-8 or hold control characters other than tabs and line ends.
        """
        text = decoded(self.path, self.data)
        if control := CONTROL.search(text):
            line = text.count("\n", 0, control.start()) + 1
            raise InputError(Problem(self.path, "text without control characters", line, text=control[0]))
        return text

    def records(self, headers: Sequence[str], problems: list[Problem]) -> Iterator[RawRow]:
        """Yield each CSV row, placed at the line that it starts on; blank lines are skipped.

        What is found to be wrong in the rows is added to `problems`. Columns may stand in any order. Raises InputError
        if a header is missing, unknown or doubled, or as `rows` says.
        """
        rows = self.rows()
        _, found = next(rows)
        if sorted(found) != sorted(headers):
            raise InputError(Problem(self.path, _header_hint(found, headers), 1, text=",".join(found)))
        for line, cells in rows:
            yield RawRow(self.path, line, dict(zip(found, cells, strict=True)), problems)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the cells of each CSV row with the line that it starts on, the header first; blank ones are skipped.

        Raises InputError if a row has another number of cells than the header, or the text is not CSV.
        """
        reader = csv.reader(io.StringIO(self.text(), newline=""), strict=True)
        start = 1
        try:
            header = next(reader, [])
            yield start, header
            start = reader.line_num + 1
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

        Raises InputError if the text is not TOML, or holds an integer or a depth beyond what is read.
        """
        text = self.text()
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"line ([0-9]+)", str(error))
            line = int(place.group(1)) if place else text.count("\n") + 1
            raise InputError(Problem(self.path, f"well-formed TOML ({error})", line)) from error
        except RecursionError as error:
            raise InputError(Problem(self.path, DEPTH_HINT, _longest_line(r"[\[{.]", text))) from error
        except ValueError as error:
            raise InputError(Problem(self.path, INTEGER_HINT, _longest_line(r"\d", text))) from error
        for where, value in _toml_values(document):
            column = ".".join(map(str, where[:3]))
            if len(where) > MAX_DEPTH:
                line = self._line(where) or _longest_line(r"[\[{.]", text)
                raise InputError(Problem(self.path, DEPTH_HINT, line, column))
            if isinstance(value, int) and not -(2**63) <= value < 2**63:
                raise InputError(Problem(self.path, INTEGER_HINT, self._line(where), column))
        if self.only:
            document = {key: value for key, value in document.items() if key in self.only}
        for key in self.below:
            document = document.get(key, {})
        return document

    @cached_property
    def keys(self) -> list[tuple[int, tuple[str | int, ...]]]:
        """Return the line and path of each header and key of the TOML text."""
        return list(_toml_keys(self.text()))

    def toml_line(self, where: tuple[str | int, ...]) -> int | None:
        """Return the line of the key at `where`, or else of its closest parent, or else of its first element."""
        return self._line((*self.below, *where))

    def problem(self, where: tuple[str | int, ...], expected: str, text: str | None = None) -> Problem:
        """Return a problem with the key at `where` of the TOML text."""
        return Problem(self.path, expected, self.toml_line(where), ".".join(map(str, where)), text)

    def _line(self, where: tuple[str | int, ...]) -> int | None:
        above = [(line, path) for line, path in self.keys if path == where[: len(path)]]
        if above:
            return max(above, key=lambda each: len(each[1]))[0]
        return next((line for line, path in self.keys if where and path[: len(where)] == where), None)


def is_empty(cells: Mapping[str, str]) -> bool:
    """Return whether the cells of a row hold nothing but blanks, as rows do that a spreadsheet adds at the end."""
    return not "".join(cells.values()).strip()


def decoded(path: str, data: bytes) -> str:
    """Return the text of a file, a byte-order mark dropped. Raises InputError if the bytes are not UTF-8."""
    if data.startswith(WORKBOOKS):
        expected = "UTF-8 text: this is an Excel file or another zip file; save the table as CSV (UTF-8)"
        raise InputError(Problem(path, expected, 1, text=repr(data[:4])[2:-1]))
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = repr(data[error.start : error.start + 1])[2:-1]
        other = ", not UTF-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""
        raise InputError(Problem(path, f"UTF-8 text{other}", line, text=found)) from error


def _longest_line(pattern: str, text: str) -> int:
    counts = [len(re.findall(pattern, line)) for line in text.split("\n")]
    return counts.index(max(counts)) + 1


def _toml_values(document: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield every value of a TOML document with its path, parents before their children, not below MAX_DEPTH."""
    queue: list[tuple[tuple[str | int, ...], Any]] = [((), document)]
    for where, value in queue:
        yield where, value
        if len(where) > MAX_DEPTH:
            continue
        if isinstance(value, dict):
            queue += [((*where, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            queue += [((*where, index), item) for index, item in enumerate(value)]


def _header_hint(found: Sequence[str], headers: Sequence[str]) -> str:
    missing = [header for header in headers if header not in found]
    unknown = [header for header in found if header not in headers]
    if len(found) == 1 and (sign := next((each for each in OTHER_SIGNS if each in found[0]), "")):
        return f"commas between cells, not {OTHER_SIGNS[sign]}"
    hints = [
        f"{words}: {', '.join(map(shown, names))}"
        for words, names in (("missing", missing), ("unknown", unknown))
        if names
    ]
    told = f" ({'; '.join(hints)})" if hints else ""
    return f"the headers {', '.join(headers)}{told}"


_KEY = r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[\w-]+)"""
_KEYS = rf"({_KEY}(?:\s*\.\s*{_KEY})*)"
_ASIDE = re.compile(r"""\"{3}(?:\\.|[^\\])*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*""", re.DOTALL)
"""Texts and comments in TOML."""


def _left(found: re.Match[str]) -> str:
    """Return what is left of a text or comment for those who look for keys: one on a line, which a key may be."""
    text = found[0]
    return "\n" * text.count("\n") if text.startswith(('"""', "'''", "#")) else text


def _toml_keys(text: str) -> Iterator[tuple[int, tuple[str | int, ...]]]:
    """Yield (line, path) of each header and key of a TOML text, array elements counted from 0."""
    counts: dict[tuple[str | int, ...], int] = {}
    prefix: tuple[str | int, ...] = ()
    for line, content in enumerate(_ASIDE.sub(_left, text).split("\n"), start=1):
        header = re.fullmatch(rf"\s*(\[\[?)\s*{_KEYS}\s*\]+\s*", content)
        key = re.match(rf"\s*{_KEYS}\s*=", content)
        if header:
            prefix = ()
            parts = [part.strip("\"'") for part in re.findall(_KEY, header.group(2))]
            for depth, part in enumerate(parts, start=1):
                prefix = (*prefix, part)
                if header.group(1) == "[[" and depth == len(parts):
                    counts[prefix] = counts.get(prefix, -1) + 1
                if prefix in counts:
                    prefix = (*prefix, counts[prefix])
            yield line, prefix
        elif key:
            yield line, (*prefix, *(part.strip("\"'") for part in re.findall(_KEY, key.group(1))))


def is_plain(path: str) -> bool:
    """Return whether a path is one below a folder: relative, without `..`, `.` or doubled slashes, and printable.

    No file has a longer name, or path, than file systems allow.
    """
    plain = PurePosixPath(path)
    if not path.isprintable() or len(path) > LONGEST_PATH or any(len(name.encode()) > LONGEST for name in plain.parts):
        return False
    return not plain.is_absolute() and ".." not in plain.parts and str(plain) == path != "."


def read_raw(root: Path, path: str) -> RawFile:
    """Read one file under the raw folder.

    Raises InputError if its name has characters that cannot be shown, it is missing, is no regular file inside the
    folder, or is larger than 256 MiB.
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
        raise InputError(Problem(path, f"a file of this name in the raw folder {root}")) from error
    except TooLargeError as error:
        raise InputError(Problem(path, f"at most {MAX_BYTES // 2**20} MiB")) from error
