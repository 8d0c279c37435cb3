"""Sources as the report shows them: a link to the original, a tag on a copy, and those that differ side by side."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pandas as pd

from tests.unit.report_tables import WORDING, report_tables
from tests.unit.test_figure_chart import card
from tests.unit.test_report_render import ARTICLE
from tidebook.pipelines.read.reference_errors import NO_ERROR
from tidebook.pipelines.report.figures import SourceValue, differing, to_sources
from tidebook.pipelines.report.render import render

DAY = dt.date(2024, 6, 20)


def source(name: str, **changes: Any) -> dict[str, Any]:
    own: dict[str, Any] = {
        "source_id": name,
        "publisher": name.title(),
        "address": f"https://{name}.example",
        "title": f"{name} data",
    }
    return own | {"original_publisher": "", "original_address": own["address"], "published": DAY} | changes


COPY = source("mirror", original_publisher="Wired", original_address="https://wired.example")
LOST = source("retold", original_publisher="The Times", original_address="")
SOURCES = to_sources([source("bureau"), source("agency"), COPY, LOST])


def reference(text: str, value: float, source_id: str, day: dt.date = DAY, **changes: Any) -> dict[str, Any]:
    row = {"figure_id": "prices/Alpha/price", "text": text, "value": value, "low": value, "high": value, "tier": "P"}
    terms = {"unit": "USD", "basis": "list price", "kind": "exact", "as_of": day, "source_id": source_id}
    return row | {"low_open": False, "high_open": False, "until": None, "released": None, **NO_ERROR} | terms | changes


def told(outcome: str, *references: dict[str, Any]) -> list[SourceValue]:
    """Return what is shown side by side of one figure with an outcome."""
    figure = card("Alpha", outcome, 1.0).figure
    rows = [{"figure_id": figure.figure_id, "outcome": outcome}]
    return differing({figure.figure_id: figure}, rows, references, SOURCES).get(figure.figure_id, [])


def test_a_source_is_named_by_its_original_and_links_to_it() -> None:
    assert SOURCES["bureau"][1:] == (
        "Bureau", "Bureau", "https://bureau.example", "", "", "bureau data", "20\u00a0June\u00a02024",
    )  # fmt: skip
    assert SOURCES["mirror"][1:] == (
        "Wired, via Mirror", "Wired", "https://wired.example", "Mirror", "https://mirror.example",
        "mirror data", "20\u00a0June\u00a02024",
    )  # fmt: skip
    assert SOURCES["retold"].address == "", "an original whose address is not known has no link"


def test_sources_that_exclude_each_other_on_one_day_are_side_by_side() -> None:
    shown = told("right", reference("$10", 10.0, "bureau"), reference("$12", 12.0, "agency", tier="S"))
    assert [(each.text, each.source.publisher) for each in shown] == [("$10", "Bureau"), ("$12", "Agency")]
    later = reference("$12", 12.0, "agency", dt.date(2024, 7, 1))
    assert told("right", reference("$10", 10.0, "bureau"), later) == [], "a later value is no disagreement"
    same = reference("$10", 10.0, "agency")
    assert told("right", reference("$10", 10.0, "bureau"), same) == []
    other = reference("$12", 12.0, "agency", basis="street price")
    assert told("right", reference("$10", 10.0, "bureau"), other) == [], "another basis is another thing"
    weak = reference("$12", 12.0, "agency", tier="W")
    assert told("right", reference("$10", 10.0, "bureau"), weak) == []


def test_a_figure_that_depends_shows_the_newest_value_of_each_source_and_basis() -> None:
    shown = told(
        "depends",
        reference("$9", 9.0, "bureau", dt.date(2024, 1, 1)),
        reference("$10", 10.0, "bureau"),
        reference("$14", 14.0, "mirror", basis="street price"),
    )
    assert [(each.text, each.source.source_id, each.basis) for each in shown] == [
        ("$10", "bureau", ""),
        ("$14", "mirror", "street price"),
    ]
    assert told("depends", reference("$10", 10.0, "bureau")) == [], "one alone is beside nothing"


def test_the_page_links_to_the_original_and_tags_the_copy() -> None:
    tables = report_tables()
    copied = tables["sources"]["source_id"].isin(set(tables["figure_outcomes"]["source_id"]))
    tables["sources"].loc[copied, "original_publisher"] = "Wired"
    tables["sources"].loc[copied, "original_address"] = "https://wired.example/<1>"
    html = render(tables, WORDING, ARTICLE)["index.html"].decode()
    origin, tag = (
        r'<a class="origin" href="https://wired\.example/&lt;1&gt;">Wired</a>',
        r'<a class="tag" href="[^"]+">',
    )
    assert re.search(f"{origin} {tag}secondary copy", html)
    tables["sources"].loc[copied, "original_address"] = ""
    html = render(tables, WORDING, ARTICLE)["index.html"].decode()
    assert re.search(r'[^>]Wired <a class="tag" href="[^"]+">secondary copy', html), "no address is made up"
    assert ">Wired</a>" not in html


def test_an_address_that_no_browser_may_follow_is_not_a_link() -> None:
    (found,) = to_sources([source("bureau", original_address="javascript:x", address="javascript:x")]).values()
    assert (found.address, found.copy) == ("", "")


def test_differing_sources_stand_in_the_list_of_figures() -> None:
    tables = report_tables()
    figure = tables["figures"].set_index("figure_id").loc["frontier_models/anthropic/mmlu"]
    rows = []
    for text, value, source_id in (("88.3", 88.3, "dates"), ("90.4", 90.4, tables["sources"]["source_id"].iloc[0])):
        about = {"figure_id": figure.name, "unit": figure["unit"], "basis": figure["basis"]}
        rows.append(reference(text, value, source_id) | about)
    tables["reference_values"] = pd.DataFrame(rows)
    html = render(tables, WORDING, ARTICLE)["index.html"].decode()
    (listed,) = re.findall(r'<ul class="beside">(.*?)</ul>', html, re.DOTALL)
    assert "<strong>88.3</strong>" in listed and "<strong>90.4</strong>" in listed
