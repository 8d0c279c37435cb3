"""A printed table as a dossier declares it: its file, its columns, how cells are printed, and the model that follows.

Belongs here: what may be declared. Does not: reading the file (`tables`), or what the engine makes of a declaration
that does not fit it (`read.dossier.checked`).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tidebook.pipelines.read.declarations import (
    ARTICLE,
    Declaration,
    Identifier,
    Name,
    Seen,
    Slug,
    Text,
    plain_name,
    shaped,
)
from tidebook.pipelines.read.quantities.context import Context
from tidebook.schemas.base import SLUG, Date, Table, column
from tidebook.schemas.units import UNITS
from tidebook.schemas.vocabulary import REPORTED

Role = Literal["subject", "quantity", "label", "source", "note", "quantity_name", "value", "unit", "basis"]
"""What the cells of a column are: `subject` names the row, `quantity` is a number in the column's unit, `label` a text
that expressions may compare. Where rows name their own quantity, these are `quantity_name`, `value`, `unit`, `basis`.
"""

NUMBERS = ("quantity", "value")
"""Roles of columns whose cells the grammar reads."""


def _number(value: Any) -> Any:
    if type(value) not in (int, float) or not abs(value) < 1e300:
        raise PydanticCustomError("number", "a number")
    return value


def _value(value: Any) -> Any:
    return plain_name(value) if isinstance(value, str) else _number(value)


Bound = Annotated[int | float, BeforeValidator(_number)]
Value = Annotated[str | int | float, BeforeValidator(_value)]
Version = Annotated[str, shaped(r"^[1-9][0-9]*\.[0-9]+$", "1.0")]


class Printing(Declaration):
    """How the cells of a table or a column are printed; what a column says goes before what its table says."""

    locale: str | None = None
    decimal: str | None = None
    grouping: str | None = None
    scale: Annotated[float, Field(ge=1, le=1e15)] | None = None
    inherits: bool | None = None
    fractions: bool | None = None
    missing: list[str] | None = None
    nil: list[str] | None = None
    footnotes: list[str] | None = None
    parentheses: str | None = None
    padded: bool | None = None
    digits: str | None = None
    clock: str | None = None
    within: list[str] | None = None

    @property
    def said(self) -> dict[str, Any]:
        """What it says of the print, by key."""
        return self.model_dump(include={*Printing.model_fields}, exclude_none=True)

    def context(self, unit: str | None = None) -> Context:
        """Return how cells are read in a unit. Raises ValueError or LookupError if what is said means nothing."""
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in self.said.items()
        }
        if "locale" in given:
            signs = Context.of_locale(given.pop("locale"))
            given = {"decimal": signs.decimal, "grouping": signs.grouping, **given}
        scale = given.pop("scale", 1.0)
        power = round(math.log10(scale))
        if scale != 10.0**power:
            raise ValueError(f"scale is {scale:g}, not a power of ten such as 1e6")
        if given.pop("inherits", power > 0) and unit:
            given |= {"unit": unit, "currency": (UNITS[unit].currency if unit in UNITS else None) or ""}
        return Context(**given, scale=power)


BOUNDS: Mapping[str, tuple[str, Callable[[float, float], bool]]] = {
    "ge": ("of at least", operator.ge),
    "le": ("of at most", operator.le),
    "gt": ("above", operator.gt),
    "lt": ("below", operator.lt),
}
"""The bounds that a column may declare, by Pandera's names, in words and as what must hold."""


class Limits(Declaration):
    """What the values of a column may be: names one of a few texts, plain numbers within bounds or one of a few."""

    enum: list[Value] | None = None
    minimum: Bound | None = None
    maximum: Bound | None = None
    exclusiveMinimum: Bound | None = None  # noqa: N815 -- as the Table Schema has it
    exclusiveMaximum: Bound | None = None  # noqa: N815


RULES = {"enum": "isin", "minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt"}
"""What Pandera calls each of the limits."""


class Column(Printing, Limits):
    """One column, under its header in print."""

    name: Identifier
    role: Literal["subject", "quantity", "label", "source", "note"] | None = None
    description: str = ""
    unit: str | None = None
    basis: Name = REPORTED
    estimate: bool = False

    @property
    def holds(self) -> Role:
        """What its cells are: what the role says, or else quantities where there is a unit and texts where not."""
        return self.role or ("quantity" if self.unit else "label")

    @property
    def rules(self) -> dict[str, Any]:
        """The rules on its values, by Pandera's names."""
        return {RULES[name]: rule for name, rule in self.model_dump(include={*RULES}, exclude_none=True).items()}

    def beyond(self, value: float) -> str:
        """Return the bound that a value breaks, in words; nothing if it breaks none."""
        rules = self.rules
        for name, (words, holds) in BOUNDS.items():
            if name in rules and not (math.isnan(value) or holds(value, rules[name])):
                return f"a value {words} {rules[name]:g}"
        return ""


