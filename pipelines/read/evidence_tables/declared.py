"""Evidence tables and groups as a dossier declares them: files, keys, values, units and where they come from.

Belongs here: the sections [evidence.NAME] and [groups], checked, each series by the name that expressions use. Does
not: what a series is once it is declared (`series`), or what the files hold (`files`).
"""

from __future__ import annotations

import json
import keyword
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from tidebook.pipelines.read.declarations import Declaration, Identifier, Seen, Slug, Text, declare
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean, refuse
from tidebook.pipelines.read.evidence_tables.countries import country
from tidebook.pipelines.read.evidence_tables.layout import MOST_HEADER_LINES
from tidebook.pipelines.read.evidence_tables.periods import RESOLUTIONS, Period, age, period
from tidebook.pipelines.read.evidence_tables.series import PLACES, TIMES, EvidenceTables, Group, Series, Value
from tidebook.pipelines.read.evidence_tables.stated import Stated, stated_unit
from tidebook.pipelines.read.names import slug_of_all
from tidebook.pipelines.read.printed import Printing
from tidebook.pipelines.read.quantities.context import CHOICES
from tidebook.pipelines.read.rawfile import Fault, RawFile
from tidebook.schemas.units import UNITS

EvidenceFile = Annotated[RawFile, "evidence.toml"]

ONLY = "value"
"""The name of the value of a wide table, which has a single one."""


class DeclaredValue(Printing):
    """A column of values with its own basis or form, or whose name in the file is not an identifier."""

    column: str = ""
    unit: Text
    basis: str = ""
    confidence: str = ""


class DeclaredSeries(Declaration):
    """A file of a folder, with what replaces its metadata."""

    file: Text
    unit: str = ""
    title: str = ""
    basis: str = ""


class DeclaredEvidence(Printing):
    """An evidence table: one file, or a folder of files of one form, each a series. Its numbers have the unit declared.

    Attributes:
        path, files: the file, or the path of each file of a folder with `{}` in place of its name.
        source: the id of the source.
        address: where `sources add` took it, and `sources fetch` takes it again.
        key: the columns by which rows are found, in the order of the index.
        wide: the key whose values are headers of columns, countries or periods; the other one is the first column.
        values: the columns of values with their units, by default those of a Data Package; `unit` is of a wide table.
        confidence: the class of its values in assumptions.toml, that of one column in `values`.
        metadata: a JSON file that states titles and units.
        series: the files of a folder by the names that expressions use.
        max_age: how much older than the newest possible period the latest value may be.
        resolution: the length of its periods.
        aka: other names: those that a dossier uses, with the ones in the file.
        vintages: the days of the publisher's versions of the file, with `{}` for the day in `path`.
        where: the text that rows have in each of some columns; the others are not read.
        time, place: the keys that hold periods and countries, where their names do not say so.
        flag: the column of the publisher's flags, such as p and f: a forecast is no observation.
        since: the column of the day from which each row's value held, until a later row replaces it.
        header: how many lines the header has; a column's name has the texts of all.
    """

    path: str = ""
    files: str = ""
    source: Slug
    address: str = ""
    key: list[Text] = Field(default=[])
    wide: str = ""
    values: dict[Identifier, Text | DeclaredValue] = Field(default={})
    unit: str = ""
    title: str = ""
    basis: str = ""
    confidence: str = ""
    metadata: str = ""
    series: dict[Identifier, Text | DeclaredSeries] = Field(default={})
    max_age: str = ""
    resolution: str = ""
    aka: dict[Identifier, Text] = Field(default={})
    vintages: list[Seen] = Field(default=[])
    where: dict[str, Text] = Field(default={})
    time: str = ""
    place: str = ""
    flag: str = ""
    since: str = ""
    header: int = Field(default=1, ge=1, le=MOST_HEADER_LINES)


class EvidenceDocument(Declaration):
    """evidence.toml: evidence tables, and groups of the subjects in them."""

    evidence: dict[Identifier, DeclaredEvidence] = Field(default={})
    groups: dict[str, Text] = Field(default={})


