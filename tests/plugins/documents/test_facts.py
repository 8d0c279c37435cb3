"""Inline XBRL: a fact that a page tags several times has one value, within how each is rounded."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.plugins.documents.made import run
from tidebook.plugins.documents.facts import facts_of


def fact(text: str, **attributes: str) -> str:
    given = {"name": "own:Revenue", "contextref": "c1", "unitref": "usd", "decimals": "-6", "scale": "6"} | attributes
    return f"<ix:nonFraction {' '.join(f'{name}={value!r}' for name, value in given.items())}>{text}</ix:nonFraction>"


def page(*sentences: str) -> str:
    return f"<html><body><article>{''.join(f'<p>{each}</p>' for each in sentences)}</article></body></html>"


@pytest.mark.parametrize(
    ("text", "attributes", "value"),
    [
        ("72,683", {}, "72683000000"),
        ("72.683", {"format": "ixt:num-comma-decimal"}, "72683000000"),
        ("-", {"format": "ixt2:zerodash"}, "0"),
        ("64", {"scale": "-2", "decimals": "2"}, "0.64"),
        ("5", {"sign": "-", "scale": "0"}, "-5"),
        ("1 234", {"scale": "0"}, "1234"),
        ("four", {"format": "ixt-sec:numwordsen", "scale": "0"}, "4"),
        ("Twenty-five", {"format": "ixt-sec:numwordsen", "scale": "0"}, "25"),
        ("no", {"format": "ixt-sec:numwordsen"}, "0"),
        ("five twenty", {"format": "ixt-sec:numwordsen"}, None),
        ("many", {}, None),
        ("12", {"scale": "9999"}, None),
    ],
)
def test_a_fact_is_its_text_by_format_scale_and_sign(text: str, attributes: dict[str, str], value: str | None) -> None:
    found = [each.value for each in facts_of(fact(text, **attributes))]
    assert found == ([] if value is None else [Decimal(value)])


def test_a_fact_within_another_is_both() -> None:
    assert [each.value for each in facts_of(fact(fact("5", scale="0"), scale="3"))] == [Decimal(5000), Decimal(5)]


def findings(tmp_path: Path, *sentences: str) -> str:
    path = tmp_path / "report.html"
    path.write_text(page(*sentences))
    return run("read", path).output


def test_a_fact_with_two_values_is_found_at_the_one_that_fewer_have(tmp_path: Path) -> None:
    one, other = f"Revenue was ${fact('72,683')} million.", f"Sales came to ${fact('72,583')} million last year."
    shown = findings(tmp_path, one, one, other)
    assert "warning: fact" in shown
    assert "tagged as 72,683,000,000 elsewhere, here as 72,583,000,000" in shown
    assert "Sales came to $72,583 million last year." in shown
    assert "1 finding" in shown


def test_a_fact_that_is_rounded_more_agrees(tmp_path: Path) -> None:
    rounded = fact("72.7", scale="9", decimals="-8")
    assert "0 findings" in findings(tmp_path, f"Revenue: {fact('72,683')}.", f"Revenue: {rounded} billion.")
    wrong = fact("72.8", scale="9", decimals="-8")
    assert "1 finding" in findings(tmp_path, f"Revenue: {fact('72,683')}.", f"Revenue: {wrong} billion.")


def test_a_fact_in_another_power_of_ten_than_its_sentence_is_found(tmp_path: Path) -> None:
    right = fact("11.9", scale="9", decimals="-8")
    assert "0 findings" in findings(tmp_path, f"Revenue was ${right} billion, or <b>{right}</b> <i>billion</i>.")
    shown = findings(tmp_path, f"Revenue was ${fact('11.9', decimals='-5')} billion.")
    assert "the fact Revenue is tagged as 11,900,000, the text says 11.9 billion" in shown
    assert "Revenue was $11.9 billion." in shown


def test_a_fact_in_another_power_of_ten_than_its_row_is_found(tmp_path: Path) -> None:
    facts = [fact("72,683", contextref="c1"), fact("44,965", contextref="c2"), fact("168,361", contextref="c3")]
    assert "0 findings" in findings(tmp_path, table_of(facts))
    facts[1] = fact("44,965", contextref="c2", scale="3")
    assert "is tagged as 44,965,000, in 10^3; others of its row in 10^6" in findings(tmp_path, table_of(facts))
    # Of two it is not known which is wrong; shares in the row are another unit.
    assert "0 findings" in findings(tmp_path, table_of(facts[:2]))
    facts[1] = fact("44,965", contextref="c2", scale="3", unitref="shares")
    assert "0 findings" in findings(tmp_path, table_of(facts))


def table_of(facts: list[str]) -> str:
    heads = "".join(f"<th>{2020 + place}</th>" for place in range(len(facts)))
    cells = "".join(f"<td>{each}</td>" for each in facts)
    return f"<table><tr><th></th>{heads}</tr><tr><td>Net sales</td>{cells}</tr></table>"


@pytest.mark.parametrize("other", [{"contextref": "c2"}, {"unitref": "eur"}, {"name": "own:Profit"}])
def test_other_periods_units_and_names_are_other_facts(other: dict[str, str], tmp_path: Path) -> None:
    assert "0 findings" in findings(tmp_path, f"It was {fact('72')}.", f"It was {fact('73', **other)}.")


def test_a_page_of_tags_that_nothing_closes_takes_no_time() -> None:
    assert not list(facts_of("<ix:nonFraction " * 200_000))
