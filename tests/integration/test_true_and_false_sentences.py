"""Sixty true sentences of one article, none contradicted or open, and a false twin of each, which is contradicted.

They are about estimates, totals, shares, falls and growth in real terms; each expression is what a person would write.
"""

from __future__ import annotations

import pytest

from tests.conftest import tidebook
from tidebook.read import read_table
from tidebook.schemas.base import records

TABLES = """\
[article]
title = "A year in numbers"
published = 2024-05-01
text = "article.md"

[units.ML]
meaning = "megalitres"
words = ["ML"]

[units.point]
meaning = "index points"
words = ["points", "point"]

[tables.f]
path = "article/f.csv"
title = "Raised"
[tables.f.columns]
"Firm" = { name = "firm", role = "subject" }
"Raised" = { name = "raised", unit = "USD", estimate = true }

[tables.w]
path = "article/w.csv"
title = "Water"
[tables.w.columns]
"District" = { name = "district", role = "subject" }
"2022" = { name = "y22", unit = "ML" }
"2023" = { name = "y23", unit = "ML" }

[tables.s]
path = "article/s.csv"
title = "Sales"
[tables.s.columns]
"Part" = { name = "part", role = "subject" }
"Share" = { name = "share", unit = "percent" }

[tables.g]
path = "article/g.csv"
title = "Changes"
[tables.g.columns]
"Item" = { name = "item", role = "subject" }
"Change" = { name = "change", unit = "percent" }

[tables.p]
path = "article/p.csv"
title = "Indices"
[tables.p.columns]
"Item" = { name = "item", role = "subject" }
"2019" = { name = "a19", unit = "point" }
"2023" = { name = "a23", unit = "point" }
"""
CELLS = {
    "f": "Firm,Raised\nHarbor,$35B\nLumen,$8B\nMica,$4B\nNoor,$2B\n",
    "w": "District,2022,2023\nAlder,412,438\nBirch,299,284\nCedar,184,171\nDover,105,107\n",
    "s": "Part,Share\nOnline,40%\nMobile,60%\nAbroad,25%\n",
    "g": "Item,Change\nWages,12%\nPrices,15%\nPensions,18%\nRents,9%\n",
    "p": "Item,2019,2023\nRents,112,126\nFares,120,90\nBread,80,100\n",
}

