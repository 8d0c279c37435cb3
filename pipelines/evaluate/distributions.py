"""Probabilities and quantiles of distributions, by explicit formulas that need no library beyond NumPy.

SciPy has them too. It is a fifth of what an installation weighed, and its results change in the last digits with its
version, which changes the bytes of releases. Tests compare each function with SciPy's.

Belongs here: distributions, and the random streams of draws. Does not: what is drawn from them (`scenarios`), or
statistics of figures (`statistics`).
"""

from __future__ import annotations

import functools
import hashlib
import math
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STEPS = 60
"""Steps of Newton's method after which a quantile is as exact as it gets; fewer than ten are usual."""
CLOSE = 1e-9
"""Step at which Newton's method ends: the error after it is about its square."""
MOST_TERMS = 2000
"""Limit of the series of the incomplete gamma function: it takes about 8 times the root of the shape, so that this is
enough for shapes up to 50,000.
"""

FARTHEST = 700.0
"""The largest logarithm of a draw, and of the ends of what is drawn: its exponential is still a float."""


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one figure or other name, which depends on the name and the seed only."""
    # hash() is salted per process; SHA-256 keeps streams reproducible.
    # PCG64 by name: NumPy may change what default_rng chooses, which would change the bytes of every release.
    digest = hashlib.sha256(name.encode()).digest()
    return np.random.Generator(np.random.PCG64([seed, int.from_bytes(digest[:8], "big")]))


normal_quantile = NormalDist().inv_cdf
"""Quantile of the standard normal distribution, for a share between 0 and 1."""


def normal_quantiles(share: Floats) -> Floats:
    """Return quantiles of the standard normal distribution, for shares between 0 and 1.

    Source: M. J. Wichura, Applied Statistics 37 (1988), 477-484, algorithm AS 241 (PPND16), to 16 digits.
    """
    centred = share - 0.5
    tail = np.minimum(share, 1 - share)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.sqrt(-np.log(tail))
        # 0.180625 is 0.425 squared; in the tails the variable is sqrt(-log(tail)), from 1.6 and 5 on.
        middle = centred * _ratio(0.180625 - centred**2, *_MIDDLE)
        near = _ratio(distance - 1.6, *_NEAR)
        far = _ratio(distance - 5.0, *_FAR)
        outer = np.where(centred < 0, -1.0, 1.0) * np.where(distance <= 5, near, far)
    found = np.where(np.abs(centred) <= 0.425, middle, outer)
    # In the limits the ratios are infinity over infinity.
    found = np.where(share == 0, -np.inf, np.where(share == 1, np.inf, found))
    return np.where((share < 0) | (share > 1), np.nan, found)


def _ratio(x: Any, above: tuple[float, ...], below: tuple[float, ...]) -> Any:
    """Return the ratio of two polynomials, given their coefficients from the highest power on."""
    numerator, denominator = above[0], below[0]
    for one, other in zip(above[1:], below[1:], strict=True):
        numerator, denominator = numerator * x + one, denominator * x + other
    return numerator / denominator


# The coefficients of AS 241: of shares between 0.075 and 0.925, of tails down to exp(-25), and of smaller ones.
_MIDDLE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_NEAR = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
)  # fmt: skip


def normal_probabilities(x: Floats) -> Floats:
    """Return the probabilities of at most `x` under the standard normal distribution."""
    # NumPy has no erfc. Unlike 1 - erf it keeps all digits where the probability is small.
    return 0.5 * np.fromiter(map(math.erfc, (-math.sqrt(0.5) * x).tolist()), float, len(x))


def t_probability(degrees: float, x: float) -> float:
    """Return the probability of at most `x` under Student's t distribution."""
    tail = float(_t_tail(degrees, abs(x)))
    return tail if x < 0 else 1 - tail


def normal_tail(x: float) -> float:
    """Return the probability of more than `x` under the standard normal distribution."""
    return 0.5 * math.erfc(x * math.sqrt(0.5))


def t_tail(degrees: float, x: float) -> float:
    """Return the probability of more than `x` under Student's t distribution, which is symmetric."""
    return t_probability(degrees, -x)


