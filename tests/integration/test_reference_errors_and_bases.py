"""References that have errors and bases that have an order: small dossiers with what is true of their one number."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conftest import tidebook
from tidebook.pipelines.evaluate.conversions import ConvertedBases
from tidebook.pipelines.graph.check import CheckedFolder, check
from tidebook.pipelines.read.declarations import Basis
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Settings
from tidebook.schemas.base import records
from tidebook.schemas.parquet import read_parquet

DOSSIER = """\
[article]
title = "A bridge"
published = 2024-12-01

[tables.t]
path = "article/t.csv"
title = "Bridges"
[tables.t.columns]
"Bridge" = {{ name = "bridge", role = "subject" }}
"Number" = {{ name = "number", unit = "{unit}", basis = "{basis}" }}

{bases}
{claims}
"""
SOURCES = """\
[sources.{name}]
title = "{name}"
publisher = "{name}"
address = "https://example.org/{name}"
tier = "P"
licence = "none"
published = 2024-06-01
{more}
"""
ASSUMPTIONS = """\
[confidence.speculative]
factor = 4.0
page = "https://example.org/methods"

[confidence.likely]
factor = 1.5
percent = 90
page = "https://example.org/methods"

[premises.hourly_price]
value = 2.0
low = 1.0
high = 4.0
why = "A list of prices has from $1 to $4."
"""
CSV = "figure_id,basis,text,interval,unit,as_of,source,tier,note,version,confidence,assumes\n"
PART = '[bases."toll bridges"]\npart_of = "all bridges"\n'
CPI = """\
[bases."dollars of 1970"]
deflated_by = "cpi[usa]"
base_year = 1970
[bases."dollars of 2020"]
deflated_by = "cpi[usa]"
base_year = 2020
"""


class Case(NamedTuple):
    """One number, what is known of it, and the outcome with words of the reason."""

    printed: str
    known: tuple[str, ...]
    outcome: str
    reason: str
    basis: str = "toll bridges"
    bases: str = ""
    unit: str = "USD"


def known(
    text: str,
    basis: str = "toll bridges",
    interval: str = "",
    confidence: str = "",
    assumes: str = "",
    unit: str = "USD",
    source: str = "survey",
) -> str:
    """Return a row of reference/figures.csv."""
    return f"t/elm/number,{basis},{text},{interval},{unit},2024-06-01,{source},P,,,{confidence},{assumes}\n"


CASES = {
    # A reference of unknown error is held against the print as it is.
    "far off": Case("$30M", (known("$10M"),), "wrong", "3 times"),
    "near enough": Case("$30M", (known("$30.2M"),), "right", ""),
    # A class of confidence, whose page says how far its values may be off.
    "speculative": Case(
        "$30M",
        (known("$10M", confidence="speculative"),),
        "depends",
        "calls speculative, is uncertain by a factor of 4",
    ),
    "beyond speculative": Case("$50M", (known("$10M", confidence="speculative"),), "wrong", "5 times"),
    "speculative and right": Case("$10M", (known("$10M", confidence="speculative"),), "right", ""),
    # 90% within 1.5 are 95% within 1.62.
    "likely at 95%": Case("$16.0M", (known("$10.0M", confidence="likely"),), "depends", "factor of 1.6"),
    "beyond likely": Case("$17.0M", (known("$10.0M", confidence="likely"),), "wrong", "70% too high"),
    # An assumed number and its range.
    "assumed": Case("$19M", (known("$10M", assumes="hourly_price"),), "depends", "rests on an assumed hourly price"),
    "beyond the assumed": Case("$23M", (known("$10M", assumes="hourly_price"),), "wrong", "2.3 times"),
    # A range that the source states is the reference itself: it has nothing more.
    "in its range": Case("$14M", (known("$10M", interval="$8M–$15M"),), "right", ""),
    "out of its range": Case("$20M", (known("$10M", interval="$8M–$15M"),), "wrong", ""),
    # Powers of ten and signs are no matter of a reference's error.
    "a power of ten": Case("$100M", (known("$10M", confidence="speculative"),), "wrong", "10 times too high"),
    "the sign": Case("-$10M", (known("$10M", confidence="speculative"),), "wrong", "opposite sign"),
    # A part is at most its whole.
    "more than all": Case(
        "$12M", (known("$10M", "all bridges"),), "depends", "more than all of all bridges", bases=PART
    ),
    "less than all": Case("$8M", (known("$10M", "all bridges"),), "unchecked", "", bases=PART),
    "more, by a known error": Case(
        "$12M", (known("$10M", "all bridges", interval="$9M–$11M at 95 %"),), "wrong", "more than all of", bases=PART
    ),
    "more, within a known error": Case(
        "$12M", (known("$10M", "all bridges", confidence="likely"),), "depends", "more than all of", bases=PART
    ),
    "less than a part": Case(
        "$8M", (known("$10M", "toll bridges"),), "depends", "less than its part", basis="all bridges", bases=PART
    ),
    "more than a part": Case(
        "$12M", (known("$10M", "toll bridges"),), "unchecked", "", basis="all bridges", bases=PART
    ),
    "a part that is right": Case("$12M", (known("$12M"), known("$10M", "all bridges")), "right", "", bases=PART),
    "far within a chain": Case(
        "$12M",
        (known("$10M", "all works"),),
        "depends",
        "more than all of all works",
        bases=PART + '[bases."all bridges"]\npart_of = "all works"\n',
    ),
    "unrelated": Case("$12M", (known("$10M", "all tunnels"),), "unchecked", "", bases=PART),
    # A number that a source repeats, such as a count, has no error by which it might still be right.
    "a count of another class of source": Case(
        "12 people", (known("10 people", unit="person"),), "wrong", "20% too", unit="person"
    ),
    "a part of counted people": Case(
        "12 people",
        (known("10 people", "all bridges", unit="person"),),
        "wrong",
        "more than all of all bridges",
        bases=PART,
        unit="person",
    ),
    "a part of fewer people": Case(
        "8 people", (known("10 people", "all bridges", unit="person"),), "unchecked", "", bases=PART, unit="person"
    ),
    # A class of the row itself counts for a count too: the source says that it is a guess.
    "a guessed count": Case(
        "30 people",
        (known("10 people", unit="person", confidence="speculative"),),
        "depends",
        "factor of 4",
        unit="person",
    ),
    # The better of two references decides, with its own error.
    "a sure one beside a speculative one": Case(
        "$30M", (known("$10M", confidence="speculative"), known("$30M", source="other")), "depends", "survey"
    ),
    # An assumed number leaves as much open below as above.
    "assumed, from below": Case("$6M", (known("$10M", assumes="hourly_price"),), "depends", "assumed hourly price"),
    "below the assumed": Case("$4M", (known("$10M", assumes="hourly_price"),), "wrong", "2.5 times"),
    # A word in print opens the figure, not the reference.
    "at least": Case("$9M+", (known("$10M", confidence="likely"),), "right", ""),
    "nearly": Case("nearly $10M", (known("$12M", confidence="likely"),), "depends", "factor of 1.7"),
    # Falls and bounds are off by a factor as rises and values are.
    "a speculative fall": Case("-$10M", (known("-$20M", confidence="speculative"),), "depends", "factor of 4"),
    "a fall beyond that": Case("-$3M", (known("-$20M", confidence="speculative"),), "wrong", ""),
    "a speculative bound": Case("$10M", (known("over $20M", confidence="speculative"),), "depends", "factor of 4"),
    # A whole with a class of its own.
    "far beyond a likely whole": Case(
        "$40M", (known("$10M", "all bridges", confidence="likely"),), "wrong", "more than all of", bases=PART
    ),
    "a whole of a stated range, within it": Case(
        "$12M", (known("$10M", "all bridges", interval="$8M–$14M"),), "depends", "more than all of", bases=PART
    ),
    "a part within the stated range of its whole": Case(
        "$9M", (known("$10M", "all bridges", interval="$8M–$14M"),), "unchecked", "", bases=PART
    ),
    "all of a whole": Case("$10.4M", (known("$10.4M", "all bridges"),), "unchecked", "", bases=PART),
    "a whole by its part, far below": Case(
        "$5M",
        (known("$10M", "toll bridges", interval="$9M–$11M at 95 %"),),
        "wrong",
        "less than its part",
        basis="all bridges",
        bases=PART,
    ),
}


def folder_of(folder: Path, case: Case, claims: str = "", cells: str = "", more: str = "") -> Path:
    """Write a dossier of one number, or of other cells."""
    for name in ("article", "reference"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "article" / "t.csv").write_text(cells or f"Bridge,Number\nElm,{case.printed}\n", encoding="utf-8")
    (folder / "reference" / "figures.csv").write_text(CSV + "".join(case.known), encoding="utf-8")
    sources = SOURCES.format(name="survey", more=more) + SOURCES.format(name="other", more="")
    (folder / "sources.toml").write_text(sources, encoding="utf-8")
    (folder / "assumptions.toml").write_text(ASSUMPTIONS, encoding="utf-8")
    text = DOSSIER.format(unit=case.unit, basis=case.basis, bases=case.bases, claims=claims)
    (folder / "dossier.toml").write_text(text, encoding="utf-8")
    return folder


def checked(folder: Path) -> CheckedFolder:
    return check(Settings(folder, folder / "out"))


@pytest.mark.parametrize("name", CASES)
def test_a_number_is_judged_by_what_its_references_can_tell(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    found = checked(folder_of(tmp_path, case))
    (row,) = found.rows.figure_outcomes
    assert (row["outcome"], case.reason in row["reason"]) == (case.outcome, True), row["reason"]


def test_a_class_of_a_source_is_that_of_its_values(tmp_path: Path) -> None:
    case = CASES["far off"]
    found = checked(folder_of(tmp_path, case, more='confidence = "speculative"'))
    assert found.rows.figure_outcomes[0]["outcome"] == "depends"


def test_a_figure_within_the_error_that_pairs_of_sources_show_depends(tmp_path: Path) -> None:
    # Of ten other bridges the two sources say $10M and $20M: ln 2 / √2 × 1.96 is a factor of 2.6 to either side.
    others = [f"Pier {letter}" for letter in "ABCDEFGHIJ"]
    rows = [known("$10M")]
    for name in others:
        of_other = f"t/{name.lower().replace(' ', '_')}/number"
        rows += [known("$10M").replace("t/elm/number", of_other)]
        rows += [known("$20M", source="other").replace("t/elm/number", of_other)]
    cells = "Bridge,Number\nElm,$15M\n" + "".join(f"{name},$10M\n" for name in others)
    found = checked(folder_of(tmp_path, Case("", tuple(rows), "", ""), cells=cells))
    (row,) = (each for each in found.rows.figure_outcomes if each["figure_id"] == "t/elm/number")
    by = "as learnt from 10 pairs of sources (a factor of 2 to 4.6 at 90%), is uncertain by a factor of 2.6"
    assert row["outcome"] == "depends" and by in row["reason"], row["reason"]


RATIO = """\
[[claims]]
id = "grew"
statement = "It grew"
is = "t[new].number / t[old].number"
unit = "ratio"
predicate = "above 1.5"
"""
TWO = "Bridge,Number,Basis\nOld,$100M,dollars of 1970\nNew,$400M,dollars of 2020\n"
IN_ROWS = '"Basis" = { name = "basis" }'


def two_dollars(folder: Path, *rows: str, bases: str = "", evidence: str = "") -> CheckedFolder:
    """Return the outcomes of a claim over a number in dollars of 1970 and one in dollars of 2020."""
    case = Case("", rows, "", "", bases=bases)
    folder_of(folder, case, RATIO, "Bridge,Number\nOld,$100M\n")
    (folder / "article" / "u.csv").write_text("Bridge,Number\nNew,$400M\n", encoding="utf-8")
    text = (folder / "dossier.toml").read_text(encoding="utf-8").replace("toll bridges", "dollars of 1970", 1)
    table = text[text.index("[tables.t]") : text.index("\n\n", text.index("[tables.t]"))]
    other = table.replace("tables.t", "tables.u").replace("t.csv", "u.csv").replace("of 1970", "of 2020")
    text = text.replace(table, f"{table}\n\n{other}").replace("t[new]", "u[new]")
    (folder / "dossier.toml").write_text(text + evidence, encoding="utf-8")
    if evidence:
        levels = "country,year,level\nusa,1970,40\nusa,2020,260\n"
        (folder / "reference" / "cpi.csv").write_text(levels, encoding="utf-8")
    return checked(folder)


def amount(name: str, basis: str, text: str) -> str:
    return f"{name}/number,{basis},{text},,USD,2024-06-01,survey,P,,,,\n"


OLD, NEW = amount("t/old", "dollars of 1970", "$100M"), amount("u/new", "dollars of 2020", "$400M")
EVIDENCE = """
[evidence.cpi]
path = "reference/cpi.csv"
key = ["country", "year"]
values = { level = "number" }
basis = "2015 = 100"
source = "survey"
"""


def claim(found: CheckedFolder) -> tuple[str, str]:
    (row,) = found.rows.outcomes
    return row["outcome"], row["why"]


def test_two_bases_without_anything_that_joins_them_cannot_be_tested(tmp_path: Path) -> None:
    outcome, why = claim(two_dollars(tmp_path, OLD, NEW))
    assert outcome == "undecided" and "different bases: dollars of 1970 and dollars of 2020" in why


def test_a_claim_over_two_bases_is_judged_on_the_one_on_which_evidence_has_both(tmp_path: Path) -> None:
    outcome, why = claim(two_dollars(tmp_path, OLD, NEW, amount("t/old", "dollars of 2020", "$667M")))
    assert outcome == "wrong" and "0.6" in why and "on one basis, dollars of 2020: Old $667M" in why


def test_a_deflator_turns_the_print_into_dollars_of_another_year(tmp_path: Path) -> None:
    # 100 × 260 / 40 = 650, and 400 / 650 = 0.62.
    outcome, why = claim(two_dollars(tmp_path, OLD, NEW, bases=CPI, evidence=EVIDENCE))
    assert outcome == "wrong" and "dollars of 1970: New $61.5M" in why, why


def test_a_deflator_alone_judges_the_article_by_its_own_figures(tmp_path: Path) -> None:
    outcome, why = claim(two_dollars(tmp_path, bases=CPI, evidence=EVIDENCE))
    assert outcome == "contradicts itself" and "on one basis" in why, why


NOMINAL = """\
[bases."current dollars"]
deflated_by = "cpi[usa]"
base_year = "own"
[bases."dollars of 2020"]
deflated_by = "cpi[usa]"
base_year = 2020
"""


def budgets(folder: Path, bases: str, *rows: str, basis: str = "current dollars") -> tuple[str, str]:
    """Return the outcome of a budget that quadrupled, of two years in one table."""
    growth = RATIO.replace("u[new]", "t[y_2020]").replace("t[new]", "t[y_2020]").replace("t[old]", "t[y_1970]")
    case = Case("", rows, "", "", basis=basis, bases=bases)
    folder_of(folder, case, growth, "Bridge,Number\nY 1970,$100M\nY 2020,$400M\n")
    with (folder / "dossier.toml").open("a", encoding="utf-8") as file:
        file.write(EVIDENCE)
    levels = "country,year,level\nusa,1970,40\nusa,2020,260\n"
    (folder / "reference" / "cpi.csv").write_text(levels, encoding="utf-8")
    return claim(checked(folder))


def test_growth_in_money_of_each_year_is_told_with_what_it_is_in_that_of_one_year(tmp_path: Path) -> None:
    # 100 × 260 / 40 = 650, and 400 / 650 = 0.62: the figure of 2020 is as it is.
    outcome, why = budgets(tmp_path, NOMINAL)
    assert outcome == "consistent", why
    assert "on another basis, dollars of 2020: Y 2020 $400M, Y 1970 $650M, it does not hold (0.615×)" in why


def test_growth_that_is_the_same_on_the_other_basis_is_told_without_it(tmp_path: Path) -> None:
    _, why = budgets(tmp_path, NOMINAL.replace("2020", "1970"), basis="dollars of 1970")
    assert "another basis" not in why


def test_a_claim_whose_word_is_another_by_references_on_another_basis_says_so(tmp_path: Path) -> None:
    rows = [amount("t/y_1970", "dollars of 2020", "$700M"), amount("t/y_2020", "dollars of 2020", "$400M")]
    rows += [amount("t/y_1970", "current dollars", "$100M"), amount("t/y_2020", "current dollars", "$400M")]
    outcome, why = budgets(tmp_path, NOMINAL, *rows)
    assert outcome == "stands" and "on another basis, dollars of 2020: Y 2020 $400M, Y 1970 $700M" in why, why


INDEX = """\
[bases."2015 = 100"]
deflated_by = "cpi[usa]"
base_year = 1970
[bases."2020 = 100"]
deflated_by = "cpi[usa]"
base_year = 2020
"""


def test_an_index_falls_where_the_year_of_its_base_is_dearer() -> None:
    # A number of 130 where 1970 is 100 is 130 × 40 / 260 = 20 where 2020 is 100.
    bases = {
        "1970 = 100": Basis(deflated_by="cpi", base_year=1970),
        "2020 = 100": Basis(deflated_by="cpi", base_year=2020),
    }
    known = ConvertedBases(bases, {("cpi", 1970, 2020): 6.5, ("cpi", 2020, 1970): 1 / 6.5})
    figure = {"figure_id": "t/a/level", "basis": "1970 = 100", "label": "A", "as_of": dt.date(2021, 1, 1)}
    factor = known.factor(figure, "2020 = 100")
    assert factor is not None and 130 * factor == pytest.approx(20)


REFERENCE_CLAIM = """\
[[claims]]
id = "dear"
statement = "Elm is dear"
is = "t[elm].number"
unit = "USD"
predicate = "above {bound}"
"""


def of_one_folder(folder: Path, reference: str, bound: str) -> Path:
    return folder_of(folder, Case("$10M", (reference,), "", ""), REFERENCE_CLAIM.format(bound=bound))


def of_one(folder: Path, reference: str, bound: str) -> CheckedFolder:
    return checked(of_one_folder(folder, reference, bound))


def rows_of(folder: Path, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table of a dossier's release."""
    return records(read_parquet(folder / "out" / "latest" / "tables" / f"{table}.parquet"))


