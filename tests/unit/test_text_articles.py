"""Articles as authors write them: each of their usual slips is found alone, and as they stand they are silent."""

from __future__ import annotations

import pytest

from tests.unit.test_text_findings import found

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
    (POLICE, "Shoplifting was the largest", "Burglary was the largest"),
    (POLICE, "In total, $64 million", "In total, $62 million"),
    (POWER, "generated 312 TWh", "generated 321 TWh"),
    (POWER, "| Solar | 24 | 31 | 38 |", "| Solar | 24 | 31 | 83 |"),
    (POWER, "an increase of 23%", "an increase of 32%"),
    (POWER, "Coal fell by 20%", "Coal rose by 20%"),
    (POWER, "together produced 134 TWh", "together produced 143 TWh"),
    (EXAMS, "4,320 of them (80%)", "4,320 of them (88%)"),
    (EXAMS, "| History | 550 | 417 | 76% |", "| History | 550 | 471 | 76% |"),
    (EXAMS, "highest in biology, at 85%", "highest in English, at 85%"),
    (EXAMS, "or 54%. Of", "or 45%. Of"),
    (EXAMS, "5% more than the £6,000", "15% more than the £6,000"),
]


@pytest.mark.parametrize("article", [POLICE, POWER, EXAMS])
def test_an_article_whose_numbers_agree_is_not_accused(article: str) -> None:
    assert not found(article)


@pytest.mark.parametrize(("article", "right", "wrong"), SLIPS)
def test_each_slip_of_an_article_is_found(article: str, right: str, wrong: str) -> None:
    assert article.count(right) == 1
    assert found(article.replace(right, wrong))
