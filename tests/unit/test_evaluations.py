"""Evaluations asked for one by one: each metric once, shared where its figures are the same, under a key of its own."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit.assumed import assumed
from tests.unit.read_scenarios import figure, metric
from tests.unit.test_evaluate import ASSUMPTIONS, CATALOGUE, figures, table_of_all
from tidebook.pipelines.evaluate import evaluations as module
from tidebook.pipelines.evaluate.base import Metric
from tidebook.pipelines.evaluate.evaluations import DECIDING, Evaluations, evaluated, metrics_table
from tidebook.pipelines.evaluate.evidence_views import EvidenceView
from tidebook.pipelines.evaluate.frame import Scenarios
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.schemas import analysis
from tidebook.schemas.base import records

PRINTED = EvidenceView("printed", dt.date(2024, 10, 1), figures())
FUNDING = ("regions/us/funding", "regions/eu/funding", "regions/cn/funding")
DEALS = ("regions/us/deals", "regions/eu/deals", "regions/cn/deals")
READ = {
    "total": FUNDING,
    "per_deal": (*FUNDING, *DEALS),
    "share": FUNDING,
    "mean": FUNDING,
    "fixed_n": ("prose/us/rate",),
    "lacking": ("prose/us/rate",),
}
"""What each metric of the catalogue reads; the last then asks for a figure that is not there."""


def evaluations(frame: pd.DataFrame | None = None, assumptions: Assumptions = ASSUMPTIONS) -> Evaluations:
    return Evaluations(figures() if frame is None else frame, assumptions, CATALOGUE)


def changed(figure_id: str, **values: Any) -> pd.DataFrame:
    """Return the figures with some values of one of them changed."""
    frame = figures()
    for column, value in values.items():
        frame.loc[frame["figure_id"] == figure_id, column] = value
    return frame


def keys(found: Evaluations) -> dict[str, str]:
    return {name: found.key(name) for name in CATALOGUE}


def all_rows(found: Evaluations) -> pd.DataFrame:
    rows = [row for name in CATALOGUE for row in found.of(name).values()]
    return pd.DataFrame(rows).sort_values("metric_id", ignore_index=True)


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The metrics of each pass over scenarios, as they are made."""
    made: list[list[str]] = []

    def noted(frame: pd.DataFrame, assumptions: Assumptions, metrics: Mapping[str, Metric]) -> Any:
        made.append(list(metrics))
        return evaluated(frame, assumptions, metrics)

    monkeypatch.setattr(module, "evaluated", noted)
    return made


# Asked for.


def test_a_metric_is_evaluated_when_it_is_asked_for_and_once(passes: list[list[str]]) -> None:
    found = evaluations()
    assert passes == []
    assert found.get("share/us") is found.of("share")["share/us"]
    found.prepare(["share", "total"])
    found.of("total")
    assert passes == [["share"], ["total"]]


def test_one_by_one_they_are_as_in_one_pass_over_all_figures(passes: list[list[str]]) -> None:
    whole = table_of_all(CATALOGUE)
    together = evaluations()
    together.prepare(CATALOGUE)
    assert passes == [list(CATALOGUE)]
    pd.testing.assert_frame_equal(all_rows(together), whole)
    pd.testing.assert_frame_equal(all_rows(evaluations()), whole)
    assert len(passes) == 1 + len(CATALOGUE)


def test_a_metric_id_has_its_row_and_what_is_none_has_none() -> None:
    found = evaluations()
    row = found.get("per_deal/eu")
    assert row is not None and row["value"] == 2.5
    assert list(found.of("per_deal")) == ["per_deal/us", "per_deal/eu", "per_deal/cn"]
    assert found.get("per_deal/in") is None
    assert found.get("per_deal") is None
    assert found.get("nothing") is None and found.get("nothing/eu") is None


def test_a_metric_of_a_missing_figure_has_one_row_that_names_it() -> None:
    found = evaluations()
    ((name, row),) = found.of("lacking").items()
    assert (name, row["missing"], row["reads"]) == ("lacking", "prose/us/volume", ["prose/us/rate"])
    assert np.isnan(row["value"])