def rebuild(folder: Path) -> None:
    result = tidebook("build", "--dossier", str(folder), "--out", str(folder / "out"), "--quiet")
    assert result.exit_code == 0, result.output


def test_a_claim_is_open_as_far_as_its_reference_is_uncertain(tmp_path: Path) -> None:
    # A factor of 4 at 95% is one of 3.2 at 90%: 8 million lies within it, 2.5 million below the 5th percentile.
    assert claim(of_one(tmp_path, known("$10M"), "8e6"))[0] == "stands"
    assert claim(of_one(tmp_path, known("$10M", confidence="speculative"), "8e6"))[0] == "depends"
    assert claim(of_one(tmp_path, known("$10M", confidence="speculative"), "2.5e6"))[0] == "stands"


def test_card_and_report_say_that_the_error_of_a_reference_is_not_known(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, Case("$30M", (known("$10M"),), "", ""), REFERENCE_CLAIM.format(bound="8e6"))
    rebuild(folder)
    (card,) = rows_of(folder, "claim_cards")
    (trail,) = card["trail"]
    expected = "Elm, number: $10M (survey, as of 1 June 2024; licence: none; its error is not known)"
    assert trail.replace("\N{NO-BREAK SPACE}", " ") == expected
    report = folder / "out" / "latest" / "report"
    for name in ("index.html", "report.md"):
        assert "The error of this reference is not known." in (report / name).read_text(encoding="utf-8")
    counted = "Of 1 figure that is wrong by a factor, 1 rests on a reference whose error is not known."
    assert counted in (report / "method.html").read_text(encoding="utf-8")


