"""raw/reference/scores.csv: what models score on a benchmark, and when they were released.

What prices at a fixed quality come to is in `pipelines.metrics.trends`.
"""

import datetime as dt
import math
from typing import NamedTuple

from pipelines.ingest.errors import Problem, refuse
from pipelines.ingest.rawfile import RawFile
from pipelines.sources.base import Row
from pipelines.sources.entities import Entities

PATH = "reference/scores.csv"
HEADERS = ("entity_id", "benchmark", "score", "released", "source", "note")
BENCHMARK = "MMLU"


class Score(NamedTuple):
    """A model's score in percent, and its release."""

    score: float
    released: dt.date


def read_scores(raw: RawFile, entities: Entities, sources: set[str]) -> dict[str, Score]:
    """Return the scores on MMLU by entity.

    Raises InputError if a model, source or cell is not what its column takes, or a model occurs twice.
    """
    found: dict[str, Score] = {}
    problems: list[Problem] = []
    for line, record in raw.records(HEADERS):
        row, entity = Row(line, record), record["entity_id"]
        score, released = row.number("score"), row.day("released")
        if math.isnan(score) or score > 100:
            row.reject("score", "a number from 0 to 100")
        if released is None:
            row.reject("released", "a day as YYYY-MM-DD")
        if entity not in entities.names or entity in found:
            row.reject("entity_id", "an id of entities.csv that no other row has")
        if record["benchmark"] != BENCHMARK:
            row.reject("benchmark", BENCHMARK)
        if record["source"] not in sources:
            row.reject("source", "the id of a source in sources.toml")
        problems += [Problem(raw.path, expected, line, column, text) for column, text, expected in row.bad_cells]
        if released is not None:
            found[entity] = Score(score, released)
    refuse(problems)
    return found
