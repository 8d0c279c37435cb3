"""From the tables of sources to what the rest of the project reads: sources, references, observations.

Which value wins is decided by the rules of references; rows that were entered by hand are never replaced here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.dossier.declared import LivePack
from tidebook.pipelines.read.intervals import spread_columns, support
from tidebook.pipelines.read.quantities.quantity import parse_quantity
from tidebook.pipelines.read.sources.entities import Entities, Score
from tidebook.pipelines.read.sources.ledger import GPU_HOUR_BASES
from tidebook.pipelines.read.sources.ledger import NAME as LEDGER
from tidebook.pipelines.read.sources.registry import CONNECTORS
from tidebook.schemas.analysis import Sources
from tidebook.schemas.base import keys, records, table_of
from tidebook.schemas.evidence import Observations
from tidebook.schemas.reference import References
from tidebook.schemas.vocabulary import REPORTED

DIGITS = 3
IN_CENTS = ("USD/Mtok", "USD/GPU-hour")
MANY = 1e12
CONFIDENT = "Confident"
LIST_PRICE, EQUITY, CAPEX = "list price", "equity", "capex and energy"
FLEETS = {"gpu_fleet": GPU_HOUR_BASES["fleet"], "gpu_fleet_h100e": "per H100 equivalent"}
HUGGING_FACE = "Models with a Hugging Face repository in the list are open-weight"
SHARES = ("all tokens", "tokens of classed models")


def with_sources(declared: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """Return the declared sources with those of the snapshots in use, as rows of `Sources`, sorted by id."""
    rows = [
        {
            **row,
            "tier": CONNECTORS[row["source"]].describe.tier,
            "published": row["vintage"],
            "read": row["fetched_on"],
            "original_publisher": "",
            "original_address": "",
            "note": _note(row),
        }
        for row in records(files.drop_duplicates("source"))
    ]
    return table_of(Sources, [*records(declared), *rows])


def _note(row: Mapping[str, Any]) -> str:
    republished = "may" if row["republish"] else "may not"
    note = CONNECTORS[row["source"]].describe.note
    return (
        f"Snapshot {row['snapshot']} of {row['fetched_on']}, {row['status']}; asked for {row['cadence']}. Derived "
        f"tables {republished} be republished. Attribution: {row['attribution']}. {note}".strip()
    )


def with_references(
    manual: pd.DataFrame,
    live: LivePack,
    models: pd.DataFrame,
    prices: pd.DataFrame,
    observations: pd.DataFrame,
    companies: pd.DataFrame,
    entities: Entities,
    scores: Mapping[str, Score],
    files: pd.DataFrame,
    assumed: Assumptions,
) -> pd.DataFrame:
    """Return the references entered by hand with those of sources, as rows of `References`, sorted by key.

    Compute and cost are those of models that entities.csv holds, dated by their release; prices those of the
    article's models, by their makers' own lists; funding is added up over closed rounds, equity alone, as which debt
    counts is not the source's to say.
    """
    copies = dict(zip(files["source_id"], files["vintage"], strict=True))  # what a source says was known by then
    rows = [
        {**row, "available": max(row["as_of"], copies[row["source_id"]])}
        for row in (
            *_model_references(live.runs, models, assumed),
            *_price_references(live.models, prices, companies, entities, scores, assumed),
            *_funding_references(live.models, observations, assumed),
        )
    ]
    key = keys(References.to_schema())
    held = {"earliest": None, "until": None}
    frame = table_of(References, (row | held for row in rows)).drop_duplicates(key)
    return pd.concat([manual, frame], ignore_index=True).sort_values(key, ignore_index=True)


def _model_references(table: str, models: pd.DataFrame, assumed: Assumptions) -> Iterator[dict[str, Any]]:
    for row in records(models[(models["entity_id"] != "") & (models["duplicate_of"] == 0)]):
        figure, held = f"{table}/{row['entity_id']}", _provenance(row, row["release_date"])
        compute, low, high = row["training_compute"], row["compute_low"], row["compute_high"]
        if compute > 0:
            sure = row["confidence"] == CONFIDENT
            reference = _reference(f"{figure}/training_compute", REPORTED, compute, "FLOP", assumed, sure)
            if low <= reference["value"] <= high:
                reference |= {"low": low, "high": high}
            yield {**reference, **held, "note": f"{row['name']}; confidence {row['confidence'] or 'not stated'}"}
        if row["training_cost"] > 0:
            reference = _reference(f"{figure}/training_cost", CAPEX, row["training_cost"], "USD", assumed)
            yield {**reference, **held, "note": f"{row['name']}; in USD of 2023"}


def _price_references(
    table: str,
    prices: pd.DataFrame,
    listed: pd.DataFrame,
    entities: Entities,
    scores: Mapping[str, Score],
    assumed: Assumptions,
) -> Iterator[dict[str, Any]]:
    """Yield the input price of each company's model in print; one without any day is left out."""
    companies = {entities.find("model", row["latest_model"]): row["subject"] for row in records(listed)}
    for row in records(prices[prices["duplicate_of"] == 0]):
        company = companies.get(row["entity_id"]) if row["entity_id"] else None
        vendor = entities.find("company", row["vendor"])
        if company is None or vendor != entities.developers.get(row["entity_id"]):
            continue
        known = scores.get(row["entity_id"])
        start = row["from_date"] if not pd.isna(row["from_date"]) else known.released if known else None
        if start is not None:
            name = f"{table}/{company}/input_price"
            reference = _reference(name, LIST_PRICE, row["input_price"], "USD/Mtok", assumed)
            yield {**reference, **_provenance(row, start), "note": row["model_id"]}


