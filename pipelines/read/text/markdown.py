"""Markdown as a document.

Belongs here: which blocks and tables it has, and the place of their characters, which the parser does not keep. Does
not: HTML within it (`markup`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from tidebook.pipelines.read.text.blocks import Builder, Cell, Document, Kind, Line, Plain, lines_of
from tidebook.pipelines.read.text.markup import add_html
from tidebook.pipelines.read.text.math import plain_math, superscript
from tidebook.pipelines.read.text.split_cells import gathered, has_lone_marks

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_RULER = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
"""The row of dashes below the heads of a table."""
_FENCE = re.compile(r"[ \t>]*(```+|~~~+)")
_META_END = re.compile(r"(?:---|\.\.\.)\s*")
_META = re.compile(r"[A-Za-z_][\w -]*:(?:\s|$)|\s|#|- |$")
MOST_META = 200
"""Maximum lines of metadata at the top of a text."""
_NOTE = re.compile(r"\[\^[^\]\s]{1,60}\]:?")


def read_markdown(name: str, source: str, work: int) -> Document:
    """Read Markdown, which is so much work, with tables, notes and math; a line without a pipe ends a table."""
    builder = Builder(name, source, work)
    lines = list(_lines(source))
    tokens = _parser().parse("\n".join(line.text for line in lines))
    _Walk(builder, lines).walk(tokens)
    return builder.document()


def _lines(source: str) -> Iterator[Line]:
    """Yield the lines for the parser: without metadata, and with an empty line where a line without a pipe ends a
    table, which the parser would take for a row."""
    lines = _without_metadata(list(lines_of(source)))
    fence = ""
    in_table = False
    for above, line in zip([Line("", 0), *lines], lines, strict=False):
        mark = _FENCE.match(line.text)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
            in_table = False
        elif mark:
            fence, in_table = mark[1], False
        elif "|" in above.text and _RULER.fullmatch(line.text):
            in_table = True
        elif in_table and "|" not in line.text:
            in_table = False
            yield Line("", line.start)
        yield line


def _without_metadata(lines: list[Line]) -> list[Line]:
    """Return lines with empty ones in place of those that hold metadata."""
    end = _end_of_metadata(lines)
    return [*(Line("", line.start) for line in lines[:end]), *lines[end:]]


def _end_of_metadata(lines: Sequence[Line]) -> int:
    """Return how many lines at the top hold metadata between `---` and `---`; 0 for none."""
    if lines[0].text.rstrip() != "---":
        return 0
    for index, line in enumerate(lines[1:MOST_META], 1):
        if _META_END.fullmatch(line.text):
            return index + 1
        if not _META.match(line.text):
            return 0
    return 0


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # lazy: only who reads a text needs it

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Joined, an entity or escape would no longer say how long it is in the source.
    parser.disable("text_join")
    # Before escapes: a backslash in math is a command.
    parser.inline.ruler.before("escape", "math", _math_rule)
    # Before links: `[^1]` looks like the beginning of one.
    parser.inline.ruler.before("link", "note", _note_rule)
    return parser


def _math_rule(state: StateInline, silent: bool) -> bool:
    """Take math between dollars by Pandoc's rule: no blank inside the first and before the second, no digit behind."""
    text, start = state.src, state.pos
    if not _may_open_math(text, start):
        return False
    mark = "$$" if text.startswith("$$", start) else "$"
    first = start + len(mark)
    end = _end_of_math(text, first, mark)
    if end <= first or (mark == "$" and _is_money(text, first, end)):
        return False
    if not silent:
        token = state.push("math", "", 0)
        token.content, token.markup = text[first:end], mark
    state.pos = end + len(mark)
    return True


def _may_open_math(text: str, start: int) -> bool:
    """Whether a dollar is here, and no letter, digit or escape before it."""
    if text[start] != "$":
        return False
    before = text[start - 1 : start]
    return not before.isalnum() and before not in ("\\", "$")


def _end_of_math(text: str, first: int, mark: str) -> int:
    """Return where the mark stands that closes math, -1 for none: behind a blank or an escape a dollar does not."""
    found = _CLOSING[mark].search(text, first, first + LONGEST_MATH)
    return found.start() if found else -1


_CLOSING = {"$": re.compile(r"(?<![\s\\])\$"), "$$": re.compile(r"\$\$")}


LONGEST_MATH = 500
"""Maximum characters of math: without it the rest of a text would be searched at each dollar sign."""
_MATH_SIGN = re.compile(r"[\\^_={}<>+]")


