"""Raw files as read: text, CSV records with their lines, TOML with the lines of its keys, and how a problem reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tidebook.pipelines.read.errors import InputError, Problem, place_of, shown
from tidebook.pipelines.read.rawfile import DEPTH_HINT, INSIDE, INTEGER_HINT, MAX_DEPTH, RawFile, is_plain, read_raw

HEADERS = ["Company", "Funding"]


def csv_file(text: str | bytes) -> RawFile:
    return RawFile("article/t.csv", text if isinstance(text, bytes) else text.encode())


def records(text: str | bytes) -> list[tuple[int, list[str]]]:
    return [(row.line, [row.cells[name] for name in HEADERS]) for row in csv_file(text).records(HEADERS, [])]


def toml_file(text: str) -> RawFile:
    return RawFile("t.toml", text.encode())


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


# Problems.


def test_a_problem_says_file_line_column_text_and_what_was_expected() -> None:
    problem = Problem("article/t.csv", "an amount in USD", 3, "Total Funding (2024, est.)", "$1Z")
    assert str(problem) == (
        'article/t.csv:3, column "Total Funding (2024, est.)": found "$1Z", expected an amount in USD'
    )


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("t.csv", "a header"), "t.csv: expected a header"),
        (Problem("t.csv", "a header", 1), "t.csv:1: expected a header"),
        (Problem("t.csv", "a header", 1, text="x"), 't.csv:1: found "x", expected a header'),
        (Problem("t.toml", "the key id", column="claims.0.id"), 't.toml, column "claims.0.id": expected the key id'),
        (Problem("t.toml", "a date", column="as_of", text=""), 't.toml, column "as_of": found "", expected a date'),
    ],
)
def test_what_a_problem_does_not_know_is_left_out(problem: Problem, line: str) -> None:
    assert str(problem) == line


@pytest.mark.parametrize(
    ("locator", "place"),
    [
        ("reference/events.csv:7", ("reference/events.csv", 7, None)),
        ("article/a: b.csv:12, column Time: h:m", ("article/a: b.csv", 12, "Time: h:m")),
        ("t.csv:3, column Total, in column 2", ("t.csv", 3, "Total, in column 2")),
    ],
)
def test_a_locator_names_a_file_a_line_and_maybe_a_column(locator: str, place: tuple[str, int, str | None]) -> None:
    assert place_of(locator) == place


@pytest.mark.parametrize("text", ["a: column b", ': column "c"'])
def test_a_text_that_looks_like_a_column_is_shown_as_found(text: str) -> None:
    assert str(Problem("t.csv", "a number", 7, text=text)) == f't.csv:7: found "{text}", expected a number'


def test_control_characters_are_escaped() -> None:
    assert shown("a\nb\tc\x1b[31m\u202e\x00é") == '"a\\nb\\tc\\x1b[31m\\u202e\\x00é"'


def test_a_text_of_60_characters_is_whole_and_a_longer_one_is_cut_to_60() -> None:
    assert shown("x" * 60) == '"' + "x" * 60 + '"'
    assert shown("x" * 61) == '"' + "x" * 59 + '…"'


def test_an_input_error_has_one_line_for_each_problem() -> None:
    error = InputError([Problem("a.csv", "x", 1), Problem("b.csv", "y\n".strip(), 2)])
    assert str(error).splitlines() == ["a.csv:1: expected x", "b.csv:2: expected y"]
    assert InputError(Problem("a.csv", "x")).problems == (Problem("a.csv", "x"),)


# Text.


def test_the_hash_is_that_of_the_bytes() -> None:
    assert csv_file(b"\xef\xbb\xbfa").sha256 == hashlib.sha256(b"\xef\xbb\xbfa").hexdigest()


def test_a_byte_order_mark_is_not_a_part_of_the_first_header() -> None:
    assert records(b"\xef\xbb\xbfCompany,Funding\nxAI,$6B\n") == [(2, ["xAI", "$6B"])]


def test_bytes_that_are_not_utf_8_are_refused_at_their_line() -> None:
    found = refusal(lambda: records(b"Company,Funding\nxAI,$6B\nMistral,\xff\n"))
    assert found == 'article/t.csv:3: found "\\xff", expected UTF-8 text'


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04\x14\x00\x8f", "a zip archive; unpack it first"),
        (b"PK\x03\x04", "a zip archive; unpack it first"),
        (b"PK\x03\x04 word/document.xml \x8f", "a Word document; name it .docx"),
        (
            b"PK\x03\x04 xl/workbook.xml \x8f",
            "an Excel workbook; save the table as CSV (UTF-8), or name the file .xlsx",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1",
            "a file of Office before 2007; save a table as CSV (UTF-8), a text as .docx",
        ),
    ],
)
def test_a_file_of_office_or_an_archive_is_called_one_whatever_its_name(data: bytes, kind: str) -> None:
    found = repr(data[:4])[2:-1]
    assert refusal(csv_file(data).text) == f'article/t.csv:1: found "{found}", expected UTF-8 text: this is {kind}'


def test_a_pdf_without_its_ending_is_called_one() -> None:
    found = refusal(csv_file(b"%PDF-1.7\n\xc4").text)
    assert found == 'article/t.csv:2: found "\\xc4", expected UTF-8 text: this is a PDF; name it .pdf'


def test_the_line_of_bad_bytes_counts_a_byte_order_mark_too() -> None:
    found = refusal(csv_file(b"\xef\xbb\xbfA\nB\n\n\xffC").text)
    assert found == 'article/t.csv:4: found "\\xff", expected UTF-8 text'


def test_a_table_saved_as_utf_16_is_recognized() -> None:
    raw = RawFile("t.csv", "a,b\n1,2\n".encode("utf-16"))
    assert refusal(raw.text) == 't.csv:1: found "\\xff", expected UTF-8 text, not UTF-16'


@pytest.mark.parametrize("mark", ["\x00", "\x1b", "\x07", "\x7f", "\x9b", "\ufffe", "\uffff"])
def test_a_control_character_is_refused_at_its_line(mark: str) -> None:
    found = refusal(lambda: records(f"Company,Funding\nx{mark}AI,$6B\n"))
    assert found == f'article/t.csv:2: found "{repr(mark)[1:-1]}", expected text without control characters'


def test_tabs_and_line_ends_are_text() -> None:
    assert records('Company,Funding\r\n"x\tA\nI",$6B\r\n') == [(2, ["x\tA\nI", "$6B"])]


# CSV records.


def test_each_record_has_the_line_that_it_stands_on() -> None:
    assert records("Company,Funding\nxAI,$6B\nMistral AI,$1.2B\n") == [
        (2, ["xAI", "$6B"]),
        (3, ["Mistral AI", "$1.2B"]),
    ]


def test_blank_lines_are_skipped_and_counted() -> None:
    assert records("Company,Funding\n\nxAI,$6B\n\n\nMistral AI,$1.2B") == [
        (3, ["xAI", "$6B"]),
        (6, ["Mistral AI", "$1.2B"]),
    ]


def test_a_record_of_several_lines_has_the_line_that_it_starts_on() -> None:
    text = 'Company,Funding\n"x\nA\nI",$6B\nMistral AI,$1.2B\n'
    assert records(text) == [(2, ["x\nA\nI", "$6B"]), (5, ["Mistral AI", "$1.2B"])]


def test_a_header_of_two_lines_moves_the_records_down() -> None:
    raw = csv_file('"Com\npany",Funding\nxAI,$6B\n')
    assert [row.line for row in raw.records(["Com\npany", "Funding"], [])] == [3]


def test_windows_line_ends_change_nothing() -> None:
    text = 'Company,Funding\nxAI,$6B\n\n"Mistral\nAI",$1.2B\n'
    expected = [(2, ["xAI", "$6B"]), (4, ["Mistral\r\nAI", "$1.2B"])]
    assert records(text.replace("\n", "\r\n")) == expected


def test_quotes_commas_and_blanks_in_cells_are_kept() -> None:
    assert records('Company,Funding\n"a ""b"", c", $6B \n') == [(2, ['a "b", c', " $6B "])]


def test_columns_may_stand_in_any_order() -> None:
    assert records("Funding,Company\n$6B,xAI\n") == [(2, ["xAI", "$6B"])]


def test_a_file_of_headers_only_has_no_records() -> None:
    assert records("Company,Funding\n") == []


@pytest.mark.parametrize(("cells", "count"), [("xAI", 1), ("xAI,$6B,", 3), (" ", 1)])
def test_a_record_with_another_number_of_cells_is_refused(cells: str, count: int) -> None:
    found = refusal(lambda: records(f"Company,Funding\nMistral AI,$1.2B\n\n{cells}\n"))
    assert found == f'article/t.csv:4: found "{count} cells", expected 2 cells, one for each header'


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("Company", ' (missing: "Funding")'),
        ("Company,Money", ' (missing: "Funding"; unknown: "Money")'),
        ("Company,Funding,Note", ' (unknown: "Note")'),
        ("Company,Funding,Funding", ""),
        ("Company,Company", ' (missing: "Funding")'),
        ("company,Funding", ' (missing: "Company"; unknown: "company")'),
        ("Company, Funding", ' (missing: "Funding"; unknown: " Funding")'),
        ("", ' (missing: "Company", "Funding")'),
    ],
)
def test_missing_unknown_and_doubled_headers_are_refused(header: str, missing: str) -> None:
    found = refusal(lambda: records(f"{header}\nxAI,$6B\n"))
    assert found == f'article/t.csv:1: found "{header}", expected the headers Company, Funding{missing}'


def test_an_empty_file_is_refused() -> None:
    assert refusal(lambda: records("")).startswith('article/t.csv:1: found "", expected the headers')


def test_an_unterminated_quote_is_refused_where_it_opens() -> None:
    found = refusal(lambda: records('Company,Funding\nxAI,$6B\n"Mistral,$1\n\n\nmore\n'))
    assert found.startswith("article/t.csv:3: expected well-formed CSV (")


def test_text_after_a_closing_quote_is_refused() -> None:
    found = refusal(lambda: records('Company,Funding\n"x"AI,$6B\n'))
    assert found.startswith("article/t.csv:2: expected well-formed CSV (")


def test_a_huge_cell_is_refused() -> None:
    found = refusal(lambda: records("Company,Funding\nxAI,$6B\nMistral," + "9" * 200_000 + "\n"))
    assert found.startswith("article/t.csv:3: expected well-formed CSV (field larger than")
    assert len(found) < 200


def test_records_before_a_bad_one_are_read() -> None:
    found = csv_file("Company,Funding\nxAI,$6B\nMistral\n").records(HEADERS, [])
    assert next(found)[1:3] == (2, {"Company": "xAI", "Funding": "$6B"})
    with pytest.raises(InputError):
        next(found)


# TOML.


def test_toml_is_read_as_its_text_says() -> None:
    assert toml_file('[a]\n"b c" = 2024-10-01\n').toml()["a"]["b c"].isoformat() == "2024-10-01"


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb = \nc = 2\n", 2), ("a = 1\n\n[s\n", 3), ("a = 1\n[s]\nb = 1\nb = 2\n", 4), ("a = 2024-13-01\n", 1)],
)
def test_toml_that_is_not_well_formed_is_refused_at_its_line(text: str, line: int) -> None:
    assert refusal(toml_file(text).toml).startswith(f"t.toml:{line}: expected well-formed TOML (")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a = 1\nb = [1,", "t.toml:2: expected well-formed TOML ("),
        ("a = 1\nb = " + "[" * 5000, f"t.toml:2: expected {DEPTH_HINT}"),
        ("a = 1\n" + ".".join(["b"] * 5000) + " = 1\n", f't.toml:2, column "b.b.b": expected {DEPTH_HINT}'),
        ("a = 1\nb = " + "9" * 5000, f"t.toml:2: expected {INTEGER_HINT}"),
        ("a = 1\nb = 0x" + "f" * 5000, f't.toml:2, column "b": expected {INTEGER_HINT}'),
        ("a = 1\nb = [1, 9223372036854775808]\n", f't.toml:2, column "b.1": expected {INTEGER_HINT}'),
        ("a = 1\n[b]\nc = -9223372036854775809\n", f't.toml:3, column "b.c": expected {INTEGER_HINT}'),
    ],
    ids=["unfinished", "deep lists", "deep tables", "many digits", "hexadecimal", "2 to the 63", "below"],
)
def test_toml_that_overtaxes_the_reader_is_refused_at_its_line(text: str, found: str) -> None:
    assert refusal(toml_file(text).toml).startswith(found)


def test_integers_of_64_bits_and_some_depth_are_read() -> None:
    assert toml_file("a = 9223372036854775807\nb = -9223372036854775808\n").toml()["a"] == 2**63 - 1
    assert toml_file("a = " + "[" * MAX_DEPTH + "]" * MAX_DEPTH).toml()


def test_toml_that_is_not_text_is_refused_as_such() -> None:
    assert refusal(RawFile("t.toml", b'a = 1\nb = "\xff"\n').toml) == 't.toml:2: found "\\xff", expected UTF-8 text'


CLAIMS = '''\
as_of = 2024-10-01

[draws]
count = 100
"odd key" = 1

[[claims]]
id = "a"
text = """
id = "no key"
[no.header]
"""
  note = "x"

[[claims.interpretations]]
metric = "m"

[[claims.interpretations]]
metric = "n"
[[claims]]
id = "b"
[[claims.interpretations]]
metric = "o"

[tables."article/a.csv"]
source = "row"
'''


TOML_LINES = [
    (("as_of",), 1),
    (("draws",), 3),
    (("draws", "count"), 4),
    (("draws", "odd key"), 5),
    (("claims", 0), 7),
    (("claims", 0, "id"), 8),
    (("claims", 0, "text"), 9),
    (("claims", 0, "note"), 13),
    (("claims", 0, "interpretations", 0), 15),
    (("claims", 0, "interpretations", 0, "metric"), 16),
    (("claims", 0, "interpretations", 1, "metric"), 19),
    (("claims", 1, "id"), 21),
    (("claims", 1, "interpretations", 0, "metric"), 23),
    (("tables", "article/a.csv"), 25),
    (("tables", "article/a.csv", "source"), 26),
]


def test_the_line_of_a_toml_key(subtests: pytest.Subtests) -> None:
    for where, line in TOML_LINES:
        with subtests.test(where=where):
            assert toml_file(CLAIMS).toml_line(where) == line


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (("draws", "seed"), 3),
        (("claims", 0, "section"), 7),
        (("claims", 1, "interpretations", 0, "least_n"), 22),
        (("tables", "article/a.csv", "as_of"), 25),
        (("draws", "count", 3), 4),
    ],
)
def test_a_key_that_is_not_there_has_the_line_of_its_parent(where: tuple[str | int, ...], line: int) -> None:
    assert toml_file(CLAIMS).toml_line(where) == line


def test_a_key_without_any_parent_in_the_text_has_no_line() -> None:
    assert toml_file(CLAIMS).toml_line(("nowhere",)) is None
    assert toml_file(CLAIMS).toml_line(()) is None


def test_an_array_of_tables_has_the_line_of_its_first() -> None:
    assert toml_file("a = 1\n[[x]]\nb = 1\n[[x]]\n").toml_line(("x",)) == 2


def test_separators_that_no_editor_breaks_lines_at_do_not_count() -> None:
    assert toml_file('a = "x\u2028y\u2029z"\nb = 1\n').toml_line(("b",)) == 2


@pytest.mark.parametrize(
    "before",
    [
        '# """ in a comment\n',
        'x = 1  # """ after a value\n',
        "x = \"the ''' men\"\n",
        'x = \'a """ b\'\n',
        'x = "a \\" # b"\n',
        "x = '''\n[no.header]\nb = 0\n'''\n",
        'x = """\n\\"""\nb = 0\n"""\n',
        "x = [\n [1, 2],\n]\n",
    ],
)
def test_lines_that_only_look_like_toml_keys_do_not_count(before: str) -> None:
    assert toml_file(f"[s]\n{before}b = 1\n").toml_line(("s", "b")) == before.count("\n") + 2


