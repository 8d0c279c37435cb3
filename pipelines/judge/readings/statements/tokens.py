"""A sentence as tokens: words, numbers, periods and marks; and as clauses, cut at marks and joining words.

Belongs here: what stands where. Does not: what it says (`parse`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple

from tidebook.pipelines.judge.readings.statements.lexicon import class_of, directions, has_content, pattern, stem
from tidebook.pipelines.judge.readings.statements.periods import Period, periods_in
from tidebook.pipelines.judge.text.prose import ENGLISH, Sentence, StatedNumber
from tidebook.pipelines.judge.text.words import count_of
from tidebook.pipelines.read.quantities.sentences import find_quantities

Kind = Literal[
    "word", "number", "rank", "duration", "period", "a year before", "last year", "years apart", "digits", "mark"
]

_COUNTS = "two|three|four|five|six|seven|eight|nine|ten"
_SPELLED = re.compile(
    rf"\b(?:twice|thrice|(?:{_COUNTS})(?:\s+and a half)?\s+(?:times|per ?cent|percentage points?|points))\b",
    re.IGNORECASE,
)
"""Numbers in words whose unit follows, which the grammar reads, too."""
_SPELLED_UNITS = ("ratio", "percentage point", "percent")
_PIECE = re.compile(r"[A-Za-z][A-Za-z'’]*(?:[-–][A-Za-z][A-Za-z'’]*)*|\d(?:[\d.,]*\d)?|[^\sA-Za-z\d]")
_LETTERS = re.compile(r"[A-Za-z'’]+")
_THIS_YEAR = re.compile(r"current\s+(?:year|period|quarter|fiscal)", re.IGNORECASE)
_ITEM_NUMBER = re.compile(r"\s+[A-Z]")
_SHORTEST_JOINED = 6
"""Labels with at most as many characters are not looked for as a whole."""


@dataclass
class Token:
    """A word, number, period or mark, with its place in the text of its block.

    Attributes:
        low: the word in small letters, without the ending of possession.
        number: what a number states.
        period: the period that is named.
        years: how many years a change takes.
    """

    kind: Kind
    text: str
    start: int
    end: int
    low: str = ""
    number: StatedNumber | None = None
    period: Period | None = None
    years: int = 0

    @property
    def stem(self) -> str:
        """The word without its ending."""
        return stem(self.low)

    @property
    def is_content(self) -> bool:
        """Whether it is a word that something has to explain."""
        return self.kind == "word" and has_content(self.low)

    def is_word_of(self, name: str) -> bool:
        """Whether it is a word of a class of the lexicon."""
        return self.kind == "word" and self.low in class_of(name)

    @property
    def shown(self) -> str:
        """The word, or what stands for a number or a period in the patterns of rules."""
        return self.low if self.kind in ("word", "mark", "digits") else f"<{self.kind}>"


def _overlaps(token: Token, start: int, end: int) -> bool:
    return token.start < end and start < token.end


class Tokens(NamedTuple):
    """The tokens of a sentence, and where it has labels in full, at whose commas and `and`s it is not to be cut."""

    tokens: list[Token]
    labels: list[tuple[int, int]]


def tokens_of(sentence: Sentence, labels: Sequence[str]) -> Tokens:
    """Return the tokens of a sentence."""
    found = _numbers(sentence)
    body, offset = sentence.block.text[sentence.start : sentence.end], sentence.start
    found = _with_periods(found, body, offset)
    found = [token for token in found if not _is_item_number(token, body, offset)]
    relative: tuple[tuple[Kind, str], ...] = (("a year before", "a_year_before"), ("last year", "last_year"))
    for kind, name in relative:
        for match in pattern(name).finditer(body):
            start, end = offset + match.start(), offset + match.end()
            if not any(_overlaps(token, start, end) for token in found):
                found.append(Token(kind, match[0], start, end))
    for match in pattern("years_apart").finditer(body):
        start, end = offset + match.start(), offset + match.end()
        found = [token for token in found if not _overlaps(token, start, end)]
        found.append(Token("years apart", match[0], start, end, years=count_of(match["count"])))
    joints = _joints(body, offset, labels)
    found += _words(body, offset, found, joints)
    return Tokens(sorted(found, key=lambda token: (token.start, token.end)), joints)


def _numbers(sentence: Sentence) -> list[Token]:
    kinds: tuple[tuple[Kind, Sequence[StatedNumber]], ...] = (
        ("number", sentence.numbers),
        ("rank", sentence.ranks),
        ("duration", sentence.durations),
    )
    found = [Token(kind, each.text, each.start, each.end, number=each) for kind, numbers in kinds for each in numbers]
    body = sentence.block.text[sentence.start : sentence.end]
    if not _SPELLED.search(body):
        return found
    for each in find_quantities(body, ENGLISH):
        quantity = each.quantity
        if quantity is None or quantity.unit not in _SPELLED_UNITS or re.search(r"\d", each.text):
            continue
        start, end = sentence.start + each.start, sentence.start + each.end
        if not any(_overlaps(token, start, end) for token in found):
            stated = StatedNumber(start, end, each.text, quantity)
            found.append(Token("number", each.text, start, end, number=stated))
    return found


def _with_periods(found: list[Token], body: str, offset: int) -> list[Token]:
    """Return tokens with the periods of a sentence in place of the numbers that are parts of them."""
    for first, last, period in periods_in(body):
        start, end = offset + first, offset + last
        inside = [token for token in found if _overlaps(token, start, end)]
        if all(start <= token.start and token.end <= end for token in inside):
            found = [token for token in found if token not in inside]
            found.append(Token("period", body[first:last], start, end, period=period))
    return found


def _is_item_number(token: Token, body: str, offset: int) -> bool:
    """Whether a number opens the sentence as the number of an item or a note does: `3 Revenue`."""
    is_first = token.kind == "number" and token.start == offset and re.fullmatch(r"\d{1,2}", token.text)
    return bool(is_first and _ITEM_NUMBER.match(body, token.end - offset))


def _joints(body: str, offset: int, labels: Sequence[str]) -> list[tuple[int, int]]:
    """Return where a sentence has a label in full."""
    if not labels:
        return []
    low = body.lower()
    forms = _forms_by_word(tuple(labels))
    found = []
    for word in forms.keys() & set(_ALPHANUMERIC.findall(low)):
        for form in forms[word]:
            place = low.find(form)
            if place >= 0:
                found.append((offset + place, offset + place + len(form)))
    return sorted(found)


_ALPHANUMERIC = re.compile(r"[^\W_]+")


@lru_cache(maxsize=16)
def _forms_by_word(labels: tuple[str, ...]) -> dict[str, list[str]]:
    """Return labels, and those without what stands in brackets, in small letters, by their first words.

    What is too short is left out.
    """
    forms: dict[str, list[str]] = {}
    for label in labels:
        low = label.lower()
        for form in {low, re.sub(r"\s*\(.*?\)", "", low)}:
            word = _ALPHANUMERIC.search(form)
            if word and len(form) > _SHORTEST_JOINED:
                forms.setdefault(word[0], []).append(form)
    return forms


def _words(body: str, offset: int, taken: Sequence[Token], within: Sequence[tuple[int, int]]) -> list[Token]:
    found: list[Token] = []
    for match in _PIECE.finditer(body):
        start, end = offset + match.start(), offset + match.end()
        if any(_overlaps(token, start, end) for token in taken):
            continue
        is_joined = any(first <= start < last for first, last in within)
        if match[0][0].isdigit():
            found.append(Token("digits", match[0], start, end, match[0]))
        elif match[0].lower() in ("up", "down") and _takes_particle(found, start, body[start - offset - 1]):
            verb = found[-1]
            found[-1] = replace(verb, text=f"{verb.text} {match[0]}", end=end, low=f"{verb.low}_{match[0].lower()}")
        elif match[0][0].isalpha():
            found += _parts_of_word(match[0], body, start, offset, is_joined=is_joined)
        elif not is_joined:
            found.append(Token("mark", match[0], start, end, match[0]))
    return found


def _takes_particle(found: Sequence[Token], start: int, before: str) -> bool:
    """Whether the word right before is a verb with which `up` and `down` say no direction: `made up 19 percent`."""
    is_right_behind = bool(found) and found[-1].end == start - 1 and before.isspace()
    return is_right_behind and found[-1].is_word_of("verbs_with_particles")


def _parts_of_word(word: str, body: str, start: int, offset: int, *, is_joined: bool) -> list[Token]:
    """Return the parts of a word with hyphens, each as a token."""
    found = []
    for match in _LETTERS.finditer(word):
        first = start + match.start()
        if _THIS_YEAR.match(body, first - offset):
            continue
        low = match[0].lower()
        low = low[:-2] if low.endswith(("'s", "’s")) else low.strip("'’")
        if is_joined and low in ("and", "which"):
            low = "&"
        found.append(Token("word", match[0], first, first + len(match[0]), low))
    return found


_CUTTING_MARKS = ",;:()—–"


def clauses_of(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return the parts of a sentence between marks and joining words; what cuts is a part of its own."""
    clauses: list[list[Token]] = []
    current: list[Token] = []
    for place, token in enumerate(tokens):
        if _cuts(tokens, place, current):
            clauses += [current, [token]]
            current = []
        else:
            current.append(token)
    return [clause for clause in (*clauses, current) if clause]


def _cuts(tokens: Sequence[Token], place: int, before: Sequence[Token]) -> bool:
    token = tokens[place]
    if token.kind == "mark":
        return token.low in _CUTTING_MARKS
    if token.kind != "word":
        return False
    if token.low == "which" or token.is_word_of("contrasts"):
        return True
    return token.low == "and" and any(each.kind == "number" for each in before) and _has_own_verb(tokens[place + 1 :])


def _has_own_verb(behind: Sequence[Token]) -> bool:
    """Whether a verb stands before the next number or mark: `and` is before a new subject."""
    for token in behind:
        if token.kind in ("number", "mark"):
            return False
        is_change = token.low in directions() and not token.is_word_of("change_nouns")
        if token.kind == "word" and (is_change or token.is_word_of("level_verbs")):
            return True
    return False
