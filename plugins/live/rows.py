"""The tables of models, prices and dated values, from the rows of the publishers' files.

Belongs here: adding entities to rows. Does not: the names of entities (`entities`), or which rows are evidence
(`evidence`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd

from tidebook.pipelines.read.sources.base import Parsed
from tidebook.pipelines.read.sources.selection import Snapshots
from tidebook.pipelines.read.sources.tables import Contents, Selected, dated_rows, selected
from tidebook.plugins.live.entities import Entities
from tidebook.plugins.live.tables import DatabaseModels, ModelPrices, SourceObservations
from tidebook.schemas.base import Frame, Table, table_of

REVISED_OF_MODELS = (
    "release_date", "training_compute", "compute_low", "compute_high", "training_cost", "confidence",
)  # fmt: skip
NOBODY = Entities({}, {}, {})

RowsOf = Callable[[Selected, Entities], Iterable[dict[str, Any]]]


def database_models(snapshots: Snapshots, entities: Entities) -> Frame[DatabaseModels]:
    """Return the models of databases with their entities."""
    return _table(DatabaseModels, _model_rows, snapshots, entities)


def model_prices(snapshots: Snapshots, entities: Entities) -> Frame[ModelPrices]:
    """Return the prices of models with their entities."""
    return _table(ModelPrices, _price_rows, snapshots, entities)


def source_observations(snapshots: Snapshots, entities: Entities) -> Frame[SourceObservations]:
    """Return the dated values of sources with their entities."""
    return _table(SourceObservations, _observation_rows, snapshots, entities)


def _table(model: type[Table], rows_of: RowsOf, snapshots: Snapshots, entities: Entities) -> pd.DataFrame:
    return table_of(model, (row for one in selected(*snapshots) for row in rows_of(one, entities)))


def _model_rows(one: Selected, known: Entities) -> Iterator[dict[str, Any]]:
    for row in one.parsed.rows.get("database_models", ()):
        companies = filter(None, (known.find("company", name) for name in row["organizations"]))
        yield {**row, "entity_id": known.find("model", row["name"]), "developers": list(dict.fromkeys(companies))}


def _price_rows(one: Selected, known: Entities) -> Iterator[dict[str, Any]]:
    for row in one.parsed.rows.get("model_prices", ()):
        yield {**row, "entity_id": known.find("model", row["model_id"])}


def _observation_rows(one: Selected, known: Entities) -> Iterator[dict[str, Any]]:
    for row in dated_rows(one):
        yield {**row, "entity_id": known.find("company", row["subject"]) or known.find("model", row["subject"])}


def _revised(parsed: Parsed) -> Iterator[tuple[str, str, Any]]:
    """Yield item, column and value of all that is compared between snapshots to find revisions."""
    for row in parsed.rows.get("database_models", ()):
        for column in REVISED_OF_MODELS:
            yield str(row["name"]), column, row[column]
    for row in parsed.rows.get("model_prices", ()):
        # A price without a day is today's: a different one is a new price, and not a revision.
        if row["from_date"] or row["to_date"]:
            item = f"{row['vendor']}/{row['model_id']} from {row['from_date'] or 'the start'}"
            for column in ("input_price", "output_price", "to_date"):
                yield item, column, row[column]


def _for_nobody(rows_of: RowsOf) -> Callable[[Selected], Iterable[dict[str, Any]]]:
    """Return a function that makes rows without entities: a snapshot is checked before any dossier is read."""
    return lambda one: rows_of(one, NOBODY)


CONTENTS = Contents(
    {
        DatabaseModels: _for_nobody(_model_rows),
        ModelPrices: _for_nobody(_price_rows),
        SourceObservations: _for_nobody(_observation_rows),
    },
    _revised,
)
