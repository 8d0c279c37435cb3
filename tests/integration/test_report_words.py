"""The words of real reports: few, plain, each said once; pictures say where they are from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import ROOT, SHIPPED, SMALL, tidebook
from tests.signs import POSSIBLE_OF_TESTS, disagreement
from tests.unit.test_report_render import jargon
from tidebook.pipelines.report.words import HEADS, STATUSES

DOSSIER = SHIPPED

MOST_WORDS = 4000
MOST_OF_FIRST_SCREEN, MOST_LINES = 200, 5
"""Words and lines of the page's head with its contents, which fills a window of 1280 by 800 pixels."""
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/dossier.toml"))


@pytest.fixture(scope="module", params=["shipped", "small", *EXAMPLES])
def report(request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a dossier's report."""
    if request.param == "shipped":
        return built / "latest" / "report"
    out = tmp_path_factory.mktemp(request.param)
    dossier = SMALL if request.param == "small" else ROOT / "examples" / request.param
    result = tidebook("build", "--raw", str(dossier), "--out", str(out))
    assert result.exit_code == 0, result.output
    return out / "latest" / "report"


def test_the_markdown_report_is_short_before_its_appendix(report: Path) -> None:
    text, appendix, _ = (report / "report.md").read_text(encoding="utf-8").partition("\n## Appendix\n")
    words = [word for word in text.split() if re.search(r"\w", word)]
    assert appendix and 100 < len(words) <= MOST_WORDS


def test_the_first_screen_has_at_most_200_words_and_five_lines(report: Path) -> None:
    html = (report / "index.html").read_text(encoding="utf-8")
    first = html[html.index("<header class=") : html.index('<main id="main">')]
    words = [word for word in re.sub(r"<[^>]+>", " ", first).split() if re.search(r"\w", word)]
    assert 20 < len(words) <= MOST_OF_FIRST_SCREEN
    assert first.count("<tr><td>") <= MOST_LINES


def test_no_term_of_the_method_stands_on_the_main_page(report: Path) -> None:
    assert jargon((report / "index.html").read_text(encoding="utf-8")) == []


def open_sentences(html: str) -> Iterator[set[str]]:
    """Yield what is said in the open of each claim, sentence by sentence, in the page's order."""
    for claim in re.findall(r'<article class="claim".*?</article>', html, re.DOTALL):
        line = "".join(re.findall(r'<span class="line[^"]*">(.*?)</span>', claim, re.DOTALL)[-1:])
        # Beside the line there are paragraphs, of which those on readings are folded.
        shown = re.sub(
            r'<ul class="readings">.*</ul>|<table>.*</table>|<p class="quote">.*?</p>', "", claim, flags=re.DOTALL
        )
        said = [line, *(re.sub(r"<[^>]+>", "", each) for each in re.findall(r"<p\b.*?</p>", shown, re.DOTALL))]
        yield {part.strip() for each in said for part in re.split(r"(?<=[.!?]) ", each) if part.strip()}


def test_no_sentence_stands_on_neighbouring_claims(report: Path) -> None:
    claims = list(open_sentences((report / "index.html").read_text(encoding="utf-8")))
    assert len(claims) > 1
    assert [first & second for first, second in pairwise(claims) if first & second] == []


def test_each_badge_says_what_its_signs_say(report: Path) -> None:
    statements = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))["statements"]
    assert statements
    for row in statements:
        statuses = {moment: row[moment] or "" for moment in ("as_printed", "written", "published", "now", "number")}
        outcome = row["judged"] or row["outcome"]
        if row["kind"] == "consistency test":
            assert statuses["as_printed"] in POSSIBLE_OF_TESTS[outcome], row["claim_id"]
        else:
            assert disagreement(outcome, statuses) == "", row["claim_id"]


def test_each_row_of_the_matrix_shows_the_signs_of_its_outcome(report: Path) -> None:
    html = (report / "index.html").read_text(encoding="utf-8")
    shown = re.findall(
        r'<summary><span class="what"><span class="hidden">([\w ]+): </span>(.*?)</summary>', html, re.DOTALL
    )
    assert shown
    codes = {mark.word: code for code, mark in STATUSES.items()}
    moments = {head: moment for moment, head in HEADS.items()}
    for outcome, row in shown:
        signs = re.findall(
            r'<use href="#s-([a-z-]+)"/></svg><span class="name">(\w+)<span class="hidden">: ([\w ]+)<', row
        )
        assert all(sign.replace("-", " ") == word for sign, _, word in signs), "the sign is that of its word"
        statuses = {moments[head]: codes[word] for _, head, word in signs}
        assert not signs or disagreement(outcome.lower(), statuses) == "", (outcome, row)


def test_all_sentences_have_one_denominator(report: Path) -> None:
    """The claims of the headline, of the matrix and of the charts are the same ones."""
    html = (report / "index.html").read_text(encoding="utf-8")
    outcomes = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))["outcome_counts"]["assertion"]
    total = sum(outcomes.values())
    said = set(re.findall(r"\b(?:[Oo]f its|\d+ of|None of|All) (\d+)(?: of its)? claims\b", html))
    assert said <= {str(total)}
    assert total < 2 or said
    untested = outcomes.get("undecided", 0) + outcomes.get("unchecked", 0)
    counted = set(re.findall(r"\b(\d+) could not be tested\b", html))
    assert total < 2 or counted == ({str(untested)} if untested else set())


def test_every_picture_has_a_title_a_source_and_its_table(report: Path) -> None:
    html = (report / "index.html").read_text(encoding="utf-8")
    pictures = re.findall(r"<figure.*?</figure>", html, re.DOTALL)
    assert pictures
    for picture in pictures:
        assert re.search(r"<figcaption><h[34]>[^<]{10,}</h[34]>", picture), picture[:200]
        (table,) = re.findall(
            r'<p class="source">[^<]{10,}<a href="\.\./tables/(\w+)\.parquet">table \w+</a></p>', picture
        )
        assert (report.parent / "tables" / f"{table}.parquet").is_file()
