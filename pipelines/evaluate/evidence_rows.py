"""The tables of evidence: the rows that expressions look up, and which metric looks up which.

Belongs here: rows of `EvidenceRows` and `EvidenceReads`, and keys that no file has. Does not: how a file is read
(`read.evidence_tables.files`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from tidebook.pipelines.evaluate.declared import Formulas
from tidebook.pipelines.evaluate.evaluations import Evaluations
from tidebook.pipelines.evaluate.evidence_values import needed
from tidebook.pipelines.evaluate.expressions import ExpressionError, Node, as_problems, nodes
from tidebook.pipelines.evaluate.lookups import ALL, Lookup
from tidebook.pipelines.read.errors import did_you_mean, refuse
from tidebook.pipelines.read.evidence_tables.countries import country
from tidebook.pipelines.read.evidence_tables.declared import EvidenceTables, Series
from tidebook.pipelines.read.evidence_tables.files import ReadRow, known_keys, read_rows
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.base import Frame, table_of
from tidebook.schemas.evidence import EvidenceReads, EvidenceRows


def evidence_rows_table(
    formulas: Formulas, evidence: EvidenceTables, files: Mapping[str, RawFile], *places: RawFile
) -> Frame[EvidenceRows]:
    """Return the rows that the lookups of all formulas may find, as rows of `EvidenceRows`, sorted by id.

    Args:
        formulas: the metrics.
        evidence: the declared evidence.
        files: its files by path.
        places: the files that the formulas stand in.

    Raises:
        InputError: a file cannot be read as it is declared, or has no such key as an expression names.
    """
    lookups = [lookup for formula in formulas.values() for lookup in formula.lookups]
    rows: list[dict[str, Any]] = []
    read: dict[str, list[ReadRow]] = {}
    for name, wanted in sorted(needed(evidence, lookups).items()):
        series = evidence.series[name]
        read[name] = []
        for vintage, path in series.files:
            found = read_rows(series, files[path], wanted)
            read[name] += found
            rows += [_row(series, files[path], row, vintage) for row in found]
    errors: list[ExpressionError] = []
    for formula in formulas.values():
        for node in nodes(formula.root):
            if node.kind == "lookup":
                errors += _unknown_keys(node, evidence, files, read)
    refuse(as_problems(errors, *places))
    return table_of(EvidenceRows, sorted(rows, key=lambda row: str(row["evidence_row_id"])))


def _row(series: Series, raw: RawFile, row: ReadRow, vintage: dt.date | None) -> dict[str, Any]:
    value = series.values[row.value_name]
    keys = "/".join(row.keys)
    named = [series.name, *filter(None, (keys, row.period)), *([row.value_name] if len(series.values) > 1 else [])]
    return {
        "evidence_row_id": "/".join(named) + (f"@{vintage}" if vintage else ""),
        "series": series.name,
        "keys": keys,
        "period": row.period,
        "value_name": row.value_name,
        "value": row.value,
        "unit": value.unit,
        "basis": value.basis,
        "vintage": vintage,
        "source_id": series.source,
        "title": series.title,
        "note": series.overridden,
        "locator": f"{raw.path} ({raw.sha256[:12]})",
    }


def _unknown_keys(
    node: Node, evidence: EvidenceTables, files: Mapping[str, RawFile], read: Mapping[str, list[ReadRow]]
) -> Iterator[ExpressionError]:
    """Yield an error for each key that a lookup names and its file does not have; a country may be missing."""
    lookup: Lookup = node.value
    series = evidence.series[lookup.series]
    others = [(key, texts) for key, texts in zip(series.keys, lookup.keys, strict=True) if key != lookup.time]
    for place, (key, texts) in enumerate(others):
        there = {row.keys[place] for row in read[lookup.series]}
        absent = [text for text in texts if text != ALL and text not in there and country(text) is None]
        if not absent:
            continue
        known = {each for _, path in series.files for each in known_keys(series, files[path], key)}
        for text in absent:
            if text not in known:
                yield ExpressionError(node.place, f"a {key} of {series.name}{did_you_mean(text, sorted(known))}")


def evidence_reads_table(evaluations: Evaluations) -> Frame[EvidenceReads]:
    """Return which rows each metric looks up when published, as rows of `EvidenceReads`."""
    rows = []
    for name, metric in sorted(evaluations.metrics.items()):
        found: dict[str, None] = {}
        for row in evaluations.of(name).values() if metric.on else ():
            found.update(dict.fromkeys(row["evidence_rows"]))
        rows += [{"metric_id": name, "evidence_row_id": each} for each in sorted(found)]
    return table_of(EvidenceReads, rows)