def test_a_figure_that_comes_ends_the_lack_of_it() -> None:
    added = figures().iloc[[6]].assign(figure_id="prose/us/volume", value=3.0, low=3.0, high=3.0)
    there = pd.concat([figures(), added], ignore_index=True)
    before = evaluations()
    after = before.on_figures(there)
    assert after.reads("lacking") == ("prose/us/rate", "prose/us/volume")
    assert {name for name in CATALOGUE if before.key(name) != after.key(name)} == {"lacking"}
    row = after.get("lacking")
    assert row is not None and (row["missing"], row["value"]) == ("", 6.0)


# What is read.


def test_what_each_metric_reads() -> None:
    found = evaluations()
    assert {name: found.reads(name) for name in CATALOGUE} == READ


def test_the_figures_that_a_metric_reads_are_enough_for_it() -> None:
    found = evaluations()
    for name, entry in CATALOGUE.items():
        read = figures()[figures()["figure_id"].isin(found.reads(name))]
        pd.testing.assert_frame_equal(table_of_all({name: entry}, read), table_of_all({name: entry}))


def test_what_is_read_is_found_once_for_the_same_figures_whatever_their_values() -> None:
    calls: list[int] = []

    def counted(scenarios: Scenarios) -> pd.Series:
        calls.append(len(scenarios))
        return figure(scenarios, "prose/us/rate")

    found = Evaluations(figures(), ASSUMPTIONS, {"counted": metric("counted", counted)})
    others = found.on_figures(changed("prose/us/rate", value=3.0))
    assert found.reads("counted") == others.reads("counted") == ("prose/us/rate",)
    assert calls == [1]


def test_what_is_read_depends_on_the_labels_that_choose_rows() -> None:
    def western(scenarios: Scenarios) -> pd.Series:
        blocs = scenarios.labels("regions", "bloc") or {}
        return sum(
            (figure(scenarios, f"regions/{name}/funding") for name, bloc in blocs.items() if bloc == "w"), start=0
        )

    labels = {f"regions/{name}/funding": json.dumps({"bloc": bloc}) for name, bloc in (("us", "w"), ("eu", "e"))}
    frame, moved = figures(), figures()
    frame["labels"] = frame["figure_id"].map(labels).fillna("")
    moved["labels"] = frame["labels"].str.replace('"e"', '"w"')
    found = Evaluations(frame, ASSUMPTIONS, {"western": metric("western", western)})
    assert found.reads("western") == FUNDING[:1]
    assert found.on_figures(moved).reads("western") == FUNDING[:2]
    assert found.on_figures(frame).reads("western") == FUNDING[:1]


# The key.


OTHER_VALUES = {
    "value": 31.0,
    "low": 29.0,
    "high": 33.0,
    "low_open": True,
    "high_open": True,
    "unit": "EUR",
    "labels": '{"bloc": "western"}',
    "is_total": True,
} | {**{"distribution": "fitted", "drawn_low": 29.0, "drawn_high": 32.0, "degrees_of_freedom": 5.0}}


@pytest.mark.parametrize("column", DECIDING)
@pytest.mark.parametrize("figure_id", ["regions/us/funding", "regions/us/deals", "prose/us/rate", "prose/unread/rate"])
def test_the_key_depends_on_the_figures_read_and_on_no_other(figure_id: str, column: str) -> None:
    before, after = keys(evaluations()), keys(evaluations(changed(figure_id, **{column: OTHER_VALUES[column]})))
    assert {name for name in CATALOGUE if before[name] != after[name]} == {
        name for name, read in READ.items() if figure_id in read
    }


def test_what_only_people_read_of_a_figure_is_in_no_key() -> None:
    frame = figures().assign(text="$30", locator="a.csv:7", source_id="other", note="more")
    assert keys(evaluations(frame)) == keys(evaluations())


