"""Runs whose machine is lost, with its disk, where releases go to an object store: who says so, and when."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from tests.conftest import SMALL
from tests.servers import BUCKET, receiving, serving_s3
from tidebook.pipelines.defs import turns
from tidebook.pipelines.defs.alerts import alert_defs
from tidebook.pipelines.defs.turns import ALIVE, DIED, close_dead_runs, lease
from tidebook.pipelines.graph.places import Bucket
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Settings

JOB = "build_report"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket."""
    with serving_s3() as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield Bucket(f"s3://{BUCKET}/releases")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as found:
        yield found


@pytest.fixture
def here(bucket: Bucket, tmp_path: Path) -> Settings:
    """The settings of the machine that looks."""
    return Settings(SMALL, tmp_path / "here", bucket.url)


@pytest.fixture
def there(bucket: Bucket, tmp_path: Path) -> Settings:
    """The settings of the machine on which the run is: it shares nothing with the other but the bucket."""
    return Settings(SMALL, tmp_path / "there", bucket.url)


def started(instance: dg.DagsterInstance, job: str = JOB) -> dg.DagsterRun:
    return instance.create_run_for_job(dg.GraphDefinition(name=job).to_job(), status=dg.DagsterRunStatus.STARTED)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run have started long ago, and a second without a sign be long: the store's clock counts seconds."""
    monkeypatch.setattr(turns, "GRACE", -1.0)
    monkeypatch.setattr(turns, "BEAT", 0.2)
    monkeypatch.setattr(turns, "SILENT", timedelta(seconds=2))


def wait(seconds: float) -> None:
    threading.Event().wait(seconds)


def test_a_run_on_another_machine_that_gives_signs_of_life_is_left_alone(
    instance: dg.DagsterInstance, here: Settings, there: Settings, bucket: Bucket
) -> None:
    run = started(instance)
    with lease(there, run.run_id):
        wait(4)
        assert close_dead_runs(instance, here, [JOB]) == []
    assert run.run_id not in bucket.files(ALIVE), "it has ended"


@pytest.mark.parametrize("job", [JOB, "of_the_host_project"])
def test_a_run_on_a_lost_machine_is_closed_once_its_signs_of_life_are_old(
    job: str, instance: dg.DagsterInstance, here: Settings, bucket: Bucket
) -> None:
    run = started(instance, job)
    bucket.write(f"{ALIVE}/{run.run_id}", b"")  # the last thing that the machine did
    assert close_dead_runs(instance, here, [JOB]) == [], "the next sign may come"
    wait(4)
    assert [each.run_id for each in close_dead_runs(instance, here, [JOB])] == [run.run_id]
    closed = instance.get_run_by_id(run.run_id)
    assert closed is not None and closed.status == dg.DagsterRunStatus.FAILURE
    assert DIED in [entry.dagster_event.message for entry in instance.all_logs(run.run_id) if entry.dagster_event]
    assert run.run_id not in bucket.files(ALIVE)


def test_a_run_that_never_gave_a_sign_is_closed_and_one_that_just_gave_its_lease_back_is_not(
    instance: dg.DagsterInstance, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    died, ends, of_others = started(instance), started(instance), started(instance, "of_the_host_project")
    monkeypatch.setattr(turns, "GRACE", 1.0)
    wait(2)
    instance.report_engine_event("The last step has ended", ends)
    assert [each.run_id for each in close_dead_runs(instance, here, [JOB])] == [died.run_id]
    for run in (ends, of_others):
        left = instance.get_run_by_id(run.run_id)
        assert left is not None and left.status == dg.DagsterRunStatus.STARTED


def test_a_store_is_asked_only_while_a_run_of_which_nothing_is_known_here_goes_on(
    instance: dg.DagsterInstance, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object) -> None:
        pytest.fail("the store was asked")

    run = started(instance)
    with lease(here, run.run_id):
        monkeypatch.setattr(Bucket, "files", asked)
        assert close_dead_runs(instance, here, [JOB]) == []
        instance.report_run_failed(run)
    close_dead_runs(instance, here, [JOB])


def test_a_run_that_does_not_end_is_reported_once(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    folders = Settings(SMALL, tmp_path / "out")
    queued = instance.create_run_for_job(dg.GraphDefinition(name=JOB).to_job(), status=dg.DagsterRunStatus.NOT_STARTED)
    with receiving() as receiver:

        def looks(late: str) -> list[str]:
            """Return what is told in two looks at runs of which those are late that did not end in some minutes."""
            sensor = alert_defs(receiver.address, folders, late).resolve_sensor_def("alert_refresh")
            cursor = None
            receiver.messages.clear()
            for _ in range(2):
                cursor = sensor.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=cursor)).cursor
            return [told["text"] for told in receiver.told("run_late")]

        assert looks("") == [], "a quarter of an hour has not passed"
        waits = f"Tidebook: run {queued.run_id[:8]} of {JOB} is waiting for its start after 1e-06 minutes"
        assert looks("0.000001") == [waits]
        instance.report_dagster_event(dg.DagsterEvent("PIPELINE_START", JOB), queued.run_id)
        assert looks("0.000001") == [f"Tidebook: run {queued.run_id[:8]} of {JOB} goes on after 1e-06 minutes"]
        instance.report_run_failed(queued)
        assert looks("0.000001") == []


@pytest.mark.parametrize("text", ["0", "-1", "soon", "inf", "nan"])
def test_a_limit_that_is_no_number_of_minutes_is_an_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f'TIDEBOOK_LATE_MINUTES: found "{text}", expected a number of'):
        alert_defs("https://example.org/hook", Settings(SMALL, tmp_path), text)
