"""The errors of references that pairs of sources show: where two measured the same thing, they differ by both.

By kind of quantity and unit, from ten pairs on. Plain mistakes are left out, as in the calibration of figures. Counts,
dates, times, scores and stated prices are left out too: there a source repeats the number of a primary one.

Belongs here: the pairs and the factor. Does not: which errors sources state (`read.reference_errors`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from statistics import NormalDist
from typing import NamedTuple

from tidebook.pipelines.evaluate.distributions import gamma_quantile
from tidebook.pipelines.evaluate.known import CITED
from tidebook.pipelines.evaluate.reconciliation import NEAR_POWER
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.names import parts_of
from tidebook.pipelines.read.reference_errors import COVERAGE, LEARNT, drawn_by_error, is_repeated

FEWEST_PAIRS, MOST_SOURCES = 10, 50
"""Minimum pairs of a kind from which an error is learnt; maximum sources of one thing on one day that are compared."""

TAIL = 0.05


class LearntError(NamedTuple):
    """The factor within which 95% of the values of a kind lie, the number of pairs, and the factor's 90% interval."""

    factor: float
    pairs: int
    low: float
    high: float

    @property
    def words(self) -> str:
        """What `error_by` says: `learnt from 12 pairs of sources (a factor of 1.5 to 2.3 at 90%)`."""
        return f"{LEARNT} from {self.pairs} pairs of sources (a factor of {self.low:.2g} to {self.high:.2g} at 90%)"


def learnt_errors(references: Sequence[Row], assumed: Assumptions) -> dict[tuple[str, str], LearntError]:
    """Return the error of each kind of quantity with enough known pairs, by quantity and unit."""
    found = {}
    for kind, differences in _differences(references, assumed).items():
        if len(differences) >= FEWEST_PAIRS:
            found[kind] = _learnt(differences)
    return found


def with_learnt(references: Sequence[Row], assumed: Assumptions) -> Iterator[Row]:
    """Yield references, those whose error nothing states with the learnt one of their kind."""
    learnt = learnt_errors(references, assumed)
    for row in references:
        error = learnt.get(_kind_of(row))
        if error is None or row["error_by"] or not _is_measured(row, assumed):
            yield row
            continue
        low, high = row["value"] / error.factor, row["value"] * error.factor
        drawn = drawn_by_error(LEARNT, (low, high))
        yield {**row, "error_by": error.words, "error_low": low, "error_high": high, **drawn}


def _kind_of(row: Row) -> tuple[str, str]:
    return parts_of(row["figure_id"])[2], row["unit"]


def _is_measured(row: Row, assumed: Assumptions) -> bool:
    """Whether a value is one that sources measure, and no count, date, time, score or stated price that they repeat."""
    return row["value"] > 0 and row["tier"] in CITED and not is_repeated(row["unit"], row["basis"], assumed)


def _differences(references: Iterable[Row], assumed: Assumptions) -> Mapping[tuple[str, str], list[float]]:
    """Return by kind the logarithms of the ratios of what two sources say of one thing on one day."""
    measured = (row for row in references if row["kind"] != "missing" and _is_measured(row, assumed))
    same = grouped(measured, lambda row: (row["figure_id"], row["unit"], row["basis"], row["as_of"]))
    found: dict[tuple[str, str], list[float]] = {}
    for rows in same.values():
        by_source = {str(row["source_id"]): row for row in reversed(rows)}
        for one, other in combinations([by_source[source] for source in sorted(by_source)[:MOST_SOURCES]], 2):
            difference = math.log(one["value"] / other["value"])
            if not _is_mistake(difference):
                found.setdefault(_kind_of(one), []).append(difference)
    return found


def _is_mistake(difference: float) -> bool:
    """Whether two values differ by a power of ten."""
    power = round(difference / math.log(10))
    return power != 0 and abs(difference - power * math.log(10)) <= math.log(NEAR_POWER)


def _learnt(differences: Sequence[float]) -> LearntError:
    """Fit one error to differences of two: each has half the variance. The interval is that of chi squared."""
    count = len(differences)
    squares = math.fsum(difference**2 for difference in differences) / 2
    width = NormalDist().inv_cdf(0.5 + COVERAGE / 200)

    def factor(variance: float) -> float:
        return math.exp(width * math.sqrt(variance))

    low, high = (squares / (2 * gamma_quantile(count / 2, 1 - tail)) for tail in (TAIL, 1 - TAIL))
    return LearntError(factor(squares / count), count, factor(low), factor(high))
