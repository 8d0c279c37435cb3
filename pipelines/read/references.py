"""References, the independent values: raw/reference/figures.csv by the same grammar, and counts of raw events.

What the article's figures are worth beside them is judged in `evaluate.reconciliation`.
"""

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tidebook.pipelines.read.corrections import AVAILABLE, Corrections, corrected
from tidebook.pipelines.read.declarations import ARTICLE, Assumptions, Basis, Predictions, Sources, read_day
from tidebook.pipelines.read.errors import Problem, place_of, refuse, suggestion
from tidebook.pipelines.read.evidence import ValidPeriod, amount_of, available, check_source, read_valid_period
from tidebook.pipelines.read.formatting import joined
from tidebook.pipelines.read.intervals import spread_columns
from tidebook.pipelines.read.names import name_hint, nearly, parts_of, share_hint
from tidebook.pipelines.read.printed import Printed, PrintedTable
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.rawfile import RawFile, RawRow
from tidebook.pipelines.read.reference_errors import (
    ASSUMES,
    CONFIDENCE,
    EXACT_NUMBER,
    check_error,
    declared_error,
    error_columns,
)
from tidebook.pipelines.read.stated_intervals import StatedInterval
from tidebook.pipelines.read.tables import misnamed
from tidebook.schemas.base import records, table_of
from tidebook.schemas.reference import ReferenceValues
from tidebook.schemas.units import UNITS, dimension

COUNT_BASIS = "completed events"
"""The basis of a figure that counts events."""

HEADERS = ("figure_id", "basis", "text", "interval", "unit", "as_of", "source", "tier", "note")
VERSION = "version"
"""The version that a value is of, such as a model's name."""

LEVEL = re.compile(r" at (\d\d(?:\.\d+)?) ?%\Z", re.ASCII)
"""The end of a stated interval with its coverage: `8.2e24–4.4e25 at 90 %`."""


@dataclass(frozen=True)
class TypedReferences:
    """The references of a dossier but for those by expression, as rows of `schemas.reference.ReferenceValues`."""

    rows: pd.DataFrame


def reference_values_table(
    references: RawFile | None,
    events: pd.DataFrame,
    corrections: Corrections,
    sources: Sources,
    assumptions: Assumptions,
    tables: Printed,
    predictions: Predictions,
    day: dt.date = dt.date.max,
) -> pd.DataFrame:
    """Return the references as rows of `schemas.reference.ReferenceValues`, sorted by key.

    Counts of events that the predictions declare are added to those of the file. What became available, or ended, after
    the `day` is left out. Raises InputError if a cell cannot be read, a unit, tier or source is unknown, or as
    `corrected` says.
    """
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for row in corrected(references, HEADERS, corrections, problems, (AVAILABLE, VERSION, CONFIDENCE, ASSUMES)):
        record, report = row.cells, row.report
        report("figure_id", misnamed(record["figure_id"], tables))
        check_source(row, sources)
        if record["source"] == ARTICLE and record["tier"] != "D":
            report("source", "a source other than the article itself, unless the value is derived (tier D)")
        if (held := read_valid_period(record["as_of"])) is None:
            report("as_of", "a day or month such as 2024-10-02 or 2024-10, or two separated by /, from and until")
            # Any will do: the reported problem stops the build.
            held = ValidPeriod(dt.date.min)
        if record.get(AVAILABLE) and read_day(record[AVAILABLE]) is None:
            report(AVAILABLE, "nothing, or a date such as 2024-10-02")
        report("basis", name_hint(record["basis"]))
        if record.get(VERSION):
            report(VERSION, name_hint(record[VERSION]))
        check_error(record, assumptions, report)
        amount, interval = amount_of(row), _interval_of(row)
        spread = spread_columns(amount, record["basis"], assumptions, interval)
        if interval is None and spread["distribution"] == "range":
            interval = StatedInterval(amount.low, amount.high, math.nan)  # its own text is a range
        error_by = declared_error(record, interval, sources, assumptions)
        rows.append(
            {
                **record,
                **held._asdict(),
                "tier": sources.tier_of(record["source"], record["tier"]),
                "available_from": available(record, held.as_of, sources),
                "released": read_day(record.get(AVAILABLE, "")),
                "source_id": record["source"],
                VERSION: record.get(VERSION, ""),
                "value": amount.value,
                "kind": amount.kind,
                **spread,
                **error_columns(error_by, amount.low, amount.high, interval, assumptions),
                "locator": row.locator,
            }
        )
    refuse(problems)
    known = [each for each in rows if each["available_from"] <= day]
    for each in known:
        if each["until"] and each["until"] > day:
            each["until"] = None
    return table_of(ReferenceValues, [*with_ends_of_versions(known), *event_counts(events, predictions)])


