"""Short runs that publish nothing: one table of the dossier, or a check of a dossier with its outcomes.

Belongs here: runs of a part of the graph. Does not: builds, which publish a release (`release.build`).
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from tidebook.pipelines.graph.graph import checked_graph, graph_of
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.steps.text import statements_around
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.graph.warnings import warning_lines
from tidebook.pipelines.judge.accepted import found_ids
from tidebook.pipelines.judge.drift import Drift
from tidebook.pipelines.judge.outcome_words import DECIDES_NOTHING, is_void
from tidebook.pipelines.judge.rereading import other_words
from tidebook.pipelines.read.atomic import writable
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.outputs import cache as cache_folder
from tidebook.pipelines.read.printed import Printed
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.tables import scale_warnings
from tidebook.pipelines.read.text.cells import text_cells_table
from tidebook.pipelines.read.text.document import Document
from tidebook.pipelines.report.dossier_findings import JudgedRows, statement_places
from tidebook.schemas.base import records
from tidebook.schemas.units import use_units


def checked_table(raw: Path, name: str) -> pd.DataFrame:
    """Return a table that is made from the dossier alone. Raises InputError if what it depends on is bad."""
    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        run = Run(checked_graph(raw).up_to(name), Store(Path(scratch)), Path(scratch))
        run.execute(RunObserver())
        return run.table(name)


def readable_tables(folders: Settings) -> tuple[dict[str, pd.DataFrame], Printed]:
    """Return the tables of a dossier that can be read though other input is bad, and its own tables; none if its
    declaration cannot be read."""
    try:
        graph = checked_graph(folders.raw)
    except InputError:
        return {}, {}
    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        run = Run(graph, Store(Path(scratch)), Path(scratch))
        with suppress(InputError):
            run.execute(RunObserver())
        tables = [name for name, step in graph.steps.items() if step.model and run.has(name)]
        return {name: run.table(name) for name in tables}, graph.dossier.tables


@dataclass(frozen=True)
class CheckedFolder:
    """The result of checking a dossier.

    Attributes:
        counts: rows by table that is made from the dossier alone.
        warnings: input that is valid and may not be intended.
        rows: what was judged.
        unread_series: number of series of evidence that no expression looks up.
    """

    counts: dict[str, int]
    warnings: list[str]
    rows: JudgedRows
    unread_series: int


def check(folders: Settings, judged: bool = True, observer: RunObserver | None = None) -> CheckedFolder:
    """Read the dossier, validate every table that is made from it alone, and judge figures and statements.

    Results are kept in a cache of the user's, so that a second check computes only what changed.

    Args:
        folders: the dossier and its snapshots.
        judged: whether figures and statements are judged, which takes most of the time.
        observer: receives progress events, and collects the warnings.

    Raises:
        InputError: with the problems of all files.
        RuntimeError: a step crashed.
    """
    with _scratch(folders.raw) as scratch:
        raw = folders.raw
        run, observer = Run(checked_graph(raw), Store(scratch), scratch), observer or RunObserver()
        run.execute(observer, warning_lines)
        rows_of = {name: run.current(name).rows for name in run.graph.steps}
        counts = {name: count for name, count in rows_of.items() if count is not None}
        printed = [table for table in run.graph.dossier.tables.values() if table.path]
        scales = [str(warning) for table in printed for warning in scale_warnings(table, read_raw(raw, table.path))]
        graph = graph_of(folders)
        judging = run.following(
            graph.up_to("claim_cards", *{"text_findings", "text_sentences", "text_left_out"}.intersection(graph.steps))
        )
        rows = _judged(judging, observer) if judged else JudgedRows()
        obsolete = map(str, _obsolete(run, rows)) if judged else ()
        void = map(str, _void(raw, rows))
        notes = [*observer.warnings, *scales, *obsolete, *void]
        return CheckedFolder(counts, notes, rows, _unread_series(run))


def _unread_series(run: Run) -> int:
    series = run.load("declared/evidence").series
    formulas = {**run.load("declared/formulas"), **run.load("declared/reference_formulas").formulas} if series else {}
    return len(series.keys() - {lookup.series for each in formulas.values() for lookup in each.lookups})


def _void(raw: Path, rows: JudgedRows) -> Iterator[Problem]:
    """Yield a warning for each claim whose tests decide nothing."""
    undecided = [row for row in rows.outcomes if row["outcome"] == "undecided" and is_void(row["why"])]
    places = statement_places(raw, rows.claim_ids) if undecided else {}
    for row in undecided:
        place = places[False, row["statement_id"]]
        expected = f"a test that could fail: {row['why'].removeprefix(DECIDES_NOTHING)}"
        yield Problem(place.file, expected, place.line, text=row["statement_id"])


def _obsolete(run: Run, rows: JudgedRows) -> Iterator[Problem]:
    """Yield a warning for each accepted entry whose finding is fixed."""
    judged, accepted = [*rows.figure_outcomes, *rows.outcomes], run.load("declared/accepted")
    # An entry of another cell of a contradiction accepts it too.
    used = {row["accepted"] for row in judged}
    together = {name for name, entry in accepted.entries.items() if entry.why in used}
    yield from accepted.obsolete(found_ids(judged) | together)
    if ACCEPTED_IN_TEXT in run.graph.steps:
        from tidebook.pipelines.judge.text.finding_rows import former_ids

        accepted, found = run.load(ACCEPTED_IN_TEXT), {row["finding_id"] for row in rows.text_findings}
        # The review is loaded only where an id is unknown.
        former = former_ids(run.load(TEXT_REVIEW).found.findings) if accepted.places.keys() - found else {}
        yield from accepted.obsolete(found, {old: new for new, old in former.items()})


def _judged(run: Run, observer: RunObserver) -> JudgedRows:
    """Return the outcomes of figures and statements, as a build would give them."""
    run.execute(observer)

    def rows(table: str) -> list[Row]:
        return [*records(run.table(table))] if table in run.graph.steps else []

    return JudgedRows(
        figures=rows("figures"),
        figure_outcomes=rows("figure_outcomes"),
        outcomes=rows("outcomes"),
        sentences=_sentences(run, rows("text_sentences")),
        cards={row["claim_id"]: row for row in rows("claim_cards")},
        sources=run.load("declared/sources").publishers,
        claim_ids=[claim.id for claim in run.load("declared/claims")],
        quotes=rows("text_quotes"),
        cells=rows("text_cells"),
        numbers=rows("text_numbers"),
        text=run.graph.dossier.article.text,
        text_findings=rows("text_findings"),
        references={
            (row["figure_id"], row["basis"], row["as_of"], row["source_id"]): row["locator"]
            for row in rows("reference_values")
        },
        drift_in=_drift_in(run) if TEXT_AS_READ in run.graph.steps else None,
    )


def _sentences(run: Run, rows: Sequence[Row]) -> list[Row]:
    """Return the sentences around quotations with their words, which a table of another's text does not have."""
    around = sentences_around(run) if rows else {}
    return [{**row, "words": around[row["quote_id"]]} for row in rows]


