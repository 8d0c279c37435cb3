"""What all pictures of the report share: their look, axes of numbers, and how layers of marks become a chart.

Belongs here: what is written in Vega-Lite once for all. Does not: what is drawn, which is in `charts` and `paths`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log10
from typing import Any

from pipelines.report import vega
from pipelines.report.svg import inline_svg

Spec = dict[str, Any]
"""A specification in Vega-Lite, or a part of one."""

INK = "currentColor"
MUTED, RULE, PAPER, MARK = "var(--muted)", "var(--rule)", "var(--paper)", "var(--mark)"
WIDTH, HEIGHT = 290, 250
LABEL_GAP = 15
FONT = "Liberation Sans"
"""The font that vl-convert brings along, so that layout is the same everywhere; the page's own font is shown."""

CONFIG: Spec = {
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
    specification: Spec
    picture: str = ""
    """Vega's SVG, where it is known already."""

    @cached_property
    def svg(self) -> str:
        """The picture as an SVG element of the page."""
        return inline_svg(self.picture or vega.draw(self.specification), self.chart_id, self.title, self.description)


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

    def encoding(self, field: str) -> Spec:
        """Return the encoding of a quantity along it."""
        label = f"{json.dumps(list(self.texts))}[indexof({json.dumps(list(self.ticks))}, datum.value)]"
        return {
            "field": field,
            "type": "quantitative",
            "title": self.title,
            "scale": {
                "type": "log" if self.log else "linear",
                "domain": list(self.domain),
                "nice": False,
                "zero": False,
            },
            "axis": {"values": list(self.ticks), "labelExpr": label, "labelFlush": False},
        }


def nominal(field: str, values: Sequence[Any], styles: Sequence[Any]) -> Spec:
    """Return the encoding of a field that has one of some values, each with a style of its own."""
    scale = {"domain": list(values), "range": list(styles)}
    return {"field": field, "type": "nominal", "legend": None, "scale": scale}


def layer(rows: Sequence[Mapping[str, Any]], mark: str, encoding: Spec, **look: Any) -> Spec:
    """Return a layer with a mark for each row, or through all of them; `look` are properties of the mark."""
    return {"data": {"values": list(rows)}, "mark": {"type": mark, **look}, "encoding": encoding}


def layered(layers: Sequence[Spec], width: float, height: float) -> Spec:
    """Return a picture of layers, the last on top; sizes are in pixels."""
    return {"width": width, "height": height, "layer": list(layers)}


def chart_of(specification: Spec, **about: str) -> Chart:
    """Return the chart of a specification."""
    return Chart(**about, specification=specification | {"config": CONFIG})


def keep_apart(places: Sequence[float], gap: float) -> list[float]:
    """Return the places moved as little as needed to leave at least `gap` between any two, in the same order."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    groups: list[list[int]] = []
    for index in order:
        groups.append([index])
        while len(groups) > 1 and _top(groups[-2], places, gap) + gap > _bottom(groups[-1], places, gap):
            groups[-2:] = [groups[-2] + groups[-1]]
    moved = list(places)
    for group in groups:
        for step, index in enumerate(group):
            moved[index] = _bottom(group, places, gap) + step * gap
    return moved


def _bottom(group: Sequence[int], places: Sequence[float], gap: float) -> float:
    """Return where the lowest of a group goes when the group is spread evenly around its mean."""
    return sum(places[index] for index in group) / len(group) - gap * (len(group) - 1) / 2


def _top(group: Sequence[int], places: Sequence[float], gap: float) -> float:
    return _bottom(group, places, gap) + gap * (len(group) - 1)
