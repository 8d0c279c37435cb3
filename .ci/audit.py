"""Known vulnerabilities of the locked libraries, by pip-audit in an environment of its own: `make audit`.

Exit code 1 when there is one. Where the advisory service does not answer, or knows none of the libraries, it says
SKIPPED: nothing was audited then.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SECONDS = 300


def audit(*locks: Path) -> tuple[int, str]:
    """Return the exit code and what to say of the libraries of lock files."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip"]
    command += [f"--requirement={lock}" for lock in locks]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "5"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return 0, f"SKIPPED: the advisory service did not answer within {SECONDS} s; nothing was audited"
    return judge(done.stdout, done.stderr)


def judge(report: str, errors: str) -> tuple[int, str]:
    """Return the exit code and what to say of a report of pip-audit in JSON, and of what it wrote to stderr."""
    try:
        libraries = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        why = (errors.strip().splitlines() or ["no report"])[-1]
        return 0, f"SKIPPED: the advisory service cannot be asked; nothing was audited ({why})"
    audited = [library for library in libraries if "skip_reason" not in library]
    if not audited:
        return 0, f"SKIPPED: the advisory service knows none of the {len(libraries)} libraries; nothing was audited"
    lines = [
        f"{library['name']} {library['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'none'}"
        for library in audited
        for found in library["vulns"]
    ]
    left = sorted(library["name"] for library in libraries if "skip_reason" in library)
    lines += (
        [f"SKIPPED: {len(left)} libraries that the advisory service does not know: {', '.join(left)}"] if left else []
    )
    count = sum(len(library["vulns"]) for library in audited)
    return int(count > 0), "\n".join([*lines, f"{count} known vulnerabilities in {len(audited)} libraries"])


if __name__ == "__main__":
    code, text = audit(*map(Path, sys.argv[1:]))
    sys.stdout.write(f"{text}\n")
    sys.exit(code)
