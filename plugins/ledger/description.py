"""The description of a ledger: ledger.toml, with its population and the mapping of CSV files, and models.csv.

Belongs here: reading these two files. Does not: the files of rows (`dataset`), or the rules of rows (`rules`).
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from tidebook.pipelines.read.declarations import Declaration, Slug, Text, declare
from tidebook.pipelines.read.errors import Problem, refuse
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.plugins.ledger.tables import MEASURES, WEIGHTS, LedgerRows
from tidebook.schemas.base import arrow_schema, keys

DESCRIPTION, MODELS = "ledger.toml", "models.csv"
SYNTHETIC = "tidebook.synthetic"
"""Key in the metadata of a Parquet file that marks its rows as made up."""

KEY = tuple(keys(LedgerRows.to_schema()))
COLUMNS = (*KEY, *MEASURES)
ROWS = arrow_schema(LedgerRows)


class Csv(Declaration):
    """The mapping of CSV files: the header of each column of the ledger, and constants that all rows share."""

    columns: dict[str, Text]
    constants: dict[str, Text] = Field(default_factory=dict)


class Description(Declaration):
    """A ledger: publisher, coverage, and whether its GPU-hours are those of the whole fleet or those used."""

    title: Text
    publisher: Text
    population: Slug
    covers: Text
    gpu_hours: Literal["fleet", "used"] = "used"
    synthetic: bool = False
    csv: Csv | None = None


def read_description(raw: RawFile) -> Description:
    """Read ledger.toml.

    Raises:
        InputError: a key is missing, unknown or of another type, or the mapping of CSV files has an unknown or
            repeated column, lacks one of the key, or has no measure.
    """
    description = declare(Description, raw)
    if description.csv:
        refuse(list(_mapping_problems(raw, description.csv)))
    return description


def _mapping_problems(raw: RawFile, mapping: Csv) -> Iterator[Problem]:
    columns, constants = mapping.columns, mapping.constants
    for part, names, allowed in (("columns", columns, COLUMNS), ("constants", constants, KEY)):
        for name in names:
            if name not in allowed:
                yield raw.problem(("csv", part, name), f"one of the ledger's columns {', '.join(allowed)}")
    for name in sorted(columns.keys() & constants.keys()):
        yield raw.problem(("csv", "constants", name), "a column or a constant, not both")
    missing = [name for name in KEY if name not in columns and name not in constants]
    if missing:
        yield raw.problem(("csv",), f"{', '.join(missing)} as column or constant")
    if not set(MEASURES) & columns.keys():
        yield raw.problem(("csv",), f"at least one of {', '.join(MEASURES)} among the columns")


def read_models(raw: RawFile) -> dict[str, str]:
    """Read models.csv: by model, whether its weights are open, closed or unknown.

    Raises:
        InputError: a cell has an invalid value, or a model occurs twice.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for row in raw.records(("model_id", "weights"), problems):
        name = row.cells["model_id"]
        row.check_word("weights", WEIGHTS)
        if not name or name in found:
            row.report("model_id", "a model that no other row names")
        found[name] = row.cells["weights"]
    refuse(problems)
    return found
