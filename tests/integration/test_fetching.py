"""Fetching under Dagster: assets with freshness and retries, jobs of their own, new bytes that rebuild the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from tests.conftest import SHIPPED
from tests.publishers import FILES, REVISED, Publisher, publishing, respond
from tidebook.pipelines.defs import fetching, location
from tidebook.pipelines.defs.fetching import fetch_defs, key_of
from tidebook.pipelines.defs.internals import load_folder
from tidebook.pipelines.defs.job import JOB, build_defs
from tidebook.pipelines.graph.structure import RELEASE
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources import web
from tidebook.pipelines.read.sources.fetch import fetch
from tidebook.pipelines.read.sources.fetch import web as client
from tidebook.pipelines.read.sources.registry import all_connectors, fetched
from tidebook.pipelines.read.sources.selection import PATH as SNAPSHOTS
from tidebook.pipelines.read.sources.snapshots import attempts
from tidebook.schemas.registry import SOURCED

DOSSIER = SHIPPED

EDGAR = "api/xbrl/companyfacts/CIK0001769628.json"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    with publishing(dict(FILES)) as found:
        monkeypatch.setenv("TIDEBOOK_MIRROR", found.address)
        monkeypatch.setattr(fetching, "DELAY", 0)
        yield found


def run(folders: Settings, name: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    return (
        fetch_defs(folders, all_connectors())
        .resolve_job_def(name)
        .execute_in_process(instance=instance, raise_on_error=False)
    )


def versions(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    return {
        event.materialization.asset_key.path[-1]: (event.materialization.tags or {})["dagster/data_version"]
        for event in result.all_events
        if event.is_step_materialization
    }


def test_every_source_is_an_asset_with_freshness_retries_and_its_cadence() -> None:
    graph = load_folder(location).resolve_asset_graph()
    main = {node.name for node in load_folder(location).resolve_job_def(JOB).graph.nodes}
    for one in fetched(all_connectors()).values():
        node = graph.get(key_of(one))
        policy = node.freshness_policy
        assert policy is not None
        assert policy.fail_window.to_timedelta() == timedelta(days=one.describe.max_age_days)
        assert one.describe.licence in (node.description or "")
        assert f"fetch__{one.describe.name}" not in main, "the main job fetches nothing"
    schedules = {
        name: (fetch_defs(Settings(Path(), Path()), all_connectors()).resolve_schedule_def(name).cron_schedule)
        for name in ("fetch_daily", "fetch_weekly")
    }
    assert schedules == {"fetch_daily": "0 5 * * *", "fetch_weekly": "30 4 * * 1"}
    daily = fetch_defs(Settings(Path(), Path()), all_connectors()).resolve_job_def("fetch_daily").graph.nodes
    assert sorted(node.name for node in daily) == [
        f"fetch__{name}" for name in ("genai_prices", "litellm_prices", "llm_prices", "openrouter")
    ]


def test_what_is_made_from_snapshots_rests_on_what_fetches_them(sourced: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAW", "OUT"):
        monkeypatch.setenv(f"TIDEBOOK_{name}", str(sourced / name.lower()))
    graph = load_folder(location).resolve_asset_graph()
    snapshots = graph.get(dg.AssetKey(SNAPSHOTS))
    assert dg.AssetKey(["fetch", "genai_prices"]) in snapshots.parent_keys and not snapshots.is_executable
    made_from = {node.key.path[-1] for node in graph.asset_nodes if snapshots.key in node.parent_keys}
    assert {*SOURCED, "trends", RELEASE} <= made_from


def test_new_bytes_change_the_data_version_and_the_same_ones_do_not(
    raw: Path, out: Path, instance: dg.DagsterInstance, publisher: Publisher
) -> None:
    folders = Settings(raw, out, snapshots=raw.parent / "snapshots")
    first = run(folders, "fetch_weekly", instance)
    assert first.success
    again = run(folders, "fetch_weekly", instance)
    assert versions(again) == versions(first)
    publisher.files |= REVISED
    third = versions(run(folders, "fetch_weekly", instance))
    assert {name for name, found in third.items() if found != versions(first)[name]} == {"epoch_models"}
    (event,) = [
        found for found in first.all_events if found.is_step_materialization and found.step_key == "fetch__epoch_models"
    ]
    counts = {name: event.materialization.metadata[name].value for name in ("rows", "quarantined", "result")}
    assert counts == {"rows": 36, "quarantined": 2, "result": "new"}


@pytest.mark.parametrize(("status", "tries"), [(404, 0), (403, 0), (429, 0), (503, 1)])
def test_a_source_that_is_down_is_tried_once_more_and_leaves_the_others_alone(
    status: int,
    tries: int,
    raw: Path,
    out: Path,
    instance: dg.DagsterInstance,
    publisher: Publisher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web, "FIRST_WAIT", 0.0)
    publisher.files[f"data.sec.gov/{EDGAR}"] = lambda handler: respond(handler, status)
    result = run(Settings(raw, out, snapshots=raw.parent / "snapshots"), "fetch_weekly", instance)
    assert not result.success
    assert set(versions(result)) == {
        name for name, one in fetched(all_connectors()).items() if one.describe.cadence == "weekly"
    } - {"sec_edgar"}
    retried = [event for event in result.all_events if event.is_step_up_for_retry]
    assert len(retried) == tries, "what a client did wrong is as wrong a minute later"
    assert not list(raw.glob("*.lock.*")) and not (raw / "snapshots.lock").exists(), "a checkout stays as it is"


def test_failures_in_a_row_are_counted_until_the_source_is_reached(tmp_path: Path, publisher: Publisher) -> None:
    source = all_connectors()["llm_prices"]
    path = source.describe.files[0].address.partition("://")[2]
    content = publisher.files.pop(path)

    def failures() -> int:
        fetch(source, tmp_path, client().get)
        return attempts(tmp_path)["llm_prices"].failures

    assert [failures(), failures()] == [1, 2]
    publisher.files[path] = content
    assert failures() == 0


def test_the_sensor_asks_for_a_run_when_a_source_brings_other_bytes(
    raw: Path, out: Path, instance: dg.DagsterInstance, publisher: Publisher
) -> None:
    folders = Settings(raw, out, snapshots=raw.parent / "snapshots")

    def tick(cursor: str | None) -> dg.SensorExecutionData:
        definitions = build_defs(folders)
        context = dg.build_sensor_context(
            instance=instance, cursor=cursor, definitions=definitions, sensor_name="raw_content"
        )
        return definitions.resolve_sensor_def("raw_content").evaluate_tick(context)

    first = tick(None)
    run(folders, "fetch_weekly", instance)
    second = tick(first.cursor)
    assert len(second.run_requests or []) == 1
    run(folders, "fetch_weekly", instance)
    assert not tick(second.cursor).run_requests, "the same bytes again"
    publisher.files |= REVISED
    run(folders, "fetch_weekly", instance)
    assert len(tick(second.cursor).run_requests or []) == 1


def test_a_run_fetches_first_what_claims_rest_on_that_is_soonest_due_to_change(
    raw: Path, out: Path, instance: dg.DagsterInstance, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = {"live_openrouter": dt.date(2024, 1, 1), "live_llm_prices": dt.date(2024, 2, 1)}
    monkeypatch.setattr(fetching, "due", lambda _: days)
    events = run(Settings(raw, out, snapshots=raw.parent / "snapshots"), "fetch_daily", instance).all_events
    order = [event.step_key for event in events if event.is_step_start]
    assert order[:2] == ["fetch__openrouter", "fetch__llm_prices"] and len(order) == 4
