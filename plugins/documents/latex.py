"""LaTeX: paragraphs and tables with their lines, numbers of siunitx and of macros, and parts that are read in.

Belongs here: what a reader of the printed text sees. Does not: reading parts in (`parts`), or math
(`read.text.math`). Nothing is expanded but macros without arguments that stand for a plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.blocks import Builder, Cell, Document, Kind, Plain
from tidebook.pipelines.read.text.math import plain_math, superscript
from tidebook.pipelines.read.text.work import Work
from tidebook.plugins.documents.assembly import stripped
from tidebook.plugins.documents.libraries import library
from tidebook.plugins.documents.parts import Inclusion, with_parts

HAS_LINES = True
"""Whether a file is a text itself, whose lines an editor shows."""
MOST_NESTED = 60
"""Maximum braces and environments within each other: the parser calls itself for each."""
OF_SIGN = 60
"""Work of a command, brace, or mark of math or cells; a character is 1."""
MOST_SPANNED = 100

_ARGUMENTS = {
    **dict.fromkeys(("cite", "citep", "citet", "citealp", "citealt", "parencite", "textcite", "autocite"), "*[[{"),
    **dict.fromkeys(("nocite", "citeauthor", "citeyear", "label", "ref", "pageref", "eqref", "autoref"), "*{"),
    **dict.fromkeys(("cref", "Cref", "orcidID", "email", "bibliography", "bibliographystyle", "pagestyle"), "*{"),
    **dict.fromkeys(("vspace", "hspace", "input", "include", "thispagestyle", "keywords", "hypersetup"), "*{"),
    **{"multicolumn": "{{{", "multirow": "[{[{[{", "makecell": "*[{", "thead": "*[{", "rule": "[{{", "noalign": "{"},
    **{"num": "[{", "SI": "[{[{", "qty": "[{{", "si": "[{", "unit": "[{", "ang": "[{", "numrange": "[{{"},
    **{"SIrange": "[{{{", "qtyrange": "[{{{", "numlist": "[{", "tablenum": "[{"},
    **{
        "caption": "*[{",
        "subcaption": "*[{",
        "captionof": "{[{",
        "footnote": "[{",
        "footnotetext": "[{",
        "thanks": "{",
    },
    **{"textcolor": "[{{", "colorbox": "[{{", "href": "{{", "url": "{", "footnotemark": "[", "includegraphics": "*[{"},
    **{"textsuperscript": "{", "textsubscript": "{", "resizebox": "*{{{", "scalebox": "{{", "raisebox": "{[[{"},
    **{"title": "[{", "author": "[{", "date": "{", "affil": "[{", "institute": "{", "setlength": "{{", "item": "["},
    **{
        "titlerunning": "{",
        "authorrunning": "{",
        "subtitle": "{",
        "institution": "{",
        "cellcolor": "[{",
        "rowcolor": "[{",
    },
    **{"newcommand": "*{[[{", "renewcommand": "*{[[{", "providecommand": "*{[[{", "def": "", "definecolor": "{{{"},
    **{"specialrule": "{{{", "addlinespace": "[", "arraystretch": "", "selectfont": "", "fontsize": "{{", "mbox": "{"},
}
_LEVELS = {"part": 1, "chapter": 2, "section": 3, "subsection": 4, "subsubsection": 5, "paragraph": 6}
"""Level of a heading; that of the title is 0."""
_TEXT_LAST = """
    multicolumn multirow textcolor colorbox href resizebox scalebox raisebox makecell thead captionof mbox"""
_LAST_ONLY = frozenset(_TEXT_LAST.split())
"""Macros of which the last argument is text."""
_WITHOUT_TEXT = """
    cite citep citet citealp citealt parencite textcite autocite nocite label ref pageref eqref autoref cref
    Cref citeauthor citeyear includegraphics vspace hspace input include bibliography bibliographystyle url
    footnotemark author date institute email orcidID keywords pagestyle thispagestyle setlength titlerunning
    authorrunning affil institution rule newcommand renewcommand providecommand definecolor hypersetup cellcolor
    rowcolor specialrule addlinespace fontsize thanks documentclass usepackage noalign"""
_DROPPED = frozenset(_WITHOUT_TEXT.split())
_SAID = {
    **{name: name for name in ("%", "$", "&", "#", "_", "{", "}")},
    **{",": "\N{THIN SPACE}", ";": " ", ":": " ", " ": " ", "\\": " ", "newline": " ", "tabularnewline": " ", "/": ""},
    **{"textbackslash": "\\", "textasciitilde": "~", "textpm": "±", "textdegree": "°", "euro": "€", "EUR": "€"},
    **{"pounds": "£", "ldots": "…", "dots": "…", "textendash": "–", "textemdash": "—", "quad": " ", "qquad": " "},
    **{"textminus": "−", "textmu": "μ", "S": "§", "P": "¶", "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "aa": "å"},
    **{"textless": "<", "textgreater": ">", "copyright": "©", "textperiodcentered": "·", "texttimes": "×", "and": ", "},
}
"""What a macro prints."""
_ACCENTS = dict(
    zip("'`^\"~=.cvuHrk", "\u0301\u0300\u0302\u0308\u0303\u0304\u0307\u0327\u030c\u0306\u030b\u030a\u0328", strict=True)
)
_SPECIALS = {"~": "\N{NO-BREAK SPACE}", "--": "–", "---": "—", "``": "“", "''": "”", "&": " ", "!`": "¡", "?`": "¿"}
_TABLES = frozenset(["tabular", "tabular*", "tabularx", "tabulary", "longtable", "array", "tblr"])
_BESIDE_TEXT = """
    equation align gather multline eqnarray displaymath math alignat flalign verbatim lstlisting minted comment
    thebibliography tikzpicture filecontents Verbatim algorithmic"""
_SKIPPED = frozenset(_BESIDE_TEXT.split())
_PAGE_PARTS = ("endfirsthead", "endhead", "endfoot", "endlastfoot")
"""What ends the heads and feet that a table over several pages has on the first one, the others, and the last."""
_RULES = frozenset(["hline", "midrule", "toprule", "bottomrule", "Xhline", "specialrule", *_PAGE_PARTS])
_KINDS: dict[str, Kind] = {"quote": "quote", "quotation": "quote"}
_UNITS = {
    **{"percent": "%", "gram": "g", "kilogram": "kg", "meter": "m", "metre": "m", "second": "s", "minute": "min"},
    **{"hour": "h", "day": "d", "litre": "l", "liter": "L", "tonne": "t", "watt": "W", "joule": "J", "volt": "V"},
    **{
        "hertz": "Hz",
        "kelvin": "K",
        "celsius": "°C",
        "degreeCelsius": "°C",
        "degree": "°",
        "newton": "N",
        "pascal": "Pa",
    },
    **{"ampere": "A", "mole": "mol", "byte": "B", "bit": "bit", "electronvolt": "eV", "hectare": "ha", "ohm": "Ω"},
    **{"kilo": "k", "mega": "M", "giga": "G", "tera": "T", "milli": "m", "micro": "µ", "nano": "n", "centi": "c"},
    **{"per": "/", "squared": "²", "cubed": "³", "square": "", "cubic": "", "peta": "P"},
}
"""Units of siunitx as they are printed."""
_OWN = re.compile(
    r"\\(?:re)?newcommand\*?\s*\{?\\([A-Za-z]+)\}?\s*\{([^{}\\]{1,60})\}|\\def\\([A-Za-z]+)\{([^{}\\]{1,60})\}"
)
"""A macro without arguments that stands for a plain text, such as a number."""
_PART_RULE = re.compile(r"\\(?:cmidrule|cline|cdashline)\s*(?:\([^)]{0,20}\))?\s*(?:\[[^\]]{0,20}\])?\s*\{[^}]{0,20}\}")
_PARAGRAPH = re.compile(r"[ \t]*\n[ \t]*\n\s*")
_BLANKS = re.compile(r"\s+")
_TOKEN = re.compile(r"\\(?:begin|end)\b|\\.|[{}$&]", re.DOTALL)
_INPUT = re.compile(r"\\(?:input|include|subfile)\s*\{([^{}\n]{1,200})\}")
_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%")
_OPTIONS = re.compile(r"\s*\[[^\]]{0,60}\]")


def read(file: RawFile) -> Document:
    """Read a text in LaTeX.

    Raises:
        InputError: it is no text, is nested too deep or too much work, or has none.
        ImportError: the package is not installed.
    """
    latexwalker = library("pylatexenc.latexwalker", "pylatexenc", "texts in LaTeX")
    whole = with_parts(file, _inclusions)
    work = _work_of(file.path, whole.source)
    source = _PART_RULE.sub(lambda found: " " * len(found[0]), whole.source)
    context = _context(latexwalker)

    def parse(start: int, end: int) -> Sequence[Any]:
        """Return the nodes of the text or a part of it."""
        walker = latexwalker.LatexWalker(source[:end], latex_context=context, tolerant_parsing=True)
        try:
            return _body_of(walker.get_latex_nodes(pos=start)[0])
        except (latexwalker.LatexWalkerError, RecursionError, ValueError, IndexError) as error:
            raise InputError(Problem(file.path, "LaTeX that can be parsed")) from error

    builder = Builder(file.path, whole.source, work, whole.wheres, whole.notes)
    parts = {part.start: partial(parse, part.begin, part.stop) for part in whole.parts}
    text = _Text(builder, source, _macros_in(source), parts)
    text.walk(parse(0, whole.length))
    text.end()
    if not builder.blocks:
        raise InputError(Problem(file.path, "a text: there is none between \\begin{document} and \\end{document}"))
    return builder.document()


def _inclusions(source: str, _: str) -> Iterator[Inclusion]:
    """Yield what is read in, from the folder of the text itself, but for comments."""
    for found in _INPUT.finditer(source):
        line = source.rfind("\n", 0, found.start()) + 1
        if not _COMMENT.search(source, line, found.start()):
            name = found[1].strip()
            yield Inclusion(*found.span(), name if PurePosixPath(name).suffix else f"{name}.tex")


def _context(latexwalker: Any) -> Any:
    from pylatexenc.macrospec import EnvironmentSpec, MacroSpec

    context = latexwalker.get_default_latex_context_db()
    macros = [MacroSpec(name, arguments) for name, arguments in _ARGUMENTS.items()]
    tables = {
        "tabular*": "{[{",
        "tabularx": "{[{",
        "tabulary": "{[{",
        "longtable": "[{",
        "tabular": "[{",
        "array": "[{",
    }
    environments = [EnvironmentSpec(name, arguments) for name, arguments in tables.items()]
    environments += [EnvironmentSpec(name, "[") for name in ("table", "table*", "figure", "figure*")]
    context.add_context_category("tidebook", macros=macros, environments=environments, prepend=True)
    return context


def _work_of(path: str, source: str) -> int:
    """Return the work of a text. Raises InputError if it is too much, or nested too deep, at its line."""
    work = Work(path)
    depth = 0
    at = 0
    for token in _TOKEN.finditer(source):
        if not work.add(token.end() - at + OF_SIGN):
            raise work.refusal(source.count("\n", 0, at) + 1)
        at = token.end()
        if token[0] in ("{", "\\begin"):
            depth += 1
        elif token[0] in ("}", "\\end"):
            depth -= 1
        if depth > MOST_NESTED:
            line = source.count("\n", 0, at) + 1
            raise InputError(Problem(path, f"braces and environments nested at most {MOST_NESTED} deep", line))
    return work.done + len(source) - at


def _macros_in(source: str) -> dict[str, str]:
    """Return the macros of the text's own that stand for a plain text."""
    found = {}
    for each in _OWN.finditer(source):
        found[each[1] or each[3]] = each[2] or each[4]
    return found


