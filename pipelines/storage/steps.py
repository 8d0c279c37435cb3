"""A step: how one table or report is made from others. It is rebuilt only when its key changes.

Order: key, store, compute, validate, write. Nothing bad is ever written. Dagster is not known here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.storage.keys import step_key
from pipelines.storage.parquet import read_parquet, to_parquet
from pipelines.storage.rules import Finding, Rule, judge, rules
from pipelines.storage.store import Entry, Store
from schemas.base import Table

Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One step. `compute` takes the inputs by name and returns a frame, or files when there is no `model`.

    `inputs` maps the argument's name to the step it comes from. `code` is the module whose text, with what
    it imports, decides the result; None stands for the whole project's.
    """

    name: str
    inputs: Mapping[str, str]
    compute: Callable[..., Any]
    code: str | None
    model: type[Table] | None = None

    def rules(self) -> list[Rule]:
        """Return the rules that the result must pass."""
        return rules(self.model) if self.model else []


@dataclass(frozen=True)
class Outcome:
    """What came of a step. `entry` is None when a rule failed.

    Then `frame` holds the rows that were judged, and `arguments` what they were computed from.
    """

    entry: Entry | None
    reused: bool
    findings: list[Finding]
    frame: pd.DataFrame | None = None
    arguments: Inputs = field(default_factory=dict)


def run_step(store: Store, step: Step, load: Callable[[str, Entry], Any]) -> Outcome:
    """Bring a step's result up to date and make it current.

    `load` turns an input step's entry into the argument that `compute` gets.

    Raises:
        LookupError: an input has no current result.
        pipelines.ingest.errors.InputError: the raw input is bad.
    """
    entries: dict[str, Entry] = {}
    for argument, name in step.inputs.items():
        entry = store.current(name)
        if entry is None:
            raise LookupError(f"{step.name} needs {name}, which has not been built")
        entries[argument] = entry
    key = step_key(step.name, {name: entry.version for name, entry in entries.items()}, step.code, step.compute)
    entry = store.find(step.name, key)
    if entry:
        store.make_current(step.name, key)
        return Outcome(entry, True, [Finding(rule, True, []) for rule in step.rules()])
    arguments = {argument: load(step.inputs[argument], entry) for argument, entry in entries.items()}
    result = step.compute(**arguments)
    if step.model is None:
        entry = store.put(step.name, key, result)
        store.make_current(step.name, key)
        return Outcome(entry, False, [])
    findings = judge(step.model, result)
    if not all(finding.passed for finding in findings):
        return Outcome(None, False, findings, result, arguments)
    data = to_parquet(step.model, result)
    entry = store.put(step.name, key, {f"{step.name}.parquet": data}, len(result))
    store.make_current(step.name, key)
    return Outcome(entry, False, findings)


@functools.lru_cache(maxsize=64)
def table_at(path: Path, version: str) -> pd.DataFrame:
    """Return the table in a file of this version, read once."""
    return read_parquet(path)


def table_of(name: str, entry: Entry) -> pd.DataFrame:
    """Return the table that a step stored; it is shared, so nobody may change it."""
    return table_at(entry.folder / f"{name}.parquet", entry.version)
