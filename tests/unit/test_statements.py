"""The built-in reader: what plain sentences are read as, without sight of a value."""

from __future__ import annotations

import pytest

from tidebook.pipelines.judge.readings.reading import LONGEST_EXPRESSION
from tidebook.pipelines.judge.readings.request import MaskedText
from tidebook.pipelines.judge.readings.review import review_with_readings
from tidebook.pipelines.judge.readings.statements.reader import read_text
from tidebook.pipelines.judge.readings.statements.tokens import tokens_of
from tidebook.pipelines.judge.text.prose import prose_of
from tidebook.pipelines.judge.text.review import Review
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import Document, read_document

FERRIES = """# Ferries of the sound

| Harbour | Passengers 2023 | Passengers 2022 | Passengers 2021 |
| --- | --- | --- | --- |
| Holm | 412,500 | 375,000 | 301,200 |
| Aster | 96,300 | 107,000 | 99,100 |
| Lund | 150,200 | 120,400 | 118,000 |
| Total | 659,000 | 602,400 | 518,300 |

"""
COSTS = """# Accounts of the harbour board

| $ million | 2023 | 2022 |
| --- | --- | --- |
| Fuel | 41.2 | 37.5 |
| Wages | 9.6 | 10.7 |
| Net loss | (4.0) | (2.5) |

"""


def document_of(text: str) -> Document:
    return read_document(RawFile("text.md", text.encode()), "markdown")


def read(text: str) -> list[str]:
    """Return the expressions of a text: alternatives with ` | ` between, conditions as they are."""
    document = document_of(text)
    readings = read_text(MaskedText(document), prose_of(document.blocks).sentences).readings
    return [each.holds or " | ".join(each.alternatives) for each in readings]


def review_of(text: str) -> Review:
    return review_with_readings(document_of(text), []).review


def states_of(text: str) -> dict[str, str]:
    """Return the state of each number of a text."""
    return {each.text: each.state for each in review_of(text).coverage.numerals}


def silence(text: str) -> list[str]:
    """Return why the numbers of a text have no reading."""
    document = document_of(text)
    return list(read_text(MaskedText(document), prose_of(document.blocks).sentences).silent.values())


HOLM, ASTER, LUND, TOTAL = (f't1["{name}"].passengers' for name in ("Holm", "Aster", "Lund", "Total"))


@pytest.mark.parametrize(
    ("sentence", "expression"),
    [
        ("Holm had 412,500 passengers in 2023.", f"{HOLM}_2023"),
        ("Holm had 412,500 passengers in 2023, and that was a quarter more.", f"{HOLM}_2023"),
        ("In 2022, passengers of Lund were 120,400.", f"{LUND}_2022"),
        ("Passengers of Holm rose by 37,500 in 2023.", f"{HOLM}_2023 - {HOLM}_2022"),
        ("Passengers of Aster fell by 10,700 in 2023.", f"{ASTER}_2022 - {ASTER}_2023"),
        ("Passengers of Holm rose by 37,500 in the year ended June 30, 2023.", f"{HOLM}_2023 - {HOLM}_2022"),
        ("Passengers of Holm rose by 37,500 in 2023, driven by demand in June.", f"{HOLM}_2023 - {HOLM}_2022"),
        ("Passengers of Holm rose 10% from 2022 to 2023.", f"{HOLM}_2023 / {HOLM}_2022 - 1"),
        ("Passengers of Aster fell by 10% in 2023.", f"1 - {ASTER}_2023 / {ASTER}_2022"),
        ("Passengers of Lund grew by 27.3% between 2021 and 2023.", f"{LUND}_2023 / {LUND}_2021 - 1"),
        ("In 2023 Lund accounted for 22.8% of total passengers.", f"{LUND}_2023 / {TOTAL}_2023"),
        ("Holm and Lund together had 562,700 passengers in 2023.", f"{HOLM}_2023 + {LUND}_2023"),
        ("The three harbours together had 659,000 passengers.", f"{HOLM}_2023 + {ASTER}_2023 + {LUND}_2023"),
        ("Holm had 262,300 more passengers than Lund in 2023.", f"{HOLM}_2023 - {LUND}_2023"),
        ("Aster had 53,900 fewer passengers than Lund in 2023.", f"{LUND}_2023 - {ASTER}_2023"),
        ("In 2023 Holm had 2.7 times as many passengers as Lund.", f"{HOLM}_2023 / {LUND}_2023"),
        ("From 2021 to 2023, Holm averaged 362,900 passengers.", f"({HOLM}_2023 + {HOLM}_2022 + {HOLM}_2021) / 3"),
    ],
)
def test_a_plain_sentence_is_read_as_an_expression(sentence: str, expression: str) -> None:
    assert read(f"{FERRIES}{sentence}\n")[0] == expression


