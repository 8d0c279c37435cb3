"""What holds for every metric of the catalogue: pure, silent, and undefined without its figures.

Answers for single metrics are in the test_metrics module of their theme.
"""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from tests.unit.printed_scenarios import FIGURES, LABELS, scenarios
from tests.unit.shipped import METRICS
from tidebook.pipelines.evaluate.base import Metric
from tidebook.pipelines.evaluate.frame import FloatArray, MissingFigureError, Scenarios
from tidebook.schemas.analysis import METRIC_ID

ROOT = Path(__file__).resolve().parents[2]

NOT_PRINTED = {"coreweave_valuation_to_revenue"}

COUNTED = {"pareto_front_size", "companies_with_revenue", "dense_runs"}
"""A count of what is not known is 0."""

PRINTED = {name: metric for name, metric in METRICS.items() if name not in NOT_PRINTED}


def result(metric: Metric, given: Scenarios) -> FloatArray:
    """Return a metric's values, scenarios × ids."""
    return metric.function(given).value


def test_each_world_is_judged_by_itself(subtests: pytest.Subtests) -> None:
    generator = np.random.default_rng(6)
    table = scenarios().values * generator.uniform(0.7, 1.4, (20, len(FIGURES)))
    table[generator.random(table.shape) < 0.05] = np.nan
    before = table.copy()
    order = generator.permutation(len(table))
    for name, metric in PRINTED.items():
        with subtests.test(metric=name):
            given = scenarios().with_values(table)
            np.testing.assert_allclose(
                result(metric, given.with_values(table[order])),
                result(metric, given)[order],
                rtol=1e-9,
                atol=1e-12,
            )
            np.testing.assert_array_equal(result(metric, given), result(metric, given))
            np.testing.assert_array_equal(given.values, before)


def test_nothing_is_known_where_no_figure_is(subtests: pytest.Subtests) -> None:
    blank = scenarios().with_values(np.full((2, len(FIGURES)), np.nan))
    for name, metric in PRINTED.items():
        with subtests.test(metric=name):
            if name in COUNTED:
                assert (result(metric, blank) == 0).all()
            else:
                assert np.isnan(result(metric, blank)).all()


def test_every_metric_has_a_value_on_the_printed_figures(subtests: pytest.Subtests) -> None:
    for name, metric in PRINTED.items():
        with subtests.test(metric=name):
            assert np.isfinite(result(metric, scenarios())).any()


def test_a_metric_without_its_tables_names_the_figure_missed(subtests: pytest.Subtests) -> None:
    for name, metric in PRINTED.items():
        with subtests.test(metric=name), pytest.raises(MissingFigureError, match="no table has the figure"):
            metric.function(Scenarios(np.ones((1, 1)), ["other/subject/quantity"]))


def test_prose_figures_are_read_by_name_alone() -> None:
    given = scenarios()
    mine = [name for name in given.figure_ids if name.startswith("prose_figures/")]
    names = [f"prose_figures/another_{place}/{name.split('/')[2]}" for place, name in enumerate(mine)]
    assert len(names) > 10
    more = Scenarios(np.hstack([given.values, np.ones((1, len(names)))]), [*given.figure_ids, *names], LABELS)
    for metric in METRICS.values():
        with suppress(MissingFigureError):
            metric.function(more)
    assert set(mine) & set(more.reads)
    assert not set(names) & set(more.reads), "such a table may be as long as it likes"


def test_every_reading_of_a_claim_names_a_metric() -> None:
    ids = set(METRICS)
    for name, metric in METRICS.items():
        if name not in NOT_PRINTED:
            ids.update(metric.function(scenarios()).ids)
    claims = tomllib.loads((ROOT / "raw" / "claims.toml").read_text(encoding="utf-8"))["claims"]
    assert {interpretation["metric"] for claim in claims for interpretation in claim.get("interpretations", [])} <= ids


def test_ids_and_meanings() -> None:
    for name, metric in METRICS.items():
        assert re.fullmatch(METRIC_ID, name)
        assert metric.declared.means[0].isupper()
