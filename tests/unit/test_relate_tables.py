"""What a table's own numbers say about each other: sums, shares, growth, order and copies, in tables made by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import pytest

from benchmarks.correct_tables import FAMILIES, by_dossier, correct_tables, renamed
from tidebook.pipelines.judge.text.labels import line_of, table_of
from tidebook.pipelines.judge.text.review import review
from tidebook.pipelines.judge.text.wording import Words, why
from tidebook.pipelines.read.formatting import format_number
from tidebook.pipelines.read.quantities.quantity import Context, parse_quantity
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import read_document
from tidebook.pipelines.relate.anomaly import Anomaly
from tidebook.pipelines.relate.search import anomalies
from tidebook.pipelines.relate.terms import Grid, is_known, terms_of
from tidebook.pipelines.relate.totals import candidates, relations

HEADS = ("2022", "2023", "2024")
SALES = {
    "North": ("120.4", "133.0", "141.9"),
    "South": ("98.7", "101.2", "99.8"),
    "East": ("45.1", "51.6", "60.3"),
    "Total": ("264.2", "285.8", "302.0"),
}


class Told(NamedTuple):
    """An anomaly with its words."""

    odd: Anomaly
    text: str

    @property
    def rule(self) -> str:
        return self.odd.rule

    @property
    def cells(self) -> tuple[tuple[int, int], ...]:
        return self.odd.cells


def told(cells: Grid, labels: Sequence[str], heads: Sequence[str], texts: Sequence[Sequence[str]] = ()) -> list[Told]:
    """Return what a dossier is told of a table; its numbers are quoted in full where no texts are given."""
    printed = texts or [[format_number(cell.value, 12) if is_known(cell) else "" for cell in line] for line in cells]
    found = anomalies(table_of(cells, labels, heads))
    texts_of = [(odd, why(odd, Words(printed, labels, heads))) for odd in found if odd.is_sure]
    return [Told(odd, _BESIDE.sub("", text)) for odd, text in texts_of]


_BESIDE = re.compile(r", (?:which add up|as) in \d+ other(?:s| rows?)?")
"""In how many other places the same holds."""


def grid(rows: dict[str, tuple[str, ...]], units: Sequence[str] = ("number",) * 9) -> Grid:
    """Return parsed cells; "" is no number."""
    plain = Context(decimal=".")
    return [
        [parse_quantity(text, unit, plain) if text else None for text, unit in zip(cells, units, strict=False)]
        for cells in rows.values()
    ]


def found(
    rows: dict[str, tuple[str, ...]], units: Sequence[str] = ("number",) * 9, heads: Sequence[str] = HEADS
) -> list[Told]:
    return told(grid(rows, units), list(rows), heads)


def changed(row: str, place: int, text: str) -> dict[str, tuple[str, ...]]:
    cells = list(SALES[row])
    cells[place] = text
    return {**SALES, row: tuple(cells)}


def test_a_table_that_adds_up_is_silent() -> None:
    assert found(SALES) == []
    (relation,) = relations(table_of(grid(SALES), list(SALES), HEADS))
    assert (relation.sum.rows, [column.place for column in relation.held]) == ((0, 1, 2, 3), [0, 1, 2])


@pytest.mark.parametrize(
    ("row", "place", "text", "words"),
    [
        ("North", 1, "138.0", "138 is printed, 133 follows from the total and the other parts; one digit"),
        ("Total", 1, "295.8", "295.8 is printed, 285.8 follows from its parts; one digit"),
        ("South", 2, "998", "998 is printed, 99.8 follows from the total and the other parts; a factor of ten"),
        ("Total", 0, "2642", "2,642 is printed, 264.2 follows from its parts; a factor of ten"),
    ],
)
def test_one_wrong_cell_of_a_sum_is_found_and_named(row: str, place: int, text: str, words: str) -> None:
    (only,) = found(changed(row, place, text))
    assert (only.rule, set(only.cells)) == ("total", {(0, place), (1, place), (2, place), (3, place)})
    assert only.cells[-1] == (list(SALES).index(row), place)
    assert only.text == f"{row}, {HEADS[place]}: {words} would correct it"


def test_no_factor_of_ten_makes_a_count_a_fraction() -> None:
    rows = {"A": ("118", "52"), "B": ("22", "17"), "C": ("231", "40"), "Total": ("351.2", "109")}
    # 118 + 2.2 + 231 = 351.2, as a number; of 2.2 people nobody speaks.
    (only,) = found(rows, heads=HEADS[:2])
    assert only.text.endswith("a factor of ten would correct it")
    told = [each.text for each in found({**rows, "Total": ("351", "109")}, ("person",) * 2, HEADS[:2])]
    assert not any("factor of ten" in text for text in told)


def test_two_cells_swapped_in_a_row_are_found_where_both_columns_are_off() -> None:
    (only,) = found({**SALES, "East": ("51.6", "45.1", "60.3")})
    assert (only.rule, set(only.cells)) == ("total", {(2, 0), (2, 1)})
    assert only.text.endswith("two cells swapped would correct it")


def test_a_total_and_its_item_swapped_are_found() -> None:
    swapped = {**SALES, "South": ("98.7", "285.8", "99.8"), "Total": ("264.2", "101.2", "302.0")}
    assert [each.text.partition("; ")[2] for each in found(swapped)] == ["two cells swapped would correct it"]


def test_two_columns_are_enough_where_one_holds() -> None:
    rows = {label: cells[:2] for label, cells in changed("North", 1, "138.0").items()}
    assert [each.rule for each in found(rows, heads=HEADS[:2])] == ["total"]


def test_what_no_single_typo_explains_is_left_alone() -> None:
    assert found(changed("Total", 1, "317.3")) == []


def test_a_sum_within_rounding_is_not_an_error_but_reported_as_such() -> None:
    (only,) = found(changed("Total", 1, "285.9"))
    assert only.rule == "rounding"
    assert only.text == "Total, 2023: adds up only with rounding, off by 0.1"


def test_coarse_numbers_beside_exact_ones_take_no_longer() -> None:
    """Between 1.2 billion and 950 lie more numbers than can be gone through."""
    cells = [[parse_quantity(text, "number")] for text in ("950", "1.2 billion", "2 billion", "3 billion", "7")]
    assert told(cells, ["a", "b", "c", "d", "e"], ["Users"]) == []


def test_an_estimate_of_zero_whose_interval_is_empty_is_not_a_division_by_it() -> None:
    rows = {"A": ("$35B", "12"), "B": ("$0B", "5"), "C": ("$4B", "3"), "All": ("$98B", "20")}
    cells = [[parse_quantity(a, "USD"), parse_quantity(b, "deal")] for a, b in rows.values()]
    cells[1][0] = Quantity(0.0, 0.0, 0.0, "estimate", "USD", "")
    assert told(cells, list(rows), HEADS[:2]) == []


def test_values_that_two_neighbours_lack_are_not_copies() -> None:
    rows = {"A": ("1431", "253", "385", "N/A"), "B": ("3517", "467", "1559", "N/A"), "C": ("6131", "877", "983", "12")}
    assert found(rows, heads=(*HEADS, "2025")) == []


def test_columns_in_another_unit_do_not_count() -> None:
    rows = {"A": ("120.4", "50%"), "B": ("98.7", "40%"), "Total": ("219.1", "47%")}
    cells = [[parse_quantity(a, "number"), parse_quantity(b, "percent")] for a, b in rows.values()]
    assert told(cells, list(rows), HEADS[:2]) == []


def test_sums_across_columns_and_below_their_total_and_differences_are_found() -> None:
    across = {"A": ("1204", "987", "2191"), "B": ("1330", "1012", "2342"), "C": ("1419", "998", "2417.5")}
    rows = {**across, "C": ("1419", "998", "3417")}
    assert [each.cells for each in found(rows, heads=("x", "y", "Total"))] == [((2, 0), (2, 1), (2, 2))]
    below = {"All": SALES["Total"], **{label: SALES[label] for label in ("North", "South", "East")}}
    assert found(below) == []
    assert [each.rule for each in found({**below, "South": ("98.7", "101.2", "998")})] == ["total"]
    less = {"Sales": ("2642", "2858", "3020"), "Costs": ("1987", "2100", "2264"), "Profit": ("655", "758", "856")}
    assert [each.text for each in found(less)] == [
        "Sales, 2024: 3,020 is printed, 3,120 follows from its parts; one digit would correct it"
    ]


def test_shares_come_to_a_hundred() -> None:
    units = ("percent",) * 3
    printed = {"A": ("61%", "62%", "63%"), "B": ("27%", "26%", "24%"), "Total": ("100%", "100%", "100%")}
    rows = {"A": printed["A"], "B": printed["B"], "C": ("12%", "12%", "13%"), "Total": printed["Total"]}
    assert found(rows, units) == []
    wrong = {**rows, "C": ("12%", "12%", "43%")}
    assert [each.text for each in found(wrong, units)] == [
        "Total, 2024: 100 is printed, 130 follows from its parts; one digit would correct it"
    ]
    unprinted = {label: cells for label, cells in wrong.items() if label != "Total"}
    assert [(each.rule, each.text) for each in found(unprinted, units)] == [
        ("shares", "all, 2024: the shares add up to 130%, not 100%; one digit would correct it")
    ]


def test_a_printed_total_of_a_hundred_percent_is_meant_in_one_column_alone() -> None:
    rows = {"A": ("61%",), "B": ("27%",), "C": ("42%",), "Total": ("100%",)}
    assert [each.text for each in found(rows, ("percent",), HEADS[:1])] == [
        "Total, 2022: 100 is printed, 130 follows from its parts; one digit would correct it"
    ]
    assert found({**rows, "C": ("12%",)}, ("percent",), HEADS[:1]) == []
    assert found({**rows, "C": ("57%",)}, ("percent",), HEADS[:1]) == []
    assert found({"A": ("61%",), "B": ("27%",), "C": ("42%",), "All": ("100%",)}, ("percent",), HEADS[:1]) == []
    assert found({label: (text[:-1],) for label, (text,) in rows.items()}, heads=HEADS[:1]) == []


GROWTH = {
    "A": ("121", "101", "20%"),
    "B": ("92", "123", "−25%"),
    "C": ("336", "306", "10%"),
    "D": ("84", "81", "4%"),
    "E": ("417", "298", "40%"),
}


def test_growth_follows_from_its_levels() -> None:
    units, heads = ("number", "number", "percent"), ("2024", "2023", "change")
    assert found(GROWTH, units, heads) == []
    (only,) = found({**GROWTH, "D": ("84", "81", "15%")}, units, heads)
    assert (only.rule, only.cells) == ("change", ((3, 0), (3, 1), (3, 2)))
    assert only.text == "D, change: 15 is printed, 2 to 5 follows from 84 and 81"
    two = {"A": GROWTH["A"], "B": GROWTH["B"], "D": ("84", "81", "15%")}
    assert found(two, units, heads) == []


def test_shares_follow_from_their_counts() -> None:
    units, heads = ("person", "percent"), ("people", "share")
    rows = {"A": ("250", "25%"), "B": ("310", "31%"), "C": ("401", "40%"), "D": ("39", "4%"), "All": ("1,000", "")}
    assert found(rows, units, heads) == []
    (only,) = found({**rows, "C": ("401", "44%")}, units, heads)
    assert (only.rule, only.cells) == ("share", ((2, 0), (4, 0), (2, 1)))


def test_a_number_copied_from_the_row_above_is_found() -> None:
    rows = {"A": ("10483", "29.31", "4711"), "B": ("20921", "35.88", "5102"), "C": ("17004", "41.07", "6233")}
    assert found(rows) == []
    (only,) = found({**rows, "C": ("17004", "35.88", "6233")})
    assert (only.rule, only.cells) == ("copy", ((1, 1), (2, 1)))
    assert only.text == "2023: C repeats the number of B"
    assert found({**rows, "C": ("20921", "35.88", "6233")}) == []
    assert found({**rows, "B": ("20921", "3", "5102"), "C": ("17004", "3", "6233")}) == []


def test_what_is_printed_is_quoted_with_the_factor_over_what_follows() -> None:
    texts = [[*cells] for cells in changed("Total", 1, "295.8").values()]
    texts[-1][1] = "295.8 m"
    rows = changed("Total", 1, "295.8")
    (only,) = told(grid(rows), list(rows), HEADS, texts)
    assert only.text.startswith("Total, 2023: 295.8 m is printed, 285.8 m follows")
    assert only.odd.factor == pytest.approx(295.8 / 285.8)


def test_the_slack_is_all_that_rounding_explains() -> None:
    rows = {label: (text, "10%") for label, text in zip("ABCDEF", ["17%"] * 6, strict=True)}
    rows = {**rows, "Total": ("100%", "60%")}
    assert found(rows, ("percent", "percent"), HEADS[:2]) == [], "six shares of 16.6% are 17% each, and 102 in all"
    # 260, 1,160 and 1,420 in hundreds
    rounded = {"A": ("300", "400"), "B": ("1,200", "1,000"), "C": ("2,400", "500"), "Total": ("3,800", "1,900")}
    assert found(rounded, heads=HEADS[:2]) == []


def test_two_columns_of_changes_for_the_same_levels_have_two_meanings() -> None:
    units, heads = ("number", "number", "percent", "percent"), ("2024", "2023", "change", "real change")
    rows = {label: (*cells, cells[-1]) for label, cells in GROWTH.items()}
    assert found({**rows, "D": (*GROWTH["D"], "1%")}, units, heads) == []


def test_shares_of_a_whole_are_all_rows() -> None:
    units = ("percent",) * 3
    rows = {"A": ("61%", "62%", "63%"), "B": ("27%", "26%", "24%"), "C": ("12%", "12%", "43%")}
    assert [each.rule for each in found(rows, units)] == ["shares"]
    assert found({**rows, "Growth": ("3%", "2%", "4%")}, units) == []


def test_random_correct_tables_are_not_accused() -> None:
    """A sample of `benchmarks.correct_tables`: four of each family, every other one with names for `Item A`."""
    rng, accused = Random(5), []
    for place, lettered in enumerate(correct_tables(4 * len(FAMILIES), seed=5)):
        table = renamed(lettered, rng) if place % 2 else lettered
        accused += [str(table)] * bool(by_dossier(table))
    assert accused == []


def test_parts_that_fall_short_everywhere_lack_a_row_and_accuse_nobody() -> None:
    """By 1.9%, 1.7%, 1.9% and 2.3% of the total: three within the rounding of the totals, the last beyond it."""
    rows = {
        "Lyon": ("377,000", "317,000", "485,000", "389,000"),
        "Graz": ("510,000", "525,000", "628,000", "652,000"),
        "Bari": ("780,000", "927,000", "554,000", "503,000"),
        "Sum": ("1,700,000", "1,800,000", "1,700,000", "1,580,000"),
    }
    heads = ("2020", "2021", "2022", "2023")
    assert found(rows, heads=heads) == []
    # The parts come to 64,000 more than the total in the last year, while they fall short elsewhere.
    (only,) = found({**rows, "Bari": (*rows["Bari"][:3], "603,000")}, heads=heads)
    assert "389,000 is printed, 325,000 follows" in only.text


def test_zeros_at_the_end_of_a_total_show_no_sum() -> None:
    """14,741 may be printed as 15,000, but so may much else: some parts are left out here."""
    rows = {
        **{"A": ("612", "529"), "B": ("6,080", "5,750"), "C": ("110", "99"), "D": ("2,120", "1,380")},
        **{"E": ("126", "185"), "F": ("563", "553"), "G": ("5,130", "4,560"), "Total": ("15,000", "13,500")},
    }
    assert found(rows, heads=("2020", "2021")) == []


def test_a_sum_that_counts_a_subtotal_and_its_parts_accuses_nobody() -> None:
    """South, `Total 2`, East and West come to the total in 2020 and 2022 by chance; `Total 2` is East and West."""
    rows = {
        "Total 1": ("100", "111", "124"),
        "North": ("31", "36", "43"),
        "Centre": ("36", "42", "49"),
        "South": ("33", "33", "32"),
        "Total 2": ("66", "82", "94"),
        "East": ("65", "80", "92"),
        "West": ("2", "2", "2"),
        "Total": ("166", "193", "218"),
    }
    assert found(rows) == []


def test_a_quotient_of_two_columns_that_add_up_has_no_total() -> None:
    """A tenth of Lyon's 1,970 would make the sales per head add up; but each is sales over people, all of them too."""
    units, heads = ("USD", "person", "USD"), ("sales", "people", "per head")
    rows = {
        "Lyon": ("$6,230,000", "3,163", "$1,970"),
        "Graz": ("$633,000", "1,546", "$409"),
        "Bari": ("$1,400,000", "2,964", "$473"),
        "Sum": ("$8,260,000", "7,673", "$1,080"),
    }
    assert found(rows, units, heads) == []
    # Of amounts that are no quotients the same slip is told.
    other = {label: ("$5,200,000", *cells[1:]) if label == "Lyon" else cells for label, cells in rows.items()}
    other["Sum"] = ("$7,230,000", *rows["Sum"][1:])
    (only,) = found(other, units, ("sales", "people", "wages"))
    assert "1,080 is printed, 2,852 follows" in only.text


