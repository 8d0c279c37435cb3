"""A deployment as deploy/ has it: code server, daemon and webserver apart, their runs in PostgreSQL."""

from __future__ import annotations

import dagster as dg
import pytest

from tests.conftest import ROOT, edit
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


def test_reports_are_refreshed_alerts_sent_and_runs_take_turns_with_runs_in_postgres(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in postgres.environment.items():
        monkeypatch.setenv(name, value)
    with day("code-server", ROOT / "deploy" / "postgres", **postgres.environment) as played:
        site = played.site
        played.play("start", played.start)
        played.play("new table", played.new_table)
        run = played.failed_run(lambda: edit(site.raw / SHOPS, "$20M", "$1Z"))
        (told,) = site.receiver.told("run_failure")
        assert told["run_id"] == run.run_id
        assert 'article/shops.csv:3, column "Sales": found "$1Z"' in told["text"]
        played.new_release(lambda: edit(site.raw / SHOPS, "$1Z", "$21M"))
        site.start_web()
        first, second = at_once(played)
        assert first.end_time is not None and second.start_time is not None
        assert first.end_time <= second.start_time, "the pool of their assets keeps them apart"
        played.play("failing tick", played.failing_tick)
        assert not list(site.home.rglob("*.db")), "nothing is kept in SQLite"
        assert postgres.ask("SELECT count(*) FROM runs WHERE status = 'FAILURE'") == [(1,)]
