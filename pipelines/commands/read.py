"""The command `read`: what a text says against itself, and which of its quantities are figures of a dossier.

Belongs here: matching quantities with figures, and printing. Does not: findings (`judge.text`), or finding quantities
(`read.quantities.sentences`).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf, isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from tidebook.pipelines.commands.common import json_option, raw_option, text_file, without_option, written_option
from tidebook.pipelines.commands.readings import (
    against_option,
    files_beside,
    read_by,
    readings_of,
    readings_option,
    readings_place,
    unread_words,
)
from tidebook.pipelines.commands.terminal import is_quiet, print_json, print_line, print_table
from tidebook.pipelines.judge.finding import Finding
from tidebook.pipelines.read.documents import JsonDocument, json_value
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count, format_interval, listed
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.settings import settings
from tidebook.schemas.units import UNITS
from tidebook.schemas.vocabulary import TEXT_TIERS

if TYPE_CHECKING:
    from tidebook.pipelines.judge.readings.engine import Judged
    from tidebook.pipelines.judge.readings.request import MaskedSentence
    from tidebook.pipelines.judge.text.finding import Tier
    from tidebook.pipelines.judge.text.review import Review
    from tidebook.pipelines.read.dossier.declared import Dossier
    from tidebook.pipelines.read.quantities.value import Quantity
    from tidebook.pipelines.read.rawfile import RawFile
    from tidebook.pipelines.read.text.document import Document, Place
    from tidebook.pipelines.report.dossier_findings import JudgedRows

TIERS = (*TEXT_TIERS, "hint")
SHOWN = 3
"""Maximum figures listed that the text does not have; JSON has all."""

PrintedFigures = list[tuple[str, str, "Quantity"]]
"""Id, printed text and parsed value of each printed figure."""


@click.command()
@click.argument("text", default="", metavar="[TEXT]", help="Text file, or - for standard input.")
@raw_option
@json_option
@click.option(
    "--all", "list_all", is_flag=True, help="List every number of the prose, and what it was checked against."
)
@click.option("--hints", is_flag=True, help="Also list numbers close to a cell of a row that their sentence mentions.")
@click.option("--fail-on", type=click.Choice(TIERS), help="Exit with 1 if a finding is at least this sure.")
@without_option
@against_option
@readings_option
@click.option(
    "--reader",
    metavar="COMMAND",
    help="Program that reads what has no reading yet: it gets the text without its numbers, and replies on its output.",
)
@click.option("--write", metavar="DIR", help="Write a dossier: --against as evidence, each bound number as a claim.")
@written_option("--html", "page", "FILE", "Write the text as a page with its numbers and claims marked.")
@written_option("--mark", "marked", "OUT", "Write a copy of a Word, Excel or PDF file with a comment at each finding.")
def read(
    text: str,
    raw: Path | None,
    as_json: bool,
    list_all: bool,
    hints: bool,
    fail_on: Tier | None,
    against: tuple[str, ...],
    readings: str | None,
    reader: str | None,
    write: str | None,
    page: Path | None,
    marked: Path | None,
) -> None:
    """Check a text against itself: tables, sentences, and sentences against tables.

    With --in, or without TEXT for the text of the dossier, also list its quantities and the matching figures.

    Readings beside it, in TEXT.readings.jsonl or the file of --readings, are computed and compared. With --against
    FILE the text is held against tables and texts that you have: a finding shows the cell of the file.
    """
    from tidebook.pipelines.judge.readings.review import review_with_readings
    from tidebook.pipelines.judge.text.finding import sure_enough
    from tidebook.pipelines.read.text.document import read_document

    if text and raw is None:
        document = read_document(text_file(text))
        known, beside = readings_of(text, readings), files_beside(against)
        if reader is not None:
            known = read_by(reader, document, known, readings_place(text, readings), beside)
        found = review_with_readings(document, known, hints=hints, beside=beside)
        result = _Result(document, *found, [], [], _shown(text))
    else:
        given = {"--reader": reader, "--readings": readings, "--against": against or None, "--write": write}
        for name, value in given.items():
            if value is not None:
                raise InputError(Problem(name, "a TEXT without --in"))
        result = _with_figures(text, settings(raw).dossier, hints=hints)
    _write_copies(page, marked, result, text, raw)
    for note in result.review.left_out:
        print_line(f"note: {note}", err=True)
    if as_json:
        print_json(_as_json(result))
    else:
        _print(result, list_all=list_all, has_figures=not text or raw is not None, fail_on=fail_on)
        for path in filter(None, (page, marked)):
            print_line(f"Wrote {path}")
    if write is not None:
        from tidebook.pipelines.commands.new import write_draft

        write_draft(text, write, known, beside)
    if fail_on and sure_enough(result.review.findings, fail_on):
        raise SystemExit(1)


@dataclass(frozen=True)
class TextPlace(JsonDocument):
    """A place of the text, from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class TextNumeral(JsonDocument):
    """A number of the prose, and what it was checked by."""

    line: int
    column: int
    text: str
    state: str
    """What became of it, such as checked."""
    why: str


