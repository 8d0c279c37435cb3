"""Plain sentences about tables, true and false: `python -m benchmarks.statements [--tables N] [--seed S] [--missed]`.

Each of twelve operations stands in three wordings, over tables of three fields with years in the columns. A true
sentence must draw no finding, a false one (its number a third larger, or its word turned) must. Belongs here: the
sentences and the count. Does not: texts of others (`benchmarks.text`), or numbers that count as checked
(`benchmarks.mirror`).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.text.measure import reviewed

FIELDS = {
    "passengers": ("Ferry passengers by harbour", ("Holm", "Aster", "Lund", "Brenna", "Torsby", "Kvarn", "Elvik")),
    "loans": ("Loans of the city's libraries", ("Northgate", "Old Mill", "Riverside", "Harbour View", "Castle Hill")),
    "admissions": ("Admissions by hospital", ("St Anna", "Westfield", "Bergtal", "Lakeside", "Mercy", "Overdale")),
}
FALSE_FACTOR = 1.3
SHOWN = ("certain", "likely")


class Table(NamedTuple):
    """A table of counts, by row and year."""

    measure: str
    title: str
    rows: tuple[str, ...]
    years: tuple[int, ...]
    counts: np.ndarray  # rows by years

    def markdown(self) -> str:
        """Return the table as Markdown, with its total."""
        lines = [f"# {self.title}", ""]
        lines.append(
            "| " + " | ".join(["Place", *(f"{self.measure.capitalize()} {year}" for year in self.years)]) + " |"
        )
        lines.append("|" + " --- |" * (len(self.years) + 1))
        for row, counts in zip(self.rows, self.counts, strict=True):
            lines.append("| " + " | ".join([row, *(f"{count:,}" for count in counts)]) + " |")
        lines.append("| " + " | ".join(["Total", *(f"{count:,}" for count in self.counts.sum(axis=0))]) + " |")
        return "\n".join(lines) + "\n\n"


def tables(count: int, seed: int) -> Iterator[Table]:
    """Yield tables in turn of each field."""
    random = np.random.default_rng(seed)
    for index in range(count):
        measure = list(FIELDS)[index % len(FIELDS)]
        title, places = FIELDS[measure]
        size = int(random.integers(4, len(places) + 1))
        rows = tuple(str(place) for place in random.permutation(places)[:size])
        years = tuple(range(2021, 2024))
        start = random.integers(20_000, 400_000, size)
        growth = np.exp(random.normal(0.05, 0.15, (size, len(years))).cumsum(axis=1))
        yield Table(measure, title, rows, years, np.rint(start[:, None] * growth).astype(int))


class Said(NamedTuple):
    """A sentence, true and false."""

    operation: str
    true: str
    false: str


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _percent(value: float) -> str:
    return f"{value:.1f}%"


def _said(operation: str, wordings: Sequence[str], printed: Callable[[float], str], value: float) -> Iterator[Said]:
    for wording in wordings:
        yield Said(operation, wording.format(printed(value)), wording.format(printed(value * FALSE_FACTOR)))


def sentences(table: Table, random: np.random.Generator) -> Iterator[Said]:
    """Yield three wordings of each of twelve operations over random rows of a table."""
    measure, counts = table.measure, table.counts
    first, second = (int(place) for place in random.permutation(len(table.rows))[:2])
    a, b = table.rows[first], table.rows[second]
    old, new = counts[first, 1], counts[first, 2]
    rises = new > old
    verb, noun, by = ("rose", "an increase", "more") if rises else ("fell", "a decrease", "fewer")
    wrong_verb = "fell" if rises else "rose"
    level = [
        f"{a} had {{}} {measure} in 2023.",
        f"In 2023, {measure} of {a} were {{}}.",
        f"{a} recorded {{}} {measure} in 2023.",
    ]
    yield from _said("level", level, _number, new)
    change = [
        f"{measure.capitalize()} of {a} {verb} by {{}} in 2023.",
        f"In {a}, {measure} {verb} by {{}} from 2022 to 2023.",
        f"{a} had {{}} {by} {measure} in 2023 than in 2022.",
    ]
    yield from _said("change", change, _number, abs(new - old))
    rate = [
        f"{measure.capitalize()} of {a} {verb} {{}} from 2022 to 2023.",
        f"In 2023, {measure} of {a} {verb} by {{}}.",
        f"{a} saw {noun} of {{}} in {measure} in 2023.",
    ]
    yield from _said("rate", rate, _percent, abs(new / old - 1) * 100)
    share = [
        f"In 2023 {a} accounted for {{}} of all {measure}.",
        f"{a} made up {{}} of total {measure} in 2023.",
        f"In 2023, {{}} of all {measure} were in {a}.",
    ]
    yield from _said("share", share, _percent, new / counts[:, 2].sum() * 100)
    total = [
        f"Total {measure} were {{}} in 2023.",
        f"In 2023 there were {{}} {measure} in total.",
        f"All places together had {{}} {measure} in 2023.",
    ]
    yield from _said("total", total, _number, counts[:, 2].sum())
    summed = [
        f"{a} and {b} together had {{}} {measure} in 2023.",
        f"Together, {a} and {b} recorded {{}} {measure} in 2023.",
        f"In 2023, {a} and {b} had {{}} {measure} combined.",
    ]
    yield from _said("sum", summed, _number, new + counts[second, 2])
    (high, upper), (low, lower) = sorted(((counts[first, 2], a), (counts[second, 2], b)), reverse=True)
    difference = [
        f"In 2023 {upper} had {{}} more {measure} than {lower}.",
        f"{lower} had {{}} fewer {measure} than {upper} in 2023.",
        f"In 2023, {measure} of {upper} exceeded those of {lower} by {{}}.",
    ]
    yield from _said("difference", difference, _number, high - low)
    multiple = [
        f"In 2023 {upper} had {{}} times as many {measure} as {lower}.",
        f"{measure.capitalize()} of {upper} were {{}} times those of {lower} in 2023.",
        f"{upper} had {{}} times more {measure} than {lower} in 2023.",
    ]
    yield from _said("multiple", multiple[:2], lambda value: f"{value:.2f}", high / low)
    mean = [
        f"From 2021 to 2023, {a} averaged {{}} {measure} a year.",
        f"{a} had {{}} {measure} on average between 2021 and 2023.",
        f"On average, {a} had {{}} {measure} a year from 2021 to 2023.",
    ]
    yield from _said("mean", mean, _number, counts[first].mean())
    old_and_new = [
        f"{measure.capitalize()} of {a} {verb} from {old:,} in 2022 to {{}} in 2023.",
        f"{measure.capitalize()} of {a} were {{}} in 2023, compared with {old:,} in 2022.",
        f"{a} had {{}} {measure} in 2023, against {old:,} in 2022.",
    ]
    yield from _said("from to", old_and_new, _number, new)
    for wording in (
        f"{measure.capitalize()} of {a} {{}} in 2023.",
        f"In 2023, {measure} of {a} {{}}.",
        f"From 2022 to 2023 {measure} of {a} {{}}.",
    ):
        yield Said("direction", wording.format(verb), wording.format(wrong_verb))
    best, other = (int(place) for place in (counts[:, 2].argmax(), counts[:, 2].argmin()))
    for wording in (
        f"In 2023 {{}} had the most {measure}.",
        f"{{}} recorded the highest number of {measure} in 2023.",
        f"The largest number of {measure} in 2023 was in {{}}.",
    ):
        yield Said("extreme", wording.format(table.rows[best]), wording.format(table.rows[other]))


def main(arguments: Sequence[str]) -> int:
    """Print the share of false sentences that are reported, and of true ones that are accused, by operation."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.statements")
    parser.add_argument("--tables", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missed", action="store_true")
    given = parser.parse_args(arguments)
    random = np.random.default_rng(given.seed + 1)
    said: Counter[str] = Counter()
    reported: Counter[str] = Counter()
    accused: Counter[str] = Counter()
    missed = []
    for table in tables(given.tables, given.seed):
        markdown = table.markdown()
        for each in sentences(table, random):
            said[each.operation] += 1
            accused[each.operation] += (is_accused := _has_finding(markdown + each.true + "\n"))
            reported[each.operation] += (is_reported := _has_finding(markdown + each.false + "\n"))
            missed += [f"missed: {each.false}"] * (not is_reported) + [f"accused: {each.true}"] * is_accused
    print("| operation | false: reported | true: accused |\n|---|---:|---:|")
    for operation, count in said.items():
        print(f"| {operation} | {reported[operation]} of {count} | {accused[operation]} of {count} |")
    print(f"| all | {reported.total()} of {said.total()} | {accused.total()} of {said.total()} |")
    if given.missed:
        print("\n".join(missed))
    return 0


def _has_finding(markdown: str) -> bool:
    return any(finding.tier in SHOWN for finding in reviewed(markdown).findings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
