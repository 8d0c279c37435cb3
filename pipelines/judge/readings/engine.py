"""What follows from readings: which numbers agree, which findings there are, and how each reader fared.

Belongs here: comparing what a reading gives with what is printed, rivals, and the record of readers. Does not: values
of expressions (`values`), or where readings come from (`replies`). No reader decides: what a reading says is computed,
and compared with the print, which the reader did not see.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from math import floor, inf, isfinite, log10
from types import MappingProxyType
from typing import Literal, NamedTuple

from tidebook.pipelines.judge.readings.hidden import MULTIPLE, HiddenNumber
from tidebook.pipelines.judge.readings.reading import ONE_WORD, Reading
from tidebook.pipelines.judge.readings.request import MaskedSentence, MaskedText
from tidebook.pipelines.judge.readings.values import NUMBERS, TOTALS, UnreadableError, Value, Values, unit_of
from tidebook.pipelines.judge.text.certainty import tier_of
from tidebook.pipelines.judge.text.finding import Finding, Span, Tier, finding, share_off, worst_first
from tidebook.pipelines.judge.text.printing import printed_like
from tidebook.pipelines.judge.text.prose import DURATIONS, StatedNumber
from tidebook.pipelines.judge.text.words import measure_of, without_prefix
from tidebook.pipelines.judge.text.words import words as words_of
from tidebook.pipelines.read.evidence_tables.countries import spoken_names
from tidebook.pipelines.read.formatting import format_number
from tidebook.pipelines.read.quantities.context import Context
from tidebook.pipelines.read.quantities.currencies import CENTS
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.quantities.sentences import FoundQuantity, find_quantities
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.text.folded import folded
from tidebook.schemas.units import CURRENCIES

State = Literal["agreed", "disagreed", "refused", "put aside"]
STATES: tuple[State, ...] = ("agreed", "disagreed", "refused", "put aside")
_FIRST: tuple[State, ...] = ("agreed", "put aside", "disagreed", "refused")
"""Which of several alternatives counts: one that agrees, then one that leaves it open."""
KIND = "reading"
"""The rule of a finding that a reading gives whose reader names none."""
DIRECTION = "direction"
"""The rule of a word of change that two numbers deny."""
_COMPARED = re.compile(r"\(*(?P<new>.+?) (?P<sign>[<>]) (?P<old>.+?)\)*(?: or .*)?$")
_PART = r"(?:\[[^\]]*\]|[^()\[\]/*+-]+?)"
_CHANGE = re.compile(
    rf"(?P<rise>{_PART}) / (?P<before>{_PART}) - 1|1 - (?P<fall>{_PART}) / (?P<ahead>{_PART})"
    rf"|abs\((?P<new>{_PART}) (?:/ (?P<old>{_PART}) - 1|- (?P<other>{_PART}))\)"
)
"""A change as an expression: of one to another, or its size."""
_STRICT = ("sentence: change", "sentence: share", "sentence: total", "sentence: points")
"""Rules of numbers beside each other, of which each is refuted by another number in its place."""
NOBODY = "unnamed reader"
MOST_OF_TABLE, FEWEST_OF_TABLE = 0.5, 4
"""Share of the numbers that a reader binds to a table above which their disagreement is its fault, and the fewest such
numbers that tell."""
FEWEST_OF_COLUMN = 3
"""Numbers in millions that agree with a column from which on its scale is known, though it does not say so."""
_IN_MILLIONS = re.compile(r"\b(?:m|bn|(?:m|b|tr)illions?)\b", re.IGNORECASE)
_CLOSE = 1e-9
_POWERS = (1e3, 1e6, 1e9, 1e-3, 1e-6, 1e-9)
_ENGLISH = Context(decimal=".")


class Outcome(NamedTuple):
    """What became of a reading of one sentence.

    Attributes:
        reading: the reading.
        sentence: the sentence that it was held against; None if there is none with its key.
        state: one of `STATES`.
        why: the reason, in a few words.
        value: what it gives; None where it gives nothing.
        only_sign: whether it disagrees in the sign alone.
        is_far: whether it disagrees by so much that the print is of something else.
        rival: what another file says instead, where one file agrees and all that another may mean does not.
        as_printed: what the cells give as they are printed, where the number agrees in another power of ten.
        power: the power of ten by which a value whose scale the table does not state agrees with the print; 0 for none.
        is_promise: whether it agrees and would not have agreed with another number in the same place.
        told: the places of other numbers that it would tell to be wrong.
    """

    reading: Reading
    sentence: MaskedSentence | None
    state: State
    why: str = ""
    value: Value | None = None
    only_sign: bool = False
    is_far: bool = False
    rival: Value | None = None
    as_printed: Value | None = None
    power: int = 0
    is_promise: bool = False
    told: Sequence[int] = ()

    @property
    def reader(self) -> str:
        """Who read it."""
        return self.reading.reader or NOBODY

    @property
    def cells(self) -> frozenset[str]:
        """The ids of the cells and numbers that it binds."""
        return frozenset(cell.id for cell in self.value.cells) if self.value else frozenset()

    def words(self) -> str:
        """Return the outcome in a line."""
        where = f'"{self.sentence.masked[:60]}" {self.reading.about}' if self.sentence else self.reading.about
        return f"{where}, read by {self.reader}: {self.state}: {self.why}"


@dataclass(frozen=True)
class Judged:
    """What follows from the readings of a text.

    Attributes:
        outcomes: of each reading and each sentence that has its key.
        findings: numbers and wordings that disagree.
        agreed: what each number agrees with, by its block and its offset there.
        loose: the same of numbers with which some wrong ones would agree, too.
        unread: sentences with numbers of which no reading is known.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    agreed: dict[tuple[int, int], str] = field(default_factory=dict)
    loose: dict[tuple[int, int], str] = field(default_factory=dict)
    unread: list[MaskedSentence] = field(default_factory=list)

    @cached_property
    def records(self) -> dict[str, dict[str, int]]:
        """By reader how many of its readings are in each state."""
        counted: dict[str, Counter[str]] = {}
        for outcome in self.outcomes:
            counted.setdefault(outcome.reader, Counter())[outcome.state] += 1
        return {reader: {state: found[state] for state in STATES} for reader, found in sorted(counted.items())}

    @property
    def differing(self) -> list[str]:
        """The numbers on which files differ, each in a line."""
        found: dict[str, None] = {}
        for outcome in self.outcomes:
            if outcome.state == "agreed" and outcome.rival and outcome.value and outcome.sentence:
                printed = outcome.sentence.numbers[outcome.reading.n - 1].found.text
                rival = _told(outcome.rival)
                found[f"“{printed}”: {outcome.value.words} agrees, {rival}"] = None
        return list(found)

    @property
    def left_out(self) -> list[Outcome]:
        """The readings that decide nothing."""
        return [outcome for outcome in self.outcomes if outcome.state in ("refused", "put aside")]


