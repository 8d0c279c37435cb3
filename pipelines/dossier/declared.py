"""dossier.toml as checked objects: the article, its tables and units, themes, words and packs.

Belongs here: what a dossier may declare, and the models of its tables. Does not: cells (`pipelines.ingest`), claims,
metrics and predictions, which have modules of their own.
"""

from __future__ import annotations

import datetime as dt
import json
import keyword
import math
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from pipelines.dossier.sections import OWN, PACKAGE
from pipelines.ingest.context import Context
from pipelines.ingest.declarations import Declaration, Slug, Source, Text, declare
from pipelines.ingest.errors import InputError, Problem, close_to
from pipelines.ingest.rawfile import INSIDE, RawFile, is_plain
from schemas import contracts
from schemas.base import Table
from schemas.printed import PrintedColumn, PrintedTable, Role, printed_table
from schemas.registry import ENGINE
from schemas.units import UNITS, Unit, own_unit, use_units

ARTICLE = "article"
"""The source that is judged."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=100)]
Bound = int | Annotated[float, Field(allow_inf_nan=False)]
Version = Annotated[str, Field(pattern=r"^[1-9][0-9]*\.[0-9]+$")]


class Wording(Declaration):
    """How a dossier words what its tables hold: themes with their titles, slugs in words, names as they are spelled."""

    themes: dict[Name, Text] = Field(default={})
    words: dict[str, Text] = Field(default={})
    names: list[Text] = Field(default=[])


class Article(Declaration):
    """What is judged: who published it when, and the day that its content is from where that is another one."""

    title: Text
    published: dt.date
    written: dt.date | None = None
    publisher: str = ""
    address: str = ""
    id: Slug | None = None
    owner: str = ""
    text: str = ""
    licence: str = "not known; only figures and printed cells are quoted"
    note: str = ""

    @property
    def slug(self) -> str:
        """The name of the dossier: its id, or else its title as a slug."""
        return self.id or re.sub(r"[^a-z0-9]+", "_", self.title.lower()).strip("_")

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
            address=self.address or "not given",
            tier="P",
            licence=self.licence,
            as_of=self.published,
            note=self.note,
        )


class Reading(Declaration):
    """How the cells of a table or a column are printed; what a column says goes before what its table says."""

    locale: str | None = None
    decimal: str | None = None
    grouping: str | None = None
    scale: float | None = None
    inherits: bool | None = None
    fractions: bool | None = None
    missing: list[str] | None = None
    nil: list[str] | None = None
    footnotes: list[str] | None = None
    parentheses: str | None = None
    padded: bool | None = None
    digits: str | None = None
    clock: str | None = None


class Column(Reading):
    """One column, under its header in print."""

    name: Name
    role: Literal["subject", "quantity", "label", "source", "note"] | None = None
    description: str = ""
    unit: str | None = None
    basis: str = "as reported"
    estimate: bool = False
    enum: list[str] | None = None
    minimum: Bound | None = None
    maximum: Bound | None = None
    exclusiveMinimum: Bound | None = None  # noqa: N815 -- as the Table Schema has it
    exclusiveMaximum: Bound | None = None  # noqa: N815

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
    as_of: dt.date | None = None
    columns: dict[str, Column] = Field(default={})


class DeclaredUnit(Declaration):
    """A unit that the engine does not have; `counts` says that a whole number of it is exact and it has no parts."""

    meaning: Text
    words: list[Text] = Field(default=[])
    counts: bool = True
    minimum: float = 0.0
    maximum: float = math.inf


class Tables(Declaration):
    """The tables in print, by name."""

    tables: dict[Name, PrintedTableDeclaration] = Field(min_length=1)

    @cached_property
    def models(self) -> dict[str, type[PrintedTable]]:
        """The model of each table, by its name."""
        return {name: _model(name, table) for name, table in self.tables.items()}


class LivePack(Declaration):
    """Live sources of AI models and companies: the tables that they are held against, and the growth in print.

    `runs` is the table of training runs, `models` that of companies with their model, price and funding; `growth` and
    `period` are the figures of the growth that trends are compared with.
    """

    runs: Name
    models: Name
    growth: str
    period: str


class Packs(Declaration):
    """The optional parts of the engine that a dossier switches on."""

    live: LivePack | None = None


class Dossier(Declaration):
    """dossier.toml, but for the sections that others read."""

    article: Article
    tables: dict[Name, PrintedTableDeclaration] = Field(min_length=1)
    units: dict[str, DeclaredUnit] = Field(default={})
    themes: dict[Name, Text] = Field(default={})
    spelling: dict[Literal["names"], list[Text]] = Field(default={})
    words: dict[str, Text] = Field(default={})
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
    def all_models(self) -> dict[str, type[Table]]:
        """The models of all tables that a release of it may hold, its own first."""
        return {**self.models, **ENGINE}

    @property
    def wording(self) -> Wording:
        """How it words what its tables hold."""
        return Wording(themes=self.themes, words=self.words, names=self.spelling.get("names", []))

    @property
    def declared_units(self) -> dict[str, Unit]:
        """The units of its own, by symbol."""
        return {symbol: own_unit(symbol, **dict(each)) for symbol, each in self.units.items()}


def read_dossier(raw: RawFile) -> Dossier:
    """Return the dossier that a file declares; units of its own are known from then on.

    Raises:
        InputError: a key is missing, unknown or wrong; a table has the name of one of the engine's, a path out of the
            dossier or no quantity; two columns have one name; a unit is unknown, or one of the engine's.
    """
    if raw.path == PACKAGE:
        from pipelines.dossier.package import package_document

        dossier = declare(Dossier, RawFile(raw.path, b""), package_document(raw))
        raw = RawFile(raw.path, b"")
    else:
        dossier = declare(Dossier, RawFile(raw.path, raw.data, OWN))
    problems = list(_wrong_units(dossier, raw))
    use_units(dossier.declared_units)
    for name, table in dossier.tables.items():
        problems += [
            Problem(
                raw.path, expected, raw.toml_line(("tables", name, *place)), ".".join(("tables", name, *place)), text
            )
            for expected, place, text in _faults(name, table)
        ]
    if problems:
        raise InputError(problems)
    return dossier


def check_sources(raw: RawFile, tables: Tables, sources: Collection[str]) -> None:
    """Check that the tables come from sources that are known.

    Raises:
        InputError: one does not.
    """
    problems = [
        Problem(
            raw.path,
            f"row, or the id of a source{close_to(table.source, sources)}",
            raw.toml_line(place),
            ".".join(place),
            table.source,
        )
        for name, table in tables.tables.items()
        if table.source not in ("row", *sources) and (place := ("tables", name, "source"))
    ]
    if problems:
        raise InputError(problems)


def check_versions(raw: RawFile, models: Mapping[str, type[PrintedTable]], history: RawFile) -> None:
    """Check that tables that changed since their contracts were recorded have another version.

    Raises:
        InputError: one has not, or the history cannot be read.
    """
    try:
        recorded = {entry["table"]: entry for entry in map(json.loads, history.text().splitlines())}
        faults = {
            entry["table"]: text
            for entry in contracts.current(list(models.values()))
            if (text := contracts.fault(recorded.get(entry["table"]), entry))
        }
    except (ValueError, KeyError, TypeError) as error:
        expected = f"contracts as `tidebook lock` writes them ({error})"
        raise InputError(Problem(history.path, expected)) from error
    if faults:
        places = {name: ("tables", name, "version") for name in faults}
        raise InputError(
            [
                Problem(raw.path, f"another version: {text}", raw.toml_line(places[name]), ".".join(places[name]))
                for name, text in faults.items()
            ]
        )


def _wrong_units(dossier: Dossier, raw: RawFile) -> Iterator[Problem]:
    use_units({})
    for symbol in dossier.units:
        if symbol in UNITS:
            yield Problem(
                raw.path, "a unit that the engine does not have", raw.toml_line(("units", symbol)), text=symbol
            )


def _faults(name: str, table: PrintedTableDeclaration) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield what was expected of a table, where in it, and what was found."""
    if name in ENGINE or keyword.iskeyword(name):
        yield "a name that no table of the engine and no word of the language has", (), name
    if not is_plain(table.path):
        yield INSIDE, ("path",), table.path
    try:
        _context(table, None)
    except (ValueError, LookupError) as error:
        yield f"a way of printing that means something: {error}", (), name
    seen: dict[str, str] = {"subject": "the slug of the subject"}
    for header, column in table.columns.items():
        place = ("columns", header)
        if column.name in seen or keyword.iskeyword(column.name):
            yield (
                f"a name of its own ({seen.get(column.name, 'a word of the language')} has it)",
                (*place, "name"),
                column.name,
            )
        seen[column.name] = f"column {header}"
        if (column.holds == "quantity") != (column.unit is not None):
            yield "a unit for quantities, and none for other columns", place, column.name
        elif column.unit is not None and column.unit not in UNITS:
            yield (
                f"one of the units{close_to(column.unit, UNITS) or ' ' + ', '.join(UNITS)}",
                (*place, "unit"),
                column.unit,
            )
        try:
            _context(table, column)
        except (ValueError, LookupError) as error:
            yield f"a way of printing that means something: {error}", place, header
    roles = [column.holds for column in table.columns.values()]
    if table.source == "row" and "source" not in roles:
        yield "a column with the role source, which names the source of each row", ("source",), table.source
    if table.rows == "figures":
        yield from _faults_of_figure_rows(name, table)
        return
    if "quantity" not in roles:
        yield "a column with a unit", ("columns",), name
    if roles.count("subject") > 1:
        yield "at most one column that names the subject", ("columns",), name


