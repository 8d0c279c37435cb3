"""The price metrics against answers worked out by hand from the reference prices and the article's cells.

The statistics behind them are tested in test_statistics.py.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.unit.printed_scenarios import FIGURES, estimate, scenarios, values


def test_cut_per_step() -> None:
    models = ("gpt_4_turbo", "gpt_4o", "gpt_4o_2024_08_06")
    assert [values(f"flagship_input_cut/{model}")[0] for model in models] == pytest.approx([200 / 3, 50, 50])
    assert [values(f"flagship_output_cut/{model}")[0] for model in models] == pytest.approx([50, 50, 100 / 3])
    assert values("flagship_largest_cut") == pytest.approx([200 / 3])
    assert values("flagship_last_cut") == pytest.approx([50])


def test_steps_follow_the_dates() -> None:
    early = {"prices/gpt_4_turbo/effective_from": FIGURES["prices/gpt_4o/effective_from"] + 30}
    assert values("flagship_input_cut/gpt_4o", scenarios(early))[1] == pytest.approx(100 * 25 / 30)
    assert values("flagship_input_cut/gpt_4_turbo", scenarios(early))[1] == pytest.approx(-100)


def test_cut_in_the_year_before_the_content_date() -> None:
    assert values("flagship_input_cut_in_year") == pytest.approx([100 * 27.5 / 30])
    assert values("flagship_output_cut_in_year") == pytest.approx([100 * 50 / 60])
    assert values("flagship_cut_to_printed") == pytest.approx([27.5 / 15])
    assert values("flagship_last_cut_to_printed") == pytest.approx([1])


def test_halving_times() -> None:
    months = 16 + 23 / 31  # from 14 March 2023 to 6 August 2024
    assert values("flagship_halving_time") == pytest.approx([months / math.log2(12)])
    assert values("printed_halving_time") == pytest.approx([12])
    fit = estimate("flagship_halving_time_fit")
    assert fit.low is not None and fit.high is not None
    assert fit.low[0] < fit.value[0] < fit.high[0]
    assert fit.value[0] == pytest.approx(4.896, abs=1e-3)
    risen = scenarios({"prices/gpt_4o_2024_08_06/input_price": 40.0})
    assert np.isnan(values("flagship_halving_time", risen)[1])


def test_anthropic_did_not_cut() -> None:
    assert values("sonnet_input_cut") == [0]
    assert values("sonnet_output_cut") == [0]


def test_cells_against_the_list() -> None:
    assert values("gpt_4o_cell_to_list") == pytest.approx([2])
    assert values("gpt_4o_cell_to_launch") == pytest.approx([1])
    assert values("claude_cell_to_list") == pytest.approx([1])
