"""Verdicts: each reading of each claim judged over the draws, and each claim on the reading it is judged on.

The flips are found in `flips`; what a verdict looks like is the report's business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence, Set
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipelines.claims.declared import Condition, DeclaredClaim, Reading
from pipelines.claims.predicates import Predicate
from pipelines.dossier.declared import Article
from pipelines.formatting import format_count
from pipelines.grouping import grouped
from pipelines.ingest.declarations import Assumptions, VerdictShares
from pipelines.metrics.evaluations import Evaluations
from pipelines.metrics.statistics import quantiles
from pipelines.storage.kept import Kept
from pipelines.storage.keys import digest
from pipelines.worlds.lenses import Lens, changed, known_in_print, of_several_times, years
from schemas.analysis import ReadingVerdicts, Verdicts
from schemas.base import column_types, records
from schemas.units import percent
from schemas.vocabulary import OF_THE_PRINT

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


def reading_verdicts_table(
    readings: Sequence[Reading], views: Views, shares: VerdictShares, kept: Kept
) -> pd.DataFrame:
    """Return the verdict on every reading under every lens, as rows of `schemas.analysis.ReadingVerdicts`.

    The first view is the printed one, on which readings about the print are judged under every lens. Rows are in
    order of lenses, then of readings.
    """
    printed = views[0][1]
    rows = [
        row | {"lens": lens.name, "as_of": lens.as_of}
        for lens, known in views
        for row in verdicts_under(lens, readings, printed, known, shares, kept)
    ]
    return column_types(ReadingVerdicts, pd.DataFrame(rows))


def verdicts_under(
    lens: Lens,
    readings: Sequence[Reading],
    printed: Evaluations,
    known: Evaluations,
    shares: VerdictShares,
    kept: Kept,
) -> Collection[dict[str, Any]]:
    """Return the verdict on each reading under one lens; those about the print are judged on what is printed."""
    over = [printed if reading.of_the_print else known for reading in readings]
    year_of, in_print = years(lens), known_in_print(lens)
    unreplaced = set(in_print)
    absent = set(lens.figures.loc[lens.figures["kind"] == "missing", "figure_id"])

    def key(reading: Reading, evaluations: Evaluations) -> str:
        """Return a key of all that a verdict depends on, but for the code."""
        names = asked(reading)
        reads = evaluations.reads(names[0])
        held = [] if reading.of_the_print else [lens.known.get(name) for name in reads]
        seen = [sorted(absent.intersection(reads)), [year_of.get(name) for name in reads]]
        seen.append([*sorted(unreplaced.intersection(reads)), repr(lens.printed)])
        seen.append([*map(repr, held), repr(lens.as_of) if any(each and each.until for each in held) else ""])
        return digest([repr(reading), shares.model_dump(), [evaluations.key(name) for name in names], seen])

    def judged(reading: Reading, evaluations: Evaluations) -> dict[str, Any]:
        metric, found = evaluations.metrics[asked(reading)[0]], evaluations.get(reading.metric_id)
        row = judge(reading, found, metric.unit, shares)
        evidence = found["evidence"] if found else []
        if row["reason"] == NO_VALUE:
            names = [name for name in evidence if name in absent]
            row["reason"] += f"; missing: {', '.join(names)}" if names else ""
        if row["status"] != "untestable":
            seen = lens._replace(known={}) if reading.of_the_print else lens
            row |= of_no_one_time(evidence, year_of if metric.one_year else {}, seen, in_print)
        if reading.requires and row["status"] != "untestable":
            row |= failed_condition(reading.requires, evaluations.get(reading.requires.metric_id))
        return row

    def judge_all(places: Sequence[int]) -> dict[int, dict[str, Any]]:
        for evaluations in (printed, known):  # the metrics of all are evaluated in one pass
            mine = [readings[place] for place in places if over[place] is evaluations]
            evaluations.prepare(dict.fromkeys(name for reading in mine for name in asked(reading)))
        return {place: judged(readings[place], over[place]) for place in places}

    keys = {place: key(*each) for place, each in enumerate(zip(readings, over, strict=True))}
    return kept.gather(keys, judge_all).values()


def asked(reading: Reading) -> list[str]:
    """Return the names of the metrics that a reading is judged by: its own, then that of its condition."""
    ids = [reading.metric_id, *([reading.requires.metric_id] if reading.requires else [])]
    return [metric_id.partition("/")[0] for metric_id in ids]


def judge(reading: Reading, evaluation: Mapping[str, Any] | None, unit: str, shares: VerdictShares) -> dict[str, Any]:
    """Return the verdict on one reading, given the row of `Evaluations` of its metric.

    `probability` is the share of all draws in which the predicate holds; a draw in which the metric has no
    value counts as one in which it does not.
    """
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
    row["n"] = evaluation["n"]
    if np.isnan(evaluation["value"]):
        return row | untestable(NO_VALUE)
    low, high = quantiles(evaluation["draws"])
    row |= {"value": evaluation["value"], "low": low, "high": high}
    if evaluation["n"] < reading.least_n:
        reason = f"{format_count(evaluation['n'], 'case')}, fewer than the {reading.least_n} that it takes"
        return row | untestable(reason)
    share = float(predicate.holds(evaluation["draws"]).mean())
    before = bool(predicate.holds(np.array(evaluation["value"])))
    turned = predicate.turned(evaluation["drop_values"], before)
    verdict = status(share, shares)
    reason = f"{predicate.words()} in {percent(share)} of {len(evaluation['draws']):,} draws"
    if not low <= evaluation["value"] <= high:
        side = "below" if evaluation["value"] < low else "above"
        reason += f", of which the value as printed lies {side} the middle 90 %"
    if verdict != "contested" and not _sampled_alike(predicate, evaluation):
        ends = f"{evaluation['interval_low']:.3g} to {evaluation['interval_high']:.3g}"
        verdict, reason = "contested", f"{reason}, but n = {evaluation['n']} leaves {ends} open"
    return row | {
        "status": verdict,
        "probability": share,
        "reason": reason,
        "drop_flips": [name for name, flips in zip(evaluation["drop_subjects"], turned, strict=True) if flips],
    }


def _sampled_alike(predicate: Predicate, evaluation: Mapping[str, Any]) -> bool:
    """Return whether a predicate holds of all values in a statistic's own interval, if it has one, or of none."""
    low, high = (float(evaluation.get(name, np.nan)) for name in ("interval_low", "interval_high"))
    if np.isnan(low) and np.isnan(high):
        return True
    every, some = predicate.within(low, high)
    return every or not some


