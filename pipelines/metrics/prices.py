"""Metrics of list prices over time: cuts, halving times, and the article's cells against the list.

Prices of the companies' models side by side are in `models`.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from pipelines.metrics.base import Estimate, metric
from pipelines.metrics.statistics import DAYS_PER_YEAR, earliest, growth, latest
from pipelines.worlds.frame import Worlds
from schemas.units import EPOCH

FLAGSHIP = "OpenAI flagship"
"""The series of OpenAI's flagship models, each of which took the place of the one before."""

SONNET = "Anthropic Sonnet"
"""The series of Anthropic's Sonnet models."""

CONTENT_DATE = (dt.date(2024, 10, 1) - EPOCH).days
"""The day for which the article's tables speak, in days since 1970-01-01."""

YEAR_BEFORE = (dt.date(2023, 10, 1) - EPOCH).days
"""The day on which the twelve months up to `CONTENT_DATE` begin."""

MONTHS_PER_YEAR = 12


def steps(worlds: Worlds, series: str, quantity: str) -> pd.DataFrame:
    """Return one quantity of the price steps of a series, worlds × models."""
    return worlds.table("prices", quantity, series)


def cut(before: pd.Series[float], after: pd.Series[float]) -> pd.Series[float]:
    """Return by how many percent a price fell."""
    return 100 * (1 - after / before)


def step_cuts(worlds: Worlds, quantity: str) -> pd.DataFrame:
    """Return by how many percent each flagship but the first undercuts the price in force the day before."""
    price, since = (steps(worlds, FLAGSHIP, name) for name in (quantity, "effective_from"))
    before = pd.DataFrame({model: latest(price, since, until=day - 1) for model, day in since.items()})
    cuts = 100 * (1 - price / before)
    known = cuts.notna().any()
    return cuts.loc[:, known] if known.any() else cuts


def flagship_price(worlds: Worlds, quantity: str, day: float) -> pd.Series[float]:
    """Return the list price of OpenAI's flagship in force on a day."""
    price, since = (steps(worlds, FLAGSHIP, name) for name in (quantity, "effective_from"))
    return latest(price, since, until=day)


def cut_in_year(worlds: Worlds, quantity: str) -> pd.Series[float]:
    """Return the percent by which a flagship price fell in the twelve months to the content date."""
    return cut(*(flagship_price(worlds, quantity, day) for day in (YEAR_BEFORE, CONTENT_DATE)))


def last_cut(worlds: Worlds) -> pd.Series[float]:
    """Return the percent by which the flagship's input price fell in the last step."""
    cuts = step_cuts(worlds, "input_price")
    return latest(cuts, steps(worlds, FLAGSHIP, "effective_from")[cuts.columns])


def printed_cut(worlds: Worlds) -> pd.Series[float]:
    """Return the percent by which the article says that prices were cut in a year."""
    return worlds.figure("prose_figures/gpt_4_api/price_cut")


def halving_months(factor: pd.Series[float], months: float | pd.Series[float]) -> pd.Series[float]:
    """Return the months in which a price halves that changes by `factor` in `months`; NaN if not falling."""
    falling = factor.where((factor > 0) & (factor < 1))
    return pd.Series(months * np.log(0.5) / np.log(falling))


@metric(unit="percent", theme="prices")
def flagship_input_cut(worlds: Worlds) -> pd.DataFrame:
    """Cut of the input price from OpenAI's flagship in force the day before to each successor."""
    return step_cuts(worlds, "input_price")


@metric(unit="percent", theme="prices")
def flagship_output_cut(worlds: Worlds) -> pd.DataFrame:
    """Cut of the output price from OpenAI's flagship in force the day before to each successor."""
    return step_cuts(worlds, "output_price")


@metric(unit="percent", theme="prices")
def flagship_largest_cut(worlds: Worlds) -> pd.Series:
    """Largest cut of the flagship's input price in one step."""
    return step_cuts(worlds, "input_price").max(axis="columns")


@metric(unit="percent", theme="prices")
def flagship_last_cut(worlds: Worlds) -> pd.Series:
    """Cut of the flagship's input price in the last step."""
    return last_cut(worlds)


