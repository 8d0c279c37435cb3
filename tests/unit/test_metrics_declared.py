"""raw/metrics.toml: read, checked, and equal to what the metrics were before they were expressions."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.ingest.declarations import read_assumptions
from pipelines.ingest.errors import InputError
from pipelines.ingest.rawfile import RawFile, read_raw
from pipelines.ingest.tables import figures_table
from pipelines.metrics.base import Metric
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.declared import conversions, known_tables, metrics_of, read_metrics
from pipelines.metrics.evaluate import evaluations_table, metrics_table
from schemas import PRINTED

RAW = Path(__file__).resolve().parents[2] / "raw"
CORRECTED = {
    "input_price_per_point": "USD/Mtok/point",
    "openai_loss_to_funding": "1/year",
    "coreweave_valuation_to_revenue": "year",
    "openai_gpu_hours_at_threshold": "GPU-hour/year",
}
CONVERTED = {
    "flagship_cut_to_printed",
    "flagship_halving_time",
    "flagship_last_cut_to_printed",
    "memphis_revenue_at_threshold",
    "memphis_revenue_to_openai",
    "video_flop_to_gpu_peak",
    "video_usd_per_gpu_hour",
}
"""Metrics whose units are converted at another place of the formula than the factor stood at before."""


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    tables = {name: read_raw(RAW, model.path()) for name, model in PRINTED.items()}
    return figures_table(read_raw(RAW, "sources.toml"), read_raw(RAW, "assumptions.toml"), **tables)


@pytest.fixture(scope="module")
def metrics(figures: pd.DataFrame) -> dict[str, Metric]:
    raw = read_raw(RAW, "metrics.toml")
    formulas = read_metrics(raw)
    return metrics_of(formulas, conversions(formulas, known_tables(figures), raw))


@pytest.fixture(scope="module")
def both(figures: pd.DataFrame, metrics: dict[str, Metric]) -> list[tuple[pd.Series, pd.Series]]:
    assumed = read_assumptions(read_raw(RAW, "assumptions.toml"))
    before, after = (evaluations_table(figures, assumed, found) for found in (METRICS, metrics))
    assert list(before["metric_id"]) == list(after["metric_id"])
    return [(old, new) for (_, old), (_, new) in zip(before.iterrows(), after.iterrows(), strict=True)]


def test_the_declarations_say_what_the_modules_said(metrics: dict[str, Metric]) -> None:
    assert list(metrics) == list(METRICS)
    for name, old in METRICS.items():
        new = metrics[name]
        for part in ("metric_id", "theme", "meaning", "method", "one_year", "per_subject", "rowwise"):
            assert getattr(new, part) == getattr(old, part), (name, part)
        assert new.unit == CORRECTED.get(name, old.unit)


def test_all_values_are_what_they_were(both: list[tuple[pd.Series, pd.Series]]) -> None:
    assert len(both) == 174
    for old, new in both:
        name = old["metric_id"].partition("/")[0]
        for part in ("value", "interval_low", "interval_high", "draws", "drop_values"):
            if name in CONVERTED:
                np.testing.assert_allclose(new[part], old[part], rtol=1e-12, atol=0)
            else:
                np.testing.assert_array_equal(new[part], old[part], err_msg=f"{name}: {part}")


def test_all_rest_on_the_figures_that_they_rested_on(both: list[tuple[pd.Series, pd.Series]]) -> None:
    for old, new in both:
        for part in ("missing", "n", "drop_subjects"):
            assert new[part] == old[part], (old["metric_id"], part)
        for part in ("reads", "evidence"):
            assert set(new[part]) == set(old[part]) and len(new[part]) == len(old[part]), old["metric_id"]


def test_the_table_says_what_it_said(both: list[tuple[pd.Series, pd.Series]], metrics: dict[str, Metric]) -> None:
    old, new = (
        metrics_table(pd.DataFrame(side), found)
        for side, found in zip(zip(*both, strict=True), (METRICS, metrics), strict=True)
    )
    texts = ["metric_id", "theme", "meaning", "method"]
    pd.testing.assert_frame_equal(new[texts], old[texts])
    differ = old["unit"] != new["unit"]
    assert set(old.loc[differ, "metric_id"].str.partition("/")[0]) == set(CORRECTED)
    numbers = ["value", "low", "high", "interval_low", "interval_high", "n", "draws"]
    pd.testing.assert_frame_equal(new[numbers], old[numbers], rtol=1e-12, atol=0)


def test_no_factor_of_units_stands_in_a_formula() -> None:
    document = tomllib.loads((RAW / "metrics.toml").read_text(encoding="utf-8"))
    formulas = [*document["define"].values(), *(metric["is"] for metric in document["metrics"].values())]
    for factor in ("8766", "365.25", "1e24", "86400", "24 *", "100 *", "* 100", "/ 100"):
        assert not [formula for formula in formulas if factor in formula]


def test_the_one_figure_that_no_table_has_is_told(figures: pd.DataFrame) -> None:
    raw = read_raw(RAW, "metrics.toml")
    formulas = read_metrics(raw)
    found = conversions(formulas, known_tables(figures), raw)
    assert [str(error.problem(raw)).partition(", ")[2] for error in found.warnings] == [
        'column "metrics.coreweave_valuation_to_revenue.is, character 38": '
        'found "prose_figures[coreweave].annualized_revenue", expected a quantity of coreweave'
    ]


WRONG = [
    (
        'unit = "USD"',
        'unit = "USDD"',
        r"metrics.toml:3, column \"metrics.m.unit\": found \"USDD\", expected unknown unit",
    ),
    ('theme = "funding"', 'theme = "money"', r"metrics.toml:5, column \"metrics.m.theme\": found \"money\""),
    ('means = "It"', "", r"metrics.toml:1, column \"metrics.m.means\": expected the key means"),
    ('means = "It"', 'means = "It"\nmean = "It"', r"metrics.toml:5, .*a key that is known here"),
    ('is = "sum(regional_funding.total_funding)"', "", r"expected the key is"),
    (
        "total_funding",
        "funding",
        r"found \"regional_funding.funding\", expected a quantity or label .*; close: total_fund",
    ),
    ('unit = "USD"', 'unit = "deal"', r"expected a value in deal, as the metric's unit says; this is USD"),
]


@pytest.mark.parametrize(("right", "wrong", "expected"), WRONG)
def test_a_wrong_declaration_is_told(figures: pd.DataFrame, right: str, wrong: str, expected: str) -> None:
    text = '[metrics.m]\nis = "sum(regional_funding.total_funding)"\nunit = "USD"\nmeans = "It"\ntheme = "funding"\n'
    raw = RawFile("metrics.toml", text.replace(right, wrong).encode())
    with pytest.raises(InputError, match=expected):
        conversions(read_metrics(raw), known_tables(figures), raw)


def test_an_empty_table_is_known(figures: pd.DataFrame) -> None:
    tables = known_tables(figures[figures["table"] != "prices"])
    assert tables["prices"].quantities["input_price"] == "USD/Mtok"
    assert not tables["prices"].subjects
    raw = read_raw(RAW, "metrics.toml")
    assert conversions(read_metrics(raw), tables, raw).warnings
