"""Sources from fetch to report: the view `database`, days, revisions, sources that are down; nothing without any."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pandas as pd
import pytest

from tests import publishers
from tests.conftest import ROOT, SHIPPED, tidebook
from tests.publishers import FILES, REVISED, publishing
from tests.unit.shipped import TABLES
from tidebook.pipelines.graph.graph import graph_of, graph_with
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.sections import plugins_of
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.registry import all_connectors, fetched
from tidebook.pipelines.read.sources.snapshots import add, history, keep
from tidebook.schemas.registry import SOURCED

DOSSIER = SHIPPED

FETCHED = fetched(all_connectors())


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / "out" / "latest" / "tables" / f"{name}.parquet")


def report(folder: Path, name: str = "report.md") -> str:
    return (folder / "out" / "latest" / "report" / name).read_text(encoding="utf-8")


@pytest.fixture
def project(sourced: Path, tmp_path: Path) -> Path:
    """A copy of the project with sources that a test may change."""
    return Path(shutil.copytree(sourced, tmp_path / "project", symlinks=True))


def build(folder: Path, *arguments: str) -> str:
    result = tidebook("build", "--raw", str(folder / "raw"), "--out", str(folder / "out"), *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_without_snapshots_the_graph_is_as_it_was(built: Path, tmp_path: Path) -> None:
    graph = graph_of(Settings(ROOT / "raw", built, snapshots=tmp_path / "none"))
    assert (graph.raw_files, graph.snapshots) == (graph_with(ROOT / "raw", None, None).raw_files, None)
    assert not {*plugins_of(ROOT / "raw").files(True)} & {*graph.raw_files.values()}
    assert graph.outline == graph_of(Settings(ROOT / "raw", built)).outline
    assert not set(SOURCED) & {path.stem for path in (built / "latest" / "tables").iterdir()}
    assert "Live sources" not in (built / "latest" / "report" / "sources.html").read_text(encoding="utf-8")


def test_every_source_is_fetched_and_every_table_is_there(sourced: Path) -> None:
    assert set(table(sourced, "source_files")["source"]) == set(FETCHED)
    assert {path.stem for path in (sourced / "out" / "latest" / "tables").iterdir()} == set(TABLES)
    files = table(sourced, "source_files")
    assert (files["used"] + files["irrelevant"] + files["quarantined"] == files["rows"]).all()


def test_claims_are_judged_on_the_database_as_a_third_evidence_view(sourced: Path) -> None:
    verdicts = table(sourced, "verdicts")
    mine = verdicts[verdicts["evidence_view"] == "database"].set_index("claim_id")
    # tenfold: cost grows fourfold a year but for GPT-4's, over two years more than the tenfold that is printed
    assert set(mine.index) == {"gap_narrowing", "capital_tenfold"}
    # language grows tenfold a year and video twofold: the gap widens
    assert mine.loc["gap_narrowing", "status"] == "contradicted"
    assert mine.loc["capital_tenfold", "n"] == 11
    text = report(sourced)
    assert "#### Verdicts on whole databases" in text and "#### Live sources: the snapshots used" in text
    assert "Verdicts on whole databases" in report(sourced, "metrics.html")


def test_the_report_shows_how_much_window_and_definition_matter(sourced: Path) -> None:
    trends = table(sourced, "trends")
    lines = report(sourced).replace("\N{NO-BREAK SPACE}", " ").splitlines()
    start = lines.index("#### Growth per year, measured in databases")
    rows = [line for line in lines[start:] if line.startswith("| Training compute | Frontier 5 | ")]
    days = (2010, 2016, 2018, 2020, 2022)
    assert [int(row.split(" | ")[2][-4:]) for row in rows] == list(days)
    counts = trends[trends["trend_id"].str.startswith("training_compute_frontier_5_since_")]["n"]
    told = [row.split(" | ")[6].partition(";")[0] for row in rows]
    assert told == [f"n: {count}" for count in counts] and len(rows) == len(days)
    assert "Frontier 20" in report(sourced, "sources.html")


def test_connectors_stand_beside_what_was_entered_by_hand(sourced: Path) -> None:
    rows = table(sourced, "reconciliation")
    llama = rows[rows["figure_id"] == "training_runs/llama_3_405b/training_compute"].set_index("source_id")
    assert {"epoch_models", "live_epoch_models"} <= set(llama.index)
    assert llama.loc["live_epoch_models", "reference"] == "3.8e25"
    mistral = rows[(rows["figure_id"] == "frontier_models/mistral_ai/total_funding")].set_index("source_id")
    assert mistral.loc["live_epoch_companies", "reference"] == "$500,000,000", "a round named twice counts once"
    sources = table(sourced, "sources").set_index("source_id")
    assert sources.loc["live_llm_prices", "licence"] == "none stated"
    assert "may not be republished" in sources.loc["live_llm_prices", "note"]


def test_tables_that_hold_what_may_not_be_republished_are_named(sourced: Path, built: Path, tmp_path: Path) -> None:
    package = json.loads((sourced / "out" / "latest" / "datapackage.json").read_text(encoding="utf-8"))
    closed = {table["name"]: table["restrictedSources"] for table in package["resources"] if "republish" in table}
    both = ["live_llm_prices", "live_openrouter"]
    # GPT-4o's price in llm-prices is a reference for the article's; OpenRouter's shares are observations
    assert closed == {
        "reference_values": both[:1], "observations": both[1:], "reconciliation": both[:1], "quarantine": both[:1],
        "model_prices": both, "source_observations": both[1:], "substitutions": both[:1], "calibration_cases": both[:1],
        "figure_outcomes": both[:1],
    }  # fmt: skip
    result = tidebook("export", "--out", str(sourced / "out"), "--csv", str(tmp_path / "tables"))
    assert result.exit_code == 0
    assert [line.split()[1] for line in result.stderr.splitlines()] == [
        table["name"] for table in package["resources"] if table["name"] in closed
    ]
    assert "model_prices holds values of live_llm_prices, live_openrouter, which may not be" in result.stderr
    assert tidebook("export", "--out", str(built), "--csv", str(tmp_path / "others")).stderr == ""


def test_series_of_sources_feed_the_forecasts(sourced: Path) -> None:
    rows = table(sourced, "observations")
    share = rows[(rows["source_id"] == "live_openrouter") & (rows["basis"] == "all tokens")]
    assert list(share["text"]) == ["50.0%"], "the last day of the month alone"
    # CoreWeave's quarter was entered by hand with the same day and basis: that one stays alone
    hours = rows[(rows["series"] == "revenue_per_gpu_hour") & (rows["date"].astype(str) == "2024-06-30")]
    assert set(hours["source_id"]) == {"coreweave_q2_2025"}


def test_a_revision_is_shown_as_one(sourced: Path) -> None:
    found = table(sourced, "revisions")
    assert list(zip(found["item"], found["column_name"], found["old"], found["new"], strict=True)) == [
        ("GPT-4", "training_compute", "2.1e+25", "2.2e+25"),
        ("GPT-4", "training_cost", "40586592.58", "41000000.0"),
    ]
    page = report(sourced, "sources.html")
    assert all(text in page for text in ("Past values revised by their publishers", "2.1e+25", "2.2e+25"))


def test_a_snapshot_that_flips_a_verdict_is_reported_with_the_models_that_did(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # clips that grow a hundredfold a year overtake language models, which grow tenfold
    rows = [
        [*row[:4], f"1e{14 + 2 * (int(row[3][:4]) - 2016)}", *row[5:]] if row[0].startswith("Clip") else row
        for row in publishers.REVISED_MODELS
    ]
    place = f"{publishers.EPOCH}all_ai_models.csv"
    with publishing({**FILES, place: publishers.as_csv(publishers.MODEL_HEADER, *rows)}) as publisher:
        monkeypatch.setenv("TIDEBOOK_MIRROR", publisher.address)
        assert tidebook("sources", "fetch", "epoch_models", "--raw", str(project / "raw")).exit_code == 0
    build(project)
    changes = table(project, "changes").set_index("kind")
    turned = changes.loc[["verdict"]]
    assert list(zip(turned["name"], turned["evidence_view"], turned["old"], turned["new"], strict=True)) == [
        ("gap_narrowing", "database", "contradicted", "supported")
    ]
    snapshot = history(project / "snapshots", "epoch_models")[-1]
    (cause,) = turned["causes"].iloc[0]
    assert cause == (
        "because database models revised: Clip 2025, Clip 2024, Clip 2023 and 7 more "
        f"(snapshot {snapshot.snapshot} of {snapshot.vintage}); this alone changes it"
    )
    told = report(project).partition("## What changed")[2]
    assert "No outcome changed." in told and "The table changes has 1 changed verdict on a reading." in told
    assert not changes.loc[["note"], "text"].str.contains("has the table").any(), "both have all tables"


def test_building_again_does_nothing_and_elsewhere_gives_the_same_bytes(project: Path, sourced: Path) -> None:
    assert "Nothing has changed" in build(project)
    again = tidebook("build", "--raw", str(project / "raw"), "--out", str(project / "other"))
    assert again.exit_code == 0, again.output
    for path in sorted((sourced / "out" / "latest" / "tables").iterdir()):
        assert path.read_bytes() == (project / "other" / "latest" / "tables" / path.name).read_bytes(), path.name


def test_a_release_is_verified_with_the_snapshots_beside_its_dossier(project: Path) -> None:
    told = tidebook("verify", "--out", str(project / "out"), "--raw", str(project / "raw"))
    assert "is the same" in told.output, told.output
    elsewhere = tidebook("verify", "--out", str(project / "out"), "--raw", str(ROOT / "raw"))
    assert elsewhere.exit_code in (1, 2) and "Traceback" not in elsewhere.output


def test_an_old_day_gives_old_snapshots_and_one_before_all_gives_none(project: Path) -> None:
    first = min((project / "snapshots" / "epoch_models").glob("*.json"))
    record = json.loads(first.read_text())
    record["fetched_at"] = "2020-01-01T00:00:00.000000Z"
    (first.parent / f"2020-01-01T000000.000000Z_{record['snapshot']}.json").write_text(json.dumps(record))
    first.unlink()
    build(project, "--sources-as-of", "2020-06-01")
    assert set(table(project, "source_files")["source"]) == {"epoch_models"}
    models = table(project, "database_models").set_index("name")
    assert models.loc["GPT-4", "training_compute"] == 2.1e25
    assert not len(table(project, "revisions"))
    build(project, "--sources-as-of", "2019-12-31")
    assert not (project / "out" / "latest" / "tables" / "trends.parquet").exists()
    build(project)
    assert table(project, "database_models").set_index("name").loc["GPT-4", "training_compute"] == 2.2e25


def test_a_source_that_is_down_is_shown_and_fails_no_build(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with publishing({}) as publisher:
        monkeypatch.setenv("TIDEBOOK_MIRROR", publisher.address)
        result = tidebook("sources", "fetch", "openrouter", "--raw", str(project / "raw"))
        assert result.exit_code == 3
        why = "openrouter: failed; https://openrouter.ai/api/v1/models: status 404; the snapshot of "
        assert why in result.output
        assert "stays in use" in result.output
    build(project)
    assert "is down" in report(project)
    assert "OpenRouter models and daily rankings is down" in report(project, "index.html")
    files = table(project, "source_files").set_index("source")
    assert set(files.loc["openrouter", "status"]) == {"down"}
    result = tidebook("sources", "status", "--raw", str(project / "raw"))
    assert result.exit_code == 0, result.output
    assert "openrouter: https://openrouter.ai/api/v1/models: status 404" in result.output


def test_a_damaged_snapshot_stops_the_build_and_keeps_the_release(project: Path) -> None:
    (record, *_) = sorted((project / "snapshots" / "epoch_hardware").glob("*.json"))
    sha256 = json.loads(record.read_text())["files"][0]["sha256"]
    (project / "snapshots" / "objects" / sha256[:2] / sha256).write_bytes(b"x")
    shutil.rmtree(project / "out" / "store")
    before = (project / "out" / "latest").readlink()
    result = tidebook("build", "--raw", str(project / "raw"), "--out", str(project / "out"))
    assert result.exit_code == 2
    assert "as they were received; fetch it again" in result.output
    assert (project / "out" / "latest").readlink() == before


def test_too_many_bad_cells_stop_the_build(project: Path) -> None:
    bad = publishers.HARDWARE + b"Chip,Maker,someday,,,,,,,\n" * 21
    (known,) = history(project / "snapshots", "epoch_hardware")
    file = replace(known.files[0], sha256=digest(bad), bytes=len(bad))
    later = replace(known, snapshot="0" * 16, fetched_at=f"2100{known.fetched_at[4:]}", files=(file,))
    keep(project / "snapshots", [bad])
    add(project / "snapshots", later)
    before = (project / "out" / "latest").readlink()
    result = tidebook("build", "--raw", str(project / "raw"), "--out", str(project / "out"))
    assert result.exit_code == 2, result.output
    assert "the rows in quarantine of a source are at most its quarantine_limit" in result.output
    assert (project / "out" / "latest").readlink() == before


def test_the_lock_names_the_newest_snapshots(sourced: Path) -> None:
    text = (sourced / "snapshots" / "snapshots.lock").read_text()
    assert all(f"[{name}]" in text for name in FETCHED)
    assert digest(next(iter(REVISED.values()))) in text


def test_a_lock_that_names_snapshots_of_another_machine_is_reported(project: Path) -> None:
    shutil.copy(project / "snapshots" / "snapshots.lock", project / "raw")
    told = tidebook("sources", "status", "--raw", str(project / "raw"))
    assert "is not in" not in told.output
    shutil.rmtree(project / "snapshots" / "sec_edgar")
    told = tidebook("sources", "status", "--raw", str(project / "raw"))
    assert told.exit_code == 0
    assert [line.partition(":")[0] for line in told.output.splitlines() if "is not in" in line] == ["sec_edgar"]
    (project / "raw" / "snapshots.lock").write_text("sec_edgar = 3")
    told = tidebook("sources", "status", "--raw", str(project / "raw"))
    assert (told.exit_code, "snapshots.lock: expected a lock as" in told.output) == (2, True)


def test_the_list_and_the_review_say_what_there_is(sourced: Path) -> None:
    listed = tidebook("sources", "list").output
    assert all(name in listed for name in FETCHED)
    reviewed = tidebook("sources", "review", "--raw", str(sourced / "raw"), "--most", "3").output
    assert "company: " in reviewed
    assert "Large 2016" in tidebook("sources", "review", "--raw", str(sourced / "raw"), "--most", "50").output


def test_an_unknown_source_is_named(sourced: Path) -> None:
    result = tidebook("sources", "fetch", "nope", "--raw", str(sourced / "raw"))
    assert result.exit_code == 2
    assert "nope: expected one of the sources epoch_models" in result.output
    assert (
        "; did you mean epoch_models"
        in tidebook("sources", "fetch", "epoch_model", "--raw", str(sourced / "raw")).output
    )


def test_one_source_that_is_down_keeps_none_from_being_fetched_and_locked(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chips = next(path for path in FILES if path.endswith("gpu_clusters.csv"))
    with publishing({path: data for path, data in FILES.items() if path != chips}) as publisher:
        monkeypatch.setenv("TIDEBOOK_MIRROR", publisher.address)
        names = ("epoch_infrastructure", "epoch_hardware")
        result = tidebook("sources", "fetch", *names, "--raw", str(raw))
        assert result.exit_code == 3
        assert result.stdout == f"epoch_hardware: new; {len(publishers.HARDWARE)} bytes\n"
        assert result.stderr == "epoch_infrastructure: failed; https://epoch.ai/data/gpu_clusters.csv: status 404\n"
        assert "[epoch_hardware]" in (raw.parent / "snapshots" / "snapshots.lock").read_text()
        assert tidebook("sources", "fetch", "epoch_hardware", "--raw", str(raw)).exit_code == 0


@pytest.mark.parametrize(
    "location", ["https://a..b/", f"https://{'a' * 300}/", "https://[::1", "https://x:99999/", "//\u00b2\u0660"]
)
def test_a_publisher_that_leads_to_no_address_ends_in_a_line_and_the_next_is_fetched(
    location: str, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moved(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location.encode() + b"\r\n\r\n")

    place = next(path for path in FILES if path.endswith("gpu_clusters.csv"))
    with publishing({**FILES, place: moved}) as publisher:
        monkeypatch.setenv("TIDEBOOK_MIRROR", publisher.address)
        names = ("epoch_infrastructure", "epoch_hardware")
        result = tidebook("sources", "fetch", *names, "--raw", str(raw))
    assert result.exit_code == 3
    assert result.stdout == f"epoch_hardware: new; {len(publishers.HARDWARE)} bytes\n"
    (line,) = result.stderr.splitlines()
    assert line.startswith("epoch_infrastructure: failed; ")


def test_publishers_learn_whom_to_write_to(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with publishing(dict(FILES)) as publisher:
        monkeypatch.setenv("TIDEBOOK_MIRROR", publisher.address)
        for contact, code in (("", 0), ("data@example.org", 0), ("a\r\nX: b", 2), ("ä", 2)):
            monkeypatch.setenv("TIDEBOOK_CONTACT", contact)
            result = tidebook("sources", "fetch", "sec_edgar", "--raw", str(raw))
            assert (result.exit_code, "TIDEBOOK_CONTACT: found" in result.output) == (code, code == 2), result.output
    first, second = (asked["user-agent"] for asked in publisher.asked)
    assert first.endswith("(reads published data sets, a few requests a week)")
    assert second.endswith("(reads published data sets, a few requests a week; data@example.org)")


def test_what_is_not_a_mirror_is_named_before_anything_is_asked(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("ftp://x", "127.0.0.1:8000", "http://", "\n", "http://x y"):
        monkeypatch.setenv("TIDEBOOK_MIRROR", text)
        result = tidebook("sources", "fetch", "epoch_hardware", "--raw", str(raw))
        assert (result.exit_code, "TIDEBOOK_MIRROR: found" in result.output) == (2, True), result.output


def test_one_source_alone_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "raw", tmp_path / "raw")
    result = tidebook("sources", "fetch", "genai_prices", "--raw", str(tmp_path / "raw"))
    assert result.exit_code == 0, result.output
    build(tmp_path)
    trends = table(tmp_path, "trends").set_index("trend_id")
    price = trends.loc["input_price_mmlu_86"]
    assert price["n"] >= 5
    assert -2 < price["doubling_years"] < 0
    assert set(table(tmp_path, "verdicts")["evidence_view"]) == {"printed", "best_known"}
    assert len(FILES) == 15
