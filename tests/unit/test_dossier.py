"""What a dossier declares: which file has which section, what its columns hold, its own units, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tidebook.pipelines.evaluate.unit_products import UnitRegistry
from tidebook.pipelines.read.dossier.checked import all_models, check_sources, check_versions, read_dossier
from tidebook.pipelines.read.dossier.declared import Dossier
from tidebook.pipelines.read.dossier.sections import DOSSIER, PACKAGE, input_paths, section_of, section_paths
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.rawfile import INSIDE, RawFile, read_raw
from tidebook.pipelines.read.tables import parse_table, read_table, row_problems, scale_warnings, typed_table
from tidebook.schemas.contracts import current
from tidebook.schemas.registry import ENGINE
from tidebook.schemas.rules import RuleResult, validate
from tidebook.schemas.units import UNITS, get_unit

ARTICLE = """\
[article]
title = "Stop renting GPUs"
published = 2025-06-03
"""
PRICES = """
[tables.prices]
path = "prices.csv"
title = "Prices"
"""
COLUMNS = """
[tables.prices.columns]
"Provider" = { name = "provider", role = "subject" }
"Type" = { name = "type", enum = ["hyperscaler", "specialist"] }
"Price" = { name = "price", unit = "USD", minimum = 1, maximum = 9 }
"""
CSV = """\
Provider,Type,Price
Grand Cloud,hyperscaler,$8.00
Small Cloud,specialist,$2.00
"""


def declared(text: str) -> Dossier:
    return read_dossier(RawFile(DOSSIER, text.encode()))


def one_table(columns: str, *more: str) -> Dossier:
    """Return a dossier whose one table has these columns, `more` lines of its own."""
    return declared("\n".join([ARTICLE, PRICES, *more, "[tables.prices.columns]", columns]))


def refused(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        declared(text)
    return str(caught.value).splitlines()


def csv(text: str) -> RawFile:
    return RawFile("prices.csv", text.encode())


def rows(dossier: Dossier, text: str = CSV) -> list[dict[str, Any]]:
    """Return the rows of the one table."""
    return read_table(dossier.tables["prices"], csv(text))[0]


def typed(dossier: Dossier, raw: RawFile) -> pd.DataFrame:
    """Return the one table with every cell typed."""
    (name,) = dossier.tables
    return typed_table(dossier.models[name], parse_table(dossier.tables[name], raw))


def broken(dossier: Dossier, raw: RawFile) -> list[RuleResult]:
    """Return the rules of the one table that rows of it break."""
    (model,) = dossier.models.values()
    return [each for each in validate(model, typed(dossier, raw)) if not each.passed]


def bad_rows(dossier: Dossier, text: str) -> list[str]:
    """Return what is told of the rows of the one table that break a rule."""
    table, raw = dossier.tables["prices"], csv(text)
    failed = broken(dossier, raw)
    found = [row_problems(table, raw, each.rows, each.rule.column, each.rule.meaning) for each in failed]
    return [str(problem) for problems in found for problem in problems]


def bad_cells(dossier: Dossier, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        rows(dossier, text)
    return str(caught.value).splitlines()


# The article.


def test_an_article_needs_a_title_and_a_day_alone() -> None:
    article = declared(ARTICLE + PRICES + COLUMNS).article
    assert article.slug == "stop_renting_gpus"
    assert article.content == dt.date(2025, 6, 3)
    assert article.clocks == {"content": dt.date(2025, 6, 3), "publication": dt.date(2025, 6, 3)}
    assert (article.source.tier, article.source.published) == ("P", dt.date(2025, 6, 3))


def test_an_id_of_its_own_and_a_day_of_the_content_go_first() -> None:
    article = declared(f'{ARTICLE}id = "renting"\nwritten = 2025-05-20\n{PRICES}{COLUMNS}').article
    assert (article.slug, article.content) == ("renting", dt.date(2025, 5, 20))
    assert article.clocks == {"content": dt.date(2025, 5, 20), "publication": dt.date(2025, 6, 3)}


@pytest.mark.parametrize("interval", ["[2025-05-20, 2025-06-01]", '["2025-05-20", "2025-06-01"]'])
def test_the_day_of_the_content_may_be_an_interval(interval: str) -> None:
    article = declared(f"{ARTICLE}written = {interval}\n{PRICES}{COLUMNS}").article
    assert (article.content, article.content_to) == (dt.date(2025, 5, 20), dt.date(2025, 6, 1))
    assert article.clocks["content"] == dt.date(2025, 5, 20), "what counts as an event does so from the first day on"


def test_an_interval_of_one_day_is_that_day() -> None:
    article = declared(f"{ARTICLE}written = [2025-05-20, 2025-05-20]\n{PRICES}{COLUMNS}").article
    assert article.written == article.content == article.content_to == dt.date(2025, 5, 20)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[2025-06-01, 2025-05-20]", "the first and the last in brackets"),
        ("[2025-05-20]", ""),
        ("[2025-05-20, 2025-05-21, 2025-05-22]", "the first and the last in brackets"),
        ('["2025-05-20", "June"]', "the first and the last in brackets"),
        ("[]", "the first and the last in brackets"),
        ("[2025-05-20, 2025-06-04]", "a day not after that of publication"),
        ('"2025-05-20"', "the first and the last in brackets"),
        ("2025-05-20T10:00:00", "the first and the last in brackets"),
    ],
)
def test_what_is_neither_a_day_nor_an_interval_is_refused(written: str, expected: str) -> None:
    text = f"{ARTICLE}written = {written}\n{PRICES}{COLUMNS}"
    if not expected:
        assert declared(text).article.content == dt.date(2025, 5, 20), "one day in brackets is that day"
        return
    (line,) = refused(text)
    assert 'column "article.written": found ' in line and expected in line


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('title = "Stop renting GPUs"\n', "", ':1, column "article.title": expected the key title'),
        ("published", "publishd", ':3, column "article.publishd": found "2025-06-03", expected a key that is known'),
        ("published", "publishd", "; did you mean published"),
        ("2025-06-03", '"June"', ':3, column "article.published": found "June", expected a day such as 2024-10-01'),
    ],
)
def test_what_is_wrong_with_the_article_is_reported_at_its_line(old: str, new: str, expected: str) -> None:
    lines = refused((ARTICLE + PRICES + COLUMNS).replace(old, new, 1))
    assert any(expected in line for line in lines), lines


def test_a_misspelt_key_is_reported_once_and_not_also_as_missing() -> None:
    text = (ARTICLE + PRICES + COLUMNS).replace('title = "Stop renting GPUs"\n', "", 1)
    (missing, slip) = refused(text.replace("published", "publishd", 1))
    assert missing.endswith("expected the key title") and "; did you mean published" in slip


def test_a_dossier_has_a_table() -> None:
    assert any('column "tables": expected the key tables' in line for line in refused(ARTICLE))


# Sections, in dossier.toml or in a file of their own.

CLAIMS = """
[[claims]]
id = "dear"
statement = "It is dear"
untestable = "Who knows"
"""


def folder(tmp_path: Path, **files: str) -> Path:
    """Return a folder with a dossier and these files, `metrics` as metrics.toml."""
    texts = {DOSSIER: ARTICLE + PRICES + COLUMNS, "prices.csv": CSV}
    for name, text in (texts | {f"{name}.toml": text for name, text in files.items()}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_section_stands_in_a_file_of_its_own_or_else_in_the_dossier(tmp_path: Path) -> None:
    paths = section_paths(folder(tmp_path, claims=CLAIMS))
    assert paths["claims"] == "claims.toml"
    assert {path for name, path in paths.items() if name != "claims"} == {DOSSIER}
    assert input_paths(tmp_path, False) == ["claims.toml", DOSSIER, "prices.csv"]


@pytest.mark.parametrize("name", ["claims.toml", "reference/events.csv", "reference/observations_more.csv"])
@pytest.mark.parametrize("kind", ["fifo", "folder", "link to nothing"])
def test_a_folder_in_place_of_an_optional_file_is_reported(tmp_path: Path, name: str, kind: str) -> None:
    raw = folder(tmp_path, dossier=f"{ARTICLE}{PRICES}{COLUMNS}\n")
    place = raw / name
    place.parent.mkdir(exist_ok=True)
    {"fifo": os.mkfifo, "folder": os.mkdir, "link to nothing": lambda path: path.symlink_to("nothing")}[kind](place)
    assert name in input_paths(raw, with_sources=False)
    with pytest.raises(InputError, match="a file of this name"):
        read_raw(raw, name)


@pytest.mark.parametrize(
    ("name", "key"),
    [("claims", "[[claims]]"), ("metrics", "[define]"), ("metrics", "[metrics.m]"), ("predictions", "[cohorts]")],
)
def test_a_section_in_both_is_refused(tmp_path: Path, name: str, key: str) -> None:
    raw = folder(tmp_path, **{name: ""}, dossier=f"{ARTICLE}{PRICES}{COLUMNS}\n{key}\n")
    with pytest.raises(InputError) as caught:
        section_paths(raw)
    named = key.strip("[]").partition(".")[0]
    assert str(caught.value) == (
        f'dossier.toml:14: found "{named}", expected this section here or in {name}.toml, not in both'
    )


def test_an_unknown_section_is_reported_with_a_suggestion(tmp_path: Path) -> None:
    raw = folder(tmp_path, dossier=f"{ARTICLE}{PRICES}{COLUMNS}\n[[claim]]\nid = 'a'\n\n[zzz]\n")
    with pytest.raises(InputError) as caught:
        section_paths(raw)
    assert str(caught.value).splitlines() == [
        'dossier.toml:14: found "claim", expected a section of a dossier; did you mean claims?',
        'dossier.toml:17: found "zzz", expected a section of a dossier',
    ]


def test_a_section_sees_nothing_of_the_others() -> None:
    text = f"{ARTICLE}{CLAIMS}\n[assumptions.draws]\ncount = 200\n"
    assert list(section_of(DOSSIER, text.encode(), "claims").toml()) == ["claims"]
    assumptions = section_of(DOSSIER, text.encode(), "assumptions")
    assert assumptions.toml() == {"draws": {"count": 200}}
    assert assumptions.toml_line(("draws", "count")) == 11
    assert section_of(DOSSIER, text.encode(), "metrics").toml() == {}
    assert (
        section_of("claims.toml", CLAIMS.encode(), "claims").toml()
        == section_of(DOSSIER, text.encode(), "claims").toml()
    )


def test_an_unknown_key_of_a_column_is_reported_with_a_suggestion() -> None:
    (line,) = refused(ARTICLE + PRICES + COLUMNS.replace("minimum", "minimun"))
    assert line == (
        'dossier.toml:12, column "tables.prices.columns.Price.minimun": found "1", '
        "expected a key that is known here; did you mean minimum?"
    )


# Columns.


def test_columns_say_what_they_hold() -> None:
    (table,) = declared(ARTICLE + PRICES + COLUMNS).tables.values()
    assert [(each.name, each.holds) for each in table.printed.values()] == [
        ("provider", "subject"), ("type", "label"), ("price", "quantity"),
    ]  # fmt: skip
    assert table.labels == ["type"]
    assert rows(declared(ARTICLE + PRICES + COLUMNS))[0] == {
        "subject": "grand_cloud", "provider": "Grand Cloud", "type": "hyperscaler", "price": 8.0,
    }  # fmt: skip


def test_without_a_role_a_column_with_a_unit_holds_quantities_and_another_labels() -> None:
    dossier = one_table('"A" = { name = "a" }\n"B" = { name = "b", unit = "USD" }\n"C" = { name = "c", role = "note" }')
    assert [each.holds for each in dossier.tables["prices"].printed.values()] == ["label", "quantity", "note"]
    assert dossier.tables["prices"].labels == ["a"]


def test_labels_and_quantities_become_figures_of_their_row() -> None:
    _, cells = read_table(declared(ARTICLE + PRICES + COLUMNS).tables["prices"], csv(CSV))
    assert [(cell.subject, cell.quantity, cell.amount.value) for cell in cells] == [
        ("grand_cloud", "price", 8.0), ("small_cloud", "price", 2.0),
    ]  # fmt: skip
    assert [json.loads(cell.labels) for cell in cells] == [{"type": "hyperscaler"}, {"type": "specialist"}]


def test_without_a_subject_rows_are_numbered() -> None:
    dossier = one_table('"Type" = { name = "type" }\n"Price" = { name = "price", unit = "USD" }')
    text = "Type,Price\nhyperscaler,$8.00\nhyperscaler,$2.00\n"
    assert [(row["subject"], row["price"]) for row in rows(dossier, text)] == [("r1", 8.0), ("r2", 2.0)]


PRINTED = [
    ('unit = "USD", scale = 1e6', "250", 250e6),
    ('unit = "USD", scale = 1e9', "$1.5", 1.5e9),
    ('unit = "USD", inherits = true', "250", 250.0),
    ('unit = "USD", scale = 1e6, inherits = false', "$250", 250e6),
    ('unit = "person", inherits = true', "128K", 128e3),
    ('unit = "USD", locale = "de", inherits = true', "1.234,5", 1234.5),
    ('unit = "USD", decimal = ",", inherits = true', "12,5", 12.5),
    ('unit = "percent", fractions = true', "0.25", 25.0),
    ('unit = "percent", within = ["* ({})"]', "12 (3.4%)", 3.4),
    ('unit = "USD", missing = ["k.A."]', "k.A.", math.nan),
    ('unit = "USD", nil = ["—"]', "—", 0.0),
    ('unit = "USD", parentheses = "negative", inherits = true', "(5)", -5.0),
    ('unit = "USD", footnotes = ["*"]', "$5*", 5.0),
    ('unit = "second", clock = "m:s"', "2:05", 125.0),
]


def test_a_column_says_how_its_cells_are_printed(subtests: pytest.Subtests) -> None:
    for column, text, value in PRINTED:
        with subtests.test(column=column):
            dossier = one_table(f'"A" = {{ name = "a", role = "subject" }}\n"B" = {{ name = "b", {column} }}')
            (row,) = rows(dossier, f'A,B\nx,"{text}"\n')
            assert row["b"] == pytest.approx(value, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    ("words", "text", "value"),
    [
        (["K"], "300 K", 300.0),
        (["K"], "300 thousand K", 300e3),
        (["m²", "m"], "62.5 m²", 62.5),
        (["m"], "1,200 m", 1200.0),
        (["t"], "5 million t", 5e6),
    ],
)
def test_the_sign_of_a_declared_unit_is_not_a_magnitude(words: list[str], text: str, value: float) -> None:
    unit = f'[units.thing]\nmeaning = "things"\ncounts = false\nwords = {json.dumps(words, ensure_ascii=False)}\n'
    dossier = declared(ARTICLE + unit + PRICES + COLUMNS.replace('"USD", minimum = 1, maximum = 9', '"thing"'))
    (row,) = rows(dossier, f'Provider,Type,Price\nA,hyperscaler,"{text}"\n')
    assert row["price"] == value


def test_a_sign_that_is_nearly_that_of_a_unit_is_reported_as_unclear() -> None:
    unit = '[units.thing]\nmeaning = "things"\ncounts = false\nwords = ["m"]\n'
    dossier = declared(ARTICLE + unit + PRICES + COLUMNS.replace('"USD", minimum = 1, maximum = 9', '"thing"'))
    (line,) = bad_cells(dossier, "Provider,Type,Price\nA,hyperscaler,5 M\n")
    assert "'M' as a magnitude, or for thing?" in line


def test_without_it_such_a_cell_is_refused() -> None:
    dossier = one_table('"A" = { name = "a", role = "subject" }\n"B" = { name = "b", unit = "USD" }')
    assert bad_cells(dossier, 'A,B\nx,"1.234,5"\n')[0].startswith('prices.csv:2, column "B": found "1.234,5", expected')
    assert bad_cells(dossier, "A,B\nx,250\n")[0].startswith('prices.csv:2, column "B": found "250", expected')


def test_what_a_column_says_goes_before_what_its_table_says() -> None:
    columns = """
