"""A release from elsewhere: what its files hold is junk, and its manifest states the junk's hashes.

Belongs here: seeded damage to a release, made consistent again. Does not: what commands say of it, which is in
`mutants`.
"""

from __future__ import annotations

import copy
import io
import json
import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pandera.errors import SchemaError

from tidebook.pipelines.release.record import record_files, stated
from tidebook.pipelines.release.release import file_facts
from tidebook.places import RECORD_TABLE, id_of, manifest_bytes

JUNK: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 10**400, "", "x", "\x1b[31mred\x1b[0m", "\u202eevil", "a\nerror: b", "../x", "/etc/passwd",
    "nul\x00", "\ud800", [], {}, [[]], {"a": 1}, [None], float("nan"), "9999-99-99", "x" * 100_000,
)  # fmt: skip
HOSTILE = "\x1b]0;title\x07\x9b31m\u202egnp.exe\u2066\u200b\x08\r\nerror: forged"
"""What would set a terminal's title, colour and direction, overwrite a line, and forge one."""


def republish(folder: Path, manifest: dict[str, Any] | None = None) -> Path:
    """State the files of a release anew in its manifest, and give its folder the name that follows; return that."""
    manifest = manifest or json.loads((folder / "manifest.json").read_bytes())
    files = manifest.get("files")
    for name in files if isinstance(files, dict) else ():
        if isinstance(files[name], dict) and (folder / name).is_file():
            files[name] |= file_facts((folder / name).read_bytes())
            if isinstance(manifest.get("inputs"), dict) and name.removeprefix("inputs/") in manifest["inputs"]:
                manifest["inputs"][name.removeprefix("inputs/")] = files[name]
    with suppress(
        LookupError, TypeError, ValueError, AttributeError, OSError, pa.ArrowException, SchemaError
    ):  # of junk there is none
        state_record(folder, manifest)
    (folder / "manifest.json").write_bytes(manifest_bytes(manifest))
    named = folder.with_name(id_of(manifest))
    if named != folder:
        folder.rename(named)
    latest = folder.parents[1] / "latest"
    latest.unlink(missing_ok=True)
    latest.symlink_to(Path("releases", named.name))
    return named


def state_record(folder: Path, manifest: dict[str, Any]) -> None:
    """State in the record of a release what its manifest says."""
    (row,) = pq.read_table(folder / RECORD_TABLE).to_pylist()
    for name, content in record_files({**row, **stated(id_of(manifest), manifest)}).items():
        manifest["files"][name] |= file_facts(content)
        (folder / name).write_bytes(content)


def change_release(out: Path, chance: random.Random) -> str:
    """Damage the latest release of an output folder so that its hashes agree; return what was done."""
    folder = (out / "latest").resolve()
    kinds: tuple[Callable[[Path, random.Random], str], ...] = (
        change_manifest, change_package, change_table, change_report, change_kind, change_bytes
    )  # fmt: skip
    return chance.choices(kinds, (25, 20, 25, 10, 10, 10))[0](folder, chance)


def change_json(document: Any, chance: random.Random) -> str:
    """Put junk in the place of one value, remove it, or rename its key."""
    where: Any = document
    path = []
    while True:
        keys = list(where) if isinstance(where, dict) else list(range(len(where)))
        if not keys:
            return "nothing"
        key = chance.choice(keys)
        path.append(str(key))
        if isinstance(where[key], dict | list) and where[key] and chance.random() < 0.75:
            where = where[key]
            continue
        break
    kind = chance.choice(("junk", "junk", "junk", "gone", "doubled"))
    if kind == "gone":
        del where[key]
    elif kind == "doubled" and isinstance(where, list):
        where.append(copy.deepcopy(where[key]))
    elif kind == "doubled":
        where[str(chance.choice(JUNK))[:50]] = where[key]
    else:
        where[key] = chance.choice(JUNK)
        kind = f"is {str(where[key])[:20]!a}"
    return f"{'/'.join(path)[:80]} {kind}"


