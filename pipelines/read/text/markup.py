"""HTML as a document: a saved page or a part of one.

Belongs here: tags, their nesting as far as blocks and tables need it, and which part of a page is the text. Does not:
Markdown. The tags are read here and not by a parser of trees, since those keep no place of their texts.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tidebook.pipelines.read.text.blocks import Builder, Cell, Document, Kind, Plain
from tidebook.pipelines.read.text.math import superscript
from tidebook.pipelines.read.text.split_cells import gathered
from tidebook.pipelines.read.text.work import OF_TAG, Work, work_of_markup

_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*)")
_STOP = re.compile("""["'>]""")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_PIECE = re.compile(r"[ \t\r\n\f]+|&|[^ \t\r\n\f&]+")
_ATTRIBUTE = re.compile(r"""([A-Za-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")

_RAW = frozenset(
    ["annotation", "iframe", "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title"]
)
"""Elements whose content is not text of the page."""
_ASIDE = frozenset(["aside", "audio", "button", "canvas", "dialog", "footer", "form", "head", "menu", "nav", "video"])
"""Elements that are not part of the text."""
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_WITHIN = """a abbr b bdi bdo big cite code data del dfn em font i img input ins kbd label mark math mi mn mo mrow
mstyle msub msup mtext nobr q rp rt ruby s samp semantics small span strike strong sub sup time tt u var wbr"""
_INLINE = frozenset(_WITHIN.split())
"""Elements within a line."""
_KINDS: dict[str, Kind] = {"li": "item", "dd": "item", "dt": "item", "blockquote": "quote", "figcaption": "caption"}
_KINDS |= {"pre": "code"}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MAY_STAY_OPEN = frozenset(["li", "p", "dd", "dt", "tr", "td", "th"])
"""Elements whose end tag HTML lets authors leave out: the next of their kind ends them."""


def _is_inline(name: str) -> bool:
    """Whether an element is within a line, as are those of other vocabularies, such as the facts of inline XBRL."""
    return name in _INLINE or ":" in name


class _Tag(NamedTuple):
    """A tag or a run of text: where it begins and ends; `name` is "" for text, `/p` for an end tag."""

    name: str
    start: int
    end: int


def _tags(source: str, start: int, end: int) -> Iterator[_Tag]:
    """Yield the tags and texts of HTML in order, without comments and without scripts and the like."""
    scanner = _Scanner(source, end)
    position = text_from = start
    while (opening := source.find("<", position, end)) >= 0:
        found = scanner.markup_at(opening)
        if found is None:  # a `<` of the text
            position = opening + 1
            continue
        if opening > text_from:
            yield _Tag("", text_from, opening)
        if found.name:
            yield found
        position = text_from = scanner.end_of_content(found) if found.name in _RAW else found.end
    if text_from < end:
        yield _Tag("", text_from, end)


MOST_VALUES, FEW_VALUES = 200, 10
"""Maximum quoted values within a tag: behind more, a mark was forgotten. Where that is so again and again, it is the
second one: the text is not HTML, and each `<` in it would be followed far."""

MOST_FORGOTTEN = 100
"""Maximum tags without an end before that."""


class _Scanner:
    """Finds where tags and comments end. It looks only once for what the rest of the source does not have."""

    def __init__(self, source: str, end: int) -> None:
        self.source = source
        self.end = end
        self.unclosed: set[str] = set()
        self.forgotten = 0
        self._stop_from, self._stop = 0, _STOP.search(source, 0, end)

    def markup_at(self, opening: int) -> _Tag | None:
        """Return the tag that a `<` begins, or the comment, whose name is ""; None if it begins neither."""
        if self.source.startswith(("<!", "<?"), opening):
            end = self._end_of_comment(opening)
            return _Tag("", opening, end) if end >= 0 else None
        found = _NAME.match(self.source, opening, self.end)
        if found is None:
            return None
        end = self._end_of_tag(found.end())
        if end < 0:
            self.forgotten += 1
            return None
        slash = "/" if self.source[opening + 1] == "/" else ""
        return _Tag(slash + found[1].lower(), opening, end)

    def _end_of_comment(self, opening: int) -> int:
        """Return the end of a comment, declaration or instruction, -1 if it has none."""
        mark = "-->" if self.source.startswith("<!--", opening) else ">"
        close = self._find(mark, opening)
        return close + len(mark) if close >= 0 else -1

    def _end_of_tag(self, start: int) -> int:
        """Return the end of a tag, -1 if it has none or too many quoted values; these may hold `>`."""
        position = start
        for _ in range(MOST_VALUES if self.forgotten < MOST_FORGOTTEN else FEW_VALUES):
            stop = self._stop_behind(position)
            if stop is None:
                return -1
            if stop[0] == ">":
                return stop.end()
            close = self._find(stop[0], stop.end())
            # Without its other half a quotation mark is an apostrophe, and hides nothing.
            position = close + 1 if close >= 0 else stop.end()
        return -1

    def _stop_behind(self, position: int) -> re.Match[str] | None:
        """Return the first sign from a position on that ends a tag or hides something in it.

        The last one found is kept: where there is none for long, each `<` before it would be followed so far.
        """
        is_known = self._stop_from <= position and (self._stop is None or position <= self._stop.start())
        if not is_known:
            self._stop_from, self._stop = position, _STOP.search(self.source, position, self.end)
        return self._stop

    def _find(self, mark: str, start: int) -> int:
        """Return where a mark stands from `start` on, -1 if it does not."""
        place = -1 if mark in self.unclosed else self.source.find(mark, start, self.end)
        if place < 0:
            self.unclosed.add(mark)
        return place

    def end_of_content(self, tag: _Tag) -> int:
        """Return where the content of an element without text ends; where its tag ends if it is not closed."""
        is_empty = self.source[tag.end - 2] == "/"
        if is_empty or tag.name in self.unclosed:
            return tag.end
        found = re.compile(f"</{tag.name}", re.IGNORECASE).search(self.source, tag.end, self.end)
        if found is None:
            self.unclosed.add(tag.name)
            return tag.end
        return found.start()


def _attributes(source: str, tag: _Tag) -> dict[str, str]:
    """Return the attributes of a tag, names in small letters."""
    found = {}
    name_end = _NAME.match(source, tag.start).end()  # type: ignore[union-attr]  # a tag has a name
    for attribute in _ATTRIBUTE.finditer(source, name_end, tag.end - 1):
        name, *values = attribute.groups()
        found[name.lower()] = html.unescape(next((value for value in values if value is not None), ""))
    return found


def read_html(name: str, source: str) -> Document:
    """Read the text of a page: its `<article>`, else its `<main>`, else its body; of several articles all."""
    builder = Builder(name, source, _work_of(name, source))
    parts = _text_parts(source)
    for start, end in parts:
        add_html(builder, start, end, drop_beside=parts == [(0, len(source))])
    return builder.document()


def _work_of(name: str, source: str) -> int:
    """Return the work of a page without its scripts and the like.

    Raises:
        InputError: it is too much; it names the line.
    """
    work = Work(name)
    for tag in _tags(source, 0, len(source)):
        if not work.add(work_of_markup(source, tag.start, tag.end) + (OF_TAG if tag.name else 0)):
            raise work.refusal(Document(name, source, (), ()).place(tag.start).line)
    return work.done


def _text_parts(source: str) -> list[tuple[int, int]]:
    """Return where the parts of a page with its text begin and end."""
    outermost = _outermost(source, ("article", "main"))
    articles = [part for part in outermost["article"] if _has_text(source, *part)]
    # Many articles are a list of teasers, which is not an article.
    if 0 < len(articles) <= MOST_ARTICLES:
        return articles
    mains = [part for part in outermost["main"] if _has_text(source, *part)]
    return mains or [(0, len(source))]


def _outermost(source: str, names: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """Return where the content of elements begins and ends, by their names; of nested ones that of the outermost."""
    found: dict[str, list[tuple[int, int]]] = {name: [] for name in names}
    opened: dict[str, list[int]] = {name: [] for name in names}
    for tag in _tags(source, 0, len(source)):
        name = tag.name.removeprefix("/")
        if name not in found:
            continue
        if tag.name == name:
            opened[name].append(tag.end)
        elif opened[name]:
            begin = opened[name].pop()
            if not opened[name]:
                found[name].append((begin, tag.start))
    return found


MOST_ARTICLES = 3
"""Maximum `<article>` elements that are the text: a page of more is a list of teasers."""
LEAST_TEXT = 250
"""Minimum characters of a part of a page that may be its text."""


def _has_text(source: str, start: int, end: int) -> bool:
    """Whether a part of a page holds running text or a table."""
    total = 0
    for tag in _tags(source, start, end):
        if tag.name == "table":
            return True
        if not tag.name:
            # Half of the blanks: indented markup without text has many of them.
            total += tag.end - tag.start - source.count(" ", tag.start, tag.end) // 2
        if total >= LEAST_TEXT:
            return True
    return False


@dataclass
class _Table:
    """A table that is being read: its rows, the cell that is open, and cells that reach into rows below."""

    caption: Plain | None = None
    rows: list[list[Cell]] = field(default_factory=list)
    head_rows: int = 0
    column: int = 0
    spans: dict[tuple[int, int], Cell] = field(default_factory=dict)
    in_head: bool = False
    opened: tuple[_Tag, dict[str, str]] | None = None


MOST_SPANNED, MOST_REPEATED = 100, 200_000
"""Maximum columns or rows that a cell is repeated in, and repeated cells of a page, behind which none is repeated."""


class _Open:
    """The elements that are open. A text may open thousands and close none, so that none is looked for among all."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._kinds: list[Kind] = []
        self._counts: Counter[str] = Counter()

    def __contains__(self, name: str) -> bool:
        """Whether an element of a name is open."""
        return self._counts[name] > 0

    def __len__(self) -> int:
        """How many are open."""
        return len(self._names)

    @property
    def last(self) -> str:
        """The innermost one, "" for none."""
        return self._names[-1] if self._names else ""

    @property
    def kind(self) -> Kind:
        """The kind of block that text in them is."""
        return self._kinds[-1] if self._kinds else "paragraph"

    def push(self, name: str) -> None:
        """Open an element."""
        self._kinds.append(_KINDS.get(name, self.kind))
        self._names.append(name)
        self._counts[name] += 1

    def pop(self) -> str:
        """Close the innermost one, and return its name."""
        self._kinds.pop()
        name = self._names.pop()
        self._counts[name] -= 1
        return name


class _Page:
    """Adds the blocks of HTML to a document."""

    def __init__(self, builder: Builder, source: str, *, drop_beside: bool = False) -> None:
        self.drop_beside = drop_beside
        self.builder = builder
        self.source = source
        self.text: list[str] = []
        self.places: list[int] = []
        self.stack = _Open()
        self.hidden = 0
        self.tables: list[_Table] = []
        self.raised: list[tuple[int, int]] = []  # the pieces of text, and characters, before each
        self.linked = False
        self.after_entity = 0
        self.repeated = 0
        self.rows_alone = 0

    def text_of(self, tag: _Tag) -> None:
        """Add a run of text: entities resolved, blanks one."""
        if self.hidden:
            return
        keep = "pre" in self.stack
        for piece in _PIECE.finditer(self.source, tag.start, tag.end):
            said, start = piece[0], piece.start()
            if said[0] in " \t\r\n\f":
                self._blank(said if keep else " ", start)
            elif said == "&":
                self._entity(start, tag.end)
            elif start >= self.after_entity:
                self.text.append(said)
                self.places += range(start, piece.end())
            elif piece.end() > self.after_entity:
                self.text.append(said[self.after_entity - start :])
                self.places += range(self.after_entity, piece.end())

    def _blank(self, said: str, start: int) -> None:
        # As browsers do it: blanks in a row are one, and a block does not begin with any.
        if len(said) == 1 and (not self.text or self.text[-1].endswith(" ")):
            return
        self.text.append(said)
        self.places += [start] * len(said)

    def _entity(self, start: int, end: int) -> None:
        entity = _ENTITY.match(self.source, start, end)
        said = html.unescape(entity[0]) if entity else "&"
        if entity and said != entity[0]:
            self.after_entity = entity.end()
        else:
            said = "&"
        self.text.append(said)
        self.places += [start] * len(said)

    def take(self) -> Plain:
        """Return the text since the last block, and forget it."""
        text = "".join(self.text)
        begin = len(text) - len(text.lstrip())
        stripped = text.strip()
        plain = Plain(stripped, self.places[begin : begin + len(stripped)])
        self.text, self.places, self.raised = [], [], []
        return plain

    def flush(self) -> None:
        """Add the text since the last block as a block, unless a cell of a table is open."""
        if self.tables:
            if self.places and self.tables[-1].opened:
                self._blank(" ", self.places[-1])
            return
        if not self.text:
            return
        self.builder.add(self.stack.kind, self.take())

    def tag(self, tag: _Tag) -> None:
        """Take a tag."""
        if tag.name.startswith("/"):
            self._close(tag.name[1:], tag)
            return
        if self.hidden:
            if tag.name not in _VOID:
                self.stack.push(tag.name)
            return
        attributes = _attributes(self.source, tag)
        if _is_hidden(tag.name, attributes, self.stack) or (self.drop_beside and _is_beside(tag.name, attributes)):
            if tag.name in _VOID or self.source[tag.end - 2] == "/":
                return
            self.flush()
            self.stack.push(tag.name)
            self.hidden = len(self.stack)
            return
        self._open(tag, attributes)

    def _open(self, tag: _Tag, attributes: dict[str, str]) -> None:
        name = tag.name
        if name == "br":
            self._blank(" ", tag.start)
        elif name == "sup":
            self.raised.append((len(self.text), len(self.places)))
            self.linked = False
        elif name == "a" and self.raised:
            self.linked = True
        elif name == "table":
            self.flush()
            self.tables.append(_Table())
        elif self.tables and name in ("tr", "td", "th", "thead", "tbody", "tfoot", "caption"):
            self._table_part(tag, attributes)
        elif not _is_inline(name):
            self.flush()
        self._push(tag)

    def _push(self, tag: _Tag) -> None:
        """Put an element on the stack, unless it has no content."""
        if tag.name in _VOID or self.source[tag.end - 2] == "/":
            return
        if tag.name in _MAY_STAY_OPEN and self.stack.last == tag.name:
            self.stack.pop()
        self.stack.push(tag.name)

    def _close(self, name: str, tag: _Tag) -> None:
        # An end tag without its start closes nothing: it must not close the elements around it.
        if name not in self.stack:
            return
        was_hidden = bool(self.hidden)
        if not (was_hidden or _is_inline(name) or name in _HEADINGS):
            self.flush()
        self._unwind(name)
        if not was_hidden:
            self._end(name, tag)

    def _end(self, name: str, tag: _Tag) -> None:
        """Take what ends with an element."""
        if name == "sup":
            self._end_of_raised()
        elif name in _HEADINGS and not self.tables:
            self.builder.heading(int(name[1]), self.take())
        elif self.tables and name in ("td", "th", "tr", "table", "caption"):
            self._end_of_table_part(name, tag)
        elif self.tables and name == "thead":
            self.tables[-1].in_head = False

    def _unwind(self, name: str) -> None:
        """Take tags off the stack up to one of this name, or to the one that hides what is in it."""
        while self.stack:
            last = self.stack.pop()
            # An end tag of something outside also ends what hides its content.
            if self.hidden and len(self.stack) < self.hidden:
                self.hidden = 0
                return
            if last == name:
                return

    def _end_of_raised(self) -> None:
        """Keep raised digits as such, and drop marks of notes."""
        if not self.raised:
            return
        piece, begin = self.raised.pop()
        # Only what is raised is touched: a page may have as many marks of notes as words.
        kept = (None if self.linked else superscript("".join(self.text[piece:]).strip())) or ""
        self.text[piece:] = [kept] if kept else []
        del self.places[begin + len(kept) :]

    def _table_part(self, tag: _Tag, attributes: dict[str, str]) -> None:
        table = self.tables[-1]
        name = tag.name
        if name in ("td", "th"):
            self._end_of_cell(tag.start)
            if not table.rows:
                self._begin_row()
            table.opened = (tag, attributes)
            self.take()
            return
        self._end_of_cell(tag.start)
        if name == "tr":
            self._begin_row()
        elif name == "caption":
            self.take()
        else:
            table.in_head = name == "thead"

    def _begin_row(self) -> None:
        table = self.tables[-1]
        table.rows.append([])
        table.column = 0

    def _end_of_cell(self, start: int) -> None:
        """Add the cell that is open, in as many columns and rows as it spans."""
        table = self.tables[-1]
        if table.opened is None:
            return
        tag, attributes = table.opened
        table.opened = None
        is_head = tag.name == "th" or table.in_head
        cell = self.builder.cell(self.take(), min(tag.end, start), is_head=is_head)
        row = len(table.rows) - 1
        self._fill_spanned(table, row)
        spanned = Cell(cell.text, cell.place, cell.offsets, True, is_head)
        width, height = _span(attributes, "colspan"), _span(attributes, "rowspan")
        if self.repeated + width * height > MOST_REPEATED:
            width = height = 1
        self.repeated += width * height - 1
        for down in range(height):
            for across in range(width):
                if down:
                    table.spans[row + down, table.column + across] = spanned
                else:
                    table.rows[-1].append(spanned if across else cell)
        table.column += width

    def _fill_spanned(self, table: _Table, row: int) -> None:
        while (repeated := table.spans.pop((row, table.column), None)) is not None:
            table.rows[-1].append(repeated)
            table.column += 1

    def _end_of_table_part(self, name: str, tag: _Tag) -> None:
        table = self.tables[-1]
        if name == "caption":
            table.caption = self.take()
            return
        self._end_of_cell(tag.start)
        if table.rows and name in ("tr", "table"):
            self._fill_spanned(table, len(table.rows) - 1)
        if name == "table":
            self.take()
            self.tables.pop()
            self._finish(table)

    def _finish(self, table: _Table) -> None:
        """Add a table, or the texts of its cells as blocks where it is layout: one row or one column."""
        printed = list(filter(_has_own_text, table.rows))
        self.builder.check_cells(printed)
        rows = gathered(printed)
        # Pages and mails are laid out by tables of one row or column.
        is_layout = len(rows) < 2 or max(map(len, rows)) < 2
        if is_layout:
            with_digits = [cell for cell in rows[0] if re.search(r"\d", cell.text)] if len(rows) == 1 else []
            self.rows_alone += len(with_digits) > 1
            self._add_cells(rows)
        else:
            self.builder.table(rows, _head_rows(rows), table.caption)

    def _add_cells(self, rows: Sequence[Sequence[Cell]]) -> None:
        for row in rows:
            for cell in row:
                if not cell.spanned:
                    self.builder.add("paragraph", Plain(cell.text, cell.offsets))

    def end(self) -> None:
        """Add what is open at the end."""
        while self.tables:
            self._end_of_cell(len(self.source))
            self._finish(self.tables.pop())
        self.flush()
        if self.rows_alone:
            what = "1 table that is" if self.rows_alone == 1 else f"{self.rows_alone:,} tables that are each"
            note = f"{self.builder.name}: {what} a single row with several numbers: read as text, totals are not tried"
            self.builder.notes = (*self.builder.notes, note)


def _has_own_text(row: Sequence[Cell]) -> bool:
    """Whether a row has a text that no cell above or beside it repeats."""
    return any(cell.text and not cell.spanned for cell in row)


def _head_rows(rows: Sequence[Sequence[Cell]]) -> int:
    """Return how many rows at the top are marked as heads; the last row is none."""
    heads = 0
    while heads < len(rows) - 1 and all(cell.is_head or not cell.text for cell in rows[heads]):
        heads += 1
    return heads


def _span(attributes: dict[str, str], name: str) -> int:
    said = attributes.get(name, "1").strip()
    return min(max(int(said), 1), MOST_SPANNED) if said.isascii() and said.isdigit() else 1


_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def _is_hidden(name: str, attributes: dict[str, str], stack: _Open) -> bool:
    """Whether an element is not a part of the text, or is not shown."""
    # What a page says of itself in another vocabulary, such as `ix:header`, is not shown.
    if (
        name in _RAW
        or name in _ASIDE
        or name.endswith(":header")
        or (name == "header" and "article" not in stack and "body" in stack)
    ):
        return True
    if "hidden" in attributes or attributes.get("role") in ("navigation", "banner", "search", "complementary"):
        return True
    return bool(_NOT_SHOWN.search(attributes.get("style", "")))


_BESIDE = re.compile(
    r"(?:site|page|main|top|primary|global)?[-_]?(?:footer|menu|nav|navbar|navigation|breadcrumbs?|sidebar)"
    r"(?:[-_](?:menu|bar|links|widget))?|(?:cookie|consent|gdpr)s?(?:[-_].*)?|share|sharing|share[-_]buttons"
    r"|social(?:[-_](?:share|links|media|icons))?|newsletter(?:[-_].*)?|comments?(?:[-_](?:list|area|section))?"
    r"|related(?:[-_](?:posts|articles|stories|content))?|top[-_]?bar|ticker|ads?|advert(?:isement)?s?|promo(?:tion)?s?",
    re.IGNORECASE,
)
"""The class or id of what is beside the text of a page."""


def _is_beside(name: str, attributes: dict[str, str]) -> bool:
    """Whether a block of a page is named as what is beside its text: a menu, a footer, a cookie banner."""
    if name not in ("div", "section", "ul", "ol", "form"):
        return False
    names = [*attributes.get("class", "").split(), attributes.get("id", "")]
    return any(_BESIDE.fullmatch(each) for each in names)


def add_html(builder: Builder, start: int, end: int, *, drop_beside: bool = False) -> None:
    """Add the blocks of a part of the source that is HTML.

    With `drop_beside`, what is named as a menu, a footer or the like is left out: on a page without an element for its
    text nothing else tells them apart.
    """
    page = _Page(builder, builder.source, drop_beside=drop_beside)
    for tag in _tags(builder.source, start, end):
        if tag.name:
            page.tag(tag)
        else:
            page.text_of(tag)
    page.end()
