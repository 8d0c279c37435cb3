"""How far a number may be off: by its text, its basis and a stated interval; and what is drawn from that."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.oracles import stats
from tests.unit.assumed import assumed
from tidebook.pipelines.evaluate.scenarios import correlation_of, draws
from tidebook.pipelines.judge.warnings import correlation_warnings
from tidebook.pipelines.read.declarations import Correlated
from tidebook.pipelines.read.intervals import spread_columns
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.references import parse_interval

ASSUMED = assumed(
    estimate_spread="{ default = 1.5, FLOP = 2.0 }",
    open_ended="{ at_least_hides = 1.5, at_most_hides = 4.0 }",
    exact_bases="['list price']",
)


@pytest.mark.parametrize(
    ("text", "unit", "basis", "spread", "low", "high"),
    [
        ("12", "deal", "as reported", "none", 12, 12),
        ("$6B", "USD", "as reported", "rounding", 5.5e9, 6.5e9),
        ("$5.00", "USD/Mtok", "list price", "none", 5, 5),
        ("$5.00", "USD/Mtok", "as reported", "rounding", 4.995, 5.005),
        ("2.0e25 (est.)", "FLOP", "as reported", "assumed", 1e25, 4e25),
        ("$2M–$4M", "USD", "as reported", "range", 2e6, 4e6),
        ("$13B+", "USD", "as reported", "assumed", 13e9, 19.5e9),
        ("up to $8B", "USD", "as reported", "assumed", 2e9, 8e9),
        ("84.0+", "point", "as reported", "assumed", 84, 100),  # 126 would lie beyond the unit
        ("~2024-02-01", "date", "as reported", "assumed", 19754 - 45, 19754 + 45),
    ],
)
def test_a_text_is_drawn_as_it_is_inexact(
    text: str, unit: str, basis: str, spread: str, low: float, high: float
) -> None:
    found = spread_columns(parse_quantity(text, unit), basis, ASSUMED)
    assert (found["distribution"], found["drawn_low"], found["drawn_high"]) == (
        spread,
        pytest.approx(low),
        pytest.approx(high),
    )
    assert math.isnan(found["degrees_of_freedom"])


def test_a_missing_number_is_not_drawn() -> None:
    found = spread_columns(parse_quantity("N/A (internal)", "USD"), "as reported", ASSUMED)
    assert found["distribution"] == "none" and math.isnan(found["drawn_low"])


@pytest.mark.parametrize(
    ("interval", "spread", "low", "high"),
    [
        ("8.2e24–4.4e25", "range", 8.2e24, 4.4e25),
        ("8.2e24–4.4e25 at 90 %", "interval", 8.2e24, 4.4e25),
        # Ends at 1.96 standard deviations come in to 1.645 of them, around √(1e24 × 1e26) = 1e25.
        ("1e24–1e26 at 95 %", "interval", 1e25 * 10 ** (-1.644854 / 1.959964), 1e25 * 10 ** (1.644854 / 1.959964)),
    ],
)
def test_a_stated_interval_is_lognormal_where_it_says_what_it_covers(
    interval: str, spread: str, low: float, high: float
) -> None:
    found = spread_columns(parse_quantity("2.1e25", "FLOP"), "as reported", ASSUMED, parse_interval(interval, "FLOP"))
    assert (found["distribution"], found["drawn_low"], found["drawn_high"]) == (
        spread,
        pytest.approx(low, rel=1e-6),
        pytest.approx(high, rel=1e-6),
    )


def test_an_interval_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(QuantityError):
        parse_interval("about so at 90 %", "FLOP")


# What is drawn.


def drawn(*rows: dict[str, Any], correlated: tuple[Correlated, ...] = (), count: int = 20_000) -> np.ndarray[Any, Any]:
    frame = pd.DataFrame([{"value": 10.0, "unit": "USD", "degrees_of_freedom": math.nan, **row} for row in rows])
    return draws(frame, count, 5, correlated)


def bell(name: str, spread: str = "interval", degrees: float = math.nan, **row: Any) -> dict[str, Any]:
    ends = {"drawn_low": 1.0, "drawn_high": 100.0}
    return {"figure_id": f"t/{name}/x", "distribution": spread, "degrees_of_freedom": degrees, **ends, **row}


@pytest.mark.parametrize(
    ("degrees", "name"), [(math.nan, "norm"), (3.0, "t")], ids=["a stated interval", "a fitted spread"]
)
def test_a_normal_distribution_has_its_ends_as_percentiles_and_passes_them(degrees: float, name: str) -> None:
    logs = np.log10(drawn(bell("a", "fitted" if name == "t" else "interval", degrees))[:, 0])
    ninety = stats.t.ppf(0.99, 3) / stats.t.ppf(0.95, 3) if name == "t" else stats.norm.ppf(0.99) / stats.norm.ppf(0.95)
    wanted = [0.0, 1.0, 2.0, 1 + ninety]
    assert np.quantile(logs, [0.05, 0.5, 0.95, 0.99]) == pytest.approx(wanted, abs=0.09)
    assert (logs > 2).mean() == pytest.approx(0.05, abs=0.005)


def test_a_normal_distribution_ends_where_its_unit_does() -> None:
    values = drawn(bell("a", unit="point"))[:, 0]
    assert values.max() == 100.0 and (values == 100.0).mean() == pytest.approx(0.05, abs=0.005)


def test_heavy_tails_stay_finite() -> None:
    assert np.isfinite(drawn(bell("a", "fitted", 0.1))).all()


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_the_middle_of_a_normal_distribution_is_that_of_its_ends_even_where_their_product_cannot_be_written(
    size: float,
) -> None:
    values = drawn(bell("a", drawn_low=size, drawn_high=100 * size))
    assert np.log10(np.median(values) / size) == pytest.approx(1.0, abs=0.05)


def test_equal_normal_distributions_are_drawn_independently() -> None:
    values = drawn(bell("a"), bell("b"), bell("c", "fitted", 5.0), bell("d", "fitted", 5.0))
    correlations, _ = stats.spearmanr(values[:4000])
    assert (abs(correlations[np.triu_indices(4, 1)]) < 0.07).all()


HAND = Correlated(name="hand", figures=["t/*/x"], correlation=0.5, why="one hand")


def test_a_pattern_of_a_group_matches_ids_as_they_are_written() -> None:
    assert correlation_of("t/a/x", [HAND]) == ("hand", 0.5)
    capital = HAND.model_copy(update={"figures": ["T/*/x"]})
    assert correlation_of("t/a/x", [capital]) is None


def test_figures_of_one_group_move_together_whatever_their_spread() -> None:
    even = {"figure_id": "t/c/x", "distribution": "range", "drawn_low": -1.0, "drawn_high": 1.0}
    values = drawn(bell("a"), bell("b", "fitted", 5.0), even, correlated=(HAND,))
    # Of normal deviates with correlation r, Kendall's tau is 2 / π × arcsin r.
    expected = 2 / math.pi * math.asin(0.5)
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert stats.kendalltau(values[:4000, first], values[:4000, second])[0] == pytest.approx(expected, abs=0.03)
    assert values[:, 2].mean() == pytest.approx(0, abs=0.02)
    assert np.quantile(values[:, 2], [0.05, 0.95]) == pytest.approx([-0.9, 0.9], abs=0.03)


def test_a_figure_outside_the_group_is_drawn_as_before() -> None:
    other = bell("a", figure_id="u/a/x")
    assert np.array_equal(drawn(other, correlated=(HAND,)), drawn(other))
    assert not np.array_equal(drawn(bell("a"), correlated=(HAND,)), drawn(bell("a")))


def test_patterns_that_fit_no_figure_or_two_groups_are_noted() -> None:
    text = """
[[correlated]]
name = "hand"
figures = ["t/*/x", "t/*/y"]
correlation = 0.5
why = "one hand"

[[correlated]]
name = "other"
figures = ["t/a/x"]
correlation = 0.5
why = "another"
"""
    groups = [
        Correlated.model_validate(each) for each in RawFile("assumptions.toml", text.encode()).toml()["correlated"]
    ]
    given = ASSUMED.model_copy(update={"correlated": groups})
    found = list(correlation_warnings(given, ["t/a/x", "t/b/x"], RawFile("assumptions.toml", text.encode())))
    assert [(note.line, note.text) for note in found] == [(4, "t/*/y"), (10, "t/a/x")]
    assert "did you mean t/" in found[0].expected
    assert found[1].expected == "figures of one group only; t/a/x moves with those of hand"
