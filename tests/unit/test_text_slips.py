"""The slips that the text benchmark plants: on an invented document whose relations are known by hand."""

from __future__ import annotations

from collections import Counter

from benchmarks.text.documents import Document, Where, rendered
from benchmarks.text.numbers import cell_numbers
from benchmarks.text.relations import spots
from benchmarks.text.slips import LARGEST_SHARE, planted, planted_anywhere

BREWERY = Document(
    "brewery",
    (
        ("(in thousands)", "2021", "2020", "Change"),
        ("Lager", "4,310", "4,080", "230"),
        ("Porter", "1,275", "1,390", "(115)"),
        ("Mild", "602", "541", "61"),
        ("Total beer", "6,187", "6,011", "176"),
    ),
    (
        "Sales of lager rose from $4.08 million in 2020 to $4.31 million in 2021, an increase of $0.23 million.",
        "Porter fell by 8.3% in 2021 compared to 2020. We employ 215 people in 7 pubs (see Note 12).",
    ),
)


def _bases(document: Document) -> dict[tuple[Where, str], str]:
    return {(spot.number.where, spot.number.text): spot.basis for spot in spots(document)}


def test_a_cell_that_items_add_up_to_is_determined() -> None:
    bases = _bases(BREWERY)
    assert bases[Where(4, 1), "6,187"] == "sum"
    assert bases[Where(2, 2), "1,390"] == "sum"


def test_prose_is_determined_by_the_row_it_names_and_by_its_own_arithmetic() -> None:
    prose = {text: basis for (where, text), basis in _bases(BREWERY).items() if where.is_prose}
    # 4.31 - 4.08 = 0.23; 4,310 thousands are 4.31 million; (1,275 - 1,390) / 1,390 = -8.27 %.
    # Nothing says how many people or pubs there are.
    assert prose == {"4.08": "difference", "4.31": "copy", "0.23": "difference", "8.3": "rate"}


def test_years_notes_and_labels_are_not_numbers_to_change() -> None:
    assert {number.text for number in cell_numbers(BREWERY).values()}.isdisjoint({"2021", "2020"})
    assert all(slip.before not in ("12", "2020", "2021") for slip in planted_anywhere([BREWERY] * 5))


def test_each_typo_stands_where_it_says() -> None:
    slips = planted([BREWERY])
    assert slips
    for slip in slips:
        assert slip.text[slip.start : slip.end] == slip.after != slip.before
        assert slip.by


def test_a_planted_error_contradicts_what_determines_its_number() -> None:
    # A slip in the last digit of a sum is one: 6,188 is not 4,310 + 1,275 + 602, whose rounding allows 2 either way.
    total = next(spot for spot in spots(BREWERY) if spot.number.text == "6,187")
    assert total.allows(6188, 0.5)
    assert not total.allows(6190, 0.5)


def test_no_kind_has_more_than_a_quarter() -> None:
    more = [BREWERY._replace(uid=f"brewery {number}") for number in range(20)]
    for in_table in (False, True):
        kinds = Counter(slip.kind for slip in planted(more) if slip.in_table == in_table)
        assert max(kinds.values()) <= LARGEST_SHARE * kinds.total()


def test_the_same_documents_get_the_same_typos() -> None:
    assert planted([BREWERY]) == planted([BREWERY])


def test_marks_of_markdown_are_escaped_without_moving_a_place() -> None:
    starred = Document("starred", (("Item*", "2021"), ("a|b", "5,000")), ("A *star* is 5,000 long.",))
    found = rendered(starred)
    at = found.offset(Where(0), starred.paragraphs[0].index("5,000"))
    assert found.text[at : at + 5] == "5,000"
    assert r"a\|b" in found.text
