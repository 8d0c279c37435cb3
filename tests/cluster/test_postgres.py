"""A deployment as deploy/ has it: code server, daemon and webserver apart, their runs in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest

from tests.conftest import LONG, ROOT, edit
from tests.operations import SHOPS, Day, day
from tests.servers import Postgres

ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]


def at_once(played: Day) -> list[dg.RunRecord]:
    """Request two runs of assets alone, as the UI does, and return what became of them, the first first."""
    site, instance = played.site, played.instance
    requested = [site.launch("__ASSET_JOB", "figures", "figure_outcomes") for _ in range(2)]
    ended = dg.RunsFilter(run_ids=requested, statuses=ENDED)
    played.wait(lambda: instance.get_runs_count(ended) == len(requested))
    return sorted(instance.get_run_records(ended), key=lambda record: record.start_time or 0.0)


@pytest.fixture
def played(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    """A day on a site that keeps its runs in PostgreSQL, its first release built."""
    for name, value in postgres.environment.items():
        monkeypatch.setenv(name, value)
    with day("code-server", ROOT / "deploy" / "postgres", **postgres.environment) as played:
        played.play("start", played.start)
        yield played


def test_reports_are_refreshed_and_failures_reported_with_runs_in_postgres(postgres: Postgres, played: Day) -> None:
    site = played.site
    run = played.failed_run(lambda: edit(site.raw / SHOPS, "$20M", "$1Z"))
    (told,) = site.receiver.told("run_failure")
    assert told["run_id"] == run.run_id
    assert 'article/shops.csv:3, column "Sales": found "$1Z"' in told["text"]
    played.new_release(lambda: edit(site.raw / SHOPS, "$1Z", "$21M"))
    assert not list(site.home.rglob("*.db")), "nothing is kept in SQLite"
    assert postgres.ask("SELECT status, count(*) FROM runs GROUP BY status ORDER BY status") == [
        ("FAILURE", 1),
        ("SUCCESS", 2),
    ]


@pytest.mark.skipif(not LONG, reason="takes two minutes: the sensor of alerts ticks every 30 seconds")
def test_runs_take_turns_and_a_failing_tick_is_reported_with_runs_in_postgres(played: Day) -> None:
    played.play("new table", played.new_table)
    played.site.start_web()
    first, second = at_once(played)
    assert first.end_time is not None and second.start_time is not None
    assert first.end_time <= second.start_time, "the pool of their assets keeps them apart"
    played.play("failing tick", played.failing_tick)
