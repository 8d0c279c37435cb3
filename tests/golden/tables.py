"""What a release says, as hashes: each table's columns, types and rows in their order, and `verdicts.json`.

Descriptions in the Parquet schema and the form of the file are left out: they may change while the content stays.
`python -m tests.golden.tables RELEASE` prints the hashes of a release, to be kept as `shipped.json` beside this file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

RECORDED = Path(__file__).with_name("shipped.json")


def table_facts(path: Path) -> dict[str, Any]:
    """Return the rows of a table, and the hash of its columns, types and values in order."""
    table = pq.read_table(path, partitioning=None)
    bare = pa.schema([pa.field(field.name, field.type, field.nullable) for field in table.schema])
    plain = pa.Table.from_arrays([column.combine_chunks() for column in table.columns], schema=bare)
    rows = json.dumps([str(bare), plain.to_pylist()], default=str, sort_keys=True, ensure_ascii=False)
    return {"rows": len(table), "sha256": hashlib.sha256(rows.encode()).hexdigest()}


def release_facts(release: Path) -> dict[str, Any]:
    """Return the facts of each table of a release by its name, and the hash of its `verdicts.json`."""
    facts: dict[str, Any] = {path.stem: table_facts(path) for path in sorted((release / "tables").glob("*.parquet"))}
    facts["verdicts.json"] = hashlib.sha256((release / "report" / "verdicts.json").read_bytes()).hexdigest()
    return facts


if __name__ == "__main__":
    sys.stdout.write(json.dumps(release_facts(Path(sys.argv[1])), indent=1) + "\n")
