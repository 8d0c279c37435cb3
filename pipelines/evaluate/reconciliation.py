"""Each figure of the article against independent values: what agrees, what does not, and in which way it errs.

General rules over figures and references; no answer is listed here. Which values scenarios take is in `evidence_views`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite, isnan, log10, nan
from operator import itemgetter

from tidebook.pipelines.evaluate.evidence_views import is_printed
from tidebook.pipelines.evaluate.known import CITED, CLAIMED
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.formatting import digits_between, significant_digits
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.intervals import ends_are_assumed, support
from tidebook.pipelines.read.quantities.quantity import parse_quantity
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.figures import Figures
from tidebook.schemas.reference import Reconciliation, References
from tidebook.schemas.units import UNITS, UNSCALED
from tidebook.schemas.vocabulary import REPORTED

NEAR_POWER = 1.05
LEAST_DIGITS_OF_ANOTHER_BASIS, LEAST_DIGITS_OF_ANOTHER_SUBJECT = 2, 3
"""Digits that a printed number must have before its like elsewhere is more than chance."""

VAGUE_REACH = 5
"""`thousands` reads as at least two of them; as a finding goes it is right up to ten."""

BINARY = 1.024
"""What K may stand for in a binary unit, 1,024, over what it is read as."""


@dataclass(frozen=True)
class Pair:
    """A figure of the article beside one reference for it.

    The supports may overlap; the two fit when the value of one lies within the support of the other, or near a
    reference that is derived. They fit `in_full` where every printed digit counts: what speaks against a figure has to.
    """

    reference: Row
    ratio: float
    same_unit: bool
    same_basis: bool
    overlaps: bool
    fits: bool
    in_full: bool

    @property
    def comparable(self) -> bool:
        """Whether the two are numbers of the same kind."""
        return self.same_unit and self.same_basis

    @property
    def distance(self) -> float:
        """How many powers of ten the two are apart, either way; infinite where their signs differ."""
        return abs(log10(self.ratio)) if self.ratio > 0 else inf


@dataclass(frozen=True)
class Finding:
    """What a figure's references say of it, and the one that decides, if any; `others` are further figures named.

    `ended` is the day on which the value ended to be right, in words: of a reference without a day, a span of days.
    """

    name: str
    detail: str
    factor: float = nan
    held_from: dt.date | None = None
    held_until: dt.date | None = None
    reference: Row | None = None
    others: tuple[str, ...] = ()
    ended: str = ""


def _pairs_of(figure: Row, references: Sequence[Row], assumed: Assumptions) -> list[Pair]:
    """Return the figure beside each of its references, in order of date."""
    if not references:  # as of most figures of a large table
        return []
    near = assumed.reconciliation.near
    own, full = (_printed_support(figure, assumed, in_full) for in_full in (False, True))
    exact = figure["kind"] == "exact"  # where there is a K too, it is of something else
    thousands = UNITS[figure["unit"]].binary and not exact and re.search(r"\d\s?K\b", figure["text"])
    sizes = (1.0, BINARY) if thousands else (1.0,)
    pairs = []
    for reference in sorted(references, key=lambda row: (row["as_of"], row["source_id"])):
        value = reference["value"]
        other = _interval(reference["kind"], value, reference["low"], reference["high"], assumed)
        ratio = figure["value"] / value if value and figure["unit"] not in UNSCALED else nan
        near_it = other[0] <= figure["value"] <= other[1] or (reference["tier"] == "D" and 1 / near <= ratio <= near)
        fits, in_full = (
            near_it or any(low * size <= value <= high * size for size in sizes) for low, high in (own, full)
        )
        same_unit, same_basis = figure["unit"] == reference["unit"], figure["basis"] == reference["basis"]
        overlaps = any(_overlap((own[0] * size, own[1] * size), other) for size in sizes)
        pairs.append(Pair(reference, ratio, same_unit, same_basis, overlaps, fits, in_full))
    return pairs


def _printed_support(figure: Row, assumed: Assumptions, in_full: bool) -> tuple[float, float]:
    """Return the interval that the printed digits support, without the factor assumed for estimates.

    Unless all are to count `in_full`, zeros at the end of an estimate or a count, behind two digits, may be no more
    than places: `248,000`, `about 2,900`, `a quarter of a million`; and words say what their digits would. An open end
    reaches as far as the draws do, that of a word such as `thousands` up to the next power of ten.
    """
    kind, value = figure["kind"], figure["value"]
    vague = re.match(r"\W*(hundred|thousand|million|billion|trillion)s\b", figure["text"])
    if kind == "at_least" and vague:
        return value, value * VAGUE_REACH
    estimate = ends_are_assumed(figure, assumed)
    if figure["unit"] in UNSCALED or not (estimate or (kind == "exact" and not in_full and figure["unit"] != "rank")):
        return _interval(kind, value, figure["low"], figure["high"], assumed)
    number = _number_in(figure["text"], value)
    digits = printed = re.sub(r"\D", "", number)
    if not in_full:
        if not re.search(r"\d", figure["text"]):
            digits = printed = str(abs(int(value))) if value == int(value) else significant_digits(value)[:2]
        if number.isdigit() or not number or int(digits) == abs(value):  # no digit stands behind a decimal sign
            digits = digits.rstrip("0").ljust(min(2, len(digits)), "0")
    counted = kind == "exact" and UNITS[figure["unit"]].count and digits == printed
    half = abs(value) / float(digits) / 2 if value and digits and not counted else 0.0
    return value - half, value + half


def _number_in(text: str, value: float) -> str:
    """Return the number in a cell that is the value but for a power of ten, the shortest there is, in ASCII digits.

    There is none where other things say the value: words, both ends of a range, hours and minutes.
    """
    plain = re.sub(r"\d", lambda digit: str(int(digit[0])), text)  # of any script
    numbers = re.findall(r"\d+(?:[\s'’]\d{3}(?!\d))*(?:[.,]\d+)*", plain)
    own = significant_digits(value)
    return min((each for each in numbers if re.sub(r"\D", "", each).strip("0") == own), key=len, default="")


def _interval(kind: str, value: float, low: float, high: float, assumed: Assumptions) -> tuple[float, float]:
    """Return an interval with both ends: an open end reaches as far as the draws do, an unknown one not at all."""
    if kind == "at_least":
        return value, value * assumed.open_ended.at_least_hides
    if kind == "at_most":
        return value / assumed.open_ended.at_most_hides, value
    return (value, value) if isnan(low) else (low, high)


def _overlap(first: tuple[float, float], second: tuple[float, float]) -> bool:
    """Return whether two intervals share a value; an upper end counts only where the interval is that one value.

    What rounds up at its upper end is printed as the next number.
    """
    (low, high), (start, end) = first, second
    if low == high:
        return start <= low < end or low == start
    if start == end:
        return low <= start < high
    return max(low, start) < min(high, end)


def _judge_figure(
    figure: Row, pairs: Sequence[Pair], others: Sequence[Row], day: dt.date, assumed: Assumptions
) -> Finding:
    """Return the finding on one figure.

    `others` are references for other subjects of the same quantity, with their labels; `day` is the date
    that the article's content speaks of. Weak references never decide.
    """
    cited = [pair for pair in pairs if pair.reference["tier"] in CITED]
    if not cited:
        weak = " but weak ones" if pairs else ""
        return Finding("no reference", f"there is no independent value{weak}")
    comparable = _deciding([pair for pair in cited if pair.comparable])
    fitting = [pair for pair in comparable if pair.fits]
    if fitting and figure["unit"] in UNSCALED:
        return Finding("agrees", words(fitting[0].reference), 1.0, reference=fitting[0].reference)
    if fitting:
        return _dated_finding(comparable, day)
    # The strongest proof first: the very number in another unit or basis, then a slip of it, then another subject's.
    error = (
        _wrong_unit(figure, cited)
        or _wrong_basis(figure, cited, assumed)
        or _exponent_slip(comparable, day)
        or _wrong_attribution(figure, others if comparable else [], assumed)
    )
    if error:
        return error
    if not comparable:
        return Finding("not comparable", f"independent values are {_apart(cited)}")
    nearest = known_on(comparable, day)
    detail = f"{words(nearest.reference)}; the printed value is {_off(figure, nearest, assumed)}"
    return Finding("differs", detail, nearest.ratio, reference=nearest.reference)


def _apart(pairs: Sequence[Pair]) -> str:
    """Return in what independent values differ from a figure, all in unit or basis."""
    if all(pair.same_basis for pair in pairs):
        return f"in another unit: {'; '.join(sorted({pair.reference['unit'] for pair in pairs}))}"
    bases = {f"{pair.reference['basis']}{'' if pair.same_unit else ', in ' + pair.reference['unit']}" for pair in pairs}
    return f"on another basis: {'; '.join(sorted(bases))}"


def _off(figure: Row, pair: Pair, assumed: Assumptions) -> str:
    """Return how far the printed value is from a reference: how many times it that is, or days or years from it."""
    value, reference, unit = figure["value"], pair.reference, figure["unit"]
    if unit in UNSCALED:
        apart = value - reference["value"]
        one = "day" if unit == "date" else "year"
        return f"{abs(apart):,.10g} {one}{'s' * (abs(apart) != 1)} {'later' if apart > 0 else 'earlier'}"
    if isnan(pair.ratio):
        return "not zero"
    if pair.ratio == 0:
        return "zero"
    times = f"{pair.ratio:.{digits_between(abs(pair.ratio), 1)}g} times that"
    if pair.ratio < 0:
        size = "" if value == -reference["value"] else f", and {times.removeprefix('-')} in size"
        return f"of the opposite sign{size}"
    if ends := _stated_interval(reference, assumed):
        low, high = (f"{value / end:.3g}" for end in reversed(ends))
        times += f" ({low} to {high} times over its interval)"
    return times


def _deciding(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs of the best tier on each day: what a better source has of it decides."""
    by_day = grouped(pairs, lambda pair: pair.reference["as_of"])
    best = {day: min(CITED[pair.reference["tier"]] for pair in same) for day, same in by_day.items()}
    return [pair for pair in pairs if CITED[pair.reference["tier"]] == best[pair.reference["as_of"]]]


