"""Which number of a quotation bounds a claim, and what the predicate is that follows.

Each row is a quotation of a small article with an expression; the answer is beside it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tidebook.pipelines.graph.check import checked_table
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.quantities.counted import counted_numbers
from tidebook.schemas.base import records

ARTICLE = """# Two lines

| Line | Revenue | Share | Rate |
|---|---|---|---|
| Goods | $730 | 73% | 4% |
| Services | $270 | 27% | 6% |

27 % of sales came from services, and 73 % from goods. The rate rose by 2 percentage points, from 4 % to 6 %. In 2023, 2
lines were sold; services were the 2nd largest. Services are the smaller line. They bring less than $300, a drop of
63 %.
"""
DOSSIER = """[article]
title = "Two lines"
published = 2024-05-01
text = "article.md"

[tables.sales]
from = "article.md"

[tables.sales.columns]
"Line" = { name = "line", role = "subject" }
"Revenue" = { name = "revenue", unit = "USD" }
"Share" = { name = "share", unit = "percent" }
"Rate" = { name = "rate", unit = "percent" }

[[claims]]
id = "it"
"""
OF_SERVICES = "27 % of sales came from services"
OF_BOTH = f"{OF_SERVICES}, and 73 % from goods"
SHARE = "sales[services].revenue / sum(sales.revenue)"


def predicate(folder: Path, claim: str) -> str:
    """Return the predicate of the only claim of a dossier."""
    (folder / "article.md").write_text(ARTICLE, encoding="utf-8")
    (folder / "dossier.toml").write_text(DOSSIER + claim, encoding="utf-8")
    (row,) = records(checked_table(folder, "interpretations"))
    return str(row["predicate"])


@pytest.mark.parametrize(
    ("quote", "expression", "expected"),
    [
        (OF_SERVICES, f'"{SHARE}"', "equals 27 %"),
        ("rose by 2 percentage points", '"sales[services].rate - sales[goods].rate"', "equals 2 percentage points"),
        ("In 2023, 2 lines were sold", '"count(sales.revenue > 0)"', "equals 2"),
        ("2 lines were sold; services were the 2nd largest", '"count(sales)"', "equals 2"),
        ("a drop of 63 %", '"sales[services].revenue / sales[goods].revenue - 1"', "equals −63 %"),
        ("They bring less than $300", '"sales[services].revenue"', "equals less than $300"),
        ("Services are the smaller line", '"sales[services].revenue < sales[goods].revenue"', "at_least 1"),
        (
            OF_BOTH,
            '["sales[services].share", "sales[goods].share"]',
            "all_of it_1 equals 27 % and it_2 equals 73 %",
        ),
        (
            OF_SERVICES,
            '["sales[services].share", "sales[services].share < sales[goods].share"]',
            "all_of it_1 equals 27 % and it_2 at_least 1",
        ),
    ],
)
def test_the_number_of_the_quotation_is_the_bound(tmp_path: Path, quote: str, expression: str, expected: str) -> None:
    assert predicate(tmp_path, f'quote = "{quote}"\nis = {expression}\n') == expected


def test_a_number_without_a_unit_is_of_what_the_expression_counts(tmp_path: Path) -> None:
    """Two of a staff are people, as they would be with the word behind them."""
    (tmp_path / "staff.csv").write_text("Line,Staff\nGoods,9\nServices,2\n", encoding="utf-8")
    table = (
        '[tables.staff]\npath = "staff.csv"\ntitle = "Staff"\n[tables.staff.columns]\n'
        '"Line" = { name = "line", role = "subject" }\n"Staff" = { name = "people", unit = "person" }\n'
    )
    claim = 'quote = "2 lines were sold"\nis = "staff[services].people"\n'
    assert predicate(tmp_path, f"{claim}\n{table}") == "equals 2"


def test_one_of_several_is_named(tmp_path: Path) -> None:
    claim = f'quote = "{OF_BOTH}"\nnumber = "73 %"\nis = "sales[goods].share"\n'
    assert predicate(tmp_path, claim) == "equals 73 %"


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (f'quote = "{OF_SERVICES}"\nis = "sales[services].share - sales[goods].share"', "not 27 % (in percent)"),
        ('quote = "rose by 2 percentage points"\nis = "sales[services].share"', "not 2 percentage points (in"),
        ('quote = "They bring less than $300"\nis = "sales[services].share"', "not less than $300 (in USD)"),
        ('quote = "Services are the smaller line"\nis = "sales[services].share"', "can be; there is none"),
        (f'quote = "{OF_BOTH}"\nis = "sales[services].share"', 'expected number = "27 %" or another beside it'),
        (f'quote = "{OF_BOTH}"\nnumber = "28 %"\nis = "sales[services].share"', "a number of the quote: 27 %, 73 %"),
        (f'quote = "{OF_SERVICES}"\nis = ["sales[services].share", "sales[goods].share"]', "it has 1: 27 %"),
        (f'quote = "{OF_SERVICES}"\nis = []', "an expression in quotation marks, or several in brackets"),
    ],
)
def test_a_quotation_without_such_a_number_is_an_error(tmp_path: Path, claim: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        predicate(tmp_path, f"{claim}\n")
    assert expected in str(caught.value)
    assert "dossier.toml:1" in str(caught.value)


def test_two_claims_of_the_same_words_are_an_error(tmp_path: Path) -> None:
    claim = f'quote = "{OF_SERVICES}"\nis = "sales[services].share"\n\n[[claims]]\nid = "it"\nquote = "{OF_BOTH}"\n'
    with pytest.raises(InputError, match=r'column "claims.1.id": found "it", expected an id that line'):
        predicate(tmp_path, f'{claim}is = ["sales[services].share", "sales[goods].share"]\n')


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("sales fell by 8 %", -8),
        ("sales have fallen by about 8 %", -8),
        ("an 8 % drop", -8),
        ("down 8 %", -8),
        ("a decline of 8 %", -8),
        ("8 % lower than before", -8),
        ("sales fell to 8 %", 8),
        ("sales rose by 8 %", 8),
    ],
)
def test_a_fall_is_negative(words: str, value: float) -> None:
    (number,) = counted_numbers(words)
    assert number.quantity is not None
    assert number.quantity.value == value
