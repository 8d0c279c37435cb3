"""Articles as authors write them: each of their usual slips is found alone, and as they stand they are silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.test_text_findings import found, read
from tidebook.pipelines.commands.checking import checked_text

POLICE = """\
# Fewer burglaries, more stolen bikes

Police in Marlow County recorded 4,870 thefts last year, according to figures released on Monday. That is 6% fewer
than the 5,180 thefts of 2022. Burglaries of homes fell most, from 1,240 to 980, while bicycle thefts rose by 15%.

| Offence | 2022 | 2023 | Change |
|---|---|---|---|
| Burglary | 1,240 | 980 | -260 |
| Bicycle theft | 820 | 943 | +123 |
| Car theft | 610 | 587 | -23 |
| Shoplifting | 2,510 | 2,360 | -150 |
| All thefts | 5,180 | 4,870 | -310 |

Shoplifting was the largest category with 2,360 cases, almost half of all thefts. Car thefts edged down to 587.

Officers solved 1,169 of the 4,870 cases, or 24%. "We have three more detectives than a year ago," said Chief
Superintendent Ann Hale, whose force spent $41 million on staff, $14 million on vehicles and $9 million on
buildings. In total, $64 million was spent.
"""

POWER = """\
# How the country made its electricity

Power stations generated 312 TWh in 2023, 2% less than the 318 TWh of the year before. Wind produced 96 TWh, more than
any other source, and overtook gas for the first time.

| Source (TWh) | 2021 | 2022 | 2023 |
|---|---|---|---|
| Wind | 74 | 86 | 96 |
| Gas | 108 | 101 | 88 |
| Nuclear | 62 | 60 | 58 |
| Solar | 24 | 31 | 38 |
| Coal | 47 | 40 | 32 |
| Total | 315 | 318 | 312 |

Solar output rose from 31 TWh in 2022 to 38 TWh in 2023, an increase of 23%. Coal fell by 20% to 32 TWh. Gas fell for
the second year in a row, from 101 TWh to 88 TWh. Wind and solar together produced 134 TWh, or 43% of the total.

Since 2021 the share of coal has fallen from 15% to 10%. The country has 29 GW of wind turbines and 36 GW of solar
panels.
"""

EXAMS = """\
# Exam results: girls ahead in most subjects

This summer 5,400 pupils in the county took their final exams, and 4,320 of them (80%) passed. In 2022 the pass rate
was 77%, so that it rose by three points.

| Subject | Entries | Passed | Pass rate |
|---|---|---|---|
| English | 2,150 | 1,806 | 84% |
| Mathematics | 1,980 | 1,485 | 75% |
| Biology | 720 | 612 | 85% |
| History | 550 | 417 | 76% |
| All subjects | 5,400 | 4,320 | 80% |

English had the most entries, 2,150, followed by mathematics with 1,980. The pass rate was highest in biology, at 85%,
and lowest in mathematics, at 75%. In history, 417 of 550 pupils passed.

Girls made up 2,916 of the 5,400 pupils, or 54%. Of the 18 schools in the county, 12 improved on their results of last
year. Spending per pupil was £6,300, 5% more than the £6,000 of 2022.
"""

SLIPS = [
    (POLICE, "recorded 4,870 thefts", "recorded 4,780 thefts"),
    (POLICE, "That is 6% fewer", "That is 16% fewer"),
    (POLICE, "| 943 | +123 |", "| 943 | +132 |"),
    (POLICE, "In total, $64 million", "In total, $62 million"),
    (POWER, "generated 312 TWh", "generated 321 TWh"),
    (POWER, "| Solar | 24 | 31 | 38 |", "| Solar | 24 | 31 | 83 |"),
    (POWER, "an increase of 23%", "an increase of 32%"),
    (POWER, "Coal fell by 20%", "Coal rose by 20%"),
    (POWER, "together produced 134 TWh", "together produced 143 TWh"),
    (EXAMS, "4,320 of them (80%)", "4,320 of them (88%)"),
    (EXAMS, "| History | 550 | 417 | 76% |", "| History | 550 | 471 | 76% |"),
    (EXAMS, "or 54%. Of", "or 45%. Of"),
    (EXAMS, "5% more than the £6,000", "15% more than the £6,000"),
]


@pytest.mark.parametrize("article", [POLICE, POWER, EXAMS])
def test_an_article_whose_numbers_agree_is_not_accused(article: str) -> None:
    assert not found(article)


@pytest.mark.parametrize(("article", "right", "wrong"), SLIPS)
def test_each_typo_of_an_article_is_found(article: str, right: str, wrong: str) -> None:
    assert article.count(right) == 1
    assert found(article.replace(right, wrong))


PARTIES = """\
| Party | Votes | Seats 2024 | Won | Lost |
|---|---|---|---|---|
| Liberals | 297,100 | 19 | 23 | 10 |
| Greens | 378,000 | 24 | 25 | 5 |
| Reform | 124,000 | 8 | 19 | 12 |
| Valid votes | 799,100 | 51 | 67 | 27 |

