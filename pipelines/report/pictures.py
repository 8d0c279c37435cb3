"""What the report's charts show: figures beside sources, the smallest changes that flip a statement, declared charts.

Belongs here: the marks of each chart, its title, which states the finding, and its caption. Does not: drawing,
which is in `plots` for points and lines and in `templates/_macros.html.j2` for bars; what a dossier may declare
(`read.dossier.charts`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log, log10
from operator import attrgetter, itemgetter

from tidebook.pipelines.read.dossier.charts import HELD, Chart
from tidebook.pipelines.read.formatting import (
    MISSING,
    format_count,
    format_month,
    format_number,
    format_share,
    format_value,
    joined,
)
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.report.claims import ASSERTION, Statement
from tidebook.pipelines.report.counts import claim_counts
from tidebook.pipelines.report.figures import Card, Figure, FiguresSection
from tidebook.pipelines.report.plots import Axis, Mark, Plot, days, linear_axis, log_axis, round_top, time_axis
from tidebook.pipelines.report.predictions import ShownPrediction, ShownQuestion
from tidebook.pipelines.report.words import (
    OUTCOMES,
    THEMES,
    humanize_inside,
    off_words,
)
from tidebook.schemas.vocabulary import FAULTED

LEAST_SPAN = log10(4)
"""Least half-width of the axis of factors, as a power of ten: errors of a few percent shall look small."""

MOST_FRAGILE = 12
"""Maximum statements in the chart of the smallest changes."""

PRINTED = "The article’s own figures"
LEAST_APART = 0.24
"""Share of half the width below which the tick at two would collide with the one in the middle."""

TICKS = (1.0, 2.0, 10.0, 100.0, 1000.0)
NEAR_ZERO = 0.05
"""Probabilities that never reach this are given in words, not drawn."""


@dataclass(frozen=True)
class Bar:
    """One row of a chart: a label, the text beside it, its place in percent of the width, a link, a colour."""

    label: str
    text: str
    place: float
    anchor: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Picture:
    """A chart: a plot in SVG with its id, or rows with a mark each.

    Attributes:
        source: where the numbers come from.
        table: the table of the release that holds them.
        bars: the rows.
        ticks: places above the rows, in percent of the width, with their texts.
        rest: places of the marks in one more row.
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


# Figures beside sources


def beside_sources(figures: FiguresSection) -> Picture | None:
    """Show each faulted figure divided by its better value, on a logarithmic axis with 1 in the middle."""
    faulted = [(factor, card) for factor, card in _with_factor(figures.of(*FAULTED)) if factor != 1]
    right = list(map(itemgetter(0), _with_factor(figures.of("right"))))
    if not faulted:
        return None
    worst = max(faulted, key=lambda item: abs(log10(item[0])))
    span = max(LEAST_SPAN, abs(log10(worst[0]))) * 1.08
    faulted.sort(key=itemgetter(0), reverse=True)
    bars = []
    for factor, card in faulted:
        text = f"{card.figure.text} → {card.better}"
        bars.append(Bar(card.figure.title, text, _place(factor, span), card.anchor, OUTCOMES[card.outcome].tone))
    return Picture(
        title=_gravest(list(map(itemgetter(0), faulted)), worst[1]),
        caption="Each dot is a printed figure divided by the value of the best source: right of the line it is too "
        "high, left of it too low.",
        source=_compared_words(figures, len(faulted) + len(right)),
        table="figure_outcomes",
        bars=bars,
        ticks=_factor_ticks(span),
        rest=[_place(factor, span) for factor in right],
    )


def _with_factor(cards: Iterable[Card]) -> list[tuple[float, Card]]:
    """Return the cards that have a place on a logarithmic axis, with their factors."""
    return [(card.factor, card) for card in cards if card.factor and card.factor > 0]


def _factor_ticks(span: float) -> list[tuple[float, str]]:
    factors = [1.0]
    for factor in TICKS[1:]:
        collides = factor == 2 and log10(factor) < LEAST_APART * span
        if log10(factor) <= span and not collides:
            factors = [1 / factor, *factors, factor]
    return [(_place(factor, span), _tick(factor)) for factor in factors]


def _gravest(factors: Sequence[float], worst: Card) -> str:
    """State the finding: how many figures are off by more than a factor of two, and which one is furthest off."""
    far = sum(max(factor, 1 / factor) > 2 for factor in factors)
    title = worst.figure.title
    if far > 1:
        title = f"{far} figures are off by more than a factor of two, most of all {worst.figure.name}"
    then = " when published" if worst.outcome == "outdated" else ""
    return f"{title}: {off_words(worst.factor)}{then}"


