"""The assets of a dossier: what the UI shows of each, and which of them one step of a run makes.

Belongs here: keys, groups, descriptions, columns, checks, and how assets are put together in steps. Does not: how a
result is made and recorded (`materialize`), or which rows and numbers the UI shows (`preview`).
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from types import FunctionType
from typing import Any

import dagster as dg

from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.defs.common import OWNERS, RESOURCE, bad_input, key_of, owners_of
from tidebook.pipelines.defs.editorial import editorial_specs
from tidebook.pipelines.defs.fetching import key_of as fetch_key
from tidebook.pipelines.defs.internals import GROUP_SEPARATOR, FreshnessPolicy, code_reference
from tidebook.pipelines.defs.materialize import SCHEMA, Materializer
from tidebook.pipelines.defs.observations import assets_of, code_of, parents_of
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.step import ROWS_READ, Step
from tidebook.pipelines.graph.structure import CHECKED, MAIN, RELEASE, Graph
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.registry import connectors, fetched
from tidebook.pipelines.read.sources.selection import PATH as SNAPSHOTS
from tidebook.pipelines.read.sources.selection import PUBLISHING
from tidebook.schemas.base import Table, arrow_schema

STAGES = ("inputs", "judgement", "outputs")
"""The steps of a run, each in a process of its own where an executor has several. A stage needs only earlier ones."""

POOL = "tidebook"
"""The pool of every asset of a dossier: with one run at a time in it, runs into one output folder take turns."""

OUTPUTS = ("report", RELEASE)
INPUTS = (*CHECKED, "raw", "sources")
"""Groups of steps in the last stage, and in the first."""


OLD, OLDEST = timedelta(hours=26), timedelta(days=3)
"""The age from which a release is shown as late, and as overdue: every day one is made or confirmed."""


def _stage_of_group(group: str) -> str:
    inputs, judgement, outputs = STAGES
    if group in OUTPUTS:
        return outputs
    return inputs if group in INPUTS else judgement


def _group(group: str, folders: Settings) -> str:
    """Return the group of assets in the UI, below that of its stage."""
    parts = [*filter(None, folders.group.split("/")), _stage_of_group(group), group]
    return GROUP_SEPARATOR.join(parts)


def stages_of(graph: Graph) -> dict[str, str]:
    """Return the stage of each step: that of its group, or a later one where it reads a result of that."""
    found: dict[str, str] = {}
    for name, step in graph.steps.items():
        read = [found[each] for each in step.inputs.values() if each in found]
        found[name] = max([_stage_of_group(step.group), *read], key=STAGES.index)
    return found


def _source_spec(step: str, folders: Settings, graph: Graph) -> dg.AssetSpec:
    """Return the external asset of a raw file or of the previous release, which no run makes."""
    text, kind, group = "The latest release before the raw files changed, for comparison.", "parquet", RELEASE
    metadata: dict[str, Any] = {}
    if step != PREVIOUS:
        path, group = graph.raw_files[step], "raw"
        is_section = path == graph.raw_files[MAIN] and step != MAIN
        what = f"The section {key_of(step).path[-1]} in" if is_section else "The file"
        text = f"{what} {path} of the dossier. Its data version is the SHA-256 of the file."
        kind = "json" if step == SNAPSHOTS else path.rpartition(".")[2]
    if step == SNAPSHOTS:
        text = "The snapshots of live sources that a build reads, and whether each source is current, stale or down."
    elif step == PUBLISHING:
        text = "The address at which the report will be published, and how it is printed."
    elif step != PREVIOUS:
        metadata["dagster/uri"] = (graph.raw / path).resolve().as_uri()
    return dg.AssetSpec(
        key_of(step, folders.prefix),
        deps=_fetches(graph) if step == SNAPSHOTS and not folders.prefix else [],
        description=text,
        metadata=metadata,
        group_name=_group(group, folders),
        owners=owners_of(graph.dossier.article),
        kinds={kind},
    )


def _fetches(graph: Graph) -> list[dg.AssetKey]:
    """Return the assets that fetch the sources of a dossier, which have snapshots."""
    return [fetch_key(connector) for connector in fetched(connectors(graph.dossier.switched_on)).values()]


def _asset_spec(asset: str, folders: Settings, graph: Graph) -> dg.AssetSpec:
    """Return the asset of a table, a report or the release."""
    step = graph.steps.get(asset)
    text = "The tables and the report of one build, in a folder named by content; `latest` points to it."
    return dg.AssetSpec(
        key_of(asset, folders.prefix),
        deps=[key_of(parent, folders.prefix) for parent in parents_of(graph, asset)],
        description=_description(step) if step else text,
        metadata={**_column_schema(step.model), **code_reference(_function(step))} if step else {},
        skippable=True,
        group_name=_group(step.group if step else RELEASE, folders),
        code_version=code_of(graph, asset),
        owners=owners_of(graph.dossier.article),
        freshness_policy=None if step else FreshnessPolicy.time_window(fail_window=OLDEST, warn_window=OLD),
        kinds=_kinds(step),
    )


def _kinds(step: Step | None) -> set[str]:
    """Return the kinds of files of a step: table, cells of evidence or report; of the release without a step."""
    if step is None:
        return {"parquet", "html"}
    if step.model:
        return {"pandas", "parquet"}
    return {"csv", "parquet"} if step.name == ROWS_READ else {"html", "markdown", "json"}


def _check_specs(asset: str, folders: Settings, graph: Graph) -> Iterator[dg.AssetCheckSpec]:
    """Yield the checks of an asset: those for an editor first, then the one that stops a run."""
    key, step = key_of(asset, folders.prefix), graph.steps.get(asset)
    yield from editorial_specs(asset, key)
    if step and step.model:
        rules = "\n".join(f"- `{rule.name}`: {rule.meaning}" for rule in Run.rules(step))
        text = f"The table passes every rule of its model; otherwise it is not written.\n\n{rules}"
        yield dg.AssetCheckSpec(SCHEMA, asset=key, description=text, blocking=True)


def _stage_assets(
    stage: str, assets: Sequence[str], values: Sequence[str], folders: Settings, graph: Graph, observer: RunObserver
) -> dg.AssetsDefinition:
    """Return the assets of one stage. A run may select any of them; one step makes them in order."""

    @dg.multi_asset(
        name=folders.prefixed(stage),
        specs=[_asset_spec(asset, folders, graph) for asset in assets],
        check_specs=[spec for asset in assets for spec in _check_specs(asset, folders, graph)],
        required_resource_keys={folders.prefixed(RESOURCE)},
        can_subset=True,
        pool=folders.prefixed(POOL),
    )
    def made() -> Iterator[Any]:
        yield from Materializer(dg.AssetExecutionContext.get(), folders, observer).execute(assets, values)

    return made


def _description(step: Step) -> str:
    """Return the description of a step in the UI: the docstring of its table, or else of its function."""
    return inspect.cleandoc((step.model if step.model else _function(step)).__doc__ or "")


def _function(step: Step) -> FunctionType:
    """Return the function that a step calls, as it is in the source."""
    function = step.function.func if isinstance(step.function, partial) else step.function
    function = inspect.unwrap(function)  # a wrapper collects bundles of parameters
    assert isinstance(function, FunctionType)
    return function


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


def unreadable_asset(folders: Settings, error: InputError) -> dg.AssetsDefinition:
    """Return the only asset of a dossier that cannot be read: it fails with the reason."""

    @dg.asset(
        key=key_of(MAIN, folders.prefix), group_name=_group("raw", folders), description=str(error), owners=OWNERS
    )
    def asset() -> None:
        raise bad_input(error)

    return asset


def source_specs(folders: Settings, graph: Graph) -> list[dg.AssetSpec]:
    """Return the external assets of a graph: its raw files and the previous release."""
    return [_source_spec(step, folders, graph) for step in graph.sources()]


def build_assets(folders: Settings, graph: Graph, observer: RunObserver) -> list[dg.AssetsDefinition]:
    """Return the assets that runs make, a definition for each stage; the observer is notified of each step."""
    stages = stages_of(graph) | {RELEASE: STAGES[2]}
    found = []
    for stage in STAGES:
        assets = [name for name in assets_of(graph) if stages[name] == stage]
        values = [name for name, step in graph.steps.items() if step.is_value and stages[name] == stage]
        if assets:
            found.append(_stage_assets(stage, assets, values, folders, graph, observer))
    return found
