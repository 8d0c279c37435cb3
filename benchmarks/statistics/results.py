"""Reported results of all kinds, right and wrong: `python -m benchmarks.statistics.results [--missed] [--seed N]`.

`results.md` has paragraphs of the prose of several fields with a place for each result, `{{ratio | OR {e}, 95% CI
{lo}–{hi}, P {P}}}`: its kind and its spelling. Each paragraph is rendered twice: with numbers that follow from each
other by SciPy, and with one of each result's numbers changed so that what is printed contradicts itself. Belongs here:
the numbers. Does not: anything that knows how the plugin reads.

In a spelling `{p}` is `= .036` or `< .001`, `{P}` has the zero before the point, and `{pb}` is the bare number.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import stats

from benchmarks.statistics.__main__ import p_of, size_of
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import read_document
from tidebook.plugins.statistics.checks import checks_of

RESULTS = Path(__file__).with_name("results.md")
SLOT = re.compile(r"\{\{(?P<kind>\w+) \|\s?(?P<spelling>.*?)\}\}(?!\})", re.DOTALL)
Numbers = dict[str, float]
Random = np.random.Generator


class Result(NamedTuple):
    """The numbers of a result, and changes each of which makes it wrong."""

    numbers: Numbers
    wrong: list[Numbers]


def _interval(random: Random, name: str) -> Result:
    """Return an estimate with its interval, standard error and p: a ratio, a difference, a share, or a bounded one."""
    z = float(random.uniform(2.4, 4.5) if random.random() < 0.7 else random.uniform(0.2, 1.4))
    match name:
        case "ratio":
            sign = float(random.choice([-1, 1]))
            error = float(random.uniform(0.1, 0.3))
            low, middle, high = np.exp([sign * z * error + shift * 1.96 * error for shift in (-1, 0, 1)])
        case "mean" | "prev":
            middle, error = float(random.uniform(12, 60)), float(random.uniform(0.6, 2.5))
            low, high = middle - 1.96 * error, middle + 1.96 * error
        case "kappa":
            middle = float(random.uniform(0.5, 0.8))
            low, high, error = middle - 0.11, middle + 0.09, 0.05
        case _:
            z = float(random.uniform(2.4, 4.5))
            error = float(random.uniform(0.5, 3)) if name == "diff" else float(random.uniform(0.08, 0.2))
            middle = z * error
            low, high = middle - 1.96 * error, middle + 1.96 * error
    width = high - low
    p = float(2 * stats.norm.sf(z))
    numbers = {"e": middle, "lo": low, "hi": high, "se": error, "p": p, "t": z, "df": 412}
    beyond = high + 0.4 * width if name == "kappa" or random.random() < 0.5 else low - 0.3 * (low if low > 0 else width)
    wrong: list[Numbers] = [{"e": beyond}, {"lo": high, "hi": low}, {"p": _other_p(random, p)}, {"se": 2.5 * error}]
    return Result(numbers, wrong[:2] if name in ("kappa", "mean", "prev") else wrong)


def _other_p(random: Random, p: float) -> float:
    return float(random.uniform(0.2, 0.8)) if p < 0.05 else float(random.uniform(0.001, 0.004))


def _coefficient(random: Random, name: str) -> Result:
    error = round(float(random.uniform(0.05, 0.4)), 2)
    b = round(error * float(random.uniform(2.6, 5) if random.random() < 0.7 else random.uniform(0.3, 1.3)), 2)
    t, df = b / error, float(random.integers(150, 900))
    p, reach = p_of("t", t, [df]), 1.96 * error
    numbers = {"b": b, "se": error, "t": t, "df": df, "p": p, "lo": b - reach, "hi": b + reach, "or": np.exp(b)}
    if name == "expb":
        return Result(numbers, [{"or": float(np.exp(b) * 1.5)}])
    wrong: list[Numbers] = [{"t": t * 1.6 + 0.8}, {"p": _other_p(random, p)}, {"b": b + 3 * reach}, {"se": 2.6 * error}]
    return Result(numbers, wrong)


def _share(random: Random, name: str) -> Result:
    n = int(random.integers(40, 600))
    k = int(n * random.uniform(0.15, 0.85))
    pc = 100 * k / n
    other = pc + float(random.choice([-1, 1])) * float(random.uniform(3.2, 11))
    if name == "parts":
        numbers = {"n": n, "k1": k, "k2": n - k, "pc1": pc, "pc2": 100 - pc}
        return Result(numbers, [{"pc1": other}, {"pc2": 101 - other}])
    return Result({"n": n, "k": k, "pc": pc}, [{"pc": other}])


def _groups(random: Random, name: str) -> Result:
    a, b = (int(each) for each in random.integers(40, 90, 2))
    c = int(random.integers(40, 90)) if name == "groups3" else 0
    return Result({"n": a + b + c, "a": a, "b": b, "c": c}, [{"n": a + b + c + 10}, {"b": b + 7}])


def _margin(random: Random, _: str) -> Result:
    n = int(random.integers(500, 2500))
    margin = 98 / n**0.5
    return Result({"n": n, "m": margin}, [{"m": margin * 0.5}, {"m": margin * 3.2}])


def _answers(random: Random, name: str) -> Result:
    most = 7 if name == "scale7" else 5
    n = int(random.integers(12, 38))
    values = random.integers(1, most + 1, n)
    mean, deviation = float(values.mean()), float(values.std(ddof=1))
    impossible = next(
        step / 100 for step in range(int(mean * 100) + 1, 10**4)
        if not any(round(each / n, 2) == step / 100 for each in range(10 * n))
    )  # fmt: skip
    numbers = {"m": mean, "sd": deviation, "n": n, "se": deviation / n**0.5}
    match name:
        case "grim":
            return Result(numbers, [{"m": impossible}])
        case "sdse":
            return Result(numbers, [{"se": 2.2 * numbers["se"]}])
        case _:
            return Result(numbers, [{"m": most + float(random.uniform(0.3, 1.5))}, {"sd": most * 0.9}])


def _sizes(random: Random, name: str) -> Result:
    n1, n2 = (int(each) for each in random.integers(18, 60, 2))
    if name == "d":
        s1, s2 = (float(each) for each in random.uniform(0.9, 1.3, 2))
        m2 = float(random.uniform(3, 5))
        m1 = m2 + float(random.uniform(0.5, 1.2))
        pooled = (((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2)) ** 0.5
        d = (m1 - m2) / pooled
        numbers = {"m1": m1, "m2": m2, "s1": s1, "s2": s2, "n1": n1, "n2": n2, "d": d}
        return Result(numbers, [{"d": 2.1 * d}, {"d": d / 2.5}])
    df, t = n1 + n2 - 2, float(random.uniform(2.1, 3.5))
    d = t * (1 / n1 + 1 / n2) ** 0.5
    numbers = {"n1": n1, "n2": n2, "df": df, "t": t, "p": p_of("t", t, [df]), "d": d}
    if name == "dfn":
        return Result(numbers, [{"df": df + 10, "p": p_of("t", t, [df + 10])}])
    return Result(numbers, [{"d": 2.1 * d}, {"d": d / 2.5}])


def _of_f(random: Random, name: str) -> Result:
    a, c = int(random.integers(1, 5)), int(random.integers(40, 200))
    size = size_of("F", float(np.exp(random.uniform(-8, -3))), [a, c])
    share = size * a / (size * a + c)
    numbers = {"a": a, "c": c, "F": size, "p": p_of("F", size, [a, c]), "eta": share, "R2": share}
    key = "eta" if name == "eta" else "R2"
    return Result(numbers, [{key: min(share * 2.4, 0.97)}, {"p": _other_p(random, numbers["p"])}])


def _counts(random: Random, name: str) -> Result:
    n1, n2 = (int(each) for each in random.integers(80, 300, 2))
    k1, k2 = int(n1 * random.uniform(0.1, 0.4)), int(n2 * random.uniform(0.1, 0.4))
    ratio = k1 / n1 / (k2 / n2)
    return Result({"n1": n1, "n2": n2, "k1": k1, "k2": k2, "e": ratio}, [{"e": ratio * 1.6}])


def _test(random: Random, name: str) -> Result:
    letter = {"X1": "X", "phi": "X", "i2": "Q"}.get(name, name)
    one = 1.0 if name in ("X1", "phi") else float(random.integers(*((2, 7) if letter in "XQ" else (25, 150))))
    degrees = {"F": [float(random.integers(1, 5)), float(random.integers(30, 200))], "z": []}.get(letter, [one])
    goal = float(np.exp(random.uniform(-6, -3.3)) if random.random() < 0.7 else random.uniform(0.12, 0.7))
    size = size_of(letter, goal, degrees)
    size = round(size, 3 if letter == "r" else 2)
    numbers: Numbers = {letter.rstrip("1"): size, "p": p_of(letter, size, degrees)}
    wrong: list[Numbers] = [{"p": _other_p(random, numbers["p"])}]
    if letter == "F":
        numbers |= {"a": degrees[0], "c": degrees[1]}
    elif degrees:
        numbers["df"] = degrees[0]
    if letter == "r":
        numbers["n"] = degrees[0] + 2
    if letter == "z":
        numbers["t"] = size
    if name == "i2":
        numbers["Q"] = size = size_of("Q", float(random.uniform(1e-3, 0.04)), degrees)
        numbers |= {"p": p_of("Q", size, degrees), "I2": 100 * (size - degrees[0]) / size}
        wrong = [{"I2": numbers["I2"] / 2}, {"p": _other_p(random, numbers["p"])}]
    if name == "phi":
        numbers["n"] = float(random.integers(80, 300))
        numbers["phi"] = (size / numbers["n"]) ** 0.5
        wrong.append({"phi": 2.2 * numbers["phi"]})
    return Result(numbers, wrong)


MAKERS: dict[str, Callable[[Random, str], Result]] = {
    **dict.fromkeys(("ratio", "diff", "mean", "prev", "kappa", "smd"), _interval),
    **dict.fromkeys(("coef", "expb"), _coefficient),
    **dict.fromkeys(("share", "parts", "rate"), _share),
    **dict.fromkeys(("groups", "groups3"), _groups),
    **dict.fromkeys(("grim", "sdse", "scale5", "scale7"), _answers),
    **dict.fromkeys(("d", "dt", "dfn"), _sizes),
    **dict.fromkeys(("eta", "r2"), _of_f),
    **dict.fromkeys(("t", "t1", "F", "X", "X1", "Q", "z", "r", "phi", "i2"), _test),
    "margin": _margin,
    "rr": _counts,
}
WHOLE = {"n", "n1", "n2", "k", "k1", "k2", "a", "b", "c", "df"}
ONE, BARE = {"m", "I2", "pc", "pc1", "pc2"}, {"r", "eta", "R2", "phi"}


def _shown(key: str, value: float, kind: str) -> str:
    """Return a number as it is printed."""
    if key in WHOLE and not (kind in ("coef", "expb") and key == "b"):
        return f"{value:,.0f}" if kind == "margin" else f"{value:.0f}"
    if (kind == "diff" and key in ("e", "lo", "hi")) or kind in ("mean", "prev"):
        return f"{value:.1f}"
    if key in ONE and kind not in ("grim", "sdse", "scale5", "scale7"):
        return f"{value:.1f}"
    digits = f"{value:.2f}"
    return digits.replace("0.", ".", 1) if key in BARE and abs(value) < 1 else digits


def _p_shown(p: float) -> dict[str, str]:
    op, digits = ("<", "0.001") if p < 0.001 else ("=", f"{p:.3f}")
    bare = digits.replace("0.", ".", 1)
    return {"p": f"{op} {bare}", "P": f"{op} {digits}", "pb": digits if op == "=" else f"{op}{digits}"}


def rendered(paragraph: str, random: Random, *, wrong: bool) -> tuple[str, list[tuple[int, int, str]]]:
    """Return a paragraph with numbers in its places, and where each result stands, with its kind."""
    text, places, last = "", [], 0
    for slot in SLOT.finditer(paragraph):
        text += paragraph[last : slot.start()]
        last = slot.end()
        kind, spelling = slot["kind"], slot["spelling"]
        made = MAKERS[kind](random, kind)
        keys = set(re.findall(r"\{(\w+)\}", spelling))
        keys |= {"p"} if keys & {"P", "pb"} else set()
        changes = [change for change in made.wrong if change.keys() <= keys and _shows(change, keys)]
        change = changes[int(random.integers(len(changes)))]
        numbers = made.numbers | (change if wrong else {})
        shown = {key: _shown(key, value, kind) for key, value in numbers.items() if key != "p"}
        words = spelling.format(**shown, **(_p_shown(numbers["p"]) if "p" in numbers else {}))
        places.append((len(text), len(text) + len(words), kind))
        text += words
    return text + paragraph[last:], places


def _shows(change: Numbers, keys: set[str]) -> bool:
    """Whether a spelling prints what contradicts a change: a standard error needs a t, an interval or a p."""
    if change.keys() == {"se"}:
        return bool(keys & {"t", "lo", "n"})
    if change.keys() == {"b"} or (change.keys() == {"e"} and "se" in keys):
        return "lo" in keys
    return change.keys() != {"t"} or {"b", "se"} <= keys


def measure(seed: int = 1) -> tuple[Counter[str], list[str]]:
    """Count what is recognised, found and accused, and describe what should be otherwise."""
    counts, missed = Counter[str](), []
    paragraphs = [part for part in re.split(r"(?m)^(?=# )", RESULTS.read_text(encoding="utf-8")) if part.strip()]
    for wrong in (False, True):
        random = np.random.default_rng(seed)
        for paragraph in paragraphs:
            text, places = rendered(paragraph, random, wrong=wrong)
            checks = checks_of(read_document(RawFile("paper.md", text.encode()), "markdown"))
            for start, end, kind in places:
                within = [each for each in checks if any(start <= one.start < end for one in (each.at, *each.evidence))]
                known = any(each.outcome != "not recomputed" for each in within)
                faults = [each for each in within if each.tier in ("certain", "likely")]
                counts.update(results=not wrong, recognised=known and not wrong)
                counts["found" if wrong else "accused"] += bool(faults)
                if (not wrong and not known) or bool(faults) != wrong:
                    why = "; ".join(f"[{each.outcome}] {each.why}" for each in within)
                    missed.append(f"{'wrong' if wrong else 'right'} {kind}: {text[start:end]!r} {why}")
    return counts, missed


def main(arguments: list[str]) -> int:
    """Count, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missed", action="store_true", help="print what was not recognised, missed or accused")
    options = parser.parse_args(arguments)
    counts, missed = measure(options.seed)
    if options.missed:
        print("\n".join(missed))
    of = f"of {counts['results']}"
    recognised, found, accused = (counts[each] for each in ("recognised", "found", "accused"))
    print(f"{recognised} {of} results recognised; {found} {of} wrong ones found; {accused} right ones accused")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
