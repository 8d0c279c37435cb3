"""Small dossiers that a test spells out, and the steps that are made of them.

Belongs here: files by their paths, written and brought up to date. Does not: what a dossier says (the tests).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tidebook.pipelines.graph.graph import graph_with
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.store import Store


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files into a folder, which need not exist, and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def run_of(folder: Path, files: Mapping[str, str], step: str = "") -> Run:
    """Write a dossier into a folder and bring a step of it up to date, every step where none is named."""
    graph = graph_with(written(folder / "raw", files), None, None)
    run = Run(graph.up_to(step) if step else graph, Store(folder / "out"), folder / "out")
    run.execute(RunObserver())
    return run
