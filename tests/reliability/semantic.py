"""Slips of meaning in a dossier: one declared name, number, unit, day or basis is another, and all can still be read.

Belongs here: what can slip in a folder, how it does, and what a build made of it. Building is in `mutants`, damage to
files in `mutate`. `python -m tests.reliability SEED` shows one.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tidebook.pipelines.read.dossier.sections import input_paths
from tidebook.releases import LocalRelease
from tidebook.schemas.base import records
from tidebook.schemas.parquet import read_parquet

KINDS = ("name", "number", "unit", "date", "basis")
PROSE = {
    "address", "altnames", "author", "authors", "caption", "criterion", "description", "key innovation", "license",
    "meaning", "means", "method", "note", "path", "publisher", "quote", "reading", "statement", "text", "title",
    "why", "words",
}  # fmt: skip
"""Columns and keys whose words say something to people, or name what is no part of a dossier."""

RULES = {"minimum", "maximum"}
"""Keys of what is refused: a bound that all values still keep changes nothing else."""

UNSEEN = {"claims.database"}
"""Sections that only what was fetched is held against: nothing is fetched here."""

NAMED = {"metrics", "sources", "tables", "units"}
"""Sections whose parts have names of the dossier's own in their heads."""

KEYED = {"counts", "cutoffs", "define", "cohorts", "search_cutoffs", "themes", "words"}
"""Sections whose keys are names of the dossier's own."""

EXPRESSIONS = {"is", "predicate"}
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
NUMBER = re.compile(r"[^\w.,]{0,3}\d[\d.,]*", re.ASCII)
NAME = re.compile(r"[^\W\d][\w./*&’' -]{1,59}")
TOKEN = re.compile(
    r'"(?P<text>[^"\\]*)"|\'(?P<literal>[^\']*)\'|(?P<date>\d{4}-\d\d-\d\d)|(?P<number>(?<![\w.-])\d[\d_.e]*)|#.*'
)
KEY = re.compile(r"(?:^|[{,\[])\s*[\"']?([\w./-]+)[\"']?\s*=")
WORD = re.compile(r"(?P<name>\b[a-z][a-z0-9_]{2,}\b)|(?P<number>(?<![\w.])\d+(?:\.\d+)?)", re.ASCII)
SAME = ("inputs/", "manifest.json", "datapackage.json", "ro-crate-metadata.json", "croissant.json")
"""Files of a release that differ although nothing that it says does."""


class Item(NamedTuple):
    """What can slip: a text of one kind, on a line of a file from a character on; `key` is what it is given for."""

    kind: str
    path: str
    line: int
    start: int
    text: str
    key: str


def items(folder: Path) -> list[Item]:
    """Return all that can slip in a dossier, in the order of its files."""
    found: list[Item] = []
    for path in sorted(set(input_paths(folder, False))):
        if path.endswith(".csv"):
            found += _cells(folder, path)
        elif path.endswith(".toml"):
            found += _declared(path, (folder / path).read_text(encoding="utf-8"))
    return found


def _cells(folder: Path, path: str) -> Iterator[Item]:
    """Yield the cells; `line` is the number of the row, `start` that of the column."""
    rows = list(csv.reader(io.StringIO((folder / path).read_text(encoding="utf-8-sig"), newline="")))
    for line, row in enumerate(rows[1:], start=1):
        for start, text in enumerate(row[: len(rows[0])]):
            header = rows[0][start].lower()
            kind = header if header in ("unit", "basis") else _kind(text, header != "text" and header in PROSE)
            if kind and text:
                yield Item(kind, path, line, start, text, header)


def _kind(text: str, prose: bool) -> str:
    if DATE.fullmatch(text):
        return "date"
    if not prose and NUMBER.match(text):
        return "number"
    return "name" if not prose and NAME.fullmatch(text) and len(text.split()) <= 5 else ""


def _declared(path: str, text: str) -> Iterator[Item]:
    """Yield the values of a TOML file that stand within a line."""
    key, section, within = "", "", ""
    for line, content in enumerate(text.split("\n")):
        if head := re.match(r"\[+([\w.\"-]+)", content):
            section = head[1]
            root, _, name = section.rpartition(".")
            if root in NAMED and '"' not in name:
                yield Item("name", path, line, head.end() - len(name), name, root)
            continue
        if section in UNSEEN:
            continue
        if content.count('"""') % 2:
            within = "" if within else '"""'
            continue
        keys = [] if within else [(found.start(), found[1]) for found in KEY.finditer(content)]
        if section in KEYED and keys and content.startswith(keys[0][1]):
            yield Item("name", path, line, 0, keys[0][1], section)
        for found in () if within else TOKEN.finditer(content):
            key = next((name for place, name in reversed(keys) if place < found.start()), key)
            if content[found.end() :].lstrip()[:1] != "=":
                yield from _valued(Item(found.lastgroup or "", path, line, 0, "", key), section, found)
        if keys:
            key = keys[-1][1]


