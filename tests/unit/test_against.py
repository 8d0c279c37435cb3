"""A text held against files: what is computed from their cells and sentences, and where a finding says they are."""

import json
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as arrow
import pytest
from pyarrow import parquet

from tidebook.pipelines.judge.finding import Finding
from tidebook.pipelines.judge.readings.engine import Judged, judge_readings
from tidebook.pipelines.judge.readings.prompt import prompt_of
from tidebook.pipelines.judge.readings.reading import Reading
from tidebook.pipelines.judge.readings.request import MaskedText
from tidebook.pipelines.judge.readings.review import review_with_readings
from tidebook.pipelines.judge.readings.statements.reader import sheets_of_text
from tidebook.pipelines.judge.readings.statements.slips import slips_in
from tidebook.pipelines.judge.text.prose import prose_of
from tidebook.pipelines.read.beside import read_beside
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import read_document

VISITS = "country,year,visits\nDE,2022,410\nDE,2023,451\nNL,2022,96\nNL,2023,80\nPT,2022,12\nPT,2023,18\n"
LETTER = "# Office\n\nThe museum has 31 rooms. It was closed on 12 days, after 17 days in the year before.\n"


def masked(prose: str, *files: Path) -> MaskedText:
    document = read_document(RawFile("text.md", f"# Museums\n\n{prose}\n".encode()))
    return MaskedText(document, read_beside(map(str, files)))


def written(folder: Path, name: str, content: str) -> Path:
    place = folder / name
    place.write_text(content, "utf-8")
    return place


def judged(text: MaskedText, *lines: dict[str, object]) -> Judged:
    """Return what follows from readings of the first sentence below the heading."""
    readings = [Reading.model_validate({"sentence": text.sentences[1].key, **line}) for line in lines]
    return judge_readings(text, readings)


def test_a_long_table_has_a_row_for_each_country_by_name_and_a_column_for_each_year(tmp_path: Path) -> None:
    text = masked("Visits were 451.", written(tmp_path, "visits.csv", VISITS))
    (table,) = text.tables
    assert list(table.rows.values()) == ["Germany", "Netherlands", "Portugal"]
    assert [column.id for column in table.columns] == ["visits_2022", "visits_2023"]


def test_a_long_table_names_a_thing_without_its_attributes(tmp_path: Path) -> None:
    rows = "Arden,FR,2022,418\nArden,FR,2023,446\nBrandt,DE,2022,795\nBrandt,DE,2023,772\n"
    text = masked("Arden sold 446.", written(tmp_path, "cars.csv", f"maker,country,year,cars\n{rows}"))
    assert list(text.tables[0].rows.values()) == ["Arden", "Brandt"]
    parted = rows.replace("Arden,FR,2023", "Arden,DE,2023")
    text = masked("Arden sold 446.", written(tmp_path, "parted.csv", f"maker,country,year,cars\n{parted}"))
    assert list(text.tables[0].rows.values()) == ["Arden, France", "Arden, Germany", "Brandt, Germany"]


def test_a_long_table_of_quarters_has_a_column_for_each_quarter_of_each_year(tmp_path: Path) -> None:
    rows = "2023,Q1,A15,Tuberculosis,58\n2023,Q2,A15,Tuberculosis,63\n2024,Q1,A15,Tuberculosis,65\n"
    rows += "2024,Q2,A15,Tuberculosis,66\n2024,Q1,A37,Pertussis,486\n"
    file = written(tmp_path, "cases.csv", f"year,quarter,code,disease,cases\n{rows}")
    prose = "There were 131 cases of tuberculosis in 2024."
    (table,) = masked(prose, file).tables
    assert list(table.rows.values()) == ["Tuberculosis", "Pertussis"]
    ids = [column.id for column in table.columns if column.id.startswith("cases")]
    assert ids == ["cases_2023_q1", "cases_2023_q2", "cases_2024_q1", "cases_2024_q2"]
    document = read_document(RawFile("t.md", prose.encode()))
    assert not review_with_readings(document, [], beside=read_beside([str(file)])).review.findings  # 65 and 66 in all


