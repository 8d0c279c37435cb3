"""What an expression looks up in evidence: the keys and periods behind `co2[gbr, 1990:2018]`.

Belongs here: from the indices of an expression to keys and periods, without any data. Does not: the values
(`evidence_values`), or the syntax of an index (`expressions`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from tidebook.pipelines.read.errors import did_you_mean
from tidebook.pipelines.read.evidence_tables.periods import RESOLUTIONS, Period, period
from tidebook.pipelines.read.evidence_tables.series import EvidenceTables, Group, Series

LATEST = "latest"
"""The index for the latest period."""

ALL = ":"


class IndexingError(ValueError):
    """An unusable index: `expected` describes a usable one, `index` is its number, None if it is no single one."""

    def __init__(self, index: int | None, expected: str) -> None:
        super().__init__(expected)
        self.index = index
        self.expected = expected


class Lookup(NamedTuple):
    """What is looked up: of each key the texts chosen.

    Attributes:
        series: the series.
        value: which of its values.
        keys: for each key in the order of the index its texts, or `ALL`; of the time its periods, see `times`.
        times: (period,), the first and last period of a range, "" for an open end or `latest`, or (`ALL`,).
        time: the key that holds periods, "" without one.
        free: the keys that the index leaves free, over which it has rows.
        until: the day up to which the latest period is meant, "" for the day of judging; None if none is meant.
        words: how messages name it.
    """

    series: str
    value: str
    keys: tuple[tuple[str, ...], ...]
    times: tuple[str, ...]
    time: str
    free: tuple[str, ...]
    until: str | None = None
    words: str = ""

    @property
    def table(self) -> str:
        """What identifies a table where rows are joined: values with the same free keys are."""
        return f"[{', '.join(self.free)}]" if self.free else ""

    def at_latest(self, until: str) -> Lookup:
        """Return it at the latest period up to a day.

        Raises:
            IndexingError: it has no free time, or the text is not a day.
        """
        if self.time not in self.free:
            raise IndexingError(None, "evidence over time, whose index leaves the period free")
        if until:
            try:
                dt.date.fromisoformat(until)
            except ValueError as error:
                raise IndexingError(None, 'a date such as "2019-05-31"') from error
        return self._replace(free=tuple(key for key in self.free if key != self.time), until=until)


def lookup_of(evidence: EvidenceTables, name: str, indices: Sequence[tuple[str, ...]], value: str) -> Lookup:
    """Return what an index on a series looks up.

    An index stands for the first key that is still free and that it can be: a period is not a country. A key without an
    index is taken as a whole.

    Args:
        evidence: the declared evidence.
        name: the series.
        indices: a key each, or the two ends of a range, "" for an open one.
        value: the value, "" for the only one.

    Raises:
        IndexingError: there are more indices than keys, a key is unknown, or several values are none of them named.
    """
    series = evidence.series[name]
    _require_value(series, name, value)
    chosen = _chosen(series, indices)
    when = _period_of(series, chosen.get(series.time))
    keys: list[tuple[str, ...]] = []
    free = []
    times: tuple[str, ...] = (ALL,)
    is_latest = _is_latest(chosen.get(series.time))
    for key in series.keys:
        index = chosen.get(key)
        if key == series.time:
            times = _times(series, index)
            keys.append(())
            is_free = not is_latest and (times == (ALL,) or len(times) > 1)
        else:
            keys.append(_members(evidence, series, key, index, when))
            is_free = index is None or len(index[1]) == 2 or bool(_group_of(evidence, index[1][0]))
        if is_free:
            free.append(key)
    first = value or next(iter(series.values))
    shown = ", ".join(":".join(index) for index in indices)
    words = f"{name}[{shown}]" if indices else name
    return Lookup(name, first, tuple(keys), times, series.time, tuple(free), "" if is_latest else None, words)


def _require_value(series: Series, name: str, value: str) -> None:
    """Raise IndexingError for an unknown value of a series, or for none where it has several."""
    if value and value not in series.values:
        raise IndexingError(None, f"a value of {name}{did_you_mean(value, series.values) or ', ' + _listed(series)}")
    if not value and len(series.values) > 1:
        raise IndexingError(None, f"{name}[...] with a dot and one of its values: {_listed(series)}")


_Index = tuple[int, tuple[str, ...]]
"""The number of an index, and its text or the ends of its range."""


def _listed(series: Series) -> str:
    return f"one of {', '.join(series.values)}"


def _chosen(series: Series, indices: Sequence[tuple[str, ...]]) -> dict[str, _Index]:
    """Return the index of each key."""
    found: dict[str, _Index] = {}
    for number, index in enumerate(indices):
        left = [key for key in series.keys if key not in found]
        is_time = _is_time(series, index, series.time in left)
        fitting = [key for key in left if (key == series.time) == is_time or not any(index)]
        # `latest` or a period is the time, wherever it is in the order.
        if not fitting:
            listed = ", ".join(series.keys)
            raise IndexingError(number, f"an index for one of the keys {listed}" if left else f"no more than {listed}")
        found[fitting[0]] = number, index
    return found


def _is_time(series: Series, index: tuple[str, ...], needs_time: bool) -> bool:
    """Whether an index is a time: a range of periods is one; a period alone may be a key such as 2019 that is none."""
    has_period = any(series.period_of(end) or end == LATEST for end in index if end)
    return has_period and (needs_time or len(index) > 1)


def _period_of(series: Series, index: _Index | None) -> Period | None:
    """Return the period by which the members of a group are meant: the only one, or the last of a range."""
    periods = [found for end in (index[1] if index else ()) if (found := series.period_of(end))]
    return periods[-1] if periods else None


def _is_latest(index: _Index | None) -> bool:
    return index is not None and index[1] == (LATEST,)


def _times(series: Series, index: _Index | None) -> tuple[str, ...]:
    """Return the period, or the ends of a range, that an index states."""
    if index is None or not any(index[1]) or _is_latest(index):
        return (ALL,)
    number, ends = index
    texts = [_end_of_range(series, number, end) for end in ends]
    if len(texts) == 2:
        first, last = map(period, texts)
        if first and last and first.start > last.start:
            raise IndexingError(number, "a range whose first period is not after its last")
        return tuple(texts)
    only = period(texts[0])
    is_longer = only and series.resolution and RESOLUTIONS.index(only.resolution) < RESOLUTIONS.index(series.resolution)
    return (texts[0], texts[0]) if is_longer else (texts[0],)  # a year of a monthly series is a range


def _end_of_range(series: Series, number: int, end: str) -> str:
    """Return a period as it is compared; "" for an open end, and `latest` as it stands."""
    found = series.period_of(end)
    if end and end != LATEST and found is None:
        raise IndexingError(number, 'a period such as 2019 or "2019-05"')
    return found.text if found else end


def _members(
    evidence: EvidenceTables, series: Series, key: str, index: _Index | None, when: Period | None
) -> tuple[str, ...]:
    """Return the texts of a key: one, those of a group, or all."""
    if index is None or not any(index[1]):
        return (ALL,)
    number, ends = index
    if len(ends) == 2:
        raise IndexingError(number, f"{key}, a group of these, or : for all")
    found = _group_of(evidence, ends[0])
    if found:
        group, since = found
        return tuple(series.key_of(key, each) for each in group.on(since or when))
    return (series.key_of(key, ends[0]),)


def _group_of(evidence: EvidenceTables, text: str) -> tuple[Group, Period | None] | None:
    """Return the group that a text names, with the period of its members if it names one, as `eu@2014` does."""
    name, at, since = text.partition("@")
    if name not in evidence.groups or (at and period(since) is None):
        return None
    return evidence.groups[name], period(since) if at else None