def known_on(pairs: Sequence[Pair], day: dt.date) -> Pair:
    """Return the latest pair of the best tier known on a day, or the first one after it."""
    before = [pair for pair in pairs if pair.reference["as_of"] <= day] or pairs[:1]
    return min(before, key=lambda pair: (-pair.reference["as_of"].toordinal(), CITED[pair.reference["tier"]]))


def _dated_finding(pairs: Sequence[Pair], day: dt.date) -> Finding:
    """Return whether the printed value was right on the day, before it, or only after it.

    A value holds from the date of a reference that fits until the next date of which no reference does. Where nothing
    is known from before, a value `as reported` is as old as its report or older: since when it held is not known.
    """
    dates = sorted({pair.reference["as_of"] for pair in pairs})
    fitting = {pair.reference["as_of"]: pair for pair in reversed(pairs) if pair.fits}
    starts = [date for before, date in pairwise([None, *dates]) if date in fitting and before not in fitting]
    start = max((date for date in starts if date <= day), default=starts[0])
    until = next((date for date in dates if date > start and date not in fitting), None)
    ended = next((_day_words(pair.reference) for pair in pairs if pair.reference["as_of"] == until), "")
    first = fitting[start]
    only_reported = start == dates[0] and first.reference["basis"] == REPORTED
    if not only_reported and (first.reference["earliest"] or start) > day:
        detail = f"{words(first.reference)}, not before"
        return Finding("premature", detail, first.ratio, start, until, first.reference)
    if until is None or until > day:
        detail = f"{words(first.reference)}{f', until {ended}' if ended else ''}"
        since = None if only_reported else start
        return Finding("agrees", detail, first.ratio, since, until, first.reference, ended=ended)
    detail = f"right from {start} to {ended}, when another value took its place"
    return Finding("stale", detail, first.ratio, start, until, first.reference, ended=ended)


