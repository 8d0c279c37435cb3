"""The TOML declarations: what each refuses, with file, line and key, and what assumptions and claims come to."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest

from tests.conftest import ROOT
from tests.unit.assumed import assumed, assumptions_file
from tidebook.pipelines.evaluate.declared import read_metrics
from tidebook.pipelines.judge.claims import read_claims
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.interpretations import Interpretation, interpretations_table, read_interpretations
from tidebook.pipelines.judge.predicates import Predicate
from tidebook.pipelines.judge.predictions.questions import kinds_with
from tidebook.pipelines.judge.stated import claims_table
from tidebook.pipelines.read.declarations import (
    NO_ADDRESS,
    SHOWN_PROBLEMS,
    Predictions,
    Source,
    assumptions_table,
    default_days,
    read_assumptions,
    read_predictions,
    read_sources,
    sources_table,
)
from tidebook.pipelines.read.declarations import Assumptions as Read
from tidebook.pipelines.read.declarations import Sources as Declared
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.plugin import SwitchedOn
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.analysis import Assumptions, Claims, Interpretations, Sources
from tidebook.schemas.base import table_of
from tidebook.schemas.figures import Figures

ASSUMPTIONS = """\
as_of = 2026-11-24

[draws]
count = 1000
seed = 1

[estimate_spread]
default = 1.5
FLOP = 2.3

[open_ended]
at_least_hides = 1.5
at_most_hides = 2

[verdicts]
supported_from = 0.95
contradicted_to = 0.05

[tipping_points]
reach = 1000

[cutoffs]
significance = 0.05

[dates]
estimate_days = 45

[reconciliation]
near = 1.1
outlier_z = 3.5
"""

ARTICLE = Article(title="Four regions", published=dt.date(2026, 5, 25), written=dt.date(2024, 10, 3))
WORDS = Labels(themes={"funding": "Funding", "technology": "Technology"})
FORMULAS = read_metrics(
    RawFile(
        "metrics.toml",
        b"""
[metrics.us_share]
theme = "funding"
is = "regions[us].funding / sum(regions.funding)"
unit = "share"
means = "Share of the United States in the funding of all"

[metrics.funding_share]
theme = "funding"
is = "share(regions.funding)"
unit = "share"
means = "Each region's share of the funding of all"
""",
    ),
    WORDS,
)
NO_FIGURES = table_of(Figures, [])
PLUGINS = SwitchedOn(("burst", "live", "accelerator_hours"))
KINDS = kinds_with(PLUGINS)

SOURCES = """\
[sources.article]
title = "Capital"
publisher = "AINews"
address = "https://example.org"
tier = "P"
licence = "none"
published = 2026-05-25

[sources.a_second]
title = "Second"
publisher = "Epoch"
address = "https://example.org/2"
tier = "S"
licence = "CC"
published = 2025-08-07
read = 2026-11-24
note = "A note"
"""

PREDICTIONS = """\
[clocks]
content = 2024-10-03
publication = 2026-05-25

[[predictions]]
id = "dated"
kind = "prediction"
section = "Outlook"
statement = "It will"
criterion = "It did"
ambiguous_words = ["will"]
ambiguity = "None"

[[predictions.deadlines]]
clock = "content"
interpretation = "by 2026"
date = 2025-12-31

[[predictions.deadlines]]
clock = "publication"
interpretation = "by 2027"
date = 2026-12-31

[[predictions]]
id = "undated"
kind = "watch"
section = "Outlook"
statement = "It may"
criterion = "Watch it"
ambiguous_words = []
ambiguity = "Much"
no_deadline = "No date is given"
"""

CLAIMS = """\
[[claims]]
id = "majority"
theme = "funding"
kind = "takeaway"
section = "Impact"
statement = "Most goes to the US"

[[claims.interpretations]]
interpretation = "more than half"
metric = "us_share"
predicate = "above 0.5"

[[claims.interpretations]]
interpretation = "significant"
metric = "funding_share/china"
predicate = "between significance 0.9"
least_n = 3

