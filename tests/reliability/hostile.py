"""Hostile dossiers: units, contracts, permissions, links, special files and sizes; what the commands make of them.

Belongs here: seeded changes of a small dossier that no editor makes by a slip, and the judgement of `check`, `lock`,
`read`, `status` and `build` on it. Does not: slips and damage to cells and declarations (`semantic`, `mutate`).
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import json
import os
import random
import re
import socket
import stat
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner, Result
from pyarrow import ArrowException

from tests.reliability import clones, doubles, foreign, words

Outcome = dict[str, Any]

CPU_SECONDS, MEMORY = 5.0, 500 << 20
"""The budget of one command on a hostile folder of 1 MB."""

ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""What a terminal acts on."""

TOKENS = (
    "<a ", "<table><tr><td>", "[x](", "![", "`", "**", "*_", "| a ", "> ", "- ", "1. ", "\n\n", "&lt;", "&#1;", "9 ",
    "9,", "$1 ", "10% ", "between 1 and ", "about ", "(", ")", "[", "{", "'", '"', "a.", "-day", "km/", "e9", "\\",
    "\u202e", "\x1b[31m", "٣", "½", "x" * 200, "2024-02-", "January ", "one hundred ", "half of ", "up to ", "\t", "\r",
    "\u2028", "#", "##[error]", "::error::", "\n::group::", "```\n", "~~~\n", "<!--", "<script>", "<![CDATA[",
)  # fmt: skip
FACTORS = (
    "km",
    "day",
    "USD",
    "GPU",
    "FLOP",
    "number",
    "percent",
    "hour",
    "person",
    "x",
    "",
    "1",
    "-",
    "é",
    "²",
    "\x00",
    "*",
)
MODES = (0o000, 0o111, 0o222, 0o333, 0o444)
CONTRACTS = {"title": "Three shops", "table": "shops"}


