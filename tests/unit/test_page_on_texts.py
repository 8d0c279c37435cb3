"""What the page on texts says is read and what is not: each sentence of it with a text that shows it."""

from __future__ import annotations

import pytest

from tidebook.pipelines.judge.readings.review import review_with_readings
from tidebook.pipelines.judge.text.review import Review
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import read_document

TABLE = """# Ferries

| Passengers | 2022 | 2023 |
|---|---|---|
| Holm | 12,500 | 13,750 |
| Lund | 8,200 | 7,380 |
| Mora | 6,400 | 9,600 |

"""


def review_of(text: str) -> Review:
    """Return the review of a text in Markdown."""
    return review_with_readings(read_document(RawFile("text.md", text.encode()), "markdown"), []).review


@pytest.mark.parametrize(
    ("right", "printed"),
    [
        ("Sales rose from 412 to 515, up 25%.", "25%"),
        ("Sales rose from 412 to 515 in a year, up 25%.", "25%"),
        ("Of the boats, 30 of 120 (25%) are old.", "25%"),
        ("There are 120 boats, of which 30 (25%) are old.", "25%"),
        ("There are 30 old boats, 25% of the 120.", "25%"),
        ("There are 120 ferries and 31 tugs, together 151.", "151"),
        ("There are 151 boats: 100 ferries, 31 tugs and 20 barges.", "151"),
        ("Holm has 240 boats, twice the 120 of Lund.", "240"),
        ("Holm has 150 boats, 30 more than the 120 of last year.", "30"),
        ("The share rose from 20% to 25%, up 5 percentage points.", "5"),
        ("There are 120 boats. Of these, 30 (25%) are old.", "25%"),
        ("Sales rose from 412 to 515. That is an increase of 25%.", "25%"),
        ("The share was 20%. It rose to 25%, an increase of 5 points.", "5"),
        ("There are 100 ferries, 31 tugs and 20 barges. In total, there are 151 boats.", "151"),
        ("There are 90 boats. That is 25% fewer than the 120 of last year.", "25%"),
    ],
)
def test_numbers_of_a_sentence_are_held_against_each_other(right: str, printed: str) -> None:
    before, _, behind = right.rpartition(printed)
    wrong = printed.replace("5", "7") if "5" in printed else printed.replace("4", "9").replace("3", "8")
    assert review_of(f"{right}\n").findings == []
    assert review_of(f"{before}{wrong}{behind}\n").findings != []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Holm had 13,750 passengers in 2023.", "Holm had 13,570 passengers in 2023."),
        ("Holm rose by 1,250 passengers in 2023.", "Holm rose by 1,520 passengers in 2023."),
        ("Holm rose by 10% in 2023.", "Holm rose by 15% in 2023."),
        (
            "Holm rose from 12,500 passengers in 2022 to 13,750 in 2023.",
            "Holm rose from 12,500 passengers in 2022 to 13,570 in 2023.",
        ),
        (
            "Holm and Lund together had 21,130 passengers in 2023.",
            "Holm and Lund together had 21,310 passengers in 2023.",
        ),
        ("Holm had 4,150 more passengers than Mora in 2023.", "Holm had 4,510 more passengers than Mora in 2023."),
        ("Holm carried 45% of the passengers in 2023.", "Holm carried 54% of the passengers in 2023."),
        (
            "Holm had twice as many passengers as Mora in 2022.",
            "Holm had three times as many passengers as Mora in 2022.",
        ),
        ("Holm averaged 13,125 passengers in 2022 and 2023.", "Holm averaged 13,152 passengers in 2022 and 2023."),
        ("Lund declined in 2023.", "Lund rose in 2023."),
        ("Holm had the most passengers in 2023.", "Mora had the most passengers in 2023."),
        (
            "Mora had the second largest number of passengers in 2023.",
            "Lund had the second largest number of passengers in 2023.",
        ),
    ],
)
def test_a_plain_sentence_is_held_against_the_table_that_it_is_about(right: str, wrong: str) -> None:
    assert review_of(f"{TABLE}{right}\n").findings == []
    assert review_of(f"{TABLE}{wrong}\n").findings != []


@pytest.mark.parametrize(
    "sentence",
    [
        "Without the island, excluding charters, Holm had 11,111 passengers in 2023.",
        "Holm is expected to have 11,111 passengers in 2023.",
        "Holm would have 11,111 passengers in 2023.",
        "Holm had 11,111 passengers in constant currency in 2023.",
        "Holm had 11,111 seasick passengers in 2023.",
        "Of which Holm had 11,111 passengers in 2023.",
    ],
)
def test_words_of_another_scope_and_words_that_nothing_explains_mean_silence(sentence: str) -> None:
    review = review_of(f"{TABLE}{sentence}\n")
    assert review.findings == []
    assert "checked" not in [each.state for each in review.coverage.numerals]


def test_rounding_is_no_contradiction() -> None:
    assert review_of(f"{TABLE}Holm had 13,800 passengers in 2023.\n").findings == []
    assert review_of("Sales rose from 41 to 47, up 15%.\n").findings == []  # 14.6%


def test_a_rate_of_each_year_is_not_the_change_between_the_numbers_beside_it() -> None:
    assert review_of("Sales rose from 412 to 515 over two years, up 12% in every year.\n").findings == []


def test_a_copy_of_a_cell_is_seen_where_its_sentence_names_the_row_and_counts_for_nothing() -> None:
    review = review_of(f"{TABLE}Crowded Holm carried seasick 13,750 in 2023.\n")
    assert [each.state for each in review.coverage.numerals if each.text == "13,750"] == ["seen"]
    elsewhere = review_of(f"{TABLE}Crowded Visby carried seasick 13,750 in 2023.\n")
    assert [each.state for each in elsewhere.coverage.numerals if each.text == "13,750"] == ["unknown"]


def test_an_unknown_number_says_why_it_could_not_be_read() -> None:
    (why,) = [
        each.why
        for each in review_of(f"{TABLE}Holm had 11,111 seasick passengers in 2023.\n").coverage.numerals
        if each.text.startswith("11,111")
    ]
    assert why == "nothing explains seasick"
