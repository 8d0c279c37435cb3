"""Seeded damage to a dossier: cells, headers, rows, bytes, encodings, TOML keys and values, whole files.

What a build makes of it is judged in `mutants`.
"""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable
from pathlib import Path

Rows = list[list[str]]

CELLS = (
    "", " ", "\t", "0", "-0", "-1", "1", "100", "-$5", "NaN", "nan", "inf", "-inf", "None", "null", "True", "N/A",
    "n/a (not told)", "N/A (", "—", "-", "+", "~", "%", "$", "1e308", "1e309", "-1e308", "1e-308", "5e-324", "1e-400",
    "9" * 400, "0." + "0" * 400 + "1", "1" + "0" * 5000, "1,2,3", "1.2.3", "1_000", "0x10", "1e5e5", "$1Z", "$1e400",
    "$" * 50, "2..1", "5–1", "1–2", "1-", "(est.)", "1e25 (est.)", "1e25 (est.) (est.)", "up to 5", "at least -3",
    "thousands", "millions of billions", "1.8 trillion, estimated", "10 billion billion", "13B+", "$13B+", "$13B++",
    "~2024-02", "2024-02-30", "0001-01-01", "9999-12-31", "0000-00-00", "2024", "20240101", "2024-W05-1", "2024-02",
    "٣", "１２", "½", "②", "١٫٥", "1\u00a0000", "1\u202f000", "−5", "1‐2", "\u202e35", "\u200b5", "\ufeff5", "5\u0301",
    "a\u2028b", "a\nb", "a\r\nb", "\r", '"', '""', "'", "a,b", ";", "=1+1", "@SUM(1)", "<script>alert(1)</script>",
    "</td>", "&amp;", "{{ 7 * 7 }}", "{% raw %}", "%s%n", "${jndi}", "../../etc/passwd", "/etc/passwd", "C:\\x", "a/b",
    "[link](javascript:1)", "|", "`x`", "\\", "\x1b[31m", "\x7f", "\x01", "\ud7ff", "\U0010ffff", "🧨", "x" * 100,
    "x" * 100_000, "x" * 140_000, "1" * 131_073, "(" * 3000, "1 " * 2000, "~" * 2000, "P", "D", "USD", "FLOP",
    "percent", "article", "row", "openai", "gpt_4", "training_runs/gpt_4/training_compute", "a/b/c", "language",
    "GPT-4", "OpenAI",
)  # fmt: skip

HEADERS = (
    "",
    " ",
    "Model",
    "model",
    "subject",
    "text",
    "unit",
    "\ufeffModel",
    "x" * 1000,
    "Ｍodel",
    "note",
    "#",
    "a\nb",
)

VALUES = (
    "", '""', '"x"', "0", "-1", "1", "2", "1.5", "nan", "inf", "-inf", "1e400", "-0.0", "true", "[]", "{}", "[1]",
    '["x"]', "{ a = 1 }", "[[[]]]", "1979-05-27", "1979-05-27T07:32:00Z", "07:32:00", "2024-02-30", "0001-01-01",
    "9999-12-31", "9223372036854775807", "9223372036854775808", "1" + "0" * 400, "1" * 5000, "0x1F", "0x" + "f" * 5000,
    "0b" + "1" * 64, "1_000", "1__0", '"""',
    '"""a\nb"""', "'''x'''", "'\\x'", '"\\u0000"', '"\\u202E"', '"\\uD800"', '"../x"', '"' + "x" * 20_000 + '"',
    '"at_least 5"', '"at_least 1e400"', '"between 5 1"', '"between nan 1"', '"at_most significance"', '"p"', '"row"',
    '"article"', '"content"', '"burst"', '"no_such_metric"', '"us_share"', "[[", "]]", "= =", "1 2", "# none",
    "1000000", "100", "0.5", "0.95", "1.0", "1e-300", "1e6", "600", "[2024-10-01]", "[0001-01-01]", "[9999-12-31]",
    "[1, 'x']",
    '["strict"]', '["openai"]', '["openai", "openai"]', '["<b>"]',
)  # fmt: skip

BYTES = (b"\x00", b"\xff", b"\xfe\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\r", b"\x1a",
         b"\n", b'"', b",", b"\xe2\x80\xa8", b"\x85", b"\x0c")  # fmt: skip


def mutate(folder: Path, seed: int) -> list[str]:
    """Damage the dossier as the seed says and return what was done, in words."""
    chance = random.Random(seed)
    return [mutate_once(folder, chance) for _ in range(chance.choices((1, 2, 3, 6), (60, 25, 12, 3))[0])]


