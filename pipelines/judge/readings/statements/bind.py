"""A statement bound to the cells of a table by its words, as expressions over them.

Belongs here: which cells the words of a statement name, and how its operation combines them. No value is looked at:
several expressions are alternatives that the words leave open. Does not: what they evaluate to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise, product
from math import log10

from tidebook.pipelines.judge.readings.statements.lexicon import class_of, is_alike, label_words
from tidebook.pipelines.judge.readings.statements.mentions import (
    VERB_ENDINGS,
    Mention,
    mentions,
    places_of,
    unexplained,
    without_shorter,
)
from tidebook.pipelines.judge.readings.statements.periods import Period
from tidebook.pipelines.judge.readings.statements.sheet import Axis, Label, Sheet, SheetCell, is_money
from tidebook.pipelines.judge.readings.statements.statement import Statement
from tidebook.pipelines.judge.readings.statements.tokens import Token
from tidebook.pipelines.judge.text.prose import StatedNumber
from tidebook.pipelines.judge.text.words import without_prefix
from tidebook.pipelines.read.quantities.measures import named as measure_named

_HALF = 0.5
"""Half a unit of the last digit of a whole number."""
_NEAR = len(" from all of its ")
"""Maximum characters between what is counted and the row of which it is: a preposition."""
FEWEST_PEERS = 3
"""Rows among which a superlative says something, and whose sum is a whole."""


@dataclass(frozen=True)
class Bound:
    """What a statement's number must be, or a condition that must hold, as one expression of its cells.

    Attributes:
        is_condition: whether it is true or false, and no value.
        cells: those that it reads.
    """

    expression: str
    cells: tuple[SheetCell, ...]
    is_condition: bool = False


@dataclass
class Binding:
    """The expressions that a statement may mean in one table, or why there are none.

    Attributes:
        is_full: whether each label is named by all of its words.
    """

    alternatives: list[Bound] = field(default_factory=list)
    reason: str = ""
    is_full: bool = True


def bind(stated: Statement, sheet: Sheet) -> Binding:
    """Return what a statement may mean in a table."""
    try:
        return _Binder(stated, sheet).bind()
    except _SilentError as silent:
        return Binding(reason=str(silent))


def change_of(stated: Statement, new: str, old: str) -> str:
    """Return the change from an old to a new expression that a statement says: positive in its own direction."""
    if stated.operation == "multiple":
        return f"{new} / {old}"
    if stated.operation == "rate":
        forms = {1: f"{new} / {old} - 1", -1: f"1 - {new} / {old}", 0: f"abs({new} / {old} - 1)"}
    else:
        forms = {1: f"{new} - {old}", -1: f"{old} - {new}", 0: f"abs({new} - {old})"}
    return forms[stated.direction]


_SHARES = ("share", "proportion", "percentage")


def needs_label(stated: Statement, token: Token) -> bool:
    """Whether a word of a statement's subject must be explained, whatever the table is."""
    if token in (stated.verb, stated.counted) or token.start in stated.asides or token.is_word_of("idle"):
        return False
    if token.stem in _SHARES:
        return not (stated.operation == "points" or (stated.operation == "level" and stated.is_percent))
    return not stated.measures


class _SilentError(Exception):
    """Why words bind to nothing."""


def _words(tokens: Sequence[Token]) -> str:
    return " ".join(token.low for token in tokens[:4])