def _funding_references(table: str, observations: pd.DataFrame, assumed: Assumptions) -> Iterator[dict[str, Any]]:
    """Yield the equity that each company had raised after each closed round, derived by adding up."""
    kept = (observations["series"] == "funding_equity") & (observations["duplicate_of"] == 0)
    rounds = observations[kept & ~observations["projection"] & (observations["entity_id"] != "")]
    for company, rows in rounds.groupby("entity_id", sort=True):
        total = 0.0
        for _, of_day in rows.sort_values(["date", "row"]).groupby("date"):
            same = records(of_day)
            raised = math.fsum(row["value"] for row in same)
            total += raised
            if raised > 0:
                reference = _reference(f"{table}/{company}/total_funding", EQUITY, total, "USD", assumed)
                note = "Equity of all closed rounds up to this day"
                yield {**reference, **_provenance(same[-1], same[-1]["date"]), "tier": "D", "note": note}


def _reference(
    figure_id: str, basis: str, value: float, unit: str, assumed: Assumptions, sure: bool = True
) -> dict[str, Any]:
    """Return value, text and support of a reference, read by the same grammar as one entered by hand."""
    text = _format(value, unit) + ("" if sure else " (est.)")
    reading = parse_quantity(text, unit)
    return {
        "figure_id": figure_id,
        "basis": basis,
        "text": text,
        "value": reading.value,
        "kind": reading.kind,
        "unit": unit,
        **spread_columns(reading, basis, assumed),
    }


def _format(value: float, unit: str) -> str:
    """Return a value as text that the grammar reads: three digits for FLOP, cents for prices, dollars for the rest.

    The grammar takes at most fifteen digits, so that what is very large is written with an exponent.
    """
    if unit == "FLOP":
        mantissa, exponent = f"{value:.{DIGITS - 1}e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    if unit in IN_CENTS and 0.01 <= value < MANY:
        return f"${value:,.2f}"
    return f"${value:,.0f}" if 1 <= value < MANY else f"${value:.10g}"


def _provenance(row: Mapping[str, Any], day: dt.date) -> dict[str, Any]:
    """Return where a value comes from: day, source, tier and place in the source's file."""
    describe = CONNECTORS[row["source"]].describe
    return {
        "as_of": day,
        "source_id": describe.source_id,
        "tier": describe.tier,
        "locator": f"{row['source']}/{row['file']}:{row['row']}",
    }


