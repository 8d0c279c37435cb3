"""Each figure of the article against independent values: what agrees, what does not, and the type of error.

Belongs here: general rules over one figure and its references; no answer is listed. Does not: comparisons on several
figures (`judge.comparisons`), outcomes (`judge.figure_outcomes`), or which values scenarios take (`evidence_views`).
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isclose, isfinite, isnan, log10, nan
from operator import itemgetter
from typing import NamedTuple

from tidebook.pipelines.evaluate.digits import coarser_interval, half_unit, in_full, is_coarser_form, number_in
from tidebook.pipelines.evaluate.evidence_views import is_printed
from tidebook.pipelines.evaluate.known import (
    CITED,
    CLAIMED,
    Ends,
    date_on,
    dispute_words,
    ends_by_date,
    grouped_by_agreement,
    is_fixed,
    is_known_by,
)
from tidebook.pipelines.read.declarations import Assumptions, Basis
from tidebook.pipelines.read.formatting import is_small_count, off_words, significant_digits
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.names import column_of
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.quantities.phrases import part_and_whole
from tidebook.pipelines.read.quantities.quantity import parse_quantity
from tidebook.pipelines.read.reference_errors import BY_CLASS, BY_PREMISE, EXACT, LEARNT, STATED, error_ends
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.figures import Figures
from tidebook.schemas.reference import Reconciliation, ReferenceValues
from tidebook.schemas.units import UNITS, UNSCALED
from tidebook.schemas.vocabulary import REPORTED

NEAR_POWER = 1.05
"""Maximum factor from a power of ten at which a ratio counts as one."""
LEAST_DIGITS_OF_ANOTHER_BASIS, LEAST_DIGITS_OF_ANOTHER_SUBJECT = 2, 3
"""Minimum digits of a printed number before the same number elsewhere is more than chance."""

MOST_CHANCE = 0.05
"""Largest chance of another subject's value by coincidence at which the coincidence is evidence."""

STEPS_APART = 5
"""Units of the last digit beyond which a number is not an inexact form of another, however near."""

UNSTATED = (REPORTED, CLAIMED)
"""Bases that do not say how a value was measured."""

BOUNDS, NUMBERS = ("at_least", "at_most"), ("exact", "rounded", "estimate")
"""Kinds of values that limit a number, and of those that state it."""

LATER_ONLY = "what is known is of a later time: "
"""Words before a value of a day after publication, by which nothing can have been wrong."""

BINARY = 1.024
"""What K may mean in a binary unit, 1,024, over the 1,000 as which it is read."""


@dataclass(frozen=True)
class Pair:
    """A figure of the article beside one reference for it.

    Attributes:
        reference: the row of the reference.
        ratio: the printed value over the reference; NaN if there is none.
        same_unit: whether the units are equal.
        same_basis: whether the bases are equal.
        intervals_overlap: whether the implied intervals overlap.
        fits: whether the reference allows the figure and the figure the reference; None where the reference is a bound
            that decides nothing.
        in_full: whether the numbers are the same to the last printed digit, as evidence against a figure has to be.
    """

    reference: Row
    ratio: float
    same_unit: bool
    same_basis: bool
    intervals_overlap: bool
    fits: bool | None
    in_full: bool

    @property
    def comparable(self) -> bool:
        """Whether the two are numbers of the same kind."""
        return self.same_unit and self.same_basis

    def is_known_by(self, day: dt.date) -> bool:
        """Whether the value of the reference could be known on a day."""
        return is_known_by(self.reference, day)

    @property
    def distance(self) -> float:
        """The distance in powers of ten, either way; infinite if signs differ."""
        return abs(log10(self.ratio)) if self.ratio > 0 else inf


@dataclass(frozen=True)
class Comparison:
    """What a figure's references say of it.

    Attributes:
        name: agrees, stale, premature, differs, wrong unit, and so on; see the column `result` of the contract.
        detail: the reason, in words.
        factor: the printed value over the reference; NaN if there is none.
        valid_from: first day on which the printed value was right.
        valid_until: first day on which it no longer was.
        reference: the reference that decides, if any.
        others: further figures that the comparison names.
        ended: `valid_until` in words; a span of days if the reference states no day.
    """

    name: str
    detail: str
    factor: float = nan
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    reference: Row | None = None
    others: tuple[str, ...] = ()
    ended: str = ""


def _pairs_of(figure: Row, references: Sequence[Row]) -> list[Pair]:
    """Compare a figure with each of its references, in order of date."""
    if not references:  # as of most figures of a large table
        return []
    sizes = _sizes(figure)
    own = [Interval.of(figure).scaled(size) for size in sizes]
    full = [in_full(figure).scaled(size) for size in sizes]
    return [_pair(figure, reference, own, full) for reference in _by_date(references)]