def test_a_finding_shows_the_cell_of_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "visits.csv", VISITS)
    text = masked("German museums counted 541 visits in 2023.", file)
    table = text.tables[0].id
    (found,) = judged(text, {"n": 1, "is": f'{table}["Germany"].visits_2023'}).findings
    assert found.why == "[visits.csv: Germany, visits 2023] is 451 (read by unnamed reader)"
    # The third row below the head: 451 begins in column 9.
    assert [(each.words, each.place) for each in found.evidence] == [("451", f"{file}:3:9")]


def test_the_sentences_of_a_letter_are_what_a_number_repeats_or_follows_from(tmp_path: Path) -> None:
    letter = written(tmp_path, "letter.md", LETTER)
    text = masked("The museum has 13 rooms and was closed on 5 days fewer.", letter)
    # The article has two numbers; those of the letter are the third to the fifth.
    reply = [{"n": 1, "same": "text(3)"}, {"n": 2, "is": "text(5) - text(4)"}]
    found = judged(text, *reply)
    assert [each.state for each in found.outcomes] == ["disagreed", "agreed"]
    assert found.findings[0].why == "“31” of letter.md is 31 (read by unnamed reader)"
    assert found.findings[0].evidence[0].place == f"{letter}:3:16"


def test_a_request_has_the_names_of_a_file_and_no_number_of_it(tmp_path: Path) -> None:
    files = [written(tmp_path, "visits.csv", VISITS), written(tmp_path, "letter.md", LETTER)]
    shown = prompt_of(masked("Visits were 451.", *files).request())
    shown = shown[shown.index("REQUEST ") :]
    assert "file visits.csv" in shown
    assert "ANOTHER TEXT, letter.md" in shown
    assert "⟨#2⟩ rooms" in shown
    for value in ("451", "410", "96", "80", "31", "17"):
        assert value not in shown.replace("⟨#", "")