@dataclass(frozen=True)
class TextQuantity(JsonDocument):
    """A quantity of a text that has a dossier; an ambiguous one has `unclear` and no value."""

    line: int
    column: int
    text: str
    unclear: str = ""
    """Why it is ambiguous."""
    value: float | None = None
    low: float | None = None
    """Lower end of the values that its text allows; null for none."""
    high: float | None = None
    kind: str = ""
    """exact, rounded, estimate, at_least, at_most or missing."""
    unit: str = ""
    note: str = ""
    low_open: bool = False
    high_open: bool = False
    figures: list[str] = field(default_factory=list)
    """Ids of the figures that it matches."""


@dataclass(frozen=True)
class ReaderRecord(JsonDocument):
    """How the readings of a reader fared."""

    reader: str
    agreed: int
    disagreed: int
    refused: int
    """Number of those that are no expression over what they may name, or about no sentence of the text."""
    put_aside: int
    """Number of those about which another reading or the rounding of the print leaves doubt."""


@dataclass(frozen=True)
class ReadText(JsonDocument):
    """What `tidebook read` finds in a text."""

    findings: list[Finding]
    """The surest first, in the form of `tidebook check --json`."""
    coverage: dict[str, float | None]
    """Number of numerals of the prose by state, and `share`, that of those that count; null if none counts."""
    numerals: list[TextNumeral]
    readers: list[ReaderRecord]
    """How the readings of each reader fared."""
    left_out: list[str]
    """Readings that decide nothing, each with the reason."""
    differing: list[str]
    """Numbers with which one file agrees and another does not."""
    unread: list[TextPlace]
    """Sentences with numbers that have no reading; empty without any readings."""
    quantities: list[TextQuantity] = field(default_factory=list)
    """Absent without a dossier."""
    figures_not_in_the_text: list[str] = field(default_factory=list)
    """Ids of figures; absent without a dossier."""


class _Result(NamedTuple):
    """What the command found in a text; rows and figures only with a dossier."""

    document: Document
    review: Review
    judged: Judged
    rows: list[Row]
    figures: PrintedFigures
    file: str = "-"

    @property
    def findings(self) -> list[Finding]:
        """Its findings, their file as a reader in the working directory names it."""
        return [replace(each, file=self.file) for each in self.review.findings]


def _with_figures(text: str, folder: Path, *, hints: bool) -> _Result:
    """Read a text, by default that of a dossier, and match its quantities with the figures."""
    from tidebook.pipelines.judge.readings.review import review_with_readings
    from tidebook.pipelines.read.dossier.checked import dossier_in
    from tidebook.pipelines.read.text.document import read_document

    dossier = dossier_in(folder)
    figures = list(_printed_figures(folder, dossier))
    file = _text(text, folder, dossier)
    document = read_document(file)
    rows: list[Row] = []

    def printed_in(within: Document) -> dict[tuple[int, int], str]:
        found = list(quantities(within, figures))
        rows.extend(row for _, row in found)
        return {place: f"figure {listed(row['figures'], SHOWN)}" for place, row in found if row.get("figures")}

    shown = _shown(text or str(folder / dossier.article.text))
    return _Result(document, *review_with_readings(document, [], hints=hints, figures=printed_in), rows, figures, shown)


def _shown(text: str) -> str:
    from tidebook.pipelines.report.dossier_findings import shown_path

    return text if text == "-" else shown_path(Path(text))


def _write_copies(page: Path | None, marked: Path | None, result: _Result, text: str, raw: Path | None) -> None:
    """Write the page and the copy with notes, if they are asked for. Raises InputError and OSError as each does."""
    if page is not None:
        _write_page(page, result, text, raw)
    if marked is not None:
        _write_marked(marked, result, text, raw)


