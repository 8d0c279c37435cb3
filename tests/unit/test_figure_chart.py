"""The chart of figures beside sources: its axis, its marks, and what it says of them; by hand."""

from __future__ import annotations

from math import log
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidebook.pipelines.report.figures import Card, Figure, FiguresSection, ShownSource
from tidebook.pipelines.report.pictures import beside_sources, how_little, scale_of

SOURCE = ShownSource("bureau", "Bureau")


def card(name: str, outcome: str, factor: float | None) -> Card:
    """Return the card of a figure that is printed as `factor` where the best source has 1."""
    figure = Figure(
        figure_id=f"prices/{name}/price",
        table_name="prices",
        subject=name,
        quantity="price",
        label=name,
        name=f"{name}’s price",
        text=f"${factor}",
        value=factor,
        unit="USD",
        basis="list price",
        source=SOURCE,
        locator="prices.csv:2",
    )
    return Card(figure, outcome, "", "", "$1", "", "", SOURCE, factor, 0.0, "", [])


def section(*cards: Card) -> FiguresSection:
    return FiguresSection(list(cards), [])


def test_large_errors_are_factors_on_a_logarithmic_axis() -> None:
    # Half of the axis is 1.08 powers of ten: 10 lies 50 / 1.08 percent of the width off the middle, 2 log10(2) of that.
    scale = scale_of([10.0, 0.5])
    assert [scale.place(factor) for factor in (0.1, 0.5, 1.0, 2.0, 10.0)] == [3.7, 36.1, 50.0, 63.9, 96.3]
    assert scale.ticks == [(3.7, "÷10"), (36.1, "÷2"), (50.0, "right"), (63.9, "×2"), (96.3, "×10")]


def test_errors_below_a_half_are_percent_on_a_linear_axis() -> None:
    # The largest error is 14%, so that the axis ends at 1.08 times 20%.
    scale = scale_of([1.14, 0.9])
    assert [scale.place(factor) for factor in (0.8, 0.9, 1.0, 1.2)] == [3.7, 26.9, 50.0, 96.3]
    assert scale.ticks == [(3.7, "\u221220%"), (50.0, "right"), (96.3, "+20%")]


@pytest.mark.parametrize(("factor", "in_percent"), [(1.49, True), (1.5, False), (1 / 1.49, True), (1 / 1.5, False)])
def test_the_axis_changes_at_one_and_a_half(factor: float, in_percent: bool) -> None:
    assert scale_of([1.01, factor]).in_percent is in_percent


@given(st.lists(st.floats(1e-12, 1e12), min_size=1))
def test_every_mark_and_tick_is_inside_and_on_its_side(factors: list[float]) -> None:
    scale = scale_of(factors)
    for factor in factors:
        place = scale.place(factor)
        assert 0 <= place <= 100
        assert (place - 50) * (factor - 1) >= 0
    places = [place for place, _ in scale.ticks]
    assert places == sorted(places) and places[0] >= 0 and places[-1] <= 100


def test_each_mark_has_its_outcome_and_its_error_in_words() -> None:
    picture = beside_sources(
        section(card("Low", "outdated", 0.1), card("High", "wrong", 2.5), card("Right", "right", 1.02))
    )
    assert picture is not None
    assert [(bar.label, bar.outcome, bar.off) for bar in picture.bars] == [
        ("High’s price", "wrong", "2.5 times too high"),
        ("Low’s price", "outdated", "10 times too low"),
    ]
    assert picture.ends == ("too low", "too high")
    assert picture.legend == ["right", "wrong", "outdated"], "what has no mark is not in the legend"
    assert len(picture.rest) == 1


def test_a_right_figure_far_from_its_source_has_a_place_too() -> None:
    picture = beside_sources(section(card("Wrong", "wrong", 1.1), card("At least", "right", 0.01)))
    assert picture is not None
    assert picture.rest == [3.7] and (3.7, "÷100") in picture.ticks


def test_there_is_no_chart_without_an_error() -> None:
    assert beside_sources(section(card("Right", "right", 1.0))) is None
    assert beside_sources(section(card("Of another kind", "wrong", None))) is None


def claim(flip_at: float | None, printed: float = 100.0) -> Any:
    """Return a claim that one figure of 100 flips at this value; no figure does if there is none."""
    row = {"flip_from": printed, "flip_at": flip_at}
    distance = abs(log(flip_at / printed)) if flip_at else None
    return SimpleNamespace(name="More than half", flips_to="", anchor="a", distance=distance, row=row)


def test_the_chart_of_smallest_changes_has_an_axis_of_factors() -> None:
    chart = how_little([claim(50), claim(1000)])
    assert chart is not None
    # A bar of half the axis is a factor of the root of 10, whichever way; 2 is at log 2 / log 10.
    assert [bar.place for bar in chart.bars] == [30.1, 100.0]
    assert chart.ticks == [(0.0, "×1"), (17.6, "×1.5"), (30.1, "×2"), (69.9, "×5"), (100.0, "×10")]


def test_it_says_what_it_leaves_out() -> None:
    chart = how_little([*(claim(100 + each) for each in range(1, 15)), claim(None), claim(None)])
    assert chart is not None
    assert chart.source == (
        "The 12 smallest changes of 16 claims and tests; 2 more need a larger one; "
        "2 are flipped by no factor on one figure alone"
    )
    assert how_little([claim(None)]) is None