"A" = { name = "a", role = "subject" }
"B" = { name = "b", unit = "USD", missing = ["none"] }
"C" = { name = "c", unit = "USD" }
"""
    dossier = one_table(columns, 'missing = ["-"]', "inherits = true")
    (row,) = rows(dossier, "A,B,C\nx,none,-\n")
    assert math.isnan(row["b"]) and math.isnan(row["c"])
    assert bad_cells(dossier, "A,B,C\nx,1,none\n")[0].startswith('prices.csv:2, column "C": found "none"')


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Third Cloud,hyperscaler,$9.50", 'prices.csv:4, column "Price": found "$9.50", expected price: at most 9'),
        ("Third Cloud,hyperscaler,$0.50", 'prices.csv:4, column "Price": found "$0.50", expected price: at least 1'),
        (
            "Third Cloud,marketplace,$2.00",
            'prices.csv:4, column "Type": found "marketplace", expected type: one of hyperscaler, specialist',
        ),
    ],
)
def test_a_row_that_breaks_a_rule_is_reported_at_its_place(cell: str, expected: str) -> None:
    dossier = declared(ARTICLE + PRICES + COLUMNS)
    assert bad_rows(dossier, CSV) == []
    assert bad_rows(dossier, f"{CSV}{cell}\n") == [expected]


@pytest.mark.parametrize(
    ("bound", "right", "wrong"),
    [
        ("exclusiveMinimum = 1", "$1.01", "$1.00"),
        ("exclusiveMaximum = 1", "$0.99", "$1.00"),
        ("enum = [1, 2.5]", "$2.50", "$2.00"),
    ],
)
def test_bounds_may_be_left_out_of_what_is_allowed(bound: str, right: str, wrong: str) -> None:
    dossier = one_table(f'"A" = {{ name = "a", role = "subject" }}\n"B" = {{ name = "b", unit = "USD", {bound} }}')
    assert bad_rows(dossier, f"A,B\nx,{right}\n") == []
    assert len(bad_rows(dossier, f"A,B\nx,{wrong}\n")) == 1


def test_subjects_that_are_one_are_refused() -> None:
    dossier = declared(ARTICLE + PRICES + COLUMNS)
    (line,) = bad_cells(dossier, f"{CSV}GRAND cloud (est.),specialist,$3.00\n")
    place, _, expected = line.partition(", expected ")
    assert place == 'prices.csv:4, column "Provider": found "GRAND cloud (est.)"'
    assert expected == "a subject not in line 2: both are grand_cloud"


def test_a_part_of_a_subject_that_has_no_letters_is_reported_at_its_own_column() -> None:
    columns = [f'"{name}" = {{ name = "{name.lower()}", role = "subject" }}' for name in "ABC"]
    dossier = one_table("\n".join([*columns, '"D" = { name = "d", unit = "number" }']))
    assert bad_cells(dossier, "A,B,C,D\nx,?,!,5\nx,y,z,5\nx,y,z,6\n") == [
        'prices.csv:2, column "B": found "?", expected a name with letters or digits',
        'prices.csv:2, column "C": found "!", expected a name with letters or digits',
        'prices.csv:4, column "A": found "x", expected a subject not in line 3: both are x_y_z',
    ]


def test_an_empty_table_has_its_columns() -> None:
    table = typed(declared(ARTICLE + PRICES + COLUMNS), csv("Provider,Type,Price\n"))
    assert list(table) == ["subject", "provider", "type", "price"]
    assert table.empty and str(table["price"].dtype) == "float64"


# Tables of other shapes.

TURNED = """
"" = { name = "car", role = "subject" }
"Price" = { name = "price", unit = "USD" }
"Range" = { name = "range", unit = "percent" }
"""


def test_a_transposed_table_has_its_subjects_in_columns() -> None:
    dossier = one_table(TURNED, "transposed = true")
    found = rows(dossier, ",Ant,Bee\nRange,5%,6%\nPrice,$1,$2\n")
    assert [(row["subject"], row["car"], row["price"], row["range"]) for row in found] == [
        ("ant", "Ant", 1.0, 5.0), ("bee", "Bee", 2.0, 6.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (",Ant,Bee\nPrice,$1,€2\nRange,5%,6%\n", 'prices.csv:2, column "Bee": found "€2", expected'),
        (",Ant,Bee\nPrice,$1,$2\n", 'prices.csv:1: found ", Price", expected a row for each declared column (missing:'),
        (",Ant\nPrice,$1\nRange,5%\nPrize,$2\n", 'prices.csv:4: found "Prize", expected only rows that are declared'),
        (",Ant\nPrice,$1\nRange,5%\nPrice,$2\n", 'prices.csv:4: found "Price", expected a row that line 2 does not'),
        (",Ant,ant (est.)\nPrice,$1,$2\nRange,5%,6%\n", 'found "ant (est.)", expected a subject not in column Ant'),
        ("", 'expected a row for each declared column (missing: "Price", "Range")'),
    ],
)
def test_what_is_wrong_with_a_transposed_table_is_reported_at_its_place(text: str, expected: str) -> None:
    (line,) = bad_cells(one_table(TURNED, "transposed = true"), text)
    assert expected in line


FIGURES = """
[tables.notes]
path = "notes.csv"
title = "Notes"
rows = "figures"
"""
NOTES = "section,subject,quantity,text,unit,basis\nTop,Grand Cloud,founded,2006,calendar year,as reported\n"


def test_rows_may_each_name_their_quantity_and_unit() -> None:
    (table,) = declared(ARTICLE + FIGURES).tables.values()
    assert table.keys == ["subject", "quantity"]
    _, cells = read_table(table, RawFile("notes.csv", NOTES.encode()))
    assert [(cell.subject, cell.quantity, cell.amount.value, cell.amount.unit) for cell in cells] == [
        ("grand_cloud", "founded", 2006.0, "calendar year")
    ]


def test_a_row_without_a_basis_has_none_stated() -> None:
    (table,) = declared(ARTICLE + FIGURES).tables.values()
    rows = NOTES + "Top,Other,founded,2007,calendar year,\n"
    _, cells = read_table(table, RawFile("notes.csv", rows.encode()))
    assert [cell.basis for cell in cells] == ["as reported", "as reported"]


NAMED = """
"Who" = { name = "name" }
"What" = { name = "quantity" }
"Printed" = { name = "value" }
"Measure" = { name = "unit" }
"""


def test_such_rows_may_have_any_headers_and_no_section_or_basis() -> None:
    (table,) = declared(f"{ARTICLE}{FIGURES}[tables.notes.columns]{NAMED}").tables.values()
    ((cell,),) = [read_table(table, RawFile("notes.csv", b"Printed,Who,What,Measure\n5 years,A,age,year\n"))[1]]
    assert (cell.subject, cell.quantity, cell.text, cell.basis) == ("a", "age", "5 years", "as reported")


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (NAMED.replace('"quantity"', '"amount"'), "expected a column whose name is quantity, or no columns"),
        (NAMED.replace('"name" }', '"nmae" }'), "expected one of the names quantity, section, name, value, "),
        (NAMED + '"In" = { name = "unit" }', "expected an unused name (column Measure has it)"),
        (
            NAMED.replace('"value" }', '"value", basis = "list price" }'),
            "expected only a name and a description: each row says the rest",
        ),
    ],
)
def test_such_rows_have_known_names(columns: str, expected: str) -> None:
    lines = refused(f"{ARTICLE}{FIGURES}[tables.notes.columns]\n{columns}\n")
    assert any(expected in line for line in lines), lines


def test_a_day_among_rows_that_name_their_unit_is_a_number_in_the_typed_table() -> None:
    text = f"{NOTES},A,since,2 January 1970,date,as reported\n,A,until,N/A,date,as reported\n"
    found = typed(declared(ARTICLE + FIGURES), RawFile("notes.csv", text.encode()))["value"].tolist()
    assert found[:2] == [2006.0, 1.0] and math.isnan(found[2])


def test_a_missing_day_is_reported_at_its_cell_where_no_mark_says_so() -> None:
    dossier = one_table('"A" = { name = "a", role = "subject" }\n"B" = { name = "b", unit = "date" }')
    assert bad_cells(dossier, "A,B\nx,2020-01-01\ny,N/A (lost)\n") == [
        'prices.csv:3, column "B": found "N/A (lost)", expected a day, or a column that declares missing = ["N/A"]: '
        "only in such may days be missing"
    ]


def test_a_day_may_be_missing_where_a_mark_says_so() -> None:
    columns = '"A" = { name = "a", role = "subject" }\n"B" = { name = "b", unit = "date", missing = ["?"] }'
    dossier, raw = one_table(columns), csv("A,B\nx,2020-01-01\ny,?\n")
    assert typed(dossier, raw)["b"].isna().tolist() == [False, True]
    assert broken(dossier, raw) == []


# What is refused of a table.


WRONG_TABLES = [
    ("tables.prices", "tables.figures", 'found "figures", expected a name that is neither a table'),
    ("tables.prices", "tables.class", 'column "tables.class": found "class", expected a name that is neither a table'),
    ("tables.prices", "tables.Prices", 'column "tables.Prices'),
    ('path = "prices.csv"', 'path = "../prices.csv"', f'found "../prices.csv", expected {INSIDE}'),
    ('path = "prices.csv"', 'path = "/etc/passwd"', f'found "/etc/passwd", expected {INSIDE}'),
    ('path = "prices.csv"', 'path = "a/../../prices.csv"', f"expected {INSIDE}"),
    ('path = "prices.csv"', 'path = "./prices.csv"', f"expected {INSIDE}"),
    ('name = "price"', 'name = "type"', 'found "type", expected an unused name (column Type has it)'),
    ('name = "price"', 'name = "subject"', "expected an unused name (the slug of the subject has it)"),
    ('name = "price"', 'name = "validate"', "expected an unused name (the engine has it)"),
    ("tables.prices", "tables.evidence_views", "expected a name that is neither a table or step of the engine"),
    ('name = "price"', 'name = "import"', "expected an unused name (the Python language has it)"),
    ('name = "price"', 'name = "The Price"', 'Price.name": found "The Price", expected'),
    ('unit = "USD", ', "", 'columns": found "prices", expected a column with a unit'),
    ('unit = "USD"', 'unit = "USDD"', 'Price.unit": found "USDD", expected one of the units; did you mean USD?'),
    ('role = "subject"', 'role = "subject", unit = "USD"', "expected a unit for quantities, and none for other"),
    ('unit = "USD"', 'unit = "USD", scale = 7', "consistent printing conventions: scale is 7, not a power"),
    ('unit = "USD"', 'unit = "USD", locale = "xx"', "expected consistent printing conventions"),
    ('unit = "USD"', 'unit = "USD", decimal = ";"', 'Price.decimal": found ";", expected consistent printing'),
    ('unit = "USD"', 'unit = "USD", clock = "s"', "printing conventions: clock is 's', not one of 'm:s', 'h:m'"),
    ('unit = "USD"', 'unit = "USD", exclusiveMinimum = nan', "Price.exclusiveMinimum"),
    (
        'unit = "USD", minimum = 1',
        'unit = "date"',
        'maximum": found "9", expected a column of numbers for maximum, ',
    ),
    ("minimum = 1", "minimum = 2020-01-01", 'Price.minimum": found "2020-01-01", expected a number'),
    ('role = "subject"', 'role = "subject", minimum = 1', "a column of numbers for minimum, not one of texts"),
    ('role = "subject"', 'role = "note", within = ["{}"]', "a column of numbers for within, not one of texts"),
    ('role = "subject"', "estimate = true", "a column of numbers for estimate, not one of texts"),
    ("minimum = 1", 'enum = [1, "2"]', 'Price.enum.1": found "2", expected a number without quotation marks, as'),
    ('"specialist"]', "2]", 'Type.enum.1": found "2", expected a text in quotation marks, as the column holds'),
    ('title = "Prices"', 'title = "Prices"\nsource = "row"', "expected a column with the role source"),
    ('title = "Prices"', 'title = "Prices"\nversion = "1"', 'column "tables.prices.version": found "1"'),
]


def test_what_is_wrong_with_a_table_is_reported_at_its_line(subtests: pytest.Subtests) -> None:
    for old, new, expected in WRONG_TABLES:
        with subtests.test(new=new):
            text = ARTICLE + PRICES + COLUMNS
            assert old in text
            lines = refused(text.replace(old, new))
            assert any(expected in line for line in lines), lines
            assert all(line.startswith("dossier.toml") for line in lines)


def test_a_fault_in_how_cells_are_printed_is_reported_once_where_it_is_declared() -> None:
    text = (ARTICLE + PRICES + 'within = ["{} - *", ""]' + COLUMNS).replace("minimum = 1", 'within = ["*"]')
    expected = [("dossier.toml:8", "tables.prices.within"), ("dossier.toml:12", "tables.prices.columns.Price.within")]
    assert [tuple(line.split('"')[0:2]) for line in refused(text)] == [(f"{at}, column ", key) for at, key in expected]


def test_all_problems_of_a_dossier_are_reported_at_once() -> None:
    text = (ARTICLE + PRICES + COLUMNS).replace('"USD"', '"USDD"').replace("prices.csv", "/prices.csv")
    assert len(refused(text)) == 2


def test_no_table_has_the_name_of_one_of_the_engine(subtests: pytest.Subtests) -> None:
    for name in ENGINE:
        with subtests.test(name=name):
            (line,) = refused((ARTICLE + PRICES + COLUMNS).replace("tables.prices", f"tables.{name}"))
            assert f'found "{name}"' in line


def test_a_release_may_hold_the_tables_of_the_dossier_and_those_of_the_engine() -> None:
    assert list(all_models(declared(ARTICLE + PRICES + COLUMNS))) == ["prices", *ENGINE]


def test_a_table_comes_from_a_source_that_is_known() -> None:
    text = (ARTICLE + PRICES + COLUMNS).replace('title = "Prices"', 'title = "Prices"\nsource = "artikel"')
    raw = RawFile(DOSSIER, text.encode())
    with pytest.raises(InputError) as caught:
        check_sources(raw, declared(text).printed, ["article", "epoch"])
    assert str(caught.value) == (
        'dossier.toml:8, column "tables.prices.source": found "artikel", '
        "expected row, or the id of a source; did you mean article?"
    )
    check_sources(raw, declared(text).printed, ["artikel"])


# Units of its own.

REGION = """
[units.region]
meaning = "cloud regions"
words = ["regions", "region"]
"""


def counted(column: str = 'unit = "region"', units: str = REGION) -> Dossier:
    columns = f'"A" = {{ name = "a", role = "subject" }}\n"B" = {{ name = "b", {column} }}'
    return declared(f"{ARTICLE}{units}{PRICES}[tables.prices.columns]\n{columns}\n")


def test_a_unit_of_its_own_is_known_to_cells_and_forgotten_with_the_next_dossier() -> None:
    assert "region" not in UNITS
    dossier = counted()
    assert get_unit("region").meaning == "cloud regions"
    assert rows(dossier, "A,B\nx,31 regions\n")[0]["b"] == 31.0
    assert parse_quantity("31 regions", "region").kind == "exact"
    declared(ARTICLE + PRICES + COLUMNS)
    assert "region" not in UNITS
    with pytest.raises(ValueError, match="unknown unit 'region'"):
        get_unit("region")
    with pytest.raises((QuantityError, ValueError)):
        parse_quantity("31 regions", "region")


def test_the_same_symbol_may_mean_another_thing_in_the_next_dossier() -> None:
    counted()
    assert parse_quantity("31 regions", "region").value == 31
    counted(units=REGION.replace('"regions", "region"', '"provinces"'))
    assert parse_quantity("31 provinces", "region").value == 31
    with pytest.raises(QuantityError):
        parse_quantity("31 regions", "region")


@pytest.mark.parametrize(
    ("more", "text", "kind"),
    [("", "5", "exact"), ("counts = false", "5", "rounded"), ("counts = true", "2.5", ""), ("maximum = 4", "5", "")],
)
def test_a_unit_says_whether_it_counts_and_how_far_it_goes(more: str, text: str, kind: str) -> None:
    counted(units=f"{REGION}{more}\n")
    if kind:
        assert parse_quantity(text, "region").kind == kind
    else:
        with pytest.raises(QuantityError):
            parse_quantity(text, "region")


def test_quotients_of_units_are_units() -> None:
    dossier = counted('unit = "USD/region"')
    assert rows(dossier, "A,B\nx,$5 per region\n")[0]["b"] == 5.0
    assert get_unit("region/company").meaning
    with pytest.raises(ValueError, match="unknown unit 'region/zone'"):
        get_unit("region/zone")


def test_any_currency_is_a_unit_which_a_dossier_may_still_mean_otherwise() -> None:
    dossier = counted('unit = "CHF", scale = 1e6, inherits = true', units="")
    assert rows(dossier, "A,B\nx,1452.4\n")[0]["b"] == 1_452.4e6
    counted('unit = "CUP"', units=REGION.replace("units.region", "units.CUP"))
    assert get_unit("CUP").meaning == "cloud regions"


def test_a_unit_of_the_engine_is_not_declared_again() -> None:
    lines = refused(ARTICLE + REGION.replace("units.region", "units.person") + PRICES + COLUMNS)
    assert lines == [
        'dossier.toml:5, column "units.person": found "person", expected a unit that the engine does not have'
    ]


LIVE = '\n[plugins.live]\ngrowth = "a/b/c"\nperiod = "a/b/c"\n'


def test_a_unit_of_a_plugin_is_known_where_that_is_on_or_declared_otherwise() -> None:
    (line,) = refused(ARTICLE + PRICES + COLUMNS.replace('unit = "USD"', 'unit = "USD/GPU-hour"'))
    assert "expected one of the units" in line
    dossier = counted('unit = "USD/GPU-hour"', units=LIVE)
    assert rows(dossier, "A,B\nx,$5 per GPU-hour\n")[0]["b"] == 5.0
    dossier = counted('unit = "token"', units=LIVE + REGION.replace("units.region", "units.token"))
    assert rows(dossier, "A,B\nx,31 regions\n")[0]["b"] == 31.0


@pytest.mark.parametrize(
    ("scale", "expected"), [("inf", "less than or equal to 1000000000000000"), ("nan", ""), ("0", ""), ("2", "")]
)
def test_a_scale_is_a_power_of_ten(scale: str, expected: str) -> None:
    (line,) = refused(ARTICLE + PRICES + COLUMNS.replace('unit = "USD"', f'unit = "USD", scale = {scale}'))
    assert line.startswith("dossier.toml:") and expected in line


def test_a_multiple_says_of_what() -> None:
    units = REGION + '[units.Mregion]\nmeaning = "a million regions"\ncounts = false\nof = "1e6 region"\n'
    counted(units=units)
    dimensions = UnitRegistry()
    assert dimensions.factor(dimensions.read("Mregion/year"), dimensions.read("region/year")) == 10**6
    expected = "expected a number such as 1e6 or 0.001, then a unit that is no multiple"
    for wrong in (
        "0 region",
        "1e999 region",
        "1e99999999 region",
        "١e3 region",
        "1e6",
        "region",
        "1e6 continent",
        "1e6 Mregion",
    ):
        (line,) = refused(ARTICLE + units.replace("1e6 region", wrong) + PRICES + COLUMNS)
        assert line.startswith(f'dossier.toml:11, column "units.Mregion.of": found "{wrong}", {expected}'), line


@pytest.mark.parametrize("symbol", ["km-m", "km/h", "1"])
def test_a_unit_has_no_sign_of_products_and_quotients(symbol: str) -> None:
    (line,) = refused(ARTICLE + REGION.replace("units.region", f'units."{symbol}"') + PRICES + COLUMNS)
    assert f'found "{symbol}", expected a unit without - and /, which products and quotients of units have' in line


def test_units_may_have_any_letters_and_signs_and_stay_apart() -> None:
    symbols = ("‰", "°", "m³", "km²", "2m", "nan", "light year")
    units = "".join(f'[units."{each}"]\nmeaning = "{each}"\ncounts = false\n' for each in symbols)
    counted('unit = "m³"', units)
    known = UnitRegistry()
    for one in symbols:
        assert [known.factor(known.read(one), known.read(other)) for other in symbols].count(None) == len(symbols) - 1


def test_products_of_things_are_units() -> None:
    units = "".join(f'[units.{each}]\nmeaning = "{each}s"\nwords = ["{each}s"]\n' for each in ("tonne", "km"))
    dossier = counted('unit = "tonne-km"', units=units)
    assert rows(dossier, "A,B\nx,5 tonne-kms\n")[0]["b"] == 5.0
    assert get_unit("EUR-km/day").meaning == "EUR-km per day" and get_unit("tonne-km").meaning == "tonne times km"
    for wrong in ("tonne-percent", "tonne-date", "tonne-mile"):
        with pytest.raises(ValueError, match="unknown unit"):
            get_unit(wrong)


# What a column could declare is proposed, and never applied.

SALES = '"Region" = {{ name = "region", role = "subject" }}\n"Sales ($ million)" = {{ name = "sales", unit = "USD"{} }}'
IN_MILLIONS = 'Region,Sales ($ million)\nNorth,"$1,452.4"\nSouth,44.1\nEast,(12.0)\nWest,—\n'


def test_a_column_that_cannot_be_read_is_reported_once_with_what_would_read_it() -> None:
    with pytest.raises(InputError) as caught:
        rows(one_table(SALES.format("")), IN_MILLIONS)
    amount = "an amount in USD such as $35B, $1.2M+, $2–4B or N/A (reason)"
    read = "all 4 cells can be read in USD with scale = 1e6"
    assert str(caught.value).splitlines() == [
        f'prices.csv:3, column "Sales ($ million)": found "44.1", expected {amount} (no currency)',
        f'prices.csv:1, column "Sales ($ million)": expected a declaration: {read}, nil = ["—"], '
        'parentheses = "negative" or with scale = 1e6, missing = ["—"], parentheses = "negative"',
    ]
    said = ', scale = 1e6, parentheses = "negative", nil = ["—"]'
    found = [row["sales"] for row in rows(one_table(SALES.format(said)), IN_MILLIONS)]
    assert found == [1_452.4e6, 44.1e6, -12e6, 0]


def test_an_empty_row_is_reported_in_one_line_and_asks_for_no_declaration() -> None:
    columns = '"A" = { name = "a", role = "subject" }\n"B" = { name = "b", unit = "number" }\n"C" = { name = "c" }'
    with pytest.raises(InputError) as caught:
        rows(one_table(columns), "A,B,C\nx,1,y\n,, \nz,?,y\n")
    empty, bad = str(caught.value).splitlines()
    assert empty == "prices.csv:3: expected something in the row: all of its cells are empty"
    assert bad.startswith('prices.csv:4, column "B": found "?"')


def test_an_empty_row_is_read_where_all_its_cells_may_be() -> None:
    columns = '"B" = { name = "b", unit = "number", missing = [""] }\n"C" = { name = "c" }'
    assert [row["b"] for row in rows(one_table(columns), "B,C\n1,y\n,\n")] == [1, pytest.approx(math.nan, nan_ok=True)]


def test_cells_that_no_declaration_reads_are_all_reported() -> None:
    with pytest.raises(InputError) as caught:
        rows(one_table(SALES.format("")), IN_MILLIONS + "Sea,five and six\n")
    assert len(caught.value.problems) == 4


def test_an_ambiguous_cell_is_reported_with_both_readings_and_what_would_decide() -> None:
    columns = '"A" = { name = "a", role = "subject" }\n"B" = { name = "b", unit = "number" }'
    with pytest.raises(InputError) as caught:
        rows(one_table(columns), "A,B\nx,1.234\ny,2.5\n")
    ambiguous, proposal = str(caught.value).splitlines()
    assert ambiguous.endswith("(the point may separate thousands: 1.234, or 1,234?)")
    assert proposal.endswith('expected a declaration: all 2 cells can be read in number with decimal = "."')


@pytest.mark.parametrize(
    ("column", "cells", "proposed"),
    [
        # As fractions of one 0.9 and 16.4 are 90 % and 1,640 %, which is no share, and more than 100.
        ('name = "share", unit = "percent"', ("0.9", "16.4"), ["inherits = true"]),
        ('name = "grown", unit = "percent", maximum = 100', ("0.9", "16.4"), ["inherits = true"]),
        ('name = "grown", unit = "percent"', ("0.9", "16.4"), ["inherits = true", "fractions = true"]),
        ('name = "grown", unit = "percent"', ("16.4", "26.1"), ["inherits = true"]),
        ('name = "grown", unit = "percent", minimum = 50', ("0.9", ".45"), []),
        ('name = "grown", unit = "percent", minimum = 50', ("0.9", ".51"), ["fractions = true"]),
    ],
)
def test_what_is_proposed_is_read_within_the_bounds_of_the_column(
    column: str, cells: tuple[str, str], proposed: list[str]
) -> None:
    text = "A,B\nx,{}\ny,{}\n".format(*cells)
    columns = f'"A" = {{{{ name = "a", role = "subject" }}}}\n"B" = {{{{ {column}{{}} }}}}'
    with pytest.raises(InputError) as caught:
        rows(one_table(columns.format("")), text)
    told = str(caught.value).splitlines()[-1].partition("can be read in percent with ")[2]
    assert told.split(" or with ") == (proposed or [""])
    assert all(rows(one_table(columns.format(f", {said}")), text) for said in proposed)


def test_a_scale_in_a_heading_is_noted_until_the_column_says_whether_it_is_meant() -> None:
    text = "Region,Sales ($ million)\nNorth,$5\nSouth,$6\n"
    for said, noted in (("", True), (", scale = 1e6", False), (", scale = 1", False)):
        table = one_table(SALES.format(said)).tables["prices"]
        notes = [str(note) for note in scale_warnings(table, csv(text))]
        expected = "a scale, 1 where the cells are in full: all 2 cells can be read in USD with scale = 1e6"
        assert notes == ([f'prices.csv:1, column "Sales ($ million)": expected {expected}'] if noted else [])
    assert not list(scale_warnings(one_table(SALES.format("")).tables["prices"], csv(text.replace("$5", "$5M"))))


# Plugins.

PROJECTED = """
[plugins.projections]
horizons = [1]

