"""Steps as Dagster assets: their data versions, rules as asset checks, and metadata for the UI.

Belongs here: how the result of a step is recorded. Does not: what a step computes and when it is skipped (`graph.run`),
or which rows and numbers the UI shows (`preview`).
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from textwrap import shorten
from types import FunctionType
from typing import Any

import dagster as dg
import pandas as pd

from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.defs.common import OWNERS, RESOURCE, bad_input, key_of, owners_of, report_link, rows_metadata
from tidebook.pipelines.defs.editorial import editorial_results, editorial_specs
from tidebook.pipelines.defs.internals import DATA_VERSION, code_reference
from tidebook.pipelines.defs.preview import preview
from tidebook.pipelines.graph.places import Bucket
from tidebook.pipelines.graph.previous import read_previous
from tidebook.pipelines.graph.run import CHANGES, Run, RunObserver, StepResult, rule_problems
from tidebook.pipelines.graph.step import Files, Step
from tidebook.pipelines.graph.steps.report import REPORT
from tidebook.pipelines.graph.steps.warnings import warning_lines
from tidebook.pipelines.graph.structure import MAIN, Graph
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.lock import lock_state
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.selection import PATH as SNAPSHOTS
from tidebook.pipelines.read.sources.selection import PUBLISHING
from tidebook.pipelines.release.build import RELEASE, publish_release
from tidebook.pipelines.release.release import sync_latest
from tidebook.schemas.base import Table, arrow_schema, records
from tidebook.schemas.rules import RuleResult

STATE = "tidebook/state"
"""The tag of a materialization: whether its data version is new, changed, or unchanged since the last one."""


def _run_of(folders: Settings) -> Run:
    """Return the walk of the graph that the resource of this process holds."""
    found = getattr(dg.AssetExecutionContext.get().resources, folders.prefixed(RESOURCE))
    assert isinstance(found, Run)
    return found


def _materialized(
    version: str, metadata: Mapping[str, Any], computed: bool, checks: Sequence[dg.AssetCheckResult] = ()
) -> dg.MaterializeResult[Any]:
    """Return the result of an asset, marked as changed or unchanged since the instance last recorded it.

    That is not whether this run computed it: a plain build may have computed a result that the instance never saw.
    """
    context = dg.AssetExecutionContext.get()
    recorded = _recorded_versions(context.instance, context.run.run_id).get(context.asset_key)
    unchanged = recorded == version
    return dg.MaterializeResult(
        metadata={**metadata, "unchanged": unchanged, "computed": computed},
        check_results=checks,
        data_version=dg.DataVersion(version),
        tags={STATE: "unchanged" if unchanged else "changed" if recorded else "new"},
    )


@lru_cache(maxsize=1)  # a query for each asset took a tenth of a run
def _recorded_versions(instance: dg.DagsterInstance, run_id: str) -> dict[dg.AssetKey, str]:
    """Return the data version of each asset as the instance had recorded it when the run first asked."""
    events = (record.asset_entry.last_materialization for record in instance.get_asset_records())
    made = (event.asset_materialization for event in events if event)
    return {each.asset_key: (each.tags or {}).get(DATA_VERSION, "none") for each in made if each}


def _raw_asset(step: str, folders: Settings, graph: Graph, observer: RunObserver) -> dg.AssetsDefinition:
    """Return the asset of a raw file; its data version is the hash of the bytes."""
    path = graph.raw_files[step]
    text = f"The raw file {path}, as it was published. Its data version is the hash of its content."
    if step == SNAPSHOTS:
        text = "The snapshots of live sources that this build reads, and whether each source is current, stale or down."
    if step == PUBLISHING:
        text = "The address at which the report will be published, and how it is printed."

    @dg.asset(
        key=key_of(step, folders.prefix),
        required_resource_keys={folders.prefixed(RESOURCE)},
        group_name="raw",
        description=text,
        owners=owners_of(graph.dossier.article),
        kinds={"json" if step == SNAPSHOTS else path.rpartition(".")[2]},
    )
    def asset() -> dg.MaterializeResult[Any]:
        result = _brought_up_to_date(_run_of(folders), step, observer)
        assert result.entry is not None
        raw = RawFile(path, result.entry.read("bytes"))
        metadata: dict[str, Any] = {
            "path": dg.MetadataValue.path(str(graph.raw / path)),
            "bytes": len(raw.data),
            "lock": lock_state(graph.raw, raw),
        }
        if step == SNAPSHOTS:
            metadata |= {f"status/{entry['source']}": entry["status"] for entry in json.loads(raw.data)}
        return _materialized(result.entry.version, metadata, not result.reused)

    return asset


def _previous_asset(folders: Settings, graph: Graph, observer: RunObserver) -> dg.AssetsDefinition:
    """Return the asset that keeps the previous release for comparison; its data version is that release's content."""

    @dg.asset(
        key=key_of(PREVIOUS, folders.prefix),
        required_resource_keys={folders.prefixed(RESOURCE)},
        deps=[key_of(name, folders.prefix) for name in graph.raw_files],
        owners=owners_of(graph.dossier.article),
        group_name=RELEASE,
        description="The latest release before the raw files changed, for comparison; none for a first build.",
        kinds={"parquet"},
    )
    def asset() -> dg.MaterializeResult[Any]:
        if folders.remote:
            sync_latest(Bucket(folders.remote), folders.out, mending=True)
        result = _brought_up_to_date(_run_of(folders), PREVIOUS, observer)
        assert result.entry is not None
        metadata = {"release": read_previous(result.entry).release_id or "none"}
        return _materialized(result.entry.version, metadata, not result.reused)

    return asset


