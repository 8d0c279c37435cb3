"""`review` and `accept` on an article in git, and the steps of the action and the hook as a runner would run them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from junitparser import JUnitXml

from tests.conftest import ROOT, SMALL, edit, tidebook
from tests.dossiers import written
from tests.integration.test_check_text import ARTICLE
from tests.integration.test_check_text import DOSSIER as BOUND
from tidebook.pipelines.compare.review import TextState, Uncovered, linked, text_markdown

SHOPS = "article/shops.csv"
CALM = "**Tidebook**: no outcome changed. Statements: 1 depends, 1 consistent. Figures: 1 wrong, 2 unchecked.\n"


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Author", "-c", "user.email=author@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit_first(folder: Path, message: str) -> None:
    """Make a folder a repository of one commit, which has all its files."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """An article below the top of a repository with one commit."""
    shutil.copytree(SMALL, tmp_path / "site" / "article")
    commit_first(tmp_path / "site", "Add the article")
    return tmp_path / "site" / "article"


def review(*arguments: object) -> tuple[int, str]:
    result = tidebook("review", *map(str, arguments))
    return result.exit_code, result.stdout


def test_an_edit_that_changes_no_outcome_is_one_line(article: Path) -> None:
    assert review("HEAD", "--raw", article) == (0, CALM)
    edit(article / "dossier.toml", "Sales of three shops", "What three shops sold")
    assert review("HEAD", "--raw", article) == (0, CALM)


def test_a_cell_that_changes_an_outcome_is_named_with_it(article: Path) -> None:
    edit(article / SHOPS, "$30M", "$24.1M")
    code, shown = review("HEAD", "--raw", article, "--fail-on", "new:wrong")
    assert code == 0, "what was wrong is fixed"
    assert f"| `shops/north/sales` $24.1M | `{SHOPS}:2` | wrong | **right** |" in shown
    assert f'shops/north/sales went from "$30M" to "$24.1M" ({SHOPS}:2, column Sales)' in shown


def test_only_what_is_newly_wrong_fails_where_that_is_asked_for(article: Path) -> None:
    assert review("HEAD", "--raw", article, "--fail-on", "new:wrong")[0] == 0, "it was wrong before"
    assert review("HEAD", "--raw", article, "--fail-on", "wrong")[0] == 1
    edit(article / SHOPS, "$30M", "$24.1M")
    git(article, "commit", "--quiet", "--all", "--message", "Correct a figure")
    edit(article / SHOPS, "$24.1M", "$241M")
    code, shown = review("HEAD", "--raw", article, "--fail-on", "new:wrong")
    assert code == 1
    assert shown.startswith("### Tidebook: 3 outcomes changed, 1 newly wrong, 1 newly contradicts itself\n")


@pytest.fixture
def energy(tmp_path: Path) -> Path:
    """An example with evidence in a repository with one commit."""
    shutil.copytree(ROOT / "examples" / "energy", tmp_path / "site" / "energy")
    commit_first(tmp_path / "site", "Add the article")
    return tmp_path / "site" / "energy"


def test_a_cell_that_changes_no_outcome_is_listed_with_its_place(energy: Path) -> None:
    edit(energy / "evidence" / "electricity.csv", "Ireland,2020,36.13", "Ireland,2020,36.73")
    edit(energy / "article.md", "57.9%", "57.88%")
    code, shown = review("HEAD", "--raw", energy)
    assert code == 0 and shown.startswith("### Tidebook: no outcome changed\n")
    assert '| shares/denmark/in\\_2023 | `article.md:17` | "57.9%" → "57.88%" |' in shown
    assert '| electricity/irl/2020/wind | evidence/electricity.csv | "36.13" → "36.73" |' in shown


def test_a_file_of_evidence_that_changed_where_nothing_reads_it_is_named(energy: Path) -> None:
    with (energy / "evidence" / "electricity.csv").open("a", encoding="utf-8") as file:
        file.write("Malta,2015,1,2,3\n")
    assert "`evidence/electricity.csv:1` changed where no expression reads it." in review("HEAD", "--raw", energy)[1]


def test_a_version_that_cannot_be_read_says_so_and_lists_the_cells_that_can(energy: Path) -> None:
    edit(energy / "article.md", "32.1%", "32.2%")
    edit(
        energy / "dossier.toml",
        'figure = "claims/a_quarter_in_2022"\nis = "electricity[gbr, 2022].wind"',
        'figure = "claims/a_quarter_in_2022"\nis = "electricity[gbr, 2022].wnd"',
    )
    code, shown = review("HEAD", "--raw", energy)
    assert code == 2
    assert shown.startswith("### Tidebook: this version cannot be read\n")
    assert "expected a value of electricity; did you mean wind?" in shown
    assert '| shares/denmark |  | in\\_2013 "32.1" → "32.2" |' in shown
    (energy / "dossier.toml").write_text("title = [")
    code, shown = review("HEAD", "--raw", energy)
    assert code == 2 and "Nothing of it can be compared." in shown


def test_two_revisions_are_compared_as_they_were_committed(article: Path) -> None:
    edit(article / SHOPS, "$30M", "$24.1M")
    git(article, "commit", "--quiet", "--all", "--message", "Correct a figure")
    edit(article / SHOPS, "$24.1M", "not committed")
    assert "| wrong | **right** |" in review("HEAD~1", "HEAD", "--raw", article)[1]


def test_what_is_not_a_revision_folder_or_release_is_an_error(article: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(article)
    for name in ("nowhere", "--output=x"):
        assert tidebook("review", "--raw", ".", "--", name).exit_code == 2


def test_an_accepted_finding_is_silent_until_it_is_another(article: Path) -> None:
    accept = ("accept", "shops/north/sales", "--why", "The accounts are disputed", "--raw", str(article))
    assert tidebook(*accept).output == "accepted: shops/north/sales, wrong\n"
    assert tidebook("check", str(article)).exit_code == 0
    assert tidebook(*accept).output == "Nothing to change\n"
    edit(article / SHOPS, "$30M", "$31M")
    again = tidebook("check", str(article))
    assert again.exit_code == 1
    assert "another finding was accepted here: The accounts are disputed" in again.output


def test_an_entry_of_a_fixed_figure_is_reported_and_pruned(article: Path) -> None:
    (article / "accepted.toml").write_text("# Ours.\n\n[[accepted]]\nid = 'shops/north/sales'\nwhy = 'Old'\n")
    edit(article / SHOPS, "$30M", "$24.1M")
    assert (
        "expected a figure or claim with a finding; this one has none: remove it"
        in tidebook("check", str(article)).output
    )
    assert "removed" in tidebook("accept", "--prune", "--raw", str(article)).output
    assert (article / "accepted.toml").read_text() == "# Ours.\n"


def test_accept_names_what_is_near(article: Path) -> None:
    result = tidebook("accept", "shops/nort/sales", "--why", "Known", "--raw", str(article))
    assert result.exit_code == 2
    assert "did you mean shops/north/sales?" in result.output
    assert not (article / "accepted.toml").exists()


def test_of_an_article_that_the_base_does_not_have_all_is_new(article: Path) -> None:
    added = shutil.copytree(article, article.parent / "added")
    code, shown = review("HEAD", "--raw", added, "--fail-on", "new:wrong")
    assert code == 1
    assert shown.startswith("### Tidebook: 1 outcome changed, 1 newly wrong\n\nThere is nothing to compare with")
    assert "| new | **wrong** |" in shown


def test_of_an_article_that_could_not_be_read_all_is_new(article: Path) -> None:
    right = (article / "dossier.toml").read_text()
    (article / "dossier.toml").write_text("title = [")
    git(article, "commit", "--quiet", "--all", "--message", "Break")
    (article / "dossier.toml").write_text(right)
    code, shown = review("HEAD", "--raw", article)
    assert code == 0
    assert "so everything is new: HEAD: dossier.toml:1: expected well-formed TOML" in shown


def test_a_folder_that_had_another_name_is_named_with_its_revision(article: Path) -> None:
    article.rename(article.parent / "book")
    assert review("HEAD:article", "--raw", article.parent / "book") == (0, CALM)
    result = tidebook("review", "HEAD:nowhere", "--raw", str(article.parent / "book"))
    assert result.exit_code == 2 and "a folder that HEAD has, not nowhere" in result.stderr


def test_a_repository_without_files_has_revisions_all_the_same(
    article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(article / SHOPS, "$30M", "$24.1M")
    git(article, "commit", "--quiet", "--all", "--message", "Correct a figure")
    git(tmp_path, "clone", "--quiet", "--bare", str(article.parent), "bare.git")
    monkeypatch.chdir(tmp_path / "bare.git")
    assert "| wrong | **right** |" in review("HEAD~1:article", "HEAD:article")[1]


def test_a_shallow_clone_and_no_repository_are_errors_that_say_so(article: Path, tmp_path: Path) -> None:
    git(article, "commit", "--quiet", "--allow-empty", "--message", "Nothing")
    git(tmp_path, "clone", "--quiet", "--depth", "1", article.parent.as_uri(), "shallow")
    plain = shutil.copytree(SMALL, tmp_path / "plain")
    for folder, why in (
        (tmp_path / "shallow" / "article", "this clone is shallow"),
        (plain, "git finds no repository"),
    ):
        result = tidebook("review", "HEAD~1", "--raw", str(folder))
        assert result.exit_code == 2 and why in result.stderr


def shell(command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": paths, "PYTHONPATH": str(ROOT), "GITHUB_ACTION_PATH": str(ROOT)} | variables
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", command],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_action_annotates_the_cell_and_writes_the_review(article: Path, tmp_path: Path) -> None:
    steps = {step.get("name"): step for step in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]}
    given = {"FOLDER": "article", "FAIL_ON": "wrong", "BASE": "HEAD", "FILES": "https://example.org/blob/head"}
    given["GITHUB_STEP_SUMMARY"] = str(tmp_path / "summary")
    assert {*steps["check"]["env"], *steps["review"]["env"]} <= given.keys()
    checked = shell(steps["check"]["run"], article.parent, **given)
    assert checked.returncode == 1
    assert (
        f"::error file=article/{SHOPS},line=2,col=7,endColumn=11,title=wrong%3A shops/north/sales::" in checked.stdout
    )
    assert shell(steps["review"]["run"], article.parent, **given).returncode == 0
    assert (tmp_path / "summary").read_text() == CALM


def test_the_action_keeps_a_badge_on_a_branch_of_its_own(article: Path, tmp_path: Path) -> None:
    site, steps = article.parent, yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    (badge,) = [step for step in steps if step.get("name") == "badge"]
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(site, "remote", "add", "origin", str(tmp_path / "origin.git"))
    given = {"FOLDER": "article", "BRANCH": "badges", "RUNNER_TEMP": str(tmp_path)}
    assert {*badge["env"]} <= given.keys()

    def pushed() -> tuple[str, str]:
        """Return the commit on the branch, and the badge there."""
        done = shell(badge["run"], site, **given)
        assert done.returncode == 0, done.stderr
        found = [
            shell(f"git {words}", tmp_path / "origin.git") for words in ("rev-parse badges", "show badges:article.svg")
        ]
        return found[0].stdout, found[1].stdout

    first = pushed()
    assert "1 of 1 figures wrong" in first[1]
    assert pushed() == first, "nothing is pushed while the badge says the same"
    edit(article / SHOPS, "$30M", "$24.1M")
    fixed = pushed()
    assert fixed[0] != first[0] and "wrong" not in fixed[1]


@pytest.fixture
def with_text(tmp_path: Path) -> Path:
    """An article in git whose text is an input."""
    folder = written(tmp_path / "shops", {"article.md": ARTICLE, "dossier.toml": BOUND})
    commit_first(folder, "Add the article")
    return folder


def test_words_that_changed_and_numbers_that_nothing_accounts_for_are_reported_at_their_lines(with_text: Path) -> None:
    assert review("HEAD", "--raw", with_text)[1].startswith("**Tidebook**: no outcome changed.")
    edit(with_text / "article.md", "**$30 million**", "**$40 million**")
    edit(with_text / "article.md", "in 2022.\n", "in 2022.\n\nThe market has 77 stalls.\n")
    base = "https://example.org/blob/main/shops/"
    code, shown = review("HEAD", "--raw", with_text, "--fail-on", "new:wrong", "--link-base", base)
    assert code == 1
    (drifted,) = [line for line in shown.splitlines() if "sold for $30 million" in line]
    assert "| [article.md:3](https://example.org/blob/main/shops/article.md?plain=1#L3) |" in drifted
    assert "| **drifted** |" in drifted and "the text now says" in drifted
    assert "Coverage of the text's numbers: 66.7% → 50%." in shown
    assert "1 number that nothing accounts for since then:" in shown
    assert "- 77 ([article.md:6](https://example.org/blob/main/shops/article.md?plain=1#L6))" in shown
    assert review("HEAD", "--raw", with_text, "--link-base", base)[1] == shown, "the same for the same two"


def test_a_review_is_silent_where_nothing_changed_and_quiet_is_asked_for(with_text: Path) -> None:
    assert review("HEAD", "--raw", with_text, "-q") == (0, "")
    edit(with_text / "article.md", "**$30 million**", "**$40 million**")
    assert "drifted" in review("HEAD", "--raw", with_text, "-q")[1]


def test_a_text_without_a_dossier_is_compared_with_a_revision_or_another_text(tmp_path: Path) -> None:
    text = tmp_path / "text.md"
    text.write_text("Sales rose from $25 million to $30 million, up 20%.\n")
    commit_first(tmp_path, "Write")
    assert review("HEAD", "--text", text)[1] == "**Tidebook**: no finding came or went. 0 findings.\n"
    edit(text, "20%.", "25%.\n\nIt has 31 shops.")
    code, shown = review("HEAD", "--text", text, "--fail-on", "new:wrong")
    assert code == 1
    assert shown.startswith("### Tidebook: 1 new finding, 0 gone\n")
    assert "| change | 25% | from $25 million to $30 million is a change of 20% |" in shown
    assert "Coverage of the text's numbers: 100% → 75%." in shown
    assert f"- 31 (`{text.as_posix()}:3`)" in shown
    git(tmp_path, "commit", "--quiet", "--all", "--message", "Slip")
    old = tmp_path / "old.md"
    old.write_bytes(text.read_bytes())
    edit(text, "25%", "20%")
    assert review(old, text)[1].startswith("### Tidebook: 0 new findings, 1 gone\n")
    assert review("HEAD", "--text", text, "--fail-on", "new:wrong")[0] == 0
    assert tidebook("review", "HEAD~9", "--text", str(text)).exit_code == 2


def test_a_review_of_any_length_fits_into_a_comment() -> None:
    numbers = [Uncovered("", f"{number:,} people", number) for number in range(10_000)]
    shown = text_markdown([], [], TextState("a.md"), TextState("a.md", 0.0, numbers), linked(""))
    assert len(shown) < 60_000
    assert any(line.startswith("- and ") and line.endswith(" more") for line in shown.splitlines())


def snippets() -> list[dict[str, object]]:
    """Return the blocks of YAML of docs/commands.md, parsed."""
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]


def test_the_snippet_for_github_names_inputs_that_the_action_has() -> None:
    (workflow,) = [each for each in snippets() if "jobs" in each]
    (step,) = [step for step in workflow["jobs"]["article"]["steps"] if "tidebook" in step["uses"]]  # type: ignore[index]
    assert {*step["with"]} <= {*yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]}


def test_the_snippet_for_gitlab_writes_the_report_that_it_names(article: Path) -> None:
    (job,) = [each["article"] for each in snippets() if "article" in each]
    assert isinstance(job, dict)
    install, check = job["script"]
    assert install.startswith("pip install ")
    assert shell(check.replace("my-article", "article"), article.parent).returncode == 1
    (suite,) = JUnitXml.fromfile(str(article.parent / job["artifacts"]["reports"]["junit"]))
    assert (suite.name, suite.failures) == ("article", 1)


def test_the_hook_fails_on_a_wrong_figure(article: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert shell(f"{hook['entry']} article", article.parent).returncode == 1


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../elsewhere"])
def test_a_link_out_of_a_revision_is_refused_by_name(article: Path, target: str) -> None:
    (article / "leak").symlink_to(target)
    git(article, "add", "--all")
    git(article, "commit", "--quiet", "--message", "Add a link out")
    (article / "leak").unlink()
    result = tidebook("review", "HEAD", "--raw", str(article))
    assert result.exit_code == 2
    assert (
        "leak: found " in result.stderr and "expected files and links that stay inside the repository" in result.stderr
    )


@pytest.mark.parametrize(
    "revision", ["a\0b", "-x", "--output=x", "absent", "a\nb", "x" * 5000, "HEAD..", "HEAD:nowhere"]
)
def test_a_revision_that_is_none_is_one_error(article: Path, revision: str) -> None:
    result = tidebook("review", "--raw", str(article), "--", revision)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")


HOSTILE = "`|` @all [a](https://evil.example) ![](//b) www.evil.example <img src=x>"


def test_no_words_or_names_are_markup_in_a_review(article: Path) -> None:
    """In a comment on a pull request they would tell users, link elsewhere, or end a cell."""
    named = "shops`|[x](y)@all.csv"
    (article / SHOPS).rename(article / "article" / named)
    edit(article / "dossier.toml", "article/shops.csv", f"article/{named}")
    edit(article / "claims.toml", "The northern shop", f"{HOSTILE} The northern shop")
    git(article, "add", "--all")
    git(article, "commit", "--quiet", "--message", "Rename")
    edit(article / "article" / named, "$30M", "$24.1M")
    code, shown = review("HEAD", "--raw", article)
    rows = [line for line in shown.splitlines() if line.startswith("| `")]
    assert code == 0 and rows, shown
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) == 6, row
        bare = re.sub(r"`[^`]*`|\\.|<br>", "", row)
        assert not re.search(r"[<@\[\]]|://|www\.", bare), row
