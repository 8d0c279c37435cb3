"""A release made anew from its own inputs: the same, differing in a named cell, damaged, or none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import SMALL, edit, tidebook
from tests.reliability.foreign import state_record
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.release.release import file_facts
from tidebook.places import MANIFEST, RECORD, id_of, manifest_bytes
from tidebook.schemas.analysis import Verdicts
from tidebook.schemas.parquet import read_parquet, to_parquet


def release_copy(built: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "releases" / (built / "latest").resolve().name
    shutil.copytree((built / "latest").resolve(), folder)
    return folder


def forge(folder: Path, path: str, data: bytes) -> Path:
    """Change a file of a release as if it had been published so; return the folder under its new name."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["files"][path] |= file_facts(data)
    (folder / path).write_bytes(data)
    if path != RECORD:  # which says the new id then
        state_record(folder, manifest)
    (folder / MANIFEST).write_bytes(manifest_bytes(manifest))
    return folder.rename(folder.with_name(id_of(manifest)))


def test_a_release_is_the_same_made_anew(built: Path, tmp_path: Path) -> None:
    folder = release_copy(built, tmp_path)
    result = tidebook("verify", folder.name[:8], "--out", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Verified: ")
    published = graph_of(Settings(SMALL, tmp_path)).published
    assert f"release {folder.name} is the same: {len(published)} tables" in result.output


def test_the_first_table_row_and_column_that_differ_are_named(built: Path, tmp_path: Path) -> None:
    folder = release_copy(built, tmp_path)
    frame: pd.DataFrame = read_parquet(folder / "tables" / "verdicts.parquet")
    place = int(frame.index[frame["claim_id"] == "north_leads"][0])
    frame.loc[place, "n"] = 77
    folder = forge(folder, "tables/verdicts.parquet", to_parquet(Verdicts, frame))
    result = tidebook("verify", str(folder))
    assert result.exit_code == 1
    first, *others = result.output.splitlines()
    row = f"row {place + 1} (claim_id north_leads, evidence_view printed, as_of {frame.loc[place, 'as_of']})"
    assert first.startswith(f"Differs: table verdicts, {row}, column n: recorded 77, derived ")
    assert others == ["Files that differ: tables/verdicts.parquet"]


def test_other_code_is_reported_before_the_comparison(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = release_copy(built, tmp_path)
    monkeypatch.setattr("tidebook.pipelines.release.release.tidebook_version", lambda: "f00d")
    result = tidebook("verify", str(folder))
    assert result.exit_code == 0
    note, verified = result.output.splitlines()
    assert note.startswith("warning: the code differs: recorded ") and note.endswith("here f00d")
    assert verified.startswith("Verified: ")


def test_what_is_damaged_or_no_release_ends_with_exit_code_2(built: Path, tmp_path: Path) -> None:
    folder = release_copy(built, tmp_path)
    (folder / "inputs" / "claims.toml").write_bytes(b"")
    result = tidebook("verify", str(folder))
    assert result.exit_code == 2
    assert result.output == f"error: {folder}/inputs/claims.toml: expected the content that was published\n"
    folder = release_copy(built, tmp_path / "another")
    (folder / "tables" / "more.parquet").write_bytes(b"")
    result = tidebook("verify", str(folder))
    assert result.exit_code == 2
    assert result.output == f"error: {folder}/tables/more.parquet: expected only files listed in manifest.json\n"
    assert tidebook("verify", "0123", "--out", str(built)).exit_code == 2
    assert tidebook("verify", "--out", str(tmp_path / "none")).exit_code == 2


@pytest.mark.usefixtures("already_built")
def test_the_former_release_is_an_input_and_where_it_is_lost_the_changes_are_taken_as_recorded(
    raw: Path, out: Path
) -> None:
    former = (out / "latest").resolve()
    edit(raw / "article" / "shops.csv", "$20M", "$11M")
    tidebook("build", "--raw", str(raw), "--out", str(out))
    changes = read_parquet(out / "latest" / "tables" / "changes.parquet")
    assert set(changes["previous"]) == {former.name} and len(changes) > 3
    for place in (former, out / "store" / "previous_release"):
        result = tidebook("verify", "--out", str(out))
        assert result.exit_code == 0, result.output
        assert "warning:" not in result.output
        shutil.rmtree(place)
    result = tidebook("verify", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert f"warning: the previous release {former.name} is missing; its changes" in result.output


def test_inputs_that_the_code_cannot_read_are_a_difference(built: Path, tmp_path: Path) -> None:
    folder = release_copy(built, tmp_path)
    data = (folder / "inputs" / "claims.toml").read_bytes().replace(b"[[claims]]", b"[claims]")
    folder = forge(folder, "inputs/claims.toml", data)
    result = tidebook("verify", str(folder))
    assert result.exit_code == 1
    assert "this code cannot use the inputs" in result.output
    assert "claims.toml" in result.output