def _wrong_basis(figure: Row, pairs: Sequence[Pair], assumed: Assumptions) -> Finding | None:
    """Return a finding when a value on another basis fits and none on the printed one is even near.

    Where there is none on the printed one, two bases that are stated tell them apart. A number of one digit proves
    nothing.
    """
    near = log10(assumed.reconciliation.near)
    same_unit = [pair for pair in pairs if pair.same_unit]
    own = [pair for pair in same_unit if pair.same_basis]
    fitting = [
        pair
        for pair in same_unit
        if pair.in_full and not pair.same_basis and (own or REPORTED not in (figure["basis"], pair.reference["basis"]))
    ]
    if not fitting or any(pair.distance <= near for pair in own) or _digits(figure) < LEAST_DIGITS_OF_ANOTHER_BASIS:
        return None
    best = min(fitting, key=lambda pair: (pair.distance, pair.reference["as_of"]))
    reference = best.reference
    detail = f"the basis printed is {figure['basis']!r}; the value fits {reference['basis']!r}: {words(reference)}"
    return Finding("wrong basis", detail, best.ratio, reference=reference)


def _wrong_unit(figure: Row, pairs: Sequence[Pair]) -> Finding | None:
    """Return a finding when the same number is found in another unit, such as another currency."""
    for pair in pairs:
        if pair.in_full and pair.same_basis and not pair.same_unit:
            detail = f"the number is right in {pair.reference['unit']}, not {figure['unit']}: {words(pair.reference)}"
            return Finding("wrong unit", detail, pair.ratio, reference=pair.reference)
    return None


def _exponent_slip(pairs: Sequence[Pair], day: dt.date) -> Finding | None:
    """Return a finding when the printed value and that of the day differ by a power of ten to within 5 %."""
    pair = known_on(pairs, day) if pairs else None
    if pair is None or not pair.ratio > 0:  # it is missing where the value of the day is zero
        return None
    power = round(log10(pair.ratio))
    if not power or abs(log10(pair.ratio) - power) > log10(NEAR_POWER):
        return None
    off = f"{10 ** abs(power):,} times too {'high' if power > 0 else 'low'}"
    detail = f"{words(pair.reference)}: the printed value is {off}"
    return Finding("exponent slip", detail, pair.ratio, reference=pair.reference)


