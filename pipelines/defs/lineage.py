"""OpenLineage events of a finished run, from what Dagster recorded: what was read, what was announced, and when.

The integration of OpenLineage itself stops at Dagster 1.6.

A sensor emits them, so that neither a build nor a run waits for the receiver. Imported only if lineage is configured:
the client is an optional dependency.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit
from urllib.request import url2pathname

import dagster as dg

from tidebook.pipelines.defs.alerts import ADDRESS, checked_address, reason
from tidebook.pipelines.defs.common import key_of
from tidebook.pipelines.defs.internals import DATA_VERSION
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.structure import RELEASE
from tidebook.pipelines.read.settings import Settings
from tidebook.places import masked, table_path
from tidebook.releases import RELEASES, release_at
from tidebook.schemas.base import arrow_schema

try:
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
    from openlineage.client.facet_v2 import (
        DatasetFacet,
        OutputDatasetFacet,
        RunFacet,
        dataset_version_dataset,
        error_message_run,
        schema_dataset,
    )
    from openlineage.client.facet_v2 import output_statistics_output_dataset as statistics
    from openlineage.client.uuid import generate_static_uuid
except ModuleNotFoundError as error:
    lacking = f'TIDEBOOK_OPENLINEAGE needs {error.name}: pip install "tidebook[lineage]"'
    raise ImportError(lacking) from error

NAMESPACE = "tidebook"
FILE = re.compile(r"file://(/.*[^/])")
PRODUCER = "https://github.com/OpenLineage/OpenLineage/tree/main/client/python"
STATES = {
    dg.DagsterEventType.RUN_START: "START",
    dg.DagsterEventType.RUN_SUCCESS: "COMPLETE",
    dg.DagsterEventType.RUN_FAILURE: "FAIL",
}
FAILED = dg.DagsterEventType.STEP_FAILURE


def client(place: str) -> OpenLineageClient:
    """Return the client that sends events to an address, or appends them to a file, one a line.

    Raises InputError if the place is neither https, nor on this machine, nor a file.
    """
    if named := FILE.fullmatch(place):
        path = url2pathname(named[1])
        return OpenLineageClient(config={"transport": {"type": "file", "log_file_path": path, "append": True}})
    checked_address("TIDEBOOK_OPENLINEAGE", place, f"{ADDRESS}, or file:///path/events.jsonl")
    return OpenLineageClient(config={"transport": {"type": "http", "url": place}})


def _events_of(run: dg.DagsterRun, entries: Sequence[dg.EventLogEntry], folders: Settings) -> Iterator[RunEvent]:
    """Yield the start and the end of a run, as Dagster recorded them; the end has what was read and announced."""
    began = dt.datetime.fromtimestamp(entries[0].timestamp, dt.UTC)
    # Static, so that a tick that is repeated emits the same id and the receiver counts no run twice.
    run_id = str(generate_static_uuid(began, run.run_id.encode()))
    datasets = Datasets(folders)
    read: list[InputDataset] = []
    made: list[OutputDataset] = []
    reasons: list[str] = []
    for entry in entries:
        event = entry.dagster_event
        if event is None:
            continue
        if event.is_step_materialization:
            announced = event.step_materialization_data.materialization
            made += datasets.made(announced)
            read = datasets.read(announced) or read
        elif event.event_type == FAILED:
            reasons.append(reason(event))
        elif event.event_type in STATES:
            facets: dict[str, RunFacet] = {}
            if reasons:
                facets["errorMessage"] = error_message_run.ErrorMessageRunFacet("\n".join(reasons), "PYTHON")
            has_ended = event.event_type != dg.DagsterEventType.RUN_START
            yield RunEvent(
                eventTime=dt.datetime.fromtimestamp(entry.timestamp, dt.UTC).isoformat(),
                producer=PRODUCER,
                eventType=RunState(STATES[event.event_type]),
                run=Run(run_id, facets),
                job=Job(NAMESPACE, run.job_name),
                inputs=read if has_ended else [],
                outputs=made if has_ended else [],
            )


class Datasets:
    """The datasets that a run reads and makes: the files of the dossier, and the published tables."""

    def __init__(self, folders: Settings) -> None:
        self.folders = folders
        self.graph = graph_of(folders)
        self.assets = {key_of(name, folders.prefix): name for name in self.graph.publications if name != RELEASE}

    def read(self, event: dg.AssetMaterialization) -> list[InputDataset]:
        """Return the files that a release was made from, in the version that it read; none for another asset."""
        if event.asset_key != key_of(RELEASE, self.folders.prefix):
            return []
        release = release_at(self.folders.out / RELEASES / str(event.metadata["release"].value))
        inputs = release.inputs() if release else {}
        return [
            InputDataset("file", str(self.folders.raw / path), facets=_version(version))
            for path, version in inputs.items()
        ]

    def made(self, event: dg.AssetMaterialization) -> list[OutputDataset]:
        """Return the dataset of an asset that was announced: a table, or the report; none for the release."""
        name = self.assets.get(event.asset_key)
        if name is None:
            return []
        facets = _version((event.tags or {}).get(DATA_VERSION))
        step = self.graph.steps[name]
        if step.model:
            fields = [
                schema_dataset.SchemaDatasetFacetFields(field.name, str(field.type))
                for field in arrow_schema(step.model)
            ]
            facets["schema"] = schema_dataset.SchemaDatasetFacet(fields)
        rows = event.metadata.get("dagster/row_count")
        counted: dict[str, OutputDatasetFacet] = {}
        if isinstance(rows, dg.IntMetadataValue):
            counted["outputStatistics"] = statistics.OutputStatisticsOutputDatasetFacet(rows.value)
        return [OutputDataset(*self._place(name), outputFacets=counted, facets=facets)]

    def _place(self, name: str) -> tuple[str, str]:
        """Return namespace and name of what a run publishes, as OpenLineage names files and objects: as `latest`."""
        file = table_path(name) if self.graph.steps[name].model else "report/index.html"
        if self.folders.remote:
            parts = urlsplit(masked(self.folders.remote))
            return f"{parts.scheme}://{parts.netloc}", f"{parts.path.strip('/')}/{file}".lstrip("/")
        return "file", str(self.folders.out.resolve() / "latest" / file)


def _version(version: str | None) -> dict[str, DatasetFacet]:
    return {"version": dataset_version_dataset.DatasetVersionDatasetFacet(version)} if version else {}


def lineage_defs(place: str, folders: Settings) -> dg.Definitions:
    """Return the sensors that emit the events of each run that has ended. Raises InputError as `client` does."""
    emit = client(place).emit

    def emit_events(context: dg.RunStatusSensorContext) -> None:
        run = context.dagster_run
        entries = context.instance.all_logs(run.run_id)
        try:
            for event in _events_of(run, entries, folders):
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
