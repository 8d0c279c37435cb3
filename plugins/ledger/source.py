"""The ledger as a live source: the observations of its last build, as a snapshot.

Belongs here: reading that snapshot. Does not: making the observations (`results`). A synthetic ledger is not a source.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.sources.base import (
    LARGEST,
    Connector,
    FileRow,
    Parsed,
    ReceivedFile,
    description,
    observation,
    read_json,
)
from tidebook.plugins.live.publisher import CONTENTS, PER_UNIT

NAME, FILE = "ledger", "observations.json"
GPU_HOUR_BASES = {"fleet": PER_UNIT, "used": "per GPU-hour used"}
"""Basis of revenue per GPU-hour: over all hours of the fleet, as predictions need it, or over hours used."""


def ledger(folder: Path) -> Connector:
    """Return the source of the observations in a folder of results."""
    address = SOURCE.describe.files[0].address
    return replace(SOURCE, made=lambda: ReceivedFile(FILE, address, (folder / FILE).read_bytes(), {}))


def _read(files: Mapping[str, bytes], parsed: Parsed) -> None:
    """Read the observations.

    Raises:
        InputError: the file is not one that a build wrote, or the ledger is synthetic.
    """
    document = read_json(NAME, FILE, files[FILE])
    if not isinstance(document, dict) or document.get("synthetic") is not False:
        raise InputError(Problem(f"{NAME}/{FILE}", "observations of a ledger that is not synthetic"))
    items, key = document.get("observations"), ("series", "subject", "date", "basis")
    parsed.observations = parsed.read_objects(FILE, items, _observation, key)


def _observation(row: FileRow) -> list[dict[str, Any]]:
    value, day = row.cells.get("value"), row.day("date")
    if value is None or day is None:
        return []
    most = 100 if row.text("unit") == "percent" else LARGEST
    if not isinstance(value, int | float) or not abs(value) <= most:
        row.reject("value", f"a number of at most {most:g}")
        return []
    series, subject = row.required("series"), row.required("subject")
    unit, basis = row.required("unit"), row.required("basis")
    return observation(series, subject, day, float(value), unit, basis, row.text("note"))


SOURCE = Connector(description(Path(__file__).parent, NAME), _read, fetched=False, contents=CONTENTS)
