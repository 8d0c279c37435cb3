"""How soon values change: spells by hand, known hazards that are found again, and kinds that borrow from each other."""

from __future__ import annotations

import datetime as dt
from math import exp, inf, nan

import numpy as np
import pandas as pd
import pytest

from tests.unit.evidence_rows import reference, references
from tests.validated import validated
from tidebook.pipelines.evaluate.hazards import (
    MONTH,
    KnownHazards,
    Seen,
    Spell,
    all_spells,
    hazards_table,
    kind_of,
    spells_of,
)
from tidebook.schemas.analysis import Hazards
from tidebook.schemas.base import table_of
from tidebook.schemas.evidence import EvidenceRows, Observations
from tidebook.schemas.vocabulary import LATER, REVISION


def day(number: int) -> dt.date:
    return dt.date(2024, 1, 1) + dt.timedelta(days=number)


def seen(number: int, value: float, **more: dt.date) -> Seen:
    return Seen(day(number), value, value, value, **more)


def days(spells: list[Spell]) -> list[tuple[float, float]]:
    return [(round(each.low * MONTH, 6), round(each.high * MONTH, 6)) for each in spells]


def test_a_spell_lasts_until_a_day_between_the_last_with_the_value_and_the_first_with_another() -> None:
    """10 and 10.05 differ by half a percent, which is no change; 12 is 20% more, and is followed for 40 days."""
    found = spells_of([seen(0, 10), seen(30, 10.05), seen(50, 12)], day(90), 0.01)
    assert days(found) == [(30, 50), (40, inf)]
    assert found[0].change == pytest.approx(0.2)


def test_a_value_that_began_or_ended_on_a_known_day_gives_the_day_of_the_change() -> None:
    assert days(spells_of([seen(0, 10), seen(50, 12, since=day(45))], day(50), 0.01)) == [(44, 50)]
    assert days(spells_of([seen(0, 10, until=day(20)), seen(50, 12)], day(50), 0.01)) == [(19, 20)]
    assert days(spells_of([seen(0, 10, until=day(20))], day(50), 0.01)) == [(19, 20)]
    assert days(spells_of([seen(0, 10, until=day(60))], day(50), 0.01)) == [(50, inf)]


def test_prints_that_have_a_number_in_common_are_no_change() -> None:
    about = Seen(day(9), 3.2e9, 3.15e9, 3.25e9)
    assert days(spells_of([Seen(day(0), 3e9, 2.5e9, 3.5e9), about], day(9), 0.01)) == [(9, inf)]


def test_the_kind_of_a_quantity_follows_from_its_unit() -> None:
    kinds = {
        "USD/person": "price", "USD": "total", "USD/year": "total", "GWh": "total", "percent": "rate",
        "birth/1000 person": "rate", "1/year": "rate", "number": "score", "index": "index", "person": "count",
        "case/year": "count", "date": "", "calendar year": "",
    }  # fmt: skip
    assert {unit: kind_of(unit) for unit in kinds} == kinds


def test_evidence_of_one_publisher_gives_spells_and_a_period_of_several_vintages_gives_revisions() -> None:
    """Two publishers disagree, which is no change. A year is the latest until the next one ends, unless one lacks."""
    cost = "runs/a/cost"
    known = references(
        reference(cost, "$5.00", as_of="2024-01-01", basis="list price"),
        reference(cost, "$4.00", as_of="2024-03-01", basis="list price"),
        reference(cost, "$9.00", as_of="2024-02-01", basis="list price", source="b"),
    )
    rows = [
        {"series": "pop", "keys": "prt", "period": period, "value": value, "vintage": vintage}
        for period, value, vintage in [
            ("2019", 100.0, day(0)), ("2019", 110.0, day(100)), ("2020", 120.0, day(100)), ("2022", 130.0, day(100)),
        ]
    ]  # fmt: skip
    text = dict.fromkeys(("basis", "flag", "source_id", "title", "note", "locator"), "x")
    each = [
        {**text, "evidence_row_id": str(at), "value_name": "n", "unit": "person", **row} for at, row in enumerate(rows)
    ]
    none = table_of(Observations, [])
    spells = all_spells(known, none, table_of(EvidenceRows, each), {}, 0.01, ())
    found = {cell: [days(list(some)) for some in by_key.values()] for cell, by_key in spells.items()}
    assert found["total", LATER] == [[(59, 60)]]
    assert found["count", REVISION] == [[(0, 100)]]
    assert found["count", LATER] == [[(365, 366), (0, 730)]]


