"""Epoch AI's data centres, clusters and CoreWeave's stock of chips over time.

Rows dated after the publisher's copy, and clusters only planned, are projections and never observations.
"""

import datetime as dt
from typing import Any

from pipelines.sources.base import FileSpec, Row
from pipelines.sources.epoch import File, csv_file, description, observations, source

TIMELINES, CLUSTERS, CHIPS = "data_center_timelines.csv", "gpu_clusters.csv", "coreweave_chips.csv"
CHIPS_ADDRESS = (
    "https://raw.githubusercontent.com/epoch-research/ai-chip-counts/main/"
    "owners_csv_export/coreweave/coreweave_owners_cumulative_totals.csv"
)
DESCRIBE = description(
    "epoch_infrastructure",
    "Data on data centers, GPU clusters and chip owners",
    (
        csv_file(TIMELINES, "data_centers/data_center_timelines.csv"),
        csv_file(CLUSTERS, "gpu_clusters.csv"),
        FileSpec(CHIPS, CHIPS_ADDRESS, "csv"),
    ),
    "Clusters marked as possible duplicates or without a first day are irrelevant here.",
)
SITE = {
    "power": ("Power (MW)", "MW"),
    "h100_equivalents": ("H100 equivalents", "H100 equivalents"),
    "capital_cost": ("Total capital cost (2025 USD billions)", "billion USD of 2025"),
}
CLUSTER = ("Name", "Status", "Owner", "First Operational Date", "H100 equivalents", "Possible Duplicate")
CHIP = ("Owner", "End date", "Compute estimate in H100e (median)", "Number of Units")


def _site(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    day, name = row.required_day("Date"), row.required("Data center")
    return observations(row, SITE, name, day, "data centre", vintage) if day else []


def _cluster(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    columns = {"h100_equivalents": ("H100 equivalents", "H100 equivalents")}
    day = row.day("First Operational Date")
    if day is None or row.text("Possible Duplicate") == "TRUE":
        row.number("H100 equivalents")
        return []
    return observations(
        row, columns, row.required("Name"), day, "cluster", vintage, planned=row.text("Status") == "Planned"
    )


def _chips(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    day, owner = row.required_day("End date"), row.required("Owner")
    if day is None:
        return []
    units = {"gpu_fleet": ("Number of Units", "GPUs")}
    h100e = {"gpu_fleet_h100e": ("Compute estimate in H100e (median)", "H100 equivalents")}
    return [
        *observations(row, units, owner, day, "cumulative GPU units", vintage),
        *observations(row, h100e, owner, day, "cumulative H100 equivalents", vintage),
    ]


SOURCE = source(
    DESCRIBE,
    File(TIMELINES, ("Date", "Data center", *(column for column, _ in SITE.values())), _site),
    File(CLUSTERS, CLUSTER, _cluster),
    File(CHIPS, CHIP, _chips),
)
