"""Metrics of revenue, losses, debt and computing: what the prose's amounts imply about each other.

Funding is in `funding`; list prices are in `prices`.
"""

from __future__ import annotations

import pandas as pd

from pipelines.metrics.base import metric
from pipelines.worlds.frame import Worlds

HOURS_PER_YEAR = 8_766
"""Hours of 365.25 days."""


def revenue(worlds: Worlds) -> pd.Series[float]:
    """Return OpenAI's annualised revenue."""
    return worlds.figure("prose_figures/openai/annualized_revenue")


def loss(worlds: Worlds) -> pd.Series[float]:
    """Return OpenAI's projected loss of the year."""
    return worlds.figure("prose_figures/openai/projected_loss")


def threshold(worlds: Worlds) -> pd.Series[float]:
    """Return the revenue per GPU-hour below which the article calls a business broken."""
    return worlds.figure("prose_figures/gpu_hour_revenue/threshold")


@metric(unit="USD/year", theme="economics", one_year=True)
def openai_costs(worlds: Worlds) -> pd.Series:
    """Yearly costs of OpenAI that its revenue and its loss imply."""
    return revenue(worlds) + loss(worlds)


@metric(unit="ratio", theme="economics", one_year=True)
def openai_costs_to_revenue(worlds: Worlds) -> pd.Series:
    """Implied costs of OpenAI per dollar of revenue."""
    return (revenue(worlds) + loss(worlds)) / revenue(worlds)


@metric(unit="ratio", theme="economics", method="burn multiple as if all revenue were new", one_year=True)
def openai_burn_multiple(worlds: Worlds) -> pd.Series:
    """Loss of OpenAI per dollar of revenue."""
    return loss(worlds) / revenue(worlds)


@metric(
    unit="year", theme="economics", method="as if none of the funding were spent and the loss stayed", one_year=True
)
def openai_runway(worlds: Worlds) -> pd.Series:
    """Years for which OpenAI's total funding covers its projected loss."""
    return worlds.figure("frontier_models/openai/total_funding") / loss(worlds)


@metric(unit="share", theme="economics", one_year=True)
def openai_loss_to_funding(worlds: Worlds) -> pd.Series:
    """Projected loss of OpenAI in the year as a share of all the funding that it has raised."""
    return loss(worlds) / worlds.figure("frontier_models/openai/total_funding")


@metric(unit="year", theme="economics", one_year=True)
def openai_funding_to_revenue(worlds: Worlds) -> pd.Series:
    """Years of today's revenue that OpenAI's total funding amounts to."""
    return worlds.figure("frontier_models/openai/total_funding") / revenue(worlds)


@metric(unit="share", theme="economics")
def coreweave_debt_to_valuation(worlds: Worlds) -> pd.Series:
    """CoreWeave's debt financing as a share of its valuation."""
    debt = worlds.figure("prose_figures/coreweave/debt_financing")
    return debt / worlds.figure("prose_figures/coreweave/valuation")


@metric(unit="ratio", theme="economics")
def coreweave_valuation_to_revenue(worlds: Worlds) -> pd.Series:
    """CoreWeave's valuation over its annualised revenue, which the article does not print."""
    valuation = worlds.figure("prose_figures/coreweave/valuation")
    return valuation / worlds.figure("prose_figures/coreweave/annualized_revenue")


@metric(unit="GPU-hour", theme="economics")
def openai_gpu_hours_at_threshold(worlds: Worlds) -> pd.Series:
    """GPU-hours a year at which OpenAI's revenue is just the threshold per GPU-hour."""
    return revenue(worlds) / threshold(worlds)


@metric(unit="GPU", theme="economics", method="every GPU counted for all 8,766 hours of the year")
def openai_gpus_at_threshold(worlds: Worlds) -> pd.Series:
    """GPUs running all year at which OpenAI's revenue is just the threshold per GPU-hour."""
    return revenue(worlds) / threshold(worlds) / HOURS_PER_YEAR


@metric(
    unit="USD/GPU-hour", theme="economics", method="costs grow with revenue as OpenAI's implied costs do", one_year=True
)
def costs_at_threshold(worlds: Worlds) -> pd.Series:
    """Costs per GPU-hour of a company at the threshold that has OpenAI's costs per dollar of revenue."""
    return threshold(worlds) * (revenue(worlds) + loss(worlds)) / revenue(worlds)


@metric(unit="USD/year", theme="economics", method="every GPU counted for all 8,766 hours of the year")
def memphis_revenue_at_threshold(worlds: Worlds) -> pd.Series:
    """Yearly revenue with which xAI's Memphis cluster earns just the threshold per GPU-hour."""
    return threshold(worlds) * HOURS_PER_YEAR * worlds.figure("prose_figures/xai/memphis_gpus")


@metric(unit="ratio", theme="economics", one_year=True)
def memphis_revenue_to_openai(worlds: Worlds) -> pd.Series:
    """Yearly revenue that xAI's Memphis cluster needs at the threshold over OpenAI's revenue."""
    needed = threshold(worlds) * HOURS_PER_YEAR * worlds.figure("prose_figures/xai/memphis_gpus")
    return needed / revenue(worlds)
