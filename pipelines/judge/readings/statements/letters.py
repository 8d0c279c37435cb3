"""Numbers that a sentence of another text states in the same words, as readings: of a letter, a release, a report.

Belongs here: which sentence of a file says the same of the same thing. Does not: its tables (`bind`), or whether the
numbers agree (`judge.readings.engine`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tidebook.pipelines.judge.readings.reading import ONE_WORD, Reading
from tidebook.pipelines.judge.readings.request import MaskedSentence, MaskedText
from tidebook.pipelines.judge.readings.statements.sheet import is_money
from tidebook.pipelines.judge.readings.statements.statement import Statement

Stated = tuple[Statement, MaskedSentence]
READER, RULE = "built-in", "letter: same"
ENOUGH_WORDS = 2
"""Words of content that both sentences have; one alone may be of anything, so that a finding is a hint."""


class _Said(NamedTuple):
    """What a statement says, apart from its number."""

    operation: str
    direction: int
    role: str
    unit: str
    words: frozenset[str]


def index_of(stated: Statement, where: MaskedSentence) -> int:
    """Return which hidden number of its sentence a statement is of, 0 for none."""
    for index, hidden in enumerate(where.numbers, 1):
        if hidden.start < stated.end and stated.start < hidden.end:
            return index
    return 0


def readings_by_letters(found: Iterable[Stated], beside: Iterable[Stated], text: MaskedText) -> Iterator[Reading]:
    """Yield a reading of each number that exactly one number of the files states in the same words, of one period.

    Args:
        found: the statements of the article that no table binds, with their sentences.
        beside: those of the files.
        text: the article, with the files that it is held against.
    """
    stated_in: dict[_Said, list[Stated]] = {}
    for stated, where in beside:
        if said := _said(stated):
            stated_in.setdefault(said, []).append((stated, where))
    for stated, where in found:
        said, n = _said(stated), index_of(stated, where)
        if said is None or not n:
            continue
        others = [each for each in stated_in.get(said, ()) if _is_of_one_period(stated, each[0])]
        places = {(other.key, index_of(each, other)) for each, other in others}
        if len(places) == 1:
            key, place = places.pop()
            if place and len(text.others_by_key.get(key, ())) == 1:
                rule = RULE if len(said.words) >= ENOUGH_WORDS else ONE_WORD
                yield Reading(sentence=where.key, n=n, same=f'text("{key}", {place})', reader=READER, rule=rule)


def _said(stated: Statement) -> _Said | None:
    """Return what a number says in words that another sentence may have, too; None for nothing."""
    if stated.number is None or stated.refused:
        return None
    tokens = [*stated.subject, *stated.other, *stated.predicate, *stated.behind]
    words = frozenset(token.stem for token in tokens if not token.is_word_of("idle") and token is not stated.verb)
    if not words:
        return None
    unit = "money" if is_money(stated.unit) else stated.unit
    role = "old" if stated.role == "old" else ""  # `came to 40` is as much as `was 40`
    return _Said(stated.operation, stated.direction, role, unit, words)


def _is_of_one_period(one: Statement, other: Statement) -> bool:
    """Whether two statements are of one period: both name it, or neither does and the paragraphs are of no two."""
    if one.names_period != other.names_period:
        return False
    return one.period == other.period or (not one.names_period and None in (one.period, other.period))
