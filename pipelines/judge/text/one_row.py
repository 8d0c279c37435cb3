"""Findings on sentences about a named row of a table: its level in a year, its change, the direction of that.

Belongs here: what the cells of the row say of the numbers of a sentence. Does not: which row is named (`rows`), several
rows (`several`), or what a sentence says about itself (`arithmetic`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from tidebook.pipelines.judge.text.arithmetic import Interval, change_of, misses, printed_like
from tidebook.pipelines.judge.text.columns import column_fits, is_of_year, periods, year_before, years_of
from tidebook.pipelines.judge.text.finding import Finding, finding, share_off
from tidebook.pipelines.judge.text.grid import Number, NumberTable
from tidebook.pipelines.judge.text.prose import SINCE, Sentence, StatedNumber
from tidebook.pipelines.judge.text.rows import Link, Row, RowChecks, Rows, fits
from tidebook.pipelines.judge.text.words import WORD, words

_LOSS = re.compile(
    r"\b(?:loss(?:es)?|benefit|deficit|used in|expenses?, net|\(?income\)?|provision)\b|\(", re.IGNORECASE
)
_UNIT_BEHIND = re.compile(r"\s*\((?=[^()]*[$€£¥%]|in\s)[^()]*\)")
"""A unit in parentheses behind a label, as in `Revenue ($m)`: it is not a sign of a loss."""


def judge_rows(rows: Rows, sentence: Sentence, agreeing: Sequence[StatedNumber] = ()) -> RowChecks:
    """Compare the numbers of a sentence with the rows that it names.

    Args:
        rows: the rows of all tables.
        sentence: the sentence.
        agreeing: its numbers that agree with each other: a change among them follows from the sentence itself.
    """
    links: list[Link] = []
    findings: list[Finding] = []
    is_plain = sentence.is_plain
    by_region: dict[int, list[StatedNumber]] = {}
    for stated in sentence.numbers:
        if stated.role and stated.is_plain and (stated.subject or stated.near):
            by_region.setdefault(stated.region, []).append(stated)
    for group in by_region.values():
        claim = _Claim(rows, sentence, group, agreeing)
        claim.judge()
        links += claim.links
        if is_plain:
            findings += claim.findings
    return RowChecks(links, findings)


Pair = tuple[Number, Number, Interval]
"""Two cells of a row, the newer first, and the change between them."""


class _Claim:
    """The numbers of one region of a sentence beside the row that its subject names."""

    def __init__(
        self, rows: Rows, sentence: Sentence, group: Sequence[StatedNumber], agreeing: Sequence[StatedNumber]
    ) -> None:
        self.rows = rows
        self.sentence = sentence
        self.group = group
        self.agreeing = agreeing
        self.links: list[Link] = []
        self.findings: list[Finding] = []
        self.years = sorted({year for _, year in sentence.years} or set(sentence.before), reverse=True)

    def judge(self) -> None:
        """Link the numbers with cells and changes of the rows that they name, and report those that these deny."""
        open_levels: list[tuple[StatedNumber, Row]] = []
        for stated in self.group:
            named, is_meant = self._named_by(stated)
            if not named:
                continue
            if stated.role in ("level", "old", "new"):
                row = self._level(stated, named)
                if row is not None and is_meant and not self._names_another(stated, named):
                    open_levels.append((stated, row))
            elif stated.role in ("difference", "rate"):
                self._change(stated, named, is_meant=is_meant)
        # One number may be wrong; of two without any that agrees, the row is likely to be another one.
        if len(open_levels) > 1 and not self.links:
            return
        for stated, row in open_levels:
            if not self._odd_level(stated, row):
                self._odd_beside(stated, row)

    def _named_by(self, stated: StatedNumber) -> tuple[list[Row], bool]:
        """Return the rows that a number's subject names, or else the words near a level, and whether they are meant.

        What agrees shows that the row is meant; what does not may be of a part of it, or of another period.
        """
        # A rate is in percent, whatever the row that it is the rate of is in.
        unit = "" if stated.role == "rate" else stated.unit
        named, is_meant = self.rows.named(stated.subject, unit), not stated.is_part
        if not named and stated.role == "level":
            named, is_meant = self.rows.named(stated.near, unit), is_meant and _is_owner(stated.subject)
        return named, is_meant and not any(_is_of_other_period(self.sentence, row.table) for row in named)

    def _names_another(self, stated: StatedNumber, named: Sequence[Row]) -> bool:
        """Whether the words beside a number name a row that its subject does not: `leaving a surplus of £80,000`."""
        beside = self.rows.mentioned(f"{stated.near} {stated.beside}") - self.rows.mentioned(stated.subject)
        return any(row.own <= beside and row not in named for row in self.rows.sharing(beside))

    # Levels

    def _level(self, stated: StatedNumber, named: Sequence[Row]) -> Row | None:
        """Link a level with its cell; return its row if no cell says so and only one row is named."""
        for row in named:
            cells = self._cells_of(stated, row, row.numbers)
            of_year = [each for each in cells if is_of_year(row.table, each.column, stated)]
            if of_year:
                if best := self._best(stated, row, of_year):
                    self.links.append(Link(self.sentence, stated, row, (best,), "cell"))
                return None
        return named[0] if len(named) == 1 else None

    def _best(self, stated: StatedNumber, row: Row, cells: Sequence[Number]) -> Number | None:
        """Return the cell of a row whose column fits a number best; None if the sentence states another column."""
        close, mentioned = self.rows.mentioned(stated.beside), self.rows.mentioned(self.sentence.text)
        columns = column_fits(row.table, self.sentence, stated, close, mentioned)
        kept = [cell for cell in cells if not columns[cell.column].is_other]
        return max(kept, key=lambda cell: columns[cell.column], default=None)

    def _cells_of(self, stated: StatedNumber, row: Row, numbers: Iterable[Number]) -> list[Number]:
        """Return the cells that print what a sentence says."""
        return [number for number in numbers if self.rows.prints(row, number, stated)]

    def _odd_level(self, stated: StatedNumber, row: Row) -> bool:
        """Report a level that its row denies in the year that stands with it; return whether it did."""
        if not stated.years:
            return False
        levels = [each for each in row.levels if fits(each, stated.unit)]
        own = self._cell_of_year(stated, row, levels)
        size = self.rows.size(row.table, own) if own else None
        if own is None or size is None:
            return False
        expected = printed_like(size[0], stated, is_rate=stated.unit == "percent")
        kind, why = "level", f"the table has {own.text} for {row.label}, {row.table.heads[own.column].text}"
        if elsewhere := self._cells_of(stated, row, levels):
            kind = "year"
            why += f"; {elsewhere[0].text} is that of {row.table.heads[elsewhere[0].column].text}"
        self._report(kind, stated, expected, why, (own,), share_off(size[0], stated.size))
        return True

    def _cell_of_year(self, stated: StatedNumber, row: Row, levels: Sequence[Number]) -> Number | None:
        """Return the only level of a row in the year of a number, if the sentence can mean no other column."""
        own = [each for each in levels if set(stated.years) & years_of(row.table, each.column)]
        if len(own) > 1:
            own = self._by_head(row, own)
        if len(own) != 1:
            return None
        are_of_years = all(years_of(row.table, each.column) for each in levels)
        return own[0] if are_of_years or self._is_measure_stated(row, own[0]) else None

    def _is_measure_stated(self, row: Row, cell: Number) -> bool:
        """Whether the head of a cell says what it counts beside its year, and the sentence, too."""
        own = words(row.table.heads[cell.column].text)
        return bool(own) and own <= self.rows.mentioned(self.sentence.text)

    def _by_head(self, row: Row, cells: Sequence[Number]) -> list[Number]:
        """Return the cells of one year whose column the sentence names beside it."""
        heads = {each.column: words(row.table.heads[each.column].text) for each in cells}
        common = frozenset.intersection(*heads.values())
        stated = words(self.sentence.text)
        return [each for each in cells if (own := heads[each.column] - common) and own <= stated]

    def _odd_beside(self, stated: StatedNumber, row: Row) -> None:
        """Report a level without a year that is in no cell of its row, where another number of the sentence is."""
        linked = [cell for link in self.links if link.row is row for cell in link.cells]
        if stated.years or not linked or self._cells_of(stated, row, row.numbers):
            return
        others = list(self._free_levels(stated, row, linked))
        if not others:
            return
        # What a slip explains comes before what is merely near.
        off, nearest_size, nearest = min(others, key=lambda each: (not misses(stated, each[1]), each[0]))
        if off > FARTHEST and not misses(stated, nearest_size):
            return
        expected = printed_like(nearest_size, stated, is_rate=stated.unit == "percent")
        why = f"no cell of {row.label} says so, which the numbers beside it are from; {nearest.text} is nearest"
        self._report("level", stated, expected, why, (nearest,), off)

    def _free_levels(
        self, stated: StatedNumber, row: Row, linked: Sequence[Number]
    ) -> Iterator[tuple[float, float, Number]]:
        """Yield how far a number is off each other level of a row, its size and its cell.

        A column of another measure than the linked cells is not evidence: of 37 plants and 840 MW.
        """
        alike = {_measure(row.table, cell.column) for cell in linked}
        for each in row.levels:
            is_free = fits(each, stated.unit) and each not in linked and _measure(row.table, each.column) in alike
            if is_free and (size := self.rows.size(row.table, each)):
                yield share_off(size[0], stated.size), size[0], each

    # Changes

    def _change(self, stated: StatedNumber, named: Sequence[Row], *, is_meant: bool) -> None:
        """Link a change with its cells; report it if nothing says so of the only row that is named."""
        is_rate = stated.role == "rate"
        if any(self._link_change(stated, row, is_rate=is_rate, is_meant=is_meant) for row in named):
            return
        is_open = is_meant and len(named) == 1 and not any(stated is each for each in self.agreeing)
        if is_open and not self._is_of_longer_label(stated, named[0]):
            self._odd_change(stated, named[0], is_rate=is_rate)

    def _link_change(self, stated: StatedNumber, row: Row, *, is_rate: bool, is_meant: bool) -> bool:
        """Link a change with the two cells of a row that it is between, or else the cell that prints it, if any."""
        for new, old, allowed in self._pairs(row, is_rate=is_rate):
            if allowed.allows(stated) and self._are_years_stated(row, new, old):
                self.links.append(Link(self.sentence, stated, row, (new, old), "change"))
                if is_meant:
                    self._direction(stated, row, new, old)
                return True
        cells = [each for each in self._cells_of(stated, row, _changes(row)) if self._is_change_stated(row, each)]
        if cells:
            self.links.append(Link(self.sentence, stated, row, tuple(cells[:1]), "cell"))
        return bool(cells)

    def _is_of_longer_label(self, stated: StatedNumber, row: Row) -> bool:
        """Whether a row whose label has all words of another and more says the same as the sentence."""
        longer = (other for other in self.rows.of(row.table) if row.own < other.own)
        return any(self._cells_of(stated, other, other.numbers) for other in longer)

    def _pairs(self, row: Row, *, is_rate: bool) -> Iterator[Pair]:
        """Yield the newer and the older of neighbouring cells of a row, or of cells a year apart, and their change."""
        levels = [each for each in row.levels if each.unit != "percent" or not is_rate]
        for new, old in _pairs_in_time(row.table, levels):
            allowed = self._change_between(row, new, old, is_rate=is_rate) if new.unit == old.unit else None
            if allowed is not None:
                yield new, old, allowed

    def _change_between(self, row: Row, new: Number, old: Number, *, is_rate: bool) -> Interval | None:
        """Return the change between two cells; None without one, or without the power of ten of a difference."""
        if is_rate:
            return change_of(abs(new.value), new.half, abs(old.value), old.half, is_rate=True)
        new_size, old_size = self.rows.size(row.table, new), self.rows.size(row.table, old)
        return change_of(*new_size, *old_size, is_rate=False) if new_size and old_size else None

    def _are_years_stated(self, row: Row, new: Number, old: Number) -> bool:
        """Whether the years of a sentence, if it states any, are those of two cells."""
        mine = years_of(row.table, new.column) | years_of(row.table, old.column)
        return not mine or not self.years or bool(mine & set(self.years))

    def _odd_change(self, stated: StatedNumber, row: Row, *, is_rate: bool) -> None:
        """Report a change that no neighbouring cells of its row have."""
        pairs = list(self._pairs(row, is_rate=is_rate))
        if not row.levels:
            self._odd_printed_change(stated, row)
        pair = self._stated_pair(row, pairs)
        if pair is None or not stated.is_plain or any(allowed.allows(stated) for _, _, allowed in pairs):
            return
        new, old, allowed = pair
        if not self._may_be_change(stated, new, old, is_rate=is_rate):
            return
        if not self._is_near_change(stated, row, pairs) and not self._states_new(row, new):
            return
        expected = printed_like(allowed.middle, stated, is_rate=is_rate)
        why = f"{row.label} went from {old.text} to {new.text} in the table, which is {expected}"
        self._report("change", stated, expected, why, (new, old), share_off(allowed.middle, stated.size))

    def _stated_pair(self, row: Row, pairs: Sequence[Pair]) -> Pair | None:
        """Return the cells whose years a sentence states, else the first or only pair; None if it states others."""
        for pair in pairs:
            if self._is_pair_of_years(row, *pair[:2]):
                return pair
        return pairs[0] if pairs and (len(pairs) == 1 or not self.years) else None

    def _may_be_change(self, stated: StatedNumber, new: Number, old: Number, *, is_rate: bool) -> bool:
        """Whether a number may be the change between two cells: by its unit, their signs and the words behind it."""
        text = self.sentence.block.text
        if SINCE.match(text, stated.end) or new.value * old.value <= 0 or not (is_rate or fits(new, stated.unit)):
            return False
        return _POINTS.match(text, stated.end) is None or new.unit in ("percent", "number")

    def _is_near_change(self, stated: StatedNumber, row: Row, pairs: Sequence[Pair]) -> bool:
        """Whether a number is a slip of a change of its row, or the printed change of another row of the table."""
        if any(_is_slip(stated, allowed) for _, _, allowed in pairs):
            return True
        return any(self._cells_of(stated, other, _changes(other)) for other in self.rows.of(row.table))

    def _states_new(self, row: Row, new: Number) -> bool:
        """Whether the newer of two cells is stated with their change: `rises by £1.9 million to £15.1 million`."""
        return any(stated.role == "new" and self.rows.prints(row, new, stated) for stated in self.group)

    def _odd_printed_change(self, stated: StatedNumber, row: Row) -> None:
        """Report a change that the only column of changes in its years prints otherwise."""
        cells = [each for each in _changes(row) if fits(each, stated.unit) and self._is_change_stated(row, each)]
        size = self.rows.size(row.table, cells[0]) if len(cells) == 1 else None
        if size is None or not self.years or self._cells_of(stated, row, row.numbers):
            return
        expected = printed_like(size[0], stated, is_rate=stated.unit == "percent")
        why = f"the table has {cells[0].text} for {row.label}, {row.table.heads[cells[0].column].text}"
        self._report("change", stated, expected, why, cells, share_off(size[0], stated.size))

    def _is_change_stated(self, row: Row, cell: Number) -> bool:
        """Whether a column of changes ends in the last year that a sentence states; yes if either states none."""
        mine = row.table.heads[cell.column].years
        return not mine or not self.years or max(mine) == self.years[0]

    def _is_pair_of_years(self, row: Row, new: Number, old: Number) -> bool:
        newer, older = years_of(row.table, new.column), years_of(row.table, old.column)
        if not newer or not older:
            return False
        if len(self.years) >= 2:
            return bool(newer & set(self.years)) and bool(older & set(self.years))
        return bool(newer & set(self.years))

    def _direction(self, stated: StatedNumber, row: Row, new: Number, old: Number) -> None:
        """Report a word of direction that the cells of its row deny."""
        turn = stated.turn_in(self.sentence.block.text)
        if turn is None or _LOSS.search(_UNIT_BEHIND.sub("", row.label)) or min(new.value, old.value) <= 0:
            return
        newer, older = years_of(row.table, new.column), years_of(row.table, old.column)
        if not newer or not older or newer == older:  # a budget and what came of it are of one year
            return
        apart = abs(new.value - old.value) > new.half + old.half
        if apart and (new.value > old.value) != (stated.direction > 0):
            word = "a rise" if new.value > old.value else "a fall"
            why = f"{row.label} went from {old.text} to {new.text} in the table, which is {word}"
            span = self.sentence.span(*turn)
            others = [new.span, old.span]
            found = finding(self.rows.document, "direction", "likely", span, self.sentence.text, word, why, others)
            self.findings.append(found)

    def _report(
        self, kind: str, stated: StatedNumber, expected: str, why: str, cells: Iterable[Number], off: float
    ) -> None:
        others = [cell.span for cell in cells]
        span = self.sentence.span_of(stated)
        quote = self.sentence.text
        found = finding(self.rows.document, kind, "likely", span, quote, expected, why, others, off)
        self.findings.append(found)


FARTHEST = 0.5
"""Maximum share by which a misprint is off; a larger difference is another number."""


def _is_slip(stated: StatedNumber, allowed: Interval) -> bool:
    """Whether a change may be meant as another: it is near, or misses it by a digit or a power of ten."""
    low, high = allowed.low - stated.slack, allowed.high + stated.slack
    is_scaled = low > 0 and any(low <= stated.size * factor <= high for factor in (10.0, 0.1, 1e3, 1e-3))
    return is_scaled or share_off(allowed.middle, stated.size) <= FARTHEST or bool(misses(stated, allowed.middle))


def _measure(table: NumberTable, column: int) -> frozenset[str]:
    """Return the words of a head that say what its column holds; that of a year needs none."""
    head = table.heads[column]
    return frozenset() if head.years else words(head.text)


_POINTS = re.compile(r"[\s-]*points?\b", re.IGNORECASE)
"""Words behind a number that is not money: it is the difference of two percentages, or of two scores."""


def _is_owner(subject: str) -> bool:
    """Whether a subject can be the publisher of the text: none, or only names. `A customer` has its own numbers."""
    common = [word for word in WORD.findall(subject) if word[0].islower() and words(word)]
    return not common


def _is_of_other_period(sentence: Sentence, table: NumberTable) -> bool:
    """Whether a sentence is about a quarter, half or month and the table has no such columns."""
    stated = periods(sentence.text)
    return bool(stated) and not stated <= periods(table.about)


def _changes(row: Row) -> list[Number]:
    """Return the numbers of a row in columns of changes."""
    return [each for each in row.numbers if row.table.heads[each.column].kind == "change"]


def _pairs_in_time(table: NumberTable, levels: Sequence[Number]) -> list[tuple[Number, Number]]:
    """Return the cells that are neighbours, and then those that are a year apart, the newer of each two first."""
    pairs = [_in_time(table, left, right) for left, right in pairwise(levels)]
    for new in levels:
        before = year_before(table, new.column)
        pairs += [(new, old) for old in levels if old.column == before and (new, old) not in pairs]
    return pairs


def _in_time(table: NumberTable, left: Number, right: Number) -> tuple[Number, Number]:
    """Return two neighbouring cells, the newer first; without years the left one counts as newer."""
    first, second = table.heads[left.column].years, table.heads[right.column].years
    if first and second and max(first) < max(second):
        return right, left
    return left, right
