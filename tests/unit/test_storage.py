"""Storage: writes that are whole or not at all, entries by key, releases by content, and what makes one out of date."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ARTICLE
from tidebook.pipelines.graph.places import Folder
from tidebook.pipelines.graph.store import KEPT_ENTRIES, Entry, Store
from tidebook.pipelines.read.atomic import replace_symlink, write_file, write_folder
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.regular import hash_inputs
from tidebook.pipelines.release import current
from tidebook.pipelines.release import release as releases
from tidebook.pipelines.release.current import up_to_date
from tidebook.pipelines.release.datapackage import About
from tidebook.pipelines.release.release import Input, prune, publish, remember_code, repair
from tidebook.places import id_of, is_valid
from tidebook.releases import LocalRelease, latest, release_ids


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refuse(*_: object, **__: object) -> None:
    raise OSError("no space left on device")


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


# Atomic writes.


def test_a_file_is_written_with_its_folder_and_readable_by_all(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "b" / "c.txt", b"new")
    assert tree(tmp_path) == {"a/b/c.txt": b"new"}
    assert (tmp_path / "a" / "b" / "c.txt").stat().st_mode & 0o777 == 0o644


def test_a_file_is_replaced(tmp_path: Path) -> None:
    write_file(tmp_path / "c.txt", b"old, and longer")
    write_file(tmp_path / "c.txt", b"new")
    assert tree(tmp_path) == {"c.txt": b"new"}


@pytest.mark.parametrize("broken", ["fsync", "replace"])
@pytest.mark.parametrize(("fault", "error"), [(refuse, OSError), (interrupt, KeyboardInterrupt)])
def test_a_write_that_fails_leaves_the_former_file_and_nothing_else(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
    fault: Callable[..., None],
    error: type[BaseException],
) -> None:
    write_file(tmp_path / "c.txt", b"old")
    monkeypatch.setattr(os, broken, fault)
    with pytest.raises(error):
        write_file(tmp_path / "c.txt", b"new")
    assert tree(tmp_path) == {"c.txt": b"old"}


@pytest.mark.parametrize(
    "write", [write_file, lambda path, data: write_folder(path.parent / "folder", {"c.txt": data})]
)
def test_a_full_disk_is_reported_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], None]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")  # as the system tells it

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*c\.txt'"):
        write(tmp_path / "c.txt", b"new")


def test_data_are_on_disk_before_the_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda *given: (calls.append("fsync"), fsync(*given)))
    monkeypatch.setattr(os, "replace", lambda *given: (calls.append("replace"), replace(*given)))
    write_file(tmp_path / "c.txt", b"new")
    assert calls == ["fsync", "replace"]


def test_a_folder_is_made_with_its_files_only(tmp_path: Path) -> None:
    write_folder(tmp_path / "r" / "1", {"a.txt": b"a", "t/b.txt": b"b"})
    assert tree(tmp_path) == {"r/1/a.txt": b"a", "r/1/t/b.txt": b"b"}
    assert (tmp_path / "r" / "1").stat().st_mode & 0o777 == 0o755


def test_a_folder_that_exists_is_left_as_it_is(tmp_path: Path) -> None:
    write_folder(tmp_path / "1", {"a.txt": b"old"})
    write_folder(tmp_path / "1", {"a.txt": b"new", "b.txt": b"b"})
    assert tree(tmp_path) == {"1/a.txt": b"old"}
    assert names(tmp_path) == ["1"]


@pytest.mark.parametrize("broken", ["fsync", "rename"])
@pytest.mark.parametrize(("fault", "error"), [(refuse, OSError), (interrupt, KeyboardInterrupt)])
def test_a_folder_that_cannot_be_written_leaves_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
    fault: Callable[..., None],
    error: type[BaseException],
) -> None:
    monkeypatch.setattr(os, broken, fault)
    with pytest.raises(error):
        write_folder(tmp_path / "1", {"a.txt": b"a", "b.txt": b"b"})
    assert names(tmp_path) == []


def test_a_file_in_the_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "1").write_bytes(b"mine")
    with pytest.raises(NotADirectoryError):
        write_folder(tmp_path / "1", {"a.txt": b"a"})
    assert tree(tmp_path) == {"1": b"mine"}


def test_a_link_is_made_moved_and_mended(tmp_path: Path) -> None:
    link = tmp_path / "latest"
    for target in ("releases/1", "releases/2", "nowhere", "releases/1"):
        replace_symlink(link, target)
        assert link.readlink() == Path(target)
        assert names(tmp_path) == ["latest"]


def test_a_real_folder_or_file_is_never_replaced_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "work.txt").write_bytes(b"mine")
    (tmp_path / "other").write_bytes(b"mine too")
    for name in ("latest", "other"):
        with pytest.raises(FileExistsError, match="move it away"):
            replace_symlink(tmp_path / name, "releases/1")
    assert tree(tmp_path) == {"latest/work.txt": b"mine", "other": b"mine too"}


def test_a_link_that_cannot_be_moved_stays_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_symlink(tmp_path / "latest", "releases/1")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="no space"):
        replace_symlink(tmp_path / "latest", "releases/2")
    assert (tmp_path / "latest").readlink() == Path("releases/1")
    assert names(tmp_path) == ["latest"]


# The store.


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def anew(store: Store) -> Store:
    """Return the store as another process sees it: entries are checked when they are first found."""
    return Store(store.root.parent)


def test_an_entry_is_found_as_it_was_stored(store: Store) -> None:
    put = store.put("raw/a", "k1", {"b": b"2", "a": b"1"}, rows=3)
    assert store.find("raw/a", "k1") == put
    found = anew(store).find("raw/a", "k1")
    assert found == put
    assert found is not None and found.read("a") == b"1"
    assert (found.rows, found.files) == (3, {"a": digest(b"1"), "b": digest(b"2")})
    assert store.find("raw/a", "k2") is None
    assert store.find("raw/b", "k1") is None


def test_the_version_is_that_of_the_content_not_of_the_key_or_the_step(store: Store) -> None:
    first = store.put("a", "k1", {"x": b"1"})
    assert store.put("b", "k2", {"x": b"1"}, rows=5).version == first.version
    assert store.put("a", "k3", {"x": b"2"}).version != first.version
    assert store.put("a", "k4", {"y": b"1"}).version != first.version


def damage_file(folder: Path) -> None:
    (folder / "x").write_bytes(b"2")


def remove_file(folder: Path) -> None:
    (folder / "x").unlink()


def cut_record(folder: Path) -> None:
    data = (folder / "entry.json").read_bytes()
    (folder / "entry.json").write_bytes(data[:-5])


def record(text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "entry.json").write_text(text)

    return write


def other_rows(folder: Path) -> None:
    text = (folder / "entry.json").read_text()
    assert text.count('"rows": null') == 1
    (folder / "entry.json").write_text(text.replace('"rows": null', '"rows": 7'))


def as_another_key(folder: Path) -> None:
    """Put a good entry of another key in the place of this one."""
    Store(folder.parents[2]).put("a", "other", {"x": b"2"})
    (folder / "x").write_bytes(b"2")
    (folder / "entry.json").write_bytes((folder.parent / "other" / "entry.json").read_bytes())


DAMAGE = [
    damage_file,
    remove_file,
    cut_record,
    record(""),
    record("{}"),
    record("[]"),
    record("null"),
    pytest.param(
        record('{"files": [], "rows": null, "version": "1"}'),
    ),
    record("\x00\xff"),
    record("[" * 100_000),
    other_rows,
    as_another_key,
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_entry_is_not_used_and_is_removed(store: Store, damage: Callable[[Path], None]) -> None:
    entry = store.put("a", "k", {"x": b"1"})
    store.make_current("a", "k")
    damage(entry.folder)
    later = anew(store)
    assert later.current("a") is None
    assert not entry.folder.exists()
    assert later.put("a", "k", {"x": b"1"}) == entry
    assert anew(store).current("a") == entry


def test_who_only_reads_takes_no_lock_and_a_damaged_entry_stays_where_none_can_be_had(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = store.put("a", "k", {"x": b"1"})
    store.make_current("a", "k")
    monkeypatch.setattr(Store, "lock", refuse)
    assert anew(store).current("a") == entry
    assert anew(store).find("a", "other") is None
    (entry.folder / "x").write_bytes(b"2")
    assert anew(store).find("a", "k") is None
    assert entry.folder.exists()


def test_what_is_there_is_not_made_again(store: Store) -> None:
    made, known = store.ensure("a", "k1", lambda: {"x": b"1"})
    assert not known
    store.ensure("a", "k2", lambda: {"x": b"2"})
    assert store.ensure("a", "k1", lambda: {"x": b"3"}) == (made, True)
    assert store.current("a") == made


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"k1 "])
def test_a_damaged_note_of_the_current_result_is_written_anew(store: Store, data: bytes) -> None:
    entry = store.put("a", "k1", {"x": b"1"})
    store.make_current("a", "k1")
    (store.root / "a" / "current").write_bytes(data)
    store.make_current("a", "k1")
    assert anew(store).current("a") == entry


def test_there_is_no_current_result_before_the_first(store: Store) -> None:
    store.put("a", "k", {"x": b"1"})
    assert store.current("a") is None


def test_the_current_result_is_the_one_that_was_said_to_be(store: Store) -> None:
    first, second = store.put("a", "k1", {"x": b"1"}), store.put("a", "k2", {"x": b"2"})
    store.make_current("a", "k2")
    assert store.current("a") == second
    store.make_current("a", "k1")
    assert store.current("a") == first


def test_saying_the_same_again_writes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put("a", "k1", {"x": b"1"})
    store.make_current("a", "k1")
    monkeypatch.setattr(os, "replace", refuse)
    store.make_current("a", "k1")
    assert store.current("a") is not None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"..",
        b"k2",
    ],
)
def test_a_damaged_note_of_the_current_result_means_none_and_costs_no_entry(store: Store, data: bytes) -> None:
    entry = store.put("a", "k1", {"x": b"1"})
    other = store.put("b", "k1", {"x": b"1"})
    (store.root / "a" / "current").write_bytes(data)
    assert anew(store).current("a") is None
    assert entry.read("x") == other.read("x") == b"1"


def test_the_newest_entries_are_kept_and_the_current_one_in_any_case(store: Store) -> None:
    for place in range(KEPT_ENTRIES + 5):
        entry = store.put("a", f"k{place:02}", {"x": str(place).encode()})
        os.utime(entry.folder, (place, place))
    store.make_current("a", "k00")
    newest = [f"k{place:02}" for place in range(6, KEPT_ENTRIES + 5)]
    assert len(newest) == KEPT_ENTRIES - 1
    assert names(store.root / "a") == ["current", "k00", *newest]


def test_an_entry_that_was_removed_is_no_longer_found(store: Store) -> None:
    for place in range(KEPT_ENTRIES + 2):
        entry = store.put("a", f"k{place:02}", {"x": str(place).encode()})
        os.utime(entry.folder, (place, place))
        store.make_current("a", f"k{place:02}")
    assert not (store.root / "a" / "k00").exists()
    assert store.find("a", "k00") is None


# Releases.


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    (folder / "article").mkdir(parents=True)
    (folder / "article" / "a.csv").write_bytes(b"A\n1\n")
    (folder / "claims.toml").write_bytes(b"claims = []\n")
    return folder


ABOUT = About("2026-11-24", [], ARTICLE)
INPUTS = ["article/a.csv", "claims.toml"]


def sources(raw: Path) -> dict[str, dict[str, object]]:
    return {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        | ({"rows": 1} if name.endswith(".csv") else {})
        for name, data in tree(raw).items()
    }


def released(out: Path, raw: Path, table: bytes = b"table", report: bytes = b"<html>") -> tuple[LocalRelease, bool]:
    store = Store(out)
    tables: dict[str, Entry] = {
        "figures": store.put("figures", digest(table), {"figures.parquet": table}, rows=7),
        "claims": store.put("claims", "k", {"claims.parquet": b"claims"}, rows=2),
    }
    files = {"index.html": report, "report.md": b"# Report"}
    inputs = {name: Input(data, 1 if name.endswith(".csv") else None) for name, data in tree(raw).items()}
    return publish(out, tables, store.put("verdict_report", digest(report), files), inputs, ABOUT)


def test_a_release_holds_tables_report_and_manifest(tmp_path: Path, raw: Path) -> None:
    out = tmp_path / "out"
    release, new = released(out, raw)
    assert new
    files = tree(out / "latest")
    assert set(files) == {
        "tables/figures.parquet", "tables/claims.parquet", "report/index.html", "report/report.md", "manifest.json",
        "inputs/article/a.csv", "inputs/claims.toml", "datapackage.json", "ro-crate-metadata.json",
        "release.json", "release.parquet", "tidebook.sql", "sources.yml", "datacontract.yaml", "croissant.json",
    }  # fmt: skip
    assert files["tables/figures.parquet"] == b"table"
    manifest = json.loads(files["manifest.json"])
    assert manifest == release.manifest
    assert manifest["inputs"] == sources(raw)
    assert manifest["files"]["tables/figures.parquet"] == {"sha256": digest(b"table"), "bytes": 5, "rows": 7}
    assert manifest["files"]["report/index.html"] == {"sha256": digest(b"<html>"), "bytes": 6}
    assert (out / "latest").readlink() == Path("releases", release.release_id)
    assert names(out / "releases") == [release.release_id]


def test_equal_content_is_the_same_release_wherever_it_is_made(tmp_path: Path, raw: Path) -> None:
    first, _ = released(tmp_path / "one", raw)
    second, _ = released(tmp_path / "elsewhere" / "two", raw)
    assert first.release_id == second.release_id
    assert tree(first.folder) == tree(second.folder)
    again, new = released(tmp_path / "one", raw)
    assert (again, new) == (first, False)


def test_other_content_is_another_release_and_the_former_stays(tmp_path: Path, raw: Path) -> None:
    out = tmp_path / "out"
    first, _ = released(out, raw)
    before = tree(first.folder)
    second, new = released(out, raw, report=b"<html lang=en>")
    assert new and second.release_id != first.release_id
    assert (out / "latest").resolve() == second.folder.resolve()
    assert tree(first.folder) == before
    released(out, raw)
    assert (out / "latest").resolve() == first.folder.resolve()


@pytest.mark.parametrize("fact", ["inputs", "versions", "code"])
def test_what_made_a_release_is_part_of_its_id(
    tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch, fact: str
) -> None:
    first, _ = released(tmp_path / "out", raw)
    if fact == "inputs":
        (raw / "article" / "a.csv").write_bytes(b"A\n2\n")
    else:
        other = {"versions": {"pandas": "0.1", "python": "3.11"}, "code": "cafe"}
        monkeypatch.setattr(releases, {"versions": "versions", "code": "tidebook_version"}[fact], lambda: other[fact])
    second, new = released(tmp_path / "out", raw)
    assert new and first.release_id != second.release_id


@pytest.mark.parametrize("name", ["tables/figures.parquet", "report/index.html", "inputs/claims.toml", "manifest.json"])
@pytest.mark.parametrize("change", [lambda path: path.unlink(), lambda path: path.write_bytes(b"{}")])
def test_a_damaged_release_is_repaired(tmp_path: Path, raw: Path, name: str, change: Callable[[Path], None]) -> None:
    out = tmp_path / "out"
    release, _ = released(out, raw)
    before = tree(release.folder)
    change(release.folder / name)
    assert tree(release.folder) != before
    _, new = released(out, raw)
    assert new
    assert tree(release.folder) == before


def test_a_link_that_went_astray_is_mended(tmp_path: Path, raw: Path) -> None:
    out = tmp_path / "out"
    release, _ = released(out, raw)
    (out / "latest").unlink()
    (out / "latest").symlink_to("releases/nowhere")
    assert latest(out) is None
    _, new = released(out, raw)
    assert not new
    found = latest(out)
    assert found is not None and found.release_id == release.release_id


def test_a_release_that_cannot_be_written_leaves_latest_as_it_was(
    tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    first, _ = released(out, raw)
    before = tree(out / "latest")
    monkeypatch.setattr("tidebook.pipelines.graph.places.write_folder", refuse)
    with pytest.raises(OSError, match="no space"):
        released(out, raw, report=b"new")
    assert tree(out / "latest") == before
    assert names(out / "releases") == [first.release_id]


def test_the_latest_release_is_none_when_there_is_none_to_read(tmp_path: Path, raw: Path) -> None:
    assert latest(tmp_path / "out") is None
    release, _ = released(tmp_path / "out", raw)
    found = latest(tmp_path / "out")
    assert found is not None
    assert (found.release_id, found.manifest) == (release.release_id, release.manifest)
    for data in (b"", b'{"inputs": ', b"\xff\xff"):
        (release.folder / "manifest.json").write_bytes(data)
        assert latest(tmp_path / "out") is None
    (release.folder / "manifest.json").unlink()
    assert latest(tmp_path / "out") is None


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"inputs": []}', pytest.param("[" * 100_000, id="deep")])
def test_a_manifest_of_another_shape_is_out_of_date(tmp_path: Path, raw: Path, text: str) -> None:
    release, _ = released(tmp_path / "out", raw)
    remember_code(tmp_path / "out", release.release_id)
    (release.folder / "manifest.json").write_text(text)
    assert up_to_date(tmp_path / "out", hash_inputs(raw, INPUTS)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"previous": "../../elsewhere"},
        {"previous": 1},
        {"files": {"../outside": {"sha256": "ab"}}},
        {"files": {"/etc/passwd": {"sha256": "ab"}}},
        {"files": {"tables\\..\\a": {"sha256": "ab"}}},
        {"inputs": {"../outside": {"sha256": "ab"}}},
        {"inputs": {"a.csv": "ab"}},
        {"files": None},
        {"versions": None},
        {"as_of": 1},
    ],
)
def test_a_manifest_that_names_another_place_or_has_another_shape_is_none(
    tmp_path: Path, raw: Path, change: dict[str, object]
) -> None:
    release, _ = released(tmp_path / "out", raw)
    assert is_valid(release.manifest)
    assert not is_valid({**release.manifest, **change})
    (release.folder / "manifest.json").write_text(json.dumps({**release.manifest, **change}))
    assert latest(tmp_path / "out") is None


def test_a_release_names_its_inputs_and_the_day_it_was_judged_on(tmp_path: Path, raw: Path) -> None:
    release, _ = released(tmp_path / "out", raw)
    assert release.inputs() == {name: facts["sha256"] for name, facts in sources(raw).items()}
    assert (release.folder / "inputs" / "article" / "a.csv").read_bytes() == b"A\n1\n"
    assert release.manifest["as_of"] == "2026-11-24"
    assert release.release_id == id_of(json.loads((release.folder / "manifest.json").read_bytes()))


def test_a_damaged_release_is_repaired_file_by_file_while_latest_stays(
    tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    release, _ = released(out, raw)
    (release.folder / "report" / "report.md").write_bytes(b"no")
    kept = (release.folder / "tables" / "figures.parquet").stat().st_ino
    monkeypatch.setattr(os, "rename", refuse)
    assert released(out, raw)[1]
    assert (release.folder / "report" / "report.md").read_bytes() == b"# Report"
    assert (release.folder / "tables" / "figures.parquet").stat().st_ino == kept


def series(out: Path, raw: Path, count: int) -> list[str]:
    """Publish so many releases, a second apart, and return their ids."""
    found = []
    for place in range(count):
        release, _ = released(out, raw, report=str(place).encode())
        os.utime(release.folder / "manifest.json", (place, place))
        found.append(release.release_id)
    return found


def test_releases_are_listed_from_the_one_written_last(tmp_path: Path, raw: Path) -> None:
    ids = series(tmp_path, raw, 3)
    (tmp_path / "releases" / "other").mkdir()
    assert release_ids(Folder(tmp_path)) == ids[::-1]
    assert release_ids(Folder(tmp_path / "nowhere")) == []


@pytest.mark.parametrize(("keep", "kept"), [(1, [0]), (2, [0, 3]), (4, [0, 1, 2, 3]), (9, [0, 1, 2, 3])])
def test_the_oldest_releases_go_and_latest_never(tmp_path: Path, raw: Path, keep: int, kept: list[int]) -> None:
    ids = series(tmp_path, raw, 4)
    replace_symlink(tmp_path / "latest", f"releases/{ids[0]}")
    removed = prune(Folder(tmp_path), keep)
    assert set(removed) == {ids[place] for place in range(4) if place not in kept}
    assert names(tmp_path / "releases") == sorted(ids[place] for place in kept)
    found = latest(tmp_path)
    assert found is not None and found.release_id == ids[0]


def test_a_release_goes_out_of_sight_before_its_files_go(
    tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    series(tmp_path, raw, 2)
    monkeypatch.setattr(shutil, "rmtree", interrupt)
    with pytest.raises(KeyboardInterrupt):
        prune(Folder(tmp_path), 1)
    assert len(release_ids(Folder(tmp_path))) == 1
    monkeypatch.undo()
    with Store(tmp_path).exclusive():
        pass
    assert len(names(tmp_path / "releases")) == 1


def test_a_link_that_leads_to_a_damaged_release_leads_to_the_newest_whole_one_after_a_repair(
    tmp_path: Path, raw: Path
) -> None:
    ids = series(tmp_path, raw, 4)
    place = Folder(tmp_path)
    assert repair(place, tmp_path) == ([], [])
    damaged = tmp_path / "releases" / ids[3] / "report" / "report.md"
    damaged.write_bytes(b"no")
    for _ in range(2):
        assert repair(place, tmp_path)[1] == [str(damaged)]
        assert (tmp_path / "latest").readlink() == Path("releases", ids[2])
    replace_symlink(tmp_path / "latest", "releases/nowhere")
    assert repair(place, tmp_path)[0] == [f"latest is {ids[2]}"]
    replace_symlink(tmp_path / "latest", f"releases/{ids[0]}")
    assert repair(place, tmp_path)[0] == [], "an older one stays the latest"


def test_what_killed_builds_left_is_swept_and_nothing_else(tmp_path: Path, raw: Path) -> None:
    released(tmp_path, raw)
    (tmp_path / "mine.txt").write_bytes(b"mine")
    (tmp_path / ".mine").write_bytes(b"mine")
    before = tree(tmp_path / "latest"), tree(tmp_path)
    for path in (
        "releases/.0123.abc/tables/a", "store/figures/.k.abc/x", "store/raw/a/.current.abc", "store/.code.abc",
    ):  # fmt: skip
        write_file(tmp_path / path, b"half")
    (tmp_path / ".latest.12").symlink_to("releases/nowhere")
    with Store(tmp_path).exclusive():
        assert names(tmp_path) == [".mine", "latest", "mine.txt", "raw", "releases", "store"]
    assert (tree(tmp_path / "latest"), tree(tmp_path)) == before


def test_who_takes_the_lock_again_sweeps_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.exclusive():
        write_file(tmp_path / "store" / "figures" / ".k.abc" / "x", b"being written")
        with Store(tmp_path).exclusive():
            assert (tmp_path / "store" / "figures" / ".k.abc" / "x").exists()
    with store.exclusive():
        assert names(tmp_path / "store" / "figures") == []


# Up to date.


def change_raw_byte(raw: Path, out: Path) -> None:
    (raw / "article" / "a.csv").write_bytes(b"A\n2\n")


def remove_raw_file(raw: Path, out: Path) -> None:
    (raw / "claims.toml").unlink()


def remove_report(raw: Path, out: Path) -> None:
    (out / "latest" / "report" / "index.html").unlink()


def damage_table(raw: Path, out: Path) -> None:
    (out / "latest" / "tables" / "figures.parquet").write_bytes(b"tablE")


def change_manifest(raw: Path, out: Path) -> None:
    path = out / "latest" / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b"2026-11-24", b"2026-11-25"))


def change_code_note(raw: Path, out: Path) -> None:
    (out / "store" / "code").write_text("another")


def remove_code_note(raw: Path, out: Path) -> None:
    (out / "store" / "code").unlink()


def damage_code_note(raw: Path, out: Path) -> None:
    (out / "store" / "code").write_bytes(b"\xff\xfe")


def remove_link(raw: Path, out: Path) -> None:
    (out / "latest").unlink()


@pytest.mark.parametrize(
    "change",
    [
        change_raw_byte, remove_raw_file, remove_report, damage_table, change_manifest, change_code_note,
        remove_code_note, damage_code_note, remove_link,
    ],
)  # fmt: skip
def test_any_change_makes_a_release_out_of_date(
    tmp_path: Path, raw: Path, change: Callable[[Path, Path], None]
) -> None:
    out = tmp_path / "out"
    release, _ = released(out, raw)
    remember_code(out, release.release_id)
    found = up_to_date(out, hash_inputs(raw, INPUTS))
    assert found is not None and found.release_id == release.release_id
    change(raw, out)
    assert up_to_date(out, hash_inputs(raw, INPUTS)) is None


def test_another_library_version_makes_a_release_out_of_date(
    tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, _ = released(tmp_path / "out", raw)
    remember_code(tmp_path / "out", release.release_id)
    assert up_to_date(tmp_path / "out", hash_inputs(raw, INPUTS)) is not None
    monkeypatch.setattr(current, "versions", lambda: {"pandas": "0.1"})
    assert up_to_date(tmp_path / "out", hash_inputs(raw, INPUTS)) is None


def test_other_bytes_of_code_make_a_release_out_of_date(
    tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, _ = released(tmp_path / "out", raw)
    remember_code(tmp_path / "out", release.release_id)
    assert up_to_date(tmp_path / "out", hash_inputs(raw, INPUTS)) is not None
    monkeypatch.setattr(current, "code_key", lambda _: "another")
    assert up_to_date(tmp_path / "out", hash_inputs(raw, INPUTS)) is None


def test_other_code_of_a_plugin_that_was_on_makes_a_release_out_of_date(
    tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, _ = released(tmp_path / "out", raw)
    remember_code(tmp_path / "out", release.release_id, ["burst"])
    assert up_to_date(tmp_path / "out", hash_inputs(raw, INPUTS)) is not None
    monkeypatch.setattr(current, "code_key", lambda on: "another" if "burst" in on else "the same")
    assert up_to_date(tmp_path / "out", hash_inputs(raw, INPUTS)) is None


def test_code_that_made_another_release_says_nothing_of_the_latest(tmp_path: Path, raw: Path) -> None:
    """A run of other code may have published and been killed before it noted that: then the older note still stands."""
    release, _ = released(tmp_path / "out", raw)
    remember_code(tmp_path / "out", "0123456789abcdef")
    assert up_to_date(tmp_path / "out", hash_inputs(raw, INPUTS)) is None
    remember_code(tmp_path / "out", release.release_id)
    assert up_to_date(tmp_path / "out", hash_inputs(raw, INPUTS)) is not None


def test_a_file_that_a_build_would_read_now_makes_a_release_out_of_date(tmp_path: Path, raw: Path) -> None:
    release, _ = released(tmp_path / "out", raw)
    remember_code(tmp_path / "out", release.release_id)
    (raw / "metrics.toml").write_bytes(b"")
    assert up_to_date(tmp_path / "out", hash_inputs(raw, INPUTS)) is not None
    assert up_to_date(tmp_path / "out", hash_inputs(raw, [*INPUTS, "metrics.toml"])) is None
    assert up_to_date(tmp_path / "out", hash_inputs(raw, INPUTS[:1])) is None, "one that it no longer reads does so too"


def test_a_touched_raw_file_changes_nothing(tmp_path: Path, raw: Path) -> None:
    release, _ = released(tmp_path / "out", raw)
    remember_code(tmp_path / "out", release.release_id)
    os.utime(raw / "article" / "a.csv", (0, 0))
    assert up_to_date(tmp_path / "out", hash_inputs(raw, INPUTS)) is not None


def test_the_code_is_remembered_without_writing_it_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember_code(tmp_path, "a")
    before = tree(tmp_path)
    monkeypatch.setattr(os, "replace", refuse)
    remember_code(tmp_path, "a")
    assert list(before) == ["store/code"]
    assert tree(tmp_path) == before


def test_the_hash_of_a_file_that_cannot_be_read_is_none(raw: Path) -> None:
    assert hash_inputs(raw, ["claims.toml", "nowhere.csv", "article"]) == {
        "claims.toml": hashlib.sha256(b"claims = []\n").hexdigest(),
        "nowhere.csv": None,
        "article": None,
    }
