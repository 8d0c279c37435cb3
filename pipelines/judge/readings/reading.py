"""A reading: what a reader says that one number, or one wording, of a sentence must be.

Belongs here: its model, and reading lines of JSON. Does not: what an expression gives (`cells`), or whether it agrees
(`engine`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

FORMAT = "tidebook-reading/1"
"""The version of the format of requests and readings. A change that gives old readings another meaning raises it."""

ONE_WORD = "letter: one word"
"""The rule of readings that one word alone binds: a finding is a hint, and what agrees may be of anything."""
MOST_ALTERNATIVES = 6
Key = Annotated[str, Field(pattern=r"^[a-z]{12}$")]
LONGEST_EXPRESSION, LONGEST_WORDING = 1_000, 200
"""Maximum characters of an expression or condition, and of a wording."""
Expression = Annotated[str, Field(min_length=1, max_length=LONGEST_EXPRESSION)]


class Reading(BaseModel):
    """One line: what a number or a wording of a sentence must be, by the words alone."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)

    sentence: Key = Field(description="The key of the sentence, from the request")
    n: int = Field(0, ge=0, le=999, description="Which hidden number it is about: 2 for ⟨2⟩; 0 for a wording")
    words: str = Field(
        "", max_length=LONGEST_WORDING, description="The wording that it is about, verbatim, such as doubled"
    )
    is_: Expression | Annotated[tuple[Expression, ...], Field(min_length=1, max_length=MOST_ALTERNATIVES)] = Field(
        "",
        alias="is",
        description="What the number is, as an expression; several if the sentence leaves open which it is",
    )
    holds: Expression = Field("", description="What the wording states, as a condition that is true or false")
    same: Expression = Field("", description="The number that it repeats: number(k) or text(k)")
    of: Expression = Field("", description="What it is a part of, and cannot exceed: an expression")
    reader: str = Field("", max_length=100, description="Who read it, such as the name of a model")
    rule: str = Field("", max_length=100, description="By which of its rules the reader read it, if it has any")
    read: dt.date | None = Field(None, description="When it was read")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Reading:
        said = [name for name in ("is_", "holds", "same", "of") if getattr(self, name)]
        if len(said) != 1:
            raise ValueError('exactly one of "is", "holds", "same" and "of"')
        if bool(self.n) == bool(self.words):
            raise ValueError('either "n", the number that it is about, or "words", the wording')
        if self.holds and not self.words:
            raise ValueError('"words" beside "holds": the wording that the condition is of')
        if (self.same or self.of) and not self.n:
            raise ValueError('"n": the number that repeats another one or is a part of it')
        return self

    @property
    def alternatives(self) -> Sequence[str]:
        """The expressions of `is`, of which one must agree."""
        return [self.is_] if isinstance(self.is_, str) else self.is_

    @property
    def about(self) -> str:
        """What it is about, in words: `⟨2⟩`, or the wording."""
        return f"⟨{self.n}⟩" if self.n else f"“{self.words}”"


def short_readings(
    key: str, rule: str, reader: str, n: int = 0, words: str = "", is_: Sequence[str] = (), holds: str = ""
) -> list[Reading]:
    """Return the reading of a number or wording, none if the format has no room for what it must be."""
    has_room = all(len(each) <= LONGEST_EXPRESSION for each in (*is_, holds)) and len(words) <= LONGEST_WORDING
    if not has_room:
        return []
    if holds:
        return [Reading(sentence=key, n=n, words=words, holds=holds, reader=reader, rule=rule)]
    return [Reading(sentence=key, n=n, words=words, is_=tuple(is_), reader=reader, rule=rule)]