def _is_money(text: str, first: int, end: int) -> bool:
    """Whether two dollars are signs of money: one stands where math has none, or words follow a number."""
    if text[first].isspace() or text[end + 1 : end + 2].isdigit():
        return True
    inside = text[first:end]
    return inside[0].isdigit() and " " in inside and not _MATH_SIGN.search(inside)


def _note_rule(state: StateInline, silent: bool) -> bool:
    """Take the mark of a note, such as `[^1]`."""
    found = _NOTE.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        token = state.push("note", "", 0)
        token.markup = found[0]
    state.pos = found.end()
    return True


# From tokens to blocks


_BLOCKS: dict[str, Kind] = {"list_item": "item", "blockquote": "quote"}


class _Walk:
    """Goes through the tokens of a text and adds their blocks to a document."""

    def __init__(self, builder: Builder, lines: Sequence[Line]) -> None:
        self.builder = builder
        self.lines = lines
        self.around: list[str] = []
        self.rows: list[list[Cell]] = []
        self.heads = 0
        self.cell_from = 0

    def walk(self, tokens: Sequence[Token]) -> None:
        """Add the blocks of all tokens."""
        for index, token in enumerate(tokens):
            name, _, side = token.type.rpartition("_")
            if name in _BLOCKS:
                if side == "open":
                    self.around.append(_BLOCKS[name])
                else:
                    self.around.pop()
            elif token.type in ("fence", "code_block"):
                self._code(token)
            elif token.type == "html_block":
                self._html(token)
            elif token.type == "inline":
                self._inline(tokens[index - 1], token)
            elif name in ("table", "tr"):
                self._table_part(name, side, token)

    def _table_part(self, name: str, side: str, token: Token) -> None:
        """Begin a row, or begin or end a table."""
        if side == "open":
            if name == "table":
                self.rows = []
            else:
                self.rows.append([])
                self.cell_from = self.lines[_first(token)].start
        elif name == "table":
            self.builder.table(gathered(self.rows) if has_lone_marks(self.rows) else self.rows, 1)

    def _inline(self, opened: Token, token: Token) -> None:
        if opened.type in ("th_open", "td_open"):
            line = self.lines[_first(token)]
            offsets = _in_line(token.content, line, self.cell_from)
            start = self.cell_from
            if offsets:
                self.cell_from = offsets[-1] + 1
            plain = _plain(token, offsets)
            self.rows[-1].append(self.builder.cell(plain, start, is_head=opened.type == "th_open"))
            return
        plain = _plain(token, self._offsets(token))
        if opened.type == "heading_open":
            self.builder.heading(int(opened.tag[1]), plain)
        else:
            # A note's text is a paragraph; its mark was dropped.
            kind: Kind = "paragraph"
            if self.around:
                kind = "item" if self.around[-1] == "item" else "quote"
            self.builder.add(kind, plain)

    def _offsets(self, token: Token) -> Sequence[int]:
        """Return the offset of each character of what a token holds: each of its lines ends a line of the source."""
        if "\n" not in token.content:
            return _in_line(token.content, self.lines[_first(token)], self.lines[_first(token)].start)
        offsets: list[int] = []
        for number, content in enumerate(token.content.split("\n"), _first(token)):
            if number > _first(token):
                offsets.append(self.lines[number - 1].start + len(self.lines[number - 1].text))
            line = self.lines[number]
            offsets += _in_line(content, line, line.start)
        return offsets

    def _code(self, token: Token) -> None:
        begin, end = token.map or (0, 0)
        if token.type == "fence":
            begin += 1
        offsets: list[int] = []
        for number, content in enumerate(token.content.split("\n"), begin):
            if number > begin:
                offsets.append(self.lines[number - 1].start + len(self.lines[number - 1].text))
            if number < min(end, len(self.lines)):
                offsets += _in_line(content, self.lines[number], self.lines[number].start)
        self.builder.add("code", Plain(token.content[: len(offsets)], offsets))

    def _html(self, token: Token) -> None:
        begin, end = token.map or (0, 0)
        last = self.lines[end - 1]
        add_html(self.builder, self.lines[begin].start, last.start + len(last.text))


def _first(token: Token) -> int:
    return token.map[0] if token.map else 0


def _in_line(content: str, line: Line, start: int) -> Sequence[int]:
    """Return the offset of each character of a part of a line, looked for from an offset on."""
    text = line.text
    found = text.find(content, start - line.start) if start > line.start else text.rfind(content)
    if found >= 0:
        return range(line.start + found, line.start + found + len(content))
    # An escaped pipe, or blanks for a tab: character by character.
    offsets = []
    place = max(start - line.start, 0)
    for character in content:
        following = text.find(character, place)
        if following >= 0:
            place = following
        offsets.append(line.start + min(place, max(len(text) - 1, 0)))
        place += following >= 0
    return offsets