class _Binder:
    def __init__(self, stated: Statement, sheet: Sheet) -> None:
        self.stated, self.sheet, self.name = stated, sheet, sheet.name
        own = (*stated.subject, *stated.predicate)
        distinct = {token.start: token for token in own if token is not stated.counted}
        self.subject = list(distinct.values())
        self.rows, self.columns = self._mentioned(self.subject)
        self.counted: list[Mention] = []
        """Columns whose words say what is counted or done, where others say what the number is."""
        own_rows = [mention for mention in self.rows if not self._is_carried(mention)]
        if own_rows and len(own_rows) < len(self.rows):
            # `At Holm it fell to 40`: `it` is the measure of the sentence before, and no row.
            self.counted += [mention for mention in self.rows if mention not in own_rows]
            self.rows = own_rows
        said = [mention for mention in self.columns if mention.is_full and self._is_predicate(mention)]
        self._keep(said or [mention for mention in self.columns if not self._is_carried(mention)])
        if said and stated.operation == "share" and not self.rows:
            self._take_rows_of_whole()

    def _keep(self, columns: Sequence[Mention]) -> None:
        """Keep some of the named columns, if there are any."""
        if columns:
            self.counted += [mention for mention in self.columns if mention not in columns]
            self.columns = list(columns)

    def _is_carried(self, mention: Mention) -> bool:
        """Whether a mention is made by the sentence before or a verb of counting alone: `it teaches 90 pupils`."""
        others = {token.start for token in self.stated.before}
        if self.stated.verb is not None:
            others.add(self.stated.verb.start)
        return all(self.subject[place].start in others for place in mention.tokens)

    def _take_rows_of_whole(self) -> None:
        """Take the rows that the words behind `of` name: `7 percent of thefts were cleared`."""
        rows, _ = self._mentioned(self.stated.other)
        places = {token.start: place for place, token in enumerate(self.stated.other)}
        if len(rows) == 1 and len(rows[0].tokens) == len(places):
            offset = len(self.subject)
            self.subject += self.stated.other
            self.rows = [replace(rows[0], tokens=frozenset(offset + place for place in rows[0].tokens))]

    def _is_predicate(self, mention: Mention) -> bool:
        starts = {token.start for token in self.stated.predicate}
        return any(self.subject[place].start in starts for place in mention.tokens)

    def _mentioned(self, tokens: Sequence[Token]) -> tuple[list[Mention], list[Mention]]:
        places = places_of(tokens)
        rows = mentions(self.sheet, "row", tokens, places)
        columns = mentions(self.sheet, "column", tokens, places)
        columns = without_shorter(columns, rows)
        rows = without_shorter(rows, columns)
        # Beside another row, the words of a total say what is counted: `bicycle sales` over a row `Total sales`.
        parts = [mention for mention in rows if not mention.labels[0].is_total]
        return self._without_whole(parts or rows, tokens), columns

    def _without_whole(self, rows: list[Mention], tokens: Sequence[Token]) -> list[Mention]:
        """Return rows without the last one of the table, if that says what another one is of.

        So does `net sales` in `net sales from our modules segment`, over the rows Modules, Systems and Net sales.
        """
        if len(rows) != 2 or not all(mention.is_full for mention in rows):
            return rows
        whole, part = sorted(rows, key=lambda mention: min(mention.tokens))
        between = tokens[min(part.tokens)].start - tokens[max(whole.tokens)].end
        is_last = whole.labels[0].index == self.sheet.rows[-1].index
        return [part] if is_last and 0 < between <= _NEAR else rows

    def bind(self) -> Binding:
        self._check_words()
        self._check_periods()
        alternatives = self._alternatives()
        is_full = all(mention.is_full for mention in (*self.rows, *self.columns))
        # Only words of the caption lead to the total row: a guess.
        is_named = bool(self.rows or self.columns or (self.stated.is_together and self.stated.count))
        return Binding(alternatives, is_full=is_full and is_named)

    def _check_words(self) -> None:
        """Fall silent where a word of content, before or behind the number, is explained by nothing."""
        named = [*self.rows, *self.columns, *self.counted]
        if not self.subject:
            raise _SilentError("no subject")
        left = [token for token in unexplained(self.sheet, self.subject, named) if not self._is_idle(token)]
        if left:
            raise _SilentError(f"nothing explains {_words(left)}")
        if not named and not self.sheet.total_rows and not self.stated.count:
            raise _SilentError("no row is named")
        if self.stated.is_of_pronoun and not self.rows:
            raise _SilentError("what the pronoun stands for is open")
        if not self.rows and self.stated.before and self._mentioned(self.stated.before)[0]:
            raise _SilentError("it may be of the row that the sentence before is about")
        if self.columns and self._is_of_another_column():
            raise _SilentError("another column is named behind it")
        if self.stated.behind:
            own = {word for mention in named for label in mention.labels for word in label.words}
            rows, columns = self._mentioned(self.stated.behind)
            if left := unexplained(self.sheet, self.stated.behind, [*rows, *columns], own):
                raise _SilentError(f"nothing explains {_words(left)} behind it")
            others = [mention for mention in columns if mention.is_full and own.isdisjoint(mention.labels[0].words)]
            if self.columns and others:
                raise _SilentError("another column is named behind it")

    def _is_of_another_column(self) -> bool:
        """Whether the words right behind the number name a column that none of those before it does: `68 points`."""
        following = self.stated.following
        own = {label.index for mention in self.columns for label in mention.labels}
        named = max(self.subject[place].start for mention in self.columns for place in mention.tokens)
        if following and following[-1].start < min(named, self.stated.start):
            return False  # words behind the number before: `40 patients, and its nurses were 23`
        _, columns = self._mentioned(following)
        return any(mention.is_full and own.isdisjoint(each.index for each in mention.labels) for mention in columns)

    def _is_idle(self, token: Token) -> bool:
        """Whether an unexplained word changes nothing: that it was counted, a share in percent, `wind power` in TWh."""
        if needs_label(self.stated, token):
            return False
        if token is self.stated.verb:
            # Of money, `spent` and `earned` say what it is.
            return not (token.is_word_of("adding") or is_money(self.stated.unit))
        if token.start in self.stated.asides:
            is_timed = any(column.periods and not column.words for column in self.sheet.columns)
            named = self.columns or (self.rows if is_timed else [])
            return bool(named) and all(mention.is_full for mention in named)
        if self._has_own_measure and without_prefix(measure_named(token.low))[0] in self._measures:
            return True
        # `Wind power made 141 TWh`; but what Holm `burnt` of its waste is not all of it.
        is_verb = self.stated.start - token.end == 1 or token.low.endswith(VERB_ENDINGS)
        is_beside = not is_verb and any(0 < token.start - end <= 1 for end in self._ends_of_labels)
        return token.stem in _SHARES or (is_beside and self._has_own_measure)

    @property
    def _has_own_measure(self) -> bool:
        """Whether the numbers are in a measure that the table names, which no amount of something else would be."""
        return bool(self._measures) and self._measures <= {without_prefix(each)[0] for each in self.sheet.measures}

    @cached_property
    def _measures(self) -> set[str]:
        """What the numbers of the sentence are measured in, without prefixes."""
        return {without_prefix(measure)[0] for measure in self.stated.measures}

    @property
    def _ends_of_labels(self) -> list[int]:
        named = [*self.rows, *self.columns]
        return [self.subject[max(mention.tokens)].end for mention in named if mention.is_full]

    def _check_periods(self) -> None:
        stated, periods = self.stated, self.sheet.periods
        if not all(map(self.sheet.names_time, stated.times)):
            raise _SilentError("of a part of the year that the table does not name")
        if stated.period is None:
            return
        fitting = [period for period in periods if period.fits(stated.period)]
        if periods and not fitting:
            raise _SilentError(f"no period {stated.period.year} in the table")
        if not stated.period.part and fitting and self.sheet.months.issuperset(fitting):
            raise _SilentError("the table has months of that year")
        around = self.sheet.context_periods
        if not periods and not around and stated.names_period:
            raise _SilentError("the table names no period")
        if not periods and stated.names_period and around and not any(each.fits(stated.period) for each in around):
            raise _SilentError("the table is of another period")

    def _alternatives(self) -> list[Bound]:
        stated = self.stated
        if any(map(_is_of_twins, (*self.rows, *self.columns))):
            raise _SilentError("several rows or columns have one name")
        if (stated.is_together and not self._is_of_total) or self._is_listed():
            return [self._sum()]
        if stated.operation in ("difference", "rate difference", "multiple") and stated.other:
            return self._two_operands()
        if stated.operation == "multiple" and stated.number is not None and not (stated.base or stated.years_back):
            raise _SilentError("times what")
        if stated.operation in ("extreme", "rank"):
            return self._extremes()
        if len(self.rows) > 1 or len(self.columns) > 1:
            raise _SilentError("several rows are named")
        if stated.operation == "level":
            return self._levels()
        if stated.operation == "mean":
            return self._means()
        if stated.is_reason:
            if len(self.rows) != 1 or len(self.rows[0].labels) != 1:
                raise _SilentError("a reason that no row alone says")
            return self._printed_changes(has_levels=False)
        if stated.is_of_change:
            return self._changes()
        if stated.operation == "share":
            return self._shares()
        raise _SilentError(f"no cell says {stated.operation}")

    @property
    def _is_of_total(self) -> bool:
        """Whether a level in all is that of the total row, rather than a sum of rows that are named or counted."""
        if self.rows or self.columns[1:] or self.stated.count or self.stated.operation != "level":
            return False
        return bool(self.sheet.total_rows) or not self._names_all_rows

    # Cells

    @property
    def _row(self) -> Mention | None:
        return self.rows[0] if self.rows else None

    @property
    def _column(self) -> Mention | None:
        return self.columns[0] if self.columns else None

    @property
    def _latest(self) -> Period | None:
        return self.sheet.periods[-1] if self.sheet.periods else None

    def _choose(self, axis: Axis, mention: Mention | None) -> Sequence[Label]:
        """Return the labels of an axis: those named, else of periods, the only level, the total, or all columns."""
        if mention is not None:
            return mention.labels
        labels = self.sheet.labels(axis)
        timed = [label for label in labels if label.periods]
        if timed and len(timed) >= len(labels) / 2:
            return timed
        levels = [label for label in labels if label.kind == "level"] or labels
        if len(levels) == 1:
            return levels
        totals = [label for label in labels if label.is_total]
        if totals:
            return totals
        return labels if axis == "column" else []

    def _cells(
        self,
        row: Mention | None,
        column: Mention | None,
        period: Period | None,
        fits: Callable[[SheetCell], bool],
    ) -> list[SheetCell]:
        """Return the cells that a statement may mean: by named labels, else by the period, the unit or the total."""
        rows = _in_period(self._choose("row", row), period)
        columns = _in_period(self._choose("column", column), period)
        found = [self.sheet.cell(*pair) for pair in product(rows, columns)]
        cells = [cell for cell in found if cell is not None and fits(cell)]
        if column is None and not self.stated.is_percent:
            levels = [cell for cell in cells if cell.column.kind == "level"]
            return levels or cells
        return cells

    def _all_cells(self, row: Mention | None, column: Mention | None) -> list[SheetCell]:
        """Return the cells of named labels in all periods; of a column alone, in its rows of periods or totals."""
        rows: Sequence[Label] = row.labels if row else self.sheet.rows
        columns: Sequence[Label] = column.labels if column else self.sheet.columns
        if row is None:
            timed = [label for label in rows if label.periods]
            rows = timed or [label for label in rows if label.is_total]
        found = [self.sheet.cell(*pair) for pair in product(rows, columns)]
        return [cell for cell in found if cell is not None]

    def _has_unit(self, cell: SheetCell) -> bool:
        """Whether a cell may hold what the number states; a count is no amount of money."""
        stated = self.stated
        if stated.number is None:
            return True
        if cell.is_percent or stated.is_percent:
            return cell.is_percent == stated.is_percent
        if cell.scale > 1 and not _says_scale(stated.number, cell.scale):
            return False  # `18` beside a table in millions is a count of something else, or in millions, too
        is_amount = is_money(stated.unit) or (stated.is_beside_money and bool(_POWER.search(stated.number.text)))
        is_fitting = is_money(cell.unit) in (is_amount, is_money(stated.unit))
        return is_fitting and self._has_measure(cell)

    def _has_measure(self, cell: SheetCell) -> bool:
        """Whether a cell is in the measure of the number, where a label of the table names it: `Output (GWh)`."""
        if self.stated.number is None or not self.stated.number.measure:
            return True
        measure, _ = without_prefix(self.stated.number.measure)
        labels = (*self.sheet.rows, *self.sheet.columns)
        naming = [label for label in labels if without_prefix(label.measure)[0] == measure]
        return not naming or cell.row in naming or cell.column in naming

    # Operations

    def _levels(self) -> list[Bound]:
        stated = self.stated
        period = self._period_of_level()
        cells = []
        for cell in self._cells(self._row, self._column, period, self._has_unit):
            if not period and cell.period and self._is_compared_with(cell.period):
                continue
            is_asked = cell.is_level or self._column is not None or cell.row.kind == "change"
            if is_asked and cell.column.kind != "rank":
                cells.append(cell)
        if not cells:
            raise _SilentError("no cell of this unit")
        if stated.role == "new":  # what something rose to is more often the later one
            cells.sort(key=lambda cell: cell.period or Period(0), reverse=True)
        self._check_measure(cells)
        return [bound for cell in cells for bound in self._as_levels(cell)]

    def _period_of_level(self) -> Period | None:
        """Return the period that a level is of, None where the words leave it open."""
        stated, periods = self.stated, self.sheet.periods
        period = stated.period
        if not stated.names_period and period and self._latest and not self._latest.fits(period):
            period = None  # the sentence before looked back; this one need not
        if not periods and (stated.years_back or stated.role == "old"):
            raise _SilentError("the table names no period")
        if not stated.years_back:
            return period
        if stated.is_start_open and len(periods) > 2:
            raise _SilentError("no word says when it was so")
        start = period or self._latest
        assert start is not None
        earlier = _back_from(start, stated.years_back, periods)
        if earlier is None and stated.role == "old":
            earlier = _one_before(start, periods)
        if earlier is None:
            raise _SilentError("no earlier period in the table")
        return earlier

    def _is_compared_with(self, period: Period) -> bool:
        """Whether a period is the one that a level is compared with; what something rose to has one before it."""
        stated = self.stated
        if stated.role == "new" and len(self.sheet.periods) > 1 and period == self.sheet.periods[0]:
            return True
        return stated.base is not None and period.fits(stated.base)

    def _check_measure(self, cells: Iterable[SheetCell]) -> None:
        """Fall silent where no word says which of several measures is meant: each column has its own."""
        if self._column is not None:
            return
        rows = {cell.row.index for cell in cells}
        beside = [cell for row in rows for cell in self.sheet.cells_of_rows[row] if cell.is_level]
        measures = {frozenset(cell.column.words) for cell in beside}
        if len(measures) > 1 or (self.stated.verb and any(measures)):
            raise _SilentError("no word names the measure")

    def _as_levels(self, cell: SheetCell) -> list[Bound]:
        name = self.name(cell)
        bounds = [Bound(name, (cell,))]
        if cell.is_loss or any(token.is_word_of("losses") for token in self.subject):
            bounds.append(Bound(f"-{name}", (cell,)))
        return bounds

    def _means(self) -> list[Bound]:
        stated = self.stated
        if stated.base is None:
            return self._printed_means()
        cells = [cell for cell in self._cells(self._row, self._column, None, self._has_unit) if cell.is_level]
        found = []
        for line in _lines(cells).values():
            used = [cell for cell in line if _is_between(cell.period, stated.base, stated.period)]
            if len(used) > 1:
                terms = " + ".join(map(self.name, used))
                found.append(Bound(f"({terms}) / {len(used)}", tuple(used)))
        if not found:
            raise _SilentError("a mean of what")
        return found

    def _printed_means(self) -> list[Bound]:
        """Return the cells of a column of means: `Holm averaged 12,200` below the head `Average`."""
        columns = [column for column in self.sheet.columns if not class_of("means").isdisjoint(column.words)]
        if not columns or self.columns:
            raise _SilentError("a mean over what")
        self.columns = [Mention(tuple(columns), frozenset(), True)]
        return self._levels()

    def _is_listed(self) -> bool:
        """Whether rows or columns are named side by side, joined by `and`: the number is of all of them."""
        stated = self.stated
        if stated.operation not in ("level", "share") or stated.extreme:
            return False
        if (len(self.rows) > 1) == (len(self.columns) > 1):
            return False
        if not all(mention.is_full for mention in (*self.rows, *self.columns)):
            return False
        named = self.rows if len(self.rows) > 1 else self.columns
        tokens = [self.subject[place] for mention in named for place in mention.tokens]
        is_on_one_side = len({token.start < stated.start for token in tokens}) == 1
        return is_on_one_side and _are_joined(named, self.subject, stated.joints)

    def _sum(self) -> Bound:
        stated = self.stated
        if len(self.rows) > 1:
            axis: Axis = "row"
            named = self.rows
        elif len(self.columns) > 1:
            axis, named = "column", self.columns
        else:
            axis, named = "row", self._counted_rows()
        period = stated.period or self._latest
        cells = []
        for mention in named:
            row, column = (mention, self._column) if axis == "row" else (self._row, mention)
            found = self._cells(row, column, period, self._part_fits)
            if len(found) != 1:
                raise _SilentError("together: which cells is open")
            cells += found
        terms = " + ".join(map(self.name, cells))
        if stated.operation != "share":
            return Bound(terms, tuple(cells))
        whole = self._whole(cells[0], period)
        return Bound(f"({terms}) / {whole.expression}", (*cells, *whole.cells))

    def _part_fits(self, cell: SheetCell) -> bool:
        return cell.is_level and not cell.is_percent if self.stated.operation == "share" else self._has_unit(cell)

    @property
    def _names_all_rows(self) -> bool:
        """Whether the words name what every row is, as `the hospitals together` does below the head `Hospital`."""
        head = label_words(self.sheet.numbers.table.heads[0]) if not self.rows else ()
        return len(head) == 1 and any(is_alike(token.stem, head[0]) for token in self.subject)

    def _counted_rows(self) -> list[Mention]:
        """Return the rows that the words count: all but totals (`the four regions`), or those that share a word.

        `The five US airports` are the rows whose labels have `US`, if these are five.
        """
        parts = self.sheet.parts
        if self._names_all_rows and not self.stated.count:
            return [Mention((row,), frozenset(), True) for row in parts]
        if self.rows or not self.stated.count:
            raise _SilentError("together: fewer than two rows are named")
        counted = self.stated.counted
        if counted is not None:
            parts = [row for row in parts if re.search(rf"\b{re.escape(counted.text)}\b", row.text)]
        if len(parts) != self.stated.count:
            raise _SilentError("together: which rows are open")
        return [Mention((row,), frozenset(), True) for row in parts]

    def _two_operands(self) -> list[Bound]:
        """Return what one cell has more than another, or how many times it is the other."""
        stated = self.stated
        rows, columns = self._mentioned(stated.other)
        own = {word for mention in (*self.rows, *self.columns) for label in mention.labels for word in label.words}
        if left := unexplained(self.sheet, stated.other, [*rows, *columns], own):
            raise _SilentError(f"nothing explains {_words(left)}")
        if not rows and not columns:
            raise _SilentError("the second operand is not named")
        if max(map(len, (self.rows, self.columns, rows, columns))) > 1:
            raise _SilentError("several rows are named")
        if not all(mention.is_full for mention in (*rows, *columns)):
            raise _SilentError("the second operand is named in part")
        period = stated.period or self._latest
        first = self._cells(self._row, self._column, period, _is_amount)
        other_row = rows[0] if rows else self._row
        other_column = columns[0] if columns else self._column
        second = self._cells(other_row, other_column, period, _is_amount)
        found = [self._compared(one, other) for one, other in product(first, second) if _are_comparable(one, other)]
        if not found:
            raise _SilentError("no two cells to compare")
        return found

    def _compared(self, one: SheetCell, other: SheetCell) -> Bound:
        a, b = self.name(one), self.name(other)
        operation, falls = self.stated.operation, self.stated.direction < 0
        if operation == "difference":
            expression = f"{b} - {a}" if falls else f"{a} - {b}"
        elif operation == "multiple":
            expression = f"{a} / {b}"
        else:
            expression = f"1 - {a} / {b}" if falls else f"{a} / {b} - 1"
        return Bound(expression, (one, other))

    def _changes(self) -> list[Bound]:
        stated = self.stated
        is_of_percents = stated.operation == "points"

        def fits(cell: SheetCell) -> bool:
            either = stated.operation == "direction"
            return cell.is_level and (either or cell.is_percent == is_of_percents) and self._has_money(cell)

        found: list[Bound] = []
        cells = list(filter(fits, self._all_cells(self._row, self._column)))
        lines = [line for line in _lines(cells).values() if len({cell.period for cell in line}) > 1]
        self._check_measure(cell for line in lines for cell in line)
        for line in lines:
            by_period = {cell.period: cell for cell in line if cell.period is not None}
            for new, old in self._pairs(sorted(by_period)):
                found += self._changed(by_period[new], by_period[old])
        found += self._printed_changes(has_levels=bool(found))
        if not found:
            raise _SilentError("no two periods in the table")
        return found

    def _has_money(self, cell: SheetCell) -> bool:
        """Whether a change in an amount is of a cell with such a unit."""
        return self.stated.operation != "change" or self._has_unit(cell)

    def _changed(self, new: SheetCell, old: SheetCell) -> list[Bound]:
        a, b = self.name(new), self.name(old)
        cells = new, old
        found = [self._change(a, b, cells)]
        if new.is_loss:
            found.append(self._change(f"abs({a})", f"abs({b})", cells))
        return found

    def _change(self, a: str, b: str, cells: tuple[SheetCell, ...]) -> Bound:
        if self.stated.operation == "direction":
            sign = ">" if self.stated.direction > 0 else "<"
            return Bound(f"{a} {sign} {b}", cells, is_condition=True)
        return Bound(change_of(self.stated, a, b), cells)

    def _pairs(self, periods: Sequence[Period]) -> list[tuple[Period, Period]]:
        """Return the periods that a change may compare, the new one first; several where the words leave it open."""
        stated = self.stated
        if len(periods) < 2:
            return []
        if stated.base is not None:
            old = _found(stated.base, periods)
            new = _found(stated.period, periods) if stated.period else periods[-1]
            return [(new, old)] if old and new and new != old else []
        if stated.period is not None and (stated.names_period or not stated.years_back):
            new = _found(stated.period, periods)
            return self._bases_of(new, periods) if new else []
        if stated.years_back:
            new = _found(stated.period, periods) if stated.period else periods[-1]
            old = _back_from(new, stated.years_back, periods) if new else None
            return [(new, old)] if new and old else []
        return [pair for new in reversed(periods[1:]) for pair in self._bases_of(new, periods)]

    def _bases_of(self, new: Period, periods: Sequence[Period]) -> list[tuple[Period, Period]]:
        back = self.stated.years_back
        old = _back_from(new, back or 1, periods)
        place = periods.index(new)
        if old is None and not back and place:
            old = periods[place - 1]
        found = [(new, old)] if old else []
        # `rose 5 % in the third quarter` may be against the quarter before, too.
        before = periods[place - 1] if place else None
        is_alike = before is not None and len(before.part) == len(new.part)
        if not back and new.is_quarter_or_half and before and is_alike and before != old:
            found.append((new, before))
        return found

    def _printed_changes(self, *, has_levels: bool) -> list[Bound]:
        """Return the cells of a column of changes, which a table may print beside its levels."""
        stated = self.stated
        if stated.operation not in ("rate", "change") or (has_levels and stated.names_period):
            return []
        found = []
        for cell in filter(self._is_printed_change, self._all_cells(self._row, None)):
            if stated.base and cell.column.periods and not any(each.fits(stated.base) for each in cell.column.periods):
                continue
            row_periods = cell.row.periods
            if stated.period and row_periods and not any(each.fits(stated.period) for each in row_periods):
                continue
            own = cell.column.periods
            if stated.period and len(own) == 2 and not max(own).fits(stated.period):
                continue  # `2018 over 2017` is no change of 2019
            name = self.name(cell)
            forms = {1: name, -1: f"-{name}", 0: f"abs({name})"}
            found.append(Bound(forms[stated.direction], (cell,)))
        return found

    def _is_printed_change(self, cell: SheetCell) -> bool:
        is_change = "change" in (cell.column.kind, cell.row.kind)
        return is_change and cell.is_percent == (self.stated.operation == "rate")

    def _shares(self) -> list[Bound]:
        period = self.stated.period or self._latest
        is_of_other = self.stated.other and not (self.columns and self._is_predicate(self.columns[0]))
        found = [] if is_of_other else self._printed_shares(period)
        if found:
            return found
        cells = self._cells(self._row, self._column, period, _is_amount)
        self._check_measure(cells)
        for cell in cells:
            whole = self._whole(cell, period)
            found.append(Bound(f"{self.name(cell)} / {whole.expression}", (cell, *whole.cells)))
        if not found:
            raise _SilentError("a share of what")
        return found

    def _printed_shares(self, period: Period | None) -> list[Bound]:
        """Return the cells that print a share themselves, where a table has percentages."""
        cells = self._cells(self._row, self._column, period, lambda cell: cell.is_percent and cell.row.kind == "level")
        shares = [cell for cell in cells if cell.column.kind == "share" or "share" in cell.column.words]
        has_amounts = bool(self._cells(self._row, self._column, period, _is_amount))
        return [Bound(self.name(cell), (cell,)) for cell in (shares if has_amounts else cells)]

    def _whole(self, part: SheetCell, period: Period | None) -> Bound:
        """Return what a share is of: the amount named behind `of`, else the only total, else the sum of all rows."""
        stated, sheet = self.stated, self.sheet
        if stated.other:
            named = self._named_whole(part, period)
            if named is not None:
                return Bound(self.name(named), (named,))
        if part.row.is_total:
            raise _SilentError("a share of what")
        totals = sheet.total_rows
        if stated.other and len(totals) > 1:
            raise _SilentError("a share of which total")
        if len(totals) > 1:
            totals = [row for row in totals if not row.words]
            if len(totals) != 1:
                raise _SilentError("a share of which total")
        cells = [cell for row in totals if (cell := sheet.cell(row, part.column))]
        if len(cells) == 1:
            return Bound(self.name(cells[0]), tuple(cells))
        if not totals and not part.row.periods:
            cells = [cell for row in sheet.rows if (cell := sheet.cell(row, part.column))]
            if len(cells) >= FEWEST_PEERS and not sheet.table.suspects and not self._may_be_percentages(cells):
                return Bound(f"({' + '.join(map(self.name, cells))})", tuple(cells))
        raise _SilentError("a share of what")

    def _may_be_percentages(self, cells: Iterable[SheetCell]) -> bool:
        """Whether cells without a unit have fractions, which no count has."""
        numbers = (
            self.sheet.numbers_at[cell.row.index, cell.column.index] for cell in cells if not is_money(cell.unit)
        )
        return any(number.half < _HALF for number in numbers)

    def _named_whole(self, part: SheetCell, period: Period | None) -> SheetCell | None:
        """Return the cell that the words behind `of` name, None where they name only what the table is about."""
        sheet = self.sheet
        rows, columns = self._mentioned(self.stated.other)
        if left := unexplained(sheet, self.stated.other, [*rows, *columns]):
            raise _SilentError(f"a share of {_words(left)}")
        if rows:
            named = [sheet.cell(label, part.column) for mention in rows for label in mention.labels]
            cells = [cell for cell in named if cell is not None and cell is not part and not cell.is_percent]
            cells = [cell for cell in cells if cell.row.is_total] or cells
        elif columns and any(set(mention.labels[0].words) != set(part.column.words) for mention in columns):
            labels = [label for mention in columns for label in _in_period(mention.labels, period)]
            cells = [cell for label in labels if (cell := sheet.cell(part.row, label)) and cell is not part]
        else:
            return None
        if len(cells) != 1:
            raise _SilentError("a share of what")
        return cells[0]

    def _extremes(self) -> list[Bound]:
        """Return that a row is first or last among its peers, or at a place; by period where none is named."""
        if len(self.rows) != 1 or self.rows[0].labels[0].is_total or len(self.rows[0].labels) != 1:
            raise _SilentError("a superlative of which row")
        return [self._extreme(cell) for cell in self._ranked_cells(self.rows[0].labels[0])]

    def _extreme(self, cell: SheetCell) -> Bound:
        stated, sheet = self.stated, self.sheet
        peers = []
        for other in sheet.parts:
            beside = sheet.cell(other, cell.column)
            if beside and other.words and beside.unit == cell.unit and other.group == cell.row.group:
                peers.append(beside)
        if len(peers) < FEWEST_PEERS:
            raise _SilentError("a superlative among too few rows")
        name = self.name(cell)
        among = self._among(cell, peers)
        if stated.place:
            order = "" if stated.extreme == "largest" else "-"
            return Bound(f"rank({order}{name}, {order}{among}) == {stated.place}", tuple(peers), is_condition=True)
        best = "max" if stated.extreme == "largest" else "min"
        return Bound(f"{name} == {best}({among})", tuple(peers), is_condition=True)

    def _among(self, cell: SheetCell, peers: Sequence[SheetCell]) -> str:
        """Return the column of a row, or the cells of its group."""
        if len(peers) < len([row for row in self.sheet.parts if self.sheet.cell(row, cell.column)]):
            return ", ".join(map(self.name, peers))
        return self.sheet.name_of_column(cell.column)

    def _ranked_cells(self, row: Label) -> list[SheetCell]:
        """Return the cell of a row by which it is ranked, or one for each period where the words name none."""
        stated, sheet = self.stated, self.sheet
        cells = [cell for column in sheet.columns if (cell := sheet.cell(row, column))]
        if stated.is_of_rates:
            cells = [cell for cell in cells if cell.column.kind == "change" and cell.is_percent]
        elif self.columns:
            named = {label.index for mention in self.columns for label in mention.labels}
            cells = [cell for cell in cells if cell.column.index in named]
        else:
            cells = [cell for cell in cells if cell.is_level and not cell.is_percent]
            self._check_measure(cells)
        cells = [cell for cell in cells if cell.column.kind != "rank"]
        columns = _in_period([cell.column for cell in cells], stated.period)
        cells = [cell for cell in cells if cell.column in columns]
        if not cells or len({cell.period for cell in cells}) < len(cells):
            raise _SilentError("a superlative in which column")
        return cells


