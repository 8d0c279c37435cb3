"""The command line: what help lists, how an unknown word is told, and that a command imports no other one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MARATHON, SHIPPED, SMALL, tidebook
from tidebook.pipelines.read.settings import settings

DOSSIER = SMALL


def listed(shown: str) -> set[str]:
    _, _, commands = shown.partition("Commands:")
    return {line.split()[0] for line in commands.splitlines() if line.startswith("  ") and line[2:3].isalpha()}


@pytest.mark.parametrize(("raw", "there"), [(SHIPPED, True), (MARATHON, False)])
def test_help_lists_the_commands_of_a_pack_where_the_dossier_has_it(
    raw: Path, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEBOOK_RAW", str(raw))
    shown = tidebook("--help")
    assert shown.exit_code == 0
    assert ({"sources", "ledger"} <= listed(shown.output)) is there
    assert {"build", "check", "releases", "schema"} <= listed(shown.output)
    assert tidebook("ledger", "--help").exit_code == 0


def test_a_dossier_is_taken_where_it_is_the_current_folder_or_raw_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = Path(shutil.copytree(MARATHON, tmp_path / "raw"))
    monkeypatch.delenv("TIDEBOOK_RAW", raising=False)
    for place in (raw, tmp_path):
        monkeypatch.chdir(place)
        assert "9 men" in tidebook("check").output


def test_snapshots_lie_beside_a_dossier_from_within_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "dossier.toml").write_text("[plugins.live]\n")
    monkeypatch.delenv("TIDEBOOK_RAW", raising=False)
    monkeypatch.delenv("TIDEBOOK_SNAPSHOTS", raising=False)
    for place in (tmp_path, tmp_path / "raw"):
        monkeypatch.chdir(place)
        snapshots = settings().snapshots
        assert snapshots and snapshots.resolve() == tmp_path.resolve() / "snapshots"


def test_a_wrong_setting_keeps_nobody_from_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEBOOK_BASE_URL", "no address")
    assert tidebook("--help").exit_code == 0
    assert (tidebook("status").exit_code, tidebook("status").output.count("\n")) == (2, 1)


def test_help_says_the_whole_of_what_a_command_does() -> None:
    assert "and the outcome counts." in " ".join(tidebook("--help").output.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["biuld"], "No such command 'biuld'. Did you mean 'build'?"),
        (["build", "--watc"], "No such option '--watc'. Did you mean '--watch'?"),
        (["releases", "prune", "--keep", "0"], "'--keep': 0 is not in the range x>=1."),
    ],
)
def test_an_unknown_word_is_reported_with_a_suggestion(words: list[str], said: str) -> None:
    shown = tidebook(*words)
    assert (shown.exit_code, said in shown.output) == (2, True), shown.output


def test_a_build_with_nothing_to_do_imports_neither_tables_nor_other_commands(built: Path) -> None:
    code = (
        "import sys; from tidebook.pipelines.commands.app import app\n"
        f"app(['build', '--raw', {str(SMALL)!r}, '--out', {str(built)!r}], standalone_mode=False)\n"
        "print([name for name in ('pandas', 'pydantic', 'tidebook.pipelines.commands.sources') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"
