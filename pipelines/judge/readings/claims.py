"""Claims for a drafted dossier from readings of its text: what a reader said of a number becomes the claim's `is`.

Belongs here: an expression over the tables of a text in the names of a dossier, and the words that a claim quotes. Does
not: which readings there are, or what is verified of a claim (`judge.proposed`, `commands.new`).
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from tidebook.pipelines.evaluate.expressions import ExpressionError, Node, parse
from tidebook.pipelines.judge.proposed import ProposedClaim
from tidebook.pipelines.judge.readings.engine import DIRECTION, judge_readings
from tidebook.pipelines.judge.readings.reading import Reading
from tidebook.pipelines.judge.readings.request import MaskedSentence, MaskedText
from tidebook.pipelines.judge.readings.tables import ReadTable
from tidebook.pipelines.read.names import slug
from tidebook.pipelines.read.printed import PrintedTable
from tidebook.pipelines.read.quantities.counted import counted_numbers
from tidebook.pipelines.read.tables import read_table
from tidebook.pipelines.read.text.cells import TableInText, once, table_in_text, text_cells_table
from tidebook.pipelines.read.text.folded import folded
from tidebook.pipelines.read.toml_text import toml_value

LONGEST_QUOTE, MOST_WORDS, FEW_BEHIND = 200, 15, 4
"""Maximum characters and words of a quote, and how many of the words may stand behind the number."""


class TableNames(NamedTuple):
    """What a dossier calls a table of the text: its columns and its rows by their place.

    Of a turned table `columns` has what the dossier calls its rows, and `rows` what it calls its columns. All rows of
    evidence are named by `:`.
    """

    name: str
    columns: Mapping[int, str]
    rows: Mapping[int, str]
    is_turned: bool = False
    is_evidence: bool = False
    totals: frozenset[int] = frozenset()


class ReadClaim(NamedTuple):
    """A claim from a reading.

    Attributes:
        place: the place of the reading among all.
        at: line and column of the number, or of the wording, in the text.
        claim: the claim.
        agrees: whether the reading agrees with the text's table.
    """

    place: str
    at: tuple[int, int]
    claim: ProposedClaim
    agrees: bool


def claims_of(
    text: MaskedText,
    readings: Sequence[Reading],
    declared: Mapping[str, Any],
    brought: Mapping[str, TableNames] = MappingProxyType({}),
) -> Iterator[ReadClaim]:
    """Yield a claim for each reading that says what a number is, or what a wording states, in the names of a dossier.

    Refused readings, and those that name another number of the text or what the dossier does not have, give none.

    Args:
        text: the article.
        readings: readings of it; of several about one number the first counts.
        declared: the tables of the dossier as declared; those in the text by their number or caption.
        brought: what the dossier calls tables of files that the text was held against, by their ids in readings.

    Raises:
        InputError: a table of the dossier cannot be read.
    """
    tables = {**_tables(text, declared), **brought}
    taken: set[tuple[int, int, str]] = set()
    quoted: set[tuple[str, str]] = set()
    for place, outcome in enumerate(judge_readings(text, readings).outcomes, 1):
        sentence, reading, value = outcome.sentence, outcome.reading, outcome.value
        if sentence is None or value is None or outcome.state not in ("agreed", "disagreed"):
            continue
        if reading.rule.endswith(DIRECTION) or not ((reading.is_ and reading.n) or reading.holds):
            continue  # a word of change beside a number is stated by that number's own claim
        about = (sentence.first, reading.n, reading.words)
        expression = _translated(value.expression, text, tables)
        quote, number = _quote(text, sentence, reading)
        if not expression or not quote or about in taken or (quote, number) in quoted:
            continue
        taken.add(about)
        quoted.add((quote, number))
        start = sentence.numbers[reading.n - 1].start if reading.n else _start_of(sentence, reading.words)
        at = text.document.place(sentence.block.offsets[start])
        read_by = ", ".join(filter(None, (outcome.reader, reading.read.isoformat() if reading.read else "")))
        own = name_of(expression)
        if number and _is_fall(quote, number):
            expression = _negative(expression)  # a claim has a fall as a negative number
        given = {"quote": quote, "number": number, "id": own, "is": expression, "read_by": read_by}
        claim = ProposedClaim.model_validate(given)
        yield ReadClaim(f"reading {place}", (at.line, at.column), claim, outcome.state == "agreed")


_CELL = re.compile(r'\w+\[(?:"([^"]+)"|(\w+))\]\.(\w+)')
_COLUMN = re.compile(r"\.(\w+)")
LONGEST_ID = 80
_FORMS = {
    r"== max\(": "highest",
    r"== min\(": "lowest",
    r"\brank\(": "rank",
    r"\bcount\(": "count",
    r"\bmean\(": "mean",
    r" - 1\)?$|1 - .* / ": "change",
    r" / ": "share",
    r"\bsum\(| \+ ": "total",
    r" - ": "difference",
    r" [<>] ": "compared",
}
"""How an expression combines its cells, in a word; the first that fits."""


def name_of(expression: str) -> str:
    """Return the id of a claim by what it is about: its subjects, its measure, and how they are combined."""
    cells = [(quoted or plain, column) for quoted, plain, column in _CELL.findall(expression)]
    subjects = [slug(each).removeprefix("c_") for each in dict.fromkeys(subject for subject, _ in cells)]
    columns = dict.fromkeys(column for _, column in cells) or dict.fromkeys(_COLUMN.findall(expression))
    form = next((name for pattern, name in _FORMS.items() if re.search(pattern, expression)), "")
    measure = next(iter(columns), "").removeprefix("c_")
    named = subjects if len(subjects) < 3 else [subjects[0], "and_others"]
    found = slug("_".join(filter(None, [*named, measure, form])))
    return found[:LONGEST_ID].strip("_") if found.isascii() else ""


def _negative(expression: str) -> str:
    """Return an expression with the other sign: of a difference the other way round, of a cell without its minus."""
    root = parse(expression, ("is",))
    if root.kind == "neg":
        return root.args[0].place.words
    if root.kind == "-" and root.args[0].kind not in ("+", "-"):
        left, right = (part.place.words for part in root.args)
        return f"{right} - {left}"
    return f"-({expression})"


def _is_fall(quote: str, number: str) -> bool:
    """Whether the words of a quote make its number negative, as `a fall of 2 %` does."""
    return any(each.is_fall and each.text == number for each in counted_numbers(quote))


def _tables(text: MaskedText, declared: Mapping[str, Any]) -> dict[str, TableNames]:
    """Return what a dossier calls the tables of a text, by their ids in readings."""
    found = {}
    cells = text_cells_table(text.document)
    for table in text.tables:
        own = [name for name, keys in declared.items() if _is_table(table, keys)]
        if not own or table.document is not None:
            continue  # nobody has declared it, or it is one of a file
        name = own[0]
        printed = PrintedTable.model_validate(declared[name])
        file = table_in_text(text.document.name, cells, table.text_table.number).fitted(printed)
        if names := _names(table, name, printed, file):
            found[table.id] = names
    return found


def _names(table: ReadTable, name: str, printed: PrintedTable, file: TableInText) -> TableNames | None:
    """Return what a dossier calls a table; None if its rows are not those of the text."""
    typed, _ = read_table(printed, file)
    subjects = [str(row["subject"]) for row in typed]
    kept = file.kept or range(len(table.text_table.rows))
    if printed.transposed:
        columns = {}
        for place, row in zip(kept, file.cells[1:], strict=True):
            columns[place] = printed.printed[row[0][0]].name
        return TableNames(name, columns, dict(enumerate(subjects, 1)), is_turned=True)
    if len(kept) != len(subjects):
        return None
    columns = {}
    for place, head in enumerate(once(table.text_table.heads)):
        if head in printed.columns and printed.columns[head].holds != "subject":
            columns[place] = printed.columns[head].name
    totals = [place for place, row in zip(kept, file.cells[1:], strict=True) if _is_total(row, printed, file)]
    return TableNames(name, columns, dict(zip(kept, subjects, strict=True)), totals=frozenset(totals))


def _is_total(row: Sequence[tuple[str, int]], printed: PrintedTable, file: TableInText) -> bool:
    """Whether functions over the rows of a dossier's table leave a row out."""
    heads = [text for text, _ in file.cells[0]]
    return any(
        printed.is_total(row[place][0].strip())
        for place, head in enumerate(heads)
        if head in printed.columns and printed.columns[head].holds == "subject"
    )


