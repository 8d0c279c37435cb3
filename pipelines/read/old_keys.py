"""Keys of TOML files that have another name now: old ones are read as the new ones until a version, with a warning.

Belongs here: which keys, and reading them. Does not: what a key may hold, or names of tables and columns in releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

RENAMED: dict[tuple[str, ...], str] = {
    ("claims", "*", "asserts"): "states_figures",
    ("claims", "*", "readings"): "interpretations",
    ("claims", "*", "*", "*", "reading"): "interpretation",  # also of interpretations that a plugin brings
    ("claims", "*", "interpretations", "*", "weight"): "strictness",
    ("rosters",): "cohorts",
    ("sweeps",): "search_cutoffs",
    ("predictions", "*", "leaves_room"): "ambiguous_words",
    ("predictions", "*", "room"): "ambiguity",
    ("predictions", "*", "deadlines", "*", "reading"): "interpretation",
    ("predictions", "*", "model", "set_aside"): "excluded",
    ("predictions", "*", "earlier", "*", "set_aside"): "excluded",
    ("tables", "*", "turned"): "transposed",
    ("packs",): "plugins",
    ("flips",): "tipping_points",
    ("assumptions", "flips"): "tipping_points",
}
"""Today's name by the place of an old key, in which parents have their names of today and `*` is any name or number."""

DEPTH = max(map(len, RENAMED))
OLD = frozenset(place[-1] for place in RENAMED)
"""All old keys. Few keys of a file are one, so places are compared for these alone."""
_OLD_WORD = re.compile(rb"(?:" + b"|".join(sorted(name.encode() for name in OLD)) + rb")[\"']?\s*[=.\]]")


def may_have_old_keys(data: bytes) -> bool:
    """Whether a TOML file has an old key, or a text that looks like one: parsing it again costs as much as a table."""
    return _OLD_WORD.search(data) is not None


def with_new_keys(document: dict[str, Any]) -> dict[str, Any]:
    """Return a TOML document in which old keys have their names of today.

    A section of an old name that is beside one of the new name is joined to it; any other old key there stays.
    """
    renamed: dict[str, Any] = _renamed(document, ())
    return renamed


def _renamed(value: Any, place: Path) -> Any:
    if len(place) >= DEPTH:
        return value
    if isinstance(value, list):
        return [_renamed(item, (*place, index)) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, item in value.items():
        new = new_key(place, key)
        name = new if new == key or _can_join(item, value.get(new, {})) else key
        renamed = _renamed(item, (*place, name))
        found[name] = {**found[name], **renamed} if name in found else renamed
    return found


def _can_join(old: Any, new: Any) -> bool:
    """Whether what is under an old key and under its new name, {} where nothing does, is one section together."""
    return not new or (isinstance(old, dict) and isinstance(new, dict) and old.keys().isdisjoint(new))


def new_key(place: Path, key: str) -> str:
    """Return today's name of a key at a place whose parents have theirs; the key itself where it is none of the old."""
    if key not in OLD:
        return key
    for pattern, new in RENAMED.items():
        *parents, old = pattern
        if (
            key == old
            and len(parents) == len(place)
            and all(part in ("*", own) for part, own in zip(parents, place, strict=True))
        ):
            return new
    return key


def new_path(path: Path) -> Path:
    """Return where a key is in the document with today's names."""
    found: Path = ()
    for part in path:
        found = (*found, new_key(found, part) if isinstance(part, str) else part)
    return found


def old_keys(document: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield each old key of a document: where it stands by today's names, and its old name."""
    queue: list[tuple[Path, Any]] = [((), document)]
    for place, value in queue:
        if len(place) >= DEPTH:
            continue
        if isinstance(value, list):
            queue += [((*place, index), item) for index, item in enumerate(value)]
        elif isinstance(value, dict):
            for key, item in value.items():
                new = new_key(place, key)
                if new != key:
                    yield (*place, new), key
                queue.append(((*place, new), item))
