r"""The files that a text in LaTeX reads in by \input: behind it in one source, so that its own lines stay as they are.

Belongs here: which files, and where each of their lines is. Does not: what LaTeX means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.pipelines.read.text.document import check_length

MOST_PARTS, MOST_DEEP = 200, 10
"""Maximum files that are read in, and within each other."""
_INPUT = re.compile(r"\\(?:input|include|subfile)\s*\{([^{}\n]{1,200})\}")
_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%")


class Whole(NamedTuple):
    r"""A text with its parts.

    Attributes:
        source: the text, and behind it each part.
        parts: where a part begins and ends in it, by the offset of the \input that reads it in.
        wheres: the place of each line, "" for those of the text itself; none if it has no parts.
        notes: parts that were left out, each with the reason.
    """

    source: str
    parts: Mapping[int, tuple[int, int]]
    wheres: Sequence[str]
    notes: Sequence[str]


def with_parts(file: RawFile) -> Whole:
    """Return a text with the parts that are in its folder; in a dossier, whose inputs are declared, with none.

    Raises:
        InputError: the text is none in UTF-8, or too long.
    """
    source = file.text()
    check_length(file.path, source)
    found = _Parts(file, [source], length=len(source))
    found.read_in(source, 0, ())
    if not found.parts:
        return Whole(source, {}, (), found.notes)
    own = [""] * (source.count("\n") + 1)
    return Whole("".join(found.texts), found.parts, [*own, *found.wheres], found.notes)


@dataclass
class _Parts:
    """The parts of a text while they are read."""

    file: RawFile
    texts: list[str]
    length: int
    parts: dict[int, tuple[int, int]] = field(default_factory=dict)
    wheres: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def read_in(self, source: str, start: int, above: tuple[str, ...]) -> None:
        """Add the parts of a source that begins at an offset of the whole, and theirs; `above` are those it is in."""
        for place, name in _inputs(source):
            path = name if PurePosixPath(name).suffix else f"{name}.tex"
            text = self._text_of(path, above)
            if text is None:
                continue
            begin = self.length + 1
            self.parts[start + place] = (begin, begin + len(text))
            self.texts.append(f"\n{text}")
            self.length = begin + len(text)
            check_length(self.file.path, "".join(self.texts) if self.length > LONG else "")
            self.wheres += [f"{path}, line {number}" for number in range(1, text.count("\n") + 2)]
            self.read_in(text, begin, (*above, path))

    def _text_of(self, path: str, above: tuple[str, ...]) -> str | None:
        """Return the text of a part, None with a note where it is not read."""
        if not self.file.folder:
            why = "a dossier has one file as its text"
        elif path in above or len(above) >= MOST_DEEP or len(self.parts) >= MOST_PARTS:
            why = f"parts that read in each other, more than {MOST_PARTS}, or more than {MOST_DEEP} deep"
        else:
            try:
                return read_raw(Path(self.file.folder), path).text()
            except InputError as error:
                why = error.problems[0].expected
        self.notes.append(f"{self.file.path}: the part {path} was not read: {why}")
        return None


LONG = 1_000_000
"""Length from which on a text is measured again with each part."""


def _inputs(source: str) -> Iterator[tuple[int, str]]:
    """Yield where parts are read in, not in comments, and their names."""
    for found in _INPUT.finditer(source):
        line = source.rfind("\n", 0, found.start()) + 1
        if not _COMMENT.search(source, line, found.start()):
            yield found.start(), found[1].strip()
