"""Readings as lines of JSON: a reader's reply to a request, and a file of readings beside a text.

Belongs here: which lines are readings, and why others are left out. Does not: what a reading gives (`engine`), or how a
reply was asked for.

A reply names its request and numbers its sentences; in a file each line has the key of its sentence, so that it stays
true for as long as the sentence does. A line that is no reading is left out with the reason and decides nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from tidebook.pipelines.judge.readings.reading import Reading
from tidebook.pipelines.judge.readings.request import MaskedText, ReadingRequest
from tidebook.pipelines.read.dossier.sections import readings_path
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import RawFile, is_there, read_raw

MOST_CHARACTERS, MOST_LINES, LONGEST_LINE = 5_000_000, 20_000, 10_000
"""Maximum characters and lines of a reply or a file, and characters of a line."""
_FENCE = re.compile(r"\s*(?:```\w*|~~~\w*)\s*")
"""The marks of code that models put around JSON."""
_TEXT = re.compile(r"\btext\(\s*(\d{1,6})\s*\)")


class LeftOut(NamedTuple):
    """A line that is no reading: its number in the reply or file, its beginning, and why."""

    line: int
    words: str
    why: str

    def __str__(self) -> str:
        """Return it in a line."""
        return f"line {self.line}: {self.why}: {self.words}"


@dataclass(frozen=True)
class Replied:
    """What a reply or file says."""

    readings: list[Reading]
    left_out: list[LeftOut]


def read_reply(text: str, masked: MaskedText, request: ReadingRequest, day: dt.date | None, name: str = "") -> Replied:
    """Read a reader's reply to a request.

    Args:
        text: the reply: a first line that names the request and the reader, then lines of readings.
        masked: the text that it is of.
        request: the request that was given.
        day: when it was read; None to leave that out.
        name: who read it, for replies that do not say.

    Raises:
        InputError: it is too long, has no line of JSON, or is to another request.
    """
    objects, left_out = _objects(text, "the reply")
    reader = name
    named = False
    keys = {sentence.id: sentence.key for sentence in request.sentences}
    readings = []
    for line, words, found in objects:
        if "request" in found:
            _check_request(found, request, line)
            named, reader = True, str(found.get("reader") or reader)[:100]
            continue
        if "id" in found and not named:
            left_out.append(LeftOut(line, words, 'expected behind a line {"request": ...} that names this request'))
            continue
        try:
            readings.append(_reading(found, keys, masked, reader, day))
        except ValueError as error:
            left_out.append(LeftOut(line, words, _reason(error)))
    if not named and not readings:
        expected = f'a first line {{"request": "{request.request}", "reader": "..."}}, then lines of readings'
        raise InputError(Problem("the reply", expected, 1, text=text.strip()[:60]))
    return Replied(readings, left_out)


def _check_request(found: dict[str, Any], request: ReadingRequest, line: int) -> None:
    if found["request"] != request.request:
        expected = f"a reply to the request {request.request}, not to that of another text or of an earlier state"
        raise InputError(Problem("the reply", expected, line, text=str(found["request"])[:60]))


def _reading(
    found: dict[str, Any], keys: dict[int, str], masked: MaskedText, reader: str, day: dt.date | None
) -> Reading:
    """Return a line of a reply as a reading. Raises ValueError if it is none."""
    given = dict(found)
    if "id" in given:
        number = given.pop("id")
        if not isinstance(number, int) or isinstance(number, bool) or number not in keys:
            raise ValueError(f"id: expected the number of a sentence of the request, not {number!r}"[:120])
        given["sentence"] = keys[number]
    given.setdefault("reader", reader)
    if day:
        given.setdefault("read", day.isoformat())
    reading = Reading.model_validate(given)
    return _with_keys(reading, masked)


def _with_keys(reading: Reading, masked: MaskedText) -> Reading:
    """Return a reading whose `text(k)` name their sentence by its key: an edit shifts the numbers of the article."""

    def by_key(found: re.Match[str]) -> str:
        place = int(found[1])
        sentence = masked.sentence_of(place)
        return f"text('{sentence.key}', {place - sentence.first + 1})" if sentence else found[0]

    changed: dict[str, Any] = {name: _TEXT.sub(by_key, getattr(reading, name)) for name in ("holds", "same", "of")}
    shown = tuple(_TEXT.sub(by_key, expression) for expression in reading.alternatives)
    changed["is_"] = shown[0] if isinstance(reading.is_, str) else shown
    return reading.model_copy(update=changed)


def read_readings(text: str, path: str) -> Replied:
    """Read a file of readings.

    Raises:
        InputError: it is too long, or a line is no JSON object.
    """
    objects, bad = _objects(text, path)
    if bad:
        raise InputError([Problem(path, one.why, one.line, text=one.words) for one in bad])
    readings, left_out = [], []
    for line, words, found in objects:
        try:
            readings.append(Reading.model_validate(found))
        except ValidationError as error:
            left_out.append(LeftOut(line, words, _reason(error)))
    return Replied(readings, left_out)


def readings_beside(text: Path) -> Replied:
    """Return the readings beside a text, in TEXT.readings.jsonl; none without such a file.

    Raises:
        InputError: the file cannot be read, or is no lines of JSON.
    """
    path = Path(readings_path(str(text)))
    if not is_there(path.parent, path.name):
        return Replied([], [])
    return read_readings(RawFile(str(path), read_raw(path.parent, path.name).data).text(), str(path))


def lines_of(readings: Iterable[Reading]) -> str:
    """Return readings as lines of JSON for a file."""
    lines = []
    for reading in readings:
        found = reading.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        lines.append(json.dumps(found, ensure_ascii=False))
    return "".join(f"{line}\n" for line in lines)


def merged(known: Sequence[Reading], new: Sequence[Reading]) -> list[Reading]:
    """Return readings with new ones: what the same reader says anew of a sentence replaces what it said before."""
    again = {(reading.reader, reading.sentence) for reading in new}
    return [*(one for one in known if (one.reader, one.sentence) not in again), *dict.fromkeys(new)]


def _objects(text: str, path: str) -> tuple[list[tuple[int, str, dict[str, Any]]], list[LeftOut]]:
    """Return the objects of a text by line, and the lines that are none. Raises InputError if it is too long."""
    if len(text) > MOST_CHARACTERS:
        raise InputError(Problem(path, f"at most {MOST_CHARACTERS:,} characters of readings", text=f"{len(text):,}"))
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise InputError(Problem(path, f"at most {MOST_LINES:,} lines of readings", text=f"{len(lines):,}"))
    objects: list[tuple[int, str, dict[str, Any]]] = []
    left_out = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or _FENCE.fullmatch(line):
            continue
        words = " ".join(line.split())[:80]
        try:
            objects.append((number, words, _object(line)))
        except ValueError as error:
            left_out.append(LeftOut(number, words, str(error)))
    return objects, left_out


def _object(line: str) -> dict[str, Any]:
    """Return the object of a line. Raises ValueError if it is none."""
    if len(line) > LONGEST_LINE:
        raise ValueError(f"expected a line of at most {LONGEST_LINE:,} characters")
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError("expected an object of JSON in one line") from error
    if not isinstance(found, dict):
        raise ValueError("expected an object of JSON")
    return found


def _reason(error: ValueError) -> str:
    """Say in a line what is wrong with a reading."""
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(_reasons(error))


def _reasons(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        key = ".".join(map(str, each["loc"][:1]))
        words = each["msg"].removeprefix("Value error, ")
        words = f"expected {words}" if words[:1] != words[:1].upper() else f"{words[:1].lower()}{words[1:]}"
        yield f"{key}: {words}" if key else words
