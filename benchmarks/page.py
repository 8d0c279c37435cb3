"""docs/internals/benchmarks.md and its chart, from the results of all benchmarks. Nothing is measured here."""

from __future__ import annotations

from collections.abc import Callable
from math import log10
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmarks.compare.measure import GOALS as SHARES
from benchmarks.compare.measure import TOOLS

HERE = Path(__file__).resolve().parent
PAGE, CHART = (HERE.parent / "docs" / "internals" / f"benchmarks.{ending}" for ending in ("md", "svg"))
TOY = "toy job of eleven assets"
GOALS: dict[str, tuple[str, Callable[[dict[str, float]], bool]]] = {
    "build, cold": ("at most 1.5 times the toy job", lambda seconds: seconds["build, cold"] <= 1.5 * seconds[TOY]),
    "build, nothing to do": ("under 0.4 s", lambda seconds: seconds["build, nothing to do"] < 0.4),
    "build, one cell changed": ("under 4 s", lambda seconds: seconds["build, one cell changed"] < 4),
    "all metrics in all scenarios": (
        "with all tipping points under 1 s",
        lambda seconds: seconds["all metrics in all scenarios"] + seconds["all tipping points"] < 1,
    ),
}
PARTS = [
    *("everyday", "compare", "locations", "scenarios", "figures"),
    *("quantities", "tabfact", "newsquant", "documents", "text", "text_report"),
]
LEAST_FASTER = 100
"""How many times faster all scenarios at once must be."""


def write(results: dict[str, Any]) -> str:
    """Write the page and the chart, and return the page."""
    parts = {name: results.get(name) for name in PARTS}
    about: dict[str, Any] = {}
    if found := parts["everyday"]:
        seconds = found["seconds"]
        about["toy"] = seconds[TOY]
        about["goals"] = {name: (goal, met(seconds)) for name, (goal, met) in GOALS.items()}
    if found := parts["compare"]:
        seconds = found["seconds"]
        shares = [
            (*key, most, seconds[key[0]]["tidebook"] / seconds[key[0]][key[1]])
            for key, most in SHARES.items()
            if key[1] in seconds[key[0]]
        ]
        found["versions"] = {**dict.fromkeys(TOOLS, ""), **found["versions"]}
        about |= {"tools": TOOLS, "shares": shares}
        CHART.write_text(chart(seconds), encoding="utf-8")
    if found := parts["figures"]:
        about |= {"sizes": sizes(found["builds"]), "slope": slope(found["builds"])}
    environment = Environment(
        loader=FileSystemLoader(HERE),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - a page of Markdown
        keep_trailing_newline=True,
    )
    text = environment.get_template("page.md.j2").render(**parts, **about, least=LEAST_FASTER)
    PAGE.write_text(text, encoding="utf-8")
    return text


def sizes(builds: dict[str, dict[str, float]]) -> list[dict[str, float]]:
    """Return a row for each number of figures: processor and wall seconds, peak in MiB, and each for one figure."""
    base = builds["0"]
    return [
        {
            "count": int(count),
            "cpu": row["cpu"],
            "wall": row["wall"],
            "peak": row["peak"] / 2**20,
            "cpu_each": (row["cpu"] - base["cpu"]) / max(int(count), 1) * 1e3,
            "peak_each": (row["peak"] - base["peak"]) / max(int(count), 1) / 2**10,
        }
        for count, row in builds.items()
    ]


def slope(builds: dict[str, dict[str, float]]) -> float:
    """Return the slope of what figures add to the processor time, between the two largest tables, log-log."""
    base, counts = builds["0"]["cpu"], sorted(int(count) for count in builds)[-2:]
    less, more = (builds[str(count)]["cpu"] - base for count in counts)
    return log10(more / less) / log10(counts[1] / counts[0])


def chart(seconds: dict[str, dict[str, float]]) -> str:
    """Return bars of each tool's seconds, a panel for each case, on one logarithmic scale."""
    import altair as alt
    import vl_convert

    rows = [
        {"case": case, "tool": tool, "seconds": value, "text": f"{value:.2f}"}
        for case, row in seconds.items()
        for tool, value in row.items()
    ]
    base = alt.Chart().encode(
        alt.Y("tool:N", sort=list(TOOLS), title=None),
        alt.X("seconds:Q", scale=alt.Scale(type="log", domainMin=0.1), title="seconds"),
    )
    bars = base.mark_bar().encode(alt.Color("tool:N", legend=None, sort=list(TOOLS)))
    words = base.mark_text(align="left", dx=4).encode(text="text:N")
    layers = alt.layer(bars, words, data=alt.Data(values=rows)).properties(width=460, height=110)
    return str(
        vl_convert.vegalite_to_svg(layers.facet(row=alt.Row("case:N", sort=list(seconds), title=None)).to_dict())
    )
