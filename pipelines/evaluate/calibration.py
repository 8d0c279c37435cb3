"""The uncertainty of estimates and open-ended figures, fitted to the errors that references show, and how well it does.

A figure's case is the logarithm of its reference over what is printed, with the best reference known on the day of the
content. Errors of estimates lie around zero; what an open end such as `+` hides has a centre of its own. Both are
normal with a conjugate prior, by which a new error has a Student's t distribution (A. Gelman et al., Bayesian Data
Analysis, 2013, section 3.3). Prior is the uncertainty assumed in the dossier, with the weight of
`calibration.prior_cases`.

Figures of one kind, a quantity in a unit, share one scale if at least `LEAST_CASES` cases of the kind are known. Else
all cases count, near ones more: the likelihood of a case is raised to a power below one (the power prior of J. G.
Ibrahim and M.-H. Chen, Statistical Science 15, 2000, 46-60), divided by `calibration.unlike` for each of quantity, unit
and basis in which it differs. The degrees of freedom are those of all these cases.

Cases that are mistakes by rule, such as a power of ten, are left out of the fit, and shown as an error rate: no
uncertainty is to cover them. Nothing here is chosen by how often the result holds a reference.

Belongs here: fit and test. Does not: what is assumed (`read.intervals`), or drawing (`evaluate`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from tidebook.pipelines.evaluate.distributions import FARTHEST, binomial_chance, t_quantile
from tidebook.pipelines.evaluate.known import best_references
from tidebook.pipelines.evaluate.reconciliation import PairedFigure, judged_figures, paired_figures
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.intervals import assumed_ends
from tidebook.pipelines.read.names import parts_of
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.figures import Calibration, CalibrationCases, Figures
from tidebook.schemas.reference import MISTAKES, ReferenceValues
from tidebook.schemas.units import UNSCALED
from tidebook.schemas.vocabulary import SPREAD

LEAST_CASES = 5
"""Minimum cases for a fit; below, the assumed uncertainty stays."""

TAIL = 0.05
"""What lies beyond either end of an interval."""

ESTIMATE, OPEN, ROUNDED, EXACT = "estimate", "open-ended", "rounded", "exact"
FITTED = (ESTIMATE, OPEN)
BOTH = "estimate or open-ended"


@dataclass(frozen=True)
class _Case:
    """A figure with its reference; a `mistake` is the comparison that excludes it from the fit."""

    figure: Row
    reference: Row
    form: str
    mistake: str

    @property
    def error(self) -> float:
        """The logarithm of reference over printed value, positive where an open end hides it: `up to` from below."""
        size = math.log(self.reference["value"] / self.figure["value"])
        return -size if self.figure["kind"] == "at_most" else size


class Fitted(NamedTuple):
    """A fitted uncertainty.

    Attributes:
        low, high: the 5th and the 95th percentile of the draws, in the figure's unit.
        degrees_of_freedom: of Student's t in the logarithm.
        cases: the number of cases that it was fitted to.
        weight: the number of cases of its own kind that they weigh as much as.
    """

    low: float
    high: float
    degrees_of_freedom: float
    cases: int
    weight: float

    def columns(self) -> dict[str, Any]:
        """Return the columns of `Figures` on it."""
        ends = zip(SPREAD, ("fitted", self.low, self.high, self.degrees_of_freedom), strict=True)
        return dict(ends) | {"spread_cases": self.cases, "spread_weight": self.weight}


class _Fit:
    """The errors of all cases but mistakes and those of the subject `but`, with the assumptions as their prior."""

    def __init__(self, cases: Iterable[_Case], assumed: Assumptions, but: str = "") -> None:
        self.cases = []
        for case in cases:
            if case.form in FITTED and not case.mistake and case.figure["subject"] != but:
                self.cases.append(case)
        self.assumed = assumed

    def of(self, row: Row) -> Fitted | None:
        """Return a figure's fitted uncertainty; None where it stays as assumed."""
        if row["distribution"] != "assumed" or not _is_fitted(row) or len(self.cases) < LEAST_CASES:
            return None
        own = [case for case in self.cases if _kind_of(case.figure) == _kind_of(row)]
        if len(own) >= LEAST_CASES:
            return self._fitted(row, [(case, 1.0) for case in own])
        discount = self.assumed.calibration.unlike
        weighted = [(case, discount ** -_differences(case.figure, row)) for case in self.cases]
        return self._fitted(row, weighted)

    def _fitted(self, row: Row, cases: Sequence[tuple[_Case, float]]) -> Fitted:
        """Fit Student's t to weighted cases; a weight is the power to which a case's likelihood is raised."""
        prior = self.assumed.calibration.prior_cases
        mean, variance = _prior(row)
        open_ends = [(case.error, weight) for case, weight in cases if case.form == OPEN]
        # `fsum` is exact, so that a fit does not depend on the order of the cases.
        total = math.fsum(weight for _, weight in cases)
        of_open = math.fsum(weight for _, weight in open_ends)
        # An estimate shares the scale of open ends, whose centre has a prior too.
        # A log-uniform error between nothing and `at_least_hides` has half its logarithm as mean.
        start = mean if _form(row) == OPEN else math.log(self.assumed.open_ended.at_least_hides) / 2
        average = math.fsum(weight * error for error, weight in open_ends) / of_open if of_open else start
        # The sums of the posterior of a normal mean and variance: Gelman et al., section 3.3. Estimates have the known
        # mean 0.
        squares = prior * variance
        squares += math.fsum(weight * case.error**2 for case, weight in cases if case.form == ESTIMATE)
        squares += math.fsum(weight * (error - average) ** 2 for error, weight in open_ends)
        # How far the mean of the cases is from that of the prior speaks for a larger variance, too.
        squares += prior * of_open / (prior + of_open) * (average - start) ** 2
        # How heavy the tails are is learnt from all cases alike, how wide the middle is from the near ones.
        degrees = prior + len(cases)
        centre, widened = 0.0, 1.0
        if _form(row) == OPEN:
            # A new error also varies by what is not known of its mean; the mean of estimates is known to be 0.
            centre, widened = (prior * mean + of_open * average) / (prior + of_open), 1 + 1 / (prior + of_open)
        half = math.sqrt(widened * squares / (prior + total)) * t_quantile(degrees, 1 - TAIL)
        low, high = (-centre - half, half - centre) if row["kind"] == "at_most" else (centre - half, centre + half)
        # An error of hundreds of orders of magnitude spreads the others beyond all floats.
        size = math.log(row["value"])
        low, high = max(low, -FARTHEST - size), min(high, FARTHEST - size)
        ends = row["value"] * math.exp(low), row["value"] * math.exp(high)
        return Fitted(*ends, degrees, len(cases), total)


