"""How many slips of a text readings find, and how many right sentences they accuse, with a reader that sees no number.

`python -m benchmarks.readings request FOLDER` prints the request for a reader: the right text, and among its sentences
those that slips change, unmarked. A slip that changes only a number has the same masked sentence as the right text.
`python -m benchmarks.readings score FOLDER=REPLY ...` judges the replies, several of one folder together; without an
argument those of `recorded`: two language models read ten texts with their tables, and ten against files and letters.

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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.mirror import DIGITS, changed
from tidebook.pipelines.judge.readings.engine import Judged, Outcome, judge_readings
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

RECORDED = Path(__file__).with_name("recorded")
READERS = ("a", "b")


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
    alike: int = 0
    alike_wrong: int = 0


def score_of(folder: Path, replies: Sequence[str], *, has_mirror: bool = True) -> Score:
    """Judge replies to the request of a folder: on the right text, on each text with one slip, and in the mirror."""
    text, request = masked((folder / "true.md").read_text("utf-8"), sources_of(folder)), request_of(folder)
    readings: list[Reading] = []
    for number, reply in enumerate(replies):
        for reading in read_reply(reply, text, request, None).readings:
            readings.append(reading.model_copy(update={"reader": f"{reading.reader} {number}"}))
    judged = judge_readings(text, readings)
    score = Score(checked=len(judged.agreed), records=judged.records)
    score.right = sum(bool(each.numbers) for each in text.sentences)
    for states in _read_alike(judged):
        score.alike += 1
        score.alike_wrong += states != {"agreed"}
    score.accused = [f"{each.tier}: {each.quote[:90]} | {each.printed} | {each.why}" for each in judged.findings]
    for words, changed_text in _mirror_images(folder, text, judged) if has_mirror else ():
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
            why = [f"{one.state}: {one.why}"[:140] for one in found.outcomes if one.reading.sentence in slip.keys]
            score.missed.append(f"{slip.kind} ({slip.decided_by}): {'; '.join(why) or 'no reading'}")
    return score


def _read_alike(judged: Judged) -> Iterator[set[str]]:
    """Yield the states of each number and wording that several readers bound to the same cells, where words decide."""
    places: dict[tuple[str, int, str], dict[str, Outcome]] = {}
    for one in judged.outcomes:
        if one.state in ("agreed", "disagreed"):
            places.setdefault((one.reading.sentence, one.reading.n, one.reading.words), {})[one.reader] = one
    for by_reader in places.values():
        if len(by_reader) > 1 and len({frozenset(one.cells) for one in by_reader.values()}) == 1:
            yield {one.state for one in by_reader.values()}


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


def score_all(replies: Mapping[str, Sequence[str]]) -> str:
    """Return the scores of the replies to the requests of some folders, and their sums."""
    lines = []
    total = Score()
    for folder, texts in replies.items():
        score = score_of(Path(folder), texts)
        for name in ("slips", "found"):
            getattr(total, name).update(getattr(score, name))
        for name in ("accused", "right", "changes", "reported", "alike", "alike_wrong"):
            setattr(total, name, getattr(total, name) + getattr(score, name))
        line = f"{Path(folder).name}: {score.found.total()} of {score.slips.total()} slips reported"
        lines.append(f"{line}, {len(score.accused)} findings on {score.right} right sentences with numbers")
        lines += [f"  {reader}: {record}" for reader, record in score.records.items()]
        lines += [f"  accused: {each}" for each in score.accused]
        lines += [f"  missed: {each}" for each in score.missed]
        lines += [f"  mirror, silent: {each}" for each in score.silent]
    found = f"{total.found.total()} of {total.slips.total()} slips"
    lines.append(f"all: {found}, {len(total.accused)} findings on {total.right} right sentences")
    lines.append(f"mirror: {total.reported} of {total.changes} changes to checked numbers reported")
    lines += [f"  {kind}: {total.found[kind]} of {count}" for kind, count in sorted(total.slips.items())]
    if total.alike:
        lines.append(f"read alike by two: {total.alike} numbers and wordings, {total.alike_wrong} of them wrong")
    return "\n".join(lines)


def recorded(kind: str, readers: Sequence[str] = READERS) -> dict[str, list[str]]:
    """Return the recorded replies of some readers by folder, of one kind: `text` or `against`."""
    folders = sorted((RECORDED / kind).iterdir())
    return {str(folder): [(folder / f"{each}.jsonl").read_text("utf-8") for each in readers] for folder in folders}


def main(arguments: Sequence[str]) -> None:
    """Print a request, or the scores of replies."""
    if arguments[:1] == ["request"]:
        print(prompt_of(request_of(Path(arguments[1]))), end="")
        return
    if arguments == ["score"]:
        for kind in ("text", "against"):
            for readers in (*READERS, READERS):
                print(f"{kind}, {' and '.join(readers)}", score_all(recorded(kind, readers)), sep="\n", flush=True)
        return
    replies: dict[str, list[str]] = {}
    for argument in arguments[1:]:
        folder, _, reply = argument.rpartition("=")
        replies.setdefault(folder, []).append(Path(reply).read_text("utf-8"))
    print(score_all(replies))


if __name__ == "__main__":
    main(sys.argv[1:])
