"""Metrics in every scenario: values, sample sizes, evidence, subjects left out, figures that are not there."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from tests.unit.assumed import assumed
from tests.unit.read_scenarios import figure, metric, table
from tests.unit.spreads import with_spread
from tidebook.pipelines.evaluate.base import Metric
from tidebook.pipelines.evaluate.estimates import Estimate
from tidebook.pipelines.evaluate.evaluations import Evaluations, evaluated, evidence_of, metrics_table
from tidebook.pipelines.evaluate.evidence_views import EvidenceView
from tidebook.pipelines.evaluate.frame import Scenarios
from tidebook.pipelines.evaluate.scenarios import draws
from tidebook.pipelines.evaluate.statistics import quantiles
from tidebook.schemas import analysis

NAN = math.nan
ASSUMPTIONS = assumed(draws="{ count = 100, seed = 3 }")

ROWS = [
    # figure_id, kind, value, low, high, unit
    ("regions/us/funding", "exact", 30.0, 30.0, 30.0, "USD"),
    ("regions/us/deals", "exact", 6.0, 6.0, 6.0, "deal"),
    ("regions/eu/funding", "rounded", 10.0, 9.5, 10.5, "USD"),
    ("regions/eu/deals", "exact", 4.0, 4.0, 4.0, "deal"),
    ("regions/cn/funding", "missing", NAN, NAN, NAN, "USD"),
    ("regions/cn/deals", "exact", 5.0, 5.0, 5.0, "deal"),
    ("prose/us/rate", "exact", 2.0, 2.0, 2.0, "ratio"),
    ("prose/unread/rate", "exact", 9.0, 9.0, 9.0, "ratio"),
]


def figures() -> pd.DataFrame:
    frame = pd.DataFrame(ROWS, columns=["figure_id", "kind", "value", "low", "high", "unit"])
    return with_spread(
        frame.assign(subject=[name.split("/")[1] for name in frame["figure_id"]], labels="", is_total=False)
    )


def table_of_all(metrics: Mapping[str, Metric], frame: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the rows of metrics, sorted by id."""
    rows = evaluated(figures() if frame is None else frame, ASSUMPTIONS, metrics)
    return pd.DataFrame(list(rows)).sort_values("metric_id", ignore_index=True)


def total(scenarios: Scenarios) -> pd.Series:
    return table(scenarios, "regions", "funding").sum(axis="columns", min_count=1)


def per_deal(scenarios: Scenarios) -> pd.DataFrame:
    return table(scenarios, "regions", "funding") / table(scenarios, "regions", "deals")


def share(scenarios: Scenarios) -> pd.DataFrame:
    funding = table(scenarios, "regions", "funding")
    return funding.div(funding.sum(axis="columns"), axis="index")


def mean(scenarios: Scenarios) -> Estimate:
    funding = table(scenarios, "regions", "funding")
    value = funding.mean(axis="columns")
    return Estimate(value, funding.notna().sum(axis="columns"), value - 1, value + 1)


def fixed_n(scenarios: Scenarios) -> Estimate:
    return Estimate(figure(scenarios, "prose/us/rate"), 17)


def lacking(scenarios: Scenarios) -> pd.Series:
    return figure(scenarios, "prose/us/rate") * figure(scenarios, "prose/us/volume")


CATALOGUE = {
    "total": metric("total", total),
    "per_deal": metric("per_deal", per_deal, rowwise=True),
    "share": metric("share", share),
    "mean": metric("mean", mean),
    "fixed_n": metric("fixed_n", fixed_n),
    "lacking": metric("lacking", lacking),
}


@pytest.fixture(scope="module")
def evaluations() -> pd.DataFrame:
    return table_of_all(CATALOGUE).set_index("metric_id", drop=False)


def test_there_is_a_row_per_metric_and_subject_sorted_by_id(evaluations: pd.DataFrame) -> None:
    assert list(evaluations["metric_id"]) == [
        "fixed_n", "lacking", "mean", "per_deal/cn", "per_deal/eu", "per_deal/us",
        "share/cn", "share/eu", "share/us", "total",
    ]  # fmt: skip


