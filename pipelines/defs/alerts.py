"""Alerts: sensors that report to a webhook what a person has to know who is not looking.

They report failed runs with their failed checks, checks that warn, ticks that fail, runs that do not end, sources that
fail twice, and a code location that shows an old graph. The message is JSON with a `text`, which chat services show. A
webhook that does not answer is logged and stops nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import Any
from urllib.parse import urlsplit

import dagster as dg

from tidebook.pipelines.defs.internals import (
    check_evaluations,
    earlier_evaluation,
    failing_ticks,
    get_current_timestamp,
)
from tidebook.pipelines.defs.sensors import OTHER_GRAPH, UNFINISHED, outline_of
from tidebook.pipelines.defs.turns import RELOAD
from tidebook.pipelines.read.dossier.sections import plugins_of
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.registry import connectors, fetched
from tidebook.pipelines.read.sources.snapshots import attempts

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TRIES, WAIT, TIMEOUT = 3, 1.0, 10.0
"""Tries of a message, and seconds between them and for each: a webhook that is down must not hold up other sensors."""
FAILURES = 2
"""Failed fetches of a source in a row before an alert."""


ADDRESS = "an address that begins with https://, or http:// on this machine"


def checked_address(setting: str, address: str, expected: str = ADDRESS) -> str:
    """Return `address` unchanged. Raises InputError if it uses neither https nor, on this machine, http."""
    try:
        parts = urlsplit(address)
        sound = parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
    except ValueError:
        sound = False
    if not sound:
        raise InputError(Problem(setting, expected))
    return address


def post(address: str, message: dict[str, Any]) -> str:
    """Send a message as JSON, with retries; return what went wrong, or "" if the webhook accepted it."""
    import httpx2 as httpx
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

    again = Retrying(
        stop=stop_after_attempt(TRIES),
        wait=wait_fixed(WAIT),
        retry=retry_if_exception_type((httpx.TransportError, httpx.HTTPStatusError)),
        reraise=True,
    )
    try:
        again(lambda: httpx.post(address, json=message, timeout=TIMEOUT).raise_for_status())
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"the webhook did not take an alert: {type(error).__name__}"  # its address may hold a secret
    return ""


def reason(event: dg.DagsterEvent) -> str:
    """Return why a step failed: what was wrong with the input, or the first cause of a crash."""
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    return _first_cause(data.error) or str(event.message)


def _run_reason(event: dg.DagsterEvent) -> str:
    """Return why a run without a failed step failed: the first cause, such as a read-only folder, or the event."""
    data = event.job_failure_data
    return _first_cause(data.error if data else None) or str(event.message)


def _first_cause(error: Any) -> str:
    """Return the message of an error's root cause, "" without one."""
    while error and error.cause:
        error = error.cause
    return error.message.strip() if error else ""


def _send(context: dg.RunStatusSensorContext | dg.SensorEvaluationContext, address: str, event: dict[str, Any]) -> None:
    """Post an event; if the webhook refuses it, the sensor logs a line."""
    if problem := post(address, event):
        context.log.warning(problem)


def concerns(run: dg.DagsterRun, prefix: str) -> bool:
    """Whether a run is of a dossier: of its jobs, or of assets below its prefix. Without a prefix, every run is."""
    selected = run.asset_selection or ()
    return run.job_name.startswith(f"{prefix}_") or not prefix or any(key.path[0] == prefix for key in selected)


