"""The lock of the dossier: each file's SHA-256, bytes and rows, so that an edit is seen and can be recorded.

An edit is not an error. Kept free of heavy imports: every build reads the lock.
"""

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from tidebook.pipelines.read.errors import InputError, Problem, refuse
from tidebook.pipelines.read.rawfile import INSIDE, NAME_HINT, RawFile, is_plain, is_there, read_raw, unreadable
from tidebook.pipelines.read.regular import hash_regular

LOCK = "sources.lock"
HEADER = "# Written by `tidebook lock`: what each file under raw/ held when it was last recorded.\n"
SENTENCES = "sentences"
"""The table of the lock with the words around what claims quote and predictions state."""

RESULTS = {"releases", "store"}
"""Folders that identify an output folder: its files are not part of the article."""
SUFFIXES = tuple(f"{suffix}{more}" for suffix in (".csv", ".toml") for more in ("", ".txt"))
"""Endings of files that are read, or look so: .CSV and .csv.txt are reported as read by nothing."""


def raw_paths(raw: Path) -> list[str]:
    """Return the paths of the dossier's tables and declarations, sorted.

    Raises InputError if one of them, or a folder, is a link out of the dossier, cannot be read, or has a name that
    cannot be shown.
    """
    root, found, problems = os.path.realpath(raw), [], []
    for path in _below(raw):
        name = path.relative_to(raw).as_posix()
        is_named_so = path.name.lower().endswith(SUFFIXES)
        try:
            is_followed = _is_followed(path, is_named_so)
            is_table = is_named_so and path.is_file()
        except OSError as error:
            raise unreadable(name, error) from error
        if is_followed and _leads_out(path, root):
            problems.append(Problem(name, INSIDE))
        elif is_table:
            found.append(name)
    problems += [Problem(name, NAME_HINT) for name in found if not name.isprintable()]
    refuse(sorted(problems, key=lambda problem: problem.file))
    return sorted(found)


def _is_followed(path: Path, is_named_so: bool) -> bool:
    """Whether a link would be followed: not one to anything but a table; a broken one is reported where it is read."""
    return path.is_dir() or (is_named_so and path.exists())


def _leads_out(path: Path, root: str) -> bool:
    return path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(root)


def _below(folder: Path) -> Iterator[Path]:
    def refuse_folder(error: OSError) -> NoReturn:
        """Raise for a folder that cannot be listed, which `os.walk` would pass over as empty."""
        raise unreadable(Path(error.filename).relative_to(folder).as_posix(), error) from error

    for place, names, files in os.walk(folder, onerror=refuse_folder):
        # Both at once: a dossier may have a folder of one of these names.
        if RESULTS.issubset(names):
            # In place, as os.walk reads the list to go on.
            names[:] = set(names) - RESULTS
        yield from (Path(place, name) for name in (*names, *files))


def entry(raw: RawFile) -> dict[str, Any]:
    """Return what the lock holds of a file; only CSV files have rows, counted without the header.

    Raises:
        InputError: it is not CSV that can be counted.
    """
    facts: dict[str, Any] = {"sha256": raw.sha256, "bytes": len(raw.data)}
    if raw.path.endswith(".csv"):
        records = csv.reader(io.StringIO(raw.text(), newline=""))
        try:
            facts["rows"] = sum(1 for cells in records if cells) - 1
        except csv.Error as error:  # such as a cell of more than 131,072 characters
            raise InputError(Problem(raw.path, f"well-formed CSV ({error})", records.line_num)) from error
    return facts


def write_lock(raw: Path, sentences: Mapping[str, str] | None = None) -> list[str]:
    """Record every file of the dossier and return the paths that the lock did not have so; a broken one is replaced.

    `sentences` are the words around what the dossier quotes; None leaves those that are recorded.

    Raises InputError if a file cannot be read.
    """
    try:
        changed = _differences(raw, read_lock(raw))
    except InputError as error:
        if any(problem.file != LOCK for problem in error.problems):
            raise
        # A lock that cannot be read recorded nothing: all files are new to it.
        changed = raw_paths(raw)
    _write(raw, {path: entry(read_raw(raw, path)) for path in raw_paths(raw)}, sentences)
    return changed


def record_sentences(raw: Path, sentences: Mapping[str, str]) -> None:
    """Record the words around what the dossier quotes, and leave what is recorded of its files."""
    _write(raw, {path: facts for path, facts in read_lock(raw).items() if path != SENTENCES}, sentences)


def _write(raw: Path, files: Mapping[str, Mapping[str, Any]], sentences: Mapping[str, str] | None) -> None:
    from tidebook.pipelines.read.atomic import write_file

    text = HEADER
    for path, facts in files.items():
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in facts.items()]
        text += f"\n[{json.dumps(path, ensure_ascii=False)}]\n{''.join(lines)}"  # in JSON these are as in TOML
    text += _sentence_lines(recorded_sentences(raw) if sentences is None else sentences)
    if hash_regular(raw, LOCK) != hashlib.sha256(text.encode()).hexdigest():
        write_file(raw / LOCK, text.encode())


def _sentence_lines(sentences: Mapping[str, str]) -> str:
    lines = [f"{json.dumps(name)} = {json.dumps(words, ensure_ascii=False)}\n" for name, words in sentences.items()]
    return f"\n[{SENTENCES}]\n{''.join(lines)}" if lines else ""


def recorded_sentences(raw: Path) -> dict[str, str]:
    """Return the words around each claim's quotation that the lock has, none where it cannot be read."""
    try:
        found = read_lock(raw).get(SENTENCES, {})
    except InputError:
        return {}
    return {name: words for name, words in found.items() if isinstance(words, str)}


def read_lock(raw: Path) -> Mapping[str, Any]:
    """Return the lock by path, empty when there is none.

    Raises InputError if the lock is not TOML, or holds something other than a table for each file of the dossier.
    """
    if not is_there(raw, LOCK):
        return {}
    file = read_raw(raw, LOCK)
    locked = file.toml()
    for path, facts in locked.items():
        if not is_plain(path):
            raise InputError(Problem(LOCK, INSIDE, file.toml_line((path,)), text=path))
        if not isinstance(facts, dict):
            raise InputError(Problem(LOCK, "a table as `tidebook lock` writes it", file.toml_line((path,)), path))
    return locked


def differences(raw: Path) -> list[str]:
    """Return the files that the lock does not hold as they are: edited, new, or gone, sorted; none if it has none."""
    locked = read_lock(raw)
    return _differences(raw, locked) if locked.keys() - {SENTENCES} else []


def _differences(raw: Path, locked: Mapping[str, Any]) -> list[str]:
    edited = [path for path in raw_paths(raw) if locked.get(path, {}).get("sha256") != read_raw(raw, path).sha256]
    return sorted({*edited, *(path for path in locked if path != SENTENCES and not (raw / path).is_file())})


def lock_state(raw: Path, file: RawFile) -> str:
    """Return `as locked`, `differs from the lock` or `not in the lock`."""
    try:
        known = read_lock(raw).get(file.path)
    except InputError:
        known = None
    if known is None:
        return "not in the lock"
    return "as locked" if known.get("sha256") == file.sha256 else "differs from the lock"
