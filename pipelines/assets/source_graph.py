"""What snapshots of live sources add to the graph: their tables, and the steps that read these too.

Without a snapshot the graph is that of `graph` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.assets import graph as base
from pipelines.assets.graph import (
    ASSUMPTIONS,
    NODES,
    RAW_FILES,
    SNAPSHOTS,
    SOURCE_FILES,
    SOURCES,
    Graph,
    Node,
    node,
    raw_step,
)
from pipelines.claims.declared import read_claims
from pipelines.ingest.declarations import read_assumptions, read_sources, sources_table
from pipelines.ingest.evidence import observations_table
from pipelines.ingest.rawfile import RawFile
from pipelines.ingest.references import references_table
from pipelines.settings import Settings
from pipelines.sources import entities, scores
from pipelines.sources.selection import selection
from schemas import SOURCED

ENTITIES, SCORES = raw_step(entities.PATH), raw_step(scores.PATH)
CODE = __name__
LIVE = ("source_files", "trends", "revisions", "quarantine")


def graph_of(folders: Settings) -> Graph:
    """Return the graph of a project: with the steps on sources where it has a snapshot."""
    return graph_with(folders.raw, selection(folders), folders.snapshots)


def graph_with(raw: Path, snapshots: RawFile | None, folder: Path | None) -> Graph:
    """Return the graph that reads a selection of the snapshots in a folder, if any."""
    if snapshots is None or folder is None:
        return Graph(raw, RAW_FILES, NODES)
    return Graph(raw, {**RAW_FILES, **SOURCE_FILES}, {**NODES, **source_nodes(folder)}, snapshots)


def input_paths(live: bool) -> list[str]:
    """Return the paths of the raw files that a build reads, with or without snapshots, sorted."""
    files = {**RAW_FILES, **SOURCE_FILES} if live else RAW_FILES
    return sorted(path for step, path in files.items() if step != SNAPSHOTS)


def source_nodes(folder: Path) -> dict[str, Node]:
    """Return the steps on sources, and those of the graph that read more with them, by name."""
    from pipelines.sources import tables

    read = {"snapshots": SNAPSHOTS}
    resolved = {**read, "entities": ENTITIES}
    made: dict[str, tuple[Callable[..., pd.DataFrame], Mapping[str, str]]] = {
        "source_files": (tables.files_table, read),
        "quarantine": (tables.quarantine_table, read),
        "database_models": (tables.models_table, resolved),
        "model_prices": (tables.prices_table, resolved),
        "source_observations": (tables.observations_table, resolved),
        "revisions": (tables.revisions_table, read),
    }
    # Nothing is parsed for other steps before the account of the rows has passed its rules.
    nodes = [
        node("sources", name, partial(compute, folder), CODE, inputs, () if name == "source_files" else LIVE[:1])
        for name, (compute, inputs) in made.items()
    ]
    database = {"database_models": "database_models"}
    scored = {"entities": ENTITIES, "scores": SCORES, "sources": SOURCES}
    nodes += [
        node("sources", "trends", trends, CODE, {**database, "model_prices": "model_prices", **scored, **ASSUMED}),
        more("sources", live_sources, {"source_files": "source_files"}),
        more(
            "references",
            live_references,
            {
                **database,
                "model_prices": "model_prices",
                "source_observations": "source_observations",
                "frontier_models": "frontier_models",
                "entities": ENTITIES,
                "scores": SCORES,
            },
        ),
        more("observations", live_observations, {"source_observations": "source_observations"}),
        more("reading_verdicts", reading_verdicts, {**database, "source_files": "source_files"}),
        more("verdicts", verdicts, {}),
        more("changes", base.changes, {name: name for name in SOURCED}, None),
        more("verdict_report", base.verdict_report, {name: name for name in LIVE}),
    ]
    return {each.step.name: each for each in nodes}


ASSUMED = {"assumptions": ASSUMPTIONS}


def more(name: str, compute: Any, inputs: Mapping[str, str], code: str | None = CODE) -> Node:
    """Return a step of the graph with another function and further inputs."""
    known = NODES[name]
    return node(known.group, name, compute, code, {**known.step.inputs, **inputs}, known.gates)


def trends(
    database_models: pd.DataFrame,
    model_prices: pd.DataFrame,
    entities: RawFile,
    scores: RawFile,
    sources: RawFile,
    assumptions: RawFile,
) -> pd.DataFrame:
    """Find how fast compute, cost and prices change."""
    from pipelines.metrics.trends import trends_table

    known = read_scored(entities, scores, sources)[1]
    return trends_table(database_models, model_prices, known, read_assumptions(assumptions).draws.seed)


def read_scored(entities_file: RawFile, scores_file: RawFile, sources: RawFile) -> tuple[Any, Any]:
    """Return the entities, and their scores."""
    known = entities.read_entities(entities_file)
    return known, scores.read_scores(scores_file, known, set(read_sources(sources).sources))


def live_sources(raw: RawFile, source_files: pd.DataFrame) -> pd.DataFrame:
    """List the sources, those of snapshots too."""
    from pipelines.sources.evidence import with_sources

    return with_sources(sources_table(raw), source_files)


def live_references(
    database_models: pd.DataFrame,
    model_prices: pd.DataFrame,
    source_observations: pd.DataFrame,
    frontier_models: pd.DataFrame,
    entities: RawFile,
    scores: RawFile,
    **files: RawFile,
) -> pd.DataFrame:
    """Read the references, those of snapshots too."""
    from pipelines.sources.evidence import with_references

    known, scored = read_scored(entities, scores, files["sources"])
    live = database_models, model_prices, source_observations, frontier_models
    return with_references(references_table(**files), *live, known, scored, read_assumptions(files["assumptions"]))


def live_observations(source_observations: pd.DataFrame, **files: RawFile) -> pd.DataFrame:
    """Read the observations, those of snapshots too."""
    from pipelines.sources.evidence import with_observations

    return with_observations(observations_table(**files), source_observations, read_assumptions(files["assumptions"]))


def reading_verdicts(
    database_models: pd.DataFrame, source_files: pd.DataFrame, claims: RawFile, assumptions: RawFile, **others: Any
) -> pd.DataFrame:
    """Judge each reading, those on the database too where there is one."""
    from pipelines.claims.database import judged_on_database

    judged = base.reading_verdicts(claims=claims, assumptions=assumptions, **others)
    vintages = source_files.loc[source_files["source"] == "epoch_models", "vintage"]
    if not len(vintages):
        return judged
    assumed, day = read_assumptions(assumptions), vintages.iloc[0]
    mine = judged_on_database(read_claims(claims), database_models, others["figures"], day, assumed)
    return pd.concat([judged, mine], ignore_index=True)


def verdicts(reading_verdicts: pd.DataFrame, **others: Any) -> pd.DataFrame:
    """Judge each claim, on the database too where it asks for that."""
    from pipelines.claims.database import database_verdicts

    judged = base.verdicts(reading_verdicts=reading_verdicts, **others)
    mine = database_verdicts(reading_verdicts)
    return pd.concat([judged, mine], ignore_index=True) if len(mine) else judged
