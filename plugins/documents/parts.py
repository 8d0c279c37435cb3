"""The files that a text reads in, such as by \\input: behind it in one source, so that its own lines stay as they are.

Belongs here: their limits, and where each of their lines is. Does not: how a form of texts names such files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.pipelines.read.text.document import check_length

MOST_PARTS, MOST_DEEP = 200, 10
"""Maximum files that are read in, and within each other."""
LONG = 1_000_000
"""Length from which on a text is measured again with each part."""


class Inclusion(NamedTuple):
    """Where a text names a file that it reads in, from and up to which offset, and the file's path."""

    start: int
    end: int
    path: str


Inclusions = Callable[[str, str], Iterable[Inclusion]]
"""Finds what a text reads in, by the text and its own path."""


class Part(NamedTuple):
    """A file that was read in: where it is named in the whole, from and up to which offset, and where its text is."""

    start: int
    end: int
    begin: int
    stop: int


class Whole(NamedTuple):
    """A text with its parts.

    Attributes:
        source: the text, and behind it each part.
        length: how long the text is without them.
        parts: the parts, in the order of their names in the source.
        wheres: the place of each line, "" for those of the text itself; none if it has no parts.
        notes: parts that were left out, each with the reason.
    """

    source: str
    length: int
    parts: Sequence[Part]
    wheres: Sequence[str]
    notes: Sequence[str]


def with_parts(file: RawFile, inclusions: Inclusions) -> Whole:
    """Return a text with the parts that are in its folder; in a dossier, whose inputs are declared, with none.

    Raises:
        InputError: the text is none in UTF-8, or too long.
    """
    source = file.text()
    check_length(file.path, source)
    found = _Parts(file, inclusions, [source], length=len(source))
    found.read_in(source, 0, (file.path,))
    own = [""] * (source.count("\n") + 1) if found.parts else []
    return Whole("".join(found.texts), len(source), sorted(found.parts), [*own, *found.wheres], found.notes)


@dataclass
class _Parts:
    """The parts of a text while they are read."""

    file: RawFile
    inclusions: Inclusions
    texts: list[str]
    length: int
    parts: list[Part] = field(default_factory=list)
    wheres: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def read_in(self, source: str, start: int, above: tuple[str, ...]) -> None:
        """Add the parts of a source that begins at an offset of the whole, and theirs; `above` are those it is in."""
        for named in self.inclusions(source, above[-1] if start else ""):
            text = self._text_of(named.path, above)
            if text is None:
                continue
            begin = self.length + 1
            self.parts.append(Part(start + named.start, start + named.end, begin, begin + len(text)))
            self.texts.append(f"\n{text}")
            self.length = begin + len(text)
            check_length(self.file.path, "".join(self.texts) if self.length > LONG else "")
            self.wheres += [f"{named.path}, line {number}" for number in range(1, text.count("\n") + 2)]
            self.read_in(text, begin, (*above, named.path))

    def _text_of(self, path: str, above: tuple[str, ...]) -> str | None:
        """Return the text of a part, None with a note where it is not read."""
        if not self.file.folder:
            why = "a dossier has one file as its text"
        elif path in above or len(above) > MOST_DEEP or len(self.parts) >= MOST_PARTS:
            why = f"parts that read in each other, more than {MOST_PARTS}, or more than {MOST_DEEP} deep"
        else:
            try:
                return read_raw(Path(self.file.folder), path).text()
            except InputError:
                why = "no text in UTF-8 of this name is in the folder or below it"
        self.notes.append(f"{self.file.path}: the part {path} was not read: {why}")
        return None
