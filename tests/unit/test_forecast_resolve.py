"""What decides a prediction: which events count, from when, until when, and what is set aside with its reason."""

from __future__ import annotations

import math
from typing import get_args

import pandas as pd
import pytest

from tests.unit.forecast_rows import ASSUMPTIONS, PREDICTIONS, day, event, frames, observed, question, rows, searched
from tidebook.pipelines.judge.predictions.base import Resolution
from tidebook.pipelines.judge.predictions.history import forecast_history_table, forecasts_table, resolutions_table
from tidebook.pipelines.judge.predictions.questions import KINDS, forecast, kinds_with, predictions_table, resolve
from tidebook.pipelines.judge.predictions.rows import Evidence, known_on
from tidebook.pipelines.read.declarations import Predictions
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.plugin import SwitchedOn
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.plugins.accelerator_hours.hours import AcceleratorHours, asked_prediction
from tidebook.schemas import analysis
from tidebook.schemas.base import Table
from tidebook.schemas.forecasts import ForecastHistory, Forecasts, Resolutions

XAI = event("xai", "2026-02-02", "merger", counterparty="spacex")
ZHIPU = event("zhipu_ai", "2026-01-08", "listing", counterparty="")


def ruled(asked: object, evidence: Evidence, on: str) -> Resolution:
    return resolve(asked, known_on(evidence, day(on)), day(on))  # type: ignore[arg-type]


def test_an_absorbed_company_counts_on_the_day_of_closing() -> None:
    asked = question("consolidation", "strict", deadline="2026-04-03")
    found = ruled(asked, rows(XAI), "2026-03-31")
    assert (found.status, found.counted, found.needed, found.evidence) == ("open", 1, 3, (XAI.id,))
    assert ruled(asked, rows(XAI), "2026-02-01").counted == 0


def test_three_make_it_true_on_the_third_day_and_later_deals_change_nothing() -> None:
    asked = question("consolidation", "strict", deadline="2026-12-31")
    evidence = rows(
        event("openai", "2025-05-01"), XAI, event("mistral_ai", "2026-06-30"), event("anthropic", "2026-08-01")
    )
    assert ruled(asked, evidence, "2026-06-29").status == "open"
    for on in ("2026-06-30", "2027-06-01"):
        found = ruled(asked, evidence, on)
        assert (found.status, found.resolved_on) == ("came true", day("2026-06-30"))


def test_it_fails_only_after_the_deadline_has_passed() -> None:
    asked = question("consolidation", "strict", deadline="2026-04-03")
    assert ruled(asked, rows(XAI), "2026-04-03").status == "open"
    found = ruled(asked, rows(XAI), "2026-04-04")
    assert (found.status, found.resolved_on) == ("failed", day("2026-04-03"))


def test_a_deadline_before_the_clock_starts_is_void() -> None:
    asked = question("consolidation", "strict", "publication", "2025-12-31")
    everything = rows(*(event(company, "2026-06-01") for company in asked.cohort))
    found = ruled(asked, everything, "2026-11-24")
    assert found.status == "void"
    assert "before the starting day" in found.reason


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (event("openai", "2025-06-01", status="announced"), "announced, not completed"),
        (event("openai", "2025-06-01", status="reported"), "reported, not completed"),
        (event("openai", "2025-06-01", tier="W"), "only a weak source"),
        (event("openai", "2025-06-01", "licence_and_hire"), "licence and hire does not count"),
        (event("openai", "2025-06-01", "minority_stake"), "minority stake does not count"),
        (event("openai", "2024-09-30"), "before the starting day, 2024-10-03"),
        (event("openai", "2026-04-04"), "after the deadline 2026-04-03"),
        (event("x_corp", "2025-03-28", "merger", counterparty="xai"), "xai is the other party"),
        (event("inflection_ai", "2025-03-28", "licence_and_hire"), "inflection_ai is not in the cohort"),
    ],
)
def test_what_does_not_count_is_set_aside_with_the_reason(row: object, why: str) -> None:
    found = ruled(question("consolidation", "strict", deadline="2026-04-03"), rows(row), "2026-11-24")  # type: ignore[arg-type]
    assert found.counted == 0
    assert found.excluded == (f"{row.id}: {why}",)  # type: ignore[attr-defined]


