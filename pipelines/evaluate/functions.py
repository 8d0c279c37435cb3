"""The functions that an expression may call: their arguments, result, unit and computation in all scenarios.

Belongs here: functions that make sense for any article. Does not: the language (`expressions`), or the evaluation of
their arguments (`interpret`). `python -m tidebook.pipelines.evaluate.functions > docs/functions.md` writes their page,
so that docstrings of functions are read by authors of articles.
"""

import functools
import inspect
import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tidebook.pipelines.evaluate import ranges, statistics
from tidebook.pipelines.evaluate.distributions import t_quantile
from tidebook.pipelines.evaluate.estimates import Estimate
from tidebook.schemas.units import DAYS_PER_YEAR

Each = Any
"""A number, or for some functions a text, per row: an array of scenarios × rows."""

One = Any
"""A single number or text in every scenario: an array of scenarios."""


@dataclass(frozen=True)
class Function:
    """One function of the language.

    Attributes:
        takes: A word for each argument, with `?` if it is optional and `+` if it may be repeated. `rows` is a number
            per row, `days` a date per row, `cells` a number or text per row, `table` a table, a selection or rows,
            `one` a single value, `day` a date, `years` and `period` a duration, `whole` a whole number, `any` a single
            value or one per row; `number` and `text` are written out.
        gives: `one`, `rows`, or `each`: rows if an argument has rows, otherwise one value.
        unit: The unit of the result: `same` as the first argument, `second` as the second one, their `quotient`, a
            `ratio`, a `rate` a year, a `condition` (1 or 0), a `count`, a `day`, a `decade`, or as `named` in the
            expression.
        call: Computes it; rows are arrays of scenarios × rows, single values arrays of scenarios.
        signature: Its name and arguments, for messages and the page.
        ends: The rule of its range, for arguments that are known only to lie between ends; None without one. Of a
            function over rows it takes `ranges.Entries`. `min` and `max` have another one for several arguments.
    """

    name: str
    takes: tuple[str, ...]
    gives: str
    unit: str
    call: Callable[..., Any]
    signature: str
    ends: ranges.Rule | None = None

    @property
    def least(self) -> int:
        """The minimum number of arguments."""
        return sum("?" not in word for word in self.takes)

    @property
    def most(self) -> float:
        """The maximum number of arguments."""
        return np.inf if self.takes[-1].endswith("+") else len(self.takes)

    def argument(self, place: int) -> str:
        """Return the word for the argument at an index, without `?` or `+`; a repeated one is the last."""
        return self.takes[min(place, len(self.takes) - 1)].rstrip("?+")


FUNCTIONS: dict[str, Function] = {}


TREND = -2
"""The index that says of a function, among the factors of a node, which argument is a time: 1 for the first."""


def calendar_place(place: int) -> int:
    """Return the index that says of an argument, among the factors of a node, that it is read in calendar months."""
    return -3 - place


