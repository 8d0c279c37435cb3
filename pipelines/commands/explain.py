"""The command `explain`: one statement or figure traced to its evidence.

Belongs here: printing. Does not: the lines on a statement (`report.explain`).
"""

from __future__ import annotations

from pathlib import Path

import click

from tidebook.pipelines.commands.common import json_option, out_option, raw_option
from tidebook.pipelines.commands.latest import latest_rows
from tidebook.pipelines.commands.terminal import print_json, print_line
from tidebook.pipelines.read.documents import with_nulls
from tidebook.pipelines.report.explain import EXPLAINED, rows_on
from tidebook.pipelines.report.explain import explain as trace


@click.command()
@click.argument("name", help="Id of a claim or a prediction, or of a figure: table/subject/quantity.")
@raw_option
@out_option
@json_option
def explain(name: str, raw: Path | None, out: str | None, as_json: bool) -> None:
    """Trace a verdict or forecast to its evidence, or a figure to better sources."""
    tables = latest_rows(out, EXPLAINED, raw)
    if as_json:
        found = rows_on(name, tables)
        print_json({table: [with_nulls(row) for row in rows] for table, rows in found.items()})
        return
    lines = list(trace(name, tables))  # a damaged table fails before anything is printed
    print_line(tables.heading)
    for line in lines:
        print_line(line, always=True)
