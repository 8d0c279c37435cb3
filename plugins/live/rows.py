"""What the rows of the publishers' files come to: the tables of models, prices and dated values.

Who of the dossier's names is meant is told by `entities`; which rows become evidence is in `evidence`.
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
    """List the models of databases, with who is meant by each."""
    return _table(DatabaseModels, _model_rows, snapshots, entities)


def model_prices(snapshots: Snapshots, entities: Entities) -> Frame[ModelPrices]:
    """List the prices of models, with which model of the dossier each is of."""
    return _table(ModelPrices, _price_rows, snapshots, entities)


def source_observations(snapshots: Snapshots, entities: Entities) -> Frame[SourceObservations]:
    """List the dated values of sources, with who is meant by each."""
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
    """Yield the values of models and prices in which revisions are looked for.

    A price without a day is one of today: when it changes, that is news.
    """
    for row in parsed.rows.get("database_models", ()):
        yield from ((str(row["name"]), column, row[column]) for column in REVISED_OF_MODELS)
    for row in parsed.rows.get("model_prices", ()):
        if row["from_date"] or row["to_date"]:
            item = f"{row['vendor']}/{row['model_id']} from {row['from_date'] or 'the start'}"
            yield from ((item, column, row[column]) for column in ("input_price", "output_price", "to_date"))


def _for_nobody(rows_of: RowsOf) -> Callable[[Selected], Iterable[dict[str, Any]]]:
    """Return how rows are made where nothing is known of who is who, as of a snapshot that is being fetched."""
    return lambda one: rows_of(one, NOBODY)


CONTENTS = Contents(
    {
        DatabaseModels: _for_nobody(_model_rows),
        ModelPrices: _for_nobody(_price_rows),
        SourceObservations: _for_nobody(_observation_rows),
    },
    _revised,
)
