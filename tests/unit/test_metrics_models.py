"""The metrics of models against answers worked out by hand from the printed company table.

The statistics behind them are tested in test_statistics.py.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.printed_scenarios import dropped, estimate, scenarios, values
from tidebook.pipelines.evaluate.frame import Scenarios


def test_funding_and_score() -> None:
    fit = estimate("funding_mmlu_pearson")
    assert fit.value[0] == pytest.approx(0.8896, abs=5e-5)
    assert fit.low is not None and fit.high is not None
    assert (fit.low[0], fit.high[0]) == pytest.approx((-0.2211, 0.9957), abs=5e-5)
    assert np.asarray(fit.n)[0] == 4
    assert values("funding_mmlu_pearson_lower") == pytest.approx([-0.2211], abs=5e-5)


def test_no_rank_test_on_four_companies_reaches_five_percent() -> None:
    assert values("funding_mmlu_spearman") == [1]
    assert values("funding_mmlu_kendall") == [1]
    for test in ("pearson_p", "spearman_p", "kendall_p", "least_p"):
        assert values(f"funding_mmlu_{test}") == pytest.approx([1 / 12])


def test_more_companies_than_can_be_permuted_have_no_exact_p() -> None:
    ids = [f"frontier_models/c{place}/{name}" for name in ("total_funding", "mmlu") for place in range(9)]
    nine = Scenarios(np.random.default_rng(7).random((2, 18)), ids)
    for test in ("spearman_p", "kendall_p"):
        assert np.isnan(values(f"funding_mmlu_{test}", nine)).all()
    for test in ("pearson", "pearson_p"):
        assert np.isfinite(values(f"funding_mmlu_{test}", nine)).all()


def test_leaving_a_company_out() -> None:
    given = scenarios(dropped("openai"), dropped("mistral_ai"), dropped("google_deepmind"))
    assert values("funding_mmlu_pearson", given) == pytest.approx([0.8896, 0.9985, 0.8733, 0.8896], abs=5e-4)
    assert np.asarray(estimate("funding_mmlu_pearson", given).n).tolist() == [4, 3, 3, 4]
    assert values("funding_mmlu_least_p", given) == pytest.approx([1 / 12, 1 / 3, 1 / 3, 1 / 12])
    assert np.isnan(values("funding_mmlu_pearson_lower", given)[1])


def test_capital_efficiency() -> None:
    assert values("mmlu_per_usd/mistral_ai") == pytest.approx([70e-9])
    assert values("mmlu_error_per_usd/anthropic") == pytest.approx([1.56e-9])
    assert np.isnan(values("mmlu_per_usd/google_deepmind")[0])
    assert values("efficiency_spread") == pytest.approx([70 / (88.7 / 13)])
    assert values("efficiency_mmlu_spearman") == [-1]


def test_points_per_tenfold_funding() -> None:
    slope = np.polyfit(np.log10([13e9, 7.5e9, 6e9, 1.2e9]), [88.7, 88.3, 87.5, 84.0], 1)[0]
    assert values("mmlu_per_funding_decade") == pytest.approx([slope])


def test_anthropic_against_openai() -> None:
    assert values("anthropic_openai_mmlu_gap") == pytest.approx([-0.4])
    assert values("anthropic_openai_funding") == pytest.approx([7.5 / 13])
    assert values("openai_mmlu_lead") == pytest.approx([0.4])
    assert values("openai_funding_to_next") == pytest.approx([13 / 7.5])


def test_who_is_at_the_frontier() -> None:
    assert values("mmlu_behind_best/xai") == pytest.approx([1.2])
    assert values("mmlu_behind_best/openai") == [0]
    assert values("funding_to_largest/mistral_ai") == pytest.approx([1.2 / 13])
    closer = {"frontier_models/mistral_ai/mmlu": 87.0}
    assert values("least_funding_at_frontier", scenarios(closer)) == pytest.approx([6 / 13, 1.2 / 13])


def test_score_and_price_spreads() -> None:
    assert values("mmlu_spread") == pytest.approx([4.7])
    assert values("input_price_spread") == pytest.approx([2.5])
    assert values("input_price_per_point/xai") == pytest.approx([2 / 87.5])


def test_mistral_alone_is_beaten_on_price_score_and_context() -> None:
    companies = ("openai", "anthropic", "google_deepmind", "xai", "mistral_ai")
    assert [values(f"on_pareto_front/{company}")[0] for company in companies] == [1, 1, 1, 1, 0]
    assert values("pareto_front_size") == [4]
    given = scenarios(dropped("xai"), {"frontier_models/mistral_ai/input_price": 1.5})
    assert values("on_pareto_front/mistral_ai", given) == [0, 1, 1]


def test_context_window_of_claude() -> None:
    assert values("claude_context_to_openai") == pytest.approx([200 / 128])
    assert values("claude_context_to_median") == pytest.approx([200 / 128])
    assert values("claude_context_to_longest") == pytest.approx([0.2])
    assert values("claude_context_prose_to_table") == pytest.approx([1])
