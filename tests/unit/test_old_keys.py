"""Old keys of a dossier are read under their names of today, each told at its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import MARATHON
from tidebook.pipelines.graph.check import check
from tidebook.pipelines.read.old_keys import RENAMED, new_path, with_new_keys
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.settings import Settings

CLAIMS = """\
[[claims]]
id = "dear"
asserts = ["prices/grand/price"]

[[claims.readings]]
reading = "dearer"
weight = "strict"

[[claims]]
id = "cheap"
readings = [{ reading = "cheaper", weight = "loose" }]
"""


def test_old_keys_are_read_under_their_names_of_today() -> None:
    assert RawFile("claims.toml", CLAIMS.encode()).toml() == {
        "claims": [
            {
                "id": "dear",
                "states_figures": ["prices/grand/price"],
                "interpretations": [{"interpretation": "dearer", "strictness": "strict"}],
            },
            {"id": "cheap", "interpretations": [{"interpretation": "cheaper", "strictness": "loose"}]},
        ]
    }


def test_sections_under_both_names_are_one() -> None:
    packs = b"[packs.here]\nsize = 1\n\n[plugins.there]\n"
    assert RawFile("dossier.toml", packs).toml() == {"plugins": {"here": {"size": 1}, "there": {}}}
    assert RawFile("dossier.toml", packs + b"[plugins.here]\n").toml().keys() == {"packs", "plugins"}


def test_each_old_key_is_reported_at_its_line() -> None:
    expected = 'claims.toml:{}, column "{}": expected the key {}: {} is its old name, which version 0.3.0 refuses'
    assert [str(note) for note in RawFile("claims.toml", CLAIMS.encode()).old_keys()] == [
        expected.format(line, place, place.rpartition(".")[2], old)
        for line, place, old in (
            (3, "claims.0.states_figures", "asserts"),
            (5, "claims.0.interpretations", "readings"),
            (11, "claims.1.interpretations", "readings"),
            (6, "claims.0.interpretations.0.interpretation", "reading"),
            (7, "claims.0.interpretations.0.strictness", "weight"),
            (11, "claims.1.interpretations.0.interpretation", "reading"),
            (11, "claims.1.interpretations.0.strictness", "weight"),
        )
    ]


def test_what_is_wrong_below_an_old_key_is_reported_at_its_line() -> None:
    raw = RawFile("claims.toml", CLAIMS.encode())
    assert raw.toml_line(("claims", 0, "interpretations", 0, "strictness")) == 7
    assert raw.toml_line(("claims", 0, "states_figures")) == 3


def test_an_old_key_beside_the_new_one_stays_unknown() -> None:
    both = {"rosters": {"a": ["b"]}, "cohorts": {"a": []}}
    assert with_new_keys(both) == both


def test_a_key_of_that_name_elsewhere_is_another() -> None:
    assert with_new_keys({"metrics": {"readings": 1}, "claims": [{"room": 1}]}) == {
        "metrics": {"readings": 1},
        "claims": [{"room": 1}],
    }


@pytest.mark.parametrize("pattern", RENAMED, ids=".".join)
def test_every_old_key_is_found_at_its_place(pattern: tuple[str, ...]) -> None:
    path = tuple(0 if part == "*" else part for part in pattern)
    assert new_path(path) == (*path[:-1], RENAMED[pattern])


def test_a_dossier_with_old_keys_is_built_with_a_note_for_each(tmp_path: Path) -> None:
    raw = Path(shutil.copytree(MARATHON, tmp_path / "raw"))
    old = (raw / "claims.toml").read_text(encoding="utf-8")
    old = old.replace("interpretations", "readings").replace("states_figures = ", "asserts = ")
    (raw / "claims.toml").write_text(old.replace("interpretation = ", "reading = "), encoding="utf-8")
    notes = check(Settings(raw, tmp_path / "out")).warnings
    told = [note for note in notes if "is its old name" in note]
    assert told and all(note.startswith("claims.toml:") for note in told)
    assert any("expected the key interpretation: reading is its old name" in note for note in told), told
    found = [check(Settings(folder, tmp_path / "out")).counts for folder in (MARATHON, raw)]
    assert found[0] == found[1], "the same tables"


def test_an_old_key_of_a_file_with_many_sections_is_reported_once(tmp_path: Path) -> None:
    raw = Path(shutil.copytree(MARATHON, tmp_path / "raw"))
    claims = (raw / "claims.toml").read_text(encoding="utf-8").replace("interpretations", "readings")
    (raw / "claims.toml").unlink()
    with (raw / "dossier.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{claims}")
    told = [note for note in check(Settings(raw, tmp_path / "out")).warnings if "is its old name" in note]
    assert told and len(told) == len(set(told))