[[claims]]
id = "dense"
theme = "technology"
kind = "prose"
section = "Deep Dive"
statement = "It is dense"
untestable = "No table says so"
"""


def change(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
    return text.replace(old, new)


def refusals(read: Callable[[RawFile], object], path: str, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(RawFile(path, text.encode()))
    return str(caught.value).splitlines()


def refused(read: Callable[[RawFile], object], path: str, text: str, start: str) -> None:
    """Assert that the text is refused in one line that starts so and goes on to say what was expected."""
    (line,) = refusals(read, path, text)
    place, _, expected = line.partition(" expected ")
    assert place == f"{path}{start}"
    assert expected


# Assumptions.


WRONG_ASSUMPTIONS = [
    ("as_of = 2026-11-24", 'as_of = "2026-11-24"', ':1, column "as_of": found "2026-11-24",'),
    ("as_of = 2026-11-24", "as_of = 2026-11-24T10:00:00", ':1, column "as_of": found "2026-11-24 10:00:00",'),
    ("as_of = 2026-11-24", "as_of = 2026-11-24\ntoday = 1", ':2, column "today": found "1",'),
    ("count = 1000", "count = 99", ':4, column "draws.count": found "99",'),
    ("count = 1000", "count = 1000.0", ':4, column "draws.count": found "1000.0",'),
    ("count = 1000", "count = true", ':4, column "draws.count": found "true",'),
    ("count = 1000", 'count = "1000"', ':4, column "draws.count": found "1000",'),
    ("count = 1000", "count = 100001", ':4, column "draws.count": found "100001",'),
    ("seed = 1\n", "seed = -1\n", ':5, column "draws.seed": found "-1",'),
    ("seed = 1\n", "sead = 1\nseed = 1\n", ':5, column "draws.sead": found "1",'),
    ("default = 1.5", "default = 0.9", ':8, column "estimate_spread.default": found "0.9",'),
    ("default = 1.5", "default = nan", ':8, column "estimate_spread.default": found "nan",'),
    ("FLOP = 2.3", "FLOP = '2.3'", ':9, column "estimate_spread.FLOP": found "2.3",'),
    ("at_least_hides = 1.5", "at_least_hides = 0.5", ':12, column "open_ended.at_least_hides": found "0.5",'),
    ("at_most_hides = 2", "at_most_hides = inf", ':13, column "open_ended.at_most_hides": found "inf",'),
    ("supported_from = 0.95", "supported_from = 95", ':16, column "verdicts.supported_from": found "95",'),
    ("supported_from = 0.95", "supported_from = nan", ':16, column "verdicts.supported_from": found "nan",'),
    ("reach = 1000", "reach = 1", ':20, column "tipping_points.reach": found "1",'),
    ("reach = 1000", "reach = inf", ':20, column "tipping_points.reach": found "inf",'),
    ("reach = 1000", "reach = nan", ':20, column "tipping_points.reach": found "nan",'),
    ("significance = 0.05", "significance = inf", ':23, column "cutoffs.significance": found "inf",'),
    ("significance = 0.05", "significance = []", ':23, column "cutoffs.significance": found "[]",'),
]


def test_an_assumption_of_the_wrong_kind_is_refused_at_its_line(subtests: pytest.Subtests) -> None:
    for old, new, start in WRONG_ASSUMPTIONS:
        with subtests.test(new=new):
            refused(read_assumptions, "assumptions.toml", change(ASSUMPTIONS, old, new), start)


def test_a_cut_off_must_have_a_name_that_predicates_can_use() -> None:
    text = change(ASSUMPTIONS, "significance = 0.05", "Significance = 0.05")
    (line,) = refusals(read_assumptions, "assumptions.toml", text)
    assert line.startswith('assumptions.toml:23, column "cutoffs.Significance')
    assert 'found "Significance"' in line


@pytest.mark.parametrize(
    ("old", "line"),
    [
        ("as_of = 2026-11-24\n", 'assumptions.toml, column "as_of": expected the key as_of'),
        ("default = 1.5\n", 'assumptions.toml:7, column "estimate_spread": expected a key default'),
    ],
)
def test_a_missing_assumption_is_refused_where_it_belongs(old: str, line: str) -> None:
    assert refusals(read_assumptions, "assumptions.toml", change(ASSUMPTIONS, old, "")) == [line]


def test_what_assumptions_leave_out_has_a_default() -> None:
    days = {"as_of": dt.date(2026, 5, 25)}
    found = read_assumptions(RawFile("assumptions.toml", b""), days)
    assert found.as_of == days["as_of"]
    assert (found.draws.count, found.draws.seed, found.tipping_points.reach, found.spread("USD")) == (
        10_000,
        1,
        1000,
        1.5,
    )
    text = ASSUMPTIONS.replace("seed = 1\n", "seed = 7\n").replace("[flips]\nreach = 1000\n", "")
    found = read_assumptions(RawFile("assumptions.toml", text.encode()), days)
    assert (found.draws.count, found.draws.seed, found.tipping_points.reach) == (1000, 7, 1000)
    assert found.as_of == dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("references", "now"),
    [
        (None, "2026-05-25"),
        ([], "2026-05-25"),
        (["2026-05-24"], "2026-05-25"),
        (["2027-01-01", "2026-06-01"], "2027-01-01"),
        (["20280601", "2028-02-30", "about 2028"], "2026-05-25"),
    ],
)
def test_now_is_the_newest_day_of_sources_and_references_and_not_before_publication(
    references: list[str] | None, now: str
) -> None:
    sources = read_sources(RawFile("sources.toml", SOURCES.encode()), ARTICLE.source)
    rows = [f"{day},2031-12-31\n" for day in references or []]
    raw = RawFile("figures.csv", "".join(["as_of,text\n", *rows]).encode())
    found = default_days(dt.date(2026, 5, 25), sources, raw if references is not None else None)
    assert found == {"as_of": dt.date.fromisoformat(now)}, "a day that a reference is about is no day of its own"


@pytest.mark.parametrize(("share", "found"), [("0.95", "0.95"), ("0.96", "0.96"), ("1", "1.0")])
def test_verdict_shares_that_overlap_are_refused(share: str, found: str) -> None:
    text = change(ASSUMPTIONS, "contradicted_to = 0.05", f"contradicted_to = {share}")
    assert refusals(read_assumptions, "assumptions.toml", text) == [
        f'assumptions.toml:17, column "verdicts.contradicted_to": found "{found}", '
        "expected a share below supported_from"
    ]


def test_verdict_shares_that_just_do_not_overlap_are_taken() -> None:
    text = change(ASSUMPTIONS, "contradicted_to = 0.05", "contradicted_to = 0.94")
    assert read_assumptions(RawFile("assumptions.toml", text.encode())).verdicts.contradicted_to == 0.94


def test_a_spread_for_a_unit_that_does_not_exist_is_refused() -> None:
    text = change(ASSUMPTIONS, "FLOP = 2.3", "FLOPS = 2.3")
    (line,) = refusals(read_assumptions, "assumptions.toml", text)
    assert line.startswith('assumptions.toml:9, column "estimate_spread.FLOPS": ')


@pytest.mark.parametrize(
    ("old", "new", "suggestion"),
    [
        ("seed = 1\n", "sead = 1\n", "; did you mean seed?"),
        ("[tipping_points]", "[flip]", ""),
        ("count = 1000", "count = 1000\nzzz = 1", ""),
    ],
)
def test_an_unknown_key_is_reported_with_a_suggestion(old: str, new: str, suggestion: str) -> None:
    (line,) = refusals(read_assumptions, "assumptions.toml", change(ASSUMPTIONS, old, new))
    assert line.endswith(f"expected a key that is known here{suggestion}")


def test_all_wrong_assumptions_are_reported_at_once() -> None:
    text = change(change(ASSUMPTIONS, "count = 1000", "count = 1"), "seed = 1\n", "seed = 1\nx = 1\n")
    lines = refusals(read_assumptions, "assumptions.toml", text)
    assert [line.partition(" found")[0] for line in lines] == [
        'assumptions.toml:4, column "draws.count":',
        'assumptions.toml:6, column "draws.x":',
    ]


def test_of_very_many_wrong_keys_the_first_are_reported() -> None:
    more = "".join(f"x{number} = 1\n" for number in range(3000))
    lines = refusals(read_assumptions, "assumptions.toml", change(ASSUMPTIONS, "seed = 1\n", f"seed = 1\n{more}"))
    assert len(lines) == SHOWN_PROBLEMS
    assert lines[0].startswith('assumptions.toml:6, column "draws.x0": ')


def test_text_that_is_not_toml_is_refused() -> None:
    refused(read_assumptions, "assumptions.toml", "[draws\n", ":1:")


def test_the_uncertainty_of_a_unit_is_its_own_or_the_default() -> None:
    assumed = read_assumptions(RawFile("assumptions.toml", ASSUMPTIONS.encode()))
    assert assumed.spread("FLOP") == 2.3
    assert assumed.spread("USD") == 1.5


def leaves(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return every value by the path to it; what stands in a list of tables is named there."""
    found: dict[str, Any] = {}
    for name, value in tree.items():
        below = value
        if isinstance(value, list) and value and isinstance(value[0], dict):
            below = {each["name"]: {key: part for key, part in each.items() if key != "name"} for each in value}
        found |= leaves(below, f"{prefix}{name}.") if isinstance(below, dict) else {prefix + name: value}
    return found


