"""The report as a whole: complete in every format, safe with hostile cells, valid, self-contained, the same twice."""

from __future__ import annotations

import datetime as dt
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pandas as pd
import pytest
from jinja2 import Environment, nodes
from markdown_it import MarkdownIt

from tests.unit.report_tables import (
    CONTENT_DATE,
    HOSTILE,
    PUBLICATION_DATE,
    WORDING,
    hostile_tables,
    model_of,
    report_tables,
    table,
)
from tidebook.pipelines.read.dossier.charts import Chart, Charts
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.markdown_text import escape_markdown, markdown_link
from tidebook.pipelines.read.settings import Publishing
from tidebook.pipelines.report.appendix import _columns, _text, data_table
from tidebook.pipelines.report.content import build_content
from tidebook.pipelines.report.export import MOST_ENTRIES, earlier_entries, feed
from tidebook.pipelines.report.render import TEMPLATES, _environment, render
from tidebook.pipelines.report.words import OUTCOMES, STATUSES, as_prose, ended, replace_ids

ARTICLE = Article(
    title="A “Capital” <Tsunami> & more",
    publisher="AINews",
    address="https://example.org/a",
    published=PUBLICATION_DATE,
    written=CONTENT_DATE,
)
CHARTS = Charts(
    charts=[
        Chart(
            kind="bars",
            of="regional_funding.total_funding",
            title="Bars",
            share=True,
            theme="funding",
            caption="The rest of {us_share} and {nothing}",
        ),
        Chart(
            kind="scatter", x="training_runs.training_compute", y="training_runs.training_cost", log=True, title="Dots"
        ),
        Chart(kind="line", x="frontier_models.total_funding", y="frontier_models.mmlu", title="A line"),
    ]
)
PUBLISHED = Publishing("https://checks.example/wave/", print_full=True)
PAGES = (
    "index.html",
    "method.html",
    "scores.html",
    "sources.html",
    "metrics.html",
    "evidence.html",
    "tables.html",
    "print.html",
)

VOID = {"meta", "br", "link", "img", "input", "hr"}
BLOCKS = {"li", "td", "th", "p", "h1", "h2", "h3", "h4", "span", "summary"}
LOADING = {"src", "srcset", "data", "poster", "action", "formaction", "background", "ping"}


