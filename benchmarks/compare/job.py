"""The job as eleven steps for any tool: what each reads and makes. All the work is Tidebook's own functions.

Each step computes its tables, judges them by their rules and gives the bytes that a build would write. What a tool does
around that, when and in which process, is in the module of that tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.assets.graph import NODES, RAW_FILES
from pipelines.storage.former import FORMER, Former

from pipelines.ingest.rawfile import RawFile, read_raw
from pipelines.storage.keys import digest
from pipelines.storage.parquet import read_parquet, to_parquet
from pipelines.storage.rules import judge

REPORT, PAGE = "verdict_report", "index.html"
STEPS: dict[str, tuple[str, ...]] = {
    "runs": ("training_runs",),
    "models": ("frontier_models",),
    "regions": ("regional_funding",),
    "prose": ("prose_figures",),
    "declared": ("unprinted", "releases", "prices", "sources", "assumptions", "claims", "readings", "predictions"),
    "quantities": ("figures",),
    "evidence": ("events", "observations", "references"),
    "measures": ("worlds", "metrics"),
    "judged": ("reconciliation", "findings", "reading_verdicts", "swaps", "flips", "verdicts"),
    "outlook": (
        "resolutions", "forecasts", "forecast_history", "scores", "projections", "gpu_hours",
    ),
    "report": ("changes", REPORT),
}  # fmt: skip
NOTHING_BEFORE = Former("", None, Path())
"""The job keeps no releases, so that its report is always the first."""


def sources(step: str) -> tuple[list[str], list[str]]:
    """Return the raw files (by step of the graph) and the tables of other steps that a step reads, sorted."""
    made = set(STEPS[step])
    read = {name for table in made for name in NODES[table].step.inputs.values()} - made - {FORMER}
    return sorted(read & set(RAW_FILES)), sorted(read - set(RAW_FILES))


def files(step: str) -> list[str]:
    """Return the names of the files that a step writes."""
    tables = [f"{name}.parquet" for name in STEPS[step] if NODES[name].step.model]
    return tables + ([PAGE] if REPORT in STEPS[step] else [])


def compute(step: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of a step, and the report's files, from what it reads, by name.

    Raises:
        ValueError: a table breaks a rule.
    """
    known = {FORMER: NOTHING_BEFORE, **given}
    for name in STEPS[step]:
        plain = NODES[name].step
        known[name] = plain.compute(**{argument: known[source] for argument, source in plain.inputs.items()})
        if plain.model and not all(found.passed for found in judge(plain.model, known[name])):
            raise ValueError(f"{name} breaks a rule")
    return {name: known[name] for name in STEPS[step]}


def write(results: Mapping[str, Any], folder: Path) -> str:
    """Write what a step made, and return a hash of it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for name, result in results.items():
        model = NODES[name].step.model
        made[f"{name}.parquet" if model else PAGE] = to_parquet(model, result) if model else result[PAGE]
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return digest({name: digest(data) for name, data in made.items()})


def raw(folder: Path, name: str) -> RawFile:
    """Return a raw file by its step of the graph."""
    return read_raw(folder, RAW_FILES[name])


def table(folder: Path, name: str) -> Any:
    """Return a table that another step has written."""
    return read_parquet(folder / f"{name}.parquet")
