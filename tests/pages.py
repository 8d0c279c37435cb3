"""Follows a page of docs/ as written: files that it gives, edits, and commands with what they print.

Commands run in a shell, or those of `tidebook` in this process, which is many times faster.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

from tests.conftest import tidebook
from tidebook.pipelines.read.formatting import NBSP

BLOCK = re.compile(r"```(\w+)\n(.*?)\n```", re.DOTALL)
NAMED = re.compile(r"\b[Ii]n\s`([\w/.-]+)`(,\s+at\s+the\s+end)?:\s*\Z")
"""What stands right before a block that makes or changes a file."""


Run = Callable[[str, str | None, Path], None]


def follow(page: str, folder: Path, run: Run, strict: bool = True) -> list[str]:
    """Do all that a page says, in a folder; return the kinds of its blocks in order.

    Each block must be commands or say which file it changes; others are only shown where a page is not taken strictly.

    Raises:
        AssertionError: an edit does not fit, or a command prints something else.
    """
    kinds = []
    for found in BLOCK.finditer(page):
        kind, text = found.groups()
        kinds.append(kind)
        before = page[: found.start()]
        if kind in ("console", "sh"):
            for command, expected in commands_of(kind, text):
                run(command, expected, folder)
        elif strict or NAMED.search(before):
            written(folder, before, kind, text)
    return kinds


def commands_of(kind: str, text: str) -> Iterator[tuple[str, str | None]]:
    """Yield the commands of a block, those of a console with what they print."""
    if kind == "console":
        yield from (command.partition("\n")[::2] for command in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:])
    else:
        yield from ((line, None) for line in text.splitlines() if shlex.split(line, comments=True))


def written(folder: Path, before: str, kind: str, text: str) -> None:
    """Make the file that a block gives, add the block at its end, or change it by a diff."""
    place = NAMED.search(before)
    assert place, f"no file is named before:\n{text}"
    path = folder / place[1]
    if kind == "diff":
        path.write_text(edited(path.read_text("utf-8"), text.splitlines()), "utf-8")
    elif place[2]:
        between = {"python": "\n\n", "csv": ""}.get(kind, "\n")
        path.write_text(f"{path.read_text('utf-8')}{between}{text}\n", "utf-8")
    else:
        assert not path.exists(), f"{place[1]} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n", "utf-8")


def edited(code: str, lines: list[str]) -> str:
    """Return code to which a diff was applied; what it takes away or keeps must be there once."""
    old, new = ("".join(f"{line[1:]}\n" for line in lines if line[0] in signs) for signs in (" -", " +"))
    assert code.count(old) == 1, f"not there, or more than once:\n{old}"
    return code.replace(old, new)


def in_shell(command: str, expected: str | None, folder: Path) -> None:
    """Run a command in a folder and compare what it prints."""
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": paths, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False,
    )  # fmt: skip
    compare(command, expected, done.stdout, done.returncode)


def in_process(command: str, expected: str | None, folder: Path) -> None:
    """Run a command of `tidebook` in this process, one that needs a shell in a shell, and compare what it prints."""
    program, *arguments = shlex.split(command, comments=True)
    if program != "tidebook" or not {"|", "||", ">", "&&"}.isdisjoint(arguments):
        in_shell(command, expected, folder)
        return
    with chdir(folder):
        result = tidebook(*arguments)
    refused = bool(re.search("^error: ", expected or "", re.MULTILINE))
    found = bool(re.search("^[0-9]+ errors?([,;] …)?$", expected or "", re.MULTILINE))
    compare(command, expected, result.output, result.exit_code - (2 if refused else int(found)))


def compare(command: str, expected: str | None, output: str, code: int) -> None:
    """Compare what a command printed with what a page shows of it, where it shows it.

    `…` stands for any part of a line, a line of its own for any lines. Blanks at the end of a line, and whether a blank
    may be broken, are not compared.
    """
    assert code == 0, f"{command}: {output}"
    if expected is None:
        return
    printed, shown = (text.strip("\n").replace(NBSP, " ") for text in (output, expected))
    printed, lines = "\n".join(line.rstrip() for line in printed.splitlines()), shown.split("\n")
    pattern = "\n".join("(?s:.*)" if line == "…" else ".*".join(map(re.escape, line.split("…"))) for line in lines)
    assert re.fullmatch(pattern, printed), f"{command} printed:\n{printed}\nand not:\n{expected}"
