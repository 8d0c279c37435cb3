"""Time and memory that evidence tables of millions of rows take, by size, compared with DuckDB on the same query.

"Rows" does what DuckDB's query does: it reads the file and finds the rows that expressions name; it also computes the
SHA-256 of the file. "Build" is everything up to the outcomes, in an empty store: it also stores the file, and most of
its time does not depend on the file's size.

Belongs here: the file, the dossier and the measurement. Does not: what is right to find (the tests).

Each size is measured in a process of its own, imports aside.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

SIZES = (1_000_000, 3_000_000, 10_000_000)
COUNTRIES = ("GBR", "FRA", "DEU", "ITA", "ESP", "USA", "CAN", "JPN", "BRA", "IND")
YEARS = range(1980, 2020)
TRIES = 5
"""How often a query is run; the shortest time counts."""
MEASURED = ("rows", "build", "duckdb")

DOSSIER = """
[article]
title = "A large table"
published = 2024-06-03

[tables.shares]
path = "shares.csv"
title = "Shares"
[tables.shares.columns]
"Country" = { name = "country", role = "subject" }
"Share" = { name = "share", unit = "percent", basis = "share" }

[sources.office]
title = "Series"
publisher = "Office"
address = "none"
tier = "S"
licence = "CC0"
published = 2024-01-01

[evidence.data]
path = "data.parquet"
source = "office"
key = ["series", "country", "year"]
values = { value = "percent" }
basis = "share"

[[references]]
figures = "shares/*/share"
is = "data[s17, :, 2019]"

[[claims]]
id = "highest"
statement = "The value of 2019 is the highest since 1990"
is = "data[s42, gbr, 2019] - max(data[s42, gbr, 1990:2018])"
unit = "percentage point"
predicate = "above 0"

[[claims]]
id = "first"
statement = "It is the highest of ten"
is = "rank(data[s42, usa, latest], among = data[s42, :, latest])"
predicate = "at_most 1"
"""

QUERY = """
select series, country, year, value from read_parquet('{path}')
where (series = 's17' and year = 2019)
   or (series = 's42' and country in ('GBR', 'USA') and year between 1990 and 2019)
   or (series = 's42')
"""


def write(path: Path, rows: int) -> None:
    """Write a long table of so many rows, sorted by series as publishers' files are."""
    import numpy as np
    import pyarrow as arrow
    from pyarrow import parquet

    each = len(COUNTRIES) * len(YEARS)
    count = rows // each
    random = np.random.default_rng(1)
    names = arrow.array([f"s{number}" for number in range(count)])
    series = arrow.DictionaryArray.from_arrays(arrow.array(np.repeat(np.arange(count), each), arrow.int32()), names)
    codes = np.tile(np.repeat(np.arange(len(COUNTRIES)), len(YEARS)), count)
    country = arrow.DictionaryArray.from_arrays(arrow.array(codes, arrow.int32()), arrow.array(COUNTRIES))
    year = arrow.array(np.tile(np.array(YEARS), len(COUNTRIES) * count), arrow.int32())
    value = arrow.array(random.uniform(0, 100, len(year)).round(2))
    columns = {"series": series.cast(arrow.string()), "country": country.cast(arrow.string()), "year": year}
    parquet.write_table(arrow.table({**columns, "value": value}), path, row_group_size=500_000)


def folder(place: Path, rows: int) -> Path:
    """Return a dossier with a table of so many rows."""
    raw = place / f"raw_{rows}"
    raw.mkdir()
    (raw / "dossier.toml").write_text(DOSSIER, encoding="utf-8")
    (raw / "shares.csv").write_text("Country,Share\nUnited Kingdom,12.3%\nFrance,4.5%\n", encoding="utf-8")
    write(raw / "data.parquet", rows)
    return raw


class Peak:
    """The most memory that a process has while something runs, in MB, less what it had before."""

    def __init__(self) -> None:
        self.before = self.most = _resident()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._stop.wait(0.005):
            self.most = max(self.most, _resident())

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def grown(self) -> float:
        """MB above what there was before."""
        return (self.most - self.before) / 2**20


