"""The entry point: sets signal handlers first, so that a signal ends even a starting command with one line.

Belongs here: start and end of the process. Does not: anything slow to import. An ended build leaves what a killed one
leaves: readers do not see it, and the next build removes it.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from contextlib import suppress

TYPE_CHECKING = False  # typing takes longer to import than all else here
if TYPE_CHECKING:
    from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if sys.platform != "win32" else []))
PATIENCE = 2.0
"""Seconds for removing temporary folders after a signal."""

NEW_OBJECTS = 1_000_000
"""Threshold of the cyclic garbage collector. A build makes rows by the ten thousand and few cycles: with Python's
default of 700, a cold build takes 4.5 s of processor time instead of 4.2, and no less memory."""

SHOW_CURSOR = "\r\x1b[2K\x1b[?25h"
"""Clears the line of a progress bar and shows the cursor, which the bar hides."""


def main() -> None:
    """Run the command line."""
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores SIGHUP: keep it so
            signal.signal(number, _end)
    _open_closed_streams()
    # An empty entry of a search path, as in `$PYTHONPATH:/folder`, is the current folder: somebody else's article.
    sys.path[:] = [entry for entry in sys.path if os.path.isabs(entry)]
    os.environ["PYTHONSAFEPATH"] = "1"  # for what libraries start, such as workers of Spark
    if sys.flags.optimize > 1:
        sys.stderr.write("error: PYTHONOPTIMIZE=2 removes docstrings, which describe tables and commands; unset it\n")
        sys.exit(2)
    gc.set_threshold(NEW_OBJECTS)
    from tidebook.pipelines.commands.app import app

    try:
        app(prog_name="tidebook")
    except SystemExit as ended:
        _leave(ended)
        raise


def _open_closed_streams() -> None:
    """Open what the caller closed as the null device: the next file opened would take its place and get the output."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", closefd=False))


def _leave(ended: SystemExit) -> None:
    """Exit without freeing objects one by one: saves 0.3 s of a cold build's 4.5 s, 0.02 s of 0.15 s of `status`.

    Leaves the exit to Python if threads still run or output cannot be written.
    """
    import threading

    with suppress(OSError):
        for stream in (sys.stdout, sys.stderr):
            if stream and not stream.closed:  # None if it was closed before the start; `lsp` closes what it served on
                stream.flush()
        if threading.active_count() == 1 and isinstance(ended.code, int):
            atexit._run_exitfuncs()
            os._exit(ended.code)


def _end(number: int, _: FrameType | None) -> None:
    """Exit at once. An exception would not do: any library that catches exceptions could swallow it."""
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    code = 128 + number
    try:
        start = SHOW_CURSOR if os.isatty(2) else ""
        os.write(2, f"{start}error: ended by {signal.Signals(number).name}\n".encode())
    except OSError:
        pass  # stderr is closed
    import threading

    # Exit handlers remove temporary folders; one on a hanging disk must not keep the process alive.
    deadline = threading.Timer(PATIENCE, os._exit, [code])
    deadline.daemon = True
    deadline.start()
    try:
        atexit._run_exitfuncs()
    finally:
        os._exit(code)
