"""The claims of claims.toml, checked: statement, interpretations, metric and predicate of each.

Belongs here: what the file may declare, and the tables of it. Does not: how claims are judged (`verdicts`).
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
from tidebook.pipelines.read.dossier.declared import Labels
from tidebook.pipelines.read.errors import Problem, did_you_mean, refuse
from tidebook.pipelines.read.names import SLUGGED
from tidebook.pipelines.read.plugin import SwitchedOn, load
from tidebook.pipelines.read.rawfile import Fault, RawFile
from tidebook.schemas.analysis import Claims, Interpretations
from tidebook.schemas.base import Frame, table_of
from tidebook.schemas.units import UNITS
from tidebook.schemas.vocabulary import ABOUT_PRINTED, CLAIM_KINDS

ClaimsFile = Annotated[RawFile, "claims.toml"]
Kind = Literal["table cell", "takeaway", "prose", "internal consistency", "prediction"]
Parsed = TypeVar("Parsed", Predicate, "Condition")
assert get_args(Kind) == CLAIM_KINDS
LONGEST_QUOTE = 15
"""Maximum words of a quote, enough to find its place in the article."""


class DeclaredInterpretation(Declaration):
    """One way to read a claim."""

    interpretation: Text
    metric: Annotated[str, shaped(r"^[a-z0-9_]+(/[a-z0-9_]+)?$", f"metric/subject, of {SLUGGED}")]
    predicate: Text
    requires: Text | None = None
    least_n: int = Field(default=1, ge=1)
    strictness: Literal["fair", "strict", "loose"] = "fair"


class OtherInterpretation(Declaration):
    """One way to read a claim that a plugin judges; it stands under the plugin's key of the claim."""

    interpretation: Text
    predicate: Text

    def faults(self) -> Iterator[Fault]:
        """Yield the faults that types of fields cannot express, each with its place in the interpretation."""
        return iter(())


class DeclaredClaim(Declaration):
    """One claim: with fair interpretations, or with the reason why it is untestable.

    A claim with neither asserts no more than its figures. Strict and loose interpretations may stand beside the reason.

    Attributes:
        title: a name for charts, if the id does not serve as one.
        quote: words of the article by which its place is found.
        states_figures: the figures that it states itself.
        decided_by: what would decide it, if it is not decided.
    """

    id: Slug
    theme: str = ""
    kind: Kind = "prose"
    section: str = ""
    title: Annotated[str, Field(max_length=40)] = ""
    statement: Text
    quote: Annotated[str, Field(max_length=200)] = ""
    states_figures: list[FigureId] = Field(default=[])
    untestable: Text | None = None
    decided_by: str = ""
    interpretations: list[DeclaredInterpretation] = Field(default=[])

    @property
    def others(self) -> Iterator[tuple[str, int, OtherInterpretation]]:
        """The interpretations that plugins judge, each with its key and its index there."""
        for key in sorted(type(self).model_fields.keys() - DeclaredClaim.model_fields.keys()):
            for rank, interpretation in enumerate(getattr(self, key)):
                yield key, rank, interpretation


class _DeclaredClaims(Declaration):
    """claims.toml."""

    claims: list[DeclaredClaim] = Field(default=[])


@functools.cache
def _claims_model(plugins: SwitchedOn) -> type[_DeclaredClaims]:
    """Return the model of a file of claims, with the keys for interpretations that plugins bring."""
    keys: dict[str, Any] = {}
    for key, place in plugins.parts("interpretations").items():
        keys[key] = (list[load(place)], Field(default=[]))  # type: ignore[misc]
    if not keys:
        return _DeclaredClaims
    claim: Any = create_model("DeclaredClaim", __base__=DeclaredClaim, **keys)
    return create_model("_DeclaredClaims", __base__=_DeclaredClaims, claims=(list[claim], Field(default=[])))


@dataclass(frozen=True)
class Condition:
    """A condition on another metric as printed, without which an interpretation is untestable."""

    metric_id: str
    predicate: Predicate
    stated: str


