"""What a reader is given: the sentences of a text with their numbers hidden, and the names of its tables, no value.

Belongs here: the request, the key of each sentence, and making both from a text. Does not: which numbers are hidden
(`hidden`), names of rows and columns (`tables`), or handing the request to a reader.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property

from tidebook.pipelines.evaluate.functions import FUNCTIONS
from tidebook.pipelines.judge.readings.hidden import HiddenNumber, hidden_numbers, masked, within
from tidebook.pipelines.judge.readings.reading import FORMAT
from tidebook.pipelines.judge.readings.tables import ReadTable, read_tables
from tidebook.pipelines.judge.text.prose import sentences_of
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.text.citations import is_reference
from tidebook.pipelines.read.text.document import Block, Document

UNREADABLE = ("code", "table")
"""Kinds of blocks that no reader is given."""
SHORTEST = 20
"""Minimum characters of a sentence without a number that a reader is asked about: it may state an order."""


@dataclass(frozen=True)
class RequestColumn(JsonDocument):
    """A column of a table."""

    id: str
    """Its name in expressions."""
    head: str
    """Its head as printed."""
    unit: str = ""
    """The unit of its numbers: percent, number or the code of a currency; empty for texts, and where rows differ."""
    texts: list[str] = field(default_factory=list)
    """The text of each row, for a column without numbers."""


@dataclass(frozen=True)
class RequestTable(JsonDocument):
    """A table without its values."""

    id: str
    """Its name in expressions."""
    title: str
    """Its caption, numbers hidden."""
    section: list[str]
    """The headings above it, numbers hidden."""
    lead: str
    """The paragraph right above it, numbers hidden; it may say in which unit the numbers are."""
    labels: str
    """The head of the labels."""
    columns: list[RequestColumn]
    rows: list[str]
    """The name of each row, from the top."""
    totals: list[str]
    """The rows that are about all others, which functions over rows leave out."""


@dataclass(frozen=True)
class RequestBlock(JsonDocument):
    """A part of the article, for context."""

    kind: str
    """heading, paragraph, item, quote or caption."""
    text: str
    """Its words, its numbers hidden as ⟨#k⟩, counted through the article."""


@dataclass(frozen=True)
class RequestSentence(JsonDocument):
    """A sentence to read."""

    id: int
    """Its number in this request."""
    key: str
    """Its key, which stays as long as its wording, what stands before it in its paragraph, and the labels stay."""
    text: str
    """Its words, its numbers hidden as ⟨1⟩, ⟨2⟩, ..."""
    first: int
    """The number k in the article, ⟨#k⟩, of its first hidden number."""
    numbers: int
    """Number of hidden numbers."""


@dataclass(frozen=True)
class ReadingRequest(JsonDocument):
    """What a reader is given: no value of any table, and no number of the text that it is asked about."""

    format: str
    """Version of the format."""
    request: str
    """The hash of all below. A reply names it, so that it is not taken for one to another request."""
    article: list[RequestBlock]
    sentences: list[RequestSentence]
    tables: list[RequestTable]
    functions: list[str]
    """The functions that expressions may use."""


@dataclass(frozen=True)
class MaskedSentence:
    """A sentence of the text with its key: where it stands, and the numbers that are hidden in it."""

    block: Block
    start: int
    end: int
    key: str
    masked: str
    numbers: Sequence[HiddenNumber]
    first: int


class MaskedText:
    """A text with its numbers hidden, and all that is needed to hold a reading against it.

    Attributes:
        document: the text.
        tables: its tables, with values.
        sentences: its sentences in order.
    """

    def __init__(self, document: Document, tables: Sequence[ReadTable] | None = None) -> None:
        self.document = document
        self.tables = read_tables(document) if tables is None else tables
        self._hidden = {id(block): hidden_numbers(block) for block in document.blocks if block.kind not in UNREADABLE}
        self.sentences = list(self._sentences())

    @cached_property
    def by_key(self) -> dict[str, list[MaskedSentence]]:
        """The sentences by key: the same words in the same place of two sections are two sentences."""
        found: dict[str, list[MaskedSentence]] = {}
        for sentence in self.sentences:
            found.setdefault(sentence.key, []).append(sentence)
        return found

    @property
    def count(self) -> int:
        """The number of hidden numbers of the article."""
        return sum(len(sentence.numbers) for sentence in self.sentences)

    @cached_property
    def labels(self) -> list[RequestTable]:
        """The tables without values."""
        return [self._table(table) for table in self.tables]

    def request(self, known: Sequence[str] = ()) -> ReadingRequest:
        """Return the request for a reader; sentences whose keys are `known` are context only."""
        asked = []
        for number, sentence in enumerate(self.sentences, 1):
            if sentence.key in known or not _is_asked(sentence):
                continue
            words, count = sentence.masked, len(sentence.numbers)
            asked.append(RequestSentence(number, sentence.key, words, sentence.first, count))
        made = ReadingRequest(FORMAT, "", list(self._article()), asked, self.labels, _functions())
        return replace(made, request=in_letters(asdict(made)))

    def _readable(self) -> Iterator[Block]:
        for block in self.document.blocks:
            if block.kind not in UNREADABLE and not is_reference(block):
                yield block

    def _article(self) -> Iterator[RequestBlock]:
        first = 1
        for block in self._readable():
            hidden = self._hidden[id(block)]
            yield RequestBlock(block.kind, masked(block.text, 0, len(block.text), hidden, first, "#"))
            first += len(hidden)

    def _sentences(self) -> Iterator[MaskedSentence]:
        first = 1
        labels = in_letters([asdict(table) for table in self.labels])
        for block in self._readable():
            hidden = self._hidden[id(block)]
            above = [self._masked_words(words) for words in block.section]
            for start, end in sentences_of(block.text):
                numbers = within(start, end, hidden)
                so_far = masked(block.text, 0, end, hidden)
                key = in_letters([FORMAT, labels, above, block.kind, so_far])
                yield MaskedSentence(block, start, end, key, masked(block.text, start, end, numbers), numbers, first)
                first += len(numbers)

    def _masked_words(self, words: str) -> str:
        """Return words such as a heading or caption with their numbers hidden."""
        block = Block("paragraph", words, (), range(len(words)))
        return masked(words, 0, len(words), hidden_numbers(block), mark="")

    def _table(self, table: ReadTable) -> RequestTable:
        text_table = table.text_table
        columns = []
        for column in table.columns:
            unit = "" if column.is_text else table.unit_of(column.place)
            columns.append(RequestColumn(column.id, column.head, unit, list(column.texts)))
        return RequestTable(
            id=table.id,
            title=self._masked_words(text_table.caption),
            section=[self._masked_words(words) for words in text_table.section],
            lead=self._masked_words(text_table.lead),
            labels=table.numbers.table.heads[0] if table.numbers.table.heads else "",
            columns=columns,
            rows=list(table.rows.values()),
            totals=[table.rows[index] for index in table.totals],
        )


def _is_asked(sentence: MaskedSentence) -> bool:
    return bool(sentence.numbers) or len(sentence.masked) >= SHORTEST


def _functions() -> list[str]:
    return ["number(k)", "text(k)", *sorted(FUNCTIONS)]


def in_letters(value: object) -> str:
    """Return the hash of a value that JSON can hold in twelve small letters: it adds no digit to a request."""
    data = json.dumps(value, sort_keys=True, ensure_ascii=False).encode()
    number = int.from_bytes(hashlib.sha256(data).digest()[:8])
    letters = []
    for _ in range(12):
        number, rest = divmod(number, 26)
        letters.append(chr(ord("a") + rest))
    return "".join(letters)