@pytest.mark.parametrize(
    ("sentence", "condition"),
    [
        ("Passengers of Holm rose in 2023.", f"{HOLM}_2023 > {HOLM}_2022"),
        ("Passengers of Aster declined in 2023.", f"{ASTER}_2023 < {ASTER}_2022"),
        ("In 2023 Holm had the most passengers.", f"{HOLM}_2023 == max(t1.passengers_2023)"),
        (
            "Holm had the most passengers.",
            " or ".join(f"({HOLM}_{year} == max(t1.passengers_{year}))" for year in (2023, 2022, 2021)),
        ),
        ("In 2023 Lund had the second largest number of passengers.", f"rank({LUND}_2023, t1.passengers_2023) == 2"),
    ],
)
def test_a_wording_is_read_as_a_condition(sentence: str, condition: str) -> None:
    assert read(f"{FERRIES}{sentence}\n") == [condition]


def test_doubled_is_a_multiple_of_two_periods() -> None:
    assert read(f"{FERRIES}Passengers of Lund doubled in 2023.\n") == [f"{LUND}_2023 / {LUND}_2022"]


def test_what_follows_within_a_sentence_is_an_alternative() -> None:
    sentence = "Passengers of Holm rose from 375,000 in 2022 to 412,500 in 2023, or 10%."
    assert f"{HOLM}_2023 / {HOLM}_2022 - 1 | abs(number(2) / number(1) - 1)" in read(FERRIES + sentence)


def test_an_old_value_is_of_the_first_of_two_periods_that_a_sentence_spans() -> None:
    sentence = "Between 2021 and 2023 passengers of Lund went from 118,000 to 150,200."
    assert f"{LUND}_2021" in read(FERRIES + sentence)
    assert f"{LUND}_2022" not in read(FERRIES + sentence)


def test_a_loss_may_be_stated_without_its_minus() -> None:
    loss = 't1["Net loss"].c_2023'
    assert read(f"{COSTS}The net loss was $4.0 million in 2023.\n") == [f"{loss} | -{loss}"]


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Holm had 412,500 foreign passengers in 2023.", "nothing explains foreign"),
        ("Excluding children, Holm had 412,500 passengers in 2023.", "another scope: Excluding"),
        ("Holm is expected to have 430,000 passengers in 2023.", "another scope: expected"),
        ("Holm had 412,500 passengers in 2019.", "no period 2019 in the table"),
        ("Passengers of Holm rose by 37,500, of which 12,000 were children.", "nothing explains children"),
    ],
)
def test_a_word_that_nothing_explains_means_silence(sentence: str, reason: str) -> None:
    assert reason in silence(f"{FERRIES}{sentence}\n")


def test_a_year_that_ends_in_a_month_is_none_of_a_table_that_names_another_one() -> None:
    ended = "Wages fell by $1.1 million in the year ended June 30, 2023."
    assert states_of(f"{COSTS}{ended}")["$1.1 million"] == "checked"
    december = COSTS.replace("$ million", "$ million, years to December")
    assert states_of(f"{december}{ended}")["$1.1 million"] != "checked"
    assert states_of(f"{december}{ended.replace('June 30', 'December 31')}")["$1.1 million"] == "checked"


def test_a_pronoun_without_a_subject_is_no_total() -> None:
    assert read(f"{FERRIES}Its 412,500 passengers came in 2023.\n") == []


@pytest.mark.parametrize("subject", ["Holm and Aster", "Holm, Aster and Lund", "Both Holm and Aster"])
def test_a_pronoun_behind_several_names_is_not_the_first_of_them(subject: str) -> None:
    text = f"{FERRIES}{subject} were closed at times. They had 508,800 passengers in 2023.\n"
    assert review_of(text).findings == []


def test_a_pronoun_behind_one_name_is_of_it() -> None:
    text = f"{FERRIES}Holm was closed at times. It had 412,500 passengers in 2023.\n"
    assert read(text) == ['t1["Holm"].passengers_2023']


