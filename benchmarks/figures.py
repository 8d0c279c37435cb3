"""Raw tables of very many figures: processor time and memory of `tidebook build` for each, by how many there are.

The rows are synthetic, marked so, and read by no metric; draws are fewer than the committed ones, since each figure has
its own. Processor time is that of all processes of a build, memory the peak of the largest.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.builds import BIN, ROOT, timed

SIZES = (10_000, 100_000, 1_000_000)
DRAWS = 1_000
KINDS = (("${}.{}M", "USD"), ("{}.{}M+", "parameter"), ("0.{}{}", "share"), ("~{}{}", "GPU-hour"))
"""Texts of a rounded figure, of one that is at least so much, of a share, and of an estimate."""


def raw_folder(folder: Path, count: int) -> None:
    """Copy the committed dossier and add so many rows of synthetic figures to its prose figures."""
    shutil.copytree(ROOT / "raw", folder)
    with (folder / "article" / "prose_figures.csv").open("a", encoding="utf-8") as table:
        for number in range(count):
            subject, kind = divmod(number, len(KINDS))
            text, unit = KINDS[kind]
            value = text.format(number % 899 + 1, number % 9 + 1)
            table.write(f"Synthetic,synthetic {subject},measure_{kind},{value},{unit},synthetic\n")
    place = folder / "assumptions.toml"
    text = place.read_text(encoding="utf-8")
    assert text.count("\ncount = 10000\n") == 1
    place.write_text(text.replace("\ncount = 10000\n", f"\ncount = {DRAWS}\n"), encoding="utf-8")


def build(count: int) -> dict[str, float]:
    """Return processor and wall seconds and peak bytes of a cold build with so many figures more."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        raw_folder(folder / "raw", count)
        wall = timed([str(BIN / "tidebook"), "build", "--raw", str(folder / "raw"), "--out", str(folder / "out")])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "peak": used.ru_maxrss * 1024}


def measure(sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Return what a build takes by the number of figures added, each measured in a process of its own."""
    found = {}
    for count in (0, *sizes):
        command = [sys.executable, "-m", "benchmarks.figures", str(count)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        found[str(count)] = json.loads(done.stdout)
        print(f"{count} figures: {found[str(count)]}", flush=True)
    return {"draws": DRAWS, "builds": found}


if __name__ == "__main__":
    print(json.dumps(build(int(sys.argv[1]))))
