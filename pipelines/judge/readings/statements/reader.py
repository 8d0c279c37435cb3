"""The sentences of a text read into statements, each bound to the tables that its words name, as readings.

Belongs here: going through a text, and what is said of a number in the format of readings. Does not: single sentences
(`parse`) or tables (`bind`), or whether a number agrees (`judge.readings`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile, takewhile
from typing import NamedTuple

from tidebook.pipelines.judge.readings.hidden import AGES
from tidebook.pipelines.judge.readings.reading import LONGEST_EXPRESSION, MOST_ALTERNATIVES, Reading, short_readings
from tidebook.pipelines.judge.readings.request import MaskedSentence, MaskedText
from tidebook.pipelines.judge.readings.statements.bind import Binding, Bound, bind, needs_label
from tidebook.pipelines.judge.readings.statements.letters import index_of, readings_by_letters
from tidebook.pipelines.judge.readings.statements.parse import statements_of
from tidebook.pipelines.judge.readings.statements.periods import Period
from tidebook.pipelines.judge.readings.statements.sheet import Sheet, Sheets, sheets_of
from tidebook.pipelines.judge.readings.statements.statement import Statement
from tidebook.pipelines.judge.readings.statements.tokens import Token, Tokens
from tidebook.pipelines.judge.readings.statements.within import readings_within
from tidebook.pipelines.judge.text.prose import Sentence, prose_of

BUILT_IN = "built-in"
"""The name under which the readings of this reader are recorded."""


class Read(NamedTuple):
    """A statement of a sentence, with what it may mean in each table that its words name.

    Attributes:
        reason: why it is bound to nothing, "" if it is.
    """

    sentence: Sentence
    stated: Statement
    bindings: list[tuple[Sheet, Binding]]
    reason: str


class BuiltIn(NamedTuple):
    """What the built-in reader makes of a text.

    Attributes:
        readings: what numbers and wordings must be.
        silent: why a number has no reading, by its block and offset.
        tables: the tables that they were held against.
    """

    readings: list[Reading]
    silent: dict[tuple[int, int], str]
    tables: Sheets


def read_text(text: MaskedText, sentences: Sequence[Sentence]) -> BuiltIn:
    """Read a text.

    Args:
        text: the text, its numbers hidden.
        sentences: its sentences, with what their numbers measure.
    """
    places = {id(block): index for index, block in enumerate(text.document.blocks)}
    masked = {(id(each.block), each.start): each for each in text.sentences}
    readings: list[Reading] = []
    silent: dict[tuple[int, int], str] = {}
    tables = sheets_of_text(text)
    unbound: list[tuple[Statement, MaskedSentence]] = []
    for read in read_statements(sentences, tables):
        where = masked.get((id(read.sentence.block), read.sentence.start))
        found, why = ([], "") if where is None else _readings(read, where)
        readings += found
        if not found and where is not None and text.others:
            unbound.append((read.stated, where))
        if not found and read.stated.number is not None:
            silent[places[id(read.sentence.block)], read.stated.start] = why or read.reason
    joined = _joined([*readings, *readings_within(text.sentences)])
    known = {(each.sentence, each.n) for each in joined}
    by_letters = [
        each for each in readings_by_letters(unbound, _beside(text), text) if (each.sentence, each.n) not in known
    ]
    return BuiltIn([*joined, *by_letters], silent, tables)


def _beside(text: MaskedText) -> Iterator[tuple[Statement, MaskedSentence]]:
    """Yield the statements of the sentences of the files that a text is held against."""
    masked = {(id(each.block), each.start): each for each in text.others}
    for document in text.beside if masked else ():
        for read in read_statements(prose_of(document.blocks).sentences, Sheets(())):
            where = masked.get((id(read.sentence.block), read.sentence.start))
            if where is not None:
                yield read.stated, where


def _joined(readings: Iterable[Reading]) -> list[Reading]:
    """Return readings of which each number and wording has one: what its words may mean are alternatives."""
    found: dict[tuple[str, int, str], Reading] = {}
    for each in readings:
        about = each.sentence, each.n, each.words
        other = found.get(about)
        if other is None:
            found[about] = each
        elif each.holds and other.holds:
            either = f"{other.holds} or {each.holds}"
            if len(either) <= LONGEST_EXPRESSION:
                found[about] = each.model_copy(update={"holds": either})
        elif not each.holds and not other.holds:
            every = tuple(dict.fromkeys([*other.alternatives, *each.alternatives]))
            if len(every) <= MOST_ALTERNATIVES:
                found[about] = each.model_copy(update={"is_": every})
    return list(found.values())


def sheets_of_text(text: MaskedText) -> Sheets:
    """Return the tables of a text by their labels."""
    blocks = text.document.blocks
    title = next((block.text for block in blocks if block.kind == "heading"), "")
    return Sheets(sheets_of(text.tables, title, [block.text for block in blocks if block.is_prose]))


def _readings(read: Read, where: MaskedSentence) -> tuple[list[Reading], str]:
    """Return the readings of a number or wording and of the word of change beside it, or why there are none."""
    stated = read.stated
    bound = [(sheet, each) for sheet, binding in read.bindings if binding.is_full for each in binding.alternatives]
    expressions = list(dict.fromkeys(each.expression for _, each in bound))
    if len(expressions) > MOST_ALTERNATIVES:
        bound = _nearest(bound, read.sentence.block.section)
        expressions = list(dict.fromkeys(each.expression for _, each in bound))
    if not expressions:
        return [], read.reason or "a label is named in part"
    if len(expressions) > MOST_ALTERNATIVES:
        return [], "the words leave open which of many cells"
    kind = "total" if stated.is_together and stated.operation == "level" else stated.operation
    rule = f"cells: {_KINDS.get(kind, kind)}"
    if bound[0][1].is_condition:
        return short_readings(where.key, rule, BUILT_IN, words=stated.text, holds=_any(expressions)), ""
    number = index_of(stated, where)
    words = "" if number else stated.text
    found = short_readings(where.key, rule, BUILT_IN, n=number, words=words, is_=expressions)
    if (holds := _turn(stated, bound)) and stated.turn is not None:
        found += short_readings(where.key, "cells: direction", BUILT_IN, words=stated.turn.text, holds=holds)
    return found, ""


def _nearest(bound: Sequence[tuple[Sheet, Bound]], section: Sequence[str]) -> list[tuple[Sheet, Bound]]:
    """Return the bindings to tables that stand below the same headings as a sentence: a report repeats its labels."""

    def shared(sheet: Sheet) -> int:
        pairs = zip(sheet.numbers.table.section, section, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    most = max(shared(sheet) for sheet, _ in bound)
    return [(sheet, each) for sheet, each in bound if shared(sheet) == most]


_KINDS = {"rate": "change", "each": "mean", "rate difference": "difference", "extreme": "order", "rank": "order"}
"""What a finding is called where it is not called as the operation."""


def _any(conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else " or ".join(f"({each})" for each in conditions)


def _turn(stated: Statement, bound: Sequence[tuple[Sheet, Bound]]) -> str:
    """Return what holds if a word of change is right, "" where no two cells tell.

    A number below zero may be printed as a loss without its minus, of which nobody knows what a rise is.
    """
    pairs = [(sheet.name(each.cells[0]), sheet.name(each.cells[1])) for sheet, each in bound if len(each.cells) == 2]
    if not stated.is_of_change or not stated.direction or len(pairs) < len(bound):
        return ""
    sign = ">" if stated.direction > 0 else "<"
    return _any([f"{new} {sign} {old} or {new} < 0 or {old} < 0" for new, old in pairs])


def read_statements(sentences: Sequence[Sentence], tables: Sheets) -> Iterator[Read]:
    """Yield the statements of sentences, in order."""
    names = _names_with_digits(tables.sheets)
    block = None
    carried: Sequence[Token] = ()
    paragraph_period: Period | None = None
    for sentence in sentences:
        if sentence.block is not block:
            block, carried, paragraph_period = sentence.block, (), None
        tokens = tables.tokens(sentence)
        found = statements_of(sentence, tokens, carried, paragraph_period)
        for stated in found:
            if _is_name(sentence, stated, names):
                stated.refused = "part of a name"
            elif _names_by_number(sentence, stated, found, names):
                stated.refused = "of a thing that a number names"
            elif stated.operation == "level" and _has_time_of_another(sentence, stated):
                stated.refused = "the time is that of what it is compared with"
            elif AGES.search(sentence.block.text, sentence.start, sentence.end):
                stated.refused = "a group by age"  # whose label is digits, which no word names
            yield _read(sentence, stated, tables)
        carried = next((each.subject for each in found if each.subject), [] if found else _first_name(tokens))
        periods = [each.period for each in found if each.period and each.role != "old"]
        paragraph_period = max(periods) if periods else paragraph_period


def _first_name(read: Tokens) -> list[Token]:
    """Return the name with which a sentence without a statement begins, which a pronoun may stand for in the next.

    One of several, as in `Green and blue cases`, is not what `they` are.
    """
    words = list(dropwhile(lambda token: not token.is_content, read.tokens))
    name = list(takewhile(lambda token: token.is_content and token.text[:1].isupper(), words))
    is_one_of_several = len(words) > len(name) and words[len(name)].low in ("and", "or", "&", ",")
    return [] if is_one_of_several else name


_WORD_BEFORE, _LONGEST_WORD = re.compile(r"[^\W\d_]+\s$"), 60
_WORD_AND_DIGITS = re.compile(r"[^\W\d_]+\s\d[\d.]*")


def _names_with_digits(sheets: Sequence[Sheet]) -> frozenset[str]:
    """Return the words with digits behind them in labels: `version 4.2` of a column is no number of a sentence."""
    texts = [label.text for sheet in sheets for label in (*sheet.rows, *sheet.columns)]
    return frozenset(match[0].lower() for text in texts for match in _WORD_AND_DIGITS.finditer(text))


_NAMED_BY_NUMBER = re.compile(r"\b[A-Z][a-z]+ (?P<digits>\d{1,3})\b(?![.,]?\d|\s?%)")
_YEAR = r"\b(?:19|20)\d\d\b"
_TIME_OF_ANOTHER = re.compile(
    rf"[^.;]{{0,25}}\b(?:twice|thrice|half|double|triple|times|as (?:much|many))\b[^.;]{{0,40}}{_YEAR}", re.IGNORECASE
)
"""What stands behind a level whose sentence names only the time of another: `59.4 million, twice the sum of 2020`."""


def _names_by_number(sentence: Sentence, stated: Statement, found: Sequence[Statement], names: frozenset[str]) -> bool:
    """Whether what a number is of is called by another, as in `Line 4 grew by 18%`, and no label is."""
    numbers = {each.start for each in found}
    for named in _NAMED_BY_NUMBER.finditer(sentence.block.text, sentence.start, stated.start):
        if named.start("digits") not in numbers and named[0].lower() not in names:
            return True
    return False


def _has_time_of_another(sentence: Sentence, stated: Statement) -> bool:
    text = sentence.block.text
    is_before = re.search(_YEAR, text[sentence.start : stated.start])
    return not is_before and _TIME_OF_ANOTHER.match(text, stated.end, sentence.end) is not None


def _is_name(sentence: Sentence, stated: Statement, names: frozenset[str]) -> bool:
    if stated.number is None or not names:
        return False
    before = _WORD_BEFORE.search(sentence.block.text, max(0, stated.start - _LONGEST_WORD), stated.start)
    return before is not None and f"{before[0]}{stated.text}".lower() in names


def _read(sentence: Sentence, stated: Statement, tables: Sheets) -> Read:
    if stated.refused or not stated.subject:
        reason = f"another scope: {stated.refused}" if stated.refused else "no subject"
        return Read(sentence, stated, [], reason)
    bindings, reasons = [], []
    words = [token for token in stated.subject if needs_label(stated, token)]
    plain = [token.stem for token in words if not token.text[:1].isupper()]
    named = [token.stem for token in words if token.text[:1].isupper()]
    # Where none explains all words, the first that names one says what it does not explain.
    near = tables.explaining(plain, named) or tables.naming(token.stem for token in words)[:1] or tables.sheets[:1]
    for sheet in near:
        binding = bind(stated, sheet)
        if binding.alternatives:
            bindings.append((sheet, binding))
        else:
            reasons.append(binding.reason)
    return Read(sentence, stated, bindings, "" if bindings else min(reasons, key=len, default="no table"))
