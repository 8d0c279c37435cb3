"""Run every benchmark, print the table, and write it to docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from benchmarks import builds, worlds
from pipelines.storage.keys import versions

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
GOALS = {
    "build, cold": "at most 1.5 times the toy job",
    "build, nothing to do": "under 0.4 s",
    "build, one cell changed": "under 4 s",
    "all metrics in all worlds": "with all flips under 1 s",
}


def main() -> None:
    """Measure, print, write."""
    found = builds.measure() | worlds.measure()
    toy = found["toy job of eleven assets"]
    lines = [
        "# Benchmarks",
        "",
        "Medians of five rounds after a warm-up, builds in fresh processes, by `make bench`. The toy job is eleven",
        "Dagster assets that hand a frame of ten rows on, run in one process by `dagster job execute`.",
        "",
        "| what | seconds | times the toy job | goal |",
        "|---|---:|---:|---|",
        *(
            f"| {name} | {seconds:.2f} | {seconds / toy:.2f} | {GOALS.get(name, '')} |"
            for name, seconds in found.items()
        ),
        "",
        f"Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} processors. "
        + ", ".join(f"{name} {number}" for name, number in versions().items())
        + ".",
        "",
    ]
    page = "\n".join(lines)
    PAGE.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
