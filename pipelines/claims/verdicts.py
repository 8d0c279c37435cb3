"""Verdicts: each reading of each claim judged over the draws, and each claim on the reading it is judged on.

The flips are found in `flips`; what a verdict looks like is the report's business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np
import pandas as pd

from pipelines.claims.declared import Condition, DeclaredClaim, Reading
from pipelines.ingest.declarations import VerdictShares
from pipelines.metrics.declared import Metrics
from pipelines.metrics.evaluate import quantiles
from pipelines.worlds.lenses import Lens, changed, years
from schemas.analysis import OF_THE_PRINT, ReadingVerdicts, Verdicts
from schemas.base import column_types, records, type_name
from schemas.units import percent

NO_VALUE = "the figures give this metric no value"


def reading_verdicts_table(
    readings: Sequence[Reading],
    views: Sequence[tuple[Lens, pd.DataFrame]],
    shares: VerdictShares,
    metrics: Metrics,
) -> pd.DataFrame:
    """Return the verdict on every reading under every lens, as rows of `schemas.analysis.ReadingVerdicts`.

    The first view is the printed one, on which readings about the print are judged under every lens. Rows are in
    order of lenses, then of readings.
    """
    rows = []
    printed: dict[str, dict[str, Any]] = {}
    for lens, evaluations in views:
        known = {row["metric_id"]: row for row in records(evaluations)}
        printed = printed or known
        seen = {"lens": lens.name, "as_of": lens.as_of}
        year_of = years(lens)
        absent = set(lens.figures.loc[lens.figures["kind"] == "missing", "figure_id"])
        for reading in readings:
            row_of = printed if reading.of_the_print else known
            metric = metrics[reading.metric_id.partition("/")[0]]
            row = judge(reading, row_of.get(reading.metric_id), shares, metric.unit)
            if row["reason"] == NO_VALUE:
                names = [name for name in row_of[reading.metric_id]["evidence"] if name in absent]
                row["reason"] += f"; missing: {', '.join(names)}" if names else ""
            if metric.one_year and row["status"] != "untestable":
                row |= of_several_years(row_of[reading.metric_id]["evidence"], year_of)
            if reading.requires and row["status"] != "untestable":
                row |= unmet(reading.requires, row_of)
            rows.append(row | seen)
    return column_types(ReadingVerdicts, pd.DataFrame(rows))


def judge(reading: Reading, evaluation: Mapping[str, Any] | None, shares: VerdictShares, unit: str) -> dict[str, Any]:
    """Return the verdict on one reading, given the row of `Evaluations` of its metric, and the metric's unit.

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
        reason = f"n = {evaluation['n']} is below the least sample size of {reading.least_n}"
        return row | untestable(reason)
    held = predicate.holds(evaluation["draws"])
    before = bool(predicate.holds(np.array(evaluation["value"])))
    turned = predicate.turned(evaluation["drop_values"], before)
    return row | {
        "status": status(float(held.mean()), shares),
        "probability": float(held.mean()),
        "reason": f"{predicate.words()} in {percent(float(held.mean()))} of {len(held):,} draws",
        "drop_flips": [name for name, flips in zip(evaluation["drop_subjects"], turned, strict=True) if flips],
    }


def of_several_years(evidence: Sequence[str], year_of: Mapping[str, int]) -> dict[str, Any]:
    """Return the columns of an untestable verdict when figures speak of different years, else nothing."""
    known = sorted((year_of[name], name) for name in evidence if name in year_of)
    if len({year for year, _ in known}) < 2:
        return {}
    (first, early), (last, late) = known[0], known[-1]
    return untestable(f"its figures are of different years: {early} of {first}, {late} of {last}") | {"drop_flips": []}


def unmet(condition: Condition, row_of: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the columns of an untestable verdict when a condition fails, else nothing."""
    value = row_of.get(condition.metric_id, {}).get("value", np.nan)
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
    rows = []
    for lens in views:
        turned = nearest if lens is views[0] else {}
        seen = lens.figures[lens.figures["figure_id"].isin(changed(views[0].figures, lens))]
        replaced = dict(zip(seen["figure_id"], seen["as_of"], strict=True))
        none = set(seen.loc[(seen["unit"] == "event") & (seen["value"] == 0), "figure_id"])
        rows += lens_verdicts(claims, of_lens(judged, lens), turned, facts, replaced, none, lens)
    columns = Verdicts.to_schema().columns
    frame = pd.DataFrame(rows).reindex(columns=list(columns))
    texts = [name for name, spec in columns.items() if type_name(spec) == "string"]
    frame[texts] = frame[texts].astype(object).fillna("")
    frame["depends_on_reading"] = frame["depends_on_reading"].eq(True)
    return column_types(Verdicts, frame)


def of_lens(table: pd.DataFrame, lens: Lens) -> pd.DataFrame:
    """Return the rows of one lens."""
    return table[(table["lens"] == lens.name) & (table["as_of"] == lens.as_of)]


def lens_verdicts(
    claims: Sequence[DeclaredClaim],
    judged: pd.DataFrame,
    nearest: Mapping[str, tuple[str, float]],
    facts: Mapping[str, Mapping[str, Any]],
    replaced: Mapping[str, dt.date],
    none: Set[str],
    lens: Lens,
) -> list[dict[str, Any]]:
    """Return the verdict on every claim under one lens, a row each.

    `replaced` are the figures that the lens sees otherwise than they are printed, with the dates of their values;
    `none` are those among them that count events and of which none is on record.
    """
    by_claim: dict[str, list[dict[str, Any]]] = {}
    for verdict in records(judged):
        by_claim.setdefault(verdict["claim_id"], []).append(verdict)
    rows = []
    for claim in claims:
        row: dict[str, Any] = {"claim_id": claim.id, "lens": lens.name, "as_of": lens.as_of}
        if claim.untestable:
            nothing = {"n": 0, "drop_flips": [], "replaced": [], "evidence": []}
            rows.append(row | nothing | untestable(claim.untestable))
            continue
        verdicts = by_claim[claim.id]
        main = verdicts[0]
        known = facts.get(main["metric_id"], {"method": "", "evidence": []})
        dates = (
            {}
            if claim.kind in OF_THE_PRINT
            else {name: replaced[name] for name in known["evidence"] if name in replaced}
        )
        statuses = {each["status"] for each in verdicts} - {"untestable"} | {main["status"]}
        figure_id, factor = nearest.get(claim.id, ("", np.nan))
        rows.append(
            row
            | main
            | {
                "method": known["method"],
                "flip_figure_id": figure_id,
                "flip_factor": factor,
                "depends_on_reading": len(statuses) > 1,
                "evidence": known["evidence"],
                "reason": main["reason"] + replacement_words(dates, none, len(known["evidence"])),
                "replaced": list(dates),
            }
        )
    return rows


def replacement_words(dates: Mapping[str, dt.date], none: Set[str], figures: int) -> str:
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
