"""Documents by the plugin and by other libraries, and what 100 pages take: `python -m benchmarks.documents FOLDER`.

The others are pandoc (Word, LaTeX, notebooks, Quarto), calamine (Excel), PDFium (PDF) and ixbrlparse (inline XBRL),
of the group `compare-documents`. They count the documents of a folder; times and memory are of documents made here.

Belongs here: what other libraries count, documents of 100 pages. Does not: reading (`plugins.documents`).
"""

from __future__ import annotations

import io
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.plugins.documents.made import Words, pdf_of, ruled
from tidebook.pipelines.read.rawfile import RawFile, named_file
from tidebook.pipelines.read.text.document import Document, read_document

_NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")
PAGES, LINES, ROWS, COLUMNS = 100, 26, 10, 5
"""Pages of a document that is timed, and on each the lines of text and the rows and columns of a table."""
REPEATS = 3
"""How often a document is read, each time in a process of its own; the median is reported."""


class Count(NamedTuple):
    """What a library finds in a document: its tables, None where it does not tell, and its numbers."""

    tables: int | None
    numbers: Counter[str]


def numbers_in(text: str) -> Counter[str]:
    """Return the numbers of a text, each as it is printed."""
    return Counter(_NUMBER.findall(unicodedata.normalize("NFKC", text)))


# What other libraries count


def by_pandoc(path: Path, form: str) -> Count:
    """Return the numbers and the tables of several columns that pandoc finds, without its own numbers of references."""
    import pypandoc

    more = ["--ipynb-output=all"] if form == "ipynb" else []
    return _of_pandoc(json.loads(pypandoc.convert_file(str(path), "json", format=form, extra_args=more)))


def _of_pandoc(found: dict[str, Any]) -> Count:
    import pypandoc

    texts: list[str] = []
    tables = 0
    queue: list[Any] = [found["blocks"], found["meta"]]
    while queue:
        part = queue.pop()
        if isinstance(part, list):
            queue += part[::-1]
            continue
        if not isinstance(part, dict):
            continue
        kind, content = part.get("t"), part.get("c", [])
        if kind in ("CodeBlock", "RawInline", "Image"):
            continue
        if kind is None:  # what the document says of itself
            queue += [part[key] for key in ("title", "author", "date") if key in part]
        elif kind == "Str":
            texts.append(content)
        elif kind == "Math":
            texts.append(f" {content[1]} ")
        elif kind in ("Space", "SoftBreak", "LineBreak"):
            texts.append(" ")
        elif kind == "RawBlock":
            if content[0] == "html" and "<table" in content[1]:
                within = _of_pandoc(json.loads(pypandoc.convert_text(content[1], "json", format="html")))
                tables += within.tables or 0
                texts.append(f" {' '.join(within.numbers.elements())} ")
        elif kind == "Link":
            attributes = dict(content[0][2])
            queue.append([] if "reference-type" in attributes else content[1])
        else:
            tables += kind == "Table" and len(content[2]) > 1
            texts.append("\n" if kind in ("Para", "Plain", "Header") else "")
            queue.append(content)
    return Count(tables, numbers_in("".join(texts)))


def by_calamine(path: Path) -> Count:
    """Return the numbers that calamine finds in a workbook, with all their digits, and the tables.

    A table is several rows below each other of several cells each.
    """
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    found: Counter[str] = Counter()
    tables = 0
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python()
        are_wide = "".join("01"[sum(cell != "" for cell in row) > 1] for row in rows)
        tables += sum(len(run) > 1 for run in are_wide.split("0"))
        for row in rows:
            found.update(
                f"{cell:.15g}" for cell in row if isinstance(cell, (int, float)) and not isinstance(cell, bool)
            )
    return Count(tables, found)


def by_pdfium(path: Path) -> Count:
    """Return the numbers that PDFium finds on the pages, and the tables that people have marked, if any."""
    import pypdfium2

    document = pypdfium2.PdfDocument(str(path))
    found = numbers_in("\n".join(page.get_textpage().get_text_range() for page in document))
    document.close()
    marked = path.with_name(f"{path.stem}-str.xml")  # as the ICDAR contest of 2013 has them
    return Count(marked.read_text(encoding="utf-8").count("<table ") if marked.is_file() else None, found)


def by_ixbrlparse(path: Path) -> Count:
    """Return the values of the facts that ixbrlparse finds, by their names, and the tables of several rows."""
    import ixbrlparse

    with path.open(encoding="utf-8") as stream:
        page = ixbrlparse.IXBRL(stream, raise_on_error=False)
    facts = page.numeric
    tables = sum(len(each.find_all("tr")) > 1 for each in page.soup.find_all("table"))
    return Count(tables, Counter(f"{each.name}={float(each.value):.6g}" for each in facts if each.value is not None))