def judge_readings(text: MaskedText, readings: Sequence[Reading]) -> Judged:
    """Hold readings against the text that they are of."""
    judge = _Judge(text)
    outcomes = [outcome for reading in readings for outcome in judge.outcomes(reading)]
    if scales := _scales_of(outcomes):
        judge = _Judge(text, scales)
        outcomes = [outcome for reading in readings for outcome in judge.outcomes(reading)]
    outcomes = _without_rivals(_without_faulty_tables(_with_scales(outcomes)))
    accused = _accused(outcomes)
    findings = []
    for group in _by_subject(outcomes).values():
        if found := judge.finding(group, accused):
            findings.append(found)
    promised: list[Outcome] = []
    others: list[Outcome] = []
    for group in _by_subject(outcomes).values():
        agreeing = list(filter(_is_number_that_agrees, group))
        (promised if _is_promise(agreeing, group, accused) else others).extend(agreeing)
    agreed, loose = judge.places_of(promised), judge.places_of(others)
    return Judged(outcomes, worst_first(findings), agreed, loose, judge.unread(readings))


class _Judge:
    def __init__(self, text: MaskedText, scales: Mapping[str, Scale] = MappingProxyType({})) -> None:
        self.text, self.scales = text, scales
        self.values = Values(text)
        self._block_at = {id(block): index for index, block in enumerate(text.document.blocks)}

    @cached_property
    def strict_values(self) -> Values:
        """Values without rows that add up, though their label does not say that they are totals."""
        return Values(self.text, strictly=True)

    # One reading

    def outcomes(self, reading: Reading) -> Iterator[Outcome]:
        """Yield the outcome of a reading in each sentence that has its key."""
        sentences = self.text.by_key.get(reading.sentence, ())
        if not sentences:
            yield Outcome(
                reading, None, "refused", "no sentence of the text has its key: its wording or a label changed"
            )
        for sentence in sentences:
            try:
                yield self._outcome(reading, sentence)
            except UnreadableError as error:
                yield Outcome(reading, sentence, "refused", str(error))

    def _outcome(self, reading: Reading, sentence: MaskedSentence) -> Outcome:
        if reading.holds:
            return self._of_condition(reading, sentence)
        printed = self._printed(reading, sentence)
        expressions = reading.alternatives if reading.is_ else [reading.same or reading.of]
        if reading.same and not re.fullmatch(r"\s*(?:number|text)\([^()]*\)\s*", reading.same):
            raise UnreadableError("number(k) or text(k) expected of what it repeats")
        values: list[_Beside] = []
        refused: UnreadableError | None = None
        for expression in expressions:
            try:
                values += self._values_for(reading, sentence, printed, expression)
            except UnreadableError as error:
                refused = refused or error
        if not values and refused:
            raise refused
        found = self._held(reading, sentence, values)
        best = _best(found, values)
        if best.state == "disagreed" and reading.same and self._are_times_apart(reading, sentence, best):
            return best._replace(state="put aside", why=f"{best.words} may be in another unit of time")
        if not _is_number_that_agrees(best):
            return best
        return best._replace(is_promise=self._is_refutable(best, values), told=self._told(best, found))

    def _are_times_apart(self, reading: Reading, sentence: MaskedSentence, outcome: Outcome) -> bool:
        """Whether a number and what it repeats are in two units of time: `four minutes`, `252 seconds`."""
        assert outcome.value is not None, "what disagrees was computed"
        repeated = [self.values.number(cell.id) for cell in outcome.value.cells]
        return len({_time_of(each.found) for each in (sentence.numbers[reading.n - 1], *repeated)}) > 1

    def _held(self, reading: Reading, sentence: MaskedSentence, values: Sequence[_Beside]) -> list[Outcome]:
        """Return the outcome of what is printed beside each value that it may have."""
        return [_compared(reading, sentence, one.quantity, value, self.scales) for one, value in values]

    def _is_refutable(self, outcome: Outcome, values: Sequence[_Beside]) -> bool:
        """Whether a number with which a reading agrees would be reported, were it a third larger or two of its digits
        swapped: *more than 100,000* and *up 27% from 400 to 500* allow too much for that."""
        reading, sentence = outcome.reading, outcome.sentence
        assert sentence is not None, "what agrees is in a sentence"
        if reading.rule == ONE_WORD or (reading.rule and tier_of(reading.rule) == "hint"):
            return False
        found = sentence.numbers[reading.n - 1].found
        if found.quantity is None or not found.quantity.value:
            return True  # nothing is a third larger than zero
        for factor, text in _wrong_by(found.text):
            if _BARE.search(found.text) and FIRST_YEAR <= found.quantity.value * factor < LAST_YEAR:
                return False  # nobody knows whether it is one
            wrong = [(one._replace(quantity=_changed(one.quantity, factor)), value) for one, value in values]
            other = _with_text(sentence, reading.n, text)
            if _best(self._held(reading, other, wrong), wrong).state != "disagreed":
                return False
        return True

    def _told(self, best: Outcome, found: Sequence[Outcome]) -> list[int]:
        """Return the other numbers of the text that one beside them would tell to be wrong, by their places.

        Those are in all that agrees with it, and so much of its size that it would not seem to be of something else.
        """
        value = best.value
        if best.reading.rule not in _STRICT or value is None:
            return []
        told = []
        for id in frozenset.intersection(*(each.cells for each in found if each.state == "agreed")):
            table, row, _ = id.split("/")
            other = self.text.sentence_of(int(row[1:])) if table == NUMBERS else None
            if other is None:
                continue
            number = other.numbers[int(row[1:]) - other.first].found
            whole = 100 if value.unit.startswith("percent") else number.quantity.value if number.quantity else inf
            off = max((abs(factor - 1) for factor, _ in _wrong_by(number.text)), default=0.0)
            if abs(whole) * off <= _FAR * abs(value.printed):
                told.append(int(row[1:]))
        return told

    def _of_condition(self, reading: Reading, sentence: MaskedSentence) -> Outcome:
        self._span(reading, sentence)
        found = [self.values.condition(reading.holds, sentence)]
        if self.values.may_add_totals(reading.holds):
            found.append(self.strict_values.condition(reading.holds, sentence))
        for value in found:
            if value.low == value.high == 1:
                return Outcome(reading, sentence, "agreed", f"{value.words}", value)
        if all(value.low == value.high == 0 for value in found):
            return Outcome(reading, sentence, "disagreed", f"{found[0].words} does not hold", found[0])
        return Outcome(reading, sentence, "put aside", "rounding decides whether it holds", found[0])

    def _printed(self, reading: Reading, sentence: MaskedSentence) -> list[_Printed]:
        """Return what is printed, in each unit in which it may be meant."""
        if reading.n:
            if reading.n > len(sentence.numbers):
                raise UnreadableError(f"the sentence has {len(sentence.numbers)} hidden numbers")
            number = sentence.numbers[reading.n - 1]
            if number.found.quantity is None:
                raise UnreadableError(f"the print is unclear: {number.found.problem}")
            quantity, text = _as_said(number.found), sentence.block.text
            if _DENIED.search(text, 0, number.start):
                raise UnreadableError("what a number is not says little of what it is")
            if _CENTS.match(text, number.end):
                return [_Printed(_in_hundredths(quantity), (*CURRENCIES, "number"))]
            is_percent = quantity.unit == "number" and _PERCENT_TO.search(text, 0, number.start)
            printed = list(_in_units(quantity, "percent" if is_percent else unit_of(number)))
            return [*printed, *_without_time(number, text)]
        self._span(reading, sentence)
        words = " ".join(reading.words.split())
        multiple = MULTIPLE.search(words)
        # `twice as many as in 2022` has more words than the multiple.
        for part in dict.fromkeys((words, words[: multiple.end()] if multiple else words)):
            for unit in ("ratio", "percent"):
                try:
                    quantity = parse_quantity(part, unit, _ENGLISH)
                except QuantityError:
                    continue
                return [_Printed(quantity, (unit,))]
        raise UnreadableError("a multiple in words expected, such as doubled; a condition is for holds")

    def _values_for(
        self, reading: Reading, sentence: MaskedSentence, printed: Sequence[_Printed], expression: str
    ) -> Iterator[_Beside]:
        """Yield the value of an expression in each unit in which it and the print may be."""
        every = [self.values]
        if self.values.may_add_totals(expression):
            every.append(self.strict_values)
        error: UnreadableError | None = None
        is_any = False
        for values in every:
            for one in printed:
                try:
                    found = values.of(expression, sentence, one.units, n=reading.n)
                except UnreadableError as refused:
                    error = error or refused
                    continue
                is_any = True
                yield from ((one, value) for value in found)
        if not is_any and error:
            raise error

    def _span(self, reading: Reading, sentence: MaskedSentence) -> Span:
        """Return where what a reading is about stands. Raises UnreadableError if the sentence has no such words."""
        block = sentence.block
        if reading.n:
            number = sentence.numbers[reading.n - 1]
            start, end = number.start, number.end
        else:
            wanted = folded(reading.words).text
            text = block.text[sentence.start : sentence.end]
            found = re.search(re.escape(" ".join(reading.words.split())), text, re.IGNORECASE)
            if found is None and wanted not in folded(sentence.masked).text:
                raise UnreadableError("words of the sentence expected")
            start, end = (found.start(), found.end()) if found else (0, len(text.rstrip()))
            start, end = start + sentence.start, end + sentence.start
        return Span(block.offsets[start], block.offsets[end - 1] + 1, block.text[start:end])

    # All of them

    def finding(self, group: Sequence[Outcome], accused: frozenset[str]) -> Finding | None:
        """Return the finding on a number or wording about which all its readings disagree with the print."""
        disagreeing = [outcome for outcome in group if outcome.state == "disagreed"]
        if not disagreeing:
            return None
        first = disagreeing[0]
        sentence, value = first.sentence, first.value
        assert sentence is not None and value is not None, "what disagrees was computed"
        if not accused.isdisjoint(first.cells):
            return None  # it rests on a number that is a finding itself
        span = self._span(first.reading, sentence)
        # Readers count together where they bind the same cells.
        readers = list(dict.fromkeys(each.reader for each in disagreeing if each.cells == first.cells))
        tier = _tier(first, len(readers), has_labels=self._has_labels(sentence, value))
        expected, off = _expected(first, sentence)
        rule = next((each.reading.rule for each in disagreeing if each.reading.rule), "")
        kind = rule.rpartition(": ")[2] or KIND
        if kind == DIRECTION and (compared := _COMPARED.match(value.words)):
            expected, relation = ("a rise", "below") if compared["sign"] == "<" else ("a fall", "above")
            first = first._replace(why=f"{compared['new']} is not {relation} {compared['old']}")
        why = first.why if rule and len(readers) == 1 else f"{first.why} (read by {' and '.join(readers)})"
        quote = sentence.block.text[sentence.start : sentence.end].strip()
        return finding(
            self.text.document, kind, tier, span, quote, expected, why, [cell.span for cell in value.cells[:6]], off
        )

    def _has_labels(self, sentence: MaskedSentence, value: Value) -> bool:
        """Whether the sentence or its context has a word of each label that says what the cells are."""
        block = sentence.block
        said = words_of(" ".join([block.text, *block.section]))
        for cell in value.cells:
            for label in cell.words[:1]:
                own = words_of(" ".join([label, *spoken_names(label)]))
                if own and not own & said and len(value.cells) <= 4:
                    return False
        return True

    def places_of(self, outcomes: Sequence[Outcome]) -> dict[tuple[int, int], str]:
        """Return what each number agrees with, by its block and its offset there.

        Numbers that give each other are compared with each other, but for a multiple in words, which leaves too much
        room for that.
        """
        found: dict[tuple[int, int], str] = {}
        for outcome in outcomes:
            assert outcome.sentence is not None, "what agrees is in a sentence"
            for place in (outcome.sentence.first + outcome.reading.n - 1, *outcome.told):
                found.setdefault(self._place_of[place], outcome.why)
        return found

    @cached_property
    def _place_of(self) -> dict[int, tuple[int, int]]:
        """The block and the offset of each number of the article, from 1."""
        found = {}
        for sentence in self.text.sentences:
            for place, number in enumerate(sentence.numbers, sentence.first):
                found[place] = self._block_at[id(sentence.block)], number.start
        return found

    def unread(self, readings: Sequence[Reading]) -> list[MaskedSentence]:
        """Return the sentences with numbers of which no reading is known."""
        known = {reading.sentence for reading in readings}
        return [sentence for sentence in self.text.sentences if sentence.numbers and sentence.key not in known]


