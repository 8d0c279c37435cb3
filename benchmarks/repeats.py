"""Numbers of a text that say the same twice, one of them changed: `python -m benchmarks.repeats FOLDER [--missed]`.

FOLDER has texts in Markdown, each with its slips beside it (`NAME.slips.jsonl`): a line for each with the `old` words,
which stand once in the text, and the `new` ones in their place. Printed is how many slips a finding points at, and how
many findings the texts have as they are. Belongs here: that share. Does not: slips against tables (`benchmarks.text`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.text.measure import SHOWN, read_text
from tidebook.pipelines.judge.readings.review import review_with_readings
from tidebook.pipelines.judge.text.finding import Finding
from tidebook.pipelines.read.text.document import Document


class Changed(NamedTuple):
    """A text with a slip: its name, the words that are changed, and whether a finding points at them."""

    name: str
    words: str
    is_found: bool


def _findings(document: Document) -> list[Finding]:
    review = review_with_readings(document, []).review
    return [each for each in review.findings if each.tier in SHOWN]


def _offsets(document: Document, finding: Finding) -> list[int]:
    """Return where a finding and its evidence begin."""
    places = [finding.start, *((each.line, each.column) for each in finding.evidence)]
    starts = [0]
    for line in document.source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return [starts[line - 1] + column - 1 for line, column in places]


def changed(path: Path) -> Iterator[Changed]:
    """Yield the slips of a text, each alone in it."""
    source = path.read_text(encoding="utf-8")
    known = {(each.kind, each.quote, each.printed) for each in _findings(read_text(source))}
    for line in path.with_suffix(".slips.jsonl").read_text(encoding="utf-8").splitlines():
        old, new = (json.loads(line)[name] for name in ("old", "new"))
        if source.count(old) != 1:
            sys.stderr.write(f"{path.name}: {old!r} does not stand once in the text\n")
            continue
        start = source.index(old)
        document = read_text(source.replace(old, new))
        fresh = [each for each in _findings(document) if (each.kind, each.quote, each.printed) not in known]
        is_found = any(start <= at < start + len(new) for each in fresh for at in _offsets(document, each))
        yield Changed(path.stem, new, is_found)


def main(arguments: Sequence[str]) -> int:
    """Print the share of slips that are found, and the findings on the texts as they are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.repeats")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--missed", action="store_true")
    given = parser.parse_args(arguments)
    paths = sorted(path for path in given.folder.glob("*.md") if path.with_suffix(".slips.jsonl").is_file())
    if not paths:
        print(f"error: no texts with slips in {given.folder}", file=sys.stderr)
        return 2
    slips = [each for path in paths for each in changed(path)]
    found = sum(each.is_found for each in slips)
    false = {path.name: _findings(read_text(path.read_text(encoding="utf-8"))) for path in paths}
    count = sum(map(len, false.values()))
    print(
        f"{len(paths)} texts: {found} of {len(slips)} slips found ({found / len(slips):.0%}); {count} findings without"
    )
    for name, findings in false.items():
        for each in findings:
            print(f"without a slip: {name}:{each.line}: {each.printed}: {each.why}")
    if given.missed:
        print("\n".join(f"missed: {each.name}: {each.words}" for each in slips if not each.is_found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
