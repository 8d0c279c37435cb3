"""Evidence added to a dossier: its files written, and its sections at the end of the files that have such sections.

Belongs here: which plugin takes an address, and what is written where. Does not: fetching (`read.sources.web`), or
the formats of publishers (plugins).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.dossier.sections import KEYS, section_paths
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean
from tidebook.pipelines.read.evidence_tables.guess import Choices
from tidebook.pipelines.read.evidence_tables.taken import Get, TakenEvidence
from tidebook.pipelines.read.plugin import FILE, all_plugins, load
from tidebook.pipelines.read.rawfile import RawFile, check_written, is_there, read_raw
from tidebook.pipelines.read.toml_text import toml_section


def taken(where: str, get: Get, choices: Choices | None = None) -> TakenEvidence:
    """Fetch the evidence at an address, whose prefix names the plugin; a file of this machine needs none.

    `choices` are what a person says of a file.

    Raises:
        InputError: no plugin takes it, or what it holds is not as expected.
        FetchError: it cannot be fetched.
    """
    scheme, _, rest = where.partition(":")
    if Path(where).is_file():
        scheme, rest = FILE, where
    elif choices and scheme != "https":
        raise InputError(
            Problem("tidebook sources add", "a table beside --where, --key, --value and --unit", text=where)
        )
    known = {name: each for plugin in all_plugins() for name, each in plugin.evidence.items()}
    if scheme not in known or not rest:
        listed = ", ".join(f"{each}:" for each in known)
        expected = (
            f"an address that begins with {listed}" if known else "a plugin that takes evidence; none is installed"
        )
        raise InputError(Problem("tidebook sources add", expected + did_you_mean(scheme, known), text=where))
    given = {"choices": choices} if choices else {}
    found: TakenEvidence = load(known[scheme].take)(rest, get, **given)
    return found


def add(raw: Path, found: TakenEvidence, day: dt.date, address: str) -> list[str]:
    """Write the files and sections of evidence from an address into a dossier, and return their paths.

    Existing files of evidence are replaced; an existing section is an error. A source that states no day of
    its own was read on this one.

    Raises:
        InputError: a section of this name is there, or what the publisher states fits in none.
    """
    paths = section_paths(raw)
    read = {} if found.source.get("published") else {"read": day}
    # A file of this machine is at no address from which it could be fetched again.
    there = {} if Path(address).is_file() else {"address": address}
    sections = {"sources": {**found.source, **read}, "evidence": {**found.evidence, **there}}
    texts: dict[str, str] = {}
    for kind, keys in sections.items():
        path, name = paths[kind], f"{kind}.{found.name}"
        section = toml_section(f"[{name}]", _shown(keys))
        _check_readable(kind, path, section)
        document = read_raw(raw, path).toml() if is_there(raw, path) else {}
        if found.name in document.get(KEYS[kind][0], {}):
            raise InputError(Problem(path, f"no section [{name}] yet: it exists", text=found.name))
        before = texts.get(path) or (read_raw(raw, path).text() if is_there(raw, path) else "")
        texts[path] = f"{before.rstrip()}\n\n{section}".lstrip()
    # All before the first is written, so that nothing is added by half.
    for path in (*found.files, *texts):
        check_written(raw, path)
    for path, data in found.files.items():
        write_file(raw / path, data)
    for path, text in texts.items():
        write_file(raw / path, text.encode())
    return [*found.files, *texts]


def _check_readable(kind: str, path: str, section: str) -> None:
    """Check that a section can be read again: with one that cannot, no command would read the dossier.

    Raises:
        InputError: it cannot, such as for a title of more characters than a text may have.
    """
    from tidebook.pipelines.read.declarations import Sources, declare
    from tidebook.pipelines.read.evidence_tables.declared import EvidenceDocument

    file = RawFile(path, section.encode())
    try:
        if kind == "sources":
            declare(Sources, file)
        else:
            declare(EvidenceDocument, file)
    except InputError as error:
        problem = error.problems[0]
        raise InputError(replace(problem, file="the publisher's answer", line=None)) from error


def _shown(value: Any) -> Any:
    """Return what a publisher states without characters that a file of the dossier must not have."""
    if isinstance(value, str):
        return "".join(each if each.isprintable() else " " for each in value)
    if isinstance(value, Mapping):
        return {_shown(key): _shown(each) for key, each in value.items()}
    return [_shown(each) for each in value] if isinstance(value, list | tuple) else value
