"""How much work a text is, counted before it is parsed, so that every machine refuses the same texts.

Belongs here: what of a text costs time to parse, and how much of it is allowed in all. Does not: parsing, or how much
of what was parsed is checked, which takes the rest (`judge.text.budget`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.text.blocks import lines_of

MOST_WORK = 6_000_000
"""Maximum work of a text: units of about 0.5 µs on a processor of 2024, as texts of nothing else took."""
OF_BLOCK, OF_LINE, OF_TAG = 140, 12, 50
"""Work of the line that begins a paragraph, item, row, heading or the like, of a further line, and of a tag of HTML."""
OF_SIGN = {
    **dict.fromkeys("*_~`$\\^!", 30),
    **dict.fromkeys("|\t", 45),
    "&": 15,
    "[": 60,
    "<": 90,
}
"""Work of a sign by which Markdown marks words, or a table parts its cells. Any character is 1 in itself."""
LONGEST_PARAGRAPH = 30_000
"""Maximum length of a paragraph in Markdown or plain text: readers of Markdown take time with its square."""

_PICTURE = re.compile(r"data:[a-z]+/[a-z0-9.+-]+(?:;[a-z0-9=-]+)*;base64,[A-Za-z0-9+/=]+")
"""An address that is a picture or the like itself: these signs mark nothing."""
_BEGINS = re.compile(r"[|>#*+-]|[0-9]{1,9}[.)]\s|\[")
"""How a line begins that does not go on with the paragraph before."""


class Work:
    """The work that a text is so far.

    Attributes:
        path: its file, for messages.
        done: the units of work.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.done = 0

    def add(self, units: int) -> bool:
        """Count work; return whether the text is still little enough."""
        self.done += units
        return self.done <= MOST_WORK

    def refusal(self, line: int) -> InputError:
        """Return the error that the text is too much work at a line."""
        expected = (
            f"a text that is less work to read: it passes {MOST_WORK:,} units here, of which a character is 1, a "
            f"paragraph, item or row {OF_BLOCK}, a cell {OF_SIGN['|']} and a tag {OF_TAG}; split it"
        )
        return InputError(Problem(self.path, expected, line))


class LongParagraph(NamedTuple):
    """A paragraph too long to be read: where it begins and ends in the source, and its first line, from 1."""

    start: int
    end: int
    line: int

    def note(self, path: str) -> str:
        """Return the note that it was not read."""
        expected = (
            f"paragraphs of at most {LONGEST_PARAGRAPH:,} characters, with blank lines between them; it is not read"
        )
        return str(Problem(path, expected, self.line, text=f"a paragraph of {self.end - self.start:,} characters"))


def work_of_lines(path: str, source: str) -> tuple[int, list[LongParagraph]]:
    """Return the work of Markdown or plain text, and the paragraphs that are too long.

    Rows of tables, items and quoted lines begin anew, so that a long table or list is not a long paragraph.

    Raises:
        InputError: the text is too much work; it names the line.
    """
    work = Work(path)
    long: list[LongParagraph] = []
    length, start, first, in_code = 0, 0, 1, False
    for number, line in enumerate(lines_of(source), start=1):
        text = _without_pictures(line.text)
        words = text.strip()
        begins = not length or _BEGINS.match(words) is not None
        units = len(text) + 1 + _work_of_signs(text) + (OF_BLOCK if words and begins else OF_LINE)
        if not work.add(units):
            raise work.refusal(number)
        if words.startswith(("```", "~~~")):
            in_code, words = not in_code, ""
        if begins or in_code or not words:
            length = 0
        if in_code or not words:
            continue
        if not length:
            start, first = line.start, number
        length += len(words) + 1
        if length > LONGEST_PARAGRAPH:
            if long and long[-1].start == start:
                long.pop()
            long.append(LongParagraph(start, line.start + len(line.text), first))
    return work.done, long


def work_of_markup(source: str, start: int, end: int) -> int:
    """Return the work of the characters of a tag or a run of text in HTML."""
    return len(_without_pictures(source[start:end]))


def _without_pictures(text: str) -> str:
    return _PICTURE.sub("", text) if "data:" in text else text


def _work_of_signs(text: str) -> int:
    return sum(text.count(sign) * units for sign, units in OF_SIGN.items())
