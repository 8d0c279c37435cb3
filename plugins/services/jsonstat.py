"""Tables in JSON-stat 2.0, as Eurostat and many statistics offices answer: labels, codes, flags and units in one.

Dimensions of one category are left out, and stand in the title. Several units in one table are no series.
Source: https://json-stat.org/format/. Not tried live; tests answer in its form.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tidebook.pipelines.read.errors import InputError, Problem, printable
from tidebook.pipelines.read.evidence_tables.guess import check_where
from tidebook.pipelines.read.evidence_tables.periods import period
from tidebook.pipelines.read.evidence_tables.stated import stated_unit
from tidebook.pipelines.read.evidence_tables.taken import Get, TakenEvidence
from tidebook.pipelines.read.names import slug_of_all
from tidebook.plugins.services.observations import Answer, Observation, as_taken, day_in, json_of, refused

EUROSTAT = "https://ec.europa.eu/eurostat/api/dissemination/statistics/1.0/data"
UNIT = "unit"
GEO = ("geo", "region", "country", "location", "ref_area")
MOST_CELLS = 5_000_000
"""Positions of a table, most of which may be empty."""
LISTED = 8


def take_eurostat(rest: str, get: Get) -> TakenEvidence:
    """Return a data set of Eurostat, filtered as its address says: `une_rt_m?geo=DE&unit=PC_ACT`.

    Raises:
        InputError: the code is none, or the answer is not one series of one unit.
        FetchError: it cannot be fetched.
    """
    code, _, query = rest.partition("?")
    if not re.fullmatch(r"[A-Za-z0-9_$]+", code) or not re.fullmatch(r"[\w=&.,+-]*", query):
        raise InputError(Problem(f"eurostat:{rest}", "a data set with filters, such as eurostat:une_rt_m?geo=DE"))
    asked = "&".join(filter(None, ("format=JSON&lang=EN", query)))
    data = get(f"{EUROSTAT}/{code}?{asked}", "json")
    about = {
        "publisher": "Eurostat",
        "address": f"https://ec.europa.eu/eurostat/databrowser/view/{code}",
        "licence": "CC BY 4.0",
    }
    return as_taken(answer_of(f"eurostat:{rest}", code, data, about))


def take(rest: str, get: Get) -> TakenEvidence:
    """Return the table at any address that answers in JSON-stat. Raises as `take_eurostat`."""
    if not rest.startswith("https://"):
        raise InputError(Problem(f"jsonstat:{rest}", "jsonstat: and an address that begins with https://"))
    parts = urlsplit(rest)
    stem = parts.path.rstrip("/").rpartition("/")[2].partition(".")[0] or "table"
    about = {"publisher": parts.hostname or "not named", "address": rest, "licence": "not known"}
    return as_taken(answer_of(f"jsonstat:{rest}", stem, get(rest, "json"), about))


class _Dimension(NamedTuple):
    """A dimension: its id and label, and its categories in order, each with a label."""

    name: str
    label: str
    categories: dict[str, str]
    units: Mapping[str, Any]

    @property
    def has_labels(self) -> bool:
        return any(code != label for code, label in self.categories.items())

    def only(self, code: str | None) -> _Dimension:
        """Return it with one of its categories, or as it is."""
        return self if code is None else self._replace(categories={code: self.categories[code]})


def answer_of(
    address: str, code: str, data: bytes, about: Mapping[str, Any], where: Mapping[str, str] = MappingProxyType({})
) -> Answer:
    """Return a table in JSON-stat, or its part with these codes in some dimensions.

    Raises:
        InputError: it is none, or not of one unit, or lacks such a dimension or code.
    """
    table = json_of(address, data)
    if _is_first_version(table):
        raise InputError(Problem(address, "JSON-stat 2.0; the service answers in 1.x, ask it for the newer one"))
    if isinstance(table, dict):
        table = table.get("dataset", table)
    if not isinstance(table, dict) or "error" in table or "warning" in table or not isinstance(table.get("id"), list):
        raise refused(address, _message(table))
    dimensions = [_dimension(address, str(name), table.get("dimension", {}).get(name)) for name in table["id"]]
    check_where(address, where, {each.name: each.categories for each in dimensions})
    every, dimensions = dimensions, [each.only(where.get(each.name)) for each in dimensions]
    several = [each for each in dimensions if len(each.categories) > 1]
    times = _of_role(table, "time")
    named = (each for each in dimensions if each.name in times)
    time = next(named, None) or next((each for each in dimensions if _is_time(each)), None)
    if time is None:
        raise InputError(Problem(address, "a dimension of time", text=", ".join(each.name for each in dimensions)))
    words = _words_of_unit(address, table, dimensions, time)
    keys = [each for each in several if each is not time]
    places = [each for each in keys if each.name in _of_role(table, "geo") or each.name.lower() in GEO]
    fixed = [next(iter(each.categories.values())) for each in dimensions if each not in several and each is not time]
    title = str(table.get("label") or code)
    return Answer(
        address=address,
        code=code,
        title=f"{title}: {', '.join(fixed)}" if fixed else title,
        keys=[slug_of_all(each.name) for each in keys],
        rows=list(_rows(address, table, every, keys, time, where)),
        unit=stated_unit(words, title),
        words=words,
        place=slug_of_all(places[0].name) if len(places) == 1 else "",
        notes=[f"{slug_of_all(each.name)}: {_listed(each)}" for each in keys if each not in places and each.has_labels],
        source={**about, "published": day_in(table.get("updated"))},
    )


def _is_first_version(answer: Any) -> bool:
    """Whether an answer has tables by name, the order of whose dimensions is among these."""
    tables = answer.values() if isinstance(answer, dict) else ()
    named = [each.get("dimension") for each in tables if isinstance(each, dict)]
    return any(isinstance(each, dict) and isinstance(each.get("id"), list) for each in named)


def _message(answer: Any) -> str:
    """Return what a service says in place of a table."""
    said = answer.get("error") or answer.get("warning") or answer if isinstance(answer, dict) else answer
    first = said[0] if isinstance(said, list) and said else said
    return str(first.get("label") or first) if isinstance(first, dict) else str(first)


def _dimension(address: str, name: str, about: Any) -> _Dimension:
    category = about.get("category") if isinstance(about, dict) else None
    if not isinstance(category, dict):
        raise InputError(Problem(address, "JSON-stat 2.0, with the categories of each dimension", text=name))
    labels, index = category.get("label") or {}, category.get("index")
    # Without an index there is one category.
    codes = sorted(index, key=lambda code: int(index[code])) if isinstance(index, dict) else list(index or labels)
    return _Dimension(
        name,
        str(about.get("label") or name),
        {str(code): str(labels.get(code) or code) for code in codes},
        category.get("unit") or {},
    )


def _of_role(table: Mapping[str, Any], role: str) -> list[str]:
    """Return the ids of the dimensions of a role."""
    return list((table.get("role") or {}).get(role) or [])


def _is_time(dimension: _Dimension) -> bool:
    return dimension.name.lower() in ("time", "time_period") or all(map(period, dimension.categories))


def _words_of_unit(address: str, table: Mapping[str, Any], dimensions: list[_Dimension], time: _Dimension) -> str:
    """Return what the numbers are, by a dimension `unit` or of what is measured, "" for none. Several are an error."""
    metrics = _of_role(table, "metric")
    for each in dimensions:
        if each is time or (each.name not in metrics and each.name.lower() != UNIT):
            continue
        if len(each.categories) > 1:
            expected = f"one {each.name} in the address, such as {each.name}={next(iter(each.categories))}"
            raise InputError(Problem(address, expected, text=_listed(each)))
        code, label = next(iter(each.categories.items()))
        stated = each.units.get(code) or {}
        return str(stated.get("base") or label)
    return ""


def _listed(dimension: _Dimension) -> str:
    listed = [f"{code} ({label})" for code, label in itertools.islice(dimension.categories.items(), LISTED)]
    more = len(dimension.categories) - LISTED
    return printable(", ".join([*listed, f"{more} more"] if more > 0 else listed))


def _rows(
    address: str,
    table: Mapping[str, Any],
    dimensions: list[_Dimension],
    keys: list[_Dimension],
    time: _Dimension,
    where: Mapping[str, str],
) -> Iterator[Observation]:
    """Yield the observations with these codes: by position, of which the last dimension varies fastest."""
    count = math.prod(len(each.categories) for each in dimensions)
    if count > MOST_CELLS:
        raise InputError(Problem(address, f"at most {MOST_CELLS:,} positions; filter the table", text=f"{count:,}"))
    values, flags = _by_position(table.get("value")), _by_position(table.get("status"))
    of_all = table["status"] if isinstance(table.get("status"), str) else ""
    codes = [list(each.categories) for each in dimensions]
    for position, value in sorted(values.items()):
        rest, own = position, {}
        for dimension, listed in zip(reversed(dimensions), reversed(codes), strict=True):
            rest, place = divmod(rest, len(listed))
            own[dimension.name] = listed[place]
        if value is None or rest or where.items() - own.items():
            continue
        flag = str(flags.get(position) or of_all)
        yield Observation(tuple(own[each.name] for each in keys), own[time.name], str(value), flag)


def _by_position(listed: Any) -> dict[int, Any]:
    """Return what stands at positions, whether as a list or by position."""
    if isinstance(listed, list):
        return dict(enumerate(listed))
    return {int(place): each for place, each in listed.items()} if isinstance(listed, dict) else {}
