"""How often the rules within one table accuse a correct one: random tables whose cells are true but for their rounding.

Belongs here: a seeded generator of such tables, one function a family, and the count of those that are accused. Every
cell is rounded by itself from one set of true numbers, totals and changes included, as statistical offices do. Does
not: the rules (`pipelines/relate/`), or tables with slips in them (`slips`).
"""

from __future__ import annotations

import csv
import html
import io
import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import permutations
from random import Random
from statistics import fmean, median
from typing import NamedTuple

from tidebook.pipelines.judge.text.labels import table_of
from tidebook.pipelines.judge.text.review import review
from tidebook.pipelines.judge.text.wording import Words, why
from tidebook.pipelines.read.quantities.quantity import Context, parse_quantity
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import read_document
from tidebook.pipelines.relate.search import anomalies

COUNT, SEED = 10_000, 32
PLAIN = Context(decimal=".")
Numbers = list[float]


class Table(NamedTuple):
    """A printed table: heads and units of its columns, and of each row its label and its cells, "" for no number."""

    family: str
    heads: list[str]
    units: list[str]
    rows: list[tuple[str, list[str]]]

    @property
    def grid(self) -> list[list[Quantity | None]]:
        """The cells as they are read."""
        return [[_quantity(text, unit) for text, unit in zip(cells, self.units, strict=True)] for _, cells in self.rows]

    @property
    def labels(self) -> list[str]:
        """The labels of the rows."""
        return [label for label, _ in self.rows]

    def __str__(self) -> str:
        lines = [f"{self.family}: {' | '.join(self.heads)}"]
        return "\n".join([*lines, *(f"  {label}: {' | '.join(cells)}" for label, cells in self.rows)])


def _quantity(text: str, unit: str) -> Quantity | None:
    """Read a cell; a column of texts has no number."""
    return parse_quantity(text, unit, PLAIN) if text and unit != "text" else None


class Column(NamedTuple):
    """A column: its head and unit, its true numbers, and how each is printed."""

    head: str
    unit: str
    numbers: Sequence[float | None]
    printed: Callable[[float], str]


def table(family: str, labels: Sequence[str], columns: Sequence[Column]) -> Table:
    """Print a table, every cell by itself."""
    rows = []
    for place, label in enumerate(labels):
        cells = []
        for column in columns:
            number = column.numbers[place]
            cells.append("" if number is None else column.printed(number))
        rows.append((label, cells))
    return Table(family, [column.head for column in columns], [column.unit for column in columns], rows)


# How numbers are printed


def decimals(places: int, form: str = "{}") -> Callable[[float], str]:
    """Print with some decimals, in a form such as `{}%`; a number below zero has a minus sign before all."""

    def printed(number: float) -> str:
        text = form.format(f"{abs(number):,.{places}f}")
        return f"-{text}" if number < 0 and text.strip("$%0.,") else text

    return printed


def significant(digits: int, form: str = "{}") -> Callable[[float], str]:
    """Print whole numbers with only so many digits before their zeros, such as 25,000."""

    def printed(number: float) -> str:
        power = max(math.floor(math.log10(abs(number))) + 1 - digits, 0) if number else 0
        return decimals(0, form)(round(number / 10**power) * 10**power)

    return printed


def nearest(step: float, form: str = "{}") -> Callable[[float], str]:
    """Print multiples of a step, such as 50."""
    return lambda number: decimals(0, form)(round(number / step) * step)


def scaled(form: str = "${}") -> Callable[[float], str]:
    """Print thousands and millions with a letter, such as $1.2M."""

    def printed(number: float) -> str:
        for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
            if abs(number) >= size:
                return decimals(1, form)(number / size) + letter
        return decimals(0, form)(number)

    return printed


# True numbers


def amounts(rng: Random, count: int) -> Numbers:
    """Return sizes of parts, as unequal as those of countries, products or parties are."""
    spread = rng.choice((0.3, 0.8, 1.5))
    size = 10 ** rng.uniform(1, 6)
    return [size * math.exp(rng.gauss(0, spread)) for _ in range(count)]


def later(rng: Random, before: Sequence[float], spread: float = 0.2) -> Numbers:
    """Return the parts a year later."""
    return [number * math.exp(rng.gauss(0.03, spread)) for number in before]


def shares_of(numbers: Sequence[float], whole: float | None = None) -> Numbers:
    """Return each as a percentage of the sum, or of a whole."""
    return [100 * number / (whole or sum(numbers)) for number in numbers]


def growth(new: Sequence[float], old: Sequence[float]) -> Numbers:
    """Return changes in percent."""
    return [100 * (one / other - 1) for one, other in zip(new, old, strict=True)]


def names(count: int, start: int = 0) -> list[str]:
    """Return labels that say nothing."""
    return [f"Item {chr(65 + start + place)}" for place in range(count)]


CITIES = (
    "Porto", "Graz", "Turku", "Lyon", "Bergen", "Lodz", "Cork", "Ghent", "Split", "Malaga", "Aarhus", "Leeds", "Bari",
    "Pecs", "Brno", "Tartu", "Bonn", "Nantes", "Vigo", "Patras", "Varna", "Lugano", "Umea", "Kaunas", "Bath",
)  # fmt: skip
PRODUCTS = (
    "Lamps", "Desks", "Office chairs", "Shelves", "Carpets", "Curtains", "Beds", "Mirrors", "Garden tools", "Paint",
    "Kettles", "Ovens", "Toasters", "Fridges", "Heaters", "Fans", "Clocks", "Vases", "Frames", "Towels", "Sofas",
    "Stools", "Bookends", "Door mats", "Candles",
)  # fmt: skip
YEARS = tuple(str(2024 - place) for place in range(25))
_ITEM = re.compile(r"Item (.)")


def renamed(table: Table, rng: Random) -> Table:
    """Return a table with names of cities, years or products for `Item A`, `Item B`: labels that may be of totals."""
    kind = rng.choice((CITIES, PRODUCTS, YEARS))
    chosen = list(kind) if kind is YEARS else rng.sample(kind, len(kind))

    def name(label: str) -> str:
        item = _ITEM.fullmatch(label)
        return chosen[(ord(item[1]) - 65) % len(chosen)] if item else label

    rows = [(name(label), cells) for label, cells in table.rows]
    return table._replace(heads=[name(head) for head in table.heads], rows=rows)