def _wrong_attribution(figure: Row, others: Sequence[Row], assumed: Assumptions) -> Finding | None:
    """Return a finding when the printed value, to its last digit, is not its own but just one other subject's.

    A value that several subjects share, or that has fewer than three digits, proves nothing.
    """
    own = _printed_support(figure, assumed, in_full=True)
    same = [row for row in others if row["unit"] == figure["unit"] and _overlap(own, (row["value"], row["value"]))]
    if _digits(figure) < LEAST_DIGITS_OF_ANOTHER_SUBJECT or len({other["figure_id"] for other in same}) != 1:
        return None
    other = same[0]
    detail = f"the printed value is that of {other['label']}: {words(other)}"
    return Finding("wrong attribution", detail, 1.0, reference=other, others=(other["figure_id"],))


def _digits(figure: Row) -> int:
    return sum(char.isdigit() for char in _number_in(figure["text"], figure["value"]) or figure["text"])


def words(reference: Row) -> str:
    """Return a reference with its unit, day, and basis where one is stated."""
    day = _day_words(reference).removeprefix("some day ")
    basis = "" if reference["basis"] in (REPORTED, CLAIMED) else f"{reference['basis']}, "
    return f"{with_unit(reference['text'], reference['unit'])} ({basis}{day})"


def _day_words(reference: Row) -> str:
    """Return the day of a reference; where only the month is known, from when to when it may be."""
    first, last = reference["earliest"], reference["as_of"]
    return f"some day between {first} and {last}" if first else str(last)


def _stated_interval(reference: Row, assumed: Assumptions) -> tuple[float, float] | None:
    """Return the interval that a reference states, rather than what its digits support; None without one."""
    ends = reference["low"], reference["high"]
    if not all(isfinite(end) and end > 0 for end in ends):
        return None
    reading = parse_quantity(reference["text"], reference["unit"])
    return ends if (isfinite(reading.low) and reading.kind == "estimate") or ends != support(reading, assumed) else None


def with_unit(text: str, unit: str) -> str:
    """Return a printed number with its unit in words, where the text does not say it itself."""
    words = UNITS[unit].words
    if not words or text.endswith(words) or ":" in text:  # a clock says what it counts
        return text
    word = unit if text == "1" and UNITS[unit].count else words[0]
    return f"{text}{'' if word in ('x', '%') else ' '}{word}"


def reconciliation_table(
    figures: Frame[Figures], references: Frame[References], assumed: Assumptions
) -> Frame[Reconciliation]:
    """Return each figure beside each reference, as rows of `schemas.reference.Reconciliation`, sorted by key."""
    by_figure = _by_figure(records(references))
    rows = [
        {
            **figure,
            "reference_basis": pair.reference["basis"],
            "reference_as_of": pair.reference["as_of"],
            "source_id": pair.reference["source_id"],
            "printed": figure["text"],
            "reference": pair.reference["text"],
            "reference_unit": pair.reference["unit"],
            "tier": pair.reference["tier"],
            "ratio": pair.ratio if pair.same_unit else nan,
            "comparable": pair.comparable,
            "overlaps": pair.overlaps and pair.same_unit,
        }
        for figure in filter(is_printed, records(figures))
        for pair in _pairs_of(figure, by_figure[figure["figure_id"]], assumed)
    ]
    return table_of(Reconciliation, rows)


def _by_figure(references: Iterable[Row]) -> Mapping[str, list[Row]]:
    """Return the references of each figure that have a value; a figure without any has an empty list."""
    return grouped((row for row in references if row["kind"] != "missing"), itemgetter("figure_id"))


def judged_figures(
    figures: Sequence[Row], references: Iterable[Row], day: dt.date, assumed: Assumptions
) -> Iterator[tuple[Row, Finding, list[Pair]]]:
    """Yield each figure of the article with what its references say of it and the figure beside each of them."""
    by_figure = _by_figure(references)
    labels = {row["subject"]: row["label"] for row in figures}
    of_quantity: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for name, same in by_figure.items():
        table, subject, quantity = name.split("/")
        label = labels.get(subject, subject)
        of_quantity[table, quantity] += [{**row, "label": label} for row in same if row["tier"] in CITED]
    for figure in filter(is_printed, figures):
        table, _, quantity = figure["figure_id"].split("/")
        others = [row for row in of_quantity[table, quantity] if row["figure_id"] != figure["figure_id"]]
        pairs = _pairs_of(figure, by_figure[figure["figure_id"]], assumed)
        yield figure, _judge_figure(figure, pairs, others, day, assumed), pairs
