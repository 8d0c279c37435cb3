"""Numbers in words, and how far each goes in its text."""

from __future__ import annotations

import pytest

from tidebook.pipelines.read.quantities.numerals import (
    LONGEST_NUMERAL,
    Numeral,
    UnclearNumeralError,
    read_numeral,
    read_ordinal,
)

READ = [
    # text, digits, denominator, power, loose, proportion, what is left
    ("one", 1, 1, 0, False, False, ""),
    ("Zero", 0, 1, 0, False, False, ""),
    ("nought point five", 5, 1, -1, False, False, ""),
    ("nineteen", 19, 1, 0, False, False, ""),
    ("twenty", 20, 1, 0, False, False, ""),
    ("ninety-nine", 99, 1, 0, False, False, ""),
    ("ninety nine", 99, 1, 0, False, False, ""),
    ("ninety ten", 90, 1, 0, False, False, " ten"),
    ("one two", 1, 1, 0, False, False, " two"),
    ("a hundred", 1, 1, 2, False, False, ""),
    ("a hundredfold", None, 1, 0, False, False, ""),
    ("hundred", None, 1, 0, False, False, ""),
    ("hundred thousand", 1, 1, 5, False, False, ""),
    ("eleven hundred", 11, 1, 2, False, False, ""),
    ("eleven hundred and five", 1105, 1, 0, False, False, ""),
    ("ten hundred", 10, 1, 0, False, False, " hundred"),
    ("one hundred and", 1, 1, 2, False, False, " and"),
    ("one hundred and one", 101, 1, 0, False, False, ""),
    ("one hundred one", 101, 1, 0, False, False, ""),
    ("one hundred and one hundred", 101, 1, 0, False, False, " hundred"),
    ("a thousand", 1, 1, 3, False, False, ""),
    ("an hour", None, 1, 0, False, False, ""),
    ("a couple", None, 1, 0, False, False, ""),
    ("one thousand and five hundred", 15, 1, 2, False, False, ""),
    ("one thousand one thousand", 1, 1, 3, False, False, " one thousand"),
    ("two million three thousand four", 2_003_004, 1, 0, False, False, ""),
    ("two thousand three million", 2, 1, 3, False, False, " three million"),
    ("three lakh crore", 3, 1, 12, False, False, ""),
    ("twelve hundred thousand", None, 1, 0, False, False, ""),
    ("3 hundred", 3, 1, 2, False, False, ""),
    ("3 hundred and 21", 321, 1, 0, False, False, ""),
    ("3 hundred and 99 more", 399, 1, 0, False, False, " more"),
    ("3 hundred and 100", None, 1, 0, False, False, ""),
    ("3 hundred 21", 3, 1, 2, False, False, " 21"),
    ("6 crore and two hundred", 600_002, 1, 2, False, False, ""),
    ("3 million", None, 1, 0, False, False, ""),
    ("3 apples", None, 1, 0, False, False, ""),
    ("12", None, 1, 0, False, False, ""),
    ("three dozen", 36, 1, 0, False, False, ""),
    ("a dozen eggs", 12, 1, 0, False, False, " eggs"),
    ("two hundred dozen", 2, 1, 2, False, False, " dozen"),
    ("half a dozen", 6, 1, 0, False, False, ""),
    ("a quarter of a dozen", 3, 1, 0, False, False, ""),
    ("a fifth of a dozen", 12, 5, 0, True, False, ""),
    ("one point two five", 125, 1, -2, False, False, ""),
    ("one point zero five", 105, 1, -2, False, False, ""),
    ("one point twenty-five", 125, 1, -2, False, False, ""),
    ("one point of", 1, 1, 0, False, False, " point of"),
    ("two hundred point five", 2005, 1, -1, False, False, ""),
    ("two thousand point five", 2, 1, 3, False, False, " point five"),
    ("half", 1, 2, 0, True, False, ""),
    ("half a million", 1, 2, 6, True, False, ""),
    ("half of a million", 1, 2, 6, True, False, ""),
    ("half million", 1, 2, 6, True, False, ""),
    ("half of them", 1, 2, 0, True, False, " of them"),
    ("half a day", 1, 2, 0, True, False, " a day"),
    ("quarter million", 1, 4, 6, True, False, ""),
    ("quarter", None, 1, 0, False, False, ""),
    ("a quarter", 1, 4, 0, True, False, ""),
    ("three quarters", 3, 4, 0, True, False, ""),
    ("three quarter", 3, 1, 0, False, False, " quarter"),
    ("two halves", 2, 2, 0, True, False, ""),
    ("one half", 1, 2, 0, True, False, ""),
    ("two-thirds", 2, 3, 0, True, False, ""),
    ("five - eighths", 5, 8, 0, True, False, ""),
    ("a third", 1, 3, 0, True, False, ""),
    ("a second", None, 1, 0, False, False, ""),
    ("one twenty-fifth", 1, 25, 0, True, False, ""),
    ("two twenty-fifths", 2, 25, 0, True, False, ""),
    ("two twenty-fifth", 2, 1, 0, False, False, " twenty-fifth"),
    ("two twenty-tenths", 2, 1, 0, False, False, " twenty-tenths"),
    ("two twenty fifths", 2, 1, 0, False, False, " twenty fifths"),
    ("three twentieths", 3, 20, 0, True, False, ""),
    ("a hundredth", 1, 100, 0, True, False, ""),
    ("twenty-three fifths", 23, 5, 0, True, False, ""),
    ("one and a half", 3, 2, 0, True, False, ""),
    ("two and three quarters", 11, 4, 0, True, False, ""),
    ("five and a half million", 11, 2, 6, True, False, ""),
    ("one million and a quarter thousand", 1_000_250, 1, 0, True, False, ""),
    ("one billion and three quarters million", 1_000_750_000, 1, 0, True, False, ""),
    ("one million and two thirds thousand", 3_002_000, 3, 0, True, False, ""),
    ("ninety - five", 90, 1, 0, False, False, " - five"),
    ("ninety -five", 90, 1, 0, False, False, " -five"),
    ("one in five", 1, 5, 0, True, True, ""),
    ("two out of three", 2, 3, 0, True, True, ""),
    ("two in every five", 2, 5, 0, True, True, ""),
    ("3 of every 10", 3, 10, 0, True, True, ""),
    ("two out three", 2, 1, 0, False, False, " out three"),
    ("three over four", 3, 4, 0, True, True, ""),
    ("1 in 5", 1, 5, 0, True, True, ""),
    ("1 in 100", 1, 100, 0, True, True, ""),
    ("2 in 101", None, 1, 0, False, False, ""),
    ("1 in 1000", 1, 1000, 0, True, True, ""),
    ("one in a million", 1, 1_000_000, 0, True, True, ""),
    ("five in five", 5, 1, 0, False, False, " in five"),
    ("one in many", 1, 1, 0, False, False, " in many"),
]


