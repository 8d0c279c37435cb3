"""Words that attack whatever shows them: markup, formulas, commands of terminals and of runners of workflows.

Belongs here: seeded hostile words wherever a dossier holds words, and the judgement of the forms in which they come
out. Does not: other changes of a dossier, or commands that end in no document (`hostile`).
"""

from __future__ import annotations

import csv
import json
import random
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from selectolax.lexbor import LexborHTMLParser as HTMLParser

WORDS = (
    "<script>alert(1)</script>", "</style><img src=x onerror=f>", "' onfocus='f", '" onfocus="f', "<!-- ]]>",
    "javascript:alert(1)", "[a](javascript:b)", "![c](//d)", "{{ 7*7 }}", "{% x %}", "&lt;script&gt;", "`code` | cell",
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "＝1+1", "\t=1", " =1",
    "##[add-mask]x", "::error::x", "##vso[task.complete]x", "x\\n::stop-commands::y", "%0A::error::x",
    "\\u202egnp.exe", "\\u200b=1", "\\ufffe", "\\uffff", "\\ufeff", "_x0041_", "@everyone",
    "www.evil.example", "x" * 9_000,
)  # fmt: skip
"""As they stand in a TOML string, where a backslash begins an escape."""

FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝]")
PLAIN = re.compile(r"[+-]?[\d.,]+(?:e[+-]\d+)?%?|-INF")
"""A number, which no spreadsheet runs."""

FORMS = ("text", "json", "github", "sarif", "junit", "rdjson")
RUNNER = re.compile(r"(?m)^\s*::(?!(?:error|warning|notice) file=)|##\w*\[")
"""What a runner takes for a command, but for the annotations that `--format github` is for."""


def change_words(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Put hostile words in the place of, or beside, some that people wrote: in declarations, headers and cells."""
    words = chance.choice(WORDS)
    path = raw / chance.choice(("dossier.toml", "claims.toml", "claims.toml", "metrics.toml", "sources.toml"))
    text = path.read_text(encoding="utf-8")
    places = [found for found in re.finditer(r'\b(\w+) = "([^"\n]*)"', text) if found[1] not in KEPT]
    place = chance.choice(places)
    new = chance.choice((words, f"{place[2]} {words}", f"{words} {place[2]}")).replace('"', '\\"')
    path.write_text(f"{text[: place.start(2)]}{new}{text[place.end(2) :]}", encoding="utf-8")
    said = f"words: {place[1]} is {new[:40]!a}"
    if chance.random() < 0.4:
        table = raw / "article" / "shops.csv"
        cell = words.replace('"', "'").replace("\\n", "\n")
        table.write_text(table.read_text().replace("East", f'"East {cell}"'), encoding="utf-8")
        said += " and a cell"
    return said, False


KEPT = ("path", "id", "name", "role", "unit", "is", "metric", "predicate", "tier", "source")
"""Keys whose words are names or expressions: of these other changes have many."""


def elements(folder: Path) -> set[str]:
    """Return the elements that the pages of a report have."""
    found: set[str] = set()
    for page in folder.glob("*.html"):
        found |= {node.tag for node in _nodes(page)}
    return found


def _nodes(page: Path) -> Iterator[Any]:
    yield from HTMLParser(page.read_text(encoding="utf-8")).css("*")


def report_faults(folder: Path, known: set[str]) -> Iterator[str]:
    """Yield what hostile words became in a report, whose pages otherwise have these elements."""
    for name in ("card.svg", "badge.svg", "feed.xml"):
        try:
            tree = ElementTree.parse(folder / name)
        except ElementTree.ParseError as error:
            yield f"{name}: {error}"
            continue
        if any("script" in each.tag or any(key.startswith("on") for key in each.attrib) for each in tree.iter()):
            yield f"{name}: a script"
    if strange := elements(folder) - known:
        yield f"elements {sorted(strange)}"
    for page in folder.glob("*.html"):
        for node in _nodes(page):
            for key, value in node.attributes.items():
                if key.startswith("on") or (
                    key in ("href", "src") and (value or "").strip().lower().startswith("java")
                ):
                    yield f"{page.name}: <{node.tag} {key}={value!a}>"


def export_faults(folder: Path, book: Path) -> Iterator[str]:
    """Yield what a spreadsheet would run in exports as CSV and as a workbook."""
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                for cell in row:
                    if FORMULA.match(cell) and not PLAIN.fullmatch(cell):
                        yield f"{path.name}: {cell[:40]!a}"
    with zipfile.ZipFile(book) as files:
        for name in files.namelist():
            tree = ElementTree.fromstring(files.read(name))
            if name.startswith("xl/worksheets/sheet") and tree.findall(".//{*}f"):
                yield f"{name}: a formula"


def output_fault(form: str, output: str) -> str:
    """Return what is wrong with findings in a form, "" if nothing is."""
    if RUNNER.search(output):
        return f"a command of a runner in {form}: {RUNNER.search(output)}"
    try:
        if form == "junit":
            ElementTree.fromstring(output)
        elif form in ("json", "sarif", "rdjson"):
            json.loads(output)
    except (ElementTree.ParseError, ValueError) as error:
        return f"{form}: {error}"
    return ""
