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
    MINUS,
    MISSING,
    format_count,
    format_month,
    format_number,
    format_share,
    format_value,
    is_small_count,
    joined,
    off_words,
)
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.report.claims import Statement
from tidebook.pipelines.report.counts import ASSERTION, claim_counts
from tidebook.pipelines.report.figures import Card, Figure, FiguresSection
from tidebook.pipelines.report.plots import Axis, Mark, Plot, days, linear_axis, log_axis, time_axis
from tidebook.pipelines.report.predictions import ShownPrediction, ShownQuestion
from tidebook.pipelines.report.words import THEMES, humanize_inside
from tidebook.schemas.vocabulary import FAULTED, FIGURE_OUTCOMES

LEAST_SPAN = log10(2)
"""Least half-width of the axis of factors, as a power of ten."""

MOST_FRAGILE = 12
"""Maximum statements in the chart of the smallest changes."""

FLIP_TICKS = (1.01, 1.02, 1.05, 1.1, 1.2, 1.5, 2.0, 5.0, 10.0, 100.0, 1000.0)
"""Factors that may have a tick in the chart of the smallest changes."""

FLIP_APART = 12.0
"""Percent of its width by which its ticks are apart at least."""

PRINTED = "The article’s own figures"
IN_PERCENT = 1.5
"""Factor below which errors are given in percent, on a linear axis."""

ENDS = (2, 5, 10, 20, 50)
"""Ends of an axis in percent."""

TICKS = (2.0, 10.0, 100.0, 1000.0)
LEAST_APART = 0.24
"""Share of half the width below which a tick would collide with the one in the middle."""

ROOM = 1.08
"""The axis is this many times as long as the largest error, so that its mark stays inside."""

SHAPES = {
    "right": "M-.85,0a.85,.85 0 1,0 1.7,0a.85,.85 0 1,0 -1.7,0Z",
    "wrong": "M-.95,-.5L-.5,-.95L0,-.45L.5,-.95L.95,-.5L.45,0L.95,.5L.5,.95L0,.45L-.5,.95L-.95,.5L-.45,0Z",
    "outdated": "M.8,-1L-.95,0L.8,1Z",
    "premature": "M-.8,-1L.95,0L-.8,1Z",
    "contradicts itself": "M-.8,-.8H.8V.8H-.8Z",
}
"""The mark of each outcome in the chart of figures, as an SVG path: told apart without colours."""

NEAR_ZERO = 0.05
"""Probabilities that never reach this are given in words, not drawn."""


@dataclass(frozen=True)
class Bar:
    """One row of a chart.

    Attributes:
        text: what is beside the row.
        place: the place of the mark, or the end of the bar, in percent of the width.
        outcome: which of `SHAPES` the mark has; a bar has none.
        off: how far off the figure is, in words beside the mark.
    """

    label: str
    text: str
    place: float
    anchor: str = ""
    outcome: str = ""
    off: str = ""


@dataclass(frozen=True)
class Picture:
    """A chart: a plot in SVG with its id, or rows with a mark each.

    Attributes:
        source: where the numbers come from.
        table: the table of the release that holds them.
        bars: the rows.
        ticks: places above the rows, in percent of the width, with their texts.
        ends: what the two ends of the axis mean.
        rest: places of the marks of right figures, in one more row.
        legend: the outcomes that have a mark.
    """

    title: str
    caption: str
    source: str
    table: str
    bars: Sequence[Bar] = ()
    ticks: Sequence[tuple[float, str]] = ()
    ends: tuple[str, str] = ("", "")
    rest: Sequence[float] = ()
    legend: Sequence[str] = ()
    plot: Plot | None = None
    picture_id: str = ""


# Figures beside sources


@dataclass(frozen=True)
class Scale:
    """The axis of the chart of figures: printed value by better value, with 1 in the middle.

    Small errors are drawn in percent on a linear axis, others as factors on a logarithmic one.

    Attributes:
        half: half the length of the axis, as a share or as a power of ten.
    """

    half: float
    in_percent: bool

    def place(self, factor: float) -> float:
        """Return the place of a factor in percent of the width."""
        away = factor - 1 if self.in_percent else log10(factor)
        return round(50 + 50 * away / self.half, 1)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """The places of the ticks with their texts."""
        middle = (50.0, "right")
        if self.in_percent:
            end = max(end for end in ENDS if end / 100 <= self.half)
            texts = {1 - end / 100: f"{MINUS}{end}%", 1 + end / 100: f"+{end}%"}
        else:
            texts = {}
            for factor in TICKS:
                if LEAST_APART * self.half <= log10(factor) <= self.half:
                    texts |= {1 / factor: f"÷{factor:g}", factor: f"×{factor:g}"}
        return sorted([middle, *((self.place(factor), text) for factor, text in texts.items())])


def scale_of(factors: Sequence[float]) -> Scale:
    """Return an axis on which all of these factors have a place."""
    largest = max(max(factor, 1 / factor) for factor in factors)
    if largest >= IN_PERCENT:
        return Scale(ROOM * max(LEAST_SPAN, log10(largest)), in_percent=False)
    end = next(end for end in ENDS if largest - 1 <= end / 100)
    return Scale(ROOM * end / 100, in_percent=True)


