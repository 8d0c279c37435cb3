"""References and observations from the tables of sources.

Belongs here: which rows of sources are evidence, and for which figure. Does not: which of several references wins
(`evaluate.known`); rows entered by hand are never replaced.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.intervals import spread_columns
from tidebook.pipelines.read.names import slug_of_all
from tidebook.pipelines.read.quantities.quantity import parse_quantity
from tidebook.pipelines.read.reference_errors import BY_CLASS, EXACT, STATED, error_columns, is_repeated
from tidebook.pipelines.read.sources.provenance import provenance
from tidebook.pipelines.read.stated_intervals import StatedInterval
from tidebook.plugins.live.entities import Entities, Score
from tidebook.plugins.live.publisher import PER_UNIT
from tidebook.plugins.live.settings import LiveSettings
from tidebook.plugins.live.tables import DatabaseModels, ModelPrices, SourceObservations
from tidebook.schemas.base import Frame, keys, records, table_of
from tidebook.schemas.evidence import Observations
from tidebook.schemas.reference import ReferenceValues
from tidebook.schemas.sources import SourceFiles
from tidebook.schemas.vocabulary import REPORTED

DIGITS = 3
IN_CENTS = ("USD/Mtok", "USD/GPU-hour")
MANY = 1e12
CONFIDENT = "Confident"
LIST_PRICE, EQUITY, CAPEX = "list price", "equity", "capex and energy"
FLEETS = {"gpu_fleet": PER_UNIT, "gpu_fleet_h100e": "per H100 equivalent"}
REVENUE_PER_GPU_HOUR = "revenue_per_gpu_hour"
HUGGING_FACE = "Models with a Hugging Face repository in the list are open-weight"
"""Note of a share whose source has none."""
SHARES = ("all tokens", "tokens of classed models")


def added_references(
    live: LiveSettings,
    database_models: Frame[DatabaseModels],
    model_prices: Frame[ModelPrices],
    source_observations: Frame[SourceObservations],
    entities: Entities,
    scores: dict[str, Score],
    source_files: Frame[SourceFiles],
    assumptions: Assumptions,
    companies: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return references from sources as rows of `ReferenceValues`, one per key.

    Compute and cost are those of models in entities.csv, dated by release; prices are those of the article's models,
    from their makers' own lists; funding is the sum of equity over closed rounds. The section declares which figures
    they are for (`LiveSettings.references`).
    """
    # A value is known at the latest by the day of the source's copy.
    copies = dict(zip(source_files["source_id"], source_files["vintage"], strict=True))
    found = [
        *_model_references(live, database_models, assumptions),
        *_price_references(live, model_prices, companies, entities, scores, assumptions),
        *_funding_references(live, source_observations, assumptions),
    ]
    held = {"earliest": None, "until": None, "released": None}
    rows = []
    for row in found:
        known = {"available_from": max(row["as_of"], copies[row["source_id"]])}
        rows.append({**row, **held, **known, **_error(row, assumptions)})
    return table_of(ReferenceValues, rows).drop_duplicates(keys(ReferenceValues.to_schema()))


def _error(row: Mapping[str, Any], assumed: Assumptions) -> dict[str, Any]:
    """Return the columns on the error of a reference: the interval that its source states, else that of its class."""
    low, high, name = row["low"], row["high"], row.get("confidence", "")
    if row.get("is_stated"):
        return error_columns(STATED, low, high, StatedInterval(low, high, math.nan), assumed)
    if name in assumed.confidence:
        return error_columns(f"{BY_CLASS}{name}", low, high, None, assumed)
    error_by = EXACT if is_repeated(row["unit"], row["basis"], assumed) else ""
    return error_columns(error_by, low, high, None, assumed)


def _model_references(live: LiveSettings, models: pd.DataFrame, assumed: Assumptions) -> Iterator[dict[str, Any]]:
    for row in records(models[(models["entity_id"] != "") & (models["duplicate_of"] == 0)]):
        held = provenance(row, row["release_date"])
        of_compute = live.figure("training_compute", row["entity_id"])
        of_cost = live.figure("training_cost", row["entity_id"])
        compute, low, high = row["training_compute"], row["compute_low"], row["compute_high"]
        if compute > 0 and of_compute:
            sure = row["confidence"] == CONFIDENT
            reference = _reference(of_compute, REPORTED, compute, "FLOP", assumed, sure)
            if low <= reference["value"] <= high:
                reference |= {"low": low, "high": high, "low_open": False, "high_open": False, "is_stated": True}
            reference["confidence"] = slug_of_all(row["confidence"] or "")
            yield {**reference, **held, "note": f"{row['name']}; confidence {row['confidence'] or 'not stated'}"}
        if row["training_cost"] > 0 and of_cost:
            reference = _reference(of_cost, CAPEX, row["training_cost"], "USD", assumed)
            yield {**reference, **held, "note": f"{row['name']}; in USD of 2023"}


