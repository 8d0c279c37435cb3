"""The tables of many dossiers as one data set, at an address that does not change.

    outcomes/dossier=marathon/outcomes.parquet    the rows of the latest release of the dossier marathon
    union.json                                    what each file is from, written last

Folders are named as Hive does, so that engines read them as an external table with the column `dossier`. A file is
replaced whole, and only if its release is another.

Belongs here: taking tables out of releases and putting them together. Does not: when this is done (`defs.union`), or
how a release is made (`release`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from tidebook.pipelines.graph.places import Place
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.places import RECORD, Release, find_release, parse_json
from tidebook.read import parse_parquet
from tidebook.schemas.base import SLUG
from tidebook.schemas.parquet import ROW_GROUP_ROWS, as_bytes

UNION = "union.json"
DOSSIER, RELEASE, PUBLISHED = "dossier", "release", "article_published"
ADDED = {
    RELEASE: (pa.string(), "Id of the release that the row is from"),
    PUBLISHED: (pa.date32(), "Date of publication of the article"),
}
"""Columns that every file has before those of its table, with their meaning; `dossier` is that of its folder.

The day is not `published`, as in the table `release`: in `outcomes` that is what held on that day.
"""


@dataclass(frozen=True)
class Part:
    """A file of the data set: the table of one dossier. `contract` is the version of the table's contract."""

    path: str
    dossier: str
    release: str
    article_published: str
    contract: str
    rows: int
    bytes: int
    sha256: str


@dataclass
class Union:
    """What a data set holds: its files by table, those written now, and why dossiers were left as they were."""

    tables: dict[str, list[Part]]
    written: set[str] = field(default_factory=set)
    left_out: dict[str, str] = field(default_factory=dict)

    def content(self, table: str) -> str:
        """Return a hash of a table's rows, of all dossiers."""
        return digest([part.sha256 for part in self.tables[table]])


def publish_union(dossiers: Mapping[str, str], tables: Collection[str], to: Place) -> Union:
    """Bring a data set up to date with the latest releases of dossiers.

    A dossier whose release cannot be read is left as it was: the others are not held up. Files that the data set had of
    dossiers and tables which are no longer named go.

    Args:
        dossiers: the output folder of each dossier, or its address in an object store, by the dossier's id.
        tables: the tables that are put together.
        to: where the data set is.

    Raises:
        InputError: what stands there is no data set of this kind.
        OSError: it cannot be written.
    """
    before = _parts(to)
    union = Union({table: [] for table in tables})
    for dossier, named in dossiers.items():
        known = {table: part for table in tables for part in before.get(table, ()) if part.dossier == dossier}
        try:
            found = dict(_taken(dossier, find_release(named), tables, known))
        except (LookupError, OSError, InputError) as error:
            union.left_out[dossier] = str(error)
            found = {table: (part, b"") for table, part in known.items()}
        for table, (part, data) in found.items():
            union.tables[table].append(part)
            if data and to.write_files(*_folder_and_file(part.path, data)):
                union.written.add(part.path)
    named_paths = {part.path for parts in union.tables.values() for part in parts}
    gone = {part.path for parts in before.values() for part in parts} - named_paths
    data = _document(union)
    if to.read(UNION) != data:
        to.write(UNION, data)
    for path in sorted(gone):  # only now: nobody is told of them any more
        folder, _, name = path.rpartition("/")
        to.remove_folder(folder, name)
    return union


def _folder_and_file(path: str, data: bytes) -> tuple[str, dict[str, bytes], str]:
    folder, _, name = path.rpartition("/")
    return folder, {name: data}, name


def _taken(
    dossier: str, release: Release, tables: Collection[str], known: Mapping[str, Part]
) -> Iterator[tuple[str, tuple[Part, bytes]]]:
    """Yield the tables of a release with their files; the bytes are empty where the data set has them already.

    Raises:
        InputError: the release is of another dossier, or a table has a column that the data set adds.
        OSError: the release is damaged.
    """
    stated = release.manifest.get("dossier")
    if stated != dossier:
        raise InputError(Problem(str(release.place), f"a release of the dossier {dossier}", text=str(stated)))
    published = str(parse_json(release.read(RECORD))["published"])
    for table in tables:
        source = f"tables/{table}.parquet"
        if source not in release.manifest["files"]:
            continue  # another graph, or an older version
        part = known.get(table)
        if part and part.release == release.release_id:
            yield table, (part, b"")
            continue
        rows = parse_parquet(release.read(source), f"{release.place}/{source}")
        if clash := {DOSSIER, *ADDED} & {*rows.column_names}:
            expected = f"a table without the columns that the union adds: {', '.join(sorted(clash))}"
            raise InputError(Problem(table, expected))
        said = {DOSSIER: dossier, RELEASE: release.release_id, PUBLISHED: published}
        data = as_bytes(_with_origin(rows, said), row_group_size=ROW_GROUP_ROWS)
        contract = (rows.schema.metadata or {}).get(b"tidebook.version", b"").decode()
        path = f"{table}/{DOSSIER}={dossier}/{table}.parquet"
        yield (
            table,
            (
                Part(path, dossier, release.release_id, published, contract, len(rows), len(data), digest(data)),
                data,
            ),
        )


def _with_origin(rows: pa.Table, said: Mapping[str, str]) -> pa.Table:
    """Return rows with the columns that say where they are from, and all of it as metadata."""
    values = {RELEASE: said[RELEASE], PUBLISHED: dt.date.fromisoformat(said[PUBLISHED])}
    for place, (name, (kind, meaning)) in enumerate(ADDED.items()):
        added = pa.field(name, kind, nullable=False, metadata={"description": meaning})
        rows = rows.add_column(place, added, pa.repeat(pa.scalar(values[name], kind), len(rows)))
    return rows.replace_schema_metadata({**(rows.schema.metadata or {}), **said})


def _document(union: Union) -> bytes:
    document = {
        "partition": DOSSIER,
        "tables": {table: [asdict(part) for part in parts] for table, parts in union.tables.items()},
    }
    return json.dumps(document, indent=1).encode() + b"\n"


PATH = re.compile(r"(\w+)/dossier=(\w+)/\1\.parquet")


def _parts(to: Place) -> dict[str, list[Part]]:
    """Return the files of the data set at a place by table, none before the first. Raises InputError if it is none."""
    data = to.read(UNION)
    if data is None:
        return {}
    try:
        found = {name: [Part(**part) for part in parts] for name, parts in parse_json(data)["tables"].items()}
        sound = all(PATH.fullmatch(part.path) for parts in found.values() for part in parts)
    except (ValueError, LookupError, TypeError, AttributeError):
        sound = False
    if not sound:
        raise InputError(Problem(f"{to}/{UNION}", "what an earlier union wrote; move it away"))
    return found


def check_ids(dossiers: Mapping[str, Any]) -> None:
    """Check that ids of dossiers are such. Raises InputError if one is not."""
    for name in dossiers:
        if not re.fullmatch(SLUG, name):
            raise InputError(Problem("dossiers", "the id of a dossier, such as marathon", text=name))