def test_the_order_of_the_figures_read_is_in_the_key() -> None:
    turned = figures().iloc[[2, 1, 0, *range(3, 8)]]
    before, after = keys(evaluations()), keys(evaluations(turned))
    assert {name for name in CATALOGUE if before[name] != after[name]} == {"total", "per_deal", "share", "mean"}


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"draws": "{ count = 101, seed = 3 }"}, False),
        ({"draws": "{ count = 100, seed = 4 }"}, False),
        ({"correlated": '[{ name = "a", figures = ["*"], correlation = 0.5, why = "one cause" }]'}, False),
        ({"open_ended": "{ at_least_hides = 2.0, at_most_hides = 1.5 }"}, True),  # it is in the figures' own spreads
        ({"tipping_points": "{ reach = 10 }"}, True),
        ({"verdicts": "{ supported_from = 0.9, contradicted_to = 0.1 }"}, True),
        ({"as_of": "2026-11-25"}, True),
    ],
)
def test_how_scenarios_are_drawn_is_in_every_key_and_no_other_assumption(change: dict[str, str], same: bool) -> None:
    other = keys(evaluations(assumptions=assumed(**{"draws": "{ count = 100, seed = 3 }", **change})))
    assert {name: found == other[name] for name, found in keys(evaluations()).items()} == dict.fromkeys(CATALOGUE, same)


def test_name_and_code_of_a_metric_are_in_its_key() -> None:
    def rate(scenarios: Scenarios) -> pd.Series:
        return figure(scenarios, "prose/us/rate")

    def doubled(scenarios: Scenarios) -> pd.Series:
        return 2 * figure(scenarios, "prose/us/rate")

    entries = [("rate", rate), ("rate", doubled), ("doubled", doubled)]
    found = {Evaluations(figures(), ASSUMPTIONS, {name: metric(name, code)}).key(name) for name, code in entries}
    assert len(found) == 3


# Under other evidence views.


def test_under_another_lens_only_metrics_of_other_figures_are_evaluated_again(passes: list[list[str]]) -> None:
    printed = evaluations()
    printed.prepare(CATALOGUE)
    other = printed.on_figures(changed("regions/eu/deals", value=5.0))
    other.prepare(CATALOGUE)
    assert passes == [list(CATALOGUE), ["per_deal"]]
    row = other.get("per_deal/eu")
    assert row is not None and row["value"] == 2.0
    assert printed.get("per_deal/eu") != row
    assert all(other.of(name) is printed.of(name) for name in CATALOGUE if name != "per_deal")


def test_what_another_lens_evaluated_first_is_known_to_the_first(passes: list[list[str]]) -> None:
    printed = evaluations()
    same = printed.on_figures(figures().assign(text="as reported elsewhere")).on_figures(figures())
    assert printed.of("total") is same.of("total")
    assert passes == [["total"]]


# The summary.


def test_the_summary_is_made_of_what_changed_and_of_what_was_kept(tmp_path: Path, passes: list[list[str]]) -> None:
    path = tmp_path / "cache.json"

    def summary(frame: pd.DataFrame, cache: StepCache) -> list[dict[str, Any]]:
        found = analysis.Metrics.validate(metrics_table([(PRINTED, Evaluations(frame, ASSUMPTIONS, CATALOGUE, cache))]))
        cache.save()
        return records(found)

    first = summary(figures(), StepCache(path))
    assert repr(summary(figures(), StepCache(path))) == repr(first)
    assert passes == [list(CATALOGUE)]
    new = changed("prose/us/rate", value=4.0)
    assert repr(summary(new, StepCache(path))) == repr(summary(new, StepCache()))
    assert passes == [list(CATALOGUE), ["fixed_n", "lacking"], list(CATALOGUE)]
    assert repr(summary(new, StepCache(path, "other code"))) == repr(summary(new, StepCache()))


def test_the_summary_has_an_expression_as_it_is_written_now(tmp_path: Path) -> None:
    path = tmp_path / "cache.json"
    for text in ("a + b", "(a + b)"):  # these compute the same, so that the metric has one key
        cache = StepCache(path)
        catalogue = {name: replace(each, expression=text) for name, each in CATALOGUE.items()}
        found = metrics_table([(PRINTED, Evaluations(figures(), ASSUMPTIONS, catalogue, cache))])
        cache.save()
        assert set(found["expression"]) == {text}
