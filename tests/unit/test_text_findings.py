"""Findings on a text: small texts whose arithmetic is known by hand, right and with one slip."""

from __future__ import annotations

import pytest

from tidebook.pipelines.judge.readings.request import MaskedText
from tidebook.pipelines.judge.readings.review import review_with_readings
from tidebook.pipelines.judge.readings.statements.copies import copies_in
from tidebook.pipelines.judge.readings.statements.reader import sheets_of_text
from tidebook.pipelines.judge.text.finding import TIERS, Finding
from tidebook.pipelines.judge.text.prose import prose_of
from tidebook.pipelines.judge.text.review import Review, review
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import read_document

SALES = """\
# Sales of Acme

| $ million | 2021 | 2020 | Change |
|---|---|---|---|
| Bicycles | 412.5 | 375.0 | 10.0% |
| Helmets | 96.3 | 107.0 | (10.0)% |
| Repairs | 150.2 | 120.4 | 24.8% |
| Total sales | 659.0 | 602.4 | 9.4% |

"""


def read(text: str, *, hints: bool = False) -> Review:
    return review_with_readings(read_document(RawFile("article.md", text.encode())), [], hints=hints).review


def found(text: str, *, hints: bool = False) -> list[Finding]:
    return read(text, hints=hints).findings


def copied(text: str) -> list[str]:
    """Return the cells that numbers of a text copy."""
    document = read_document(RawFile("article.md", text.encode()))
    found = copies_in(prose_of(document.blocks).sentences, sheets_of_text(MaskedText(document)))
    return [copy.cell.text for copy in found if not copy.slip]


def only(text: str) -> Finding:
    findings = found(text)
    assert len(findings) == 1, findings
    return findings[0]


RIGHT = [
    "Sales rose from $200 million to $230 million, up 15 %.",
    "Sales were $230 million, compared to $200 million a year before, an increase of $30 million, or 15 %.",
    "Sales fell by $20 million, or 10.0 %, from $200 million to $180 million.",
    "Wheat brought in $230 million in 2019, up 15 % from $200 million in 2018.",
    "Of the sample, 12 of 40 (30 %) were late.",
    "It has 120 bikes and 30 scooters, together 150.",
    "The north has 300 stores, twice the 150 of the south.",
    "It burned about 18,000 tonnes, a third less than in 2015, when it was 27,000 tonnes.",
    "Sales were $300 million, a quarter more than the $240 million of last year.",
    "It burned 18,000 tonnes of oil, a third less than before, and 7,000 tonnes of coal.",  # two fuels
    "The rate rose from 40 % to 50 %, up 10 percentage points.",
    "The rate rose from 40 % to 50 %, or 25 %.",
    "The ten years from 2010 to 2020 were dry.",
    "She was born in 1950 and died in 2010, aged 59.",
    "Rounded, it grew from 1.2 million to 1.3 million, up 6 %.",
    "Margins were 12 % in the north; costs increased by 5 % from 90 to 100.",
    "We expect sales to rise from $200 million to $230 million, up 20 %.",
    "In 2019, 14 of the 35 members voted; 12 % of them were new.",
    "Revenue increased from $10 million to $12 million, primarily due to a 35 % increase in volume.",
    # More than another number.
    "Police recorded 4,870 thefts. That is 6 % fewer than the 5,180 thefts of 2022.",
    "In all 12,450 patients were waiting, 830 more than in March, when there were 11,620.",
    "It spent £48.6 million, £2.1 million more than this year's £46.5 million, an increase of 4.5 %.",
    "It made 312 TWh at 30 plants, down 2 % on the 318 TWh of the year before.",
    "All 1,640 tests passed, 240 more than 1,400 before.",
    "It lent 4,870 books at 30 desks, 310 fewer than 5,180 a year ago.",
    # Multiples with a bound, of a length of time, and behind both numbers.
    "It sold 360 bikes, more than three times the 100 of last year.",
    "It sold 160 bikes, less than twice the 100 of last year.",
    "It needs 3.2 seconds, a quarter of the 12.8 seconds that the old one takes.",
    "Here 21 people fell ill and there 84 people, four times as many.",
    "It ran 90 minutes in 40 towns, twice the 20 towns of last year.",
    # Shares in other orders.
    "She won 15,540 votes, 42 % of the 37,000 votes cast.",
    "Among the 120 voters, 20 % of the 110 women stayed away.",
    "Some 5,400 pupils took the exam, and 4,320 of them (80 %) passed.",
    "We counted 12 boxes of 48 apples, 89 % of what we need.",
    "38 % of the 840 patients (318) were women.",
    # Totals in other orders, and lists that are no parts.
    "It spent $64 million: $41 million on staff, $14 million on cars and $9 million on rent.",
    "It spent $41 million on staff, $14 million on cars and $9 million on rent, $64 million in all.",
    "It spent $41 million on staff, $14 million on cars and $9 million on rent. In total, $64 million was spent.",
    "It will build 4,500 flats by 2030: 2,000 in the north, 1,500 in the south and 1,000 abroad.",
    "It rained 212 mm, barely half of the usual 410 mm.",
    "It earned €62.5 million, €4.1 million more than in 2023, when it earned €58.4 million.",
    "It has 62 shops: 41 in the north, 14 in the south, and the rest abroad.",
    "Of 1,940 tables: 1,228 unchanged, 711 with an index, 31 wider, one new.",
    "Here 21 people fell ill and there 84. In total 420 people took part.",
    "Sales were $41, $14 and $9 million, for a total of $64 million.",
    "With 326 requests open, we want to highlight all who are new to the project, 47 people with a total of 195.",
    # Versions, two changes in a row, and one behind a dash.
    "It compiles with a 30 % improvement from 1.1 stable to 1.2 beta.",
    "Sales rose from $20 million to $23 million, up 15 %, and profit from $20 million to $30 million, up 50 %.",
    "Sales rose from $20 million to $23 million and profit from $20 million to $30 million, up 15 % and 50 %.",
    "Memory fell by 27 % — we went from 99,000 objects to 1,600.",
]


@pytest.mark.parametrize("sentence", RIGHT)
def test_a_sentence_whose_numbers_agree_is_not_accused(sentence: str) -> None:
    assert not found(sentence)