def _body_of(nodes: Sequence[Any]) -> Sequence[Any]:
    """Return what is between the beginning and end of the document, with its title; all of a part alone."""
    for place, node in enumerate(nodes):
        if getattr(node, "environmentname", "") == "document":
            titles = [each for each in nodes[:place] if getattr(each, "macroname", "") == "title"]
            return [*titles, *node.nodelist]
    return nodes


@dataclass
class _Text:
    """Adds the blocks of LaTeX to a document.

    Attributes:
        source: what was parsed, as long as the source of the document.
        macros: the text's own macros that stand for a text.
        parts: the nodes of the parts that are read in, by the offset of the macro.
    """

    builder: Builder
    source: str
    macros: Mapping[str, str]
    parts: Mapping[int, Callable[[], Sequence[Any]]]
    kind: Kind = "paragraph"
    footnotes: list[Plain] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _offsets: list[int] = field(default_factory=list)

    def walk(self, nodes: Iterable[Any]) -> None:
        """Read nodes one after another."""
        for node in nodes:
            name = type(node).__name__
            if name == "LatexCharsNode":
                self._characters(node)
            elif name == "LatexSpecialsNode":
                self._special(node)
            elif name == "LatexGroupNode":
                self.walk(node.nodelist)
            elif name == "LatexMathNode":
                self._math(node)
            elif name == "LatexMacroNode":
                self._macro(node)
            elif name == "LatexEnvironmentNode":
                self._environment(node)

    def _put(self, text: str, offsets: Iterable[int]) -> None:
        for character, offset in zip(text, offsets, strict=True):
            is_blank = character.isspace() and character not in "\N{NO-BREAK SPACE}\N{THIN SPACE}"
            if is_blank and (not self._text or self._text[-1] == " "):
                continue
            self._text.append(" " if is_blank else character)
            self._offsets.append(offset)

    def _characters(self, node: Any) -> None:
        at = 0
        for end in _PARAGRAPH.finditer(node.chars):
            self._put(node.chars[at : end.start()], range(node.pos + at, node.pos + end.start()))
            self.flush()
            at = end.end()
        self._put(node.chars[at:], range(node.pos + at, node.pos + len(node.chars)))

    def _special(self, node: Any) -> None:
        if not node.specials_chars.strip():
            self.flush()
            return
        said = _SPECIALS.get(node.specials_chars, node.specials_chars)
        self._put(said, [node.pos] * len(said))

    def _math(self, node: Any) -> None:
        if node.displaytype != "inline":
            return
        first, last = (len(each) for each in node.delimiters)
        start, end = node.pos + first, node.pos + node.len - last
        said = plain_math(self.source[start:end], range(start, end))
        text = "".join(self.macros.get(each.strip(), each) for each in re.split(r"( [A-Za-z]+ )", said.text))
        self._put(*((said.text, said.offsets) if text == said.text else (text, [start] * len(text))))

    def _macro(self, node: Any) -> None:
        arguments = [each for each in (node.nodeargd.argnlist if node.nodeargd else ()) or () if each is not None]
        name = node.macroname
        if node.pos in self.parts:
            self.walk(self.parts[node.pos]())
        elif name in _DROPPED or name in _RULES or self._is_block(node, arguments):
            return
        elif (said := self._printed(node, arguments)) is not None:
            self._put(said.text, said.offsets)
        else:
            self.walk(arguments[-1:] if name in _LAST_ONLY else arguments)

    def _is_block(self, node: Any, arguments: Sequence[Any]) -> bool:
        """Take a macro that begins, ends or is a block; return whether it is one."""
        name = node.macroname
        if name in ("footnote", "footnotetext"):
            self.footnotes.append(self._apart(arguments[-1:]))
            return True
        if name not in (*_LEVELS, "title", "caption", "subcaption", "item", "par"):
            return False
        self.flush()
        if name == "item":
            self.walk(arguments)
            self._put(" " * len(arguments), [node.pos] * len(arguments))
        elif name in ("caption", "subcaption"):
            self.builder.add("caption", self._apart(arguments[-1:]))
        elif arguments:
            self.builder.heading(_LEVELS.get(name, 0), self._apart(arguments[-1:]))
        return True

    def _printed(self, node: Any, arguments: Sequence[Any]) -> Plain | None:
        """Return what a macro prints itself; None for one whose arguments are the text."""
        name, start = node.macroname, node.pos
        if (said := _siunitx(name, arguments, self)) is not None:
            start = arguments[0].pos + 1
        elif name == "textsuperscript":
            raised = self._apart(arguments[-1:])
            said = superscript(raised.text) or ""
            return Plain(said, raised.offsets[: len(said)])
        elif name in _ACCENTS and arguments:
            said = _accented(name, self._apart(arguments[-1:]).text)
        elif name in self.macros:
            said = f"{self.macros[name]}{node.macro_post_space}"
        else:
            said = _SAID.get(name)
        return None if said is None else Plain(said, [start] * len(said))

    def _environment(self, node: Any) -> None:
        name = node.environmentname
        if name.rstrip("*") in _SKIPPED:
            return
        if name in _TABLES:
            self.flush()
            self._table(node)
            return
        self.flush()
        kind, self.kind = self.kind, _KINDS.get(name, self.kind)
        if name in ("itemize", "enumerate", "description"):
            self.kind = "item"
        self.walk(node.nodelist)
        self.flush()
        self.kind = kind

    def _apart(self, nodes: Iterable[Any]) -> Plain:
        """Return the text of nodes as one, apart from the block that is open."""
        inner = _Text(self.builder, self.source, self.macros, self.parts)
        inner.walk_inline(nodes)
        self.footnotes += inner.footnotes
        return inner.take()

    def walk_inline(self, nodes: Iterable[Any]) -> None:
        """Read nodes as one text: a table within is one line."""
        for node in nodes:
            if type(node).__name__ in ("LatexEnvironmentNode", "LatexGroupNode"):
                self.walk_inline(node.nodelist)
            elif getattr(node, "macroname", "") in _LAST_ONLY and node.nodeargd:
                self.walk_inline([each for each in node.nodeargd.argnlist if each is not None][-1:])
            else:
                self.walk([node])

    def take(self) -> Plain:
        """Return the text since the last block, and forget it."""
        plain = stripped(Plain("".join(self._text), self._offsets))
        self._text, self._offsets = [], []
        return plain

    def flush(self) -> None:
        """Add the text since the last block as a block."""
        if not self._text:
            return
        plain = self.take()
        if plain.text:
            self.builder.add(self.kind, plain)

    def end(self) -> None:
        """Add what is open, and the footnotes."""
        self.flush()
        for note in self.footnotes:
            self.builder.add("paragraph", note)

    # Tables

    def _table(self, node: Any) -> None:
        """Add a table: its rows are parted by double backslashes, the cells of each by ampersands."""
        rows: list[list[Cell]] = []
        heads = 0
        above: dict[int, tuple[Cell, int]] = {}
        for cells, ruled in _rows_of(_once(node.nodelist)):
            # A rule below the first rows ends the heads.
            if ruled and rows and not heads:
                heads = len(rows)
            if not cells:
                continue
            rows.append(self._row(cells, above, node.pos))
        if rows:
            self.builder.table(rows, heads if heads < len(rows) else 0)

    def _row(self, cells: Sequence[Sequence[Any]], above: dict[int, tuple[Cell, int]], start: int) -> list[Cell]:
        """Return a row; `above` has the cells that reach into it by column, and for how many rows more."""
        row: list[Cell] = []
        for nodes in cells:
            width, height = _spans(nodes)
            plain = self._apart(nodes)
            place = plain.offsets[0] if plain.text else (nodes[0].pos if nodes else start)
            cell = self.builder.cell(plain, place)
            reaching = above.get(len(row))
            if reaching and not plain.text:
                cell = Cell(reaching[0].text, reaching[0].place, reaching[0].offsets, True)
                above[len(row)] = (reaching[0], reaching[1] - 1)
                if reaching[1] <= 1:
                    del above[len(row)]
            elif height > 1:
                above[len(row)] = (cell, height - 1)
            elif reaching:
                del above[len(row)]
            for _ in range(width):
                row.append(cell)
                cell = Cell(cell.text, cell.place, cell.offsets, True)
        return row


