"""A dossier as of another day: a copy whose article declares its replay, and what it is judged as.

Belongs here: the copy, and a run up to the outcomes. Does not: what was available on the day (`read.replay`).
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read.dossier.sections import DOSSIER
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.pipelines.read.settings import Settings

_SECTION = re.compile(r"^\[article\][^\n]*\n", re.MULTILINE)
_DECLARED = re.compile(r"^replay\s*=.*\n", re.MULTILINE)


@contextmanager
def replayed(folders: Settings, day: dt.date) -> Iterator[Settings]:
    """Yield the settings of a temporary copy of a dossier that is replayed as of a day.

    Raises:
        InputError: it has no dossier.toml with a section [article].
    """
    file = read_raw(folders.dossier, DOSSIER)
    section = _SECTION.search(file.text())
    if section is None:
        raise InputError(file.problem(("article",), "a section that begins with [article], for the day of a replay"))
    with tempfile.TemporaryDirectory() as made:
        raw = Path(made, "raw")
        shutil.copytree(folders.raw, raw)
        rest = _DECLARED.sub("", file.text()[section.end() :], count=1)
        text = f"{file.text()[: section.end()]}replay = {day}\n{rest}"
        (raw / DOSSIER).write_text(text, encoding="utf-8")
        yield replace(folders, raw=raw, snapshots=folders.snapshots, sources_as_of=day)


def judged(folders: Settings, *tables: str, observer: RunObserver | None = None) -> Run:
    """Run a dossier up to some tables, in the store of its output folder; nothing is published.

    Raises:
        InputError: the dossier cannot be read.
    """
    run = Run(graph_of(folders).up_to(*tables), Store(folders.out), folders.out)
    run.execute(observer or RunObserver())
    return run
