"""Sensitivity against a rebuild: each assumption is changed, all is judged anew, and the two must agree.

The dossier has one claim for each assumption to decide, and figures by which the uncertainty of the others is fitted.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
import pytest

from tests.unit.assumed import assumed
from tests.unit.evidence_rows import DAY, figures, printed, reference, references
from tests.unit.read_scenarios import figure, metric
from tidebook.pipelines.evaluate.calibration import as_assumed, comparisons_of, fitted_figures
from tidebook.pipelines.evaluate.evaluations import Evaluations, metrics_table
from tidebook.pipelines.evaluate.evidence_views import evidence_views
from tidebook.pipelines.evaluate.frame import Scenarios
from tidebook.pipelines.evaluate.reconciliation import paired_figures
from tidebook.pipelines.judge.changed_outcomes import changed_outcomes_table, sensitive_to
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.figure_outcomes import FigureRules, figure_outcomes_table
from tidebook.pipelines.judge.interpretations import Interpretation, parse_condition
from tidebook.pipelines.judge.judged_days import JudgedDays
from tidebook.pipelines.judge.outcomes import Decider, OutcomeInputs, outcomes_table
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.judge.sensitivity import flipping_under, sensitivity_table
from tidebook.pipelines.judge.tipping_points import FLIPS_WITHIN, tipping_points_table
from tidebook.pipelines.judge.varied import changes_of
from tidebook.pipelines.judge.verdicts import interpretation_verdicts_table
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.schemas.base import records, table_of
from tidebook.schemas.figures import Figures
from tidebook.schemas.reference import ReferenceValues

DRAWS = 2000
PUBLISHED = dt.date(2025, 6, 1)
GIVEN = assumed(
    draws=f"{{ count = {DRAWS}, seed = 7 }}",
    estimate_spread="{ default = 1.05, FLOP = 1.05 }",
    dates="{ estimate_days = 2 }",
    cutoffs="{ bulk = 3.0, many = 5.0 }",
    exact_bases="['list']",
    reconciliation="{ fixed = ['round'] }",
    correlated="[{ name = 'hand', figures = ['share/*/part'], correlation = 0.5, why = 'one hand' }]",
)
DAYS = JudgedDays(DAY, PUBLISHED, PUBLISHED)

PRINTED = [
    # Five costs, which are of a kind: errors of log 2, 0, -log 2, log 2 and log 4.
    *(printed(f"runs/{name}/cost", text) for name, text in zip("abcde", ["~$10M"] * 3 + ["$10M+"] * 2, strict=True)),
    # Three that are mistakes by rule, unless 29 is near 25: 25 is right on another basis, 29 on their own.
    *(printed(f"runs/{name}/cost", "~$25M", basis="cloud rental") for name in ("f", "x", "y")),
    # One that matches a value without a basis, as long as `+` hides a factor of 1.45.
    printed("runs/g/cost", "$20M+"),
    printed("runs/h/cost", "up to $8M"),
    # Of this kind no error is known: it takes those of all others.
    *(printed(f"share/{name}/part", text) for name, text in (("us", "$35B+"), ("eu", "$20B+"))),
    *(printed(f"runs/{name}/price", "$4M") for name in ("other", "cap", "base", "near")),
    *(printed(f"runs/{name}/price", text, basis="list") for name, text in (("sure", "$4.0M"), ("about", "~$4M"))),
    printed("runs/first/round", "$4M"),
    printed("runs/b/compute", "1e25", "FLOP"),
    printed("runs/a/day", "2024-02-01", "date"),
    printed("runs/b/day", "2024-03-15", "date"),
]
KNOWN = [
    *(
        reference(f"runs/{name}/cost", text)
        for name, text in zip("abcde", ["$20M", "$10M", "$5M", "$20M", "$40M"], strict=True)
    ),
    *(reference(f"runs/{name}/cost", "$29M", basis="cloud rental") for name in ("f", "x", "y")),
    *(reference(f"runs/{name}/cost", "$25M", basis="amortised") for name in ("f", "x", "y")),
    reference("runs/g/cost", "$29M", basis="audited"),
    # A later round is another one, unless rounds are taken to grow.
    reference("runs/first/round", "$4M"),
    reference("runs/first/round", "$6M", as_of="2025-03-01"),
    reference("runs/sure/price", "$4.0M", basis="list"),
    # The estimates and open ends of references are drawn as assumed.
    reference("runs/cap/price", "up to $4M"),
    reference("runs/base/price", "$4M+"),
    reference("runs/near/price", "~$4M"),
    reference("runs/b/compute", "~1e25", "FLOP"),
    reference("runs/a/day", "~2024-02-01", "date"),
]


def over(first: str, second: str) -> Any:
    def ratio(scenarios: Scenarios) -> Any:
        return figure(scenarios, first) / figure(scenarios, second)

    return ratio


def apart(scenarios: Scenarios) -> Any:
    return figure(scenarios, "runs/b/day") - figure(scenarios, "runs/a/day")


def alone(figure_id: str, unit: float) -> Any:
    return lambda scenarios: figure(scenarios, figure_id) / unit


METRICS = {
    "floor": metric("floor", alone("runs/e/cost", 1e6), unit="ratio"),
    "open": metric("open", alone("runs/g/cost", 1e6), unit="ratio"),
    "ceiling": metric("ceiling", alone("runs/h/cost", 1e6), unit="ratio"),
    "compute": metric("compute", alone("runs/b/compute", 1e25), unit="ratio"),
    "part": metric("part", alone("share/us/part", 1e9), unit="ratio"),
    "parts": metric("parts", over("share/us/part", "share/eu/part"), unit="ratio"),
    "later": metric("later", apart, unit="number"),
    "cap": metric("cap", alone("runs/cap/price", 1e6), unit="ratio"),
    "base": metric("base", alone("runs/base/price", 1e6), unit="ratio"),
    "near": metric("near", alone("runs/near/price", 1e6), unit="ratio"),
    "sure": metric("sure", alone("runs/sure/price", 1e6), unit="ratio"),
    "about": metric("about", alone("runs/about/price", 1e6), unit="ratio"),
    "price": metric("price", alone("runs/other/price", 1e6), unit="ratio"),
}

CLAIMS: dict[str, tuple[str, ...]] = {
    "floor": ("floor below 63", "floor above 60", "floor below 500"),
    "part": ("part below 120",),
    "parts": ("parts below 5.4",),
    "compute": ("compute above 0.96",),
    "later": ("later above 41.3",),
    "cap": ("cap above 2.6",),
    "base": ("base below 6.5",),
    "near": ("near above 3.85",),
    "sure": ("sure above 4.02",),
    "about": ("about above 3.9",),
    "price": ("price above bulk", "price below many"),
}
"""Claims with one fair interpretation each, by metric."""


class Judged(NamedTuple):
    """What a build finds."""

    verdicts: pd.DataFrame
    sensitivity: pd.DataFrame
    outcomes: pd.DataFrame
    figures: pd.DataFrame


def interpretations(given: Assumptions, times: float = 1.0) -> list[Interpretation]:
    """Return the interpretations, with the numbers of their predicates so many times as large."""
    found = []
    for name, texts in CLAIMS.items():
        for number, text in enumerate(texts):
            scaled = re.sub(r"[\d.]+$", lambda found: f"{float(found[0]) * times!r}", text)
            condition = parse_condition(scaled, given.cutoffs)
            requires = parse_condition("price above many", given.cutoffs) if text == "floor below 500" else None
            found.append(
                Interpretation(
                    f"{name}_{number}", 0, text, condition.metric_id,
                    parse_predicate(condition.stated.partition(" ")[2], given.cutoffs),
                    condition.stated.partition(" ")[2], 1, requires,
                )
            )  # fmt: skip
    return found


def claims() -> list[DeclaredClaim]:
    found = []
    for name, texts in CLAIMS.items():
        found += [DeclaredClaim(id=f"{name}_{number}", statement="s") for number in range(len(texts))]
    stated = DeclaredClaim(id="stated", statement="s", states_figures=["runs/g/cost", "runs/derived/price"])
    return [*found, stated, DeclaredClaim(id="round", statement="s", states_figures=["runs/first/round"])]


def exact(rows: Sequence[dict[str, Any]], given: Assumptions) -> list[dict[str, Any]]:
    """Return rows of which those on an exact basis do not vary."""
    found = []
    for row in rows:
        held = {"distribution": "none", "drawn_low": row["value"], "drawn_high": row["value"]}
        found.append({**row, **held} if row["basis"] in given.exact_bases else row)
    return found


def build(given: Assumptions, *, times: float = 1.0, is_tried: bool = False) -> Judged:
    """Judge the dossier from its texts on, under these assumptions; with their sensitivity if it `is_tried`."""
    own = table_of(Figures, as_assumed(records(figures(*exact(PRINTED, given))), given))
    known = table_of(ReferenceValues, as_assumed(records(references(*exact(KNOWN, given))), given))
    fitted = fitted_figures(own, known, DAY, given)
    base = Evaluations(fitted, given, METRICS)
    views = [(view, base.on_figures(view.figures)) for view in evidence_views(fitted, known, DAYS.days)]
    read = interpretations(given, times)
    verdicts = interpretation_verdicts_table(read, views, given.verdicts)
    tried = sensitivity_table(read if is_tried else [], views, known, verdicts, given)
    of_figures = figure_outcomes_table(fitted, known, {}, FigureRules(DAY, PUBLISHED, given))
    flipping = tipping_points_table(read, base, FLIPS_WITHIN, refined=False)
    inputs = OutcomeInputs(fitted, known, of_figures, metrics_table(views), verdicts, flipping, tried)
    under = functools.partial(flipping_under, read, base)
    decider = Decider(read, inputs, DAYS, lambda *_: "contradicted", given)
    changed = changed_outcomes_table(claims(), decider, inputs, DAYS, given, under)
    outcomes = outcomes_table(claims(), decider, sensitive_to(changed))
    return Judged(verdicts, tried, outcomes, fitted)


@functools.cache
def base() -> Judged:
    return build(GIVEN, is_tried=True)


@functools.cache
def changed_to(name: str, value: str) -> Assumptions:
    (change,) = (change for change in changes_of(GIVEN) if (change.name, change.value) == (name, value))
    return change.assumptions


@functools.cache
def rebuilt(name: str, value: str) -> Judged:
    times = {("cutoff", "smaller"): 0.5, ("cutoff", "larger"): 2.0}
    return build(changed_to(name, value), times=times.get((name, value), 1.0))


def by_verdict_key(judged: Judged) -> Mapping[tuple[Any, ...], Mapping[str, Any]]:
    names = ("claim_id", "rank", "evidence_view", "as_of")
    return {tuple(row[name] for name in names): row for row in records(judged.verdicts)}


CHANGES = [(change.name, change.value) for change in changes_of(GIVEN)]


@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_each_verdict_under_a_change_is_that_of_a_rebuild(name: str, value: str) -> None:
    found = base().sensitivity
    tried = {}
    for row in records(found[found["assumption"] == name]):
        if not is_of(row, value):
            continue
        tried[row["claim_id"], row["rank"], row["evidence_view"], row["as_of"]] = row
    before = by_verdict_key(base())
    for key, row in by_verdict_key(rebuilt(name, value)).items():
        was, share = before[key], row["probability"]
        known = tried.get(key)
        if known is None:
            assert row["status"] == was["status"] and (share == was["probability"] or math.isnan(share)), key
            continue
        error = 0.0 if math.isnan(share) else math.sqrt(share * (1 - share) / DRAWS)
        assert math.isnan(share) or known["changed_probability"] == pytest.approx(share, abs=4 * error + 1e-9), key
        assert known["changed_status"] == row["status"] or is_near(name, value, share), (key, share)


def is_of(row: Mapping[str, Any], value: str) -> bool:
    """Whether a row is of a change; a cut-off that a claim writes is shown with its own number."""
    if row["assumption"] != "cutoff":
        return bool(row["value"] == value)
    written, changed = (float(row[name].split()[1]) for name in ("written", "value"))
    return (changed < written) == (value == "smaller")


def is_near(name: str, value: str, share: float) -> bool:
    """Whether the bounds of statuses under a change are within the Monte Carlo error of a share."""
    bounds = changed_to(name, value).verdicts
    return any(
        abs(share - bound) <= 3 * math.sqrt(bound * (1 - bound) / DRAWS)
        for bound in (bounds.supported_from, bounds.contradicted_to)
    )


@pytest.mark.parametrize("name", sorted({name for name, _ in CHANGES}))
def test_an_outcome_is_sensitive_to_what_changes_it_in_a_rebuild(name: str) -> None:
    ours = base().outcomes.set_index("statement_id")
    changed, unsure = set(), set()
    for other, value in CHANGES:
        if other == name:
            theirs = rebuilt(name, value)
            outcomes = theirs.outcomes.set_index("statement_id")["outcome"]
            changed |= set(outcomes.index[outcomes != ours["outcome"]])
            unsure |= {
                key[0] for key, row in by_verdict_key(theirs).items() if is_near(name, value, row["probability"])
            }
    sensitive = {claim_id for claim_id, names in ours["sensitive_to"].items() if name in names}
    assert sensitive - unsure == changed - unsure


def test_every_assumption_decides_something_here() -> None:
    """Else the two tests above would compare nothing with nothing."""
    flips = base().sensitivity
    by_verdicts = set(flips[flips["flips"]]["assumption"])
    by_outcomes = {name for names in base().outcomes["sensitive_to"] for name in names}
    assert by_verdicts | by_outcomes == {name for name, _ in CHANGES}


@pytest.mark.parametrize(
    ("name", "figure_id", "before", "after"),
    [
        ("reconciliation.near", "runs/f/cost", "differs", "wrong basis"),
        ("open_ended.at_least_hides", "runs/g/cost", "unstated basis", "not comparable"),
    ],
)
def test_an_assumption_decides_which_cases_are_mistakes(name: str, figure_id: str, before: str, after: str) -> None:
    """And with it the fit of all others, which the tests above compare."""
    found = set()
    for given in (GIVEN, *(change.assumptions for change in changes_of(GIVEN) if change.name == name)):
        own, known = records(figures(*PRINTED)), records(references(*KNOWN))
        found.add(comparisons_of(paired_figures(own, known), DAY, given)[figure_id])
    assert found == {before, after}
