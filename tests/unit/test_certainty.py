"""The precision of rules on texts, and the tier that it earns."""

from __future__ import annotations

import pytest

from benchmarks.certainty import BEGIN, END, PAGE, of_tables, rows
from tidebook.pipelines.judge.text.certainty import Precision, precisions, tier_of


@pytest.mark.parametrize(
    ("right", "wrong", "tier"),
    [
        (30, 0, "certain"),
        (29, 0, "likely"),
        (38, 2, "certain"),  # 1 in 20
        (37, 2, "likely"),
        (3, 3, "likely"),
        (2, 3, "hint"),
    ],
)
def test_a_rule_is_as_sure_as_its_findings_were_right(right: int, wrong: int, tier: str) -> None:
    assert Precision(right, wrong).tier == tier


def test_a_rule_that_was_never_measured_is_likely() -> None:
    assert tier_of("sentence: unheard of") == "likely"


def test_the_page_of_limits_prints_the_table_that_the_code_reads() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.split(BEGIN)[1].split(END)[0].strip() == rows(precisions())


def test_a_table_is_accused_no_more_surely_than_its_rule_has_earned() -> None:
    sales = "| | 2024 | 2023 | {} |\n|---|---|---|---|\n| Porto | 1,253 | 1,002 | {} |\n| Graz | 881 | 1,103 | {} |\n"
    sales += "| Bergen | 1,883 | 2,007 | {} |\n| Turku | 1,432 | 1,301 | {} |\n| Lyon | 1,749 | 1,523 | {} |\n"
    sums = "| Total | 7,198 | 6,936 | {} |\n"
    changes = sales.format("change", "25.0%", "-20.1%", "6.2%", "10.1%", "14.8%")
    totals = (sales + sums).format("2022", "1,111", "1,212", "1,331", "1,417", "1,519", "6,090")
    for text, rule in ((changes, "change"), (totals, "total")):
        ((name, found),) = of_tables(text)
        assert name == f"table: {rule}"
        assert found.tier == ("likely" if tier_of(name) != "certain" else "certain")
