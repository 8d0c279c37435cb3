"""Sensitivity, multiverse and value of information: changes, turns, effects and decided parts by hand."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit.assumed import assumed
from tests.unit.evidence_rows import DAY, figures, printed, reference, references
from tests.unit.read_scenarios import figure, metric
from tests.validated import validated
from tidebook.pipelines.evaluate.calibration import as_assumed
from tidebook.pipelines.evaluate.estimates import Estimate
from tidebook.pipelines.evaluate.evaluations import Evaluations, metrics_table
from tidebook.pipelines.evaluate.evidence_views import evidence_views
from tidebook.pipelines.evaluate.frame import Scenarios
from tidebook.pipelines.judge.changed_outcomes import changed_outcomes_table, sensitive_to
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.figure_outcomes import FigureRules, figure_outcomes_table
from tidebook.pipelines.judge.interpretations import Interpretation
from tidebook.pipelines.judge.judged_days import JudgedDays
from tidebook.pipelines.judge.outcomes import Decider, OutcomeInputs, outcomes_table
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.judge.sensitivity import (
    decided_share,
    main_effect,
    multiverse_table,
    sensitivity_table,
    status_after,
    value_of_information_table,
)
from tidebook.pipelines.judge.varied import changes_of
from tidebook.pipelines.judge.verdicts import interpretation_verdicts_table
from tidebook.pipelines.read.declarations import Assumptions, VerdictShares
from tidebook.schemas.analysis import Multiverse, Sensitivity, TippingPoints, ValueOfInformation
from tidebook.schemas.base import column_types, records, table_of
from tidebook.schemas.figures import Figures
from tidebook.schemas.outcomes import Outcomes
from tidebook.schemas.reference import ReferenceValues

LATER = dt.date(2025, 6, 1)
SHARES = VerdictShares(supported_from=0.95, contradicted_to=0.05)


def terms(**changes: str) -> Assumptions:
    return assumed(**{"draws": "{ count = 2000, seed = 1 }", **changes})


# The changes.


def test_each_assumption_is_changed_by_itself_and_as_befits_it() -> None:
    given = terms(
        estimate_spread="{ default = 4.0, FLOP = 1.0 }",
        dates="{ estimate_days = 45 }",
        verdicts="{ supported_from = 0.95, contradicted_to = 0.05 }",
        cutoffs="{ bulk = 0.6 }",
        confidence="{ likely = { factor = 4.0, page = 'the method' } }",
        correlated="[{ name = 'hand', figures = ['a/*'], correlation = 0.5, why = 'one hand' }]",
    )
    found: dict[str, list[str]] = {}
    for change in changes_of(given):
        found.setdefault(change.name, []).append(change.value)
    assert found == {
        "estimate_spread.default": ["2", "16"],  # a factor: square root and square; of 1 there is no other
        "open_ended.at_least_hides": ["1.225", "2.25"],
        "open_ended.at_most_hides": ["1.225", "2.25"],
        "reconciliation.near": ["1.049", "1.21"],
        "verdicts.supported_from": ["0.975", "0.9"],  # a share: the distance to its nearer end
        "verdicts.contradicted_to": ["0.025", "0.1"],
        "correlated.hand.correlation": ["0.25", "0.75"],  # as far from either end
        "dates.estimate_days": ["22", "90"],
        "calibration.prior_cases": ["0.5", "2"],
        "calibration.unlike": ["3.162", "100"],
        "cutoffs.bulk": ["0.3", "1.2"],
        "confidence.likely.factor": ["2", "16"],
        "cutoff": ["smaller", "larger"],  # those that claims write as numbers
    }


def test_a_change_leaves_every_other_assumption_alone() -> None:
    given = terms()
    (change, *_) = (change for change in changes_of(given) if change.name == "open_ended.at_least_hides")
    assert change.assumptions.open_ended.at_least_hides == math.sqrt(1.5)
    same = {"open_ended": change.assumptions.open_ended}
    assert given.model_copy(update=same) == change.assumptions


@pytest.mark.parametrize(
    ("before", "share", "after"),
    [
        ("supported", 0.941, "supported"),  # 2 × √(0.95 × 0.05 / 2000) = 0.0097 below 0.95
        ("supported", 0.940, "contested"),
        ("supported", 0.0, "contradicted"),
        ("contradicted", 0.059, "contradicted"),
        ("contradicted", 0.060, "contested"),
        ("contested", 0.959, "contested"),
        ("contested", 0.960, "supported"),
        ("contested", 0.041, "contested"),
        ("contested", 0.040, "contradicted"),
    ],
)
def test_a_flip_passes_its_bound_by_two_standard_errors(before: str, share: float, after: str) -> None:
    assert status_after(before, share, SHARES, 2000) == after


# On a small dossier: two companies, and whether the first has raised more than twice what the second has.


def ratio(scenarios: Scenarios) -> pd.Series[float]:
    return figure(scenarios, "firms/a/funding") / figure(scenarios, "firms/b/funding")


METRICS = {"lead": metric("lead", ratio, unit="ratio")}


def read(
    predicate: str, rank: int = 0, strictness: str = "fair", *, print_only: bool = False, is_own: bool = True
) -> Interpretation:
    """Return a reading whose number is the article's own, unless it is a cut-off that the claim writes."""
    parsed = parse_predicate(predicate, {"twice": 2.0})
    return Interpretation(
        "lead", rank, "as read", "lead", parsed, predicate, 1, None, print_only, strictness, is_quoted=is_own
    )


