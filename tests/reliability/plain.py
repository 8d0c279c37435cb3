"""A build as `tidebook build` does it, without Dagster: the same steps, store and release, fit for a warm process.

What the command line adds to it is tested with the command line itself.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from pathlib import Path

from pipelines.assets.graph import NODES, PUBLISHED, RAW_FILES, load, rule_problems, take_in
from pipelines.ingest.errors import InputError, Problem
from pipelines.ingest.lock import differences
from pipelines.storage.release import Release, publish
from pipelines.storage.steps import run_step
from pipelines.storage.store import Store

ORDER = tuple(
    TopologicalSorter(
        {name: [*entry.step.inputs.values(), *entry.gates] for name, entry in NODES.items()}
    ).static_order()
)


def plain_build(raw: Path, out: Path) -> Release:
    """Build a release; steps after a failed one are left out, as in a run of the job.

    Raises:
        InputError: with the problems of all steps.
    """
    differences(raw)
    store = Store(out)
    problems: list[Problem] = []
    done: set[str] = set()
    for step in ORDER:
        try:
            if step in RAW_FILES:
                take_in(store, raw, step)
            elif {*NODES[step].step.inputs.values(), *NODES[step].gates} <= done:
                outcome = run_step(store, NODES[step].step, load)
                if outcome.entry is None:
                    raise InputError(rule_problems(step, outcome.findings, outcome.arguments.get("raw")))
            else:
                continue
        except InputError as error:
            problems += error.problems
            continue
        done.add(step)
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    current = {step: store.current(step) for step in (*RAW_FILES, *PUBLISHED, "verdict_report")}
    inputs = {path: current[step].folder.name for step, path in RAW_FILES.items()}
    return publish(out, {name: current[name] for name in PUBLISHED}, current["verdict_report"], inputs)[0]
