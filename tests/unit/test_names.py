"""Names whose characters a reader cannot see or tell from others are refused, with the character; scripts are not."""

from __future__ import annotations

import pytest

from tidebook.pipelines.read.names import is_typo, letters_apart, name_hint

CONFUSABLE = [
    ("Chin\u0430", "U+0430 CYRILLIC SMALL LETTER A"),
    ("Open\u0391I", "U+0391 GREEK CAPITAL LETTER ALPHA"),
    ("M\u0456stral", "U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I"),
    ("Anthr\u03bfpic", "U+03BF GREEK SMALL LETTER OMICRON"),
    ("Yandex\u044f", "U+044F CYRILLIC SMALL LETTER YA"),
    ("NVIDIA \u0410100", "U+0410 CYRILLIC CAPITAL LETTER A"),
    ("\u0425 AI", "U+0425 CYRILLIC CAPITAL LETTER HA"),
    ("Open\u00a0AI", "U+00A0 NO-BREAK SPACE"),
    ("Open\u202fAI", "U+202F NARROW NO-BREAK SPACE"),
    ("Open\u200bAI", "U+200B ZERO WIDTH SPACE"),
    ("Open\ufeffAI", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
    ("Open\u00adAI", "U+00AD SOFT HYPHEN"),
    ("\u202eIAnepO", "U+202E RIGHT-TO-LEFT OVERRIDE"),
    ("OpenAI\n", "U+000A"),
    ("Berl\u03b9n", "U+03B9 GREEK SMALL LETTER IOTA"),
    ("\uff22erlin", "U+FF22 FULLWIDTH LATIN CAPITAL LETTER B"),
    ("Berlin\ufe0f", "U+FE0F VARIATION SELECTOR-16"),
    ("Berlin\u2800", "U+2800 BRAILLE PATTERN BLANK"),
    ("world\u034f record", "U+034F COMBINING GRAPHEME JOINER"),
    ("Open\u2028AI", "U+2028 LINE SEPARATOR"),
]


def test_what_cannot_be_distinguished_from_another_name_is_refused_with_its_character(
    subtests: pytest.Subtests,
) -> None:
    for name, character in CONFUSABLE:
        with subtests.test(name=name):
            assert name_hint(name) == f"a name without {character}"


@pytest.mark.parametrize("name", ["Berlin ", " Berlin", "New  York"])
def test_blanks_that_nobody_sees_are_refused(name: str) -> None:
    assert name_hint(name) == "a name without blanks at its ends, and with one between words"


NAMES = [
    "",
    "OpenAI",
    "Llama 3.1-405B (est.)",
    "Mistral Lé Châtel",
    "Ørsted",
    "Яндекс",
    "Сбер",
    "Яндекс (Yandex)",
    "日本 AI",
    "智谱 AI",
    "ＮＴＴ",
    "β-VAE",
    "TGFβ",
    "DALL·E",
    "GPT‑4",
    "№ 1",
    "„AI“ – Größe",
    "Ελλάδα",
    "Kōsen",
]


def test_names_of_any_script_are_taken(subtests: pytest.Subtests) -> None:
    for name in NAMES:
        with subtests.test(name=name):
            assert name_hint(name) == ""


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("Berlin", "Berlni", True),
        ("Berlin", "Berln", True),
        ("Berlin", "Berlinn", True),
        ("hyperscaler", "hyprescalre", True),
        ("marketplace", "marketplaces", True),
        ("Berlin", "Merlon", False),
        ("GPT-4 class", "GPT-3 class", False),
        ("yes", "yet", False),
        ("first half", "third half", False),
        ("Berlin", "Berlin", False),
    ],
)
def test_a_typo_is_a_letter_or_two_and_no_other_version(one: str, other: str, slip: bool) -> None:
    assert is_typo(one, other) is is_typo(other, one) is slip


def test_letters_apart_counts_what_was_exchanged_lost_and_added() -> None:
    for one, other, apart in (("ab", "ba", 1), ("abc", "ca", 3), ("", "abc", 3), ("kitten", "sitting", 3)):
        assert [letters_apart(one, other, most) for most in range(5)] == [most >= apart for most in range(5)]