def test_a_company_counts_once() -> None:
    evidence = rows(event("xai", "2025-06-01"), event("xai", "2025-07-01"))
    found = ruled(question("consolidation", "wide", deadline="2026-12-31"), evidence, "2026-11-24")
    assert found.counted == 1
    assert found.excluded[0].endswith("not the first")


def test_the_first_listing_decides_and_names_itself() -> None:
    evidence = rows(ZHIPU, event("minimax", "2026-01-09", "listing"), event("coreweave", "2025-03-28", "listing"))
    found = ruled(question("first_model_company_ipo", "wide"), evidence, "2026-11-24")
    assert (found.status, found.resolved_on, found.evidence) == ("came true", day("2026-01-08"), (ZHIPU.id,))
    assert any("coreweave is not in the cohort" in aside for aside in found.excluded)
    late = ruled(question("first_model_company_ipo", "wide", "publication"), evidence, "2026-11-24")
    assert late.status == "void"
    assert "zhipu_ai on 2026-01-08" in late.reason
    assert ruled(question("first_model_company_ipo", "strict"), evidence, "2026-11-24").status == "open"


def share(population: str, date: str, value: float, tier: str = "S", basis: str = "all tokens") -> object:
    return observed("open_weight_share", population, date, value, basis=basis, tier=tier)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ([("2026-12-31", 80.0, "S")], "came true"),
        ([("2026-12-31", 79.9, "S")], "failed"),
        ([("2026-06-30", 85.0, "S"), ("2026-09-30", 70.0, "S")], "failed"),
        ([("2026-06-30", 70.0, "S"), ("2026-09-30", 85.0, "W")], "failed"),
        ([("2025-12-31", 85.0, "S")], "void"),
        ([("2027-01-31", 85.0, "S")], "void"),
        ([], "void"),
    ],
)
def test_the_latest_share_within_twelve_months_decides(given: list[tuple[str, float, str]], status: str) -> None:
    evidence = rows(*(share("openrouter", *each) for each in given))  # type: ignore[arg-type]
    asked = question("open_source_inference", "openrouter", deadline="2026-12-31")
    assert ruled(searched(asked, "2027-02-01"), evidence, "2026-12-31").status == "open"
    assert ruled(searched(asked, "2027-02-01"), evidence, "2027-02-01").status == status
    assert ruled(searched(asked, "2026-12-30"), evidence, "2027-02-01").status == "open", "a later one may be unknown"


def test_a_share_on_another_basis_is_set_aside() -> None:
    evidence = rows(share("openrouter", "2026-06-30", 90.0, basis="tokens of classed models"))  # type: ignore[arg-type]
    found = ruled(question("open_source_inference", "openrouter", deadline="2026-12-31"), evidence, "2026-11-24")
    assert math.isnan(found.counted)
    assert found.excluded == ("open_weight_share/openrouter/2026-06-30: on another basis, tokens of classed models",)


@pytest.mark.parametrize(
    ("survey", "tokens", "status"),
    [(85.0, 85.0, "came true"), (11.0, 70.0, "failed"), (11.0, 85.0, "void"), (None, 85.0, "void")],
)
def test_both_populations_must_agree(survey: float | None, tokens: float, status: str) -> None:
    given = [share("openrouter", "2026-10-01", tokens)]
    if survey is not None:
        given.append(share("enterprise_survey", "2026-10-01", survey))
    asked = question("open_source_inference", "both", deadline="2026-12-31")
    assert ruled(searched(asked, "2027-01-01"), rows(*given), "2027-01-01").status == status  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (["a"], [("a", True)]),
        (["a", "b"], [("a", False), ("b", False), ("both", True)]),
        (["a", "b", "c"], [("a", False), ("b", False), ("c", False), ("all", True)]),
    ],
)
def test_all_populations_decide_together_and_a_single_one_by_itself(
    names: list[str], asked: list[tuple[str, bool]]
) -> None:
    model = question("open_source_inference", "both", deadline="2026-12-31").model.model_copy(
        update={"populations": names}
    )
    assert [each[:2] for each in KINDS["share_by_deadline"].populations(model, PREDICTIONS)] == asked


def valuation(company: str, date: str, value: float, basis: str = "post-money", tier: str = "S") -> object:
    return observed("valuation", company, date, value, "USD", basis, tier)