def test_a_total_and_a_part_in_each_others_place_are_found() -> None:
    """After the swap the grand total is South, East and `Total`, and holds in that year as the other sum does."""
    rows = {**SALES, "Abroad": ("31.7", "28.4", "35.9"), "World": ("295.9", "314.2", "337.9")}
    rows["North"], rows["Total"] = ("120.4", "285.8", "141.9"), ("264.2", "133.0", "302.0")
    (inconsistency,) = found(rows)
    assert {(0, 1), (3, 1)} <= set(inconsistency.cells)


@pytest.mark.parametrize(
    ("names", "is_accused"),
    [
        (("Total", "South", "East", "West", "Abroad"), True),
        (("North", "South", "East", "West", "Abroad"), False),
        (("Plant A", "Plant B", "Plant C", "Plant D", "Plant E"), False),
        (("2019", "2020", "2021", "2022", "2023"), False),
    ],
)
def test_a_row_above_others_needs_a_name_to_be_their_total(names: Sequence[str], is_accused: bool) -> None:
    """The last four come to the first in one column, and in the other but for a digit: by chance, in many tables."""
    sales, forecast = ("6,082", "1,906", "1,735", "314", "2,128"), ("6,952", "2,052", "2,310", "303", "2,247")
    cells = zip(sales, forecast, strict=True)
    inconsistent = found(dict(zip(names, cells, strict=True)), heads=("Sales", "Forecast"))
    assert any(each.odd.is_error for each in inconsistent) == is_accused