_POWER = re.compile(r"thousand|million|billion|trillion|\d\s?(?:k|m|mn|bn|tn)\b", re.IGNORECASE)


def _says_scale(number: StatedNumber, scale: float) -> bool:
    """Whether a number has a power of ten in words, or more groups of digits than its table leaves out."""
    groups = number.text.count(",")
    return bool(_POWER.search(number.text)) or groups > log10(scale) / 3


def _is_amount(cell: SheetCell) -> bool:
    return not cell.is_percent and cell.is_level


def _are_comparable(one: SheetCell, other: SheetCell) -> bool:
    """Whether two cells share a row or a column; what is in neither says nothing of one thing."""
    is_same = one.row.index == other.row.index and one.column.index == other.column.index
    return not is_same and (one.row.index == other.row.index or one.column.index == other.column.index)


def _is_of_twins(mention: Mention) -> bool:
    """Whether labels that nothing tells apart have the words of a mention: one may be meant, or all together."""
    names = [(label.group, label.periods) for label in mention.labels]
    return len(set(names)) < len(names)


def _in_period(labels: Sequence[Label], period: Period | None) -> Sequence[Label]:
    """Return the labels of one period, all where none names a period."""
    timed = [label for label in labels if label.periods]
    if not timed or period is None:
        return labels
    return [label for label in timed if len(label.periods) == 1 and label.periods[0].fits(period)]


