"""Word documents: their text and tables as a reader sees them, and comments at findings."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import pytest
from docx.oxml import parse_xml

from tests.conftest import ROOT
from tests.plugins.documents.made import TABLE, cells, read_bytes, run, texts, with_parts

NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def saved(document: Any) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def with_table(document: Any, rows: list[list[str]]) -> Any:
    table = document.add_table(len(rows), len(rows[0]))
    for row, texts_of_row in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts_of_row, strict=True):
            cell.text = text
    return table


def report() -> Any:
    """A document with a slip in its table and one in a sentence."""
    document = docx.Document()
    document.add_heading("Towns", 0)
    document.add_heading("Growth", 1)
    document.add_paragraph("Table 1: Visitors")
    with_table(document, TABLE)
    paragraph = document.add_paragraph("Those who slept longer remembered more, t(28) = 1.20, ")
    paragraph.add_run("p = .0").bold = True
    paragraph.add_run("24, than others.")
    return document


def test_headings_paragraphs_and_tables_are_read_in_their_order() -> None:
    document = read_bytes("a.docx", saved(report()))
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Towns"),
        ("heading", "Growth"),
        ("caption", "Table 1: Visitors"),
        ("table", ""),
        ("paragraph", "Those who slept longer remembered more, t(28) = 1.20, p = .024, than others."),
    ]
    assert document.blocks[-1].section == ("Towns", "Growth")
    assert document.tables[0].caption == "Table 1: Visitors"
    assert cells(document) == TABLE


def test_a_place_is_the_paragraph_or_the_cell_and_the_characters_in_its_line() -> None:
    document = read_bytes("a.docx", saved(report()))
    block = document.blocks[-1]
    for place, offset in enumerate(block.offsets):
        assert document.source[offset] == block.text[place]
    assert document.where(document.place(block.offsets[0]).line) == "paragraph 4"
    wrong = document.tables[0].rows[-1][2]
    assert document.where(wrong.place.line) == "table 1, row 6, column 3"


@pytest.mark.parametrize("command", [["check"], ["check", "--json"], ["check", "--format", "sarif"], ["statistics"]])
def test_other_commands_take_a_word_document(command: list[str], tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(saved(report()))
    found = run(*command, path)
    assert found.exit_code in (0, 1)
    assert ".024" in found.output


def test_a_tracked_insertion_is_text_and_a_tracked_deletion_is_none() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("There were ")._p
    paragraph.append(parse_xml(f'<w:ins {NS} w:id="1" w:author="a"><w:r><w:t>12</w:t></w:r></w:ins>'))
    deleted = f'<w:del {NS} w:id="2" w:author="a"><w:r><w:delText>13</w:delText></w:r></w:del>'
    paragraph.append(parse_xml(deleted))
    paragraph.append(parse_xml(f'<w:r {NS}><w:t xml:space="preserve"> towns.</w:t></w:r>'))
    assert texts(read_bytes("a.docx", saved(document))) == ["There were 12 towns."]


def test_hidden_text_is_none_and_raised_digits_are_not_those_of_a_number() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Of 78.5")
    paragraph.add_run("1").font.superscript = True
    paragraph.add_run(" m")
    paragraph.add_run("a").font.superscript = True
    paragraph.add_run(" and 4")
    paragraph.add_run(" secrets").font.hidden = True
    assert texts(read_bytes("a.docx", saved(document))) == ["Of 78.5¹ m and 4"]


def test_an_equation_is_text() -> None:
    document = docx.Document()
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    equation = f'<m:oMath xmlns:m="{math}"><m:r><m:t>p = .03</m:t></m:r></m:oMath>'
    document.add_paragraph("With ")._p.append(parse_xml(equation))
    assert texts(read_bytes("a.docx", saved(document))) == ["With p = .03"]


def test_a_merged_cell_is_said_once_and_spans_its_columns_and_rows() -> None:
    document = docx.Document()
    rows = [["Town", "Visitors", ""], ["", "2022", "2023"], ["Lund", "10", "12"], ["Ystad", "20", "25"]]
    table = with_table(document, rows)
    table.cell(0, 1).merge(table.cell(0, 2)).text = "Visitors"
    table.cell(0, 0).merge(table.cell(1, 0)).text = "Town"
    read = read_bytes("a.docx", saved(document)).tables[0]
    assert read.heads == ["Town", "Visitors / 2022", "Visitors / 2023"]
    assert [cell.spanned for cell in read.header_rows[0]] == [False, False, True]
    assert [cell.spanned for cell in read.header_rows[1]] == [True, False, False]


def test_a_table_that_only_holds_another_is_layout() -> None:
    document = docx.Document()
    outer = document.add_table(1, 1).cell(0, 0)
    outer.text = "Table 1: Visitors"
    inner = outer.add_table(len(TABLE), len(TABLE[0]))
    for row, row_texts in zip(inner.rows, TABLE, strict=True):
        for cell, text in zip(row.cells, row_texts, strict=True):
            cell.text = text
    read = read_bytes("a.docx", saved(document))
    assert len(read.tables) == 1
    assert cells(read) == TABLE
    assert read.tables[0].caption == "Table 1: Visitors"


def test_a_table_in_a_cell_stands_behind_its_own() -> None:
    document = docx.Document()
    outer = with_table(document, [["a", "b"], ["c", "d"]])
    inner = outer.cell(1, 1).add_table(2, 2)
    for place, cell in enumerate(inner._cells):
        cell.text = str(place)
    read = read_bytes("a.docx", saved(document))
    assert cells(read, 1) == [["a", "b"], ["c", "d"]]
    assert cells(read, 2) == [["0", "1"], ["2", "3"]]


FOOTNOTES = f"""<w:footnotes {NS}>
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:t>x</w:t></w:r></w:p></w:footnote>
<w:footnote w:id="2"><w:p><w:r><w:t>They differed, t(28) = 1.20, p = .024.</w:t></w:r></w:p></w:footnote>
</w:footnotes>"""


def with_footnote() -> bytes:
    document = docx.Document()
    document.add_paragraph("Sleep helps.")._p.append(parse_xml(f'<w:r {NS}><w:footnoteReference w:id="2"/></w:r>'))

    def change(name: str, data: bytes) -> bytes:
        if name == "[Content_Types].xml":
            kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
            part = f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'
            return data.replace(b"</Types>", part.encode())
        if name == "word/_rels/document.xml.rels":
            kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
            relation = f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Relationships>'
            return data.replace(b"</Relationships>", relation.encode())
        return data

    return with_parts(saved(document), change, [("word/footnotes.xml", FOOTNOTES.encode())])


def test_a_footnote_is_text_behind_that_of_the_document() -> None:
    document = read_bytes("a.docx", with_footnote())
    assert texts(document) == ["Sleep helps.", "They differed, t(28) = 1.20, p = .024."]
    assert document.where(2) == "footnote 1"


# Comments


def comments_of(data: bytes) -> list[tuple[str, str, str]]:
    """Return author, marked words and text of each comment, read from the XML alone."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        body = ElementTree.fromstring(archive.read("word/document.xml"))
        comments = ElementTree.fromstring(archive.read("word/comments.xml"))
    words: dict[str, str] = {}
    opened: set[str] = set()
    for element in body.iter():
        name = element.get(f"{W}id", "")
        if element.tag == f"{W}commentRangeStart":
            opened.add(name)
            words[name] = ""
        elif element.tag == f"{W}commentRangeEnd":
            opened.remove(name)
        elif element.tag == f"{W}t":
            for each in opened:
                words[each] += element.text or ""
    assert not opened
    found = []
    for comment in comments:
        text = "".join(each.text or "" for each in comment.iter(f"{W}t"))
        found.append((comment.get(f"{W}author", ""), words[comment.get(f"{W}id", "")], text))
    return sorted(found, key=lambda each: each[1])


