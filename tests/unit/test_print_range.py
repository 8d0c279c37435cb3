"""What the print of some figures allows a metric to be: the least and the greatest value, by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import pytest

from tests.unit.assumed import assumed
from tests.unit.read_scenarios import figure, metric, table
from tests.unit.spreads import with_spread
from tidebook.pipelines.evaluate.evaluations import Evaluations
from tidebook.pipelines.evaluate.frame import Scenarios
from tidebook.pipelines.evaluate.print_range import PrintRange, allowed

Row = tuple[str, str, float, float, float]


def figures(rows: Sequence[Row], unit: str = "USD") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["figure_id", "kind", "value", "low", "high"])
    subjects = [name.split("/")[1] for name in frame["figure_id"]]
    return with_spread(frame.assign(subject=subjects, labels="", unit=unit))


def rounded(subject: str, value: float, half: float = 0.5, quantity: str = "sales") -> Row:
    return f"shops/{subject}/{quantity}", "rounded", value, value - half, value + half


def ranges_of(name: str, values: object, rows: Sequence[Row], rowwise: bool = False) -> PrintRange:
    own = name.partition("/")[0]
    entry = {own: metric(own, values, rowwise=rowwise)}  # type: ignore[arg-type]
    return Evaluations(figures(rows), assumed(), entry).print_range(name)


def sales(scenarios: Scenarios) -> pd.DataFrame:
    return table(scenarios, "shops", "sales")


def test_each_figure_varies_within_its_rounding() -> None:
    def lead(scenarios: Scenarios) -> pd.Series:
        return figure(scenarios, "shops/a/sales") - figure(scenarios, "shops/b/sales")

    assert ranges_of("lead", lead, [rounded("a", 8), rounded("b", 5)]) == (2, 4)


def test_a_figure_that_occurs_twice_is_the_same_both_times() -> None:
    """Of 2 (1.5 to 2.5) and 3 (2.5 to 3.5): 1.5 / 5 to 2.5 / 5, where 1.5 / 6 would take the 2 for two numbers."""
    of_all = ranges_of("share", lambda worlds: sales(worlds)["a"] / sales(worlds).sum(axis="columns"),
                       [rounded("a", 2), rounded("b", 3)])  # fmt: skip
    assert of_all == pytest.approx((1.5 / 5, 2.5 / 5))


def test_many_figures_reach_their_ends_together() -> None:
    """Twelve figures have 4,096 corners: the sum finds its ends, as each figure raises it throughout."""
    rows = [rounded(f"s{place}", 10) for place in range(12)]
    assert ranges_of("sum", lambda worlds: sales(worlds).sum(axis="columns"), rows) == pytest.approx((114, 126))


def test_a_row_varies_with_its_own_figures() -> None:
    rows = [rounded("a", 6), rounded("b", 20), rounded("a", 2, quantity="staff"), rounded("b", 4, quantity="staff")]

    def per_head(scenarios: Scenarios) -> pd.DataFrame:
        return sales(scenarios) / table(scenarios, "shops", "staff")

    assert ranges_of("per_head/a", per_head, rows, rowwise=True) == pytest.approx((5.5 / 2.5, 6.5 / 1.5))
    assert ranges_of("per_head/b", per_head, rows, rowwise=True) == pytest.approx((19.5 / 4.5, 20.5 / 3.5))


def test_an_exact_figure_allows_itself_alone() -> None:
    rows = [("shops/a/sales", "exact", 6.0, 6.0, 6.0), ("shops/b/sales", "missing", *[math.nan] * 3)]
    assert allowed(figures(rows, "deal")) == {}
    assert ranges_of("sum", lambda worlds: sales(worlds).sum(axis="columns"), rows) == (6, 6)


def test_an_open_end_does_not_belong_to_a_bound_but_to_a_rounding() -> None:
    rows = [("t/a/x", "at_least", 1000.0, 1000.0, math.inf), ("t/b/x", "rounded", 5.0, 4.5, 5.5)]
    frame = figures(rows).assign(low_open=[True, False], high_open=[False, True])
    ends = allowed(frame)
    assert ends["t/a/x"][0] > 1000 and ends["t/a/x"][0] == pytest.approx(1000)
    assert ends["t/b/x"] == (4.5, 5.5), "half way may be rounded either way"


def test_without_an_end_nothing_is_known_of_the_range() -> None:
    rows = [("shops/a/sales", "at_least", 6.0, 6.0, math.inf)]
    assert all(map(math.isnan, ranges_of("sum", lambda worlds: sales(worlds).sum(axis="columns"), rows)))
