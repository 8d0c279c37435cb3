"""Documents for tests, made by the libraries that read them or by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import NamedTuple

from click.testing import CliRunner, Result

from tidebook.pipelines.commands.app import app
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import Document, read_document

TABLE = [
    ["Town", "2022", "2023"],
    ["Lund", "1,204", "1,310"],
    ["Ystad", "873", "912"],
    ["Kalmar", "3,415", "3,602"],
    ["Växjö", "655", "701"],
    ["Total", "6,147", "6,535"],
]
"""A table whose last total is wrong: its rows make 6,525."""


def read_bytes(name: str, data: bytes) -> Document:
    return read_document(RawFile(name, data))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.text]


def cells(document: Document, number: int = 1) -> list[list[str]]:
    table = document.tables[number - 1]
    return [[cell.text for cell in row] for row in (*table.header_rows, *table.rows)]


def with_parts(data: bytes, change: Callable[[str, bytes], bytes], added: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """Return an archive with its parts changed and others added."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for info in archive.infolist():
            made.writestr(info.filename, change(info.filename, archive.read(info)))
        for name, content in added:
            made.writestr(name, content)
    return written.getvalue()


class Words(NamedTuple):
    """Words on a page of a PDF, where they begin in points from its bottom left."""

    x: float
    y: float
    text: str
    size: float = 11
    is_bold: bool = False


def pdf_of(
    pages: Sequence[Sequence[Words | str]], kids: str = "", packed: bytes | None = None, page_keys: str = ""
) -> bytes:
    """Return a PDF of words in Helvetica and of drawing commands, such as those of `rule`.

    Args:
        pages: what is on each page.
        kids: the pages that the list of pages names, in place of these.
        packed: a packed stream as the content of each page.
        page_keys: further keys of each page.
    """
    resources = "/Resources << /Font << /F 3 0 R /B 4 0 R >> >>"
    numbers = [5 + 2 * place for place in range(len(pages))]
    kids = kids or " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    for number, parts in zip(numbers, pages, strict=True):
        box = f"/MediaBox [0 0 612 792] {page_keys}"
        page = f"<< /Type /Page /Parent 2 0 R {box} {resources} /Contents {number + 1} 0 R >>"
        content = packed if packed is not None else "\n".join(map(_drawn, parts)).encode("cp1252")
        filters = "/Filter /FlateDecode " if packed is not None else ""
        stream = f"<< {filters}/Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"
        objects += [page.encode(), stream]
    written = b"%PDF-1.7\n"
    starts = []
    for number, content in enumerate(objects, 1):
        starts.append(len(written))
        written += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return written + f"{end}startxref\n{len(written)}\n%%EOF\n".encode()


def _drawn(part: Words | str) -> str:
    if isinstance(part, str):
        return part
    text = part.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{'B' if part.is_bold else 'F'} {part.size} Tf {part.x} {part.y} Td ({text}) Tj ET"


def ruled(
    rows: Sequence[Sequence[str]], x: float, y: float, width: float = 90, height: float = 20
) -> list[Words | str]:
    """Return a table with a line around each cell; its top left is at x and y."""
    parts: list[Words | str] = []
    for down, row in enumerate(rows):
        for across, text in enumerate(row):
            left, bottom = x + across * width, y - (down + 1) * height
            parts += [f"{left} {bottom} {width} {height} re S", Words(left + 4, bottom + 6, text)]
    return parts


def columned(rows: Sequence[Sequence[str]], x: float, y: float, width: float = 90) -> list[Words | str]:
    """Return a table whose columns only gaps part."""
    return [
        Words(x + across * width, y - down * 16, text)
        for down, row in enumerate(rows)
        for across, text in enumerate(row)
    ]
