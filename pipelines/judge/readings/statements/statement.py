"""A statement: what a number, or a word of change or order, says, in words; nothing of it has been looked up.

Belongs here: what a statement holds. Does not: how it is read (`parse`) or bound to cells (`bind`).
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Literal

from tidebook.pipelines.judge.readings.statements.periods import Period
from tidebook.pipelines.judge.readings.statements.tokens import Token
from tidebook.pipelines.judge.text.prose import StatedNumber

Operation = Literal[
    "level",
    "change",
    "rate",
    "points",
    "share",
    "multiple",
    "difference",
    "rate difference",
    "mean",
    "sum",
    "each",
    "direction",
    "extreme",
    "rank",
]


@dataclass
class Statement:
    """What a number or a wording says.

    Attributes:
        operation: how the number follows from its operands.
        rule: the wording by which it was read.
        start, end: its place in the text of its block.
        number: the stated number; None for a wording such as `doubled` or `the largest`.
        text: its words.
        subject: the words that name what it is of.
        other: those that name the second operand: behind `of`, `than`, `times`.
        following: the words right behind it, and within it, up to a number, a mark or a joining word; where there are
            none, those behind the number before.
        behind: words of content behind the number, which something must explain, too.
        predicate: those that the sentence says of what is counted: `vaccinated` in `900 children were vaccinated`.
        period, base: the period that it is of, and the one that it is compared with.
        names_period: whether its sentence names the period, and not only one before.
        years_back: how many years before its period the base, or the level, is.
        is_start_open: whether no word of its sentence says when the earlier end of a change was.
        direction: 1 for a rise or a surplus, -1 for a fall or a deficit, 0 where no word says.
        turn: the word of change that says so, where the clause of the number has it.
        role: `old` or `new` for the ends of a change.
        extreme: `largest` or `smallest`, where a superlative says so.
        is_of_rates: whether the superlative compares changes.
        place: the place in an order, from 1.
        factor: what `doubled` and the like multiply by; 0 for none.
        is_together: whether it is of several rows at once.
        joints: where the sentence has a comma or an `and`.
        is_of_pronoun: whether it is of `it`, `its` or `they`, or what it is of stands behind it, so that no total is
            meant where no row is named.
        is_reason: whether it is among the reasons for something else, so that only a printed change may be meant.
        count: how many rows `the four regions` are; 0 where no word says.
        counted: the capitalised word behind the count that tells which rows, as `US` in `the five US airports`.
        verb: the verb of counting right before the number, which a label may have: `Dwellings completed`.
        asides: where words stand that an earlier part of the sentence says of the subject.
        measures: what the numbers of the sentence are measured in.
        is_beside_money: whether another number of the sentence is an amount of money, which this one need not repeat.
        times: the months, days and seasons that the sentence names; `per`, `now` for the time of writing, `year` for
            one that is called by a single number, and `year to` the month in which one ends.
        before: the subject of the sentence before, which this one may continue; none where it speaks of all rows.
        refused: why it states nothing that can be looked up; "" if it can.
    """

    operation: Operation
    rule: str
    start: int
    end: int
    text: str
    number: StatedNumber | None = None
    subject: list[Token] = field(default_factory=list)
    other: list[Token] = field(default_factory=list)
    following: list[Token] = field(default_factory=list)
    behind: list[Token] = field(default_factory=list)
    predicate: list[Token] = field(default_factory=list)
    period: Period | None = None
    base: Period | None = None
    names_period: bool = False
    years_back: int | None = None
    is_start_open: bool = False
    direction: int = 0
    turn: Token | None = None
    role: Literal["", "old", "new"] = ""
    extreme: Literal["", "largest", "smallest"] = ""
    is_of_rates: bool = False
    place: int = 0
    factor: float = 0.0
    is_together: bool = False
    joints: tuple[int, ...] = ()
    is_of_pronoun: bool = False
    is_reason: bool = False
    count: int = 0
    counted: Token | None = None
    verb: Token | None = None
    asides: frozenset[int] = frozenset()
    measures: frozenset[str] = frozenset()
    is_beside_money: bool = False
    times: Set[str] = frozenset()
    before: Sequence[Token] = ()
    refused: str = ""

    @property
    def unit(self) -> str:
        """The unit of its number; a ratio for `doubled`, "" without either."""
        if self.number is not None:
            return self.number.unit
        return "ratio" if self.factor else ""

    @property
    def is_percent(self) -> bool:
        """Whether its number is a percentage."""
        return self.unit == "percent"

    @property
    def is_of_change(self) -> bool:
        """Whether it compares two periods."""
        return self.operation in ("rate", "change", "points", "multiple", "direction")
