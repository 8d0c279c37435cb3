"""Rows of outcomes, on readings and figures by hand: what each is taken from, and each sentence that says why."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd
import pytest

from tests.unit.evidence_rows import ASSUMED, DAY, figures, printed, reference, references
from tests.validated import validated
from tidebook.pipelines.evaluate.known import CLAIMED
from tidebook.pipelines.evaluate.reconciliation import Comparison
from tidebook.pipelines.judge.changed_outcomes import changed_outcomes_table, sensitive_to
from tidebook.pipelines.judge.crossing import Crossing
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.figure_outcomes import FigureRules, figure_outcomes_table
from tidebook.pipelines.judge.interpretations import Interpretation
from tidebook.pipelines.judge.judged_days import JudgedDays
from tidebook.pipelines.judge.outcomes import Decider, OutcomeInputs, outcomes_table
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.judge.predictions.outcomes import predictions_outcomes
from tidebook.pipelines.judge.stated import stated_figures
from tidebook.pipelines.read.declarations import Prediction
from tidebook.schemas.analysis import InterpretationVerdicts, Metrics, Sensitivity, TippingPoints
from tidebook.schemas.base import column_types
from tidebook.schemas.forecasts import Forecasts, Resolutions
from tidebook.schemas.outcomes import Outcomes

NAN = math.nan
PRICE, OTHER, ASSERTED, ABSENT = "runs/a/cost", "runs/b/cost", "runs/c/cost", "runs/z/cost"
PRINTED = {PRICE: ("$5.00", "list price"), OTHER: ("$7.00", "cloud rental"), ASSERTED: ("$9.00", CLAIMED)}
PRICES = {name: float(text.removeprefix("$")) for name, (text, _) in PRINTED.items()}
DAYS = JudgedDays(DAY, dt.date(2026, 5, 25), dt.date(2026, 11, 24))
EVIDENCE_VIEWS = (("printed", DAYS.written), *(("best_known", day) for day in DAYS[:3]))
STATUSES = {"S": "supported", "C": "contradicted", "D": "contested", "U": "untestable"}
CODES = {"supported": "S", "contradicted": "C", "depends": "D", "untestable": "U"}


def on_each_day(row: dict[str, Any]) -> str:
    """Return the first letter of the status when written, when published and now."""
    return "".join(CODES[row[day]] for day in ("written", "published", "now"))


class Read(NamedTuple):
    """A reading by its four statuses: on the print, and by what is known when written, when published and now."""

    statuses: str
    evidence: Sequence[str] = (PRICE,)
    strictness: str = "fair"
    reason: str = "too few"


def known(figure_id: str, text: str, day: str = "2024-01-01", **about: str) -> dict[str, Any]:
    """Return a reference on the basis of the print."""
    return reference(figure_id, text, basis=PRINTED[figure_id][1], as_of=day, **about)


RIGHT, WRONG = known(PRICE, "$5.00"), known(PRICE, "$50.0")
OTHER_RIGHT, OTHER_WRONG = known(OTHER, "$7.00"), known(OTHER, "$70.0")


def never(interpretations: Sequence[Interpretation], day: dt.date) -> str:
    raise AssertionError("no day between two moments is asked for")


def outcome(
    *reads: Read,
    refs: Sequence[dict[str, Any]] = (RIGHT,),
    contradictions: Mapping[str, Comparison] = MappingProxyType({}),
    more: Sequence[dict[str, Any]] = (),
    status_on: Callable[[Sequence[Interpretation], dt.date], str] = never,
    tipping_points: Sequence[tuple[str, float]] = (),
    replaced: Sequence[str] = (),
    known_values: Mapping[str, float] = MappingProxyType({}),
    flipping: Sequence[str] = (),
    changed: Sequence[tuple[Any, ...]] = (),
    earliest: tuple[dt.date, str] | None = None,
    **about: Any,
) -> dict[str, Any]:
    """Return the row of a claim with these readings, called r0, r1, whose metrics come to 2, 3; `about` declares more.

    `tipping_points` are factors on figures that turn it, of the print or of `known_values`; `replaced` are figures with
    a better value, `flipping` those that turn it within a factor of two, and `changed` what other assumptions make of a
    reading. `earliest` is the first day that it may be written on, and the statuses of the readings on it.
    """
    stated = [
        {"interpretation": f"r{rank}", "metric": f"m{rank}", "predicate": "above 1", "strictness": each.strictness}
        for rank, each in enumerate(reads)
    ]
    declared = DeclaredClaim.model_validate({"id": "c", "statement": "s", "interpretations": stated} | about)
    above = parse_predicate("above 1", {})
    interpretations = [
        Interpretation("c", rank, f"r{rank}", f"m{rank}", above, "above 1", 1, strictness=each.strictness)
        for rank, each in enumerate(reads)
    ]
    verdicts = [
        {"claim_id": "c", "evidence_view": view, "as_of": day, "rank": rank, "interpretation": f"r{rank}",
         "metric_id": f"m{rank}",
         "predicate": "above 1", "status": STATUSES[each.statuses[place]], "value": 2.0 + rank, "unit": "ratio",
         "probability": 0.6, "n": 1, "reason": each.reason}
        for rank, each in enumerate(reads) for place, (view, day) in enumerate(EVIDENCE_VIEWS)
    ]  # fmt: skip
    days = DAYS
    if earliest:
        days = DAYS._replace(earliest=earliest[0])
        on_first = [row for row in verdicts if (row["evidence_view"], row["as_of"]) == ("best_known", DAYS.written)]
        for row, letter in zip(on_first, earliest[1], strict=True):
            verdicts.append(row | {"as_of": days.first, "status": STATUSES[letter]})
    metrics = [
        {"metric_id": f"m{rank}", "n": 1, "draws": 1, "evidence": list(each.evidence)}
        for rank, each in enumerate(reads)
        if each.evidence
    ]
    of, sources = figures(*PRINTS, *more), references(*refs)
    fair = frozenset(rank for rank, each in enumerate(reads) if each.strictness == "fair")
    crossed = [
        Crossing("c", name, known_values.get(name, PRICES[name]), factor, fair, name in replaced, frozenset())
        for name, factor in tipping_points
    ]
    turns = [
        {"claim_id": "c", "evidence_view": "printed", "figure_id": name, "direction": "up", "factor": 1.5}
        for name in flipping
    ]
    names = ("evidence_view", "as_of", "rank", "assumption", "value", "changed_status", "flips")
    sensitivity = [
        {"claim_id": "c", "written": "", "status": "supported", "probability": 1.0, "changed_probability": 0.5}
        | dict(zip(names, row, strict=True))
        for row in changed
    ]
    rules = FigureRules(DAYS.written, DAYS.published, ASSUMED, contradictions=contradictions)
    tables = OutcomeInputs(
        of,
        sources,
        figure_outcomes_table(of, sources, {}, rules),
        column_types(Metrics, pd.DataFrame(metrics)),
        column_types(InterpretationVerdicts, pd.DataFrame(verdicts)),
        column_types(TippingPoints, pd.DataFrame(turns)),
        column_types(Sensitivity, pd.DataFrame(sensitivity)),
        dict.fromkeys(("as_printed", "written", "published"), crossed if fair else []),
        {"c": stated_figures(declared, {row["figure_id"]: row for row in [*PRINTS, *more]})},
    )
    decider = Decider(interpretations, tables, days, status_on, ASSUMED)
    changed = changed_outcomes_table([declared], decider, tables, days, ASSUMED)
    table = validated(Outcomes, outcomes_table([declared], decider, sensitive_to(changed)))
    return {str(name): value for name, value in table.iloc[0].items()}


PRINTS = [printed(name, text, basis=basis) for name, (text, basis) in PRINTED.items()]


def test_the_whole_row_of_an_assertion_that_stands() -> None:
    assert outcome(
        Read("SSSC"), status_on=lambda *_: "contradicted", tipping_points=[(PRICE, 0.5)], decided_by="A census"
    ) == {
        "statement_kind": "assertion",
        "statement_id": "c",
        **{"statement": "s", "quote": "", "judged": "", "number": "", "severity": ""},
        **{"decided_view": "best_known", "decided_on": DAYS.published, "decided_rank": 0},
        "outcome": "stands",
        "why": "“r0” holds; it no longer holds since 2026-11-24",
        "as_printed": "supported",
        "written": "supported",
        "published": "supported",
        "now": "contradicted",
        "evidence_to": dt.date(2024, 1, 1),
        "false_since": dt.date(2026, 11, 24),
        "wrong_evidence": [],
        "sensitive_to": [],
        "interpretations": 1,
        "flip_figure_id": PRICE,
        "flip_from": 5.0,
        "flip_at": 2.5,
        "flip_unit": "USD",
        "flip_direction": "down",
        **dict.fromkeys(("probability", "probability_low", "probability_high"), pytest.approx(NAN, nan_ok=True)),
        "very_unlikely": False,
        "decided_by": "",
        "accepted": "",
    }


def test_the_whole_row_of_a_test_of_the_print() -> None:
    found = outcome(Read("SCCC"), kind="internal consistency", tipping_points=[(PRICE, 1.5)], decided_by="A census")
    assert found == {
        "statement_kind": "consistency test",
        "statement_id": "c",
        **{"statement": "s", "quote": "", "judged": "", "number": "", "severity": ""},
        **{"decided_view": "printed", "decided_on": DAYS.written, "decided_rank": 0},
        "outcome": "consistent",
        "why": "“r0” holds",
        **{"as_printed": "supported", "written": "", "published": "", "now": ""},
        **{"evidence_to": None, "false_since": None, "wrong_evidence": [], "sensitive_to": [], "interpretations": 1},
        "flip_figure_id": PRICE,
        "flip_from": 5.0,
        "flip_at": 7.5,
        "flip_unit": "USD",
        "flip_direction": "up",
        **dict.fromkeys(("probability", "probability_low", "probability_high"), pytest.approx(NAN, nan_ok=True)),
        "very_unlikely": False,
        "decided_by": "",
        "accepted": "",
    }


# Why, by what readings come to on the print, when written, when published and now.


@pytest.mark.parametrize(
    ("statuses", "expected", "why"),
    [
        (["SSSS"], "stands", "“r0” holds"),
        (["CCCC"], "wrong", "“r0” does not hold"),
        (["SSCC"], "outdated", "when written, “r0” holds; when published, “r0” does not hold"),
        (["CCSS"], "premature", "when written, “r0” does not hold; when published, “r0” holds"),
        (["SSSS", "CCCC"], "depends", "“r0” holds; “r1” does not hold"),
        (["UUUU"], "undecided", "it could not be tested when published: too few"),
        (
            ["CCUU"],
            "contradicts itself",
            "on the article's own figures, “r0” does not hold; when written, “r0” does not hold; it could "
            "not be tested when published: too few",
        ),
        (["SCUU"], "wrong", "when written, “r0” does not hold; it could not be tested when published: too few"),
        (
            ["CDDD"],
            "contradicts itself",
            "on the article's own figures, “r0” does not hold; when published, “r0” remains open: it holds in "
            "60% of the draws",
        ),
        (["CSSS"], "stands", "“r0” holds, although its own figures say otherwise"),
        (
            ["SSUU", "SSUU"],
            "undecided",
            "when written, “r0” holds; “r1” holds; it could not be tested when published: too few",
        ),
        (["SSSS", "SSUU"], "stands", "“r0” holds; testable only when written: “r1” holds"),
        (["SSSS", "SUSS"], "stands", "“r0” holds; “r1” holds"),
    ],
)
def test_the_moment_of_publication_decides_and_is_reported(statuses: list[str], expected: str, why: str) -> None:
    found = outcome(*map(Read, statuses), status_on=lambda *_: "contradicted")
    assert (found["outcome"], found["why"]) == (expected, why)


def test_each_reason_why_readings_cannot_be_tested_is_reported() -> None:
    found = outcome(Read("UUUU"), Read("UUUU", reason="no value"))
    assert found["why"] == "it could not be tested when published: too few; no value"


@pytest.mark.parametrize(
    ("on_print", "expected", "words"),
    [
        ("S", "consistent", "“r0” holds"),
        ("C", "contradicts itself", "“r0” does not hold"),
        ("D", "depends", "“r0” remains open: it holds in 60% of the draws"),
    ],
)
def test_where_nothing_is_known_the_figures_of_the_article_decide(on_print: str, expected: str, words: str) -> None:
    found = outcome(Read(f"{on_print}CSD"), refs=[])
    assert found["outcome"] == expected
    assert found["why"] == f"on the article's own figures, {words}; no independent value is known"
    assert CODES[found["as_printed"]] == on_print
    assert on_each_day(found) == "UUU", "what no reference bears on is tested on no date"


def test_what_has_no_figure_to_stand_on_is_unchecked() -> None:
    found = outcome(Read("USSS"), refs=[])
    assert (found["outcome"], found["why"]) == ("unchecked", "it has no figure to stand on: too few")


def test_a_reading_without_a_reference_keeps_its_status_beside_one_that_has_some() -> None:
    of_other = Read("SCCC", evidence=[OTHER])
    assert on_each_day(outcome(Read("SSSS"), of_other)) == "SSS"
    assert outcome(Read("SSSS"), of_other)["outcome"] == "stands"
    assert outcome(Read("SSSS"), of_other, refs=[RIGHT, OTHER_RIGHT])["outcome"] == "depends"


@pytest.mark.parametrize(
    ("statuses", "kind", "expected", "told"),
    [
        (["SSSS"], "prose", "stands", ""),
        (["CCCC"], "prose", "wrong", ""),
        (["SSSS", "CCCC"], "prose", "depends", "A census"),
        (["UUUU"], "prose", "undecided", "A census"),
        (["DDDD"], "table cell", "depends", "A census"),
        (["CCCC"], "table cell", "contradicts itself", ""),
    ],
)
def test_what_would_decide_it_is_reported_of_what_nothing_decides(
    statuses: list[str], kind: str, expected: str, told: str
) -> None:
    found = outcome(*map(Read, statuses), kind=kind, decided_by="A census")
    assert (found["outcome"], found["decided_by"]) == (expected, told)


@pytest.mark.parametrize(("on_print", "told"), [("S", "A census"), ("U", "A census"), ("C", "")])
def test_what_would_decide_it_is_reported_of_what_no_source_decides(on_print: str, told: str) -> None:
    assert outcome(Read(f"{on_print}SSS"), refs=[], decided_by="A census")["decided_by"] == told


def test_strict_and_loose_readings_decide_nothing() -> None:
    found = outcome(Read("SSSS"), Read("CCCC", strictness="strict"), Read("CCCC", strictness="loose"))
    assert (found["outcome"], found["why"], found["interpretations"]) == ("stands", "“r0” holds", 1)


@pytest.mark.parametrize(
    ("statuses", "why"),
    [
        ("CUSC", "No table says so; for comparison, “r0” holds"),  # as it is when published
        ("SSUS", "No table says so"),
    ],
)
def test_what_does_not_decide_is_reported_beside_the_reason(statuses: str, why: str) -> None:
    found = outcome(Read(statuses, strictness="loose"), untestable="No table says so", tipping_points=[(PRICE, 0.5)])
    assert (found["outcome"], found["why"], found["interpretations"]) == ("undecided", why, 0)
    assert found["flip_figure_id"] == "", "what turns a reading that does not decide turns no outcome"


@pytest.mark.parametrize(
    ("refs", "expected"),
    [
        ([], DAYS.latest),
        ([RIGHT, known(PRICE, "$5.00", "2024-06-01")], dt.date(2024, 6, 1)),
        ([RIGHT, known(PRICE, "$5.00", "2027-01-01")], DAYS.latest),
    ],
)
def test_evidence_reaches_to_the_last_reference_but_not_beyond_today(
    refs: list[dict[str, Any]], expected: dt.date
) -> None:
    assert outcome(Read("SSSS"), refs=refs)["evidence_to"] == expected


# What is relied on.


def held(figure_id: str, text: str, locator: str) -> dict[str, Any]:
    return printed(figure_id, text) | {"locator": locator}


@pytest.mark.parametrize(
    ("evidence", "refs", "expected"),
    [
        ([PRICE], [RIGHT], "stands"),
        ([PRICE], [OTHER_RIGHT], "consistent"),
        ([OTHER, PRICE], [RIGHT], "stands"),  # one of them is enough
        (["seen/x/count"], [], "stands"),  # a value of a reference table is independent itself
        (["seen/x/gap"], [], "consistent"),  # but one that is missing is none
        (["seen/x/gap"], [reference("seen/x/gap", "$4.00")], "stands"),  # unless another value is known
        ([], [RIGHT], "consistent"),  # a metric that has no row rests on nothing
    ],
)
def test_an_independent_value_must_bear_on_a_figure_of_the_evidence(
    evidence: list[str], refs: list[dict[str, Any]], expected: str
) -> None:
    tables = [
        held("seen/x/count", "$4.00", "reference/seen.csv:2"),
        held("seen/x/gap", "N/A (not found)", "reference/seen.csv:2"),
    ]
    assert outcome(Read("SSSS", evidence=evidence), refs=refs, more=tables)["outcome"] == expected


@pytest.mark.parametrize(("printed_status", "expected"), [("S", "consistent"), ("C", "contradicts itself")])
def test_neither_its_table_nor_another_basis_is_an_independent_value(printed_status: str, expected: str) -> None:
    statuses = printed_status * 4
    said = {PRICE: Comparison("inconsistent", "a total does not add up", factor=2.0)}
    assert outcome(Read(statuses), refs=[], contradictions=said)["outcome"] == expected
    plain = printed("runs/d/cost", "$8.00")
    other = reference("runs/d/cost", "$8.00", basis="list price")
    read = Read(statuses, evidence=["runs/d/cost"])
    found = outcome(read, refs=[other], more=[plain])
    assert found["outcome"] == expected
    assert found["why"].endswith("; independent values are known, but on other bases")
    same = reference("runs/d/cost", "$9.00")
    judged = {"S": "stands", "C": "wrong"}[printed_status]
    assert outcome(read, refs=[other, same], more=[plain])["outcome"] == judged, "on its own basis a value is known"


def test_with_a_figure_that_flips_it_and_that_nothing_corroborates_it_does_not_stand() -> None:
    assert outcome(Read("DSSS"), flipping=[PRICE, OTHER])["outcome"] == "depends"
    found = outcome(Read("SSSS"), flipping=[PRICE, OTHER])
    assert found["outcome"] == "consistent"
    assert found["why"] == "“r0” holds, but it is sensitive to runs/b/cost, which no source corroborates"
    other = printed("runs/d/cost", "$8.00")
    found = outcome(Read("SSSS"), flipping=["runs/d/cost", OTHER], more=[other])
    assert found["why"] == "“r0” holds, but it is sensitive to runs/b/cost, runs/d/cost, which no source corroborates"
    assert outcome(Read("SSSS"), flipping=[ASSERTED])["outcome"] == "stands", "what is claimed itself is what is judged"
    assert outcome(Read("SSSS"), flipping=[OTHER], refs=[RIGHT, OTHER_RIGHT])["outcome"] == "stands"


@pytest.mark.parametrize(
    ("statuses", "states_figures", "wrong_evidence", "why"),
    [
        ("SSSS", [], [PRICE], "“r0” holds"),
        ("DDDD", [], [PRICE], "“r0” remains open: it holds in 60% of the draws"),
        ("CCCC", [], [PRICE], "“r0” does not hold"),
        ("CCCC", [PRICE], [], "“r0” does not hold; and $5.00 is wrong by a power of ten: $50.0 (list price, "
                              "2024-01-01): the printed value is 10 times too low"),
        ("SSSS", [PRICE], [], "$5.00 is wrong by a power of ten: $50.0 (list price, 2024-01-01): the printed value is "
                              "10 times too low"),
        ("SCUU", [], [PRICE], "when written, “r0” does not hold; it could not be tested when published: too few"),
        ("SUUU", [], [], "it could not be tested when published: too few"),
    ],
)  # fmt: skip
def test_evidence_that_is_wrong_as_printed_is_reported_beside_the_outcome(
    statuses: str, states_figures: list[str], wrong_evidence: list[str], why: str
) -> None:
    found = outcome(
        Read(statuses, evidence=[PRICE, OTHER]),
        refs=[WRONG, OTHER_RIGHT],
        states_figures=states_figures,
        tipping_points=[(PRICE, 20.0)],
    )
    assert (found["wrong_evidence"], found["why"]) == (wrong_evidence, why)


def test_only_readings_that_are_tested_when_published_take_wrong_figures() -> None:
    found = outcome(Read("SSSS"), Read("SSUU", evidence=[OTHER]), refs=[RIGHT, OTHER_WRONG])
    assert found["wrong_evidence"] == []
    found = outcome(Read("SSSS"), Read("SSSS", evidence=[OTHER, PRICE]), refs=[WRONG, OTHER_WRONG],
                    tipping_points=[(PRICE, 2.0), (OTHER, 2.0)])  # fmt: skip
    assert found["wrong_evidence"] == [PRICE, OTHER]
    assert "wrong" not in found["why"], "what does not turn the claim is not told beside it"


def test_a_test_of_the_print_names_the_wrong_figures_that_flip_it() -> None:
    found = outcome(
        Read("SSSS"),
        kind="table cell",
        refs=[WRONG, OTHER_WRONG],
        flipping=[OTHER, ASSERTED, PRICE],
        states_figures=[PRICE],
    )
    assert found["why"] == "“r0” holds; on wrong figures: runs/a/cost, runs/b/cost"
    assert found["wrong_evidence"] == [PRICE, OTHER]
    assert outcome(Read("UUUU"), kind="table cell")["why"] == "too few", "why it is open"
    untestable = outcome(kind="table cell", untestable="No table says so", decided_by="A census")
    assert (untestable["outcome"], untestable["why"], untestable["decided_by"]) == (
        "depends",
        "No table says so",
        "A census",
    )


# What is asserted.

LATER = known(OTHER, "$3.50", "2025-02-17")


@pytest.mark.parametrize(
    ("states_figures", "refs", "expected", "cells", "why"),
    [
        ([PRICE], [RIGHT], "stands", "SSS", "$5.00 is right: $5.00 (list price, 2024-01-01)"),
        ([PRICE, ABSENT], [RIGHT], "stands", "SSS", "$5.00 is right: $5.00 (list price, 2024-01-01)"),
        ([ABSENT], [RIGHT], "unchecked", "UUU", ""),
        (
            [PRICE, OTHER],
            [RIGHT, OTHER_WRONG],
            "wrong",
            "CCC",
            "$5.00 is right: $5.00 (list price, 2024-01-01); $7.00 is wrong by a power of ten: $70.0 (cloud rental, "
            "2024-01-01): the printed value is 10 times too low",
        ),
        (
            [PRICE, OTHER],
            [RIGHT],
            "unchecked",
            "UUU",
            "$5.00 is right: $5.00 (list price, 2024-01-01); no comparable value is known for $7.00 (basis: "
            "cloud rental)",
        ),
        (
            [PRICE, OTHER],
            [],
            "unchecked",
            "UUU",
            "no comparable value is known for $5.00 and $7.00 (basis: list price, cloud rental)",
        ),
        (
            [PRICE, OTHER],
            [RIGHT, OTHER_RIGHT, LATER],
            "outdated",
            "SCC",
            "$5.00 is right: $5.00 (list price, 2024-01-01); $7.00 was right until 2025-02-17; last known on "
            "2025-02-17: $3.50 (cloud rental)",
        ),
    ],
)
def test_a_claim_without_readings_holds_as_all_its_figures_do(
    states_figures: list[str], refs: list[dict[str, Any]], expected: str, cells: str, why: str
) -> None:
    found = outcome(states_figures=states_figures, refs=refs)
    assert (found["outcome"], on_each_day(found)) == (expected, cells)
    assert found["why"] == why
    assert found["as_printed"] == ("untestable" if cells == "UUU" else "")


@pytest.mark.parametrize(
    ("texts", "expected", "cells"),
    [
        ([("$5.00", "2024-10-01"), ("$2.50", "2026-05-25")], "outdated", "SCC"),  # from writing to the day before
        ([("$5.00", "2024-01-01"), ("$2.50", "2024-08-06")], "outdated", "CCC"),  # it was so when it was written
        ([("$2.50", "2024-01-01"), ("$5.00", "2024-10-02")], "premature", "CSS"),  # from the day after it was written
        ([("$5.00", "2024-01-01"), ("$2.50", "2026-05-26")], "stands", "SSS"),  # right when published
    ],
)
def test_a_figure_holds_from_its_first_day_to_the_day_before_another_value(
    texts: list[tuple[str, str]], expected: str, cells: str
) -> None:
    found = outcome(states_figures=[PRICE], refs=[known(PRICE, text, day) for text, day in texts])
    assert (found["outcome"], on_each_day(found)) == (expected, cells)


def test_it_holds_no_longer_since_the_first_of_its_figures_was_outdated() -> None:
    refs = [RIGHT, known(PRICE, "$2.50", "2025-06-01"), OTHER_RIGHT, LATER]
    assert outcome(states_figures=[PRICE, OTHER], refs=refs)["false_since"] == dt.date(2025, 2, 17)
    assert outcome(states_figures=[PRICE, ABSENT], refs=refs)["false_since"] == dt.date(2025, 6, 1)
    replaced_since = [RIGHT, known(PRICE, "$2.50", "2026-06-01")]
    assert outcome(states_figures=[PRICE], refs=replaced_since)["false_since"] is None, (
        "it was right when it was published"
    )


def test_a_figure_that_contradicts_itself_is_reported_in_a_sentence() -> None:
    said = {PRICE: Comparison("inconsistent", "a total does not add up", factor=2.0)}
    found = outcome(states_figures=[PRICE], refs=[], contradictions=said)
    assert found["outcome"] == "contradicts itself"
    assert found["why"] == "$5.00 contradicts itself: a total does not add up"


def test_of_what_it_asserts_beside_its_readings_only_that_which_is_not_right_is_reported() -> None:
    found = outcome(Read("SSSS"), states_figures=[PRICE, OTHER, ABSENT], refs=[RIGHT, OTHER_RIGHT, LATER])
    assert (found["outcome"], found["number"], on_each_day(found)) == ("stands", "outdated", "SSS")
    assert found["why"] == (
        "“r0” holds, with an outdated number: $7.00 was right until 2025-02-17; last known on 2025-02-17: $3.50 "
        "(cloud rental)"
    )
    found = outcome(
        Read("SSSS"), states_figures=[PRICE, OTHER], refs=[RIGHT, OTHER_WRONG], tipping_points=[(PRICE, 0.5)]
    )
    assert (found["outcome"], found["number"], on_each_day(found)) == ("wrong", "wrong", "SSS")
    assert found["why"].startswith("$7.00 is wrong by a power of ten")
    assert found["flip_figure_id"] == "", "what turns its reading does not make it right"
    found = outcome(
        Read("SSCC"), states_figures=[OTHER], refs=[RIGHT, OTHER_RIGHT, LATER], status_on=lambda *_: "contradicted"
    )
    assert found["why"] == (
        "when written, “r0” holds; when published, “r0” does not hold, with an outdated number: $7.00 was right "
        "until 2025-02-17; last known on 2025-02-17: $3.50 (cloud rental)"
    )


def test_of_the_figures_that_it_lists_a_claim_states_those_that_its_quotation_prints() -> None:
    of_both = {"states_figures": [PRICE, OTHER], "refs": [WRONG, OTHER_RIGHT, LATER]}
    found = outcome(Read("SSSS"), quote="one costs $7.00", **of_both)
    assert (found["outcome"], found["number"]) == ("stands", "outdated")
    found = outcome(Read("SSSS"), quote="the dearer one has become cheaper", **of_both)
    assert (found["outcome"], found["number"], found["why"]) == ("stands", "", "“r0” holds")
    assert outcome(quote="one costs $7", **of_both)["outcome"] == "outdated", "a number may be rounded"
    found = outcome(quote="the dearer one has become cheaper", **of_both)
    assert (found["outcome"], found["why"]) == ("undecided", "its quotation prints none of the figures that it lists")
    assert outcome(**of_both)["outcome"] == "wrong", "without a quotation it states all that it lists"


def test_a_claim_that_repeats_an_expired_figure_has_expired_and_is_not_faulted() -> None:
    found = outcome(states_figures=[PRICE], refs=[known(PRICE, "$5.00", "2024-01-01/2025-02-24")])
    assert (found["outcome"], found["severity"], on_each_day(found)) == ("expired", "", "SUU")


# Since when, by the days on which values of its evidence are dated.

TURNED = [known(PRICE, "$5.00", day) for day in ("2024-01-01", "2026-05-25", "2026-06-01", "2026-08-01", "2026-10-01")]


@pytest.mark.parametrize(
    ("contradicted_from", "since"),
    [
        ("2026-08-01", "2026-08-01"),
        ("2026-10-01", "2026-10-01"),
        ("2026-11-01", "2026-11-24"),  # between two values: it shows today
        ("2024-01-01", "2026-06-01"),  # the day of publication itself is settled: it held
    ],
)
def test_it_holds_no_longer_since_the_first_day_from_which_it_never_holds(contradicted_from: str, since: str) -> None:
    asked: list[tuple[list[int], dt.date]] = []

    def status_on(interpretations: Sequence[Interpretation], day: dt.date) -> str:
        asked.append(([each.rank for each in interpretations], day))
        return "contradicted" if day >= dt.date.fromisoformat(contradicted_from) else "supported"

    reads = Read("SSSC", evidence=[ABSENT, PRICE]), Read("CCCC", strictness="strict")
    found = outcome(*reads, refs=TURNED, status_on=status_on, more=[printed(ABSENT, "$1.00")])
    assert found["false_since"] == dt.date.fromisoformat(since)
    assert found["why"] == f"“r0” holds; it no longer holds since {since}"
    assert all(ranks == [0] for ranks, _ in asked), "fair readings are asked"


def test_what_was_outdated_when_published_has_been_so_since_a_day_before() -> None:
    refs = [known(PRICE, "$5.00", day) for day in ("2024-01-01", "2025-01-01", "2025-06-01", "2026-08-01")]
    found = outcome(
        Read("SSCC"), refs=refs, status_on=lambda _, day: "contradicted" if day.year > 2024 else "supported"
    )
    assert (found["outcome"], found["false_since"]) == ("outdated", dt.date(2025, 1, 1))
    assert "no longer holds since" not in found["why"]
    assert outcome(Read("CCSS"), refs=refs)["false_since"] is None


# What turns it.


@pytest.mark.parametrize(
    ("statuses", "about", "told"),
    [
        ("SSSS", {}, True),
        ("SSUU", {}, True),  # then the outcome goes by the day of writing: it would be wrong
        ("UUUU", {}, False),
        ("DDDD", {}, False),  # beyond the point as many draws are left open
        ("CCCC", {"states_figures": [OTHER], "refs": [RIGHT, OTHER_WRONG]}, False),  # its number is wrong
        ("SSSS", {"kind": "table cell"}, True),
    ],
)
def test_a_tipping_point_is_reported_only_where_crossing_it_changes_the_outcome(
    statuses: str, about: dict[str, Any], told: bool
) -> None:
    found = outcome(Read(statuses), tipping_points=[(PRICE, 1.5), (OTHER, 4.0)], **about)
    assert found["flip_figure_id"] == (PRICE if told else "")
    assert (found["flip_from"], found["flip_at"]) == pytest.approx((5.0, 7.5) if told else (NAN, NAN), nan_ok=True)
    assert (found["flip_unit"], found["flip_direction"]) == (("USD", "up") if told else ("", ""))


# What it hangs on: assumptions of which another value gives another outcome.

NOW, THEN = ("best_known", DAYS.published), ("best_known", DAYS.written)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ([], []),
        ([(*NOW, 0, "verdicts.supported_from", "0.975", "contested", True)], ["verdicts.supported_from"]),
        ([(*NOW, 0, "verdicts.supported_from", "0.975", "contested", False)], []),  # within chance
        ([(*THEN, 0, "verdicts.supported_from", "0.975", "contested", True)], []),  # another verdict, the same outcome
        ([("printed", DAYS.written, 0, "verdicts.supported_from", "0.975", "contradicted", True)], []),
        (
            [
                (*NOW, 0, "estimate_spread.default", "2.25", "contested", True),
                (*NOW, 0, "verdicts.contradicted_to", "0.025", "contested", True),
                (*NOW, 0, "verdicts.contradicted_to", "0.1", "contradicted", True),
            ],
            ["verdicts.contradicted_to", "estimate_spread.default"],  # first the one that does so either way
        ),
    ],
)
def test_it_is_sensitive_to_the_assumptions_that_flip_its_interpretations(
    changed: list[tuple[Any, ...]], expected: list[str]
) -> None:
    assert outcome(Read("SSSS"), changed=changed)["sensitive_to"] == expected


@pytest.mark.parametrize(
    "refs",
    [
        [RIGHT],
        [known(PRICE, "$5.40", tier="D")],
        [known(PRICE, "~$7.00")],
        [known(PRICE, "~$7.00", interval="$4-$10")],
        [known(PRICE, "at least $4.00")],
        [known(OTHER, "~$7.00")],  # of another figure
    ],
)
def test_no_assumption_decides_which_values_a_printed_figure_allows(refs: list[dict[str, Any]]) -> None:
    assert outcome(states_figures=[PRICE], refs=refs)["sensitive_to"] == []
    assert outcome(Read("SSSS"), states_figures=[PRICE], refs=refs)["sensitive_to"] == []


# The day it was written, where only an interval is known.

EARLY, BETWEEN = DAY - dt.timedelta(days=30), DAY - dt.timedelta(days=10)


@pytest.mark.parametrize(
    ("first", "rest", "expected", "written"),
    [
        ("S", "SSSS", "stands", "supported"),  # the same on all days
        ("C", "SSSS", "stands", "depends"),  # not known to be premature
        ("S", "SCCC", "outdated", "depends"),  # it held on a part of the days
        ("U", "SSUU", "depends", "depends"),
        ("C", "CCUU", "wrong", "contradicted"),
    ],
)
def test_a_status_that_changes_within_the_interval_depends(first: str, rest: str, expected: str, written: str) -> None:
    printed_as_well = rest[0] if rest[0] != "C" else "S"
    found = outcome(Read(printed_as_well + rest[1:]), earliest=(EARLY, first))
    assert (found["outcome"], found["written"]) == (expected, written)
    assert (found["sensitive_to"] == ["written"]) == (written == "depends")
    depends = written == "depends" and expected != "outdated"
    assert ("depends on the day it was written" in found["why"]) == depends


def test_what_held_until_a_day_within_the_interval_is_outdated_and_says_so() -> None:
    refs = (known(PRICE, "$5.00"), known(PRICE, "$6.00", str(BETWEEN)))
    found = outcome(
        Read("SCCC"),
        refs=refs,
        earliest=(EARLY, "S"),
        status_on=lambda _, day: "contradicted" if day == BETWEEN else "?",
    )
    until = BETWEEN - dt.timedelta(days=1)
    assert (found["outcome"], found["false_since"]) == ("outdated", BETWEEN)
    assert found["why"] == f"it held until {until}; when published, “r0” does not hold"


def test_the_day_on_which_it_changes_is_named() -> None:
    refs = (known(PRICE, "$6.00"), known(PRICE, "$5.00", str(BETWEEN)))
    found = outcome(
        Read("SSSS"), refs=refs, earliest=(EARLY, "C"), status_on=lambda _, day: "supported" if day == BETWEEN else "?"
    )
    until = BETWEEN - dt.timedelta(days=1)
    assert found["why"].endswith(
        f"; it depends on the day it was written: until {until} it did not hold, after that it held"
    )


def test_a_status_that_changes_and_changes_back_depends_too() -> None:
    later = DAY - dt.timedelta(days=5)
    refs = [known(PRICE, text, str(day)) for text, day in (("$6.00", BETWEEN), ("$5.00", later))]
    found = outcome(
        Read("SSSS"),
        refs=(RIGHT, *refs),
        earliest=(EARLY, "S"),
        status_on=lambda _, day: "contradicted" if day < later else "supported",
    )
    assert found["written"] == "depends"
    assert found["why"].endswith(
        f"until {BETWEEN - dt.timedelta(days=1)} it held, then until {later - dt.timedelta(days=1)} it did not hold, "
        "after that it held"
    )


def test_a_figure_that_became_right_within_the_interval_makes_its_claim_depend_on_the_day() -> None:
    refs = (known(PRICE, "$6.00"), known(PRICE, "$5.00", str(BETWEEN)))
    found = outcome(states_figures=[PRICE], refs=refs, earliest=(EARLY, ""))
    assert (found["outcome"], found["written"], found["sensitive_to"]) == ("stands", "depends", ["written"])


# Predictions.

DECIDED = dt.date(2025, 12, 31)


def prediction(
    *statuses: tuple[str, dt.date | None, dt.date | None], chances: Sequence[tuple[str, float]] = ()
) -> dict[str, Any]:
    """Return the row of a prediction: status, day decided and day observed to, and chances by status.

    Beside it stands another prediction, and a population that does not decide: they must change nothing.
    """
    about = {"kind": "prediction", "section": "s", "statement": "s", "criterion": "c", "ambiguous_words": []}
    ours, theirs = (
        Prediction.model_validate({"id": name, "ambiguity": f"room of {name}"} | about) for name in ("p", "q")
    )
    late = dt.date(2026, 11, 1)
    others = [
        {"prediction_id": name, "status": "came true", "decides": name == "q", "resolved_on": late, "observed_to": late}
        for name in ("p", "q")
    ]
    resolutions = [
        {"prediction_id": "p", "status": status, "decides": True, "resolved_on": day, "observed_to": seen}
        | {"clock": "content", "deadline_interpretation": f"by {place}"}
        for place, (status, day, seen) in enumerate(statuses)
    ]
    forecasts = [
        {"prediction_id": "p", "status": status, "decides": True, "in_range": True, "probability": share}
        | {"target_date": None}
        for status, share in chances
    ]
    for name in ("p", "q"):
        counts = name == "q"
        forecasts.append(
            {"prediction_id": name, "status": "open", "decides": counts, "in_range": counts, "probability": 0.99}
        )
    given = (
        column_types(model, pd.DataFrame(rows).assign(version=1, current=True, n=0, weak=0))
        for model, rows in ((Resolutions, resolutions + others), (Forecasts, forecasts))
    )
    table = validated(Outcomes, predictions_outcomes([ours, theirs], *given))
    assert list(table["statement_id"]) == ["p", "q"]
    return {str(name): value for name, value in table.iloc[0].items()}


def test_the_whole_row_of_a_prediction() -> None:
    seen = [dt.date(2026, 1, 1), dt.date(2026, 2, 1), None]
    found = prediction(*(("open", None, day) for day in seen), chances=[("open", 0.2), ("open", 0.3), ("open", NAN)])
    assert found == {
        "statement_kind": "prediction",
        "statement_id": "p",
        **{"statement": "s", "quote": "", "judged": "", "number": "", "severity": ""},
        **{"decided_view": "", "decided_on": None, "decided_rank": pytest.approx(NAN, nan_ok=True)},
        "outcome": "open",
        "why": "not decided yet; 20% to 30% likely",
        **{"as_printed": "", "written": "", "published": "", "now": ""},
        **{
            "evidence_to": dt.date(2026, 2, 1),
            "false_since": None,
            "wrong_evidence": [],
            "sensitive_to": [],
            "interpretations": 3,
        },
        **{"flip_figure_id": "", "flip_unit": "", "flip_direction": "", "decided_by": "", "accepted": ""},
        **{"flip_from": pytest.approx(NAN, nan_ok=True), "flip_at": pytest.approx(NAN, nan_ok=True)},
        "probability": 0.3,
        "probability_low": 0.2,
        "probability_high": 0.3,
        "very_unlikely": False,
    }


@pytest.mark.parametrize(
    ("statuses", "expected", "why"),
    [
        ([("came true", DECIDED)], "came true", "came true on 2025-12-31"),
        (
            [
                ("void", None),
                ("open", None),
                ("failed", DECIDED),
                ("failed", dt.date(2025, 10, 1)),
                ("failed", DECIDED),
            ],
            "open",
            "failed under 3 of 5 interpretations: “by 2” (2025-12-31), “by 3” (2025-10-01) and “by 4” (2025-12-31); "
            "still open under 1; void under 1 (decided before it was made, or no longer decidable)",
        ),
        ([("void", None)], "void", "void: decided before it was made, or no longer decidable"),
        ([], "not falsifiable", "room of p"),
    ],
)
def test_how_a_prediction_stands_under_its_readings_is_reported(
    statuses: list[tuple[str, dt.date | None]], expected: str, why: str
) -> None:
    found = prediction(*((*each, None) for each in statuses))
    assert (found["outcome"], found["why"], found["interpretations"]) == (expected, why, len(statuses))
    assert found["evidence_to"] is None


@pytest.mark.parametrize(
    ("chances", "likely", "told"),
    [
        ([("open", 0.009), ("open", 0.002)], 0.009, "; 0.2% to 0.9% likely, which is very unlikely"),
        ([("open", 0.01)], 0.01, "; 1% likely"),
        ([("open", 0.009), ("open", NAN)], 0.009, "; 0.9% likely"),  # of one nobody knows
        ([("open", 0.3), ("failed", 0.9)], 0.3, "; 30% likely"),  # those that are open count
        ([("open", NAN)], NAN, ""),
        ([], NAN, ""),
    ],
)
def test_an_open_prediction_says_how_likely_it_is_at_most(
    chances: list[tuple[str, float]], likely: float, told: str
) -> None:
    found = prediction(("open", None, None), chances=chances)
    assert found["why"] == f"not decided yet{told}"
    assert found["probability"] == pytest.approx(likely, nan_ok=True)


def test_a_prediction_that_is_decided_is_no_longer_likely() -> None:
    found = prediction(("came true", DECIDED, None), ("open", None, None), chances=[("open", 0.3)])
    assert (found["outcome"], found["why"]) == (
        "depends",
        "came true under 1 of 2 interpretations: “by 0” (2025-12-31); still open under 1",
    )
    assert math.isnan(found["probability"])


# Severity: by the figures that a claim states, or by how far its measures miss their bounds.


@pytest.mark.parametrize(
    ("refs", "expected"),
    [
        ([known(ASSERTED, "$9.01")], "minor"),  # 9.00 / 9.01 is 0.1 % too low
        ([known(ASSERTED, "$12.0")], "moderate"),
        ([known(ASSERTED, "$90.0")], "grave"),
    ],
)
def test_a_claim_is_as_far_off_as_the_figure_that_it_states(refs: list[dict[str, Any]], expected: str) -> None:
    row = outcome(refs=refs, states_figures=[ASSERTED])
    assert (row["outcome"], row["severity"]) == ("wrong", expected)


def test_a_claim_with_interpretations_is_as_far_off_as_the_mildest_of_them() -> None:
    # The measures come to 2 and 3, the bound is 1: a factor of two and of three.
    assert outcome(Read("CCCC"), Read("CCCC"))["severity"] == "grave"
    assert outcome(Read("SSCC"))["severity"] == "grave", "outdated"
    assert outcome(Read("SSSS"))["severity"] == outcome(Read("SSSS"), Read("CCCC"))["severity"] == ""
