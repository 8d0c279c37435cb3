"""What is read of the article's own text: quotations, numbers, cells of tables, and what contradicts itself.

A release holds these, so that it can be made again without the text, which may be another's.
"""

from tidebook.schemas.base import Table, column, share_column
from tidebook.schemas.vocabulary import SEVERITIES, TEXT_TIERS

QUOTE_STATUSES = ("found", "changed", "gone")
COVERAGES = ("checked", "figure", "seen", "set aside", "ignored", "unknown")


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
    near: str = column(
        "The nearest words, if it is gone; what would tell its places apart, if there are several; else null",
        nullable=True,
    )


class TextSentences(Table, order="key"):
    """The sentence around what a claim quotes or a prediction states, and whether it contradicts what is judged."""

    quote_id: str = column(
        "`claims/ID` or `predictions/ID`", key=True, str_matches=r"^(claims|predictions)/[a-z0-9_]+$"
    )
    locator: str = column("File, line and column of the words quoted")
    words: str = column(
        "The words of the sentence around the quotation, which is `…`; null if not the author's own",
        nullable=True,
    )
    digest: str = column(
        "SHA-256 of these words in small letters, in 16 hexadecimal digits", str_matches="[0-9a-f]{16}"
    )
    contradiction: str = column(
        "What it says against that by which the claim or prediction is judged: another year, another member of a "
        "list, a denial of the quotation; null if nothing",
        nullable=True,
    )


class TextLeftOut(Table):
    """What of the article's text was not read, or not checked, in the order of the text."""

    number: int = column("Place in this list, from 1", key=True, ge=1)
    words: str = column("What was left out, where, and why")


class TextNumbers(Table, version="1.1", order="key"):
    """Each number in the prose of the article's text, as far as that is checked, and what accounts for it."""

    line: int = column("Line in the text", key=True, ge=1)
    position: int = column("Column in that line, from 1", key=True, ge=1)
    section: str = column("Headings above, joined with ` / `; null if there are none", nullable=True)
    text: str = column("The number as printed")
    value: float = column("Value, in `unit`; null if it is not clear", nullable=True)
    unit: str = column("Unit of the value; null if it is not clear", nullable=True)
    coverage: str = column(
        "checked: a claim quotes it, or the text itself would contradict another number in its place; figure: it is a "
        "figure that no claim quotes; seen: a cell has it, and nothing says that it must; set aside: a year, an "
        "ordinal or part of a name; ignored: the dossier says why; unknown: nothing accounts for it",
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


class TextFindings(Table, version="1.1"):
    """What the article's text says against itself, the surest first, then what is farthest off."""

    finding_id: str = column(
        "Id by which it is accepted; it stays when lines move or the number changes",
        key=True,
        str_matches="[0-9a-f]{16}",
    )
    kind: str = column("Rule that found it, such as `change` or `total`")
    tier: str = column(
        "certain: the text states the arithmetic, and misses it, so that it contradicts itself; likely: a named row "
        "says otherwise",
        isin=TEXT_TIERS,
    )
    severity: str = column(
        "How far off it is: minor, below 1%; grave, by half of the larger value or more; else moderate", isin=SEVERITIES
    )
    off: float = share_column("Difference from what would be right, by the larger of both; 1 where there is none")
    line: int = column("Line of the number or words in the text", ge=1)
    position: int = column("Column in that line, from 1", ge=1)
    end_line: int = column("Line in which they end", ge=1)
    end_position: int = column("Column behind their last character", ge=1)
    printed: str = column("The number or words as printed")
    expected: str = column(
        "What would be right if the other places are; null where that is not one number", nullable=True
    )
    why: str = column("What follows from what, in a sentence")
    against: object = column("The places that say otherwise, as `LINE:COLUMN WORDS`", items="string")
    sources: object = column("Sources of what would be right, such as that of a formula", items="string")
    quote: str = column("The sentence or row; null in a dossier whose text is not the author's own", nullable=True)
    told_by: str = column(
        "Figure or claim whose finding reports the same error, as its id or `claims/ID`; null if there is none, "
        "which is what counts",
        nullable=True,
    )
    accepted: str = column("Why it is accepted; null if it is not", nullable=True)
