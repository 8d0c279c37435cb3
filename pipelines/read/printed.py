"""Printed tables as a dossier declares them: the file, its columns, how cells are printed, and the model that follows.

Belongs here: what may be declared. Does not: reading the file (`tables`), or checks that compare declarations with each
other (`read.dossier.checked`).
"""

from __future__ import annotations

import datetime as dt
import math
import operator
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator
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
from tidebook.pipelines.read.quantities.context import CHOICES, Context
from tidebook.schemas.base import Date, Table, column
from tidebook.schemas.units import UNITS
from tidebook.schemas.vocabulary import REPORTED, SLUG

Role = Literal["subject", "quantity", "label", "source", "note", "quantity_name", "value", "unit", "basis"]
"""What the cells of a column are: `subject` names the row, `quantity` is a number in the column's unit, `label` is a
text that expressions may compare. `quantity_name`, `value`, `unit` and `basis` belong to tables whose rows are figures.
"""

NUMBERS = ("quantity", "value")
"""Roles of columns whose cells the grammar reads."""


def _number(value: Any) -> Any:
    # type(), not isinstance(): a TOML boolean is an int to Python. The comparison refuses nan and inf as well.
    if type(value) not in (int, float) or not abs(value) < 1e300:
        raise PydanticCustomError("number", "a number")
    return value


def _value(value: Any) -> Any:
    return plain_name(value) if isinstance(value, str) else _number(value)


Bound = Annotated[int | float, BeforeValidator(_number)]
Value = Annotated[str | int | float, BeforeValidator(_value)]
Version = Annotated[str, shaped(r"^[1-9][0-9]*\.[0-9]+$", "1.0")]


