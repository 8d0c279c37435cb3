"""The whole graph as plain steps, in the order of the data's way: what is made from what, by which code.

Dagster's view of it is in `wrap`; what the steps compute is in the packages that they name. What snapshots of live
sources add is in `source_graph`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from pipelines.claims.declared import Reading, claims_table, read_claims, read_readings, readings_table
from pipelines.claims.flips import flips_table
from pipelines.claims.reconciliation import findings_table, reconciliation_table
from pipelines.claims.swaps import swaps_table
from pipelines.claims.verdicts import reading_verdicts_table, verdicts_table
from pipelines.forecasts.clocks import predictions_table
from pipelines.forecasts.gpu_hours import gpu_hours_table
from pipelines.forecasts.history import forecast_history_table, forecasts_table
from pipelines.forecasts.projections import projections_table
from pipelines.forecasts.resolve import resolutions_table
from pipelines.forecasts.scores import scores_table
from pipelines.ingest.declarations import (
    Assumptions,
    assumptions_table,
    read_assumptions,
    read_sources,
    sources_table,
)
from pipelines.ingest.errors import InputError, Problem
from pipelines.ingest.evidence import events_table, observations_table
from pipelines.ingest.rawfile import RawFile, read_raw
from pipelines.ingest.references import references_table
from pipelines.ingest.tables import figures_table, row_problems, typed_table
from pipelines.metrics.catalogue import evaluate_all, evaluate_changed
from pipelines.metrics.declared import COLUMNS, Metrics, check_formulas, known_tables, metrics_of, read_metrics, written
from pipelines.metrics.evaluate import metrics_table
from pipelines.sources import entities, scores
from pipelines.storage.former import FORMER, Former, read_former
from pipelines.storage.rules import Rule, judge
from pipelines.storage.steps import Outcome, Step, table_of
from pipelines.storage.store import Entry, Store
from pipelines.worlds.build import worlds_table
from pipelines.worlds.lenses import Lens, changed, lenses
from schemas import ALWAYS, PRINTED, TABLES
from schemas.base import records

EVIDENCE = (
    "reference/figures.csv",
    "reference/events.csv",
    "reference/observations.csv",
    "reference/training_history.csv",
    "reference/corrections.toml",
)
DECLARED = ("claims.toml", "metrics.toml", "predictions.toml", "assumptions.toml", "sources.toml")


def raw_step(path: str) -> str:
    """Return the name of the step that reads a raw file: `raw/article/training_runs`."""
    return f"raw/{PurePosixPath(path).with_suffix('')}"


RAW_FILES: dict[str, str] = {
    raw_step(path): path for path in (*(model.path() for model in PRINTED.values()), *EVIDENCE, *DECLARED)
}

SNAPSHOTS = "snapshots"
"""The step, and the input of a release, that says which snapshots of sources are read."""

SOURCE_FILES = {**{raw_step(path): path for path in (entities.PATH, scores.PATH)}, SNAPSHOTS: SNAPSHOTS}
"""What only steps on sources read."""

REFERENCE_FIGURES, EVENTS, OBSERVATIONS, TRAINING_HISTORY, CORRECTIONS = map(raw_step, EVIDENCE)
CLAIMS, FORMULAS, PREDICTIONS, ASSUMPTIONS, SOURCES = map(raw_step, DECLARED)

FILES = ("columns", "conversions")
"""Steps whose result is a JSON file of their name."""


def worlds(figures: pd.DataFrame, assumptions: RawFile) -> pd.DataFrame:
    """Summarise the worlds."""
    return worlds_table(figures, read_assumptions(assumptions))


def columns(figures: pd.DataFrame, formulas: RawFile) -> dict[str, bytes]:
    """Say which subjects, quantities and units the tables have that formulas speak of."""
    return {"columns.json": COLUMNS.dump_json(known_tables(figures, read_metrics(formulas)), indent=1)}


def conversions(formulas: RawFile, columns: RawFile) -> dict[str, bytes]:
    """Check the units of every formula, and find how its parts are converted."""
    found = check_formulas(read_metrics(formulas), COLUMNS.validate_json(columns.data), formulas)
    return {"conversions.json": written(found.conversions)}


def metrics(figures: pd.DataFrame, assumptions: RawFile, formulas: RawFile, conversions: RawFile) -> pd.DataFrame:
    """Evaluate every metric in every world and summarise it."""
    known = metrics_of(formulas, conversions)
    return metrics_table(evaluate_all(figures, read_assumptions(assumptions), known), known)


def claims(claims: RawFile, formulas: RawFile) -> pd.DataFrame:
    """List the claims, whose metrics are known."""
    return claims_table(claims, read_metrics(formulas))


def views(
    figures: pd.DataFrame,
    references: pd.DataFrame,
    readings: Sequence[Reading],
    assumed: Assumptions,
    known: Metrics,
) -> list[tuple[Lens, pd.DataFrame]]:
    """Return every lens with its evaluations; after the printed one only the metrics of readings are evaluated anew."""
    named = {reading.metric_id.partition("/")[0] for reading in readings}
    used = {name: metric for name, metric in known.items() if name in named}
    printed, *others = lenses(figures, references, assumed.lenses.as_of)
    found = [(printed, evaluate_all(printed.figures, assumed, known))]
    for lens in others:
        former, base = found[-1]
        found.append((lens, evaluate_changed(base, lens.figures, assumed, changed(former.figures, lens), used)))
    return found


def flips(
    figures: pd.DataFrame, claims: RawFile, assumptions: RawFile, formulas: RawFile, conversions: RawFile
) -> pd.DataFrame:
    """Find what turns each claim."""
    known = metrics_of(formulas, conversions)
    assumed = read_assumptions(assumptions)
    readings = read_readings(claims, assumed.cutoffs)
    evaluations = evaluate_all(figures, assumed, known)
    return flips_table(figures, readings, evaluations, assumed.flips.reach, known)


def swaps(
    figures: pd.DataFrame,
    references: pd.DataFrame,
    claims: RawFile,
    assumptions: RawFile,
    formulas: RawFile,
    conversions: RawFile,
) -> pd.DataFrame:
    """Find which single reference turns each claim."""
    known = metrics_of(formulas, conversions)
    assumed = read_assumptions(assumptions)
    readings = read_readings(claims, assumed.cutoffs)
    return swaps_table(figures, references, readings, evaluate_all(figures, assumed, known), known)


def reading_verdicts(
    figures: pd.DataFrame,
    references: pd.DataFrame,
    claims: RawFile,
    assumptions: RawFile,
    formulas: RawFile,
    conversions: RawFile,
) -> pd.DataFrame:
    """Judge each reading."""
    known = metrics_of(formulas, conversions)
    assumed = read_assumptions(assumptions)
    readings = read_readings(claims, assumed.cutoffs)
    seen = views(figures, references, readings, assumed, known)
    return reading_verdicts_table(readings, seen, assumed.verdicts, known)


def verdicts(
    claims: RawFile,
    assumptions: RawFile,
    figures: pd.DataFrame,
    references: pd.DataFrame,
    reading_verdicts: pd.DataFrame,
    flips: pd.DataFrame,
    metrics: pd.DataFrame,
) -> pd.DataFrame:
    """Judge each claim."""
    taken = lenses(figures, references, read_assumptions(assumptions).lenses.as_of)
    return verdicts_table(read_claims(claims), reading_verdicts, flips, metrics, taken)


def reconciliation(figures: pd.DataFrame, references: pd.DataFrame, assumptions: RawFile) -> pd.DataFrame:
    """Hold each figure against its references."""
    return reconciliation_table(figures, references, read_assumptions(assumptions))


def findings(
    figures: pd.DataFrame, references: pd.DataFrame, metrics: pd.DataFrame, assumptions: RawFile
) -> pd.DataFrame:
    """Say what the references find of each figure."""
    assumed = read_assumptions(assumptions)
    return findings_table(figures, references, metrics, assumed.lenses.as_of[0], assumed)


def changes(former: Former, formulas: RawFile, conversions: RawFile, **tables: pd.DataFrame) -> pd.DataFrame:
    """Say what changed since the former release."""
    from pipelines.report.since import changes_table

    return changes_table(former, metrics_of(formulas, conversions), tables)


def verdict_report(**tables: pd.DataFrame) -> dict[str, bytes]:
    """Render the report."""
    from pipelines.report.render import render

    return render(tables)


@dataclass(frozen=True)
class Node:
    """A step with the group that the graph shows it in, and steps that must have passed before it."""

    step: Step
    group: str
    gates: tuple[str, ...] = ()


def node(
    group: str,
    name: str,
    compute: Callable[..., Any],
    code: str | None,
    inputs: Mapping[str, str],
    gates: Sequence[str] = (),
) -> Node:
    """Return the node of a table or report.

    `inputs` maps each argument of `compute` to the step that it comes from; `code` is the module whose text,
    with what it imports, decides the result, None the whole project's.
    """
    return Node(Step(name, inputs, compute, code, TABLES.get(name)), group, tuple(gates))


RAW_TABLES = {name: raw_step(model.path()) for name, model in PRINTED.items()}
DECLARED_CLAIMS = {"claims": CLAIMS, "assumptions": ASSUMPTIONS}
FIGURES = {"figures": "figures", "assumptions": ASSUMPTIONS}
EVALUATED = {"formulas": FORMULAS, "conversions": "conversions"}
READ_EVIDENCE = {"corrections": CORRECTIONS, "sources": SOURCES, "assumptions": ASSUMPTIONS}
DECLARED_PREDICTIONS = {"predictions": PREDICTIONS, "assumptions": ASSUMPTIONS}
FORECAST = {**DECLARED_PREDICTIONS, "events": "events", "observations": "observations"}
EVIDENCED = {**FIGURES, "references": "references"}
REPORTED = (
    "figures", "worlds", "metrics", "claims", "readings", "verdicts", "reading_verdicts", "flips",
    "swaps", "predictions", "assumptions", "sources", "findings", "references", "events", "observations", "resolutions",
    "forecasts", "forecast_history", "scores", "projections", "gpu_hours", "changes",
)  # fmt: skip

ALL_NODES = (
    *(
        node("tables", name, partial(typed_table, name), "pipelines.ingest.tables", {"raw": raw})
        for name, raw in RAW_TABLES.items()
    ),
    node("tables", "sources", sources_table, "pipelines.ingest.declarations", {"raw": SOURCES}),
    node("tables", "assumptions", assumptions_table, "pipelines.ingest.declarations", {"raw": ASSUMPTIONS}),
    node(
        "tables",
        "events",
        events_table,
        "pipelines.ingest.evidence",
        {"raw": EVENTS, **READ_EVIDENCE},
        gates=("sources", "assumptions"),
    ),
    node(
        "tables",
        "observations",
        observations_table,
        "pipelines.ingest.evidence",
        {"observed": OBSERVATIONS, "trained": TRAINING_HISTORY, **READ_EVIDENCE},
        gates=("sources", "assumptions"),
    ),
    node(
        "figures",
        "figures",
        figures_table,
        "pipelines.ingest.tables",
        {"sources": SOURCES, "assumptions": ASSUMPTIONS, **RAW_TABLES},
        gates=(*PRINTED, "sources", "assumptions"),
    ),
    node(
        "figures",
        "references",
        references_table,
        "pipelines.ingest.references",
        {
            "references": REFERENCE_FIGURES,
            "events": EVENTS,
            **READ_EVIDENCE,
        },
        gates=("sources", "assumptions", "events"),
    ),
    node("figures", "reconciliation", reconciliation, "pipelines.claims.reconciliation", EVIDENCED),
    node(
        "figures",
        "findings",
        findings,
        "pipelines.claims.reconciliation",
        {**EVIDENCED, "metrics": "metrics"},
    ),
    node("worlds", "worlds", worlds, "pipelines.worlds.build", FIGURES),
    node("metrics", "columns", columns, "pipelines.metrics.declared", {"figures": "figures", "formulas": FORMULAS}),
    node(
        "metrics",
        "conversions",
        conversions,
        "pipelines.metrics.declared",
        {"formulas": FORMULAS, "columns": "columns"},
    ),
    node("metrics", "metrics", metrics, "pipelines.metrics.catalogue", {**FIGURES, **EVALUATED}),
    node("claims", "claims", claims, "pipelines.claims.declared", {"claims": CLAIMS, "formulas": FORMULAS}),
    node(
        "claims",
        "readings",
        readings_table,
        "pipelines.claims.declared",
        DECLARED_CLAIMS,
        gates=("claims", "assumptions"),
    ),
    node(
        "verdicts",
        "reading_verdicts",
        reading_verdicts,
        "pipelines.claims.verdicts",
        {**EVIDENCED, **DECLARED_CLAIMS, **EVALUATED},
        gates=("readings",),
    ),
    node(
        "verdicts",
        "swaps",
        swaps,
        "pipelines.claims.swaps",
        {**EVIDENCED, **DECLARED_CLAIMS, **EVALUATED},
        gates=("readings",),
    ),
    node(
        "verdicts",
        "flips",
        flips,
        "pipelines.claims.flips",
        {"figures": "figures", **DECLARED_CLAIMS, **EVALUATED},
        gates=("readings",),
    ),
    node(
        "verdicts",
        "verdicts",
        verdicts,
        "pipelines.claims.verdicts",
        {
            "claims": CLAIMS,
            "reading_verdicts": "reading_verdicts",
            "flips": "flips",
            "metrics": "metrics",
            **EVIDENCED,
        },
    ),
    node(
        "forecasts",
        "predictions",
        predictions_table,
        "pipelines.forecasts.clocks",
        DECLARED_PREDICTIONS,
        gates=("assumptions",),
    ),
    node(
        "forecasts",
        "resolutions",
        resolutions_table,
        "pipelines.forecasts.resolve",
        FORECAST,
        gates=("predictions",),
    ),
    node("forecasts", "forecasts", forecasts_table, "pipelines.forecasts.history", FORECAST, gates=("predictions",)),
    node(
        "forecasts",
        "forecast_history",
        forecast_history_table,
        "pipelines.forecasts.history",
        FORECAST,
        gates=("predictions",),
    ),
    node(
        "forecasts",
        "scores",
        scores_table,
        "pipelines.forecasts.scores",
        {**DECLARED_PREDICTIONS, "forecast_history": "forecast_history", "resolutions": "resolutions"},
    ),
    node(
        "forecasts",
        "projections",
        projections_table,
        "pipelines.forecasts.projections",
        {
            **DECLARED_PREDICTIONS,
            "training_runs": "training_runs",
            "releases": "releases",
            "observations": "observations",
        },
        gates=("predictions",),
    ),
    node("forecasts", "gpu_hours", gpu_hours_table, "pipelines.forecasts.gpu_hours", FORECAST, gates=("predictions",)),
    node(
        "report",
        "changes",
        changes,
        None,
        {"former": FORMER, **EVALUATED, **{name: name for name in ALWAYS if name != "changes"}},
    ),
    node(
        "report",
        "verdict_report",
        verdict_report,
        "pipelines.report.render",
        {name: name for name in REPORTED},
    ),
)

NODES: dict[str, Node] = {entry.step.name: entry for entry in ALL_NODES}

PUBLISHED = tuple(name for name, entry in NODES.items() if entry.step.model)


@dataclass(frozen=True)
class Graph:
    """The steps of one project: raw files by step, nodes by name, and which snapshots they read, if any."""

    raw: Path
    raw_files: Mapping[str, str]
    nodes: Mapping[str, Node]
    snapshots: RawFile | None = None

    @property
    def published(self) -> list[str]:
        """Return the names of the tables in a release."""
        return [name for name, entry in self.nodes.items() if entry.step.model]

    def read(self, step: str) -> RawFile:
        """Return the raw file of a step.

        Raises:
            InputError: it cannot be read.
        """
        if step == SNAPSHOTS and self.snapshots:
            return self.snapshots
        return read_raw(self.raw, self.raw_files[step])


def take_in(store: Store, graph: Graph, step: str) -> tuple[RawFile, Entry, bool]:
    """Read a raw file and make its content the step's current result; the flag says whether it was known before.

    Raises:
        InputError: it cannot be read.
    """
    raw = graph.read(step)
    known = store.find(step, raw.sha256)
    entry = known or store.put(step, raw.sha256, {"bytes": raw.data})
    store.make_current(step, raw.sha256)
    return raw, entry, known is not None


def current(store: Store, step: str) -> Entry:
    """Return a step's current result.

    Raises:
        LookupError: it has none.
    """
    entry = store.current(step)
    if entry is None:
        raise LookupError(f"{step} has not been built")
    return entry


def raw_inputs(store: Store, graph: Graph) -> dict[str, str]:
    """Return the SHA-256 of each raw file as it was read last."""
    return {path: current(store, step).folder.name for step, path in graph.raw_files.items()}


def load(step: str, entry: Entry) -> RawFile | Former | pd.DataFrame:
    """Return what a step stored, as the argument that other steps take."""
    if step in RAW_FILES or step in SOURCE_FILES:
        return RawFile((RAW_FILES | SOURCE_FILES)[step], entry.read("bytes"))
    if step == FORMER:
        return read_former(entry)
    if step in FILES:
        return RawFile(f"{step}.json", entry.read(f"{step}.json"))
    return table_of(step, entry)


def rule_problems(step: str, outcome: Outcome) -> list[Problem]:
    """Return the rules that a step's result fails as problems, in the raw rows where these are known."""
    raw, frame = outcome.arguments.get("raw"), outcome.frame
    problems: list[Problem] = []
    for finding in outcome.findings:
        rule = finding.rule
        if not finding.passed and raw and step in PRINTED and finding.rows:
            problems += row_problems(PRINTED[step], raw, finding.rows, rule.column, rule.meaning)
        elif not finding.passed and frame is not None and "locator" in frame and finding.rows:
            problems += [located(row, rule) for row in records(frame.iloc[finding.rows])]
        elif not finding.passed:
            problems.append(Problem(f"table {step}", f"{rule.meaning}; {finding.text}"))
    return problems