@metric(unit="percent", theme="prices")
def flagship_input_cut_in_year(worlds: Worlds) -> pd.Series:
    """Cut of the flagship's input price in the twelve months to 1 October 2024, whatever the model."""
    return cut_in_year(worlds, "input_price")


@metric(unit="percent", theme="prices")
def flagship_output_cut_in_year(worlds: Worlds) -> pd.Series:
    """Cut of the flagship's output price in the twelve months to 1 October 2024, whatever the model."""
    return cut_in_year(worlds, "output_price")


@metric(unit="ratio", theme="prices")
def flagship_cut_to_printed(worlds: Worlds) -> pd.Series:
    """Cut of the flagship's input price in the twelve months to 1 October 2024 over the cut printed."""
    return cut_in_year(worlds, "input_price") / printed_cut(worlds)


@metric(unit="ratio", theme="prices")
def flagship_last_cut_to_printed(worlds: Worlds) -> pd.Series:
    """Cut of the flagship's input price in the last step over the cut printed."""
    return last_cut(worlds) / printed_cut(worlds)


@metric(unit="month", theme="prices", method="from the first price of the series to the last")
def flagship_halving_time(worlds: Worlds) -> pd.Series:
    """Months in which the flagship's input price halves."""
    price, since = (steps(worlds, FLAGSHIP, name) for name in ("input_price", "effective_from"))
    days = since.max(axis="columns") - since.min(axis="columns")
    months = MONTHS_PER_YEAR * days / DAYS_PER_YEAR
    return halving_months(latest(price, since) / earliest(price, since), months)


@metric(unit="month", theme="prices", method="log-linear least squares, 90 % t interval")
def flagship_halving_time_fit(worlds: Worlds) -> Estimate:
    """Months in which the flagship's input price halves by the fit through all its steps."""
    price, since = (steps(worlds, FLAGSHIP, name) for name in ("input_price", "effective_from"))
    fit = growth(price, since)
    ends = (halving_months(pd.Series(factor), MONTHS_PER_YEAR) for factor in (fit.low, fit.high))
    return Estimate(halving_months(fit.value, MONTHS_PER_YEAR), fit.n, *ends)


@metric(unit="month", theme="prices")
def printed_halving_time(worlds: Worlds) -> pd.Series:
    """Months in which the price halves by the cut in a year that the article prints."""
    return halving_months(1 - printed_cut(worlds) / 100, MONTHS_PER_YEAR)


@metric(unit="percent", theme="prices")
def sonnet_input_cut(worlds: Worlds) -> pd.Series:
    """Cut of the input price from Anthropic's first Sonnet to its last in the table."""
    price, since = (steps(worlds, SONNET, name) for name in ("input_price", "effective_from"))
    return cut(earliest(price, since), latest(price, since))


@metric(unit="percent", theme="prices")
def sonnet_output_cut(worlds: Worlds) -> pd.Series:
    """Cut of the output price from Anthropic's first Sonnet to its last in the table."""
    price, since = (steps(worlds, SONNET, name) for name in ("output_price", "effective_from"))
    return cut(earliest(price, since), latest(price, since))


@metric(unit="ratio", theme="prices")
def gpt_4o_cell_to_list(worlds: Worlds) -> pd.Series:
    """Input price in OpenAI's row of the table over the list price on 1 October 2024."""
    list_price = flagship_price(worlds, "input_price", CONTENT_DATE)
    return worlds.figure("frontier_models/openai/input_price") / list_price


@metric(unit="ratio", theme="prices")
def gpt_4o_cell_to_launch(worlds: Worlds) -> pd.Series:
    """Input price in OpenAI's row of the table over the list price of GPT-4o at its launch."""
    return worlds.figure("frontier_models/openai/input_price") / worlds.figure("prices/gpt_4o/input_price")


@metric(unit="ratio", theme="prices")
def claude_cell_to_list(worlds: Worlds) -> pd.Series:
    """Input price in Anthropic's row of the table over the list price on 1 October 2024."""
    price, since = (steps(worlds, SONNET, name) for name in ("input_price", "effective_from"))
    return worlds.figure("frontier_models/anthropic/input_price") / latest(price, since, until=CONTENT_DATE)