@pytest.mark.parametrize(("verb", "findings"), [("treated", 0), ("in treatment", 1)])
def test_a_verb_with_the_root_of_a_column_does_not_name_it(verb: str, findings: int) -> None:
    table = "| Arm | Treatment | Control |\n|---|---|---|\n| Men | 412 | 398 |\n| Women | 350 | 371 |\n\n"
    assert len(review_of(f"{table}810 men were {verb}.\n").findings) == findings


def test_a_number_is_of_the_measure_that_a_word_names() -> None:
    table = "| Town | Homes | Area |\n|---|---|---|\n| Holm | 412 | 93 |\n| Lund | 96 | 41 |\n\n"
    assert read(f"{table}Holm had 412.\n") == []
    assert read(f"{table}Holm had 412 homes.\n") == ['t1["Holm"].homes']


def test_a_number_within_the_name_of_a_column_is_not_read() -> None:
    table = "| Query | Version 4.2 | Version 5.0 |\n|---|---|---|\n| Join | 12 | 8 |\n| Total | 30 | 21 |\n\n"
    assert read(f"{table}With version 4.2 it was about half.\n") == []


def test_a_change_with_a_plus_is_in_the_scale_of_its_table() -> None:
    table = "**Spending (EUR million)**\n\n| Department | 2023 | Change |\n|---|---|---|\n"
    table += "| Roads | 69.8 | +11.4 |\n| Parks | 17.6 | -0.5 |\n\n"
    document = document_of(f"{table}Roads rose by 11.4 million.\n")
    review = review_with_readings(document, []).review
    assert [numeral.state for numeral in review.coverage.numerals] == ["checked"]


def test_a_number_with_a_measure_is_of_the_column_that_names_it() -> None:
    table = "| Year | Schools | Output (GWh) |\n|---|---|---|\n| 2021 | 24 | 2.1 |\n"
    table += "| 2022 | 33 | 2.9 |\n| 2023 | 41 | 3.6 |\n"
    lead = "The cooperative has put solar panels on 41 schools."
    made = "Together they have a capacity of 3.9 megawatts and made 3.6 gigawatt-hours last year, enough for 900 homes."
    text = f"# Power from the roof\n\n{lead} {made}\n\n{table}"
    assert review_with_readings(document_of(text), []).review.findings == []


@pytest.mark.parametrize(
    ("value", "words"),
    [("18045", "18,045"), ("0.0123", "0.0123"), ("1234567", "1,234,567"), ("0.00001234", "0.00001234")],
)
def test_a_value_is_shown_as_a_text_prints_it(value: str, words: str) -> None:
    text = f"| Town | Homes |\n|---|---|\n| Holm | {value} |\n| Lund | 96 |\n\nHolm had {float(value) * 2:f} homes.\n"
    (finding,) = review_with_readings(document_of(text), []).review.findings
    assert finding.why.endswith(f"is {words}")


PORTS = "| Port | Passengers |\n|---|---|\n"
PORTS += "| Holm | 104653451 |\n| Lund | 86994365 |\n| Mora | 81755538 |\n| Ystad | 79183364 |\n"


def test_a_column_is_in_the_scale_in_which_three_numbers_in_millions_agree_with_it() -> None:
    three = "Holm had 104.7 million passengers. Lund had 87.0 million passengers. Mora had 81.8 million passengers. "
    review = review_with_readings(document_of(f"{PORTS}\n{three}Ystad had 79.2 billion passengers.\n"), []).review
    assert [each.printed for each in review.findings] == ["79.2 billion"]
    alone = review_with_readings(document_of(f"{PORTS}\nYstad had 79.2 billion passengers.\n"), []).review
    assert alone.findings == []  # the table may be in thousands


def test_of_many_tables_with_the_same_rows_the_one_of_the_section_is_meant() -> None:
    towns = ("Holm", "Aster", "Lund", "Tern", "Skerry", "Vik", "Eide", "Sand", "Moss", "Bay")
    texts = []
    for place, town in enumerate(towns):
        rows = f"| Revenue | {100 + place} | {200 + 3 * place} |\n| Costs | 50 | {60 + place} |"
        said = 999 if town == "Moss" else 200 + 3 * place
        texts.append(f"## {town}\n\n| | 2022 | 2023 |\n|---|---|---|\n{rows}\n\nRevenue was {said} in 2023.\n\n")
    review, _ = review_with_readings(document_of("".join(texts)), [])
    assert [(each.printed, each.expected) for each in review.findings] == [("999", "224")]
    assert all(each.state in ("checked", "set aside") for each in review.coverage.numerals)


