"""The charts that a dossier declares: what each kind needs, and what is told when a quantity is not there."""

from __future__ import annotations

import pytest

from tidebook.pipelines.evaluate.declared import read_metrics
from tidebook.pipelines.read.dossier.charts import read_charts
from tidebook.pipelines.read.dossier.checked import read_dossier
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile

DOSSIER = read_dossier(
    RawFile(
        "dossier.toml",
        b"""
[article]
title = "Three shops"
published = 2024-06-01

[themes]
money = "Money"

[tables.shops]
path = "article/shops.csv"
title = "Sales of three shops"

[tables.shops.columns]
"Shop" = { name = "shop", role = "subject" }
"Sales" = { name = "sales", unit = "USD" }
"Staff" = { name = "staff", unit = "person" }
""",
    )
)
FORMULAS = read_metrics(
    RawFile(
        "metrics.toml",
        b"""
[metrics.north_share]
theme = "money"
is = "shops[north].sales / sum(shops.sales)"
unit = "share"
means = "Share of the northern shop in all sales"
""",
    ),
    DOSSIER.wording,
)
IN_PROSE = ("prose.visitors",)
"""A quantity that rows name, which no declaration does."""

BARS = '[[charts]]\nkind = "bars"\ntitle = "Bars"\nof = "shops.sales"\n'
DOTS = '[[charts]]\nkind = "scatter"\ntitle = "Dots"\nx = "shops.staff"\n'


def read(text: str) -> list[str]:
    """Return the kinds of the charts in a file."""
    found = read_charts(RawFile("charts.toml", text.encode()), DOSSIER.printed, DOSSIER.themes, IN_PROSE, FORMULAS)
    return [chart.kind for chart in found.charts]


def test_a_dossier_may_declare_none_or_several() -> None:
    assert read("") == []
    assert read(BARS + DOTS + 'y = "shops.sales"\nlog = true\n') == ["bars", "scatter"]
    assert read(DOTS.replace("scatter", "line") + 'y = "prose.visitors"\n') == ["line"], "rows name quantities"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            BARS.replace("shops.sales", "shops.sale"),
            'column "charts.0.of": found "shops.sale", expected a quantity of a table; did you mean shops.sales',
        ),
        (
            DOTS.replace("scatter", "line") + 'y = "prose.visitros"\n',
            'found "prose.visitros", expected a quantity of a table; did you mean prose.visitors?',
        ),
        (DOTS, 'charts.toml:1, column "charts.0.y": found "", expected x and y for scatter'),
        (BARS + 'x = "shops.sales"\n', "expected of for bars"),
        (
            BARS + 'theme = "mony"\n',
            'charts.toml:5, column "charts.0.theme": found "mony", expected a theme; did you mean money?',
        ),
        (
            BARS + 'caption = "{north_shar} of all"\n',
            'charts.toml:5, column "charts.0.caption": found "north_shar", expected a metric; did you mean north_share',
        ),
        (BARS.replace("bars", "pie"), 'charts.toml:2, column "charts.0.kind": found "pie"'),
        (BARS + "shares = true\n", "a key that is known here"),
        (
            BARS.replace("shops.", ""),
            'charts.toml:4, column "charts.0.of": found "sales", expected a quantity of a table',
        ),
    ],
)
def test_what_cannot_be_drawn_is_reported_with_its_line(text: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        read(text)
    assert told in str(error.value)
