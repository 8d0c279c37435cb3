"""`tidebook check` of many articles in one process: `python -m benchmarks.many [COUNT]...`.

Belongs here: copies of the examples, each with other words in its text, and what checking them takes: processor time,
time and memory, first without a cache, then again; and how long a location of Dagster with many articles takes to load.
Does not: builds (`builds`, `figures`).
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from benchmarks.builds import ROOT, Used, measured, used

COUNTS = (10, 100, 1_000)
MOST_SECONDS = 0.6
"""Maximum processor seconds per article."""
MOST_GROWTH = 1.2
"""Maximum factor by which the peak of memory grows from the second largest number of articles to the largest."""
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/dossier.toml"))
_SENTENCE_END = re.compile(r"(?<=[a-z])\.(?=\s|$)")


def name_of(number: int) -> str:
    """Return a word for a number: `aab` is 1. Digits would be read as a number of the article."""
    letters = []
    for _ in range(3):
        number, rest = divmod(number, len(ascii_lowercase))
        letters.append(ascii_lowercase[rest])
    return "".join(reversed(letters))


def make(folder: Path, count: int) -> list[Path]:
    """Write copies of the examples into a folder, by turns, and return them.

    Each sentence of a copy ends with a word of its own, so that no article can profit from what was read in another.
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


def checked(articles: Sequence[Path], cache: Path) -> Used:
    """Check articles by one command in a fresh process."""
    command = [sys.executable, "-m", "tidebook", "check", *map(str, articles), "--fail-on", "none", "--format", "sarif"]
    return used(command, TIDEBOOK_CACHE=str(cache), PYTHONPATH=str(ROOT))


def measure(counts: Sequence[int] = COUNTS) -> dict[str, Any]:
    """Check each number of articles twice, first without a cache and then with the one that the first check filled."""
    rows = []
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="many-") as scratch:
            articles = make(Path(scratch) / "articles", count)
            cache = Path(scratch) / "cache"
            first, again = checked(articles, cache), checked(articles, cache)
            rows.append({"articles": count, "first": first._asdict(), "again": again._asdict()})
            print(line(count, first, again), flush=True)
    return {"rows": rows, "most_seconds": MOST_SECONDS, "most_growth": MOST_GROWTH}


def line(count: int, first: Used, again: Used) -> str:
    """Return the row of the table for so many articles."""
    return (
        f"{count:8,}  {first.processor:8.1f}  {first.processor / count:7.3f}  {first.clock:8.1f}  {first.peak:6.0f}"
        f"  {again.processor:8.1f}  {again.processor / count:7.3f}  {again.peak:6.0f}"
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
    """Return the processor seconds of loading a location of articles, and of its imports alone."""
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
"""Number of articles in the location that is loaded."""

HEAD = "articles  processor seconds, per article, wall seconds, MiB; with a cache: processor seconds, per article, MiB"


def main(counts: Sequence[int]) -> int:
    """Measure, print a table, and say whether the goals are met."""
    print(HEAD)
    found = measure(counts)["rows"]
    most = max(row["first"]["processor"] / row["articles"] for row in found)
    print(f"at most {most:.3f} s per article; the goal is {MOST_SECONDS} s: {met(most <= MOST_SECONDS)}")
    if len(found) > 1:
        growth = found[-1]["first"]["peak"] / found[-2]["first"]["peak"]
        print(f"memory grows by a factor of {growth:.2f}; the goal is {MOST_GROWTH}: {met(growth <= MOST_GROWTH)}")
    with tempfile.TemporaryDirectory(prefix="many-") as scratch:
        loading, importing = loaded(Path(scratch), LOADED)
    print(f"a location of {LOADED} articles loads in {loading:.1f} s, including {importing:.1f} s of imports")
    return 0


def met(is_met: bool) -> str:
    """Return the word for a goal that is or is not met."""
    return "met" if is_met else "missed"


if __name__ == "__main__":
    sys.exit(main([int(each) for each in sys.argv[1:]] or COUNTS))
