"""Quarto and R Markdown: the source, with what its code computes as the rendered file beside it has it.

Files that the source includes are read where they are included. A value is read where the words around it are in the
rendered file once; else it is named, and not judged.

Belongs here: which values and tables of the rendered file stand where in the source. Does not: Markdown (`read.text`),
or running code.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePath, PurePosixPath
from typing import NamedTuple

from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.pipelines.read.text.blocks import Block, Cell, Document, Place, TextTable
from tidebook.pipelines.read.text.document import read_document, read_source
from tidebook.plugins.documents.parts import Inclusion, Whole, with_parts

HAS_LINES = True
"""Whether a file is a text itself, whose lines an editor shows."""
RENDERED = (".html", ".md", ".html.md", ".docx", ".pdf")
"""Ends of the names of rendered files, of which the first that is there is read."""
MOST_VALUES = 2_000
"""Maximum values of a source; further ones stay code."""
LONGEST_VALUE, LONGEST_UNPRINTED, LEAST_WORDS = 60, 300, 8
"""Maximum characters, without blanks, of a value and of what is printed otherwise, and minimum of the words around."""
MOST_NOTES = 20
"""Maximum values that are named as not read; more are counted."""
UNSEEN = "\N{ZERO WIDTH SPACE}"
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""What stands for a value that is not known."""

_CODE = re.compile(r"`(?:r|\{(?:r|python|julia|ojs)\})[ \t]+[^`]{1,500}`")
_UNPRINTED = re.compile(
    r"^[ \t]*:{3,}[^\n]*$|(?<![ \t])[ \t]*\{(?:[#.][^{}\n]*|[\w-]+=[^{}\n]*)\}|\{\{<[^{}\n]*>\}\}"
    r"|\[(?=[^\[\]\n]{0,500}@\w)[^\[\]\n]{1,999}\](?!\()|(?<![\w`@/.])-?@[A-Za-z][\w:.-]*\w",
    re.MULTILINE,
)
"""Fences of divisions, attributes, shortcodes, citations and references, which are printed otherwise or not at all."""
_INCLUDED = re.compile(
    r"(?<!\{)\{\{<[ \t]*include[ \t]+(?P<name>[^\s<>{}]{1,200})[ \t]*>\}\}(?!\})"
    r"|^(?P<fence>`{3,})\{r[^}\n]*?[,\s]child[ \t]*=(?P<names>[^}=\n]*)[^}\n]*\}[ \t]*\n"
    r"(?:(?!```)[^\n]*\n)*?(?P=fence)[ \t]*$",
    re.MULTILINE,
)
_QUOTED = re.compile(r"""["']([^"'\n]{1,200})["']""")
_SIGN = re.compile(r"[^\r\n]")
_ALIKE = str.maketrans({**dict.fromkeys("‘’‚′", "'"), **dict.fromkeys("“”„″", '"'), **dict.fromkeys("–—‒−‐‑", "-")})
"""Signs that a renderer puts for those of a keyboard."""


class Span(NamedTuple):
    """A part of the source whose print is not known from it: code, or what is printed otherwise."""

    start: int
    end: int
    is_code: bool


class Words(NamedTuple):
    """A text of the source: the words between what is not known from it, and which parts of the source that is."""

    known: tuple[str, ...]
    spans: tuple[Span, ...]


def read(file: RawFile) -> Document:
    """Read a source. Raises InputError if it is no text, too long, or its rendered file cannot be read."""
    whole = with_parts(file, _inclusions)
    source = whole.source
    spans = sorted(_spans_in(source))
    bare: list[str] = []
    at = 0
    for span in spans:
        if not span.is_code:
            # Blanks at the beginning of a line would make it code.
            blank = " " if source.startswith(":::", span.start) else UNSEEN
            bare += [source[at : span.start], _SIGN.sub(blank, source[span.start : span.end])]
            at = span.end
    document = _read_in_order("".join([*bare, source[at:]]), file.path, whole)
    return _Filling(document, spans, *_rendered_of(file)).filled()


def _inclusions(source: str, path: str) -> Iterator[Inclusion]:
    """Yield what shortcodes and the option `child` of R Markdown name, from the folder of the file that names it."""
    folder = PurePosixPath(path).parent
    for found in _INCLUDED.finditer(source):
        start, end = found.span()
        for name in [found["name"]] if found["name"] else _QUOTED.findall(found["names"]):
            yield Inclusion(start, end, posixpath.normpath(folder / name))
            start = end  # the next one stands behind it


