"""What a reader is given: the sentences of a text with their numbers hidden, and the names of its tables, no value.

Belongs here: the request, the key of each sentence, and making both from a text. Does not: which numbers are hidden
(`hidden`), names of rows and columns (`tables`), or handing the request to a reader.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import PurePath
from typing import Any

from tidebook.pipelines.evaluate.functions import FUNCTIONS
from tidebook.pipelines.judge.readings.hidden import HiddenNumber, hidden_numbers, masked, within
from tidebook.pipelines.judge.readings.reading import FORMAT
from tidebook.pipelines.judge.readings.tables import ReadTable, read_tables
from tidebook.pipelines.judge.text.finding import Span
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
    file: str = ""
    """The file that it is in; empty for the article itself."""


@dataclass(frozen=True)
class RequestBlock(JsonDocument):
    """A part of the article, for context."""

    kind: str
    """heading, paragraph, item, quote or caption."""
    text: str
    """Its words, its numbers hidden as ⟨#k⟩, counted through the article."""
    file: str = ""
    """The file that it is in; empty for the article itself."""


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
    beside: list[RequestBlock] = field(default_factory=list)
    """The texts that the article is held against; their numbers are counted on."""


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
    document: Document | None = None
    """The file that it is in, None for the text itself."""

    def span_of(self, number: HiddenNumber) -> Span:
        """Return where one of its numbers stands."""
        offsets = self.block.offsets
        words = self.block.text[number.start : number.end]
        return Span(offsets[number.start], offsets[number.end - 1] + 1, words, self.document)


class MaskedText:
    """A text with its numbers hidden, and all that is needed to hold a reading against it.

    Attributes:
        document: the text.
        beside: the files that it is held against.
        tables: its tables and then those of the files, with values.
        sentences: its sentences in order.
        others: the sentences of the files, whose numbers are counted on.
    """

    def __init__(self, document: Document, beside: Sequence[Document] = ()) -> None:
        self.document = document
        self.beside = beside
        own = read_tables(document)
        self._own_labels = [self._table(table) for table in own]
        self.tables = [*own, *self._tables_beside()]
        texts = [document, *beside]
        blocks = [block for each in texts for block in each.blocks if block.kind not in UNREADABLE]
        self._hidden = {id(block): hidden_numbers(block) for block in blocks}
        self.sentences = list(self._sentences(document, _hashed(self._own_labels), 1))
        self.others: list[MaskedSentence] = []
        for each in beside:
            self.others += [replace(one, document=each) for one in self._sentences(each, [], self.count + 1)]

    @cached_property
    def by_key(self) -> dict[str, list[MaskedSentence]]:
        """The sentences by key: the same words in the same place of two sections are two sentences."""
        return _by_key(self.sentences)

    @cached_property
    def others_by_key(self) -> dict[str, list[MaskedSentence]]:
        """The sentences of the files by key."""
        return _by_key(self.others)

    @property
    def count(self) -> int:
        """The number of hidden numbers, those of the files among them."""
        return sum(len(sentence.numbers) for sentence in (*self.sentences, *self.others))

    @cached_property
    def labels(self) -> list[RequestTable]:
        """The tables without values."""
        return [self._table(table) for table in self.tables]

    def sentence_of(self, place: int) -> MaskedSentence | None:
        """Return the sentence of a hidden number, counted from 1; None if there are not as many."""
        index = bisect_right(self._firsts, place) - 1
        sentence = self._numbered[index] if index >= 0 else None
        return sentence if sentence and place < sentence.first + len(sentence.numbers) else None

    @cached_property
    def _numbered(self) -> list[MaskedSentence]:
        """The sentences with numbers, of the text and then of the files."""
        return [sentence for sentence in (*self.sentences, *self.others) if sentence.numbers]

    @cached_property
    def _firsts(self) -> list[int]:
        return [sentence.first for sentence in self._numbered]

    def _tables_beside(self) -> Iterator[ReadTable]:
        """Yield the tables of the files, each with an id that follows from its labels.

        So a reading of such a table stays true whatever else the text is held against, and wherever the file is.
        """
        taken: set[str] = set()
        for document in self.beside:
            for table in read_tables(document, is_beside=True):
                labels = _hashed([replace(self._table(table), id="", file="")])
                id = f"f_{in_letters(labels)[:5]}"
                while id in taken:  # tables that differ in their numbers alone
                    id = f"{id}_2"
                taken.add(id)
                table.id = id
                yield table

    def request(self, known: Sequence[str] = ()) -> ReadingRequest:
        """Return the request for a reader; sentences whose keys are `known` are context only."""
        asked = []
        for number, sentence in enumerate(self.sentences, 1):
            if sentence.key in known or not _is_asked(sentence):
                continue
            words, count = sentence.masked, len(sentence.numbers)
            asked.append(RequestSentence(number, sentence.key, words, sentence.first, count))
        blocks = [*self._blocks()]
        article, beside = ([each for each in blocks if bool(each.file) == is_other] for is_other in (False, True))
        made = ReadingRequest(FORMAT, "", article, asked, self.labels, _functions(), beside)
        return with_hash(made)

    def _blocks(self) -> Iterator[RequestBlock]:
        """Yield the blocks of the text and of the files."""
        first = 1
        for document in (self.document, *self.beside):
            file = "" if document is self.document else _shown(document)
            for block in _readable(document):
                hidden = self._hidden[id(block)]
                yield RequestBlock(block.kind, masked(block.text, 0, len(block.text), hidden, first, "#"), file)
                first += len(hidden)

    def _sentences(self, document: Document, own_labels: list[Any], first: int) -> Iterator[MaskedSentence]:
        labels = in_letters(own_labels)
        for block in _readable(document):
            hidden = self._hidden[id(block)]
            above = [self._masked_words(words) for words in block.section]
            so_far = _GrowingHash([FORMAT, labels, above, block.kind])
            count = 0
            for start, end in sentences_of(block.text):
                numbers = within(start, end, hidden)
                so_far.add(block.text[start:end], masked(block.text, start, end, numbers, 1 + count))
                count += len(numbers)
                words = masked(block.text, start, end, numbers)
                yield MaskedSentence(block, start, end, so_far.letters(), words, numbers, first)
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
            file=_shown(table.document) if table.document else "",
        )


