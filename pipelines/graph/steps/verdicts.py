"""The metrics in every scenario and evidence view, and what follows: verdicts, and what became of the predictions.

Belongs here: what each is made from. Does not: formulas (`evaluate`), judgement (`judge`), or how
likely what is open is (`judge.predictions`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import pandas as pd

from tidebook.pipelines.evaluate.conversions import ConvertedBases
from tidebook.pipelines.evaluate.declared import Metrics
from tidebook.pipelines.evaluate.evaluations import Evaluations, Views, metrics_table
from tidebook.pipelines.evaluate.evidence_views import best_known, evidence_views, replaced_figures
from tidebook.pipelines.evaluate.hazards import KnownHazards
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.step import Bundle, step
from tidebook.pipelines.judge.accepted import Accepted
from tidebook.pipelines.judge.card_words import NamedRows
from tidebook.pipelines.judge.cards import Judged as CardsJudged
from tidebook.pipelines.judge.cards import claim_cards_table
from tidebook.pipelines.judge.changed_outcomes import changed_outcomes_table, sensitive_to
from tidebook.pipelines.judge.comparisons import accepted_cells, contradictions, unexplained, with_culprits
from tidebook.pipelines.judge.crossing import Crossing
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.drift import Drift
from tidebook.pipelines.judge.figure_outcomes import (
    FigureRules,
    by_references,
    figure_outcomes_table,
    of_same_quantities,
)
from tidebook.pipelines.judge.interpretations import Interpretation
from tidebook.pipelines.judge.judged_days import JudgedDays, by_verdict_key, judged_days
from tidebook.pipelines.judge.outcome_words import names_in
from tidebook.pipelines.judge.outcomes import Decider, OutcomeInputs, outcomes_table, status_at
from tidebook.pipelines.judge.predictions.history import forecast_history_table, forecasts_table, resolutions_table
from tidebook.pipelines.judge.predictions.outcomes import predictions_outcomes
from tidebook.pipelines.judge.predictions.scores import scores_table, skill_table
from tidebook.pipelines.judge.sensitivity import (
    flipping_under,
    multiverse_table,
    sensitivity_table,
    value_of_information_table,
)
from tidebook.pipelines.judge.stated import stated_figures
from tidebook.pipelines.judge.tipping_points import (
    FLIPS_WITHIN,
    crossings,
    substitutions_table,
    tipping_points_of_references,
    tipping_points_table,
)
from tidebook.pipelines.judge.verdicts import (
    interpretation_verdicts_table,
    metric_names,
    verdicts_table,
    verdicts_under,
)
from tidebook.pipelines.read.declarations import Assumptions, Predictions, Sources
from tidebook.pipelines.read.dossier.declared import Article, PrintedTables
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.schemas import analysis
from tidebook.schemas.analysis import (
    Hazards,
    InterpretationVerdicts,
    Multiverse,
    Sensitivity,
    Substitutions,
    ValueOfInformation,
)
from tidebook.schemas.base import Frame, records
from tidebook.schemas.evidence import Events, EvidenceRows, Observations
from tidebook.schemas.figures import Figures
from tidebook.schemas.forecasts import ForecastHistory, Forecasts, Resolutions, Scores, Skill
from tidebook.schemas.outcomes import ChangedOutcomes, ClaimCards, FigureOutcomes, Outcomes
from tidebook.schemas.reference import ReferenceValues
from tidebook.schemas.text import TextQuotes
from tidebook.schemas.vocabulary import ABOUT_PRINTED


@step(group="evidence_views", by_key=True)
def evaluations(figures: Frame[Figures], assumptions: Assumptions, metrics: Metrics, cache: StepCache) -> Evaluations:
    """Evaluate the metrics in every scenario of the printed figures, each when it is first requested."""
    return Evaluations(figures, assumptions, metrics, cache)


@step(group="evidence_views", by_key=True)
def views(
    evaluations: Evaluations,
    figures: Frame[Figures],
    references: Frame[ReferenceValues],
    article: Article,
    sources: Sources,
    tables: PrintedTables,
    assumptions: Assumptions,
    converted: ConvertedBases,
) -> Views:
    """Evaluate the metrics under every evidence view, the printed one first."""
    days = judged_days(article, assumptions).days
    seen = evidence_views(figures, references, days, sources.publishers, tables.ends, converted)
    return [(view, evaluations.on_day(view.as_of, view.figures)) for view in seen]


@step(group="verdicts")
def interpretation_verdicts(
    interpretations: list[Interpretation], views: Views, assumptions: Assumptions
) -> Frame[analysis.InterpretationVerdicts]:
    """Judge each interpretation."""
    return interpretation_verdicts_table(interpretations, views, assumptions.verdicts)


@step(group="verdicts")
def tipping_points(
    interpretations: list[Interpretation],
    evaluations: Evaluations,
    views: Views,
    references: Frame[ReferenceValues],
    article: Article,
    assumptions: Assumptions,
) -> Frame[analysis.TippingPoints]:
    """Find each claim's tipping points: the smallest factor on one figure, in both directions."""
    judged = [interpretation for interpretation in interpretations if interpretation.rank == 0]
    found = [tipping_points_table(judged, evaluations, assumptions.tipping_points.reach)]
    published = judged_days(article, assumptions).published
    for view, known in views[1:]:
        if view.as_of == published and view.name == "best_known":
            found.append(tipping_points_of_references(judged, known, records(references)))
    joined = pd.concat([each for each in found if len(each)] or found[:1], ignore_index=True)
    return joined.sort_values(["claim_id", "evidence_view", "figure_id", "direction"], ignore_index=True)