def lead(**about: Any) -> DeclaredClaim:
    return DeclaredClaim.model_validate({"id": "lead", "statement": "s"} | about)


def tables(
    texts: Mapping[str, str],
    interpretations: Sequence[Interpretation],
    given: Assumptions,
    *better: dict[str, Any],
    claim: DeclaredClaim | None = None,
) -> dict[str, pd.DataFrame]:
    """Return sensitivity, information, multiverse and outcome of readings on the firms' funding."""
    printed_rows = figures(*(printed(f"firms/{name}/funding", text) for name, text in texts.items()))
    own = table_of(Figures, as_assumed(records(printed_rows), given))
    known = references(*better, reference("firms/z/funding", "$1M"))
    known = table_of(ReferenceValues, as_assumed(records(known), given))
    base = Evaluations(own, given, METRICS)
    views = [(view, base.on_figures(view.figures)) for view in evidence_views(own, known, [DAY, LATER])]
    verdicts = interpretation_verdicts_table(interpretations, views, given.verdicts)
    tried = Sensitivity.validate(sensitivity_table(interpretations, views, known, verdicts, given))
    asked = ValueOfInformation.validate(value_of_information_table(interpretations, views, verdicts, given))
    of_figures = figure_outcomes_table(own, known, {}, FigureRules(DAY, LATER, given))
    none = column_types(TippingPoints, pd.DataFrame())
    evidence = OutcomeInputs(own, known, of_figures, metrics_table(views), verdicts, none, tried)
    claims = [claim] if claim else []
    days = JudgedDays(DAY, LATER, LATER)
    decider = Decider(interpretations, evidence, days, lambda *_: "contradicted", given)
    changed = changed_outcomes_table(claims, decider, evidence, days, given)
    outcomes = outcomes_table(claims, decider, sensitive_to(changed))
    found = multiverse_table(interpretations, views, verdicts, tried, asked, outcomes, given)
    return {
        "sensitivity": tried,
        "value_of_information": asked,
        "multiverse": validated(Multiverse, found),
        "outcomes": validated(Outcomes, outcomes),
    }


CLOSE = "{ default = 1.05 }"
"""A spread within what `about` allows, so that the draws decide."""


