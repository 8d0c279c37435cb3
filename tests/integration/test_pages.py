"""The pages that people read: each command that README and docs show runs and prints what stands beside it.

Two pages have tests of their own and are followed more strictly: docs/your-article.md in `test_examples`,
docs/internals/change-the-graph.md in `test_change_the_graph`.
"""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path
from typing import Any

import click
import pytest

from tests.conftest import MARATHON, ROOT, SHIPPED
from tests.pages import follow, in_process
from tidebook.pipelines.commands.app import app

DOSSIER = SHIPPED

NOT_RUN = {
    "make ": "makes environments, and runs everything there is",
    "docker ": "needs Docker and a registry",
    "pip install": "needs a registry; tests/contract/test_packages.py installs",
    "pip wheel": "needs a registry",
    "pytest ": "these are the tests themselves",
    r"\. \.venv/bin/activate": "is for a shell that goes on",
    "export ": "is for a shell that goes on",
    "cp deploy/": "is a step before Docker; tests/contract/test_deploy.py reads the file",
    "tidebook ui": "a server; tests/integration/test_security.py starts it",
    "tidebook open": "starts a browser; tests/integration/test_watch_and_open.py has one",
    "tidebook sources (fetch|add)": "asks live publishers; tests/integration/test_fetching.py has its own",
    "tidebook -q |exit ": "is a job of a shell; tests/integration/test_scheduled_refresh.py runs it whole",
    "tidebook read .*--reader ": "asks a program of the user; tests/integration/test_readings_commands.py has one",
    r"tidebook read .*\.(docx|pdf)": "reads a file of an office; tests/plugins/documents makes its own",
    "tidebook ledger ": "needs a ledger; tests/plugins/ledger/test_commands.py makes one",
    r"tidebook verify(?! --out)": "as long as a build; README.md shows it of the smaller article, where it runs",
}
"""What no command of a page does here, by how it begins, and why."""

COPY = "cp -r examples/marathon my-article"
"""How a page has the copy made that others take for granted."""

FOLLOWED = {"your-article.md", "change-the-graph.md"}
"""Pages with tests of their own."""
INTERNALS = sorted((ROOT / "docs" / "internals").glob("*.md"))
ON_SITE = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("plugins/*/README.md")), *INTERNALS]
PAGES = [ROOT / "README.md", *(path for path in ON_SITE if path.name not in FOLLOWED)]
SHOWING = [path for path in PAGES if re.search(r"^(\$ )?tidebook ", path.read_text("utf-8"), re.MULTILINE)]
WRITTEN = [ROOT / "CONTRIBUTING.md", ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN += sorted(ROOT.glob("plugins/*/README.md"))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, built: Path, marathon: Path) -> Path:
    """A checkout as `make report` leaves it, in which the smaller example was built once and copied to `my-article`."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("raw", "examples"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(MARATHON, folder / "my-article")
    shutil.copytree(built, folder / "out", symlinks=True)
    shutil.copytree(marathon, folder / "my-out", symlinks=True)
    return folder


def run(command: str, expected: str | None, folder: Path) -> None:
    """Run a command of a page, unless it is one of those that cannot run here."""
    if not any(re.match(pattern, command) for pattern in NOT_RUN):
        in_process(command, expected, folder)


@pytest.mark.parametrize("page", SHOWING, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_of_a_page_run_and_print_what_it_shows(page: Path, checkout: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(checkout, tmp_path / "checkout", symlinks=True)
    text = page.read_text("utf-8")
    if f"{COPY}\n" in text:
        shutil.rmtree(folder / "my-article")
    follow(text, folder, run, strict=False)
    if page == ROOT / "README.md":
        report = (folder / "my-out" / "latest" / "report" / "index.html").read_text("utf-8")
        shown = " ".join(re.sub("<[^>]*>", " ", report).split())
        assert "from “42,195 km” to “42.195 km”" in shown
        assert re.findall(r"(\S*\d\S*) → \1[\s,;.]", shown) == []
        assert "wrong → stands" in shown


def test_commands_in_the_words_of_a_page_exist_with_their_options(subtests: pytest.Subtests) -> None:
    for page in WRITTEN:
        with subtests.test(page.name):
            for command in re.findall(r"`(tidebook [^`…]*)`", page.read_text("utf-8")):
                assert missing(" ".join(command.split())) == "", command


def test_the_page_on_the_report_quotes_the_badge_of_today(built: Path) -> None:
    (quoted,) = re.findall(
        r'^\| `badge.svg` \| "(.*?)"', (ROOT / "docs" / "report.md").read_text("utf-8"), re.MULTILINE
    )
    assert quoted in (built / "latest" / "report" / "badge.svg").read_text("utf-8")


def test_the_page_on_the_report_shows_one_of_each_dossier_that_ships() -> None:
    shown = re.findall(r'<a href="reports/(\w+)/report/index.html">', (ROOT / "docs" / "report.md").read_text("utf-8"))
    assert sorted(shown) == sorted(["raw", *(path.parent.name for path in ROOT.glob("examples/*/dossier.toml"))])


def test_the_site_has_the_latest_release_of_each_dossier(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = runpy.run_path(str(ROOT / ".ci" / "site.py"))
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "raw").symlink_to(built)
    monkeypatch.setitem(found["on_post_build"].__globals__, "BUILT", tmp_path / "reports")
    for _ in range(2):
        found["on_post_build"]({"site_dir": str(tmp_path / "site")})
    page = tmp_path / "site" / "reports" / "raw" / "report" / "index.html"
    links = re.findall(r'href="(\.\./[^"#]+)"', page.read_text("utf-8"))
    assert links and all((page.parent / link).is_file() for link in links)


def missing(command: str) -> str:
    """Return the first word of a command that is neither a command nor an option of one; empty where there is none."""
    node: Any = app
    _, *words = command.split()
    while hasattr(node, "commands") and words and not words[0].startswith("-"):
        # Not node.commands: plugins add commands of their own.
        found = node.get_command(click.Context(node), words[0])
        if found is None:
            return words[0]
        node = found
        del words[0]
    known = {name for parameter in node.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return next((word for word in words if word.startswith("--") and word not in known), "")


@pytest.mark.parametrize(
    "shown",
    [
        "$ tidebook --version\ntidebook 9.9.9",
        "$ tidebook check --raw nowhere\nerror: elsewhere: …",
        "$ tidebook check --raw nowhere\n…",
        "$ tidebook --version\n…\nand more",
    ],
    ids=["another output", "another error", "an error not shown", "a line too many"],
)
def test_a_command_that_prints_something_else_is_found_out(shown: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        follow(f"```console\n{shown}\n```", tmp_path, run)
    follow("```console\n$ tidebook check --raw nowhere\nerror: nowhere: …\n```", tmp_path, run)


@pytest.mark.parametrize(("command", "word"), [("tidebook biuld", "biuld"), ("tidebook check --strct", "--strct")])
def test_a_command_that_does_not_exist_is_found_out(command: str, word: str) -> None:
    assert missing(command) == word


def test_what_is_not_run_is_shown_somewhere() -> None:
    texts = "\n".join(path.read_text("utf-8") for path in PAGES)
    assert [pattern for pattern in NOT_RUN if not re.search(rf"^(\$ )?{pattern}", texts, re.MULTILINE)] == []
