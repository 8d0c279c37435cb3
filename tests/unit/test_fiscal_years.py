"""Fiscal years by the first month that a table declares: their days by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from tidebook.pipelines.read.quantities.context import STRICT, Context
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.schemas.units import EPOCH


def days(text: str, first: str) -> tuple[str, str]:
    """Return the first and the last day that a text allows."""
    read = parse_quantity(text, "date", Context(fiscal_year=first))
    low, high = (EPOCH + dt.timedelta(days=end) for end in (read.low, read.high))
    return low.isoformat(), high.isoformat()


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("FY2024", "October", ("2023-10-01", "2024-09-30")),
        ("FY24", "October", ("2023-10-01", "2024-09-30")),
        ("fiscal year 2024", "July", ("2023-07-01", "2024-06-30")),
        ("fiscal 2024", "January", ("2024-01-01", "2024-12-31")),
        ("FY2024", "April, named by its start", ("2024-04-01", "2025-03-31")),
        # Two years name both.
        ("FY2023/24", "April", ("2023-04-01", "2024-03-31")),
        ("FY2023/24", "April, named by its start", ("2023-04-01", "2024-03-31")),
        # Quarters and halves are those of the fiscal year.
        ("Q1 FY2024", "October", ("2023-10-01", "2023-12-31")),
        ("Q2 FY2024", "October", ("2024-01-01", "2024-03-31")),
        ("FY2024 Q4", "February", ("2023-11-01", "2024-01-31")),
        ("H2 FY2024", "July", ("2024-01-01", "2024-06-30")),
        # What is no fiscal year is as ever.
        ("2024", "October", ("2024-01-01", "2024-12-31")),
        ("2024-02", "October", ("2024-02-01", "2024-02-29")),
    ],
)
def test_a_fiscal_year_has_the_days_of_its_first_month(text: str, first: str, expected: tuple[str, str]) -> None:
    assert days(text, first) == expected


def test_a_fiscal_year_without_a_first_month_is_refused_with_the_cure() -> None:
    with pytest.raises(QuantityError, match="fiscal_year of the table or the column says it"):
        parse_quantity("FY2024", "date", STRICT)


def test_years_that_do_not_follow_each_other_are_no_fiscal_year() -> None:
    with pytest.raises(QuantityError, match="do not follow each other"):
        days("FY2023/25", "April")


def test_a_month_that_there_is_not_is_no_first_month() -> None:
    with pytest.raises(ValueError, match="fiscal_year is 'Octember'"):
        Context(fiscal_year="Octember")
