"""The report's pictures of verdicts and figures, which take their colours and fonts from the page around them.

Belongs here: what is chart_of and how. Does not: which claims are shown (`claims`), or how a chart is made (`drawing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from pipelines.formatting import NBSP, format_share, format_value
from pipelines.report.content import Content
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
    Spec,
    chart_of,
    keep_apart,
    layer,
    layered,
    nominal,
)
from pipelines.report.evidence import Figure
from pipelines.report.words import STATUS_WORDS, joined

STATUS_COLOUR = nominal("status", [*STATUS_WORDS], [f"var(--{status})" for status in STATUS_WORDS])
STATUS_SIGN = nominal("status", [*STATUS_WORDS], [words.sign for words in STATUS_WORDS.values()])
CELL = 22.0
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
    charts = (
        _verdicts_by_theme(content),
        _flip_distances(content),
        _compute_and_cost(content),
        _funding_and_scores(content),
        _funding_by_region(content),
    )
    return [chart for chart in charts if chart is not None]


def _verdicts_by_theme(content: Content) -> Chart | None:
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
    themes = layered(_cells(rows, _bands("row", titles), most, size), size * most, (size + 4) * len(titles))
    key = [
        {"row": place // 2, "place": 7 * (place % 2), "status": status, "badge": STATUS_WORDS[status].badge}
        for place, status in enumerate(order)
    ]
    row: Spec = {"field": "row", "type": "ordinal"}
    place: Spec = {"field": "place", "type": "quantitative"}
    badges = layer(key, "text", {"x": place, "y": row, "text": {"field": "badge"}}, align="left", dx=CELL * 0.8)
    legend = layered([*_cells(key, row | {"axis": None}, 12, CELL), badges], CELL * 12, (CELL + 4) * 2)
    return chart_of(
        {"vconcat": [themes, legend], "spacing": 18},
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


def _cells(rows: Sequence[Spec], row: Spec, most: int, size: float) -> list[Spec]:
    """Return the layers of a square with its sign for each row of `place` and `status`, `most` of them side by side."""
    scale = {"domain": [-0.5, most - 0.5], "nice": False}
    at = {"x": {"field": "place", "type": "quantitative", "axis": None, "scale": scale}, "y": row}
    sign = {"strokeWidth": 1.6, "strokeCap": "round", "color": PAPER}
    return [
        layer(rows, "square", {**at, "color": STATUS_COLOUR}, size=(size - 2) ** 2, opacity=1),
        layer(rows, "point", {**at, "shape": STATUS_SIGN}, size=(size / 2) ** 2, opacity=1, **sign),
    ]


def _bands(field: str, order: Sequence[str]) -> Spec:
    """Return the encoding of a field of texts down the page, in an order."""
    axis = {"labelLimit": 190, "labelPadding": 8}
    return {"field": field, "type": "nominal", "sort": list(order), "title": None, "axis": axis}


def _flip_distances(content: Content) -> Chart | None:
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
    axis = _change_axis([turn["change"] for turn in turns])
    shown = [turn for turn in turns if turn["change"] <= axis.domain[1]]
    at = {"x": axis.encoding("change"), "y": _bands("claim", [claim.name for claim, _ in nearest])}
    look = {"filled": True, "size": 70, "opacity": 1}
    layers = [layer(shown, "rule", {**at, "x2": {"value": 0}}, strokeWidth=5, color=RULE)]
    for direction, shift in (("up", -4.5), ("down", 4.5)):
        mine = [turn for turn in shown if turn["direction"] == direction]
        shape = f"triangle-{direction}"
        layers.append(layer(mine, "point", {**at, "color": STATUS_COLOUR}, shape=shape, yOffset=shift, **look))
    return chart_of(
        layered(layers, WIDTH - 70, 26 * len(nearest)),
        chart_id="flip-distances",
        theme="overview",
        title="How little it takes",
        caption="The most fragile claims, by how much one figure must be larger (▲) or smaller (▼) for the verdict "
        "to turn, on a logarithmic axis.",
        description="; ".join(f"{claim.name}: if {flip.words}" for claim, flip in nearest),
    )


def _change_axis(changes: Sequence[float]) -> Axis:
    """Return the logarithmic axis of relative changes, named in percent below a doubling and as factors from there."""
    names = {0.001: "0.1 %", 0.01: "1 %", 0.1: "10 %", 1.0: "×2", 9.0: "×10", 99.0: "×100", 999.0: "×1000"}
    low, high = min([0.001, *changes]), max([0.2, *changes])
    ticks = [tick for tick in names if low <= tick <= high * 1.3]
    return Axis("Change of one figure", (low / 1.3, high * 1.5), ticks, [names[tick] for tick in ticks], log=True)


def _compute_and_cost(content: Content) -> Chart | None:
    """Draw training compute against cost on log scales, with the price of compute that the largest run paid."""
    runs = [
        run
        for run in _dots(content, "training_runs", "training_compute", "training_cost")
        if min(run.x_low, run.y_low) > 0
    ]
    if not runs:
        return None
    largest = max(runs, key=lambda run: run.x)
    price = largest.y / largest.x
    x = _log_axis("Training compute, FLOP", [run.x_low for run in runs], [run.x_high for run in runs], "FLOP")
    y = _log_axis("Training cost, US dollars", [run.y_low for run in runs], [run.y_high for run in runs], "USD")
    ends = max(x.domain[0], y.domain[0] / price), min(x.domain[1], y.domain[1] / price)
    same_price = [{"x": end, "y": end * price} for end in ends]
    at = {"x": x.encoding("x"), "y": y.encoding("y")}
    line = layer(same_price, "line", at, color=MUTED, strokeDash=[4, 3], strokeWidth=1)
    return chart_of(
        layered([line, *_labelled(runs, x, y)], WIDTH, HEIGHT),
        chart_id="compute-and-cost",
        theme="training",
        title="Training compute against cost",
        caption="Both axes are logarithmic; bars span the middle 90 % of the draws. Along the dashed line compute "
        f"costs what {largest.label} paid, {format_value(price, 'USD/FLOP')}; above it, it costs more.",
        description=_listed(runs, "FLOP", "USD"),
    )


def _funding_and_scores(content: Content) -> Chart | None:
    """Draw funding against the MMLU score, with the correlation as its metric gives it."""
    companies = _dots(content, "frontier_models", "total_funding", "mmlu")
    if not companies:
        return None
    x = _linear_axis("Total funding, US dollars", 0, 1.05 * max(each.x_high for each in companies), "USD")
    lowest, highest = min(each.y_low for each in companies), max(each.y_high for each in companies)
    y = _linear_axis("MMLU score, points", floor(lowest) - 1.0, ceil(highest) + 1.0, "index")
    metric = next((metric for metric in content.metrics if metric.metric_id == CORRELATION), None)
    known = f"Pearson’s r is {metric.number} from n = {metric.n} companies" if metric else f"n = {len(companies)}"
    if metric and metric.own_interval:
        known += f"; its 90 % interval reaches from {metric.own_interval}"
    return chart_of(
        layered(_labelled(companies, x, y), WIDTH, HEIGHT),
        chart_id="funding-and-scores",
        theme="models",
        title="Funding against the MMLU score",
        caption=f"{known}. Bars span the middle 90 % of the draws. A company without printed funding has no dot.",
        description=_listed(companies, "USD", "point"),
    )


def _funding_by_region(content: Content) -> Chart | None:
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
    axis = _linear_axis("Funding in 2024, US dollars", 0, highest, "USD", room=1.45)
    bands = _bands("label", [region["label"] for region in regions])
    value, low, high = ({"x": axis.encoding(field), "y": bands} for field in ("value", "low", "high"))
    end = {"color": INK, "thickness": 1.5, "size": 9}
    layers = [
        layer(regions, "bar", value, color=MARK, opacity=0.55, size=18),
        layer(regions, "rule", {**low, "x2": {"field": "high"}}, color=INK, strokeWidth=1.5),
        layer(regions, "tick", low, **end),
        layer(regions, "tick", high, **end),
        layer(regions, "text", {**high, "text": {"field": "text"}}, align="left", dx=7),
    ]
    return chart_of(
        layered(layers, WIDTH, 36 * len(regions)),
        chart_id="funding-by-region",
        theme="funding",
        title="Funding by region",
        caption="As printed, with the share of the printed total; whiskers span the middle 90 % of the draws.",
        description="; ".join(f"{region['label']}: {region['text']}" for region in regions),
    )


def _labelled(marks: Sequence[Dot], x: Axis, y: Axis) -> list[Spec]:
    """Return the layers of dots with their spreads, their names in a column at the right, each with a fine leader."""
    start, end = (y.along(bound) for bound in y.domain)
    places = keep_apart([y.along(dot.y) for dot in marks], LABEL_GAP / HEIGHT * (end - start))
    rows = [vars(dot) | {"place": y.back(place)} for dot, place in zip(marks, places, strict=True)]
    at = {"x": x.encoding("x"), "y": y.encoding("y")}
    bar = {"color": MARK, "strokeWidth": 2, "opacity": 0.45}
    leader = {**at, "x2": {"value": WIDTH + 6}, "y2": {"field": "place"}}
    beside = {"x": {"value": WIDTH}, "y": y.encoding("place"), "text": {"field": "label"}}
    return [
        layer(rows, "rule", leader, color=MUTED, strokeWidth=0.75, opacity=0.6),
        layer(rows, "rule", {**at, "x": x.encoding("x_low"), "x2": {"field": "x_high"}}, **bar),
        layer(rows, "rule", {**at, "y": y.encoding("y_low"), "y2": {"field": "y_high"}}, **bar),
        layer(rows, "circle", at, size=70, color=MARK, opacity=1),
        layer(rows, "text", beside, align="left", dx=10),
    ]


def _dots(content: Content, table: str, across: str, upward: str) -> list[Dot]:
    """Return the subjects of a table for which both quantities are printed."""
    printed: dict[str, dict[str, Figure]] = {}
    for figure in content.figures:
        if figure.table == table and figure.value is not None:
            printed.setdefault(figure.subject, {})[figure.quantity] = figure
    return [
        Dot(x.label, x.value, *x.spread, y.value, *y.spread)
        for quantities in printed.values()
        if (x := quantities.get(across)) and (y := quantities.get(upward))
        if x.value is not None and x.spread and y.value is not None and y.spread
    ]


def _log_axis(title: str, lows: Sequence[float], highs: Sequence[float], unit: str) -> Axis:
    """Return a logarithmic axis around positive spreads, with ticks at powers of ten, and between when they are few."""
    low, high = min(lows) / 1.4, max(highs) * 1.4
    powers = [10.0**power for power in range(floor(log10(low)), ceil(log10(high)))]
    ticks = [tick for tick in powers if low <= tick <= high]
    if len(ticks) < 3:
        ticks = [tick for power in powers for tick in (power, 3 * power) if low <= tick <= high]
    return Axis(title, (low, high), ticks, [format_value(tick, unit).partition(NBSP)[0] for tick in ticks], log=True)


def _linear_axis(title: str, low: float, high: float, unit: str, room: float = 1.0) -> Axis:
    """Return a linear axis with ticks at round numbers; `room` stretches it beyond them for labels."""
    rough = (high - low) / 5 or 1.0
    power = 10.0 ** floor(log10(rough))
    step = next(multiple * power for multiple in (1, 2, 5, 10) if multiple * power >= rough)
    ticks = [step * count for count in range(ceil(low / step), floor(high / step) + 1)]
    return Axis(title, (low, high * room), ticks, [format_value(tick, unit) for tick in ticks])


def _listed(marks: Sequence[Dot], x_unit: str, y_unit: str) -> str:
    return "; ".join(f"{dot.label}: {format_value(dot.x, x_unit)}, {format_value(dot.y, y_unit)}" for dot in marks)