def test_a_dotted_key_has_its_own_line() -> None:
    text = toml_file("[metrics]\ngain.unit = 'x'\n\"a b\" . c = 1\n")
    assert [text.toml_line(("metrics", *key)) for key in (("gain", "unit"), ("a b", "c"))] == [2, 3]


def test_a_header_may_hold_brackets_dots_and_quotation_marks_within_its_own() -> None:
    text = toml_file('[t]\na = 1\n[t."Score [pts]"]\na = 1\n[[t."b.c"]] # [t]\na = 1\n[t."d \\" e"]\na = 1\n')
    keys = [("Score [pts]", "a"), ("b.c", 0, "a")]
    assert [text.toml_line(("t", *key)) for key in keys] == [4, 6]
    assert text.toml_line(("t", "a")) == 2


# Files.


def test_a_file_is_read_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "article").mkdir()
    (tmp_path / "article" / "a.csv").write_bytes(b"a\r\nb")
    assert read_raw(tmp_path, "article/a.csv") == RawFile("article/a.csv", b"a\r\nb")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    for name in ("a.csv", "b.csv"):
        found = refusal(lambda name=name: read_raw(tmp_path, name))
        assert found == f"{name}: expected a file of this name in the dossier {tmp_path}"


def test_a_link_out_of_the_folder_is_refused_and_one_within_it_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("secret")
    (folder / "a.csv").symlink_to("../secret.csv")
    (folder / "out").symlink_to(tmp_path)
    for path in ("a.csv", "out/secret.csv", "../secret.csv", str(tmp_path / "secret.csv"), "x/../../secret.csv", "."):
        assert refusal(lambda path=path: read_raw(folder, path)) == f"{path}: expected {INSIDE}"
    (folder / "real.csv").write_text("x")
    (folder / "b.csv").symlink_to("real.csv")
    assert read_raw(folder, "b.csv").data == b"x"