def test_readings_stay_true_whatever_other_files_there_are_and_wherever_they_lie(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    first = written(tmp_path, "visits.csv", VISITS)
    moved = written(tmp_path / "a", "moved.csv", VISITS)
    letter = written(tmp_path, "letter.md", LETTER)
    prose = "German museums counted 541 visits in 2023."
    alone, beside = masked(prose, first), masked(prose, letter, moved)
    assert alone.sentences[1].key == beside.sentences[1].key == masked(prose).sentences[1].key
    line: dict[str, object] = {"n": 1, "is": f'{alone.tables[0].id}["Germany"].visits_2023'}
    assert len(judged(beside, line).findings) == 1
    (outcome,) = judged(masked(prose), line).outcomes
    assert (outcome.state, outcome.why) == (
        "refused",
        f"a table expected (no table has numbers), not {alone.tables[0].id}",
    )


def test_files_that_answer_differently_are_said(tmp_path: Path) -> None:
    first = written(tmp_path, "a.csv", VISITS)
    other = written(tmp_path, "b.csv", VISITS.replace("451", "455").replace("visits", "number"))
    text = masked("German museums counted 451 visits in 2023.", first, other)
    one, two = (table.id for table in text.tables)
    found = judged(text, {"n": 1, "is": [f'{one}["Germany"].visits_2023', f'{two}["Germany"].number_2023']})
    assert found.findings == []
    assert found.differing == ["“451”: [a.csv: Germany, visits 2023] agrees, [b.csv: Germany, number 2023] is 455"]


def test_parquet_excel_and_packages_are_read_as_their_csv_is(tmp_path: Path) -> None:
    table = arrow.table({"country": ["DE", "NL", "PT"], "visits": [451, 80, 18]})
    parquet.write_table(table, tmp_path / "visits.parquet")
    book = openpyxl.Workbook()
    rows = [["Museums by country", None], [None, None], ["country", "visits"], ["DE", 451], ["NL", 80], ["PT", 18]]
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "visits.xlsx")
    written(tmp_path, "visits.csv", "country,visits\nDE,451\nNL,80\nPT,18\n")
    written(tmp_path, "datapackage.json", json.dumps({"resources": [{"name": "visits", "path": "visits.csv"}]}))
    places = {}
    for name in ("visits.parquet", "visits.xlsx", "visits.csv", "datapackage.json"):
        text = masked("German museums counted 541 visits.", tmp_path / name)
        (found,) = judged(text, {"n": 1, "is": f'{text.tables[0].id}["Germany"].visits'}).findings
        places[name] = found.evidence[0].place.removeprefix(f"{tmp_path}/")
    # The row and the column of the cell: that of line 2, behind `DE,`.
    assert places == {
        "visits.parquet": "visits.parquet:2:2",
        "visits.xlsx": "visits.xlsx:4:2",
        "visits.csv": "visits.csv:2:4",
        "datapackage.json": "visits.csv:2:4",
    }


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("none.csv", None, "a text, CSV, Parquet or Excel file, datapackage.json, or the folder of a dossier"),
        ("a.parquet", b"PAR1nonsense", "a Parquet file that can be read"),
        ("a.xlsx", b"PK\x03\x04nonsense", "an Excel workbook (.xlsx) that can be opened"),
        ("datapackage.json", b"{}", "a data package with a resource in CSV or Parquet"),
        ("datapackage.json", b"[", "a data package whose resources each have a path"),
        ("datapackage.json", b'{"resources": [{"path": "../a.csv"}]}', "inside the dossier"),
        ("a.csv", b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_a_line(
    tmp_path: Path, name: str, content: bytes | None, expected: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as raised:
        read_beside([str(tmp_path / name)])
    assert expected in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_workbook_that_unpacks_to_far_more_than_it_is_refused_unread(tmp_path: Path) -> None:
    written_book = tmp_path / "a.xlsx"
    openpyxl.Workbook().save(written_book)
    with zipfile.ZipFile(written_book, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", b" " * 51 * 2**20)
    with pytest.raises(InputError) as raised:
        read_beside([str(written_book)])
    assert "an Excel workbook (.xlsx) of which a byte unpacks to at most 200" in str(raised.value)


def test_codes_of_two_letters_name_countries_only_where_the_head_says_so(tmp_path: Path) -> None:
    # The states of Germany: Bavaria, Berlin, Lower Saxony.
    states = masked("x", written(tmp_path, "states.csv", "state,visits\nBY,10\nBE,20\nNI,30\n"))
    assert list(states.tables[0].rows.values()) == ["BY", "BE", "NI"]
    teams = masked("x", written(tmp_path, "teams.csv", "team,points\nGER,10\nENG,20\nSUI,30\n"))
    assert list(teams.tables[0].rows.values()) == ["Germany", "England", "Switzerland"]


def test_a_table_that_its_first_column_tells_apart_stays_as_it_is(tmp_path: Path) -> None:
    text = masked("x", written(tmp_path, "a.csv", "town,year,homes\nLund,2022,10\nYstad,2023,20\n"))
    assert [column.head for column in text.tables[0].columns] == ["year", "homes"]


def test_a_slug_has_its_unit_in_brackets(tmp_path: Path) -> None:
    heads = "country,wind_gwh,gdp_usd_bn,coverage_pct,visits_2023,Wind_GWh\nDE,1,2,3,4,5\nNL,6,7,8,9,10\n"
    (table,) = masked("Wind was 1.", written(tmp_path, "x.csv", heads)).tables
    assert [column.head for column in table.columns] == [
        "wind (gwh)",
        "gdp (USD bn)",
        "coverage (%)",
        "visits 2023",
        "Wind GWh",
    ]


REPORT = """# To our shareholders

Order intake came to EUR 455 million in the third quarter of 2023. Our warehouse in Lund holds 31,000 pallets.
In 2022 order intake was EUR 441 million. Sales grew by 4 percent.
"""


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Order intake was EUR 445 million in the third quarter of 2023.", "EUR 455 million"),
        ("The warehouse in Lund holds 13,000 pallets.", "31,000"),
        ("Order intake was EUR 414 million in 2022.", "EUR 441 million"),
    ],
)
def test_a_number_that_a_letter_states_in_the_same_words_is_compared_with_it(
    tmp_path: Path, sentence: str, expected: str
) -> None:
    letter = read_beside([str(written(tmp_path, "letter.md", REPORT))])

    def found(text: str) -> list[Finding]:
        return review_with_readings(read_document(RawFile("t.md", text.encode())), [], beside=letter).review.findings

    (wrong,) = found(f"# A\n\n{sentence}\n")
    assert wrong.tier == "likely", "a rule that was never measured is not certain"
    assert [each.words for each in wrong.evidence] == [expected]
    assert not found(f"# A\n\n{sentence.replace(wrong.printed, expected)}\n")


@pytest.mark.parametrize(
    "sentence",
    [
        "Order intake was EUR 445 million in 2021.",
        "Foreign order intake was EUR 445 million in 2022.",
        "The warehouse in Lund holds 13,000 pallets more.",
        "Sales grew by 5 percent.",
    ],
)
def test_other_words_another_period_and_a_single_word_are_compared_with_no_letter(
    tmp_path: Path, sentence: str
) -> None:
    letter = read_beside([str(written(tmp_path, "letter.md", REPORT))])
    document = read_document(RawFile("t.md", f"# A\n\n{sentence}\n".encode()))
    assert not review_with_readings(document, [], beside=letter).review.findings


def test_what_one_word_alone_binds_to_a_letter_is_a_hint_and_no_check(tmp_path: Path) -> None:
    letter = written(tmp_path, "letter.md", "# Clinic\n\nThe deficit was 4.2 million euros in 2023.\n")
    beside = read_beside([str(letter)])
    for printed, hints, tiers in (("2.4", True, ["hint"]), ("2.4", False, []), ("4.2", True, [])):
        prose = f"# A clinic\n\nIn 2023 the deficit was {printed} million euros.\n"
        document = read_document(RawFile("text.md", prose.encode()))
        review = review_with_readings(document, [], hints=hints, beside=beside).review
        assert [each.tier for each in review.findings] == tiers
        (numeral,) = [each for each in review.coverage.numerals if each.text.startswith(printed)]
        assert numeral.state == "seen" or printed == "2.4"


TRIAL = "group,patients,recovered\nDrug,240,156\nPlacebo,238,101\n"


@pytest.mark.parametrize(
    "prose",
    [
        "In the drug group 156 patients recovered, in the placebo group 101.",
        "The drug group had 240 patients and thus more than the placebo group with 238.",
    ],
)
def test_a_column_named_behind_a_number_and_a_joined_clause_accuse_nobody(prose: str, tmp_path: Path) -> None:
    document = read_document(RawFile("text.md", f"# A trial\n\n{prose}\n".encode()))
    beside = read_beside([str(written(tmp_path, "trial.csv", TRIAL))])
    assert review_with_readings(document, [], hints=True, beside=beside).review.findings == []


def test_what_was_before_is_of_the_last_thing_named(tmp_path: Path) -> None:
    file = written(tmp_path, "town.csv", "part,2022,2023\nCulture,21,22\nParks,13,12\nRoads,52,46\n")
    beside = read_beside([str(file)])
    prose = "# A town\n\nIn 2023 Culture had 22 and Parks had 12, after 13 in 2022.\n"
    unread = prose.replace("Parks had", "Parks")  # `Parks 12` may be a name
    for given, printed in ((prose, []), (prose.replace("13", "31"), ["31"]), (unread, [])):
        found = review_with_readings(read_document(RawFile("text.md", given.encode())), [], beside=beside).review
        assert [each.printed for each in found.findings] == printed


def test_another_prefix_is_no_power_of_ten_too_many(tmp_path: Path) -> None:
    beside = read_beside([str(written(tmp_path, "power.csv", "country,MW\nItaly,12300\nSpain,30800\nFrance,20200\n"))])
    document = read_document(RawFile("text.md", b"# Wind\n\nItaly is next with 12.3 gigawatts.\n"))
    assert review_with_readings(document, [], hints=True, beside=beside).review.findings == []


MUSEUMS = "museum,visitors,exhibitions\nArt Hall,312,7\nCity Museum,148,4\nShip Museum,97,3\nToy Museum,64,5\n"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("The City Museum counted 148 visitors, 51 more than the Ship Museum.", ("51 more", "15 more")),
        (
            "The Toy Museum had 64 visitors, the fewest of the four museums.",
            ("Toy Museum had 64", "Ship Museum had 97"),
        ),
        ("The Art Hall had 7 exhibitions, the most in ten years.", ("", "")),
    ],
)
def test_what_a_number_counted_is_compared_behind_it(right: str, wrong: tuple[str, str], tmp_path: Path) -> None:
    beside = read_beside([str(written(tmp_path, "visits.csv", MUSEUMS))])
    for prose, found in ((right, 0), (right.replace(*wrong), int(any(wrong)))):
        document = read_document(RawFile("text.md", f"# Museums\n\n{prose}\n".encode()))
        assert len(review_with_readings(document, [], beside=beside).review.findings) == found, prose