def test_a_down_round_is_judged_before_the_new_money() -> None:
    raised = event("openai", "2026-06-01", "funding_round", value=60e9)
    up = rows(valuation("openai", "2025-03-31", 300e9), valuation("openai", "2026-06-01", 350e9))  # type: ignore[arg-type]
    asked = question("bubble_bursts", "down_round")
    assert ruled(asked, up, "2026-11-24").status == "open"
    found = ruled(asked, rows(*up.observations, raised), "2026-11-24")
    assert (found.status, found.resolved_on) == ("came true", day("2026-06-01")), "350 less 60 is below 300"
    assert ruled(question("bubble_bursts", "burst"), rows(*up.observations, raised), "2026-11-24").status == "came true"


@pytest.mark.parametrize(
    ("basis", "value", "tier"),
    [
        ("tender offer", 100e9, "S"), ("reported talks", 100e9, "S"), ("merger", 100e9, "S"),
        ("post-money", 100e9, "W"), ("post-money", 300e9, "S"),
    ],
)  # fmt: skip
def test_what_is_not_a_down_round(basis: str, value: float, tier: str) -> None:
    """Sales of old shares, talks, weak sources, and a second stage at the very same valuation."""
    before, after = valuation("openai", "2025-03-31", 300e9), valuation("openai", "2026-06-01", value, basis, tier)
    raised = event("openai", "2026-06-01", "funding_round", value=10e9)
    found = ruled(question("bubble_bursts", "down_round"), rows(before, after, raised), "2026-11-24")  # type: ignore[arg-type]
    assert found.status == "open"


def basket(date: str, fall: float) -> object:
    return observed("basket_drawdown", "ai_basket", date, fall, basis="from its high")


def test_a_burst_is_judged_two_years_later() -> None:
    asked = searched(question("bubble_bursts", "burst_not_catastrophic"), "2027-01-31")
    evidence = rows(basket("2025-01-31", -30.0), basket("2026-01-31", -50.0))  # type: ignore[arg-type]
    found = ruled(asked, evidence, "2026-11-24")
    assert (found.status, found.resolved_on) == ("open", None)
    assert "judged on 2027-01-31" in found.reason
    assert ruled(asked, evidence, "2027-01-31").status == "came true"
    gone = [event(company, "2026-05-01", "shutdown") for company in ("openai", "xai", "mistral_ai")]
    assert ruled(asked, rows(*evidence.observations, *gone), "2027-01-31").status == "failed"
    rates = [
        observed("revenue_run_rate", "openai", "2025-01-15", 10e9, "USD/year"),
        observed("revenue_run_rate", "openai", "2027-01-15", 9e9, "USD/year"),
    ]
    assert ruled(asked, rows(*evidence.observations, *rates), "2027-01-31").status == "failed"
    crash = rows(*evidence.observations, basket("2026-03-31", -75.0))  # type: ignore[arg-type]
    assert ruled(asked, crash, "2026-11-24").status == "failed"


def test_the_falls_of_members_are_shown_and_do_not_decide() -> None:
    falls = [
        observed("basket_drawdown", name, "2026-06-26", -fall, basis="from the 52-week high", tier="W")
        for name, fall in (("nvidia", 50.0), ("meta", 70.0), ("oracle", 90.0))
    ]
    found = ruled(question("bubble_bursts", "basket_fall"), rows(*falls), "2026-11-24")
    assert found.status == "open"
    assert "2 of its 8 members were 60% below their own highs on average on 2026-06-26, by weak sources" in found.reason


def earned(company: str, date: str, value: float, basis: str = "per GPU unit", tier: str = "D") -> object:
    return observed("revenue_per_gpu_hour", company, date, value, "USD/GPU-hour", basis, tier)


def rent(date: str, value: float, basis: str = "on-demand", tier: str = "S") -> object:
    return observed("h100_rental_price", "market", date, value, "USD/GPU-hour", basis, tier)


def test_all_figures_of_a_company_are_held_against_rents_of_one_basis() -> None:
    days = ("2024-03-31", "2024-06-30", "2025-09-30")
    evidence = rows(
        *(earned("coreweave", day, 1.5, "per H100 equivalent") for day in days),
        rent("2024-03-31", 3.0), rent("2024-06-30", 2.5), rent("2024-06-30", 1.0, "index"),
        rent("2025-09-30", 1.7, "contract"),
    )  # type: ignore[arg-type]  # fmt: skip
    found = ruled(question("revenue_per_gpu_hour", "coreweave/yardstick"), evidence, "2026-11-24")
    # On-demand has a price for two of the three days, the others for one: 1.5 / 2.5 on the last of the two.
    assert (found.counted, str(found.observed_to)) == (pytest.approx(0.6), "2024-06-30")


