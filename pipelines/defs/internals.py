"""The few things for which Dagster 1.13 has no public call, or one that is in beta and says so each time.

When an upgrade breaks something, look here first.
"""

import inspect
import json
import urllib.request
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FunctionType
from typing import Any

import dagster as dg

DATA_VERSION = "dagster/data_version"
"""The tag of a materialization that holds its data version."""

LOCATION = "pipelines.definitions"
"""The name of the code location that `dagster dev -m` gives it."""


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


def code_reference(function: FunctionType) -> dict[str, Any]:
    """Return where a function stands, as the metadata from which the UI links to it."""
    path, line = inspect.getsourcefile(function) or "", function.__code__.co_firstlineno
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        place = dg.LocalFileCodeReference(file_path=path, line_number=line)
        return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[place])}


def reload_location(address: str) -> None:
    """Have the UI at an address read its definitions again; one that does not answer is left alone."""
    query = f'mutation {{ reloadRepositoryLocation(repositoryLocationName: "{LOCATION}") {{ __typename }} }}'
    request = urllib.request.Request(
        f"{address}/graphql", json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    with suppress(OSError), urllib.request.urlopen(request, timeout=30):
        pass
