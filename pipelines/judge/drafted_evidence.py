"""Evidence of a drafted dossier: the tables of files that its text was held against, each as a CSV file.

Belongs here: what such a table is called in the dossier, and its declaration. Does not: reading the files
(`read.beside`), guessing columns (`judge.drafts`), or claims over them (`readings.claims`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tidebook.pipelines.judge.drafts import AboutTable, Column, guess_columns, scale_words, table_name
from tidebook.pipelines.judge.readings.claims import TableNames
from tidebook.pipelines.judge.readings.tables import ReadTable
from tidebook.pipelines.read.evidence_tables.series import TIMES
from tidebook.pipelines.read.names import slug
from tidebook.pipelines.read.text.cells import TableInText, once
from tidebook.pipelines.read.toml_text import toml_value


@dataclass(frozen=True)
class DraftedEvidence:
    """A table that somebody brought: its name in the dossier, its columns, and the day of its file.

    `names` is what expressions call its rows and columns.
    """

    name: str
    title: str
    day: dt.date
    columns: Sequence[Column]
    content: bytes
    names: TableNames
    id: str

    @property
    def path(self) -> str:
        """The file in the dossier that holds it."""
        return f"evidence/{self.name}.csv"

    def lines(self, published: dt.date) -> Iterator[str]:
        """Yield its declaration; what the file does not say is marked."""
        key = next(column.head for column in self.columns if column.role == "subject")
        yield from (
            f"[sources.{self.name}]",
            f"title = {toml_value(self.title)}",
            'publisher = "not named"  # guess; or who published it',
            'tier = "P"  # guess; or S for what reports the numbers of others',
            'licence = "not known"',
            f"published = {min(self.day, published)}  # guess: the day of the file, at most that of the article",
            "",
            f"[evidence.{self.name}]",
            f"path = {toml_value(self.path)}",
            f"source = {toml_value(self.name)}",
            f"key = {toml_value([key])}",
            "",
            f"[evidence.{self.name}.values]",
        )
        for column in self.columns:
            if column.role == "quantity":
                parts = [f"column = {toml_value(column.head)}", f"unit = {toml_value(column.unit)}", column.extra]
                guess = f"  # guess; or {column.alternative}" if column.alternative else ""
                yield f"{column.name} = {{ {', '.join(filter(None, parts))} }}{guess}"
        yield ""


def drafted_evidence(tables: Iterable[ReadTable]) -> list[DraftedEvidence]:
    """Return the tables of files as evidence, without those that cannot be read or whose rows no column names."""
    found: list[DraftedEvidence] = []
    for table in tables:
        if table.document is not None and (made := _evidence_of(table, {each.name for each in found})):
            found.append(made)
    return found


def _evidence_of(table: ReadTable, taken: set[str]) -> DraftedEvidence | None:
    assert table.document is not None, "a table that was brought is of a file"
    own, heads = Path(table.document.name), once(table.text_table.heads)
    file = _as_file(table, heads)
    about = AboutTable(table.numbers, scale_words(table.numbers.scale), table.text_table.heads)
    guessed = guess_columns(file, about, table.text_table)
    if guessed is None or guessed.columns[0].role != "subject":
        return None
    name = table_name(own.stem, len(taken) + 1, taken)
    changed = dt.datetime.fromtimestamp(own.stat().st_mtime, tz=dt.UTC).date() if own.is_file() else dt.date.max
    names = _names(name, table, heads, guessed.columns, is_turned=guessed.is_turned)
    return DraftedEvidence(
        name, own.name, changed, guessed.columns, _as_csv(file, is_turned=guessed.is_turned), names, table.id
    )


def _as_file(table: ReadTable, heads: Sequence[str]) -> TableInText:
    """Return a table as it is written: each row by the name by which it is told from the others."""
    assert table.document is not None, "a table that was brought is of a file"
    # Years are keys as they are printed; other periods would have another form in expressions.
    is_period = slug(heads[0]) in TIMES and not all(name.isdecimal() for name in table.rows.values())
    head = "name" if is_period or not heads[0] else heads[0]
    lines = []
    for index, name in table.rows.items():
        cells = table.text_table.rows[index]
        texts = [name, *(cell.text.strip() for cell in cells[1:])]
        lines.append(tuple((text, cell.place.line) for text, cell in zip(texts, cells, strict=True)))
    top = tuple((text, 0) for text in (head, *heads[1:]))
    return TableInText(table.document.name, b"", cells=(top, *lines), kept=tuple(table.rows))


def _names(
    name: str, table: ReadTable, heads: Sequence[str], guessed: Sequence[Column], *, is_turned: bool
) -> TableNames:
    """Return what expressions call the rows and columns of a table, which may stand turned."""
    subjects = {index: slug(label) for index, label in table.rows.items()}
    places = {head: place for place, head in enumerate(heads)}
    if is_turned:
        subjects = {place: slug(head) for place, head in enumerate(heads) if place}
        places = {label: index for index, label in table.rows.items()}
    measures = [column for column in guessed if column.role == "quantity"]
    columns = {places[column.head]: column.name for column in measures if column.head in places}
    return TableNames(name, columns, subjects, is_turned=is_turned, is_evidence=True)


def _as_csv(file: TableInText, *, is_turned: bool) -> bytes:
    printed = [[text for text, _ in line] for line in file.cells]
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(zip(*printed, strict=True) if is_turned else printed)
    return written.getvalue().encode()