def test_rents_of_weak_sources_stand_back() -> None:
    weak = rent("2025-09-30", 3.0, "index", "W"), rent("2024-06-30", 3.0, "index", "W")
    hours = earned("coreweave", "2024-06-30", 1.5), earned("coreweave", "2025-09-30", 1.5)
    key = question("revenue_per_gpu_hour", "coreweave/yardstick")
    both = rows(*hours, *weak, rent("2025-10-31", 2.0, "contract"))  # type: ignore[arg-type]
    # The index has a price on both days, but weak ones; the contract one that may be cited, a month from the last.
    assert ruled(key, both, "2026-11-24").counted == pytest.approx(0.75)
    assert ruled(key, rows(*hours, *weak), "2026-11-24").counted == pytest.approx(0.5)  # type: ignore[arg-type]


def test_revenue_per_gpu_hour_against_a_dollar_and_against_the_rent_of_that_time() -> None:
    evidence = rows(
        earned("coreweave", "2024-09-30", 1.8), earned("coreweave", "2024-09-30", 1.5, "per H100 equivalent"),
        rent("2024-10-31", 3.0), rent("2025-06-30", 1.0),
    )  # type: ignore[arg-type]  # fmt: skip
    dollars = ruled(question("revenue_per_gpu_hour", "coreweave/threshold"), evidence, "2026-11-24")
    assert (dollars.counted, dollars.status) == (pytest.approx(1.8), "open")
    rented = ruled(question("revenue_per_gpu_hour", "coreweave/yardstick"), evidence, "2026-11-24")
    assert rented.counted == pytest.approx(0.5), "the nearest price and the H100 equivalents"
    far = rows(earned("coreweave", "2024-05-31", 1.8), rent("2024-10-31", 3.0))  # type: ignore[arg-type]
    assert math.isnan(ruled(question("revenue_per_gpu_hour", "coreweave/yardstick"), far, "2026-11-24").counted)


def test_four_quarters_below_and_then_the_end() -> None:
    quarters = ("2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30")
    below = [earned("openai", date, 0.8) for date in quarters]
    asked = question("revenue_per_gpu_hour", "openai/threshold")
    end = event("openai", "2026-05-01")
    assert ruled(asked, rows(*below), "2026-11-24").status == "open"  # type: ignore[arg-type]
    found = ruled(asked, rows(*below, end), "2026-11-24")  # type: ignore[arg-type]
    assert (found.status, found.resolved_on) == ("came true", day("2026-05-01"))
    above = [earned("openai", date, 0.8 if date != "2025-03-31" else 1.2) for date in quarters]
    assert ruled(asked, rows(*above, end), "2026-11-24").status == "open"  # type: ignore[arg-type]


def test_what_is_not_falsifiable_is_void_and_shows_indicators() -> None:
    users = observed("weekly_users", "chatgpt", "2026-09-29", 1.2e9, "person", "all plans")
    found = ruled(question("ai_operating_system", "weekly_users"), rows(users), "2026-11-24")
    assert (found.status, found.evidence) == ("void", (users.id,))
    assert "Not falsifiable" in found.reason


def test_every_kind_has_the_name_that_its_model_declares() -> None:
    declared = [model.model_fields["kind"].annotation for model in kinds_with(SwitchedOn())]
    assert [*KINDS] == [name for kind in declared for name in get_args(kind)]


def test_the_table_has_every_question_in_order() -> None:
    table = resolutions_table(PREDICTIONS, ASSUMPTIONS, *frames(rows(XAI, ZHIPU)))
    assert table["prediction_id"].iloc[0] == "consolidation"
    assert table.groupby("prediction_id")["decides"].any().drop("ai_operating_system").all()
    assert ASSUMPTIONS.as_of == day("2026-11-24")


# Sweeps: absence is known up to the day on which it was searched for, and no further.


