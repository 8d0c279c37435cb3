"""Two releases held against each other: damage, who made them, the first cell that differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tidebook.pipelines.graph.places import Folder
from tidebook.pipelines.release.differences import (
    compared_files,
    differing,
    environment_differences,
    first_difference,
)
from tidebook.pipelines.release.release import file_facts
from tidebook.places import MANIFEST, id_of, manifest_bytes
from tidebook.releases import LocalRelease, damage

MAKER = {"tidebook": "1", "code": "cafe0001", "versions": {"pandas": "3.1", "python": "3.11.7"}}
ROWS = [
    {"claim_id": "a", "evidence_view": "x", "value": 1.0, "evidence": ["f1", "f2"]},
    {"claim_id": "b", "evidence_view": "x", "value": None, "evidence": []},
    {"claim_id": "b", "evidence_view": "y", "value": 2.5, "evidence": ["f3"]},
]
KEY = ["claim_id", "evidence_view"]


def release(folder: Path, files: dict[str, bytes], **maker: Any) -> LocalRelease:
    facts = {path: file_facts(data) for path, data in files.items()}
    manifest = {**MAKER, **maker, "as_of": "2026-11-24", "previous": None, "inputs": {}, "files": facts}
    place = folder / id_of(manifest)
    for path, data in {**files, MANIFEST: manifest_bytes(manifest)}.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(data)
    return LocalRelease(place.name, place, manifest)


def test_an_intact_release_has_no_damage_and_each_damaged_file_is_named(tmp_path: Path) -> None:
    found = release(tmp_path, {"tables/a.parquet": b"a", "inputs/b.csv": b"b", "report/c.html": b"c"})
    assert damage(Folder(found.folder)) == []
    (found.folder / "inputs" / "b.csv").write_bytes(b"B")
    (found.folder / "report" / "c.html").unlink()
    assert damage(Folder(found.folder)) == ["inputs/b.csv", "report/c.html"]


def test_a_manifest_that_was_changed_with_its_files_does_not_fit_the_id(tmp_path: Path) -> None:
    found = release(tmp_path, {"tables/a.parquet": b"a"})
    forged = {**found.manifest, "files": {"tables/a.parquet": file_facts(b"b")}}
    (found.folder / "tables" / "a.parquet").write_bytes(b"b")
    (found.folder / MANIFEST).write_bytes(manifest_bytes(forged))
    assert damage(Folder(found.folder)) == [MANIFEST]
    assert damage(Folder(found.folder.rename(tmp_path / "a copy"))) == []


def test_other_code_and_libraries_are_named() -> None:
    assert list(environment_differences(MAKER, MAKER)) == []
    other = {**MAKER, "code": "beef0002", "versions": {"pandas": "3.2", "scipy": "1.17"}}
    assert list(environment_differences(MAKER, other)) == [
        "the code differs: recorded cafe0001, here beef0002",
        "pandas: recorded 3.1, here 3.2",
        "python: recorded 3.11.7, here none",
        "scipy: recorded none, here 1.17",
    ]


def test_descriptions_are_compared_only_where_the_maker_is_the_same(tmp_path: Path) -> None:
    old = release(tmp_path, {"tables/a.parquet": b"a", "datapackage.json": b"1", "ro-crate-metadata.json": b"1"})
    new = release(tmp_path, {"tables/a.parquet": b"a", "datapackage.json": b"2", "ro-crate-metadata.json": b"1"})
    assert differing(old, old) == []
    assert differing(old, new) == ["datapackage.json"]
    other = release(tmp_path, {"tables/b.parquet": b"a", "datapackage.json": b"2"}, code="beef")
    assert compared_files(old, other) == ["tables/a.parquet", "tables/b.parquet"]
    assert differing(old, other) == ["tables/a.parquet", "tables/b.parquet"]


def written(path: Path, rows: list[dict[str, Any]], **kinds: Any) -> Path:
    schema = pa.schema(
        [("claim_id", pa.string()), ("evidence_view", pa.string()), ("value", kinds.get("value", pa.float64()))]
        + [("evidence", pa.list_(pa.string()))] * kinds.get("lists", True)
    )
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, compression=kinds.get("compression", "zstd"))
    return path


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"value": 2.0}, "row 1 (claim_id a, evidence_view x), column value: recorded 1.0, derived 2.0"),
        ({"value": None}, "row 1 (claim_id a, evidence_view x), column value: recorded 1.0, derived None"),
        (
            {"evidence": ["f1"]},
            "row 1 (claim_id a, evidence_view x), column evidence: recorded ['f1', 'f2'], derived ['f1']",
        ),
        ({"claim_id": "c"}, "row 1 (claim_id a, evidence_view x), column claim_id: recorded 'a', derived 'c'"),
    ],
)
def test_the_first_cell_that_differs_is_named(tmp_path: Path, change: dict[str, Any], text: str) -> None:
    old = written(tmp_path / "old", ROWS)
    new = written(tmp_path / "new", [{**ROWS[0], **change}, ROWS[1], {**ROWS[2], "value": 9.0}])
    assert first_difference(old, new, KEY) == text


def test_rows_that_only_one_has_are_named(tmp_path: Path) -> None:
    old, new = written(tmp_path / "old", ROWS), written(tmp_path / "new", ROWS[:2])
    assert first_difference(old, new, KEY) == "row 3 (claim_id b, evidence_view y): only in the recorded table"
    assert first_difference(new, old, KEY) == "row 3 (claim_id b, evidence_view y): only in the derived table"


def test_columns_and_the_form_of_files_can_differ_too(tmp_path: Path) -> None:
    old = written(tmp_path / "old", ROWS)
    whole = [{**row, "value": 1} for row in ROWS]
    assert first_difference(old, written(tmp_path / "new", whole, value=pa.int64()), KEY) == (
        "column value: recorded double, derived int64"
    )
    assert first_difference(old, written(tmp_path / "new", ROWS, lists=False), KEY).startswith("column evidence: ")
    assert "form of the file" in first_difference(old, written(tmp_path / "new", ROWS, compression="none"), KEY)
    assert first_difference(old, tmp_path / "none", KEY) == "not among the derived tables"
