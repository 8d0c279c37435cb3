"""Tables as CSV: UTF-8, lists as JSON, with a Data Package that describes the files.

What is exported is in `content`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

from pipelines.exports.content import Content, as_text, contents, package
from pipelines.storage.atomic import remove_folder, write_folder
from pipelines.storage.datapackage import FORMATS, LISTS, as_json
from pipelines.storage.release import Release, file_facts

PACKAGE = "datapackage.json"
FORMULA = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫]|[\t\r\n]")
"""Spreadsheets skip blanks and what is invisible, and take full-width and small signs for the plain ones."""
NUMBER = re.compile(r"[+\-]?[0-9][0-9.,]*%?")


def write_csv(release: Release, folder: Path) -> None:
    """Write a file for each table and their Data Package into a folder, which an export may have made before.

    Raises FileExistsError if there is something else in its place, InputError if the release is damaged.
    """
    described = package(release)
    files: dict[str, bytes] = {}
    for content, resource in zip(contents(release), described["resources"], strict=True):
        path = f"{content.name}.csv"
        files[path] = csv_bytes(content)
        facts = file_facts(files[path])
        resource |= {
            "path": path,
            "format": "csv",
            "mediatype": FORMATS["csv"],
            "encoding": "utf-8",
            "bytes": facts["bytes"],
            "hash": f"sha256:{facts['sha256']}",
        }
        for field in resource["schema"]["fields"]:
            if "arrayItem" in field:
                field["type"] = LISTS["csv"]
    replace_folder(folder, files | {PACKAGE: as_json(described)})


def csv_bytes(content: Content) -> bytes:
    """Return a table as CSV, with a header."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([column.name for column in content.columns])
    writer.writerows([cell(value) for value in row] for row in content.rows())
    return stream.getvalue().encode()


def cell(value: Any) -> str:
    """Return the cell of a value. A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    text = as_text(value)
    formula = isinstance(value, str) and FORMULA.match(text) and not NUMBER.fullmatch(text)
    return f"'{text}" if formula else text


def _is_export(folder: Path) -> bool:
    """Return whether a folder holds nothing but what its own Data Package, written by an export, says is in it."""
    try:
        described = json.loads((folder / PACKAGE).read_bytes())
        known = {PACKAGE, *(resource["path"] for resource in described["resources"] if resource["format"] == "csv")}
    except (OSError, ValueError, LookupError, TypeError):
        return folder.is_dir() and not any(folder.iterdir())
    return {path.name for path in folder.iterdir()} <= known


def replace_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Put a folder of these files in place of one that an earlier export made, or of none.

    Raises FileExistsError if there is something else.
    """
    if folder.exists():
        if not _is_export(folder):
            raise FileExistsError(f"{folder} holds other files; move it away, or name another folder")
        fresh = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        write_folder(fresh, files)
        remove_folder(folder)
        fresh.rename(folder)
    else:
        write_folder(folder, files)