def _interval_of(row: RawRow) -> StatedInterval | None:
    """Return the interval that a row states, None without one; report one that cannot be read."""
    text, unit = row.cells["interval"], row.cells["unit"]
    if not text or unit not in UNITS:
        return None
    try:
        return parse_interval(text, unit)
    except QuantityError as error:
        row.report("interval", error.expected)
        return None


def with_ends_of_versions(rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield references so that all values of one version end on one day.

    A version ends where the last of its values for some figure is known to end, or where that figure has a value of
    another version: on the first such day. What it superseded itself is not an end of it.
    """
    last = _last_of_versions(rows)
    ends: dict[str, dt.date] = {}
    for row in last.values():
        for day in (row["until"], _next_version(row, rows)):
            if day is not None:
                version = row[VERSION]
                ends[version] = min(day, ends.get(version, day))
    for row in rows:
        end = ends.get(row[VERSION])
        is_last = end is not None and row["as_of"] == last[_terms_of_version(row)]["as_of"]
        if end is not None and is_last and row["as_of"] < end:
            yield {**row, "until": min(end, row["until"] or end)}
        else:
            yield dict(row)


def _terms_of_version(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["figure_id"], row["basis"], row["unit"], row[VERSION]


def _last_of_versions(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, ...], Mapping[str, Any]]:
    """Return the last value of each version for each figure, basis and unit."""
    last: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["as_of"]):
        if row[VERSION]:
            last[_terms_of_version(row)] = row
    return last


def _next_version(last: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dt.date | None:
    """Return the first day after the last value of a version on which another one has a value for the same figure."""
    days = []
    for row in rows:
        same_figure = _terms_of_version(row)[:-1] == _terms_of_version(last)[:-1]
        if same_figure and row[VERSION] not in ("", last[VERSION]) and row["as_of"] > last["as_of"]:
            days.append(row["as_of"])
    return min(days, default=None)


def parse_interval(text: str, unit: str) -> StatedInterval:
    """Read a stated interval in a unit.

    Raises:
        QuantityError: the text cannot be read in the unit.
    """
    level = LEVEL.search(text)
    if level is None:
        quantity = parse_quantity(text, unit)
        return StatedInterval(quantity.low, quantity.high, math.nan)
    quantity = parse_quantity(text[: level.start()], unit)
    return StatedInterval(quantity.low, quantity.high, float(level[1]))


def refuse_typos(references: pd.DataFrame, figures: pd.DataFrame, tables: Printed) -> None:
    """Check references for typos against the published figures.

    A typo is an id that is not published but close to one that is, a unit of another dimension than the figure or its
    column has, or a value beyond the bounds of its column. Counts of events have no row in the file; their figures are
    checked where they are declared.

    Raises:
        InputError: a reference has one of these.
    """
    printed = sorted(figures["figure_id"])
    units = dict(zip(figures["figure_id"], figures["unit"], strict=True))
    alike = figures.groupby(["table_name", "quantity"])["unit"].agg(set).to_dict()
    problems = []
    for row in records(references[references["basis"] != COUNT_BASIS]):
        path, line, _ = place_of(row["locator"])
        name, unit = row["figure_id"], row["unit"]
        table, _, quantity = parts_of(name)
        wrong = []
        if name not in units and (near := _typos(name, printed)):
            wrong.append(("figure_id", f"a published figure{suggestion(near)}"))
        known = {units[name]} if name in units else alike.get((table, quantity), {unit})
        if dimension(unit) not in map(dimension, known):
            wrong.append(("unit", f"a unit like {', '.join(sorted(known))}, in which it is printed"))
        wrong += [("text", expected) for expected in _out_of_range(row, quantity, tables[table])]
        problems += [Problem(path, expected, line, column, row[column]) for column, expected in wrong]
    refuse(problems)


def refuse_other_units(
    bases: Mapping[str, Basis], references: pd.DataFrame, figures: pd.DataFrame, raw: RawFile
) -> None:
    """Check that parts are of the dimension of their whole.

    Raises:
        InputError: all numbers on a basis are of another dimension than all on the one that it is `part_of`.
    """
    wholes = {name: basis.part_of for name, basis in bases.items() if basis.part_of}
    units: dict[str, set[str]] = {}
    for frame in (figures, references) if wholes else ():
        for basis, unit in zip(frame["basis"], frame["unit"], strict=True):
            units.setdefault(basis, set()).add(unit)
    problems = []
    for part, whole in wholes.items():
        own, other = units.get(part, set()), units.get(whole, set())
        if own and other and not set(map(dimension, own)) & set(map(dimension, other)):
            expected = f"a basis of numbers like {joined(sorted(own))}, as those on {part!r} are"
            problems.append(raw.problem(("bases", part, "part_of"), f"{expected}, not {joined(sorted(other))}", whole))
    refuse(problems)


def _out_of_range(row: Mapping[str, Any], quantity: str, table: PrintedTable) -> Iterator[str]:
    """Yield what was expected of a value that is not a share, or beyond the bounds of its column."""
    if expected := share_hint(quantity, row["unit"], row["value"]):
        yield expected
    for column in table.printed.values():
        # The bounds are in the column's unit: a reference in another one cannot be compared with them.
        if column.name == quantity and column.unit == row["unit"] and (bounds := column.beyond(row["value"])):
            yield f"{bounds}, as its column declares"


def _typos(figure_id: str, printed: Sequence[str]) -> list[str]:
    """Return the published figures that differ from an unpublished id by a typo in one part.

    A reference may be of a subject that the article does not print. A subject of any of its tables is meant as
    written, and one with other digits is another version.
    """
    table, subject, quantity = parts_of(figure_id)
    subjects = {name.split("/")[1] for name in printed}
    found = []
    for name in printed:
        other_table, other, other_quantity = parts_of(name)
        if table != other_table:
            continue
        meant = subject == other or (subject not in subjects and nearly(subject, [other]))
        same = quantity == other_quantity or (subject == other and nearly(quantity, [other_quantity]))
        if meant and same:
            found.append(name)
    return found


def event_counts(events: pd.DataFrame, predictions: Predictions) -> Iterator[dict[str, Any]]:
    """Yield how many events count for a figure on each day on which the number rises, as rows of references.

    It is 0 from the first day that the table of events covers. Events that are not completed, or of tier W, do not
    count.
    """
    sure = events[(events["status"] == "completed") & (events["tier"] != "W")].sort_values(["date", "event_id"])
    for figure_id, count in sorted(predictions.counts.items()):
        rows = sure[sure["kind"].isin(count.kinds) & sure["subject"].isin(predictions.counted(count))]
        if rows.empty:
            continue
        days = [(day, rows[rows["date"] <= day]) for day in rows["date"].unique()]
        for day, past in [(events["date"].min(), rows.head(0)), *days]:
            newest = rows.head(1) if past.empty else past.tail(1)
            (row,) = records(newest[["source_id", "locator", "available_from"]])
            yield {
                "figure_id": figure_id,
                "basis": COUNT_BASIS,
                **ValidPeriod(day)._asdict(),
                "text": str(len(past)),
                VERSION: "",
                "unit": "event",
                "kind": "exact",
                "distribution": "none",
                **dict.fromkeys(("low_open", "high_open"), False),
                **dict.fromkeys(("value", "low", "high", "drawn_low", "drawn_high"), float(len(past))),
                **row,
                "available_from": day if past.empty else row["available_from"],
                "released": None,
                **EXACT_NUMBER,
                "tier": "D",
                "note": ", ".join(past["event_id"]) or f"none of the events that count is dated before {days[0][0]}",
            }