def _is_table(table: ReadTable, keys: Mapping[str, Any]) -> bool:
    if "from" not in keys:
        return False
    if "number" in keys:
        return bool(keys["number"] == table.text_table.number)
    return folded(str(keys.get("caption", ""))).text == folded(table.text_table.caption).text


def _translated(expression: str, text: MaskedText, tables: Mapping[str, TableNames]) -> str:
    """Return an expression in the names of a dossier; "" if it names what the dossier does not have."""
    if re.search(r"\b(?:number|text)\(", expression):
        return ""
    try:
        edits = list(_edits(parse(expression, ("is",)), "", {table.id: table for table in text.tables}, tables))
    except (ExpressionError, KeyError):
        return ""
    for start, end, words in sorted(edits, reverse=True):
        expression = expression[:start] + words + expression[end:]
    return expression


def _edits(
    node: Node, inside: str, read: Mapping[str, ReadTable], tables: Mapping[str, TableNames]
) -> Iterator[tuple[int, int, str]]:
    """Yield the parts of an expression that have another name in the dossier, as start, end and name.

    Raises:
        KeyError: the dossier does not have one of them.
    """
    place = node.place
    table = _table_of(node) or inside
    if table in tables and tables[table].is_turned:
        yield _turned_cell(node, read[table], tables[table])
        return
    match node.kind:
        case "name":
            named = tables[str(node.value)]
            others = "[:]" if named.is_evidence else _without_totals(read[str(node.value)], named)
            yield place.start, place.end, f"{named.name}{others}"
        case "select" if node.args[0].kind == "name" and _names_rows(node.args[1], read[table]):
            yield node.args[0].place.start, node.args[0].place.end, tables[table].name
            yield from _edits(node.args[1], table, read, tables)
            return
        case "subject":
            yield place.start, place.end, _subject(str(node.value), read[table], tables[table])
        case "own" | "column":
            name = tables[table].columns[_place(str(node.value), read[table])]
            yield place.end - len(str(node.value)), place.end, name
        case "columns":
            raise KeyError(str(node.value))
        case "call" if node.value == "row":
            row = node.args[1]
            within = next(filter(None, map(_table_of, _parts(node.args[0]))), "")
            key = _subject(str(row.value), read[within], tables[within])
            yield row.place.start, row.place.end, key if key.startswith('"') else toml_value(key)
            yield from _edits(node.args[0], within, read, tables)
            return
    for number, part in enumerate(node.args):
        yield from _edits(part, table if node.kind != "select" or number else inside, read, tables)


