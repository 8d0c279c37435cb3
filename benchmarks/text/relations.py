"""Which numbers of a document follow from another place, so that a slip in them can be noticed.

Belongs here: sums, change and share columns of a table; copies, differences and rates in the prose. Does not: the
slips (`slips`), or the rules under test, with which it shares no code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import NamedTuple

from benchmarks.text.documents import Document, Where
from benchmarks.text.numbers import Number, cell_numbers, factors, heading, prose_numbers

FEWEST_ROWS = 3
"""Minimum rows that must agree before two columns count as the source of a third."""
OPPOSITES = {
    **{"increase": "decrease", "increased": "decreased", "increases": "decreases", "increasing": "decreasing"},
    **{"rose": "fell", "grew": "fell", "grown": "fallen", "risen": "fallen", "higher": "lower", "rise": "fall"},
    **{"up": "down", "growth": "decline", "improved": "declined", "improvement": "decline"},
}
"""Words of direction with their opposites, which a slip swaps; those of a rise come first."""
FALLS = {down: up for up, down in reversed(OPPOSITES.items())} | {"declined": "grew"}
_DIRECTION = re.compile(rf"(?i)\b(?:{'|'.join((*OPPOSITES, *FALLS))})\b")
_LABEL_WORD = re.compile(r"[a-z]{3,}")
_WITHOUT_CONTENT = "the and for from with that this our was were are year years ended total net other"
_NO_CONTENT = frozenset(_WITHOUT_CONTENT.split())
_LEVELS = re.compile(r"(?i)\bcompared (?:to|with)\b|\bversus\b|\bfrom\b.*\bto\b|\bagainst\b")
_TOTAL = re.compile(r"(?i)\btotals?\b|^$")


@dataclass(frozen=True)
class Spot:
    """A number that another place determines.

    Attributes:
        basis: "copy", "sum", "difference", "rate", "change column" or "share column".
        expected: Its size by the other places, as it would be printed.
        slack: By how much rounding, of its own print and theirs, lets it differ from that.
        by: The numbers that determine it.
        turn: Where the only word of direction of its sentence stands, if the others tell the direction too.
    """

    number: Number
    basis: str
    expected: float
    slack: float
    by: tuple[Number, ...]
    turn: tuple[int, int] | None = None

    def allows(self, size: float, half: float) -> bool:
        """Whether a printed size agrees with the other places."""
        return abs(size - self.expected) <= (self.slack - self.number.half + half) * 1.0001


def spots(document: Document) -> list[Spot]:
    """Return each number that another place determines, once, with the first relation that does."""
    cells = cell_numbers(document)
    found: dict[tuple[Where, int], Spot] = {}
    for relation in (_sums(document, cells), _columns(document, cells), _prose(document, cells)):
        for spot in relation:
            found.setdefault((spot.number.where, spot.number.start), spot)
    return [found[place] for place in sorted(found)]


# Within a table.


def _sums(document: Document, cells: dict[Where, Number]) -> Iterator[Spot]:
    """Yield the cells of rows that add up to another: in two columns, or in one below a label of a total."""
    open_rows: list[int] = []
    for total in range(len(document.rows)):
        if not any(where.row == total for where in cells):
            continue
        for count in range(len(open_rows), 1, -1):
            items = open_rows[-count:]
            columns = _columns_of_sum(document, cells, items, total)
            if columns:
                for column in columns:
                    yield from _sum_spots(cells, items, total, column)
                del open_rows[-count:]
                break
        open_rows.append(total)


def _columns_of_sum(document: Document, cells: dict[Where, Number], items: Sequence[int], total: int) -> list[int]:
    """Return the columns in which rows add up to another; none if they do not in one that has all of the numbers."""
    columns = []
    for column in range(1, len(document.rows[0])):
        parts = [cells.get(Where(row, column)) for row in items]
        whole = cells.get(Where(total, column))
        known = [part for part in parts if part is not None]
        if whole is None or len(known) < 2 or not whole.printed:
            continue
        slack = whole.half + sum(part.half for part in known)
        if abs(sum(part.signed for part in known) - whole.signed) <= slack * 1.0001:
            columns.append(column)
        elif len(known) == len(parts):
            return []
    is_total = _TOTAL.search(document.rows[total][0]) is not None
    digits = max((cells[Where(total, column)].significant for column in columns), default=0)
    return columns if len(columns) >= 2 - is_total and digits >= 3 else []


def _sum_spots(cells: dict[Where, Number], items: Sequence[int], total: int, column: int) -> Iterator[Spot]:
    members = [cells[Where(row, column)] for row in (*items, total) if Where(row, column) in cells]
    slack = sum(member.half for member in members)
    for member in members:
        yield Spot(member, "sum", member.printed, slack, tuple(each for each in members if each is not member))


def _columns(document: Document, cells: dict[Where, Number]) -> Iterator[Spot]:
    """Yield the cells of columns that hold the change of two others, or each row's share of another's total."""
    rows = sorted({where.row for where in cells})
    width = len(document.rows[0])
    for result in range(2, width):
        for new, old in permutations(range(1, width), 2):
            if result not in (new, old):
                yield from _change_column(cells, rows, new, old, result)
    for amount, share in combinations(range(1, width), 2):
        yield from _share_column(cells, rows, amount, share)


def _change_column(cells: dict[Where, Number], rows: Iterable[int], new: int, old: int, result: int) -> Iterator[Spot]:
    for is_rate in (False, True):
        kept = []
        failed = 0
        for row in rows:
            triple = [cells.get(Where(row, column)) for column in (new, old, result)]
            after, before, change = triple
            if after is None or before is None or change is None or not before.printed:
                continue
            expected, slack = _change(after, before, is_rate)
            if abs(abs(expected) - change.printed) <= (slack + change.half) * 1.0001:
                kept.append((after, before, change, expected, slack))
            else:
                failed += 1
        telling = {each[2].printed for each in kept if each[2].significant >= 2}
        if len(kept) < max(FEWEST_ROWS, 2 * failed) or len(telling) < FEWEST_ROWS - 1:
            continue
        for after, before, change, expected, slack in kept:
            if change.significant >= 2:
                yield Spot(change, "change column", abs(expected), slack + change.half, (after, before))


def _change(after: Number, before: Number, is_rate: bool) -> tuple[float, float]:
    """Return the difference or percentage change of two numbers, and what their rounding lets it differ by."""
    if not is_rate:
        return after.signed - before.signed, after.half + before.half
    rate = 100 * (after.signed - before.signed) / before.printed
    return rate, 100 * (after.half + before.half * abs(after.printed / before.printed)) / before.printed


def _share_column(cells: dict[Where, Number], rows: Iterable[int], amount: int, share: int) -> Iterator[Spot]:
    pairs = []
    for row in rows:
        part, percent = cells.get(Where(row, amount)), cells.get(Where(row, share))
        if part is not None and percent is not None:
            pairs.append((part, percent))
    wholes = [(part, percent) for part, percent in pairs if percent.printed == 100 and part.printed]
    if not wholes:
        return
    whole, _ = wholes[-1]
    kept = []
    for part, percent in pairs:
        expected = 100 * part.printed / whole.printed
        slack = 100 * part.half / whole.printed + percent.half
        if part is not whole and abs(expected - percent.printed) <= slack * 1.0001:
            kept.append(Spot(percent, "share column", expected, slack, (part, whole)))
    if len(kept) >= FEWEST_ROWS and 2 * len(kept) > len(pairs):
        yield from kept


# Between prose and table, and within a sentence.


class _InProse(NamedTuple):
    """A number with its sentence and the sentence's only word of direction."""

    number: Number
    sentence: str
    turn: re.Match[str] | None