# What the plugin counts


def of_text(document: Document) -> Count:
    """Return the tables and numbers that the plugin finds in a document; a cell that spans several counts once."""
    found: Counter[str] = Counter()
    for block in document.blocks:
        if block.kind != "code":
            found += numbers_in(block.text)
    for table in document.tables:
        for row in (*table.header_rows, *table.rows):
            for cell in row:
                found += Counter() if cell.spanned else numbers_in(cell.text)
    return Count(len(document.tables), found)


def of_cells(path: Path) -> Count:
    """Return the tables that the plugin finds in a workbook, and the numbers, with all their digits."""
    from tidebook.plugins.documents import excel

    found: Counter[str] = Counter()
    file = named_file(str(path), "a file")
    for sheet in excel._sheets_of(file):
        for cell in sheet._cells.values():
            if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool):
                found[excel.shown(cell.value, "", all_digits=True)] += 1
    return Count(len(read_document(file).tables), found)


def of_facts(document: Document) -> Count:
    """Return the tables and the values of the facts that the plugin finds, by their names."""
    from tidebook.plugins.documents.facts import facts_of

    names = (f"{each.of[0].rpartition(':')[2]}={float(each.value):.6g}" for each in facts_of(document.source))
    return Count(len(document.tables), Counter(names))


def compared(path: Path) -> tuple[Count, Count] | None:
    """Return what the plugin and another library find in a document, or None if no other library reads its form."""
    end = path.suffix.lower()
    if form := {".docx": "docx", ".tex": "latex", ".ipynb": "ipynb", ".qmd": "commonmark_x"}.get(end):
        return of_text(read_document(named_file(str(path), "a file"))), by_pandoc(path, form)
    if end == ".xlsx":
        return of_cells(path), by_calamine(path)
    if end == ".pdf":
        return of_text(read_document(named_file(str(path), "a file"))), by_pdfium(path)
    if end in (".html", ".htm"):
        return of_facts(read_document(named_file(str(path), "a file"))), by_ixbrlparse(path)
    return None