@dataclass(frozen=True)
class Interpretation:
    """One interpretation, ready to be judged.

    Attributes:
        claim_id: the claim.
        rank: its index among the claim's interpretations; the claim is judged on rank 0.
        text: the interpretation in words.
        metric_id: the metric, followed by `/` and the subject if it has one value per row.
        predicate: the condition on the metric.
        stated: the condition as declared.
        least_n: minimum number of cases.
        requires: a condition without which it is untestable.
        about_printed: whether it is about the figures as printed, whatever the evidence view.
        strictness: fair, strict or loose; only fair interpretations decide.
    """

    claim_id: str
    rank: int
    text: str
    metric_id: str
    predicate: Predicate
    stated: str
    least_n: int
    requires: Condition | None = None
    about_printed: bool = False
    strictness: str = "fair"

    @property
    def metric(self) -> str:
        """The name of the metric, without the subject."""
        return self.metric_id.partition("/")[0]


def read_claims(
    raw: ClaimsFile,
    metrics: Formulas,
    words: Labels,
    plugins: SwitchedOn = SwitchedOn(),  # noqa: B008
) -> list[DeclaredClaim]:
    """Read the claims of a file, in order.

    Args:
        raw: the file.
        metrics: the known metrics.
        words: the dossier's themes.
        plugins: the plugins whose interpretations claims may have.

    Raises:
        InputError: a key is missing or wrong, an id occurs twice, a claim has both or neither of fair interpretations
            and a
            reason, a quote is too long, a theme or metric is unknown, or an interpretation that a plugin judges is
            wrong.
    """
    claims = declare(_claims_model(plugins), raw).claims
    problems = duplicates(raw, "claims", [claim.id for claim in claims])
    for index, claim in enumerate(claims):
        problems += _claim_problems(raw, index, claim, words)
        problems += _interpretation_problems(raw, index, claim, metrics)
    refuse(problems)
    return claims


def _claim_problems(raw: RawFile, index: int, claim: DeclaredClaim, words: Labels) -> Iterator[Problem]:
    place = ("claims", index)
    if claim.theme and claim.theme not in words.themes:
        yield raw.problem((*place, "theme"), unknown_theme(words.themes), claim.theme)
    if len(claim.quote.split()) > LONGEST_QUOTE:
        yield raw.problem((*place, "quote"), f"at most {LONGEST_QUOTE} words", claim.quote)
    fair = any(interpretation.strictness == "fair" for interpretation in claim.interpretations)
    says_nothing = not (fair or claim.untestable or claim.states_figures)
    if says_nothing or (fair and claim.untestable):
        expected = "either fair readings or untestable with the reason, or figures that it asserts"
        yield raw.problem(place, expected, claim.id)


def _interpretation_problems(raw: RawFile, index: int, claim: DeclaredClaim, metrics: Formulas) -> Iterator[Problem]:
    for rank, interpretation in enumerate(claim.interpretations):
        named = {"metric": interpretation.metric}
        if interpretation.requires:
            named["requires"] = interpretation.requires.partition(" ")[0]
        for key, metric_id in named.items():
            expected = _wrong_metric(metric_id, metrics)
            if expected and metric_id:
                yield raw.problem(("claims", index, "interpretations", rank, key), expected, metric_id)
    for key, rank, other in claim.others:
        for place, expected, text in other.faults():
            yield raw.problem(("claims", index, key, rank, *place), expected, text)


def _wrong_metric(metric_id: str, metrics: Formulas) -> str:
    """Return what was expected in place of a metric id; "" if it names a metric."""
    name, _, subject = metric_id.partition("/")
    if name not in metrics:
        return "the name of a metric" + (did_you_mean(name, metrics) or ", as listed at the end of the report")
    per_subject = metrics[name].per_subject
    if per_subject and not subject:
        return f"{name}/ and a subject, for this metric has one value per row"
    if subject and not per_subject:
        return f"{name}, for this metric has one value"
    return ""