def f_tail(above: float, below: float, x: float) -> float:
    """Return the probability of more than `x` under the F distribution, with the degrees of freedom above and below.

    Source: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.6.5, by the incomplete beta function.
    """
    if x <= 0:
        return 1.0
    # With `rest` computed by itself: 1 - share would cancel where the share is close to 1.
    whole = below + above * x
    a, b, share, rest = below / 2, above / 2, below / whole, above * x / whole
    # Beyond this share the continued fraction needs many more terms: there the other tail is computed (DLMF 8.17.4).
    if share < (a + 1) / (a + b + 2):
        return float(_beta(a, b, share, rest))
    return 1 - float(_beta(b, a, rest, share))


def chi_squared_tail(degrees: float, x: float) -> float:
    """Return the probability of more than `x` under the chi-squared distribution: a gamma one of half the degrees."""
    return _gamma_tails(degrees / 2, x / 2)[1] if x > 0 else 1.0


@functools.lru_cache(maxsize=4096)
def t_quantile(degrees: float, share: float) -> float:
    """Return a quantile of Student's t distribution, for a share between 0 and 1."""
    return float(t_quantiles(degrees, np.array([share]))[0])


def t_quantiles(degrees: float, share: Floats) -> Floats:
    """Return quantiles of Student's t distribution, for shares between 0 and 1.

    Newton's method finds where the logarithm of the tail is that of the share. The tail's logarithm over w, with
    x = sqrt(degrees) sinh(w), is concave, so that the method converges from any start.
    """
    tail = np.minimum(share, 1 - share)
    inside, root = tail > 0, math.sqrt(degrees)
    within = np.where(inside, tail, 0.5)
    wanted = np.log(within)
    # The normal quantile is near enough as a start unless the degrees of freedom are few.
    w = np.arcsinh(np.abs(normal_quantiles(within)) / root)
    for _ in range(STEPS):
        x = root * np.sinh(w)
        found = _t_tail(degrees, x)
        slope = -_t_density(degrees, x) * root * np.cosh(w) / found
        step = (np.log(found) - wanted) / slope
        # The nearer tail is sought, so that x is not negative; `_t_tail` would not accept it.
        w = np.maximum(w - step, 0.0)
        if np.all(np.abs(step) <= CLOSE):
            break
    ends = np.where(tail == 0, np.inf, np.nan)
    return np.where(share < 0.5, -1.0, 1.0) * np.where(inside, root * np.sinh(w), ends)


def _t_density(degrees: float, x: Any) -> Any:
    constant = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - math.log(degrees * math.pi) / 2
    return np.exp(constant - (degrees + 1) / 2 * np.log1p(x * x / degrees))


def _t_tail(degrees: float, x: Any) -> Any:
    """Return the probability of more than `x`, which is not negative, under Student's t distribution."""
    square = x * x
    inner, outer = square / (degrees + square), degrees / (degrees + square)
    # `least` is the bound of `_beta` for a = 1/2 and b = degrees / 2: below it that side of the function converges.
    half, least = degrees / 2, 1.5 / (degrees / 2 + 2.5)
    if isinstance(x, float):
        is_near = inner < least
        return 0.5 - _beta(0.5, half, inner, outer) / 2 if is_near else _beta(half, 0.5, outer, inner) / 2
    near = inner < least
    found = np.empty_like(x)
    found[near] = 0.5 - _beta(0.5, half, inner[near], outer[near]) / 2
    found[~near] = _beta(half, 0.5, outer[~near], inner[~near]) / 2
    return found


