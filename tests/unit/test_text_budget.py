"""The work of a text: counted before it is parsed, and what of it is checked within the budget."""

from __future__ import annotations

import pytest

from tidebook.pipelines.judge.readings.review import review_with_readings
from tidebook.pipelines.judge.text import budget
from tidebook.pipelines.judge.text.budget import within_budget
from tidebook.pipelines.judge.text.review import review
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text import work
from tidebook.pipelines.read.text.document import Document, read_document
from tidebook.pipelines.read.text.numbers import text_as_read
from tidebook.pipelines.read.text.work import work_of_lines

SLIP = "Sales rose from $25 million to $30 million, up 25%."
TABLE = "| Town | A | B |\n|---|---|---|\n| North | 11 | 12 |\n| South | 13 | 14 |\n"


def read(text: str, name: str = "a.md") -> Document:
    return read_document(RawFile(name, text.encode()))


def test_the_work_of_a_text_is_counted_by_characters_lines_and_signs() -> None:
    # 4 characters and a line end in a line that begins a block; 2 and one in a line that goes on; a pipe is a sign.
    first, further = 4 + 1 + work.OF_BLOCK, 2 + 1 + work.OF_LINE
    assert work_of_lines("a.md", "abcd\nef")[0] == first + further
    assert work_of_lines("a.md", "a|b*")[0] == first + work.OF_SIGN["|"] + work.OF_SIGN["*"]


def test_a_picture_within_a_text_is_no_work_and_what_only_looks_like_one_is() -> None:
    plain = work_of_lines("a.md", "![p]()")[0]
    assert work_of_lines("a.md", f"![p](data:image/png;base64,{'A' * 1_000})")[0] == plain
    assert work_of_lines("a.md", "![p](data:[[[[[[)")[0] > plain + 6 * work.OF_SIGN["["]


def test_old_line_ends_are_ends_of_lines() -> None:
    """A text of thousands of paragraphs would otherwise be refused as a single one."""
    assert work_of_lines("a.md", "word\r\r" * 10_000)[0] == work_of_lines("a.md", "word\n\n" * 10_000)[0]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.md", "- a\n" * 250_000, work.MOST_WORK // (4 + work.OF_BLOCK) + 1),
        ("a.md", "|a|\n|-|\n\n" * 100_000, None),
        ("a.txt", "a\n\n" * 300_000, None),
        ("a.html", "<li>a\n" * 200_000, work.MOST_WORK // (6 + work.OF_TAG) + 1),
    ],
)
def test_a_text_of_too_much_work_is_refused_at_its_line_before_it_is_parsed(
    name: str, text: str, line: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reader in ("markdown.read_markdown", "plain.read_plain", "markup.add_html"):
        monkeypatch.setattr(f"tidebook.pipelines.read.text.{reader}", None)
    with pytest.raises(InputError, match="a text that is less work to read") as refused:
        read(text, name)
    (problem,) = refused.value.problems
    assert line is None or problem.line == line


def test_a_book_is_within_the_budget() -> None:
    """A novel has some 22,000 wrapped lines in 3,000 paragraphs: 1.2 MB."""
    paragraph = "It is a way I have of driving off the spleen and regulating the blood.\n" * 7 + "\n"
    assert work_of_lines("a.txt", paragraph * 3_000)[0] < work.MOST_WORK / 2


def left_out(text: str, units: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the notes on a text of whose checks so many units of work are left."""
    document = read(text)
    monkeypatch.setattr(budget, "MOST_WORK", document.work + units)
    return [str(note) for note in review(document).left_out]


HELD = budget.OF_TABLE + 4 * budget.OF_HELD
"""Work of the table above, which has three columns and four cells of numbers."""


def test_prose_beyond_the_budget_is_left_out_with_a_note_from_its_first_line_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = f"{SLIP}\n\n{SLIP}\n\nNo number is here.\n\n{SLIP}\n"
    one = 3 * budget.OF_NUMBER + 2 * budget.OF_SENTENCE  # three numbers, and at most two sentences
    assert not left_out(text, 4 * one, monkeypatch)
    notes = left_out(text, one, monkeypatch)
    assert notes == [
        'a.md:3: found "prose with 6 numbers, beyond what is checked of a text", '
        "expected a shorter text: the prose from here on is not checked",
    ]
    document = read(text)
    assert [found.line for found in review_with_readings(document, []).review.findings] == [1]
    counted = text_as_read(document, [], within=within_budget(document).document).numbers
    assert list(counted["line"]) == [1, 1, 1]
    assert len(text_as_read(document, []).numbers) == 9


def test_a_table_of_small_counts_takes_more_of_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    small = HELD + 16 * budget.OF_SMALL_COUNTS
    counts = TABLE.replace(" 1", " ")
    assert not left_out(counts, small, monkeypatch)
    assert left_out(counts, small - 1, monkeypatch)


def test_a_table_beyond_the_budget_is_only_compared_with_the_prose_or_not_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not left_out(TABLE, HELD, monkeypatch)
    (note,) = left_out(TABLE, 4 * budget.OF_COMPARED, monkeypatch)
    assert note.endswith("it is only compared with the prose")
    (note,) = left_out(TABLE, 4 * budget.OF_COMPARED - 1, monkeypatch)
    assert note.endswith("it is not checked")


def test_a_table_of_data_does_not_keep_the_others_from_being_checked() -> None:
    rows = "".join(f"| Item {row} |" + f" {row % 97} |" * 50 + "\n" for row in range(700))
    data = "| Item |" + " n |" * 50 + "\n" + "|---" * 51 + "|\n" + rows
    found = within_budget(read(f"{data}\n{TABLE}\n{SLIP}\n"))
    assert (sorted(found.held), [len(table.rows) for table in found.document.tables]) == ([2], [0, 2])
    (finding,) = review_with_readings(read(f"{data}\n{TABLE}\n{SLIP}\n"), []).review.findings
    assert finding.printed == "25%"


def test_numbers_keep_their_places_beside_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dossier names its figures by block and offset."""
    document = read(f"{TABLE}\n{SLIP}\n\n{SLIP}\n")
    monkeypatch.setattr(budget, "MOST_WORK", document.work + HELD + 3 * 1_600 + 200)
    assert [len(block.text) for block in within_budget(document).document.blocks] == [
        len(block.text) for block in document.blocks
    ]
