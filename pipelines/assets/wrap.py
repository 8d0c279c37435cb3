"""Steps as Dagster assets: data versions by content, rules as asset checks, what the UI shows of each.

What a step computes and when it is skipped is decided in `pipelines.storage.steps`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd

from pipelines.assets.graph import (
    FILES,
    SNAPSHOTS,
    SOURCE_FILES,
    Graph,
    Node,
    current,
    load,
    raw_inputs,
    rule_problems,
    take_in,
)
from pipelines.assets.preview import preview, rows_metadata
from pipelines.assets.publish import REPORT, publish_current
from pipelines.assets.source_graph import graph_of, source_nodes
from pipelines.ingest.errors import InputError
from pipelines.ingest.lock import lock_state
from pipelines.settings import Settings
from pipelines.storage.former import FORMER, keep_former, read_former
from pipelines.storage.release import remember_code
from pipelines.storage.rules import Finding
from pipelines.storage.steps import run_step
from pipelines.storage.store import Store
from schemas.base import Table, arrow_schema

OWNERS = ["team:tidebook"]
STORE = "store"


class Watch:
    """What is told of a run while it goes on, and asked; this one takes no note."""

    def has_computed(self, step: str) -> bool:
        """Return whether a step that is about to run has been computed for this run already."""
        return False

    def finished(self, step: str, reused: bool) -> None:
        """Hear that a step's result is there, computed now or known before."""

    def failed(self, error: InputError) -> None:
        """Hear that a step found bad input."""


def store_at_hand() -> Store:
    """Return the store of the run that the asset is made in."""
    store: Store = dg.AssetExecutionContext.get().resources.store
    return store


def key_of(step: str) -> dg.AssetKey:
    """Return the asset key of a step."""
    return dg.AssetKey(step.split("/"))


def raw_asset(step: str, graph: Graph, watch: Watch) -> dg.AssetsDefinition:
    """Return the asset that reads a raw file once; its data version is the hash of the bytes."""
    path = graph.raw_files[step]
    text = f"The file {path} of the raw folder, as published. Its data version is its content."
    if step == SNAPSHOTS:
        text = "Which snapshots of live sources are read, and whether each source is current, stale or down."

    @dg.asset(
        key=key_of(step),
        group_name="raw",
        description=text,
        owners=OWNERS,
        kinds={"json" if step == SNAPSHOTS else path.rpartition(".")[2]},
        required_resource_keys={STORE},
    )
    def asset() -> dg.MaterializeResult[Any]:
        computed = watch.has_computed(step)
        try:
            raw, entry, known = take_in(store_at_hand(), graph, step)
        except InputError as error:
            raise bad_input(error, watch) from error
        reused = known and not computed
        watch.finished(step, reused)
        metadata: dict[str, Any] = {
            "path": dg.MetadataValue.path(str(graph.raw / path)),
            "bytes": len(raw.data),
            "lock": lock_state(graph.raw, raw),
            "unchanged": reused,
        }
        if step == SNAPSHOTS:
            metadata |= {f"status/{entry['source']}": entry["status"] for entry in json.loads(raw.data)}
        return dg.MaterializeResult(metadata=metadata, data_version=dg.DataVersion(entry.version))

    return asset


def former_asset(folders: Settings, graph: Graph, watch: Watch) -> dg.AssetsDefinition:
    """Return the asset that keeps the former release for comparison; its data version is that release's content."""

    @dg.asset(
        key=key_of(FORMER),
        deps=[key_of(name) for name in graph.raw_files],
        group_name="release",
        description="The release that was the latest before the raw files became what they are; none at first.",
        owners=OWNERS,
        kinds={"parquet"},
        required_resource_keys={STORE},
    )
    def asset() -> dg.MaterializeResult[Any]:
        computed = watch.has_computed(FORMER)
        store = store_at_hand()
        if folders.remote:
            from pipelines.storage.objects import Objects, follow

            follow(Objects(folders.remote), folders.out)
        entry, known = keep_former(folders.out, store, raw_inputs(store, graph))
        reused = known and not computed
        watch.finished(FORMER, reused)
        metadata: dict[str, Any] = {"release": read_former(entry).release_id or "none", "unchanged": reused}
        return dg.MaterializeResult(metadata=metadata, data_version=dg.DataVersion(entry.version))

    return asset


def step_asset(node: Node, watch: Watch) -> dg.AssetsDefinition:
    """Return the asset of a step: it is skipped when its key is known, and gated by the model's rules."""
    step = node.step
    checks = [dg.AssetCheckSpec(rule.name, asset=key_of(step.name), description=rule.meaning) for rule in step.rules()]

    @dg.asset(
        key=key_of(step.name),
        deps=[key_of(name) for name in dict.fromkeys((*step.inputs.values(), *node.gates))],
        group_name=node.group,
        description=description(node),
        owners=OWNERS,
        kinds={"pandas", "parquet"} if step.model else {"json"} if step.name in FILES else {"html", "markdown", "json"},
        metadata=column_schema(step.model),
        check_specs=checks,
        output_required=False,
        required_resource_keys={STORE},
    )
    def asset() -> Iterator[Any]:
        computed = watch.has_computed(step.name)
        store = store_at_hand()
        for gate in node.gates:
            current(store, gate)  # an executor may start a step after one that failed
        try:
            outcome = run_step(store, step, load)
        except InputError as error:
            raise bad_input(error, watch) from error
        for finding in outcome.findings:
            yield check_result(step.name, finding, outcome.frame)
        if outcome.entry is None:
            problems = rule_problems(step.name, outcome)
            raise bad_input(InputError(problems), watch)
        reused = outcome.reused and not computed
        watch.finished(step.name, reused)
        yield dg.MaterializeResult(
            metadata={
                "unchanged": reused,
                "key": outcome.entry.folder.name,
                **preview(step.name, outcome.entry, reused),
            },
            data_version=dg.DataVersion(outcome.entry.version),
        )

    return asset


