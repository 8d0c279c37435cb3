"""Time and memory that evidence tables of millions of rows take, by size, compared with DuckDB on the same query.

"Rows" does what DuckDB's query does: it reads the file and finds the rows that expressions name; it also computes the
SHA-256 of the file. "Build" is everything up to the outcomes, in an empty store: it also stores the file, and most of
its time does not depend on the file's size. Three dossiers: some series of a few countries, a slice across all keys of
one year, and seventy claims, each said on a day of its own, that together read every row of a file of 112,000.

Belongs here: the file, the dossier and the measurement. Does not: what is right to find (the tests).

Each size is measured in a process of its own, imports aside.
"""

from __future__ import annotations

import argparse
import datetime as dt
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
from typing import NamedTuple

SIZES = (1_000_000, 3_000_000, 10_000_000)
CLAIMS = 70
COUNTRIES = (
    "GBR", "FRA", "DEU", "ITA", "ESP", "USA", "CAN", "JPN", "BRA", "IND", "AUS", "AUT", "BEL", "BGR", "CHE", "CHL",
    "CHN", "COL", "CYP", "CZE", "DNK", "EGY", "EST", "FIN", "GRC", "HRV", "HUN", "IDN", "IRL", "ISL", "ISR", "KEN",
    "KOR", "LTU", "LUX", "LVA", "MEX", "NLD", "NOR", "POL",
)  # fmt: skip
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

"""

LOOKUPS = """
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
statement = "It is the highest of all"
is = "rank(data[s42, usa, latest], among = data[s42, :, latest])"
predicate = "at_most 1"
"""
LOOKUPS_QUERY = """
select series, country, year, value from read_parquet('{path}')
where (series = 's17' and year = 2019)
   or (series = 's42' and country in ('GBR', 'USA') and year between 1990 and 2019)
   or (series = 's42')
"""

SLICE = """
[[claims]]
id = "none"
statement = "No value of 2019 is above 100"
is = "max(data[:, :, 2019])"
unit = "percent"
predicate = "at_most 100"
"""
SLICE_QUERY = "select series, country, year, value from read_parquet('{path}') where year = 2019"

RANKED = """
[[claims]]
id = "rank_{number}"
statement = "Series {number} has Britain among the first ten"
is = "rank(data[s{number}, gbr, latest], among = data[s{number}, :, latest])"
predicate = "at_most 10"
said = {day}
"""
RANKED_QUERY = """
select count(*) + 1 from read_parquet('{path}') where series = 's{number}' and year = {year} and value > (
    select value from read_parquet('{path}') where series = 's{number}' and country = 'GBR' and year = {year})
"""


class Case(NamedTuple):
    """What a dossier asks of its evidence, and the same in SQL."""

    claims: str
    queries: tuple[str, ...]


def _seventy() -> Case:
    days = [dt.date(1990, 1, 15) + dt.timedelta(days=150 * number) for number in range(CLAIMS)]
    claims = [RANKED.format(number=number, day=day) for number, day in enumerate(days)]
    queries = [RANKED_QUERY.format(path="{path}", number=number, year=day.year - 1) for number, day in enumerate(days)]
    return Case("".join(claims), tuple(queries))


CASES = {
    "lookups": Case(LOOKUPS, (LOOKUPS_QUERY,)),
    "slice": Case(SLICE, (SLICE_QUERY,)),
    "claims": _seventy(),
}
ROWS_OF_CLAIMS = CLAIMS * len(COUNTRIES) * len(YEARS)


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


def folder(place: Path, case: str, rows: int) -> Path:
    """Return a dossier with a table of so many rows."""
    raw = place / f"{case}_{rows}"
    raw.mkdir()
    (raw / "dossier.toml").write_text(DOSSIER + CASES[case].claims, encoding="utf-8")
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

    queries = [each.format(path=raw / "data.parquet") for each in CASES[raw.name.partition("_")[0]].queries]

    def rows() -> object:
        connection = duckdb.connect()
        return [connection.execute(query).fetchall() for query in queries]

    return rows


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


def measure(sizes: tuple[int, ...] = SIZES) -> dict[tuple[str, int], dict[str, dict[str, float]]]:
    """Return seconds and MB by case and size and by what is measured."""
    found: dict[tuple[str, int], dict[str, dict[str, float]]] = {}
    wanted = [(case, rows) for rows in sizes for case in ("lookups", "slice")]
    with tempfile.TemporaryDirectory() as place:
        for case, rows in [("claims", ROWS_OF_CLAIMS), *wanted]:
            small = Path(place) / f"{case}_{ROWS_OF_CLAIMS}"
            small = small if small.exists() else folder(Path(place), case, ROWS_OF_CLAIMS)
            raw = small if rows == ROWS_OF_CLAIMS else folder(Path(place), case, rows)
            size = (raw / "data.parquet").stat().st_size / 2**20
            found[case, rows] = {"file": {"MB": size}}
            for what in MEASURED:
                command = [sys.executable, "-m", "benchmarks.evidence", "--child", what, str(small), str(raw)]
                text = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout
                found[case, rows][what] = json.loads(text)
    return found


def whole_command() -> tuple[float, float]:
    """Return processor seconds and MB of `tidebook build` of the seventy claims, start and report included."""
    with tempfile.TemporaryDirectory() as place:
        raw = folder(Path(place), "claims", ROWS_OF_CLAIMS)
        command = [sys.executable, "-m", "tidebook", "build", str(raw), "--out", str(Path(place) / "out")]
        subprocess.run(command, check=True, capture_output=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


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
    processor, most = whole_command()
    print(f"tidebook build of {CLAIMS} claims over {ROWS_OF_CLAIMS:,} rows: {processor:.1f} s processor, {most:.0f} MB")
    found = measure(tuple(given.rows) or SIZES)
    headings = [f"{what:>6} s  processor s     MB" for what in MEASURED]
    print(" | ".join(["                  rows  file MB", *headings]))
    for (case, rows), each in found.items():
        parts = [f"{case:8} {rows:>13,} {each['file']['MB']:8.0f}"]
        for what in MEASURED:
            own = each[what]
            parts.append(f"{own['seconds']:8.2f} {own['processor']:12.2f} {own['MB']:6.0f}")
        print(" | ".join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