REGIONS = """# Revenue by region

| Revenue ($ million) | 2022 | 2023 |
|---|---|---|
| Asia | 41.5 | 52.3 |
| Europe | 33.7 | 38.1 |
| Africa | 11.2 | 12.9 |
| Total | 86.4 | 103.3 |

"""


@pytest.mark.parametrize(
    "sentence",
    [
        "Europe's revenue was $38.1 million compared with $33.7 million in 2022, an increase of 13.1%.",
        "Europe had revenue of $38.1 million, against $33.7 million in 2022.",
        "$52.3 million came from Asia and $38.1 million from Europe in 2023.",
        "In 2023, revenue was $52.3 million in Asia and $38.1 million in Europe.",
        "Europe's share was 36.9% in 2023.",
        "Europe had $4.4 million more revenue than in the year before.",
    ],
)
def test_what_a_number_is_compared_with_has_its_own_period_and_place(sentence: str) -> None:
    assert review_with_readings(document_of(REGIONS + sentence), []).review.findings == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Europe's revenue was $31.8 million compared with $33.7 million in 2022.", "$38.1 million"),
        ("Europe's share was 39.6% in 2023.", "36.9%"),
    ],
)
def test_a_wrong_number_beside_another_period_is_found(sentence: str, expected: str) -> None:
    (finding,) = review_with_readings(document_of(REGIONS + sentence), []).review.findings
    assert finding.expected == expected


POWER = """# Generation

| Source (TWh) | 2022 | 2023 |
|---|---|---|
| Wind | 121.4 | 137.3 |
| Solar | 55.8 | 61.2 |
| Coal | 179.6 | 131.9 |

"""


def test_a_noun_behind_a_row_needs_no_label_where_the_measure_is_that_of_the_table() -> None:
    assert read(f"{POWER}Solar plants produced 61.2 TWh in 2023.") == ['t1["Solar"].c_2023']
    assert silence(f"{POWER}Solar plants earned $61.2 million in 2023.") == ["nothing explains plants earned"]


def test_who_counted_may_have_counted_only_a_part() -> None:
    towns = "| Town | Dwellings | Shops |\n|---|---|---|\n| Bergen | 1,877 | 90 |\n| Delft | 902 | 41 |\n\n"
    assert read(f"{towns}Bergen completed 1,877 dwellings.") == ['t1["Bergen"].dwellings']
    assert silence(f"{towns}Builders completed 902 dwellings in Bergen.") == ["nothing explains builders"]


def test_what_a_number_is_of_may_stand_behind_it() -> None:
    answers = "| Answer | 2022 (%) | 2024 (%) |\n|---|---|---|\n| Satisfied | 61 | 68 |\n| Unsure | 25 | 19 |\n\n"
    assert read(f"{answers}In 2024, 68% were satisfied and 19% were unsure.")[:2] == [
        't1["Satisfied"].c_2024',
        't1["Unsure"].c_2024',
    ]
    assert read(f"{answers}The share of the unsure fell from 25% to 19%.")[:2] == [
        't1["Unsure"].c_2022',
        't1["Unsure"].c_2024',
    ]


def test_a_paragraph_that_looked_back_gives_no_period_to_the_next_sentence() -> None:
    text = f"{FERRIES}In 2022 Lund had 120,400 passengers. Holm has 412,500 passengers."
    assert review_with_readings(document_of(text), []).review.findings == []


def test_the_verb_of_counting_may_be_a_word_of_the_column() -> None:
    modules = (
        "| Module | Issues opened | Issues closed |\n|---|---|---|\n| Core | 211 | 96 |\n| Parser | 143 | 71 |\n\n"
    )
    assert read(f"{modules}Core opened 211 issues.") == ['t1["Core"].issues_opened']


def test_what_a_part_of_the_sentence_says_of_the_subject_needs_no_label_before_a_number_with_its_own_column() -> None:
    modules = "| Module | Commits | Issues |\n|---|---|---|\n| Core | 1,842 | 96 |\n| Editor | 2,417 | 71 |\n\n"
    assert read(f"{modules}The editor saw the most activity, with 2,417 commits.")[:1] == ['t1["Editor"].commits']


