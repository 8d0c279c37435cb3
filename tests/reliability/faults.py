"""What can befall an output folder, one fault each, and a build after it: what it said, and whether it is right.

A fault is a function of the raw and the output folder; what it returns undoes it, where the next build cannot.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import resource
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.reliability.command import ROUNDED, derived_id, latest_faults, leftovers, set_time
from tidebook.releases import latest

Outcome = dict[str, Any]
Undo = Callable[[], object]
Fault = Callable[[Path, Path], Undo | None]

NOBODY = 65534
WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
"""Root, but stopped by the rights of files; the interpreter itself may be in a place of root's own."""


def remove(path: Path) -> None:
    """Remove a file, link or folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def entry(out: Path, step: str) -> Path:
    """Return the folder of a step's current result."""
    return out / "store" / step / (out / "store" / step / "current").read_text()


def on_entry(step: str, name: str, change: Callable[[bytes], bytes]) -> Fault:
    """Change a file of a step's current result."""

    def fault(raw: Path, out: Path) -> None:
        path = entry(out, step) / name
        path.write_bytes(change(path.read_bytes()))

    return fault


def on_file(name: str, change: Callable[[bytes], bytes]) -> Fault:
    """Change a file of the output folder."""

    def fault(raw: Path, out: Path) -> None:
        (out / name).write_bytes(change((out / name).read_bytes()))

    return fault


def gone(name: str) -> Fault:
    """Remove something of the output folder."""

    def fault(raw: Path, out: Path) -> None:
        remove(out / name)

    return fault


def file_instead(name: str) -> Fault:
    """Put a file in the place of something of the output folder; it is taken away again."""

    def fault(raw: Path, out: Path) -> Undo:
        remove(out / name)
        (out / name).write_bytes(b"not ours")
        return (out / name).unlink

    return fault


def folder_instead(name: str) -> Fault:
    """Put a folder in the place of something of the output folder; it is taken away again."""

    def fault(raw: Path, out: Path) -> Undo:
        remove(out / name)
        (out / name).mkdir()
        (out / name / "work.txt").write_bytes(b"not ours")
        return lambda: shutil.rmtree(out / name)

    return fault


def link_instead(name: str) -> Fault:
    """Put a link to nowhere in the place of something of the output folder; it is taken away again."""

    def fault(raw: Path, out: Path) -> Undo:
        remove(out / name)
        (out / name).symlink_to("nowhere")
        return (out / name).unlink

    return fault


def dated(seconds: int) -> Fault:
    """Give everything in the output folder another time, as a clock that was wrong would have."""

    def fault(raw: Path, out: Path) -> None:
        for path in [out, *out.rglob("*")]:
            os.utime(path, (seconds, seconds), follow_symlinks=False)

    return fault


def read_only(name: str) -> Fault:
    """Let nobody write in a folder, and build as a user whom that stops."""

    def fault(raw: Path, out: Path) -> Undo:
        own(out.parent, NOBODY)
        (out / name).chmod(0o555)
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
        return lambda: (out / name).chmod(0o755)

    return fault


def own(folder: Path, user: int) -> None:
    """Give a folder and all in it to a user."""
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user, user, follow_symlinks=False)


def tables_swapped(raw: Path, out: Path) -> None:
    """Swap two tables of the cache, each a good Parquet file."""
    one, other = entry(out, "metrics") / "metrics.parquet", entry(out, "tipping_points") / "tipping_points.parquet"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def nothing(raw: Path, out: Path) -> None:
    """Let nothing befall."""


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def empty(data: bytes) -> bytes:
    return b""


def flipped(data: bytes) -> bytes:
    """Flip a bit in the middle."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :]


def more_rows(data: bytes) -> bytes:
    """Say in an entry's record that there are more rows."""
    at = data.index(b'"rows": ') + 8
    return data[:at] + b"9" + data[at:]


