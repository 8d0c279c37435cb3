"""The metrics of revenue, loss, debt and computing against answers worked out by hand from the prose.

Nothing here reads raw/.
"""

from __future__ import annotations

import pytest

from tests.unit.printed_scenarios import values
from tidebook.pipelines.evaluate.frame import MissingFigureError


def test_openai_spends_two_and_a_half_dollars_per_dollar_earned() -> None:
    assert values("openai_costs") == pytest.approx([8.4e9])
    assert values("openai_costs_to_revenue") == pytest.approx([8.4 / 3.4])
    assert values("openai_burn_multiple") == pytest.approx([5 / 3.4])


def test_funding_against_loss_and_revenue() -> None:
    assert values("openai_runway") == pytest.approx([2.6])
    assert values("openai_loss_to_funding") == pytest.approx([5 / 13])
    assert values("openai_funding_to_revenue") == pytest.approx([13 / 3.4])


def test_coreweave() -> None:
    assert values("coreweave_debt_to_valuation") == pytest.approx([1.1 / 19])
    with pytest.raises(MissingFigureError, match="prose_figures/coreweave/annualized_revenue"):
        values("coreweave_valuation_to_revenue")


def test_a_dollar_per_gpu_hour() -> None:
    assert values("openai_gpu_hours_at_threshold") == pytest.approx([3.4e9])
    assert values("openai_gpus_at_threshold") == pytest.approx([387_862], abs=1)
    assert values("costs_at_threshold") == pytest.approx([8.4 / 3.4])
    assert values("memphis_revenue_at_threshold") == pytest.approx([876.6e6])
    assert values("memphis_revenue_to_openai") == pytest.approx([0.8766 / 3.4])