@pytest.mark.parametrize("head", ["| Means of travel (%) |", "| Means of travel |"])
def test_the_head_of_the_labels_may_say_that_bare_years_hold_percentages(head: str) -> None:
    caption = "" if "%" in head else "Table 1: Ways to work (%)\n\n"
    table = f"{caption}{head} 2020 | 2024 |\n|---|---|---|\n| Car | 61.5 | 57.2 |\n| Train | 18.2 | 18.9 |\n\n"
    (finding,) = review_with_readings(document_of(f"{table}In 2024 the car had 52.7%."), []).review.findings
    assert finding.expected == "57.2%"


def test_a_month_that_the_table_does_not_name_is_another_time() -> None:
    suites = "| Suite | Flaky tests |\n|---|---|\n| Unit | 3 |\n| Browser | 46 |\n| Total | 49 |\n\n"
    assert read(f"{suites}There were 49 flaky tests.") == ['t1["Total"].flaky_tests']
    assert silence(f"{suites}In June there were 57 flaky tests.") == [
        "of a part of the year that the table does not name"
    ]
    assert read(f"{suites.replace('Flaky tests', 'Flaky tests in June')}In June there were 49 flaky tests.")


def test_a_verb_between_two_numbers_has_to_be_explained_for_the_second() -> None:
    league = "| Team | Won | Lost | Goals for | Goals against |\n|---|---|---|---|---|\n| Crew | 9 | 5 | 31 | 27 |\n"
    league += "| Dale | 5 | 10 | 24 | 36 |\n\n"
    text = f"{league}Dale have lost 10 matches and conceded 36 goals."
    assert review_with_readings(document_of(text), []).review.findings == []


CLINICS = """# Clinics

| Clinic | Patients 2022 | Patients 2023 | Nurses 2023 | Smokers 2023 (%) |
| --- | --- | --- | --- | --- |
| Mill Street | 18,900 | 20,160 | 41 | 21 |
| Harbour | 41,200 | 40,100 | 96 | 27 |
| Lakeside | 9,800 | 11,270 | 23 | 18 |

"""
MILL, HARBOUR, LAKESIDE = (f't1["{name}"]' for name in ("Mill Street", "Harbour", "Lakeside"))


@pytest.mark.parametrize(
    ("sentence", "expressions"),
    [
        (
            "Harbour, the largest of the three, treated 40,100 patients in 2023.",
            [f"{HARBOUR}.patients_2023"],
        ),
        ("Mill Street has grown to 20,160 patients, from 18,900 in 2022.", [f"{MILL}.patients_2023"]),
        (
            "Mill Street had 20,160 patients in 2023, Lakeside 11,270.",
            [f"{MILL}.patients_2023", f"{LAKESIDE}.patients_2023"],
        ),
        ("At Lakeside, 18 percent of patients are smokers.", [f"{LAKESIDE}.smokers_2023"]),
        ("In 2023, 18 percent of patients at Lakeside were smokers.", []),
        ("Harbour lost 1,100 patients in 2023.", [f"{HARBOUR}.patients_2022 - {HARBOUR}.patients_2023"]),
        (
            "Harbour had 96 nurses. Lakeside had 11,270 patients in 2023, and its nurses were 23.",
            [f"{LAKESIDE}.nurses_2023"],
        ),
        (
            "Together the clinics have 160 nurses.",
            [f"{MILL}.nurses_2023 + {HARBOUR}.nurses_2023 + {LAKESIDE}.nurses_2023"],
        ),
        (
            "Patients at Lakeside have risen by 15 percent since 2022.",
            [f"{LAKESIDE}.patients_2023 / {LAKESIDE}.patients_2022 - 1"],
        ),
    ],
)
def test_what_is_counted_or_said_of_it_names_the_column(sentence: str, expressions: list[str]) -> None:
    found = read(f"{CLINICS}{sentence}\n")
    assert [each for each in expressions if each not in found] == []
    assert bool(found) == bool(expressions)


def test_a_percentage_whose_measure_no_word_names_is_bound_to_nothing() -> None:
    assert "no word names the measure" in silence(f"{CLINICS}Harbour stands at 27 percent.\n")


ENERGY = """# Power

| Country | Wind 2022 (GWh) | Wind 2023 (GWh) | Solar 2023 (GWh) |
| --- | --- | --- | --- |
| Norway | 14,815 | 14,030 | 265 |
| Sweden | 33,010 | 34,240 | 3,080 |
| Denmark | 19,021 | 19,390 | 3,348 |

"""


