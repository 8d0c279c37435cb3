"""What is made from the raw folder alone, in a store that is thrown away: all of it, to check it, or one table.

Belongs here: short runs of a part of the graph. Does not: builds, whose results are kept (`release.build`).
"""

import tempfile
from pathlib import Path

import pandas as pd

from tidebook.pipelines.graph.graph import checked_graph, graph_with
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.steps.warnings import warning_lines
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.pipelines.read.tables import scale_warnings
from tidebook.schemas.base import records


def checked_table(raw: Path, name: str) -> pd.DataFrame:
    """Return a table that is made from the raw folder alone. Raises InputError if what it rests on is bad."""
    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        run = Run(checked_graph(raw).up_to(name), Store(Path(scratch)), Path(scratch))
        run.execute(RunObserver())
        return run.table(name)


def check(raw: Path, scratch: Path) -> tuple[dict[str, int], list[str]]:
    """Read the raw folder and judge every table that is made from it alone; return their rows by name, and warnings.

    Raises InputError with the problems of all files.
    """
    run, observer = Run(checked_graph(raw), Store(scratch), scratch), RunObserver()
    run.execute(observer, warning_lines)
    accepted = run.load("declared/accepted")
    found = {name: run.current(name).rows for name in run.graph.steps}
    printed = run.graph.dossier.tables.values()
    scales = [str(warning) for table in printed for warning in scale_warnings(table, read_raw(raw, table.path))]
    obsolete = map(str, accepted.obsolete(_outcomes(raw, scratch))) if accepted.reasons else ()
    return {name: rows for name, rows in found.items() if rows is not None}, [*observer.warnings, *scales, *obsolete]


def _outcomes(raw: Path, scratch: Path) -> list[Row]:
    """Return the outcomes of figures and statements, which say what there is to accept."""
    run = Run(graph_with(raw, None, None).up_to("outcomes"), Store(scratch), scratch)
    run.execute(RunObserver())
    return [*records(run.table("figure_outcomes")), *records(run.table("outcomes"))]
