"""raw/metrics.toml: read, checked, and how a wrong declaration is told."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from pipelines.ingest.errors import InputError
from pipelines.ingest.rawfile import RawFile, read_raw
from pipelines.metrics.declared import (
    COLUMNS,
    CONVERSIONS,
    check_formulas,
    known_tables,
    metrics_of,
    metrics_on,
    read_metrics,
    written,
)
from tests.unit.shipped import FIGURES, METRICS

RAW = Path(__file__).resolve().parents[2] / "raw"


def test_no_factor_of_units_stands_in_a_formula() -> None:
    document = tomllib.loads((RAW / "metrics.toml").read_text(encoding="utf-8"))
    formulas = [*document["define"].values(), *(metric["is"] for metric in document["metrics"].values())]
    for factor in ("8766", "365.25", "1e24", "86400", "24 *", "100 *", "* 100", "/ 100"):
        assert not [formula for formula in formulas if factor in formula]


def test_the_one_figure_that_no_table_has_is_told() -> None:
    raw = read_raw(RAW, "metrics.toml")
    formulas = read_metrics(raw)
    found = check_formulas(formulas, known_tables(FIGURES, formulas), raw)
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
def test_a_wrong_declaration_is_told(right: str, wrong: str, expected: str) -> None:
    text = '[metrics.m]\nis = "sum(regional_funding.total_funding)"\nunit = "USD"\nmeans = "It"\ntheme = "funding"\n'
    raw = RawFile("metrics.toml", text.replace(right, wrong).encode())
    with pytest.raises(InputError, match=expected):
        metrics_on(raw, FIGURES)


def test_two_metrics_of_one_name_are_refused() -> None:
    text = '[metrics.m]\nis = "1"\nunit = "ratio"\nmeans = "It"\ntheme = "funding"\n'
    with pytest.raises(InputError, match=r"metrics\.toml:6: expected well-formed TOML"):
        read_metrics(RawFile("metrics.toml", (text + text).encode()))


def test_an_empty_table_is_known() -> None:
    raw = read_raw(RAW, "metrics.toml")
    formulas = read_metrics(raw)
    tables = known_tables(FIGURES[FIGURES["table"] != "prices"], formulas)
    assert tables["prices"].quantities["input_price"] == "USD/Mtok"
    assert not tables["prices"].subjects
    assert check_formulas(formulas, tables, raw).warnings


def test_of_rows_that_name_their_quantity_only_those_count_that_a_formula_may_read() -> None:
    formulas = read_metrics(read_raw(RAW, "metrics.toml"))
    more = FIGURES[FIGURES["table"] == "prose_figures"].assign(subject="another")
    tables = known_tables(pd.concat([FIGURES, more]), formulas)
    assert tables == known_tables(FIGURES, formulas)
    assert tables["prose_figures"].own is not None
    assert "another" not in tables["prose_figures"].own
    assert set(tables["unprinted"].own or {}) > {"public_launch_of_sora"}, "these are read over all rows"


def test_what_is_kept_between_steps_gives_the_same_metrics() -> None:
    raw = read_raw(RAW, "metrics.toml")
    formulas = read_metrics(raw)
    tables = known_tables(FIGURES, formulas)
    assert COLUMNS.validate_json(COLUMNS.dump_json(tables)) == tables
    kept = RawFile(CONVERSIONS, written(check_formulas(formulas, tables, raw).conversions))
    again = metrics_of(RawFile("metrics.toml", bytes(raw.data)), kept)
    for name, metric in METRICS.items():
        assert again[name].key == metric.key
        assert again[name].function.keywords == metric.function.keywords  # type: ignore[attr-defined]


def test_a_changed_formula_or_unit_has_another_key() -> None:
    text = (RAW / "metrics.toml").read_text(encoding="utf-8")
    changed = metrics_on(RawFile("metrics.toml", text.replace("max(mmlu) - 2", "max(mmlu) - 3").encode()), FIGURES)
    assert changed["us_share"].key != METRICS["us_share"].key
