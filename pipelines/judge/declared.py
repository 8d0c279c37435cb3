"""raw/claims.toml as checked claims: statement, readings, metric and predicate of each.

How they are judged is in `verdicts`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import Field, create_model

from tidebook.pipelines.evaluate.declared import Formula, Formulas, unknown_theme
from tidebook.pipelines.judge.predicates import Predicate, parse_predicate
from tidebook.pipelines.read.declarations import (
    Assumptions,
    Declaration,
    FigureId,
    Slug,
    Text,
    declare,
    duplicates,
    shaped,
)
from tidebook.pipelines.read.dossier.declared import Wording
from tidebook.pipelines.read.errors import Problem, close_to, refuse
from tidebook.pipelines.read.names import SLUGGED
from tidebook.pipelines.read.plugin import SwitchedOn, load
from tidebook.pipelines.read.rawfile import Fault, RawFile
from tidebook.schemas.analysis import Claims, Readings
from tidebook.schemas.base import Frame, table_of
from tidebook.schemas.units import UNITS
from tidebook.schemas.vocabulary import CLAIM_KINDS, OF_THE_PRINT

ClaimsFile = Annotated[RawFile, "claims.toml"]
Kind = Literal["table cell", "takeaway", "prose", "internal consistency", "prediction"]
Parsed = TypeVar("Parsed", Predicate, "Condition")
assert get_args(Kind) == CLAIM_KINDS
LONGEST_QUOTE = 15
"""So many words of the article find a place in it."""


class DeclaredReading(Declaration):
    """One way to read a claim."""

    reading: Text
    metric: Annotated[str, shaped(r"^[a-z0-9_]+(/[a-z0-9_]+)?$", f"metric/subject, of {SLUGGED}")]
    predicate: Text
    requires: Text | None = None
    least_n: int = Field(default=1, ge=1)
    weight: Literal["fair", "strict", "loose"] = "fair"


class OtherReading(Declaration):
    """One way to read a claim that a plugin judges by its own measure, under a key of the claim that it brings."""

    reading: Text
    predicate: Text

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong with it that no field's own type says, each at its place here."""
        return iter(())


class DeclaredClaim(Declaration):
    """One claim; it has readings or the reason why it is untestable. The title is for charts, if the id is no name.

    One that has neither asserts no more than its figures. Strict and loose readings may stand beside the reason.

    `asserts` are the figures that it states itself, `quote` the words of the article by which its place is found.
    """

    id: Slug
    theme: str = ""
    kind: Kind = "prose"
    section: str = ""
    title: Annotated[str, Field(max_length=40)] = ""
    statement: Text
    quote: Annotated[str, Field(max_length=200)] = ""
    asserts: list[FigureId] = Field(default=[])
    untestable: Text | None = None
    decided_by: str = ""
    readings: list[DeclaredReading] = Field(default=[])

    @property
    def others(self) -> Iterator[tuple[str, int, OtherReading]]:
        """The readings that plugins judge, each with its key and its place there."""
        for key in type(self).model_fields.keys() - DeclaredClaim.model_fields.keys():
            yield from ((key, rank, reading) for rank, reading in enumerate(getattr(self, key)))


class _DeclaredClaims(Declaration):
    """raw/claims.toml."""

    claims: list[DeclaredClaim] = Field(default=[])


@functools.cache
def _claims_model(plugins: SwitchedOn) -> type[_DeclaredClaims]:
    """Return the model of a file of claims, with the keys for readings that plugins bring."""
    keys: dict[str, Any] = {
        key: (list[load(place)], Field(default=[]))  # type: ignore[misc]
        for key, place in plugins.parts("readings").items()
    }
    if not keys:
        return _DeclaredClaims
    claim: Any = create_model("DeclaredClaim", __base__=DeclaredClaim, **keys)
    return create_model("_DeclaredClaims", __base__=_DeclaredClaims, claims=(list[claim], Field(default=[])))


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
    weight: str = "fair"

    @property
    def metric(self) -> str:
        """The name of its metric, without the subject of one that has a value per row."""
        return self.metric_id.partition("/")[0]


