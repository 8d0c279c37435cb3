"""The claims of claims.toml, read and checked, with what their quotations say and the metrics that are in them.

Belongs here: problems of the file, the names of metrics in it, the table of claims. Does not: how its keys are written
(`declared`), which number of a quotation bounds a claim (`quoted`), or how claims are judged (`verdicts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from tidebook.pipelines.evaluate.base import DeclaredMetric, InlineMetric
from tidebook.pipelines.evaluate.declared import Formula, Formulas, unknown_theme
from tidebook.pipelines.evaluate.expressions import conjunction, of_row
from tidebook.pipelines.judge.declared import (
    MOST_CLAIMS,
    MOST_INTERPRETATIONS,
    ClaimsFile,
    DeclaredClaim,
    DeclaredCondition,
    DeclaredInterpretation,
    OtherInterpretation,
    claims_model,
)
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.read.declarations import declare, duplicates
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.errors import Problem, did_you_mean, refuse
from tidebook.pipelines.read.plugin import SwitchedOn
from tidebook.pipelines.read.quantities.counted import Counted
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.folded import plain_words
from tidebook.pipelines.read.text.quotation import Quotation, Quoted

if TYPE_CHECKING:
    from tidebook.pipelines.read.text.figures import ProseFigures

VALUE = "{value}"
"""The placeholder of `says`."""
_PLACEHOLDERS = re.compile(r"\{[^{}]*\}")
LONGEST_QUOTE, LONGEST_OWN_QUOTE = 15, 30
"""Maximum words of a quote, enough to find its place in the article."""


class BoundNumber(NamedTuple):
    """The number of a claim's quotation, which is the figure `figure_id`."""

    figure_id: str
    number: Counted
    quantity: Quantity
    label: str
    locator: str


@dataclass(frozen=True)
class BoundClaims:
    """What the quotations of claims say.

    Attributes:
        interpretations: of each claim that its quotation bounds, its only interpretation.
        units: the unit of each metric that such a claim has, that of its number.
        words: the words of each quotation as the text has them.
        numbers: the numbers by claim.
        statements: statements with `{figure}` filled in, by claim.
        means: what the metrics of such a claim mean: its statement.
    """

    interpretations: Mapping[str, DeclaredInterpretation] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, Sequence[BoundNumber]] = field(default_factory=dict)
    statements: Mapping[str, str] = field(default_factory=dict)
    means: Mapping[str, str] = field(default_factory=dict)

    def applied(self, claim: DeclaredClaim) -> DeclaredClaim:
        """Return a claim with the current words of its quotation."""
        words = self.words.get(claim.id, "")
        changed: dict[str, Any] = {}
        if words and claim.quote:
            filled = self.statements.get(claim.id, claim.statement)
            changed = {"quote": words, "statement": words if claim.statement == plain_words(claim.quote) else filled}
        numbers = self.numbers.get(claim.id, ())
        if numbers:
            stated = dict.fromkeys([*claim.states_figures, *(number.figure_id for number in numbers)])
            changed["states_figures"] = list(stated)
        if claim.id in self.interpretations:
            changed |= {"interpretations": [self.interpretations[claim.id]], "is_": ()}
        return claim.model_copy(update=changed) if changed else claim

    def with_units(self, formulas: Formulas) -> Formulas:
        """Return the metrics; one that a quotation bounds has the unit of its number."""
        found = {}
        for name, formula in formulas.items():
            unit = self.units.get(name)
            told = {"unit": unit, "means": self.means.get(name, formula.declared.means)} if unit else {}
            found[name] = replace(formula, declared=formula.declared.model_copy(update=told)) if told else formula
        return found


def declared_claims(raw: RawFile, plugins: SwitchedOn, bound: BoundClaims = BoundClaims()) -> list[DeclaredClaim]:
    """Return the claims of a file as they are declared, with what their quotations say.

    Raises InputError if the file cannot be read, or a claim has no id, two of them have the same or one is ambiguous.
    """
    claims = declare(claims_model(plugins), raw).claims
    problems = []
    for index, claim in enumerate(claims):
        for key in ("id", "statement"):
            if not getattr(claim, key):
                problems.append(raw.problem(("claims", index, key), f"the key {key}"))
                break
    problems += duplicates(raw, "claims", [claim.id for claim in claims])
    refuse([*problems, *_ambiguous(raw, claims), *_too_many(raw, claims)])
    return [bound.applied(claim) for claim in claims]


