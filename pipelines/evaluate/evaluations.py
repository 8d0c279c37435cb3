"""Evaluates every metric in every scenario in one vectorised pass: as printed, over the draws, without each subject.

A metric is evaluated when it is first needed. Evaluations are identified by content, so that none is made twice.

Belongs here: scenarios and metrics brought together, and their results by metric. Does not: the computation of a metric
(`interpret`), or the truth of predicates (`judge`).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tidebook.pipelines.evaluate import scenarios as build
from tidebook.pipelines.evaluate.base import Metric, MetricColumns
from tidebook.pipelines.evaluate.concentration import flat_value
from tidebook.pipelines.evaluate.evidence_views import EvidenceView
from tidebook.pipelines.evaluate.frame import FloatArray, MissingFigureError, Scenarios
from tidebook.pipelines.evaluate.possible import possible_values
from tidebook.pipelines.evaluate.print_range import BY_PRINT, UNKNOWN, PrintRange, allowed, print_ranges
from tidebook.pipelines.evaluate.statistics import quantiles
from tidebook.pipelines.evaluate.step_cache import Part, StepCache
from tidebook.pipelines.evaluate.trail import NO_TRAIL, Trail
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.grouping import grouped
from tidebook.schemas import analysis
from tidebook.schemas.base import Frame, table_of
from tidebook.schemas.vocabulary import INTERVAL, SPREAD

DECIDING = (*INTERVAL, *SPREAD, "unit", "labels", "is_total")
"""The columns of a figure that affect its scenarios and the metrics."""


def evaluated(
    figures: pd.DataFrame, assumptions: Assumptions, metrics: Mapping[str, Metric]
) -> Iterator[dict[str, Any]]:
    """Evaluate metrics in every scenario and yield a row for each metric, or for each of its subjects.

    Rows have these columns:

    - `metric_id`: the metric's name, or `name/subject`.
    - `missing`: the id of a figure that the metric needs and no table has, "" otherwise. Such a metric has no value.
    - `value`, `n`, `ci_low`, `ci_high`: the result as printed, in the metric's unit.
    - `least`, `most`: the ends between which the value lies if a row that it needs is missing, else the value.
    - `by_print`: whether the figures on which the value depends are exact or rounded, so that no draw differs.
    - `draws`: a value for each draw; none of a value by print.
    - `draw_ends`: the ends of each draw, or of a value by print, shape (2, draws); None where nothing is missing.
    - `floor`: the least value that a test on such rows could give; `end_points`: the first and last subject of a trend.
    - `drop_subjects`, `drop_values`: the subjects that matter, and a value without each of them.
    - `periods`: whether a date on which it depends is one of several days, as in `March 2024`.
    - `reads`: the figures that the metric reads; `evidence`: those on which this value depends.
    - `evidence_rows`: the rows of evidence that it looks up; `gaps`: what is missing among them, in words.
    """
    base = build.printed_scenarios(figures)
    dropped, subjects = build.leave_one_out(figures)
    # First without draws, which are thousands of scenarios: what a metric reads is known only after one pass.
    by_print = np.vstack([base.values, dropped])
    uncertain = set(figures.loc[~figures["distribution"].isin(BY_PRINT), "figure_id"])
    periods = set(figures.loc[(figures["unit"] == "date") & (figures["low"] < figures["high"]), "figure_id"])
    drawn = np.empty((0, len(figures)))
    if uncertain:
        drawn = build.draws(figures, assumptions.draws.count, assumptions.draws.seed, assumptions.correlated)
    with_draws = np.vstack([base.values, drawn, dropped])
    for name, metric in metrics.items():
        scenarios = base.with_values(by_print)
        try:
            result = columns(metric, scenarios)
            # Only what reads an uncertain figure varies over the draws.
            if not uncertain.isdisjoint(scenarios.reads):
                scenarios = base.with_values(with_draws)
                result = columns(metric, scenarios)
        except MissingFigureError as error:
            yield _missing_row(name, error.figure_id, scenarios)
        else:
            for row in _evaluated(metric, scenarios, result, subjects, uncertain):
                yield row | {"periods": not periods.isdisjoint(row["evidence"])}


def _missing_row(name: str, figure_id: str, scenarios: Scenarios) -> dict[str, Any]:
    """Return the row of a metric that cannot be evaluated for want of a figure."""
    return {
        "metric_id": name,
        "missing": figure_id,
        "value": np.nan,
        "least": np.nan,
        "most": np.nan,
        "n": 0,
        "floor": np.nan,
        "end_points": [],
        "ci_low": np.nan,
        "ci_high": np.nan,
        "by_print": True,
        "draws": np.array([]),
        "draw_ends": None,
        "drop_subjects": [],
        "drop_values": np.array([]),
        "reads": list(scenarios.reads),
        "evidence": list(scenarios.reads),
        "evidence_rows": [],
        "gaps": [],
    }


def _evaluated(
    metric: Metric, scenarios: Scenarios, result: MetricColumns, subjects: list[str], uncertain: Set[str]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a metric; scenarios are the printed one, then the draws, then one without each subject."""
    reads = tuple(scenarios.reads)
    # Only the rows of a look-up table matter; its own figures are never read.
    valued = tuple(name for name, is_value in scenarios.reads.items() if is_value) or reads
    count = len(scenarios) - 1 - len(subjects)
    printed = dict(zip(scenarios.figure_ids, scenarios.values[0], strict=True))
    looked_up = _rows_by_id(metric, result)
    for place, metric_id in enumerate(result.ids):
        evidence = evidence_of(metric, metric_id, valued)
        concerned = {figure.split("/")[1] for figure in evidence_of(metric, metric_id, reads)}
        # Dropping a subject that is never read cannot change the value.
        left_out = [row for row, subject in enumerate(subjects) if subject in concerned]
        value = result.value[:, place]
        drawn, without = value[1 : 1 + count], value[1 + count :]
        ends = _ends_at(result, place)
        # The first scenario is the printed one.
        least, most = (value[0], value[0]) if ends is None else ends[:, 0]
        is_by_print = uncertain.isdisjoint(evidence)
        draws = slice(0, 1) if is_by_print else slice(1, 1 + count)
        yield {
            "metric_id": metric_id,
            "missing": "",
            "value": float(value[0]),
            "least": float(least),
            "most": float(most),
            "n": _sample_size(result.n[0, place], evidence, printed, float(least)) or len(looked_up[metric_id]),
            "floor": result.floor,
            "end_points": list(result.end_points),
            "ci_low": float(result.low[0, place]),
            "ci_high": float(result.high[0, place]),
            "by_print": is_by_print,
            "draws": np.array([]) if is_by_print else drawn,
            "draw_ends": None if ends is None else ends[:, draws],
            "drop_subjects": [subjects[row] for row in left_out],
            "drop_values": without[left_out],
            "reads": list(reads),
            "evidence": list(evidence),
            "evidence_rows": looked_up[metric_id],
            "gaps": list(result.gaps),
        }


