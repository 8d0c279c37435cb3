"""Claims for a drafted dossier from readings of its text: what a reader said of a number becomes the claim's `is`.

Belongs here: an expression over the tables of a text in the names of a dossier, and the words that a claim quotes. Does
not: which readings there are, or what is verified of a claim (`judge.proposed`, `commands.new`).
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tidebook.pipelines.evaluate.expressions import ExpressionError, Node, parse
from tidebook.pipelines.judge.proposed import ProposedClaim
from tidebook.pipelines.judge.readings.engine import judge_readings
from tidebook.pipelines.judge.readings.reading import Reading
from tidebook.pipelines.judge.readings.request import MaskedSentence, MaskedText
from tidebook.pipelines.judge.readings.tables import ReadTable
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.printed import PrintedTable
from tidebook.pipelines.read.quantities.counted import counted_numbers
from tidebook.pipelines.read.tables import read_table
from tidebook.pipelines.read.text.cells import TableInText, once, table_in_text, text_cells_table
from tidebook.pipelines.read.text.folded import folded
from tidebook.pipelines.read.toml_text import toml_value

LONGEST_QUOTE, MOST_WORDS, FEW_BEHIND = 200, 15, 4
"""Maximum characters and words of a quote, and how many of the words may stand behind the number."""


class _TableNames(NamedTuple):
    """What a dossier calls a table of the text, its columns and its rows by their place, and which rows are totals."""

    name: str
    columns: Mapping[int, str]
    rows: Mapping[int, str]
    totals: frozenset[int]


class ReadClaim(NamedTuple):
    """A claim from a reading.

    Attributes:
        place: the place of the reading among all.
        at: line and column of the number in the text.
        claim: the claim.
        agrees: whether the reading agrees with the text's table.
    """

    place: str
    at: tuple[int, int]
    claim: ProposedClaim
    agrees: bool


def claims_of(text: MaskedText, readings: Sequence[Reading], declared: Mapping[str, Any]) -> Iterator[ReadClaim]:
    """Yield a claim for each reading that says what a number is, in the names of a dossier.

    Refused readings, and those that name another number of the text or what the dossier does not have, give none.

    Args:
        text: the article.
        readings: readings of it.
        declared: the tables of the dossier as declared; those in the text by their number or caption.
    """
    tables = _tables(text, declared)
    taken: set[tuple[int, int]] = set()
    for place, outcome in enumerate(judge_readings(text, readings).outcomes, 1):
        sentence, reading = outcome.sentence, outcome.reading
        if sentence is None or outcome.state not in ("agreed", "disagreed") or not reading.n or not reading.is_:
            continue
        about = (sentence.first, reading.n)
        expression = _translated(reading.alternatives[0], text, tables)
        quote = _quote(text, sentence, reading.n)
        if expression and quote and about not in taken:
            taken.add(about)
            hidden = sentence.numbers[reading.n - 1]
            number, at = hidden.found.text, text.document.place(sentence.block.offsets[hidden.start])
            read_by = ", ".join(filter(None, (outcome.reader, reading.read.isoformat() if reading.read else "")))
            if _is_fall(quote, number):
                expression = _negative(expression)  # a claim has a fall as a negative number
            given = {"quote": quote, "number": number, "is": expression, "read_by": read_by}
            claim = ProposedClaim.model_validate(given)
            yield ReadClaim(f"reading {place}", (at.line, at.column), claim, outcome.state == "agreed")


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


def _tables(text: MaskedText, declared: Mapping[str, Any]) -> dict[str, _TableNames]:
    """Return what a dossier calls the tables of a text, by their ids in readings."""
    found = {}
    cells = text_cells_table(text.document)
    for table in text.tables:
        name = next((name for name, keys in declared.items() if _is_table(table, keys)), "")
        if not name or table.document is not None:
            continue
        printed = PrintedTable.model_validate(declared[name])
        file = table_in_text(text.document.name, cells, table.text_table.number).fitted(printed)
        columns = _columns(table, declared[name].get("columns", {}))
        try:
            read, _ = read_table(printed, file)
        except InputError:
            continue
        kept = file.kept or range(len(table.text_table.rows))
        if len(kept) == len(read) and not printed.transposed:
            rows = {place: str(row["subject"]) for place, row in zip(kept, read, strict=True)}
            totals = [place for place, row in zip(kept, file.cells[1:], strict=True) if _is_total(row, printed, file)]
            found[table.id] = _TableNames(name, columns, rows, frozenset(totals))
    return found


def _is_total(row: Sequence[tuple[str, int]], printed: PrintedTable, file: TableInText) -> bool:
    """Whether functions over the rows of a dossier's table leave a row out."""
    for place, (head, _) in enumerate(file.cells[0]):
        is_subject = head in printed.columns and printed.columns[head].holds == "subject"
        if is_subject and printed.is_total(row[place][0].strip()):
            return True
    return False


