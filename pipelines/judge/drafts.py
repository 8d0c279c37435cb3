"""A dossier drafted from a text: its tables, the numbers of its prose, and claims where a number copies a cell.

Belongs here: guesses, each marked, and their order. Does not: writing files (`commands.new`), or what a dossier means.
A draft decides nothing: whoever owns it reads the guesses, which are listed by how much they decide.
"""

from __future__ import annotations

import datetime as dt
import keyword
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from tidebook.pipelines.judge.drafted_predictions import prediction_start
from tidebook.pipelines.judge.proposed import NOTHING, Verified
from tidebook.pipelines.judge.readings.statements.sheet import RANK_HEAD
from tidebook.pipelines.judge.readings.tables import label_place, read_tables
from tidebook.pipelines.judge.text.grid import SCALES, NumberTable, currency_codes, declared_scale
from tidebook.pipelines.judge.text.words import measure_of
from tidebook.pipelines.read.dossier.checked import STEPS
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.names import name_hint, slug, slug_of_all
from tidebook.pipelines.read.printed import PrintedTable
from tidebook.pipelines.read.quantities.counted import counted_numbers, is_set_aside
from tidebook.pipelines.read.quantities.numerals import without_numerals
from tidebook.pipelines.read.quantities.proposals import declarations, propose
from tidebook.pipelines.read.quantities.quantity import QuantityError, cell_reader
from tidebook.pipelines.read.quantities.sentences import FoundQuantity, find_quantities
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.tables import MOST_ROWS, read_table
from tidebook.pipelines.read.text.about import About
from tidebook.pipelines.read.text.cells import TableInText, table_in_text, text_cells_table
from tidebook.pipelines.read.text.citations import is_cited, is_reference
from tidebook.pipelines.read.text.document import Block, Document, TextTable
from tidebook.pipelines.read.text.folded import folded
from tidebook.pipelines.read.text.quotation import Quotation
from tidebook.pipelines.read.text.quotes import AmbiguousError, QuoteFinder
from tidebook.pipelines.read.toml_text import toml_value
from tidebook.schemas.base import Table
from tidebook.schemas.registry import ENGINE
from tidebook.schemas.units import EPOCH, FIRST_SEEN, LAST_SEEN, UNITS

MOST_NAME = 6
"""Maximum words of a column's name."""
MOST_WORDS = 13
"""Maximum words of a quotation in a draft."""
_MISSING = ("", "-", "–", "—", "n/a", "N/A", "n.a.", "NA", "..", "...", "†")
_YEAR = re.compile(r"(?:19|20)\d\d")
_COMPARES = re.compile(
    r"\b(?:more|less|fewer|higher|lower|larger|smaller|bigger|largest|smallest|highest|lowest|most|least|best|worst|twice"
    r"|double[ds]?|half|majority|than|all but|every|none|no other)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?]+(?:[.!?](?=\S)[^.!?]*)*[.!?]?")
_WORD = re.compile(r"\S+")


class Guess(NamedTuple):
    """Something a draft assumes: how much it decides (the least number the most), where, and what else it may be."""

    weight: int
    where: str
    words: str


@dataclass
class Column:
    """A column of a table as it is guessed."""

    head: str
    name: str
    role: str
    unit: str = ""
    extra: str = ""
    alternative: str = ""
    others: Sequence[str] = ()
    """The labels of rows that are in another unit or scale."""


class Evidence(Protocol):
    """A table that a text was held against, as evidence of the dossier."""

    @property
    def name(self) -> str:
        """Its name in expressions."""

    @property
    def path(self) -> str:
        """The file in the dossier that holds it."""

    @property
    def content(self) -> bytes:
        """The content of that file."""

    def lines(self, published: dt.date) -> Iterable[str]:
        """Return its declaration, given the day on which the article was published."""


@dataclass
class Draft:
    """The text of dossier.toml, and its guesses."""

    title: str
    lines: list[str] = field(default_factory=list)
    guesses: list[Guess] = field(default_factory=list)
    proposed: dict[int, str] = field(default_factory=dict)
    """The place in the file of proposals of each entry that was proposed, by the index of its first line."""
    proposed_ids: dict[str, str] = field(default_factory=dict)
    """The same by the id of the claim or figure."""
    evidence: list[Evidence] = field(default_factory=list)
    """What claims read of what the text was held against."""

    @property
    def toml(self) -> str:
        """The file."""
        return "\n".join(self.lines).rstrip("\n") + "\n"


