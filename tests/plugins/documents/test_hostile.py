"""Files that are damaged, of another kind, or made to take a machine's time or memory, or to read others.

Each is refused in a line, at once.
"""

from __future__ import annotations

import base64
import io
import json
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
from tests.plugins.documents.test_word import saved
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.plugins.documents import pdf_apart

Case = tuple[Callable[[], bytes], str]
DOCUMENT, SHEET = "word/document.xml", "xl/worksheets/sheet1.xml"
ENTITIES = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
TEXT = [Words(72, 700, "They differed, t(28) = 1.20, p = .024.")]
BOMB = b"0" * 40_000_000
SLOW = zlib.compress(b"0 " * 60_000_000)


def word(before: bytes = b"<w:body>", after: bytes = b"", part: str = DOCUMENT) -> bytes:
    """Return a Word document, some words of a part of it replaced."""
    document = docx.Document()
    document.add_paragraph("They differed, t(28) = 1.20, p = .024.")
    return replaced(saved(document), before, after or before, part)


def excel(before: bytes = b"<sheetData>", after: bytes = b"", part: str = SHEET) -> bytes:
    """Return a workbook, some words of a part of it replaced."""
    book = openpyxl.Workbook()
    for row in TABLE:
        book.active.append(row)
    return replaced(saved(book), before, after or before, part)


def replaced(data: bytes, before: bytes, after: bytes, part: str) -> bytes:
    def change(name: str, content: bytes) -> bytes:
        assert name != part or before in content
        return content.replace(before, after, 1) if name == part else content

    return with_parts(data, change)


def odd(count: int, pattern: bytes) -> bytes:
    """Return elements that hardly repeat, so that they are not packed to next to nothing."""
    numbers = random.Random(1)
    return b"".join(pattern % numbers.getrandbits(24) for _ in range(count))


def pdf(filters: bytes, content: bytes) -> bytes:
    return pdf_of([TEXT], packed=content).replace(b"/Filter /FlateDecode", b"/Filter " + filters)


def with_object(data: bytes, content: bytes) -> bytes:
    return data.replace(b"xref\n0 7", b"7 0 obj\n" + content + b"\nendobj\nxref\n0 7")


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def encrypted(password: str, packed: bytes | None = None) -> bytes:
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(pdf_of([TEXT], packed=packed))))
    writer.encrypt(password, algorithm="RC4-128")
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


def same(name: str, content: bytes) -> bytes:
    return content


def text_of_word_elsewhere() -> bytes:
    document = docx.Document()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/subDocument"
    document.part.relate_to("file:///etc/passwd", kind, is_external=True)
    return saved(document)


def with_password() -> bytes:
    """Return the begin of a file of Office before 2007, which holds an encrypted document."""
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "EncryptedPackage".encode("utf-16-le")


