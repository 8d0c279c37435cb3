"""What the connectors to Epoch AI share: terms, addresses and the makers of observation rows."""

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pipelines.sources.base import Connector, Description, FileSpec, Parsed, Row, observation

PUBLISHER = "Epoch AI"
LICENCE = "CC BY 4.0"
BASE = "https://epoch.ai/data/"
VALUE_KEY = ("series", "subject", "date", "value", "basis")
"""Ids are not unique in these files, so that rows repeat one another only where they say the same."""


def csv_file(name: str, path: str, *, optional: bool = False) -> FileSpec:
    """Return a file of Epoch AI's exports."""
    return FileSpec(name, BASE + path, "csv", optional=optional)


def description(name: str, title: str, files: tuple[FileSpec, ...], note: str, limit: int = 20) -> Description:
    """Return the description of one of Epoch AI's data sets."""
    return Description(
        name=name,
        title=title,
        publisher=PUBLISHER,
        files=files,
        licence=LICENCE,
        republish=True,
        attribution=f"{PUBLISHER}, “{title}”, epoch.ai/data, {LICENCE}",
        cadence="weekly",
        max_age_days=14,
        quarantine_limit=limit,
        note=note,
    )


def observations(
    row: Row,
    columns: Mapping[str, tuple[str, str]],
    subject: str,
    day: dt.date | None,
    basis: str,
    vintage: dt.date,
    planned: bool = False,
) -> list[dict[str, Any]]:
    """Return the values in a row by series, each of a column and in a unit; those after `vintage` are projections."""
    sure, later = row.text("Confidence") or row.text("Certainty"), planned or (day is not None and day > vintage)
    return [
        each
        for series, (column, unit) in columns.items()
        for each in observation(series, subject, day, row.number(column), unit, basis, sure, later)
    ]


class File(NamedTuple):
    """A file of observations: the columns that it must have, and how a row is read on the day of the copy."""

    name: str
    required: tuple[str, ...]
    read_row: Callable[..., list[dict[str, Any]]]
    aliases: Mapping[str, str] | None = None


def source(describe: Description, *files: File) -> Connector:
    """Return a source whose files hold observations."""

    def read(data: Mapping[str, bytes], vintage: dt.date, parsed: Parsed) -> None:
        for one in files:
            read_row = functools.partial(one.read_row, vintage=vintage)
            parsed.observations += parsed.read_csv(
                one.name, data[one.name], one.required, read_row, VALUE_KEY, one.aliases
            )

    return Connector(describe, read)
