"""The extension for VS Code against the server that it starts: names of commands and settings, and what it may do."""

from __future__ import annotations

import json
import re

from tests.conftest import ROOT
from tidebook.pipelines.commands.lsp_actions import ACCEPT, ASK, FOLLOW, MATCH, OPEN, REPORT

FOLDER = ROOT / "editors" / "vscode"
MANIFEST = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
CODE = (FOLDER / "src" / "extension.ts").read_text(encoding="utf-8")


def test_the_extension_has_each_command_that_it_declares_and_the_one_that_the_server_asks_it_for() -> None:
    declared = {each["command"] for each in MANIFEST["contributes"]["commands"]}
    assert set(re.findall(r'registerCommand\("([\w.]+)"', CODE)) == {*declared, ASK}


def test_the_extension_uses_commands_that_the_server_has() -> None:
    assert {*re.findall(r'"(tidebook\.\w+)"', CODE)} - {ASK, "tidebook.showReport", "tidebook.restart"} <= {
        ACCEPT, FOLLOW, MATCH, OPEN, REPORT,
    }  # fmt: skip


def test_a_folder_that_is_not_trusted_starts_no_program() -> None:
    assert MANIFEST["capabilities"]["untrustedWorkspaces"]["supported"] is False
    (setting,) = MANIFEST["contributes"]["configuration"]["properties"].values()
    assert setting["scope"] == "machine"


def test_the_lock_of_the_extension_names_no_address_of_a_package() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    assert all("resolved" not in each for each in lock["packages"].values())
    assert all("integrity" in each for name, each in lock["packages"].items() if name)
