"""The text of a Word document: paragraphs and tables, insertions that are tracked, notes, and what equations say.

Belongs here: which text a reader of the document sees. Does not: writing comments (`word_comments`). Deletions that are
tracked, hidden text, comments, headers, pictures, links and whatever the document embeds are not its text.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import CONTROL, RawFile
from tidebook.pipelines.read.text.blocks import Kind, Plain
from tidebook.pipelines.read.text.math import superscript
from tidebook.plugins.documents.archive import check_archive
from tidebook.plugins.documents.assembly import Assembly, CellText, joined, stripped
from tidebook.plugins.documents.libraries import library

WHAT = "a Word document (.docx)"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_HARMLESS = frozenset(["hyperlink", "image", "attachedTemplate", "video", "audio", "media"])
"""What may be elsewhere without text of the document being there."""
MOST_SPANNED = 100
"""Maximum columns that a cell is repeated in."""

_UNSEEN = frozenset(
    f"{W}{name}"
    for name in ("del", "moveFrom", "delText", "instrText", "delInstrText", "rPr", "pPr", "fldData", "sdtPr", "ruby")
) | {f"{_CHOICE}Fallback"}
"""Elements whose content a reader does not see, or sees elsewhere."""
_BLANKS = frozenset(f"{W}{name}" for name in ("tab", "br", "cr", "ptab"))


class Piece(NamedTuple):
    """A part of a paragraph's text, and the element that holds it, None where it stands for one."""

    text: str
    element: Any


@dataclass
class Story:
    """The text of a document while it is read: what is put together, and which element each part of it is from."""

    made: Assembly
    styles: Mapping[str, _Style]
    pieces: list[tuple[int, Piece]] = field(default_factory=list)
    paragraphs: int = 0


class _Style(NamedTuple):
    """A style of paragraphs: the kind of block, and for a heading its level, else -1."""

    kind: Kind
    level: int


PLAIN = _Style("paragraph", -1)


def opened(file: RawFile) -> Any:
    """Open a document.

    Raises:
        InputError: it cannot be opened, is too large, or a part of its text is in another file.
    """
    docx = library("docx", "python-docx", "Word documents")
    check_archive(file, "word/document.xml", WHAT)
    try:
        document = docx.Document(io.BytesIO(file.data))
        document.element.body.tag  # noqa: B018  # raises where there is none
    except Exception as error:  # whatever its parsers raise
        raise InputError(Problem(file.path, f"{WHAT} that can be opened; it is damaged")) from error
    for part in (document.part, *_note_parts(document).values()):
        for relation in part.rels.values():
            kind = relation.reltype.rpartition("/")[2]
            if relation.is_external and kind not in _HARMLESS:
                expected = f"{WHAT} that is whole: a part of it ({kind}) is in another file, which is not opened"
                raise InputError(Problem(file.path, expected, text=relation.target_ref))
    return document


def story_of(path: str, document: Any) -> Story:
    """Return the text of a document that was opened. Raises InputError if it is too much."""
    story = Story(Assembly(path), _styles_of(document))
    _read_blocks(story, document.element.body, "")
    for name, part in _note_parts(document).items():
        root = _root_of(part)
        for number, note in enumerate((each for each in root if each.get(f"{W}type") is None), 1):
            _read_blocks(story, note, f"{name} {number}")
    return story


def _note_parts(document: Any) -> dict[str, Any]:
    """Return the parts with footnotes and endnotes, by what a note of them is called."""
    found = {}
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind in ("footnotes", "endnotes") and not relation.is_external:
            found[kind.removesuffix("s")] = relation.target_part
    return dict(sorted(found.items(), reverse=True))


def _root_of(part: Any) -> Any:
    from docx.oxml import parse_xml

    return getattr(part, "element", None) if hasattr(part, "element") else parse_xml(part.blob)


def _styles_of(document: Any) -> dict[str, _Style]:
    """Return what the paragraphs of each style are, by its id; a style may be based on another."""
    found: dict[str, _Style] = {}
    elements = {each.get(f"{W}styleId"): each for each in document.styles.element.iterchildren(f"{W}style")}
    for first in elements:
        name, style = first, None
        based: list[str] = []
        while style is None and name in elements and name not in found:
            based.append(name)
            found[name] = PLAIN  # for a style that is based on itself
            style = _own_style(elements[name])
            name = _value(elements[name], "basedOn") or ""
        style = style or found.get(name, PLAIN)
        found |= dict.fromkeys(based, style)
    return found


