"""Verdicts: each reading of each claim judged over the draws, and each claim on the reading it is judged on.

The flips are found in `flips`; what a verdict looks like is the report's business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import replace
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tidebook.pipelines.evaluate.evaluations import Evaluations, RestsOn
from tidebook.pipelines.evaluate.evidence_views import Lens, replaced_figures
from tidebook.pipelines.evaluate.frame import FloatArray
from tidebook.pipelines.evaluate.statistics import quantiles
from tidebook.pipelines.judge.declared import Condition, DeclaredClaim, Reading
from tidebook.pipelines.judge.predicates import Predicate
from tidebook.pipelines.read.declarations import Assumptions, VerdictShares
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.grouping import grouped
from tidebook.schemas.analysis import ReadingVerdicts, Verdicts
from tidebook.schemas.base import records, table_of
from tidebook.schemas.units import percent
from tidebook.schemas.vocabulary import OF_THE_PRINT

Views = list[tuple[Lens, Evaluations]]
"""The lenses, the printed one first, each with the metrics over its figures."""


class Moments(NamedTuple):
    """The days on which statements are judged, besides as printed: of the content, of publication, and today."""

    written: dt.date
    published: dt.date
    latest: dt.date


def moments_of(article: Article, assumptions: Assumptions) -> Moments:
    """Return these days, of what the dossier states of the article's dates."""
    return Moments(article.content, article.published, assumptions.as_of)


NO_VALUE = "the figures give this metric no value"


def reading_verdicts_table(readings: Sequence[Reading], views: Views, shares: VerdictShares) -> pd.DataFrame:
    """Return the verdict on every reading under every lens, as rows of `schemas.analysis.ReadingVerdicts`.

    The first view is the printed one, on which readings about the print are judged under every lens. Rows are in
    order of lenses, then of readings.
    """
    printed = views[0][1]
    rows = [
        row | {"lens": lens.name, "as_of": lens.as_of}
        for lens, known in views
        for row in verdicts_under(lens, readings, printed, known, shares)
    ]
    return table_of(ReadingVerdicts, rows)


def verdicts_under(
    lens: Lens, readings: Sequence[Reading], printed: Evaluations, known: Evaluations, shares: VerdictShares
) -> Collection[dict[str, Any]]:
    """Return the verdict on each reading under one lens; those about the print are judged on what is printed."""
    over = [printed if reading.of_the_print else known for reading in readings]
    of_print, in_print = replace(lens, known={}), set(lens.in_print)
    absent = set(lens.figures.loc[lens.figures["kind"] == "missing", "figure_id"])

    def rests(reading: Reading, evaluations: Evaluations) -> RestsOn:
        """Return all that a verdict depends on, but for the code."""
        reads = evaluations.reads(reading.metric)
        held = [] if reading.of_the_print else [lens.known.get(name) for name in reads]
        seen = [sorted(absent.intersection(reads)), [lens.years.get(name) for name in reads]]
        seen.append([*sorted(in_print.intersection(reads)), repr(lens.printed)])
        seen.append([*map(repr, held), repr(lens.as_of) if any(each and each.until for each in held) else ""])
        return RestsOn(evaluations, metric_names(reading), [repr(reading), shares.model_dump(), seen])

    def judged(place: int) -> dict[str, Any]:
        reading, evaluations = readings[place], over[place]
        row = judge_under(of_print if reading.of_the_print else lens, reading, evaluations, shares)
        found = evaluations.get(reading.metric_id)
        if found and row["reason"] == NO_VALUE:
            names = [name for name in found["evidence"] if name in absent]
            row["reason"] += f"; missing: {', '.join(names)}" if names else ""
        return row

    parts = {place: rests(*each) for place, each in enumerate(zip(readings, over, strict=True))}
    return printed.cached("verdict", parts, judged).values()


def metric_names(reading: Reading) -> list[str]:
    """Return the names of the metrics that a reading is judged by: its own, then that of its condition."""
    return [reading.metric, *([reading.requires.metric_id.partition("/")[0]] if reading.requires else [])]