def _prose(document: Document, cells: dict[Where, Number]) -> Iterator[Spot]:
    by_sentence: dict[tuple[int, int, int], list[Number]] = {}
    for number, span in prose_numbers(document):
        by_sentence.setdefault((number.where.row, *span), []).append(number)
    for (row, begin, end), numbers in by_sentence.items():
        text = document.paragraphs[row]
        turns = list(_DIRECTION.finditer(text, begin, end))
        turn = turns[0] if len(turns) == 1 else None
        yield from _stated_changes(text[begin:end], numbers, turn)
        for number in numbers:
            said = _InProse(number, text[begin:end], turn)
            copies = list(_copies(document, cells, said))
            yield from copies or _changes_of_rows(document, cells, said)


def _stated_changes(sentence: str, numbers: Sequence[Number], turn: re.Match[str] | None) -> Iterator[Spot]:
    """Yield two amounts and the difference or rate between them, where one pair of amounts alone explains it."""
    if not _LEVELS.search(sentence):
        return
    amounts = [each for each in numbers if each.unit != "percent" and each.significant >= 2]
    for result in numbers:
        found = []
        for first, second in combinations(amounts, 2):
            is_rate = result.unit == "percent"
            if result in (first, second) or first.unit != second.unit or (not is_rate and result.unit != first.unit):
                continue
            for after, before in ((first, second), (second, first)):
                spot = _stated_change(result, after, before, is_rate)
                if spot and (spot.expected or turn) and _fits(turn, after, before):
                    found.append(spot)
        if len(found) == 1 and result.significant >= 2:
            spot = found[0]
            yield (
                spot if turn is None else Spot(spot.number, spot.basis, spot.expected, spot.slack, spot.by, turn.span())
            )


