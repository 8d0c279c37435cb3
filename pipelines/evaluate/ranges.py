"""The range of a result whose arguments are known only to lie between two ends: interval arithmetic, rule by rule.

Belongs here: the rule of each sign and of each function that has one; `functions` registers it beside the function.
Does not: the arithmetic that printed numbers share (`relate.intervals`), where ends come from
(`frame.Scenarios.ends`), or what follows for a claim (`judge`).

A rule takes an interval for each argument and gives the smallest interval that holds the result for all values between
the ends, each argument varying by itself. Ends may be infinite. They are NaN where there is no value at all: a row that
is not chosen, or a function without a rule.

Source: R. E. Moore, R. B. Kearfott and M. J. Cloud, Introduction to Interval Analysis (2009), chapters 2 and 5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tidebook.pipelines.relate.intervals import (
    Each,
    Ends,
    Mask,
    add,
    divide,
    hull,
    largest,
    multiply,
    rank_among,
    smallest,
    subtract,
)

__all__ = ["Each", "Ends", "Mask", "largest", "rank_among", "smallest"]

Rule = Callable[..., Ends]
"""The range of a result from the ranges of its arguments, as `Ends`."""


@dataclass(frozen=True)
class Entries:
    """The rows that a function takes together, each array scenarios × rows.

    Attributes:
        low, high: The ends of each row.
        known: Whether the row has a value; one without has ends if it is missing, and none if it is not chosen.
        maybe: Whether it may not be chosen, because what chooses it is missing.
        truth: Whether values are answers to a condition, 1 or 0.
    """

    low: Each
    high: Each
    known: Mask
    maybe: Mask
    truth: bool

    @property
    def there(self) -> Mask:
        """Rows that have a value or could have one."""
        found: Mask = ~np.isnan(self.low)
        return found

    @property
    def sure(self) -> Mask:
        """Rows that are chosen whatever is missing."""
        return self.there & ~self.maybe


# Signs


def power(base: Ends, exponent: Ends) -> Ends:
    """Range of a power: at the corners for a base above zero, else only for a whole exponent that does not vary."""
    corners = hull([one**other for one in base[:2] for other in exponent[:2]])
    is_even = exponent.low % 2 == 0
    crosses = (base.low < 0) & (base.high > 0)
    # An even power is least at zero, which is not a corner.
    low = np.where(crosses & is_even, 0.0, corners.low)
    whole = (exponent.low == exponent.high) & (exponent.low >= 0) & (exponent.low % 1 == 0)
    ruled = (base.low >= 0) | whole
    return Ends(np.where(ruled, low, np.nan), np.where(ruled, corners.high, np.nan))


def negate(values: Ends) -> Ends:
    """Range of the negative."""
    return Ends(-values.high, -values.low)


def _comparison(call: Callable[[Ends, Ends], tuple[Each, Each]]) -> Rule:
    """Return the rule of a comparison, given where it surely holds and where it may."""

    def rule(left: Ends, right: Ends) -> Ends:
        surely, perhaps = call(left, right)
        unknown = np.isnan(left.low) | np.isnan(right.low)
        return Ends(np.where(unknown, np.nan, surely), np.where(unknown, np.nan, perhaps))

    return rule


def _alike(left: Ends, right: Ends) -> tuple[Each, Each]:
    are_points = (left.low == left.high) & (right.low == right.high)
    return are_points & (left.low == right.low), (left.low <= right.high) & (right.low <= left.high)


def _unlike(left: Ends, right: Ends) -> tuple[Each, Each]:
    surely, perhaps = _alike(left, right)
    return ~perhaps, ~surely


SIGNS: dict[str, Rule] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
    "neg": negate,
    "<": _comparison(lambda left, right: (left.high < right.low, left.low < right.high)),
    "<=": _comparison(lambda left, right: (left.high <= right.low, left.low <= right.high)),
    ">": _comparison(lambda left, right: (left.low > right.high, left.high > right.low)),
    ">=": _comparison(lambda left, right: (left.low >= right.high, left.high >= right.low)),
    "==": _comparison(_alike),
    "!=": _comparison(_unlike),
    "not": lambda part: Ends(1 - _truth(part).high, 1 - _truth(part).low),
    "and": lambda *parts: smallest(*map(_truth, parts)),
    "or": lambda *parts: largest(*map(_truth, parts)),
    "all_of": lambda *parts: smallest(*map(_perhaps, parts)),
}
"""The rule of each sign and logical word."""


# Functions row by row


def nth_largest(place: int, *parts: Ends) -> Ends:
    """Range of the n-th largest of several."""
    # The n-th largest is the n-th smallest with all signs turned.
    return Ends(-_nth(place, [-part.low for part in parts]), -_nth(place, [-part.high for part in parts]))


def nth_smallest(place: int, *parts: Ends) -> Ends:
    """Range of the n-th smallest of several."""
    return Ends(_nth(place, [part.low for part in parts]), _nth(place, [part.high for part in parts]))


def magnitude(values: Ends) -> Ends:
    """Range of the number without its sign."""
    ends = hull([np.abs(values.low), np.abs(values.high)])
    return Ends(np.where((values.low < 0) & (values.high > 0), 0.0, ends.low), ends.high)


def rising(call: Callable[[Each], Each]) -> Rule:
    """Return the rule of a logarithm, which rises from -infinity at zero; below that it has no value."""

    def rule(values: Ends) -> Ends:
        low, high = (np.asarray(end, dtype=float) for end in values[:2])
        least = np.where(low <= 0, -np.inf, call(np.where(low <= 0, np.nan, low)))
        none = np.isnan(low) | (high <= 0)
        return Ends(np.where(none, np.nan, least), np.where(none, np.nan, call(high)))

    return rule


def chosen(values: Ends, condition: Ends) -> Ends:
    """Range of values where a condition holds; where that is not known, a row may not be chosen."""
    may = np.asarray(condition.high == 1)
    maybe = may & np.asarray(condition.low != 1)
    return Ends(np.where(may, values.low, np.nan), np.where(may, values.high, np.nan), maybe)


# Functions over rows


def over_max(rows: Entries) -> Ends:
    """Range of the largest over rows."""
    low = np.where(rows.sure, rows.low, -np.inf).max(axis=1, initial=-np.inf)
    return Ends(low, np.where(rows.there, rows.high, -np.inf).max(axis=1, initial=-np.inf))


def over_min(rows: Entries) -> Ends:
    """Range of the smallest over rows."""
    high = np.where(rows.sure, rows.high, np.inf).min(axis=1, initial=np.inf)
    return Ends(np.where(rows.there, rows.low, np.inf).min(axis=1, initial=np.inf), high)


def over_nth_largest(place: int) -> Callable[[Entries], Ends]:
    """Return the rule of the n-th largest over rows."""

    def rule(rows: Entries) -> Ends:
        low, high = np.where(rows.sure, rows.low, -np.inf), np.where(rows.there, rows.high, -np.inf)
        return Ends(-_sorted_at(place, -low), -_sorted_at(place, -high))

    return rule


def over_nth_smallest(place: int) -> Callable[[Entries], Ends]:
    """Return the rule of the n-th smallest over rows."""

    def rule(rows: Entries) -> Ends:
        low, high = np.where(rows.there, rows.low, np.inf), np.where(rows.sure, rows.high, np.inf)
        return Ends(_sorted_at(place, low), _sorted_at(place, high))

    return rule


def rank_of_rows(rows: Entries) -> Ends:
    """Range of the rank of each row among all: that of a row which may not be chosen is as if it were."""
    # A row does not outrank itself, though its own ends overlap.
    here = np.eye(rows.low.shape[1], dtype=bool)
    # The best rank has only rivals that are surely larger, the worst all that may be.
    surely = (rows.sure[:, None, :] & (rows.low[:, None, :] > rows.high[:, :, None]) & ~here).sum(axis=2)
    perhaps = (rows.there[:, None, :] & (rows.high[:, None, :] > rows.low[:, :, None]) & ~here).sum(axis=2)
    return Ends(np.where(rows.known, 1 + surely, np.nan), np.where(rows.known, 1 + perhaps, np.nan))


def _sorted_at(place: int, values: Each) -> Each:
    ordered = np.sort(values, axis=1)
    return ordered[:, place - 1] if place <= ordered.shape[1] else np.full(len(ordered), np.nan)


def over_sum(rows: Entries) -> Ends:
    """Range of a sum over rows; a missing value that may be negative leaves it without any end.

    One of a column without a negative value counts as not negative.
    """
    positive = np.all(np.where(rows.known, rows.low, 0) >= 0, axis=1, keepdims=True)
    low: Each = np.where(~rows.known & positive, np.maximum(rows.low, 0), rows.low)
    least = np.where(rows.maybe, np.minimum(low, 0), low)
    most = np.where(rows.maybe, np.maximum(rows.high, 0), rows.high)
    return Ends(*(np.where(rows.there, end, 0).sum(axis=1) for end in (least, most)))


def over_count(rows: Entries) -> Ends:
    """Range of the number of conditions that hold, or of values that are known."""
    if not rows.truth:
        # Ends that coincide are a printed value; a missing one would not be counted even if its row were chosen.
        may = rows.known | (rows.maybe & (rows.low == rows.high))
        return Ends((rows.known & rows.sure).sum(axis=1), may.sum(axis=1))
    return Ends((rows.sure & (rows.low == 1)).sum(axis=1), (rows.there & (rows.high == 1)).sum(axis=1))


def over_mean(rows: Entries) -> Ends:
    """Range of a mean over rows: of a condition with every row, else with those that have a value.

    There is no rule if some numbers may not be chosen.
    """
    if not rows.truth:
        n = np.where(rows.maybe.any(axis=1), np.nan, rows.known.sum(axis=1))
        return Ends(*(np.where(rows.known, end, 0).sum(axis=1) / n for end in (rows.low, rows.high)))
    sure = rows.sure.sum(axis=1)
    # A row that may be left out is counted where it moves the mean to that end.
    noes, ayes = ((rows.maybe & kind).sum(axis=1) for kind in (rows.low == 0, rows.high == 1))
    low = (rows.sure & (rows.low == 1)).sum(axis=1) / (sure + noes)
    high = ((rows.sure & (rows.high == 1)).sum(axis=1) + ayes) / (sure + ayes)
    return Ends(low, high)


def over_rising(call: Callable[[Each], Each]) -> Rule:
    """Return the rule of a function over the rows that have a value, which rises with each of them.

    There is no rule if some rows may not be chosen.
    """

    def rule(rows: Entries) -> Ends:
        ends = (call(np.where(rows.known, end, np.nan)) for end in (rows.low, rows.high))
        return Ends(*(np.where(rows.maybe.any(axis=1), np.nan, end) for end in ends))

    return rule


def over_shares(rows: Entries) -> Ends:
    """Range of the sum of squared shares: each share is largest where its row is and the others are smallest.

    There is no rule for negative amounts, or for rows of which some may not be chosen.
    """
    low, high = (np.where(rows.known, end, 0) for end in (rows.low, rows.high))
    unruled = rows.maybe.any(axis=1) | (low < 0).any(axis=1)
    least = low / (low + high.sum(axis=1, keepdims=True) - high)
    most = high / (high + low.sum(axis=1, keepdims=True) - low)
    return Ends(*(np.where(unruled, np.nan, np.sum(share**2, axis=1)) for share in (least, most)))


def _truth(values: Ends) -> Ends:
    """Return the range of whether a value is not zero."""
    may_be_zero, is_zero = (values.low <= 0) & (values.high >= 0), (values.low == 0) & (values.high == 0)
    unknown = np.isnan(values.low)
    return Ends(np.where(unknown, np.nan, ~may_be_zero), np.where(unknown, np.nan, ~is_zero))


def _perhaps(values: Ends) -> Ends:
    """Return the range of a condition, 0 to 1 where it is missing."""
    low, high = _truth(values)[:2]
    return Ends(np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), 1.0, high))


def _nth(place: int, ends: Sequence[Each]) -> Each:
    stacked = np.stack(np.broadcast_arrays(*ends), axis=-1)
    if place > stacked.shape[-1]:
        return np.full(stacked.shape[:-1], np.nan)
    return np.where(np.isnan(stacked).any(axis=-1), np.nan, np.sort(stacked, axis=-1)[..., place - 1])
