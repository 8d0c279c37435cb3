"""Conditions on a metric, such as `at_least 0.5` or `between 0.7 0.99`, with cut-offs by number or by name.

Belongs here: parsing a predicate, and where it holds. Does not: what follows for a claim (`verdicts`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf, isclose
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tidebook.pipelines.read.errors import did_you_mean
from tidebook.pipelines.read.formatting import MINUS
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.quantities.value import LARGEST, SMALLEST, has_usual_size
from tidebook.schemas.units import get_unit

if TYPE_CHECKING:
    from tidebook.pipelines.evaluate.frame import FloatArray

PROPORTIONS = ("number", "ratio", "share", "probability", "p-value", "1/year")
"""Units without a dimension in which an article may print percentages."""
PERCENTAGES = ("percent", "percentage point", "percent/year")
"""Units in which `15%` is 15."""
PERCENT = 0.01

NUMBER = re.compile(r"[-+]?(?!0\d)(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)

WITHOUT_UNIT = re.compile(r"(?!.*(%|per ?cent)).*\d.*", re.IGNORECASE)
"""A number in digits that is not said in percent; whether other words are those of a unit, its parser knows."""


class Form(NamedTuple):
    """A form of predicate.

    Attributes:
        words: its words.
        bounds: its number of bounds.
        holds: where it holds, given values, first and last bound.
        over: where it holds of all values of an interval and of any, given both ends, first and last bound.
    """

    words: str
    bounds: int
    holds: Callable[[FloatArray, float, float], Any]
    over: Callable[[FloatArray, FloatArray, float, float], tuple[Any, Any]]


def _inside(words: str) -> Form:
    """Return the form that holds from one bound to another, both included."""
    return Form(
        words,
        2,
        lambda x, low, high: (x >= low) & (x <= high),
        lambda x, y, low, high: ((x >= low) & (y <= high), (y >= low) & (x <= high)),
    )


def _from(words: str) -> Form:
    """Return the form that holds from a bound on, which is included."""
    return Form(words, 1, lambda x, low, _: x >= low, lambda x, y, low, _: (x >= low, y >= low))


FORMS = {
    "at_least": _from("at least {0}"),
    "at_most": Form("at most {0}", 1, lambda x, high, _: x <= high, lambda x, y, high, _: (y <= high, x <= high)),
    "above": Form("above {0}", 1, lambda x, low, _: x > low, lambda x, y, low, _: (x > low, y > low)),
    "below": Form("below {0}", 1, lambda x, high, _: x < high, lambda x, y, high, _: (y < high, x < high)),
    "between": _inside("between {0} and {1}"),
    "equals": _inside("equal to {said}"),
    "all_of": _from("{said}"),
    "outside": Form(
        "below {0} or above {1}",
        2,
        lambda x, low, high: (x < low) | (x > high),
        lambda x, y, low, high: ((y < low) | (x > high), (x < low) | (y > high)),
    ),
}


MOST_DIGITS = 12
"""Digits beyond which two numbers differ by errors of floats."""

WRITTEN = tuple(form for form in FORMS if form != "all_of")
"""Forms that a predicate may have; conditions are joined by the key `all_of`."""

RELAXED = {"above": "at_least", "below": "at_most"}
"""Forms that exclude their bound, each with the one that includes it."""

MIRRORED = {"above": "below", "below": "above", "at_least": "at_most", "at_most": "at_least"}
"""Forms of one bound, each with the one that a number of the opposite sign satisfies."""

STRICT = (*RELAXED, "outside")
"""Forms that hold of no value at a bound."""


@dataclass(frozen=True)
class Predicate:
    """A condition on a metric's value.

    Attributes:
        form: one of `FORMS`.
        bounds: in the metric's unit; `between` includes them, and those of `equals` are the ends of what the number
            allows as it is printed.
        said: the number of `equals` as printed, or the conditions that `all_of` joins.
        open_ends: whether `equals` excludes the number at its lower and at its upper end, as `fewer than 120` does; its
            bounds are then the next floats inside.
    """

    form: str
    bounds: tuple[float, ...]
    said: str = ""
    open_ends: tuple[bool, bool] = (False, False)

    def holds(self, values: FloatArray) -> npt.NDArray[np.bool_]:
        """Return where it holds, element by element; it does not hold of NaN."""
        return np.asarray(FORMS[self.form].holds(values, self.bounds[0], self.bounds[-1]), dtype=np.bool_)

    def holds_as_printed(self, value: float, slack: float) -> bool:
        """Whether it holds of a value up to the errors of floats: a value within `slack` of a bound equals it."""
        if any(self._is_open_at(bound) and abs(bound - value) <= slack for bound in self.bounds):
            return False
        nearest = min(self.bounds, key=lambda bound: abs(bound - value))
        return bool(self.holds(np.array(nearest if abs(nearest - value) <= slack else value)))

    def _is_open_at(self, bound: float) -> bool:
        """Whether it excludes the number at an end of `equals`."""
        # Not strict: forms of one bound have no second one, and only `equals` has open ends.
        return any(is_open and bound == end for is_open, end in zip(self.open_ends, self.bounds, strict=False))

    @property
    def relaxed(self) -> Predicate:
        """The same condition with its bounds included."""
        return replace(self, form=RELAXED.get(self.form, self.form), open_ends=(False, False))

    @property
    def mirrored(self) -> Predicate:
        """The same condition on the number with the opposite sign."""
        bounds = tuple(-bound for bound in reversed(self.bounds))
        return replace(
            self,
            form=MIRRORED.get(self.form, self.form),
            bounds=bounds,
            said=self.said.lstrip(MINUS),
            open_ends=(self.open_ends[1], self.open_ends[0]),
        )

    def flipped(self, values: FloatArray, before: bool) -> npt.NDArray[np.bool_]:
        """Return where the result differs from `before`; never at NaN."""
        flipped: npt.NDArray[np.bool_] = (self.holds(values) != before) & ~np.isnan(values)
        return flipped

    def repeats(self, printed: Interval) -> bool:
        """Whether it holds of the values that a printed number allows, and of no others."""
        if self.form in ("above", "at_least"):
            return printed.high == inf and isclose(self.bounds[0], printed.low)
        if self.form in ("below", "at_most"):
            return printed.low <= 0 and isclose(self.bounds[0], printed.high)
        return self.form in ("equals", "between") and all(map(isclose, self.bounds, (printed.low, printed.high)))

    def excludes(self, other: Predicate) -> bool:
        """Whether no value satisfies both conditions, beyond touching at a bound that either excludes."""
        bounds = sorted({*self.bounds, *other.bounds})
        between = [(low + high) / 2 for low, high in pairwise(bounds)]
        size = max(map(abs, bounds)) or 1.0
        tried = np.array([*bounds, *between, bounds[0] - size, bounds[-1] + size])
        return not bool((self.holds(tried) & other.holds(tried)).any())

    def within(self, low: float, high: float) -> tuple[bool, bool]:
        """Return whether it holds of every value of an interval, and whether of any.

        A missing end is NaN and left out.
        """
        ends = np.array([low, high])
        at_ends = self.holds(ends[~np.isnan(ends)])
        bound_inside = any(low < bound < high for bound in self.bounds)
        # `outside` holds on two stretches with a gap between them, every other form on a single one.
        if self.form == "outside":
            return bool(at_ends.all()) and not bound_inside, bool(at_ends.any())
        return bool(at_ends.all()), bool(at_ends.any()) or bound_inside

    def holds_within(self, low: float, high: float, slack: float) -> bool:
        """Whether it holds of any value that a print leaves open, up to errors of floats of at most `slack`.

        A strict bound has to be passed by more than them. What two rounded numbers allow has to overlap by more: that
        of 12.3% ends where that of 12.4% begins.
        """
        if self.form == "equals" and self.bounds[0] < self.bounds[1]:
            return min(high, self.bounds[1]) - max(low, self.bounds[0]) > slack
        margin = -slack if self.form in STRICT else slack
        return bool(self.over(np.array(low - margin), np.array(high + margin))[1])

    def over(self, low: FloatArray, high: FloatArray) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Return where it holds of every value between two ends, and where of any; ends may be infinite, not NaN."""
        return FORMS[self.form].over(low, high, self.bounds[0], self.bounds[-1])

    def comparisons(self) -> list[tuple[str, float]]:
        """Return the comparisons that it joins, each a sign and a bound; `or` before the sign if one is enough.

        A value that equals a bound up to the errors of floats counts as equal to it.
        """
        low, high = self.bounds[0], self.bounds[-1]
        least, most = (">" if self.open_ends[0] else ">="), ("<" if self.open_ends[1] else "<=")
        equal = [
            (least, low + _float_slack(low) * (1 if self.open_ends[0] else -1)),
            (most, high - _float_slack(high) * (1 if self.open_ends[1] else -1)),
        ]
        within = [(">=", low - _float_slack(low)), ("<=", high + _float_slack(high))]
        beyond = [("<", low - _float_slack(low)), (">", high + _float_slack(high))]
        return {
            "at_least": within[:1],
            "at_most": within[1:],
            "above": [(">", low + _float_slack(low))],
            "below": [("<", high - _float_slack(high))],
            "between": within,
            "equals": equal,
            "outside": [(f"or {sign}", bound) for sign, bound in beyond],
        }[self.form]

    def number(self, value: float, digits: int = 4) -> str:
        """Return a number with enough digits to differ from each bound that it does not equal."""
        others = [bound for bound in self.bounds if bound != value]
        while digits < MOST_DIGITS and any(f"{bound:.{digits}g}" == f"{value:.{digits}g}" for bound in others):
            digits += 1
        return f"{value:.{digits}g}"

    def words(self) -> str:
        """Put it into words, such as `at least 0.5`."""
        return self.words_of([f"{bound:g}" for bound in self.bounds])

    def words_of(self, bounds: Sequence[str]) -> str:
        """Put it into words with its bounds as texts."""
        return FORMS[self.form].words.format(*bounds, said=self.said)