def draft_of(
    document: Document,
    changed: dt.date,
    left_out: Collection[str] = (),
    proposals: Verified = NOTHING,
    about: About = About(),  # noqa: B008
    evidence: Sequence[Evidence] = (),
    *,
    is_recorded: bool = False,
) -> Draft:
    """Draft a dossier.

    Args:
        document: the article's text, under the name that it has in the dossier.
        changed: the day of publication where the text names none: that of the last change of its file.
        left_out: tables and quotations that turned out not to fit.
        proposals: claims, figures and units: those of readers, and others, about whose words no figure is recorded.
        about: what the file says about itself.
        evidence: tables that the text was held against, of which those that claims read are declared.
        is_recorded: whether each number that no claim is about becomes a figure.
    """
    heading = next((block.text for block in document.blocks if block.kind == "heading"), "")
    title = heading or about.title or document.name.rpartition(".")[0].replace("_", " ").replace("-", " ")
    draft = Draft(" ".join(title.split()) or "An article")
    published = _write_article(draft, document, changed, about)
    _write_units(draft, proposals)
    _write_tables(draft, document, left_out)
    for each in evidence:
        if any(re.search(rf"\b{each.name}\[", claim.is_) for _, claim in proposals.claims):
            draft.lines += each.lines(published)
            draft.evidence.append(each)
    _write_numbers(draft, document, left_out, proposals, is_recorded=is_recorded)
    _write_predictions(draft, document, published)
    draft.guesses.sort(key=lambda guess: guess.weight)
    return draft


def _write_article(draft: Draft, document: Document, changed: dt.date, about: About) -> dt.date:
    """Write the section [article] and return the day of publication, which is guessed if the file does not state it."""
    day, why = (about.published, "") if about.published else _published(document, changed)
    if why:
        draft.guesses.append(Guess(0, "[article] published", f"{day}, {why}: later evidence counts as known only now"))
    guess = f"  # guess: {why}" if why else ""
    draft.lines += [
        "# A draft: what is marked `# guess` was guessed. `tidebook build` makes the report.",
        "",
        "[article]",
        f"title = {toml_value(draft.title)}",
        f"published = {day}{guess}",
    ]
    draft.lines += [f"publisher = {toml_value(about.publisher)}"] if about.publisher else []
    draft.lines += [f"note = {toml_value(f'By {about.author}')}"] if about.author else []
    draft.lines += [
        f"address = {toml_value(about.address)}" if about.address else '# address = "https://..."',
        f"text = {toml_value(document.name)}",
        "# own = true  # if the text is yours, so that releases may hold it",
        "",
    ]
    return day


def _published(document: Document, changed: dt.date) -> tuple[dt.date, str]:
    """Guess the day of publication: a day near the top of the text, else the newest day or year in it."""
    days: list[dt.date] = []
    years = []
    for place, block in enumerate(document.blocks):
        if is_reference(block):
            continue
        own = [(at, day) for at, day in _days_in(block.text) if FIRST_SEEN <= day <= min(changed, LAST_SEEN)]
        if own and place < TOP and own[0][0] <= BEGINNING:
            return own[0][1], "the first day near the top of the text"
        days += [day for _, day in own]
        years += _years_in(block.text)
    for table in document.tables:
        years += _years_in(" ".join(table.heads))
    return _newest(days, years, changed)


def _years_in(text: str) -> list[int]:
    return list(map(int, _YEAR.findall(text)))


def _newest(days: Collection[dt.date], years: Iterable[int], changed: dt.date) -> tuple[dt.date, str]:
    """Return the newest day or year that a text names, or else the day on which its file was last changed."""
    newest = max(days, default=None)
    latest = max((year for year in years if year <= changed.year), default=None)
    if newest and (latest is None or newest.year >= latest):
        return newest, "the newest day that the text names"
    if latest and latest < changed.year:
        return dt.date(latest, 12, 31), "the end of the newest year that the text names"
    return changed, "the day on which the file was last changed"


TOP, BEGINNING = 4, 60
"""Blocks of a text, and characters of such a block, in which a day is that of publication."""
_MONTHS = "Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec"
_DAY = re.compile(
    rf"\b(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}\s+(?:{_MONTHS})[a-z]*\.?\s+\d{{4}}|(?:{_MONTHS})[a-z]*\.?\s+\d{{1,2}},?\s+\d{{4}})\b"
)


def _days_in(text: str) -> Iterator[tuple[int, dt.date]]:
    """Yield the days that a text names, each with its offset."""
    for found in _DAY.finditer(text):
        for number in find_quantities(found[0]):
            if number.quantity and number.quantity.unit == "date":
                yield found.start(), EPOCH + dt.timedelta(days=int(number.quantity.value))


