"""Pictures in plain SVG and in percent of a row's width: small enough for a phone, coloured by the page around them.

Belongs here: axes, places of marks and labels, and the SVG of points and lines. Does not: what is drawn (`pictures`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from statistics import fmean

from tidebook.pipelines.read.formatting import format_month, format_value
from tidebook.schemas.units import EPOCH

WIDTH, HEIGHT = 350, 236
"""Of a picture, in pixels of a narrow phone, on which its labels are as large as they are here."""

LEFT, RIGHT, TOP, BOTTOM = 50, 128, 12, 40
FONT, GAP, LONGEST = 12.5, 15.0, 20


@dataclass(frozen=True)
class Axis:
    """An axis of numbers: its domain, and ticks with their texts."""

    title: str
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    log: bool = False

    def at(self, value: float) -> float:
        """Return a value's place on it, from 0 to 1."""
        low, high, here = (log10(each) if self.log else each for each in (self.low, self.high, value))
        return (here - low) / (high - low)


@dataclass(frozen=True)
class Mark:
    """A line through points, or a single one, with its label; one with an `end` has an arrow to it."""

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
        """Return the picture as an SVG element whose ids begin with `name`."""
        last = [self._place(mark.points[-1]) for mark in self.marks]
        heights = keep_apart([y for _, y in last], GAP)
        below = max([*heights, HEIGHT - BOTTOM]) - (HEIGHT - BOTTOM)
        heights = [y - below for y in heights]
        parts = [self._axes()]
        for index, (mark, (x, y), height) in enumerate(zip(self.marks, last, heights, strict=True)):
            tone = f"line{index % 4}"
            parts.append(f'<path class="leader" d="M{x:.1f} {y:.1f}L{WIDTH - RIGHT + 6} {height:.1f}"/>')
            if len(mark.points) > 1:
                path = "L".join("{:.1f} {:.1f}".format(*self._place(point)) for point in mark.points)
                parts.append(f'<path class="{tone}" d="M{path}"/>')
            if mark.end:
                arrow = "M{:.1f} {:.1f}L{:.1f} {:.1f}".format(x, y, *self._place(mark.end))
                parts.append(f'<path class="arrow" marker-end="url(#{name}-tip)" d="{arrow}"/>')
            parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
            label = mark.label if len(mark.label) <= LONGEST else f"{mark.label[: LONGEST - 1].rstrip()}…"
            parts.append(_text(WIDTH - RIGHT + 10, height + 4, label))
        size = 'viewBox="0 0 6 6" refX="5" refY="3" markerWidth="7" markerHeight="7" orient="auto"'
        marker = f'<marker id="{name}-tip" {size}><path d="M0 0L6 3L0 6Z"/></marker>'
        return (
            f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.description)}" '
            f'font-size="{FONT}"><defs>{marker}</defs>{"".join(parts)}</svg>'
        )

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


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>' if text else ""


def sparkline(points: Sequence[tuple[dt.date, float]]) -> str:
    """Return the path of probabilities over time in a box of 100 by 30, its top being the next round probability."""
    top = round_top(chance for _, chance in points)
    first, last = points[0][0], points[-1][0]
    days = (last - first).days or 1
    return "M" + "L".join(
        f"{100 * (day - first).days / days:.1f} {29 - 28 * chance / top:.1f}" for day, chance in points
    )


def round_top(chances: Iterable[float]) -> float:
    """Return the least round probability that none exceeds."""
    most = max(chances)
    return next(top for top in (0.02, 0.1, 0.2, 0.5, 1.0) if most <= top)


def log_axis(values: Sequence[float], unit: str, title: str = "") -> Axis:
    """Return a logarithmic axis around positive values, with at most four ticks at powers of ten, or thirds of them."""
    low, high = min(values) / 1.5, max(values) * 1.5
    powers = [10.0**power for power in range(floor(log10(low)), ceil(log10(high)) + 1)]
    ticks = [tick for tick in powers if low <= tick <= high]
    if len(ticks) < 2:
        ticks = [tick for power in powers for tick in (power, 2 * power, 5 * power) if low <= tick <= high]
    ticks = ticks or [3 * power for power in powers if low <= 3 * power <= high]  # the range is from 2 to 5, or within
    return Axis(title, low, high, _ticks(ticks[:: 1 + (len(ticks) - 1) // 4], unit), log=True)


def linear_axis(values: Sequence[float], unit: str, title: str = "") -> Axis:
    """Return a linear axis around values with ticks at round numbers."""
    low, high = min(values), max(values)
    rough = (high - low) / 3 or abs(high) or 1.0
    power = 10.0 ** floor(log10(rough))
    step = next(multiple * power for multiple in (1, 2, 5, 10) if multiple * power >= rough)
    start, end = floor(low / step), ceil(high / step)
    end = end if end > start else start + 1
    return Axis(title, start * step, end * step, _ticks([step * each for each in range(start, end + 1)], unit))


def _ticks(values: Sequence[float], unit: str) -> list[tuple[float, str]]:
    """Return ticks with the number of each; the unit stands in the title where it is a word."""
    return [(value, format_value(value, unit).partition("\u00a0")[0].partition(" ")[0]) for value in values]


def time_axis(first: dt.date, last: dt.date) -> Axis:
    """Return an axis of days since the epoch with at most four ticks at starts of quarters."""
    starts = [dt.date(year, month, 1) for year in range(first.year, last.year + 2) for month in (1, 4, 7, 10)]
    ticks = [day for day in starts if first <= day <= last] or [first]
    ticks = ticks[:: 1 + (len(ticks) - 1) // 3]
    end = max(days(last), days(first) + 1)
    return Axis("", float(days(first)), float(end), [(days(day), format_month(day)) for day in ticks])


def days(day: dt.date) -> int:
    """Return a day as a number on `time_axis`."""
    return (day - EPOCH).days


def keep_apart(places: Sequence[float], gap: float) -> list[float]:
    """Return the places moved as little as needed to leave at least `gap` between any two, in the same order."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    groups: list[list[float]] = []  # of places that touch, each less the gaps that are below it
    for rank, index in enumerate(order):
        groups.append([places[index] - rank * gap])
        while len(groups) > 1 and fmean(groups[-2]) > fmean(groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    moved = list(places)
    for rank, (index, place) in enumerate(zip(order, (fmean(group) for group in groups for _ in group), strict=True)):
        moved[index] = place + rank * gap
    return moved
