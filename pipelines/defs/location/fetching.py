"""What fetches the live sources of the dossier, where it switches on a plugin that has some."""

import dagster as dg

from tidebook.pipelines.defs.fetching import source_defs
from tidebook.pipelines.read.settings import settings


@dg.definitions
def fetching() -> dg.Definitions:
    """Return an asset for each source, with jobs and schedules."""
    return source_defs(settings())
