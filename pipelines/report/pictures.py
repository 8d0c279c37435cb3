"""What the pictures of the report show: figures beside better sources, how little turns a statement, declared charts.

Belongs here: places, titles that say the finding, and captions. Does not: drawing (`plots`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log, log10
from operator import itemgetter

from tidebook.pipelines.read.dossier.charts import HELD, Chart
from tidebook.pipelines.read.formatting import (
    MISSING,
    format_count,
    format_month,
    format_number,
    format_share,
    format_value,
)
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.report.claims import Statement
from tidebook.pipelines.report.figures import Card, Figure, FiguresSection
from tidebook.pipelines.report.plots import Axis, Mark, Plot, days, linear_axis, log_axis, round_top, time_axis
from tidebook.pipelines.report.predictions import ShownPrediction
from tidebook.pipelines.report.words import OUTCOMES, THEMES, humanize_inside, off_words
from tidebook.schemas.vocabulary import FAULTED

LEAST_SPAN = log10(4)
MOST_FRAGILE = 12
PRINTED = "The article’s own figures"
LEAST_APART = 0.24
"""The tick at two is left out where it is nearer to the middle than this share of half the width."""

TICKS = (1.0, 2.0, 10.0, 100.0, 1000.0)
NEAR_ZERO = 0.05
"""Probabilities that were never above this are told in words, not drawn."""


@dataclass(frozen=True)
class Bar:
    """One row of a picture: a label, what is written beside it, its place in percent, where more is, its colour."""

    label: str
    text: str
    place: float
    anchor: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture in SVG with its id, or one made of rows, each with its mark in percent of the width.

    `ticks` are places above the rows with their texts, `rest` places of marks in one row more. `source` says where what
    it shows is from, `table` which one has it.
    """

    title: str
    caption: str
    source: str
    table: str
    bars: Sequence[Bar] = ()
    ticks: Sequence[tuple[float, str]] = ()
    rest: Sequence[float] = ()
    plot: Plot | None = None
    picture_id: str = ""


def beside_sources(figures: FiguresSection) -> Picture | None:
    """Return each faulted figure over its better value on a logarithmic axis with one in the middle."""
    shown = [
        (card.factor, card) for card in figures.of(*FAULTED) if card.factor and card.factor > 0 and card.factor != 1
    ]
    right = [card.factor for card in figures.of("right") if card.factor and card.factor > 0]
    if not shown:
        return None
    sizes = [abs(log10(factor)) for factor, _ in shown]
    span = max(LEAST_SPAN, *sizes) * 1.08
    _, worst = shown[sizes.index(max(sizes))]
    ticks = [tick for tick in TICKS if log10(tick) <= span and (tick != 2 or log10(tick) >= LEAST_APART * span)]
    both = [*(1 / tick for tick in reversed(ticks[1:])), *ticks]
    shown.sort(key=lambda each: -each[0])
    bars = []
    for factor, card in shown:
        text = f"{card.figure.text} → {card.better}"
        bars.append(Bar(card.figure.title, text, _middle(factor, span), card.anchor, OUTCOMES[card.outcome].tone))
    return Picture(
        title=_gravest([factor for factor, _ in shown], worst),
        caption="Each dot is a printed figure divided by the value of the best source: right of the line it is too "
        "high, left of it too low.",
        source=f"Best sources, for {len(shown) + len(right)} of {format_count(len(figures.cards), 'figure')}",
        table="figure_outcomes",
        bars=bars,
        ticks=[(_middle(tick, span), _tick(tick)) for tick in both],
        rest=[_middle(factor, span) for factor in right],
    )


def _gravest(factors: Sequence[float], worst: Card) -> str:
    """Return the finding: how many figures are off by more than a factor of two, and the one that is furthest off."""
    far = sum(max(factor, 1 / factor) > 2 for factor in factors)
    name = f"{far} figures are off by more than a factor of two, most of all {worst.figure.name}" if far > 1 else ""
    then = " when published" if worst.outcome == "outdated" else ""
    return f"{name or worst.figure.title}: {off_words(worst.factor)}{then}"


def _middle(factor: float, span: float) -> float:
    return round(50 + 50 * log10(factor) / span, 1)


def _tick(factor: float) -> str:
    return "right" if factor == 1 else f"×{factor:g}" if factor > 1 else f"÷{1 / factor:g}"


def how_little(statements: Sequence[Statement]) -> Picture | None:
    """Return the statements that the least change of one figure turns, with the change on a logarithmic axis."""
    near = sorted(((each.distance, each) for each in statements if each.distance), key=itemgetter(0))[:MOST_FRAGILE]
    if not near:
        return None
    (_, least), (farthest, _) = near[0], near[-1]
    change = format_number(100 * abs(least.row["turns_at"] / least.row["turns_from"] - 1), 2)
    widest = max(log(2.0), farthest)
    return Picture(
        title=f"A change of {change}\u00a0% in one figure turns “{least.name}”",
        caption="How much the nearest printed figure would have to change, by itself, for the statement to turn.",
        source="Own computation, from the printed figures",
        table="outcomes",
        bars=[Bar(each.name, each.turns_to, round(100 * distance / widest, 1), each.anchor) for distance, each in near],
    )


def over_time(statements: Sequence[Statement]) -> str:
    """Return the finding on the four moments: how many stand, and how many held when written and not when published."""
    if len(statements) == 1:
        return f"Its one statement: {statements[0].outcome}"
    standing = sum(each.outcome == "stands" for each in statements)
    lost = sum(each.row["written"] == "S" and each.row["published"] == "C" for each in statements)
    then = f"; {lost} held when it was written and no longer when it was published" if lost else ""
    stand = "stand" if standing > 1 else "stands"
    return f"{standing or 'None'} of {format_count(len(statements), 'statement')} that can be judged {stand}{then}"


