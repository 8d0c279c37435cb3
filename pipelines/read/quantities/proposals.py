"""What a column could declare so that all of its cells can be read: proposed, never applied.

Belongs here: the search for the fewest declarations, and how a proposal is told. Does not: reading a cell, or writing a
declaration.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import combinations
from typing import NamedTuple

from tidebook.pipelines.read.quantities.context import STRICT, Context
from tidebook.pipelines.read.quantities.quantity import Quantity, QuantityError, cell_reader
from tidebook.pipelines.read.quantities.vocabulary import BLANKS, DIGITS
from tidebook.schemas.units import get_unit

MOST_DECLARED = 4
"""How many declarations one proposal may hold beside the scale."""
_DASH = re.compile(r"[-‐‑‒–—―]+")
_FOOTNOTE = re.compile(r"(?<=[0-9)%])\s*(\([0-9a-z]\))")
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "m": 6, "bn": 9, "000": 3}
_SCALED = re.compile(
    r"(?:(?i:\bin )|\(|[$€£¥] ?|\b[A-Z]{3}['’ ]?)(?P<word>(?i:thousand|million|billion|trillion))s?(?!\w)"
    r"|(?:[$€£¥]|\b[A-Z]{3})(?P<letter>(?i:k|m|bn))(?!\w)|(?<!\d)['’](?P<zeros>000)(?!\w)"
)
"""How a heading says that its numbers are in millions: `in millions`, `(millions)`, `$ million`, `USDm`, `£'000`."""


class Proposal(NamedTuple):
    """Declarations under which every cell can be read, and what the cells then say."""

    context: Context
    readings: tuple[Quantity, ...]


def propose(
    texts: Sequence[str],
    unit: str,
    context: Context = STRICT,
    words: str = "",
    suits: Callable[[Quantity], bool] = bool,
) -> list[Proposal]:
    """Return the smallest declarations under which all cells are read, one for each set of values.

    There is none if all cells are read already, or never are. More than one proposal means that the print alone does
    not say which is meant. `words` are those of the heading and the table around, where "in millions" may stand: a
    scale is proposed on its own even if all cells can be read. What is read must be what `suits` the column.
    """
    wanted = list(_candidates(texts, unit, words))
    scales = [each for each in wanted if each[0] == "scale" and not context.scale]
    if _all(texts, unit, context) and not scales:
        return []
    for size in range(1, MOST_DECLARED + len(scales) + 1):
        found: dict[tuple[Quantity, ...], Proposal] = {}
        for chosen in combinations([each for each in wanted if each not in scales], size - len(scales)):
            named = dict([*scales, *chosen])
            try:
                tried = replace(context, **named)  # type: ignore[arg-type]
            except ValueError:  # not beside what is declared
                continue
            if len(named) == size and (readings := _all(texts, unit, tried)) and all(map(suits, readings)):
                found.setdefault(readings, Proposal(tried, readings))
        if found:
            return list(found.values())
    return []


def tell(proposal: Proposal, context: Context = STRICT) -> str:
    """Return a proposal in the words of a dossier: `all 40 cells can be read in USD with scale = 1e6`."""
    unit, count = proposal.readings[0].unit, len(proposal.readings)
    cells = f"all {count} cells" if count > 1 else "the only cell"
    return f"{cells} can be read in {unit} with {declarations(proposal.context, context)}"


def declarations(wanted: Context, context: Context = STRICT) -> str:
    """Return what is to be declared beside what is, as a dossier has it: `scale = 1e6, nil = ["—"]`."""
    values = {name: value for name, value in asdict(wanted).items() if value != getattr(context, name)}
    if values.keys() & {"unit", "currency"} and not values.get("scale"):  # a scaled column inherits its unit
        values["inherits"] = True
    declared = (each for each in values.items() if each[0] not in ("unit", "currency"))
    return ", ".join(
        f"{name} = " + (f"1e{value}" if name == "scale" else json.dumps(value, ensure_ascii=False))  # as TOML has it
        for name, value in declared
    )


def _all(texts: Sequence[str], unit: str, context: Context) -> tuple[Quantity, ...]:
    """Return what all cells say; nothing if one cannot be read."""
    read = cell_reader(unit, context)
    try:
        return tuple(read(text) for text in texts)
    except QuantityError:
        return ()


def _candidates(texts: Sequence[str], unit: str, words: str) -> Iterator[tuple[str, object]]:
    """Yield the declarations that something in the cells calls for."""
    printed = " ".join(texts)
    currency = get_unit(unit).currency
    if found := _SCALED.search(words):
        yield "scale", _SCALES[found[found.lastgroup or 0].lower()]
    yield from [("currency", currency)] if currency else [("unit", unit)]
    for meaning in ("negative", "error", "aside") if "(" in printed else ():
        yield "parentheses", meaning
    bare = {text.strip(f"$€£%{BLANKS}") for text in texts}
    if dashes := tuple(sorted(filter(_DASH.fullmatch, bare))):
        yield "nil", dashes
    empty = () if all(text.strip(BLANKS) for text in texts) else ("",)
    yield from (("missing", marks) for marks in dict.fromkeys((empty, dashes + empty)) if marks)
    if marks := tuple(sorted(set(_FOOTNOTE.findall(printed)))):
        yield "footnotes", marks
    if unit == "percent" and re.search(r"(?<![0-9.,])0?[.,][0-9]", printed):
        yield "fractions", True
    if re.search(r"\b0[0-9]", printed):
        yield "padded", True
    for clock in ("m:s", "h:m") if ":" in printed else ():
        yield "clock", clock
    for decimal in (".", ",") if re.search(r"[0-9][.,][0-9]", printed) else ():
        yield "decimal", decimal
    if re.search(rf"[0-9][{BLANKS}][0-9]", printed):
        yield "grouping", " "
    for script, digits in DIGITS.items():
        if any(digit in printed for digit in digits):
            yield "digits", script