def _readable(document: Document) -> Iterator[Block]:
    for block in document.blocks:
        if block.kind not in UNREADABLE and not is_reference(block):
            yield block


def _shown(document: Document) -> str:
    """Return the name of a file without its folder."""
    return PurePath(document.name).name


def _by_key(sentences: Iterable[MaskedSentence]) -> dict[str, list[MaskedSentence]]:
    found: dict[str, list[MaskedSentence]] = {}
    for sentence in sentences:
        found.setdefault(sentence.key, []).append(sentence)
    return found


def with_hash(request: ReadingRequest) -> ReadingRequest:
    """Return a request with the hash of all that it says."""
    (content,) = _hashed([replace(request, request="")])
    return replace(request, request=in_letters(content))


def _hashed(values: Sequence[Any]) -> list[Any]:
    """Return the content of tables and requests to hash; without files it is the same as before files were read."""
    return [_without_files(asdict(value)) for value in values]


def _without_files(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_files(each) for key, each in value.items() if each or key not in ("file", "beside")}
    return [_without_files(each) for each in value] if isinstance(value, list) else value


def _is_asked(sentence: MaskedSentence) -> bool:
    return bool(sentence.numbers) or len(sentence.masked) >= SHORTEST


def _functions() -> list[str]:
    return ["number(k)", "text(k)", *sorted(FUNCTIONS)]


class _GrowingHash:
    """The hash of a list in JSON whose last text grows by the sentences of a paragraph, each hashed once."""

    def __init__(self, context: list[Any]) -> None:
        self._hash = hashlib.sha256(f'{_json(context)[:-1]}, "'.encode())
        self._glue = ""
        self._is_apart = False

    def add(self, sentence: str, masked_words: str) -> None:
        """Add a sentence that follows directly: as it stands in the text, and as `masked` returns it."""
        if not masked_words:
            self._is_apart = True
            return
        blank = self._glue if self._is_apart or sentence[0].isspace() else ""
        self._hash.update(f"{blank}{_json(masked_words)[1:-1]}".encode())
        self._glue = " "
        self._is_apart = sentence[-1].isspace()

    def letters(self) -> str:
        """Return the hash of the list as it is now, as `in_letters` does."""
        whole = self._hash.copy()
        whole.update(b'"]')
        return _letters(whole.digest())


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def in_letters(value: object) -> str:
    """Return the hash of a value that JSON can hold in twelve small letters: it adds no digit to a request."""
    return _letters(hashlib.sha256(_json(value).encode()).digest())


def _letters(digest: bytes) -> str:
    number = int.from_bytes(digest[:8])
    letters = []
    for _ in range(12):
        number, rest = divmod(number, 26)
        letters.append(chr(ord("a") + rest))
    return "".join(letters)