def change_manifest(folder: Path, chance: random.Random) -> str:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    said = change_json(manifest, chance)
    try:
        republish(folder, manifest)
    except (LookupError, TypeError, ValueError, AttributeError, UnicodeError):
        return f"manifest unchanged: {said}"
    return f"manifest: {said}"


def _change_document(folder: Path, name: str, chance: random.Random) -> str:
    document = json.loads((folder / name).read_bytes())
    said = change_json(document, chance)
    (folder / name).write_text(json.dumps(document), encoding="utf-8")
    republish(folder)
    return f"{name}: {said}"


def change_package(folder: Path, chance: random.Random) -> str:
    return _change_document(folder, "datapackage.json", chance)


def change_report(folder: Path, chance: random.Random) -> str:
    return _change_document(folder, "report/verdicts.json", chance)


def change_table(folder: Path, chance: random.Random) -> str:
    """Change a column of a table: gone, of another type, null, hostile or unknown words, no rows, other rows."""
    path = chance.choice(sorted((folder / "tables").glob("*.parquet")))
    table = pq.read_table(path, partitioning=None)
    at = chance.randrange(table.num_columns)
    name = table.column_names[at]
    kind = chance.choice(("gone", "null", "hostile", "hostile", "number", "doubled", "renamed", "reversed", "no rows"))
    count = table.num_rows
    if kind == "gone":
        table = table.remove_column(at)
    elif kind == "null":
        table = table.set_column(at, name, pa.nulls(count, table.schema.field(at).type))
    elif kind == "hostile":
        table = table.set_column(at, name, pa.array([HOSTILE] * count, pa.string()))
    elif kind == "number":
        table = table.set_column(at, name, pa.array([-7] * count, pa.int64()))
    elif kind == "doubled":
        table = table.append_column(name, table.column(at))
    elif kind == "renamed":
        table = table.rename_columns([HOSTILE if each == at else old for each, old in enumerate(table.column_names)])
    elif kind == "reversed":
        table = table.take(pa.array(range(count - 1, -1, -1), pa.int64()))
    else:
        table = table.slice(0, 0)
    sink = io.BytesIO()
    pq.write_table(table, sink)
    path.write_bytes(sink.getvalue())
    republish(folder)
    return f"{path.name}: {name} {kind}"


def _some_file(folder: Path, chance: random.Random) -> Path:
    names = ["manifest.json", "datapackage.json", "report/verdicts.json", "report/index.html", "report/feed.xml"]
    names += [str(path.relative_to(folder)) for path in sorted((folder / "tables").iterdir())]
    names += [str(path.relative_to(folder)) for path in sorted((folder / "inputs").rglob("*")) if path.is_file()]
    return folder / chance.choice(names)


def change_kind(folder: Path, chance: random.Random) -> str:
    """Put what is no file in the place of one."""
    path = _some_file(folder, chance)
    kind = chance.choice(("fifo", "folder", "loop", "device", "gone", "locked"))
    if kind == "locked":
        path.chmod(0)
        return f"{path.relative_to(folder)} {kind}"
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    return f"{path.relative_to(folder)} {kind}"


def change_bytes(folder: Path, chance: random.Random) -> str:
    """Cut a file, flip a bit of it, or write other bytes, and state the hash of that."""
    path = _some_file(folder, chance)
    data = path.read_bytes()
    at = chance.randrange(len(data) + 1)
    kind = chance.choice(("cut", "empty", "flipped", "deep", "binary"))
    if kind == "cut":
        data = data[:at]
    elif kind == "empty":
        data = b""
    elif kind == "flipped":
        data = data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :] if at < len(data) else data
    elif kind == "deep":
        data = b"[" * 100_000
    else:
        data = bytes(chance.randrange(256) for _ in range(1000))
    path.write_bytes(data)
    if path.name != "manifest.json":
        republish(folder)
    return f"{path.name} {kind}"
