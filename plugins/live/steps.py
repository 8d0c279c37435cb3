"""The steps of live sources: who is who, what sources hold, growth over databases, and what these add to the core.

Belongs here: what each is made from. Does not: how a publisher's file is read, or what is made of it.
"""

from __future__ import annotations

from tidebook.pipelines.graph.step import Step, Want, step_adding, step_from
from tidebook.pipelines.read.dossier.declared import Dossier
from tidebook.pipelines.read.plugin import Added
from tidebook.plugins.live import rows
from tidebook.plugins.live.database import added_reading_verdicts, added_verdicts
from tidebook.plugins.live.entities import Score, read_entities, read_scores
from tidebook.plugins.live.evidence import added_observations, added_references
from tidebook.plugins.live.settings import LiveSettings
from tidebook.plugins.live.trends import trends_table

NAME, GROUP = "live", "sources"


def steps(dossier: Dossier) -> list[Step]:
    """Return the steps; without a snapshot most of them lack what they are made from, and are left out."""
    section = dossier.sections[NAME]
    assert isinstance(section, LiveSettings)
    companies = {"companies": Want(section.companies, optional=True)}
    return [
        step_from(read_entities, "declared", name="entities"),
        step_from(read_scores, "declared", name="scores"),
        *(step_from(each, GROUP) for each in (rows.database_models, rows.model_prices, rows.source_observations)),
        step_from(trends_table, GROUP, {"scores": Want(kind=dict[str, Score])}),
        step_adding(Added(NAME, "references"), added_references, GROUP, companies),
        step_adding(Added(NAME, "observations"), added_observations, GROUP),
        step_adding(Added(NAME, "reading_verdicts"), added_reading_verdicts, GROUP),
        step_adding(Added(NAME, "verdicts"), added_verdicts, GROUP),
    ]