def _rows_by_id(metric: Metric, result: MetricColumns) -> dict[str, list[str]]:
    """Return the rows of evidence behind each id of a metric: if it is rowwise, without those of other subjects."""
    if not metric.rowwise:
        return {metric_id: list(result.evidence_rows) for metric_id in result.ids}
    ids = {metric_id.partition("/")[2]: metric_id for metric_id in result.ids}
    shared: list[str] = []
    own: dict[str, list[str]] = {metric_id: [] for metric_id in result.ids}
    for row in result.evidence_rows:
        subjects = ids.keys() & _joined_keys(row)
        for subject in subjects:
            own[ids[subject]].append(row)
        if not subjects:
            shared.append(row)
    return {metric_id: [*shared, *rows] for metric_id, rows in own.items()}


def _joined_keys(evidence_row: str) -> Iterator[str]:
    """Yield each choice of the keys and the period of a row of evidence, in their order, as a subject joins them."""
    row, _, _ = evidence_row.partition("@")
    _, *keys = row.split("/")
    for count in range(1, len(keys) + 1):
        yield from map("/".join, itertools.combinations(keys, count))


def _ends_at(result: MetricColumns, place: int) -> FloatArray | None:
    """Return the ends of a result, shape (2, scenarios); None where it has none, or as printed lies at its value."""
    if result.least is None or result.most is None:
        return None
    ends = np.array([result.least[:, place], result.most[:, place]])
    return None if np.isnan(ends[0, 0]) or ends[0, 0] == ends[1, 0] else ends