def _with_choices(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema of a declaration what its conventions may be."""
    for name, allowed in CHOICES.items():
        schema["properties"][name]["enum"] = [*allowed]


class Printing(Declaration):
    """How the cells of a table or a column are printed. A column overrides its table.

    Attributes:
        locale: a locale whose signs of decimals and of thousands are used, such as de_CH.
        decimal, grouping: the sign of decimals, and the one between thousands.
        scale: 1e6 where numbers are in millions.
        inherits: whether numbers without unit words are in the unit; so they are with a scale.
        fractions: whether percentages are printed as fractions of one.
        missing, nil, footnotes: marks of a missing value, of zero, and marks to ignore.
        parentheses: what they make of a number: it is negative, or they hold its error or an aside.
        padded: whether numbers may have leading zeros.
        digits: the script of the digits.
        clock: how times such as `3:56` are read.
        fiscal_year: the first month of fiscal years such as `FY2024`.
        within: forms of cells that hold more than the quantity: `{}` is the quantity, `*` any text.
    """

    model_config = ConfigDict(json_schema_extra=_with_choices)

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
    fiscal_year: str | None = None
    within: list[str] | None = None

    @property
    def conventions(self) -> dict[str, Any]:
        """The declared conventions, by key."""
        return self.model_dump(include={*Printing.model_fields}, exclude_none=True)

    def context(self, unit: str | None = None) -> Context:
        """Return the printing conventions for cells in a unit.

        Raises:
            ValueError: a value is unknown, or two of them contradict each other.
            LookupError: CLDR has no signs of Latin digits for the locale.
        """
        given = self.conventions
        for name, value in given.items():
            if isinstance(value, list):
                given[name] = tuple(value)  # a context is hashed as the key of a cache
        if "locale" in given:
            signs = Context.of_locale(given.pop("locale"))
            given = {"decimal": signs.decimal, "grouping": signs.grouping, **given}
        scale = given.pop("scale", 1.0)
        power = round(math.log10(scale))
        if scale != 10.0**power:
            raise ValueError(f"scale is {scale:g}, not a power of ten such as 1e6")
        # "in millions of dollars" names the unit once, for all cells.
        inherits = given.pop("inherits", power > 0)
        if inherits and unit:
            currency = UNITS[unit].currency if unit in UNITS else None
            given |= {"unit": unit, "currency": currency or ""}
        return Context(**given, scale=power)


BOUNDS: Mapping[str, tuple[str, Callable[[float, float], bool]]] = {
    "ge": ("of at least", operator.ge),
    "le": ("of at most", operator.le),
    "gt": ("above", operator.gt),
    "lt": ("below", operator.lt),
}
"""The bounds that a column may declare, by Pandera's names: the words before the bound, and the comparison."""


class Limits(Declaration):
    """The values that a column allows: a list of them, or bounds of plain numbers.

    Attributes:
        enum: all values that cells may have.
        minimum, maximum: bounds that are allowed themselves.
        exclusiveMinimum, exclusiveMaximum: bounds that are not.
    """

    enum: list[Value] | None = None
    minimum: Bound | None = None
    maximum: Bound | None = None
    exclusiveMinimum: Bound | None = None  # noqa: N815 -- the Table Schema's name
    exclusiveMaximum: Bound | None = None  # noqa: N815


RULES = {"enum": "isin", "minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt"}
"""Pandera's name of each limit."""


class Column(Printing, Limits):
    """One column of a printed table.

    Attributes:
        name: its name in expressions and in the typed table.
        role: what its cells are: by default a quantity where it has a unit, else a label.
        description: what it holds; by default its header.
        unit: the unit of its numbers, or date.
        basis: what its numbers are, such as list price.
        estimate: whether its plain numbers are estimates.
    """

    name: Identifier
    role: Literal["subject", "quantity", "label", "source", "note"] | None = None
    description: str = ""
    unit: str | None = None
    basis: Name = REPORTED
    estimate: bool = False

    @property
    def holds(self) -> Role:
        """The role of its cells: the declared one, or else `quantity` with a unit and `label` without."""
        return self.role or ("quantity" if self.unit else "label")

    @property
    def rules(self) -> dict[str, Any]:
        """The limits of its values, by Pandera's names."""
        limits = self.model_dump(include={*RULES}, exclude_none=True)
        return {RULES[name]: limit for name, limit in limits.items()}

    def beyond(self, value: float) -> str:
        """Return the bound that a value violates, in words, or "" if there is none; nan violates no bound."""
        if math.isnan(value):
            return ""
        rules = self.rules
        for name, (words, holds) in BOUNDS.items():
            if name in rules and not holds(value, rules[name]):
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
"""The columns of a table whose rows are figures: default header, name, role, meaning."""


def _with_place(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema of a table that it has a place, and a title unless it is one of the article's text."""
    _with_choices(schema)
    schema["required"].remove("title")
    # Tombi takes a part without `additionalProperties` for one that allows no keys.
    of_text, of_file = {"required": ["from"]}, {"required": ["path", "title"]}
    schema |= {"if": of_text | {"additionalProperties": True}, "else": of_file | {"additionalProperties": True}}


_TOTAL = re.compile(r"\W*(?:(?:(?:grand|sub|overall)[\s-]*)?totals?|all|sum)\b\W*(?:\(.*)?", re.IGNORECASE)
"""Labels that say nothing but that a row is the total of others: `Sub-total`, `All (2023)`; not `Total SA`."""


class PrintedTable(Printing):
    """One table: its file or its place in the article's text, what its rows are, and its columns.

    Attributes:
        from_: The text that the table stands in; `caption`, `heading` or `number` says which of its tables it is.
        path: Its CSV file.
        caption, heading, number: Which table of the text it is.
        title: What it shows; by default the caption or heading.
        version: The version of its contract.
        rows: "subjects", or "figures" where each row names its own quantity and unit.
        transposed: Whether quantities are in rows and subjects in columns.
        sections: The header of a column that the file does not have: its cells are the headings among the rows.
        source: The source of its figures, or "row" where a column names one for each row.
        as_of: The day that its figures describe; by default that of the article's content.
        until: The first day that its rows no longer cover, such as that on which a list of prices ends.
        totals: The labels of the rows that are totals of others; by default `Total`, `All`, `Sum` and the like.
    """

    model_config = ConfigDict(json_schema_extra=_with_place)

    path: str = ""
    from_: str = Field(default="", alias="from")
    caption: str = ""
    heading: str = ""
    number: int = Field(default=0, ge=0)
    title: Text
    version: Version = "1.0"
    rows: Literal["subjects", "figures"] = "subjects"
    transposed: bool = False
    sections: str = ""
    source: Slug | Literal["row"] = ARTICLE
    locator: str = ""
    as_of: Seen | None = None
    until: Seen | None = None
    totals: list[Text] | None = None
    columns: dict[str, Column] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def titled(cls, given: Any) -> Any:
        """Title a table of the text by its caption or the heading above, where no title is given."""
        if isinstance(given, dict) and not (given.get("path") or given.get("from")):
            raise PydanticCustomError("place", "the key path, or from with the article's text")
        if isinstance(given, dict) and given.get("from") and not given.get("title"):
            title = given.get("caption") or given.get("heading") or f"Table {given.get('number') or 1}"
            return {**given, "title": title}
        return given

    @property
    def meaning(self) -> str:
        """Its title and its place in the article, in words."""
        return f"{self.title.rstrip('.')}. In print: {self.locator}." if self.locator else self.title

    @cached_property
    def printed(self) -> dict[str, Column]:
        """Its columns by header, in the order of the typed table, with the defaults of the table filled in."""
        columns = _figure_columns(self.columns) if self.rows == "figures" else self.columns
        return {header: self.complete(header, column) for header, column in columns.items()}

    def complete(self, header: str, column: Column) -> Column:
        """Return a column with the defaults that its table and its header give."""
        return column.model_copy(
            update={**self.conventions, **column.conventions, "description": column.description or header}
        )

    def is_total(self, label: str) -> bool:
        """Whether a row is the total of others, by its label alone: what adds up may be a slip or an accident."""
        if self.rows == "figures":
            return False
        if self.totals is None:
            return _TOTAL.fullmatch(label) is not None
        return label in self.totals

    @property
    def keys(self) -> list[str]:
        """The columns of the typed table that identify a row."""
        return ["subject", "quantity"] if self.rows == "figures" else ["subject"]

    @property
    def quantities(self) -> dict[str, str]:
        """The unit of each column that is a quantity, by name."""
        return {each.name: each.unit or "" for each in self.printed.values() if each.holds == "quantity"}

    @property
    def labels(self) -> list[str]:
        """The names of the columns whose texts expressions may compare.

        Columns that name the subject together, such as country and year, are among them.
        """
        roles = [column.holds for column in self.printed.values()]
        compared = ("label", "subject") if roles.count("subject") > 1 else ("label",)
        return [column.name for column in self.printed.values() if column.holds in compared]

    @property
    def texts(self) -> dict[str, list[str]]:
        """All texts that a label may have, by its name, where its column declares them."""
        found = {}
        for label in self.printed.values():
            if label.enum and label.name in self.labels:
                found[label.name] = list(map(str, label.enum))
        return found

    def model(self, name: str) -> type[Table]:
        """Return the Pandera model of the typed table.

        Its columns are `subject`, the slug of the row's subject, then those of the printed table in their order.
        """
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
        for printed in self.printed.values():
            types[printed.name] = _type_of(printed)
            body[printed.name] = column(printed.description, unit=printed.unit, **self._rules_of(printed))
        made: type[Table] = type(Table)(name, (Table,), body, version=self.version)  # type: ignore[misc]
        return made

    def _rules_of(self, printed: Column) -> dict[str, Any]:
        """Return the rules of a column of the typed table."""
        rules = printed.rules
        if printed.holds in NUMBERS:
            # Numbers may always be missing; days only in a column that declares how a missing day is printed.
            rules = {"nullable": printed.unit != "date" or printed.missing is not None, **rules}
        if printed.name in self.keys:
            rules |= {"key": True, "str_matches": SLUG}
        return rules


Printed = Mapping[str, PrintedTable]
"""The printed tables, by name."""


def ends_of(tables: Printed) -> dict[str, dt.date]:
    """Return the first day that the rows of a table no longer cover, by the name of the table."""
    return {name: table.until for name, table in tables.items() if table.until}


def _type_of(printed: Column) -> Any:
    """Return the type of a column of the typed table."""
    if printed.holds not in NUMBERS:
        return str
    return Date if printed.unit == "date" else float


def _figure_columns(declared: Mapping[str, Column]) -> dict[str, Column]:
    """Return the columns of a table whose rows are figures, by header: the declared ones, or else all of them."""
    given = {column.name: (header, column) for header, column in declared.items()}
    columns = {}
    for default_header, name, role, meaning in FIGURE_ROWS:
        if given and name not in given:
            continue
        header, column = given.get(name, (default_header, Column(name=name)))
        # A dossier may not declare these roles: they follow from the names.
        columns[header] = column.model_copy(update={"role": role, "description": column.description or meaning})
    return columns