def test_a_reading_flips_with_the_uncertainty() -> None:
    # Drawn from 10 / 1.05 to 10 × 1.05, a over b of 3.3 never falls below 2.88. With 1.05² it does, to 2.75.
    found = tables({"a": "~$10M", "b": "$3.3M"}, [read("above 2.85")], terms(estimate_spread=CLOSE))
    turned = found["sensitivity"][found["sensitivity"]["flips"]]
    assert set(turned["assumption"]) == {"estimate_spread.default"}
    assert set(turned[["written", "value", "status", "changed_status"]].itertuples(index=False, name=None)) == {
        ("1.05", "1.103", "supported", "contested")
    }
    # Even in the logarithm, from 3.03 / 1.1025 to 3.03 × 1.1025: that much of it is above 2.85.
    expected = math.log(1.1025 * 10 / 3.3 / 2.85) / (2 * math.log(1.1025))
    assert turned["changed_probability"].to_numpy() == pytest.approx(expected, abs=0.03)
    claim = found["multiverse"].iloc[0]
    assert claim["explained_by"] == "assumption"


def test_exact_figures_are_robust_to_every_assumption() -> None:
    found = tables({"a": "$10M", "b": "$4M"}, [read("above 1")], terms())
    assert set(found["sensitivity"]["assumption"]) == {"verdicts.supported_from", "verdicts.contradicted_to"}
    claim = found["multiverse"].iloc[0]
    assert (claim["holds"], claim["explained_by"]) == (1.0, "")
    assert claim["summary"].endswith("Robust to every assumption, each changed by itself.")
    assert math.isnan(claim["explained"])


# What outcomes hang on.


def known(a: str, b: str) -> list[dict[str, Any]]:
    """Return references for both firms, from before the first moment."""
    return [reference(f"firms/{name}/funding", text) for name, text in (("a", a), ("b", b))]


def test_an_outcome_is_sensitive_to_the_uncertainty_that_leaves_its_one_reading_open() -> None:
    evidence, given = known("~$10M", "$3.3M"), terms(estimate_spread=CLOSE)
    found = tables({"a": "~$10M", "b": "$3.3M"}, [read("above 2.85")], given, *evidence, claim=lead())
    row = found["outcomes"].iloc[0]
    assert (row["outcome"], row["sensitive_to"]) == ("stands", ["estimate_spread.default"])


def test_an_outcome_that_depends_anyway_is_sensitive_to_nothing_though_a_reading_flips() -> None:
    evidence, given = known("~$10M", "$3.3M"), terms(estimate_spread=CLOSE)
    interpretations = [read("above 2.85"), read("above 9", 1)]
    found = tables({"a": "~$10M", "b": "$3.3M"}, interpretations, given, *evidence, claim=lead())
    assert found["multiverse"].iloc[0]["holds"] < 0.5 and "Robust" in found["multiverse"].iloc[0]["summary"]
    assert found["outcomes"].iloc[0][["outcome", "sensitive_to"]].tolist() == ["depends", []]


def test_a_cutoff_is_changed_where_a_reading_names_it() -> None:
    found = tables({"a": "$10.00M", "b": "$3.00M"}, [read("above twice")], terms(cutoffs="{ twice = 2.0 }"))
    rows = found["sensitivity"].set_index(["assumption", "value"]).loc["cutoffs.twice"]
    assert set(rows.loc["4", "changed_status"]) == {"contradicted"} and set(rows.loc["1", "changed_status"]) == {
        "supported"
    }


def test_a_cutoff_changes_nothing_where_a_figure_of_the_metric_is_in_no_table() -> None:
    found = tables({"a": "~$10M"}, [read("above twice")], terms(cutoffs="{ twice = 2.0 }"))
    assert found["sensitivity"].empty


def test_a_metric_that_reads_no_figure_is_tried_at_other_cutoffs(monkeypatch: pytest.MonkeyPatch) -> None:
    constant = metric("lead", lambda scenarios: Estimate(np.full(len(scenarios), 3.0), 2), unit="ratio")
    monkeypatch.setitem(METRICS, "lead", constant)
    found = tables({"a": "~$10M"}, [read("above twice")], terms(cutoffs="{ twice = 2.0 }"))
    rows = found["sensitivity"].set_index(["assumption", "value"]).loc["cutoffs.twice"]
    assert set(rows.loc["4", "changed_status"]) == {"contradicted"}
    assert set(rows.loc["1", "changed_status"]) == {"supported"}


