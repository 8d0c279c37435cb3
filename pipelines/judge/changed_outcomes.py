"""The outcomes that are another word if one assumption is changed: of figures, and of the statements made from them.

Belongs here: which outcomes each change reaches. Does not: which changes are tried (`varied`), what they do to
interpretations (`sensitivity`), or the rules of outcomes (`outcomes`, `figure_outcomes`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING

import pandas as pd

from tidebook.pipelines.evaluate.reconciliation import PairedFigure, paired_figures
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.figure_outcomes import FigureRules, figure_outcomes, of_same_quantities
from tidebook.pipelines.judge.judged_days import JudgedDays, by_verdict_key
from tidebook.pipelines.judge.varied import VariedAssumption, changes_of
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.outcomes import ChangedOutcomes
from tidebook.schemas.vocabulary import ABOUT_PRINTED

if TYPE_CHECKING:
    from tidebook.pipelines.judge.outcomes import Decider, OutcomeInputs

FlippingFigures = Callable[[VariedAssumption], Mapping[str, set[str]]]
"""Returns the figures that flip a fair interpretation within `tipping_points.FLIPS_WITHIN` under a changed
assumption, by claim; those claims alone of which a predicate is another."""


def changed_outcomes_table(
    claims: Sequence[DeclaredClaim],
    decider: Decider,
    tables: OutcomeInputs,
    judged_days: JudgedDays,
    assumed: Assumptions,
    flipping_under: FlippingFigures = lambda _: {},
) -> Frame[ChangedOutcomes]:
    """Return each outcome that is another under one changed assumption, as rows of `ChangedOutcomes`.

    A change reaches verdicts on interpretations, outcomes of figures and, by a cut-off, which figures flip an
    interpretation.

    Args:
        claims: the declared claims.
        decider: decides them under the assumptions as written.
        tables: the tables that outcomes follow from.
        judged_days: the days on which statements are judged.
        assumed: the assumptions as written.
        flipping_under: finds the figures that flip claims under other assumptions.
    """
    flipped = grouped(records(tables.sensitivity[tables.sensitivity["flips"]]), itemgetter("assumption"))
    paired = _checked_figures(claims, decider, tables)
    rules = FigureRules(judged_days.written, judged_days.published, assumed)
    as_written = {row["figure_id"]: row["outcome"] for row in figure_outcomes(paired, {}, rules)}
    rows = []
    for change in changes_of(assumed):
        about = {"assumption": change.name, "written": change.written, "value": change.value}
        verdicts = by_verdict_key(row for row in flipped[change.name] if decider.is_by(change, row))
        outcomes = _figures_under(change.assumptions, paired, rules, as_written)
        for name in sorted(decider.changed(outcomes)):
            row = outcomes[name]
            ids = {"statement_kind": "figure", "statement_id": name, "outcome": decider.outcome[name]["outcome"]}
            rows.append({**about, **ids, "changed_outcome": row["outcome"], "changed_severity": row["severity"]})
        flipping = flipping_under(change)
        other = decider.under(verdicts, outcomes, flipping)
        other.fixed = change.assumptions.reconciliation.fixed
        for claim in decider.reached(claims, verdicts, decider.changed(outcomes), flipping):
            before, after = decider.decide(claim), other.decide(claim)
            if after.outcome != before.outcome:
                kind = "consistency test" if claim.kind in ABOUT_PRINTED else "assertion"
                ids = {"statement_kind": kind, "statement_id": claim.id, "outcome": before.outcome}
                severity = other.severity(claim, after)
                rows.append({**about, **ids, "changed_outcome": after.outcome, "changed_severity": severity})
    return table_of(ChangedOutcomes, rows)


def sensitive_to(changed: pd.DataFrame) -> dict[str, list[str]]:
    """Return by claim the assumptions that change its outcome; those of which both other values do come first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in records(changed[changed["statement_kind"] != "figure"]):
        counts[row["statement_id"]][row["assumption"]] += 1
    return {claim_id: [name for name, _ in count.most_common()] for claim_id, count in counts.items()}


def _checked_figures(claims: Iterable[DeclaredClaim], decider: Decider, tables: OutcomeInputs) -> list[PairedFigure]:
    """Return the printed figures that a reference or a claim is about, beside their references."""
    about = set(tables.references["figure_id"])
    for claim in claims:
        about.update(decider.states(claim))
    figures = [decider.figures[name] for name in decider.outcome if name in about]
    return paired_figures(figures, of_same_quantities(tables.references, about))


def _figures_under(
    given: Assumptions, paired: Sequence[PairedFigure], rules: FigureRules, as_written: Mapping[str, str]
) -> dict[str, Row]:
    """Return the outcomes of printed figures that are another under other assumptions, by id.

    Assumptions set which values count as near, and how far references may be off. `as_written` are the outcomes under
    those as they are written.
    """
    assumed = rules.assumed
    judging = ("open_ended", "reconciliation", "confidence", "premises")
    if all(getattr(given, name) == getattr(assumed, name) for name in judging):
        return {}
    changed: dict[str, Row] = {}
    for row in figure_outcomes(paired, {}, replace(rules, assumed=given)):
        # Outcomes by what else the tables hold, such as a sum that does not add up, depend on no assumption.
        if row["outcome"] != as_written[row["figure_id"]]:
            changed[row["figure_id"]] = row
    return changed
