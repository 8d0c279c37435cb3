"""A reader that is a program of the user: it gets the request as input and replies as output.

Belongs here: running it within bounds. Does not: what it is given (`prompt`), or what of its reply is taken
(`replies`). It is run with the rights and variables of the user who named it, without a shell, and not in the current
folder, which may be somebody else's article.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from contextlib import suppress

from tidebook.pipelines.judge.readings.replies import MOST_CHARACTERS
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.processes import environment, private_folder, program

SECONDS = 900.0
"""Maximum time of a reader: a model reads a long article in minutes."""


def reply_of(command: str, prompt: str, seconds: float = SECONDS) -> str:
    """Return what a program replies to a prompt.

    Raises:
        InputError: it cannot be started, fails, takes too long, or replies too much or with bytes that are no text.
    """
    words = _words(command)
    try:
        running = subprocess.Popen(
            [program(words[0]) or words[0], *words[1:]], cwd=private_folder(), env=environment(listed=False),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise _error(command, f"a program that can be started: {error.strerror or error}") from error
    assert running.stdout is not None, "it is a pipe"
    found: list[bytes] = []
    threads = [
        threading.Thread(target=_give, args=(running, prompt.encode()), daemon=True),
        threading.Thread(target=_take, args=(running, found), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        status = running.wait(seconds)
        threads[1].join(seconds)
    except subprocess.TimeoutExpired:
        raise _error(command, f"a program that ends within {seconds:g} seconds") from None
    finally:
        _end(running)
        threads[1].join()
        running.stdout.close()
    data = b"".join(found)
    if len(data) > MOST_CHARACTERS:
        raise _error(command, f"a reply of at most {MOST_CHARACTERS:,} bytes")
    if status:
        raise _error(command, f"a program that succeeds; it ended with {status}")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise _error(command, "a reply in UTF-8") from error


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise _error(command, f"a command line: {error}") from error
    if not words:
        raise _error(command, "the name of a program and its arguments")
    return words


def _give(running: subprocess.Popen[bytes], data: bytes) -> None:
    """Write the prompt; a program that does not read it all may still reply."""
    assert running.stdin is not None, "it is a pipe"
    with suppress(OSError), running.stdin as pipe:
        pipe.write(data)


def _take(running: subprocess.Popen[bytes], found: list[bytes]) -> None:
    """Collect the reply, and end a program that replies too much."""
    assert running.stdout is not None, "it is a pipe"
    size = 0
    while data := running.stdout.read1(65_536):  # type: ignore[attr-defined]
        found.append(data)
        size += len(data)
        if size > MOST_CHARACTERS:
            _end(running)
            return


def _end(running: subprocess.Popen[bytes]) -> None:
    """End a program with all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def _error(command: str, expected: str) -> InputError:
    return InputError(Problem("--reader", expected, text=command[:80]))
