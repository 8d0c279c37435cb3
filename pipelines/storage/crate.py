"""A release as an RO-Crate 1.2: its files, the sources they rest on, and the run of Tidebook that made them.

Plain JSON-LD, for the `rocrate` library takes longer to import than a release to describe; tests read it with that.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from pipelines.storage.datapackage import DESCRIPTION, LICENCE, About
from schemas.base import Table, summary

SPECIFICATION = "https://w3id.org/ro/crate/1.2"
FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
}
TOOL = "#tidebook"


def crate(about: About, maker: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the metadata of a release.

    `maker` has the version of `tidebook`, the key of its `code` and the `versions` of libraries; `files` maps each
    path to its `sha256` and `bytes`. The date is that on which the verdicts are judged.
    """
    inputs = [path for path in files if path.startswith("inputs/")]
    results = [path for path in files if not path.startswith("inputs/")]
    sources = [_source(row) for row in about.sources]
    return {
        "@context": f"{SPECIFICATION}/context",
        "@graph": [
            {
                "@id": "./",
                "@type": "Dataset",
                "name": about.full_title,
                "description": DESCRIPTION,
                "datePublished": about.as_of,
                "license": {"@id": LICENCE["path"]},
                "hasPart": _ids(files),
                "isBasedOn": [{"@id": entity["@id"]} for entity in sources],
                "mentions": {"@id": "#build"},
            },
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "conformsTo": {"@id": SPECIFICATION},
                "about": {"@id": "./"},
            },
            *(_part(path, facts, about.models) for path, facts in files.items()),
            {"@id": LICENCE["path"], "@type": "CreativeWork", "name": LICENCE["title"]},
            *sources,
            {
                "@id": "#build",
                "@type": "CreateAction",
                "name": "Build of this release",
                "instrument": {"@id": TOOL},
                "object": _ids(inputs),
                "result": _ids(results),
            },
            {
                "@id": TOOL,
                "@type": "SoftwareApplication",
                "name": "Tidebook",
                "version": maker["tidebook"],
                "identifier": maker["code"],
                "softwareRequirements": [{"@id": f"#{name}"} for name in maker["versions"]],
            },
            *(
                {"@id": f"#{name}", "@type": "SoftwareApplication", "name": name, "version": number}
                for name, number in maker["versions"].items()
            ),
        ],
    }


def _ids(paths: Any) -> list[dict[str, str]]:
    return [{"@id": path} for path in paths]


def _part(path: str, facts: Mapping[str, Any], models: Mapping[str, type[Table]]) -> dict[str, Any]:
    place = PurePosixPath(path)
    found = {"@id": path, "@type": "File", "name": place.name}
    if place.parent.name == "tables" and place.stem in models:
        found["description"] = summary(models[place.stem])
    if place.suffix in FORMATS:
        found["encodingFormat"] = FORMATS[place.suffix]
    return found | {"contentSize": str(facts["bytes"]), "sha256": facts["sha256"]}


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the sources table as an entity; its licence is kept in the words of the table."""
    return {
        "@id": f"#source/{row['source_id']}",
        "@type": "CreativeWork",
        "name": row["title"],
        "url": row["address"],
        "publisher": row["publisher"],
        "version": str(row["published"] or row["original_published"] or row["read"]),
        "usageInfo": row["licence"],
    }
