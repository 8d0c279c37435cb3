"""The ledger's tables and observations, from the sums of its months.

Belongs here: ratios, shares, and rental prices beside them. Does not: the sums (`month`), or publishing (`build`).
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

import pandas as pd
import pyarrow as pa

from tidebook.plugins.ledger.description import Description
from tidebook.plugins.ledger.month import add_groups
from tidebook.plugins.ledger.source import GPU_HOUR_BASES
from tidebook.plugins.ledger.tables import MEASURES, SHARE_MEASURES, WEIGHTS, GpuEconomics, InferenceMix
from tidebook.schemas.base import records, table_of

EXACT = Context(prec=60)
"""Enough digits for exact sums of 38-digit decimals: the default of 28 would round them."""

BASES = {"tokens": "all tokens", "revenue_usd": "all revenue", "gpu_hours": "all GPU-hours"}
CLASSED = "tokens of classed models"


@dataclass(frozen=True)
class Total:
    """Sums over rows: their number, first and last day, the sum of each measure, and the rows that state it."""

    rows: int
    since: dt.date
    until: dt.date
    sums: Mapping[str, Decimal]
    having: Mapping[str, int]

    def complete(self, name: str) -> Decimal | None:
        """Return the sum of a measure if every row states it, else None."""
        return self.sums[name] if self.having[name] == self.rows else None


def _ratio(part: Decimal | None, whole: Decimal | None) -> float | None:
    """Divide two numbers; None if either is unknown or the divisor is 0."""
    return float(EXACT.divide(part, whole)) if part is not None and whole else None


def concat_months(sums: Mapping[str, pa.Table]) -> pa.Table:
    """Return the sums of months as one table, each with the first day of its month."""
    tables = []
    for month, table in sums.items():
        first = dt.date.fromisoformat(f"{month}-01")
        tables.append(table.append_column("month", pa.repeat(first, len(table))))
    return pa.concat_tables(tables)


def totals(sums: pa.Table, *names: str) -> dict[tuple[Any, ...], Total]:
    """Add up groups by some of their columns, sorted by these."""
    by_group = {}
    for row in add_groups(sums, names).to_pylist():
        sums_of, stated = {}, {"tokens": row["tokens_rows"]}
        for name in MEASURES:
            sums_of[name] = row[name] or Decimal(0)
            stated[name] = row[f"{name}_rows"]
        sums_of["tokens"] = EXACT.add(sums_of["tokens_in"], sums_of["tokens_out"])
        total = Total(row["rows"], row["since"], row["until"], sums_of, stated)
        by_group[tuple(row[name] for name in names)] = total
    return by_group


Rents = Mapping[tuple[str, dt.date], Mapping[str, Any]]
"""By accelerator and month, the columns on its rental price in `GpuEconomics`."""


def economics_table(sums: pa.Table, rents: Rents, synthetic: bool) -> pd.DataFrame:
    """Return the economics of each operator's accelerators of a class by month, as rows of `GpuEconomics`.

    `sums` are those of `concat_months`.
    """
    rows = []
    for (operator, accelerator, month), total in totals(sums, "operator", "accelerator", "month").items():
        hours, revenue, cost = total.complete("gpu_hours"), total.complete("revenue_usd"), total.complete("cost_usd")
        margin = None if revenue is None or cost is None else EXACT.subtract(revenue, cost)
        tokens, earned = total.complete("tokens"), _ratio(revenue, hours)
        rent = rents.get((accelerator, month), NO_RENT)
        over_rent = earned / rent["rental_price"] if earned is not None and rent["rental_price"] else None
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
                "cost_per_gpu_hour": _ratio(cost, hours),
                "margin_per_gpu_hour": _ratio(margin, hours),
                "tokens_per_gpu_hour": _ratio(tokens, hours),
                **rent,
                "over_rent": over_rent,
                "synthetic": synthetic,
            }
        )
    return table_of(GpuEconomics, rows)


NO_RENT: dict[str, Any] = {"rental_price": None, "rental_date": None, "rental_basis": ""}


def rental_prices(observations: pd.DataFrame, named: str) -> Rents:
    """Return by accelerator and month the median rental price of the last day with one, with its bases and tiers."""
    of_hours = (observations["unit"] == "USD/GPU-hour") & observations["value"].notna()
    prices = observations[of_hours & observations["series"].str.endswith(f"_{named}")]
    accelerator = prices["series"].str.removesuffix(f"_{named}")
    month = prices["date"].map(lambda day: day.replace(day=1)).rename("month")
    rents: dict[Any, dict[str, Any]] = {}
    for (name, first), rows in prices.groupby([accelerator, month]):
        last = rows[rows["date"] == rows["date"].max()]
        basis = "; ".join(sorted({*(last["basis"] + " (tier " + last["tier"] + ")")}))
        price = {"rental_price": last["value"].median(), "rental_date": last["date"].max(), "rental_basis": basis}
        rents[name, first] = price
    return rents


def mix_table(sums: pa.Table, models: Mapping[str, str], description: Description, synthetic: bool) -> pd.DataFrame:
    """Return the share of models with open weights in each month by each measure, as rows of `InferenceMix`."""
    weights = pa.array([models[model] for model in sums["model_id"].to_pylist()], pa.string())
    by_weights = totals(sums.append_column("weights", weights), "month", "weights")
    by_operator = totals(sums, "month", "operator")
    rows = []
    for (month,), every in totals(sums, "month").items():
        for measure in SHARE_MEASURES:
            if not every.having[measure]:
                continue
            parts = {}
            for name in WEIGHTS:
                of_weights = by_weights.get((month, name))
                parts[name] = of_weights.sums[measure] if of_weights else Decimal(0)
            operators = [name for (of, name), each in by_operator.items() if of == month and each.having[measure]]
            rows.append(
                {
                    "month": month,
                    "measure": measure,
                    "until": every.until,
                    "population": description.population,
                    "covers": f"{description.covers}; {every.having[measure]:,} of {every.rows:,} rows state {measure}",
                    "rows": every.having[measure],
                    "operators": len(operators),
                    **parts,
                    "open_share": _ratio(parts["open"], functools.reduce(EXACT.add, parts.values())),
                    "open_share_of_classed": _ratio(parts["open"], EXACT.add(parts["open"], parts["closed"])),
                    "synthetic": synthetic,
                }
            )
    return table_of(InferenceMix, rows)


def observations_from(
    sums: pa.Table, economics: pd.DataFrame, mix: pd.DataFrame, description: Description
) -> Iterator[dict[str, Any]]:
    """Yield the observations of a ledger: dated values with series, subject, unit, basis and note.

    Shares and the economics of a class of accelerators are by month, an operator's revenue per GPU-hour by quarter. A
    month has a share only if each of its rows states the measure.
    """
    base = GPU_HOUR_BASES[description.gpu_hours]
    yield from _shares(sums, mix)
    yield from _monthly_economics(economics, base)
    yield from _quarterly_revenue(sums, base)


def _shares(sums: pa.Table, mix: pd.DataFrame) -> Iterator[dict[str, Any]]:
    every = totals(sums, "month")
    for row in records(mix[mix["rows"] == mix["month"].map(lambda month: every[month,].rows)]):
        shares = {BASES[row["measure"]]: row["open_share"]}
        if row["measure"] == "tokens":
            shares[CLASSED] = row["open_share_of_classed"]
        for basis, share in shares.items():
            about = "open_weight_share", row["population"], row["until"]
            yield _observation(*about, share * 100, "percent", basis, row["covers"])


def _monthly_economics(economics: pd.DataFrame, base: str) -> Iterator[dict[str, Any]]:
    for row in records(economics):
        for series in ("revenue_per_gpu_hour", "cost_per_gpu_hour", "margin_per_gpu_hour", "tokens_per_gpu_hour"):
            unit = "token/GPU-hour" if series.startswith("tokens") else "USD/GPU-hour"
            basis = f"month, {row['accelerator']}, {base}"
            about = series, row["operator"], row["until"]
            yield _observation(*about, row[series], unit, basis, f"{row['rows']:,} rows")


def _quarterly_revenue(sums: pa.Table, base: str) -> Iterator[dict[str, Any]]:
    for (operator, last), total in totals(_in_whole_quarters(sums), "operator", "quarter").items():
        value = _ratio(total.complete("revenue_usd"), total.complete("gpu_hours"))
        about = "revenue_per_gpu_hour", operator, _month_end(last)
        yield _observation(*about, value, "USD/GPU-hour", base, f"{total.rows:,} rows of the quarter")


def _observation(
    series: str, subject: str, date: dt.date, value: float | None, unit: str, basis: str, note: str
) -> dict[str, Any]:
    known = None if value is None or pd.isna(value) else value
    about = {"series": series, "subject": subject, "date": date.isoformat(), "value": known}
    return {**about, "unit": unit, "basis": basis, "note": note}


def _in_whole_quarters(sums: pa.Table) -> pa.Table:
    """Return the sums of operators in quarters that the ledger covers, with the last month of the quarter.

    A quarter is covered if the operator has a row on the first and on the last day of each of its months.
    """
    full_months = Counter[tuple[Any, dt.date]]()
    for (operator, month), total in totals(sums, "operator", "month").items():
        if (total.since, total.until) == (month, _month_end(month)):
            full_months[operator, _last_of_quarter(month)] += 1
    quarters = pa.array(map(_last_of_quarter, sums["month"].to_pylist()), pa.date32())
    groups = zip(sums["operator"].to_pylist(), quarters.to_pylist(), strict=True)
    whole = pa.array([full_months[group] == 3 for group in groups], pa.bool_())
    return sums.append_column("quarter", quarters).filter(whole)


def _last_of_quarter(month: dt.date) -> dt.date:
    return month.replace(month=(month.month + 2) // 3 * 3)


def _month_end(month: dt.date) -> dt.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
