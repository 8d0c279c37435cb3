"""Run the benchmarks that are named, keep what they found in results.json, and write docs/internals/benchmarks.md.

`python -m benchmarks` measures what is waited for every day, in minutes; `compare`, `locations`, `scenarios`
and `figures` take longer. `quantities=PATH`, `tabfact=PATH`, `newsquant=FILE` and `text=PATH` read public test sets,
`documents=PATH` a folder of documents; `text_report=PATH` is the half of `text` that nobody works on.
"""

from __future__ import annotations

import io
import json
import os
import platform
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import builds, documents, figures, locations, newsquant, page, quantities, scenarios, tabfact
from benchmarks.text.__main__ import main as text_main
from tidebook.pipelines.graph.keys import versions

RESULTS = Path(__file__).with_name("results.json")


def everyday() -> dict[str, Any]:
    """Return what is waited for every day."""
    return {"seconds": builds.measure() | scenarios.measure()}


def compare() -> dict[str, Any]:
    """Return how other tools do the same job."""
    from benchmarks.compare.measure import measure

    return measure()


def printed(main: Callable[[list[str]], int], path: str) -> dict[str, Any]:
    """Return what a benchmark on public test sets prints, without the lines that quote from them."""
    with redirect_stdout(io.StringIO()) as text:
        main([path])
    quoting = (": '", "untouched:", "not run:", "differs:")
    lines = [line for line in text.getvalue().splitlines() if not any(mark in line for mark in quoting)]
    return {"text": "\n".join(lines)}


PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "everyday": everyday,
    "compare": compare,
    "locations": locations.measure,
    "scenarios": scenarios.measure_many,
    "figures": figures.measure,
    "quantities": partial(printed, quantities.main),
    "tabfact": partial(printed, lambda paths: tabfact.main(Path(*paths))),
    "newsquant": partial(printed, newsquant.main),
    "documents": partial(printed, documents.main),
    "text": partial(printed, text_main),
    "text_report": partial(printed, lambda paths: text_main([*paths, "--half", "report"])),
}


def machine(before: float) -> str:
    """Return what the benchmarks ran on, and how busy it was: the load average before them, and now."""
    found = {**versions(), "dagster": version("dagster")}
    libraries = ", ".join(f"{name} {number}" for name, number in found.items())
    load = f"load average {before:.1f} before and {os.getloadavg()[0]:.1f} after"
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, {load}. {libraries}"


def main(names: list[str]) -> int:
    """Measure, keep, write."""
    unknown = [name for name in names if name.partition("=")[0] not in PARTS]
    if unknown:
        print(f"error: {unknown[0]} is no benchmark; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for name, _, path in (each.partition("=") for each in names or ["everyday"]):
        before = os.getloadavg()[0]
        results[name] = {**PARTS[name](*[path] * bool(path)), "machine": machine(before)}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(page.write(results))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
