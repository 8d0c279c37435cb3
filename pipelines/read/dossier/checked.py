"""dossier.toml read and checked against what the engine has: names of tables, units, versions of contracts.

Belongs here: what takes the registry of the engine's tables, which steps that only know a dossier's own do without.
Does not: what a dossier may declare (`declared`).
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from tidebook.pipelines.read.declarations import OWN_YEAR, Basis, declare
from tidebook.pipelines.read.dossier.declared import Dossier, DossierFile, PrintedTables, dossier_model
from tidebook.pipelines.read.dossier.package import package_document, package_tables
from tidebook.pipelines.read.dossier.sections import OWN, PACKAGE, dossier_files
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean, one_of_units, refuse
from tidebook.pipelines.read.plugin import SwitchedOn, expected_of, installed, load, plugin, plugin_place
from tidebook.pipelines.read.printed import FIGURE_ROWS, Column, Limits, PrintedTable, Printing
from tidebook.pipelines.read.rawfile import INSIDE, Fault, RawFile, is_plain
from tidebook.schemas import contracts
from tidebook.schemas.base import Table
from tidebook.schemas.registry import ENGINE
from tidebook.schemas.units import LAST_YEAR, MULTIPLE, UNITS, use_units

STEPS = {
    "code", "declared", "evidence_views", "lock", "previous_release", "publishing", "raw", "release", "snapshots",
    "verdict_report",
}  # fmt: skip
"""Names of steps that make no table, and of what is beside them in a store: no table may have one of them."""


def read_dossier(raw: DossierFile, package: Annotated[RawFile, PACKAGE] | None = None) -> Dossier:
    """Return the dossier that a file declares, its tables in a data package where that is so.

    Units of its own are known from then on.

    Raises InputError if a key is missing, unknown or wrong; a table has the name of one of the engine's, a path out of
    the dossier or no quantity; two columns have one name; a unit is unknown, or one of the engine's.
    """
    if raw.path == PACKAGE:
        packaged, raw = package_document(raw), RawFile(raw.path, b"")
    else:
        packaged = {"tables": package_tables(package)} if package else {}
    seen = RawFile(raw.path, raw.data, OWN)
    dossier = declare(dossier_model(_switched_on(seen)), seen, packaged)
    dossier = dossier.model_copy(update={"article": dossier.article.replayed()})
    use_units(dossier.declared_units)
    problems = [raw.problem(*each) for each in _faults(dossier)]
    declaring = RawFile(package.path, b"") if package else raw
    for name, table in dossier.tables.items():
        taken = {*dossier.switched_on.names, *dossier.switched_on.parts("tables")}
        faults = [*_faults_of_place(table, dossier.article.text), *_faults_of_table(name, table, taken)]
        problems += [declaring.problem(("tables", name, *place), expected, text) for place, expected, text in faults]
    refuse(problems)
    return dossier


def _switched_on(raw: RawFile) -> SwitchedOn:
    """Return the plugins that a dossier names. Raises InputError if one is not there, or what it requires is not on."""
    named = raw.toml().get("plugins", {})
    problems = []
    for name in named if isinstance(named, dict) else ():
        place = ("plugins", name)
        if name not in installed():
            problems.append(raw.problem(place, expected_of(name), name))
            continue
        try:
            problems += [
                raw.problem(place, f"[plugins.{other}] beside it, which {name} requires", name)
                for other in plugin(name).requires
                if other not in named
            ]
        except RuntimeError as error:
            problems.append(raw.problem(place, f"a plugin that can be imported: {error}", name))
    refuse(problems)
    return SwitchedOn(tuple(named) if isinstance(named, dict) else ())


def dossier_in(raw: Path) -> Dossier:
    """Return the dossier of a folder. Raises InputError as `read_dossier` says."""
    return read_dossier(*dossier_files(raw))


def readable_dossier(raw: Path) -> Dossier | None:
    """Return the dossier of a folder; None where it cannot be read, which `check`, and in Dagster its asset, says."""
    with suppress(InputError):
        return dossier_in(raw)
    return None


def all_models(dossier: Dossier) -> dict[str, type[Table]]:
    """Return the models of all tables that a release of a dossier may contain, its own first."""
    return {**dossier.models, **ENGINE, **dossier.switched_on.tables}


def check_sources(raw: RawFile, tables: PrintedTables, sources: Collection[str]) -> None:
    """Check that the tables come from sources that are known. Raises InputError if one does not."""
    problems = [
        raw.problem(
            ("tables", name, "source"), f"row, or the id of a source{did_you_mean(table.source, sources)}", table.source
        )
        for name, table in tables.tables.items()
        if table.source not in ("row", *sources)
    ]
    refuse(problems)


def check_versions(raw: RawFile, models: Mapping[str, type[Table]], history: RawFile) -> None:
    """Check that tables that changed since their contracts were recorded have another version.

    Raises InputError if one has not, or the history cannot be read.
    """
    try:
        faults = _faults_of_versions(models, contracts.parse_history(history.text()))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        expected = f"contracts as `tidebook lock` writes them ({error})"
        raise InputError(Problem(history.path, expected)) from error
    refuse([raw.problem(("tables", name, "version"), f"another version: {text}") for name, text in faults.items()])


def check_plugin_versions(raw: RawFile, switched_on: SwitchedOn) -> None:
    """Check that no table of a plugin differs from the contract that the plugin has recorded under its version.

    Readers rely on that version: a plugin whose tables break it makes no release. One that records nothing promises
    nothing, and what was recorded since its last own release may change until the next.

    Raises InputError if a table differs, or the record cannot be read.
    """
    problems = []
    for each in switched_on.plugins:
        history = plugin_place(each.name) / "contracts" / contracts.HISTORY
        if not each.tables or not history.is_file():
            continue
        try:
            recorded = contracts.parse_history(contracts.sealed(history.read_text(encoding="utf-8")))
            faults = _faults_of_versions({name: load(place) for name, place in each.tables.items()}, recorded)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            expected = f"a plugin whose contracts/{contracts.HISTORY} holds versions of its tables ({error})"
            problems.append(raw.problem(("plugins", each.name), expected))
            continue
        for text in faults.values():
            expected = f"a plugin whose tables are as its contracts say: {text}"
            problems.append(raw.problem(("plugins", each.name), expected))
    refuse(problems)


def _faults_of_versions(models: Mapping[str, type[Table]], history: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what is wrong with the versions of tables after those that were recorded, by table."""
    recorded = {entry["table"]: entry for entry in history}
    found = {}
    for entry in contracts.current(list(models.values())):
        if text := contracts.fault(recorded.get(entry["table"]), entry):
            found[entry["table"]] = text
    return found


