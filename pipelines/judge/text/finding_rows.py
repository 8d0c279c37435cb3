"""Findings on a text as rows of `TextFindings`, and these rows as findings.

Belongs here: what of a finding is stored, and which are accepted. Does not: the rules that find it, or which finding of
a dossier reports the same error (`duplicates`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tidebook.pipelines.judge.accepted import AcceptedFinding
from tidebook.pipelines.judge.finding import LEVEL_OF_TIER, Evidence, Finding, fingerprint_of_0_2
from tidebook.pipelines.judge.text.wording import REPLACEABLE
from tidebook.pipelines.read.grouping import Row

_PLACE = re.compile(r"(?:(?P<file>.+):)?(?P<line>\d+):(?P<column>\d+) (?P<words>.*)", re.DOTALL)


def finding_rows(
    findings: Sequence[Finding],
    accepted: Mapping[str, AcceptedFinding],
    told_by: Callable[[Finding], str] = lambda _: "",
) -> Iterator[Row]:
    """Yield findings of a text as rows of `TextFindings`, in their order.

    Args:
        findings: the contradictions within the text, all of them.
        accepted: what is accepted, by id.
        told_by: returns the figure or claim that reports the same error, "" for none.
    """
    former = former_ids(findings)
    for each in findings:
        entry = accepted.get(each.id) or accepted.get(former[each.id])
        yield {
            "finding_id": each.id,
            "kind": each.kind,
            "tier": each.tier,
            "severity": each.severity,
            "off": each.off,
            "line": each.line,
            "position": each.column,
            "end_line": each.end_line,
            "end_position": each.end,
            "printed": each.printed,
            "expected": each.expected,
            "why": each.why,
            "against": [f"{other.coordinates} {other.words}" for other in each.evidence],
            "sources": each.sources,
            "quote": each.quote,
            "told_by": told_by(each),
            "accepted": entry.why if entry and entry.covers(each.kind, each.severity, each.printed) else "",
        }


def former_ids(findings: Iterable[Finding]) -> dict[str, str]:
    """Return the id that each finding of a text had in version 0.2, by its id."""
    seen: Counter[str] = Counter()
    found = {}
    for each in sorted(findings, key=lambda one: (one.line, one.column)):
        first = fingerprint_of_0_2(each.kind, each.quote, 0)
        found[each.id] = fingerprint_of_0_2(each.kind, each.quote, seen[first])
        seen[first] += 1
    return found


def findings_of_rows(rows: Iterable[Row], file: str, *, fails: bool) -> Iterator[Finding]:
    """Yield rows of `TextFindings` as findings, without those that a finding of the dossier repeats.

    Args:
        rows: the rows.
        file: the text, as a reader in the working directory names it.
        fails: whether a command fails on what is certain.
    """
    for row in rows:
        if row["told_by"]:
            continue
        name, expected = row["finding_id"], row["expected"] or ""
        yield Finding(
            id=name,
            kind=row["kind"],
            tier=row["tier"],
            severity=row["severity"],
            level=_level(row, fails=fails),
            file=file,
            line=row["line"],
            column=row["position"],
            end_line=row["end_line"],
            end=row["end_position"],
            quote=row["quote"] or row["printed"],
            printed=row["printed"],
            expected=expected,
            why=row["why"],
            evidence=tuple(map(_evidence, row["against"])),
            sources=[*row["sources"]],
            fingerprint=name,
            off=row["off"],
            accepted=row["accepted"] or "",
            suggestion=expected if row["tier"] == "certain" and row["kind"] in REPLACEABLE else "",
        )


def _evidence(place: str) -> Evidence:
    found = _PLACE.fullmatch(place)
    assert found, "a stored place is one that was written here"
    return Evidence(int(found["line"]), int(found["column"]), found["words"], found["file"] or "")


def _level(row: Row, *, fails: bool) -> str:
    if row["accepted"]:
        return "note"
    return "warning" if row["tier"] == "certain" and not fails else LEVEL_OF_TIER[row["tier"]]
