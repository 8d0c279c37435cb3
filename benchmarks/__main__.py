"""Run the benchmarks that are named, keep what they found in results.json, and write docs/benchmarks.md from all of it.

`python -m benchmarks` takes minutes; `python -m benchmarks compare`, `worlds` and `figures` take longer.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import builds, figures, page, worlds
from pipelines.storage.keys import versions

RESULTS = Path(__file__).with_name("results.json")


def everyday() -> dict[str, Any]:
    """Return what is waited for every day."""
    return {"seconds": builds.measure() | worlds.measure()}


def compare() -> dict[str, Any]:
    """Return how other tools do the same job."""
    from benchmarks.compare.measure import measure

    return measure()


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "everyday": everyday,
    "compare": compare,
    "worlds": worlds.measure_many,
    "figures": figures.measure,
}


def machine() -> str:
    """Return what the benchmarks run on, and how busy it was before."""
    found = {**versions(), "dagster": version("dagster")}
    kind = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    libraries = ", ".join(f"{name} {number}" for name, number in found.items())
    return f"{kind}, load average before {os.getloadavg()[0]:.1f}. {libraries}"


def main(names: list[str]) -> int:
    """Measure, keep, write."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"error: {unknown[0]} is no benchmark; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for name in names or ["everyday"]:
        about = machine()
        results[name] = {**PARTS[name](), "machine": about}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(page.write(results))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
