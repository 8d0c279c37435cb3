"""The command `reading`: a text as a request for a reader, and a reader's reply.

Belongs here: handing out requests and taking replies by hand. Does not: what a request is, or what follows from
readings (`judge.readings`).
"""

from __future__ import annotations

from dataclasses import asdict

import click

from tidebook.pipelines.commands.common import json_option, text_file
from tidebook.pipelines.commands.help import Group
from tidebook.pipelines.commands.readings import (
    against_option,
    files_beside,
    note_left_out,
    readings_of,
    readings_option,
    readings_place,
    write_readings,
)
from tidebook.pipelines.commands.terminal import print_json, print_line, print_text
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count


@click.group(cls=Group)
def reading() -> None:
    """Have a text read by a person or model who sees none of its numbers."""


@reading.command()
@click.argument("text", metavar="TEXT")
@click.option("--new", "only_new", is_flag=True, help="Ask only for sentences that have no reading yet.")
@readings_option
@against_option
@json_option
def request(text: str, only_new: bool, readings: str | None, against: tuple[str, ...], as_json: bool) -> None:
    """Print what a reader needs: instructions, the names of the tables, and the text with its numbers hidden."""
    from tidebook.pipelines.judge.readings.prompt import prompt_of
    from tidebook.pipelines.judge.readings.request import MaskedText
    from tidebook.pipelines.read.text.document import read_document

    known = [each.sentence for each in readings_of(text, readings)] if only_new else []
    made = MaskedText(read_document(text_file(text)), files_beside(against)).request(known)
    if as_json:
        print_json(asdict(made))
    else:
        print_text(prompt_of(made))


@reading.command()
@click.argument("text", metavar="TEXT")
@click.argument("reply", metavar="REPLY")
@readings_option
@against_option
def apply(text: str, reply: str, readings: str | None, against: tuple[str, ...]) -> None:
    """Take a reader's REPLY, a file or - for standard input, into the file of readings, for `read` and `check`.

    Lines that are no readings are listed and left out; if all are, the exit code is 1.
    """
    from tidebook.pipelines.judge.readings.replies import merged, read_reply
    from tidebook.pipelines.judge.readings.request import MaskedText
    from tidebook.pipelines.read.sources.fetch import day_of_reading
    from tidebook.pipelines.read.text.document import read_document

    place = readings_place(text, readings)
    if place is None:
        raise InputError(Problem("--readings", "a file for the readings: the text is standard input"))
    masked = MaskedText(read_document(text_file(text)), files_beside(against))
    known = readings_of(text, readings) if place.exists() else []
    given = text_file(reply).text()
    # A reply may be to all sentences or to those that had no reading.
    made = [masked.request(), masked.request([each.sentence for each in known])]
    asked = next((one for one in made if one.request in given), made[0])
    replied = read_reply(given, masked, asked, day_of_reading())
    note_left_out(replied)
    if replied.readings:
        write_readings(place, merged(known, replied.readings))
    taken = format_count(len(replied.readings), "reading")
    print_line(f"{taken} taken, {len(replied.left_out)} left out; none decides anything by itself")
    if not replied.readings:
        raise SystemExit(1)
