"""Releases that somebody else removes, prunes or reads at the wrong moment: what `tests/simulation` found, one by one.

Belongs here: a fault of taking turns that a history has shown, brought about by hand. Does not: histories themselves.
"""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from tests.unit.test_shared_store import Memory
from tests.unit.test_storage import raw, released
from tidebook.pipelines.graph.places import Folder
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read import atomic
from tidebook.pipelines.release import release as releases
from tidebook.pipelines.release.release import prune
from tidebook.places import MANIFEST
from tidebook.releases import RELEASES, LocalRelease, is_intact, latest

__all__ = ["raw"]


class Objects(Memory):
    """An object store in memory, of which a part is a store too."""

    def __init__(self, kept: dict[str, bytes] | None = None, start: str = "") -> None:
        super().__init__()
        self.start = start
        self.kept = {} if kept is None else kept

    def at(self, folder: str) -> Objects:
        found = Objects(self.kept, f"{self.start}{folder}/")
        object.__setattr__(found, "url", f"memory://{folder}")
        return found

    def read(self, path: str) -> bytes | None:
        return self.kept.get(self.start + path)

    def set_latest(self, release_id: str) -> None:
        super().set_latest(release_id)
        self.removed_once()

    def removed_once(self) -> None:
        """Do nothing; a test has something happen here."""


def in_store(release: LocalRelease) -> Objects:
    store = Objects()
    releases.upload(release, store)
    return store


def test_what_a_prune_elsewhere_removes_of_a_release_that_is_being_published_is_written_again(
    tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, _ = released(tmp_path / "out", raw)
    store, times = Objects(), iter([True])

    def removed_once() -> None:
        if next(times, False):
            store.kept.pop(f"{RELEASES}/{release.release_id}/{MANIFEST}")
            store.kept.pop(f"{RELEASES}/{release.release_id}/report/index.html")

    monkeypatch.setattr(store, "removed_once", removed_once)
    releases.upload(release, store)
    there = {path.removeprefix(f"{RELEASES}/{release.release_id}/") for path in store.kept}
    assert {*release.manifest["files"], MANIFEST} < there


def test_a_downloaded_release_that_is_pruned_before_it_is_the_latest_is_downloaded_again(
    tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = in_store(released(tmp_path / "elsewhere", raw)[0])
    released(tmp_path / "out", raw, b"an older one")
    download, downloads = releases.download, []

    def pruned_once(*given: object) -> LocalRelease | None:
        found = download(*given)  # type: ignore[arg-type]
        if found and not downloads:
            shutil.rmtree(found.folder)
        downloads.append(found)
        return found

    monkeypatch.setattr(releases, "download", pruned_once)
    releases.sync_latest(store, tmp_path / "out")
    now = latest(tmp_path / "out")
    assert now and is_intact(now) and len(downloads) == 2
    assert prune(Folder(tmp_path / "out"), 1) and latest(tmp_path / "out") == now


def test_what_a_killed_writer_leaves_of_a_repaired_release_is_where_the_next_build_sweeps(
    tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, _ = released(tmp_path, raw)
    (release.folder / "report" / "index.html").write_bytes(b"damaged")
    monkeypatch.setattr(atomic.Path, "replace", lambda *_: pytest.fail("killed"))
    monkeypatch.setattr(atomic.Path, "unlink", lambda *_, **__: None)  # nothing is tidied up by who is dead
    with pytest.raises(pytest.fail.Exception):
        released(tmp_path, raw)
    monkeypatch.undo()
    (left,) = (path for path in tmp_path.rglob(".index.html.*"))
    with Store(tmp_path).exclusive():
        assert not left.exists()


@pytest.mark.parametrize("number", [errno.EIO, errno.EINTR])
def test_an_entry_is_not_removed_for_a_fault_of_the_disk_that_passes(
    tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run may be reading it at that moment."""
    Store(tmp_path).put("step", "key", {"text": b"one"})
    read_bytes, faults = Path.read_bytes, iter([OSError(number, "no")])

    def faulty(path: Path) -> bytes:
        if path.name == "text" and (fault := next(faults, None)):
            raise fault
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", faulty)
    found = Store(tmp_path).find("step", "key")
    assert found and found.read("text") == b"one"
