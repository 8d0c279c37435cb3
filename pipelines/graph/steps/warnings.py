"""All warnings on a dossier, in one order: what is no error, but will probably surprise its author.

Belongs here: which checks run, in which order, and what each is given. Does not: the checks themselves, plain functions
in `read.warnings`, `judge.warnings` and `judge.predictions.names`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pandas as pd

from tidebook.pipelines.evaluate.declared import Formulas, MetricsFile, TableColumns
from tidebook.pipelines.evaluate.derived_references import DerivedReferences
from tidebook.pipelines.graph.run import Run
from tidebook.pipelines.graph.step import Bundle, evidence_step, step
from tidebook.pipelines.graph.structure import CHANGES, MAIN
from tidebook.pipelines.judge import warnings as judge
from tidebook.pipelines.judge.claims import quotations
from tidebook.pipelines.judge.declared import ClaimsFile, DeclaredClaim
from tidebook.pipelines.judge.drift import CLAIMS
from tidebook.pipelines.judge.predictions.names import NamesOnRecord, name_warnings, unread_warnings
from tidebook.pipelines.read import warnings as read
from tidebook.pipelines.read.corrections import Corrections, check_corrected
from tidebook.pipelines.read.declarations import (
    Assumptions,
    AssumptionsFile,
    Predictions,
    PredictionsFile,
    Sources,
    SourcesFile,
    kinds_and_series,
)
from tidebook.pipelines.read.dossier.declared import Dossier, DossierFile
from tidebook.pipelines.read.errors import InputError, Problem, place_of, printable
from tidebook.pipelines.read.formatting import listed
from tidebook.pipelines.read.lock import LOCK, raw_paths
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.base import Frame, records
from tidebook.schemas.evidence import Events, Observations
from tidebook.schemas.figures import Figures
from tidebook.schemas.reference import ReferenceValues
from tidebook.schemas.registry import OF_TEXT

WARNINGS = "declared/warnings"
SHOWN_NAMES = 5
MOST_BYTES_OF_LABELS = 5_000_000
"""The size of a file of evidence beyond which its keys are not looked at for slips."""


@dataclass(frozen=True)
class Evidence(Bundle):
    """The tables of figures and of evidence."""

    figures: Frame[Figures]
    references: Frame[ReferenceValues]
    events: Frame[Events]
    observations: Frame[Observations]

    @property
    def dated(self) -> tuple[pd.DataFrame, ...]:
        """The tables of which each row has a day."""
        return self.events, self.observations, self.references


@dataclass(frozen=True)
class Declared(Bundle):
    """What the dossier declares, parsed."""

    dossier: Dossier
    formulas: Formulas
    columns: TableColumns
    claims: list[DeclaredClaim]
    assumptions: Assumptions
    sources: Sources
    predictions: Predictions
    corrections: Corrections
    derived: DerivedReferences


@dataclass(frozen=True)
class Files(Bundle):
    """The files of the declarations, in which a warning names the line."""

    dossier: DossierFile
    metrics: MetricsFile
    claims: ClaimsFile
    assumptions: AssumptionsFile
    sources: SourcesFile
    predictions: PredictionsFile


def _on_clocks(declared: Declared, files: Files) -> Iterator[Problem]:
    article = declared.dossier.article
    if not article.follows_from_figures:
        yield from read.clock_warnings(declared.predictions, article.clocks, files.predictions)


@step(group="declared")
def warnings(evidence: Evidence, declared: Declared, files: Files) -> list[Problem]:
    """Warn of names in claims, predictions and assumptions that nothing has, and of what in the evidence will surprise.

    Raises InputError if a correction names a file that holds no evidence, a claim reads a row that is not there, or a
    name in predictions looks like a slip.
    """
    locators = {place_of(place)[0] for table in evidence.dated for place in table["locator"]}
    check_corrected(declared.corrections, locators)
    return [
        *_on_claims(evidence, declared, files),
        *_on_names(evidence, declared, files),
        *_on_evidence(evidence, declared, files),
        *_on_clocks(declared, files),
        *declared.derived.notes,
        *read.today_warnings(
            declared.assumptions,
            files.assumptions,
            declared.sources,
            files.sources,
            declared.predictions,
            files.predictions,
            evidence.dated,
        ),
    ]


def _on_claims(evidence: Evidence, declared: Declared, files: Files) -> Iterator[Problem]:
    """Warn of claims, definitions and correlations that name what no table has."""
    claims, formulas, printed = declared.claims, declared.formulas, set(evidence.figures["figure_id"])
    tables_and_labels = (evidence.figures[name].tolist() for name in ("table_name", "labels"))
    labels = dict.fromkeys(zip(*tables_and_labels, strict=True))
    yield from judge.claim_warnings(claims, formulas, declared.columns, labels, files.claims, files.metrics)
    expressions = [formula.declared.is_ for formula in formulas.values()]
    yield from judge.definition_warnings(files.metrics, expressions, declared.dossier.models)
    yield from judge.asserted_warnings(claims, printed, files.claims)
    yield from judge.bound_warnings(claims, formulas, files.claims)
    yield from judge.correlation_warnings(declared.assumptions, printed, files.assumptions)


def _on_names(evidence: Evidence, declared: Declared, files: Files) -> Iterator[Problem]:
    """Warn of names that predictions and evidence do not share."""
    names = NamesOnRecord(
        evidence.events, evidence.observations, evidence.figures, declared.predictions, declared.dossier
    )
    yield from name_warnings(names, files.predictions, files.dossier)
    yield from unread_warnings(names, files.predictions)


def _on_evidence(evidence: Evidence, declared: Declared, files: Files) -> Iterator[Problem]:
    """Warn of rows that disagree with each other, or hold what is seldom meant."""
    figures, references, observations = evidence.figures, evidence.references, evidence.observations
    yield from read.basis_warnings(figures, references, declared.assumptions, files.assumptions)
    yield from read.label_warnings(figures)
    yield from read.share_warnings(figures)
    yield from read.unit_warnings(figures, references)
    yield from read.disagreeing_warnings(figures, read.SAME_FIGURE)
    yield from read.disagreeing_warnings(references, read.SAME_REFERENCE)
    yield from read.disagreeing_warnings(observations, read.SAME_OBSERVATION)
    yield from read.twice_warnings(evidence.events, kinds_and_series(declared.predictions))
    yield from read.early_warnings(declared.sources, evidence.dated)
    yield from read.odd_warnings(observations)


# Warnings on files that no step reads; a release does not depend on them


def dossier_warnings(run: Run) -> list[str]:
    """Return all warnings on a dossier, one a line: those of the step, and those on its files."""
    found = [*_on_old_keys(run), *run.load(WARNINGS), *_on_text(run), *_on_wording(run), *_on_evidence_labels(run)]
    return [*map(str, found), *(f"{printable(path)}: nothing reads this file" for path in _unread_files(run))]


def _on_old_keys(run: Run) -> Iterator[Problem]:
    """Warn of each key of the dossier that has another name now, once though several nodes read its file."""
    readers = {path: name for name, path in run.graph.raw_files.items() if path.endswith(".toml")}
    for name in readers.values():
        yield from run.graph.read(name).old_keys()


def _on_text(run: Run) -> Iterator[Problem]:
    """Warn of quotations that the article's text does not have, and of numbers that nothing accounts for."""
    path = run.graph.dossier.article.text
    if not path:
        return
    file = run.load("raw/claims")
    quoted = quotations(file, run.load("declared/switched_on"), run.load("declared/prose"))
    if not quoted:
        return  # a dossier that quotes nothing yet would be warned of every number
    quotes = records(run.table("text_quotes"))
    accepted = run.load("declared/accepted").entries
    places = {each.quote_id: each.problem for each in quoted if each.quote_id.removeprefix(CLAIMS) not in accepted}
    yield from judge.quote_warnings(path, quotes, places)
    yield from judge.copied_warnings(run.load("declared/claims"), file, quotes)
    yield from judge.uncovered_warnings(path, records(run.table("text_numbers")))


