"""The numbers in the prose of docs/method.md: each is that of a configuration, a constant or a table of a build.

Belongs here: where each comes from. Does not: whether they are right. Code and tables are no prose.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.claims.flips import PRECISION
from pipelines.forecasts.projections import AROUND
from pipelines.forecasts.scores import LEAST_OUTCOMES
from pipelines.ingest.declarations import LevelPrior, RatePrior
from pipelines.storage.parquet import read_parquet
from pipelines.worlds.build import FAR_STEP, NEAR, NEAR_STEP
from tests.conftest import ROOT
from tests.unit.forecast_rows import ASSUMPTIONS, PREDICTIONS

PAGE = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
SECTIONS = ("Worlds", "Verdicts", "What would flip it", "Forecasts")
"""Sections in which no number may stand that is not among the fragments."""

POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def section(title: str) -> str:
    """Return a section's prose in one line, without code, links' addresses and tables."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    lines = [line for line in found[1].splitlines() if not line.startswith("|")]
    return " ".join(re.sub(r"`[^`]*`|\]\([^)]*\)", "", "\n".join(lines)).split())


def percent_of(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f} %"


def rate(prior: RatePrior, of: str = "company-years") -> str:
    return f"{prior.events:g} event in {prior.years:g} {of}"


def fragments(built: Path) -> list[str]:
    """Return words with numbers as they stand in the page, each from where its numbers come from."""
    return [*of_verdicts(), *of_predictions(built), *of_scores_and_projections(built)]


def table(built: Path, name: str) -> pd.DataFrame:
    return read_parquet(built / "latest" / "tables" / f"{name}.parquet")


def of_verdicts() -> Iterator[str]:
    """Yield what is said of draws, verdicts and flips."""
    verdicts = ASSUMPTIONS.verdicts
    yield f"within a factor of {ASSUMPTIONS.reconciliation.near:g}"
    yield f"in at least {verdicts.supported_from:.0%}".replace("%", " %")
    yield f"in at most {verdicts.contradicted_to:.0%}".replace("%", " %")
    yield "from the 5th to the 95th percentile"
    yield f"the two-sided p is 2/{math.factorial(4)}, so no rank test on four companies reaches 5 %"
    assert 2 / math.factorial(4) > 0.05
    steps = (f"{100 * (step - 1):.2f}".rstrip("0") for step in (NEAR_STEP, FAR_STEP))
    yield f"{next(steps)} % apart up to {NEAR} and {next(steps)} % apart beyond"
    yield f"bisection to {PRECISION:.1%}".replace("%", " %")
    yield "Scores stay within 0 to 100"


def of_predictions(built: Path) -> Iterator[str]:
    """Yield what is said of each kind of prediction, its priors and its forecast."""
    models: dict[str, Any] = {entry.id: entry.model for entry in PREDICTIONS.predictions}
    earlier = {entry.id: entry.earlier for entry in PREDICTIONS.predictions}
    yield f"listings: {PREDICTIONS.sweeps['listing']}"
    yield f"Before any row the rate is {rate(models['consolidation'].prior)}"
    yield "at the rate's 5th and 95th percentile"
    listing = models["first_model_company_ipo"]
    yield f"The same rate per company, {rate(listing.prior)}"
    yield f"within {listing.horizon_months} months, as the words set no deadline"
    yield f"{rate(listing.after.prior, 'company-year')} on file"
    events = table(built, "events").set_index("event_id")["date"]
    yield f"{(events['coreweave_listing'] - events['coreweave_draft_filing']).days} days after its draft"
    forecasts = table(built, "forecasts").query("prediction_id == 'first_model_company_ipo' and population == 'strict'")
    old, new = forecasts[forecasts["clock"] == "content"].sort_values("version").to_dict("records")
    low, high = percent_of(new["low"]), percent_of(new["high"])
    yield f"that gives {percent_of(new['probability'])} ({low} to {high})"
    yield f"which set filings aside, gives {percent_of(old['probability'])}"
    share, (before,) = models["open_source_inference"], earlier["open_source_inference"]
    yield (
        f"level 0 ± {share.prior.level_sd:g} at the content date, slope 0 ± {share.prior.slope_sd:g} a year, one "
        f"measurement ± {share.prior.noise:g} with the weight of {share.prior.noise_weight:g} measurements"
    )
    yield f"a slope of 0 ± {before.prior.slope_sd:g} a year"
    start = table(built, "forecast_history").query("prediction_id == 'open_source_inference' and version == 2")
    first = start[(start["population"] == "openrouter") & start["deadline_reading"].str.endswith("end of 2027")].iloc[0]
    yield f"starts at {percent_of(first['probability'], 0)} for {share.threshold_percent:g} % by the end of 2027"
    burst = models["bubble_bursts"]
    yield f"Hazards within {burst.horizon_months} months"
    yield f"({rate(burst.basket_prior, 'years')})"
    yield f"({rate(burst.round_prior)})"
    yield f"judged {burst.judged_after_months} months after a burst"
    yield from rounds(table(built, "observations"))
    ratio = models["revenue_per_gpu_hour"]
    prior: LevelPrior = ratio.prior
    weight = f"with the weight of {prior.noise_weight:g} quarters"
    yield f"prior 0 ± {prior.level_sd:g}, one quarter ± {prior.noise:g} {weight}"
    yield f"within {ratio.yardstick_days} days"
    yield "rental price of an H100"


