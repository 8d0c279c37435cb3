"""What each verdict rests on: every assumption changed by itself, all choices together, and what would best be known.

Belongs here: which changes are made, and what they do to readings and claims. Does not: how worlds are drawn
(`evaluate`), or what outcomes follow from verdicts (`outcomes`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import ValidationError

from tidebook.pipelines.evaluate import scenarios as build
from tidebook.pipelines.evaluate.calibration import as_assumed, findings_of, fitted_rows
from tidebook.pipelines.evaluate.evaluations import DECIDING, Evaluations, RestsOn, columns
from tidebook.pipelines.evaluate.evidence_views import replaced_figures
from tidebook.pipelines.evaluate.frame import FloatArray, MissingFigureError, Worlds
from tidebook.pipelines.judge.declared import Reading
from tidebook.pipelines.judge.predicates import Predicate, parse_predicate
from tidebook.pipelines.judge.verdicts import Views, status
from tidebook.pipelines.read.declarations import Assumptions, VerdictShares
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.schemas.analysis import Information, Multiverse, ReadingVerdicts, Sensitivity
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.reference import References
from tidebook.schemas.units import percent

MOST_DRAWS = 2000
"""Draws in which a changed assumption is tried: the first of each figure's stream, as they are without the change."""

SURE = 2.0
"""Standard errors by which a share must pass the bound of a status to count as turned."""

BINS = 20
"""Parts of equal size in which draws are taken, sorted by one figure."""

CHOICES = ("reading", "moment", "assumption")
"""What a path through a claim's multiverse chooses, in the order of its axes."""

UNCHANGED = -1
"""The place of no change, before that of the first one."""

LensRows = Sequence[Mapping[str, Row]]
"""By lens, the rows of figures by their ids."""

Shares = list[float]
"""In what share of the draws a reading holds: first without a change, then under each; NaN where it is not reached."""


class VariedAssumption(NamedTuple):
    """One assumption with another value, as texts, and all of them with that one changed."""

    name: str
    written: str
    value: str
    assumptions: Assumptions


def _factors(value: float) -> list[float]:
    return [math.sqrt(value), value**2]


def _shares(value: float) -> list[float]:
    """Return a share with its distance to 0 or 1, whichever is nearer, halved and doubled; never at the other end."""
    near = min(value, 1 - value)
    away = min(near * 2, (1 + near) / 2)
    return [near / 2, away] if value <= 0.5 else [1 - near / 2, 1 - away]


def _numbers(value: float) -> list[float]:
    return [value / 2, value * 2]


VARIED = {
    "estimate_spread": _factors,
    "open_ended": _factors,
    "reconciliation.near": _factors,
    "verdicts": _shares,
    "correlated": _shares,
    "dates": _numbers,
    "calibration": _numbers,
    "cutoffs": _numbers,
}
"""How the numbers of each section are changed. Seeds, counts and dates are not: they are no matter of judgement."""


def changes_of(assumed: Assumptions) -> list[VariedAssumption]:
    """Return every assumption that a verdict may rest on with each of its other values, one at a time.

    Those that would mean nothing, such as shares that overlap, are left out.
    """
    found = []
    written = assumed.model_dump()
    for section, vary in VARIED.items():
        first, _, only = section.partition(".")
        parts = written[first]
        groups = {each["name"]: each for each in parts} if first == "correlated" else {"": parts}
        for label, part in groups.items():
            for key, value in part.items():
                if isinstance(value, int | float) and only in ("", key):
                    name = ".".join(filter(None, (first, label, key)))
                    for other in vary(value):
                        part[key] = round(other) if isinstance(value, int) else other
                        given = _within_bounds(written)
                        if part[key] != value and given is not None:
                            found.append(VariedAssumption(name, f"{value:.4g}", f"{part[key]:.4g}", given))
                    part[key] = value
    return found


def _within_bounds(parts: Mapping[str, Any]) -> Assumptions | None:
    """Return assumptions made of these parts; None where a number lies outside its bounds."""
    with suppress(ValidationError):
        given = Assumptions.model_validate(parts)
        return given if given.verdicts.contradicted_to < given.verdicts.supported_from else None
    return None