def test_values_as_printed(evaluations: pd.DataFrame) -> None:
    expected = {
        "fixed_n": 2.0, "lacking": NAN, "mean": 20.0, "per_deal/cn": NAN, "per_deal/eu": 2.5, "per_deal/us": 5.0,
        "share/cn": NAN, "share/eu": 0.25, "share/us": 0.75, "total": 40.0,
    }  # fmt: skip
    assert evaluations["value"].to_dict() == pytest.approx(expected, nan_ok=True)


def test_sample_size_is_stated_or_counts_the_subjects_with_a_value(evaluations: pd.DataFrame) -> None:
    assert evaluations["n"].to_dict() == {
        "fixed_n": 17,  # stated as one number
        "lacking": 0,
        "mean": 2,  # stated for each scenario
        "per_deal/cn": 0,  # China has deals, if no funding
        "per_deal/eu": 1,
        "per_deal/us": 1,
        "share/cn": 2,
        "share/eu": 2,
        "share/us": 2,
        "total": 2,
    }


def test_the_interval_of_the_statistic_itself_is_kept(evaluations: pd.DataFrame) -> None:
    assert evaluations.loc["mean", ["ci_low", "ci_high"]].to_list() == [19.0, 21.0]
    others = evaluations.drop("mean")
    assert others[["ci_low", "ci_high"]].isna().all(axis=None)


def test_a_rowwise_metric_depends_on_its_own_row_and_another_on_all_it_reads(evaluations: pd.DataFrame) -> None:
    funding = ["regions/us/funding", "regions/eu/funding", "regions/cn/funding"]
    assert evaluations.loc["per_deal/eu", "evidence"] == ["regions/eu/funding", "regions/eu/deals"]
    assert evaluations.loc["share/eu", "evidence"] == funding
    assert evaluations.loc["total", "evidence"] == funding
    reads = [*funding, "regions/us/deals", "regions/eu/deals", "regions/cn/deals"]
    assert evaluations.loc["per_deal/eu", "reads"] == reads
    assert evaluations.loc["total", "reads"] == funding


def test_a_row_is_not_mistaken_for_one_whose_name_is_longer() -> None:
    read = ("t/gpt_4/x", "t/gpt_4_turbo/x", "t/gpt_4/y")
    entry = metric("m", per_deal, rowwise=True)
    assert evidence_of(entry, "m/gpt_4", read) == ("t/gpt_4/x", "t/gpt_4/y")
    assert evidence_of(metric("m", per_deal), "m/gpt_4", read) == read


def test_draws_follow_the_figures() -> None:
    """Ten dollars are an estimate here, between 5 and 20; what reads none does not vary over the draws."""
    estimate = figures()
    estimate.loc[2, ["kind", "low", "high"]] = ["estimate", 5.0, 20.0]
    estimate = with_spread(estimate)
    found = table_of_all(CATALOGUE, estimate).set_index("metric_id")
    eu = draws(estimate, 100, 3)[:, 2]
    assert len(np.unique(eu)) == 100
    np.testing.assert_allclose(found.loc["total", "draws"], 30 + eu)
    np.testing.assert_allclose(found.loc["per_deal/eu", "draws"], eu / 4)
    np.testing.assert_allclose(found.loc["share/us", "draws"], 30 / (30 + eu))
    assert np.isnan(found.loc["share/cn", "draws"]).all()
    by_print = found["by_print"]
    assert set(found.index[by_print]) == {"per_deal/us", "per_deal/cn", "fixed_n", "lacking"}
    assert [len(row) for row in found.loc[by_print, "draws"]] == [0] * 4


def test_what_is_rounded_does_not_vary_over_draws_but_over_what_its_print_allows() -> None:
    found = Evaluations(figures(), ASSUMPTIONS, CATALOGUE)
    row = found.get("total")
    assert row and row["by_print"] and len(row["draws"]) == 0
    assert found.print_range("total")[:2] == (39.5, 40.5)  # 30 and 9.5 to 10.5
    assert found.print_range("per_deal/eu")[:2] == (9.5 / 4, 10.5 / 4)
    assert found.print_range("per_deal/us")[:2] == (5, 5), "an exact figure allows itself alone"
    # The Union's funds stand above and below the line: 9.5 / 39.5 to 10.5 / 40.5, and not 9.5 / 40.5.
    assert found.print_range("share/eu")[:2] == pytest.approx((9.5 / 39.5, 10.5 / 40.5))


