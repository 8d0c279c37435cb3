"""The job as eleven steps for any tool: what each reads and makes. All the work is Tidebook's own functions.

Each step computes its tables, judges them by their rules and gives the bytes that a build would write. What a tool does
around that, when and in which process, is in the module of that tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tidebook.pipelines.compare.previous import PREVIOUS, PreviousRelease
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.graph import graph_with
from tidebook.pipelines.graph.step import Stored, ThisCode
from tidebook.pipelines.graph.structure import REPORT
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.schemas.parquet import read_parquet, to_parquet
from tidebook.schemas.rules import validate

GRAPH = graph_with(Path("raw"), None, None)
PAGE = "index.html"
STEPS: dict[str, tuple[str, ...]] = {
    "runs": ("training_runs",),
    "models": ("frontier_models",),
    "regions": ("regional_funding",),
    "prose": ("prose_figures",),
    "declared": ("unprinted", "releases", "prices", "sources", "assumptions", "interpretations", "predictions"),
    "evidence": ("events", "observations", "reference_values", "hazards"),
    "quantities": ("figures", "claims", "calibration_cases", "calibration"),
    "measures": ("scenarios", "metrics"),
    "judged": (
        "reconciliation", "comparisons", "interpretation_verdicts", "substitutions", "tipping_points", "verdicts",
        "sensitivity", "value_of_information",
        "figure_outcomes",
    ),
    "outlook": (
        "resolutions", "forecasts", "forecast_history", "scores", "skill", "projections", "gpu_hours",
    ),
    "report": ("outcomes", "claim_cards", "changed_outcomes", "multiverse", "changes", REPORT),
}  # fmt: skip
NOTHING_BEFORE = PreviousRelease("", None, Path())
"""The job keeps no releases, so that its report is always the first, made by whatever code."""


def sources(step: str) -> tuple[list[str], list[str]]:
    """Return the raw files (by step of the graph) and the tables of other steps that a step reads, sorted."""
    made = set(STEPS[step])
    read = set().union(*map(reads, made)) - made - {PREVIOUS}
    return sorted(read & set(GRAPH.raw_files)), sorted(read - set(GRAPH.raw_files))


def reads(name: str) -> set[str]:
    """Return the raw files and tables that a step of the graph needs, those of values that it reads in their place."""
    inputs = set(GRAPH.steps[name].inputs.values())
    values = {each for each in inputs if each in GRAPH.steps and GRAPH.steps[each].is_value}
    return inputs - values | set().union(*map(reads, values))


def files(step: str) -> list[str]:
    """Return the names of the files that a step writes."""
    tables = [f"{name}.parquet" for name in STEPS[step] if GRAPH.steps[name].model]
    return tables + ([PAGE] if REPORT in STEPS[step] else [])


def compute(step: str, known: dict[str, Any]) -> dict[str, Any]:
    """Return the tables of a step, and the report's files, from what is known by name, and add all that is made to it.

    Raises:
        ValueError: a table breaks a rule.
    """
    known[PREVIOUS] = NOTHING_BEFORE
    for name in STEPS[step]:
        known[name] = result(name, known)
    return {name: known[name] for name in STEPS[step]}


def result(name: str, known: dict[str, Any]) -> Any:
    """Return what a step of the graph makes from what is known, to which the values that it reads are added first."""
    step = GRAPH.steps[name]
    for source in step.inputs.values():
        if source not in known:
            known[source] = result(source, known)
    arguments = {
        parameter: _stored(source, known[source]) if step.wants[parameter].kind is Stored else known[source]
        for parameter, source in step.inputs.items()
    }
    caches = {parameter: StepCache() for parameter in step.given(StepCache)}
    code = {parameter: ThisCode("", {}) for parameter in step.given(ThisCode)}
    made = step.make({**arguments, **caches, **code})
    if step.model and not all(found.passed for found in validate(step.model, made)):
        raise ValueError(f"{name} breaks a rule")
    return made


def write(results: Mapping[str, Any], folder: Path) -> str:
    """Write what a step made, and return a hash of it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for name, result in results.items():
        model = GRAPH.steps[name].model
        made[f"{name}.parquet" if model else PAGE] = _parquet(name, result) if model else result[PAGE]
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return digest({name: digest(data) for name, data in made.items()})


_WRITTEN: dict[str, tuple[Any, bytes]] = {}
"""Tables of this process with their files: the report tells how large each is, and no tool is to write one twice."""


def _parquet(name: str, frame: Any) -> bytes:
    """Return a table's file."""
    if name not in _WRITTEN or _WRITTEN[name][0] is not frame:
        model = GRAPH.steps[name].model
        assert model, f"{name} is a table"
        _WRITTEN[name] = frame, to_parquet(model, frame)
    return _WRITTEN[name][1]


def _stored(name: str, frame: Any) -> Stored:
    """Return how a table is stored."""
    data = _parquet(name, frame)
    return Stored(len(frame), len(data), digest(data), lambda: frame)


def raw(folder: Path, name: str) -> RawFile:
    """Return a raw file by its step of the graph."""
    return GRAPH.as_read(name, read_raw(folder, GRAPH.raw_files[name]).data)


def table(folder: Path, name: str) -> Any:
    """Return a table that another step has written."""
    path = folder / f"{name}.parquet"
    _WRITTEN[name] = read_parquet(path), path.read_bytes()
    return _WRITTEN[name][0]
