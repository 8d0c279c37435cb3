"""A release made anew from raw files, in this process and without Dagster.

Whether it is the same as another is found in `pipelines.storage.compare`.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.assets.ahead import order
from pipelines.assets.graph import NODES, RAW_FILES, load, rule_problems, take_in
from pipelines.assets.publish import publish_current
from pipelines.ingest.errors import InputError
from pipelines.storage.release import Release
from pipelines.storage.steps import run_step
from pipelines.storage.store import Store


def derive(raw: Path, out: Path) -> Release:
    """Compute every step from the raw folder and publish the result in an output folder that nobody else uses.

    Raises:
        InputError: the raw files cannot be used.
    """
    store = Store(out)
    for name in order():
        if name in RAW_FILES:
            take_in(store, raw, name)
            continue
        outcome = run_step(store, NODES[name].step, load)
        if outcome.entry is None:
            raise InputError(rule_problems(name, outcome.findings, outcome.arguments.get("raw")))
    return publish_current(store, out)[0]