class _Streams:
    """The draws of figures in which changes are tried: those that are drawn alike are drawn once."""

    def __init__(self, assumed: Assumptions) -> None:
        self.assumed, self.count = assumed, min(assumed.draws.count, MOST_DRAWS)
        self._known: dict[str, FloatArray | float] = {}

    def of(self, row: Row, given: Assumptions) -> FloatArray | float:
        """Return the draws of a figure under some assumptions."""
        drawn = build.drawn_as(row, given.correlated)
        if drawn not in self._known:
            self._known[drawn] = build.draws_of(row, self.count, self.assumed.draws.seed, given.correlated)
        return self._known[drawn]


class _Trial(NamedTuple):
    """A change of how figures are drawn under one lens: its place among the changes, and the figures that differ."""

    place: int
    assumptions: Assumptions
    rows: Mapping[str, Row]


def _trials_of(
    changes: Sequence[VariedAssumption], views: Views, rows: LensRows, references: pd.DataFrame, assumed: Assumptions
) -> list[list[_Trial]]:
    """Return for each lens the changes under which some of its figures are drawn otherwise."""
    printed, day = views[0][0].figures, views[0][0].as_of
    own_print, known = [*rows[0].values()], records(references)
    found = findings_of(own_print, known, day, assumed)
    drawn = [{name: build.drawn_as(row, assumed.correlated) for name, row in own.items()} for own in rows]
    replaced = [replaced_figures(printed, lens) for lens, _ in views]
    judging = {"verdicts": assumed.verdicts, "cutoffs": assumed.cutoffs}
    trials: list[list[_Trial]] = [[] for _ in views]
    for place, change in enumerate(changes):
        given = change.assumptions
        if given.model_copy(update=judging) == assumed:
            continue
        same_rules = given.reconciliation == assumed.reconciliation
        found_then = found if same_rules else findings_of(own_print, known, day, given)
        fitted = fitted_rows(own_print, known, found_then, day, given)
        in_print = list(_assumed_figures(fitted, given, assumed))
        for own, before, names, tried in zip(rows, drawn, replaced, trials, strict=True):
            others = as_assumed((own[name] for name in names if name in own), given)
            now = [(row, facts) for row, facts in in_print if row["figure_id"] not in names]
            now += _assumed_figures(others, given, assumed)
            if differing := {row["figure_id"]: row for row, facts in now if facts != before[row["figure_id"]]}:
                tried.append(_Trial(place, given, differing))
    return trials


def _assumed_figures(rows: Iterable[Row], given: Assumptions, assumed: Assumptions) -> Iterator[tuple[Row, str]]:
    """Yield those rows whose draws may be others than under what is assumed, with how they are drawn."""
    all_move = given.correlated != assumed.correlated
    for row in rows:
        if all_move or row["spread"] in ("assumed", "fitted"):
            yield row, build.drawn_as(row, given.correlated)