@step(group="verdicts")
def substitutions(
    references: Frame[ReferenceValues],
    interpretations: list[Interpretation],
    evaluations: Evaluations,
    article: Article,
) -> Frame[Substitutions]:
    """Replace single figures of each claim's first interpretation by a reference between content and publication."""
    return substitutions_table(references, interpretations, evaluations, article)


@step(group="verdicts")
def verdicts(
    claims: list[DeclaredClaim],
    interpretation_verdicts: Frame[analysis.InterpretationVerdicts],
    tipping_points: Frame[analysis.TippingPoints],
    metrics: Frame[analysis.Metrics],
    views: Views,
) -> Frame[analysis.Verdicts]:
    """Judge each claim."""
    return verdicts_table(claims, interpretation_verdicts, tipping_points, metrics, [view for view, _ in views])


@step(group="verdicts")
def figure_outcomes(
    figures: Frame[Figures],
    references: Frame[ReferenceValues],
    metrics: Frame[analysis.Metrics],
    claims: list[DeclaredClaim],
    interpretations: list[Interpretation],
    article: Article,
    sources: Sources,
    assumptions: Assumptions,
    tables: PrintedTables,
    accepted: Accepted,
    hazards: Frame[Hazards],
    drift: Drift | None = None,
) -> Frame[FigureOutcomes]:
    """Say of each printed figure whether it is right, wrong, outdated, premature or unchecked, or what decides it."""
    evidence = dict(zip(metrics["metric_id"], metrics["evidence"], strict=True))
    read = {
        (name, interpretation.claim_id)
        for interpretation in interpretations
        for name in evidence.get(interpretation.metric_id, [])
    }
    read |= {(name, claim.id) for claim in claims for name in claim.states_figures}
    readers = Counter(name for name, _ in read)
    days = judged_days(article, assumptions)
    rules = FigureRules(days.written, days.published, assumptions, sources.publishers, hazards=KnownHazards(hazards))
    contradicted = contradictions(figures, tables)
    if contradicted:
        involved = {cell for name, each in contradicted.items() for cell in (name, *each.others)}
        cells = records(figures[figures["figure_id"].isin(involved)])
        better, cleared = by_references(cells, of_same_quantities(references, involved), rules)
        contradicted = with_culprits(unexplained(contradicted, figures, tables, better), cleared)
    reasons = {name: entry.why for name, entry in accepted.entries.items()}
    together = accepted_cells(contradicted, reasons)
    rules = replace(rules, contradictions=contradicted, accepted=accepted.entries, accepted_together=together)
    rules = replace(rules, drifted=drift.figures) if drift else rules
    return figure_outcomes_table(figures, references, readers, rules)


@dataclass(frozen=True)
class Deciding:
    """The rules of outcomes, with the tables that they are applied to."""

    decider: Decider
    tables: OutcomeInputs
    days: JudgedDays