def sentences_around(run: Run) -> dict[str, str]:
    """Return the words of the article's text around what claims quote and predictions state, by the id of that."""
    sentences = statements_around(run.load(TEXT_AS_READ))
    return {quote_id: other_words(around.before, around.behind) for quote_id, around in sentences}


TEXT_AS_READ, DRIFTED, DOCUMENT = "declared/text_as_read", "declared/drifted", "declared/document"
"""Steps that compare a dossier with its text."""

TEXT_REVIEW = "declared/text_review"
ACCEPTED_IN_TEXT = "declared/accepted_in_text"


def _drift_in(run: Run) -> Callable[[Document], tuple[Drift, Sequence[Row]]]:
    """Return a function that finds the drift of another version of the text, as these steps would, without a store."""
    known = cache(run.arguments)

    def made(name: str, others: Mapping[str, Any]) -> Any:
        """Return the result of a step with some of its inputs replaced."""
        step = run.graph.steps[name]
        inputs = {parameter: others[source] for parameter, source in step.inputs.items() if source in others}
        return step.function(**{**known(name), **inputs})

    def drift_in(document: Document) -> tuple[Drift, Sequence[Row]]:
        # Units are those of the process: another dossier may have been read since.
        use_units(run.graph.dossier.declared_units)
        read = made(TEXT_AS_READ, {DOCUMENT: document})
        cells = text_cells_table(document)
        drift = made(DRIFTED, {"text_quotes": read.quotes, "text_numbers": read.numbers, "text_cells": cells})
        return drift, records(read.quotes)

    return drift_in


@contextmanager
def _scratch(raw: Path) -> Iterator[Path]:
    """Yield a folder for the store of a check: the user's cache for this dossier, or else one that is thrown away."""
    # By its real path: a dossier that is reached by two names has one cache.
    own = cache_folder() / "check" / digest(os.path.realpath(raw))[:16]
    try:
        writable(own)
    except OSError:  # a home that is read-only, or none
        with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
            yield Path(scratch)
        return
    with Store(own).exclusive():
        yield own
