"""Verdicts of the tests of other tools, held against the plugin: `python -m benchmarks.statistics.anchors PATH`.

PATH has statcheck_facts.csv, statcheck_extraction.csv, grim_facts.csv, grimmer_facts.csv and debit_facts.csv: numbers
and verdicts as statcheck, metacheck and scrutiny state them in their tests. Belongs here: the comparison, each
difference printed. Does not: the sets, which are others'.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tidebook.plugins.statistics.excuses import NONE
from tidebook.plugins.statistics.grim import (
    is_possible_binary,
    is_possible_deviation,
    is_possible_mean,
    is_possible_share,
)
from tidebook.plugins.statistics.notation import Number, PrintedP, PrintedTest, number, plain, tests_of
from tidebook.plugins.statistics.tests import Convention, judge_test, why_not

Row = dict[str, str]


def _is(word: str) -> bool:
    return word.lower() == "true"


def _number(words: str) -> Number:
    return number(words, 0, len(words))


def verdict(row: Row) -> bool:
    """Whether a test is inconsistent, or the error of a decision, by the convention of its row."""
    name = {"chi2": "χ²", "Z": "z"}.get(row["test"], row["test"])
    is_open = row["p_cmp"] == "ns"
    says_one = any(word in row["words"].lower() for word in ("one", "directional"))
    one_tailed = _is(row["detect_one_tailed"]) and says_one
    p = PrintedP(row["p"], (0, 1), ">" if is_open else row["p_cmp"], None if is_open else _number(row["p"]), one_tailed)
    degrees = tuple(_number(row[key]) for key in ("df1", "df2") if row[key])
    test = PrintedTest(name, (0, 1), row["stat_cmp"], _number(row["stat"]), degrees, None, p, row["stat"])
    convention = Convention(
        alpha=float(row["alpha"]),
        equal_is_significant=_is(row["p_equal_alpha_is_significant"]),
        one_tailed=one_tailed,
        all_one_tailed=_is(row["all_one_tailed"]),
        zero_is_wrong=_is(row["p_zero_is_error"]),
        cases_for_degrees=False,
    )
    judged = judge_test(test, convention, NONE)
    return judged.is_wrong if row["asks"] == "inconsistent" else judged.state == "decision"


def grim(row: Row) -> bool:
    """Whether a mean or a percentage is possible."""
    n, items = int(float(row["n"])), int(row["items"])
    return is_possible_share(row["x"], n * items) if _is(row["percent"]) else is_possible_mean(row["x"], n, items)


def grimmer(row: Row) -> bool:
    """Whether a mean and a standard deviation are possible together."""
    n, items = int(row["n"]), int(row["items"])
    return is_possible_mean(row["mean"], n, items) and is_possible_deviation(row["mean"], row["sd"], n, items)


def debit(row: Row) -> bool:
    """Whether a mean and a standard deviation of zeros and ones are possible together."""
    return is_possible_binary(row["mean"], row["sd"], int(row["n"]))


def recomputed(row: Row) -> int:
    """Return how many tests of a notation are recomputed."""
    return sum(not why_not(test) for test in tests_of(plain(row["notation"])).tests)


SETS: dict[str, Callable[[Row], bool]] = {
    "statcheck_facts": verdict,
    "grim_facts": grim,
    "grimmer_facts": grimmer,
    "debit_facts": debit,
}


def _rows(folder: Path, name: str) -> Iterator[Row]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def main(arguments: list[str]) -> int:
    """Compare, and print each difference."""
    folder = Path(arguments[0]) if len(arguments) == 1 else None
    missing = [name for name in (*SETS, "statcheck_extraction") if folder and not (folder / f"{name}.csv").is_file()]
    if folder is None or missing:
        found = f"{folder} has no {missing[0]}.csv" if missing else f"{len(arguments)} arguments"
        print(f"expected one folder with the sets of verdicts (*.csv), found: {found}", file=sys.stderr)
        return 2
    for name, judge in SETS.items():
        rows = [row for row in _rows(folder, name) if row["expected"].lower() in ("true", "false")]
        differing = [row for row in rows if judge(row) != _is(row["expected"])]
        print(f"{name}: {len(rows) - len(differing)} of {len(rows)} as stated")
        for row in differing:
            print(f"    {row}")
        unsettled = [row for row in _rows(folder, name) if row["expected"].lower() not in ("true", "false")]
        if unsettled:
            possible = sum(map(judge, unsettled))
            why = "the tools that differ compute with floats, which fall on either side of a half; here are fractions"
            print(f"    {possible} of {len(unsettled)} unsettled ones are possible: {why}")
    rows = list(_rows(folder, "statcheck_extraction"))
    differing = [row for row in rows if recomputed(row) != int(row["results"])]
    print(f"statcheck_extraction: {len(rows) - len(differing)} of {len(rows)} as stated")
    for row in differing:
        print(f"    {row['notation']!r}: {recomputed(row)} instead of {row['results']} ({row['why']})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
