"""One article in each form of documents: each command finds the same slips at their places, and copies mark them."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import io
import json
import re
import subprocess
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import docx
import lxml.html
import openpyxl
import pdfplumber
import pypdf
import pytest
from pdfminer.pdftypes import resolve1
from pdfminer.utils import decode_text

from tests.integration.test_servers_for_tools import Editor, called
from tests.plugins.documents.made import Words, pdf_of, ruled, run
from tests.plugins.documents.test_latex import tabular
from tests.plugins.documents.test_word import comments_of, saved, with_table
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.about import About, about_of


class Article(NamedTuple):
    """What an article says; each of its numbers may be a slip."""

    p: str = ".240"
    copied: str = "3,602"
    total: str = "6,525"

    @property
    def sentences(self) -> list[str]:
        """Its two paragraphs."""
        return [f"They differed, t(28) = 1.20, p = {self.p}.", f"Kalmar had {self.copied} visitors in 2023."]

    @property
    def table(self) -> list[list[str]]:
        """Its table, heads first."""
        rows = ["Visitors 2022 2023", "Lund 1,204 1,310", "Ystad 873 912", "Kalmar 3,415 3,602", "Malmö 655 701"]
        return [*map(str.split, rows), ["Total", "6,147", self.total]]


SLIPS = {"p": ".024", "copied": "3,620", "total": "6,535"}
PRINTED = {"p": "p = .024", "copied": "3,620", "total": "6,535"}


def word(article: Article) -> bytes:
    document = docx.Document()
    document.add_heading("Towns", 1)
    for sentence in article.sentences:
        document.add_paragraph(sentence)
    with_table(document, article.table)
    return saved(document)


def pdf(article: Article) -> bytes:
    lines = [Words(72, 670 - 30 * place, sentence) for place, sentence in enumerate(article.sentences)]
    return pdf_of([[Words(72, 720, "Towns", 20), *lines], ruled(article.table, 72, 700)])


def excel(article: Article) -> bytes:
    book = openpyxl.Workbook()
    for sentence in article.sentences:
        book.active.append([sentence])
    book.active.append([])
    for row in article.table:
        book.active.append([int(cell.replace(",", "")) if cell[0].isdigit() else cell for cell in row])
    for row in book.active.iter_rows(5, 9, 2, 3):
        for cell in row:
            cell.number_format = "#,##0"
    return saved(book)


def latex(article: Article) -> bytes:
    first, second = article.sentences
    return "\n\n".join([r"\section{Towns}", first, second, tabular(article.table)]).encode()


def html_rows(table: list[list[str]]) -> str:
    return "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in table)


def notebook(article: Article) -> bytes:
    html = f"<table>{html_rows(article.table)}</table>"
    printed = {"output_type": "execute_result", "data": {"text/html": html, "text/plain": "1 2 3"}}
    texts = [{"cell_type": "markdown", "source": text} for text in ("# Towns", *article.sentences)]
    return json.dumps({"cells": [*texts, {"cell_type": "code", "outputs": [printed]}]}).encode()


def markdown(article: Article) -> bytes:
    head, *rows = (f"| {' | '.join(row)} |" for row in article.table)
    return "\n\n".join(["# Towns {#sec-1}", *article.sentences, "\n".join([head, "|---|---|---|", *rows])]).encode()


def tagged(article: Article) -> bytes:
    def fact(found: re.Match[str]) -> str:
        keys = f'name="own:N{found.start()}" contextRef="c" unitRef="u" decimals="0" format="ixt:num-dot-decimal"'
        return f"<ix:nonFraction {keys}>{found[0]}</ix:nonFraction>"

    text = "\n".join(f"<p>{sentence}</p>" for sentence in article.sentences)
    body = re.sub(r"\d,\d{3}", fact, f"{text}\n<table>\n{html_rows(article.table)}</table>")
    return f"<html><body>\n<h1>Towns</h1>\n{body}</body></html>".encode()


class Form(NamedTuple):
    """A form of documents: how an article is written in it, and where each slip is then."""

    end: str
    made: Callable[[Article], bytes]
    p: str
    copied: str
    total: str


FORMS = [
    Form("docx", word, "paragraph 2", "paragraph 3", "table 1, row 6, column 3"),
    Form("pdf", pdf, "page 1", "page 1", "page 2, table 1, row 6, column 3"),
    Form("xlsx", excel, "Sheet!A1", "Sheet!A2", "Sheet!C9"),
    Form("tex", latex, "3:30", "5:12", "15:17"),
    Form("ipynb", notebook, "cell 2", "cell 3", "output of cell 4"),
    Form("qmd", markdown, "3:30", "5:12", "13:19"),
    Form("Rmd", markdown, "3:30", "5:12", "13:19"),
    Form("html", tagged, "3:33", "4:115", "11:256"),
]
EACH_FORM = pytest.mark.parametrize("form", FORMS, ids=[form.end for form in FORMS])
EACH_SLIP = pytest.mark.parametrize(
    ("form", "slip"), [pytest.param(form, slip, id=f"{form.end}-{slip}") for form, slip in product(FORMS, SLIPS)]
)
WRONG = Article(**SLIPS)


def written(folder: Path, form: Form, article: Article, name: str = "report") -> Path:
    path = folder / f"{name}.{form.end}"
    path.write_bytes(form.made(article))
    return path


def places_in(findings: list[dict[str, Any]]) -> dict[str, str]:
    """Return what each finding is on, by the place that it names."""
    return {each["printed"]: each["where"] or f"{each['line']}:{each['column']}" for each in findings}


def wrong_places(form: Form) -> dict[str, str]:
    return {PRINTED[slip]: getattr(form, slip) for slip in SLIPS}


def found_by_read(path: Path) -> list[dict[str, Any]]:
    found = json.loads(run("read", path, "--json").stdout)
    assert found["unread"] == []
    return list(found["findings"])


@EACH_FORM
def test_an_article_without_slips_is_not_accused(form: Form, tmp_path: Path) -> None:
    assert found_by_read(written(tmp_path, form, Article())) == []


@EACH_SLIP
def test_a_planted_slip_alone_is_found_at_its_place(form: Form, slip: str, tmp_path: Path) -> None:
    path = written(tmp_path, form, Article()._replace(**{slip: SLIPS[slip]}))
    assert places_in(found_by_read(path)) == {PRINTED[slip]: getattr(form, slip)}


def test_each_form_has_the_same_findings(tmp_path: Path) -> None:
    def said(form: Form) -> list[tuple[str, ...]]:
        findings = found_by_read(written(tmp_path, form, WRONG))
        return sorted(tuple(each[key] for key in ("kind", "tier", "printed", "expected", "quote")) for each in findings)

    first, *others = map(said, FORMS)
    assert len(first) == len(SLIPS)
    assert others == [first] * len(others)


@EACH_FORM
def test_a_dossier_is_drafted_from_a_document(form: Form, tmp_path: Path) -> None:
    text, folder = written(tmp_path, form, WRONG), tmp_path / "towns"
    assert run("new", text, folder).exit_code == 0
    assert (folder / f"article.{form.end.lower()}").read_bytes() == text.read_bytes()
    found = json.loads(run("check", folder, "--json").stdout)
    assert found["problems"] == []
    # The sentence that copies a cell is a claim by now.
    claims = [each for each in found["findings"] if ": 3,602, not 3,620" in each["why"]]
    assert len(claims) == 1
    assert places_in(found["findings"]).items() >= wrong_places(form).items() - {("3,620", form.copied)}


def test_a_draft_says_what_of_its_text_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "report.qmd"
    path.write_text("They differed, t(28) = 1.20, p = `r p`.\n")
    said = "article.qmd:1: the value of `r p` is not read: a dossier has one file as its text"
    folder, out = tmp_path / "towns", tmp_path / "out"
    assert f"note: {said}" in run("new", path, folder).output
    assert f"warning: {said}" in run("check", folder).output
    assert said in json.loads(run("check", folder, "--json").stdout)["notes"]
    # So does the first build, one that finds most results in its store, and each page.
    assert f"warning: {said}" in run("build", folder, "--out", out).output
    dossier = folder / "dossier.toml"
    dossier.write_text(dossier.read_text().replace("[article]\n", "[article]\nown = true\n"))
    assert f"warning: {said}" in run("build", folder, "--out", out).output
    pages = out / "latest" / "report"
    for page in ("index.html", "article.html"):
        assert said in " ".join(lxml.html.parse(pages / page).getroot().text_content().split())
    assert "Not read, or not checked: article.qmd" in (pages / "report.md").read_text()


@EACH_FORM
def test_a_review_names_the_places_of_a_document(form: Form, tmp_path: Path) -> None:
    before, after = written(tmp_path, form, Article(), "before"), written(tmp_path, form, WRONG, "after")
    found = run("review", before, after).output
    assert "3 new findings" in found
    for where in wrong_places(form).values():
        assert f"{after.name}, {where}" in found or f"{after.name}:{where.partition(':')[0]}" in found


@EACH_FORM
def test_an_assistant_reads_a_document_below_the_folder(form: Form, tmp_path: Path) -> None:
    file = written(tmp_path, form, WRONG).name
    assert places_in(called(tmp_path, "read_text", file=file).structured_content["findings"]) == wrong_places(form)
    request = called(tmp_path, "reading_request", file=file).content[0].text
    assert "visitors in" in request
    assert not any(number in request for number in SLIPS.values())


def test_a_review_of_a_dossier_names_the_places_of_its_document(tmp_path: Path) -> None:
    folder = tmp_path / "towns"
    run("new", written(tmp_path, FORMS[0], Article()), folder)
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Draft"]):
        own = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *arguments]
        subprocess.run(own, cwd=tmp_path, check=True, capture_output=True)
    (folder / "article.docx").write_bytes(word(WRONG))
    found = run("review", "HEAD", "--in", folder, "--link-base", "https://own.example/").output
    place = "article.docx, table 1, row 6, column 3"
    assert f"[{place}](https://own.example/article.docx)" in found.replace("\\", "")


def test_an_assistant_gives_a_text_or_a_file_below_the_folder(tmp_path: Path) -> None:
    written(tmp_path, FORMS[0], WRONG)
    assert "not both" in called(tmp_path, "read_text", file="report.docx", text="5 towns").content[0].text
    assert "below the one" in called(tmp_path, "read_text", file="../report.docx").content[0].text
    assert "a file of text" in called(tmp_path, "read_text", file="none.docx").content[0].text
    request = re.search(r'"request": "(\w+)"', called(tmp_path, "reading_request", file="report.docx").content[0].text)
    assert request is not None
    reply = f'{{"request": "{request[1]}", "reader": "own"}}'
    judged = called(tmp_path, "judge_readings", file="report.docx", reply=reply).structured_content
    assert places_in(judged["findings"]) == wrong_places(FORMS[0])


def test_an_editor_lists_the_findings_of_a_dossiers_document(tmp_path: Path) -> None:
    folder = tmp_path / "towns"
    run("new", written(tmp_path, FORMS[0], WRONG), folder)
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


# Marks, as libraries have them that did not write them

Found = Iterable[tuple[str, str, str]]
"""The author, the words and the note of each mark."""


def in_pdf(data: bytes) -> Found:
    """Yield the highlights of a PDF, as pdfplumber has them and the words below them; pypdf has written them."""
    with pdfplumber.open(io.BytesIO(data)) as document:
        for page in document.pages:
            for note in map(resolve1, resolve1(page.page_obj.annots) or ()):
                x0, y0, x1, y1 = note["Rect"]
                box = x0 - 0.5, page.height - y1 - 0.5, x1 + 0.5, page.height - y0 + 0.5
                assert note["Subtype"].name == "Highlight"
                yield decode_text(note["T"]), page.within_bbox(box).extract_text(), decode_text(note["Contents"])


def in_excel(data: bytes) -> Found:
    """Yield the comments of a workbook, each with the number or the words in quotes that it names in its cell."""
    for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows():
        for cell in row:
            if cell.comment:
                (words,) = re.findall("“(.*?)”", cell.comment.text)[:1]
                shown = f"{cell.value:,}" if isinstance(cell.value, int) else cell.value
                assert words in shown
                yield cell.comment.author, words, cell.comment.text


MARKED = {"docx": comments_of, "pdf": in_pdf, "xlsx": in_excel}


@pytest.mark.parametrize("form", [form for form in FORMS if form.end in MARKED], ids=list(MARKED))
def test_another_library_reads_each_mark_at_its_words_and_the_file_is_unchanged(form: Form, tmp_path: Path) -> None:
    path, out = written(tmp_path, form, WRONG), tmp_path / f"marked.{form.end}"
    before = hashlib.sha256(path.read_bytes()).digest()
    assert f"Wrote {out}" in run("read", path, "--mark", out).output
    assert hashlib.sha256(path.read_bytes()).digest() == before
    found = list(MARKED[form.end](out.read_bytes()))
    assert {author for author, _, _ in found} == {"Tidebook"}
    assert sorted(words for _, words, _ in found) == sorted(PRINTED.values())
    (note,) = (note for _, words, note in found if words == "p = .024")
    assert "t(28) = 1.20 gives p = .240" in note
    # The copy says what the file says, and is the same each time.
    assert places_in(found_by_read(out)) == wrong_places(form)
    run("read", path, "--mark", tmp_path / f"again.{form.end}")
    assert (tmp_path / f"again.{form.end}").read_bytes() == out.read_bytes()


@EACH_FORM
def test_a_page_marks_each_slip_at_its_words(form: Form, tmp_path: Path) -> None:
    path, out = written(tmp_path, form, WRONG), tmp_path / "page.html"
    run("read", path, "--html", out)
    page = lxml.html.parse(out).getroot()
    links = page.xpath("//li[strong]/a[starts-with(@href, '#m')]")
    marked = {link.text: page.get_element_by_id(link.get("href")[1:]).find("button").text for link in links}
    assert marked == dict.fromkeys(PRINTED.values()) | {words: words for words in PRINTED.values()}


def test_a_pdf_and_a_word_document_say_their_title_author_and_day() -> None:
    copy = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(Article())))
    copy.add_metadata({"/Title": "Four towns", "/Author": "Kim  Lee", "/CreationDate": "D:20240229081500+01'00'"})
    printed = io.BytesIO()
    copy.write(printed)
    document = docx.Document(io.BytesIO(word(Article())))
    document.core_properties.title, document.core_properties.author = "Four towns", "Kim Lee"
    document.core_properties.modified = dt.datetime(2024, 2, 29, 8, 15, tzinfo=dt.UTC)
    expected = About("Four towns", "", "Kim Lee", dt.date(2024, 2, 29))
    assert about_of(RawFile("a.pdf", printed.getvalue())) == expected
    assert about_of(RawFile("a.docx", saved(document))) == expected
    assert about_of(RawFile("a.pdf", pdf(Article()))) == About()
