"""Libraries of the extra `live`, which the command line does without until it is asked for what needs them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needed(what: str, library: str) -> Iterator[None]:
    """Say which extra brings a library that an import in the block does not find.

    Args:
        what: what needs the library.
        library: its name.

    Raises:
        RuntimeError: the library is not installed.
    """
    try:
        yield
    except ImportError as error:
        message = f'{what} needs {library}, which is not installed: pip install "tidebook[live]"'
        raise RuntimeError(message) from error