class Page(HTMLParser):
    """What tests ask of a page: elements with their attributes, headings, text, script and whether tags nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.headings: list[int] = []
        self.scripts: list[str] = []
        self.text: list[str] = []
        self.unfolded: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"
        if tag in BLOCKS:
            self.text.append(" ")

    def handle_data(self, data: str) -> None:
        (self.scripts if self.open[-1:] == ["script"] else self.text).append(data)
        if not {"details", "style"} & set(self.open):
            self.unfolded.append(data)

    def values(self, *names: str) -> Iterator[str]:
        return (attrs[name] for _, attrs in self.elements for name in names if name in attrs)

    @property
    def plain(self) -> str:
        return " ".join("".join(self.text).replace("\u00a0", " ").split())


JARGON = ("lens", "lenses", "draw", "draws", "n", "clock", "clocks", "roster", "rosters", "climatology")
"""Words that stand on the pages of the appendix alone."""


def jargon(html: str) -> list[str]:
    """Return the terms of the method in the text of a page; names of tables, files and columns are none."""
    text = Page(html).plain
    return [word for word in JARGON if re.search(rf"(?<![\w./-]){word}(?![\w./-])", text, re.IGNORECASE)]


def rendered(
    tables: dict[str, pd.DataFrame], publishing: Publishing | None = PUBLISHED, earlier: bytes = b""
) -> dict[str, str]:
    data = [data_table(model_of(name), len(frame), 1500) for name, frame in tables.items()]
    files = render(tables, WORDING, ARTICLE, CHARTS, publishing, earlier, data)
    return {name: data.decode() for name, data in files.items()}


@pytest.fixture(scope="module")
def report() -> dict[str, str]:
    return rendered(report_tables())


@pytest.fixture(scope="module")
def hostile() -> dict[str, str]:
    return rendered(hostile_tables())


@pytest.fixture(params=["report", "hostile"])
def either(request: pytest.FixtureRequest) -> dict[str, str]:
    found: dict[str, str] = request.getfixturevalue(request.param)
    return found


def test_same_bytes_twice(report: dict[str, str]) -> None:
    assert rendered(report_tables()) == report


def test_every_statement_and_prediction_is_in_every_format(report: dict[str, str]) -> None:
    content = build_content(report_tables(), ARTICLE)
    document = json.loads(report["verdicts.json"])
    assert [row["claim_id"] for row in document["statements"]] == [each.claim_id for each in content.statements]
    assert len(content.statements) == len(report_tables()["claims"])
    for each in content.statements:
        assert f'id="{each.anchor}"' in report["index.html"]
        assert as_prose(each.statement) in report["report.md"]
    for prediction in content.predictions:
        assert f'id="{prediction.anchor}"' in report["index.html"]
        assert as_prose(prediction.statement) in report["report.md"]
    for card in content.figures.cards:
        assert f'id="{card.anchor}"' in report["index.html"]


def test_json_keeps_to_its_published_schema(either: dict[str, str]) -> None:
    schema = json.loads(either["verdicts.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    document = json.loads(either["verdicts.json"])
    judge.validate(document)
    assert not judge.is_valid(document | {"format": "tidebook-verdicts/1"}), "another format would pass"
    assert not judge.is_valid({name: document[name] for name in document if name != "figures"})


def test_counts_agree_with_the_outcomes(report: dict[str, str]) -> None:
    document = json.loads(report["verdicts.json"])
    assert document["counts"] == {"supported": 3, "contradicted": 1, "contested": 1, "untestable": 2}
    assert document["outcome_counts"] == {
        "assertion": {"depends": 1, "outdated": 1, "stands": 1, "undecided": 2, "wrong": 1},
        "consistency test": {"consistent": 1},
        "prediction": {"failed": 1, "open": 1},
        "figure": {"outdated": 1, "premature": 1, "right": 2, "unchecked": 14, "wrong": 2},
    }


@pytest.mark.parametrize("name", ["index.html", "print.html", "sources.html"])
def test_each_source_that_a_page_names_has_a_number_and_an_entry_at_its_end(report: dict[str, str], name: str) -> None:
    elements = Page(report[name]).elements
    cited = {attrs["data-source"] for _, attrs in elements if "data-source" in attrs}
    listed = [attrs["value"] for tag, attrs in elements if tag == "li" and "value" in attrs]
    assert listed == [str(number) for number in range(1, len(listed) + 1)]
    assert cited == {*listed}
    assert bool(listed) == (name != "sources.html")


def test_pages_state_the_id_of_the_verdicts_as_their_citation(report: dict[str, str]) -> None:
    number = sha256(report["verdicts.json"].encode()).hexdigest()[:10]
    for name in PAGES:
        page = Page(report[name])
        assert f"checked with evidence up to 25 May 2026, verdicts {number}" in page.plain, name


def test_the_first_screen_says_what_not_to_believe(report: dict[str, str]) -> None:
    text = Page(report["index.html"]).plain
    first = text[: text.index("Each mark is a printed figure")]
    assert (
        "Don’t rely on its numbers: 3 of 6 checkable figures were wrong or out of date when it was published." in first
    )
    assert (
        "1 of 6 claims holds, 2 do not; 2 could not be tested. "
        "None of 2 predictions came true; 2 failed or are very unlikely. "
        "The gravest findings of each kind It says In fact Source "
        "Stable Video’s training cost $5M 12.5 times too high $0.4M "
    ) in first
    assert (
        "2 right agrees with the best source 2 wrong a better source says otherwise 1 outdated right once, no longer "
        "when published 1 premature too early: became right after it was written 14 unchecked no comparable source"
    ) in first
    for line in (
        "Companies with more money score higher The test says no ",
        "OpenAI’s total funding $13B+ right until 2 October 2024 $160B ",
        "Money and score go together closely, yet not in step It was once ",
        "Three companies merge ",
    ):
        assert line in first, line
    assert first.index("Three companies merge") < first.index("Figures Claims Predictions What changed Data")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("between 2024-06-01 and 2024-06-30", "in June 2024"),
        ("until some day between 2024-06-01 and 2024-06-30", "until June 2024"),
        ("until some day between 2024-06-01 and 2024-06-29", "until some day between 1 June 2024 and 29 June 2024"),
        ("60 % of 3", "60% of 3"),
        ("between 2024-06-01 and 2024-06-29", "between 1 June 2024 and 29 June 2024"),
        ("GPT-4's models don't say 'so'", "GPT-4’s models don’t say 'so'"),
        ("the companies' models", "the companies’ models"),
    ],
)
def test_text_is_set_for_reading(text: str, said: str) -> None:
    assert as_prose(text).replace("\u00a0", " ") == said


def test_what_changed_stands_above_all(report: dict[str, str]) -> None:
    text = Page(report["index.html"]).plain
    banner = (
        "Changed since the previous release: Most of the money stays in the United States: stands → depends, because "
        "it was; 2 more"
    )
    assert text.index(banner) < text.index("Don’t rely")
    assert (
        "Llama 3 405B’s training compute: right → wrong 3.8e25 FLOP because Llama 3 405B’s training compute “1”" in text
    )
    assert "Three companies merge: open → failed" in text
    calm = report_tables()
    calm["changes"] = calm["changes"][calm["changes"]["kind"] != "outcome"]
    assert "Changed since" not in rendered(calm)["index.html"]
    assert "No outcome changed since the previous release" in rendered(calm)["index.html"]
    first = report_tables()
    first["changes"] = first["changes"][:1].assign(previous="")
    assert "First release" in rendered(first)["index.html"]


def test_a_statement_has_its_sentence_statuses_and_tipping_point(report: dict[str, str]) -> None:
    text = Page(report["index.html"]).plain
    assert "Printed: holds Written: holds Published: does not hold Now: does not hold" in text
    # 2.8006e10 is rounded down, where it turns still; 1.4222e10 up.
    assert "This would change if United States’ total funding were $28B or less (printed: $35B)." in text
    assert "This would change if OpenAI’s total funding were $14.3B or more (printed: $13B+)." in text
    assert "Values have no measure here." in text


def test_claims_stand_from_wrong_to_standing_and_only_what_is_not_so_is_unfolded(report: dict[str, str]) -> None:
    html = report["index.html"]
    groups = re.findall(r'<h3 class="group">.*?</svg>([\w ]+)</span> <span>(\d+) claims?</span>', html)
    assert groups == [("Wrong", "1"), ("Outdated", "1"), ("Depends", "1"), ("Stands", "1")]
    cards = dict(re.findall(r'<article class="claim" id="claim-(\w+)"[^>]*>\n<details( open)?>', html))
    assert [name for name, is_open in cards.items() if is_open] == ["funding_buys_scores", "strong_correlation"]
    assert len(cards) == len(report_tables()["claims"])
    heads = re.search(r'<div class="heads".*?</div>', html, re.DOTALL)
    assert heads and Page(heads[0]).plain.endswith("Printed Written Published Now")
    assert 'details open>\n<summary><span class="what">' in report["print.html"]
    assert "<details>" not in report["print.html"], "everything to print is unfolded"
    assert 'href="print.html"' in report["index.html"]


def test_five_claims_to_look_at_again_first_stand_by_their_days_and_with_the_number_of_values() -> None:
    """Of six claims each is to be looked at a day before the one before it: the first is left out."""
    tables = report_tables()
    outcomes = tables["outcomes"].query("statement_kind == 'assertion'")["statement_id"]
    names = [name for name in tables["claims"]["claim_id"] if name in set(outcomes)]
    days = [dt.date(2025, 1, 1) - dt.timedelta(days=at) for at in range(len(names))]
    keeps = "known on 2024-01-02; after 9 months 1 in 3 of such prices had changed (7 seen)"
    words = dict.fromkeys(("correction", "source", "day_reason", "periods", "vintage_words"), "x")
    rows = [
        words | {"claim_id": name, "day": dt.date(2024, 6, 1), "trail": [], "look_again": day, "keeps": keeps}
        for name, day in zip(names, days, strict=True)
    ]
    files = rendered(tables | {"claim_cards": pd.DataFrame(rows)})
    page = files["index.html"].partition("Which claims to look at again first</summary>")[2].partition("</details>")[0]
    assert re.findall(r'href="#claim-(\w+)"', page) == names[:0:-1]
    assert page.count("(7 seen)") == 5 and "A changed value may leave a verdict as it is" in page
    assert files["report.md"].count("(7 seen)") == 5


def test_the_matrix_of_claims_is_in_markdown_too(report: dict[str, str]) -> None:
    lines = report["report.md"].splitlines()
    assert [line for line in lines if line.startswith("### ")][:4] == [
        "### Wrong: 1 claim", "### Outdated: 1 claim", "### Depends: 1 claim", "### Stands: 1 claim"
    ]  # fmt: skip
    assert "| Claim | Printed | Written | Published | Now | Verdict |" in lines
    (row,) = [line for line in lines if line.startswith("| Money and score go together")]
    assert "| ✓ | ✓ | ✗ | ✗ | It was once." in row


def test_each_badge_has_its_meaning_where_it_first_stands(report: dict[str, str]) -> None:
    text = Page(report["index.html"]).plain
    for outcome, meaning in (("Outdated 1 claim", "outdated"), ("Failed", "failed"), ("Open", "open")):
        assert f"{outcome} {OUTCOMES[meaning].meaning}" in text


def test_no_jargon_on_the_main_page(report: dict[str, str]) -> None:
    assert jargon(report["index.html"]) == []
    assert "draws" in jargon(report["index.html"].replace("readings", "draws")) and jargon("<p>n = 3</p>") == ["n"]


def test_html_is_well_formed_and_self_contained(either: dict[str, str], subtests: pytest.Subtests) -> None:
    for name in PAGES:
        with subtests.test(name=name):
            page = Page(either[name])
            assert page.open == []
            ids = list(page.values("id"))
            assert len(ids) == len(set(ids))
            assert not any(attribute in LOADING for _, attrs in page.elements for attribute in attrs)
            assert not any(tag in ("img", "iframe", "object", "embed", "image") for tag, _ in page.elements)
            scripts = [attrs for tag, attrs in page.elements if tag == "script"]
            expected = {"index.html": [{"type": "application/ld+json"}], "print.html": []}
            assert scripts == expected.get(name, [{}]), "a page of the appendix has the filter of its tables"
            assert "default-src 'none'" in either[name]
            for target in page.values("href", "xlink:href"):
                path, _, anchor = target.partition("#")
                assert path in {"", *either} or target.startswith(
                    ("https://", "../tables/", "../datapackage.json", "../manifest.json", "../release.json")
                ), target
                if anchor and not target.startswith("https://"):
                    assert f'id="{anchor}"' in either[path or name], target
            for labels in page.values("aria-labelledby", "aria-describedby"):
                assert set(labels.split()) <= set(ids)


def test_the_policy_allows_the_filter_of_tables_and_no_other_script(either: dict[str, str]) -> None:
    for name in PAGES:
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', either[name])
        allowed = re.findall(r"script-src ([^;]*);", policy)
        if name in ("index.html", "print.html"):
            assert allowed == [], name
            continue
        (script,) = Page(either[name]).scripts
        digest = b64encode(sha256(script.encode()).digest()).decode()
        assert allowed == [f"'sha256-{digest}'"], name


def test_a_table_of_the_appendix_has_at_most_seven_columns(either: dict[str, str]) -> None:
    found = 0
    for name in PAGES:
        for heads, body in re.findall(
            r'<table class="grid".*?<thead>(.*?)</thead>(.*?)</table>', either[name], re.DOTALL
        ):
            found += 1
            assert heads.count("<th ") <= 7
            assert {row.count("<td") for row in body.split("</tr>")[:-1]} == {heads.count("<th ")}
    assert found > 12


def test_columns_beyond_the_seventh_share_one_and_none_is_lost() -> None:
    rows = [{name: name for name in "abcdefghi"} | {"j": ""}]
    assert _columns(rows, "*") == (list("abcdef"), list("ghi")), "one without values is left out"
    assert _columns(rows, "a b | c d") == (list("abcd"), []), "few enough have a column each"
    assert _columns(rows, "a b c | d e f g h") == (list("abc"), list("defgh"))
    assert _columns(rows, "a b c d e f g") == (list("abcdefg"), [])
    assert _columns(rows, "a b c d e f g | h") == (list("abcdef"), list("gh"))


def test_headings_are_in_order(either: dict[str, str], subtests: pytest.Subtests) -> None:
    for name in PAGES:
        with subtests.test(name=name):
            headings = Page(either[name]).headings
            assert headings.count(1) == 1
            assert all(after <= before + 1 for before, after in pairwise(headings)), headings


def test_style_loads_nothing(report: dict[str, str]) -> None:
    styles = "".join(re.findall(r"<style>(.*?)</style>", report["index.html"], re.DOTALL))
    assert "url(" not in styles and "@import" not in styles and "@font-face" not in styles


@pytest.mark.parametrize("name", PAGES)
def test_hostile_cells_stay_text_in_html(report: dict[str, str], hostile: dict[str, str], name: str) -> None:
    tame, page = Page(report[name]), Page(hostile[name])
    assert {tag for tag, _ in page.elements} == {tag for tag, _ in tame.elements}
    assert not any(attribute.startswith("on") for _, attrs in page.elements for attribute in attrs)
    assert "javascript:" not in "".join(page.values("href"))
    if name not in ("method.html", "tables.html"):
        assert HOSTILE.partition("|")[0] in "".join(page.text)


def test_hostile_cells_stay_text_in_markdown(report: dict[str, str], hostile: dict[str, str]) -> None:
    text = hostile["report.md"]
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    tame, page = Page(reader.render(report["report.md"])), Page(reader.render(text))
    assert {tag for tag, _ in page.elements} == {tag for tag, _ in tame.elements}
    assert set(page.values("href")) == set(tame.values("href")) == {"https://example.org/a"}
    assert set(re.findall(r"(?<!\\)<([^>]*)>", text)) == {"https://example.org/a"}
    assert not re.search(r"(?<!\\)\]\(javascript|(?<!\]\(<)\bhttps?://", text), (
        "an address that renderers make a link of"
    )
    assert "\n# \\*e" not in text and "\n=cmd" not in text


def test_every_markdown_table_is_one(either: dict[str, str]) -> None:
    for lines in re.findall(r"(?:^\|.*\n)+", either["report.md"], re.MULTILINE):
        rows = lines.splitlines()
        assert re.fullmatch(r"\|(:?-+:?\|)+", rows[1]), rows[:2]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1, lines


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("missing: regional_funding/china/total_funding", "missing: China’s total funding"),
        ("no table has the figure runs/gpt_4/training_cost.", "no table has the figure GPT 4’s training cost."),
        ("us_share 60 %", "“Share” 60 %"),
        ("(article/regional_funding.csv:3, column us_share.x)", "(article/regional_funding.csv:3, column us_share.x)"),
    ],
)
def test_ids_are_reported_by_name(text: str, told: str) -> None:
    names = {"regional_funding/china/total_funding": "China’s total funding", "us_share": "“Share”"}
    assert replace_ids(text, names) == told


def test_single_sources_that_turn_a_statement_are_reported_nearest_first(report: dict[str, str]) -> None:
    # From October, the month of the content, back; November's does not turn the claim.
    text = Page(report["index.html"]).plain
    found = re.findall(r"total funding: (\S+) instead of \$35B \(Release dates, 1 (\w+) 2024\) gives (\d+)%", text)
    assert found == [
        ("$10B", "October", "50"), ("$9B", "September", "49"), ("$8B", "August", "48"), ("$7B", "July", "47"),
        ("$6B", "June", "46"),
    ]  # fmt: skip
    assert "2 more: see the table substitutions" in text


def test_json_holds_no_nan_or_infinity(report: dict[str, str]) -> None:
    def refuse(constant: str) -> Any:
        raise AssertionError(f"{constant} in JSON")

    document = json.loads(report["verdicts.json"], parse_constant=refuse)
    (script,) = Page(report["index.html"]).scripts
    json.loads(script, parse_constant=refuse)
    assert [row["flip_at"] for row in document["statements"]][:2] == [2.8006e10, None]


def test_only_decided_assertions_have_a_claim_review_and_only_where_there_is_an_address(either: dict[str, str]) -> None:
    page = Page(either["index.html"])
    graph = json.loads(page.scripts[0])["@graph"]
    assert [each["reviewRating"]["alternateName"] for each in graph] == ["wrong", "outdated", "stands"]
    for review in graph:
        assert review["@type"] == "ClaimReview"
        address, _, anchor = review["url"].partition("#")
        assert address == PUBLISHED.base_url and anchor in set(page.values("id"))
        assert review["itemReviewed"]["appearance"]["url"] == "https://example.org/a"
        rating = review["reviewRating"]
        assert rating["worstRating"] <= rating["ratingValue"] <= rating["bestRating"]
    assert [each["reviewRating"]["ratingValue"] for each in graph] == [1, 2, 4]
    here = rendered(report_tables(), None)
    assert Page(here["index.html"]).scripts == [] and "print.html" not in here and "og:url" not in here["index.html"]
    assert "print.html" not in here["index.html"]


def test_badge_and_feed_are_xml_that_says_the_count(either: dict[str, str]) -> None:
    badge = ElementTree.fromstring(either["badge.svg"])
    assert badge.get("aria-label") == "checked: 3 of 6 figures wrong or out of date"
    feed = ElementTree.fromstring(either["feed.xml"])
    atom = {"a": "http://www.w3.org/2005/Atom"}
    (entry,) = feed.findall("a:entry", atom)
    assert entry.findtext("a:updated", namespaces=atom) == "2026-05-25T00:00:00Z"
    assert "stands → depends" in str(entry.findtext("a:content", namespaces=atom))


def test_the_feed_goes_on_from_that_of_the_release_before(report: dict[str, str]) -> None:
    first = report["feed.xml"].encode()
    assert earlier_entries(first) == b""
    tables = report_tables()
    tables["claims"]["statement"] += "!"
    second = rendered(tables, earlier=first)["feed.xml"].encode()
    ids = re.findall(rb"<entry><id>([^<]*)", second)
    assert len(set(ids)) == 2 and ids[1:] == re.findall(rb"<entry><id>([^<]*)", first)
    assert rendered(tables, earlier=earlier_entries(second))["feed.xml"].encode() == second, (
        "as a verification makes it"
    )
    content = build_content(report_tables(), ARTICLE)
    for _ in range(MOST_ENTRIES):
        second = feed(content, b"", "", second)
    assert len(re.findall(b"<entry>", second)) == MOST_ENTRIES
    assert ElementTree.fromstring(second) is not None


def test_another_release_is_another_entry_of_the_feed(report: dict[str, str]) -> None:
    other = report_tables()
    other["claims"]["statement"] += "!"
    ids = [re.findall("<entry><id>([^<]*)", files["feed.xml"]) for files in (report, rendered(other))]
    assert ids[0] != ids[1] and all(each[0].startswith("urn:tidebook:a_capital_tsunami_more:") for each in ids)


def test_a_sign_is_never_shown_by_colour_alone(report: dict[str, str]) -> None:
    words = {mark.word for mark in (*OUTCOMES.values(), *STATUSES.values())}
    for name in re.findall(r'<use href="#s-([a-z-]+)"/>', report["index.html"]):
        assert name.replace("-", " ") in words
    assert len({mark.sign for mark in STATUSES.values()} - {STATUSES[""].sign}) == 3


def test_declared_charts_are_drawn(report: dict[str, str]) -> None:
    text = Page(report["index.html"]).plain
    assert "The rest of 74.5% and no value United States $35B (74.5%)" in text, "the metrics of its caption"
    assert "Funding · The article’s own figures · table figures" in text, "the theme of the chart"
    assert report["index.html"].count('class="plot"') == 3, "dots, a line and a history"
    assert report["index.html"].count('class="arrow"') == 2, "from printed to known"


def test_what_changed_is_reported_once_for_all_evidence_views(report: dict[str, str]) -> None:
    text = Page(report["index.html"]).plain
    seen = "(as printed, and as best known on 1 October 2024 and 25 May 2026)"
    assert f"Most of the money stays in the United States: depends → holds {seen} “Share of all" in text
    assert "Values that changed: 2" in text and "Rows that differ: 1" in text
    assert "1 computed table that differs verdicts 4 revised" in text
    document = json.loads(report["verdicts.json"])
    assert document["previous"] == "abc"
    assert [row["kind"] for row in document["changes"]].count("verdict") == 3


def test_a_prediction_is_reported_with_ruling_path_and_evidence(report: dict[str, str]) -> None:
    text = Page(report["index.html"]).plain
    path = "100% 0% Oct 2024 Dec 2024"
    told = f"{path} Three companies merge Failed under 1 of 1 reading. Deadline: 15 December 2024."
    told = f"{told} Our probability: 50% at first."
    assert f"Failed what was predicted did not happen in time, under any reading {told}" in text
    assert "1 December 2024: xAI: acquisition by SpaceX, $250B same owner; Nobody" in text
    assert "xAI since 1 October 2024: 1 of 3." in text
    scores = Page(report["scores.html"]).plain
    assert "Scores: lower is better" in scores and "Revenue per accelerator hour" in scores


def test_only_the_first_changes_of_a_part_are_shown() -> None:
    tables = report_tables()
    row = tables["changes"][tables["changes"]["kind"] == "revised"]
    rows = pd.concat([row.assign(place=100 + place, name=f"row{place}") for place in range(45)])
    tables["changes"] = pd.concat([tables["changes"], rows]).reset_index(drop=True)
    files = rendered(tables)
    assert "Rows that differ: 46" in files["index.html"] and "6 more: see the table" in files["index.html"]
    assert "row38" in files["index.html"] and "row39" not in files["index.html"]
    assert '"row44"' in files["verdicts.json"]


def test_report_of_nothing() -> None:
    kept = ("assumptions", "sources")
    empty = {name: frame if name in kept else table(name, []) for name, frame in report_tables().items()}
    optional = ("events", "projections", "gpu_hours", "comparisons", "reference_values", "scores", "forecast_history")
    for tables in (empty, {name: frame for name, frame in empty.items() if name not in optional}):
        files = rendered(tables)
        assert all(Page(files[name]).open == [] for name in PAGES)
        assert json.loads(files["verdicts.json"])["statements"] == []
        assert "no figure can be checked" in files["badge.svg"]


def test_date_comes_from_the_assumptions() -> None:
    tables = report_tables()
    tables["assumptions"] = tables["assumptions"][tables["assumptions"]["name"] != "as_of"]
    with pytest.raises(LookupError, match="as_of"):
        rendered(tables)


def test_tables_read_back_from_parquet_give_the_same_report(report: dict[str, str], tmp_path: Any) -> None:
    tables = {}
    for name, frame in report_tables().items():
        frame.to_parquet(tmp_path / f"{name}.parquet")
        tables[name] = pd.read_parquet(tmp_path / f"{name}.parquet")
    assert rendered(tables) == report


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("=cmd()", "\\=cmd()"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        (
            "a|b <b> *c* _d_ `e` [f](g) # ~h~ &amp;",
            "a\\|b \\<b\\> \\*c\\* \\_d\\_ \\`e\\` \\[f\\](g) \\# \\~h\\~ \\&amp;",
        ),
        ("two\nlines", "two lines"),
        ("$13B+, 71.4\u00a0%", "$13B+, 71.4\u00a0%"),
        ("at https://x.example and www.y.example", "at https&#58;//x.example and www&#46;y.example"),
    ],
)
def test_markdown_escapes(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped


def test_no_address_leaves_its_link_in_markdown() -> None:
    link = markdown_link("a]b", 'https://x.example/a>b)"<script>')
    assert link == "[a\\]b](<https://x.example/a%3Eb%29%22%3Cscript%3E>)"
    page = Page(MarkdownIt("commonmark", {"html": True}).render(link))
    assert [tag for tag, _ in page.elements] == ["p", "a"]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of compiled templates that nobody has filled yet."""
    monkeypatch.setenv("TIDEBOOK_CACHE", str(tmp_path))
    _environment.cache_clear()
    yield tmp_path / "templates"
    _environment.cache_clear()


