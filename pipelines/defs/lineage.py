"""OpenLineage events of a finished run, from what Dagster recorded: what each step read and made.

A sensor emits them, so that neither a build nor a run waits for the receiver. Imported only if lineage is configured:
the client is an optional dependency.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit
from urllib.request import url2pathname

import dagster as dg

from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.defs.alerts import ADDRESS, checked_address, reason
from tidebook.pipelines.defs.common import key_of
from tidebook.pipelines.defs.internals import DATA_VERSION
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.structure import Graph
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.settings import Settings
from tidebook.schemas.base import arrow_schema

try:
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
    from openlineage.client.facet_v2 import (
        DatasetFacet,
        InputDatasetFacet,
        OutputDatasetFacet,
        RunFacet,
        dataset_version_dataset,
        error_message_run,
        parent_run,
        schema_dataset,
    )
    from openlineage.client.facet_v2 import data_quality_assertions_dataset as quality
    from openlineage.client.facet_v2 import output_statistics_output_dataset as statistics
    from openlineage.client.uuid import generate_static_uuid
except ModuleNotFoundError as error:
    lacking = f'that {error.name} is installed: pip install "tidebook[lineage]"'
    raise InputError(Problem("TIDEBOOK_OPENLINEAGE", lacking)) from error

NAMESPACE = "tidebook"
FILE = re.compile(r"file://(/.*[^/])")
PRODUCER = "https://github.com/OpenLineage/OpenLineage/tree/main/client/python"
STATES = {
    dg.DagsterEventType.RUN_START: "START",
    dg.DagsterEventType.RUN_SUCCESS: "COMPLETE",
    dg.DagsterEventType.RUN_FAILURE: "FAIL",
    dg.DagsterEventType.STEP_START: "START",
    dg.DagsterEventType.STEP_SUCCESS: "COMPLETE",
    dg.DagsterEventType.STEP_FAILURE: "FAIL",
}


def client(place: str) -> OpenLineageClient:
    """Return the client that sends events to an address, or appends them to a file, one a line.

    Raises InputError if the place is neither https, nor on this machine, nor a file.
    """
    if named := FILE.fullmatch(place):
        path = url2pathname(named[1])
        return OpenLineageClient(config={"transport": {"type": "file", "log_file_path": path, "append": True}})
    checked_address("TIDEBOOK_OPENLINEAGE", place, f"{ADDRESS}, or file:///path/events.jsonl")
    return OpenLineageClient(config={"transport": {"type": "http", "url": place}})


def _events_of(
    run: dg.DagsterRun, entries: Sequence[dg.EventLogEntry], graph: Graph, folders: Settings
) -> Iterator[RunEvent]:
    """Yield a start and an end for the run and each of its steps, in the order in which they happened."""
    began = dt.datetime.fromtimestamp(entries[0].timestamp, dt.UTC)
    whole = str(generate_static_uuid(began, run.run_id.encode()))
    of_run = parent_run.ParentRunFacet(parent_run.Run(whole), parent_run.Job(NAMESPACE, run.job_name))
    datasets = Datasets(graph, folders, entries)
    for entry in entries:
        event = entry.dagster_event
        if event is None or event.event_type not in STATES:
            continue
        state, key = RunState(STATES[event.event_type]), event.step_key
        own = str(generate_static_uuid(began, f"{run.run_id} {key}".encode())) if key else whole
        facets: dict[str, RunFacet] = {"parent": of_run} if key else {}
        if event.event_type == dg.DagsterEventType.STEP_FAILURE:
            facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(reason(event), "PYTHON")
        yield RunEvent(
            eventTime=dt.datetime.fromtimestamp(entry.timestamp, dt.UTC).isoformat(),
            producer=PRODUCER,
            eventType=state,
            run=Run(own, facets),
            job=Job(NAMESPACE, f"{run.job_name}.{key}" if key else run.job_name),
            inputs=datasets.read(key) if key else [],
            outputs=datasets.made(key) if key and state == RunState.COMPLETE else [],
        )


class Datasets:
    """The datasets that steps read and make, with what a run recorded about them."""

    def __init__(self, graph: Graph, folders: Settings, entries: Sequence[dg.EventLogEntry]) -> None:
        self.graph = graph
        self.folders = folders
        self.steps = {
            key_of(name, folders.prefix).to_python_identifier(): name for name in (*graph.raw_files, *graph.steps)
        }
        events = [entry.dagster_event for entry in entries if entry.dagster_event]
        self.facts = {
            str(event.step_key): event.step_materialization_data.materialization
            for event in events
            if event.is_step_materialization
        }
        self.checks: dict[str, list[dg.AssetCheckEvaluation]] = {}
        for event in events:
            if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
                self.checks.setdefault(str(event.step_key), []).append(event.asset_check_evaluation_data)

    def read(self, key: str) -> list[InputDataset]:
        """Return what a step reads: the versions that it read, and the checks that these passed in this run."""
        step = self.graph.steps.get(self.steps.get(key, ""))
        read = dg.DataProvenance.from_tags(self._tags(key))
        versions = {of.to_python_identifier(): at.value for of, at in read.input_data_versions.items()} if read else {}
        found = []
        for name in self._behind(step.inputs.values()) if step else ():
            of = key_of(name, self.folders.prefix).to_python_identifier()
            checks = [
                quality.Assertion(one.check_name, one.passed, severity=one.severity.value.lower())
                for one in self.checks.get(of, [])
            ]
            facet: dict[str, InputDatasetFacet] = {}
            if checks:
                facet["dataQualityAssertions"] = quality.DataQualityAssertionsDatasetFacet(checks)
            facets = self.described(of, versions.get(of) or self._tags(of).get(DATA_VERSION))
            found.append(InputDataset(*self.place(name), inputFacets=facet, facets=facets))
        return found

    def _behind(self, names: Iterable[str]) -> list[str]:
        """Return the raw files, tables and reports behind some results.

        A value in memory is no dataset: what it was made from stands for it.
        """
        behind: dict[str, None] = {}
        for name in names:
            step = self.graph.steps.get(name)
            if step and step.is_value:
                behind |= dict.fromkeys(self._behind(step.inputs.values()))
            elif name != PREVIOUS:
                behind[name] = None
        return list(behind)

    def made(self, key: str) -> list[OutputDataset]:
        """Return what a step has made: a table, or the report."""
        name = self.steps.get(key, "")
        if name not in self.graph.steps or self.graph.steps[name].is_value:
            return []
        rows = self.facts[key].metadata.get("dagster/row_count") if key in self.facts else None
        facet: dict[str, OutputDatasetFacet] = {}
        if isinstance(rows, dg.IntMetadataValue):
            facet["outputStatistics"] = statistics.OutputStatisticsOutputDatasetFacet(rows.value)
        facets = self.described(key, self._tags(key).get(DATA_VERSION))
        return [OutputDataset(*self.place(name), outputFacets=facet, facets=facets)]

    def _tags(self, key: str) -> Mapping[str, str]:
        return (self.facts[key].tags if key in self.facts else None) or {}

    def described(self, key: str, version: str | None) -> dict[str, DatasetFacet]:
        """Return a version of what a step makes, where it is known, and the columns of a table."""
        facets: dict[str, DatasetFacet] = {}
        if version:
            facets["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(version)
        step = self.graph.steps.get(self.steps[key])
        if step and step.model:
            fields = [
                schema_dataset.SchemaDatasetFacetFields(field.name, str(field.type))
                for field in arrow_schema(step.model)
            ]
            facets["schema"] = schema_dataset.SchemaDatasetFacet(fields)
        return facets

    def place(self, name: str) -> tuple[str, str]:
        """Return namespace and name of what a step makes, as OpenLineage names files and objects."""
        if name in self.graph.raw_files:
            return "file", str(self.graph.raw / self.graph.raw_files[name])
        table = f"tables/{name}.parquet" if self.graph.steps[name].model else "report/index.html"
        if self.folders.remote:
            parts = urlsplit(self.folders.remote)
            return f"{parts.scheme}://{parts.netloc}", f"{parts.path.strip('/')}/{table}".lstrip("/")
        return "file", str(self.folders.out.resolve() / "latest" / table)


def lineage_defs(place: str, folders: Settings) -> dg.Definitions:
    """Return the sensors that emit the events of each run that has ended. Raises InputError as `client` does."""
    emit = client(place).emit

    def emit_events(context: dg.RunStatusSensorContext) -> None:
        run = context.dagster_run
        entries = context.instance.all_logs(run.run_id)
        try:
            for event in _events_of(run, entries, graph_of(folders), folders):
                emit(event)
        except Exception as error:
            context.log.warning(f"OpenLineage events of run {run.run_id} were not taken: {type(error).__name__}")

    sensors = [
        dg.run_status_sensor(
            run_status=status,
            name=f"lineage_{status.value.lower()}",
            default_status=dg.DefaultSensorStatus.RUNNING,
            description="Emits OpenLineage events of each run that ends in this state.",
        )(emit_events)
        for status in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE)
    ]
    return dg.Definitions(sensors=sensors)
