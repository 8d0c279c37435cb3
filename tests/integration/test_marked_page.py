"""The article marked by what its dossier says: from the command, and as a page of the report."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from tests.conftest import edit, tidebook

FERRIES = Path(__file__).parents[1] / "ferries"


@pytest.fixture
def ferries(tmp_path: Path) -> Path:
    """A copy of the dossier to edit."""
    return shutil.copytree(FERRIES, tmp_path / "ferries")


def marked(ferries: Path, page: Path) -> HTMLParser:
    result = tidebook("read", "--raw", str(ferries), "--html", str(page))
    assert result.exit_code == 0, result.stderr
    assert f"Wrote {page}" in result.stdout
    return HTMLParser(page.read_text(encoding="utf-8"))


def ends(tree: HTMLParser) -> list[str]:
    """Return the outcomes of the claims in the order of the text."""
    return [each.text().strip() for each in tree.css("main .end")]


def test_each_claim_has_its_outcome_at_its_words_and_an_edit_shows(ferries: Path, tmp_path: Path) -> None:
    tree = marked(ferries, tmp_path / "page.html")
    assert ends(tree) == ["consistent"] * 6
    assert not tree.css(".loud")
    edit(ferries / "article.md", "carried 42 %", "carried 47 %")
    edit(ferries / "article.md", "in the same time", "over the year")
    tree = marked(ferries, tmp_path / "page.html")
    assert ends(tree) == ["drifted", "consistent", "consistent", "consistent", "consistent"]
    gone = tree.css(".loud li")[-1]
    assert "in the same time" in gone.text()
    # The nearest words are a link to the paragraph that has them.
    (near,) = gone.css("a")
    assert "over the year" in tree.css_first(near.attributes["href"] or "").text()


def test_the_page_never_replaces_the_text(ferries: Path) -> None:
    text = ferries / "article.md"
    before = text.read_bytes()
    result = tidebook("read", str(text), "--html", str(text))
    assert result.exit_code == 2 and "another file than the text itself" in result.stderr
    assert text.read_bytes() == before


def test_the_report_has_the_page_if_the_text_is_the_authors_own(ferries: Path, tmp_path: Path) -> None:
    edit(ferries / "dossier.toml", 'text = "article.md"', 'text = "article.md"\nown = true')
    built = tidebook("build", "--raw", str(ferries), "--out", str(tmp_path / "out"))
    assert built.exit_code == 0, built.stderr
    report = tmp_path / "out" / "latest" / "report"
    page, index = (HTMLParser((report / name).read_text(encoding="utf-8")) for name in ("article.html", "index.html"))
    links = [each.attributes["href"] or "" for each in page.css(".note a")]
    assert len(links) == 6
    for link in links:
        name, _, anchor = link.partition("#")
        assert name == "index.html" and index.css(f"[id='{anchor}']"), link
    assert index.css("a[href='article.html']")
    verified = tidebook("verify", "--out", str(tmp_path / "out"))
    assert verified.exit_code == 0, verified.stderr