def _run_sensor(address: str, folders: Settings) -> dg.SensorDefinition:
    """Return the sensor that reports each failed run, with its failed steps and why they failed."""

    @dg.run_failure_sensor(
        name=folders.prefixed("alert_failed_run"),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reports each failed run, and the checks that failed in it, to the webhook.",
    )
    def alert_failed_run(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        if not concerns(run, folders.prefix):
            return
        failed = {str(event.step_key): reason(event) for event in context.get_step_failure_events()}
        lines = [f"{step}: {text}" for step, text in failed.items()] or [_run_reason(context.failure_event)]
        message = {
            "event": "run_failure",
            "job": run.job_name,
            "run_id": run.run_id,
            "steps": failed,
            "text": "\n".join([f"Tidebook: run {run.run_id[:8]} of {run.job_name} failed", *lines]),
        }
        _send(context, address, message)
        _report_checks(context, address)

    return alert_failed_run


def _known_before(instance: dg.DagsterInstance, found: dg.AssetCheckEvaluation, run_id: str) -> bool:
    """Return whether the previous run gave the same warning. A check that stops a run is reported each time."""
    if found.severity != dg.AssetCheckSeverity.WARN:
        return False
    before = earlier_evaluation(instance, found, run_id)
    return before is not None and not before.passed and before.metadata == found.metadata


def _report_checks(context: dg.RunStatusSensorContext, address: str) -> None:
    """Report the checks that failed in the run that a sensor handles, without those that failed likewise before.

    They are read from the events of the run, since SQLite keeps those of each run apart: there is no cursor over all.
    """
    run_id, checks = context.dagster_run.run_id, []
    for found in check_evaluations(context.instance, run_id):
        if not found.passed and not _known_before(context.instance, found, run_id):
            name = f"{found.asset_key.to_user_string()}: {found.check_name}"
            said = str(found.metadata["found"].value) if "found" in found.metadata else ""
            checks.append({"check": name, "found": said, "run_id": run_id})
    if checks:
        text = "\n".join(["Tidebook: failed checks", *(f"{one['check']}: {one['found']}" for one in checks)])
        _send(context, address, {"event": "check_failure", "checks": checks, "text": text})


def _check_sensor(address: str, folders: Settings) -> dg.SensorDefinition:
    """Return the sensor that reports the checks that warned in a run which succeeded."""

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name=folders.prefixed("alert_failed_checks"),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reports the checks that warned in a run to the webhook.",
    )
    def alert_failed_checks(context: dg.RunStatusSensorContext) -> None:
        if concerns(context.dagster_run, folders.prefix):
            _report_checks(context, address)

    return alert_failed_checks


def _refresh_sensor(address: str, folders: Settings, outline: str, late: float) -> dg.SensorDefinition:
    """Return the sensor that reports what prevents a refresh of the report without a failed run.

    A run counts as late that has waited, or worked, for more than `late` seconds.
    """

    @dg.sensor(
        name=folders.prefixed("alert_refresh"),
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reports failed ticks, runs that do not end, sources that fail twice, and an old graph.",
    )
    def alert_refresh(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        known = json.loads(context.cursor or "{}")
        now = context.last_tick_completion_time or 0.0  # 0 on the very first look
        # A tick of a clock that was ahead must not hide those that fail before that time has come.
        ticks, newest = _failed_ticks(context, min(known.get("tick", 0.0), now))
        if not known:  # what was before is not told
            ticks = {}
        since = known.get("since") or now
        found = {**ticks, **_late_runs(context.instance, folders.prefix, late), **_failing_sources(folders, since, now)}
        found |= _old_graph(context.instance, folders, outline)
        states = {}
        for name, each in found.items():
            before = known.get("found", {}).get(name, "")
            states[name] = each.state_after(before)
            if states[name] == REPORTED != before:
                _send(context, address, {"event": name.partition(":")[0], "text": f"Tidebook: {each.text}"})
        context.update_cursor(json.dumps({"found": states, "tick": newest, "since": since}, sort_keys=True))
        return dg.SkipReason(", ".join(found) or "nothing prevents a refresh of the report")

    return alert_refresh


DAY, MINUTE = 86400.0, 60.0
LATE_MINUTES = "15"
TICK, SOURCE, LATE, GRAPH, RUN = "tick_failure", "source_failure", "source_late", "old_graph", "run_late"
"""Events that prevent a refresh of the report: each is reported once, until it is over."""
REPORTED = "told"
UNREACHED = "the code server was not reached"


@dataclass(frozen=True)
class _Obstacle:
    """What prevents a refresh of the report, in words.

    With `waits`, it may pass by itself: it is reported when a second look finds the same text; with None, never.
    """

    text: str
    waits: str | None = ""

    def state_after(self, before: str) -> str:
        """Return REPORTED if it is due or was reported, else the text that the next look must find again.

        Args:
            before: what the look before returned, "" if it did not find it.
        """
        if before == REPORTED or self.waits in ("", before):
            return REPORTED
        return self.waits or ""


def _failed_ticks(context: dg.SensorEvaluationContext, after: float) -> tuple[dict[str, _Obstacle], float]:
    """Return this location's sensors and schedules with a tick that failed after a time, and the newest time.

    After a restart of the code server, ticks fail until it answers, and the next ones catch up.
    """
    found, newest = {}, after
    for name, tick, may_pass in failing_ticks(context, after):
        newest = max(newest, tick.timestamp)
        said = _first_cause(tick.error) or "no error is recorded"
        found[f"{TICK}:{name}"] = _Obstacle(f"a tick of {name} failed\n{said}", UNREACHED if may_pass else "")
    return found, newest


def _late_runs(instance: dg.DagsterInstance, prefix: str, late: float) -> dict[str, _Obstacle]:
    """Return the runs of a dossier that have been queued, or have worked, for longer than a limit in seconds."""
    found = {}
    now = get_current_timestamp()
    for record in instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED)):
        run, begun = record.dagster_run, record.start_time
        if concerns(run, prefix) and now - (begun or record.create_timestamp.timestamp()) > late:
            state = "goes on" if begun else "is waiting for its start"
            text = f"run {run.run_id[:8]} of {run.job_name} {state} after {late / MINUTE:g} minutes"
            found[f"{RUN}:{run.run_id}"] = _Obstacle(text)
    return found


