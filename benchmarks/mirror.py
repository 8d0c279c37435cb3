"""Numbers that count as checked, made wrong: `python -m benchmarks.mirror PATH [--half development|report] [--missed]`.

A numeral is *checked* only if another number in its place would have been reported. So each checked numeral of each
text is made wrong, one at a time, in two ways (times 1.3, two neighbouring digits swapped), and the share that is
reported at the number, or at the statement that it is in, is printed. PATH is a folder of TAT-QA's files, or of texts
in Markdown or HTML, with their readings (`TEXT.readings.jsonl`). Belongs here: that share. Does not: slips of other
kinds (`benchmarks.text`).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from benchmarks.text.documents import HALVES, documents, rendered
from tidebook.pipelines.judge.coverage import Numeral
from tidebook.pipelines.judge.readings.reading import Reading
from tidebook.pipelines.judge.readings.replies import readings_beside
from tidebook.pipelines.judge.readings.review import review_with_readings
from tidebook.pipelines.judge.text.finding import Finding
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import read_document

FACTOR = 1.3
SHOWN = ("certain", "likely")
DIGITS = re.compile(r"\d(?:[\d,]*\d)?(?:\.\d+)?")


class Text(NamedTuple):
    """A text with its format, and the readings beside it."""

    name: str
    words: str
    format: Literal["markdown", "html"]
    readings: Sequence[Reading] = ()


def texts(path: Path, half: str) -> list[Text]:
    """Return the documents of a half of TAT-QA, or the texts of a folder."""
    if any(path.glob("*.json")):
        return [Text(each.uid, rendered(each).text, "markdown") for each in documents(path, half)]
    found = []
    for file in sorted(path.rglob("*")):
        if file.suffix in (".md", ".html"):
            words = file.read_text(encoding="utf-8")
            form: Literal["markdown", "html"] = "markdown" if file.suffix == ".md" else "html"
            found.append(Text(file.name, words, form, readings_beside(file).readings))
    return found


def changed(digits: str) -> Iterator[str]:
    """Yield wrong numbers in place of a number in digits, printed as it is: a third larger, two digits swapped.

    None ends in a zero that it did not have: 20 may be a round number where 15 is none.
    """
    decimals = len(digits.partition(".")[2])
    value = float(digits.replace(",", ""))
    larger = f"{value * FACTOR:,.{decimals}f}" if "," in digits else f"{value * FACTOR:.{decimals}f}"
    if larger.endswith("0") and not digits.endswith("0"):
        larger = f"{larger[:-1]}1"
    if larger != digits:
        yield larger
    places = [place for place, sign in enumerate(digits) if sign.isdigit()]
    for one, other in pairwise(places):
        if digits[one] != digits[other] and not (one == 0 and digits[other] == "0"):
            signs = list(digits)
            signs[one], signs[other] = signs[other], signs[one]
            yield "".join(signs)
            return


def _findings(text: Text, words: str) -> tuple[list[Finding], list[Numeral]]:
    document = read_document(RawFile(text.name, words.encode()), text.format)
    result = review_with_readings(document, text.readings).review
    shown = [finding for finding in result.findings if finding.tier in SHOWN]
    return shown, [numeral for numeral in result.coverage.numerals if numeral.state == "checked"]


def _offset(words: str, line: int, column: int) -> int:
    lines = words.splitlines(keepends=True)
    return sum(map(len, lines[: line - 1])) + column - 1


def mirrored(text: Text) -> Iterator[tuple[str, bool]]:
    """Yield each checked numeral with what stands in its place, and whether that is reported."""
    before, numerals = _findings(text, text.words)
    known = {(finding.line, finding.kind, finding.printed) for finding in before}
    accused = {finding.start for finding in before}
    for numeral in numerals:
        if (numeral.line, numeral.column) in accused:
            continue
        start = _offset(text.words, numeral.line, numeral.column)
        digits = DIGITS.search(text.words, start, start + len(numeral.text))
        if digits is None:
            continue
        for wrong in changed(digits[0]):
            words = text.words[: digits.start()] + wrong + text.words[digits.end() :]
            found, _ = _findings(text, words)
            new = [each for each in found if (each.line, each.kind, each.printed) not in known]
            yield f"{text.name}:{numeral.line}: {digits[0]} as {wrong}", any(each.line == numeral.line for each in new)


def main(arguments: Sequence[str]) -> int:
    """Print how many of the checked numerals are reported once they are wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mirror")
    parser.add_argument("path", type=Path)
    parser.add_argument("--half", choices=HALVES, default=HALVES[0])
    parser.add_argument("--missed", action="store_true")
    given = parser.parse_args(arguments)
    found = texts(given.path, given.half) if given.path.is_dir() else []
    if not found:
        print(f"error: no texts in {given.path}", file=sys.stderr)
        return 2
    results = [each for text in found for each in mirrored(text)]
    reported = sum(is_reported for _, is_reported in results)
    print(f"{len(found)} texts; of {len(results)} changes to checked numerals {reported} are reported")
    if given.missed:
        print("\n".join(f"missed: {what}" for what, is_reported in results if not is_reported))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
