"""A text as a document: blocks, tables, and the place of every character."""

from __future__ import annotations

import time
from collections.abc import Iterator
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidebook.pipelines.commands import checking
from tidebook.pipelines.commands.checking import checked_text
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import Block, Cell, Document, Form, read_document
from tidebook.pipelines.read.text.quotation import Quotation
from tidebook.pipelines.read.text.quotes import Passage, QuoteFinder


def read(text: str, form: Form = "markdown") -> Document:
    return read_document(RawFile("article", text.encode()), form)


def texts(document: Document, kind: str = "paragraph") -> list[str]:
    return [block.text for block in document.blocks if block.kind == kind]


def cells(document: Document) -> Iterator[Cell]:
    for table in document.tables:
        for row in (*table.header_rows, *table.rows):
            yield from row


def rows(document: Document, number: int = 1) -> list[list[str]]:
    return [[cell.text for cell in row] for row in document.tables[number - 1].rows]


def place_of(document: Document, words: str) -> str:
    """Return line:column of words in the first block that has them."""
    for block in document.blocks:
        if words in block.text:
            return str(document.place(block.offsets[block.text.index(words)]))
    raise AssertionError(words)


def test_marks_fall_away_and_every_character_keeps_its_place() -> None:
    document = read("# Sales\n\nThey *rose* by **5 %** to\n[&pound;12](http://x.y/99 '7'), `or` 3\\*4.\n")
    assert texts(document, "heading") == ["Sales"]
    assert texts(document) == ["They rose by 5 % to £12, or 3*4."]
    assert place_of(document, "rose") == "3:7"
    assert place_of(document, "5 %") == "3:18"
    assert place_of(document, "12") == "4:9"
    assert place_of(document, "or 3") == "4:34"
    assert place_of(document, "4.") == "4:41"


def test_the_same_number_in_a_target_and_behind_it_is_not_confused() -> None:
    document = read("See [5](http://x.y/7) and 7.")
    assert texts(document) == ["See 5 and 7."]
    assert place_of(document, "7") == "1:27"


def test_a_line_without_a_pipe_ends_a_table() -> None:
    document = read("Costs:\n| a | b |\n|---|---|\n| x | 1 |\nThe text goes on with 2.\n")
    assert rows(document) == [["x", "1"]]
    assert texts(document) == ["Costs:", "The text goes on with 2."]
    assert place_of(document, "2") == "5:23"
    assert document.tables[0].lead == "Costs:"


def test_a_table_in_code_is_code() -> None:
    document = read("```\n| a | b |\n|---|---|\n| x | 1 |\nno pipe\n```\n")
    assert not document.tables
    assert texts(document, "code") == ["| a | b |\n|---|---|\n| x | 1 |\nno pipe\n"]


def test_an_escaped_pipe_and_an_empty_cell_stay_in_their_columns() -> None:
    document = read("| a \\| b | c |\n|--|--|\n| **1** |  |\n|   | 2 |\n")
    assert document.tables[0].heads == ["a | b", "c"]
    assert rows(document) == [["1", ""], ["", "2"]]
    first, second = document.tables[0].rows
    assert [str(first[0].place), str(second[1].place)] == ["3:5", "4:7"]


def test_sections_are_the_headings_above() -> None:
    document = read("# A\n\none\n\n## B\n\ntwo\n\n# C\n\nthree\n")
    sections = {block.text: block.section for block in document.blocks if block.kind == "paragraph"}
    assert sections == {"one": ("A",), "two": ("A", "B"), "three": ("C",)}


def test_notes_metadata_and_pictures_are_not_prose() -> None:
    document = read("---\ntitle: 5 things\n---\nSales rose.[^1] ![chart 9](a.png)\n\n[^1]: In 2019.\n")
    assert texts(document) == ["Sales rose.", "In 2019."]


def test_math_is_read_by_pandocs_rule_and_money_is_not() -> None:
    document = read("It is $21\\%$ of $2.1 \\times 10^{25}$, $\\pm 3$, and costs $5 or $6; a $5 fee, 20$.\n")
    assert texts(document) == ["It is 21% of 2.1 ×10^25, ±3, and costs $5 or $6; a $5 fee, 20$."]
    assert place_of(document, "21%") == "1:8"
    assert place_of(document, "3,") == "1:44"


def test_raised_digits_stay_and_marks_of_notes_fall_away() -> None:
    document = read("5 m<sup>2</sup> for $3 million<sup>a</sup>.\n")
    assert texts(document) == ["5 m² for $3 million."]