WORD: dict[str, Case] = {
    "a password": (with_password, "without a password"),
    "entities": (lambda: word(b"<w:document", ENTITIES + b"<w:document"), "without declarations of entities"),
    "elements": (lambda: word(b"<w:body>", b"<w:body>" + odd(1_000_001, b'<w:p w:a="%x"/>')), "1,000,000 elements"),
    "elements in a part of another name": (
        lambda: with_parts(word(), same, [("word/a.bin", b"<a>" + odd(1_000_001, b"<a>%x</a>"))]),
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
    "a bomb": (lambda: with_parts(word(), same, [("word/a.xml", BOMB)]), "of which a byte unpacks to at most 200"),
    "a text in another file": (text_of_word_elsewhere, "(subDocument) is in another file, which is not opened"),
    "cut off": (lambda: cut(word()), "damaged"),
    "a part cut off": (lambda: with_parts(word(), lambda _, part: cut(part)), "damaged"),
    "no text": (lambda: saved(docx.Document()), "a document with text"),
    "a workbook": (excel, "it has no word/document.xml"),
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
    "a password": (with_password, "without a password"),
    "entities": (lambda: excel(b"<worksheet", ENTITIES + b"<worksheet"), "without declarations of entities"),
    "merged cells": (lambda: merged(b"A1:XFD1048576"), "300,000 cells"),
    "merged cells that are written otherwise": (lambda: merged(b"&#65;1:XFD999999"), "300,000 cells"),
    "cells with a prefix": (
        lambda: excel(b"<sheetData>", b"<sheetData>" + odd(300_001, b"<x:c>%d</x:c>")),
        "300,000 cells",
    ),
    "texts": (
        lambda: with_parts(excel(), same, [("xl/more.xml", b"<sst>" + odd(1_000_001, b"<t>%x</t>"))]),
        "1,000,000 elements",
    ),
    "a sheet in another file": (sheet_elsewhere, "a sheet is in another file"),
    "a cell in each column": (a_cell_in_each_column, "300,000 cells"),
    "a bomb": (lambda: with_parts(excel(), same, [("xl/a.xml", BOMB)]), "of which a byte unpacks to at most 200"),
    "cut off": (lambda: cut(excel()), "damaged"),
    "a Word document": (word, "it has no xl/workbook.xml"),
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
    "a packed text that is encrypted": (lambda: encrypted("", SLOW), "100 MiB"),
    "a bomb": (lambda: pdf_of([TEXT], packed=zlib.compress(BOMB)), "of which a byte unpacks to at most 300"),
    "a bomb within another": (lambda: pdf(b"[/FlateDecode /FlateDecode]", zlib.compress(SLOW)), "packed once"),
    "a password": (lambda: encrypted("secret"), "without a password"),
    "pages that are their own list": (lambda: pdf_of([TEXT], kids="2 0 R"), "damaged"),
    "too many pages": (lambda: pdf_of([[]] * 1_001), "1 to 1,000 pages"),
    "no pages": (lambda: b"%PDF-1.7\n%%EOF", "damaged"),
    "cut off": (lambda: cut(pdf_of([TEXT], packed=SLOW[:9_000])), "damaged"),
    "no text": (lambda: pdf_of([[]]), "a document with text"),
    "a Word document": (word, "it does not begin as one"),
    "letters of a font": (many_letters, "2,000,000 letters"),
    "drawings in themselves": (lambda: drawn_in_itself(ITSELF), "that contains itself"),
    "drawings in themselves by names of the page": (lambda: drawn_in_itself(b""), "that contains itself"),
    "a page": (long_page, "at most 8 MiB"),
    "nesting": (nested_pdf, "damaged"),
    "a text in another file": (text_elsewhere, "damaged"),
}
SENTENCE = b"They differed, t(28) = 1.20, p = .024.\n"
LATEX: dict[str, Case] = {
    "braces": (lambda: b"{" * 1_000 + SENTENCE + b"}" * 1_000, "nested at most 60 deep"),
    "environments": (lambda: b"\\begin{a}" * 100, "nested at most 60 deep"),
    "formulas": (lambda: b"$a$" * 300_000, "less work to read"),
    "no text": (lambda: b"\\begin{document}\\end{document}", "a text: there is none"),
    "control characters": (lambda: b"a\0b", "without control characters"),
    "a PDF": (lambda: pdf_of([TEXT], packed=SLOW[:9_000]), "expected"),
}
NOTEBOOK: dict[str, Case] = {
    "cut off": (lambda: b'{"cells": [{"cell_type": "mark', "a Jupyter notebook"),
    "a number": (lambda: b'{"cells": 5}', "a Jupyter notebook"),
    "cells that are numbers": (lambda: b'{"cells": [5]}', "a Jupyter notebook"),
    "nesting": (lambda: b"[" * 100_000, "a Jupyter notebook"),
    "code alone": (lambda: b'{"cells": [{"cell_type": "code", "source": "1"}]}', "it has code alone"),
    "cells": (lambda: json.dumps({"cells": [{}] * 20_001}).encode(), "at most 20,000 cells"),
}
QUARTO: dict[str, Case] = {
    "brackets": (lambda: b"[" * 200_000 + SENTENCE, "less work to read"),
    "values": (lambda: b"`r x` " * 100_000, "less work to read"),
    "length": (lambda: SENTENCE * 400_000, "at most 10,000,000 characters"),
    "a Word document": (word, "UTF-8 text"),
}
XBRL: dict[str, Case] = {
    "facts within each other": (lambda: b"<p>" + b'<ix:nonFraction scale="6">' * 100_000, "less work to read"),
    "tables within each other": (lambda: b"<table><tr><td>" * 60_000 + SENTENCE, "less work to read"),
    "spans": (lambda: b"<table>" + b"<tr><td colspan=999 rowspan=999>5</td></tr>" * 3_000, "300,000 cells"),
    "control characters": (lambda: b"<p>5\0</p>", "without control characters"),
}
FILES = {"docx": WORD, "xlsx": EXCEL, "pdf": PDF, "tex": LATEX, "ipynb": NOTEBOOK, "qmd": QUARTO, "html": XBRL}
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
    assert line.startswith(f"error: {path}:")
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
    file = RawFile("a.pdf", pdf_of(pages))
    monkeypatch.setattr(pdf_apart, "PAGES_EACH", 100)
    one = pdf_apart.pages_of(file)
    monkeypatch.setattr(pdf_apart, "PAGES_EACH", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    assert pdf_apart.pages_of(file) == one
    assert [page.number for page in one] == [1, 2, 3, 4, 5]
