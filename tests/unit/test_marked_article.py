"""The article with its marks: each number keeps its place and its words, and says what is known without a script."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from tidebook.pipelines.judge.readings.review import review_with_readings
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import Document, read_document
from tidebook.pipelines.report.dossier_findings import JudgedRows
from tidebook.pipelines.report.marked import marked_article
from tidebook.pipelines.report.marks import Marked, Note, Spot, Text, TextKey, marked_of
from tidebook.pipelines.report.render import render_article

SALES = """\
# Sales of Acme

| $ million   | 2021  | 2020  |
|-------------|-------|-------|
| Bicycles    | 412.5 | 375.0 |
| Helmets     | 96.3  | 107.0 |
| Repairs     | 150.2 | 120.4 |
| Total sales | 695.0 | 602.4 |

Bicycle sales rose from $375.0 million to $412.5 million, up 15 %. Repairs declined by $29.8 million in 2021.

## Shops

There are 40 shops.

- In the north 12.
- In the south & elsewhere < 5.
"""


def document(text: str, name: str = "a.md") -> Document:
    return read_document(RawFile(name, text.encode()))


def page(text: str, name: str = "a.md", rows: JudgedRows | None = None) -> HTMLParser:
    read = document(text, name)
    return HTMLParser(
        render_article(marked_article(marked_of(read, review_with_readings(read, []).review, rows))).decode()
    )


def button(tree: HTMLParser, words: str) -> Node:
    """Return the only button that begins with some words."""
    (found,) = [each for each in tree.css("button") if each.text().startswith(words)]
    return found


def note(tree: HTMLParser, words: str) -> str:
    """Return what opens at a button."""
    target = button(tree, words).attributes["popovertarget"]
    (found,) = tree.css(f"#{target}")
    assert "popover" in found.attributes
    return " ".join(found.text(separator=" ").split())


def said(node: Node) -> str:
    """Return the words of the article in a part of the page, without marks and notes."""
    for each in node.css(".note, .word, .hidden, .ref, .sign"):
        each.decompose()
    return node.text()


def test_each_number_says_its_state_in_words_and_opens_its_note() -> None:
    tree = page(SALES)
    assert button(tree, "15 %").text() == "15 % certain"
    assert button(tree, "$375.0 million").text() == "$375.0 million checked"
    assert button(tree, "40").text() == "40 unknown"
    assert button(tree, "695.0").text() == "695.0 likely"
    assert "rom [Bicycles, 2020] to [Bicycles, 2021] is a rise of 10%." in note(tree, "15 %")
    assert "Expected: 659" in note(tree, "695.0")


def test_colour_is_never_the_only_sign() -> None:
    for each in page(SALES).css("button"):
        assert each.css(".sign") and each.css_first(".word, .hidden").text().strip()


def test_the_worst_is_listed_first_and_leads_to_its_place() -> None:
    tree = page(SALES)
    listed = [each.css_first("a") for each in tree.css(".loud li")]
    assert [each.text() for each in listed] == ["15 %", "declined", "695.0"]
    for each in listed:
        (place,) = tree.css(each.attributes["href"] or "")
        assert place.css_first("button").text().startswith(each.text())


def test_every_link_and_every_button_has_its_target() -> None:
    tree = page(SALES)
    ids = [each.attributes["id"] for each in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    wanted = [(each.attributes["href"] or "").removeprefix("#") for each in tree.css("a[href], use")]
    wanted += [each.attributes["popovertarget"] or "" for each in tree.css("button")]
    assert len(wanted) > 20 and set(wanted) <= set(ids)


def test_a_note_leads_to_the_numbers_that_speak_against_its_own() -> None:
    tree = page(SALES)
    notes = tree.css_first(f"#{button(tree, '15 %').attributes['popovertarget']}")
    beside = [each.attributes["href"] for each in notes.css(".beside a")]
    assert [tree.css_first(href).text() for href in beside] == ["412.5", "375.0"]
    notes = tree.css_first(f"#{button(tree, '695.0').attributes['popovertarget']}")
    assert [tree.css_first(each.attributes["href"]).text() for each in notes.css(".beside a")] == [
        "412.5",
        "96.3",
        "150.2",
    ]


def test_the_text_stays_as_it_stands() -> None:
    tree = page(SALES)
    main = tree.css_first("main")
    assert [each.text() for each in main.css("h2, h3")] == ["Sales of Acme", "Shops"]
    paragraphs = [said(each) for each in main.css("p")]
    assert paragraphs[0].startswith("Bicycle sales rose from $375.0 million to $412.5 million, up 15 %. Repairs")
    assert [said(each) for each in main.css(".items li")] == [
        "In the north 12.",
        "In the south & elsewhere < 5.",
    ]
    cells = [[said(cell) for cell in row.css("th, td")] for row in main.css("tr")]
    assert cells[0] == ["$ million", "2021", "2020"] and cells[-1] == ["Total sales", "695.0", "602.4"]


def test_spanned_cells_stand_once() -> None:
    table = "<table><tr><th rowspan=2>Shop</th><th colspan=2>Sales</th></tr><tr><th>2020</th><th>2021</th></tr>"
    tree = page(f"<body>{table}<tr><td>North</td><td>12</td><td>14</td></tr></table></body>", "a.html")
    heads = [(each.text(), each.attributes.get("colspan"), each.attributes.get("rowspan")) for each in tree.css("th")]
    assert heads == [("Shop", None, "2"), ("Sales", "2", None), ("2020", None, None), ("2021", None, None)]


@pytest.mark.parametrize(
    "hostile", ['<img src="https://a.example/x" onerror=alert(1)>', "\"><script>alert('7 %')</script>", "{{ 7 * 7 }}"]
)
def test_text_of_others_stays_text_and_nothing_is_loaded(hostile: str) -> None:
    tree = page(
        f"# {hostile} 3\n\nUp 12 % {hostile} from 5.\n\n| {hostile} | b |\n|---|---|\n| {hostile} | 4 |\n", "a.txt"
    )
    assert not tree.css("script, img, iframe, link, [onerror], [src]")
    policy = tree.css_first("meta[http-equiv]").attributes["content"] or ""
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not re.search(r"url\(|@import|https?:", " ".join(each.text() for each in tree.css("style")))
    assert hostile in said(tree.css_first("main"))


def test_the_same_text_gives_the_same_bytes() -> None:
    read = document(SALES)
    pages = {render_article(marked_article(marked_of(read, review_with_readings(read, []).review))) for _ in range(2)}
    assert len(pages) == 1


def test_paper_has_each_note_once_in_the_order_of_the_text() -> None:
    tree = page(SALES)
    numbers = [int(each.attributes["value"] or 0) for each in tree.css(".footnotes li")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [int(each.text()) for each in tree.css(".ref")] == sorted(int(each.text()) for each in tree.css(".ref"))
    assert len(tree.css(".ref")) == len(numbers)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=8), st.integers(0, 3))
def test_claims_that_overlap_change_no_word(places: list[tuple[int, int]], numbers: int) -> None:
    text = "One 12 % of two, 34 of three & 5 <b>."
    read = document(text, "a.txt")
    key = TextKey("block", 0)
    length = len(read.blocks[0].text)
    claims = []
    for index, (start, size) in enumerate(places):
        if start < length:
            notes = [Note("wrong" if index % 2 else "stands", "A claim", "Why.")]
            claims.append(Spot(key, start, min(start + size, length), notes, is_claim=True, number=10 + index))
    spots = [
        Spot(key, start, end, [Note("checked", "", "")], number=1 + index)
        for index, (start, end) in enumerate([(4, 8), (17, 19), (31, 32)][:numbers])
    ]
    tree = HTMLParser(render_article(marked_article(Marked(Text(read), spots, claims, [], []))).decode())
    assert len(tree.css(".note")) == len(spots) + len(claims)
    for each in tree.css("main .end"):
        each.decompose()
    assert said(tree.css_first("main p")) == read.blocks[0].text


QUOTED = {"quote": "It is old", "section": None, "locator": "a.md:3, column 1", "near": None}
OUTCOME = {"statement_kind": "assertion", "severity": None, "accepted": None}


def test_a_claim_is_marked_at_its_words_and_one_without_words_is_listed() -> None:
    text = "# Shops\n\nHalf of the 40 shops closed, and 12 opened.\n"
    rows = JudgedRows(
        outcomes=[
            OUTCOME | {"statement_id": "half", "statement": "Half", "quote": "", "outcome": "wrong", "why": "19"},
            OUTCOME | {"statement_id": "old", "statement": "It is old", "quote": "", "outcome": "drifted", "why": ""},
        ],
        quotes=[
            QUOTED | {"quote_id": "claims/half", "status": "found", "words": "Half of the 40 shops closed"},
            QUOTED | {"quote_id": "claims/old", "status": "gone", "words": None},
        ],
        numbers=[
            {"line": 3, "position": 13, "text": "40", "coverage": "checked", "quote_id": "claims/half"},
        ],
        text="a.md",
    )  # fmt: skip
    tree = page(text, rows=rows)
    assert "".join(each.text() for each in tree.css("mark.bad")).startswith("Half of the 40")
    assert tree.css_first(".end").text().strip() == "wrong"
    # The number that the claim reads opens the note of the claim.
    assert button(tree, "40").attributes["popovertarget"] == tree.css_first(".end").attributes["popovertarget"]
    listed = [" ".join(each.text().split()) for each in tree.css(".loud li")]
    assert listed[0].startswith("wrong Half of the 40 shops closed") and listed[1].startswith("drifted It is old")
    assert button(tree, "12").text() == "12 unknown"
