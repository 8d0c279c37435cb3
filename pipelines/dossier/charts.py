"""The charts that a dossier declares: what is drawn of its own tables.

Belongs here: which chart is of which quantities. Does not: drawing (`pipelines.report`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipelines.dossier.declared import Tables
from pipelines.ingest.declarations import Declaration, Text, declare
from pipelines.ingest.errors import Problem, close_to, refuse
from pipelines.ingest.rawfile import RawFile


class Chart(Declaration):
    """One chart: `bars` are `of` a quantity, a `scatter` and a `line` have an `x` and a `y`, all as `table.quantity`.

    `share` writes each bar's share of all beside it.
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


class Charts(Declaration):
    """The charts in their order."""

    charts: list[Chart] = Field(default=[])


def read_charts(raw: RawFile, tables: Tables, themes: dict[str, str]) -> Charts:
    """Return the charts of a dossier.

    Raises:
        InputError: a key is missing, unknown or wrong, or a chart is of a quantity or theme that is not there.
    """
    found = declare(Charts, raw)
    known = [
        f"{name}.{column.name}"
        for name, table in tables.tables.items()
        for column in table.columns.values()
        if column.holds == "quantity"
    ]
    problems = []
    for index, chart in enumerate(found.charts):
        for key in ("of", "x", "y"):
            name = getattr(chart, key)
            if bool(name) != (key in chart.needs):
                expected = f"{' and '.join(chart.needs)} for {chart.kind}"
                problems.append(
                    Problem(raw.path, expected, raw.toml_line(("charts", index)), f"charts.{index}.{key}", name)
                )
            elif name and name not in known and name.partition(".")[0] in tables.tables and _by_rows(tables, name):
                continue
            elif name and name not in known:
                expected = f"a quantity of a table{close_to(name, known)}"
                problems.append(raw.problem(("charts", index, key), expected, name))
        if chart.theme and chart.theme not in themes:
            where = raw.toml_line(("charts", index, "theme"))
            problems.append(Problem(raw.path, f"a theme{close_to(chart.theme, themes)}", where, "theme", chart.theme))
    refuse(problems)
    return found


def _by_rows(tables: Tables, name: str) -> bool:
    """Return whether the rows of a table name their quantities themselves."""
    return tables.tables[name.partition(".")[0]].rows == "figures"