def read_evidence_tables(raw: EvidenceFile, metadata: Mapping[str, RawFile]) -> EvidenceTables:
    """Read the sections [evidence] and [groups] of a file.

    Args:
        raw: the file.
        metadata: the files that state titles and units, by path; without them units may be missing.

    Raises:
        InputError: a key is missing, unknown or wrong, a unit cannot be read, or two series have one name.
    """
    declared = declare(EvidenceDocument, raw)
    problems: list[Problem] = []
    series: dict[str, Series] = {}
    for name, table in declared.evidence.items():
        faults = list(_faults(table))
        problems += [raw.problem(("evidence", name, *place), expected, text) for place, expected, text in faults]
        if faults:
            continue
        for one in _series_of(name, table, _stated(table, metadata)):
            if one.name in series:
                problems.append(raw.problem(one.where, "a name that no other series has", one.name))
            series[one.name] = one
    for one in series.values():
        problems += _unit_problems(raw, one)
        if keyword.iskeyword(one.name):
            problems.append(raw.problem(one.where, "a name that is not a word of the language", one.name))
    groups, wrong = _groups(raw, declared.groups)
    refuse([*problems, *wrong])
    return EvidenceTables(series, groups)


def check_evidence_sources(raw: EvidenceFile, evidence: EvidenceTables, sources: Collection[str]) -> None:
    """Check that all evidence comes from declared sources. Raises InputError if some does not."""
    problems = []
    for one in evidence.series.values():
        if one.source not in sources:
            expected = f"the id of a source in sources.toml{did_you_mean(one.source, sources)}"
            problems.append(raw.problem((*one.where[:2], "source"), expected, one.source))
    # Each once: all series of a folder share its source.
    refuse(list(dict.fromkeys(problems)))


def _faults(table: DeclaredEvidence) -> Iterator[Fault]:
    """Yield the faults of a table by itself: place, expected, found."""
    yield from _file_faults(table)
    for place, one in [((), table), *((("values", name), each) for name, each in table.values.items())]:
        try:
            if isinstance(one, Printing):
                one.context()
        except (ValueError, LookupError) as error:
            yield place, f"a valid printing convention ({error})", None
    yield from _column_faults(table)
    if table.max_age and age(table.max_age) is None:
        yield ("max_age",), "an age such as 3 years or 18 months", table.max_age
    if table.resolution and table.resolution not in RESOLUTIONS:
        expected = f"one of {', '.join(RESOLUTIONS)}{did_you_mean(table.resolution, RESOLUTIONS)}"
        yield ("resolution",), expected, table.resolution


def _file_faults(table: DeclaredEvidence) -> Iterator[Fault]:
    """Yield the faults of the paths of a table, its series and its vintages."""
    if bool(table.path) == bool(table.files):
        yield ("path",), "either path, of one file, or files, with {} for the name of each", None
    elif table.files and (table.files.count("{}") != 1 or not table.series):
        yield ("files",), "a path with {} once, and series that name the files", table.files
    elif table.path and table.series:
        yield ("series",), "series beside files, not beside path", None
    if bool(table.vintages) != ("{}" in table.path):
        yield ("vintages",), "the days of vintages, and {} for the day in path", table.path
    if len(set(table.vintages)) < len(table.vintages):
        yield ("vintages",), "each day once", None


def _column_faults(table: DeclaredEvidence) -> Iterator[Fault]:
    """Yield the faults of the keys and values of a table."""
    if table.wide:
        yield from _wide_faults(table)
    elif table.path and not (table.key and (table.values or table.metadata)):
        yield ("key",), 'key and values, such as key = ["country", "year"], or wide = "country"', None
    if table.wide and table.wide not in TIMES and (table.where or table.flag or table.since):
        yield ("wide",), "a long table, or one whose headers are periods, beside where, flag and since", table.wide
    for name, key in (("time", table.time), ("place", table.place)):
        if key and key not in table.key:
            yield (name,), f"one of the keys{did_you_mean(key, table.key)}", key
    if table.since and table.vintages:
        yield ("since",), "since, a column of days, or vintages, the days of files; not both", table.since
    if len({slug_of_all(key) for key in table.key}) < len(table.key):
        yield ("key",), "keys of different names", ", ".join(table.key)


def _wide_faults(table: DeclaredEvidence) -> Iterator[Fault]:
    """Yield the faults of the keys and values of a wide table."""
    if table.values:
        yield ("values",), "unit in place of values: a wide table has one value", None
    if len(table.key) > 2 or (table.key and table.wide not in table.key):
        yield ("wide",), "one of two keys, such as country or year: the first column has the other one", table.wide


class _Stated(NamedTuple):
    """What metadata states of a file: title and unit, and by column the unit and the signs of numbers."""

    title: str = ""
    unit: str = ""
    units: Mapping[str, str] = {}
    printing: Mapping[str, Mapping[str, Any]] = {}


def _stated(table: DeclaredEvidence, metadata: Mapping[str, RawFile]) -> dict[str, _Stated]:
    """Return what a metadata file states, by file without suffix: a list of files, or a Data Package with resources.

    Raises InputError if it is not JSON.
    """
    raw = metadata.get(table.metadata)
    if raw is None:
        return {}
    found = {}
    for entry in _entries(raw):
        name = PurePosixPath(str(entry.get("filename") or entry.get("path") or "")).stem
        title, unit = str(entry.get("title") or ""), str(entry.get("unit") or "")
        found[name] = _Stated(title, unit, units_of(entry), _printing_of(entry))
    return found


