"""Damage of every kind to an object store: told by `verify`, repaired by the next build or by `releases repair`."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import obstore
import pytest

import tidebook as reading
from tests.conftest import SMALL, edit
from tests.integration.test_object_store import run, server, url
from tidebook.pipelines.graph import places
from tidebook.pipelines.read.account import MARKS
from tidebook.places import Stored, id_of, manifest_bytes

__all__ = ["server", "url"]

DEEP = b"[" * 100_000
"""JSON that no parser takes without end: its error is another than that of what is no JSON."""

TABLE, INPUT, REPORT = "tables/verdicts.parquet", "inputs/claims.toml", "report/report.md"
Objects = dict[str, bytes]


def read_all(url: str) -> Objects:
    """Return every object below an address by its path."""
    with places.Bucket(url).store() as store:
        return {
            entry["path"]: bytes(obstore.get(store, entry["path"]).bytes())
            for chunk in obstore.list(store)
            for entry in chunk
        }


def write_all(url: str, objects: Objects, now: Objects) -> None:
    """Make the objects below an address, which are `now`, these."""
    with places.Bucket(url).store() as store:
        if gone := sorted(now.keys() - objects.keys()):
            obstore.delete(store, gone)
        for path, data in objects.items():
            if now.get(path) != data:
                obstore.put(store, path, data)


class Machine:
    """A machine that has published one release: its cache, and what is in the store."""

    def __init__(self, url: str, cache: Path, objects: Objects) -> None:
        self.url, self.cache, self.objects, self.stored = url, cache, objects, objects
        self.release = str(json.loads(objects["latest.json"])["release"])
        self.folder = f"releases/{self.release}"

    def damage(self, change: Callable[[Objects, str], None]) -> Objects:
        objects = dict(self.objects)
        change(objects, self.folder)
        assert objects != self.objects
        write_all(self.url, objects, self.stored)
        self.stored = objects
        return objects

    def forget(self) -> None:
        """Make it another machine: no release is known here, only results of steps, so that tests need not wait."""
        (out,) = (path.parent for path in self.cache.glob("*/store"))
        shutil.rmtree(out / "releases")
        (out / "latest").unlink()
        shutil.rmtree(out / "store" / "previous_release")

    def build(self) -> str:
        return run("build", "--raw", SMALL, "--out", self.url)


PUBLISHED: list[tuple[Objects, Path]] = []


@pytest.fixture
def machine(url: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine beside its store; built once, then copied."""
    cache = tmp_path / "cache"
    if not PUBLISHED:
        run("build", "--raw", SMALL, "--out", url)
        kept = tmp_path_factory.mktemp("published") / "cache"
        shutil.copytree(cache, kept, symlinks=True)
        PUBLISHED.append((read_all(url), kept))
    objects, kept = PUBLISHED[0]
    if not cache.exists():  # it is another test than that which has built
        shutil.copytree(kept, cache, symlinks=True)
        write_all(url, objects, {})
    return Machine(url, cache, objects)


def flip(data: bytes) -> bytes:
    """Return data of the same size with another last byte."""
    return data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]


def change_manifest(objects: Objects, folder: str) -> None:
    """Another day of judgement: JSON of the right shape and size, which is not what was published."""
    path = f"{folder}/manifest.json"
    objects[path] = re.sub(rb'("as_of": "....)-..', rb"\1-00", objects[path])


def space_manifest(objects: Objects, folder: str) -> None:
    objects[f"{folder}/manifest.json"] = objects[f"{folder}/manifest.json"].replace(b"\n", b"\r", 1)


def cut_manifest(objects: Objects, folder: str) -> None:
    objects[f"{folder}/manifest.json"] = objects[f"{folder}/manifest.json"][:100]


def nest_manifest(objects: Objects, folder: str) -> None:
    objects[f"{folder}/manifest.json"] = DEEP


def remove_manifest(objects: Objects, folder: str) -> None:
    del objects[f"{folder}/manifest.json"]


