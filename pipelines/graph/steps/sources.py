"""The tables of live sources, made from snapshots. Without a snapshot the graph has none of these steps.

Belongs here: what each is made from. Does not: how a publisher's file is read (`read.sources`).
"""

from __future__ import annotations

from functools import partial

from tidebook.pipelines.evaluate.trends import trends_table
from tidebook.pipelines.graph.step import Step, Want, step_from
from tidebook.pipelines.read.sources.entities import Entities, Score
from tidebook.pipelines.read.sources.selection import Snapshots
from tidebook.pipelines.read.sources.tables import source_table
from tidebook.schemas import sources
from tidebook.schemas.base import Table, table_name

ALONE = (sources.SourceFiles, sources.Quarantine, sources.Revisions)
NAMING = (sources.DatabaseModels, sources.ModelPrices, sources.SourceObservations)
"""Tables that say who of the dossier's names is meant."""


def _step(model: type[Table]) -> Step:
    wants = {"snapshots": Want(kind=Snapshots)}
    if model in NAMING:
        wants["entities"] = Want(kind=Entities)
    return Step(table_name(model), "sources", partial(source_table, model), wants, model)


trends = step_from(trends_table, "sources", {"scores": Want(kind=dict[str, Score])})
STEPS = [_step(model) for model in (*ALONE, *NAMING)]
