"""The whole report in one picture, for a feed or a talk: title, headline, bar of figures, five lines.

Belongs here: what the picture shows and where, with texts broken into lines, since SVG breaks none. Does not: markup,
which is in `templates/card.svg.j2`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import east_asian_width

from tidebook.pipelines.report.content import Content
from tidebook.pipelines.report.headline import Line, Lines
from tidebook.pipelines.report.words import OUTCOMES, as_prose

WIDTH, MARGIN = 1200, 56
"""Width of the picture, that of a large preview of a link, and of its margin, in pixels as in the template."""

MOST_LINES = 5
"""Maximum lines of the lists together."""

OF_FIRST = 2
"""Lines of the first list, which says what not to believe, before the other lists have theirs."""

TITLE_WIDTH, DECK_WIDTH, LIST_WIDTH, LINE_WIDTH = 54, 74, 36, 74
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


class ListLine(NamedTuple):
    """A line of a list, with the list's title where it is the first one of that list."""

    title: str
    text: str


@dataclass(frozen=True)
class ShownCard:
    """The content of the picture, with texts broken into lines."""

    title: list[str]
    deck: list[str]
    bar: list[Piece]
    lines: list[ListLine]


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
        lines=list(_list_lines(content.headline.lists)),
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


def _list_lines(lists: Sequence[Lines]) -> Iterator[ListLine]:
    """Yield the lines of all lists together: the first list's fill what the others leave."""
    others = sum(bool(each.lines) for each in lists[1:])
    of_first = max(OF_FIRST, MOST_LINES - others)
    left = MOST_LINES
    for number, each in enumerate(lists):
        most = min(left, 1 if number else of_first)
        for index, line in enumerate(each.lines[:most]):
            title = "" if index else broken(each.title, LIST_WIDTH, 1)[0]
            yield ListLine(title, broken(_text(line), LINE_WIDTH, 1)[0])
            left -= 1


def _text(line: Line) -> str:
    """Return a line as a text, without its detail if there is no room for it."""
    text = as_prose(line.text)
    if line.shown and line.shown.better and line.shown.better != line.shown.printed:
        text = f"{text}: not {line.shown.printed} but {line.shown.better}"
    elif line.shown:
        text = f"{text}: {line.shown.printed}"
    detailed = f"{text}, {as_prose(line.detail)}"
    return detailed if line.detail and _width(detailed) <= LINE_WIDTH else text


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
