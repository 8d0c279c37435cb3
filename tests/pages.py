"""Follows a page of docs/ as written: files that it gives, edits, and commands with what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"```(\w+)\n(.*?)\n```", re.DOTALL)
NAMED = re.compile(r"\b[Ii]n\s`([\w/.-]+)`(, at the end)?:\s*\Z")
"""What stands right before a block that makes or changes a file."""


def follow(page: str, folder: Path) -> list[str]:
    """Do all that a page says, in a folder; return the kinds of its blocks in order.

    Raises:
        AssertionError: an edit does not fit, or a command prints something else.
    """
    kinds = []
    for found in BLOCK.finditer(page):
        kind, text = found.groups()
        kinds.append(kind)
        if kind == "console":
            for command in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                run(*command.partition("\n")[::2], folder)
        else:
            written(folder, page[: found.start()], kind, text)
    return kinds


def written(folder: Path, before: str, kind: str, text: str) -> None:
    """Make the file that a block gives, add the block at its end, or change it by a diff."""
    place = NAMED.search(before)
    assert place, f"no file is named before:\n{text}"
    path = folder / place[1]
    if kind == "diff":
        path.write_text(edited(path.read_text("utf-8"), text.splitlines()), "utf-8")
    elif place[2]:
        between = "\n\n" if kind == "python" else "\n"
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


def run(command: str, expected: str, folder: Path) -> None:
    """Run a command in a folder and compare what it prints; `…` stands for any part of a line.

    Blanks at the end of a line are not compared.
    """
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": paths, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}: {done.stdout}"
    printed = "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())
    pattern = ".*".join(map(re.escape, expected.strip("\n").split("…")))
    assert re.fullmatch(pattern, printed), f"{command} printed:\n{printed}\nand not:\n{expected}"