def test_nothing_fails_whose_deadline_lies_after_the_sweep() -> None:
    later = ASSUMPTIONS.model_copy(update={"as_of": day("2028-01-01")})
    table = resolutions_table(PREDICTIONS, later, *frames(rows(XAI, ZHIPU)))
    sweep = PREDICTIONS.search_cutoffs["acquisition"]
    failed = table[table["status"] == "failed"]
    assert set(failed["prediction_id"]) == {"consolidation"}
    assert (failed["deadline"] <= sweep).all()
    open_ones = table[(table["prediction_id"] == "consolidation") & (table["deadline"] > sweep)]
    assert set(open_ones["status"]) == {"open"}
    assert set(open_ones["observed_to"]) == {sweep}
    assert open_ones["reason"].str.endswith("Searched up to 2026-10-07.").all()


def test_that_none_is_listed_is_said_up_to_the_sweep() -> None:
    found = ruled(question("first_model_company_ipo", "strict"), rows(), "2026-11-24")
    assert (found.status, found.observed_to) == ("open", day("2026-10-07"))
    assert found.reason.endswith("Searched up to 2026-10-07.")
    assert ruled(question("first_model_company_ipo", "strict"), rows(), "2026-01-31").observed_to == day("2026-01-31")


def test_without_a_sweep_the_last_event_of_the_kind_is_all_that_is_known() -> None:
    asked = question("consolidation", "strict", deadline="2026-04-03")._replace(
        search_cutoffs={"merger": day("2026-10-07")}
    )
    found = ruled(asked, rows(XAI), "2026-11-24")
    assert (found.status, found.observed_to) == ("open", None), "nobody has looked for acquisitions"
    found = ruled(asked, rows(XAI, event("other", "2026-05-01")), "2026-11-24")
    assert (found.status, found.observed_to) == ("failed", day("2026-05-01"))


def test_an_event_after_the_sweep_counts_all_the_same() -> None:
    listed = event("openai", "2026-11-01", "listing", counterparty="")
    assert ruled(question("first_model_company_ipo", "strict"), rows(listed), "2026-11-24").status == "came true"


def test_falls_of_an_index_are_shown_and_decide_nothing() -> None:
    fall = observed("basket_drawdown", "nasdaq_100", "2025-04-08", -45.0, basis="from the record")
    found = ruled(question("bubble_bursts", "basket_fall"), rows(fall), "2026-11-24")
    assert (found.status, found.evidence) == ("open", (fall.id,))
    assert "Indexes, which decide nothing, fell: nasdaq_100 45 % (from the record, 2025-04-08)." in found.reason
    asked = question("bubble_bursts", "basket_fall")
    assert (
        forecast(asked, rows(fall), day("2026-11-24"))[1].probability
        == forecast(asked, rows(), day("2026-11-24"))[1].probability
    )


# Nothing at all.


def test_where_nothing_is_declared_every_table_is_empty() -> None:
    none = Predictions()
    given = frames(rows())
    tables: list[tuple[type[Table], pd.DataFrame]] = [
        (analysis.Predictions, predictions_table(none, ASSUMPTIONS)),
        (Resolutions, resolutions_table(none, ASSUMPTIONS, *given)),
        (Forecasts, forecasts_table(none, ASSUMPTIONS, *given)),
        (ForecastHistory, forecast_history_table(none, ASSUMPTIONS, *given)),
    ]
    for model, table in tables:
        assert model.validate(table).empty


def test_the_pack_of_accelerator_hours_names_a_prediction_of_its_kind() -> None:
    raw = RawFile("dossier.toml", b'[plugins.accelerator_hours]\nprediction = "bubble_bursts"\n')
    expected = "expected the id of a prediction of the kind ratio"
    with pytest.raises(InputError, match=rf'dossier\.toml:2, .*: found "bubble_bursts", {expected}'):
        asked_prediction(AcceleratorHours(prediction="bubble_bursts"), raw, PREDICTIONS)
    assert asked_prediction(AcceleratorHours(prediction="revenue_per_gpu_hour"), raw, PREDICTIONS)


def test_without_any_evidence_every_question_is_answered() -> None:
    for version in (PREDICTIONS, PREDICTIONS.model_copy(update={"search_cutoffs": {}})):
        given = frames(rows())
        statuses = set(Resolutions.validate(resolutions_table(version, ASSUMPTIONS, *given))["status"])
        assert statuses <= {"open", "void", "failed"}
        assert len(Forecasts.validate(forecasts_table(version, ASSUMPTIONS, *given)))
        assert len(ForecastHistory.validate(forecast_history_table(version, ASSUMPTIONS, *given)))