def _turned_cell(node: Node, table: ReadTable, names: TableNames) -> tuple[int, int, str]:
    """Return the name of a cell of a turned table.

    Raises:
        KeyError: it is no cell: what the text has in a column is in a row of the dossier, each with its own unit.
    """
    base = node.args[0] if node.args else None
    if node.kind != "column" or base is None or base.kind != "select" or base.args[1].kind != "subject":
        raise KeyError(str(node.value))
    row = next(index for index, name in table.rows.items() if name == base.args[1].value)
    subject = _key(names.rows[_place(str(node.value), table)])
    return node.place.start, node.place.end, f"{names.name}[{subject}].{names.columns[row]}"


def _names_rows(condition: Node, table: ReadTable) -> bool:
    """Whether a condition is a single row, or names a total: nothing more is left out then."""
    named = {str(part.value) for part in _parts(condition) if part.kind == "subject"}
    return condition.kind == "subject" or any(table.rows[row] in named for row in table.totals)


def _without_totals(table: ReadTable, names: TableNames) -> str:
    """Return the selection that leaves out a table's totals, as functions over rows do in readings; those that the
    dossier takes for totals need none."""
    others = [row for row in table.totals if row in names.rows and row not in names.totals]
    left_out = " and ".join(f"not {_key(names.rows[row])}" for row in others)
    return f"[{left_out}]" if left_out else ""


