"""The errors of references that pairs of sources show: factors by hand."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import pytest

from tests.unit.evidence_rows import ASSUMED, reference
from tidebook.pipelines.evaluate.learnt_errors import FEWEST_PAIRS, learnt_errors, with_learnt

KIND = "cost", "USD"


def pair(number: int, ratio: float, unit: str = "USD", basis: str = "as reported") -> list[dict[str, Any]]:
    """Return two references for one figure on one day, the second `ratio` times the first."""
    name = f"models/m{number}/cost"
    values = [1e6, 1e6 * ratio]
    rows = []
    for source, value in zip(("one", "other"), values, strict=True):
        row = reference(name, "$1,000,000" if unit == "USD" else "10", unit, basis=basis, source=source)
        rows.append({**row, "value": value})
    return rows


def pairs(*ratios: float, **given: str) -> list[dict[str, Any]]:
    return [row for number, ratio in enumerate(ratios) for row in pair(number, ratio, **given)]


def test_ten_pairs_that_differ_by_a_factor_show_an_error_with_half_of_its_variance() -> None:
    # Each difference is log 2, and has the variance of two errors: one has (log 2)² / 2.
    found = learnt_errors(pairs(*[2.0] * 5, *[0.5] * 5), ASSUMED)[KIND]
    by_hand = math.exp(NormalDist().inv_cdf(0.975) * math.log(2) / math.sqrt(2))
    assert (found.pairs, found.factor) == (10, pytest.approx(by_hand))
    assert by_hand == pytest.approx(2.61, abs=0.005)


def test_the_interval_of_the_factor_is_that_of_chi_squared_with_ten_degrees_of_freedom() -> None:
    # Tables have 3.940 and 18.307 as the 5th and 95th percentile.
    found = learnt_errors(pairs(*[2.0] * 10), ASSUMED)[KIND]
    squares, width = 10 * math.log(2) ** 2 / 2, NormalDist().inv_cdf(0.975)
    assert found.low == pytest.approx(math.exp(width * math.sqrt(squares / 18.307)), rel=1e-3)
    assert found.high == pytest.approx(math.exp(width * math.sqrt(squares / 3.940)), rel=1e-3)


def test_nine_pairs_show_nothing() -> None:
    assert learnt_errors(pairs(*[2.0] * (FEWEST_PAIRS - 1)), ASSUMED) == {}


def test_a_source_that_says_one_thing_twice_is_one_of_a_pair() -> None:
    assert learnt_errors([row for row in pairs(*[2.0] * 5) for _ in range(1000)], ASSUMED) == {}


def test_a_pair_that_differs_by_a_power_of_ten_is_a_mistake_and_no_pair() -> None:
    assert learnt_errors(pairs(*[2.0] * 9, 1000.0), ASSUMED) == {}
    assert learnt_errors(pairs(*[2.0] * 10, 1000.0), ASSUMED)[KIND].pairs == 10


def test_pairs_that_agree_show_no_error_at_all() -> None:
    assert learnt_errors(pairs(*[1.0] * 10), ASSUMED)[KIND].factor == 1.0


def test_a_learnt_error_is_that_of_each_value_of_its_kind_and_how_it_is_drawn() -> None:
    known = [*pairs(*[2.0] * 10), reference("models/new/cost", "$2,000,000")]
    *_, row = with_learnt(known, ASSUMED)
    factor = learnt_errors(known, ASSUMED)[KIND].factor
    assert (row["error_low"], row["error_high"]) == (2e6 / factor, 2e6 * factor)
    # The ends are those of the test of chi squared above.
    assert row["error_by"] == "learnt from 10 pairs of sources (a factor of 2 to 4.6 at 90%)"
    # The draws have the 5th and the 95th percentile of the lognormal whose central 95% these ends are.
    inner = factor ** (NormalDist().inv_cdf(0.95) / NormalDist().inv_cdf(0.975))
    assert row["distribution"] == "interval"
    assert (row["drawn_low"], row["drawn_high"]) == (pytest.approx(2e6 / inner), pytest.approx(2e6 * inner))


def test_what_a_source_states_of_its_error_stays() -> None:
    stated = reference("models/new/cost", "$2,000,000", interval="$1,500,000–$3,000,000")
    *_, row = with_learnt([*pairs(*[2.0] * 10), stated], ASSUMED)
    assert (row["error_by"], row["error_high"]) == ("stated", 3e6)


def test_counts_have_no_error_to_be_learnt() -> None:
    assert learnt_errors(pairs(*[2.0] * 10, unit="person"), ASSUMED) == {}


def test_list_prices_have_no_error_to_be_learnt() -> None:
    given = ASSUMED.model_copy(update={"exact_bases": ["list price"]})
    assert learnt_errors(pairs(*[2.0] * 10, basis="list price"), given) == {}
