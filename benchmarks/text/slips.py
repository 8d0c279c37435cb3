"""Plant slips in the numbers of TAT-QA documents: `python -m benchmarks.text.slips PATH [--half report]` lists them.

A slip is planted only in a number that another place of the document determines, and changes it by more than the
rounding of both allows. Every such number of the prose gets the same count of slips, and a sample of those of each
table; the kinds take turns, and none has more than a quarter of the slips in prose or of those in tables. `anywhere`
plants in all numbers instead, most of which nothing else determines.

Belongs here: which slips there are, seeded. Does not: which numbers are determined (`relations`), finding slips.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from benchmarks.text.documents import HALVES, Document, Where, documents, rendered
from benchmarks.text.numbers import Number, cell_numbers, factors, prose_numbers
from benchmarks.text.relations import FALLS, OPPOSITES, Spot, spots

SEED = 33
PROSE_EACH = 3
"""Slips of each determined number of the prose, each of another kind."""
TABLE_EACH = 6
"""Determined cells of each table that get a slip."""
ANYWHERE_EACH = 4
"""Slips of each document in any of its numbers."""
LARGEST_SHARE = 0.25
_MAGNITUDES = ("thousand", "million", "billion")


class Slip(NamedTuple):
    """One slip, with the document that holds it.

    Attributes:
        basis: How another place determines the number; "" where nothing is known to.
        start: Where the changed words begin in the Markdown.
        end: Where they end.
        by: Where the numbers stand that determine it, as offsets in the same Markdown.
        number: Where the number itself stands; elsewhere than `start` where a word beside it is changed.
        where: The block.
        words: The text of the block with the slip.
    """

    uid: str
    kind: str
    basis: str
    in_table: bool
    before: str
    after: str
    text: str
    start: int
    end: int
    by: tuple[int, ...]
    number: int
    where: Where
    words: str

    def changed(self, document: Document) -> Document:
        """Return the document with the slip."""
        return document.with_text(self.where, self.words)


class _Edit(NamedTuple):
    """Other words for those from `start` to `end` of a block."""

    start: int
    end: int
    text: str


_Options = Callable[[Document, Spot], Iterable[_Edit]]


def planted(found: Sequence[Document], prose_each: int = PROSE_EACH, table_each: int = TABLE_EACH) -> list[Slip]:
    """Return the slips of documents, in their order; the same for the same documents.

    Args:
        found: the documents.
        prose_each: how many slips each determined number of the prose gets, each of another kind.
        table_each: how many determined cells of each table get one.
    """
    counts: Counter[tuple[bool, str]] = Counter()
    slips: list[Slip] = []
    for document in found:
        rng = random.Random(f"{SEED}/{document.uid}")
        determined = spots(document)
        prose = [spot for spot in determined if spot.number.where.is_prose]
        cells = [spot for spot in determined if not spot.number.where.is_prose]
        chosen = [spot for spot in prose for _ in range(prose_each)]
        chosen += rng.sample(cells, min(table_each, len(cells)))
        used: set[tuple[Where, int, str]] = set()
        for spot in chosen:
            slip = _plant(document, spot, counts, used, rng)
            if slip is not None:
                slips.append(slip)
    return list(_without_surplus(slips))


def planted_anywhere(found: Sequence[Document]) -> list[Slip]:
    """Return slips in any numbers of documents."""
    slips = []
    for document in found:
        rng = random.Random(f"{SEED}/anywhere/{document.uid}")
        numbers = [number for number, _ in prose_numbers(document)] + list(cell_numbers(document).values())
        for number in rng.sample(numbers, min(ANYWHERE_EACH, len(numbers))):
            # What the number was is all that is known of it.
            spot = Spot(number, "", number.printed, number.half, ())
            kinds = [kind for kind in ("digit change", "digit swap", "scale") if list(KINDS[kind](document, spot))]
            if kinds:
                kind = rng.choice(kinds)
                slips.append(_slip(document, spot, kind, rng.choice(list(KINDS[kind](document, spot)))))
    return slips


def _plant(
    document: Document,
    spot: Spot,
    counts: Counter[tuple[bool, str]],
    used: set[tuple[Where, int, str]],
    rng: random.Random,
) -> Slip | None:
    """Return a slip of the rarest kind that a number can have, None if it had all."""
    in_table = not spot.number.where.is_prose
    kinds = list(KINDS)
    rng.shuffle(kinds)
    for kind in sorted(kinds, key=lambda kind: counts[in_table, kind]):
        place = spot.number.where, spot.number.start, kind
        edits = [] if place in used else list(KINDS[kind](document, spot))
        if edits:
            used.add(place)
            counts[in_table, kind] += 1
            return _slip(document, spot, kind, rng.choice(edits))
    return None


def _slip(document: Document, spot: Spot, kind: str, edit: _Edit) -> Slip:
    where = spot.number.where
    words = document.text_at(where)
    changed = words[: edit.start] + edit.text + words[edit.end :]
    after = rendered(document.with_text(where, changed))
    moved = len(edit.text) - (edit.end - edit.start)

    def place(number: Number) -> int:
        is_behind = number.where == where and number.start >= edit.end
        return after.offset(number.where, number.start + moved * is_behind)

    return Slip(
        document.uid,
        kind,
        spot.basis,
        not where.is_prose,
        words[edit.start : edit.end],
        edit.text,
        after.text,
        after.offset(where, edit.start),
        after.offset(where, edit.start + len(edit.text)),
        tuple(map(place, spot.by)),
        place(spot.number),
        where,
        changed,
    )


def _without_surplus(slips: Sequence[Slip]) -> Iterator[Slip]:
    """Leave out the last slips of a kind that has more than its share."""
    kept = {slip for place in (False, True) for slip in _evened([slip for slip in slips if slip.in_table == place])}
    return (slip for slip in slips if slip in kept)


def _evened(slips: Sequence[Slip]) -> list[Slip]:
    kept = list(slips)
    while kept:
        kind, count = Counter(slip.kind for slip in kept).most_common(1)[0]
        if count <= LARGEST_SHARE * len(kept):
            break
        last = max(at for at, slip in enumerate(kept) if slip.kind == kind)
        del kept[last]
    return kept


# The kinds: each yields the edits that it allows for a number.


def _digit_changes(document: Document, spot: Spot) -> Iterator[_Edit]:
    text = spot.number.text
    for at, digit in enumerate(text):
        if digit.isdigit():
            for other in "0123456789":
                if other != digit and (at or other != "0"):
                    yield from _number_edit(spot, text[:at] + other + text[at + 1 :])


def _digit_swaps(document: Document, spot: Spot) -> Iterator[_Edit]:
    text = spot.number.text
    places = [at for at, digit in enumerate(text) if digit.isdigit()]
    for at, after in pairwise(places):
        if text[at] != text[after] and (at or text[after] != "0"):
            yield from _number_edit(spot, text[:at] + text[after] + text[at + 1 : after] + text[at] + text[after + 1 :])


def _scales(document: Document, spot: Spot) -> Iterator[_Edit]:
    number = spot.number
    if number.magnitude is None:
        for factor in (10.0, 0.1):
            yield from _number_edit(spot, _reprinted(number, number.printed * factor))
        return
    word = document.text_at(number.where)[slice(*number.magnitude)]
    at = _MAGNITUDES.index(word)
    for other in _MAGNITUDES[max(at - 1, 0) : at + 2]:
        if other != word:
            yield _Edit(*number.magnitude, other)


def _wrong_years(document: Document, spot: Spot) -> Iterator[_Edit]:
    """Yield the values of other columns of the same row."""
    yield from _others(document, spot, lambda cell, other: cell.row == other.row and cell.column != other.column)


def _swapped_rows(document: Document, spot: Spot) -> Iterator[_Edit]:
    """Yield the values of other rows of the same column."""
    yield from _others(document, spot, lambda cell, other: cell.column == other.column and cell.row != other.row)


def _others(document: Document, spot: Spot, is_other: Callable[[Where, Where], bool]) -> Iterator[_Edit]:
    number = spot.number
    if number.where.is_prose and spot.basis != "copy":
        return
    cells = cell_numbers(document)
    source = spot.by[0] if number.where.is_prose else number
    for where, other in sorted(cells.items()):
        if not is_other(source.where, where) or other.unit != source.unit:
            continue
        if not number.where.is_prose:
            yield from _number_edit(spot, other.text)
            continue
        scale = spot.expected / source.printed if source.printed else 0.0
        if any(abs(scale * number.factor - factor) < 1e-9 * factor for factor in factors(document, other, number)):
            yield from _number_edit(spot, _reprinted(number, other.printed * scale))


def _stale_changes(document: Document, spot: Spot) -> Iterator[_Edit]:
    """Yield differences and rates of a version before the last: off by a tenth to a quarter."""
    if spot.basis in ("difference", "rate", "change column"):
        for factor in (0.75, 0.85, 0.9, 1.1, 1.15, 1.25):
            yield from _number_edit(spot, _reprinted(spot.number, spot.number.printed * factor))


def _directions(document: Document, spot: Spot) -> Iterator[_Edit]:
    if spot.turn is not None:
        word = document.text_at(spot.number.where)[slice(*spot.turn)]
        other = (OPPOSITES | FALLS)[word.lower()]
        yield _Edit(*spot.turn, other.capitalize() if word[0].isupper() else other)


def _number_edit(spot: Spot, text: str) -> Iterator[_Edit]:
    """Yield other digits for a number, if they contradict what determines it."""
    size = float(text.replace(",", ""))
    half = 0.5 * 10.0 ** -len(text.partition(".")[2])
    if size and text != spot.number.text and not spot.allows(size, half):
        yield _Edit(spot.number.start, spot.number.end, text)


def _reprinted(number: Number, size: float) -> str:
    """Return a size with the decimals and the grouping of a number."""
    has_groups = "," in number.text or number.printed < 1000
    return f"{size:{',' if has_groups else ''}.{number.decimals}f}"


KINDS: dict[str, _Options] = {
    "digit change": _digit_changes,
    "digit swap": _digit_swaps,
    "scale": _scales,
    "wrong year": _wrong_years,
    "swapped row": _swapped_rows,
    "stale change": _stale_changes,
    "direction word": _directions,
}


def main(arguments: Sequence[str]) -> int:
    """Print each slip on a line and their counts."""
    half = "development"
    if "--half" in arguments:
        half = arguments[arguments.index("--half") + 1]
    paths = [Path(each) for each in arguments if not each.startswith("--") and each not in HALVES]
    if len(paths) != 1 or not paths[0].is_dir() or half not in HALVES:
        print("usage: python -m benchmarks.text.slips PATH [--half development|report]", file=sys.stderr)
        return 2
    found = documents(paths[0], half)
    slips = planted(found)
    for slip in slips:
        print(f"{slip.uid}\t{slip.kind}\t{slip.basis}\t{'table' if slip.in_table else 'prose'}", end="\t")
        print(f"{slip.before!r} -> {slip.after!r}\t{slip.start}\t{slip.by}")
    for in_table in (False, True):
        counts = Counter(slip.kind for slip in slips if slip.in_table == in_table)
        print("table" if in_table else "prose", counts.total(), dict(counts.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
