"""Typography that makes no other words: two versions of a quotation that differ in it alone are one."""

from __future__ import annotations

import pytest

from tidebook.pipelines.judge.accepted import AcceptedFinding
from tidebook.pipelines.read.text.folded import folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a leader—Mistral—fell behind", "a leader – Mistral – fell behind"),
        ("a leader—Mistral", "a leader — Mistral"),
        ("in 2020—a record", "in 2020 – a record"),
        ("1990—1995", "1990–1995"),
        ("the state-of-the-art score", "the state‑of‑the‑art score"),
        ("10 MW", "10\u202fMW"),
        ("Spain's “two fifths”", 'Spain’s "two fifths"'),
        ("and so on…", "and  so\u00a0on..."),
    ],
)
def test_the_same_words_in_other_type_are_the_same(one: str, other: str) -> None:
    assert folded(one).text == folded(other).text
    assert AcceptedFinding(id="a", why="Known", printed=one).covers("wrong", "minor", other)


@pytest.mark.parametrize(
    ("one", "other"), [("—5%", "5%"), ("(—5%)", "(5%)"), ("recover", "re-cover"), ("12.4", "12 4"), ("May", "may")]
)
def test_a_sign_a_hyphen_and_a_capital_are_not_typography(one: str, other: str) -> None:
    assert folded(one).text != folded(other).text
    assert not AcceptedFinding(id="a", why="Known", printed=one).covers("wrong", "minor", other)


def test_each_folded_sign_has_its_place_in_the_text() -> None:
    text, places = folded("fell—as said…")
    assert text == "fell - as said..."
    assert places == [0, 1, 2, 3, 4, 4, 4, *range(5, 12), 12, 12, 12]