WRONG = [
    ("Sales rose from $200 million to $230 million, up 25 %.", "change", "25 %", "15 %"),
    ("Sales fell by $30 million, or 10.0 %, from $200 million to $180 million.", "change", "$30 million", "$20"),
    ("Sales dropped from $200 million to $230 million, or 15 %.", "direction", "dropped", "a rise"),
    ("Of the sample, 12 of 40 (35 %) were late.", "share", "35 %", "30 %"),
    ("It has 120 bikes and 30 scooters, together 160.", "total", "160", "150"),
    ("The north has 450 stores, twice the 150 of the south.", "multiple", "twice", ""),
    ("It sold 18,000 bikes, a third less than in 2015, when it was 72,000 bikes.", "multiple", "a third", "0.75"),
    ("Sales were $300 million, half more than the $300 million of 2019.", "multiple", "half", "0"),
    ("The rate rose from 40 % to 50 %, up 12 percentage points.", "points", "12 percentage points", "10"),
    ("The rate rose from 40 % to 50 %, up 10 %.", "change", "10 %", "25 %"),
    ("Police recorded 4,870 thefts. That is 16 % fewer than the 5,180 thefts of 2022.", "change", "16 %", "5.98 %"),
    ("In all 14,250 patients were waiting, 830 more than in March, when there were 11,620.", "change", "830", "2,630"),
    ("It spent £48.6 million, £2.1 million more than the £46.5 million before, up 5.4 %.", "change", "5.4 %", "4.52 %"),
    ("It made 321 TWh at home, down 1 % on the 318 TWh of the year before.", "direction", "down", "a rise"),
    ("It sold 160 bikes, more than twice the 100 of last year.", "multiple", "more than twice", ""),
    ("It needs 2.3 seconds, a quarter of the 12.8 seconds of the old one.", "multiple", "a quarter", "0.179"),
    ("It needs 410 MB, three times as much as midparse with 205 MB.", "multiple", "three times", "2"),
    ("Here 21 people fell ill and there 84 people, three times as many.", "multiple", "three times", "4"),
    ("She won 15,540 votes, 47 % of the 37,000 votes cast.", "share", "47 %", "42 %"),
    ("Some 5,400 pupils took the exam, and 4,320 of them (88 %) passed.", "share", "88 %", "80 %"),
    ("We enrolled 318 women of 840 people. Of these, 90 (48 %) fell ill.", "share", "48 %", "28.3 %"),
    ("In all 318 of 840 as 48 %.", "share", "48 %", "37.9 %"),
    ("It spent $62 million: $41 million on staff, $14 million on cars and $9 million on rent.", "total", "$62", "$64"),
    (
        "It spent $41 million on staff, $14 million on cars and $9 million on rent, $62 million in all.",
        "total",
        "$62",
        "$64",
    ),
    ("It has 120 bikes and 30 scooters, together 151.", "total", "151", "150"),
    ("It built 5,400 flats by 2023: 2,000 here, 1,500 there and 1,000 abroad.", "total", "5,400", "4,500"),
    ("It rained 122 mm, barely half of the usual 410 mm.", "multiple", "barely half", "0.297"),
    (
        "It earned €62.5 million, €1.4 million more than in 2023, when it earned €58.4 million.",
        "change",
        "€1.4",
        "€4.1",
    ),
    (
        "Sales rose from $20 million to $23 million, up 15 %, and profit from $20 million to $30 million, up 35 %.",
        "change",
        "35 %",
        "50 %",
    ),
]


@pytest.mark.parametrize(("sentence", "kind", "printed", "expected"), WRONG)
def test_a_sentence_that_contradicts_itself_is_found(sentence: str, kind: str, printed: str, expected: str) -> None:
    finding = only(sentence)
    assert finding.kind == kind
    assert finding.printed.startswith(printed)
    assert finding.expected.startswith(expected)
    assert sentence[finding.column - 1 :].startswith(printed)
    assert finding.quote in sentence


def test_rounding_is_not_a_contradiction_but_more_than_rounding_is() -> None:
    # 1.15 to 1.25 million and 1.25 to 1.35 million allow from 0 to 17.4 %.
    assert not found("It grew from 1.2 million to 1.3 million, up 17 %.")
    assert only("It grew from 1.2 million to 1.3 million, up 19 %.").printed == "19 %"


def test_a_table_that_agrees_with_itself_is_not_accused() -> None:
    assert not found(SALES)


@pytest.mark.parametrize(
    ("right", "wrong", "kind", "place"),
    [
        ("| 659.0 |", "| 695.0 |", "total", "8:17"),
        ("| 375.0 |", "| 357.0 |", "total", "5:22"),
        ("(10.0)%", "(13.0)%", "change", "6:28"),
        ("| 9.4% |", "| 6.4% |", "change", "8:33"),
    ],
)
def test_a_cell_that_breaks_its_table_is_found(right: str, wrong: str, kind: str, place: str) -> None:
    assert SALES.count(right) == 1
    findings = found(SALES.replace(right, wrong))
    assert kind in {finding.kind for finding in findings}
    assert place in {f"{finding.line}:{finding.column}" for finding in findings}


def test_shares_of_a_total_follow_from_it() -> None:
    table = "| Region | Sales | Share |\n|---|---|---|\n" + "".join(
        f"| {name} | {sales} | {share}% |\n"
        for name, sales, share in [("A", 510, "51.0"), ("B", 240, "24.0"), ("C", 170, "17.0"), ("D", 80, "8.0")]
    )
    whole = "| Total | 1,000 | 100.0% |\n"
    assert not found(table + whole)
    assert only((table + whole).replace("17.0", "19.0")).kind in ("share", "total")


def test_a_number_behind_a_month_is_not_a_day() -> None:
    assert only("In May 130 of 400 people (12%) left.").kind == "share"
    assert [numeral.text for numeral in read("In June 14,250 people came, on June 14 most.").coverage.numerals] == [
        "14,250 people",
        "14",
    ]


