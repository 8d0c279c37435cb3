"""The section `[plugins.projections]`: what is projected, and from which rows.

Belongs here: the model of the section, and the names in it. Does not: the projections (`trend`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from tidebook.pipelines.judge.predictions.names import NamesOnRecord, used_names
from tidebook.pipelines.read.declarations import Count, Declaration, PluginSettings, Slug, Text, repeated, shaped
from tidebook.pipelines.read.errors import did_you_mean
from tidebook.pipelines.read.naming import QUANTITY, SERIES, TABLE, UNIT, KeyPath, Read, Used
from tidebook.pipelines.read.rawfile import Fault
from tidebook.schemas.units import UNITS


class Projected(Declaration):
    """A quantity to project: the observations of `series`, or the figures of `table`.

    `dates`, as `other_table/quantity`, names the figures that date the table's subjects. `words` describe the
    population.
    """

    quantity: Slug
    population: Slug
    unit: str
    words: Text
    series: Annotated[Slug | None, SERIES] = None
    table: Slug | None = None
    dates: Annotated[str, shaped(r"^[a-z0-9_]+/[a-z0-9_]+$", "table/quantity")] | None = None
    of_content: bool = Field(default=False, description="Whether it is projected from the content's date alone")


class ProjectionsSettings(PluginSettings):
    """What is projected, how many years on, and the minimum points of a trend whose intervals are tested."""

    horizons: list[Annotated[int, Field(ge=1, le=50)]] = Field(min_length=1)
    least: Count = 8
    of: list[Projected] = Field(min_length=1)

    def faults(self) -> Iterator[Fault]:
        """Yield repeated entries, entries with both or neither of series and table, and unknown units."""
        for index in repeated([(each.quantity, each.population) for each in self.of]):
            yield ("of", index), "a quantity and population that are not used above", self.of[index].quantity
        for index, each in enumerate(self.of):
            place = ("of", index)
            if (each.series is None) == (each.table is None) or (each.table is None) != (each.dates is None):
                yield place, "either series, or table and dates", each.quantity
            if each.unit not in UNITS:
                yield (*place, "unit"), f"a unit{did_you_mean(each.unit, UNITS)}", each.unit

    def names(self, evidence: NamesOnRecord) -> Iterator[Used]:
        """Yield the series, tables, quantities and units that are projected."""
        for index, each in enumerate(self.of):
            place = ("of", index)
            yield from used_names(each, place, evidence)
            if each.series:
                if units := evidence.of(each.series, "unit"):
                    yield Used((*place, "unit"), each.unit, UNIT, units)
            else:
                yield from _names_of_figures(each, place, evidence)

    def reads(self) -> Iterator[Read]:
        """Yield the series that are projected."""
        for each in self.of:
            if each.series:
                yield Read(each.series)


def _names_of_figures(each: Projected, place: KeyPath, evidence: NamesOnRecord) -> Iterator[Used]:
    """Yield the table, quantity and unit of a projection from figures, and those of its dates."""
    figures = evidence.figures
    dated, _, days = (each.dates or "").partition("/")
    for key, of_quantity, of_unit, table, quantity, unit in (
        ("table", "quantity", "unit", each.table, each.quantity, each.unit),
        ("dates", "dates", "dates", dated, days, "date"),
    ):
        there = figures[figures["table_name"] == table]
        yield Used((*place, key), str(table), TABLE, set(figures["table_name"]))
        if len(there):
            yield Used((*place, of_quantity), quantity, QUANTITY, set(there["quantity"]))
            if units := set(there.loc[there["quantity"] == quantity, "unit"]):
                yield Used((*place, of_unit), unit, UNIT, units)
