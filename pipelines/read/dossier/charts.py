"""The charts that a dossier declares: what is drawn of its own tables.

Belongs here: which chart is of which quantities. Does not: drawing (`report`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from pydantic import Field

from tidebook.pipelines.read.declarations import Declaration, Text, declare
from tidebook.pipelines.read.dossier.declared import PrintedTables
from tidebook.pipelines.read.errors import did_you_mean, refuse
from tidebook.pipelines.read.rawfile import RawFile


class Chart(Declaration):
    """One chart: `bars` are `of` a quantity, a `scatter` and a `line` have an `x` and a `y`, all as `table.quantity`.

    `share` writes each bar's share of all beside it; a caption may hold metrics, as `{name}` or `{name/subject}`.
    """

    kind: Literal["bars", "scatter", "line"]
    title: Text
    of: str = ""
    x: str = ""
    y: str = ""
    log: bool = False
    share: bool = False
    theme: str = ""
    caption: str = ""


HELD = re.compile(r"\{([a-z0-9_]+)(/[a-z0-9_]+)?\}", re.ASCII)
"""A metric in a caption."""


class Charts(Declaration):
    """The charts in their order."""

    charts: list[Chart] = Field(default=[])


def read_charts(
    raw: RawFile, tables: PrintedTables, themes: dict[str, str], printed: Iterable[str], metrics: Collection[str]
) -> Charts:
    """Return the charts of a dossier; `printed` are quantities of its figures, as `table.quantity`.

    Raises InputError if a key is missing, unknown or wrong, or a chart is of a quantity, theme or metric that is not
    there.
    """
    found = declare(Charts, raw)
    known = [f"{name}.{quantity}" for name, table in tables.tables.items() for quantity in table.quantities]
    known += list(printed)
    problems = [
        raw.problem(("charts", index, key), expected, text)
        for index, chart in enumerate(found.charts)
        for key, expected, text in _faults(chart, known, themes, metrics)
    ]
    refuse(problems)
    return found


def _faults(
    chart: Chart, quantities: Collection[str], themes: Collection[str], metrics: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield the key that is wrong, what was expected there and what was found."""
    needed = ("of",) if chart.kind == "bars" else ("x", "y")
    for key in ("of", "x", "y"):
        name = getattr(chart, key)
        if bool(name) != (key in needed):
            yield key, f"{' and '.join(needed)} for {chart.kind}", name
        elif name and name not in quantities:
            yield key, f"a quantity of a table{did_you_mean(name, quantities)}", name
    if chart.theme and chart.theme not in themes:
        yield "theme", f"a theme{did_you_mean(chart.theme, themes)}", chart.theme
    for metric, _ in HELD.findall(chart.caption):
        if metric not in metrics:
            yield "caption", f"a metric{did_you_mean(metric, metrics)}", metric
