"""Readings for commands: the file beside a text, and a program that reads what has none.

Belongs here: which file, and saying what is sent. Does not: what readings are or give (`judge.readings`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidebook.pipelines.commands.terminal import print_line
from tidebook.pipelines.read.dossier.sections import readings_path
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count, listed

if TYPE_CHECKING:
    from tidebook.pipelines.judge.readings.reading import Reading
    from tidebook.pipelines.judge.readings.replies import Replied
    from tidebook.pipelines.read.text.document import Document

STDIN = "-"
MOST_UNREAD = 20
"""Maximum lines named of sentences without a reading."""

readings_option = click.option(
    "--readings",
    metavar="FILE",
    help=f"Readings of the text, a line of JSON each. Default: {readings_path('TEXT')}, if it exists.",
)


against_option = click.option(
    "--against",
    metavar="FILE",
    multiple=True,
    help="Hold the text against a table, a data package, a text or the evidence of a dossier; may be repeated.",
)


def files_beside(names: Sequence[str]) -> list[Document]:
    """Return the files of --against, and say which of their tables are left out. Raises InputError as `read_beside`."""
    if not names:
        return []
    from tidebook.pipelines.judge.readings.tables import MOST_COLUMNS, MOST_ROWS, fits
    from tidebook.pipelines.read.beside import read_beside

    found = read_beside(names)
    for document in found:
        for table in document.tables:
            if not fits(table):
                size = f"{len(table.rows):,} rows and {table.width} columns"
                limit = f"at most {MOST_ROWS} rows and {MOST_COLUMNS} columns are read"
                print_line(f"note: {document.name}: a table of {size} is left out: {limit}", err=True)
    return found


def readings_place(text: str, named: str | None) -> Path | None:
    """Return the file with the readings of a text; None for standard input without a named one."""
    if named is not None:
        return Path(named)
    return None if text == STDIN else Path(readings_path(text))


def readings_of(text: str, named: str | None) -> list[Reading]:
    """Return the readings beside a text; none if there is no file and none is named.

    Raises:
        InputError: the named file is not there, or the file is no lines of JSON.
    """
    from tidebook.pipelines.judge.readings.replies import read_readings, readings_beside
    from tidebook.pipelines.read.rawfile import named_file

    place = readings_place(text, named)
    if place is None:
        return []
    if named is None:
        found = readings_beside(Path(text))
    else:
        expected = "a file of readings, such as `tidebook reading apply` writes"
        found = read_readings(named_file(named, expected).text(), named)
    for left_out in found.left_out:
        print_line(f"note: {place}: {left_out}", err=True)
    return found.readings


def read_by(
    command: str, document: Document, known: Sequence[Reading], place: Path | None, beside: Sequence[Document] = ()
) -> list[Reading]:
    """Return the known readings, and those of a program for the sentences without one.

    They are written to `place`, so that the next run needs no reader.

    Raises:
        InputError: the program fails, or its reply is none to this request.
    """
    from tidebook.pipelines.judge.readings.program import reply_of
    from tidebook.pipelines.judge.readings.prompt import prompt_of
    from tidebook.pipelines.judge.readings.replies import merged, read_reply
    from tidebook.pipelines.judge.readings.request import MaskedText
    from tidebook.pipelines.read.sources.fetch import day_of_reading

    masked = MaskedText(document, beside)
    request = masked.request([reading.sentence for reading in known])
    if not request.sentences:
        return list(known)
    sentences = format_count(len(request.sentences), "sentence")
    tables = format_count(len(request.tables), "table")
    print_line(
        f"sends {sentences} and the article without their numbers, and the labels of {tables}, to: {command}", err=True
    )
    replied = read_reply(reply_of(command, prompt_of(request)), masked, request, day_of_reading(), command[:100])
    note_left_out(replied)
    found = merged(known, replied.readings)
    if place is not None:
        write_readings(place, found)
    return found


def note_left_out(replied: Replied) -> None:
    """Print the lines of a reply that are no readings."""
    for left_out in replied.left_out:
        print_line(f"left out: {left_out}", err=True, always=True)


def write_readings(place: Path, readings: Sequence[Reading]) -> None:
    """Write a file of readings. Raises InputError if it is a link, FIFO or device."""
    from tidebook.pipelines.judge.readings.replies import lines_of
    from tidebook.pipelines.read.atomic import write_file

    if place.is_symlink() or (place.exists() and not place.is_file()):
        raise InputError(Problem(str(place), "a new or regular file, not a link, FIFO or device"))
    write_file(place, lines_of(readings).encode())
    print_line(f"Wrote {format_count(len(readings), 'reading')} to {place}", err=True)


def unread_words(lines: Sequence[int]) -> str:
    """Say which sentences have no reading, by their lines."""
    count = format_count(len(lines), "sentence")
    return f"{count} with numbers unread: line {listed([*map(str, lines)], MOST_UNREAD)}"
