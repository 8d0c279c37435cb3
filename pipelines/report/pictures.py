"""What the pictures of the report show: figures beside better sources, how little turns a statement, declared charts.

Belongs here: places, titles that say the finding, and captions. Does not: drawing (`plots`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log, log10
from operator import itemgetter
from typing import Any

from pipelines.dossier.charts import HELD, Chart
from pipelines.formatting import MISSING, format_count, format_month, format_number, format_share, format_value
from pipelines.report.claims import Statement
from pipelines.report.evidence import Figure
from pipelines.report.figures import FAULTED, Card, Figures
from pipelines.report.plots import Axis, Mark, Plot, days, linear_axis, log_axis, round_top, time_axis
from pipelines.report.predictions import Prediction
from pipelines.report.words import OUTCOMES, THEMES, humanize_inside, off_words

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
class Rows:
    """A picture made of rows: each has its mark in percent of the width; `ticks` are places with their texts.

    `source` says where what it shows is from, `table` which one has it; so for a `Picture`.
    """

    title: str
    caption: str
    bars: list[Bar]
    ticks: list[tuple[float, str]]
    rest: list[float]
    source: str
    table: str


@dataclass(frozen=True)
class Picture:
    """A picture in SVG."""

    picture_id: str
    title: str
    caption: str
    plot: Plot
    source: str
    table: str


def beside_sources(figures: Figures) -> Rows | None:
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
    return Rows(
        title=_gravest([factor for factor, _ in shown], worst),
        caption="Each dot is a printed figure divided by the value of the best source: right of the line it is too "
        "high, left of it too low.",
        bars=[
            Bar(
                card.figure.title,
                f"{card.figure.text} → {card.better}",
                _middle(factor, span),
                card.anchor,
                OUTCOMES[card.outcome].tone,
            )
            for factor, card in shown
        ],
        ticks=[(_middle(tick, span), _tick(tick)) for tick in both],
        rest=[_middle(factor, span) for factor in right],
        source=f"Best sources, for {figures.checkable} of {format_count(len(figures.cards), 'figure')}",
        table="figure_outcomes",
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


def how_little(statements: Sequence[Statement]) -> Rows | None:
    """Return the statements that the least change of one figure turns, with the change on a logarithmic axis."""
    near = sorted(((each.distance, each) for each in statements if each.distance), key=itemgetter(0))[:MOST_FRAGILE]
    if not near:
        return None
    (_, least), (farthest, _) = near[0], near[-1]
    change = format_number(100 * abs(least.row["turns_at"] / least.row["turns_from"] - 1), 2)
    widest = max(log(2.0), farthest)
    return Rows(
        title=f"A change of {change}\u00a0% in one figure turns “{least.name}”",
        caption="How much the nearest printed figure would have to change, by itself, for the statement to turn.",
        bars=[Bar(each.name, each.turns_to, round(100 * distance / widest, 1), each.anchor) for distance, each in near],
        ticks=[],
        rest=[],
        source="Own computation, from the printed figures",
        table="outcomes",
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


def histories(prediction: Prediction) -> Picture | None:
    """Return the probabilities of a prediction's questions over time; nothing where none was ever worth a look."""
    lines = prediction.lines
    every = [point for line in lines for point in line.points]
    if max((chance for _, chance in every), default=0.0) < NEAR_ZERO:
        return None
    first, last = min(day for day, _ in every), max(day for day, _ in every)
    top = round_top(chance for _, chance in every)
    ticks = [(top * part / 5, format_share(top * part / 5).replace("\u00a0", "")) for part in range(6)]
    labels = [line.label(short=len({each.population for each in lines}) == 1) for line in lines]
    plot = Plot(
        time_axis(first, last),
        Axis("", 0.0, top, ticks),
        [
            Mark(
                label if labels.count(label) == 1 else f"from {format_month(line.points[0][0])} {line.until}".rstrip(),
                [(float(days(day)), chance) for day, chance in line.points],
            )
            for label, line in zip(labels, lines, strict=True)
        ],
        f"Probability over time. {prediction.path_words}",
    )
    title = f"How likely it was: {prediction.path_short}" if prediction.path_short else "How likely it was"
    source = "Own forecasts, each from what was known on its day"
    return Picture(f"path-{prediction.prediction_id}", title, "", plot, source, "forecast_history")