def test_card_and_report_say_how_far_a_reference_may_be_off(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, Case("$50M", (known("$10M", confidence="speculative"),), "", ""))
    rebuild(folder)
    report = (folder / "out" / "latest" / "report" / "index.html").read_text(encoding="utf-8")
    # $10M is from $9.5M to $10.5M: four times to either side.
    assert "95% of such references lie within $2.38M–$42M, known by: confidence speculative." in report
    assert "is not known" not in (folder / "out" / "latest" / "report" / "method.html").read_text(encoding="utf-8")


def test_the_reference_whose_error_matters_is_named(tmp_path: Path) -> None:
    rebuild(of_one_folder(tmp_path, known("$10M", confidence="speculative"), "8e6"))
    asked = rows_of(tmp_path, "value_of_information")
    assert {(row["figure_id"], row["source_id"]) for row in asked} == {("t/elm/number", "survey")}
    points = [row for row in rows_of(tmp_path, "tipping_points") if row["evidence_view"] == "best_known"]
    assert [(row["figure_id"], row["direction"], round(row["factor"], 2)) for row in points] == [
        ("t/elm/number", "down", 0.8)
    ]


def test_a_premise_and_a_class_are_varied_and_a_rebuild_agrees(tmp_path: Path) -> None:
    folder = of_one_folder(tmp_path, known("$10M", assumes="hourly_price"), "4.2e6")
    rebuild(folder)
    tried = [row for row in rows_of(tmp_path, "sensitivity") if row["evidence_view"] == "best_known"]
    names = {"premises.hourly_price.low", "premises.hourly_price.high"}
    assert names <= {row["assumption"] for row in tried}
    # The lower end, half of the value, becomes its square: a quarter.
    wider = next(row for row in tried if row["assumption"].endswith("price.low") and row["value"] == "0.5")
    text = (folder / "assumptions.toml").read_text(encoding="utf-8")
    (folder / "assumptions.toml").write_text(text.replace("low = 1.0", "low = 0.5"), encoding="utf-8")
    rebuild(folder)
    judged = [row for row in rows_of(tmp_path, "interpretation_verdicts") if row["evidence_view"] == "best_known"]
    assert {row["status"] for row in judged} == {wider["changed_status"]}
    assert judged[0]["probability"] == pytest.approx(wider["changed_probability"], abs=0.02)