def with_observations(
    manual: pd.DataFrame, observations: pd.DataFrame, files: pd.DataFrame, assumed: Assumptions
) -> pd.DataFrame:
    """Return the observations entered by hand with series of sources, as rows of `Observations`, by date, then id.

    Taken are the open-weight share of each population on the last day of each month that is known, CoreWeave's revenue
    per GPU-hour by quarter, and that of the operators in the inference ledger. Where a value of the same day and basis
    was entered by hand, that one stays alone.
    """
    copies = dict(zip(files["source_id"], files["vintage"], strict=True))
    have = {(row["series"], row["subject"], row["date"], row["basis"]) for row in records(manual)}
    rows = []
    taken = (_monthly_shares, _revenue_per_gpu_hour, _ledger_revenue_per_gpu_hour)
    for row in (each for take in taken for each in take(observations)):
        if (row["series"], row["subject"], row["date"], row["basis"]) in have:
            continue
        reading = parse_quantity(row["text"], row["unit"])
        low, high = support(reading, assumed)
        provenance = _provenance(row, row["date"])
        basis = row["basis"].replace(" ", "_").lower()
        name = f"{row['series']}/{row['subject']}/{row['date']}/{provenance['source_id']}/{basis}"
        read = {"value": reading.value, "low": low, "high": high, "quantity_kind": reading.kind}
        known = max(row["date"], copies[provenance["source_id"]])
        rows.append({**provenance, **row, **read, "observation_id": name, "available": known})
    both = pd.concat([manual, table_of(Observations, rows)], ignore_index=True)
    return both.sort_values(["date", "observation_id"], ignore_index=True)


def _monthly_shares(observations: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the open-weight share of each population on its last known day of each month."""
    shares = observations[(observations["series"] == "open_weight_share") & observations["basis"].isin(SHARES)]
    month = shares["date"].map(lambda day: (day.year, day.month)).rename("month")
    last = shares.sort_values("date", kind="stable").groupby(["source", "subject", month, "basis"], sort=False).tail(1)
    for row in records(last):
        note = row["confidence"] if row["source"] == LEDGER else HUGGING_FACE
        yield {**row, "text": f"{row['value']:.1f}%", "unit": "percent", "note": note}


def _revenue_per_gpu_hour(observations: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield CoreWeave's revenue of each quarter over the hours of its mean stock of GPUs at the quarter's ends."""
    own = observations[(observations["entity_id"] == "coreweave") & ~observations["projection"]]
    revenue = _quarterly_revenue(own[(own["series"] == "revenue") & (own["duplicate_of"] == 0)])
    for series, basis in FLEETS.items():
        stock = dict(zip(*(own.loc[own["series"] == series, name] for name in ("date", "value")), strict=True))
        for row in revenue:
            start = _previous_quarter(row["date"])
            mean = (stock.get(start, 0) + stock.get(row["date"], 0)) / 2
            # A fourth quarter below nothing, or a stock of none, is a slip of the source, and no price.
            if start in stock and row["date"] in stock and mean > 0 and row["value"] >= 0:
                hours = (row["date"] - start).days * 24
                yield {
                    **row,
                    "series": "revenue_per_gpu_hour",
                    "subject": "coreweave",
                    "text": _format(row["value"] / mean / hours, "USD/GPU-hour"),
                    "unit": "USD/GPU-hour",
                    "basis": basis,
                    "tier": "D",
                    "note": f"Revenue {row['value'] / 1e6:,.1f} million / (mean of {stock[start]:,.0f} and "
                    f"{stock[row['date']]:,.0f} × {hours:,} h)",
                }


def _quarterly_revenue(revenue: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the revenue of each quarter; of a fourth one, which is not filed, the year's less that of nine months."""
    last = revenue.sort_values(["date", "row"]).drop_duplicates(["basis", "date"], keep="last")
    quarter, nine, year = (records(last[last["basis"] == basis]) for basis in ("quarter", "nine months", "year"))
    filed, before = {row["date"] for row in quarter}, {row["date"]: row["value"] for row in nine}
    fourth = [
        {**row, "value": row["value"] - before[_previous_quarter(row["date"])]}
        for row in year
        if row["date"] not in filed and _previous_quarter(row["date"]) in before
    ]
    return sorted([*quarter, *fourth], key=lambda row: row["date"])


def _ledger_revenue_per_gpu_hour(observations: pd.DataFrame) -> Iterator[dict[str, Any]]:
    series = (observations["series"] == "revenue_per_gpu_hour") & (observations["source"] == LEDGER)
    usable = series & observations["basis"].isin(list(GPU_HOUR_BASES.values())) & (observations["value"] >= 0)
    for row in records(observations[usable]):
        text, subject = _format(row["value"], "USD/GPU-hour"), row["entity_id"] or row["subject"]
        yield {**row, "subject": subject, "text": text, "unit": "USD/GPU-hour", "note": row["confidence"]}


def _previous_quarter(day: dt.date) -> dt.date:
    """Return the last day of the quarter before the one that ends on a day."""
    before: dt.date = (pd.Timestamp(day) - pd.offsets.MonthEnd(3)).date()
    return before