def _by_date(references: Sequence[Row]) -> Iterator[Row]:
    """Yield the references of a figure in order of date; of one date, unit, basis and tier the preferred ones first."""

    def terms(row: Row) -> tuple[dt.date, int, str, str]:
        return row["as_of"], CITED.get(row["tier"], len(CITED)), row["basis"], row["unit"]

    by_terms = grouped(references, terms)
    for key in sorted(by_terms):
        yield from itertools.chain.from_iterable(grouped_by_agreement(by_terms[key]))


def _pair(figure: Row, reference: Row, own: Sequence[Interval], full: Sequence[Interval]) -> Pair:
    """Compare a figure with a reference, given the intervals that its text and its digits imply, for each size of K."""
    value, allowed = reference["value"], Interval.of(reference)
    is_in_range = reference["error_by"] == STATED and allowed.contains(figure["value"])
    # A source that states a range gives no digits to compare: any number inside is the same one.
    coarser = coarser_interval(reference, figure)
    rounds_to = coarser is not None and coarser.contains(figure["value"])
    same_number = _contain(full, value) or is_in_range or rounds_to
    return Pair(
        reference=reference,
        ratio=figure["value"] / value if value and figure["unit"] not in UNSCALED else nan,
        same_unit=figure["unit"] == reference["unit"],
        same_basis=figure["basis"] == reference["basis"],
        intervals_overlap=any(interval.overlaps(allowed) for interval in own),
        fits=_fit(figure, reference, own),
        in_full=same_number and reference["kind"] in (figure["kind"], *NUMBERS),
    )


def _fit(figure: Row, reference: Row, own: Sequence[Interval]) -> bool | None:
    """Whether a figure is right by a reference, given the intervals of its text.

    A reference decides by its value. One that states an interval, such as a range or an error, fits wherever the two
    overlap; a bound decides only what it implies or excludes. One that prints fewer digits than a plain figure cannot
    refuse what it may be a form of; but no rounding lifts a value over a bound.
    """
    if _wholes_differ(figure["text"], reference["text"]):
        return False
    allowed = Interval.of(reference)
    if reference["kind"] in BOUNDS:
        return _fit_to_bound(figure, reference, own)
    if reference["kind"] == "estimate" or reference["error_by"] == STATED:
        return any(interval.overlaps(allowed) for interval in own)
    return _contain(own, reference["value"]) or is_coarser_form(reference, figure)


def _fit_to_bound(figure: Row, reference: Row, own: Sequence[Interval]) -> bool | None:
    """Whether a bound such as `at least 10` implies the figure, or excludes it; None if it does neither.

    Where both are open to the same side, the bounds are compared: `at least 8` is right where at least 10 is known.
    """
    allowed = Interval.of(reference)
    if any(allowed.within(interval) for interval in own):
        return True
    if not any(allowed.overlaps(interval) for interval in own):
        return False
    if figure["kind"] == reference["kind"] and figure["value"] != reference["value"]:
        return True if _contain(own, reference["value"]) else None
    # `22 million` repeats what `more than 22 million` says.
    return True if figure["kind"] in ("exact", "rounded") and _contain(own, reference["value"]) else None


def _wholes_differ(text: str, other: str) -> bool:
    """Whether two texts such as `7 of 9` name other wholes."""
    parts, others = part_and_whole(text), part_and_whole(other)
    return bool(parts and others and parts[1] != others[1])


def _sizes(figure: Row) -> tuple[float, ...]:
    """Return the factors to apply to a printed number: two if it ends in a K that may mean 1,000 or 1,024."""
    if not UNITS[figure["unit"]].binary:
        return (1.0,)
    # Of several numbers in a cell, the K has to follow the one that is read.
    number = re.escape(number_in(figure["text"], figure["value"]))
    return (1.0, BINARY) if number and re.search(rf"{number}\s?K\b", figure["text"]) else (1.0,)


def _contain(intervals: Sequence[Interval], value: float) -> bool:
    return any(interval.contains(value) for interval in intervals)


def _judge_figure(
    figure: Row,
    pairs: Sequence[Pair],
    others: Sequence[Row],
    day: dt.date,
    published: dt.date,
    assumed: Assumptions,
) -> Comparison:
    """Find what the references say of one figure. Weak references never decide; later ones accuse nobody.

    Args:
        figure: the figure.
        pairs: the figure beside each of its references, in order of date.
        others: references for other subjects of the same quantity, with their labels.
        day: the date that the article's content describes.
        published: the day of publication, after which no value could be known.
        assumed: the assumptions.
    """
    cited = [pair for pair in pairs if pair.reference["tier"] in CITED]
    comparable = _deciding(cited)
    undecided = "" if comparable else _why_undecided(pairs, cited)
    if undecided:
        return Comparison("no reference", undecided)
    fitting = [pair for pair in comparable if pair.fits]
    if not fitting:
        by_then = [pair for pair in cited if pair.is_known_by(published)]
        if comparable and not _deciding(by_then):
            last = comparable[0].reference
            return Comparison("no reference", f"{LATER_ONLY}{words(last)}", reference=last)
        others = [row for row in others if is_known_by(row, published)]
        return _misfit(figure, by_then, _deciding(by_then), others, day, assumed)
    if figure["unit"] in UNSCALED:
        return Comparison("agrees", words(fitting[0].reference), 1.0, reference=fitting[0].reference)
    return _dated_comparison(comparable, day)


