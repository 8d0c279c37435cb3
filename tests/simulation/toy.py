"""What is done in a simulated world: toy steps in the real graph, and every command that touches releases.

The steps compute next to nothing, and each result says what it was made from, so that a reader sees what belongs
together. Walking, storing, publishing, uploading, pruning and repairing are the engine's own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import tidebook
from tests.conftest import MARATHON
from tidebook.pipelines.compare.previous import PREVIOUS, PreviousRelease
from tidebook.pipelines.graph.places import Bucket, Folder
from tidebook.pipelines.graph.previous import read_previous
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.step import Files, Step, Want, connect
from tidebook.pipelines.graph.store import RunStore, Store
from tidebook.pipelines.graph.structure import REPORT, Graph
from tidebook.pipelines.read.atomic import writable
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.checked import dossier_in
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.regular import hash_inputs
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.release import build as engine
from tidebook.pipelines.release import current
from tidebook.pipelines.release import release as releases
from tidebook.pipelines.release.datapackage import About
from tidebook.pipelines.release.release import Input, current_release, prune, repair, sync_latest
from tidebook.releases import LocalRelease

RAW = {"raw/a": "a.csv", "raw/b": "b.csv"}
DOSSIER = dossier_in(MARATHON)
ABOUT = About("2026-01-01", [], DOSSIER.article, models={})
READ_LINK = os.readlink


class Total(NamedTuple):
    """A value that is kept in memory only."""

    text: str


def numbers(a: RawFile) -> Files:
    """Make a table of one file."""
    return {"numbers.parquet": b"numbers of " + a.data}


def total(a: RawFile, b: RawFile) -> Total:
    """Make a value of both."""
    return Total(total_of(a.data, b.data))


def total_of(a: bytes, b: bytes) -> str:
    return digest([a.decode(), b.decode()])


def report(total: Total, previous: PreviousRelease) -> Files:
    """Make the report."""
    return {"report.md": report_of(total.text, previous.release_id), "style.css": b"{}"}


def report_of(total: str, previous: str) -> bytes:
    return f"{total} after {previous}".encode()


class ToyStep(Step):
    """A step whose code stands for that of the whole project."""

    code = ""


def graph(raw: Path) -> Graph:
    """Return the graph of a folder with two raw files."""
    inputs = {"a": Want("raw/a"), "b": Want("raw/b")}
    steps = [
        ToyStep("numbers", "toy", numbers, {"a": Want("raw/a")}, Files),
        ToyStep("toy/total", "toy", total, inputs, Total),
        ToyStep(REPORT, "toy", report, {"total": Want(kind=Total), "previous": Want(PREVIOUS)}, Files),
    ]
    return Graph(raw, RAW, connect(steps, {**dict.fromkeys(RAW), PREVIOUS: None}), DOSSIER)


class ToyRun(Run):
    """A walk of the toy graph, whose dossier says nothing of its files."""

    def notes(self) -> list[str]:
        return []

    def gone(self) -> list[str]:
        return []


def publish_results(run: Run) -> tuple[LocalRelease, bool]:
    tables = {"numbers": run.current("numbers")}
    inputs = {path: Input(run.current(step).read("bytes")) for step, path in RAW.items()}
    previous = read_previous(run.current(PREVIOUS)).release_id or None
    return releases.publish(run.out, tables, run.current(REPORT), inputs, ABOUT, previous)


def toys(code: Callable[[], str]) -> list[Any]:
    """Return what makes the engine's own commands build toys, whose code is what `code` says."""
    return [
        patch.object(engine, "Run", ToyRun),
        patch.object(engine, "publish_results", publish_results),
        patch.object(ToyStep, "code", property(lambda _: code())),
        patch.object(releases, "tidebook_version", code),
        patch.object(current, "code_key", lambda _: code()),
    ]


class Unchanged(str):
    """The id of a release that was there before a build, which follows nothing."""


def build(folders: Settings) -> str:
    """`tidebook build`."""
    place = Bucket(folders.remote) if folders.remote else None
    current = current_release(place, folders.out, hash_inputs(folders.raw, RAW.values()))
    if current:
        return Unchanged(current.release_id)
    writable(folders.out)
    with Store(folders.out).exclusive():
        engine.build_release(folders, graph(folders.raw), RunObserver())
        return released(folders)


def run_apart(folders: Settings, name: str) -> str:
    """A run of Dagster's whose steps work apart: the lock is held while something is written only."""
    place = Bucket(folders.remote) if folders.remote else None
    store = RunStore(folders.out, name, place)
    run = ToyRun(graph(folders.raw), store, folders.out, complete=True)
    if place:
        sync_latest(place, folders.out, repairing=True)
    for step in run.order(run.graph):
        run.bring_up_to_date(step)
        if step in run.graph.sources():
            store.pin(step, run.current(step).folder.name)
    with store.exclusive():
        engine.publish_release(run, folders)
        return released(folders)


def released(folders: Settings) -> str:
    """Return the id of the latest release of an output folder, whose lock is held; no fault befalls this."""
    return READ_LINK(folders.out / "latest").rpartition("/")[2]


def prune_all(folders: Settings, keep: int) -> list[str]:
    """`tidebook releases prune`."""
    removed = prune(Bucket(folders.remote), keep) if folders.remote else []
    with Store(folders.out).exclusive():
        return [*removed, *prune(Folder(folders.out), keep)]


def mend_all(folders: Settings) -> list[str]:
    """`tidebook releases repair`; return what stays damaged."""
    with Store(folders.out).exclusive():
        return repair(Bucket(folders.remote) if folders.remote else Folder(folders.out), folders.out)[1]


def read(place: str | Path) -> str:
    """Read the latest release at a place as the reading API does, and check that its files belong together."""
    release = tidebook.find_release(place)
    files = {path: release.read(path) for path in release.manifest["files"]}
    check_content(files, release.manifest)
    return release.release_id


def check_content(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Check that the files of a release are what the toy steps make of its inputs."""
    a, b = files["inputs/a.csv"], files["inputs/b.csv"]
    assert files["tables/numbers.parquet"] == b"numbers of " + a, "a table of another input"
    assert files["report/report.md"] == report_of(total_of(a, b), manifest["previous"] or ""), (
        "a report of another input"
    )
