"""PDF files: text in the order of reading, tables, and numbers that two readers confirm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.plugins.documents.made import TABLE, Words, cells, columned, pdf_of, read_bytes, ruled, run, texts
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.text.document import Document

TEXT = [
    Words(72, 720, "Towns", 20),
    Words(72, 690, "Growth", 15),
    Words(72, 660, "Two towns grew from 10 to 12 thousand people in the years that we look at, and ex-"),
    Words(72, 646, "perts say that this goes on, t(28) = 1.20, p = .024, for years to come."),
    Words(72, 620, "Others did not, and nobody knows why they did not grow as those two towns did it."),
]


def pdf(*pages: Any) -> Document:
    return read_bytes("a.pdf", pdf_of(pages))


def test_headings_and_paragraphs_are_read_with_words_across_lines_whole() -> None:
    document = pdf(TEXT)
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Towns"),
        ("heading", "Growth"),
        (
            "paragraph",
            "Two towns grew from 10 to 12 thousand people in the years that we look at, and experts say that this goes "
            "on, t(28) = 1.20, p = .024, for years to come.",
        ),
        ("paragraph", "Others did not, and nobody knows why they did not grow as those two towns did it."),
    ]
    assert document.blocks[-1].section == ("Towns", "Growth")
    assert document.where(document.place(document.blocks[-1].offsets[0]).line) == "page 1"


def test_columns_are_read_one_after_the_other() -> None:
    title = Words(72, 740, "A title that goes across both of the columns of the page, as titles of papers do")
    left = [Words(60, 700 - 14 * place, f"The left column says {place} things in this line,") for place in range(12)]
    right = [Words(330, 700 - 14 * place, f"the right one says {place} of them in this line,") for place in range(12)]
    found = " ".join(texts(pdf([title, *(each for pair in zip(left, right, strict=True) for each in pair)])))
    assert found.index("left column says 11") < found.index("right one says 0")
    assert found.startswith("A title")


@pytest.mark.parametrize("made", [ruled, columned])
def test_a_table_is_read_with_its_caption(made: Any) -> None:
    caption = Words(72, 600, "Table 1: Visitors of the towns of this land by year")
    document = pdf([*TEXT, caption, *made(TABLE, 72, 580)])
    assert cells(document) == TABLE
    assert len(document.tables[0].header_rows) == 1
    assert document.tables[0].caption == caption.text
    assert document.where(document.tables[0].rows[-1][2].place.line) == "page 1, table 1, row 6, column 3"


LONG = [["Town", "2022", "2023"], *([f"Town {place}", f"1,2{place}", f"1,3{place}"] for place in range(10, 20))]


@pytest.mark.parametrize("made", [ruled, columned])
@pytest.mark.parametrize(
    ("second", "above"),
    [(LONG[5:], []), ([LONG[0], *LONG[5:]], []), ([LONG[0], *LONG[5:]], [Words(72, 722, "Table 1, continued")])],
    ids=["columns", "heads", "said to go on"],
)
def test_a_table_that_goes_over_two_pages_is_one(made: Any, second: list[list[str]], above: list[Words]) -> None:
    document = pdf(
        [*TEXT, *made(LONG[:5], 72, 200)], [*above, *made(second, 72, 700), Words(72, 300, "Text behind it.")]
    )
    assert [cells(document, number + 1) for number in range(len(document.tables))] == [LONG]
    assert document.where(document.tables[0].rows[-1][2].place.line) == "page 2, table 1, row 11, column 3"
    assert texts(document)[-1] == "Text behind it."


@pytest.mark.parametrize("made", [ruled, columned])
@pytest.mark.parametrize(
    ("second", "x", "above"),
    [
        ([["Country", "2020", "2021"], *LONG[5:]], 72, []),
        ([["Town", "Men", "Women"], *LONG[5:]], 72, []),
        ([[*row, "5"] for row in LONG[5:]], 72, []),
        (LONG[5:], 90, []),
        (LONG[5:], 72, [Words(72, 722, "Table 2: Other towns")]),
    ],
    ids=["years", "heads", "another column", "another place", "text between them"],
)
def test_two_tables_on_two_pages_are_two(made: Any, second: list[list[str]], x: float, above: list[Words]) -> None:
    document = pdf([*TEXT, *made(LONG[:5], 72, 200)], [*above, *made(second, x, 700)])
    assert [len(cells(document, number)) for number in (1, 2)] == [5, len(second)]


def test_a_cell_over_two_columns_is_the_head_of_both() -> None:
    parts = [
        *ruled([["Town"]], 72, 600),
        "162 580 180 20 re S",
        Words(220, 586, "Visitors"),
        *ruled([["", "2022", "2023"], ["Lund", "1,204", "1,310"], ["Ystad", "873", "912"]], 72, 580),
    ]
    assert pdf([*TEXT, *parts]).tables[0].heads == ["Town", "Visitors / 2022", "Visitors / 2023"]


def test_a_row_that_numbers_the_columns_is_one_of_heads() -> None:
    table = pdf([*TEXT, *columned([["Town", "All", "Men"], ["1", "2=", "3"], *TABLE[1:]], 72, 580)]).tables[0]
    assert [len(table.header_rows), len(table.rows)] == [2, 5]


def test_a_frame_around_text_is_no_table() -> None:
    document = pdf([*TEXT, "60 610 500 70 re S"])
    assert not document.tables
    assert len(texts(document)) == 4


def test_a_raised_digit_is_not_one_of_the_number_before_it() -> None:
    found = texts(pdf([Words(72, 700, "A share of 78.5"), Words(148, 705, "1", 6.5), Words(155, 700, "% of it")]))
    assert found == ["A share of 78.5¹ % of it"]


def test_what_stands_at_the_edge_of_each_page_is_no_text() -> None:
    pages = []
    for number in range(1, 5):
        text = Words(72, 500, f"The text of page {number} says something else than the others, and more of it.")
        pages.append([Words(72, 765, f"Journal of Towns 12 ({number})"), text, Words(300, 30, str(number))])
    assert [each[:18] for each in texts(pdf(*pages))] == [f"The text of page {n}" for n in range(1, 5)]


def test_a_number_that_a_second_reader_has_otherwise_is_noted_and_not_judged(tmp_path: Path) -> None:
    said = "BT /F 11 Tf 72 600 Td (They differed, t\\(28\\) = 1.20, p = ) Tj "
    said += "/Span << /ActualText (.240) >> BDC (.024) Tj EMC ET"
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf_of([[said]]))
    found = run("read", path)
    assert "page 1: the number “024” is “.240” to a second reader: it is not judged" in found.output
    assert "0 findings" in found.output
    plain = tmp_path / "plain.pdf"
    plain.write_bytes(pdf_of([[said.replace("/Span << /ActualText (.240) >> BDC", "").replace("EMC", "")]]))
    assert "1 finding" in run("read", plain).output


def test_what_a_page_has_besides_its_text_is_named() -> None:
    turned = "BT /F 11 Tf 0 1 -1 0 72 300 Tm (2012) Tj ET"
    drawn = "0 0 m 9 9 l S " * 20_001
    document = pdf([Words(72, 700, "They differed by 5."), turned], [Words(72, 700, "No more of them."), drawn])
    assert texts(document) == ["They differed by 5.", "No more of them."]
    assert list(document.notes) == [
        "a.pdf: page 1 has 4 turned characters: they were not read",
        "a.pdf: page 2 has more than 20,000 drawn lines: no tables were looked for between them",
    ]


@pytest.mark.parametrize("kids", ["2 0 R", "5 0 R 2 0 R", "2 0 R 5 0 R"])
def test_pages_that_contain_themselves_end(kids: str) -> None:
    try:
        document = read_bytes("a.pdf", pdf_of([TEXT], kids=kids))
    except InputError as error:
        assert len(error.problems) == 1
    else:
        assert len(texts(document)) == 4
