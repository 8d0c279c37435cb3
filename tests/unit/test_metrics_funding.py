"""The funding metrics against answers worked out by hand from the printed tables and the prose.

The statistics behind them are tested in test_statistics.py.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.printed_scenarios import FIGURES, dropped, scenarios, values
from tidebook.pipelines.evaluate.frame import MissingFigureError

REGIONS = ("united_states", "china", "europe", "rest_of_world")


def test_shares() -> None:
    assert values("us_share") == pytest.approx([0.7143], abs=5e-5)
    shares = [values(f"funding_share/{region}")[0] for region in REGIONS]
    assert shares == pytest.approx([35 / 49, 8 / 49, 4 / 49, 2 / 49])
    assert values("us_deal_share") == pytest.approx([12 / 21])
    assert values("us_to_rest") == pytest.approx([2.5])


def test_totals() -> None:
    assert values("funding_total") == pytest.approx([49e9])
    assert values("deals_total") == [21]


def test_concentration() -> None:
    assert values("funding_hhi") == pytest.approx([0.5452], abs=5e-5)
    assert values("funding_cr1") == pytest.approx([35 / 49])
    assert values("funding_cr2") == pytest.approx([43 / 49])
    assert values("company_hhi") == pytest.approx([(13**2 + 7.5**2 + 6**2 + 1.2**2) / 27.7**2])
    assert values("company_cr2") == pytest.approx([20.5 / 27.7])


def test_china_and_europe() -> None:
    assert values("china_europe_share") == pytest.approx([12 / 49])
    assert values("lesser_of_china_and_europe") == pytest.approx([4 / 49])
    assert values("fewest_deals_of_china_and_europe") == [3]
    assert values("china_europe_to_us") == pytest.approx([12 / 35])
    left_out = values("lesser_of_china_and_europe", scenarios(dropped("europe"), dropped("china")))
    assert np.isnan(left_out[1:]).all()


def test_funding_per_deal() -> None:
    found = [values(f"funding_per_deal/{region}")[0] for region in REGIONS]
    assert found == pytest.approx([35e9 / 12, 1.6e9, 4e9 / 3, 2e9])
    assert values("least_funding_per_deal") == pytest.approx([4e9 / 3])


def test_prose_against_the_table() -> None:
    assert values("anthropic_round_to_total") == pytest.approx([1])
    assert values("xai_round_to_total") == pytest.approx([1])
    assert values("microsoft_to_openai_total") == pytest.approx([10 / 13])
    assert values("mistral_parity_rate") == pytest.approx([2])
    assert values("mistral_round_to_valuation") == pytest.approx([0.1])


def test_more_money_in_china_takes_the_majority_from_the_us() -> None:
    given = scenarios({"regional_funding/china/total_funding": 40e9}, dropped("united_states"))
    assert values("us_share", given) == pytest.approx([35 / 49, 35 / 81, np.nan], nan_ok=True)


def test_a_region_that_is_missing_is_named() -> None:
    with pytest.raises(MissingFigureError, match="regional_funding/united_states/total_funding"):
        values("us_share", scenarios(without=["regional_funding/united_states"]))


@given(st.tuples(*[st.floats(1, 1e12)] * 4), st.floats(1e-3, 1e3))
def test_shares_sum_to_one_whatever_the_currency(amounts: tuple[float, ...], rate: float) -> None:
    ids = [f"regional_funding/{region}/total_funding" for region in REGIONS]
    own, foreign = dict(zip(ids, amounts, strict=True)), {}
    foreign = {figure_id: amount * rate for figure_id, amount in own.items()}
    shares = np.array([values(f"funding_share/{region}", scenarios(own, foreign)) for region in REGIONS])
    np.testing.assert_allclose(shares.sum(axis=0), 1)
    np.testing.assert_allclose(shares[:, 1], shares[:, 2])


@given(st.permutations(range(4)))
def test_the_order_of_the_scenarios_does_not_matter(order: list[int]) -> None:
    changes = [{"regional_funding/china/total_funding": amount} for amount in (1e9, 8e9, 20e9, 90e9)]
    shuffled = values("funding_hhi", scenarios(*(changes[place] for place in order)))[1:]
    assert shuffled == [values("funding_hhi", scenarios(*changes))[1:][place] for place in order]


def test_the_printed_figures_are_complete() -> None:
    assert len(FIGURES) == len(scenarios().figure_ids)
