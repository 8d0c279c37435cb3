"""The worst text of each kind: as long as a megabyte, or as the budget of a text lets in.

Belongs here: texts of which each once took from ten seconds to hours, or a gigabyte. Does not: what they cost now
(`test_budget`).
"""

from __future__ import annotations

from collections.abc import Callable

MEGABYTE = 1_000_000
MEAN = "In 2020 there were 100 shops, 101 sales and 102 in total, 57% more than the mean of 100.\n\n"
SENTENCE = "Item 7 had 991 of all 7,919, 57% more than the 631 of 2019. "
LETTER = "a\n\n"


def _table(rows: int, columns: int, cell: Callable[[int, int], object]) -> str:
    """Return a table in Markdown whose cells are `cell(row, column)`, and a line before it."""
    lines = ["Text.", "", "|".join(["| Item", *(f"C{column}" for column in range(columns)), ""])]
    lines.append("|---" * (columns + 1) + "|")
    for row in range(rows):
        lines.append("|".join([f"| Item {row}", *(str(cell(row, column)) for column in range(columns)), ""]))
    return "\n".join([*lines, "", ""])


def _page_of_tables(rows: int, columns: int, count: int) -> str:
    """Return tables in HTML of any numbers."""
    tables = []
    for number in range(count):
        cells = [[f"<td>{some(row + number, column)}" for column in range(columns)] for row in range(rows)]
        tables.append("<table>" + "".join(f"<tr><td>Item {row}{''.join(each)}" for row, each in enumerate(cells)))
    return "".join(f"{table}</table>" for table in tables)


def _sentences(count: int) -> str:
    return "".join(f"Item {row} had {some(row, 3)} of all {some(row, 5)}, 57% more.\n\n" for row in range(count))


def some(row: int, column: int) -> int:
    """Return a number that looks like any."""
    return (row * 7_919 + column * 104_729) % 9_973


def _of(text: str, size: int = MEGABYTE) -> str:
    """Return a text over and over, up to a size."""
    return text * (size // len(text))


def _in_paragraphs(text: str, size: int = MEGABYTE) -> str:
    """Return a text over and over, in paragraphs as long as they may be."""
    return _of(_of(text, 29_000) + "\n\n", size)


TEXTS: dict[str, tuple[str, str]] = {
    "cells that span a hundred rows and columns": ("html", "<table>" + "<tr><td rowspan=100 colspan=100>5" * 8_000),
    "tags that nobody closes": ("html", "<p><b><i><a>x " * 18_000),
    "tables of small counts": ("md", _table(30, 6, lambda row, column: some(row, column) % 4) * 60),
    "wide tables": ("md", _table(250, 200, some)),
    "tables of percentages": ("md", _table(100, 20, lambda row, column: f"{some(row, column) % 100}%") * 12),
    "a table of equal rows": ("md", _table(900, 3, lambda row, column: ("50%", "50%", "100%")[row % 3]) * 5),
    "means of nine hundred rows": ("md", _table(900, 3, lambda row, column: 100 + column) + MEAN * 600),
    "numbers": ("md", "57 of 3,481 of 9,114 of 6,830 of\n\n" * 2_400),
    "a row of many columns": ("txt", "\t".join(["5"] * 5_000) + "\n" + "\t".join(["6"] * 5_000) + "\n"),
    "items": ("md", _of("- a\n", 170_000)),
    "items of a megabyte": ("md", _of("- a\n")),
    "items with numbers": ("md", _of("- 5 of 7 shops, up 3%\n")),
    "paragraphs of a letter": ("md", _of(LETTER, 130_000)),
    "headings": ("md", _of("# a\n\n", 180_000)),
    "addresses": ("md", _in_paragraphs("<http://a> ", 400_000)),
    "links": ("md", _in_paragraphs("[a](b) ", 400_000)),
    "emphasis": ("md", _in_paragraphs("*a* ", 300_000)),
    "brackets of pictures": ("md", _in_paragraphs("![", 130_000)),
    "sentences of a megabyte": ("md", _in_paragraphs("Sales of the shops in the north grew again last year. ")),
    "amounts of money": ("md", _in_paragraphs(SENTENCE)),
    "one paragraph": ("txt", _of("Sales rose again. ", 29_900)),
    "one paragraph of a megabyte": ("txt", _of("Sales rose again. ")),
    "one paragraph of a page": ("html", f"<p>{_of('Sales rose again. ')}</p>"),
    "a paragraph of numbers of a page": ("html", f"<p>{_of(SENTENCE, 120_000)}</p>"),
    "tables of a cell": ("md", _of("|a|\n|-|\n\n", 160_000)),
    "tables of one digit": ("md", _table(900, 9, lambda row, column: some(row, column) % 10) * 40),
    "a table of one digit": ("md", _table(300, 25, lambda row, column: some(row, column) % 10)),
    "tables of thirty rows": ("md", _table(30, 6, some) * 700),
    "a table of nine hundred rows beside sentences": ("md", _table(900, 19, some) + _sentences(600)),
    "many tables beside sentences": ("md", (_table(30, 6, some) + _sentences(20)) * 100),
    "tables of a page": ("html", _page_of_tables(30, 6, 300)),
    "a large table of a page": ("html", _page_of_tables(2_000, 30, 1)),
    "tables of a page beside sentences": (
        "html", _page_of_tables(30, 6, 150) + "".join(f"<p>{each}" for each in _sentences(2_000).split("\n\n")),
    ),
    "definitions of a page": ("html", "<dl>" + _of("<dt>a<dd>5 ", 660_000)),
    "items of a page": ("html", "<ul>" + _of("<li>a ")),
    "tags of a page without an end": ("html", _of("<a ", 300_000)),
    "an enumeration": ("md", _in_paragraphs("5, and 6, and ", 100_000)),
    "tags of a page": ("html", _of("<b>a</b> ")),
    "marks of notes of a page": ("html", _of('<p>a<sup><a href="#n1">1</a></sup>')),
    "entities of a page": ("html", _of("<p>&amp;&lt;5&nbsp;% ")),
    "code of six megabytes": ("md", "```\n" + _of("x = 5 % of 7 \n" + "y" * 900 + "\n", 6_000_000) + "```\n"),
    "a comment of six megabytes": ("html", f"<p>Sales.<!--{_of('5% of 7. ', 6_000_000)}-->"),
    "a picture of nine megabytes": ("md", f"![p](data:image/png;base64,{_of('A', 9_000_000)}) Sales rose."),
    "plain words of three megabytes": ("txt", _of(_of("Sales rose again. ", 10_000) + "\n\n", 3_000_000)),
    "columns by blanks": ("txt", _of("Item   5   6   7\n")),
    "columns by tabs": ("txt", _of("Item\t5\t6\t7\n")),
}  # fmt: skip
