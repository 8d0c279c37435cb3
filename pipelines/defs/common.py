"""What several Dagster definitions share: asset keys, owners, the failure for bad input, rows for the UI.

Belongs here: small helpers that know no graph and run no step. Does not: what one module alone uses, or private calls
of Dagster (`internals`).
"""

from __future__ import annotations

import os
from textwrap import shorten
from typing import Any

import dagster as dg
import pandas as pd

from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.errors import InputError
from tidebook.schemas.base import records

OWNERS = ["team:tidebook"]
"""Owners of assets that belong to no dossier, or to one whose article names no owner."""

RESOURCE = "tidebook"
"""The name of the resource that gives an asset the run of the graph that it is part of."""

SCHEMA = "schema"
"""The check that a table passes all rules of its model."""

LONGEST_CELL = 80
"""Characters of a table cell that the UI shows."""


def key_of(step: str, prefix: str = "") -> dg.AssetKey:
    """Return the asset key of a step, below the prefix of its project."""
    parts = step.split("/")
    return dg.AssetKey([prefix, *parts] if prefix else parts)


def output_of(asset: str) -> str:
    """Return the name of the output of an asset in the last step of a run: Dagster reserves some words."""
    return f"{asset}_published"


def check_output(asset: str, check: str) -> str:
    """Return the name of the output of a check in the last step of a run."""
    return f"{asset}_checked_{check}"


def owners_of(article: Article) -> list[str]:
    """Return the owners of a dossier's assets as Dagster expects them: a mail address or `team:NAME`."""
    named = article.owner
    if not named:
        return OWNERS
    return [named if "@" in named or named.startswith("team:") else f"team:{named}"]


def bad_input(error: InputError) -> dg.Failure:
    """Return the failure to raise for bad input. Dagster must not retry: the same files would fail again."""
    return dg.Failure(description=str(error), metadata={"bad_input": True}, allow_retries=False)


def rows_metadata(frame: pd.DataFrame, most: int = 20) -> dg.TableMetadataValue:
    """Return the first rows of a frame as a table for the UI, with long texts shortened."""
    rows = []
    for row in records(frame.head(most)):
        rows.append(dg.TableRecord({name: _cell(value) for name, value in row.items()}))
    schema = dg.TableSchema(columns=[dg.TableColumn(str(name)) for name in frame.columns])
    return dg.MetadataValue.table(records=rows, schema=schema)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return shorten(str(value), LONGEST_CELL, placeholder="…")


def report_link(path: str, file: str) -> dg.MetadataValue[Any]:
    """Return a link to the report of a release where `tidebook ui` serves it, else the path of its file."""
    served = os.environ.get("TIDEBOOK_REPORTS")
    if served:
        return dg.MetadataValue.url(f"{served}/{path}/report/index.html")
    return dg.MetadataValue.path(file)
