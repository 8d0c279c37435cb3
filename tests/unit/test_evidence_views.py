"""Evidence views and substitutions: which value replaces a figure on a day, how it is drawn,
and what one reference alone flips."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit.evidence_rows import ASSUMED, DAY, figures, printed, reference, references
from tests.unit.shipped import METRICS
from tidebook.pipelines.evaluate.evaluations import Evaluations, metrics_table
from tidebook.pipelines.evaluate.evidence_views import (
    EvidenceView,
    best_known,
    between,
    comparable,
    evidence_views,
    replaced_figures,
)
from tidebook.pipelines.evaluate.known import CLAIMED
from tidebook.pipelines.evaluate.scenarios import draws
from tidebook.pipelines.judge.declared import DeclaredClaim, DeclaredInterpretation
from tidebook.pipelines.judge.interpretations import Interpretation
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.judge.tipping_points import substitutions_table
from tidebook.pipelines.judge.verdicts import interpretation_verdicts_table, verdicts_table
from tidebook.pipelines.read.declarations import EventCount, Predictions
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.reference_errors import EXACT_NUMBER
from tidebook.pipelines.read.references import COUNT_BASIS, event_counts
from tidebook.schemas.analysis import Substitutions, TippingPoints, Verdicts
from tidebook.schemas.base import column_types
from tidebook.schemas.evidence import Events

COST = "runs/a/cost"
STEPS = [
    reference(COST, "$4M", as_of="2024-01-01"),
    reference(COST, "$6M", as_of="2024-06-01", tier="S", source="press"),
    reference(COST, "$7M", as_of="2024-06-01", tier="P", source="list"),
    reference(COST, "$8M", as_of="2024-06-01", tier="D", source="sum"),
    reference(COST, "$9M", as_of="2025-01-01", tier="D", source="sum"),
]


def seen(day: str, *known: dict[str, Any], text: str = "$5M", basis: str = "as reported") -> pd.Series:
    """Return the figure as best known on a day."""
    known_view = best_known(figures(printed(COST, text, basis=basis)), references(*known), dt.date.fromisoformat(day))
    return known_view.figures.iloc[0]


# Which value stands.


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2023-12-31", "$5M"),  # no reference yet: as printed
        ("2024-01-01", "$4M"),
        ("2024-05-31", "$4M"),
        ("2024-06-01", "$7M"),  # of three on one day the primary one
        ("2024-12-31", "$7M"),
        ("2025-01-01", "$9M"),  # a later one goes before a better tier
    ],
)
def test_the_latest_value_dated_by_the_day_and_of_it_the_best_tier(day: str, text: str) -> None:
    assert seen(day, *STEPS)["text"] == text


def test_the_order_of_the_references_changes_nothing() -> None:
    both = (seen("2024-07-01", *rows) for rows in (STEPS, STEPS[::-1]))
    pd.testing.assert_series_equal(*both)


def test_of_one_day_and_tier_the_value_that_most_sources_have_and_then_the_lowest() -> None:
    six, seven = reference(COST, "$6M", source="b"), reference(COST, "$7M", source="a")
    assert seen("2024-07-01", seven, six)["text"] == "$6M"
    assert seen("2024-07-01", seven, six, reference(COST, "$7M", source="c"))["text"] == "$7M"


def test_a_dispute_has_the_other_values_and_says_who_says_what() -> None:
    known = [reference(COST, text, source=source) for text, source in (("$7M", "b"), ("$6M", "a"), ("$7.0M", "c"))]
    for rows in itertools.permutations(known):
        own = figures(printed(COST, "$5M"))
        view = best_known(own, references(*rows), dt.date(2024, 7, 1), publishers={"a": "Alpha"})
        dispute = view.disputes[COST]
        assert dispute.words == "sources disagree: $6M (Alpha) or $7.0M (b and c)"
        assert [row["text"] for row in dispute.others] == ["$6M"], "two of three sources have seven"
        (other,) = view.alternatives(COST)
        assert list(other.figures["value"]) == [6e6] and list(view.figures["value"]) == [7e6]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (reference(COST, "$7M"), reference(COST, "$7.04M", source="b")),  # the implied intervals overlap
        (reference(COST, "$7M"), reference(COST, "$6M", source="b", tier="S")),  # the better tier decides
        (reference(COST, "$7M"), reference(COST, "$6M", source="b", as_of="2024-05-31")),  # the later one decides
        (reference(COST, "$7M"), reference(COST, "$6M", source="b", basis="audited")),
    ],
)
def test_values_that_do_not_exclude_each_other_on_one_day_are_not_a_dispute(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    assert not best_known(figures(printed(COST, "$5M")), references(first, second), dt.date(2024, 7, 1)).disputes


@pytest.mark.parametrize(
    "known",
    [
        reference(COST, "$9M", tier="W"),
        reference(COST, "€9M", "EUR"),
        reference(COST, "$9M", basis="cloud rental"),
        reference(COST, "N/A (not found)"),
        reference("runs/b/cost", "$9M"),
    ],
)
def test_what_does_not_stand_for_a_figure(known: dict[str, Any]) -> None:
    assert seen("2024-07-01", known)["text"] == "$5M"


def test_what_a_claim_asserts_is_kept_under_every_evidence_view() -> None:
    known = reference(COST, "$9M", basis=CLAIMED)
    assert seen("2024-07-01", known, basis=CLAIMED)["text"] == "$5M"
    assert comparable(figures(printed(COST, "$5M", basis=CLAIMED)), references(known)).empty


def test_value_interval_source_and_place_are_those_of_the_reference_and_the_rest_stays() -> None:
    row = seen("2024-07-01", STEPS[2])
    assert (row["value"], row["low"], row["high"], row["kind"]) == (7e6, 6.5e6, 7.5e6, "rounded")
    assert (row["as_of"], row["source_id"], row["locator"]) == (dt.date(2024, 6, 1), "list", "reference/figures.csv:2")
    assert (row["figure_id"], row["subject"], row["unit"], row["basis"]) == (COST, "a", "USD", "as reported")


def test_the_evidence_views_are_the_printed_one_and_the_days() -> None:
    days = [DAY, dt.date(2026, 5, 25), dt.date(2025, 1, 1)]
    taken = evidence_views(figures(printed(COST, "$5M")), references(*STEPS), days)
    assert [(view.name, str(view.as_of), view.figures["text"].iloc[0]) for view in taken] == [
        ("printed", "2024-10-01", "$5M"),
        ("best_known", "2024-10-01", "$7M"),
        ("best_known", "2025-01-01", "$9M"),
        ("best_known", "2026-05-25", "$9M"),
    ]
    assert replaced_figures(taken[0].figures, taken[0]) == set()
    assert replaced_figures(taken[0].figures, taken[1]) == {COST}


# Draws over published intervals.


def test_draws_cover_the_published_interval_evenly_in_the_logarithm() -> None:
    # Epoch's 90% interval of GPT-4's compute: the middle of its logarithm is √(8.2e24 × 4.4e25) = 1.9e25.
    frame = figures(printed("training_runs/gpt_4/training_compute", "2.1e25", "FLOP"))
    known = references(
        reference("training_runs/gpt_4/training_compute", "2.1e25 (est.)", "FLOP", interval="8.2e24–4.4e25")
    )
    values = draws(best_known(frame, known, DAY).figures, 4000, 7)[:, 0]
    assert 8.2e24 <= values.min() < 8.3e24 and 4.3e25 < values.max() <= 4.4e25
    assert np.median(values) == pytest.approx(1.9e25, rel=0.03)
    # A quarter of the draws lies below 8.2e24 × (4.4e25 / 8.2e24)^(1/4) = 1.248e25.
    assert (values < 1.248e25).mean() == pytest.approx(0.25, abs=0.02)


# Counts of events.


def happened(
    event_id: str, date: str, status: str = "completed", tier: str = "S", kind: str = "listing", subject: str = "a"
) -> dict[str, Any]:
    row = {"event_id": event_id, "date": dt.date.fromisoformat(date), "kind": kind, "status": status, "tier": tier}
    about = {"subject": subject, "counterparty": "", "text": "", "unit": "", "quantity_kind": "missing", "note": ""}
    where = {"source_id": f"of_{event_id}", "locator": f"events.csv:{event_id}", "available_from": row["date"]}
    return row | about | where


COUNTS = Predictions(counts={COST: EventCount(kinds=["listing"], of="a")})
OTHER_EVENT = happened("x", "2019-03-11", kind="filing")


def counted(*rows: dict[str, Any]) -> list[tuple[str, float, str, str]]:
    found = event_counts(column_types(Events, pd.DataFrame(list(rows))), COUNTS)
    return [(str(row["as_of"]), row["value"], row["source_id"], row["note"]) for row in found]


def test_a_count_starts_at_zero_and_rises_on_the_day_of_each_event() -> None:
    rows = [OTHER_EVENT, happened("b", "2026-01-09"), happened("a", "2026-01-08")]
    assert counted(*rows) == [
        ("2019-03-11", 0, "of_a", "none of the events that count is dated before 2026-01-08"),
        ("2026-01-08", 1, "of_a", "a"),
        ("2026-01-09", 2, "of_b", "a, b"),
    ]


def test_two_events_of_one_day_are_one_step() -> None:
    rows = [OTHER_EVENT, happened("b", "2026-01-08"), happened("a", "2026-01-08")]
    assert [(day, value) for day, value, _, _ in counted(*rows)] == [("2019-03-11", 0), ("2026-01-08", 2)]


@pytest.mark.parametrize(
    "row",
    [
        happened("a", "2026-01-08", "announced"),
        happened("a", "2026-01-08", tier="W"),
        happened("a", "2026-01-08", kind="filing"),
        happened("a", "2026-01-08", subject="b"),
    ],
)
def test_announced_and_weak_events_and_those_of_others_do_not_count(row: dict[str, Any]) -> None:
    assert counted(row) == []


def test_a_count_is_a_derived_reference_at_the_place_of_its_last_event() -> None:
    rows = [OTHER_EVENT, happened("a", "2026-01-08")]
    *_, last = event_counts(column_types(Events, pd.DataFrame(rows)), COUNTS)
    assert last == {
        **{"figure_id": COST, "basis": COUNT_BASIS, "as_of": dt.date(2026, 1, 8), "source_id": "of_a", "unit": "event"},
        **{"text": "1", "value": 1.0, "low": 1.0, "high": 1.0, "kind": "exact", "tier": "D", "note": "a"},
        **{"low_open": False, "high_open": False, "version": ""},
        **{"earliest": None, "until": None, "distribution": "none", "drawn_low": 1.0, "drawn_high": 1.0},
        "locator": "events.csv:a",
        **{"available_from": dt.date(2026, 1, 8), "released": None, **EXACT_NUMBER},
    }


# Verdicts under the evidence views.

KNOWN = dt.date(2024, 6, 1)
LAUNCH = "unprinted/launch/occurrences"
ROUND, TOTAL = "prose_figures/anthropic/funding_round", "frontier_models/anthropic/total_funding"
MONEY = [printed(ROUND, "$7.5B", basis="round"), printed(TOTAL, "$7.5B", basis="cumulative")]
MONEY_KNOWN = [reference(ROUND, "$4.00B", basis="round"), reference(TOTAL, "$7.904B", basis="cumulative")]


def interpretation(metric: str, predicate: str, about_printed: bool = False) -> Interpretation:
    return Interpretation("c", 0, "as read", metric, parse_predicate(predicate, {}), predicate, 1, None, about_printed)


def judged(
    one: Interpretation, kind: str, rows: list[dict[str, Any]], known: list[dict[str, Any]], days: list[dt.date]
) -> pd.DataFrame:
    """Return the verdicts on one claim under all evidence views."""
    taken = evidence_views(figures(*rows), references(*known), days)
    name = one.metric_id.partition("/")[0]
    evaluations = Evaluations(figures(*rows), ASSUMED, {name: METRICS[name]})
    views = [(view, evaluations.on_figures(view.figures)) for view in taken]
    claim = DeclaredClaim.model_validate(
        {
            "id": "c",
            **{"theme": "outlook", "kind": kind, "section": "s", "statement": "s"},
            "interpretations": [
                DeclaredInterpretation(interpretation="as read", metric=one.metric_id, predicate=one.stated)
            ],
        }
    )
    verdicts = interpretation_verdicts_table([one], views, ASSUMED.verdicts)
    metrics = metrics_table(views)
    return Verdicts.validate(
        verdicts_table(
            [claim], verdicts, column_types(TippingPoints, pd.DataFrame()), metrics, [view for view, _ in views]
        )
    )


def test_a_claim_on_an_event_depends_on_its_day_and_is_untestable_as_printed() -> None:
    rows = [printed(LAUNCH, "N/A (not public)", "event", COUNT_BASIS)]
    known = [
        reference(LAUNCH, count, "event", basis=COUNT_BASIS, as_of=date, tier="D")
        for count, date in (("0", "2019-03-11"), ("1", "2024-12-09"))
    ]
    days = [dt.date(2024, 10, 1), dt.date(2024, 12, 8), dt.date(2024, 12, 9)]
    table = judged(interpretation("occurrences/launch", "at_most 0"), "prose", rows, known, days)
    assert [(str(row["as_of"]), row["status"]) for row in table.to_dict("records")] == [
        ("2024-10-01", "untestable"),
        ("2024-10-01", "supported"),
        ("2024-12-08", "supported"),
        ("2024-12-09", "contradicted"),
    ]
    assert table["reason"].iloc[0] == f"a figure that it needs has no value; missing: {LAUNCH}"
    assert table["reason"].iloc[1] == "at most 0 as printed; no event on record"
    assert list(table["replaced"].iloc[3]) == [LAUNCH]
    assert table["reason"].iloc[3] == ("not at most 0 as printed; figures replaced: 1 of 1, by values of 2024-12-09")


def test_a_claim_about_the_print_is_judged_on_the_print_whatever_the_evidence_view() -> None:
    # Round over total: 7.5 / 7.5 = 1 as printed, 4 / 7.904 = 0.506 as best known.
    ratio = "anthropic_round_to_total"
    takeaway = judged(interpretation(ratio, "at_least 0.9"), "takeaway", MONEY, MONEY_KNOWN, [KNOWN])
    assert list(takeaway["value"]) == pytest.approx([1, 4 / 7.904])
    assert list(takeaway["status"]) == ["supported", "contradicted"]
    assert takeaway["reason"].iloc[1].endswith("figures replaced: 2 of 2, by values of 2024-06-01")
    own = judged(interpretation(ratio, "at_least 0.9", True), "internal consistency", MONEY, MONEY_KNOWN, [KNOWN])
    assert list(own["value"]) == pytest.approx([1, 1])
    assert list(own["status"]) == ["supported", "supported"]
    assert [list(replaced) for replaced in own["replaced"]] == [[], []]
    assert set(own["reason"]) == {"at least 0.9 as printed"}


LOSS, REVENUE = "prose_figures/openai/projected_loss", "prose_figures/openai/annualized_revenue"
FUNDS = "frontier_models/openai/total_funding"
OF_2024 = [
    printed(LOSS, "$5B", "USD/year", "loss, 2024"),
    printed(REVENUE, "$3.4B", "USD/year", "run-rate, 2024"),
    printed(FUNDS, "$13B", basis="cumulative"),
]
LATER = [
    reference(REVENUE, "$4.0B", "USD/year", basis="run-rate, 2024", as_of="2024-09-12"),
    reference(REVENUE, "$24B", "USD/year", basis="run-rate, 2026", as_of="2026-03-31"),
    reference(FUNDS, "$13.35B", basis="cumulative", as_of="2023-04-26"),
    reference(FUNDS, "$160B", basis="cumulative", as_of="2026-03-31"),
    reference(LOSS, "$6B", "USD/year", basis="loss, 2024", as_of="2026-06-16"),
]
DAYS = [DAY, dt.date(2026, 5, 25), dt.date(2026, 6, 18)]


def test_a_ratio_takes_no_revenue_of_another_year_and_the_outcome_of_its_own() -> None:
    # (3.4 + 5) / 3.4 = 2.47 as printed, (4 + 5) / 4 = 2.25; with the loss known since June 2026 (4 + 6) / 4 = 2.5.
    table = judged(interpretation("openai_costs_to_revenue", "at_least 2"), "prose", OF_2024[:2], LATER, DAYS)
    assert list(table["value"]) == pytest.approx([8.4 / 3.4, 2.25, 2.25, 2.5])
    assert set(table["status"]) == {"supported"}


def test_a_stock_of_the_evidence_view_is_not_divided_by_the_loss_of_a_year_before() -> None:
    # 13.35 / 5 = 2.67 years in 2024, when the sum of 2023 still held; 160 in 2026 has no loss of 2026 beside it.
    table = judged(interpretation("openai_runway", "at_most 3"), "prose", OF_2024, LATER, DAYS)
    assert list(table["status"])[:3] == ["supported", "supported", "untestable"]
    assert table["value"].iloc[1] == pytest.approx(2.67)
    assert table["reason"].iloc[2].startswith(f"its figures are of different years: {LOSS} of 2024, {FUNDS} of 2026")


# Substitutions.

ANY_TIME = Article(title="An article", written=dt.date(2020, 1, 1), published=dt.date(2026, 11, 24))


def substitutions(
    one: Interpretation, rows: list[dict[str, Any]], known: list[dict[str, Any]]
) -> dict[tuple[str, str], tuple[float, bool]]:
    evaluations = Evaluations(figures(*rows), ASSUMED, METRICS)
    table = Substitutions.validate(substitutions_table(references(*known), [one], evaluations, ANY_TIME))
    assert set(table["claim_id"]) <= {"c"}
    assert list(table.index) == list(range(len(table)))
    return {(row["figure_id"], row["reference"]): (row["value"], row["flips"]) for row in table.to_dict("records")}


def test_a_substitution_replaces_one_figure_by_one_reference() -> None:
    known = [*MONEY_KNOWN, reference(ROUND, "$65B", basis="round", as_of="2026-05-28")]
    found = substitutions(interpretation("anthropic_round_to_total", "at_least 0.9"), MONEY, known)
    assert found == {
        (ROUND, "$4.00B"): (pytest.approx(4 / 7.5), True),  # 0.533
        (ROUND, "$65B"): (pytest.approx(65 / 7.5), False),  # 8.67, dated later than any evidence view needs
        (TOTAL, "$7.904B"): (pytest.approx(7.5 / 7.904), False),  # 0.949
    }


def test_swaps_are_of_the_judged_reading_in_the_unit_of_its_metric_and_sorted() -> None:
    known = [
        reference(TOTAL, "$7.904B", basis="cumulative", as_of="2024-06-01"),
        reference(ROUND, "$8B", basis="round", as_of="2024-03-01", source="press", tier="S"),
        reference(ROUND, "$9B", basis="round", as_of="2024-03-01"),
        reference(ROUND, "$7B", basis="round", as_of="2024-01-01"),
    ]
    judged_on = interpretation("anthropic_round_to_total", "at_least 1.1")
    other = Interpretation("c", 1, "r", judged_on.metric_id, parse_predicate("at_least 9", {}), "at_least 9", 1)
    none = Interpretation("d", 0, "r", "us_share", parse_predicate("above 0.5", {}), "above 0.5", 1)
    interpretations = [other, judged_on, none]
    evaluations = Evaluations(figures(*MONEY), ASSUMED, METRICS)
    table = substitutions_table(references(*known), interpretations, evaluations, ANY_TIME)
    columns = ["claim_id", "figure_id", "as_of", "source_id", "reference", "unit", "flips"]
    spring, summer = dt.date(2024, 3, 1), dt.date(2024, 6, 1)
    assert table[columns].to_numpy().tolist() == [
        ["c", TOTAL, summer, "list", "$7.904B", "ratio", False],
        ["c", ROUND, dt.date(2024, 1, 1), "list", "$7B", "ratio", False],
        ["c", ROUND, spring, "list", "$9B", "ratio", True],  # 9 / 7.5 = 1.2
        ["c", ROUND, spring, "press", "$8B", "ratio", False],
    ]


def test_a_metric_without_a_value_as_printed_has_no_substitutions() -> None:
    unknown = [MONEY[0], *(row | {"kind": "missing", "value": math.nan} for row in MONEY[1:])]
    assert substitutions(interpretation("anthropic_round_to_total", "at_least 0.9"), unknown, MONEY_KNOWN) == {}


def test_weak_and_incomparable_references_asserted_figures_and_other_figures_are_not_substitutions() -> None:
    known = [
        reference(ROUND, "$4B", basis="round", tier="W"),
        reference(ROUND, "$4B", basis="debt"),
        reference("prose_figures/xai/funding_round", "$4B", basis="round"),
    ]
    assert substitutions(interpretation("anthropic_round_to_total", "at_least 0.9"), MONEY, known) == {}
    claimed = [row | {"basis": CLAIMED} for row in MONEY]
    known = [reference(ROUND, "$4B", basis=CLAIMED)]
    assert substitutions(interpretation("anthropic_round_to_total", "at_least 0.9"), claimed, known) == {}


SCORES = {
    "openai": ("88.7", "$13B"),
    "anthropic": ("88.3", "$7.5B"),
    "xai": ("87.5", "$6B"),
    "mistral_ai": ("84.0", "$1.2B"),
}


def test_the_snapshot_of_one_score_turns_the_correlation() -> None:
    # Pearson's r of (13, 7.5, 6, 1.2) with (88.7, 88.3, 87.5, 84.0) is 0.890; with 87.2 for the first score it is
    # 0.677, with 85.7 it is 0.341.
    rows = [printed(f"frontier_models/{name}/mmlu", score, "point") for name, (score, _) in SCORES.items()]
    rows += [printed(f"frontier_models/{name}/total_funding", money) for name, (_, money) in SCORES.items()]
    openai = "frontier_models/openai/mmlu"
    known = [
        reference(openai, text, "point", as_of=day) for text, day in (("87.2", "2024-05-13"), ("85.7", "2024-11-20"))
    ]
    found = substitutions(interpretation("funding_mmlu_pearson", "between 0.7 0.99"), rows, known)
    assert found == {
        (openai, "87.2"): (pytest.approx(0.677, abs=5e-4), True),
        (openai, "85.7"): (pytest.approx(0.341, abs=5e-4), True),
    }


# One time, one version of a subject.

ONE, OTHER = "frontier_models/openai/mmlu", "frontier_models/anthropic/mmlu"
VERSIONS = [printed(ONE, "88.7", "point"), printed(OTHER, "88.3", "point")]
LEAD = interpretation("anthropic_openai_mmlu_gap", "below 0")


def test_the_scores_of_two_versions_are_compared_only_while_both_are_current() -> None:
    known = [
        reference(ONE, "88.7", "point", as_of="2024-08-06/2024-11-20"),
        reference(ONE, "85.7", "point", as_of="2024-11-20/2025-02-27"),
        reference(OTHER, "88.3", "point", as_of="2024-06-20/2025-02-24"),
    ]
    days = [DAY, dt.date(2025, 2, 23), dt.date(2025, 2, 24), dt.date(2026, 5, 25)]
    table = judged(LEAD, "prose", VERSIONS, known, days)
    assert list(table["status"]) == ["supported", "supported", "contradicted", "untestable", "untestable"]
    assert table["reason"].iloc[3].startswith(f"the last known value of {OTHER} held until 2025-02-24")


def test_a_value_of_a_later_time_is_not_set_beside_one_known_only_in_print() -> None:
    known = [reference(ONE, "90.0", "point", as_of="2025-06-01")]
    table = judged(LEAD, "prose", VERSIONS, known, [DAY, dt.date(2026, 5, 25)])
    assert list(table["status"]) == ["supported", "supported", "untestable"]
    later = f"{OTHER} as printed, {ONE} of 2025-06-01"
    assert table["reason"].iloc[2].startswith(f"its figures are of different times: {later}")


def test_the_end_of_a_month_counts_and_its_first_day_is_kept() -> None:
    row = references(reference(COST, "$4M", as_of="2024-11/2025-04")).iloc[0]
    assert [str(row[name]) for name in ("earliest", "as_of", "until")] == ["2024-11-01", "2024-11-30", "2025-04-30"]


def test_a_reference_that_another_had_replaced_by_the_day_is_not_near_it() -> None:
    known = references(*STEPS, reference(COST, "$1M", as_of="2020-01-01", basis="round"))
    # Of 2024-01-01 until 2024-06-01; those of that day held on, and another basis is another row of values.
    near = between(known, DAY, dt.date(2024, 12, 31))
    assert sorted(near["text"]) == ["$1M", "$6M", "$7M", "$8M"]


# Figures of several bases.


BASES = {
    "t/a/raised": ("USD", "round"),
    "t/b/raised": ("USD", "cumulative"),
    "t/a/revenue": ("EUR", "revenue 2021/22"),
    "t/b/revenue": ("EUR", "revenue 2020/21"),
    "t/c/revenue": ("EUR", "as reported"),
    "t/d/revenue": ("EUR", "bookings, 2021"),
}


def joined(evidence: list[str], mixes: list[str]) -> str:
    rows = [{"figure_id": name, "unit": unit, "basis": basis} for name, (unit, basis) in BASES.items()]
    view = EvidenceView("printed", dt.date(2024, 1, 1), pd.DataFrame(rows))
    return view.of_several_bases(evidence, mixes)


def test_figures_of_one_unit_and_two_bases_are_joined_only_where_the_metric_says_so() -> None:
    both = ["t/a/raised", "t/b/raised"]
    assert joined(both, []).startswith("it joins figures in USD of different bases: cumulative and round")
    assert joined(both, ["round"]), "one of two is not both"
    assert joined(both, ["cumulative", "round"]) == ""
    assert joined(["t/a/raised", "t/a/revenue"], []) == "", "their units differ"


def test_one_basis_at_two_times_is_one_and_none_is_no_other() -> None:
    assert joined(["t/a/revenue", "t/b/revenue", "t/c/revenue"], []) == ""
    assert "bookings, 2021 and revenue 2021/22" in joined(["t/a/revenue", "t/d/revenue"], [])
    assert joined(["t/a/revenue", "t/b/revenue", "t/d/revenue"], ["revenue", "bookings"]) == ""


# Tables that end.


def test_figures_of_a_table_that_has_ended_cannot_be_used_any_longer() -> None:
    own = figures(printed(COST, "$5M"), printed("lists/a/price", "$3"))
    ends = {"lists": dt.date(2024, 11, 1)}
    before, after = (
        best_known(own, references(), dt.date.fromisoformat(day), DAY, ends=ends)
        for day in ("2024-10-31", "2024-11-01")
    )
    both = [COST, "lists/a/price"]
    assert before.of_several_times(both, one_year=False) == ""
    assert after.of_several_times(both, one_year=False) == "the last known value of lists/a/price held until 2024-11-01"
    assert after.of_several_times([COST], one_year=False) == "", "what does not read the table"


def test_a_reference_replaces_a_figure_of_a_table_that_has_ended() -> None:
    own = figures(printed(COST, "$5M"))
    view = best_known(
        own, references(reference(COST, "$7M")), dt.date(2025, 1, 1), DAY, ends={"runs": dt.date(2024, 11, 1)}
    )
    assert view.of_several_times([COST], one_year=False) == ""