def by_wording(statements: Sequence[Statement]) -> str:
    """Return the finding on readings: how many statements come out otherwise when they are read otherwise."""
    differ = sum(each.wording for each in statements)
    come = "comes" if differ == 1 else "come"
    return f"{differ} of {format_count(len(statements), 'statement')} {come} out otherwise when read otherwise"


def histories(prediction: ShownPrediction) -> Picture | None:
    """Return the probabilities of a prediction's questions over time; nothing where none was ever worth a look."""
    lines = prediction.lines
    every = [point for line in lines for point in line.points]
    if max((chance for _, chance in every), default=0.0) < NEAR_ZERO:
        return None
    first, last = min(day for day, _ in every), max(day for day, _ in every)
    top = round_top(chance for _, chance in every)
    ticks = [(top * part / 5, format_share(top * part / 5).replace("\u00a0", "")) for part in range(6)]
    labels = [line.label(short=len({each.population for each in lines}) == 1) for line in lines]
    marks = []
    for label, line in zip(labels, lines, strict=True):
        since = f"from {format_month(line.points[0][0])} {line.until}".rstrip()
        points = [(float(days(day)), chance) for day, chance in line.points]
        marks.append(Mark(label if labels.count(label) == 1 else since, points))
    words = f"Probability over time. {prediction.path_words}"
    plot = Plot(time_axis(first, last), Axis("", 0.0, top, ticks), marks, words)
    title = f"How likely it was: {prediction.path_short}" if prediction.path_short else "How likely it was"
    source = "Own forecasts, each from what was known on its day"
    return Picture(title, "", source, "forecast_history", plot=plot, picture_id=f"path-{prediction.prediction_id}")


def declared_pictures(
    charts: Sequence[Chart], figures: Mapping[str, Figure], cards: Sequence[Card], metrics: Sequence[Row]
) -> list[Picture]:
    """Return the charts that the dossier declares, of those figures that have a value; captions with their metrics."""
    values = {f"{{{row['metric_id']}}}": format_value(row["value"], row["unit"]) for row in metrics}
    better = {
        card.figure.figure_id: value
        for card in cards
        if card.outcome == "wrong" and card.factor and (value := (card.figure.value or 0.0) / card.factor)
    }
    found = []
    for number, chart in enumerate(charts, start=1):
        made = _bars(chart, figures) if chart.kind == "bars" else _points(chart, number, figures, better)
        if made:
            caption = HELD.sub(lambda held: values.get(held[0], MISSING), made.caption)
            theme = f"{THEMES[chart.theme]} · " if chart.theme else ""
            found.append(replace(made, caption=caption, source=f"{theme}{made.source}"))
    return found


def _column(name: str, figures: Mapping[str, Figure]) -> dict[str, tuple[Figure, float]]:
    """Return the figures of one quantity of a table, with their values, by subject, as `table.quantity` names them."""
    return {
        each.subject: (each, each.value)
        for each in figures.values()
        if f"{each.table}.{each.quantity}" == name and each.value is not None
    }


def _bars(chart: Chart, figures: Mapping[str, Figure]) -> Picture | None:
    mine = _column(chart.of, figures).values()
    values = [value for _, value in mine]
    if not values or min(values) < 0 or not max(values):
        return None
    bars = []
    for figure, value in mine:
        share = f" ({format_share(value / math.fsum(values))})" if chart.share else ""
        bars.append(Bar(figure.label, f"{figure.text}{share}", round(100 * value / max(values), 1)))
    return Picture(chart.title, chart.caption, PRINTED, "figures", bars)


def _points(chart: Chart, number: int, figures: Mapping[str, Figure], better: Mapping[str, float]) -> Picture | None:
    """Return a scatter with an arrow from each printed point to the known one, or a line through all points."""
    xs, ys = _column(chart.x, figures), _column(chart.y, figures)
    both = [(*xs[subject], *ys[subject]) for subject in xs if subject in ys]
    if not both:
        return None
    pairs = [(x_value, y_value) for _, x_value, _, y_value in both]
    ends = [(better.get(x.figure_id, x_value), better.get(y.figure_id, y_value)) for x, x_value, y, y_value in both]
    of_x, _, of_y, _ = both[0]
    upwards = humanize_inside(of_y.quantity)
    if chart.kind == "line":
        marks = [Mark(upwards, sorted(pairs))]
    else:
        marks = []
        for (x, *_), pair, end in zip(both, pairs, ends, strict=True):
            marks.append(Mark(x.label, [pair], end if end != pair else None))
    axis = log_axis if chart.log and min(map(min, pairs)) > 0 else linear_axis
    x_values, y_values = zip(*pairs, *ends, strict=True)
    x_axis, y_axis = axis(x_values, of_x.unit, humanize_inside(of_x.quantity)), axis(y_values, of_y.unit)
    words = [f"{x.label}: {format_value(x.value, x.unit)}, {format_value(y.value, y.unit)}" for x, _, y, _ in both]
    plot = Plot(x_axis, y_axis, marks, f"{chart.title}. {'; '.join(words)}")
    caption = chart.caption or f"Upwards: {upwards}. Arrows lead from what is wrong to what is known."
    arrows = any(mark.end for mark in marks)
    source, table = (f"{PRINTED}, and the best sources", "figure_outcomes") if arrows else (PRINTED, "figures")
    return Picture(chart.title, caption, source, table, plot=plot, picture_id=f"chart-{number}")