def columns(metric: Metric, scenarios: Scenarios) -> MetricColumns:
    """Evaluate a metric in scenarios, in parts where there are many, to bound the memory."""
    parts = list(map(metric.function, scenarios.parts()))
    if len(parts) == 1:
        return parts[0]
    whole: dict[str, Any] = {}
    names = ["value", "n", "low", "high"] + ["least", "most"] * (parts[0].least is not None)
    for name in names:
        whole[name] = np.concatenate([getattr(part, name) for part in parts])
    first = parts[0]  # which has the scenario as printed
    return replace(first, **whole)


def evidence_of(metric: Metric, metric_id: str, read: tuple[str, ...]) -> tuple[str, ...]:
    """Return the figures on which the value of a metric id depends: those of its subject if the metric is rowwise."""
    if not metric.rowwise:
        return read
    subject = metric_id.partition("/")[2]
    return tuple(figure for figure in read if figure.split("/")[1] == subject)


def _sample_size(stated: float, evidence: tuple[str, ...], values: Mapping[str, float], least: float) -> int:
    """Return the sample size of a statistic, or else the number of subjects without a missing value.

    If each lacks a value and the result has ends all the same, as the best of a row has, those with any value count.
    """
    if not np.isnan(stated):
        return int(stated)
    known, incomplete = set[str](), set[str]()
    for figure in evidence:
        is_missing = np.isnan(values[figure])
        (incomplete if is_missing else known).add(figure.split("/")[1])
    return len(known - incomplete) or (0 if np.isnan(least) else len(known))


class Dependencies(NamedTuple):
    """What a part of a statistic depends on: metrics over some figures, and the rest of it as a value of JSON."""

    evaluations: Evaluations
    metrics: Sequence[str]
    rest: Any = None


class _Reads(NamedTuple):
    """What a metric reads: figures by id, and columns of labels by table."""

    figures: tuple[str, ...]
    labels: frozenset[tuple[str, str]]


