"""Results that another account made: an output folder that comes with an article decides nothing."""

from __future__ import annotations

import http.client
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import edit, tidebook
from tidebook.pipelines.commands.ui import HERE, report_server
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read.account import KEY, is_own, is_sealed, seal
from tidebook.pipelines.read.digest import digest
from tidebook.releases import latest
from tidebook.schemas.parquet import read_parquet

SHOPS = Path("article", "shops.csv")
FOREIGN = "was not made by this account"
STORED = "that this account did not make"


def use_account(patch: pytest.MonkeyPatch, name: str) -> None:
    """Be another account, with a secret of its own."""
    patch.setenv(KEY, f"the secret of {name}")


@pytest.fixture
def theirs(raw: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An output folder that somebody else has made of the dossier, and sent with it; this process is ours again."""
    use_account(monkeypatch, "somebody else")
    assert build(raw, out).exit_code == 0
    use_account(monkeypatch, "ours")
    yield out


def build(raw: Path, out: Path, *more: str):  # type: ignore[no-untyped-def]
    """Build a dossier."""
    return tidebook("build", "--raw", str(raw), "--out", str(out), *more)


def outcomes(out: Path) -> dict[str, str]:
    """Return the outcome of each figure and statement of the latest release."""
    figures = read_parquet(out / "latest" / "tables" / "figure_outcomes.parquet")
    claims = read_parquet(out / "latest" / "tables" / "outcomes.parquet")
    return dict(
        zip([*figures["figure_id"], *claims["statement_id"]], [*figures["outcome"], *claims["outcome"]], strict=True)
    )


def poison(out: Path, step: str, old: bytes, new: bytes) -> int:
    """Replace bytes in the results of a step, and seal them as somebody without our secret can; return how many."""
    poisoned = 0
    store = Store(out)
    for folder in [path for path in (out / "store" / step).iterdir() if path.is_dir()]:
        files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "entry.json"}
        changed = {name: data.replace(old, new) for name, data in files.items()}
        poisoned += changed != files
        shutil.rmtree(folder)
        store.put(step, folder.name, changed, 3)
    return poisoned


def test_a_poisoned_store_decides_no_verdict(
    raw: Path, theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_account(monkeypatch, "somebody else")
    assert poison(theirs, "raw/article/shops", b"$30M", b"$24M")
    use_account(monkeypatch, "ours")
    (theirs / "latest").unlink()
    done = build(raw, theirs)
    assert done.exit_code == 0
    assert done.output.count(STORED) == 1
    assert build(raw, tmp_path / "clean").exit_code == 0
    assert outcomes(theirs) == outcomes(tmp_path / "clean")
    assert outcomes(theirs)["shops/north/sales"] == "wrong"
    assert build(raw, theirs).output.startswith("Nothing has changed")


def test_a_forged_record_of_the_code_makes_no_release_up_to_date(raw: Path, theirs: Path) -> None:
    assert "Out of date: code, libraries, files of the release or who made it" in status(raw, theirs)
    done = build(raw, theirs)
    assert "Nothing has changed" not in done.output
    assert "Up to date" in status(raw, theirs)


def status(raw: Path, out: Path) -> str:
    done = tidebook("status", "--raw", str(raw), "--out", str(out))
    assert done.exit_code == 0
    return done.output


def test_a_foreign_latest_is_named_in_one_line_and_nothing_is_compared_with_it(raw: Path, theirs: Path) -> None:
    edit(raw / SHOPS, "$20M", "$11M")
    done = build(raw, theirs)
    assert done.output.count(FOREIGN) == 1
    assert "→" not in done.output
    found = latest(theirs)
    assert found is not None and found.manifest["previous"] is None
    edit(raw / SHOPS, "$11M", "$20M")
    again = build(raw, theirs)
    assert FOREIGN not in again.output
    assert "south_follows: wrong → depends" in again.output


@pytest.mark.parametrize(
    "command",
    [["claims"], ["figures"], ["explain", "south_follows"], ["status"], ["export", "--csv", "tables"], ["diff"]],
)
def test_each_command_that_reads_a_foreign_release_says_so_once(
    command: list[str], raw: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    named = [str(theirs), str(theirs)] if command == ["diff"] else []
    folders = ["--raw", str(raw)] if command == ["status"] else []
    done = tidebook(*command, *named, *folders, "--out", str(theirs))
    assert (done.exit_code, done.output.count(FOREIGN)) == (0, 1), done.output


def test_what_was_wrong_in_a_foreign_release_does_not_count_as_known(raw: Path, theirs: Path) -> None:
    given = [str(theirs), "--dossier", str(raw)]
    reviewed = tidebook("review", *given, "--fail-on", "new:wrong")
    assert reviewed.exit_code == 1
    assert "Failed: shops/north/sales: wrong" in reviewed.output
    assert reviewed.output.count(FOREIGN) == 1
    compared = tidebook("diff", str(theirs), str(theirs), "--fail-on", "new:wrong")
    assert (compared.exit_code, compared.output.count(FOREIGN)) == (2, 1)
    assert build(raw, theirs).exit_code == 0
    assert tidebook("review", *given, "--fail-on", "new:wrong").exit_code == 0


def test_jobs_with_one_key_believe_each_other(raw: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_account(monkeypatch, "the jobs")
    assert build(raw, out).exit_code == 0
    monkeypatch.setenv("XDG_CONFIG_HOME", str(out.parent / "another machine"))
    assert build(raw, out).output.startswith("Nothing has changed")
    monkeypatch.delenv(KEY)
    assert build(raw, out).output.count(FOREIGN) == 1


def test_a_process_does_not_keep_the_secret_of_another_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "theirs"))
    theirs = seal("a result")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "ours"))
    assert not is_sealed(theirs, "a result")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "theirs"))
    assert is_sealed(theirs, "a result")


def test_a_key_that_can_be_guessed_is_refused(raw: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "secret")
    done = build(raw, out)
    (line,) = [line for line in done.output.splitlines() if line.startswith("error:")]
    assert (done.exit_code, "at least 16 characters" in line, '"secret"' in line) == (2, True, False)


def test_the_secret_is_made_once_for_its_owner_alone(raw: Path, out: Path, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "tidebook"), "build", "--raw", str(raw), "--out", str(out)]
    own = {name: value for name, value in os.environ.items() if name != KEY} | {"XDG_CONFIG_HOME": str(tmp_path / "c")}
    subprocess.run(command, env=own, check=True, capture_output=True)
    secret = tmp_path / "c" / "tidebook" / "key"
    kept = secret.read_bytes()
    assert len(kept) == 64
    assert [stat.S_IMODE(path.stat().st_mode) for path in (secret, secret.parent)] == [0o600, 0o700]
    again = subprocess.run(command, env=own, check=True, capture_output=True, text=True)
    assert again.stdout.startswith("Nothing has changed")
    assert (secret.read_bytes(), len(list(secret.parent.iterdir()))) == (kept, 1)
    # Where none can be kept, a build works, and the next one does not believe it.
    (tmp_path / "file").touch()
    for _ in range(2):
        done = subprocess.run(
            command, env=own | {"XDG_CONFIG_HOME": str(tmp_path / "file")}, check=True, capture_output=True, text=True
        )
        assert FOREIGN in done.stderr


def test_an_adopted_release_is_compared_with(raw: Path, theirs: Path) -> None:
    edit(raw / SHOPS, "$20M", "$11M")
    assert tidebook("releases", "adopt", "--out", str(theirs)).exit_code == 0
    done = build(raw, theirs)
    assert FOREIGN not in done.output
    assert "south_follows: depends → wrong" in done.output


def test_a_damaged_release_is_not_adopted(theirs: Path) -> None:
    (theirs / "latest" / "report" / "badge.svg").write_text("<svg/>")
    done = tidebook("releases", "adopt", "--out", str(theirs))
    assert (done.exit_code, "a release whose files are as published" in done.output) == (2, True)


def test_parts_of_a_statistic_that_another_account_kept_are_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_account(monkeypatch, "somebody else")
    cache = StepCache(tmp_path / "cache.json", "code")
    cache.gather({"a": "key"}, lambda parts: dict.fromkeys(parts, 1.0))
    cache.save()
    forged = tmp_path / "forged.json"
    text = (tmp_path / "cache.json").read_bytes().partition(b"\n")[2]
    forged.write_bytes(digest(text).encode() + b"\n" + text)
    for name, expected in (("somebody else", 1.0), ("ours", 2.0)):
        use_account(monkeypatch, name)
        found = StepCache(tmp_path / "cache.json", "code").gather({"a": "key"}, lambda parts: dict.fromkeys(parts, 2.0))
        assert found == {"a": expected}
    assert StepCache(forged, "code").gather({"a": "key"}, lambda parts: dict.fromkeys(parts, 2.0)) == {"a": 2.0}


@pytest.mark.parametrize(
    "link", ["store", "releases", "store/figures", "store/made", "releases/ID", "releases/ID/report"]
)
@pytest.mark.parametrize("command", ["build", "prune", "repair"])
def test_a_link_in_a_foreign_output_folder_changes_nothing_elsewhere(
    link: str, command: str, raw: Path, theirs: Path, tmp_path: Path
) -> None:
    """A home with hidden files and with more folders than a step keeps results."""
    home = tmp_path / "home"
    for name in (".ssh", *(f"folder{n}" for n in range(20))):
        (home / name).mkdir(parents=True)
    (home / ".bashrc").write_text("own")
    (home / "index.html").write_text("own")
    before = sorted(str(path) for path in home.rglob("*"))
    found = latest(theirs)
    assert found is not None
    place = theirs / link.replace("ID", found.release_id)
    shutil.rmtree(place)
    place.symlink_to(home)
    if command == "build":
        done = build(raw, theirs)
    else:
        done = tidebook("releases", command, *(["--keep", "1"] if command == "prune" else []), "--out", str(theirs))
    assert sorted(str(path) for path in home.rglob("*")) == before, done.output
    assert (home / "index.html").read_text() == "own"
    assert "Traceback" not in done.output


@pytest.mark.parametrize("kind", ["link", "folder", "FIFO"])
def test_what_has_the_place_of_a_mark_is_replaced(kind: str, raw: Path, theirs: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("own")
    for mark in [*(theirs / "store/made").iterdir()]:
        mark.unlink()
        if kind == "link":
            mark.symlink_to(elsewhere)
        elif kind == "folder":
            (mark / "inner").mkdir(parents=True)
        else:
            os.mkfifo(mark)
    done = build(raw, theirs)
    assert done.exit_code == 0, done.output
    assert elsewhere.read_text() == "own"
    found = latest(theirs)
    assert found is not None
    assert is_own(found)


def test_the_server_beside_the_ui_serves_no_page_of_another_account(raw: Path, theirs: Path) -> None:
    def answer() -> int:
        connection = http.client.HTTPConnection(HERE, server.server_address[1], timeout=10)
        connection.request("GET", "/latest/report/index.html")
        with closing(connection):
            return connection.getresponse().status

    with report_server(theirs, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            assert answer() == 404
            assert build(raw, theirs).exit_code == 0
            assert answer() == 200
        finally:
            server.shutdown()