SCALES, SHAPE = {"price": 8.0, "total": 15.0, "rate": 30.0, "count": 60.0}, 1.3
UNITS = {"price": "USD/person", "total": "USD", "rate": "percent", "count": "person"}


def table(spells: dict[str, list[Spell]]) -> pd.DataFrame:
    return validated(Hazards, hazards_table({(kind, LATER): {(("x",), 0): some} for kind, some in spells.items()}))


def drawn(draws: np.random.Generator, scale: float, n: int) -> list[Spell]:
    """Draw spells that end by a known hazard and are looked at every five months, for one to four years."""
    found = []
    for kept, followed in zip(scale * draws.weibull(SHAPE, n), draws.uniform(12, 48, n), strict=True):
        looks = [*np.arange(0, followed, 5.0), followed]
        after = [look for look in looks if look > kept]
        found.append(Spell(max(look for look in looks if look <= kept), after[0] if after else inf, 0.1))
    return found


def test_known_hazards_are_found_within_nine_tenths_intervals() -> None:
    """Of 120 intervals of nine tenths 108 should hold the truth; the three of one kind stand and fall together."""
    inside = 0
    for seed in range(10):
        draws = np.random.default_rng(seed)
        rows = table({kind: drawn(draws, scale, 60) for kind, scale in SCALES.items()}).query("kind != 'any'")
        for row in rows.itertuples():
            true = 1 - exp(-((row.months / SCALES[row.kind]) ** SHAPE))
            inside += row.changed_low <= true <= row.changed_high
    assert 100 <= inside <= 119


def test_a_kind_with_one_spell_borrows_from_the_others_and_one_with_many_does_not() -> None:
    draws = np.random.default_rng(3)
    quick, one = {kind: drawn(draws, 6.0, 80) for kind in ("price", "rate", "count")}, [Spell(14.0, inf)]
    alone = table({"total": one}).set_index(["kind", "months"]).changed
    beside = table({**quick, "total": one}).set_index(["kind", "months"])
    assert alone["total", 12] < 0.45 < beside.changed["total", 12] < beside.changed["price", 12]
    width = beside.changed_high - beside.changed_low
    assert width["total", 12] > 2 * width["price", 12]
    many = table({**quick, "total": one * 80}).set_index(["kind", "months"]).changed
    assert many["total", 12] < 0.05


def test_nothing_is_said_of_times_for_which_no_value_was_followed() -> None:
    rows = table({"price": [Spell(5.0, inf)] * 9 + [Spell(4.0, 5.0, 0.5)]})
    assert rows.third_months.isna().all() and KnownHazards(rows).words("USD/person") == ""
    assert (rows.n == 10).all() and (rows.ended == 1).all() and (rows.typical_change == 0.5).all()


def test_the_words_name_the_kind_or_any_and_nothing_of_a_date() -> None:
    row = {"change": LATER, "months": 6, "n": 7, "third_months": 1.2}
    known = KnownHazards(pd.DataFrame([row | {"kind": "price"}, row | {"kind": "any", "third_months": 4.6, "n": 9}]))
    assert known.words("USD/person") == "after a month 1 in 3 of such prices had changed (7 seen)"
    assert known.words("person") == "after 5 months 1 in 3 of such values had changed (9 seen)"
    assert (known.words("date"), known.words("person", REVISION)) == ("", "")
    assert KnownHazards(pd.DataFrame([row | {"kind": "price", "third_months": nan}])).words("USD/person") == ""