def test_wrongly_grouped_digits_are_certain() -> None:
    cells = "| a | $ |\n|---|---|\n| x | $ 11,540 |\n| y | $ 2,310 |\n| z | $ 7,120 |\n| w | $ 11,54 |\n"
    finding = only(cells)
    assert (finding.kind, finding.tier, finding.printed, str(finding.line)) == ("grouping", "certain", "11,54", "6")
    assert not found("Sums of 11,54 and 3,2 and 1,7 are printed with decimal commas: €11,54, €3,2.")


@pytest.mark.parametrize(
    "sentence",
    [
        "Sales of bicycles were $412.5 million in 2021, compared to $375.0 million in 2020.",
        "Total sales increased by $56.6 million, or 9 %, in 2021.",
        "Repairs grew 25 % in 2021.",
        "Helmets decreased by $10.7 million in 2021.",
        "Sales of bicycles and helmets were $375.0 million and $107.0 million in 2020, respectively.",
        "Sales of bicycles in the north were $99.1 million in 2021.",
        "Excluding currency, total sales increased by 7 % in 2021.",
        "Bicycles had the highest $ million in 2021.",
    ],
)
def test_a_sentence_that_its_table_supports_is_not_accused(sentence: str) -> None:
    assert not found(SALES + sentence)


@pytest.mark.parametrize(
    ("sentence", "kind", "printed", "expected"),
    [
        ("Total sales increased by $65.6 million, or 9 %, in 2021.", "change", "$65.6 million", "$56.6 million"),
        ("Repairs grew 52 % in 2021.", "change", "52 %", "24.8 %"),
        ("Repairs declined 25 % in 2021.", "direction", "declined", "a rise"),
        ("Total sales were $695.0 million in 2021.", "level", "$695.0 million", "$659 million"),
        ("Total sales were $602.4 million in 2021.", "level", "$602.4 million", "$659 million"),
        (
            "Helmets were $96.3 million and $17.0 million in 2021 and 2020, respectively.",
            "level",
            "$17.0 million",
            "$107",
        ),
    ],
)
def test_a_sentence_that_its_table_denies_is_found(sentence: str, kind: str, printed: str, expected: str) -> None:
    finding = only(SALES + sentence)
    assert (finding.kind, finding.printed) == (kind, printed)
    assert finding.expected.startswith(expected)
    assert finding.line == 10
    assert all(other.line < 10 for other in finding.evidence)


RIVERS = """\
| River | Length (km) |
|---|---|
| Nile | 6,650 |
| Amazon | 6,400 |
| Yangtze | 6,300 |
| Danube | 2,850 |
| Rhine | 1,230 |

"""


def test_a_superlative_is_held_against_the_table_beside_it() -> None:
    assert not found(RIVERS + "The Nile has the largest length.")
    assert only(RIVERS + "The Amazon has the largest length.").kind == "order"
    assert not found(RIVERS + "The Amazon has the second largest length.")


def test_hints_are_off_by_default() -> None:
    text = SALES + "In the north, helmets went for $98.3 million."
    assert not found(text)
    (hint,) = found(text, hints=True)
    assert (hint.tier, hint.printed, hint.expected) == ("hint", "$98.3 million", "$96.3 million")
    assert "one digit" in hint.why


def test_a_slip_that_is_hardly_one_by_chance_is_shown_though_the_sentence_is_not_read() -> None:
    sentence = "In the north, bicycles went for ${} million."
    (likely,) = found(SALES + sentence.format("421.5"))
    assert (likely.kind, likely.tier, likely.expected) == ("near miss", "likely", "$412.5 million")
    assert [each.printed for each in found(SALES + sentence.format("412.6"))] == ["$412.6 million"]
    # A cell has the number, another year is meant, it is a range, or nothing names the row in full.
    assert not found(SALES + sentence.format("602.4"))
    assert not found(SALES + "A year before, bicycles in the north went for $421.5 million.")
    assert not found(SALES + "In the north, bicycles went for $421.5 to $422 million.")
    assert not found(SALES + "In the north, sales of what rolls were $421.5 million.")


def test_the_worst_is_first_and_an_id_outlives_a_move() -> None:
    certain = "We have 120 bikes and 30 scooters, together 1,500.\n\n"
    likely = "Repairs grew 52 % in 2021.\n\n"
    findings = found(SALES + likely + certain)
    assert {finding.kind for finding in findings} == {"total", "change"}
    assert [finding.tier for finding in findings] == sorted((finding.tier for finding in findings), key=TIERS.index)
    moved = found("A line more.\n\n" + SALES + certain + likely)
    assert [finding.id for finding in moved] == [finding.id for finding in findings]


def states(text: str) -> dict[str, str]:
    return {numeral.text: numeral.state for numeral in read(text).coverage.numerals}


def test_every_numeral_of_the_prose_has_a_state() -> None:
    prose = (
        "In 2021 total sales increased by $56.6 million, see Note 7 [3].\n"
        "On May 4, 2020 the GPT-4 plan had 17 pages, its 2nd draft, from the 1990s.\n"
    )
    assert states(SALES + prose) == {
        "2021": "set aside",
        "$56.6 million": "checked",
        "7": "set aside",
        "3": "set aside",
        "May 4, 2020": "set aside",
        "4": "set aside",
        "17": "unknown",
        "2nd": "set aside",
        "1990s": "set aside",
    }


def test_coverage_is_the_share_of_what_is_not_set_aside() -> None:
    coverage = read(SALES + "In 2021 total sales increased by $56.6 million. There were 17 shops.").coverage
    assert coverage.counts == {"checked": 1, "figure": 0, "seen": 0, "set aside": 1, "ignored": 0, "unknown": 1}
    assert coverage.share == 0.5
    assert read("No number.").coverage.share is None


def test_what_the_author_ignores_stays_below_the_line() -> None:
    document = read_document(RawFile("a.md", b"There were 17 shops and 5 banks."))
    coverage = review(document, ignored=["17 shops"]).coverage
    assert [numeral.state for numeral in coverage.numerals] == ["ignored", "unknown"]
    assert coverage.share == 0


ACME = """\
| $ thousand | 2021 | 2020 |
|---|---|---|
| Software as a service | 72,831 | 65,646 |
| Maintenance | 10,519 | 9,834 |
| Reassignment of goodwill | 3,428 | 1,250 |
| 28 nanometers | 8,214 | 7,733 |
| 45 nanometers | 9,105 | 8,214 |

"""


