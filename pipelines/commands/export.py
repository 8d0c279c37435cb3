"""The command that writes the tables of a release for people without Parquet.

How each format is written is in `pipelines.exports`.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.common import Named, Out, named_release
from pipelines.ingest.errors import InputError, Problem
from pipelines.settings import settings


def export(
    name: Named = "",
    duckdb: Annotated[Path | None, typer.Option(metavar="FILE", help="Write one DuckDB database.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="DIR", help="Write a CSV file for each table.")] = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="Write one Excel workbook.")] = None,
    out: Out = None,
) -> None:
    """Write the tables of a release as DuckDB, CSV or Excel."""
    folders = settings(None, out)
    if not (duckdb or csv or xlsx):
        raise InputError(Problem("tidebook export", "at least one of --duckdb FILE, --csv DIR, --xlsx FILE"))
    for path, mark in ((duckdb, b"DUCK"), (xlsx, b"PK")):
        if path and not _is_replaceable(path, mark):
            expected = "a file that an earlier export made, or none: another one is not overwritten"
            raise InputError(Problem(str(path), expected))
    release = named_release(name, folders)
    from pipelines.exports.content import package

    if duckdb:
        from pipelines.exports.duckdb_file import write_duckdb

        write_duckdb(release, duckdb)
    if csv:
        from pipelines.exports.csv_files import write_csv

        write_csv(release, csv)
    if xlsx:
        from pipelines.exports.xlsx_file import write_xlsx

        write_xlsx(release, xlsx)
    for path in filter(None, (duckdb, csv, xlsx)):
        typer.echo(f"Wrote {path}")
    for table in package(release)["resources"]:
        if table.get("republish") is False:
            sources = ", ".join(table["restrictedSources"])
            typer.echo(f"note: {table['name']} holds values of {sources}, which may not be republished", err=True)


def _is_replaceable(path: Path, mark: bytes) -> bool:
    """Return whether nothing is there, or a file of the format whose first bytes have this mark."""
    if not path.exists():
        return not path.is_symlink()
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as stream:
                return mark in stream.read(16)
    return False