def _stated_change(result: Number, after: Number, before: Number, is_rate: bool) -> Spot | None:
    low = before.printed * before.factor
    high = after.printed * after.factor
    halves = after.half * after.factor, before.half * before.factor
    if not low:
        return None
    if is_rate:
        expected = 100 * abs(high - low) / low
        slack = 100 * (halves[0] + halves[1] * high / low) / low
    else:
        expected, slack = abs(high - low) / result.factor, sum(halves) / result.factor
    spot = Spot(result, "rate" if is_rate else "difference", expected, slack + result.half, (after, before))
    return spot if expected > spot.slack and spot.allows(result.printed, result.half) else None


def _fits(turn: re.Match[str] | None, after: Number, before: Number) -> bool:
    """Whether a sentence's word of direction goes from one amount to the other."""
    if turn is None:
        return after.start > before.start  # either direction gives the same difference: count it once
    rises = turn[0].lower() in OPPOSITES
    return (after.printed * after.factor > before.printed * before.factor) == rises


def _copies(document: Document, cells: dict[Where, Number], said: _InProse) -> Iterator[Spot]:
    """Yield a number of the prose that one value of the table gives, in a row whose words its sentence has."""
    prose = said.number
    if prose.significant < (3 if prose.unit == "plain" else 2):
        return
    hits: list[tuple[Number, float]] = []
    for cell in cells.values():
        for factor in factors(document, cell, prose):
            ratio = factor / prose.factor
            slack = prose.half + cell.half * ratio
            is_as_fine = cell.half * ratio <= prose.half * 1.0001
            if is_as_fine and abs(cell.printed * ratio - prose.printed) <= slack * 1.0001:
                hits.append((cell, ratio))
                break
    named = [hit for hit in hits if _names_row(document, hit[0], said.sentence)]
    if not named or len({cell.printed for cell, _ in hits}) > 1:
        return
    cell, factor = named[0]
    slack = prose.half + cell.half * factor
    sources = tuple(each for each, _ in named)
    yield Spot(prose, "copy", cell.printed * factor, slack, sources)
    if len(hits) == 1:
        yield Spot(cell, "copy", prose.printed / factor, slack / factor, (prose,))


def _changes_of_rows(document: Document, cells: dict[Where, Number], said: _InProse) -> Iterator[Spot]:
    """Yield a difference or rate of the prose that two cells of one row give, in a row whose words its sentence has."""
    prose = said.number
    if prose.significant < 2 or prose.unit == "plain" or said.turn is None:
        return
    found: dict[tuple[float, float], Spot] = {}
    named = [cell for cell in cells.values() if _names_row(document, cell, said.sentence)]
    rises = said.turn[0].lower() in OPPOSITES
    for after, before in permutations(named, 2):
        if after.where.row != before.where.row or after.unit == "percent" or not _are_neighbours(cells, after, before):
            continue
        if not (before.printed and (after.signed > before.signed) == rises and _newer(document, after, before)):
            continue
        is_rate = prose.unit == "percent"
        for factor in (1.0,) if is_rate else factors(document, after, prose):
            expected, slack = (abs(part) * factor / prose.factor for part in _change(after, before, is_rate))
            spot = Spot(
                prose,
                "rate" if is_rate else "difference",
                expected,
                slack + prose.half,
                (after, before),
                said.turn.span() if after.negative == before.negative is False else None,
            )
            if expected > spot.slack and spot.allows(prose.printed, prose.half):
                found[after.printed, before.printed] = spot
    if len(found) == 1:
        yield from found.values()


def _are_neighbours(cells: dict[Where, Number], one: Number, other: Number) -> bool:
    """Whether no other number stands between two cells of a row."""
    first, last = sorted((one.where.column, other.where.column))
    return not any(Where(one.where.row, column) in cells for column in range(first + 1, last))


def _newer(document: Document, after: Number, before: Number) -> bool:
    """Whether the heads of two columns name two years in their order; True if they name none."""
    years = [re.findall(r"\b(?:19|20)\d\d\b", heading(document, each.where.column)) for each in (after, before)]
    return not (years[0] and years[1]) or max(years[0]) > max(years[1])


def _names_row(document: Document, cell: Number, sentence: str) -> bool:
    """Whether a sentence has at least half of the words of a row's label."""
    label = _stems(document.rows[cell.where.row][0])
    return bool(label) and 2 * len(label & _stems(sentence)) >= len(label)


def _stems(text: str) -> set[str]:
    """Return the words of a text that say something, cut to five letters."""
    return {word[:5] for word in _LABEL_WORD.findall(text.lower()) if word not in _NO_CONTENT}
