"""The numbers in the prose of docs/method/: each is that of a configuration, a constant or a table of a build.

Belongs here: where each comes from. Does not: whether they are right. Code and tables are no prose.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.conftest import ROOT, SHIPPED
from tests.unit.forecast_rows import ASSUMPTIONS, PREDICTIONS
from tests.unit.shipped import ARTICLE
from tests.unit.shipped import DOSSIER as DECLARED
from tidebook.pipelines.evaluate.reconciliation import BINARY
from tidebook.pipelines.evaluate.scenarios import FAR_STEP, NEAR, NEAR_STEP
from tidebook.pipelines.judge.predictions.models import TAIL, predict
from tidebook.pipelines.judge.predictions.rows import months_after, years
from tidebook.pipelines.judge.predictions.scores import LEAST_OUTCOMES
from tidebook.pipelines.judge.sensitivity import BINS, MOST_DRAWS, SURE
from tidebook.pipelines.judge.tipping_points import PRECISION
from tidebook.pipelines.read.declarations import LevelPrior, RatePrior
from tidebook.pipelines.read.quantities.quantity import parse_quantity
from tidebook.plugins.projections.settings import ProjectionsSettings
from tidebook.plugins.projections.trend import AROUND, Point, points_of
from tidebook.schemas.parquet import read_parquet
from tidebook.schemas.units import EPOCH
from tidebook.schemas.vocabulary import VERY_UNLIKELY

DOSSIER = SHIPPED

PAGES = sorted((ROOT / "docs" / "method").glob("*.md"))
PAGE = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
SECTIONS = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
"""Sections, in none of which a number may stand that is not among the fragments."""

ALWAYS = "unprinted/daydreamer_on_physical_robots/occurrences"
"""The one count that stands in the references by hand, of what was so from the first."""

POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def section(title: str) -> str:
    """Return a section's prose in one line, without code, links' addresses and tables."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    lines = [re.sub(r"^\d\. ", "", line) for line in found[1].splitlines() if not line.startswith("|")]
    return " ".join(re.sub(r"`[^`]*`|\]\([^)]*\)", "", "\n".join(lines)).split())


def percent_of(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f}%"


def rate(prior: RatePrior, of: str = "company-years") -> str:
    return f"{prior.events:g} event in {prior.years:g} {of}"


def fragments(built: Path) -> list[str]:
    """Return words with numbers as they stand in the page, each from where its numbers come from."""
    evidence = of_evidence(built)
    return [*of_verdicts(), *evidence, *of_predictions(built), *of_scores_and_projections(built)]


def table(built: Path, name: str) -> pd.DataFrame:
    return read_parquet(built / "latest" / "tables" / f"{name}.parquet")


def of_verdicts() -> Iterator[str]:
    """Yield what is said of draws, verdicts and flips."""
    verdicts = ASSUMPTIONS.verdicts
    yield f"within a factor of {ASSUMPTIONS.reconciliation.near:g}"
    yield f"in at least {verdicts.supported_from:.0%}"
    yield f"in at most {verdicts.contradicted_to:.0%}"
    yield f"{ASSUMPTIONS.materiality:.0%} by default"
    yield "from the 5th to the 95th percentile"
    yield f"{ASSUMPTIONS.calibration.unlike:g} in the sample dossier"
    yield "*Bayesian Data Analysis*, 2013, section 3.3"
    yield "*Statistical Science* 15, 2000, 46-60"
    yield f"the two-sided p is 2/{math.factorial(4)}, so no rank test on four companies reaches 5%"
    assert 2 / math.factorial(4) > 0.05
    steps = (f"{100 * (step - 1):.2f}".rstrip("0") for step in (NEAR_STEP, FAR_STEP))
    yield f"{next(steps)}% apart up to {NEAR} and {next(steps)}% apart beyond"
    yield f"bisection to {PRECISION:.1%}"
    yield "Scores stay within 0 to 100"


def of_evidence(built: Path) -> Iterator[str]:
    """Yield what is said of cells, of what outcomes rest on, and of references."""
    thousands = parse_quantity("128K", "token").value
    yield f"is {thousands:,.0f}: where K stands for {1000 * BINARY:,.0f}"
    yield "its distance to 0 or 1"
    yield f"in the first {MOST_DRAWS:,} draws"
    assert SURE == 2
    yield "by two standard errors"
    yield f"taken in {BINS} equal parts"
    judged = table(built, "interpretation_verdicts").query(
        "metric_id == 'openai_runway' and evidence_view == 'best_known'"
    )
    (reason,) = set(judged.loc[judged["as_of"] == ARTICLE.published, "reason"])
    loss, funding = re.findall(r" of (\d{4})", reason)
    yield f"OpenAI's loss of {loss} is not compared with its funding of {funding}"
    claimed = table(built, "figures").query("basis == 'as claimed'").set_index("quantity")["text"]
    yield f"({claimed['capital_growth']}, {claimed['price_cut']})"
    judged_wrong = table(built, "figure_outcomes").query("outcome == 'wrong' and error_type == 'a factor'")
    unknown = int((judged_wrong["error_by"] == "").sum())
    yield f"{len(judged_wrong)} are wrong by a factor, and {unknown} of these rest on a reference"
    counted = table(built, "reference_values").query("basis == 'completed events'")
    assert (counted.groupby("figure_id")["value"].min().drop(ALWAYS) == 0).all()
    yield "the count is 0"