def all_ended(pairs: Sequence[Pair], day: dt.date) -> bool:
    """Whether all known values of a figure, if any, had ended by a day, so that none covers it."""
    return bool(pairs) and all(end and end <= day for end in _ends(pairs).values())


def _why_undecided(pairs: Sequence[Pair], cited: Sequence[Pair]) -> str:
    """Return why nothing decides on a figure; "" if no reference is comparable with it, for which errors may be why."""
    if not cited:
        return "there are only weak independent values" if pairs else "there is no independent value"
    known = "; ".join(words(pair.reference) for pair in cited if pair.comparable)
    return f"what is known neither implies nor excludes it: {known}" if known else ""


def _misfit(
    figure: Row,
    cited: Sequence[Pair],
    comparable: Sequence[Pair],
    others: Sequence[Row],
    day: dt.date,
    assumed: Assumptions,
) -> Comparison:
    """Return the comparison on a figure that fits no reference: the error that explains it, if any.

    References that have all ended say nothing about later days, unless the figure is fixed.
    """
    if all_ended(comparable, day) and not is_fixed(figure, assumed.reconciliation.fixed):
        last = comparable[-1].reference
        return Comparison("no reference", f"the last value known, {words(last)}, held until {last['until']} only")
    # The strongest proof first: the very number in another unit or basis, then off by a power of ten, then another
    # subject's.
    error = (
        _unstated_basis(figure, cited, comparable, day, assumed)
        or _wrong_unit(figure, cited)
        or _wrong_basis(figure, cited, assumed)
        or _power_of_ten_error(comparable, day)
        or (
            _wrong_attribution(figure, known_on(comparable, day), others)
            if _is_another_number(figure, comparable, day, assumed)
            else None
        )
    )
    if error:
        return error
    if not comparable:
        if beyond := _beyond_whole(figure, cited, assumed):
            return beyond
        apart = f"independent values are {_apart(cited)}" if cited else "no independent value was known by publication"
        return Comparison("not comparable", apart)
    nearest = known_on(comparable, day)
    detail = f"{words(nearest.reference)}; the printed value is {_off(figure, nearest)}"
    if uncertain := _within_error(figure, comparable, day, assumed):
        detail = f"{detail}, and {_uncertain_words(uncertain.reference, assumed)}"
        return Comparison("uncertain reference", detail, nearest.ratio, reference=nearest.reference)
    return Comparison("differs", detail, nearest.ratio, reference=nearest.reference)


def _within_error(figure: Row, comparable: Sequence[Pair], day: dt.date, assumed: Assumptions) -> Pair | None:
    """Return a reference of the day that a figure meets by an error which its source does not state, if there is one.

    A range that the source states is the reference itself, which the figure has failed; a sign is no matter of error.
    """
    own = Interval.of(figure)
    of_day = _of_date(comparable, known_on(comparable, day).reference["as_of"])
    for pair in of_day:
        ends = error_interval(pair.reference, assumed)
        if pair.reference["error_by"] not in (STATED, EXACT) and ends and own.overlaps(Interval(*ends)):
            return pair
    return None


def error_interval(reference: Row, assumed: Assumptions) -> tuple[float, float] | None:
    """Return the 95% interval that the error of a reference gives; None if its error is not known."""
    if reference["error_by"] == EXACT:
        return reference["low"], reference["high"]
    if reference["error_by"].startswith((STATED, LEARNT)):
        return reference["error_low"], reference["error_high"]
    return error_ends(reference["error_by"], reference["low"], reference["high"], assumed)


def _uncertain_words(reference: Row, assumed: Assumptions) -> str:
    """Say how uncertain a reference is, and by what that is known."""
    ends = error_interval(reference, assumed)
    ratios = [end / reference["value"] for end in ends or ()]
    factor = f"{max(max(ratio, 1 / ratio) for ratio in ratios if ratio and isfinite(ratio)):.2g}"
    kind, _, name = str(reference["error_by"]).partition(" ")
    by = {
        LEARNT: f"as learnt {name}",
        BY_CLASS.strip(): f"which its source calls {name.replace('_', ' ')}",
        BY_PREMISE.strip(): f"which rests on an assumed {name.replace('_', ' ')}",
    }[kind]
    return f"the reference itself, {by}, is uncertain by a factor of {factor}"


