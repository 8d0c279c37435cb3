"""The numbers of the page of the record follow from its table: a script of twenty lines computes each again."""

from __future__ import annotations

import csv
from collections import defaultdict
from statistics import fmean

import pandas as pd

from benchmarks.record import FOLDER, Record
from tests.conftest import ROOT
from tests.validated import validated
from tidebook.schemas.base import column_types, with_nulls

PAGE = (FOLDER / "record.md").read_text(encoding="utf-8")


def tables() -> list[list[list[str]]]:
    blocks = [block for block in PAGE.split("\n\n") if block.startswith("|")]
    return [[[cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines()[2:]] for block in blocks]


def test_each_number_of_the_page_is_computed_again_from_the_table() -> None:
    with (FOLDER / "record.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["later"]]
    found: dict[bool, dict[tuple[str, str], dict[str, list[float]]]] = {True: {}, False: {}}
    for row in rows:
        of = found[row["rests_on"] == "later value"].setdefault((row["outcome"], row["months"]), defaultdict(list))
        of[row["article"]].append(row["outcome"] == row["later"])
    shown = tables()
    for is_moving, table in ((True, shown[0]), (False, shown[3])):
        assert {(outcome, months) for outcome, months, *_ in table} == set(found[is_moving])
        for outcome, months, claims, articles, survived, *_ in table:
            means = list(map(fmean, found[is_moving][outcome, months].values()))
            n = sum(map(len, found[is_moving][outcome, months].values()))
            assert (int(claims), int(articles)) == (n, len(means))
            assert abs(float(survived) - fmean(means)) <= 0.0051
    moving = [row for row in rows if row["rests_on"] == "later value"]
    for months, claims, _, hazard, base, same in shown[1]:
        every = defaultdict(list)
        scored: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for row in (row for row in moving if row["months"] == months):
            every[row["article"]].append(float(row["outcome"] == row["later"]))
            if row["chance"]:
                scored[row["article"]].append((float(row["chance"]), every[row["article"]][-1]))
        means = {article: fmean(each) for article, each in every.items()}
        others = {name: fmean(mean for other, mean in means.items() if other != name) for name in means}
        assert int(claims) == sum(map(len, scored.values()))
        for shown_score, forecast in ((hazard, None), (base, others), (same, dict.fromkeys(means, 1.0))):
            score = fmean(
                fmean(((chance if forecast is None else forecast[name]) - kept) ** 2 for chance, kept in each)
                for name, each in scored.items()
            )
            assert abs(float(shown_score) - score) <= 0.00051


def test_a_promise_is_made_of_thirty_articles_or_more_alone() -> None:
    for outcome, months, _, articles, survived, _, promise in tables()[0]:
        assert promise.strip() == (survived if int(articles) >= 30 else ""), (outcome, months)


def test_the_table_has_the_form_that_its_columns_declare_and_no_generated_series() -> None:
    table = pd.read_csv(FOLDER / "record.csv", parse_dates=["frozen"], keep_default_na=False, na_values={"chance": ""})
    table["frozen"] = table["frozen"].dt.date
    validated(Record, column_types(Record, with_nulls(Record, table)))
    shipped = {path.parent.name for path in (ROOT / "examples").glob("*/dossier.toml")} | {"ai_capital_wave"}
    assert {name for name in set(table["article"]) if not name.startswith("tsver")} <= {*shipped, "two_hours_is_next"}