[[plugins.projections.of]]
quantity = "cost"
population = "all"
unit = "USD"
words = "All."
series = "runs"
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('series = "runs"', "", "either series, or table and dates"),
        ('"all"\nunit = "USD"', '"all"\nunit = "US"', "a unit; did you mean USD?"),
        ("\nhorizons = [1]\n", "\nhorizons = [1]\n" + PROJECTED.partition("[1]\n")[2], "that are not used above"),
        (
            "[plugins.projections]",
            "[plugins.ledger]\n[plugins.projections]",
            "[plugins.live] beside it, which ledger requires",
        ),
    ],
)
def test_what_plugins_say_is_checked(old: str, new: str, expected: str) -> None:
    text = ARTICLE + PRICES + COLUMNS + PROJECTED
    assert declared(text).sections["projections"]
    (line,) = refused(text.replace(old, new, 1))
    assert expected in line


# Contracts of its tables.


def test_a_table_that_changed_takes_a_step_of_its_version() -> None:
    text = ARTICLE + PRICES + COLUMNS
    history = "".join(json.dumps(each) + "\n" for each in current(list(declared(text).models.values())))
    recorded = RawFile("contracts/history.jsonl", history.encode())

    def check(changed: str) -> None:
        check_versions(RawFile(DOSSIER, changed.encode()), declared(changed).models, recorded)

    check(text)
    check(text.replace("Prices", "All prices"))
    narrower = text.replace("maximum = 9", "maximum = 8")
    with pytest.raises(InputError, match=r'dossier\.toml:5, column "tables.prices.version": expected another'):
        check(narrower)
    check(narrower.replace('title = "Prices"', 'title = "Prices"\nversion = "2.0"'))
    numbers = text.replace("minimum = 1, maximum = 9", "enum = [1, 2.5]")
    history = "".join(json.dumps(each) + "\n" for each in current(list(declared(numbers).models.values())))
    recorded = RawFile("contracts/history.jsonl", history.encode())
    with pytest.raises(InputError, match=r"values of price are 1, 3, were 1, 2\.5"):
        check(numbers.replace("2.5", "3"))


