"""Rules for texts that an installed plugin brings: they are on, unless it is left out by its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.unit.test_text_findings import found
from tidebook.pipelines.commands.app import app
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.plugin import WITHOUT, SwitchedOn, text_plugins

WRONG = "They differed, t(28) = 1.20, p = .024."


def test_the_rules_of_a_plugin_are_on_until_it_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(WRONG)
    monkeypatch.setenv(WITHOUT, "statistics")
    assert not found(WRONG)


def test_results_depend_on_the_code_of_rules_for_texts_that_are_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SwitchedOn(("burst",)).acting == ("burst", "documents", "statistics")
    assert SwitchedOn(("statistics",)).acting == ("statistics", "documents")
    monkeypatch.setenv(WITHOUT, "statistics")
    assert SwitchedOn(("burst",)).acting == ("burst", "documents")


def test_a_plugin_that_is_left_out_and_not_installed_is_an_error_with_what_is_near(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(WITHOUT, "statistic")
    with pytest.raises(InputError, match="did you mean statistics"):
        text_plugins()


@pytest.mark.parametrize("command", ["read", "check"])
def test_a_command_leaves_a_plugin_out_for_as_long_as_it_runs(command: str, tmp_path: Path) -> None:
    text = tmp_path / "paper.md"
    text.write_text(WRONG)
    shown = CliRunner().invoke(app, [command, str(text)]).output
    assert "p = .230" in shown or "p = .240" in shown
    assert "p = .240" not in CliRunner().invoke(app, [command, str(text), "--without", "statistics"]).output
    assert "p = .240" in CliRunner().invoke(app, [command, str(text)]).output
    odd = CliRunner().invoke(app, [command, str(text), "--without", "statistic"])
    assert odd.exit_code == 2
    assert "did you mean" in odd.output
