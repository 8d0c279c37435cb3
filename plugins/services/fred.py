"""A series of FRED, with a key all values that each period has had, each from the day on which it was published.

Without a key the file of the graph, which states no unit and has today's values alone. The date of an observation is
the first day of its period. The key is in the environment, and in no message.
Source: https://fred.stlouisfed.org/docs/api/fred/. Not tried live; tests answer in its form.
"""

from __future__ import annotations

import csv
import io
import os
import re
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.evidence_tables.periods import resolution_of
from tidebook.pipelines.read.evidence_tables.stated import Stated, stated_unit
from tidebook.pipelines.read.evidence_tables.taken import Get, TakenEvidence
from tidebook.pipelines.read.sources.base import FetchError
from tidebook.plugins.services.observations import (
    Answer,
    Observation,
    as_taken,
    day_in,
    json_of,
    of_first_day,
    refused,
)

SITE = "https://api.stlouisfed.org/fred"
GRAPH = "https://fred.stlouisfed.org/graph/fredgraph.csv"
KEY = "FRED_API_KEY"
"""The variable of the environment that holds the key."""
FREQUENCIES = {"A": "year", "Q": "quarter", "M": "month", "W": "day", "BW": "day", "D": "day"}
"""The resolution of each frequency; weeks are named by their last day."""
MOST_ROWS = 100_000
"""Observations of one answer."""


def take(rest: str, get: Get) -> TakenEvidence:
    """Return a series.

    Raises:
        InputError: the code is none, its frequency is not read, or the service answers something else than data.
        FetchError: it cannot be fetched; the message has no key.
    """
    address, key = f"fred:{rest}", os.environ.get(KEY, "")
    if not re.fullmatch(r"[A-Za-z0-9_]+", rest):
        raise InputError(Problem(address, "a series, such as fred:UNRATE"))
    if not key:
        return as_taken(_of_graph(address, rest, get(f"{GRAPH}?id={rest}", "csv")))
    if not re.fullmatch(r"[A-Za-z0-9]+", key):
        raise InputError(Problem(KEY, "letters and digits alone"))

    def ask(what: str) -> Any:
        try:
            data = get(f"{SITE}/{what}&api_key={key}&file_type=json", "json")
        except FetchError as error:
            # Not from the error, whose text has the address with the key.
            raise FetchError(str(error).replace(key, "KEY")) from None
        return json_of(address, data.replace(key.encode(), b"KEY"))

    about = ask(f"series?series_id={rest}")
    described = about.get("seriess") if isinstance(about, dict) else None
    if not described:
        raise refused(address, about.get("error_message", about) if isinstance(about, dict) else about)
    every = f"realtime_start=1776-07-04&realtime_end=9999-12-31&limit={MOST_ROWS}"
    return as_taken(_of_api(address, rest, described[0], ask(f"series/observations?series_id={rest}&{every}")))


def _of_api(address: str, code: str, about: dict[str, Any], answer: Any) -> Answer:
    found = answer.get("observations") if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise refused(address, answer)
    if int(answer.get("count", 0)) > len(found):
        expected = f"all {answer['count']} values of all vintages in one answer"
        raise InputError(Problem(address, expected, text=f"{len(found):,} of them"))
    short = str(about.get("frequency_short") or "")
    if short not in FREQUENCIES:
        expected = f"a frequency among {', '.join(FREQUENCIES)}"
        raise InputError(Problem(address, expected, text=str(about.get("frequency") or short)))
    rows = [
        Observation((), of_first_day(each["date"], FREQUENCIES[short]), each["value"], "", each["realtime_start"])
        for each in found
    ]
    units, adjusted = str(about.get("units") or ""), str(about.get("seasonal_adjustment") or "")
    is_protected = "copyright" in str(about.get("notes") or "").lower()
    title = str(about.get("title") or code)
    return Answer(
        address=address,
        code=code,
        title=f"{title} ({adjusted.lower()})" if adjusted else title,
        keys=(),
        has_flags=False,
        rows=rows,
        unit=stated_unit(units, title),
        words=units,
        source=_source(code, day_in(about.get("last_updated")), is_protected),
    )


def _of_graph(address: str, code: str, data: bytes) -> Answer:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"))))
    if len(rows) < 2 or len(rows[0]) != 2 or rows[0][0].lower() not in ("date", "observation_date"):
        raise refused(address, data[:500].decode("utf-8", "replace"))
    days = [row[0] for row in rows[1:] if len(row) == 2]
    length = resolution_of(days)
    return Answer(
        address=address,
        code=code,
        title=code,
        keys=(),
        has_flags=False,
        rows=[Observation((), of_first_day(row[0], length), row[1]) for row in rows[1:] if len(row) == 2],
        unit=Stated(),
        source=_source(code, None, False),
        notes=(f"read as one value for each {length}; units and vintages need a key, in {KEY}",),
    )


def _source(code: str, published: object, is_protected: bool) -> dict[str, Any]:
    licence = "FRED's terms of use; for that of the data see its address"
    if is_protected:
        licence = "copyrighted, as its notes on FRED say: not to be passed on without permission"
    return {
        "publisher": "Federal Reserve Bank of St. Louis",
        "address": f"https://fred.stlouisfed.org/series/{code}",
        "licence": licence,
        "published": published,
    }
