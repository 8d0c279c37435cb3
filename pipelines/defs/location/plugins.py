"""What the plugins that the dossier switches on add to Dagster, such as the partitions of a database."""

import dagster as dg

from tidebook.pipelines.read.dossier.checked import readable_dossier
from tidebook.pipelines.read.plugin import load
from tidebook.pipelines.read.settings import settings


@dg.definitions
def plugins() -> dg.Definitions:
    """Return the definitions of these plugins; one may need more than the dossier to have any."""
    folders = settings()
    dossier = readable_dossier(folders.raw)
    if dossier is None:
        return dg.Definitions()
    named = [plugin for plugin in dossier.switched_on.plugins if plugin.definitions]
    parts = [load(plugin.definitions)(folders, dossier.sections[plugin.name]) for plugin in named]
    return dg.Definitions.merge(*filter(None, parts))
