"""What a command says of a release that this account did not make: a warning, or an error where it would decide.

Belongs here: the words. Does not: how such a release is recognised (`read.account`). Kept light: what only reads a
release imports this.
"""

from __future__ import annotations

from tidebook.pipelines.commands.terminal import print_line
from tidebook.pipelines.read.account import foreign_words, is_own
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.releases import LocalRelease


def warn_of_foreign(*releases: LocalRelease) -> None:
    """Warn of each release that this account did not make."""
    for release in {each.release_id: each for each in releases}.values():
        if not is_own(release):
            print_line(f"warning: {foreign_words(release)}", err=True)


def check_own(release: LocalRelease) -> None:
    """Check that this account made a release. Raises InputError if it did not."""
    if not is_own(release):
        raise InputError(Problem(str(release.folder), f"a release of this account, but {foreign_words(release)}"))
