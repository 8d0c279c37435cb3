"""Metrics of the companies' models: score against funding, score against price, and who leads on what.

Statistics are in `statistics`; shares of the funding itself are in `funding`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from pipelines.metrics import statistics
from pipelines.metrics.base import Estimate, metric
from pipelines.worlds.frame import Worlds

FULL_SCORE = 100
"""Points of a perfect MMLU score."""

FRONTIER_POINTS = 2.0
"""A model within so many points of the best score counts as at the frontier."""

EXACT = "exact two-sided permutation test over all orders, for at most 8 companies"


def mmlu(worlds: Worlds) -> pd.DataFrame:
    """Return each company's MMLU score."""
    return worlds.table("frontier_models", "mmlu")


def funding(worlds: Worlds) -> pd.DataFrame:
    """Return each company's total funding."""
    return worlds.table("frontier_models", "total_funding")


def rivals(table: pd.DataFrame, company: str) -> pd.DataFrame:
    """Return the columns of all other companies."""
    return table.loc[:, table.columns != company]


def companies(worlds: Worlds) -> pd.Series[int]:
    """Return how many companies have both a score and funding."""
    return statistics.count_pairs(funding(worlds), mmlu(worlds))


def exact_p(worlds: Worlds, test: Callable[[pd.DataFrame, pd.DataFrame], pd.Series[float]]) -> Estimate:
    """Return the exact p-value of funding against score; NaN when there are too many companies to permute."""
    n = companies(worlds)
    if n.max() > statistics.MOST_PERMUTED:
        return Estimate(pd.Series(np.nan, index=n.index), n)
    return Estimate(test(funding(worlds), mmlu(worlds)), n)


@metric(unit="correlation", theme="models", method="Pearson's r with Fisher's 90 % interval")
def funding_mmlu_pearson(worlds: Worlds) -> Estimate:
    """Correlation of the companies' total funding with their MMLU score."""
    r, n = statistics.pearson(funding(worlds), mmlu(worlds)), companies(worlds)
    return Estimate(r, n, *statistics.fisher_interval(r, n))


@metric(unit="correlation", theme="models", method="lower end of Fisher's 90 % interval around Pearson's r")
def funding_mmlu_pearson_lower(worlds: Worlds) -> Estimate:
    """Smallest correlation of funding with MMLU score that so few companies leave open."""
    r, n = statistics.pearson(funding(worlds), mmlu(worlds)), companies(worlds)
    return Estimate(statistics.fisher_interval(r, n)[0], n)


@metric(unit="p-value", theme="models", method=EXACT)
def funding_mmlu_pearson_p(worlds: Worlds) -> Estimate:
    """Chance of a correlation at least as strong if funding and MMLU score were unrelated."""
    return exact_p(worlds, statistics.pearson_p)


@metric(unit="correlation", theme="models", method="Spearman's rank correlation, average ranks for ties")
def funding_mmlu_spearman(worlds: Worlds) -> Estimate:
    """Rank correlation of the companies' total funding with their MMLU score."""
    return Estimate(statistics.spearman(funding(worlds), mmlu(worlds)), companies(worlds))


@metric(unit="p-value", theme="models", method=EXACT)
def funding_mmlu_spearman_p(worlds: Worlds) -> Estimate:
    """Chance of a rank correlation at least as strong if funding and MMLU score were unrelated."""
    return exact_p(worlds, statistics.spearman_p)


@metric(unit="correlation", theme="models", method="Kendall's tau-b")
def funding_mmlu_kendall(worlds: Worlds) -> Estimate:
    """Agreement in order between the companies' total funding and their MMLU score."""
    return Estimate(statistics.kendall(funding(worlds), mmlu(worlds)), companies(worlds))


@metric(unit="p-value", theme="models", method=EXACT)
def funding_mmlu_kendall_p(worlds: Worlds) -> Estimate:
    """Chance of an agreement in order at least as strong if funding and MMLU score were unrelated."""
    return exact_p(worlds, statistics.kendall_p)


@metric(unit="p-value", theme="models", method="2 / n!")
def funding_mmlu_least_p(worlds: Worlds) -> Estimate:
    """Smallest p-value that a rank test on this many companies can give at all."""
    n = companies(worlds)
    return Estimate(statistics.least_rank_p(n), n)


@metric(unit="point/decade", theme="models", method="least squares on log10 of funding, 90 % t interval")
def mmlu_per_funding_decade(worlds: Worlds) -> Estimate:
    """MMLU points that go with ten times the funding."""
    money = funding(worlds)
    return statistics.least_squares(mmlu(worlds), np.log10(money.where(money > 0)))


@metric(unit="point/USD", theme="models", rowwise=True)
def mmlu_per_usd(worlds: Worlds) -> pd.DataFrame:
    """MMLU points of each company per dollar of funding, its capital efficiency."""
    return mmlu(worlds) / funding(worlds)


@metric(unit="point/USD", theme="models", rowwise=True)
def mmlu_error_per_usd(worlds: Worlds) -> pd.DataFrame:
    """MMLU points that each company lacks to a full score per dollar of funding."""
    return (FULL_SCORE - mmlu(worlds)) / funding(worlds)


@metric(unit="ratio", theme="models")
def efficiency_spread(worlds: Worlds) -> pd.Series:
    """Highest capital efficiency over the lowest, in MMLU points per dollar of funding."""
    efficiency = mmlu(worlds) / funding(worlds)
    return efficiency.max(axis="columns") / efficiency.min(axis="columns")


