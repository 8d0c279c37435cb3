"""Which file of a dossier each section is in: in dossier.toml, or in a file of the section's own name.

A step asks for a section by the file that is its own, `Annotated[RawFile, "claims.toml"]`, and gets the same wherever
it stands. The way of the claims there, and of the assumptions:

    the folder has     `section_paths`                the step         `section_of`, what steps get
    claims.toml        claims: claims.toml            raw/claims       all that the file has
    no claims.toml     claims: dossier.toml           raw/claims       of the file only `KEYS["claims"]`
    no assumptions     assumptions: dossier.toml      raw/assumptions  what the file has below [assumptions]
    no dossier.toml    claims: datapackage.json       raw/claims       nothing: it declares tables alone

In `graph.graph`, `SECTIONS` names the section of a step, and `Graph.as_read` takes the file by `section_of`.

Belongs here: finding files. Does not: what a section may hold (`declared`, and whoever reads the section).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean, refuse
from tidebook.pipelines.read.evidence_tables.paths import paths_of
from tidebook.pipelines.read.names import article_slug
from tidebook.pipelines.read.plugin import SwitchedOn, readable
from tidebook.pipelines.read.rawfile import RawFile, is_there, names_in, read_raw, resolved

DOSSIER, PACKAGE = "dossier.toml", "datapackage.json"

OWN = ("article", "tables", "units", "themes", "spelling", "words", "events", "bases", "plugins")
"""Sections that are in dossier.toml alone."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "claims": ("claims",),
    "metrics": ("define", "metrics"),
    "predictions": ("clocks", "cohorts", "awaited", "background", "counts", "search_cutoffs", "predictions"),
    "assumptions": ("assumptions",),
    "sources": ("sources",),
    "charts": ("charts",),
    "accepted": ("accepted",),
    "corrections": ("corrections",),
    "evidence": ("evidence", "groups"),
    "references": ("references",),
    "figures": ("figures",),
    "ignored": ("ignored",),
}
"""The keys of each section that may be in a file of its own."""

FILES = {name: f"{name}.toml" for name in KEYS} | {"corrections": "reference/corrections.toml"}

OPTIONAL = (
    "reference/figures.csv", "reference/events.csv", "reference/observations.csv", "contracts/history.jsonl",
)  # fmt: skip
"""Tables of evidence, and the versions that the dossier's own tables had: each is read where it is there."""

REFERENCE = "reference"
"""The folder of evidence."""


def accepted_path(text: str) -> str:
    """Return the file that accepts what a text says against itself."""
    return f"{text}.accepted.toml"


def readings_path(text: str) -> str:
    """Return the file with what readers say of a text, without sight of its numbers."""
    return f"{text}.readings.jsonl"


def section_of(path: str, data: bytes, section: str) -> RawFile:
    """Return a file as the place of a section, without the other sections in it."""
    if not section or path not in (DOSSIER, PACKAGE):
        return RawFile(path, data)
    if path == PACKAGE:  # it declares tables alone
        return RawFile(path, b"")
    below = (section,) if section == "assumptions" else ()  # its own file has what in dossier.toml is below its name
    return RawFile(path, data, KEYS[section], below)


def section_paths(raw: Path) -> dict[str, str]:
    """Return the file that each section is read from.

    Raises InputError if dossier.toml is not there or is not TOML, a key of it is unknown, or a section is in two
    files; or the data package in its place cannot be read.
    """
    main, package = dossier_files(raw)
    document = _declared(main, package)
    problems = list(_unknown_sections(main, document))
    paths = {}
    for name, path in FILES.items():
        there = [key for key in KEYS[name] if key in document]
        paths[name] = path if is_there(raw, path) else main.path
        if there and paths[name] == path:
            expected = f"this section here or in {path}, not in both"
            problems.append(Problem(main.path, expected, main.toml_line((there[0],)), text=there[0]))
    refuse(problems)
    return paths


