"""The few things for which Dagster 1.13 has no public call; nothing else of it that is private is used.

When an upgrade breaks something, look here first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import dagster as dg

DATA_VERSION = "dagster/data_version"
"""The tag of a materialization that holds its data version."""


def add_run_tags(instance: dg.DagsterInstance, run_id: str, tags: Mapping[str, str]) -> None:
    """Add tags to a run that is going on."""
    if tags:
        instance.add_run_tags(run_id, dict(tags))


def check_evaluations(instance: dg.DagsterInstance, after: int | None, most: int) -> Sequence[dg.EventLogRecord]:
    """Return the records of check evaluations after a storage id, oldest first; without one, the newest alone."""
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    wanted = dg.EventRecordsFilter(kind, after_cursor=after)
    log = instance.event_log_storage
    return log.get_event_records(wanted, limit=most if after is not None else 1, ascending=after is not None)
