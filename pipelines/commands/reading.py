"""The command `reading`: a text as a request for a reader, and a reader's reply.

Belongs here: handing out requests and taking replies by hand. Does not: what a request is, or what follows from
readings (`judge.readings`).
"""

from __future__ import annotations

from dataclasses import asdict

import click

from tidebook.pipelines.commands.common import json_option
from tidebook.pipelines.commands.help import Group
from tidebook.pipelines.commands.read import text_file
from tidebook.pipelines.commands.terminal import print_json, print_text


@click.group(cls=Group)
def reading() -> None:
    """Have a text read by a person or model who sees none of its numbers."""


@reading.command()
@click.argument("text", metavar="TEXT")
@json_option
def request(text: str, as_json: bool) -> None:
    """Print what a reader needs: instructions, the names of the tables, and the text with its numbers hidden."""
    from tidebook.pipelines.judge.readings.prompt import prompt_of
    from tidebook.pipelines.judge.readings.request import MaskedText
    from tidebook.pipelines.read.text.document import read_document

    made = MaskedText(read_document(text_file(text))).request()
    if as_json:
        print_json(asdict(made))
    else:
        print_text(prompt_of(made))
