"""Comparisons on figures: on each beside its references, and on several that cannot all be right.

Belongs here: rules over several figures, and the table of all comparisons. Does not: how one figure compares with its
references (`evaluate.reconciliation`), or the arithmetic of one printed table (`relate`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import nan
from typing import Any, NamedTuple

import pandas as pd

from tidebook.pipelines.evaluate.base import Metric
from tidebook.pipelines.evaluate.known import CITED
from tidebook.pipelines.evaluate.reconciliation import Comparison, Pair, judged_figures, paired_figures
from tidebook.pipelines.judge.text.certainty import tier_of
from tidebook.pipelines.judge.text.labels import table_of as number_table
from tidebook.pipelines.judge.text.wording import Words, why
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.dossier.declared import Article, PrintedTables
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.names import column_of, head_of
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.relate.anomaly import Anomaly
from tidebook.pipelines.relate.search import anomalies, rows_that_add_up
from tidebook.pipelines.relate.terms import Table
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.figures import Figures
from tidebook.schemas.reference import Comparisons, ReferenceValues

INCONSISTENT = "inconsistent"
NAMES = {"rounding": "only by rounding", "copy": "repeated"}
"""Comparisons within a table that accuse no cell; all others are inconsistent."""


def comparisons_table(
    figures: Frame[Figures],
    references: Frame[ReferenceValues],
    metrics: pd.DataFrame,
    known: dict[str, Metric],
    tables: PrintedTables,
    article: Article,
    assumed: Assumptions,
) -> Frame[Comparisons]:
    """Find what is wrong with the figures of the article.

    Args:
        figures: all figures.
        references: independent values.
        metrics: rows of the metrics.
        known: the metrics by name.
        tables: the printed tables, of which those whose rows are single figures have no columns to compare.
        article: gives the day of the content.
        assumed: the assumptions.

    Returns:
        Rows of `schemas.reference.Comparisons`, sorted by key.
    """
    labels = dict(zip(figures["subject"], figures["label"], strict=True))
    paired = paired_figures(records(figures), records(references))
    judged = list(judged_figures(paired, article.content_to, assumed, article.published))
    rows = [_comparison_row(figure["figure_id"], comparison) for figure, comparison, _ in judged]
    joint = [*_outliers(metrics, known, assumed), *_vintages(rows, _with_columns(tables), labels), *_scopes(judged)]
    joint += _inconsistent(_in_columns(figures, tables))
    rows += [_comparison_row(figure_id, comparison) for figure_id, comparison in joint]
    return table_of(Comparisons, rows)


def _comparison_row(figure_id: str, comparison: Comparison) -> dict[str, Any]:
    source_id = comparison.reference["source_id"] if comparison.reference else ""
    about = {"figure_id": figure_id, "result": comparison.name, "source_id": source_id}
    return {**vars(comparison), **about, "evidence": [figure_id, *comparison.others]}


def contradictions(figures: pd.DataFrame, tables: PrintedTables) -> dict[str, Comparison]:
    """Return the figures that other cells of their table contradict, by id, one for each inconsistency.

    `figures` are all figures; of `tables` those count whose rows are more than single figures.
    """
    found: dict[str, Comparison] = {}
    for figure_id, comparison in _inconsistent(_in_columns(figures, tables)):
        if comparison.name == INCONSISTENT:
            found.setdefault(figure_id, comparison)
    return found


def with_culprits(found: Mapping[str, Comparison], cleared: Collection[str]) -> dict[str, Comparison]:
    """Return contradictions by the cells that they speak against: the figure itself, or all others if it is cleared.

    `cleared` are the figures that a reference fits.
    """
    culprits: dict[str, Comparison] = {}
    for figure_id, comparison in found.items():
        if figure_id not in cleared:
            culprits[figure_id] = comparison
            continue
        for other in comparison.others:
            if other not in cleared:
                cells = tuple(name for name in (figure_id, *comparison.others) if name != other)
                # What would follow is known of the first alone.
                culprits.setdefault(other, replace(comparison, factor=nan, others=cells))
    return culprits


def unexplained(
    found: Mapping[str, Comparison], figures: pd.DataFrame, tables: PrintedTables, better: Mapping[str, float]
) -> dict[str, Comparison]:
    """Return the contradictions that remain with better values of figures: no source shows the wrong cell."""
    if not better:
        return dict(found)
    moved = figures["figure_id"].map(better) - figures["value"]
    moved = moved.fillna(0.0)
    corrected = figures.assign(**{name: figures[name] + moved for name in ("value", "low", "high")})
    left = {frozenset((name, *each.others)) for name, each in contradictions(corrected, tables).items()}
    return {name: each for name, each in found.items() if frozenset((name, *each.others)) in left}


def accepted_cells(contradicted: Mapping[str, Comparison], reasons: Mapping[str, str]) -> dict[str, str]:
    """Return why contradictions are accepted, by figure: accepting one cell of one accepts all its cells."""
    found: dict[str, str] = {}
    for figure_id, comparison in contradicted.items():
        for name in (figure_id, *comparison.others):
            if name in reasons:
                for cell in (figure_id, *comparison.others):
                    found.setdefault(cell, reasons[name])
    return found


def _in_columns(figures: pd.DataFrame, tables: PrintedTables) -> pd.DataFrame:
    """Return the figures of tables that have columns to compare."""
    return figures[figures["table_name"].isin(_with_columns(tables))]


def _with_columns(tables: PrintedTables) -> list[str]:
    """Return the tables whose rows are more than single figures."""
    return [name for name, table in tables.tables.items() if table.rows != "figures"]


class _Printed(NamedTuple):
    """A printed table with its terms and texts, and its subjects and quantities as printed."""

    name: str
    terms: Table
    words: Words
    subjects: list[str]
    quantities: list[str]


def _printed_tables(figures: pd.DataFrame) -> Iterator[_Printed]:
    # Dates neither add up nor have shares.
    for name, cells in figures[figures["unit"] != "date"].groupby("table_name", sort=False):
        subjects, quantities = list(dict.fromkeys(cells["subject"])), list(dict.fromkeys(cells["quantity"]))
        label_of = dict(zip(cells["subject"], cells["label"], strict=True))
        rows, labels = records(cells), [label_of[subject] for subject in subjects]
        words = Words(_texts(rows, subjects, quantities), labels, [*map(head_of, quantities)])
        terms = number_table(_grid(rows, subjects, quantities), labels, quantities)
        yield _Printed(str(name), terms, words, subjects, quantities)


def unnamed_totals(figures: pd.DataFrame, tables: PrintedTables) -> dict[str, list[str]]:
    """Return the labels of rows that add up others without being declared totals, by table."""
    found = {}
    for printed in _printed_tables(_in_columns(figures, tables)):
        declared = tables.tables[printed.name]
        if declared.totals is not None:
            continue
        labels = [printed.words.labels[row] for row in sorted(rows_that_add_up(printed.terms))]
        if unnamed := [label for label in labels if not declared.is_total(label)]:
            found[printed.name] = unnamed
    return found


def _inconsistent(figures: pd.DataFrame) -> Iterator[tuple[str, Comparison]]:
    """Yield cells of printed tables that cannot all be right, each group at the cell that follows from the others."""
    for table, terms, words, subjects, quantities in _printed_tables(figures):
        groups: dict[tuple[str, str], list[tuple[Anomaly, list[str]]]] = defaultdict(list)
        for found in anomalies(terms):
            if not found.is_sure or tier_of(f"table: {found.rule}") == "hint":
                continue
            figure_ids = [f"{table}/{subjects[row]}/{quantities[column]}" for row, column in found.cells]
            groups[figure_ids[-1], NAMES.get(found.rule, INCONSISTENT)].append((found, figure_ids[:-1]))
        for (figure_id, name), group in groups.items():
            details = "; ".join(why(found, words) for found, _ in group)
            others: dict[str, None] = {}
            for _, ids in group:
                others.update(dict.fromkeys(other for other in ids if other != figure_id))
            yield figure_id, Comparison(name, details, factor=group[0][0].factor, others=tuple(others))


def _texts(cells: Sequence[Row], subjects: Sequence[str], quantities: Sequence[str]) -> list[list[str]]:
    """Arrange the texts of figures as they are printed."""
    texts = {(cell["subject"], cell["quantity"]): cell["text"] or "" for cell in cells}
    return [[texts.get((subject, quantity), "") for quantity in quantities] for subject in subjects]


def _grid(cells: Sequence[Row], subjects: Sequence[str], quantities: Sequence[str]) -> list[list[Quantity | None]]:
    """Arrange figures as they are printed: subjects in rows, quantities in columns; None where there is none."""
    row_of = {subject: index for index, subject in enumerate(subjects)}
    column_of = {quantity: index for index, quantity in enumerate(quantities)}
    grid: list[list[Quantity | None]] = [[None] * len(quantities) for _ in subjects]
    for cell in cells:
        parts = (cell[name] for name in ("value", "low", "high", "kind", "unit", "note", "low_open", "high_open"))
        grid[row_of[cell["subject"]]][column_of[cell["quantity"]]] = Quantity(*parts)
    return grid


def _outliers(
    metrics: pd.DataFrame, known: Mapping[str, Metric], assumed: Assumptions
) -> Iterator[tuple[str, Comparison]]:
    """Yield the figures behind a row that is apart from its metric's others, in 95% of the draws.

    The uncertainty of the figures must not explain it.
    """
    reach = assumed.reconciliation.outlier_z
    for name, metric in known.items():
        outliers = metric.declared.outliers
        if not outliers:
            continue
        rows = metrics[(metrics["evidence_view"] == "printed") & metrics["metric_id"].str.startswith(f"{name}/")]
        apart = (rows["value"].abs() > reach) & ((rows["low"] > reach) | (rows["high"] < -reach))
        for row in records(rows[apart]):
            subject = row["metric_id"].partition("/")[2]
            figure_ids = []
            for column in outliers.figures:
                table, quantity = column.split(".")
                figure_ids.append(f"{table}/{subject}/{quantity}")
            side = "above" if row["value"] > 0 else "below"
            distance = f"{abs(row['value']):.3g} robust standard deviations {side} the table's median"
            detail = f"{outliers.words} lie {distance}"
            yield figure_ids[0], Comparison("outlier", detail, others=tuple(figure_ids[1:]))


def _scopes(judged: Sequence[tuple[Row, Comparison, list[Pair]]]) -> Iterator[tuple[str, Comparison]]:
    """Yield the columns of a table that no single source and scope with several of the figures fits.

    It is reported at the first figure, with the others; figures that are comparable with something are left out.
    """
    by_column: dict[tuple[str, str], list[tuple[str, list[Pair]]]] = defaultdict(list)
    for figure, comparison, pairs in judged:
        if comparison.name == "not comparable":
            by_column[column_of(figure["figure_id"])].append((figure["figure_id"], pairs))
    for figures in by_column.values():
        fits = _fits_of_several(pairs for _, pairs in figures)
        if fits and not any(map(all, fits.values())):
            figure_ids = [figure_id for figure_id, _ in figures]
            tried = "; ".join(f"{basis} of {source}" for source, basis in sorted(fits))
            detail = f"no source with values for several of the {len(figures)} figures fits them all: {tried}"
            yield figure_ids[0], Comparison("no single scope", detail, others=tuple(figure_ids[1:]))


def _fits_of_several(figures: Iterable[Sequence[Pair]]) -> dict[tuple[str, str], list[bool]]:
    """Return by source and basis which figures fit, for those with several."""
    fits: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for pairs in figures:
        for scope, fit in _fits_by_scope(pairs).items():
            fits[scope].append(fit)
    return {scope: found for scope, found in fits.items() if len(found) > 1}


def _fits_by_scope(pairs: Sequence[Pair]) -> dict[tuple[str, str], bool]:
    """Return by source and basis whether a value in the figure's unit fits the figure."""
    fits: dict[tuple[str, str], bool] = {}
    for pair in pairs:
        if pair.same_unit and pair.fits is not None and pair.reference["tier"] in CITED:
            scope = pair.reference["source_id"], pair.reference["basis"]
            fits[scope] = fits.get(scope, False) or bool(pair.fits)
    return fits


def _vintages(
    rows: Sequence[Mapping[str, Any]], tables: Collection[str], labels: Mapping[str, str]
) -> Iterator[tuple[str, Comparison]]:
    """Yield the columns of some tables in which no single day makes every printed value right.

    It is reported at the value that was replaced first, with the one that came last; `labels` name the subjects.
    """
    known = [row for row in rows if row["valid_from"] is not None and row["figure_id"].partition("/")[0] in tables]
    for column in grouped(known, lambda row: column_of(row["figure_id"])).values():
        latest = max(column, key=lambda row: (row["valid_from"], row["figure_id"]))
        ended = [row for row in column if row["valid_until"] is not None]
        earliest = min(ended, key=lambda row: (row["valid_until"], row["figure_id"]), default=None)
        if earliest and earliest["valid_until"] <= latest["valid_from"]:
            other = labels[latest["figure_id"].split("/")[1]]
            right = f"right until {earliest['valid_until']} only"
            detail = f"{right}, while that of {other} was not right before {latest['valid_from']}"
            comparison = Comparison("no single date", detail, reference=earliest, others=(latest["figure_id"],))
            yield earliest["figure_id"], comparison
