"""dossier.toml as checked objects: the article, its tables and units, themes, words and packs.

Belongs here: what a dossier may declare, and the models of its tables. Does not: how it is read and checked
(`checked`), cells (`pipelines.ingest`), claims, metrics and predictions, which have modules of their own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from pipelines.ingest.context import Context
from pipelines.ingest.declarations import (
    ARTICLE,
    Count,
    Declaration,
    Identifier,
    Name,
    Seen,
    Slug,
    Source,
    Text,
    plain_name,
    shaped,
)
from pipelines.ingest.names import slug_of_all
from pipelines.ingest.rawfile import RawFile
from schemas.printed import PrintedColumn, PrintedTable, Role, printed_table
from schemas.units import UNITS, Unit, own_unit
from schemas.vocabulary import REPORTED


def _number(value: Any) -> Any:
    if type(value) not in (int, float) or not abs(value) < 1e300:
        raise PydanticCustomError("number", "a number")
    return value


def _value(value: Any) -> Any:
    return plain_name(value) if isinstance(value, str) else _number(value)


Bound = Annotated[int | float, BeforeValidator(_number)]
Value = Annotated[str | int | float, BeforeValidator(_value)]
Version = Annotated[str, shaped(r"^[1-9][0-9]*\.[0-9]+$", "1.0")]
DossierFile = Annotated[RawFile, "dossier.toml"]


class Wording(Declaration):
    """How a dossier words what its tables hold: themes with their titles, slugs in words, names as they are spelled."""

    themes: dict[Identifier, Text] = Field(default={})
    words: dict[str, Text] = Field(default={})
    names: list[Text] = Field(default=[])
    by_others: list[Slug] = Field(default=[])


class Article(Declaration):
    """What is judged: who published it when, and the day that its content is from where that is another one."""

    title: Text
    published: Seen
    written: Seen | None = None
    publisher: str = ""
    address: str = ""
    id: Slug | None = None
    owner: str = ""
    text: str = ""
    licence: str = "not known; only figures and printed cells are quoted"
    note: str = ""

    @field_validator("written")
    @classmethod
    def before_publication(cls, written: dt.date | None, info: ValidationInfo) -> dt.date | None:
        """Refuse content that is younger than its publication."""
        if written and written > info.data.get("published", written):
            raise PydanticCustomError("order", "a day not after that of publication")
        return written

    @property
    def slug(self) -> str:
        """The name of the dossier: its id, or else its title as a slug."""
        return self.id or slug_of_all(self.title) or f"article_{hashlib.sha256(self.title.encode()).hexdigest()[:8]}"

    @property
    def content(self) -> dt.date:
        """The day that the content is from."""
        return self.written or self.published

    @property
    def clocks(self) -> dict[str, dt.date]:
        """The days that predictions may count from."""
        return {"content": self.content, "publication": self.published}

    @property
    def source(self) -> Source:
        """The article as a source."""
        return Source(
            title=self.title,
            publisher=self.publisher or "not named",
            address=self.address or "no address given",
            tier="P",
            licence=self.licence,
            published=self.published,
            note=self.note,
        )


class Reading(Declaration):
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


class Limits(Declaration):
    """What the values of a column may be: names one of a few texts, plain numbers within bounds or one of a few."""

    enum: list[Value] | None = None
    minimum: Bound | None = None
    maximum: Bound | None = None
    exclusiveMinimum: Bound | None = None  # noqa: N815 -- as the Table Schema has it
    exclusiveMaximum: Bound | None = None  # noqa: N815


class Column(Reading, Limits):
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
        rules = {
            "isin": self.enum,
            "ge": self.minimum,
            "le": self.maximum,
            "gt": self.exclusiveMinimum,
            "lt": self.exclusiveMaximum,
        }
        return {name: rule for name, rule in rules.items() if rule is not None}


class PrintedTableDeclaration(Reading):
    """One table: its file, what its rows are, and its columns.

    Where `rows` are figures each row names its own quantity and unit; `turned` tables have quantities in rows.
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


class DeclaredUnit(Declaration):
    """A unit that the engine does not have; `counts` says that a whole number of it is exact and it has no parts.

    A multiple says `of` what: `1e6 token`. Of a `binary` unit one K may be 1,024.
    """

    meaning: Text
    words: list[Text] = Field(default=[])
    counts: bool = True
    minimum: float = 0.0
    maximum: float = math.inf
    binary: bool = False
    of: str = ""


class Tables(Declaration):
    """The tables in print, by name."""

    tables: dict[Identifier, PrintedTableDeclaration] = Field(min_length=1)

    @cached_property
    def models(self) -> dict[str, type[PrintedTable]]:
        """The model of each table, by its name."""
        return {name: _model(name, table) for name, table in self.tables.items()}


class LivePack(Declaration):
    """Live sources of AI models and companies: the tables that they are held against, and the growth in print.

    `runs` is the table of training runs, `models` that of companies with their model, price and funding; `growth` and
    `period` are the figures of the growth that trends are compared with.
    """

    runs: Identifier
    models: Identifier
    growth: str
    period: str


class AcceleratorHoursPack(Declaration):
    """What an hour of accelerators earned: the figures that a prediction of the kind `ratio` rests on, as a table."""

    prediction: Slug


class LedgerPack(Declaration):
    """The inference ledger; the series of an accelerator's rent is named by it and `rents`: `h100_rental_price`."""

    rents: Slug = "rental_price"


