"""How soon published values change: by kind of quantity, from all evidence of a dossier that repeats a value.

Belongs here: the spells for which values kept, and the hazards that follow. Does not: which values a claim rests on
(`judge.cards`), or what became of verdicts (`judge.record`).

A value keeps for a time T after its day with P(T > t) = exp(-(t / scale)^shape) (Weibull 1951). The scales of kinds are
log-normal around a common one; all are known by their joint posterior on a grid (Gelman et al., Bayesian Data Analysis,
chapter 5), so that a kind with few spells borrows from the others.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import cache
from math import inf, isnan, nan
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tidebook.pipelines.evaluate.known import CITED, is_of_one_period
from tidebook.pipelines.read.evidence_tables.periods import period
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.names import column_of
from tidebook.schemas.analysis import Hazards
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.units import DAYS_PER_YEAR, UNITS, UNSCALED, dimension
from tidebook.schemas.vocabulary import ANY_KIND, HORIZONS, LATER, REPORTED, REVISION

MONTH = DAYS_PER_YEAR / 12
"""Days of a month."""

PLURALS = {
    "price": "prices", "total": "totals", "score": "scores", "rate": "rates", "index": "indices", "count": "counts",
    ANY_KIND: "values",
}  # fmt: skip

TIMES = ("second", "hour", "day", "month", "year")
"""Denominators of flows: an amount per year is a total."""

SCALES, MIDDLE = np.linspace(np.log(0.25), np.log(2400), 92), (np.log(24), 1.5)
"""Logarithms of the scales in months that are tried; mean and deviation of their middle before anything is known."""

DEVIATIONS = (0.2, 0.5, 1.0, 2.0)
"""How far the scales of kinds may be apart, as standard deviations of their logarithm, all alike."""

SHAPES = np.linspace(np.log(0.3), np.log(20), 25)
_SHAPES = np.exp(-0.5 * (SHAPES / 0.5) ** 2)
"""Logarithms of the shapes that are tried, and their weights before: 1 is a constant hazard."""

INTERVAL = (0.05, 0.95)
"""The posterior quantiles that are stated."""

Reals = NDArray[np.float64]


class Spell(NamedTuple):
    """A value that kept for more than `low` and at most `high` months, inf if it was not seen to change.

    `change` is by what part of it the next value differed.
    """

    low: float
    high: float
    change: float = nan


class Seen(NamedTuple):
    """A value as it was on a day: what it may be, from when on, and the day on which it ended, if that is known.

    `since` is the first day from which it may have held; None if it may have held long before it was seen.
    """

    day: dt.date
    value: float
    low: float
    high: float
    since: dt.date | None = None
    until: dt.date | None = None


Series = tuple[tuple[str, ...], Hashable]
"""A column of one publisher, and what its values are of."""

Spells = Mapping[tuple[str, str], Mapping[Series, Sequence[Spell]]]
"""The spells by kind of quantity and of change, and by series."""


def kind_of(unit: str) -> str:
    """Return the kind of quantity that a unit is of; "" for dates."""
    if unit in UNSCALED:
        return ""
    over, _, under = unit.partition("/")
    known = UNITS[unit]
    if unit in ("index", "number", "rank"):
        return "index" if unit == "index" else "score"
    if known.currency:
        return "price" if under and under not in TIMES else "total"
    if dimension(over) == "number" or over == "1" or (under and under not in TIMES):
        return "rate"
    if unit in ("correlation", "probability", "p-value"):
        return "rate"
    if UNITS[over].count:
        return "count"
    return "score" if known.upper < inf else "total"


def spells_of(seen: Iterable[Seen], followed: dt.date, materiality: float) -> list[Spell]:
    """Return the spells of one series, of which every value up to a day is known.

    A value changes where the next differs by `materiality` and cannot be the same: on a day between the last on which
    it was seen and the first on which the next was, or may have been, there.
    """
    found: list[Spell] = []
    first = last = None
    for each in sorted(seen, key=lambda one: one.day):
        if first is None or last is None:
            first = last = each
        elif is_same(first, each, materiality):
            last = each
        else:
            by = abs(each.value / first.value - 1) if first.value else inf
            found.append(_spell(first, last, each.day, each.since, by))
            first = last = each
    if first and last:
        ended = last.until if last.until and last.until <= followed else None
        found.append(_spell(first, last, ended, ended) if ended else Spell((followed - first.day).days / MONTH, inf))
    return [each for each in found if each.low > 0 or each.high < inf]


def _spell(first: Seen, last: Seen, ended: dt.date, since: dt.date | None, by: float = nan) -> Spell:
    """Return the spell of a value that was first and last seen so, and of which the next was there on a day."""
    if last.until and last.day < last.until <= ended:
        ended = since = last.until
    day = dt.timedelta(days=1)
    low = max(last.day, since - day) if since else last.day
    return Spell((low - first.day).days / MONTH, (ended - first.day).days / MONTH, by)


def is_same(first: Seen, other: Seen, materiality: float) -> bool:
    """Whether a value may be as it was: their prints have a number in common, or they differ immaterially."""
    if first.low <= other.high and other.low <= first.high:
        return True
    return bool(first.value) and abs(other.value / first.value - 1) < materiality


def all_spells(
    references: pd.DataFrame,
    observations: pd.DataFrame,
    rows: pd.DataFrame | None,
    publishers: Mapping[str, str],
    materiality: float,
    fixed: Collection[str],
) -> Spells:
    """Collect the spells of all evidence of a dossier.

    Only one publisher's values of one quantity, basis and version follow each other: that sources disagree changes
    nothing. Values of one event or period change where they are revised. All values are known up to the last that the
    publisher has of any subject; a value of a period is the latest until the next period ends.
    """
    series: dict[tuple[str, str], dict[Series, dict[dt.date, Seen]]] = defaultdict(lambda: defaultdict(dict))
    followed: dict[Hashable, dt.date] = {}
    # Of as many rows as evidence has, few differ in their unit or period.
    kind_of_unit, dated = cache(kind_of), cache(_dated)

    def add(row: Row, change: str, column: tuple[str, ...], subject: Hashable, seen: Seen) -> None:
        kind = kind_of_unit(row["unit"])
        if kind and not isnan(seen.value):
            series[kind, change][column, subject][seen.day] = seen
            followed[column] = max(followed.get(column, seen.day), seen.day)

    def publisher(row: Row) -> str:
        return publishers.get(row["source_id"], row["source_id"])

    for row in records(references):
        if row["tier"] in CITED:
            change = REVISION if is_of_one_period(row, fixed) else LATER
            since = None if row["basis"] == REPORTED else row["earliest"] or row["as_of"]
            seen = Seen(row["as_of"], row["value"], row["low"], row["high"], since, row["until"])
            column: tuple[str, ...] = *column_of(row["figure_id"]), row["unit"], publisher(row)
            add(row, change, column, tuple(row[name] for name in ("figure_id", "basis", "version")), seen)
    for row in records(observations):
        if row["tier"] in CITED:
            column = row["series"], row["unit"], publisher(row)
            seen = Seen(row["date"], row["value"], row["low"], row["high"])
            add(row, LATER, column, (row["subject"], row["basis"]), seen)
    evidence = [] if rows is None else records(rows)
    known = {(row["series"], row["keys"], row["value_name"], row["period"]) for row in evidence}
    for row in evidence:
        when, value = dated(row["period"] or ""), row["value"]
        column = row["series"], row["value_name"], row["basis"]
        if row["vintage"]:
            seen = Seen(row["vintage"], value, value, value)
            add(row, REVISION, (*column, "vintages"), (row["keys"], row["period"]), seen)
        if when:
            end, before = when
            since = end if (row["series"], row["keys"], row["value_name"], before) in known else None
            add(row, LATER, column, row["keys"], Seen(end, value, value, value, since))
    spells: dict[tuple[str, str], dict[Series, list[Spell]]] = defaultdict(dict)
    for cell, by_key in series.items():
        for key, by_day in by_key.items():
            if found := spells_of(by_day.values(), followed[key[0]], materiality):
                spells[cell][key] = found
    return spells


def _dated(text: str) -> tuple[dt.date, str] | None:
    """Return the last day of a period, and the period before it; None for another text."""
    found = period(text)
    return (found.end, found.moved(-1).text) if found else None


def posteriors(spells: Mapping[str, Sequence[Spell]]) -> dict[str, Reals]:
    """Return by kind the chance of each scale and shape: kinds borrow from each other.

    That of any kind is of one more without spells, like the others.
    """
    middle, deviation = (each.reshape(-1, 1) for each in np.meshgrid(SCALES, DEVIATIONS, indexing="ij"))
    apart = np.exp(-0.5 * ((SCALES - middle) / deviation) ** 2)
    # Of each middle and deviation, the chances of the scales.
    scales = apart / apart.sum(axis=1, keepdims=True)
    prior = -0.5 * ((middle[:, 0] - MIDDLE[0]) / MIDDLE[1]) ** 2
    likely = {}
    for kind, own in spells.items():
        log = log_likelihood(own)
        likely[kind] = _SHAPES * np.exp(log - log.max())
    found = {}
    for kind in (*spells, ANY_KIND):
        others = [each for name, each in likely.items() if name != kind]
        log = sum((np.log((scales * each.sum(axis=1)).sum(axis=1)) for each in others), start=prior)
        common = (np.exp(log - log.max())[:, None] * scales).sum(axis=0)
        weighed = common[:, None] * likely.get(kind, _SHAPES)
        found[kind] = weighed / weighed.sum()
    return found


def log_likelihood(spells: Sequence[Spell]) -> Reals:
    """Return the log-likelihood of each scale and shape."""
    counted, times = np.unique([(each.low, each.high) for each in spells], axis=0, return_counts=True)
    log = np.zeros((len(SCALES), len(SHAPES)))
    for (low, high), count in zip(counted, times, strict=True):
        log += count * np.log(np.maximum(kept(low) - kept(high), 1e-300))
    return log


def kept(months: float) -> Reals:
    """Return by scale and shape how likely a value keeps for more than so many months."""
    if months == inf:
        return np.zeros((len(SCALES), len(SHAPES)))
    return np.exp(-((months / np.exp(SCALES)[:, None]) ** np.exp(SHAPES)))


def quantile(values: Reals, chances: Reals, at: float) -> float:
    """Return a quantile of values with these chances."""
    order = np.argsort(values, axis=None)
    summed = np.cumsum(chances.ravel()[order])
    return float(values.ravel()[order][min(int(np.searchsorted(summed, at)), len(order) - 1)])


def months_until(share: float, chances: Reals) -> float:
    """Return after how many months a share of the values is expected to have changed."""
    low, high = 0.0, 1e6
    for _ in range(60):
        months = (low + high) / 2
        low, high = (months, high) if float((chances * kept(months)).sum()) > 1 - share else (low, months)
    return high


def hazards_table(spells: Spells) -> Frame[Hazards]:
    """Return the rows of `Hazards`: of each kind with spells, and of any kind; of nothing without spells."""
    rows: list[dict[str, Any]] = []
    for change in (LATER, REVISION):
        by_kind = {kind: by_key for (kind, of), by_key in spells.items() if of == change and by_key}
        if not by_kind:
            continue
        flat = {kind: [each for some in by_key.values() for each in some] for kind, by_key in by_kind.items()}
        chances = posteriors(flat)
        flat[ANY_KIND] = [each for some in flat.values() for each in some]
        for kind, some in flat.items():
            ended = [each.change for each in some if each.high < inf]
            series = len(by_kind[kind]) if kind in by_kind else sum(map(len, by_kind.values()))
            row = {"kind": kind, "change": change, "n": len(some), "ended": len(ended), "series": series}
            changes = [each for each in ended if not isnan(each)]
            row["typical_change"] = median(changes) if changes and median(changes) < inf else nan
            rows += [row | more for more in _hazard_rows(chances[kind], some)]
    # Beyond six decimals the last bits of exponentials may differ between processors.
    return table_of(Hazards, rows).round(6)


def _hazard_rows(chances: Reals, spells: Sequence[Spell]) -> Iterable[dict[str, Any]]:
    """Yield what a posterior says by horizon; nothing is said of times for which no value was followed."""
    followed = max(each.low if each.high == inf else each.high for each in spells)
    third, half = (months_until(share, chances) for share in (1 / 3, 1 / 2))
    times = np.exp(SCALES)[:, None] * np.log(1.5) ** (1 / np.exp(SHAPES))
    low, high = (quantile(times, chances, at) for at in INTERVAL)
    until = {"third_months": third, "third_low": low, "third_high": high} if third <= followed else {}
    until |= {"half_months": half} if half <= followed else {}
    for months in HORIZONS:
        changed = 1 - kept(months)
        ends = (quantile(changed, chances, at) for at in INTERVAL)
        yield {
            **dict.fromkeys(("third_months", "third_low", "third_high", "half_months"), nan),
            **until,
            "months": months,
            "changed": float((chances * changed).sum()),
            **dict(zip(("changed_low", "changed_high"), ends, strict=True)),
        }


class KnownHazards:
    """The rows of `Hazards`, to look up."""

    def __init__(self, table: pd.DataFrame | None = None) -> None:
        rows = [] if table is None else records(table)
        self._rows: dict[tuple[str, str, int], Row] = {(row["kind"], row["change"], row["months"]): row for row in rows}

    def of(self, unit: str, change: str = LATER) -> Row | None:
        """Return a row of the kind of a unit, else of any kind; None where nothing is known, and of dates."""
        kind = kind_of(unit)
        return self.at(kind, change) if kind else None

    def at(self, kind: str, change: str, months: int = HORIZONS[0]) -> Row | None:
        """Return the row of a kind after so many months, else of any kind; None where nothing is known."""
        return self._rows.get((kind, change, months)) or self._rows.get((ANY_KIND, change, months))

    def words(self, unit: str, change: str = LATER) -> str:
        """Say how soon such values change, "" where it is not known."""
        row = self.of(unit, change)
        if row is None or isnan(row["third_months"]):
            return ""
        months = max(1, round(row["third_months"]))
        after = "a month" if months == 1 else f"{months} months"
        how = "changed" if change == LATER else "been revised"
        return f"after {after} 1 in 3 of such {PLURALS[row['kind']]} had {how} ({row['n']} seen)"