def _faults(dossier: Dossier) -> Iterator[Fault]:
    """Yield the faults of units, the article's text and plugins."""
    if not dossier.tables and not dossier.article.text:
        yield ("tables",), "the key tables, or the article's text", None
    if dossier.article.text and not is_plain(dossier.article.text):
        yield ("article", "text"), INSIDE, dossier.article.text
    for symbol, unit in dossier.units.items():
        for place, expected, found in _faults_of_unit(symbol, unit.of):
            yield ("units", symbol, *place), expected, found
    yield from _faults_of_bases(dossier.bases)
    for name, section in dossier.sections.items():
        for place, expected, found in section.faults():
            yield ("plugins", name, *place), expected, found


FIRST_BASE_YEAR = 1000
_BASE_YEAR = 'base_year beside it, the year whose prices it has, or "own" of nominal money'


def _faults_of_bases(bases: Mapping[str, Basis]) -> Iterator[Fault]:
    """Yield the faults of what bases are to each other: circles of parts, a deflator without its year."""
    in_circles: set[str] = set()
    for name, basis in bases.items():
        seen, whole = [name], basis.part_of
        while whole in bases and whole not in seen:
            seen.append(whole)
            whole = bases[whole].part_of
        if whole == name and name not in in_circles:
            in_circles.update(seen)
            circle = " part of ".join(map(repr, (*seen, name)))
            yield ("bases", name, "part_of"), f"no circle, as of {circle}: leave one part_of out", basis.part_of
        if basis.deflated_by and basis.base_year is None:
            yield ("bases", name, "deflated_by"), _BASE_YEAR, basis.deflated_by
        is_year = isinstance(basis.base_year, int) and FIRST_BASE_YEAR <= basis.base_year <= LAST_YEAR
        if basis.base_year not in (None, OWN_YEAR) and not is_year:
            expected = f'a year from {FIRST_BASE_YEAR} to {LAST_YEAR}, or "{OWN_YEAR}" of nominal money'
            yield ("bases", name, "base_year"), expected, str(basis.base_year)
        if basis.base_year is not None and not basis.deflated_by:
            expected = "deflated_by beside it, a series such as cpi[usa]"
            yield ("bases", name, "base_year"), expected, str(basis.base_year)
        if not basis.part_of and not basis.deflated_by and basis.base_year is None:
            yield ("bases", name), "part_of, or deflated_by with base_year", name


