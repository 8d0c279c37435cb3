"""The published JSON Schemas: where they are, how they are named, and how a TOML file names its own.

Belongs here: what takes no model to import. Does not: making them (`pipelines.commands.schema`).
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

FOLDER = Path(__file__).parent / "json"

FINDING = "finding"
"""The name of the schema of a finding."""

BESIDE = ".tidebook"
"""The folder of a dossier with the schemas of its TOML files: editors without a network find them there."""


def file_name(name: str) -> str:
    """Return the name of the file with the schema of a TOML file, such as `dossier.toml`, or of a finding."""
    return f"{name.removesuffix('.toml')}.schema.json"


def schema_path(path: str) -> str:
    """Return where the schema of a TOML file is in its dossier."""
    return f"{BESIDE}/{file_name(PurePosixPath(path).name)}"


def schema_line(path: str) -> str:
    """Return the line that names the schema of a TOML file, as Taplo and Tombi read it; `path` is in the dossier."""
    return f"#:schema {'../' * path.count('/')}{schema_path(path)}"


def published(name: str) -> bytes:
    """Return the published schema of a TOML file or of a finding."""
    return (FOLDER / file_name(name)).read_bytes()
