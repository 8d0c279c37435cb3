"""The structure of a project's graph: its raw files and steps, and which of them a step depends on.

Belongs here: what can be said of any graph. Does not: which steps a dossier has (`graph`), or how they are run (`run`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.graph.step import Step, raw_step
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.checked import all_models
from tidebook.pipelines.read.dossier.declared import Dossier
from tidebook.pipelines.read.dossier.sections import FILES, section_of
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.pipelines.read.sources.selection import PATH as SNAPSHOTS
from tidebook.pipelines.read.sources.selection import PUBLISHING, Snapshots

MAIN = raw_step("dossier.toml")
REPORT, CHANGES, RELEASE = "verdict_report", "changes", "release"
"""The steps that others name, and what follows all of them."""

CHECKED = ("declared", "tables", "figures", "claims")
"""Groups of steps in which bad input is found."""

SECTIONS = {raw_step(path): name for name, path in FILES.items()}
"""The sections that steps read, by the step that gives each."""


@dataclass(frozen=True)
class Graph:
    """The steps of one project: raw files by step, all others by name, and the snapshots that they read, if any."""

    raw: Path
    raw_files: Mapping[str, str]
    steps: Mapping[str, Step]
    dossier: Dossier
    snapshots: Snapshots | None = None
    publishing: RawFile | None = None

    @property
    def published(self) -> list[str]:
        """The names of the tables in a release."""
        return [name for name in all_models(self.dossier) if name in self.steps]

    @property
    def publications(self) -> list[str]:
        """What a run publishes: the tables, the report, and last the release."""
        return [*self.published, REPORT, RELEASE]

    @property
    def outline(self) -> str:
        """What distinguishes two graphs: their files, and the inputs and the table of each step."""
        steps = {
            name: [dict(step.inputs), step.model.declaration() if step.model else ""]
            for name, step in self.steps.items()
        }
        return digest([dict(self.raw_files), steps])

    @property
    def checking(self) -> set[str]:
        """The steps in which bad input is found, with all that they read."""
        found = {name for name, step in self.steps.items() if step.group in CHECKED}
        # Backwards, since each step is behind those that it reads: one pass finds all of them.
        for name in reversed([*self.steps]):
            found.update(self.steps[name].inputs.values() if name in found else ())
        return found

    def files_read(self) -> dict[str, set[str]]:
        """Return the sources that the result of each step depends on, by step."""
        found: dict[str, set[str]] = {}
        for name, step in self.steps.items():
            found[name] = set[str]().union(*(found.get(each, {each}) for each in step.inputs.values()))
        return found

    def up_to(self, *steps: str) -> Graph:
        """Return the part of the graph that the results of some steps depend on."""
        needed = set(steps)
        # Backwards, since each step is behind those that it reads: one pass finds all of them.
        for name, one in reversed(list(self.steps.items())):
            needed.update(one.inputs.values() if name in needed else ())
        return replace(self, steps={name: one for name, one in self.steps.items() if name in needed})

    def reached(self, paths: Collection[str]) -> list[str]:
        """Return the steps that depend on any of these raw files, in order: the previous release is one of them."""
        found = [step for step, path in self.raw_files.items() if path in paths] + [PREVIOUS]
        for name, step in self.steps.items():
            found += [] if set(found).isdisjoint(step.inputs.values()) else [name]
        return found

    def stored(self) -> list[str]:
        """Return the steps whose results are files, in order: tables and reports."""
        return [name for name, step in self.steps.items() if not step.is_value]

    def sources(self) -> list[str]:
        """Return what no step makes: the raw files, and the previous release."""
        return [*self.raw_files, PREVIOUS]

    def stored_inputs(self, step: str) -> list[str]:
        """Return the sources, tables and reports that a step depends on; what a value was made from stands for it."""
        found: dict[str, None] = {}
        for name in self.steps[step].inputs.values():
            is_value = name in self.steps and self.steps[name].is_value
            found |= dict.fromkeys(self.stored_inputs(name) if is_value else [name])
        return list(found)

    def values_needed(self, steps: Collection[str]) -> set[str]:
        """Return the values in memory that steps read, and those from which these are made."""
        found: set[str] = set()
        # Backwards, as in `up_to`.
        for name in reversed([*self.steps]):
            if name in steps or name in found:
                read = self.steps[name].inputs.values()
                found.update(each for each in read if each in self.steps and self.steps[each].is_value)
        return found

    def read(self, step: str) -> RawFile:
        """Return the raw file of a step. Raises InputError if it cannot be read."""
        beside = {SNAPSHOTS: self.snapshots and self.snapshots.selected, PUBLISHING: self.publishing}
        return beside.get(step) or read_raw(self.raw, self.raw_files[step])

    def as_read(self, step: str, data: bytes) -> RawFile:
        """Return the raw file of a step with these bytes, as other steps take it."""
        return section_of(self.raw_files[step], data, SECTIONS.get(step, ""))
