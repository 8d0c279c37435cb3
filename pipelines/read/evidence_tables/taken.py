"""What a connector returns: files to keep in the dossier, and the sections that declare them.

Belongs here: the types. Does not: an address (plugins, as their part `evidence`), or where files and sections are
written (`dossier.adding`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Get = Callable[[str, str], bytes]
"""Fetches an address as `csv`, `json` or `parquet`. Raises FetchError."""


@dataclass(frozen=True)
class TakenEvidence:
    """What was taken.

    Attributes:
        name: the name of the series, for expressions.
        files: the files by path in the dossier.
        source: the keys of the section of its source.
        evidence: the keys of its section of evidence.
        notes: what a person has to look at.
        questions: what has to be said before it can be added.
        shown: what the file is taken for, with its first rows.
    """

    name: str
    files: Mapping[str, bytes]
    source: Mapping[str, Any]
    evidence: Mapping[str, Any]
    notes: tuple[str, ...] = field(default=())
    questions: tuple[str, ...] = field(default=())
    shown: tuple[str, ...] = field(default=())
