"""The report's pictures: Altair charts as inline SVG that takes its colours and fonts from the page around it.

Belongs here: what is drawn and how. Does not: which claims are shown (`content`) or the markup of SVG (`svg`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from pipelines.report.content import Content, Tables
from pipelines.report.numbers import NBSP, format_factor, format_share, format_value
from pipelines.report.svg import inline_svg
from pipelines.report.words import STATUS_WORDS, joined

INK = "currentColor"
MUTED, RULE, PAPER, MARK = "var(--muted)", "var(--rule)", "var(--paper)", "var(--mark)"
STATUS_COLOURS = [f"var(--{status})" for status in STATUS_WORDS]
STATUS_SIGNS = [words.sign for words in STATUS_WORDS.values()]
WIDTH, HEIGHT = 290, 250
CELL = 22.0
LABEL_GAP = 15
CORRELATION = "funding_mmlu_pearson"
MOST_FRAGILE = 10
FONT = "Liberation Sans"
"""The font that vl-convert brings along, so that layout is the same everywhere; the page's own font is shown."""

CONFIG: dict[str, Any] = {
    "background": None,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "labelFontSize": 13,
        "titleColor": MUTED,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "domainColor": RULE,
        "tickColor": RULE,
        "gridColor": RULE,
        "gridOpacity": 0.6,
    },
    "axisDiscrete": {"grid": False, "domain": False, "ticks": False},
    "padding": 12,
    "text": {"fontSize": 13, "color": INK},
}


@dataclass(frozen=True)
class Chart:
    """A picture with its heading, how to read it, its text alternative, and the section that it belongs to."""

    chart_id: str
    theme: str
    title: str
    caption: str
    description: str
    svg: str


@dataclass(frozen=True)
class Axis:
    """An axis of numbers: its field's domain, and ticks with their texts."""

    title: str
    domain: tuple[float, float]
    ticks: Sequence[float]
    texts: Sequence[str]
    log: bool = False

    def along(self, value: float) -> float:
        """Return a value's place before the scale to pixels, which is linear in it."""
        return log10(value) if self.log else value

    def back(self, place: float) -> float:
        """Return the value at a place."""
        return 10.0**place if self.log else place

    @property
    def scale(self) -> alt.Scale:
        """Return the Altair scale."""
        return alt.Scale(type="log" if self.log else "linear", domain=list(self.domain), nice=False, zero=False)

    @property
    def axis(self) -> alt.Axis:
        """Return the Altair axis."""
        label = f"{json.dumps(list(self.texts))}[indexof({json.dumps(list(self.ticks))}, datum.value)]"
        return alt.Axis(values=list(self.ticks), labelExpr=label, labelFlush=False)

    def x(self, field: str) -> alt.X:
        """Return the encoding of a field along the x axis."""
        return alt.X(field, type="quantitative", title=self.title, scale=self.scale, axis=self.axis)

    def y(self, field: str) -> alt.Y:
        """Return the encoding of a field along the y axis."""
        return alt.Y(field, type="quantitative", title=self.title, scale=self.scale, axis=self.axis)