def quotations(raw: ClaimsFile, plugins: SwitchedOn, prose: ProseFigures) -> list[Quoted]:
    """Return all quotations of a dossier, those of claims first. Raises InputError as `declared_claims` says."""
    found = []
    for index, claim in enumerate(declared_claims(raw, plugins)):
        if claim.quote.strip():
            place = raw.problem(("claims", index, "quote"), "", claim.quote)
            # Where interpretations say what is claimed, the words only locate it.
            words = Quotation(claim.quote, claim.section, anywhere=bool(claim.interpretations))
            found.append(Quoted(f"claims/{claim.id}", words, place, claim.number))
    return [*found, *prose.quoted]


def read_claims(
    raw: ClaimsFile,
    metrics: Formulas,
    words: Labels,
    plugins: SwitchedOn = SwitchedOn(),  # noqa: B008
    bound: BoundClaims = BoundClaims(),
    own: bool = False,
) -> list[DeclaredClaim]:
    """Read the claims of a file, in order.

    Args:
        raw: the file.
        metrics: the known metrics.
        words: the dossier's themes.
        plugins: the plugins whose interpretations claims may have.
        bound: what the quotations say.
        own: whether the text is the author's own, so that quotations may be longer.

    Raises:
        InputError: a key is missing or wrong, an id occurs twice, a claim has both or neither of fair interpretations
            and a
            reason, a quote is too long, a theme or metric is unknown, or an interpretation that a plugin judges is
            wrong.
    """
    declared = declared_claims(raw, plugins, bound)
    problems: list[Problem] = []
    claims = list(map(_with_metric_names, declared))
    for index, claim in enumerate(claims):
        problems += _claim_problems(raw, index, claim, words, own)
        problems += _interpretation_problems(raw, index, claim, metrics)
    refuse(problems)
    return claims


# Metrics and conjunctions that are in a claim


def inline_metrics(raw: ClaimsFile, plugins: SwitchedOn) -> list[InlineMetric]:
    """Return the metrics whose expressions are in claims, named after the claim and the interpretation.

    Raises InputError if the file cannot be read, or an interpretation has another metric as well.
    """
    found = []
    for index, claim in enumerate(declared_claims(raw, plugins)):
        for name, text in own_metrics(claim).items():
            metric = {"is": text, "unit": claim.unit, "means": claim.statement, "mixes": claim.mixes}
            found.append(InlineMetric(name, DeclaredMetric.model_validate(metric), ("claims", index, "is"), claim.said))
        for rank, own in enumerate(claim.interpretations):
            key = ("claims", index, "interpretations", rank)
            if own.is_:
                metric = {"is": own.is_, "unit": own.unit, "means": own.interpretation, "mixes": own.mixes}
                declared = DeclaredMetric.model_validate(metric)
                found.append(InlineMetric(_metric_name(claim, rank, own), declared, (*key, "is"), claim.said))
            for number, part in enumerate(own.all_of):
                if part.is_:
                    metric = {"is": part.is_, "unit": part.unit, "means": f"{own.interpretation}, part {number + 1}"}
                    name = _part_name(claim, rank, own, number)
                    where = (*key, "all_of", number, "is")
                    found.append(InlineMetric(name, DeclaredMetric.model_validate(metric), where, claim.said))
    return found


def own_metrics(claim: DeclaredClaim) -> dict[str, str]:
    """Return the expressions of a claim's own `is` by the name of the metric: its id, numbered if there are several."""
    if len(claim.is_) < 2:
        return dict.fromkeys([claim.id], "".join(claim.is_)) if claim.is_ else {}
    return {f"{claim.id}_{number}": text for number, text in enumerate(claim.is_, 1)}


def conjunctions(
    raw: ClaimsFile,
    metrics: Formulas,
    cutoffs: Mapping[str, float],
    plugins: SwitchedOn,
    bound: BoundClaims = BoundClaims(),
) -> dict[str, Formula]:
    """Return a metric for each interpretation that joins conditions: 1 in scenarios in which all hold, else 0.

    Raises InputError if a condition names no metric, or its predicate cannot be read.
    """
    found = {}
    problems: list[Problem] = []
    for index, claim in enumerate(declared_claims(raw, plugins, bound)):
        for rank, own in enumerate(claim.interpretations):
            parts = []
            for number in range(len(own.all_of)):
                place = ("claims", index, "interpretations", rank, "all_of", number)
                part = _named_part(claim, rank, own, number)
                if expected := _wrong_metric(part.metric, metrics):
                    problems.append(raw.problem((*place, "metric"), expected, part.metric))
                    continue
                formula = metrics[part.metric.partition("/")[0]]
                try:
                    predicate = parse_predicate(part.predicate, cutoffs, formula.declared.unit)
                except ValueError as error:
                    problems.append(raw.problem((*place, "predicate"), str(error), part.predicate))
                    continue
                subject = part.metric.partition("/")[2]
                root = of_row(formula.root, subject) if subject else formula.root
                parts.append((root, formula.declared.unit, predicate.comparisons()))
            if parts:
                text = _joined_words(claim, rank, own)
                means = f"1 where all of these hold, else 0: {text.removeprefix('all_of ')}"
                declared = DeclaredMetric.model_validate({"is": text, "unit": "number", "means": means})
                found[_metric_name(claim, rank, own)] = Formula(declared, conjunction(parts), text, claim.said)
    refuse(problems)
    return found


