"""The committed lock holds the committed raw files as they are."""

from pathlib import Path

from pipelines.ingest.lock import differences, raw_paths, read_lock, write_lock
from tests.conftest import ROOT, edit, tidebook


def test_committed_lock_matches_committed_bytes() -> None:
    assert differences(ROOT / "raw") == []
    assert list(read_lock(ROOT / "raw")) == raw_paths(ROOT / "raw")


def test_an_edit_is_named_and_recorded(raw: Path) -> None:
    edit(raw / "article" / "regional_funding.csv", "$8B", "$40B")
    (raw / "reference" / "extra.csv").write_text("a\n1\n")
    (raw / "reference" / "releases.csv").unlink()
    changed = ["article/regional_funding.csv", "reference/extra.csv", "reference/releases.csv"]
    assert differences(raw) == changed
    assert write_lock(raw) == changed
    assert differences(raw) == []
    assert read_lock(raw)["reference/extra.csv"]["rows"] == 1
    assert "reference/releases.csv" not in read_lock(raw)


def test_lock_command_says_what_it_recorded(raw: Path) -> None:
    edit(raw / "article" / "regional_funding.csv", "$8B", "$9B")
    result = tidebook("lock", "--raw", str(raw))
    assert (result.exit_code, result.output) == (0, "recorded article/regional_funding.csv\n")
    assert tidebook("lock", "--raw", str(raw)).output == "The lock was up to date\n"