def afresh() -> dict[str, str]:
    """Render as a process does that has compiled no template yet."""
    _environment.cache_clear()
    return rendered(report_tables())


def test_templates_are_compiled_once(report: dict[str, str], kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert afresh() == report
    own = [path for path in TEMPLATES.glob("*.j2") if path.name != "article.html.j2"]  # a page by itself
    assert len(list(kept.iterdir())) == len(own)

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("compiled again")

    with monkeypatch.context() as patch:
        patch.setattr(Environment, "compile", refuse)
        assert afresh() == report
    for path in kept.iterdir():
        path.write_bytes(path.read_bytes()[:90])
    assert afresh() == report
    assert min(path.stat().st_size for path in kept.iterdir()) > 1000, "a damaged one is compiled again"


def test_compiled_templates_are_not_kept_where_others_can_write(report: dict[str, str], kept: Path) -> None:
    kept.mkdir()
    kept.chmod(0o777)
    assert afresh() == report
    assert list(kept.iterdir()) == []


def test_no_filter_is_applied_to_a_constant() -> None:
    """Jinja would apply it when it compiles, and a template that is kept would not follow a change of the filter."""
    templates = list(TEMPLATES.glob("*.j2"))
    assert templates
    for path in templates:
        template = _environment(markup=True).parse(path.read_text("utf-8"))
        assert not [found for found in template.find_all(nodes.Filter) if isinstance(found.node, nodes.Const)], path


@pytest.mark.parametrize("value", [0.0, 1.0, 1e-30, 1e30])
def test_pictures_bear_any_figures(value: float) -> None:
    tables = report_tables()
    known = tables["figures"]["value"].notna() & (tables["figures"]["unit"] != "date")
    tables["figures"].loc[known, ["value", "low", "high"]] = value
    tables["figure_outcomes"]["factor"] = tables["figure_outcomes"]["factor"] * (value or 1.0)
    html = rendered(tables)["index.html"]
    assert not re.search(r"\bnan\b|\binf\b", "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [("It grew", "It grew."), ("It grew.", "It grew."), ("Did it?", "Did it?"), ("And…", "And…"), ("", "")],
)
def test_a_sentence_ends_once(text: str, shown: str) -> None:
    assert ended(text) == shown


def test_of_very_many_figures_the_first_are_shown_and_the_others_counted() -> None:
    tables = report_tables()
    figures, outcomes = tables["figures"], tables["figure_outcomes"]
    unchecked = outcomes[outcomes["outcome"] == "unchecked"].iloc[:1]
    more = [f"many/number_{number}/measure" for number in range(2_500)]
    tables["figures"] = pd.concat([*[figures.iloc[:1]] * len(more), figures], ignore_index=True)
    tables["figures"]["figure_id"] = [*more, *figures["figure_id"]]
    tables["figure_outcomes"] = pd.concat([outcomes, *[unchecked] * len(more)], ignore_index=True)
    tables["figure_outcomes"]["figure_id"] = [*outcomes["figure_id"], *more]
    files = rendered(tables)
    rows = [name for name in Page(files["evidence.html"]).values("id") if name.startswith("cell-")]
    left_out = len(tables["figures"]) - 2_000
    assert len(rows) == 2_000
    assert f"{left_out} more rows: see the table figures." in Page(files["evidence.html"]).plain
    assert f"{left_out} more rows: see the table figures." in files["report.md"]
    listed = [name for name in Page(files["index.html"]).values("id") if name.startswith("figure-many")]
    assert 490 < len(listed) <= 500
    assert re.search(r"and 2,0\d\d more figures: see the table figure_outcomes", Page(files["index.html"]).plain)
    assert re.search(r"and 2,0\d\d more figures: see the table figure", files["report.md"])
    assert len(json.loads(files["verdicts.json"])["figures"]) == len(tables["figure_outcomes"]), "JSON has all"


def test_a_quantity_that_is_called_as_a_metric_or_claim_is_no_such_thing() -> None:
    names = {"injury_fall": "“By how much injuries fell”"}
    assert _text("quantity", "injury_fall", None, names) == "Injury fall"
    assert _text("metric_id", "injury_fall", None, names) == "“By how much injuries fell”"


def test_an_article_without_publisher_or_address_has_no_empty_place_for_them() -> None:
    dates = "Written about October 2024, published 25 May 2026: 19 months later. Evidence"
    for about, begins in (
        ({"publisher": "", "address": ""}, dates),
        ({"publisher": ""}, f"[The article](<https://example.org/a>) · {dates}"),
        ({"address": "", "written": PUBLICATION_DATE}, "AINews · Published 25 May 2026. Evidence"),
        ({"publisher": "The Post, a paper"}, f"[The Post, a paper](<https://example.org/a>) · {dates}"),
    ):
        article = ARTICLE.model_copy(update=about)
        text = render(report_tables(), WORDING, article)["report.md"].decode().replace("\u00a0", " ")
        assert text.splitlines()[2].startswith(begins)