class _Inline:
    """Collects the characters of inline tokens with their offsets, by a cursor in what the block holds."""

    def __init__(self, content: str, offsets: Sequence[int]) -> None:
        self.content = content
        self.offsets = offsets
        self.cursor = 0
        self.text: list[str] = []
        self.places: list[int] = []
        self.raised: int | None = None

    def put(self, text: str, place: int) -> None:
        """Add characters that all are at one place of the content."""
        self.text.append(text)
        offset = self.offsets[min(place, len(self.offsets) - 1)] if self.offsets else 0
        self.places += [offset] * len(text)

    def find(self, marks: str) -> int:
        """Return where marks stand from the cursor on, and move the cursor behind them."""
        found = self.content.find(marks, self.cursor)
        if found < 0:
            return self.cursor
        self.cursor = found + len(marks)
        return found

    def copy(self, text: str) -> None:
        """Add characters that are in the content as they are."""
        found = self.find(text)
        self.text.append(text)
        places = self.offsets[found : found + len(text)]
        self.places += places
        if self.offsets:
            self.places += [self.offsets[-1]] * (len(text) - len(places))

    def skip_target(self) -> None:
        """Move the cursor behind the end of a link or picture: `](...)`, `][...]` or `]`."""
        self.find("]")
        following = self.content[self.cursor : self.cursor + 1]
        if following in ("(", "["):
            self.cursor = _closing(self.content, self.cursor) + 1

    def link(self, child: Token) -> None:
        """Move the cursor behind the beginning or end of a link, or behind a picture."""
        if child.markup == "autolink":
            self.find("<" if child.type == "link_open" else ">")
        elif child.type == "link_open":
            self.find("[")
        elif child.type == "link_close":
            self.skip_target()
        else:
            self.find("![")
            self.cursor = _closing(self.content, self.cursor - 1)
            self.skip_target()

    def math(self, child: Token) -> None:
        """Add math within a line; math in a block of its own is not text."""
        place = self.find(child.markup + child.content + child.markup) + len(child.markup)
        if child.markup == "$":
            said = plain_math(child.content, self.offsets[place : place + len(child.content)])
            self.text.append(said.text)
            self.places += said.offsets

    def line_end(self) -> None:
        """Add a blank for a line end."""
        place = self.find("\n")
        if self.text and not "".join(self.text[-1:]).endswith(" "):
            self.put(" ", place)

    def html(self, tag: str) -> None:
        """Take a tag: a line break is a blank, raised digits are such, raised words are marks of notes."""
        place = self.find(tag)
        name = tag.strip("</> \t\n").split()[0].lower() if tag.strip("</> \t\n") else ""
        if name in ("br", "br/"):
            self.put(" ", place)
        elif tag.lower() == "<sup>":
            self.raised = len(self.places)
        elif tag.lower() == "</sup>" and self.raised is not None:
            said = "".join(self.text)
            kept = superscript(said[self.raised :])
            self.text = [said[: self.raised], kept or ""]
            if not kept:
                del self.places[self.raised :]
            self.raised = None

    def plain(self) -> Plain:
        """Return what was collected, without blanks around it."""
        text = "".join(self.text)
        begin = len(text) - len(text.lstrip(" \t\n"))
        stripped = text.strip(" \t\n")
        return Plain(stripped, self.places[begin : begin + len(stripped)])


def _closing(text: str, start: int) -> int:
    """Return the place of the bracket that closes the one at `start`, the end of the text without one."""
    opening = text[start]
    closing = {"(": ")", "[": "]"}[opening]
    depth = 0
    place = start
    while place < len(text):
        sign = text[place]
        if sign == "\\":
            place += 1
        elif sign == opening:
            depth += 1
        elif sign == closing:
            depth -= 1
            if not depth:
                return place
        place += 1
    return len(text)


def _plain(token: Token, offsets: Sequence[int]) -> Plain:
    """Return the plain text of an inline token, whose content has these offsets."""
    inline = _Inline(token.content, offsets)
    for child in token.children or ():
        _take(inline, child)
    return inline.plain()


def _take(inline: _Inline, child: Token) -> None:
    match child.type:
        case "text":
            inline.copy(child.content)
        case "text_special":
            inline.put(child.content, inline.find(child.markup))
        case "softbreak" | "hardbreak":
            inline.line_end()
        case "code_inline":
            inline.find(child.markup)
            inline.copy(child.content)
            inline.find(child.markup)
        case "math":
            inline.math(child)
        case "html_inline":
            inline.html(child.content)
        case "image" | "link_open" | "link_close":
            inline.link(child)
        case _:
            inline.find(child.markup)