def _read_in_order(source: str, path: str, whole: Whole) -> Document:
    """Parse a text with each part where it is named; offsets and places are those of the source."""
    texts: list[str] = []
    begins: list[int] = []
    offsets: list[int] = []

    def add(start: int, end: int) -> None:
        """Add the text between two offsets, and the parts that are named there."""
        for part in whole.parts:
            if start <= part.start and part.end <= end:
                add_own(start, part.start)
                texts.append("\n\n")
                add(part.begin, part.stop)
                texts.append("\n\n")
                start = part.end
        add_own(start, end)

    def add_own(start: int, end: int) -> None:
        begins.append(sum(map(len, texts)))
        offsets.append(start)
        texts.append(source[start:end])

    def moved(places: Sequence[int]) -> Sequence[int]:
        at = [bisect_right(begins, place) - 1 for place in places]
        return [offsets[index] + place - begins[index] for index, place in zip(at, places, strict=True)]

    add(0, whole.length)
    read = read_source(path, "".join(texts), "markdown")
    document = replace(read, source=whole.source, wheres=whole.wheres, notes=[*read.notes, *whole.notes])
    if not whole.parts:
        return document
    own = Document(path, whole.source, (), ())

    def cell(each: Cell) -> Cell:
        (place,) = moved([read.offset(each.place)])
        return replace(each, place=own.place(place), offsets=moved(each.offsets))

    blocks = [replace(block, offsets=moved(block.offsets)) for block in read.blocks]
    return replace(document, blocks=blocks, tables=[_with_cells(table, cell) for table in read.tables])


def _with_cells(table: TextTable, change: Callable[[Cell], Cell]) -> TextTable:
    """Return a table, each cell of it changed."""
    heads = [[change(cell) for cell in row] for row in table.header_rows]
    return replace(table, header_rows=heads, rows=[[change(cell) for cell in row] for row in table.rows])


def _spans_in(source: str) -> Iterator[Span]:
    inside: list[tuple[int, int]] = []
    for found in islice(_CODE.finditer(source), MOST_VALUES):
        inside.append(found.span())
        yield Span(*found.span(), is_code=True)
    starts = [start for start, _ in inside]
    for found in _UNPRINTED.finditer(source):
        before = bisect_right(starts, found.end() - 1) - 1
        if before < 0 or inside[before][1] <= found.start():
            yield Span(*found.span(), is_code=False)


def _rendered_of(file: RawFile) -> tuple[Document, str]:
    """Return the rendered file beside a source, an empty one without it, and why a value may not be in it."""
    name = PurePath(file.path).name.rpartition(".")[0]
    missing = "no rendered file is beside it" if file.folder else "a dossier has one file as its text"
    for end in RENDERED if file.folder else ():
        if not (Path(file.folder) / f"{name}{end}").is_file():
            continue
        try:
            found = replace(read_document(read_raw(Path(file.folder), f"{name}{end}")), name=f"{name}{end}")
        except InputError as error:
            missing = str(error.problems[0])
            break
        return found, f"{found.name} has none in its place"
    return Document("", "", (), ()), missing


def squeezed(text: str) -> str:
    """Return a text without blanks, its quotation marks and dashes as a keyboard has them."""
    return re.sub("-+", "-", "".join(text.split()).translate(_ALIKE)).replace("...", "…")


