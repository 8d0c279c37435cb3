"""The tables of what sources sent, made from snapshots. Without a snapshot the graph has none of these steps.

Belongs here: what each is made from. Does not: how a publisher's file is read, and tables of what its rows hold, which
plugins bring.
"""

from __future__ import annotations

from functools import partial

from tidebook.pipelines.graph.step import Step, Want
from tidebook.pipelines.read.sources.selection import Snapshots
from tidebook.pipelines.read.sources.tables import source_table
from tidebook.schemas import sources
from tidebook.schemas.base import Table, table_name


def _step(model: type[Table]) -> Step:
    return Step(table_name(model), "sources", partial(source_table, model), {"snapshots": Want(kind=Snapshots)}, model)


STEPS = [_step(model) for model in (sources.SourceFiles, sources.Quarantine, sources.Revisions)]