HIPS = "trust,month,waiting\nNorth,2023-03,18420\nNorth,2024-03,16905\nSouth,2023-03,9870\nSouth,2024-03,10644\n"


def slips(prose: str, *files: Path) -> list[tuple[str, str, str]]:
    """Return the findings of a text held against files: tier, what is printed, and what is expected."""
    document = read_document(RawFile("text.md", f"# Queues\n\n{prose}\n".encode()))
    beside = read_beside(map(str, files))
    found = review_with_readings(document, [], hints=True, beside=beside).review.findings
    return [(each.tier, each.printed, each.expected) for each in found]


def test_a_number_that_no_file_gives_and_that_swaps_two_digits_of_one_is_likely_wrong(tmp_path: Path) -> None:
    file = written(tmp_path, "hips.csv", HIPS)
    prose = "In the north the queue for a new hip, once endless, had shrunk to {} people who wait by March 2024."
    assert slips(prose.format("16,095"), file) == [("likely", "16,095 people", "16,905")]
    assert not slips(prose.format("16,905"), file)
    # The difference of two rows, a number of another row, and one that is near to none.
    for other in ("6,261", "10,644", "23,518"):
        assert not slips(prose.format(other), file), other


def test_a_sentence_of_a_letter_is_missed_as_a_cell_is_and_one_shared_word_makes_a_hint(tmp_path: Path) -> None:
    file = written(
        tmp_path, "letter.md", "# Letter\n\nThe order book amounted to $1.27 billion on 30 September 2024.\n"
    )
    book = "Work is plentiful: the book stood at ${} billion at the end of the summer, enough for two years."
    assert slips(book.format("1.72"), file) == [("likely", "$1.72 billion", "$1.27 billion")]
    assert not slips(book.format("1.27"), file)
    other = "Halden will invest ${} billion in a yard."
    assert slips(other.format("1.72"), file) == [("hint", "$1.72 billion", "$1.27 billion")]