def test_a_number_in_another_prefix_of_the_measure_is_compared_with_the_cell() -> None:
    right = "Sweden produced 34.2 TWh of wind power in 2023.\n"
    assert states_of(f"{ENERGY}{right}")["34.2 TWh"] == "checked"
    (found,) = review_of(f"{ENERGY}{right.replace('34.2', '32.4')}").findings
    assert (found.printed, found.expected) == ("32.4 TWh", "34.24")
    # A prefix that is wrong is a power of ten, and no other scale of the table.
    (found,) = review_of(f"{ENERGY}{right.replace('TWh', 'GWh')}").findings
    assert found.printed == "34.2 GWh"


QUARTERS = """# Accounts

| | Q3'23 | Q2'23 | Q3'22 |
| --- | --- | --- | --- |
| Revenue (mEUR) | 412.5 | 398.1 | 371.6 |
| Operating margin (%) | 12.4 | 12.0 | 10.8 |
| Employees | 5,120 | 5,034 | 4,876 |

"""


def test_quarters_are_bound_with_the_currency_and_scale_of_their_row() -> None:
    text = (
        "Revenue rose by 11 percent to 412.5 million euros in the third quarter of 2023, from 371.6 million a year "
        "earlier. The operating margin improved to 12.4 percent. The company has 5,120 employees.\n"
    )
    counted = {each: state for each, state in states_of(QUARTERS + text).items() if state != "set aside"}
    assert counted == dict.fromkeys(
        ["11 percent", "412.5 million euros", "371.6 million", "12.4 percent", "5,120"], "checked"
    )
    (found,) = review_of(QUARTERS + text.replace("412.5", "421.5")).findings
    assert found.expected == "412.5 million"


def test_several_quarters_and_the_quarter_that_is_compared_with_are_other_periods() -> None:
    table = (
        "# Accounts\n\n| mEUR | Q3'23 | Q3'22 | Q1-Q3'23 | Q1-Q3'22 |\n|---|---|---|---|---|\n"
        "| Operating profit | 51.2 | 40.3 | 143.9 | 121.0 |\n| Operating margin (%) | 12.4 | 10.8 | 12.0 | 10.8 |\n\n"
        "The third quarter of 2023 was good. "
    )
    profit, margin = 't1["Operating profit"]', 't1["Operating margin (%)"]'
    level, change = read(
        f"{table}Operating profit was EUR 51.2 million, 27 percent more than in the third quarter of 2022.\n"
    )
    assert f"{profit}.q3_22" not in level.split(" | ")
    assert change == f"{profit}.q3_23 / {profit}.q3_22 - 1"
    points = f"{table}The operating margin in the third quarter of 2023 was up 1.6 percentage points.\n"
    assert f"{margin}.q3_23 - {margin}.q3_22" in read(points)


def test_a_condition_that_is_too_long_for_a_reading_leaves_the_rest_of_the_text_read() -> None:
    # Five tables with the same labels: of which of them it is, nobody says.
    heads = " | ".join(f"Twelve months ended 31 December {year}" for year in (2018, 2017))
    rows = [f"| Net ticket sales | {70 + part} | {80 + part} |\n| Rents | {60 + part} | 21 |" for part in range(5)]
    tables = [f"| Accounts | {heads} |\n|---|---|---|\n{row}\n\nAs above.\n" for row in rows]
    text = "\n".join([*tables, "Net ticket sales decreased by 10 in 2018."])
    found = review_with_readings(read_document(RawFile("a.md", text.encode())), [])
    assert all(len(each.reading.holds) <= LONGEST_EXPRESSION for each in found.judged.outcomes)
    assert any(each.reading.is_ for each in found.judged.outcomes)


def test_what_was_added_is_not_what_there_is() -> None:
    shops = (
        "| Chain | Shops 2022 | Shops 2023 | Votes 2023 |\n|---|---|---|---|\n"
        "| Holm | 31 | 43 | 90 |\n| Lund | 20 | 21 | 80 |\n\n"
    )
    assert read(f"{shops}Holm opened 12 shops in 2023.\n") == []
    assert read(f"{shops}Holm won 12 shops in 2023.\n") == []
    assert read(f"{shops}Holm won 90 votes in 2023.\n") == ['t1["Holm"].votes_2023']
    assert read(f"{shops}Holm operated 43 shops in 2023.\n") == ['t1["Holm"].shops_2023']


def test_what_makes_up_a_share_does_not_rise() -> None:
    sentence = "Aster made up 14.6% of the total passengers, or 96,300, in 2023."
    aster = 't1["Aster"].passengers_2023'
    assert read(FERRIES + sentence) == [f'{aster} / t1["Total"].passengers_2023', aster]