def _compared_words(figures: FiguresSection, compared: int) -> str:
    """Say how many figures a chart of factors shows, and why it leaves out the others."""
    unchecked, minor, depend = figures.counts["unchecked"], len(figures.minor), figures.counts["depends"]
    unchecked += figures.counts["contradicts itself"]
    no_ratio = len(figures.cards) - len(figures.accepted) - compared - unchecked - minor - depend
    parts = []
    if minor:
        parts.append(f"{minor} {'is' if minor == 1 else 'are'} off by too little to matter")
    if depend:
        parts.append(f"{depend} {'depends' if depend == 1 else 'depend'} on the source or the basis")
    if unchecked:
        parts.append(f"{unchecked} could not be checked")
    if no_ratio:
        parts.append(f"{no_ratio} cannot be compared as a ratio")
    words = f"{format_count(compared, 'figure')} beside the best source"
    return f"{words}; {joined(parts)}" if parts else words


def _place(factor: float, span: float) -> float:
    """Return the place of a factor in percent of the width; 1 is in the middle."""
    return round(50 + 50 * log10(factor) / span, 1)


def _tick(factor: float) -> str:
    if factor == 1:
        return "right"
    return f"×{factor:g}" if factor > 1 else f"÷{1 / factor:g}"


# Statements


def how_little(statements: Sequence[Statement]) -> Picture | None:
    """Show the smallest changes of one figure that flip a statement, on a logarithmic axis."""
    distances = [(statement.distance, statement) for statement in statements if statement.distance]
    nearest = sorted(distances, key=itemgetter(0))[:MOST_FRAGILE]
    if not nearest:
        return None
    (_, first), (farthest, _) = nearest[0], nearest[-1]
    change = format_number(100 * abs(first.row["flip_at"] / first.row["flip_from"] - 1), 2)
    widest = max(log(2.0), farthest)
    bars = []
    for distance, statement in nearest:
        place = round(100 * distance / widest, 1)
        bars.append(Bar(statement.name, statement.turns_to, place, statement.anchor))
    return Picture(
        title=f"A change of {change}% in one figure would flip “{first.name}”",
        caption="How much the nearest printed figure alone would have to change to flip the claim.",
        source="Our computation from the printed figures",
        table="outcomes",
        bars=bars,
    )


def over_time(statements: Sequence[Statement]) -> str:
    """State the finding on the four moments: how many claims hold, and how many ceased to hold before publication."""
    claims = [statement for statement in statements if statement.kind == ASSERTION]
    if len(claims) == 1:
        return f"Its one claim: {claims[0].outcome}"
    counts = claim_counts(statements)
    lost = 0
    for claim in claims:
        if claim.row["written"] == "supported" and claim.row["published"] == "contradicted":
            lost += 1
    return f"{counts.words}{_lost_words(lost, counts.groups['stands'])}"


def _lost_words(lost: int, standing: int) -> str:
    if not lost:
        return ""
    more = " more" if standing else ""
    return f"; {lost}{more} {'was' if lost == 1 else 'were'} true when written but not when published"


def by_wording(statements: Sequence[Statement]) -> str:
    """State the finding on interpretations: how many claims have another result in another interpretation."""
    differing = sum(each.wording for each in statements if each.kind == ASSERTION)
    have = "has" if differing == 1 else "have"
    total = claim_counts(statements).total
    return f"{differing} of {format_count(total, 'claim')} {have} another result in another reading"


# Predictions


def histories(prediction: ShownPrediction) -> Picture | None:
    """Plot the probabilities of a prediction's questions over time; None if all are near zero."""
    questions = prediction.lines
    dates: list[dt.date] = []
    probabilities: list[float] = []
    for question in questions:
        for day, probability in question.points:
            dates.append(day)
            probabilities.append(probability)
    if max(probabilities, default=0.0) < NEAR_ZERO:
        return None
    top = round_top(probabilities)
    ticks = [(top * fifth / 5, format_share(top * fifth / 5)) for fifth in range(6)]
    description = f"Probability over time. {prediction.path_words}"
    plot = Plot(time_axis(min(dates), max(dates)), Axis("", 0.0, top, ticks), _history_marks(questions), description)
    title = f"How likely it was: {prediction.path_short}" if prediction.path_short else "How likely it was"
    source = "Our forecasts, each from what was known on its day"
    return Picture(title, "", source, "forecast_history", plot=plot, picture_id=f"path-{prediction.prediction_id}")


def _history_marks(questions: Sequence[ShownQuestion]) -> list[Mark]:
    """Return a line for each question, labelled by its period where other labels are the same."""
    is_one_population = len({question.population for question in questions}) == 1
    labels = [question.label(short=is_one_population) for question in questions]
    marks = []
    for label, question in zip(labels, questions, strict=True):
        period = f"from {format_month(question.points[0][0])} {question.until}".rstrip()
        points = [(float(days(day)), probability) for day, probability in question.points]
        marks.append(Mark(label if labels.count(label) == 1 else period, points))
    return marks