def print_counts(folder: Path) -> None:
    """Print what both find in the documents below a folder, those of each form together, and where they differ."""
    forms: dict[str, list[tuple[Count, Count]]] = {}
    for path in sorted(folder.rglob("*")):
        both = compared(path) if path.is_file() else None
        if both is None:
            continue
        forms.setdefault("html" if "htm" in path.suffix else path.suffix[1:].lower(), []).append(both)
        own, other = both
        for where, only in (("here", own.numbers - other.numbers), ("there", other.numbers - own.numbers)):
            if only:
                print(f"differs: {path.name}: {only.total()} only {where}: {' '.join(only)}")
        if other.tables not in (None, own.tables):
            print(f"differs: {path.name}: {own.tables} tables here, {other.tables} there")
    print("| form | documents | tables | others' | numbers | others' | only here | only there |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for form, found in forms.items():
        counted = [(own.tables, other.tables) for own, other in found if other.tables is not None]
        tables = [sum(each[side] or 0 for each in counted) for side in (0, 1)] if counted else ["", ""]
        owns = [own.numbers.total() for own, _ in found]
        others = [other.numbers.total() for _, other in found]
        here = sum((own.numbers - other.numbers).total() for own, other in found)
        there = sum((other.numbers - own.numbers).total() for own, other in found)
        cells = [form, len(found), *tables, sum(owns), sum(others), here, there]
        print(f"| {' | '.join(map(str, cells))} |")


# 100 pages of each form


def _lines(page: int) -> Iterator[str]:
    for line in range(LINES):
        number = page * LINES + line
        some, others = number * 37 % 9_000 + 100, number * 91 % 90_000 + 10_000
        yield f"In {1900 + number % 120} some {some:,} of {others:,} people moved."


def _rows(page: int) -> list[list[str]]:
    rows = [["Town", *(str(2_020 + column) for column in range(1, COLUMNS))]]
    for row in range(1, ROWS):
        rows.append([f"Town {row}", *(f"{page * 7 + row * column:,}" for column in range(1, COLUMNS))])
    return rows


def _saved(made: Any) -> bytes:
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def word() -> bytes:
    """Return a Word document of 100 pages."""
    import docx

    made = docx.Document()
    for page in range(PAGES):
        made.add_heading(f"Section {page}", 1)
        for line in _lines(page):
            made.add_paragraph(line)
        table = made.add_table(ROWS, COLUMNS)
        for cells, row in zip(table.rows, _rows(page), strict=True):
            for cell, text in zip(cells.cells, row, strict=True):
                cell.text = text
    return _saved(made)


def pdf() -> bytes:
    """Return a PDF of 100 pages with a ruled table on each."""
    pages = []
    for page in range(PAGES):
        lines = [Words(72, 710 - 14 * place, line) for place, line in enumerate(_lines(page))]
        pages.append([Words(72, 735, f"Section {page}", 15), *lines, *ruled(_rows(page), 72, 320)])
    return pdf_of(pages)


def excel() -> bytes:
    """Return a workbook of 100 sheets."""
    import openpyxl

    book = openpyxl.Workbook()
    for page in range(PAGES):
        sheet = book.create_sheet(f"Section {page}")
        for line in _lines(page):
            sheet.append([line])
        sheet.append([])
        for row in _rows(page):
            sheet.append([int(cell.replace(",", "")) if cell[0].isdigit() else cell for cell in row])
    return _saved(book)


def latex() -> bytes:
    """Return a text in LaTeX of 100 pages."""
    parts = []
    for page in range(PAGES):
        rows = "".join(f"{' & '.join(row)} \\\\\n" for row in _rows(page))
        table = f"\\begin{{tabular}}{{lrrrr}}\n{rows}\\end{{tabular}}"
        parts += [f"\\section{{Section {page}}}", *_lines(page), table]
    return "\n\n".join(parts).encode()


def markdown() -> str:
    """Return Markdown of 100 pages."""
    parts = []
    for page in range(PAGES):
        head, *rows = (f"| {' | '.join(row)} |" for row in _rows(page))
        parts += [f"# Section {page}", *_lines(page), "\n".join([head, "|---" * COLUMNS + "|", *rows])]
    return "\n\n".join(parts)


def notebook() -> bytes:
    """Return a notebook with a cell of Markdown for each of 100 pages."""
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": markdown()}]}).encode()


def facts() -> bytes:
    """Return a page whose numbers of tables are tagged, on 100 printed pages."""
    parts = ["<html><body><main>"]
    for page in range(PAGES):
        parts += [f"<h1>Section {page}</h1>", *(f"<p>{line}</p>" for line in _lines(page)), "<table>"]
        for row, cells in enumerate(_rows(page)):
            tagged = []
            for column, cell in enumerate(cells):
                keys = f'name="own:N{page}-{row}" contextRef="c{column}" unitRef="u" decimals="0" scale="0"'
                number = f"<ix:nonFraction {keys}>{cell}</ix:nonFraction>"
                tagged.append(f"<td>{number if row and column else cell}</td>")
            parts.append(f"<tr>{''.join(tagged)}</tr>")
        parts.append("</table>")
    return "".join(parts).encode()


MADE: dict[str, Callable[[], bytes]] = {
    "docx": word, "pdf": pdf, "xlsx": excel, "tex": latex, "ipynb": notebook,
    "qmd": lambda: markdown().encode(), "html": facts, "md": lambda: markdown().encode(),
}  # fmt: skip


def print_times() -> None:
    """Print processor seconds and peak memory of reading 100 pages of each form, the median of several processes."""
    print("| form | KiB | processor s | peak MiB | tables | numbers |")
    print("|---|---:|---:|---:|---:|---:|")
    for end, made in MADE.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"a.{end}"
            path.write_bytes(made())
            command = [sys.executable, "-m", "benchmarks.documents", "--read", str(path)]
            runs = [subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(REPEATS)]
            measured = sorted(json.loads(run.stdout) for run in runs)[REPEATS // 2]
            size = path.stat().st_size // 1_024
        print(f"| {end} | {size:,} | {measured[0]:.1f} | {measured[1]:,} | {measured[2]:,} | {measured[3]:,} |")


def read_one(path: Path) -> None:
    """Print processor seconds, the peak in MiB of the largest process, tables and numbers of a document."""
    file = RawFile(str(path), path.read_bytes())
    begin = sum(os.times()[:4])
    document = read_document(file)
    seconds = sum(os.times()[:4]) - begin
    found = of_text(document)
    # ru_maxrss of this process itself starts from what the parent had.
    own = int(Path("/proc/self/status").read_text(encoding="ascii").split("VmHWM:")[1].split()[0])
    peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1_024
    print(json.dumps([seconds, peak, found.tables, found.numbers.total()]))


def main(paths: list[str]) -> int:
    """Count the documents below a folder, then read 100 pages of each form."""
    print_counts(Path(*paths))
    print()
    print_times()
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "--read":
        read_one(Path(sys.argv[2]))
    else:
        sys.exit(main(sys.argv[1:]))
