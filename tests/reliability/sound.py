"""What a sound release is: whole by its manifest, every table readable, no number lost, no "nan" in words.

`unsound` is the definition that the tests of this folder share.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from pipelines.storage.parquet import read_parquet
from schemas import PRINTED

WORD = re.compile(r"(?<![\w./-])(nan|NaN|NaT|<NA>|inf)(?![\w./-])")
NUMBERS = {"figures": "kind", "references": "kind", "events": "quantity_kind", "observations": "quantity_kind"}


def manifest_faults(folder: Path) -> list[str]:
    """Return what is not whole in a release: its manifest, a file's hash or size, a table that does not open."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
    except (OSError, ValueError) as error:
        return [f"manifest: {error}"]
    faults = []
    stated = manifest["files"]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"manifest.json"}
    if there - {"datapackage.json", "ro-crate-metadata.json"} != set(stated) - {"datapackage.json", "ro-crate-metadata.json"}:
        faults.append(f"files that the manifest does not state, or the other way: {sorted(there ^ set(stated))}")
    for name in sorted(there & set(stated)):
        data = (folder / name).read_bytes()
        facts = stated[name]
        if (hashlib.sha256(data).hexdigest(), len(data)) != (facts["sha256"], facts["bytes"]):
            faults.append(f"{name}: not as the manifest states")
        elif name.endswith(".parquet") and pq.read_table(folder / name, partitioning=None).num_rows != facts["rows"]:
            faults.append(f"{name}: another number of rows")
    return faults


def lost_numbers(folder: Path) -> Iterator[str]:
    """Yield where a number is missing although its text has one, or is there although it has none.

    The rule: in every table of quantities, value, low and high are null exactly where the kind is `missing`;
    the kind is `missing` only where the text says so in print (`N/A`), or is empty in a table that allows it; a
    cell of a typed table is null exactly where its figure is missing; whatever is judged has a probability.
    """
    tables = {path.stem: read_parquet(path) for path in sorted((folder / "tables").glob("*.parquet"))}
    for name, kind in NUMBERS.items():
        table = tables[name]
        missing = table[kind] == "missing"
        for column in ("value", "low", "high"):
            for row in table[table[column].isna() != missing].itertuples():
                yield f"{name}, row {row.Index}: {column} of {row.text!r} is {getattr(row, column)}"
        for row in table[missing].itertuples():
            if not re.match(r"\s*n/a", row.text, re.IGNORECASE) and not (name == "events" and row.text == ""):
                yield f"{name}, row {row.Index}: {row.text!r} is taken for missing"
    figures = tables["figures"].set_index("figure_id")
    for name in PRINTED:
        for column in [column for column in tables[name].columns if column in set(figures["quantity"])]:
            for row in tables[name].to_dict("records"):
                figure = figures.loc[f"{name}/{row['subject']}/{column}"]
                if pd.isna(row[column]) != (figure["kind"] == "missing"):
                    yield f"{name}: {column} of {row['subject']} is {row[column]}, its figure {figure['text']!r}"
    for name in ("verdicts", "reading_verdicts"):
        judged = tables[name][tables[name]["status"] != "untestable"]
        for row in judged[judged["probability"].isna()].itertuples():
            yield f"{name}: {row.claim_id} is {row.status} without a probability"


def words(folder: Path, raw: Path) -> Iterator[str]:
    """Yield where a text says nan, NaT or inf and no raw file does."""
    said = {word for path in raw.rglob("*") if path.is_file() for word in WORD.findall(text_of(path))}
    for path in sorted((folder / "tables").glob("*.parquet")):
        frame = read_parquet(path)
        for column in frame.columns:
            for value in frame[column]:
                for text in texts(value):
                    yield from (f"{path.stem}, {column}: {text[:80]!r}" for word in WORD.findall(text) if word not in said)
    for name in ("report.md", "verdicts.json", "index.html"):
        text = re.sub(r"<(script|style)\b.*?</\1>", "", text_of(folder / "report" / name), flags=re.DOTALL)
        for found in WORD.finditer(text):
            if found.group(1) not in said:
                yield f"{name}: {text[max(0, found.start() - 40) : found.end() + 20]!r}"


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def texts(value: Any) -> list[str]:
    """Return the texts in a cell."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def unsound(folder: Path, raw: Path) -> list[str]:
    """Return what is wrong with a release that was made of this raw folder; empty when it is sound."""
    return manifest_faults(folder) or [*lost_numbers(folder), *words(folder, raw)]
