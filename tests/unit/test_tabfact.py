"""The benchmark on TabFact's programs, on a table and programs of our own in its form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.tabfact import (
    Adapter,
    CannotRunError,
    Plain,
    Results,
    judged,
    main,
    read_program,
    read_table,
    write_dossier,
)
from tidebook.schemas.units import use_units

TABLE = """year#venue#goals#share#result#note
1990#rome#3#20%#won#a
1991#bern#1#30%#lost#b
1992#rome#5#50%#won#-
1993#oslo#2#n / a#2 ,#d
"""

PROGRAMS = {
    "eq{count{filter_eq{all_rows; venue; rome}}; 2}": ('count(t[c_venue == "rome"]) == 2.0', True),
    "only{filter_greater{all_rows; goals; 4}}": ("count(t[c_goals_number > 4.0]) == 1", True),
    "eq{avg{all_rows; goals}; 2.8}": ("2.75 <= mean(t.c_goals_number) <= 2.85", True),
    "eq{sum{filter_eq{all_rows; venue; rome}; share}; 70%}": (
        '69.5 <= sum(t[c_venue == "rome"].c_share_number) <= 70.5',
        True,
    ),
    "eq{hop{argmax{all_rows; goals}; venue}; rome}": ('at_max(t.c_venue, t.c_goals_number) == "rome"', True),
    "eq{hop{argmin{all_rows; goals}; year}; 1990}": ("at_min(t.c_year_number, t.c_goals_number) == 1990.0", False),
    "greater{hop{filter_eq{all_rows; year; 1992}; goals}; hop{filter_eq{all_rows; year; 1993}; goals}}": (
        "first(t[c_year_number == 1992.0].c_goals_number) > first(t[c_year_number == 1993.0].c_goals_number)",
        True,
    ),
    "eq{diff{hop{filter_eq{all_rows; year; 1992}; goals}; hop{filter_eq{all_rows; year; 1993}; goals}}; 3}": (
        "2.5 <= (first(t[c_year_number == 1992.0].c_goals_number) - "
        "first(t[c_year_number == 1993.0].c_goals_number)) <= 3.5",
        True,
    ),
    "all_greater{filter_eq{all_rows; venue; rome}; goals; 2}": (
        'min(t[c_venue == "rome"].c_goals_number > 2.0) == 1',
        True,
    ),
    "all_eq{all_rows; result; won}": ('min(t.c_result == "won") == 1', False),
    "and{eq{max{all_rows; goals}; 5}; eq{hop{filter_eq{all_rows; venue; paris}; note}; a}}": (
        'max(t.c_goals_number) == 5.0 and first(t[c_venue == "paris"].c_note) == "a"',
        None,
    ),
    "eq{hop{filter_eq{all_rows; year; 1990}; result}; hop{filter_eq{all_rows; year; 1992}; result}}": (
        "first(t[c_year_number == 1990.0].c_result) == first(t[c_year_number == 1992.0].c_result)",
        True,
    ),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "cup.csv").write_text(TABLE, encoding="utf-8")
    programs = [["the statement", None, "cup", None, f"{program}=True"] for program in PROGRAMS]
    (tmp_path / "bootstrap.json").write_text(json.dumps({"cup.csv": programs}), encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def units_of_the_engine() -> Iterator[None]:
    yield
    use_units({})


def test_a_program_is_the_claim_of_a_dossier_and_both_evaluators_agree(path: Path, subtests: pytest.Subtests) -> None:
    for program, (expression, expected) in PROGRAMS.items():
        with subtests.test(program=program):
            table = read_table(path / "tables" / "cup.csv")
            tree = read_program(program)
            assert Adapter(table).condition(tree) == expression
            assert Plain(table).truth(tree) is expected
            write_dossier(path, table, expression)
            assert sorted(each.name for each in path.iterdir() if each.is_file()) == [
                "bootstrap.json",
                "dossier.toml",
                "table.csv",
            ]
            assert judged(Results(path)) is expected


def test_a_cell_that_is_not_a_number_is_declared_to_be_missing(path: Path) -> None:
    table = read_table(path / "tables" / "cup.csv")
    adapter = Adapter(table)
    write_dossier(path, table, adapter.condition(read_program("only{filter_less{all_rows; result; 3}}")))
    assert judged(Results(path)) is False
    assert adapter.refused == ["won"]
    assert 'missing" = ["-", "2 ,", "lost", "n / a", "won"]' in (path / "dossier.toml").read_text(encoding="utf-8")
    with pytest.raises(CannotRunError, match="a number that the grammar refuses: 'few'"):
        adapter.condition(read_program("only{filter_less{all_rows; goals; few}}"))


@pytest.mark.parametrize(
    ("cells", "text", "number"),
    [
        (["4:45", "5:03"], "5:00", 300),  # minutes and seconds, declared by the column
        (["19 min", "21 min"], "20 min", 20),  # a unit of the column's own
        (["816 000", "97 100"], "1 000", 1000),  # blanks between thousands
        (["271 ( - 17)", "274 ( - 14)"], "272", 272),  # something aside
        (["97 days (3 months)", "110 days (4 months)"], "100 days", 100),
        (["57", "61"], "59%", 59),  # the statement names a unit that the column leaves out
    ],
)
def test_a_column_is_read_as_a_dossier_may_declare_it(tmp_path: Path, cells: list[str], text: str, number: int) -> None:
    (tmp_path / "t.csv").write_text("\n".join(["x", *cells]), encoding="utf-8")
    column = read_table(tmp_path / "t.csv").columns["x"]
    found = column.meant(text, cell=False)
    assert column.refused == []
    assert found
    assert found.value == number


def test_words_among_numbers_are_marks_of_missing_values(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("time#result\n20.32#lost\n20.39#2\ndnf#2 ,\n")
    found = read_table(tmp_path / "t.csv").columns
    assert (found["time"].marks, found["time"].refused) == (["dnf"], [])
    assert (found["result"].marks, found["result"].refused) == ([], ["lost", "2 ,"])


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["31 - 21", "7-0"], [31, 7]),
        (["w 22 - 16 ot", "l 9 - 10", "20 - 3"], [22, 9, 20]),
        (["68 + 71 = 139", "70 + 70 = 140"], [139, 140]),
        (["11.15 (81)", "9.6 (60)"], [81, 60]),  # goals and behinds are no decimal
        (["rose garden 20708", "staples center 18997"], [20708, 18997]),
        (["1", "t2", "t2"], [1, 2, 2]),
        (["4:59 (video)", "5:05"], [299, 305]),
        (["600nm (442lb ft)", "560 n m (413 lb ft ) 2000 rpm"], [600, 560]),
    ],
)
def test_cells_that_hold_more_are_read_where_the_column_declares_the_number_to_stand(
    tmp_path: Path, cells: list[str], numbers: list[float]
) -> None:
    (tmp_path / "t.csv").write_text("\n".join(["x", *cells]), encoding="utf-8")
    assert read_table(tmp_path / "t.csv").columns["x"].numbers == numbers


def test_the_benchmark_tells_what_came_of_all(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(path) == 0
    said = capsys.readouterr().out
    assert said.startswith(
        "12 programs\nrun as printed: 12 (100.0%), of which 12 (100.0%) agree with the plain evaluator\n"
    )
    assert "9 (75.0%) come out true, 2 (16.7%) come out false, 1 (8.3%) come out missing" in said
    assert "from the folder to the verdict it takes" in said


def test_too_few_that_run_are_a_failure(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd, good = (
        [["the statement", None, "cup", None, f"eq{{sum{{all_rows; goals}}; {text}}}=True"]] for text in ("few", "11")
    )
    (path / "bootstrap.json").write_text(json.dumps({"cup.csv": odd + good}), encoding="utf-8")
    assert main(path) == 1
    assert "not run: a number that the grammar refuses: 'few'" in capsys.readouterr().out
