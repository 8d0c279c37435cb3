"""No secrets in what is committed: detect-secrets over the tracked files, against the committed baseline."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

BASELINE = ROOT / ".secrets.baseline"


def scan(baseline: Path, *arguments: str, folder: Path = ROOT) -> dict[str, Any]:
    """Return what a scan adds to a copy of the baseline, by file; the network is not asked."""
    known = json.loads(BASELINE.read_bytes())["results"]
    shutil.copy(BASELINE, baseline)
    command = [sys.executable, "-m", "detect_secrets", "scan", "--no-verify", "--baseline", str(baseline), *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    found = json.loads(baseline.read_bytes())["results"]
    hashes = {place: {secret["hashed_secret"] for secret in secrets} for place, secrets in known.items()}
    fresh = {
        place: [
            f"line {each['line_number']}: {each['type']}"
            for each in secrets
            if each["hashed_secret"] not in hashes.get(place, ())
        ]
        for place, secrets in found.items()
    }
    return {place: texts for place, texts in fresh.items() if texts}


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no git checkout")
def test_no_secret_is_committed(tmp_path: Path) -> None:
    assert scan(tmp_path / "baseline") == {}


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
    found = scan(tmp_path / "baseline", "--all-files", "planted.py", folder=tmp_path)
    assert f"line 1: {kind}" in found["planted.py"]
