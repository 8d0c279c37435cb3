"""The base of the tables that a dossier prints: models made from declarations, not written as classes.

What a declaration may say is in `pipelines.dossier`; how cells read is in `pipelines.ingest`; nothing is parsed here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from schemas.base import Date, Table, column

SLUG = r"^[a-z0-9]+(_[a-z0-9]+)*$"

Role = Literal["subject", "quantity", "label", "source", "note", "quantity_name", "value", "unit", "basis"]


@dataclass(frozen=True)
class PrintedColumn:
    """A column of a printed table: its name here, its header in print, its role, and what a cell of it may hold.

    The role `subject` names the row, `quantity` holds numbers in `unit`, `label` texts that expressions may compare.
    Where rows name their own quantity, they have the roles `quantity_name`, `value`, `unit` and `basis`. `reading`
    says how cells are printed (`pipelines.ingest.context`), `rules` what Pandera checks of the values.
    """

    name: str
    header: str
    role: Role
    description: str
    unit: str | None = None
    estimate: bool = False
    basis: str = "as reported"
    reading: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)


class PrintedTable(Table):
    """A table read from a raw CSV file of a dossier.

    `_path` is the file's place in the dossier. A table that is `_turned` has its quantities in rows and its subjects
    in columns.
    """

    _path: str
    _turned: bool
    _printed: tuple[PrintedColumn, ...]

    @classmethod
    def path(cls) -> str:
        """Return the file's place in the dossier."""
        return cls._path

    @classmethod
    def is_turned(cls) -> bool:
        """Return whether quantities stand in rows, and subjects in columns."""
        return cls._turned

    @classmethod
    def printed_columns(cls) -> tuple[PrintedColumn, ...]:
        """Return the columns that the file has, in the order of the table."""
        return cls._printed

    @classmethod
    def declaration(cls) -> str:
        """Return what the model was made from."""
        return repr((cls._name, cls._path, cls.__doc__, cls._turned, cls._printed, cls._version))

    @classmethod
    def own_quantities(cls) -> bool:
        """Return whether each row names its own quantity and unit."""
        return any(each.role == "quantity_name" for each in cls._printed)

    @classmethod
    def labels(cls) -> list[str]:
        """Return the names of the columns whose texts expressions may compare.

        Those that name the subject only together, such as country and year, are among them.
        """
        several = sum(each.role == "subject" for each in cls._printed) > 1
        return [each.name for each in cls._printed if each.role == "label" or (several and each.role == "subject")]


def printed_table(
    name: str, path: str, meaning: str, columns: Sequence[PrintedColumn], *, version: str = "1.0", turned: bool = False
) -> type[PrintedTable]:
    """Return the model of a printed table: the slug of its subject, then its columns in their order."""
    kinds = {"quantity": float, "value": float}
    body: dict[str, Any] = {
        "__doc__": meaning,
        "__module__": __name__,
        "__annotations__": {"subject": str},
        "subject": column("Slug of the row's subject, the middle part of its figures' ids", key=True, str_matches=SLUG),
        "_name": name,
        "_path": path,
        "_turned": turned,
        "_printed": tuple(columns),
    }
    for each in columns:
        body["__annotations__"][each.name] = Date if each.unit == "date" else kinds.get(each.role, str)
        rules = dict(each.rules)
        if each.role in ("quantity", "value"):
            rules = {"nullable": each.unit != "date" or "missing" in each.reading, **rules}
        if each.role == "quantity_name":
            rules |= {"key": True, "str_matches": SLUG}
        body[each.name] = column(each.description, unit=each.unit, **rules)
    made: type[PrintedTable] = type(PrintedTable)(name, (PrintedTable,), body, version=version)  # type: ignore[misc]
    return made
