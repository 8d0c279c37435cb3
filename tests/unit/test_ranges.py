"""What a result may be where rows are missing: ends by hand, and for any values that the missing cells could have."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidebook.pipelines.evaluate.base import MetricColumns
from tidebook.pipelines.evaluate.expressions import Linker, parse
from tidebook.pipelines.evaluate.frame import Scenarios
from tidebook.pipelines.evaluate.interpret import evaluate

INF, NAN = math.inf, math.nan

TOWNS = {
    "towns/ash/people": 900.0,
    "towns/ash/crimes": 45.0,
    "towns/ash/profit": -3.0,
    "towns/elm/people": NAN,
    "towns/elm/crimes": 30.0,
    "towns/elm/profit": 2.0,
    "towns/fir/people": 700.0,
    "towns/fir/crimes": 14.0,
    "towns/fir/profit": NAN,
    "towns/oak/people": 400.0,
    "towns/oak/crimes": 40.0,
    "towns/oak/profit": NAN,
}
MISSING = {"towns/elm/people": (0.0, INF), "towns/fir/profit": (-INF, INF), "towns/oak/profit": (-INF, INF)}


def evaluated(text: str, values: dict[str, float], missing: dict[str, tuple[float, float]]) -> MetricColumns:
    root = Linker({}).link(parse(text, ("metrics", "m", "is")))
    return evaluate("m", root, Scenarios(np.array([list(values.values())]), list(values), missing=missing), {})


def ends(text: str) -> tuple[float, float, float]:
    """Return the value of an expression on the towns, and its ends; the value again where it has none."""
    found = evaluated(text, TOWNS, MISSING)
    value = float(found.value[0, 0])
    if found.least is None or found.most is None:
        return value, value, value
    return value, float(found.least[0, 0]), float(found.most[0, 0])


OPEN = [
    # The largest of a column that lacks one may be larger; a known one bounds it from below.
    ("max(towns.people)", (900, 900, INF)),
    ("min(towns.people)", (400, 0, 400)),
    ("towns[ash].people / max(towns[not ash].people)", (900 / 700, 0, 900 / 700)),
    # 45 of 900 is 0.05, 40 of 400 is 0.1: no town without people can lower the highest rate.
    ("(towns[ash].crimes / towns[ash].people) / max(towns.crimes / towns.people)", (0.5, 0, 0.5)),
    ("sum(towns.people)", (2000, 2000, INF)),
    # Two of four are known to lose or to gain; the other two could do either.
    ("count(towns.profit < 0)", (1, 1, 3)),
    ("mean(towns.profit < 0)", (0.5, 0.25, 0.75)),
    ("count(towns.profit < 0) / count(towns)", (0.25, 0.25, 0.75)),
    ("sum(towns.profit < 0)", (1, 1, 3)),
    # What chooses the rows may be missing too: elm has more than 500 people, or not.
    ("count(towns[people > 500])", (2, 2, 3)),
    ("sum(towns[people > 500].crimes)", (59, 59, 89)),
    ("max(towns[people > 500].crimes)", (45, 45, 45)),
    ("min(towns[people > 800].crimes)", (45, 30, 45)),
    ("mean(towns[people > 800].crimes > 40)", (1, 0.5, 1)),
    ("count(where(towns.crimes > 20, towns.people > 800))", (1, 1, 2)),
    ("log10(max(towns.people) / 9)", (2, 2, INF)),
    ("abs(max(towns.people) - 1000)", (100, 0, INF)),
    ("max(towns.people) ** 2", (810_000, 810_000, INF)),
    ("1 / (max(towns.people) - 900)", (NAN, NAN, NAN)),
    ("1 - count(towns.profit < 0)", (0, -2, 0)),
    ("max(towns.people) > 1000", (0, 0, 1)),
    ("not max(towns.people) > 800", (0, 0, 0)),
    ("max(count(towns.profit < 0), 2)", (2, 2, 3)),
    ("largest(2, towns.people)", (700, 700, 900)),
    ("smallest(2, towns.people)", (700, 400, 700)),
    ("largest(4, towns.people)", (NAN, NAN, NAN)),
    # Of three known towns, fir is second; elm may be larger.
    ('row(rank(towns.people), "fir")', (2, 2, 3)),
    ('row(rank(towns.people), "ash")', (1, 1, 2)),
    ("rank(towns[ash].people, towns[fir].people, max(towns.people))", (1, 1, 2)),
]
CLOSED = [
    # Nothing that decides is missing: one end, the value.
    ("max(towns.crimes)", 45),
    ("count(towns.crimes > 20)", 3),
    ("count(towns)", 4),
    ("count(towns.people)", 3),
    # Other means and statistics leave a missing row out.
    ("mean(towns.people)", 2000 / 3),
    ("median(towns.people)", 700),
    # A sum to which a missing row may add or take away may be anything.
    ("sum(towns.profit)", NAN),
    ("sum(known(towns.profit))", -1),
    ("first(towns.people)", 900),
    # Who means the rows that are known says so.
    ("max(known(towns.people))", 900),
    ("mean(known(towns.profit) < 0)", 0.5),
    ("count(known(towns.crimes / towns.people) > 0.04)", 2),
    # Between single numbers a missing one wins.
    ("max(towns[elm].people, 3)", NAN),
    # Over nothing known, nothing is known: neither a count.
    ("count(towns[not ash][not elm].profit < 0)", NAN),
    ("max(towns[not ash][not elm].profit)", NAN),
    ("count(towns[fir].profit > towns.crimes)", NAN),
    ("count(towns[crimes > 100].people > 5)", 0),
]


def test_what_missing_rows_leave_open(subtests: pytest.Subtests) -> None:
    for text, expected in OPEN:
        with subtests.test(text):
            assert ends(text) == pytest.approx(expected, nan_ok=True)
    for text, value in CLOSED:
        with subtests.test(text):
            assert ends(text) == pytest.approx((value, value, value), nan_ok=True)


def test_a_row_that_is_left_out_of_a_scenario_is_not_missing() -> None:
    """Leaving out a subject asks what the others say: nothing is open then."""
    found = evaluated("max(towns.people)", TOWNS, {})
    assert found.least is None


EXPRESSIONS = [
    "max(towns.people)",
    "min(towns.people) + 2 * max(towns.profit)",
    "sum(towns.people) / count(towns)",
    "max(towns.crimes / towns.people)",
    "count(towns.profit < towns.crimes) - count(towns.people >= 500)",
    "mean(towns.people > 500)",
    "count(towns[people > 500])",
    "max(towns[people > 500].crimes) - min(towns[profit < 0].crimes)",
    "sum(towns[profit < 0].people)",
    "sum(where(towns.crimes, towns.people > 500 and towns.profit < 1))",
    "abs(min(towns.profit)) * max(towns.people)",
    "max(min(towns.profit), 1 - count(not towns.profit < 0))",
    "(count(towns.people != 400) == 4) + (max(towns.people) <= 900) + 2 ** count(towns.profit > 0)",
    "log(max(towns.people)) - log10(1 + sum(towns.people))",
    "largest(2, towns.people) - smallest(3, towns.profit)",
    'row(rank(towns.people), "fir") + rank(towns[ash].people, max(towns.people), 800)',
    "largest(2, max(towns.people), sum(towns.people), 5)",
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(EXPRESSIONS), st.lists(st.sampled_from(sorted(MISSING)), unique=True), st.data())
def test_whatever_the_missing_cells_hold_the_result_lies_between_the_ends(
    text: str, lacking: list[str], data: st.DataObject
) -> None:
    whole = {}
    for name, value in TOWNS.items():
        low = 0 if name.endswith("people") else -1000
        whole[name] = data.draw(st.integers(low, 1000).map(float)) if math.isnan(value) else value
    known = {name: NAN if name in lacking else value for name, value in whole.items()}
    found = evaluated(text, known, {name: MISSING[name] for name in lacking})
    truth = float(evaluated(text, whole, {}).value[0, 0])
    if found.least is None or found.most is None or math.isnan(truth) or math.isnan(found.value[0, 0]):
        return
    least, most = float(found.least[0, 0]), float(found.most[0, 0])
    assert least <= found.value[0, 0] <= most
    if "sum(towns[profit" not in text:  # a sum over rows that may be negative is not open below
        assert least - 1e-9 <= truth <= most + 1e-9