class _TriedMetric:
    """One metric's fair readings under one lens: the figures that it reads, and the changes that reach them."""

    def __init__(
        self, name: str, readings: Sequence[Reading], known: Evaluations, rows: Mapping[str, Row], trials: list[_Trial]
    ) -> None:
        self.name, self.metric, self.known, self.readings = name, known.metrics[name], known, readings
        reads = set(known.reads(name))
        self.rows = _only(reads, rows)
        reached = (trial._replace(rows=_only(reads, trial.rows)) for trial in trials)
        self.trials = [trial for trial in reached if trial.rows]

    def rests_on(self, rest: object) -> RestsOn:
        """Return all that the shares depend on; `rest` is what all metrics have in common."""
        rows = [
            [trial.place, *(repr([trial.rows[name][part] for part in DECIDING]) for name in sorted(trial.rows))]
            for trial in self.trials
        ]
        return RestsOn(self.known, [self.name], [repr(self.readings), rows, rest])

    def shares(self, changes: Sequence[VariedAssumption], streams: _Streams) -> list[Shares]:
        """Return the shares of each reading; none are known where a figure that is read is missing."""
        shares = np.full((len(self.readings), 1 + len(changes)), np.nan)
        own = {name: streams.of(row, streams.assumed) for name, row in self.rows.items()}
        worlds = Worlds(np.empty((0, len(own))), list(own), {name: self.rows[name]["labels"] for name in own})
        with suppress(MissingFigureError):
            for trial in (_Trial(UNCHANGED, streams.assumed, {}), *self.trials):
                changed = {name: streams.of(row, trial.assumptions) for name, row in trial.rows.items()}
                drawn = np.empty((len(own), streams.count))
                for row, draws in enumerate((own | changed).values()):
                    drawn[row] = draws
                result = columns(self.metric, worlds.with_values(drawn.T))
                for reading, mine in zip(self.readings, shares, strict=True):
                    if reading.metric_id in result.ids:
                        value = result.value[:, result.ids.index(reading.metric_id)]
                        for place, predicate in _asked(reading, trial, changes).items():
                            mine[1 + place] = predicate.holds(value).mean()
        return shares.tolist()


def _only(names: Set[str], rows: Mapping[str, Row]) -> dict[str, Row]:
    return {name: row for name, row in rows.items() if name in names}


def _asked(reading: Reading, trial: _Trial, changes: Sequence[VariedAssumption]) -> dict[int, Predicate]:
    """Return by the place of the change what is asked of a trial's draws: without a change, at other cut-offs too."""
    asked = {trial.place: reading.predicate}
    if trial.place == UNCHANGED:
        parsed = (parse_predicate(reading.stated, change.assumptions.cutoffs) for change in changes)
        asked |= {place: predicate for place, predicate in enumerate(parsed) if predicate != reading.predicate}
    return asked


def sensitivity_table(
    readings: list[Reading],
    views: Views,
    references: Frame[References],
    verdicts: Frame[ReadingVerdicts],
    assumed: Assumptions,
) -> Frame[Sensitivity]:
    """Return what each change does to each fair reading that it reaches, as rows of `schemas.analysis.Sensitivity`.

    `verdicts` are those on the readings. Readings about the print are tried on the printed figures alone.
    """
    changes, evaluations = changes_of(assumed), views[0][1]
    fair = (reading for reading in readings if reading.weight == "fair" and reading.metric in evaluations.metrics)
    by_metric = grouped(fair, attrgetter("metric"))
    # Figures that no metric reads matter only where a reference bears on how the others are drawn.
    wanted = {*references["figure_id"], *(figure for name in by_metric for figure in evaluations.reads(name))}
    seen = [lens.figures[lens.figures["figure_id"].isin(wanted)] for lens, _ in views]
    figures = [{row["figure_id"]: row for row in records(each)} for each in seen]
    trials = _trials_of(changes, views, figures, references, assumed)
    metrics = {
        (name, place): _TriedMetric(name, own, known, figures[place], trials[place])
        for name, own in by_metric.items()
        for place, (_, known) in enumerate(views)
        if place == 0 or not all(reading.of_the_print for reading in own)
    }
    streams = _Streams(assumed)
    rest = [[change[:3] for change in changes], assumed.draws.model_dump(), assumed.cutoffs]
    parts = {part: metric.rests_on(rest) for part, metric in metrics.items()}
    found = evaluations.cached("sensitivity", parts, lambda part: metrics[part].shares(changes, streams))
    judged = by_moment(records(verdicts))
    rows: list[dict[str, Any]] = []
    for (name, place), by_reading in found.items():
        lens = views[place][0]
        for reading, shares in zip(by_metric[name], by_reading, strict=True):
            was = judged[reading.claim_id, reading.rank, lens.name, lens.as_of]
            tried = place == 0 or not reading.of_the_print
            if tried and was["status"] == status(was["probability"], assumed.verdicts):
                rows += _reading_rows(was, shares, changes, assumed, streams.count)
    return table_of(Sensitivity, rows)