@step(group="evidence_views", by_key=True)
def deciding(
    claims: list[DeclaredClaim],
    interpretations: list[Interpretation],
    evaluations: Evaluations,
    figures: Frame[Figures],
    references: Frame[ReferenceValues],
    figure_outcomes: Frame[FigureOutcomes],
    metrics: Frame[analysis.Metrics],
    interpretation_verdicts: Frame[analysis.InterpretationVerdicts],
    views: Views,
    sensitivity: Frame[analysis.Sensitivity],
    article: Article,
    sources: Sources,
    printed: PrintedTables,
    assumptions: Assumptions,
    converted: ConvertedBases,
) -> Deciding:
    """Collect what the outcomes of claims follow from."""
    fair = [interpretation for interpretation in interpretations if interpretation.strictness == "fair"]
    flipping = tipping_points_table(fair, evaluations, FLIPS_WITHIN, refined=False)
    days = judged_days(article, assumptions)
    by_id = {row["figure_id"]: row for row in records(figures)}
    crossed = _crossings(fair, claims, views, days, figures, assumptions)
    tables = OutcomeInputs(
        figures, references, figure_outcomes, metrics, interpretation_verdicts, flipping, sensitivity, crossed,
        {claim.id: stated_figures(claim, by_id) for claim in claims},
        {name: metric.vintages for name, metric in evaluations.metrics.items() if metric.on},
    )  # fmt: skip

    @cache
    def rows_about(names: frozenset[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the figures of these names and their references: a claim is judged on many days by the same ones."""
        return figures[figures["figure_id"].isin(names)], references[references["figure_id"].isin(names)]

    def status_on(some: Sequence[Interpretation], day: dt.date) -> str:
        read: set[str] = set()
        for interpretation in some:
            for metric in metric_names(interpretation):
                read.update(evaluations.reads(metric))
        mine, theirs = rows_about(frozenset(read))
        view = best_known(mine, theirs, day, days.written, sources.publishers, printed.ends, converted)
        known = evaluations.on_day(day, view.figures)
        judged = verdicts_under(view, some, evaluations, known, assumptions.verdicts)
        return status_at(row["status"] for row in judged)

    return Deciding(Decider(interpretations, tables, days, status_on, assumptions), tables, days)


@step(group="verdicts")
def changed_outcomes(
    claims: list[DeclaredClaim],
    interpretations: list[Interpretation],
    evaluations: Evaluations,
    deciding: Deciding,
    assumptions: Assumptions,
) -> Frame[ChangedOutcomes]:
    """Decide figures and claims again under each changed assumption."""
    under = partial(flipping_under, interpretations, evaluations)
    return changed_outcomes_table(claims, deciding.decider, deciding.tables, deciding.days, assumptions, under)


@step(group="verdicts")
def outcomes(
    claims: list[DeclaredClaim],
    deciding: Deciding,
    changed: Frame[ChangedOutcomes],
    predictions: Predictions,
    resolutions: Frame[Resolutions],
    forecasts: Frame[Forecasts],
    accepted: Accepted,
    drift: Drift | None = None,
) -> Frame[Outcomes]:
    """Give each statement its outcome."""
    drifted = drift.claims if drift else {}
    decided = outcomes_table(claims, deciding.decider, sensitive_to(changed), accepted.entries, drifted)
    predicted = predictions_outcomes(predictions.predictions, resolutions, forecasts)
    return pd.concat([decided, predicted], ignore_index=True)


def _crossings(
    fair: Sequence[Interpretation],
    claims: Sequence[DeclaredClaim],
    views: Views,
    days: JudgedDays,
    figures: pd.DataFrame,
    assumptions: Assumptions,
) -> dict[str, list[Crossing]]:
    """Return where single figures flip fair interpretations in the views that can decide an outcome."""
    of_print = {claim.id for claim in claims if claim.kind in ABOUT_PRINTED}
    named = {"as_printed": views[0]}
    for view, evaluated in views[1:]:
        for when in ("written", "published"):
            if view.as_of == getattr(days, when):
                named[when] = view, evaluated
    found = {}
    for when, (view, evaluated) in named.items():
        about = [each for each in fair if (each.claim_id in of_print) == (when == "as_printed")]
        replaced = set() if when == "as_printed" else replaced_figures(figures, view)
        found[when] = crossings(about, evaluated, assumptions.tipping_points.reach, replaced)
    return found


@dataclass(frozen=True)
class CardInputs(Bundle):
    """What cards show beside verdicts and outcomes."""

    claims: list[DeclaredClaim]
    interpretations: list[Interpretation]
    views: Views
    figures: Frame[Figures]
    references: Frame[ReferenceValues]
    article: Article
    assumptions: Assumptions
    sources: Sources
    wording: Labels
    rows: Frame[EvidenceRows] | None = None
    quotes: Frame[TextQuotes] | None = None


@step(group="verdicts")
def claim_cards(
    _shown: CardInputs,
    verdicts: Frame[InterpretationVerdicts],
    outcomes: Frame[Outcomes],
    figure_outcomes: Frame[FigureOutcomes],
    hazards: Frame[Hazards],
) -> Frame[ClaimCards]:
    """Make the card of each claim, on its own day and data, which every surface prints."""
    by_id = {row["figure_id"]: row for row in records(_shown.figures)}
    rows = records(_shown.rows) if _shown.rows is not None else []
    quotes = records(_shown.quotes) if _shown.quotes is not None else []
    said = [*(claim.statement for claim in _shown.claims), *(each.means for each in _shown.interpretations)]
    named = NamedRows(
        evidence={row["evidence_row_id"]: row for row in rows},
        figures=by_id,
        sources=_shown.sources.publishers,
        publishers={name: source.publisher for name, source in _shown.sources.sources.items()},
        licences={name: source.licence for name, source in _shown.sources.sources.items()},
        names=names_in([row["label"] for row in by_id.values()], said),
        labels=_shown.wording,
    )
    claimed = [row for row in records(outcomes) if row["statement_kind"] != "prediction"]
    judged = CardsJudged(
        interpretations={(each.claim_id, each.rank): each for each in _shown.interpretations},
        views=_shown.views,
        verdicts=by_verdict_key(records(verdicts)),
        outcomes={row["statement_id"]: row for row in claimed},
        figure_outcomes={row["figure_id"]: row for row in records(figure_outcomes)},
        named=named,
        references=records(_shown.references),
        days=judged_days(_shown.article, _shown.assumptions),
        places={row["quote_id"].removeprefix("claims/"): row["locator"] or "" for row in quotes},
        stated={claim.id: stated_figures(claim, by_id) for claim in _shown.claims},
        shares=_shown.assumptions.verdicts,
        hazards=KnownHazards(hazards),
        fixed=_shown.assumptions.reconciliation.fixed,
    )
    return claim_cards_table(_shown.claims, judged)


@step(group="metrics")
def metrics(views: Views) -> Frame[analysis.Metrics]:
    """Return the summary of each metric under each evidence view, as rows of `schemas.analysis.Metrics`."""
    return metrics_table(views)


@step(group="verdicts")
def sensitivity(
    interpretations: list[Interpretation],
    views: Views,
    references: Frame[ReferenceValues],
    verdicts: Frame[InterpretationVerdicts],
    assumed: Assumptions,
) -> Frame[Sensitivity]:
    """Try each change of an assumption on each fair interpretation that it reaches."""
    return sensitivity_table(interpretations, views, references, verdicts, assumed)


@step(group="verdicts")
def value_of_information(
    interpretations: list[Interpretation], views: Views, verdicts: Frame[InterpretationVerdicts], assumed: Assumptions
) -> Frame[ValueOfInformation]:
    """Estimate how far knowing one figure would decide each contested fair interpretation."""
    return value_of_information_table(interpretations, views, verdicts, assumed)


@step(group="verdicts")
def multiverse(
    interpretations: list[Interpretation],
    views: Views,
    verdicts: Frame[InterpretationVerdicts],
    sensitivity: Frame[Sensitivity],
    value_of_information: Frame[ValueOfInformation],
    outcomes: Frame[Outcomes],
    assumed: Assumptions,
) -> Frame[Multiverse]:
    """Summarise all paths through each claim's choices, as rows of `schemas.analysis.Multiverse`, sorted by claim."""
    return multiverse_table(interpretations, views, verdicts, sensitivity, value_of_information, outcomes, assumed)


@step(group="forecasts")
def resolutions(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[Resolutions]:
    """Resolve every question of a current version on the as-of date, as rows of `Resolutions`."""
    return resolutions_table(predictions, assumptions, events, observations)


@step(group="forecasts")
def forecasts(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[Forecasts]:
    """Forecast every question on the as-of date, as rows of `Forecasts`."""
    return forecasts_table(predictions, assumptions, events, observations)


@step(group="forecasts")
def forecast_history(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[ForecastHistory]:
    """Forecast every question on every month-end since the clock's start, as rows of `ForecastHistory`."""
    return forecast_history_table(predictions, assumptions, events, observations)


@step(group="forecasts")
def scores(
    predictions: Predictions,
    assumptions: Assumptions,
    forecast_history: Frame[ForecastHistory],
    resolutions: Frame[Resolutions],
) -> Frame[Scores]:
    """Score every series with at least one forecast whose outcome is known, as rows of `Scores`."""
    return scores_table(predictions, assumptions, forecast_history, resolutions)


@step(group="forecasts")
def skill(predictions: Predictions, scores: Frame[Scores]) -> Frame[Skill]:
    """Compare the forecasts with each simple rule over all predictions, as rows of `Skill`; none without scores."""
    return skill_table(predictions, scores)
