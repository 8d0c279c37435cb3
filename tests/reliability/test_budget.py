"""A hostile dossier of up to a megabyte costs `tidebook check --inputs-only` at most 5 s of a processor and 500 MB.

To judge what can be read takes as long as it has claims.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import LONG, ROOT, SMALL

SECONDS, MEGABYTES = 5, 500

CLAIM = '\n[[claims]]\nid = "{}"\nkind = "prose"\nstatement = "s"\nquote = "q"\nuntestable = "none"\n'
METRIC = '\n[metrics.m{}]\nis = "shops[north].sales + {} * shops[south].sales"\nunit = "USD"\nmeans = "m"\n'
LISTED = '{ interpretation = "i", metric = "north_share", predicate = "at_least 0.4" }'
TABLE = '\n[tables.t]\npath = "article/t.csv"\ntitle = "t"\n[tables.t.columns]\nc = { name = "c", unit = "%s" }\n'

Change = Callable[[Path], None]


def adding(file: str, text: str) -> Change:
    def change(dossier: Path) -> None:
        with (dossier / file).open("a") as stream:
            stream.write(text)

    return change


def with_page(text: str) -> Change:
    def change(dossier: Path) -> None:
        (dossier / "article.html").write_text(text)
        declared = dossier / "dossier.toml"
        declared.write_text(declared.read_text().replace("[article]\n", '[article]\ntext = "article.html"\n', 1))

    return change


HOSTILE: dict[str, Change] = {
    "a page of forgotten tags": with_page("<a '½½'<a ½" * 27_000),
    "claims of one id": adding("claims.toml", CLAIM.format("x") * 9_000),
    "a key of many parts": adding("dossier.toml", "\n[" + ".".join("a" * 300_000) + "]\n"),
    "a text that looks like a key": adding("dossier.toml", '\nx = "' + "a." * 400_000 + '"\n'),
    "a unit of many factors": adding("dossier.toml", TABLE % ("km" + "-day" * 12)),
    "many claims": adding("claims.toml", "".join(map(CLAIM.format, (f"c{n}" for n in range(10_000))))),
    "many metrics": adding("metrics.toml", "".join(METRIC.format(n, n) for n in range(4_000))),
    "many interpretations": adding(
        "claims.toml", f'\n[[claims]]\nid = "z"\nstatement = "s"\ninterpretations = [{", ".join([LISTED] * 5_000)}]\n'
    ),
    "many brackets": adding("dossier.toml", "\nx = " + "[" * 100_000 + "]" * 100_000 + "\n"),
    "a long cell": adding("article/shops.csv", 'x,"' + "9 x " * 30_000 + '"\n'),
    "a long expression": adding("metrics.toml", METRIC.format(0, "+".join("1" * 200_000))),
    "many names in a cohort": adding(
        "dossier.toml", "\n[cohorts]\na = [" + ", ".join(f'"n{n}"' for n in range(30_000)) + "]\n"
    ),
}
HOSTILE["claims with many interpretations"] = adding(
    "claims.toml",
    "".join(
        f'\n[[claims]]\nid = "c{n}"\nstatement = "s"\ninterpretations = [{", ".join([LISTED] * 100)}]\n'
        for n in range(100)
    ),
)
REFUSED = {
    "many claims": "expected at most 5,000 claims",
    "many interpretations": "at most 100",
    "claims with many interpretations": "expected at most 1,000 interpretations in all claims together",
    "many metrics": "at most 1000",
    "many names in a cohort": "at most 2000",
}
"""What would take minutes to judge, and the limit that says so."""
SAMPLE = 5
"""The first cases, each of which took a minute or gigabytes once, are in every run."""


def _table(rows: int, columns: int, cell: Callable[[int, int], object]) -> str:
    """Return a table in Markdown whose cells are `cell(row, column)`, and a line before it."""
    lines = ["Text.", "", "|".join(["| Item", *(f"C{column}" for column in range(columns)), ""])]
    lines.append("|---" * (columns + 1) + "|")
    for row in range(rows):
        lines.append("|".join([f"| Item {row}", *(str(cell(row, column)) for column in range(columns)), ""]))
    return "\n".join([*lines, "", ""])


def _some(row: int, column: int) -> int:
    """Return a number that looks like any."""
    return (row * 7_919 + column * 104_729) % 9_973


MEAN = "In 2020 there were 100 shops, 101 sales and 102 in total, 57% more than the mean of 100.\n\n"
TEXTS: dict[str, tuple[str, str]] = {
    "cells that span a hundred rows and columns": ("html", "<table>" + "<tr><td rowspan=100 colspan=100>5" * 8_000),
    "tags that nobody closes": ("html", "<p><b><i><a>x " * 18_000),
    "tables of small counts": ("md", _table(30, 6, lambda row, column: _some(row, column) % 4) * 60),
    "wide tables": ("md", _table(250, 200, _some)),
    "tables of percentages": ("md", _table(100, 20, lambda row, column: f"{_some(row, column) % 100}%") * 12),
    "a table of equal rows": ("md", _table(900, 3, lambda row, column: ("50%", "50%", "100%")[row % 3]) * 5),
    "means of nine hundred rows": ("md", _table(900, 3, lambda row, column: 100 + column) + MEAN * 600),
    "numbers": ("md", "57 of 3,481 of 9,114 of 6,830 of\n\n" * 2_400),
    "a row of many columns": ("txt", "\t".join(["5"] * 5_000) + "\n" + "\t".join(["6"] * 5_000) + "\n"),
}
"""Texts of which each took from ten seconds to hours."""
TEXT_SAMPLE = 3


@pytest.mark.parametrize("what", list(TEXTS)[: None if LONG else TEXT_SAMPLE])
def test_a_hostile_text_stays_within_the_budget(tmp_path: Path, what: str) -> None:
    form, text = TEXTS[what]
    path = tmp_path / f"text.{form}"
    path.write_text(text)
    result = _checked(str(path))
    assert result.returncode in (0, 1, 2), result.stderr[-300:]
    assert int(result.stdout.split()[-1]) < MEGABYTES * 1024


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


@pytest.mark.parametrize("what", list(HOSTILE)[: None if LONG else SAMPLE])
def test_a_hostile_dossier_stays_within_the_budget(tmp_path: Path, what: str) -> None:
    dossier = Path(shutil.copytree(SMALL, tmp_path / "dossier"))
    HOSTILE[what](dossier)
    result = _checked("--inputs-only", "--raw", str(dossier))
    assert result.returncode in (0, 1, 2), result.stderr[-300:]
    assert "Traceback" not in result.stderr
    assert REFUSED.get(what, "") in result.stderr
    assert int(result.stdout.split()[-1]) < MEGABYTES * 1024


def _checked(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a check; the limit is the kernel's, so that nothing here reads a clock: a check beyond it is killed."""
    command = [sys.executable, "-c", CHECK, *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, preexec_fn=_limit)


CHECK = """
import resource, sys
from tidebook.pipelines.commands.app import app
code = 0
try:
    app(["check", *sys.argv[1:]])
except SystemExit as ended:
    code = ended.code
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(code)
"""