def test_the_first_screen_is_counted_again_under_each_assumption(tmp_path: Path) -> None:
    # $23M is above twice $10M; the upper end of the premise squared leaves room up to four times.
    folder = folder_of(tmp_path, Case("$23M", (known("$10M", assumes="hourly_price"),), "", ""))
    rebuild(folder)
    ids = "statement_id", "assumption", "written", "value", "outcome", "changed_outcome", "changed_severity"
    (row,) = rows_of(folder, "changed_outcomes")
    expected = ("t/elm/number", "premises.hourly_price.high", "4", "8", "wrong", "depends", None)
    assert tuple(row[name] or None for name in ids) == expected
    report = (folder / "out" / "latest" / "report" / "report.md").read_text(encoding="utf-8")
    lines = report[report.index("The first screen under other assumptions") :].splitlines()[4:6]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [line[:4] for line in cells] == [
        ["as declared", "", "", "1 of 1 wrong"],
        ["premises.hourly\\_price.high", "4", "8", "0 of 1 wrong"],
    ]
    assert cells[1][5].endswith("wrong → depends")


COLUMN = """
[evidence.prices]
path = "reference/prices.csv"
key = ["bridge"]
values = {{ level = {{ unit = "USD", confidence = "{name}" }} }}
basis = "toll bridges"
source = "survey"

[[references]]
figure = "t/elm/number"
is = "prices[elm]"
"""


