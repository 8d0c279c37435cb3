"""docs/internals/ledger-benchmarks.md and its chart, from what `ledger` measured. Nothing is measured here.

`python -m benchmarks.ledger_page` writes them again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "ledger-results.json"
PAGE, CHART = (HERE.parent / "docs" / "internals" / f"ledger-benchmarks.{ending}" for ending in ("md", "svg"))
SQL, VALIDATED = "hand-written SQL", "with validation"
GOALS = {"aggregation": 1.15, VALIDATED: 2.0}
"""How many times as long as the SQL a side may take, from ten million rows on."""

MOST_SLOPE, MOST_PEAK = 1.05, 2.0
BUSY = 0.5
PARTITION = 128 * 2**20
SHUFFLED = 40
"""Bytes of a partial count that is shuffled: a hash, a count, two sums of bits, and what Spark adds to a row."""

HOURS = 8_760
POWERS = {10**10: "10¹⁰", 10**12: "10¹²"}

Size = dict[str, Any]


def write() -> str:
    """Write the page and the chart, and return the page."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    text = page(results)
    PAGE.write_text(text, encoding="utf-8")
    CHART.write_text(chart(results["sizes"]), encoding="utf-8")
    return text


def page(results: dict[str, Any]) -> str:
    """Return the page."""
    sizes = results["sizes"]
    spark = [size for size in sizes if spark_of(size)]
    once = f" Spark runs once for each ledger of up to {spark[-1]['rows']:,} rows, with no warm-up." if spark else ""
    lines = [
        "# Ledger benchmarks",
        "",
        "`python -m benchmarks.ledger`: a generated ledger of twelve months, with invalid, late and repeated rows "
        f"(seed {results['seed']}). Each implementation runs in fresh",
        f"processes; medians of {results['rounds']} interleaved rounds after a warm-up.{once}",
        "`seconds` are from the started engine to the result, with the work of Ibis but without imports; `process` is "
        "the whole process.",
        f"All may use every processor, DuckDB {results['memory']} of memory. Hand-written SQL scans once and gives "
        "both tables, without checks.",
        "",
        "![Seconds of each implementation by rows of the ledger, both on logarithmic scales](ledger-benchmarks.svg)",
        "",
        "| rows | implementation | seconds | processor seconds | process | peak MiB | times the SQL | goal |",
        "|---:|---|---:|---:|---:|---:|---:|---:|",
        *(row_of(size, side) for size in sizes for side in size["sides"]),
        "",
        *scaling(sizes),
        "",
        *larger(sizes, results["cores"]),
        "",
        f"Machine: {results['machine']}.",
    ]
    if results["load"] > BUSY:
        lines.append(
            f"Load average at the start: {results['load']:.1f}. Other work used the processors, so that seconds are "
            "too high; ratios within one run are still comparable."
        )
    return "\n".join([*lines, ""])


def row_of(size: Size, side: str) -> str:
    """Return the row of the table for a side."""
    found, base = size["sides"][side], size["sides"][SQL]
    goal = ""
    if side in GOALS and size["rows"] >= 10**7:
        goal = f"{GOALS[side]:.2f}: {verdict(found['wall'] <= GOALS[side] * base['wall'])}"
    ratio, busy, peak = f"{found['wall'] / base['wall']:.2f}", "", ""
    if side != spark_of(size):  # what Spark's own process takes is not seen
        ratio += f" ({found['cpu'] / base['cpu']:.2f} by processor)"
        busy, peak = f"{found['cpu']:.2f}", f"{found['peak'] / 2**20:,.0f}"
    cells = [f"{size['rows']:,}", side, f"{found['wall']:.2f}", busy, f"{found['process']:.2f}", peak, ratio, goal]
    return f"| {' | '.join(cells)} |"


def verdict(met: bool) -> str:
    """Return whether a goal is met, in a word."""
    return "met" if met else "**missed**"


def spark_of(size: Size) -> str:
    """Return the name of the side that is Spark, empty where it was not measured."""
    return next((side for side in size["sides"] if side.startswith("Spark")), "")


def rate(sizes: Sequence[Size], side: str) -> tuple[float, str]:
    """Return the rows a second by which a side's time grows between the two largest ledgers, and these in words.

    What it takes for however few rows is thereby left out, unless there is one ledger alone.
    """
    points = [(0, 0.0), *((size["rows"], size["sides"][side]["wall"]) for size in sizes)][-2:]
    (less, before), (more, after) = points
    return (more - less) / (after - before), f"between {less:,} and {more:,} rows"


def scaling(sizes: Sequence[Size]) -> list[str]:
    """Return how time grows with rows, and the peak of memory, in words."""
    first, last = sizes[0], sizes[-1]
    decades = math.log10(last["rows"] / first["rows"])
    lines = [
        f"Generating took {last['generate']:.0f} s for {last['rows']:,} rows; a row is "
        f"{last['bytes'] / last['rows']:.1f} bytes on disk (Snappy, pyarrow's default)."
    ]
    if decades:
        slopes = [
            math.log10(last["sides"][VALIDATED][name] / first["sides"][VALIDATED][name]) / decades
            for name in ("wall", "cpu")
        ]
        lines.append(
            f"With validation, the slope per decade between {first['rows']:,} and {last['rows']:,} rows (log-log) is "
            f"{slopes[0]:.2f} by seconds and {slopes[1]:.2f} by processor seconds; goal: at most {MOST_SLOPE}, "
            f"{verdict(max(slopes) <= MOST_SLOPE)}."
        )
    peak = last["sides"][VALIDATED]["peak"] / 2**30
    goal = f"goal: under {MOST_PEAK:g}, {verdict(peak < MOST_PEAK)}"
    return [*lines, f"Peak memory at {last['rows']:,} rows: {peak:.2f} GiB; {goal}."]


