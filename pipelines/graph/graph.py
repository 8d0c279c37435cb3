"""The whole graph of a project: every step that its dossier and snapshots allow, connected, in a good order.

How the steps are walked is in `graph.run`, how Dagster sees them in `defs`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.graph.added import ADDED, RULES
from tidebook.pipelines.graph.step import Known, Step, Want, connect, raw_step, steps_of
from tidebook.pipelines.graph.steps import declared, figures, report, sources, tables, verdicts
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.checked import all_models, read_dossier
from tidebook.pipelines.read.dossier.declared import Dossier
from tidebook.pipelines.read.dossier.sections import (
    FILES,
    dossier_files,
    optional_paths,
    plugin_paths,
    section_of,
    section_paths,
)
from tidebook.pipelines.read.plugin import Added, load
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.selection import PATH as SNAPSHOTS
from tidebook.pipelines.read.sources.selection import PUBLISHING, Snapshots, publishing, selection

MAIN = raw_step("dossier.toml")

CHECKED = ("declared", "tables", "figures", "claims")
"""Groups of steps in which bad input is found."""


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
    def outline(self) -> str:
        """What tells a graph from another: its files, and the inputs and the table of each step."""
        steps = {
            name: [dict(step.inputs), step.model.declaration() if step.model else ""]
            for name, step in self.steps.items()
        }
        return digest([dict(self.raw_files), steps])

    def up_to(self, step: str) -> Graph:
        """Return the part of the graph that a step's result rests on."""
        needed = {step}
        for name, one in reversed(list(self.steps.items())):
            needed.update(one.inputs.values() if name in needed else ())
        return replace(self, steps={name: one for name, one in self.steps.items() if name in needed})

    def reached(self, paths: Collection[str]) -> list[str]:
        """Return the steps that rest on any of these raw files, in order: the previous release is one of them."""
        found = [step for step, path in self.raw_files.items() if path in paths] + [PREVIOUS]
        for name, step in self.steps.items():
            found += [] if set(found).isdisjoint(step.inputs.values()) else [name]
        return found

    def read(self, step: str) -> RawFile:
        """Return the raw file of a step. Raises InputError if it cannot be read."""
        beside = {SNAPSHOTS: self.snapshots and self.snapshots.selected, PUBLISHING: self.publishing}
        return beside.get(step) or read_raw(self.raw, self.raw_files[step])

    def as_read(self, step: str, data: bytes) -> RawFile:
        """Return the raw file of a step with these bytes, as other steps take it."""
        return section_of(self.raw_files[step], data, SECTIONS.get(step, ""))


SECTIONS = {raw_step(path): name for name, path in FILES.items()}
"""The sections that steps read, by the step that gives each."""


def graph_of(folders: Settings) -> Graph:
    """Return the graph of a project, as `graph_with` does: with the steps on sources where it has a snapshot."""
    return graph_with(folders.raw, selection(folders), folders.snapshots, publishing(folders))


def graph_with(raw: Path, selected: RawFile | None, folder: Path | None, published: RawFile | None = None) -> Graph:
    """Return the graph that reads a selection of the snapshots in a folder, if any, and how the report is published.

    Raises InputError if the dossier cannot be read.
    """
    dossier, files = _raw_files(raw)
    fetching = dossier.switched_on.parts("connectors")
    snapshots = Snapshots(folder, selected) if selected and folder and fetching else None
    files |= {PUBLISHING: PUBLISHING} if published else {}
    files |= {**_plugin_files(raw, dossier), SNAPSHOTS: SNAPSHOTS} if snapshots else {}
    known = {**dict.fromkeys(files), PREVIOUS: None, **({SNAPSHOTS: Snapshots} if snapshots else {})}
    return Graph(raw, files, connect(_steps(dossier, files), known), dossier, snapshots, published)


def checked_graph(raw: Path) -> Graph:
    """Return the graph of all that is read from the raw folder alone, names and scores for sources included.

    Raises InputError if the dossier cannot be read.
    """
    dossier, files = _raw_files(raw)
    files |= _plugin_files(raw, dossier)
    steps = [each for each in _steps(dossier, files) if each.group in CHECKED]
    return Graph(raw, files, connect(steps, dict.fromkeys(files)), dossier)


def _raw_files(raw: Path) -> tuple[Dossier, dict[str, str]]:
    """Return the dossier, and the files that steps read whether there are snapshots or not, by step."""
    paths, (main, package) = section_paths(raw), dossier_files(raw)
    dossier = read_dossier(main, package)
    sections = {raw_step(FILES[name]): path for name, path in paths.items()}
    read = [table.path for table in dossier.tables.values()] + optional_paths(raw)
    read += plugin_paths(raw, dossier.switched_on, with_sources=False)
    read += [package.path] if package else []
    return dossier, {MAIN: main.path, **{raw_step(path): path for path in read}, **sections}


def _plugin_files(raw: Path, dossier: Dossier) -> dict[str, str]:
    """Return the files that plugins alone read, those with sources too, by step."""
    return {raw_step(path): path for path in plugin_paths(raw, dossier.switched_on, with_sources=True)}


def _steps(dossier: Dossier, files: Mapping[str, str]) -> list[Step]:
    """Return the steps of the core, then those of the plugins that are on."""
    known = Known(dossier, files)
    fetched = [sources] if dossier.switched_on.parts("connectors") else []
    core = _declared([declared, *fetched, tables, figures, verdicts, report], known)
    of_plugins = _declared([load(each.steps) for each in dossier.switched_on.plugins if each.steps], known)
    read = {want.kind for step in of_plugins for want in step.wants.values()}
    unread = {f"declared/{name}" for name, section in dossier.sections.items() if type(section) not in read}
    core = [step for step in core if step.name not in unread]
    return [*_with_added(core, [step for step in of_plugins if isinstance(step.makes, Added)]), *of_plugins]


def _declared(modules: Sequence[ModuleType], known: Known) -> list[Step]:
    return [step for module in modules for step in steps_of(module, known)]


def _with_added(steps: list[Step], adding: list[Step]) -> list[Step]:
    """Return the steps, of which those that make a table read what steps of plugins add to it.

    Raises ValueError if rows are added to a table that takes none.
    """
    if unknown := sorted({step.makes.table for step in adding} - RULES.keys()):
        raise ValueError(f"a plugin adds rows to {', '.join(unknown)}, which takes none; {', '.join(RULES)} do")
    found = []
    for step in steps:
        wants = {
            f"{ADDED}{each.name}": Want(each.name, optional=True)  # without a snapshot it may not be there
            for each in adding
            if each.makes.table == step.name
        }
        found.append(replace(step, wants={**step.wants, **wants}) if wants else step)
    return found
