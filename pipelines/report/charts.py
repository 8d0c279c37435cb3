"""The report's pictures: Altair charts as inline SVG that takes its colours and fonts from the page around it.

Belongs here: what is drawn and how. Does not: which claims are shown (`content`) or the markup of SVG (`svg`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from pipelines.report.drawing import (
    HEIGHT,
    INK,
    LABEL_GAP,
    MARK,
    MUTED,
    PAPER,
    RULE,
    WIDTH,
    Axis,
    Chart,
    drawn,
    keep_apart,
)
from pipelines.report.numbers import NBSP, format_share, format_value
from pipelines.report.parts import Content, Evidence
from pipelines.report.words import STATUS_WORDS, joined

STATUS_COLOURS = [f"var(--{status})" for status in STATUS_WORDS]
STATUS_SIGNS = [words.sign for words in STATUS_WORDS.values()]
CELL = 22.0
BAND_LABELS = alt.Axis(labelLimit=190, labelPadding=8)
CORRELATION = "funding_mmlu_pearson"
MOST_FRAGILE = 12


@dataclass(frozen=True)
class Dot:
    """A subject's two values, each with its spread over the draws."""

    label: str
    x: float
    x_low: float
    x_high: float
    y: float
    y_low: float
    y_high: float


def draw_charts(content: Content) -> list[Chart]:
    """Return all charts for which there are figures; those on the verdicts have the theme `overview`."""
    with debug_mode(False):  # Altair would check each part against its schema as it is made; the engine checks them all
        charts = (
            verdicts_by_theme(content),
            flip_distances(content),
            compute_and_cost(content),
            funding_and_scores(content),
            funding_by_region(content),
        )
    return [chart for chart in charts if chart is not None]


