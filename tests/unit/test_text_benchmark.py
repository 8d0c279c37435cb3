"""The benchmarks of reading texts: what counts as told, linked or read, on sentences invented for it."""

from __future__ import annotations

from benchmarks.newsquant import matched_as_published, matched_once, tagged
from benchmarks.text import labels, slips
from benchmarks.text.documents import HALVES, rendered
from benchmarks.text.measure import SHOWN, Told, reviewed
from tests.unit.test_text_slips import BREWERY


def test_a_typo_is_reported_by_a_finding_that_names_it_and_by_no_other() -> None:
    clean = reviewed(rendered(BREWERY).text).findings
    assert not [each for each in clean if each.tier in SHOWN]
    stale = next(slip for slip in slips.planted([BREWERY]) if slip.kind == "stale change")
    assert Told(stale, clean).by(SHOWN)
    # The same findings say nothing of another place: here the first letter of the table.
    assert not Told(stale._replace(start=2, end=3, kind="digit change"), clean).by(SHOWN)
    # What was found before the slip was planted does not tell it.
    assert not Told(stale, Told(stale, clean).findings).by(SHOWN)


def test_labels_name_places_and_values_and_nothing_of_the_texts() -> None:
    found = labels.labels()
    assert len(found) > 200
    assert len({(label.uid, label.where, label.start) for label in found}) == len(found)
    for label in found:
        assert (label.value is None) == (label.unit == labels.ASIDE)
        assert label.unit.replace(" ", "").isalpha()
        assert all(cell.column > 0 for cell in label.cells)


def test_both_halves_have_labels() -> None:
    assert {BREWERY._replace(uid=label.uid).half for label in labels.labels()} == set(HALVES)


def test_changes_are_ranges_and_years_are_none_by_the_conventions_of_newsquant() -> None:
    def values(text: str) -> list[object]:
        return [value for _, value in tagged(text)]

    assert values("It fell from $36 to $34 in 2019.") == [(36.0, 34.0)]
    assert values("It rose by $4 to $9.") == [4.0, 9.0]
    assert values("One man, 16 hours and 10.45pm.") == [16.0, 1.0]


def test_a_value_is_matched_once_and_as_published_by_pairs() -> None:
    # One annotation and two equal values: two pairs, but one annotation.
    assert matched_as_published([5.0], [5.0, 5.0]) == 1
    # Two annotations that differ and two equal values: `calculate_metrics` counts two pairs.
    assert matched_as_published([5.0, 6.0], [5.0, 5.0]) == 2
    assert matched_once([5.0, 6.0], [5.0, 5.0]) == 1