class Evaluations:
    """The evaluations of every metric over some figures, by metric id: rows as `evaluated` makes them.

    Others that are made by `on_figures` share what is evaluated: a metric whose figures are the same there is not
    evaluated again. So a build evaluates what a change reaches, under every evidence view. They share the cache too, in
    which statistics find what they made of the same evaluations in an earlier build.
    """

    def __init__(
        self,
        figures: pd.DataFrame,
        assumptions: Assumptions,
        metrics: Mapping[str, Metric],
        cache: StepCache | None = None,
    ) -> None:
        self.figures = figures
        self.metrics = metrics
        self._assumptions = assumptions
        self._cache = cache or StepCache()
        self._evaluated: dict[str, dict[str, dict[str, Any]]] = {}
        self._ranges: dict[str, dict[str, PrintRange]] = {}
        self._possible: dict[str, dict[str, FloatArray]] = {}
        self._keys: dict[str, str] = {}
        self._reads: dict[str, _Reads] = {}
        self._labelled = tuple(zip(figures["figure_id"], figures["labels"], figures["is_total"], strict=True))
        self._reads_by_labels = {self._labelled: self._reads}

    def on_figures(self, figures: pd.DataFrame) -> Evaluations:
        """Return the evaluations over other figures."""
        other = Evaluations(figures, self._assumptions, self.metrics, self._cache)
        other._evaluated, other._reads_by_labels = self._evaluated, self._reads_by_labels
        other._ranges, other._possible = self._ranges, self._possible
        other._reads = other._reads_by_labels.setdefault(other._labelled, {})
        return other

    def on_day(self, day: dt.date, figures: pd.DataFrame | None = None) -> Evaluations:
        """Return the evaluations by the evidence of a day, over other figures if any are given."""
        other = self.on_figures(self.figures if figures is None else figures)
        # Only metrics that look up evidence have `on`; the others are the same on every day and keep their results.
        metrics = {name: metric.on(day, None) for name, metric in self.metrics.items() if metric.on}
        return other.with_metrics(metrics)

    def with_metrics(self, metrics: Mapping[str, Metric]) -> Evaluations:
        """Return the evaluations with some metrics by other evidence."""
        other = self.on_figures(self.figures)
        other.metrics = {**self.metrics, **metrics} if metrics else self.metrics
        return other

    @cached_property
    def _printed(self) -> Scenarios:
        return build.printed_scenarios(self.figures)

    @cached_property
    def _facts(self) -> dict[str, list[str]]:
        """By figure, all that its scenarios depend on but for how scenarios are drawn."""
        facts = zip(*(self.figures[column] for column in ("figure_id", *DECIDING)), strict=True)
        return {name: [name, *map(repr, own)] for name, *own in facts}

    @cached_property
    def _drawn(self) -> list[Any]:
        """How scenarios are drawn."""
        return [self._assumptions.draws.model_dump(), [each.model_dump() for each in self._assumptions.correlated]]

    def reads(self, name: str) -> tuple[str, ...]:
        """Return the ids of the figures that a metric reads."""
        return self._read_by(name).figures

    def labels_read(self, name: str) -> frozenset[tuple[str, str]]:
        """Return the columns of labels that a metric reads, each a table and a column: no other label decides it."""
        return self._read_by(name).labels

    def _read_by(self, name: str) -> _Reads:
        # Reads depend on ids and labels only, not on values, so that evidence views share them.
        if name not in self._reads:
            # A copy with a record of reads of its own: `_printed` is shared by all metrics.
            scenarios = self._printed.with_values(self._printed.values)
            # A metric that lacks a figure still depends on those that it read before.
            with suppress(MissingFigureError):
                columns(self.metrics[name], scenarios)
            self._reads[name] = _Reads(tuple(scenarios.reads), frozenset(scenarios.labels_read))
        return self._reads[name]

    def key(self, name: str) -> str:
        """Return a key of all that the evaluation of a metric depends on: code, figures read, how scenarios are
        drawn."""
        if name not in self._keys:
            rows = [self._facts.get(figure, [figure]) for figure in self.reads(name)]
            self._keys[name] = digest([name, self.metrics[name].key, rows, self._drawn])
        return self._keys[name]

    def prepare(self, names: Iterable[str]) -> None:
        """Evaluate these metrics in one pass, those that are known left out."""
        missing = {name: self.metrics[name] for name in names if self.key(name) not in self._evaluated}
        if not missing:
            return
        read = {figure for name in missing for figure in self.reads(name)}
        figures = self.figures[self.figures["figure_id"].isin(read)]
        found: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in missing}
        for row in evaluated(figures, self._assumptions, missing):
            found[row["metric_id"].partition("/")[0]][row["metric_id"]] = row
        for name, rows in found.items():
            self._evaluated[self.key(name)] = rows

    def of(self, name: str) -> Mapping[str, dict[str, Any]]:
        """Return the rows of a metric by metric id; a metric of a missing figure has one, which names the figure."""
        self.prepare([name])
        return self._evaluated[self.key(name)]

    def get(self, metric_id: str) -> dict[str, Any] | None:
        """Return the row of a metric id, None where the metric has no such subject or there is no such metric."""
        name = metric_id.partition("/")[0]
        if name not in self.metrics:
            return None
        return self.of(name).get(metric_id)

    def print_range(self, metric_id: str) -> PrintRange:
        """Return the range of a value over what the print of its figures allows; NaN where that is not known."""
        name = metric_id.partition("/")[0]
        ends = {figure: self._ends[figure] for figure in self.reads(name) if figure in self._ends}
        if not ends:
            row = self.get(metric_id)
            return PrintRange(row["value"], row["value"]) if row else UNKNOWN
        key = self.key(name)
        if key not in self._ranges:
            printed = self._printed.of(self.reads(name))
            self._ranges[key] = print_ranges(self.metrics[name], printed, ends, self._assumptions.draws.seed)
        return self._ranges[key].get(metric_id, UNKNOWN)

    def trail(self, metric_id: str) -> Trail:
        """Return what decided the value of a metric as printed."""
        name, _, subject = metric_id.partition("/")
        traced = self.metrics[name].traced
        # A copy with a record of reads of its own: `_printed` is shared by all metrics.
        return traced(self._printed.with_values(self._printed.values), self._unit_of, subject) if traced else NO_TRAIL

    def by_vintage(self, day: dt.date, meant: dt.date, names: Iterable[str]) -> Evaluations:
        """Return the evaluations with some metrics by a vintage, of the periods that are meant on another day."""
        found = {name: vintage(day, meant) for name in names if (vintage := self.metrics[name].by_vintage)}
        return self.with_metrics(found)

    def possible(self, metric_id: str) -> FloatArray:
        """Return values that a metric could have had with other figures; none where more than numbers decide it."""
        name = metric_id.partition("/")[0]
        if not self.metrics[name].is_numeric:
            return np.array([])
        key = self.key(name)
        if key not in self._possible:
            reads = self.reads(name)
            units = {figure: self._unit_of[figure] for figure in reads}
            printed = self._printed.of(reads)
            seed = self._assumptions.draws.seed
            self._possible[key] = possible_values(self.metrics[name], printed, units, seed)
        return self._possible[key].get(metric_id, np.array([]))

    @cached_property
    def _unit_of(self) -> dict[str, str]:
        return dict(zip(self.figures["figure_id"], self.figures["unit"], strict=True))

    @cached_property
    def _ends(self) -> dict[str, tuple[float, float]]:
        return allowed(self.figures)

    def cached(
        self, statistic: str, parts: Mapping[Part, Dependencies], compute: Callable[[Part], Any]
    ) -> dict[Part, Any]:
        """Return the result of each part of a statistic, from the cache where what it depends on is the same.

        The metrics of all parts that are computed are evaluated in one pass. Results are values of JSON.
        """

        def computed(missing: Sequence[Part]) -> dict[Part, Any]:
            for evaluations, own in grouped((parts[part] for part in missing), attrgetter("evaluations")).items():
                evaluations.prepare(name for each in own for name in each.metrics)
            return {part: compute(part) for part in missing}

        keys = {
            part: digest([statistic, *map(own.evaluations.key, own.metrics), own.rest]) for part, own in parts.items()
        }
        return self._cache.gather(keys, computed)


