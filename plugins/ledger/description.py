"""What a ledger says of itself: ledger.toml with its population and how CSV is read, and models.csv.

The rows are found in `dataset` and judged in `rules`.
"""

from typing import Literal

from pydantic import Field

from tidebook.pipelines.read.declarations import Declaration, Slug, Text, declare
from tidebook.pipelines.read.errors import Problem, refuse
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.plugins.ledger.tables import MEASURES, WEIGHTS, LedgerRows
from tidebook.schemas.base import arrow_schema, keys

DESCRIPTION, MODELS = "ledger.toml", "models.csv"
SYNTHETIC = "tidebook.synthetic"
"""The key in the metadata of a Parquet file that says that its rows are made up."""

KEY = tuple(keys(LedgerRows.to_schema()))
COLUMNS = (*KEY, *MEASURES)
ROWS = arrow_schema(LedgerRows)


class Csv(Declaration):
    """How a CSV file is read: the header that each column of the ledger stands under, and what all its rows share."""

    columns: dict[str, Text]
    constants: dict[str, Text] = Field(default_factory=dict)


class Description(Declaration):
    """A ledger: who keeps it, what it covers, and what its GPU-hours are: of the whole fleet, or those used."""

    title: Text
    publisher: Text
    population: Slug
    covers: Text
    gpu_hours: Literal["fleet", "used"] = "used"
    synthetic: bool = False
    csv: Csv | None = None


def read_description(raw: RawFile) -> Description:
    """Return what ledger.toml holds.

    Raises InputError if a key is missing, unknown or of another kind, or a mapping names no column of the ledger, one
    twice, or not all of the key.
    """
    found = declare(Description, raw)
    if found.csv is None:
        return found
    columns, constants = found.csv.columns, found.csv.constants
    problems = [
        raw.problem(("csv", part, name), f"one of the ledger's columns {', '.join(allowed)}")
        for part, mapped, allowed in (("columns", columns, COLUMNS), ("constants", constants, KEY))
        for name in mapped
        if name not in allowed
    ]
    both = sorted(columns.keys() & constants.keys())
    problems += [raw.problem(("csv", "constants", name), "a column or a constant, not both") for name in both]
    if missing := [name for name in KEY if name not in {**columns, **constants}]:
        problems.append(raw.problem(("csv",), f"{', '.join(missing)} as column or constant"))
    if not set(MEASURES) & columns.keys():
        problems.append(raw.problem(("csv",), f"at least one of {', '.join(MEASURES)} among the columns"))
    refuse(problems)
    return found


def read_models(raw: RawFile) -> dict[str, str]:
    """Return by model whether its weights are open, closed or unknown.

    Raises InputError if a cell is not what its column takes, or a model occurs twice.
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