@metric(unit="correlation", theme="models", method="Spearman's rank correlation, average ranks for ties")
def efficiency_mmlu_spearman(worlds: Worlds) -> Estimate:
    """Rank correlation of capital efficiency, in MMLU points per dollar, with the MMLU score itself."""
    efficiency = mmlu(worlds) / funding(worlds)
    return Estimate(statistics.spearman(efficiency, mmlu(worlds)), companies(worlds))


@metric(unit="point", theme="models")
def anthropic_openai_mmlu_gap(worlds: Worlds) -> pd.Series:
    """Anthropic's MMLU score minus OpenAI's."""
    return worlds.figure("frontier_models/anthropic/mmlu") - worlds.figure("frontier_models/openai/mmlu")


@metric(unit="ratio", theme="models")
def anthropic_openai_funding(worlds: Worlds) -> pd.Series:
    """Anthropic's total funding over OpenAI's."""
    anthropic = worlds.figure("frontier_models/anthropic/total_funding")
    return anthropic / worlds.figure("frontier_models/openai/total_funding")


@metric(unit="point", theme="models")
def openai_mmlu_lead(worlds: Worlds) -> pd.Series:
    """OpenAI's MMLU score minus the best of the others."""
    others = rivals(mmlu(worlds), "openai")
    return worlds.figure("frontier_models/openai/mmlu") - others.max(axis="columns")


@metric(unit="ratio", theme="models")
def openai_funding_to_next(worlds: Worlds) -> pd.Series:
    """OpenAI's total funding over the largest of the others."""
    others = rivals(funding(worlds), "openai")
    return worlds.figure("frontier_models/openai/total_funding") / others.max(axis="columns")


@metric(unit="point", theme="models")
def mmlu_behind_best(worlds: Worlds) -> pd.DataFrame:
    """MMLU points that each company is behind the best in the table."""
    score = mmlu(worlds)
    return score.rsub(score.max(axis="columns"), axis="index")


@metric(unit="ratio", theme="models")
def funding_to_largest(worlds: Worlds) -> pd.DataFrame:
    """Total funding of each company over the largest in the table."""
    money = funding(worlds)
    return money.div(money.max(axis="columns"), axis="index")


@metric(unit="ratio", theme="models", method="at the frontier is a score within 2 points of the best")
def least_funding_at_frontier(worlds: Worlds) -> pd.Series:
    """Least funding with which a company is at the frontier over the largest funding in the table."""
    score, money = mmlu(worlds), funding(worlds)
    at_frontier = score.ge(score.max(axis="columns") - FRONTIER_POINTS, axis="index")
    return money.where(at_frontier).min(axis="columns") / money.max(axis="columns")


@metric(unit="point", theme="models")
def mmlu_spread(worlds: Worlds) -> pd.Series:
    """Best MMLU score in the table minus the worst."""
    score = mmlu(worlds)
    return score.max(axis="columns") - score.min(axis="columns")


@metric(unit="ratio", theme="models")
def input_price_spread(worlds: Worlds) -> pd.Series:
    """Highest input price in the table over the lowest."""
    price = worlds.table("frontier_models", "input_price")
    return price.max(axis="columns") / price.min(axis="columns")


@metric(unit="USD/point", theme="models", rowwise=True)
def input_price_per_point(worlds: Worlds) -> pd.DataFrame:
    """Price of a million input tokens of each company's model per MMLU point."""
    return worlds.table("frontier_models", "input_price") / mmlu(worlds)


def front(worlds: Worlds) -> pd.DataFrame:
    """Return 1 for each company that no other beats on price, score and context window together, else 0."""
    price, context = (worlds.table("frontier_models", name) for name in ("input_price", "context_window"))
    return statistics.pareto_front(-price, mmlu(worlds), context)


@metric(unit="index", theme="models", method="1 on the Pareto front, 0 beaten by another company")
def on_pareto_front(worlds: Worlds) -> pd.DataFrame:
    """Whether no other company is at least as good on input price, MMLU score and context window: 1 or 0."""
    return front(worlds)


@metric(unit="company", theme="models")
def pareto_front_size(worlds: Worlds) -> pd.Series:
    """Number of companies that no other beats on input price, MMLU score and context window together."""
    return front(worlds).sum(axis="columns", min_count=1)


@metric(unit="ratio", theme="models")
def claude_context_to_openai(worlds: Worlds) -> pd.Series:
    """Context window of Anthropic's model over that of OpenAI's."""
    claude = worlds.figure("frontier_models/anthropic/context_window")
    return claude / worlds.figure("frontier_models/openai/context_window")


@metric(unit="ratio", theme="models")
def claude_context_to_median(worlds: Worlds) -> pd.Series:
    """Context window of Anthropic's model over the median of the other companies'."""
    others = rivals(worlds.table("frontier_models", "context_window"), "anthropic")
    return worlds.figure("frontier_models/anthropic/context_window") / others.median(axis="columns")


@metric(unit="ratio", theme="models")
def claude_context_to_longest(worlds: Worlds) -> pd.Series:
    """Context window of Anthropic's model over the longest of the other companies'."""
    others = rivals(worlds.table("frontier_models", "context_window"), "anthropic")
    return worlds.figure("frontier_models/anthropic/context_window") / others.max(axis="columns")


@metric(unit="ratio", theme="models")
def claude_context_prose_to_table(worlds: Worlds) -> pd.Series:
    """Context window of Claude 3.5 Sonnet in the prose over that in the table."""
    prose = worlds.figure("prose_figures/claude_3_5_sonnet/context_window")
    return prose / worlds.figure("frontier_models/anthropic/context_window")