def read_interpretations(
    raw: ClaimsFile, claims: list[DeclaredClaim], assumptions: Assumptions, metrics: Formulas
) -> list[Interpretation]:
    """Parse every interpretation of every claim of a file, in order.

    Args:
        raw: the file, for the places of problems.
        claims: its claims, whose metrics are known.
        assumptions: the cut-offs that predicates may name.
        metrics: the known metrics.

    Raises:
        InputError: a predicate cannot be read, or has a bound that no value of its metric can reach.
    """
    interpretations: list[Interpretation] = []
    problems: list[Problem] = []

    def parsed(parse: Callable[[str, Mapping[str, float]], Parsed], text: str, *place: str | int) -> Parsed | None:
        try:
            return parse(text, assumptions.cutoffs)
        except ValueError as error:
            problems.append(raw.problem(place, str(error), text))
            return None

    def check_reach(predicate: Predicate, metric_id: str, *place: str | int) -> None:
        expected = _out_of_reach(predicate, metrics[metric_id.partition("/")[0]])
        if expected:
            problems.append(raw.problem(place, expected, predicate.words()))

    for index, claim in enumerate(claims):
        for rank, declared in enumerate(claim.interpretations):
            place = ("claims", index, "interpretations", rank)
            predicate = parsed(parse_predicate, declared.predicate, *place, "predicate")
            requires = parsed(parse_condition, declared.requires, *place, "requires") if declared.requires else None
            if predicate:
                check_reach(predicate, declared.metric, *place, "predicate")
                interpretations.append(_interpretation(claim, rank, declared, predicate, requires))
            if requires:
                check_reach(requires.predicate, requires.metric_id, *place, "requires")
        for key, rank, other in claim.others:
            parsed(parse_predicate, other.predicate, "claims", index, key, rank, "predicate")
    refuse(problems)
    return interpretations


def _interpretation(
    claim: DeclaredClaim, rank: int, declared: DeclaredInterpretation, predicate: Predicate, requires: Condition | None
) -> Interpretation:
    return Interpretation(
        claim_id=claim.id,
        rank=rank,
        text=declared.interpretation,
        metric_id=declared.metric,
        predicate=predicate,
        stated=declared.predicate,
        least_n=declared.least_n,
        requires=requires,
        about_printed=claim.kind in ABOUT_PRINTED,
        strictness=declared.strictness,
    )


def _out_of_reach(predicate: Predicate, metric: Formula) -> str:
    """Return what was expected of a bound that no correlation or probability reaches; "" for other metrics."""
    unit = UNITS[metric.declared.unit]
    # Other units bound what is printed, but not differences of it.
    if unit.upper != 1 or all(unit.lower <= bound <= unit.upper for bound in predicate.bounds):
        return ""
    return f"a number from {unit.lower:g} to {unit.upper:g}, for it is {unit.meaning}"


def parse_condition(text: str, cutoffs: Mapping[str, float]) -> Condition:
    """Parse a condition: a metric's id, then a predicate.

    Raises:
        ValueError: the predicate cannot be read.
    """
    metric_id, _, predicate = text.partition(" ")
    return Condition(metric_id, parse_predicate(predicate, cutoffs), text)


def claims_table(claims: list[DeclaredClaim]) -> Frame[Claims]:
    """Return the claims as rows of `schemas.analysis.Claims`, in their order."""
    rows = [{"claim_id": claim.id, **dict(claim), "untestable": claim.untestable or ""} for claim in claims]
    return table_of(Claims, rows)


def interpretations_table(interpretations: list[Interpretation]) -> Frame[Interpretations]:
    """Return the interpretations as rows of `schemas.analysis.Interpretations`, in their order."""
    rows = []
    for interpretation in interpretations:
        requires = interpretation.requires.stated if interpretation.requires else ""
        rows.append(
            {
                **vars(interpretation),
                "interpretation": interpretation.text,
                "predicate": interpretation.stated,
                "requires": requires,
            }
        )
    return table_of(Interpretations, rows)
