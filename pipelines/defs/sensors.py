"""The sensor on raw content: it requests a run of the assets that a changed raw file or a new snapshot reaches.

The command line selects the assets of a run by the same rule, `observations.needed`.
"""

import json
import os
import threading
from collections.abc import Mapping
from textwrap import shorten

import dagster as dg

from tidebook.pipelines.defs.common import key_of
from tidebook.pipelines.defs.internals import AssetJob, reload_location
from tidebook.pipelines.defs.observations import needed, observe_now
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.places import Folder
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.selection import changed_inputs, input_hashes
from tidebook.pipelines.release.build import RELEASE
from tidebook.pipelines.release.release import up_to_date
from tidebook.releases import LocalRelease, latest_id

PAUSE = threading.Event()
LOOKS, BETWEEN = 20, 0.2
"""How often the sensor hashes the inputs in one tick, and the seconds between."""
UNFINISHED = [dg.DagsterRunStatus[each] for each in ("QUEUED", "NOT_STARTED", "STARTING", "STARTED")]
OTHER_RELEASE = "the latest release is another, or gone"
RELOAD = "reload the code location: the dossier now declares another graph"


def raw_content_sensor(folders: Settings, job: AssetJob, outline: str) -> dg.SensorDefinition:
    """Return the sensor that requests runs of a job; `outline` is that of the graph from which the job was made."""

    @dg.sensor(
        name=folders.prefixed("raw_content"),
        job=job,
        minimum_interval_seconds=4,  # Dagster ticks every five seconds or a little sooner
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Requests a run of the assets that a changed raw file or a new snapshot of a source reaches.",
    )
    def raw_content(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        known = json.loads(context.cursor or "{}")
        before = known.get("inputs", {})
        try:
            found = _looked(folders, before)
            graph = graph_of(folders)
            if graph.outline != outline:
                if address := os.environ.get("TIDEBOOK_UI"):
                    reload_location(address)
                return dg.SkipReason(RELOAD)
        except InputError as error:
            return dg.SkipReason(f"the dossier cannot be read: {error}")
        now = {"inputs": found, "release": latest_id(Folder(folders.out))}
        if known == now:
            return dg.SkipReason("no raw file has changed")
        cursor = json.dumps(now, sort_keys=True)
        if before in ({}, found):  # a first look, or no file has changed but another release has come
            current = up_to_date(folders.out, found)
            if current and (before or _is_recorded(context.instance, current, folders.prefix)):
                context.update_cursor(cursor)
                return dg.SkipReason("the latest release was built from these raw files")
            if before and context.instance.get_runs_count(dg.RunsFilter(job_name=job.name, statuses=UNFINISHED)):
                return dg.SkipReason(f"{OTHER_RELEASE}, and a run goes on")
        changed = changed_inputs(before, found)
        cause = ", ".join(changed) or OTHER_RELEASE
        tags = {"tidebook/changed": shorten(cause, 250, placeholder=" …")} if before else {}
        context.log.info(f"a run is requested: {cause}")
        observe_now(context.instance, folders, graph)
        some = needed(context.instance, folders, graph)
        return dg.SensorResult(run_requests=[dg.RunRequest(tags=tags, asset_selection=some)], cursor=cursor)

    return raw_content


def _looked(folders: Settings, known: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the hashes of a build's inputs. Under `tidebook ui`, wait a few seconds for them to differ from `known`.

    Dagster runs a sensor only every five seconds. One that watches for nearly as long sees a saved file at once.
    """
    if known and "TIDEBOOK_UI" in os.environ:
        for _ in range(LOOKS):
            if input_hashes(folders) != known:
                break
            PAUSE.wait(BETWEEN)
        PAUSE.wait(BETWEEN)  # an editor may still be writing
    return input_hashes(folders)


def _is_recorded(instance: dg.DagsterInstance, release: LocalRelease | None, prefix: str) -> bool:
    """Return whether a release is the last that an instance recorded; one built outside Dagster is not."""
    event = instance.get_latest_materialization_event(key_of(RELEASE, prefix))
    known = event.asset_materialization.metadata["release"].value if event and event.asset_materialization else None
    return release is not None and release.release_id == known