def _beyond_whole(figure: Row, cited: Sequence[Pair], assumed: Assumptions) -> Comparison | None:
    """Return a comparison if a figure is more than a whole that it is part of, or less than a part of it.

    It is wrong where no rounding and no error of the other allows that, if that error is known; else it depends.
    """
    for pair in cited:
        other = pair.reference
        if not pair.same_unit or not _are_part_and_whole(figure["basis"], other["basis"], assumed.bases):
            continue
        is_part = other["basis"] in wholes_of(figure["basis"], assumed.bases)
        sign = 1 if is_part else -1
        if sign * figure["value"] <= sign * other["value"] or pair.ratio <= 0:
            continue
        than = f"more than all of {other['basis']}" if is_part else f"less than its part, {other['basis']}"
        detail = f"{than}: {words(other)}"
        ends = error_interval(other, assumed) or (nan, nan)
        is_far = figure["low"] > ends[1] if is_part else figure["high"] < ends[0]
        name = "beyond its whole" if is_far else "above its whole"
        return Comparison(name, detail, pair.ratio, reference=other)
    return None


def _are_part_and_whole(one: str, other: str, bases: Mapping[str, Basis]) -> bool:
    """Whether one of two bases contains the other."""
    return other in wholes_of(one, bases) or one in wholes_of(other, bases)


def wholes_of(basis: str, bases: Mapping[str, Basis]) -> set[str]:
    """Return the bases that contain one, however far."""
    found: set[str] = set()
    while basis in bases and (whole := bases[basis].part_of) and whole not in found:
        found.add(whole)
        basis = whole
    return found


def _apart(pairs: Sequence[Pair]) -> str:
    """Say how independent values differ from a figure, all of them in unit or basis."""
    if all(pair.same_basis for pair in pairs):
        units = {pair.reference["unit"] for pair in pairs}
        return f"in another unit: {'; '.join(sorted(units))}"
    bases = set()
    for pair in pairs:
        unit = "" if pair.same_unit else f", in {pair.reference['unit']}"
        bases.add(f"{pair.reference['basis']}{unit}")
    return f"on another basis: {'; '.join(sorted(bases))}"


def _off(figure: Row, pair: Pair) -> str:
    """Say how far the printed value is from a reference: the factor, or the number of days or years."""
    value, reference = figure["value"], pair.reference
    if figure["unit"] in UNSCALED:
        return _apart_in_time(value - reference["value"], "day" if figure["unit"] == "date" else "year")
    if isnan(pair.ratio):
        return "not zero"
    if pair.ratio == 0:
        return "zero"
    if isclose(pair.ratio, 1):
        return _equal_but_unfit(figure, reference)
    if is_small_count(value, figure["unit"]):
        return f"{abs(value - reference['value']):g} too {'high' if value > reference['value'] else 'low'}"
    off = off_words(abs(pair.ratio))
    if pair.ratio < 0:
        sign = _opposite_sign(figure)
        return f"{sign}, and {off} in size" if off else sign
    stated = _stated_interval(reference)
    if stated:
        low, high = (f"{value / end:.3g}" for end in reversed(stated))
        # Ends that read alike say no more than the size before them.
        off += f" ({low} to {high} times that within its interval)" if low != high else ""
    return off


def _apart_in_time(apart: float, noun: str) -> str:
    plural = "" if abs(apart) == 1 else "s"
    return f"{abs(apart):,.10g} {noun}{plural} {'later' if apart > 0 else 'earlier'}"


def _opposite_sign(figure: Row) -> str:
    # Of `fell by 8%` the sign is in the words around; an expression such as `1 - a / b` has it the other way.
    is_fall = figure["basis"] == CLAIMED and figure["value"] < 0 and not re.search("[-−]", figure["text"])
    return "of the opposite sign (a fall is negative)" if is_fall else "of the opposite sign"


def _equal_but_unfit(figure: Row, reference: Row) -> str:
    """Say why a printed value does not fit a reference of the same number: a word such as `nearly` excludes it."""
    for row in (figure, reference):
        if not Interval.of(row).contains(row["value"]):
            return f"equal to that, which “{row['text']}” excludes"
    return "equal to that"


class _Dispute(NamedTuple):
    """Deciding pairs of one day whose references exclude each other, in groups that agree, the preferred one first."""

    groups: list[list[Pair]]

    def all_but(self, kept: Sequence[Pair]) -> list[Pair]:
        """Return the pairs of all groups but one."""
        return [pair for group in self.groups if group is not kept for pair in group]


def _disputes(pairs: Sequence[Pair]) -> Iterator[_Dispute]:
    """Yield the disputes among the pairs that decide."""
    deciding = _deciding([pair for pair in pairs if pair.reference["tier"] in CITED])
    for same_day in grouped(deciding, lambda pair: pair.reference["as_of"]).values():
        by_source = {pair.reference["source_id"]: pair for pair in same_day}
        groups = []
        for agreeing in grouped_by_agreement([pair.reference for pair in same_day]):
            groups.append([by_source[reference["source_id"]] for reference in agreeing])
        if len(groups) > 1:
            yield _Dispute(groups)


