"""Numbers of a sentence that its words relate to each other, as readings: 12 of 40 (30%), from 5 to 6, up 20%.

Belongs here: applying the wordings of `within.toml` to a sentence and the one before it, and what each operation gives.
Does not: words that name cells of a table (`parse`, `bind`), or whether a number agrees (`judge.readings.engine`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from tidebook.pipelines.judge.readings.hidden import HiddenNumber
from tidebook.pipelines.judge.readings.reading import MOST_ALTERNATIVES, Reading, short_readings
from tidebook.pipelines.judge.readings.request import MaskedSentence
from tidebook.pipelines.judge.readings.statements.lexicon import class_of, directions
from tidebook.pipelines.judge.text.prose import DURATIONS, NOT_PLAIN
from tidebook.schemas.units import CURRENCIES

READER = "built-in"
LONGEST_SENTENCE = 2_000
"""Characters of a sentence that is read: a longer one is none that anybody wrote, and each wording would cross it."""
_NUMBER = re.compile(r"[#%°×~](\d+)")
_POWER = re.compile(r"\b(?:thousand|[mbt]r?illion)\b|\d\s?(?:k|m|mn|bn|tn)$", re.IGNORECASE)
_POINTS = re.compile(r"#(\d+)(?=[ -](?:percentage[ -])?points?\b)")
_NO_PLAIN_CHANGE = re.compile(
    r"\b(?:respectively|annual\w*|compound\w*|CAGR|on average"
    r"|(?:(?<!\bin )(?<!\bover )(?<!\bwithin )a|per|each|every) year(?! ?(?:ago|earlier|before)))\b"
    r"|\b(?:loss|losses|deficits?|outflows?|used|negative|shortfall)\b",
    re.IGNORECASE,
)
"""Words with which a change is not the one between the numbers beside it, or the sign of these is open."""
_FROM_TO = re.compile(r"\bfrom [^#]*#\d+[^#]*\bto [^#]*#")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True)
class Wording:
    """A rule of `within.toml`; the fields are those of the file."""

    id: str
    operation: str
    pattern: re.Pattern[str]
    plain: bool
    unless: re.Pattern[str] | None = None
    unless_before: re.Pattern[str] | None = None
    unless_behind: re.Pattern[str] | None = None

    def matches(self, text: str, is_plain: bool) -> Iterator[re.Match[str]]:
        """Yield where a typed sentence has this wording."""
        if self.plain and not is_plain:
            return
        for match in self.pattern.finditer(text):
            if self.unless and self.unless.search(match[0]):
                continue
            if self.unless_before and self.unless_before.search(text[: match.start()]):
                continue
            if self.unless_behind and self.unless_behind.match(text[match.end() :]):
                continue
            yield match


@cache
def _wordings() -> tuple[Wording, ...]:
    declared = tomllib.loads(files(__package__).joinpath("within.toml").read_text(encoding="utf-8"))
    pieces = {name: "".join(text.split("\n")) for name, text in declared["pieces"].items()}
    pieces["change"] = "|".join(sorted(directions(), key=len, reverse=True))
    pieces["noun"] = "|".join(sorted(class_of("change_nouns"), key=len, reverse=True))
    return tuple(_wording(pieces, **each) for each in declared["rules"])


def _wording(
    pieces: Mapping[str, str], id: str, operation: str, pattern: str, plain: bool = False, **unless: str
) -> Wording:
    without = {name: re.compile("".join(text.split("\n"))) for name, text in unless.items()}
    return Wording(id, operation, re.compile(_filled(pattern, pieces)), plain, **without)


_ROLE = re.compile(r"(\[#~\]|[#%°×~@])([a-z]+)")


def _filled(pattern: str, pieces: Mapping[str, str]) -> str:
    """Return a pattern with its pieces, and with the name of each role as that of a group."""
    text = "".join(pattern.split("\n"))
    while found := re.search(r"\{([a-z_]+)\}", text):
        text = text.replace(found[0], f"(?:{pieces[found[1]]})")
    seen: dict[str, int] = {}

    def group(match: re.Match[str]) -> str:
        kind, role = match[1].replace("@", "[#%]"), match[2]
        seen[role] = seen.get(role, 0) + 1
        # A role may stand in each of two orders; groups need names of their own.
        return rf"{kind}(?P<{role}{seen[role] if seen[role] > 1 else ''}>\d+)"

    return _ROLE.sub(group, text)


class _Sentences:
    """A sentence and the one before it in its block, their numbers in typed form and by name."""

    def __init__(self, sentence: MaskedSentence, before: MaskedSentence | None) -> None:
        self.sentence = sentence
        self.numbers: list[HiddenNumber] = []
        self.names: list[str] = []
        earlier = self._typed(before, is_own=False) if before else ""
        self.own = self._typed(sentence, is_own=True)
        self.both = f"{earlier}| {self.own}" if before else ""

    def _typed(self, sentence: MaskedSentence, *, is_own: bool) -> str:
        """Return a sentence with a sign and a place for each number; what has none counts nothing."""
        text, pieces, at = sentence.block.text, [], sentence.start
        for place, number in enumerate(sentence.numbers, 1):
            start = number.masked[0][0]
            if not re.search(r"\w\s$", text[number.start : start]):
                start = number.start  # a sign or a currency, and no hedge
            self.numbers.append(number)
            self.names.append(f"number({place})" if is_own else f'text("{sentence.key}", {place})')
            pieces += [text[at:start], f"{_sign(number)}{len(self.numbers) - 1}"]
            at = number.end
        pieces.append(text[at : sentence.end])
        return _POINTS.sub(r"°\1", " ".join("".join(pieces).split()))

    def place_in_sentence(self, place: int) -> int:
        """Return which number of the sentence itself a number is, from 1; 0 for one of the sentence before."""
        return place - (len(self.numbers) - len(self.sentence.numbers)) + 1


def _sign(number: HiddenNumber) -> str:
    quantity = number.found.quantity
    if quantity is None or quantity.kind == "at_most":
        return "?"
    if quantity.unit == "percent" or number.found.measure.startswith("percent"):
        return "%"
    if quantity.unit in ("percentage point", "basis point") or number.found.text.endswith(("point", "points")):
        return "°"
    is_fraction = quantity.value < 1 and not any(map(str.isdigit, number.found.text))
    if quantity.unit == "ratio" or is_fraction:
        return "×"
    return "~" if quantity.unit in DURATIONS else "#"


def readings_within(sentences: Sequence[MaskedSentence]) -> Iterator[Reading]:
    """Yield what numbers and wordings of sentences must be by other numbers beside them, each once."""
    if not sentences:
        return
    before: MaskedSentence | None = None
    for sentence in sentences:
        previous = before if before is not None and before.block is sentence.block else None
        if sentence.end - sentence.start > LONGEST_SENTENCE:
            before = None
            continue
        if len(sentence.numbers) > 1 or (sentence.numbers and previous and previous.numbers):
            yield from _read(_Sentences(sentence, previous))
        before = sentence


def _read(sentences: _Sentences) -> Iterator[Reading]:
    block, start, end = sentences.sentence.block, sentences.sentence.start, sentences.sentence.end
    is_plain = not NOT_PLAIN.search(block.text, start, end)
    known: set[tuple[int, str]] = set()
    for wording in _wordings():
        text = sentences.both if r"\|" in wording.pattern.pattern else sentences.own
        for match in wording.matches(text, is_plain):
            for reading in _Match(sentences, wording, match).readings():
                about = reading.n, reading.words
                if about not in known:
                    known.add(about)
                    yield reading


class _Match:
    """A wording found in a sentence: its roles, and the readings that follow from its operation."""

    def __init__(self, sentences: _Sentences, wording: Wording, match: re.Match[str]) -> None:
        self.sentences, self.wording, self.match = sentences, wording, match
        self.roles = {}
        for name, place in match.groupdict().items():
            if place is not None and place.isdigit():
                self.roles[name.rstrip("0123456789")] = int(place)
        turn = match.groupdict().get("turn") or ""
        self.turn = turn
        self.rule = f"sentence: {_KINDS.get(wording.operation, wording.operation)}"
        self.direction = directions().get(turn.lower(), _MORE.get(turn.lower(), 0))

    def readings(self) -> Iterator[Reading]:
        """Yield the readings of its numbers and words."""
        operations: dict[str, Callable[[], Iterator[Reading]]] = {
            "share": self._share,
            "share of those before": self._share_of_those_before,
            "multiple": self._multiple,
            "less": self._multiple,
            "more": self._multiple,
            "total": self._total,
            "total of all": self._total,
            "gap": self._change,
            "change": self._change,
            "change of those before": self._change_of_those_before,
        }
        return operations[self.wording.operation]()

    def _name(self, role: str) -> str:
        return self.sentences.names[self.roles[role]]

    def _of(self, role: str, expressions: Sequence[str]) -> Iterator[Reading]:
        """Yield what the number of a role must be, one of some expressions, if the sentence itself has it."""
        place = self.sentences.place_in_sentence(self.roles[role]) if role in self.roles else 0
        if place > 0 and 0 < len(expressions) <= MOST_ALTERNATIVES:
            key, rule = self.sentences.sentence.key, "sentence: points" if role == "points" else self.rule
            yield from short_readings(key, rule, READER, n=place, is_=expressions)

    def _are_alike(self, *roles: str) -> bool:
        return _are_alike([self.sentences.numbers[self.roles[role]] for role in roles])

    def _share(self) -> Iterator[Reading]:
        if self._are_alike("part", "whole"):
            yield from self._of("rate", [f"{self._name('part')} / {self._name('whole')}"])

    def _share_of_those_before(self) -> Iterator[Reading]:
        part = self.sentences.numbers[self.roles["part"]]
        wholes = [place for place in self._amounts_before() if _are_alike([self.sentences.numbers[place], part])]
        names = [self.sentences.names[place] for place in wholes]
        if len(names) > 1:
            names.append(f"({' + '.join(names)})")
        yield from self._of("rate", [f"{self._name('part')} / {name}" for name in names])

    def _amounts_before(self) -> list[int]:
        return [int(place) for place in re.findall(r"#(\d+)", self.match["before"])]

    def _multiple(self) -> Iterator[Reading]:
        if not self._are_alike("one", "other"):
            return
        ratio = f"{self._name('one')} / {self._name('other')}"
        expression = {"less": f"1 - {ratio}", "more": f"{ratio} - 1"}.get(self.wording.operation, ratio)
        if "times" in self.roles:
            yield from self._of("times", [expression])
        else:
            key, words = self.sentences.sentence.key, self.match["words"]
            yield from short_readings(key, self.rule, READER, words=words, is_=[expression])

    def _total(self) -> Iterator[Reading]:
        total = self.sentences.numbers[self.roles["total"]]
        if not any(map(str.isdigit, total.found.text)):
            return  # `two camps: 97 said yes and 98 no`
        places = [int(place) for place in _NUMBER.findall(self.match["parts"])]
        if not _are_alike([total, *(self.sentences.numbers[place] for place in places)]):
            return
        names = [self.sentences.names[place] for place in places]
        starts = [0] if self.wording.operation == "total of all" else range(len(names) - 1)
        yield from self._of("total", [" + ".join(names[start:]) for start in starts])

    def _change(self) -> Iterator[Reading]:
        new, old = ("new", "old") if "new" in self.roles else ("one", "other")
        if not _NO_PLAIN_CHANGE.search(self.match.string) and self._are_alike(new, old):
            yield from self._changed(self._name(new), self._name(old))

    def _changed(self, new: str, old: str) -> Iterator[Reading]:
        """Yield the difference, rate or points between two numbers, and which way they turn."""
        for role in ("diff", "points"):
            if role == "diff" and role in self.roles and not self._is_in_unit_of(old):
                continue  # `40 cents more than the $2.80`
            forms = {1: f"{new} - {old}", -1: f"{old} - {new}", 0: f"abs({new} - {old})"}
            yield from self._of(role, [forms[self.direction]])
        forms = {1: f"{new} / {old} - 1", -1: f"1 - {new} / {old}", 0: f"abs({new} / {old} - 1)"}
        yield from self._of("rate", [forms[self.direction]])
        if self.direction and self.turn:
            sign = ">" if self.direction > 0 else "<"
            key = self.sentences.sentence.key
            holds = f"{new} {sign} {old}"
            yield from short_readings(key, "sentence: direction", READER, words=self.turn, holds=holds)

    def _is_in_unit_of(self, old: str) -> bool:
        """Whether a difference is in money if the numbers are that it is between."""
        units = []
        for place in (self.roles["diff"], self.sentences.names.index(old)):
            quantity = self.sentences.numbers[place].found.quantity
            units.append(quantity.unit if quantity and quantity.unit in CURRENCIES else "")
        return units[0] == units[1]

    def _change_of_those_before(self) -> Iterator[Reading]:
        places = self._amounts_before()
        numbers = [self.sentences.numbers[place] for place in places]
        if len(places) != 2 or not _are_alike(numbers) or _NO_PLAIN_CHANGE.search(self.match.string):
            return
        old, new = (self.sentences.names[place] for place in places)
        years = _YEAR.findall(self.match["before"])
        if not _FROM_TO.search(self.match["before"]):
            if len(set(years)) != 2:
                return  # which of them is the newer is open
            old, new = (new, old) if years[0] > years[1] else (old, new)
        yield from self._changed(new, old)


_KINDS = {
    **dict.fromkeys(("gap", "change of those before"), "change"),
    **dict.fromkeys(("less", "more"), "multiple"),
    "share of those before": "share",
    "total of all": "total",
}
"""What a finding is called where it is not called as the operation."""
_MORE = {
    **dict.fromkeys(("more", "higher", "larger", "greater", "bigger", "above", "up"), 1),
    **dict.fromkeys(("fewer", "less", "lower", "smaller", "below", "down"), -1),
}


def _are_alike(numbers: Sequence[HiddenNumber]) -> bool:
    """Whether numbers are in one unit and power of ten: of two amounts of money one may leave out its currency."""
    for one, other in pairwise(numbers):
        first, second = one.found.quantity, other.found.quantity
        assert first is not None and second is not None, "unclear numbers have no role"
        if one.found.measure != other.found.measure:
            return False
        units = {first.unit, second.unit}
        is_left_out = "number" in units and not units.isdisjoint(CURRENCIES)
        is_count = "number" in units and "person" in units
        if len(units) > 1 and not (is_left_out or is_count):
            return False
        if _leaves_out_power(one, other) or _leaves_out_power(other, one):
            return False
    return True


def _leaves_out_power(one: HiddenNumber, other: HiddenNumber) -> bool:
    """Whether a number may have the power of ten of another one, as the first ones of `$41, $14 and $9 million`."""
    is_short = len(re.sub(r"\D", "", one.found.text)) <= 3
    return is_short and not _POWER.search(one.found.text) and _POWER.search(other.found.text) is not None
