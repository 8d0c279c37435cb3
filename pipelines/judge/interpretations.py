"""The interpretations of claims, ready to be judged: a metric, a parsed condition on it, and what it requires.

Belongs here: from the declarations of checked claims to these, and the table of them. Does not: how they are judged
(`verdicts`), or the words of a condition (`predicates`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from tidebook.pipelines.judge.declared import ClaimsFile, DeclaredClaim, DeclaredInterpretation
from tidebook.pipelines.judge.predicates import Predicate, parse_predicate
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.errors import Problem, refuse
from tidebook.pipelines.read.grouping import grouped
from tidebook.schemas.analysis import Interpretations
from tidebook.schemas.base import Frame, table_of
from tidebook.schemas.units import UNITS
from tidebook.schemas.vocabulary import ABOUT_PRINTED

if TYPE_CHECKING:
    from tidebook.pipelines.evaluate.declared import Formula, Formulas

Parsed = TypeVar("Parsed", Predicate, "Condition")


@dataclass(frozen=True)
class Condition:
    """A condition on another metric as printed, without which an interpretation is untestable."""

    metric_id: str
    predicate: Predicate
    stated: str
    unit: str = "number"


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
        unit: the unit of the metric.
        parts: the conditions that it joins, each as an interpretation; none if it has a single one.
        says: what was found, as a sentence with `{value}`; "" if not given.
        means: what its metric measures; "" of an expression that stands in the claim.
        is_quoted: whether the number of the article's words is the condition.
        says_fall: whether its words say a fall, which its condition states as a negative number.
        excludes: whether another fair interpretation of its claim holds of no value of the metric that it holds of.
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
    unit: str = "number"
    parts: tuple[Interpretation, ...] = ()
    says: str = ""
    means: str = ""
    is_quoted: bool = False
    says_fall: bool = False
    excludes: bool = False

    @property
    def equals_print(self) -> bool:
        """Whether it repeats a printed number: the value is it, or between the ends of what it allows."""
        return self.predicate.form == "equals" or (self.is_quoted and self.predicate.form == "between")

    @property
    def metric(self) -> str:
        """The name of the metric, without the subject."""
        return self.metric_id.partition("/")[0]


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

    def parsed(
        parse: Callable[[str, Mapping[str, float], str], Parsed], text: str, unit: str, *place: str | int
    ) -> Parsed | None:
        try:
            return parse(text, assumptions.cutoffs, unit)
        except ValueError as error:
            problems.append(raw.problem(place, str(error), text))
            return None

    def check_reach(predicate: Predicate, metric_id: str, *place: str | int) -> None:
        expected = _out_of_reach(predicate, metrics[metric_id.partition("/")[0]])
        if expected:
            problems.append(raw.problem(place, expected, predicate.words()))

    def unit_of(metric_id: str) -> str:
        return metrics[metric_id.partition("/")[0]].declared.unit

    def parts_of(
        whole: Interpretation, declared: DeclaredInterpretation, *place: str | int
    ) -> tuple[Interpretation, ...]:
        parts = []
        for number, part in enumerate(declared.all_of):
            unit, where = unit_of(part.metric), (*place, "all_of", number, "predicate")
            own = parsed(parse_predicate, part.predicate, unit, *where)
            if own:
                check_reach(own, part.metric, *where)
                # A metric that is written in the claim is called by the claim's id and a number, which tells a reader
                # nothing.
                is_named = not part.metric.startswith(f"{whole.claim_id}_")
                condition: dict[str, Any] = {
                    "means": metrics[part.metric.partition("/")[0]].declared.means if is_named else "",
                    "text": part.metric if is_named else metrics[part.metric].declared.is_,
                    "metric_id": part.metric,
                    "predicate": own,
                    "stated": part.predicate,
                    "unit": unit,
                }
                parts.append(replace(whole, requires=None, **condition))
        return tuple(parts)

    for index, claim in enumerate(claims):
        for rank, declared in enumerate(claim.interpretations):
            place = ("claims", index, "interpretations", rank)
            unit = unit_of(declared.metric)
            predicate = parsed(parse_predicate, declared.predicate, unit, *place, "predicate")
            requires = None
            if declared.requires:
                of_condition = unit_of(declared.requires.partition(" ")[0])
                requires = parsed(parse_condition, declared.requires, of_condition, *place, "requires")
            if predicate:
                check_reach(predicate, declared.metric, *place, "predicate")
                means = metrics[declared.metric.partition("/")[0]].declared.means
                made = _interpretation(claim, rank, declared, predicate, requires, unit, means)
                interpretations.append(replace(made, parts=parts_of(made, declared, *place)))
            if requires:
                check_reach(requires.predicate, requires.metric_id, *place, "requires")
        for key, rank, other in claim.others:
            parsed(parse_predicate, other.predicate, "number", "claims", index, key, rank, "predicate")
    refuse(problems)
    return _with_exclusions(interpretations)


def _with_exclusions(interpretations: Sequence[Interpretation]) -> list[Interpretation]:
    """Mark fair interpretations of a claim that exclude each other: whatever the value, not all of them hold."""
    fair = grouped(
        (each for each in interpretations if each.strictness == "fair" and not each.parts),
        attrgetter("claim_id", "metric_id"),
    )
    marked = []
    for each in interpretations:
        others = fair[each.claim_id, each.metric_id] if each.strictness == "fair" and not each.parts else []
        is_excluding = any(each.predicate.excludes(other.predicate) for other in others)
        marked.append(replace(each, excludes=is_excluding))
    return marked


_NEGATIVE = re.compile(r"[-\u2212\u2013]\s?[^\w\s]?\d")
"""A number that is printed with its minus, before or behind the sign of a currency."""


def _says_fall(claim: DeclaredClaim, words: str, predicate: Predicate) -> bool:
    """Whether the number of a quotation is negative because its words say a fall, and not by its sign."""
    return claim.is_quoted and min(predicate.bounds) < 0 >= max(predicate.bounds) and not _NEGATIVE.search(words)


def _interpretation(
    claim: DeclaredClaim,
    rank: int,
    declared: DeclaredInterpretation,
    predicate: Predicate,
    requires: Condition | None,
    unit: str,
    means: str,
) -> Interpretation:
    # A metric that is written in the claim means its statement or interpretation, which a reader has already.
    is_own = bool(declared.all_of) or means in (claim.statement, declared.interpretation)
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
        unit=unit,
        says=declared.says,
        means="" if is_own else means,
        is_quoted=claim.is_quoted,
        says_fall=_says_fall(claim, declared.interpretation, predicate),
    )


def _out_of_reach(predicate: Predicate, metric: Formula) -> str:
    """Return what an error expects in place of a bound that the metric cannot reach; "" if it can."""
    unit = UNITS[metric.declared.unit]
    if predicate.form == "equals":
        return ""  # the interval of a printed number may reach beyond what is possible
    # Other units bound what is printed, but not differences of it.
    if unit.upper != 1 or all(unit.lower <= bound <= unit.upper for bound in predicate.bounds):
        return ""
    return f"a number from {unit.lower:g} to {unit.upper:g}, for it is {unit.meaning}"


def parse_condition(text: str, cutoffs: Mapping[str, float], unit: str = "number") -> Condition:
    """Parse a condition: a metric's id, then a predicate in the metric's unit.

    Raises:
        ValueError: the predicate cannot be read.
    """
    metric_id, _, predicate = text.partition(" ")
    return Condition(metric_id, parse_predicate(predicate, cutoffs, unit), text, unit)


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
