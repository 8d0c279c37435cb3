"""What numbers give each other: values and intervals of each form, by hand."""

from __future__ import annotations

from math import isclose, isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.relate.forms import (
    COUNT,
    CUMULATIVE,
    DIFFERENCE,
    FORMS,
    LARGEST,
    MEAN,
    MULTIPLE,
    PRODUCT,
    RANK,
    RATE,
    SHARE,
    SMALLEST,
    TOTAL,
    WEIGHTED_MEAN,
    Form,
    cut,
)


@pytest.mark.parametrize(
    ("form", "operands", "value"),
    [
        (TOTAL, (3.0, 4.0, 5.0), 12.0),
        (DIFFERENCE, (5.0, 8.0), -3.0),
        (RATE, (110.0, 100.0), 10.0),
        (RATE, (-50.0, -100.0), 50.0),
        (SHARE, (30.0, 120.0), 25.0),
        (MULTIPLE, (30.0, 120.0), 0.25),
        (PRODUCT, (3.0, -4.0), -12.0),
        (MEAN, (3.0, 4.0, 8.0), 5.0),
        (WEIGHTED_MEAN, (10.0, 20.0, 3.0, 1.0), 12.5),
        (CUMULATIVE, (7.0, 35.0), 42.0),
        (RANK, (5.0, 9.0, 1.0), 2.0),
        (LARGEST, (5.0, 9.0, 1.0), 9.0),
        (SMALLEST, (5.0, 9.0, 1.0), 1.0),
        (COUNT, (5.0, 9.0, 1.0), 3.0),
    ],
)
def test_each_form_has_a_value(form: Form, operands: tuple[float, ...], value: float) -> None:
    assert isclose(form.value(*operands), value)


def test_the_interval_of_a_rate_takes_the_ends_of_both_numbers() -> None:
    # From 9.5 at least to 10.5 at most: 10.5 / 9.5 = 1.105, and 9.5 / 10.5 = 0.905.
    interval = RATE.interval(Interval(9.5, 10.5), Interval(9.5, 10.5))
    assert (round(interval.low, 2), round(interval.high, 2)) == (-9.52, 10.53)


def test_a_mean_is_farthest_where_the_weights_are_on_one_side() -> None:
    # 10 and 20, weights 1 to 3 each: from (30 + 20) / 4 to (10 + 60) / 4.
    points, weights = [Interval.point(10.0), Interval.point(20.0)], [Interval(1.0, 3.0)] * 2
    assert WEIGHTED_MEAN.interval(*points, *weights)[:2] == (12.5, 17.5)


def test_an_end_is_open_where_an_operand_never_reaches_it() -> None:
    over, plain = Interval(1000.0, 1100.0, low_open=True), Interval(10.0, 10.0)
    assert TOTAL.interval(over, plain) == Interval(1010.0, 1110.0, low_open=True)
    assert DIFFERENCE.interval(plain, over) == Interval(-1090.0, -990.0, high_open=True)
    assert SHARE.interval(plain, over).high_open
    assert not SHARE.interval(Interval(-1.0, 1.0), over).high_open, "below zero the largest share has another divisor"


def test_nothing_is_a_share_of_zero() -> None:
    assert isnan(SHARE.value(3.0, 0.0))


def test_a_percentage_may_have_been_cut() -> None:
    assert cut(Interval(12.5, 13.5), 1.0) == Interval(11.5, 14.5)


NUMBERS = st.floats(0.1, 1e6)


@given(
    st.sampled_from([name for name in FORMS if name not in ("rank", "count")]),
    st.lists(NUMBERS, min_size=4, max_size=4),
    st.data(),
)
def test_the_result_of_values_lies_in_the_interval_of_their_intervals(
    name: str, lows: list[float], data: st.DataObject
) -> None:
    form = FORMS[name]
    lows = lows[: form.operands or 4]
    intervals = [Interval(low, low * data.draw(st.floats(1.0, 1.5))) for low in lows]
    values = [data.draw(st.floats(*each[:2])) for each in intervals]
    low, high = form.interval(*intervals)[:2]
    value = form.value(*values)
    slack = 1e-9 * max(abs(low), abs(high), 1.0)
    assert low - slack <= value <= high + slack
