"""The review of a text with readings of it, those of the built-in reader among them: findings of all, each number once.

Belongs here: how findings of readings stand beside those of the rules, and the coverage that follows. Does not: the
rules (`judge.text`), the built-in reader (`statements`), or what follows from readings alone (`engine`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from tidebook.pipelines.judge.coverage import Coverage
from tidebook.pipelines.judge.readings.engine import Judged, judge_readings
from tidebook.pipelines.judge.readings.reading import Reading
from tidebook.pipelines.judge.readings.repeats import Repeat, repeats_in
from tidebook.pipelines.judge.readings.request import MaskedSentence, MaskedText
from tidebook.pipelines.judge.readings.statements.copies import Copy, copies_in
from tidebook.pipelines.judge.readings.statements.reader import read_text
from tidebook.pipelines.judge.readings.statements.slips import Slip, slips_in
from tidebook.pipelines.judge.text.certainty import tier_of
from tidebook.pipelines.judge.text.coverage import NOTHING_SAYS, NumberKey
from tidebook.pipelines.judge.text.finding import TIERS, Finding, Span, Tier, finding, share_off, worst_first
from tidebook.pipelines.judge.text.printing import printed_like
from tidebook.pipelines.judge.text.prose import Sentence, StatedNumber, prose_of
from tidebook.pipelines.judge.text.review import FiguresIn, Review, review
from tidebook.pipelines.read.text.document import Document


class ReviewWithReadings(NamedTuple):
    """The review of a text, and what follows from readings of it."""

    review: Review
    judged: Judged


def review_with_readings(
    document: Document,
    readings: Sequence[Reading],
    *,
    hints: bool = False,
    figures: FiguresIn = lambda _: {},
    ignored: Sequence[str] = (),
    beside: Sequence[Document] = (),
) -> ReviewWithReadings:
    """Check a text against itself, by the readings of the built-in reader, and by those of others.

    The arguments are those of `review`; `beside` are files that it is held against, too.
    """
    alone = review(document, hints=hints, figures=figures, ignored=ignored)
    # Readings are of the whole text; without any, what is beyond the budget is not read either.
    text = MaskedText(document if readings else alone.within, beside)
    sentences = prose_of(text.document.blocks).sentences
    built_in = read_text(text, sentences)
    judged = replace(judge_readings(text, [*built_in.readings, *readings]), unread=_unread(text, readings))
    agreed = {_place(document, key): why for key, why in judged.agreed.items()}
    found = [each for each in judged.findings if hints or each.tier != "hint"]
    found = [each for each in found if each.start not in alone.own]
    findings = worst_first(_once(alone.findings, found, agreed))
    known = agreed | {each.start: each.why for each in found}
    stated = set(known)
    # Numbers that speak against another one are compared, too.
    for each in found:
        known |= {(other.line, other.column): each.why for other in each.evidence if not other.file}
    seen = {_place(document, key): f"{why}, and so may another number" for key, why in judged.loose.items()}
    missed: list[Finding] = []
    for copy in copies_in(sentences, built_in.tables):
        place = _start(document, copy.sentence, copy.stated)
        if not copy.slip:
            seen[place] = copy.words()
        elif place not in known and place not in alone.own:
            missed.append(near_miss(document, copy, _at_most_likely(NEAR_MISS) if copy.is_telling else "hint"))
    for slip in slips_in(sentences, built_in.tables, beside):
        if _start(document, slip.sentence, slip.stated) not in stated | alone.own | seen.keys():
            missed.append(_slip_from_file(document, slip, _at_most_likely(SLIP) if slip.is_likely else "hint"))
    findings += _surest(each for each in missed if hints or each.tier != "hint")
    for repeat in repeats_in(alone.within, {*known, *seen}):
        if hints or _at_most_likely(REPEAT) != "hint":
            findings.append(finding_of_repeat(document, repeat))
    reasons = {_place(document, key): why for key, why in built_in.silent.items()}
    coverage = _covered(alone.coverage, known, seen, reasons)
    return ReviewWithReadings(alone._replace(findings=worst_first(findings), coverage=coverage), judged)


def _surest(missed: Iterable[Finding]) -> list[Finding]:
    """Return of the findings on one place the surest, the first of as sure ones."""
    found: dict[tuple[int, int], Finding] = {}
    for each in missed:
        other = found.setdefault(each.start, each)
        if TIERS.index(each.tier) < TIERS.index(other.tier):
            found[each.start] = each
    return list(found.values())


NEAR_MISS, SLIP, REPEAT = "cells: near miss", "files: slip", "text: repeat"
"""The rules of numbers that miss a cell, or a number of a file, by a slip which is hardly one by chance, and of those
that differ from what the text says of the same quantity elsewhere."""


def _at_most_likely(rule: str) -> Tier:
    """Return how sure a rule is of a number that no words bind in full: it may be right."""
    return max("likely", tier_of(rule), key=TIERS.index)


def near_miss(document: Document, copy: Copy, tier: Tier) -> Finding:
    """Return the finding on a number that misses a cell by a slip."""
    why = f"{copy.cell.text} of {copy.row}, {copy.head}, differs by {copy.slip}"
    return _miss(document, copy.sentence, copy.stated, copy.cell.size, copy.cell.span, why, tier)


def _slip_from_file(document: Document, slip: Slip, tier: Tier) -> Finding:
    given = slip.given
    why = f"{given.shown} differs by {slip.kind}; by chance {slip.chance:.1%} of such numbers are as near to one"
    return _miss(document, slip.sentence, slip.stated, given.size, given.span, why, tier)


def _miss(
    document: Document, sentence: Sentence, stated: StatedNumber, size: float, at: Span, why: str, tier: Tier
) -> Finding:
    """Return the finding on a number that misses one of a size."""
    expected = printed_like(size, stated, is_rate=stated.unit == "percent")
    off = share_off(size, stated.size)
    return finding(document, "near miss", tier, sentence.span_of(stated), sentence.text, expected, why, [at], off)


def finding_of_repeat(document: Document, repeat: Repeat) -> Finding:
    """Return the finding on a number that differs from one before it."""
    stated, other = repeat.stated, repeat.other
    at, before = stated.sentence.span(stated.start, stated.end), other.sentence.span(other.start, other.end)
    why = f"{other.text} in line {document.place(before.start).line} seems to be of the same"
    off = share_off(other.value, stated.value)
    quote = stated.sentence.text
    return finding(document, "repeat", _at_most_likely(REPEAT), at, quote, other.text, why, [before], off)


def _start(document: Document, sentence: Sentence, stated: StatedNumber) -> tuple[int, int]:
    """Return the line and column of a number of a sentence."""
    return document.place(sentence.block.offsets[stated.start])


def _place(document: Document, key: NumberKey) -> tuple[int, int]:
    """Return the line and column of a number of the prose."""
    block, start = key
    return document.place(document.blocks[block].offsets[start])


def _unread(text: MaskedText, readings: Sequence[Reading]) -> list[MaskedSentence]:
    """Return the sentences with numbers of which readers from outside, if there are any, have said nothing."""
    known = {reading.sentence for reading in readings}
    return [each for each in text.sentences if readings and each.numbers and each.key not in known]


def _once(
    rules: Sequence[Finding], readings: Sequence[Finding], agreed: Mapping[tuple[int, int], str]
) -> list[Finding]:
    """Return the findings of rules and of readings, of those on one place the surer one.

    A rule that is not certain is silent about a number with which a reading agrees: the two differ.
    """
    kept = [each for each in rules if each.tier == "certain" or each.start not in agreed]
    at = {each.start: each for each in kept}
    for each in readings:
        other = at.get(each.start)
        if other is None and any(_holds(each, rule) for rule in kept):
            continue  # a wording, of which a rule accuses a part
        if other is None:
            kept.append(each)
        elif TIERS.index(each.tier) < TIERS.index(other.tier):
            kept[kept.index(other)] = each
    return kept


def _holds(wide: Finding, narrow: Finding) -> bool:
    """Whether a finding on several words holds the place of another."""
    start, end = wide.start, (wide.end_line, wide.end or 1)
    return len(wide.printed.split()) > 1 and start <= narrow.start < end


def _covered(
    coverage: Coverage,
    known: Mapping[tuple[int, int], str],
    seen: Mapping[tuple[int, int], str],
    reasons: Mapping[tuple[int, int], str],
) -> Coverage:
    """Return the coverage with the numbers that readings were held against, those that copy a cell, and why others
    have no reading."""
    numerals = []
    for numeral in coverage.numerals:
        place = numeral.line, numeral.column
        if place in known and numeral.state in ("unknown", "checked"):
            numerals.append(numeral._replace(state="checked", why=known[place]))
        elif place in seen and numeral.state == "unknown":
            numerals.append(numeral._replace(state="seen", why=seen[place]))
        elif place in reasons and numeral.why == NOTHING_SAYS:
            numerals.append(numeral._replace(why=reasons[place]))
        else:
            numerals.append(numeral)
    return Coverage(numerals)