def total_name(rng: Random) -> str:
    """Return the label of a total."""
    return rng.choice(("Total", "Total", "All", "Sum", "Overall", "World"))


def any_print(rng: Random, form: str = "{}") -> Callable[[float], str]:
    """Return a way to print levels."""
    ways = [decimals(0, form), decimals(0, form), decimals(1, form), decimals(2, form)]
    ways += [significant(2, form), significant(3, form)]
    return rng.choice(ways)


def money(rng: Random) -> tuple[str, Callable[[float], str]]:
    """Return a unit and a way to print it: dollars, euros or plain numbers."""
    unit, form = rng.choice((("USD", "${}"), ("EUR", "€{}"), ("number", "{}")))
    return unit, any_print(rng, form)


def years(count: int, name: str = "") -> list[str]:
    """Return heads of one quantity in several years."""
    return [f"{name}{2020 + place}" for place in range(count)]


# The families


def shares_with_total(rng: Random) -> Table:
    """Shares of three to six parts, whole or with one decimal, with their total."""
    count, places = rng.randint(3, 6), rng.choice((0, 0, 1, 1, 2))
    labels, columns = [*names(count), total_name(rng)], []
    for head in years(rng.choice((1, 1, 2, 3, 4)), "share "):
        shares = shares_of(amounts(rng, count))
        printed = decimals(places, "{}%")
        total = 100.0
        if rng.random() < 0.3:
            # some add up what they print: 99 or 101
            total = sum(round(share, places) for share in shares)
        columns.append(Column(head, "percent", [*shares, total], printed))
    return table("shares with total", labels, columns)


def whole_total(rng: Random) -> Table:
    """Shares with one decimal under a total in whole percent, or the total first."""
    count = rng.randint(3, 6)
    shares = shares_of(amounts(rng, count))
    rows = [(label, decimals(1, "{}%")(share)) for label, share in zip(names(count), shares, strict=True)]
    rows.insert(rng.choice((0, count)), ("Total", "100%"))
    return Table("whole total", ["share"], ["percent"], [(label, [text]) for label, text in rows])


def shares_alone(rng: Random) -> Table:
    """Shares without their total, some with a part left out."""
    count, places = rng.randint(3, 9), rng.choice((0, 1))
    columns = []
    shown = count - rng.choice((0, 0, 1))
    for head in years(rng.randint(1, 5)):
        columns.append(Column(head, "percent", shares_of(amounts(rng, count))[:shown], decimals(places, "{}%")))
    return table("shares alone", names(shown), columns)


def levels(rng: Random) -> Table:
    """Levels in several years with their total, each rounded by itself."""
    count, (unit, printed) = rng.randint(3, 8), money(rng)
    labels, columns, numbers = [*names(count), total_name(rng)], [], amounts(rng, count)
    for head in years(rng.randint(1, 5)):
        columns.append(Column(head, unit, [*numbers, sum(numbers)], printed))
        numbers = later(rng, numbers)
    return table("levels", labels, columns)


def round_numbers(rng: Random) -> Table:
    """Round numbers such as 300, 1,200 and 25,000, some with a total."""
    count, total = rng.randint(3, 7), rng.random() < 0.6
    printed = rng.choice((significant(1), significant(2), nearest(50), nearest(100), nearest(500), nearest(1000)))
    columns = []
    for head in [f"quantity {place}" for place in range(rng.randint(1, 4))]:
        numbers = [max(number, 60) for number in amounts(rng, count)]
        columns.append(Column(head, "number", [*numbers, sum(numbers)] if total else numbers, printed))
    return table("round numbers", [*names(count), "Total"] if total else names(count), columns)


def with_change(rng: Random) -> Table:
    """Two levels and the change in percent, from numbers before they were rounded."""
    count, (unit, printed), total = rng.randint(3, 9), money(rng), rng.random() < 0.6
    old = amounts(rng, count)
    new = later(rng, old, rng.choice((0.05, 0.2, 0.6)))
    if total:
        old, new = [*old, sum(old)], [*new, sum(new)]
    labels = [*names(count), total_name(rng)] if total else names(count)
    change = Column("change", "percent", growth(new, old), decimals(rng.choice((0, 1)), "{}%"))
    return table("with change", labels, [Column("new", unit, new, printed), Column("old", unit, old, printed), change])


def two_changes(rng: Random) -> Table:
    """Levels of two years with the change as reported, and another with prices held."""
    count, (unit, printed) = rng.randint(4, 8), money(rng)
    old = amounts(rng, count)
    new = later(rng, old)
    reported = growth(new, old)
    real = [change - rng.choice((0, 0, 2.5)) for change in reported]
    columns = [
        Column("2021", unit, [*new, sum(new)], printed),
        Column("2020", unit, [*old, sum(old)], printed),
        Column("change", "percent", [*reported, *growth([sum(new)], [sum(old)])], decimals(1, "{}%")),
        Column("real", "percent", [*real, fmean(real)], decimals(1, "{}%")),
    ]
    return table("two changes", [*names(count), "Total"], columns)


def with_share(rng: Random) -> Table:
    """Levels with the share of each in their total."""
    count, (unit, printed) = rng.randint(3, 8), money(rng)
    numbers = amounts(rng, count)
    columns = [
        Column("level", unit, [*numbers, sum(numbers)], printed),
        Column("share", "percent", [*shares_of(numbers), 100.0], decimals(rng.choice((0, 1)), "{}%")),
    ]
    return table("with share", [*names(count), total_name(rng)], columns)


def part_of_more(rng: Random) -> Table:
    """The largest of many, with their share in all; a last row of the rest or of all, or neither."""
    count, (unit, printed) = rng.randint(8, 14), money(rng)
    numbers = sorted(amounts(rng, count), reverse=True)
    top = rng.randint(3, 5)
    whole = sum(numbers)
    shown, labels = numbers[:top], names(top)
    for label, more in (("Top", sum(shown)), ("Others", whole - sum(shown)), ("World", whole)):
        if rng.random() < 0.5:
            shown, labels = [*shown, more], [*labels, label]
    columns = [
        Column("level", unit, shown, printed),
        Column("share", "percent", shares_of(shown, whole), decimals(rng.choice((0, 1)), "{}%")),
    ]
    return table("part of more", labels, columns)


