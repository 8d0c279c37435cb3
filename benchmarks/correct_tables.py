"""How often the rules within one table accuse a correct one: random tables whose cells are true but for their rounding.

Belongs here: a seeded generator of such tables, one function a family, and the count of those that are accused. Every
cell is rounded by itself from one set of true numbers, totals and changes included, as statistical offices do. Does
not: the rules (`pipelines/judge/consistency.py`), or tables with slips in them (`slips`).
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random
from statistics import fmean, median
from typing import NamedTuple

from tidebook.pipelines.judge.consistency import Inconsistency, inconsistencies
from tidebook.pipelines.read.quantities.quantity import Context, parse_quantity
from tidebook.pipelines.read.quantities.value import Quantity

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
        return [
            [parse_quantity(text, unit, PLAIN) if text else None for text, unit in zip(cells, self.units, strict=True)]
            for _, cells in self.rows
        ]

    @property
    def labels(self) -> list[str]:
        """The labels of the rows."""
        return [label for label, _ in self.rows]

    def accusations(self) -> list[Inconsistency]:
        """Return the inconsistencies that the rules report."""
        return [each for each in inconsistencies(self.grid, self.labels, self.heads) if each.is_error]

    def __str__(self) -> str:
        lines = [f"{self.family}: {' | '.join(self.heads)}"]
        return "\n".join([*lines, *(f"  {label}: {' | '.join(cells)}" for label, cells in self.rows)])


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


FAMILIES = (
    shares_with_total, whole_total, shares_alone, levels, round_numbers, with_change, two_changes, with_share,
    part_of_more, excerpt, ranked, ranked_by_more, subtotals, per_head, summarised, total_of_a_mean, of_which,
    cumulative, overlapping, answers, medals, accounts, balances, letters, unrelated, small_counts, prices,
    rates, crosstab, rows_of_hundred, shares_and_rates, points, quarters, votes, index_numbers, other_bases,
)  # fmt: skip


def correct_tables(count: int, seed: int = SEED) -> Iterator[Table]:
    """Yield random correct tables, of each family in turn."""
    rng = Random(seed)
    for place in range(count):
        yield FAMILIES[place % len(FAMILIES)](rng)


def measure(count: int = COUNT, seed: int = SEED, shown: int = 0) -> str:
    """Return two lines: how many correct tables are accused, and of which families, with labels such as `Item A` and
    with names; then some of the tables."""
    rng = Random(seed)
    accused: dict[str, Counter[str]] = {"Item A": Counter(), "names": Counter()}
    made: Counter[str] = Counter()
    shown_tables: list[str] = []
    for lettered in correct_tables(count, seed):
        made[lettered.family] += 1
        for labels, each in zip(accused, (lettered, renamed(lettered, rng)), strict=True):
            found = each.accusations()
            accused[labels][each.family] += bool(found)
            if found and len(shown_tables) < shown:
                shown_tables.append(f"{each}\n    {found[0].rule}: {found[0].text}")
    lines = []
    for labels, numbers in accused.items():
        families = ", ".join(f"{name} {number} of {made[name]}" for name, number in numbers.most_common() if number)
        total = numbers.total()
        first = f"correct tables accused, labels {labels}: {total:,} of {count:,} ({total / max(count, 1):.2%})"
        lines.append(f"{first}{': ' * bool(families)}{families}")
    return "\n".join([*lines, *shown_tables])


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    print(measure(*numbers))
