"""Documents for tests, made by the libraries that read them or by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

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
