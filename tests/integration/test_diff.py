"""`tidebook diff` on two builds, and the replay of every verdict of the shipped dossier."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pandas as pd
import pytest

from tests.conftest import MARATHON, ON_SHIPPED, SMALL, edit, tidebook
from tests.unit.shipped import METRICS, PRINTED
from tidebook.pipelines.compare import causes
from tidebook.pipelines.compare.causes import Change, Replay, State, causes_of
from tidebook.pipelines.compare.changes import terms_of, view_of
from tidebook.pipelines.judge.verdicts import judge_under
from tidebook.pipelines.read.account import MARKS
from tidebook.schemas.parquet import read_parquet
from tidebook.schemas.vocabulary import ABOUT_PRINTED

EAST = "shops/east/sales"


@pytest.fixture(scope="module")
def edited(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a build in which the eastern shop sells four times as much, and there is a western one."""
    folder = tmp_path_factory.mktemp("edited")
    raw, out = folder / "raw", folder / "out"
    shutil.copytree(SMALL, raw)
    shutil.copytree(built / "store", out / "store")
    shops = raw / "article" / "shops.csv"
    edit(shops, "$10M+", "$40M")
    with shops.open("a", encoding="utf-8") as stream:
        stream.write("West,$1M\n")
    result = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert result.exit_code == 0, result.output
    return out