# Proposals


def _write_units(draft: Draft, proposals: Verified) -> None:
    for place, unit in proposals.units:
        draft.proposed[len(draft.lines)] = place
        draft.lines += [f"[units.{unit.symbol}]  # proposed", f"meaning = {toml_value(unit.meaning)}"]
        draft.lines += [f"words = {toml_value(unit.words)}"] if unit.words else []
        draft.lines += ["counts = false"] if not unit.counts else []
        draft.lines.append("")
        draft.guesses.append(Guess(1, f"[units.{unit.symbol}]", f"proposed: {' '.join(unit.meaning.split())}"))


def _write_proposed(draft: Draft, proposals: Verified, ids: set[str]) -> None:
    """Write the proposed claims and figures."""
    for place, claim in proposals.claims:
        own = _unused(claim.id or slug_of_all(without_numerals(claim.quote)), ids, whole=bool(claim.id))
        expression = " ".join(claim.is_.split())
        keys = {"statement": claim.statement, "section": claim.section, "number": claim.number}
        keys["read_by"] = claim.read_by
        _write_entry(draft, place, "claims", own, claim.quote, keys)
        draft.lines += [f"is = {toml_value(expression)}  # proposed", ""]
        draft.guesses.append(Guess(2, f"claim {own}", f"proposed: {expression}"))
    for place, figure in proposals.figures:
        own = _unused(figure.id or slug_of_all(without_numerals(figure.quote)), ids, whole=bool(figure.id))
        keys = {"number": figure.number, "unit": figure.unit, "basis": figure.basis, "section": figure.section}
        _write_entry(draft, place, "figures", own, figure.quote, keys)
        draft.lines.append("")
        draft.guesses.append(Guess(4, f"figure {own}", "proposed"))


def _write_entry(draft: Draft, place: str, section: str, own: str, quote: str, keys: Mapping[str, str]) -> None:
    draft.proposed[len(draft.lines)] = place
    draft.proposed_ids[own] = place
    draft.lines += [f"[[{section}]]", f"id = {toml_value(own)}", f"quote = {toml_value(' '.join(quote.split()))}"]
    draft.lines += [f"{key} = {toml_value(' '.join(value.split()))}" for key, value in keys.items() if value.strip()]


def _proposed_spans(finder: QuoteFinder, proposals: Verified) -> dict[int, list[tuple[int, int]]]:
    """Return where proposed claims and figures stand, by block."""
    quotations = [Quotation(each.quote, each.section) for _, each in proposals.quoting]
    spans: dict[int, list[tuple[int, int]]] = {}
    for passage in finder.find_all(quotations):
        if not isinstance(passage, AmbiguousError):
            spans.setdefault(passage.block, []).append((passage.start, passage.end))
    return spans


# Tables

_SCALE_WORDS = {factor: f"(in {word}s)" for word, factor in SCALES.items()}
"""Words for the factor of a table's numbers, such as `in millions`."""


def scale_words(factor: float | None) -> str:
    """Return the words that declare a power of ten, "" for none."""
    return _SCALE_WORDS.get(factor or 1.0, "")


def _write_tables(draft: Draft, document: Document, left_out: Collection[str]) -> None:
    """Write the tables of a text."""
    frame = text_cells_table(document)
    captions = Counter(folded(table.caption).text for table in document.tables)
    taken: set[str] = set()
    about_others = {table.text_table.number: table.totals for table in read_tables(document)}
    for table in document.tables:
        name = table_name(table.caption or (table.section[-1] if table.section else ""), table.number, taken)
        file = table_in_text(document.name, frame, table.number).told_apart(label_place(table))
        numbers = NumberTable(table)
        about = AboutTable(numbers, scale_words(numbers.scale), table.heads)
        guessed = guess_columns(file.told_apart(label_place(table)), about, table) if name not in left_out else None
        if guessed is None:
            draft.lines += [
                f"# Table {table.number} (line {table.place.line}) is left out: no column of it can be read.",
                "",
            ]
            continue
        taken.add(name)
        draft.lines += [f"[tables.{name}]", f"from = {toml_value(document.name)}", *_which_table(table, captions)]
        if guessed.is_turned:
            draft.lines.append("transposed = true  # guess: each row has a unit of its own")
        elif labels := _totals(about_others.get(table.number, ()), file, guessed.columns):
            draft.lines.append(f"totals = {toml_value(labels)}  # guess: functions over rows leave them out")
            draft.guesses.append(Guess(1, f"[tables.{name}] totals", f"{', '.join(labels)}: of other rows"))
        _write_columns(draft, name, guessed.columns)