class _Filling:
    """Puts what is computed into a source."""

    def __init__(self, document: Document, spans: Sequence[Span], rendered: Document, missing: str) -> None:
        self.document, self.rendered, self.missing = document, rendered, missing
        self.spans = spans
        self.starts = [span.start for span in spans]
        self.values: dict[Span, str] = {}
        self.unread: list[Span] = []
        self.printed = [squeezed(block.text) for block in rendered.blocks]

    def filled(self) -> Document:
        """Return the document with its values, and the tables that code has printed."""
        self._find_in_blocks()
        own = self._find_in_tables()
        blocks = [self._with_values(block) for block in self.document.blocks]
        tables = [_with_cells(table, self._cell) for table in self.document.tables]
        notes = [*self.document.notes]
        for span in self.unread[:MOST_NOTES]:
            line = self.document.place(span.start).line
            place = f"{self.document.name}:{self.document.where(line) or line}"
            code = " ".join(self.document.source[span.start : span.end].split())
            notes.append(f"{place}: the value of {code} is not read: {self.missing}")
        if (more := len(self.unread) - MOST_NOTES) > 0:
            notes.append(f"{self.document.name}: {more} more values are not read")
        printed = [table for number, table in enumerate(self.rendered.tables) if number not in own]
        made = replace(self.document, blocks=blocks, tables=tables, notes=notes)
        return _with_tables(made, self.rendered, printed, self._places()) if printed else made

    def words_of(self, text: str, offsets: Sequence[int], *, is_cell: bool = False) -> Words:
        """Return a text as the words between what is not known, of a block also at its ends."""
        known, spans = [""], []
        last: Span | None = None
        before = offsets[0] if offsets else 0
        if not is_cell:
            before = self.document.source.rfind("\n", 0, before) + 1
        for sign, offset in zip(text, offsets, strict=True):
            at = bisect_right(self.starts, offset) - 1
            span = self.spans[at] if at >= 0 and self.spans[at].end > before else None
            if span is not None and span is not last:
                spans.append(span)
                known.append("")
                last = span
            if span is None or offset >= span.end:
                known[-1] += sign
            before = offset
        after = bisect_right(self.starts, before)
        if not is_cell and after < len(self.spans) and "\n" not in self.document.source[before : self.starts[after]]:
            spans.append(self.spans[after])
            known.append("")
        return Words(tuple(map(squeezed, known)), tuple(spans))

    def _find_in_blocks(self) -> None:
        """Find the values in running text: those of several texts with the same words in their order."""
        alike: dict[tuple[str, ...], list[Words]] = defaultdict(list)
        for block in self.document.blocks:
            words = self.words_of(block.text, block.offsets)
            if block.kind != "code" and any(span.is_code for span in words.spans):
                alike[words.known].append(words)
        for known, texts in alike.items():
            found = [values for text in self.printed if (values := _values_in(texts[0], text)) is not None]
            if len(found) != len(texts) and len({tuple(values) for values in found}) == 1:
                found = found[:1] * len(texts)
            is_clear = len(found) == len(texts) and len("".join(known)) >= LEAST_WORDS
            for place, words in enumerate(texts):
                self._take(words, found[place] if is_clear else None)

    def _take(self, words: Words, values: Sequence[str] | None) -> None:
        for place, span in enumerate(words.spans):
            if span.is_code and values is not None:
                self.values[span] = values[place]
            elif span.is_code:
                self.unread.append(span)

    def _find_in_tables(self) -> set[int]:
        """Find the values in the tables of the source, and return the rendered tables that they are."""
        own: set[int] = set()
        for table in self.document.tables:
            rows = [[self.words_of(cell.text, cell.offsets, is_cell=True) for cell in row] for row in _rows_of(table)]
            found: dict[int, list[list[str]]] = {}
            for number, other in enumerate(self.rendered.tables):
                if number not in own and (values := _values_of(rows, _rows_of(other))) is not None:
                    found[number] = values
            words = [words for row in rows for words in row]
            has_code = any(span.is_code for each in words for span in each.spans)
            if found and (len(found) == 1 or not has_code):
                own.add(min(found))
            for place, each in enumerate(words if has_code else ()):
                self._take(each, next(iter(found.values()))[place] if len(found) == 1 else None)
        return own

    def _with_values(self, block: Block) -> Block:
        if block.kind == "code":
            return block
        text, offsets = self._filled(block.text, block.offsets)
        return replace(block, text=text, offsets=offsets)

    def _cell(self, cell: Cell) -> Cell:
        text, offsets = self._filled(cell.text, cell.offsets)
        return replace(cell, text=text, offsets=offsets)

    def _filled(self, text: str, offsets: Sequence[int]) -> tuple[str, Sequence[int]]:
        """Return a text with values for code; the place of a value is that of its code."""
        made, places = "", []
        last: Span | None = None
        for sign, offset in zip(text, offsets, strict=True):
            at = bisect_right(self.starts, offset) - 1
            span = self.spans[at] if at >= 0 and offset < self.spans[at].end and self.spans[at].is_code else None
            if span is None:
                made += sign
                places.append(offset)
            elif span is not last:
                value = self.values.get(span, UNKNOWN)
                made += value
                places += [*[span.start] * (len(value) - 1), span.end - 1]
            last = span
        return (made, places) if made != text else (text, offsets)

    def _places(self) -> list[int]:
        """Return for each block of the rendered file the last one of the source that is in it up to there, or -1."""
        own: dict[str, int] = {}
        for place, block in enumerate(self.document.blocks):
            own.setdefault(squeezed(self._with_values(block).text), place)
        own.pop("", None)
        places, last = [], -1
        for text in self.printed:
            last = max(own.get(text, last), last)
            places.append(last)
        return places


