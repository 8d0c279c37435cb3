"""What belongs to an interval with open and closed ends, and its set operations."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidebook.pipelines.read.quantities.interval import Interval

OVER, AT_LEAST, UNDER = Interval(1000, inf, True), Interval(1000, inf), Interval(0, 5, False, True)
ends = st.integers(-4, 4).map(float)
intervals = st.builds(
    lambda first, second, low_open, high_open: (
        Interval.point(first) if first == second else Interval(*sorted((first, second)), low_open, high_open)
    ),
    ends, ends, st.booleans(), st.booleans(),
)  # fmt: skip
VALUES = [value / 4 for value in range(-20, 21)]
"""Every end that is drawn, and a value between each two."""


def members(interval: Interval) -> set[float]:
    return {value for value in VALUES if interval.contains(value)}


def test_an_open_end_does_not_belong_to_the_interval() -> None:
    assert not OVER.contains(1000) and OVER.contains(1000.001)
    assert AT_LEAST.contains(1000) and not AT_LEAST.contains(999.999)
    assert UNDER.contains(0) and not UNDER.contains(5)


@given(intervals, intervals)
def test_two_intervals_overlap_where_they_share_a_value(first: Interval, second: Interval) -> None:
    assert first.overlaps(second) == bool(members(first) & members(second))


@given(intervals, intervals)
def test_one_interval_lies_within_another_where_all_its_values_do(first: Interval, second: Interval) -> None:
    assert first.within(second) == (members(first) <= members(second))


@given(intervals)
def test_a_mirrored_interval_has_the_same_numbers_with_the_other_sign(interval: Interval) -> None:
    assert members(interval.mirrored()) == {-value + 0.0 for value in members(interval)}
    assert interval.mirrored().mirrored() == interval


@pytest.mark.parametrize(
    ("interval", "sign"),
    [(OVER, 1), (Interval(0, 1), 0), (Interval(0, 1, True), 1), (Interval(-3, 0, False, True), -1)],
)
def test_the_sign_is_that_of_all_values(interval: Interval, sign: int) -> None:
    assert interval.sign == sign


def test_the_bounds_of_a_unit_belong_to_it() -> None:
    assert Interval(-inf, 4, False, True).clipped(0, 10) == Interval(0, 4, False, True)
    assert Interval(99.5, 100.5).clipped(0, 100) == Interval(99.5, 100)
