"""Mutants of the dossiers that ship: `python -m tests.reliability SEED [COUNT]`.

Of one, all is told: of damage to the shipped folder, and of a slip in each dossier. Of many, half are damage and half
are slips; what should not be is told as it comes, and the table at the end counts by outcome.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.conftest import ROOT
from tests.reliability.mutants import TOLD, Outcome, damaged, slips
from tests.reliability.warm import Warm, in_lanes, two_lanes

SHARES = {"raw": 4, "examples/marathon": 8, "examples/measles": 8}
"""One in how many of all mutants is a slip in a dossier."""


def run(lanes: list[Warm], what: str, seeds: range, tell: bool) -> tuple[str, bool]:
    """Return a row of the table, and whether all is well: of damage to the folder that is built, or of slips in it."""
    work = damaged if what.startswith("damage") else slips(lanes)

    def one(warm: Warm, seed: int) -> Outcome:
        outcome = work(warm, seed)
        if tell or not _is_well(outcome):
            print(f"{what}: {outcome}", flush=True)  # noqa: T201
        return outcome

    found = in_lanes(lanes, seeds, one)
    ends = Counter("fault" if outcome.get("faults") else str(outcome["end"]) for outcome in found)
    told = ", ".join(f"{count:,} {end}" for end, count in sorted(ends.items()))
    row = f"| {what} | {len(found):,} | {told} | {sum(outcome['cpu'] for outcome in found) / 60:.0f} |"
    return row, all(map(_is_well, found))


def _is_well(outcome: Outcome) -> bool:
    return not outcome.get("faults") and outcome["end"] in (*TOLD, "input", "release")


def main() -> None:
    """Run what was asked for; exit with 1 where something should not be."""
    seed, count = int(sys.argv[1]), int((*sys.argv, "1")[2])
    memory = Path("/dev/shm")
    begun, found = time.monotonic(), []
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as scratch:
        for dossier, share in SHARES.items():
            with two_lanes(Path(scratch, dossier), ROOT / dossier) as lanes:
                some = range(seed, seed + -(-count // share))
                if dossier == "raw":
                    found.append(run(lanes, "damage to raw", range(seed, seed + -(-count // 2)), count == 1))
                found.append(run(lanes, f"slips in {dossier}", some, count == 1))
    print("| mutants | run | ends | processor minutes |", "|---|---:|---|---:|", *(row for row, _ in found), sep="\n")  # noqa: T201
    print(f"{(time.monotonic() - begun) / 60:.1f} min")  # noqa: T201
    sys.exit(not all(well for _, well in found))


if __name__ == "__main__":
    main()
