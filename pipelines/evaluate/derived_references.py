"""References by an expression over evidence, for one figure or a whole column of figures.

Belongs here: the section [[references]], joined to figures by subject, and rows as typed references have them. Does
not: typed references (`read.references`), or what a reference says of a figure (`reconciliation`).
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from operator import itemgetter
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from tidebook.pipelines.evaluate.base import DeclaredMetric, Expression
from tidebook.pipelines.evaluate.declared import Formula, Formulas, known_tables, ready_metrics
from tidebook.pipelines.evaluate.evaluations import Evaluations
from tidebook.pipelines.evaluate.evidence_values import EvidenceValues, gap_words
from tidebook.pipelines.evaluate.evidence_views import is_printed
from tidebook.pipelines.evaluate.expressions import ExpressionError, Linker, as_problems, parse
from tidebook.pipelines.evaluate.known import CLAIMED, VINTAGE
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.read.declarations import Assumptions, Declaration, Name, Seen, Sources, declare
from tidebook.pipelines.read.dossier.declared import PrintedTables
from tidebook.pipelines.read.errors import Problem, did_you_mean, refuse
from tidebook.pipelines.read.evidence_tables.countries import country
from tidebook.pipelines.read.evidence_tables.periods import period
from tidebook.pipelines.read.evidence_tables.series import EvidenceTables
from tidebook.pipelines.read.formatting import format_interval, format_number, format_value, joined, listed
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.quantities.value import LARGEST, SMALLEST, has_usual_size
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.reference_errors import (
    BY_CLASS,
    EXACT,
    error_columns,
    is_repeated,
    stated_error,
    widest_class,
)
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.reference import ReferenceValues
from tidebook.schemas.units import UNITS
from tidebook.schemas.vocabulary import REPORTED

ReferencesFile = Annotated[RawFile, "references.toml"]

_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")
SHOWN_SUBJECTS = 10
"""Maximum subjects that a note lists."""

DIGITS = 6
"""Significant digits of a computed reference as it is shown."""


class DeclaredReference(Declaration):
    """References for one figure, or for each of several, by an expression.

    Attributes:
        figure, figures: the id of a figure, or a pattern in which `*` is one segment.
        is_: what it is by the evidence, with a value per subject for a pattern.
        error: the relative error of a conversion, such as 0.5 %.
        basis: the basis of the result, if the evidence does not have a single one.
        as_of: the day from which it held, if that is not the newest day of the evidence.
    """

    figure: str = ""
    figures: str = ""
    is_: Expression = Field(alias="is")
    error: str = ""
    basis: Name | None = None
    as_of: Seen | None = None


class ReferencesDocument(Declaration):
    """references.toml."""

    references: list[DeclaredReference] = Field(default=[])


@dataclass(frozen=True)
class ReferenceFormulas:
    """The declared references with their linked expressions, in order."""

    declared: tuple[DeclaredReference, ...] = ()
    formulas: Formulas = field(default_factory=dict)


@dataclass(frozen=True)
class DerivedReferences:
    """Rows of references that expressions give, and notes on subjects that find no figure or no value.

    `reads` has the rows of evidence that they depend on, by figure.
    """

    rows: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[Problem, ...] = ()
    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_reference_formulas(raw: ReferencesFile, evidence: EvidenceTables) -> ReferenceFormulas:
    """Read the section [[references]] and parse its expressions.

    Raises:
        InputError: a key is missing, unknown or wrong, or an expression cannot be read.
    """
    declared = declare(ReferencesDocument, raw).references
    linker = Linker({}, evidence)
    formulas: Formulas = {}
    errors: list[ExpressionError] = []
    problems: list[Problem] = []
    for place, one in enumerate(declared):
        if bool(one.figure) == bool(one.figures):
            problems.append(raw.problem(("references", place), "either figure, or figures with * for any subject"))
        if one.error and not _PERCENT.fullmatch(one.error):
            problems.append(raw.problem(("references", place, "error"), "a percentage such as 0.5 %", one.error))
        try:
            root = linker.link(parse(one.is_, ("references", place, "is")))
        except ExpressionError as error:
            errors.append(error)
            continue
        # The unit is that of the figures, which are not read yet: `derived_references` puts it in.
        metric = {"is": one.is_, "unit": "number", "means": one.figure or one.figures or "reference"}
        formulas[_name(place)] = Formula(DeclaredMetric.model_validate(metric), root, " ".join(one.is_.split()))
    refuse([*problems, *as_problems(errors, raw)])
    return ReferenceFormulas(tuple(declared), formulas)


def _name(place: int) -> str:
    return f"reference_{place + 1}"


def derived_references(
    raw: ReferencesFile,
    declared: ReferenceFormulas,
    figures: pd.DataFrame,
    tables: PrintedTables,
    evidence: EvidenceValues,
    sources: Sources,
    assumptions: Assumptions,
    may_be_unknown: bool = False,
) -> DerivedReferences:
    """Compute the references of all declared expressions, joined to the printed figures by subject.

    Args:
        raw: the file.
        declared: its expressions.
        figures: the figures as printed, those of tables under reference/ among them.
        tables: the printed tables.
        evidence: the values that expressions look up.
        sources: the sources, whose tier and days the references take.
        assumptions: the seed of values that are tried.
        may_be_unknown: whether a reference may have no value at all, as on an early day.

    Raises:
        InputError: a pattern fits no figure, no subject has both a figure and a value, units do not fit, or the basis
            does not follow from the evidence.
    """
    if not declared.declared:
        return DerivedReferences()
    printed = [row for row in records(figures) if is_printed(row)]
    problems: list[Problem] = []
    targets: list[list[Mapping[str, Any]]] = []
    formulas: Formulas = {}
    for place, one in enumerate(declared.declared):
        own = _targets(one, printed)
        targets.append(own)
        if not own:
            problems.append(_no_target(raw, place, one, [row["figure_id"] for row in printed]))
            continue
        formula = declared.formulas[_name(place)]
        unit = own[0]["unit"]
        metric = formula.declared.model_copy(update={"unit": unit})
        formulas[_name(place)] = Formula(metric, formula.root, formula.text)
    refuse(problems)
    columns = known_tables(figures, tables, formulas)
    metrics = ready_metrics(formulas, columns, raw, StepCache(), evidence=evidence)
    evaluations = Evaluations(figures, assumptions, metrics)
    maker = _Maker(raw, evaluations, figures, evidence, sources, assumptions, may_be_unknown)
    rows: list[Mapping[str, Any]] = []
    for place, (one, own) in enumerate(zip(declared.declared, targets, strict=True)):
        vintages = metrics[_name(place)].vintages
        rows += maker.rows_by_vintage(place, one, own, vintages) if vintages else maker.rows(place, one, own)
    refuse([*dict.fromkeys(maker.problems)])
    return DerivedReferences(tuple(rows), tuple(dict.fromkeys(maker.notes)), maker.reads)


def _no_target(raw: RawFile, place: int, one: DeclaredReference, known: Sequence[str]) -> Problem:
    """Return the problem that a reference is of no printed figure; `known` are the ids of these."""
    close = did_you_mean(one.figure, known) if one.figure else ""
    key = "figure" if one.figure else "figures"
    return raw.problem(("references", place, key), f"a printed figure{close}", one.figure or one.figures)


def with_derived(typed: pd.DataFrame, derived: DerivedReferences) -> Frame[ReferenceValues]:
    """Return typed and computed references, as rows of `ReferenceValues`; of one key the typed one stays."""
    if not derived.rows:
        return typed
    own = records(typed)
    key = itemgetter("figure_id", "basis", "as_of", "source_id")
    known = set(map(key, own))
    added = [row for row in derived.rows if key(row) not in known]
    return table_of(ReferenceValues, [*own, *added])


def _targets(one: DeclaredReference, printed: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the printed figures that a pattern names; `*` matches one segment."""
    wanted = (one.figure or one.figures).split("/")
    found = []
    for row in printed:
        parts = row["figure_id"].split("/")
        # A pattern means what is printed; the number of a claim is meant only by its own id.
        is_meant = row["basis"] != CLAIMED or bool(one.figure)
        if is_meant and len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted)):
            found.append(row)
    return found