class _Printed(NamedTuple):
    """A printed number, and the units in which an expression may state it."""

    quantity: Quantity
    units: tuple[str, ...]


_Beside = tuple[_Printed, Value]
"""What is printed, and a value that it may have."""


def _best(found: Sequence[Outcome], values: Sequence[_Beside]) -> Outcome:
    """Return which outcome counts of those of what is printed beside each value that it may have."""
    printed = [one for one, _ in values]
    # An alternative that agrees decides; else the one that is nearest to the print is shown.
    best = min(found, key=lambda outcome: (_FIRST.index(outcome.state), _distance(outcome, printed)))
    if best.state == "disagreed" and all(outcome.is_far for outcome in found):
        return best._replace(state="put aside", why=f"{best.why}, which is of another size")
    if best.state == "agreed" and best.reading.n and len(found) > 1:
        return best._replace(rival=_rival(best, found))
    return best


def _in_units(quantity: Quantity, unit: str) -> Iterator[_Printed]:
    """Yield a printed number with the units in which an expression may state it.

    A number without a unit may be money, a ratio or, as in `12 points`, a percentage or the difference of two. A
    percentage may be a number of a table that does not say so.
    """
    match unit:
        case "percent":
            yield _Printed(quantity, ("percent",))
        case "number":
            yield _Printed(quantity, ("number", "percent", "percentage point", *CURRENCIES))
        case _ if unit in CURRENCIES:
            # A table may name its currency in words that do not bind each cell.
            yield _Printed(quantity, (unit, "number"))
        case _:
            yield _Printed(quantity, (unit,))


