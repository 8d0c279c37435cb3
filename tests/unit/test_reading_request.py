"""What a reader is given: no number that the text counts or measures, no value of a table."""

import json
import re
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidebook.pipelines.judge.readings.hidden import hidden_numbers, masked
from tidebook.pipelines.judge.readings.request import MaskedText
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.blocks import Block
from tidebook.pipelines.read.text.document import read_document


def text_of(markdown: str) -> MaskedText:
    return MaskedText(read_document(RawFile("text.md", markdown.encode())))


def words(sentence: str) -> str:
    block = Block("paragraph", sentence, (), range(len(sentence)))
    return masked(sentence, 0, len(sentence), hidden_numbers(block))


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("Sales rose 3.2% to about £1.2 billion.", "Sales rose ⟨1⟩% to about £⟨2⟩ billion."),
        ("It fell by -12 °C, or minus 4 points.", "It fell by -⟨1⟩ °C, or minus ⟨2⟩ points."),
        ("Twelve of the thirty-one clinics closed.", "⟨1⟩ of the ⟨2⟩ clinics closed."),
        ("A third of them, and two-thirds of us.", "⟨1⟩ of them, and ⟨2⟩ of us."),
        ("More than half a million people came.", "More than ⟨1⟩ a million people came."),
        ("Between 3 and 5 per cent, or €4–5m.", "Between ⟨1⟩ and ⟨…⟩ per cent, or €⟨2⟩–⟨…⟩m."),
        ("One in five adults, 1 in 20 children.", "⟨1⟩ in ⟨…⟩ adults, ⟨2⟩ in ⟨…⟩ children."),
        ("Three times as many, 7 1/2 hours.", "⟨1⟩ times as many, ⟨2⟩ hours."),
        ("The home side won 5-4.", "The home side won ⟨1⟩-⟨…⟩."),
    ],
)
def test_numbers_in_digits_and_words_are_hidden_and_what_stands_with_them_stays(printed: str, shown: str) -> None:
    assert words(printed) == shown


@pytest.mark.parametrize(
    "kept",
    [
        "From 14 May 2023 until Q3 2024, in the 2018-19 season and the 1990s.",
        "It doubled, then halved; twice as many, a tenfold rise, and the third largest of dozens.",
        "One of them came 21st, in the second half, at 9.30 am.",
        "Table 2 and Section 3.2 show the A380 and COVID-19 [12].",
        "Of 18- to 24-year-olds, over-65s and those aged 65 and over.",
    ],
)
def test_what_names_a_time_an_order_or_a_thing_stays(kept: str) -> None:
    assert words(kept) == kept


PHRASES = (
    "{} visitors came, {} more than before.",
    "Spending reached £{} million, up {}% from {}.",
    "The share was {} per cent ({} of {} homes).",
    "It sold {} tonnes at ${} a tonne; {} were left.",
    "Around {} people waited between {} and {} days.",
    "By contrast, {} was lost: a fall of {} points.",
)
NAMES = ("Oslo", "Bergen", "Lund", "Total", "Aged 18–24", "2019")


@st.composite
def shapes(draw: st.DrawFn) -> list[str | int]:
    """Draw a text as its fixed words, with the number of digits of each number in its place."""
    pieces: list[str | int] = ["# The year 2023\n\n"]
    digits = st.integers(1, 4)
    for phrase in draw(st.lists(st.sampled_from(PHRASES), min_size=1, max_size=5)):
        for fixed in re.split(r"(\{\})", phrase):
            pieces.append(draw(digits) if fixed == "{}" else fixed)
        pieces.append(draw(st.sampled_from((" ", "\n\n", "\n\n- "))))
    pieces.append("\n\n| Place | 2022 | 2023 |\n|---|---|---|\n")
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True)):
        pieces += [f"| {name} | ", draw(digits), " | ", draw(digits), " |\n"]
    return pieces


def filled(shape: list[str | int], source: st.DataObject) -> tuple[str, list[str]]:
    """Return a text of a shape, and its numbers: such that none looks like a year."""
    pieces, numbers = [], []
    for piece in shape:
        if isinstance(piece, int):
            first = source.draw(st.sampled_from("3456789"))
            number = first + "".join(source.draw(st.sampled_from("0123456789")) for _ in range(piece - 1))
            numbers.append(number)
            pieces.append(number)
        else:
            pieces.append(piece)
    return "".join(pieces), numbers


@given(shapes(), st.data())
def test_texts_that_differ_in_numbers_alone_give_one_request(shape: list[str | int], source: st.DataObject) -> None:
    one, _ = filled(shape, source)
    other, _ = filled(shape, source)
    assert text_of(one).request() == text_of(other).request()


@given(shapes(), st.data())
def test_no_digit_of_a_hidden_number_is_in_a_request(shape: list[str | int], source: st.DataObject) -> None:
    text, _ = filled(shape, source)
    request = asdict(text_of(text).request())
    for sentence in request["sentences"]:
        del sentence["id"], sentence["first"], sentence["numbers"]
    del request["functions"]
    for table in request["tables"]:
        del table["id"]
    request["format"] = ""
    shown = re.sub(r"⟨#?\d+⟩", "", json.dumps(request, ensure_ascii=False))
    for label in ("2022", "2023", "2019", "18–24"):
        shown = shown.replace(label, "")
    assert not re.search(r"\d", shown)


WORDED = ("two", "nine", "twelve", "forty-three", "a hundred", "three million")


@given(st.sampled_from(WORDED), st.sampled_from(WORDED))
def test_numbers_in_words_are_hidden_alike(one: str, other: str) -> None:
    sentence = "The council opened {} schools, and a third of them are full."
    masks = [re.sub(" million", "", words(sentence.format(number))) for number in (one, other)]
    assert masks == ["The council opened ⟨1⟩ schools, and ⟨2⟩ of them are full."] * 2


TABLE = """# Ports

| No | Port | Kind | 2022 | 2023 |
|---|---|---|---|---|
| 1 | Bergen* | ferry | 1,200 | 1,350 |
| 2 | Oslo | cargo | 900 | 810 |
| | Total | | 2,100 | 2,160 |
"""


def test_a_table_is_given_by_its_names_and_texts() -> None:
    (table,) = text_of(TABLE).request().tables
    assert table.rows == ["Bergen", "Oslo", "Total"]
    assert table.totals == ["Total"]
    assert [(column.id, column.head) for column in table.columns] == [
        ("no", "No"),
        ("kind", "Kind"),
        ("c_2022", "2022"),
        ("c_2023", "2023"),
    ]
    assert table.columns[1].texts == ["ferry", "cargo", ""]


def test_the_key_of_a_sentence_stays_with_another_number_and_changes_with_a_word_or_a_label() -> None:
    text = f"{TABLE}\nBergen handled 1,350 ships. Oslo handled 810.\n"

    def keys(changed: str) -> list[str]:
        return [sentence.key for sentence in text_of(changed).sentences]

    first = keys(text)
    assert keys(text.replace("1,350 ships", "1,530 ships").replace("| 900 |", "| 950 |")) == first
    # A word of the first sentence may be what a pronoun in the second one is about; the heading stays.
    assert [
        one == other for one, other in zip(keys(text.replace("handled 1,350", "lost 1,350")), first, strict=True)
    ] == [
        True,
        False,
        False,
    ]
    assert not set(keys(text.replace("| Oslo |", "| Moss |"))) & set(first)