def _once(nodes: Sequence[Any]) -> Sequence[Any]:
    """Return the nodes of a table with one of its heads, and with one of its feet last, as on a single page."""
    parts: dict[str, Sequence[Any]] = {}
    begin = 0
    for place, node in enumerate(nodes):
        if (name := getattr(node, "macroname", "")) in _PAGE_PARTS:
            parts[name] = nodes[begin : place + 1]
            begin = place + 1
    heads, feet = (
        next((parts[name] for name in names if name in parts), ()) for names in (_PAGE_PARTS[:2], _PAGE_PARTS[:1:-1])
    )
    return [*heads, *nodes[begin:], *feet]


def _rows_of(nodes: Sequence[Any]) -> Iterator[tuple[list[list[Any]], bool]]:
    """Yield the cells of each row as nodes, and whether a rule stands above it; at the end a rule alone."""
    cells: list[list[Any]] = [[]]
    ruled = False
    for node in nodes:
        if getattr(node, "specials_chars", "") == "&":
            cells.append([])
        elif getattr(node, "macroname", "") in ("\\", "tabularnewline", "cr"):
            yield cells if _is_filled(cells) else [], ruled
            cells, ruled = [[]], False
        elif getattr(node, "macroname", "") in _RULES and not _is_filled(cells):
            ruled = True
        else:
            cells[-1].append(node)
    yield cells if _is_filled(cells) else [], ruled