def release_asset(folders: Settings, graph: Graph, watch: Watch) -> dg.AssetsDefinition:
    """Return the asset that publishes all tables and the report together, and moves `latest` there."""

    @dg.asset(
        key=key_of("release"),
        deps=[key_of(name) for name in (*graph.raw_files, FORMER, *graph.published, REPORT)],
        group_name="release",
        description="All tables and the report of one build, in a folder named by content; `latest` points to it.",
        owners=OWNERS,
        kinds={"parquet", "html"},
        required_resource_keys={STORE},
    )
    def asset() -> dg.MaterializeResult[Any]:
        store = store_at_hand()
        with store.exclusive():
            release, new = publish_current(store, folders.out, graph)
            if folders.remote:
                from pipelines.storage.objects import Objects, send

                send(release, Objects(folders.remote))
            remember_code(folders.out)
        watch.finished("release", not new)
        metadata: dict[str, Any] = {
            "release": release.release_id,
            "report": dg.MetadataValue.path(str(release.folder / "report" / "index.html")),
            "unchanged": not new,
        }
        return dg.MaterializeResult(metadata=metadata, data_version=dg.DataVersion(release.release_id))

    return asset


def description(node: Node) -> str:
    """Return what the UI says of a step."""
    model = node.step.model
    report = "The verdict report as HTML, Markdown and JSON."
    own = model or (node.step.compute if node.step.name in FILES else None)
    text = (own.__doc__ or "").strip() if own else report
    return text.replace("\n    ", "\n")


def column_schema(model: type[Table] | None) -> dict[str, Any]:
    """Return the model's columns as the metadata that the UI shows as a schema."""
    if model is None:
        return {}
    columns = [
        dg.TableColumn(
            field.name,
            str(field.type),
            description=" ".join(part.decode() for part in ((field.metadata or {}).get(b"description"),) if part),
            constraints=dg.TableColumnConstraints(nullable=field.nullable),
        )
        for field in arrow_schema(model)
    ]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def check_result(step: str, finding: Finding, frame: pd.DataFrame | None) -> dg.AssetCheckResult:
    """Return what a rule found as the result of its asset check, with the failing rows."""
    metadata: dict[str, Any] = {"rule": finding.rule.meaning}
    if not finding.passed:
        metadata["found"] = finding.text
        if frame is not None and finding.rows:
            metadata["failing_rows"] = rows_metadata(frame.iloc[finding.rows])
            metadata["failing_row_count"] = len(finding.rows)
    return dg.AssetCheckResult(
        passed=finding.passed, check_name=finding.rule.name, asset_key=key_of(step), metadata=metadata
    )


def bad_input(error: InputError, watch: Watch) -> dg.Failure:
    """Return the failure that stands for bad input: not retried, its problems one a line."""
    watch.failed(error)
    return dg.Failure(description=str(error), metadata={"bad_input": True}, allow_retries=False)


def store_of(folders: Settings, apart: bool) -> dg.ResourceDefinition:
    """Return the resource that is the store of a run.

    A run in one process holds the store while it lasts: runs take turns. Where steps work `apart`, in processes of
    their own, each run sees its own results instead, and those of others only for assets that it does not make.
    """

    @dg.resource(description="Where the results of steps are kept; one run in one process holds it at a time.")
    def held(context: dg.InitResourceContext) -> Iterator[Store]:
        if apart:
            yield run_store(folders, context)
            return
        store = Store(folders.out)
        with store.exclusive():
            yield store

    return held


def run_store(folders: Settings, context: dg.InitResourceContext) -> Store:
    """Return the store as a run sees it whose steps work apart; a run tried again goes on with what the first made."""
    from pipelines.storage.objects import Objects
    from pipelines.storage.shared import RunStore

    run = context.run
    if run is None:
        raise RuntimeError("the store of a run is asked for outside of one")
    made = run.asset_selection
    return RunStore(
        folders.out,
        run.root_run_id or run.run_id,
        lambda step: made is None or key_of(step) in made,
        Objects(folders.remote) if folders.remote else None,
    )


def build_assets(settings: Settings, watch: Watch | None = None) -> list[dg.AssetsDefinition]:
    """Return all assets, reading and writing the folders of `settings`; `watch` hears of each step."""
    watch, graph = watch or Watch(), graph_of(settings)
    return [
        *(raw_asset(step, graph, watch) for step in graph.raw_files),
        former_asset(settings, graph, watch),
        *(step_asset(entry, watch) for entry in graph.nodes.values()),
        release_asset(settings, graph, watch),
    ]


def awaited_assets(settings: Settings) -> list[dg.AssetSpec]:
    """Return the assets that the first snapshot of a source adds: without a reload the UI has a place for their runs.

    There are none when there is a snapshot.
    """
    graph = graph_of(settings)
    if graph.snapshots or settings.snapshots is None:
        return []
    raw = [dg.AssetSpec(key_of(step), group_name="raw") for step in SOURCE_FILES]
    return raw + [
        dg.AssetSpec(
            key_of(name),
            deps=[key_of(step) for step in dict.fromkeys((*node.step.inputs.values(), *node.gates))],
            group_name=node.group,
            description=f"{description(node)} It is made once a source has a snapshot.",
            owners=OWNERS,
            metadata=column_schema(node.step.model),
        )
        for name, node in source_nodes(settings.snapshots).items()
        if name not in graph.nodes
    ]
