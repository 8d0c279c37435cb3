"""What the language server reads of the addresses that an editor sends: regular files alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tidebook.pipelines.commands.lsp import _lines, _path


@pytest.mark.parametrize("uri", ["file://[bad/x.md", "file:///tmp/%00.md", ""])
def test_an_address_of_no_file_is_no_error(uri: str) -> None:
    assert _lines(_path(uri)) == []


def test_a_fifo_or_device_has_no_lines_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.md")
    (tmp_path / "loop.md").symlink_to("loop.md")
    for file in (tmp_path / "fifo.md", tmp_path / "loop.md", Path("/dev/stdin"), Path("/dev/zero"), tmp_path):
        assert _lines(file) == []


def test_a_file_has_the_lines_that_were_saved(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("\ufeffone\ntwo é\n".encode())
    assert _lines(_path((tmp_path / "a.md").as_uri())) == ["one", "two é"]
