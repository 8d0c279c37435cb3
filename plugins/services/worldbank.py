"""An indicator of the World Bank, all countries and years, from its API in JSON.

Aggregates such as the world or high income are rows with codes of their own, which are no countries. The unit stands
in the indicator's name, and the day of the last update is that of the whole database.
Source: https://datahelpdesk.worldbank.org/knowledgebase/articles/898581. Not tried live; tests answer in its form.
"""

from __future__ import annotations

import re
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.evidence_tables.stated import of_name
from tidebook.pipelines.read.evidence_tables.taken import Get, TakenEvidence
from tidebook.plugins.services.observations import Answer, Observation, as_taken, day_in, json_of, refused

SITE = "https://api.worldbank.org/v2"
MOST_ROWS = 20_000
"""Rows of one answer: all years of all countries and aggregates."""


def take(rest: str, get: Get) -> TakenEvidence:
    """Return an indicator.

    Raises:
        InputError: the code is none, or the service answers a message in place of data, or a part of them.
        FetchError: it cannot be fetched.
    """
    address = f"worldbank:{rest}"
    if not re.fullmatch(r"[A-Za-z0-9._]+", rest):
        raise InputError(Problem(address, "an indicator's code, such as worldbank:SP.POP.TOTL"))
    where = f"{SITE}/country/all/indicator/{rest}?format=json&per_page={MOST_ROWS}"
    paging, rows = _parts(address, json_of(address, get(where, "json")))
    if int(paging.get("pages", 1)) > 1:
        raise InputError(Problem(address, f"all rows in one answer of {MOST_ROWS:,}", text=f"{paging['pages']} pages"))
    if not rows:
        raise InputError(Problem(address, "an indicator with rows; this has none"))
    _, about = _parts(address, json_of(address, get(f"{SITE}/indicator/{rest}?format=json", "json")))
    own = about[0] if about else {}
    name = str(own.get("name") or rows[0]["indicator"]["value"])
    return as_taken(
        Answer(
            address=address,
            code=rest,
            title=name,
            keys=("country",),
            rows=[_observation(row) for row in rows],
            unit=of_name(name),
            words=name,
            place="country",
            source={
                "publisher": "World Bank",
                "original_publisher": str(own.get("sourceOrganization") or ""),
                "address": f"https://data.worldbank.org/indicator/{rest}",
                "licence": "CC BY 4.0",
                "published": day_in(paging.get("lastupdated")),
            },
        )
    )


def _parts(address: str, answer: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the paging and the rows of an answer. A refusal is a list of one, with status 200."""
    if isinstance(answer, list) and len(answer) == 2 and isinstance(answer[0], dict):
        return answer[0], [row for row in answer[1] or [] if isinstance(row, dict)]
    if isinstance(answer, list) and answer and isinstance(answer[0], dict) and "message" in answer[0]:
        messages = answer[0]["message"]
        raise refused(address, "; ".join(str(each.get("value")) for each in messages if isinstance(each, dict)))
    raise refused(address, answer)


def _observation(row: dict[str, Any]) -> Observation:
    # Some aggregates have no code of three letters.
    code = str(row.get("countryiso3code") or row["country"]["id"])
    value = "" if row.get("value") is None else str(row["value"])
    return Observation((code,), str(row.get("date", "")), value, str(row.get("obs_status") or ""))