def _write_page(page: Path, result: _Result, text: str, raw: Path | None) -> None:
    """Write the text as a page, with the outcomes of the dossier that it belongs to.

    Raises:
        InputError: the page would replace the text, or the dossier cannot be judged.
        OSError: it cannot be written.
    """
    from tidebook.pipelines.read.atomic import write_file
    from tidebook.pipelines.report.marked import marked_article
    from tidebook.pipelines.report.marks import marked_of
    from tidebook.pipelines.report.render import render_article

    rows, title = _judged_rows(text, raw)
    _check_target(page, text, result.document.name)
    write_file(page, render_article(marked_article(marked_of(result.document, result.review, rows), title)))


def _write_marked(path: Path, result: _Result, text: str, raw: Path | None) -> None:
    """Write a copy of a file with a note at each finding.

    Raises:
        InputError: no notes can be written into such a file, or the copy would replace it, or have another ending.
        OSError: it cannot be written.
    """
    from tidebook.pipelines.judge.text.marking import marked_copy
    from tidebook.pipelines.read.atomic import write_file
    from tidebook.pipelines.read.dossier.checked import dossier_in

    _check_target(path, text, result.document.name)
    folder = settings(raw).raw
    file = text_file(text) if text else _text("", folder, dossier_in(folder))
    copy = marked_copy(file, result.document, result.review.findings)
    ending = Path(file.path).suffix
    if path.suffix.lower() != ending.lower():
        raise InputError(Problem(str(path), f"a name that ends in {ending}, as that of the text"))
    write_file(path, copy)


def _check_target(path: Path, *sources: str) -> None:
    """Raise InputError if a file that is written would replace one that is read, or no file."""
    if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
        raise InputError(Problem(str(path), "a new page or a regular file, not a link, FIFO or device"))
    if any(_is_same_file(path, each) for each in sources if each):
        raise InputError(Problem(str(path), "another file than the text itself"))


def _judged_rows(text: str, raw: Path | None) -> tuple[JudgedRows | None, str]:
    """Return the outcomes and the title of the dossier whose text it is; None and "" for a text without a dossier.

    Raises:
        InputError: the dossier cannot be judged.
    """
    if text and raw is None:
        return None, ""
    from tidebook.pipelines.graph.check import check
    from tidebook.pipelines.read.dossier.checked import dossier_in

    folders = settings(raw)
    article = dossier_in(folders.raw).article
    if article.text and (not text or _is_same_file(folders.raw / article.text, text)):
        return check(folders).rows, article.title
    return None, ""


def _is_same_file(path: Path, other: str) -> bool:
    return path.exists() and Path(other).exists() and path.samefile(other)


def _as_json(result: _Result) -> dict[str, Any]:
    coverage = result.review.coverage
    found: dict[str, Any] = {
        "findings": result.findings,
        "coverage": {**coverage.counts, "share": coverage.share},
        "numerals": [numeral._asdict() for numeral in coverage.numerals],
        "readers": [{"reader": reader, **_as_keys(record)} for reader, record in result.judged.records.items()],
        "left_out": [outcome.words() for outcome in result.judged.left_out],
        "differing": result.judged.differing,
        "unread": [_place_of(result.document, sentence)._asdict() for sentence in result.judged.unread],
    }
    if result.rows or result.figures:
        found |= {"quantities": result.rows, "figures_not_in_the_text": _missing_from(result.rows, result.figures)}
    return found


def _as_keys(record: Mapping[str, int]) -> dict[str, int]:
    return {state.replace(" ", "_"): count for state, count in record.items()}


def _place_of(document: Document, sentence: MaskedSentence) -> Place:
    return document.place(sentence.block.offsets[sentence.start])


def _print(result: _Result, *, list_all: bool, has_figures: bool, fail_on: Tier | None) -> None:
    from tidebook.pipelines.judge.text.finding import sure_enough

    for each in result.findings:
        _print_finding(each, decisive=bool(fail_on and sure_enough([each], fail_on)))
    if list_all:
        heads = ("place", "text", "state", "why")
        numerals = result.review.coverage.numerals
        shown = ((result.document.where(each.line) or f"{each.line}:{each.column}", *each[2:]) for each in numerals)
        print_table(heads, shown)
    if has_figures and not is_quiet():
        print_table(QUANTITY_HEADS, map(_cells, result.rows))
        read_whole = not result.review.left_out
        for line in summary(result.rows, result.figures, "in the text" if read_whole else "in what is read of it"):
            print_line(line)
    _print_readers(result, list_all=list_all)
    print_line(coverage_line(result.review))