def _deciding(cited: Sequence[Pair]) -> list[Pair]:
    """Keep the comparable pairs that decide, of the best tier on each day, which overrule the others."""
    best: dict[dt.date, int] = {}
    comparable = [pair for pair in cited if pair.comparable and pair.fits is not None]
    for pair in comparable:
        day, tier = pair.reference["as_of"], CITED[pair.reference["tier"]]
        best[day] = min(tier, best.get(day, tier))
    return [pair for pair in comparable if CITED[pair.reference["tier"]] == best[pair.reference["as_of"]]]


def known_on(pairs: Sequence[Pair], day: dt.date) -> Pair:
    """Return the pair of the best tier whose value counts on a day, or else the first one after it."""
    # Pairs are in date order: the first one is the first after `day` if none is before it.
    date = date_on(_ends(pairs), day) or pairs[0].reference["as_of"]
    return min(_of_date(pairs, date), key=lambda pair: CITED[pair.reference["tier"]])


def _ends(pairs: Sequence[Pair]) -> Ends:
    return ends_by_date(pair.reference for pair in pairs)


def _of_date(pairs: Sequence[Pair], date: dt.date) -> list[Pair]:
    return [pair for pair in pairs if pair.reference["as_of"] == date]


def _dated_comparison(pairs: Sequence[Pair], day: dt.date) -> Comparison:
    """Find whether the printed value was right on the day, before it, or only after it; at least one pair fits.

    A value holds from the date of a reference that fits until its declared end, or the next date without one.
    """
    start, until, first = _stretch(pairs, day)
    reference = first.reference
    successors = _of_date(pairs, until) if until else []
    ended = _day_words(successors[0].reference) if successors else str(until or "")
    # A value `as reported` is as old as its report or older: if none is known before, its start is not known.
    start_is_unknown = start == pairs[0].reference["as_of"] and reference["basis"] == REPORTED
    if _starts_after(day, start, reference) and not start_is_unknown:
        detail = f"{words(reference)}, not before"
        return Comparison("premature", detail, first.ratio, start, until, reference, ended=ended)
    if until and until <= day:
        how = "when it was superseded" if successors else "when it ended"
        detail = f"right from {start} to {ended}, {how}"
        return Comparison("outdated", detail, first.ratio, start, until, reference, ended=ended)
    detail = f"{words(reference)}, until {ended}" if ended else words(reference)
    since = None if start_is_unknown else start
    return Comparison("agrees", detail, first.ratio, since, until, reference, ended=ended)


def _starts_after(day: dt.date, start: dt.date, reference: Row) -> bool:
    """Whether a value held only after a day, even if it started on the earliest day possible."""
    earliest: dt.date = reference["earliest"] or start
    return earliest > day


class _Stretch(NamedTuple):
    """Days on which a value was right, with the first day after them, None if they have not ended, and a first pair."""

    start: dt.date
    until: dt.date | None
    first: Pair


def _stretch(pairs: Sequence[Pair], day: dt.date) -> _Stretch:
    """Return the last stretch that started by a day, or else the first."""
    stretches = list(_stretches(pairs))
    started = [stretch for stretch in stretches if stretch.start <= day]
    return started[-1] if started else stretches[0]


def _stretches(pairs: Sequence[Pair]) -> Iterator[_Stretch]:
    """Yield the stretches of days on which the value that counts fits and has not ended."""
    ends = _ends(pairs)
    begun: _Stretch | None = None
    for day in sorted({*ends, *filter(None, ends.values())}):
        fitting = _fitting_on(pairs, ends, day)
        if fitting:
            begun = begun or _Stretch(day, None, fitting[0])
        elif begun:
            yield begun._replace(until=day)
            begun = None
    if begun:
        yield begun


def _fitting_on(pairs: Sequence[Pair], ends: Ends, day: dt.date) -> list[Pair]:
    """Return the pairs that count on a day, have not ended by it, and fit."""
    date = date_on(ends, day)
    end = ends[date] if date else None
    if date is None or (end is not None and end <= day):
        return []
    return [pair for pair in _of_date(pairs, date) if pair.fits]


def _unstated_basis(
    figure: Row, cited: Sequence[Pair], comparable: Sequence[Pair], day: dt.date, assumed: Assumptions
) -> Comparison | None:
    """Return a comparison if a value on another basis fits and one of the two bases is not stated.

    What the article means is then open: the value proves nothing wrong, and values on stated bases are named too.
    """
    matching = [pair for pair in cited if _fits_without_basis(figure, pair, bool(comparable), assumed)]
    if not matching:
        return None
    best = min(matching, key=lambda pair: (pair.distance, pair.reference["as_of"]))
    others = comparable or [pair for pair in cited if pair.same_unit and not pair.fits]
    detail = f"it matches {_with_basis(best.reference)}"
    if others:
        other = known_on(others, day).reference
        basis = "" if other["basis"] in UNSTATED else f"by {other['basis']} "
        detail += f"; {basis}it is {with_unit(other['text'], other['unit'])} ({_plain_day(other)})"
    return Comparison("unstated basis", detail, best.ratio, reference=best.reference)


