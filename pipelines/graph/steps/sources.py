"""The tables of what sources sent, made from snapshots. Without a snapshot the graph has none of these steps.

Belongs here: what each is made from. Does not: how a publisher's file is read, and tables of what its rows hold, which
plugins bring.
"""

from __future__ import annotations

from collections.abc import Iterator

from tidebook.pipelines.graph.step import GraphInputs, StepVariant, step
from tidebook.pipelines.read.sources.selection import Snapshots
from tidebook.pipelines.read.sources.tables import source_table
from tidebook.schemas import sources
from tidebook.schemas.base import Frame, Table, table_name

TABLES = (sources.SourceFiles, sources.Quarantine, sources.Revisions)


def _tables(_: GraphInputs) -> Iterator[StepVariant]:
    return (StepVariant(table_name(model), model, model) for model in TABLES)


@step(group="sources", each=_tables)
def of_snapshots(model: type[Table], snapshots: Snapshots) -> Frame[Table]:
    """Make one of the tables that say what was fetched."""
    return source_table(model, snapshots)
