"""The ledger's tables from the sums of its months, and the observations that a build may take from them.

Sums come from `month`; here are only ratios, shares, and the rents that stand beside them.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Context, Decimal
from statistics import median
from typing import Any

import pandas as pd

from pipelines.ledger.description import Description
from schemas.base import column_types, records
from schemas.ledger import MEASURES, SHARE_MEASURES, WEIGHTS, GpuEconomics, InferenceMix

Rows = list[dict[str, Any]]
EXACT = Context(prec=60)
BASES = {"tokens": "all tokens", "revenue_usd": "all revenue", "gpu_hours": "all GPU-hours"}
CLASSED = "tokens of classed models"
COUNTED = {"fleet": "per GPU unit", "used": "per GPU-hour used"}
"""The basis of revenue per GPU-hour: over all hours of the fleet, as predictions ask, or over those used alone."""


class Total:
    """A sum of rows: how many there are, the last day of one, and each measure with the number of rows that have it."""

    def __init__(self) -> None:
        self.rows = 0
        self.until = dt.date.min
        self.sums = dict.fromkeys((*MEASURES, "tokens"), Decimal(0))
        self.having = dict.fromkeys((*MEASURES, "tokens"), 0)

    def add(self, group: Mapping[str, Any]) -> None:
        """Add a group of rows."""
        self.rows += group["rows"]
        self.until = max(self.until, group["until"])
        for name in MEASURES:
            self.sums[name] = EXACT.add(self.sums[name], group[name] or Decimal(0))
            self.having[name] += group[f"{name}_rows"]
        self.sums["tokens"] = EXACT.add(self.sums["tokens_in"], self.sums["tokens_out"])
        self.having["tokens"] += max(group["tokens_in_rows"], group["tokens_out_rows"])

    def whole(self, name: str) -> Decimal | None:
        """Return a measure's sum where every row has it."""
        return self.sums[name] if self.having[name] == self.rows else None


def ratio(part: Decimal | None, whole: Decimal | None) -> float | None:
    """Return one number over another, None where either is not known or there is nothing to divide by."""
    return float(EXACT.divide(part, whole)) if part is not None and whole else None


def totals(groups: Iterable[Mapping[str, Any]], *names: str) -> dict[tuple[Any, ...], Total]:
    """Return the sums of groups by some of their columns, sorted by these."""
    found: dict[tuple[Any, ...], Total] = {}
    for group in groups:
        found.setdefault(tuple(group[name] for name in names), Total()).add(group)
    return dict(sorted(found.items()))


def economics_table(groups: Sequence[Mapping[str, Any]], observations: pd.DataFrame, synthetic: bool) -> pd.DataFrame:
    """Return what each operator's accelerators of a class earned in each month, as rows of `GpuEconomics`.

    `groups` have the columns of `month.SUMS` with `month` as its first day.
    """
    rents = rental_prices(observations)
    rows = []
    for (operator, accelerator, month), total in totals(groups, "operator", "accelerator", "month").items():
        hours, revenue, cost = (total.whole(name) for name in ("gpu_hours", "revenue_usd", "cost_usd"))
        margin = None if revenue is None or cost is None else EXACT.subtract(revenue, cost)
        tokens, earned = total.whole("tokens"), ratio(revenue, hours)
        rent = rents.get((accelerator, month), NO_RENT)
        rows.append(
            {
                "operator": operator,
                "accelerator": accelerator,
                "month": month,
                "until": total.until,
                "rows": total.rows,
                "tokens": None if tokens is None else tokens.quantize(Decimal(1)),
                "gpu_hours": hours,
                "revenue_usd": revenue,
                "cost_usd": cost,
                "revenue_per_gpu_hour": earned,
                "cost_per_gpu_hour": ratio(cost, hours),
                "margin_per_gpu_hour": ratio(margin, hours),
                "tokens_per_gpu_hour": ratio(tokens, hours),
                **rent,
                "over_rent": earned / rent["rental_price"] if earned is not None and rent["rental_price"] else None,
                "synthetic": synthetic,
            }
        )
    return column_types(GpuEconomics, pd.DataFrame(rows))


NO_RENT: dict[str, Any] = {"rental_price": None, "rental_date": None, "rental_basis": ""}


def rental_prices(observations: pd.DataFrame) -> dict[tuple[str, dt.date], dict[str, Any]]:
    """Return by accelerator and month the rental price on the last day on record, with the kinds of price and tiers."""
    found: dict[tuple[str, dt.date], Rows] = {}
    for row in records(observations):
        accelerator = row["series"].removesuffix("_rental_price")
        if accelerator != row["series"] and row["unit"] == "USD/GPU-hour" and not pd.isna(row["value"]):
            found.setdefault((accelerator, row["date"].replace(day=1)), []).append(row)
    rents = {}
    for key, rows in found.items():
        last = max(row["date"] for row in rows)
        taken = [row for row in rows if row["date"] == last]
        basis = "; ".join(sorted({f"{row['basis']} (tier {row['tier']})" for row in taken}))
        price = median(row["value"] for row in taken)
        rents[key] = {"rental_price": price, "rental_date": last, "rental_basis": basis}
    return rents