def _rows_of(table: TextTable) -> list[Sequence[Cell]]:
    return [*table.header_rows, *table.rows]


def _values_in(words: Words, printed: str) -> list[str] | None:
    """Return what a printed text has for each part that is not known, None if it does not have the words around them.

    What stands between these words has to be the same from both ends.
    """
    found = _between(words.known, printed)
    back = _between([known[::-1] for known in reversed(words.known)], printed[::-1])
    if found is None or back is None:
        return None
    for span, value, other in zip(words.spans, found, reversed(back), strict=True):
        most = LONGEST_VALUE if span.is_code else LONGEST_UNPRINTED
        if len(value) > most or (span.is_code and (not value or value != other[::-1])):
            return None
    return found


def _between(known: Sequence[str], printed: str) -> list[str] | None:
    """Return what stands between words, each where it is found first; None if they are not there, or one is empty."""
    first, *others = known
    if not printed.startswith(first):
        return None
    found, at = [], len(first)
    for words in others[:-1]:
        end = printed.find(words, at)
        if end < 0 or not words:
            return None
        found.append(printed[at:end])
        at = end + len(words)
    if not others:
        return found if printed == first else None
    end = len(printed) - len(others[-1])
    if end < at or not printed.endswith(others[-1]):
        return None
    return [*found, printed[at:end]]


def _values_of(rows: Sequence[Sequence[Words]], others: Sequence[Sequence[Cell]]) -> list[list[str]] | None:
    """Return the values of each cell of a table, None if the other is another table."""
    if [len(row) for row in rows] != [len(row) for row in others]:
        return None
    found = []
    for row, other in zip(rows, others, strict=True):
        for words, cell in zip(row, other, strict=True):
            values = _values_in(words, squeezed(cell.text))
            if values is None:
                return None
            found.append(values)
    return found


def _with_tables(
    document: Document, rendered: Document, tables: Sequence[TextTable], places: Sequence[int]
) -> Document:
    """Return a document with tables of the rendered file where they stand; their cells are lines behind the source."""
    last = document.place(len(document.source)).line
    lines: list[str] = []
    wheres = [*document.wheres] or [""] * last
    at = len(document.source) + 1
    inserted: dict[int, list[TextTable]] = defaultdict(list)
    for table in tables:
        index = next(place for place, block in enumerate(rendered.blocks) if block.table == table.number)
        rows = []
        for row_number, row in enumerate(_rows_of(table), 1):
            cells = []
            for column, cell in enumerate(row, 1):
                where = rendered.where(cell.place.line) or f"table {table.number}, row {row_number}, column {column}"
                text = " ".join(cell.text.split())
                lines.append(text)
                wheres.append(f"{rendered.name}, {where}")
                cells.append(
                    replace(cell, text=text, place=Place(last + len(lines), 1), offsets=range(at, at + len(text)))
                )
                at += len(text) + 1
            rows.append(cells)
        heads = len(table.header_rows)
        inserted[places[index]].append(replace(table, header_rows=rows[:heads], rows=rows[heads:]))
    source = "\n".join([document.source, *lines])
    return replace(_in_order(document, inserted), source=source, wheres=wheres)


def _in_order(document: Document, inserted: dict[int, list[TextTable]]) -> Document:
    """Return a document with tables behind its blocks of these numbers, -1 for the first, and all tables numbered."""
    blocks: list[Block] = []
    tables: list[TextTable] = []
    numbers: dict[int, int] = {}

    def insert(place: int, section: tuple[str, ...], lead: str) -> None:
        for table in inserted.get(place, ()):
            number = len(tables) + 1
            tables.append(replace(table, number=number, section=section, lead=table.caption or lead))
            blocks.append(Block("table", "", section, (), number))

    insert(-1, (), "")
    for place, block in enumerate(document.blocks):
        if block.table and block.table not in numbers:
            numbers[block.table] = len(tables) + 1
            tables.append(replace(document.tables[block.table - 1], number=numbers[block.table]))
        blocks.append(replace(block, table=numbers[block.table]) if block.table else block)
        insert(place, (*block.section, block.text) if block.kind == "heading" else block.section, block.text)
    return replace(document, blocks=blocks, tables=tables)
