"""Pictures of the predictions: the probability of each question on every month-end since its clock started.

Belongs here: what is chart_of. Does not: which histories there are (`questions`), or how a chart is made (`drawing`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pipelines.formatting import format_date, format_month, format_share
from pipelines.report.content import Content
from pipelines.report.drawing import (
    HEIGHT,
    INK,
    LABEL_GAP,
    MARK,
    MUTED,
    Axis,
    Chart,
    chart_of,
    keep_apart,
    layer,
    layered,
    nominal,
)
from pipelines.report.questions import Line
from pipelines.report.words import CLOCKS, humanize
from schemas.units import EPOCH

COLOURS = [MARK, INK, MARK, MUTED, INK, MUTED]
DASHES = [[1, 0], [6, 3], [2, 2], [1, 0], [1, 3], [8, 2, 2, 2]]
TOPS = (0.25, 0.5, 1.0)
WIDTH, PANEL = 250, HEIGHT - 60


def draw_paths(content: Content) -> list[Chart]:
    """Return a chart for each prediction and clock that has histories of its own."""
    return [
        draw(prediction_id, clock, lines)
        for prediction_id, board in content.boards.items()
        for clock, lines in board.lines.items()
    ]


def draw(prediction_id: str, clock: str, lines: Sequence[Line]) -> Chart:
    """Draw the histories of one prediction under one clock, each with its name at its end."""
    days = [day for line in lines for day, _ in line.points]
    highest = max(chance for line in lines for _, chance in line.points)
    top = next((top for top in TOPS if highest <= top), 1.0)
    y = Axis(
        "Probability",
        (0.0, top),
        [top * part / 5 for part in range(6)],
        [f"{20 * part * top:g} %" for part in range(6)],
    )
    x = time_axis(min(days), max(days))
    places = keep_apart([line.points[-1][1] for line in lines], LABEL_GAP / PANEL * top)
    points = [
        {"line": key, "x": _days(day), "y": chance} for key, line in enumerate(lines) for day, chance in line.points
    ]
    ends = [
        {"line": key, "x": _days(day), "y": chance, "place": places[key], "label": line.label}
        for key, line in enumerate(lines)
        for day, chance in line.points[-1:]
    ]
    colour, dash = (nominal("line", range(len(lines)), styles) for styles in (COLOURS, DASHES))
    at = {"x": x.encoding("x"), "y": y.encoding("y")}
    beside = {"x": {"value": WIDTH}, "y": y.encoding("place"), "text": {"field": "label"}}
    leader = {**at, "x2": {"value": WIDTH + 6}, "y2": {"field": "place"}}
    layers = [
        layer(ends, "rule", leader, color=MUTED, strokeWidth=0.75, opacity=0.6),
        layer(points, "line", {**at, "color": colour, "strokeDash": dash}, strokeWidth=1.75),
        layer(ends, "circle", {**at, "color": colour}, size=36, opacity=1),
        layer(ends, "text", beside, align="left", dx=10),
    ]
    return chart_of(
        layered(layers, WIDTH, PANEL),
        chart_id=f"path-{prediction_id}-{clock}",
        theme=f"prediction-{prediction_id}",
        title=f"{humanize(prediction_id)}: probability over time, {clock} clock",
        caption=f"On each month-end since the {CLOCKS[clock]}, from what was dated by then. Each line ends with the "
        "month-end on which it was decided.",
        description="; ".join(
            f"{line.label}: {format_share(line.points[0][1])} on {format_date(line.points[0][0])}, "
            f"{format_share(line.points[-1][1])} on {format_date(line.points[-1][0])}"
            for line in lines
        ),
    )


def _days(day: dt.date) -> int:
    return (day - EPOCH).days


def time_axis(first: dt.date, last: dt.date) -> Axis:
    """Return an axis of days with a tick at each quarter's start, named by its month, and by its year once a year."""
    starts = [dt.date(year, month, 1) for year in range(first.year, last.year + 2) for month in (1, 4, 7, 10)]
    ticks = [day for day in starts if first <= day <= last]
    texts = [str(day.year) if day.month == 1 else format_month(day)[:3] for day in ticks]
    if ticks and ticks[0].month > 1:
        texts[0] = format_month(ticks[0])
    return Axis("", (float(_days(first)), float(_days(last))), [_days(day) for day in ticks], texts)
