"""The page on changing the graph, followed as written in a copy of the checkout: edits, commands, what they print."""

from __future__ import annotations

import shutil
from pathlib import Path

import dagster as dg
import pytest

from tests.conftest import ROOT, SHIPPED
from tests.pages import follow, in_shell
from tidebook.pipelines.defs.command import home_place
from tidebook.pipelines.read.settings import Settings

DOSSIER = SHIPPED

PAGE = ROOT / "docs" / "internals" / "change-the-graph.md"


@pytest.fixture
def clone(tmp_path: Path, built: Path) -> Path:
    """A copy of the checkout's packages in which `tidebook build` has run."""
    folder = tmp_path / "clone"
    for name in ("pipelines", "plugins", "schemas", "tidebook", "raw"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(built, folder / "out", symlinks=True)
    return folder


def test_whoever_follows_the_page_gets_what_it_prints_and_the_asset_that_it_describes(clone: Path) -> None:
    page = PAGE.read_text("utf-8")
    kinds = follow(page, clone, in_shell)
    assert sorted(set(kinds)) == ["console", "diff", "python"]
    with dg.DagsterInstance.from_config(str(home_place(Settings(clone / "raw", clone / "out")))) as instance:
        (done,) = instance.get_runs()
        assert done.status == dg.DagsterRunStatus.SUCCESS
        evaluations = [
            event.dagster_event.asset_check_evaluation_data
            for event in instance.all_logs(done.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
            if event.dagster_event
        ]
        checks = {each.check_name for each in evaluations if each.asset_key == dg.AssetKey("verdict_counts")}
        event = instance.get_latest_materialization_event(dg.AssetKey("verdict_counts"))
    assert checks == {"schema"}
    for rule in ("schema", "key", "status_isin", "claims_greater_than_or_equal_to"):
        assert f"`{rule}`" in page
    assert event
    assert event.asset_materialization
    assert event.asset_materialization.metadata["dagster/row_count"].value == 18


@pytest.mark.parametrize(
    "page",
    [
        "```console\n$ echo 2 of 59 steps rebuilt\n3 of 59 steps rebuilt\n```",
        "```console\n$ echo one\n$ echo two\ntwo\n```",
        "```console\n$ printf 'one\\ntwo'\none…\n```",
        "```console\n$ false\n```",
        "Change it, in `a.py`:\n\n```diff\n-x = 2\n+x = 3\n```",
        "Change it:\n\n```diff\n-x = 1\n+x = 3\n```",
    ],
    ids=[
        "another output",
        "an output not shown",
        "a line not shown",
        "a failure",
        "an edit that does not fit",
        "no file",
    ],
)
def test_a_page_that_says_what_is_not_so_is_found_out(page: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", "utf-8")
    with pytest.raises(AssertionError):
        follow(page, tmp_path, in_shell)