def of_column(folder: Path, name: str, more: str = "") -> Path:
    """Return a dossier whose one reference is of a column of evidence with a class."""
    folder_of(folder, Case("$30M", (), "", ""), more=more)
    (folder / "reference" / "prices.csv").write_text("bridge,level\nelm,10000000\n", encoding="utf-8")
    with (folder / "dossier.toml").open("a", encoding="utf-8") as file:
        file.write(COLUMN.format(name=name))
    return folder


def test_a_class_of_a_column_of_evidence_is_that_of_its_references(tmp_path: Path) -> None:
    assert checked(of_column(tmp_path, "")).rows.figure_outcomes[0]["outcome"] == "wrong"
    assert checked(of_column(tmp_path, "speculative")).rows.figure_outcomes[0]["outcome"] == "depends"
    of_source = of_column(tmp_path, "", 'confidence = "speculative"')
    assert checked(of_source).rows.figure_outcomes[0]["outcome"] == "depends"


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        (lambda path: of_column(path, "speculatife"), "dossier.toml:{line}"),
        (lambda path: of_column(path, "", 'confidence = "speculatife"'), "sources.toml:8"),
    ],
)
def test_a_class_that_is_not_declared_is_an_error_at_its_place(tmp_path: Path, folder: Any, expected: str) -> None:
    dossier = folder(tmp_path)
    with pytest.raises(InputError) as caught:
        checked(dossier)
    lines = (tmp_path / "dossier.toml").read_text(encoding="utf-8").splitlines()
    line = next((number for number, text in enumerate(lines, 1) if "speculatife" in text), 0)
    assert expected.format(line=line) in str(caught.value)
    assert 'found "speculatife"' in str(caught.value) and "did you mean speculative?" in str(caught.value)


