"""A draft of forty numbers in a repository: ten planted slips, each told at its line in every form of `check`."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from junitparser import JUnitXml

from tests.conftest import ROOT, edit, tidebook
from tests.dossiers import written
from tests.integration.test_review import commit_first, git

COSTS = """\
## Costs

| Item | 2023 | 2024 |
|---|---:|---:|
| Fuel | $4.0 million | $5.0 million |
| Crew | $6.0 million | $6.6 million |
| Piers | $2.0 million | $2.4 million |
| Berths | $1.0 million | $1.2 million |
| Total | $13.0 million | $15.2 million |

Fuel rose from $4.0 million to $5.0 million, up 25%. Crew rose from $6.0 million to $6.6 million, up 10%. Of 24 sailings
a day 18 leave on time, which is 75%.

## What comes
"""

QUOTED = {
    "sailings": "Of 24 sailings",
    "on_time": "18 leave on time",
    "share_on_time": "which is 75%",
    "fuel_before": "Fuel rose from $4.0 million",
    "fuel": "to $5.0 million",
    "fuel_growth": "up 25%",
    "crew_before": "Crew rose from $6.0 million",
    "crew": "to $6.6 million",
    "crew_growth": "up 10%",
}
"""The figures of the new section, each with its words."""

SOURCES = """\
[sources.harbour]
title = "Passengers, audited"
publisher = "The harbour"
address = "https://example.org/harbour"
tier = "P"
licence = "CC0"
published = 2025-02-01
"""

REFERENCES = """\
figure_id,basis,text,interval,unit,as_of,source,tier,note
passengers/island/now,boarded,"96,360",,person,2025-02-01,harbour,P,
"""

SLIPS = {
    "a digit": ("it grew by 40 %", "it grew by 41 %"),
    "a unit": ("Repairs came to $11.4 million", "Repairs came to $11.4 billion"),
    "a stale quote": ("once the largest", "for long the favourite"),
    "a renamed row": ("| Island | $8.00 |", "| Isle | $8.00 |"),
    "a changed table": ("| Night | $31.00 |", "| Night | $33.00 |"),
    "an uncovered number": ("a new ferry will come.", "a new ferry for 312 guests will come."),
    "a wrong share": ("carried 42 % of all", "carried 24 % of all"),
    "a wrong total": ("$13.0 million | $15.2 million |", "$13.0 million | $16.2 million |"),
    "another direction": ("its passengers fell by 10 %", "its passengers rose by 10 %"),
    "against the evidence": ("| 80,300 | 96,360 |", "| 80,300 | 69,360 |"),
}
"""What the draft says, and what the slip makes of it."""


@pytest.fixture
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clean draft in a repository, with the dossier that its author has."""
    folder = shutil.copytree(ROOT / "tests" / "ferries", tmp_path / "ferries")
    edit(folder / "article.md", "## What comes\n", COSTS)
    edit(folder / "article.md", "within a year. The night\nroute, once", "within a year.\nThe night route, once")
    with (folder / "dossier.toml").open("a", encoding="utf-8") as stream:
        stream.write("".join(f'\n[[figures]]\nid = "{name}"\nquote = "{words}"\n' for name, words in QUOTED.items()))
    edit(folder / "dossier.toml", 'name = "now", unit = "person"', 'name = "now", unit = "person", basis = "boarded"')
    written(folder, {"sources.toml": SOURCES, "reference/figures.csv": REFERENCES})
    commit_first(folder, "Draft")
    monkeypatch.chdir(folder)
    return folder


def check(form: str) -> tuple[int, str]:
    """Return exit code and output of a check that also asks for uncovered numbers."""
    result = tidebook("check", ".", "--fail-on", "wrong,uncovered", "--format", form)
    return result.exit_code, result.stdout


def of_sarif(shown: str) -> list[str]:
    found = []
    for result in json.loads(shown)["runs"][0]["results"]:
        place = result["locations"][0]["physicalLocation"]
        file, line = place["artifactLocation"]["uri"], place["region"]["startLine"]
        found.append(f"{result['level']} {file}:{line}: {result['message']['text']}")
    return found


def of_rdjson(shown: str) -> list[str]:
    found = []
    for each in json.loads(shown)["diagnostics"]:
        place = f"{each['location']['path']}:{each['location']['range']['start']['line']}"
        found.append(f"{each['severity'].lower()} {place}: {each['message']}")
    return found


def of_github(shown: str) -> list[str]:
    """Return the annotations, and the plain lines of those for which GitHub has no room."""
    annotation = re.compile(r"::(\w+) file=([^,]+),line=(\d+)[^:]*::(.*)")
    return [
        f"{found[1]} {found[2]}:{found[3]}: {found[4]}" if (found := annotation.fullmatch(line)) else line
        for line in shown.splitlines()
    ]


