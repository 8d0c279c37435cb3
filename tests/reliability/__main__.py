"""Mutants of dossiers and releases: `python -m tests.reliability SEED [COUNT]`.

Of one, all is told: one of each kind. Of many, the shares are those of `KINDS`; what should not be is told as it comes,
and the table at the end counts by outcome.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ROOT
from tests.reliability.mutants import TOLD, Outcome, damaged, hostile, slips
from tests.reliability.warm import Warm, in_lanes, two_lanes

KINDS = {
    "tests/small": {"damage to a dossier": 28, "hostile dossiers": 30, "releases from elsewhere": 28, "slips": 6},
    "raw": {"damage to a dossier": 2, "slips": 2},
    "examples/marathon": {"slips": 2},
    "examples/measles": {"slips": 2},
}
"""How many of a hundred mutants are of which kind, by the dossier: most are of the smallest, which costs least."""


def _work(kind: str, lanes: list[Warm]) -> Callable[[Warm, int], Outcome]:
    if kind == "slips":
        return slips(lanes)
    if kind == "damage to a dossier":
        return damaged
    return hostile("attacked" if kind == "hostile dossiers" else "foreign_release")


def run(lanes: list[Warm], what: str, seeds: range, tell: bool) -> tuple[str, bool]:
    """Return a row of the table, and whether all is well, of the mutants of one kind."""
    work = _work(what.partition(", ")[0], lanes)

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
    return not outcome.get("faults") and outcome["end"] in (*TOLD, "input", "release", "read")


def main() -> None:
    """Run what was asked for; exit with 1 where something should not be."""
    seed, count = int(sys.argv[1]), int((*sys.argv, "1")[2])
    memory = Path("/dev/shm")
    begun, found = time.monotonic(), []
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as scratch:
        for dossier, kinds in KINDS.items():
            with two_lanes(Path(scratch, dossier), ROOT / dossier) as lanes:
                for kind, share in kinds.items():
                    seeds = range(seed, seed + -(-count * share // 100))
                    found.append(run(lanes, f"{kind}, {dossier}", seeds, count == 1))
                    print(found[-1][0], flush=True)  # noqa: T201
    print("| mutants | run | ends | processor minutes |", "|---|---:|---|---:|", *(row for row, _ in found), sep="\n")  # noqa: T201
    print(f"{(time.monotonic() - begun) / 60:.1f} min")  # noqa: T201
    sys.exit(not all(well for _, well in found))


if __name__ == "__main__":
    main()
