"""raw/metrics.toml: read, checked, and how a wrong declaration is told."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.unit.shipped import COLUMNS, DOSSIER, FIGURES, METRICS, RAW, WORDS, metrics_of
from tidebook.pipelines.evaluate import declared
from tidebook.pipelines.evaluate.declared import (
    Formulas,
    Metrics,
    TableColumns,
    check_formulas,
    known_tables,
    read_metrics,
    ready_metrics,
)
from tidebook.pipelines.evaluate.dimensions import Conversions, absent
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile, read_raw


def test_no_factor_of_units_stands_in_a_formula() -> None:
    document = tomllib.loads((RAW / "metrics.toml").read_text(encoding="utf-8"))
    formulas = [*document["define"].values(), *(metric["is"] for metric in document["metrics"].values())]
    assert formulas
    for factor in ("8766", "365.25", "1e24", "86400", "24 *", "100 *", "* 100", "/ 100"):
        assert not [formula for formula in formulas if factor in formula]


def test_the_one_figure_that_no_table_has_is_reported() -> None:
    raw = read_raw(RAW, "metrics.toml")
    formulas = read_metrics(raw, WORDS)
    tables = known_tables(FIGURES, DOSSIER.printed, formulas)
    lacking = [error for formula in formulas.values() for error in absent(formula.root, tables)]
    assert [str(error.problem(raw)).partition(", ")[2] for error in lacking] == [
        'column "metrics.coreweave_valuation_to_revenue.is, character 38": '
        'found "prose_figures[coreweave].annualized_revenue", expected a quantity of coreweave'
    ]


WRONG = [
    (
        'unit = "USD"',
        'unit = "USDD"',
        r"metrics.toml:3, column \"metrics.m.unit\": found \"USDD\", expected a unit: unknown unit",
    ),
    ('theme = "funding"', 'theme = "money"', r"metrics.toml:5, column \"metrics.m.theme\": found \"money\""),
    ('means = "It"', "", r"metrics.toml:1, column \"metrics.m.means\": expected the key means"),
    ('means = "It"', 'means = "It"\nmean = "It"', r"metrics.toml:5, .*a key that is known here; did you mean means\?"),
    ('is = "sum(regional_funding.total_funding)"', "", r"expected the key is"),
    (
        "total_funding",
        "funding",
        r"found \"regional_funding.funding\", expected a quantity or label .*; did you mean total_fund",
    ),
    ('unit = "USD"', 'unit = "deal"', r"expected a value in deal, as the metric's unit says; this is USD"),
]


@pytest.mark.parametrize(("right", "wrong", "expected"), WRONG)
def test_a_wrong_declaration_is_reported(right: str, wrong: str, expected: str) -> None:
    text = '[metrics.m]\nis = "sum(regional_funding.total_funding)"\nunit = "USD"\nmeans = "It"\ntheme = "funding"\n'
    raw = RawFile("metrics.toml", text.replace(right, wrong).encode())
    with pytest.raises(InputError, match=expected):
        metrics_of(raw)


def test_two_metrics_of_one_name_are_refused() -> None:
    text = '[metrics.m]\nis = "1"\nunit = "ratio"\nmeans = "It"\ntheme = "funding"\n'
    with pytest.raises(InputError, match=r"metrics\.toml:6: expected well-formed TOML"):
        read_metrics(RawFile("metrics.toml", (text + text).encode()), WORDS)


@pytest.mark.parametrize(("name", "quantities"), [("prices", {"input_price": "USD/Mtok"}), ("prose_figures", {})])
def test_an_empty_table_is_known(name: str, quantities: dict[str, str]) -> None:
    raw = read_raw(RAW, "metrics.toml")
    formulas = read_metrics(raw, WORDS)
    tables = known_tables(FIGURES[FIGURES["table_name"] != name], DOSSIER.printed, formulas)
    assert quantities.items() <= tables[name].quantities.items()
    assert not tables[name].subjects
    assert check_formulas(formulas, tables, raw)
    lacking = [error.expected for formula in formulas.values() for error in absent(formula.root, tables)]
    assert "a table with rows" in lacking


def test_of_rows_that_name_their_quantity_only_those_count_that_a_formula_may_read() -> None:
    formulas = read_metrics(read_raw(RAW, "metrics.toml"), WORDS)
    more = FIGURES[FIGURES["table_name"] == "prose_figures"].assign(subject="another")
    tables = known_tables(pd.concat([FIGURES, more]), DOSSIER.printed, formulas)
    assert tables == known_tables(FIGURES, DOSSIER.printed, formulas)
    assert tables["prose_figures"].own is not None
    assert "another" not in tables["prose_figures"].own
    assert set(tables["unprinted"].own or {}) > {"public_launch_of_sora"}, "these are read over all rows"


def edited(**texts: str) -> RawFile:
    """Return the shipped file with `of` replaced by `by`."""
    text = (RAW / "metrics.toml").read_text(encoding="utf-8")
    assert texts["of"] in text
    return RawFile("metrics.toml", text.replace(texts["of"], texts["by"]).encode())


MORE = {"of": "max(mmlu) - 2", "by": "max(mmlu) - 3"}


def test_units_are_checked_once_and_again_where_a_formula_or_table_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[list[str]] = []

    def noted(formulas: Formulas, *known: Any, **evidence: Any) -> dict[str, Conversions]:
        checked.append(list(formulas))
        return check_formulas(formulas, *known, **evidence)

    def ready(raw: RawFile, tables: TableColumns) -> Metrics:
        cache = StepCache(tmp_path / "kept.json")
        found = ready_metrics(read_metrics(raw, WORDS), tables, raw, cache)
        cache.save()
        return found

    monkeypatch.setattr(declared, "check_formulas", noted)
    raw, tables = read_raw(RAW, "metrics.toml"), COLUMNS
    first, again = ready(raw, tables), ready(raw, tables)
    assert checked == [list(METRICS)]
    for name, metric in METRICS.items():
        found, known = (each.function.keywords["factors"].values() for each in (again[name], metric))  # type: ignore[attr-defined]
        assert list(found) == list(known)
        assert first[name].key == again[name].key == metric.key
    ready(edited(**MORE), tables)
    assert checked[1:] == [["least_funding_at_frontier"]]
    ready(raw, tables | {"prices": replace(tables["prices"], subjects=[])})
    assert checked[2:] == [list(METRICS)]


def test_a_changed_formula_has_another_key_and_no_other_metric_has() -> None:
    changed = metrics_of(edited(**MORE))
    assert [name for name in METRICS if changed[name].key != METRICS[name].key] == ["least_funding_at_frontier"]
    again = metrics_of(edited(of="[metrics.us_share]", by="# A comment.\n[metrics.us_share]"))
    assert [one.key for one in again.values()] == [one.key for one in METRICS.values()]


def test_a_changed_definition_changes_the_keys_of_what_names_it() -> None:
    changed = metrics_of(edited(of="regional_funding[united_states]", by="regional_funding[china]"))
    other = {name for name in METRICS if changed[name].key != METRICS[name].key}
    assert "us_share" in other
    assert "least_funding_at_frontier" not in other


DECLARED = """[metrics.m]
is = "sum(regional_funding.total_funding)"
unit = "USD"
means = "It"
theme = "funding"
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sum(", "max("),
        ('unit = "USD"', 'unit = "USD"\nmethod = "added up"'),
        ('"It"', '"All of it"'),
        ('theme = "funding"', 'theme = "training"'),
        ('theme = "funding"', 'theme = "funding"\none_year = true'),
        (
            'theme = "funding"',
            'theme = "funding"\noutliers = { figures = ["regional_funding.total_funding"], words = "it" }',
        ),
    ],
)
def test_the_key_of_a_metric_stands_for_all_that_is_said_of_it(old: str, new: str) -> None:
    """What a build keeps from the one before is told apart by it."""
    keys = {
        metrics_of(RawFile("metrics.toml", text.encode()))["m"].key
        for text in (DECLARED, DECLARED.replace(old, new), DECLARED.replace("[metrics.m]", "# A comment.\n[metrics.m]"))
    }
    assert len(keys) == 2


def test_figures_that_an_outlier_faults_are_in_print() -> None:
    raw = read_raw(RAW, "metrics.toml")
    slipped = RawFile(raw.path, raw.data.replace(b'["training_runs.training_cost"', b'["training_runs.traaining_cost"'))
    with pytest.raises(InputError) as caught:
        declared.metrics_on(slipped, WORDS, DOSSIER.printed, FIGURES)
    (line,) = str(caught.value).splitlines()
    place = 'column "metrics.usd_per_flop_z.outliers": found "training_runs.traaining_cost"'
    assert f"{place}, expected a quantity of a table; did you mean training_runs.training_cost" in line
