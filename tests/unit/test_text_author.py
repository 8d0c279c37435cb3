"""An author's text, with tables and sentences that state their arithmetic: each of its slips alone, and none."""

from __future__ import annotations

import pytest

from tests.unit.test_text_findings import found

ARTICLE = """\
# The libraries of Harbour County

The county counts what its libraries lend every year. In 2023 they lent 486,000 books, up 8% from 450,000 in
2022. Of the 1,250 people whom we asked, 850 (68%) have a card. The survey cost $24,000, twice the $12,000 of
the first one, and the ten years from 2013 to 2023 saw three more of them.

## What was lent

| Library | 2023 | 2022 | Change |
|---|---|---|---|
| Eastport | 182,400 | 165,800 | 10.0% |
| Millbrook | 121,500 | 118,000 | 3.0% |
| Old Town | 98,100 | 90,200 | 8.8% |
| Westgate | 84,000 | 76,000 | 10.5% |
| Total loans | 486,000 | 450,000 | 8.0% |

Loans of Eastport rose from 165,800 to 182,400 in 2023, an increase of 10%. Loans of Westgate grew by 8,000, or
10.5%, in 2023. Loans of Millbrook increased by 3,500 in 2023. Loans of Old Town were 98,100 and 90,200 in 2023
and 2022, respectively. Eastport had the largest 2023 loans. All but two had 2022 loans above 100,000.

## What it cost

| $ million | 2023 | 2022 |
|---|---|---|
| Staff | 6.4 | 6.0 |
| Books | 2.1 | 1.9 |
| Buildings | 3.0 | 2.6 |
| Total cost | 11.5 | 10.5 |

Total cost was $11.5 million in 2023, compared to $10.5 million in 2022, an increase of $1.0 million. Staff cost
increased by $0.4 million in 2023. Books cost $2.1 million and buildings $3.0 million, together $5.1 million.
The share of staff fell from 57.1% to 55.7%, down 1.4 percentage points.

## Who came

In a test of two leaflets, 48 (40%) of the 120 readers came back. The new leaflet did better,
t(118) = 2.61, p = .010, and older readers came more often, χ²(1, N = 120) = 5.02, p = .025. Of
the 37 new readers, 46% came twice.
"""

SLIPS = [
    ("up 8% from", "up 18% from"),
    ("850 (68%)", "850 (86%)"),
    ("$24,000, twice", "$42,000, twice"),
    ("| 98,100 |", "| 89,100 |"),
    ("| 10.5% |", "| 15.0% |"),
    ("| 486,000 |", "| 468,000 |"),
    ("an increase of 10%", "an increase of 12%"),
    ("grew by 8,000", "grew by 9,000"),
    ("increased by 3,500 in", "decreased by 3,500 in"),
    ("98,100 and 90,200 in", "98,100 and 92,000 in"),
    ("Eastport had the largest", "Millbrook had the largest"),
    ("| 2.1 |", "| 2.7 |"),
    ("was $11.5 million in", "was $15.1 million in"),
    ("an increase of $1.0 million", "an increase of $2.0 million"),
    ("together $5.1 million", "together $4.1 million"),
    ("down 1.4 percentage", "down 2.4 percentage"),
    ("48 (40%) of", "48 (45%) of"),
    ("t(118) = 2.61", "t(118) = 1.61"),
    ("46% came twice", "47% came twice"),
    ("books, up 8% from 450,000", "books, up 8% from 540,000"),
    ("$0.4 million in 2023", "$4.0 million in 2023"),
    ("p = .025.", "p = .25."),
]


def test_the_text_as_written_is_not_accused() -> None:
    assert not found(ARTICLE)


@pytest.mark.parametrize(("right", "wrong"), SLIPS)
def test_each_typo_is_found_where_it_stands(right: str, wrong: str) -> None:
    assert ARTICLE.count(right) == 1
    slipped = ARTICLE.replace(right, wrong)
    first = slipped.index(wrong)
    lines = {slipped[:place].count("\n") + 1 for place in (first, first + len(wrong))}
    findings = found(slipped)
    assert findings, wrong
    places = {finding.line for finding in findings} | {other.line for each in findings for other in each.evidence}
    assert lines & places, findings
