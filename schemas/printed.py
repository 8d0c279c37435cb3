"""The tables read from raw CSV, one class each: what the columns are called in print and what they hold.

A new table is one CSV file and one class here. Cells are read by `pipelines.ingest`; nothing is parsed here.
"""

from __future__ import annotations

from typing import Any

from schemas.base import Date, Table, column, table_name

SLUG = r"^[a-z0-9]+(_[a-z0-9]+)*$"


def subject() -> Any:
    """Declare the slug of the row's subject; together with the quantity it forms the figure's id."""
    return column("Slug of the row's subject, the middle part of its figures' ids", key=True, str_matches=SLUG)


def label(printed: str, description: str, *, role: str = "label", **rules: Any) -> Any:
    """Declare a column of plain text under the header `printed`; role `subject` names the row."""
    return column(description, role=role, printed=printed, **rules)


def quantity(printed: str, description: str, *, unit: str, **rules: Any) -> Any:
    """Declare a column of quantities in `unit`.

    `estimate` when the header says that its values are estimates; `basis` when it says on what basis they are:
    only figures and references of one basis are compared.
    """
    rules = {"nullable": unit != "date", **rules}
    return column(description, role="quantity", printed=printed, unit=unit, **rules)


class PrintedTable(Table):
    """A raw CSV file, whose place under raw/ stands in its Config's metadata."""

    @classmethod
    def path(cls) -> str:
        """Return the file's place under raw/."""
        return str(vars(cls.Config)["metadata"]["path"])


class TrainingRuns(PrintedTable):
    """Training compute and cost of frontier models, as the article's first table prints them."""

    class Config:
        metadata = {"path": "article/training_runs.csv"}

    subject: str = subject()
    model: str = label("Model", "Model name as printed", role="subject")
    training_compute: float = quantity(
        "Estimated Training Compute (FLOPs)", "Training compute", unit="FLOP", estimate=True, gt=0
    )
    training_cost: float = quantity(
        "Estimated Training Cost (Cloud)",
        "Training cost on the cloud",
        unit="USD",
        estimate=True,
        basis="cloud rental",
        gt=0,
    )
    key_innovation: str = label("Key Innovation", "What the article calls new about the model")


class FrontierModels(PrintedTable):
    """Each company's latest model: score, context window, price and the company's funding (second table)."""

    class Config:
        metadata = {"path": "article/frontier_models.csv"}

    subject: str = subject()
    company: str = label("Company", "Company name as printed", role="subject")
    latest_model: str = label("Latest Model", "The company's latest model")
    mmlu: float = quantity("MMLU Score", "Score on the MMLU benchmark", unit="point", ge=0, le=100)
    context_window: float = quantity("Context Window", "Longest input", unit="token", gt=0)
    input_price: float = quantity(
        "API Cost (per 1M tokens, input)", "List price of input tokens", unit="USD/Mtok", basis="list price", ge=0
    )
    total_funding: float = quantity(
        "Total Funding Raised", "Funding raised so far", unit="USD", basis="cumulative", ge=0
    )


class RegionalFunding(PrintedTable):
    """Funding of AI model companies by region in 2024 (third table)."""

    class Config:
        metadata = {"path": "article/regional_funding.csv"}

    subject: str = subject()
    region: str = label("Region", "Region as printed", role="subject")
    total_funding: float = quantity(
        "Total Funding (2024, est.)", "Funding in 2024", unit="USD", estimate=True, basis="AI model funding", ge=0
    )
    large_deals: float = quantity("Number of Deals > $100M", "Deals above $100M", unit="deal", ge=0)
    key_companies: str = label("Key Companies", "Companies that the article names for the region")


class ProseFigures(PrintedTable):
    """Every number in the article's prose, one row each: the row names its own quantity and unit."""

    class Config:
        metadata = {"path": "article/prose_figures.csv"}

    subject: str = subject()
    quantity: str = label("quantity", "What is measured", role="quantity_name", key=True, str_matches=SLUG)
    section: str = label("section", "Section of the article")
    name: str = label("subject", "Subject as named", role="subject")
    value: float = column("The number, in `unit`", role="value", printed="text", nullable=True)
    unit: str = label("unit", "Unit of the value", role="unit")
    basis: str = label("basis", "What the article's own words say that the number is", role="basis")


class Unprinted(PrintedTable):
    """What the article says or needs without printing a number: only references, each from its own date, give one."""

    class Config:
        metadata = {"path": "reference/unprinted.csv"}

    subject: str = subject()
    quantity: str = label("quantity", "What is measured", role="quantity_name", key=True, str_matches=SLUG)
    name: str = label("subject", "Subject as named", role="subject")
    value: float = column("No value; the text says why", role="value", printed="text", nullable=True)
    unit: str = label("unit", "Unit that a value has", role="unit")
    basis: str = label("basis", "Basis on which a value is taken", role="basis")


class Releases(PrintedTable):
    """Release dates of the models, which the article does not print: reference rows with their source."""

    class Config:
        metadata = {"path": "reference/releases.csv"}

    subject: str = subject()
    model: str = label("Model", "Model name as the article prints it", role="subject")
    modality: str = label("Modality", "language or video", role="group", isin=("language", "video"))
    release_date: Date = quantity("Release Date", "Day of release or announcement", unit="date")
    source_id: str = label("Source", "Source of the row", role="source")
    note: str = label("Note", "What the date marks, where that is not a release", role="note")


class Prices(PrintedTable):
    """List-price steps of the models that the article speaks of: reference rows with their source."""

    class Config:
        metadata = {"path": "reference/prices.csv"}

    subject: str = subject()
    model: str = label("Model", "Model or snapshot", role="subject")
    vendor: str = label("Vendor", "Who sells it")
    series: str = label("Series", "The line of successors that the step belongs to", role="group")
    effective_from: Date = quantity("Effective From", "First day of the price", unit="date")
    input_price: float = quantity(
        "Input Price (per 1M tokens)", "List price of input tokens", unit="USD/Mtok", basis="list price", ge=0
    )
    output_price: float = quantity(
        "Output Price (per 1M tokens)", "List price of output tokens", unit="USD/Mtok", basis="list price", ge=0
    )
    source_id: str = label("Source", "Source of the row", role="source")
    note: str = label("Note", "What the step is", role="note")


PRINTED: dict[str, type[PrintedTable]] = {table_name(model): model for model in PrintedTable.__subclasses__()}
