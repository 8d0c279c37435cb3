"""The values of evidence that expressions look up, on a day: what is there, what is missing, and what is latest.

Belongs here: from the rows that were read to values with their keys; gaps by name. Does not: which keys an index means
(`lookups`), or the files (`read.evidence_tables`).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tidebook.pipelines.evaluate.lookups import ALL, LATEST, Lookup
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.evidence_tables.countries import country, spoken_country
from tidebook.pipelines.read.evidence_tables.flags import is_break, is_forecast
from tidebook.pipelines.read.evidence_tables.periods import Period, between, last_ended, period
from tidebook.pipelines.read.evidence_tables.series import NO_EVIDENCE, EvidenceTables, Needed, Series
from tidebook.pipelines.read.formatting import joined, month_words
from tidebook.schemas.units import LAST_SEEN

if TYPE_CHECKING:
    import pandas as pd

NAMED_GAPS = 3
"""Maximum gaps that a message names one by one."""


class LookedUp(NamedTuple):
    """What a lookup finds: its rows by their free keys, NaN where one is missing; `gaps` says which.

    `rows` are the ids of the rows that it depends on, `days` the last day of each one's period.
    """

    subjects: tuple[str, ...]
    values: list[float]
    days: list[dt.date | None]
    rows: list[str]
    gaps: list[str]


class _Cell(NamedTuple):
    row_id: str
    value: float


_Cells = dict[tuple[str, ...], dict[str, _Cell]]
"""Cells by the keys beside the time, then by the period's text."""


class _Index(NamedTuple):
    """The vintages of each series, and cells by series, value and vintage.

    `forecasts` are no observations, so that they are not among the cells; `breaks` are the periods that cannot be
    compared with earlier ones. Both are by series and value, then by keys.
    """

    vintages: dict[str, set[dt.date | None]]
    cells: dict[tuple[str, str, dt.date | None], _Cells]
    forecasts: dict[tuple[str, str, tuple[str, ...]], set[str]]
    breaks: dict[tuple[str, str, tuple[str, ...]], set[str]]


