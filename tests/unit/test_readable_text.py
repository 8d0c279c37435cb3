"""The text of a computed reference: what the tool prints it can read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tidebook.pipelines.evaluate.derived_references import readable_text
from tidebook.pipelines.read.quantities.quantity import parse_quantity
from tidebook.pipelines.read.quantities.value import LARGEST, SMALLEST, has_usual_size
from tidebook.schemas.units import UNITS

SIZES = st.floats(SMALLEST, LARGEST) | st.floats(0.001, 1e6) | st.just(0.0)
UNITS_OF_FIGURES = [unit for unit in (*UNITS, "USD/year", "GPU/hour") if unit not in ("date", "calendar year")]


@given(SIZES, st.sampled_from((1, -1)), st.sampled_from((0.0, 1e-6, 0.01, 0.5)), st.sampled_from(UNITS_OF_FIGURES))
def test_a_computed_number_of_any_size_and_unit_reads_back(size: float, sign: int, share: float, unit: str) -> None:
    value = sign * size
    bounds = UNITS[unit]
    if not bounds.lower <= value <= bounds.upper:
        return
    parse_quantity(readable_text(value, value - share * size, value + share * size, unit), unit)


def test_three_decimals_are_not_taken_for_thousands() -> None:
    assert readable_text(12.345, 12.345, 12.345, "USD") == "$12.3450"


def test_a_number_beyond_all_use_has_no_usual_size() -> None:
    sizes = (1e307, 1e-320, float("inf"), float("nan"), 0.0, -1e130, 5e-131)
    assert [has_usual_size(each) for each in sizes] == [False, False, False, False, True, True, False]