def _failing_sources(folders: Settings, since: float, now: float) -> dict[str, _Obstacle]:
    """Return the sources that failed twice or more in a row, or were not reached in time, with the reason.

    One that was never reached is late as if it had been when this sensor first looked.
    """
    if folders.snapshots is None:
        return {}
    found, tried = {}, attempts(folders.snapshots)
    for name, connector in fetched(connectors(plugins_of(folders.raw))).items():
        attempt, days = tried.get(name), connector.describe.max_age_days
        reached = dt.datetime.fromisoformat(attempt.reached_at).timestamp() if attempt and attempt.reached_at else since
        if reached > now + DAY:  # by a clock that was ahead: it would never be late
            reached = since
        if attempt and attempt.failures >= FAILURES:
            said = f"source {name} failed {attempt.failures} times in a row: {attempt.error}"
            found[f"{SOURCE}:{name}"] = _Obstacle(said)
        elif since and now - reached > days * DAY:
            found[f"{LATE}:{name}"] = _Obstacle(f"source {name} was not fetched for more than {days} days")
    return found


def _old_graph(instance: dg.DagsterInstance, folders: Settings, outline: str) -> dict[str, _Obstacle]:
    """Return an obstacle if the dossier's graph differs from the one that this code location was loaded with.

    The run that is made of the other graph has the code server reload when it ends.
    """
    now = outline_of(folders)
    if now in ("", outline):
        return {}
    reloading = dg.RunsFilter(tags={RELOAD: OTHER_GRAPH}, statuses=UNFINISHED)
    text = (
        "the UI shows an old graph, since the code server does not reload: restart it. "
        "Reports are refreshed all the same"
    )
    return {GRAPH: _Obstacle(text, None if instance.get_runs_count(reloading) else now)}


def minutes_of(setting: str, text: str) -> float:
    """Return a number of minutes in seconds. Raises InputError if the text is no number above 0."""
    with suppress(ValueError):
        if 0 < (minutes := float(text)) < inf:
            return minutes * MINUTE
    raise InputError(Problem(setting, "a number of minutes above 0", text=text))


def alert_defs(address: str, folders: Settings, late: str = "") -> dg.Definitions:
    """Return the sensors that report to a webhook.

    Args:
        late: minutes after which a run that has not ended is reported, "" for 15.

    Raises:
        InputError: the address is none as `checked_address` expects, or `late` is no number above 0.
    """
    sound = checked_address("TIDEBOOK_WEBHOOK", address)
    limit = minutes_of("TIDEBOOK_LATE_MINUTES", late or LATE_MINUTES)
    refresh = _refresh_sensor(sound, folders, outline_of(folders), limit)
    return dg.Definitions(sensors=[_run_sensor(sound, folders), _check_sensor(sound, folders), refresh])