def test_each_subject_among_the_evidence_is_left_out_once(evaluations: pd.DataFrame) -> None:
    assert evaluations.loc["total", "drop_subjects"] == ["cn", "eu", "us"]
    np.testing.assert_allclose(evaluations.loc["total", "drop_values"], [40.0, 30.0, 10.0])
    np.testing.assert_allclose(evaluations.loc["share/us", "drop_values"], [0.75, 1.0, NAN])
    assert evaluations.loc["per_deal/eu", "drop_subjects"] == ["eu"]
    assert np.isnan(evaluations.loc["per_deal/eu", "drop_values"]).all()
    assert evaluations.loc["fixed_n", "drop_subjects"] == ["us"]


def test_a_metric_that_lacks_a_figure_says_which(evaluations: pd.DataFrame) -> None:
    row = evaluations.loc["lacking"]
    assert row["missing"] == "prose/us/volume"
    assert row["reads"] == row["evidence"] == ["prose/us/rate"]
    assert len(row["draws"]) == 0
    assert len(row["drop_subjects"]) == len(row["drop_values"]) == 0
    assert set(evaluations.drop("lacking")["missing"]) == {""}


def test_a_metric_may_lack_its_only_figure() -> None:
    entry = metric("none", lambda scenarios: figure(scenarios, "prose/us/nothing"))
    table = table_of_all({"none": entry, "total": CATALOGUE["total"]})
    assert table.set_index("metric_id").loc["none", "missing"] == "prose/us/nothing"


def test_figures_that_no_metric_reads_change_nothing() -> None:
    fewer = figures().query("figure_id != 'prose/unread/rate'")
    pd.testing.assert_frame_equal(table_of_all(CATALOGUE, fewer), table_of_all(CATALOGUE))


def test_the_order_of_the_metrics_changes_nothing() -> None:
    backwards = dict(reversed(CATALOGUE.items()))
    pd.testing.assert_frame_equal(table_of_all(backwards), table_of_all(CATALOGUE))


def test_metrics_taken_in_parts_are_the_same(evaluations: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tidebook.pipelines.evaluate.frame.PAIRS", 63
    )  # three regions, nine pairs a scenario: seven scenarios a part
    parts = table_of_all(CATALOGUE).set_index("metric_id", drop=False)
    pd.testing.assert_frame_equal(parts, evaluations)


def test_a_function_that_crashes_is_not_mistaken_for_a_missing_figure() -> None:
    entry = metric("crash", lambda scenarios: figure(scenarios, "prose/us/rate")["no such row"])
    with pytest.raises(KeyError, match="no such row"):
        table_of_all({"crash": entry})


# The summary.


def test_the_summary_of_each_metric(evaluations: pd.DataFrame) -> None:
    view = EvidenceView("printed", dt.date(2024, 10, 1), figures())
    summed = metrics_table([(view, Evaluations(figures(), ASSUMPTIONS, CATALOGUE))])
    table = analysis.Metrics.validate(summed).set_index("metric_id")
    assert list(table.index) == list(evaluations.index)
    row = table.loc["per_deal/eu"]
    assert row["meaning"] == "Meaning of per_deal: eu"
    assert (row["theme"], row["unit"], row["method"]) == ("funding", "USD", "method of per_deal")
    assert (row["low"], row["high"]) == (9.5 / 4, 10.5 / 4), "what its print allows"
    assert (row["value"], row["n"], row["draws"]) == (2.5, 1, 0)
    assert table.loc["total", "meaning"] == "Meaning of total"
    assert table.loc["lacking", ["value", "low", "high"]].isna().all()


def test_quantiles_leave_out_what_has_no_value() -> None:
    assert quantiles(np.array([NAN, *range(101), NAN])) == (5.0, 95.0)
    assert np.isnan(quantiles(np.array([NAN, NAN]))).all()