def _step_asset(step: Step, folders: Settings, graph: Graph, observer: RunObserver) -> dg.AssetsDefinition:
    """Return the asset of a step. It is skipped if its result is cached, and fails if a rule of its table does."""
    key = key_of(step.name, folders.prefix)

    @dg.asset(
        key=key,
        required_resource_keys={folders.prefixed(RESOURCE)},
        deps=[key_of(name, folders.prefix) for name in dict.fromkeys(step.inputs.values())],
        owners=owners_of(graph.dossier.article),
        group_name=step.group,
        description=_description(step),
        kinds=_kinds(step),
        metadata={**_column_schema(step.model), **code_reference(_function(step))},
        check_specs=[
            *(dg.AssetCheckSpec(rule.name, asset=key, description=rule.meaning) for rule in Run.rules(step)),
            *editorial_specs(step.name, key),
        ],
        code_version=step.code[:16],
        output_required=False,
    )
    def asset() -> Iterator[Any]:
        run = _run_of(folders)
        result = _brought_up_to_date(run, step.name, observer)
        checks = [_check_result(judged, result.frame) for judged in result.rules]
        if result.entry is None:
            yield from checks
            problems = rule_problems(step.name, result)
            observer.problems += problems
            raise bad_input(InputError(problems))
        checks += editorial_results(step.name, key, run)
        observer.warnings += warning_lines(step.name, run)
        shown = {**preview(step, result.entry, result.reused, run.table), "key": result.entry.folder.name}
        yield _materialized(result.entry.version, shown, not result.reused, checks)

    return asset


def _brought_up_to_date(run: Run, step: str, observer: RunObserver) -> StepResult:
    """Bring a step up to date and notify the observer; bad input becomes a failure without retries."""
    observer.started(step)
    try:
        result = run.bring_up_to_date(step)
    except InputError as error:
        observer.problems += error.problems
        raise bad_input(error) from error
    if result.entry is not None:
        observer.finished(step, result.reused)
        dg.AssetExecutionContext.get().log.info(f"{step}: {'cached' if result.reused else 'computed'}")
    return result