def judge_under(lens: Lens, reading: Reading, evaluations: Evaluations, shares: VerdictShares) -> dict[str, Any]:
    """Return the verdict on one reading under a lens: untestable if its figures share no time or a condition fails."""
    metric, found = evaluations.metrics[reading.metric], evaluations.get(reading.metric_id)
    row = judge(reading, found, metric.declared.unit, shares)
    if found and row["status"] != "untestable":
        why = lens.of_several_times(found["evidence"], metric.declared.one_year)
        if reading.requires and not why:
            why = _failed(reading.requires, evaluations.get(reading.requires.metric_id))
        row |= untestable(why) if why else {}
    return row


def judge(reading: Reading, evaluation: Mapping[str, Any] | None, unit: str, shares: VerdictShares) -> dict[str, Any]:
    """Return the verdict on one reading, given the evaluation of its metric."""
    predicate = reading.predicate
    row: dict[str, Any] = {
        "claim_id": reading.claim_id,
        "rank": reading.rank,
        "reading": reading.text,
        "metric_id": reading.metric_id,
        "predicate": reading.stated,
        "n": 0,
        "unit": unit,
        "drop_flips": [],
    }
    if evaluation is None:
        return row | untestable("no row of the tables gives this metric")
    if evaluation["missing"]:
        return row | untestable(f"no table holds the figure {evaluation['missing']}")
    value, n = evaluation["value"], evaluation["n"]
    row["n"] = n
    if np.isnan(value):
        return row | untestable(NO_VALUE)
    row |= verdict_on_draws(predicate, value, evaluation["draws"], n, reading.least_n, shares, "draws")
    if row["status"] == "untestable":
        return row
    if not row["low"] <= value <= row["high"]:
        side = "below" if value < row["low"] else "above"
        row["reason"] += f", of which the value as printed lies {side} the middle 90 %"
    if row["status"] != "contested" and not _sampled_alike(predicate, evaluation):
        ends = f"{evaluation['interval_low']:.3g} to {evaluation['interval_high']:.3g}"
        row |= {"status": "contested", "reason": f"{row['reason']}, but n = {n} leaves {ends} open"}
    turned = predicate.turned(evaluation["drop_values"], bool(predicate.holds(np.array(value))))
    row["drop_flips"] = [name for name, flips in zip(evaluation["drop_subjects"], turned, strict=True) if flips]
    return row


def verdict_on_draws(
    predicate: Predicate, value: float, draws: FloatArray, n: int, least_n: int, shares: VerdictShares, of: str
) -> dict[str, Any]:
    """Return the columns of a verdict on a value by its draws, untestable where it rests on fewer cases than `least_n`.

    `probability` is the share of all draws in which the predicate holds; in one without a value it does not. `of` says
    what the draws are.
    """
    low, high = quantiles(draws)
    row: dict[str, Any] = {"value": value, "low": low, "high": high}
    if n < least_n:
        return row | untestable(f"{format_count(n, 'case')}, fewer than the {least_n} that it takes")
    share = float(predicate.holds(draws).mean())
    reason = f"{predicate.words()} in {percent(share)} of {len(draws):,} {of}"
    return row | {"status": status(share, shares), "probability": share, "reason": reason}


def _sampled_alike(predicate: Predicate, evaluation: Mapping[str, Any]) -> bool:
    """Return whether a predicate holds of all values in a statistic's own interval, if it has one, or of none."""
    low, high = evaluation["interval_low"], evaluation["interval_high"]
    if np.isnan(low) and np.isnan(high):
        return True
    every, some = predicate.within(low, high)
    return every or not some


def _failed(condition: Condition, evaluation: Mapping[str, Any] | None) -> str:
    """Return how a condition fails of its metric's evaluation, or nothing where it holds."""
    value = (evaluation or {}).get("value", np.nan)
    if condition.predicate.holds(np.array(value)):
        return ""
    stands = "has no value" if np.isnan(value) else f"is {value:.3g}"
    return f"it requires {condition.metric_id} of {condition.predicate.words()}, which {stands}"