def test_lists_and_quotations_have_no_markers() -> None:
    document = read("1. one 5\n2. two\n   more\n\n> said 7\n> twice\n")
    assert texts(document, "item") == ["one 5", "two more"]
    assert texts(document, "quote") == ["said 7 twice"]


@pytest.mark.parametrize("caption", ["Table 2. Sales in millions", "Table: Sales", "Exhibit B: Sales"])
def test_a_caption_belongs_to_the_table_beside_it(caption: str) -> None:
    table = "| a | b |\n|--|--|\n| x | 1 |\n"
    above, below = read(f"{caption}\n\n{table}"), read(f"{table}\n{caption}\n")
    for document in (above, below):
        assert document.tables[0].caption == caption
        assert [block.table for block in document.blocks if block.kind == "caption"] == [1]


def test_rows_of_years_below_an_empty_head_are_heads() -> None:
    document = read("| | Years ended | |\n|--|--|--|\n| (in millions) | 2019 | 2018 |\n| Fees | 3 | 2 |\n")
    table = document.tables[0]
    assert len(table.header_rows) == 2
    assert table.heads == ["(in millions)", "Years ended / 2019", "2018"]
    assert rows(document) == [["Fees", "3", "2"]]


def test_a_first_row_of_numbers_is_not_a_head() -> None:
    document = read("| Year | Deals |\n|--|--|\n| 2019 | 2018 |\n| 2020 | 7 |\n")
    assert rows(document) == [["2019", "2018"], ["2020", "7"]]


def test_a_saved_page_is_its_article() -> None:
    page = """\
        <!DOCTYPE html><html><head><title>5</title><style>p > a {}</style></head><body>
        <nav>Home 7</nav><article><h1>Fees &amp; sales</h1>
        <p>They rose to &pound;1,<!-- 8 -->200<sup><a href="#n">1</a></sup> in
        <b>May</b>.<p hidden>9</p>%s
        <ul><li>one<li>two</ul><figure><table><caption>Fees</caption>
        <tr><th rowspan=2>Who<th colspan=2>Fee<tr><th>2019<th>2018<tr><td>A<td>3<td>2</table></figure>
        <script>if (a<b) "</p>6"</script></article><footer>10</footer></body></html>"""
    document = read(dedent(page) % ("<p>" + "and so on " * 30 + "</p>"), "html")
    assert texts(document, "heading") == ["Fees & sales"]
    assert texts(document)[0] == "They rose to £1,200 in May."
    assert len(texts(document)) == 2
    assert texts(document, "item") == ["one", "two"]
    assert document.tables[0].caption == "Fees"
    assert document.tables[0].heads == ["Who", "Fee / 2019", "Fee / 2018"]
    assert rows(document) == [["A", "3", "2"]]
    assert place_of(document, "200") == "3:36"


def test_spans_are_repeated() -> None:
    page = "<table><tr><th>a<th>b<th>c<tr><td rowspan=2>x<td>1<td>2<tr><td colspan=2>3</table>"
    document = read(page, "html")
    assert rows(document) == [["x", "1", "2"], ["x", "3", "3"]]
    assert [cell.spanned for cell in document.tables[0].rows[1]] == [True, False, True]


FILED = """\
<p>Sales by shop (in millions):</p>
<table>
<tr><td colspan=3></td><td colspan=9>Three Months Ended June 30,</td></tr>
<tr><td colspan=3>Shop</td><td colspan=3>2023</td><td colspan=3></td><td colspan=3>2022</td></tr>
<tr><td colspan=3>North</td><td>$</td><td>5,423</td><td></td><td colspan=3></td><td>$</td><td>5,510</td><td></td></tr>
<tr><td colspan=3>South</td><td colspan=2>(13</td><td>)</td><td colspan=3></td><td colspan=2>14</td><td></td></tr>
<tr><td colspan=3>Share</td><td colspan=2>42</td><td>%</td><td colspan=3></td><td colspan=2>41</td><td>%</td></tr>
</table>
"""