class _Maker:
    """Makes the rows of references from evaluated expressions."""

    def __init__(
        self,
        raw: RawFile,
        evaluations: Evaluations,
        figures: pd.DataFrame,
        evidence: EvidenceValues,
        sources: Sources,
        assumptions: Assumptions,
        may_be_unknown: bool,
    ) -> None:
        self.raw = raw
        self.may_be_unknown = may_be_unknown
        self.evaluations = evaluations
        self.evidence = evidence.tables
        self.assumptions = assumptions
        self.figures = {row["figure_id"]: row for row in records(figures)}
        looked_up = [] if evidence.rows is None else records(evidence.rows)
        self.looked_up = {row["evidence_row_id"]: row for row in looked_up}
        self.sources = sources
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.reads: dict[str, frozenset[str]] = {}

    def rows_by_vintage(
        self, place: int, one: DeclaredReference, targets: Sequence[Mapping[str, Any]], vintages: Sequence[dt.date]
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the references by each vintage of the evidence; they hold until the next one."""
        of_all = self.evaluations
        for day, until in zip(vintages, [*vintages[1:], None], strict=True):
            self.evaluations = of_all.on_day(day)
            for row in self.rows(place, one, targets):
                known = {"as_of": day, "until": until, "available_from": day, "released": day}
                yield {**row, **known, "version": f"{VINTAGE}{day}"}

    def rows(
        self, place: int, one: DeclaredReference, targets: Sequence[Mapping[str, Any]]
    ) -> Iterator[Mapping[str, Any]]:
        """Yield a reference for each of the figures that has a value by the evidence."""
        name = _name(place)
        found = self.evaluations.of(name)
        by_subject = {metric_id.partition("/")[2]: row for metric_id, row in found.items()}
        joined_rows, lacking = _matched(targets, by_subject, by_subject.get("") if one.figure else None)
        if not joined_rows:
            self._note_no_value(place, one, next(iter(found.values()), None), lacking)
            return
        matched = {figure["subject"] for figure, _ in joined_rows}
        unused = [subject for subject in by_subject if subject and not _is_among(subject, matched)]
        self._note_unmatched(place, one, lacking, [] if one.figure else unused)
        for figure, row in joined_rows:
            made = self.row(place, one, figure, row)
            if made:
                yield made

    def _note_no_value(
        self, place: int, one: DeclaredReference, row: Mapping[str, Any] | None, lacking: Sequence[str]
    ) -> None:
        """Note, or refuse, that no figure has a value; `row` is one of those found, None of an empty table."""
        why = (gap_words(row["gaps"]) or row["missing"]) if row else ""
        why = why or f"subjects of both; figures have {listed(lacking, 5)}"
        expected = f"a value for one of the figures at least: {why}"
        into = self.notes if self.may_be_unknown else self.problems
        into.append(self.raw.problem(("references", place, "is"), expected, one.is_))

    def _note_unmatched(
        self, place: int, one: DeclaredReference, lacking: Sequence[str], unused: Sequence[str]
    ) -> None:
        """Note the subjects of figures without a value, and those of values without a figure."""
        for expected, subjects in (
            ("a value for {}, of which the article has a figure", lacking),
            ("a figure for {}, of which the evidence has a value", unused),
        ):
            if subjects:
                shown = listed(sorted(dict.fromkeys(subjects)), SHOWN_SUBJECTS)
                self.notes.append(self.raw.problem(("references", place, "is"), expected.format(shown), one.is_))

    def row(
        self, place: int, one: DeclaredReference, figure: Mapping[str, Any], row: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """Return the reference for a figure; None if its basis or its size is a problem."""
        read = [self.figures[name] for name in row["evidence"]]
        read += [self.looked_up[name] for name in row["evidence_rows"]]
        if not read:
            self.problems.append(
                self.raw.problem(("references", place, "is"), "an expression that looks up evidence", one.is_)
            )
            return None
        name = figure["figure_id"]
        self.reads[name] = self.reads.get(name, frozenset()).union(row["evidence_rows"])
        bases = _bases(one, figure, read)
        if len(bases) != 1:
            of = f"that of its evidence is {joined(bases, 'or')}" if bases else "its evidence has none"
            self.problems.append(self.raw.problem(("references", place), f"the key basis: {of}", one.is_))
            return None
        first, *others = dict.fromkeys(each["source_id"] for each in read)
        as_of = one.as_of or max(filter(None, map(_day, read)), default=self.sources.public(first))
        low, high, kind, distribution = self.ends(one, row)
        if not all(map(has_usual_size, (row["value"], low, high))):
            expected = f"a result of 0, or from {SMALLEST:.0e} to {LARGEST:.0e} in size; it is {row['value']:.6g}"
            self.problems.append(self.raw.problem(("references", place, "is"), expected, one.is_))
            return None
        text = readable_text(row["value"], low, high, figure["unit"])
        bounds = UNITS[figure["unit"]]
        # After the text is made: what is shown is what was computed, what is drawn is what the unit allows.
        low, high = max(low, bounds.lower), min(high, bounds.upper)
        is_plain = len(read) == 1
        return {
            "figure_id": figure["figure_id"],
            "basis": bases[0],
            "as_of": as_of,
            "source_id": first,
            "earliest": None,
            "until": None,
            "version": "",
            "text": text,
            "value": row["value"],
            "low": low,
            "high": high,
            "low_open": False,
            "high_open": False,
            "kind": kind,
            "unit": figure["unit"],
            "distribution": distribution,
            "drawn_low": low,
            "drawn_high": high,
            "degrees_of_freedom": math.nan,
            # A value that was looked up has its source's tier; one that was computed from several is derived (tier D).
            "tier": self.sources.tier_of(first, self.sources.sources[first].tier) if is_plain else "D",
            "note": _note(one, others),
            "locator": f"{self.raw.path}:{self.raw.toml_line(('references', place))}",
            "available_from": max(as_of, *map(self.sources.public, (first, *others))),
            "released": None,
            **(stated_error(low, high) if one.error else self._error(figure["unit"], bases[0], low, high, read)),
        }

    def _error(
        self, unit: str, basis: str, low: float, high: float, read: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Return the columns on the error of a value by the classes of what it is computed from, the widest of them.

        That of a product of many values may be wider still, that of a sum narrower: no class states how its errors
        are correlated.
        """
        own = [self.evidence.confidence_of(each) for each in read]
        of_sources = [self.sources.sources[each["source_id"]].confidence for each in read]
        name = widest_class(own, self.assumptions)
        if not name and is_repeated(unit, basis, self.assumptions):
            return error_columns(EXACT, low, high, None, self.assumptions)
        name = name or widest_class(of_sources, self.assumptions)
        return error_columns(f"{BY_CLASS}{name}" if name else "", low, high, None, self.assumptions)

    def ends(self, one: DeclaredReference, row: Mapping[str, Any]) -> tuple[float, float, str, str]:
        """Return the ends of a computed value, what kind of number that is, and how it is distributed between them."""
        low, high = self.evaluations.print_range(row["metric_id"])[:2]
        if math.isnan(low):
            low = high = row["value"]
        if one.error:
            share = float(one.error.rstrip(" %")) / 100
            return low - abs(low) * share, high + abs(high) * share, "estimate", "range"
        return (low, high, "exact", "none") if low == high else (low, high, "rounded", "rounding")


def _note(one: DeclaredReference, others: Sequence[str]) -> str:
    """Return how a reference is computed, and by which sources besides its first."""
    error = f" ± {one.error}" if one.error else ""
    also = f"; also by {joined(others)}" if others else ""
    return f"{' '.join(one.is_.split())}{error}{also}"


def _bases(one: DeclaredReference, figure: Mapping[str, Any], read: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what a reference may be of: what is declared, or what a claim says, or else what its evidence is of."""
    if one.basis:
        return [one.basis]
    if figure["basis"] == CLAIMED:
        return [CLAIMED]
    return list(dict.fromkeys(each["basis"] for each in read if each["basis"] not in ("", None, REPORTED)))


def _day(row: Mapping[str, Any]) -> dt.date | None:
    """Return the day of a figure, or the last day of the period of a row of evidence."""
    if "as_of" in row:
        day: dt.date = row["as_of"]
        return day
    when = period(row["period"]) if row["period"] else None
    return when.end if when else None


_THREE_DECIMALS = re.compile(r"\.\d{3}(?!\d)")


def readable_text(value: float, low: float, high: float, unit: str) -> str:
    """Return a computed number as text that reads back: with its unit if that does, and with its ends if it has any."""
    shown, scientific = format_value(value, unit, DIGITS), f"{value:.{DIGITS - 1}e}"
    texts = [shown, format_number(value, DIGITS), f"{value:.0f}"]
    # `$12.345` may be thousands, and 16 digits before a sign are more than a float keeps.
    texts += [
        _THREE_DECIMALS.sub(r"\g<0>0", shown),
        f"{scientific}%",
        f"{scientific}x",
        f"{unit} {scientific}",
        scientific,
    ]
    if low < high:
        texts.insert(0, format_interval(low, high, unit))
    for text in texts:
        with suppress(QuantityError):
            parse_quantity(text, unit)
            return text
    return texts[-1]


def _matched(
    figures: Iterable[Mapping[str, Any]], by_subject: Mapping[str, Mapping[str, Any]], of_all: Mapping[str, Any] | None
) -> tuple[list[tuple[Mapping[str, Any], Mapping[str, Any]]], list[str]]:
    """Return the figures that have a value, each with its row, and the subjects of those that lack one."""
    matched = []
    lacking = []
    for figure in figures:
        row = of_all or _of_subject(by_subject, figure["subject"])
        if row is None or math.isnan(row["value"]):
            lacking.append(figure["subject"])
        else:
            matched.append((figure, row))
    return matched, lacking


def _of_subject(rows: Mapping[str, Mapping[str, Any]], subject: str) -> Mapping[str, Any] | None:
    """Return the row of a subject, of a country by any of its names."""
    return rows.get(subject) or rows.get(country(subject) or subject)


def _is_among(subject: str, subjects: set[str]) -> bool:
    return subject in subjects or any(country(each) == subject for each in subjects)