@dataclass(frozen=True, eq=False)
class EvidenceValues:
    """The rows of evidence, as of a day: by each series' own vintage of the day, where it has vintages.

    Attributes:
        rows: Rows of `schemas.evidence.EvidenceRows`.
        tables: The declared evidence.
        day: The day of judging: the newest vintage by then counts.
        said: The day up to which the latest period is meant, if that is another one.
    """

    rows: pd.DataFrame | None
    tables: EvidenceTables = NO_EVIDENCE
    day: dt.date = LAST_SEEN
    said: dt.date | None = None
    _root: EvidenceValues | None = None
    _found: dict[Lookup, LookedUp] = field(default_factory=dict)
    _overlaid: dict[tuple[str, str], _Cells] = field(default_factory=dict)
    _by_day: dict[tuple[dt.date, dt.date | None], EvidenceValues] = field(default_factory=dict)

    def on(self, day: dt.date, said: dt.date | None = None) -> EvidenceValues:
        """Return the evidence as of another day, of what was `said` before the article as of that day until then."""
        by = said if said and day <= self.day else day
        return self.by_vintage(by, said)

    def by_vintage(self, day: dt.date, meant: dt.date | None) -> EvidenceValues:
        """Return the evidence by the vintage of a day, with the latest period as it is `meant` on another day."""
        root = self._root or self
        if (day, meant) not in root._by_day:
            root._by_day[day, meant] = EvidenceValues(self.rows, self.tables, day, meant, root)
        return root._by_day[day, meant]

    def with_rows(self, rows: pd.DataFrame) -> EvidenceValues:
        """Return evidence with other rows of the same tables, as of the same day."""
        return EvidenceValues(rows, self.tables, self.day, self.said)

    @cached_property
    def _index(self) -> _Index:
        """The cells of all vintages, made once for all days: a day chooses among vintages."""
        return self._root._index if self._root else _index_of(self.rows)

    def _cells(self, lookup: Lookup) -> Mapping[tuple[str, ...], Mapping[str, _Cell]]:
        """Return the cells of the vintage of the day. A series without vintages has its one version on every day."""
        known = [day for day in self._index.vintages.get(lookup.series, ()) if day is not None and day <= self.day]
        if not self.tables.series[lookup.series].since:
            return self._index.cells.get((lookup.series, lookup.value, max(known, default=None)), {})
        name = lookup.series, lookup.value
        if name not in self._overlaid:
            # Each row holds until a later one of the same keys and period replaces it.
            overlaid = self._overlaid.setdefault(name, {})
            for day in sorted(known):
                for keys, own in self._index.cells.get((*name, day), {}).items():
                    overlaid.setdefault(keys, {}).update(own)
        return self._overlaid[name]

    def broken(self, new: Lookup, old: Lookup) -> str:
        """Return in words where the series of two values breaks between their periods, "" where it does not."""
        if (new.series, new.value) != (old.series, old.value):
            return ""
        series = self.tables.series[new.series]
        ends = []
        for each in (new, old):
            found = self.find(each)
            own = tuple(texts[0] for key, texts in zip(series.keys, each.keys, strict=True) if key != each.time)
            ends.append((own, found.days[0] if len(found.days) == 1 else None))
        (keys, last), (others, first) = ends
        if keys != others or last is None or first is None:
            return ""
        for text in sorted(self._index.breaks.get((new.series, new.value, keys), ())):
            when = period(text)
            if when and min(first, last) < when.end <= max(first, last):
                return f"{_gap(series, keys, '')} across {text}, where the series breaks"
        return ""

    def vintages(self, lookups: Iterable[Lookup]) -> list[dt.date]:
        """Return the days of all vintages of the series that some lookups name, in order; none without vintages."""
        days: set[dt.date] = set()
        for lookup in lookups:
            days.update(filter(None, self._index.vintages.get(lookup.series, ())))
        return sorted(days)

    def key(self, lookups: Iterable[Lookup]) -> str:
        """Return a key of all that some lookups find."""
        return digest([[each, self.find(each)[:2], self.find(each).gaps] for each in lookups])

    def find(self, lookup: Lookup) -> LookedUp:
        """Return what a lookup finds."""
        if lookup not in self._found:
            self._found[lookup] = self._find(lookup)
        return self._found[lookup]

    def _find(self, lookup: Lookup) -> LookedUp:
        series = self.tables.series[lookup.series]
        by_keys = self._cells(lookup)
        found = LookedUp((), [], [], [], [])
        subjects: list[str] = []
        for keys, is_required in self._wanted(series, lookup, by_keys):
            own = by_keys.get(keys, {})
            for text, there in self._periods(series, lookup, own, is_required):
                subjects.append("/".join(_free_parts(series, lookup, keys, text)))
                found.values.append(np.nan if there is None else there.value)
                when = period(text) if text else None
                found.days.append(when.end if when else None)
                if there is None:
                    is_forecast = text in self._index.forecasts.get((lookup.series, lookup.value, keys), ())
                    why = " (what is there is a forecast)" if is_forecast else self._early(series)
                    found.gaps.append(_gap(series, keys, text) + why)
                else:
                    found.rows.append(there.row_id)
        return found._replace(subjects=tuple(subjects))

    def _early(self, series: Series) -> str:
        """Say that no vintage is as old as the day, "" where one is."""
        days = [*series.vintages, *filter(None, self._index.vintages.get(series.name, ()))]
        return f" (its first vintage is of {min(days)})" if days and min(days) > self.day else ""

    def _wanted(
        self, series: Series, lookup: Lookup, there: Mapping[tuple[str, ...], Any]
    ) -> Iterator[tuple[tuple[str, ...], bool]]:
        """Yield the keys that are meant beside the time, and whether each must be there because it is named.

        All countries leave out what is none, such as the world, whose values would count twice.
        """
        chosen = dict(zip(series.keys, lookup.keys, strict=True))
        chosen.pop(lookup.time, None)
        choices: list[Sequence[str]] = []
        for place, (key, texts) in enumerate(chosen.items()):
            if texts != (ALL,):
                choices.append(texts)
                continue
            known = sorted({keys[place] for keys in there})
            choices.append([text for text in known if country(text)] if key == series.place else known)
        is_named = (ALL,) not in chosen.values()
        for keys in itertools.product(*choices):
            if is_named or keys in there:
                yield keys, is_named

    def _periods(
        self, series: Series, lookup: Lookup, own: Mapping[str, _Cell], is_required: bool
    ) -> Iterator[tuple[str, _Cell | None]]:
        """Yield the periods that are meant, each with its cell; None for one that is missing."""
        if not lookup.time:
            yield from _only(own, "", "", is_required)
        elif lookup.until is not None:
            newest = self._latest(series, lookup, own)
            yield from _only(own, newest, f"by {self._until(lookup)}", is_required)
        elif len(lookup.times) == 2:
            yield from self._range(series, lookup, own, is_required)
        elif lookup.times == (ALL,):
            yield from sorted(own.items())
        else:
            (text,) = lookup.times
            yield from _only(own, text, text, is_required)

    def _until(self, lookup: Lookup) -> dt.date:
        return dt.date.fromisoformat(lookup.until) if lookup.until else self.said or self.day

    def _latest(self, series: Series, lookup: Lookup, own: Mapping[str, _Cell]) -> str:
        """Return the latest period that ended by a day and is no older than the series allows, "" if none is."""
        periods = sorted(filter(None, map(period, own)))
        if not periods:
            return ""
        until = self._until(lookup)
        newest = last_ended(until, periods[-1].resolution)
        earliest = series.max_age.earliest(newest) if series.max_age else dt.date.min
        past = [each for each in periods if earliest <= each.start and each.end <= until]
        return past[-1].text if past else ""

    def _range(
        self, series: Series, lookup: Lookup, own: Mapping[str, _Cell], is_required: bool
    ) -> Iterator[tuple[str, _Cell | None]]:
        """Yield the periods of a range, each that it names; where an end is open, or by days, those that are there."""
        start, end = lookup.times
        if end == LATEST:
            end = self._latest(series, lookup, own) or start
        first, last = period(start), period(end)
        there = sorted(filter(None, map(period, own)), key=attrgetter("start"))
        resolution = series.resolution or _resolution([*there, first])
        if first and last and resolution != "day":
            for each in between(first, last, resolution):
                if each.text in own or is_required:
                    yield each.text, own.get(each.text)
            return
        for each in there:
            if each.is_within(first, last):
                yield each.text, own[each.text]


