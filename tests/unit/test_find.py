"""What a name of a release means: a folder, a release's own folder, the start of an id, an address, nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidebook.pipelines.graph.places import Bucket, Folder
from tidebook.pipelines.read.atomic import replace_symlink, write_file
from tidebook.pipelines.release.release import find_place
from tidebook.places import id_of, manifest_bytes

IDS = ("aaaa000000000001", "aaaa000000000002", "bbbb000000000001")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output folder with three releases, of which the second is the latest; not the working directory."""
    for name in IDS:
        write_file(tmp_path / "out" / "releases" / name / "manifest.json", b"{}")
    replace_symlink(tmp_path / "out" / "latest", f"releases/{IDS[1]}")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "out"


def found(name: str, out: Path) -> str | None:
    place = find_place(name, Folder(out))
    return place.name if place else None


def test_folders_are_their_latest_release_or_themselves(out: Path, tmp_path: Path) -> None:
    assert found(str(out), tmp_path) == IDS[1]
    assert found("../out/", tmp_path) == IDS[1]
    assert found(str(out / "latest"), tmp_path) == IDS[1]
    assert found(str(out / "releases" / IDS[0]), tmp_path) == IDS[0]
    assert found(str(out / "releases"), tmp_path) is None
    (out / "latest").unlink()
    assert found(str(out), tmp_path) is None


def test_nothing_is_the_latest(out: Path, tmp_path: Path) -> None:
    assert found("", out) == IDS[1]
    assert found("", tmp_path) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [(IDS[0], IDS[0]), ("bb", IDS[2]), ("aaaa", None), ("c", None), (f"{IDS[0]}0", None), ("../releases", None)],
)
def test_the_start_of_an_id_is_enough_where_one_release_has_it(out: Path, name: str, meant: str | None) -> None:
    assert found(name, out) == meant


def test_the_id_of_the_verdicts_that_a_report_prints_names_its_release(tmp_path: Path) -> None:
    facts = {"bytes": 1, "sha256": "c" * 9 + "d" * 55}
    names = []
    for day in ("2026-01-01", "2026-01-02"):
        content = {
            "files": {"report/verdicts.json": {**facts, "sha256": facts["sha256"][::-1]} if names else facts},
            "inputs": {}, "versions": {}, "code": "1", "as_of": day, "previous": None, "python": "3",
        }  # fmt: skip
        names.append(id_of(content))
        write_file(tmp_path / "releases" / names[-1] / "manifest.json", manifest_bytes(content))
    assert found("cccccccccd", tmp_path) == names[0]
    assert found("ccccccccc", tmp_path) is None, "too short"
    assert found("eeeeeeeeee", tmp_path) is None


def test_a_folder_goes_before_an_id(out: Path, tmp_path: Path) -> None:
    write_file(Path("bb", "manifest.json"), b"{}")
    assert find_place("bb", Folder(out)) == Folder(tmp_path / "elsewhere" / "bb")


def test_what_was_left_unfinished_has_no_id(out: Path) -> None:
    (out / "releases" / IDS[2] / "manifest.json").unlink()
    write_file(out / "releases" / ".bbbb.x" / "manifest.json", b"{}")
    assert found("bb", out) is None


def test_an_address_names_its_latest_release_or_one_by_its_id(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def latest(place: Bucket) -> Bucket:
        asked.append(place.url)
        return place.at(f"releases/{IDS[0]}")

    monkeypatch.setattr(Bucket, "latest", latest)
    monkeypatch.setattr(Bucket, "files", lambda place, folder: Folder(out).files(folder))
    assert find_place("s3://b/p/", Folder(out)) == Bucket(f"s3://b/p/releases/{IDS[0]}")
    assert find_place("s3://b/releases", Folder(out)) == Bucket(f"s3://b/releases/releases/{IDS[0]}")
    assert asked == ["s3://b/p", "s3://b/releases"]
    assert find_place("s3://b/p/releases/bb/", Folder(out)) == Bucket(f"s3://b/p/releases/{IDS[2]}")
    assert find_place("s3://b/p/releases/aaaa", Folder(out)) is None
    assert find_place("bb", Bucket("s3://b/q")) == Bucket(f"s3://b/q/releases/{IDS[2]}")
