"""A ledger in an object store, on moto's server on loopback: the same tables as from a folder, changes seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from obstore.exceptions import PermissionDeniedError

from tests.conftest import tidebook
from tests.integration.test_object_store import server, url
from tests.ledgers import dozen, put, row
from tidebook.pipelines.graph.places import Bucket

__all__ = ["server", "url"]


def send(folder: Path, address: str) -> None:
    store = Bucket(address)
    for path in folder.rglob("*"):
        if path.is_file():
            store.write(path.relative_to(folder).as_posix(), path.read_bytes())


def build(ledger: str, raw: Path, out: Path, code: int = 0) -> str:
    result = tidebook("ledger", "build", "--ledger", ledger, "--raw", str(raw), "--out", str(out))
    assert result.exit_code == code, result.output
    return result.output


def test_a_ledger_in_an_object_store(url: str, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = dozen(tmp_path / "ledger")
    put(folder, "2026-02", [row(None), row("02-09 00:00")], "part-1")
    send(folder, url)
    here, there = tmp_path / "here", tmp_path / "there"
    build(str(folder), raw, here)
    output = build(url, raw, there)
    assert "2 of 2 months computed" in output
    assert "14 rows, 1 in quarantine" in output
    for name in ("gpu_economics", "inference_mix", "ledger_months"):
        path = f"ledger/latest/{name}.parquet"
        assert (here / path).read_bytes() == (there / path).read_bytes()
    assert "0 of 2 months computed" in build(url, raw, there)
    Bucket(url).write("month=2026-02/part-1.parquet", (folder / "month=2026-01" / "part-0.parquet").read_bytes())
    assert "2 of 2 months computed" in build(url, raw, there), "February's folder holds late rows of January now"
    Bucket(url).write("month=2026-02/part-2.parquet", b"no Parquet")
    assert f"{url}/month=2026-02/part-2.parquet: expected a Parquet file (" in build(url, raw, there, code=2)
    Bucket(url).remove(["month=2026-02/part-2.parquet", "models.csv"])
    assert f"{url}/models.csv: expected a file of this name" in build(url, raw, there, code=2)


def test_a_store_that_refuses_a_file_is_not_bad_input(
    url: str, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(dozen(tmp_path / "ledger"), url)

    class Refusing:
        def open(self, _: str) -> None:
            raise PermissionDeniedError("403 Forbidden\nDebug source: much more")

    monkeypatch.setattr("tidebook.plugins.ledger.dataset.file_system", lambda _: Refusing())
    assert build(url, raw, tmp_path / "out", code=3) == f"error: {url}: 403 Forbidden\n"


def test_what_comes_out_is_put_into_an_object_store(
    url: str, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEBOOK_CACHE", str(tmp_path / "cache"))
    folder = dozen(tmp_path / "ledger")
    out = tmp_path / "here"
    build(str(folder), raw, out)
    result = tidebook("ledger", "build", "--ledger", str(folder), "--raw", str(raw), "--out", f"{url}/out")
    assert result.exit_code == 0, result.output
    objects = Bucket(f"{url}/out")
    name = json.loads(objects.read("ledger/latest.json") or b"")["ledger"]
    assert name == (out / "ledger" / "latest").resolve().name
    for path in ("gpu_economics.parquet", "observations.json"):
        assert objects.read(f"ledger/{name}/{path}") == (out / "ledger" / "latest" / path).read_bytes()
    monkeypatch.setenv("TIDEBOOK_CACHE", str(tmp_path / "of another machine"))
    arguments = ("ledger", "build", "--ledger", str(folder), "--raw", str(raw), "--out", f"{url}/out")
    assert "0 of 2 months computed" in tidebook(*arguments).output
    (month,) = (path for path in objects.files("store/ledger/months/2026-02") if path.endswith("sums.parquet"))
    objects.write(f"store/ledger/months/2026-02/{month}", b"damaged")
    monkeypatch.setenv("TIDEBOOK_CACHE", str(tmp_path / "of a third"))
    assert "1 of 2 months computed" in tidebook(*arguments).output
    assert json.loads(objects.read("ledger/latest.json") or b"")["ledger"] == name