@pytest.mark.parametrize("label", ["All", "World", "Altogether", "Total"])
def test_a_row_that_says_so_is_a_total(label: str) -> None:
    rows = {"A": ("12", "23", "31", "5"), "B": ("8", "14", "20", "9"), label: ("20", "37", "61", "14")}
    (inconsistency,) = found(rows, heads=("2021", "2022", "2023", "2024"))
    assert "61 is printed, 51 follows" in inconsistency.text
    # Without such a label, three sums of two small numbers may be chance.
    unnamed = {name.replace(label, "C"): cells for name, cells in rows.items()}
    assert found(unnamed, heads=("2021", "2022", "2023", "2024")) == []


def test_what_is_left_of_sales_is_the_profit() -> None:
    rows = {"Sales": ("1,203", "1,517"), "Costs": ("812", "955"), "Profit": ("391", "462")}
    (inconsistency,) = found(rows, heads=("2022", "2023"))
    assert inconsistency.cells == ((1, 1), (2, 1), (0, 1))
    assert found({**rows, "Profit": ("391", "562")}, heads=("2022", "2023")) == []


def test_a_change_in_points_follows_from_two_shares() -> None:
    rows = {
        "A": ("10%", "13%", "3 pp"),
        "B": ("20%", "25%", "5 pp"),
        "C": ("30%", "28%", "2 pp"),
        "D": ("40%", "48%", "8 pp"),
    }
    units, heads = ("percent", "percent", "percentage point"), ("2021", "2022", "Change")
    (inconsistency,) = found(rows, units, heads)
    assert set(inconsistency.cells) == {(2, 0), (2, 1), (2, 2)}, "from 30% to 28% is two points less"
    assert found({**rows, "C": ("30%", "28%", "-2 pp")}, units, heads) == []


@pytest.mark.parametrize("newest_first", [False, True])
def test_growth_on_the_row_above_or_below_is_followed(newest_first: bool) -> None:
    # 1,102 / 1,031 - 1 = 6.9%, 1,325 / 1,102 - 1 = 20.2%, and 1,450 / 1,325 - 1 = 9.4%.
    rows = [("2019", ("1,031", "")), ("2020", ("1,102", "6.9%")), ("2021", ("1,325", "20.2%"))]
    rows += [("2022", ("1,450", "19.4%")), ("2023", ("1,502", "3.6%")), ("2024", ("1,611", "7.3%"))]
    printed = dict(rows[::-1] if newest_first else rows)
    (inconsistency,) = found(printed, ("number", "percent"), ("Revenue", "Growth"))
    assert inconsistency.rule == "change"
    assert "19.4 is printed, 9.4 to 9.5 follows" in inconsistency.text
    assert found({**printed, "2022": ("1,450", "9.4%")}, ("number", "percent"), ("Revenue", "Growth")) == []