def _without_time(number: HiddenNumber, text: str) -> Iterator[_Printed]:
    """Yield the numeral of a length of time alone: a table may count in minutes, or the rows may be quarters."""
    quantity = number.found.quantity
    is_of_quarters = number.found.text.lower().endswith("quarters")
    if quantity is None or not (quantity.unit in DURATIONS or is_of_quarters):
        return
    start, end = number.masked[0]
    words = text[start:end].split(maxsplit=1)[0] if is_of_quarters else text[start:end]
    numeral = next(iter(find_quantities(words, _ENGLISH)), None)
    if numeral is not None and numeral.quantity is not None and numeral.quantity.value != quantity.value:
        yield _Printed(numeral.quantity, ("number",))


def _time_of(found: FoundQuantity) -> str:
    """Return the unit of a length of time, "" for another number."""
    unit = found.quantity.unit if found.quantity else ""
    return next((each for each in (unit, found.measure) if each in DURATIONS), "")


def _as_said(found: FoundQuantity) -> Quantity:
    """Return a quantity of words; a small number in words, such as `one in eight`, allows half a unit beside it."""
    quantity = found.quantity
    assert quantity is not None, "an unclear number is compared with nothing"
    if quantity.kind == "exact" and quantity.low == quantity.high and found.text.isalpha():
        return quantity._replace(low=quantity.value - 0.5, high=quantity.value + 0.5)
    return quantity


