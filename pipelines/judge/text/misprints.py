"""Which cell a number of the prose misses by a slip: a digit, two that are swapped, or a power of ten.

Belongs here: numbers that copy no cell. Does not: those that do (`links`). Only what the words beside a number leave no
doubt about is more than a hint.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tidebook.pipelines.judge.text.arithmetic import misses
from tidebook.pipelines.judge.text.grid import Number, NumberTable
from tidebook.pipelines.judge.text.links import Candidate, CellMatch, Mentions, cell_matches, cells_reached
from tidebook.pipelines.judge.text.orders import SUPERLATIVES
from tidebook.pipelines.judge.text.prose import DIRECTIONS, Sentence, StatedNumber, has_other_scope
from tidebook.pipelines.judge.text.rows import DISTINCTIVE_DIGITS, LEAST_EXPLAINED, Row, Rows, fits
from tidebook.pipelines.judge.text.words import plain_label, words

FEWEST_DIGITS = 2
"""Minimum digits of a number beside which its column is named; others need `DISTINCTIVE_DIGITS` ones."""


class Misprint(NamedTuple):
    """A cell that a number misses, and by what."""

    row: Row
    cell: Number
    how: str


def near_miss(rows: Rows, stated: StatedNumber, tried: Sequence[Candidate]) -> Misprint | None:
    """Return the cell of a row that a sentence may quote which a number misses by a slip; None without one.

    Numbers of fewer than three digits are near too many.
    """
    if stated.digits < DISTINCTIVE_DIGITS or not stated.is_plain:
        return None
    for row, *_ in tried:
        for number in row.numbers:
            size = rows.size(row.table, number)
            if size and fits(number, stated.unit) and (how := misses(stated, size[0])):
                return Misprint(row, number, how)
    return None


def misprinted(rows: Rows, sentence: Sentence, stated: StatedNumber, mentioned: Mentions) -> Misprint | None:
    """Return the cell that a number misses by a slip, where its words name this row and column alone; None without one.

    A change, a share, a mean or a part copies no cell.
    """
    if not _may_copy(stated):
        return None
    within = list(cells_reached(stated, [each for each in mentioned.tried if each.is_whole]))
    named = list(cell_matches(rows, sentence, stated, mentioned, within)) if within else []
    beside = [each for each in named if _is_column_beside(sentence, stated, each)]
    return _missed_as_stated(rows, sentence, stated, named) or _only_miss(rows, stated, beside)


def _may_copy(stated: StatedNumber) -> bool:
    """Whether a number may copy a cell, and has digits enough to show which misprint it is."""
    is_level = stated.role in ("level", "old", "new", "") and not stated.is_part
    return is_level and stated.is_plain and bool(stated.slack) and _printed_digits(stated) >= FEWEST_DIGITS


def _missed_as_stated(
    rows: Rows, sentence: Sentence, stated: StatedNumber, named: Sequence[CellMatch]
) -> Misprint | None:
    """Return the cell that a number misses, if its column is stated and most words beside the number name its row."""
    if _printed_digits(stated) < DISTINCTIVE_DIGITS:
        return None
    lead = _words_beside(sentence, stated)
    in_stated_column = [each for each in named if each.is_stated]
    explained = [each for each in in_stated_column if _is_explained(rows, lead, each.row)]
    return _only_miss(rows, stated, explained) or _only_scale(rows, stated, in_stated_column)


def _words_beside(sentence: Sentence, stated: StatedNumber) -> frozenset[str]:
    """Return the words before a number and, where they belong to it, those behind."""
    text = sentence.block.text
    behind = _BEHIND.match(text, stated.end, sentence.end)
    return words(text[sentence.start : stated.start]) | (words(behind[1]) if behind else frozenset())


def _printed_digits(stated: StatedNumber) -> int:
    """Return how many digits of a number are printed, zeros at its end included."""
    # Twice the slack of rounding is one unit of the last digit.
    return len(str(round(stated.size / (2 * stated.slack))))


def _only_miss(rows: Rows, stated: StatedNumber, places: Sequence[CellMatch]) -> Misprint | None:
    """Return the only one of some cells, if a number misses it by a slip."""
    if len(places) != 1:
        return None
    row, cell = places[0].row, places[0].cell
    size = rows.size(row.table, cell)
    how = misses(stated, size[0]) if size and not _is_rounded(stated, size[0]) else ""
    return Misprint(row, cell, how) if how else None


def _is_rounded(stated: StatedNumber, size: float) -> bool:
    """Whether a number may be a size rounded to the digits before its last zeros: 4,000 of 4,100."""
    unit = 2 * stated.slack
    while stated.size and not round(stated.size / unit) % 10:
        unit *= 10
    return abs(stated.size - size) <= unit / 2


_SAYS_NOTHING = words(" ".join([*DIRECTIONS, *SUPERLATIVES, "remain remains reach reached"]))
"""Words before a number that do not name a row."""


def _is_explained(rows: Rows, lead: frozenset[str], row: Row) -> bool:
    """Whether a row, its table and the heads of that have most of the words beside a number, and these name the row."""
    known = row.own | row.around | rows.mentioned(" ".join(row.table.table.heads))
    meaningful = lead - _SAYS_NOTHING
    explained = sum(bool(rows.mentioned(word) & known) for word in meaningful)
    return row.own <= lead and explained >= LEAST_EXPLAINED * len(meaningful)


_MAGNITUDE = re.compile(r"\b(?:thousand|[mbt]r?illion)\b|\d\s?(?:k|m|mn|bn|tn)$", re.IGNORECASE)


def _only_scale(rows: Rows, stated: StatedNumber, places: Sequence[CellMatch]) -> Misprint | None:
    """Return the only cell that has the digits of a number but another magnitude, as $702 billion for millions."""
    if not _MAGNITUDE.search(stated.text):
        return None
    found = []
    for place in places:
        size = rows.size(place.row.table, place.cell) if _has_scale(place.row.table, place.cell) else None
        if size and any(
            abs(stated.size * factor - size[0]) <= stated.slack * factor for factor in (1e3, 1e-3, 1e6, 1e-6)
        ):
            found.append(place)
    return Misprint(found[0].row, found[0].cell, "a power of ten") if len(found) == 1 else None


def _has_scale(table: NumberTable, cell: Number) -> bool:
    """Whether a table declares the power of ten of a cell."""
    return table.scale is not None and cell.is_scaled


_BEFORE = re.compile(r"([A-Za-z]+)\s+(?:only\s+|just\s+|all\s+)?$")
_BEHIND = re.compile(r"\s+((?:(?!and\b|but\b|or\b)[A-Za-z]+\b\s*){1,2})")
_ENDS = re.compile(r"(?:\s+[a-z]+){0,2}\s*(?:[.,;:)]|\band\b|\bbut\b)")
_IN_PART = re.compile(
    r"\W*(?:by|in|at(?!\s+the\s+(?:other|bottom|top|foot)\b)|under|after|before|since|during|for|on|over|with|without"
    r"|until|last|this|between|against)\b[^,;:]*,",
    re.IGNORECASE,
)
"""Opens a sentence that is about a part of what its table counts: `At home, Town lost 5 games`."""
_GAMES = words("games matches times points")


def _is_column_beside(sentence: Sentence, stated: StatedNumber, place: CellMatch) -> bool:
    """Whether a clause begins with a row and has the head of a column right beside a number: `Town lost 15 games.`

    More words behind may be of a part: `lost 5 games at home`.
    """
    if not _is_of_all(sentence, stated):
        return False
    text = sentence.block.text
    own = words(plain_label(place.row.table.heads[place.cell.column].text))
    before, behind = _BEFORE.search(text, sentence.start, stated.start), _BEHIND.match(text, stated.end)
    # Of what is lost or won a table tells one kind: games, and no players.
    thing = words(behind[1].split()[0]) - own if behind else frozenset()
    if thing and not thing <= place.row.around and not thing <= _GAMES:
        return False
    beside = [words(stated.text), *(words(found[1]) for found in (before, behind) if found)]
    is_beside = bool(own) and any(own <= each for each in beside)
    return is_beside and _opens_clause(place.row.label, text[sentence.start : stated.start])


def _is_of_all(sentence: Sentence, stated: StatedNumber) -> bool:
    """Whether no word around a number makes it one of a part of what its table counts, or of another time."""
    text = sentence.block.text
    if stated.years or stated.ago or not _ENDS.match(text, stated.end, sentence.end):
        return False
    return not has_other_scope(sentence, stated) and not _IN_PART.match(text, sentence.start, stated.start)


def _opens_clause(label: str, lead: str) -> bool:
    """Whether the clause that leads to a number begins with a label and has a verb."""
    clause = (
        rf"(?:^|[,;:]\s+(?:(?:and|but|while)\s+)?)\W*(?:the\s+)?{re.escape(label)}(?![\w'’-])"
        # Behind `and` stands another subject, and the number is that of both.
        r"\s+(?!and\b)[a-z][^,;:()]*$"
    )
    return re.search(clause, lead, re.IGNORECASE) is not None
