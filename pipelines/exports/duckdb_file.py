"""Tables as one DuckDB database, with types, keys and comments.

What is exported is in `content`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.exports.content import Content, about, contents, extra
from pipelines.storage.release import Release

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ABOUT = "about"
BLOCK_BYTES = 16_384  # DuckDB's smallest: its default of 256 KiB a block makes small tables large files


def write_duckdb(release: Release, path: Path) -> None:
    """Write the database in one step, in place of an earlier one.

    Raises InputError if the release is damaged, RuntimeError if DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        raise extra("duckdb", "a DuckDB file") from error
    found = contents(release)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as scratch:
        made = Path(scratch) / "database"
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH {_text(str(made))} AS made (BLOCK_SIZE {BLOCK_BYTES})")
            connection.execute("USE made")
            for content in found:
                _add_table(connection, content)
            connection.execute(f"CREATE TABLE {ABOUT} (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)")
            connection.executemany(f"INSERT INTO {ABOUT} VALUES (?, ?)", about(release))
        made.replace(path)


def _add_table(connection: DuckDBPyConnection, content: Content) -> None:
    connection.register("given", content.table)
    kinds = [kind for _, kind, *_ in connection.execute("DESCRIBE given").fetchall()]
    columns = [
        f"{_quoted(field.name)} {kind}{'' if field.nullable else ' NOT NULL'}"
        for field, kind in zip(content.table.schema, kinds, strict=True)
    ]
    key = ", ".join(map(_quoted, content.key))
    table = _quoted(content.name)
    connection.execute(f"CREATE TABLE {table} ({', '.join(columns)}, PRIMARY KEY ({key}))")
    connection.execute(f"INSERT INTO {table} SELECT * FROM given")
    connection.unregister("given")
    connection.execute(f"COMMENT ON TABLE {table} IS {_text(content.meaning)}")
    for column in content.columns:
        connection.execute(f"COMMENT ON COLUMN {table}.{_quoted(column.name)} IS {_text(column.note())}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
