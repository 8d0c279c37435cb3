"""The store of a run in several processes: what it has pinned, entries in an object store, and no half entry."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tidebook.pipelines.graph.places import Bucket
from tidebook.pipelines.graph.store import RunStore, Store
from tidebook.pipelines.read.account import seal
from tidebook.places import Stored


class Memory(Bucket):
    """Objects in a dictionary, in the order in which they were put."""

    def __init__(self) -> None:
        super().__init__("memory://")
        self.kept: dict[str, bytes] = {}
        self.full = False

    def read(self, path: str) -> bytes | None:
        return self.kept.get(path)

    def write(self, path: str, data: bytes) -> None:
        if self.full:
            raise OSError("no room")
        self.kept[path] = data

    def files(self, folder: str) -> dict[str, Stored]:
        return {
            path.removeprefix(f"{folder}/"): Stored(datetime(2026, 1, 1, tzinfo=UTC))
            for path in self.kept
            if path.startswith(f"{folder}/")
        }


def result(store: Store, step: str, text: bytes) -> None:
    key = text.hex()
    store.put(step, key, {"text": text})
    store.make_current(step, key)


def read(store: Store, step: str) -> bytes | None:
    entry = store.current(step)
    return entry.read("text") if entry else None


def pinned(store: RunStore, step: str) -> bytes | None:
    entry = store.pinned(step)
    return entry.read("text") if entry else None


def test_all_processes_of_a_run_read_what_it_has_pinned_whatever_another_run_makes(tmp_path: Path) -> None:
    first, second = (RunStore(tmp_path, run) for run in ("first", "second"))
    assert pinned(first, "raw/a") is None
    result(first, "raw/a", b"one")
    first.pin("raw/a", b"one".hex())
    result(second, "raw/a", b"two")
    second.pin("raw/a", b"two".hex())
    assert pinned(first, "raw/a") == b"one"
    assert pinned(RunStore(tmp_path, "first"), "raw/a") == b"one", "in another process too"
    assert pinned(RunStore(tmp_path, "third"), "raw/a") is None
    assert read(first, "raw/a") == read(Store(tmp_path), "raw/a") == b"two", "the last one is current for everybody"


def test_entries_go_through_the_object_store_record_last(tmp_path: Path) -> None:
    objects = Memory()
    one, two = (RunStore(tmp_path / name, "run", objects) for name in ("one", "two"))
    result(one, "a", b"text")
    key = b"text".hex()
    one.pin("a", key)
    assert list(objects.kept) == [
        f"store/a/{key}/text", f"store/a/{key}/entry.json", "store/a/current", "store/runs/run/a",
    ]  # fmt: skip
    assert pinned(two, "a") == b"text"
    assert (tmp_path / "two" / "store" / "a" / key / "text").is_file()
    third = RunStore(tmp_path / "three", "other", objects)
    assert read(third, "a") == b"text"


def test_what_could_not_be_sent_is_sent_when_it_is_wanted_again(tmp_path: Path) -> None:
    objects, key = Memory(), b"text".hex()
    one = Store(tmp_path / "one", objects)
    objects.full = True
    with pytest.raises(OSError, match="no room"):
        result(one, "a", b"text")
    assert Store(tmp_path / "two", objects).find("a", key) is None
    objects.full = False
    again = Store(tmp_path / "one", objects)
    assert again.find("a", key), "what was computed is kept"
    again.make_current("a", key)
    assert Store(tmp_path / "two", objects).find("a", key)
    objects.full = True
    again.make_current("a", key)  # it is there: nothing is sent
    objects.full = False
    del objects.kept[f"store/a/{key}/text"]
    Store(tmp_path / "one", objects).make_current("a", key)
    assert Store(tmp_path / "three", objects).find("a", key), "what has expired is sent again"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("text", b"other"),
        ("entry.json", b"{"),
        ("entry.json", b'{"files": {"../../x": "0"}, "rows": null, "seal": "0"}'),
        ("entry.json", b"[]"),
    ],
)
def test_a_damaged_object_is_not_an_entry(tmp_path: Path, path: str, data: bytes) -> None:
    objects = Memory()
    result(RunStore(tmp_path / "one", "run", objects), "a", b"text")
    objects.kept[f"store/a/{b'text'.hex()}/{path}"] = data
    two = RunStore(tmp_path / "two", "run", objects)
    assert read(two, "a") is None
    assert not (tmp_path / "two" / "x").exists()
    result(two, "a", b"text")
    assert read(two, "a") == b"text", "it is made again"


def test_an_entry_that_names_a_place_outside_is_not_written(tmp_path: Path) -> None:
    import json

    objects = Memory()
    files = {"../../../x": "0"}
    record = {"files": files, "rows": None, "seal": seal("a", "k", files, None)}
    objects.kept = {"store/a/k/entry.json": json.dumps(record).encode(), "store/a/k/../../../x": b"bad"}
    objects.kept["store/a/current"] = b"k"
    assert read(RunStore(tmp_path / "two", "run", objects), "a") is None
    assert not (tmp_path / "x").exists() and not list(tmp_path.rglob("x"))


@pytest.mark.parametrize("key", [b"../../x", b"", b"\xff", b"a b"])
def test_a_pointer_that_is_not_a_key_is_none(tmp_path: Path, key: bytes) -> None:
    store = RunStore(tmp_path, "run")
    result(store, "a", b"text")
    store.pin("a", b"text".hex())
    (tmp_path / "store" / "runs" / "run" / "a").write_bytes(key)
    assert store.pinned("a") is None