def test_a_total_of_a_hundred_percent_holds_where_that_of_another_column_does() -> None:
    rows = {"A": ("50%", "40%"), "B": ("30%", "35%"), "C": ("25%", "25%"), "Total": ("100%", "100%")}
    (inconsistency,) = found(rows, ("percent",) * 2, ("2023", "2022"))
    assert "105 follows" in inconsistency.text


def test_rows_of_which_a_label_says_that_they_are_part_of_another_add_to_nothing() -> None:
    rows = {
        "A": ("2,820", "2,550"),
        "of which new": ("1,090", "987"),
        "B": ("6,190", "8,680"),
        "Total": ("9,010", "11,230"),
    }
    assert found(rows, heads=("2020", "2022")) == []
    (inconsistency,) = found({**rows, "B": ("6,190", "8,080")}, heads=("2020", "2022"))
    assert {row for row, _ in inconsistency.cells} == {0, 2, 3}


def test_the_total_of_what_has_come_to_so_far_is_its_last_row() -> None:
    rows = {"2010": ("7", "7"), "2011": ("35", "41"), "2012": ("178", "219"), "2013": ("192", "412")}
    rows |= {"2014": ("346", "757"), "Total": ("757", "757")}
    # 757 ten times smaller would add up to 754.7, but nothing says that the second column adds up.
    assert found(rows, heads=("flow", "so far")) == []


def test_two_digits_in_each_others_place_are_found() -> None:
    # 1,311 + 2,304 + 902 = 4,517, printed as 4,571.
    rows = {
        "Food": ("1,204", "1,311"),
        "Rent": ("2,210", "2,304"),
        "Other": ("871", "902"),
        "Total": ("4,285", "4,571"),
    }
    (inconsistency,) = found(rows, heads=("2022", "2023"))
    assert "4,517 follows from its parts; two digits in each other's place would correct it" in inconsistency.text


def test_what_closes_may_lie_among_amounts_and_deductions() -> None:
    """A total between its largest and its smallest part is no mean where some are taken away."""
    rows = {"A": ("1103", "31", "-12", "1122"), "B": ("1254", "45", "-35", "1264"), "C": ("1097", "40", "-5", "1032")}
    rows["D"] = ("1311", "27", "-16", "1322")
    (inconsistency,) = found(rows, heads=("Opening", "Additions", "Disposals", "Closing"))
    assert {row for row, _ in inconsistency.cells} == {2}


def test_of_the_sums_of_a_long_table_only_those_are_tried_that_may_hold_somewhere() -> None:
    """Of 48 sums a row, as many rows above and below, nearly none is met by numbers without a relation."""
    random = Random(5)
    rows = {f"Row {number}": tuple(str(random.randint(10_000, 99_999)) for _ in HEADS) for number in range(300)}
    found = candidates(terms_of(grid(rows)), [line_of(label) for label in rows])
    assert found.tried > 13_000
    assert len(found.sums) < 30


def test_a_sum_is_tried_where_one_column_holds_and_where_two_swapped_cells_would_let_two_hold() -> None:
    held = {"a": ("1", "50"), "b": ("2", "60"), "c": ("3", "99")}
    swapped = {"a": ("10", "700"), "b": ("200", "8"), "c": ("18", "900")}  # 10 + 8 = 18 and 700 + 200 = 900
    for rows in (held, swapped):
        totals = [each.total for each in candidates(terms_of(grid(rows)), [line_of(label) for label in rows]).sums]
        assert 2 in totals


def test_what_follows_is_reported_in_the_scale_in_which_the_total_is_printed() -> None:
    columns = {"2023": (345, 218, 131, 694), "2024": (361, 240, 150, 715), "Staff": (21, 14, 9, 44)}
    rows = ["North", "South", "West", "Total"]
    scaled = [
        [parse_quantity(str(values[row]), "number", Context(scale=3)) for values in columns.values()]
        for row in range(len(rows))
    ]
    texts = [[str(values[row]) for values in columns.values()] for row in range(len(rows))]
    (slip,) = [each for each in told(scaled, rows, [*columns], texts) if each.rule == "total"]
    assert slip.text.startswith("Total, 2024: 715 is printed, 751 follows from its parts")


FUEL = """
Month|km|Litres|l/100 km|Cost
January|1,204|84.3|7.0|142.20
February|987|71.1|7.2|119.45
March|1,530|102.5|6.7|175.28
April|1,118|76.0|6.8|131.10
Total|4,839|333.9|6.9|568.03
"""


def review_of(text: str) -> list[tuple[str, str]]:
    head, *rows = [line.split("|") for line in text.strip().splitlines()]
    lines = [head, ["---"] * len(head), *rows]
    markdown = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return [(one.tier, one.printed) for one in review(read_document(RawFile("a.md", markdown.encode()))).findings]


def test_a_rate_of_the_whole_beside_sums_is_no_sum() -> None:
    assert review_of(FUEL) == []


def test_rates_beside_sums_do_not_hide_a_total_that_is_wrong() -> None:
    assert [printed for _, printed in review_of(FUEL.replace("4,839", "4,389"))] == ["4,389"]


def test_people_who_are_counted_once_in_the_whole_accuse_no_total() -> None:
    offences = """
Offence|2022|2023|Cleared|Victims
Theft|4,210|4,377|1,204|3,610
Burglary|1,873|1,790|402|1,655
Assault|2,645|2,811|1,987|2,502
All offences|8,728|8,978|3,593|6,990
"""
    assert review_of(offences) == []


def test_a_difference_that_shares_repeat_is_one_piece_of_evidence() -> None:
    # 31.0 less 20.0 is 11.0 by accident; in percent of one whole it is so again.
    power = """
Source|2023 (TWh)|Share (%)|Change (%)
Wind|31.0|31.0|4.1
Solar|20.0|20.0|9.7
Hydro|11.0|11.0|-2.3
Gas|24.0|24.0|-7.7
Coal|14.0|14.0|1.9
"""
    assert review_of(power) == []


def test_numbers_that_rounding_leaves_open_do_not_show_what_a_change_is_measured_against() -> None:
    rows = {
        "Porto": ("€53", "€56", "33.4%"),
        "Graz": ("€34", "€40", "-14.5%"),
        "Turku": ("€2", "€2", "-37.6%"),
        "Lyon": ("€14", "€15", "14.0%"),
        "Bergen": ("€5", "€5", "-2.9%"),
        "Lodz": ("€23", "€20", "-12.8%"),
        "Cork": ("€7", "€7", "-4.0%"),
        "Ghent": ("€44", "€47", "-6.1%"),
    }
    assert found(rows, ("EUR", "EUR", "percent"), ("sales", "forecast", "change")) == []


RISES_AND_FALLS = {
    "Porto": ("1,253", "1,002", "25.0%"),
    "Graz": ("881", "1,103", "-20.1%"),
    "Bergen": ("1,883", "2,007", "-6.2%"),
    "Turku": ("1,432", "1,301", "10.1%"),
    "Lyon": ("1,749", "1,523", "14.8%"),
}


def test_a_sign_that_is_lost_among_others_is_found() -> None:
    units, heads = ("number", "number", "percent"), ("2024", "2023", "change")
    assert found(RISES_AND_FALLS, units, heads) == []
    (only,) = found({**RISES_AND_FALLS, "Bergen": ("1,883", "2,007", "6.2%")}, units, heads)
    assert (only.odd.printed, round(only.odd.expected, 1)) == (6.2, -6.2)


