"""The report's pictures: Altair charts as inline SVG that takes its colours and fonts from the page around it.

Belongs here: what is drawn and how. Does not: which claims are shown, or numbers that a metric should give.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, log10
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from pipelines.report.content import Claim, Content, Tables
from pipelines.report.numbers import format_count, format_factor, format_share, format_value
from pipelines.report.words import STATUS_WORDS, joined

INK = "currentColor"
MUTED = "var(--muted, #5d5a54)"
RULE = "var(--rule, #d9d5cc)"
PAPER = "var(--paper, #fbfaf7)"
MARK = "var(--mark, #14588f)"
COLOURS = {
    "supported": "var(--supported, #14588f)",
    "contradicted": "var(--contradicted, #a8321a)",
    "contested": "var(--contested, #7a5400)",
    "untestable": "var(--untestable, #5d5a54)",
}
SHAPES = {
    "supported": "M-1,0L-0.3,0.7L1,-0.7",
    "contradicted": "M-0.8,-0.8L0.8,0.8M-0.8,0.8L0.8,-0.8",
    "contested": "M-0.9,-0.4L0.9,-0.4M-0.9,0.4L0.9,0.4",
    "untestable": "M-0.1,0.1L0.1,-0.1",
}
WIDTH = 300
LABEL_GAP = 15
MOST_FRAGILE = 10
MEASURED_FONT = "Liberation Sans"
"""The font that vl-convert brings along, so that layout is the same everywhere; the page's own font is shown."""


@dataclass(frozen=True)
class Chart:
    """A picture with its heading, what it shows in a sentence, its text alternative, and the section it is for."""

    chart_id: str
    theme: str
    title: str
    caption: str
    description: str
    svg: str


def draw_charts(content: Content, tables: Tables) -> list[Chart]:
    """Return all charts for which the tables hold data, those on the verdicts (theme `overview`) first."""
    draws = draw_intervals(tables)
    charts = [
        verdicts_by_theme(content),
        flip_distances(content),
        compute_and_cost(tables, draws),
        funding_and_scores(content, tables, draws),
        funding_by_region(tables, draws),
    ]
    return [chart for chart in charts if chart is not None]
