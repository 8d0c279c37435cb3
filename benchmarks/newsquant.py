"""How well numbers of news sentences are read: `python -m benchmarks.newsquant PATH [--wrong] [--refused]`.

PATH is NewsQuant.json of github.com/satya77/CQE_Evaluation: 590 sentences with the quantities that Almasian et al.
(2023) annotated. It prints precision, recall and F1 of values twice: counted as their `calculate_metrics` does, and
with each value matched only once. Then it prints how many values that are read match no annotation, and the most
frequent reasons why a number is not read. Their conventions are applied here, not in the reader: years, days, ranks,
`twice` and times of day are not quantities; `one` before a noun is; a change from A to B is a range; hours stay hours.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import inf, isclose
from pathlib import Path
from typing import NamedTuple

from tidebook.pipelines.read.quantities.context import Context
from tidebook.pipelines.read.quantities.grammar import SECONDS
from tidebook.pipelines.read.quantities.sentences import FoundQuantity, find_quantities
from tidebook.schemas.units import use_units

ENGLISH = Context(decimal=".")
Value = float | tuple[float, float]
_NO_QUANTITIES = ("date", "calendar year", "rank")
_NO_QUANTITY_WORDS = ("twice", "thrice")
_CLOCK = re.compile(r"\d:\d|^\d{1,2}(?= ?[ap]\.?m\b)")
_ONE = re.compile(r"(?i)(?<![a-z0-9-])one(?= [a-z]|-[a-z]+ [a-z])(?! another| day\b| thing\b)")
_VAGUE = re.compile(r"(?i)\b(?:tens|dozens|hundreds|thousands|millions|billions|trillions)\b")
_TO = re.compile(r"\s*(?:to|down to|up to)\s*")
_FROM = re.compile(r"(?i)\bfrom\s+$")
_BY = re.compile(r"(?i)\bby\s+$")
_BETWEEN = re.compile(r"\bto\b|\band\b|\bor\b|[0-9A-Za-z%] ?[-–—/] ?[$€£0-9]")
_TIME = re.compile(r"(?i)[0-9] ?((?:h|m)(?:ou)?r?s?(?:in)?)(?:ute)?s?$")
_TIMES = {"h": "hour", "m": "minute", "H": "hour", "M": "minute"}


class Sentence(NamedTuple):
    """A sentence with the values that were annotated."""

    text: str
    values: list[Value]


class Score(NamedTuple):
    """Precision, recall and their harmonic mean, in percent."""

    precision: float
    recall: float
    f1: float


def sentences(path: Path) -> list[Sentence]:
    """Return the sentences of the data set."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    return [Sentence(each["text"], [annotated(said["value"]) for said in each["quantities"]]) for each in entries]


def annotated(value: str | float) -> Value:
    """Return an annotated value; `5-10` is a range, `-5` and `2E-5` are none."""
    if isinstance(value, str) and "-" in value and "E" not in value and not value.startswith("-"):
        low, high = value.split("-")[:2]
        return float(low), float(high)
    return float(value)


def tagged(text: str) -> Iterator[tuple[FoundQuantity, Value]]:
    """Yield what is read in a sentence and counts as a quantity by the conventions of the data set."""
    kept = [each for each in find_quantities(text, ENGLISH) if each.quantity is not None and _counts(text, each)]
    at = 0
    while at < len(kept):
        ends = kept[at : at + 2]
        if len(ends) == 2 and _is_change(text, *ends):
            yield ends[0], (_single(ends[0]), _single(ends[1]))
            at += 2
            continue
        yield ends[0], _value(ends[0])
        at += 1
    for found in _ONE.finditer(text):
        if not any(each.start <= found.start() < each.end for each in kept):
            yield FoundQuantity(*found.span(), found[0], None, ""), 1.0


def _counts(text: str, found: FoundQuantity) -> bool:
    assert found.quantity is not None
    if found.quantity.unit in _NO_QUANTITIES or found.text.lower() in _NO_QUANTITY_WORDS:
        return False
    return not _CLOCK.search(text[found.start : found.end + 5])


def _is_change(text: str, first: FoundQuantity, second: FoundQuantity) -> bool:
    """Whether something changed from one quantity to the other; one of them may leave out the unit."""
    if first.quantity is None or second.quantity is None or _is_range(first) or _is_range(second):
        return False
    if not _TO.fullmatch(text, first.end, second.start) or _BY.search(text, 0, first.start):
        return False  # `increased by $43.6 billion to $419.2 billion` has a difference and a level
    units = {first.quantity.unit, second.quantity.unit}
    # Without `from`, `gained 0.7 percent to 6,327.80` has two units.
    return len(units) == 1 or ("number" in units and _FROM.search(text, 0, first.start) is not None)


def _is_range(found: FoundQuantity) -> bool:
    quantity = found.quantity
    assert quantity is not None
    if quantity.kind != "estimate" or quantity.loose or inf in (abs(quantity.low), abs(quantity.high)):
        return False
    return bool(_BETWEEN.search(found.text)) or bool(_VAGUE.search(found.text))


def _single(found: FoundQuantity) -> float:
    """Return the value in its printed unit: the reader converts spelled-out times to seconds."""
    quantity = found.quantity
    assert quantity is not None
    spelled = _TIME.search(found.text) if quantity.unit == "second" else None
    return quantity.value / float(SECONDS[_TIMES[spelled[1][0]]]) if spelled else quantity.value