def _beta(a: float, b: float, x: Any, rest: Any) -> Any:
    """Return the incomplete beta function, regularised; `rest` is 1 - x. Exact for x below (a + 1) / (a + b + 2).

    Source: NIST Digital Library of Mathematical Functions, 8.17.22, as a continued fraction evaluated from its end.
    """
    fraction: Any = 1.0
    for m in range(_terms(a, b), 0, -1):
        even = m * (b - m) / ((a + 2 * m - 1) * (a + 2 * m))
        odd = (a + m) * (a + b + m) / ((a + 2 * m) * (a + 2 * m + 1))
        fraction = 1 + even * x / (1 - odd * x / fraction)
    fraction = 1 - (a + b) / (a + 1) * x / fraction
    constant = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) - math.log(a)
    if isinstance(x, float):
        return math.exp(constant + a * math.log(x) + b * math.log(rest)) / fraction if x > 0 else 0.0
    with np.errstate(divide="ignore"):
        return np.exp(constant + a * np.log(x) + b * np.log(rest)) / fraction


def _terms(a: float, b: float) -> int:
    """Return the number of pairs of terms after which the continued fraction has all digits."""
    # Convergence takes of the order of sqrt(max(a, b)) steps (W. H. Press et al., Numerical Recipes, 2007, section
    # 6.4).
    return 16 + math.ceil(3 * math.sqrt(max(a, b)))


@functools.lru_cache(maxsize=4096)
def gamma_quantile(shape: float, share: float) -> float:
    """Return a quantile of the gamma distribution of scale 1, for a share between 0 and 1 and a shape from 0.1 on.

    Newton's method on the logarithm of the nearer tail over log x, which is concave.
    """
    low = share <= 0.5
    wanted = math.log(share if low else 1 - share)
    # Of the smallest values the distribution is a power; the largest lie beyond the mean.
    x = math.exp((wanted + math.lgamma(shape + 1)) / shape) if low else shape + 1
    # A longer step from the mean would overshoot a far tail, to where its probability underflows to zero.
    farthest = max(0.2, 3 / math.sqrt(1 + shape))
    for _ in range(STEPS):
        below, above = _gamma_tails(shape, x)
        tail = below if low else above
        density = math.exp(shape * math.log(x) - x - math.lgamma(shape))
        slope = density / tail if low else -density / tail
        step = (math.log(tail) - wanted) / slope
        x *= math.exp(-max(min(step, farthest), -farthest))
        if abs(step) <= CLOSE:
            break
    return x


def _gamma_tails(shape: float, x: float) -> tuple[float, float]:
    """Return the probabilities of at most, and of more than, `x` under the gamma distribution of scale 1.

    Source: NIST Digital Library of Mathematical Functions, 8.7.1 (series) and 8.9.2 (continued fraction).
    """
    scale = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        for n in range(1, MOST_TERMS):
            term *= x / (shape + n)
            total += term
            # Less than the last digit of the sum as a float.
            if term < total * 1e-17:
                break
        return scale * total, 1 - scale * total
    fraction = 0.0
    # From the innermost of more terms than it takes, a few times the root of the shape (W. H. Press et al., Numerical
    # Recipes, 2007, section 6.2).
    for n in range(60 + math.ceil(4 * math.sqrt(shape)), 0, -1):
        fraction = n * (n - shape) / (x + 2 * n + 1 - shape - fraction)
    above = scale / (x + 1 - shape - fraction)
    return 1 - above, above


def binomial_tail(least: int, n: int, chance: float) -> float:
    """Return the probability that at least `least` of `n` happen, each with the same chance."""
    if least <= 0 or least > n:
        return float(least <= 0)
    # As an incomplete beta function: NIST Digital Library of Mathematical Functions, 8.17.5.
    a, b = float(least), float(n - least + 1)
    if chance < (a + 1) / (a + b + 2):
        return float(_beta(a, b, chance, 1 - chance))
    return 1 - float(_beta(b, a, 1 - chance, chance))


def binomial_coefficient(n: int, k: int) -> float:
    """Return the number of ways to choose `k` of `n`, infinite where a float cannot hold it."""
    try:
        return float(math.comb(n, k))
    except OverflowError:
        return math.inf


def binomial_chance(least: int, n: int, share: float) -> float:
    """Return the chance of each with which at least `least` of `n` happen with probability `share`, by bisection."""
    low, high = 0.0, 1.0
    # Until no float lies between the two: a tolerance would show in the last digits of releases.
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if binomial_tail(least, n, middle) < share else (low, middle)
    return high
