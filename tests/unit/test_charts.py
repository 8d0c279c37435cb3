"""The charts that a dossier declares: what each kind needs, and what is told when a quantity is not there."""

from __future__ import annotations

import pytest

from tests.unit.shipped import DOSSIER, FORMULAS, RAW
from tidebook.pipelines.read.dossier.charts import read_charts
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile, read_raw


def read(text: str) -> list[str]:
    """Return the kinds of the charts in a file."""
    found = read_charts(RawFile("charts.toml", text.encode()), DOSSIER.printed, DOSSIER.themes, PRINTED, FORMULAS)
    return [chart.kind for chart in found.charts]


PRINTED = ("prose_figures.valuation",)
"""A quantity that rows name, which no declaration does."""

BARS = '[[charts]]\nkind = "bars"\ntitle = "Bars"\nof = "regional_funding.total_funding"\n'
DOTS = '[[charts]]\nkind = "scatter"\ntitle = "Dots"\nx = "training_runs.training_compute"\n'


def test_a_dossier_may_declare_none_or_several() -> None:
    assert read("") == []
    assert read(BARS + DOTS + 'y = "training_runs.training_cost"\nlog = true\n') == ["bars", "scatter"]
    assert read(DOTS.replace("scatter", "line") + 'y = "prose_figures.valuation"\n') == ["line"], "rows name quantities"
    raw = read_raw(RAW, "charts.toml")
    assert len(read_charts(raw, DOSSIER.printed, DOSSIER.themes, PRINTED, FORMULAS).charts) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            BARS.replace("total_funding", "total_fundin"),
            'column "charts.0.of": found "regional_funding.total_fundin", expected a quantity of a table; did you mean '
            "regional_funding.total_funding",
        ),
        (
            DOTS.replace("scatter", "line") + 'y = "prose_figures.valuatoin"\n',
            'found "prose_figures.valuatoin", expected a quantity of a table; did you mean prose_figures.valuation?',
        ),
        (DOTS, 'charts.toml:1, column "charts.0.y": found "", expected x and y for scatter'),
        (BARS + 'x = "training_runs.training_cost"\n', "expected of for bars"),
        (
            BARS + 'theme = "fundin"\n',
            'charts.toml:5, column "charts.0.theme": found "fundin", expected a theme; did you mean funding?',
        ),
        (
            BARS + 'caption = "{us_shar} of all"\n',
            'charts.toml:5, column "charts.0.caption": found "us_shar", expected a metric; did you mean us_share',
        ),
        (BARS.replace("bars", "pie"), 'charts.toml:2, column "charts.0.kind": found "pie"'),
        (BARS + "shares = true\n", "a key that is known here"),
        (
            BARS.replace("regional_funding.", ""),
            'charts.toml:4, column "charts.0.of": found "total_funding", expected a quantity of a table',
        ),
    ],
)
def test_what_cannot_be_drawn_is_reported_with_its_line(text: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        read(text)
    assert told in str(error.value)