def test_a_day_on_which_a_value_held_is_tried_by_itself_though_it_had_ended_on_a_later_one() -> None:
    # The figures of both days are equal; on the later one nothing can be tested, whatever is assumed.
    firms = {"a": "$10.00M", "b": "$3.00M"}
    held = [reference(f"firms/{name}/funding", text, as_of="2024-06-01/2025-01-01") for name, text in firms.items()]
    given = terms(cutoffs="{ twice = 2.0 }")
    rows = tables(firms, [read("above twice")], given, *held)["sensitivity"]
    tried = rows[(rows["assumption"] == "cutoffs.twice") & (rows["evidence_view"] != "printed")]
    assert set(tried[["as_of", "value", "changed_status"]].itertuples(index=False, name=None)) == {
        (DAY, "4", "contradicted"),
        (DAY, "1", "supported"),
    }


def test_strict_readings_are_not_tried() -> None:
    found = tables({"a": "$10M", "b": "$4M"}, [read("above 1"), read("above 3", 1, "strict")], terms())
    assert set(found["sensitivity"]["rank"]) == {0}
    assert found["multiverse"].iloc[0]["holds"] == 1.0


def test_paths_are_readings_times_moments_times_assumptions() -> None:
    """The second reading fails as written and holds by the later reference: 3 of 4 cells hold, of all 22 steps."""
    given = terms()
    steps = 1 + len(changes_of(given))
    later = [
        reference(f"firms/{name}/funding", text, as_of="2025-01-01") for name, text in (("a", "$90M"), ("b", "$4M"))
    ]
    found = tables({"a": "$10M", "b": "$4M"}, [read("above 2"), read("above 9", 1)], given, *later)
    claim = found["multiverse"].iloc[0]
    assert claim["paths"] == 4 * steps
    assert claim["holds"] == pytest.approx(3 / 4)
    # Means by reading 1 and 1/2, by moment 1/2 and 1, around 3/4: either explains 4 × (1/4)² of 4 × 3/16.
    assert (claim["explained_by"], claim["explained"]) == ("interpretation", pytest.approx(1 / 3))


def test_a_reading_of_the_print_has_one_date() -> None:
    given = terms()
    later = reference("firms/a/funding", "$1M", as_of="2025-01-01")
    found = tables({"a": "$10M", "b": "$4M"}, [read("above 2", print_only=True)], given, later)
    assert found["multiverse"].iloc[0]["paths"] == 1 + len(changes_of(given))
    assert set(found["sensitivity"]["evidence_view"]) == {"printed"}


def test_the_figure_that_decides_is_named() -> None:
    # a / b with a vague and b rounded: above 2.5 in half of the draws, and known a decides it.
    found = tables({"a": "~$10M", "b": "$4.0M"}, [read("above 2.5")], terms())
    asked = found["value_of_information"].groupby("figure_id")["decided"].max()
    assert asked["firms/a/funding"] >= 0.9 and asked["firms/b/funding"] == 0.0
    claim = found["multiverse"].iloc[0]
    assert (claim["ask_figure_id"], claim["ask_decided"] >= 0.9) == ("firms/a/funding", True)


# The arithmetic.


def test_a_main_effect_is_the_sum_of_squares_of_the_means() -> None:
    holds = np.array([[True, True], [True, False], [False, False]])
    every = np.ones_like(holds)
    # By row 1, 1/2, 0 around 1/2: 2 × 1/4 + 0 + 2 × 1/4. By column 2/3 and 1/3: 2 × 3 × (1/6)².
    assert main_effect(holds, every, 0) == pytest.approx(1.0)
    assert main_effect(holds, every, 1) == pytest.approx(1 / 6)
    # Without the last row the mean is 3/4; by row 1 and 1/2: 2 × 2 × (1/4)².
    assert main_effect(holds, np.array([[True, True], [True, True], [False, False]]), 0) == pytest.approx(1 / 4)


def test_parts_of_the_draws_are_decided_by_the_figure_that_they_are_sorted_by() -> None:
    values = np.arange(200.0)
    assert decided_share(values, values >= 100, SHARES) == 1.0
    assert decided_share(values[::-1], values >= 105, SHARES) == 0.95  # one part of ten holds in five
    assert decided_share(values, np.arange(200) % 2 == 0, SHARES) == 0.0