@pytest.mark.parametrize(
    "sentence",
    [
        "Chips of 14 nanometers gave us $8.21 million.",
        "In 2021 maintenance had a good year, with $9.8 million.",
        "A bad year for maintenance, with $9 million.",
        "The bad year for the mayor cost $72.8 million.",
    ],
)
def test_a_number_is_not_linked_by_its_value_to_another_row_or_year_or_by_chance(sentence: str) -> None:
    assert not copied(ACME + sentence)


REPORT = """\
(in thousands, except per share)

| | 2018 | 2017 |
|---|---|---|
| Product sales | $14,212 | $12,108 |
| Research and development | 2,214 | 1,987 |
| Income tax benefit (provision) | (266) | 114 |
| Operating profit (EBIT) | 1,629 | 1,290 |
| Net income | 951 | 1,016 |
| Diluted earnings per share | $0.31 | $0.34 |
| Employees | 74 | 81 |
| Total | 9,870 | 8,742 |

"""
SEASON = """\
| Club | Won | Goals for | Goals against | Points |
|---|---|---|---|---|
| Ashford United | 21 | 68 | 27 | 68 |
| Calder Rovers | 17 | 74 | 41 | 58 |
| Fulwood | 9 | 39 | 43 | 37 |

"""
YEARS = """\
| Year | Passengers (millions) | Revenue ($m) | On time (%) |
|---|---|---|---|
| 2021 | 24.3 | 47.0 | 91.7 |
| 2022 | 37.9 | 74.8 | 86.2 |
| 2023 | 44.6 | 90.2 | 84.9 |

"""
MONTHS = """\
| Month | Rainfall (mm) | Rain days |
|---|---|---|
| January | 112 | 17 |
| July | 31 | 6 |
| October | 121 | 18 |

"""
TRIAL = """\
| Outcome | Vaccine | Placebo |
|---|---|---|
| Confirmed infection | 38 (1.6%) | 151 (6.3%) |
| Walking distance, m | 412 | 357 |

"""
QUARTERS = """\
| NOK million | Q2 2024 | Q2 2023 | H1 2024 |
|---|---|---|---|
| Revenues | 4,312 | 3,984 | 8,455 |
| Order intake | 5,020 | 3,610 | 9,200 |

"""

ANNOUNCED = """\
Spending of the police on equipment by kind in 2023 and 2022 was as follows (in thousands of dollars):

| | 2023 | 2022 | Change |
|---|---|---|---|
| Vehicles | 6,120 | 5,410 | 710 |
| Protective equipment | 1,815 | 1,602 | 213 |
| Radios | 2,240 | 1,975 | 265 |
| Adjustment of the rent to the purchase price | (312) | (87) | (225) |
| Total | 9,863 | 8,900 | 963 |

"""


@pytest.mark.parametrize(
    ("table", "sentence", "cells"),
    [
        # The row by a synonym, in full, by the words before its first preposition; the column by its period.
        (REPORT, "Product revenues were $14.2 million.", ["$14,212"]),
        (ANNOUNCED, "A rent adjustment of $312 thousand was paid in 2023.", ["(312)"]),
        (YEARS, "Revenue came to $90.2 million.", ["90.2"]),
        (QUARTERS, "Revenues in the second quarter were NOK 4,312 million (3,984).", ["4,312", "3,984"]),
        (ACME, "In 2020 maintenance had its worst year, with $9.8 million.", ["9,834"]),
    ],
)
def test_an_author_copies_cells_in_several_ways(table: str, sentence: str, cells: list[str]) -> None:
    assert copied(table + sentence) == cells
    assert not found(table + sentence)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (REPORT, "We opened 74 shops."),
        (REPORT, "Interest was $0.27 million."),
        (SEASON, "Ashford sold 9 players."),
        (SEASON, "Fulwood lost 10 games."),  # 9 won
        (YEARS, "In 2022 it carried 44.6 million passengers."),
        (MONTHS, "July saw 121 mm."),
        (QUARTERS, "Revenue was NOK 4,312 million in the first half of 2024."),
    ],
)
def test_no_cell_of_another_row_or_column_is_taken_for_a_copy(table: str, sentence: str) -> None:
    assert not copied(table + sentence)


def test_a_change_may_be_against_the_same_quarter_of_the_year_before() -> None:
    table = "| kt | Q3 2023 | Q2 2023 | Q3 2022 |\n|---|---|---|---|\n| Dry bulk | 2,640 | 2,815 | 2,390 |\n\n"
    assert not found(table + "Dry bulk rose 10.5% to 2.64 million tonnes.")
    assert only(table + "Dry bulk rose 15.0% to 2.64 million tonnes.").kind == "change"


def test_kinds_that_several_rows_share_do_not_add_up() -> None:
    table = (
        "| Site | 2020 | 2021 | Species |\n|---|---|---|---|\n| Alder | 198 | 231 | 27 |\n| Birch | 171 | 140 | 22 |\n"
    )
    table += "| Cold | 61 | 73 | 15 |\n| All sites | 430 | 444 | 35 |\n"
    assert not found(table)
    assert only(table.replace("| 35 |", "| 74 |")).kind == "total"


def test_no_total_is_wrong_whose_head_counts_a_column_that_is_elsewhere() -> None:
    table = (
        "| State | 2 = (3 to 4) + 5 | 3 | 4 |\n|---|---|---|---|\n| Assam | 12.43 | 10.02 | 2.41 |\n"
        "| Bihar | 40.12 | 41.54 | -1.42 |\n| Goa | 1.40 | 1.02 | 0.38 |\n| Kerala | 29.02 | 24.91 | 4.11 |\n"
        "| Odisha | 34.04 | 29.64 | 4.40 |\n| Punjab | 78.68 | 74.29 | 4.34 |\n"
    )
    assert not found(table)
    assert only(table.replace("2 = (3 to 4) + 5", "2 = 3 + 4")).expected == "78.63"