def _faults_of_unit(symbol: str, multiple: str) -> Iterator[Fault]:
    """Yield the faults of a declared unit, which may be a `multiple` of another such as `1e6 USD`."""
    if symbol in UNITS.engine:
        yield (), "a unit that the engine does not have", symbol
    if symbol == "1" or {*symbol} & {*"-/"}:
        yield (), "a unit without - and /, which products and quotients of units have", symbol
    if not multiple:
        return
    number, _, other = multiple.partition(" ")
    # A multiple of a multiple would make the factor depend on the order of declarations.
    if not (re.fullmatch(MULTIPLE, number) and other in UNITS.nameable and not UNITS[other].of):
        known = "" if other in UNITS else did_you_mean(other, UNITS)
        yield ("of",), f"a number such as 1e6 or 0.001, then a unit that is no multiple{known}", multiple


def _faults_of_printing(
    declared: PrintedTable | Column, whole: Printing, unit: str | None, place: tuple[str, ...], name: str
) -> Iterator[Fault]:
    """Yield the faults of printing conventions, at the wrong key if the declaration itself has it.

    `whole` also has what a column leaves to its table.
    """
    try:
        whole.context(unit)
    except (ValueError, LookupError) as error:
        key = str(error).partition(" ")[0]
        value = getattr(declared, key, None)
        at, found = (place, name) if value is None else ((*place, key), str(value))
        yield at, f"consistent printing conventions: {error}", found


def _idle(column: Column) -> Iterator[Fault]:
    """Yield what a column declares of numbers without holding any, and what of its values is of another kind."""
    held = _held_by(column)
    limits = {*Limits.model_fields}
    idle = {"days": limits, "texts": {"basis", "estimate", *limits, *Printing.model_fields} - {"enum"}}
    for key in sorted(column.model_fields_set & idle.get(held, set())):
        yield (key,), f"a column of numbers for {key}, not one of {held}", str(getattr(column, key))
    others, expected = {
        "numbers": (str, "a number without quotation marks, as the column holds numbers"),
        "texts": (int | float, "a text in quotation marks, as the column holds texts"),
    }.get(held, ((), ""))
    for place, value in enumerate(column.enum or ()):
        if isinstance(value, others):
            yield ("enum", place), expected, str(value)


def _held_by(column: Column) -> str:
    """Return what a column holds: days, numbers or texts."""
    if column.unit == "date":
        return "days"
    return "numbers" if column.holds == "quantity" else "texts"


def _faults_of_place(table: PrintedTable, text: str) -> Iterator[Fault]:
    """Yield the faults of the place that a table is read from: one file, or one place in the article's `text`."""
    located = [key for key in ("caption", "heading", "number") if getattr(table, key)]
    if table.from_ and table.path:
        yield ("path",), "either path or from", table.path
    elif table.from_ and table.from_ != text:
        named = f"{text}, the article's text" if text else "the article's text, which [article] text names"
        yield ("from",), named, table.from_
    elif table.path and not is_plain(table.path):
        yield ("path",), INSIDE, table.path
    elif table.path and located:
        yield (located[0],), "caption, heading and number beside from alone", str(getattr(table, located[0]))