def of_predictions(built: Path) -> Iterator[str]:
    """Yield what is said of each kind of prediction, its priors and its forecast."""
    models: dict[str, Any] = {entry.id: entry.model for entry in PREDICTIONS.predictions}
    earlier = {entry.id: entry.earlier for entry in PREDICTIONS.predictions}
    yield f"listings: {PREDICTIONS.search_cutoffs['listing']}"
    yield f"Before any row the rate is {rate(models['consolidation'].prior)}"
    yield "at the rate's 5th and 95th percentile"
    open_ones = table(built, "forecasts").query("prediction_id == 'consolidation' and population == 'wide' and current")
    widest = open_ones[open_ones["status"] == "open"].nlargest(1, "with_pending").iloc[0]
    wide, pending = percent_of(widest["probability"]), percent_of(widest["with_pending"])
    yield f"for the wide cohort by the end of {widest['target_date'].year} rises from {wide} to {pending}"
    yield f"is below {VERY_UNLIKELY:.0%}"
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
    first = start[
        (start["population"] == "openrouter") & start["deadline_interpretation"].str.endswith("end of 2027")
    ].iloc[0]
    yield f"starts at {percent_of(first['probability'], 0)} for {share.threshold_percent:g}% by the end of 2027"
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
    yield "90% interval"
    yield f"Below {LEAST_OUTCOMES} outcomes none is given; there are {skill['outcomes'].iloc[0]}."
    mine = scores.query("prediction_id == 'first_model_company_ipo' and population == 'wide' and version == 2")
    brier = mine.set_index("forecaster")["brier"]
    yield f"a Brier score of {brier['model']:.2f} against {brier['always_half']:.2f}"
    assert brier["model"] > brier["always_half"]
    projections = table(built, "projections")
    pack = DECLARED.sections["projections"]
    assert pack
    one, two = pack.horizons
    yield "the 90% prediction interval"
    yield f"{one} and {two} years after the last one known"
    observations = table(built, "observations")
    frontier = observations[observations["series"] == "frontier_training_compute"]
    yield f"since {min(frontier['date']).year}"
    yield f"rests on {pack.least} points or more"
    yield f"within {AROUND} months of its target"
    tests = projections[projections["kind"] == "backtest"]
    yield f"of {tests['tested'].sum()} such points {tests['covered'].sum()} lay inside"
    trends = [each for each in pack.of if each.series]
    points = [points_of(each, table(built, "figures"), observations) for each in trends]
    beside = [inside_without(each, place) for each in points for place in range(len(each))]
    yield f"all {len(beside)} points of the two trends"
    yield f"the line through the others, {sum(beside)} lie inside"
    yield f"of {sum(len(in_a_test(each, pack)) for each in points)} points that share their lines"
    ahead = projections[(projections["kind"] == "projection") & (projections["population"] == "article")]
    row = ahead[(ahead["quantity"] == "training_compute") & (ahead["horizon_years"] == two)].iloc[0]
    yield f"The article's {row['n']} models"
    power = str(math.floor(math.log10(row["high"] / row["low"]))).translate(POWERS)
    yield f"{two} years on spans a factor of 10{power}"


def inside_without(points: Sequence[Point], place: int) -> bool:
    """Return whether a point lies inside the interval of the line through all others, by itself."""
    others = [(years(EPOCH, each.date), math.log(each.value)) for each in (*points[:place], *points[place + 1 :])]
    trend = predict(*zip(*others, strict=True), years(EPOCH, points[place].date), None)
    return trend.quantile(TAIL) <= math.log(points[place].value) <= trend.quantile(1 - TAIL)


def in_a_test(points: Sequence[Point], projected: ProjectionsSettings) -> set[str]:
    """Return the points that test a year-end's projection: within half a year of a target, after the year's end."""
    found = set()
    for year in range(points[0].date.year, points[-1].date.year):
        end = dt.date(year, 12, 31)
        known = [each.date for each in points if each.date <= end]
        for horizon in projected.horizons if len(known) >= projected.least else ():
            first, last = (months_after(known[-1], 12 * horizon + months) for months in (-AROUND, AROUND))
            found |= {each.id for each in points if max(first, end) < each.date <= last}
    return found


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