def excerpt(rng: Random) -> Table:
    """Some of the parts, in several years, above the total of all."""
    count, (unit, printed) = rng.randint(3, 7), money(rng)
    left_out = amounts(rng, rng.randint(1, 3))
    numbers, columns = amounts(rng, count), []
    rest = sum(left_out) * sum(numbers) / sum(amounts(rng, 4))
    rest = min(max(rest, 0.02 * sum(numbers)), 2 * sum(numbers))
    for head in years(rng.randint(1, 5)):
        columns.append(Column(head, unit, [*numbers, sum(numbers) + rest], printed))
        numbers = later(rng, numbers)
        rest *= rng.uniform(0.7, 1.4)
    return table("excerpt", [*names(count), total_name(rng)], columns)


def ranked(rng: Random) -> Table:
    """A ranking by one column, ties as the field has them, beside a column that follows it more or less."""
    count, (unit, printed) = rng.randint(4, 15), money(rng)
    scores = sorted(amounts(rng, count), reverse=rng.random() < 0.8)
    if rng.random() < 0.3:
        scores[1] = scores[2]
    ranks: Numbers = []
    for place, score in enumerate(scores):
        ranks.append(ranks[-1] if place and score == scores[place - 1] else place + 1)
    near = later(rng, scores, rng.choice((0.05, 0.3, 1)))
    columns = [
        Column("rank", "rank", ranks, decimals(0)),
        Column("score", unit, scores, printed),
        Column("before", unit, near, printed),
        Column("staff", "person", [max(number, 20) for number in amounts(rng, count)], decimals(0)),
    ][: rng.randint(2, 4)]
    rows = list(range(count))
    if rng.random() < 0.3:
        rng.shuffle(rows)
    columns = [column._replace(numbers=[column.numbers[row] for row in rows]) for column in columns]
    return table("ranked", names(count), columns)


def ranked_by_more(rng: Random) -> Table:
    """A ranking by a measure that is not printed, beside two that go with it."""
    count, (unit, printed) = rng.randint(5, 20), money(rng)
    hidden = sorted(amounts(rng, count), reverse=True)
    columns = [Column("rank", "rank", [place + 1.0 for place in range(count)], decimals(0))]
    for head in ("income", "staff"):
        columns.append(Column(head, unit, later(rng, hidden, rng.choice((0.1, 0.5))), printed))
    return table("ranked by more", names(count), columns)


def subtotals(rng: Random) -> Table:
    """Groups with their subtotals and the total of all, in some years."""
    (unit, printed), groups = money(rng), rng.randint(2, 3)
    sizes = [rng.randint(2, 4) for _ in range(groups)]
    parts = [amounts(rng, size) for size in sizes]
    first, named = rng.random() < 0.4, rng.random() < 0.6
    columns: list[Column] = []
    labels: list[str] = []
    for head in years(rng.randint(1, 4)):
        numbers: Numbers = []
        labels = []
        for place, part in enumerate(parts):
            own, sums = names(len(part), 4 * place), [f"Total {place + 1}" if named else f"Group {place + 1}"]
            labels += [*sums, *own] if first else [*own, *sums]
            numbers += [sum(part), *part] if first else [*part, sum(part)]
        columns.append(Column(head, unit, [*numbers, sum(map(sum, parts))], printed))
        parts = [later(rng, part) for part in parts]
    return table("subtotals", [*labels, "Total"], columns)


def per_head(rng: Random) -> Table:
    """Totals, people, and the total per head; the last row has all three for the whole."""
    count, (unit, printed) = rng.randint(3, 8), money(rng)
    numbers = [1000 * number for number in amounts(rng, count)]
    people = [max(number, 20.0) for number in later(rng, amounts(rng, count), 0.4)]
    numbers, people = [*numbers, sum(numbers)], [*people, sum(people)]
    heads = [one / other for one, other in zip(numbers, people, strict=True)]
    columns = [
        Column("sales", unit, numbers, printed),
        Column("people", "person", people, decimals(0)),
        Column("per head", unit, heads, printed),
        Column("per head before", unit, later(rng, heads), printed),
    ]
    return table("per head", [*names(count), total_name(rng)], columns[: rng.randint(3, 4)])


def summarised(rng: Random) -> Table:
    """Numbers above their mean, median, least or largest, some with a total too."""
    count, (unit, printed) = rng.randint(3, 9), money(rng)
    ways: list[tuple[str, Callable[[Numbers], float]]]
    ways = [("Average", fmean), ("Median", median), ("Minimum", min), ("Maximum", max), ("Total", sum)]
    chosen = rng.sample(ways, rng.randint(1, 3))
    numbers, columns = amounts(rng, count), []
    for head in years(rng.randint(1, 4)):
        columns.append(Column(head, unit, [*numbers, *(way(numbers) for _, way in chosen)], printed))
        numbers = later(rng, numbers)
    return table("summarised", [*names(count), *(label for label, _ in chosen)], columns)


def total_of_a_mean(rng: Random) -> Table:
    """Columns that add up in the last row, beside prices and rates of which it has the mean."""
    count, (unit, printed) = rng.randint(3, 8), money(rng)
    sales, sold = amounts(rng, count), amounts(rng, count)
    prices = [one / other for one, other in zip(sales, sold, strict=True)]
    rates = [rng.uniform(1, 60) for _ in range(count)]
    margins = [one * rate / 100 for one, rate in zip(sales, rates, strict=True)]
    form = {"USD": "${}", "EUR": "€{}"}.get(unit, "{}")
    columns = [
        Column("sales", unit, [*sales, sum(sales)], printed),
        Column("margin", unit, [*margins, sum(margins)], printed),
        Column("price", unit, [*prices, sum(sales) / sum(sold)], decimals(2, form)),
        Column("rate", "percent", [*rates, fmean(rates)], decimals(1, "{}%")),
    ]
    return table("total of a mean", [*names(count), "Total"], columns)


