"""Comments at cells in a copy of a workbook.

Belongs here: which parts of the archive hold a comment; all others are copied as they are, since no library writes all
of a workbook back. Does not: which cells get which comment.

Source: ECMA-376, part 1, 18.7 (comments) and part 4, 19 (VML, by which Excel draws them).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from tidebook.pipelines.judge.text.marking import AUTHOR, Mark
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.blocks import Document
from tidebook.plugins.documents.archive import rewritten
from tidebook.plugins.documents.libraries import library

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_BEHIND = (
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
)
"""Elements of a sheet that stand behind the one that names its drawing of comments."""
_XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DRAWING = """<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>\
</o:shapelayout></xml>"""
_TYPE = """<v:shapetype xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>\
<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>"""
_SHAPE = """<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_s{number}" type="#_x0000_t202" \
style="position:absolute;width:300pt;height:120pt;z-index:1;visibility:hidden" fillcolor="#ffffe1" \
o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>\
<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox><x:ClientData \
ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{column}, 15, {row}, 2, {right}, 15, {below}, 4\
</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{cell}</x:Column></x:ClientData></v:shape>"""


def with_notes(file: RawFile, document: Document, marks: Sequence[Mark]) -> bytes:
    """Return a copy of a workbook with a comment at the cell of each mark.

    Raises:
        InputError: the workbook has its parts in an unusual order, into which none can be written.
        ImportError: the package that writes them is not installed.
    """
    notes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for mark in marks:
        where = document.where(document.place(mark.start).line)
        sheet, _, cell = where.rpartition("!")
        # The title of a sheet is in no cell.
        notes[sheet or where.removeprefix("sheet ")][cell if sheet else "A1"].append(mark.note)
    try:
        book = _Book(file.data)
        for sheet, cells in notes.items():
            book.add(sheet, {cell: "\n".join(words) for cell, words in cells.items()})
    except Exception as error:  # whatever parts that are not as the standard has them lead to
        raise InputError(Problem(file.path, "an Excel workbook (.xlsx) into which comments can be written")) from error
    return book.written()


def _relations_of(part: str) -> str:
    """Return the part with the relations of one."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


