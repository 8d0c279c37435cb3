"""Metrics of the training runs: what their compute cost, how far from the frontier they are, how both grew.

Statistics are in `statistics`; what models score and sell for is in `models` and `prices`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pipelines.metrics.base import Estimate, metric
from pipelines.metrics.statistics import (
    DAYS_PER_YEAR,
    count_pairs,
    earliest,
    growth,
    latest,
    modified_z,
)
from pipelines.worlds.frame import MissingFigureError, Worlds

H100_PEAK = 989.5e12
"""FLOP per second of one NVIDIA H100 SXM, dense BF16 (NVIDIA H100 datasheet)."""

SECONDS_PER_DAY = 86_400
HOURS_PER_DAY = 24

FIT = "log-linear least squares on release dates, 90 % t interval"


def release_days(worlds: Worlds, subjects: Iterable[str]) -> pd.DataFrame:
    """Return the release date of each subject, worlds × subjects in days.

    Raises:
        MissingFigureError: one of them has no release date.
    """
    return pd.DataFrame({name: worlds.figure(f"releases/{name}/release_date") for name in subjects})


def runs_of(worlds: Worlds, modality: str, quantity: str) -> pd.DataFrame:
    """Return one quantity of the runs of one modality, `language` or `video`, as the table of releases has it.

    Raises:
        MissingFigureError: there is no run of a model of the modality.
    """
    runs = worlds.table("training_runs", quantity)
    found = runs.loc[:, runs.columns.isin(worlds.table("releases", "release_date", modality).columns)]
    if not len(found.columns):
        raise MissingFigureError(f"training_runs/*/{quantity} ({modality})")
    return found


def language_video_gap(worlds: Worlds, quantity: str) -> pd.DataFrame:
    """Return the largest language run released by each video model's date over that video model's run."""
    language, video = (runs_of(worlds, modality, quantity) for modality in ("language", "video"))
    days = release_days(worlds, language.columns)
    best = {
        name: language.where(days.le(day, axis="index")).max(axis="columns")
        for name, day in release_days(worlds, video.columns).items()
    }
    return pd.DataFrame(best) / video


def gap_change(worlds: Worlds, quantity: str) -> Estimate:
    """Return the gap at the latest video model over that at the earliest, with the number of video models."""
    gaps = language_video_gap(worlds, quantity)
    days = release_days(worlds, gaps.columns)
    n = count_pairs(gaps, days)
    return Estimate((latest(gaps, days) / earliest(gaps, days)).where(n > 1), n)


def run_growth(worlds: Worlds, runs: pd.DataFrame, years: float | pd.Series[float] = 1.0) -> Estimate:
    """Return the growth factor of a quantity of training runs over their release dates."""
    return growth(runs, release_days(worlds, runs.columns), years)


def printed_period(worlds: Worlds) -> pd.Series[float]:
    """Return the years in which the article says that the capital grew."""
    return worlds.figure("prose_figures/frontier_training/capital_growth_period")


def printed_growth(worlds: Worlds) -> pd.Series[float]:
    """Return the factor by which the article says that the capital grew in the period."""
    return worlds.figure("prose_figures/frontier_training/capital_growth")


def over(fit: Estimate, scale: pd.Series[float]) -> Estimate:
    """Return an estimate with value and interval divided by the same scale."""
    low, high = (None if end is None else pd.Series(end) / scale for end in (fit.low, fit.high))
    return Estimate(fit.value / scale, fit.n, low, high)


def largest_growth(worlds: Worlds) -> pd.Series[float]:
    """Return the largest training cost over that of the earliest run."""
    cost = worlds.table("training_runs", "training_cost")
    return cost.max(axis="columns") / earliest(cost, release_days(worlds, cost.columns))


def run_price(worlds: Worlds) -> pd.DataFrame:
    """Return each run's cost per FLOP, in USD."""
    return worlds.table("training_runs", "training_cost") / worlds.table("training_runs", "training_compute")


@metric(unit="USD/1e24 FLOP", theme="training", rowwise=True)
def usd_per_flop(worlds: Worlds) -> pd.DataFrame:
    """Training cost of each run per 1e24 floating-point operations."""
    return 1e24 * run_price(worlds)


@metric(unit="ratio", theme="training")
def usd_per_flop_to_median(worlds: Worlds) -> pd.DataFrame:
    """Cost per FLOP of each run over the table's median."""
    price = run_price(worlds)
    return price.div(price.median(axis="columns"), axis="index")