def test_a_loss_that_shrinks_may_be_printed_as_a_fall() -> None:
    rows = {**RISES_AND_FALLS, "Bergen": ("-251", "-1,004", "-75.0%")}
    assert found(rows, ("number", "number", "percent"), ("2024", "2023", "change")) == []


def test_a_total_with_all_digits_of_a_part_is_no_mean() -> None:
    rows = {
        "Lamps": ("12,863", "14,536", "3,110"),
        "Desks": ("6,868", "4,864", "2,558"),
        "Beds": ("1,214", "2,001", "4,857"),
    }
    heads = ("amounts due now", "amounts due soon", "amounts due later")
    assert found({**rows, "Total": ("20,945", "21,401", "10,525")}, heads=heads) == []
    (only,) = told_of_all({**rows, "Total": ("20,945", "21,401", "4,857")}, heads)
    assert only.printed == 4857


def test_a_total_has_the_rate_of_its_sums_where_another_one_has() -> None:
    rows = {
        "Lamps": ("1,253", "1,002", "25.0%"),
        "Desks": ("881", "1,103", "-20.1%"),
        "Total furniture": ("2,134", "2,105", "1.4%"),
        "Paint": ("1,432", "1,301", "10.1%"),
        "Tools": ("1,749", "1,523", "14.8%"),
        "Total": ("5,315", "4,929", "7.8%"),
    }
    units, heads = ("number", "number", "percent"), ("2024", "2023", "in percent")
    assert found(rows, units, heads) == []
    (only,) = found({**rows, "Total furniture": ("2,134", "2,105", "11.4%")}, units, heads)
    assert only.odd.printed == 11.4


def test_a_head_that_says_price_adds_up_where_the_same_quantity_does() -> None:
    rows = {"Interim": ("45", "43"), "Final": ("50", "50"), "Special": ("10", "12"), "Total": ("105", "105")}
    heads = ("2019 cents per share", "2018 cents per share")
    assert found(rows, heads=heads) == []
    (only,) = told_of_all({**rows, "Final": ("50", "59")}, heads)
    assert only.rule == "total" and (1, 1) in only.cells


def told_of_all(rows: dict[str, tuple[str, ...]], heads: Sequence[str]) -> list[Anomaly]:
    """Return the errors of a table of plain numbers, likely ones too."""
    printed = grid(rows, ("number",) * len(heads))
    return [each for each in anomalies(table_of(printed, list(rows), list(heads))) if each.is_error]


def test_a_row_left_out_that_rounding_hides_in_other_columns_accuses_no_total() -> None:
    rows = {
        "Vases": ("49,000", "38,000", "31,000"),
        "Beds": ("180,000", "220,000", "310,000"),
        "Clocks": ("760,000", "620,000", "620,000"),
        "Ovens": ("65,000", "55,000", "61,000"),
        "Sum": ("1,100,000", "960,000", "1,000,000"),
    }
    assert told_of_all(rows, ("2020", "2021", "2022")) == []


def test_what_is_counted_twice_where_rounding_hides_it_a_year_before_accuses_no_total() -> None:
    rows = {
        "Letters": ("$5,500", "$5,000", "$1,590"),
        "Maps": ("$3,300", "$3,000", "$2,440"),
        "Photos": ("$4,900", "$4,400", "$1,510"),
        "World": ("$13,000", "$12,000", "$5,540"),
    }
    heads = ("support", "support before", "sales")
    printed = grid(rows, ("USD",) * 3)
    assert [each for each in anomalies(table_of(printed, list(rows), heads)) if each.is_error] == []


def test_shares_are_of_the_row_that_prints_a_hundred_even_below_a_larger_one() -> None:
    rows = {
        "Red": ("72,934,687", "50.4%", "48"),
        "Green": ("62,561,804", "43.3%", "32"),
        "Blue": ("9,101,093", "6.3%", "16"),
        "Valid": ("144,597,585", "100.0%", "96"),
        "Invalid": ("3,259,446", "", ""),
        "Total": ("147,857,031", "62.5%", ""),
        "Voters": ("236,698,366", "", ""),
    }
    printed = grid(rows, ("number", "percent", "number"))
    assert [
        each for each in anomalies(table_of(printed, list(rows), ["votes", "share", "seats"])) if each.is_error
    ] == []
    printed = grid({**rows, "Red": ("72,934,687", "54.0%", "48")}, ("number", "percent", "number"))
    odd = [each for each in anomalies(table_of(printed, list(rows), ["votes", "share", "seats"])) if each.is_error]
    assert [each.printed for each in odd] == [54.0]


def test_a_lead_of_another_two_accuses_none_of_them() -> None:
    # On eight days the first leads the third. On one the third leads the second by 3.4.
    rows = {
        "1 May": ("24.1%", "16.0%", "19.5%", "4.6%"),
        "2 May": ("24.3%", "17.9%", "20.0%", "4.3%"),
        "3 May": ("22.0%", "19.0%", "19.8%", "2.2%"),
        "4 May": ("20.2%", "18.1%", "19.5%", "0.7%"),
        "5 May": ("25.7%", "16.8%", "21.4%", "4.3%"),
        "6 May": ("19.5%", "19.8%", "23.2%", "3.4%"),
        "7 May": ("23.8%", "19.0%", "20.6%", "3.2%"),
        "8 May": ("22.3%", "19.6%", "21.7%", "0.6%"),
        "9 May": ("23.2%", "19.6%", "22.1%", "1.1%"),
    }
    assert found(rows, ("percent",) * 4, ("Red", "Green", "Blue", "Lead")) == []


def test_a_lead_may_be_that_of_two_others_over_each_other() -> None:
    # On nine days the third and the fourth lead, by up to 2.6. On the second day the second leads the first by 1.4.
    rows = {
        "1 May": ("18.2%", "14.5%", "22.2%", "23.4%", "1.2%"),
        "2 May": ("19.9%", "21.3%", "19.1%", "18.8%", "1.4%"),
        "3 May": ("16.5%", "16.1%", "21.9%", "22.4%", "0.5%"),
        "4 May": ("19.7%", "19.0%", "23.0%", "20.4%", "2.6%"),
        "5 May": ("17.0%", "18.1%", "22.5%", "22.7%", "0.2%"),
        "6 May": ("19.9%", "14.8%", "23.7%", "21.5%", "2.2%"),
        "7 May": ("16.4%", "16.9%", "23.5%", "22.5%", "1.0%"),
        "8 May": ("19.8%", "13.9%", "22.7%", "20.3%", "2.4%"),
        "9 May": ("16.5%", "17.9%", "21.7%", "23.0%", "1.3%"),
        "10 May": ("16.3%", "17.6%", "22.7%", "20.1%", "2.6%"),
    }
    heads = ("Red", "Green", "Blue", "Grey", "Lead")
    assert found(rows, ("percent",) * 5, heads) == []
    # No two of that day are 1.7 apart: 21.3 - 19.9 = 1.4, 19.9 - 18.8 = 1.1, 21.3 - 19.1 = 2.2, 21.3 - 18.8 = 2.5.
    wrong = {**rows, "2 May": ("19.9%", "21.3%", "19.1%", "18.8%", "1.7%")}
    assert [each.cells[-1] for each in found(wrong, ("percent",) * 5, heads)] == [(1, 4)]