class Projected(Declaration):
    """A quantity that is projected: the observations of `series`, or the cells of `table`, dated by its subjects.

    The days of a table's subjects are the figures `dates` of its like, as `other_table/quantity`. `words` say which
    population it is.
    """

    quantity: Slug
    population: Slug
    unit: str
    words: Text
    series: Slug | None = None
    table: Slug | None = None
    dates: Annotated[str, shaped(r"^[a-z0-9_]+/[a-z0-9_]+$", "table/quantity")] | None = None
    of_content: bool = Field(default=False, description="Whether it is projected from the content's date alone")


class ProjectionsPack(Declaration):
    """Projections: what is projected, how many years on, and the least points of a trend whose intervals are tested."""

    horizons: list[Annotated[int, Field(ge=1, le=50)]] = Field(min_length=1)
    least: Count = 8
    of: list[Projected] = Field(min_length=1)


class Packs(Declaration):
    """The optional parts of the engine that a dossier switches on."""

    live: LivePack | None = None
    accelerator_hours: AcceleratorHoursPack | None = None
    projections: ProjectionsPack | None = None
    ledger: LedgerPack | None = None


class EventKinds(Declaration):
    """Kinds of events: those that happen in `public` are known on their day; those `by_others` the other party does."""

    public: list[Slug] = Field(default=[])
    by_others: list[Slug] = Field(default=[])


class Dossier(Declaration):
    """dossier.toml, but for the sections that others read."""

    article: Article
    tables: dict[Identifier, PrintedTableDeclaration] = Field(min_length=1)
    units: dict[str, DeclaredUnit] = Field(default={})
    themes: dict[Identifier, Text] = Field(default={})
    spelling: dict[Literal["names"], list[Text]] = Field(default={})
    words: dict[str, Text] = Field(default={})
    events: EventKinds = EventKinds()
    packs: Packs = Packs()

    @cached_property
    def printed(self) -> Tables:
        """Its tables."""
        return Tables(tables=self.tables)

    @property
    def models(self) -> dict[str, type[PrintedTable]]:
        """The model of each of its tables, by name."""
        return self.printed.models

    @property
    def wording(self) -> Wording:
        """How it words what its tables hold."""
        names, by_others = self.spelling.get("names", []), self.events.by_others
        return Wording(themes=self.themes, words=self.words, names=names, by_others=by_others)

    @property
    def declared_units(self) -> dict[str, Unit]:
        """The units of its own, by symbol."""
        return {symbol: own_unit(symbol, **dict(each)) for symbol, each in self.units.items()}


FIGURE_ROWS: tuple[tuple[str, str, Role, str], ...] = (
    ("quantity", "quantity", "quantity_name", "What is measured"),
    ("section", "section", "note", "Section of the article"),
    ("subject", "name", "subject", "Subject as named"),
    ("text", "value", "value", "The number, in `unit`"),
    ("unit", "unit", "unit", "Unit of the value"),
    ("basis", "basis", "basis", "What the number is, in the words that it is printed with"),
)
"""The columns of a table whose rows are figures: header if none is declared, name, role, meaning."""


def _model(name: str, table: PrintedTableDeclaration) -> type[PrintedTable]:
    """Return the model of a declared table."""
    if table.rows == "figures":
        found = {column.name: (header, column.description) for header, column in table.columns.items()}
        found = found or {own: (header, "") for header, own, *_ in FIGURE_ROWS}
        columns = [
            PrintedColumn(own, found[own][0], role, found[own][1] or meaning, reading=cell_context(table, None))
            for _, own, role, meaning in FIGURE_ROWS
            if own in found
        ]
    else:
        columns = [
            PrintedColumn(
                name=column.name,
                header=header,
                role=column.holds,
                description=column.description or header,
                unit=column.unit,
                estimate=column.estimate,
                basis=column.basis,
                reading=cell_context(table, column),
                rules=column.rules,
            )
            for header, column in table.columns.items()
        ]
    meaning = f"{table.title.rstrip('.')}. In print: {table.locator}." if table.locator else table.title
    return printed_table(name, table.path, meaning, columns, version=table.version, turned=table.turned)


def cell_context(table: PrintedTableDeclaration, column: Column | None) -> dict[str, Any]:
    """Return how cells are read, as the arguments of `Context`.

    Raises ValueError or LookupError if it means nothing.
    """
    names = Reading.model_fields
    said = {name: getattr(table, name) for name in names if getattr(table, name) is not None}
    if column:
        said |= {name: getattr(column, name) for name in names if getattr(column, name) is not None}
    signs = Context.of_locale(str(said.pop("locale"))) if "locale" in said else None
    found: dict[str, Any] = {"decimal": signs.decimal, "grouping": signs.grouping} if signs else {}
    own = "scale" in said
    scale = float(said.pop("scale", 1.0))
    power = round(math.log10(scale))
    if scale != 10.0**power:
        raise ValueError(f"scale is {scale:g}, not a power of ten such as 1e6")
    if own:
        found["scale"] = power
    unit = column.unit if column else None
    if said.pop("inherits", bool(power)) and unit:
        found["unit"] = unit
        if currency := (UNITS[unit].currency if unit in UNITS else None):
            found["currency"] = currency
    found |= {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    Context(**found)
    return found