_DENIED = re.compile(r"\b(?:not|isn't|wasn't|never)(?: even| quite| yet)? $", re.IGNORECASE)
_CENTS = re.compile(rf"\s?(?:{'|'.join(CENTS.values())})\b")
"""What makes a number one of hundredths: `17 cents less`."""
_PERCENT_TO = re.compile(r"\bfrom (?:\S+ ){0,3}?\S*(?:%|\bper ?cent) to $")
"""What makes a number without a unit a percentage: `from 23 per cent to 41`."""
_LARGER = 1.3
"""Factor by which a number is wrong that has to be reported for the right one to count as checked."""


def _is_number_that_agrees(outcome: Outcome) -> bool:
    is_number = bool(outcome.sentence and outcome.reading.n) and not outcome.reading.of
    return is_number and outcome.state == "agreed"


def _with_text(sentence: MaskedSentence, n: int, text: str) -> MaskedSentence:
    """Return a sentence with another print of one of its numbers."""
    numbers = list(sentence.numbers)
    numbers[n - 1] = numbers[n - 1]._replace(found=numbers[n - 1].found._replace(text=text))
    return replace(sentence, numbers=numbers)


def _in_hundredths(quantity: Quantity) -> Quantity:
    """Return a number of cents as one of the currency."""
    return quantity._replace(value=quantity.value / 100, low=quantity.low / 100, high=quantity.high / 100)


def _changed(quantity: Quantity, factor: float) -> Quantity:
    """Return a number as it would be printed with another value."""
    shift = quantity.value * (factor - 1)
    # Rounding moves with the number, and the room of *about* grows with it, too.
    low, high = min(quantity.low + shift, quantity.low * factor), max(quantity.high + shift, quantity.high * factor)
    return quantity._replace(value=quantity.value * factor, low=low, high=high)


def _is_promise(agreeing: Sequence[Outcome], group: Sequence[Outcome], accused: frozenset[str]) -> bool:
    """Whether another number in the place of one with which readings agree would be a finding: each of them says so,
    no reading of it has another value, and none rests on a number that is a finding itself."""
    computed = [each for each in group if each.value is not None and not each.reading.of]
    return all(
        one.is_promise and accused.isdisjoint(one.cells) and not any(_differ_in_value(one, other) for other in computed)
        for one in agreeing
    )


def _wrong_by(text: str) -> list[tuple[float, str]]:
    """Return other prints of a number, each with its factor: a third larger, and with its first two neighbouring digits
    that differ swapped."""
    digits = _DIGITS.search(text)
    if digits is None:
        return [(_LARGER, text)]
    value, unit = float(digits[0].replace(",", "")), 10.0 ** -len(digits[0].partition(".")[2])
    if not value:
        return []
    larger = max(value + unit, round(_LARGER * value / unit) * unit)
    decimals = len(digits[0].partition(".")[2])
    printed = [f"{larger:,.{decimals}f}" if "," in digits[0] else f"{larger:.{decimals}f}"]
    signs = list(digits[0])
    for one, other in pairwise([place for place, sign in enumerate(signs) if sign.isdigit()]):
        if signs[one] != signs[other] and not (one == 0 and signs[other] == "0"):
            signs[one], signs[other] = signs[other], signs[one]
            printed.append("".join(signs))
            break
    before, behind = text[: digits.start()], text[digits.end() :]
    return [(float(each.replace(",", "")) / value, f"{before}{each}{behind}") for each in printed]