def mix_table(
    groups: Sequence[Mapping[str, Any]], models: Mapping[str, str], description: Description, synthetic: bool
) -> pd.DataFrame:
    """Return the share of models with open weights in each month by each measure, as rows of `InferenceMix`."""
    rows = []
    for (month,), every in totals(groups, "month").items():
        mine = [{**group, "weights": models[group["model_id"]]} for group in groups if group["month"] == month]
        parts = totals(mine, "weights")
        for measure in SHARE_MEASURES:
            if not every.having[measure]:
                continue
            sums = {name: parts[name,].sums[measure] if (name,) in parts else Decimal(0) for name in WEIGHTS}
            operators = {name for (name,), total in totals(mine, "operator").items() if total.having[measure]}
            rows.append(
                {
                    "month": month,
                    "measure": measure,
                    "until": every.until,
                    "population": description.population,
                    "covers": f"{description.covers}; {every.having[measure]:,} of {every.rows:,} rows state {measure}",
                    "rows": every.having[measure],
                    "operators": len(operators),
                    **sums,
                    "open_share": ratio(sums["open"], sum(sums.values(), Decimal(0))),
                    "open_share_of_classed": ratio(sums["open"], EXACT.add(sums["open"], sums["closed"])),
                    "synthetic": synthetic,
                }
            )
    frame = column_types(InferenceMix, pd.DataFrame(rows))
    return frame.sort_values(["month", "measure"], ignore_index=True)


def observations_of(
    groups: Sequence[Mapping[str, Any]], economics: pd.DataFrame, mix: pd.DataFrame, description: Description
) -> Iterator[dict[str, Any]]:
    """Yield what a build may take from a ledger: dated values with series, subject, unit, basis and a note.

    Shares and the economics of a class of accelerator are by month, an operator's revenue per GPU-hour by quarter.
    """
    for row in records(mix):
        shares = {BASES[row["measure"]]: row["open_share"]}
        if row["measure"] == "tokens":
            shares[CLASSED] = row["open_share_of_classed"]
        for basis, share in shares.items():
            yield dated(
                "open_weight_share", row["population"], row["until"], times(share, 100), "percent", basis, row["covers"]
            )
    for row in records(economics):
        for series in ("revenue_per_gpu_hour", "cost_per_gpu_hour", "margin_per_gpu_hour", "tokens_per_gpu_hour"):
            unit = "token/GPU-hour" if series.startswith("tokens") else "USD/GPU-hour"
            basis = f"month, {row['accelerator']}, {COUNTED[description.gpu_hours]}"
            yield dated(series, row["operator"], row["until"], row[series], unit, basis, f"{row['rows']:,} rows")
    for (operator, year, quarter), total in totals([*in_whole_quarters(groups)], "operator", "year", "quarter").items():
        day = month_end(dt.date(year, 3 * quarter, 1))
        value = ratio(total.whole("revenue_usd"), total.whole("gpu_hours"))
        note = f"{total.rows:,} rows of the quarter"
        basis = COUNTED[description.gpu_hours]
        yield dated("revenue_per_gpu_hour", operator, day, value, "USD/GPU-hour", basis, note)


def dated(
    series: str, subject: str, date: dt.date, value: float | None, unit: str, basis: str, note: str
) -> dict[str, Any]:
    """Return an observation as JSON can hold it."""
    known = None if value is None or pd.isna(value) else value
    return {
        "series": series, "subject": subject, "date": date.isoformat(), "value": known, "unit": unit, "basis": basis,
        "note": note,
    }  # fmt: skip


def times(value: float | None, factor: float) -> float | None:
    """Return a value times a factor, None where it is not known."""
    return None if value is None or pd.isna(value) else value * factor


def in_whole_quarters(groups: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the groups of quarters whose three months are in the ledger to the end, with year and quarter."""
    until: dict[dt.date, dt.date] = {}
    for group in groups:
        until[group["month"]] = max(group["until"], until.get(group["month"], group["until"]))
    for group in groups:
        month = group["month"]
        quarter = (month.month + 2) // 3
        three = [dt.date(month.year, 3 * quarter - back, 1) for back in (2, 1, 0)]
        if all(until.get(each) == month_end(each) for each in three):
            yield {**group, "year": month.year, "quarter": quarter}


def month_end(month: dt.date) -> dt.date:
    """Return the last day of a month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