def test_a_numeral_in_words_is_read(subtests: pytest.Subtests) -> None:
    for text, digits, denominator, power, loose, proportion, left in READ:
        with subtests.test(text=text):
            expected = (
                None
                if digits is None
                else Numeral(digits, denominator, power, loose, proportion, len(text) - len(left))
            )
            assert read_numeral(text, 0, len(text)) == expected


def test_a_numeral_is_read_between_given_positions() -> None:
    text = "at forty-two thousand, or so"
    assert read_numeral(text, 0, len(text)) is None
    assert read_numeral(text, 3, len(text)) == Numeral(42, 1, 3, False, False, 21)
    assert read_numeral(text, 3, 12) == Numeral(42, 1, 0, False, False, 12)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("twenty fifths", "an ambiguous fraction"),
        ("thirty-fifths", "an ambiguous fraction"),
        ("one hundred thirty thirds", "an ambiguous fraction"),
        ("one hundred and three fifths", "an ambiguous fraction"),
        ("five hundred fifths", "an ambiguous fraction"),
        ("a hundred thousand trillionths", "an ambiguous fraction"),
        ("3 million and a half", "3,000,000 and a part of one, or and a part of its magnitude?"),
        ("two hundred and a half", "200 and a part of one, or and a part of its magnitude?"),
        ("one thousand and a quarter million", "1,000 and a part of one, or and a part of its magnitude?"),
    ],
)
def test_a_numeral_of_two_readings(text: str, reason: str) -> None:
    with pytest.raises(UnclearNumeralError) as caught:
        read_numeral(f"  {text}", 2, len(text) + 2)
    assert reason in str(caught.value)


@pytest.mark.parametrize("text", ["twenty halves", "twenty tenths"])
def test_tens_of_parts_that_no_ordinal_joins(text: str) -> None:
    found = read_numeral(text, 0, len(text))
    assert found is not None and found.loose and found.end == len(text)


def test_no_numeral_has_more_words_than_are_looked_at() -> None:
    text = "one point " + " ".join(["one"] * LONGEST_NUMERAL)
    found = read_numeral(text, 0, len(text))
    assert found is not None and found.power == -(LONGEST_NUMERAL - 2)


ORDINALS = [
    ("1st", 1),
    ("2nd", 2),
    ("3rd", 3),
    ("4th", 4),
    ("11th", 11),
    ("12TH", 12),
    ("13th", 13),
    ("21st", 21),
    ("111th", 111),
    ("First", 1),
    ("nineteenth", 19),
    ("twentieth", 20),
    ("twenty-first", 21),
    ("ninety-ninth", 99),
    ("hundredth", 100),
]


def test_an_ordinal_is_read(subtests: pytest.Subtests) -> None:
    for text, place in ORDINALS:
        with subtests.test(text=text):
            assert read_ordinal(f"{text} of", 0, len(text) + 3) == (place, len(text))


NO_ORDINALS = ["0th", "1th", "2st", "11st", "12nd", "4", "fourthly", "twenty-tenth", "first-rate", "94thx"]


def test_a_word_that_only_looks_like_an_ordinal_is_not_read(subtests: pytest.Subtests) -> None:
    for text in NO_ORDINALS:
        with subtests.test(text=text):
            assert read_ordinal(text, 0, len(text)) is None