_BARE = re.compile(r"(?:^|\s)\d{4}$")
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""What four bare digits may be: a number, or a year."""
_DIGITS = re.compile(r"\d(?:[\d,]*\d)?(?:\.\d+)?")
_FAR = 100
"""Factor beyond which a number that is no power of ten off is of something else, and no slip."""


def _is_far(quantity: Quantity, value: Value) -> bool:
    """Whether a value is of another size than what is printed, and not by a power of a thousand."""
    size = _size(value, quantity)
    return isfinite(size) and size > log10(_FAR) and abs(size - 3 * round(size / 3)) > 0.05


def _of_its_size(quantity: Quantity) -> Interval:
    """Return what a print allows up to ten times its size: *more than 7,800* is no 665,000 hundredths."""
    size, allowed = abs(quantity.value), quantity.interval
    return allowed._replace(low=max(allowed.low, -10 * size), high=min(allowed.high, 10 * size))


def _compared(
    reading: Reading, sentence: MaskedSentence, quantity: Quantity, value: Value, scales: Mapping[str, Scale]
) -> Outcome:
    """Return whether a printed number agrees with a value, given the scales of columns that do not state one."""
    allowed = quantity.interval
    value = _in_measure(value, sentence.numbers[reading.n - 1].found.measure if reading.n else "")
    if reading.of:
        exceeds = quantity.low > value.high * (1 + _CLOSE)
        state: State = "disagreed" if exceeds else "agreed"
        return Outcome(reading, sentence, state, f"it is part of {value.words}, {_shown(value)}", value)
    if _overlaps(allowed, value.low, value.high):
        return Outcome(reading, sentence, "agreed", f"{value.words}", value)
    allowed = _of_its_size(quantity)
    if value.unit == "number" and _overlaps(allowed, 100 * value.low, 100 * value.high):
        # As in `30 percent in Holm, in Lund only 16`, or `61 pence in every pound`.
        return Outcome(reading, sentence, "put aside", f"{value.words} agrees in parts of a hundred", value)
    power = _power_between(allowed, value)
    scale = _scale_of(value, scales)
    if scale is None and power and any(_column_of(cell.id) in scales for cell in value.cells):
        why = f"{value.words} agrees in another power of ten, and its column is in another unit than the text"
        return Outcome(reading, sentence, "put aside", why, value, power=power)
    if scale is not None:
        scaled = _times(value, 10.0**scale.power)
        if _overlaps(allowed, scaled.low, scaled.high):
            state = "agreed" if scale.is_sure else "put aside"
            why = f"{value.words} in the scale that other numbers of the text give its column"
            return Outcome(reading, sentence, state, why, scaled, power=power)
        # A share or rate of the column has no scale: then the value is the nearer one as it is.
        if scale.is_sure and _size(scaled, quantity) < _size(value, quantity):
            value = scaled
    return _differing(reading, sentence, quantity, value, power)


def _differing(reading: Reading, sentence: MaskedSentence, quantity: Quantity, value: Value, power: int) -> Outcome:
    """Return the outcome for a value that the print does not allow: put aside if an unsaid scale or rounded zeros may
    explain it."""
    allowed = _of_its_size(quantity)
    nearest = value
    only_sign = _overlaps(allowed, -value.high, -value.low)
    # A power of ten that the table does not state for certain is no error of the sentence.
    if any(not cell.is_scaled for cell in value.cells):
        # A share of a table without signs of percent may be printed as one.
        powers = (0.01,) if value.unit.startswith("percent") else _POWERS
        for other in (_times(value, factor) for factor in powers):
            if _overlaps(allowed, other.low, other.high):
                why = f"{value.words} agrees in another power of ten, and the table does not say in which it is"
                return Outcome(reading, sentence, "put aside", why, other, as_printed=value, power=power)
            only_sign = only_sign or _overlaps(allowed, -other.high, -other.low)
            nearest = min(nearest, other, key=lambda each: share_off(abs(each.printed), abs(quantity.value)))
    rounded = _rounded(sentence.numbers[reading.n - 1].found.text, quantity) if reading.n else allowed
    if _overlaps(rounded, nearest.low, nearest.high):
        return Outcome(reading, sentence, "put aside", f"{nearest.words} agrees if its zeros are rounded", nearest)
    is_far = _is_far(quantity, value)
    why = _told(nearest)
    return Outcome(reading, sentence, "disagreed", why, nearest, only_sign, is_far, power=power)


class Scale(NamedTuple):
    """The power of ten between the cells of a column and the text, and whether enough numbers of the text say so."""

    power: int
    is_sure: bool


_MOST_POWER = 9
_FEWEST_OF_SCALE, _SURE_OF_SCALE = 2, 3
"""How many numbers must agree in one power of ten: for a doubt about each of them, and for a scale of the column."""


def _in_measure(value: Value, measure: str) -> Value:
    """Return a value in the measure of the print where its cells are in the same one with another prefix: the 34,240 of
    a column in gigawatt hours are 34.24 terawatt hours."""
    named = {next(filter(None, map(measure_of, cell.words)), "") for cell in value.cells}
    if not measure or len(named) != 1 or value.unit != "number":
        return value
    base, power = without_prefix(measure)
    own, own_power = without_prefix(named.pop())
    if base != own:
        return value
    cells = tuple(cell._replace(is_scaled=True) for cell in value.cells)
    return replace(_times(value, 10.0 ** (own_power - power)), cells=cells)


def _power_between(allowed: Interval, value: Value) -> int:
    """Return the one power of ten, other than 1, by which a value whose scale is not certain agrees with a print."""
    if value.unit == "percent" or not value.printed or not any(not cell.is_scaled for cell in value.cells):
        return 0
    powers = [power for power in range(-_MOST_POWER, _MOST_POWER + 1) if power]
    fitting = [power for power in powers if _overlaps(allowed, value.low * 10.0**power, value.high * 10.0**power)]
    return fitting[0] if len(fitting) == 1 else 0


def _size(value: Value, quantity: Quantity) -> float:
    """Return how many powers of ten are between a value and a print; infinite if one of them is zero."""
    return abs(log10(abs(value.printed / quantity.value))) if value.printed and quantity.value else inf


def _column_of(id: str) -> str:
    """Return the id of the column of a cell."""
    table, _, column = id.split("/")
    return f"{table.removesuffix(TOTALS)}/{column}"


def _scale_of(value: Value, scales: Mapping[str, Scale]) -> Scale | None:
    """Return the scale of a value all of whose cells are of columns with the same one, and no number of the text."""
    found = {scales.get(_column_of(cell.id)) for cell in value.cells}
    return next(iter(found)) if len(found) == 1 else None


def _scales_of(outcomes: Sequence[Outcome]) -> dict[str, Scale]:
    """Return the scales that the numbers of a text give to columns that state none, as a table in units of a thousand.

    A number off by a power of ten is a slip; several that are off by the same one are in another unit than the table.
    A column of which a cell agrees as it is has no other scale.
    """
    plain: set[str] = set()
    voters: dict[tuple[str, int], dict[tuple[int, int], set[str]]] = {}
    for outcome in outcomes:
        columns = _columns_of(outcome)
        if outcome.state == "agreed" and len(outcome.cells) == 1:
            plain |= columns
        tables = {column.partition("/")[0] for column in columns}
        if outcome.power and outcome.sentence and len(tables) == 1:
            number = outcome.sentence.first, outcome.reading.n
            voters.setdefault((min(tables), outcome.power), {})[number] = columns
    scales: dict[str, Scale] = {}
    for (_, power), by_number in sorted(voters.items(), key=lambda each: len(each[1])):
        votes = [columns for columns in by_number.values() if columns.isdisjoint(plain)]
        if len(votes) >= _FEWEST_OF_SCALE:
            # The scale with most votes is the last one that is kept.
            scales |= dict.fromkeys(set().union(*votes), Scale(power, len(votes) >= _SURE_OF_SCALE))
    return scales


_ZEROS = re.compile(r"(?<![\d.])(?P<digits>\d[\d,]*?)(?P<zeros>0[0,]*)(?![\d.]|,\d)")
"""A whole number with zeros at its end, which may have been rounded to tens or hundreds."""


def _rounded(text: str, quantity: Quantity) -> Interval:
    """Return what a printed number allows if the zeros at its end are rounded: `180 million` is 175 to 185 million."""
    whole = _ZEROS.search(text)
    if whole is None or quantity.value == 0:
        return quantity.interval
    zeros = whole["zeros"].count("0")
    if quantity.unit == "percent":
        zeros = min(zeros, 1)  # nobody rounds to hundreds of percent: 100% is all
    printed = float((whole["digits"] + whole["zeros"]).replace(",", ""))
    half = 0.5 * 10.0**zeros * abs(quantity.value / printed)
    return Interval(quantity.value - half, quantity.value + half)


def _times(value: Value, power: float) -> Value:
    return replace(value, low=value.low * power, high=value.high * power, printed=value.printed * power)


def _rival(best: Outcome, found: Sequence[Outcome]) -> Value | None:
    """Return the outcome in a file none of whose readings agrees; None if there is no such file."""
    by_files: dict[frozenset[str], list[Outcome]] = {}
    for outcome in found:
        by_files.setdefault(_files_of(outcome), []).append(outcome)
    for files, outcomes in by_files.items():
        if files.isdisjoint(_files_of(best)) and all(one.state == "disagreed" and not one.is_far for one in outcomes):
            return outcomes[0].value
    return None


def _files_of(outcome: Outcome) -> frozenset[str]:
    """Return the names of the files whose cells a reading binds, "" for the text itself."""
    cells = outcome.value.cells if outcome.value else ()
    return frozenset(cell.span.document.name if cell.span.document else "" for cell in cells)


def _distance(outcome: Outcome, printed: Sequence[_Printed]) -> float:
    """Return how far, as a share, a value is from what is printed."""
    assert outcome.value is not None, "what was compared was computed"
    return min(share_off(outcome.value.printed, one.quantity.value) for one in printed)


def _overlaps(allowed: Interval, low: float, high: float) -> bool:
    room = _CLOSE * max(abs(low), abs(high))
    return allowed.overlaps(Interval(low - room, high + room))


def _told(value: Value) -> str:
    """Return an expression and its value in words: `from 10 to 12 is a rise of 20%`, `[Holm] + [Aster] is 40`."""
    found = _CHANGE.fullmatch(value.words)
    if not found:
        return f"{value.words} is {_shown(value)}"
    parts = found.groupdict()
    now = parts["rise"] or parts["fall"] or parts["new"]
    before = parts["before"] or parts["ahead"] or parts["old"] or parts["other"]
    turned = (value.printed < 0) != bool(parts["fall"])
    word = "change" if parts["new"] else "fall" if turned else "rise"
    return f"from {before} to {now} is a {word} of {_shown(value).removeprefix('-')}"


def _shown(value: Value) -> str:
    sign = "%" if value.unit == "percent" else ""
    size = abs(value.printed)
    decimals = 3 - floor(log10(size)) if size else 0  # four digits, and all of a whole number
    number = f"{value.printed:,.{min(max(decimals, 0), 12)}f}"
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return f"{number}{sign}"


def _with_scales(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Deny a number in another power of ten where others, in millions by their words, say in which its column is."""
    saying: Counter[str] = Counter()
    for outcome in outcomes:
        is_level = outcome.state == "agreed" and outcome.reading.n and len(outcome.cells) == 1
        if not is_level or outcome.sentence is None:
            continue
        if _IN_MILLIONS.search(outcome.sentence.numbers[outcome.reading.n - 1].found.text):
            saying.update(_columns_of(outcome))
    found = []
    for outcome in outcomes:
        value = outcome.as_printed
        if value and all(saying[column] >= FEWEST_OF_COLUMN for column in _columns_of(outcome)):
            found.append(outcome._replace(state="disagreed", why=_told(value), value=value))
        else:
            found.append(outcome)
    return found