def change(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Make a dossier hostile; return what was done, and whether all that it says is still to be read."""
    kinds: tuple[Callable[[Path, random.Random], tuple[str, bool]], ...] = (
        change_unit, change_contracts, change_mode, change_link, change_size, change_text, change_evidence,
        change_accepted, words.change_words, change_clone, doubles.change_doubles, change_names, change_work,
    )  # fmt: skip
    return chance.choices(kinds, (12, 7, 11, 11, 11, 8, 11, 6, 5, 4, 8, 4, 2))[0](raw, chance)


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8", errors="surrogatepass") as file:
        file.write(text)


def change_unit(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Give a column, a metric or a declared unit a unit that is long, deep or no unit."""
    count = chance.choice((1, 2, 5, 12, 40, 400, 5000))
    unit = chance.choice(("-", "/", "*", "**9", " ", "·")).join(chance.choice(FACTORS) for _ in range(count))
    literal = json.dumps(unit)
    where = chance.choice(("column", "metric", "declared", "cell"))
    if where == "column":
        path = raw / "dossier.toml"
        path.write_text(path.read_text().replace('unit = "USD"', f"unit = {literal}"), encoding="utf-8")
    elif where == "metric":
        path = raw / "metrics.toml"
        path.write_text(path.read_text().replace('unit = "ratio"', f"unit = {literal}"), encoding="utf-8")
    elif where == "declared":
        words = ", ".join(json.dumps(chance.choice(TOKENS)) for _ in range(chance.choice((1, 5, 500))))
        _append(raw / "dossier.toml", f'\n[units.{literal}]\nmeaning = "m"\nwords = [{words}]\n')
    else:
        path = raw / "article" / "shops.csv"
        path.write_text(path.read_text().replace("$20M", literal[1:-1][:2000].replace(",", "")), encoding="utf-8")
    return f"unit of {where}: {unit[:40]!a} of {count}", False


def change_contracts(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Have a folder of contracts with junk in it."""
    folder = raw / "contracts"
    kind = chance.choice(("file", "history", "deep", "linked", "entry linked", "fifo", "package", "locked"))
    if kind == "file":
        folder.write_text("no folder")
        return "contracts are a file", False
    if kind == "linked":
        folder.symlink_to(raw.with_name("outside"))
        return "contracts are a link out", False
    folder.mkdir()
    if kind == "history":
        lines = [json.dumps({**CONTRACTS, "version": chance.choice(foreign.JUNK[:6]), "terms": {}}) for _ in range(3)]
        (folder / "history.jsonl").write_text("\n".join(lines))
    elif kind == "deep":
        (folder / "history.jsonl").write_text("[" * chance.choice((10, 100_000)))
    elif kind == "entry linked":
        (folder / chance.choice(("shops.json", "history.jsonl"))).symlink_to(raw.with_name("outside") / "canary")
    elif kind == "fifo":
        os.mkfifo(folder / chance.choice(("shops.json", "history.jsonl")))
    elif kind == "package":
        path = raw / "dossier.toml"
        path.write_text(path.read_text().replace("tables.shops", "tables.package"))
    else:
        folder.chmod(chance.choice(MODES))
    return f"contracts: {kind}", False


def _place(raw: Path, chance: random.Random) -> Path:
    return chance.choice([raw, *sorted(path for path in raw.rglob("*") if not path.is_symlink())][1:])


def change_mode(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Take the permission to read, list or enter from a file or folder."""
    path = _place(raw, chance)
    mode = chance.choice(MODES)
    path.chmod(mode)
    return f"{path.relative_to(raw)} has mode {mode:03o}", True


def change_link(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Put a link or a special file in the place of a file or folder."""
    path = _place(raw, chance)
    kind = chance.choice(("out", "up", "loop", "device", "fifo", "socket", "long", "inside"))
    kept = raw.with_name("kept")
    path.rename(kept)
    if kind == "out":
        path.symlink_to(kept)
    elif kind == "up":
        path.symlink_to(Path("..") / kept.name if path.parent == raw else Path("..", "..", kept.name))
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "device":
        path.symlink_to(chance.choice(("/dev/zero", "/dev/stdin", "/dev/full", "/proc/self/mem", "/dev/tty")))
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(os.path.relpath(path))
    elif kind == "long":
        path.symlink_to("x" * 255)
    else:
        inside = raw / "moved"
        kept.rename(inside)
        path.symlink_to(os.path.relpath(inside, path.parent))
    return f"{path.relative_to(raw)}: {kind}", True


SIZED = (
    "cell", "rows", "references", "claims", "metrics", "interpretations", "expression", "sources", "cohort", "define",
    "keys",
)  # fmt: skip


def change_size(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Add up to a megabyte of rows, claims, metrics, keys, references or one long value."""
    size = chance.choice((1_000, 30_000, 300_000))
    token = chance.choice(TOKENS)
    count = max(1, size // 60)
    kind = chance.choice(SIZED)
    if kind == "cell":
        _append(raw / "article" / "shops.csv", f'West,"{(token * size)[:size].replace(chr(34), "")}"\n')
    elif kind == "rows":
        _append(raw / "article" / "shops.csv", "".join(f"Shop {n},$1M\n" for n in range(count)))
    elif kind == "references":
        row = "shops/north/sales,audited,$24.1M,,USD,2024-04-30,accounts,P,\n"
        _append(raw / "reference" / "figures.csv", row * count)
    elif kind == "claims":
        text = '\n[[claims]]\nid = "c{}"\nstatement = "s"\nuntestable = "none"\n'
        _append(raw / "claims.toml", "".join(text.format(n) for n in range(count)))
    elif kind == "metrics":
        text = '\n[metrics.m{}]\nis = "shops[north].sales / {}"\nunit = "USD"\nmeans = "m"\n'
        _append(raw / "metrics.toml", "".join(text.format(n, n + 1) for n in range(count)))
    elif kind == "interpretations":
        listed = '{ interpretation = "i", metric = "north_share", predicate = "at_least 0.4" }'
        text = f'\n[[claims]]\nid = "z"\nstatement = "s"\ninterpretations = [{", ".join([listed] * count)}]\n'
        _append(raw / "claims.toml", text)
    elif kind == "expression":
        text = chance.choice(("(", "-", "not ", "1+", "shops.sales[", "sum(", "2**", '"', "a.b."))
        _append(
            raw / "metrics.toml", f'\n[metrics.m]\nis = \'{text * (size // len(text))}\'\nunit = "USD"\nmeans = "m"\n'
        )
    elif kind == "sources":
        _append(raw / "sources.toml", "".join(f'\n[sources.s{n}]\ntitle = "t"\n' for n in range(count)))
    elif kind == "cohort":
        _append(raw / "dossier.toml", "\n[cohorts]\na = [" + ", ".join(f'"name {n}"' for n in range(count)) + "]\n")
    elif kind == "define":
        _append(raw / "metrics.toml", "\n[define]\n" + "".join(f'd{n} = "d{n + 1}"\n' for n in range(count)))
    else:
        _append(raw / "dossier.toml", "".join(f'"{token!a}{n}" = {n}\n' for n in range(count)))
    return f"{kind} of {size}: {token!a}"[:80], False


def change_text(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Give the article a text, or evidence, of repeated signs."""
    size = chance.choice((300, 10_000, 300_000))
    some = chance.sample(TOKENS, 3)
    part = "".join(chance.choice(some) for _ in range(chance.choice((1, 7, 50))))
    text = (part * (size // len(part) + 1))[:size]
    name = chance.choice(("article.md", "article.html", "article.txt"))
    (raw / name).write_text(text, encoding="utf-8", errors="surrogatepass")
    path = raw / "dossier.toml"
    path.write_text(path.read_text().replace("[article]\n", f'[article]\ntext = "{name}"\n', 1))
    if chance.random() < 0.5:
        quote = json.dumps(chance.choice((text[:80], text[-80:], "".join(some))))
        _append(raw / "claims.toml", f'\n[[claims]]\nid = "q"\nstatement = "s"\nquote = {quote}\nuntestable = "n"\n')
    return f"{name} of {size}: {some!a}"[:80], False


UNITS_OF_WORK = (
    "- a\n", "1. a\n", "a\n\n", "# a\n\n", "> a\n\n", "|a|\n|-|\n\n", "| a | 1 |\n", "<li>a", "<tr><td>5", "<p>5",
    "[a](b) ", "<http://a> ", "*a* ", "`a` ", "![", "$1 ", "- 5 of 7, up 3%\n", "Sales of A rose by 5% to 7. ", "A b. ",
    "Item   5   6\n", "a\t5\t6\n", "&amp;", "<b>", "\n",
)  # fmt: skip


def change_work(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Give the article a text that is much work: up to 1 MB of the same, beside a table and sentences on it."""
    unit, size = chance.choice(UNITS_OF_WORK), chance.choice((100_000, 300_000, 1_000_000))
    rows, columns, sentences = chance.choice(((0, 0, 0), (5, 3, 50), (900, 19, 600), (300, 60, 2_000)))
    table = ["| Item |" + " n |" * columns, "|---" * (columns + 1) + "|"]
    table += [f"| Item {row} |" + "".join(f" {row * 7_919 % 997} |" for _ in range(columns)) for row in range(rows)]
    prose = "".join(f"Item {row} had {row * 7_919 % 991} of all {row}, 57% more.\n\n" for row in range(sentences))
    text = "\n".join([*table, "", prose]) if rows else ""
    form = chance.choice(("md", "md", "html", "txt"))
    body = unit * (max(size - len(text), 0) // len(unit))
    if "\n" not in unit and form != "html":  # paragraphs that are not refused for their length
        line = unit * (20_000 // len(unit)) + "\n\n"
        body = line * (max(size - len(text), 0) // len(line))
    (raw / f"article.{form}").write_text(f"{text}{body}\n")
    path = raw / "dossier.toml"
    path.write_text(path.read_text().replace("[article]\n", f'[article]\ntext = "article.{form}"\n', 1))
    return f"work: {form} of {size}: {unit!a}, {rows} rows and {sentences} sentences", False


NAMES = ("Fr\u200bance", "Fr\u0430nce", "\u202eecnarF", "Fran\x00ce", "Fran\u00adce", "France\ufeff", "Fran\u2066ce",
         "\uff26rance", "Fran\x9bce", "France\u3164")  # fmt: skip


def change_names(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Have names that look like others, or hold signs that nobody sees: in evidence, cells and references."""
    name = chance.choice(NAMES)
    where = chance.choice(("evidence", "header", "cell", "reference"))
    if where in ("evidence", "header"):
        (raw / "evidence").mkdir()
        rows = ["country,year,people", "France,2018,5", f"{name},2019,7", "Italy,2019,8"]
        wide = [f"year,{name},Italy", "2018,5,6", "2019,7,8"]
        (raw / "evidence" / "data.csv").write_text("\n".join([*(wide if where == "header" else rows), ""]))
        more = 'wide = "country"\nunit = "person"' if where == "header" else ""
        declared = EVIDENCE.format(kind="csv", more=more)
        if more:
            declared = declared.replace('key = ["country", "year"]\nvalues = { people = "person" }\n', "")
        _append(raw / "dossier.toml", declared)
        looked_up = "sum(data[:, 2019])" if more else "sum(data[:, 2019].people)"
        _append(raw / "metrics.toml", LOOKUP.format(looked_up))
    else:
        path = raw / ("article/shops.csv" if where == "cell" else "reference/figures.csv")
        path.write_text(path.read_text().replace("North" if where == "cell" else "audited", name, 1))
    return f"names in {where}: {name!a}", False


EVIDENCE = """
[evidence.data]
path = "evidence/data.{kind}"
source = "accounts"
key = ["country", "year"]
values = {{ people = "person" }}
{more}
"""
LOOKUP = '\n[metrics.looked_up]\nis = "{}"\nunit = "person"\nmeans = "m"\n'
LOOKUPS = (
    "data[fra, 2019].people", "sum(data[:, 2019].people)", "data[fra, latest].people", "max(data[fra].people)",
    "data[frx, 2019].people", "data[fra, 2018:2019].people[0]",
    "rank(data[fra, 2019].people, among = data[:, 2019].people)",
)  # fmt: skip
MORE = ("", 'wide = "country"', 'wide = "year"', 'max_age = "3 years"', 'resolution = "year"', 'metadata = "m.json"',
        'vintages = [2020-01-01]', 'aka = { fra = "France" }', 'unit = "person"', 'files = "{}"')  # fmt: skip
SPOILED = (
    b"\x00", b"\xff\xfe", b"\x1b[31m", b'"', b"\r", b",,,,,", b"\n\n", b"1e999", b"nan", b"\xc2\x85", b"=1+1", b"-",
)  # fmt: skip


EVIDENT = ("spoiled", "cut", "typed", "link", "large", "packed", "odd")


def change_evidence(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Give the dossier evidence whose file is damaged, special, large or a link, or declared in an odd way."""
    kind, how = chance.choice(("csv", "parquet")), chance.choice(EVIDENT)
    path = raw / "evidence" / f"data.{kind}"
    path.parent.mkdir()
    more = chance.choice(MORE) if how == "odd" or chance.random() < 0.2 else ""
    data = _evidence(kind, how, chance)
    if how == "spoiled":
        for _ in range(chance.choice((1, 1, 5))):
            place = chance.randrange(len(data))
            data = data[:place] + chance.choice(SPOILED) + data[place + chance.choice((0, 1, 9)) :]
    elif how == "cut":
        data = data[: chance.randrange(len(data))]
    if how == "link":
        target = chance.choice(("/dev/zero", "/dev/stdin", "/proc/self/mem", "../../outside/canary", path.name, "fifo"))
        os.mkfifo(path) if target == "fifo" else path.symlink_to(target)
    else:
        path.write_bytes(data)
    _append(raw / "dossier.toml", EVIDENCE.format(kind=kind, more=more))
    _append(raw / "metrics.toml", LOOKUP.format(chance.choice(LOOKUPS)))
    return f"evidence in {kind}: {how} {more}", False


def _evidence(kind: str, how: str, chance: random.Random) -> bytes:
    """Return a file of evidence, before it is spoiled."""
    if how == "packed":
        return _packed(chance.choice((900_000, 3_000_000, 20_000_000)), chance.choice((1, 30_000)))
    count = 200_000 if how == "large" else 3
    countries = pd.Series(["France", "Italy", "World"] * count, dtype=object)
    years = [2017 + place // 3 % (count + 1) for place in range(3 * count)]
    table = pd.DataFrame({"country": countries, "year": years, "people": range(3 * count)})
    if how == "typed":
        odd: list[object] = [
            [[1]],
            b"\xff",
            float("inf"),
            pd.Timestamp("2020-01-01"),
            True,
            None,
            "\x1b[31m",
            10**30,
            "£1m",
        ]
        table[chance.choice(list(table))] = pd.Series([chance.choice(odd)] * len(table), dtype=object)
    file = io.BytesIO()
    try:
        table.to_csv(file, index=False) if kind == "csv" else table.to_parquet(file)
    except (ValueError, TypeError, OverflowError, ArrowException):  # what Parquet does not hold
        return table.to_csv(index=False).encode()
    return file.getvalue()


def _packed(rows: int, length: int) -> bytes:
    """Return a Parquet file of some kB that holds the same row over and over, with a text of some length."""
    row = {"country": "x" * length, "year": 2019, "people": 1}
    indices = pa.array(np.zeros(rows, dtype=np.int32))
    columns = {name: pa.DictionaryArray.from_arrays(indices, pa.array([value])) for name, value in row.items()}
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, compression="zstd", row_group_size=rows)
    return file.getvalue()


ENTRY = "[[accepted]]\nid = {}\nwhy = {}\n"


def change_accepted(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Have entries of accepted findings that are junk, many, deep, or not in a regular file."""
    path = raw / "accepted.toml"
    kind = chance.choice(("junk", "many", "deep", "control", "link", "fifo", "folder", "bytes"))
    if kind == "junk":
        _append(path, ENTRY.format(*(chance.choice(('""', "1", "[]", '"north_leads"', '"a/b/c"')) for _ in range(2))))
    elif kind == "many":
        _append(path, "".join(ENTRY.format(f'"c{n}"', '"w"') for n in range(5_000)))
    elif kind == "deep":
        _append(path, f"accepted = {'[' * 50_000}")
    elif kind == "control":
        _append(path, ENTRY.format('"north_leads"', json.dumps(chance.choice(TOKENS))))
    elif kind == "link":
        path.symlink_to(chance.choice(("../outside/canary", "/dev/zero", "accepted.toml", "/proc/self/mem")))
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(chance.choice(SPOILED) * chance.choice((1, 1_000)))
    return f"accepted: {kind}", False


def change_clone(raw: Path, chance: random.Random) -> tuple[str, bool]:
    """Have the dossier in a clone of git whose configuration names programs."""
    return clones.make_hostile(raw, raw.with_name(TRACE), chance), False


TRACE = "ran"
"""The file that a program leaves behind which nothing should run."""

DAC_OVERRIDE, DAC_READ_SEARCH = 1, 2


def without_privileges() -> None:
    """Drop what lets an administrator read and enter everything; nothing changes for others."""

    class Header(ctypes.Structure):
        _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))

    class Data(ctypes.Structure):
        _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))

    system = ctypes.CDLL(None, use_errno=True)
    header, data = Header(0x20080522, 0), (Data * 2)()
    if system.capget(ctypes.byref(header), data) == 0:
        data[0].effective &= ~(1 << DAC_OVERRIDE | 1 << DAC_READ_SEARCH)
        system.capset(ctypes.byref(header), data)


def tree_of(folder: Path) -> dict[str, str]:
    """Return what is in a folder, by path, to see whether anything was written to it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if stat.S_ISREG(path.lstat().st_mode):
            found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[str(path)] = str(path.lstat().st_mode)
    return found


def ran(arguments: list[str], faults: list[str], ends: tuple[int, ...]) -> str:
    """Run a command in this process and note what is wrong with its end; return its output."""
    result, took = _timed(arguments)
    name = " ".join(arguments[:2])
    if result.exception and not isinstance(result.exception, SystemExit):
        lines = traceback.format_exception(*result.exc_info) if result.exc_info else []
        faults.append(f"{name}: traceback {''.join(lines)[-900:]}")
    elif result.exit_code not in ends:
        faults.append(f"{name}: exit code {result.exit_code}: {result.output[-300:]}")
    if words.RUNNER.search(result.output):
        faults.append(f"{name}: a command of a runner in {result.output[:300]!a}")
    if ACTING.search(result.output):
        faults.append(f"{name}: control characters in {result.output[:300]!a}")
    # What else the machine does adds to the time of a command and takes nothing from it.
    if took > CPU_SECONDS and (took := min(took, _timed(arguments)[1])) > CPU_SECONDS:
        faults.append(f"{name}: {took:.1f} s of processor time")
    return result.output


def _timed(arguments: list[str]) -> tuple[Result, float]:
    began = time.process_time()
    result = CliRunner().invoke(_app(), arguments, input="")
    return result, time.process_time() - began


def _app() -> Any:
    from tidebook.pipelines.commands.app import app

    return app


ADDRESSES = ("-x.csv", "x.csv@--all", "../x.csv", "x.csv@\x00", "x.csv", "", "@", "\x1b[31m.csv", ":(top)x.csv")
READ = ": all can be read"
BEFORE: list[str] = []
"""What `check` counts in the dossier as it is."""
ELEMENTS: set[str] = set()
"""Elements of HTML in the release of the dossier as it is."""


def know(dossier: Path, release: Path) -> None:
    """Learn what `check` counts in a dossier, and of which elements the pages of its release are made."""
    ELEMENTS.update(words.elements(release / "report"))
    output = CliRunner().invoke(_app(), ["check", "--raw", str(dossier)]).output
    BEFORE.extend(line for line in output.splitlines() if line.endswith(READ))


def attacked(task: Outcome) -> Outcome:
    """Make the dossier of a seed hostile, run commands on it, and judge them."""
    place, chance = Path(task["place"]), random.Random(task["seed"])
    raw, out, outside = place / "raw", place / "out", place / "outside"
    outside.mkdir()
    (outside / "canary").write_text("canary")
    os.chdir(place)
    faults: list[str] = []
    without_privileges()
    said, still = change(raw, chance)
    kept = {
        folder: tree_of(folder) for folder in (outside, place / "kept") if folder.is_dir() and not folder.is_symlink()
    }
    output = ran(["check", "--raw", str(raw)], faults, (0, 1, 2))
    readable = [line for line in output.splitlines() if line.endswith(READ)]
    if still and readable and readable != BEFORE:
        faults.append(f"silent: {readable} instead of {BEFORE}")
    if said.startswith("words"):
        _show_everywhere(raw, out, faults)
    if said.startswith("doubles"):
        _print_numbers(raw, out, faults)
    if said.startswith("names") and readable:
        faults.append(f"read as it is: {said}")
    further = _further(raw, out, said, chance)
    if further[0] != "build" or not readable or chance.random() < 0.3:
        ran(further, faults, (0, 2))
    if (place / TRACE).exists():
        faults.append(f"a program ran that a clone names: {further}")
    for folder, files in kept.items():
        if tree_of(folder) != files:
            faults.append(f"written outside: {folder}")
    _open_up(place)
    return {
        "seed": task["seed"],
        "said": said,
        "end": "read" if readable else "input",
        "faults": faults,
    }


def _further(raw: Path, out: Path, said: str, chance: random.Random) -> list[str]:
    """Return a command that is run after `check`."""
    if said.startswith("clone"):
        address = f"git:{raw}:{chance.choice(('article/shops.csv', *ADDRESSES))}"
        reviewed = ["review", "--raw", str(raw), "--", chance.choice(clones.REVISIONS)]
        return chance.choice((reviewed, reviewed, ["sources", "add", address, "--raw", str(raw)]))
    if chance.random() < 0.1:
        return ["schema", "--write", str(raw)]
    chosen = chance.choice(
        (
            ["lock"], ["lock"], ["read"], ["status", "--out", str(out)], ["build", "--out", str(out)], ["follow"],
            ["accept", "--all", "--why", "known"], ["sources", "add", f"git:{raw}:{chance.choice(ADDRESSES)}"],
        )
    )  # fmt: skip
    return [*chosen, "--raw", str(raw)]


def _show_everywhere(raw: Path, out: Path, faults: list[str]) -> None:
    """Have the words of a dossier in all forms of findings, in a report and in exports, and judge these."""
    for form in words.FORMS:
        result = CliRunner().invoke(_app(), ["check", "--raw", str(raw), "--format", form])
        faults += filter(None, [words.output_fault(form, result.stdout) if result.exit_code in (0, 1) else ""])
    if CliRunner().invoke(_app(), ["build", "--raw", str(raw), "--out", str(out)]).exit_code == 0:
        faults += words.report_faults(out / "latest" / "report", ELEMENTS)
        ran(["export", "--out", str(out), "--csv", "csv", "--xlsx", "t.xlsx", "--duckdb", "t.duckdb"], faults, (0,))
        faults += words.export_faults(Path("csv"), Path("t.xlsx"))


def _print_numbers(raw: Path, out: Path, faults: list[str]) -> None:
    """Have the numbers of a dossier in a release and in what commands print of it, and read its texts again."""
    ran(["build", "--raw", str(raw), "--out", str(out)], faults, (0, 2))
    if (out / "latest").exists():
        faults += doubles.unread_texts(out / "latest")
        for command in (["figures"], ["claims", "--json"], ["explain", "south_follows"], ["export", "--csv", "csv"]):
            ran([*command, "--out", str(out)], faults, (0,))


def _open_up(place: Path) -> None:
    """Give back all permissions, so that the next case may remove these files."""
    for folder, names, _ in os.walk(place):
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755)


READERS = (
    ["claims"], ["figures"], ["explain", "north_leads"], ["claims", "--json"], ["releases", "list"],
    ["releases", "show"],
    ["export", "--csv", "csv"], ["export", "--duckdb", "t.duckdb"], ["export", "--xlsx", "t.xlsx"], ["verify"],
    ["releases", "repair"], ["status"],
)  # fmt: skip


def foreign_release(task: Outcome) -> Outcome:
    """Read a release that holds the junk of a seed with some commands, and judge them."""
    place, chance = Path(task["place"]), random.Random(task["seed"])
    os.chdir(place)
    without_privileges()
    said = foreign.change_release(place / "out", chance)
    faults: list[str] = []
    commands = chance.choices(READERS, (5, 5, 5, 3, 3, 5, 3, 2, 2, 1, 2, 4), k=3)
    output = ""
    for command in commands:
        own = ["--raw", str(place / "raw")] if command[0] == "status" else []
        ends: tuple[int, ...] = (0, 1, 2) if command[0] == "verify" else (0, 2)
        if said.endswith(" locked"):  # permissions of an output folder are no bad input
            ends += (3,)
        output += ran([*command, *own, "--out", str(place / "out")], faults, ends)
    _open_up(place)
    return {"seed": task["seed"], "said": said, "end": "input" if "error: " in output else "read", "faults": faults}
