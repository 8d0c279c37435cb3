"""How many slips of a text readings find, and how many right sentences they accuse, with a reader that sees no number.

`python -m benchmarks.readings request FOLDER` prints the request for a reader: the right text, and among its sentences
those that slips change, unmarked. A slip that changes only a number has the same masked sentence as the right text.
`python -m benchmarks.readings score FOLDER=REPLY ...` judges the replies, several of one folder together.

The score has a mirror too: each number that the readings check in the right text is made wrong, as `benchmarks.mirror`
does, and what is reported of it is counted.

A folder has `true.md`, the right text, and `slips.jsonl`, a line for each slip with `old` words, `new` words, its
`kind` and what it is `decided_by`; in `sources` the files that the text is held against, if there are any.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.mirror import DIGITS, changed
from tidebook.pipelines.judge.readings.engine import Judged, judge_readings
from tidebook.pipelines.judge.readings.prompt import prompt_of
from tidebook.pipelines.judge.readings.reading import Reading
from tidebook.pipelines.judge.readings.replies import read_reply
from tidebook.pipelines.judge.readings.request import (
    MaskedText,
    ReadingRequest,
    RequestSentence,
    with_hash,
)
from tidebook.pipelines.read.beside import read_beside
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import Block, Document, read_document


class Slip(NamedTuple):
    """A slip: the right words and those in their place, its kind, what decides it, and the text that has it."""

    old: str
    new: str
    kind: str
    decided_by: str
    text: MaskedText
    keys: frozenset[str]
    """The sentences that the right text does not have in this form, by what they print."""


def masked(source: str, beside: Sequence[Document]) -> MaskedText:
    """Return a text in Markdown with its numbers hidden."""
    return MaskedText(read_document(RawFile("true.md", source.encode())), beside)


def sources_of(folder: Path) -> list[Document]:
    """Return the files that the text of a folder is held against."""
    return read_beside(map(str, sorted((folder / "sources").glob("*"))))


def _printed(text: MaskedText) -> dict[str, str]:
    """Return the words of each sentence as printed, each with its key."""
    return {each.block.text[each.start : each.end].strip(): each.key for each in text.sentences}


def slips_of(folder: Path) -> Iterator[Slip]:
    """Yield the slips of a folder whose right words stand once in its text."""
    source, beside = (folder / "true.md").read_text("utf-8"), sources_of(folder)
    right = _printed(masked(source, beside))
    for line in (folder / "slips.jsonl").read_text("utf-8").splitlines():
        given: dict[str, Any] = json.loads(line)
        if source.count(given["old"]) != 1:
            sys.stderr.write(f"{folder.name}: {given['old']!r} does not stand once in the text\n")
            continue
        text = masked(source.replace(given["old"], given["new"]), beside)
        keys = frozenset(key for words, key in _printed(text).items() if words not in right)
        yield Slip(given["old"], given["new"], given["kind"], given.get("decided_by", ""), text, keys)


def request_of(folder: Path) -> ReadingRequest:
    """Return the request for the right text and the sentences that slips change, in an order that tells nothing."""
    text = masked((folder / "true.md").read_text("utf-8"), sources_of(folder))
    made = text.request()
    sentences = list(made.sentences)
    known = {sentence.key for sentence in text.sentences}
    for slip in slips_of(folder):
        for sentence in slip.text.sentences:
            if sentence.key in slip.keys - known:
                known.add(sentence.key)
                sentences.append(
                    RequestSentence(0, sentence.key, sentence.masked, sentence.first, len(sentence.numbers))
                )
    random.Random(folder.name).shuffle(sentences)
    numbered = [replace(sentence, id=number) for number, sentence in enumerate(sentences, 1)]
    return with_hash(replace(made, sentences=numbered))


@dataclass
class Score:
    """What readings find in a text."""

    slips: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    right: int = 0
    accused: list[str] = field(default_factory=list)
    checked: int = 0
    records: dict[str, dict[str, int]] = field(default_factory=dict)
    changes: int = 0
    reported: int = 0
    silent: list[str] = field(default_factory=list)


def score_of(folder: Path, replies: Sequence[str]) -> Score:
    """Judge replies to the request of a folder: on the right text, and on each text with one slip."""
    text, request = masked((folder / "true.md").read_text("utf-8"), sources_of(folder)), request_of(folder)
    readings: list[Reading] = []
    for number, reply in enumerate(replies):
        for reading in read_reply(reply, text, request, None).readings:
            readings.append(reading.model_copy(update={"reader": f"{reading.reader} {number}"}))
    judged = judge_readings(text, readings)
    score = Score(checked=len(judged.agreed), records=judged.records)
    score.right = sum(bool(each.numbers) for each in text.sentences)
    score.accused = [f"{each.tier}: {each.quote[:90]} | {each.printed} | {each.why}" for each in judged.findings]
    for words, changed_text in _mirror_images(folder, text, judged):
        score.changes += 1
        if _reports(judge_readings(changed_text, readings), judged):
            score.reported += 1
        else:
            score.silent.append(words)
    for slip in slips_of(folder):
        score.slips[slip.kind] += 1
        found = judge_readings(slip.text, readings)
        if _reports(found, judged):
            score.found[slip.kind] += 1
        else:
            states = [f"{one.state}: {one.why}"[:140] for one in found.outcomes if one.reading.sentence in slip.keys]
            score.missed.append(f"{slip.kind} ({slip.decided_by}): {'; '.join(states) or 'no reading'}")
    return score


def _number_at(text: MaskedText, block: Block, start: int) -> str:
    """Return the print of the number that begins at a place of a block."""
    for sentence in text.sentences:
        for number in sentence.numbers:
            if sentence.block is block and number.start == start:
                return number.found.text
    return ""


def _mirror_images(folder: Path, text: MaskedText, judged: Judged) -> Iterator[tuple[str, MaskedText]]:
    """Yield the right text with each number that is checked in it made wrong, and what was changed."""
    source, beside = (folder / "true.md").read_text("utf-8"), sources_of(folder)
    for index, start in judged.agreed:
        block = text.document.blocks[index]
        digits = DIGITS.search(block.text, start)
        if digits is None or digits[0] not in _number_at(text, block, start):
            continue
        at, end = block.offsets[digits.start()], block.offsets[digits.end() - 1] + 1
        for wrong in changed(digits[0]):
            yield f"{digits[0]} as {wrong}", masked(source[:at] + wrong + source[end:], beside)


def _reports(found: Judged, right: Judged) -> bool:
    """Whether a text with a slip has a finding that the right text does not have."""
    return bool({each.id for each in found.findings} - {each.id for each in right.findings})


def main(arguments: Sequence[str]) -> None:
    """Print a request, or the scores of replies."""
    if arguments[:1] == ["request"]:
        sys.stdout.write(prompt_of(request_of(Path(arguments[1]))))
        return
    replies: dict[str, list[str]] = {}
    for argument in arguments[1:]:
        folder, _, reply = argument.rpartition("=")
        replies.setdefault(folder, []).append(Path(reply).read_text("utf-8"))
    slips: Counter[str] = Counter()
    found: Counter[str] = Counter()
    accused = right = changes = reported = 0
    for folder, texts in replies.items():
        score = score_of(Path(folder), texts)
        slips, found = slips + score.slips, found + score.found
        accused, right = accused + len(score.accused), right + score.right
        changes, reported = changes + score.changes, reported + score.reported
        line = f"{Path(folder).name}: {score.found.total()} of {score.slips.total()} slips reported"
        sys.stdout.write(f"{line}, {len(score.accused)} findings on {score.right} right sentences with numbers\n")
        for reader, record in score.records.items():
            sys.stdout.write(f"  {reader}: {record}\n")
        silent = (f"mirror, silent: {each}" for each in score.silent)
        accusing = (f"accused: {each}" for each in score.accused)
        for words in (*accusing, *(f"missed: {each}" for each in score.missed), *silent):
            sys.stdout.write(f"  {words}\n")
    sys.stdout.write(f"all: {found.total()} of {slips.total()} slips, {accused} findings on {right} right sentences\n")
    sys.stdout.write(f"mirror: {reported} of {changes} changes to checked numbers reported\n")
    for kind, count in sorted(slips.items()):
        sys.stdout.write(f"  {kind}: {found[kind]} of {count}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
