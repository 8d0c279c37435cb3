"""What each verdict rests on: every assumption changed by itself, all choices together, and what would best be known.

Belongs here: which changes are made, and what they do to readings and claims. Does not: how worlds are drawn
(`pipelines.worlds`), or what outcomes follow from verdicts (`outcomes`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import ValidationError

from pipelines.claims.calibration import as_assumed, cases_of, findings_of, fit, with_fit
from pipelines.claims.declared import Reading
from pipelines.claims.predicates import parse_predicate
from pipelines.claims.verdicts import Views, status
from pipelines.grouping import grouped
from pipelines.ingest.declarations import Assumptions, VerdictShares
from pipelines.metrics.evaluations import DECIDING, Evaluations, columns
from pipelines.storage.kept import Kept
from pipelines.storage.keys import digest
from pipelines.worlds import build
from pipelines.worlds.frame import FloatArray, MissingFigureError, Worlds
from pipelines.worlds.lenses import changed
from schemas.analysis import Information, Multiverse, ReadingVerdicts, Sensitivity
from schemas.base import Frame, column_types, records
from schemas.reference import References
from schemas.units import percent

MOST_DRAWS = 2000
"""Draws in which a changed assumption is tried: the first of each figure's stream, as they are without the change."""

SURE = 2.0
"""Standard errors by which a share must pass the bound of a status to count as turned."""

BINS = 20
"""Parts of equal size in which draws are taken, sorted by one figure."""

CHOICES = ("reading", "moment", "assumption")
"""What a path through a claim's multiverse chooses, in the order of its axes."""

BASE = ""
"""The name of no change."""

Row = Mapping[str, Any]
UNCHANGED = "-1"
Shares = list[dict[str, float]]
"""By lens, in what share of the draws a reading holds, by the place of the change, as text for JSON; -1 is none."""


class Change(NamedTuple):
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


def changes_of(assumed: Assumptions) -> list[Change]:
    """Return every assumption that a verdict may rest on with each of its other values, one at a time.

    Those that would mean nothing, such as shares that overlap, are left out.
    """
    found = []
    for section, vary in VARIED.items():
        first, _, only = section.partition(".")
        parts = getattr(assumed, first)
        held = {each.name: each for each in parts} if first == "correlated" else {"": parts}
        for label, part in held.items():
            numbers = part if isinstance(part, dict) else dict(part)
            for key, value in numbers.items():
                if isinstance(value, int | float) and only in ("", key):
                    name = ".".join(filter(None, (first, label, key)))
                    for other in vary(value):
                        number = round(other) if isinstance(value, int) else other
                        given = _with_value(assumed, first, label, key, number)
                        if number != value and given is not None:
                            found.append(Change(name, f"{value:.4g}", f"{number:.4g}", given))
    return found


def _with_value(assumed: Assumptions, section: str, label: str, key: str, value: float) -> Assumptions | None:
    """Return the assumptions with one number changed; None where it would lie outside its bounds."""
    whole = assumed.model_dump()
    parts = whole[section]
    part = next(each for each in parts if each["name"] == label) if label else parts
    part[key] = value
    with suppress(ValidationError):
        given = Assumptions.model_validate(whole)
        return given if given.verdicts.contradicted_to < given.verdicts.supported_from else None
    return None


class _Spreads:
    """How the figures of every lens are drawn, as they are and under changed assumptions."""

    def __init__(self, views: Views, references: pd.DataFrame, assumed: Assumptions) -> None:
        self.printed, self.day = views[0][0].figures, views[0][0].as_of
        self.references = references
        self.assumed = assumed
        self.rows = [{row["figure_id"]: row for row in records(lens.figures)} for lens, _ in views]
        self._drawn = [{name: _drawn(row, assumed) for name, row in rows.items()} for rows in self.rows]
        self._replaced = [changed(self.printed, lens) for lens, _ in views]
        self._known = records(references)
        self._found = findings_of(self.printed, references, self.day, assumed)

    def changed_rows(self, given: Assumptions) -> list[dict[str, dict[str, Any]]]:
        """Return for each lens the figures that are drawn otherwise under other assumptions, by id."""
        judging = {name: getattr(self.assumed, name) for name in ("verdicts", "cutoffs")}
        if given.model_copy(update=judging) == self.assumed:
            return [{} for _ in self.rows]
        same_rules = given.reconciliation == self.assumed.reconciliation
        found = self._found if same_rules else findings_of(self.printed, self.references, self.day, given)
        plain = list(as_assumed(list(self.rows[0].values()), given))
        fitted = with_fit(plain, fit(cases_of(plain, self._known, found, self.day), given))
        printed = {row["figure_id"]: (row, _drawn(row, given)) for row in fitted}
        changes = []
        for rows, drawn, replaced in zip(self.rows, self._drawn, self._replaced, strict=True):
            others = {row["figure_id"]: row for row in as_assumed([rows[name] for name in replaced], given)}
            now = {
                name: (others[name], _drawn(others[name], given)) if name in others else printed[name] for name in rows
            }
            changes.append({name: row for name, (row, facts) in now.items() if facts != drawn[name]})
        return changes