BAD_BASES = {
    "a circle": (
        '[bases.a]\npart_of = "b"\n[bases.b]\npart_of = "a"\n',
        'dossier.toml:13, column "bases.a.part_of": found "b", expected no circle, as of '
        "'a' part of 'b' part of 'a': leave one part_of out",
    ),
    "its own part": (
        '[bases.a]\npart_of = "a"\n',
        'dossier.toml:13, column "bases.a.part_of": found "a", expected no circle, as of '
        "'a' part of 'a': leave one part_of out",
    ),
    "a deflator without the year": (
        '[bases.a]\ndeflated_by = "cpi[usa]"\n',
        'dossier.toml:13, column "bases.a.deflated_by": found "cpi[usa]", expected base_year beside it, the year whose '
        'prices it has, or "own" of nominal money',
    ),
}


@pytest.mark.parametrize("name", BAD_BASES)
def test_bad_bases_end_with_one_line_and_the_cure(tmp_path: Path, name: str) -> None:
    bases, expected = BAD_BASES[name]
    folder_of(tmp_path, Case("$10M", (known("$10M"),), "", "", bases=bases))
    result = tidebook("check", "--in", str(tmp_path))
    assert (result.exit_code, result.output.strip()) == (2, f"error: {expected}")


def test_a_part_in_another_unit_than_its_whole_ends_with_one_line_and_the_cure(tmp_path: Path) -> None:
    """The whole is printed in a table of its own, so that no reference has the unit of another figure."""
    folder_of(tmp_path, Case("$10M", (), "", "", bases=PART))
    (tmp_path / "article" / "u.csv").write_text("Bridge,Number\nElm,12 people\n", encoding="utf-8")
    whole = """\
[tables.u]
path = "article/u.csv"
title = "All"
[tables.u.columns]
"Bridge" = { name = "bridge", role = "subject" }
"Number" = { name = "number", unit = "person", basis = "all bridges" }
"""
    with (tmp_path / "dossier.toml").open("a", encoding="utf-8") as file:
        file.write(whole)
    result = tidebook("check", "--in", str(tmp_path))
    expected = "expected a basis of numbers like USD, as those on 'toll bridges' are, not person"
    line = f'error: dossier.toml:13, column "bases.toll bridges.part_of": found "all bridges", {expected}'
    assert (result.exit_code, result.output.strip()) == (2, line)


