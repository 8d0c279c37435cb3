"""Epoch AI's data sets on models, companies, data centres with their chips, and hardware.

Belongs here: reading their files. Does not: growth over models (`trends`), or sums over rounds (`evidence`).
"""

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from tidebook.pipelines.read.sources.base import Connector, FileRow, Parsed, ReadRow, observation
from tidebook.plugins.live.publisher import source

VALUE_KEY = ("series", "subject", "date", "value", "basis")
"""Columns by which rows are duplicates. Ids are not unique in these files, so equal values are required."""


Columns = Mapping[str, tuple[str, str]]
"""Column and unit of each series in a file."""


def _source(name: str, files: Mapping[str, ReadRow], aliases: Mapping[str, str] | None = None) -> Connector:
    """Return the source of files with observations; `files` maps each to the parser of its rows."""

    def read(data: Mapping[str, bytes], parsed: Parsed) -> None:
        for file, read_row in files.items():
            parsed.observations += parsed.read_csv(file, data[file], read_row, VALUE_KEY, aliases)

    return source(name, read)


def _observations(
    row: FileRow, columns: Columns, subject: str, day: dt.date | None, basis: str, planned: bool = False
) -> list[dict[str, Any]]:
    """Return the observations in a row, one for each series with a value."""
    confidence = row.text("Confidence") or row.text("Certainty")
    found = []
    for series, (column, unit) in columns.items():
        found += observation(series, subject, day, row.number(column), unit, basis, confidence, planned)
    return found


# Models: training compute with its bounds, cost, release, organizations, accessibility.

ALL, NOTABLE, CRITERIA = "all.csv", "notable.csv", "Notability criteria"


def _read_models(files: Mapping[str, bytes], parsed: Parsed) -> None:
    """Read the models; those in both files are marked as notable, and their rows count as used in both.

    Without the notable file, the other one must have the column of criteria.
    """

    def read_file(file: str, *more: str) -> list[dict[str, Any]]:
        if file not in files:
            return []
        return parsed.read_csv(file, files[file], _model, ("name", "release_date"), more=more)

    models = read_file(ALL) if NOTABLE in files else read_file(ALL, CRITERIA)
    # Backwards, so that of equal rows the first is the one that is marked.
    known = {(row["name"], row["release_date"]): row for row in reversed(models)}
    for row in read_file(NOTABLE):
        same = known.get((row["name"], row["release_date"]))
        if same is None:
            models.append({**row, "notable": True})
        else:
            same["notable"] = True
    parsed.rows["database_models"] += models


def _model(row: FileRow) -> list[dict[str, Any]]:
    """Return a model; empty if neither compute nor cost of its training is given."""
    compute, cost = row.number("Training compute (FLOP)"), row.number("Training compute cost (2023 USD)")
    low, high = row.number("Training compute lower bound"), row.number("Training compute upper bound")
    released = row.day("Publication date")
    name = row.required("Model")
    if (math.isnan(compute) and math.isnan(cost)) or released is None:
        return []
    return [
        {
            "name": name,
            "organizations": _names(row.text("Organization")),
            "countries": _names(row.text("Country (of organization)")),
            "domains": _names(row.text("Domain")),
            "release_date": released,
            "training_compute": compute,
            "compute_low": low,
            "compute_high": high,
            "confidence": row.text("Confidence"),
            "training_cost": cost,
            "accessibility": row.text("Model accessibility"),
            "notable": bool(row.text(CRITERIA)),
        }
    ]


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


MODELS = source("epoch_models", _read_models)


# Companies: revenue, funding rounds, usage, spending on compute.

AMOUNT = "Annualized revenue (USD)"
MONEY = {"funding_equity": "Funding (equity)", "funding_debt": "Funding (debt)", "valuation": "Valuation (post-money)"}


def _revenue(row: FileRow) -> list[dict[str, Any]]:
    """Return the annualized revenue of a whole company; a row without a scope is one."""
    if row.text("Scope") not in ("", "Full company"):
        return []
    basis = row.text("Annualized revenue type") or "annualized"
    columns = {"annualized_revenue": (AMOUNT, "USD")}
    return _observations(row, columns, row.required("Company"), row.required_day("Date"), basis)


