"""What a column could declare: proposed where all of its cells then agree, and told in words."""

from __future__ import annotations

import pytest

from tidebook.pipelines.read.quantities.proposals import describe, propose
from tidebook.pipelines.read.quantities.quantity import Context

CASES = [
    (
        ["$1,452.4", "44.1", "(12.0)"],
        "USD",
        "Sales ($ in millions)",
        ['all 3 cells can be read in USD with scale = 1e6, parentheses = "negative"'],
    ),
    *(
        (["$1", "$2"], "USD", words, ["all 2 cells can be read in USD with scale = 1e6"])
        for words in ("$ million", "(millions)", "US$ millions", "USDm", "USD’Million", "$M", "(in million)")
    ),
    (["$1", "$2"], "USD", "£'000", ["all 2 cells can be read in USD with scale = 1e3"]),
    (["$1", "$2"], "USD", "$bn", ["all 2 cells can be read in USD with scale = 1e9"]),
    (["$1", "$2"], "USD", "in thousands", ["all 2 cells can be read in USD with scale = 1e3"]),
    (["6"], "USD", "", ["the only cell can be read in USD with inherits = true"]),
    (["$5", "6"], "USD", "", ["all 2 cells can be read in USD with inherits = true"]),
    (
        ["0.4", "0.5"],
        "percent",
        "",
        [
            "all 2 cells can be read in percent with inherits = true",
            "all 2 cells can be read in percent with fractions = true",
        ],
    ),
    (["1.234", "2.500"], "person", "", ['all 2 cells can be read in person with decimal = ","']),
    (
        ["1.234", "2.500"],
        "number",
        "",
        [
            'all 2 cells can be read in number with decimal = "."',
            'all 2 cells can be read in number with decimal = ","',
        ],
    ),
    (
        ["—", "5"],
        "deal",
        "",
        ['all 2 cells can be read in deal with nil = ["—"]', 'all 2 cells can be read in deal with missing = ["—"]'],
    ),
    (["", "5"], "event", "", ['all 2 cells can be read in event with missing = [""]']),
    (
        ["", "5", "-"],
        "event",
        "",
        ['all 3 cells can be read in event with missing = ["-", ""]'],
    ),
    (
        ["3:56", "4:10"],
        "second",
        "",
        [
            'all 2 cells can be read in second with clock = "m:s"',
            'all 2 cells can be read in second with clock = "h:m"',
        ],
    ),
    (["816 123", "1 000"], "person", "", ['all 2 cells can be read in person with grouping = " "']),
    (
        ["0.93 (0.02)", "0.95 (0.01)"],
        "number",
        "",
        [
            'all 2 cells can be read in number with parentheses = "error"',
            'all 2 cells can be read in number with parentheses = "aside"',
        ],
    ),
    (["12 (84%)", "6"], "deal", "", ['all 2 cells can be read in deal with parentheses = "aside"']),
    (
        ["5(1)", "6"],
        "deal",
        "",
        [
            'all 2 cells can be read in deal with parentheses = "aside"',
            'all 2 cells can be read in deal with footnotes = ["(1)"]',
        ],
    ),
    (["00.34", "1.5"], "number", "", ["all 2 cells can be read in number with padded = true"]),
    (["１２", "3"], "deal", "", ['all 2 cells can be read in deal with digits = "fullwidth"']),
]


def test_the_fewest_declarations_that_read_all_cells(subtests: pytest.Subtests) -> None:
    for texts, unit, words, told in CASES:
        with subtests.test(texts=texts):
            proposals = propose(texts, unit, words=words)
            assert [describe(proposal) for proposal in proposals] == told
            assert len({proposal.readings for proposal in proposals}) == len(told)


@pytest.mark.parametrize("words", ["per million", "5 million", "in millionths", "Mm", "DEM 1", "'0001", "min"])
def test_what_only_looks_like_a_scale_proposes_none(words: str) -> None:
    assert propose(["$1", "$2"], "USD", words=words) == []


@pytest.mark.parametrize(("texts", "unit"), [(["5", "6"], "deal"), (["5", "x"], "deal"), (["$5", "€6"], "USD")])
def test_nothing_is_proposed_where_nothing_is_wanted_or_nothing_helps(texts: list[str], unit: str) -> None:
    assert propose(texts, unit) == []


def test_what_cannot_stand_beside_what_is_declared_is_not_proposed() -> None:
    german = Context(decimal=",", grouping=".", currency="EUR")
    assert propose(["1,5", "1,5 x"], "EUR", german) == []
    told = [describe(each, german).partition(" with ")[2] for each in propose(["1.200,5", "—"], "EUR", german)]
    assert told == ['nil = ["—"]', 'missing = ["—"]']


def test_what_is_declared_already_is_kept_and_not_reported_again() -> None:
    context = Context(currency="USD", scale=6)
    (proposal,) = propose(["5", "(6)"], "USD", context, "in millions")
    assert proposal.context == Context(currency="USD", scale=6, parentheses="negative")
    assert describe(proposal, context) == 'all 2 cells can be read in USD with parentheses = "negative"'
    assert propose(["5"], "USD", context, "in millions") == []