def _value(found: FoundQuantity) -> Value:
    quantity = found.quantity
    assert quantity is not None
    if not _is_range(found):
        return _single(found)
    # `thousands` allows what is above two thousand; the data set counts from one.
    low = quantity.low / 2 if _VAGUE.search(found.text) else quantity.low
    return low, quantity.high


def same(annotation: Value, value: Value) -> bool:
    """Whether two values agree to five digits, a range with a range."""
    if isinstance(annotation, tuple) and isinstance(value, tuple):
        return all(
            isclose(one, other, rel_tol=1e-5, abs_tol=1e-8) for one, other in zip(annotation, value, strict=True)
        )
    if isinstance(annotation, tuple) or isinstance(value, tuple):
        return False
    return isclose(annotation, value, rel_tol=1e-5, abs_tol=1e-8)


def matched_as_published(annotations: Sequence[Value], values: Sequence[Value]) -> int:
    """Return the matches of a sentence as `calculate_metrics` counts: every equal pair, at most one for each value.

    The tagger is stubbed: none of the units that it would compare is equal.
    """
    pairs = sum(same(annotation, value) for annotation in annotations for value in values)
    return min(pairs, len(annotations))


def matched_once(annotations: Sequence[Value], values: Sequence[Value]) -> int:
    """Return the matches of a sentence where each value counts once."""
    rest = list(values)
    for annotation in annotations:
        equal = next((value for value in rest if same(annotation, value)), None)
        if equal is not None:
            rest.remove(equal)
    return len(values) - len(rest)


def score(matches: int, read: int, annotations: int) -> Score:
    """Return precision, recall and F1 in percent."""
    precision, recall = matches / read, matches / annotations
    f1 = 2 * precision * recall / (precision + recall) if matches else 0.0
    return Score(*(round(100 * part, 1) for part in (precision, recall, f1)))


class Misread(NamedTuple):
    """A number whose value matches no annotation, with the annotations that are missed: perhaps it is read wrongly."""

    text: str
    words: str
    value: Value
    missed: list[Value]


def misread(found: Iterable[Sentence]) -> Iterator[Misread]:
    """Yield what is read with a value that is not annotated."""
    for sentence in found:
        values = list(tagged(sentence.text))
        missed = [each for each in sentence.values if not any(same(each, value) for _, value in values)]
        for quantity, value in values:
            if not any(same(each, value) for each in sentence.values):
                yield Misread(sentence.text, quantity.text, value, missed)


def _is_end(each: Misread) -> bool:
    """Whether a value is one end of a range that is missed."""
    ends = [end for value in each.missed if isinstance(value, tuple) for end in value]
    values = each.value if isinstance(each.value, tuple) else (each.value,)
    return any(same(end, value) for end in ends for value in values)


def refused(found: Iterable[Sentence]) -> Iterator[tuple[FoundQuantity, Sentence]]:
    """Yield the numbers that are refused, with the reason, in sentences where an annotated value is missed."""
    for sentence in found:
        values = [value for _, value in tagged(sentence.text)]
        if all(any(same(each, value) for value in values) for each in sentence.values):
            continue
        for each in find_quantities(sentence.text, ENGLISH):
            if each.quantity is None:
                yield each, sentence


def main(arguments: Sequence[str]) -> int:
    """Print the scores, and with options what is misread or refused."""
    paths = [Path(argument) for argument in arguments if not argument.startswith("-")]
    if len(paths) != 1 or not paths[0].is_file():
        print("usage: python -m benchmarks.newsquant PATH [--wrong] [--refused]", file=sys.stderr)
        return 2
    use_units({})  # those of a dossier that was read before, such as `model`, are not those of the news
    found = sentences(paths[0])
    read = {each.text: [value for _, value in tagged(each.text)] for each in found}
    annotations = sum(len(each.values) for each in found)
    total = sum(len(read[each.text]) for each in found)
    print("| values | precision | recall | F1 |\n|---|---:|---:|---:|")
    for name, count in (("as published", matched_as_published), ("each matched once", matched_once)):
        result = score(sum(count(each.values, read[each.text]) for each in found), total, annotations)
        print(f"| {name} | {result.precision} | {result.recall} | {result.f1} |")
    others = list(misread(found))
    possible = [each for each in others if each.missed]
    print(f"\n{len(found)} sentences, {annotations} annotated, {total} read, {len(others)} without an annotation;")
    ends = [each for each in possible if not _is_end(each)]
    print(f"{len(possible)} of these in a sentence of which a value is missed; {len(ends)} are no end of a range there")
    reasons = Counter(re.sub(r"'.*'|[\d.,]+", "…", each.problem) for each, _ in refused(found))
    print(
        "refused, where a value is missed: "
        + "; ".join(f"{reason} {count}" for reason, count in reasons.most_common(8))
    )
    if "--wrong" in arguments:
        for each in others:
            print(f"{'wrong?' if each.missed else 'more'}: {each.words!r} {each.value} {each.missed}: {each.text!r}")
    if "--refused" in arguments:
        for quantity, sentence in refused(found):
            print(f"refused: {quantity.text!r}: {quantity.problem}: {sentence.values}: {sentence.text!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
