"""The same documents with `numaudit` and `figured` (PyPI), where they are installed: prose against its table.

Belongs here: how each is called and what it flags. Does not: judging that (`__main__`). Neither looks for slips in
tables, or for words of direction.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.text.documents import Document, Where
from benchmarks.text.numbers import cell_numbers, declared_scale

Flagged = set[str]
"""The numbers that a tool has no source for."""


def installed() -> dict[str, Callable[[Document], Flagged]]:
    """Return the tools that are on the path or installed beside this Python."""
    tools: dict[str, Callable[[Document], Flagged]] = {}
    for name, call in (("numaudit", _numaudit), ("figured", _figured)):
        if _command(name):
            tools[name] = call
    return tools


def _command(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))


def _numaudit(document: Document) -> Flagged:
    with tempfile.TemporaryDirectory() as folder:
        data, text = Path(folder, "table.csv"), Path(folder, "text.md")
        with data.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(_plain_rows(document))
        text.write_text("\n\n".join(document.paragraphs), encoding="utf-8")
        output = _run("numaudit", str(text), "--data", str(data), "--json")
    flagged = set()
    for one in output.get("documents", ()):
        flagged |= {str(each["text"]) for each in one["findings"] if each["status"] == "unsourced"}
    return flagged


def _figured(document: Document) -> Flagged:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "rows.json")
        data.write_text(json.dumps(_plain_rows(document)), encoding="utf-8")
        text = "\n\n".join(document.paragraphs)
        output = _run("figured", "-", "--rows", str(data), "--derivations", "all", "--json", text=text)
    found = output.get("ungrounded", ())
    return {str(each.get("text", each) if isinstance(each, dict) else each) for each in found}


def _run(name: str, *arguments: str, text: str = "") -> dict[str, Any]:
    command = _command(name)
    assert command is not None
    done = subprocess.run([command, *arguments], input=text, capture_output=True, text=True, timeout=60, check=False)
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        return {}


def _plain_rows(document: Document) -> list[list[object]]:
    """Return the table with its cells as numbers, and again with them multiplied by the scale that it declares."""
    numbers = {where: number.signed for where, number in cell_numbers(document).items()}
    rows: list[list[object]] = []
    for scale in dict.fromkeys((1.0, declared_scale(document))):
        for at, row in enumerate(document.rows):
            rows.append([_plain(numbers, Where(at, column), text, scale) for column, text in enumerate(row)])
    return rows


def _plain(numbers: dict[Where, float], where: Where, text: str, scale: float) -> object:
    return numbers[where] * scale if where in numbers else text
