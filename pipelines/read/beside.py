"""Files that a text is held against, each as a document: its tables, whose labels a sentence may name, and sentences.

Belongs here: which file is read how, and tables without a text around them. Does not: texts (`text.document`), long
tables and codes of countries (`long_tables`), or what follows from a file (`judge`).
"""

from __future__ import annotations

import datetime as dt
import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path
from typing import Any

from tidebook.pipelines.read.dossier.sections import DOSSIER, PACKAGE
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.long_tables import readable
from tidebook.pipelines.read.plugin import reader_of
from tidebook.pipelines.read.rawfile import WORKBOOKS, RawFile, named_file, read_raw
from tidebook.pipelines.read.text.blocks import MOST_CELLS, Builder, Cell, Document, Place, Plain
from tidebook.pipelines.read.text.document import FORMS, OF_OTHER_PROGRAMS, read_document

MOST_FILES = 50
"""Maximum files that one name stands for: the resources of a package, the evidence of a dossier."""
_EXPECTED = "a text, CSV, Parquet or Excel file, datapackage.json, or the folder of a dossier"
MOST_ROWS = 20_000
"""Maximum rows of a Parquet file. A larger file is a data set: bring the part that the text is about."""


@dataclass(frozen=True)
class Sheet(Document):
    """Tables of a file without lines of text: a place is the row and the column of a cell.

    `starts` has where the text of each cell begins in `source`, which only stands for the file.
    """

    starts: Sequence[int] = ()
    places: Sequence[Place] = ()

    def place(self, offset: int) -> Place:
        """Return the row and the column of an offset, from 1."""
        return self.places[max(bisect_right(self.starts, offset) - 1, 0)]


def read_beside(names: Iterable[str]) -> list[Document]:
    """Return the files that a text is held against: texts, CSV, Parquet, Excel, Data Packages, evidence of a dossier.

    Raises:
        InputError: one is not there, or cannot be read.
    """
    found = []
    for name in names:
        path = Path(name)
        if path.is_dir() and (path / DOSSIER).is_file():
            found += [_document(file) for file in _evidence_of(path)]
        elif path.is_dir() or path.name == PACKAGE:
            found += [_document(file) for file in _resources_of(path if path.is_dir() else path.parent, name)]
        else:
            found.append(_document(named_file(name, _EXPECTED)))
    return found


def _evidence_of(folder: Path) -> list[RawFile]:
    """Return the files of evidence of a dossier."""
    evidence = read_raw(folder, DOSSIER).toml().get("evidence", {})
    paths = [str(each["path"]) for each in evidence.values() if isinstance(each, dict) and each.get("path")]
    if not paths:
        expected = "evidence with a path, such as [evidence.co2]"
        raise InputError(Problem(str(folder / DOSSIER), expected))
    return _files_in(folder, paths)


def _resources_of(folder: Path, name: str) -> list[RawFile]:
    """Return the tables of a Data Package."""
    raw = read_raw(folder, PACKAGE)
    try:
        resources = json.loads(raw.text()).get("resources", [])
        paths = [str(each["path"]) for each in resources]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError(Problem(name, "a data package whose resources each have a path")) from error
    tables = [path for path in paths if path.lower().endswith((".csv", ".tsv", ".parquet"))]
    if not tables:
        raise InputError(Problem(name, "a data package with a resource in CSV or Parquet"))
    return _files_in(folder, tables)


def _files_in(folder: Path, paths: Sequence[str]) -> list[RawFile]:
    if len(paths) > MOST_FILES:
        raise InputError(Problem(str(folder), f"at most {MOST_FILES} files; name those that are meant"))
    return [replace(read_raw(folder, path), path=str(folder / path)) for path in paths]


def _document(file: RawFile) -> Document:
    """Return a file as a document."""
    if file.data.startswith(b"PAR1"):
        return _tidied(_of_parquet(file))
    # A sheet that is held against is a table, whatever stands above it.
    is_unnamed = reader_of(file.path) is None and _ending(file) not in OF_OTHER_PROGRAMS
    if file.data.startswith(WORKBOOKS) and (_ending(file) == "xlsx" or is_unnamed):
        return _tidied(_of_workbook(file))
    document = read_document(file)
    return _tidied(document) if FORMS.get(_ending(file)) == "table" else document


def _ending(file: RawFile) -> str:
    return file.path.rpartition(".")[2].lower()


def _tidied(document: Document) -> Document:
    """Return tables without a text around them as a sentence may name them."""
    return replace(document, tables=[readable(table) for table in document.tables])


# Files without lines


def _of_parquet(file: RawFile) -> Document:
    import pyarrow as arrow
    from pyarrow import parquet

    try:
        opened = parquet.ParquetFile(arrow.BufferReader(file.data))
        if opened.metadata.num_rows > MOST_ROWS:
            raise InputError(Problem(file.path, f"at most {MOST_ROWS:,} rows", text=f"{opened.metadata.num_rows:,}"))
        columns = opened.read().to_pydict()
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(Problem(file.path, "a Parquet file that can be read")) from error
    rows = []
    for row, values in enumerate([[*columns], *zip(*columns.values(), strict=True)], 1):
        rows.append([(Place(row, column), _shown(value)) for column, value in enumerate(values, 1)])
    return _sheet(file.path, [("", rows)])


def _of_workbook(file: RawFile) -> Document:
    reader = reader_of("workbook.xlsx")
    if reader is None:
        raise InputError(Problem(file.path, "CSV, since the plugin that reads Excel files is left out"))
    return _sheet(file.path, reader.tables(file))


def _shown(value: Any) -> str:
    """Return a value as a table prints it."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return " ".join(str(value).split())
    return f"{value:.15g}" if abs(value) < 1e15 else str(value)


def _sheet(name: str, sheets: Sequence[tuple[str, Sequence[Sequence[tuple[Place, str]]]]]) -> Document:
    """Return sheets as tables, given the place and text of each cell by rows; empty rows and columns are left out."""
    builder = Builder(name, "")
    starts: list[int] = []
    places: list[Place] = []
    source: list[str] = []
    at = 0
    for title, given in sheets:
        columns = sorted({place.column for row in given for place, text in row if text})
        if len(columns) * len(given) > MOST_CELLS:
            raise InputError(Problem(name, f"tables of at most {MOST_CELLS:,} cells, with equally long rows"))
        rows: list[list[Cell]] = []
        for row in given:
            texts = {place.column: text for place, text in row}
            if not any(texts.values()):
                continue
            cells = []
            for column in columns:
                text = texts.get(column, "")
                place = Place(row[0][0].line, column)
                starts.append(at)
                places.append(place)
                source.append(f"{text}\t")
                cells.append(Cell(text, place, range(at, at + len(text))))
                at += len(text) + 1
            rows.append(cells)
        if rows:
            builder.table(rows, 0, Plain(title, ()))
    document = builder.document()
    return Sheet(name, "".join(source), (), document.tables, starts=starts, places=places)