def mutate_once(folder: Path, chance: random.Random) -> str:
    """Make one change to one file."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in (".csv", ".toml", ".lock"))
    if not paths:
        return "nothing is left"
    path = chance.choice(paths)
    if path.suffix == ".csv":
        kinds: tuple[Callable[[Path, random.Random], str], ...] = (change_table, change_bytes, change_file)
        weights = (80, 15, 5)
    else:
        kinds, weights = (change_toml, change_bytes, change_file), (80, 15, 5)
    kind = chance.choices(kinds, weights)[0]
    return f"{path.relative_to(folder).as_posix()}: {kind(path, chance)}"


def short(text: str) -> str:
    """Return a text as a short literal."""
    return ascii(text) if len(text) <= 40 else f"{text[:20]!a}… of {len(text)}"


# Tables.


def change_table(path: Path, chance: random.Random) -> str:
    """Change a CSV file and write it again, mostly as it was written before."""
    text = path.read_bytes().decode("utf-8", "replace")
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        rows = []
    if len(rows) < 2 or not rows[0]:
        return change_bytes(path, chance)
    said = chance.choices(
        (set_cell, edit_cell, edit_digit, move_cell, change_row, change_header, change_column),
        (30, 20, 20, 8, 12, 5, 5),
    )[0](rows, chance)
    sink = io.StringIO(newline="")
    ending = chance.choices(("\n", "\r\n", "\r"), (90, 7, 3))[0]
    quoting = chance.choices((csv.QUOTE_MINIMAL, csv.QUOTE_ALL), (90, 10))[0]
    csv.writer(sink, lineterminator=ending, quoting=quoting).writerows(rows)
    path.write_bytes(sink.getvalue().encode("utf-8", "surrogatepass"))
    return said


def some_cell(rows: Rows, chance: random.Random) -> tuple[list[str], int]:
    """Return a row below the header and a place in it."""
    row = chance.choice([row for row in rows[1:] if row] or [[""]])
    return row, chance.randrange(len(row))


def set_cell(rows: Rows, chance: random.Random) -> str:
    row, place = some_cell(rows, chance)
    former, row[place] = row[place], chance.choice(CELLS)
    return f"cell {short(former)} is {short(row[place])}"


def edit_cell(rows: Rows, chance: random.Random) -> str:
    row, place = some_cell(rows, chance)
    former = row[place]
    at = chance.randrange(len(former) + 1)
    new = chance.choice(("", "0", "9", ".", ",", "-", "+", "~", " ", "e", "$", "%", "(", ")", "é", "٣", '"', "K", "–"))
    row[place] = former[:at] + new + former[at + chance.choice((0, 1, 1)) :]
    return f"cell {short(former)} is {short(row[place])}"


def edit_digit(rows: Rows, chance: random.Random) -> str:
    row, place = some_cell(rows, chance)
    former = row[place]
    digits = [match.start() for match in re.finditer("[0-9]", former)]
    if not digits:
        return edit_cell(rows, chance)
    at = chance.choice(digits)
    row[place] = former[:at] + chance.choice("0123456789") + former[at + 1 :]
    return f"cell {short(former)} is {short(row[place])}"


def move_cell(rows: Rows, chance: random.Random) -> str:
    (row, place), (other, there) = some_cell(rows, chance), some_cell(rows, chance)
    if chance.random() < 0.6:
        there = min(place, len(other) - 1)
    row[place], other[there] = other[there], row[place]
    return f"cells {short(row[place])} and {short(other[there])} change places"


def change_row(rows: Rows, chance: random.Random) -> str:
    at = chance.randrange(1, len(rows))
    other = chance.randrange(0, len(rows))
    kind = chance.choice(
        ("removed", "doubled", "moved", "cut", "longer", "blank", "empty", "first", "all removed", "many")
    )
    if kind == "removed":
        del rows[at]
    elif kind == "doubled":
        rows.insert(other, list(rows[at]))
    elif kind == "moved":
        rows[at], rows[other] = rows[other], rows[at]
    elif kind == "cut":
        rows[at] = rows[at][:-1]
    elif kind == "longer":
        rows[at] = [*rows[at], chance.choice(CELLS)]
    elif kind == "blank":
        rows.insert(at, [])
    elif kind == "empty":
        rows[at] = [""] * len(rows[at])
    elif kind == "first":
        rows.insert(0, rows.pop(at))
    elif kind == "all removed":
        del rows[1:]
    else:
        rows.extend(
            [f"{cell} {copy}" if place == 0 else cell for place, cell in enumerate(rows[at])]
            for copy in range(chance.choice((10, 300)))
        )
    return f"row {at}: {kind}"


def change_header(rows: Rows, chance: random.Random) -> str:
    place = chance.randrange(len(rows[0]))
    former = rows[0][place]
    new = chance.choice((*HEADERS, former.upper(), former + " ", former[:-1], rows[0][0], rows[0][-1]))
    rows[0][place] = new
    return f"header {short(former)} is {short(new)}"


def change_column(rows: Rows, chance: random.Random) -> str:
    place, other = chance.randrange(len(rows[0])), chance.randrange(len(rows[0]))
    kind = chance.choice(("removed", "doubled", "moved", "blank", "filled"))
    value = chance.choice(CELLS)
    for index, row in enumerate(rows):
        if max(place, other) >= len(row):
            continue
        if kind == "removed":
            del row[place]
        elif kind == "doubled":
            row.append(row[place])
        elif kind == "moved":
            row[place], row[other] = row[other], row[place]
        elif index:
            row[place] = "" if kind == "blank" else value
    return f"column {place} {kind}" + (f" with {short(value)}" if kind == "filled" else "")


# Declarations.


def change_toml(path: Path, chance: random.Random) -> str:
    """Change a TOML file by its lines."""
    lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    said = chance.choices(
        (set_value, edit_value, change_key, change_line, add_lines, change_element), (35, 25, 8, 12, 10, 10)
    )[0](lines, chance)
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    return said


def some_key(lines: list[str], chance: random.Random) -> int | None:
    """Return the number of a line that has a key and a value."""
    found = [at for at, line in enumerate(lines) if re.match(r"\s*[\w\"'.-]+\s*=", line)]
    return chance.choice(found) if found else None


def set_value(lines: list[str], chance: random.Random) -> str:
    at = some_key(lines, chance)
    if at is None:
        return add_lines(lines, chance)
    former = lines[at]
    lines[at] = f"{former.partition('=')[0]}= {chance.choice(VALUES)}"
    return f"line {at + 1}, {short(former)}, is {short(lines[at])}"


def edit_value(lines: list[str], chance: random.Random) -> str:
    at = some_key(lines, chance)
    if at is None:
        return add_lines(lines, chance)
    former = lines[at]
    start = former.index("=") + 1
    digits = [match.start() for match in re.finditer("[0-9]", former) if match.start() > start]
    if digits and chance.random() < 0.5:
        place = chance.choice(digits)
        lines[at] = former[:place] + chance.choice("0123456789") + former[place + 1 :]
    else:
        place = chance.randrange(start, len(former) + 1)
        new = chance.choice(
            ("", "_", "0", ".", '"', "'", "\\", "]", "[", "{", "}", "#", ",", " ", "e", "\x01", "é", "\u202e")
        )
        lines[at] = former[:place] + new + former[place + chance.choice((0, 1)) :]
    return f"line {at + 1}, {short(former)}, is {short(lines[at])}"


def change_key(lines: list[str], chance: random.Random) -> str:
    at = some_key(lines, chance)
    if at is None:
        return add_lines(lines, chance)
    former = lines[at]
    name = former.partition("=")[0].strip()
    new = chance.choice(
        (f"{name}x", f'"{name}"', f"{name}.{name}", '""', "a b", "é", name.upper(), "__class__", "kind", "x" * 5000)
    )
    lines[at] = f"{new} ={former.partition('=')[2]}"
    return f"line {at + 1}, {short(former)}, is {short(lines[at])}"


def change_line(lines: list[str], chance: random.Random) -> str:
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.choice(("removed", "doubled", "moved", "no comment", "cut here", "swapped"))
    if kind == "removed":
        del lines[at]
    elif kind == "doubled":
        lines.insert(at, lines[at])
    elif kind == "moved":
        lines.insert(other, lines.pop(at))
    elif kind == "no comment":
        lines[at] = lines[at].lstrip("# ")
    elif kind == "swapped":
        lines[at], lines[other] = lines[other], lines[at]
    else:
        del lines[at:]
    return f"line {at + 1} {kind}"


def change_element(lines: list[str], chance: random.Random) -> str:
    """Remove, double or move a whole table of the file."""
    heads = [at for at, line in enumerate(lines) if line.startswith("[")]
    if len(heads) < 2:
        return change_line(lines, chance)
    which = chance.randrange(len(heads))
    start, end = heads[which], [*heads, len(lines)][which + 1]
    block = lines[start:end]
    kind = chance.choice(("removed", "doubled", "moved", "emptied", "renamed", "single"))
    if kind in ("removed", "moved"):
        del lines[start:end]
    if kind == "moved":
        lines.extend(block)
    elif kind == "doubled":
        lines[end:end] = block
    elif kind == "emptied":
        del lines[start + 1 : end]
    elif kind == "renamed":
        lines[start] = chance.choice(
            ("[x]", "[[x]]", "[a.b.c]", "[[claims]]", "[sources.x]", "[draws]", "[]", "[[claims.interpretations]]")
        )
    elif kind == "single":
        lines[start] = lines[start].replace("[[", "[").replace("]]", "]")
    return f"table in line {start + 1} {kind}"


def add_lines(lines: list[str], chance: random.Random) -> str:
    deep = chance.choice((50, 500, 5000))
    new = chance.choice(
        (
            "x = 1",
            "x = " + "[" * deep + "]" * deep,
            "x = " + "{a=" * deep + "1" + "}" * deep,
            ".".join(["a"] * deep) + " = 1",
            "[" + ".".join(["a"] * deep) + "]",
            "[[" + ".".join(["a"] * (deep // 10)) + "]]",
            f"x = {'9' * deep}",
            f'x = "{"y" * deep * 20}"',
            "x = [" + "1," * deep + "]",
            "\n".join(f"k{place} = {place}" for place in range(deep)),
            "\n".join("[[x]]" for _ in range(deep)),
            "[[claims]]",
            "[sources.a]\ntitle = 1",
            "[[predictions]]",
            "# " + "z" * deep * 20,
            "x = '''",
            "\t\x0b",
        )
    )
    at = chance.choice((0, len(lines), chance.randrange(len(lines) + 1)))
    lines.insert(at, new)
    return f"line {at + 1} new: {short(new)}"


# Bytes and files.


def change_bytes(path: Path, chance: random.Random) -> str:
    """Change a file without regard to what it holds."""
    data = path.read_bytes()
    at = chance.randrange(len(data) + 1)
    kind = chance.choice(
        ("cut", "empty", "inserted", "flipped", "doubled", "CRLF", "CR", "BOM", "encoded", "joined", "long")
    )
    said = kind
    if kind == "cut":
        data = data[:at]
    elif kind == "empty":
        data = b""
    elif kind == "inserted":
        new = chance.choice(BYTES)
        data, said = data[:at] + new + data[at:], f"{new!r} inserted"
    elif kind == "flipped":
        data = data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :] if at < len(data) else data
    elif kind == "doubled":
        data += data
    elif kind in ("CRLF", "CR"):
        data = data.replace(b"\n", b"\r\n" if kind == "CRLF" else b"\r")
    elif kind == "BOM":
        data = b"\xef\xbb\xbf" * chance.choice((1, 1, 2)) + data
    elif kind == "encoded":
        encoding = chance.choice(("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7", "cp037"))
        data, said = data.decode("utf-8", "replace").encode(encoding, "replace"), encoding
    elif kind == "joined":
        data = data.replace(b"\n", b"")
    else:
        data = data[:at] + b"y" * chance.choice((10_000, 1_000_000)) + data[at:]
    path.write_bytes(data)
    return f"{said} at byte {at}"


def change_file(path: Path, chance: random.Random) -> str:
    """Put something else in the place of a file."""
    kind = chance.choice(
        ("gone", "folder", "link to itself", "link out", "link inside", "another's content", "renamed", "no bytes")
    )
    if kind == "another's content":
        others = sorted(other for other in path.parent.iterdir() if other.is_file())
        path.write_bytes(chance.choice(others).read_bytes())
        return kind
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "link to itself":
        path.symlink_to(path.name)
    elif kind == "link out":
        outside = next(folder for folder in path.parents if folder.name == "raw").with_name("outside")
        outside.write_bytes(b"a,b\n")  # later changes of this name go there
        path.symlink_to(outside)
    elif kind == "link inside":
        others = sorted(other.name for other in path.parent.iterdir() if other.is_file())
        path.symlink_to(chance.choice(others) if others else "nothing")
    elif kind == "renamed":
        path.with_name(path.name.upper()).write_bytes(b"")
    elif kind == "no bytes":
        path.write_bytes(b"")
    return kind
