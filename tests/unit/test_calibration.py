"""The fitted spread: by hand on few cases, what is left out of it, and how it is held against what was known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.oracles import stats
from tests.unit.assumed import assumed
from tests.unit.evidence_rows import DAY, figures, printed, reference, references
from tidebook.pipelines.evaluate.calibration import (
    LEAST_CASES,
    calibration_cases_table,
    calibration_table,
    exact_interval,
    fitted_figures,
    interval_score,
)
from tidebook.pipelines.evaluate.scenarios import draws_of
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.schemas.figures import Calibration, CalibrationCases, Figures

ARTICLE = Article(title="Three shops", published=DAY)
ASSUMED = assumed(estimate_spread="{ default = 1.5, FLOP = 2.3 }")

PRINTED = {"a": "~$10M", "b": "~$10M", "c": "~$10M", "d": "$10M+", "e": "$10M+", "f": "$10M"}
KNOWN = {"a": "$20M", "b": "$10M", "c": "$5M", "d": "$20M", "e": "$40M", "f": "$10M"}
"""Errors: estimates log 2, 0 and -log 2, open ends log 2 and log 4; a rounded figure beside them."""


def rows(texts: dict[str, str] = PRINTED) -> list[dict[str, Any]]:
    return [printed(f"runs/{subject}/cost", text) for subject, text in texts.items()]


def known(texts: dict[str, str] = KNOWN) -> list[dict[str, Any]]:
    return [reference(f"runs/{subject}/cost", text) for subject, text in texts.items()]


def fitted(own: list[dict[str, Any]], better: list[dict[str, Any]], assumptions: Assumptions = ASSUMED) -> pd.DataFrame:
    found = fitted_figures(figures(*own), references(*better), DAY, assumptions)
    return Figures.validate(found).set_index("subject")


def half_width(squares: float, degrees: float, widened: float = 1.0) -> float:
    return float(math.sqrt(widened * squares / degrees) * stats.t.ppf(0.95, degrees))


def test_an_estimate_is_students_t_around_what_is_printed() -> None:
    # Prior: one case with the variance of a value even in the logarithm from 10 / 1.5 to 10 × 1.5: (2 log 1.5)² / 12.
    # Open ends: mean 1.5 log 2, squares 2 × (log 2 / 2)², and the pull of a prior case at log 1.5 / 2, weight 2/3.
    two = math.log(2)
    squares = (2 * math.log(1.5)) ** 2 / 12 + 2 * two**2 + two**2 / 2 + 2 / 3 * (1.5 * two - math.log(1.5) / 2) ** 2
    half = half_width(squares, 6)
    row = fitted(rows(), known()).loc["a"]
    assert row["distribution"] == "fitted"
    assert (row["drawn_low"], row["drawn_high"]) == pytest.approx((1e7 * math.exp(-half), 1e7 * math.exp(half)))
    assert row["degrees_of_freedom"] == 6


def test_an_error_of_hundreds_of_orders_of_magnitude_leaves_ends_that_are_numbers() -> None:
    found = fitted(rows(PRINTED | {"a": "~$1.2e280"}), known())
    assert found.loc["a", "drawn_high"] == pytest.approx(math.exp(700))
    drawn = draws_of(found.reset_index().to_dict("records")[0], count=1_000, seed=1, correlated=())
    assert np.isfinite(drawn).all()


def test_what_an_open_end_hides_has_a_centre_of_its_own() -> None:
    two, start = math.log(2), math.log(1.5) / 2
    squares = math.log(1.5) ** 2 / 12 + 2 * two**2 + two**2 / 2 + 2 / 3 * (1.5 * two - start) ** 2
    centre = (start + 3 * two) / 3  # two cases of log 2 and log 4, and one of the prior
    half = half_width(squares, 6, widened=4 / 3)
    row = fitted(rows(), known()).loc["d"]
    assert row["drawn_low"] == pytest.approx(1e7 * math.exp(centre - half))
    assert row["drawn_high"] == pytest.approx(1e7 * math.exp(centre + half))


def test_up_to_hides_downwards_what_plus_hides_upwards() -> None:
    up = fitted(rows(), known()).loc["d"]
    down = fitted(rows(PRINTED | {"g": "up to $10M"}), known()).loc["g"]
    assert up["drawn_low"] * down["drawn_high"] == pytest.approx(1e14)
    assert up["drawn_high"] * down["drawn_low"] == pytest.approx(1e14)


def test_rounded_figures_dates_and_stated_ranges_keep_their_spread() -> None:
    own = [*rows(), printed("runs/g/cost", "$2M–$4M"), printed("runs/h/day", "~2024-02-01", "date")]
    found = fitted(own, known())
    assert found.loc[["f", "g", "h"], "distribution"].to_list() == ["rounding", "range", "assumed"]
    assert (found.loc["g", "drawn_low"], found.loc["g", "drawn_high"]) == (2e6, 4e6)


def test_a_power_of_ten_is_left_out() -> None:
    slipped = rows(PRINTED | {"g": "~$10M"}), known(KNOWN | {"g": "$100M"})
    assert fitted(*slipped).loc["a", "drawn_high"] == fitted(rows(), known()).loc["a", "drawn_high"]
    far = rows(PRINTED | {"g": "~$10M"}), known(KNOWN | {"g": "$80M"})
    assert fitted(*far).loc["a", "drawn_high"] > fitted(rows(), known()).loc["a", "drawn_high"]


def test_what_became_known_later_is_not_a_case() -> None:
    later = [row | {"as_of": DAY.replace(year=2025)} for row in known({"g": "$80M"})]
    base = fitted(rows(PRINTED | {"g": "~$10M"}), known())
    assert fitted(rows(PRINTED | {"g": "~$10M"}), [*known(), *later]).equals(base)


def test_few_cases_leave_the_assumed_spread() -> None:
    texts = dict(list(KNOWN.items())[: LEAST_CASES - 1])
    found = fitted(rows(), known(texts))
    assert set(found.loc[["a", "d"], "distribution"]) == {"assumed"}
    assert (found.loc["d", "drawn_low"], found.loc["d", "drawn_high"]) == (1e7, 1.5e7)


def test_a_heavier_prior_draws_the_uncertainty_towards_what_is_assumed() -> None:
    heavy = fitted(rows(), known(), assumed(calibration="{ prior_cases = 100000.0 }")).loc["a"]
    assert heavy["drawn_high"] < fitted(rows(), known()).loc["a", "drawn_high"]
    # 100,000 cases of the assumed variance leave a normal distribution of that variance.
    assert math.log(heavy["drawn_high"] / 1e7) == pytest.approx(1.645 * 2 * math.log(1.5) / 12**0.5, rel=0.02)


# Kinds of quantities.


def others(subject: str, quantity: str, text: str, better: str, unit: str = "USD", basis: str = "as reported") -> Any:
    """Return a figure of another kind beside its reference."""
    name = f"runs/{subject}/{quantity}"
    return printed(name, text, unit, basis=basis), reference(name, better, unit=unit, basis=basis)


def test_five_cases_of_a_kind_are_pooled_and_no_other_counts() -> None:
    far, truth = zip(*(others(name, "debt", "~$10M", "$90M") for name in "vwxyz"), strict=True)
    found = fitted([*rows(), *far], [*known(), *truth])
    alone = fitted(rows(), known())
    assert found.loc["a", "drawn_high"] == alone.loc["a", "drawn_high"]
    assert (found.loc["a", "spread_cases"], found.loc["a", "spread_weight"]) == (5, 5)
    assert found.loc["v", "drawn_high"] > 2 * found.loc["a", "drawn_high"]


def test_too_few_of_a_kind_take_all_cases_the_near_ones_most() -> None:
    """Three estimates of cost, off by log 2, 0 and -log 2; two of debt off by log 4, and two of tokens by log 3.

    A debt differs in the quantity, tokens in quantity, unit and basis: they weigh 1/10 and 1/1000.
    """
    own = dict(list(PRINTED.items())[:3])
    more = [
        *(others(name, "debt", "~$10M", "$40M") for name in "xy"),
        *(others(name, "tokens", "~10,000,000", "30,000,000", "token", "billed") for name in "vw"),
    ]
    far, truth = zip(*more, strict=True)
    found = fitted([*rows(own), *far], [*known(dict(list(KNOWN.items())[:3])), *truth]).loc["a"]
    squares = (2 * math.log(1.5)) ** 2 / 12 + 2 * math.log(2) ** 2
    squares += 2 * math.log(4) ** 2 / 10 + 2 * math.log(3) ** 2 / 1000
    weight, degrees = 1 + 3 + 2 / 10 + 2 / 1000, 1 + 7
    half = math.sqrt(squares / weight) * stats.t.ppf(0.95, degrees)
    assert found["drawn_high"] == pytest.approx(1e7 * math.exp(half))
    assert (found["degrees_of_freedom"], found["spread_cases"]) == (degrees, 7)
    assert found["spread_weight"] == pytest.approx(weight - 1)


def test_without_a_discount_all_cases_weigh_the_same() -> None:
    own = dict(list(PRINTED.items())[:3])
    far, truth = zip(*(others(name, "debt", "~$10M", "$40M") for name in "xy"), strict=True)
    flat = assumed(estimate_spread="{ default = 1.5, FLOP = 2.3 }", calibration="{ unlike = 1.0 }")
    found = fitted([*rows(own), *far], [*known(dict(list(KNOWN.items())[:3])), *truth], flat)
    assert found.loc["a", "drawn_high"] == pytest.approx(found.loc["x", "drawn_high"])


def test_a_floor_on_funding_is_not_drawn_far_because_costs_were_off_by_ten() -> None:
    """Four costs off by a factor of ten, one sum raised that was right: $13B+ ends below $40B, not beyond $150B."""
    costs, truth = zip(*(others(name, "cost", "~$10M", "$90M") for name in "abcd"), strict=True)
    raised, exact = others("e", "raised", "$13B+", "$13B", basis="cumulative")
    pooled = assumed(estimate_spread="{ default = 1.5, FLOP = 2.3 }", calibration="{ unlike = 1.0 }")
    near = fitted([*costs, raised], [*truth, exact]).loc["e", "drawn_high"]
    assert near < 40e9
    assert fitted([*costs, raised], [*truth, exact], pooled).loc["e", "drawn_high"] > 150e9


# How well it does.


def cases() -> pd.DataFrame:
    table = calibration_cases_table(figures(*rows()), references(*known()), ARTICLE, ASSUMED)
    return CalibrationCases.validate(table).set_index("figure_id")


def test_each_subject_is_held_against_the_uncertainty_of_all_others() -> None:
    """Four others of "e" are too few, so that its spread stays as assumed; with a sixth case they are enough."""
    assert (cases().loc["runs/e/cost", "low"], cases().loc["runs/e/cost", "high"]) == (1e7, 1.5e7)
    more, better = rows(PRINTED | {"g": "~$10M"}), known(KNOWN | {"g": "$10M"})
    found = calibration_cases_table(figures(*more), references(*better), ARTICLE, ASSUMED).set_index("figure_id")
    without = fitted([row for row in more if row["subject"] != "e"] + rows({"z": "$10M+"}),
                     [row for row in better if "/e/" not in row["figure_id"]])  # fmt: skip
    assert found.loc["runs/e/cost", "high"] == pytest.approx(without.loc["z", "drawn_high"])


def test_a_hit_is_a_reference_between_the_ends() -> None:
    found = cases()
    assert found["assumed_hit"].to_dict() == {
        "runs/a/cost": False, "runs/b/cost": True, "runs/c/cost": False, "runs/d/cost": False, "runs/e/cost": False,
        "runs/f/cost": True,
    }  # fmt: skip
    # From 10 / 1.5 to 10 × 1.5, and log 2 lies log(2 / 1.5) beyond: 2 / 0.1 times that.
    expected = 2 * math.log(1.5) + 20 * math.log(2 / 1.5)
    assert found.loc["runs/a/cost", "assumed_score"] == pytest.approx(expected)
    assert math.isnan(found.loc["runs/f/cost", "score"])


@pytest.mark.parametrize("text", ["0–10%", "a minority"])
def test_a_range_that_reaches_zero_is_not_a_case(text: str) -> None:
    """Its lower end is no factor of what is printed: log 0 is not a number."""
    own, better = printed("runs/g/share", text, "percent"), reference("runs/g/share", "4%", unit="percent")
    found = calibration_cases_table(figures(*rows(), own), references(*known(), better), ARTICLE, ASSUMED)
    assert "runs/g/share" not in set(found["figure_id"])
    assert "fitted" not in set(fitted([*rows(), own], [*known(), better]).loc[["g"], "distribution"])


def test_hits_are_counted_by_how_figures_may_be_off() -> None:
    table = Calibration.validate(calibration_table(cases().reset_index()))
    counted = table.set_index("form")[["cases", "assumed_hits", "mistakes"]]
    assert counted.T.to_dict("list") == {
        "estimate": [3, 1, 0], "open-ended": [2, 0, 0], "estimate or open-ended": [5, 1, 0], "rounded": [1, 1, 0],
    }  # fmt: skip


@pytest.mark.parametrize(("value", "score"), [(2.0, 2.0), (1.0, 2.0), (3.5, 2.0 + 0.5 * 20), (0.9, 2.0 + 0.1 * 20)])
def test_the_interval_score_is_the_width_and_twenty_times_what_lies_outside(value: float, score: float) -> None:
    assert interval_score(1.0, 3.0, value) == pytest.approx(score)


@pytest.mark.parametrize(("hits", "count"), [(0, 5), (5, 5), (11, 13), (1, 2)])
def test_beyond_the_exact_interval_as_many_hits_have_a_chance_of_five_percent(hits: int, count: int) -> None:
    low, high = exact_interval(hits, count)
    if hits:
        assert stats.binom.sf(hits - 1, count, low) == pytest.approx(0.05)
    if hits < count:
        assert stats.binom.cdf(hits, count, high) == pytest.approx(0.05)
    assert (low, high) == ((0.0, high) if not hits else (low, 1.0) if hits == count else (low, high))