def of_junit(shown: str) -> list[str]:
    """Return failures, and what passing cases print."""
    cases = [case for suite in JUnitXml.fromstring(shown.encode()) for case in suite]
    failures = [f"error {result.text}" for case in cases for result in case.result]
    return failures + [line for case in cases for line in (case.system_out or "").splitlines()]


FORMS: dict[str, Callable[[str], list[str]]] = {
    "text": str.splitlines,
    "json": lambda shown: [
        f"{each['level']} {each['file']}:{each['line']}: {each['why']}" for each in json.loads(shown)["findings"]
    ],
    "github": of_github,
    "sarif": of_sarif,
    "junit": of_junit,
    "rdjson": of_rdjson,
}
"""How each form is read: a line for each finding, with level, file, line and words."""


def test_a_clean_draft_of_forty_numbers_has_no_finding_in_any_form(draft: Path) -> None:
    numbers = re.findall(r"\d[\d,.]*", (draft / "article.md").read_text())
    assert len(numbers) >= 40
    for form, read in FORMS.items():
        code, shown = check(form)
        assert code == 0, shown
        assert not [line for line in read(shown) if re.search(r"\.(?:md|csv|toml):\d", line)], form


def test_each_of_ten_typos_is_reported_at_its_line_in_every_form(draft: Path, subtests: pytest.Subtests) -> None:
    text = draft / "article.md"
    for right, slip in SLIPS.values():
        edit(text, right, slip)
    places = {}
    for name, (right, slip) in SLIPS.items():
        places[name] = f"article.md:{line_of(text, slip)}"
        if name == "a stale quote":  # nothing in the text is near: the claim has a place
            places[name] = f"dossier.toml:{line_of(draft / 'dossier.toml', right) - 1}"
    for form, read in FORMS.items():
        code, shown = check(form)
        assert code == 1, shown
        told = read(shown)
        for name, place in places.items():
            with subtests.test(form=form, slip=name):
                # What a file of the dossier has is told there, with the place in the text.
                assert [line for line in told if re.search(rf"\b{re.escape(place)}\b", line)], told


def line_of(file: Path, words: str) -> int:
    """Return the only line with these words, from 1."""
    lines = file.read_text(encoding="utf-8").splitlines()
    (number,) = [place for place, line in enumerate(lines, 1) if words in line]
    return number


def test_a_hundred_commits_that_shift_lines_leave_what_is_accepted_silent(draft: Path) -> None:
    text, dossier = draft / "article.md", draft / "dossier.toml"
    for name in ("a digit", "a wrong total", "against the evidence"):
        edit(text, *SLIPS[name])
    assert check("text")[0] == 1
    assert tidebook("accept", "--all", "--why", "The editor knows", "--raw", ".").exit_code == 0
    found = json.loads(check("json")[1])["findings"]
    for each in found:
        if each["id"] == each["fingerprint"]:  # of the text
            assert tidebook("accept", each["id"], "--why", "Known", "--text", "article.md").exit_code == 0
    git(draft, "add", "--all")
    git(draft, "commit", "--quiet", "--message", "Accept")
    places = {each["fingerprint"]: each["line"] for each in found}
    for number in range(100):
        lines = text.read_text(encoding="utf-8").splitlines(keepends=True)
        where = next(place for place, line in enumerate(lines) if line.startswith("## ")) if number % 2 else 2
        text.write_text("".join([*lines[:where], "Boats come and boats go.\n", "\n", *lines[where:]]), encoding="utf-8")
        dossier.write_text(f"# A note.\n{dossier.read_text(encoding='utf-8')}", encoding="utf-8")
        git(draft, "commit", "--quiet", "--all", "--message", f"Shift lines {number}")
        if number % 33 == 0:
            assert check("text")[0] == 0
    code, shown = check("json")
    assert code == 0
    now = {each["fingerprint"]: each["line"] for each in json.loads(shown)["findings"]}
    assert now.keys() == places.keys(), "the same findings"
    assert all(now[name] > line for name, line in places.items()), "at other lines"
    calm = tidebook("review", "HEAD~100", "--raw", ".").stdout
    assert calm.startswith("**Tidebook**: no outcome changed.") and calm.count("\n") == 1


def test_the_review_names_each_outcome_that_a_typo_changed(draft: Path) -> None:
    for name in ("a digit", "against the evidence", "an uncovered number"):
        edit(draft / "article.md", *SLIPS[name])
    result = tidebook("review", "HEAD", "--raw", ".", "--fail-on", "new:wrong")
    assert result.exit_code == 1
    assert "newly drifted" in result.stdout and "newly wrong" in result.stdout
    (figure,) = [line for line in result.stdout.splitlines() if "`passengers/island/now`" in line]
    assert "| right | **wrong** |" in figure and "`article.md:14`" in figure
    assert "- 312 (" in result.stdout
    assert tidebook("review", "HEAD", "--raw", ".").stdout == result.stdout