def verdicts_by_theme(content: Content) -> Chart | None:
    """Draw one cell per claim, a row per theme, the cells in the order of the verdicts, with their key below."""
    if not content.sections:
        return None
    order = list(STATUS_WORDS)
    rows = [
        {"row": section.title, "status": claim.status, "place": place}
        for section in content.sections
        for place, claim in enumerate(sorted(section.claims, key=lambda claim: order.index(claim.status)))
    ]
    most = max(len(section.claims) for section in content.sections)
    size = min(CELL, WIDTH / most)
    titles = [section.title for section in content.sections]
    row = alt.Y("row:N", sort=titles, title=None, axis=BAND_LABELS)
    themes = alt.layer(*cells(rows, row, most, size), width=size * most, height=(size + 4) * len(titles))
    key = [
        {"row": place // 2, "place": 7 * (place % 2), "status": status, "badge": STATUS_WORDS[status].badge}
        for place, status in enumerate(order)
    ]
    signs = cells(key, alt.Y("row:O", axis=None), 12, CELL)
    words = chart_of(key).mark_text(align="left", dx=CELL * 0.8)
    words = words.encode(alt.X("place:Q"), alt.Y("row:O"), alt.Text("badge:N"))
    legend = alt.layer(*signs, words, width=CELL * 12, height=(CELL + 4) * 2)
    return finish(
        alt.vconcat(themes, legend, spacing=18),
        chart_id="verdicts-by-theme",
        theme="overview",
        title="Verdicts by theme",
        caption="Each square is one claim.",
        description="; ".join(
            f"{section.title}: "
            + joined([f"{n} {STATUS_WORDS[s].badge.lower()}" for s in order if (n := section.counts[s])])
            for section in content.sections
        ),
    )


def cells(rows: list[dict[str, Any]], row: alt.Y, most: int, size: float) -> list[alt.Chart]:
    """Return the layers of a square with its sign for each row of `place` and `status`, `most` of them side by side."""
    place = alt.X("place:Q", axis=None, scale=alt.Scale(domain=[-0.5, most - 0.5], nice=False))
    base = chart_of(rows).encode(place, row)
    square = base.mark_square(size=(size - 2) ** 2, opacity=1).encode(by_status(alt.Color, STATUS_COLOURS))
    sign = base.mark_point(size=(size / 2) ** 2, strokeWidth=1.6, strokeCap="round", color=PAPER, opacity=1)
    return [square, sign.encode(by_status(alt.Shape, STATUS_SIGNS))]


def flip_distances(content: Content) -> Chart | None:
    """Draw, for the most fragile claims, how much the nearest figures must grow or shrink for the verdict to turn."""
    nearest = [(claim, claim.nearest) for claim in content.fragile[:MOST_FRAGILE] if claim.nearest]
    if not nearest:
        return None
    turns: list[dict[str, Any]] = [
        {"claim": claim.name, "status": claim.status, "change": change, "direction": flip.direction}
        for claim, _ in nearest
        for flip in (claim.up, claim.down)
        if flip and (change := max(flip.factor, 1 / flip.factor) - 1) > 0
    ]
    axis = change_axis([turn["change"] for turn in turns])
    base = chart_of([turn for turn in turns if turn["change"] <= axis.domain[1]]).encode(
        axis.x("change"),
        alt.Y("claim:N", sort=[claim.name for claim, _ in nearest], title=None, axis=BAND_LABELS),
    )
    stems = base.mark_rule(strokeWidth=5, color=RULE).encode(x2=alt.value(0))
    up, down = (
        base.transform_filter(f"datum.direction == '{direction}'")
        .mark_point(shape=f"triangle-{direction}", filled=True, size=70, opacity=1, yOffset=shift)
        .encode(by_status(alt.Color, STATUS_COLOURS))
        for direction, shift in (("up", -4.5), ("down", 4.5))
    )
    return finish(
        alt.layer(stems, up, down, width=WIDTH - 70, height=26 * len(nearest)),
        chart_id="flip-distances",
        theme="overview",
        title="How little it takes",
        caption="The most fragile claims, by how much one figure must be larger (▲) or smaller (▼) for the verdict "
        "to turn, on a logarithmic axis.",
        description="; ".join(f"{claim.name}: if {flip.words}" for claim, flip in nearest),
    )


def change_axis(changes: Sequence[float]) -> Axis:
    """Return the logarithmic axis of relative changes, named in percent below a doubling and as factors from there."""
    names = {0.001: "0.1 %", 0.01: "1 %", 0.1: "10 %", 1.0: "×2", 9.0: "×10", 99.0: "×100", 999.0: "×1000"}
    low, high = min([0.001, *changes]), max([0.2, *changes])
    ticks = [tick for tick in names if low <= tick <= high * 1.3]
    return Axis("Change of one figure", (low / 1.3, high * 1.5), ticks, [names[tick] for tick in ticks], log=True)


def compute_and_cost(content: Content) -> Chart | None:
    """Draw training compute against cost on log scales, with the price of compute that the largest run paid."""
    runs = [
        run
        for run in dots(content, "training_runs", "training_compute", "training_cost")
        if min(run.x_low, run.y_low) > 0
    ]
    if not runs:
        return None
    largest = max(runs, key=lambda run: run.x)
    price = largest.y / largest.x
    x = log_axis("Training compute, FLOP", [run.x_low for run in runs], [run.x_high for run in runs], "FLOP")
    y = log_axis("Training cost, US dollars", [run.y_low for run in runs], [run.y_high for run in runs], "USD")
    ends = max(x.domain[0], y.domain[0] / price), min(x.domain[1], y.domain[1] / price)
    same_price = chart_of([{"x": end, "y": end * price} for end in ends])
    line = same_price.mark_line(color=MUTED, strokeDash=[4, 3], strokeWidth=1).encode(x.x("x"), y.y("y"))
    return finish(
        alt.layer(line, *labelled(runs, x, y), width=WIDTH, height=HEIGHT),
        chart_id="compute-and-cost",
        theme="training",
        title="Training compute against cost",
        caption="Both axes are logarithmic; bars span the middle 90 % of the draws. Along the dashed line compute "
        f"costs what {largest.label} paid, {format_value(price, 'USD/FLOP')}; above it, it costs more.",
        description=listed(runs, "FLOP", "USD"),
    )


def funding_and_scores(content: Content) -> Chart | None:
    """Draw funding against the MMLU score, with the correlation as its metric gives it."""
    companies = dots(content, "frontier_models", "total_funding", "mmlu")
    if not companies:
        return None
    x = linear_axis("Total funding, US dollars", 0, 1.05 * max(each.x_high for each in companies), "USD")
    lowest, highest = min(each.y_low for each in companies), max(each.y_high for each in companies)
    y = linear_axis("MMLU score, points", floor(lowest) - 1.0, ceil(highest) + 1.0, "index")
    metric = next((metric for metric in content.metrics if metric.metric_id == CORRELATION), None)
    known = f"Pearson’s r is {metric.number} from n = {metric.n} companies" if metric else f"n = {len(companies)}"
    if metric and metric.own_interval:
        known += f"; its 90 % interval reaches from {metric.own_interval}"
    return finish(
        alt.layer(*labelled(companies, x, y), width=WIDTH, height=HEIGHT),
        chart_id="funding-and-scores",
        theme="models",
        title="Funding against the MMLU score",
        caption=f"{known}. Bars span the middle 90 % of the draws. A company without printed funding has no dot.",
        description=listed(companies, "USD", "point"),
    )


def funding_by_region(content: Content) -> Chart | None:
    """Draw each region's funding as a bar with its spread over the draws, and its share as printed."""
    regions: list[dict[str, Any]] = [
        {"label": each.label, "value": each.value, "low": each.spread[0], "high": each.spread[1], "text": each.text}
        for each in content.figures
        if each.table == "regional_funding" and each.quantity == "total_funding" and each.value and each.spread
    ]
    if not regions:
        return None
    total = sum(region["value"] for region in regions)
    for region in regions:
        region["text"] += f", {format_share(region['value'] / total)}"
    highest = max(region["high"] for region in regions)
    axis = linear_axis("Funding in 2024, US dollars", 0, highest, "USD", room=1.45)
    labels = [region["label"] for region in regions]
    base = chart_of(regions).encode(alt.Y("label:N", sort=labels, title=None, axis=BAND_LABELS))
    end = {"color": INK, "thickness": 1.5, "size": 9}
    layers = [
        base.mark_bar(color=MARK, opacity=0.55, size=18).encode(axis.x("value")),
        base.mark_rule(color=INK, strokeWidth=1.5).encode(axis.x("low"), alt.X2("high")),
        base.mark_tick(**end).encode(axis.x("low")),
        base.mark_tick(**end).encode(axis.x("high")),
        base.mark_text(align="left", dx=7).encode(axis.x("high"), alt.Text("text:N")),
    ]
    return finish(
        alt.layer(*layers, width=WIDTH, height=36 * len(regions)),
        chart_id="funding-by-region",
        theme="funding",
        title="Funding by region",
        caption="As printed, with the share of the printed total; whiskers span the middle 90 % of the draws.",
        description="; ".join(f"{region['label']}: {region['text']}" for region in regions),
    )


def finish(chart: alt.LayerChart | alt.VConcatChart, **about: str) -> Chart:
    """Return a chart whose SVG is on its way."""
    return drawn(chart.to_dict(validate=False), **about)


def labelled(marks: Sequence[Dot], x: Axis, y: Axis) -> list[alt.Chart]:
    """Return the layers of dots with their spreads, their names in a column at the right, each with a fine leader."""
    start, end = (y.along(bound) for bound in y.domain)
    places = keep_apart([y.along(dot.y) for dot in marks], LABEL_GAP / HEIGHT * (end - start))
    base = chart_of([vars(dot) | {"place": y.back(place)} for dot, place in zip(marks, places, strict=True)])
    bar = {"color": MARK, "strokeWidth": 2, "opacity": 0.45}
    return [
        base.mark_rule(color=MUTED, strokeWidth=0.75, opacity=0.6).encode(
            x.x("x"), y.y("y"), x2=alt.value(WIDTH + 6), y2=alt.Y2("place")
        ),
        base.mark_rule(**bar).encode(x.x("x_low"), y.y("y"), x2=alt.X2("x_high")),
        base.mark_rule(**bar).encode(x.x("x"), y.y("y_low"), y2=alt.Y2("y_high")),
        base.mark_circle(size=70, color=MARK, opacity=1).encode(x.x("x"), y.y("y")),
        base.mark_text(align="left", dx=10).encode(y.y("place"), alt.Text("label:N"), x=alt.value(WIDTH)),
    ]


def dots(content: Content, table: str, across: str, upward: str) -> list[Dot]:
    """Return the subjects of a table for which both quantities are printed."""
    printed: dict[str, dict[str, Evidence]] = {}
    for figure in content.figures:
        if figure.table == table and figure.value is not None:
            printed.setdefault(figure.subject, {})[figure.quantity] = figure
    return [
        Dot(x.label, x.value, *x.spread, y.value, *y.spread)
        for quantities in printed.values()
        if (x := quantities.get(across)) and (y := quantities.get(upward))
        if x.value is not None and x.spread and y.value is not None and y.spread
    ]


def log_axis(title: str, lows: Sequence[float], highs: Sequence[float], unit: str) -> Axis:
    """Return a logarithmic axis around positive spreads, with ticks at powers of ten, and between when they are few."""
    low, high = min(lows) / 1.4, max(highs) * 1.4
    powers = [10.0**power for power in range(floor(log10(low)), ceil(log10(high)))]
    ticks = [tick for tick in powers if low <= tick <= high]
    if len(ticks) < 3:
        ticks = [tick for power in powers for tick in (power, 3 * power) if low <= tick <= high]
    return Axis(title, (low, high), ticks, [format_value(tick, unit).partition(NBSP)[0] for tick in ticks], log=True)


def linear_axis(title: str, low: float, high: float, unit: str, room: float = 1.0) -> Axis:
    """Return a linear axis with ticks at round numbers; `room` stretches it beyond them for labels."""
    rough = (high - low) / 5 or 1.0
    power = 10.0 ** floor(log10(rough))
    step = next(multiple * power for multiple in (1, 2, 5, 10) if multiple * power >= rough)
    ticks = [step * count for count in range(ceil(low / step), floor(high / step) + 1)]
    return Axis(title, (low, high * room), ticks, [format_value(tick, unit) for tick in ticks])


def by_status(channel: Any, texts: Sequence[str]) -> Any:
    """Return the encoding of the status by a colour or sign for each."""
    return channel("status:N", scale=alt.Scale(domain=list(STATUS_WORDS), range=list(texts)), legend=None)


def chart_of(rows: Sequence[Mapping[str, Any]]) -> alt.Chart:
    """Return an unmarked chart of rows."""
    return alt.Chart(alt.Data(values=[dict(row) for row in rows]))


def listed(marks: Sequence[Dot], x_unit: str, y_unit: str) -> str:
    """Return the dots in words."""
    return "; ".join(f"{dot.label}: {format_value(dot.x, x_unit)}, {format_value(dot.y, y_unit)}" for dot in marks)
