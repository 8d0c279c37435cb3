"""Alerts: sensors that report failed runs and failed checks to a webhook.

The message is JSON with a `text`, which chat services show. A webhook that does not answer is logged and stops nothing.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import dagster as dg

from tidebook.pipelines.defs.internals import check_evaluations, earlier_evaluation
from tidebook.pipelines.read.errors import InputError, Problem

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TRIES, WAIT, TIMEOUT = 3, 1.0, 10.0
MOST = 100
"""Maximum check evaluations that one tick of the sensor reads."""


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
    error = data.error
    while error and error.cause:
        error = error.cause
    return error.message.strip() if error else str(event.message)


def _run_sensor(address: str) -> dg.SensorDefinition:
    """Return the sensor that reports each failed run, with its failed steps and why they failed."""

    @dg.run_failure_sensor(
        name="alert_failed_run",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reports each failed run to the webhook.",
    )
    def alert_failed_run(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        failed = {str(event.step_key): reason(event) for event in context.get_step_failure_events()}
        lines = [f"{step}: {text}" for step, text in failed.items()] or [str(context.failure_event.message)]
        message = {
            "event": "run_failure",
            "job": run.job_name,
            "run_id": run.run_id,
            "steps": failed,
            "text": "\n".join([f"Tidebook: run {run.run_id[:8]} of {run.job_name} failed", *lines]),
        }
        if problem := post(address, message):
            context.log.warning(problem)

    return alert_failed_run


def _known_before(instance: dg.DagsterInstance, found: dg.AssetCheckEvaluation, run_id: str) -> bool:
    """Return whether the previous run gave the same warning. A check that stops a run is reported each time."""
    if found.severity != dg.AssetCheckSeverity.WARN:
        return False
    before = earlier_evaluation(instance, found, run_id)
    return before is not None and not before.passed and before.metadata == found.metadata


def _check_sensor(address: str) -> dg.SensorDefinition:
    """Return the sensor that reports the checks that failed since its last tick, none on its first."""

    @dg.sensor(
        name="alert_failed_checks",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reports each failed asset check to the webhook.",
    )
    def alert_failed_checks(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        if not context.cursor:
            newest = check_evaluations(context.instance, None, 1)
            context.update_cursor(str(newest[0].storage_id if newest else 0))
            return dg.SkipReason("checks are reported from now on")
        records = check_evaluations(context.instance, int(context.cursor), MOST)
        checks = []
        for record in records:
            event = record.event_log_entry.dagster_event
            found = event.asset_check_evaluation_data if event else None
            if found and not found.passed and not _known_before(context.instance, found, record.run_id):
                name = f"{found.asset_key.to_user_string()}: {found.check_name}"
                said = str(found.metadata["found"].value) if "found" in found.metadata else ""
                checks.append({"check": name, "found": said, "run_id": record.run_id})
        if checks:
            text = "\n".join(["Tidebook: failed checks", *(f"{one['check']}: {one['found']}" for one in checks)])
            if problem := post(address, {"event": "check_failure", "checks": checks, "text": text}):
                context.log.warning(problem)
        if records:
            context.update_cursor(str(records[-1].storage_id))
        return dg.SkipReason(f"{len(checks)} failed of {len(records)} new check evaluations")

    return alert_failed_checks


def alert_defs(address: str) -> dg.Definitions:
    """Return the sensors that report to a webhook. Raises InputError as `checked_address` does."""
    sound = checked_address("TIDEBOOK_WEBHOOK", address)
    return dg.Definitions(sensors=[_run_sensor(sound), _check_sensor(sound)])