"""


@pytest.mark.parametrize(
    "sentence",
    [
        # A total of a longer time, of a wider place, or of what overlaps.
        "The ministry reported 14 deaths on Monday and 16 on Tuesday, for a total of 412 since March.",
        "The company has 45 shops in London and 32 in Leeds, in all 210 in Britain.",
        "Fever was seen in 50 patients and cough in 80, in all 100 had at least one of them.",
        "The funds hold $4.1 billion and $2.2 billion; without what they own of each other, together $6.0 billion.",
        "The centre has 480 beds: 120 in surgery, 90 in paediatrics and 60 in intensive care are occupied.",
        # A number that names a week or group.
        "There were 96 deaths, 11 fewer than in week 5 (107).",
        "Group 1 had 24 patients and group 2 had 26, in all 50.",
        # A gap in another unit, and a rate that is no share.
        "A litre costs $3.20, 40 cents more than the $2.80 of a year ago.",
        "The council set a budget of €1.46 billion, €58 million or 4.1% more than the €1.40 billion of this year.",
        "Of its 500 employees, 100, or 25% more than a year ago, work part-time.",
        "Of 500 employees, 100 left, 12% of them within a year.",
        # A multiple of what another sentence or the past has.
        "Last year the force had 42 cars. Now it has 12 vans and 84 cars, twice as many.",
        "She sold 30 books in May, 45 in June and 60 in July, twice as many.",
        "The city has 31,000 pupils and 2,400 teachers, twice as many teachers as in 1990.",
        "The region has 40 hospitals and 120 clinics, half as many again as ten years ago.",
    ],
)
def test_numbers_of_another_time_group_or_unit_are_not_held_against_each_other(sentence: str) -> None:
    assert not found(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        # The last row is the total of the others, whatever it is called.
        "The Greens had the most votes, 378,000.",
        "The Liberals were the largest of the two small parties, with 297,100 votes.",
        "Of the newcomers, Reform had the most votes, 124,000.",
        # A part of what the column counts, or something else.
        "By Christmas, Liberals had won 13 games.",
        "In the capital, Reform won 18 times.",
        "Liberals won 13 times before the war.",
        "Liberals lost 12 members.",
        "Liberals and Greens together have won 24 awards.",
        "Liberals and Greens together printed 900,000 votes by hand.",
        "Consensus for Greens was 387,000 votes.",
    ],
)
def test_a_part_of_what_a_table_counts_is_not_held_against_it(sentence: str) -> None:
    assert not found(PARTIES + sentence)


@pytest.mark.parametrize(
    ("rows", "columns", "told"),
    [
        (1_200, 2, ['article.md:3: found "table 1 of 1,200 rows", expected at most 1,000 rows']),
        (600, 50, ['article.md:3: found "table 1 of 30,000 cells", expected at most 8,000 cells']),
        (400, 100, ['article.md:3: found "table 1 of 40,000 cells", expected at most 8,000 cells']),
        (300, 2, []),
    ],
)
def test_a_table_that_is_too_large_to_be_held_against_itself_is_reported(
    rows: int, columns: int, told: list[str], tmp_path: Path
) -> None:
    lines = [f"| Town {row} |" + f" {row % 97} |" * columns for row in range(rows)]
    text = "\n".join(["| Town |" + " count |" * columns, "|---|" + "---|" * columns, *lines])
    notes = [str(each) for each in read(text).left_out]
    assert len(notes) == len(told)
    assert all(note.startswith(begins) for note, begins in zip(notes, told, strict=True))
    path = tmp_path / "article.md"
    path.write_text(text, "utf-8")
    assert [note.partition("article.md")[2] for note in checked_text(str(path), []).notes] == [
        note.removeprefix("article.md") for note in notes
    ]
