"""Tables that hold statistics: which column holds what, by its head, and the numbers of a row by what they are.

Belongs here: reading, and the rule that most rows of a table must hold. Does not: what numbers of a row say of each
other (`coefficients`, `groups`, `diagnostic`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest

from tidebook.pipelines.judge.text.finding import Span
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.text.document import Cell, TextTable
from tidebook.plugins.statistics.check import Check, Outcome
from tidebook.plugins.statistics.notation import NUMBER, Number, number_or_none, plain

_ROLES: dict[str, str] = {
    "b": r"(?:unstandardi[sz]ed\s+)?(?:b|coef(?:ficient)?s?\.?|estimates?|est\.?)(?:\s*\(\s*(?:se|s\.\s?e\.)\s*\))?",
    "se": r"\(?(?:se|s\.\s?e\.|std\.?\s+err(?:or)?\.?|standard\s+errors?)(?:\s*\(?b\)?)?\)?",
    "t": r"t(?:[-\s](?:values?|stat(?:istic)?s?|ratio))?(?:\s*\(\s*(?:df\s*=\s*)?(?P<df>[\d,]+)\s*\))?",
    "z": r"z(?:[-\s](?:values?|stat(?:istic)?s?))?",
    "wald": r"wald(?:\s*(?:χ²|χ2|chi.square.*))?",
    "F": r"f(?:[-\s](?:values?|stat(?:istic)?s?|ratio))?(?:\s*\(\s*(?P<two>\d+\s*[,;]\s*[\d,]+)\s*\))?",
    "χ²": r"(?:χ²|χ2|x2|chi[-\s]?squared?)(?:\s*\(\s*(?:df\s*=\s*)?(?P<chi>\d+)\s*\))?",
    "r": r"r",
    "df": r"(?:d\.?f\.?|degrees\s+of\s+freedom)",
    "p": r"(?:p(?:[-\s]values?)?|sig\.?|significance|pr\s?\(>\s?\|[tz]\|\)|p\s?>\s?\|[tz]\|)",
    "low": r"(?:95\s?%\s*ci\s*)?(?:ll|lower(?:\s+(?:bound|limit|95\s?%.*))?|2\.5\s?%|lcl)",
    "high": r"(?:95\s?%\s*ci\s*)?(?:ul|upper(?:\s+(?:bound|limit|95\s?%.*))?|97\.5\s?%|ucl)",
    "ci": r"(?:\(?(?P<level>9\d)\s?%\s*)?(?:ci|confidence\s+intervals?)(?:\s*\(?(?P<behind>9\d)\s?%\)?)?\)?",
    "ratio": r"(?:a?or|a?hr|a?rr|irr|odds\s+ratios?|hazards?\s+ratios?|risk\s+ratios?|exp\s?\(\s?b\s?\))",
    "mean": r"(?:m|means?)",
    "sd": r"(?:sds?|s\.d\.|std\.?\s+dev(?:iation)?\.?|standard\s+deviations?)",
}
_HEADS = {role: re.compile(words, re.IGNORECASE) for role, words in _ROLES.items()}
_CELL = re.compile(
    rf"\s*(?P<op><=|>=|[<>≤≥])?\s*(?P<number>-?\s?{NUMBER})\s*(?P<stars>\*{{1,4}})?\s*(?:[(\[]\s*(?P<inner>-?\s?{NUMBER})\s*%?\s*[)\]])?\s*(?P<behind>\*{{1,4}})?\s*[a-d†‡]?\s*"
)
_BRACKET = re.compile(rf"\s*[(\[]\s*(?P<inner>{NUMBER})\s*[)\]]\s*")
_PAIR = re.compile(rf"\s*[\[(]?\s*(?P<low>-?\s?{NUMBER})\s*(?:,|;|\bto\b|-)\s*(?P<high>-?\s?{NUMBER})\s*[\])]?\s*")
_RATIO_PAIR = re.compile(
    rf"\s*(?P<number>{NUMBER})\s*[\[(]\s*(?P<low>{NUMBER})\s*(?:,|;|\bto\b|-)\s*(?P<high>{NUMBER})\s*[\])]\s*"
)
_LEGEND = re.compile(r"(?P<stars>\*{1,4})\s*p\s*(?:<|≤|<=)\s*(?P<level>0?\.\d+)", re.IGNORECASE)
_ERRORS_INSIDE = re.compile(
    r"\bstandard\s+errors?\b[^.;]{0,40}\b(?:parenthes|bracket)|\((?:SE|s\.e\.)\)|\bB\s*\(SE\)|\bb\s*\(SE\)",
    re.IGNORECASE,
)
HELD = 0.7
"""Least share of the rows of a table that hold what another row is accused of breaking."""
FEWEST_HELD = 2
"""Least number of such rows."""


@dataclass(frozen=True)
class Value:
    """A number of a cell: what is printed, its place in the source, and how it is compared."""

    number: Number
    span: Span
    op: str = "="
    stars: int = 0

    @property
    def interval(self) -> Interval:
        """The values that its print allows."""
        return self.number.interval

    @property
    def words(self) -> str:
        """What is printed of it."""
        return self.number.words.strip()


Row = dict[str, Value]
Rule = Callable[["ReadTable", Row, str], "Check | None"]


@dataclass
class ReadTable:
    """A table with the roles of its columns, group by group, and the notes around it.

    `many` is the correction for many tests that its text names.
    """

    table: TextTable
    notes: str
    many: str = ""
    groups: list[dict[str, int]] = field(default_factory=list)
    degrees: dict[int, list[float]] = field(default_factory=dict)

    @cached_property
    def legend(self) -> dict[int, float]:
        """The level that each number of stars stands for."""
        return {len(match["stars"]): float(match["level"]) for match in _LEGEND.finditer(plain(self.notes))}

    @cached_property
    def rows(self) -> list[tuple[Sequence[Cell], Sequence[Cell], str]]:
        """Each row with the one below it and its words."""
        # A table that is beyond the budget of a text has no rows.
        pairs = zip_longest(self.table.rows, self.table.rows[1:], fillvalue=())
        return [(row, under, " | ".join(cell.text for cell in row)) for row, under in pairs]


def read_table(table: TextTable, notes: str, many: str = "") -> ReadTable:
    """Return a table with the role of each column, by its head; a second column of a role begins another group."""
    known = ReadTable(table, notes, many)
    group: dict[str, int] = {}
    for column, head in enumerate(known.table.heads):
        words = plain(head).split(" / ")[-1].strip().strip("*_ ")
        role = next((role for role, pattern in _HEADS.items() if pattern.fullmatch(words)), "")
        # `β` and `Beta` are standardised: their errors and tests are those of b.
        if not role or column == 0:
            continue
        if role in group and role not in ("df",):
            known.groups.append(group)
            group = {}
        group[role] = column
        match = _HEADS[role].fullmatch(words)
        inside = match and next(
            (each for name, each in match.groupdict().items() if each and name in ("df", "two", "chi")), ""
        )
        if inside:
            known.degrees[column] = [
                float(each.replace(",", "")) for each in re.split(r"\s*[;]\s*|,\s*(?=\d+$)", inside)
            ]
    known.groups.append(group)
    if _ERRORS_INSIDE.search(known.notes):
        _find_models(known)
    return known


def _find_models(known: ReadTable) -> None:
    """Take columns with no role for models, each of coefficients with their errors in brackets."""
    taken = {column for group in known.groups for column in group.values()}
    for column in range(1, len(known.table.heads)):
        texts = [plain(row[column].text) for row in known.table.rows]
        with_errors = [text for text in texts if (match := _CELL.fullmatch(text)) and match["inner"]]
        brackets = [text for text in texts if _BRACKET.fullmatch(text)]
        if column not in taken and len(with_errors) + len(brackets) >= FEWEST_HELD:
            known.groups.append({"b": column})


def value_of(cell: Cell) -> Value | None:
    """Return the number of a cell."""
    text = plain(cell.text)
    match = _CELL.fullmatch(text)
    if not match or not cell.offsets:
        return None
    found = number_or_none(text, *match.span("number"))
    op = {"<=": "≤", ">=": "≥"}.get(match["op"] or "=", match["op"] or "=")
    stars = len(match["stars"] or match["behind"] or "")
    return found and Value(found, part_of(cell, *match.span("number")), op, stars)


def part_of(cell: Cell, start: int, end: int) -> Span:
    """Return the part of the source that a part of a cell is in."""
    return Span(cell.offsets[start], cell.offsets[end - 1] + 1, cell.text[start:end])


def inner_values(cell: Cell, pattern: re.Pattern[str], names: Sequence[str]) -> list[Value]:
    """Return the numbers of the named parts of a cell, none unless it has the form."""
    text = plain(cell.text)
    match = pattern.fullmatch(text)
    if not match or not cell.offsets:
        return []
    found = []
    for name in names:
        value = number_or_none(text, *match.span(name)) if match[name] else None
        if value is not None:
            found.append(Value(value, part_of(cell, *match.span(name))))
    return found if len(found) == len(names) else []


def row_of(known: ReadTable, group: dict[str, int], row: Sequence[Cell], below: Sequence[Cell]) -> Row:
    """Return the numbers of a row by role; standard errors may stand in brackets, also in the row below."""
    values: Row = {}
    for role, column in group.items():
        cell = row[column]
        if role == "ci":
            ends = inner_values(cell, _PAIR, ("low", "high"))
            values |= dict(zip(("low", "high"), ends, strict=False))
        elif role == "ratio" and (three := inner_values(cell, _RATIO_PAIR, ("number", "low", "high"))):
            values |= dict(zip(("ratio", "low", "high"), three, strict=True))
        elif (value := value_of(cell)) is not None:
            values[role] = value
            if role == "b" and "se" not in group and _ERRORS_INSIDE.search(known.notes + " ".join(known.table.heads)):
                inner = inner_values(cell, _CELL, ("inner",))
                if not inner and below and not below[0].text.strip():
                    inner = inner_values(below[column], _BRACKET, ("inner",))
                values |= {"se": inner[0]} if inner else {}
    return values


def by_rows(known: ReadTable, rule: Rule) -> Iterator[Check]:
    """Yield the checks of a rule; it accuses only where most rows of the same columns hold."""
    for group in known.groups:
        found = []
        for row, below, quote in known.rows:
            check = rule(known, row_of(known, group, row, below), quote)
            if check is not None:
                found.append(check._replace(among=" in a table"))
        held = sum(check.tier is None for check in found)
        sure = held >= FEWEST_HELD and held >= HELD * len(found)
        for check in found:
            yield check if check.tier is None or sure else check._replace(outcome="hint")


def check_of(
    rule: str, agrees_: bool, at: Value, quote: str, why: str, others: Sequence[Value], expected: str = "",
    source: str = "", off: float = 1.0, follows: Interval | None = None,
) -> Check:  # fmt: skip
    """Return the check of a number of a row; `others` are those from which something else follows."""
    outcome: Outcome = "consistent" if agrees_ else "inconsistent"
    told = why if agrees_ else f"{why}, not {'' if at.op == '=' else at.op + ' '}{at.words}"
    low, high = follows[:2] if follows else (None, None)
    evidence = tuple(other.span for other in others)
    return Check(
        rule, outcome, at.span, at.words, quote, expected, told, source, evidence, 0.0 if agrees_ else off, low, high
    )