@metric(unit="index", theme="training", method="modified z-score of the logarithms; an outlier beyond ±3.5")
def usd_per_flop_z(worlds: Worlds) -> pd.DataFrame:
    """Robust standard deviations of each run's cost per FLOP from the table's median, in the logarithm."""
    price = run_price(worlds)
    return modified_z(price.where(price > 0).apply(np.log))


@metric(unit="ratio", theme="training")
def usd_per_flop_spread(worlds: Worlds) -> pd.Series:
    """Dearest run over the cheapest, in cost per FLOP."""
    price = run_price(worlds)
    return price.max(axis="columns") / price.min(axis="columns")


@metric(unit="ratio", theme="training")
def compute_to_frontier(worlds: Worlds) -> pd.DataFrame:
    """Training compute of each run over the largest in the table."""
    compute = worlds.table("training_runs", "training_compute")
    return compute.div(compute.max(axis="columns"), axis="index")


@metric(unit="ratio", theme="training")
def cost_to_frontier(worlds: Worlds) -> pd.DataFrame:
    """Training cost of each run over the largest in the table."""
    cost = worlds.table("training_runs", "training_cost")
    return cost.div(cost.max(axis="columns"), axis="index")


@metric(unit="ratio", theme="training", method=FIT)
def compute_growth_per_year(worlds: Worlds) -> Estimate:
    """Factor by which the training compute of the table's runs grows per year."""
    return run_growth(worlds, worlds.table("training_runs", "training_compute"))


@metric(unit="ratio", theme="training", method=FIT)
def cost_growth_per_year(worlds: Worlds) -> Estimate:
    """Factor by which the training cost of the table's runs grows per year."""
    return run_growth(worlds, worlds.table("training_runs", "training_cost"))


@metric(unit="ratio", theme="training", method=FIT)
def language_compute_growth_per_year(worlds: Worlds) -> Estimate:
    """Factor by which the training compute of the language runs grows per year."""
    return run_growth(worlds, runs_of(worlds, "language", "training_compute"))


@metric(unit="ratio", theme="training", method=FIT)
def language_cost_growth_per_year(worlds: Worlds) -> Estimate:
    """Factor by which the training cost of the language runs grows per year."""
    return run_growth(worlds, runs_of(worlds, "language", "training_cost"))


@metric(unit="ratio", theme="training", method=FIT)
def compute_growth_in_period(worlds: Worlds) -> Estimate:
    """Growth of the runs' compute that the fit implies for the period of the growth printed."""
    return run_growth(worlds, worlds.table("training_runs", "training_compute"), printed_period(worlds))


@metric(unit="ratio", theme="training", method=FIT)
def cost_growth_in_period(worlds: Worlds) -> Estimate:
    """Growth of the runs' cost that the fit implies for the period of the growth printed."""
    return run_growth(worlds, worlds.table("training_runs", "training_cost"), printed_period(worlds))


@metric(unit="ratio", theme="training", method=FIT)
def language_cost_growth_in_period(worlds: Worlds) -> Estimate:
    """Growth of the language runs' cost that the fit implies for the period of the growth printed."""
    return run_growth(worlds, runs_of(worlds, "language", "training_cost"), printed_period(worlds))


@metric(unit="ratio", theme="training", method="upper end of the 90 % t interval of the log-linear fit")
def cost_growth_in_period_upper(worlds: Worlds) -> Estimate:
    """Largest growth of the runs' cost in the period that the fit leaves open."""
    fit = run_growth(worlds, worlds.table("training_runs", "training_cost"), printed_period(worlds))
    return Estimate(pd.Series(fit.high), fit.n)


@metric(unit="ratio", theme="training", method=FIT)
def cost_growth_to_printed(worlds: Worlds) -> Estimate:
    """Growth of the runs' cost that the fit implies for the period, over the growth printed."""
    fit = run_growth(worlds, worlds.table("training_runs", "training_cost"), printed_period(worlds))
    return over(fit, printed_growth(worlds))


@metric(unit="ratio", theme="training", method=FIT)
def language_cost_growth_to_printed(worlds: Worlds) -> Estimate:
    """Growth of the language runs' cost that the fit implies for the period, over the growth printed."""
    fit = run_growth(worlds, runs_of(worlds, "language", "training_cost"), printed_period(worlds))
    return over(fit, printed_growth(worlds))


@metric(unit="ratio", theme="training", method="upper end of the 90 % t interval of the log-linear fit")
def cost_growth_upper_to_printed(worlds: Worlds) -> Estimate:
    """Largest growth of the runs' cost in the period that the fit leaves open, over the growth printed."""
    fit = run_growth(worlds, worlds.table("training_runs", "training_cost"), printed_period(worlds))
    return Estimate(pd.Series(fit.high) / printed_growth(worlds), fit.n)