def _unknown_sections(main: RawFile, document: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each key of dossier.toml that names no section."""
    known = [*OWN, *(key for keys in KEYS.values() for key in keys)]
    for key in document:
        if key not in known:
            expected = f"a section of a dossier{did_you_mean(key, known)}"
            yield Problem(main.path, expected, main.toml_line((key,)), text=key)


def dossier_files(raw: Path) -> tuple[RawFile, RawFile | None]:
    """Return the file that declares a dossier, and the data package that declares its tables where that one does not.

    Raises InputError if either cannot be read.
    """
    main = read_raw(raw, main_file(raw))
    packaged = main.path == DOSSIER and is_there(raw, PACKAGE) and "tables" not in _declared(main, None)
    return main, read_raw(raw, PACKAGE) if packaged else None


# Two entries a dossier: dossier.toml by itself, and with its data package. Sensors ask for many dossiers by turns.
@lru_cache(maxsize=128)
def _declared(main: RawFile, package: RawFile | None) -> Mapping[str, Any]:
    """Return what the files of a dossier declare: of the same bytes, which a command asks for again and again, once."""
    if main.path != PACKAGE and not package:
        return main.toml()
    from tidebook.pipelines.read.dossier.package import (  # which takes models of declarations
        package_document,
        package_tables,
    )

    return {**_declared(main, None), "tables": package_tables(package)} if package else package_document(main)


def main_file(raw: Path) -> str:
    """Return the file that declares a dossier: dossier.toml, or a data package where there is none."""
    return PACKAGE if not is_there(raw, DOSSIER) and is_there(raw, PACKAGE) else DOSSIER


def is_dossier(folder: Path) -> bool:
    """Whether a folder has a file that declares a dossier."""
    return is_there(folder, main_file(folder))


def text_of(raw: Path) -> str:
    """Return the file of the article's text that a dossier names, "" for none. The rest of the dossier may be wrong.

    Raises:
        InputError: dossier.toml cannot be parsed.
    """
    article = _declared(*dossier_files(raw)).get("article")
    named = article.get("text") if isinstance(article, dict) else ""
    return named if isinstance(named, str) else ""


def id_of(raw: Path) -> str:
    """Return the name of a dossier, "" where it declares no title. The rest of the dossier may be wrong.

    Raises:
        InputError: dossier.toml cannot be parsed.
    """
    article = _declared(*dossier_files(raw)).get("article")
    named = [article.get(key, "") for key in ("id", "title")] if isinstance(article, dict) else []
    return article_slug(*named) if any(named) and all(isinstance(each, str) for each in named) else ""


def dossier_above(file: Path) -> Path | None:
    """Return the nearest folder above a file that is a dossier, None if there is none."""
    return next(filter(is_dossier, file.parents), None)


def dossier_of_text(text: Path) -> Path | None:
    """Return the dossier whose text a file is, in its folder or one above; None if there is none.

    A dossier that does not say which text is its own, since its main file cannot be read, is taken for the one.
    """
    file = resolved(text)
    for folder in file.parents:
        if is_there(folder, DOSSIER):
            try:
                named = text_of(folder)
                is_own = bool(named) and resolved(folder / named) == file
            except InputError:  # which the check of the dossier tells
                is_own = True
            return folder if is_own else None
    return None


def plugins_of(raw: Path) -> SwitchedOn:
    """Return the plugins that a dossier switches on, none where it cannot be read."""
    try:
        document = _declared(*dossier_files(raw))
    except InputError:
        return SwitchedOn()
    named = document.get("plugins")
    return readable(named if isinstance(named, dict) else ())


def optional_paths(raw: Path) -> list[str]:
    """Return the optional files that a dossier has, observations in as many as it likes."""
    found = [path for path in OPTIONAL if is_there(raw, path)]
    for name in names_in(raw / REFERENCE, REFERENCE):
        if name.startswith("observations_") and name.endswith(".csv"):
            found.append(f"{REFERENCE}/{name}")
    return found


def evidence_file(raw: Path) -> RawFile:
    """Return the file that declares the evidence of a dossier."""
    path = section_paths(raw)["evidence"]
    return section_of(path, read_raw(raw, path).data, "evidence")


def evidence_paths(raw: Path) -> list[str]:
    """Return the files of a dossier's evidence, with their metadata files."""
    return paths_of(evidence_file(raw))


def plugin_paths(raw: Path, on: SwitchedOn, with_sources: bool) -> list[str]:
    """Return the files that only plugins read, including those for steps on sources."""
    return [path for path in on.files(with_sources) if is_there(raw, path)]


def input_paths(raw: Path, with_sources: bool) -> list[str]:
    """Return the paths of the files that a build reads, with or without snapshots, sorted.

    A table that is declared wrongly has none: what is wrong with it is reported where it is read. Raises InputError as
    `section_paths` says.
    """
    main, package = dossier_files(raw)
    tables = _declared(main, package).get("tables")
    declared = tables.values() if isinstance(tables, dict) else ()
    paths = {main.path, *section_paths(raw).values(), *optional_paths(raw)}
    paths |= {*plugin_paths(raw, plugins_of(raw), with_sources), *evidence_paths(raw)}
    paths |= {table["path"] for table in declared if isinstance(table, dict) and isinstance(table.get("path"), str)}
    article = _declared(main, package).get("article")
    text = article.get("text") if isinstance(article, dict) else None
    if isinstance(text, str) and text:
        paths |= {text, *(path for path in (accepted_path(text), readings_path(text)) if is_there(raw, path))}
    return sorted(paths | {package.path} if package else paths)
