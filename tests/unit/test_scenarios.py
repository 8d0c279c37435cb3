"""Worlds: draws within each figure's interval and independent of each other, subjects left out, figures scaled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.assumed import assumed
from tests.unit.read_scenarios import figure, table
from tests.unit.spreads import with_spread
from tidebook.pipelines.evaluate import scenarios as build
from tidebook.pipelines.evaluate.frame import MissingFigureError, Scenarios
from tidebook.pipelines.evaluate.scenarios import (
    Draws,
    draws,
    leave_one_out,
    one_at_a_time,
    printed,
    scale_factors,
    scenarios_table,
)
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.steps import figures as steps
from tidebook.schemas.figures import KINDS
from tidebook.schemas.figures import Scenarios as ScenariosTable

NAN, INF = math.nan, math.inf
ASSUMED = assumed(open_ended="{ at_least_hides = 1.5, at_most_hides = 2.0 }")

ROWS: list[tuple[str, str, float, float, float, str]] = [
    # figure_id, kind, value, low, high, unit
    ("models/a/score", "rounded", 87.5, 87.45, 87.55, "point"),
    ("models/a/funding", "at_least", 13e9, 13e9, INF, "USD"),
    ("models/a/window", "at_most", 128e3, 0.0, 128e3, "token"),
    ("models/b/score", "at_least", 84.0, 84.0, INF, "point"),
    ("models/b/funding", "missing", NAN, NAN, NAN, "USD"),
    ("models/b/window", "exact", 100e3, 100e3, 100e3, "token"),
    ("runs/b/compute", "estimate", 2e25, 1e25, 4e25, "FLOP"),
    ("runs/c/loss", "estimate", -5e9, -7.5e9, -4e9, "USD"),
    ("runs/c/released", "exact", 19_000.0, 19_000.0, 19_000.0, "date"),
    ("runs/d/deals", "exact", 0.0, 0.0, 0.0, "deal"),
    ("runs/d/year", "rounded", 2024.0, 2023.5, 2024.5, "calendar year"),
    ("runs/d/part", "estimate", 0.0, 0.0, 0.1, "share"),
]


def figures(rows: Sequence[tuple[str, str, float, float, float, str]] = ROWS) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["figure_id", "kind", "value", "low", "high", "unit"])
    return with_spread(frame.assign(subject=[name.split("/")[1] for name in frame["figure_id"]], labels=""), ASSUMED)


def drawn(frame: pd.DataFrame, count: int = 4000, seed: int = 7) -> pd.DataFrame:
    return pd.DataFrame(draws(frame, count, seed), columns=frame["figure_id"])


# Draws.


@pytest.mark.parametrize(
    ("figure_id", "low", "high", "median"),
    [
        ("models/a/funding", 13e9, 19.5e9, 13e9 * math.sqrt(1.5)),
        ("models/a/window", 64e3, 128e3, 64e3 * math.sqrt(2)),
        ("models/b/score", 84.0, 100.0, math.sqrt(84 * 100)),
        ("runs/b/compute", 1e25, 4e25, 2e25),
        ("runs/c/loss", -7.5e9, -4e9, -5.75e9),
        ("runs/d/part", 0.0, 0.1, 0.05),
    ],
)
def test_draws_fill_the_interval_evenly(figure_id: str, low: float, high: float, median: float) -> None:
    values = drawn(figures())[figure_id]
    assert low <= values.min() < low + 0.01 * (high - low)
    assert high - 0.01 * (high - low) < values.max() <= high
    assert values.median() == pytest.approx(median, abs=0.03 * (high - low))


def test_estimates_are_even_in_the_logarithm() -> None:
    values = drawn(figures([("t/a/x", "estimate", 10.0, 1.0, 100.0, "USD")]))
    assert (values["t/a/x"] < 10).mean() == pytest.approx(0.5, abs=0.03)


def test_exact_and_rounded_figures_do_not_vary_and_missing_ones_stay_missing() -> None:
    values = drawn(figures())
    assert set(values["models/a/score"]) == {87.5}, "a rounded figure is judged by its print, not by chance"
    assert set(values["runs/d/year"]) == {2024.0}
    assert set(values["models/b/window"]) == {100e3}
    assert set(values["runs/c/released"]) == {19_000.0}
    assert set(values["runs/d/deals"]) == {0.0}
    assert values["models/b/funding"].isna().all()
    assert values.drop(columns="models/b/funding").notna().all(axis=None)


def test_a_negative_open_end_reaches_away_from_the_value_on_its_own_side() -> None:
    frame = figures([("t/a/x", "at_least", -4.0, -4.0, INF, "USD"), ("t/b/x", "at_most", -4.0, -INF, -4.0, "USD")])
    values = drawn(frame)
    assert (values["t/a/x"] >= -4).all() and values["t/a/x"].max() == pytest.approx(-2, abs=0.01)
    assert (values["t/b/x"] <= -4).all() and values["t/b/x"].min() == pytest.approx(-6, abs=0.01)


def test_a_draw_depends_neither_on_other_figures_nor_on_their_order() -> None:
    whole = drawn(figures())
    for rows in (ROWS[::-1], ROWS[3:7], ROWS[6:7]):
        part = drawn(figures(rows))
        pd.testing.assert_frame_equal(part, whole[list(part)], check_exact=True)


def test_more_draws_go_on_where_fewer_end() -> None:
    pd.testing.assert_frame_equal(drawn(figures(), count=100), drawn(figures(), count=200).head(100), check_exact=True)


def test_the_same_seed_gives_the_same_draws_and_another_gives_others() -> None:
    first, again, other = drawn(figures(), seed=1), drawn(figures(), seed=1), drawn(figures(), seed=2)
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    varying = (first.max() - first.min()) > 0
    assert varying.sum() == 6
    assert (first != other).loc[:, varying].all(axis=None)


def test_figures_with_equal_intervals_are_drawn_independently() -> None:
    values = drawn(figures([(f"t/s{place}/x", "estimate", 5.0, 1.0, 10.0, "USD") for place in range(4)]))
    correlations = values.corr().to_numpy()[np.triu_indices(4, 1)]
    assert (abs(correlations) < 0.07).all()


ENDS = st.floats(-1e12, 1e12).map(lambda value: round(value, 6))


@settings(deadline=None)
@given(st.tuples(ENDS, ENDS, ENDS), st.sampled_from(["exact", "rounded", "estimate"]), st.integers(0, 2**63))
def test_a_draw_never_leaves_the_interval(ends: tuple[float, float, float], kind: str, seed: int) -> None:
    low, value, high = sorted(ends) if kind != "exact" else ends[:1] * 3
    values = draws(figures([("t/a/x", kind, value, low, high, "USD")]), 50, seed)
    slack = 1e-12 * max(abs(low), abs(high))
    assert ((values >= low - slack) & (values <= high + slack)).all()


@settings(deadline=None)
@given(ENDS, st.integers(0, 2**63))
def test_an_open_end_hides_no_more_than_is_assumed(value: float, seed: int) -> None:
    frame = figures([("t/a/x", "at_least", value, value, INF, "USD"), ("t/b/x", "at_most", value, -INF, value, "USD")])
    above, below = draws(frame, 50, seed).T
    ambiguity, slack = 0.5 * abs(value), 1e-12 * abs(value)
    assert ((above >= value - slack) & (above <= value + ambiguity + slack)).all()
    assert ((below <= value + slack) & (below >= value - ambiguity - slack)).all()


@settings(deadline=None)
@given(st.floats(0, 1e6), st.floats(1e-3, 1e6), st.integers(0, 1000))
def test_rounded_draws_never_reach_their_excluded_end(low: float, width: float, seed: int) -> None:
    frame = figures([("t/a/x", "rounded", low + width / 2, low, low + width, "USD")])
    assert (draws(frame, 20, seed) < low + width).all()


# Drops.


def test_a_subject_is_left_out_of_every_table_and_of_nothing_else() -> None:
    frame = figures()
    values, subjects = leave_one_out(frame)
    assert subjects == ["a", "b", "c", "d"]
    assert values.shape == (4, len(ROWS))
    gone = pd.DataFrame(np.isnan(values), index=subjects, columns=frame["figure_id"])
    assert list(gone.columns[gone.loc["b"]]) == [
        "models/b/score", "models/b/funding", "models/b/window", "runs/b/compute",
    ]  # fmt: skip
    kept = ~gone.loc["a"].to_numpy() & frame["value"].notna().to_numpy()
    np.testing.assert_array_equal(values[0, kept], frame["value"][kept])
    assert list(gone.columns[~kept]) == ["models/a/score", "models/a/funding", "models/a/window", "models/b/funding"]


# Scales.


def factors(direction: str, reach: float = 1000) -> pd.DataFrame:
    frame = figures()
    return pd.DataFrame(scale_factors(frame, reach, direction), columns=frame["figure_id"])


def test_factors_go_from_next_to_one_to_the_reach_in_fine_then_coarser_steps() -> None:
    up, down = factors("up")["models/a/funding"], factors("down")["models/a/funding"]
    assert up.iloc[-1] == pytest.approx(1000)
    ratios = (up / up.shift(fill_value=1.0)).to_numpy()
    near = up.to_numpy() < 1.5 * (1 + 1e-9)
    assert (near.sum(), len(up)) == (163, 163 + 264)
    assert (ratios[near] <= 1.0025).all() and (ratios[~near] <= 1.025 + 1e-12).all() and (ratios > 1).all()
    np.testing.assert_allclose(down, 1 / up, rtol=1e-12)


@pytest.mark.parametrize("direction", ["up", "down"])
def test_dates_zero_and_missing_figures_are_not_scaled(direction: str) -> None:
    found = factors(direction)
    never = found.isna().all()
    assert list(never.index[never]) == [
        "models/b/funding", "runs/c/released", "runs/d/deals", "runs/d/year", "runs/d/part",
    ]  # fmt: skip


def test_a_score_is_scaled_up_to_the_end_of_its_unit_only() -> None:
    up = factors("up")["models/a/score"]
    assert up.notna().any()
    assert (up.dropna() * 87.5).max() <= 100
    step = 1000 ** (1 / 200)
    assert (up.dropna() * 87.5).max() * step > 100
    assert factors("down")["models/a/score"].notna().all()


def test_a_loss_keeps_its_sign() -> None:
    assert (factors("up")["runs/c/loss"] > 1).all()


@settings(deadline=None)
@given(st.floats(1e-6, 100), st.floats(1.01, 1e6), st.sampled_from(["up", "down"]))
def test_no_scaled_score_leaves_the_bounds_of_its_unit(value: float, reach: float, direction: str) -> None:
    frame = figures([("t/a/x", "exact", value, value, value, "point")])
    found = scale_factors(frame, reach, direction)[:, 0]
    kept = found[~np.isnan(found)]
    assert (kept * value <= 100).all() and (kept > 0).all()
    assert (kept < 1).all() if direction == "down" else (kept > 1).all()


def test_each_world_scales_one_figure() -> None:
    base = np.array([[1.0, 10.0, NAN]])
    found = one_at_a_time(base, np.array([0, 1, 1, 2]), np.array([3.0, 0.5, 2.0, 9.0]))
    expected = [[3.0, 10.0, NAN], [1.0, 5.0, NAN], [1.0, 20.0, NAN], [1.0, 10.0, NAN]]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(base, [[1.0, 10.0, NAN]])


# The summary.


def summary(rows: Sequence[tuple[str, str, float, float, float, str]]) -> pd.DataFrame:
    assumptions = assumed(
        draws="{ count = 2000, seed = 1 }",
        open_ended="{ at_least_hides = 1.5, at_most_hides = 2.0 }",
        tipping_points="{ reach = 100 }",
    )
    return scenarios_table(figures(rows), Draws(assumptions), assumptions.tipping_points.reach)


def test_the_summary_has_each_figure_in_each_kind_of_scenario() -> None:
    table = summary(ROWS)
    ScenariosTable.validate(table)
    assert len(table) == 4 * len(ROWS)
    assert table.groupby("kind", sort=False)["scenarios"].agg(set).to_dict() == {
        "printed": {1}, "draw": {2000}, "drop": {4}, "scale": {668},
    }  # fmt: skip


def test_figures_that_are_as_they_were_are_not_drawn_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []
    really = build.draws_of

    def seen(figure: Mapping[str, Any], *how: Any) -> Any:
        asked.append(figure["figure_id"])
        return really(figure, *how)

    monkeypatch.setattr(build, "draws_of", seen)
    first, kept = figures(ROWS), tmp_path / "kept.json"

    def summarised(table: pd.DataFrame) -> pd.DataFrame:
        asked.clear()
        cache = StepCache(kept)
        found = scenarios_table(table, Draws(assumed(), cache), assumed().tipping_points.reach)
        cache.save()
        return found

    before = summarised(first)
    assert asked == list(first["figure_id"])
    pd.testing.assert_frame_equal(summarised(first), before)
    assert asked == []
    changed = first.assign(value=[first["value"][0] * 2, *first["value"][1:]])
    after = summarised(changed)
    assert asked == [first["figure_id"][0]]
    pd.testing.assert_frame_equal(after, scenarios_table(changed, Draws(assumed()), assumed().tipping_points.reach))


def test_tables_without_rows_have_a_summary_without_rows() -> None:
    table = steps.scenarios(figures(ROWS).iloc[:0], assumed(), StepCache())
    assert table.empty
    ScenariosTable.validate(table)


def test_the_summary_counts_scenarios_without_a_value() -> None:
    missing = summary(ROWS).pivot(index="figure_id", columns="kind", values="missing")
    assert missing.loc["models/a/funding"].to_dict() == {"printed": 0, "draw": 0, "drop": 1, "scale": 0}
    assert missing.loc["models/b/funding"].to_dict() == {"printed": 1, "draw": 2000, "drop": 4, "scale": 668}
    assert missing.loc["runs/c/released"].to_dict() == {"printed": 0, "draw": 0, "drop": 1, "scale": 668}


def test_the_summary_is_the_same_in_blocks_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = summary(ROWS)
    for rows in (1, 2, 3):
        monkeypatch.setattr("tidebook.pipelines.evaluate.scenarios.BLOCK", 2000 * rows)
        pd.testing.assert_frame_equal(summary(ROWS), whole)


def test_without_its_only_subject_a_figure_has_no_value() -> None:
    table = summary(ROWS[:1]).set_index("kind")
    assert table.loc["drop", ["scenarios", "missing"]].to_list() == [1, 1]
    assert table.loc["drop", ["p05", "median", "p95"]].isna().all()


def test_the_summary_states_quantiles() -> None:
    table = summary(ROWS).set_index(["kind", "figure_id"])[["p05", "median", "p95"]]
    assert table.loc[("printed", "models/a/score")].to_list() == [87.5] * 3
    assert table.loc[("drop", "models/a/score")].to_list() == [87.5] * 3
    assert table.loc[("draw", "models/a/score")].to_list() == [87.5] * 3
    assert table.loc[("draw", "models/b/window")].to_list() == [100e3] * 3
    spread = table.loc[("scale", "models/b/window")]
    assert spread["p05"] < 100e3 / 30 and spread["p95"] > 100e3 * 30
    assert table.loc[("draw", "models/b/funding")].isna().all()


# The frame.


def test_a_figure_and_a_table_are_read_by_name_and_remembered() -> None:
    frame = figures()
    scenarios = Scenarios(printed(frame), list(frame["figure_id"]))
    assert len(scenarios) == 1
    assert table(scenarios, "models", "score").to_dict("list") == {"a": [87.5], "b": [84.0]}
    assert figure(scenarios, "runs/b/compute").to_list() == [2e25]
    assert list(scenarios.reads) == ["models/a/score", "models/b/score", "runs/b/compute"]


def test_what_no_table_holds_is_named() -> None:
    scenarios = Scenarios(printed(figures()), list(figures()["figure_id"]))
    with pytest.raises(MissingFigureError) as caught:
        figure(scenarios, "runs/z/compute")
    assert caught.value.figure_id == "runs/z/compute"
    with pytest.raises(MissingFigureError) as caught:
        table(scenarios, "models", "cost")
    assert caught.value.figure_id == "models/*/cost"
    assert not scenarios.reads


def test_a_quantity_is_not_mistaken_for_one_that_ends_like_it() -> None:
    names = ["t/a/price", "t/a/input_price", "t2/a/price"]
    scenarios = Scenarios(np.array([[1.0, 2.0, 3.0]]), names)
    assert table(scenarios, "t", "price").to_dict("list") == {"a": [1.0]}


def test_some_figures_keep_their_order_labels_and_bounds() -> None:
    names = ["t/a/x", "t/b/x", "t/c/x"]
    labels = {"t/a/x": '{"region": "North"}', "t/c/x": '{"region": "South"}'}
    whole = Scenarios(np.array([[1.0, 2.0, NAN]]), names, labels, {"t/c/x": (0.0, 9.0)})
    some = whole.of(["t/c/x", "t/a/x"])
    assert some.figures_of("t") == ["t/a/x", "t/c/x"]
    assert some.labels("t", "region") == {"a": "North", "c": "South"}
    ends = some.ends(["t/a/x", "t/c/x"])
    assert ends is not None
    assert ends.low.tolist() == [[1.0, 0.0]] and ends.high.tolist() == [[1.0, 9.0]]
    assert whole.between({}).ends(["t/c/x"]) is None


def test_values_must_fit_the_figures() -> None:
    with pytest.raises(ValueError, match="for 2 figures"):
        Scenarios(np.zeros((3, 1)), ["t/a/x", "t/b/x"])


def test_every_kind_of_figure_is_drawn_here() -> None:
    assert {kind for _, kind, *_ in ROWS} == set(KINDS)


def test_scenarios_come_in_parts_by_the_longest_column_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """7 scenarios of a table of 2 rows, beside figures of other tables: 2² pairs each, so 3 scenarios at 12 pairs."""
    monkeypatch.setattr("tidebook.pipelines.evaluate.frame.PAIRS", 12)
    ids = ["runs/a/cost", "runs/b/cost", "runs/a/compute", "prose/x/loss", "prose/y/revenue"]
    scenarios = Scenarios(np.arange(35.0).reshape(7, 5), ids)
    parts = list(scenarios.parts())
    assert [len(part) for part in parts] == [3, 3, 1]
    assert np.array_equal(np.vstack([part.values for part in parts]), scenarios.values)
    table(parts[0], "runs", "cost")
    assert list(scenarios.reads) == ["runs/a/cost", "runs/b/cost"]


def test_no_scenarios_are_one_part() -> None:
    assert [len(part) for part in Scenarios(np.empty((0, 1)), ["a/b/c"]).parts()] == [0]
