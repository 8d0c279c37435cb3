"""Which sources to ask first: those with the values of claims that are soonest due to change.

Belongs here: what the latest release says of them. Does not: fetching (`fetch`), or how soon values change
(`evaluate.hazards`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

from tidebook.places import find_release
from tidebook.read import read_table, tables

KEYS = {"reference_values": "figure_id", "evidence_rows": "evidence_row_id"}
"""The tables of values that may decide a claim, each with the column by which its card names them."""


def due(out: Path) -> dict[str, dt.date]:
    """Return by source the first day from which 1 in 3 of such values as a claim has from it had changed.

    Sources of which nothing is known are left out: all, where there is no release, or one that is damaged or older.
    """
    sources: dict[str, list[str]] = defaultdict(list)
    try:
        release = find_release(out)
        cards = read_table("claim_cards", release, engine="arrow").select(["rows", "look_again"]).to_pylist()
        for name in KEYS.keys() & set(tables(release)):
            for row in read_table(name, release, engine="arrow").to_pylist():
                sources[row[KEYS[name]]].append(row["source_id"])
    except (LookupError, OSError):
        return {}
    found: dict[str, dt.date] = {}
    for card in cards:
        for source in {source for row in card["rows"] for source in sources[row]} if card["look_again"] else ():
            found[source] = min(found.get(source, dt.date.max), card["look_again"])
    return found
