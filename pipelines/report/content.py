"""From the tables to everything the report shows, computed once: HTML, Markdown and JSON only lay it out.

Belongs here: what is shown, resolved and in which order. Does not: markup, charts or the wording of numbers.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from pipelines.claims.predicates import parse_predicate
from pipelines.report import words
from pipelines.report.beside import (
    finding_counts,
    found_figures,
    known_values,
    other_verdicts,
    outlooks,
    quiet_figures,
)
from pipelines.report.board import HISTORY, boards
from pipelines.report.changed import since
from pipelines.report.live import live
from pipelines.report.numbers import digits_between, format_interval, format_value
from pipelines.report.otherwise import Otherwise, otherwise
from pipelines.report.parts import (
    Assumption,
    Claim,
    Content,
    Deadline,
    Evidence,
    Flip,
    Metric,
    Prediction,
    Reading,
    Source,
    StatusGroup,
    ThemeSection,
)
from pipelines.report.strip import draw_strip
from pipelines.report.track import projected, track
from schemas.analysis import CLAIM_KINDS, STATUSES, THEMES

Row = dict[str, Any]
Tables = Mapping[str, pd.DataFrame]

ARTICLE = "article"
"""The source that is judged."""

NOTABLE_KINDS = ("takeaway", "prose", "internal consistency", "prediction", "table cell")
"""Kinds of claims from what readers take away to single cells."""

CUTOFFS = "cutoffs."
READ = {"forecast_history": HISTORY, "worlds": ("figure_id", "p05", "p95")}
"""Columns of a long table that are read; of others all are."""


def build_content(tables: Tables, lens: str = "printed") -> Content:
    """Return what the report shows of the tables under one lens.

    Raises:
        LookupError: a table refers to a row that is not there, or there is no `as_of` among the assumptions.
    """
    worlds = tables["worlds"]
    tables = {**tables, "worlds": worlds[(worlds["kind"] == "draw") & worlds["p05"].notna()]}
    rows = {name: records(table[list(READ[name])] if name in READ else table) for name, table in tables.items()}
    sources = {row["source_id"]: Source(**row) for row in rows["sources"]}
    spreads = {row["figure_id"]: (row["p05"], row["p95"]) for row in rows["worlds"]}
    titles = {name: source.title for name, source in sources.items()}
    evidence = {row["figure_id"]: to_evidence(row, sources, spreads) for row in rows["figures"]}
    labels = {row["subject"]: row["label"] for row in reversed(rows["figures"])}
    metrics = {row["metric_id"]: to_metric(row, labels) for row in rows["metrics"]}
    assumptions = [Assumption(**row) for row in rows["assumptions"]]
    as_of = next((row.value for row in assumptions if row.name == "as_of"), None)
    if as_of is None:
        raise LookupError("the assumptions have no row as_of")
    if ARTICLE not in sources:
        raise LookupError(f"no source has the id {ARTICLE}, which is the one judged")

    names = {name: figure.name for name, figure in evidence.items()}
    names |= {name: f"“{metric.meaning}”" for name, metric in metrics.items()}
    for table in ("verdicts", "reading_verdicts"):
        rows[table] = [row | {"reason": words.named(row["reason"], names)} for row in rows[table]]
    found = found_figures(rows.get("findings", []), evidence, sources)
    doubts: dict[str, list[str]] = defaultdict(list)
    for each in found:
        doubts[each.figure.figure_id].append(each.finding)
    seen = Lens(
        lens,
        by_claim=rows_by_claim(rows, lens),
        evidence=evidence,
        metrics=metrics,
        labels=labels,
        cutoffs={
            row.name.removeprefix(CUTOFFS): float(row.value) for row in assumptions if row.name.startswith(CUTOFFS)
        },
        draws=max((metric.draws for metric in metrics.values()), default=0),
        others=otherwise(rows, {row["figure_id"]: row for row in rows["figures"]}, titles),
        doubts=doubts,
    )
    claims = [seen.to_claim(row) for row in rows["claims"]]
    sections = to_sections(claims)
    claims = [claim for section in sections for claim in section.claims]
    groups = [
        StatusGroup(words.STATUS_WORDS[status], by_notability(c for c in claims if c.status == status))
        for status in words.STATUS_WORDS
    ]
    fragile = sorted(
        (c for c in claims if c.nearest and c.status != "untestable"),
        key=lambda c: c.nearest.distance if c.nearest else 0,
    )
    values = {}
    if "references" in tables:
        last = max(row["as_of"] for row in rows["verdicts"])
        values = known_values(tables["figures"], tables["references"], last, sources)
    return Content(
        lens=lens,
        as_of=dt.date.fromisoformat(as_of),
        article=sources[ARTICLE],
        counts=count_statuses(claims),
        groups=groups,
        fragile=fragile,
        sections=sections,
        predictions=to_predictions(rows["predictions"]),
        metrics=list(metrics.values()),
        assumptions=assumptions,
        sources=list(sources.values()),
        figures=list(evidence.values()),
        draws=seen.draws,
        findings=found,
        quiet=quiet_figures(
            rows.get("findings", []), evidence, sources, rows.get("references", []), sources[ARTICLE].as_of
        ),
        finding_counts=finding_counts(rows.get("findings", [])),
        other_verdicts=other_verdicts(rows["claims"], rows["verdicts"], values),
        known_day=max((row["as_of"] for row in rows["verdicts"] if row["lens"] == "best_known"), default=None),
        live=live(rows),
        outlooks=outlooks(rows.get("forecasts", [])),
        boards=boards(rows, sources),
        track=track(rows.get("scores", [])),
        projections=projected(rows.get("projections", []), rows.get("references", [])),
        since=since(
            rows.get("changes", []),
            {row["claim_id"]: row["statement"] for row in rows["claims"]},
            {metric_id: metric.meaning for metric_id, metric in metrics.items()},
            names,
        ),
    )


def records(table: pd.DataFrame) -> list[Row]:
    """Return rows as dicts in which a missing value is None and a list is a list."""
    columns = {name: [plain(value) for value in table[name]] for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def plain(value: Any) -> Any:
    """Return a cell as a Python value: None for NaN, NaT and NA, a list for an array, a date for a timestamp."""
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(item) for item in value]
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and isnan(value):
        return None
    return value.date() if isinstance(value, dt.datetime) else value


def to_evidence(row: Row, sources: Mapping[str, Source], spreads: Mapping[str, tuple[float, float]]) -> Evidence:
    """Return a figure with its source, and its support in words; a figure that is not drawn spreads nowhere."""
    value, missing = row["value"], row["kind"] == "missing"
    return Evidence(
        figure_id=row["figure_id"],
        table=row["table"],
        subject=row["subject"],
        quantity=row["quantity"],
        label=row["label"],
        name=words.possessive(row["label"], row["quantity"]),
        text=row["text"],
        value=value,
        low=row["low"],
        high=row["high"],
        spread=None if value is None else spreads.get(row["figure_id"], (value, value)),
        unit=row["unit"],
        kind=words.FIGURE_KINDS[row["kind"]],
        support="none" if missing else format_interval(row["low"], row["high"], row["unit"]),
        note=row["note"],
        as_of=row["as_of"],
        source=sources[row["source_id"]],
        locator=row["locator"],
    )


def to_metric(row: Row, labels: Mapping[str, str]) -> Metric:
    """Return a metric with its numbers in words and its subject, if it has one, as printed."""
    subject = row["metric_id"].partition("/")[2]
    meaning = row["meaning"].removesuffix(f": {subject}") if subject else row["meaning"]
    own = (row["interval_low"], row["interval_high"])
    return Metric(
        metric_id=row["metric_id"],
        theme=row["theme"],
        meaning=f"{meaning}: {labels.get(subject, subject)}" if subject else meaning,
        unit=row["unit"],
        method=row["method"],
        n=row["n"],
        draws=row["draws"],
        number=format_value(row["value"], row["unit"]),
        interval=format_interval(row["low"], row["high"], row["unit"]),
        own_interval="" if None in own else format_interval(*own, row["unit"]),
    )


def rows_by_claim(rows: Mapping[str, list[Row]], lens: str) -> dict[tuple[str, str], list[Row]]:
    """Return the rows of one lens by table and claim."""
    index: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for table in ("verdicts", "reading_verdicts", "flips"):
        for row in rows[table]:
            if row["lens"] == lens:
                index[table, row["claim_id"]].append(row)
    return index


@dataclass(frozen=True)
class Lens:
    """What one lens shows, and how a claim is put together from it; `by_claim` holds rows by table and claim."""

    lens: str
    by_claim: Mapping[tuple[str, str], list[Row]]
    evidence: Mapping[str, Evidence]
    metrics: Mapping[str, Metric]
    labels: Mapping[str, str]
    cutoffs: Mapping[str, float]
    draws: int
    others: Mapping[str, Otherwise]
    doubts: Mapping[str, Sequence[str]]

    def to_claim(self, row: Row) -> Claim:
        """Return a claim with its verdict, readings, flips and evidence."""
        claim_id = row["claim_id"]
        verdicts = self.by_claim["verdicts", claim_id]
        if len(verdicts) != 1:
            raise LookupError(f"{len(verdicts)} verdicts on the claim {claim_id} under the lens {self.lens}")
        verdict = verdicts[0]
        readings = [self.to_reading(each) for each in self.by_claim["reading_verdicts", claim_id]]
        readings.sort(key=lambda reading: reading.rank)
        flips = sorted(map(self.to_flip, self.by_claim["flips", claim_id]), key=lambda flip: flip.distance)
        main = self.to_reading(verdict | {"rank": 0}) if verdict["metric_id"] else None
        return Claim(
            claim_id=claim_id,
            lens=self.lens,
            theme=row["theme"],
            kind=row["kind"],
            section=row["section"],
            title=row["title"],
            statement=row["statement"],
            status=verdict["status"],
            reason=row["untestable"] or verdict["reason"],
            main=main,
            others=[reading for reading in readings if reading.rank > 0],
            depends_on_reading=verdict["depends_on_reading"],
            metric=self.metrics.get(verdict["metric_id"]),
            method=verdict["method"],
            nearest=self.nearest(verdict),
            up=next((flip for flip in flips if flip.direction == "up"), None),
            down=next((flip for flip in flips if flip.direction == "down"), None),
            flips=flips,
            evidence=[self.evidence[figure_id] for figure_id in verdict["evidence"]],
            doubts=[
                f"{self.evidence[figure_id].name} ({words.joined(list(findings))})"
                for figure_id in verdict["evidence"]
                if (findings := self.doubts.get(figure_id))
            ],
            otherwise=self.others[claim_id],
        )

    def to_reading(self, row: Row) -> Reading:
        """Return a reading with its numbers in words."""
        predicate = parse_predicate(row["predicate"], self.cutoffs)
        return Reading(
            rank=row["rank"],
            status=row["status"],
            reading=row["reading"],
            metric_id=row["metric_id"],
            predicate=row["predicate"],
            condition=words.condition_words(predicate, row["unit"]),
            value=row["value"],
            low=row["low"],
            high=row["high"],
            unit=row["unit"],
            number=format_value(row["value"], row["unit"]),
            interval=format_interval(row["low"], row["high"], row["unit"]),
            as_printed=None if row["value"] is None else bool(predicate.holds(np.array(row["value"]))),
            probability=row["probability"],
            draws=words.draws_words(row["probability"], self.draws),
            n=row["n"],
            reason=row["reason"],
            omitted=[self.labels.get(subject, subject) for subject in row["drop_flips"]],
            strip=draw_strip(row["value"], row["low"], row["high"], predicate),
        )

    def to_flip(self, row: Row) -> Flip:
        """Return a flip in words."""
        evidence, factor = self.evidence[row["figure_id"]], row["factor"]
        value = evidence.value or 0
        turns_at = format_value(value * factor, evidence.unit, digits_between(value, value * factor))
        return Flip(evidence, row["direction"], factor, turns_at)

    def nearest(self, verdict: Row) -> Flip | None:
        """Return the flip that a verdict names as its nearest."""
        if not verdict["flip_figure_id"] or verdict["flip_factor"] is None:
            return None
        factor = verdict["flip_factor"]
        direction = "up" if factor > 1 else "down"
        return self.to_flip({"figure_id": verdict["flip_figure_id"], "direction": direction, "factor": factor})


def to_sections(claims: list[Claim]) -> list[ThemeSection]:
    """Return the themes that have claims, takeaways first within each."""
    sections = []
    for theme in THEMES:
        mine = by_notability(claim for claim in claims if claim.theme == theme)
        if mine:
            sections.append(ThemeSection(theme, words.THEME_TITLES[theme], mine, count_statuses(mine)))
    return sections


def by_notability(claims: Iterable[Claim]) -> list[Claim]:
    """Return claims with what readers take away first and single table cells last, else in their order."""
    order = [*NOTABLE_KINDS, *CLAIM_KINDS]
    return sorted(claims, key=lambda claim: order.index(claim.kind))


def count_statuses(claims: Iterable[Claim]) -> dict[str, int]:
    """Return how many claims have each status."""
    statuses = [claim.status for claim in claims]
    return {status: statuses.count(status) for status in STATUSES}


def to_predictions(rows: Iterable[Row]) -> list[Prediction]:
    """Return each prediction once, with a deadline per clock and reading."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["prediction_id"], []).append(row)
    return [
        Prediction(
            prediction_id=prediction_id,
            kind=mine[0]["kind"],
            section=mine[0]["section"],
            statement=mine[0]["statement"],
            criterion=[line.strip() for line in mine[0]["criterion"].splitlines() if line.strip()],
            leaves_room=mine[0]["leaves_room"],
            room=mine[0]["room"],
            deadlines=[
                Deadline(
                    clock=row["clock"],
                    clock_words=words.CLOCKS[row["clock"]],
                    clock_start=row["clock_start"],
                    reading=row["deadline_reading"],
                    deadline=row["deadline"],
                    status=row["status"],
                )
                for row in mine
            ],
        )
        for prediction_id, mine in grouped.items()
    ]
