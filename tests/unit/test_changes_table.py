"""What changed since the previous release: which release that is, what is kept of it, and the table in words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.unit.regions import ARTICLE, METRICS, PRINTED
from tests.unit.test_changes import REGIONS, release
from tidebook.pipelines.compare.changes import compare
from tidebook.pipelines.compare.changes_table import FIRST, changes_table, difference_lines, difference_of
from tidebook.pipelines.compare.previous import PREVIOUS, PreviousRelease, previous_id
from tidebook.pipelines.graph.keys import tidebook_version, versions
from tidebook.pipelines.graph.previous import keep_previous, read_previous
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.release.datapackage import About
from tidebook.pipelines.release.release import Input, publish
from tidebook.releases import LocalRelease
from tidebook.schemas.registry import ENGINE

RAW = {"a.csv": "1"}


def published(out: Path, raw: dict[str, str], previous: str | None = None, table: bytes = b"table") -> str:
    store = Store(out)
    tables = {"figures": store.put("figures", table.hex(), {"figures.parquet": table}, rows=1)}
    report = store.put("verdict_report", "k", {"index.html": b"<html>"})
    inputs = {path: Input(text.encode(), 1) for path, text in raw.items()}
    return publish(out, tables, report, inputs, About("2026-11-24", [], ARTICLE), previous)[0].release_id


def hashes(raw: dict[str, str]) -> dict[str, str]:
    return {path: digest(text.encode()) for path, text in raw.items()}


def test_the_previous_release_is_the_latest_with_other_inputs(tmp_path: Path) -> None:
    assert previous_id(tmp_path, hashes(RAW)) == ""
    first = published(tmp_path, RAW)
    assert previous_id(tmp_path, hashes(RAW)) == "", "with the same inputs the latest keeps its own previous one: none"
    assert previous_id(tmp_path, hashes({"a.csv": "2"})) == first
    second = published(tmp_path, {"a.csv": "2"}, first)
    assert json.loads((tmp_path / "latest" / "manifest.json").read_bytes())["previous"] == first
    assert previous_id(tmp_path, hashes({"a.csv": "2"})) == first, "a build with other code alone keeps it"
    assert previous_id(tmp_path, hashes(RAW)) == second, "going back is a change too"
    assert previous_id(tmp_path, hashes({**RAW, "b.csv": "1"})) == second


def test_a_manifest_of_older_code_names_no_previous_release(tmp_path: Path) -> None:
    published(tmp_path, RAW)
    path = (tmp_path / "latest").resolve() / "manifest.json"
    manifest = json.loads(path.read_bytes())
    del manifest["previous"]
    path.write_text(json.dumps(manifest))
    assert previous_id(tmp_path, hashes(RAW)) == ""


def test_the_store_keeps_what_a_comparison_needs(tmp_path: Path) -> None:
    first, new = published(tmp_path, RAW), {"a.csv": "2"}
    entry, known = keep_previous(tmp_path, Store(tmp_path), hashes(new))
    assert not known and entry.folder.name == f"fed{first}"
    shutil.rmtree(tmp_path / "releases" / first)
    published(tmp_path, new, first, b"other")
    again, known = keep_previous(tmp_path, Store(tmp_path), hashes(new))
    assert known and again.version == entry.version
    previous = read_previous(again)
    assert previous.release_id == first and previous.manifest is not None
    assert (previous.folder / "tables" / "figures.parquet").read_bytes() == b"table"
    assert Store(tmp_path).current(PREVIOUS) is not None


@pytest.mark.parametrize("harm", ["table", "folder"])
def test_of_a_damaged_previous_release_only_the_name_is_kept(tmp_path: Path, harm: str) -> None:
    first = published(tmp_path, RAW)
    if harm == "table":
        (tmp_path / "releases" / first / "tables" / "figures.parquet").write_bytes(b"harmed")
        entry, _ = keep_previous(tmp_path, Store(tmp_path), hashes({"a.csv": "2"}))
    else:
        published(tmp_path, {"a.csv": "2"}, first, b"other")
        shutil.rmtree(tmp_path / "releases" / first)
        entry, _ = keep_previous(tmp_path, Store(tmp_path), hashes({"a.csv": "2"}))
    previous = read_previous(entry)
    assert (previous.release_id, previous.manifest) == (first, None)
    (row,) = notes(previous, {})
    assert row == f"Nothing can be compared with release {first}, the latest before the raw files changed: " + (
        "it is damaged or gone."
    )


def since(previous: PreviousRelease, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the changes from a previous release to these tables, made by this code."""
    return changes_table(previous, tidebook_version(), versions(), METRICS, PRINTED, tables, {})


