"""Files that are made to take a machine's time or memory, or to read others: each is refused in a line, at once."""

from __future__ import annotations

import base64
import io
import random
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest

from tests.plugins.documents.made import TABLE, Words, pdf_of, run, with_parts
from tidebook.plugins.documents import pdf_apart

Case = tuple[Callable[[], bytes], str]
DOCUMENT, SHEET = "word/document.xml", "xl/worksheets/sheet1.xml"
ENTITIES = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
TEXT = [Words(72, 700, "They differed, t(28) = 1.20, p = .024.")]
SLOW = zlib.compress(b"0 " * 60_000_000)


def word(before: bytes = b"<w:body>", after: bytes = b"", part: str = DOCUMENT) -> bytes:
    """Return a Word document, some words of a part of it replaced."""
    written = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("They differed, t(28) = 1.20, p = .024.")
    document.save(written)
    return replaced(written, before, after or before, part)


def excel(before: bytes = b"<sheetData>", after: bytes = b"", part: str = SHEET) -> bytes:
    """Return a workbook, some words of a part of it replaced."""
    written = io.BytesIO()
    book = openpyxl.Workbook()
    for row in TABLE:
        book.active.append(row)
    book.save(written)
    return replaced(written, before, after or before, part)


def replaced(written: io.BytesIO, before: bytes, after: bytes, part: str) -> bytes:
    def change(name: str, content: bytes) -> bytes:
        assert name != part or before in content
        return content.replace(before, after, 1) if name == part else content

    return with_parts(written.getvalue(), change)


def odd(count: int, pattern: bytes) -> bytes:
    """Return elements that hardly repeat, so that they are not packed to next to nothing."""
    numbers = random.Random(1)
    return b"".join(pattern % numbers.getrandbits(24) for _ in range(count))


def pdf(filters: bytes, content: bytes) -> bytes:
    return pdf_of([TEXT], packed=content).replace(b"/Filter /FlateDecode", b"/Filter " + filters)


def with_object(data: bytes, content: bytes) -> bytes:
    return data.replace(b"xref\n0 7", b"7 0 obj\n" + content + b"\nendobj\nxref\n0 7")


def encrypted() -> bytes:
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(pdf_of([TEXT], packed=SLOW))))
    writer.encrypt("", algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def many_letters() -> bytes:
    ranges = b"begincmap 1 beginbfrange <00000000> <FFFFFFF0> <0041> endbfrange endcmap"
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(ranges), ranges)
    return with_object(pdf_of([TEXT]).replace(b"/Helvetica /Enc", b"/Helvetica /ToUnicode 7 0 R /Enc"), stream)


def drawn_in_itself(keys: bytes) -> bytes:
    form = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] " + keys + b" /Length 11 >>\nstream\n/X Do /X Do\nendstream"
    )
    data = pdf_of([[*TEXT, "/X Do"]]).replace(b"/Resources <<", b"/Resources << /XObject << /X 7 0 R >>", 1)
    return with_object(data, form)


WORD: dict[str, Case] = {
    "entities": (lambda: word(b"<w:document", ENTITIES + b"<w:document"), "without declarations of entities"),
    "elements": (lambda: word(b"<w:body>", b"<w:body>" + odd(1_000_001, b'<w:p w:a="%x"/>')), "1,000,000 elements"),
    "elements in a part of another name": (
        lambda: with_parts(word(), lambda _, part: part, [("word/a.bin", b"<a>" + odd(1_000_001, b"<a>%x</a>"))]),
        "1,000,000 elements",
    ),
    "relations": (
        lambda: word(
            b"</Relationships>",
            odd(10_001, b'<Relationship Id="q%x" Type="http://own/hyperlink" Target="b" TargetMode="External"/>')
            + b"</Relationships>",
            "word/_rels/document.xml.rels",
        ),
        "10,000 relations",
    ),
    "columns": (
        lambda: word(
            b"<w:body>",
            b"<w:body><w:tbl>"
            + odd(
                4_000,
                b'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="99"/></w:tcPr><w:p><w:r><w:t>%d</w:t></w:r></w:p></w:tc>'
                b"<w:tc><w:p/></w:tc></w:tr>",
            )
            + b"</w:tbl>",
        ),
        "300,000 cells",
    ),
    "nesting": (lambda: word(b"<w:body>", b"<w:body>" + b"<w:sdt>" * 9_999 + b"</w:sdt>" * 9_999), "damaged"),
}


def a_cell_in_each_column() -> bytes:
    columns = [bytes([65 + first, 65 + second]) for first in range(25) for second in range(26)]
    row = b'<row r="%d"><c r="%s%d"><v>1</v></c><c r="ZZ%d"><v>2</v></c></row>'
    rows = b"".join(row % (number, column, number, number) for number, column in enumerate(columns, 7))
    return excel(b"<sheetData>", b"<sheetData>" + rows)


