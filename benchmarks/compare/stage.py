"""One step of the job in a process of its own, as DVC runs it: `python -m ...stage STEP RAW OUT`."""

import sys
from pathlib import Path

from benchmarks.compare.job import compute, raw, sources, table, write


def main(step: str, place: Path, out: Path) -> None:
    """Run a step."""
    raws, tables = sources(step)
    given = {name: raw(place, name) for name in raws} | {name: table(out, name) for name in tables}
    write(compute(step, given), out)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