def larger(sizes: Sequence[Size], cores: int) -> list[str]:
    """Return the arithmetic for ledgers that need a cluster, from the rates measured here."""
    from tidebook.plugins.ledger.dataset import LATE_MONTHS

    each = sizes[-1]["bytes"] / sizes[-1]["rows"]
    duckdb, where = rate(sizes, VALIDATED)
    both = [size for size in sizes if spark_of(size)]
    rates = (
        f"From {each:.1f} bytes a row, and with validation, by wall time on {cores} cores, {duckdb / 1e6:.2f} million"
    )
    rates += f" more rows a second on DuckDB ({where})"
    shown = ["core-hours at DuckDB's rate"]
    core_rates = [duckdb / cores]
    if both:
        spark, spark_where = rate(both, spark_of(both[-1]))
        rates += f" and {spark / 1e6:.2f} million on Spark ({spark_where})"
        shown.append("at Spark's rate")
        core_rates.append(spark / cores)
    lines = [
        "## Larger ledgers, extrapolated",
        "",
        f"{rates}. One year of rows; partitions of 128 MiB.",
        "The shuffle moves the hours of each deployment and day: one record of about "
        f"{SHUFFLED} bytes for each in a partition.",
        "Sums by group and quarantined rows are small in comparison. Partitions of less than an hour save nothing.",
        "",
        f"| rows | on disk | partitions | hours in one | shuffled | {' | '.join(shown)} | cores for an hour |",
        f"|{'---:|' * (6 + len(shown))}",
    ]
    for rows, power in POWERS.items():
        size = rows * each
        partitions = math.ceil(size / PARTITION)
        span = HOURS / partitions
        records = rows / min(max(span, 1), 24)
        hours = [rows / one / 3600 for one in core_rates]
        cells = [
            power,
            f"{size / 1e12:.2f} TB",
            f"{partitions:,}",
            f"{span:.2f}",
            f"{records * SHUFFLED / 1e12:.2f} TB",
        ]
        lines.append(f"| {' | '.join([*cells, *(f'{one:,.1f}' for one in hours), f'{math.ceil(hours[-1]):,}'])} |")
    sixteen = 16 * core_rates[0]
    lines += [
        "",
        f"If sixteen cores are {16 / cores:g} times as fast as {cores}, DuckDB on one machine then takes "
        f"{10**10 / sixteen / 60:.0f} minutes for 10¹⁰ rows, if the disk reads {sixteen * each / 1e9:.1f} GB a "
        f"second; 10¹² rows need a cluster, or {10**12 / sixteen / 3600:.0f} hours.",
        "Only months with rows in changed files are computed. A new month may bring late rows of the "
        f"{LATE_MONTHS} months before it, so that up to {LATE_MONTHS + 1} months are computed.",
    ]
    return lines + (crossover(both, cores) if both else [])


def crossover(both: Sequence[Size], cores: int) -> list[str]:
    """Return in words when Spark pays, from the ledgers that both engines were given."""
    spark, where = rate(both, spark_of(both[-1]))
    duckdb, _ = rate(both, VALIDATED)
    start = both[-1]["sides"][spark_of(both[-1])]["wall"] - both[-1]["rows"] / spark
    faster = [
        f"{size['rows']:,}" for size in both if size["sides"][spark_of(size)]["wall"] < size["sides"][VALIDATED]["wall"]
    ]
    times = duckdb / spark
    return [
        "",
        f"The crossover, by wall time on {cores} cores {where}: one core with DuckDB is as fast as {times:.1f} cores "
        f"with Spark, which needs another {start:.0f} s even for few rows.",
        "Of the ledgers that both ran, Spark is faster at "
        f"{' and '.join(faster) + ' rows' if faster else 'none'}. A cluster pays when it has more than {times:.1f} "
        "times the cores of the machine with DuckDB, or when one machine cannot read the ledger.",
    ]


def chart(sizes: Sequence[Size]) -> str:
    """Return seconds over rows, a line for each side, both scales logarithmic."""
    import altair as alt
    import vl_convert

    rows = [
        {"rows": size["rows"], "side": side, "seconds": found["wall"]}
        for size in sizes
        for side, found in size["sides"].items()
    ]
    sides = list(dict.fromkeys(row["side"] for row in rows))
    lines = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=True)
        .encode(
            alt.X("rows:Q", scale=alt.Scale(type="log"), axis=alt.Axis(format="~s", values=[s["rows"] for s in sizes])),
            alt.Y("seconds:Q", scale=alt.Scale(type="log")),
            alt.Color("side:N", sort=sides, title=None),
        )
        .properties(width=460, height=280)
    )
    return str(vl_convert.vegalite_to_svg(lines.to_dict()))


if __name__ == "__main__":
    print(write())