def located(row: Mapping[str, Any], rule: Rule) -> Problem:
    """Return the problem of a row that fails a rule, at the place that its locator names."""
    place, _, header = str(row["locator"]).partition(", column ")
    path, _, line = place.rpartition(":")
    text = str(row[rule.column]) if rule.column else None
    return Problem(path, rule.meaning, int(line), header or rule.column, text)


def check_raw(raw: Path) -> dict[str, int]:
    """Read the raw folder and judge every table that is made from raw files alone; return their rows by name.

    Raises:
        InputError: with the problems of all files.
    """
    problems: list[Problem] = []
    files: dict[str, RawFile] = {}
    figures: pd.DataFrame | None = None
    for step, path in RAW_FILES.items():
        try:
            files[step] = read_raw(raw, path)
        except InputError as error:
            problems += error.problems
    rows: dict[str, int] = {}
    for name, entry in NODES.items():
        if not set(entry.step.inputs.values()) <= set(files) or entry.step.model is None:
            continue
        if any(gate in NODES and gate not in rows for gate in entry.gates):
            continue
        arguments = {argument: files[step] for argument, step in entry.step.inputs.items()}
        try:
            frame = entry.step.compute(**arguments)
        except InputError as error:
            problems += error.problems
            continue
        figures = frame if name == "figures" else figures
        found = rule_problems(name, Outcome(None, False, judge(entry.step.model, frame), frame, arguments))
        problems += found
        if not found:
            rows[name] = len(frame)
    try:
        if figures is not None and FORMULAS in files:
            formulas = read_metrics(files[FORMULAS])
            check_formulas(formulas, known_tables(figures, formulas), files[FORMULAS])
    except InputError as error:
        problems += error.problems
    try:
        known = entities.read_entities(read_raw(raw, entities.PATH))
        scores.read_scores(read_raw(raw, scores.PATH), known, set(read_sources(files[SOURCES]).sources))
    except InputError as error:
        problems += error.problems
    except KeyError:
        pass  # sources.toml itself cannot be read, which is told already
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    return rows