def _faults_of_table(name: str, table: PrintedTable, of_plugins: Collection[str]) -> Iterator[Fault]:
    """Yield the faults of a table, each at its place there."""
    if name in ENGINE or name in of_plugins or name in STEPS or keyword.iskeyword(name):
        yield (), "a name that is neither a table or step of the engine nor a word of Python", name
    of_table = list(_faults_of_printing(table, table, None, (), name))
    yield from of_table
    yield from _faults_of_columns(table, of_table)
    yield from _faults_of_sections(table)
    yield from _faults_of_roles(name, table)


def _faults_of_columns(table: PrintedTable, of_table: Sequence[Fault]) -> Iterator[Fault]:
    """Yield the faults of the columns of a table, without those of the whole table."""
    taken = dict.fromkeys(dir(Table), "the engine") | {"subject": "the slug of the subject"}
    for header, column in table.columns.items():
        place = ("columns", header)
        if column.name in taken or keyword.iskeyword(column.name):
            holder = taken.get(column.name, "the Python language")
            yield (*place, "name"), f"an unused name ({holder} has it)", column.name
        taken[column.name] = f"column {header}"
        reported = [(place, expected, header) for _, expected, _ in of_table]  # once for the table is enough
        faults = _faults_of_column(table, header, column)
        yield from (each for each in faults if each not in reported)


def _faults_of_sections(table: PrintedTable) -> Iterator[Fault]:
    """Yield the faults of the column of headings: it must be declared, hold text, and be above rows."""
    if not table.sections:
        return
    column = table.columns.get(table.sections)
    if column is None:
        yield ("sections",), f"a header under [columns]{did_you_mean(table.sections, table.columns)}", table.sections
    elif column.holds not in ("label", "subject"):
        yield ("columns", table.sections, "role"), "the role label or subject, since headings are texts", column.name
    if table.transposed or table.rows == "figures":
        yield ("sections",), "no sections where rows are figures or quantities", table.sections


def _faults_of_column(table: PrintedTable, header: str, column: Column) -> Iterator[Fault]:
    place = ("columns", header)
    if (column.holds == "quantity") != (column.unit is not None):
        yield place, "a unit for quantities, and none for other columns", column.name
    elif column.unit is not None and column.unit not in UNITS:
        yield (*place, "unit"), one_of_units(column.unit), column.unit
    yield from _faults_of_printing(column, table.complete(header, column), column.unit, place, header)
    if table.rows == "subjects":
        for key, expected, found in _idle(column):
            yield (*place, *key), expected, found


def _faults_of_roles(name: str, table: PrintedTable) -> Iterator[Fault]:
    """Yield which columns a table lacks: one for the source of each row, one with a quantity."""
    roles = [column.holds for column in table.columns.values()]
    if table.source == "row" and "source" not in roles:
        yield ("source",), "a column with the role source, which names the source of each row", table.source
    if table.rows == "figures":
        yield from _faults_of_figure_rows(name, table)
        return
    if "quantity" not in roles:
        yield ("columns",), "a column with a unit", name


def _faults_of_figure_rows(name: str, table: PrintedTable) -> Iterator[Fault]:
    if table.totals is not None:
        yield ("totals",), "no totals where rows are figures: each is a number by itself", name
    known = [own for _, own, *_ in FIGURE_ROWS]
    missing = set(known) - {"section", "basis"} - {column.name for column in table.columns.values()}
    if table.columns:
        for own in sorted(missing):
            yield ("columns",), f"a column whose name is {own}, or no columns", name
    for header, column in table.columns.items():
        if column.name not in known:
            yield ("columns", header, "name"), f"one of the names {', '.join(known)}", column.name
        for key in sorted(column.model_fields_set - {"name", "description"}):
            yield ("columns", header, key), "only a name and a description: each row says the rest", key
