"""`review` and `accept` on an article in git, and the steps of the action and the hook as a runner would run them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, SMALL, edit, tidebook

DOSSIER = SMALL
SHOPS = "article/shops.csv"
CALM = "**Tidebook**: no outcome turned. Statements: 1 depends, 1 consistent. Figures: 1 wrong, 2 unchecked.\n"


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Author", "-c", "user.email=author@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """An article below the top of a repository with one commit."""
    shutil.copytree(SMALL, tmp_path / "site" / "article")
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "Add the article"]):
        git(tmp_path / "site", *command)
    return tmp_path / "site" / "article"


def review(*arguments: object) -> tuple[int, str]:
    result = tidebook("review", *map(str, arguments))
    return result.exit_code, result.stdout


def test_a_change_that_turns_nothing_is_one_line(article: Path) -> None:
    assert review("HEAD", "--raw", article) == (0, CALM)
    edit(article / "dossier.toml", "Sales of three shops", "What three shops sold")
    assert review("HEAD", "--raw", article) == (0, CALM)


def test_a_cell_that_turns_an_outcome_is_named_with_it(article: Path) -> None:
    edit(article / SHOPS, "$30M", "$24.1M")
    code, shown = review("HEAD", "--raw", article, "--fail-on", "new:wrong")
    assert code == 0, "what was wrong is mended"
    assert "| `shops/north/sales` $24.1M | wrong | **right** |" in shown
    assert f'shops/north/sales went from "$30M" to "$24.1M" ({SHOPS}:2, column Sales)' in shown


def test_only_what_is_newly_wrong_fails_where_that_is_asked_for(article: Path) -> None:
    assert review("HEAD", "--raw", article, "--fail-on", "new:wrong")[0] == 0, "it was wrong before"
    assert review("HEAD", "--raw", article, "--fail-on", "wrong")[0] == 1
    edit(article / SHOPS, "$30M", "$24.1M")
    git(article, "commit", "--quiet", "--all", "--message", "Correct a figure")
    edit(article / SHOPS, "$24.1M", "$241M")
    code, shown = review("HEAD", "--raw", article, "--fail-on", "new:wrong")
    assert code == 1
    assert shown.startswith("### Tidebook: 3 outcomes turned, 1 newly wrong, 1 newly contradicts itself\n")


def test_two_revisions_are_compared_as_they_were_committed(article: Path) -> None:
    edit(article / SHOPS, "$30M", "$24.1M")
    git(article, "commit", "--quiet", "--all", "--message", "Correct a figure")
    edit(article / SHOPS, "$24.1M", "not committed")
    assert "| wrong | **right** |" in review("HEAD~1", "HEAD", "--raw", article)[1]


def test_what_is_no_revision_folder_or_release_is_an_error(article: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(article)
    for name in ("nowhere", "--output=x"):
        assert tidebook("review", "--raw", ".", "--", name).exit_code == 2


def test_an_accepted_finding_is_silent_until_it_is_another(article: Path) -> None:
    accept = ("accept", "shops/north/sales", "--why", "The accounts are disputed", "--raw", str(article))
    assert tidebook(*accept).output == "accepted: shops/north/sales, wrong\n"
    assert tidebook("check", str(article)).exit_code == 0
    assert tidebook(*accept).output == "Nothing to change\n"
    edit(article / SHOPS, "$30M", "$31M")
    again = tidebook("check", str(article))
    assert again.exit_code == 1
    assert "another finding was accepted here: The accounts are disputed" in again.output


def test_an_entry_of_a_mended_figure_is_told_and_pruned(article: Path) -> None:
    (article / "accepted.toml").write_text("# Ours.\n\n[[accepted]]\nid = 'shops/north/sales'\nwhy = 'Old'\n")
    edit(article / SHOPS, "$30M", "$24.1M")
    assert (
        "expected a figure or claim with a finding; this one has none: remove it"
        in tidebook("check", str(article)).output
    )
    assert "removed" in tidebook("accept", "--prune", "--raw", str(article)).output
    assert (article / "accepted.toml").read_text() == "# Ours.\n"


def test_accept_names_what_is_near(article: Path) -> None:
    result = tidebook("accept", "shops/nort/sales", "--why", "Known", "--raw", str(article))
    assert result.exit_code == 2
    assert "did you mean shops/north/sales?" in result.output
    assert not (article / "accepted.toml").exists()


def shell(command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": paths, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", command],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_action_annotates_the_cell_and_writes_the_review(article: Path, tmp_path: Path) -> None:
    steps = {step.get("name"): step for step in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]}
    given = {"FOLDER": "article", "FAIL_ON": "wrong", "BASE": "HEAD", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    assert {*steps["check"]["env"], *steps["review"]["env"]} <= given.keys()
    checked = shell(steps["check"]["run"], article.parent, **given)
    assert checked.returncode == 1
    assert (
        f"::error file=article/{SHOPS},line=2,col=7,endColumn=11,title=wrong%3A shops/north/sales::" in checked.stdout
    )
    assert shell(steps["review"]["run"], article.parent, **given).returncode == 0
    assert (tmp_path / "summary").read_text() == CALM


def test_the_hook_fails_on_a_wrong_figure(article: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert shell(f"{hook['entry']} article", article.parent).returncode == 1