def test_every_leaf_of_the_committed_assumptions_is_listed_with_value_and_meaning() -> None:
    data = (ROOT / "raw" / "assumptions.toml").read_bytes()
    file = RawFile("assumptions.toml", data)
    table = assumptions_table(read_assumptions(file))
    Assumptions.validate(table)
    written = leaves(tomllib.loads(data.decode()))
    assert len(written) > 10
    assert set(table["name"]) >= set(written)
    defaults = assumptions_table(Read.model_validate({"as_of": dt.date(2026, 1, 1)}))
    values = dict(zip(defaults["name"], defaults["value"], strict=True))
    for name, value in zip(table["name"], table["value"], strict=True):
        if name not in written:
            assert value == values[name], name
            continue
        stated = written[name]
        text = ", ".join(map(str, stated)) if isinstance(stated, list) else str(stated)
        assert value == text or float(value) == stated, name
    assert table["meaning"].str.len().min() >= 10


def test_a_new_spread_and_a_new_cut_off_are_listed_too() -> None:
    text = change(ASSUMPTIONS, "FLOP = 2.3", "FLOP = 2.3\nUSD = 1.25")
    text = change(text, "significance = 0.05", "significance = 0.05\nstrong = 0.7")
    file = RawFile("assumptions.toml", text.encode())
    table = assumptions_table(read_assumptions(file)).set_index("name")
    assert table.loc["estimate_spread.USD", "value"] == "1.25"
    assert table.loc["cutoffs.strong"].to_list() == ["0.7", "Cut-off that claims use by this name"]


# Sources.


def sources_of(raw: RawFile) -> Declared:
    return read_sources(raw, ARTICLE.source)


def test_the_article_is_a_source_where_the_file_has_none_of_its_own() -> None:
    declared = sources_of(RawFile("sources.toml", SOURCES.replace("sources.article", "sources.a_third").encode()))
    assert list(declared.sources) == ["article", "a_third", "a_second"]
    assert declared.sources["article"].title == ARTICLE.title
    assert sources_of(RawFile("sources.toml", SOURCES.encode())).sources["article"].title == "Capital"


