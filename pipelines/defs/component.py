"""A dossier as a Dagster component: a code location can hold any number of them, each in a `defs.yaml`.

Belongs here: the keys of `defs.yaml`. Does not: the assets, jobs and sensor of a dossier (`job`).
"""

import re
from pathlib import Path
from typing import Annotated, Literal

import dagster as dg
from pydantic import Field

from tidebook.pipelines.defs.job import AUTOMATION, Automation, build_defs
from tidebook.pipelines.read.settings import IN_PROCESS, Settings, output_place


class DossierComponent(dg.Component, dg.Model, dg.Resolvable):
    """A dossier: its tables, verdicts and report as assets, with jobs, a schedule, and a sensor on its files.

    Paths are relative to the folder of `defs.yaml`. What is no name for Dagster becomes one: other characters than
    letters, digits and `_` become `_`.
    """

    dossier: Annotated[str, Field(description="Folder of the dossier, with dossier.toml in it.")]
    out: Annotated[str, Field(description="Folder of the results, or an address such as s3://bucket/prefix.")]
    schedule: Annotated[str, Field(description='When to rebuild, as a cron expression in UTC; "" for no schedule.')] = (
        AUTOMATION.schedule
    )
    executor: Annotated[str, Field(description="Where steps run: in_process, multiprocess, dask, celery or k8s.")] = (
        IN_PROCESS
    )
    snapshots: Annotated[str, Field(description='Folder of the snapshots of live sources; "" for none.')] = ""
    sensors: Annotated[
        Literal["running", "stopped"], Field(description="Whether sensor and schedule start switched on.")
    ] = "running"
    key_prefix: Annotated[
        str, Field(description="Before asset keys and names of jobs. Default: the name of the folder of defs.yaml.")
    ] = ""
    group: Annotated[str, Field(description='Group of assets above "inputs", "judgement" and "outputs".')] = ""

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return the definitions of the dossier; those of an unreadable one give the reason.

        Raises InputError if `out` is an address of no known object store, or there is no such executor.
        """
        folder = Path(context.path)
        place, remote = output_place(self.out)
        folders = Settings(
            folder / self.dossier,
            place if remote else folder / place,
            remote,
            folder / self.snapshots if self.snapshots else None,
            prefix=_name(self.key_prefix or folder.name),
            group="/".join(_name(part) for part in self.group.split("/") if part),
        )
        from tidebook.pipelines.defs.executors import executor_of  # which the plain runner does without

        executor_of(self.executor)
        return build_defs(folders, None, self.executor, Automation(self.schedule, self.sensors == "running"))


def _name(text: str) -> str:
    return re.sub(r"\W+", "_", text, flags=re.ASCII)