def draw_charts(content: Content, tables: Tables) -> list[Chart]:
    """Return all charts for which the tables hold data; those on the verdicts have the theme `overview`."""
    spreads = draw_spreads(tables)
    charts = (
        verdicts_by_theme(content),
        flip_distances(content),
        compute_and_cost(points(tables, "training_runs", "training_compute", "training_cost", spreads)),
        funding_and_scores(content, points(tables, "frontier_models", "total_funding", "mmlu", spreads)),
        funding_by_region(tables, spreads),
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
    row = alt.Y("row:N", sort=titles, title=None, axis=alt.Axis(labelLimit=180, labelPadding=8))
    themes = cells(rows, row, most, size).properties(width=size * most, height=(size + 4) * len(titles))
    key = [
        {"row": place // 2, "place": 7 * (place % 2), "status": status, "badge": STATUS_WORDS[status].badge}
        for place, status in enumerate(order)
    ]
    signs = cells(key, alt.Y("row:O", axis=None), 12, CELL)
    words = alt.Chart(frame(key)).mark_text(align="left", dx=CELL * 0.8)
    legend = signs + words.encode(alt.X("place:Q"), alt.Y("row:O"), alt.Text("badge:N"))
    return finish(
        alt.vconcat(themes, legend.properties(width=CELL * 12, height=(CELL + 4) * 2), spacing=18),
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


def cells(rows: list[dict[str, Any]], row: alt.Y, most: int, size: float) -> alt.LayerChart:
    """Return a square with its sign for each row of `place` and `status`, `most` of them side by side."""
    place = alt.X("place:Q", axis=None, scale=alt.Scale(domain=[-0.5, most - 0.5], nice=False))
    base = alt.Chart(frame(rows)).encode(place, row)
    square = base.mark_square(size=(size - 2) ** 2, opacity=1).encode(by_status(alt.Color, STATUS_COLOURS))
    sign = base.mark_point(size=(size / 2) ** 2, strokeWidth=1.6, strokeCap="round", color=PAPER, opacity=1)
    return square + sign.encode(by_status(alt.Shape, STATUS_SIGNS))


def flip_distances(content: Content) -> Chart | None:
    """Draw, for the most fragile claims, how far one figure may move either way before the verdict turns."""
    nearest = [(claim, claim.nearest) for claim in content.fragile[:MOST_FRAGILE] if claim.nearest]
    if not nearest:
        return None
    reach = max(1.3, 1.2 * max(max(flip.factor, 1 / flip.factor) for _, flip in nearest))
    ends = [
        {"claim": claim.name, "status": claim.status, "factor": factor, "inside": 1 / reach < factor < reach}
        for claim, _ in nearest
        for factor in (claim.down.factor if claim.down else 0, claim.up.factor if claim.up else reach)
    ]
    for end in ends:
        end["factor"] = min(max(end["factor"], 1 / reach), reach)
    ticks = factor_ticks(reach)
    signs = [f"×{NBSP}{format_factor(tick)}" for tick in ticks]
    axis = Axis("Factor on one figure", (1 / reach, reach), ticks, signs, log=True)
    names = [claim.name for claim, _ in nearest]
    base = alt.Chart(frame(ends)).encode(
        axis.x("factor"),
        alt.Y("claim:N", sort=names, title=None, axis=alt.Axis(labelLimit=190, labelPadding=8)),
    )
    printed = alt.Chart(frame([{"factor": 1.0}])).mark_rule(color=INK, strokeWidth=1).encode(axis.x("factor"))
    corridor = base.mark_rule(strokeWidth=6, opacity=0.9, color=RULE).encode(x2=alt.datum(1.0))
    turn = base.transform_filter("datum.inside").mark_circle(size=80, opacity=1)
    return finish(
        (corridor + printed + turn.encode(by_status(alt.Color, STATUS_COLOURS))).properties(
            width=WIDTH - 60, height=26 * len(names)
        ),
        chart_id="flip-distances",
        theme="overview",
        title="How little it takes",
        caption="For the most fragile claims, the room that single figures have before the verdict turns. A dot is the "
        "factor on the nearest figure, smaller to the left, larger to the right; a bar without a dot runs on.",
        description="; ".join(f"{claim.name}: if {flip.words}" for claim, flip in nearest),
    )


def compute_and_cost(runs: pd.DataFrame) -> Chart | None:
    """Draw training compute against cost on log scales, with the price of compute that the largest run paid."""
    if runs.empty:
        return None
    largest = runs.loc[runs["x"].idxmax()]
    price = largest["y"] / largest["x"]
    x = log_axis("Training compute, FLOP", runs, "x", "FLOP")
    y = log_axis("Training cost, US dollars", runs, "y", "USD")
    ends = max(x.domain[0], y.domain[0] / price), min(x.domain[1], y.domain[1] / price)
    same_price = alt.Chart(frame([{"x": end, "y": end * price} for end in ends]))
    return finish(
        same_price.mark_line(color=MUTED, strokeDash=[4, 3], strokeWidth=1).encode(x.x("x"), y.y("y"))
        + labelled(runs, x, y),
        chart_id="compute-and-cost",
        theme="training",
        title="Training compute against cost",
        caption="Both axes are logarithmic; bars span the middle 90 % of the draws. Along the dashed line compute costs "
        f"what {largest['label']} paid, {format_value(price, 'USD/FLOP')}; above it, it costs more.",
        description=listed(runs, "FLOP", "USD"),
    )


def funding_and_scores(content: Content, companies: pd.DataFrame) -> Chart | None:
    """Draw funding against the MMLU score, with the correlation as its metric gives it."""
    if companies.empty:
        return None
    top = 1.05 * companies["x_high"].max()
    ticks = [5e9 * step for step in range(floor(top / 5e9) + 1)]
    x = Axis("Total funding, US dollars", (0, top), ticks, [format_value(tick, "USD") for tick in ticks])
    bottom, ceiling = floor(companies["y_low"].min()) - 1, ceil(companies["y_high"].max()) + 1
    scores = list(range(bottom, ceiling + 1, max(1, (ceiling - bottom) // 5)))
    y = Axis("MMLU score, points", (bottom, ceiling), scores, [str(score) for score in scores])
    metric = next((metric for metric in content.metrics if metric.metric_id == CORRELATION), None)
    known = f"Pearson’s r is {metric.number} from n = {metric.n} companies" if metric else f"n = {len(companies)}"
    if metric and metric.own_interval:
        known += f"; its 90 % interval reaches from {metric.own_interval}"
    return finish(
        labelled(companies, x, y),
        chart_id="funding-and-scores",
        theme="models",
        title="Funding against the MMLU score",
        caption=f"{known}. Bars span the middle 90 % of the draws. A company without printed funding has no dot.",
        description=listed(companies, "USD", "point"),
    )


def funding_by_region(tables: Tables, spreads: dict[str, tuple[float, float]]) -> Chart | None:
    """Draw each region's funding as a bar with its spread over the draws, and its share as printed."""
    figures = tables["figures"]
    rows = figures[(figures["table"] == "regional_funding") & (figures["quantity"] == "total_funding")]
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return None
    regions = frame(
        {
            "label": row.label,
            "value": row.value,
            "low": spreads.get(row.figure_id, (row.value, row.value))[0],
            "high": spreads.get(row.figure_id, (row.value, row.value))[1],
            "text": f"{row.text}, {format_share(row.value / rows['value'].sum())}",
        }
        for row in rows.itertuples()
    )
    highest = regions["high"].max()
    ticks = [1e10 * step for step in range(floor(highest / 1e10) + 1)]
    axis = Axis("Funding in 2024, US dollars", (0, 1.4 * highest), ticks, [format_value(t, "USD") for t in ticks])
    base = alt.Chart(regions).encode(
        alt.Y("label:N", sort=list(regions["label"]), title=None, axis=alt.Axis(labelPadding=8))
    )
    whisker = {"color": INK, "thickness": 1.5, "size": 9}
    bars = (
        base.mark_bar(color=MARK, opacity=0.55, size=18).encode(axis.x("value"))
        + base.mark_rule(color=INK, strokeWidth=1.5).encode(axis.x("low"), alt.X2("high"))
        + base.mark_tick(**whisker).encode(axis.x("low"))
        + base.mark_tick(**whisker).encode(axis.x("high"))
        + base.mark_text(align="left", dx=7).encode(axis.x("high"), alt.Text("text:N"))
    )
    return finish(
        bars.properties(width=WIDTH, height=36 * len(regions)),
        chart_id="funding-by-region",
        theme="funding",
        title="Funding by region",
        caption="As printed, with the share of the printed total; whiskers span the middle 90 % of the draws.",
        description="; ".join(f"{row.label}: {row.text}" for row in regions.itertuples()),
    )


def finish(chart: alt.LayerChart | alt.VConcatChart, **about: str) -> Chart:
    """Return a drawn chart with its SVG."""
    svg = vl_convert.vegalite_to_svg(chart.to_dict(validate=False) | {"config": CONFIG})
    return Chart(**about, svg=inline_svg(svg, about["chart_id"], about["title"], about["description"]))


def labelled(dots: pd.DataFrame, x: Axis, y: Axis) -> alt.LayerChart:
    """Return dots with their spreads, and their names in a column at the right, each with a fine leader."""
    start, end = (y.along(bound) for bound in y.domain)
    places = keep_apart([y.along(value) for value in dots["y"]], LABEL_GAP / HEIGHT * (end - start))
    base = alt.Chart(dots.assign(place=[y.back(place) for place in places]))
    bar = {"color": MARK, "strokeWidth": 2, "opacity": 0.45}
    layers = (
        base.mark_rule(color=MUTED, strokeWidth=0.75, opacity=0.6).encode(
            x.x("x"), y.y("y"), x2=alt.value(WIDTH + 6), y2=alt.Y2("place")
        )
        + base.mark_rule(**bar).encode(x.x("x_low"), y.y("y"), x2=alt.X2("x_high"))
        + base.mark_rule(**bar).encode(x.x("x"), y.y("y_low"), y2=alt.Y2("y_high"))
        + base.mark_circle(size=70, color=MARK, opacity=1).encode(x.x("x"), y.y("y"))
        + base.mark_text(align="left", dx=10).encode(y.y("place"), alt.Text("label:N"), x=alt.value(WIDTH))
    )
    return layers.properties(width=WIDTH, height=HEIGHT)


def keep_apart(places: Sequence[float], gap: float) -> list[float]:
    """Return the places moved as little as needed to leave at least `gap` between any two, in the same order."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    groups: list[list[int]] = []
    for index in order:
        groups.append([index])
        while len(groups) > 1 and top(groups[-2], places, gap) + gap > bottom(groups[-1], places, gap):
            groups[-2:] = [groups[-2] + groups[-1]]
    moved = list(places)
    for group in groups:
        for step, index in enumerate(group):
            moved[index] = bottom(group, places, gap) + step * gap
    return moved


def bottom(group: Sequence[int], places: Sequence[float], gap: float) -> float:
    """Return where the lowest of a group goes when the group is spread evenly around its mean."""
    return sum(places[index] for index in group) / len(group) - gap * (len(group) - 1) / 2


def top(group: Sequence[int], places: Sequence[float], gap: float) -> float:
    """Return where the highest of a group goes."""
    return bottom(group, places, gap) + gap * (len(group) - 1)


def points(
    tables: Tables, table: str, across: str, upward: str, spreads: dict[str, tuple[float, float]]
) -> pd.DataFrame:
    """Return the subjects of a table that have both quantities, with value and spread of each as x and y."""
    figures = tables["figures"]
    subjects: dict[str, dict[str, Any]] = {}
    for row in figures[(figures["table"] == table) & figures["value"].notna()].itertuples():
        axis = {across: "x", upward: "y"}.get(row.quantity)
        if axis:
            low, high = spreads.get(row.figure_id, (row.value, row.value))
            about = {axis: row.value, f"{axis}_low": low, f"{axis}_high": high}
            subjects.setdefault(row.subject, {"label": row.label}).update(about)
    return frame(about for about in subjects.values() if {"x", "y"} <= about.keys())


def draw_spreads(tables: Tables) -> dict[str, tuple[float, float]]:
    """Return the 5th and 95th percentile of each figure over the draws."""
    worlds = tables["worlds"]
    drawn = worlds[(worlds["kind"] == "draw") & worlds["p05"].notna() & worlds["p95"].notna()]
    return {row.figure_id: (row.p05, row.p95) for row in drawn.itertuples()}


def log_axis(title: str, dots: pd.DataFrame, name: str, unit: str) -> Axis:
    """Return a logarithmic axis around the spreads, with ticks at powers of ten."""
    low, high = dots[f"{name}_low"].min() / 1.4, dots[f"{name}_high"].max() * 1.4
    powers = [10.0**power for power in range(floor(log10(low)), ceil(log10(high)))]
    ticks = [tick for tick in powers if low <= tick <= high]
    if len(ticks) < 3:
        ticks = [tick for power in powers for tick in (power, 3 * power) if low <= tick <= high]
    return Axis(title, (low, high), ticks, [format_value(tick, unit).partition(NBSP)[0] for tick in ticks], log=True)


def factor_ticks(reach: float) -> list[float]:
    """Return few factors around one, the same either way, that lie within reach."""
    steps = next(
        steps for limit, *steps in ((1.6, 1.1, 1.25), (3, 1.5, 2), (12, 2, 5), (1e9, 10, 100)) if reach <= limit
    )
    larger = [step for step in steps if step < reach]
    return [*(1 / step for step in reversed(larger)), 1.0, *larger]


def by_status(channel: Any, texts: Sequence[str]) -> Any:
    """Return the encoding of the status by a colour or sign for each."""
    return channel("status:N", scale=alt.Scale(domain=list(STATUS_WORDS), range=list(texts)), legend=None)


def frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a table."""
    return pd.DataFrame(list(rows))


def listed(dots: pd.DataFrame, x_unit: str, y_unit: str) -> str:
    """Return the dots in words."""
    return "; ".join(
        f"{dot.label}: {format_value(dot.x, x_unit)}, {format_value(dot.y, y_unit)}" for dot in dots.itertuples()
    )
