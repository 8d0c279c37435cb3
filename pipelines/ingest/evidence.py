"""Events and observations from raw CSV: dates, amounts by the grammar, sources that are known, places kept.

What a row counts for is not decided here.
"""

import calendar
import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from pipelines.ingest.corrections import AVAILABLE, Corrections, corrected
from pipelines.ingest.declarations import SEEN_HINT, Assumptions, Sources, read_day
from pipelines.ingest.errors import Problem, close_to, one_of_units, refuse
from pipelines.ingest.names import SLUGGED, name_hint, share_hint, slug_of_all
from pipelines.ingest.quantity import Quantity, QuantityError, parse_quantity
from pipelines.ingest.rawfile import RawFile, no_rows
from pipelines.ingest.spreads import support
from schemas.base import Table, column_types
from schemas.evidence import EVENT_STATUSES, TIERS, Events, Observations
from schemas.printed import SLUG
from schemas.units import LAST_SEEN, LAST_YEAR, UNITS

EVENT_HEADERS = (
    "event_id", "date", "kind", "status", "subject", "counterparty", "text", "unit", "source", "tier", "note",
)  # fmt: skip
OBSERVATION_HEADERS = ("series", "subject", "date", "text", "unit", "basis", "source", "tier", "note")

Report = Callable[[str, str], None]
"""Takes the header of a cell and what was expected there; nothing where the cell is right."""


def events_table(
    raw: RawFile | None,
    corrections: Corrections,
    sources: Sources,
    assumptions: Assumptions,
    public: Collection[str] = (),
) -> pd.DataFrame:
    """Return raw/reference/events.csv as rows of `Events`, by date, then id; events of `public` kinds are seen by all.

    Raises InputError if a cell is not what its column takes, a source is not known, an id occurs twice, or a correction
    does not fit.
    """
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    raw = raw or no_rows(EVENT_HEADERS)
    for line, record, report in reported(raw, EVENT_HEADERS, corrections, problems):
        first = seen.setdefault(record["event_id"], line)
        if first != line:
            report("event_id", f"an id that line {first} does not have")
        _check_slugs(record, report, "event_id", "kind")
        _check_word(record, "status", EVENT_STATUSES, report)
        typed = _typed_columns(record, sources, assumptions, report, public, blank=True)
        rows.append({**record, **typed, "locator": f"{raw.path}:{line}"})
    return _ordered(Events, rows, problems, "event_id")


def observations_table(
    raws: Sequence[RawFile], corrections: Corrections, sources: Sources, assumptions: Assumptions
) -> pd.DataFrame:
    """Return the files of observations as rows of `Observations`, by date, then id.

    An observation's id is its series, subject, date and source; where those occur again in a file, its basis as well.
    Raises InputError if a cell is not what its column takes, a source is not known, two rows say the same, or a
    correction does not fit.
    """
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, ...], str] = {}
    for raw in raws:
        for line, record, report in reported(raw, OBSERVATION_HEADERS, corrections, problems):
            place = f"{raw.path}:{line}"
            parts = tuple(record[name] for name in ("series", "subject", "date", "source", "basis"))
            first = seen.setdefault(parts, place)
            if first != place:
                report("series", f"another series, subject, date, source or basis than {first}")
            _check_slugs(record, report, "series")
            rows.append({**record, **_typed_columns(record, sources, assumptions, report), "locator": place})
    counts = Counter(key[:-1] for key in seen)
    for row in rows:
        parts = (row["series"], row["subject"], str(row["date"]), row["source"])
        row["observation_id"] = "/".join((*parts, slug_of_all(row["basis"])) if counts[parts] > 1 else parts)
    return _ordered(Observations, rows, problems, "observation_id")


def reported(
    raw: RawFile, headers: Sequence[str], corrections: Corrections, problems: list[Problem]
) -> Iterator[tuple[int, dict[str, str], Report]]:
    """Yield line, record with its corrections, and a way to add a problem in it to `problems`."""
    for line, record in corrected(raw, headers, corrections):

        def report(header: str, expected: str, line: int = line, record: dict[str, str] = record) -> None:
            if expected:
                problems.append(Problem(raw.path, expected, line, header, record[header]))

        yield line, record, report


def _check_slugs(record: dict[str, str], report: Report, *headers: str) -> None:
    for header in headers:
        if not re.fullmatch(SLUG, record[header]):
            report(header, SLUGGED)


