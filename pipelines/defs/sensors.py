"""The sensor on raw content: it requests a run when a file of the dossier or a snapshot of a source has changed.

A tick reads files and asks the instance: it neither waits nor calls a server, and each change that it sees leads to a
run, whatever the dossier became. The run takes in what the files are when it starts.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import dagster as dg

from tidebook.pipelines.defs.common import key_of
from tidebook.pipelines.defs.internals import AssetJob
from tidebook.pipelines.defs.turns import AGAIN, OUTAGE, RELOAD, TRIES, close_dead_runs, has_leases, tags_of_another_try
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.keys import code_key
from tidebook.pipelines.graph.places import Folder
from tidebook.pipelines.graph.structure import RELEASE, Graph
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.sections import plugins_of
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.selection import changed_inputs, input_hashes
from tidebook.pipelines.release.current import up_to_date
from tidebook.releases import LocalRelease, latest_id

EVERY, AT_REST = 30.0, 300.0
"""Seconds after which a tick looks for runs that died: while a release is awaited or a run goes on, and at rest.
Opening the instance takes twenty times as long as all else in a tick."""
BUILT = "built"
"""The key of a cursor that says that the latest release is of what the tick saw, and on record."""
UNFINISHED = [dg.DagsterRunStatus[each] for each in ("QUEUED", "NOT_STARTED", "STARTING", "STARTED")]
OTHER_RELEASE = "the latest release changed or is missing"
OTHER_CODE = "the code changed"
OTHER_GRAPH = "the graph of the dossier differs from that of the code location"
UNREADABLE = "the dossier"
"""The name under which the cursor keeps an error of a dossier whose inputs cannot be listed."""


def outline_of(folders: Settings) -> str:
    """Return the outline of the graph that a dossier declares now, "" where it cannot be read."""
    graph = readable_graph(folders)
    return graph.outline if graph else ""


def raw_content_sensor(folders: Settings, job: AssetJob, outline: str, running: bool = True) -> dg.SensorDefinition:
    """Return the sensor that requests runs of a job; `outline` is that of the graph from which the job was made.

    A run process loads the code anew. So where the dossier declares another graph by now, the run builds that one, and
    asks the code server to reload when it ends.
    """

    @dg.sensor(
        name=folders.prefixed("raw_content"),
        job=job,
        minimum_interval_seconds=4,  # Dagster ticks every five seconds or a little sooner
        default_status=dg.DefaultSensorStatus.RUNNING if running else dg.DefaultSensorStatus.STOPPED,
        description="Requests a release when a file of the dossier or a snapshot of a source has changed.",
    )
    def raw_content(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        known = json.loads(context.cursor or "{}")
        is_at_rest = known.pop(BUILT, False) and not has_leases(folders)
        looks = _is_first_in(AT_REST if is_at_rest else EVERY, context.last_tick_completion_time)
        dead = close_dead_runs(context.instance, folders, [job.name]) if looks else []
        died = [run for run in dead if run.job_name == job.name]
        look = _Tick(known, _now(folders), died)
        is_as_before = look.known == look.now and not died
        if (not is_as_before or looks) and _is_built(context.instance, folders, look, outline):
            context.update_cursor(_as_cursor({**look.now, BUILT: True}))
            return dg.SkipReason("the latest release was built from these raw files")
        if is_as_before:
            return dg.SkipReason("no raw file has changed")
        if not look.changed:
            if _died_again(look):
                context.update_cursor(_as_cursor(look.now))
                run = look.died[0].run_id[:8]
                return dg.SkipReason(f"run {run} died like the run before it; the next change requests another")
            if look.before and _is_running(context.instance, job.name):
                return dg.SkipReason("the latest release is not on record, and a run is in progress")
        request = _request(folders, outline, look)
        context.log.info(f"Requesting a run: {look.cause}")
        return dg.SensorResult(run_requests=[request], cursor=_as_cursor(look.now))

    return raw_content


def _is_first_in(seconds: float, last: float | None) -> bool:
    """Whether a tick is the first in so many seconds, given the time of the tick before it."""
    return last is None or int(last / seconds) != int(time.time() / seconds)


@dataclass(frozen=True)
class _Tick:
    """What a tick sees: `known` to the cursor, `now`, and the runs of the job that `died` since the tick before."""

    known: Mapping[str, Any]
    now: Mapping[str, Any]
    died: Sequence[dg.DagsterRun]

    @property
    def before(self) -> dict[str, str | None]:
        return dict(self.known.get("inputs", {}))

    @property
    def changed(self) -> list[str]:
        return changed_inputs(self.before, self.now["inputs"])

    @property
    def cause(self) -> str:
        """Why a run is requested, in the words of its tag."""
        if self.changed:
            return ", ".join(self.changed)
        if self.died:
            died = self.died[0]
            return f"run {died.run_id[:8]} " + (f"met {died.tags[OUTAGE]}" if OUTAGE in died.tags else "died")
        return OTHER_RELEASE if self.known.get("code") == self.now["code"] else OTHER_CODE


def _is_running(instance: dg.DagsterInstance, job: str) -> bool:
    """Return whether a run of a job is unfinished."""
    return instance.get_runs_count(dg.RunsFilter(job_name=job, statuses=UNFINISHED)) > 0


def _request(folders: Settings, outline: str, look: _Tick) -> dg.RunRequest:
    """Return the request of a release: every dossier has one, also one that declares another graph by now, or none."""
    tags = {"tidebook/changed": shorten(look.cause, 250, placeholder=" …")} if look.before else {}
    if look.died and not look.changed:
        tags |= tags_of_another_try(look.died[0])
    graph = readable_graph(folders)
    if graph and graph.outline != outline:
        tags[RELOAD] = OTHER_GRAPH
    return dg.RunRequest(tags=tags)


def _now(folders: Settings) -> dict[str, Any]:
    code = code_key(plugins_of(folders.raw).acting)
    return {"inputs": _inputs(folders), "release": latest_id(Folder(folders.out)), "code": code}


def _as_cursor(state: Mapping[str, Any]) -> str:
    return json.dumps(state, sort_keys=True)


def _is_built(instance: dg.DagsterInstance, folders: Settings, look: _Tick, outline: str) -> bool:
    """Whether the latest release is of the files as they are, and the last that an instance recorded.

    So it is after a run that took in a second save, which the cursor does not know yet. Where that save declared
    another graph than that of the outline, a run is needed all the same: the code server reloads after it.
    """
    if look.before and look.changed and outline_of(folders) != outline:
        return False
    current = up_to_date(folders.out, look.now["inputs"])
    return current is not None and _is_recorded(instance, current, folders.prefix)


def _died_again(look: _Tick) -> bool:
    """Whether the runs that died were made in the place of others that had died: a third one would die too.

    One made after an outage, which counts its tries, was not.
    """
    return bool(look.died) and all(
        AGAIN in run.tags and TRIES not in run.tags and OUTAGE not in run.tags for run in look.died
    )


def _inputs(folders: Settings) -> dict[str, str | None]:
    """Return the hash of each input. Of a dossier whose inputs cannot be listed it is that of the error.

    Then the run that is requested fails with the error, and what is changed next is seen too.
    """
    try:
        return input_hashes(folders)
    except InputError as error:
        return {UNREADABLE: digest(str(error))}


def readable_graph(folders: Settings) -> Graph | None:
    """Return the graph that a dossier declares, None where it cannot be read: the run will fail with the reason."""
    try:
        return graph_of(folders)
    except InputError:
        return None


def _is_recorded(instance: dg.DagsterInstance, release: LocalRelease, prefix: str) -> bool:
    """Return whether a release is the last that an instance recorded; one built outside Dagster is not."""
    event = instance.get_latest_materialization_event(key_of(RELEASE, prefix))
    known = event.asset_materialization.metadata["release"].value if event and event.asset_materialization else None
    return release.release_id == known
