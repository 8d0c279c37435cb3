"""Observations of a service as evidence: one long table of keys, periods, values and flags, and its sections.

Belongs here: what the services have in common, with the errors of their answers. Does not: the form of one's answer.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from tidebook.pipelines.read.errors import InputError, Problem, printable
from tidebook.pipelines.read.evidence_tables.flags import NO_VALUE, is_forecast
from tidebook.pipelines.read.evidence_tables.periods import Period, containing, period
from tidebook.pipelines.read.evidence_tables.series import PLACES
from tidebook.pipelines.read.evidence_tables.stated import Stated
from tidebook.pipelines.read.evidence_tables.taken import TakenEvidence
from tidebook.pipelines.read.names import identifiers

SHOWN_ROWS = 3
SHOWN = 120
"""Characters of an answer that a message quotes."""
TIME, VALUE, FLAG, SINCE = "period", "value", "flag", "since"
"""Headers of the table, beside those of its keys."""


class Observation(NamedTuple):
    """One value as a service states it: keys beside the time, period, number, flag, and the day from which it held."""

    keys: tuple[str, ...]
    period: str
    value: str
    flag: str = ""
    since: str = ""


@dataclass(frozen=True)
class Answer:
    """What a service says of a series or a table.

    Attributes:
        address: how `sources add` names it.
        code: from which the name in expressions follows.
        title: its title.
        keys: the headers of the keys of each observation beside the time.
        rows: the observations; those without a value are left out.
        unit: what its numbers are, with their scale.
        source: publisher, address, licence, and the day of publication where it is stated.
        place: the key that holds countries, "" without one.
        has_flags: whether its service flags values: a column of flags is there before the first one.
        words: what the service calls the unit, for the message where it is none that is known.
        notes: what a person has to look at.
    """

    address: str
    code: str
    title: str
    keys: Sequence[str]
    rows: Sequence[Observation]
    unit: Stated
    source: Mapping[str, Any]
    place: str = ""
    has_flags: bool = True
    words: str = ""
    notes: Sequence[str] = field(default=())


def as_taken(answer: Answer) -> TakenEvidence:
    """Return an answer as evidence.

    Raises:
        InputError: it has no observation, a value is no number, or no period of its rows can be read.
    """
    notes = [*answer.notes]
    rows, unread = _readable(answer)
    if unread:
        notes.append(f"{len(unread)} rows are left out, whose periods are none that is read, such as {unread[0]}")
    forecasts = sum(is_forecast(row.flag) for row in rows)
    if forecasts:
        notes.append(f"{forecasts} of {len(rows)} values are forecasts: they are kept, and are no observations")
    if not answer.unit.unit:
        said = f"the unit {answer.words!r} is none that is known" if answer.words else "no unit is stated"
        notes.append(f"{said}: it is written as number; declare it, or change it")
    name = identifiers([answer.code])[answer.code]
    has_flags, has_days = answer.has_flags, any(row.since for row in rows)
    path = f"evidence/{name}.csv"
    evidence: dict[str, Any] = {
        "path": path,
        "title": answer.title,
        "source": name,
        "key": [*answer.keys, TIME],
        "values": {VALUE: answer.unit.keys(VALUE)},
    }
    evidence |= {"place": answer.place} if answer.place and answer.place not in PLACES else {}
    evidence |= {"flag": FLAG} if has_flags else {}
    evidence |= {"since": SINCE} if has_days else {}
    source = {"title": answer.title, "tier": "S", **answer.source}
    data = _as_csv(answer.keys, rows, has_flags, has_days)
    said = f"times {answer.unit.scale:g}" if answer.unit.scale != 1 else ""
    shown = [f"key {', '.join([*answer.keys, TIME])}; {' '.join(filter(None, (answer.unit.unit or 'number', said)))}"]
    shown += [
        "  " + ", ".join(filter(None, (*row.keys, row.period, row.value, row.flag, row.since)))
        for row in rows[:SHOWN_ROWS]
    ]
    return TakenEvidence(name, {path: data}, source, evidence, tuple(notes), shown=tuple(shown))


def _readable(answer: Answer) -> tuple[list[Observation], list[str]]:
    """Return the observations with a value, and the periods of those that cannot be read."""
    rows, unread = [], []
    for row in answer.rows:
        if row.value in NO_VALUE:
            continue
        try:
            Decimal(row.value)
        except InvalidOperation as error:
            raise InputError(Problem(answer.address, "a number as value", text=_start(row.value))) from error
        if period(row.period):
            rows.append(row)
        else:
            unread.append(row.period)
    if not rows:
        expected = (
            "years, quarters, months or days as periods" if unread else "an answer with observations; it has none"
        )
        raise InputError(Problem(answer.address, expected, text=unread[0] if unread else None))
    return sorted(rows, key=lambda row: (row.keys, row.period, row.since)), unread


def _as_csv(keys: Sequence[str], rows: Iterable[Observation], has_flags: bool, has_days: bool) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*keys, TIME, VALUE, *[FLAG] * has_flags, *[SINCE] * has_days])
    for row in rows:
        writer.writerow([*row.keys, row.period, row.value, *[row.flag] * has_flags, *[row.since] * has_days])
    return text.getvalue().encode()


def scaled(value: str, power: int) -> str:
    """Return a number times a power of ten, with its own digits; another text as it is."""
    try:
        return format(Decimal(value).scaleb(power), "f") if power else value
    except InvalidOperation:
        return value


def json_of(address: str, data: bytes) -> Any:
    """Return an answer in JSON, its numbers as texts with all their digits. Raises InputError for another answer."""
    try:
        return json.loads(data, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise refused(address, data.decode("utf-8", "replace")) from error


def refused(address: str, said: object) -> InputError:
    """Return the error of an answer that holds no data, with what the service says in their place."""
    return InputError(Problem(address, "data; the service answers something else", text=_start(str(said))))


def _start(text: str) -> str:
    return printable(" ".join(text.split())[:SHOWN])


def day_in(text: object) -> dt.date | None:
    """Return the day with which a time in ISO 8601 begins, None for another text."""
    try:
        return dt.date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def of_first_day(text: str, resolution: str) -> str:
    """Return the period of a length whose first day, or any other, a text is; the text itself if it is no day."""
    found: Period | None = period(text)
    return containing(found.start, resolution).text if found and found.resolution == "day" else text