def _drawn(row: Row, given: Assumptions) -> str:
    """Return all that the draws of a figure depend on beside its value."""
    alone = row["spread"] == "none"
    return repr(
        [*(row[name] for name in build.SPREAD), alone or build.correlation_of(row["figure_id"], given.correlated)]
    )


class _Streams:
    """The draws of figures in which changes are tried: those that are drawn alike are drawn once."""

    def __init__(self, assumed: Assumptions) -> None:
        self.count, self.seed = min(assumed.draws.count, MOST_DRAWS), assumed.draws.seed
        self._known: dict[tuple[str, str], FloatArray | float] = {}

    def of(self, row: Row, given: Assumptions) -> FloatArray | float:
        """Return the draws of a figure under some assumptions."""
        place = row["figure_id"], f"{row['value']!r} {row['unit']} {_drawn(row, given)}"
        if place not in self._known:
            self._known[place] = build.draws_of(row, self.count, self.seed, given.correlated)
        return self._known[place]


class _Trial(NamedTuple):
    """A change of how figures are drawn under one lens: its place among the changes, and the figures that differ."""

    place: int
    assumptions: Assumptions
    rows: Mapping[str, Row]


class _Metric:
    """One metric's fair readings under every lens, and in what share of the draws each holds under each change."""

    def __init__(
        self,
        name: str,
        readings: Sequence[Reading],
        views: Views,
        rows: Sequence[Mapping[str, Row]],
        trials: Sequence[Sequence[_Trial]],
    ) -> None:
        self.name, self.readings, self.metric = name, readings, views[0][1].metrics[name]
        self.reads = views[0][1].reads(name)
        printed_only = all(reading.of_the_print for reading in readings)
        self.views = views[:1] if printed_only else views
        self.rows = rows
        self.trials = [
            [trial for trial in own if not trial.rows.keys().isdisjoint(self.reads)]
            for own in trials[: len(self.views)]
        ]

    def key(self, rest: object) -> str:
        """Return a key of all that the shares depend on; `rest` is what all metrics have in common."""
        rows = [
            [[trial.place, *(repr([trial.rows[name][part] for part in DECIDING]) for name in sorted(trial.rows))]
             for trial in own] for own in self.trials
        ]  # fmt: skip
        return digest([[each.key(self.name) for _, each in self.views], repr(self.readings), rows, rest])

    def shares(self, changes: Sequence[Change], assumed: Assumptions, streams: _Streams) -> list[Shares]:
        """Return by reading and by the place of the lens in what share of the draws it holds.

        Changes that do not reach the reading are left out.
        """
        drawn = self._draws(assumed, streams)
        found: list[Shares] = []
        for reading in self.readings:
            asked = [(place, number, number, reading.predicate) for place, number in drawn]
            for number, change in enumerate(changes):
                predicate = parse_predicate(reading.stated, change.assumptions.cutoffs)
                if predicate != reading.predicate:
                    asked += [(place, number, -1, predicate) for place, taken in drawn if taken == -1]
            shares: Shares = [{} for _ in self.views]
            for place, number, taken, predicate in asked:
                ids, values = drawn[place, taken]
                if reading.metric_id in ids:
                    value = values[:, ids.index(reading.metric_id)]
                    shares[place][str(number)] = float(predicate.holds(value).mean())
            found.append(shares)
        return found

    def _draws(self, assumed: Assumptions, streams: _Streams) -> dict[tuple[int, int], tuple[list[str], FloatArray]]:
        """Return the metric's ids, and its values in the draws, by the place of the lens and of the change.

        Worlds that have the same figures without a value go through in one pass, and what two lenses share once.
        """
        names = [name for name in self.rows[0] if name in set(self.reads)]
        blocks: dict[tuple[bool, ...], list[tuple[tuple[int, int], list[FloatArray | float]]]] = defaultdict(list)
        first: dict[str, int] = {}
        for place, ((_, evaluations), trials) in enumerate(zip(self.views, self.trials, strict=True)):
            if first.setdefault(evaluations.key(self.name), place) != place:
                continue
            rows = [self.rows[place][name] for name in names]
            base = [streams.of(row, assumed) for row in rows]
            alike = blocks[tuple(math.isnan(row["value"]) for row in rows)]
            alike.append(((place, -1), base))
            for trial in trials:
                changed_ones = {
                    name: streams.of(trial.rows[name], trial.assumptions) for name in names if name in trial.rows
                }
                drawn = [changed_ones.get(name, own) for name, own in zip(names, base, strict=True)]
                alike.append(((place, trial.place), drawn))
        found: dict[tuple[int, int], tuple[list[str], FloatArray]] = {}
        labels = {name: row["labels"] for name, row in self.rows[0].items() if name in set(names)}
        for group in blocks.values():
            values = np.empty((len(names), len(group) * streams.count))
            parts = [slice(number * streams.count, (number + 1) * streams.count) for number in range(len(group))]
            for part, (_, drawn) in zip(parts, group, strict=True):
                for row, own in enumerate(drawn):
                    values[row, part] = own
            try:
                result = columns(self.metric, Worlds(values.T, names, labels))
            except MissingFigureError:
                return {}
            for part, (where, _) in zip(parts, group, strict=True):
                found[where] = result.ids, result.value[part]
        for place, (_, evaluations) in enumerate(self.views):
            like = first[evaluations.key(self.name)]
            found |= {(place, change): values for (other, change), values in [*found.items()] if other == like}
        return found