def _price_references(
    live: LiveSettings,
    prices: pd.DataFrame,
    listed: pd.DataFrame | None,
    entities: Entities,
    scores: Mapping[str, Score],
    assumed: Assumptions,
) -> Iterator[dict[str, Any]]:
    """Yield the input prices of each company's printed model; prices without a day are left out."""
    if listed is None or live.model_column not in listed:
        return
    companies = {entities.find("model", row[live.model_column]): row["subject"] for row in records(listed)}
    for row in records(prices[prices["duplicate_of"] == 0]):
        company = companies.get(row["entity_id"]) if row["entity_id"] else None
        vendor = entities.find("company", row["vendor"])
        # Only the maker's own price: resellers have prices of their own.
        if company is None or vendor != entities.developers.get(row["entity_id"]):
            continue
        start = _first_day(row, scores)
        figure = live.figure("input_price", company)
        if start is not None and figure:
            reference = _reference(figure, LIST_PRICE, row["input_price"], "USD/Mtok", assumed)
            yield {**reference, **provenance(row, start), "note": row["model_id"]}


def _first_day(price: Mapping[str, Any], scores: Mapping[str, Score]) -> dt.date | None:
    """Return the first day of a price, else the model's release, else None."""
    if not pd.isna(price["from_date"]):
        day: dt.date = price["from_date"]
        return day
    known = scores.get(price["entity_id"])
    return known.released if known else None


def _funding_references(
    live: LiveSettings, observations: pd.DataFrame, assumed: Assumptions
) -> Iterator[dict[str, Any]]:
    """Yield the equity that each company had raised by each closed round.

    Debt is left out: whether it counts as funding is for the article to say, not for the source.
    """
    kept = (observations["series"] == "funding_equity") & (observations["duplicate_of"] == 0)
    rounds = observations[kept & ~observations["projection"] & (observations["entity_id"] != "")]
    for company, rows in rounds.groupby("entity_id", sort=True):
        total = 0.0
        for _, of_day in rows.sort_values(["date", "row"]).groupby("date"):
            same = records(of_day)
            raised = math.fsum(row["value"] for row in same)
            total += raised
            figure = live.figure("funding", str(company))
            if raised > 0 and figure:
                reference = _reference(figure, EQUITY, total, "USD", assumed)
                note = "Equity of all closed rounds up to this day"
                yield {**reference, **provenance(same[-1], same[-1]["date"]), "tier": "D", "note": note}


def _reference(
    figure_id: str, basis: str, value: float, unit: str, assumed: Assumptions, sure: bool = True
) -> dict[str, Any]:
    """Return the columns on the value of a reference; its text is parsed like one entered by hand."""
    text = format_amount(value, unit) + ("" if sure else " (est.)")
    quantity = parse_quantity(text, unit)
    return {
        "figure_id": figure_id,
        "basis": basis,
        "version": "",
        "text": text,
        "value": quantity.value,
        "kind": quantity.kind,
        "unit": unit,
        **spread_columns(quantity, basis, assumed),
    }


def format_amount(value: float, unit: str) -> str:
    """Format a value as the grammar reads it: three digits for FLOP, cents for prices, dollars for the rest."""
    if unit == "FLOP":
        mantissa, exponent = f"{value:.{DIGITS - 1}e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    if unit in IN_CENTS and 0.01 <= value < MANY:
        return f"${value:,.2f}"
    # The grammar takes at most fifteen digits: larger values get an exponent.
    return f"${value:,.0f}" if 1 <= value < MANY else f"${value:.10g}"