def diff(*arguments: str | Path) -> str:
    result = tidebook("diff", *map(str, arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_the_flip_comes_first_and_names_the_cell_that_caused_it(built: Path, edited: Path) -> None:
    found = diff(built, edited).splitlines()
    assert found[:2] == ["1 outcome changed:", "north_leads: consistent → wrong"]
    assert "1 claim changed:" in found
    cause = f'  because {EAST} went from "$10M+" to "$40M" (article/shops.csv:4, column Sales); this alone changes it'
    for view in ("", " (best known 2024-06-01, 2024-06-30)"):
        start = found.index(f"north_leads{view}: supported → contradicted")
        assert cause in found[start : start + 6]
        assert found.index("Rows:") > start
    assert '  figures added shops/west/sales: "$1M" (article/shops.csv:5, column Sales)' in found


def test_a_row_that_went_is_named_where_it_stood_in_print(tmp_path: Path) -> None:
    """Even though a better source has a value of the same figure, which the evidence view had in its place."""
    raw, out = shutil.copytree(MARATHON, tmp_path / "raw"), tmp_path / "out"
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    edit(raw / "article" / "women.csv", *line_of(raw / "article" / "women.csv", "Assefa"))
    result = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert result.exit_code == 0, result.output
    told = result.output
    assert "women/assefa_2023/time was removed" in told and "(article/women.csv:4" in told
    assert "reference/figures.csv" not in told


def line_of(path: Path, start: str) -> tuple[str, str]:
    """Return the line of a file that begins so, and nothing, to stand in its place."""
    return next(line for line in path.read_text(encoding="utf-8").splitlines(True) if line.startswith(start)), ""


def test_json_has_the_same(built: Path, edited: Path) -> None:
    content = json.loads(diff(built, edited, "--json"))
    assert not content["identical"]
    turned = {row["claim_id"]: row for row in content["verdicts"] if row["evidence_view"] == "printed"}
    assert [(cause["role"], cause["kind"], cause["name"]) for cause in turned["north_leads"]["causes"]] == [
        ("alone", "figure", EAST),
        ("other", "added", "shops/west/sales"),
    ]
    assert content["counts"]["figures"] == {"added": 1, "removed": 0, "revised": 1}
    back = json.loads(diff(edited, built, "--json"))
    assert back["counts"]["figures"] == {"added": 0, "removed": 1, "revised": 1}
    assert {row["claim_id"] for row in back["verdicts"] if row["evidence_view"] == "printed"} == set(turned)


def test_releases_are_named_by_folder_by_release_or_by_id(built: Path, edited: Path) -> None:
    expected = diff(built, edited)
    release = (edited / "latest").resolve()
    assert diff(built, release) == expected
    assert diff(built, release.name, "--out", edited) == expected
    assert diff(built, release.name[:8], "--out", edited) == expected


def test_identical_releases_say_so(built: Path) -> None:
    assert diff(built, built).startswith("Identical: both are release ")
    assert json.loads(diff(built, built, "--json"))["identical"] is True


def bad(*arguments: str | Path) -> str:
    result = tidebook("diff", *map(str, arguments))
    assert result.exit_code == 2, result.output
    (line,) = [line for line in result.output.splitlines() if "was not made by this account" not in line]
    assert line.startswith("error: ")
    return line


def test_what_is_not_a_release_is_bad_input_in_one_line(built: Path, tmp_path: Path) -> None:
    assert "nowhere: expected an output folder" in bad(built, "nowhere", "--out", tmp_path)
    bad(tmp_path, built)
    assert bad("", built).startswith("error: A: expected an output folder")
    assert bad(built, "").startswith("error: B: expected an output folder")
    copy = tmp_path / "copy"
    shutil.copytree((built / "latest").resolve(), copy)
    (copy / "tables" / "figures.parquet").write_bytes(b"no")
    assert "figures.parquet: expected a Parquet file" in bad(built, copy)
    (copy / "tables" / "figures.parquet").unlink()
    assert "figures.parquet: expected a Parquet file" in bad(copy, built)
    (copy / "manifest.json").write_text("{")
    bad(copy, built)


@ON_SHIPPED
@pytest.mark.parametrize("day", range(4))
def test_a_replay_without_changes_gives_every_verdict_of_the_build(built: Path, day: int) -> None:
    """As printed, and as best known on each day: where it does not, `diff` would say that other code made a release."""
    tables = {path.stem: read_parquet(path) for path in (built / "latest" / "tables").glob("*.parquet")}
    verdicts = tables["verdicts"]
    if day:
        kinds = verdicts["claim_id"].map(tables["claims"].set_index("claim_id")["kind"])
        own = ~kinds.isin(ABOUT_PRINTED) & (verdicts["evidence_view"] == "best_known")
        days = sorted(verdicts["as_of"][own].unique())
        if day > len(days):
            pytest.skip("fewer days")
        verdicts = verdicts[own & (verdicts["as_of"] == days[day - 1])].reset_index(drop=True)
    else:
        verdicts = verdicts.query("evidence_view == 'printed'").reset_index(drop=True)
    view = view_of(tables, *verdicts.loc[0, ["evidence_view", "as_of"]], PRINTED)
    assert view
    replay = Replay(view, view, METRICS, (view.figures, view.figures), PRINTED)
    terms = list(map(terms_of(tables).__getitem__, verdicts["claim_id"]))
    for whole in (False, True):
        found = pd.DataFrame([replay.result(State(frozenset(), one, all=whole)) for one in terms])
        compared = verdicts["status"] != "untestable"
        assert list(found["status"]) == list(verdicts["status"])
        for column in ("value", "probability"):
            pd.testing.assert_series_equal(found.loc[compared, column], verdicts.loc[compared, column])


@ON_SHIPPED
def test_a_single_changed_figure_is_judged_twice_only(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was and as it is: the old release with that figure is the new release."""
    tables = {path.stem: read_parquet(path) for path in (built / "latest" / "tables").glob("*.parquet")}
    before = view_of(tables, "printed", None, PRINTED)
    assert before
    one, terms = "regional_funding/china/total_funding", terms_of(tables)["us_majority"]
    new = before.figures.copy()
    new.loc[new["figure_id"] == one, ["value", "low", "high", "drawn_low", "drawn_high"]] = 40e9
    after = replace(before, figures=new)
    judged = Mock(side_effect=judge_under)
    monkeypatch.setattr(causes, "judge_under", judged)
    replay = Replay(before, after, METRICS, (before.figures, new), PRINTED)
    found = causes_of(replay, [Change("figure", one, figures=(one,))], terms, terms, "contested", "contradicted")
    assert [(cause.change.name, cause.role) for cause in found] == [(one, "alone")]
    assert judged.call_count == 2


def named(causes: list[dict[str, str]], role: str) -> list[str]:
    """Return the names of the causes of a role."""
    return [cause["name"] for cause in causes if cause["role"] == role]


@pytest.mark.parametrize("dossier", [MARATHON], indirect=True)
@pytest.mark.usefixtures("already_built")
def test_the_report_says_what_diff_says_and_outlives_the_former_release(raw: Path, out: Path) -> None:
    kimetto, kiptum = "men/kimetto_2014/time", "men/kiptum_2023/time"
    edit(raw / "article" / "men.csv", "2014-09-28,2:03:23", "2014-09-28,2:02:57")
    edit(raw / "article" / "men.csv", "2:00:35", "1:59:35")
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    changes = read_parquet(out / "latest" / "tables" / "changes.parquet")
    (former,) = set(changes["previous"])
    content = json.loads(diff(former, out, "--out", out, "--json"))
    kinds = ("outcome", "verdict", "moved", "metric", "revised")
    told = {kind: list(changes.loc[changes["kind"] == kind, "name"]) for kind in kinds}
    assert told["outcome"] == [row["name"] for row in content["outcomes"]]
    assert told["outcome"] == [kimetto, kiptum], "claims are judged by the evidence, which is as it was"
    causes = {row["name"]: [cause["name"] for cause in row["causes"]] for row in content["outcomes"]}
    assert causes == {kimetto: [kimetto], kiptum: [kiptum]}
    turned = {row["claim_id"]: named(row["causes"], "alone") for row in content["verdicts"]}
    assert turned == {"gain": [kiptum], "ever_faster": [kimetto], "women_behind": [kiptum]}
    besides = {row["claim_id"]: named(row["causes"], "other") for row in content["verdicts"]}
    assert besides == {"gain": [kimetto], "ever_faster": [kiptum], "women_behind": [kimetto]}
    assert told["verdict"] == [row["claim_id"] for row in content["verdicts"]]
    assert told["moved"] + told["metric"] == [row["name"] for row in content["moved"]]
    assert (
        told["revised"]
        == ["/".join(row["key"].values()) for row in content["rows"]]
        == [kimetto, kiptum, kimetto, kiptum]
    )
    lines = diff(former, out, "--out", out)
    assert all(text in lines for text in changes.loc[changes["kind"] != "note", "text"])
    html = (out / "latest" / "report" / "index.html").read_text(encoding="utf-8")
    banner = html[html.index("Changed since the previous release:") :]
    assert "wrong → right, because Kimetto 2014’s time went from “2:03:23” to “2:02:57” (" in banner
    feed = (out / "latest" / "report" / "feed.xml").read_text(encoding="utf-8")
    assert feed.count("<entry>") == 2 and "Kimetto 2014’s time: wrong → right" in feed
    assert tidebook("verify", "--out", str(out)).exit_code == 0

    shutil.rmtree(out / "releases" / former)
    (out / "latest" / "report" / "index.html").unlink()
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    assert (out / "latest" / "report" / "index.html").read_text(encoding="utf-8") == html
    marks = shutil.move(out / MARKS, out.parent)
    shutil.rmtree(out / "store")
    shutil.move(marks, out / MARKS)  # they say that this account made the release, so that the next one names it
    assert tidebook("verify", "--out", str(out)).exit_code == 0, "with changes and earlier entries as recorded"

    damaged = (out / "latest").resolve()
    (damaged / "tables" / "figures.parquet").write_bytes(b"no")
    edit(raw / "article" / "men.csv", "1:59:35", "1:59:36")
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    (row,) = read_parquet(out / "latest" / "tables" / "changes.parquet")["text"]
    assert row.startswith(f"Nothing can be compared with release {damaged.name}")