def _kind_of(figure: Row) -> tuple[str, str]:
    """Return the kind of quantity of a figure: what is measured, and its unit."""
    return parts_of(figure["figure_id"])[2], figure["unit"]


def _differences(one: Row, other: Row) -> int:
    """Count in which of quantity, unit and basis two figures differ."""
    quantity, unit = _kind_of(one)
    other_quantity, other_unit = _kind_of(other)
    return sum([quantity != other_quantity, unit != other_unit, bool(one["basis"] != other["basis"])])


def _is_fitted(row: Row) -> bool:
    """Return whether a printed figure has the kind of uncertainty that is fitted: a factor, above zero.

    A range such as `0–10%` reaches zero, and no factor does.
    """
    is_positive = row["value"] > 0 and row["drawn_low"] > 0
    return _form(row) in FITTED and is_positive and row["unit"] not in UNSCALED


def _form(row: Row) -> str:
    if row["distribution"] == "none" or row["kind"] == "exact":
        return EXACT
    if row["kind"] in ("at_least", "at_most"):
        return OPEN
    return ESTIMATE if row["kind"] == "estimate" else ROUNDED


def _prior(row: Row) -> tuple[float, float]:
    """Return mean and variance of a figure's error as assumed: log-uniform between its drawn ends."""
    low, high = (math.log(row[end] / row["value"]) for end in ("drawn_low", "drawn_high"))
    # The variance of a uniform distribution is its squared width over 12.
    middle = (low + high) / 2
    return (-middle if row["kind"] == "at_most" else middle), (high - low) ** 2 / 12


def _cases(figures: Sequence[Row], references: Iterable[Row], found: Mapping[str, str], day: dt.date) -> list[_Case]:
    """Return the figures whose value was known on the day of the content, in their order; `found` are results."""
    best = best_references(figures, references, day)
    cases = []
    for row in figures:
        reference, result = best.get(row["figure_id"]), found.get(row["figure_id"])
        # Rounded and exact figures are cases too: they are counted in the test, although nothing is fitted to them.
        if reference and result and (_form(row) not in FITTED or (_is_fitted(row) and reference["value"] > 0)):
            cases.append(_Case(row, reference, _form(row), result if result in MISTAKES else ""))
    return cases


def comparisons_of(paired: Iterable[PairedFigure], day: dt.date, assumed: Assumptions) -> dict[str, str]:
    """Return what is found of each figure of the article, by its id."""
    judged = judged_figures(paired, day, assumed)
    return {figure["figure_id"]: found.name for figure, found, _ in judged}


def as_assumed(rows: Iterable[Row], assumed: Assumptions) -> Iterator[dict[str, Any]]:
    """Yield rows of figures or references, spread as is assumed before any reference is seen."""
    for row in rows:
        if row["distribution"] not in ("assumed", "fitted"):
            yield dict(row)
            continue
        low, high = assumed_ends(row["kind"], row["value"], row["unit"], assumed)
        spread = {"distribution": "assumed", "drawn_low": low, "drawn_high": high, "degrees_of_freedom": math.nan}
        yield {**row, **spread, "spread_cases": math.nan, "spread_weight": math.nan}


