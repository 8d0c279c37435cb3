"""Findings in the forms that other tools read: GitHub's annotations, SARIF, JUnit, and reviewdog's rdjson.

Belongs here: a writer for each form, with its limits. Does not: which findings there are (`dossier_findings`), or which
of them a command fails on.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tidebook.pipelines.judge.finding import CRASHED, LEVELS, UNREADABLE, Finding
from tidebook.pipelines.judge.text.wording import RULES
from tidebook.pipelines.read.errors import without_commands
from tidebook.pipelines.read.grouping import grouped
from tidebook.pipelines.read.plugin import text_plugins

NOT_JUDGED = (UNREADABLE, CRASHED)
"""Kinds of findings that are errors of a test report, not failures."""

GITHUB_ANNOTATIONS = 10
"""Maximum annotations of one level that GitHub shows for a step; it drops further ones silently.

Of a job it shows 50, more than the three levels of one step have.
"""

GITHUB_LENGTH = 4_096
"""Characters of an annotation's message that GitHub keeps."""

SARIF_RESULTS = 5_000
"""Maximum results of one run that GitHub shows; it accepts 25,000."""

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

NOT_IN_XML = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
"""Control characters, line ends among them, lone halves of pairs, and the two that are not characters."""

MEANINGS = {
    "wrong": "A better source says otherwise.",
    "contradicts itself": "The article's own figures say otherwise.",
    "drifted": "The words that the dossier quotes have changed in the article.",
    "outdated": "It was true, and no longer when the article was published.",
    "premature": "It became true only after it was written.",
    "depends": "Fair interpretations or sources differ.",
    "undecided": "No available evidence decides it.",
    "unchecked": "No independent value is known.",
    "sentence": "The sentence around the quotation contradicts what is judged.",
    "reread": "The sentence around the quotation has changed since it was recorded.",
    **{name: rule.meaning for name, rule in RULES.items()},
}
"""Meanings of the outcomes and of the rules on texts, for tools that explain their rules."""


def text(findings: Sequence[Finding]) -> str:
    """Return a line for each finding, as editors and terminals link them: `file:line:column: level: words`."""
    return "".join(f"{line(finding)}\n" for finding in findings)


def line(finding: Finding) -> str:
    """Return a finding in one line that no runner takes for a command, whatever file names and words contain."""
    return without_commands(" ".join(f"{finding.place}: {finding.level}: {_words(finding)}".splitlines()))


def _words(finding: Finding) -> str:
    """Return the words of a finding with its sources."""
    sources = f" [{'; '.join(finding.sources)}]" if finding.sources else ""
    return f"{finding.words}{sources}"


def _located_words(finding: Finding) -> str:
    """Return the words of a finding, before them its place where a tool has no form for it."""
    return f"{finding.where}: {_words(finding)}" if finding.where else _words(finding)


def github(findings: Sequence[Finding]) -> str:
    """Return GitHub's workflow commands, as many of each level as it shows; the others as plain lines of the log.

    What is accepted is silent.
    """
    lines = []
    shown = dict.fromkeys(LEVELS, 0)
    for finding in findings:
        if finding.accepted:
            continue
        shown[finding.level] += 1
        if shown[finding.level] > GITHUB_ANNOTATIONS:
            lines.append(f"{line(finding)}\n")
        else:
            lines.append(_annotation(finding))
    return "".join(lines)


def _annotation(finding: Finding) -> str:
    command = {"note": "notice"}.get(finding.level, finding.level)
    places: dict[str, object] = {"file": finding.file}
    if not finding.where:
        places |= {"line": finding.line}
        if finding.column is not None:
            places |= {"col": finding.column}
        if finding.end_in_line is not None:
            places |= {"endColumn": finding.end_in_line}
    places["title"] = f"{finding.kind}: {finding.id}"
    options = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in places.items())
    words = _located_words(finding)
    if len(words) > GITHUB_LENGTH:
        words = f"{words[: GITHUB_LENGTH - 1]}…"
    return f"::{command} {options}::{_escaped(words)}\n"


