"""Which values a printed number allows: the one meaning of `3.2%`, `nearly 300`, `over 1,000` and `a third`.

Belongs here: the rule of each family of prints, as a function of the number and the words that stand with it. Does not:
reading these words (grammar.py, phrases.py), or what is made of the interval. docs/printed-numbers.md has the families.

Two principles decide where a family is not obvious. Rounding has slack, a bound has none: `over 1,000` does not allow
990, though 990 rounds to 1,000. The word decides the side: `nearly` is below, `over` above, `about` either.
"""

from collections.abc import Callable
from fractions import Fraction
from math import inf
from typing import NamedTuple

from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.schemas.units import Unit

HEDGES = {
    **dict.fromkeys(("about", "nearly", "just_under", "just_over", "close_to", "odd"), "estimate"),
    **dict.fromkeys(("over", "well_over", "plus", "at_least"), "at_least"),
    **dict.fromkeys(("less", "at_most", "up_to", "within"), "at_most"),
    "exactly": "exact",
}
"""The words that may stand with a number, by the kind of number that they make."""

OPPOSITE = {"at_least": "at_most", "at_most": "at_least"}
"""What a bound of the size of a fall is on the number line."""

MOST_POINTS = 4
"""Maximum slack of a hedged percentage, in points."""


class Printed(NamedTuple):
    """One number as printed. All sizes are in its unit and positive, but for `value`.

    Attributes:
        value: The number with its sign.
        hedge: One of `HEDGES`, "" without such a word.
        form: How the number is printed: "digits", "fraction" (`a third`), "part" (`half a million`), "mixed" (`two and
            a half`), "multiple" (`twice`, `3x`), "times more" or "duration" (`two years`).
        half: Half a unit of the last printed digit; 0 for a count.
        coarse: Half a unit of the last digit that is not a trailing zero; a last 5 behind another digit counts as half
            of ten.
        places: Half a unit of the digit to which a round number such as 248,000 may have been rounded, 0 for others.
        magnitude: Whether `million` or the like follows the digits.
        one: What a whole is in the unit: 1, but 100 in percent.
        is_change: Whether a multiple stands for a relative change: `doubled` is 100 percent.
        is_fall: Whether it says what something fell to, as `halved` does: `more than halved` is less than a half.
    """

    value: Fraction
    hedge: str = ""
    form: str = "digits"
    half: Fraction = Fraction(0)
    coarse: Fraction = Fraction(0)
    places: Fraction = Fraction(0)
    magnitude: bool = False
    one: int = 1
    is_change: bool = False
    is_fall: bool = False

    def number(self) -> Fraction:
        """Return the number in its unit."""
        return 100 * (self.value - 1) if self.is_change else self.value


def implied_interval(printed: Printed, unit: Unit) -> Interval:
    """Return the values that a printed number allows, cut at the bounds of its unit.

    A negative number is hedged as seen from zero: `nearly −10%` lies between −10 and 0. Bounds have their order on the
    number line: `above −10 °C` is warmer.
    """
    rule = _BOUNDS.get(printed.hedge)
    if printed.is_fall:
        allowed = _fallen(printed, unit)
    elif printed.hedge in ("just_under", "just_over"):
        allowed = _just_beyond(printed, unit)
    elif rule is not None:
        allowed = rule(printed.value, _zero_of(printed.value, unit))
    elif printed.value < 0:
        allowed = _around(printed._replace(value=-printed.value), unit).mirrored()
    else:
        allowed = _around(printed, unit)
    if printed.is_change:
        allowed = allowed._replace(low=100 * (allowed.low - 1), high=100 * (allowed.high - 1))
    return allowed.clipped(unit.lower, unit.upper)


def _fallen(printed: Printed, unit: Unit) -> Interval:
    """Return how many times what something was it may be, where its hedge is about the size of the fall."""
    hedge = _HEDGES_OF_FALLS.get(printed.hedge, printed.hedge)
    allowed = implied_interval(printed._replace(hedge=hedge, is_change=False, is_fall=False), unit)
    if hedge != "nearly":
        return allowed
    # Mirrored at the number: what nearly halved has a little more than a half left.
    twice = 2 * float(printed.value)
    return Interval(twice - allowed.high, twice - allowed.low, allowed.high_open, allowed.low_open)


_HEDGES_OF_FALLS = {"over": "less", "well_over": "less", "plus": "at_most", "at_least": "at_most"}
_HEDGES_OF_FALLS |= {"less": "over", "at_most": "at_least", "just_under": "just_over", "just_over": "just_under"}
"""What is above the size of a fall is below what is left."""