def test_a_part_that_two_others_give_by_chance_is_no_total_where_one_of_all_three_holds() -> None:
    # 391.2 + 347.4 = 738.6 and 562.2 + 436.6 = 998.8, about 1.0 million; 479.2 + 531.6 = 1,010.8 is not 1.1 million.
    rows = {
        "Turku": ("$391.2K", "$562.2K", "$479.2K"),
        "Lugano": ("$347.4K", "$436.6K", "$531.6K"),
        "Varna": ("$738.6K", "$1.0M", "$1.1M"),
        "Total": ("$1.5M", "$2.0M", "$2.1M"),
    }
    assert found(rows, ("USD",) * 3, ("2020", "2021", "2022")) == []
    without = {label: cells for label, cells in rows.items() if label != "Total"}
    assert [each.cells[-1] for each in found(without, ("USD",) * 3, ("2020", "2021", "2022"))] == [(2, 2)]


def test_answers_of_which_several_are_allowed_are_no_shares_of_a_whole() -> None:
    # Across, two of six come to a hundred: 99.0 and 100.9. Four do not: 152, 61.9, 152.5 and 96.5.
    rows = {
        "Lugano": ("49%", "2%", "48.0%"),
        "Ghent": ("48%", "53%", "51.0%"),
        "Bergen": ("26%", "17%", "18.9%"),
        "Turku": ("35%", "60%", "57.5%"),
        "Bari": ("58%", "31%", "7.5%"),
        "Cork": ("33%", "51%", "16.9%"),
    }
    assert found(rows, ("percent",) * 3, ("Women", "Men", "Children")) == []


def test_a_part_of_a_total_that_holds_is_no_difference_of_the_total_and_another_part() -> None:
    # The two large rows make nearly all of it in four columns; in the third the others have a part.
    rows = {
        "2024": ("$45,000", "$50,000", "$69,000", "$70,000", "$230,000"),
        "2023": ("$160", "$47", "$19", "$27", "$250"),
        "2022": ("$7,600", "$9,000", "$4,100", "$10,000", "$31,000"),
        "2021": ("$1,800,000", "$780,000", "$73,000", "$1,300,000", "$3,900,000"),
        "Overall": ("$1,900,000", "$840,000", "$150,000", "$1,300,000", "$4,200,000"),
    }
    assert found(rows, ("USD",) * 5, ("Q1", "Q2", "Q3", "Q4", "Year")) == []


def test_goals_are_no_part_of_the_matches_played_though_they_are_blank_where_those_add_up() -> None:
    heads = ("League", "League goals", "Cup", "Cup goals", "Other", "Other goals", "Total", "Total goals")
    rows = {
        "Adams": ("23", "", "", "", "", "", "23", ""),
        "Baker": ("37", "18", "2", "1", "3", "1", "42", "20"),
        "Clark": ("38", "5", "2", "1", "1", "", "41", "6"),
        "Davis": ("17", "1", "1", "", "2", "", "20", "1"),
        "Evans": ("5", "", "7", "", "5", "", "17", ""),
        "Frank": ("33", "", "3", "", "2", "", "38", ""),
        "Green": ("4", "2", "7", "1", "4", "", "15", "3"),
        "Hills": ("34", "", "6", "2", "1", "", "41", "2"),
        "Irwin": ("22", "1", "8", "4", "2", "", "32", "5"),
        "Jones": ("4", "1", "8", "3", "", "", "12", "4"),
        "Kelly": ("2", "", "3", "1", "", "", "5", "1"),
        "Lewis": ("15", "1", "4", "1", "4", "2", "23", "4"),
        "Mason": ("27", "", "8", "", "1", "", "36", ""),
    }
    assert [each.text for each in found(rows, ("number",) * 8, heads) if each.odd.is_error] == []


def test_a_small_number_is_no_part_of_what_adds_up_without_it() -> None:
    rows = {
        "North": ("796,511", "0.4", "385,033", "411,478"),
        "East": ("478,266", "0.7", "238,933", "239,333"),
        "South": ("449,266", "5.7", "206,841", "242,425"),
        "West": ("429,454", "0.5", "212,417", "217,037"),
    }
    assert found(rows, ("number",) * 4, ("2021", "Density", "Men", "Women")) == []


def test_a_column_that_all_rows_add_up_to_accuses_none_of_them() -> None:
    # Of users some are counted in several places: two of the three come to nearly as many as the world has.
    rows = {
        "Malaga": ("36", "33", "18"),
        "Tartu": ("34", "31", "35"),
        "Lyon": ("39", "35", "16"),
        "World": ("74", "67", "69"),
    }
    assert found(rows, ("number",) * 3, ("users", "users before", "sales")) == []


def test_a_rate_of_the_whole_is_no_total_beside_shares_that_come_to_a_hundred() -> None:
    rows = {
        "Bonn": ("25%", "71%", "1%", "8%"),
        "Umea": ("24%", "67%", "15%", "62%"),
        "Graz": ("6%", "60%", "85%", "29%"),
        "Total": ("19%", "66%", "100%", "100%"),
    }
    heads = ("unemployment", "literacy", "share of people", "share of income")
    assert found(rows, ("percent",) * 4, heads) == []


def test_a_total_that_rounding_hides_in_one_column_and_some_rows_accuses_no_other_column() -> None:
    rows = {
        "Bonn": ("450,000", "8"),
        "Tartu": ("170,000", "55"),
        "Lyon": ("330,000", "16"),
        "Malaga": ("520,000", "12"),
        "Sum Holdings": ("840,000", "4"),
    }
    assert found(rows, ("number",) * 2, HEADS[:2]) == []


def test_what_is_left_of_all_rows_is_no_part_of_the_first_of_them() -> None:
    rows = {
        "Item A": ("$10", "$42"),
        "Item B": ("$7", "−$7"),
        "Item C": ("$16", "−$26"),
        "Item D": ("−$15", "$91"),
        "Item E": ("−$8", "$37"),
        "Net": ("$10", "$137"),
    }
    assert found(rows, ("USD",) * 2, HEADS[:2]) == []


def test_a_group_that_rounding_hides_in_the_next_one_remains_a_part_of_the_total() -> None:
    rows = {
        "2024": ("$94", "$87", "$91", "$108"),
        "2023": ("$48", "$45", "$58", "$57"),
        "2022": ("$63", "$98", "$95", "$94"),
        "2021": ("$74", "$96", "$77", "$86"),
        "Group 1": ("$279", "$326", "$320", "$345"),
        "2020": ("$47,500", "$36,000", "$54,300", "$65,100"),
        "2019": ("$8,330", "$7,070", "$7,010", "$6,680"),
        "2018": ("$53,800", "$52,800", "$55,800", "$56,400"),
        "Group 2": ("$110,000", "$95,900", "$117,000", "$128,000"),
        "2016": ("$48,700", "$54,300", "$49,400", "$46,400"),
        "2015": ("$72,900", "$93,000", "$71,600", "$58,500"),
        "Group 3": ("$122,000", "$147,000", "$121,000", "$105,000"),
        "Total": ("$231,000", "$244,000", "$238,000", "$233,000"),
    }
    told_of_rows = found(rows, ("USD",) * 4, ("2020", "2021", "2022", "2023"))
    assert [each.text for each in told_of_rows if each.odd.is_error] == []