def sensitivity_table(
    readings: list[Reading],
    views: Views,
    references: Frame[References],
    verdicts: Frame[ReadingVerdicts],
    assumed: Assumptions,
    kept: Kept,
) -> Frame[Sensitivity]:
    """Return what each change does to each fair reading that it reaches, as rows of `schemas.analysis.Sensitivity`.

    `verdicts` are those on the readings. Readings about the print are tried on the printed figures alone.
    """
    changes = changes_of(assumed)
    spreads = _Spreads(views, references, assumed)
    trials: list[list[_Trial]] = [[] for _ in views]
    for place, change in enumerate(changes):
        for tried, differing in zip(trials, spreads.changed_rows(change.assumptions), strict=True):
            if differing:
                tried.append(_Trial(place, change.assumptions, differing))
    fair = (reading for reading in readings if reading.weight == "fair")
    by_metric = grouped(fair, lambda reading: reading.metric_id.partition("/")[0])
    metrics = {
        name: _Metric(name, own, views, spreads.rows, trials)
        for name, own in by_metric.items()
        if name in views[0][1].metrics
    }
    streams = _Streams(assumed)
    rest = [[change[:3] for change in changes], assumed.draws.model_dump(), assumed.cutoffs]
    found = kept.gather(
        {name: metric.key(rest) for name, metric in metrics.items()},
        lambda names: {name: metrics[name].shares(changes, assumed, streams) for name in names},
    )
    judged = _by_moment(verdicts)
    rows: list[dict[str, Any]] = []
    for name, metric in metrics.items():
        for reading, by_place in zip(metric.readings, found[name], strict=True):
            for place, (lens, _) in enumerate(metric.views[:1] if reading.of_the_print else metric.views):
                was = judged[reading.claim_id, reading.rank, lens.name, lens.as_of]
                if was["status"] == status(was["probability"], assumed.verdicts):
                    rows += _reading_rows(was, by_place[place], changes, assumed, streams.count)
    order = ["claim_id", "lens", "as_of", "rank", "assumption", "value"]
    return column_types(Sensitivity, pd.DataFrame(rows)).sort_values(order, ignore_index=True)


def _by_moment(verdicts: pd.DataFrame) -> dict[tuple[str, int, str, dt.date], Row]:
    """Return the verdict on each reading, by claim, rank, lens and day."""
    return {(row["claim_id"], row["rank"], row["lens"], row["as_of"]): row for row in records(verdicts)}


def _reading_rows(
    was: Row, shares: Mapping[str, float], changes: Sequence[Change], assumed: Assumptions, count: int
) -> Iterator[dict[str, Any]]:
    """Yield what each change that reaches a reading under a lens does to the verdict that it `was`."""
    for number, change in enumerate(changes):
        given = change.assumptions.verdicts
        if str(number) not in shares and given == assumed.verdicts:
            continue
        share = shares.get(str(number), shares[UNCHANGED])
        found = status_after(was["status"], share, given, count)
        yield {
            **{name: was[name] for name in ("claim_id", "lens", "as_of", "rank", "status")},
            "assumption": change.name,
            "written": change.written,
            "value": change.value,
            "probability": shares[UNCHANGED],
            "changed_status": found,
            "changed_probability": share,
            "turns": found != was["status"],
        }


