"""What a sound release is: whole by its manifest, every table readable, no number lost, no "nan" in words.

`unsound` is the definition that the tests of this folder share.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from tidebook.pipelines.judge.outcome_words import THANKS_TO_ROUNDING
from tidebook.schemas.parquet import read_parquet

WORD = re.compile(r"(?<![\w./-])(nan|NaN|NaT|<NA>|inf)(?![\w./-])")
NUMBERS = {"figures": "kind", "reference_values": "kind", "events": "quantity_kind", "observations": "quantity_kind"}


def manifest_faults(folder: Path) -> list[str]:
    """Return what is not whole in a release: its manifest, a file's hash or size, a table that does not open."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
    except (OSError, ValueError) as error:
        return [f"manifest: {error}"]
    faults = []
    stated = manifest["files"]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"manifest.json"}
    if there != set(stated):
        faults.append(f"files that the manifest does not state, or the other way: {sorted(there ^ set(stated))}")
    for name in sorted(there & set(stated)):
        data = (folder / name).read_bytes()
        facts = stated[name]
        if (hashlib.sha256(data).hexdigest(), len(data)) != (facts["sha256"], facts["bytes"]):
            faults.append(f"{name}: not as the manifest states")
        elif name.endswith(".parquet") and pq.read_table(io.BytesIO(data)).num_rows != facts["rows"]:
            faults.append(f"{name}: another number of rows")
    return faults


def lost_numbers(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield where a number is missing although its text has one, or is there although it has none.

    The rule: in every table of quantities, value, low and high are null exactly where the kind is `missing`;
    the kind is `missing` only where the text says so in print (`N/A`), or is empty in a table that allows it; a
    cell of a typed table is null exactly where its figure is missing; whatever is judged has a probability, but for
    what holds for some of the values that round to the print, which is no matter of chance.
    """
    for name, kind in NUMBERS.items():
        table = tables[name]
        missing = table[kind] == "missing"
        for column in ("value", "low", "high"):
            for row in table[table[column].isna() != missing].itertuples():
                yield f"{name}, row {row.Index}: {column} of {row.text!r} is {getattr(row, column)}"
        for row in table[missing].itertuples():
            if not re.match(r"\s*n/a", row.text, re.IGNORECASE) and not (name == "events" and row.text == ""):
                yield f"{name}, row {row.Index}: {row.text!r} is taken for missing"
    kinds = tables["figures"].set_index("figure_id")["kind"].to_dict()
    quantities = set(tables["figures"]["quantity"])
    for name in sorted(set(tables["figures"]["table_name"]) & tables.keys()):
        if "subject" not in tables[name]:
            continue
        for column in [column for column in tables[name].columns if column in quantities]:
            for subject, value in zip(tables[name]["subject"], tables[name][column], strict=True):
                if pd.isna(value) != (kinds[f"{name}/{subject}/{column}"] == "missing"):
                    yield f"{name}: {column} of {subject} is {value}"
    for name in ("verdicts", "interpretation_verdicts"):
        judged = tables[name][tables[name]["status"] != "untestable"]
        by_rounding = judged["reason"].str.contains(THANKS_TO_ROUNDING, regex=False)
        for row in judged[judged["probability"].isna() & ~by_rounding].itertuples():
            yield f"{name}: {row.claim_id} is {row.status} without a probability"


def words(folder: Path, tables: Mapping[str, pd.DataFrame], raw: Path) -> Iterator[str]:
    """Yield where a text says nan, NaT or inf and no raw file does."""
    said = {word for path in raw.rglob("*") if path.is_file() for word in WORD.findall(text_of(path))}
    report = {name: text_of(folder / "report" / name) for name in ("report.md", "verdicts.json", "index.html")}
    cells = {name: "\n".join(texts(table)) for name, table in tables.items()}
    for name, text in {**cells, **report}.items():
        for found in WORD.finditer(text):
            if found.group(1) not in said:
                yield f"{name}: {text[max(0, found.start() - 40) : found.end() + 20]!r}"


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def texts(table: pd.DataFrame) -> Iterator[str]:
    """Yield the distinct texts of a table."""
    for column in table.select_dtypes(exclude="number"):
        for value in table[column] if table[column].dtype == object else table[column].unique():
            if isinstance(value, str):
                yield value
            elif isinstance(value, list):
                yield from (item for item in value if isinstance(item, str))


def unsound(folder: Path, raw: Path) -> list[str]:
    """Return what is wrong with a release that was made of this dossier; empty when it is sound."""
    if faults := manifest_faults(folder):
        return faults
    tables = {path.stem: read_parquet(path) for path in sorted((folder / "tables").glob("*.parquet"))}
    return [*lost_numbers(tables), *words(folder, tables, raw)]
