"""The dossier of the environment: its assets, checks, jobs, schedule and sensor."""

import dagster as dg

from tidebook.pipelines.defs.job import build_defs
from tidebook.pipelines.read.settings import IN_PROCESS, executor, settings


@dg.definitions
def dossier() -> dg.Definitions:
    """Return the definitions of the dossier that TIDEBOOK_DOSSIER names; those of an unreadable one give the reason."""
    named = executor()
    if named == IN_PROCESS:
        return build_defs(settings())
    from tidebook.pipelines.defs.executors import executor_of  # optional: only one that is named needs it

    return build_defs(settings(), executor=executor_of(named))