def _totals(rows: Collection[int], file: TableInText, columns: Sequence[Column]) -> list[str]:
    """Return the names of the rows of a table that are about others, unless each says so by its label alone."""
    heads = [text for text, _ in file.cells[0]]
    subject = next((heads.index(column.head) for column in columns if column.role == "subject"), None)
    if subject is None:
        return []
    names = [cells[subject][0].strip() for place, cells in zip(file.kept, file.cells[1:], strict=True) if place in rows]
    default = PrintedTable.model_validate({"path": "x", "title": "x"})
    return [] if all(map(default.is_total, names)) else names


def _which_table(table: TextTable, captions: Mapping[str, int]) -> list[str]:
    """Return the declaration of which table of a text is meant: by its caption if no other has it, or by its number."""
    if table.caption and captions[folded(table.caption).text] == 1:
        return [f"caption = {toml_value(table.caption)}"]
    lines = [f"number = {table.number}"]
    if table.section:
        lines.append(f"title = {toml_value(table.section[-1])}")
    return lines


def _write_columns(draft: Draft, name: str, columns: Sequence[Column]) -> None:
    """Write the columns of a table, and which rows are not in their unit or scale."""
    draft.lines += ["", f"[tables.{name}.columns]"]
    for column in columns:
        draft.lines.append(_column_line(column))
        if column.alternative:
            weight = 1 if column.unit else 3
            draft.guesses.append(Guess(weight, f"[tables.{name}] {column.head}", column.alternative))
    others = dict.fromkeys(label for column in columns for label in column.others)
    for label in others:
        draft.lines.append(f"# guess: {toml_value(label)} is not in the unit and scale of its columns, and is left out")
        draft.guesses.append(Guess(3, f"[tables.{name}] {label}", "left out: not in the unit and scale of its columns"))
    draft.lines.append("")


_JOINING = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "due",
        "for",
        "from",
        "had",
        "has",
        "have",
        "in",
        "into",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "per",
        "than",
        "that",
        "the",
        "their",
        "this",
        "to",
        "up",
        "was",
        "were",
        "which",
        "while",
        "with",
    ]
)
"""Words with which a name neither begins nor ends, nor is one."""


def _without_joining(words: Sequence[str]) -> list[str]:
    """Return words without those that join others at their beginning and end."""
    named = [place for place, word in enumerate(words) if word not in _JOINING]
    return list(words[named[0] : named[-1] + 1]) if named else []


def table_name(words: str, number: int, taken: Collection[str]) -> str:
    """Return a name for a table: the first of some words, or else its number."""
    found = slug_of_all(re.sub(r"^(?:table|tab\.|exhibit)\s+\w+[.:]?\s*", "", words, flags=re.IGNORECASE))
    found = "_".join(_without_joining(found.split("_")[:4]))
    bad = (
        not found[:1].isalpha()
        or keyword.iskeyword(found)
        or found in ENGINE
        or found in STEPS
        or found in ("claims", "figures")
    )
    name = f"table_{number}" if bad else found
    return name if name not in taken else f"{name}_{number}"


_SIGN = re.compile(r"^(?:[A-Z]{0,3}[$€£¥]|[A-Z]{3}\b)\s*")
"""The currency before a number, without which a mark of a missing value is declared."""


class AboutTable(NamedTuple):
    """What a table says of all its columns: its numbers, words such as `in millions`, the heads."""

    numbers: NumberTable
    scale: str
    heads: Sequence[str]

    @property
    def currency(self) -> str:
        """The currency that the table is in, "" without one."""
        return self.numbers.currency

    def others(self, place: int) -> dict[str, str]:
        """Return the text without currency of each rate, count or price in a column of amounts, by its row's label."""
        found = {}
        for cell in self.numbers.numbers:
            is_amount = cell.unit == self.currency and cell.factor != 1.0
            if cell.column == place and not is_amount:
                found[self.numbers.labels[cell.row]] = _SIGN.sub("", " ".join(cell.text.split()))
        return found

    def short(self, head: str) -> str:
        """Return the part of a head of several rows that no other column has, one with a year first."""
        parts = head.split(" / ")
        others = [other.split(" / ") for other in self.heads]
        own = [part for part in parts if sum(part in other for other in others) == 1]
        return next((part for part in own if _YEAR.search(part)), own[0] if own else head)