def fitted_rows(
    figures: Iterable[Row], references: Iterable[Row], found: Mapping[str, str], day: dt.date, assumed: Assumptions
) -> Iterator[dict[str, Any]]:
    """Yield rows of figures with the fitted uncertainty of those that have one; `found` are results on them."""
    rows = list(as_assumed(figures, assumed))
    fit = _Fit(_cases(rows, references, found, day), assumed)
    for row in rows:
        fitted = fit.of(row)
        yield row | fitted.columns() if fitted else row


def fitted_figures(figures: pd.DataFrame, references: pd.DataFrame, day: dt.date, assumed: Assumptions) -> pd.DataFrame:
    """Return the figures with the fitted uncertainty of those that have one; all others as they are."""
    # So few references cannot give enough cases; to pair them with figures would take most of the time of this step.
    if len(references) < LEAST_CASES:
        return figures
    rows, known = records(figures), records(references)
    fitted = fitted_rows(rows, known, comparisons_of(paired_figures(rows, known), day, assumed), day, assumed)
    return table_of(Figures, fitted)


def interval_score(low: float, high: float, value: float) -> float:
    """Return the width of an interval, and how far a value lies outside it times 2 over what it leaves outside.

    Source: T. Gneiting and A. E. Raftery, Journal of the American Statistical Association 102 (2007), 359-378.
    """
    # Two over 1 - coverage, which is 2 / (2 * TAIL).
    return high - low + (max(low - value, 0.0) + max(value - high, 0.0)) / TAIL


def exact_interval(hits: int, cases: int) -> tuple[float, float]:
    """Return the exact 90% interval of a share, given how many of the cases were hits.

    Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934), 404-413.
    """
    low = binomial_chance(hits, cases, TAIL) if hits else 0.0
    high = binomial_chance(hits + 1, cases, 1 - TAIL) if hits < cases else 1.0
    return low, high


def calibration_cases_table(
    figures: Frame[Figures], references: Frame[ReferenceValues], article: Article, assumed: Assumptions
) -> Frame[CalibrationCases]:
    """Return each case with its interval, as rows of `schemas.figures.CalibrationCases`, sorted by key.

    The fitted uncertainty is that of all other subjects, and the assumed one is beside it.
    """
    printed, known, day = records(figures), records(references), article.content
    found = comparisons_of(paired_figures(printed, known), day, assumed)
    cases = _cases([*as_assumed(printed, assumed)], known, found, day)
    rows = []
    for case in cases:
        figure, reference = case.figure, case.reference
        assumed_range = figure["drawn_low"], figure["drawn_high"]
        # Without all cases of the subject: the article's errors on one subject are alike and would vouch for each
        # other.
        fitted = _Fit(cases, assumed, figure["subject"]).of(figure)
        row = {
            "figure_id": figure["figure_id"],
            "kind": figure["kind"],
            "unit": figure["unit"],
            "form": case.form,
            "printed": figure["value"],
            "reference": reference["value"],
            "reference_as_of": reference["as_of"],
            "source_id": reference["source_id"],
            "mistake": case.mistake,
            "spread_cases": fitted.cases if fitted else math.nan,
            "spread_weight": fitted.weight if fitted else math.nan,
        }
        for prefix, ends in (("", fitted[:2] if fitted else assumed_range), ("assumed_", assumed_range)):
            for name, value in _scored_interval(case, *ends).items():
                row[prefix + name] = value
        rows.append(row)
    return table_of(CalibrationCases, rows)


def _scored_interval(case: _Case, low: float, high: float) -> dict[str, Any]:
    """Return an interval of a case, whether it contains the reference, and its score (lower is better).

    Intervals are wide in proportion, so that they are scored by their logarithms.
    """
    value = case.reference["value"]
    score = interval_score(math.log(low), math.log(high), math.log(value)) if case.form in FITTED else math.nan
    return {"low": low, "high": high, "hit": low <= value <= high, "score": score}


def calibration_table(cases: Frame[CalibrationCases]) -> Frame[Calibration]:
    """Return how often intervals held the reference, by form of figure, as rows of `schemas.figures.Calibration`."""
    rows = []
    for name, forms in {ESTIMATE: [ESTIMATE], OPEN: [OPEN], BOTH: FITTED, ROUNDED: [ROUNDED], EXACT: [EXACT]}.items():
        own = cases[cases["form"].isin(forms)]
        if own.empty:
            continue
        hits = int(own["hit"].sum())
        low, high = exact_interval(hits, len(own))
        rows.append(
            {
                "form": name,
                "cases": len(own),
                "mistakes": int((own["mistake"] != "").sum()),
                "hits": hits,
                "coverage": hits / len(own),
                "coverage_low": low,
                "coverage_high": high,
                "score": own["score"].mean(),
                "assumed_hits": int(own["assumed_hit"].sum()),
                "assumed_score": own["assumed_score"].mean(),
            }
        )
    return table_of(Calibration, rows)