def test_a_total_of_its_own_column_is_wrong_where_two_others_add_up() -> None:
    table = "| Branch | Visits | Loans | Budget |\n|---|---|---|---|\n| North | 124 | 310 | 4,100 |\n"
    table += "| South | 98 | 223 | 5,200 |\n| West | 72 | 189 | 4,130 |\n| All branches | 294 | 722 | 13,830 |\n"
    assert only(table).expected == "13,430"
    assert not found(table.replace("13,830", "13,430"))


def test_a_total_below_its_parts_may_count_once_what_several_parts_have() -> None:
    table = "| Branch | Visits | Loans | Readers |\n|---|---|---|---|\n| North | 124 | 310 | 4,100 |\n"
    table += "| South | 98 | 223 | 5,200 |\n| West | 72 | 189 | 4,130 |\n| All branches | 294 | 722 | 12,800 |\n"
    assert not found(table)


def test_a_budget_and_its_result_are_not_a_change_in_time() -> None:
    table = "| £000 | Budget 2023/24 | Actual 2023/24 |\n|---|---|---|\n| Rates | 31,500 | 29,874 |\n\n"
    assert not found(table + "Rates fell short of the budget by £1.6m.")


QUALIFIED = """\
| $ million | 2021 | 2020 |
|---|---|---|
| Net sales | 412.5 | 375.0 |
| Interest expense | 96.3 | 87.0 |
| Operating income | 50.2 | 61.4 |

"""


@pytest.mark.parametrize(
    "sentence",
    [
        "Businesses acquired in the year had net sales of $74.4 million in 2021.",
        "A customer had net sales of $74.4 million in 2021.",
        "Exchange rates resulted in a decrease in operating income of $3.6 million in 2021.",
        "The strike caused a decrease in operating income of $3.6 million in 2021.",
        "Interest expense consists of interest expense of $12.2 million in 2021.",
        "Noncash interest expense was $12.2 million in 2021.",
        "In the fourth quarter of 2021 net sales were $104.2 million.",
        "Net sales for the three months ended December 31, 2021 were $104.2 million.",
        "Net sales generated by bicycles were $104.2 million in 2021.",
    ],
)
def test_a_part_of_a_row_or_another_subject_or_period_is_not_held_against_the_row(sentence: str) -> None:
    assert not found(QUALIFIED + sentence)
    # The same words of the row itself are.
    assert only(QUALIFIED + "Net sales were $104.2 million in 2021.").kind == "level"


def test_a_total_of_amounts_that_are_not_a_list_is_not_judged() -> None:
    assert only("It has 120 bikes and 30 scooters, together 160.").kind == "total"
    assert not found("It sold 120 bikes, lent 30 of them for a week to a club in the north, and in total 160 left.")


def test_a_total_row_says_what_the_other_rows_count_and_a_year_names_its_column() -> None:
    table = (
        "| Place | 2021 | 2020 |\n|---|---|---|\n| North | 612 | 580 |\n| South | 371 | 402 |\n| East | 455 | 390 |\n"
    )
    table += "| Total visits | 1,438 | 1,372 |\n\n"
    assert not found(table + "Visits to the north were 612 in 2021. The north had the most visits in 2021.")
    assert only(table + "Visits of North were 621 in 2021.").expected == "612"
    assert only(table + "South had the most visits in 2021.").kind == "order"
    # Without a year any may be meant, with two none is; nothing says that the rows count people.
    assert only(table + "South had the most visits.").printed == "South had the most visits."
    assert not found(table + "South had the most visits in 2021 and in 2020.")
    assert not found(table + "Old people of North were 633 in 2021.")


MIXED = """\
| Department | 2025 (€m) | 2026 (€m) | Change in % | Share 2025 | Share 2026 |
|---|---|---|---|---|---|
| Schools | 236.4 | 249.8 | +5.7 % | 60.5 % | 60.7 % |
| Transport | 121.5 | 129.9 | +6.9 % | 31.1 % | 31.6 % |
| Long-term debt | 33.0 | 31.8 | −3.6 % | 8.4 % | 7.7 % |
| Total | 390.9 | 411.5 | +5.3 % | 100 % | 100 % |

"""


def test_rates_of_change_do_not_add_up_beside_shares_that_do() -> None:
    assert not found(MIXED)
    assert only(MIXED.replace("100 % |\n\n", "110 % |\n\n")).kind == "total"


@pytest.mark.parametrize(
    "sentence",
    [
        "The rate for schools rises from 410 % to 430 %, an increase of 20 points.",
        "Long-term debt falls by €1.2 million to €31.8 million in 2026.",
    ],
)
def test_points_are_not_money_and_long_term_is_not_a_count(sentence: str) -> None:
    assert not found(MIXED + sentence)


def test_a_column_of_another_measure_is_not_a_neighbour_of_a_number() -> None:
    table = "| Source | Plants | Capacity (MW) |\n|---|---|---|\n| Solar | 37 | 840 |\n| Wind | 112 | 4,650 |\n\n"
    assert not found(table + "Solar capacity grew from 590 MW to 840 MW.")


def test_days_parts_of_a_year_and_citations_are_set_aside_but_no_share_in_parentheses() -> None:
    coverage = read(
        "In the 4th quarter, on 9 January at 6 pm, 417 (32.5%) fell ill [1, 2]. It plans for 2026."
    ).coverage
    states = {numeral.text: numeral.state for numeral in coverage.numerals}
    assert {text for text, state in states.items() if state == "unknown"} == {"417", "32.5%"}


BAKERIES = """\
| Shop | Loaves 2024 | Loaves 2023 | Staff |
|---|---|---|---|
| Harbour | 18,400 | 15,200 | 12 |
| Market | 24,600 | 22,100 | 15 |
| Station | 9,300 | 9,900 | 6 |
| Castle | 27,500 | 24,200 | 18 |
| Total | 79,800 | 71,400 | 51 |

"""