def of_which(rng: Random) -> Table:
    """A total and its parts, some of them broken down in the rows below."""
    (unit, printed), count = money(rng), rng.randint(3, 5)
    numbers, split, columns = amounts(rng, count), rng.uniform(0.2, 0.8), []
    labels = [*names(1), "of which new", *names(count - 1, 1), total_name(rng)]
    for head in years(rng.randint(1, 4)):
        columns.append(Column(head, unit, [numbers[0], split * numbers[0], *numbers[1:], sum(numbers)], printed))
        numbers = later(rng, numbers)
    return table("of which", labels, columns)


def cumulative(rng: Random) -> Table:
    """A flow by period and what it has come to so far; some with a total of the flow."""
    count, (unit, printed) = rng.randint(4, 9), money(rng)
    flow = amounts(rng, count)
    sums = [sum(flow[: place + 1]) for place in range(count)]
    labels: list[str] = [str(2010 + place) for place in range(count)]
    columns = [Column("flow", unit, flow, printed), Column("so far", unit, sums, printed)]
    if rng.random() < 0.5:
        labels.append("Total")
        columns = [columns[0]._replace(numbers=[*flow, sum(flow)]), columns[1]._replace(numbers=[*sums, sums[-1]])]
    return table("cumulative", labels, columns)


def overlapping(rng: Random) -> Table:
    """Groups that share members, so that the total is less than their sum, beside a column that adds up."""
    count, (unit, printed) = rng.randint(3, 6), money(rng)
    users, sales = [20 + number for number in amounts(rng, count)], amounts(rng, count)
    everybody = [*users, max(*users, rng.uniform(0.5, 0.95) * sum(users))]
    counted = any_print(rng)
    columns = [
        Column("users", "number", everybody, counted),
        Column("users before", "number", [0.9 * number for number in everybody], counted),
        Column("sales", unit, [*sales, sum(sales)], printed),
    ]
    return table("overlapping", [*names(count), total_name(rng)], columns)


def answers(rng: Random) -> Table:
    """What share of people gave each answer, by group; several answers were allowed."""
    count = rng.randint(3, 8)
    columns = []
    for place in range(rng.randint(1, 5)):
        shares = [rng.uniform(1, 80) for _ in range(count)]
        columns.append(Column(f"group {place}", "percent", shares, decimals(rng.choice((0, 1)), "{}%")))
    return table("answers", names(count), columns)


def medals(rng: Random) -> Table:
    """Gold, silver, bronze and their sum by country, ranked by gold or by the sum, with ties."""
    count = rng.randint(4, 14)
    rows = [[int(rng.expovariate(1 / 6)) for _ in range(3)] for _ in range(count)]
    by_total = rng.random() < 0.5
    rows.sort(key=lambda row: [-sum(row)] if by_total else [-number for number in row])
    keys = [[sum(row)] if by_total else row for row in rows]
    ranks = [float(keys.index(key) + 1) for key in keys]
    columns = [Column("rank", "rank", ranks, decimals(0))]
    for place, head in enumerate(("gold", "silver", "bronze")):
        columns.append(Column(head, "number", [float(row[place]) for row in rows], decimals(0)))
    columns.append(Column("total", "number", [float(sum(row)) for row in rows], decimals(0)))
    if rng.random() < 0.4:
        columns = [column._replace(numbers=[*column.numbers, sum(filter(None, column.numbers))]) for column in columns]
        columns[0] = columns[0]._replace(numbers=[*ranks, None])
        return table("medals", [*names(count), "Total"], columns)
    return table("medals", names(count), columns)


def accounts(rng: Random) -> Table:
    """Sales less costs is profit, which may be a loss; then taxes and what is left."""
    unit, printed = money(rng)
    sales, columns = amounts(rng, 1)[0], []
    for head in years(rng.randint(1, 4)):
        costs, other = sales * rng.uniform(0.4, 1.2), sales * rng.uniform(-0.1, 0.1)
        tax = max(0.25 * (sales - costs + other), 0.01 * sales)
        numbers = [sales, costs, sales - costs, other, sales - costs + other, tax, sales - costs + other - tax]
        columns.append(Column(head, unit, numbers, printed))
        sales *= rng.uniform(0.8, 1.4)
    labels = ["Sales", "Costs", "Operating profit", "Other", "Before tax", "Tax", "Net profit"]
    return table("accounts", labels, columns)


def balances(rng: Random) -> Table:
    """Numbers above and below zero, with their sum."""
    count, (unit, printed) = rng.randint(3, 7), money(rng)
    labels, columns = [*names(count), "Net"], []
    for head in years(rng.randint(1, 4)):
        numbers = [rng.choice((-1, 1)) * number for number in amounts(rng, count)]
        columns.append(Column(head, unit, [*numbers, sum(numbers)], printed))
    return table("balances", labels, columns)


def letters(rng: Random) -> Table:
    """Amounts with K, M and B, and their total."""
    count = rng.randint(3, 8)
    columns, numbers = [], amounts(rng, count)
    numbers = [number * 100 for number in numbers]
    for head in years(rng.randint(1, 3)):
        columns.append(Column(head, "USD", [*numbers, sum(numbers)], scaled()))
        numbers = later(rng, numbers)
    return table("letters", [*names(count), "Total"], columns)


def unrelated(rng: Random) -> Table:
    """Columns that have nothing to do with each other, of few or many digits."""
    count, columns = rng.randint(3, 16), []
    for place in range(rng.randint(2, 6)):
        unit, printed = money(rng)
        numbers = amounts(rng, count)
        if rng.random() < 0.3:
            unit, printed, numbers = (
                "percent",
                decimals(rng.choice((0, 1)), "{}%"),
                [rng.uniform(-30, 90) for _ in numbers],
            )
        columns.append(Column(f"quantity {chr(65 + place)}", unit, numbers, printed))
    labels = names(count)
    if rng.random() < 0.3:
        labels[-1] = rng.choice(("Combined approach", "Overall", "Sum Holdings", "Total SA"))
    return table("unrelated", labels, columns)


