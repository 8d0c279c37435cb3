"""What is read of the article's own text: its quotations, its numbers, and the cells of its tables.

A release holds these, so that it can be made again without the text, which may be another's.
"""

from tidebook.schemas.base import Table, column

QUOTE_STATUSES = ("found", "changed", "gone")
COVERAGES = ("checked", "figure", "set aside", "ignored", "unknown")


class TextQuotes(Table, order="key"):
    """Each quotation of the dossier, and what the article's text has in its place."""

    quote_id: str = column("Claim or figure that quotes it, as `claims/ID` or `figures/ID`; else `ignored/N`", key=True)
    quote: str = column("The quotation as the dossier has it")
    status: str = column(
        "found; changed: its words are there with another number; gone: they are not there", isin=QUOTE_STATUSES
    )
    words: str = column(
        "The words as they stand in the text, each number in full; null if they are gone", nullable=True
    )
    section: str = column("Headings above, joined with ` / `; null if there are none", nullable=True)
    locator: str = column(
        "File, line and column of the words; of a quotation that is gone, of the nearest ones; null if there are none",
        nullable=True,
    )
    near: str = column("The nearest words, if it is gone; null if there are none", nullable=True)


class TextNumbers(Table, order="key"):
    """Each number in the prose of the article's text, and what accounts for it."""

    line: int = column("Line in the text", key=True, ge=1)
    position: int = column("Column in that line, from 1", key=True, ge=1)
    section: str = column("Headings above, joined with ` / `; null if there are none", nullable=True)
    text: str = column("The number as printed")
    value: float = column("Value, in `unit`; null if it is not clear", nullable=True)
    unit: str = column("Unit of the value; null if it is not clear", nullable=True)
    coverage: str = column(
        "checked: a claim quotes it, or the text itself confirms it; figure: it is a figure that no claim quotes; set "
        "aside: a year, an ordinal or part of a name; ignored: the dossier says why; unknown: nothing accounts for it",
        isin=COVERAGES,
    )
    quote_id: str = column(
        "The quotation that it belongs to; null if there is none", nullable=True, refers="text_quotes.quote_id"
    )
    quote: str = column("The words that are quoted; null if there are none", nullable=True)


class TextCells(Table, order="key"):
    """Each cell of the tables in the article's text; row 0 has the heads."""

    table: int = column("Number of the table in the text, from 1", key=True, ge=1)
    row: int = column("Row, from 1; 0 for the heads, those of several rows joined with ` / `", key=True, ge=0)
    place: int = column("Place of the cell in its row, from 1", key=True, ge=1)
    caption: str = column("Caption of the table; null without one", nullable=True)
    section: str = column("Headings above the table, joined with ` / `; null if there are none", nullable=True)
    text: str = column("The cell as printed", nullable=True)
    line: int = column("Line in the text", ge=1)
    position: int = column("Column in that line, from 1", ge=1)