class _Book:
    """The parts of a workbook, and those that are changed."""

    def __init__(self, data: bytes) -> None:
        self.etree = library("lxml.etree", "lxml", "Excel workbooks")
        self.data = data
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        self.names = set(self.archive.namelist())
        self.trees: dict[str, Any] = {}
        self.edited: set[str] = set()
        self.drawings: dict[str, str] = {}

    def add(self, sheet: str, cells: Mapping[str, str]) -> None:
        """Add comments to cells of a sheet."""
        book = "xl/workbook.xml"
        named = next(each for each in self._tree(book).iter("{*}sheet") if each.get("name") == sheet)
        relation = next(value for key, value in named.attrib.items() if key.endswith("}id"))
        part = next(self._target(book, each) for each in self._relations(book) if each.get("Id") == relation)
        self._add_comments(self._part_of(part, "comments", "xl/comments{}.xml", self._new_comments), cells)
        drawing = self._part_of(part, "vmlDrawing", "xl/drawings/vmlDrawing{}.vml", self._new_drawing)
        for cell in cells:
            self._draw(drawing, cell)

    def written(self) -> bytes:
        """Return the workbook."""
        changed = {name: _XML + self.etree.tostring(self.trees[name]) for name in self.edited}
        return rewritten(self.data, changed | {name: text.encode() for name, text in self.drawings.items()})

    def _tree(self, name: str, new: str = "") -> Any:
        """Return the XML of a part; `new` is that of one that is not there."""
        if name not in self.trees:
            parser = self.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
            content = self.archive.read(name) if name in self.names else new.encode()
            self.trees[name] = self.etree.fromstring(content, parser)
            self.names.add(name)
        return self.trees[name]

    def _edit(self, name: str) -> Any:
        self.edited.add(name)
        return self._tree(name)

    def _relations(self, part: str) -> Any:
        return self._tree(_relations_of(part), f'<Relationships xmlns="{_PACKAGE}/relationships"/>')

    @staticmethod
    def _target(part: str, relation: Any) -> str:
        return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), relation.get("Target"))).lstrip("/")

    def _part_of(self, sheet: str, kind: str, name: str, new: Any) -> str:
        """Return the part of a sheet of this kind, a new one if it has none."""
        relations = self._relations(sheet)
        for relation in relations:
            if relation.get("Type", "").endswith(f"/{kind}"):
                return self._target(sheet, relation)
        number = next(number for number in range(1, len(self.names) + 2) if name.format(number) not in self.names)
        part = name.format(number)
        self.names.add(part)
        known = {each.get("Id") for each in relations}
        own = next(f"rId{place}" for place in range(1, len(known) + 2) if f"rId{place}" not in known)
        self.edited.add(_relations_of(sheet))
        relation = self.etree.SubElement(relations, f"{{{_PACKAGE}/relationships}}Relationship")
        relation.set("Id", own)
        relation.set("Type", f"{_OFFICE}/{kind}")
        relation.set("Target", f"/{part}")
        new(part, sheet, own)
        return part

    def _new_comments(self, part: str, sheet: str, relation: str) -> None:
        space = self._tree(sheet).tag.partition("}")[0].lstrip("{")
        self.names.discard(part)
        self._tree(part, f'<comments xmlns="{space}"><authors/><commentList/></comments>')
        types = self._edit("[Content_Types].xml")
        added = self.etree.SubElement(types, f"{{{_PACKAGE}/content-types}}Override")
        added.set("PartName", f"/{part}")
        added.set("ContentType", "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml")

    def _new_drawing(self, part: str, sheet: str, relation: str) -> None:
        root = self._edit(sheet)
        space = root.tag.partition("}")[0] + "}"
        made = self.etree.Element(f"{space}legacyDrawing")
        made.set(f"{{{_OFFICE}}}id", relation)
        behind = [each for each in root if isinstance(each.tag, str) and each.tag.rpartition("}")[2] in _BEHIND]
        if behind:
            behind[0].addprevious(made)
        else:
            root.append(made)
        self.drawings[part] = _DRAWING
        types = self._edit("[Content_Types].xml")
        if not any(each.get("Extension") == "vml" for each in types):
            added = self.etree.Element(f"{{{_PACKAGE}/content-types}}Default")
            added.set("Extension", "vml")
            added.set("ContentType", "application/vnd.openxmlformats-officedocument.vmlDrawing")
            types.insert(0, added)

    def _add_comments(self, part: str, cells: Mapping[str, str]) -> None:
        """Add comments; one at a cell that has one already behind its words, since a cell has one at most."""
        root = self._edit(part)
        space = root.tag.partition("}")[0] + "}"
        authors, comments = root.find(f"{space}authors"), root.find(f"{space}commentList")
        names = [each.text for each in authors]
        if AUTHOR not in names:
            self.etree.SubElement(authors, f"{space}author").text = AUTHOR
            names.append(AUTHOR)
        known = {each.get("ref"): each for each in comments}
        for cell, note in cells.items():
            comment = known.get(cell)
            words = note if comment is None else f"\n\n{AUTHOR}: {note}"
            if comment is None:
                comment = self.etree.SubElement(comments, f"{space}comment")
                comment.set("ref", cell)
                comment.set("authorId", str(names.index(AUTHOR)))
                self.etree.SubElement(comment, f"{space}text")
            run = self.etree.SubElement(comment.find(f"{space}text"), f"{space}r")
            text = self.etree.SubElement(run, f"{space}t")
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            text.text = words

    def _draw(self, part: str, cell: str) -> None:
        """Draw the box of a comment, if the cell has none."""
        from openpyxl.utils.cell import coordinate_to_tuple

        # As text: Excel itself writes these parts so that no reader of XML takes them.
        drawing = self.drawings.get(part) or self.archive.read(part).decode("utf-8-sig", "replace")
        row, column = (number - 1 for number in coordinate_to_tuple(cell))
        if re.search(rf"<\w+:Row>\s*{row}\s*</\w+:Row>\s*<\w+:Column>\s*{column}\s*</", drawing):
            return
        numbers = [int(each) for each in re.findall(r'id="_x0000_s(\d{1,9})"', drawing)]
        place = {"row": row, "below": row + 8, "column": column + 1, "right": column + 5, "cell": column}
        shape = _SHAPE.format(number=max([1024, *numbers]) + 1, **place)
        end = drawing.rindex("</xml>")
        kind = "" if "_x0000_t202" in drawing[:end].replace("#_x0000_t202", "") else _TYPE
        self.drawings[part] = f"{drawing[:end]}{kind}{shape}{drawing[end:]}"
