"""The number of a release follows from what it promises: the rule of docs/internals/versions.md."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT
from tidebook.schemas.contracts import HISTORY, broken_seals, parse_history, sealed, with_seal

OLD = {"contracts": ["claims 3.1", "figures 1.0"], "commands": ["tidebook build", "tidebook build --all"]}
SAME = {"contracts": ["claims 3.1", "figures 1.0"], "commands": ["tidebook build", "tidebook build --all"]}
MINOR_CONTRACT = {**OLD, "contracts": ["claims 3.2", "figures 1.0"]}
NEW_OPTION = {**OLD, "commands": [*OLD["commands"], "tidebook build --fast"]}
MAJOR_CONTRACT = {**OLD, "contracts": ["claims 4.0", "figures 1.0"]}
NO_TABLE = {**OLD, "contracts": ["claims 3.1"]}
NO_OPTION = {**OLD, "commands": ["tidebook build"]}

CHANGELOG = """\
# Changelog

## [Unreleased]

## [0.3.0] - 2027-01-31

- Something.
"""
UPGRADING = "# Upgrading\n\n## From 0.2.0 to 0.3.0\n\nThings.\n"

ENTRY = '{"table": "t", "version": "1.0", "terms": {"key": [], "order": "key", "columns": {}, "rules": []}}\n'


@pytest.fixture(scope="module")
def release() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci" / "release.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("last", "stated", "new", "is_right"),
    [
        ("0.2.0", "0.2.0", SAME, True),
        ("0.2.0", "0.2.0", NEW_OPTION, False),
        ("0.2.0", "0.2.1", SAME, True),
        ("0.2.0", "0.2.1", NEW_OPTION, True),
        ("0.2.0", "0.2.1", MINOR_CONTRACT, True),
        ("0.2.0", "0.2.1", MAJOR_CONTRACT, False),
        ("0.2.0", "0.2.1", NO_TABLE, False),
        ("0.2.0", "0.2.1", NO_OPTION, False),
        ("0.2.0", "0.3.0", MAJOR_CONTRACT, True),
        ("0.2.0", "0.3.0", SAME, True),
        ("0.2.0", "0.3.0.dev0", NO_OPTION, True),
        ("0.2.0", "0.2.1.dev0", NO_OPTION, False),
        ("0.2.0", "1.0.0", NO_TABLE, True),
        ("0.2.0", "0.2.2", SAME, False),
        ("0.2.0", "0.4.0", MAJOR_CONTRACT, False),
        ("0.2.0", "0.1.9", SAME, False),
        ("1.4.2", "1.5.0", NEW_OPTION, True),
        ("1.4.2", "1.5.0", NO_OPTION, False),
        ("1.4.2", "2.0.0", NO_OPTION, True),
    ],
)
def test_what_may_break_takes_the_larger_step(
    release: ModuleType, last: str, stated: str, new: dict[str, list[str]], is_right: bool
) -> None:
    assert (not [*release.number_problems(stated, last, OLD, new)]) == is_right


def test_a_number_that_is_too_small_names_what_may_break(release: ModuleType) -> None:
    (found,) = release.number_problems("0.2.1", "0.2.0", OLD, NO_OPTION)
    assert found == (
        "0.2.1 after 0.2.0: expected 0.3.0 or 1.0.0, since these may break: commands: tidebook build --all"
    )


@pytest.mark.parametrize("text", ["0.3", "v0.3.0", "0.3.0rc1", "0.3.0.dev1", ""])
def test_other_forms_of_versions_are_refused(release: ModuleType, text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a version such as 0\.3\.0"):
        release.parse(text)


@pytest.mark.parametrize(
    ("changelog", "upgrading", "start"),
    [
        (CHANGELOG, UPGRADING, None),
        (
            CHANGELOG.replace("## [Unreleased]", "## [Unreleased]\n\n- Left."),
            UPGRADING,
            "CHANGELOG.md: expected nothing",
        ),
        (CHANGELOG.replace("## [Unreleased]\n", ""), UPGRADING, "CHANGELOG.md: expected the section ## [Unreleased]"),
        (CHANGELOG.replace("[0.3.0]", "[0.2.0]"), UPGRADING, "CHANGELOG.md: expected the section ## [0.3.0]"),
        (CHANGELOG.replace("- Something.\n", ""), UPGRADING, "CHANGELOG.md: expected the section ## [0.3.0]"),
        (CHANGELOG.replace(" - 2027-01-31", ""), UPGRADING, "CHANGELOG.md: expected a day"),
        (CHANGELOG, UPGRADING.replace("0.2.0", "0.1.0"), "docs/upgrading.md: expected the section ## From 0.2.0"),
    ],
)
def test_a_release_has_its_sections(release: ModuleType, changelog: str, upgrading: str, start: str | None) -> None:
    found = [*release.text_problems("0.3.0", "0.2.0", True, changelog, upgrading)]
    assert [text.startswith(str(start)) for text in found] == ([] if start is None else [True]), found


def test_a_release_that_breaks_nothing_needs_no_page_on_upgrading(release: ModuleType) -> None:
    assert [*release.text_problems("0.3.0", "0.2.0", False, CHANGELOG, "")] == []


def test_old_names_end_with_the_version_that_they_name(release: ModuleType) -> None:
    assert [*release.old_name_problems("0.2.9")] == []
    (found,) = release.old_name_problems("0.3.0")
    assert "remove what names OLD_NAMES_END" in found
    assert [text.rpartition(" ")[2] for text in release.old_name_problems("0.4.0")] == ["OLD_NAMES_END", "OLD_IDS_END"]


def test_the_stated_version_covers_what_has_changed_since_the_last_release(release: ModuleType) -> None:
    last, promised = release.recorded()
    stated = release.stated_version()
    release.parse(stated)
    assert [*release.number_problems(stated, last, promised, release.promises())] == []


def test_the_changelog_has_the_last_release_below_what_is_unreleased(release: ModuleType) -> None:
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    heads = [line.partition(" - ")[0] for line in lines if line.startswith("## ")]
    assert heads[0] == "## [Unreleased]"
    assert heads[1] in (f"## [{release.recorded()[0]}]", f"## [{release.stated_version()}]")


# Histories of contracts: what a release seals, and what may be written again.


def test_a_history_is_sealed_down_to_its_last_release() -> None:
    first = with_seal(ENTRY, "0.1.0")
    assert sealed(first + ENTRY) == first
    assert sealed(ENTRY * 2) == ENTRY * 2, "all of it where no release is named"
    assert len(parse_history(with_seal(first + ENTRY, "0.2.0"))) == 2


def test_a_line_above_a_seal_that_is_edited_is_told() -> None:
    text = with_seal(with_seal(ENTRY, "0.1.0") + ENTRY, "0.2.0")
    assert broken_seals(text) == []
    assert broken_seals(text.replace('"1.0"', '"1.1"', 1)) == ["0.1.0", "0.2.0"]
    assert broken_seals("".join(reversed(text.splitlines(keepends=True)))) == ["0.2.0", "0.1.0"]


def test_what_was_published_of_contracts_is_never_edited(release: ModuleType) -> None:
    for folder in release.contract_folders():
        text = (Path(folder) / HISTORY).read_text(encoding="utf-8")
        assert broken_seals(text) == [], folder
        assert f'"release": "{release.recorded()[0]}"' in text, folder
