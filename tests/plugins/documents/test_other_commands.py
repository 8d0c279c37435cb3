"""Other commands take documents as they take Markdown: `new`, `review`, the tools for assistants, the editor."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import docx
import pypdf
import pytest
from click.testing import CliRunner

from tests.integration.test_servers_for_tools import Editor, called
from tests.plugins.documents import test_excel_and_notebooks, test_pdf, test_word
from tests.plugins.documents.made import TABLE, pdf_of, ruled, run
from tests.plugins.documents.test_latex import tabular
from tidebook.pipelines.commands.app import app
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.about import About, about_of


def with_total(total: str) -> list[list[str]]:
    return [*TABLE[:-1], ["Total", "6,147", total]]


def word(total: str) -> bytes:
    document = test_word.report()
    document.tables[0].cell(5, 2).text = total
    return test_word.saved(document)


def excel(total: str) -> bytes:
    book = test_excel_and_notebooks.report()
    book.active["C9"] = int(total.replace(",", ""))
    return test_excel_and_notebooks.saved(book)


def pdf(total: str) -> bytes:
    return pdf_of([test_pdf.TEXT, ruled(with_total(total), 72, 700)])


def latex(total: str) -> bytes:
    text = "\\section{Towns}\nThey differed, $t(28) = 1.20$, $p = .024$.\n\n"
    return f"{text}{tabular(with_total(total))}\n".encode()


def notebook(total: str) -> bytes:
    html = test_excel_and_notebooks.html(with_total(total))
    return test_excel_and_notebooks.notebook(
        test_excel_and_notebooks.TEXT, test_excel_and_notebooks.printed({"text/html": html})
    )


Made = Callable[[str], bytes]
DOCUMENTS = [
    pytest.param("docx", word, "table 1, row 6, column 3", id="Word"),
    pytest.param("xlsx", excel, "Sheet!C9", id="Excel"),
    pytest.param("pdf", pdf, "page 2, table 1, row 6, column 3", id="PDF"),
    pytest.param("tex", latex, ":12:17", id="LaTeX"),
    pytest.param("ipynb", notebook, "output of cell 2", id="notebook"),
]


@pytest.mark.parametrize(("end", "made", "where"), DOCUMENTS)
def test_a_dossier_is_drafted_from_a_document(end: str, made: Made, where: str, tmp_path: Path) -> None:
    text, folder = tmp_path / f"report.{end}", tmp_path / "towns"
    text.write_bytes(made("6,535"))
    assert run("new", text, folder).exit_code == 0
    assert (folder / f"article.{end}").read_bytes() == text.read_bytes()
    found = json.loads(run("check", folder, "--json").stdout)
    assert found["problems"] == []
    places = [each["where"] or f":{each['line']}:{each['column']}" for each in found["findings"]]
    assert where in places


@pytest.mark.parametrize(("end", "made", "where"), DOCUMENTS)
def test_a_review_names_the_places_of_a_document(end: str, made: Made, where: str, tmp_path: Path) -> None:
    before, after = tmp_path / f"before.{end}", tmp_path / f"after.{end}"
    before.write_bytes(made("6,525"))
    after.write_bytes(made("6,535"))
    found = run("review", before, after).output
    assert "1 new finding" in found
    assert (f"after.{end}{where.removesuffix(':17')}" if end == "tex" else f"after.{end}, {where}") in found


def test_a_review_of_a_dossier_names_the_places_of_its_document(tmp_path: Path) -> None:
    text, folder = tmp_path / "report.docx", tmp_path / "towns"
    text.write_bytes(word("6,525"))
    run("new", text, folder)
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Draft"]):
        own = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *arguments]
        subprocess.run(own, cwd=tmp_path, check=True, capture_output=True)
    (folder / "article.docx").write_bytes(word("6,535"))
    found = (
        CliRunner().invoke(app, ["review", "HEAD", "--in", str(folder), "--link-base", "https://own.example/"]).output
    )
    place = "article.docx, table 1, row 6, column 3"
    assert f"[{place}](https://own.example/article.docx)" in found.replace("\\", "")


@pytest.mark.parametrize(("end", "made", "where"), DOCUMENTS)
def test_an_assistant_reads_a_document_below_the_folder(end: str, made: Made, where: str, tmp_path: Path) -> None:
    (tmp_path / f"report.{end}").write_bytes(made("6,535"))
    found = called(tmp_path, "read_text", file=f"report.{end}").structured_content["findings"]
    assert where in [each["where"] or f":{each['line']}:{each['column']}" for each in found]
    request = called(tmp_path, "reading_request", file=f"report.{end}").content[0].text
    assert "6,535" not in request
    assert "Ystad" in request


def test_an_assistant_gives_a_text_or_a_file_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(word("6,535"))
    assert "not both" in called(tmp_path, "read_text", file="report.docx", text="5 towns").content[0].text
    assert "below the one" in called(tmp_path, "read_text", file="../report.docx").content[0].text
    assert "a file of text" in called(tmp_path, "read_text", file="none.docx").content[0].text
    request = re.search(r'"request": "(\w+)"', called(tmp_path, "reading_request", file="report.docx").content[0].text)
    assert request is not None
    reply = f'{{"request": "{request[1]}", "reader": "own"}}'
    judged = called(tmp_path, "judge_readings", file="report.docx", reply=reply).structured_content
    assert [each["printed"] for each in judged["findings"]] == ["p = .024", "6,535"]


def test_an_editor_lists_the_findings_of_a_dossiers_document(tmp_path: Path) -> None:
    text, folder = tmp_path / "report.docx", tmp_path / "towns"
    text.write_bytes(word("6,535"))
    run("new", text, folder)
    asyncio.run(asyncio.wait_for(listed(folder), 60))


async def listed(folder: Path) -> None:
    """Open a dossier, and see the findings of its document with their places."""
    editor, uri = Editor(), (folder / "article.docx").as_uri()
    await editor.start(folder / "dossier.toml")
    while not editor.published.get(uri):
        await asyncio.sleep(0.05)
    found = editor.published[uri]
    assert any(each.message.startswith("table 1, row 6, column 3: ") for each in found)
    assert {(each.range.start.line, each.range.end.line) for each in found} == {(0, 0)}
    assert await editor.fixes(uri, found[0]) == []
    await editor.end()


def test_a_pdf_and_a_word_document_say_their_title_author_and_day() -> None:
    copy = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("13,049")))
    copy.add_metadata({"/Title": "Four towns", "/Author": "Kim  Lee", "/CreationDate": "D:20240229081500+01'00'"})
    printed = io.BytesIO()
    copy.write(printed)
    written = docx.Document(io.BytesIO(word("13,049")))
    written.core_properties.title, written.core_properties.author = "Four towns", "Kim Lee"
    written.core_properties.modified = dt.datetime(2024, 2, 29, 8, 15, tzinfo=dt.UTC)
    expected = About("Four towns", "", "Kim Lee", dt.date(2024, 2, 29))
    assert about_of(RawFile("a.pdf", printed.getvalue())) == expected
    assert about_of(RawFile("a.docx", test_word.saved(written))) == expected
    assert about_of(RawFile("a.pdf", pdf("13,049"))) == About()