def _own_style(element: Any) -> _Style | None:
    """Return what paragraphs of a style are, None if that is up to the style that it is based on."""
    title = (_value(element, "name") or "").lower()
    if title == "title":
        return _Style("paragraph", 0)
    if title.startswith("heading ") and title[8:].isdecimal():
        return _Style("paragraph", int(title[8:]))
    if "caption" in title:
        return _Style("caption", -1)
    if title in ("quote", "intense quote", "block text"):
        return _Style("quote", -1)
    if title.startswith("list "):
        return _Style("item", -1)
    if title in ("source code", "html preformatted", "macro"):
        return _Style("code", -1)
    outline = element.find(f"{W}pPr/{W}outlineLvl")
    level = "" if outline is None else outline.get(f"{W}val", "")
    return _Style("paragraph", int(level) + 1) if level.isdecimal() and int(level) < 9 else None


def _value(element: Any, name: str) -> str | None:
    child = element.find(f"{W}{name}")
    return None if child is None else child.get(f"{W}val")


# Blocks


def _read_blocks(story: Story, container: Any, where: str) -> None:
    """Read the paragraphs and tables of a part of the document."""
    for child in container:
        if child.tag == f"{W}p":
            _read_paragraph(story, child, where)
        elif child.tag == f"{W}tbl":
            _read_table(story, child)
        elif child.tag == f"{W}altChunk":
            story.made.notes.append(f"{story.made.path}: an embedded document was not read")
        elif child.tag not in _UNSEEN:
            _read_blocks(story, child, where)


def _read_paragraph(story: Story, element: Any, where: str) -> None:
    pieces, boxes = list(_pieces_of(element)), _boxes_in(element)
    text = "".join(piece.text for piece in pieces)
    if text.strip():
        if not where:
            story.paragraphs += 1
        plain = _line_of(story, pieces, where or f"paragraph {story.paragraphs}")
        style = _style_at(story, element)
        if style.level >= 0:
            story.made.heading(style.level, plain)
        else:
            story.made.add(style.kind, plain)
    for box in boxes:
        _read_blocks(story, box, f"text box at paragraph {max(story.paragraphs, 1)}")


def _style_at(story: Story, element: Any) -> _Style:
    """Return what a paragraph is: by its own level in the outline, its style, or its place in a list."""
    properties = element.find(f"{W}pPr")
    if properties is None:
        return PLAIN
    style = story.styles.get(_value(properties, "pStyle") or "", PLAIN)
    own = _value(properties, "outlineLvl")
    if own is not None and own.isdecimal() and int(own) < 9:
        return _Style("paragraph", int(own) + 1)
    if style == PLAIN and properties.find(f"{W}numPr") is not None:
        return _Style("item", -1)
    return style


def _line_of(story: Story, pieces: Sequence[Piece], where: str) -> Plain:
    """Add a paragraph as a line of the source, and remember where its parts are from."""
    plain = story.made.line("".join(piece.text for piece in pieces), where)
    at = plain.offsets[0] if plain.text else 0
    for piece in pieces:
        story.pieces.append((at, piece))
        at += len(piece.text)
    return stripped(plain)


def _pieces_of(element: Any) -> Iterator[Piece]:
    """Yield the parts of a paragraph's text that a reader sees."""
    for child in element:
        tag = child.tag
        if tag in _UNSEEN or tag in (f"{W}txbxContent", f"{W}tbl") or not isinstance(tag, str):
            continue
        if tag in (f"{W}t", f"{_MATH}t"):
            yield from _text_piece(child)
        elif tag in _BLANKS:
            yield Piece(" ", child)
        elif tag == f"{W}noBreakHyphen":
            yield Piece("\N{NON-BREAKING HYPHEN}", child)
        elif tag != f"{W}r" or not _is_hidden(child):
            yield from _pieces_of(child)


def _text_piece(element: Any) -> Iterator[Piece]:
    """Yield the text of an element, raised digits as such; other raised text is a mark of a note."""
    text = CONTROL.sub(" ", (element.text or "").replace("\n", " ").replace("\t", " ").replace("\r", " "))
    properties = element.getparent().find(f"{W}rPr")
    if properties is not None and _value(properties, "vertAlign") == "superscript":
        text = superscript(text) or ""
    if text:
        yield Piece(text, element)


