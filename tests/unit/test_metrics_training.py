"""The training metrics against answers worked out by hand from the printed table and the release dates.

The statistics behind them are tested in test_statistics.py.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.printed_scenarios import FIGURES, dropped, estimate, scenarios, values
from tidebook.pipelines.evaluate.frame import MissingFigureError

PRICES = {
    "gpt_4": 4.762e6,
    "gemini_ultra": 5.333e6,
    "sora": 5.0e6,
    "llama_3_405b": 7.895e6,
    "stable_video_diffusion": 41.67e6,
}


@pytest.mark.parametrize(("run", "price"), PRICES.items())
def test_cost_per_flop(run: str, price: float) -> None:
    assert values(f"usd_per_flop/{run}") == pytest.approx([price], rel=1e-3)
    assert values(f"usd_per_flop_to_median/{run}") == pytest.approx([price / 5.333e6], rel=1e-3)


def test_stable_video_diffusion_is_the_outlier() -> None:
    assert values("usd_per_flop_spread") == pytest.approx([8.75])
    logs = np.log(np.array(list(PRICES.values())) / 5.333e6)
    deviation = np.median(np.abs(logs))
    found = [values(f"usd_per_flop_z/{run}")[0] for run in PRICES]
    assert found == pytest.approx(list(0.6745 * logs / deviation), rel=0.01, abs=0.01)
    assert [run for run, z in zip(PRICES, found, strict=True) if abs(z) > 3.5] == ["stable_video_diffusion"]


def test_distance_to_the_frontier() -> None:
    assert values("compute_to_frontier/gemini_ultra") == pytest.approx([15 / 21])
    assert values("compute_to_frontier/stable_video_diffusion") == pytest.approx([0.12 / 21])
    assert values("cost_to_frontier/llama_3_405b") == pytest.approx([0.3])
    assert values("cost_to_frontier/gpt_4", scenarios(dropped("gpt_4"))) == pytest.approx([1, np.nan], nan_ok=True)


def test_growth_is_the_slope_through_the_logarithms() -> None:
    # 15 March and 6 December 2023, 23 July 2024: days of a leap year that have passed.
    years = [0 + 74 / 366, 0 + 340 / 366, 1 + 204 / 366]
    slope = np.polyfit(years, np.log([100.0, 80.0, 30.0]), 1)[0]
    fit = estimate("language_cost_growth_per_year")
    assert fit.value[0] == pytest.approx(np.exp(slope))
    assert np.asarray(fit.n)[0] == 3
    assert fit.low is not None and fit.high is not None
    assert fit.low[0] < fit.value[0] < 1 < fit.high[0]
    assert values("language_cost_growth_in_period") == pytest.approx([np.exp(2 * slope)])


def test_no_run_costs_more_than_the_first() -> None:
    assert values("largest_to_earliest_cost") == pytest.approx([1])
    assert values("latest_to_earliest_cost") == pytest.approx([0.3])
    assert values("cost_growth_in_period")[0] < 1 < values("cost_growth_in_period_upper")[0]
    assert values("printed_growth_per_year") == pytest.approx([np.sqrt(10)])
    assert values("release_span_to_period") == pytest.approx([(16 + 8 / 31) / 24])


def test_cost_gap_at_each_video_model() -> None:
    assert values("language_video_cost_gap/stable_video_diffusion") == pytest.approx([20])
    assert values("language_video_cost_gap/sora") == pytest.approx([2])
    assert values("language_video_compute_gap/stable_video_diffusion") == pytest.approx([175])
    assert values("language_video_compute_gap/sora") == pytest.approx([2.1])
    assert values("top_language_to_top_video_cost") == pytest.approx([2])


def test_gap_change_compares_the_later_video_model_with_the_earlier() -> None:
    change = estimate("cost_gap_change")
    assert change.value[0] == pytest.approx(0.1)
    assert np.asarray(change.n)[0] == 2
    assert values("compute_gap_change") == pytest.approx([0.012])
    later_first = {"releases/sora/release_date": FIGURES["releases/gpt_4/release_date"]}
    assert values("cost_gap_change", scenarios(later_first)) == pytest.approx([0.1, 10])
    assert np.isnan(values("cost_gap_change", scenarios(dropped("sora")))[1])


def test_gpu_days_of_the_prose_against_the_table() -> None:
    assert values("video_usd_per_gpu_hour/stable_video_diffusion") == pytest.approx([5e6 / 48_000])
    assert values("video_flop_to_gpu_peak/sora") == pytest.approx([1e25 / (989.5e12 * 86_400 * 2_000)])


def test_a_row_that_is_missing_is_named() -> None:
    with pytest.raises(MissingFigureError, match="releases/sora/release_date"):
        values("cost_growth_per_year", scenarios(without=["releases/sora"]))
    with pytest.raises(MissingFigureError, match="releases/llama_3_405b/release_date"):
        values("cost_growth_per_year", scenarios(without=["releases/llama_3_405b"]))


@pytest.mark.parametrize("metric", ["cost_gap_change", "compute_gap_change", "language_compute_growth_per_year"])
def test_no_run_of_a_modality_is_a_missing_figure(metric: str) -> None:
    language = ("gpt_4", "gemini_ultra", "llama_3_405b")
    gone = ["training_runs/sora", "training_runs/stable_video"] if "gap" in metric else []
    gone = gone or [f"training_runs/{run}" for run in language]
    with pytest.raises(
        MissingFigureError,
        match=r'training_runs/\*/training_(cost|compute) \(releases.modality == "(video|language)"\)',
    ):
        values(metric, scenarios(without=gone))


def test_growth_by_a_published_trend_and_between_two_end_points() -> None:
    # 2.4² = 5.76 and 3.1 and 16.3 in two years, over the 10 printed; in four years 2.4⁴ = 33.18, 3.1² and 16.3².
    four = {"prose_figures/frontier_training/capital_growth_period": 4.0}
    assert values("trend_growth_to_printed", scenarios(four)) == pytest.approx([0.576, 3.318], abs=5e-4)
    llama, grok = (f"end_point_growth_to_printed/gpt_4_to_{name}" for name in ("llama_3_1_405b", "grok_3"))
    assert values(llama, scenarios(four)) == pytest.approx([0.31, 0.961])
    assert values(grok, scenarios(four)) == pytest.approx([1.63, 26.569])