def _index_of(rows: pd.DataFrame | None) -> _Index:
    index = _Index({}, {}, {}, {})
    if rows is None:
        return index
    names = ("series", "value_name", "vintage", "keys", "period", "evidence_row_id", "value")
    columns = [rows[name].tolist() for name in names]
    columns.append(rows["flag"].tolist() if "flag" in rows else [""] * len(rows))  # of a release before 0.3
    parts = {text: tuple(filter(None, text.split("/"))) for text in dict.fromkeys(columns[3])}
    for series, name, vintage, keys, when, row_id, value, flag in zip(*columns, strict=True):
        index.vintages.setdefault(series, set()).add(vintage)
        if flag and is_break(flag):
            index.breaks.setdefault((series, name, parts[keys]), set()).add(when)
        if flag and is_forecast(flag):
            index.forecasts.setdefault((series, name, parts[keys]), set()).add(when)
            continue
        by_keys = index.cells.setdefault((series, name, vintage), {})
        by_keys.setdefault(parts[keys], {})[when] = _Cell(row_id, value)
    return index


def _resolution(periods: Iterable[Period | None]) -> str:
    """Return the resolution of the first known period, "" without any."""
    return next((each.resolution for each in periods if each), "")


def _only(own: Mapping[str, _Cell], text: str, gap: str, is_required: bool) -> Iterator[tuple[str, _Cell | None]]:
    """Yield the cell of one period; without it a gap by its name, if it must be there."""
    if text in own:
        yield text, own[text]
    elif is_required:
        yield gap, None


def _free_parts(series: Series, lookup: Lookup, keys: Sequence[str], text: str) -> Iterator[str]:
    others = iter(keys)
    for key in series.keys:
        part = text if key == lookup.time else next(others)
        if key in lookup.free:
            yield part


def _gap(series: Series, keys: Sequence[str], text: str) -> str:
    """Return a missing value in words: `staff for Peru in 2017`."""
    parts = [series.name.replace("_", " ")]
    if of := " and ".join(spoken_country(key) for key in keys):
        parts.append(f"for {of}")
    when = period(text)
    if text:
        name = month_words(when.start) if when and when.resolution == "month" else text
        parts.append(text if text.startswith("by ") else f"in {name}")
    if when and series.resolution and when.resolution != series.resolution:
        parts.append(f"(it has one value for each {series.resolution})")
    return " ".join(parts)


NO_VALUE_OF = "there is no value of"


def gap_words(gaps: Sequence[str]) -> str:
    """Return what is missing in words, "" if nothing is."""
    if not gaps:
        return ""
    named = list(dict.fromkeys(gaps))
    more = len(named) - NAMED_GAPS
    # In place of `1 others` the one is named.
    listed = [*named[:NAMED_GAPS], f"{more} others"] if more > 1 else named
    parts = [listed[0]]
    for before, each in itertools.pairwise(listed):
        of, within, when = each.rpartition(" in ")
        parts.append(when if within and of == before.rpartition(" in ")[0] else each)
    return f"{NO_VALUE_OF} {joined(parts)}"


def needed(evidence: EvidenceTables, lookups: Iterable[Lookup]) -> dict[str, list[Needed]]:
    """Return which rows of each series some lookups may find, for the reading of its file."""
    found: dict[str, list[Needed]] = {}
    for lookup in dict.fromkeys(lookups):
        series = evidence.series[lookup.series]
        texts = {}
        for key, own in zip(series.keys, lookup.keys, strict=True):
            if key != lookup.time and own != (ALL,):
                texts[key] = frozenset(own)
        found.setdefault(lookup.series, []).append(Needed(lookup.value, texts, *_ends(lookup)))
    return found


def _ends(lookup: Lookup) -> tuple[Period | None, Period | None]:
    """Return the first and the last period that a lookup may find, None for an open end."""
    ends = [None if text in ("", ALL, LATEST) else period(text) for text in lookup.times]
    return ends[0], ends[-1]