def of_scores_and_projections(built: Path) -> Iterator[str]:
    """Yield what is said of scores, skill, projections and their tests."""
    scores, skill = table(built, "scores"), table(built, "skill")
    yield "90 % interval"
    yield f"Below {LEAST_OUTCOMES} outcomes none is given; there are {skill['outcomes'].iloc[0]}."
    mine = scores.query("prediction_id == 'first_model_company_ipo' and population == 'wide' and version == 2")
    brier = mine.set_index("forecaster")["brier"]
    yield f"a Brier score of {brier['model']:.2f} against {brier['always_half']:.2f}"
    assert brier["model"] > brier["always_half"]
    projections = table(built, "projections")
    assert PREDICTIONS.projections
    one, two = PREDICTIONS.projections.horizons
    yield "the 90 % prediction interval"
    yield f"{one} and {two} years after the last one known"
    observations = table(built, "observations")
    frontier = observations[observations["series"] == "frontier_training_compute"]
    yield f"since {min(frontier['date']).year}"
    yield f"rests on {PREDICTIONS.projections.least} points or more"
    yield f"within {AROUND} months of its target"
    tests = projections[projections["kind"] == "backtest"]
    yield f"of {tests['tested'].sum()} such points {tests['covered'].sum()} lay inside"
    ahead = projections[(projections["kind"] == "projection") & (projections["population"] == "article")]
    row = ahead[(ahead["quantity"] == "training_compute") & (ahead["horizon_years"] == two)].iloc[0]
    yield f"The article's {row['n']} models"
    power = str(math.floor(math.log10(row["high"] / row["low"]))).translate(POWERS)
    yield f"{two} years on spans a factor of 10{power}"


def rounds(observations: pd.DataFrame) -> Iterator[str]:
    """Yield the two cases of an equal valuation: the words for each, and what is on record."""
    values = observations[observations["series"] == "valuation"].set_index(["subject", "value"])["date"]
    assert len(values.loc[("openai", 300e9)]) == len(values.loc[("mistral_ai", 2e9)]) == 2
    yield "OpenAI's $300B, stages 1 and 2; Mistral's $2B"


def test_every_fragment_stands_in_the_page(built: Path) -> None:
    page = " ".join(re.sub(r"`[^`]*`", "", PAGE).split())
    assert [words for words in fragments(built) if words not in page] == []


@pytest.mark.parametrize("title", SECTIONS)
def test_no_other_number_stands_in_the_prose(built: Path, title: str) -> None:
    prose = section(title)
    for words in sorted(fragments(built), key=len, reverse=True):
        prose = prose.replace(words, " ")
    assert re.findall(r"\S*[0-9⁰¹²³⁴-⁹]\S*", prose) == []