def notes(previous: PreviousRelease, tables: dict[str, pd.DataFrame]) -> list[str]:
    found = since(previous, tables)
    assert set(found["previous"]) == {previous.release_id}
    ENGINE["changes"].validate(found)
    return list(found.loc[found["kind"] == "note", "text"])


def kept(folder: Path, tables: dict[str, pd.DataFrame]) -> PreviousRelease:
    """Return a previous release with these tables."""
    (folder / "tables").mkdir()
    for name, table in tables.items():
        table.to_parquet(folder / "tables" / f"{name}.parquet")
    files = {f"tables/{name}.parquet": {} for name in (*tables, "changes")}
    manifest = {"files": files, "code": tidebook_version(), "versions": versions()}
    pd.DataFrame({"a": [1]}).to_parquet(folder / "tables" / "changes.parquet")
    return PreviousRelease("abc", manifest, folder)


def test_the_first_release_says_so() -> None:
    assert notes(PreviousRelease("", None, Path()), release()) == [FIRST]


def test_a_table_that_is_missing_is_named(tmp_path: Path) -> None:
    tables = release()
    del tables["interpretations"]
    (text,) = notes(kept(tmp_path, tables), release())
    assert text.endswith("it lacks the table interpretations with the columns claim_id, rank, metric_id, predicate.")


def test_a_verdict_or_assumption_of_another_version_is_not_a_crash(tmp_path: Path) -> None:
    for number, old in enumerate((release(status="plausible"), release(status="contradicted"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        if number:
            old["assumptions"] = old["assumptions"][old["assumptions"]["name"] != "draws.count"]
            old["verdicts"]["metric_id"] = "gone"
            old["interpretations"]["predicate"] = "somewhat 3"
        (text,) = notes(kept(folder, old), release())
        assert "it is of another version (" in text


def test_the_table_says_what_diff_says(tmp_path: Path) -> None:
    old, new = release(), release(REGIONS | {"china": 10.0, "europe": 6.0}, "contradicted")
    previous = kept(tmp_path, old)
    found = since(previous, new)
    ENGINE["changes"].validate(found)
    assert list(found["kind"]) == ["note", "note", "verdict", "revised", "revised", "counted", "counted"]
    row = found.iloc[2]
    assert (row["name"], row["evidence_view"], row["old"], row["new"]) == ("us", "printed", "supported", "contradicted")
    # 35 of 35 + 10 + 6 + 2 = 53 is 66.04%.
    assert row["text"] == "us_share 71.4% → 66%; at least 0.6667 in 100% → 0%"
    assert row["caused_by"] == ["regional_funding/china/total_funding", "regional_funding/europe/total_funding"]
    assert row["causes"][0] == "because of these together:"
    assert found.iloc[3][["table_name", "name", "old", "new"]].tolist() == [
        "figures", "regional_funding/china/total_funding", "$8B", "$10B",
    ]  # fmt: skip
    assert previous.manifest is not None
    made = LocalRelease("def", tmp_path, dict(previous.manifest))
    before = LocalRelease("abc", tmp_path, {**previous.manifest, "files": {}})
    said = "\n".join(difference_lines(difference_of(before, made, compare(old, new, METRICS, PRINTED))))
    for words in [*found["text"].iloc[1:], *row["causes"]]:
        assert words in said


def test_a_value_that_moved_is_given_as_a_number(tmp_path: Path) -> None:
    # 35 / 49 and 35 / 50.
    found = since(kept(tmp_path, release()), release(REGIONS | {"china": 9.0}))
    row = found[found["kind"] == "moved"].iloc[0]
    assert (float(row["old"]), float(row["new"]), row["unit"]) == (35 / 49, 0.7, "share")
    assert notes_of(found) == "No outcome changed. No verdict on a main interpretation changed."


def notes_of(found: pd.DataFrame) -> str:
    return " ".join(found.loc[found["kind"] == "note", "text"].iloc[1:])


def test_other_code_is_named(tmp_path: Path) -> None:
    previous = kept(tmp_path, release())
    assert previous.manifest is not None
    changed = PreviousRelease("abc", {**previous.manifest, "code": "other"}, tmp_path)
    assert notes_of(since(previous, release())) == "All tables that both have are equal."
    assert notes_of(since(changed, release())) == "The code differs. All tables that both have are equal."