def _too_many(raw: ClaimsFile, claims: Sequence[DeclaredClaim]) -> Iterator[Problem]:
    """Yield a problem with the first claim beyond `MOST_CLAIMS`, or with interpretations beyond those allowed."""
    count = 0
    for index, claim in enumerate(claims):
        count += len(claim.interpretations)
        if index == MOST_CLAIMS:
            yield raw.problem(("claims", index), f"at most {MOST_CLAIMS:,} claims")
            return
        if count > MOST_INTERPRETATIONS:
            expected = f"at most {MOST_INTERPRETATIONS:,} interpretations in all claims together"
            yield raw.problem(("claims", index, "interpretations"), expected)
            return


def _own_interpretations(
    claim: DeclaredClaim,
) -> Iterator[tuple[tuple[str | int, ...], int, DeclaredInterpretation]]:
    """Yield each interpretation with its place in the claim and its rank; that of the claim's own metric is first."""
    if len(claim.is_) == 1:
        own: dict[str, Any] = {"interpretation": claim.statement, "is": claim.is_[0], "predicate": claim.predicate}
        own |= {"unit": claim.unit, "mixes": claim.mixes}
        yield (), 0, DeclaredInterpretation.model_validate(own)
    for rank, own_interpretation in enumerate(claim.interpretations):
        yield ("interpretations", rank), rank, own_interpretation


def _ambiguous(raw: RawFile, claims: Sequence[DeclaredClaim]) -> list[Problem]:
    """Return a problem for each interpretation without exactly one of metric, expression and conditions."""
    problems: list[Problem] = []
    for index, claim in enumerate(claims):
        if claim.is_ and claim.interpretations:
            problems.append(raw.problem(("claims", index, "is"), "either is or interpretations", claim.id))
        if len(claim.is_) > 1 and not claim.is_bound:
            expected = "a quote and no predicate: several expressions take the quote's numbers in order"
            problems.append(raw.problem(("claims", index, "is"), expected, claim.id))
        if claim.number and not claim.is_bound:
            expected = "number only beside a quote and is"
            problems.append(raw.problem(("claims", index, "number"), expected, claim.number))
        for place, _, own in () if claim.is_bound else _own_interpretations(claim):
            problems += _ambiguous_interpretation(raw, ("claims", index, *place), claim, own)
    return problems


def _ambiguous_interpretation(
    raw: RawFile, key: tuple[str | int, ...], claim: DeclaredClaim, own: DeclaredInterpretation
) -> Iterator[Problem]:
    stated = [name for name in ("metric", "is", "all_of") if getattr(own, name.replace("is", "is_"))]
    if not stated:
        yield raw.problem((*key, "metric"), "the key metric, is or all_of")
    elif len(stated) > 1:
        yield raw.problem(
            (*key, stated[1]), f"exactly one of metric, is and all_of, not {' and '.join(stated)}", claim.id
        )
    elif own.all_of and own.predicate:
        expected = "no predicate beside all_of: its conditions have their own"
        yield raw.problem((*key, "predicate"), expected, own.predicate)
    elif any(bool(part.metric) == bool(part.is_) for part in own.all_of):
        yield raw.problem((*key, "all_of"), "in each condition either metric or is", claim.id)
    elif not own.all_of and not own.predicate:
        yield raw.problem((*key, "predicate"), "a predicate, such as at_least 0.5", own.predicate)


def _metric_name(claim: DeclaredClaim, rank: int, own: DeclaredInterpretation) -> str:
    """Return the name of an interpretation's metric: its own, or the claim's id with a number."""
    return own.metric or (claim.id if claim.is_ else f"{claim.id}_{rank + 1}")


def _part_name(claim: DeclaredClaim, rank: int, own: DeclaredInterpretation, number: int) -> str:
    """Return the name of the metric of a condition: its own, or that of the interpretation with a number."""
    return own.all_of[number].metric or f"{_metric_name(claim, rank, own)}_part_{number + 1}"


