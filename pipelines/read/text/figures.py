"""Numbers of the prose that no table has: `[[figures]]` with their quotations, and `[[ignored]]` with the reason.

Belongs here: what the sections may hold, and the figures that follow. Does not: numbers that claims quote
(`judge.quoted`), or where a quotation stands (`quotes`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from tidebook.pipelines.read.declarations import (
    ARTICLE,
    Assumptions,
    Declaration,
    Name,
    Text,
    declare,
    repeated,
    shaped,
)
from tidebook.pipelines.read.errors import Problem, one_of_units, refuse
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.intervals import spread_columns
from tidebook.pipelines.read.names import QUOTED, SLUGGED, parts_of
from tidebook.pipelines.read.printed import PrintedTable
from tidebook.pipelines.read.quantities.counted import Counted, counted_numbers, read_in
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.folded import folded, plain_words, without_marks
from tidebook.pipelines.read.text.quotation import Quotation, Quoted
from tidebook.schemas.base import records
from tidebook.schemas.units import UNITS
from tidebook.schemas.vocabulary import REPORTED

QuotedId = Annotated[
    str, shaped(r"^[a-z0-9_]+(/[a-z0-9_]+/[a-z0-9_]+)?$", f"staff or shops/north/staff, of {SLUGGED}", max_length=300)
]
Quote = Annotated[str, Field(min_length=1, max_length=400)]


class DeclaredFigure(Declaration):
    """A number of the prose that a dossier reads: the quoted words, and which of their numbers it is.

    Attributes:
        id: the last part of `figures/ID`, or a whole `table/subject/quantity`.
        number: the number as quoted, where the words have several.
        section: a heading above, where the words stand several times.
    """

    id: QuotedId
    quote: Quote
    number: str = ""
    unit: str = ""
    basis: Name = REPORTED
    section: str = ""

    @property
    def figure_id(self) -> str:
        """The id of the figure."""
        return self.id if "/" in self.id else f"figures/{self.id}"


class IgnoredNumbers(Declaration):
    """Words whose numbers nobody needs to check, and why."""

    quote: Quote
    why: Text
    section: str = ""


class FiguresDocument(Declaration):
    """figures.toml: numbers of the prose that the dossier reads."""

    figures: list[DeclaredFigure] = Field(default=[])


class IgnoredDocument(Declaration):
    """ignored.toml: numbers of the text that nobody needs to check."""

    ignored: list[IgnoredNumbers] = Field(default=[])


class ProseFigures(Declaration):
    """The declared figures of the prose and what is ignored, each with its problem's place."""

    figures: list[DeclaredFigure] = Field(default=[])
    ignored: list[IgnoredNumbers] = Field(default=[])
    figure_places: list[Problem] = Field(default=[])
    ignored_places: list[Problem] = Field(default=[])

    @property
    def tables(self) -> dict[str, PrintedTable]:
        """Tables in which references may name a quoted figure, those of claims too, beside the declared ones."""
        names = dict.fromkeys([*QUOTED, *(parts_of(each.figure_id)[0] for each in self.figures)])
        return {name: PrintedTable(path=name, title="Numbers of the prose", rows="figures") for name in names}

    @property
    def quoted(self) -> list[Quoted]:
        """The quotations."""
        found = []
        for figure, place in zip(self.figures, self.figure_places, strict=True):
            found.append(Quoted(figure.figure_id, Quotation(figure.quote, figure.section), place, figure.number))
        for number, (each, place) in enumerate(zip(self.ignored, self.ignored_places, strict=True), 1):
            found.append(Quoted(f"ignored/{number}", Quotation(each.quote, each.section), place))
        return found


def read_prose_figures(figures: RawFile, ignored: RawFile, tables: Mapping[str, PrintedTable]) -> ProseFigures:
    """Read `[[figures]]` and `[[ignored]]`.

    Args:
        figures: the file that has the figures.
        ignored: the file that has what is ignored.
        tables: the dossier's tables, whose names no figure may have.

    Raises:
        InputError: a key is missing or wrong, an id occurs twice or is of a table, or a unit is unknown.
    """
    declared, passed_over = declare(FiguresDocument, figures).figures, declare(IgnoredDocument, ignored).ignored
    problems = []
    again = set(repeated([each.figure_id for each in declared]))
    for index, each in enumerate(declared):
        place = ("figures", index)
        if index in again:
            problems.append(figures.problem((*place, "id"), "an id that no figure before it has", each.id))
        if "/" in each.id and each.id.partition("/")[0] in tables:
            expected = "another name before the first slash: that table's figures are its cells"
            problems.append(figures.problem((*place, "id"), expected, each.id))
        if each.unit and each.unit not in UNITS:
            problems.append(figures.problem((*place, "unit"), one_of_units(each.unit), each.unit))
    refuse(problems)
    return ProseFigures(
        figures=declared,
        ignored=passed_over,
        figure_places=[figures.problem(("figures", i, "quote"), "", each.quote) for i, each in enumerate(declared)],
        ignored_places=[ignored.problem(("ignored", i, "quote"), "", each.quote) for i, each in enumerate(passed_over)],
    )