def _lines(cells: Iterable[SheetCell]) -> dict[tuple[object, ...], list[SheetCell]]:
    """Return cells grouped by what they are of, apart from the period."""
    found: dict[tuple[object, ...], list[SheetCell]] = {}
    for cell in cells:
        row = cell.row.words if cell.row.periods else cell.row.index
        column = cell.column.words if cell.column.periods else cell.column.index
        found.setdefault((row, column, cell.row.group, cell.unit), []).append(cell)
    return found


def _is_between(period: Period | None, first: Period | None, last: Period | None) -> bool:
    if period is None or first is None or last is None:
        return True
    return first.year <= period.year <= last.year


def _found(period: Period | None, periods: Sequence[Period]) -> Period | None:
    if period is None:
        return None
    return next((each for each in reversed(periods) if each.fits(period)), None)


def _back_from(period: Period, years: int, periods: Sequence[Period]) -> Period | None:
    """Return the same part of the year some years before, where the table has it."""
    full = _found(period, periods)
    if full is None:
        return None
    earlier = full.years_back(years)
    same = [each for each in periods if each.year == earlier.year and each.fits(earlier)]
    return same[-1] if same else None


def _one_before(period: Period, periods: Sequence[Period]) -> Period | None:
    """Return the last period of the table before one."""
    earlier = [each for each in periods if each < period]
    return earlier[-1] if earlier else None


def _are_joined(named: Sequence[Mention], tokens: Sequence[Token], joints: Sequence[int]) -> bool:
    """Whether mentions follow each other with a comma or an `and` between, as in `Holm and Aster`."""
    places = sorted(place for mention in named for place in mention.tokens)
    if not places or places != list(range(places[0], places[-1] + 1)):
        return False
    for one, other in pairwise(named):
        last, first = tokens[max(one.tokens)], tokens[min(other.tokens)]
        if not any(last.start < joint < first.start for joint in joints):
            return False
    return True
