"""The tables of evidence: the rows that expressions look up, and which metric looks up which.

Belongs here: the extracts of files that a release keeps, rows of `EvidenceRows` and `EvidenceReads`. Does not: keys
that no file has (`unknown_keys`), or how a file is read (`read.evidence_tables.files`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from tidebook.pipelines.evaluate.declared import Formulas
from tidebook.pipelines.evaluate.derived_references import DerivedReferences
from tidebook.pipelines.evaluate.evaluations import Views
from tidebook.pipelines.evaluate.evidence_values import needed
from tidebook.pipelines.evaluate.expressions import as_problems
from tidebook.pipelines.evaluate.unknown_keys import unknown_keys
from tidebook.pipelines.read.errors import InputError, Problem, refuse
from tidebook.pipelines.read.evidence_tables.files import extract, read_rows
from tidebook.pipelines.read.evidence_tables.series import EvidenceTables, Needed, Series
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.base import Frame, table_of
from tidebook.schemas.evidence import EvidenceReads, EvidenceRows

FILES = "files.json"
"""The name of what says, beside the extracts, from which files they are: SHA-256 by path."""


def files_read(hashes: Mapping[str, str]) -> bytes:
    """Return the content of `FILES`."""
    return json.dumps(dict(sorted(hashes.items())), indent=1, ensure_ascii=False).encode() + b"\n"


def evidence_extracts(
    formulas: Formulas, evidence: EvidenceTables, files: Mapping[str, RawFile], *places: RawFile
) -> dict[str, bytes]:
    """Return the parts of files that the lookups of all formulas need, by series and path, and `FILES`.

    Args:
        formulas: the metrics.
        evidence: the declared evidence.
        files: its files by path.
        places: the files that the formulas are in.

    Raises:
        InputError: a file cannot be read as it is declared, or has no such key as an expression names.
    """
    hashes: dict[str, str] = {}
    found: dict[str, bytes] = {}
    there: dict[str, dict[str, set[str]]] = {}
    for name, wanted in sorted(_needed(formulas, evidence).items()):
        series = evidence.series[name]
        there[name] = {key: set() for key in series.keys}
        for _, path in series.files:
            part = extract(series, files[path], wanted)
            found[f"{name}/{path}"] = part.data
            hashes[path] = files[path].sha256
            for key, texts in part.keys.items():
                there[name][key] |= texts
    refuse(as_problems(unknown_keys(formulas, evidence, there, files.__getitem__, fail=True), *places))
    return {FILES: files_read(hashes), **found}


def _needed(formulas: Formulas, evidence: EvidenceTables) -> dict[str, list[Needed]]:
    return needed(evidence, [lookup for formula in formulas.values() for lookup in formula.lookups])


def evidence_rows_table(
    formulas: Formulas, evidence: EvidenceTables, extracts: Mapping[str, bytes]
) -> Frame[EvidenceRows]:
    """Return the rows that the lookups of all formulas may find, as rows of `EvidenceRows`, sorted by id.

    `extracts` are what `evidence_extracts` returns. Raises InputError if a cell is not a number, or a key occurs twice.
    """
    hashes = json.loads(extracts[FILES])
    parts: list[pd.DataFrame] = []
    for name, wanted in sorted(_needed(formulas, evidence).items()):
        series = evidence.series[name]
        for vintage, path in series.files:
            part = extracts.get(f"{name}/{path}")
            if part is None:  # a release from elsewhere
                raise InputError(Problem(f"rows/{name}/{path}", "what expressions read of this file of evidence"))
            read = read_rows(series, RawFile(path, part), wanted)
            parts.append(_rows(series, read, vintage, f"{path} ({hashes[path][:12]})"))
    return table_of(EvidenceRows, pd.concat(parts, ignore_index=True) if parts else ())


def _rows(series: Series, read: pd.DataFrame, vintage: dt.date | None, locator: str) -> pd.DataFrame:
    """Return rows as those of the table; each has the day from which it held, else that of the vintage."""
    facts: dict[str, Any] = {
        "series": series.name,
        "vintage": vintage,
        "source_id": series.source,
        "title": series.title,
        "note": series.overridden,
        "locator": locator,
    }
    if vintage:
        facts["evidence_row_id"] = read["evidence_row_id"] + f"@{vintage}"
    if series.since:
        days = {text: dt.date.fromisoformat(text) if text else None for text in read["since"].unique()}
        facts["vintage"] = pd.Series([days[text] for text in read["since"]], read.index, dtype=object)
    return read.assign(**facts)


def evidence_reads_table(views: Views, references: DerivedReferences) -> Frame[EvidenceReads]:
    """Return as rows of `EvidenceReads` which rows each metric looks up on any day of judging, and each reference."""
    rows = []
    for name in sorted(views[0][1].metrics):
        found: set[str] = set()
        for _, evaluations in views:
            for row in evaluations.of(name).values() if evaluations.metrics[name].on else ():
                found.update(row["evidence_rows"])
        rows += [{"metric_id": name, "evidence_row_id": each} for each in sorted(found)]
    for name, found_by_reference in sorted(references.reads.items()):
        rows += [{"metric_id": name, "evidence_row_id": each} for each in sorted(found_by_reference)]
    return table_of(EvidenceReads, rows)