def summary(metric: Metric, row: Mapping[str, Any], allowed: PrintRange) -> dict[str, Any]:
    """Return the row of `schemas.analysis.Metrics` for an evaluated metric, as a value of JSON.

    `allowed` is what the print of its figures allows, which is the range of a value that does not vary over the draws.
    """
    declared, subject = metric.declared, row["metric_id"].partition("/")[2]
    low, high = allowed[:2] if row["by_print"] else quantiles(row["draws"])
    values = {
        "theme": declared.theme,
        "meaning": f"{declared.means}: {subject}" if subject else declared.means,
        "unit": declared.unit,
        "method": declared.method,
        "expression": metric.expression,
        **row,
        "low": low,
        "high": high,
        "draws": int((~np.isnan(row["draws"])).sum()),
        "flat": flat_value(metric, row["n"]),
    }
    return {name: values[name] for name in analysis.Metrics.to_schema().columns if name in values}


def metrics_table(views: Views) -> Frame[analysis.Metrics]:
    """Return the summary of each metric under each evidence view, as rows of `schemas.analysis.Metrics`."""

    def summaries(part: tuple[int, str]) -> list[dict[str, Any]]:
        place, name = part
        evaluations = views[place][1]
        found = []
        for metric_id, row in evaluations.of(name).items():
            is_known = row["by_print"] and not np.isnan(row["value"])
            allowed = evaluations.print_range(metric_id) if is_known else UNKNOWN
            found.append(summary(evaluations.metrics[name], row, allowed))
        return found

    parts: dict[tuple[int, str], Dependencies] = {}
    for place, (_, evaluations) in enumerate(views):
        for name, metric in evaluations.metrics.items():
            parts[place, name] = Dependencies(evaluations, [name], metric.expression)
    rows = []
    for (place, _), found in views[0][1].cached("summary", parts, summaries).items():
        view = views[place][0]
        rows += [{**row, "evidence_view": view.name, "as_of": view.as_of} for row in found]
    return table_of(analysis.Metrics, rows)


Views = list[tuple[EvidenceView, Evaluations]]
"""The evidence views, the printed one first, each with the metrics over its figures."""