def status_after(before: str, share: float, shares: VerdictShares, count: int) -> str:
    """Return the status that a share of so many draws amounts to, the one before unless its bound is surely passed."""
    found = status(share, shares)
    if found == before:
        return before
    passed = found if before == "contested" else before
    bound = shares.supported_from if passed == "supported" else shares.contradicted_to
    error = math.sqrt(bound * (1 - bound) / count)
    return found if abs(share - bound) > SURE * error else before


def information_table(
    readings: list[Reading], views: Views, verdicts: Frame[ReadingVerdicts], assumed: Assumptions, kept: Kept
) -> Frame[Information]:
    """Return what knowing one figure would decide of each contested fair reading, as rows of `Information`.

    The draws are sorted by the figure and taken in equal parts: it counts how many of these are decided.
    """
    judged = _by_moment(verdicts)
    open_ones = {}
    for reading in readings:
        for place in moments(reading.of_the_print, views):
            was = judged[reading.claim_id, reading.rank, *views[place][0][:2]]
            by_draws = status(was["probability"], assumed.verdicts)
            if reading.weight == "fair" and was["status"] == by_draws == "contested":
                open_ones[place, reading.claim_id, reading.rank] = reading

    def key(place: int, reading: Reading) -> str:
        name = reading.metric_id.partition("/")[0]
        return digest([views[place][1].key(name), repr(reading), assumed.verdicts.model_dump()])

    keys = {part: key(part[0], reading) for part, reading in open_ones.items()}
    alike = {found: part for part, found in keys.items()}

    def decided(parts: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for place in sorted({alike[part][0] for part in parts}):
            own = {part: open_ones[alike[part]] for part in parts if alike[part][0] == place}
            views[place][1].prepare(dict.fromkeys(reading.metric_id.partition("/")[0] for reading in own.values()))
            found |= {part: _decided_by(reading, views[place][1], assumed) for part, reading in own.items()}
        return found

    found = kept.gather({part: part for part in alike}, decided)
    rows = [
        {"claim_id": claim_id, "lens": views[place][0].name, "as_of": views[place][0].as_of, "rank": rank}
        | {"figure_id": figure_id, "decided": share}
        for (place, claim_id, rank), part in keys.items()
        for figure_id, share in found[part].items()
    ]
    order = ["claim_id", "lens", "as_of", "rank", "figure_id"]
    return column_types(Information, pd.DataFrame(rows)).sort_values(order, ignore_index=True)


def moments(of_the_print: bool, views: Views) -> list[int]:
    """Return the places of the lenses that a reading is judged at: the days, or the print for one about the print."""
    return [place for place, (lens, _) in enumerate(views) if (lens.name == "printed") == of_the_print]


def _decided_by(reading: Reading, evaluations: Evaluations, assumed: Assumptions) -> dict[str, float]:
    """Return by figure of the evidence that varies what share of the parts of the draws it decides."""
    row = evaluations.get(reading.metric_id)
    if row is None:
        return {}
    holds = reading.predicate.holds(row["draws"])
    frame = evaluations.figures
    frame = frame[frame["figure_id"].isin(row["evidence"]) & (frame["spread"] != "none")]
    values = build.draws(frame, len(holds), assumed.draws.seed, assumed.correlated)
    return {name: decided_share(values[:, place], holds, assumed.verdicts)
            for place, name in enumerate(frame["figure_id"])}  # fmt: skip


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
    steps = [(BASE, ""), *((change.name, change.value) for change in changes_of(assumed))]
    judged = _by_moment(verdicts)
    parts = ("claim_id", "rank", "lens", "as_of", "assumption", "value")
    turns = records(sensitivity[sensitivity["turns"]])
    turned = {tuple(row[part] for part in parts): row["changed_status"] for row in turns}
    by_claim = grouped((reading for reading in readings if reading.weight == "fair"), attrgetter("claim_id"))
    rows = []
    for claim_id, own in sorted(by_claim.items()):
        days = [views[place][0][:2] for place in moments(own[0].of_the_print, views)]
        statuses = np.array(
            [
                [
                    [turned.get((*cell, *step), judged[cell]["status"]) for step in steps]
                    for cell in ((claim_id, reading.rank, *day) for day in days)
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
    return column_types(Multiverse, pd.DataFrame(rows))


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
