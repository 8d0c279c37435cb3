"""Revisions of git: the tree of a dossier, or the bytes of a text, as a revision has them.

Belongs here: which object of a repository words name, and why none. Does not: reading it safely (`read.clone`),
building it or comparing it (`review`).
"""

from __future__ import annotations

from pathlib import Path

from tidebook.pipelines.read.clone import Clone
from tidebook.pipelines.read.errors import InputError, Problem


class AbsentError(InputError):
    """A revision without the article that is asked for, or with one that cannot be read."""


def tree_at(named: str, clone: Clone) -> str | None:
    """Return the id of a dossier's tree in a revision of git, None if there is no such revision.

    Args:
        named: `REVISION`, or `REVISION:PATH` where the dossier had another name, or the repository has no files.
        clone: the dossier as it is called now; for a path, any folder of the repository.

    Raises:
        AbsentError: the revision has no such folder.
        InputError: it has not the path that is named.
    """
    revision, colon, path = named.partition(":")
    if found := _parsed(clone, named if colon else f"{named}:./"):
        return found
    if _parsed(clone, f"{revision}^{{commit}}") is None:
        return None
    if colon:
        raise InputError(Problem(named, f"a folder that {revision} has, not {path}"))
    raise AbsentError(Problem(named, f"a revision that has {clone.folder}; {named}:PATH names another folder of it"))


def text_at(named: str, text: Path) -> bytes | None:
    """Return a text as a revision of git has it, None if there is no such revision.

    Raises:
        AbsentError: the revision has no such text.
    """
    clone = Clone(text.parent)
    if found := _parsed(clone, f"{named}:./{text.name}"):
        return clone.blob(found)
    if _parsed(clone, f"{named}^{{commit}}") is None:
        return None
    raise AbsentError(Problem(named, f"a revision that has {text}"))


def why_unknown(clone: Clone) -> str:
    """Say why git may know no revision there, "" if nothing is known to hinder it."""
    is_shallow = clone.run("rev-parse", "--is-shallow-repository")
    if is_shallow is None:
        return "git finds no repository there"
    if is_shallow.strip() == b"true":
        return "this clone is shallow: fetch the revision too (fetch-depth: 0 of actions/checkout)"
    if clone.run("rev-parse", "--show-superproject-working-tree"):
        return "the article is in a submodule: name a revision of that"
    return ""


def _parsed(clone: Clone, words: str) -> str | None:
    """Return the id of what some words name in a repository, None if that is nothing."""
    found = clone.run("rev-parse", "--verify", "--quiet", "--end-of-options", words)
    return None if found is None else found.decode().strip()
