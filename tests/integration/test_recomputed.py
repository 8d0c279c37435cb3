"""Values of readings worked out again from the CSV files of raw/, in plain Python and by none of the engine's code.

Belongs here: a cell as a number, what was known of a figure on a day, and one formula for each reading. Does not: what
follows from a value (tests/unit/test_verdicts.py), or metrics on numbers by hand (test_metrics modules of tests/unit).
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import re
import statistics
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import SHIPPED

DOSSIER = SHIPPED
PRINTED, WRITTEN, PUBLISHED = None, dt.date(2024, 10, 3), dt.date(2026, 5, 25)
LAST_WRITTEN = dt.date(2024, 12, 20)
"""The day of the printed view: the last of the interval in which the article was written."""
TIMES = {"T": 1e12, "trillion": 1e12, "B": 1e9, "M": 1e6, "K": 1e3}
Day = dt.date | None


def number(text: str) -> float:
    """Return the number of a cell such as `$13B+`, `1.0e25 (est.)`, `more than $400M` or `-94%`."""
    found = re.search(r"(-?[\d,]*\.?\d+(?:e\d+)?) ?(trillion|[TBMK]\b)?", text)
    assert found, text
    return float(found[1].replace(",", "")) * TIMES.get(found[2] or "", 1.0)


def rows(path: str) -> list[dict[str, str]]:
    with (DOSSIER / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cells(path: str, column: str) -> dict[str, float]:
    """Return a column of a printed table by its first column, cells without a number left out."""
    first = next(iter(rows(path)[0]))
    return {row[first]: number(row[column]) for row in rows(path) if not row[column].startswith("N/A")}


REFERENCES = rows("reference/figures.csv")


def since(row: dict[str, str]) -> dt.date:
    """Return the day from which a reference held: of a month the last one."""
    year, month, *day = map(int, row["as_of"].partition("/")[0].split("-"))
    return dt.date(year, month, day[0] if day else calendar.monthrange(year, month)[1])


def known(figure: str, basis: str, day: dt.date) -> float:
    """Return what was best known of a figure on a day: the latest value, of one day the one of the best tier."""
    fitting = [
        row
        for row in REFERENCES
        if row["figure_id"] == figure and row["basis"] == basis and row["tier"] != "W" and since(row) <= day
    ]
    best = max(fitting, key=lambda row: (since(row), -"PSD".index(row["tier"])))
    return number(best["text"])


def unprinted(subject: str, quantity: str, basis: str, day: dt.date = PUBLISHED) -> float:
    return known(f"unprinted/{subject}/{quantity}", basis, day)


def company(quantity: str, basis: str, day: dt.date) -> dict[str, float]:
    """Return a quantity of each company as known on a day, else as printed."""
    column = {"mmlu": "MMLU Score", "context_window": "Context Window", "total_funding": "Total Funding Raised",
              "input_price": "API Cost (per 1M tokens, input)"}[quantity]  # fmt: skip
    found = {}
    for name, value in cells("article/frontier_models.csv", column).items():
        figure = f"frontier_models/{name.lower().replace(' ', '_')}/{quantity}"
        tried = [row for row in REFERENCES if row["figure_id"] == figure and row["basis"] == basis]
        dated = [row for row in tried if since(row) <= day and not row["text"].startswith("N/A")]
        found[name] = known(figure, basis, day) if dated else value
    return found


def funding(day: dt.date) -> dict[str, float]:
    return company("total_funding", "cumulative", day)


def scores(day: dt.date) -> dict[str, float]:
    return company("mmlu", "as reported", day)


def prices() -> dict[str, float]:
    return company("input_price", "list price", WRITTEN)


def pairs(day: dt.date) -> list[tuple[float, float]]:
    """Return funding and score of the companies that have both."""
    raised, scored = funding(day), scores(day)
    return [(raised[name], scored[name]) for name in raised]


def pearson(values: list[tuple[float, float]]) -> float:
    first, second = (list(each) for each in zip(*values, strict=True))
    a, b = ([value - statistics.mean(each) for value in each] for each in (first, second))
    return sum(x * y for x, y in zip(a, b, strict=True)) / (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5


def ranks(values: list[tuple[float, float]]) -> list[tuple[float, float]]:
    orders = [sorted(each) for each in zip(*values, strict=True)]
    return [(orders[0].index(x) + 1, orders[1].index(y) + 1) for x, y in values]


def regions(column: str) -> dict[str, float]:
    return cells("article/regional_funding.csv", column)


MONEY, DEALS = "Total Funding (2024, est.)", "Number of Deals > $100M"


def dealroom(region: str) -> float:
    (row,) = (row for row in REFERENCES if row["source"] == "dealroom_2024" and row["figure_id"].split("/")[1] == region
              and row["basis"] == "AI venture capital")  # fmt: skip
    return number(row["text"])


def top_two(raised: dict[str, float]) -> float:
    return sum(sorted(raised.values())[-2:]) / sum(raised.values())


def loss_to_revenue(company: str, year: int, basis: str = "calendar year") -> float:
    subject = f"{company}_in_{year}"
    return unprinted(subject, "operating_loss", basis) / unprinted(subject, "revenue", "calendar year")


def run_rates(day: dt.date = PUBLISHED) -> dict[str, float]:
    return {name: unprinted(name, "revenue_run_rate", "run-rate", day)
            for name in ("openai", "anthropic", "xai", "mistral_ai")}  # fmt: skip


def compute(subject: str, day: dt.date = PUBLISHED) -> float:
    return unprinted(subject, "training_compute", "as reported", day)


def flagship_cut(day: dt.date) -> float:
    now = unprinted("openai_flagship", "input_price", "list price", day)
    return 1 - now / unprinted("openai_flagship", "input_price", "list price", day.replace(year=day.year - 1))


def others(values: dict[str, float], name: str) -> list[float]:
    return [value for each, value in values.items() if each != name]


INTERPRETATIONS: list[tuple[str, int, Day, Callable[[], float]]] = [
    ("us_majority", 0, PRINTED, lambda: regions(MONEY)["United States"] / sum(regions(MONEY).values())),
    ("us_majority", 1, PUBLISHED, lambda: dealroom("united_states") / dealroom("world")),
    ("us_majority", 2, PUBLISHED, lambda: 1 - known("regional_funding/outside_united_states/total_funding",
                                                    "generative AI", PUBLISHED) / 56e9),
    ("china_europe_credible", 0, PRINTED, lambda: min(regions(MONEY)[each] for each in ("China", "Europe"))
     / sum(regions(MONEY).values())),
    ("china_europe_credible", 1, PUBLISHED, lambda: min(dealroom("china"), dealroom("europe")) / dealroom("world")),
    ("china_europe_credible", 4, PRINTED, lambda: min(regions(DEALS)["China"], regions(DEALS)["Europe"])),
    ("capital_concentrated", 0, PUBLISHED, lambda: top_two(funding(PUBLISHED))),
    ("openai_benchmark", 0, WRITTEN, lambda: scores(WRITTEN)["OpenAI"] - max(others(scores(WRITTEN), "OpenAI"))),
    ("openai_benchmark", 1, PUBLISHED, lambda: run_rates()["openai"] / max(others(run_rates(), "openai"))),
    ("openai_benchmark", 2, PUBLISHED,
     lambda: funding(PUBLISHED)["OpenAI"] / max(others(funding(PUBLISHED), "OpenAI"))),
    ("funding_score_correlation", 0, WRITTEN, lambda: pearson(pairs(WRITTEN))),
    ("capital_efficiency", 0, WRITTEN, lambda: pearson(ranks(pairs(WRITTEN)))),
    ("anthropic_competitive", 0, WRITTEN, lambda: scores(WRITTEN)["Anthropic"] - scores(WRITTEN)["OpenAI"]),
    ("anthropic_competitive", 2, PUBLISHED, lambda: funding(PUBLISHED)["Anthropic"] / funding(PUBLISHED)["OpenAI"]),
    ("commoditization", 0, WRITTEN, lambda: max(prices().values()) / min(prices().values())),
    ("commoditization", 1, WRITTEN, lambda: max(scores(WRITTEN).values()) - min(scores(WRITTEN).values())),
    ("inference_cost", 0, PUBLISHED, lambda: 100 * flagship_cut(PUBLISHED)),
    ("gpt_4_price_cut", 0, WRITTEN, lambda: 100 * flagship_cut(WRITTEN)),
    ("capital_tenfold", 0, PUBLISHED,
     lambda: unprinted("frontier_training_cost", "growth_per_year", "trend since 2016") ** 2 / 10),
    ("world_models", 0, PUBLISHED, lambda: max(unprinted(each, "world_model_compute", "as reported")
                                               for each in ("genie", "gaia_1", "cosmos"))
     / compute("frontier_language_model")),
    ("gap_narrowing", 0, PUBLISHED, lambda: compute("frontier_language_model") / compute("frontier_video_model")
     / (compute("language_model_beside_it") / compute("first_video_model"))),
    ("mistral_revenue", 0, PUBLISHED,
     lambda: run_rates()["mistral_ai"] / min(run_rates()["openai"], run_rates()["anthropic"])),
    ("real_revenue", 0, PUBLISHED, lambda: sum(run_rates().values())),
    ("margins_compressed", 0, PUBLISHED, lambda: unprinted("anthropic_in_2025", "gross_margin", "calendar year")
     - unprinted("anthropic_in_2024", "gross_margin", "calendar year")),
    ("cash_burn", 0, PUBLISHED, lambda: min(loss_to_revenue("openai", 2025), loss_to_revenue("xai", 2025),
                                            loss_to_revenue("minimax", 2025, "calendar year, adjusted net loss"))),
    ("openai_burn", 2, PUBLISHED, lambda: funding(PUBLISHED)["OpenAI"]
     / unprinted("openai_in_2025", "operating_loss", "calendar year")),
    ("coreweave_valuation", 0, PUBLISHED, lambda: unprinted("coreweave", "latest_valuation", "of any kind") / 19e9),
    ("consolidation_dates", 0, PUBLISHED, lambda: unprinted("consolidation", "months_left", "to the end of 2026") / 18),
    ("consolidation_dates", 1, PUBLISHED, lambda: unprinted("consolidation", "months_left", "to the end of 2026") / 18),
]  # fmt: skip


@pytest.fixture(scope="module")
def judged(built: Path) -> pd.DataFrame:
    frame = pd.read_parquet(built / "latest" / "tables" / "interpretation_verdicts.parquet")
    return frame.set_index(["claim_id", "rank", "evidence_view", "as_of"])


@pytest.mark.parametrize(
    ("claim", "rank", "day", "value"), INTERPRETATIONS, ids=[f"{each[0]}-{each[1]}" for each in INTERPRETATIONS]
)
def test_the_value_of_a_reading_worked_out_again(
    judged: pd.DataFrame, claim: str, rank: int, day: Day, value: Callable[[], float]
) -> None:
    row = judged.loc[(claim, rank, "best_known" if day else "printed", day or LAST_WRITTEN)]
    assert row["status"] != "untestable"
    assert row["value"] == pytest.approx(value(), rel=2e-3), row["interpretation"]


def test_there_are_at_least_twenty() -> None:
    assert len({(claim, rank) for claim, rank, _, _ in INTERPRETATIONS}) >= 20
