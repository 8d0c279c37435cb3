"""Findings in the forms that other tools read: GitHub's annotations, SARIF, JUnit, and reviewdog's rdjson.

Belongs here: a writer for each form, with its limits. Does not: which findings there are (`dossier_findings`), or which
of them a command fails on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tidebook.pipelines.judge.finding import LEVELS, Finding

GITHUB_ANNOTATIONS = 10
"""Annotations of one level that GitHub shows of a step; further ones it drops without a word."""

SARIF_RESULTS = 5_000
"""Results of one run that GitHub shows, of at most 25,000 that it takes."""

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

MEANINGS = {
    "wrong": "A better source says otherwise.",
    "contradicts itself": "The article's own figures say otherwise.",
    "drifted": "The words that the dossier quotes have changed in the article.",
    "outdated": "It was true, and no longer when the article was published.",
    "premature": "It became true only after it was written.",
    "depends": "Fair interpretations or sources differ.",
}
"""What each outcome means, for tools that explain their rules."""


def text(findings: Sequence[Finding]) -> str:
    """Return a line for each finding, as editors and terminals link them: `file:line:column: level: words`."""
    return "".join(f"{finding.place}: {finding.level}: {_words(finding)}\n" for finding in findings)


def _words(finding: Finding) -> str:
    """Return the words of a finding with its sources."""
    sources = f" [{'; '.join(finding.sources)}]" if finding.sources else ""
    return f"{finding.words}{sources}"


def github(findings: Sequence[Finding]) -> str:
    """Return GitHub's workflow commands, as many of each level as it shows; the others as plain lines of the log."""
    lines = []
    shown = dict.fromkeys(LEVELS, 0)
    for finding in findings:
        shown[finding.level] += 1
        if shown[finding.level] > GITHUB_ANNOTATIONS:
            lines.append(text([finding]))
        else:
            lines.append(_annotation(finding))
    return "".join(lines)


def _annotation(finding: Finding) -> str:
    command = {"note": "notice"}.get(finding.level, finding.level)
    places: dict[str, object] = {"file": finding.file, "line": finding.line}
    if finding.column is not None:
        places |= {"col": finding.column}
    if finding.end is not None:
        places |= {"endColumn": finding.end}
    places["title"] = f"{finding.kind}: {finding.id}"
    options = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in places.items())
    return f"::{command} {options}::{_escaped(_words(finding))}\n"


def _escaped(words: str, also: str = "") -> str:
    """Escape a value of a workflow command, in options also the marks that separate them."""
    for mark in f"%\r\n{also}":
        words = words.replace(mark, f"%{ord(mark):02X}")
    return words


def sarif(findings: Sequence[Finding], version: str) -> str:
    """Return a SARIF 2.1.0 log with one run.

    A result is known again by its fingerprint; an accepted finding is suppressed, with the reason.
    """
    kinds = sorted({finding.kind for finding in findings})
    rules = [{"id": kind, "shortDescription": {"text": MEANINGS.get(kind, kind)}} for kind in kinds]
    driver = {"name": "Tidebook", "version": version, "rules": rules}
    results = [_sarif_result(finding, kinds.index(finding.kind)) for finding in findings[:SARIF_RESULTS]]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return _json({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _sarif_result(finding: Finding, rule: int) -> dict[str, Any]:
    region = {"startLine": finding.line}
    if finding.column is not None:
        region["startColumn"] = finding.column
    if finding.end is not None:
        region["endColumn"] = finding.end
    result: dict[str, Any] = {
        "ruleId": finding.kind,
        "ruleIndex": rule,
        "level": finding.level,
        "message": {"text": _words(finding)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(finding.file)}, "region": region}}],
        "partialFingerprints": {"tidebook/v1": finding.fingerprint},
    }
    if finding.accepted:
        result["suppressions"] = [{"kind": "external", "justification": finding.accepted}]
    return result


def _uri(path: str) -> str:
    from urllib.parse import quote

    return f"file://{quote(path)}" if path.startswith("/") else quote(path)


def junit(findings: Sequence[Finding], judged: Mapping[str, str]) -> str:
    """Return a JUnit report in which each figure and statement is a test case, and those with an error fail.

    Args:
        findings: the findings.
        judged: the outcome of each figure and statement, by its id.
    """
    errors: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.level == "error":
            errors.setdefault(finding.id, []).append(finding)
    names = list(dict.fromkeys((*judged, *errors)))
    counts = {"name": "tidebook", "tests": str(len(names)), "failures": str(len(errors)), "errors": "0"}
    suite = Element("testsuite", counts)
    for name in names:
        table, slash, rest = name.partition("/")
        group, own = (table, rest) if slash else ("statements", name)
        case = SubElement(suite, "testcase", {"classname": group, "name": own, "time": "0"})
        for finding in errors.get(name, ()):
            case.set("file", finding.file)
            case.set("line", str(finding.line))
            failure = SubElement(case, "failure", {"type": finding.kind, "message": _xml(_words(finding))})
            failure.text = _xml(text([finding]).strip())
    suites = Element("testsuites", counts)
    suites.append(suite)
    indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _xml(words: str) -> str:
    """Leave out what XML cannot hold: control characters other than blanks, and lone halves of pairs."""
    return "".join(mark for mark in words if mark >= " " and not "\ud800" <= mark <= "\udfff" and mark < "\ufffe")


def rdjson(findings: Sequence[Finding], line_of: Callable[[Finding], str]) -> str:
    """Return reviewdog's diagnostics, with the better number as a suggestion where its place is known.

    Args:
        findings: the findings.
        line_of: returns the line of a file in which a finding stands: reviewdog counts columns in bytes of UTF-8.
    """
    diagnostics = [_diagnostic(finding, line_of) for finding in findings if not finding.accepted]
    severity = "ERROR" if any(finding.level == "error" for finding in findings) else "INFO"
    return _json({"source": {"name": "tidebook"}, "severity": severity, "diagnostics": diagnostics})


def _diagnostic(finding: Finding, line_of: Callable[[Finding], str]) -> dict[str, Any]:
    span: dict[str, Any] = {"start": {"line": finding.line}}
    if finding.column is not None and finding.end is not None:
        line = line_of(finding)
        span = {
            "start": {"line": finding.line, "column": _byte_column(line, finding.column)},
            "end": {"line": finding.line, "column": _byte_column(line, finding.end)},
        }
    diagnostic: dict[str, Any] = {
        "message": _words(finding),
        "location": {"path": finding.file, "range": span},
        "severity": {"error": "ERROR", "warning": "WARNING", "note": "INFO"}[finding.level],
        "code": {"value": finding.kind},
    }
    if finding.suggestion and "end" in span:
        diagnostic["suggestions"] = [{"range": span, "text": finding.suggestion}]
    return diagnostic


def _byte_column(line: str, column: int) -> int:
    return len(line[: column - 1].encode()) + 1


def _json(document: object) -> str:
    return f"{json.dumps(document, indent=1, allow_nan=False)}\n"


def counts(findings: Sequence[Finding]) -> Iterator[tuple[str, int]]:
    """Yield each level with the number of its findings, those that are accepted apart."""
    for level in LEVELS:
        yield level, sum(finding.level == level and not finding.accepted for finding in findings)
    yield "accepted", sum(bool(finding.accepted) for finding in findings)


FORMATS = ("text", "json", "github", "sarif", "junit", "rdjson")
"""The forms by name; `json` is the document of the command itself."""