def _resident() -> int:
    """Return the resident memory of this process, in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def built(raw: Path, out: Path) -> None:
    """Bring the outcomes of a dossier up to date in an empty store."""
    from tidebook.pipelines.graph.graph import graph_with
    from tidebook.pipelines.graph.run import Run, RunObserver
    from tidebook.pipelines.graph.store import Store

    run = Run(graph_with(raw, None, None).up_to("outcomes"), Store(out / "store"), out)
    run.execute(RunObserver())
    assert len(run.table("evidence_rows")) > len(COUNTRIES)


def read(raw: Path, out: Path) -> Callable[[], object]:
    """Return a function that reads, from a dossier's evidence file, the rows that its expressions name."""
    from tidebook.pipelines.evaluate.evidence_rows import evidence_extracts, evidence_rows_table
    from tidebook.pipelines.graph.graph import graph_with
    from tidebook.pipelines.graph.run import Run
    from tidebook.pipelines.graph.store import Store
    from tidebook.pipelines.read.rawfile import read_raw

    run = Run(graph_with(raw, None, None), Store(out / "store"), out, complete=True)
    formulas = {**run.load("declared/formulas"), **run.load("declared/reference_formulas").formulas}
    evidence = run.load("declared/evidence")

    def rows() -> object:
        files = {"data.parquet": read_raw(raw, "data.parquet")}
        return evidence_rows_table(formulas, evidence, evidence_extracts(formulas, evidence, files))

    return rows


def queried(raw: Path) -> Callable[[], object]:
    """Return a function that queries DuckDB for the same rows."""
    import duckdb

    query = QUERY.format(path=raw / "data.parquet")
    return lambda: duckdb.connect().execute(query).fetchall()


def child(what: str, small: Path, raw: Path) -> dict[str, float]:
    """Measure one of the three on a large table, after a run on a small one has done the imports and filled caches."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place)
        works: dict[str, Callable[[Path, str], Callable[[], object]]] = {
            "rows": lambda folder, name: read(folder, out / name),
            "build": lambda folder, name: lambda: built(folder, out / name),
            "duckdb": lambda folder, name: queried(folder),
        }
        works[what](small, "small")()
        work = works[what](raw, "large")
        times = []
        with Peak() as peak:
            for _ in range(1 if what == "build" else TRIES):  # a build done once is cached
                start, busy = time.perf_counter(), time.process_time()
                work()
                times.append((time.perf_counter() - start, time.process_time() - busy))
    seconds, processor = (min(each) for each in zip(*times, strict=True))
    return {"seconds": seconds, "processor": processor, "MB": peak.grown}


def measure(sizes: tuple[int, ...] = SIZES) -> dict[str, dict[str, dict[str, float]]]:
    """Return seconds and MB by size and by what is measured."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as place:
        small = folder(Path(place), 40_000)
        for rows in sizes:
            raw = folder(Path(place), rows)
            size = (raw / "data.parquet").stat().st_size / 2**20
            found[f"{rows:,}"] = {"file": {"MB": size}}
            for what in MEASURED:
                command = [sys.executable, "-m", "benchmarks.evidence", "--child", what, str(small), str(raw)]
                text = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout
                found[f"{rows:,}"][what] = json.loads(text)
    return found


def main(arguments: list[str]) -> int:
    """Print the table, or in a child process what it measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence", description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, help=f"rows of the files (default: {SIZES})")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        what, small, raw = given.child
        print(json.dumps(child(what, Path(small), Path(raw))))
        return 0
    found = measure(tuple(given.rows) or SIZES)
    headings = [f"{what:>6} s  processor s     MB" for what in MEASURED]
    print(" | ".join(["            rows  file MB", *headings]))
    for rows, each in found.items():
        parts = [f"{rows:>16} {each['file']['MB']:8.0f}"]
        for what in MEASURED:
            own = each[what]
            parts.append(f"{own['seconds']:8.2f} {own['processor']:12.2f} {own['MB']:6.0f}")
        print(" | ".join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
