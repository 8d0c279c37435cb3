"""The references of raw/: enough of them, each complete, derived values with their arithmetic, weak ones marked."""

from __future__ import annotations

import csv
import re

import pytest

from tests.conftest import ROOT
from tests.unit.shipped import SOURCES as SHIPPED
from tidebook.pipelines.read.references import HEADERS
from tidebook.schemas.evidence import TIERS

RAW = ROOT / "raw"
SOURCES = {name: source.model_dump() for name, source in SHIPPED.sources.items()}
ROWS = list(csv.DictReader((RAW / "reference" / "figures.csv").read_text(encoding="utf-8").splitlines()))
OPTIONAL = {"interval", "note"}


def test_no_copy_is_entered_as_a_primary_source() -> None:
    copies = {name for name, source in SOURCES.items() if source["original_publisher"]}
    assert len(copies) > 80
    assert [name for name in sorted(copies) if SOURCES[name]["tier"] == "P"] == []
    assert [row for row in ROWS if row["source"] in copies and row["tier"] == "P"] == []


def test_there_are_at_least_sixty_on_the_articles_own_figures() -> None:
    tables = {path.stem for path in (RAW / "article").glob("*.csv")}
    assert sum(row["figure_id"].split("/")[0] in tables for row in ROWS) >= 60


def test_every_row_is_complete(subtests: pytest.Subtests) -> None:
    for row in ROWS:
        with subtests.test(f"{row['figure_id']}, {row['basis']}, {row['as_of']}, {row['source']}"):
            assert all(row[name] for name in HEADERS if name not in OPTIONAL)
            assert row["tier"] in TIERS
            source = SOURCES[row["source"]]
            assert all(source[name] for name in ("title", "publisher", "address", "licence"))
            if row["tier"] == "D":
                assert re.search(r"\d", row["note"]), "a derived value has its arithmetic in the note"
            else:
                worst = {"P": "P", "S": "PS", "W": "PSW"}[row["tier"]]
                assert source["tier"] in worst, "a row is no better than its source"