def _faults_of_figure_rows(name: str, table: PrintedTableDeclaration) -> Iterator[tuple[str, tuple[str, ...], str]]:
    known = [header for header, *_ in FIGURE_ROWS]
    for header in known if table.columns else ():
        if header not in (*table.columns, "section", "basis"):
            yield f"a column {header}, or no columns", ("columns",), name
    for header in table.columns.keys() - set(known):
        yield f"one of the columns {', '.join(known)}", ("columns", header), header


FIGURE_ROWS: tuple[tuple[str, str, Role, str], ...] = (
    ("quantity", "quantity", "quantity_name", "What is measured"),
    ("section", "section", "note", "Section of the article"),
    ("subject", "name", "subject", "Subject as named"),
    ("text", "value", "value", "The number, in `unit`"),
    ("unit", "unit", "unit", "Unit of the value"),
    ("basis", "basis", "basis", "What the number is, in the words that it is printed with"),
)
"""The columns of a table whose rows are figures: header, name, role, meaning. All are there if none is declared."""


def _model(name: str, table: PrintedTableDeclaration) -> type[PrintedTable]:
    """Return the model of a declared table."""
    if table.rows == "figures":
        texts = {header: column.description for header, column in table.columns.items()}
        columns = [
            PrintedColumn(own, header, role, texts.get(header) or meaning, reading=_context(table, None))
            for header, own, role, meaning in FIGURE_ROWS
            if not table.columns or header in table.columns
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
                reading=_context(table, column),
                rules=column.rules,
            )
            for header, column in table.columns.items()
        ]
    return printed_table(name, table.path, table.title, columns, version=table.version, turned=table.turned)


def _context(table: PrintedTableDeclaration, column: Column | None) -> dict[str, Any]:
    """Return how cells are read, as the arguments of `Context`.

    Raises:
        ValueError, LookupError: it means nothing.
    """
    names = Reading.model_fields
    said = {name: getattr(table, name) for name in names if getattr(table, name) is not None}
    if column:
        said |= {name: getattr(column, name) for name in names if getattr(column, name) is not None}
    signs = Context.of_locale(str(said.pop("locale"))) if "locale" in said else None
    found: dict[str, Any] = {"decimal": signs.decimal, "grouping": signs.grouping} if signs else {}
    scale = float(said.pop("scale", 1.0))
    power = round(math.log10(scale)) if scale > 0 else -1
    if scale != 10.0**power:
        raise ValueError(f"scale is {scale:g}, not a power of ten such as 1e6")
    if power:
        found["scale"] = power
    unit = column.unit if column else None
    if said.pop("inherits", bool(power)) and unit:
        found["unit"] = unit
        if currency := (UNITS[unit].currency if unit in UNITS else None):
            found["currency"] = currency
    found |= {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    Context(**found)
    return found