def _funding(row: FileRow) -> list[dict[str, Any]]:
    if row.text("Status") != "Closed":
        return []
    columns = {series: (column, "USD") for series, column in MONEY.items()}
    company, basis = row.required("Company"), row.text("Type") or "not stated"
    return _observations(row, columns, company, row.required_day("Close date"), basis)


def _usage(row: FileRow) -> list[dict[str, Any]]:
    period = row.text("Active users time period").lower() or "unstated"
    columns = {
        f"{period}_users": ("Active users", "users"),
        "tokens_per_day": ("Daily tokens", "tokens/day"),
        "messages_per_day": ("Daily messages", "messages/day"),
    }
    product = row.text("Product") or "all products"
    return _observations(row, columns, row.required("Company"), row.required_day("Date"), product)


def _spend(row: FileRow) -> list[dict[str, Any]]:
    basis = f"{row.text('Category') or 'not stated'}; {(row.text('Period type') or 'not stated').lower()}"
    columns = {"compute_spend": ("Amount", "USD")}
    return _observations(row, columns, row.required("Company"), row.required_day("Date"), basis)


COMPANIES = _source(
    "epoch_companies",
    {"revenue.csv": _revenue, "funding.csv": _funding, "usage.csv": _usage, "compute_spend.csv": _spend},
    {"Revenue amount (normalize to annual)": AMOUNT},
)


# Data centres, clusters, and CoreWeave's stock of chips over time. What is dated after the publisher's copy, or only
# planned, is a projection and never an observation.

SITE = {
    "power": ("Power (MW)", "MW"),
    "h100_equivalents": ("H100 equivalents", "H100 equivalents"),
    "capital_cost": ("Total capital cost (2025 USD billions)", "billion USD of 2025"),
}


def _site(row: FileRow) -> list[dict[str, Any]]:
    day, name = row.required_day("Date"), row.required("Data center")
    return _observations(row, SITE, name, day, "data centre")


def _cluster(row: FileRow) -> list[dict[str, Any]]:
    columns = {"h100_equivalents": ("H100 equivalents", "H100 equivalents")}
    day = row.day("First Operational Date")
    if day is None or row.text("Possible Duplicate") == "TRUE":
        # Read though it is not used: one that is no number rejects the row.
        row.number("H100 equivalents")
        return []
    planned = row.text("Status") == "Planned"
    return _observations(row, columns, row.required("Name"), day, "cluster", planned)


def _chips(row: FileRow) -> list[dict[str, Any]]:
    day, owner = row.required_day("End date"), row.required("Owner")
    units = {"gpu_fleet": ("Number of Units", "GPUs")}
    h100e = {"gpu_fleet_h100e": ("Compute estimate in H100e (median)", "H100 equivalents")}
    return [
        *_observations(row, units, owner, day, "cumulative GPU units"),
        *_observations(row, h100e, owner, day, "cumulative H100 equivalents"),
    ]


INFRASTRUCTURE = _source(
    "epoch_infrastructure",
    {"data_center_timelines.csv": _site, "gpu_clusters.csv": _cluster, "coreweave_chips.csv": _chips},
)


# Hardware: release, price, peak performance, power, memory.

HARDWARE_SERIES = {
    "hardware_release_price": ("Release price (USD)", "USD"),
    "hardware_peak_fp16": ("FP16 (half precision) performance (FLOP/s)", "FLOP/s"),
    "hardware_peak_tensor_16": ("Tensor-FP16/BF16 performance (FLOP/s)", "FLOP/s"),
    "hardware_peak_int8": ("INT8 performance (OP/s)", "OP/s"),
    "hardware_power": ("TDP (W)", "W"),
    "hardware_memory": ("Memory size per board (Byte)", "bytes"),
    "hardware_memory_bandwidth": ("Memory bandwidth (byte/s)", "bytes/s"),
}


def _hardware(row: FileRow) -> list[dict[str, Any]]:
    day, name, maker = row.day("Release date"), row.required("Hardware name"), row.text("Manufacturer")
    found = _observations(row, HARDWARE_SERIES, name, day, maker)
    return found if day else []


HARDWARE = _source("epoch_hardware", {"ml_hardware.csv": _hardware})