def parse_predicate(text: str, cutoffs: Mapping[str, float], unit: str = "number") -> Predicate:
    """Parse a predicate.

    Args:
        text: a form and its bounds, such as `at_least 0.5`; `equals` takes a number as an article prints it.
        cutoffs: the numbers that bounds may name.
        unit: the unit of the metric, in which `equals` reads its number.

    Raises:
        ValueError: the form is unknown, a bound is neither number nor name, there are too many or too few, or they are
            in the wrong order. The message says what was expected.
    """
    form, *words = re.findall("[^ ]+", text) or [""]
    if form == "all_of":
        return Predicate(form, (1.0,), text.removeprefix("all_of").strip())
    if form == "equals":
        return _equality(text.strip().removeprefix("equals").strip(), unit)
    if form not in FORMS:
        raise ValueError(f"one of {', '.join(WRITTEN)} and its bounds{did_you_mean(form, WRITTEN)}")
    if len(words) != FORMS[form].bounds:
        raise ValueError(f"{form} with {FORMS[form].bounds} bound{'s' * (FORMS[form].bounds > 1)}")
    bounds = tuple(_bound(word, cutoffs, unit) for word in words)
    if list(bounds) != sorted(bounds):
        raise ValueError(f"{form} with the lower bound first")
    return Predicate(form, bounds)