@pytest.mark.parametrize(
    ("bases", "row", "expected"),
    [
        ("[bases.a]\nbase_year = 1970\n", "", "deflated_by beside it"),
        ("[bases.a]\n", "", "part_of, or deflated_by with base_year"),
        ('[bases.a]\npart_off = "b"\n', "", "did you mean part_of?"),
        ("", known("$10M", confidence="speculativ"), "an entry of [confidence] in assumptions.toml"),
        ("", known("$10M", assumes="hourly_prize"), "did you mean hourly_price?"),
        ("", known("$10M", confidence="likely", assumes="hourly_price"), "nothing beside confidence"),
        ("", known("2024-01-01", confidence="likely", unit="date"), "by no factor"),
        ('[bases.a]\ndeflated_by = "cpi[usa]"\nbase_year = 1970\n', "", "a series of evidence with its keys"),
        (PART, known("10 people", "all bridges", unit="person"), "a unit like USD, in which it is printed"),
        ('[bases.a]\ndeflated_by = "cpi[usa]"\nbase_year = "its"\n', "", '"own"'),
    ],
)
def test_what_bases_and_errors_cannot_be_is_an_error_at_its_place(
    tmp_path: Path, bases: str, row: str, expected: str
) -> None:
    folder = folder_of(tmp_path, Case("$10M", (row or known("$10M"),), "", "", bases=bases))
    with pytest.raises(InputError) as caught:
        checked(folder)
    assert expected in str(caught.value) and ":" in str(caught.value).split()[0]
