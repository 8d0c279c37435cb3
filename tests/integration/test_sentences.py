"""The sentence around a quotation: what commands tell of it once the text has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import ROOT, edit, tidebook


def test_a_build_and_a_check_tell_of_a_changed_sentence_until_follow_confirms_it(tmp_path: Path) -> None:
    folder = tmp_path / "shops"
    folder.mkdir()
    (folder / "shops.csv").write_text("Shop,Sales\nNorth Gate,30\nSouth Gate,10\n")
    text = folder / "article.md"
    text.write_text("As we saw, North Gate sold three times as much as South Gate.\n")
    (folder / "dossier.toml").write_text(
        '[article]\ntitle = "Shops"\npublished = 2025-01-01\ntext = "article.md"\nown = true\n'
        '[tables.shops]\npath = "shops.csv"\ntitle = "Sales"\n[tables.shops.columns]\n'
        'Shop = { name = "shop", role = "subject" }\nSales = { name = "sales", unit = "number" }\n'
        '[[claims]]\nquote = "sold three times as much"\n'
        "is = 'shops[north_gate].sales / shops[south_gate].sales'\n"
    )

    def lines(*arguments: str) -> str:
        return tidebook(*arguments).output

    lines("lock", "--in", str(folder))
    assert "sold three" not in lines("check", "--in", str(folder))
    text.write_text("As all saw, North Gate sold three times as much as South Gate.\n")
    assert "note: reread: " in lines("check", "--in", str(folder))
    assert "the sentence around it has changed" in lines("build", "--in", str(folder), "--out", str(tmp_path / "out"))
    assert "is confirmed" in lines("follow", "--in", str(folder))
    assert "reread" not in lines("check", "--in", str(folder))


def test_another_deadline_in_the_text_is_told_where_it_stands(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "examples" / "marathon", tmp_path / "marathon"))
    edit(folder / "article.md", "before 2024 is over", "before 2021 is over")
    assert (
        f"{folder}/article.md:20:83: warning: sentence: below_two_hours"
        in tidebook("check", "--in", str(folder)).output
    )
