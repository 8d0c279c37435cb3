"""Statements on tables as people wrote them: what of them is decided, and how it is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.tabfact_statements import main, statements

TABLE = """town#visitors 2021#visitors 2022
lund#12,500#13,750
holm#8,200#7,380
mora#6,400#9,600
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder in the layout of TabFact with one table and two statements on it, the second one wrong."""
    program = "eq{hop{filter_eq{all_rows; town; lund}; visitors 2022}; %s}=True"
    entries = [
        [f"lund had {number} visitors in 2022 .", None, "visitors of towns", None, program % number]
        for number in ("13,750", "13,570")
    ]
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "a.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "bootstrap.json").write_text(json.dumps({"a.csv": entries}), encoding="utf-8")
    return tmp_path


def test_a_right_statement_a_larger_number_and_a_wrong_statement_are_decided(folder: Path) -> None:
    # 13,750 times 1.3 is 17,875.
    assert [(each.text, each.is_right, each.agrees) for each in statements(folder)] == [
        ("Lund had 13,750 visitors in 2022.", True, True),
        ("Lund had 17,875 visitors in 2022.", False, False),
        ("Lund had 13,570 visitors in 2022.", False, False),
    ]


def test_the_shares_of_right_and_wrong_statements_are_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "right statements: 1 of 1 (100%) are decided, 1 (100%) of them rightly",
        "wrong statements: 2 of 2 (100%) are decided, 2 (100%) of them rightly",
        "all: 3 of 3 (100%) are decided, 3 (100%) of them rightly",
    ]
