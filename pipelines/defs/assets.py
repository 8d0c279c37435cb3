"""The assets of a dossier: what a release publishes, made from the dossier's files by four steps of a run.

Each published table, the report and the release itself is an asset. The last step publishes them together, whichever of
them were selected, and announces those whose content has changed. docs/internals/decisions.md has the reasons.

Belongs here: keys, groups, descriptions, columns, checks, and the chain of steps. Does not: what a step does
(`materialize`), or which rows and numbers the UI shows (`preview`).
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from types import FunctionType
from typing import Any

import dagster as dg

from tidebook.pipelines.defs.common import (
    OWNERS,
    RESOURCE,
    SCHEMA,
    check_output,
    key_of,
    output_of,
    owners_of,
)
from tidebook.pipelines.defs.editorial import editorial_specs
from tidebook.pipelines.defs.fetching import key_of as fetch_key
from tidebook.pipelines.defs.internals import GROUP_SEPARATOR, FreshnessPolicy, code_reference
from tidebook.pipelines.defs.materialize import publish, walk
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.step import Step
from tidebook.pipelines.graph.structure import CHECKED, MAIN, RELEASE, REPORT, Graph
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.registry import connectors, fetched
from tidebook.pipelines.read.sources.selection import PATH as SNAPSHOTS
from tidebook.pipelines.read.sources.selection import PUBLISHING
from tidebook.schemas.base import Table, arrow_schema

BUILD = "build"
"""The name of the chain of steps, which the UI shows before the name of each."""

STEPS = {
    "read_article": "Reads the files of the dossier and checks them: tables, figures, claims.",
    "judge_claims": "Compares the figures, computes the metrics, and judges figures, claims and predictions.",
    "write_report": "Writes the report, and what changed since the previous release.",
    "publish_release": "Publishes tables and report as a release, and announces the tables that have changed.",
}
"""The steps of a run, each after the one before it, with what it does. Where an executor has several processes, each
step has one."""
READ, JUDGE, WRITE, PUBLISH = STEPS

POOL = "tidebook"
"""The pool of every step of a dossier: with one run at a time in it, runs into one output folder take turns."""

OLD, OLDEST = timedelta(hours=26), timedelta(days=3)
"""The age from which a release is shown as late, and as overdue: every day one is made or confirmed."""


def steps_of(graph: Graph) -> dict[str, list[str]]:
    """Return the nodes of the graph that each step of a run but the last brings up to date, in order.

    All in which bad input may be found are in the first, so that a run reports all of it.
    """
    checking = {*graph.raw_files, *graph.checking}
    step_of: dict[str, str] = {}
    found: dict[str, list[str]] = {READ: [], JUDGE: [], WRITE: []}
    for name in Run.order(graph):
        if name in checking:
            step_of[name] = READ
        else:
            node = graph.steps.get(name)
            reads = [step_of[each] for each in node.inputs.values()] if node else []
            is_late = WRITE in reads or (node is not None and node.group == "report")
            step_of[name] = WRITE if is_late else JUDGE
        found[step_of[name]].append(name)
    return found


def _group(group: str, folders: Settings) -> str:
    """Return the group of assets in the UI, below `inputs`, `judgement` or `outputs`."""
    above = "outputs" if group in ("report", RELEASE) else "judgement"
    if group in (*CHECKED, "raw", "sources"):
        above = "inputs"
    return GROUP_SEPARATOR.join([*filter(None, folders.group.split("/")), above, group])


def _file_assets(graph: Graph) -> dict[str, str]:
    """Return by source of the graph the one that stands for its file: several may be sections of `dossier.toml`."""
    main = graph.raw_files[MAIN]
    found = {}
    for step, path in graph.raw_files.items():
        if path != PUBLISHING:
            found[step] = MAIN if path == main else step
    return found


def source_specs(folders: Settings, graph: Graph) -> list[dg.AssetSpec]:
    """Return the external assets of a dossier: its files, and the snapshots of its live sources."""
    return [_source_spec(step, folders, graph) for step in dict.fromkeys(_file_assets(graph).values())]


def _source_spec(step: str, folders: Settings, graph: Graph) -> dg.AssetSpec:
    path = graph.raw_files[step]
    if step == SNAPSHOTS:
        text = "The snapshots of live sources that a build reads, and whether each source is current, stale or down."
        known = fetched(connectors(graph.dossier.switched_on))
        more: dict[str, Any] = {"deps": [fetch_key(one, folders.prefix) for one in known.values()], "kinds": {"json"}}
    else:
        text = f"The file {path} of the dossier."
        address = (graph.raw / path).resolve().as_uri()
        more = {"metadata": {"dagster/uri": address}, "kinds": {path.rpartition(".")[2]}}
    return dg.AssetSpec(
        key_of(step, folders.prefix),
        description=text,
        group_name=_group("raw", folders),
        owners=owners_of(graph.dossier.article),
        **more,
    )


def _release_spec(folders: Settings, more: Mapping[str, Any]) -> dg.AssetSpec:
    return dg.AssetSpec(
        key_of(RELEASE, folders.prefix),
        description="The tables and the report of one build, in a folder named by content. Each run confirms it, even "
        "where no table has changed: what rests on a table should depend on that table.",
        skippable=True,
        group_name=_group(RELEASE, folders),
        freshness_policy=FreshnessPolicy.time_window(fail_window=OLDEST, warn_window=OLD),
        kinds={"parquet", "html"},
        **more,
    )


def _specs(folders: Settings, graph: Graph) -> list[dg.AssetSpec]:
    """Return the assets that a run makes: published tables, report and release, each with the files it is made from."""
    files, read = _file_assets(graph), graph.files_read()
    owners = owners_of(graph.dossier.article)

    def keys(sources: set[str]) -> list[dg.AssetKey]:
        named = dict.fromkeys(files[step] for step in (MAIN, *graph.raw_files) if step in sources and step in files)
        return [key_of(step, folders.prefix) for step in named]

    specs = []
    for name in (*graph.published, REPORT):
        step = graph.steps[name]
        specs.append(
            dg.AssetSpec(
                key_of(name, folders.prefix),
                deps=keys({MAIN, *read[name]}),  # all read the units that the dossier declares
                description=_description(step, graph),
                metadata={**_column_schema(step.model), **code_reference(_function(step))},
                skippable=True,
                group_name=_group(step.group, folders),
                owners=owners,
                kinds={"parquet"} if step.model else {"html", "markdown", "json"},
            )
        )
    return [*specs, _release_spec(folders, {"deps": keys({*graph.raw_files}), "owners": owners})]


def _check_specs(asset: str, folders: Settings, graph: Graph) -> Iterator[dg.AssetCheckSpec]:
    """Yield the checks of an asset: those for an editor first, then the one that stops a run."""
    key, step = key_of(asset, folders.prefix), graph.steps.get(asset)
    yield from editorial_specs(asset, key)
    if step and step.model:
        rules = "\n".join(f"- `{rule.name}`: {rule.meaning}" for rule in Run.rules(step))
        text = f"The table passes every rule of its model; otherwise nothing is published.\n\n{rules}"
        yield dg.AssetCheckSpec(SCHEMA, asset=key, description=text)


def _description(step: Step, graph: Graph) -> str:
    """Return the description of a step in the UI: the docstring of its table, or else of its function, and its inputs.

    The description names the inputs: edges to them would make each unchanged table look stale.
    """
    text = inspect.cleandoc((step.model if step.model else _function(step)).__doc__ or "")
    tables = [f"`{name}`" for name in graph.stored_inputs(step.name) if name in graph.steps]
    return f"{text}\n\nMade from {', '.join(tables)}." if tables else text


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


def build_assets(folders: Settings, graph: Graph | None, observer: RunObserver | None) -> dg.AssetsDefinition:
    """Return the assets that a run makes; the observer, if any, is notified of each node of the graph.

    Of a dossier that cannot be read, which has no graph, only the release is known: its run fails with the reason.
    """
    if graph is None:
        specs = [_release_spec(folders, {"owners": OWNERS})]
        checks: dict[str, dg.AssetCheckSpec] = {}
    else:
        specs = _specs(folders, graph)
        checks = {
            check_output(asset, spec.name): spec
            for asset in graph.publications
            for spec in _check_specs(asset, folders, graph)
        }
    outputs = {output_of(spec.key.path[-1]): spec.key for spec in specs}
    return dg.AssetsDefinition(
        specs=specs,
        node_def=_chain(folders, [*outputs, *checks], observer),
        keys_by_output_name=outputs,
        check_specs_by_output_name=checks,
        can_subset=True,
    )


def _chain(folders: Settings, outputs: list[str], observer: RunObserver | None) -> dg.GraphDefinition:
    """Return the steps of a run, each after the one before it; the last has all outputs."""

    def op_of(step: str) -> dg.OpDefinition:
        is_last = step == PUBLISH
        made = {name: dg.Out(dg.Nothing, is_required=False) for name in outputs} if is_last else dg.Out(dg.Nothing)

        # Dagster's names of ops are those of a whole project.
        @dg.op(
            name=folders.prefixed(step),
            description=STEPS[step],
            ins={} if step == READ else {"after": dg.In(dg.Nothing)},
            out=made,
            required_resource_keys={folders.prefixed(RESOURCE)},
            pool=folders.prefixed(POOL),
        )
        def op() -> Iterator[Any]:
            context = dg.OpExecutionContext.get()
            if is_last:
                yield from publish(context, folders, observer)
            else:
                yield from walk(context, folders, observer, lambda graph: steps_of(graph)[step])
                yield dg.Output(None)

        return op

    read, judge, write, last = (op_of(step).alias(step) for step in STEPS)

    @dg.graph(name=folders.prefixed(BUILD), out={name: dg.GraphOut() for name in outputs})
    def build() -> Any:
        published = last(write(judge(read())))
        return {name: getattr(published, name) for name in outputs} if len(outputs) > 1 else published

    return build