def read_claims(
    raw: ClaimsFile,
    metrics: Formulas,
    words: Wording,
    plugins: SwitchedOn = SwitchedOn(),  # noqa: B008
) -> list[DeclaredClaim]:
    """Return the claims in their order, whose metrics and themes are known.

    Raises InputError if a key is missing or wrong, an id occurs twice, a claim has both or neither of readings and a
    reason, a metric is unknown, or a reading that a plugin judges is wrong.
    """
    claims = declare(_claims_model(plugins), raw).claims
    problems = duplicates(raw, "claims", [claim.id for claim in claims])
    for index, claim in enumerate(claims):
        place = ("claims", index)
        if claim.theme and claim.theme not in words.themes:
            problems.append(raw.problem((*place, "theme"), unknown_theme(words.themes), claim.theme))
        if len(claim.quote.split()) > LONGEST_QUOTE:
            problems.append(raw.problem((*place, "quote"), f"at most {LONGEST_QUOTE} words", claim.quote))
        fair = any(reading.weight == "fair" for reading in claim.readings)
        if (fair and claim.untestable) or not (fair or claim.untestable or claim.asserts):
            expected = "either fair readings or untestable with the reason, or figures that it asserts"
            problems.append(raw.problem(place, expected, claim.id))
        for rank, reading in enumerate(claim.readings):
            for key, name in (("metric", reading.metric), ("requires", (reading.requires or "").partition(" ")[0])):
                if name and (expected := _wrong_metric(name, metrics)):
                    problems.append(raw.problem((*place, "readings", rank, key), expected, name))
        for key, rank, judged in claim.others:
            for at, expected, text in judged.faults():
                problems.append(raw.problem((*place, key, rank, *at), expected, text))
    refuse(problems)
    return claims


def _wrong_metric(metric_id: str, metrics: Formulas) -> str:
    """Return what was expected in place of a metric id, or nothing when it names a metric."""
    name, _, subject = metric_id.partition("/")
    if name not in metrics:
        return "the name of a metric" + (close_to(name, metrics) or ", as listed at the end of the report")
    if metrics[name].per_subject and not subject:
        return f"{name}/ and a subject, for this metric has one value per row"
    return f"{name}, for this metric has one value" if subject and not metrics[name].per_subject else ""


def read_readings(
    raw: ClaimsFile, claims: list[DeclaredClaim], assumptions: Assumptions, metrics: Formulas
) -> list[Reading]:
    """Return every reading of every claim of a file, in order.

    Raises InputError if a predicate cannot be read, or has a bound that no value of its metric can reach.
    """
    readings: list[Reading] = []
    problems: list[Problem] = []

    def parsed(parse: Callable[[str, Mapping[str, float]], Parsed], text: str, *place: str | int) -> Parsed | None:
        try:
            return parse(text, assumptions.cutoffs)
        except ValueError as error:
            problems.append(raw.problem(("claims", *place), str(error), text))
            return None

    for index, claim in enumerate(claims):
        of_the_print = claim.kind in OF_THE_PRINT
        for rank, given in enumerate(claim.readings):
            place = (index, "readings", rank)
            predicate = parsed(parse_predicate, given.predicate, *place, "predicate")
            requires = parsed(parse_condition, given.requires, *place, "requires") if given.requires else None
            for condition, metric_id, key in (
                (predicate, given.metric, "predicate"),
                (requires.predicate if requires else None, requires.metric_id if requires else "", "requires"),
            ):
                if condition and (expected := _out_of_reach(condition, metrics[metric_id.partition("/")[0]])):
                    problems.append(raw.problem(("claims", *place, key), expected, condition.words()))
            if predicate:
                facts = given.reading, given.metric, predicate, given.predicate, given.least_n, requires
                readings.append(Reading(claim.id, rank, *facts, of_the_print, given.weight))
        for key, rank, judged in claim.others:
            parsed(parse_predicate, judged.predicate, index, key, rank, "predicate")
    refuse(problems)
    return readings


def _out_of_reach(predicate: Predicate, metric: Formula) -> str:
    """Return what was expected of a bound that no correlation or probability reaches; nothing of other metrics.

    Other units have bounds for what is printed, not for differences of it.
    """
    unit = UNITS[metric.declared.unit]
    if unit.upper != 1 or all(unit.lower <= bound <= unit.upper for bound in predicate.bounds):
        return ""
    return f"a number from {unit.lower:g} to {unit.upper:g}, for it is {unit.meaning}"


def parse_condition(text: str, cutoffs: Mapping[str, float]) -> Condition:
    """Return the condition that a text states: a metric's id, then a predicate.

    Raises ValueError if the predicate cannot be read.
    """
    metric_id, _, predicate = text.partition(" ")
    return Condition(metric_id, parse_predicate(predicate, cutoffs), text)


def claims_table(claims: list[DeclaredClaim]) -> Frame[Claims]:
    """Return the claims as rows of `schemas.analysis.Claims`, in their order."""
    rows = [{"claim_id": claim.id, **dict(claim), "untestable": claim.untestable or ""} for claim in claims]
    return table_of(Claims, rows)


def readings_table(readings: list[Reading]) -> Frame[Readings]:
    """Return the readings as rows of `schemas.analysis.Readings`, in their order."""
    rows = [
        vars(reading)
        | {"reading": reading.text, "predicate": reading.stated}
        | {"requires": reading.requires.stated if reading.requires else ""}
        for reading in readings
    ]
    return table_of(Readings, rows)