def _print_readers(result: _Result, *, list_all: bool) -> None:
    """Print the record of each reader, what of its readings decides nothing, and which sentences nobody has read."""
    records = result.judged.records
    # The built-in reader's record is worth a line beside that of another.
    for reader, record in records.items() if len(records) > 1 or list_all else ():
        counts = ", ".join(f"{count} {state}" for state, count in record.items())
        print_line(f"read by {reader}: {counts}")
    if list_all:
        for outcome in result.judged.left_out:
            print_line(f"    {outcome.words()}")
    for words in result.judged.differing:
        print_line(f"files differ: {words}")
    if unread := result.judged.unread:
        print_line(unread_words([_place_of(result.document, sentence).line for sentence in unread]))


def _print_finding(found: Finding, *, decisive: bool) -> None:
    """Print a finding as `check` does, and below it its sentence or row, and the places that speak against it."""
    from tidebook.pipelines.report.finding_formats import line as line_of

    lines = [line_of(found), f"    {shortened(found.quote)}"]
    if found.evidence:
        lines.append(f"    beside {', '.join(f'{other.words} ({other.place})' for other in found.evidence)}")
    for line in lines:
        print_line(line, always=decisive)


QUANTITY_HEADS = ("place", "text", "value", "allows", "unit", "kind", "matching figures")
LONGEST_QUOTE = 240
"""Maximum characters of a sentence that is shown."""


def shortened(quote: str) -> str:
    """Return a sentence, cut in the middle if it is long."""
    if len(quote) <= LONGEST_QUOTE:
        return quote
    half = LONGEST_QUOTE // 2
    return f"{quote[:half].rstrip()} … {quote[-half:].lstrip()}"


def coverage_line(found: Review) -> str:
    """Return how many findings there are, and what became of the numbers of the prose, in a line."""
    counts = found.coverage.counts
    findings = format_count(len(found.findings), "finding")
    numbers = format_count(len(found.coverage.numerals), "number")
    states = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    share = "" if found.coverage.share is None else f"; {found.coverage.share:.0%} of those that count are covered"
    return f"{findings}; {numbers} in the prose: {states or 'none'}{share}"


def _text(name: str, folder: Path, dossier: Dossier) -> RawFile:
    """Read the named text, or the dossier's own.

    Raises:
        InputError: there is no such text, or it cannot be read.
    """
    from tidebook.pipelines.read.rawfile import read_raw

    if name:
        return text_file(name)
    if not dossier.article.text:
        expected = 'text = "article.md" or the like, or a file as argument'
        raise InputError(Problem("dossier.toml", expected, column="article.text"))
    return read_raw(folder, dossier.article.text)


def _printed_figures(folder: Path, dossier: Dossier) -> Iterator[tuple[str, str, Quantity]]:
    """Yield the figures that the article prints with a value.

    Raises:
        InputError: a table cannot be read.
    """
    from tidebook.pipelines.read.rawfile import read_raw
    from tidebook.pipelines.read.tables import read_table
    from tidebook.pipelines.read.text.cells import number_of, table_in_text, text_cells_table
    from tidebook.pipelines.read.text.document import read_document

    in_text = None
    if any(table.from_ for table in dossier.tables.values()):
        in_text = text_cells_table(read_document(read_raw(folder, dossier.article.text)))
    for name, table in dossier.tables.items():
        if table.path.startswith("reference/"):
            continue
        if table.from_ and in_text is not None:
            number = number_of(table, in_text)
            if not isinstance(number, int):
                raise InputError(Problem("dossier.toml", number[1], text=number[2], column=f"tables.{name}"))
            file: RawFile = table_in_text(table.from_, in_text, number)
        else:
            file = read_raw(folder, table.path)
        for cell in read_table(table, file)[1]:
            if cell.amount.kind != "missing":
                yield f"{name}/{cell.subject}/{cell.quantity}", cell.text, cell.amount
    yield from _prose_figures(folder, dossier)


