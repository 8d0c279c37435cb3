"""Verdicts on each interpretation of each claim, over the draws, and on each claim, which is that on its first
interpretation.

Belongs here: from the values of a metric to a status and its reason. Does not: what a predicate means (`predicates`),
tipping points of single figures (`tipping_points`), or how a verdict looks (the report).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import replace
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tidebook.pipelines.evaluate.concentration import flat_value
from tidebook.pipelines.evaluate.evaluations import Dependencies, Evaluations, Views
from tidebook.pipelines.evaluate.evidence_values import NO_VALUE_OF, gap_words
from tidebook.pipelines.evaluate.evidence_views import EvidenceView, OneBasis, replaced_figures
from tidebook.pipelines.evaluate.frame import FloatArray
from tidebook.pipelines.evaluate.print_range import PrintRange
from tidebook.pipelines.evaluate.statistics import quantiles
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.interpretations import Condition, Interpretation
from tidebook.pipelines.judge.judged_days import status
from tidebook.pipelines.judge.missing_rows import verdict_over_ends
from tidebook.pipelines.judge.nearest import nearest_tipping_points
from tidebook.pipelines.judge.outcome_words import (
    DECIDES_NOTHING,
    EQUAL_AS_PRINTED,
    IN_POINTS,
    ON_ANOTHER_BASIS,
    ON_ONE_BASIS,
    THANKS_TO_ROUNDING,
    failed_part_words,
    flat_words,
    is_truth,
    with_but,
)
from tidebook.pipelines.judge.predicates import WITHOUT_UNIT, Predicate
from tidebook.pipelines.judge.void_tests import could_not_fail, void_before_judging
from tidebook.pipelines.read.declarations import VerdictShares
from tidebook.pipelines.read.formatting import format_count, format_value, listed
from tidebook.pipelines.read.grouping import grouped
from tidebook.schemas.analysis import InterpretationVerdicts, Verdicts
from tidebook.schemas.base import records, table_of
from tidebook.schemas.units import percent
from tidebook.schemas.vocabulary import ABOUT_PRINTED

NO_VALUE = "a figure that it needs has no value"


def interpretation_verdicts_table(
    interpretations: Sequence[Interpretation], views: Views, shares: VerdictShares
) -> pd.DataFrame:
    """Judge every interpretation under every evidence view.

    Args:
        interpretations: the interpretations; those about the printed figures are judged in the printed view alone.
        views: the evidence views, the printed one first.
        shares: the shares of the draws that bound the statuses.

    Returns:
        Rows of `schemas.analysis.InterpretationVerdicts`, in the order of evidence views, then of interpretations.
    """
    printed = views[0][1]
    rows = []
    for view, known in views:
        own = [each for each in interpretations if known is printed or not each.about_printed]
        for row in verdicts_under(view, own, printed, known, shares):
            rows.append(row | {"evidence_view": view.name, "as_of": view.as_of})
    return table_of(InterpretationVerdicts, rows)


def verdicts_under(
    view: EvidenceView,
    interpretations: Sequence[Interpretation],
    printed: Evaluations,
    known: Evaluations,
    shares: VerdictShares,
) -> Collection[dict[str, Any]]:
    """Judge each interpretation under one evidence view, those about the printed figures on what is printed.

    One whose status is another with another value of a disputed figure is contested: each dispute is tried by itself.
    """
    verdicts = list(_verdicts(view, interpretations, printed, known, shares))
    for figure_id, dispute in view.disputes.items():
        reading = []
        for place, interpretation in enumerate(interpretations):
            if not interpretation.about_printed and _reads(interpretation, known, figure_id):
                reading.append(place)
        own = [interpretations[place] for place in reading]
        tried = _statuses_by_others(view, figure_id, own, printed, known, shares)
        for place, statuses in zip(reading, tried, strict=True):
            row = verdicts[place]
            if statuses - {row["status"]}:
                reason = with_but(row["reason"], dispute.words)
                verdicts[place] = {**row, "status": "contested", "reason": reason}
    return verdicts


def _statuses_by_others(
    view: EvidenceView,
    figure_id: str,
    interpretations: Sequence[Interpretation],
    printed: Evaluations,
    known: Evaluations,
    shares: VerdictShares,
) -> list[set[str]]:
    """Return the statuses of interpretations by the other values of a disputed figure, which all of them read."""
    statuses: list[set[str]] = [set() for _ in interpretations]
    for other in view.alternatives(figure_id) if interpretations else ():
        evaluations = known.on_figures(other.figures)
        tried = _verdicts(other, interpretations, printed, evaluations, shares)
        for found, row in zip(statuses, tried, strict=True):
            found.add(row["status"])
    return statuses


def _reads(interpretation: Interpretation, evaluations: Evaluations, figure_id: str) -> bool:
    names = (name for name in metric_names(interpretation) if name in evaluations.metrics)
    return any(figure_id in evaluations.reads(name) for name in names)


def _verdicts(
    view: EvidenceView,
    interpretations: Sequence[Interpretation],
    printed: Evaluations,
    known: Evaluations,
    shares: VerdictShares,
) -> Collection[dict[str, Any]]:
    """Judge each interpretation under one evidence view as it stands; cached by their dependencies."""
    evaluated = [printed if interpretation.about_printed else known for interpretation in interpretations]
    # Printed figures hold on any day: the validity of the values that replace them has no say.
    view_of_print = replace(view, known={})
    absent = set(view.figures.loc[view.figures["kind"] == "missing", "figure_id"])
    printed_figures = set(view.printed_figures)

    def verdict(place: int) -> dict[str, Any]:
        interpretation, evaluations = interpretations[place], evaluated[place]
        row = judge_under(view_of_print if interpretation.about_printed else view, interpretation, evaluations, shares)
        evaluation = evaluations.get(interpretation.metric_id)
        if evaluation and _lacks_values(row, evaluation):
            names = [name for name in evaluation["evidence"] if name in absent]
            row["reason"] += f"; missing: {listed(names, MOST_MISSING)}" if names else ""
        return row

    parts = {}
    for place, (interpretation, evaluations) in enumerate(zip(interpretations, evaluated, strict=True)):
        parts[place] = _dependencies(view, absent, printed_figures, interpretation, evaluations, shares)
    return printed.cached("verdict", parts, verdict).values()


MOST_MISSING = 5
"""Maximum missing figures that a reason names."""


def _lacks_values(row: Mapping[str, Any], evaluation: Mapping[str, Any]) -> bool:
    """Whether missing figures leave a metric without a value, or a verdict open."""
    is_open = row["status"] == "contested" and evaluation.get("draw_ends") is not None
    return is_open or row["reason"].startswith((NO_VALUE, NO_VALUE_OF))


def _dependencies(
    view: EvidenceView,
    absent: set[str],
    printed_figures: set[str],
    interpretation: Interpretation,
    evaluations: Evaluations,
    shares: VerdictShares,
) -> Dependencies:
    """Return all that a verdict depends on, except the code.

    `absent` are the figures without a value, `printed_figures` those that have the article's value in the view.
    """
    reads = evaluations.reads(interpretation.metric)
    held = [] if interpretation.about_printed else [view.known.get(name) for name in reads]
    # The day of the evidence view matters only if a value ends to hold before it.
    as_of = repr(view.as_of) if any(span and span.until for span in held) else ""
    seen = [
        sorted(absent.intersection(reads)),
        [view.years.get(name) for name in reads],
        [*sorted(printed_figures.intersection(reads)), repr(view.printed)],
        [*map(repr, held), as_of],
        view.known_on_bases(reads),
    ]
    return Dependencies(evaluations, metric_names(interpretation), [repr(interpretation), shares.model_dump(), seen])


def metric_names(interpretation: Interpretation) -> list[str]:
    """Return the names of the metrics that an interpretation is judged by: its own, then that of its condition."""
    names = [interpretation.metric, *(part.metric for part in interpretation.parts)]
    if interpretation.requires:
        names.append(interpretation.requires.metric_id.partition("/")[0])
    return names


def judge_under(
    view: EvidenceView, interpretation: Interpretation, evaluations: Evaluations, shares: VerdictShares
) -> dict[str, Any]:
    """Judge one interpretation under an evidence view: untestable if its figures share no time or a condition fails."""
    metric, evaluation = evaluations.metrics[interpretation.metric], evaluations.get(interpretation.metric_id)
    row = judge(interpretation, evaluation, metric.declared.unit, shares, evaluations, replaces(view, evaluation))
    if interpretation.parts:
        parts = [judge_under(view, part, evaluations, shares) for part in interpretation.parts]
        row |= _joined_by_print(row["status"], parts)
    if not evaluation or row["status"] == "untestable":
        return row
    why = view.of_several_times(evaluation["evidence"], metric.declared.one_year)
    if not why and not interpretation.parts:  # the conditions that it joins are each about their own figures
        why = view.of_several_bases(evaluation["evidence"], metric.declared.mixes)
        if why and (joined := view.on_one_basis(evaluation["evidence"])):
            row, why = _judged_on_one_basis(view, joined, interpretation, evaluations, shares), ""
        elif not why:
            row["reason"] += _other_basis_words(view, interpretation, evaluation["evidence"], row, evaluations, shares)
    if interpretation.requires and not why:
        why = failed_words(interpretation.requires, evaluations.get(interpretation.requires.metric_id))
    return row | untestable(why) if why else row


def _judged_on_one_basis(
    view: EvidenceView,
    joined: OneBasis,
    interpretation: Interpretation,
    evaluations: Evaluations,
    shares: VerdictShares,
) -> dict[str, Any]:
    """Judge an interpretation whose figures have several bases on the one on which evidence or a deflator has them."""
    known = evaluations.on_figures(joined.figures)
    evaluation, unit = known.get(interpretation.metric_id), known.metrics[interpretation.metric].declared.unit
    row = judge(interpretation, evaluation, unit, shares, known, is_replaced=True)
    return {**row, "reason": f"{row['reason']}; {ON_ONE_BASIS}{joined.words}"}


_DECIDED = ("supported", "contradicted")


def _other_basis_words(
    view: EvidenceView,
    interpretation: Interpretation,
    evidence: Collection[str],
    row: Mapping[str, Any],
    evaluations: Evaluations,
    shares: VerdictShares,
) -> str:
    """Say that a verdict is the opposite on another basis on which its figures are known; "" if it is on none."""
    if row["status"] not in _DECIDED:
        return ""
    for other in view.on_other_bases(evidence):
        known = evaluations.on_figures(other.figures)
        evaluation, unit = known.get(interpretation.metric_id), row["unit"]
        found = judge(interpretation, evaluation, unit, shares, known, is_replaced=True)
        if found["status"] in _DECIDED and found["status"] != row["status"]:
            holds = "holds" if found["status"] == "supported" else "does not hold"
            return f"; {ON_ANOTHER_BASIS}{other.words}, it {holds} ({format_value(found['value'], unit)})"
    return ""


def _joined_by_print(status: str, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the columns of a verdict on joined conditions that the verdicts on each of them decide.

    One that does not hold decides, and one that is open leaves the whole open unless it does not hold in any case.
    """
    of_status = grouped(parts, itemgetter("status"))
    if failed := of_status["contradicted"]:
        return {"status": "contradicted", "probability": 0.0, "reason": "; ".join(map(failed_part_words, failed))}
    if untested := of_status["untestable"]:
        return untestable(f"{untested[0]['interpretation']}: {untested[0]['reason']}")
    if status == "supported" and (undecided := of_status["contested"]):
        return {"status": "contested", "probability": np.nan, "reason": f"open: {_part_words(undecided)}"}
    return {"reason": _part_words(parts)} if status != "untestable" else {}


