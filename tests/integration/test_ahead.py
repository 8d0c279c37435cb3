"""Steps computed ahead of Dagster's run: the same results with the process, without it, and when it ends early."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from pipelines.assets.ahead import Ahead, order
from pipelines.assets.graph import NODES, RAW_FILES, Graph
from pipelines.storage.former import FORMER

from pipelines.definitions import JOB, build_defs
from pipelines.settings import Settings
from pipelines.storage.release import latest
from pipelines.storage.store import Store
from tests.conftest import ROOT, edit, tidebook

FUNDING = Path("article", "regional_funding.csv")


GRAPH = Graph(ROOT / "raw", RAW_FILES, NODES)


def release_id(out: Path) -> str:
    found = latest(out)
    assert found is not None
    return found.release_id


def test_every_step_comes_once_and_after_what_it_needs() -> None:
    steps = order(GRAPH)
    assert sorted(steps) == sorted({*RAW_FILES, FORMER, *NODES})
    assert max(map(steps.index, RAW_FILES)) < steps.index(FORMER)
    for name, node in NODES.items():
        needed = {*node.step.inputs.values(), *node.gates}
        assert max(map(steps.index, needed)) < steps.index(name)


def test_the_process_computes_everything_once(out: Path) -> None:
    folders = Settings(ROOT / "raw", out)
    with Store(out).exclusive(), Ahead(folders) as ahead:
        assert all([ahead.has_computed(step) for step in order(GRAPH)])
        assert list(ahead.computed) == order(GRAPH)
    with Store(out).exclusive(), Ahead(folders) as ahead:
        assert not any([ahead.has_computed(step) for step in order(GRAPH)])


def test_dagster_alone_makes_the_same_release(built: Path, out: Path) -> None:
    job = build_defs(Settings(ROOT / "raw", out)).resolve_job_def(JOB)
    with dg.DagsterInstance.ephemeral() as instance:
        assert job.execute_in_process(instance=instance).success
    assert release_id(out) == release_id(built)


def test_a_build_does_without_a_process_that_ends_early(
    built: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.assets.ahead.sys.executable", "/bin/false")
    result = tidebook("build", "--raw", str(ROOT / "raw"), "--out", str(out))
    assert result.exit_code == 0, result.output
    assert release_id(out) == release_id(built)
    steps = len(RAW_FILES) + len(NODES) + 2
    assert f"{steps} of {steps} steps rebuilt" in result.output


def test_the_process_stops_at_bad_input_and_says_nothing(raw: Path, out: Path) -> None:
    edit(raw / FUNDING, "China,$8B", "China,$1Z")
    command = [sys.executable, "-m", "pipelines.assets.ahead", Settings(raw, out).as_text()]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert '["raw/article/regional_funding", true]' in run.stdout
    assert '"regional_funding"' not in run.stdout
    assert '"figures"' not in run.stdout
    assert run.stderr == ""


def test_the_process_leaves_it_to_the_run_to_say_what_is_current(out: Path) -> None:
    with Store(out).exclusive(), Ahead(Settings(ROOT / "raw", out)) as ahead:
        ahead.has_computed("verdict_report")
    assert Store(out).current("figures") is None
    assert len(list((out / "store" / "figures").iterdir())) == 1
