"""raw/claims.toml as checked claims: statement, readings, metric and predicate of each.

How they are judged is in `verdicts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

import pandas as pd
from pydantic import Field

from pipelines.claims.predicates import Predicate, parse_predicate
from pipelines.ingest.declarations import Declaration, Slug, Text, declare, duplicates, read_assumptions
from pipelines.ingest.errors import InputError, Problem, close_to
from pipelines.ingest.rawfile import RawFile
from pipelines.metrics.base import Metric
from pipelines.metrics.declared import Formula
from pipelines.metrics.trends import TRENDS
from schemas.analysis import CLAIM_KINDS, OF_THE_PRINT, THEMES, Claims, Readings
from schemas.base import column_types

Theme = Literal["training", "models", "funding", "economics", "prices", "technology", "outlook"]
Kind = Literal["table cell", "takeaway", "prose", "internal consistency", "prediction"]
Declared = Mapping[str, Formula] | Mapping[str, Metric]
assert get_args(Theme) == THEMES and get_args(Kind) == CLAIM_KINDS


class DeclaredReading(Declaration):
    """One way to read a claim."""

    reading: Text
    metric: Annotated[str, Field(pattern=r"^[a-z0-9_]+(/[a-z0-9_]+)?$")]
    predicate: Text
    requires: Text | None = None
    least_n: int = Field(default=1, ge=1)


class DatabaseReading(Declaration):
    """One way to judge a claim on growth over whole databases; a ratio takes two trends."""

    reading: Text
    measure: Literal["growth_to_printed", "growth_ratio"]
    trends: Annotated[list[str], Field(min_length=1, max_length=2)]
    predicate: Text


class DeclaredClaim(Declaration):
    """One claim; it has readings or the reason why it is untestable. The title is for charts, if the id is no name."""

    id: Slug
    theme: Theme
    kind: Kind
    section: Text
    title: Annotated[str, Field(max_length=40)] = ""
    statement: Text
    untestable: Text | None = None
    readings: list[DeclaredReading] = Field(default=[])
    database: list[DatabaseReading] = Field(default=[])


class DeclaredClaims(Declaration):
    """raw/claims.toml."""

    claims: list[DeclaredClaim]


@dataclass(frozen=True)
class Condition:
    """What must hold of another metric as printed before a reading is judged at all."""

    metric_id: str
    predicate: Predicate
    stated: str


@dataclass(frozen=True)
class Reading:
    """One reading, ready to be judged; `rank` 0 is the one that the claim is judged on.

    `of_the_print` says that it is about the figures as printed, whatever the lens.
    """

    claim_id: str
    rank: int
    text: str
    metric_id: str
    predicate: Predicate
    stated: str
    least_n: int
    requires: Condition | None = None
    of_the_print: bool = False


def read_claims(raw: RawFile, metrics: Declared | None = None) -> list[DeclaredClaim]:
    """Return the claims in their order; that their metrics are among `metrics` is checked where these are given.

    Raises:
        InputError: a key is missing or wrong, an id occurs twice, a claim has both or neither of readings
            and a reason, or a metric or trend is unknown.
    """
    claims = declare(DeclaredClaims, raw).claims
    problems = duplicates(raw, "claims", [claim.id for claim in claims])
    for index, claim in enumerate(claims):
        if bool(claim.readings) == bool(claim.untestable):
            line = raw.toml_line(("claims", index))
            expected = "either readings or untestable with the reason"
            problems.append(Problem(raw.path, expected, line, f"claims.{index}", claim.id))
        for rank, reading in enumerate(claim.readings):
            for key, name in (("metric", reading.metric), ("requires", (reading.requires or "").partition(" ")[0])):
                if name and metrics is not None and (expected := wrong_metric(name, metrics)):
                    where = ("claims", index, "readings", rank, key)
                    problems.append(Problem(raw.path, expected, raw.toml_line(where), ".".join(map(str, where)), name))
        for rank, judged in enumerate(claim.database):
            if expected := wrong_trends(judged):
                where = ("claims", index, "database", rank, "trends")
                place = ".".join(map(str, where))
                problems.append(Problem(raw.path, expected, raw.toml_line(where), place, ", ".join(judged.trends)))
    if problems:
        raise InputError(problems)
    return claims


def wrong_trends(reading: DatabaseReading) -> str:
    """Return what was expected in place of a reading's trends, or nothing when they are right."""
    unknown = [name for name in reading.trends if name not in TRENDS]
    if unknown:
        return "the id of a trend" + close_to(unknown[0], TRENDS)
    count = 2 if reading.measure == "growth_ratio" else 1
    return "" if len(reading.trends) == count else "two trends for a ratio, else one"