def _on_evidence_labels(run: Run) -> Iterator[Problem]:
    """Warn of slips in the keys of evidence tables, but for large ones: every build would read these whole."""
    seen: dict[Problem, None] = {}
    for series in run.load("declared/evidence").series.values():
        for _, path in series.files:
            entry = run.current(evidence_step(path))
            if (entry.folder / "bytes").stat().st_size <= MOST_BYTES_OF_LABELS:
                raw = RawFile(path, entry.read("bytes"))
                with suppress(InputError):  # told by the step that reads it
                    seen.update(dict.fromkeys(read.evidence_label_warnings(series, raw)))
    yield from seen


def _on_wording(run: Run) -> Iterator[Problem]:
    """Warn of words and spellings that the dossier declares and uses nowhere."""
    dossier = run.graph.dossier
    if dossier.words or dossier.spelling:
        files = {path: run.current(name).read("bytes") for name, path in run.graph.raw_files.items()}
        texts = {path: data.decode(errors="replace") for path, data in files.items()}
        yield from read.wording_warnings(run.load(MAIN), texts, set(run.table("figures")["figure_id"]))


def _unread_files(run: Run) -> list[str]:
    kept = {LOCK, *run.graph.dossier.switched_on.files(with_sources=True)}
    return sorted(set(raw_paths(run.graph.raw)) - {*run.graph.raw_files.values(), *kept})


def gone_rows(run: Run) -> list[str]:
    """Return a line for each table of which the raw files lack rows that the previous release had."""
    changes = run.table(CHANGES)
    left_out = [*run.graph.dossier.models, *OF_TEXT, "assumptions"]  # numbers of printed tables are figures too
    removed = changes[(changes["kind"] == "removed") & ~changes["table_name"].isin(left_out)]
    lines = []
    for (previous, table), rows in removed.groupby(["previous", "table_name"], sort=False):
        lines.append(f"{table}: gone since release {previous}: {listed(list(rows['name']), SHOWN_NAMES)}")
    return lines


def warning_lines(step: str, run: Run) -> list[str]:
    """Return the warnings to show once a step is up to date, one a line."""
    if step == WARNINGS:
        return dossier_warnings(run)
    return gone_rows(run) if step == CHANGES else []
