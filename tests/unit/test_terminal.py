"""What commands look like on a terminal: colour by meaning, set at its width; plain text elsewhere."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest

from tidebook.pipelines.commands import terminal

SEQUENCE = re.compile(r"\x1b\[[0-9;]*m")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def patch(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A terminal of 80 columns that knows colours."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return monkeypatch


def shown(patch: pytest.MonkeyPatch, *texts: str) -> list[str]:
    """Return the lines that a terminal gets for these texts."""
    screen = Screen()
    with patch.context() as inner:
        inner.setattr(sys, "stdout", screen)
        terminal.console.cache_clear()
        for text in texts:
            terminal.print_line(text)
    terminal.console.cache_clear()
    return screen.getvalue().splitlines()


def coloured(text: str) -> list[str]:
    """Return the parts of a text that are in colour."""
    return re.findall(r"\x1b\[[0-9;]+m(.*?)\x1b\[0m", text)


def test_outcomes_are_coloured_where_they_are_stated_and_nowhere_else(patch: pytest.MonkeyPatch) -> None:
    lines = shown(
        patch, "Figures: 2 right, 1 wrong", "Changed: us_majority: depends → wrong",
        "  wrong: a figure that was right once", "It stands open that this is wrong or right",
    )  # fmt: skip
    assert [coloured(line) for line in lines] == [["2 right", "1 wrong"], ["wrong"], ["wrong"], []]
    assert "\x1b[1;31mwrong" in lines[1] and "\x1b[32m2 right" in lines[0]


def test_without_colour_the_same_words_are_there(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("NO_COLOR", "1")
    (line,) = shown(patch, "Changed: us_majority: depends → wrong")
    assert not re.search(r"\x1b\[[0-9;]*3\dm", line)
    assert SEQUENCE.sub("", line) == "Changed: us_majority: depends → wrong"


def test_lines_are_broken_between_words_and_set_in_and_a_count_stays_whole(patch: pytest.MonkeyPatch) -> None:
    lines = shown(patch, f"  {'word ' * 14}10 unchecked and more")
    assert [SEQUENCE.sub("", line) for line in lines] == [f"  {'word ' * 14}".rstrip(), "    10 unchecked and more"]


def test_a_table_loses_no_part_of_a_name_that_is_too_long_for_its_column(patch: pytest.MonkeyPatch) -> None:
    name, screen = "a_table/a_subject_with_a_long_name/a_quantity_with_a_long_name", Screen()
    with patch.context() as inner:
        inner.setattr(sys, "stdout", screen)
        terminal.console.cache_clear()
        terminal.print_table(("figure", "why"), [(name, "because " * 12)])
    terminal.console.cache_clear()
    _, *lines = SEQUENCE.sub("", screen.getvalue()).splitlines()
    assert max(map(len, lines)) <= 80
    assert "".join(line.partition(" ")[0] for line in lines) == name


def test_elsewhere_each_row_of_a_table_is_one_line_without_blanks_at_its_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = "a_table/a_subject_with_a_long_name/a_quantity_with_a_long_name"
    why = f"5\N{NO-BREAK SPACE}kg {'because ' * 40}"
    terminal.print_table(("figure", "printed", "why"), [(name, "two\nlines", why), ("b", "1", "")])
    assert capsys.readouterr().out.splitlines() == [
        f"figure{' ' * (len(name) - 4)}printed    why",
        f"{name}  two lines  5 kg {'because ' * 40}".rstrip(),
        f"b{' ' * (len(name) + 1)}1",
    ]


def test_elsewhere_a_table_may_have_no_rows(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_table(("figure", "why"), [])
    assert capsys.readouterr().out == "figure  why\n"


def test_elsewhere_lines_stay_whole_and_have_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_line(f"Figures: 2 right{', 1 wrong' * 20}")
    assert capsys.readouterr().out == f"Figures: 2 right{', 1 wrong' * 20}\n"


def test_no_printed_text_is_a_command_of_a_runner(capsys: pytest.CaptureFixture[str]) -> None:
    """GitHub reads `::` at the start of a line and `##[` anywhere in the log of a step, on both streams."""
    terminal.print_line("::add-mask::x\n  ::error::y ##[add-mask]z")
    terminal.print_table(["a"], [["::stop-commands::x"], ["##vso[task.complete]"]])
    lines = capsys.readouterr().out
    terminal.print_json({"a": "##[error]x"})
    document = capsys.readouterr().out
    assert not re.search(r"(?m)^\s*::|##\w*\[", lines + document)
    assert r"\x3a:add-mask::x" in lines and json.loads(document) == {"a": "##[error]x"}


def test_colons_and_number_signs_are_otherwise_as_they_were(capsys: pytest.CaptureFixture[str]) -> None:
    words = "a::b, C# [1], ## Heading, #[x] and ## [y]"
    terminal.print_line(words)
    assert capsys.readouterr().out == f"{words}\n"
