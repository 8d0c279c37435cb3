"""Values of one version end together: price, score and window of one model, by hand."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest

from tests.unit.evidence_rows import reference
from tidebook.pipelines.read.references import with_ends_of_versions

PRICE, SCORE, WINDOW = "models/maker/price", "models/maker/score", "models/maker/window"


UNITS = {PRICE: "USD", WINDOW: "token"}


def of(version: str, figure_id: str, text: str, as_of: str) -> dict[str, Any]:
    return {**reference(figure_id, text, UNITS.get(figure_id, "point"), as_of=as_of), "version": version}


def ends(*rows: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Return by figure and text the day on which each value ended, "" if none is known."""
    found = {}
    for row in with_ends_of_versions(rows):
        found[row["figure_id"], row["text"]] = str(row["until"] or "")
    return found


MODEL = (
    of("M1", PRICE, "$5.00", "2024-05-13/2025-04-14"),
    of("M1", SCORE, "87.2", "2024-05-13/2024-08-06"),  # a new snapshot of the same version
    of("M1", SCORE, "88.7", "2024-08-06/2025-02-27"),
    of("M1", WINDOW, "128", "2024-05-13"),
    of("", WINDOW, "64", "2024-01-01"),
)


def test_values_of_one_version_end_on_the_first_day_on_which_one_of_them_does() -> None:
    expected = {
        (PRICE, "$5.00"): "2025-02-27",
        (SCORE, "87.2"): "2024-08-06",  # what the version superseded itself is no end of it
        (SCORE, "88.7"): "2025-02-27",
        (WINDOW, "128"): "2025-02-27",  # no source says until when
        (WINDOW, "64"): "",  # of no version
    }
    for rows in itertools.permutations(MODEL, len(MODEL)):
        assert ends(*rows) == expected


def test_a_value_of_the_next_version_ends_the_one_before() -> None:
    rows = (*MODEL, of("M2", WINDOW, "256", "2024-12-01"))
    found = ends(*rows)
    assert {found[PRICE, "$5.00"], found[SCORE, "88.7"], found[WINDOW, "128"]} == {"2024-12-01"}
    assert found[WINDOW, "256"] == ""


def test_a_value_after_the_end_of_its_version_stays_as_declared() -> None:
    found = ends(*MODEL, of("M1", "models/maker/size", "7", "2025-03-01"))
    assert found["models/maker/size", "7"] == ""


@pytest.mark.parametrize("version", ["", "M3"])
def test_a_version_without_a_known_end_has_none(version: str) -> None:
    assert ends(of(version, PRICE, "$5.00", "2024-05-13"), of(version, SCORE, "80", "2024-05-13")) == {
        (PRICE, "$5.00"): "",
        (SCORE, "80"): "",
    }


def test_rows_are_not_changed_in_place() -> None:
    list(with_ends_of_versions(MODEL))
    assert MODEL[0]["until"] == dt.date(2025, 4, 14)