def _entries(raw: RawFile) -> list[dict[str, Any]]:
    """Return the entries of a metadata file, one for each file that it is about."""
    try:
        document = json.loads(raw.text())
    except (ValueError, RecursionError) as error:  # of JSON nested too deep, or of an integer of thousands of digits
        raise InputError(Problem(raw.path, "well-formed JSON", getattr(error, "lineno", None))) from error
    entries = document.get("resources", []) if isinstance(document, dict) else document
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def units_of(resource: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns of a resource of a Data Package, each with the unit that it states, "" without one."""
    return {str(each.get("name")): str(each.get("unit") or "") for each in _fields_of(resource)}


def _fields_of(resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    schema = resource.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else None
    return [each for each in fields if isinstance(each, dict)] if isinstance(fields, list) else []


def _printing_of(resource: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the marks of numbers that a Data Package states, by column, without the usual ones."""
    found = {}
    for each in _fields_of(resource):
        decimal, grouping = each.get("decimalChar", "."), each.get("groupChar")
        # A package that writes 1.234,5 rarely says so of the point too.
        grouping = grouping or ("." if decimal == "," else ",")
        if decimal in CHOICES["decimal"] and grouping in CHOICES["grouping"] and (decimal, grouping) != (".", ","):
            found[str(each.get("name"))] = {"decimal": decimal, "grouping": grouping}
    return found


def _series_of(name: str, table: DeclaredEvidence, stated: Mapping[str, _Stated]) -> Iterator[Series]:
    """Yield the series of a table: itself, or one for each file of a folder."""
    if table.path:
        own = stated.get(PurePosixPath(table.path).stem, _Stated())
        yield _one(name, table, table.path, DeclaredSeries(file=table.path), own, ("evidence", name))
        return
    for key, given in table.series.items():
        one = given if isinstance(given, DeclaredSeries) else DeclaredSeries(file=given)
        place = ("evidence", name, "series", key)
        yield _one(key, table, table.files.replace("{}", one.file), one, stated.get(one.file, _Stated()), place)


def _one(
    name: str,
    table: DeclaredEvidence,
    path: str,
    given: DeclaredSeries,
    stated: _Stated,
    where: tuple[str | int, ...],
) -> Series:
    keys = _keys(table)
    time = slug_of_all(table.time) or _first_of(TIMES, keys)
    unit = given.unit or table.unit
    values = _values(table, given, stated, keys.values())
    if not values:
        own = Stated(unit) if unit else stated_unit(stated.unit, stated.title)
        basis = given.basis or table.basis
        values = {ONLY: _value("", own, basis, table.conventions, table.confidence)}
    return Series(
        name=name,
        path=path,
        source=table.source,
        keys=keys,
        time=time,
        place=slug_of_all(table.place) or _first_of(PLACES, keys),
        values=values,
        title=given.title or table.title or stated.title or name,
        wide=slug_of_all(table.wide),
        resolution=table.resolution or _first_of(RESOLUTIONS, [time]),
        max_age=age(table.max_age),
        aka=table.aka,
        metadata=table.metadata,
        overridden=_overridden({"unit": (unit, stated.unit), "title": (given.title, stated.title)}),
        where=where,
        vintages={day: path.replace("{}", day.isoformat()) for day in sorted(table.vintages)},
        fixed=table.where,
        flag=table.flag,
        since=table.since,
        fiscal_year=table.fiscal_year or "",
        header=table.header,
    )


def _first_of(names: Collection[str], keys: Iterable[str]) -> str:
    """Return the first key among some names, "" if there is none."""
    return next((key for key in keys if key in names), "")


def _overridden(beside: Mapping[str, tuple[str, str]]) -> str:
    """Say what of the metadata the declaration replaces, given both by what they are."""
    replaced = [(word, theirs) for word, (own, theirs) in beside.items() if own and theirs]
    return "; ".join(f"{word} {theirs!r} of the metadata replaced" for word, theirs in replaced)


def _keys(table: DeclaredEvidence) -> dict[str, str]:
    """Return the keys by name, each with its header: "" for the first column of a wide table."""
    wide = slug_of_all(table.wide)
    if wide in TIMES and not table.key:
        return {PLACES[0]: "", wide: table.wide}
    if table.wide and not table.key:
        return {wide: table.wide, table.resolution or "year": ""}
    keys = {slug_of_all(key): key for key in table.key}
    if table.wide:
        return {key: header if key == wide else "" for key, header in keys.items()}
    return keys


def _values(table: DeclaredEvidence, given: DeclaredSeries, stated: _Stated, keys: Collection[str]) -> dict[str, Value]:
    """Return the values by name: those declared, else the columns beside `keys` to which metadata give units."""
    basis = given.basis or table.basis
    found: dict[str, Value] = {}
    for name, declared in table.values.items():
        one = declared if isinstance(declared, DeclaredValue) else DeclaredValue(unit=declared)
        column = one.column or name
        conventions = {**stated.printing.get(column, {}), **table.conventions, **one.conventions}
        confidence = one.confidence or table.confidence
        found[name] = _value(column, Stated(one.unit), one.basis or basis, conventions, confidence)
    if found or table.wide:
        return found
    return _values_of_metadata(table, stated, basis, keys)


def _values_of_metadata(
    table: DeclaredEvidence, stated: _Stated, basis: str, keys: Collection[str]
) -> dict[str, Value]:
    """Return the columns beside `keys` to which metadata give units, by name."""
    found = {}
    for column, symbol in stated.units.items():
        if symbol and column not in keys:
            conventions = {**stated.printing.get(column, {}), **table.conventions}
            unit = stated_unit(symbol, column)
            found[slug_of_all(column)] = _value(column, unit, basis, conventions, table.confidence)
    return found


def _value(column: str, stated: Stated, basis: str, conventions: Mapping[str, Any], confidence: str) -> Value:
    """Return a column of values whose numbers have its unit, printed as is `conventions`."""
    given = {"inherits": True, **conventions, "fiscal_year": None}  # which is said of periods
    printing = Printing.model_validate(given).context(stated.unit)
    scale = stated.scale
    if printing.scale and stated.unit in UNITS and UNITS[stated.unit].price:
        # The grammar of printed numbers has prices in full, whatever a table says of its sums.
        scale, printing = 10.0**printing.scale, replace(printing, scale=0)
    return Value(column, stated.unit, basis or stated.basis, printing, confidence, scale)


def _unit_problems(raw: RawFile, one: Series) -> Iterator[Problem]:
    for value in one.values.values():
        if not value.unit:
            expected = 'a unit: the metadata has none that is known; state it, such as unit = "tonne"'
            yield raw.problem(one.where, expected, one.name)
        elif value.unit not in UNITS:
            yield raw.problem(one.where, f"a unit{did_you_mean(value.unit, [*UNITS.nameable])}", value.unit)


def _groups(raw: RawFile, declared: Mapping[str, str]) -> tuple[dict[str, Group], list[Problem]]:
    """Return the groups by name. A member may be another group; one after a minus is taken out."""
    problems: list[Problem] = []
    found: dict[str, list[tuple[Period | None, tuple[str, ...]]]] = {}
    for key, text in declared.items():
        name, at, since = key.partition("@")
        start = period(since) if at else None
        if not name.isidentifier() or keyword.iskeyword(name) or (at and start is None):
            expected = "the name of a group, or with the year from which it has these members, such as eu@2014"
            problems.append(raw.problem(("groups", key), expected, key))
            continue
        members, unknown = _members(text, found)
        problems += [raw.problem(("groups", key), _member_expected(word, found), word) for word in unknown]
        found.setdefault(name, []).append((start, members))
    groups = {}
    for name, memberships in found.items():
        # Members without a year come first: they are those from the beginning.
        ordered = sorted(memberships, key=lambda each: (each[0] is not None, each[0] and each[0].start))
        groups[name] = Group(name, tuple(ordered))
    return groups, problems


def _member_expected(word: str, groups: Collection[str]) -> str:
    """Return what an unknown word of a group should have been."""
    if word.startswith("-"):
        return "after a minus, a country or group that the words before it include"
    return f"a country or a group{did_you_mean(word, [*groups])}"


def _members(text: str, groups: Mapping[str, Collection[Any]]) -> tuple[tuple[str, ...], list[str]]:
    """Return the members that a text lists, and the words that name no country or group or remove no member."""
    members: dict[str, None] = {}
    unknown = []
    for word in text.replace(",", " ").split():
        name = word.removeprefix("-")
        of_group = groups.get(name)
        code = country(name)
        if of_group is None and code is None and not name.isidentifier():
            unknown.append(word)
            continue
        some = [*of_group][-1][1] if of_group else (code or name,)
        if not word.startswith("-"):
            members.update(dict.fromkeys(some))
        elif members.keys().isdisjoint(some):
            unknown.append(word)
        else:
            for member in some:
                members.pop(member, None)
    return tuple(members), unknown