def _named_part(claim: DeclaredClaim, rank: int, own: DeclaredInterpretation, number: int) -> DeclaredCondition:
    """Return a condition with the name of its metric, even if it contains the expression."""
    name = _part_name(claim, rank, own, number)
    return own.all_of[number].model_copy(update={"metric": name, "is_": None})


def _joined_words(claim: DeclaredClaim, rank: int, own: DeclaredInterpretation) -> str:
    """Return the conditions of an interpretation as its predicate: `all_of ours equals 60 and lead above 0`."""
    parts = (_named_part(claim, rank, own, number) for number in range(len(own.all_of)))
    return "all_of " + " and ".join(f"{part.metric} {part.predicate}" for part in parts)


def _with_metric_names(claim: DeclaredClaim) -> DeclaredClaim:
    """Return a claim whose interpretations name the metrics that are in them."""
    named = []
    for _, rank, own in _own_interpretations(claim):
        predicate = _joined_words(claim, rank, own) if own.all_of else own.predicate
        parts = [_named_part(claim, rank, own, number) for number in range(len(own.all_of))]
        changes = {"metric": _metric_name(claim, rank, own), "predicate": predicate, "all_of": parts}
        named.append(own.model_copy(update=changes))
    return claim.model_copy(update={"interpretations": named})


def _claim_problems(raw: RawFile, index: int, claim: DeclaredClaim, words: Labels, own: bool) -> Iterator[Problem]:
    place = ("claims", index)
    longest = LONGEST_OWN_QUOTE if own else LONGEST_QUOTE
    if claim.theme and claim.theme not in words.themes:
        yield raw.problem((*place, "theme"), unknown_theme(words.themes), claim.theme)
    if len(claim.quote.split()) > longest:
        expected = f"at most {longest} words" + f", or {LONGEST_OWN_QUOTE} of a text of your own (own = true)" * (
            not own
        )
        yield raw.problem((*place, "quote"), expected, claim.quote)
    fair = any(interpretation.strictness == "fair" for interpretation in claim.interpretations)
    says_nothing = not (fair or claim.untestable or claim.states_figures)
    if says_nothing or (fair and claim.untestable):
        expected = "fair interpretations, or untestable with the reason, or states_figures"
        yield raw.problem(place, expected, claim.id)


def _interpretation_problems(raw: RawFile, index: int, claim: DeclaredClaim, metrics: Formulas) -> Iterator[Problem]:
    for rank, interpretation in enumerate(claim.interpretations):
        own = ("claims", index, "interpretations", rank)
        if interpretation.says and (expected := _wrong_sentence(interpretation)):
            yield raw.problem((*own, "says"), expected, interpretation.says)
        named = {"metric": interpretation.metric}
        if interpretation.requires:
            named["requires"] = interpretation.requires.partition(" ")[0]
        for key, metric_id in named.items():
            expected = _wrong_metric(metric_id, metrics)
            if expected and metric_id:
                yield raw.problem((*own, key), expected, metric_id)
    read: list[tuple[str, OtherInterpretation]] = []
    for key, rank, other in claim.others:
        if (key, other) in read:
            expected = "an interpretation that is not declared before"
            yield raw.problem(("claims", index, key, rank), expected, other.interpretation)
        read.append((key, other))
        for place, expected, text in other.faults():
            yield raw.problem(("claims", index, key, rank, *place), expected, text)


def _wrong_sentence(interpretation: DeclaredInterpretation) -> str:
    """Return what an error expects in place of the sentence `says`; "" if its only placeholder is the value."""
    if interpretation.all_of:
        return "no says beside all_of: it has no value of its own"
    others = [found for found in _PLACEHOLDERS.findall(interpretation.says) if found != VALUE]
    if others:
        return f"{VALUE} as the only placeholder{did_you_mean(others[0], [VALUE])}"
    rest = interpretation.says.replace(VALUE, "")
    if VALUE not in interpretation.says or "{" in rest or "}" in rest:
        return f"a sentence with {VALUE}, which the metric's value replaces"
    return ""


def _wrong_metric(metric_id: str, metrics: Formulas) -> str:
    """Return what an error expects in place of a metric id; "" if the id names a metric."""
    name, _, subject = metric_id.partition("/")
    if name not in metrics:
        return "the name of a metric" + (did_you_mean(name, metrics) or ", as metrics.toml declares it")
    per_subject = metrics[name].per_subject
    if per_subject and not subject:
        return f"{name}/ and a subject, since this metric has one value per row"
    if subject and not per_subject:
        return f"{name}, for this metric has one value"
    return ""