def present_words(quote_id: str, quote: str, quotes: Mapping[str, Row]) -> str:
    """Return quoted words as the text has them now; as the dossier has them, if there is no text or they are gone."""
    row = quotes.get(quote_id)
    return str(row["words"]) if row and row["words"] else plain_words(quote)


def present_locator(quote_id: str, quotes: Mapping[str, Row], place: Problem) -> str:
    """Return where the text has quoted words; where the dossier has them, if there is no text or they are gone."""
    row = quotes.get(quote_id)
    return str(row["locator"]) if row and row["locator"] else f"{place.file}:{place.line or 1}"


def named_number(numbers: Sequence[Counted], declared: Sequence[Counted], name: str) -> Counted | None:
    """Return the number that is named by its words in the quotation, wherever the text has another one in its place.

    Args:
        numbers: the numbers of the words as the text has them.
        declared: those of the quotation.
        name: the words of one of the latter.
    """
    wanted = folded(name).text
    # Equal words first: the number `5` is also among the words of `15`.
    for exactly in (True, False):
        for place, number in enumerate(declared):
            words = folded(number.text).text
            if place < len(numbers) and (words == wanted if exactly else wanted in words):
                return numbers[place]
    return None


def numbers_words(numbers: Sequence[Counted]) -> str:
    """List numbers by their words."""
    return ", ".join(number.text for number in numbers) or "none"


def prose_rows(
    prose: ProseFigures, quotes: pd.DataFrame | None, content: dt.date, assumptions: Assumptions
) -> Iterator[dict[str, Any]]:
    """Yield the figures of the prose as rows of `Figures`.

    Args:
        prose: what is declared.
        quotes: where the quotations stand, as rows of `TextQuotes`; None without a text.
        content: the day that they describe.
        assumptions: how wide estimates are.

    Raises:
        InputError: the quotation has no number in the unit, or several and none is named.
    """
    found = {row["quote_id"]: row for row in records(quotes)} if quotes is not None else {}
    problems: list[Problem] = []
    for each, place in zip(prose.figures, prose.figure_places, strict=True):
        words = present_words(each.figure_id, each.quote, found)
        chosen = number_of_figure(each, words)
        if isinstance(chosen, str):
            # A number of another unit is drift, and no bad input: the figure keeps the number that it quotes.
            chosen = number_of_figure(each, plain_words(each.quote))
        if isinstance(chosen, str):
            problems.append(replace(place, expected=chosen))
            continue
        number, quantity = chosen
        locator = present_locator(each.figure_id, found, place)
        label = each.quote if number.text in each.quote else words
        yield figure_row(each.figure_id, label, number, quantity, each.basis, content, locator, assumptions)
    refuse(problems)


def figure_row(
    figure_id: str,
    label: str,
    number: Counted,
    quantity: Quantity,
    basis: str,
    content: dt.date,
    locator: str,
    assumptions: Assumptions,
) -> dict[str, Any]:
    """Return a number of quoted words as a row of `Figures`."""
    table, subject, name = parts_of(figure_id)
    return {
        "figure_id": figure_id,
        "table_name": table,
        "subject": subject,
        "quantity": name,
        "label": label,
        "labels": "",
        "is_total": False,
        "text": number.text,
        **quantity._asdict(),
        **spread_columns(quantity, basis, assumptions),
        "basis": basis,
        "as_of": content,
        "source_id": ARTICLE,
        "locator": locator,
    }


def number_of_figure(each: DeclaredFigure, words: str) -> tuple[Counted, Quantity] | str:
    """Return the number that a figure is, in its unit; or what was expected of its quotation."""
    numbers, declared = counted_numbers(words), counted_numbers(without_marks(each.quote))
    if each.number:
        named = named_number(numbers, declared, each.number)
        if named is None:
            return f"number to be one of its numbers: {numbers_words(declared)}"
        numbers = [named]
    fitting = []
    for number in numbers:
        quantity = _quantity_in(number, each.unit)
        if quantity is not None:
            fitting.append((number, quantity))
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        several = [number for number, _ in fitting]
        in_unit = _in_unit(each.unit)
        return f'number = "{several[0].text}" beside it: it has several{in_unit}: {numbers_words(several)}'
    return _number_wanted(each.unit, numbers)


def _number_wanted(unit: str, numbers: Sequence[Counted]) -> str:
    """Return what was expected of a quotation none of whose numbers can be read in a unit, and why not."""
    expected = f"words with a number{_in_unit(unit)}"
    unclear = "; ".join(f"{number.text}: {number.problem}" for number in numbers if number.problem)
    return f"{expected} ({unclear})" if unclear else f"{expected}, not {numbers_words(numbers)}"


def _in_unit(unit: str) -> str:
    return f" in {unit}" if unit else ""


def _quantity_in(number: Counted, unit: str) -> Quantity | None:
    """Return what a number is in a unit, "" for its own; None if it cannot be read so."""
    if number.quantity and unit in ("", number.quantity.unit):
        return number.quantity
    return read_in(number, unit)