FIGURE_ROWS: tuple[tuple[str, str, Role, str], ...] = (
    ("quantity", "quantity", "quantity_name", "What is measured"),
    ("section", "section", "note", "Section of the article"),
    ("subject", "name", "subject", "Subject as named"),
    ("text", "value", "value", "The number, in `unit`"),
    ("unit", "unit", "unit", "Unit of the value"),
    ("basis", "basis", "basis", "What the number is, in the words that it is printed with"),
)
"""The columns of a table whose rows are figures: header if none is declared, name, role, meaning."""


class PrintedTable(Printing):
    """One table: its file, what its rows are, and its columns.

    Where `rows` are figures each row names its own quantity and unit; `turned` tables have quantities in rows and
    subjects in columns.
    """

    path: str
    title: Text
    version: Version = "1.0"
    rows: Literal["subjects", "figures"] = "subjects"
    turned: bool = False
    source: Slug | Literal["row"] = ARTICLE
    locator: str = ""
    as_of: Seen | None = None
    columns: dict[str, Column] = Field(default={})

    @property
    def meaning(self) -> str:
        """What it is and where it stands, in words."""
        return f"{self.title.rstrip('.')}. In print: {self.locator}." if self.locator else self.title

    @cached_property
    def printed(self) -> dict[str, Column]:
        """Its columns by header, in the order of the typed table, each with all that holds of it."""
        found = _figure_columns(self.columns) if self.rows == "figures" else self.columns
        return {header: self.complete(header, each) for header, each in found.items()}

    def complete(self, header: str, column: Column) -> Column:
        """Return a column with what it leaves to the table or to its header."""
        return column.model_copy(update={**self.said, **column.said, "description": column.description or header})

    @property
    def keys(self) -> list[str]:
        """The columns of the typed table that name a row."""
        return ["subject", "quantity"] if self.rows == "figures" else ["subject"]

    @property
    def quantities(self) -> dict[str, str]:
        """The unit of each column that is a quantity, by name."""
        return {each.name: each.unit or "" for each in self.printed.values() if each.holds == "quantity"}

    @property
    def labels(self) -> list[str]:
        """The names of the columns whose texts expressions may compare.

        Those that name the subject only together, such as country and year, are among them.
        """
        roles = [each.holds for each in self.printed.values()]
        compared = ("label", "subject") if roles.count("subject") > 1 else ("label",)
        return [each.name for each in self.printed.values() if each.holds in compared]

    def model(self, name: str) -> type[Table]:
        """Return the model of the typed table: the slug of the row's subject, then its columns in their order."""
        types: dict[str, Any] = {"subject": str}
        body: dict[str, Any] = {
            "__doc__": self.meaning,
            "__module__": __name__,
            "__annotations__": types,
            "subject": column(
                "Slug of the row's subject, the middle part of its figures' ids", key=True, str_matches=SLUG
            ),
            "_name": name,
            "_declaration": repr((name, self)),
        }
        for each in self.printed.values():
            rules = each.rules
            types[each.name] = str
            if each.holds in NUMBERS:
                types[each.name] = Date if each.unit == "date" else float
                rules = {"nullable": each.unit != "date" or each.missing is not None, **rules}
            if each.name in self.keys:
                rules |= {"key": True, "str_matches": SLUG}
            body[each.name] = column(each.description, unit=each.unit, **rules)
        made: type[Table] = type(Table)(name, (Table,), body, version=self.version)  # type: ignore[misc]
        return made


Printed = Mapping[str, PrintedTable]
"""The tables in print, by name."""


def _figure_columns(declared: Mapping[str, Column]) -> dict[str, Column]:
    """Return the columns of a table whose rows are figures by header, those declared or else all there are."""
    given = {each.name: (header, each) for header, each in declared.items()}
    given = given or {name: (header, Column(name=name)) for header, name, *_ in FIGURE_ROWS}
    found = {}
    for _, name, role, meaning in FIGURE_ROWS:
        if name in given:
            header, each = given[name]
            # A dossier may not declare these roles: they follow from the names.
            found[header] = each.model_copy(update={"role": role, "description": each.description or meaning})
    return found