def _float_slack(bound: float) -> float:
    # A bound of zero has no size of its own.
    return 1e-9 * abs(bound) or 1e-12


def _equality(number: str, unit: str) -> Predicate:
    """Return the condition that a value is what a printed number allows; `over 1,000` is a bound, and so is this.

    A number without the words of its unit is in the metric's unit.

    Raises:
        ValueError: the number cannot be read in the unit.
    """
    found = _allowed(number, unit)
    if np.isnan(found.low):
        raise ValueError("equals with a number, such as equals 3.33 or equals about 15%")
    if np.isinf(found.high):
        return Predicate("above" if found.low_open else "at_least", (found.low,))
    if np.isinf(found.low):
        return Predicate("below" if found.high_open else "at_most", (found.high,))
    # The next float inside: the form includes its bounds, the printed number may exclude its ends.
    low = np.nextafter(found.low, np.inf) if found.low_open else found.low
    high = np.nextafter(found.high, -np.inf) if found.high_open else found.high
    return Predicate("equals", (float(low), float(high)), number, (bool(found.low_open), bool(found.high_open)))


def _allowed(number: str, unit: str) -> Interval:
    """Return what a printed number allows, in the unit of a metric.

    Raises:
        ValueError: it cannot be read in the unit.
    """
    # A bare number reads alike in all units, but a count of things is exact.
    is_bare = NUMBER.fullmatch(number.replace(",", "")) is not None
    try:
        return Interval.of(parse_quantity(number, unit if not is_bare or get_unit(unit).whole else "number")._asdict())
    except QuantityError as error:
        if unit in PROPORTIONS:
            with suppress(QuantityError):
                return Interval.of(parse_quantity(number, "percent")._asdict()).scaled(PERCENT)
        if unit != "date" and WITHOUT_UNIT.fullmatch(number):
            with suppress(QuantityError):
                return Interval.of(parse_quantity(number, "number")._asdict())
        raise ValueError(error.hint) from error


def _bound(word: str, cutoffs: Mapping[str, float], unit: str) -> float:
    """Return the number that a word is or names, in the unit of the metric; `15%` is one too.

    Raises:
        ValueError: it is neither, or of a size that cannot be calculated with or printed.
    """
    number = word.removesuffix("%")
    value = cutoffs[word] if word in cutoffs else float(number) if NUMBER.fullmatch(number) else np.nan
    if not np.isfinite(value):
        named = f" or one of {', '.join(cutoffs)}" if cutoffs else ""
        raise ValueError(f"a number{named}, not {word!r}")
    if not has_usual_size(value):
        raise ValueError(f"0, or a number from {SMALLEST:.0e} to {LARGEST:.0e} in size, not {word!r}")
    if number == word or unit in PERCENTAGES:
        return value
    if unit not in PROPORTIONS:
        raise ValueError(f"a number in {unit}, not {word!r}")
    return value * PERCENT