def _valued(item: Item, section: str, found: re.Match[str]) -> Iterator[Item]:
    """Yield what can slip in one value: its words and numbers, where it is an expression."""
    kind, key = item.kind, item.key
    if kind in ("date", "number"):
        if key not in RULES:
            yield item._replace(start=found.start(kind), text=found[kind])
    elif kind and (key in EXPRESSIONS or section == "define"):
        for word in WORD.finditer(found[kind]):
            yield item._replace(kind=word.lastgroup or "", start=found.start(kind) + word.start(), text=word[0])
    elif kind and found[kind]:
        own = {"unit": "unit", "basis": "basis", "exact_bases": "basis"}.get(key)
        if own or (key not in PROSE and section not in ("words", "themes") and _kind(found[kind], False) == "name"):
            yield item._replace(kind=own or "name", start=found.start(kind), text=found[kind])


def slip(folder: Path, seed: int, known: Sequence[Item] = ()) -> tuple[Item, str]:
    """Let one item slip as the seed says; return it and what stands there now. Kinds are as likely as one another.

    `known` are the folder's items, where they have been found before.
    """
    chance = random.Random(seed)
    known = known or items(folder)
    kind = chance.choice([each for each in KINDS if any(item.kind == each for item in known)])
    item = chance.choice([each for each in known if each.kind == kind])
    others = sorted({each.text for each in known if each.kind == kind and each.text != item.text})
    same_key = [each.text for each in known if each.kind == kind and each.key == item.key and each.text != item.text]
    new = item.text
    while _same(new, item.text):
        new = _slipped(item, chance, sorted(set(same_key)) or others)
    write(folder, item, new)
    return item, new


def _same(one: str, other: str) -> bool:
    """Return whether two texts are one, or plainly one number, as `0.05` and `0.050`."""
    try:
        return one == other or float(one.strip("%$")) == float(other.strip("%$"))
    except ValueError:
        return False


def _slipped(item: Item, chance: random.Random, others: Sequence[str]) -> str:
    text = item.text
    if item.kind == "date":
        return _other_day(dt.date.fromisoformat(text), chance)
    if item.kind == "number":
        places = [place for place, sign in enumerate(text) if sign.isdigit()]
        place = chance.choice(places)
        way = chance.choice(("digit", "digit", "longer", "shorter"))
        if way == "longer":
            return text[: place + 1] + "0" + text[place + 1 :]
        if way == "shorter" and len(places) > 1:
            return text[:place] + text[place + 1 :]
        return text[:place] + chance.choice("0123456789") + text[place + 1 :]
    if others and (item.kind == "unit" or chance.random() < 0.5):
        return chance.choice(others)
    at = chance.randrange(len(text) - 1) if len(text) > 1 else 0
    return chance.choice(
        (text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :], text[: at + 1] + text[at:], text[:-1])
    )


def _other_day(day: dt.date, chance: random.Random) -> str:
    year, month, number = day.year, day.month, day.day
    way = chance.choice(("year", "century", "swapped", "day"))
    if way == "year":
        year += chance.choice((-1, 1))
    elif way == "century":
        year += chance.choice((-100, 100))
    elif way == "swapped":
        month, number = number, month
    else:
        number = chance.randrange(1, 29)
    return f"{year:04}-{month:02}-{number:02}"


def write(folder: Path, item: Item, new: str) -> None:
    """Put another text in the place of an item."""
    path = folder / item.path
    if item.path.endswith(".csv"):
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        rows[item.line][item.start] = new
        sink = io.StringIO(newline="")
        csv.writer(sink, lineterminator="\n").writerows(rows)
        path.write_text(sink.getvalue(), encoding="utf-8")
        return
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[item.line] = lines[item.line][: item.start] + new + lines[item.line][item.start + len(item.text) :]
    path.write_text("\n".join(lines), encoding="utf-8")


def said(release: LocalRelease) -> dict[str, str]:
    """Return the hash of every file in which a release says something."""
    return {path: facts["sha256"] for path, facts in release.manifest["files"].items() if not path.startswith(SAME)}


def changed(release: LocalRelease, control: Mapping[str, str], item: Item) -> tuple[list[str], list[str]]:
    """Return the files that are not as without a slip, and what turned without a cause.

    How a prediction is asked stands in no table: where that slipped, its outcome says so in words and names no row.
    """
    now = said(release)
    files = sorted(path for path in now.keys() | control.keys() if now.get(path) != control.get(path))
    rows = records(read_parquet(release.folder / "tables" / "changes.parquet"))
    turned = [row for row in rows if row["kind"] in ("outcome", "verdict")]
    asked = {row["prediction_id"] for row in records(read_parquet(release.folder / "tables" / "predictions.parquet"))}
    told = asked if item.path == "predictions.toml" else set()
    without = [row for row in turned if not len(row["caused_by"]) and row["name"] not in told]
    return files, [f"{row['kind']} {row['name']}: {row['old']} to {row['new']}" for row in without]


def names(lines: Sequence[str], item: Item, new: str) -> list[str]:
    """Return the lines that name an item: what stands there, what stood there, or its place."""
    shown = {json.dumps(text, ensure_ascii=False)[1:-1] for text in (new, item.text)}
    place = f"{item.path}:{item.line + 1}"
    return [line for line in lines if any(text in line for text in shown) or place in line]
