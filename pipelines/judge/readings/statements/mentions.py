"""Which rows and columns words name, in full or in part, and which words nothing explains.

Belongs here: words against labels. Does not: what follows from the cells (`bind`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from tidebook.pipelines.judge.readings.statements.lexicon import keys_of, keys_of_label_word
from tidebook.pipelines.judge.readings.statements.sheet import CODE, Axis, Label, LabelIndex, Sheet
from tidebook.pipelines.judge.readings.statements.tokens import Token

_MOST_WORDS_OF_A_NAME = 4
"""Words of a label of which the first alone, with a capital letter, names it."""

VERB_ENDINGS = ("ed", "ing")


@dataclass(frozen=True)
class Mention:
    """Labels with the same words that some tokens name, and whether all words of the label are there."""

    labels: tuple[Label, ...]
    tokens: frozenset[int]
    is_full: bool


def mentions(sheet: Sheet, axis: Axis, tokens: Sequence[Token], stems: Places) -> list[Mention]:
    """Return the labels of an axis that tokens name, in the order of the tokens.

    The longest labels are matched first, and a token belongs to one mention. `stems` is what `places_of` gives for the
    tokens; the caller computes it once for all tables.
    """
    index = sheet.row_names if axis == "row" else sheet.column_names
    near = {words: index.by_words[words] for words in index.near(stems.keys())}
    found = []
    for words, labels in near.items():
        mention = _in_full(words, labels, tokens, stems) or _in_part(labels, tokens, stems, index.frequency, axis)
        if mention:
            found.append(mention)
    if not found:
        found = _by_head_nouns(near, stems, index)
    return _apart(found) if len(found) > 1 else found


Places = Mapping[str, Sequence[int]]


def places_of(tokens: Sequence[Token]) -> Places:
    """Return where the words stand that have each key."""
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        for key in keys_of(token.stem):
            places.setdefault(key, []).append(place)
    return places


def _place_of(word: str, stems: Places, taken: Set[int]) -> int | None:
    """Return the first word, of those that are not taken, that says the same as a word of a label."""
    found = (place for key in keys_of_label_word(word) for place in stems.get(key, ()) if place not in taken)
    return min(found, default=None)


def _in_full(words: Iterable[str], labels: Sequence[Label], tokens: Sequence[Token], stems: Places) -> Mention | None:
    """Return the mention of a label by all of its words.

    It is in part where a verb has only the root of one: that patients were treated is not what `Treatment` counts.
    """
    places: set[int] = set()
    is_full = True
    for word in words:
        place = _place_of(word, stems, places)
        if place is None:
            return None
        places.add(place)
        is_full &= not tokens[place].low.endswith(VERB_ENDINGS) or word in keys_of(tokens[place].stem)
    return Mention(tuple(labels), frozenset(places), is_full)


def _in_part(
    labels: Sequence[Label], tokens: Sequence[Token], stems: Places, frequency: Counter[str], axis: Axis
) -> Mention | None:
    """Return the mention of a label by its beginning, which no other label shares.

    A part names it in full only where the rest is codes: `Dallas Fort Worth` of `Dallas Fort Worth, DFW`.
    """
    words = labels[0].words
    places: list[int] = []
    for word in words:
        place = _place_of(word, stems, set(places))
        if place is None:
            break
        places.append(place)
    if not places or frequency[words[0]] != 1:
        return None
    is_name = len(words) <= _MOST_WORDS_OF_A_NAME and axis == "row" and tokens[places[0]].text[:1].isupper()
    if len(places) < 2 and not is_name:
        return None
    rest = words[len(places) :]
    is_code = all(re.search(rf"\b{re.escape(word.upper())}\b", labels[0].text) for word in rest)
    return Mention(tuple(labels), frozenset(places), is_code)


def _by_head_nouns(near: Mapping[tuple[str, ...], list[Label]], stems: Places, index: LabelIndex) -> list[Mention]:
    """Return mentions by the head noun of a label, where no other has it: `memberships` of `Paid memberships`."""
    found = []
    for words, labels in near.items():
        place = _place_of(index.heads[words], stems, frozenset()) if words in index.heads else None
        if place is not None:
            found.append(Mention(tuple(labels), frozenset({place}), False))
    return found


def _apart(found: list[Mention]) -> list[Mention]:
    """Return mentions without those that lie within longer ones."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda each: (not each.is_full, -len(each.tokens))):
        taken: frozenset[int] = frozenset().union(*(other.tokens for other in kept))
        overlaps = [other for other in kept if mention.tokens & other.tokens]
        is_within_longer = any(
            len(mention.tokens & other.tokens) * 2 >= len(mention.tokens) and len(other.tokens) > len(mention.tokens)
            for other in overlaps
        )
        if is_within_longer or (overlaps and not mention.is_full) or (overlaps and mention.tokens <= taken):
            continue
        kept.append(mention)
    return sorted(kept, key=lambda each: sorted(each.tokens))


def without_shorter(found: list[Mention], others: Sequence[Mention]) -> list[Mention]:
    """Return mentions of one axis without those that lie within a longer one of the other axis."""
    return [each for each in found if not any(each.tokens < other.tokens for other in others)]


def _with_name(mention: Mention, tokens: Sequence[Token]) -> frozenset[int]:
    """Return the tokens of a mention, with the capitalised words beside it where the label has a code for its name."""
    if not mention.is_full or len(mention.labels) != 1 or not CODE.search(mention.labels[0].text):
        return mention.tokens
    named = set(mention.tokens)
    for step in (-1, 1):
        place = (min if step < 0 else max)(mention.tokens) + step
        while 0 <= place < len(tokens) and tokens[place].text[:1].isupper() and _is_next(tokens, place - step, place):
            named.add(place)
            place += step
    return frozenset(named)


def _is_next(tokens: Sequence[Token], one: int, other: int) -> bool:
    """Whether two tokens stand side by side in the sentence, with at most a hyphen between."""
    first, second = sorted((tokens[one], tokens[other]), key=lambda token: token.start)
    return second.start - first.end <= 1


_KINDS_OF_AMOUNTS = frozenset(
    {"expense", "cost", "revenue", "sale", "income", "activity", "result", "balance", "charge"}
)
"""Words that labels of accounts leave out: `research and development` of `research and development expenses`."""


def unexplained(
    sheet: Sheet, tokens: Sequence[Token], found: Sequence[Mention], others: Iterable[str] = ()
) -> list[Token]:
    """Return the tokens that no label, group, caption or heading explains."""
    named = frozenset().union(*(_with_name(mention, tokens) for mention in found))
    known = {*sheet.explained, *others}
    for mention in found:
        for label in mention.labels:
            known |= set(label.group) | set(label.words)
            if mention.is_full and len(label.words) > 1 and _KINDS_OF_AMOUNTS.isdisjoint(label.words):
                known.add("expense")
    keys = {key for word in known for key in keys_of_label_word(word)}
    left = [token for place, token in enumerate(tokens) if place not in named and not token.is_word_of("idle")]
    return [token for token in left if keys.isdisjoint(keys_of(token.stem))]