def beside_sources(figures: FiguresSection) -> Picture | None:
    """Show each faulted figure divided by its better value, those that are too high first, then bounds far from it."""
    faulted = [(factor, card) for factor, card in _with_factor(figures.of(*FAULTED)) if factor != 1]
    right = [(factor, card) for factor, card in _with_factor(figures.of("right")) if not card.off]
    far = [(factor, card) for factor, card in _with_factor(figures.of("right")) if card.off]
    if not faulted:
        return None
    worst = max(faulted, key=lambda item: abs(log10(item[0])))
    scale = scale_of(list(map(itemgetter(0), [*faulted, *far, *right])))
    faulted.sort(key=itemgetter(0), reverse=True)
    bars = []
    for factor, card in [*faulted, *far]:
        text = f"{card.figure.text} → {card.better}"
        off = card.off if card.outcome == "right" else off_words(factor)
        bars.append(Bar(card.figure.title, text, scale.place(factor), card.anchor, card.outcome, off))
    shown = {card.outcome for _, card in faulted} | ({"right"} if right or far else set())
    return Picture(
        title=_gravest(list(map(itemgetter(0), faulted)), worst[1]),
        caption="Each mark is a printed figure divided by the value of the best source.",
        source=_compared_words(figures, len(faulted) + len(far) + len(right)),
        table="figure_outcomes",
        bars=bars,
        ticks=scale.ticks,
        ends=("too low", "too high"),
        rest=[scale.place(factor) for factor, _ in right],
        legend=[outcome for outcome in FIGURE_OUTCOMES if outcome in shown],
    )


def _with_factor(cards: Iterable[Card]) -> list[tuple[float, Card]]:
    """Return the cards that have a place on a logarithmic axis, with their factors."""
    found = []
    for card in cards:
        if card.factor and card.factor > 0 and not is_small_count(card.figure.value, card.figure.unit):
            found.append((card.factor, card))
    return found


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
    unchecked += figures.counts["contradicts itself"] + figures.counts["expired"]
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
        bars.append(Bar(statement.name, statement.flips_to, place, statement.anchor))
    return Picture(
        title=f"A change of {change}% in one figure would flip “{first.name}”",
        caption="The factor by which one printed figure alone would have to change to flip a claim or test.",
        source=_flipped_words(len(nearest), len(distances), len(statements)),
        table="outcomes",
        bars=bars,
        ticks=_flip_ticks(widest),
        ends=("no change", "larger change"),
    )


def _flip_ticks(widest: float) -> list[tuple[float, str]]:
    """Return ticks at factors up to the widest, a natural logarithm; large ones first if room is short."""
    ticks = []
    last = 100.0 + FLIP_APART
    for factor in reversed(FLIP_TICKS):
        place = round(100 * log(factor) / widest, 1)
        if FLIP_APART <= place <= min(100.0, last - FLIP_APART):
            ticks.append((place, f"×{factor:g}"))
            last = place
    return [(0.0, "×1"), *reversed(ticks)]


def _flipped_words(shown: int, flipped: int, total: int) -> str:
    """Say how many claims and tests the chart of the smallest changes leaves out, and why."""
    parts = [f"The {shown} smallest changes" if shown > 1 else "The smallest change"]
    if flipped > shown:
        parts.append(f"{flipped - shown} more need a larger one")
    if total > flipped:
        rest = total - flipped
        parts.append(f"{rest} {'is' if rest == 1 else 'are'} flipped by no factor on one figure alone")
    return f"{parts[0]} of {format_count(total, 'claim or test', 'claims and tests')}" + "".join(
        f"; {part}" for part in parts[1:]
    )


def over_time(statements: Sequence[Statement]) -> str:
    """State the finding over the four dated views: how many claims hold, and how many no longer did at publication."""
    claims = [statement for statement in statements if statement.kind == ASSERTION]
    if len(claims) == 1:
        return f"Its one claim: {claims[0].outcome}"
    counts = claim_counts(statements)
    lost = 0
    for claim in claims:
        if claim.row["written"] == "supported" and claim.row["published"] == "contradicted":
            lost += 1
    return f"{counts.words}; {lost} held when written but no longer when published" if lost else counts.words


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
    ticks = [(quarter / 4, format_share(quarter / 4)) for quarter in range(5)]
    description = f"Probability over time. {prediction.path_words}"
    plot = Plot(time_axis(min(dates), max(dates)), Axis("", 0.0, 1.0, ticks), _history_marks(questions), description)
    title = f"How likely it was: {prediction.path_short}" if prediction.path_short else "How likely it was"
    source = "Our forecasts, each from what was known on its day"
    caption = _left_out_words(prediction)
    return Picture(title, caption, source, "forecast_history", plot=plot, picture_id=f"path-{prediction.prediction_id}")


def _left_out_words(prediction: ShownPrediction) -> str:
    """Say which of a prediction's questions its chart leaves out, and why."""
    with_history, drawn = len(prediction.with_history), len(prediction.drawn)
    parts = {
        "without a history": len(prediction.questions) - with_history,
        "shown for information": with_history - drawn,
        "with the same line as another": drawn - len(prediction.lines),
    }
    counts = [f"{format_count(count, 'reading')} {words}" for words, count in parts.items() if count]
    return f"Left out: {joined(counts)}." if counts else ""


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