def _release_asset(folders: Settings, graph: Graph, observer: RunObserver) -> dg.AssetsDefinition:
    """Return the asset that publishes all tables and the report together, and moves `latest` there."""

    @dg.asset(
        key=key_of(RELEASE, folders.prefix),
        required_resource_keys={folders.prefixed(RESOURCE)},
        deps=[key_of(name, folders.prefix) for name in (*graph.raw_files, PREVIOUS, *graph.published, REPORT)],
        owners=owners_of(graph.dossier.article),
        group_name=RELEASE,
        description="The tables and the report of one build, in a folder named by content; `latest` points to it.",
        kinds={"parquet", "html"},
    )
    def asset() -> dg.MaterializeResult[Any]:
        run, context = _run_of(folders), dg.AssetExecutionContext.get()
        observer.started(RELEASE)
        with run.store.exclusive():
            release, new = publish_release(run, folders)
        observer.finished(RELEASE, not new)
        changed = _what_changed(run) if new else {}
        if changed:
            context.instance.add_run_tags(context.run.run_id, changed)
        for text in (f"report: {release.folder / 'report' / 'index.html'}", *changed.values()):
            context.log.info(text)
        metadata: dict[str, Any] = {
            "release": release.release_id,
            "report": report_link(f"releases/{release.release_id}", str(release.folder / "report" / "index.html")),
        }
        return _materialized(release.release_id, metadata, new)

    return asset


def _what_changed(run: Run) -> dict[str, str]:
    """Return run tags that list the outcomes and verdicts that changed since the previous release, and the causes."""
    changes = run.table(CHANGES)
    rows = {kind: records(changes[changes["kind"] == kind]) for kind in ("outcome", "verdict")}
    words = {kind: [f"{row['name']}: {row['old']} → {row['new']}" for row in found] for kind, found in rows.items()}
    causes = {cause for found in rows.values() for row in found for cause in row["caused_by"]}
    found = {"outcomes": words["outcome"], "turned": sorted({*words["verdict"]}), "because_of": sorted(causes)}
    return {
        f"tidebook/{tag}": shorten("; ".join(texts), 250, placeholder=" …") for tag, texts in found.items() if texts
    }


def _description(step: Step) -> str:
    """Return the description of a step in the UI: the docstring of its table, or else of its function."""
    return inspect.cleandoc((step.model if step.model else _function(step)).__doc__ or "")


def _function(step: Step) -> FunctionType:
    """Return the function that a step calls, as it stands in the source."""
    function = step.function.func if isinstance(step.function, partial) else step.function
    function = inspect.unwrap(function)  # a wrapper collects bundles of parameters
    assert isinstance(function, FunctionType)
    return function


def _kinds(step: Step) -> set[str]:
    if step.model:
        return {"pandas", "parquet"}
    return {"html", "markdown", "json"} if step.makes == Files else {"python"}


def _column_schema(model: type[Table] | None) -> dict[str, Any]:
    if model is None:
        return {}
    columns = [
        dg.TableColumn(
            field.name,
            str(field.type),
            description=(field.metadata or {}).get(b"description", b"").decode(),
            constraints=dg.TableColumnConstraints(nullable=field.nullable),
        )
        for field in arrow_schema(model)
    ]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def _check_result(judged: RuleResult, frame: pd.DataFrame | None) -> dg.AssetCheckResult:
    metadata: dict[str, Any] = {"rule": judged.rule.meaning}
    if not judged.passed:
        metadata["found"] = judged.text
        if frame is not None and judged.rows:
            metadata["failing_rows"] = rows_metadata(frame.iloc[judged.rows])
            metadata["failing_row_count"] = len(judged.rows)
    key = dg.AssetExecutionContext.get().asset_key
    return dg.AssetCheckResult(passed=judged.passed, check_name=judged.rule.name, asset_key=key, metadata=metadata)


def unreadable_asset(folders: Settings, error: InputError) -> dg.AssetsDefinition:
    """Return the only asset of a dossier that cannot be read: it fails with the reason."""

    @dg.asset(key=key_of(MAIN, folders.prefix), group_name="raw", description=str(error), owners=OWNERS)
    def asset() -> None:
        raise bad_input(error)

    return asset


def build_assets(folders: Settings, graph: Graph, observer: RunObserver) -> list[dg.AssetsDefinition]:
    """Return all assets of a graph over these folders; the observer is notified of each step."""
    return [
        *(_raw_asset(step, folders, graph, observer) for step in graph.raw_files),
        _previous_asset(folders, graph, observer),
        *(_step_asset(step, folders, graph, observer) for step in graph.steps.values()),
        _release_asset(folders, graph, observer),
    ]
