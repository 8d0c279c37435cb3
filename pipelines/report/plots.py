"""Charts in plain SVG: small enough for a phone, coloured by the style of the page around them.

Belongs here: axes, places of marks and labels, and the SVG of points and lines. Does not: what is drawn (`pictures`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from operator import itemgetter
from statistics import fmean
from typing import TypeVar

from tidebook.pipelines.read.formatting import NBSP, format_month, format_value
from tidebook.schemas.units import EPOCH

T = TypeVar("T")

WIDTH, HEIGHT = 350, 236
"""Size of a chart in pixels of a narrow phone: there, labels have the size of the text around them."""

LEFT, RIGHT, TOP, BOTTOM = 50, 128, 12, 40
"""Margins in the same pixels: room for ticks at the left and below, and for labels at the right."""

FONT, GAP, LONGEST = 12.5, 15.0, 20
"""Size of the font, least distance of labels, maximum characters of a label."""


@dataclass(frozen=True)
class Axis:
    """An axis of numbers: its domain from `low` to `high`, and ticks with their texts."""

    title: str
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    log: bool = False

    def at(self, value: float) -> float:
        """Return a value's position on the axis, from 0 to 1."""
        if self.log:
            return (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Mark:
    """A line through points, or a single point, with a label; an arrow leads from the last point to `end`."""

    label: str
    points: Sequence[tuple[float, float]]
    end: tuple[float, float] | None = None


@dataclass(frozen=True)
class Plot:
    """Marks along two axes."""

    x: Axis
    y: Axis
    marks: Sequence[Mark]
    description: str = ""

    def svg(self, name: str) -> str:
        """Return an SVG element whose ids begin with `name`."""
        ends = [self._place(mark.points[-1]) for mark in self.marks]
        parts = [self._axes()]
        for index, (mark, label_y) in enumerate(zip(self.marks, _label_heights(ends), strict=True)):
            parts += self._mark(mark, label_y, f"line{index % 4}", name)
        size = 'viewBox="0 0 6 6" refX="5" refY="3" markerWidth="7" markerHeight="7" orient="auto"'
        marker = f'<marker id="{name}-tip" {size}><path d="M0 0L6 3L0 6Z"/></marker>'
        return (
            f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.description)}" '
            f'font-size="{FONT}"><defs>{marker}</defs>{"".join(parts)}</svg>'
        )

    def _mark(self, mark: Mark, label_y: float, tone: str, name: str) -> Iterator[str]:
        x, y = self._place(mark.points[-1])
        yield f'<path class="leader" d="M{x:.1f} {y:.1f}L{WIDTH - RIGHT + 6} {label_y:.1f}"/>'
        if len(mark.points) > 1:
            path = "L".join("{:.1f} {:.1f}".format(*self._place(point)) for point in mark.points)
            yield f'<path class="{tone}" d="M{path}"/>'
        if mark.end:
            end_x, end_y = self._place(mark.end)
            arrow = f"M{x:.1f} {y:.1f}L{end_x:.1f} {end_y:.1f}"
            yield f'<path class="arrow" marker-end="url(#{name}-tip)" d="{arrow}"/>'
        yield f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        label = mark.label if len(mark.label) <= LONGEST else f"{mark.label[: LONGEST - 1].rstrip()}…"
        yield _text(WIDTH - RIGHT + 10, label_y + 4, label)

    def _place(self, point: tuple[float, float]) -> tuple[float, float]:
        x, y = self.x.at(point[0]), self.y.at(point[1])
        return LEFT + x * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM)

    def _axes(self) -> str:
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        parts = [f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{right}"/>']
        for value, text in self.y.ticks:
            y = bottom - self.y.at(value) * (bottom - TOP)
            parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>{_text(LEFT - 6, y + 4, text, "end")}')
        for value, text in self.x.ticks:
            x = LEFT + self.x.at(value) * (right - LEFT)
            parts.append(f'<path class="tick" d="M{x:.1f} {bottom}v4"/>{_text(x, bottom + 17, text, "middle")}')
        parts.append(_text((LEFT + right) / 2, HEIGHT - 6, self.x.title, "middle"))
        return "".join(parts)


def _label_heights(ends: Sequence[tuple[float, float]]) -> list[float]:
    """Return the heights of the labels of marks that end in these places: near them, apart, above the axis."""
    heights = keep_apart(list(map(itemgetter(1), ends)), GAP)
    bottom = HEIGHT - BOTTOM
    overflow = max([*heights, bottom]) - bottom
    return [y - overflow for y in heights]


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>' if text else ""


def sparkline(points: Sequence[tuple[dt.date, float]]) -> str:
    """Return the SVG path of probabilities over time, from 0 to 1, in a box of 100 by 30."""
    first, last = points[0][0], points[-1][0]
    span = (last - first).days or 1
    places = []
    for day, probability in points:
        x, y = 100 * (day - first).days / span, 29 - 28 * probability
        places.append(f"{x:.1f} {y:.1f}")
    return f"M{'L'.join(places)}"


def log_axis(values: Sequence[float], unit: str, title: str = "") -> Axis:
    """Return a logarithmic axis around positive values, with at most four ticks.

    Ticks are at powers of ten, also at twice and five times these where there would be fewer than two.
    """
    low, high = min(values) / 1.5, max(values) * 1.5
    powers = [10.0**power for power in range(floor(log10(low)), ceil(log10(high)) + 1)]
    for multiples in ((1,), (1, 2, 5)):
        ticks = _within(low, high, powers, multiples)
        if len(ticks) >= 2:
            break
    # Between 2 and 5 times a power of ten there may be none.
    ticks = ticks or _within(low, high, powers, (3,))
    return Axis(title, low, high, _ticks(_thinned(ticks, 4), unit), log=True)


def _within(low: float, high: float, powers: Iterable[float], multiples: Sequence[int]) -> list[float]:
    ticks = [multiple * power for power in powers for multiple in multiples]
    return [tick for tick in ticks if low <= tick <= high]


def _thinned(ticks: list[T], most: int) -> list[T]:
    """Return every n-th tick, the least n that leaves at most `most`."""
    return ticks[:: 1 + (len(ticks) - 1) // most]


def linear_axis(values: Sequence[float], unit: str, title: str = "") -> Axis:
    """Return a linear axis around values with ticks at round numbers."""
    low, high = min(values), max(values)
    rough = (high - low) / 3 or abs(high) or 1.0
    power = 10.0 ** floor(log10(rough))
    step = next(multiple * power for multiple in (1, 2, 5, 10) if multiple * power >= rough)
    start, end = floor(low / step), ceil(high / step)
    end = end if end > start else start + 1
    ticks = [step * multiple for multiple in range(start, end + 1)]
    return Axis(title, start * step, end * step, _ticks(ticks, unit))


def _ticks(values: Sequence[float], unit: str) -> list[tuple[float, str]]:
    """Return ticks with their numbers alone: a unit that is a word is in the axis title."""
    ticks = []
    for value in values:
        number, _, _ = format_value(value, unit).replace(NBSP, " ").partition(" ")
        ticks.append((value, number))
    return ticks


def time_axis(first: dt.date, last: dt.date) -> Axis:
    """Return an axis of days since the epoch, with its first and last month as ticks."""
    # An axis has a length, though all points may be of one day.
    end = max(days(last), days(first) + 1)
    ticks = {format_month(last): float(end), format_month(first): float(days(first))}
    return Axis("", float(days(first)), float(end), [(place, text) for text, place in ticks.items()])


def days(day: dt.date) -> int:
    """Return a day as a number on `time_axis`."""
    return (day - EPOCH).days


def keep_apart(places: Sequence[float], gap: float) -> list[float]:
    """Move places as little as possible (least squares) so that any two are at least `gap` apart, in the same order."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    # Pool adjacent violators (M. Ayer and others, Annals of Mathematical Statistics 26, 1955): without the gaps below
    # them, places that touch share their mean.
    groups: list[list[float]] = []
    for rank, index in enumerate(order):
        groups.append([places[index] - rank * gap])
        while len(groups) > 1 and fmean(groups[-2]) > fmean(groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    means = [fmean(group) for group in groups for _ in group]
    moved = list(places)
    for rank, (index, mean) in enumerate(zip(order, means, strict=True)):
        moved[index] = mean + rank * gap
    return moved
