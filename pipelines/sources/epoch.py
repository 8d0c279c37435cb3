"""What the connectors to Epoch AI share: terms, addresses and the makers of observation rows."""

from __future__ import annotations

import math
from typing import Any

from pipelines.sources.base import Description, FileSpec, Row

PUBLISHER = "Epoch AI"
LICENCE = "CC BY 4.0"
BASE = "https://epoch.ai/data/"
VALUE_KEY = ("series", "subject", "date", "value", "basis")
"""Ids are not unique in these files, so that rows repeat one another only where they say the same."""


def csv_file(name: str, path: str, *, optional: bool = False) -> FileSpec:
    """Return a file of Epoch AI's exports."""
    return FileSpec(name, BASE + path, "csv", optional=optional)


def description(name: str, title: str, files: tuple[FileSpec, ...], note: str, limit: int = 20) -> Description:
    """Return the description of one of Epoch AI's data sets."""
    return Description(
        name=name,
        title=title,
        publisher=PUBLISHER,
        files=files,
        licence=LICENCE,
        republish=True,
        attribution=f"{PUBLISHER}, “{title}”, epoch.ai/data, {LICENCE}",
        cadence="weekly",
        max_age_days=14,
        quarantine_limit=limit,
        note=note,
    )


def observation(
    row: Row, series: str, subject: str, date: Any, value: float, unit: str, basis: str, projection: bool = False
) -> list[dict[str, Any]]:
    """Return one observation as a list, empty when there is no value."""
    if math.isnan(value):
        return []
    return [
        {
            "series": series,
            "subject": subject,
            "date": date,
            "value": value,
            "unit": unit,
            "basis": basis,
            "confidence": row.text("Confidence") or row.text("Certainty"),
            "projection": projection,
        }
    ]