def small_counts(rng: Random) -> Table:
    """Small whole numbers in several columns, as scores and squads have."""
    count, columns = rng.randint(3, 12), []
    for place in range(rng.randint(2, 7)):
        numbers = [float(rng.randint(0, rng.choice((9, 30, 99)))) for _ in range(count)]
        columns.append(Column(f"column {chr(65 + place)}", rng.choice(("number", "person")), numbers, decimals(0)))
    return table("small counts", names(count), columns)


def prices(rng: Random) -> Table:
    """Prices that several products share, beside their sizes."""
    count = rng.randint(4, 10)
    steps = [9.99, 19.99, 49.95, 129.5, 1299.0, 1499.0]
    columns = [
        Column("price", "USD", [rng.choice(steps) for _ in range(count)], decimals(2, "${}")),
        Column("before", "USD", [rng.choice(steps) for _ in range(count)], decimals(2, "${}")),
        Column("weight", "number", amounts(rng, count), decimals(1)),
        Column("width", "number", amounts(rng, count), decimals(1)),
    ]
    return table("prices", names(count), columns)


def rates(rng: Random) -> Table:
    """Growth rates by year with their average, in percent alone."""
    count, columns = rng.randint(3, 8), []
    for head in years(rng.randint(1, 5)):
        numbers = [rng.gauss(3, 4) for _ in range(count)]
        columns.append(Column(head, "percent", [*numbers, fmean(numbers)], decimals(1, "{}%")))
    return table("rates", [*names(count), rng.choice(("Average", "World", "Total"))], columns)


def crosstab(rng: Random) -> Table:
    """Shares by column of a table of counts, those of all people last, with totals of each column."""
    count, groups = rng.randint(3, 5), rng.randint(2, 4)
    counts = [amounts(rng, count) for _ in range(groups)]
    everybody = [sum(group[place] for group in counts) for place in range(count)]
    columns = []
    for head, group in zip([*names(groups), "All"], [*counts, everybody], strict=True):
        columns.append(Column(head, "percent", [*shares_of(group), 100.0], decimals(rng.choice((0, 0, 1)), "{}%")))
    return table("crosstab", [*names(count), "Total"], columns)


def rows_of_hundred(rng: Random) -> Table:
    """Shares by row, with or without a column of 100 percent; the last row is of all."""
    count, width, places = rng.randint(3, 8), rng.randint(3, 6), rng.choice((0, 1))
    rows = [shares_of(amounts(rng, width)) for _ in range(count)]
    rows.append([fmean(row[place] for row in rows) for place in range(width)])
    columns = [
        Column(f"group {place}", "percent", [row[place] for row in rows], decimals(places, "{}%"))
        for place in range(width)
    ]
    if rng.random() < 0.5:
        columns.append(Column("Total", "percent", [100.0] * len(rows), decimals(places, "{}%")))
    return table("rows of hundred", [*names(count), "All"], columns)


def shares_and_rates(rng: Random) -> Table:
    """Shares that add up beside rates that do not."""
    count, places = rng.randint(3, 7), rng.choice((0, 1))
    printed = decimals(places, "{}%")
    columns = [
        Column("share of people", "percent", shares_of(amounts(rng, count)), printed),
        Column("share of income", "percent", shares_of(amounts(rng, count)), printed),
        Column("unemployment", "percent", [rng.uniform(2, 30) for _ in range(count)], printed),
        Column("literacy", "percent", [rng.uniform(60, 99) for _ in range(count)], printed),
    ]
    rng.shuffle(columns)
    if rng.random() < 0.5:
        return table("shares and rates", names(count), columns)
    with_total = []
    for column in columns:
        numbers = [number or 0.0 for number in column.numbers]
        total = 100.0 if column.head.startswith("share") else fmean(numbers)
        with_total.append(column._replace(numbers=[*numbers, total]))
    return table("shares and rates", [*names(count), "Total"], with_total)


def points(rng: Random) -> Table:
    """Shares of two years with the change between them."""
    count, places = rng.randint(3, 7), rng.choice((0, 1))
    old, new = shares_of(amounts(rng, count)), shares_of(amounts(rng, count))
    change = decimals(places, "{} pp")
    columns = [
        Column("2021", "percent", new, decimals(places, "{}%")),
        Column("2020", "percent", old, decimals(places, "{}%")),
        Column("change", "percentage point", [one - other for one, other in zip(new, old, strict=True)], change),
    ]
    return table("points", names(count), columns)


def quarters(rng: Random) -> Table:
    """Quarters and the year by row, and the total of the rows."""
    count, (unit, printed) = rng.randint(2, 7), money(rng)
    rows = [amounts(rng, 4) for _ in range(count)]
    rows.append([sum(row[place] for row in rows) for place in range(4)])
    columns = [Column(f"Q{place + 1}", unit, [row[place] for row in rows], printed) for place in range(4)]
    columns.append(Column("Year", unit, [sum(row) for row in rows], printed))
    return table("quarters", [*names(count), total_name(rng)], columns)


def votes(rng: Random) -> Table:
    """Votes, shares of those that are valid, and seats; then invalid ones, all votes, voters and the turnout."""
    count = rng.randint(3, 7)
    numbers = [100 * number for number in amounts(rng, count)]
    valid = sum(numbers)
    invalid, seats = valid * rng.uniform(0.005, 0.03), [float(rng.randint(1, 90)) for _ in range(count)]
    voters = (valid + invalid) / rng.uniform(0.4, 0.9)
    turnout = 100 * (valid + invalid) / voters
    labels = [*names(count), "Valid", "Invalid", "Total", "Voters"]
    columns = [
        Column("votes", "number", [*numbers, valid, invalid, valid + invalid, voters], decimals(0)),
        Column("share", "percent", [*shares_of(numbers), 100.0, None, turnout, None], decimals(1, "{}%")),
        Column("seats", "number", [*seats, sum(seats), None, None, None], decimals(0)),
    ]
    return table("votes", labels, columns)


def index_numbers(rng: Random) -> Table:
    """A series with its index and the change on the year before."""
    count, (unit, printed) = rng.randint(4, 9), money(rng)
    numbers = amounts(rng, 1)
    while len(numbers) < count:
        numbers.append(numbers[-1] * math.exp(rng.gauss(0.03, 0.1)))
    columns = [
        Column("level", unit, numbers, printed),
        Column("index", "number", shares_of(numbers, numbers[0]), decimals(1)),
        Column("change", "percent", [None, *growth(numbers[1:], numbers[:-1])], decimals(1, "{}%")),
    ]
    return table("index numbers", [str(2010 + place) for place in range(count)], columns)


