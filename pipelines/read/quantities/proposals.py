"""Proposals: the declarations under which all cells of a column can be read. They are shown and never applied.

Belongs here: the search for the fewest declarations, and the words of a proposal. Does not: reading a cell, or writing
a declaration.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import combinations
from typing import NamedTuple

from tidebook.pipelines.read.quantities.context import STRICT, Context
from tidebook.pipelines.read.quantities.quantity import QuantityError, cell_reader
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.quantities.vocabulary import BLANKS, DIGITS
from tidebook.schemas.units import get_unit

MOST_DECLARED = 4
"""Maximum declarations of a proposal beside the scale."""
_DASH = re.compile(r"[-‐‑‒–—―]+")
# Behind a number, a single sign in parentheses is a footnote; before one, it would be an entry of a list.
_FOOTNOTE = re.compile(r"(?<=[0-9)%])\s*(\([0-9a-z]\))")
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "m": 6, "bn": 9, "000": 3}
# `in`, a bracket or a currency must be before the word: `Million Dollar Baby` is a title.
_SCALED = re.compile(
    r"(?:(?i:\bin )|\(|[$€£¥] ?|\b[A-Z]{3}['’ ]?)(?P<word>(?i:thousand|million|billion|trillion))s?(?!\w)"
    r"|(?:[$€£¥]|\b[A-Z]{3})(?P<letter>(?i:k|m|bn))(?!\w)|(?<!\d)['’](?P<zeros>000)(?!\w)"
)
"""How a heading says that its numbers are in millions: `in millions`, `(millions)`, `$ million`, `USDm`, `£'000`."""


Declaration = tuple[str, object]
"""A field of `Context` and its value."""


class Proposal(NamedTuple):
    """Declarations under which every cell can be read, and the quantities that are then read."""

    context: Context
    readings: tuple[Quantity, ...]


def propose(
    texts: Sequence[str],
    unit: str,
    context: Context = STRICT,
    words: str = "",
    suits: Callable[[Quantity], bool] = bool,
) -> list[Proposal]:
    """Find the fewest declarations under which all cells can be read.

    Args:
        texts: The cells of a column.
        unit: The symbol of the column's unit.
        context: What the column declares already.
        words: The heading and the title of the table, where "in millions" may stand. A scale found there is proposed
            even if all cells can be read without it.
        suits: Whether a quantity may be in the column; declarations that give others are not proposed.

    Returns:
        One proposal for each set of values: several mean that the print does not say which is meant. None at all if
        the cells can be read already, or with no declaration.
    """
    candidates = list(_candidates(texts, unit, words))
    # Only the first may be a scale, which goes into every proposal. One that is declared need not be found.
    has_scale = candidates[0][0] == "scale" and not context.scale
    scales, others = (candidates[:1], candidates[1:]) if has_scale else ([], candidates)
    if _read_all(texts, unit, context) and not scales:
        return []
    for count in range(1 - len(scales), MOST_DECLARED + 1):
        found: dict[tuple[Quantity, ...], Proposal] = {}
        for chosen in combinations(others, count):
            proposal = _try_with(texts, unit, context, (*scales, *chosen))
            if proposal and all(map(suits, proposal.readings)):
                found.setdefault(proposal.readings, proposal)
        if found:
            return list(found.values())
    return []


def _try_with(texts: Sequence[str], unit: str, context: Context, chosen: Sequence[Declaration]) -> Proposal | None:
    """Return the proposal of some declarations; None if they exclude each other or do not read all cells."""
    values = dict(chosen)
    if len(values) < len(chosen):
        return None  # two values of one field
    try:
        tried = replace(context, **values)  # type: ignore[arg-type]
    except ValueError:  # contradicts what is declared
        return None
    readings = _read_all(texts, unit, tried)
    return Proposal(tried, readings) if readings else None


def describe(proposal: Proposal, context: Context = STRICT) -> str:
    """Return a proposal in the words of a dossier: `all 40 cells can be read in USD with scale = 1e6`."""
    unit, count = proposal.readings[0].unit, len(proposal.readings)
    cells = f"all {count} cells" if count > 1 else "the only cell"
    return f"{cells} can be read in {unit} with {declarations(proposal.context, context)}"


def declarations(wanted: Context, context: Context = STRICT) -> str:
    """Return the declarations that turn `context` into `wanted`, as TOML: `scale = 1e6, nil = ["—"]`."""
    values = {name: value for name, value in asdict(wanted).items() if value != getattr(context, name)}
    if values.keys() & {"unit", "currency"} and not values.get("scale"):  # a scaled column inherits its unit
        values["inherits"] = True
    texts = []
    for name, value in values.items():
        if name == "scale":
            texts.append(f"scale = 1e{value}")
        elif name not in ("unit", "currency"):  # the column has them; `inherits` passes them on to its cells
            texts.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    return ", ".join(texts)


def _read_all(texts: Sequence[str], unit: str, context: Context) -> tuple[Quantity, ...]:
    """Read all cells; return nothing if one of them cannot be read."""
    read = cell_reader(unit, context)
    try:
        return tuple(read(text) for text in texts)
    except QuantityError:
        return ()


def _candidates(texts: Sequence[str], unit: str, words: str) -> Iterator[Declaration]:
    """Yield the declarations that something in the cells or in the words around them suggests."""
    if scale := _SCALED.search(words):
        yield "scale", _SCALES[scale[scale.lastgroup or 0].lower()]
    currency = get_unit(unit).currency
    yield ("currency", currency) if currency else ("unit", unit)
    yield from _mark_candidates(texts)
    yield from _digit_candidates(" ".join(texts), unit)


def _mark_candidates(texts: Sequence[str]) -> Iterator[Declaration]:
    """Yield declarations of parentheses, dashes, empty cells and footnotes."""
    printed = " ".join(texts)
    if "(" in printed:
        for meaning in ("negative", "error", "aside"):
            yield "parentheses", meaning
    bare = {text.strip(f"$€£%{BLANKS}") for text in texts}
    dashes = tuple(sorted(filter(_DASH.fullmatch, bare)))
    if dashes:
        yield "nil", dashes
    empty = () if all(text.strip(BLANKS) for text in texts) else ("",)
    if empty:
        yield "missing", empty
    if dashes:
        yield "missing", dashes + empty
    if footnotes := tuple(sorted(set(_FOOTNOTE.findall(printed)))):
        yield "footnotes", footnotes


def _digit_candidates(printed: str, unit: str) -> Iterator[Declaration]:
    """Yield declarations of how numbers and clocks are written."""
    if unit == "percent" and re.search(r"(?<![0-9.,])0?[.,][0-9]", printed):
        yield "fractions", True
    if re.search(r"\b0[0-9]", printed):
        yield "padded", True
    if ":" in printed:
        for clock in ("m:s", "h:m"):
            yield "clock", clock
    if re.search(r"[0-9][.,][0-9]", printed):
        for sign in (".", ","):
            yield "decimal", sign
    if re.search(rf"[0-9][{BLANKS}][0-9]", printed):
        yield "grouping", " "
    for script, digits in DIGITS.items():
        if not set(digits).isdisjoint(printed):
            yield "digits", script
