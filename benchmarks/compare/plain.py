"""The job as a script: one step after another, tables handed on in memory: `python -m ...plain RAW OUT`."""

import sys
from pathlib import Path
from typing import Any

from benchmarks.compare.job import STEPS, compute, raw, sources, write


def main(place: Path, out: Path) -> None:
    """Run all steps."""
    known: dict[str, Any] = {}
    for step in STEPS:
        for name in sources(step)[0]:
            known[name] = raw(place, name)
        write(compute(step, known), out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