# A sentence with its number in braces, the number of its false twin, and the expression.
BY_NUMBER = [
    ("The four firms raised {$49 billion} together", "$52 billion", "sum(f.raised)"),
    ("Harbor raised {71.4%} of it", "66%", "f[harbor].raised / sum(f.raised)"),
    ("Harbor raised {4.4 times} as much as Lumen", "5.4 times", "f[harbor].raised / f[lumen].raised"),
    ("Harbor alone raised {$35B}", "$38B", "f[harbor].raised"),
    ("Mica raised {half} of what Lumen did", "a third", "f[mica].raised / f[lumen].raised"),
    ("Noor raised {$2 billion} less than Mica", "$5 billion", "f[mica].raised - f[noor].raised"),
    ("The three smaller firms raised {$14 billion}", "$19 billion", "sum(f[not harbor].raised)"),
    ("The firms raised a mean of {$12.25 billion} each", "$13.5 billion", "mean(f.raised)"),
    ("Lumen holds {16.3%} of the sum", "22%", "f[lumen].raised / sum(f.raised)"),
    ("Harbor raised {17.5 times} as much as Noor", "30 times", "f[harbor].raised / f[noor].raised"),
    ("The districts used {1,000 ML} in 2023", "1,070 ML", "sum(w.y23)"),
    ("Alder used {43.8%} of the water", "41.2%", "w[alder].y23 / sum(w.y23)"),
    ("Alder and Birch used {72.2%} of all", "68.2%", "(w[alder].y23 + w[birch].y23) / sum(w.y23)"),
    ("Birch and Cedar used {455 ML}", "483 ML", "w[birch].y23 + w[cedar].y23"),
    ("Use in Alder rose by {6.3%}", "5.3%", "w[alder].y23 / w[alder].y22 - 1"),
    ("Use in Birch fell by {5%}", "7%", "w[birch].y23 / w[birch].y22 - 1"),
    ("Cedar was {7.1%} below its level of 2022", "6.1%", "w[cedar].y23 / w[cedar].y22 - 1"),
    ("Cedar used {13 ML} less than in 2022", "23 ML", "w[cedar].y22 - w[cedar].y23"),
    ("Use in Dover grew by {1.9%}", "2.9%", "w[dover].y23 / w[dover].y22 - 1"),
    ("Alder used {4.1 times} as much as Dover", "3.1 times", "w[alder].y23 / w[dover].y23"),
    ("The districts used a mean of {250 ML}", "270 ML", "mean(w.y23)"),
    ("{Two} districts used less than before", "Three", "count(w.y23 < w.y22)"),
    ("Birch saw a drop of {15 ML}", "25 ML", "w[birch].y23 - w[birch].y22"),
    ("Mobile makes {24%} of all sales", "34%", "s[online].share * s[mobile].share"),
    ("The rest of online makes {16%} of all sales", "26%", "s[online].share * (1 - s[mobile].share)"),
    ("Shops sell {60%} of all", "50%", "1 - s[online].share"),
    ("Of all sales {75%} stay at home", "65%", "100 - s[abroad].share"),
    ("Online is {15 percentage points} above abroad", "5 percentage points", "s[online].share - s[abroad].share"),
    ("Online sells {1.6 times} what goes abroad", "2.6 times", "s[online].share / s[abroad].share"),
    ("Mobile makes {less than a quarter} of all sales", "more than a third", "s[online].share * s[mobile].share"),
    ("Abroad is {15 percentage points} lower than online", "25 percentage points", "s[abroad].share - s[online].share"),
    ("Online and abroad make {65%} together", "55%", "s[online].share + s[abroad].share"),
    ("Desktops sell {40%} of online", "30%", "1 - s[mobile].share"),
    ("Abroad is {37.5%} less than online", "25%", "s[abroad].share / s[online].share - 1"),
    ("In real terms wages fell by {2.6%}", "5.6%", "(1 + g[wages].change) / (1 + g[prices].change) - 1"),
    ("Pensions rose {2.6%} in real terms", "6%", "(1 + g[pensions].change) / (1 + g[prices].change) - 1"),
    ("Rents are {5.2%} lower in real terms", "9.2%", "(1 + g[rents].change) / (1 + g[prices].change) - 1"),
    ("Prices gained {2.7%} on wages", "6.7%", "(1 + g[prices].change) / (1 + g[wages].change) - 1"),
    ("Pensions outgrew wages by {5.4%}", "9.4%", "(1 + g[pensions].change) / (1 + g[wages].change) - 1"),
    ("Wages lag prices by {3 percentage points}", "6 percentage points", "g[prices].change - g[wages].change"),
    ("Two such years make {32.3%}", "30%", "(1 + g[prices].change) * (1 + g[prices].change) - 1"),
    ("Both rises in a row make {28.8%}", "26%", "(1 + g[wages].change) * (1 + g[prices].change) - 1"),
    ("A dollar buys {87%} of what it did", "77%", "1 / (1 + g[prices].change)"),
    ("Rents rose by {12.5%} in four years", "14%", "p[rents].a23 / p[rents].a19 - 1"),
    ("Fares fell by {a quarter}", "a third", "p[fares].a23 / p[fares].a19 - 1"),
    ("Fares were {25%} below 2019", "35%", "p[fares].a23 / p[fares].a19 - 1"),
    ("Bread is {25%} dearer", "15%", "p[bread].a23 / p[bread].a19 - 1"),
    ("Fares dropped by {30 points}", "40 points", "p[fares].a23 - p[fares].a19"),
    ("Rents rose by {14 points}", "24 points", "p[rents].a23 - p[rents].a19"),
    ("Fares lost {a quarter} of their level", "half", "p[fares].a23 / p[fares].a19 - 1"),
    ("Bread stood {20%} lower in 2019", "30%", "p[bread].a19 / p[bread].a23 - 1"),
    ("Rents outgrew fares by {50%}", "60%", "(p[rents].a23 / p[rents].a19) / (p[fares].a23 / p[fares].a19) - 1"),
    ("Fares fell to {75%} of their level", "85%", "p[fares].a23 / p[fares].a19"),
    ("Rents are {40%} above fares", "50%", "p[rents].a23 / p[fares].a23 - 1"),
    ("Bread trails rents by {26 points}", "36 points", "p[rents].a23 - p[bread].a23"),
    ("Rents and fares differ by {36 points}", "46 points", "p[rents].a23 - p[fares].a23"),
]  # fmt: skip

