"""Many articles in one code location of Dagster: an asset for each, and a broken one beside others."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from tests.conftest import SMALL, edit
from tidebook.pipelines.commands.outcomes import is_unwanted, unwanted_of
from tidebook.pipelines.defs.articles import HOLDS, READABLE, is_error
from tidebook.schemas.vocabulary import FIGURE_OUTCOMES, OUTCOMES, SEVERITIES, WITH_SEVERITY

ARTICLES = """\
type: tidebook.pipelines.defs.component.ArticlesComponent
attributes:
  dossiers: {dossiers}
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project of Dagster with a clean article, one with a wrong figure and one that cannot be read."""
    (tmp_path / "dg.toml").write_text('directory_type = "project"\n\n[project]\nroot_module = "desk"\n')
    for name in ("clean", "wrong"):
        shutil.copytree(SMALL, tmp_path / "articles" / name)
    edit(tmp_path / "articles" / "clean" / "article" / "shops.csv", "$30M", "$24.1M")
    (tmp_path / "articles" / "broken-one").mkdir()
    (tmp_path / "articles" / "broken-one" / "dossier.toml").write_text("[articel]\n")
    (tmp_path / "articles" / "notes").mkdir()
    folder = tmp_path / "desk" / "defs" / "daily"
    folder.mkdir(parents=True)
    (folder / "defs.yaml").write_text(ARTICLES.format(dossiers="../../../articles"))
    for each in (folder.parent, folder.parent.parent):
        (each / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "desk"]:
        del sys.modules[name]


def load(desk: Path) -> dg.Definitions:
    return dg.load_from_defs_folder(path_within_project=desk / "desk" / "defs")


def test_each_article_is_an_asset_and_a_broken_one_is_a_failed_check(desk: Path) -> None:
    definitions = load(desk)
    keys = {key.to_user_string() for key in definitions.get_repository_def().asset_graph.get_all_asset_keys()}
    assert keys == {"broken_one/article", "clean/article", "wrong/article"}
    with dg.DagsterInstance.ephemeral() as instance:
        done = definitions.resolve_job_def("daily_check").execute_in_process(instance=instance)
    assert done.success
    results = {(each.asset_key.path[0], each.check_name): each.passed for each in done.get_asset_check_evaluations()}
    assert results == {
        ("broken_one", READABLE): False, ("broken_one", HOLDS): False,
        ("clean", READABLE): True, ("clean", HOLDS): True,
        ("wrong", READABLE): True, ("wrong", HOLDS): False,
    }  # fmt: skip
    made = {each.asset_key.path[0] for each in done.get_asset_materialization_events()}  # type: ignore[union-attr]
    assert made == {"clean", "wrong"}


def test_the_asset_check_fails_on_what_the_command_fails_on() -> None:
    unwanted = unwanted_of("wrong")
    assert is_error("wrong", "grave") and not is_error("outdated", "grave") and not is_error("wrong", "minor")
    for outcome in {*OUTCOMES, *FIGURE_OUTCOMES}:
        for severity in SEVERITIES if outcome in WITH_SEVERITY else ("",):
            assert is_error(outcome, severity) == is_unwanted(unwanted, outcome, severity), (outcome, severity)


def test_no_article_is_an_error(desk: Path) -> None:
    (desk / "desk" / "defs" / "daily" / "defs.yaml").write_text(ARTICLES.format(dossiers="[]"))
    with pytest.raises(Exception, match=r".") as raised:
        load(desk)
    assert "dossiers: expected at least one dossier" in str(raised.value.__cause__)


def test_only_articles_that_changed_are_checked_again(desk: Path) -> None:
    definitions = load(desk)
    sensor = definitions.resolve_sensor_def("daily_changed")

    def tick(cursor: str | None) -> tuple[list[str], str | None]:
        """Return the articles of which a check is requested, and the cursor."""
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance=instance, cursor=cursor, definitions=definitions)
            found = sensor.evaluate_tick(context)
        keys = [key.path[0] for request in found.run_requests or () for key in request.asset_selection or ()]
        return keys, found.cursor

    first, cursor = tick(None)
    assert sorted(first) == ["broken_one", "clean", "wrong"]
    assert tick(cursor)[0] == []
    edit(desk / "articles" / "clean" / "article" / "shops.csv", "$24.1M", "$24.2M")
    edit(desk / "articles" / "broken-one" / "dossier.toml", "articel", "artikel")
    assert sorted(tick(cursor)[0]) == ["broken_one", "clean"]


def test_a_list_names_dossiers_and_an_empty_folder_is_refused(desk: Path) -> None:
    place = desk / "desk" / "defs" / "daily" / "defs.yaml"
    place.write_text(ARTICLES.format(dossiers="[../../../articles/clean]") + "  key_prefix: sport\n")
    keys = load(desk).get_repository_def().asset_graph.get_all_asset_keys()
    assert [key.path[0] for key in keys] == ["sport_clean"]
    place.write_text(ARTICLES.format(dossiers="../../../desk"))
    with pytest.raises(Exception, match=r".") as raised:
        load(desk)
    told = []
    error: BaseException | None = raised.value
    while error:
        told.append(str(error))
        error = error.__cause__ or error.__context__
    assert "expected a folder of dossiers" in "\n".join(told)


def checks_of(definitions: dg.Definitions) -> dict[str, bool]:
    """Check all articles, and return which can be read, by prefix."""
    with dg.DagsterInstance.ephemeral() as instance:
        done = definitions.resolve_job_def("daily_check").execute_in_process(instance=instance)
    assert done.success
    results = done.get_asset_check_evaluations()
    return {each.asset_key.path[0]: each.passed for each in results if each.check_name == READABLE}


def test_what_cannot_be_looked_into_or_leads_outside_is_a_failed_check_and_stops_no_other(desk: Path) -> None:
    """Whoever adds an article could add a link to a dossier elsewhere on the machine."""
    articles = desk / "articles"
    shutil.copytree(SMALL, desk / "elsewhere")
    (articles / "out").symlink_to(desk / "elsewhere")
    (articles / "loop").symlink_to("loop")
    (articles / "inside").symlink_to("clean")
    (articles / "file").write_text("no folder")
    expected = {"broken_one": False, "clean": True, "inside": True, "loop": False, "out": False, "wrong": True}
    assert checks_of(load(desk)) == expected


def test_folders_of_any_name_are_distinguished(desk: Path) -> None:
    """Of `a b` and `a.b` neither may be `a_b`; Dagster reserves `type` and `import`."""
    for name in ("a b", "a.b", "a_b", "type", "import", "東京", "京都", "é" * 100):
        shutil.copytree(SMALL, desk / "articles" / name)
    keys = sorted(key.path[0] for key in load(desk).get_repository_def().asset_graph.get_all_asset_keys())
    assert len(keys) == len(set(keys)) == 11
    assert {"a_b", "type", "import", "clean"} <= {*keys}
    assert len([key for key in keys if key.startswith("a_b_")]) == 2