PATHS = [
    ("a.csv", True),
    ("article/a.csv", True),
    ("article/..a.csv", True),
    ("", False),
    (".", False),
    ("..", False),
    ("/a.csv", False),
    ("../a.csv", False),
    ("article/../a.csv", False),
    ("./a.csv", False),
    ("article//a.csv", False),
    ("article/", False),
    ("é" * 127, True),  # 254 bytes
    ("é" * 128, False),
    ("a/" * 1023 + "ab", True),
    ("a/" * 1024 + "b", False),
]


def test_a_plain_path_is_below_its_folder_whatever_links_there_are(subtests: pytest.Subtests) -> None:
    for path, plain in PATHS:
        with subtests.test(path=path):
            assert is_plain(path) == plain


def test_links_in_a_loop_are_reported_as_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("a.csv")
    (tmp_path / "b.csv").symlink_to("c.csv")
    (tmp_path / "c.csv").symlink_to("b.csv")
    for name in ("a.csv", "b.csv"):
        with pytest.raises(InputError, match=f"{name}: expected a file of this name in the dossier"):
            read_raw(tmp_path, name)


def test_a_raw_folder_that_is_itself_a_link_is_read(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.csv").write_text("x")
    (tmp_path / "raw").symlink_to("real")
    assert read_raw(tmp_path / "raw", "a.csv").data == b"x"


def test_a_file_larger_than_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tidebook.pipelines.read.rawfile.MAX_BYTES", 2**20)
    (tmp_path / "a.md").write_bytes(b"x" * 2**20)
    assert len(read_raw(tmp_path, "a.md").data) == 2**20
    (tmp_path / "a.md").write_bytes(b"x" * (2**20 + 1))
    assert refusal(lambda: read_raw(tmp_path, "a.md")) == "a.md: expected at most 1 MiB"


def test_the_refusal_of_a_large_table_names_the_format_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tidebook.pipelines.read.rawfile.MAX_BYTES", 2**20)
    (tmp_path / "a.csv").write_bytes(b"x" * (2**20 + 1))
    why = refusal(lambda: read_raw(tmp_path, "a.csv"))
    assert "at most 1 MiB: use Parquet" in why
    assert "duckdb -c \"copy 'a.csv' to 'a.parquet'\"" in why
