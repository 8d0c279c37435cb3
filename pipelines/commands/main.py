"""Where the command begins: from its first moment on, a signal ends it in one line.

Belongs here: nothing that takes time to import. While Python itself starts, a signal does what it does to all that is
written in Python. What is ended so leaves what a killed build leaves: readers do not see it, the next build removes it.
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
"""Seconds that removing temporary folders may take."""

NEW_OBJECTS = 1_000_000
"""So many more objects than before make Python look for cycles among them: rows come and go by the ten thousand, and
with Python's own 700 a cold build takes 4.5 s of processor time instead of 4.2, for no less memory."""

SHOW_CURSOR = "\r\x1b[2K\x1b[?25h"
"""Removes the line of a progress bar, which hides the cursor."""


def main() -> None:
    """Run the command line; a signal that whoever started it ignores, as `nohup` does, stays ignored."""
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)
    gc.set_threshold(NEW_OBJECTS)
    from tidebook.pipelines.commands.app import app

    try:
        app(prog_name="tidebook")
    except SystemExit as ended:
        _leave(ended)
        raise


def _leave(ended: SystemExit) -> None:
    """End the process without freeing its objects one by one.

    That takes 0.3 s of a cold build's 4.5 s of processor time, and 0.02 s of 0.15 s of `status`. Not where it is for
    Python to do: with threads that still work, or text that cannot be written.
    """
    import threading

    with suppress(OSError):
        for stream in filter(None, (sys.stdout, sys.stderr)):  # one that is closed is None
            stream.flush()
        if threading.active_count() == 1 and isinstance(ended.code, int):
            atexit._run_exitfuncs()
            os._exit(ended.code)


def _end(number: int, _: FrameType | None) -> None:
    """End at once: an exception could be raised, and lost, in any line of any library."""
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    code = 128 + number
    try:
        start = SHOW_CURSOR if os.isatty(2) else ""
        os.write(2, f"{start}error: ended by {signal.Signals(number).name}\n".encode())
    except OSError:
        pass  # nobody is there to read it
    import threading

    late = threading.Timer(PATIENCE, os._exit, [code])
    late.daemon = True
    late.start()
    try:
        atexit._run_exitfuncs()
    finally:
        os._exit(code)