REPAIRED: dict[str, Fault] = {
    "nothing": nothing,
    "store removed": gone("store"),
    "a step's results removed": gone("store/metrics"),
    "note of the current result removed": gone("store/figures/current"),
    "note of the current result cut": on_file("store/figures/current", half),
    "note of the current result empty": on_file("store/verdicts/current", empty),
    "note of the current result leads out": on_file("store/verdicts/current", lambda data: b"../../../raw"),
    "note of the current result no text": on_file("store/verdicts/current", lambda data: b"\xff\xfe"),
    "note of the code no text": on_file("store/code", lambda data: b"\xff\xfe"),
    "note of the code cut": on_file("store/code", half),
    "table of the cache cut": on_entry("claims", "claims.parquet", half),
    "table of the cache empty": on_entry("claims", "claims.parquet", empty),
    "table of the cache with a bit flipped": on_entry("forecasts", "forecasts.parquet", flipped),
    "tables of the cache swapped": tables_swapped,
    "raw file in the cache with a bit flipped": on_entry("raw/claims", "bytes", flipped),
    "report in the cache cut": on_entry("verdict_report", "index.html", half),
    "record of an entry cut": on_entry("claims", "entry.json", half),
    "record of an entry with other rows": on_entry("claims", "entry.json", more_rows),
    "record of an entry of another kind": on_entry("claims", "entry.json", lambda data: b'{"files": 3}'),
    "previous release in the cache cut": on_entry("previous_release", "entry.json", half),
    "value of a step in the cache cut": on_entry("evidence_views/evaluations", "value", half),
    "cache of a step cut": on_file("store/evidence_views/evaluations/cache.json", half),
    "cache of a step with a bit flipped": on_file("store/evidence_views/evaluations/cache.json", flipped),
    "cache of a step of another kind": on_file("store/scenarios/cache.json", lambda data: b"[1, 2]"),
    "times in the future": dated(4_000_000_000),
    "times at zero": dated(0),
    "latest leads nowhere": link_instead("latest"),
    "latest removed": gone("latest"),
    "releases removed": gone("releases"),
    "table of the latest release cut": on_file("latest/tables/verdicts.parquet", half),
    "table of the latest release with a bit flipped": on_file("latest/tables/figures.parquet", flipped),
    "manifest of the latest release cut": on_file("latest/manifest.json", half),
    "report of the latest release removed": gone("latest/report"),
}

TOLD: dict[str, Fault] = {
    "a file in place of the store": file_instead("store"),
    "a file in place of a step's results": file_instead("store/figures"),
    "a file in place of the releases": file_instead("releases"),
    "a file in place of latest": file_instead("latest"),
    "a folder in place of latest": folder_instead("latest"),
    "a folder in place of the note of a current result": folder_instead("store/figures/current"),
    "a folder in place of the lock": folder_instead("store/lock"),
    "a folder in place of the cache of a step": folder_instead("store/evidence_views/evaluations/cache.json"),
    "a link to nowhere in place of the store": link_instead("store"),
    "output folder read-only": read_only("."),
    "store read-only": read_only("store"),
    "results of a step read-only": read_only("store/figures"),
    "releases read-only": read_only("releases"),
}
FAULTS = REPAIRED | TOLD


def folders(task: Outcome) -> tuple[Path, Path]:
    """Return the raw and the output folder after the task's edit: of a cell, of a line's end, or of the note of the
    code, so that nothing else is new."""
    raw, out = Path(task["place"], "raw"), Path(task["place"], "out")
    if task["edit"] == "cell":
        set_time(raw, ROUNDED)
    elif task["edit"] == "line":
        with (raw / "reference" / "figures.csv").open("a") as stream:
            stream.write("\n")
    else:
        (out / "store" / "code").write_text("another code")
    return raw, out


def case(task: Outcome) -> Outcome:
    """Let a fault befall, build, undo it, build again; return what was said and is wrong."""
    raw, out = folders(task)
    undo = FAULTS[task["fault"]](raw, out)
    code, errors = build(raw, out, task["way"])
    if os.geteuid() == NOBODY:
        os.seteuid(0)
        os.setegid(0)
    return judged(code, errors, raw, out, undo, task)


def once(task: Outcome) -> Outcome:
    """Build from a raw into an output folder."""
    code, errors = build(Path(task["raw"]), Path(task["out"]), task["way"])
    return {"code": code, "errors": errors}


def judged(code: int, errors: str, raw: Path, out: Path, undo: Undo | None, task: Outcome) -> Outcome:
    """Return what a build under a fault said, and what was wrong with that, its release and the next build."""
    faults = [f"after it: {fault}" for fault in wrong(code, errors, out, task)]
    if undo and (code or (out / "latest").exists()):
        with contextlib.suppress(FileNotFoundError):
            undo()
    again, errors_again = build(raw, out, task["way"])
    faults += [f"after the next build: {fault}" for fault in wrong(again, errors_again, out, task)]
    faults += [f"the next build fails: {errors_again}"] if again else []
    faults += [f"left behind: {name}" for name in leftovers(out)]
    return {"code": code, "errors": errors, "faults": faults}