@metric(unit="ratio", theme="training")
def largest_growth_to_printed(worlds: Worlds) -> pd.Series:
    """Largest training cost in the table over that of the earliest run, over the growth printed."""
    return largest_growth(worlds) / printed_growth(worlds)


@metric(unit="ratio", theme="training", method="yearly growth of a published trend to the power of the period printed")
def trend_growth_to_printed(worlds: Worlds) -> pd.Series:
    """Growth of frontier training cost in the period by a published trend, over the growth printed."""
    yearly = worlds.figure("unprinted/frontier_training_cost/growth_per_year")
    return yearly ** printed_period(worlds) / printed_growth(worlds)


@metric(
    unit="ratio", theme="training", method="growth between two runs by their cost on the cloud, carried to two years"
)
def end_point_growth_to_printed(worlds: Worlds) -> pd.DataFrame:
    """Growth of training cost in two years between two runs, over the growth printed."""
    growth_in_two_years = worlds.table("unprinted", "growth_in_two_years")
    return growth_in_two_years.pow(printed_period(worlds) / 2, axis="index").div(printed_growth(worlds), axis="index")


@metric(unit="ratio", theme="training")
def printed_growth_per_year(worlds: Worlds) -> pd.Series:
    """Yearly factor of capital that the article's growth and period amount to."""
    return printed_growth(worlds) ** (1 / printed_period(worlds))


@metric(unit="ratio", theme="training")
def latest_to_earliest_cost(worlds: Worlds) -> pd.Series:
    """Training cost of the latest run over that of the earliest."""
    cost = worlds.table("training_runs", "training_cost")
    days = release_days(worlds, cost.columns)
    return latest(cost, days) / earliest(cost, days)


@metric(unit="ratio", theme="training")
def largest_to_earliest_cost(worlds: Worlds) -> pd.Series:
    """Largest training cost in the table over that of the earliest run."""
    return largest_growth(worlds)


@metric(unit="ratio", theme="training")
def release_span_to_period(worlds: Worlds) -> pd.Series:
    """Time from the table's first release to its last over the period in which capital is said to grow."""
    cost = worlds.table("training_runs", "training_cost")
    days = release_days(worlds, cost.columns).where(cost.notna())
    return (days.max(axis="columns") - days.min(axis="columns")) / DAYS_PER_YEAR / printed_period(worlds)


@metric(unit="ratio", theme="training")
def language_video_cost_gap(worlds: Worlds) -> pd.DataFrame:
    """Costliest language run released by each video model's date over the cost of that video model."""
    return language_video_gap(worlds, "training_cost")


@metric(unit="ratio", theme="training")
def language_video_compute_gap(worlds: Worlds) -> pd.DataFrame:
    """Largest language run released by each video model's date over the compute of that video model."""
    return language_video_gap(worlds, "training_compute")


@metric(unit="ratio", theme="training", method="n counts the video models; below 1 the gap narrows")
def cost_gap_change(worlds: Worlds) -> Estimate:
    """Cost gap between language and video at the latest video model over that at the earliest."""
    return gap_change(worlds, "training_cost")


@metric(unit="ratio", theme="training", method="n counts the video models; below 1 the gap narrows")
def compute_gap_change(worlds: Worlds) -> Estimate:
    """Compute gap between language and video at the latest video model over that at the earliest."""
    return gap_change(worlds, "training_compute")


@metric(unit="ratio", theme="training")
def top_language_to_top_video_cost(worlds: Worlds) -> pd.Series:
    """Costliest language run over the costliest video run, whatever their dates."""
    language, video = (runs_of(worlds, modality, "training_cost") for modality in ("language", "video"))
    return language.max(axis="columns") / video.max(axis="columns")


@metric(unit="USD/GPU-hour", theme="training")
def video_usd_per_gpu_hour(worlds: Worlds) -> pd.DataFrame:
    """Cost of each video run per GPU-hour, if it took the GPU-days that the article gives video models."""
    hours = HOURS_PER_DAY * worlds.figure("prose_figures/video_models/training_gpu_days")
    return runs_of(worlds, "video", "training_cost").div(hours, axis="index")


@metric(unit="ratio", theme="training")
def video_flop_to_gpu_peak(worlds: Worlds) -> pd.DataFrame:
    """Compute of each video run over what an H100 at its peak does in the GPU-days that the article gives."""
    peak = H100_PEAK * SECONDS_PER_DAY * worlds.figure("prose_figures/video_models/training_gpu_days")
    return runs_of(worlds, "video", "training_compute").div(peak, axis="index")