@pytest.mark.parametrize(
    ("old", "new", "start"),
    [
        ('title = "Capital"', 'title = ""', ':2, column "sources.article.title": found "",'),
        ("published = 2026-05-25\n", "", ':1, column "sources.article": found "article",'),
        ('title = "Capital"', "title = 3", ':2, column "sources.article.title": found "3",'),
        ('tier = "S"', 'tier = "Z"', ':13, column "sources.a_second.tier": found "Z",'),
        ("published = 2026-05-25", "published = 2026", ':7, column "sources.article.published": found "2026",'),
        ('note = "A note"', 'nota = "A note"', ':17, column "sources.a_second.nota": found "A note",'),
        ("[sources.article]", "[sourced.article]", ':1, column "sourced": found "sourced",'),
    ],
)
def test_a_source_of_the_wrong_kind_is_refused_at_its_line(old: str, new: str, start: str) -> None:
    refused(sources_of, "sources.toml", change(SOURCES, old, new), start)


def test_a_missing_key_of_a_source_is_refused_at_its_header() -> None:
    assert refusals(sources_of, "sources.toml", change(SOURCES, 'publisher = "Epoch"\n', "")) == [
        'sources.toml:9, column "sources.a_second.publisher": expected the key publisher'
    ]


def test_a_text_that_may_be_empty_has_a_limit_too() -> None:
    long = "x" * 10_001
    assert refusals(sources_of, "sources.toml", change(SOURCES, '"Capital"', f'"Capital"\nnote = "{long}"')) == [
        f'sources.toml:3, column "sources.article.note": found "{long[:59]}…", expected at most 10000 characters'
    ]


@pytest.mark.parametrize(
    ("mark", "shown"), [("\\u001b", "\\x1b"), ("\\u009b", "\\x9b"), ("\\b", "\\x08"), ("\\uFFFE", "\\ufffe")]
)
def test_control_characters_that_toml_escapes_are_refused_at_their_line(mark: str, shown: str) -> None:
    assert refusals(sources_of, "sources.toml", change(SOURCES, '"Capital"', f'"Capital{mark}[31m"')) == [
        f'sources.toml:2, column "sources.article.title": found "Capital{shown}[31m",'
        " expected text without control characters"
    ]


def test_a_name_of_correlated_figures_that_another_group_has_is_reported_by_its_key() -> None:
    group = "\n[[correlated]]\nname = 'rate'\nfigures = ['a/*']\ncorrelation = 0.5\nwhy = 'one rate'\n"
    raw = assumptions_file()
    with pytest.raises(InputError) as error:
        read_assumptions(RawFile(raw.path, raw.data + 2 * group.encode()))
    place = 'column "correlated.1.name": found "rate", expected a name that line 13 does not have'
    assert place in str(error.value)


def test_a_source_written_twice_is_refused() -> None:
    refused(sources_of, "sources.toml", change(SOURCES, "[sources.a_second]", "[sources.article]"), ":9:")


def test_the_table_of_sources_is_sorted_by_id() -> None:
    undated = {
        "read": None, "original_publisher": "", "original_address": "", "original_published": None, "confidence": "",
    }  # fmt: skip
    table = sources_table(sources_of(RawFile("sources.toml", SOURCES.encode())))
    Sources.validate(table)
    assert table.to_dict("records") == [
        {
            "source_id": "a_second", "title": "Second", "publisher": "Epoch", "address": "https://example.org/2",
            "tier": "S", "licence": "CC", **undated, "published": dt.date(2025, 8, 7), "note": "A note",
            "read": dt.date(2026, 11, 24), "original_address": "https://example.org/2",
        },
        {
            "source_id": "article", "title": "Capital", "publisher": "AINews", "address": "https://example.org",
            "tier": "P", "licence": "none", **undated, "published": dt.date(2026, 5, 25), "note": "",
            "original_address": "https://example.org",
        },
    ]  # fmt: skip


def source(**changes: str) -> Source:
    about = {
        "title": "Prices",
        "publisher": "Bureau",
        "address": "https://bureau.example",
        "tier": "P",
        "licence": "CC",
    }
    return Source.model_validate(about | changes)


def test_a_copy_of_a_source_is_never_primary() -> None:
    mirror = source(publisher="A mirror", original_publisher="Bureau", address="https://mirror.example")
    assert [mirror.tier_of(tier) for tier in "PSDW"] == ["S", "S", "D", "W"]
    assert [source().tier_of(tier) for tier in "PSDW"] == ["P", "S", "D", "W"]
    table = sources_table(Declared(sources={"mirror": mirror, "original": source()}))
    assert table.set_index("source_id")["tier"].to_dict() == {"mirror": "S", "original": "P"}


def test_the_original_of_a_source_is_its_own_page_unless_it_is_a_copy() -> None:
    assert source().original == "https://bureau.example"
    assert source(address=NO_ADDRESS).original == ""
    assert source(original_publisher="Another").original == "", "it is not known, and the copy's address is not it"
    assert source(original_publisher="Another", original_address="https://a.example").original == "https://a.example"


# Predictions.