@pytest.mark.parametrize("text", ["{", "[]", '{"tables": 1}', '{"table": "prices"}', "[" * 100_000])
def test_an_invalid_history_is_reported(text: str) -> None:
    dossier = declared(ARTICLE + PRICES + COLUMNS)
    with pytest.raises(InputError, match=r"contracts/history\.jsonl: expected contracts as `tidebook lock` writes"):
        check_versions(RawFile(DOSSIER, b""), dossier.models, RawFile("contracts/history.jsonl", text.encode()))


# A data package as a dossier.

FIELDS = [
    {"name": "Country", "type": "string"},
    {"name": "Continent", "type": "string"},
    {"name": "Medals", "type": "integer", "constraints": {"minimum": 0}, "description": "Medals won"},
    {"name": "Share", "type": "number", "unit": "percent"},
    {"name": "First", "type": "date"},
]


def package(**changes: Any) -> dict[str, Any]:
    schema = {"fields": FIELDS, "primaryKey": "Country", "missingValues": ["", "n/a"]}
    resource = {"name": "medal-table", "path": "medals.csv", "schema": schema}
    return {"title": "Medals", "created": "2024-08-12T00:00:00Z", "resources": [resource]} | changes


def of_medals(**changes: Any) -> dict[str, Any]:
    document = package()
    document["resources"][0]["schema"] |= changes
    return document


