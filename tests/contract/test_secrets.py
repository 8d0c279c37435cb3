"""No secrets in what is committed: detect-secrets over the tracked files, against the committed baseline."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from detect_secrets import SecretsCollection
from detect_secrets.core.scan import get_files_to_scan
from detect_secrets.settings import transient_settings

from tests.conftest import ROOT

BASELINE = ROOT / ".secrets.baseline"


def scan(paths: Iterable[str], folder: Path) -> dict[str, list[str]]:
    """Return by file what a scan of some finds beside the baseline; the network is not asked.

    File by file: the library's pool of processes never ends where an ignored SIGTERM is handed down to it.
    """
    baseline = json.loads(BASELINE.read_bytes())
    filters = [each for each in baseline["filters_used"] if "verification" not in each["path"]]
    known = {(path, each["hashed_secret"]) for path, secrets in baseline["results"].items() for each in secrets}
    with transient_settings({**baseline, "filters_used": filters}):
        found = SecretsCollection(root=str(folder))
        for path in paths:
            found.scan_file(path)
        fresh: dict[str, list[str]] = {}
        for path, secret in found:
            if (path, secret.secret_hash) not in known:
                fresh.setdefault(path, []).append(f"line {secret.line_number}: {secret.type}")
    return fresh


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no git checkout")
def test_no_secret_is_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    tracked = [*get_files_to_scan(".", root=str(ROOT))]
    assert "README.md" in tracked
    assert scan(tracked, ROOT) == {}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("key = '" + "AKIA" + "IOSFODNN7ABCDEFG" + "'", "AWS Access Key"),
        ("-----BEGIN " + "RSA PRIVATE KEY-----", "Private Key"),
        ("token = 'ghp_" + "Ab1x" * 9 + "'", "GitHub Token"),
        ("url = 'postgres://user:" + "hunter2longer" + "@host/db'", "Basic Auth Credentials"),
    ],
)
def test_the_scan_would_see_one(text: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(f"{text}\n")
    found = scan(["planted.py"], tmp_path)
    assert f"line 1: {kind}" in found["planted.py"]
