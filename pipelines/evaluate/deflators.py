"""The ratios of the series that deflate bases, from evidence: each in one year over itself in another.

Belongs here: the expressions that follow from declared bases, and their values. Does not: what a ratio turns into what
(`conversions`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import permutations

import pandas as pd

from tidebook.pipelines.evaluate.base import DeclaredMetric
from tidebook.pipelines.evaluate.conversions import ConvertedBases, base_of, year_of
from tidebook.pipelines.evaluate.declared import Formula, Formulas, ready_metrics
from tidebook.pipelines.evaluate.evaluations import Evaluations
from tidebook.pipelines.evaluate.evidence_values import EvidenceValues
from tidebook.pipelines.evaluate.expressions import ExpressionError, Linker, parse
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.read.declarations import OWN_YEAR, Assumptions, Basis
from tidebook.pipelines.read.errors import Problem, did_you_mean, refuse
from tidebook.pipelines.read.evidence_tables.series import EvidenceTables
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.rawfile import RawFile

Years = tuple[str, int, int]
"""A series with its keys, such as `cpi[usa]`, and two years."""


@dataclass(frozen=True)
class Deflators:
    """The expressions of the ratios of series, by series and two years."""

    names: Mapping[Years, str] = field(default_factory=dict)
    formulas: Formulas = field(default_factory=dict)


def read_deflators(
    bases: Mapping[str, Basis], figures: Iterable[Row], evidence: EvidenceTables, raw: RawFile
) -> Deflators:
    """Return an expression for each series and each two years that bases or figures on them may need.

    Raises:
        InputError: the series is not among the evidence, or cannot be read in the year of a basis.
    """
    linker = Linker({}, evidence)
    names: dict[Years, str] = {}
    formulas: Formulas = {}
    problems: list[Problem] = []
    for basis, declared in bases.items():
        series = declared.deflated_by.partition("[")[0].strip()
        if series and series not in evidence.series:
            expected = f"a series of evidence with its keys, such as cpi[usa]{did_you_mean(series, evidence.series)}"
            problems.append(raw.problem(("bases", basis, "deflated_by"), expected, declared.deflated_by))
    refuse(problems)
    for number, (basis, years) in enumerate(_wanted(bases, figures), 1):
        series, first, second = years
        name, place = f"deflator_{number}", ("bases", basis, "deflated_by")
        text = f"{_level(series, second)} / {_level(series, first)}"
        try:
            root = linker.link(parse(text, place))
        except ExpressionError as error:
            problems.append(raw.problem(place, error.expected, series))
            continue
        metric = {"is": text, "unit": "ratio", "means": f"{series} in {second} over {first}"}
        names[years], formulas[name] = name, Formula(DeclaredMetric.model_validate(metric), root, text)
    refuse(list(dict.fromkeys(problems)))
    return Deflators(names, formulas)


def _wanted(bases: Mapping[str, Basis], figures: Iterable[Row]) -> Iterator[tuple[str, Years]]:
    """Yield each series with two years, one of them that of a basis, with the basis that names the series."""
    fixed: dict[str, set[int]] = {}
    named: dict[str, str] = {}
    for basis, declared in bases.items():
        if declared.deflated_by:
            named.setdefault(declared.deflated_by, basis)
            fixed.setdefault(declared.deflated_by, set())
        if isinstance(declared.base_year, int):
            fixed[declared.deflated_by].add(declared.base_year)
    own = _own_years(bases, figures)
    for series, years in fixed.items():
        for first, second in permutations(sorted(years | own.get(series, set())), 2):
            if not years.isdisjoint((first, second)):
                yield named[series], (series, first, second)


def _own_years(bases: Mapping[str, Basis], figures: Iterable[Row]) -> dict[str, set[int]]:
    """Return the years of the figures in nominal money, by the series that deflates it."""
    found: dict[str, set[int]] = {}
    if any(basis.base_year == OWN_YEAR for basis in bases.values()):
        for row in figures:
            basis = bases.get(base_of(row["basis"], bases))
            if basis and basis.base_year == OWN_YEAR:
                found.setdefault(basis.deflated_by, set()).add(year_of(row, basis))
    return found


def _level(series: str, year: int) -> str:
    """Return the expression of a series in a year."""
    series = series.strip()
    keys = f"{series[:-1]}, " if series.endswith("]") else f"{series}["
    return f"{keys}{year}]"


def converted_bases(
    deflators: Deflators,
    bases: Mapping[str, Basis],
    figures: pd.DataFrame,
    raw: RawFile,
    evidence: EvidenceValues,
    assumptions: Assumptions,
) -> ConvertedBases:
    """Evaluate the ratios; two years of which the evidence lacks one have none."""
    deflated = {name: basis for name, basis in bases.items() if basis.deflated_by}
    if not deflators.names:
        return ConvertedBases(deflated)
    metrics = ready_metrics(deflators.formulas, {}, raw, StepCache(), evidence=evidence)
    evaluations = Evaluations(figures, assumptions, metrics)
    ratios = {}
    for years, name in deflators.names.items():
        row = evaluations.get(name)
        if row and not math.isnan(row["value"]):
            ratios[years] = float(row["value"])
    return ConvertedBases(deflated, ratios)
