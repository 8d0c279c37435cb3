"""The metrics on what the article does not print, against answers worked out by hand from what is known of it.

The values are those known when the article appeared: see `printed_scenarios`.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.printed_scenarios import scenarios, values

BY_HAND = [
    ("flagship_cut_to_the_day", 100 * (1 - 5 / 2)),  # it rose
    ("flagship_cut_to_the_day_to_printed", -150 / 50),
    ("opus_input_cut", 100 * (1 - 5 / 15)),
    ("price_fall_at_quality", 280),
    ("frontier_gap_change", (4.64e26 / 6e24) / (2.2e25 / 6e22)),  # 77 over 367
    ("world_model_to_language_compute", 6e24 / 4.64e26),
    ("video_gpu_days", 2000),
    ("video_cost_to_least_funding", 5e6 / 1.2e9),
    ("dense_runs", 1),
    ("open_source_models", 1),
    ("open_mistral_models", 2),
    ("revenue_of_all", 54.9e9),
    ("companies_with_revenue", 4),
    ("mistral_to_leaders_revenue", 0.4 / 24),
    ("mistral_to_least_revenue", 0.4 / 0.5),
    ("mistral_latest_round", 600e6),
    ("openai_revenue_to_next", 24 / 30),
    ("openai_adoption_to_anthropic", 32.3 / 34.4),
    ("openai_debt", 4e9),
    ("microsoft_in_openai", 10e9),
    ("inference_share_change", (7 / 13.07) / (1.8 / 3.7)),  # 53.6 % over 48.6 %
    ("operating_loss_to_revenue/openai_in_2024", 8.78 / 3.7),
    ("operating_loss_to_revenue/openai_in_2025", 20.92 / 13.07),
    ("least_loss_to_revenue_in_2025", 20.92 / 13.07),  # xAI 2.0, MiniMax 3.2
    ("least_loss_to_revenue_in_2024", 1.56 / 2.62),  # OpenAI 2.4, MiniMax 8.0
    ("greatest_margin_change", 40 + 94),
    ("openai_operating_runway", 13 / 20.92),
    ("operating_to_projected_loss", 8.78 / 5),
    ("coreweave_valuation_growth", 19 / 7),
    ("coreweave_latest_to_printed", 23 / 19),
    ("coreweave_revenue_growth", 2.34),
    ("coreweave_fleet_growth", 2.18),
    ("chatgpt_growth", 2.1),
    ("claude_humaneval_lead", 92 - 91),
    ("cloud_revenue_to_threshold", 1.85),
    ("months_left_to_horizon", 7.2 / 18),
    ("us_venture_share", 0.734),
    ("us_generative_share", 0.889),
    ("lesser_venture_share", 0.069),
]


def test_the_metric_by_hand(subtests: pytest.Subtests) -> None:
    for metric, expected in BY_HAND:
        with subtests.test(metric=metric):
            assert values(metric) == pytest.approx([expected])


def test_what_inference_leaves_of_revenue_is_a_margin_in_percent() -> None:
    names = ("anthropic", "minimax")
    worse = {f"unprinted/{name}_in_2025/gross_margin": -200.0 for name in names}
    less = {"unprinted/openai_in_2025/inference_spend": 13.07e9 * (1.8 / 3.7 - 0.1)}
    # OpenAI decides: 48.6 % less 53.6 %, then a tenth of its revenue more than before.
    assert values("greatest_margin_change", scenarios(worse, worse | less))[1:] == pytest.approx([-4.91, 10], abs=0.01)


def test_a_world_model_that_is_not_known_yet_is_left_out() -> None:
    early = scenarios({"unprinted/cosmos/world_model_compute": np.nan})
    assert values("world_model_to_language_compute", early)[1] == pytest.approx(6.6e22 / 4.64e26)
