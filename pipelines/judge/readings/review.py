"""The review of a text together with readings of it: findings of both, each number once.

Belongs here: how findings of readings stand beside those of the rules, and the coverage that follows. Does not: the
rules (`judge.text`), or what follows from readings alone (`engine`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tidebook.pipelines.judge.coverage import Coverage
from tidebook.pipelines.judge.readings.engine import Judged, judge_readings
from tidebook.pipelines.judge.readings.reading import Reading
from tidebook.pipelines.judge.readings.request import MaskedText
from tidebook.pipelines.judge.text.coverage import NumberKey
from tidebook.pipelines.judge.text.finding import TIERS, Finding, worst_first
from tidebook.pipelines.judge.text.review import Review, review
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
    figures: Mapping[NumberKey, str] | None = None,
    ignored: Sequence[str] = (),
) -> ReviewWithReadings:
    """Check a text against itself, and by readings; the arguments are those of `review`."""
    alone = review(document, hints=hints, figures=figures, ignored=ignored)
    if not readings:
        return ReviewWithReadings(alone, Judged())
    judged = judge_readings(MaskedText(document), readings)
    shown = [each for each in judged.findings if hints or each.tier != "hint"]
    agreed: dict[tuple[int, int], str] = {}
    for (at, start), why in judged.agreed.items():
        agreed[document.place(document.blocks[at].offsets[start])] = why
    findings = worst_first(_once(alone.findings, shown, agreed))
    known = agreed | {(each.line, each.column): each.why for each in shown}
    return ReviewWithReadings(alone._replace(findings=findings, coverage=_covered(alone.coverage, known)), judged)


def _once(
    rules: Sequence[Finding], readings: Sequence[Finding], agreed: Mapping[tuple[int, int], str]
) -> list[Finding]:
    """Return the findings of rules and of readings, of those on one place the surer one.

    A rule that is not certain is silent about a number with which a reading agrees: the two differ.
    """
    kept = [each for each in rules if each.tier == "certain" or (each.line, each.column) not in agreed]
    at = {(each.line, each.column): each for each in kept}
    for each in readings:
        other = at.get((each.line, each.column))
        if other is None:
            kept.append(each)
        elif TIERS.index(each.tier) < TIERS.index(other.tier):
            kept[kept.index(other)] = each
    return kept


def _covered(coverage: Coverage, known: Mapping[tuple[int, int], str]) -> Coverage:
    """Return the coverage with numbers as checked that readings were held against."""
    numerals = []
    for numeral in coverage.numerals:
        why = known.get((numeral.line, numeral.column))
        is_new = why and numeral.state in ("unknown", "checked")
        numerals.append(numeral._replace(state="checked", why=why) if is_new and why else numeral)
    return Coverage(numerals)