def merged(area: bytes) -> bytes:
    return excel(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="%s"/></mergeCells>' % area)


def sheet_elsewhere() -> bytes:
    elsewhere = b'Target="file:///etc/passwd" TargetMode="External"'
    return excel(b'Target="/xl/worksheets/sheet1.xml"', elsewhere, "xl/_rels/workbook.xml.rels")


EXCEL: dict[str, Case] = {
    "entities": (lambda: excel(b"<worksheet", ENTITIES + b"<worksheet"), "without declarations of entities"),
    "merged cells": (lambda: merged(b"A1:XFD1048576"), "300,000 cells"),
    "merged cells that are written otherwise": (lambda: merged(b"&#65;1:XFD999999"), "300,000 cells"),
    "cells with a prefix": (
        lambda: excel(b"<sheetData>", b"<sheetData>" + odd(300_001, b"<x:c>%d</x:c>")),
        "300,000 cells",
    ),
    "texts": (
        lambda: with_parts(excel(), lambda _, part: part, [("xl/more.xml", b"<sst>" + odd(1_000_001, b"<t>%x</t>"))]),
        "1,000,000 elements",
    ),
    "a sheet in another file": (sheet_elsewhere, "a sheet is in another file"),
    "a cell in each column": (a_cell_in_each_column, "300,000 cells"),
}


def nested_pdf() -> bytes:
    return pdf_of([TEXT], page_keys="/X " + "[" * 99_999 + "]" * 99_999)


def text_elsewhere() -> bytes:
    return pdf_of([TEXT]).replace(b"<< /Length", b"<< /F (/etc/passwd) /FFilter /None /Length", 1)


def long_page() -> bytes:
    return pdf_of([[*TEXT, *(f"q 1 0 0 1 {each} 0 cm Q" for each in range(400_000))]])


ITSELF = b"/Resources << /XObject << /X 7 0 R >> >>"
PDF: dict[str, Case] = {
    "a packed text within digits": (
        lambda: pdf(b"[/ASCIIHexDecode /FlateDecode]", SLOW.hex().encode() + b">"),
        "100 MiB",
    ),
    "a packed text within letters": (lambda: pdf(b"[/A85 /Fl]", base64.a85encode(SLOW) + b"~>"), "100 MiB"),
    "a packed text that is encrypted": (encrypted, "100 MiB"),
    "letters of a font": (many_letters, "2,000,000 letters"),
    "drawings in themselves": (lambda: drawn_in_itself(ITSELF), "that contains itself"),
    "drawings in themselves by names of the page": (lambda: drawn_in_itself(b""), "that contains itself"),
    "a page": (long_page, "at most 8 MiB"),
    "nesting": (nested_pdf, "damaged"),
    "a text in another file": (text_elsewhere, "damaged"),
}
FILES = {"docx": WORD, "xlsx": EXCEL, "pdf": PDF}
CASES = [pytest.param(end, *case, id=f"{end}: {name}") for end, cases in FILES.items() for name, case in cases.items()]


@pytest.mark.parametrize(("end", "made", "said"), CASES)
def test_a_hostile_file_is_refused_in_a_line(end: str, made: Callable[[], bytes], said: str, tmp_path: Path) -> None:
    path = tmp_path / f"hostile.{end}"
    path.write_bytes(made())
    begin = time.process_time()
    found = run("read", path)
    assert time.process_time() - begin < 10
    assert found.exit_code == 2
    (line,) = found.output.splitlines()
    assert line.startswith(f"error: {path}: ")
    assert said in line


def test_styles_that_are_based_on_each_other_take_no_time(tmp_path: Path) -> None:
    style = b'<w:style w:type="paragraph" w:styleId="s%d"><w:basedOn w:val="s%d"/></w:style>'
    chain = b"".join(style % (number, number + 1) for number in range(20_000)) + style % (20_000, 0)
    path = tmp_path / "styles.docx"
    path.write_bytes(word(b"</w:styles>", chain + b"</w:styles>", "word/styles.xml"))
    begin = time.process_time()
    assert "1 finding" in run("read", path).output
    assert time.process_time() - begin < 5


def test_pages_that_take_too_long_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_apart, "SECONDS", 1)
    # A font whose table of widths counts to four milliards.
    font = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Own /W [0 4294967295 500] >>"
    whole = b"/Type0 /Encoding /Identity-H /DescendantFonts [7 0 R]"
    path = tmp_path / "slow.pdf"
    path.write_bytes(
        with_object(pdf_of([TEXT]).replace(b"/Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding", whole, 1), font)
    )
    found = run("read", path)
    assert found.exit_code == 2
    (line,) = found.output.splitlines()
    assert 'found "pages 1 to 1", expected a PDF whose pages are read within 2 seconds and 3 GiB of memory' in line


def test_several_processes_read_the_pages_that_one_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [[Words(72, 700, f"In {1900 + number} some {number * 7} towns grew.")] for number in range(5)]
    file = pdf_apart.RawFile("a.pdf", pdf_of(pages))
    monkeypatch.setattr(pdf_apart, "PAGES_EACH", 100)
    one = pdf_apart.pages_of(file)
    monkeypatch.setattr(pdf_apart, "PAGES_EACH", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    assert pdf_apart.pages_of(file) == one
    assert [page.number for page in one] == [1, 2, 3, 4, 5]
