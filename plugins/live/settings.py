"""The section `[plugins.live]`: figures that sources are references for, and those that growth is compared with.

Belongs here: the model of the section, kept light since each command reads it. Does not: its use (`evidence`,
`database`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from tidebook.pipelines.read.declarations import Identifier, PluginSettings, shaped
from tidebook.pipelines.read.naming import FIGURE, QUANTITY, TABLE, Used

Measure = Literal["training_compute", "training_cost", "input_price", "funding"]
"""Measures of sources: compute and cost of training a model, price of a company's model, money it raised."""

Quantity = Annotated[str, shaped(r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$", "table/quantity")]


class LiveSettings(PluginSettings):
    """Live sources of AI models and companies.

    `references` maps each measure of sources to the quantity that it is a reference for: compute and cost for tables of
    models, price and funding for tables of companies, whose label `model_column` names the company's model. `growth`
    and `period` are the figures that trends are compared with.

    `runs` and `models` are the tables that version 0.1 wrote to, by fixed names of their quantities; the next version
    takes `references` alone.
    """

    references: dict[Measure, Quantity] = Field(default={})
    model_column: Identifier = "latest_model"
    growth: str
    period: str
    runs: Identifier | None = None
    models: Identifier | None = None

    @property
    def quantities(self) -> dict[str, str]:
        """The quantity, as `table/quantity`, that each measure is a reference for."""
        older: dict[str, str] = {}
        if self.runs:
            older |= {name: f"{self.runs}/{name}" for name in ("training_compute", "training_cost")}
        if self.models:
            older |= {"input_price": f"{self.models}/input_price", "funding": f"{self.models}/total_funding"}
        return older | dict(self.references)

    @property
    def companies(self) -> str:
        """The table whose subjects are companies with a model; null where there is none."""
        return self.quantities.get("input_price", "").partition("/")[0]

    def figure(self, measure: Measure, subject: str) -> str:
        """Return the figure that a measure of a subject is a reference for; null where none is declared."""
        table, _, quantity = self.quantities.get(measure, "").partition("/")
        return f"{table}/{subject}/{quantity}" if table else ""

    def names(self, evidence: Any) -> Iterator[Used]:
        """Yield the tables, quantities and figures that it names."""
        figures = evidence.figures
        for key in ("runs", "models"):
            if table := getattr(self, key):
                yield Used((key,), table, TABLE, set(evidence.dossier.models))
        for measure, place in self.references.items():
            table, _, quantity = place.partition("/")
            yield Used(("references", measure), table, TABLE, set(evidence.dossier.models))
            if there := set(figures.loc[figures["table_name"] == table, "quantity"]):
                yield Used(("references", measure), quantity, QUANTITY, there)
        for key in ("growth", "period"):
            yield Used((key,), getattr(self, key), FIGURE, set(figures["figure_id"]))