def check_source(record: dict[str, str], sources: Sources, report: Report) -> None:
    """Report a tier that is none, and a source that is not declared."""
    _check_word(record, "tier", TIERS, report)
    if record["source"] not in sources.sources:
        report("source", f"the id of a source in sources.toml{close_to(record['source'], sources.sources)}")


def _check_word(record: dict[str, str], header: str, allowed: Sequence[str], report: Report) -> None:
    if record[header] not in allowed:
        report(header, f"one of {', '.join(allowed)}")


def _typed_columns(
    record: dict[str, str],
    sources: Sources,
    assumed: Assumptions,
    report: Report,
    public: Collection[str] = (),
    blank: bool = False,
) -> dict[str, Any]:
    """Return the typed columns that events and observations share; `blank` allows a row without an amount."""
    _check_slugs(record, report, "subject")
    check_source(record, sources, report)
    last = dt.date(LAST_YEAR, 12, 31) if record.get("status") == "announced" else LAST_SEEN
    if (day := read_day(record["date"], last)) is None:
        report("date", SEEN_HINT)
    stated = record.get(AVAILABLE, "")
    happened = record.get("status", "completed") == "completed"
    if stated and (known := read_day(stated)) is None:
        report(AVAILABLE, f"nothing, or {SEEN_HINT}")
    elif stated and day and known and happened and known < day:
        report(AVAILABLE, f"nothing, or a day not before {day}, of which the row speaks")
    for header in ("counterparty", "basis"):
        report(header, name_hint(record.get(header, "")))
    if record.get("counterparty") == record["subject"]:
        report("counterparty", "another party than the subject")
    reading = read_amount(record, report, blank)
    report("text", share_hint(record.get("series", ""), reading.unit, reading.value))
    low, high = support(reading, assumed)
    seen_by_all = record.get("kind") in public and record.get("status") == "completed"
    return {
        "date": day,
        "available": day and available(record, day, sources, day if seen_by_all else None),
        "value": reading.value,
        "low": low,
        "high": high,
        "quantity_kind": reading.kind,
        "source_id": record["source"],
    }


def available(record: dict[str, str], day: dt.date, sources: Sources, public: dt.date | None = None) -> dt.date | None:
    """Return the day from which a row that speaks of a day could be known; None of an unknown source.

    That is the day entered, else `public`, else that of its source; what is only announced may be known before its day.
    """
    source = record["source"]
    known = (
        read_day(record.get(AVAILABLE, "")) or public or (sources.public(source) if source in sources.sources else None)
    )
    ahead = record.get("status", "completed") != "completed"
    return known if known is None or ahead else max(known, day)


def read_amount(record: dict[str, str], report: Report, blank: bool = False) -> Quantity:
    """Return what a row's text says in its unit; a missing value where it has none, or none that can be read."""
    text, unit = record["text"], record["unit"]
    if unit not in UNITS:
        if text or unit or not blank:
            report("unit", one_of_units(unit))
    else:
        try:
            return parse_quantity(text, unit)
        except QuantityError as error:
            report("text", f"{error.expected} ({error.reason})" if error.reason else error.expected)
    return Quantity(math.nan, math.nan, math.nan, "missing", unit, "")


class Held(NamedTuple):
    """When a value held: from `as_of` on, or from any day since `earliest`, to before `until` where that is known."""

    as_of: dt.date
    earliest: dt.date | None = None
    until: dt.date | None = None


def read_held(text: str) -> Held | None:
    """Return when a value held by a text such as `2024-08-06`, `2024-08` or `2024-08-06/2025-02-27`, else None.

    Of a month the last day counts: by then it was so.
    """
    start, slash, end = text.partition("/")
    first, last = _days(start), _days(end)
    if first is None or (slash and (last is None or last[1] <= first[1])):
        return None
    return Held(first[1], first[0] if first[0] < first[1] else None, last[1] if last else None)


def _days(text: str) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last day of a day or month."""
    if re.fullmatch(r"\d{4}-\d{2}", text, re.ASCII) and (first := read_day(f"{text}-01")):
        return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
    day = read_day(text)
    return (day, day) if day else None


def _ordered(model: type[Table], rows: list[dict[str, Any]], problems: list[Problem], key: str) -> pd.DataFrame:
    refuse(problems)
    in_order = sorted(rows, key=lambda row: (row["date"], str(row[key])))
    return column_types(model, pd.DataFrame(in_order))
