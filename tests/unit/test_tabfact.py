"""The benchmark on TabFact's programs, on a table and programs of our own in its form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.tabfact import Adapter, CannotRunError, Plain, main, read_program, read_table, run

TABLE = """year#venue#goals#share#result#note
1990#rome#3#20%#won#a
1991#bern#1#30%#lost#b
1992#rome#5#50%#won#-
1993#oslo#2#n / a#2 - 1#d
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


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_is_an_expression_and_both_evaluators_agree(path: Path, program: str) -> None:
    expression, expected = PROGRAMS[program]
    table = read_table(path / "tables" / "cup.csv")
    tree = read_program(program)
    assert Adapter(table).condition(tree) == expression
    assert run(table, expression) is expected
    assert Plain(table).truth(tree) is expected


def test_a_refused_cell_is_missing_and_told(path: Path) -> None:
    adapter = Adapter(read_table(path / "tables" / "cup.csv"))
    assert run(adapter.table, adapter.condition(read_program("only{filter_less{all_rows; result; 3}}"))) is False
    assert adapter.refused == ["won"]
    with pytest.raises(CannotRunError, match="a number that the grammar refuses: 'few'"):
        adapter.condition(read_program("only{filter_less{all_rows; goals; few}}"))


def test_the_benchmark_tells_what_came_of_all(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(path) == 0
    said = capsys.readouterr().out
    assert said.startswith(
        "12 programs\nrun as printed: 12 (100.0%), of which 12 (100.0%) agree with the plain evaluator\n"
    )
    assert "9 (75.0%) come out true, 2 (16.7%) come out false, 1 (8.3%) come out missing" in said