def of_file(**changes: Any) -> dict[str, Any]:
    document = package()
    document["resources"][0] |= changes
    return document


def of_field(**changes: Any) -> dict[str, Any]:
    return of_medals(fields=[FIELDS[0], {"name": "Golds", "type": "string"} | changes, *FIELDS[2:]])


def packaged(document: object) -> Dossier:
    return read_dossier(RawFile(PACKAGE, json.dumps(document).encode()))


def test_a_data_package_is_a_dossier() -> None:
    dossier = packaged(package())
    assert (dossier.article.title, dossier.article.published) == ("Medals", dt.date(2024, 8, 12))
    assert list(dossier.models) == ["medal_table"]
    table = dossier.tables["medal_table"]
    assert [(each.name, each.holds, each.unit) for each in table.printed.values()] == [
        ("country", "subject", None), ("continent", "label", None), ("medals", "quantity", "number"),
        ("share", "quantity", "percent"), ("first", "quantity", "date"),
    ]  # fmt: skip
    raw = RawFile("medals.csv", b"Country,Continent,Medals,Share,First\nChad,Africa,n/a,2%,1964-10-10\n")
    (row,) = read_table(table, raw)[0]
    assert (row["subject"], row["share"], row["first"]) == ("chad", 2.0, dt.date(1964, 10, 10))
    assert math.isnan(row["medals"])