MOMENT = ("claim_id", "rank", "lens", "as_of")
Moment = tuple[str, int, str, dt.date]
"""A reading under a lens: the claim and the rank of the reading, the lens and its day."""


def by_moment(verdicts: Iterable[Row]) -> dict[Moment, Row]:
    """Return the verdict on each reading, by claim, rank, lens and day."""
    return {(row["claim_id"], row["rank"], row["lens"], row["as_of"]): row for row in verdicts}


def _reading_rows(
    was: Row, shares: Shares, changes: Sequence[VariedAssumption], assumed: Assumptions, count: int
) -> Iterator[dict[str, Any]]:
    """Yield what each change that reaches a reading under a lens does to the verdict that it `was`."""
    unchanged, *changed = shares
    for change, reached in zip(changes, changed, strict=True):
        given = change.assumptions.verdicts
        if math.isnan(reached) and given == assumed.verdicts:
            continue
        share = unchanged if math.isnan(reached) else reached
        found = status_after(was["status"], share, given, count)
        yield {
            **{name: was[name] for name in ("claim_id", "lens", "as_of", "rank", "status")},
            "assumption": change.name,
            "written": change.written,
            "value": change.value,
            "probability": unchanged,
            "changed_status": found,
            "changed_probability": share,
            "turns": found != was["status"],
        }


def status_after(before: str, share: float, shares: VerdictShares, count: int) -> str:
    """Return the status that a share of so many draws amounts to, the one before unless its bound is surely passed."""
    found = status(share, shares)
    passed = found if before == "contested" else before
    bound = shares.supported_from if passed == "supported" else shares.contradicted_to
    error = math.sqrt(bound * (1 - bound) / count)
    return found if abs(share - bound) > SURE * error else before


def information_table(
    readings: list[Reading], views: Views, verdicts: Frame[ReadingVerdicts], assumed: Assumptions
) -> Frame[Information]:
    """Return what knowing one figure would decide of each contested fair reading, as rows of `Information`.

    The draws are sorted by the figure and taken in equal parts: it counts how many of these are decided.
    """
    judged = by_moment(records(verdicts))
    open_ones: dict[Moment, tuple[Reading, Evaluations]] = {}
    for reading in (reading for reading in readings if reading.weight == "fair"):
        for lens, evaluations in moments(reading.of_the_print, views):
            moment = reading.claim_id, reading.rank, lens.name, lens.as_of
            by_draws = status(judged[moment]["probability"], assumed.verdicts)
            if judged[moment]["status"] == by_draws == "contested":
                open_ones[moment] = reading, evaluations

    parts = {
        moment: RestsOn(evaluations, [reading.metric], [repr(reading), assumed.verdicts.model_dump()])
        for moment, (reading, evaluations) in open_ones.items()
    }
    decided = views[0][1].cached("information", parts, lambda moment: _decided_by(*open_ones[moment], assumed))
    rows = [
        dict(zip(MOMENT, moment, strict=True)) | {"figure_id": figure_id, "decided": share}
        for moment, decisions in decided.items()
        for figure_id, share in decisions.items()
    ]
    return table_of(Information, rows)


def moments(of_the_print: bool, views: Views) -> Views:
    """Return the lenses that a reading is judged at: the days, or the print for one about the print."""
    return [(lens, known) for lens, known in views if (lens.name == "printed") == of_the_print]


def _decided_by(reading: Reading, evaluations: Evaluations, assumed: Assumptions) -> dict[str, float]:
    """Return by figure of the evidence that varies what share of the parts of the draws it decides."""
    row = evaluations.get(reading.metric_id)
    assert row  # what is contested has a value
    holds = reading.predicate.holds(row["draws"])
    frame = evaluations.figures
    frame = frame[frame["figure_id"].isin(row["evidence"]) & (frame["spread"] != "none")]
    values = build.draws(frame, len(holds), assumed.draws.seed, assumed.correlated).T
    return {
        name: decided_share(own, holds, assumed.verdicts) for name, own in zip(frame["figure_id"], values, strict=True)
    }


