"""A build as `tidebook build` does it, without Dagster: the same steps, store and release, fit for a warm process.

What the command line adds to it is tested with the command line itself.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.assets.ahead import order
from pipelines.assets.graph import NODES, RAW_FILES, Graph, load, raw_inputs, rule_problems, take_in
from pipelines.assets.publish import publish_current
from pipelines.storage.former import FORMER, keep_former
from pipelines.storage.steps import run_step

from pipelines.ingest.errors import InputError, Problem
from pipelines.ingest.lock import differences
from pipelines.storage.release import Release
from pipelines.storage.store import Store


def plain_build(raw: Path, out: Path) -> Release:
    """Build a release; steps after a failed one are left out, as in a run of the job.

    Raises:
        InputError: with the problems of all steps.
    """
    differences(raw)
    store, graph = Store(out), Graph(raw, RAW_FILES, NODES)
    problems: list[Problem] = []
    done: set[str] = set()
    for step in order(graph):
        needed = {*NODES[step].step.inputs.values(), *NODES[step].gates} if step in NODES else set()
        if not (set(RAW_FILES) if step == FORMER else needed) <= done:
            continue
        try:
            if step in RAW_FILES:
                take_in(store, graph, step)
            elif step == FORMER:
                keep_former(out, store, raw_inputs(store, graph))
            else:
                outcome = run_step(store, NODES[step].step, load)
                if outcome.entry is None:
                    raise InputError(rule_problems(step, outcome))
        except InputError as error:
            problems += error.problems
        else:
            done.add(step)
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    return publish_current(store, out, graph)[0]
