"""How often each rule on texts is right: `python -m benchmarks.certainty TATQA [FOLDER ...] [--write]`.

Material that was not used to write the rules: the report half of TAT-QA, with slips planted in its prose and tables,
folders of texts in Markdown that are right, some with slips (`true.md` and `slips.jsonl`), and the second half of the
reported tests of `benchmarks.statistics`. A finding that points at a planted slip is right;
every finding on an untouched text counts as wrong, though some are errors of the text. `--write` writes the counts to
the table that the code reads, `pipelines/judge/text/certainty.toml`, from which each rule has its tier, and to
the page of limits.

Belongs here: which finding is of which rule, and the counts. Does not: the slips (`benchmarks.text.slips`), or the tier
that counts earn (`judge.text.certainty`).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.readings import slips_of
from benchmarks.statistics.__main__ import measure
from benchmarks.text.documents import Document, documents, rendered
from benchmarks.text.measure import points_at, read_text
from benchmarks.text.slips import KINDS, planted
from tidebook.pipelines.judge.readings.engine import judge_readings
from tidebook.pipelines.judge.readings.repeats import repeats_in
from tidebook.pipelines.judge.readings.request import MaskedText
from tidebook.pipelines.judge.readings.review import NEAR_MISS, REPEAT, finding_of_repeat, near_miss
from tidebook.pipelines.judge.readings.statements.copies import copies_in
from tidebook.pipelines.judge.readings.statements.reader import read_text as built_in_readings
from tidebook.pipelines.judge.text import certainty
from tidebook.pipelines.judge.text.certainty import Precision, tier_of
from tidebook.pipelines.judge.text.finding import Finding
from tidebook.pipelines.judge.text.grid import number_tables
from tidebook.pipelines.judge.text.prose import prose_of
from tidebook.pipelines.judge.text.tables import grouping_findings, table_findings

HALF = "report"
TABLE_EACH = 30
"""Cells of each table that get a slip: rates are rare."""
TABLE = Path(certainty.__file__).with_name("certainty.toml")
PAGE = Path(__file__).parents[1] / "docs" / "limits.md"
BEGIN, END = "<!-- certainty -->", "<!-- end of certainty -->"
Found = tuple[str, Finding]
"""A finding with the name of its rule."""


def of_tables(markdown: str) -> Iterator[Found]:
    """Yield the findings of the rules on tables."""
    document = read_text(markdown)
    tables = number_tables(document.tables, [block.text for block in document.blocks if block.is_prose])
    for each in (*table_findings(document, tables), *grouping_findings(document)):
        yield f"table: {each.kind}", each


def of_sentences(markdown: str) -> Iterator[Found]:
    """Yield the findings of the built-in reader: on numbers of a sentence alone, and on those beside cells."""
    text = MaskedText(read_text(markdown))
    sentences = prose_of(text.document.blocks).sentences
    built_in = built_in_readings(text, sentences)
    for copy in copies_in(sentences, built_in.tables):
        if copy.is_telling:
            yield NEAR_MISS, near_miss(text.document, copy, "likely")
    for repeat in repeats_in(text.document, ()):
        yield REPEAT, finding_of_repeat(text.document, repeat)
    for producer in ("sentence", "cells"):
        own = [each for each in built_in.readings if each.rule.startswith(producer)]
        for finding in judge_readings(text, own).findings:
            rule = f"{producer}: {finding.kind}"
            # A hint of a surer rule differs only in sign: it accuses the verb, not the number.
            if finding.tier != "hint" or tier_of(rule) == "hint":
                yield rule, finding


def untouched(markdown: str) -> Counter[str]:
    """Return how many findings each rule has on a text that is right."""
    return Counter(rule for rule, _ in (*of_tables(markdown), *of_sentences(markdown)))


def _known(found: Iterator[Found]) -> set[tuple[str, int, str]]:
    return {(rule, each.line, each.printed) for rule, each in found}


def on_slips(found: Sequence[Document]) -> Counter[str]:
    """Return how many planted slips each rule points at."""
    right: Counter[str] = Counter()
    before = {each.uid: rendered(each).text for each in found}
    known: dict[tuple[str, bool], set[tuple[str, int, str]]] = {}
    # Of every kind that a number allows: a rule needs many findings before it may be certain.
    for slip in planted(found, prose_each=len(KINDS), table_each=TABLE_EACH):
        judge = of_tables if slip.in_table else of_sentences
        if (slip.uid, slip.in_table) not in known:
            known[slip.uid, slip.in_table] = _known(judge(before[slip.uid]))
        old = known[slip.uid, slip.in_table]
        new = [each for each in judge(slip.text) if (each[0], each[1].line, each[1].printed) not in old]
        right.update({rule for rule, each in new if points_at(each, slip)})
    return right


def on_slips_of(folder: Path) -> Counter[str]:
    """Return how many slips of a folder, in the layout of `benchmarks.readings`, each rule on sentences points at."""
    right: Counter[str] = Counter()
    source = (folder / "true.md").read_text(encoding="utf-8")
    known = _known(of_sentences(source))
    for slip in slips_of(folder):
        found = of_sentences(source.replace(slip.old, slip.new))
        right.update({rule for rule, each in found if (rule, each.line, each.printed) not in known})
    return right


def texts(folder: Path) -> Iterator[str]:
    """Yield the texts of a folder that are right."""
    for path in sorted(folder.rglob("*.md")):
        yield path.read_text(encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Print, for each rule, how many of its findings are right, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.certainty")
    parser.add_argument("tatqa", type=Path)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args(arguments)
    found = documents(given.tatqa, HALF) if given.tatqa.is_dir() else []
    if not found:
        print(f"error: no TAT-QA files in {given.tatqa}", file=sys.stderr)
        return 2
    wrong: Counter[str] = Counter()
    for markdown in (rendered(each).text for each in found):
        wrong += untouched(markdown)
    beside = [markdown for folder in given.folders for markdown in texts(folder)]
    for markdown in beside:
        wrong += untouched(markdown)
    right = on_slips(found)
    for slips in sorted(path for folder in given.folders for path in folder.rglob("slips.jsonl")):
        if (slips.parent / "true.md").is_file():
            right += on_slips_of(slips.parent)
    reported = measure("second")
    right.update({f"statistics: {kind}": count for kind, count in reported.found.items()})
    wrong.update({f"statistics: {kind}": count for kind, count in reported.accused.items()})
    counts = {rule: Precision(right[rule], wrong[rule]) for rule in sorted({*right, *wrong})}
    print(f"{len(found)} documents of TAT-QA ({HALF} half) and {len(beside)} other texts\n")
    print(rows(counts))
    if given.write:
        TABLE.write_text(_toml(counts), encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
        before, behind = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n{rows(counts)}\n{END}{behind}", encoding="utf-8")
    return 0


def rows(counts: Mapping[str, Precision]) -> str:
    """Return counts as a table in Markdown."""
    lines = ["| rule | right | wrong | tier |", "|---|---:|---:|---|"]
    lines += [f"| {rule} | {each.right} | {each.wrong} | {each.tier} |" for rule, each in counts.items()]
    return "\n".join(lines)


def _toml(counts: Mapping[str, Precision]) -> str:
    lines = ["# Written by `python -m benchmarks.certainty TATQA FOLDER ... --write`; do not edit.", ""]
    for rule, each in counts.items():
        lines += [f'[rules."{rule}"]', f"right = {each.right}", f"wrong = {each.wrong}", ""]
    return "\n".join(lines[:-1]) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
