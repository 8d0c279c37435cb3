"""Predicates: where each form holds, what turns it, how it is read and what is refused."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidebook.pipelines.judge.predicates import FORMS, Predicate, parse_predicate

BELOW, ABOVE = math.nextafter(0.5, 0), math.nextafter(0.5, 1)


def holds(text: str, values: Sequence[float]) -> list[bool]:
    return parse_predicate(text, {}).holds(np.array(values)).tolist()


@pytest.mark.parametrize(
    ("text", "below", "at", "above"),
    [
        ("at_least 0.5", False, True, True),
        ("at_most 0.5", True, True, False),
        ("above 0.5", False, False, True),
        ("below 0.5", True, False, False),
    ],
)
def test_a_form_with_one_bound_at_it_below_and_above(text: str, below: bool, at: bool, above: bool) -> None:
    assert holds(text, [BELOW, 0.5, ABOVE]) == [below, at, above]
    assert holds(text, [-math.inf, math.inf]) == [below, above]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("between 0.5 0.7", [False, True, True, True, False]),
        ("outside 0.5 0.7", [True, False, False, False, True]),
    ],
)
def test_a_form_with_two_bounds_at_them_between_and_beyond(text: str, expected: list[bool]) -> None:
    assert holds(text, [BELOW, 0.5, 0.6, 0.7, math.nextafter(0.7, 1)]) == expected


def test_bounds_that_are_equal_leave_one_value_between_them() -> None:
    assert holds("between 0.5 0.5", [BELOW, 0.5, ABOVE]) == [False, True, False]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_holds_of_a_value_that_is_not_there(form: str) -> None:
    bounds = " 0.5 0.7" if FORMS[form].bounds == 2 and form != "equals" else " 0.5"
    assert holds(form + bounds, [math.nan]) == [False]


def test_every_form_is_tested_here() -> None:
    assert set(FORMS) == {"at_least", "at_most", "above", "below", "between", "outside", "equals", "all_of"}


EQUAL = [
    # Number as printed, unit of the metric, values that it allows, values that it does not.
    ("3.33", "number", [3.325, 3.33, 3.335], [3.32, 3.34]),
    ("3.33", "percentage point", [3.33], [3.32, 3.34]),
    ("12.27%", "percent", [12.2699], [12.28, 12.26]),
    ("60", "number", [60.0, 60.4], [61.0]),
    ("10", "person", [10.0], [9.9, 10.1]),
    ("twice", "ratio", [2.0], [3.0]),
    ("over 1,000", "number", [1000.5, 5000.0], [1000.0, 990.0]),
    ("at least 1,000", "number", [1000.0], [999.0]),
    ("nearly 50%", "percent", [49.2], [50.0, 50.4]),
    ("less than 1%", "percent", [0.4], [1.0]),
    # A share of 0.28 may be said in percent.
    ("28%", "share", [0.28, 0.284], [0.27, 28.0]),
    ("over 20%", "ratio", [0.21], [0.2]),
    # Words of roundings and bounds are none of a unit: the number is in the metric's.
    ("about 4", "ratio", [3.6, 4.4], [2.0]),
    ("over 4", "percentage point", [4.1], [4.0]),
    ("nearly 50", "percent", [49.2], [50.4, 0.492]),
    ("less than 50,000", "USD", [48_000.0], [50_000.0]),
]


def test_equal_is_what_the_printed_number_allows(subtests: pytest.Subtests) -> None:
    for number, unit, inside, outside in EQUAL:
        with subtests.test(number=number, unit=unit):
            predicate = parse_predicate(f"equals {number}", {}, unit)
            assert predicate.holds(np.array(inside)).all()
            assert not predicate.holds(np.array(outside)).any()
    assert parse_predicate("equals 12.27%", {}, "percent").words() == "equal to 12.27%"


def test_a_number_that_is_no_number_of_the_unit_equals_nothing() -> None:
    with pytest.raises(ValueError, match="percentage points such as 3 pp"):
        parse_predicate("equals 1 percent", {}, "percentage point")
    with pytest.raises(ValueError, match=r"^an amount in USD such as .* \(EUR is another currency\)$"):
        parse_predicate("equals 30 euros", {}, "USD")
    for number in ("4%", "about 4 per cent", "4 kg"):
        with pytest.raises(ValueError, match="an amount in USD"):
            parse_predicate(f"equals {number}", {}, "USD")
    with pytest.raises(ValueError, match="equals with a number"):
        parse_predicate("equals N/A", {}, "percent")


def test_a_predicate_as_comparisons_holds_where_it_does() -> None:
    """Errors of floats aside: 1.9999999999999998 counts as two."""
    calls = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
    for text in ("at_least 2", "at_most 2", "above 2", "below 2", "between 1 2", "equals 2.0", "outside 1 2"):
        predicate = parse_predicate(text, {})
        joined = any if text.startswith("outside") else all
        for value in (0.5, 1.5, 2.0, 2.04, 3.0):
            found = joined(calls[sign.removeprefix("or ")](value, bound) for sign, bound in predicate.comparisons())
            assert found == bool(predicate.holds(np.array(value))), (text, value)


@pytest.mark.parametrize(
    ("text", "value", "inside", "unit"),
    [
        ("equals fewer than 120", 120.0, 119.0, "number"),
        ("equals nearly 14", 14.0, 13.9, "number"),
        ("equals just over 3", 3.0, 3.1, "number"),
    ],
)
def test_a_word_that_excludes_its_number_excludes_it_up_to_errors_of_floats(
    text: str, value: float, inside: float, unit: str
) -> None:
    predicate = parse_predicate(text, {}, unit)
    for near in (math.nextafter(value, -math.inf), value, math.nextafter(value, math.inf)):
        assert not predicate.holds_as_printed(near, 1e-9 * value)
    assert predicate.holds_as_printed(inside, 1e-9 * value)
    calls = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
    assert [all(calls[sign](x, bound) for sign, bound in predicate.comparisons()) for x in (value, inside)] == [
        False, True
    ]  # fmt: skip


def test_a_single_number_can_be_judged() -> None:
    assert bool(parse_predicate("at_least 0.5", {}).holds(np.array(0.5))) is True


@pytest.mark.parametrize(("before", "expected"), [(True, [True, False, False]), (False, [False, True, False])])
def test_a_predicate_flips_only_where_there_is_a_value(before: bool, expected: list[bool]) -> None:
    found = parse_predicate("at_least 0.5", {}).flipped(np.array([0.4, 0.6, math.nan]), before)
    assert found.tolist() == expected


FROM_HALF_TO_NINE_TENTHS = [
    ("at_least 0.5", True, True),
    ("at_least 0.9", False, True),
    ("above 0.9", False, False),
    ("at_most 0.5", False, True),
    ("below 0.5", False, False),  # nothing from 0.5 on lies below it
    ("between 0.5 0.9", True, True),
    ("between 0.6 0.7", False, True),
    ("between 0.9 1", False, True),
    ("between 0.1 0.4", False, False),
    ("outside 0.1 0.2", True, True),
    ("outside 0.1 0.5", False, True),
    ("outside 0.6 0.7", False, True),
    ("outside 0.5 0.9", False, False),
]


def test_a_predicate_holds_of_every_value_from_a_half_to_nine_tenths_or_of_some(subtests: pytest.Subtests) -> None:
    for text, every, some in FROM_HALF_TO_NINE_TENTHS:
        with subtests.test(text=text):
            assert parse_predicate(text, {}).within(0.5, 0.9) == (every, some)


def test_of_an_interval_with_one_end_only_that_end_counts() -> None:
    assert parse_predicate("at_least 0.7", {}).within(math.nan, 0.9) == (True, True)
    assert parse_predicate("at_least 0.7", {}).within(0.5, math.nan) == (False, False)


# Reading.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at_least 0.5", Predicate("at_least", (0.5,))),
        ("  above   -1e3 ", Predicate("above", (-1000.0,))),
        ("between 0.7 0.99", Predicate("between", (0.7, 0.99))),
        ("at_most significance", Predicate("at_most", (0.05,))),
        ("outside significance strong", Predicate("outside", (0.05, 0.7))),
    ],
)
def test_a_predicate_is_read_with_cut_offs_by_number_or_name(text: str, expected: Predicate) -> None:
    assert parse_predicate(text, {"significance": 0.05, "strong": 0.7}) == expected


NO_PREDICATES = [
    ("exceeds 1", "one of at_least, at_most, above, below, between, equals, outside and its bounds"),
    ("0.5", "one of at_least, at_most, above, below, between, equals, outside and its bounds"),
    (
        "At_least 1",
        "one of at_least, at_most, above, below, between, equals, outside and its bounds; did you mean at_least?",
    ),
    ("at_least", "at_least with 1 bound"),
    ("at_least 1 2", "at_least with 1 bound"),
    ("between 1", "between with 2 bounds"),
    ("between 1 2 3", "between with 2 bounds"),
    ("between 2 1", "between with the lower bound first"),
    ("outside strong significance", "outside with the lower bound first"),
    ("at_least half", "a number or one of significance, strong, not 'half'"),
    ("at_least 09.5", "a number or one of significance, strong, not '09.5'"),
    ("at_most ١٠", "a number or one of significance, strong, not '١٠'"),
    ("at_least nan", "a number or one of significance, strong, not 'nan'"),
    ("at_least inf", "a number or one of significance, strong, not 'inf'"),
    ("between 0 1e999", "a number or one of significance, strong, not '1e999'"),
]


def test_a_bound_may_be_written_in_percent() -> None:
    assert parse_predicate("below 15%", {}, "percent").bounds == (15,)
    assert parse_predicate("between 5% 15%", {}, "share").bounds == pytest.approx((0.05, 0.15))
    with pytest.raises(ValueError, match=r"^a number in USD, not '15%'$"):
        parse_predicate("below 15%", {}, "USD")


@pytest.mark.parametrize("text", ["at_least 1e308", "at_most 1e-320", "above 1e131%", "between 0 huge"])
def test_a_bound_of_a_size_that_no_text_prints_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^0, or a number from 1e-130 to 1e\+130 in size, not "):
        parse_predicate(text, {"huge": 1e200}, "share")


def test_a_text_that_states_no_predicate_is_refused(subtests: pytest.Subtests) -> None:
    for text, expected in NO_PREDICATES:
        with subtests.test(text=text), pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
            parse_predicate(text, {"significance": 0.05, "strong": 0.7})


def test_without_cut_offs_only_a_number_is_asked_for() -> None:
    with pytest.raises(ValueError, match=r"^a number, not 'half'$"):
        parse_predicate("at_least half", {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("at_least 0.5", "at least 0.5"),
        ("at_most 1e10", "at most 1e+10"),
        ("above 2", "above 2"),
        ("below strong", "below 0.7"),
        ("between 0.7 0.99", "between 0.7 and 0.99"),
        ("outside 0.7 0.99", "below 0.7 or above 0.99"),
    ],
)
def test_a_predicate_in_words(text: str, words: str) -> None:
    assert parse_predicate(text, {"strong": 0.7}).words() == words


# Laws.

NUMBERS = st.floats(allow_nan=False)
BOUNDS = st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))


@given(BOUNDS, st.lists(NUMBERS, min_size=1, max_size=20))
def test_between_and_outside_are_complementary(bounds: tuple[float, float], values: list[float]) -> None:
    ends = tuple(sorted(bounds))
    points = np.array([*values, *ends])
    between, outside = Predicate("between", ends).holds(points), Predicate("outside", ends).holds(points)
    assert (between != outside).all()


@given(NUMBERS, st.lists(NUMBERS, min_size=1, max_size=20))
def test_at_least_and_below_are_complementary_and_so_are_above_and_at_most(bound: float, values: list[float]) -> None:
    points = np.array([*values, bound])
    for one, other in (("at_least", "below"), ("above", "at_most")):
        assert (Predicate(one, (bound,)).holds(points) != Predicate(other, (bound,)).holds(points)).all()


@given(st.sampled_from(sorted(FORMS)), BOUNDS, st.lists(st.floats(), min_size=1, max_size=20), st.booleans())
def test_turned_is_the_opposite_of_holding_as_before_wherever_there_is_a_value(
    form: str, bounds: tuple[float, float], values: list[float], before: bool
) -> None:
    predicate = Predicate(form, tuple(sorted(bounds)) if FORMS[form].bounds == 2 else bounds[:1])
    points = np.array(values)
    expected = [
        not math.isnan(value) and held != before for value, held in zip(values, predicate.holds(points), strict=True)
    ]
    assert predicate.flipped(points, before).tolist() == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("above 0.5", "at_most 0.5", True),
        ("above 0.5", "at_least 0.5", False),
        ("at_least 0.5", "at_most 0.5", False),  # both hold of a half
        ("between 1 2", "between 3 4", True),
        ("between 1 3", "between 2 4", False),
        ("outside 1 2", "between 1 2", True),
        ("outside 1 2", "above 1.5", False),
        ("below 0", "above 0", True),
    ],
)
def test_conditions_exclude_each_other_if_no_value_satisfies_both(one: str, other: str, expected: bool) -> None:
    first, second = parse_predicate(one, {}), parse_predicate(other, {})
    assert first.excludes(second) == second.excludes(first) == expected


@pytest.mark.parametrize(
    ("text", "unit", "form", "bounds"),
    [
        ("equals −5%", "percent", "equals", (4.5, 5.5)),
        ("at_most -3", "number", "at_least", (3,)),
        ("above 2", "number", "below", (-2,)),
        ("between -3 -1", "number", "between", (1, 3)),
    ],
)
def test_a_condition_is_mirrored_with_its_bounds(text: str, unit: str, form: str, bounds: tuple[float, ...]) -> None:
    found = parse_predicate(text, {}, unit).mirrored
    assert (found.form, found.bounds) == (form, pytest.approx(bounds))
