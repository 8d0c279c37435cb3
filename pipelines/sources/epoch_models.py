"""Epoch AI's database of models: training compute with its bounds, cost, release, organizations, accessibility.

Growth over these models is in `pipelines.metrics.trends`.
"""

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from pipelines.sources.base import Connector, Parsed, Row
from pipelines.sources.epoch import csv_file, description

ALL, NOTABLE, CRITERIA = "all.csv", "notable.csv", "Notability criteria"
DESCRIBE = description(
    "epoch_models",
    "Data on AI models",
    (csv_file(ALL, "all_ai_models.csv", optional=True), csv_file(NOTABLE, "notable_ai_models.csv", optional=True)),
    "Estimates carry a confidence; a model without compute and cost is irrelevant here. "
    "Cost is hardware capital and energy in USD of 2023.",
)
REQUIRED = (
    "Model", "Domain", "Organization", "Publication date", "Training compute (FLOP)", "Confidence",
    "Model accessibility", "Country (of organization)", "Training compute cost (2023 USD)",
)  # fmt: skip
BOUNDS = ("Training compute lower bound", "Training compute upper bound")


def _read(files: Mapping[str, bytes], vintage: dt.date, parsed: Parsed) -> None:
    """Read the models; one that the notable file lists too is marked there, and counts as used in both.

    Without the notable file, the other one has to say what is notable.
    """

    def read_file(file: str, *required: str) -> list[dict[str, Any]]:
        if file not in files:
            return []
        return parsed.read_csv(file, files[file], (*REQUIRED, *required), _model, ("name", "release_date"))

    models = read_file(ALL) if NOTABLE in files else read_file(ALL, CRITERIA)
    known = {(row["name"], row["release_date"]): row for row in reversed(models)}
    for row in read_file(NOTABLE):
        same = known.get((row["name"], row["release_date"]))
        if same is None:
            models.append({**row, "notable": True})
        else:
            same["notable"] = True
    parsed.models += models


def _model(row: Row) -> list[dict[str, Any]]:
    """Return a model, or nothing when neither compute nor cost of its training is given."""
    compute, cost = row.number("Training compute (FLOP)"), row.number("Training compute cost (2023 USD)")
    low, high = (row.number(column) for column in BOUNDS)
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


SOURCE = Connector(DESCRIBE, _read)
