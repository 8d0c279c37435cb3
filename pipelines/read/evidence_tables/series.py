"""Series of evidence once they are declared: their keys, values and groups, and which of their rows are needed.

Belongs here: what expressions and readers of files know of a series. Does not: how a dossier declares one (`declared`),
or what its file holds (`files`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from tidebook.pipelines.read.evidence_tables.countries import country, country_spellings
from tidebook.pipelines.read.evidence_tables.periods import Age, Period, period_of
from tidebook.pipelines.read.names import slug_of_all
from tidebook.pipelines.read.quantities.context import STRICT, Context

TIMES = ("year", "quarter", "month", "day", "date", "time", "period", "time_period", "observation_date")
"""Names of keys that hold periods."""

PLACES = (
    "country", "countries", "country_code", "country_name", "entity", "location", "iso", "iso2", "iso3", "iso_code",
    "code", "economy", "geo", "ref_area", "reference_area",
)  # fmt: skip
"""Names of keys that hold countries."""

WORLD, WORLDS = "world", ("wld", "1w", "w00", "owid_wrl")
"""The key of the world, which is no country, and the codes that publishers give it."""

_IS_SLUG = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*").fullmatch


@dataclass(frozen=True)
class Value:
    """A column of values: its header, unit, basis, class of confidence, and how its numbers are printed.

    `scale` multiplies its numbers where the unit is stated with one, such as billion tonnes.
    """

    column: str
    unit: str
    basis: str = ""
    printing: Context = STRICT
    confidence: str = ""
    scale: float = 1.0

    @property
    def is_plain(self) -> bool:
        """Whether numbers have the usual marks, as in 1234.5 or 1,234.5."""
        return self.printing == replace(STRICT, unit=self.unit, currency=self.printing.currency)


@dataclass(frozen=True)
class Series:
    """One file of evidence by the name that expressions use.

    Attributes:
        name: the name in expressions.
        path: the file.
        source: the id of the source.
        keys: the names of its keys in the order of the index, and by name the header of each.
        time, place: the keys that hold periods and countries, "" without one.
        values: its values by name.
        wide: the key whose values are headers, "" in a long table.
        overridden: what replaces its metadata, in words.
        vintages: the file of each version of it by the day from which the publisher's file held it; none without them.
        fixed: the text that rows have in each of some columns; other rows are not read.
        flag, since: the headers of the publisher's flags, and of the day from which a row's value held, "" without one.
        fiscal_year: the first month of fiscal years such as 2019/20, "" where such a text is no period.
        header: how many lines the header has.
    """

    name: str
    path: str
    source: str
    keys: Mapping[str, str]
    time: str
    place: str
    values: Mapping[str, Value]
    title: str = ""
    wide: str = ""
    resolution: str = ""
    max_age: Age | None = None
    aka: Mapping[str, str] = field(default_factory=dict)
    metadata: str = ""
    overridden: str = ""
    where: tuple[str | int, ...] = ()
    vintages: Mapping[dt.date, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    flag: str = ""
    since: str = ""
    fiscal_year: str = ""
    header: int = 1

    @property
    def beside(self) -> list[str]:
        """The headers of columns that are read beside keys and values."""
        return list(dict.fromkeys([*self.fixed, *filter(None, (self.flag, self.since))]))

    @property
    def files(self) -> list[tuple[dt.date | None, str]]:
        """Its files, each with the day of the vintage that it is, None without vintages."""
        return list(self.vintages.items()) if self.vintages else [(None, self.path)]

    def period_of(self, text: str) -> Period | None:
        """Return the period that a text of its file, or of an index, names; None for another text."""
        return period_of(text, self.fiscal_year)

    def key_of(self, key: str, text: str) -> str:
        """Return the key of a text: a country's code, else its slug; other names of `aka` first."""
        slug = text if _IS_SLUG(text) else slug_of_all(text)
        known = self.spellings.get(slug)
        if known:
            return known
        if key != self.place:
            return slug
        return WORLD if slug in WORLDS else country(slug) or slug

    def spelled(self, key: str, code: str) -> set[str]:
        """Return the usual spellings of a key in files."""
        own = {text for name, text in self.aka.items() if (country(name) or name) == code}
        own |= {code, code.replace("_", " "), code.replace("_", "-")}
        own |= {*WORLDS} if key == self.place and code == WORLD else set()
        own |= set(country_spellings(code)) if key == self.place else set()
        return own | {text.upper() for text in own} | {text.lower() for text in own} | {text.title() for text in own}

    @cached_property
    def spellings(self) -> dict[str, str]:
        """The names of `aka` by the slug of the name in the file."""
        found = {}
        for name, text in self.aka.items():
            found[slug_of_all(text)] = country(name) or name
        return found


@dataclass(frozen=True)
class Group:
    """The members of a group by the first day of each membership; the first one holds from the beginning."""

    name: str
    members: tuple[tuple[Period | None, tuple[str, ...]], ...]

    def on(self, when: Period | None) -> tuple[str, ...]:
        """Return the members in a period; the newest ones without one."""
        chosen = self.members[0 if when else -1][1]
        for since, members in self.members:
            if when and since and since.start <= when.start:
                chosen = members
        return chosen


@dataclass(frozen=True)
class EvidenceTables:
    """The evidence of a dossier: its series and groups by name."""

    series: Mapping[str, Series] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)

    def confidence_of(self, row: Mapping[str, Any]) -> str:
        """Return the class of confidence of a row of evidence by its column; "" of a figure, or without one."""
        series = self.series.get(row.get("series", ""))
        value = series.values.get(row["value_name"]) if series else None
        return value.confidence if value else ""

    @property
    def paths(self) -> list[str]:
        """The files that it is read from, sorted."""
        found: set[str] = set()
        for one in self.series.values():
            found.update(path for _, path in one.files)
            found.update([one.metadata] if one.metadata else [])
        return sorted(found)


NO_EVIDENCE = EvidenceTables()


class Needed(NamedTuple):
    """Rows that are needed: of a value, with these texts of a key if it is named, between two periods."""

    value: str
    texts: Mapping[str, frozenset[str]]
    first: Period | None
    last: Period | None
