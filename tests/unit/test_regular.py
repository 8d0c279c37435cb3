"""What is read of a folder: regular files inside it, up to a size; nothing that waits, has no end or lies elsewhere."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

import pytest

from tidebook.pipelines.read import regular
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.pipelines.read.regular import (
    NotRegularError,
    OutsideError,
    TooLargeError,
    hash_inputs,
    hash_regular,
    read_regular,
)

KINDS = ("fifo", "socket", "folder", "nothing", "loop")


def make(folder: Path, kind: str) -> None:
    """Put something that is no regular file into a folder, as x.csv."""
    place = folder / "x.csv"
    match kind:
        case "fifo":
            os.mkfifo(place)
        case "socket":
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(str(place))
        case "folder":
            place.mkdir()
        case "loop":
            place.symlink_to("x.csv")


def test_a_file_is_read_and_hashed_also_by_a_link_within_the_folder_and_through_one_to_it(tmp_path: Path) -> None:
    (tmp_path / "raw" / "article").mkdir(parents=True)
    (tmp_path / "raw" / "article" / "a.csv").write_bytes(b"a\r\n")
    (tmp_path / "raw" / "b.csv").symlink_to("article/a.csv")
    (tmp_path / "link").symlink_to("raw")
    for folder, path in (("raw", "article/a.csv"), ("raw", "b.csv"), ("link", "b.csv")):
        assert read_regular(tmp_path / folder, path) == b"a\r\n"
        assert hash_regular(tmp_path / folder, path) == hashlib.sha256(b"a\r\n").hexdigest()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_a_regular_file_is_neither_waited_for_nor_read(tmp_path: Path, kind: str) -> None:
    make(tmp_path, kind)
    with pytest.raises(NotRegularError):
        read_regular(tmp_path, "x.csv")
    assert hash_inputs(tmp_path, ["x.csv"]) == {"x.csv": None}
    with pytest.raises(InputError, match=r"x\.csv: expected a file of this name in the dossier"):
        read_raw(tmp_path, "x.csv")


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "/proc/self/environ", "/etc/hostname", ".."])
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, target: str) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "x.csv").symlink_to(target)
    with pytest.raises(OutsideError):
        read_regular(tmp_path / "raw", "x.csv")
    assert hash_inputs(tmp_path / "raw", ["x.csv"]) == {"x.csv": None}


def test_a_file_larger_than_the_limit_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"123")
    assert read_regular(tmp_path, "x.csv", 3) == b"123"
    with pytest.raises(TooLargeError):
        read_regular(tmp_path, "x.csv", 2)
    with (tmp_path / "x.csv").open("r+b") as stream:
        stream.truncate(regular.MAX_BYTES + 1)
    assert hash_regular(tmp_path, "x.csv") is None


def test_a_file_that_may_not_be_read_is_reported_by_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "x.csv").write_bytes(b"1")
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError):
        read_regular(tmp_path, "x.csv")
    assert hash_regular(tmp_path, "x.csv") is None
