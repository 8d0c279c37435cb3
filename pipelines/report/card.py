"""The whole report in one picture, for a feed or a talk: title, headline, bar of figures, five lines.

Belongs here: what the picture shows and where, with texts broken into lines, since SVG breaks none. Does not: markup,
which is in `templates/card.svg.j2`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import east_asian_width

from tidebook.pipelines.report.content import Content
from tidebook.pipelines.report.headline import Line
from tidebook.pipelines.report.words import OUTCOMES, as_prose

WIDTH, MARGIN = 1200, 56
"""Width of the picture, that of a large preview of a link, and of its margin, in pixels as in the template."""

TITLE_WIDTH, DECK_WIDTH, LINE_WIDTH = 54, 74, 102
"""Characters that fit in a line: on average, a letter of these fonts is half as wide as high."""

GAP = 4
"""Pixels between the parts of the bar."""


class Piece(NamedTuple):
    """A part of the bar: position and width in pixels, colour, outcome and number of figures."""

    x: float
    width: float
    colour: str
    outcome: str
    figures: int


@dataclass(frozen=True)
class ShownCard:
    """The content of the picture, with texts broken into lines."""

    title: list[str]
    deck: list[str]
    bar: list[Piece]
    lines: list[str]


def card(content: Content, colours: Mapping[str, str]) -> ShownCard:
    """Compose the picture.

    Args:
        content: the whole report.
        colours: the colours by name.
    """
    deck = " ".join(content.headline.sentences[:1])
    return ShownCard(
        title=broken(content.article.title, TITLE_WIDTH, 2),
        deck=broken(as_prose(deck), DECK_WIDTH, 2),
        bar=_bar(content.figures.counts, colours),
        lines=[broken(_text(line), LINE_WIDTH, 1)[0] for line in content.headline.lines],
    )


def _bar(counts: Mapping[str, int], colours: Mapping[str, str]) -> list[Piece]:
    shown = {outcome: count for outcome, count in counts.items() if count}
    width = WIDTH - 2 * MARGIN - GAP * (len(shown) - 1)
    pieces = []
    x = float(MARGIN)
    for outcome, count in shown.items():
        part = round(width * count / sum(shown.values()), 1)
        pieces.append(Piece(round(x, 1), part, colours[OUTCOMES[outcome].tone], outcome, count))
        x += part + GAP
    return pieces


def _text(line: Line) -> str:
    """Return a line as a text, without what is so in words if there is no room for it."""
    text = as_prose(line.text)
    if line.shown and line.shown.better and line.shown.better != line.shown.printed:
        text = f"{text}: not {line.shown.printed} but {line.shown.better}"
    elif line.shown:
        text = f"{text}: {line.shown.printed}"
    with_fact = f"{text}{', ' if line.shown else ': '}{as_prose(line.fact)}"
    return with_fact if line.fact and _width(with_fact) <= LINE_WIDTH else text


def broken(text: str, width: int, most: int) -> list[str]:
    """Break a text into lines of at most `width` letters, at blanks where there are any; an ellipsis ends what is cut.

    A letter of a wide script counts twice.
    """
    lines = [""]
    words = re.findall(r"\S+", text)
    while words:
        word = words.pop(0)
        joint = f"{lines[-1]} {word}".lstrip()
        if _width(joint) <= width:
            lines[-1] = joint
        elif not lines[-1]:
            head = _cut(word, width)
            lines[-1] = head
            words.insert(0, word[len(head) :])
        elif len(lines) < most:
            lines.append("")
            words.insert(0, word)
        else:
            break
    else:
        return lines
    return [*lines[:-1], f"{_cut(lines[-1], width - 1).rstrip(' ,;:')}…"]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _cut(text: str, width: int) -> str:
    """Return as many of the first letters as fit, at least one."""
    end = len(text)
    while end > 1 and _width(text[:end]) > width:
        end -= 1
    return text[:end]
