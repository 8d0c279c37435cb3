"""What fetches the live sources of the dossier, where it switches on a plugin that has some."""

import dagster as dg

from tidebook.pipelines.read.dossier.checked import readable_dossier
from tidebook.pipelines.read.settings import settings


@dg.definitions
def fetching() -> dg.Definitions:
    """Return an asset for each source, with jobs and schedules."""
    folders = settings()
    dossier = readable_dossier(folders.raw)
    if dossier is None or not dossier.switched_on.parts("connectors"):
        return dg.Definitions()
    from tidebook.pipelines.defs.fetching import fetch_defs
    from tidebook.pipelines.read.sources.registry import connectors

    return fetch_defs(folders, connectors(dossier.switched_on))
