"""The whole graph of a project: every step that its raw folder and snapshots allow, connected, in a good order.

How the steps are walked is in `pipelines.run`, how Dagster sees them in `pipelines.defs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.rawfile import RawFile, read_raw
from pipelines.settings import Settings
from pipelines.sources import entities, scores
from pipelines.sources.selection import PATH as SNAPSHOTS
from pipelines.sources.selection import Snapshots, selection
from pipelines.steps import declared, figures, forecasts, report, sources, tables, verdicts
from pipelines.steps.step import Step, connect, raw_step, steps_of
from pipelines.storage.previous import PREVIOUS
from schemas.printed import PRINTED
from schemas.registry import TABLES

STEPS = [
    *steps_of(declared),
    *tables.printed_tables(),
    *steps_of(sources),
    *steps_of(tables),
    figures.figures(),
    *steps_of(figures),
    *steps_of(verdicts),
    *steps_of(forecasts),
    *steps_of(report),
    *report.report_steps(),
]

RAW_FILES: dict[str, str] = {
    raw_step(path): path
    for path in (
        *(model.path() for model in PRINTED.values()),
        "reference/figures.csv",
        "reference/events.csv",
        "reference/observations.csv",
        "reference/training_history.csv",
        "reference/corrections.toml",
        "claims.toml",
        "metrics.toml",
        "predictions.toml",
        "assumptions.toml",
        "sources.toml",
    )
}
SOURCE_FILES = {raw_step(path): path for path in (entities.PATH, scores.PATH)}
"""Raw files that only steps on sources read."""

CHECKED = ("declared", "tables", "figures", "claims")
"""Groups of steps in which bad input is found."""


@dataclass(frozen=True)
class Graph:
    """The steps of one project: raw files by step, all others by name, and the snapshots that they read, if any."""

    raw: Path
    raw_files: Mapping[str, str]
    steps: Mapping[str, Step]
    snapshots: Snapshots | None = None

    @property
    def published(self) -> list[str]:
        """The names of the tables in a release."""
        return [name for name in TABLES if name in self.steps]

    def read(self, step: str) -> RawFile:
        """Return the raw file of a step.

        Raises:
            InputError: it cannot be read.
        """
        if step == SNAPSHOTS and self.snapshots:
            return self.snapshots.selected
        return read_raw(self.raw, self.raw_files[step])


def graph_of(folders: Settings) -> Graph:
    """Return the graph of a project: with the steps on sources where it has a snapshot."""
    return graph_with(folders.raw, selection(folders), folders.snapshots)


def graph_with(raw: Path, selected: RawFile | None, folder: Path | None) -> Graph:
    """Return the graph that reads a selection of the snapshots in a folder, if any."""
    if selected is None or folder is None:
        return Graph(raw, RAW_FILES, connect(STEPS, {**dict.fromkeys(RAW_FILES), PREVIOUS: None}))
    files = {**RAW_FILES, **SOURCE_FILES, SNAPSHOTS: SNAPSHOTS}
    known = {**dict.fromkeys(files), SNAPSHOTS: Snapshots, PREVIOUS: None}
    return Graph(raw, files, connect(STEPS, known), Snapshots(folder, selected))


def checked_graph(raw: Path) -> Graph:
    """Return the graph of all that is read from the raw folder alone, names and scores for sources included."""
    files = {**RAW_FILES, **SOURCE_FILES}
    steps = [each for each in STEPS if each.group in CHECKED]
    return Graph(raw, files, connect(steps, dict.fromkeys(files)))


def input_paths(live: bool) -> list[str]:
    """Return the paths of the raw files that a build reads, with or without snapshots, sorted."""
    return sorted({**RAW_FILES, **(SOURCE_FILES if live else {})}.values())