def _fits_without_basis(figure: Row, pair: Pair, has_comparable: bool, assumed: Assumptions) -> bool:
    if pair.same_basis or not pair.same_unit or not pair.fits:
        return False
    # A source without a basis says nothing against what is printed on a stated one, unless that fails.
    unstated = [figure["basis"], pair.reference["basis"]] if has_comparable else [figure["basis"]]
    if not any(basis in UNSTATED for basis in unstated):
        return False
    # A bound agrees with all values beyond it: what the article means must be the same bound, or a near value.
    kinds = {figure["kind"], pair.reference["kind"]}
    if pair.reference["kind"] in BOUNDS:
        return len(kinds) == 1
    return kinds.isdisjoint(BOUNDS) or pair.distance <= log10(assumed.open_ended.at_least_hides)


def _with_basis(reference: Row) -> str:
    """Put a reference into words with its basis, or that it has none."""
    if reference["basis"] in UNSTATED:
        return f"{words(reference)}, whose basis is not stated"
    return words(reference)


def _wrong_basis(figure: Row, pairs: Sequence[Pair], assumed: Assumptions) -> Comparison | None:
    """Return a comparison if a value on another basis fits and none on the printed one is even near."""
    if _digits(figure) < LEAST_DIGITS_OF_ANOTHER_BASIS:
        return None
    near = log10(assumed.reconciliation.near)
    comparable = [pair for pair in pairs if pair.comparable]
    # A value near the printed one on its own basis explains it better than an equal one on another basis.
    if any(pair.distance <= near for pair in comparable):
        return None
    fitting = [pair for pair in pairs if _fits_on_another_basis(figure, pair, bool(comparable), assumed)]
    if not fitting:
        return None
    best = min(fitting, key=lambda pair: (pair.distance, pair.reference["as_of"]))
    reference = best.reference
    detail = f"it is {reference['basis']!r}, not {figure['basis']!r}: {words(reference)}"
    return Comparison("wrong basis", detail, best.ratio, reference=reference)


def _fits_on_another_basis(figure: Row, pair: Pair, has_comparable: bool, assumed: Assumptions) -> bool:
    if not pair.same_unit or pair.same_basis or not pair.in_full:
        return False
    # A part may be all of its whole, and lies within the range of it.
    if _are_part_and_whole(figure["basis"], pair.reference["basis"], assumed.bases):
        return False
    # Without a value on the printed basis, both bases must be stated to tell them apart.
    return has_comparable or REPORTED not in (figure["basis"], pair.reference["basis"])


def _wrong_unit(figure: Row, pairs: Sequence[Pair]) -> Comparison | None:
    """Return a comparison if a reference has the same number in another unit, such as another currency."""
    for pair in pairs:
        if pair.in_full and pair.same_basis and not pair.same_unit:
            detail = f"the number is right in {pair.reference['unit']}, not {figure['unit']}: {words(pair.reference)}"
            return Comparison("wrong unit", detail, pair.ratio, reference=pair.reference)
    return None


def _power_of_ten_error(pairs: Sequence[Pair], day: dt.date) -> Comparison | None:
    """Return a comparison if the printed value and that of the day differ by a power of ten to within 5%."""
    pair = known_on(pairs, day) if pairs else None
    if pair is None or not 0 < pair.ratio < inf:  # the ratio is NaN if the value of the day is zero
        return None
    power = round(log10(pair.ratio))
    # The power 0 is a number of about the right size, which is not an error of this kind.
    if not power or abs(log10(pair.ratio) - power) > log10(NEAR_POWER):
        return None
    off = f"{10 ** abs(power):,} times too {'high' if power > 0 else 'low'}"
    detail = f"{words(pair.reference)}: the printed value is {off}"
    return Comparison("power-of-ten error", detail, pair.ratio, reference=pair.reference)


def _is_another_number(figure: Row, comparable: Sequence[Pair], day: dt.date, assumed: Assumptions) -> bool:
    """Whether a figure states a number that is not only an inexact form of the one known.

    A bound or range is one, and so is what is less than `materiality` and a few units of the last digit off.
    """
    if not comparable or figure["kind"] not in ("exact", "rounded"):
        return False
    if figure["unit"] in UNSCALED and figure["low"] < figure["high"]:
        return False  # a month, in which many other days are
    pair = known_on(comparable, day)
    # Whole numbers and dates have no rounding: their steps are of one.
    steps = abs(figure["value"] - pair.reference["value"]) / (2 * half_unit(figure) or 1.0)
    return steps >= STEPS_APART or not abs(pair.ratio - 1) < assumed.materiality