def wrong(code: int, errors: str, out: Path, task: Outcome) -> Iterator[str]:
    """Yield the faults of the end of a build: a trace, a line that is no error's, a release that is not right."""
    lines = [line for line in errors.splitlines() if not line.startswith("warning: ") and "steps rebuilt" not in line]
    if "Traceback" in errors or code not in (0, 2, 3) or (code and [line[:7] for line in lines] != ["error: "]):
        yield f"exit code {code} with {errors[-3000:]}"
    if code == 0:
        yield from latest_faults(out) or []
        release = latest(out)
        if release is None:
            yield "no release"
        elif release.release_id != task.get("expected"):
            shutil.rmtree(Path(task["place"], "anew"), ignore_errors=True)
            ids = derived_id({"out": str(out), "place": task["place"]})
            if ids["release"] != ids["anew"]:
                yield f"release {ids['release']} is made anew as {ids['anew']}"


def expected(task: Outcome) -> Outcome:
    """Return the id of the release after the edit, made anew in a fresh folder."""
    raw, out = folders(task)
    code, errors = build(raw, out, task["way"])
    assert code == 0, errors
    ids = derived_id({"out": str(out), "place": task["place"]})
    assert ids["release"] == ids["anew"], ids
    return {"release": ids["anew"]}


def build(raw: Path, out: Path, way: str) -> tuple[int, str]:
    """Build and return exit code and stderr.

    The way is `command`, really the command; `plain`, its code in this process; or `dagster`, the same as a job of an
    instance outside of the output folder.
    """
    arguments = ["build", "--raw", str(raw), "--out", str(out)]
    if way == "command":
        command = [sys.executable, "-m", "tidebook.pipelines.commands.app", *arguments]
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        if os.geteuid() == NOBODY:
            os.seteuid(0)
            os.setegid(0)
            own(out.parent, 0)
            command = [*WITHOUT_PRIVILEGE, *command]
        run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        return run.returncode, run.stderr
    from tidebook.pipelines.commands.app import app

    if way == "dagster":
        os.environ["DAGSTER_HOME"] = str(out.parent / "home")
    errors = io.StringIO()
    code = 0
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        try:
            app(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        except BaseException:
            code = 3
            errors.write(traceback.format_exc())
    return code, errors.getvalue()


# A disk that is full, and a build that is killed, at the n-th time that something is written.

WRITES = ("open", "os.mkdir", "os.rename", "os.symlink", "os.link")


def at_write(out: Path, number: int, act: Callable[[], None]) -> list[int]:
    """Have `act` done before each write below a folder from the `number`-th on; return the count of writes so far."""
    count = [0]
    place = str(out)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in WRITES or not str(arguments[0]).startswith(place):
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        count[0] += 1
        if count[0] > number:
            act()

    sys.addaudithook(hook)
    return count


def full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stopped(task: Outcome) -> Outcome:
    """Build with the disk full from the n-th write on, or killed at it; then build again without that."""
    raw, out = folders(task)
    said = Path(task["place"], "said")
    child = os.fork()
    if child == 0:
        at_write(out, task["number"], {"full": full, "killed": killed}[task["by"]])
        code, errors = build(raw, out, task["way"])
        said.write_text(errors)
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code >= 0:
        return judged(code, said.read_text(), raw, out, None, task)
    faults = latest_faults(out)
    again, errors = build(raw, out, task["way"])
    faults = [*(["latest is gone"] if faults is None else faults), *wrong(again, errors, out, task)]
    faults += [f"the next build fails: {errors}"] if again else []
    return {"code": code, "errors": "", "faults": [*faults, *leftovers(out)]}


def writes(task: Outcome) -> Outcome:
    """Return how often something is written in a build after the edit."""
    raw, out = folders(task)
    count = at_write(out, 1 << 30, full)
    build(raw, out, task["way"])
    return {"writes": count[0]}


def small_disk(task: Outcome) -> Outcome:
    """Build into a file system of so many KiB, then into one that is large enough."""
    raw, out = Path(task["place"], "raw"), Path(task["place"], "disk")
    out.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={task['size']}k", "tmpfs", str(out)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return {"skipped": f"no file system can be mounted: {error}"}

    def undo() -> None:
        subprocess.run(["mount", "-o", "remount,size=64m", str(out)], check=True)

    try:
        return judged(*build(raw, out, task["way"]), raw, out, undo, task)
    finally:
        subprocess.run(["umount", str(out)], check=True)


def file_limit(task: Outcome) -> Outcome:
    """Build where no file may grow beyond so many KiB, then where any may."""
    raw, out = folders(task)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (task["size"] << 10, limits[1]))
    code, errors = build(raw, out, task["way"])
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    return judged(code, errors, raw, out, None, task)