def _escaped(words: str, also: str = "") -> str:
    """Escape a value of a workflow command; in options, their separators too.

    Other runners read commands anywhere in a line, and so would older ones of GitHub.
    """
    for mark in f"%\r\n{also}":
        words = words.replace(mark, f"%{ord(mark):02X}")
    return without_commands(words)


def sarif(findings: Sequence[Finding], version: str) -> str:
    """Return a SARIF 2.1.0 log with one run, whatever the number of articles: GitHub takes no other of one tool.

    A result is known again by its fingerprint; an accepted finding is suppressed, with the reason. Of more results than
    GitHub shows, those of the lowest level are left out.
    """
    if len(findings) > SARIF_RESULTS:
        worst_first = sorted(findings, key=lambda finding: (bool(finding.accepted), LEVELS.index(finding.level)))
        findings = worst_first[:SARIF_RESULTS]
    kinds = sorted({finding.kind for finding in findings})
    rules = [{"id": kind, "shortDescription": {"text": _meaning(kind)}} for kind in kinds]
    driver = {"name": "Tidebook", "version": version, "rules": rules}
    results = [_sarif_result(finding, kinds.index(finding.kind)) for finding in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return _json({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _meaning(kind: str) -> str:
    """Return what findings of a kind say: one of the core's, or of the rules that a plugin brings."""
    brought = {name: meaning for plugin in text_plugins() for name, meaning in plugin.text_findings.items()}
    return MEANINGS.get(kind) or brought.get(kind, kind)


def _sarif_result(finding: Finding, rule: int) -> dict[str, Any]:
    region = {"startLine": finding.line}
    if finding.column is not None:
        region["startColumn"] = finding.column
    if finding.end is not None:
        region |= {"endLine": finding.end_line, "endColumn": finding.end}
    of_lines = {} if finding.where else {"region": region}
    result: dict[str, Any] = {
        "ruleId": finding.kind,
        "ruleIndex": rule,
        "level": finding.level,
        "message": {"text": _located_words(finding)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(finding.file)}} | of_lines}],
        "partialFingerprints": {"tidebook/v1": finding.fingerprint},
    }
    if finding.accepted:
        result["suppressions"] = [{"kind": "external", "justification": finding.accepted}]
    return result


def _uri(path: str) -> str:
    from urllib.parse import quote

    return f"file://{quote(path)}" if path.startswith("/") else quote(path)


@dataclass(frozen=True)
class Suite:
    """The content of a test report on one article: its name, its findings, and the outcome of each statement by id."""

    name: str
    findings: Sequence[Finding]
    judged: Mapping[str, str]


def junit(suites: Sequence[Suite]) -> str:
    """Return a JUnit report with a suite for each article.

    Each figure and statement is a test case; those with an error fail, and warnings and notes are what a case prints.
    What cannot be read is a case with an error; a figure that nothing was held against is skipped. An article without
    any has one case, which passes: an empty suite would look like one that was left out.
    """
    made = [_suite(suite) for suite in suites]
    kinds = ("tests", "failures", "errors", "skipped")
    totals = {name: str(sum(int(suite.get(name, 0)) for suite in made)) for name in kinds}
    document = Element("testsuites", {"name": "tidebook", **totals})
    document.extend(made)
    indent(document)
    written = without_commands(tostring(document, encoding="unicode"), "&#35;")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{written}\n'


def _suite(suite: Suite) -> Element:
    """Return the suite of one article."""
    found = grouped(suite.findings, attrgetter("id"))
    names = list(dict.fromkeys([*suite.judged, *found])) or [suite.name]
    made = Element("testsuite", {"name": _xml(suite.name), "tests": str(len(names))})
    kinds = Counter[str]()
    for name in names:
        group, own = _case_name(name, found[name], suite)
        case = SubElement(made, "testcase", {"classname": _xml(group), "name": _xml(own), "time": "0"})
        kind = _fill_case(case, found[name])
        if not kind and suite.judged.get(name) == "unchecked":
            SubElement(case, "skipped", {"message": "unchecked: nothing was held against it"})
            kind = "skipped"
        kinds[kind] += 1
    made.set("skipped", str(kinds["skipped"]))
    made.set("failures", str(kinds["failure"]))
    made.set("errors", str(kinds["error"]))
    return made