def _columns_of(outcome: Outcome) -> set[str]:
    """Return the ids of the columns that a reading reads."""
    return {_column_of(id) for id in outcome.cells}


def _without_faulty_tables(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Put aside what a reader binds to a table under which most numbers disagree: it misread the table."""
    bound: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.state in ("agreed", "disagreed"):
            for table in _tables_of(outcome):
                bound.setdefault((outcome.reader, table), []).append(outcome)
    faulty = set()
    for place, group in bound.items():
        disagreeing = sum(outcome.state == "disagreed" for outcome in group)
        if len(group) >= FEWEST_OF_TABLE and disagreeing > MOST_OF_TABLE * len(group):
            faulty.add(place)
    kept = []
    for outcome in outcomes:
        places = {(outcome.reader, table) for table in _tables_of(outcome)} & faulty
        if outcome.state == "disagreed" and places:
            table = min(places)[1]
            why = f"most numbers that it binds to {table} disagree: it may have misread that table"
            kept.append(outcome._replace(state="put aside", why=why))
        else:
            kept.append(outcome)
    return kept


def _tables_of(outcome: Outcome) -> set[str]:
    tables = {id.partition("/")[0].removesuffix(TOTALS) for id in outcome.cells}
    return tables - {NUMBERS}


Subject = tuple[int, int, int, str]
"""A number or wording: block, sentence, number, and the words of a wording."""


def _by_subject(outcomes: Sequence[Outcome]) -> dict[Subject, list[Outcome]]:
    groups: dict[Subject, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.sentence is not None:
            about = folded(outcome.reading.words).text
            place = (id(outcome.sentence.block), outcome.sentence.start, outcome.reading.n, about)
            groups.setdefault(place, []).append(outcome)
    return groups


def _without_rivals(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Put aside disagreement with the print where another reading of the same number gives another value or agrees."""
    kept: dict[int, Outcome] = {}
    for group in _by_subject(outcomes).values():
        decided = [outcome for outcome in group if outcome.state in ("agreed", "disagreed") and not outcome.reading.of]
        for outcome in group:
            if outcome.state == "disagreed" and any(_differ(outcome, other) for other in decided):
                kept[id(outcome)] = outcome._replace(state="put aside", why="another reading of it gives another value")
    return [kept.get(id(outcome), outcome) for outcome in outcomes]


def _differ(one: Outcome, other: Outcome) -> bool:
    return other.state == "agreed" or _differ_in_value(one, other)


def _differ_in_value(one: Outcome, other: Outcome) -> bool:
    first, second = one.value, other.value
    assert first is not None and second is not None, "both were computed"
    return first.unit != second.unit or not _overlaps(Interval(first.low, first.high), second.low, second.high)


def _accused(outcomes: Sequence[Outcome]) -> frozenset[str]:
    """Return the ids of the numbers of the article that disagree with a table: what rests on them decides nothing.

    Of two numbers that rest on each other, one of them wrong, the first in the text is told.
    """
    disagreeing = [each for each in outcomes if each.state == "disagreed" and each.sentence and each.reading.n]
    ids: set[str] = set()
    # What rests on cells alone first.
    for outcome in sorted(filter(_tables_of, disagreeing), key=lambda each: any(map(_is_of_article, each.cells))):
        if ids.isdisjoint(outcome.cells):
            assert outcome.sentence is not None, "what disagrees is in a sentence"
            ids.add(f"{NUMBERS}/n{outcome.sentence.first + outcome.reading.n - 1}/value")
    return frozenset(ids)


def _is_of_article(id: str) -> bool:
    return id.startswith(f"{NUMBERS}/")


def _tier(outcome: Outcome, readers: int, *, has_labels: bool) -> Tier:
    """Return how sure a finding is: surer if several readers bind it alike, a hint if it is only in the sign or one
    word alone binds it.

    It is at most likely where no word of the text names the row that it is bound to. Readers alike may have taken a
    fall for a number without its minus. A rule of the built-in reader is as sure as it was measured to be.
    """
    if outcome.only_sign or outcome.reading.rule == ONE_WORD:
        return "hint"
    if readers > 1:
        return "certain" if has_labels else "likely"
    return tier_of(outcome.reading.rule) if outcome.reading.rule else "likely"


def _expected(outcome: Outcome, sentence: MaskedSentence) -> tuple[str, float]:
    """Return what would be right as the text prints it, "" for a wording; and how far off the print is."""
    value = outcome.value
    assert value is not None
    if not outcome.reading.n or outcome.reading.of:
        return "", 1.0
    number = sentence.numbers[outcome.reading.n - 1]
    assert number.found.quantity is not None
    stated = StatedNumber(number.start, number.end, number.found.text, number.found.quantity)
    off = share_off(value.printed, number.found.quantity.value)
    if value.unit == "percentage point":
        return f"{format_number(value.printed, 3)} percentage points", off
    return printed_like(value.printed, stated, is_rate=value.unit == "percent"), off