def _is_filled(cells: Sequence[Sequence[Any]]) -> bool:
    """Whether a row has more than blanks, comments and rules."""
    if len(cells) > 1:
        return True
    for node in cells[0]:
        name = type(node).__name__
        blank = name == "LatexCommentNode" or (name == "LatexCharsNode" and not node.chars.strip())
        if not blank and getattr(node, "macroname", "") not in (*_RULES, *_DROPPED):
            return True
    return False


def _spans(nodes: Iterable[Any]) -> tuple[int, int]:
    """Return how many columns and rows a cell spans."""
    width = height = 1
    for node in nodes:
        name = getattr(node, "macroname", "")
        if name not in ("multicolumn", "multirow") or not node.nodeargd:
            continue
        arguments = [each for each in node.nodeargd.argnlist if each is not None]
        groups = [each for each in arguments if getattr(each, "delimiters", ("",))[0] != "["]
        said = _latex_of(groups[0]).strip() if groups else ""
        number = min(int(said), MOST_SPANNED) if said.isascii() and said.isdigit() else 1
        if name == "multicolumn":
            width = max(number, 1)
            height = max(height, _spans(getattr(groups[-1], "nodelist", ()))[1])
        else:
            height = max(number, 1)
    return width, height


def _latex_of(node: Any) -> str:
    nodes = getattr(node, "nodelist", [node])
    return "".join(each.latex_verbatim() for each in nodes)