def _zero_of(value: Fraction, unit: Unit) -> float:
    """Return the lower end of `less than`: zero, where the unit has one that is not arbitrary."""
    has_zero = unit.lower >= 0 or unit.currency is not None or unit.symbol in _WITH_ZERO
    return 0.0 if has_zero and value >= 0 else -inf


_WITH_ZERO = ("percent", "percentage point", "basis point", "ratio", "number", "1/year")
"""Units with negative numbers whose zero means nothing at all; degrees, for instance, have another one."""

_BOUNDS: dict[str, Callable[[Fraction, float], Interval]] = {
    "over": lambda value, zero: Interval(float(value), inf, low_open=True),
    "well_over": lambda value, zero: Interval(float(value), inf, low_open=True),
    # `20+` may mean 20 and more: equality accuses nobody.
    "plus": lambda value, zero: Interval(float(value), inf),
    "at_least": lambda value, zero: Interval(float(value), inf),
    "less": lambda value, zero: Interval(zero, float(value), high_open=True),
    "at_most": lambda value, zero: Interval(zero, float(value)),
    "within": lambda value, zero: Interval(zero, float(value)),
    # The top of a negative number is the farthest from zero.
    "up_to": lambda value, zero: Interval(min(float(value), 0.0), max(float(value), 0.0)),
}
"""The interval of a bound, by its word: from the number and the lower end of `less than`."""


def _just_beyond(printed: Printed, unit: Unit) -> Interval:
    """Return the values just under or over a number: at most a twentieth away, a tenth from a loose one."""
    value = printed.value
    slack = abs(value) / (10 if printed.form in _LOOSE else 20)
    if unit.whole:
        slack = max(slack, Fraction(1))  # just over twelve people are thirteen
    if printed.hedge == "just_under":
        return Interval(float(value - slack), float(value), high_open=True)
    return Interval(float(value), float(value + slack), low_open=True)


_LOOSE = ("fraction", "part", "multiple", "duration")
"""Forms of numbers that are said in words, and less exactly than in digits."""


def _around(printed: Printed, unit: Unit) -> Interval:
    """Return the values that a positive number allows without a bound."""
    value = printed.value
    if printed.hedge == "exactly":
        return Interval.point(float(value))
    if printed.hedge:
        slack = _hedged_slack(printed, unit)
        if printed.hedge == "nearly":
            slack = max(slack, Fraction(unit.whole))  # nearly twelve people are eleven
            return Interval(float(value - slack), float(value), high_open=value != value - slack)
        if printed.hedge == "odd":  # 60-odd people are fewer than 70, 200-odd fewer than 250
            most = min(2 * printed.coarse, max(Fraction(10), value / 4))
            return Interval(float(value), float(value + most), high_open=most > 0)
        return Interval(float(value - slack), float(value + slack))
    if printed.form == "times more":  # three times more is three or four times as many
        return Interval(float(value * 9 / 10), float((value + 1) * 11 / 10))
    slack = _plain_slack(printed)
    return Interval(float(value - slack), float(value + slack)) if slack else Interval.point(float(value))


def _plain_slack(printed: Printed) -> Fraction:
    """Return how far from a number without a hedge the truth may be."""
    value, one = printed.value, printed.one
    # Each slack lies between what any editor accepts and what none does: tests/corpus has pairs of both.
    match printed.form:
        case "fraction":
            return min(Fraction(3 * one, 100), value / 10)
        case "part" | "multiple":
            return value / 10
        case "duration":
            return value * 7 / 100
        case "mixed":
            return min(printed.half, value / 20)
    return max(printed.half, printed.places)


def _hedged_slack(printed: Printed, unit: Unit) -> Fraction:
    """Return how far from a number the truth may be if it is about, nearly or close to it."""
    value = printed.value
    if printed.form == "fraction":
        return min(Fraction(5 * printed.one, 100), value * 15 / 100)
    # What a magnitude word hides is not rounding: `about 1 million` is not 0.5 to 1.5 million.
    half = Fraction(0) if printed.magnitude else printed.half
    slack = max(half, min(printed.coarse, value / 10))
    if unit.symbol == "percent":
        slack = max(printed.half, min(slack, Fraction(MOST_POINTS)))
    return slack


def kind_of(printed: Printed, interval: Interval) -> str:
    """Return how a number is stated: exact, rounded, an estimate or a bound."""
    kind = HEDGES.get(printed.hedge, "rounded")
    if printed.is_fall:
        kind = OPPOSITE.get(kind, kind)
    if kind == "rounded" and interval.is_point:
        return "exact"
    return "estimate" if printed.form == "times more" and kind == "rounded" else kind