@pytest.mark.parametrize(
    ("right", "slip", "kind"),
    [
        ("Market and Harbour together sold 43,000 loaves in 2024.", ("43,000", "34,000"), "total"),
        ("Together, Market and Harbour sold 43,000 loaves in 2024.", ("43,000", "34,000"), "total"),
        ("The four shops together sold 79,800 loaves in 2024.", ("79,800", "97,800"), "total"),
        ("In 2024 Castle had the most loaves.", ("Castle", "Market"), "order"),
        ("Castle had the largest staff, 18, and Station the smallest, 6.", ("Castle", "Market"), "order"),
        ("Loaves of Harbour rose by 3,200 in 2024.", ("3,200", "13,200"), "change"),
        ("Loaves of Harbour rose by 3,200 in 2024.", ("rose", "fell"), "direction"),
        (
            "Rent reached 1,240 pounds. A year earlier it was 1,150, so it has risen by 7.8%.",
            ("7.8%", "8.7%"),
            "change",
        ),
        ("We asked 412 people. Of these, 268 (65%) came.", ("65%", "56%"), "share"),
        ("We asked 412 people, of which 268 (65%) came.", ("65%", "56%"), "share"),
        (
            "It had 90,421 visits in 2023, and in 2024 it had 99,870. That is an increase of 10.5%.",
            ("10.5", "15.1"),
            "change",
        ),
        ("Visits rose from 8,412 to 9,930. This is a rise of 18%.", ("18%", "28%"), "change"),
        ("The share of rye was 21% in 2020. It rose to 35% in 2024, an increase of 14 points.", ("14", "24"), "points"),
        ("Rent rose to 2.4 million pounds from 2.1 million, up 14%.", ("14%", "41%"), "change"),
        ("Castle employs 18 people, three times the 6 of Station.", ("three times", "twice"), "multiple"),
        ("Castle sold 27,500 loaves in 2024, 13.6% more than in 2023.", ("13.6%", "16.3%"), "change"),
    ],
)
def test_sentences_about_several_rows_or_the_sentence_before_are_checked(
    right: str, slip: tuple[str, str], kind: str
) -> None:
    assert not found(BAKERIES + right)
    told = {each.kind: each for each in found(BAKERIES + right.replace(*slip))}
    assert told.keys() <= {kind, "level"}
    assert told[kind].printed.startswith(slip[1]) or kind in ("multiple", "order")


@pytest.mark.parametrize(
    "sentence",
    [
        "Market, Harbour and the Pier together sold 51,000 loaves in 2024.",  # the Pier is no row
        "Castle sold 27,500 loaves in 2024, 12% of all bread in town.",
        "The three shops in town together sold 97,800 loaves in 2024.",
        "In 2023 and 2024 together, Castle and the Pier sold 57,100 loaves.",
        "It has 62 ovens. A year earlier it was 48, of which 12 were dearer by 5%.",
        "The largest rise was at Harbour, with 18,400 loaves.",
        "Market was one of the largest, with 24,600 loaves.",
        "Harbour has the best bread, with 12 people at work.",
        "Market came third with its new loaf.",
        "Sales rose at two of the five shops in town.",
        "We asked 412 people and 100 children. Of these, 256 (50%) came.",
        "It had 90,421 visits in 2023 and 99,870 in 2024. That is an increase of 12 guides.",
        "It wants 19,000 visits, of which 5,700 (30%) by children. That is an increase of 2,254.",
        "Castle had 2024 sales of 27,500 loaves, up 3% since spring.",
        "Castle had 2024 sales of 27,500 loaves, 9% more than in 2020.",
        "Castle had 2024 sales of 27,500 loaves, 900 more than Harbour's best year.",
        "The ratio of debt to sales improved to 1.8 from 2.1.",
        "Castle sold 27,500 loaves in 2024 and ended the day with 315 left over.",
    ],
)
def test_what_the_table_or_the_sentence_before_does_not_say_is_not_accused(sentence: str) -> None:
    assert not found(BAKERIES + sentence)


def test_lists_of_references_and_citations_are_set_aside_but_no_grouped_number_in_parentheses() -> None:
    text = "Earlier work [1, 2] had 3,984 cases, this has fewer (3,120).\n\n## References\n\n"
    text += "1. Smith J. Clocks. Time 2011;12(3):101-110.\n2. Lee P. 12 ways. 2020, pp. 33–40.\n"
    known = states(text)
    assert {known[number] for number in ("1", "2", "2011", "101-110", "12", "33–40")} == {"set aside"}
    assert {known[number] for number in ("3,984", "3,120")} == {"unknown"}


INCOME = """\
| $ million | 2023 | 2022 | % change |
|---|---|---|---|
| Services | 36.9 | 12.2 | 202% |
| Goods | 20.0 | 25.0 | (20)% |
| Rent | 9.4 | (1.1) | — |
| Total income | 66.3 | 36.1 | 84% |

"""


def test_a_list_of_numbers_goes_with_the_list_of_years_behind_it() -> None:
    sentence = "Services were $12.2 million and $36.9 million in 2022 and 2023."
    assert not found(INCOME + sentence)
    assert [state for state in states(INCOME + sentence).values() if state == "checked"] == ["checked"] * 2
    assert only(INCOME + "Services were $12.2 million and $39.6 million in 2022 and 2023.").kind == "level"


@pytest.mark.parametrize(
    "sentence",
    [
        "Goods were negatively impacted by $0.3 million of freight.",
        "Comparable goods decreased 0.2 %.",
        "Goods increased 6.9 % and 5.8 % for the three and six months ended June 30, 2023, respectively.",
    ],
)
def test_a_part_of_what_a_row_counts_or_another_period_is_not_accused(sentence: str) -> None:
    assert not found(INCOME + sentence)


def test_a_dash_in_a_column_of_rates_is_one_left_out_and_no_zero() -> None:
    assert not found(INCOME)


HELD = """\
| $ million | Cost | Gains | Losses | Fair value |
|---|---|---|---|---|
| Bonds | 39.2 | 0.5 | (0.2) | 39.5 |
| Loans | 28.0 | 0.4 | (1.1) | 27.3 |
| Notes | 10.6 | 0.2 | (0.1) | 10.7 |
| Shares | | | | 4.6 |
| Total | 77.8 | 1.1 | (1.4) | 82.1 |

"""


def test_a_total_that_its_column_adds_up_need_not_follow_from_its_row() -> None:
    assert not found(HELD)
    assert only(HELD.replace("| 82.1", "| 82.7")).kind == "total"


