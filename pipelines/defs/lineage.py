"""OpenLineage events of a finished run, from what Dagster recorded: what each asset was made from, and when.

A sensor emits them, so that neither a build nor a run waits for the receiver. Imported only if lineage is configured:
the client is an optional dependency.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit
from urllib.request import url2pathname

import dagster as dg

from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.defs.alerts import ADDRESS, checked_address, reason
from tidebook.pipelines.defs.common import key_of
from tidebook.pipelines.defs.internals import DATA_VERSION
from tidebook.pipelines.defs.observations import assets_of, parents_of
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.step import ROWS_READ
from tidebook.pipelines.graph.structure import RELEASE, Graph
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.settings import Settings
from tidebook.places import masked
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
}
PLANNED, FAILED = dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED, dg.DagsterEventType.STEP_FAILURE


def client(place: str) -> OpenLineageClient:
    """Return the client that sends events to an address, or appends them to a file, one a line.

    Raises InputError if the place is neither https, nor on this machine, nor a file.
    """
    if named := FILE.fullmatch(place):
        path = url2pathname(named[1])
        return OpenLineageClient(config={"transport": {"type": "file", "log_file_path": path, "append": True}})
    checked_address("TIDEBOOK_OPENLINEAGE", place, f"{ADDRESS}, or file:///path/events.jsonl")
    return OpenLineageClient(config={"transport": {"type": "http", "url": place}})


class _Events:
    """Makes the events of one run, and of the assets in it."""

    def __init__(
        self, run: dg.DagsterRun, entries: Sequence[dg.EventLogEntry], datasets: Datasets, prefix: str
    ) -> None:
        self.run = run
        self.datasets = datasets
        self.prefix = prefix
        self.began = dt.datetime.fromtimestamp(entries[0].timestamp, dt.UTC)
        # Static, so that a tick that is repeated emits the same ids and the receiver counts no run twice.
        self.run_id = str(generate_static_uuid(self.began, run.run_id.encode()))

    def of_run(self, state: str, time: float) -> RunEvent:
        """Return an event of the whole run."""
        return self._event(state, time, Run(self.run_id, {}), Job(NAMESPACE, self.run.job_name), [], [])

    def of_asset(self, state: str, time: float, asset: str, error: str = "") -> RunEvent:
        """Return an event of an asset, which is a part of the run."""
        parent = parent_run.ParentRunFacet(parent_run.Run(self.run_id), parent_run.Job(NAMESPACE, self.run.job_name))
        facets: dict[str, RunFacet] = {"parent": parent}
        if error:
            facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(error, "PYTHON")
        own_id = str(generate_static_uuid(self.began, f"{self.run.run_id} {asset}".encode()))
        name = key_of(asset, self.prefix).to_python_identifier()
        made = self.datasets.made(asset) if state == "COMPLETE" else []
        job = Job(NAMESPACE, f"{self.run.job_name}.{name}")
        return self._event(state, time, Run(own_id, facets), job, self.datasets.read(asset), made)

    def _event(
        self, state: str, time: float, run: Run, job: Job, read: list[InputDataset], made: list[OutputDataset]
    ) -> RunEvent:
        return RunEvent(
            eventTime=dt.datetime.fromtimestamp(time, dt.UTC).isoformat(),
            producer=PRODUCER,
            eventType=RunState(state),
            run=run,
            job=job,
            inputs=read,
            outputs=made,
        )


def _events_of(
    run: dg.DagsterRun, entries: Sequence[dg.EventLogEntry], graph: Graph, folders: Settings
) -> Iterator[RunEvent]:
    """Yield a start and an end for the run and each asset that it made or failed to make, as Dagster recorded them.

    One step of a run makes several assets, one after another: each starts where the one before has ended. Where a step
    fails, the assets that it was to make and did not have failed.
    """
    datasets = Datasets(graph, folders, entries)
    events = _Events(run, entries, datasets, folders.prefix)
    last: dict[str | None, float] = {}  # by step of the run, when it started or made its last asset
    planned: dict[str | None, dict[str, None]] = {}
    for entry in entries:
        event = entry.dagster_event
        if event is None:
            continue
        step, time = event.step_key, entry.timestamp
        asset = datasets.assets.get(event.asset_key) if event.asset_key else None
        if event.event_type in STATES:
            yield events.of_run(STATES[event.event_type], time)
        elif event.event_type == dg.DagsterEventType.STEP_START:
            last[step] = time
        elif event.event_type == PLANNED and asset:
            planned.setdefault(step, {})[asset] = None
        elif event.is_step_materialization and asset and step in last:
            yield events.of_asset("START", last[step], asset)
            yield events.of_asset("COMPLETE", time, asset)
            last[step] = time
            planned.get(step, {}).pop(asset, None)
        elif event.event_type == FAILED:
            for missing in planned.get(step, {}):
                yield events.of_asset("START", last.get(step, time), missing)
                yield events.of_asset("FAIL", time, missing, reason(event))


class Datasets:
    """The datasets that steps read and make, with what a run recorded about them."""

    def __init__(self, graph: Graph, folders: Settings, entries: Sequence[dg.EventLogEntry]) -> None:
        self.graph = graph
        self.folders = folders
        self.assets = {key_of(name, folders.prefix): name for name in (*graph.sources(), *assets_of(graph))}
        self.facts: dict[str, dg.AssetMaterialization] = {}
        self.checks: dict[str, list[dg.AssetCheckEvaluation]] = {}
        for event in (entry.dagster_event for entry in entries if entry.dagster_event):
            if event.is_step_materialization and event.asset_key in self.assets:
                self.facts[self.assets[event.asset_key]] = event.step_materialization_data.materialization
            elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
                found = event.asset_check_evaluation_data
                if found.asset_key in self.assets:
                    self.checks.setdefault(self.assets[found.asset_key], []).append(found)

    def read(self, asset: str) -> list[InputDataset]:
        """Return what an asset is made from: the versions that were read, and the checks that these passed in the run.

        A value in memory is not a dataset: the event names what it was made from. The release adds none to those in it.
        """
        if asset == RELEASE:
            return []
        read = dg.DataProvenance.from_tags(self._tags(asset))
        versions = {self.assets.get(key): at.value for key, at in read.input_data_versions.items()} if read else {}
        found = []
        for name in parents_of(self.graph, asset):
            # Like the release itself, the previous one is no dataset: it only holds some.
            if name == PREVIOUS:
                continue
            facets = self.described(name, versions.get(name) or self._tags(name).get(DATA_VERSION))
            found.append(InputDataset(*self.place(name), inputFacets=self._check_results(name), facets=facets))
        return found

    def _check_results(self, asset: str) -> dict[str, InputDatasetFacet]:
        """Return the results of the checks of an asset in the run, whether they passed or not."""
        results = [
            quality.Assertion(one.check_name, one.passed, severity=one.severity.value.lower())
            for one in self.checks.get(asset, [])
        ]
        return {"dataQualityAssertions": quality.DataQualityAssertionsDatasetFacet(results)} if results else {}

    def made(self, asset: str) -> list[OutputDataset]:
        """Return the dataset that an asset is: a table, or the report."""
        if asset == RELEASE:
            return []
        rows = self.facts[asset].metadata.get("dagster/row_count") if asset in self.facts else None
        facet: dict[str, OutputDatasetFacet] = {}
        if isinstance(rows, dg.IntMetadataValue):
            facet["outputStatistics"] = statistics.OutputStatisticsOutputDatasetFacet(rows.value)
        facets = self.described(asset, self._tags(asset).get(DATA_VERSION))
        return [OutputDataset(*self.place(asset), outputFacets=facet, facets=facets)]

    def _tags(self, asset: str) -> Mapping[str, str]:
        return (self.facts[asset].tags if asset in self.facts else None) or {}

    def described(self, asset: str, version: str | None) -> dict[str, DatasetFacet]:
        """Return a version of what a step makes, where it is known, and the columns of a table."""
        facets: dict[str, DatasetFacet] = {}
        if version:
            facets["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(version)
        step = self.graph.steps.get(asset)
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
        other = "rows" if name == ROWS_READ else "report/index.html"
        table = f"tables/{name}.parquet" if self.graph.steps[name].model else other
        if self.folders.remote:
            parts = urlsplit(masked(self.folders.remote))
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
            # The type alone: the message may hold the address, and with it a secret.
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