def wrong_metric(metric_id: str, metrics: Declared) -> str:
    """Return what was expected in place of a metric id, or nothing when it names a metric."""
    name, _, subject = metric_id.partition("/")
    if name not in metrics:
        return "the name of a metric" + (close_to(name, metrics) or ", as listed at the end of the report")
    if metrics[name].per_subject and not subject:
        return f"{name}/ and a subject, for this metric has one value per row"
    return f"{name}, for this metric has one value" if subject and not metrics[name].per_subject else ""


def read_readings(raw: RawFile, cutoffs: Mapping[str, float], metrics: Declared | None = None) -> list[Reading]:
    """Return every reading of every claim, in order.

    Raises:
        InputError: as `read_claims` says, or a predicate cannot be read.
    """
    readings = []
    problems = []
    for index, claim in enumerate(read_claims(raw, metrics)):
        for rank, declared in enumerate(claim.readings):
            key = "predicate"
            try:
                predicate = parse_predicate(declared.predicate, cutoffs)
                key = "requires"
                requires = parse_condition(declared.requires, cutoffs) if declared.requires else None
            except ValueError as error:
                where = ("claims", index, "readings", rank, key)
                found = declared.predicate if key == "predicate" else declared.requires
                problems.append(Problem(raw.path, str(error), raw.toml_line(where), ".".join(map(str, where)), found))
                continue
            text, stated, of_the_print = declared.reading, declared.predicate, claim.kind in OF_THE_PRINT
            readings.append(
                Reading(
                    claim.id, rank, text, declared.metric, predicate, stated, declared.least_n, requires, of_the_print
                )
            )
        for rank, judged in enumerate(claim.database):
            try:
                parse_predicate(judged.predicate, cutoffs)
            except ValueError as error:
                where = ("claims", index, "database", rank, "predicate")
                place = ".".join(map(str, where))
                problems.append(Problem(raw.path, str(error), raw.toml_line(where), place, judged.predicate))
    if problems:
        raise InputError(problems)
    return readings


def parse_condition(text: str, cutoffs: Mapping[str, float]) -> Condition:
    """Return the condition that a text states: a metric's id, then a predicate.

    Raises:
        ValueError: the predicate cannot be read.
    """
    metric_id, _, predicate = text.partition(" ")
    return Condition(metric_id, parse_predicate(predicate, cutoffs), text)


def claims_table(claims: RawFile, metrics: Declared) -> pd.DataFrame:
    """Return the claims as rows of `schemas.analysis.Claims`, in their order."""
    rows = [
        {
            "claim_id": claim.id,
            "theme": claim.theme,
            "kind": claim.kind,
            "section": claim.section,
            "title": claim.title,
            "statement": claim.statement,
            "untestable": claim.untestable or "",
        }
        for claim in read_claims(claims, metrics)
    ]
    return column_types(Claims, pd.DataFrame(rows))


def readings_table(claims: RawFile, assumptions: RawFile) -> pd.DataFrame:
    """Return the readings as rows of `schemas.analysis.Readings`, in their order."""
    rows = [
        {
            "claim_id": reading.claim_id,
            "rank": reading.rank,
            "reading": reading.text,
            "metric_id": reading.metric_id,
            "predicate": reading.stated,
            "least_n": reading.least_n,
            "requires": reading.requires.stated if reading.requires else "",
        }
        for reading in read_readings(claims, read_assumptions(assumptions).cutoffs)
    ]
    return column_types(Readings, pd.DataFrame(rows))