class _Guessed(NamedTuple):
    """The columns of a table as guessed; of a turned one they are its rows."""

    columns: list[Column]
    is_turned: bool = False


def guess_columns(file: TableInText, about: AboutTable, table: TextTable) -> _Guessed | None:
    """Guess the columns of a table, turned if its rows are in several units; None if it has no number to be read."""
    heads, *rows = ([text for text, _ in row] for row in file.cells)
    if not rows or len(rows) > MOST_ROWS:
        return None
    columns: list[Column] = []
    # A column becomes an attribute of a model: a name that the model has would hide it.
    names: set[str] = set(dir(Table)) | {"subject"}
    for place, head in enumerate(heads):
        column = _column(head, [row[place] for row in rows], place, names, about)
        names.add(column.name)
        columns.append(column)
    _choose_subject(columns, rows)
    found = _readable(columns, file)
    is_whole = found is not None and not any(column.others or _UNREAD in column.alternative for column in found)
    labels = [row[0] for row in rows]
    turned = None if is_whole and not _have_units(labels) else _turned(file, about, table)
    if turned:
        return _Guessed(turned, is_turned=True)
    return _Guessed(found) if found else None


def _have_units(labels: Sequence[str]) -> bool:
    """Whether labels of rows name several units, as `Revenue (mEUR)` above `Margin (%)` does."""
    named = {(*currency_codes(label)[:1], "%" if "%" in label else measure_of(label)) for label in labels}
    return len(named) > 1


def _turned(file: TableInText, about: AboutTable, table: TextTable) -> list[Column] | None:
    """Guess what the rows of a table are whose columns are times or things, in a unit for each row; None if one cannot
    be read."""
    heads, *rows = ([text for text, _ in row] for row in file.cells)
    labels = [row[0] for row in rows]
    if label_place(table) or len(set(labels)) < len(labels) or not _may_name(heads[1:]) or "" in labels:
        return None
    columns = [Column(heads[0], "subject_name", "subject")]
    names: set[str] = set(dir(Table)) | {"subject", "subject_name"}
    for place, row in zip(file.kept, rows, strict=True):
        own = [number for number in about.numbers.numbers if number.row == place]
        if not any(map(str.isdigit, "".join(row[1:]))):
            continue
        name = _column_name(row[0], place, names)
        names.add(name)
        units = Counter(number.unit for number in own)
        likely = [unit for unit, _ in units.most_common(1)]
        scale = next((scale_words(number.factor) for number in own), "")
        for unit in dict.fromkeys([*_currencies(row[0], row[1:]), *likely, *_units(row[0], row[1:], "")]):
            extra = _readable_with(unit, f"{row[0]} {scale}", row[1:])
            if extra is not None:
                columns.append(Column(row[0], name, "quantity", unit, extra, f"another unit than {unit}"))
                break
    if len(columns) < 3:
        return None
    try:
        read_table(_printed(columns, is_turned=True), file)
    except (InputError, ValueError):
        return None
    return columns


def _column_name(head: str, place: int, taken: Collection[str]) -> str:
    base = "_".join(slug_of_all(head).split("_")[:MOST_NAME]) or f"column_{place + 1}"
    if not base[:1].isalpha() or keyword.iskeyword(base):
        base = f"c_{base}".rstrip("_")
    return base if base not in taken else f"{base}_{place + 1}"


def _column(head: str, texts: Sequence[str], place: int, taken: Collection[str], about: AboutTable) -> Column:
    name = _column_name(about.short(head), place, taken)
    if not any(char.isdigit() for text in texts for char in text):
        return Column(head, name, "label")
    currency = about.numbers.currency_of(place)
    for unit in dict.fromkeys(_units(head, texts, currency)):
        own = scale_words(declared_scale(head)) if unit in currency_codes(head) else ""
        words = f"{head} {about.scale if unit == currency else own}"
        others = about.others(place) if unit == currency and about.scale else {}
        extra = _readable_with(unit, words, texts, _alone(others.values(), texts))
        if extra is None:
            continue
        if unit == "rank" or (unit == "percent" and "%" in head):
            return Column(head, name, "quantity", unit, extra)  # the head says so
        instead = "percent, or a count or share" if unit == "number" else f"another unit than {unit}"
        scaled = ", and 1 for the scale" if "scale" in extra else ""
        return Column(head, name, "quantity", unit, extra, f"{instead}{scaled}", tuple(others))
    return Column(head, name, "label", alternative=f"a quantity, with a unit: {_UNREAD}")


_UNREAD = "some of its cells cannot be read"


