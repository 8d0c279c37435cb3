"""Findings of `tidebook read` on TAT-QA: `python -m benchmarks.text PATH [--half development|report] [--missed]`.

PATH is the folder with TAT-QA's files. It prints the findings on untouched documents, how many planted slips are
caught, how many numbers follow from another place, a run with slips in any number, and a comparison with labels made by
hand. Keep the half `report` for one run at the end. `--missed` lists every slip that was not caught.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.text import labels, others
from benchmarks.text.documents import HALVES, Document, documents
from benchmarks.text.measure import SHOWN, Told, Untouched, alarms, table, untouched
from benchmarks.text.numbers import cell_numbers, prose_numbers
from benchmarks.text.relations import spots
from benchmarks.text.slips import Slip, planted, planted_anywhere


def main(arguments: Sequence[str]) -> int:
    """Print the results of one half."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text")
    parser.add_argument("path", type=Path)
    parser.add_argument("--half", choices=HALVES, default=HALVES[0])
    parser.add_argument("--missed", action="store_true")
    given = parser.parse_args(arguments)
    found = documents(given.path, given.half) if given.path.is_dir() else []
    if not found:
        print(f"error: no TAT-QA files in {given.path}", file=sys.stderr)
        return 2
    clean = untouched(found)
    print(f"{given.half} half: {len(found)} documents\n")
    print("\n".join(f"- {line}" for line in alarms(clean)))
    print(f"- {_time(clean)}\n- {_eligible(found)}\n")
    slips = planted(found)
    told = _told(slips, clean)
    print("\n".join(table(slips, told)))
    anywhere = _told(planted_anywhere(found), clean)
    print(f"\nOf {len(anywhere)} slips in any number, {sum(each.by(SHOWN) for each in anywhere)} are found.")
    print("\n".join(_labels(found)))
    print("\n".join(_others(found, slips)))
    if given.missed:
        print("\n".join(_listed(clean, told)))
    return 0


def _told(slips: Sequence[Slip], clean: Sequence[Untouched]) -> list[Told]:
    before = {each.document.uid: each.findings for each in clean}
    return [Told(slip, before[slip.uid]) for slip in slips]


def _time(clean: Sequence[Untouched]) -> str:
    seconds = sorted(each.seconds for each in clean)
    median, most = seconds[len(seconds) // 2], seconds[-1]
    return f"{1000 * median:.0f} ms a document (median), {1000 * most:.0f} ms at most"


def _eligible(found: Sequence[Document]) -> str:
    """Return how many numbers follow from another place."""
    determined = [spot.number.where.is_prose for document in found for spot in spots(document)]
    prose = sum(1 for document in found for _ in prose_numbers(document))
    cells = sum(len(cell_numbers(document)) for document in found)
    in_prose = sum(determined)
    in_cells = len(determined) - in_prose
    return (
        f"determined by another place: {in_prose} of {prose} numbers in prose ({in_prose / prose:.0%}), "
        f"{in_cells} of {cells} cells ({in_cells / cells:.0%})"
    )


def _labels(found: Sequence[Document]) -> Iterator[str]:
    counts = labels.compared(found)
    yield f"\nTables read cell by cell as they stand: {labels.same_tables(found)} of {len(found)}."
    yield (
        f"Labelled quantities of the prose: {counts.right} of {counts.quantities} read right "
        f"({counts.right / counts.quantities:.1%}), {counts.wrong} wrong, {counts.refused} refused; "
        f"{counts.asides_left_out} of {counts.asides} numerals that are none left out."
    )
    yield (
        f"Labelled copies of a cell: {counts.linked} of {counts.copies} linked to it "
        f"({counts.linked / counts.copies:.0%}), {counts.mislinked} to another, {counts.unlinked} to none; "
        f"{counts.extra} numbers linked that copy none."
    )


def _others(found: Sequence[Document], slips: Sequence[Slip]) -> Iterator[str]:
    """Yield how many slips in the prose each other tool flags, and how many untouched documents it flags."""
    numbers = [slip for slip in slips if not slip.in_table and slip.kind != "direction word"]
    by_uid = {document.uid: document for document in found}
    for name, flagged in others.installed().items():
        clean = {document.uid: flagged(document) for document in found}
        told = 0
        for slip in numbers:
            new = flagged(slip.changed(by_uid[slip.uid])) - clean[slip.uid]
            told += any(slip.after.split()[0] in words for words in new)
        noisy = sum(map(bool, clean.values()))
        yield (
            f"{name}: {told} of {len(numbers)} slips in numbers of the prose, alarms in {noisy} of {len(found)} "
            f"untouched documents ({sum(map(len, clean.values()))} numbers)."
        )


def _listed(clean: Sequence[Untouched], told: Sequence[Told]) -> Iterator[str]:
    for each in clean:
        for finding in each.findings:
            yield f"untouched: {each.document.uid} {finding.tier} {finding.kind} {finding.line}: {finding.why}"
    for one in told:
        if not one.by(SHOWN):
            slip = one.slip
            yield f"missed: {slip.uid} {slip.kind} {slip.basis} {slip.before!r} -> {slip.after!r} at {slip.start}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