def other_bases(rng: Random) -> Table:
    """Levels of one year, of last year, and a change on another basis that is the same in most rows."""
    count, (unit, printed) = rng.randint(5, 9), money(rng)
    old = amounts(rng, count)
    new = later(rng, old)
    columns = [
        Column("sales", unit, new, printed),
        Column("forecast", unit, later(rng, new, 0.1), printed),
        Column("change", "percent", growth(new, old), decimals(1, "{}%")),
    ]
    return table("other bases", names(count), columns)


def season(rng: Random) -> list[list[int]]:
    """Return the results of clubs: won, drawn, lost, and goals for and against."""
    clubs = rng.randint(6, 16)
    rows = [[0, 0, 0, 0, 0] for _ in range(clubs)]
    draws = rng.choice((0.0, 0.0, 0.05, 0.25))
    for home, away in permutations(range(clubs), 2):
        goals = [int(rng.expovariate(0.6)), int(rng.expovariate(0.7))]
        if goals[0] == goals[1] and rng.random() > draws:
            goals[rng.randrange(2)] += 1
        for club, own, other in ((home, *goals), (away, *reversed(goals))):
            rows[club][0 if own > other else 1 if own == other else 2] += 1
            rows[club][3] += own
            rows[club][4] += other
    return sorted(rows, key=lambda row: (-3 * row[0] - row[1], row[4] - row[3]))


def league(rng: Random) -> Table:
    """A league: matches won, drawn and lost, goals and points; in some few matches are drawn, or none."""
    rows = season(rng)
    deducted = rng.randrange(len(rows)) if rng.random() < 0.3 else -1
    points = [3 * row[0] + row[1] - (3 if place == deducted else 0) for place, row in enumerate(rows)]
    columns = {
        "Position": [place + 1 for place in range(len(rows))],
        "Played": [sum(row[:3]) for row in rows],
        "Won": [row[0] for row in rows],
        "Drawn": [row[1] for row in rows],
        "Lost": [row[2] for row in rows],
        "Goals for": [row[3] for row in rows],
        "Goals against": [row[4] for row in rows],
        "Difference": [row[3] - row[4] for row in rows],
        "Points": points,
    }
    if rng.random() < 0.3:
        del columns["Drawn"]  # a table without the column of what it counts
    return table("league", names(len(rows)), [whole(head, own) for head, own in columns.items()])


def whole(head: str, own: Sequence[float | None], unit: str = "number") -> Column:
    """Return a column of whole numbers."""
    return Column(head, unit, own, decimals(0))


def scores(rng: Random) -> Table:
    """Matches with goals and behinds, such as 13.11 (89), the crowd, and a score in sets or legs."""
    rows = []
    for place in range(rng.randint(4, 9)):
        sides = []
        for _ in range(2):
            goals, behinds = rng.randint(5, 22), rng.randint(4, 20)
            sides.append(f"{goals}.{behinds} ({6 * goals + behinds})")
        crowd = decimals(0)(100 * rng.randint(20, 600)) if rng.random() < 0.5 else decimals(0)(rng.randint(900, 60_000))
        rows.append((f"Match {place + 1}", [*sides, crowd, f"{rng.randint(0, 3)}–{rng.randint(0, 3)}"]))
    return Table(
        "scores", ["Home team score", "Away team score", "Crowd", "Result"], ["text", "text", "number", "text"], rows
    )


