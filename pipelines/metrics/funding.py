"""Metrics of the funding: who gets which share, and whether the prose and the tables tell the same amounts.

What the money buys is in `models`; revenue, losses and debt are in `economics`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.metrics.base import metric
from pipelines.metrics.statistics import concentration_ratio, hhi
from pipelines.worlds.frame import Worlds


def regions(worlds: Worlds) -> pd.DataFrame:
    """Return each region's funding."""
    return worlds.table("regional_funding", "total_funding")


def deals(worlds: Worlds) -> pd.DataFrame:
    """Return each region's number of large deals."""
    return worlds.table("regional_funding", "large_deals")


def region_share(worlds: Worlds, region: str) -> pd.Series[float]:
    """Return one region's share of the table's funding."""
    return worlds.figure(f"regional_funding/{region}/total_funding") / regions(worlds).sum(axis="columns")


@metric(unit="USD", theme="funding")
def funding_total(worlds: Worlds) -> pd.Series:
    """Funding of all regions together."""
    return regions(worlds).sum(axis="columns", min_count=1)


@metric(unit="deal", theme="funding")
def deals_total(worlds: Worlds) -> pd.Series:
    """Large deals of all regions together."""
    return deals(worlds).sum(axis="columns", min_count=1)


@metric(unit="share", theme="funding")
def funding_share(worlds: Worlds) -> pd.DataFrame:
    """Each region's share of the table's funding."""
    funding = regions(worlds)
    return funding.div(funding.sum(axis="columns"), axis="index")


@metric(unit="share", theme="funding")
def us_share(worlds: Worlds) -> pd.Series:
    """Share of the table's funding that goes to the United States."""
    funding = regions(worlds)
    return worlds.figure("regional_funding/united_states/total_funding") / funding.sum(axis="columns")


@metric(unit="share", theme="funding")
def us_deal_share(worlds: Worlds) -> pd.Series:
    """Share of the table's large deals that are made in the United States."""
    return worlds.figure("regional_funding/united_states/large_deals") / deals(worlds).sum(axis="columns")


@metric(unit="ratio", theme="funding")
def us_to_rest(worlds: Worlds) -> pd.Series:
    """Funding of the United States over that of all other regions together."""
    us = worlds.figure("regional_funding/united_states/total_funding")
    return us / (regions(worlds).sum(axis="columns") - us)


@metric(unit="share", theme="funding")
def china_europe_share(worlds: Worlds) -> pd.Series:
    """Share of the table's funding that goes to China and Europe together."""
    return region_share(worlds, "china") + region_share(worlds, "europe")


@metric(unit="share", theme="funding")
def lesser_of_china_and_europe(worlds: Worlds) -> pd.Series:
    """Share of the table's funding of China or of Europe, whichever is less."""
    return pd.Series(np.minimum(region_share(worlds, "china"), region_share(worlds, "europe")))


@metric(unit="deal", theme="funding")
def fewest_deals_of_china_and_europe(worlds: Worlds) -> pd.Series:
    """Large deals of China or of Europe, whichever are fewer."""
    china = worlds.figure("regional_funding/china/large_deals")
    return pd.Series(np.minimum(china, worlds.figure("regional_funding/europe/large_deals")))


@metric(unit="ratio", theme="funding")
def china_europe_to_us(worlds: Worlds) -> pd.Series:
    """Funding of China and Europe together over that of the United States."""
    china = worlds.figure("regional_funding/china/total_funding")
    europe = worlds.figure("regional_funding/europe/total_funding")
    return (china + europe) / worlds.figure("regional_funding/united_states/total_funding")


@metric(unit="index", theme="funding", method="sum of squared shares")
def funding_hhi(worlds: Worlds) -> pd.Series:
    """Herfindahl-Hirschman index of the funding over regions."""
    return hhi(regions(worlds))


@metric(unit="share", theme="funding")
def funding_cr1(worlds: Worlds) -> pd.Series:
    """Share of the table's funding that the largest region takes."""
    return concentration_ratio(regions(worlds), 1)


@metric(unit="share", theme="funding")
def funding_cr2(worlds: Worlds) -> pd.Series:
    """Share of the table's funding that the two largest regions take."""
    return concentration_ratio(regions(worlds), 2)


@metric(unit="index", theme="funding", method="sum of squared shares")
def company_hhi(worlds: Worlds) -> pd.Series:
    """Herfindahl-Hirschman index of the total funding over the companies that have one printed."""
    return hhi(worlds.table("frontier_models", "total_funding"))


@metric(unit="share", theme="funding")
def company_cr2(worlds: Worlds) -> pd.Series:
    """Share of the companies' printed total funding that the two best-funded take."""
    return concentration_ratio(worlds.table("frontier_models", "total_funding"), 2)


@metric(unit="USD/deal", theme="funding", rowwise=True)
def funding_per_deal(worlds: Worlds) -> pd.DataFrame:
    """Funding of each region per deal above $100M, smaller deals included in the funding."""
    return regions(worlds) / deals(worlds)


@metric(unit="USD/deal", theme="funding")
def least_funding_per_deal(worlds: Worlds) -> pd.Series:
    """Least funding per deal above $100M in any region."""
    return (regions(worlds) / deals(worlds)).min(axis="columns")


@metric(unit="ratio", theme="funding")
def anthropic_round_to_total(worlds: Worlds) -> pd.Series:
    """Anthropic's funding round in the prose over its total funding in the table."""
    funding_round = worlds.figure("prose_figures/anthropic/funding_round")
    return funding_round / worlds.figure("frontier_models/anthropic/total_funding")


@metric(unit="ratio", theme="funding")
def xai_round_to_total(worlds: Worlds) -> pd.Series:
    """Funding round of xAI in the prose over its total funding in the table."""
    funding_round = worlds.figure("prose_figures/xai/funding_round")
    return funding_round / worlds.figure("frontier_models/xai/total_funding")


@metric(unit="ratio", theme="funding")
def microsoft_to_openai_total(worlds: Worlds) -> pd.Series:
    """Microsoft's investment in the prose over OpenAI's total funding in the table."""
    investment = worlds.figure("prose_figures/openai/microsoft_investment")
    return investment / worlds.figure("frontier_models/openai/total_funding")


@metric(unit="USD/EUR", theme="funding", method="no rate is printed: at a lower one the round is the smaller")
def mistral_parity_rate(worlds: Worlds) -> pd.Series:
    """Dollars per euro at which Mistral's round in the prose equals its total funding in the table."""
    total = worlds.figure("frontier_models/mistral_ai/total_funding")
    return total / worlds.figure("prose_figures/mistral_ai/funding_round")


@metric(unit="share", theme="funding")
def mistral_round_to_valuation(worlds: Worlds) -> pd.Series:
    """Mistral's funding round as a share of its valuation, both in euros."""
    funding_round = worlds.figure("prose_figures/mistral_ai/funding_round")
    return funding_round / worlds.figure("prose_figures/mistral_ai/valuation")
