"""The command line: what help lists, how an unknown word is told, and that a command imports no other one."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.conftest import MARATHON, ROOT, SHIPPED, SMALL, edit, tidebook
from tidebook.pipelines.commands.app import COMMANDS, app
from tidebook.pipelines.commands.completion import SHELLS
from tidebook.pipelines.commands.help import EXAMPLES, SECTIONS
from tidebook.pipelines.commands.progress import shows_bars
from tidebook.pipelines.commands.terminal import QUIET
from tidebook.pipelines.read.settings import settings


def listed(shown: str) -> set[str]:
    commands = shown[shown.index("Read a text:") :]
    return {line.split()[0] for line in commands.splitlines() if line.startswith("  ") and line[2:3].islower()}


def every_command(group: click.Group = app, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield all commands with their names, those of groups with the group's before it."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from every_command(command, f"{path}{name} ")


@pytest.mark.parametrize(("raw", "there"), [(SHIPPED, True), (MARATHON, False)])
def test_help_lists_the_commands_of_a_plugin_where_the_dossier_has_it(
    raw: Path, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEBOOK_RAW", str(raw))
    shown = tidebook("--help")
    assert shown.exit_code == 0
    assert ("ledger" in listed(shown.output)) is there
    assert {"build", "check", "releases", "schema", "sources"} <= listed(shown.output)
    assert tidebook("ledger", "--help").exit_code == 0


def test_every_command_has_the_common_options_and_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEBOOK_DOSSIER", str(SHIPPED))
    for name, command in every_command():
        shown = tidebook(*name.split(), "-h").output
        for option in ("-h, --help", "-q, --quiet", "-v, --verbose"):
            assert shown.count(option) == 1, name
        assert "Example:" in shown, name
        assert command.epilog and f"tidebook {name}" in command.epilog


def test_every_command_of_the_core_stands_in_one_section_of_help() -> None:
    placed = [name for names in SECTIONS.values() for name in names]
    assert sorted(placed) == sorted(COMMANDS)
    shown = tidebook("--help").output
    assert all(f"\n{title}:\n" in shown for title in SECTIONS)
    assert shown.count("  Example: tidebook ") >= len(SECTIONS)


@pytest.mark.parametrize("example", [each for examples in EXAMPLES.values() for each in examples])
def test_an_example_names_a_command_and_options_that_exist(example: str) -> None:
    """It is parsed and not run: some ask the network or serve."""
    _, *words = shlex.split(example.partition(" >> ")[0].partition(" < ")[0])
    command: click.Command = app
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found
        command = found
    parameters = command.make_parser(click.Context(command)).parse_args(words)[0]
    assert parameters is not None


IN_NO_ARTICLE = [
    "accept x --why y", "build", "check", "follow", "lock", "match", "read", "replay --as-of 2024-01-01",
    "sources add x.csv", "sources fetch", "sources review", "sources status", "ui",
]  # fmt: skip


@pytest.mark.parametrize("command", IN_NO_ARTICLE)
def test_a_command_without_an_article_says_so_and_names_the_example(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = tidebook(*command.split())
    assert told.exit_code == 2
    assert "raw: expected a dossier: a folder with dossier.toml, named or here; an example is " in told.output
    assert not any(tmp_path.iterdir())


def test_the_status_of_a_folder_is_told_beside_another_article(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever built an example in a checkout asks with its folder alone, as `diff` allows."""
    monkeypatch.chdir(shutil.copytree(MARATHON, tmp_path / "here"))
    told = tidebook("status", "--out", str(built))
    assert told.exit_code == 0
    assert "Of an article that is not here" in told.output


def test_quiet_prints_nothing_but_what_decides_the_exit_code(built: Path, tmp_path: Path) -> None:
    raw = ["--dossier", str(SMALL)]
    assert (tidebook("build", "-q", *raw, "--out", str(tmp_path)).output) == ""
    failed = tidebook("build", "-q", "--fail-on", "wrong", *raw, "--out", str(tmp_path))
    assert (failed.exit_code, failed.output) == (1, "Failed: 1 wrong\n")
    checked = tidebook("-q", "check", *raw)
    (line,) = checked.output.splitlines()
    assert (checked.exit_code, ": error: wrong" in line) == (1, True)
    assert tidebook("check", "-q", "--fail-on", "none", *raw).output == ""
    assert tidebook("check", "-q", "nowhere").output.startswith("error: nowhere:")
    assert "south_follows" in tidebook("claims", "-q", "--out", str(built)).output, "a list that was asked for"


def test_verbose_tells_what_is_read_and_computed_and_why(tmp_path: Path) -> None:
    raw, out = Path(shutil.copytree(SMALL, tmp_path / "raw")), str(tmp_path / "out")

    def said() -> list[str]:
        return tidebook("build", "-v", "--dossier", str(raw), "--out", out).stderr.splitlines()

    first = said()
    assert f"dossier: {raw} (as named)" in first
    size = (raw / "article" / "shops.csv").stat().st_size
    assert f"reads article/shops.csv: {size} bytes" in first
    assert "computes figures: no result is stored yet" in first
    edit(raw / "article" / "shops.csv", "$30M", "$24M")
    second = said()
    (shops,) = (line for line in second if line.startswith("computes shops: "))
    assert shops == "computes shops: declared/cells/shops changed"
    assert any(line.startswith("reuses sources: ") for line in second)
    assert not tidebook("build", "--dossier", str(raw), "--out", out).stderr, "the next command is not verbose"


