"""The Dagster project: the definitions that the environment asks for, collected. What each part is, is in `defs`."""

import os

import dagster as dg

from tidebook.pipelines.defs.job import build_defs
from tidebook.pipelines.read.dossier.checked import readable_dossier
from tidebook.pipelines.read.plugin import SwitchedOn, load
from tidebook.pipelines.read.settings import executor, settings
from tidebook.pipelines.read.sources.registry import connectors


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for the folders that the environment names: main job, fetching, and what it asks for."""
    folders = settings()
    parts, dossier = [build_defs(folders, executor=executor())], readable_dossier(folders.raw)
    on = dossier.switched_on if dossier else SwitchedOn()
    if on.parts("connectors"):
        from tidebook.pipelines.defs.fetching import fetch_defs

        parts.append(fetch_defs(folders, connectors(on)))
    sections = dossier.sections if dossier else {}
    for plugin in (each for each in on.plugins if each.definitions):
        own = load(plugin.definitions)(folders, sections[plugin.name])
        parts += [own] if own else []
    if address := os.environ.get("TIDEBOOK_WEBHOOK"):
        from tidebook.pipelines.defs.alerts import alert_defs

        parts.append(alert_defs(address, folders))
    if place := os.environ.get("TIDEBOOK_OPENLINEAGE"):
        from tidebook.pipelines.defs.lineage import lineage_defs

        parts.append(lineage_defs(place, folders))
    return dg.Definitions.merge(*parts)