def _wrong_attribution(figure: Row, known: Pair, others: Sequence[Row]) -> Comparison | None:
    """Return a comparison if the printed value, to its last digit, is that of exactly one other subject.

    A value that several subjects share, or that has fewer than three digits, proves nothing; one that is likely to be
    some subject's by chance is a hint beside the difference from the value `known`.
    """
    if _digits_that_tell(figure) < LEAST_DIGITS_OF_ANOTHER_SUBJECT:
        return None
    own = in_full(figure)
    same_unit = [row for row in others if row["unit"] == figure["unit"]]
    by_subject: dict[str, Row] = {}
    for row in same_unit:
        if own.contains(row["value"]):
            by_subject.setdefault(row["figure_id"], row)
    if len(by_subject) != 1:
        return None
    (other,) = by_subject.values()
    chance = _chance_of_any(figure, own, known.reference, same_unit)
    if chance > MOST_CHANCE:
        hint = f"that is the value of {other['label']} too, which one in {1 / chance:.2g} numbers here is by chance"
        detail = f"{words(known.reference)}; the printed value is {_off(figure, known)}; {hint}"
        return Comparison("differs", detail, known.ratio, reference=known.reference)
    detail = f"the printed value is that of {other['label']}: {words(other)}"
    return Comparison("wrong attribution", detail, 1.0, reference=other, others=(other["figure_id"],))


def _chance_of_any(figure: Row, own: Interval, known: Row, others: Iterable[Row]) -> float:
    """Return the chance that a number of this size equals some other subject's value to the last printed digit.

    The values on offer are those within a factor of two of it; a number is taken to lie anywhere between the smallest
    and the largest of them, of itself and of the value that is known.
    """
    value = figure["value"]
    on_offer = set()
    for row in others:
        if own.contains(row["value"]) or 0.5 <= row["value"] / value <= 2:
            on_offer.add(row["value"])
    ends = [*on_offer, value, known["value"]]
    # Whole numbers and dates have no width: their steps are of one.
    width, span = own.high - own.low or 1.0, max(ends) - min(ends)
    return 1 - (1 - min(width / span, 1.0)) ** len(on_offer) if span else 1.0


def _digits(figure: Row) -> int:
    return sum(char.isdigit() for char in number_in(figure["text"], figure["value"]) or figure["text"])


def _digits_that_tell(figure: Row) -> int:
    """Return the digits of a number without the zeros at the end of a whole one, which many numbers share."""
    is_decimal = "." in number_in(figure["text"], figure["value"])
    return _digits(figure) if is_decimal else min(_digits(figure), len(significant_digits(figure["value"])))


def words(reference: Row) -> str:
    """Put a reference into words, with its unit, day and stated basis, such as `$8B (audited, 2024-06-30)`."""
    day = _plain_day(reference)
    basis = "" if reference["basis"] in (REPORTED, CLAIMED) else f"{reference['basis']}, "
    return f"{with_unit(reference['text'], reference['unit'])} ({basis}{day})"


def _day_words(reference: Row) -> str:
    """Return the day of a reference, or the span of days if only that is known."""
    first, last = reference["earliest"], reference["as_of"]
    return f"some day between {first} and {last}" if first else str(last)


def _plain_day(reference: Row) -> str:
    return _day_words(reference).removeprefix("some day ")


def _stated_interval(reference: Row) -> tuple[float, float] | None:
    """Return the interval that a reference states, rather than what its digits imply; None without one."""
    low, high = reference["low"], reference["high"]
    if not (isfinite(low) and isfinite(high) and low > 0):
        return None
    # A text such as `about 5` states no ends, though it implies some.
    parsed = parse_quantity(reference["text"], reference["unit"])
    is_stated = (low, high) != (parsed.low, parsed.high)
    return (low, high) if is_stated or (parsed.kind == "estimate" and not parsed.loose) else None


def with_unit(text: str, unit: str) -> str:
    """Append the unit in words to a printed number whose text does not give it."""
    words = UNITS[unit].words
    if not words or text.endswith(words) or ":" in text:  # a clock time gives its unit
        return text
    word = unit if text == "1" and UNITS[unit].count else words[0]
    space = "" if word in ("x", "%") else " "
    return f"{text}{space}{word}"


def reconciliation_table(figures: Frame[Figures], references: Frame[ReferenceValues]) -> Frame[Reconciliation]:
    """Compare each printed figure with each of its references, as rows of `Reconciliation`, sorted by key."""
    by_figure = _by_figure(records(references))
    rows = []
    for figure in filter(is_printed, records(figures)):
        for pair in _pairs_of(figure, by_figure[figure["figure_id"]]):
            compared = {
                "reference_basis": pair.reference["basis"],
                "reference_as_of": pair.reference["as_of"],
                "source_id": pair.reference["source_id"],
                "printed": figure["text"],
                "reference": pair.reference["text"],
                "reference_unit": pair.reference["unit"],
                "tier": pair.reference["tier"],
                "ratio": pair.ratio if pair.same_unit else nan,
                "comparable": pair.comparable,
                "intervals_overlap": pair.intervals_overlap and pair.same_unit,
            }
            rows.append({**figure, **compared})
    return table_of(Reconciliation, rows)