def test_a_number_that_a_page_spreads_over_cells_with_its_marks_is_one_cell() -> None:
    document = read(FILED, "html")
    assert document.tables[0].heads[1:] == ["Three Months Ended June 30, / 2023", "Three Months Ended June 30, / 2022"]
    assert rows(document) == [["North", "$5,423", "$5,510"], ["South", "(13)", "14"], ["Share", "42%", "41%"]]
    assert "".join(FILED[offset] for offset in document.tables[0].rows[0][1].offsets) == "$5,423"


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><th>a<th colspan=2>b<tr><td>x<td>£<td>£<tr><td>y<td>5<td>6</table>",
        "<table><tr><th>a<th>b<th>c<tr><td>x<td>5<td>%<tr><td>y<td>5<td>6</table>",
    ],
)
def test_columns_that_have_two_texts_in_a_row_stay_apart(page: str) -> None:
    assert read(page, "html").tables[0].width == 3


def test_words_above_numbers_are_heads_although_the_page_marks_none() -> None:
    page = (
        "<table><tr><td>Period<td>(a)<td>(b)<tr><td><td>Shares Bought1<td>Price 1, 2<tr><td>May 2023<td>1,516<td>63.20"
    )
    assert read(page + "</table>", "html").tables[0].heads == ["Period", "(a) / Shares Bought1", "(b) / Price 1, 2"]


def test_titles_above_the_heads_and_repeated_heads_are_not_rows_of_numbers() -> None:
    page = "<table><tr><td colspan=3>Purchases<tr><td>Quarters Ended June&nbsp;30,<td>2023<td>Inc/ (Dec)"
    page += "<tr><td rowspan=2>North<td rowspan=2>5<td rowspan=2>6<tr><tr><td>South<td>7<td>8</table>"
    table = read(page, "html").tables[0]
    assert table.heads[1:] == ["Purchases / 2023", "Purchases / Inc/ (Dec)"]
    assert table.labels == ["North", "South"]


def test_a_cell_of_nothing_but_the_mark_of_a_note_is_empty() -> None:
    page = "<table><tr><th>a<th>b<tr><td><sup><a href=#n>1</a></sup><p></p></td><td>5<tr><td>x<td>6</table>"
    assert rows(read(page, "html")) == [["", "5"], ["x", "6"]]


def test_a_table_for_layout_is_text() -> None:
    document = read("<table><tr><td>Only this 5</td></tr></table>", "html")
    assert not document.tables
    assert texts(document) == ["Only this 5"]
    assert not document.notes


def test_a_note_says_that_a_table_was_laid_out_row_by_row() -> None:
    row = "<table><tr><td>{}</td><td>{}</td><td>{}</td></tr></table>"
    page = "".join(row.format(*cells) for cells in [("", "2018", "2019"), ("Debtors", 104, 8), ("Total", 104, "")])
    (note,) = read(page, "html").notes
    assert "2 tables that are each a single row with several numbers: read as text, totals are not tried" in note


def test_html_within_markdown_is_read() -> None:
    document = read(
        "Text.\n\n<table>\n<tr><th>a</th><th>b</th></tr>\n<tr><td>x</td><td>1</td></tr>\n</table>\n\nMore.\n"
    )
    assert rows(document) == [["x", "1"]]
    assert str(document.tables[0].rows[0][1].place) == "5:19"
    assert texts(document) == ["Text.", "More."]


def test_plain_text_is_wrapped_or_one_paragraph_a_line() -> None:
    wrapped = read(
        "TITLE\n=====\n\nThis line is wrapped since it is a long one\nand goes on with 5.\n\n1. one\n2. two\n", "text"
    )
    assert texts(wrapped, "heading") == ["TITLE"]
    assert texts(wrapped) == ["This line is wrapped since it is a long one and goes on with 5."]
    assert texts(wrapped, "item") == ["one", "two"]
    assert place_of(wrapped, "5.") == "5:18"
    long = "A sentence that goes on. " * 6
    lines = read(f"A heading\n{long}\n{long}\n| a | b |\n|--|--|\n| x | 1 |\nBelow the table.\n", "text")
    assert texts(lines, "heading") == ["A heading"]
    assert texts(lines) == [long.strip(), long.strip(), "Below the table."]
    assert rows(lines) == [["x", "1"]]


def test_cells_between_tabs_are_a_table() -> None:
    document = read("Who\tFee\nA\t3\nB\t2\n", "text")
    assert document.tables[0].heads == ["Who", "Fee"]
    assert rows(document) == [["A", "3"], ["B", "2"]]
    assert str(document.tables[0].rows[1][1].place) == "3:3"


STRAIGHT = """\
Power by source, in GWh

Source         2023    2024
-------------------------------
Renewable:
  Hydro      17,910  18,655
  Wind       10,480  12,310
Coal                  8,125

The dam was built in 1970.  It holds 4,000 tonnes.
Two blanks behind a full stop  make no table of 2 lines.
"""


