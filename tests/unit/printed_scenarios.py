"""Worlds with the figures that the article and the reference tables print, for tests of the metrics.

Belongs here: the numbers and how a test varies them. Does not: reading them from raw/, which other tests do.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping

import numpy as np

from tests.unit.read_scenarios import taken_apart
from tests.unit.shipped import METRICS
from tidebook.pipelines.evaluate.estimates import Estimate
from tidebook.pipelines.evaluate.frame import Scenarios
from tidebook.schemas.units import EPOCH

ROWS: dict[tuple[str, tuple[str, ...]], dict[str, tuple[float, ...]]] = {
    ("training_runs", ("training_compute", "training_cost")): {
        "gpt_4": (2.1e25, 100e6),
        "gemini_ultra": (1.5e25, 80e6),
        "sora": (1.0e25, 50e6),
        "llama_3_405b": (3.8e24, 30e6),
        "stable_video_diffusion": (1.2e23, 5e6),
    },
    ("frontier_models", ("mmlu", "context_window", "input_price", "total_funding")): {
        "openai": (88.7, 128e3, 5.00, 13e9),
        "anthropic": (88.3, 200e3, 3.00, 7.5e9),
        "google_deepmind": (86.4, 1e6, 3.50, np.nan),
        "xai": (87.5, 128e3, 2.00, 6e9),
        "mistral_ai": (84.0, 128e3, 2.00, 1.2e9),
    },
    ("regional_funding", ("total_funding", "large_deals")): {
        "united_states": (35e9, 12),
        "china": (8e9, 5),
        "europe": (4e9, 3),
        "rest_of_world": (2e9, 1),
    },
    ("prices", ("input_price", "output_price")): {
        "gpt_4": (30.0, 60.0),
        "gpt_4_turbo": (10.0, 30.0),
        "gpt_4o": (5.0, 15.0),
        "gpt_4o_2024_08_06": (2.5, 10.0),
        "claude_3_sonnet": (3.0, 15.0),
        "claude_3_5_sonnet": (3.0, 15.0),
    },
}

DAYS = {
    "releases/gpt_4/release_date": "2023-03-15",
    "releases/gemini_ultra/release_date": "2023-12-06",
    "releases/sora/release_date": "2024-02-15",
    "releases/llama_3_405b/release_date": "2024-07-23",
    "releases/stable_video_diffusion/release_date": "2023-11-25",
    "prices/gpt_4/effective_from": "2023-03-14",
    "prices/gpt_4_turbo/effective_from": "2023-11-06",
    "prices/gpt_4o/effective_from": "2024-05-13",
    "prices/gpt_4o_2024_08_06/effective_from": "2024-08-06",
    "prices/claude_3_sonnet/effective_from": "2024-03-04",
    "prices/claude_3_5_sonnet/effective_from": "2024-06-20",
}

PROSE = {
    "frontier_training/capital_growth": 10,
    "frontier_training/capital_growth_period": 2,
    "video_models/training_gpu_days": 2_000,
    "openai/microsoft_investment": 10e9,
    "openai/annualized_revenue": 3.4e9,
    "openai/projected_loss": 5e9,
    "claude_3_5_sonnet/context_window": 200e3,
    "claude_3_5_sonnet/humaneval": 92.0,
    "anthropic/funding_round": 7.5e9,
    "xai/funding_round": 6e9,
    "xai/memphis_gpus": 100_000,
    "mistral_ai/funding_round": 600e6,
    "mistral_ai/valuation": 6e9,
    "gpt_4_api/price_cut": 50,
    "coreweave/debt_financing": 1.1e9,
    "coreweave/valuation": 19e9,
    "consolidation/horizon": 18,
    "gpu_hour_revenue/minimum": 1,
}

UNPRINTED = {
    "frontier_training_cost/growth_per_year": 2.4,
    "gpt_4_to_llama_3_1_405b/growth_in_two_years": 3.1,
    "gpt_4_to_grok_3/growth_in_two_years": 16.3,
    "public_launch_of_sora/occurrences": 1,
    "ai_act_duties_of_model_makers/occurrences": 1,
    "listing_of_a_model_company/occurrences": 2,
    "daydreamer_on_physical_robots/occurrences": 1,
    "openai_flagship/input_price": 5,
    "openai_flagship/input_price_a_year_before": 2,
    "claude_opus/input_price": 5,
    "gpt_3_5_quality/price_fall": 280,
    "frontier_language_model/training_compute": 4.64e26,
    "frontier_video_model/training_compute": 6e24,
    "first_video_model/training_compute": 6e22,
    "language_model_beside_it/training_compute": 2.2e25,
    "genie/world_model_compute": 6.6e22,
    "gaia_1/world_model_compute": 1.2e22,
    "cosmos/world_model_compute": 6e24,
    "mistral_7b/unrestricted_weights": 1,
    "mixtral_8x7b/unrestricted_weights": 1,
    "llama_3/unrestricted_weights": 0,
    "stable_diffusion/unrestricted_weights": 0,
    "openai/revenue_run_rate": 24e9,
    "anthropic/revenue_run_rate": 30e9,
    "xai/revenue_run_rate": 500e6,
    "mistral_ai/revenue_run_rate": 400e6,
    "openai/business_adoption": 32.3,
    "anthropic/business_adoption": 34.4,
    "openai/debt": 4e9,
    "openai_in_2024/revenue": 3.7e9,
    "openai_in_2024/operating_loss": 8.78e9,
    "openai_in_2024/inference_spend": 1.8e9,
    "openai_in_2025/revenue": 13.07e9,
    "openai_in_2025/operating_loss": 20.92e9,
    "openai_in_2025/inference_spend": 7e9,
    "xai_in_2024/revenue": 2.62e9,
    "xai_in_2024/operating_loss": 1.56e9,
    "xai_in_2025/revenue": 3.2e9,
    "xai_in_2025/operating_loss": 6.4e9,
    "minimax_in_2024/revenue": 30.52e6,
    "minimax_in_2024/operating_loss": 244e6,
    "minimax_in_2024/gross_margin": 12.2,
    "minimax_in_2025/revenue": 79.04e6,
    "minimax_in_2025/operating_loss": 251e6,
    "minimax_in_2025/gross_margin": 25.4,
    "anthropic_in_2024/gross_margin": -94,
    "anthropic_in_2025/gross_margin": 40,
    "coreweave_before_its_round/valuation": 7e9,
    "coreweave/latest_valuation": 23e9,
    "coreweave/revenue_growth": 2.34,
    "coreweave/fleet_growth": 2.18,
    "chatgpt/weekly_users_growth": 2.1,
    "gpt_4o/humaneval": 91.0,
    "grok_2/humaneval": 88.4,
    "coreweave/revenue_per_gpu_hour": 1.85,
    "consolidation/months_left": 7.2,
    "ai_venture_capital/us_share": 73.4,
    "ai_venture_capital/china_share": 6.9,
    "ai_venture_capital/europe_share": 11.6,
    "generative_ai/us_share": 88.9,
}
"""What only references say, as it was known when the article appeared."""

FIGURES: dict[str, float] = (
    {
        f"{table}/{subject}/{quantity}": value
        for (table, quantities), rows in ROWS.items()
        for subject, values in rows.items()
        for quantity, value in zip(quantities, values, strict=True)
    }
    | {figure_id: float((dt.date.fromisoformat(day) - EPOCH).days) for figure_id, day in DAYS.items()}
    | {f"prose_figures/{name}": float(value) for name, value in PROSE.items()}
    | {f"unprinted/{name}": float(value) for name, value in UNPRINTED.items()}
)


LABELS = {
    f"releases/{subject}/release_date": json.dumps(
        {"modality": "video" if subject in ("sora", "stable_video_diffusion") else "language"}
    )
    for subject in ROWS["training_runs", ("training_compute", "training_cost")]
} | {
    f"prices/{subject}/{quantity}": json.dumps(
        {"series": "Anthropic Sonnet" if subject.startswith("claude") else "OpenAI flagship"}
    )
    for subject in ROWS["prices", ("input_price", "output_price")]
    for quantity in ("input_price", "output_price", "effective_from")
}
LABELS |= {
    f"training_runs/{subject}/{quantity}": json.dumps(
        {"key_innovation": "Dense, high-quality data" if subject == "llama_3_405b" else "another"}
    )
    for subject in ROWS["training_runs", ("training_compute", "training_cost")]
    for quantity in ("training_compute", "training_cost")
}


def scenarios(*changes: Mapping[str, float], without: Iterable[str] = ()) -> Scenarios:
    """Return the printed scenario, then one per change; `without` has the starts of ids that no table holds."""
    kept = {name: value for name, value in FIGURES.items() if not name.startswith(tuple(without))}
    rows = [kept, *({**kept, **change} for change in changes)]
    return Scenarios(np.array([[row[name] for name in kept] for row in rows]), list(kept), LABELS)


def dropped(subject: str) -> dict[str, float]:
    """Return the change that leaves a subject out of every table."""
    return {name: np.nan for name in FIGURES if name.split("/")[1] == subject}


def values(metric_id: str, given: Scenarios | None = None) -> list[float]:
    """Return a metric in each scenario, by default in the printed one."""
    found = METRICS[metric_id.partition("/")[0]].function(given or scenarios())
    return [float(value) for value in found.value[:, found.ids.index(metric_id)]]


def estimate(metric_id: str, given: Scenarios | None = None) -> Estimate:
    """Return a metric that has one value, with its sample size and interval."""
    found = taken_apart(METRICS[metric_id].function(given or scenarios()))
    assert isinstance(found, Estimate)
    return found
