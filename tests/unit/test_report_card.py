"""The picture of the whole report: lines that fit, a bar that fills its width, five lines of the first screen."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.report_tables import WORDING, hostile_tables, report_tables
from tests.unit.test_report_render import ARTICLE
from tidebook.pipelines.report.card import MARGIN, WIDTH, _width, broken, card
from tidebook.pipelines.report.content import build_content
from tidebook.pipelines.report.headline import SHOWN
from tidebook.pipelines.report.render import TEMPLATES, light_colours, render

STYLE = (TEMPLATES / "style.css").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "width", "most", "lines"),
    [
        ("It was wrong", 12, 1, ["It was wrong"]),
        ("It was wrong", 11, 2, ["It was", "wrong"]),
        ("It was wrong", 11, 1, ["It was…"]),
        ("It was wrong, too", 13, 1, ["It was wrong…"]),
        ("Unbreakable", 5, 2, ["Unbre", "akab…"]),
        ("資本の津波", 4, 2, ["資本", "の…"]),
        ("", 9, 2, [""]),
    ],
)
def test_texts_are_broken_into_lines_that_fit(text: str, width: int, most: int, lines: list[str]) -> None:
    assert broken(text, width, most) == lines


@given(st.text(), st.integers(4, 40), st.integers(1, 3))
def test_no_line_is_wider_than_allowed(text: str, width: int, most: int) -> None:
    lines = broken(text, width, most)
    assert 1 <= len(lines) <= most
    assert all(_width(line) <= width for line in lines)
    if not lines[-1].endswith("…"):
        assert "".join(lines).replace(" ", "") == "".join(text.split()), "nothing is lost without an ellipsis"


def test_the_bar_fills_its_width() -> None:
    shown = card(build_content(report_tables(), ARTICLE), light_colours(STYLE))
    assert shown.bar[0].x == MARGIN
    assert shown.bar[-1].x + shown.bar[-1].width == pytest.approx(WIDTH - MARGIN, abs=1)
    assert {piece.outcome for piece in shown.bar} >= {"right", "wrong"}
    assert 0 < len(shown.lines) <= SHOWN


@pytest.mark.parametrize("tables", [report_tables, hostile_tables])
def test_it_is_a_picture_that_loads_and_runs_nothing(tables: object) -> None:
    assert callable(tables)
    picture = render(tables(), WORDING, ARTICLE)["card.svg"]
    root = ElementTree.fromstring(picture)
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names == {"svg", "title", "rect", "g", "text", "tspan"}
    assert not any("href" in name or name.startswith("on") for element in root.iter() for name in element.attrib)
    assert ARTICLE.title.replace("\u00a0", " ") in "".join(root.itertext())