def test_a_table_in_a_frame_of_plus_signs_is_a_table() -> None:
    line = "+-------+-------+\n"
    document = read(f"Harvest.\n\n{line}| Crop  | 2019  |\n{line}| Wheat | 4,121 |\n| Maize | 2,296 |\n{line}", "text")
    assert document.tables[0].heads == ["Crop", "2019"]
    assert rows(document) == [["Wheat", "4,121"], ["Maize", "2,296"]]
    assert texts(document) == ["Harvest."]


def test_signs_that_show_nothing_are_left_out() -> None:
    text = "# Mill\xadwork\n\nIt had spin\u200b\xaddles.\n\n| Spin\xaddles |\n|---|\n| 5 |\n"
    document = read(text)
    assert texts(document, "heading") == ["Millwork"]
    assert texts(document) == ["It had spindles."]
    assert document.tables[0].heads == ["Spindles"]
    assert place_of(document, "dles") == "3:14"


def test_rows_behind_the_heads_of_a_page_are_not_heads_without_tbody() -> None:
    page = "<table><thead><tr><th>a</th></tr></thead><tr><td>x</td><td>1</td></tr><tr><td>y</td><td>2</td></tr></table>"
    assert rows(read(page, "html")) == [["x", "1"], ["y", "2"]]


def test_columns_that_stand_straight_below_each_other_are_a_table() -> None:
    document = read(STRAIGHT, "text")
    assert document.tables[0].heads == ["Source", "2023", "2024"]
    assert rows(document) == [
        ["Renewable:", "", ""],
        ["Hydro", "17,910", "18,655"],
        ["Wind", "10,480", "12,310"],
        ["Coal", "", "8,125"],
    ]
    assert str(document.tables[0].rows[2][2].place) == "7:22"
    assert len(document.tables) == 1


def test_many_lines_that_are_not_an_aligned_table_are_read_at_once() -> None:
    lines = ["One stop.  Two blanks.", "Coal  12", "Wind  14  16  18"]
    start = time.process_time()
    document = read("\n".join(lines * 500), "text")
    assert time.process_time() - start < 2
    assert not document.tables


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_move_no_place(end: str, mark: str) -> None:
    document = read(mark + end.join(["# A", "", "one", "two 5", "", "| a | b |", "|--|--|", "| x | 1 |", "end 7", ""]))
    assert texts(document) == ["one two 5", "end 7"]
    assert place_of(document, "5") == "4:5"
    assert place_of(document, "7") == "9:5"
    assert str(document.tables[0].rows[0][1].place) == "8:7"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.md", "<p>x", "paragraph"),
        ("a.html", "# x", "paragraph"),
        ("a.txt", "# x\n\nyz", "heading"),
        ("standard input", "<!doctype html><p># x", "paragraph"),
        ("standard input", "## x", "heading"),
        ("standard input", "*x*", "paragraph"),
    ],
)
def test_the_form_follows_from_the_name_or_the_text(name: str, text: str, kind: str) -> None:
    assert read_document(RawFile(name, text.encode())).blocks[0].kind == kind


@pytest.mark.parametrize("data", [b"", b" \n", b"a\xff", b"a\x00b", b"PK\x03\x04"])
def test_what_is_not_a_text_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"article\.md"):
        read_document(RawFile("article.md", data))


SIGNS = [*"a5 \n*_`[](){}<>/|\\-#$&;!~^:\"'=", "sup", "<td>", "<table>", "&amp;", "|--|"]
MARKS = st.lists(st.sampled_from(SIGNS)).map("".join)


@given(MARKS, st.sampled_from(["markdown", "html", "text", "table"]))
def test_any_text_is_read_and_letters_stand_where_they_are_said_to(text: str, form: Form) -> None:
    document = read("x " + text, form)
    pieces: list[Block | Cell] = [*document.blocks, *cells(document)]
    for piece in pieces:
        if isinstance(piece, Block) and piece.kind == "table":
            continue
        assert len(piece.text) == len(piece.offsets)
        assert list(piece.offsets) == sorted(piece.offsets)
        for character, offset in zip(piece.text, piece.offsets, strict=True):
            # Raised digits and commands of math are others in print.
            if character in "a5":
                assert document.source[offset] in (character, "\\", "&")