def test_its_rules_are_those_of_its_fields() -> None:
    raw = RawFile("medals.csv", b"Country,Continent,Medals,Share,First\nChad,Africa,-1,2%,1964-10-10\n")
    assert [each.rule.name for each in broken(packaged(package()), raw)] == ["medals_greater_than_or_equal_to"]


def test_numbers_and_blanks_of_a_package_are_read_as_its_schema_has_them() -> None:
    fields = [
        {"name": "Country", "type": "string"},
        {"name": "Continent", "type": "string", "constraints": {"enum": ["Africa", "Asia"]}},
        {"name": "Tonnes", "type": "number", "decimalChar": ",", "groupChar": "."},
        {"name": "Share", "type": "number"},
        {"name": "Since", "type": "year"},
    ]
    schema = {"fields": fields}
    (table,) = packaged(of_file(path=["medals.csv"], schema=schema)).tables.values()
    raw = RawFile(
        "medals.csv", b'Country,Continent,Tonnes,Share,Since\nChad,Africa,"1.039,4",1.234,1960\nMali,Asia,,,\n'
    )
    chad, mali = read_table(table, raw)[0]
    assert (chad["tonnes"], chad["share"], chad["since"]) == (1039.4, 1.234, 1960.0)
    assert all(math.isnan(mali[name]) for name in ("tonnes", "share", "since")), "an empty cell is a missing value"
    assert [each.rules for each in table.printed.values()][1] == {"isin": ["Africa", "Asia"]}


