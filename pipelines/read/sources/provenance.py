"""Where the values of sources come from: their sources as the dossier lists its own, and the place of each value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from tidebook.pipelines.read.sources.registry import all_connectors
from tidebook.schemas.analysis import Sources
from tidebook.schemas.base import records, table_of


def with_sources(declared: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """Return the declared sources with those of the snapshots in use, as rows of `Sources`, sorted by id."""
    rows = [
        {
            **row,
            "tier": all_connectors()[row["source"]].describe.tier,
            "published": row["vintage"],
            "read": row["fetched_on"],
            "original_publisher": "",
            "original_address": row["address"],
            "note": _note(row),
        }
        for row in records(files.drop_duplicates("source"))
    ]
    return table_of(Sources, [*records(declared), *rows])


def _note(row: Mapping[str, Any]) -> str:
    republished = "may" if row["republish"] else "may not"
    note = all_connectors()[row["source"]].describe.note
    return (
        f"Snapshot {row['snapshot']} of {row['fetched_on']}, {row['status']}; asked for {row['cadence']}. Derived "
        f"tables {republished} be republished. Attribution: {row['attribution']}. {note}".strip()
    )


def provenance(row: Mapping[str, Any], day: dt.date) -> dict[str, Any]:
    """Return where a value comes from: day, source, tier and place in the source's file."""
    describe = all_connectors()[row["source"]].describe
    return {
        "as_of": day,
        "source_id": describe.source_id,
        "tier": describe.tier,
        "locator": f"{row['source']}/{row['file']}:{row['row']}",
    }