def change_table(objects: Objects, folder: str) -> None:
    objects[f"{folder}/{TABLE}"] = flip(objects[f"{folder}/{TABLE}"])


def change_report(objects: Objects, folder: str) -> None:
    objects[f"{folder}/{REPORT}"] = flip(objects[f"{folder}/{REPORT}"])


def cut_table(objects: Objects, folder: str) -> None:
    objects[f"{folder}/{TABLE}"] = b""


def remove_input(objects: Objects, folder: str) -> None:
    del objects[f"{folder}/{INPUT}"]


def garble_pointer(objects: Objects, folder: str) -> None:
    objects["latest.json"] = b"{"


def nest_pointer(objects: Objects, folder: str) -> None:
    objects["latest.json"] = DEEP


def lead_pointer_out(objects: Objects, folder: str) -> None:
    objects["latest.json"] = b'{"release": "../../elsewhere"}\n'


def lead_pointer_nowhere(objects: Objects, folder: str) -> None:
    objects["latest.json"] = b'{"release": "0123456789abcdef"}\n'


def remove_pointer(objects: Objects, folder: str) -> None:
    del objects["latest.json"]


MANIFEST_DAMAGE = [change_manifest, space_manifest, cut_manifest, nest_manifest, remove_manifest]
FILE_DAMAGE = [change_table, change_report, cut_table, remove_input]
POINTER_DAMAGE = [garble_pointer, nest_pointer, lead_pointer_out, lead_pointer_nowhere, remove_pointer]
DAMAGED_FILE = {change_table: TABLE, change_report: REPORT, cut_table: TABLE, remove_input: INPUT}


@pytest.mark.parametrize("change", [*MANIFEST_DAMAGE, *FILE_DAMAGE])
def test_verify_names_the_damaged_object_whatever_this_machine_holds(
    machine: Machine, change: Callable[[Objects, str], None]
) -> None:
    machine.damage(change)
    path = DAMAGED_FILE.get(change, "manifest.json")
    expected = f"error: {machine.url}/{machine.folder}/{path}: expected the content that was published\n"
    assert run("verify", "--out", machine.url, code=2) == expected
    if change is not remove_manifest:
        assert run("verify", machine.release[:6], "--out", machine.url, code=2) == expected


@pytest.mark.parametrize("change", POINTER_DAMAGE)
def test_verify_tells_a_pointer_that_leads_to_no_release(
    machine: Machine, change: Callable[[Objects, str], None]
) -> None:
    machine.damage(change)
    run("verify", "--out", machine.url, code=2)
    if change in (nest_pointer, remove_pointer):
        assert "Verified" in run("verify", machine.release[:6], "--out", machine.url)


@pytest.mark.parametrize("change", [*MANIFEST_DAMAGE, *FILE_DAMAGE, *POINTER_DAMAGE])
def test_a_build_that_finds_nothing_changed_repairs_the_store(
    machine: Machine, change: Callable[[Objects, str], None]
) -> None:
    machine.damage(change)
    assert f"Nothing has changed since release {machine.release}" in machine.build()
    assert read_all(machine.url) == machine.objects


def test_a_build_that_finds_nothing_changed_compares_tags_and_reads_where_they_say_nothing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, files = [], places.Bucket.files
    read = places.Bucket.read
    monkeypatch.setattr(places.Bucket, "read", lambda place, path: (paths.append(path), read(place, path))[1])
    machine.build()
    assert set(paths) == {"latest.json", f"{MARKS}/{machine.release}"}, "one listing tells that all is there"
    for tag in (None, '"0-2"'):
        paths.clear()

        def tagged(place: places.Bucket, folder: str, tag: str | None = tag) -> dict[str, Stored]:
            return {path: replace(entry, tag=tag) for path, entry in files(place, folder).items()}

        monkeypatch.setattr(places.Bucket, "files", tagged)
        monkeypatch.setattr(places.Bucket, "write", pytest.fail)
        machine.build()
        assert {path for path in paths if path != "latest.json"} == machine.objects.keys() - {"latest.json"}