def predictions_of(raw: RawFile) -> Predictions:
    return read_predictions(raw, {}, KINDS)


def test_predictions_without_clocks_of_their_own_count_from_the_days_of_the_article() -> None:
    text = PREDICTIONS[PREDICTIONS.index("[[predictions]]") :]
    found = read_predictions(RawFile("predictions.toml", text.encode()), ARTICLE.clocks, KINDS)
    assert found.clocks.model_dump() == {"content": dt.date(2024, 10, 3), "publication": dt.date(2026, 5, 25)}


@pytest.mark.parametrize(
    ("old", "new", "start"),
    [
        ("content = 2024-10-03", "content = 20241001", ':2, column "clocks.content": found "20241001",'),
        ('kind = "watch"', 'kind = "guess"', ':26, column "predictions.1.kind": found "guess",'),
        ('clock = "content"', 'clock = "wall"', ':15, column "predictions.0.deadlines.0.clock": found "wall",'),
        ("date = 2026-12-31", 'date = "soon"', ':22, column "predictions.0.deadlines.1.date": found "soon",'),
        (
            'ambiguous_words = ["will"]',
            'leaves_room = "will"',
            ':11, column "predictions.0.ambiguous_words": found "will",',
        ),
        ('ambiguity = "Much"', 'ambiguity = "Much"\nodds = 0.5', ':32, column "predictions.1.odds": found "0.5",'),
        ('id = "undated"', 'id = "Un dated"', ':25, column "predictions.1.id": found "Un dated",'),
        ('id = "undated"', 'id = "dated"', ':25, column "predictions.1.id": found "dated",'),
    ],
)
def test_a_prediction_of_the_wrong_kind_is_refused_at_its_line(old: str, new: str, start: str) -> None:
    refused(predictions_of, "predictions.toml", change(PREDICTIONS, old, new), start)


@pytest.mark.parametrize("day", ["2026-12-31", "soon"])
def test_a_day_in_quotation_marks_is_reported_with_the_fix(day: str) -> None:
    (told,) = refusals(predictions_of, "predictions.toml", change(PREDICTIONS, "date = 2026-12-31", f'date = "{day}"'))
    assert told.endswith(f'found "{day}", expected a day such as 2024-10-01, without quotation marks')


def test_a_number_in_place_of_a_day_gets_no_hint_of_quotation_marks() -> None:
    (told,) = refusals(predictions_of, "predictions.toml", change(PREDICTIONS, "date = 2026-12-31", "date = 2026"))
    assert told.endswith('found "2026", expected a day such as 2024-10-01')


def test_a_missing_key_of_a_prediction_is_refused_at_its_header() -> None:
    assert refusals(predictions_of, "predictions.toml", change(PREDICTIONS, 'criterion = "Watch it"\n', "")) == [
        'predictions.toml:24, column "predictions.1.criterion": expected the key criterion'
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'no_deadline = "No date is given"\n',
            "",
            ':24, column "predictions.1.deadlines": found "undated", expected deadlines for the clocks content and '
            "publication, or no_deadline with the reason",
        ),
        (
            'ambiguity = "None"',
            'ambiguity = "None"\nno_deadline = "Nothing said"',
            ':13, column "predictions.0.no_deadline": found "Nothing said", expected either deadlines or the reason '
            "for none, not both",
        ),
        (
            'clock = "publication"',
            'clock = "content"',
            ':15, column "predictions.0.deadlines.0.clock": found "content", expected a deadline for the clock '
            "publication beside it",
        ),
        (
            'clock = "content"\ninterpretation = "by 2026"',
            'clock = "publication"\ninterpretation = "by 2026"',
            ':15, column "predictions.0.deadlines.0.clock": found "publication", expected a deadline for the clock '
            "content beside it",
        ),
    ],
)
def test_a_prediction_has_deadlines_for_both_clocks_or_the_reason_for_none(old: str, new: str, told: str) -> None:
    assert refusals(predictions_of, "predictions.toml", change(PREDICTIONS, old, new)) == [f"predictions.toml{told}"]


def test_a_deadline_written_twice_is_refused_at_its_line() -> None:
    start = PREDICTIONS.rindex("[[predictions.deadlines]]")
    last = "date = 2026-12-31\n"
    block = PREDICTIONS[start : PREDICTIONS.index(last, start) + len(last)]
    (line,) = refusals(predictions_of, "predictions.toml", change(PREDICTIONS, block, block + block))
    assert line.startswith('predictions.toml:25, column "predictions.0.deadlines.2.interpretation": found ')
    assert line.endswith("expected another clock or interpretation")


# Claims.


def claims_of(raw: RawFile) -> list[DeclaredClaim]:
    return read_claims(raw, FORMULAS, WORDS, PLUGINS)


@pytest.mark.parametrize(
    ("count", "own", "expected"),
    [(15, False, ""), (16, False, "at most 15 words, or 30"), (30, True, ""), (31, True, "at most 30 words")],
)
def test_a_quotation_of_an_own_text_may_have_thirty_words(count: int, own: bool, expected: str) -> None:
    quote = " ".join(["word"] * count)
    raw = RawFile("claims.toml", f'[[claims]]\nid = "c"\nquote = "{quote}"\nuntestable = "no table"\n'.encode())
    if not expected:
        assert read_claims(raw, FORMULAS, WORDS, PLUGINS, own=own)
        return
    with pytest.raises(InputError, match=expected):
        read_claims(raw, FORMULAS, WORDS, PLUGINS, own=own)