def _is_table(table: ReadTable, keys: Mapping[str, Any]) -> bool:
    if "from" not in keys:
        return False
    if "number" in keys:
        return bool(keys["number"] == table.text_table.number)
    return folded(str(keys.get("caption", ""))).text == folded(table.text_table.caption).text


def _columns(table: ReadTable, declared: Mapping[str, Mapping[str, Any]]) -> dict[int, str]:
    names = {}
    for place, head in enumerate(once(table.text_table.heads)):
        if head in declared and declared[head].get("role") != "subject":
            names[place] = str(declared[head]["name"])
    return names


def _translated(expression: str, text: MaskedText, tables: Mapping[str, _TableNames]) -> str:
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
    node: Node, inside: str, read: Mapping[str, ReadTable], tables: Mapping[str, _TableNames]
) -> Iterator[tuple[int, int, str]]:
    """Yield the parts of an expression that have another name in the dossier, as start, end and name.

    Raises:
        KeyError: the dossier does not have one of them.
    """
    place = node.place
    table = _table_of(node) or inside
    match node.kind:
        case "name":
            named = tables[str(node.value)]
            yield place.start, place.end, f"{named.name}{_without_totals(read[str(node.value)], named)}"
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


def _names_rows(condition: Node, table: ReadTable) -> bool:
    """Whether a condition is a single row, or names a total: nothing more is left out then."""
    named = {str(part.value) for part in _parts(condition) if part.kind == "subject"}
    return condition.kind == "subject" or any(table.rows[row] in named for row in table.totals)


def _without_totals(table: ReadTable, names: _TableNames) -> str:
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


def _subject(name: str, table: ReadTable, names: _TableNames) -> str:
    """Return how a dossier's expression names a row. Raises KeyError if it has no such row."""
    row = next((index for index, own in table.rows.items() if own == name), None)
    if row is None:
        raise KeyError(name)
    return _key(names.rows[row])


def _key(subject: str) -> str:
    return subject if subject.isidentifier() and not keyword.iskeyword(subject) else toml_value(subject)


def _quote(text: MaskedText, sentence: MaskedSentence, n: int) -> str:
    """Return words around a number that stand once in the text, "" if there are none short enough."""
    block, number = sentence.block, sentence.numbers[n - 1]
    before = re.findall(r"\S+\s*", block.text[sentence.start : number.start])
    behind = re.findall(r"\s*\S+", block.text[number.end : sentence.end].rstrip())
    inside = len(block.text[number.start : number.end].split())
    # As many words before as fit, then those behind: what a number is of usually stands before it.
    ahead = (
        before[-max(MOST_WORDS - inside - FEW_BEHIND, 1) :]
        if len(before) + inside + len(behind) > MOST_WORDS
        else before
    )
    rest = behind[: max(MOST_WORDS - inside - len(ahead), 0)]
    words = "".join([*ahead, block.text[number.start : number.end], *rest]).strip()
    count = sum(each.text.count(words) for each in text.document.blocks)
    return words if count == 1 and len(words) <= LONGEST_QUOTE else ""