# A true sentence with its expression, and a false twin with its own.
BY_CONDITION = [
    ("Alder used more than Birch and Dover together", "w[alder].y23 > w[birch].y23 + w[dover].y23",
     "Dover used more than Cedar", "w[dover].y23 > w[cedar].y23"),
    ("Alder is the largest district", "w[alder].y23 == max(w.y23)",
     "Birch is the largest district", "w[birch].y23 == max(w.y23)"),
    ("Dover is the smallest district", "w[dover].y23 == min(w.y23)",
     "Cedar is the smallest district", "w[cedar].y23 == min(w.y23)"),
    ("Wages are lower in real terms", "(1 + g[wages].change) / (1 + g[prices].change) < 1",
     "Wages are higher in real terms", "(1 + g[wages].change) / (1 + g[prices].change) > 1"),
]  # fmt: skip


def claims() -> list[tuple[str, str, str]]:
    """Return id, sentence and expression of each: those that begin with `t` are true."""
    found = []
    for number, (sentence, other, expression) in enumerate(BY_NUMBER):
        start, _, rest = sentence.partition("{")
        own, _, end = rest.partition("}")
        found += [(f"t{number}", f"{start}{own}{end}", expression), (f"f{number}", f"{start}{other}{end}", expression)]
    for number, (true, of_true, false, of_false) in enumerate(BY_CONDITION, len(BY_NUMBER)):
        found += [(f"t{number}", true, of_true), (f"f{number}", false, of_false)]
    return found


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("sentences")
    (folder / "article").mkdir()
    for name, cells in CELLS.items():
        (folder / "article" / f"{name}.csv").write_text(cells, encoding="utf-8")
    text = "# A year in numbers\n\n" + "".join(f"{sentence}.\n\n" for _, sentence, _ in claims())
    (folder / "article.md").write_text(text, encoding="utf-8")
    declared = [f"[[claims]]\nid = \"{name}\"\nquote = '{quote}'\nis = '{is_}'\n" for name, quote, is_ in claims()]
    (folder / "dossier.toml").write_text("\n".join([TABLES, *declared]), encoding="utf-8")
    result = tidebook("build", "--dossier", str(folder), "--out", str(folder / "out"))
    assert result.exit_code == 0, result.output
    rows = records(read_table("outcomes", folder / "out"))
    return {row["statement_id"]: f"{row['outcome']}: {row['why']}" for row in rows}


def test_no_true_sentence_is_contradicted_or_open(outcomes: dict[str, str]) -> None:
    of_true = {name: words for name, words in outcomes.items() if name.startswith("t")}
    assert len(of_true) == 60
    assert {name: words for name, words in of_true.items() if not words.startswith("consistent:")} == {}


def test_false_twins_are_contradicted(outcomes: dict[str, str]) -> None:
    of_false = {name: words for name, words in outcomes.items() if name.startswith("f")}
    missed = {name: words for name, words in of_false.items() if not words.startswith("contradicts itself:")}
    assert len(of_false) == 60
    assert len(missed) <= 5, missed