@pytest.mark.parametrize("variable", ["TIDEBOOK_DOSSIER", "TIDEBOOK_RAW"])
def test_the_dossier_has_one_option_and_one_variable_each_with_an_old_name(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for option in ("--dossier", "--raw"):
        assert "9 men" in tidebook("check", option, str(MARATHON)).output
    monkeypatch.setenv("TIDEBOOK_RAW", "nowhere")
    monkeypatch.setenv(variable, str(MARATHON))
    assert "9 men" in tidebook("check").output, "TIDEBOOK_DOSSIER goes before TIDEBOOK_RAW"


@pytest.mark.parametrize(
    ("ci", "quiet", "terminal", "shown"),
    [("", False, True, True), ("true", False, True, False), ("", True, True, False), ("", False, False, False)],
)
def test_a_bar_is_shown_on_a_terminal_only(
    ci: str, quiet: bool, terminal: bool, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(sys, "stderr", Screen())
    with click.Context(app) as ctx:
        ctx.meta[QUIET] = quiet
        assert shows_bars() is shown


def complete(shell: str, script: str, folder: Path) -> list[str]:
    """Return what a shell proposes, in a folder with a program of the name `tidebook`."""
    program = folder / "tidebook"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tidebook "$@"\n')
    program.chmod(0o755)
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([shell, "-c", script], capture_output=True, text=True, env=environment, check=True)
    return done.stdout.split()


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    script = """eval "$(tidebook completion bash)"
    COMP_WORDS=({words}); COMP_CWORD={place}; _tidebook_completion tidebook; echo "${{COMPREPLY[@]}}" """
    commands = complete("bash", script.format(words="tidebook re", place=1), tmp_path)
    assert set(commands) == {"read", "reading", "replay", "review", "releases"}
    assert "--dossier" in complete("bash", script.format(words="tidebook build --do", place=2), tmp_path)


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script_for_completion(shell: str) -> None:
    shown = tidebook("completion", shell)
    assert (shown.exit_code, f"_TIDEBOOK_COMPLETE={shell}_complete" in shown.output) == (0, True)


def test_a_dossier_is_taken_where_it_is_the_current_folder_or_raw_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = Path(shutil.copytree(MARATHON, tmp_path / "raw"))
    monkeypatch.delenv("TIDEBOOK_RAW", raising=False)
    for place in (raw, tmp_path):
        monkeypatch.chdir(place)
        assert "9 men" in tidebook("check").output


def test_snapshots_lie_beside_a_dossier_from_within_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "dossier.toml").write_text("[plugins.live]\n")
    monkeypatch.delenv("TIDEBOOK_RAW", raising=False)
    monkeypatch.delenv("TIDEBOOK_SNAPSHOTS", raising=False)
    for place in (tmp_path, tmp_path / "raw"):
        monkeypatch.chdir(place)
        snapshots = settings().snapshots
        assert snapshots and snapshots.resolve() == tmp_path.resolve() / "snapshots"


def test_a_wrong_setting_keeps_nobody_from_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEBOOK_BASE_URL", "no address")
    assert tidebook("--help").exit_code == 0
    assert (tidebook("status").exit_code, tidebook("status").output.count("\n")) == (2, 1)


def test_help_says_the_whole_of_what_a_command_does() -> None:
    assert "and the outcome counts." in " ".join(tidebook("--help").output.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["biuld"], "No such command 'biuld'. Did you mean 'build'?"),
        (["build", "--watc"], "No such option '--watc'. Did you mean '--watch'?"),
        (["releases", "prune", "--keep", "0"], "'--keep': 0 is not in the range x>=1."),
    ],
)
def test_an_unknown_word_is_reported_with_a_suggestion(words: list[str], said: str) -> None:
    shown = tidebook(*words)
    assert (shown.exit_code, said in shown.output) == (2, True), shown.output


def test_a_build_with_nothing_to_do_imports_neither_tables_nor_other_commands(built: Path) -> None:
    code = (
        "import sys; from tidebook.pipelines.commands.app import app\n"
        f"app(['build', '--raw', {str(SMALL)!r}, '--out', {str(built)!r}], standalone_mode=False)\n"
        "print([name for name in ('pandas', 'pydantic', 'tidebook.pipelines.commands.sources') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"


NAMES = {
    "a NUL": "a\0b",
    "half a character": "a\ud800",
    "300 letters": "a" * 300,
    "300 letters below": f"a/{'b' * 300}/c",
}


@pytest.mark.parametrize(
    "words",
    [
        ("read", "{text}", "--html"), ("read",), ("new", "{text}"), ("check",), ("build", "--raw"), ("review",),
        ("export", "--xlsx"), ("export", "--csv"), ("schema", "--write"), ("accept", "--all", "--why", "x", "--text"),
        ("sources", "add"), ("claims", "--out"), ("lock", "--raw"),
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("kind", NAMES)
def test_a_name_that_no_file_can_have_is_bad_input(
    kind: str, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIDEBOOK_DOSSIER", str(SMALL))
    Path("a.md").write_text("Sales rose from $25 million to $30 million, up 20%.\n")
    result = tidebook(*(word.format(text="a.md") for word in words), NAMES[kind])
    assert result.exit_code == 2, result.output
    assert re.search("^error: |^Error: ", result.stderr, re.MULTILINE), result.output
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.md"]