def decided_share(values: FloatArray, holds: npt.NDArray[np.bool_], shares: VerdictShares) -> float:
    """Return in what share of the parts a predicate is supported or contradicted, draws sorted by a figure's values."""
    parts = np.array_split(holds[np.argsort(values, kind="stable")], BINS)
    return sum(status(float(part.mean()), shares) != "contested" for part in parts) / BINS


def multiverse_table(
    readings: list[Reading],
    views: Views,
    verdicts: Frame[ReadingVerdicts],
    sensitivity: Frame[Sensitivity],
    information: Frame[Information],
    assumed: Assumptions,
) -> Frame[Multiverse]:
    """Return for each claim what all its choices come to, as rows of `schemas.analysis.Multiverse`, sorted by claim.

    A path takes one fair reading at one moment, with the assumptions as written or with one of them changed. Those that
    are untestable are no path.
    """
    steps = [("", ""), *((change.name, change.value) for change in changes_of(assumed))]  # the first is no change
    judged = by_moment(records(verdicts))
    parts = (*MOMENT, "assumption", "value")
    turns = records(sensitivity[sensitivity["turns"]])
    turned = {tuple(row[part] for part in parts): row["changed_status"] for row in turns}
    by_claim = grouped((reading for reading in readings if reading.weight == "fair"), attrgetter("claim_id"))
    rows = []
    for claim_id, own in by_claim.items():
        lenses = [lens for lens, _ in moments(own[0].of_the_print, views)]
        statuses = np.array(
            [
                [
                    [turned.get((*cell, *step), judged[cell]["status"]) for step in steps]
                    for cell in ((claim_id, reading.rank, lens.name, lens.as_of) for lens in lenses)
                ]
                for reading in own
            ],
            dtype=object,
        )
        testable = statuses != "untestable"
        if not testable.any():
            continue
        holds = statuses == "supported"
        effects = {name: main_effect(holds, testable, axis) for axis, name in enumerate(CHOICES)}
        largest = max(effects, key=lambda name: effects[name])
        around = float(((holds[testable] - holds[testable].mean()) ** 2).sum())
        turning = (statuses != statuses[:, :, :1]).any(axis=(0, 1))
        known = information[information["claim_id"] == claim_id].groupby("figure_id")["decided"].mean()
        best = str(known.idxmax()) if len(known) and known.max() > 0 else ""
        rows.append(
            {
                "claim_id": claim_id,
                "paths": int(testable.sum()),
                "holds": float(holds[testable].mean()),
                "explained_by": largest if effects[largest] > 0 else "",
                "explained": effects[largest] / around if around else math.nan,
                "turned_by": list(dict.fromkeys(name for (name, _), one in zip(steps, turning, strict=True) if one)),
                "ask_figure_id": best,
                "ask_decided": float(known[best]) if best else math.nan,
            }
        )
        rows[-1]["words"] = _words(rows[-1])
    return table_of(Multiverse, rows)


def _words(row: Row) -> str:
    """Return what a row of `Multiverse` says, for readers."""
    said = f"Holds on {percent(row['holds'])} of {row['paths']} paths"
    if row["explained_by"]:
        said += f"; what matters most is the {row['explained_by']}"
    if row["turned_by"]:
        said += f". Readings of it turn with {', '.join(row['turned_by'])}"
    else:
        said += ". No assumption turns a reading of it"
    if row["ask_figure_id"]:
        decided = percent(row["ask_decided"])
        said += f". To know {row['ask_figure_id']} would decide {decided} of the draws that are contested"
    return f"{said}."


def main_effect(holds: npt.NDArray[np.bool_], testable: npt.NDArray[np.bool_], axis: int) -> float:
    """Return the main-effect sum of squares of one choice: of the means of its options around the mean of all."""
    holds, testable = np.moveaxis(holds, axis, 0), np.moveaxis(testable, axis, 0)
    mean, total = holds[testable].mean(), 0.0
    for held, counts in zip(holds, testable, strict=True):
        if counts.any():
            total += counts.sum() * (held[counts].mean() - mean) ** 2
    return float(total)