def _function(
    takes: str, gives: str, unit: str, ends: ranges.Rule | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function of the language; its name may end in `_` where Python has another of that name."""

    def register(call: Callable[..., Any]) -> Callable[..., Any]:
        name, words = call.__name__.rstrip("_"), tuple(takes.split())
        shown = []
        # Not strict: a repeated argument has one word and the two parameters of `values, *others`.
        for parameter, word in zip(inspect.signature(call).parameters, words, strict=False):
            shown.append(f"[{parameter}]" if "?" in word else parameter)
        more = ", ..." if words[-1].endswith("+") else ""
        FUNCTIONS[name] = Function(name, words, gives, unit, call, f"{name}({', '.join(shown)}{more})", ends)
        return call

    return register


# One value over the rows of a table


@_function("rows", "one", "same", ends=ranges.over_sum)
def sum_(values: Each) -> One:
    """Sum over the rows.

    A missing value leaves the sum open from that of the others on; missing where it may be negative, and where no row
    has one.
    """
    return np.where(_known(values).any(axis=1), np.nansum(values, axis=1), np.nan)


@_function("rows", "one", "same", ends=ranges.over_mean)
def mean(values: Each) -> One:
    """Arithmetic mean over the rows; of a condition the share of rows for which it holds.

    A missing value is left out, and of a condition leaves the share open as if it held or not; missing where no row has
    one.
    """
    return sum_(values) / _known(values).sum(axis=1)


@_function("rows", "one", "same", ends=ranges.over_rising(lambda values: median(values)))  # noqa: PLW0108 -- not yet defined
def median(values: Each) -> One:
    """Median over the rows, of an even number the mean of the middle two.

    A missing value is left out; missing where no row has one.
    """
    # Not nanmedian, which is slow: sorted, missing values come last, and the middle of the others is looked up.
    ordered, n = np.sort(values, axis=1), _known(values).sum(axis=1)
    middle = [np.take_along_axis(ordered, np.maximum(place, 0)[:, None], axis=1) for place in ((n - 1) // 2, n // 2)]
    return np.mean(middle, axis=0)[:, 0]


@_function("any+", "each", "same", ends=ranges.smallest)
def min_(values: Each, *others: Each) -> Each:
    """Smallest over the rows of one argument; of several, the smallest of them, row by row where they have rows.

    Over rows a missing value may be smaller still, which leaves the result open; of several arguments one that is
    missing makes the result missing.
    """
    # minimum passes NaN on, fmin ignores it.
    return functools.reduce(np.minimum, others, values) if others else np.fmin.reduce(values, axis=1, initial=np.nan)


@_function("any+", "each", "same", ends=ranges.largest)
def max_(values: Each, *others: Each) -> Each:
    """Largest over the rows of one argument; of several, the largest of them, row by row where they have rows.

    Over rows a missing value may be larger still, which leaves the result open; of several arguments one that is
    missing makes the result missing.
    """
    return functools.reduce(np.maximum, others, values) if others else np.fmax.reduce(values, axis=1, initial=np.nan)


@_function("whole any+", "each", "second", ends=ranges.nth_largest)
def largest(place: int, values: Each, *others: Each) -> Each:
    """The largest, second largest and so on, by the first argument: over the rows of one argument, or of several.

    Values that tie count one by one. Over rows a missing value may be larger still, which leaves the result open, and
    it is missing where fewer rows have one; of several arguments one that is missing makes the result missing.
    """
    return _nth(place, [-values, *(-other for other in others)]) * -1


@_function("whole any+", "each", "second", ends=ranges.nth_smallest)
def smallest(place: int, values: Each, *others: Each) -> Each:
    """The smallest, second smallest and so on, by the first argument: over the rows of one argument, or of several.

    Values that tie count one by one. Over rows a missing value may be smaller still, which leaves the result open, and
    it is missing where fewer rows have one; of several arguments one that is missing makes the result missing.
    """
    return _nth(place, [values, *others])


@_function("any+", "each", "count", ends=ranges.rank_among)
def rank(values: Each, *others: Each) -> Each:
    """Rank of each row among all rows, 1 for the largest; of several arguments, of the first one among all of them.

    Values that tie share the better rank: after two that are first comes the third. Negate where the smallest is first.
    A missing value has no rank, and may be larger than others, which leaves their rank open.
    """
    if not others:
        return np.where(_known(values), 1 + (values[:, None, :] > values[:, :, None]).sum(axis=2), np.nan)
    larger = [np.where(np.isnan(other) | np.isnan(values), np.nan, other > values) for other in others]
    return 1 + functools.reduce(np.add, larger)


@_function("table", "one", "count", ends=ranges.over_count)
def count(rows: Each) -> Estimate:
    """How many: rows of a table or selection, ones of a condition, values of a quantity or label.

    A missing value is not counted, and n is the number of rows that could have been. A condition that is missing may
    hold, which leaves the count open; missing where it is known of no row. 0 where there is none.
    """
    raise NotImplementedError("what is counted depends on what the rows are: see `interpret`")


@_function("cells", "one", "same")
def first(values: Each) -> One:
    """Value in the first row, in printed order, that has one.

    A missing value is left out; missing where no row has one.
    """
    known = ~missing(values)
    return _picked(values, known, np.argmax(known, axis=1))


@_function("cells rows", "one", "same")
def at_max(values: Each, by: Each) -> One:
    """Value in the row where `by` is largest, the first of those that tie.

    Rows in which either is missing are left out; missing where none is left.
    """
    return latest(values, by)


@_function("cells rows", "one", "same")
def at_min(values: Each, by: Each) -> One:
    """Value in the row where `by` is smallest, the first of those that tie.

    Rows in which either is missing are left out; missing where none is left.
    """
    return latest(values, -by)


@_function("cells rows day?", "one", "same")
def latest(values: Each, days: Each, until: One | None = None) -> One:
    """Value in the row with the latest day, the first of those that tie; with `until`, not after that day.

    Rows in which either is missing are left out; missing where none is left, or where `until` is.
    """
    limit = np.inf if until is None else until[:, None]
    # `not <=` and not `>`: a missing day is not eligible either.
    eligible = np.where(missing(values) | ~(days <= limit), -np.inf, days)
    return _picked(values, eligible > -np.inf, eligible.argmax(axis=1))


@_function("cells rows", "one", "same")
def earliest(values: Each, days: Each) -> One:
    """Value in the row with the earliest day, the first of those that tie.

    Rows in which either is missing are left out; missing where none is left.
    """
    return latest(values, -days)


@_function("rows days", "one", "day")
def span(values: Each, days: Each) -> One:
    """Time from the first day to the last among the rows that have a value, in calendar months and years.

    Rows in which either is missing are left out; missing where none is left.
    """
    counted = np.where(np.isnan(values), np.nan, days)
    return max_(counted) - min_(counted)


@_function("rows", "one", "ratio", ends=ranges.over_shares)
def hhi(amounts: Each) -> One:
    """Herfindahl-Hirschman index: the sum of squared shares, from 1 / n to 1.

    Source: A. O. Hirschman, American Economic Review 54 (1964), 761.
    A missing amount is left out of the total too; missing where no row has one.
    """
    return sum_(share(amounts) ** 2)


@_function("rows whole", "one", "ratio")
def top_share(amounts: Each, largest: int) -> One:
    """Joint share of the largest rows, as many as the second argument says, from 0 to 1.

    Source: J. Tirole, The Theory of Industrial Organization (1988), section 5.5.
    A missing amount is left out of the total too; missing where fewer rows have one.
    """
    ordered = -np.sort(-amounts, axis=1)[:, :largest]  # falling, with missing values last
    top = ordered.sum(axis=1) if ordered.shape[1] == largest else np.full(len(amounts), np.nan)
    return top / sum_(amounts)


# One value over pairs, with its sample size


@_function("rows rows", "one", "ratio")
def pearson(x: Each, y: Each) -> Estimate:
    """Pearson's correlation, with Fisher's 90% interval; n counts the rows that have both.

    Source: K. Pearson, Proceedings of the Royal Society of London 58 (1895), 240-242; the interval R. A. Fisher,
    Metron 1 (1921), 3-32.
    Rows in which either is missing are left out; missing below two rows or where x or y is the same in all, the
    interval below four.
    """
    r, n = statistics.pearson(x, y), statistics.count_pairs(x, y)
    return Estimate(r, n, *statistics.fisher_interval(r, n))


@_function("rows rows", "one", "ratio")
def spearman(x: Each, y: Each) -> Estimate:
    """Spearman's rank correlation, average ranks for ties; n counts the rows that have both.

    Source: C. Spearman, American Journal of Psychology 15 (1904), 72-101.
    Rows in which either is missing are left out; missing below two rows or where x or y is the same in all.
    """
    return Estimate(statistics.spearman(x, y), statistics.count_pairs(x, y))


@_function("rows rows", "one", "ratio")
def kendall(x: Each, y: Each) -> Estimate:
    """Kendall's tau-b, which corrects for ties; n counts the rows that have both.

    Source: M. G. Kendall, Biometrika 33 (1945), 239-251.
    Rows in which either is missing are left out; missing below two rows or where x or y is the same in all.
    """
    return Estimate(statistics.kendall(x, y), statistics.count_pairs(x, y))


@_function("rows rows", "one", "ratio")
def pearson_p(x: Each, y: Each) -> Estimate:
    """Two-sided p-value of Pearson's correlation: the share of all orders of y with one at least as strong.

    Above eight rows it is that of Student's t.
    A claim that compares it with less than a test on so few rows can give is untestable: the test is void.
    Source: E. J. G. Pitman, Supplement to the Journal of the Royal Statistical Society 4 (1937), 225-232.
    Rows in which either is missing are left out; missing where the correlation is.
    """
    return _tested(statistics.pearson_p(x, y), x, y)


@_function("rows rows", "one", "ratio")
def spearman_p(x: Each, y: Each) -> Estimate:
    """Exact two-sided p-value of Spearman's correlation over all orders of y.

    A claim that compares it with less than a test on so few rows can give is untestable: the test is void.
    Source: M. G. Kendall, Rank Correlation Methods (1948), chapter 4.
    Rows in which either is missing are left out; missing where the correlation is, and above eight rows.
    """
    return _tested(statistics.rank_p(statistics.spearman, x, y), x, y)


@_function("rows rows", "one", "ratio")
def kendall_p(x: Each, y: Each) -> Estimate:
    """Exact two-sided p-value of Kendall's tau-b over all orders of y.

    A claim that compares it with less than a test on so few rows can give is untestable: the test is void.
    Source: M. G. Kendall, Rank Correlation Methods (1948), chapter 4.
    Rows in which either is missing are left out; missing where tau is, and above eight rows.
    """
    return _tested(statistics.rank_p(statistics.kendall, x, y), x, y)


@_function("rows rows", "one", "ratio")
def least_p(x: Each, y: Each) -> Estimate:
    """Smallest two-sided p-value that a rank test without ties can give on so many rows: 2 / n!.

    Only the two orders that agree or disagree throughout are as extreme as a perfect one.
    Rows in which either is missing are left out; missing below two rows.
    """
    n = statistics.count_pairs(x, y)
    return Estimate(np.array([2 / math.factorial(size) if size > 1 else np.nan for size in n]), n)


@_function("rows rows", "one", "quotient")
def slope(y: Each, x: Each) -> Estimate:
    """Slope of y on x by ordinary least squares, with its 90% t interval; n counts the rows that have both.

    Source: N. R. Draper and H. Smith, Applied Regression Analysis (3rd ed., 1998), sections 1.2 and 1.4.
    Rows in which either is missing are left out; missing where all x are the same, the interval below three rows.
    """
    rate, half = statistics.slope(y, x)
    return Estimate(rate, statistics.count_pairs(y, x), rate - half, rate + half)


@_function("rows days years?", "one", "ratio")
def growth(values: Each, days: Each, years: One = 1.0) -> Estimate:
    """Factor of growth in a period, by default a calendar year: least squares on the logarithm, 90% t interval.

    Source: as `slope`, of the logarithm on time, in powers of e. n counts the rows that have both.
    Rows in which either is missing are left out; missing where a value is not positive, since what falls to zero has no
    factor, and where all days are the same, the interval below three rows.
    """
    is_positive = ~(values <= 0).any(axis=1)
    logs = np.where(is_positive[:, None], log(values), np.nan)
    rate, half = statistics.slope(logs, days / DAYS_PER_YEAR)
    with np.errstate(over="ignore"):  # a factor beyond floats is infinite, and then missing
        factor, low, high = (_without_noise(np.exp(years * end)) for end in (rate, rate - half, rate + half))
    return Estimate(factor, statistics.count_pairs(logs, days), low, high)


@_function("rows days", "one", "ratio")
def change(values: Each, days: Each) -> Estimate:
    """Value at the latest day over that at the earliest; n counts the rows that have both.

    Rows in which either is missing are left out; missing below two rows, and from a value that is not positive or to
    one below zero: that is no factor.
    """
    n = statistics.count_pairs(values, days)
    new, old = latest(values, days), earliest(values, days)
    return Estimate(np.where((n > 1) & (old > 0) & (new >= 0), new / old, np.nan), n)


@_function("rows number", "one", "same")
def quantile(values: Each, share: float) -> One:
    """Value below which a share of the rows lies, such as 0.25; between two rows it is interpolated.

    Source: R. J. Hyndman and Y. Fan, American Statistician 50 (1996), 361-365, definition 7.
    A missing value is left out; missing where no row has one, and for a share outside 0 to 1.
    """
    shares = np.broadcast_to(np.asarray(share, dtype=float), len(values))
    is_share = (shares >= 0) & (shares <= 1)
    ordered, n = np.sort(values, axis=1), _known(values).sum(axis=1)  # with missing values last
    place = np.where(is_share, shares, 0.0) * np.maximum(n - 1, 0)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, np.maximum(n - 1, 0))
    low, high = (np.take_along_axis(ordered, each[:, None], axis=1)[:, 0] for each in (below, above))
    return np.where(is_share, low + (place - below) * (high - low), np.nan)


@_function("rows", "one", "same")
def standard_deviation(values: Each) -> Estimate:
    """Standard deviation of a sample, with n - 1 in its denominator; n counts the rows that have a value.

    A missing value is left out; missing below two rows.
    """
    n = _known(values).sum(axis=1)
    away = values - mean(values)[:, None]
    return Estimate(np.sqrt(np.nansum(away**2, axis=1) / np.where(n > 1, n - 1, np.nan)), n)


@_function("rows", "one", "same")
def sample_mean(values: Each) -> Estimate:
    """Mean of a sample, with Student's 90% t interval: `lower(sample_mean(t.x))` is its lower end.

    Source: as `slope`, of a constant. n counts the rows that have a value.
    A missing value is left out; missing where no row has one, the interval below two rows.
    """
    middle, spread = mean(values), standard_deviation(values)
    quantiles = np.array([t_quantile(max(n - 1, 1), (1 + statistics.LEVEL) / 2) for n in range(values.shape[1] + 1)])
    half = quantiles[spread.n] * spread.value / np.sqrt(np.maximum(spread.n, 1))
    return Estimate(middle, spread.n, middle - half, middle + half)


# One value per row, over all rows


@_function("rows", "rows", "ratio")
def share(amounts: Each) -> Each:
    """Each row's share of the sum over all rows.

    A missing amount is left out of the sum, and its share is missing.
    """
    return amounts / sum_(amounts)[:, None]


@_function("rows days", "rows", "ratio")
def step_changes(values: Each, days: Each) -> tuple[Each, Each]:
    """Each row's value over the one in force the day before its own day.

    Missing where either value or day is, or where none was in force; rows that have none in any scenario are left out.
    """
    # Row by row, with all scenarios at once: rows are few, scenarios are thousands.
    before = np.column_stack([latest(values, days, day - 1) for day in days.T])
    steps = values / before
    known = _known(steps).any(axis=0)
    # Without any step the rows stay, so that the result has a shape.
    return steps, known if known.any() else np.ones_like(known)


@_function("rows days", "rows", "same")
def differences(values: Each, days: Each) -> tuple[Each, Each]:
    """Each row's value less that of the row before by day, which the first row does not have.

    Missing where either value is: a gap is not bridged. Rows without a day, and the first, are left out.
    Over evidence the days are those of its periods: `min(differences(births[fra, 1990:2019]))`.
    """
    marked = np.where(np.isnan(values), np.inf, values)  # `latest` passes over what is missing
    before = np.column_stack([latest(marked, days, day - 1) for day in days.T])
    has_before = _known(before).any(axis=0)
    steps = values - np.where(np.isinf(before), np.nan, before)
    return steps, has_before if has_before.any() else np.ones_like(has_before)


@_function("rows days days", "rows", "same")
def best_by(values: Each, days: Each, by: Each) -> Each:
    """For each row of the third argument, the largest of the values whose day is not after its day.

    Rows in which value or day is missing are left out; missing where none is left or the row's own day is missing.
    """
    best = [max_(np.where(days <= day[:, None], values, np.nan)) for day in by.T]
    return np.reshape(best, (by.shape[1], len(values))).T  # not stack, which refuses no rows at all


@_function("rows", "rows", "ratio")
def modified_z(values: Each) -> Each:
    """How far each row is from the median, in robust standard deviations; beyond ±3.5 it counts as an outlier.

    Source: B. Iglewicz and D. C. Hoaglin, How to Detect and Handle Outliers (1993), section 3.3.
    A missing value is left out; missing everywhere where half of the rows or more share the median.
    """
    away = values - median(values)[:, None]
    deviation = median(np.abs(away))
    # 0.6745 is the upper quartile of the standard normal: it scales the median deviation to a standard deviation.
    return 0.6745 * away / np.where(deviation > 0, deviation, np.nan)[:, None]


@_function("rows+", "rows", "condition")
def pareto_front(criteria: Each, *others: Each) -> Each:
    """1 for each row that no other beats, else 0; more is better in every argument, so negate where less is.

    One row beats another when it is at least as good throughout and better somewhere.
    Source: H. T. Kung, F. Luccio and F. P. Preparata, Journal of the ACM 22 (1975), 469-476.
    A row in which some argument is missing is missing and beats nobody.
    """
    scores = np.stack([criteria, *others], axis=2)
    # Scenarios × row × its rival × criteria: comparisons with NaN are false, so that such a row beats nobody.
    one, other = scores[:, :, None, :], scores[:, None, :, :]
    beats = np.all(other >= one, axis=3) & np.any(other > one, axis=3)
    return np.where(np.isnan(scores).any(axis=2), np.nan, ~beats.any(axis=2))


# Row by row, or of single values


@_function("any any", "each", "same", ends=ranges.chosen)
def where(values: Each, condition: Each) -> Each:
    """The value where the condition is 1.

    Missing elsewhere, and where the condition is missing.
    """
    return np.where(condition == 1, values, np.nan)  # a missing condition equals nothing


@_function("rows", "each", "same")
def known(values: Each) -> Each:
    """The values that are known, so that a function over them speaks of these rows only.

    A missing value is left out and leaves nothing open: `max(known(cities.people))` is the largest that is printed.
    """
    return values


@_function("any", "each", "ratio", ends=ranges.rising(np.log))
def log(values: Each) -> Each:
    """Natural logarithm of the number in the figures' unit.

    Missing where the value is or is not positive.
    """
    return np.log(np.where(values > 0, values, np.nan))


@_function("any", "each", "decade", ends=ranges.rising(np.log10))
def log10(values: Each) -> Each:
    """Decimal logarithm of the number in the figures' unit: its unit is the decade, a factor of ten.

    Missing where the value is or is not positive.
    """
    return np.log10(np.where(values > 0, values, np.nan))


@_function("any", "each", "same", ends=ranges.magnitude)
def abs_(values: Each) -> Each:
    """The number without its sign.

    Missing where the value is.
    """
    return np.abs(values)


@_function("any period", "each", "second")
def halving(factor: Each, period: Each) -> Each:
    """Time in which something halves that changes by a factor in a period: period × log(1/2) / log(factor).

    Missing where either is, or where it does not fall: the factor is not between 0 and 1.
    """
    return period * np.log(0.5) / np.log(np.where((factor > 0) & (factor < 1), factor, np.nan))


@_function("any period", "each", "second")
def doubling(factor: Each, period: Each) -> Each:
    """Time in which something doubles that changes by a factor in a period: period × log(2) / log(factor).

    Missing where either is, or where it does not grow: the factor is not above 1.
    """
    return period * np.log(2) / np.log(np.where(factor > 1, factor, np.nan))


@_function("any any years", "each", "rate")
def yearly_growth(new: Each, old: Each, years: Each) -> Each:
    """Compound growth a year from an old value to a new one, as the rate that a quotation such as `12% a year` states.

    It is (new / old) to the power of one over the years, less 1, with the unit percent/year or 1/year.
    Missing where one is, where the old value is not positive or the new one below zero, and for no time at all.
    """
    factor = np.where((old > 0) & (new >= 0) & (years != 0), new / old, np.nan)
    return factor ** (1 / np.where(years == 0, np.nan, years)) - 1


# Computed by the interpreter, which knows the intervals, the subjects and the units


@_function("one", "each", "same")
def lower(statistic: One) -> One:
    """Lower end of a statistic's own interval, with the statistic's n.

    Missing where it has none.
    """
    raise NotImplementedError("an interval is no array: see `interpret`")


@_function("one", "each", "same")
def upper(statistic: One) -> One:
    """Upper end of a statistic's own interval, with the statistic's n.

    Missing where it has none.
    """
    raise NotImplementedError("an interval is no array: see `interpret`")


@_function("cells text", "one", "same")
def row(values: Each, subject: str) -> One:
    """The value of one row, by the subject in quotation marks: `row(cities.crimes / cities.people, "alton")`.

    Missing where the value is; a subject that the values lack makes the metric untestable, with a warning.
    """
    raise NotImplementedError("an array has no subjects: see `interpret`")


@_function("cells table text?+", "rows", "same")
def match(values: Each, rows: Each, by: str = "") -> Each:
    """The values, from rows of any table, brought to the rows of another table by subject, never by position.

    With labels or parts of the subject in quotation marks, by these instead: `pt.tf - match(en.tf, pt, "corpus")`
    compares each row of a selection `pt` with the row of `en` that has the same corpus.
    Missing where the value is; a subject that the values lack, or several rows that fit, make the metric untestable.
    """
    raise NotImplementedError("an array has no subjects: see `interpret`")


@_function("number text", "each", "named")
def quantity(value: float, unit: str) -> float:
    """A constant with a unit: the number, then the unit as text, such as `quantity(70, "kg/person")`.

    Never missing.
    """
    return value


def _tested(test: statistics.Test, x: Each, y: Each) -> Estimate:
    return Estimate(test.p, statistics.count_pairs(x, y), floor=test.least)


def _nth(place: int, parts: list[Each]) -> Each:
    """Return the value at a place in rising order: over the rows of a single part, or of several element by element."""
    if len(parts) == 1:
        ordered = np.sort(parts[0], axis=1)  # with missing values last
        return ordered[:, place - 1] if place <= ordered.shape[1] else np.full(len(ordered), np.nan)
    stacked = np.stack(np.broadcast_arrays(*parts), axis=-1)
    if place > stacked.shape[-1]:
        return np.full(stacked.shape[:-1], np.nan)
    return np.where(np.isnan(stacked).any(axis=-1), np.nan, np.sort(stacked, axis=-1)[..., place - 1])


def _without_noise(values: One) -> One:
    """Round to twelve digits, behind which a fit has errors of rounding only: from 100 to 400 is fourfold, not less."""
    digits = 12 - np.ceil(np.log10(np.where(values > 0, values, 1.0)))
    # Beyond these powers the scale, or the product with it, would leave the range of floats.
    scale = 10.0 ** np.clip(np.nan_to_num(digits, posinf=0.0, neginf=0.0), -290, 290)
    return np.round(values * scale) / scale


def missing(values: Any) -> Any:
    """Whether each value is missing: NaN, or of texts None too."""
    if values.dtype == object:  # for which numpy has no isnan
        return (values != values) | (values == None)  # noqa: E711, PLR0124
    return np.isnan(values)


def _known(values: Each) -> Each:
    return ~np.isnan(values)


def _picked(values: Each, eligible: Each, chosen: One) -> One:
    """Return in each scenario the value of the chosen row, missing where that row is not eligible."""
    rows = np.arange(len(values))
    return np.where(eligible[rows, chosen], values[rows, chosen], None if values.dtype == object else np.nan)


def page() -> str:
    """Return docs/functions.md, made from the docstrings of the functions."""
    parts = [PAGE, COLUMNS_PAGE, EVIDENCE_PAGE]
    for function in FUNCTIONS.values():
        text = re.sub(r"(?<!\n)\n(?=Source|Rows|A |Missing|With |Values )", "\n\n", str(inspect.getdoc(function.call)))
        parts.append(f"## `{function.signature}`\n\n{text}\n")
    return "\n".join(parts)


PAGE = """# Functions of expressions

Made from the docstrings in `pipelines/evaluate/functions.py`; change it there. A value is missing where its cell says
N/A, where its subject is left out, or where it cannot be computed: whatever is not finite is missing. Functions
over rows leave out the rows that are [totals](dossier.md#totals) of others.

Where a result is left open, it lies between two ends: what it would be with any value that the unit of the missing cell
allows. A claim on it is contested, unless both ends agree: *the largest of five cities* stays open while the people of
one of them are missing, but *not the largest* holds as soon as a known one is larger.
"""

COLUMNS_PAGE = """## `columns(table, [pattern], ...)`

All quantities of a table, a selection or a row, as so many arguments of `min`, `max`, `largest`, `smallest` or `rank`:
`max(columns(scores[ours]))` is the best score of one row, `largest(2, columns(scores[ours]))` the second best, and
`scores.ours == max(columns(scores))` asks each row whether the column `ours` has the best. Patterns choose columns by
name, with `*` for any text: `columns(scores, "score_*", "total")`.

The columns must have one unit. A missing cell leaves the result open, as a missing row does: `ours` is the best only if
no missing cell could be better, and it is not the best if a known one is.
"""

EVIDENCE_PAGE = """## Evidence: `co2[gbr, 2019]`

Values of an evidence table by its keys: see [Evidence tables](add-evidence.md#evidence-tables).

- `co2[gbr, 1990:2018]` has a row for each year, both ends included; `co2[gbr]` and `co2[gbr, :]` have all years,
  `co2[:, 2019]` has all countries, and `co2[g7, 2019]` those of a group. Values with the same free keys join by these.
- `co2[gbr, latest]`, or `latest(co2[gbr], until = "2019-05-31")`, is the value of the last period that had ended by
  that day, by default the one on which the claim is judged.
- `rank(co2[usa, 2019], among = co2[g20, 2019])` is 1 for the highest.
- `slope`, `growth`, `change`, `differences`, `span` and `earliest` take evidence over time without its times.

Nothing is interpolated. A value that is named and not there is missing: sums and means over it are untestable, an
extreme or a rank is testable if a value that is there decides it. `known(co2[africa, 2016])` leaves out the missing.
"""

if __name__ == "__main__":
    sys.stdout.write(page())
