"""Forecasts over time: no row reaches a forecast of an earlier day, and what each model says by hand."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache, partial
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit import shipped
from tests.unit.forecast_rows import (
    ASSUMPTIONS,
    PREDICTIONS,
    QUESTIONS,
    RAW,
    SOURCES,
    day,
    event,
    frames,
    observed,
    question,
    rows,
)
from tidebook.pipelines.judge.predictions.history import forecast_history_table, forecasts_table
from tidebook.pipelines.judge.predictions.questions import forecast, prior_range
from tidebook.pipelines.judge.predictions.rows import (
    Event,
    Evidence,
    Observation,
    evidence_of,
    known_on,
    month_ends,
    months_after,
    years,
)
from tidebook.pipelines.read.corrections import read_corrections
from tidebook.pipelines.read.evidence import events_table, observations_table
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.schemas.evidence import EVENT_STATUSES, TIERS
from tidebook.schemas.forecasts import ForecastHistory, Forecasts

PUBLIC = shipped.DOSSIER.events.public


def real() -> Evidence:
    """Return the evidence of the dossier."""
    read = partial(read_raw, RAW)
    corrections = read_corrections(read("reference/corrections.toml"), SOURCES)
    events = events_table(read("reference/events.csv"), corrections, SOURCES, PUBLIC)
    files = [read("reference/observations.csv"), read("reference/observations_training.csv")]
    observations = observations_table(files, corrections, SOURCES)
    return evidence_of(events, observations)


REAL = real()
KINDS = sorted({event.kind for event in REAL.events})
DAYS = [*month_ends(day("2024-10-31"), day("2026-11-24")), day("2026-11-24")]
COMPANIES = ("openai", "anthropic", "google_deepmind", "xai", "mistral_ai", "zhipu_ai", "cohere", "coreweave")
MEASURED = (
    ("open_weight_share", "openrouter", "percent", "all tokens"),
    ("open_weight_share", "enterprise_survey", "percent", "enterprise workloads"),
    ("valuation", "openai", "USD", "post-money"),
    ("basket_drawdown", "ai_basket", "percent", "from its high"),
    ("revenue_per_gpu_hour", "openai", "USD/GPU-hour", "per GPU unit"),
    ("h100_rental_price", "market", "USD/GPU-hour", "on-demand"),
    ("weekly_users", "chatgpt", "person", "all plans"),
)


def events_after(first: dt.date) -> st.SearchStrategy[Event]:
    return st.builds(
        Event,
        id=st.integers(0, 10**9).map("added_{}".format),
        date=st.dates(first + dt.timedelta(days=1), day("2030-12-31")),
        kind=st.sampled_from(KINDS),
        status=st.sampled_from(EVENT_STATUSES),
        subject=st.sampled_from(COMPANIES),
        counterparty=st.sampled_from(COMPANIES),
        value=st.floats(1, 1e12),
        tier=st.sampled_from(TIERS),
        available_from=st.dates(day("2019-01-01"), day("2030-12-31")),
    )


def observations_after(first: dt.date) -> st.SearchStrategy[Observation]:
    return st.builds(
        lambda name, date, value, tier, measured, known: Observation(
            name, date, *measured[:2], value, *measured[2:], tier, known
        ),
        st.integers(0, 10**9).map("added_{}".format),
        st.dates(first + dt.timedelta(days=1), day("2030-12-31")),
        st.floats(0.01, 99),
        st.sampled_from(TIERS),
        st.sampled_from(MEASURED),
        st.dates(day("2019-01-01"), day("2030-12-31")),
    )


ForecastTables = tuple[pd.DataFrame, pd.DataFrame]
"""Forecasts and their history."""


def said(evidence: Evidence, on: dt.date) -> list[str]:
    """Return all that is said of every question on a day."""
    return [repr(forecast(asked, known_on(evidence, on), on)) for asked in QUESTIONS]


@cache
def really_said(on: dt.date) -> list[str]:
    """Return what is said on the evidence on record."""
    return said(REAL, on)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nothing_dated_later_changes_a_forecast(data: st.DataObject) -> None:
    on = data.draw(st.sampled_from(DAYS))
    added = rows(
        *data.draw(st.lists(events_after(on), max_size=8)), *data.draw(st.lists(observations_after(on), max_size=8))
    )
    known = known_on(REAL, on)
    kept = data.draw(st.booleans())  # the later rows of the real evidence stay, or go
    base = REAL if kept else known
    changed = rows(*base.events, *base.observations, *added.events, *added.observations)
    assert said(changed, on) == really_said(on)


def test_a_row_recorded_later_does_not_reach_an_earlier_day() -> None:
    on, later = day("2026-06-30"), event("openai", "2026-03-01", available="2026-07-01")
    changed = rows(*REAL.events, *REAL.observations, later)
    assert said(changed, on) == really_said(on)
    assert said(changed, day("2026-07-01")) != really_said(day("2026-07-01"))


def test_a_row_of_the_same_day_does_reach_it() -> None:
    on = day("2026-11-24")
    assert said(rows(*REAL.events, *REAL.observations, event("openai", "2026-11-24")), on) != really_said(on)


def tables(evidence: Evidence) -> ForecastTables:
    given = frames(evidence)
    return (
        Forecasts.validate(forecasts_table(PREDICTIONS, ASSUMPTIONS, *given)),
        ForecastHistory.validate(forecast_history_table(PREDICTIONS, ASSUMPTIONS, *given)),
    )


@pytest.fixture(scope="module")
def real_tables() -> ForecastTables:
    """The forecasts and their history on the evidence on record, not to be changed."""
    return tables(REAL)


def test_the_order_of_rows_changes_nothing(real_tables: ForecastTables) -> None:
    backwards = Evidence(REAL.events[::-1], REAL.observations[::-1])
    for one, other in zip(real_tables, tables(backwards), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_history_has_every_month_end_since_the_clock_started(real_tables: ForecastTables) -> None:
    current, history = real_tables
    for (clock, *_), series in history.groupby(
        ["clock", "prediction_id", "deadline_interpretation", "population", "version"]
    ):
        first, number = (day("2024-10-31"), 25) if clock == "content" else (day("2026-05-31"), 6)
        assert (series["as_of"].iloc[0], series["as_of"].iloc[-1], len(series)) == (first, day("2026-10-31"), number)
    assert set(current["as_of"]) == {day("2026-11-24")}
    assert len(current) == len(QUESTIONS)


def test_history_ends_a_year_after_the_last_evidence_and_the_deadline_however_late_today_is() -> None:
    late = ASSUMPTIONS.model_copy(update={"as_of": day("2066-11-26")})
    history = forecast_history_table(PREDICTIONS, late, *frames(rows(event("e", "2027-01-10"))))
    ends = history.groupby(["prediction_id", "clock", "deadline_interpretation"])["as_of"].max()
    for asked in (each for each in QUESTIONS if each.deadline in (day("2026-04-03"), day("2027-12-31"))):
        end = {2026: "2027-12-31", 2027: "2028-12-31"}[asked.deadline.year]  # 2027-01-10 is later than the first
        assert ends[asked.prediction_id, asked.clock, asked.columns()["deadline_interpretation"]] == day(end)


def test_probabilities_are_one_or_zero_once_decided_and_none_when_void(real_tables: ForecastTables) -> None:
    _, history = real_tables
    assert set(history.loc[history["status"] == "came true", "probability"]) == {1.0}
    assert set(history.loc[history["status"] == "failed", "probability"]) == {0.0}
    assert history.loc[history["status"] == "void", "probability"].isna().all()


def say(asked: Any, evidence: Evidence, on: str) -> Any:
    return forecast(asked, known_on(evidence, day(on)), day(on))[1]


def test_a_company_bought_before_the_clock_neither_counts_nor_is_at_risk() -> None:
    asked = question("consolidation", "strict", "publication", "2027-11-25")
    evidence = rows(event("xai", "2026-02-02", "merger"))
    found = say(asked, evidence, "2026-11-24")
    # Rate: 1 + 1 events in 20 years + 4 companies to the sweep and one to its end. Three of the four left are needed.
    exposed = 4 * years(day("2024-10-03"), day("2026-10-07")) + years(day("2024-10-03"), day("2026-02-02"))
    ahead = years(day("2026-10-07"), day("2027-11-25"))
    mean = [((20 + exposed) / (20 + exposed + each * ahead)) ** 2 for each in range(5)]
    three = 4 * (mean[1] - 3 * mean[2] + 3 * mean[3] - mean[4])
    four = mean[0] - 4 * mean[1] + 6 * mean[2] - 4 * mean[3] + mean[4]
    assert found.probability == pytest.approx(three + four)
    assert (found.n, found.evidence, found.last_value) == (1, (evidence.events[0].id,), 0.0)


def test_the_hazard_of_a_first_listing_by_hand() -> None:
    asked = question("first_model_company_ipo", "wide")
    found = say(asked, rows(), "2025-10-01")
    exposed = 11 * years(day("2024-10-03"), day("2025-10-01"))
    ahead = years(day("2025-10-01"), day("2026-10-01"))
    assert found.probability == pytest.approx(1 - (20 + exposed) / (20 + exposed + 11 * ahead))
    assert found.prior_only == pytest.approx(1 - 20 / (20 + 11 * ahead))
    assert (found.target_date, found.n) == (day("2026-10-01"), 0)


FILINGS = [
    event("coreweave", "2024-12-16", "draft_filing", counterparty="", available="2025-03-05"),
    event("coreweave", "2025-03-28", "listing", counterparty=""),
    event("anthropic", "2026-06-01", "draft_filing", counterparty=""),
    event("openai", "2026-06-08", "draft_filing", counterparty=""),
]


def test_a_company_on_file_is_near_its_listing_by_hand() -> None:
    asked = question("first_model_company_ipo", "strict")
    found = say(asked, rows(*FILINGS), "2026-11-24")
    # On file: one listing in one company-year, CoreWeave's after 102 days, 128 and 121 days without one to the sweep.
    waited = 1 + (102 + 128 + 121) / 365.25
    ahead = years(day("2026-10-07"), day("2027-11-24"))
    on_file = 1 - (waited / (waited + 2 * ahead)) ** 2
    # Not on file: the three others since the content date, these two until they filed.
    since = day("2024-10-03")
    exposed = 20 + 3 * years(since, day("2026-10-07")) + sum(years(since, row.date) for row in FILINGS[2:])
    others = 1 - exposed / (exposed + 3 * ahead)
    assert found.probability == pytest.approx(1 - (1 - on_file) * (1 - others))
    assert (found.n, found.evidence) == (3, tuple(FILINGS[place].id for place in (0, 2, 3)))
    assert on_file == pytest.approx(0.784, abs=0.001)


def test_the_shipped_listing_forecast_counts_filings_and_its_earlier_version_does_not(
    real_tables: ForecastTables,
) -> None:
    current, _ = real_tables
    strict = (current["prediction_id"] == "first_model_company_ipo") & (current["population"] == "strict")
    mine = current[strict & (current["clock"] == "content")].set_index("version")
    assert list(mine["current"]) == [False, True]
    assert mine["chosen"].astype(str).to_dict() == {1: "2026-11-25", 2: "2026-11-26"}
    assert mine.loc[1, "probability"] == pytest.approx(0.133, abs=0.001)
    assert 0.7 < mine.loc[2, "probability"] < 0.85
    assert (mine.loc[2, "low"], mine.loc[2, "high"]) == (pytest.approx(0.34, abs=0.01), pytest.approx(0.997, abs=0.001))


def test_a_filing_counts_from_the_day_on_which_it_could_be_known() -> None:
    asked = question("first_model_company_ipo", "strict")
    assert say(asked, rows(*FILINGS), "2025-03-04").n == 0
    assert say(asked, rows(*FILINGS), "2025-03-05").n == 1


def test_what_was_taken_over_while_on_file_lists_no_more() -> None:
    asked = question("first_model_company_ipo", "strict")
    gone = [*FILINGS, event("openai", "2026-07-01")]
    assert say(asked, rows(*gone), "2026-11-24").probability < say(asked, rows(*FILINGS), "2026-11-24").probability


def test_how_much_is_sensitive_to_the_prior_by_hand() -> None:
    asked = question("bubble_bursts", "basket_fall")
    ahead = years(day("2025-01-31"), day("2026-01-31"))
    # One event in ten years: twice or half the events, twice or half the years. The other prior changes nothing.
    chances = [1 - (10 / (10 + ahead)) ** 0.5, 1 - (10 / (10 + ahead)) ** 2, ahead / (5 + ahead), ahead / (20 + ahead)]
    assert prior_range(asked, rows(), day("2025-01-31")) == pytest.approx((min(chances), max(chances)))


def test_a_share_without_rows_is_the_prior_and_says_so() -> None:
    asked = question("open_source_inference", "openrouter", deadline="2027-12-31")
    found = say(asked, rows(), "2024-10-31")
    assert (found.n, found.value) == (0, pytest.approx(50.0))
    assert 0.2 < found.probability < 0.4
    assert "slope 0 ± 1 a year" in found.prior


def test_populations_are_not_pooled() -> None:
    low = [observed("open_weight_share", "enterprise_survey", f"{year}-12-31", 10.0, basis="enterprise workloads")
           for year in (2024, 2025)]  # fmt: skip
    high = [observed("open_weight_share", "openrouter", "2025-12-31", 90.0, basis="all tokens")]
    survey = question("open_source_inference", "enterprise_survey", deadline="2026-12-31")
    assert say(survey, rows(*low), "2026-11-24") == say(survey, rows(*low, *high), "2026-11-24")
    both = say(question("open_source_inference", "both", deadline="2026-12-31"), rows(*low, *high), "2026-11-24")
    assert math.isnan(both.probability)
    assert both.value == 80.0
    assert both.low == 0.0
    assert both.high == say(survey, rows(*low), "2026-11-24").probability


def test_a_burst_needs_one_of_two_independent_triggers() -> None:
    parts = {name: say(question("bubble_bursts", name), rows(), "2025-01-31") for name in ("basket_fall", "down_round")}
    ahead = years(day("2025-01-31"), day("2026-01-31"))
    assert parts["basket_fall"].probability == pytest.approx(1 - 10 / (10 + ahead))
    assert parts["down_round"].probability == pytest.approx(1 - 20 / (20 + 4 * ahead))
    burst = say(question("bubble_bursts", "burst"), rows(), "2025-01-31")
    expected = 1 - (1 - parts["basket_fall"].probability) * (1 - parts["down_round"].probability)
    assert burst.probability == pytest.approx(expected)
    mild = say(question("bubble_bursts", "burst_not_catastrophic"), rows(), "2025-01-31")
    assert math.isnan(mild.probability)
    assert (mild.low, mild.high) == (0.0, burst.probability)


def test_time_without_evidence_is_not_evidence() -> None:
    asked = question("bubble_bursts", "basket_fall")
    assert say(asked, rows(), "2024-10-31").probability == pytest.approx(say(asked, rows(), "2026-10-31").probability)


def test_a_ratio_depends_on_its_own_figures() -> None:
    quarters = [observed("revenue_per_gpu_hour", "coreweave", date, 2.0, "USD/GPU-hour", "per GPU unit", "D")
                for date in ("2025-03-31", "2025-06-30", "2025-09-30")]  # fmt: skip
    found = say(question("revenue_per_gpu_hour", "coreweave/threshold"), rows(*quarters), "2025-10-31")
    # Level on the logarithm: the prior weighs 0.3² = 0.09 of a quarter.
    assert found.value == pytest.approx(math.exp(3 * math.log(2) / 3.09))
    assert found.value_low < found.value < found.value_high
    assert found.probability > 0.9
    assert say(question("revenue_per_gpu_hour", "anthropic/threshold"), rows(*quarters), "2025-10-31").n == 0


@pytest.mark.parametrize(("tier", "given"), [("W", False), ("S", True)])
def test_weak_rents_alone_carry_no_probability(tier: str, given: bool) -> None:
    quarter = observed("revenue_per_gpu_hour", "coreweave", "2025-09-30", 2.0, "USD/GPU-hour", "per GPU unit", "D")
    rent = observed("h100_rental_price", "market", "2025-09-30", 2.0, "USD/GPU-hour", "index", tier)
    found = say(question("revenue_per_gpu_hour", "coreweave/yardstick"), rows(quarter, rent), "2025-10-31")
    assert math.isnan(found.probability) is not given
    assert (found.n, found.weak) == (1, int(tier == "W"))


def test_months() -> None:
    assert months_after(day("2024-08-31"), 6) == day("2025-02-28")
    assert months_after(day("2026-11-24"), -12) == day("2025-11-24")
    assert month_ends(day("2024-10-01"), day("2024-12-30")) == [day("2024-10-31"), day("2024-11-30")]