def test_a_number_between_a_verb_and_up_leaves_each_its_own_word() -> None:
    (sentence,) = prose_of(document_of("It took 5 up, made up 19 percent and set\u00a0up 3.").blocks).sentences
    tokens = tokens_of(sentence, ())
    assert [token.low for token in tokens.tokens if token.kind == "word"] == [
        "it", "took", "up", "made_up", "and", "set_up",
    ]  # fmt: skip


def test_of_two_numbers_behind_an_earlier_time_the_second_is_not_of_a_time_before_the_first() -> None:
    sentence = "Holm had still been ahead of the ferries to the south a year before, with 375,000 against 120,400."
    assert "an earlier time stands before both numbers" in " ".join(silence(FERRIES + sentence))
    assert not review_of(FERRIES + sentence).findings


RENTS = "| District | 2022 | 2023 | 2024 |\n|---|---|---|---|\n"
RENTS += "| Harbour | 1180 | 1265 | 1342 |\n| Old Town | 1295 | 1340 | 1375 |\n| Eastfield | 845 | 905 | 990 |\n"


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("In Eastfield the rent is 990, though two years ago it was 845, an increase of 17.2%.", ""),
        ("In Eastfield the rent rose by 17.2% compared with two years earlier.", ""),
        ("The rent in Eastfield rose by 9.4% over the year before.", ""),
        ("The rent in Eastfield rose from 845 two years ago to 990.", ""),
        ("Two years ago the rent in Eastfield was 845, and it rose by 9.4% in 2024.", ""),
        ("In Eastfield the rent is 990, though two years ago it was 845, an increase of 12.7%.", "12.7%"),
        ("In Eastfield the rent rose by 9.4% compared with two years earlier.", "9.4%"),
    ],
)
def test_some_years_ago_is_as_many_years_back(sentence: str, wrong: str) -> None:
    # 990 / 845 - 1 is 17.16%, 990 / 905 - 1 is 9.39%.
    review = review_with_readings(document_of(f"# Rents\n\n{RENTS}\n{sentence}\n"), []).review
    assert [finding.printed for finding in review.findings] == [wrong] * bool(wrong)


def test_a_name_that_two_rows_have_alike_says_nothing() -> None:
    table = "| Disease | Quarter | Cases 2024 |\n|---|---|---|\n"
    table += "| Measles | Q1 | 58 |\n| Mumps | Q1 | 61 |\n| Measles | Q2 | 71 |\n\n"
    sentence = "There were 129 cases of measles in 2024."
    assert "several rows or columns have one name" in " ".join(silence(table + sentence))
    assert not review_of(table + sentence).findings
    (finding,) = review_of(table + "There were 16 cases of mumps in 2024.").findings
    assert finding.expected == "61"


CLINICS_OF_TWO_YEARS = """# Clinics

| Clinic | Patients 2022 | Patients 2023 | Nurses 2023 | Revenue 2023 (EUR) |
|---|---|---|---|---|
| Holm | 1,104 | 1,240 | 140 | 3,010,000 |
| Aster | 655 | 612 | 71 | 1,475,000 |
| Lund | 2,310 | 2,455 | 220 | 5,900,000 |
| Total | 4,069 | 4,307 | 431 | 10,385,000 |

"""


@pytest.mark.parametrize(
    "sentence",
    [
        # Other times.
        "In the first eight months of 2023, Holm had 812 patients.",
        "So far this year, Holm has had 812 patients.",
        "To date, Holm has had 5,812 patients.",
        "Last month, Lund had 301 patients.",
        "This quarter, Lund has had 640 patients.",
        "Holm had 103 patients per month in 2023.",
        "By the end of June 2023 Holm had 512 patients.",
        "At the end of the year Holm had 82 patients.",
        "On 31 December 2023, Holm had 82 patients.",
        "Ten years ago, Holm had 2,212 patients.",
        "Today Holm has 1,310 patients.",
        "In its first year, Holm had 312 patients.",
        "At its peak, Holm had 41 patients.",
        "In December 2023, patients of Holm rose by 30 percent from a year before.",
        "Patients of Holm rose by 3 percent a year.",
        # Several years.
        "Between 2022 and 2023, Holm had 2,344 patients.",
        "In the past two years, Holm had 2,344 patients.",
        "Holm has had 2,344 patients since 2022.",
        # Parts, and what something is compared with.
        "Holm had 1,240 patients in 2023, of whom 310 came twice.",
        "A further 120 patients came to Holm.",
        "In 2023, 312 patients recovered at Holm.",
        "The 71 nurses at Aster saw 612 patients in 2023.",
        "Women treated 312 patients at Holm in 2023.",
        "Holm had 1,240 patients in 2023, 312 below the record.",
        "Only in Aster did patients fall, by 43, in 2023.",
        "Holm lost 40 patients and gained 176 in 2023.",
        "Lund lost 40 nurses in 2023 and hired 60.",
        "Holm accounts for 4 percent of all patients in the country.",
        "Lund is larger than Holm and Aster together, with 2,455 patients.",
        # Other measures.
        "Per 1,000 people, Holm had 31 patients in 2023.",
        "Holm invested 1.2 million euros in 2023.",
        "Patient number 1,000 came to Holm in 2023.",
    ],
)
def test_a_number_of_another_time_part_or_measure_is_held_against_no_cell(sentence: str) -> None:
    assert review_of(f"{CLINICS_OF_TWO_YEARS}{sentence}\n").findings == []