def _fill_case(case: Element, findings: Sequence[Finding]) -> str:
    """Add the findings of a test case, and return how it ended: as an error, a failure, or "" if it passed."""
    kinds = [_add_failure(case, finding) for finding in findings if finding.level == "error"]
    milder = [finding for finding in findings if finding.level != "error"]
    if milder:
        SubElement(case, "system-out").text = _xml(text(milder))
    if not kinds:
        return ""
    return "error" if "error" in kinds else "failure"


def _add_failure(case: Element, finding: Finding) -> str:
    """Add what fails to a test case, and return its kind: an error of what could not be judged, else a failure."""
    case.set("file", _xml(finding.file))
    case.set("line", str(finding.line))
    kind = "error" if finding.kind in NOT_JUDGED else "failure"
    failure = SubElement(case, kind, {"type": finding.kind, "message": _xml(_words(finding))})
    failure.text = _xml(line(finding))
    return kind


def _case_name(name: str, findings: Sequence[Finding], suite: Suite) -> tuple[str, str]:
    """Return the group and the name of a test case."""
    if any(finding.kind in NOT_JUDGED for finding in findings) or name == suite.name:
        return "article", name
    table, slash, rest = name.partition("/")
    return (table, rest) if slash else ("statements", name)


def _xml(words: str) -> str:
    """Remove characters that XML cannot contain or a parser would change."""
    return NOT_IN_XML.sub("", words)


def rdjson(findings: Sequence[Finding], line_of: Callable[[Finding], str | None]) -> str:
    """Return reviewdog's diagnostics, with the better number as a suggestion where its place is known.

    Args:
        findings: the findings.
        line_of: returns the line in which a finding stands, since reviewdog counts columns in bytes of UTF-8; None
            leaves its column out.
    """
    diagnostics = [_diagnostic(finding, line_of) for finding in findings if not finding.accepted]
    severity = "ERROR" if any(finding.level == "error" for finding in findings) else "INFO"
    return _json({"source": {"name": "tidebook"}, "severity": severity, "diagnostics": diagnostics})


def _diagnostic(finding: Finding, line_of: Callable[[Finding], str | None]) -> dict[str, Any]:
    span: dict[str, Any] = {} if finding.where else {"start": {"line": finding.line}}
    if (
        span
        and finding.column is not None
        and finding.end_in_line is not None
        and (line := line_of(finding)) is not None
    ):
        span = {
            "start": {"line": finding.line, "column": _byte_column(line, finding.column)},
            "end": {"line": finding.line, "column": _byte_column(line, finding.end_in_line)},
        }
    diagnostic: dict[str, Any] = {
        "message": _located_words(finding),
        "location": {"path": finding.file} | ({"range": span} if span else {}),
        "severity": {"error": "ERROR", "warning": "WARNING", "note": "INFO"}[finding.level],
        "code": {"value": finding.kind},
    }
    if finding.suggestion and "end" in span:
        diagnostic["suggestions"] = [{"range": span, "text": finding.suggestion}]
    return diagnostic


def _byte_column(line: str, column: int) -> int:
    return len(line[: column - 1].encode()) + 1


def _json(document: object) -> str:
    return without_commands(f"{json.dumps(document, indent=1, allow_nan=False)}\n", r"\u0023")


def counts(findings: Sequence[Finding]) -> Iterator[tuple[str, int]]:
    """Yield each level with the number of its findings; accepted ones are counted apart."""
    for level in LEVELS:
        yield level, sum(finding.level == level and not finding.accepted for finding in findings)
    yield "accepted", sum(bool(finding.accepted) for finding in findings)


FORMATS = ("text", "json", "github", "sarif", "junit", "rdjson")
"""The forms by name; `json` is the document of the command itself."""