def test_values_and_bounds_of_a_package_hold_for_names_and_years_too() -> None:
    fields = [
        {"name": "Country", "constraints": {"enum": ["Chad", "Mali"], "required": True}},
        {"name": "Group", "type": "any", "constraints": {"enum": [1, "b"]}},
        {"name": "Rank", "type": "integer", "constraints": {"enum": [1, 2]}},
        {"name": "Since", "type": "year", "constraints": {"minimum": 1900}},
    ]
    dossier = packaged(of_medals(fields=fields))
    (table,) = dossier.tables.values()
    assert [each.rules for each in table.printed.values()] == [
        {"isin": ["Chad", "Mali"]}, {"isin": ["1", "b"]}, {"isin": [1, 2]}, {"ge": 1900},
    ]  # fmt: skip
    raw = RawFile("medals.csv", b"Country,Group,Rank,Since\nChad,1,2,1899\nPeru,b,3,1900\n")
    failed = [each.rule.name for each in broken(dossier, raw)]
    assert failed == ["country_isin", "rank_isin", "since_greater_than_or_equal_to"]


def test_a_field_of_a_package_may_have_marks_of_missing_values_of_its_own() -> None:
    fields = [
        {"name": "Country"},
        {"name": "Golds", "type": "integer", "missingValues": [{"value": "-99", "label": "gone"}]},
        {"name": "Medals", "type": "integer"},
    ]
    dossier = packaged(of_medals(fields=fields, missingValues=[{"value": "-1", "label": "unknown"}, "?"]))
    raw = RawFile("m.csv", b"Country,Golds,Medals\nChad,-99,?\nMali,-1,-1\n")
    chad, mali = read_table(dossier.tables["medal_table"], raw)[0]
    assert math.isnan(chad["golds"]) and math.isnan(chad["medals"])
    assert mali["golds"] == -1 and math.isnan(mali["medals"])