def test_a_financial_year_is_no_calendar_year() -> None:
    accounts = (
        "| EUR million | 2021/22 | 2022/23 |\n|---|---|---|\n| Revenue | 312.4 | 330.1 |\n| Costs | 290.0 | 301.2 |\n\n"
    )
    assert review_of(f"{accounts}In 2023 revenue was 336 million euros.").findings == []
    assert review_of(f"{accounts}In 2022/23 revenue was 336 million euros.").findings
    assert review_of(f"{accounts}In 2022/23 staff costs 190 million euros.").findings == []


def test_a_year_is_not_one_of_its_months() -> None:
    stays = "| Town | Stays July 2023 | Stays August 2023 |\n|---|---|---|\n"
    stays += "| Holm | 2,950 | 3,011 |\n| Lund | 1,450 | 1,512 |\n\n"
    assert review_of(f"{stays}In 2023 Holm had 41,000 stays.").findings == []
    assert review_of(f"{stays}In July 2023 Holm had 2,590 stays.").findings
    assert review_of(f"{stays}Stays in Holm rose by 40 percent from June to July 2023.").findings == []
    assert review_of(f"{stays}In the year to July 2023, Holm had 41,500 stays.").findings == []


def test_percentages_without_a_sign_and_subtotals_are_no_parts_of_a_whole() -> None:
    homes = "| County | 2023 |\n|---|---|\n| Kerry | 84.0 |\n| Mayo | 80.5 |\n| Clare | 88.1 |\n\n"
    assert (
        review_of(f"# Urban households\n\n{homes}In Kerry, 84.0 percent of urban households agreed in 2023.").findings
        == []
    )
    sources = "| Source | 2022 | 2023 |\n|---|---|---|\n| Wind | 120 | 141 |\n| Solar | 60 | 72 |\n"
    sources += "| Renewables | 180 | 213 |\n| Coal | 210 | 180 |\n| Gas | 90 | 95 |\n| Fossil | 300 | 275 |\n\n"
    assert review_of(f"# Power\n\n{sources}Coal was the largest source in 2023.").findings == []
    assert review_of(f"# Power\n\n{sources}Wind was the largest source in 2023.").findings


LINES = "| Line | 2023 | 2024 |\n|---|---|---|\n| 4 Docks to Airport | 8,100 | 9,560 |\n| 6 Quarry | 5,900 | 5,785 |\n"
LINES += "| All lines | 36,600 | 39,000 |\n\n"


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (RENTS, "The rent in Eastfield went from 845 to 990."),
        (RENTS, "In two years the rent in Eastfield rose from 845 to 990."),
        (RENTS, "In Eastfield the rent rose by 7.1% in 2023 and by more than half that in 2024."),
        (RENTS, "The rent in Harbour was 1342, more than twice that of the village in 2022."),
        (LINES, "Boardings on Line 4 grew by 18% in 2024."),
        (LINES, "The exception was Line 6, which lost 115 boardings, or about 2%, in 2024."),
    ],
)
def test_what_no_word_dates_or_a_number_names_is_not_accused(table: str, sentence: str) -> None:
    # 905 / 845 - 1 is 7.1%, 9,560 / 8,100 - 1 is 18%, and 5,785 / 5,900 - 1 is -1.9%.
    assert not review_of(f"# Town\n\n{table}\n{sentence}\n").findings
