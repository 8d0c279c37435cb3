"""Quantities that a text states twice: which are of one quantity by what surrounds them, and which differ."""

from __future__ import annotations

import pytest

from benchmarks.text.measure import read_text
from tidebook.pipelines.judge.readings.review import review_with_readings

FERRIES = """# The Lund Line in figures

**In short:** The Lund Line carried 2,310,000 passengers last year and took 84.6 million euros. Its fourteen ships
made 38,200 trips. The new terminal cost 27 million euros.

Most of the 2,310,000 passengers crossed the sound in summer. They brought their cars: 412,000 were counted. The
38,200 trips took 41 minutes on average.

## Money

Of the 84.6 million euros, tickets made up 61 percent. Wages are the largest expense, with 33.8 million euros. The
terminal, which cost 27 million, was paid by the town.

## Ships

Fourteen ships belong to the line. The oldest is 52 years old. In the survey 61 percent of those on board praised the
crews. The 412,000 cars will find more room on the next ship.
"""


def found(text: str) -> list[tuple[str, str]]:
    """Return what is printed and what would agree, of each finding on two numbers of a text."""
    findings = review_with_readings(read_text(text), []).review.findings
    return [(each.printed, each.expected) for each in findings if each.kind == "repeat"]


def test_a_text_that_agrees_with_itself_has_no_finding() -> None:
    assert found(FERRIES) == []


@pytest.mark.parametrize(
    ("right", "wrong", "finding"),
    [
        ("carried 2,310,000", "carried 2,130,000", ("2,310,000", "2,130,000")),
        ("took 84.6", "took 86.4", ("84.6 million euros", "86.4 million euros")),
        ("made 38,200", "made 32,800", ("38,200", "32,800")),
        ("cars: 412,000", "cars: 421,000", ("412,000", "421,000")),
    ],
)
def test_a_summary_or_body_that_differs_is_found_with_both_places(
    right: str, wrong: str, finding: tuple[str, str]
) -> None:
    changed = FERRIES.replace(right, wrong)
    assert changed != FERRIES
    assert found(changed) == [finding]


def test_a_text_that_says_nothing_twice_has_no_finding() -> None:
    assert found("# A\n\nThe club has 1,140 members.\n\nIn all, the club has 1,104 members.\n") == []


@pytest.mark.parametrize(
    "other",
    [
        "In 2019 the line carried 2,130,000 passengers, and in 2020 it carried 1,800,000.",
        "The plan had been for 2,130,000 passengers.",
        "Revenue was about 86 million euros.",
        "It carried 1,704,000 tonnes.",
    ],
)
def test_another_year_a_plan_or_another_measure_is_another_quantity(other: str) -> None:
    assert found(FERRIES.replace("## Ships", f"{other}\n\n## Ships")) == []


def test_parts_of_a_text_on_different_things_differ_in_several_numbers() -> None:
    towns = [("Holm", 4_120, 317), ("Aster", 4_210, 371)]
    parts = "".join(
        f"## {name}\n\nThe fund has {members:,} members.\n\nThe board has {seats} seats.\n\n"
        for name, members, seats in towns
    )
    assert found(FERRIES + "\n" + parts) == []


def test_a_finding_is_at_most_likely() -> None:
    findings = review_with_readings(read_text(FERRIES.replace("took 84.6", "took 86.4")), []).review.findings
    assert [(each.kind, each.tier, each.evidence[0].words) for each in findings] == [
        ("repeat", "likely", "86.4 million euros")
    ]
