"""What is said first, composed by rule: of bad articles and good ones, of one thing and of many; by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.formatting import off_words
from tidebook.pipelines.report.counts import claim_counts
from tidebook.pipelines.report.figures import FIGURE_OUTCOMES, FiguresSection
from tidebook.pipelines.report.headline import headline
from tidebook.pipelines.report.text_findings import TextSection, text_section
from tidebook.pipelines.report.words import (
    BY_OTHERS,
    THEMES,
    as_sentence,
    figure_name,
    flip_point,
    humanize_inside,
    name_of,
    replace_ids,
    rounded,
    use_words,
    with_rounded,
)


def figures(**counts: int) -> FiguresSection:
    made = [
        SimpleNamespace(
            outcome=outcome,
            severity="",
            accepted="",
            source=None,
            reason=f"{outcome} {number}",
            off="far off",
            anchor="a",
            severity_index=counts[outcome] - number,
            graveness=(-1, counts[outcome] - number),
            figure=SimpleNamespace(title=f"{outcome} {number}", figure_id=f"{outcome}/{number}"),
        )
        for outcome in FIGURE_OUTCOMES
        for number in range(counts.get(outcome, 0))
    ]
    return FiguresSection(cast(Any, made), [])


def statements(**counts: int) -> Any:
    return [
        SimpleNamespace(
            kind="assertion",
            outcome=outcome,
            severity="",
            repeats=False,
            statement=f"{outcome} {number}",
            anchor="a",
            notable=number > 1,
            statuses={"as_printed": ""},
            since="",
            asserted=[],
            accepted="",
            correction="",
            source="",
        )
        for outcome, count in counts.items()
        for number in range(count)
    ]


def predictions(*outcomes: str) -> Any:
    return [
        SimpleNamespace(
            outcome=outcome.partition("!")[0],
            is_very_unlikely="!" in outcome,
            has_record="!!" in outcome,
            statement=outcome,
            why=outcome,
            anchor="a",
            chance="0%",
            most="0%",
        )
        for outcome in outcomes
    ]


@pytest.mark.parametrize(
    ("counts", "said", "badge"),
    [
        (
            {"right": 24, "wrong": 13, "outdated": 8, "premature": 1, "unchecked": 25},
            "Don’t rely on its numbers: 21 of 46 checkable figures were wrong or out of date when it was published.",
            "21 of 46 figures wrong or out of date",
        ),
        (
            {"right": 9, "wrong": 1},
            "Most of its numbers are right, but 1 of 10 checkable figures was wrong when it was published.",
            "1 of 10 figures wrong",
        ),
        ({"right": 2, "outdated": 1}, "Don’t rely on its numbers: 1 of 3 checkable figures was out of date when it was "
         "published.", "1 of 3 figures out of date"),
        ({"right": 12, "unchecked": 3}, "All 12 checkable figures are right.", "12 of 12 figures right"),
        (
            {"right": 11, "premature": 1},
            "All 12 checkable figures are right, 1 of them only since it was written.",
            "12 of 12 figures right",
        ),
        ({"right": 1}, "Its only checkable figure is right.", "1 of 1 figures right"),
        ({"wrong": 1, "unchecked": 2}, "Don’t rely on its numbers: the only one that can be checked was wrong when it "
         "was published.", "1 of 1 figures wrong"),
        ({"unchecked": 4}, "No independent value is known for any of its 4 figures.", "no figure can be checked"),
        ({"unchecked": 1}, "No independent value is known for its only figure.", "no figure can be checked"),
    ],
)  # fmt: skip
def test_the_first_sentence_follows_from_the_counts(counts: dict[str, int], said: str, badge: str) -> None:
    found = headline(figures(**counts), [], [])
    assert found.sentences == [said]
    assert found.short == badge


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            {"stands": 1, "depends": 30, "undecided": 7},
            "1 of 38 claims holds; 7 could not be tested.",
        ),
        (
            {"wrong": 1, "unchecked": 1},
            "1 of 2 claims does not hold; 1 could not be tested.",
        ),
        ({"stands": 5}, "5 of 5 claims hold."),
        ({"wrong": 2, "stands": 1}, "1 of 3 claims holds, 2 do not."),
    ],
)  # fmt: skip
def test_the_second_counts_what_it_asserts(counts: dict[str, int], said: str) -> None:
    assert headline(figures(), statements(**counts), []).sentences == [said]


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (("failed",), "Its one prediction failed."),
        (("open",), "Its one prediction is not decided."),
        (("depends", "failed"), "None of 2 predictions came true; 1 failed or is very unlikely."),
        (
            ("came true", "failed", "open!", "open", "void"),
            "1 of 5 predictions came true; 2 failed or are very unlikely.",
        ),
        (("open", "open", "not falsifiable"), "None of 3 predictions came true."),
    ],
)  # fmt: skip
def test_the_third_counts_predictions(outcomes: tuple[str, ...], said: str) -> None:
    assert headline(figures(), [], predictions(*outcomes)).sentences == [said]


def test_what_contradicts_itself_is_not_to_be_believed() -> None:
    found = headline(figures(unchecked=2), statements(**{"contradicts itself": 1, "consistent": 2, "stands": 1}), [])
    assert found.sentences[1] == "1 of 4 claims holds, 1 does not."
    (line,) = found.lines
    assert line.text == "contradicts itself 0"
    assert found.is_bad


def on_print(**counts: int) -> Any:
    """Return statements with a status as printed, of which some contradict themselves."""
    outcomes = {"supported": "consistent", "contradicted": "contradicts itself", "depends": "depends"}
    made = []
    for status, count in counts.items():
        for each in statements(**{outcomes[status]: count}):
            each.statuses = {"as_printed": status}
            made.append(each)
    return made


@pytest.mark.parametrize(
    ("counts", "said", "badge"),
    [
        (
            {"supported": 27, "contradicted": 3, "depends": 1},
            "Its numbers agree with each other in 27 of 31 places; 3 contradict its own figures and 1 is open.",
            "3 contradictions in 31 places",
        ),
        (
            {"supported": 2, "contradicted": 1},
            "Its numbers agree with each other in 2 of 3 places; 1 contradicts its own figures.",
            "1 contradiction in 3 places",
        ),
        ({"supported": 4}, "Its numbers agree with each other in all 4 places that were compared.",
         "consistent in 4 places"),
        ({"supported": 2}, "Its numbers agree with each other in both places that were compared.",
         "consistent in 2 places"),
        ({"contradicted": 1}, "Its numbers contradict each other in the one place that was compared.",
         "1 contradiction in 1 place"),
    ],
)  # fmt: skip
def test_an_article_without_references_opens_with_its_own_figures(
    counts: dict[str, int], said: str, badge: str
) -> None:
    found = headline(figures(unchecked=9), on_print(**counts), [])
    assert found.sentences == [said, "No independent value is known for any of its 9 figures."]
    assert (found.short, found.is_bad) == (badge, "contradicted" in counts)
    assert len(found.lines) == counts.get("contradicted", 0), "no contradiction below 'nothing is wrong'"


def test_an_article_with_nothing_judged_has_a_headline_too() -> None:
    found = headline(figures(), [], [])
    assert found.sentences == ["It has no figure, claim or prediction that is judged here."]
    assert (found.short, found.is_bad) == ("no figure can be checked", False)


def test_a_test_of_consistency_that_fails_is_not_to_be_believed_either() -> None:
    some = on_print(contradicted=1)
    some[0].kind = "consistency test"
    found = headline(figures(right=3), some, [])
    assert [line.text for line in found.lines] == ["contradicts itself 0"]
    assert found.short == "3 of 3 figures right, 1 contradiction"


def test_a_relation_within_a_table_is_a_place() -> None:
    section = figures(unchecked=9)
    section.notes.extend([("Total", "inconsistent: the parts add up to 9"), ("Sum", "only by rounding: off by 0.1")])
    found = headline(section, on_print(supported=1), [])
    assert found.sentences[0] == "Its numbers agree with each other in 2 of 3 places; 1 contradicts its own figures."


def test_the_gravest_of_each_kind_have_a_line_and_the_others_are_counted() -> None:
    found = headline(figures(wrong=7, outdated=2), statements(wrong=3, outdated=1), predictions("failed", "open!"))
    assert [line.text for line in found.lines] == ["wrong 0", "wrong 2", "outdated 0", "outdated 0", "failed"]
    assert [bool(line.shown) for line in found.lines] == [True, False, True, False, False]
    assert found.more == 10, "15 findings"


def test_one_kind_alone_fills_five_lines() -> None:
    found = headline(figures(wrong=7), [], [])
    assert [line.text for line in found.lines] == [f"wrong {number}" for number in range(5)]
    assert found.more == 2


def test_the_first_screen_has_a_probability_only_of_kinds_with_a_record() -> None:
    lines = headline(figures(), statements(), predictions("open!", "open!!")).lines
    assert [line.fact for line in lines] == ["very unlikely", "very unlikely: at most 0%"]


def test_a_statement_whose_number_has_a_line_has_none() -> None:
    wrong = statements(wrong=2)
    wrong[0].asserted, wrong[1].asserted = ["right/0", "wrong/0"], []
    lines = headline(figures(right=1, wrong=1), wrong, []).lines
    assert [(line.text, bool(line.shown)) for line in lines] == [("wrong 0", True), ("wrong 1", False)]


def test_wrong_statements_come_by_how_grave_their_figure_is_after_notable_ones() -> None:
    wrong = statements(wrong=3)
    wrong[0].asserted, wrong[1].asserted = ["wrong/8"], ["wrong/7"]
    lines = headline(figures(wrong=9), wrong, []).lines
    assert [line.text for line in lines if not line.shown or line.text != line.shown.figure.title] == [
        "wrong 2",
        "wrong 1",
    ]


def test_a_claim_is_listed_with_what_is_so_and_who_says_so() -> None:
    wrong = statements(wrong=1)
    wrong[0].correction, wrong[0].source = "in fact, $23B (a publisher)", "a publisher"
    (line,) = headline(figures(), wrong, []).lines
    assert (line.fact, line.source) == ("$23B", "a publisher")


def test_a_screen_without_findings_says_so() -> None:
    found = headline(figures(unchecked=1), [], [])
    assert (found.lines, found.none) == ([], "Nothing is known to be wrong.")


def test_a_long_statement_is_cut_at_a_word() -> None:
    long = statements(wrong=1)
    long[0].statement = "word " * 30
    text = headline(figures(), long, []).lines[0].text
    assert len(text) <= 92 and text.endswith("word …")
    long[0].statement = "漢" * 150
    assert headline(figures(), long, []).lines[0].text == "漢" * 90 + " …"


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (12.5, "12.5 times too high"), (0.1, "10 times too low"), (0.3, "3.3 times too low"),
        (2.717, "2.7 times too high"), (1.2755, "28% too high"), (0.85, "15% too low"),
        (1.0, ""), (None, ""), (0.0, ""), (-2.0, ""),
    ],
)  # fmt: skip
def test_how_far_off_a_figure_is(factor: float | None, words: str) -> None:
    assert off_words(factor).replace("\u00a0", " ") == words


TURNING_POINTS = [
    # Rounded to the side that turns it: down to $28B although $28.0B is nearer to $28.04B; up to 60.1%.
    (3.5e10, 2.8049e10, "USD", "$35B", "$28B or less"),
    (3.5e10, 5.6006e10, "USD", "$35B", "$56.1B or more"),
    (50.0, 60.02, "percent", "50%", "60.1% or more"),
    (0.5, 0.57, "share", "50%", "57% or more"),  # 0.57 times 100 is 56.99999999999999
    (3.0, 40.01, "deal", "3", "41 deals or more"),
    (12.0, 11.2, "deal", "12", "11 deals or less"),
    (3812400.0, 3852816.3, "person", "3,812,400", "3.86M people or more"),
    (412.0, 411.6, "person", "412", "411 people or less"),
    (18.0, 21.1, "number", "18", "22 or more"),
    (18.0, 21.1, "number", "18.0", "21.1 or more"),
    (200000.0, 127905.4, "token", "200K", "127,000 tokens or less"),
    (19431.0, 19440.4, "date", "2023-03-15", "25 March 2023 or later"),
    (0.06, 0.05678, "USD", "$0.06", "$0.0567 or less"),
    # 7,398.3 seconds are 2:03:18.3.
    (7403.0, 7398.3, "second", "2:03:23", "2:03:18 or less"),
    (171.0, 175.2, "second", "2:51", "2:56 or more"),
    (260.0, 250.5, "second", "260 seconds", "250 seconds or less"),
]


def test_a_tipping_point_rounds_to_the_safe_side(subtests: pytest.Subtests) -> None:
    for value, flip_at, unit, printed, words in TURNING_POINTS:
        with subtests.test(value=value):
            assert flip_point(value, flip_at, unit, printed).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("text", "value", "unit", "printed", "words"),
    [
        ("$169,828,008", 169828008.0, "USD", "$30M+", "about $170M"),
        ("$59.404B", 5.9404e10, "USD", "$7.5B", "about $59.4B"),
        ("6.7392e22", 6.7392e22, "FLOP", "1.2e23", "about 6.74e22"),
        # No finer than the print, or of at most four digits: as the source has it.
        ("$42.00B", 4.2e10, "USD", "$6B", "$42B"),
        ("$2.50", 2.5, "USD", "$5.00", "$2.50"),
        ("$45,000,000,000", 4.5e10, "USD", "", "$45B"),
        ("8,645,000", 8645000.0, "case", "9.232 million", "8,645,000"),
        ("131,072", 131072.0, "token", "131,073", "131,072"),
        # Neither a range, nor a time, nor a day is rounded.
        ("$6.1M–$30.7M", 1.84e7, "USD", "$50M+", "$6.1M–$30.7M"),
        ("2:02:57", 7377.0, "second", "2:03:23", "2:02:57"),
        ("2024-08-06", 19941.0, "date", "2024-08-05", "2024-08-06"),
        ("42.195", 42.195, "km", "42,195 km", "42.195 km"),
        ("", None, "", "25", ""),
    ],
)
def test_a_better_value_is_rounded_for_reading(text: str, value: float, unit: str, printed: str, words: str) -> None:
    assert rounded(text, value, unit, printed).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("label", "words"),
    [("Berlin", "Berlin’s total funding"), ("Paris (est.)", "Paris’ total funding"), ("2022", "total funding in 2022")],
)
def test_a_figure_is_named_by_whose_it_is_or_its_year(label: str, words: str) -> None:
    assert Labels().possessive(label, "total_funding") == words


def test_a_column_for_a_day_names_a_figure_without_a_possessive() -> None:
    assert Labels().possessive("Spain", "in_2023") == "Spain in 2023"


def test_a_column_whose_head_begins_with_a_digit_is_named_without_the_letter_before_it() -> None:
    assert Labels().possessive("Spain", "c_2023_thousand_tonnes") == "Spain’s 2023 thousand tonnes"


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"wrong": 2}, "2 of 2 claims do not hold"),
        ({"stands": 1, "wrong": 1, "undecided": 1}, "1 of 3 claims holds, 1 does not; 1 could not be tested"),
        ({"stands": 2, "wrong": 1}, "2 of 3 claims hold, 1 does not"),
        ({"stands": 1, "consistent": 2}, "1 of 3 claims holds"),
        ({"consistent": 12}, "No other source confirms any of 12 claims; 12 agree with the article’s own figures"),
        (
            {"consistent": 1, "contradicts itself": 1, "undecided": 2},
            "No other source confirms any of 4 claims; 1 agrees with the article’s own figures, 1 does not; "
            "2 could not be tested",
        ),
        ({"undecided": 1, "unchecked": 1}, "None of 2 claims could be tested"),
    ],
)
def test_the_heading_of_the_claims_tells_what_is_false_from_what_has_no_source(
    counts: dict[str, int], said: str
) -> None:
    assert claim_counts(statements(**counts)).words == said


def test_a_figure_is_named_as_the_dossier_words_it() -> None:
    use_words(Labels(words={"prose/ai/year": "year of the figures"}))
    assert figure_name("prose/ai/year", "AI", "year") == "year of the figures"
    assert figure_name("prose/ai/funding", "AI", "funding") == "AI’s funding"
    assert replace_ids("by prose/ai/year", {}) == "by year of the figures"


def test_better_values_in_a_text_are_rounded_as_beside_it() -> None:
    short = {"$169,828,008": "about $170M", "5.8": "about 6"}
    text = "$30M+ is wrong: $169,828,008 (2024); 5.8 and 15.8 and 5.81; ~-34%"
    assert with_rounded(text, short) == "$30M+ is wrong: about $170M (2024); about 6 and 15.8 and 5.81; about -34%"


# What is off by too little to matter, and what depends on a source.


def with_minor(section: FiguresSection, count: int) -> FiguresSection:
    for card in section.of("wrong")[:count]:
        card.severity = "minor"  # type: ignore[misc]
    return FiguresSection(section.cards, [])


@pytest.mark.parametrize(
    ("counts", "minor", "said"),
    [
        (
            {"right": 8, "wrong": 3},
            2,
            "Most of its numbers are right, but 1 of 11 checkable figures was wrong when it was published.",
        ),
        ({"right": 8, "wrong": 1}, 1, "8 of 9 checkable figures are right; 1 is off by too little to matter."),
        ({"right": 1, "depends": 1}, 0, "1 of 2 checkable figures is right; 1 depends on the source or the basis."),
        (
            {"right": 6, "wrong": 1, "depends": 2},
            0,
            "Most of its numbers are right, but 1 of 9 checkable figures was wrong when it was published.",
        ),
    ],
)
def test_minor_and_disputed_figures_are_counted_apart(counts: dict[str, int], minor: int, said: str) -> None:
    first = headline(with_minor(figures(**counts), minor), [], [])
    assert " ".join(first.sentences) == said


def test_minor_figures_and_statements_are_in_no_list() -> None:
    section = with_minor(figures(wrong=2), 1)
    claims = statements(wrong=2)
    claims[0].severity = "minor"
    first = headline(section, claims, [])
    assert [line.text for line in first.lines] == ["wrong 1", "wrong 1"], "a figure and a claim"
    assert first.sentences[1] == "1 of 2 claims does not hold."


def test_a_claim_that_only_repeats_a_figure_is_listed_once() -> None:
    claims = statements(wrong=2)
    claims[0].repeats, claims[0].asserted = True, ["wrong/0"]
    first = headline(figures(wrong=1), claims, [])
    assert [line.text for line in first.lines] == ["wrong 0", "wrong 1"], "the figure, and the claim that says more"
    assert not first.more


PROSE = {"table_name": "prose", "subject": "elimination", "quantity": "threshold", "text": "95%"}


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({**PROSE, "label": "95% of children have had two doses"}, "Elimination’s threshold"),
        ({**PROSE, "label": "Elimination"}, "Elimination’s threshold"),
        ({**PROSE, "table_name": "claims", "quantity": "value", "label": "a good 95% of them"}, "“a good 95% of them”"),
        ({**PROSE, "subject": "gpt_4", "label": "GPT-4", "text": "4"}, "GPT-4’s threshold"),
    ],
)
def test_a_number_of_the_prose_is_named_by_its_id_and_not_by_the_words_around_it(
    row: dict[str, str], name: str
) -> None:
    use_words(Labels())
    assert name_of({"figure_id": f"{row['table_name']}/{row['subject']}/{row['quantity']}", **row}) == name


def test_a_sentence_begins_with_a_capital_unless_its_first_word_is_a_name_with_a_later_one() -> None:
    assert [as_sentence(text) for text in ("the round", "xAI’s round", "")] == ["The round", "xAI’s round", ""]


def test_words_of_the_dossier_before_are_gone() -> None:
    use_words(Labels(themes={"money": "Money"}, words={"debt": "net debt"}, names=["EU"], by_others=["acquisition"]))
    assert (THEMES["money"], figure_name("m/eu/debt", "EU", "debt"), BY_OTHERS) == (
        "Money",
        "EU’s net debt",
        {"acquisition"},
    )
    assert humanize_inside("eu") == "EU"
    use_words(Labels())
    assert (list(THEMES), figure_name("funds/eu/debt", "EU", "debt"), BY_OTHERS) == ([""], "EU’s debt", set())
    assert humanize_inside("eu") == "eu"


def in_text(*severities: str, tier: str = "certain", **columns: Any) -> TextSection:
    """Return findings on a text, one at the line of each severity."""
    rows = []
    for line, severity in enumerate(severities, 1):
        row = {"finding_id": f"{line:016}", "severity": severity, "off": 0.1, "line": line, "tier": tier}
        said = {"printed": "24%", "expected": "14.3%", "why": "from 42 to 48 is 14.3%", "quote": None}
        rows.append(row | said | {"told_by": None, "accepted": None} | columns)
    return text_section(rows)


def test_a_text_that_contradicts_itself_is_not_to_be_believed_and_counts_in_sentence_and_badge() -> None:
    found = headline(figures(right=3), [], [], in_text("moderate", "minor"))
    assert found.sentences[1] == "Its text contradicts itself in 2 places."
    assert found.short == "3 of 3 figures right, 2 contradictions"
    assert [(line.text, line.fact) for line in found.lines] == [
        ("Line 1 of the text", "from 42 to 48 is 14.3%"),
        ("Line 2 of the text", "from 42 to 48 is 14.3%"),
    ]
    assert found.is_bad


def test_a_text_alone_contradicts_itself_in_every_place_that_was_compared() -> None:
    found = headline(figures(), [], [], in_text("moderate", "minor", "grave"))
    assert found.sentences == ["Its numbers contradict each other in all 3 places that were compared."]
    assert found.short == "3 contradictions in 3 places"
    assert found.lines[0].text == "Line 3 of the text", "the gravest first"


@pytest.mark.parametrize("text", [in_text("grave", tier="likely"), in_text("grave", accepted="Known")])
def test_what_is_likely_or_accepted_is_not_counted(text: TextSection) -> None:
    found = headline(figures(right=3), [], [], text)
    assert found.sentences == ["All 3 checkable figures are right."]
    assert not found.lines and not found.is_bad


def test_a_typo_that_a_figure_reports_is_reported_once() -> None:
    section = in_text("grave", told_by="lines/total/trips")
    assert not (section.certain or section.likely or section.accepted)