def test_sums_that_only_the_rounding_of_many_parts_lets_hold_show_nothing_of_another_column() -> None:
    rows = "| Translation | (1574) | (150) | (1724) |\n| Hedges | 133 | (40) | 93 |\n| Bonds | 2 | 2 | 4 |\n"
    rows += "| Bonds, reclassified | 1 | 0 | 1 |\n| Net bonds | 3 | 2 | 5 |\n| Pensions | 226 | (61) | 165 |\n"
    assert not found(
        f"| | Before tax | Tax | After tax |\n|---|---|---|---|\n{rows}| Other | (1212) | (249) | (1461) |\n"
    )


BARE = """\
Gross profit increased $102.3, or 19 %, to $654.8. Sales were $2,410.5, and overhead was $351.3.

| $ million | 2023 | 2022 |
|---|---|---|
| Sales | 2,410.5 | 2,301.4 |
| Gross profit | 654.8 | 552.5 |
| Overhead | 351.3 | 372.8 |
| Earnings per share | 1.79 | 1.03 |

"""


@pytest.mark.parametrize(
    "sentence",
    [
        "Cash flow from lending was $286, an increase of $624 compared with cash used of $338.",
        "The margin was a loss of $10.7 as compared with $8.9, a decline of 221 %.",
        "Other items decreased sales by $30.7 million.",
        "Sales rose by $109.1 million due to volume, offset by a $66.7 million decrease in sales from lower prices.",
        "Our guidance for sales is $1.9 billion in 2023.",
        "Sales were up to $1.9 billion in 2023.",
        "Overhead fell by $4.1 million in the north.\n\nOverhead fell by $9.2 million in the south.",
    ],
)
def test_what_is_not_a_plain_change_or_level_of_a_row_is_not_accused(sentence: str) -> None:
    assert not found(BARE.replace(", or 19 %, to $654.8", "").replace("$102.3", "$102.3 million") + sentence)


BOUGHT = """\
| Period | Shares bought | Price paid | Shares under the plan | May yet be bought |
|---|---|---|---|---|
| April | 11,468,654 | $115.97 | 11,467,390 | 29,300,100 |
| May | 14,417,519 | $106.81 | 14,416,979 | 27,800,400 |
| June | 13,945,206 | $105.42 | 13,945,174 | 26,300,900 |
| Total | 39,831,379 | $108.96 | 39,829,543 | 26,300,900 |
"""


def test_a_mean_or_what_is_left_beside_totals_is_not_a_sum() -> None:
    assert not found(BOUGHT.replace("Price paid", "Paid"))
    unchanged = BOUGHT.replace("27,800,400", "26,300,900")
    assert not found(unchanged.replace("Price paid", "Paid").replace("May yet be bought", "Plan"))


RATES = """\
| | 2023 | 2022 | Inc/(Dec) | Inc/(Dec) excluding currency |
|---|---|---|---|---|
| Rent | 1,612.4 | 1,899.2 | (15) | (15) |
| Wages | 2,331.0 | 2,590.0 | (10) | (10) |
| Power | 980.1 | 1,031.7 | (5) | (5) |
| Total costs | 4,923.5 | 5,520.9 | (11) | (6) |
"""


def test_rates_without_a_percent_sign_and_rates_without_currency_are_judged_by_their_own_numbers() -> None:
    assert not found(RATES)
    assert not found(RATES.replace(") |", ")% |"))


def test_the_first_number_of_a_column_of_changes_has_the_percent_sign_for_all() -> None:
    rows = "| Wages | 2,091.3 | 18% |\n| Rent | 618.2 | (5) |\n| Other | 57.0 | (2) |\n| Total | 2,766.5 | 12 |\n"
    table = "| $ million | Amount | Increase/ (Decrease) |\n|---|---|---|\n" + rows + "\n"
    assert not found(table)
    assert states(table + "Wages increased 18%.") == {"18%": "checked"}
    assert states(table + "Rent decreased 5%.") == {"5%": "seen"}  # 6% would be within the rounding of both


LEAGUE = """\
| Team | Played | Won | Lost | Points | Sales ($ million) |
|---|---|---|---|---|---|
| Harriers | 20 | 14 | 3 | 45 | 201 |
| Miners | 20 | 12 | 5 | 39 | 184 |
| Town | 20 | 2 | 15 | 21 | 162 |

"""


@pytest.mark.parametrize(
    "sentence",
    [
        "The Harriers have lost 13 games at home since 2019.",
        "The Harriers' rivals have 54 points.",
        "Before they met the Harriers, the Foxes had 54 points.",
        "Harriers (54 points)",
        "The Harriers have sales of some $200 million.",
        "The Miners have sales of $180 million.",  # rounded
    ],
)
def test_a_number_of_a_part_or_of_another_subject_is_not_accused(sentence: str) -> None:
    assert not found(LEAGUE + sentence)


def test_a_column_of_rates_that_are_ratios_of_two_others_is_checked_row_by_row() -> None:
    table = """\
| Group | Patients | Infected | Share infected |
|---|---|---|---|
| Vaccine | 420 | 21 | 5.0% |
| Placebo | 420 | 84 | 20.0% |
| All | 840 | 105 | 12.5% |
"""
    assert not found(table)
    assert only(table.replace("| 5.0% |", "| 6.0% |")).expected == "5.0%"


def test_a_row_with_a_number_that_no_other_row_has_may_differ_by_it() -> None:
    assert not found("""\
| Name | Salary | Tax rate | Credit | Tax |
|---|---|---|---|---|
| Ann | 69,412 | 18% | 10% | 11,245 |
| Bob | 54,000 | 18% | | 9,720 |
| Cid | 82,300 | 25% | | 20,575 |
| Dora | 61,150 | 18% | | 11,007 |
""")


def test_a_percent_sign_may_stand_in_a_cell_of_its_own() -> None:
    table = """\
| | 2024 | 2023 | Change | |
|---|---|---|---|---|
| Phones | 1,200 | 1,000 | 20 | % |
| Tablets | 660 | 600 | 10 | % |
| Watches | 315 | 300 | 5 | % |
| Total | 2,175 | 1,900 | 14 | % |
"""
    assert not found(table)
    assert only(table.replace("| 10 | % |", "| 30 | % |")).kind == "change"


