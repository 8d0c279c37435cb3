"""The charts that a dossier declares: what is drawn of its own tables.

Belongs here: which chart is of which quantities. Does not: drawing (`pipelines.report`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Literal

from pydantic import Field

from pipelines.dossier.declared import Tables
from pipelines.ingest.declarations import Declaration, Text, declare
from pipelines.ingest.errors import close_to, refuse
from pipelines.ingest.rawfile import RawFile


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

    @property
    def needs(self) -> tuple[str, ...]:
        """The keys that a chart of its kind has."""
        return ("of",) if self.kind == "bars" else ("x", "y")


HELD = re.compile(r"\{([a-z0-9_]+)(/[a-z0-9_]+)?\}", re.ASCII)
"""A metric in a caption."""


class Charts(Declaration):
    """The charts in their order."""

    charts: list[Chart] = Field(default=[])


def read_charts(
    raw: RawFile, tables: Tables, themes: dict[str, str], printed: Iterable[str], metrics: Collection[str]
) -> Charts:
    """Return the charts of a dossier; `printed` are quantities of its figures, as `table.quantity`.

    Raises InputError if a key is missing, unknown or wrong, or a chart is of a quantity, theme or metric that is not
    there.
    """
    found = declare(Charts, raw)
    known = [
        f"{name}.{column.name}"
        for name, table in tables.tables.items()
        for column in table.columns.values()
        if column.holds == "quantity"
    ]
    known += list(printed)
    problems = []
    for index, chart in enumerate(found.charts):
        for key in ("of", "x", "y"):
            name, where = getattr(chart, key), ("charts", index, key)
            if bool(name) != (key in chart.needs):
                problems.append(raw.problem(where, f"{' and '.join(chart.needs)} for {chart.kind}", name))
            elif name and name not in known:
                problems.append(raw.problem(where, f"a quantity of a table{close_to(name, known)}", name))
        if chart.theme and chart.theme not in themes:
            expected = f"a theme{close_to(chart.theme, themes)}"
            problems.append(raw.problem(("charts", index, "theme"), expected, chart.theme))
        for held in HELD.findall(chart.caption):
            if held[0] not in metrics:
                problems.append(
                    raw.problem(("charts", index, "caption"), f"a metric{close_to(held[0], metrics)}", held[0])
                )
    refuse(problems)
    return found