def test_answers_that_come_to_a_hundred_in_one_column_make_no_other_one_shares() -> None:
    rows = {"Oslo": ("69%", "3%"), "Bonn": ("78%", "46%"), "Lyon": ("24%", "51%")}
    assert found(rows, ("percent",) * 2, ["group 0", "group 1"]) == []


def test_one_year_of_a_quantity_is_no_change_between_two_others() -> None:
    rows = {
        "Towels": ("6.4%", "6.8%", "6.7%", "0.3%", "7.1%"),
        "Fridges": ("-0.1%", "6.2%", "0.6%", "6.3%", "0.8%"),
        "Sofas": ("6.2%", "9.7%", "9.3%", "3.4%", "9.5%"),
        "Beds": ("4.5%", "8.9%", "3.9%", "4.2%", "1.9%"),
        "Total": ("4.3%", "7.9%", "5.1%", "3.6%", "4.8%"),
    }
    years = ("2020", "2021", "2022", "2023", "2024")
    assert found(rows, ("percent",) * 5, years) == []
    assert [each.rule for each in found(rows, ("percent",) * 5, ("2020", "2021", "2022", "Change", "2024"))]


def test_the_growth_of_two_columns_is_no_fall_the_other_way_round() -> None:
    rows = {
        "Bonn": ("€10,000", "€9,500", "7.2%", "4.7%"),
        "Lyon": ("€5,000", "€4,900", "0.6%", "0.6%"),
        "Turku": ("€15,000", "€11,000", "33.3%", "30.8%"),
        "Nantes": ("€3,800", "€3,200", "20.2%", "20.2%"),
        "Malaga": ("€3,100", "€3,000", "2.7%", "2.7%"),
        "Ghent": ("€3,700", "€3,300", "10.6%", "8.1%"),
        "Vigo": ("€2,100", "€1,900", "10.7%", "10.7%"),
        "Total": ("€42,000", "€37,000", "15.3%", "11.1%"),
    }
    assert found(rows, ("EUR", "EUR", "percent", "percent"), ("2021", "2020", "change", "real")) == []


def test_some_rows_above_a_total_of_those_below_it_accuse_none() -> None:
    rows = {
        "Total 1": ("$11,000", "$11,000"),
        "Cups": ("$2,300", "$2,300"),
        "Stools": ("$2,300", "$1,800"),
        "Curtains": ("$2,800", "$2,700"),
        "Fridges": ("$3,900", "$4,000"),
        "Total 2": ("$6,500", "$8,600"),
        "Desks": ("$130", "$240"),
        "Fans": ("$3,700", "$5,900"),
        "Towels": ("$540", "$520"),
        "Paint": ("$2,100", "$1,900"),
    }
    assert found(rows, ("USD", "USD"), ("2020", "2021")) == []


def test_some_rows_above_a_total_that_all_below_it_add_up_to_accuse_none_in_the_other_column() -> None:
    # 2021: 220 + 390 + 23 + 22 = 655, by accident nearly the 650 that 330 + 88 + 230 come to below.
    rows = {
        "Total 1": ("$860,000", "$650,000"),
        "Stools": ("$280,000", "$220,000"),
        "Bookends": ("$540,000", "$390,000"),
        "Candles": ("$24,000", "$23,000"),
        "Heaters": ("$21,000", "$22,000"),
        "Total 2": ("$620,000", "$650,000"),
        "Tools": ("$330,000", "$330,000"),
        "Beds": ("$99,000", "$88,000"),
        "Fans": ("$190,000", "$230,000"),
        "Total 3": ("$3,100", "$3,700"),
        "Desks": ("$1,100", "$970"),
        "Mirrors": ("$240", "$370"),
        "Shelves": ("$1,800", "$2,400"),
        "Total": ("$1,500,000", "$1,300,000"),
    }
    assert found(rows, ("USD", "USD"), ("2020", "2021")) == []


def test_what_two_columns_of_one_proportion_nearly_add_up_to_is_chance_in_both() -> None:
    # Of the users, who overlap, 645 and 331 come to 976; of the users before, nine tenths of them, to 879.
    rows = {
        "2024": ("373,000", "336,000", "€485.90"),
        "2023": ("645,000", "581,000", "€426.08"),
        "2022": ("331,000", "298,000", "€8,352.44"),
        "Sum": ("975,000", "877,000", "€9,264.42"),
    }
    assert found(rows, ("number", "number", "EUR"), ("users", "users before", "sales")) == []
    # Where one of them adds up in all digits the other one is expected to.
    exact = {**rows, "Sum": ("976,000", "877,000", "€9,264.42")}
    assert len(found(exact, ("number", "number", "EUR"), ("users", "users before", "sales"))) == 1


def test_some_rows_of_a_list_that_add_up_in_one_column_by_accident_are_not_sure() -> None:
    # 2021: 246 + 68 + 686 + 3 + 1,731 + 5,512 = 8,246, which are staff.
    rows = {
        "A": ("$489", "$485"),
        "B": ("$39", "$43"),
        "C": ("$129", "$131"),
        "D": ("$27", "$29"),
        "Total receipts": ("$683", "$689"),
        "E": ("$340", "$371"),
        "F": ("$239", "$246"),
        "G": ("$63", "$68"),
        "Total outlays": ("$642", "$686"),
        "Balance": ("$41", "$3"),
        "Debt": ("$1,772", "$1,731"),
        "Product": ("$5,462", "$5,512"),
        "Staff": ("$8,246", "$8,246"),
    }
    assert found(rows, ("USD", "USD"), ("2020", "2021")) == []


def test_a_total_that_all_parts_fall_short_of_alike_is_of_more_parts() -> None:
    # Of the users before, B, C and D come to 120.6; of the users they come to 134.1, by accident nearly as printed.
    rows = {
        "A": ("23.0", "20.7", "$1,100"),
        "B": ("42.7", "38.4", "$370"),
        "C": ("40.7", "36.6", "$1,800"),
        "D": ("50.7", "45.6", "$1,300"),
        "Overall": ("134.3", "120.9", "$4,600"),
    }
    assert found(rows, ("number", "number", "USD"), ("users", "users before", "sales")) == []


def test_a_typo_of_few_digits_accuses_no_total_that_may_count_some_once() -> None:
    # 111 + 24 + 20 + 32 = 187 users, of whom some are counted twice: 178 are no swap of digits.
    rows = {
        "A": ("111", "100", "44,292.68"),
        "B": ("24", "22", "38,356.03"),
        "C": ("20", "18", "74,668.02"),
        "D": ("32", "29", "35,122.74"),
        "World": ("178", "160", "192,439.47"),
    }
    assert found(rows, ("number",) * 3, ("users", "users before", "sales")) == []


def test_what_is_nearly_another_number_is_not_that_less_something_small() -> None:
    # The largest is D itself, which is not the largest less E.
    rows = {
        "D": ("2,390,000", "3,510,000", "5,160,000", "5,390,000"),
        "E": ("8,720", "8,590", "8,360", "11,200"),
        "Maximum": ("2,390,000", "3,510,000", "5,160,000", "5,390,000"),
    }
    assert found(rows, ("number",) * 4, ("2020", "2021", "2022", "2023")) == []