def interpretations(raw: RawFile) -> list[Interpretation]:
    return read_interpretations(raw, claims_of(raw), assumed(cutoffs="{ significance = 0.05 }"), FORMULAS)


WRONG_CLAIMS = [
    ('id = "dense"', 'id = "majority"', ':20, column "claims.1.id": found "majority",'),
    ('id = "dense"', 'id = "Dense"', ':20, column "claims.1.id": found "Dense",'),
    ('theme = "funding"', 'theme = "money"', ':3, column "claims.0.theme": found "money",'),
    ('kind = "prose"', 'kind = "poem"', ':22, column "claims.1.kind": found "poem",'),
    ('statement = "It is dense"', 'statement = ""', ':24, column "claims.1.statement": found "",'),
    ('section = "Impact"', "section = 4", ':5, column "claims.0.section": found "4",'),
    ('section = "Impact"', 'section = "Impact"\nsure = true', ':6, column "claims.0.sure": found "true",'),
    ("least_n = 3", "least_n = 0", ':17, column "claims.0.interpretations.1.least_n": found "0",'),
    ("least_n = 3", "least_n = 3.0", ':17, column "claims.0.interpretations.1.least_n": found "3.0",'),
    ("least_n = 3", "most_n = 3", ':17, column "claims.0.interpretations.1.most_n": found "3",'),
    ('"us_share"', '"us_shares"', ':10, column "claims.0.interpretations.0.metric": found "us_shares",'),
    ('"us_share"', '"US share"', ':10, column "claims.0.interpretations.0.metric": found "US share",'),
    ('"funding_share/china"', '"fund/china"', ':15, column "claims.0.interpretations.1.metric": found "fund/china",'),
    ('"above 0.5"', '"over 0.5"', ':11, column "claims.0.interpretations.0.predicate": found "over 0.5",'),
    ('"above 0.5"', '"above"', ':11, column "claims.0.interpretations.0.predicate": found "above",'),
    ('"above 0.5"', '"above half"', ':11, column "claims.0.interpretations.0.predicate": found "above half",'),
    (
        "significance 0.9",
        "0.9 significance",
        ':16, column "claims.0.interpretations.1.predicate": found "between 0.9 significance",',
    ),
]


def test_a_claim_of_the_wrong_kind_is_refused_at_its_line(subtests: pytest.Subtests) -> None:
    for old, new, start in WRONG_CLAIMS:
        with subtests.test(new=new):
            refused(interpretations, "claims.toml", change(CLAIMS, old, new), start)


@pytest.mark.parametrize("blank", ["", " "])
def test_a_blank_predicate_is_refused_in_words(blank: str) -> None:
    (line,) = refusals(interpretations, "claims.toml", change(CLAIMS, '"above 0.5"', f'"{blank}"'))
    assert line.startswith(f'claims.toml:11, column "claims.0.interpretations.0.predicate": found "{blank}", expected ')
    assert "unpack" not in line


@pytest.mark.parametrize(
    ("old", "line"),
    [
        ('id = "dense"\n', 'claims.toml:19, column "claims.1.id": expected the key id'),
        (
            'metric = "us_share"\n',
            'claims.toml:8, column "claims.0.interpretations.0.metric": expected the key metric, is or all_of',
        ),
    ],
)
def test_a_missing_key_of_a_claim_is_refused_at_its_header(old: str, line: str) -> None:
    assert refusals(interpretations, "claims.toml", change(CLAIMS, old, "")) == [line]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('untestable = "No table says so"\n', "", ':19, column "claims.1": found "dense",'),
        ('statement = "Most goes to the US"', 'statement = "Most"\nuntestable = "It is vague"',
         ':1, column "claims.0": found "majority",'),
    ],
)  # fmt: skip
def test_a_claim_has_readings_or_the_reason_for_none(old: str, new: str, found: str) -> None:
    assert refusals(claims_of, "claims.toml", change(CLAIMS, old, new)) == [
        f"claims.toml{found} expected fair interpretations, or untestable with the reason, or states_figures"
    ]


BESIDE = """untestable = "No table says so"

[[claims.interpretations]]
interpretation = "as printed"
metric = "us_share"
predicate = "above 0.5"
strictness = "loose"
"""


def test_a_reading_that_does_not_decide_stands_beside_the_reason_and_never_alone() -> None:
    reason = 'untestable = "No table says so"\n'
    text = change(CLAIMS, reason, BESIDE)
    assert [len(claim.interpretations) for claim in claims_of(RawFile("claims.toml", text.encode()))] == [2, 1]
    (line,) = refusals(claims_of, "claims.toml", change(text, reason, ""))
    assert line.startswith('claims.toml:19, column "claims.1": found "dense", expected fair interpretations')


