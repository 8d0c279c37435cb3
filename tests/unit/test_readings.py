"""What follows from readings: which numbers agree, which do not, and what a reader cannot do. All computed by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidebook.pipelines.judge.readings.engine import Judged, judge_readings
from tidebook.pipelines.judge.readings.reading import Reading
from tidebook.pipelines.judge.readings.request import MaskedText
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import read_document

TABLE = """
| Ferry | Cars 2022 | Cars 2023 | Income 2023 (£ million) | Full, % | Kind |
|---|---|---|---|---|---|
| Skarv | 1,204 | 1,325 | 12.4 | 61 | day |
| Tern | 950 | 871 | 8.1 | 48 | night |
| Whole fleet | 2,154 | 2,196 | 20.5 | 55 | |
"""


def masked(prose: str, table: str = TABLE) -> MaskedText:
    return MaskedText(read_document(RawFile("text.md", f"# Ferries\n\n{prose}\n{table}".encode())))


def judged(prose: str, *lines: dict[str, object], table: str = TABLE) -> Judged:
    """Return what follows from readings of the first sentence below the heading."""
    text = masked(prose, table)
    readings = [Reading.model_validate({"sentence": text.sentences[1].key, **line}) for line in lines]
    return judge_readings(text, readings)


def states(found: Judged) -> list[str]:
    return [outcome.state for outcome in found.outcomes]


SKARV, TERN = 't1["Skarv"]', 't1["Tern"]'


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("Skarv took 1,325 cars.", "Skarv took 1,352 cars.", {"n": 1, "is": f"{SKARV}.cars_2023"}),
        # 1325 / 1204 - 1 = 10.05 %; 10 allows 9.5 to 10.5.
        (
            "Cars on Skarv rose 10%.",
            "Cars on Skarv rose 11%.",
            {"n": 1, "is": f"{SKARV}.cars_2023 / {SKARV}.cars_2022 - 1"},
        ),
        ("Tern lost 79 cars.", "Tern lost 97 cars.", {"n": 1, "is": f"{TERN}.cars_2022 - {TERN}.cars_2023"}),
        # 12.4 of 20.5 million pounds are 60 %.
        ("Skarv earned £12.4 million.", "Skarv earned £14.2 million.", {"n": 1, "is": f"{SKARV}.income_2023_million"}),
        ("Skarv earned £12.4 million.", "Skarv earned £12.4 billion.", {"n": 1, "is": f"{SKARV}.income_2023_million"}),
        (
            "Three-fifths of the income is Skarv's.",
            "A third of the income is Skarv's.",
            {"n": 1, "is": f'{SKARV}.income_2023_million / t1["Whole fleet"].income_2023_million'},
        ),
        ("Skarv was 13 points fuller.", "Skarv was 31 points fuller.", {"n": 1, "is": f"{SKARV}.full - {TERN}.full"}),
        ("Two ferries sail.", "Three ferries sail.", {"n": 1, "is": 'count(t1[not "Whole fleet"])'}),
        ("Skarv took the most cars.", "Skarv took the fewest cars.", None),
    ],
)
def test_a_number_agrees_or_disagrees_whatever_else_it_could_have_been(
    right: str, wrong: str, line: dict[str, object] | None
) -> None:
    lines = (line, line)
    if line is None:
        most, fewest = (f't1["Skarv"].cars_2023 == {side}(t1[not "Whole fleet"].cars_2023)' for side in ("max", "min"))
        lines = ({"words": "the most", "holds": most}, {"words": "the fewest", "holds": fewest})
    agreeing, disagreeing = judged(right, lines[0] or {}), judged(wrong, lines[1] or {})
    assert (states(agreeing), agreeing.findings) == (["agreed"], [])
    assert states(disagreeing) == ["disagreed"]
    assert [each.tier for each in disagreeing.findings] == ["likely"]


def test_a_finding_says_what_would_be_right_and_by_which_cells() -> None:
    (found,) = judged("Cars on Skarv rose 11%.", {"n": 1, "is": f"{SKARV}.cars_2023 / {SKARV}.cars_2022 - 1"}).findings
    assert (found.printed, found.expected) == ("11%", "10%")
    assert [each.words for each in found.evidence] == ["1,325", "1,204"]
    assert found.why == "from [Skarv, Cars 2022] to [Skarv, Cars 2023] is a rise of 10.05% (read by unnamed reader)"


@pytest.mark.parametrize(
    ("words", "expression", "state"),
    [
        ("nearly doubled", f"{SKARV}.cars_2023 / {TERN}.cars_2023", "disagreed"),  # 1.52
        ("half as many again", f"{SKARV}.cars_2023 / {TERN}.cars_2023", "agreed"),
    ],
)
def test_a_multiple_in_words_allows_what_its_words_do(words: str, expression: str, state: str) -> None:
    assert states(judged(f"Compared with Tern, Skarv {words}.", {"words": words, "is": expression})) == [state]


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("1325", "a cell or another number expected, not a constant"),
        ("1325 * 1", "a cell or another number expected"),
        ("number(1)", "another number expected than the one that it is about"),
        ("number(4)", "the sentence has 1 numbers"),
        ("text(40)", "text(1) to text(1) expected"),
        ('t1["Skorv"].cars_2023', "a row of t1; did you mean Skarv?"),
        ('t1["Skarv"].cars_2032', "a quantity or label of the table"),
        ('t3["Skarv"].cars_2023', "a table expected (t1)"),
        ("t1.cars_2023", "one value expected"),
        ('t1["Skarv"].kind', "expected a number, not a text"),
        ('t1["Skarv"].income_2023_million', "GBP"),
        ("__import__('os').system('true')", "expected "),
        ("t1.__class__", "a name of letters"),
        ("[x for x in t1]", "expected "),
        ("lambda: 1", "expected "),
        ("(" * 60 + "1" + ")" * 60, "brackets nested"),
    ],
)
def test_what_is_no_expression_over_cells_in_the_unit_is_refused_in_a_line(expression: str, why: str) -> None:
    found = judged("The share of Skarv was 61%.", {"n": 1, "is": expression})
    assert states(found) == ["refused"]
    assert why in found.outcomes[0].why
    assert "\n" not in found.outcomes[0].words()
    assert found.findings == []


def test_rounding_of_all_cells_counts() -> None:
    # 12.35 to 12.45 of 20.45 to 20.55 is 60.1 to 60.9 %: 60.9 agrees, 61.1 does not.
    line = {"n": 1, "is": f'{SKARV}.income_2023_million / t1["Whole fleet"].income_2023_million'}
    assert states(judged("Skarv has 60.9% of the income.", line)) == ["agreed"]
    assert states(judged("Skarv has 61.1% of the income.", line)) == ["disagreed"]


def test_a_row_that_adds_up_accuses_nobody_though_its_label_is_no_total() -> None:
    # The largest is Skarv, unless the whole fleet counts as a ferry.
    line = {"words": "the most", "holds": 't1["Skarv"].cars_2023 == max(t1.cars_2023)'}
    table = TABLE.replace("| Whole fleet |", "| Both ships |")
    assert states(judged("Skarv took the most cars.", line, table=table)) == ["agreed"]


def test_a_table_whose_scale_is_unsaid_refutes_no_power_of_a_thousand() -> None:
    line = {"n": 1, "is": f"{SKARV}.cars_2023"}
    assert states(judged("Skarv took 1.325 million cars.", line)) == ["put aside"]
    assert states(judged("Skarv took 1.352 million cars.", line)) == ["disagreed"]


def test_the_rank_of_a_cell_is_written_either_way() -> None:
    for rank in (f"rank({TERN}.full, t1.full)", 'row(rank(t1.full), "Tern")'):
        line = {"words": "second", "holds": f"{rank} == 2"}
        assert states(judged("Tern came second.", line, table=TABLE.replace("Whole fleet", "Total"))) == ["agreed"]


def test_alternatives_agree_if_one_does_and_disagree_if_none_does() -> None:
    both = {"n": 1, "is": [f"{SKARV}.cars_2022", f"{SKARV}.cars_2023"]}
    assert states(judged("Skarv took 1,325 cars.", both)) == ["agreed"]
    assert states(judged("Skarv took 1,532 cars.", both)) == ["disagreed"]


def test_two_readers_that_bind_the_same_cells_are_surer_and_two_that_differ_are_silent() -> None:
    first = {"n": 1, "is": f"{SKARV}.cars_2023", "reader": "one"}
    alike = judged("Skarv took 1,352 cars.", first, {**first, "reader": "other"})
    assert [each.tier for each in alike.findings] == ["certain"]
    rivals = judged("Skarv took 1,352 cars.", first, {"n": 1, "is": f"{TERN}.cars_2023", "reader": "other"})
    assert (states(rivals), rivals.findings) == (["put aside", "put aside"], [])
    one_agrees = judged("Skarv took 1,204 cars.", first, {"n": 1, "is": f"{SKARV}.cars_2022", "reader": "other"})
    assert (states(one_agrees), one_agrees.findings) == (["put aside", "agreed"], [])


def test_readings_of_a_row_that_no_word_names_are_likely_at_most() -> None:
    line = {"n": 1, "is": f"{SKARV}.cars_2023"}
    found = judged("Traffic reached 1,352 cars.", {**line, "reader": "one"}, {**line, "reader": "other"})
    assert [each.tier for each in found.findings] == ["likely"]


def test_a_number_of_the_opposite_sign_is_a_hint_since_readers_may_mistake_the_sign() -> None:
    found = judged("Tern lost 79 cars.", {"n": 1, "is": f"{TERN}.cars_2023 - {TERN}.cars_2022"})
    assert [each.tier for each in found.findings] == ["hint"]


def test_a_reader_that_misreads_a_table_gives_no_finding() -> None:
    prose = "Skarv took 1,325, 1,204, 61 and 12.4."
    swapped = ["cars_2022", "cars_2023", "cars_2022", "full"]
    found = judged(prose, *({"n": n, "is": f"{SKARV}.{name}"} for n, name in enumerate(swapped, 1)))
    assert states(found) == ["put aside"] * 4
    assert "misread that table" in found.outcomes[0].why


def test_a_number_that_rests_on_a_wrong_one_is_no_second_finding() -> None:
    found = judged(
        "Skarv took 1,352 cars, 481 more than Tern.",
        {"n": 1, "is": f"{SKARV}.cars_2023"},
        {"n": 2, "is": f"number(1) - {TERN}.cars_2023 - 30"},
    )
    assert states(found) == ["disagreed", "disagreed"]
    assert [each.printed for each in found.findings] == ["1,352"]


def test_repetitions_and_parts_are_held_against_other_numbers_of_the_text() -> None:
    prose = "Skarv took 1,325 cars. In all 1,532 cars were taken, of which 2,000 had trailers."
    text = masked(prose)
    key = text.sentences[2].key
    lines = [{"n": 1, "same": "text(1)"}, {"n": 2, "of": "number(1)"}]
    found = judge_readings(text, [Reading.model_validate({"sentence": key, **line}) for line in lines])
    assert states(found) == ["disagreed", "disagreed"]
    first = text.sentences[1].key
    by_key = judge_readings(text, [Reading.model_validate({"sentence": key, "n": 1, "same": f'text("{first}", 1)'})])
    assert states(by_key) == ["disagreed"]


def test_ties_of_equal_print_are_left_open_and_other_orders_are_not() -> None:
    table = TABLE.replace("| 8.1 |", "| 12.4 |")
    line = {"words": "earned more", "holds": f"{SKARV}.income_2023_million > {TERN}.income_2023_million"}
    assert states(judged("Skarv earned more than Tern.", line, table=table)) == ["put aside"]
    table = TABLE.replace("| 8.1 |", "| 12.3 |")
    assert states(judged("Skarv earned more than Tern.", line, table=table)) == ["agreed"]


def test_each_reader_has_its_record_and_sentences_without_a_reading_are_listed() -> None:
    text = masked("Skarv took 1,325 cars. Tern took 817.")
    key = text.sentences[1].key
    lines = [{"n": 1, "is": f"{SKARV}.cars_2023"}, {"n": 1, "is": "1"}]
    found = judge_readings(text, [Reading.model_validate({"sentence": key, "reader": "A", **line}) for line in lines])
    assert found.records == {"A": {"agreed": 1, "disagreed": 0, "refused": 1, "put aside": 0}}
    assert [sentence.masked for sentence in found.unread] == ["Tern took ⟨1⟩."]


def test_a_reading_of_another_wording_is_refused() -> None:
    key = masked("Skarv took 1,325 cars.").sentences[1].key
    reading = Reading.model_validate({"sentence": key, "n": 1, "is": f"{SKARV}.cars_2023"})
    assert states(judge_readings(masked("Skarv took 1,352 cars."), [reading])) == ["disagreed"]
    assert states(judge_readings(masked("Skarv lost 1,352 cars."), [reading])) == ["refused"]


@given(st.integers(0, 3), st.floats(1.15, 40))
def test_whatever_agrees_would_have_disagreed_with_another_number(place: int, factor: float) -> None:
    """The mirror: one number of a sentence at a time is made another one, and its own reading reports it."""
    numbers = [1325.0, 454.0, 12.4, 60.0]
    lines = (
        {"n": 1, "is": f"{SKARV}.cars_2023"},
        {"n": 2, "is": f"{SKARV}.cars_2023 - {TERN}.cars_2023"},
        {"n": 3, "is": f"{SKARV}.income_2023_million"},
        {"n": 4, "is": f'{SKARV}.income_2023_million / t1["Whole fleet"].income_2023_million'},
    )

    def prose() -> str:
        cars, more, income, share = numbers
        counts = f"Skarv took {cars:,.0f} cars, {more:,.0f} more than Tern"
        return f"{counts}, and earned £{income:,.1f} million, {share:,.0f}% of all."

    assert states(judged(prose(), *lines)) == ["agreed"] * 4
    # Less than a thousand times as many, which an unsaid scale would leave open.
    numbers[place] *= factor
    found = judged(prose(), *lines)
    assert states(found) == ["disagreed" if each == place else "agreed" for each in range(4)]
    assert len(found.findings) == 1


WAITS = """
| Office | Wait 2023 (min) | Wait 2022 (min) |
|---|---|---|
| Holm | 19 | 17 |
| Lund | 14 | 22 |
"""


def test_a_length_of_time_is_held_against_a_table_in_minutes() -> None:
    line = {"n": 1, "is": 't1["Holm"].wait_2023_min'}
    assert states(judged("In Holm people waited 19 minutes.", line, table=WAITS)) == ["agreed"]
    assert states(judged("In Holm people waited 14 minutes.", line, table=WAITS)) == ["disagreed"]


def test_a_number_of_another_size_is_of_something_else() -> None:
    table = "\n| Town | Visits |\n|---|---|\n| Holm | 46,210 |\n| Lund | 12,300 |\n"
    found = judged("Holm sent four of them home.", {"n": 1, "is": 't1["Holm"].visits'}, table=table)
    assert states(found) == ["put aside"]


def test_a_difference_in_the_sign_alone_is_a_hint() -> None:
    table = "\n| Giver | 2023 | 2022 |\n|---|---|---|\n| Club | 85,000 | 100,000 |\n| Bank | 9,000 | 8,000 |\n"
    line = {"n": 1, "is": 't1["Club"].c_2022 - t1["Club"].c_2023'}
    (found,) = judged("The club gave less, minus 15,000 pounds.", line, table=table).findings
    assert found.tier == "hint"


PRICES = """
| Town | Price (ct) | Homes |
|---|---|---|
| Holm | 9.8 | 4,100 |
| Lund | 11.2 | 2,350 |
| Vik | 16.4 | 1,240 |
"""


def price(town: str) -> str:
    return f't1["{town}"].price_ct'


def priced(holm: str = "98", lund: str = "112", vik: str = "164", more: str = "66") -> Judged:
    """Return what follows of prices of a megawatt hour in euros, where the table has cents a kilowatt hour."""
    prose = f"Heat costs {holm} in Holm, {lund} in Lund and {vik} in Vik, {more} more than in Holm, where 4,100 heat."
    lines = [{"n": n, "is": price(town)} for n, town in enumerate(("Holm", "Lund", "Vik"), 1)]
    lines.append({"n": 4, "is": f"{price('Vik')} - {price('Holm')}"})
    return judged(prose, *lines, {"n": 5, "is": 't1["Holm"].homes'}, table=PRICES)


def test_numbers_that_are_off_by_one_power_of_ten_are_in_another_unit_than_the_table() -> None:
    assert (states(priced()), priced().findings) == (["agreed"] * 5, [])


def test_a_number_that_is_wrong_in_the_unit_of_the_others_is_told_with_the_value_in_it() -> None:
    found = priced(more="96")
    (finding,) = found.findings
    assert (finding.printed, finding.expected, finding.tier) == ("96", "66", "likely")
    assert states(found) == ["agreed", "agreed", "agreed", "disagreed", "agreed"]


def test_one_number_off_by_a_power_of_ten_is_a_slip_and_two_are_a_doubt() -> None:
    def towns(*printed: str) -> Judged:
        prose = f"Heat costs {printed[0]} in Holm and {printed[1]} in Lund."
        lines = [{"n": n, "is": price(town)} for n, town in enumerate(("Holm", "Lund"), 1)]
        return judged(prose, *lines, table=PRICES)

    assert states(towns("98", "11.2")) == ["disagreed", "agreed"]
    assert states(towns("98", "112")) == ["put aside", "put aside"]


@pytest.mark.parametrize(
    ("prose", "lines", "is_checked"),
    [
        ("Skarv took 1,325 cars.", [("Kim", "cars_2023")], True),
        ("Skarv took 1,325 cars.", [("Kim", "cars_2023"), ("Lee", "cars_2022")], False),  # and 1,700 would be put aside
        ("Skarv took 1,325 cars.", [("Kim", "cars_2023"), ("Lee", "cars_2023")], True),
        ("Skarv took 1325 cars.", [("Kim", "cars_2023")], True),
        ("Auk took 1490 cars.", [("Kim", "cars_2023")], False),  # 1937 cars are not told from a year
        ("Auk took 1,490 cars.", [("Kim", "cars_2023")], True),
    ],
)
def test_a_number_is_checked_only_if_another_in_its_place_would_be_a_finding(
    prose: str, lines: list[tuple[str, str]], is_checked: bool
) -> None:
    table = TABLE.replace("| Whole fleet", "| Auk | 1,410 | 1,490 | 3.0 | 50 | day |\n| Whole fleet")
    row = prose.split(maxsplit=1)[0]
    readings = [{"n": 1, "is": f't1["{row}"].{column}', "reader": reader} for reader, column in lines]
    found = judged(prose, *readings, table=table)
    assert (len(found.agreed), len(found.loose)) == ((1, 0) if is_checked else (0, 1))


def test_a_sum_tells_of_its_parts_only_what_would_not_be_put_aside() -> None:
    """A change of 1.2 million beside 1,038.9 million: with 1,350.6 it would be of another size."""
    rule = {"rule": "sentence: change"}
    reading = {"n": 2, "is": "number(1) - number(3)", **rule}
    prose = "They sold 1,038.9 million eggs, {} million more than the {} million of 2018."
    assert len(judged(prose.format("1.2", "1,037.7"), reading).agreed) == 1
    assert len(judged(prose.format("338.9", "700.0"), reading).agreed) == 3


def test_zeros_within_a_number_round_nothing() -> None:
    table = TABLE.replace("1,325", "8,166")
    found = judged("Skarv took 10,660 cars.", {"n": 1, "is": f"{SKARV}.cars_2023"}, table=table)
    assert states(found) == ["disagreed"]


FARES = """
| Ferry | Fare 2022 (£) | Fare 2023 (£) | Full, % | Trips 2022 | Trips 2023 |
|---|---|---|---|---|---|
| Skarv | 4.15 | 3.98 | 61 | 40 | 80 |
| Tern | 4.10 | 4.20 | 48 | 75 | 90 |
"""


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        # 4.15 less 3.98 pounds are 17 pence.
        (
            "Skarv costs 17 pence less.",
            "Skarv costs 71 pence less.",
            {"n": 1, "is": f"{SKARV}.fare_2022 - {SKARV}.fare_2023"},
        ),
        ("From 48 per cent to 61.", "From 48 per cent to 16.", {"n": 2, "is": f"{SKARV}.full"}),
        (
            "Two ferries beat 45 per cent.",
            "Three ferries beat 45 per cent.",
            {"n": 1, "is": "count(t1[full > number(2)])"},
        ),
        (
            "Skarv made twice as many trips as in 2022.",
            "Tern made twice as many trips as in 2022.",
            {"words": "twice as many trips as in 2022", "is": "{}.trips_2023 / {}.trips_2022"},
        ),
    ],
)
def test_a_number_is_in_what_the_words_beside_it_count(right: str, wrong: str, line: dict[str, object]) -> None:
    for prose, state in ((right, "agreed"), (wrong, "disagreed")):
        row = TERN if prose.startswith("Tern") else SKARV
        found = judged(prose, {**line, "is": str(line["is"]).replace("{}", row)}, table=FARES)
        assert states(found) == [state]


def test_quarters_that_are_repeated_may_be_no_share() -> None:
    assert states(judged("In those three they grew for three quarters.", {"n": 1, "same": "number(2)"})) == ["refused"]


@pytest.mark.parametrize(
    ("prose", "line", "state"),
    [
        ("The crossing took 4 minutes 12 seconds, or four minutes.", {"n": 2, "same": "number(1)"}, "put aside"),
        ("Skarv is not 71 per cent full.", {"n": 1, "is": f"{SKARV}.full"}, "refused"),
        # Fares of 4.15 and 3.98 are 0.17 apart; a table without signs of percent may have points.
        ("Skarv lost 0.17 percentage points.", {"n": 1, "is": f"{SKARV}.fare_2022 - {SKARV}.fare_2023"}, "put aside"),
    ],
)
def test_what_the_words_leave_open_accuses_nobody(prose: str, line: dict[str, object], state: str) -> None:
    assert states(judged(prose, line, table=FARES.replace(" (£)", ""))) == [state]


def test_of_two_numbers_that_rest_on_each_other_one_is_told() -> None:
    lines = [
        {"n": 1, "is": f"{SKARV}.cars_2023 - number(2)"},
        {"n": 2, "is": f"{SKARV}.cars_2023 - number(1)"},
    ]
    assert states(judged("The goal of 1,300 cars was exceeded by 25.", *lines)) == ["agreed", "agreed"]
    (found,) = judged("The goal of 1,200 cars was exceeded by 25.", *lines).findings
    assert (found.printed, found.expected) == ("1,200", "1,300")
