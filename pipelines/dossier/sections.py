"""Which file of a dossier each section stands in: in dossier.toml, or in a file of the section's own name.

Belongs here: finding files. Does not: what a section may hold (`declared`, and whoever reads the section).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pipelines.ingest.errors import InputError, Problem, close_to
from pipelines.ingest.rawfile import RawFile, read_raw

DOSSIER, PACKAGE = "dossier.toml", "datapackage.json"

OWN = ("article", "tables", "units", "themes", "spelling", "words", "packs")
"""Sections that stand in dossier.toml alone."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "claims": ("claims",),
    "metrics": ("define", "metrics"),
    "predictions": ("clocks", "rosters", "counts", "sweeps", "projections", "predictions"),
    "assumptions": ("assumptions",),
    "sources": ("sources",),
    "charts": ("charts",),
    "corrections": ("corrections",),
}
"""The keys of each section that may stand in a file of its own."""

NESTED = ("assumptions",)
"""Sections whose file has what in dossier.toml stands below their name."""

FILES = {name: f"{name}.toml" for name in KEYS} | {"corrections": "reference/corrections.toml"}

OPTIONAL = (
    "reference/figures.csv", "reference/events.csv", "reference/observations.csv", "contracts/history.jsonl",
)  # fmt: skip
"""Tables of evidence, and the versions that the dossier's own tables had: each is read where it is there."""

LIVE = ("reference/entities.csv", "reference/scores.csv")
"""Files that only steps on live sources read."""


def section_of(path: str, data: bytes, section: str) -> RawFile:
    """Return a file as the place of a section, which sees nothing of the others in it."""
    if not section or path not in (DOSSIER, PACKAGE):
        return RawFile(path, data)
    if path == PACKAGE:  # it declares tables alone
        return RawFile(path, b"")
    nested = (section,) if section in NESTED else ()
    return RawFile(path, data, KEYS[section], nested)


def section_paths(raw: Path) -> dict[str, str]:
    """Return the file that each section is read from.

    Raises:
        InputError: dossier.toml is not there or is no TOML, a key of it is unknown, or a section stands in two files.
    """
    if main_file(raw) == PACKAGE:
        return {name: path if (raw / path).is_file() else PACKAGE for name, path in FILES.items()}
    main = read_raw(raw, DOSSIER)
    document = main.toml()
    known = [*OWN, *(key for keys in KEYS.values() for key in keys)]
    problems = [
        Problem(DOSSIER, f"a section of a dossier{close_to(key, known)}", main.toml_line((key,)), text=key)
        for key in document
        if key not in known
    ]
    paths = {}
    for name, path in FILES.items():
        there = [key for key in KEYS[name] if key in document]
        paths[name] = path if (raw / path).is_file() else DOSSIER
        if there and paths[name] == path:
            expected = f"this section here or in {path}, not in both"
            problems.append(Problem(DOSSIER, expected, main.toml_line((there[0],)), text=there[0]))
    if problems:
        raise InputError(problems)
    return paths


def main_file(raw: Path) -> str:
    """Return the file that declares a dossier: dossier.toml, or a data package where there is none."""
    return PACKAGE if not (raw / DOSSIER).is_file() and (raw / PACKAGE).is_file() else DOSSIER


def optional_paths(raw: Path) -> list[str]:
    """Return the optional files that a dossier has, observations in as many as it likes."""
    found = [path for path in OPTIONAL if (raw / path).is_file()]
    more = sorted((raw / "reference").glob("observations_*.csv"))
    return found + [path.relative_to(raw).as_posix() for path in more if path.is_file()]


def input_paths(raw: Path, live: bool) -> list[str]:
    """Return the paths of the files that a build reads, with or without snapshots, sorted.

    Raises:
        InputError: as `section_paths` says.
    """
    main = main_file(raw)
    if main == PACKAGE:
        resources = json.loads(read_raw(raw, PACKAGE).data).get("resources", [])
        tables = [resource["path"] for resource in resources]
    else:
        tables = [table["path"] for table in read_raw(raw, main).toml().get("tables", {}).values()]
    others = [path for path in LIVE if (raw / path).is_file()] if live else []
    return sorted({main, *section_paths(raw).values(), *tables, *optional_paths(raw), *others})