def _units(head: str, texts: Sequence[str], currency: str) -> Iterator[str]:
    """Yield the units that a column may have, the likeliest first."""
    if RANK_HEAD.match(head.strip()):
        yield "rank"
    if "%" in head or "percent" in head.lower() or sum("%" in text for text in texts) * 2 > len(texts):
        yield "percent"
    yield from _currencies(head, texts)
    filled = [text for text in texts if text.strip() not in _MISSING]
    if filled and all(_YEAR.fullmatch(text.strip()) for text in filled):
        yield "calendar year"
    yield from _units_of_cells(filled)
    if currency and not _COUNTED.search(head):
        yield currency
    yield "number"


def _currencies(head: str, texts: Sequence[str]) -> Iterator[str]:
    """Yield the currencies whose sign is in a column, then those whose code is in its head."""
    words = f"{head} {' '.join(texts)}"
    for sign, unit in (("$", "USD"), ("€", "EUR"), ("£", "GBP"), ("¥", "JPY")):
        if sign in words:
            yield unit
    yield from currency_codes(head)
    for code in re.findall(r"\b[A-Z]{3}\b", head):
        if code in UNITS and UNITS[code].currency == code:
            yield code


_COUNTED = re.compile(
    r"\b(?:number|count|shares|employees|people|\(in years\)|units|stores|rank|ratio|age|points?|bps)\b",
    re.IGNORECASE,
)
"""Words of a head whose numbers are not money, even in a table of money."""


def _units_of_cells(filled: Sequence[str]) -> Iterator[str]:
    """Yield the units that the cells name themselves, those of most cells first."""
    found: Counter[str] = Counter()
    # The first cells show the unit; a long table would take long.
    for text in filled[:20]:
        for number in find_quantities(text):
            if number.quantity and number.quantity.unit not in ("number", "calendar year", "rank"):
                found[number.quantity.unit] += 1
    for unit, count in found.most_common(3):
        if count * 2 >= min(len(filled), 20):
            yield unit


def _alone(others: Iterable[str], texts: Sequence[str]) -> frozenset[str]:
    """Return the texts that occur in only one cell of a column, so that leaving them out affects no other cell."""
    without_signs = Counter(_SIGN.sub("", text) for text in texts)
    return frozenset(text for text in others if without_signs[text] == 1)


def _readable_with(unit: str, head: str, texts: Sequence[str], left_out: Collection[str] = ()) -> str | None:
    """Return the further declarations that make all cells readable, as TOML; None if there are none."""
    read = cell_reader(unit)
    absent = {text for text in texts if text.strip() in _MISSING and not _is_read(read, text)}
    missing = sorted({*absent, *left_out})
    given = [text for text in texts if text not in missing]
    extra = [f"missing = {toml_value(missing)}"] if missing else []
    if not given:
        return None
    proposals = propose(given, unit, words=head)
    if proposals:
        extra.insert(0, declarations(proposals[0].context, type(proposals[0].context)()))
    elif not all(_is_read(read, text) for text in given):
        return None
    return ", ".join(filter(None, extra))


def _is_read(read: Any, text: str) -> bool:
    try:
        read(text)
    except QuantityError:
        return False
    return True