def untestable(reason: str) -> dict[str, Any]:
    """Return the columns of a verdict that cannot be given."""
    return {"status": "untestable", "probability": np.nan, "reason": reason, "drop_flips": []}


def status(probability: float, shares: VerdictShares) -> str:
    """Return the verdict that a share of the draws amounts to."""
    if probability >= shares.supported_from:
        return "supported"
    return "contradicted" if probability <= shares.contradicted_to else "contested"


def verdicts_table(
    claims: Sequence[DeclaredClaim],
    judged: pd.DataFrame,
    flips: pd.DataFrame,
    metrics: pd.DataFrame,
    views: Sequence[Lens],
) -> pd.DataFrame:
    """Return the verdict on every claim under every lens, as rows of `schemas.analysis.Verdicts`.

    `judged` are the verdicts on the readings, `flips` those of the judged reading; rows are in order of
    lenses, then of claims.
    """
    of_metrics = {row["metric_id"]: row for row in records(metrics[["metric_id", "method", "evidence"]])}
    nearest = nearest_flips(flips)
    by_claim = grouped(records(judged), itemgetter("lens", "as_of", "claim_id"))
    texts = ("reading", "metric_id", "predicate", "unit", "method", "flip_figure_id")
    blank: dict[str, Any] = {**dict.fromkeys(texts, ""), "depends_on_reading": False}
    rows = []
    for lens in views:
        seen = lens.figures[lens.figures["figure_id"].isin(replaced_figures(views[0].figures, lens))]
        replaced = dict(zip(seen["figure_id"], seen["as_of"], strict=True))
        no_event = set(seen.loc[(seen["unit"] == "event") & (seen["value"] == 0), "figure_id"])
        # Flips start from the printed world and say nothing of the others.
        turned = nearest if lens is views[0] else {}
        for claim in claims:
            row = {**blank, "claim_id": claim.id, "lens": lens.name, "as_of": lens.as_of}
            if claim.untestable or not claim.readings:
                why = claim.untestable or "it asserts no more than its figures, which the findings are about"
                row |= {"n": 0, "replaced": [], "evidence": []} | untestable(why)
            else:
                main = verdict_of_readings(by_claim[lens.name, lens.as_of, claim.id])
                row |= main | of_metrics.get(main["metric_id"], {"method": "", "evidence": []})
                of_lens = {} if claim.kind in OF_THE_PRINT else replaced
                dates = {name: of_lens[name] for name in row["evidence"] if name in of_lens}
                row["reason"] += _replacement_words(dates, no_event, len(row["evidence"]))
                figure_id, factor = turned.get(claim.id, ("", np.nan))
                row |= {"replaced": list(dates), "flip_figure_id": figure_id, "flip_factor": factor}
            rows.append(row)
    return table_of(Verdicts, rows)


def verdict_of_readings(verdicts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the verdict on a claim, that on the first of its readings, with whether another one decides otherwise."""
    main = verdicts[0]
    statuses = {each["status"] for each in verdicts} - {"untestable"} | {main["status"]}
    return main | {"depends_on_reading": len(statuses) > 1}


def _replacement_words(dates: Mapping[str, dt.date], no_event: Set[str], figures: int) -> str:
    """Return how many of the figures a lens replaced, and from which days their values are, as the end of a reason.

    A count of events that is 0, one of `no_event`, has no day: it is said that none is on record.
    """
    days = sorted(day for name, day in dates.items() if name not in no_event)
    words = "; no event on record" if len(days) < len(dates) else ""
    if days:
        span = f"of {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
        words += f"; figures replaced: {len(days)} of {figures}, by values {span}"
    return words


def nearest_flips(flips: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """Return for each claim the figure whose smallest change turns it, and the factor; ties go by figure id."""
    distance = flips["factor"].map(np.log).abs().round(9)
    ordered = flips.assign(distance=distance).sort_values(["claim_id", "distance", "figure_id", "direction"])
    first = records(ordered.drop_duplicates("claim_id"))
    return {row["claim_id"]: (row["figure_id"], row["factor"]) for row in first}