SAYS = 'predicate = "above 0.5"\nsays = "{}"'


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("the US takes most", "a sentence with {value}, which the metric's value replaces"),
        ("the US takes {valeu}", "{value} as the only placeholder; did you mean {value}?"),
        ("{winner_2} takes {value}", "{value} as the only placeholder"),
        ("the US takes {value} of {", "a sentence with {value}, which the metric's value replaces"),
    ],
)
def test_a_sentence_on_what_was_found_takes_the_value_and_nothing_else(says: str, expected: str) -> None:
    text = change(CLAIMS, 'predicate = "above 0.5"', SAYS.format(says))
    (line,) = refusals(claims_of, "claims.toml", text)
    assert line == f'claims.toml:12, column "claims.0.interpretations.0.says": found "{says}", expected {expected}'


def test_a_sentence_on_what_was_found_is_kept_with_its_reading() -> None:
    text = change(CLAIMS, 'predicate = "above 0.5"', SAYS.format("the US takes {value}"))
    assert [each.says for each in interpretations(RawFile("claims.toml", text.encode()))][:2] == [
        "the US takes {value}",
        "",
    ]


def test_every_bad_predicate_is_reported() -> None:
    text = change(change(CLAIMS, '"above 0.5"', '"over 0.5"'), "between significance 0.9", "between strong 0.9")
    lines = refusals(interpretations, "claims.toml", text)
    assert [line.partition(",")[0] for line in lines] == ["claims.toml:11", "claims.toml:16"]
    assert lines[1].endswith("expected a number or one of significance, not 'strong'")


def test_the_claims_and_their_readings_as_tables() -> None:
    raw = RawFile("claims.toml", CLAIMS.encode())
    claims = claims_table(claims_of(raw), NO_FIGURES)
    Claims.validate(claims)
    assert list(claims["claim_id"]) == ["majority", "dense"]
    assert list(claims["untestable"]) == ["", "No table says so"]
    found = interpretations_table(interpretations(raw))
    Interpretations.validate(found)
    expected = pd.DataFrame(
        {
            "claim_id": ["majority", "majority"],
            "rank": [0, 1],
            "interpretation": ["more than half", "significant"],
            "says": ["", ""],
            "metric_id": ["us_share", "funding_share/china"],
            "predicate": ["above 0.5", "between significance 0.9"],
            "least_n": [1, 3],
            "requires": ["", ""],
            "strictness": ["fair", "fair"],
        }
    )
    pd.testing.assert_frame_equal(found, expected)


def test_a_reading_knows_the_bounds_that_its_predicate_names() -> None:
    found = interpretations(RawFile("claims.toml", CLAIMS.encode()))
    assert [interpretation.predicate for interpretation in found] == [
        Predicate("above", (0.5,)),
        Predicate("between", (0.05, 0.9)),
    ]


def test_a_claim_may_have_a_title_and_by_its_kind_be_about_the_print() -> None:
    text = change(
        CLAIMS, 'statement = "Most goes to the US"', 'title = "US takes most"\nstatement = "Most goes to the US"'
    )
    claims = claims_of(RawFile("claims.toml", text.encode()))
    assert list(claims_table(claims, NO_FIGURES)["title"]) == ["US takes most", ""]
    for kind, about_printed in (("takeaway", False), ("table cell", True), ("internal consistency", True)):
        found = interpretations(RawFile("claims.toml", change(text, 'kind = "takeaway"', f'kind = "{kind}"').encode()))
        assert {interpretation.about_printed for interpretation in found} == {about_printed}, kind


