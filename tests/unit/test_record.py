"""The numbers of the page of the record follow from its table: a script of twenty lines computes each again."""

from __future__ import annotations

import hashlib
import json
from math import ceil

import numpy as np
import pandas as pd
import pytest

from benchmarks.record import FOLDER, Record, calibration, chart, forecast, judged_again, promise
from tests.conftest import ROOT
from tests.validated import validated
from tidebook.schemas.base import column_types, with_nulls

PAGE = (FOLDER / "record.md").read_text(encoding="utf-8")


def tables() -> list[list[list[str]]]:
    blocks = [block for block in PAGE.split("\n\n") if block.startswith("|")]
    return [[[cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines()[2:]] for block in blocks]


def test_each_number_of_the_page_is_computed_again_from_the_table() -> None:
    (survival, scores, classes, fixed, _), table = tables(), pd.read_csv(FOLDER / "record.csv")
    known = table.dropna(subset="later").assign(kept=lambda rows: (rows.outcome == rows.later) * 1.0)
    moving, mean = known[known.rests_on == "later value"], lambda own: own.groupby(known.article).mean()
    for part, shown in ((moving, survival), (known.drop(moving.index), fixed)):
        for (cell, some), row in zip(part.groupby(["outcome", "months"]), shown, strict=True):
            means = mean(some.kept)
            draws = np.random.default_rng(60).choice(means, (2000, len(means))).mean(axis=1)
            ends = "–".join(f"{end:.2f}" for end in np.quantile(draws, (0.05, 0.95))) if len(means) > 1 else ""
            assert row[:6] == [*map(str, cell), str(len(some)), str(len(means)), f"{means.mean():.2f}", ends]
    rated = moving.dropna(subset="chance").assign(hazard=lambda rows: rows.chance, **{"nothing changes": 1.0})
    for at, own in rated.iterrows():
        rest = moving[(moving.months == own.months) & (moving.article != own.article)]
        for name, others in (("base rate", rest), ("same word", rest[rest.outcome == own.outcome])):
            rated.loc[at, name] = (mean(others.kept).sum() + 1) / (others.article.nunique() + 2)
    names = ["hazard", "base rate", "same word", "nothing changes"]
    for (months, some), row in zip(rated.groupby("months"), scores, strict=True):
        errors = [f"{mean((some[name] - some.kept) ** 2).mean():.3f}" for name in names]
        assert row == [str(months), str(len(some)), str(some.article.nunique()), *errors]
    parts = [
        (name, most, rated[(rated[name] * 4).clip(0.1).map(ceil) == most]) for name in names for most in range(1, 5)
    ]
    for (name, most, some), row in zip((each for each in parts if len(each[2])), classes, strict=True):
        ends = [f"{mean(some[column]).mean():.2f}" for column in (name, "kept")]
        assert row == [name, f"up to {most / 4:.2f}", str(len(some)), str(some.article.nunique()), *ends]


def test_the_page_counts_the_table_and_names_what_was_judged_by_its_hash() -> None:
    table = pd.read_csv(FOLDER / "record.csv")
    inputs = dict(zip(table.article, table.inputs, strict=True))
    assert len(table[["article", "inputs"]].drop_duplicates()) == len(inputs)
    named = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:12]
    claims = len(table.groupby(["article", "claim_id"]))
    assert f"{claims} claims of {len(inputs)} articles (`{named}`" in PAGE
    assert f"{table.later.notna().sum()} of {len(table)} outcomes could be judged again" in PAGE


def test_the_plot_is_of_the_table() -> None:
    table = pd.read_csv(FOLDER / "record.csv", keep_default_na=False, na_values={"chance": ""})
    drawn = chart(calibration(forecast(judged_again(table)[0])))
    assert drawn == (FOLDER / "record.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("outcome", "months", "articles", "said"),
    [("stands", 12, 30, "0.78"), ("wrong", 12, 29, ""), ("stands", 24, 40, ""), ("undecided", 12, 40, "")],
)
def test_a_promise_is_made_of_three_words_for_a_year_from_thirty_articles_on(
    outcome: str, months: int, articles: int, said: str
) -> None:
    """Of 30 articles 24 kept their word: of one more, (24 + 1) / (30 + 2) = 0.78."""
    assert promise(outcome, months, pd.Series([1.0] * 24 + [0.0] * (articles - 24))) == said


def test_nothing_of_an_article_is_used_for_its_own_chance() -> None:
    rows = pd.DataFrame({"article": list("aabc"), "months": 12, "outcome": "stands", "chance": 0.5})
    first, other = (forecast(rows.assign(survived=[*own, 1.0, 0.0])) for own in ((1.0, 1.0), (0.0, 0.0)))
    for name in ("base rate", "same word"):
        assert first[name][0] == other[name][0] == (1 + 0 + 1) / (2 + 2)
        assert first[name][2] != other[name][2], "that of another article follows from it"


def test_the_table_has_the_form_that_its_columns_declare_and_no_generated_series() -> None:
    table = pd.read_csv(FOLDER / "record.csv", parse_dates=["frozen"], keep_default_na=False, na_values={"chance": ""})
    table["frozen"] = table["frozen"].dt.date
    validated(Record, column_types(Record, with_nulls(Record, table)))
    shipped = {path.parent.name for path in (ROOT / "examples").glob("*/dossier.toml")} | {"ai_capital_wave"}
    assert {name for name in set(table["article"]) if not name.startswith("tsver")} <= {*shipped, "two_hours_is_next"}