def _of_several_years(evidence: Sequence[str], year_of: Mapping[str, int]) -> str:
    """Return why figures speak of different years, or nothing where they do not."""
    known = sorted((year_of[name], name) for name in evidence if name in year_of)
    if len({year for year, _ in known}) < 2:
        return ""
    (first, early), (last, late) = known[0], known[-1]
    return f"its figures are of different years: {early} of {first}, {late} of {last}"


def of_no_one_time(
    evidence: Sequence[str], year_of: Mapping[str, int], lens: Lens, in_print: Sequence[str]
) -> dict[str, Any]:
    """Return the columns of an untestable verdict when figures share no year, or no day under a lens, else nothing.

    `year_of` has the years that must be one, `in_print` the figures of which nothing but the print is known.
    """
    why = _of_several_years(evidence, year_of) or of_several_times(lens, evidence, in_print)
    return untestable(why) | {"drop_flips": []} if why else {}


def failed_condition(condition: Condition, evaluation: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the columns of an untestable verdict when a condition fails of its metric's evaluation, else nothing."""
    value = (evaluation or {}).get("value", np.nan)
    if condition.predicate.holds(np.array(value)):
        return {}
    stands = "has no value" if np.isnan(value) else f"is {value:.3g}"
    needed = f"{condition.metric_id} of {condition.predicate.words()}"
    return untestable(f"it requires {needed}, which {stands}") | {"drop_flips": []}


def untestable(reason: str) -> dict[str, Any]:
    """Return the columns of a verdict that cannot be given."""
    return {"status": "untestable", "probability": np.nan, "reason": reason}


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
    facts = {row["metric_id"]: row for row in records(metrics[["metric_id", "method", "evidence"]])}
    nearest = nearest_flips(flips)
    texts = ("reading", "metric_id", "predicate", "unit", "method", "flip_figure_id")
    blank: dict[str, Any] = {**dict.fromkeys(texts, ""), "depends_on_reading": False}
    rows = []
    for lens in views:
        seen = lens.figures[lens.figures["figure_id"].isin(changed(views[0].figures, lens))]
        replaced = dict(zip(seen["figure_id"], seen["as_of"], strict=True))
        none = set(seen.loc[(seen["unit"] == "event") & (seen["value"] == 0), "figure_id"])
        mine = records(judged[(judged["lens"] == lens.name) & (judged["as_of"] == lens.as_of)])
        by_claim = grouped(mine, itemgetter("claim_id"))
        # Flips start from the printed world and say nothing of the others.
        turned = nearest if lens is views[0] else {}
        for claim in claims:
            row = {**blank, "claim_id": claim.id, "lens": lens.name, "as_of": lens.as_of}
            if claim.untestable or not claim.readings:
                why = claim.untestable or "it asserts no more than its figures, which the findings are about"
                row |= {"n": 0, "drop_flips": [], "replaced": [], "evidence": []} | untestable(why)
            else:
                figure_id, factor = turned.get(claim.id, ("", np.nan))
                row |= _claim_verdict(claim, by_claim[claim.id], facts, replaced, none)
                row |= {"flip_figure_id": figure_id, "flip_factor": factor}
            rows.append(row)
    return column_types(Verdicts, pd.DataFrame(rows))


def _claim_verdict(
    claim: DeclaredClaim,
    verdicts: Sequence[dict[str, Any]],
    facts: Mapping[str, Mapping[str, Any]],
    replaced: Mapping[str, dt.date],
    none: Set[str],
) -> dict[str, Any]:
    """Return the verdict on a claim under one lens, from those on its readings.

    `replaced` are the figures that the lens sees otherwise than they are printed, with the dates of their values;
    `none` are those among them that count events and of which none is on record.
    """
    main = verdicts[0]
    known = facts.get(main["metric_id"], {"method": "", "evidence": []})
    dates = {name: replaced[name] for name in known["evidence"] if name in replaced}
    dates = {} if claim.kind in OF_THE_PRINT else dates
    statuses = {each["status"] for each in verdicts} - {"untestable"} | {main["status"]}
    return main | {
        "method": known["method"],
        "depends_on_reading": len(statuses) > 1,
        "evidence": known["evidence"],
        "reason": main["reason"] + _replacement_words(dates, none, len(known["evidence"])),
        "replaced": list(dates),
    }


def _replacement_words(dates: Mapping[str, dt.date], none: Set[str], figures: int) -> str:
    """Return how many of the figures a lens replaced, and from which days their values are, as the end of a reason.

    A count of events that is 0 has no day: it is said that none is on record.
    """
    days = sorted(day for name, day in dates.items() if name not in none)
    words = "; no event on record" if len(days) < len(dates) else ""
    if days:
        span = f"of {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
        words += f"; figures replaced: {len(days)} of {figures}, by values {span}"
    return words


def nearest_flips(flips: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """Return for each claim the figure whose smallest change turns it, and the factor; ties go by figure id."""
    distance = flips["factor"].map(np.log).abs().round(9)
    ordered = flips.assign(distance=distance).sort_values(["claim_id", "distance", "figure_id", "direction"])
    first = ordered.drop_duplicates("claim_id")
    return {
        claim_id: (figure_id, factor)
        for claim_id, figure_id, factor in zip(first["claim_id"], first["figure_id"], first["factor"], strict=True)
    }