def test_a_profit_is_what_stands_above_it_comes_to() -> None:
    # By accident -35 + 278 + 70 = 313, too; -35 + 68 + 71 would be 104.
    rows = {
        "Sales": ("582", "749"),
        "Costs": ("269", "645"),
        "Operating profit": ("313", "104"),
        "Other": ("-35", "-35"),
        "Before tax": ("278", "68"),
        "Tax": ("70", "17"),
        "Net profit": ("209", "51"),
    }
    assert found(rows, ("number",) * 2, ("2020", "2021")) == []


def test_two_digits_that_three_other_rows_have_by_accident_are_not_sure() -> None:
    # Of eight rows one may be the difference of two others in 512 ways; three columns of two digits are as many.
    rows = {
        "A": ("43.8%", "12.2%", "2%", "6%"),
        "B": ("66.9%", "76.8%", "39%", "63%"),
        "C": ("57.0%", "41.1%", "12%", "50%"),
        "D": ("47.2%", "17.9%", "40%", "30%"),
        "E": ("11.8%", "9.0%", "50%", "67%"),
        "F": ("68.9%", "32.0%", "63%", "24%"),
        "G": ("67.4%", "48.7%", "14%", "51%"),
        "H": ("22.7%", "24.5%", "41%", "30%"),
    }
    assert found(rows, ("percent",) * 4, ("group 0", "group 1", "group 2", "group 3")) == []


def test_parts_that_fall_a_little_short_of_a_total_in_every_column_are_not_all() -> None:
    rows = {
        "Total 1": ("1,610", "1,780", "2,200"),
        "A": ("410", "492", "641"),
        "B": ("711", "811", "819"),
        "C": ("487", "475", "735"),
        "Total 2": ("954,000", "1,030,000", "973,000"),
        "D": ("424,000", "361,000", "286,000"),
        "E": ("489,000", "621,000", "655,000"),
        "F": ("40,800", "45,400", "31,800"),
        "Total": ("955,000", "1,030,000", "976,000"),
    }
    assert found(rows, heads=("2020", "2021", "2022")) == []


RECEIVABLES = {
    "Trade accounts": ("875.8", "557.8"),
    "Other": ("6.8", "8.1"),
    "Total, gross": ("882.6", "565.9"),
    "Less allowance": ("2.0", "2.2"),
    "Total, net": ("880.6", "563.7"),
}


def test_what_is_left_of_a_total_below_it_is_found_though_rows_above_add_up_to_the_total() -> None:
    assert found(RECEIVABLES, ("number",) * 2, ("2019", "2018")) == []
    (only,) = found({**RECEIVABLES, "Less allowance": ("2.0", "9.2")}, ("number",) * 2, ("2019", "2018"))
    assert only.odd.printed == 9.2
    assert round(only.odd.expected, 6) == 2.2


def test_two_cells_swapped_between_columns_are_found_beside_a_column_that_fails() -> None:
    # 1,710,500 - 943,200 - 78,903 = 688,397 and 1,267,118 - 672,667 - 142,283 = 452,168, but for the swap of costs.
    rows = {
        "Total revenue": ("3,298,177", "2,214,253", "1,710,500", "1,267,118", "850,192"),
        "Less transactions": ("100,001", "0", "78,903", "142,283", "123,024"),
        "Less costs": ("1,558,562", "1,230,290", "672,667", "943,200", "450,858"),
        "Adjusted revenue": ("1,587,641", "983,963", "688,397", "452,168", "276,310"),
    }
    heads = ("2018", "2017", "2016", "2015", "2014")
    assert {cell for each in found(rows, ("number",) * 5, heads) for cell in each.cells} == {(2, 2), (2, 3)}


SHARES = """| Shares in thousands | 2023 | 2022 | 2021 |
|---|---|---|---|
| Shares at the beginning of the year | 16,041 | 15,949 | 15,812 |
| Issued | 182 | 92 | 137 |
| Shares in issue | 16,223 | 16,041 | 15,949 |
| Earnings per share | 0.96 | 1.50 | 1.12 |
| Shares in issue | 16,223 | 16,041 | 15,949 |
"""


def in_text(table: str) -> list[tuple[str, str, str]]:
    findings = review(read_document(RawFile("a.md", f"# Shares\n\n{table}".encode()), "markdown")).findings
    return [(each.kind, each.tier, each.printed) for each in findings]


def test_a_year_that_opens_and_a_row_that_repeats_as_before_are_silent() -> None:
    assert in_text(SHARES) == []


def test_a_year_that_opens_with_a_typo_of_what_the_year_before_closed_with_is_found() -> None:
    # 16,041 closed 2022; with 61,041 the year 2023 does not add up either.
    assert ("carried", "likely", "61,041") in in_text(SHARES.replace("year | 16,041", "year | 61,041"))
    # A balance that was restated is no typo.
    other = SHARES.replace("year | 16,041", "year | 14,730").replace("16,223", "14,912")
    assert "carried" not in [kind for kind, _, _ in in_text(other)]


def test_a_row_that_repeats_another_with_a_typo_is_found() -> None:
    lines = SHARES.splitlines()
    lines[-1] = lines[-1].replace("15,949", "15,499")
    assert ("double", "likely", "15,499") in in_text("\n".join(lines) + "\n")
    lines[-1] = lines[-1].replace("16,041", "12,873")
    assert "double" not in [kind for kind, _, _ in in_text("\n".join(lines) + "\n")]


def test_a_swap_that_would_break_a_named_total_is_not_believed() -> None:
    """Debt is income and costs in two years by chance; in the other two it would be if their incomes changed places."""
    rows = {
        "Grants": ("2", "2", "2", "2"),
        "Fees": ("107", "100", "109", "115"),
        "Total income": ("109", "102", "111", "117"),
        "Rent": ("13", "14", "15", "15"),
        "Wages": ("96", "89", "94", "100"),
        "Total costs": ("109", "103", "109", "114"),
        "Balance": ("-1", "-2", "3", "3"),
        "Debt": ("219", "219", "221", "218"),
    }
    assert told_of_all(rows, ("2020", "2021", "2022", "2023")) == []


def test_a_total_of_groups_that_stand_above_their_members_is_no_sum_of_a_group_and_its_members() -> None:
    """In 2020 ovens, the third group and its members come to the total by chance: 1,210 + 1,950 + 1,730 + 227."""
    rows = {
        "Textiles": ("392", "481"),
        "Candles": ("13", "17"),
        "Carpets": ("187", "214"),
        "Door mats": ("192", "251"),
        "Kitchen": ("2,780", "3,390"),
        "Mixers": ("811", "1,300"),
        "Kettles": ("761", "767"),
        "Ovens": ("1,210", "1,320"),
        "Garden": ("1,950", "2,170"),
        "Lamps": ("1,730", "1,900"),
        "Tools": ("227", "270"),
        "Total": ("5,120", "6,040"),
    }
    assert told_of_all(rows, ("2020", "2021")) == []
    wrong = {**rows, "Lamps": ("1,730", "1,090")}
    assert told_of_all(wrong, ("2020", "2021")) != []