def _prose_figures(folder: Path, dossier: Dossier) -> Iterator[tuple[str, str, Quantity]]:
    """Yield the `[[figures]]` of a dossier as it quotes them; without one whose number cannot be read."""
    from tidebook.pipelines.read.dossier.sections import section_of, section_paths
    from tidebook.pipelines.read.rawfile import is_there, read_raw
    from tidebook.pipelines.read.text.figures import number_of_figure, read_prose_figures
    from tidebook.pipelines.read.text.folded import plain_words

    def section(name: str) -> RawFile:
        path = paths[name]
        return section_of(path, read_raw(folder, path).data if is_there(folder, path) else b"", name)

    paths = section_paths(folder)
    for each in read_prose_figures(section("figures"), section("ignored"), dossier.tables).figures:
        found = number_of_figure(each, plain_words(each.quote))
        if not isinstance(found, str):
            yield each.figure_id, found[0].text, found[1]


def quantities(document: Document, figures: PrintedFigures) -> Iterator[tuple[tuple[int, int], Row]]:
    """Yield the quantities of a text in order: place, words, parsed value, and the ids of the figures that match.

    Those of code are none. Each comes with the number of its block and its offset there, or in its cell. An ambiguous
    quantity has its problem in `unclear` instead of a value.
    """
    from tidebook.pipelines.read.quantities.sentences import find_quantities

    for index, text, offsets in _texts_of(document):
        for found in find_quantities(_ADDRESS.sub(lambda address: "_" * len(address[0]), text)):
            line, column = document.place(offsets[found.start])
            row: dict[str, Any] = {"line": line, "column": column, "text": found.text}
            if found.quantity is None:
                yield (index, found.start), row | {"unclear": found.problem}
                continue
            value = json_value(found.quantity._asdict(), finite=True)
            del value["loose"]  # how it would be drawn, which no text is
            matches = []
            for name, printed, printed_value in figures:
                if _same(found.text, found.quantity, printed, printed_value):
                    matches.append(name)
            yield (index, found.start), row | value | {"figures": matches}


_ADDRESS = re.compile(r"https?://[^\s)>\]]+")


def _texts_of(document: Document) -> Iterator[tuple[int, str, Sequence[int]]]:
    """Yield the text of each block and cell, with the number of its block and each character's offset in the source."""
    for index, block in enumerate(document.blocks):
        if block.kind != "code":
            yield index, block.text, block.offsets
        if block.kind == "table":
            table = document.tables[block.table - 1]
            for row in (*table.header_rows, *table.rows):
                for cell in row:
                    if not cell.spanned:
                        yield index, cell.text, cell.offsets


def _same(text: str, quantity: Quantity, printed: str, figure: Quantity) -> bool:
    """Whether a quantity of a text matches a figure: by its printed text, or by value and unit."""
    from tidebook.pipelines.read.quantities.grammar import PRINTED_UNITS

    if quantity.unit == "number" and text == printed:
        return True
    if not isclose(quantity.value, figure.value, rel_tol=1e-9):
        return False
    unit = figure.unit.partition("/")[0]
    if quantity.unit in (unit, figure.unit):
        return True
    # A text prints units and currencies beside a number, but leaves out units such as "person": a noun implies them.
    return quantity.unit == "number" and unit not in PRINTED_UNITS and not UNITS[unit].currency


def summary(rows: list[Row], figures: PrintedFigures, where: str) -> Iterator[str]:
    """Yield a line with the counts of quantities, and one with the figures that are not where they were looked for."""
    parsed = matching = 0
    for row in rows:
        if "unclear" not in row:
            parsed += 1
            matching += bool(row["figures"])
    unclear = len(rows) - parsed
    yield f"{format_count(parsed, 'quantity', 'quantities')}, {matching} of which match figures; {unclear} unclear"
    missing = _missing_from(rows, figures)
    if missing:
        count = format_count(len(missing), "figure of the dossier is", "figures of the dossier are")
        yield f"{count} not {where}: {listed(missing, SHOWN)}"


def _missing_from(rows: list[Row], figures: PrintedFigures) -> list[str]:
    matched: set[str] = set()
    for row in rows:
        matched.update(row.get("figures", ()))
    return [name for name, *_ in figures if name not in matched]


def _cells(row: Row) -> list[str]:
    position = f"{row['line']}:{row['column']}"
    if "unclear" in row:
        return [position, row["text"], "", "", "", "unclear", row["unclear"]]
    allows = _allows(row)
    return [position, row["text"], f"{row['value']:.12g}", allows, row["unit"], row["kind"], ", ".join(row["figures"])]


def _allows(row: Row) -> str:
    """Return the implied interval of a quantity in words; JSON has null for an end that is none."""
    low, high = (-inf if row["low"] is None else row["low"]), (inf if row["high"] is None else row["high"])
    return format_interval(low, high, row["unit"], row["low_open"], row["high_open"])