def added_observations(
    source_observations: Frame[SourceObservations], source_files: Frame[SourceFiles]
) -> pd.DataFrame:
    """Return observations from sources as rows of `Observations`.

    These are the open-weight share of each population on the last known day of each month, and the quarterly revenue
    per GPU-hour of companies that file revenue and whose stock of GPUs is known.
    """
    rows = [*_monthly_shares(source_observations), *_revenue_per_gpu_hour(source_observations)]
    return as_observations(rows, source_files)


def as_observations(rows: Iterable[Mapping[str, Any]], source_files: pd.DataFrame) -> pd.DataFrame:
    """Return rows of sources as rows of `Observations`; their texts are parsed like those entered by hand."""
    copies = dict(zip(source_files["source_id"], source_files["vintage"], strict=True))
    found = []
    for row in rows:
        quantity = parse_quantity(row["text"], row["unit"])
        source = provenance(row, row["date"])
        basis = row["basis"].replace(" ", "_").lower()
        name = f"{row['series']}/{row['subject']}/{row['date']}/{source['source_id']}/{basis}"
        read = {
            "value": quantity.value,
            "low": quantity.low,
            "high": quantity.high,
            "quantity_kind": quantity.kind,
        }
        known = max(row["date"], copies[source["source_id"]])
        found.append({**source, **row, **read, "observation_id": name, "available_from": known})
    return table_of(Observations, found)


def _monthly_shares(observations: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the open-weight share of each population on its last known day of each month."""
    shares = observations[(observations["series"] == "open_weight_share") & observations["basis"].isin(SHARES)]
    month = shares["date"].map(lambda day: (day.year, day.month)).rename("month")
    last = shares.sort_values("date", kind="stable").groupby(["source", "subject", month, "basis"], sort=False).tail(1)
    for row in records(last):
        note = row["confidence"] or HUGGING_FACE
        yield {**row, "text": f"{row['value']:.1f}%", "unit": "percent", "note": note}


def _revenue_per_gpu_hour(observations: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield revenue of each quarter over the hours of the mean stock of GPUs at the quarter's ends, by company."""
    known = observations[(observations["entity_id"] != "") & ~observations["projection"]]
    for company, own in known[known["series"].isin(("revenue", *FLEETS))].groupby("entity_id", sort=True):
        yield from _revenue_of(str(company), own)


def _revenue_of(company: str, own: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield a company's revenue per GPU-hour by quarter, on each basis that its stock is known on."""
    revenue = _quarterly_revenue(own[(own["series"] == "revenue") & (own["duplicate_of"] == 0)])
    for series, basis in FLEETS.items():
        of_series = own[own["series"] == series]
        stock = dict(zip(of_series["date"], of_series["value"], strict=True))
        for row in revenue:
            start = _previous_quarter(row["date"])
            mean = (stock.get(start, 0) + stock.get(row["date"], 0)) / 2
            # A negative fourth quarter, or a stock of zero, is an error of the source.
            if start in stock and row["date"] in stock and mean > 0 and row["value"] >= 0:
                hours = (row["date"] - start).days * 24
                yield {
                    **row,
                    "series": REVENUE_PER_GPU_HOUR,
                    "subject": company,
                    "text": format_amount(row["value"] / mean / hours, "USD/GPU-hour"),
                    "unit": "USD/GPU-hour",
                    "basis": basis,
                    "tier": "D",
                    "note": f"Revenue {row['value'] / 1e6:,.1f} million / (mean of {stock[start]:,.0f} and "
                    f"{stock[row['date']]:,.0f} × {hours:,} h)",
                }


def _quarterly_revenue(revenue: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the revenue of each quarter by date.

    Fourth quarters are not filed: their revenue is that of the year less that of nine months.
    """
    last = revenue.sort_values(["date", "row"]).drop_duplicates(["basis", "date"], keep="last")
    quarters = records(last[last["basis"] == "quarter"])
    filed = {row["date"] for row in quarters}
    nine_months = {row["date"]: row["value"] for row in records(last[last["basis"] == "nine months"])}
    for row in records(last[last["basis"] == "year"]):
        before = nine_months.get(_previous_quarter(row["date"]))
        if row["date"] not in filed and before is not None:
            quarters.append({**row, "value": row["value"] - before})
    return sorted(quarters, key=lambda row: row["date"])


def _previous_quarter(day: dt.date) -> dt.date:
    """Return the last day of the quarter before the one that ends on a day."""
    before: dt.date = (pd.Timestamp(day) - pd.offsets.MonthEnd(3)).date()
    return before