def test_a_file_of_comma_separated_values_is_one_table_and_each_character_has_its_place() -> None:
    source = 'Name;Loaves;Note\r\n"Old ""town""";29,900;"two\nlines"\r\nHill;18,400;half " inch\r\n\r\n'
    document = read_document(RawFile("bread.csv", source.encode()))
    (table,) = document.tables
    assert table.heads == ["Name", "Loaves", "Note"]
    assert [[cell.text for cell in row] for row in table.rows] == [
        ['Old "town"', "29,900", "two\nlines"],
        ["Hill", "18,400", 'half " inch'],
    ]
    number = table.rows[1][1]
    assert (str(number.place), "".join(source[offset] for offset in number.offsets)) == ("4:6", "18,400")


@pytest.mark.parametrize("sign", ["<a ", "<table><tr><td>", "1. ", "> ", "x ", "word\n"])
@pytest.mark.parametrize("form", ["markdown", "text"])
def test_a_paragraph_of_tens_of_thousands_of_characters_is_left_out_with_a_note(sign: str, form: Form) -> None:
    """Readers of Markdown take time with its square: 100 kB of an unclosed sign took more than ten seconds."""
    long = (sign * (100_000 // len(sign))).rstrip()
    source = f"A first line.\n\n{long}\n\nA last line.\n"
    document = read_document(RawFile("a.md", source.encode()), form)
    assert [block.text for block in document.blocks] == ["A first line.", "A last line."]
    last = document.blocks[1]
    assert document.source[last.offsets[0] : last.offsets[-1] + 1] == "A last line."
    assert document.notes == [
        f'a.md:3: found "a paragraph of {len(long):,} characters", expected paragraphs of at most 30,000 characters,'
        " with blank lines between them; it is not read"
    ]


def test_a_form_feed_is_a_blank() -> None:
    first, second = "The first page of a text that was a PDF ends", "here, and the second one begins."
    document = read_document(RawFile("a.txt", f"{first}\n\f{second}\n".encode()))
    assert [block.text for block in document.blocks] == [f"{first} {second}"]
    assert document.place(document.blocks[0].offsets[-1]) == (2, len(second) + 1)


def test_a_paragraph_of_a_page_that_is_too_long_is_left_out_with_a_note() -> None:
    long = "Sales rose again. " * 2_000
    document = read_document(RawFile("a.html", f"<p>One.</p>\n<p>{long}</p><p>Two.</p>".encode()))
    assert [block.text for block in document.blocks if block.is_prose] == ["One.", "Two."]
    (note,) = document.notes
    assert note.startswith('a.html:2: found "a paragraph of ')
    assert "expected paragraphs of at most 30,000 characters" in note


def test_long_tables_lists_code_and_pictures_are_not_long_paragraphs() -> None:
    rows = "| a | b |\n|---|---|\n" + "| some cell | another cell |\n" * 2_000
    items = "- an item of a list of references\n" * 2_000
    code = "```\n" + "x = 1  # a line of code\n" * 2_000 + "```\n"
    picture = f"![p](data:image/png;base64,{'A' * 100_000})\n"
    document = read_document(RawFile("a.md", f"Text.\n\n{rows}\n{items}\n{code}\n{picture}".encode()), "markdown")
    assert len(document.tables[0].rows) == 2_000


@pytest.mark.parametrize("form", ["markdown", "html", "text"])
def test_numbers_beyond_those_of_a_book_are_left_out_with_a_note(form: Form) -> None:
    paragraphs = "".join(f"<p>{'7 ' * 2_500}</p>\n\n" for _ in range(6))
    source = paragraphs if form == "html" else paragraphs.replace("<p>", "").replace("</p>", "")
    document = read_document(RawFile("article", source.encode()), form)
    assert [block.is_prose for block in document.blocks] == [True] * 4 + [False] * 2
    assert document.notes == [
        'article:9: found "15,000 numbers", expected at most 10,000 numbers outside of tables; the prose from here on'
        " is not read"
    ]


def test_numbers_in_words_count_too() -> None:
    """Each of them takes as long to read as one in digits."""
    source = "\n\n".join(["Half of 3 shops had twice two thirds of several hundred."] * 2_000)
    (note,) = read_document(RawFile("a.md", source.encode())).notes
    assert "expected at most 10,000 numbers outside of tables" in note


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<table>" + "<tr><td rowspan=100 colspan=100>x" * 200, "at most 300,000 cells"),
        ("<table><tr>" + "<td>x" * 2_000 + "<tr><td>y" * 200, "at most 300,000 cells"),
    ],
)
def test_a_page_of_a_few_kilobytes_may_not_have_tables_of_a_million_cells(page: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        read_document(RawFile("a.html", page.encode()))


def test_an_element_that_nobody_closes_does_not_hide_what_stands_within() -> None:
    page = "<ul><li>5 shops" + "<b>" * 1_000 + "<p>7 cars</p></ul><p>9 boats</p>"
    blocks = read_document(RawFile("a.html", page.encode())).blocks
    assert [(block.kind, block.text) for block in blocks] == [
        ("item", "5 shops"),
        ("item", "7 cars"),
        ("paragraph", "9 boats"),
    ]


def test_a_text_that_an_editor_sends_is_refused_before_it_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tidebook.pipelines.read.text.document.MOST_CHARACTERS", 3)
    monkeypatch.setattr(checking, "RawFile", None)
    found = checked_text("a.md", [], "1234")
    assert "a text of at most 3 characters" in str(found.problems)


def test_what_is_near_is_looked_for_of_some_quotations_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them is compared with all of the text, so that thousands would take minutes."""
    monkeypatch.setattr("tidebook.pipelines.read.text.quotes.MOST_SOUGHT", 1)
    found = read_document(RawFile("a.md", b"The harbour shop sold fresh bread on Sunday."))
    gone = QuoteFinder(found).find_all([Quotation("the harbour shop sold stale bread")] * 2)
    assert [bool(each.near) for each in gone if isinstance(each, Passage)] == [True, False]


def test_a_page_without_an_element_for_its_text_drops_what_is_named_as_beside_it() -> None:
    page = """<html><body class="has-sidebar"><div class="menu"><p>Home</p></div><div id="cookie-banner">3 cookies</div>
    <div class="post"><p>Sales rose by <span class="share">12 %</span>.</p><div class="market-share">8 %</div></div>
    <div class="site-footer">Since 1999</div></body></html>"""
    found = read_document(RawFile("a.html", page.encode()))
    assert [block.text for block in found.blocks] == ["Sales rose by 12 %.", "8 %"]


def test_a_caption_below_or_above_its_table_in_a_figure_is_that_of_the_table() -> None:
    rows = "<table><tr><th>A</th><th>B</th></tr><tr><td>x</td><td>1</td></tr></table>"
    for figure in (f"{rows}<figcaption>What grew</figcaption>", f"<figcaption>What grew</figcaption>{rows}"):
        found = read_document(RawFile("a.html", f"<article><p>Text.</p><figure>{figure}</figure></article>".encode()))
        assert [table.caption for table in found.tables] == ["What grew"]


def quoted(text: str, words: str) -> Passage:
    """Return what a text has in place of a quotation."""
    (found,) = QuoteFinder(read(text)).find_all([Quotation(words)])
    assert isinstance(found, Passage)
    return found


def test_another_number_of_the_same_unit_stands_for_that_of_a_quotation() -> None:
    found = quoted("Sales fell by 5%. Costs rose by 4 percentage points, shops by 6.", "by 3 percentage points")
    assert (found.status, found.text) == ("changed", "by 4 percentage points")


def test_words_that_are_missing_are_placed_where_most_of_them_stand_not_where_their_sentence_begins() -> None:
    text = "The share that goes to staff fell from 61% to 58%,\nwhich is three points less than in the year before."
    found = quoted(text, "three points fewer than a year ago")
    assert (found.status, str(found.place)) == ("gone", "2:10")
    assert found.near.startswith("The share that goes")


@pytest.mark.parametrize(
    ("name", "data", "forms"),
    [
        ("paper.doc", b"\xd0\xcf\x11\xe0", ".docx or .pdf"),
        ("paper.ODT", b"PK\x03\x04", ".docx or .pdf"),
        ("paper.pages", b"PK\x03\x04", ".docx or .pdf"),
        ("paper.rtf", rb"{\rtf1 Sales rose by 12%.}", ".docx or .pdf"),
        ("sales.xls", b"\xd0\xcf\x11\xe0", ".xlsx or .csv"),
        ("talk.pptx", b"PK\x03\x04", ".pdf"),
    ],
)
def test_a_file_of_another_program_is_refused_with_the_form_to_save_it_in(name: str, data: bytes, forms: str) -> None:
    with pytest.raises(InputError) as refused:
        read_document(RawFile(name, data))
    assert str(refused.value) == f"{name}: expected a text: save it as {forms}"


def test_plain_text_is_read_whatever_its_name() -> None:
    assert texts(read_document(RawFile("notes.doc", b"Sales rose by 12%.\n"))) == ["Sales rose by 12%."]