def _by_figure(references: Iterable[Row]) -> Mapping[str, list[Row]]:
    """Return the references of each figure that have a value; a figure without any has an empty list."""
    return grouped((row for row in references if row["kind"] != "missing"), itemgetter("figure_id"))


class JudgedFigure(NamedTuple):
    """A printed figure as its references judge it, at the preferred value of each dispute.

    Attributes:
        figure: the row of the figure.
        comparison: what the references say of it.
        pairs: the figure beside each reference, without those that a preferred one excludes.
    """

    figure: Row
    comparison: Comparison
    pairs: list[Pair]


class DisputedFigure(NamedTuple):
    """A dispute about a figure: how it is judged with each value, and the references, in groups that agree."""

    judged: list[JudgedFigure]
    groups: list[list[Row]]

    @property
    def day(self) -> dt.date:
        """The date that all of its references have."""
        day: dt.date = self.groups[0][0]["as_of"]
        return day


class PairedFigure(NamedTuple):
    """A printed figure beside its references; `others` are cited references for the same quantity of other subjects."""

    figure: Row
    pairs: list[Pair]
    others: list[Row]


def paired_figures(figures: Sequence[Row], references: Iterable[Row]) -> list[PairedFigure]:
    """Compare each printed figure with its references, which takes most of the time and depends on no assumption."""
    by_figure = _by_figure(references)
    labels = {row["subject"]: row["label"] for row in figures}
    of_quantity: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for figure_id, same in by_figure.items():
        subject = figure_id.split("/")[1]
        label = labels.get(subject, subject)
        # Weak sources are not proof that a number belongs to another subject.
        of_quantity[column_of(figure_id)] += [{**row, "label": label} for row in same if row["tier"] in CITED]
    paired = []
    for figure in filter(is_printed, figures):
        figure_id = figure["figure_id"]
        others = [row for row in of_quantity[column_of(figure_id)] if row["figure_id"] != figure_id]
        paired.append(PairedFigure(figure, _pairs_of(figure, by_figure[figure_id]), others))
    return paired


def judged_figures(
    paired: Iterable[PairedFigure], day: dt.date, assumed: Assumptions, published: dt.date = dt.date.max
) -> Iterator[JudgedFigure]:
    """Yield each printed figure as its references judge it; `disputed` where they exclude each other and it matters.

    Args:
        paired: the figures beside their references.
        day: the date that the article's content speaks of.
        assumed: the assumptions.
        published: the day of publication: a value of a later day accuses nobody.
    """
    for judged, disputes in judged_with_disputes(paired, day, assumed, published):
        disputed = judged
        for dispute in disputes:
            if len({each.comparison.name for each in dispute.judged}) > 1:
                disputed = judged._replace(comparison=Comparison("disputed", dispute_words(dispute.groups)))
        yield disputed


def judged_with_disputes(
    paired: Iterable[PairedFigure], day: dt.date, assumed: Assumptions, published: dt.date
) -> Iterator[tuple[JudgedFigure, list[DisputedFigure]]]:
    """Yield each printed figure as in `judged_figures`, and the disputes about it.

    One dispute is tried at a time, with all others at the preferred value.
    """
    for figure, pairs, others in paired:

        def judge(kept: list[Pair], figure: Row = figure, others: Sequence[Row] = others) -> JudgedFigure:
            return JudgedFigure(figure, _judge_figure(figure, kept, others, day, published, assumed), kept)

        yield _with_disputes(pairs, judge)


def _with_disputes(
    pairs: Sequence[Pair], judge: Callable[[list[Pair]], JudgedFigure]
) -> tuple[JudgedFigure, list[DisputedFigure]]:
    """Judge a figure at the preferred values, then with each value of each dispute."""
    disputes = list(_disputes(pairs))
    losing = [dispute.all_but(dispute.groups[0]) for dispute in disputes]
    tried = []
    for place, dispute in enumerate(disputes):
        elsewhere = itertools.chain.from_iterable([*losing[:place], *losing[place + 1 :]])
        others = _without(pairs, elsewhere)
        results, references = [], []
        for group in dispute.groups:
            results.append(judge(_without(others, dispute.all_but(group))))
            references.append([pair.reference for pair in group])
        tried.append(DisputedFigure(results, references))
    return judge(_without(pairs, itertools.chain.from_iterable(losing))), tried


def _without(pairs: Sequence[Pair], excluded: Iterable[Pair]) -> list[Pair]:
    # Pairs hold rows, which do not compare and have no hash.
    gone = set(map(id, excluded))
    return [pair for pair in pairs if id(pair) not in gone]