# Declared charts


def declared_pictures(
    charts: Sequence[Chart], figures: Mapping[str, Figure], cards: Sequence[Card], metrics: Sequence[Row]
) -> list[Picture]:
    """Draw the charts that the dossier declares, from the figures that have a value.

    `{metric_id}` in a caption is replaced by the measure's value. Charts without any value are left out.
    """
    values = {f"{{{row['metric_id']}}}": format_value(row["value"], row["unit"]) for row in metrics}
    better = _better_values(cards)
    pictures = []
    for number, chart in enumerate(charts, start=1):
        picture = _bars(chart, figures) if chart.kind == "bars" else _points(chart, number, figures, better)
        if picture:
            caption = HELD.sub(lambda match: values.get(match[0], MISSING), picture.caption)
            theme = f"{THEMES[chart.theme]} · " if chart.theme else ""
            pictures.append(replace(picture, caption=caption, source=f"{theme}{picture.source}"))
    return pictures


def _better_values(cards: Iterable[Card]) -> dict[str, float]:
    """Return by figure the better values of wrong figures, in the printed unit."""
    values = {}
    for card in cards:
        if card.outcome == "wrong" and card.factor and card.figure.value:
            values[card.figure.figure_id] = card.figure.value / card.factor
    return values


def _column(name: str, figures: Mapping[str, Figure]) -> dict[str, tuple[Figure, float]]:
    """Return by subject the figures of a column, named as `table.quantity`, with their values."""
    column = {}
    for figure in figures.values():
        if f"{figure.table_name}.{figure.quantity}" == name and figure.value is not None:
            column[figure.subject] = figure, figure.value
    return column


def _bars(chart: Chart, figures: Mapping[str, Figure]) -> Picture | None:
    column = _column(chart.of, figures).values()
    values = list(map(itemgetter(1), column))
    if not values or min(values) < 0 or not max(values):
        return None
    bars = []
    for figure, value in column:
        share = f" ({format_share(value / math.fsum(values))})" if chart.share else ""
        bars.append(Bar(figure.label, f"{figure.text}{share}", round(100 * value / max(values), 1)))
    return Picture(chart.title, chart.caption, PRINTED, "figures", bars)


@dataclass(frozen=True)
class _Dot:
    """A subject's printed values on two axes, and the better ones: the same where nothing is wrong."""

    x: Figure
    y: Figure
    printed: tuple[float, float]
    better: tuple[float, float]

    @property
    def words(self) -> str:
        return f"{self.x.label}: {format_value(self.x.value, self.x.unit)}, {format_value(self.y.value, self.y.unit)}"

    @property
    def mark(self) -> Mark:
        return Mark(self.x.label, [self.printed], self.better if self.better != self.printed else None)


def _dots(chart: Chart, figures: Mapping[str, Figure], better: Mapping[str, float]) -> list[_Dot]:
    xs, ys = _column(chart.x, figures), _column(chart.y, figures)
    dots = []
    for subject, (x, x_value) in xs.items():
        if subject in ys:
            y, y_value = ys[subject]
            end = (better.get(x.figure_id, x_value), better.get(y.figure_id, y_value))
            dots.append(_Dot(x, y, (x_value, y_value), end))
    return dots


def _points(chart: Chart, number: int, figures: Mapping[str, Figure], better: Mapping[str, float]) -> Picture | None:
    """Plot one column over another: dots with arrows from printed to better values, or a line."""
    dots = _dots(chart, figures, better)
    if not dots:
        return None
    x, y = dots[0].x, dots[0].y
    upwards = humanize_inside(y.quantity)
    pairs = [dot.printed for dot in dots]
    marks = [Mark(upwards, sorted(pairs))] if chart.kind == "line" else [dot.mark for dot in dots]
    axis = log_axis if chart.log and min(map(min, pairs)) > 0 else linear_axis
    x_values, y_values = zip(*pairs, *map(attrgetter("better"), dots), strict=True)
    plot = Plot(
        axis(x_values, x.unit, humanize_inside(x.quantity)),
        axis(y_values, y.unit),
        marks,
        f"{chart.title}. {'; '.join(map(attrgetter('words'), dots))}",
    )
    caption = chart.caption or f"Upwards: {upwards}. Arrows lead from wrong values to the best known ones."
    source, table = PRINTED, "figures"
    if any(map(attrgetter("end"), marks)):
        source, table = f"{PRINTED}, and the best sources", "figure_outcomes"
    return Picture(chart.title, caption, source, table, plot=plot, picture_id=f"chart-{number}")