def test_what_is_not_a_table_in_a_package_is_left_alone() -> None:
    document = package()
    document["resources"].append({"name": "readme", "path": "README.md"})
    assert list(packaged(document).models) == ["medal_table"]


def test_without_a_key_the_first_text_names_the_subject() -> None:
    document = package()
    del document["resources"][0]["schema"]["primaryKey"]
    columns = packaged(document).tables["medal_table"].printed.values()
    assert [each.name for each in columns if each.holds == "subject"] == ["country"]


def test_all_fields_of_a_key_name_the_subject_together() -> None:
    document = package()
    schema = document["resources"][0]["schema"]
    schema["primaryKey"] = [field["name"] for field in schema["fields"][:2]]
    table = packaged(document).tables["medal_table"]
    assert [header for header, each in table.printed.items() if each.holds == "subject"] == schema["primaryKey"]
    assert table.labels[:2] == [each.name for each in table.printed.values()][:2]


NO_PACKAGES = [
    ("{", "datapackage.json:1: expected a data package in JSON (Expecting property name"),
    (package(created="soon"), 'datapackage.json, column "created": found "soon", expected a day'),
    (
        package(created=None),
        "expected created, or beside it dossier.toml with the article's title and day",
    ),
    (package(resources=[{"name": "a"}]), "expected a data package with resources"),
    ([], "expected a data package with resources"),
    (package(resources=[]), "expected a data package with resources"),
    (package(resources={"a": 1}), 'column "resources": found "{"a": 1}", expected a valid list'),
    ("[" * 100_000, "datapackage.json: expected a data package in JSON"),
    ('{"created": "2024-08-12", "created": "2025-08-12"}', 'found "created", expected each key once in its object'),
    (
        of_medals(primaryKey="Cuontry"),
        'schema.primaryKey": found "Cuontry", expected names of fields; did you mean Country?',
    ),
    (of_medals(primaryKey=5), 'schema.primaryKey": found "5", expected a valid list'),
    (of_medals(fields=None), 'datapackage.json, column "resources.0.schema.fields": found "null", expected a'),
    (of_medals(fields=["Country"]), 'schema.fields.0": found "Country", expected an object, in'),
    (
        of_field(type="nubmer"),
        'fields.1.type": found "nubmer", expected a type of the Table Schema; did you mean number',
    ),
    (of_field(constraints=None), 'fields.1.constraints": found "null", expected an object'),
    (of_field(constraints={"minimum": "1"}), 'fields.1.constraints.minimum": found "1", expected a number'),
    (of_field(constraints={"minimum": 1}), "expected a column of numbers for minimum, not one of texts"),
    (of_field(type="date", constraints={"maximum": 1}), "a column of numbers for maximum, not one of days"),
    (of_field(name="Country"), 'fields.1.name": found "Country", expected a name that no field before it has'),
    (of_file(path=["a.csv", "b.csv"]), 'resources.0.path": found "a.csv, b.csv", expected the path of one file'),
    (of_file(path=None), 'column "resources.0.path": found "null", expected a valid list'),
    (of_file(schema="s.json"), 'resources.0.schema": found "s.json", expected an object, in'),
    (package(resources=package()["resources"] * 2), 'resources.1.name": found "medal-table", expected a name that'),
    (f'{{"created": {"1" * 5000}}}', "expected a data package in JSON (an integer of at most 64 bits)"),
]


def test_an_invalid_package_is_reported_in_one_line(subtests: pytest.Subtests) -> None:
    for document, expected in NO_PACKAGES:
        with subtests.test(expected=expected):
            text = document if isinstance(document, str) else json.dumps(document)
            with pytest.raises(InputError) as caught:
                read_dossier(RawFile(PACKAGE, text.encode()))
            assert expected in str(caught.value)


@pytest.mark.parametrize("tables", ["tables = 3", "[tables]\na = 3", "[tables.a]\ntitle = 'A'", "[tables.a]\npath = 3"])
def test_a_table_that_is_declared_wrongly_has_no_path(tmp_path: Path, tables: str) -> None:
    (tmp_path / DOSSIER).write_text(tables, encoding="utf-8")
    assert input_paths(tmp_path, False) == [DOSSIER]
    with pytest.raises(InputError, match=r'"tables'):
        read_dossier(read_raw(tmp_path, DOSSIER))


@pytest.mark.parametrize("text", ["{", "[]", '{"created": "2025-06-03", "resources": [{"name": "medals"}]}'])
def test_a_package_that_cannot_be_read_says_what_is_expected_before_anything_is_built(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / PACKAGE).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"^datapackage\.json(:1)?: expected a "):
        input_paths(tmp_path, False)


def test_a_folder_with_a_package_alone_is_read_by_it(tmp_path: Path) -> None:
    (tmp_path / PACKAGE).write_text(json.dumps(package()), encoding="utf-8")
    assert set(section_paths(tmp_path).values()) == {PACKAGE}
    assert input_paths(tmp_path, False) == [PACKAGE, "medals.csv"]
    (tmp_path / "claims.toml").write_text(CLAIMS, encoding="utf-8")
    assert section_paths(tmp_path)["claims"] == "claims.toml"


def test_frames_of_empty_and_full_tables_have_the_same_types() -> None:
    dossier = declared(ARTICLE + PRICES + COLUMNS)
    full, empty = typed(dossier, csv(CSV)), typed(dossier, csv("Provider,Type,Price\n"))
    pd.testing.assert_series_equal(full.dtypes, empty.dtypes)
