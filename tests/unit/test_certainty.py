"""The precision of rules on texts, and the tier that it earns."""

from __future__ import annotations

import pytest

from benchmarks.certainty import BEGIN, END, PAGE, rows
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
