"""What the built-in reader decides of statements on tables: `python -m benchmarks.tabfact_statements PATH [--wrong]`.

TabFact's statements with programs, each below its table as a text of its own: right where its program comes out true.
Each right one with a number is tried a second time with the number a third larger, which is wrong. A statement is
decided if a number or wording of it agrees or disagrees. PATH is as for `benchmarks.tabfact`. Printed are the shares,
and no goal of findings follows: the sentences are in small letters, and most say more than a cell does.

Belongs here: statements as people wrote them. Does not: their programs (`benchmarks.tabfact`).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.mirror import DIGITS, changed
from benchmarks.tabfact import CannotRunError, Plain, read_program, read_table
from benchmarks.text.measure import read_text
from tidebook.pipelines.judge.readings.review import review_with_readings

_YEAR = re.compile(r"(?:1[89]|20)\d\d")


class Decided(NamedTuple):
    """A statement, whether it is right, and whether the reader agrees; None where it decides nothing."""

    text: str
    is_right: bool
    agrees: bool | None


def as_markdown(path: Path, caption: str) -> str:
    """Return a table of cells parted by `#` in Markdown, below its caption as a heading."""
    lines = [line.replace("|", "/").split("#") for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [f"| {' | '.join(' '.join(cell.split()) for cell in line)} |" for line in lines]
    return "\n".join([f"# {caption}", "", rows[0], "|---" * len(lines[0]) + "|", *rows[1:]])


def decided(table: str, statement: str) -> bool | None:
    """Return whether a statement agrees with the table above it; None if nothing in it was decided."""
    outcomes = review_with_readings(read_text(f"{table}\n\n{statement}\n"), []).judged.outcomes
    states = {outcome.state for outcome in outcomes}
    if "disagreed" in states:
        return False
    return True if "agreed" in states else None


def statements(path: Path) -> Iterator[Decided]:
    """Yield what the reader makes of the statements of a folder, and of the right ones with a wrong number."""
    for name, programs in json.loads((path / "bootstrap.json").read_text(encoding="utf-8")).items():
        file = path / "tables" / name
        for statement, _, caption, _, program in programs:
            text = re.sub(r"\s+([.,%;])", r"\1", statement)
            text = text[:1].upper() + text[1:]
            table = as_markdown(file, caption)
            try:
                truth = Plain(read_table(file)).truth(read_program(program))
            except CannotRunError:
                continue
            if truth is None:
                continue
            yield Decided(text, truth, decided(table, text))
            number = next((found for found in DIGITS.finditer(text) if not _YEAR.fullmatch(found[0])), None)
            if truth and number:
                wrong = next(changed(number[0]), number[0])
                other = f"{text[: number.start()]}{wrong}{text[number.end() :]}"
                if wrong != number[0]:
                    yield Decided(other, False, decided(table, other))


def main(arguments: Sequence[str]) -> int:
    """Print how many statements are decided, and how many of these rightly."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tabfact_statements")
    parser.add_argument("path", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list what is decided wrongly")
    given = parser.parse_args(arguments)
    if not (given.path / "bootstrap.json").is_file():
        print(f"error: no bootstrap.json in {given.path}", file=sys.stderr)
        return 2
    found = list(statements(given.path))
    for is_right, kind in ((True, "right"), (False, "wrong")):
        told([each for each in found if each.is_right == is_right], f"{kind} statements")
    told(found, "all")
    if given.wrong:
        print(*(each.text for each in found if each.agrees not in (None, each.is_right)), sep="\n")
    return 0


def told(found: Sequence[Decided], kind: str) -> None:
    """Print the share that is decided, and of these the share that is decided rightly."""
    known = [each for each in found if each.agrees is not None]
    rightly = sum(each.agrees == each.is_right for each in known)
    share = f", {rightly} ({rightly / len(known):.0%}) of them rightly" if known else ""
    print(f"{kind}: {len(known)} of {len(found)} ({len(known) / max(len(found), 1):.0%}) are decided{share}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