def _is_hidden(run: Any) -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val", "true") not in ("0", "false", "off")


def _boxes_in(element: Any) -> list[Any]:
    """Return the contents of the text boxes that hang at a paragraph, without those of older programs."""
    found = []
    for box in element.iter(f"{W}txbxContent"):
        above = [each.tag for each in box.iterancestors()]
        inner = above[: above.index(f"{W}p")] if f"{W}p" in above else above
        if f"{_CHOICE}Fallback" not in inner and not _UNSEEN.intersection(inner):
            found.append(box)
    return found


# Tables


class _Grid(NamedTuple):
    """A cell of a table: its element, its first column, how many it spans, and whether it goes on from above."""

    element: Any
    column: int
    width: int
    goes_on: bool


def _read_table(story: Story, element: Any) -> None:
    """Read a table, or the contents of its cells where it is layout: of one column, or with a table in each cell."""
    rows = [(row, list(_grid_of(row))) for row in _children(element, f"{W}tr") if not _is_deleted(row)]
    if max((len(cells) for _, cells in rows), default=0) < 2:
        for _, cells in rows:
            for cell in cells:
                _read_blocks(story, cell.element, "")
        return
    number = story.made.tables + 1
    heads, in_heads = 0, True
    made: list[list[CellText]] = []
    inner: list[Any] = []
    above: dict[int, CellText] = {}
    for row_number, (row, cells) in enumerate(rows, 1):
        in_heads = in_heads and row.find(f"{W}trPr/{W}tblHeader") is not None
        heads += in_heads
        texts: list[CellText] = []
        here: dict[int, CellText] = {}
        for cell in cells:
            while len(texts) < cell.column:  # columns that a row leaves out at its beginning
                texts.append(CellText(Plain("", ()), 0))
            where = f"table {number}, row {row_number}, column {cell.column + 1}"
            if cell.goes_on and cell.column in above:
                first = above[cell.column]._replace(is_spanned=True)
            else:
                first = _cell_text(story, cell.element, where)
                inner += [each for each in cell.element.iter(f"{W}tbl") if _cell_around(each) is cell.element]
            for _ in range(min(cell.width, MOST_SPANNED)):
                here[len(texts)] = first
                texts.append(first)
                first = first._replace(is_spanned=True)
        above = here
        made.append(texts)
        story.made.check_cells(len(made) * len(texts))
    if any(each.plain.text for texts in made for each in texts):
        story.made.table(made, heads)
    for table in inner:
        _read_table(story, table)


def _cell_around(table: Any) -> Any:
    return next(table.iterancestors(f"{W}tc"))


def _children(element: Any, tag: str) -> Iterator[Any]:
    """Yield the children of a kind, also those within what wraps some of them."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins"):
            yield from _children(child, tag)


def _is_deleted(row: Any) -> bool:
    return row.find(f"{W}trPr/{W}del") is not None


def _grid_of(row: Any) -> Iterator[_Grid]:
    before = row.find(f"{W}trPr/{W}gridBefore")
    column = _whole(before.get(f"{W}val")) if before is not None else 0
    for cell in _children(row, f"{W}tc"):
        properties = cell.find(f"{W}tcPr")
        width, goes_on = 1, False
        if properties is not None:
            width = max(_whole(_value(properties, "gridSpan") or "1"), 1)
            merge = properties.find(f"{W}vMerge")
            goes_on = merge is not None and merge.get(f"{W}val", "continue") == "continue"
        yield _Grid(cell, column, width, goes_on)
        column += min(width, MOST_SPANNED)


def _whole(text: str | None) -> int:
    return min(int(text), MOST_SPANNED) if text and text.isdecimal() else 0


def _cell_text(story: Story, element: Any, where: str) -> CellText:
    """Return the text of a cell: its paragraphs, without those of a table within."""
    plains = []
    for paragraph in element.iter(f"{W}p"):
        if _cell_around(paragraph) is element and not any(True for _ in _boxes_around(paragraph, element)):
            plains.append(_line_of(story, list(_pieces_of(paragraph)), where))
    plain = joined(plains)
    return CellText(plain, plain.offsets[0] if plain.text else 0)


def _boxes_around(paragraph: Any, cell: Any) -> Iterator[Any]:
    for each in paragraph.iterancestors():
        if each is cell:
            return
        if each.tag in _UNSEEN or each.tag == f"{W}txbxContent":
            yield each