def squad(rng: Random) -> Table:
    """Players with number, age, appearances and goals in the league, a cup and all; defenders have no goals."""
    rows: list[tuple[str, list[str]]] = []
    nil = rng.choice(("0", "0", "-", ""))
    has_substitutes = rng.random() < 0.5
    for place in range(rng.randint(6, 20)):
        scorer, cells = rng.random() < 0.4, [str(rng.randint(1, 40)), str(rng.randint(17, 38))]
        apps, goals = [rng.randint(0, 38), rng.randint(0, 8), rng.randint(0, 5)], [0, 0, 0]
        if scorer:
            goals = [rng.randint(0, each // 2) for each in apps]
        benched = [rng.randint(1, 9) if has_substitutes and rng.random() < 0.3 else 0 for _ in apps]
        for each, extra, scored in zip(apps, benched, goals, strict=True):
            cells += [f"{each} ({extra})" if extra else str(each) if each else nil, str(scored) if scored else nil]
        total = f"{sum(apps)} ({sum(benched)})" if any(benched) else str(sum(apps))
        rows.append((f"Player {place + 1}", [*cells, total, str(sum(goals)) if any(goals) else nil]))
    heads = ["No.", "Age", "League apps", "League goals", "Cup apps", "Cup goals", "Other apps", "Other goals"]
    counted = "text" if has_substitutes or nil == "-" else "number"
    units = ["rank", "number", *[counted] * 8]
    return Table("squad", [*heads, "Total apps", "Total goals"], units, rows)


def races(rng: Random) -> Table:
    """A race: place, number of the car, laps, time and the place at the start."""
    count = rng.randint(5, 22)
    grid, cars, laps = list(range(1, count + 1)), rng.sample(range(1, 99), count), rng.randint(20, 70)
    rng.shuffle(grid)
    done = sorted(
        (laps - (int(rng.expovariate(0.4)) if place > count // 2 else 0) for place in range(count)), reverse=True
    )
    seconds, rows = rng.uniform(2000, 6000), []
    for place in range(count):
        seconds += rng.uniform(0.2, 9)
        time = f"{int(seconds // 60)}:{seconds % 60:06.3f}" if done[place] == laps else f"+{laps - done[place]} laps"
        points = [10, 8, 6, 5, 4, 3, 2, 1]
        rows.append(
            (
                f"Driver {place + 1}",
                [
                    str(place + 1),
                    str(cars[place]),
                    str(done[place]),
                    time,
                    str(grid[place]),
                    str(points[place]) if place < 8 else "",
                ],
            )
        )
    return Table(
        "races",
        ["Pos", "No", "Laps", "Time", "Grid", "Points"],
        ["rank", "rank", "number", "text", "number", "number"],
        rows,
    )


def timetable(rng: Random) -> Table:
    """Stations with their distance from the first one, the distance from the one before, and times of trains."""
    count, rows, reached = rng.randint(5, 12), [], 0.0
    starts = [rng.randint(300, 1200) for _ in range(rng.randint(1, 3))]
    for place in range(count):
        step = rng.uniform(1.5, 30) if place else 0.0
        reached += step
        times = [f"{int(start + 1.3 * reached) // 60:02}:{int(start + 1.3 * reached) % 60:02}" for start in starts]
        rows.append(
            (f"Station {place + 1}", [f"{reached:.1f}", f"{step:.1f}" if place else "", f"{1.3 * reached:.0f}", *times])
        )
    heads = ["km", "from the one before", "minutes", *(f"Train {101 + 2 * place}" for place in range(len(starts)))]
    return Table("timetable", heads, ["number"] * 3 + ["text"] * len(starts), rows)


def polls(rng: Random) -> Table:
    """Polls: people asked, shares of parties, which need not add up, and the lead; some with their average."""
    parties, rows = rng.randint(2, 5), []
    true = shares_of(amounts(rng, parties + 1))
    all_shares: list[Numbers] = []
    places = rng.choice((0, 0, 1))
    for place in range(rng.randint(4, 12)):
        noisy = shares_of([max(share + rng.gauss(0, 2), 0.6) for share in true])[:parties]
        all_shares.append(noisy)
        best, second = sorted((round(share, places) for share in noisy), reverse=True)[:2]
        cells = [decimals(0)(rng.choice((500, 1000, 1001, 1500, rng.randint(600, 2500))))]
        cells += [decimals(places, "{}%")(share) for share in noisy]
        rows.append((f"{place + 1} May", [*cells, decimals(places, "{}%")(best - second)]))
    if rng.random() < 0.5:
        mean = [fmean(column) for column in zip(*all_shares, strict=True)]
        best, second = sorted((round(share, places) for share in mean), reverse=True)[:2]
        rows.append(
            (
                "Average",
                ["", *(decimals(places, "{}%")(share) for share in mean), decimals(places, "{}%")(best - second)],
            )
        )
    heads = ["Sample", *(f"Party {chr(65 + place)}" for place in range(parties)), "Lead"]
    return Table("polls", heads, ["number", *["percent"] * (parties + 1)], rows)


def census(rng: Random) -> Table:
    """Districts with people of two years, the change, area, people per square kilometre, men, women, households."""
    count = rng.randint(4, 14)
    old = [1000 + 100 * number for number in amounts(rng, count)]
    new = later(rng, old, 0.1)
    women = [number * rng.uniform(0.48, 0.54) for number in new]
    areas, size = amounts(rng, count), [rng.uniform(2, 4) for _ in range(count)]
    homes = [number / each for number, each in zip(new, size, strict=True)]
    rows_of: list[Numbers] = [[float(round(number)) for number in each] for each in (old, new, women, homes)]
    if rng.random() < 0.6:
        for own in (*rows_of, areas):
            own.append(sum(own))
    first, second, female, houses = rows_of
    people = [one / area for one, area in zip(second, areas, strict=True)]
    columns = [
        whole("2011", first),
        whole("2021", second),
        Column("Change (%)", "number", growth(second, first), decimals(1)),
        Column("Area (km2)", "number", areas, decimals(rng.choice((0, 1, 2)))),
        Column("Density", "number", people, decimals(rng.choice((0, 1)))),
        whole("Men", [one - other for one, other in zip(second, female, strict=True)]),
        whole("Women", female),
        Column(
            "Sex ratio",
            "number",
            [1000 * (one - other) / other for one, other in zip(second, female, strict=True)],
            decimals(0),
        ),
        whole("Households", houses),
        Column(
            "Household size", "number", [one / other for one, other in zip(second, houses, strict=True)], decimals(1)
        ),
    ]
    labels = names(count) + ["Total"] * (len(first) - count)
    return table("census", labels, [columns[place] for place in sorted(rng.sample(range(10), rng.randint(4, 10)))])


def memoranda(rng: Random) -> Table:
    """A budget: receipts, outlays, the balance; below it memoranda such as debt, staff, and a rate of the whole."""
    (unit, printed), first, second = money(rng), rng.randint(2, 4), rng.randint(2, 5)
    taken, spent, columns = amounts(rng, first), amounts(rng, second), []
    scale = sum(taken) / sum(spent) * rng.uniform(0.9, 1.1)
    spent = [number * scale for number in spent]
    debt, staff = sum(taken) * rng.uniform(0.5, 3), rng.uniform(100, 9000)
    for head in years(rng.randint(1, 4)):
        numbers = [*taken, sum(taken), *spent, sum(spent), sum(taken) - sum(spent), debt, 8 * sum(taken), staff]
        columns.append(Column(head, unit, numbers, printed))
        debt -= sum(taken) - sum(spent)
        taken, spent = later(rng, taken, 0.05), later(rng, spent, 0.05)
    if len(columns) > 1 and rng.random() < 0.5:
        last, before = ([number or 0.0 for number in column.numbers] for column in columns[:-3:-1])
        columns.append(
            Column("Variance", unit, [one - other for one, other in zip(last, before, strict=True)], printed)
        )
    labels = [
        *names(first),
        "Total receipts",
        *names(second, first),
        "Total outlays",
        "Balance",
        "Debt",
        "Product",
        "Staff",
    ]
    return table("memoranda", labels, columns)


def statement(rng: Random) -> Table:
    """Quarters as columns; rows of sales, costs, profit, their margin, which is a rate of two rows, and per share."""
    quarters_, printed = rng.randint(3, 6), decimals(rng.choice((0, 1)))
    sales = later(rng, [10 ** rng.uniform(2, 5)] * quarters_, 0.1)
    costs = [number * rng.uniform(0.5, 0.9) for number in sales]
    profit = [one - other for one, other in zip(sales, costs, strict=True)]
    shares = 10 ** rng.uniform(1, 3)
    rows: list[tuple[str, list[str]]] = [
        ("Revenue", list(map(printed, sales))),
        ("Costs", list(map(printed, costs))),
        ("Profit", list(map(printed, profit))),
        ("Margin", [decimals(1, "{}%")(100 * one / other) for one, other in zip(profit, sales, strict=True)]),
        ("Profit per share", [decimals(2)(number / shares) for number in profit]),
    ]
    heads = [f"Q{place % 4 + 1}" for place in range(quarters_)]
    return Table("statement", heads, ["text"] * quarters_, rows)


def electorate(rng: Random) -> Table:
    """Wards with voters, votes of candidates, invalid ones and the turnout; a total; two prints of a cell in some."""
    count, candidates = rng.randint(3, 8), rng.randint(2, 4)
    rows: list[list[float]] = []
    for _ in range(count):
        votes = [float(rng.randint(20, 9000)) for _ in range(candidates)]
        spoiled = float(rng.randint(0, 120))
        rows.append(
            [*votes, sum(votes), spoiled, sum(votes) + spoiled, round((sum(votes) + spoiled) / rng.uniform(0.3, 0.9))]
        )
    rows.append([sum(column) for column in zip(*rows, strict=True)])
    heads = [*(f"Candidate {chr(65 + place)}" for place in range(candidates)), "Valid", "Invalid", "Cast", "Registered"]
    columns = [whole(head, [row[place] for row in rows]) for place, head in enumerate(heads)]
    columns.append(Column("Turnout", "percent", [100 * row[-2] / row[-1] for row in rows], decimals(1, "{}%")))
    return table("electorate", [*(f"Ward {place + 1}" for place in range(count)), "Total"], columns)


FAMILIES = (
    shares_with_total, whole_total, shares_alone, levels, round_numbers, with_change, two_changes, with_share,
    part_of_more, excerpt, ranked, ranked_by_more, subtotals, per_head, summarised, total_of_a_mean, of_which,
    cumulative, overlapping, answers, medals, accounts, balances, letters, unrelated, small_counts, prices,
    rates, crosstab, rows_of_hundred, shares_and_rates, points, quarters, votes, index_numbers, other_bases,
    league, scores, squad, races, timetable, polls, census, memoranda, statement, electorate,
)  # fmt: skip


def correct_tables(count: int, seed: int = SEED) -> Iterator[Table]:
    """Yield random correct tables, of each family in turn."""
    rng = Random(seed)
    for place in range(count):
        yield FAMILIES[place % len(FAMILIES)](rng)


# The entries by which a table comes to be judged


def by_dossier(each: Table) -> list[str]:
    """Return the accusations of a declared table: each with its rule and reason."""
    words = Words([cells for _, cells in each.rows], each.labels, each.heads)
    found = anomalies(table_of(each.grid, each.labels, each.heads))
    return [f"certain {odd.rule}: {why(odd, words)}" for odd in found if odd.is_error and odd.is_sure]


def by_text(name: str, written: Callable[[Table], str], each: Table) -> list[str]:
    """Return the accusations of a table in a file, with their tier."""
    found = review(read_document(RawFile(name, written(each).encode()))).findings
    return [f"{one.tier} {one.kind}: {one.why}" for one in found]


def as_markdown(each: Table) -> str:
    """Return the table as Markdown."""
    lines = [["Name", *each.heads], ["---"] * (len(each.heads) + 1), *([label, *cells] for label, cells in each.rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def as_html(each: Table) -> str:
    """Return the table as a page."""
    head = "".join(f"<th>{html.escape(text)}</th>" for text in ("Name", *each.heads))
    rows = ""
    for label, cells in each.rows:
        rows += "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in (label, *cells)) + "</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table>\n"


def as_csv(each: Table) -> str:
    """Return the table as comma-separated values."""
    text = io.StringIO()
    csv.writer(text).writerows([["Name", *each.heads], *([label, *cells] for label, cells in each.rows)])
    return text.getvalue()


ENTRIES: dict[str, Callable[[Table], list[str]]] = {
    "dossier": by_dossier,
    "markdown": partial(by_text, "table.md", as_markdown),
    "html": partial(by_text, "table.html", as_html),
    "csv": partial(by_text, "table.csv", as_csv),
}
"""How a table comes to be judged: declared in a dossier, or in a file that `check` is given."""
TIERS = ("certain", "likely")


def measure(count: int = COUNT, seed: int = SEED, entry: str = "dossier", shown: int = 0) -> str:
    """Return how many correct tables are accused, for certain and likely, by family; then some of the tables.

    Every other table has labels such as `Item A`, the rest have names of cities, products or years.
    """
    rng = Random(seed)
    accused: dict[str, Counter[str]] = {tier: Counter() for tier in TIERS}
    made: Counter[str] = Counter()
    shown_tables: list[str] = []
    for place, lettered in enumerate(correct_tables(count, seed)):
        each = lettered if place // len(FAMILIES) % 2 else renamed(lettered, rng)
        made[each.family] += 1
        found = ENTRIES[entry](each)
        for tier in TIERS:
            if any(one.startswith(tier) for one in found):
                accused[tier][each.family] += 1
                break
        if found and len(shown_tables) < shown:
            shown_tables.append(f"{each}\n    {found[0]}")
    lines = []
    for tier, numbers in accused.items():
        families = ", ".join(f"{name} {number} of {made[name]}" for name, number in numbers.most_common())
        first = f"{entry}: correct tables accused, {tier}: {numbers.total():,} of {count:,}"
        lines.append(f"{first} ({numbers.total() / max(count, 1):.2%}){': ' * bool(families)}{families}")
    return "\n".join([*lines, *shown_tables])


def main(arguments: Sequence[str]) -> int:
    """Print what one entry, or each of several, says of correct tables."""
    numbers = [int(word) for word in arguments if word.isdigit()]
    entries = [word for word in arguments if not word.isdigit()]
    unknown = [word for word in entries if word not in ENTRIES]
    if unknown:
        print(f"error: {unknown[0]} is no entry; there are {', '.join(ENTRIES)}", file=sys.stderr)
        return 2
    count, seed, shown = [*numbers, *(COUNT, SEED, 0)[len(numbers) :]]
    for entry in entries or ["dossier"]:
        print(measure(count, seed, entry, shown))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
