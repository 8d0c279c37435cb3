"""Calls for which Dagster 1.13 has no public function, or only one in beta that warns on each call.

If an upgrade breaks something, look here first, then where `from_config`, `all_logs` and `add_run_tags` are called.
"""

import copy
import inspect
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import dagster as dg
from dagster._core.definitions import utils
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition as AssetJob
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.inputs import StepInput
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin
from dagster._core.scheduler.instigation import InstigatorTick, TickStatus
from dagster._time import datetime_from_timestamp, get_current_timestamp

from tidebook.pipelines.read.errors import InputError

DATA_VERSION = "dagster/data_version"
"""The tag of a materialization that holds its data version."""

try:
    FreshnessPolicy = dg.FreshnessPolicy
except ImportError:  # before 1.12
    from dagster.preview.freshness import FreshnessPolicy

GROUP_SEPARATOR = "/" if hasattr(utils, "VALID_GROUP_NAME_REGEX") else "_"
"""What is between the names of nested groups of assets; before 1.13 groups are not nested."""

ENDED = [TickStatus.SUCCESS, TickStatus.SKIPPED, TickStatus.FAILURE]

LAST_TICKS = 100
"""Maximum failed ticks among which one is looked for that reached the code server."""

LAST_RUNS = 100
"""Maximum past evaluations of a check among which the previous one is looked for."""

__all__ = ["AssetJob", "FreshnessPolicy", "datetime_from_timestamp", "get_current_timestamp"]

RELOAD_SECONDS = 120
"""Maximum wait for a code server that reloads."""


def load_folder(folder: ModuleType) -> dg.Definitions:
    """Return what the modules and components in a folder define.

    `dg.load_from_defs_folder` looks for the pyproject.toml above the folder. An installed package has none, and would
    find that of the project in which it is installed.
    """
    (place,) = folder.__path__
    with warnings.catch_warnings():
        for each in (dg.PreviewWarning, DeprecationWarning):
            warnings.simplefilter("ignore", each)
        if not hasattr(dg, "ComponentTree"):  # before 1.11.1
            return dg.load_defs(folder, project_root=Path(place))
        try:
            return dg.ComponentTree.from_module(defs_module=folder, project_root=Path(place)).build_defs()
        except Exception as error:
            if found := _bad_input(error):
                raise found from None
            raise


def _bad_input(error: BaseException | None) -> InputError | None:
    """Return the bad input behind an error, which Dagster wraps once for each level of the tree; None for no such."""
    while error is not None and not isinstance(error, InputError):
        error = error.__cause__
    return error


def read_storages(instance: dg.DagsterInstance) -> None:
    """Read from each storage of an instance, so that a damaged one raises its error now."""
    instance.get_run_records(limit=1)
    instance.get_asset_keys(limit=1)
    instance.all_instigator_state()


def check_evaluations(instance: dg.DagsterInstance, run_id: str) -> list[dg.AssetCheckEvaluation]:
    """Return the evaluations of checks in a run, oldest first."""
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    events = [entry.dagster_event for entry in instance.all_logs(run_id, of_type=kind)]
    return [event.asset_check_evaluation_data for event in events if event is not None]


def failing_ticks(context: dg.SensorEvaluationContext, after: float) -> Iterator[tuple[str, InstigatorTick, bool]]:
    """Yield the last failed tick after a time of each sensor and schedule of a sensor's code location.

    A tick that did not reach the code server, or waited for it too long, is yielded only while none has ended since,
    and marked: whoever asks is in that server, so that it may be back already.
    """
    here = context.code_location_origin
    for state in context.instance.all_instigator_state():
        origin = state.origin.repository_origin.code_location_origin
        if here is not None and origin.location_name != here.location_name:
            continue
        ids = state.instigator_origin_id, state.selector_id
        failed = context.instance.get_ticks(*ids, after=after, limit=LAST_TICKS, statuses=[TickStatus.FAILURE])
        own = [tick for tick in failed if not _did_not_reach(tick)]
        ended = context.instance.get_ticks(*ids, limit=1, statuses=ENDED)
        if own:
            yield state.instigator_name, own[0], False
        elif ended and _did_not_reach(ended[0]):
            yield state.instigator_name, ended[0], True