def _choose_subject(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Make the first column of texts whose rows all differ the subject; without one, a first column of years."""
    for place, column in enumerate(columns):
        texts = [row[place] for row in rows]
        is_year = place == 0 and all(_YEAR.fullmatch(text.strip()) for text in texts)
        if (column.role == "label" or is_year) and _may_name(texts):
            column.role, column.unit, column.extra = "subject", "", ""
            column.alternative = "" if place == 0 else "a label: the rows are named by it"
            return


def _may_name(texts: Sequence[str]) -> bool:
    """Whether texts can name the rows of a table: all of them differ, and none is empty."""
    slugs = [slug(text) for text in texts]
    return all(slugs) and len(set(slugs)) == len(slugs) and not any(map(name_hint, texts))


def _readable(columns: list[Column], file: TableInText) -> list[Column] | None:
    """Return the columns as `read_table` can read them: one that it cannot read becomes a label or is left out."""
    # Several attempts: each names only the columns that fail first.
    while any(column.role == "quantity" for column in columns):
        try:
            read_table(_printed(columns), file)
        except InputError as error:
            heads = {problem.column for problem in error.problems}
            bad = [column for column in columns if column.head in heads]
            if not bad:
                return None
            _make_labels(columns, bad)
        except ValueError:
            return None
        else:
            return columns
    return None


def _make_labels(columns: list[Column], bad: Sequence[Column]) -> None:
    """Turn columns that cannot be read into labels; leave out those that are labels already."""
    for column in bad:
        if column.role == "label":
            columns.remove(column)
        column.role, column.unit, column.extra = "label", "", ""


def _printed(columns: Sequence[Column], *, is_turned: bool = False) -> PrintedTable:
    turned = ["transposed = true"] if is_turned else []
    text = "\n".join(["path = 'x'", "title = 'x'", *turned, "[columns]", *map(_column_line, columns)])
    return PrintedTable.model_validate(tomllib.loads(text))


def _column_line(column: Column) -> str:
    parts = [f"name = {toml_value(column.name)}"]
    if column.role == "quantity":
        parts += [f"unit = {toml_value(column.unit)}", *filter(None, [column.extra])]
    else:
        parts.append(f"role = {toml_value(column.role)}")
    guess = f"  # guess; or {column.alternative}" if column.alternative else ""
    return f"{toml_value(column.head)} = {{ {', '.join(parts)} }}{guess}"


# Numbers of the prose


def _write_numbers(
    draft: Draft, document: Document, left_out: Collection[str], proposals: Verified, *, is_recorded: bool
) -> None:
    """Write the claims, a figure for each other number if they are to be recorded, and a start for each sentence that
    compares."""
    finder = QuoteFinder(document)
    figures: list[str] = []
    starts: list[str] = []
    ids: set[str] = set()
    quoted: set[str] = set()
    _write_proposed(draft, proposals, ids)
    spans = _proposed_spans(finder, proposals)
    for index, block in enumerate(document.blocks):
        if not block.is_prose or is_reference(block):
            continue
        proposed = spans.get(index, [])
        for number in _own_numbers(block, proposed) if is_recorded else ():
            quote = _quote(finder, block, number, quoted)
            if quote is None or quote.words in left_out:
                continue
            entry, guess = _entry(quote, number, ids)
            figures.extend(entry)
            quoted.add(quote.words)
            draft.guesses.append(guess)
        starts += _starts(document, block, proposed)
    draft.lines += figures
    if starts:
        draft.lines += ["# Sentences that compare: what must hold stands in `is`.", "#", *starts]


def _own_numbers(block: Block, proposed: Sequence[tuple[int, int]]) -> Iterator[FoundQuantity]:
    """Yield the numbers of a block that may be a claim's or a figure's and that no proposal quotes."""
    for number in find_quantities(block.text):
        if number.quantity is None or number.quantity.unit == "date" or is_set_aside(number):
            continue
        if not any(map(str.isdigit, number.text)) or is_cited(block, number.start, number.end):
            continue
        if not _overlaps(number.start, number.end, proposed):
            yield number


def _overlaps(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a part of a block has a character in common with one of some spans."""
    return any(first < end and start < last for first, last in spans)


@dataclass(frozen=True)
class _Quote:
    words: str
    number: str


def _quote(finder: QuoteFinder, block: Block, number: FoundQuantity, taken: Collection[str]) -> _Quote | None:
    """Return the fewest words around a number that the text has once; None if there are none."""
    for text in _words_around(block, number):
        # Short of the 200 characters that the quote of a claim may have.
        if not text or text in taken or len(text) > 190:
            continue
        (passage,) = finder.find_all([Quotation(text)])
        if isinstance(passage, AmbiguousError) or passage.status != "found":
            continue
        own = counted_numbers(passage.text)
        if sum(each.text == number.text for each in own) != 1:
            continue
        return _Quote(text, number.text if len(own) > 1 else "")
    return None


def _words_around(block: Block, number: FoundQuantity) -> Iterator[str]:
    """Yield growing spans of words around a number in its sentence."""
    words = _words_of_sentence(block.text, number.start)
    first = next((place for place, (_, end) in enumerate(words) if end > number.start), None)
    last = next((place for place in range(len(words) - 1, -1, -1) if words[place][0] < number.end), None)
    if first is None or last is None:
        return
    for around in (3, 4, 5, 6, 8, 10):
        start, end = max(first - around, 0), min(last + around, len(words) - 1)
        while end - start + 1 > MOST_WORDS:
            start, end = (start + 1, end) if first - start > end - last else (start, end - 1)
        yield " ".join(block.text[words[start][0] : words[end][1]].split()).strip(' ,;:.(“”"')


def _words_of_sentence(text: str, place: int) -> list[tuple[int, int]]:
    """Return the beginning and the end of each word of the sentence at a place; of all words if there is none."""
    sentences = (found.span() for found in _SENTENCE.finditer(text))
    low, high = next(((low, high) for low, high in sentences if low <= place < high), (0, len(text)))
    return [found.span() for found in _WORD.finditer(text) if found.start() >= low and found.end() <= high]


def _entry(quote: _Quote, number: FoundQuantity, ids: set[str]) -> tuple[list[str], Guess]:
    """Return the lines of a figure, and what it guesses."""
    numbered = [f"number = {toml_value(quote.number)}"] if quote.number else []
    own = _unused(slug_of_all(without_numerals(quote.words)), ids)
    lines = ["[[figures]]", f"id = {toml_value(own)}", f"quote = {toml_value(quote.words)}", *numbered, ""]
    unit = number.quantity.unit if number.quantity else ""
    return lines, Guess(4, f"figure {own}", f"{number.text} is a figure of its own in {unit}, or the bound of a claim")


def _unused(words: str, ids: set[str], *, whole: bool = False) -> str:
    parts = _without_joining([part for part in words.split("_") if part])
    short = words if whole else "_".join(_without_joining(parts[:6])) or "number"
    own, count = short, 2
    while own in ids:
        own, count = f"{short}_{count}", count + 1
    ids.add(own)
    return own


def _starts(document: Document, block: Block, proposed: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Yield a start, as a comment, for each sentence that compares and that no proposal quotes."""
    for found in _SENTENCE.finditer(block.text):
        sentence = " ".join(found[0].split())
        if _overlaps(*found.span(), proposed) or not _COMPARES.search(sentence):
            continue
        line = _line_of(document, block, found)
        words = " ".join(sentence.rstrip(".!?").split()[:MOST_WORDS])
        yield from (
            f"# line {line}",
            "# [[claims]]",
            f"# quote = {toml_value(words)}",
            '# is = "table[a].x > table[b].x"',
            "#",
        )


def _write_predictions(draft: Draft, document: Document, published: dt.date) -> None:
    """Write a start, as a comment, for each sentence that says what somebody expects."""
    starts: list[str] = []
    ids: set[str] = set()
    heading = draft.title
    for block in document.blocks:
        if block.kind == "heading":
            heading = " ".join(block.text.split())
        if not block.is_prose or is_reference(block):
            continue
        for found in _SENTENCE.finditer(block.text):
            line = _line_of(document, block, found)
            starts += prediction_start(" ".join(found[0].split()), line, heading, published, ids)
    if starts:
        draft.lines += [
            "# Sentences that say what is expected: the series that decides it is to be declared.",
            "#",
            *starts,
        ]


def _line_of(document: Document, block: Block, found: re.Match[str]) -> int:
    """Return the line on which a sentence of a block begins."""
    return document.place(block.offsets[found.start() + len(found[0]) - len(found[0].lstrip())]).line


EMPTY_TEXT = """# {title}

## Sales

| Shop | 2023 | 2024 |
|---|---:|---:|
| North | 120 | 168 |
| South | 80 | 72 |

The northern shop sold 40 % more than the year before, and the southern shop 10 % less. Rent came to $3,200 a month.
"""
EMPTY = """# The smallest dossier that teaches itself. `tidebook build` makes its report; edit and build again.

[article]
title = {name}
published = 2025-01-31
text = "article.md"          # an input: quotations are found in it, tables are read from it
own = true                   # the text is ours: releases may hold it

# Each table says where it stands and what its columns hold.
[tables.sales]
from = "article.md"
heading = "Sales"            # or caption = "...", or number = 1

[tables.sales.columns]
"Shop" = {{ name = "shop", role = "subject" }}
"2023" = {{ name = "before", unit = "number" }}
"2024" = {{ name = "now", unit = "number" }}

# A claim names its words; the number in them is what `is` must be.
[[claims]]
quote = "The northern shop sold 40 % more than the year before"
is = "sales[north].now / sales[north].before - 1"

[[claims]]
quote = "the southern shop 10 % less"         # less: the number is -10 %
is = "sales[south].now / sales[south].before - 1"

# A number that no claim is about.
[[figures]]
id = "rent"
quote = "Rent came to $3,200 a month"
"""


def empty_dossier(name: str) -> dict[str, str]:
    """Return the files of a minimal dossier with comments that explain it."""
    return {"dossier.toml": EMPTY.format(name=toml_value(name)), "article.md": EMPTY_TEXT.format(title=name)}


def file_of(path: str, data: bytes) -> RawFile:
    """Return a text under its name in the dossier: `article` with the end of its own name."""
    end = path.rpartition(".")[2].lower() if "." in path else "md"
    return RawFile(f"article.{end}", data)
