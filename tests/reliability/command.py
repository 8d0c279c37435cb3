"""The real `tidebook build` in a process group of its own, and what stands in its output folder.

What a sound release is stands in `sound`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import MARATHON, ROOT, edit
from tests.reliability.sound import manifest_faults

DOSSIER = MARATHON
"""What is built where any dossier would do, for its builds take a quarter of the time of the shipped one's."""

MEN = Path("article", "men.csv")
FIGURE = "men/kiptum_2023/time"
PRINTED, CONTRADICTED, ROUNDED = 7_235, 7_175, 7_236
"""Seconds of Kiptum's run: as printed, when the printed gain is contradicted, and when it holds thanks to rounding."""


OBEDIENT = ("env", "--default-signal=INT,TERM,HUP")
"""Starts a command for which signals do what they do, also where whoever started the tests ignores some."""


def start(raw: Path, out: Path, command: str = "build", **environment: str) -> subprocess.Popen[str]:
    """Start a build, or another command."""
    arguments = [command, "--raw", str(raw), *(["--out", str(out)] if command == "build" else [])]
    return subprocess.Popen(
        [*OBEDIENT, sys.executable, "-m", "tidebook", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
        env={**os.environ, **environment},
    )


def await_handler(process: subprocess.Popen[str]) -> None:
    """Wait until Python has started, and what ends a command in one line stands."""
    wanted = 1 << (signal.SIGTERM - 1)
    while process.poll() is None:
        found = re.search(r"^SigCgt:\s*(\w+)", Path(f"/proc/{process.pid}/status").read_text(), re.MULTILINE)
        if found and int(found[1], 16) & wanted:
            return
        time.sleep(0.001)


def finish(build: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of a build."""
    said, errors = build.communicate(timeout=300)
    return build.returncode, said, errors


def kill(build: subprocess.Popen[str]) -> bool:
    """Kill a build with all its processes; return whether it was still at work."""
    at_work = build.poll() is None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(build.pid, signal.SIGKILL)
    build.communicate()
    return at_work


def set_time(raw: Path, seconds: int) -> None:
    """Print another time of Kiptum's."""
    row = (raw / MEN).read_text(encoding="utf-8").splitlines()[-1]
    edit(raw / MEN, row, row.rpartition(",")[0] + f",{dt.timedelta(seconds=seconds)}")


def latest_faults(out: Path) -> list[str] | None:
    """Return what is not whole in the latest release; None when there is no latest."""
    return manifest_faults((out / "latest").resolve()) if (out / "latest").is_symlink() else None


def leftovers(out: Path) -> list[str]:
    """Return the temporary files and folders below an output folder."""
    return sorted(str(path.relative_to(out)) for path in out.rglob(".*"))


def derived_id(task: dict[str, str]) -> dict[str, str]:
    """Make the latest release anew in a fresh folder from what it says that it was made of; return both ids."""
    from tidebook.pipelines.commands.releases import rebuild
    from tidebook.pipelines.read.settings import settings
    from tidebook.releases import latest

    release = latest(Path(task["out"]))
    assert release is not None
    anew = rebuild(release, Path(task["place"], "anew"), settings())
    return {"release": release.release_id, "anew": anew.release_id}
