"""Calls for which Dagster 1.13 has no public function, or only one in beta that warns on each call.

If an upgrade breaks something, look here first, then where `from_config`, `all_logs` and `add_run_tags` are called.
"""

import inspect
import json
import urllib.request
import warnings
from collections.abc import Sequence
from contextlib import suppress
from types import FunctionType
from typing import Any

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition as AssetJob

DATA_VERSION = "dagster/data_version"
"""The tag of a materialization that holds its data version."""

LAST_RUNS = 100
"""Maximum past evaluations of a check among which the previous one is looked for."""

__all__ = ["AssetJob"]

LOCATION = "tidebook.pipelines.definitions"
"""The name that `dagster dev -m` gives to the code location."""


def read_storages(instance: dg.DagsterInstance) -> None:
    """Read from each storage of an instance, so that a damaged one raises its error now."""
    instance.get_run_records(limit=1)
    instance.get_asset_keys(limit=1)
    instance.all_instigator_state()


def check_evaluations(instance: dg.DagsterInstance, after: int | None, most: int) -> Sequence[dg.EventLogRecord]:
    """Return the records of check evaluations after a storage id, oldest first; without one, the newest alone."""
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    wanted = dg.EventRecordsFilter(kind, after_cursor=after)
    log = instance.event_log_storage
    return log.get_event_records(wanted, limit=most if after is not None else 1, ascending=after is not None)


def earlier_evaluation(
    instance: dg.DagsterInstance, found: dg.AssetCheckEvaluation, run_id: str
) -> dg.AssetCheckEvaluation | None:
    """Return the evaluation of a check before that of `run_id`, None if there is none among the last ones."""
    key = dg.AssetCheckKey(found.asset_key, found.check_name)
    records = instance.event_log_storage.get_asset_check_execution_history(key, limit=LAST_RUNS)
    ids = [record.run_id for record in records]
    earlier = records[ids.index(run_id) + 1 :] if run_id in ids else []
    events = [record.event.dagster_event for record in earlier if record.event and record.event.dagster_event]
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    return next((event.asset_check_evaluation_data for event in events if event.event_type == kind), None)


def code_reference(function: FunctionType) -> dict[str, Any]:
    """Return the metadata from which the UI links to the source of a function."""
    path, line = inspect.getsourcefile(function) or "", function.__code__.co_firstlineno
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        place = dg.LocalFileCodeReference(file_path=path, line_number=line)
        return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[place])}


def reload_location(address: str) -> None:
    """Ask the UI at an address to reload its definitions; no error if it does not answer."""
    query = f'mutation {{ reloadRepositoryLocation(repositoryLocationName: "{LOCATION}") {{ __typename }} }}'
    request = urllib.request.Request(
        f"{address}/graphql", json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    with suppress(OSError), urllib.request.urlopen(request, timeout=30):
        pass
