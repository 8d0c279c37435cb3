"""The executor by one setting: each name, its address, and what is no executor."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import dagster as dg
import pytest
from dagster._core.execution.context.system import PlanData, PlanOrchestrationContext
from dagster._core.execution.retries import RetryMode
from dagster._core.storage.dagster_run import RunOpConcurrency

from tests.conftest import SMALL, tidebook
from tidebook.pipelines.commands import ui
from tidebook.pipelines.defs.executors import config, executor_of
from tidebook.pipelines.defs.turns import in_turn
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Settings, executor


def test_one_process_unless_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert executor_of(executor()) is dg.in_process_executor
    monkeypatch.setenv("TIDEBOOK_EXECUTOR", "multiprocess")
    found = executor_of(executor())
    assert found.name == "multiprocess" and found is executor_of(executor())


@pytest.mark.parametrize("setting", ["Dask", "k8s:here", "thread", "in_process:1", "multiprocess:4", ":", "spark://a"])
def test_an_unknown_executor_is_reported_with_the_known_ones(setting: str) -> None:
    with pytest.raises(InputError, match=r'TIDEBOOK_EXECUTOR: found ".*", expected in_process, multiprocess, dask'):
        executor_of(setting)


@pytest.mark.parametrize("name", ["dask", "celery", "k8s"])
def test_a_library_that_is_missing_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, f"dagster_{name}", None)
    with pytest.raises(ImportError, match=f"pip install dagster-{name}"):
        executor_of(name)


def test_the_ui_ends_with_3_where_the_library_of_an_executor_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ui, "find_spec", lambda name: name)  # the webserver may be absent
    monkeypatch.setitem(sys.modules, "dagster_celery", None)
    monkeypatch.setenv("TIDEBOOK_EXECUTOR", "celery:redis://broker:6379/0")
    result = tidebook("ui", "--raw", str(SMALL), "--out", str(tmp_path))
    assert result.exit_code == 3
    assert result.output == (
        'error: TIDEBOOK_EXECUTOR: "celery:redis://broker:6379/0" needs dagster_celery: pip install dagster-celery\n'
    )


def test_addresses_of_scheduler_and_broker() -> None:
    assert config("dask", "") == {"cluster": {"local": {}}}
    assert config("dask", "tcp://a:8786") == {"cluster": {"existing": {"address": "tcp://a:8786"}}}
    assert config("celery", "") == {}
    assert config("celery", "redis://a:6379/0") == {"broker": "redis://a:6379/0", "backend": "redis://a:6379/0"}
    assert config("celery", "pyamqp://guest@a//") == {"broker": "pyamqp://guest@a//", "backend": "rpc://"}


def test_the_ui_tells_a_wrong_setting_in_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ui, "find_spec", lambda name: name)  # the webserver may be absent
    monkeypatch.setenv("TIDEBOOK_EXECUTOR", "thread")
    result = tidebook("ui", "--raw", str(SMALL), "--out", str(tmp_path))
    assert result.exit_code == 2
    assert result.output.startswith('error: TIDEBOOK_EXECUTOR: found "thread", expected in_process, ')


@dg.executor(name="cluster", config_schema={"cluster": dg.Field(dg.Permissive(), is_required=False)})
def _on_a_cluster(_: dg.InitExecutorContext) -> dg.Executor:
    raise NotImplementedError


def test_an_executor_keeps_its_configuration_when_its_runs_take_turns(tmp_path: Path) -> None:
    address = {"existing": {"address": "tcp://scheduler:8786"}}
    configured = _on_a_cluster.configured({"cluster": address}, name="cluster")
    taking_turns = in_turn(configured, Settings(tmp_path, tmp_path / "out"))
    assert taking_turns.apply_config_mapping({"config": {}}).value == {"config": {"cluster": address}}
    other = in_turn(dg.multiprocess_executor, Settings(tmp_path, tmp_path / "out"))
    expected = dg.multiprocess_executor.apply_config_mapping({"config": {"max_concurrent": 2}})
    assert other.apply_config_mapping({"config": {"max_concurrent": 2}}).value == expected.value


class _Own(dg.Executor):
    """An executor that refuses to run where another stands in its place, or a run names its pools, as Dask's does."""

    def __init__(self, out: Path) -> None:
        self.out = out

    @property
    def retries(self) -> RetryMode:
        return RetryMode.DISABLED

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[dg.DagsterEvent]:
        assert isinstance(plan_context.executor, _Own)
        assert plan_context.dagster_run.run_op_concurrency is None, "Dask cannot send it to its workers"
        assert (self.out / "store" / "turn").exists(), "its run has its turn"
        yield from ()


def test_an_executor_that_takes_turns_is_of_its_own_class(tmp_path: Path) -> None:
    folders = Settings(tmp_path, tmp_path / "out")
    own = dg.ExecutorDefinition(name="own", executor_creation_fn=lambda _: _Own(folders.out))
    create = in_turn(own, folders).executor_creation_fn
    assert create is not None
    executor = create(cast(Any, None))
    pools = RunOpConcurrency(root_key_counts={"tidebook": 1}, has_unconstrained_root_nodes=False)
    run = dg.DagsterRun("build_report", run_id="a", run_op_concurrency=pools)
    unused = cast(Any, None)
    context = PlanOrchestrationContext(PlanData(unused, run, unused, unused), unused, executor, None)
    assert list(executor.execute(context, unused)) == []
    assert context.dagster_run.run_op_concurrency == pools, "the run itself keeps them"
