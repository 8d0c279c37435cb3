"""A concept of a company's filings with the SEC, as filed: each value from the day of the first filing that has it.

Values of three, six, nine and twelve months may end on one day, so the length is a key. The fiscal year of a row is
that of its filing, and not used. The SEC asks for a mail address in TIDEBOOK_CONTACT.
Source: https://www.sec.gov/search-filings/edgar-application-programming-interfaces. Not tried live; tests answer in its
form.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.evidence_tables.stated import Stated, stated_unit
from tidebook.pipelines.read.evidence_tables.taken import Get, TakenEvidence
from tidebook.plugins.services.observations import Answer, Observation, as_taken, json_of, refused

SITE = "https://data.sec.gov/api/xbrl/companyconcept"
DAYS_OF_MONTH = 365.25 / 12
INSTANT = "instant"
LENGTHS = {3: "quarter", 6: "half", 9: "nine months", 12: "year"}


def take(rest: str, get: Get) -> TakenEvidence:
    """Return a concept: `320193/Revenues` of US GAAP, `1997711/ifrs-full/Revenue`, with `?unit=USD` if it has several.

    Raises:
        InputError: the address is none, or the answer is not of one unit.
        FetchError: it cannot be fetched.
    """
    address = f"sec:{rest}"
    found = re.fullmatch(r"(?:CIK)?0*(\d{1,10})/(?:([a-z-]+)/)?(\w+)(?:\?unit=([\w/-]+))?", rest)
    if not found:
        raise InputError(Problem(address, "a company's number and a concept, such as sec:320193/Revenues"))
    number, taxonomy, concept, unit = found[1], found[2] or "us-gaap", found[3], found[4]
    answer = json_of(address, get(f"{SITE}/CIK{int(number):010}/{taxonomy}/{concept}.json", "json"))
    units = answer.get("units") if isinstance(answer, dict) else None
    if not isinstance(units, dict) or not units:
        raise refused(address, answer)
    if unit is None and len(units) > 1:
        raise InputError(
            Problem(address, f"one unit, such as {address}?unit={next(iter(units))}", text=", ".join(units))
        )
    own = unit or next(iter(units))
    if own not in units:
        raise InputError(Problem(address, f"a unit among {', '.join(units)}", text=own))
    company, label = str(answer.get("entityName") or number), str(answer.get("label") or concept)
    return as_taken(
        Answer(
            address=address,
            code=f"{company} {concept}",
            title=f"{company}: {label}",
            keys=("length",),
            has_flags=False,
            rows=_rows(units[own]),
            unit=_unit(own),
            words=own,
            source={
                "publisher": f"{company}, filed with the SEC",
                "address": f"https://www.sec.gov/cgi-bin/browse-edgar?action=getcompany&CIK={number}",
                "licence": "public domain",
                "tier": "P",
            },
        )
    )


def _rows(filed: list[dict[str, Any]]) -> list[Observation]:
    """Return the values, each from the day of the first filing with it; a later filing with the same adds nothing."""
    rows: list[Observation] = []
    last: dict[tuple[str, str], str] = {}
    for each in sorted(filed, key=lambda row: (str(row["filed"]), str(row["accn"]))):
        key, value = (_length(each), str(each["end"])), str(each["val"])
        if last.get(key) == value:
            continue
        last[key] = value
        # Of two filings of one day the later one counts.
        rows = [row for row in rows if (row.keys[0], row.period, row.since) != (*key, each["filed"])]
        rows.append(Observation((key[0],), key[1], value, "", str(each["filed"])))
    return rows


def _length(row: dict[str, Any]) -> str:
    """Return the length of the period of a value in words; a quarter of 13 weeks is one of three months."""
    if not row.get("start"):
        return INSTANT
    days = (dt.date.fromisoformat(row["end"]) - dt.date.fromisoformat(row["start"])).days + 1
    months = round(days / DAYS_OF_MONTH)
    return LENGTHS.get(months, f"{months} months")


def _unit(text: str) -> Stated:
    if text in ("pure", "shares"):
        return Stated("number")
    return stated_unit(text.removesuffix("/shares"))