def test_findings_become_comments_at_their_words_and_the_file_stays_as_it_is(tmp_path: Path) -> None:
    path, out = tmp_path / "report.docx", tmp_path / "marked.docx"
    path.write_bytes(before := saved(report()))
    assert f"Wrote {out}" in run("read", path, "--mark", out).output
    assert path.read_bytes() == before
    found = comments_of(out.read_bytes())
    assert [(author, words) for author, words, _ in found] == [("Tidebook", "6,535"), ("Tidebook", "p = .024")]
    assert "t(28) = 1.20 gives p = .240" in found[1][2]
    # The text is as before, and so are the findings.
    again = docx.Document(str(out))
    assert [each.text for each in again.paragraphs] == [each.text for each in report().paragraphs]
    assert run("read", out).output.count("marked.docx, ") == run("read", path).output.count("report.docx, ")


def test_a_finding_in_a_footnote_is_commented_at_its_reference(tmp_path: Path) -> None:
    path, out = tmp_path / "note.docx", tmp_path / "marked.docx"
    path.write_bytes(with_footnote())
    run("read", path, "--mark", out)
    ((author, words, _),) = comments_of(out.read_bytes())
    assert (author, words) == ("Tidebook", "")


def test_a_copy_never_replaces_the_file(tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(saved(report()))
    assert "another file than the text itself" in run("read", path, "--mark", path).output


def test_notes_go_only_into_files_that_hold_some(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("They differed, t(28) = 1.20, p = .024.")
    found = run("read", path, "--mark", tmp_path / "b.md")
    assert found.exit_code == 2
    assert "--html writes any text as a page" in found.output


def test_a_copy_has_the_ending_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(saved(report()))
    found = run("read", path, "--mark", tmp_path / "marked.pdf")
    assert found.exit_code == 2
    assert "a name that ends in .docx" in found.output
    assert not (tmp_path / "marked.pdf").exists()


def test_a_link_is_no_reason_to_refuse() -> None:
    document = report()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    document.part.relate_to("https://example.org", kind, is_external=True)
    assert read_bytes("a.docx", saved(document)).tables


def test_a_missing_library_is_named_with_its_extra(tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(saved(report()))
    code = (
        "import sys\n"
        "sys.modules['docx'] = None\n"
        "from tidebook.pipelines.commands.app import app\n"
        f"app(['read', {str(path)!r}])\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert found.returncode == 3
    assert found.stderr == 'error: Word documents need the package python-docx: pip install "tidebook[documents]"\n'
