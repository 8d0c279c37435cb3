"""What a declared field is the name of, and which rows of evidence a declaration reads.

A kind of prediction, or a section of a plugin, says so of its own fields: `series: Annotated[Slug, SERIES]`. One rule
for all of them then finds typos (`judge.predictions.names`). Nothing is read here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class NameOf:
    """What the texts of a field name, in words.

    Subjects and bases are those of the series under the key `of` beside the field. Where `within`, a text need only
    occur in one of them. A cohort must have as many members as the number under the key `count` beside the field.
    """

    what: str
    of: str = "series"
    within: bool = False
    count: str = ""


KIND = NameOf("a kind of event that is on record or searched for")
SERIES = NameOf("a series of observations")
COMPANY = NameOf("a company or person on record")
SUBJECT = NameOf("a subject of that series")
BASIS = NameOf("a basis of that series")
COHORT = "one of the cohorts"

FIGURE, TABLE, QUANTITY, UNIT = "a published figure", "a table", "a quantity of the table", "the unit of what is there"
CLOSED = (FIGURE, TABLE, QUANTITY, UNIT)
"""What can be known for certain, whatever evidence is still to come."""


class Used(NamedTuple):
    """A name that is declared: where it stands, what it is the name of, and which such names there are."""

    place: KeyPath
    name: str
    what: str
    known: Collection[str]


class Read(NamedTuple):
    """Observations that something reads: of a series, of these subjects and on these bases, of all where None.

    Of `shares` each must be one, from 0 to 100 %.
    """

    series: str
    subjects: Collection[str] | None = None
    bases: Collection[str] | None = None
    shares: bool = False


class NamedField(NamedTuple):
    """A field that holds names: the declaration that it is part of, its place below the whole, and its texts."""

    part: BaseModel
    place: KeyPath
    names: NameOf
    texts: list[str]

    @property
    def places(self) -> list[KeyPath]:
        """The place of each text: a list has one for each item."""
        field = self.place[-1]
        single = isinstance(getattr(self.part, str(field)), str)
        return [self.place] if single else [(*self.place, index) for index in range(len(self.texts))]


def named_fields(part: BaseModel, place: KeyPath = ()) -> Iterator[NamedField]:
    """Yield the fields of a declaration, and of its nested declarations, that hold names and are not empty."""
    for key, info in type(part).model_fields.items():
        value: Any = getattr(part, key)
        names = next((each for each in info.metadata if isinstance(each, NameOf)), None)
        if names and value:
            yield NamedField(part, (*place, key), names, [value] if isinstance(value, str) else list(value))
            continue
        for where, nested in _nested(value):
            yield from named_fields(nested, (*place, key, *where))


def _nested(value: Any) -> Iterator[tuple[KeyPath, BaseModel]]:
    """Yield the declarations in a field's value with their place below the field."""
    if isinstance(value, BaseModel):
        yield (), value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, BaseModel):
                yield (index,), item
