"""The findings on figures: of each beside its references, and of several that cannot all be right.

How one figure compares with its references is in `evaluate.reconciliation`, what arithmetic a table breaks in
`consistency`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from tidebook.pipelines.evaluate.base import Metric
from tidebook.pipelines.evaluate.known import CITED
from tidebook.pipelines.evaluate.reconciliation import Finding, Pair, judged_figures
from tidebook.pipelines.judge.consistency import inconsistencies
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.dossier.declared import Article, PrintedTables
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.quantities.quantity import Quantity
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.figures import Figures
from tidebook.schemas.reference import Findings, References


def findings_table(
    figures: Frame[Figures],
    references: Frame[References],
    metrics: pd.DataFrame,
    known: dict[str, Metric],
    tables: PrintedTables,
    article: Article,
    assumed: Assumptions,
) -> Frame[Findings]:
    """Return the findings on every figure of the article, as rows of `schemas.reference.Findings`, sorted by key.

    `metrics` are the rows of the metrics `known`.
    """
    labels = dict(zip(figures["subject"], figures["label"], strict=True))
    columns = [name for name, table in tables.tables.items() if table.rows != "figures"]
    judged = list(judged_figures(records(figures), records(references), article.content, assumed))
    rows = [_finding_row(figure["figure_id"], found) for figure, found, _ in judged]
    more = [*_outliers(metrics, known, assumed), *_vintages(rows, columns, labels), *_scopes(judged)]
    more += _inconsistent(figures[figures["table"].isin(columns)])
    rows += [_finding_row(name, found) for name, found in more]
    return table_of(Findings, rows)


def _finding_row(figure_id: str, found: Finding) -> dict[str, Any]:
    source_id = found.reference["source_id"] if found.reference else ""
    about = {"figure_id": figure_id, "finding": found.name, "source_id": source_id}
    return {**vars(found), **about, "evidence": [figure_id, *found.others]}


def _inconsistent(figures: pd.DataFrame) -> Iterator[tuple[str, Finding]]:
    """Yield the cells of printed tables that cannot all be right, each group at its first cell."""
    for table, cells in figures[figures["unit"] != "date"].groupby("table", sort=False):
        subjects, quantities = list(dict.fromkeys(cells["subject"])), list(dict.fromkeys(cells["quantity"]))
        labels = dict(zip(cells["subject"], cells["label"], strict=True))
        parts = ("value", "low", "high", "kind", "unit", "note")
        read = {(row["subject"], row["quantity"]): Quantity(*(row[part] for part in parts)) for row in records(cells)}
        grid = [[read.get((subject, quantity)) for quantity in quantities] for subject in subjects]
        found: dict[tuple[str, str], tuple[list[str], dict[str, None]]] = {}
        for each in inconsistencies(grid, [labels[subject] for subject in subjects], quantities):
            first, *others = (f"{table}/{subjects[row]}/{quantities[column]}" for row, column in each.cells)
            name = "only by rounding" if each.rule == "rounding" else "inconsistent"
            texts, more = found.setdefault((first, name), ([], {}))
            texts.append(each.text)
            more.update(dict.fromkeys(others))
        for (first, name), (texts, more) in found.items():
            yield first, Finding(name, "; ".join(texts), others=tuple(more))


def _outliers(
    metrics: pd.DataFrame, known: Mapping[str, Metric], assumed: Assumptions
) -> Iterator[tuple[str, Finding]]:
    """Yield the figures behind a row that stands apart from its metric's others, in 95 % of the draws.

    What the figures' own inexactness can bring about is no finding.
    """
    reach = assumed.reconciliation.outlier_z
    for name, metric in known.items():
        if not (outliers := metric.declared.outliers):
            continue
        rows = metrics[metrics["metric_id"].str.startswith(f"{name}/")]
        apart = (rows["value"].abs() > reach) & ((rows["low"] > reach) | (rows["high"] < -reach))
        for row in records(rows[apart]):
            subject = row["metric_id"].partition("/")[2]
            places = (each.split(".") for each in outliers.figures)
            first, *others = (f"{table}/{subject}/{quantity}" for table, quantity in places)
            side = "above" if row["value"] > 0 else "below"
            far = f"{abs(row['value']):.3g} robust standard deviations {side} the table's median"
            detail = f"{outliers.words} lie {far}"
            yield first, Finding("outlier", detail, others=tuple(others))


def _scopes(judged: Sequence[tuple[Row, Finding, list[Pair]]]) -> Iterator[tuple[str, Finding]]:
    """Yield the columns of a table that no one source and scope bears out, of those that know several of its figures.

    It is reported at the first figure, with the others; figures that are comparable with something are left out.
    """
    left = (each for each in judged if each[1].name == "not comparable")
    for known in grouped(left, lambda each: tuple(each[0]["figure_id"].split("/")[::2])).values():
        fits: dict[tuple[str, str], list[bool]] = defaultdict(list)
        for _, _, pairs in known:
            cited = (pair for pair in pairs if pair.same_unit and pair.reference["tier"] in CITED)
            by_scope = grouped(cited, lambda pair: (pair.reference["source_id"], pair.reference["basis"]))
            for scope, same in by_scope.items():
                fits[scope].append(any(pair.fits for pair in same))
        several = {scope: found for scope, found in fits.items() if len(found) > 1}
        if several and not any(all(found) for found in several.values()):
            first, *others = (figure["figure_id"] for figure, *_ in known)
            tried = "; ".join(f"{basis} of {source}" for source, basis in sorted(several))
            detail = f"no source and scope that knows several of the {len(known)} figures fits them: {tried}"
            yield first, Finding("no single scope", detail, others=tuple(others))


def _vintages(
    rows: Sequence[Mapping[str, Any]], of: Collection[str], labels: Mapping[str, str]
) -> Iterator[tuple[str, Finding]]:
    """Yield the columns of a table in which no single day makes every printed value right.

    It is reported at the value that was replaced first, with the one that came last; `labels` name the subjects.
    """
    known = (row for row in rows if row["held_from"] is not None and row["figure_id"].partition("/")[0] in of)
    for dated in grouped(known, lambda row: tuple(row["figure_id"].split("/")[::2])).values():
        latest = max(dated, key=lambda row: (row["held_from"], row["figure_id"]))
        ended = [row for row in dated if row["held_until"] is not None]
        earliest = min(ended, key=lambda row: (row["held_until"], row["figure_id"]), default=None)
        if earliest and earliest["held_until"] <= latest["held_from"]:
            other = labels[latest["figure_id"].split("/")[1]]
            then = f"right until {earliest['held_until']} only"
            detail = f"{then}, while that of {other} was not right before {latest['held_from']}"
            found = Finding("no single date", detail, reference=earliest, others=(latest["figure_id"],))
            yield earliest["figure_id"], found
