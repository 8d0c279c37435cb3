"""Which files of an article differ from its lock, for the commands that warn of them.

Belongs here: asking and warning. Does not: the lock (`read.lock`), or the command that writes it (`raw`).
"""

from __future__ import annotations

from collections.abc import Iterable

from tidebook.pipelines.commands.terminal import print_line
from tidebook.pipelines.read.lock import LOCK, differences
from tidebook.pipelines.read.settings import Settings


def locked_differences(folders: Settings) -> list[str]:
    """Return the files of the article that differ from the lock.

    Raises:
        InputError: there is no dossier.
    """
    return differences(folders.dossier)


def warn_of_unlocked(differing: Iterable[str]) -> None:
    """Print on stderr which files of the article differ from the lock."""
    for path in differing:
        print_line(f"warning: {path} differs from {LOCK}; `tidebook lock` records it", err=True)