def test_a_number_in_another_measure_or_finer_than_the_file_misses_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, "power.csv", "country,wind (GWh)\nFrance,46800\nSpain,60900\nItaly,23500\n")
    sentence = "French turbines, after a calm winter, delivered {}."
    assert [each[1] for each in slips(sentence.format("48.6 TWh"), file)] == ["48.6 TWh"]
    for other in ("48.6 tonnes", "48,600 jobs", "48.601 TWh"):
        assert not slips(sentence.format(other), file), other


@pytest.mark.parametrize(
    ("printed", "kind", "chance"),
    [("412", "two digits that are swapped", 2 / 900), ("1,427", "one digit", 36 / 9_000)],
)
def test_the_chance_of_a_slip_is_the_share_of_numbers_as_near(
    printed: str, kind: str, chance: float, tmp_path: Path
) -> None:
    """Of 900 numbers of three digits two swap neighbours of a given one; of 9,000 of four, 36 differ by one digit."""
    file = written(tmp_path, "rooms.csv", "museum,rooms,steps\nNorth,142,1423\nSouth,31,20\nWest,7,5\n")
    text = masked(f"North, which was rebuilt, has {printed} rooms.", file)
    (slip,) = slips_in(prose_of(text.document.blocks).sentences, sheets_of_text(text), text.beside)
    assert (slip.kind, slip.chance) == (kind, pytest.approx(chance))
