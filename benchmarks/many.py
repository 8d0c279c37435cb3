"""`tidebook check` of many articles in one process: `python -m benchmarks.many [COUNT]...`.

Belongs here: copies of the examples, each with other words in its text, and what checking them takes: processor time,
time and memory, first without a cache, then again; and what loading a location of Dagster with as many takes. Does not:
builds (`builds`, `figures`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from benchmarks.builds import ROOT, measured

COUNTS = (10, 100, 1_000)
MOST_SECONDS = 0.6
"""Maximum seconds of processor time of an article."""
MOST_GROWTH = 1.2
"""Maximum peak of memory with the largest number of articles, as a multiple of that with the one before."""
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/dossier.toml"))
_SENTENCE_END = re.compile(r"(?<=[a-z])\.(?=\s|$)")


@dataclass(frozen=True)
class Checked:
    """What one command took: seconds of processors and of the clock, and its peak in MiB."""

    articles: int
    processor: float
    clock: float
    peak: float

    @property
    def each(self) -> float:
        """Seconds of processor time of an article."""
        return self.processor / self.articles


def name_of(number: int) -> str:
    """Return a word for a number: `aab` is 1. A number would be read as one of the article's."""
    letters = []
    for _ in range(3):
        number, rest = divmod(number, len(ascii_lowercase))
        letters.append(ascii_lowercase[rest])
    return "".join(reversed(letters))


def make(folder: Path, count: int) -> list[Path]:
    """Write copies of the examples into a folder, by turns, and return them.

    Each sentence of a copy ends with a word of its own, so that nothing that is read of one is known of another.
    """
    made = []
    for number, example in enumerate(islice(cycle(EXAMPLES), count)):
        copy = folder / f"{example.name}_{name_of(number)}"
        shutil.copytree(example, copy)
        for text in copy.glob("*.md"):
            words = _SENTENCE_END.sub(f", {name_of(number)} says.", text.read_text(encoding="utf-8"))
            text.write_text(words, encoding="utf-8")
        made.append(copy)
    return made


def checked(articles: Sequence[Path], cache: Path) -> Checked:
    """Check articles by one command in a fresh process."""
    command = [sys.executable, "-m", "tidebook", "check", *map(str, articles), "--fail-on", "none", "--format", "sarif"]
    environment = {**os.environ, "TIDEBOOK_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    told = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    clock = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"exit {process.returncode}: {told[-2_000:]}")
    return Checked(len(articles), used.ru_utime + used.ru_stime, clock, used.ru_maxrss / 2**10)


def measure(counts: Sequence[int] = COUNTS) -> dict[str, Any]:
    """Return what each number of articles takes, without a cache and with that of the same command before."""
    rows = []
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="many-") as scratch:
            articles = make(Path(scratch) / "articles", count)
            cache = Path(scratch) / "cache"
            first, again = checked(articles, cache), checked(articles, cache)
            rows.append({"first": asdict(first), "again": asdict(again)})
            print(line(first, again), flush=True)
    return {"rows": rows, "most_seconds": MOST_SECONDS, "most_growth": MOST_GROWTH}


def line(first: Checked, again: Checked) -> str:
    """Return what a number of articles takes, as a line of a table."""
    return (
        f"{first.articles:8,}  {first.processor:8.1f}  {first.each:7.3f}  {first.clock:8.1f}  {first.peak:6.0f}"
        f"  {again.processor:8.1f}  {again.each:7.3f}  {again.peak:6.0f}"
    )


LOCATION = """\
import sys
from pathlib import Path
import dagster as dg
from tidebook.pipelines.defs.component import ArticlesComponent
if len(sys.argv) > 1:
    found = dg.load_from_defs_folder(path_within_project=Path(sys.argv[1])).get_repository_def()
    assert len(found.asset_graph.get_all_asset_keys()) == int(sys.argv[2])
"""


def loaded(folder: Path, count: int) -> tuple[float, float]:
    """Return the processor seconds of a process that loads a location of articles, and of one that imports the same."""
    make(folder / "articles", count)
    defs = folder / "desk" / "defs"
    (defs / "daily").mkdir(parents=True)
    for each in (defs.parent, defs):
        (each / "__init__.py").touch()
    (folder / "dg.toml").write_text('directory_type = "project"\n\n[project]\nroot_module = "desk"\n')
    attributes = f"attributes: {{dossiers: {folder / 'articles'}}}\n"
    component = f"type: tidebook.pipelines.defs.component.ArticlesComponent\n{attributes}"
    (defs / "daily" / "defs.yaml").write_text(component, encoding="utf-8")
    python, paths = [sys.executable, "-c", LOCATION], f"{folder}:{ROOT}"
    _, loading = measured([*python, str(defs), str(count)], folder, PYTHONPATH=paths)
    _, importing = measured(python, folder, PYTHONPATH=paths)
    return loading, importing


LOADED = 100
"""Articles of the location that is loaded."""

HEAD = "articles  seconds of processors, of each, of the clock, MiB; again with a cache: seconds, of each, MiB"


def main(counts: Sequence[int]) -> int:
    """Measure, print a table, and say whether the goals are met."""
    print(HEAD)
    found = measure(counts)["rows"]
    each = [row["first"]["processor"] / row["first"]["articles"] for row in found]
    print(f"most of an article: {max(each):.3f} s, at most {MOST_SECONDS} s: {met(max(each) <= MOST_SECONDS)}")
    if len(found) > 1:
        growth = found[-1]["first"]["peak"] / found[-2]["first"]["peak"]
        print(f"memory grows {growth:.2f} times, at most {MOST_GROWTH} times: {met(growth <= MOST_GROWTH)}")
    with tempfile.TemporaryDirectory(prefix="many-") as scratch:
        loading, importing = loaded(Path(scratch), LOADED)
    print(f"a location of {LOADED} articles loads in {loading:.1f} s, of which importing takes {importing:.1f} s")
    return 0


def met(is_met: bool) -> str:
    """Return the word for a goal."""
    return "met" if is_met else "missed"


if __name__ == "__main__":
    sys.exit(main([int(each) for each in sys.argv[1:]] or COUNTS))
