"""Play histories: `python -m tests.simulation SEED [COUNT]`. Of one, everything that happens is told."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.simulation.history import play

PROCESSES = 2


def played(seeds: range, folder: Path) -> tuple[int, int]:
    """Play histories; return their points and how many fail. Each failure is told at once: a run may be ended early."""
    points, failed = 0, 0
    for seed in seeds:
        try:
            points += play(seed, folder / str(seed)).world.points
        except Exception as error:
            failed += 1
            print(f"{seed}: {type(error).__name__}: {error}", flush=True)  # noqa: T201
    return points, failed


def main() -> None:
    """Play what was asked for, and exit with 1 where something does not hold."""
    seed, count = int(sys.argv[1]), int((*sys.argv, "1")[2])
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as scratch:
        if count == 1:
            log: list[str] = []
            try:
                play(seed, Path(scratch, "one"), log)
            except Exception:
                log.append(traceback.format_exc())
            print("\n".join(line.replace(scratch, "") for line in log))  # noqa: T201
            return
        begun = time.monotonic()
        lanes = [range(seed + lane, seed + count, PROCESSES) for lane in range(PROCESSES)]
        # A pool that ends its processes by SIGTERM would wait for ever where whoever started this ignores that.
        with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("fork")) as pool:
            found = list(pool.map(played, lanes, [Path(scratch, str(number)) for number in range(PROCESSES)]))
        points, failed = map(sum, zip(*found, strict=True))
        print(f"{count} histories, {points:,} points, {time.monotonic() - begun:.0f} s; {failed} fail")  # noqa: T201
        sys.exit(bool(failed))


if __name__ == "__main__":
    main()
