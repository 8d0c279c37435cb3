"""The audit of libraries never passes for green when nothing was audited."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report(*libraries: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(libraries), "fixes": []})


GOOD = {"name": "numpy", "version": "2.4.0", "vulns": []}
BAD = {"name": "jinja2", "version": "3.1.0", "vulns": [{"id": "CVE-2024-1", "fix_versions": ["3.1.3", "3.1.4"]}]}
UNKNOWN = {"name": "click", "skip_reason": "not found"}


LOCK = "numpy==2.4.0 \\\n    --hash=sha256:0\njinja2==3.1.6 ; python_version >= '3.11' \\\n    --hash=sha256:0\n"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text(LOCK)
    return path


@pytest.mark.parametrize(
    ("output", "code", "start"),
    [
        (
            "",
            0,
            "SKIPPED: the advisory service cannot be asked (E: no route); checked without it: 2 versions held against",
        ),
        ("<html>", 0, "SKIPPED: the advisory service cannot be asked"),
        ("[]", 0, "SKIPPED: the advisory service cannot be asked"),
        (report(), 0, "SKIPPED: the advisory service knows none of the 0 libraries; checked without it: 2 versions"),
        (
            report(UNKNOWN),
            0,
            "SKIPPED: the advisory service knows none of the 1 libraries; checked without it: 2 versions",
        ),
        (report(GOOD), 0, "0 known vulnerabilities in 1 libraries"),
        (report(BAD, GOOD), 1, "jinja2 3.1.0: CVE-2024-1, fixed in 3.1.3, 3.1.4\n1 known vulnerabilities in 2"),
        (report(GOOD, UNKNOWN), 0, "SKIPPED: 1 libraries that the advisory service does not know: click\n0 known"),
        (report(BAD, UNKNOWN), 1, "jinja2 3.1.0: CVE-2024-1"),
    ],
)
def test_what_is_said_of_a_report(audit: ModuleType, lock: Path, output: str, code: int, start: str) -> None:
    found = audit.judge(output, "W: slow\nE: no route\n", [lock])
    assert (found[0], found[1][: len(start)]) == (code, start)


def test_a_service_that_does_not_answer_is_one_line(
    audit: ModuleType, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(command: list[str], **given: Any) -> None:
        raise subprocess.TimeoutExpired(command, given["timeout"])

    monkeypatch.setattr(subprocess, "run", slow)
    code, text = audit.audit(lock)
    assert (code, text.partition(":")[0], text.count("\n")) == (0, "SKIPPED", 0)
    assert "0 faults; withdrawn versions not checked" in text


def test_a_version_that_is_known_to_be_bad_fails_although_nobody_can_be_asked(audit: ModuleType, lock: Path) -> None:
    lock.write_text(LOCK.replace("jinja2==3.1.6", "Jinja2==3.1.5"))
    code, text = audit.offline("no route", [lock])
    assert code == 1 and text.startswith("jinja2 3.1.5: CVE-2025-27516, fixed in 3.1.6\nSKIPPED: no route")


def test_a_licence_that_binds_a_service_fails(audit: ModuleType, lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_licences", lambda pinned: iter([("numpy", "AGPL-3.0-only")]))
    assert audit.offline("no route", [lock])[1].startswith("numpy: the licence AGPL-3.0-only\nSKIPPED")


def test_an_audit_that_can_check_nothing_fails(audit: ModuleType, lock: Path) -> None:
    lock.write_text("# nothing\n")
    assert audit.offline("no route", [lock])[0] == 1
    assert audit.offline("no route", [lock])[1].startswith("FAILED: no route, and there are no locked libraries")


@pytest.mark.parametrize("path", ["requirements.lock", "requirements-dev.lock", "requirements-deploy.lock"])
def test_no_locked_version_is_known_to_be_bad(audit: ModuleType, path: str) -> None:
    code, text = audit.offline("asked nobody", [ROOT / path])
    assert code == 0, text
    assert int(re.findall(r"([0-9]+) versions", text)[0]) > 50


def test_ci_audits_the_lock_and_make_stops_at_a_vulnerability() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\naudit:")[2].partition("\n\n")[0].splitlines()[1:]
    assert recipe == ["\t$(AUDIT)/bin/python .ci/audit.py requirements-dev.lock requirements-deploy.lock"]
    assert "\nAUDIT := $(VENV)/audit\n" in makefile
    assert "pip-audit" not in (ROOT / "requirements-dev.lock").read_text(encoding="utf-8"), "it has its own place"
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert "make audit >.venv/audit.log 2>&1 &" in lines
    assert 'wait "$audit" || failed=$?' in lines
    assert lines[-1] == 'exit "$failed"'