def _parts(node: Node) -> Iterator[Node]:
    yield node
    for part in node.args:
        yield from _parts(part)


def _table_of(node: Node) -> str:
    """Return the table that a column or a selection is of, "" for another node."""
    if node.kind in ("column", "select"):
        base = node.args[0]
        return str(base.value) if base.kind == "name" else _table_of(base)
    return ""


def _place(column: str, table: ReadTable) -> int:
    return next(each.place for each in table.columns if each.id == column)


def _subject(name: str, table: ReadTable, names: TableNames) -> str:
    """Return how a dossier's expression names a row. Raises KeyError if it has no such row."""
    row = next((index for index, own in table.rows.items() if own == name), None)
    if row is None:
        raise KeyError(name)
    return _key(names.rows[row])


def _key(subject: str) -> str:
    return subject if subject.isidentifier() and not keyword.iskeyword(subject) else toml_value(subject)


def _start_of(sentence: MaskedSentence, words: str) -> int:
    """Return where a wording stands in its block, where the sentence begins if it is the sentence masked."""
    place = sentence.block.text.find(words, sentence.start, sentence.end)
    return max(place, sentence.start)


def _quote(text: MaskedText, sentence: MaskedSentence, reading: Reading) -> tuple[str, str]:
    """Return words around a number, or of a wording, that stand once in the text, and which of their numbers is meant.

    Both are "" if there are none short enough; words without a number are not those of a sentence with numbers.
    """
    if reading.n:
        words = _around(sentence, reading.n)
        number = sentence.numbers[reading.n - 1].found.text
    else:
        start = _start_of(sentence, reading.words)
        rest = sentence.block.text[start : sentence.end]
        words = _WORDS_OF_A_QUOTE.match(rest)[0].rstrip(" ,;:.")  # type: ignore[index]  # it may be empty
        number = ""
        if counted_numbers(words) or len(words) < len(reading.words):
            words = reading.words if reading.words in rest and not counted_numbers(reading.words) else ""
    count = sum(each.text.count(words) for each in text.document.blocks) if words else 0
    return (words, number) if count == 1 and len(words) <= LONGEST_QUOTE else ("", "")


_WORDS_OF_A_QUOTE = re.compile(rf"(?:[^\s,;:]+[ ]?){{0,{MOST_WORDS}}}")


def _around(sentence: MaskedSentence, n: int) -> str:
    """Return words around a number of a sentence, none of which is a part of another number."""
    block, number = sentence.block, sentence.numbers[n - 1]
    before = [
        found.start() for found in re.finditer(r"\S+", block.text[: number.start]) if found.start() >= sentence.start
    ]
    behind = [found.end() for found in re.finditer(r"\S+", block.text[: sentence.end]) if found.start() >= number.end]
    inside = len(block.text[number.start : number.end].split())
    # As many words before as fit, then those behind: what a number is of usually stands before it.
    is_long = len(before) + inside + len(behind) > MOST_WORDS
    ahead = before[-max(MOST_WORDS - inside - FEW_BEHIND, 1) :] if is_long else before
    rest = behind[: max(MOST_WORDS - inside - len(ahead), 0)]
    start, end = min([*ahead, number.start]), max([*rest, number.end])
    for other in sentence.numbers:
        if other.start < start < other.end:
            start = other.end
        if other.start < end < other.end:
            end = other.start
    return block.text[start:end].strip(" ,;")