MODEL = """
[predictions.model]
kind = "first_event"
unit = "company"
measure = "companies listed"
chosen = 2026-11-25
events = ["listing"]
decides = "wide"
horizon_months = 12
prior = { events = 1, years = 20 }
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('decides = "wide"', 'decides = "narrow"', "one of the cohorts wide"),
        ("horizon_months = 12", "horizon_months = 0", "greater than or equal to 1"),
        ("years = 20", "years = 0", "greater than 0"),
        ("horizon_months = 12\n", "", ':18, column "predictions.0.model.horizon_months": expected the key horizon_'),
        (
            'kind = "first_event"',
            'kind = "first_evnt"',
            ':19, column "predictions.0.model.kind": found "first_evnt", expected one of events_by_deadline, '
            "first_event, share_by_deadline, number_by_deadline, indicators, all_of, burst, ratio; did you mean "
            "first_event?",
        ),
        ('kind = "first_event"\n', "", ':18, column "predictions.0.model.kind": expected the key kind'),
        (
            "horizon_months = 12",
            "horizon_month = 12",
            ':25, column "predictions.0.model.horizon_month": found "12", expected a key that is known here; '
            "did you mean horizon_months?",
        ),
        ('unit = "company"', 'unit = "compny"', "a unit; did you mean company?"),
    ],
)
def test_a_model_is_checked(old: str, new: str, expected: str) -> None:
    text = PREDICTIONS.replace("[clocks]", '[cohorts]\nwide = ["a"]\n\n[clocks]', 1)
    head, marker, rest = text.partition("[[predictions.deadlines]]")
    whole = head + MODEL + marker + rest
    assert predictions_of(RawFile("predictions.toml", whole.encode())).predictions[0].model
    (line,) = refusals(predictions_of, "predictions.toml", change(whole, old, new))
    assert expected in line


EARLIER = MODEL.replace("[predictions.model]", "[[predictions.earlier]]").replace("years = 20", "years = 10")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "months = 12\nprior = { events = 1, years = 10",
            "months = 6\nprior = { events = 1, years = 10",
            "the same question",
        ),
        ("chosen = 2026-11-26\n", "", "the key chosen"),
        (
            "listing = 2026-10-07",
            "listin = 2026-10-07",
            "a kind of event or a series that something here reads; did you mean listing?",
        ),
    ],
)
def test_versions_and_sweeps_are_checked(old: str, new: str, expected: str) -> None:
    text = PREDICTIONS.replace(
        "[clocks]", '[cohorts]\nwide = ["a"]\n\n[search_cutoffs]\nlisting = 2026-10-07\n\n[clocks]', 1
    )
    head, marker, rest = text.partition("[[predictions.deadlines]]")
    after = 'after = { events = ["draft_filing"], prior = { events = 1, years = 1 } }\n'
    model = MODEL.replace("2026-11-25", "2026-11-26").replace("horizon", after + "horizon")
    whole = head + model + EARLIER + marker + rest
    prediction = predictions_of(RawFile("predictions.toml", whole.encode())).predictions[0]
    assert [str(prediction.earlier[0].chosen), str(prediction.model.chosen)] == ["2026-11-25", "2026-11-26"]  # type: ignore[union-attr]
    assert whole.count(old), old
    lines = refusals(predictions_of, "predictions.toml", whole.replace(old, new, 1))
    assert any(expected in line for line in lines), lines


def test_a_file_that_predicts_nothing_is_read() -> None:
    assert predictions_of(RawFile("predictions.toml", b"")).predictions == []


BURST = """
[predictions.model]
kind = "burst"
chosen = 2026-11-25
basket = { series = "drawdown", subject = "basket", members = ["a"] }
fall_percent = 30
floor_percent = 75
companies = ["a"]
round = "funding_round"
shutdown = "shutdown"
gone = []
valuation = "valuation"
not_rounds = ["tender"]
revenue = "revenue"
survivors_of = "wide"
survivors = 1
judged_after_months = 24
horizon_months = 12
basket_prior = { events = 1, years = 10 }
round_prior = { events = 1, years = 20 }
"""
RATIO = """
[predictions.model]
kind = "ratio"
chosen = 2026-11-25
series = "revenue"
measure = "revenue"
companies = ["a"]
bases = ["per unit"]
horizon_months = 3
threshold = 1
threshold_unit = "dollar"
gone = ["shutdown"]
decides = "wide"
quarters_below = 4
fails_within_months = 24
yardstick = "price"
yardstick_means = "the price"
yardstick_days = 92
prior = { level_sd = 1, noise = 0.3, noise_weight = 2 }
"""


@pytest.mark.parametrize(
    ("model", "old", "new", "column", "expected"),
    [
        (BURST, '_of = "wide"', '_of = "strict"', "predictions.0.model.survivors_of", "one of the cohorts wide"),
        (RATIO, 'decides = "wide"', 'decides = "strict"', "predictions.0.model.decides", "one of the cohorts wide"),
        (BURST, 'survivors_of = "wide"\n', "", "predictions.0.model.survivors_of", "the key survivors_of"),
        (RATIO, "quarters_below = 4", "quarters_below = 0", "predictions.0.model.quarters_below", "greater than"),
    ],
)
def test_what_is_particular_to_an_article_is_declared_and_checked(
    model: str, old: str, new: str, column: str, expected: str
) -> None:
    text = PREDICTIONS.replace("[clocks]", '[cohorts]\nwide = ["a"]\n\n[clocks]', 1)
    whole = text.replace("[[predictions.deadlines]]", model + "\n[[predictions.deadlines]]", 1)
    assert predictions_of(RawFile("predictions.toml", whole.encode())).predictions[0].model
    (line,) = refusals(predictions_of, "predictions.toml", change(whole, old, new))
    assert f'column "{column}"' in line
    assert expected in line


def test_a_name_of_another_form_is_reported_by_an_example() -> None:
    """A regular expression would say it to programmers alone."""
    text = PREDICTIONS.replace("[clocks]", '[cohorts]\nwide = ["Open AI"]\n\n[clocks]', 1)
    (line,) = refusals(predictions_of, "predictions.toml", text)
    assert line.endswith('found "Open AI", expected a text such as open_ai, of small letters and digits')
    text = change(CLAIMS, 'id = "majority"\n', 'id = "majority"\nasserts = ["pop/北京/people"]\n')
    (line,) = refusals(claims_of, "claims.toml", text)
    made_of = "of small letters, digits and single underscores"
    assert line.endswith(f'found "pop/北京/people", expected a text such as table/subject/quantity, {made_of}')


def test_no_more_numbers_are_assumed_than_can_be_changed_one_by_one() -> None:
    """Each is tried with two other values, and each try holds all of them."""
    text = "as_of = 2026-11-24\n[cutoffs]\n" + "".join(f"k{number} = 1.0\n" for number in range(201))
    (line,) = refusals(read_assumptions, "assumptions.toml", text)
    assert "expected at most 200 items, not " in line  # pydantic counts on, or says "more"
