"""What a run reads and computes, and why, told line by line to a listener: the option `-v` of the command line.

Belongs here: passing lines on. Does not: printing them (`commands.terminal`). The standard library's logging would do,
but takes 20 ms to import, a fifth of the time of `tidebook status`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LISTENERS: list[Callable[[str], None]] = []


def listened() -> bool:
    """Whether somebody listens: lines that are expensive to make are only made then."""
    return bool(_LISTENERS)


def detail(line: str, *values: object) -> None:
    """Pass a line on to the listeners, with `values` in place of each `{}`."""
    for listener in _LISTENERS:
        listener(line.format(*values))


@contextmanager
def listening(listener: Callable[[str], None]) -> Iterator[None]:
    """Pass every line of this block to a listener."""
    _LISTENERS.append(listener)
    try:
        yield
    finally:
        _LISTENERS.remove(listener)