def declared_pictures(
    charts: Sequence[Chart],
    figures: Mapping[str, Figure],
    cards: Sequence[Card],
    metrics: Sequence[Mapping[str, Any]],
) -> list[Rows | Picture]:
    """Return the charts that the dossier declares, of those figures that have a value; captions with their metrics."""
    values = {f"{{{row['metric_id']}}}": format_value(row["value"], row["unit"]) for row in metrics}
    better = {
        card.figure.figure_id: value
        for card in cards
        if card.outcome == "wrong" and card.factor and (value := (card.figure.value or 0.0) / card.factor)
    }
    found: list[Rows | Picture] = []
    for index, each in enumerate(charts):
        caption = HELD.sub(lambda held: values.get(held[0], MISSING), each.caption)
        chart = each.model_copy(update={"caption": caption})
        made = _bars(chart, figures) if chart.kind == "bars" else _points(chart, index, figures, better)
        if made:
            theme = f"{THEMES[chart.theme]} · " if chart.theme else ""
            found.append(replace(made, source=f"{theme}{made.source}"))
    return found


def _column(name: str, figures: Mapping[str, Figure]) -> dict[str, Figure]:
    """Return the figures of one quantity of a table by subject, as `table.quantity` names them."""
    table, _, quantity = name.partition(".")
    return {
        each.subject: each
        for each in figures.values()
        if each.table == table and each.quantity == quantity and each.value is not None
    }


def _bars(chart: Chart, figures: Mapping[str, Figure]) -> Rows | None:
    mine = _column(chart.of, figures)
    values = {subject: figure.value or 0.0 for subject, figure in mine.items()}
    if not values or min(values.values()) < 0 or not max(values.values()):
        return None
    most, all_ = max(values.values()), math.fsum(values.values())
    bars = [
        Bar(
            figure.label,
            f"{figure.text} ({format_share(values[subject] / all_)})" if chart.share else figure.text,
            round(100 * values[subject] / most, 1),
        )
        for subject, figure in mine.items()
    ]
    return Rows(chart.title, chart.caption, bars, [], [], PRINTED, "figures")


def _points(chart: Chart, index: int, figures: Mapping[str, Figure], better: Mapping[str, float]) -> Picture | None:
    """Return a scatter with an arrow from each printed point to the known one, or a line through all points."""
    xs, ys = _column(chart.x, figures), _column(chart.y, figures)
    both = [(xs[subject], ys[subject]) for subject in xs if subject in ys]
    log_ = chart.log and all((figure.value or 0.0) > 0 for pair in both for figure in pair)
    if not both:
        return None
    pairs = [(x.value or 0.0, y.value or 0.0) for x, y in both]
    ends = [(better.get(x.figure_id, x.value or 0.0), better.get(y.figure_id, y.value or 0.0)) for x, y in both]
    axis = log_axis if log_ else linear_axis
    units = both[0][0].unit, both[0][1].unit
    titles = [humanize_inside(figure.quantity) for figure in both[0]]
    plot_x = axis([each[0] for each in (*pairs, *ends)], units[0], titles[0])
    plot_y = axis([each[1] for each in (*pairs, *ends)], units[1])
    if chart.kind == "line":
        order = sorted(pairs)
        marks = [Mark(titles[1], order)]
    else:
        marks = [
            Mark(x.label, [pair], end if end != pair else None)
            for (x, _), pair, end in zip(both, pairs, ends, strict=True)
        ]
    words = "; ".join(f"{x.label}: {format_value(x.value, x.unit)}, {format_value(y.value, y.unit)}" for x, y in both)
    caption = chart.caption or f"Upwards: {titles[1]}. Arrows lead from what is wrong to what is known."
    plot = Plot(plot_x, plot_y, marks, f"{chart.title}. {words}")
    arrows = any(mark.end for mark in marks)
    source, table = (f"{PRINTED}, and the best sources", "figure_outcomes") if arrows else (PRINTED, "figures")
    return Picture(f"chart-{index + 1}", chart.title, caption, plot, source, table)
