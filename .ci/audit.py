"""Known vulnerabilities of the locked libraries, by pip-audit in an environment of its own: `make audit`.

Exit code 1 when there is one. If the advisory service does not answer, or knows none of the libraries, the audit prints
one line that begins with SKIPPED and makes the checks that need no service: locked versions against a list of
vulnerable ones (`known-bad.csv`), and the licences of the installed libraries. If it cannot do even that, it fails.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

SECONDS = 300
KNOWN_BAD = Path(__file__).with_name("known-bad.csv")
INSTALLED = Path(__file__).parents[1] / ".venv" / "lib"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)
FORBIDDEN = re.compile(r"\b(AGPL|SSPL|BUSL|Commons Clause|Affero|Proprietary)", re.I)
"""Licences that would bind who runs or offers Tidebook as a service, or that allow neither."""


def audit(*locks: Path) -> tuple[int, str]:
    """Return the exit code and what to say of the libraries of lock files."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip"]
    command += [f"--requirement={lock}" for lock in locks]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "5"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return offline(f"the advisory service did not answer within {SECONDS} s", locks)
    return judge(done.stdout, done.stderr, locks)


def judge(report: str, errors: str, locks: Iterable[Path]) -> tuple[int, str]:
    """Return the exit code and what to say of a report of pip-audit in JSON, and of what it wrote to stderr."""
    try:
        libraries = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        why = (errors.strip().splitlines() or ["no report"])[-1]
        return offline(f"the advisory service cannot be asked ({why})", locks)
    audited = [library for library in libraries if "skip_reason" not in library]
    if not audited:
        return offline(f"the advisory service knows none of the {len(libraries)} libraries", locks)
    lines = [
        f"{library['name']} {library['version']}: {found['id']}, fixed in {', '.join(found['fix_versions']) or 'none'}"
        for library in audited
        for found in library["vulns"]
    ]
    left = sorted(library["name"] for library in libraries if "skip_reason" in library)
    lines += (
        [f"SKIPPED: {len(left)} libraries that the advisory service does not know: {', '.join(left)}"] if left else []
    )
    count = sum(len(library["vulns"]) for library in audited)
    return int(count > 0), "\n".join([*lines, f"{count} known vulnerabilities in {len(audited)} libraries"])


def offline(why: str, locks: Iterable[Path]) -> tuple[int, str]:
    """Return the exit code and what to say where nobody can be asked: what the locks and installed libraries tell."""
    pinned = {name_of(name): version for lock in locks for name, version in PINNED.findall(lock.read_text())}
    with KNOWN_BAD.open(encoding="utf-8", newline="") as file:
        known = list(csv.DictReader(file))
    if not pinned or not known:
        return 1, f"FAILED: {why}, and there are no locked libraries or no known-bad versions to check instead"
    licences = dict(_licences(pinned))
    faults = [*_bad_versions(pinned, known)]
    faults += [f"{name}: the licence {text}" for name, text in licences.items() if FORBIDDEN.search(text)]
    checked = f"{len(pinned)} versions held against {len(known)} known-bad ones, {len(licences)} licences read"
    skipped = f"SKIPPED: {why}; checked without it: {checked}, {len(faults)} faults; withdrawn versions not checked"
    return int(bool(faults)), "\n".join([*faults, skipped])


def name_of(text: str) -> str:
    """Return the normalized name of a library (PEP 503)."""
    return re.sub(r"[-_.]+", "-", text).lower()


def _bad_versions(pinned: dict[str, str], known: Iterable[dict[str, str]]) -> Iterator[str]:
    for row in known:
        version = pinned.get(name_of(row["name"]), "")
        if version and (not row["from"] or not _before(version, row["from"])) and _before(version, row["fixed_in"]):
            yield f"{row['name']} {version}: {row['advisory']}, fixed in {row['fixed_in']}"


def _before(one: str, other: str) -> bool:
    """Whether a version is before another by its numbers; a pre-release counts as its release."""
    parts = [[int(part) for part in re.findall(r"[0-9]+", re.split(r"[a-z+]", text)[0])] for text in (one, other)]
    return parts[0] < parts[1]


def _licences(pinned: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the licence that each installed library states."""
    for found in distributions(path=[str(place) for place in sorted(INSTALLED.glob("python*/site-packages"))]):
        name = name_of(found.metadata["Name"] or "")
        if name in pinned and (text := _licence(found)):
            yield name, text


def _licence(found: Distribution) -> str:
    metadata = found.metadata
    stated = metadata.get("License-Expression") or ""
    classes = [each for each in metadata.get_all("Classifier") or () if each.startswith("License ::")]
    whole = (metadata.get("License") or "").strip().splitlines()
    return stated or "; ".join(classes) or (whole[0] if whole else "")


if __name__ == "__main__":
    code, text = audit(*map(Path, sys.argv[1:]))
    sys.stdout.write(f"{text}\n")
    sys.exit(code)