def test_rates_between_small_counts_tell_nothing_of_other_rows() -> None:
    # 4 and 3 hits, if they are rounded, allow nearly any rate: three rows that agree show no relation.
    assert not found("""\
| Form | Cases | Hits | Assumed | Low |
|---|---|---|---|---|
| estimate | 6 | 4 | 3 | 27% |
| open-ended | 7 | 7 | 2 | 225% |
| either | 13 | 11 | 5 | 119% |
| rounded | 22 | 16 | 16 | 53% |
""")


def test_a_row_with_a_longer_label_that_says_the_same_is_meant() -> None:
    table = "| $ million | 2023 | 2022 | Change |\n|---|---|---|---|\n| Selling | 3.7 | 3.6 | 0.1 |\n"
    table += "| Selling, distribution and administration | 351.3 | 321.1 | 30.2 |\n\n"
    assert not found(table + "Profit rose due to a $30.2 million increase in selling, distribution and administration.")


def test_heads_of_a_second_part_of_a_table_are_not_numbers() -> None:
    head = "| | 2018 | 2017 | 2018 | 2017 | 2018 | 2017 |\n"
    rows = "| Net income | 75 | 60 | 155 | 63 | 230 | 123 |\n| Gains | 183 | 102 | 2 | 20 | 185 | 122 |\n"
    parts = (
        "| | A | A | B | B | Total | Total |\n|---|---|---|---|---|---|---|\n"
        + head
        + rows
        + rows.replace("Net", "Other")
    )
    assert not found(parts + head + rows)


PLANS = """\
| Assumption | 2019 | 2018 |
|---|---|---|
| Risk-free rate | 2.7% | 2.0% |
| Volatility | 24% | 22% |
| Dividend yield | 1.7% | 1.5% |

"""


def test_the_older_of_two_levels_and_the_direction_of_a_row_with_a_unit_are_checked() -> None:
    table = """\
| | 2022 | 2023 |
|---|---|---|
| Revenue ($m) | 9.3 | 14.4 |
| Operating loss ($m) | 6.1 | 4.9 |

"""
    right = "Revenue grew by 55% to $14.4 million, and the operating loss narrowed from $6.1 million to $4.9 million."
    assert not found(table + right)
    assert only(table + right.replace("grew", "fell")).kind == "direction"
    told = found(table + right.replace("$6.1", "$1.6"))
    assert {each.expected for each in told if each.printed == "$1.6 million"} == {"$6.1 million"}


def test_as_many_of_150_wrong_tables_are_found_in_one_text_as_one_by_one() -> None:
    """Each has the same rows but for the number of its heading: equal rows have different ids."""
    table = "| Area | 2021 | 2020 |\n|---|---|---|\n| North | 412.5 | 375.0 |\n| South | 96.3 | 107.0 |\n"
    wrong = table + "| West | 150.2 | 120.4 |\n| Total | 695.0 | 602.4 |\n"
    assert only(wrong).expected == "659"
    findings = found("".join(f"## Part {number}\n\n{wrong}\n" for number in range(150)))
    assert len(findings) == len({finding.id for finding in findings}) == 150


def test_a_wrong_total_in_the_only_column_of_a_table_is_found_where_one_typo_explains_it() -> None:
    table = (
        "| Shop | Visitors |\n|---|---|\n| North | 25,117 |\n| South | 30,412 |\n| East | 17,206 |\n| Total | {} |\n"
    )
    (wrong,) = found(table.format("72,753"))
    assert (wrong.kind, wrong.tier, wrong.printed, wrong.expected) == ("total", "likely", "72,753", "72,735")
    assert not found(table.format("72,735"))
    # A total of more than the rows, or one that is no sum of them.
    assert not found(table.format("98,310"))
    assert not found(table.format("72,753").replace("Total", "Shops of the chain"))


@pytest.mark.parametrize(("least", "state"), [("6,000", "checked"), ("1,200", "seen")])
def test_a_number_counts_as_checked_only_if_a_wrong_one_would_be_found(least: str, state: str) -> None:
    document = read_document(RawFile("article.md", f"{RIVERS}The Nile has a length of more than {least} km.".encode()))
    (numeral,) = review_with_readings(document, []).review.coverage.numerals
    assert numeral.state == state


def test_a_column_without_the_word_of_those_that_come_to_a_hundred_is_no_share() -> None:
    rows = [("Vale", 1.0, 36.8, 14.0), ("Beck", 9.6, 6.3, 10.8), ("Orme", 8.3, 3.8, 27.5), ("Book", 33.4, 5.8, 25.6)]
    rows += [("Hurst", 37.3, 21.4, 25.5), ("Lamb", 10.3, 25.9, 6.6)]
    head = "| Town | Share of people | Share of income | {} |\n|---|---|---|---|\n"
    body = "".join(f"| {town} | {one}% | {two}% | {other}% |\n" for town, one, two, other in rows)
    assert not found(head.format("Unemployment") + body)
    assert only(head.format("Share of land") + body).kind == "shares"


def test_two_digits_of_a_year_behind_an_apostrophe_are_no_number() -> None:
    states = {
        each.text: each.state
        for each in read("In Q3'23 it had 41 boats; in the '90s, in FY'25 and ’98 none.").coverage.numerals
    }
    assert {text for text, state in states.items() if state == "unknown"} == {"41"}


@pytest.mark.parametrize(
    ("numbers", "odd"),
    [
        ("$412.5 million and $398.2 million", []),
        (
            "$412.5 million and $367.1 million",
            ["$367.1 million"],
        ),  # no slip of one digit: the other number says which row it is
        ("$487.1 million and $367.1 million", []),  # of another row, or of what the table does not have
    ],
)
def test_a_number_of_a_list_whose_rest_is_of_one_row_is_found(numbers: str, odd: list[str]) -> None:
    table = "| $ million | 2023 | 2022 |\n|---|---|---|\n| Deferred grants | 412.5 | 398.2 |\n| Loans | 91.2 | 84.5 |\n"
    sentence = f"We held deferred grants for certain schools of {numbers} in 2023 and 2022, respectively."
    assert [each.printed for each in found(f"# Grants\n\n{table}\n{sentence}\n")] == odd