def _did_not_reach(tick: InstigatorTick) -> bool:
    return tick.error is not None and tick.error.cls_name == DagsterUserCodeUnreachableError.__name__


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


def without_pools(context: PlanOrchestrationContext) -> PlanOrchestrationContext:
    """Return the context in which an executor starts the steps of a run, without the pools that the run counts for.

    Only the queue reads them, before the run starts; Dask, which looks into the tuples that it sends, raises an error.
    """
    found = copy.copy(context)
    run = context.dagster_run._replace(run_op_concurrency=None)
    found._plan_data = context.plan_data._replace(dagster_run=run)
    return found


def outputs_read(context: dg.OpExecutionContext) -> set[str]:
    """Return the outputs of the step of a context that other steps of the same run take as inputs."""
    step_context = context.get_step_execution_context()
    found = set[str]()
    for step in step_context.plan_data.execution_plan.steps:
        for read in step.step_inputs:
            handles = read.get_step_output_handle_dependencies() if isinstance(read, StepInput) else ()
            found.update(handle.output_name for handle in handles if handle.step_key == step_context.step.key)
    return found


def shares_process(context: dg.OpExecutionContext) -> bool:
    """Whether this process executes all steps of the chain that the step of a context is part of."""
    step_context = context.get_step_execution_context()
    plan = step_context.plan_data.execution_plan
    chain = step_context.step.key.rpartition(".")[0]
    others = {key for key in plan.step_dict_by_key if key.startswith(f"{chain}.")}
    return others <= {*plan.step_keys_to_execute}


def declared_inputs(context: Any) -> set[dg.AssetKey]:
    """Return the assets that a step may read by its declaration: what its assets or its checks rest on."""
    layer = _step_of(context).job_def.asset_layer
    definition = layer.get_assets_def_for_node(_step_of(context).node_handle)
    if definition is None:
        return set()
    checked = {spec.asset_key for spec in definition.check_specs}
    beside = {dep.asset_key for spec in definition.check_specs for dep in spec.additional_deps}
    return {*definition.dependency_keys, *checked, *beside}


def recorded_input(context: Any, key: dg.AssetKey) -> dg.AssetMaterialization | None:
    """Return the event of an asset that Dagster records as an input of a step, None where it was never materialized.

    Dagster looks it up once, when the step begins; an event that comes later is not the input.
    """
    known = _step_of(context).maybe_fetch_and_get_input_asset_version_info(key)
    if known is None:
        return None
    asked = dg.AssetRecordsFilter(key, storage_ids=[known.storage_id])
    found = context.instance.fetch_materializations(asked, limit=1).records
    return found[0].asset_materialization if found else None


def _step_of(context: Any) -> Any:
    return getattr(context, "op_execution_context", context).get_step_execution_context()


def code_reference(function: FunctionType) -> dict[str, Any]:
    """Return the metadata from which the UI links to the source of a function."""
    path, line = inspect.getsourcefile(function) or "", function.__code__.co_firstlineno
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        place = dg.LocalFileCodeReference(file_path=path, line_number=line)
        return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[place])}


def reload_code(run: dg.DagsterRun) -> bool:
    """Ask the code server that launched a run to load its code anew, and return whether it did.

    `dagster code-server start` and `dagster dev` do, `dagster api grpc` does not. A server that the daemon started for
    itself cannot be asked from here; the daemon starts another every minute.
    """
    if run.remote_job_origin is None:
        return False
    origin = run.remote_job_origin.repository_origin.code_location_origin
    if not isinstance(origin, GrpcServerCodeLocationOrigin):
        return False
    try:
        client = origin.create_client()
        before = client.get_server_id()
        client.reload_code(timeout=RELOAD_SECONDS)
        return client.get_server_id() != before
    except DagsterUserCodeUnreachableError:
        return False
