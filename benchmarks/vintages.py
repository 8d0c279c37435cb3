"""Dated claims over the history of a data set: the engine's verdicts beside an oracle that reads the files by itself.

Belongs here: the claims, the oracle, the comparison. Does not: any data; the history is that of a git repository.

The repository is such as a clone of github.com/datasets/population, whose file `data/population.csv` has the columns
Country Code, Year and Value.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tidebook.pipelines.graph.graph import graph_with
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read.evidence_tables.countries import country
from tidebook.schemas.base import records

FILE, CLAIMS = "data/population.csv", 200

Cells = dict[tuple[str, int], float]

DOSSIER = """
[article]
title = "Claims over a history"
published = {published}

[tables.days]
path = "days.csv"
title = "Days"
[tables.days.columns]
"claim" = {{ name = "claim", role = "subject" }}
"year" = {{ name = "year", unit = "calendar year" }}

[sources.repository]
title = "Population"
publisher = "World Bank, as CSV in a git repository"
address = "https://github.com/datasets/population"
tier = "S"
licence = "CC BY 4.0"
published = {published}

[evidence.pop]
path = "evidence/{{}}.csv"
vintages = [{vintages}]
source = "repository"
key = ["Country Code", "Year"]
values = {{ people = {{ column = "Value", unit = "person" }} }}
"""


class Claim(NamedTuple):
    """A claim with the day it was said, its expression and condition, and what an oracle computes."""

    said: dt.date
    expression: str
    unit: str
    predicate: str
    holds: dict[dt.date, bool | None]


def history(repository: Path, file: str) -> dict[dt.date, str]:
    """Return the text of a file by the day of each commit that changed it; of one day the last."""

    def git(*words: str) -> str:
        command = [str(shutil.which("git")), "-C", str(repository), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    commits = [line.split() for line in git("log", "--reverse", "--format=%H %cs", "--", file).splitlines()]
    return {dt.date.fromisoformat(day): git("show", f"{commit}:{file}") for commit, day in commits}


def cells(text: str) -> Cells:
    """Return the values of a version by country and year."""
    rows = csv.DictReader(io.StringIO(text))
    return {(row["Country Code"], int(row["Year"])): float(row["Value"]) for row in rows if row["Value"]}


def claims(versions: dict[dt.date, Cells], count: int) -> Iterator[Claim]:
    """Yield claims on a value, a change and a comparison, each close to what some version holds."""
    choose = random.Random(1)
    days = sorted(versions)
    common = set.intersection(*(set(each) for each in versions.values()))
    known = sorted(code for code in {code for code, _ in common} if country(code) == code.lower())
    years = range(1990, max(year for _, year in common) + 1)
    for _ in range(count):
        said = dt.date.fromordinal(choose.randrange(days[0].toordinal(), days[-1].toordinal() + 400))
        one, other = choose.sample(known, 2)
        year = choose.choice(years)
        near = versions[choose.choice(days)]
        kind = choose.randrange(3)
        if kind == 0:
            above, below, unit, less = (one, year), None, "person", 0.0
        elif kind == 1:
            above, below, unit, less = (one, year), (one, choose.choice(range(1970, year))), "percent", 1.0
        else:
            above, below, unit, less = (one, year), (other, year), "percent", 0.0
        limit = round(_value(near, above, below, less), 1)
        if below is None:
            limit = round(limit * choose.choice((0.99, 1, 1.01)))
        text = _looked_up(above) + (f" / {_looked_up(below)}" if below else "") + (" - 1" if less else "")
        holds: dict[dt.date, bool | None] = {}
        for day in days:
            is_there = above in versions[day] and (below is None or below in versions[day])
            holds[day] = _value(versions[day], above, below, less) > limit if is_there else None
        yield Claim(said, text, unit, f"above {limit}", holds)


def _value(cells: Cells, above: tuple[str, int], below: tuple[str, int] | None, less: float) -> float:
    """Return a value, or in percent a quotient of two less something."""
    return cells[above] if below is None else 100 * (cells[above] / cells[below] - less)


def _looked_up(cell: tuple[str, int]) -> str:
    return f'pop["{cell[0]}", {cell[1]}]'


def judged(texts: dict[dt.date, str], made: list[Claim]) -> list[str]:
    """Return the status of each claim when published, as the engine judges it."""
    published = max(each.said for each in made)
    vintages = ", ".join(map(str, sorted(texts)))
    parts = [DOSSIER.format(published=published, vintages=vintages)]
    for number, each in enumerate(made):
        parts.append(
            f'[[claims]]\nid = "c{number}"\nstatement = "claim {number}"\nsaid = {each.said}\n'
            f'is = \'{each.expression}\'\nunit = "{each.unit}"\npredicate = "{each.predicate}"\n'
        )
    with tempfile.TemporaryDirectory() as place:
        raw = Path(place, "raw")
        (raw / "evidence").mkdir(parents=True)
        (raw / "dossier.toml").write_text("\n".join(parts), encoding="utf-8")
        (raw / "days.csv").write_text("claim,year\na,2020\n", encoding="utf-8")
        for day, text in texts.items():
            (raw / "evidence" / f"{day}.csv").write_text(text, encoding="utf-8")
        run = Run(graph_with(raw, None, None).up_to("verdicts"), Store(Path(place, "store")), Path(place, "out"))
        run.execute(RunObserver())
        rows = [row for row in records(run.table("verdicts")) if row["evidence_view"] == "best_known"]
    first = min(row["as_of"] for row in rows)
    found = {row["claim_id"]: row["status"] for row in rows if row["as_of"] == first}
    return [found[f"c{number}"] for number in range(len(made))]


def main(arguments: list[str]) -> int:
    """Print how many verdicts equal the oracle's, and how many today's data alone would misjudge."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vintages", description=__doc__)
    parser.add_argument("repository", type=Path, help="a clone")
    parser.add_argument("file", nargs="?", default=FILE, help=f"a file in it (default: {FILE})")
    parser.add_argument("claims", nargs="?", type=int, default=CLAIMS, help=f"how many (default: {CLAIMS})")
    given = parser.parse_args(arguments)
    texts = history(given.repository, given.file)
    versions = {day: cells(text) for day, text in texts.items()}
    made = list(claims(versions, given.claims))
    found = judged(texts, made)
    words = {True: "supported", False: "contradicted", None: "untestable"}
    alike = misjudged = decided = 0
    for number, (claim, status) in enumerate(zip(made, found, strict=True)):
        known = [day for day in claim.holds if day <= claim.said]
        expected = words[claim.holds[max(known)] if known else None]
        alike += status == expected
        if expected != "untestable":
            decided += 1
            misjudged += words[claim.holds[max(claim.holds)]] != expected
        if status != expected:
            print(f"c{number} said {claim.said}: {status}, oracle {expected}: {claim.expression} {claim.predicate}")
    print(f"{len(texts)} vintages from {min(texts)} to {max(texts)}")
    print(f"claims: {len(made)}; as the oracle: {alike}")
    print(f"misjudged by today's data alone: {misjudged} of {decided} ({misjudged / decided:.1%})")
    return 0 if alike == len(made) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