def _siunitx(name: str, arguments: Sequence[Any], text: _Text) -> str | None:
    """Return how a number or quantity of siunitx is printed; None for other macros."""
    groups = [each for each in arguments if getattr(each, "delimiters", ("",))[0] != "["]
    if name in ("num", "tablenum", "ang") and groups:
        return _number(groups[0], text) + ("°" if name == "ang" else "")
    if name in ("SI", "qty") and len(groups) > 1:
        unit = _unit(groups[-1])
        return f"{_number(groups[0], text)}{'' if unit in ('%', '°') else ' '}{unit}"
    if name in ("si", "unit") and groups:
        return _unit(groups[0])
    if name == "numrange" and len(groups) > 1:
        return f"{_number(groups[0], text)} to {_number(groups[1], text)}"
    if name in ("SIrange", "qtyrange") and len(groups) > 2:
        return f"{_number(groups[0], text)} to {_number(groups[1], text)} {_unit(groups[2])}"
    if name == "numlist" and groups:
        return ", ".join(_latex_of(groups[0]).split(";"))
    return None


def _number(node: Any, text: _Text) -> str:
    """Return a number as it is printed: `1.2e3` with a power of ten; a macro stands for its text."""
    said = re.sub(r"\\([A-Za-z]+)\s*", lambda found: text.macros.get(found[1], found[1]), _latex_of(node)).strip()
    power = re.fullmatch(r"(.*?)[eEdD]\+?(-?\d+)", said)
    if not power:
        return said.replace(" ", "").replace("+-", " ± ").replace("-", "−") if "+-" in said else said.replace(" ", "")
    return f"{power[1]}·10^{power[2]}" if power[1] else f"10^{power[2]}"


def _unit(node: Any) -> str:
    said = _latex_of(node)
    return "".join(_UNITS.get(each.strip("\\ "), each) for each in re.findall(r"\\[A-Za-z]+\s*|[^\\]+", said)).strip()


def _accented(name: str, text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFC", f"{text[:1]}{_ACCENTS[name]}{text[1:]}")
