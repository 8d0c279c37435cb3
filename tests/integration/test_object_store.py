"""An object store in place of the output folder, on moto's server on loopback: the same guarantees by a pointer."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import tidebook as reading
from tests.conftest import ARTICLE, edit, tidebook
from tidebook import places
from tidebook.pipelines.graph.places import Bucket, Folder
from tidebook.pipelines.read.account import MARKS
from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.settings import settings
from tidebook.pipelines.release.release import prune, upload
from tidebook.places import MANIFEST
from tidebook.releases import latest, release_ids

SHOPS = Path("article", "shops.csv")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer  # takes half a second

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def url(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty bucket's address; what is made for it stays in the test's own folder."""
    environment = {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",  # pragma: allowlist secret
        "AWS_REGION": "us-east-1",
        "TIDEBOOK_CACHE": str(tmp_path / "cache"),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/reset", method="POST")).close()
    urllib.request.urlopen(urllib.request.Request(f"{server}/bucket", method="PUT")).close()
    return "s3://bucket/some/prefix"


@pytest.fixture
def computed(url: str, built: Path) -> None:
    """Put the results of the committed dossier's steps where a build for the store finds them."""
    shutil.copytree(built / "store", settings(None, url).out / "store")


def run(*arguments: object, code: int = 0) -> str:
    result = tidebook(*map(str, arguments))
    assert result.exit_code == code, result.output
    return result.output


def pointer(url: str) -> str:
    return str(json.loads(Bucket(url).read("latest.json") or b"")["release"])


def everything(url: str) -> dict[str, bytes | None]:
    store = Bucket(url)
    return {path: store.read(f"releases/{path}") for path in store.files("releases")}


def test_a_build_publishes_and_everything_reads_it_from_another_machine(
    url: str, raw: Path, tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = run("build", "--raw", raw, "--out", url)
    assert f"Published: {url}" in output
    release = latest(built)
    assert release is not None
    assert pointer(url) == release.release_id, "the same inputs and code, the same id"
    files = {f"{release.release_id}/{path}" for path in (*release.manifest["files"], MANIFEST)}
    assert set(everything(url)) == files
    again = run("build", "--raw", raw, "--out", url)
    assert again.startswith(f"Nothing has changed since release {release.release_id} of ")
    assert again.endswith(f": {url}/latest\n")

    monkeypatch.setenv("TIDEBOOK_CACHE", str(tmp_path / "elsewhere"))
    assert "north_leads" in run("explain", "north_leads", "--out", f"{url}/")
    assert "Latest release: " in run("status", "--raw", raw, "--out", url)
    assert run("releases", "list", "--out", url).endswith("  latest\n")
    assert "Verified" in run("verify", "--out", url)
    assert "Verified" in run("verify", release.release_id[:6], "--out", url)
    assert "Verified" in run("verify", f"{url}/")
    assert "Identical" in run("diff", built, f"{url}/")
    run("export", "--csv", tmp_path / "csv", "--out", url)
    assert (tmp_path / "csv" / "verdicts.csv").is_file()

    assert reading.tables(url) == reading.tables(built)
    frame = reading.read_table("verdicts", url)
    assert frame.attrs["release"] == release.release_id
    assert frame.equals(reading.read_table("verdicts", built))
    assert len(reading.read_table("claims", f"{url}/releases/{release.release_id}", engine="polars")) == 2
    with pytest.raises(LookupError, match="its tables: assumptions"):
        reading.read_table("nothing", url)
    with pytest.raises(LookupError, match="no release in s3://bucket/other"):
        reading.read_table("verdicts", "s3://bucket/other")


@pytest.mark.usefixtures("computed")
def test_another_machine_goes_on_from_the_release_in_the_store(
    url: str, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("build", "--raw", raw, "--out", url)
    first = pointer(url)
    monkeypatch.setenv("TIDEBOOK_CACHE", str(tmp_path / "elsewhere"))
    edit(raw / SHOPS, "$20M", "$11M")
    assert "Changed: south_follows: depends → wrong" in run("build", "--raw", raw, "--out", url)
    second = pointer(url)
    assert set(reading.read_table("changes", url)["previous"]) == {first}
    assert "south_follows" in run("diff", first, second, "--out", url)
    monkeypatch.setenv("TIDEBOOK_CACHE", str(tmp_path / "third"))
    assert "warning:" not in run("verify", "--out", url), "the former release is found in the store"
    lines = run("releases", "list", "--out", url).splitlines()
    assert [line.split()[0] for line in lines] == [second, first]
    assert run("releases", "prune", "--keep", 1, "--out", url) == f"Removed {first}\n1 kept\n"
    assert release_ids(Bucket(url)) == [second]
    assert f"the previous release {first} is missing" in run("verify", "--out", url)


def copies(built: Path, out: Path, count: int) -> list[str]:
    """Make an output folder with so many small releases and return their ids."""
    from tidebook.pipelines.graph.store import Store
    from tidebook.pipelines.release.datapackage import About
    from tidebook.pipelines.release.release import Input, publish

    store = Store(out)
    found = []
    for place in range(count):
        report = store.put("verdict_report", str(place), {"index.html": str(place).encode()})
        release, _ = publish(out, {}, report, {"a.csv": Input(b"A\n1\n", 1)}, About("2026-11-24", [], ARTICLE))
        found.append(release.release_id)
    return found


def test_the_pointer_is_written_last_and_a_broken_upload_is_not_seen(
    url: str, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    copies(built, out, 1)
    first, store = latest(out), Bucket(url)
    assert first is not None
    written: list[str] = []
    write = Bucket.write

    def watched(self: Bucket, path: str, data: bytes) -> None:
        written.append(path)
        write(self, path, data)

    monkeypatch.setattr(Bucket, "write", watched)
    upload(first, store)
    named = f"releases/{first.release_id}/{MANIFEST}", f"{MARKS}/{first.release_id}", "latest.json"
    assert tuple(written[-3:]) == named
    assert len(written) == len(first.manifest["files"]) + len(named)
    written.clear()
    upload(first, store)
    assert written == [], "what is there is not sent again"

    def broken(self: Bucket, path: str, data: bytes) -> None:
        if path.endswith(MANIFEST):
            raise OSError("the line is down")
        write(self, path, data)

    copies(built, out, 2)
    second = latest(out)
    assert second is not None and second.release_id != first.release_id
    monkeypatch.setattr(Bucket, "write", broken)
    with pytest.raises(OSError, match="the line is down"):
        upload(second, store)
    assert pointer(url) == first.release_id
    assert release_ids(store) == [first.release_id]
    monkeypatch.setattr(Bucket, "write", write)
    upload(second, store)
    assert pointer(url) == second.release_id


def sent(url: str, built: Path, out: Path, count: int) -> list[str]:
    """Send so many releases and return their ids as they are listed."""
    for place in range(count):
        copies(built, out, place + 1)
        release = latest(out)
        assert release is not None
        upload(release, Bucket(url))
    return release_ids(Bucket(url))


def test_old_releases_go_and_the_pointed_one_never(url: str, built: Path, tmp_path: Path) -> None:
    ids, store = sent(url, built, tmp_path / "out", 3), Bucket(url)
    assert len(ids) == 3
    store.write("latest.json", json.dumps({"release": ids[-1]}).encode())
    store.write("releases/0123456789abcdef/tables/a.parquet", b"being sent by another machine")
    assert prune(store, 1) == ids[:-1]
    assert release_ids(store) == ids[-1:]
    assert store.files("releases/0123456789abcdef")


def test_a_release_that_the_pointer_turns_to_meanwhile_stays(
    url: str, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, store = sent(url, built, tmp_path / "out", 3), Bucket(url)
    remove = Bucket.remove
    current = pointer(url)
    turned, *others = [name for name in reversed(ids) if name != current]

    def turn(self: Bucket, paths: list[str]) -> None:
        remove(self, paths)
        store.write("latest.json", json.dumps({"release": turned}).encode())

    monkeypatch.setattr(Bucket, "remove", turn)
    assert prune(store, 1) == others
    assert set(release_ids(store)) == {current, turned}


def test_what_a_killed_upload_left_goes_after_a_day(tmp_path: Path) -> None:
    whole, left, running = (letter * 16 for letter in "abc")
    days = {f"{whole}/{MANIFEST}": 0, f"{left}/a": 0, f"{running}/a": 0, f"{running}/b": 2}
    for path, day in days.items():
        write_file(tmp_path / "releases" / path, b"")
        os.utime(tmp_path / "releases" / path, (day * 86_400, day * 86_400))
    assert prune(Folder(tmp_path), 1) == [left]
    assert prune(Folder(tmp_path), 1) == []
    assert prune(Folder(tmp_path / "none"), 1) == []


def test_a_reader_beside_builds_sees_whole_releases_only(url: str, built: Path, tmp_path: Path) -> None:
    out, store = tmp_path / "out", Bucket(url)
    copies(built, out, 1)
    first = latest(out)
    assert first is not None
    upload(first, store)
    stop, seen, faults = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            try:
                release = reading.find_release(url)
                assert release.read("report/index.html")
                seen.add(release.release_id)
            except Exception as error:
                faults.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for place in range(5):
        copies(built, out, place + 1)
        release = latest(out)
        assert release is not None
        upload(release, store)
    stop.set()
    reader.join()
    assert not faults
    assert seen


@pytest.mark.usefixtures("computed")
def test_a_damaged_object_is_reported_with_its_place(url: str, raw: Path, tmp_path: Path) -> None:
    run("build", "--raw", raw, "--out", url)
    name = pointer(url)
    Bucket(url).write(f"releases/{name}/tables/claims.parquet", b"no")
    assert f"error: {url}/releases/{name}/tables/claims.parquet: expected the content" in run(
        "verify", "--out", url, code=2
    )
    with pytest.raises(OSError, match=r"tables/claims.parquet is not what was published"):
        reading.read_table("claims", url)
    shutil.rmtree(tmp_path / "cache")
    assert "is not what was published" in run("explain", "north_leads", "--out", url, code=2)
    Bucket(url).write("latest.json", b"{")
    assert "does not name a release" in run("status", "--raw", raw, "--out", url, code=2)
    with pytest.raises(OSError, match="does not name a release"):
        reading.find_release(url)


def test_a_store_that_is_not_there_and_a_missing_library_are_one_line(
    url: str, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("status", "--raw", raw, "--out", url, code=2).endswith("run `tidebook build` first\n")
    assert "expected a release; run `tidebook build` first" in run("releases", "list", "--out", url)
    run("verify", "--out", url, code=2)
    run("verify", "0123", "--out", url, code=2)
    (line,) = run("build", "--raw", raw, "--out", "s3://no_such_bucket/a", code=3).splitlines()
    assert line.startswith("error: s3://no_such_bucket/a: ")
    (line,) = run("build", "--raw", raw, "--out", "nothing://bucket/a", code=2).splitlines()
    assert line.startswith('error: the output: found "nothing://bucket/a", expected a folder, or an address')
    places._connect.cache_clear()
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    (line,) = run("build", "--raw", raw, "--out", url, code=3).splitlines()
    assert line == f'error: {url} needs obstore, which is not installed: pip install "tidebook[s3]"'
    with pytest.raises(ImportError, match=r"tidebook\[s3\]"):
        reading.find_release(url)
