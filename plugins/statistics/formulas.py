"""The formulas by which a statistic follows from others: each once, with its source.

Belongs here: what follows from exact numbers, and through `Formula` from the ranges that rounding allows them. Does
not: which numbers of a text belong together (`notation`, `tables`), or the distributions (`evaluate.distributions`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import exp, inf, log, sqrt

from tidebook.pipelines.evaluate.distributions import (
    chi_squared_tail,
    f_tail,
    normal_quantile,
    normal_tail,
    t_quantile,
    t_tail,
)
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.relate.forms import Form
from tidebook.pipelines.relate.intervals import Ends

MOST_DEGREES = 100_000.0
"""Maximum degrees of freedom with which a test is recomputed: beyond it the series of the distributions are short."""


@dataclass(frozen=True)
class Formula(Form):
    """A form with the work that states it.

    Attributes:
        source: author, work, and place in it.
    """

    source: str = ""


def _cornered(function: Callable[..., float]) -> Callable[..., Ends]:
    """Return the range of a function that is monotone in each operand: its values at all corners."""

    def ends(*operands: Ends) -> Ends:
        values = [function(*corner) for corner in product(*(dict.fromkeys(each[:2]) for each in operands))]
        return Ends(min(values), max(values))

    return ends


def _p_of_t(size: float, degrees: float) -> float:
    return 0.0 if size == inf else 2 * t_tail(degrees, size)


def _p_of_r(size: float, degrees: float) -> float:
    return 0.0 if size >= 1 else _p_of_t(size * sqrt(degrees / (1 - size * size)), degrees)


def _p_of_z(size: float) -> float:
    return 0.0 if size == inf else 2 * normal_tail(size)


def _p_of_f(size: float, above: float, below: float) -> float:
    return 0.0 if size == inf else f_tail(above, below, size)


def _p_of_chi_squared(size: float, degrees: float) -> float:
    return 0.0 if size == inf else chi_squared_tail(degrees, size)


def _p_of_ranks(size: Ends, degrees: Ends) -> Ends:
    """Return the range of p of a rank correlation: by t and by z, which programs choose, with room for the exact one.

    The room holds all exact p of 4 to 8 cases, and those of 300,000 drawn orders of 10, 12, 15, 20 and 30 cases.
    """
    n = degrees.high + 2
    tails = [tail for end in size[:2] for tail in (_p_of_r(end, degrees.high), _p_of_z(end * sqrt(n - 1)))]
    return Ends(min(tails) * (1 - 1 / n), min(max(tails) * (1 + 3 / n), 1.0))


_STATCHECK = "M. B. Nuijten and others, Behavior Research Methods 48 (2016), 1205-1226"
_KRUSKAL_WALLIS = "W. H. Kruskal and W. A. Wallis, Journal of the American Statistical Association 47 (1952), 583-621"
_NIST = "NIST/SEMATECH e-Handbook of Statistical Methods"

P_OF = {
    "t": Formula("p of t", _cornered(_p_of_t), 2, (), source=f"Student's t, two-tailed; {_STATCHECK}"),
    "F": Formula("p of F", _cornered(_p_of_f), 3, (), source=f"F, upper tail; {_STATCHECK}"),
    "χ²": Formula("p of χ²", _cornered(_p_of_chi_squared), 2, (), source=f"chi-squared, upper tail; {_STATCHECK}"),
    "z": Formula("p of z", _cornered(_p_of_z), 1, (), source=f"normal, two-tailed; {_STATCHECK}"),
    "r": Formula("p of r", _cornered(_p_of_r), 2, (), source=f"t = r √(df / (1 − r²)), two-tailed; {_STATCHECK}"),
}
"""The p of the size of a statistic and its degrees of freedom, by the letter of the statistic."""
P_OF |= {
    "ρ": Formula(
        "p of ρ",
        _p_of_ranks,
        2,
        (),
        source="t = ρ √(df / (1 − ρ²)) or z = ρ √(n − 1); J. H. Zar, Biostatistical Analysis (1999), section 19.9",
    ),
    "Q": Formula("p of Q", P_OF["χ²"].ends, 2, (), source=f"chi-squared, upper tail; {_STATCHECK}"),
    "H": Formula(
        "p of H",
        P_OF["χ²"].ends,
        2,
        (),
        source=f"chi-squared approximation; {_KRUSKAL_WALLIS}",
    ),
}


def absolute(interval: Interval) -> Interval:
    """Return the sizes, without a sign, of the numbers of an interval."""
    if interval.low >= 0:
        return interval
    return interval.mirrored() if interval.high <= 0 else Interval(0.0, max(-interval.low, interval.high))


def half_width(level: float, share: float, n: float) -> float:
    """Return the margin of error of a share of n cases, drawn at random from many more."""
    return critical(level) * sqrt(share * (1 - share) / n)


def critical(level: float, degrees: float = inf) -> float:
    """Return how many standard errors an interval of a level reaches to each side; level is a share below 1."""
    upper = (1 + level) / 2
    return normal_quantile(upper) if degrees == inf else t_quantile(degrees, upper)


QUOTIENT_SOURCE = "t = b / SE; J. Cohen and others, Applied Multiple Regression (2003), section 3.6"
"""That of `relate.forms.QUOTIENT`, of a coefficient and its standard error."""
MARGIN = Formula(
    "margin of error", _cornered(half_width), 3, (), source=f"z √(p (1 − p) / n); {_NIST}, section 7.2.4.1"
)
"""Of a level of confidence, a share, and n."""


def _log_middle(low: float, high: float) -> float:
    return exp((log(low) + log(high)) / 2)


LINEAR_MIDDLE = Formula(
    "middle",
    lambda low, high: Ends((low.low + high.low) / 2, (low.high + high.high) / 2),
    2,
    (1,),
    is_linear=True,
    source=f"estimate ± quantile × standard error; {_NIST}, section 7.1.4",
)
LOG_MIDDLE = Formula(
    "middle on the logarithmic scale",
    _cornered(_log_middle),
    2,
    (1,),
    source="exp(log estimate ± quantile × standard error); D. G. Altman and J. M. Bland, BMJ 343 (2011), d2304",
)

WILSON_SOURCE = "E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209-212"

PARTIAL_ETA = Formula(
    "partial η²",
    _cornered(lambda f, above, below: f * above / (f * above + below)),
    3,
    (),
    source="F df1 / (F df1 + df2); J. Cohen, Educational and Psychological Measurement 33 (1973), 107-112",
)
F_OF_R_SQUARED = Formula(
    "F of R²",
    _cornered(lambda share, above, below: inf if share >= 1 else share / above / ((1 - share) / below)),
    3,
    (),
    source="(R² / df1) / ((1 − R²) / df2); J. Cohen, Statistical Power Analysis (1988), section 9.2",
)
PHI = Formula(
    "φ",
    _cornered(lambda size, n: sqrt(size / n)),
    2,
    (1, -1),
    source="√(χ² / N); H. Cramér, Mathematical Methods of Statistics (1946), chapter 21",
)
I_SQUARED = Formula(
    "I²",
    _cornered(lambda size, degrees: 100 * max(0.0, 1 - degrees / size) if size else 0.0),
    2,
    (),
    source="(Q − df) / Q; J. P. T. Higgins and others, BMJ 327 (2003), 557-560",
)
RATIO_SOURCE = "a / n over c / m; D. G. Altman, Practical Statistics for Medical Research (1991), section 10.11"
"""Of a ratio of two risks."""
D_OF_T = Formula(
    "d",
    _cornered(lambda size, first, second: size * sqrt(1 / first + 1 / second)),
    3,
    (),
    source="t √(1/n1 + 1/n2); D. Lakens, Frontiers in Psychology 4 (2013), 863",
)
D_OF_MEANS = Formula(
    "d",
    lambda difference, deviation: Ends(difference.low / deviation.high, difference.high / deviation.low),
    2,
    (1, -1),
    source="difference of the means / standard deviation; J. Cohen, Statistical Power Analysis (1988), section 2.2",
)
STANDARD_ERROR = Formula(
    "standard error",
    _cornered(lambda deviation, n: deviation / sqrt(n)),
    2,
    (1, -1),
    source=f"SD / √n; {_NIST}, section 7.2.2",
)


def largest_deviation(mean: float, low: float, high: float, n: float) -> float:
    """Return the largest standard deviation that n values between two ends with a mean can have.

    Source: the bound of R. Bhatia and C. Davis, American Mathematical Monthly 107 (2000), 353-357, for the sample's
    deviation over n − 1.
    """
    inside = max((mean - low) * (high - mean), 0.0)
    return sqrt(inside * n / (n - 1)) if n > 1 else inf


def sources() -> Iterator[tuple[str, str]]:
    """Yield the name of each formula with its source."""
    singles = (
        MARGIN, LINEAR_MIDDLE, LOG_MIDDLE, PARTIAL_ETA, F_OF_R_SQUARED, PHI, I_SQUARED, D_OF_T, D_OF_MEANS,
        STANDARD_ERROR,
    )  # fmt: skip
    for each in (*P_OF.values(), *singles):
        yield each.name, each.source