@pytest.mark.parametrize("genuine", [True, False])
def test_a_release_that_was_published_meanwhile_stays_the_latest_where_it_is_one(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, genuine: bool
) -> None:
    manifest = json.loads(machine.objects[f"{machine.folder}/manifest.json"]) | {"as_of": "2030-01-01"}
    other = id_of(manifest)
    data = manifest_bytes(manifest) if genuine else b"{}"
    write_files = places.Bucket.write_files

    def publish(*arguments: Any) -> bool:
        machine.damage(lambda objects, folder: objects.update({f"releases/{other}/manifest.json": data}))
        places.Bucket(machine.url).write("latest.json", json.dumps({"release": other}).encode())
        return write_files(*arguments)

    monkeypatch.setattr(places.Bucket, "write_files", publish)
    assert "Nothing has changed" in machine.build()
    named = json.loads(read_all(machine.url)["latest.json"])["release"]
    assert named == (other if genuine else machine.release)


@pytest.mark.parametrize(
    "change", [change_manifest, remove_manifest, change_table, remove_input, garble_pointer, remove_pointer]
)
def test_a_build_on_a_machine_that_knows_nothing_repairs_the_store_by_building(
    machine: Machine, change: Callable[[Objects, str], None]
) -> None:
    machine.damage(change)
    machine.forget()
    machine.build()
    assert read_all(machine.url) == machine.objects


def test_changed_inputs_are_compared_with_the_damaged_release_by_its_name(machine: Machine, tmp_path: Path) -> None:
    machine.damage(change_table)
    machine.forget()
    raw = Path(shutil.copytree(SMALL, tmp_path / "raw"))
    edit(raw / "article" / "shops.csv", "$20M", "$11M")
    run("build", "--raw", raw, "--out", machine.url)
    release = reading.find_release(machine.url)
    assert release.manifest["previous"] == machine.release
    (note,) = reading.read_table("changes", release)["text"]
    assert note.startswith(f"Nothing can be compared with release {machine.release}")
    assert note.endswith("it is damaged or gone.")


@pytest.mark.parametrize("change", [*MANIFEST_DAMAGE, *FILE_DAMAGE, *POINTER_DAMAGE])
def test_repair_repairs_a_store_from_what_this_machine_holds(
    machine: Machine, change: Callable[[Objects, str], None]
) -> None:
    machine.damage(change)
    run("releases", "repair", "--out", machine.url)
    assert read_all(machine.url) == machine.objects
    assert run("releases", "repair", "--out", machine.url) == "Nothing to repair: 1 release is intact\n"


@pytest.mark.parametrize("change", POINTER_DAMAGE)
def test_repair_on_another_machine_repairs_the_pointer(
    machine: Machine, change: Callable[[Objects, str], None]
) -> None:
    machine.damage(change)
    machine.forget()
    assert f"Repaired: latest is {machine.release}" in run("releases", "repair", "--out", machine.url)
    assert read_all(machine.url) == machine.objects


def test_repair_on_another_machine_tells_what_it_cannot_repair(machine: Machine) -> None:
    objects = machine.damage(change_table)
    machine.forget()
    expected = f"error: {machine.url}/{machine.folder}/{TABLE}: expected the content that was published\n"
    assert run("releases", "repair", "--out", machine.url, code=2) == expected
    assert read_all(machine.url) == objects


def test_a_damaged_pointer_is_reported_with_what_repairs_it(machine: Machine) -> None:
    machine.damage(garble_pointer)
    for command in ("status", "explain us_majority", "releases prune --keep 1"):
        output = run(*command.split(), "--out", machine.url, code=2)
        assert output == (f"error: {machine.url}/latest.json does not name a release; run `tidebook releases repair`\n")
    assert machine.release in run("releases", "list", "--out", machine.url)


def test_a_damaged_manifest_is_not_read(machine: Machine) -> None:
    for change in (change_manifest, cut_manifest):
        machine.damage(change)
        with pytest.raises(OSError, match=r"manifest.json is not what was published"):
            reading.find_release(machine.url)