def _part_words(parts: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(f"{part['interpretation']}: {part['reason']}" for part in parts)


RangeOf = Callable[[str], PrintRange]
"""Returns the range of a metric over what the print of its figures allows, by metric id."""


def replaces(view: EvidenceView, evaluation: Mapping[str, Any] | None) -> bool:
    """Whether an evidence view has another value than the article's for a figure on which a metric depends."""
    return evaluation is not None and not view.known.keys().isdisjoint(evaluation["evidence"])


def judge(
    interpretation: Interpretation,
    evaluation: Mapping[str, Any] | None,
    unit: str,
    shares: VerdictShares,
    evaluations: Evaluations,
    is_replaced: bool = False,
) -> dict[str, Any]:
    """Judge one interpretation, given the evaluation of its metric; None if no row of the tables gives the metric.

    Exact and rounded figures are judged by their print. Where an estimate, an open bound or a sample is among them,
    draws decide thresholds, orders and ranks; that the value equals a printed number is arithmetic of the print, which
    print decides as long as no reference has replaced a figure.

    Args:
        interpretation: the interpretation.
        evaluation: the evaluation of its metric.
        unit: the unit of the metric.
        shares: the shares of the draws that bound the statuses.
        evaluations: gives what the print allows of a metric, and values that it could have had.
        is_replaced: whether a figure on which the value depends has another value than the article's.

    Returns:
        The columns of `schemas.analysis.InterpretationVerdicts`, without the evidence view.
    """
    predicate = interpretation.predicate
    row: dict[str, Any] = {
        "claim_id": interpretation.claim_id,
        "rank": interpretation.rank,
        "interpretation": interpretation.text,
        "metric_id": interpretation.metric_id,
        "predicate": interpretation.stated,
        "n": 0,
        "unit": unit,
        "drop_flips": [],
    }
    if evaluation is None:
        return row | untestable("this metric has no such row")
    if evaluation["missing"]:
        return row | untestable(f"no table has the figure {evaluation['missing']}")
    row["n"] = evaluation["n"]
    if why := _untested(interpretation, evaluation, evaluations):
        return row | untestable(why)
    row |= _tested(interpretation, evaluation, evaluations.print_range, shares, is_replaced)
    if why := _void_by_result(interpretation, evaluation, evaluations, row["status"]):
        return row | untestable(f"{DECIDES_NOTHING}{why}")
    if row["status"] == "untestable":
        return row
    # Before samples and trends are looked at: a missing row may decide against the value that leaves it out.
    row |= verdict_over_ends(predicate, evaluation, shares, row["reason"], None if is_truth(row) else unit)
    if row["status"] == "contested" and evaluation.get("gaps"):
        return row | untestable(f"{gap_words(evaluation['gaps'])}, and what is there does not decide it")
    row["drop_flips"] = _drop_tipping_points(predicate, evaluation["value"], evaluation)
    if row["status"] != "contested" and (why := _what_leaves_it_open(predicate, evaluation, row["drop_flips"])):
        row |= {"status": "contested", "reason": f"{row['reason']}, but {why}"}
    row["reason"] += flat_words(flat_value(evaluations.metrics[interpretation.metric], row["n"]), unit, row["n"])
    return row


def _untested(interpretation: Interpretation, evaluation: Mapping[str, Any], evaluations: Evaluations) -> str:
    """Return why no test is made of an interpretation, whatever its value; "" if one is."""
    if why := _no_value(evaluation) or _void_test(interpretation.predicate, evaluation):
        return why
    why = void_before_judging(interpretation, evaluation, evaluations)
    return f"{DECIDES_NOTHING}{why}" if why else ""


def _tested(
    interpretation: Interpretation,
    evaluation: Mapping[str, Any],
    range_of: RangeOf,
    shares: VerdictShares,
    is_replaced: bool,
) -> dict[str, Any]:
    """Judge a value by print, or by draws where an estimate, an open bound or a sample is read."""
    if evaluation["by_print"] or (not is_replaced and _is_arithmetic(interpretation, evaluation, range_of)):
        return _verdict_as_printed(interpretation, evaluation, range_of)
    return _verdict_on_estimates(interpretation, evaluation, range_of, shares)


def _void_by_result(
    interpretation: Interpretation, evaluation: Mapping[str, Any], evaluations: Evaluations, status: str
) -> str:
    """Return why a test decides nothing, given its result: a fall that is written as a rise, or what could not fail."""
    if status == "contradicted":
        return _other_sign(interpretation, evaluation, evaluations.print_range)
    return could_not_fail(interpretation, evaluations) if status == "supported" else ""


def _no_value(evaluation: Mapping[str, Any]) -> str:
    """Return why a metric has no value, "" if it has one."""
    if not np.isnan(evaluation["value"]):
        return ""
    return gap_words(evaluation.get("gaps", ())) or NO_VALUE


def _verdict_as_printed(
    interpretation: Interpretation, evaluation: Mapping[str, Any], range_of: RangeOf
) -> dict[str, Any]:
    """Judge a value by print, and over the days that it spans; what nothing prints is said to be by the evidence."""
    predicate, allowed = interpretation.predicate, range_of(interpretation.metric_id)
    row = _verdict_by_print(predicate, evaluation["value"], allowed, evaluation["n"], interpretation.least_n)
    if evaluation.get("periods") and row["status"] != "untestable":
        row |= _verdict_over_days(predicate, allowed)
    if not evaluation["evidence"] and evaluation.get("evidence_rows"):
        row["reason"] = row["reason"].replace(" as printed", " by the evidence")
    return row


def _what_leaves_it_open(predicate: Predicate, evaluation: Mapping[str, Any], drop_flips: Collection[str]) -> str:
    """Return why a value that print or draws decide is still open, "" if it is not.

    Print and draws hold measurement error only: a small sample, or the ends of a trend, may leave the claim open.
    """
    if not _same_over_interval(predicate, evaluation):
        ends = " to ".join(predicate.number(evaluation[end], digits=3) for end in ("ci_low", "ci_high"))
        return f"the 90% interval with n = {evaluation['n']} is {ends}"
    deciding = [name for name in evaluation.get("end_points", ()) if name in drop_flips]
    return f"without {' or '.join(deciding)}, at an end of the trend, it turns" if deciding else ""


def _void_test(predicate: Predicate, evaluation: Mapping[str, Any]) -> str:
    """Return why a test cannot decide a cut-off, "" if it can: on so few rows no p-value is as low as that."""
    floor = evaluation.get("floor", np.nan)
    beyond = [bound for bound in predicate.bounds if 0 < bound < floor]  # none where there is no test
    if not beyond:
        return ""
    n, cutoff = evaluation["n"], max(beyond)
    return (
        f"the test is void: on {n} rows no p-value is below {floor:.3g}, whatever they hold, and so none is {cutoff:g}"
    )


def _verdict_by_print(predicate: Predicate, value: float, allowed: PrintRange, n: int, least_n: int) -> dict[str, Any]:
    """Judge a value of exact and rounded figures alone.

    It is supported if it holds as printed or for some values that round to the print, contradicted if for none. A
    strict comparison of what is equal in print stays open: rounding may hide that one side is greater.
    """
    row: dict[str, Any] = {"value": value, "low": allowed.low, "high": allowed.high}
    if n < least_n:
        return row | untestable(_too_few(n, least_n))
    slack = _slack(predicate, value, allowed)
    words = predicate.words()
    if predicate.holds_as_printed(value, slack):
        return row | {"status": "supported", "probability": 1.0, "reason": f"{words} as printed"}
    is_open = not np.isnan(allowed.low) and allowed.low < allowed.high
    if not is_open or not predicate.holds_within(allowed.low, allowed.high, slack):
        return row | {"status": "contradicted", "probability": 0.0, "reason": f"not {words} as printed"}
    # A relative change that holds in points alone is that mistake, and no rounding.
    if predicate.holds_as_printed(allowed.points, slack):
        reason = f"not {words} as printed: {IN_POINTS}"
        return row | {"status": "contradicted", "probability": 0.0, "reason": reason}
    others = (other for other in (value, allowed.without_ties, *allowed.nearby) if not np.isnan(other))
    if any(predicate.relaxed.holds_as_printed(other, slack) for other in others):
        reason = f"{EQUAL_AS_PRINTED}, which leaves open whether it is {words}"
        return row | {"status": "contested", "probability": np.nan, "reason": reason}
    ends = " to ".join(map(predicate.number, allowed[:2]))
    reason = f"{words} {THANKS_TO_ROUNDING}: the print allows {ends}"
    # No probability: which of the values that round to the print is the true one is no matter of chance.
    return row | {"status": "supported", "probability": np.nan, "reason": reason}


def _verdict_over_days(predicate: Predicate, allowed: PrintRange) -> dict[str, Any]:
    """Judge a value that reads a date such as `March 2024`: no day of it is the printed one, so that all must agree."""
    if np.isnan(allowed.low):
        return {}
    every, some = predicate.within(allowed.low, allowed.high)
    words = f"over the days that the print leaves open: {' to '.join(map(predicate.number, allowed[:2]))}"
    if every or not some:
        status, negation = ("supported", "") if every else ("contradicted", "not ")
        return {"status": status, "probability": float(every), "reason": f"{negation}{predicate.words()} {words}"}
    reason = f"{predicate.words()} on some of the days, but {words.removeprefix('over ')}"
    return {"status": "contested", "probability": np.nan, "reason": reason}


def _slack(predicate: Predicate, value: float, allowed: PrintRange) -> float:
    """Return a distance from a bound that only errors of floats explain."""
    width = allowed.high - allowed.low
    size = max(abs(value), *map(abs, predicate.bounds))
    return max(FLOAT_ERROR * size, ROUNDING_SHARE * width if np.isfinite(width) else 0.0)


FLOAT_ERROR = 1e-9
"""Relative error that computing with floats may leave."""

ROUNDING_SHARE = 1e-6
"""The same as a share of what the rounding allows, for differences near zero."""


def _verdict_on_estimates(
    interpretation: Interpretation, evaluation: Mapping[str, Any], range_of: RangeOf, shares: VerdictShares
) -> dict[str, Any]:
    """Judge a value to which an estimate or an open bound contributes: by draws, which hold rounded figures at print.

    One that repeats the number of an open bound is not contradicted by them: the print allows it, though no draw is
    exactly that.
    """
    predicate, value, least_n = interpretation.predicate, evaluation["value"], interpretation.least_n
    row = verdict_on_draws(predicate, value, evaluation["draws"], evaluation["n"], least_n, shares, "draws")
    if row["status"] == "untestable":
        return row
    if row["status"] == "contradicted" and _holds_at_an_end(predicate, value, range_of(interpretation.metric_id)):
        reason = f"{row['reason']}, but also at the printed value, an end of what the print allows"
        return row | {"status": "contested", "reason": reason}
    if not row["low"] <= value <= row["high"]:
        side = "below" if value < row["low"] else "above"
        row["reason"] += f"; the printed value is {side} the middle 90% of them"
    return row


def _is_arithmetic(interpretation: Interpretation, evaluation: Mapping[str, Any], range_of: RangeOf) -> bool:
    """Whether a condition repeats a printed number, and no open bound leaves the value open to one side."""
    if not interpretation.equals_print:
        return False
    predicate = interpretation.predicate
    allowed = range_of(interpretation.metric_id)
    slack = _slack(predicate, evaluation["value"], allowed)
    if any(predicate.open_ends) and any(abs(bound - evaluation["value"]) <= slack for bound in predicate.bounds):
        return False  # `nearly 800` repeated: its number is the open end, and the draws are below
    if np.isnan(allowed.low):  # an estimate whose print states no range: only its number counts
        return predicate.holds_as_printed(evaluation["value"], slack)
    every, _ = predicate.within(allowed.low, allowed.high)
    return bool(every or (np.isfinite(allowed.low) and np.isfinite(allowed.high)))


def _other_sign(interpretation: Interpretation, evaluation: Mapping[str, Any], range_of: RangeOf) -> str:
    """Return how to write a fall whose expression gives its number with plus, "" if it is no such fall."""
    if not interpretation.says_fall or evaluation["value"] <= 0:
        return ""
    mirrored = interpretation.predicate.mirrored
    allowed = range_of(interpretation.metric_id)
    held = _verdict_by_print(mirrored, evaluation["value"], allowed, evaluation["n"], 0)
    if held["status"] != "supported":
        return ""
    value = mirrored.number(evaluation["value"])
    condition = f"{mirrored.form} {mirrored.said or ' '.join(map(repr, mirrored.bounds))}"
    change = "new - old" if WITHOUT_UNIT.match(interpretation.text) else "new / old - 1"
    return f'a fall is negative, and the value is {value}: write {change}, or predicate = "{condition}"'


def _holds_at_an_end(predicate: Predicate, value: float, allowed: PrintRange) -> bool:
    """Whether it holds of a printed value at which what the print allows begins or ends: `20+` may be 20."""
    return value in allowed[:2] and bool(predicate.holds(np.array(value)))


def _too_few(n: int, least_n: int) -> str:
    return f"{format_count(n, 'case')}, fewer than the minimum of {least_n}"


def _drop_tipping_points(predicate: Predicate, value: float, evaluation: Mapping[str, Any]) -> list[str]:
    """Return the subjects without which the value as printed changes the predicate."""
    holds = bool(predicate.holds(np.array(value)))
    flipped = predicate.flipped(evaluation["drop_values"], holds)
    return [name for name, flips in zip(evaluation["drop_subjects"], flipped, strict=True) if flips]


def verdict_on_draws(
    predicate: Predicate, value: float, draws: FloatArray, n: int, least_n: int, shares: VerdictShares, of: str
) -> dict[str, Any]:
    """Return the columns of a verdict on a value by its draws.

    `probability` is the share of all draws in which the predicate holds; it does not hold where a draw has no value.

    Args:
        predicate: the condition.
        value: the value as printed.
        draws: the values drawn, shape (draws,).
        n: the number of cases behind the value.
        least_n: the number below which the verdict is untestable.
        shares: the shares of the draws that bound the statuses.
        of: what the draws are, for the reason.
    """
    low, high = quantiles(draws)
    row: dict[str, Any] = {"value": value, "low": low, "high": high}
    if n < least_n:
        return row | untestable(_too_few(n, least_n))
    share = float(predicate.holds(draws).mean())
    reason = f"{predicate.words()} in {percent(share)} of {len(draws):,} {of}"
    return row | {"status": status(share, shares), "probability": share, "reason": reason}


def _same_over_interval(predicate: Predicate, evaluation: Mapping[str, Any]) -> bool:
    """Whether a predicate is constant over the statistic's confidence interval, or there is none."""
    low, high = evaluation["ci_low"], evaluation["ci_high"]
    if np.isnan(low) and np.isnan(high):
        return True
    every, some = predicate.within(low, high)
    return every or not some


def failed_words(condition: Condition, evaluation: Mapping[str, Any] | None) -> str:
    """Explain how a condition on a metric as printed fails; "" if it holds."""
    value = (evaluation or {}).get("value", np.nan)
    if condition.predicate.holds(np.array(value)):
        return ""
    value_words = "has no value" if np.isnan(value) else f"is {value:.3g}"
    return f"it requires {condition.metric_id} {condition.predicate.words()}, which {value_words}"


def untestable(reason: str) -> dict[str, Any]:
    """Return the columns of a verdict that cannot be given."""
    return {"status": "untestable", "probability": np.nan, "reason": reason, "drop_flips": []}


def verdicts_table(
    claims: Sequence[DeclaredClaim],
    judged: pd.DataFrame,
    tipping_points: pd.DataFrame,
    metrics: pd.DataFrame,
    views: Sequence[EvidenceView],
) -> pd.DataFrame:
    """Judge every claim under every evidence view.

    Args:
        claims: the declared claims.
        judged: verdicts on the interpretations, as of `interpretation_verdicts_table`.
        flips: tipping points of the interpretation that each claim is judged on.
        metrics: rows of the metrics, which give the method and the evidence.
        views: the evidence views, the printed one first.

    Returns:
        Rows of `schemas.analysis.Verdicts`, in the order of evidence views, then of claims.
    """
    of_metrics = {row["metric_id"]: row for row in records(metrics[["metric_id", "method", "evidence"]])}
    nearest = nearest_tipping_points(tipping_points[tipping_points["evidence_view"] == views[0].name])
    by_claim = grouped(records(judged), itemgetter("evidence_view", "as_of", "claim_id"))
    rows = []
    for view in views:
        replacements = _replacements(views[0], view)
        for claim in claims:
            row: dict[str, Any] = {**BLANK, "claim_id": claim.id, "evidence_view": view.name, "as_of": view.as_of}
            if claim.untestable or not claim.interpretations:
                row |= _untestable_columns(claim)
            else:
                seen = views[0] if claim.kind in ABOUT_PRINTED else view
                row |= verdict_of_interpretations(by_claim[seen.name, seen.as_of, claim.id])
                row |= {"evidence_view": view.name, "as_of": view.as_of}
                row |= of_metrics.get(row["metric_id"], {"method": "", "evidence": []})
                row |= _replacement_columns(claim, row, replacements)
                # Tipping points start from the printed scenario and say nothing about the others.
                figure_id, factor = nearest.get(claim.id, NO_FLIP) if view is views[0] else NO_FLIP
                row |= {"flip_figure_id": figure_id, "flip_factor": factor}
            rows.append(row)
    return table_of(Verdicts, rows)


NO_FLIP = "", np.nan
BLANK = {
    **dict.fromkeys(("interpretation", "metric_id", "predicate", "unit", "method", "flip_figure_id"), ""),
    "depends_on_interpretation": False,
}
"""Defaults for columns that do not apply to an untestable claim."""


def _untestable_columns(claim: DeclaredClaim) -> dict[str, Any]:
    why = claim.untestable or "it states only its figures, which are compared themselves"
    return {"n": 0, "replaced": [], "evidence": [], **untestable(why)}


class _Replacements(NamedTuple):
    """The figures that an evidence view replaces, with the days of their values; `no_event` are counts of events that
    are 0."""

    days: Mapping[str, dt.date]
    no_event: Set[str]


def _replacements(printed: EvidenceView, view: EvidenceView) -> _Replacements:
    figures = view.figures[view.figures["figure_id"].isin(replaced_figures(printed.figures, view))]
    no_event = figures.loc[(figures["unit"] == "event") & (figures["value"] == 0), "figure_id"]
    return _Replacements(dict(zip(figures["figure_id"], figures["as_of"], strict=True)), set(no_event))


def _replacement_columns(claim: DeclaredClaim, row: Mapping[str, Any], replacements: _Replacements) -> dict[str, Any]:
    """Return the replaced figures of a claim's evidence, and the reason with their number and days."""
    days: dict[str, dt.date] = {}
    if claim.kind not in ABOUT_PRINTED:
        for name in row["evidence"]:
            if name in replacements.days:
                days[name] = replacements.days[name]
    words = _replacement_words(days, replacements.no_event, len(row["evidence"]))
    return {"replaced": list(days), "reason": row["reason"] + words}


def verdict_of_interpretations(verdicts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the verdict on a claim: that on the first of its interpretations, and whether another one decides
    otherwise.

    Untestable interpretations decide nothing.
    """
    main = verdicts[0]
    statuses = {verdict["status"] for verdict in verdicts} - {"untestable"} | {main["status"]}
    return main | {"depends_on_interpretation": len(statuses) > 1}


def _replacement_words(dates: Mapping[str, dt.date], no_event: Set[str], figures: int) -> str:
    """Return how many of the figures an evidence view replaced, and from which days their values are, as the end of a
    reason.

    A count of events that is 0, one of `no_event`, has no day: the words say that none is on record.
    """
    days = sorted(day for name, day in dates.items() if name not in no_event)
    words = "; no event on record" if len(days) < len(dates) else ""
    if days:
        span = f"of {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
        words += f"; figures replaced: {len(days)} of {figures}, by values {span}"
    return words
