"""300 reported tests in forty paragraphs: `python -m benchmarks.statistics [--half first|second] [--missed]`.

`paragraphs.md` has the paragraphs with a place for each test, `{{t 28 | t(28) = S2, p @A}}`: the test, its degrees of
freedom, and its spelling. It is rendered twice: with the p that follows by SciPy, and with another one each. Belongs
here: rendering, and the count. Does not: the judgement, or anything that knows how the plugin reads.

In a spelling S2 is the statistic with two decimals, s2 the same without the zero before its point; @A is `= .036` or
`< .05`, @Z `= 0.036`, @M `= 0·036`, @a, @z and @m the same without a blank, #Z the bare number.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import stats

from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import read_document
from tidebook.plugins.statistics.check import Check
from tidebook.plugins.statistics.checks import checks_of

PARAGRAPHS = Path(__file__).with_name("paragraphs.md")
SLOT = re.compile(r"\{\{(?P<test>[^|]+)\|\s?(?P<spelling>.*?)\}\}", re.DOTALL)
HALVES = {"first": slice(0, 20), "second": slice(20, 40), "both": slice(0, 40)}
BOUNDS = (0.001, 0.01, 0.05)
WRONG_FACTOR = 1.4
"""How far a wrong p lies at least from all that follow."""


class Rendered(NamedTuple):
    """A text, and where each of its tests stands in it."""

    text: str
    tests: list[tuple[int, int]]


def p_of(name: str, size: float, degrees: list[float]) -> float:
    """Return the p of a test by SciPy."""
    match name:
        case "t":
            return float(2 * stats.t.sf(size, degrees[0]))
        case "t1":
            return float(stats.t.sf(size, degrees[0]))
        case "r":
            return float(2 * stats.t.sf(size * np.sqrt(degrees[0] / (1 - size * size)), degrees[0]))
        case "z":
            return float(2 * stats.norm.sf(size))
        case "F":
            return float(stats.f.sf(size, *degrees))
    return float(stats.chi2.sf(size, degrees[0]))


def size_of(name: str, p: float, degrees: list[float]) -> float:
    """Return the statistic that has a p."""
    match name:
        case "t":
            return float(stats.t.isf(p / 2, degrees[0]))
        case "t1":
            return float(stats.t.isf(p, degrees[0]))
        case "r":
            t = stats.t.isf(p / 2, degrees[0])
            return float(t / np.sqrt(degrees[0] + t * t))
        case "z":
            return float(stats.norm.isf(p / 2))
        case "F":
            return float(stats.f.isf(p, *degrees))
    return float(stats.chi2.isf(p, degrees[0]))


def rendered(paragraph: str, random: np.random.Generator, *, wrong: bool) -> Rendered:
    """Return a paragraph with numbers in its places."""
    text, tests, last = "", [], 0
    for slot in SLOT.finditer(paragraph):
        text += paragraph[last : slot.start()]
        last = slot.end()
        name, *words = slot["test"].split()
        degrees = [float(word) for word in words if word[0].isdigit()]
        shown = spelled(slot["spelling"].rstrip(), name, degrees, random, is_ns="ns" in words, wrong=wrong)
        tests.append((len(text), len(text) + len(shown)))
        text += shown
    return Rendered(text + paragraph[last:], tests)


def spelled(
    spelling: str, name: str, degrees: list[float], random: np.random.Generator, *, is_ns: bool, wrong: bool
) -> str:
    """Return a test in a spelling, with a statistic drawn for it, and with its p or another one."""
    decimals = int(re.search(r"[Ss](\d)", spelling)[1])  # type: ignore[index]
    goal = float(random.uniform(0.1, 0.9) if is_ns else np.exp(random.uniform(np.log(2e-4), np.log(0.7))))
    while True:
        size = round(size_of(name, goal, degrees), decimals)
        half = 0.5 * 10**-decimals
        low, high = (p_of(name, each, degrees) for each in (size + half, max(size - half, 0)))
        if size > half and not _is_near_a_bound(low, high):
            break
        goal = float(random.uniform(0.02, 0.9))
    if is_ns and wrong:
        size = round(size_of(name, float(random.uniform(1e-3, 0.03)), degrees), decimals)
    printed = _printed_p(p_of(name, size, degrees), low, high, random, wrong=wrong and not is_ns)
    statistic = f"{size:.{decimals}f}"
    shown = re.sub(r"S\d", statistic, re.sub(r"s\d", statistic.replace("0.", ".", 1), spelling))
    return re.sub(r"([@#])([AZMazm])", lambda mark: _in_form(printed, *mark.groups()), shown)


def _is_near_a_bound(low: float, high: float) -> bool:
    return any(low * 0.9 <= bound <= high * 1.1 for bound in BOUNDS)


def _printed_p(p: float, low: float, high: float, random: np.random.Generator, *, wrong: bool) -> tuple[str, str]:
    """Return how a p is compared, and its digits with the zero before the point."""
    bounds = [bound for bound in BOUNDS if p < bound]
    if wrong:
        return _wrong_p(low, high, random)
    if p < 0.001 or (bounds and random.random() < 0.3):
        return "<", f"{random.choice(bounds):g}"
    return "=", f"{p:.{3 if p < 0.1 or random.random() < 0.5 else 2}f}"


def _wrong_p(low: float, high: float, random: np.random.Generator) -> tuple[str, str]:
    """Return a p that does not follow: a bound that is exceeded, or a number far enough from the range."""
    exceeded = [bound for bound in BOUNDS if low > bound]
    if exceeded and random.random() < 0.3:
        return "<", f"{random.choice(exceeded):g}"
    while True:
        p = float(np.exp(random.uniform(np.log(2e-3), np.log(0.9))))
        if p * WRONG_FACTOR < low - 0.002 or p / WRONG_FACTOR > high + 0.002:
            return "=", f"{p:.3f}"


def _in_form(printed: tuple[str, str], mark: str, letter: str) -> str:
    op, digits = printed
    number = digits.replace("0.", ".", 1) if letter in "Aa" else digits
    number = number.replace(".", "·") if letter in "Mm" else number
    if mark == "#":
        return number if op == "=" else f"{op} {number}"
    return f"{op} {number}" if letter.isupper() else f"{op}{number}"


def checks_in(text: str) -> list[tuple[int, int, Check]]:
    """Return the checks of tests of a text, each with the part of it that they are about."""
    document = read_document(RawFile("paper.md", text.encode()), "markdown")
    found = []
    for check in checks_of(document):
        if check.rule == "test":
            spans = (check.at, *check.evidence)
            found.append((min(each.start for each in spans), max(each.end for each in spans), check))
    return found


def paragraphs(half: str) -> Iterator[str]:
    """Yield the paragraphs of a half."""
    parts = re.split(r"(?m)^(?=# )", PARAGRAPHS.read_text(encoding="utf-8"))
    yield from [part for part in parts if part.strip()][HALVES[half]]


class Measured(NamedTuple):
    """What became of the tests of some paragraphs.

    Attributes:
        tests: how many there are.
        recognised: how many were recomputed.
        found: how many wrong ones were found, by the kind of finding.
        accused: how many right ones were, by the kind.
        missed: what was not recognised, missed or accused, in words.
    """

    tests: int
    recognised: int
    found: Counter[str]
    accused: Counter[str]
    missed: list[str]


def measure(half: str, seed: int = 1) -> Measured:
    """Count over a half, or both halves, of the paragraphs."""
    tests = recognised = 0
    found, accused, missed = Counter[str](), Counter[str](), []
    for wrong in (False, True):
        random = np.random.default_rng(seed)
        for paragraph in paragraphs(half):
            shown = rendered(paragraph, random, wrong=wrong)
            checks = checks_in(shown.text)
            for start, end in shown.tests:
                within = [check for first, last, check in checks if start <= first < end or first <= start < last]
                is_known = any(check.outcome != "not recomputed" for check in within)
                faults = [check.kind for check in within if check.tier in ("certain", "likely")]
                tests += not wrong
                recognised += is_known and not wrong
                (found if wrong else accused).update(faults[:1])
                if not is_known or bool(faults) != wrong:
                    why = "; ".join(check.why for check in within)
                    words = shown.text[start - 20 : end + 20]
                    missed.append(f"{'wrong' if wrong else 'right'}: {words!r} {why}")
    return Measured(tests, recognised, found, accused, missed)


def main(arguments: list[str]) -> int:
    """Count, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missed", action="store_true", help="print what was not recognised, missed or accused")
    options = parser.parse_args(arguments)
    measured = measure(options.half, options.seed)
    if options.missed:
        print("\n".join(measured.missed))
    of = f"of {measured.tests}"
    found, accused = measured.found.total(), measured.accused.total()
    print(f"{measured.recognised} {of} tests recognised; {found} {of} wrong ones found; {accused} right ones accused")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
