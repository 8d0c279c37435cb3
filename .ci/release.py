"""Whether a checkout can be published as the version that it names: `make release`, by the rule of
docs/internals/versions.md.

If it can, what this version promises is recorded in `released.json`, the histories of contracts are sealed, and the
commands that remain are printed; else each problem is a line, and the exit code is 2. No tag is set here.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter

import tidebook
from tidebook.pipelines.commands import schema
from tidebook.pipelines.commands.app import COMMANDS, app
from tidebook.pipelines.commands.common import DocumentOption
from tidebook.pipelines.graph.keys import tidebook_version
from tidebook.pipelines.read.plugin import all_plugins, load
from tidebook.pipelines.read.plugin_tables import folder_of, models_of
from tidebook.pipelines.report.export import FORMAT
from tidebook.places import OLD_IDS_END, OLD_NAMES_END
from tidebook.schemas.base import table_name, version
from tidebook.schemas.contracts import FOLDER, HISTORY, with_seal
from tidebook.schemas.json_schemas import FOLDER as SCHEMAS
from tidebook.schemas.registry import ENGINE, RECORD

ROOT = Path(__file__).resolve().parents[1]
RECORD_FILE = Path(__file__).with_name("released.json")
"""What the last release promised: its `version`, and under `promises` names by kind."""
VERDICTS = ROOT / "pipelines" / "report" / "templates" / "verdicts.schema.json"
NUMBER = re.compile(r"(\d+)\.(\d+)\.(\d+)(\.dev0)?")

Promises = Mapping[str, list[str]]
Number = tuple[int, int, int]


def promises() -> dict[str, list[str]]:
    """Return the names that users rely on, by kind, sorted; those of contracts are `table 3.1`."""
    models = [*ENGINE.values(), *RECORD.values()]
    models += [model for plugin in all_plugins() for model in models_of(plugin)]
    commands = dict(_commands("", app))
    files = {path.name: json.loads(path.read_bytes()) for path in SCHEMAS.glob("*.schema.json")}
    documents = {**files, **dict(_printed(commands))}
    found = {
        "contracts": [f"{table_name(model)} {version(model)}" for model in models],
        "commands": [name for path, command in commands.items() for name in _parameters(path, command)],
        "keys": [f"{name}: {key}" for name, document in documents.items() for key in _keys(document)],
        "verdicts.json": [FORMAT, *_keys(json.loads(VERDICTS.read_bytes()))],
        "import tidebook": [*tidebook.__all__],
    }
    return {kind: sorted({*names}) for kind, names in found.items()}


def _commands(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Yield a command with the words that call it, and all below it, those of the shipped plugins among them."""
    yield path, command
    if not isinstance(command, click.Group):
        return
    start = f"{path} " if path else ""
    below = {name: command.commands[name] for name in (COMMANDS if command is app else command.commands)}
    for plugin in all_plugins():
        for name, place in plugin.commands.items():
            own = name.removeprefix(start)
            if name.startswith(start) and " " not in own:
                below[own] = load(place)
    for name, each in below.items():
        yield from _commands(f"{start}{name}", each)


def _parameters(path: str, command: click.Command) -> Iterator[str]:
    """Yield a command's name, its arguments by position and each form of its options."""
    called = f"tidebook {path}".rstrip()
    yield called
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    yield from (f"{called} argument {number}" for number in range(1, len(arguments) + 1))
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from (f"{called} {name}" for name in (*parameter.opts, *parameter.secondary_opts))


def _printed(commands: Mapping[str, click.Command]) -> Iterator[tuple[str, Any]]:
    """Yield the JSON Schema of what each command prints with --json."""
    for name in [*schema.DOCUMENTS, *schema.ROWS, "diff", "explain"]:
        yield f"{name} --json", schema.json_schema(name)
    for name, command in commands.items():
        for parameter in command.params:
            if isinstance(parameter, DocumentOption) and name not in schema.DOCUMENTS:
                yield f"{name} --json", TypeAdapter(parameter.document).json_schema(mode="serialization")


def _keys(document: Any) -> Iterator[str]:
    """Yield the keys that a JSON Schema names, at whatever depth."""
    if isinstance(document, list):
        for item in document:
            yield from _keys(item)
    elif isinstance(document, dict):
        properties = document.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for item in document.values():
            yield from _keys(item)


def changes(old: Promises, new: Promises) -> tuple[list[str], list[str]]:
    """Return the breaking changes and the additions since the old promises, each as `kind: name`."""
    broken, fresh = [], []
    for kind in sorted({*old, *new}):
        before, after = ({_promised(kind, name) for name in side.get(kind, ())} for side in (old, new))
        broken += [f"{kind}: {name}" for name in sorted(before - after)]
        # A minor step of a contract, too, is something new.
        listed = {*new.get(kind, ())} - {*old.get(kind, ())}
        fresh += [f"{kind}: {name}" for name in sorted(listed) if _promised(kind, name) not in before - after]
    return broken, fresh


def _promised(kind: str, name: str) -> str:
    """Return the part of a promise that compatible changes keep, such as a contract's major version."""
    return name.rpartition(".")[0] if kind == "contracts" else name


def parse(text: str) -> tuple[Number, bool]:
    """Return a version as numbers, and whether it is one between releases. Raises ValueError if it is no version."""
    found = NUMBER.fullmatch(text)
    if found is None:
        raise ValueError(f"{text}: expected a version such as 0.3.0 or, between releases, 0.3.0.dev0")
    major, minor, patch = map(int, found.groups()[:3])
    return (major, minor, patch), found[4] is not None


def followers(last: Number, is_broken: bool) -> list[Number]:
    """Return the versions that may follow one, the least step first."""
    major, minor, patch = last
    steps = [(major, minor, patch + 1), (major, minor + 1, 0), (major + 1, 0, 0)]
    if not is_broken:
        return steps
    return steps[1:] if major == 0 else steps[2:]


def number_problems(stated: str, last: str, old: Promises, new: Promises) -> Iterator[str]:
    """Yield why a version may not follow the last release, given what both promise.

    The last release's own number is right as long as nothing that it promises has changed.
    """
    broken, fresh = changes(old, new)
    if stated == last:
        if broken or fresh:
            yield f"{stated} is published, and since then changed: {_some(broken or fresh)}"
        return
    number, _ = parse(stated)
    allowed = followers(parse(last)[0], bool(broken))
    if number not in allowed:
        why = f"these may break: {_some(broken)}" if broken else "nothing that worked is gone"
        expected = " or ".join(".".join(map(str, each)) for each in allowed)
        yield f"{stated} after {last}: expected {expected}, since {why}"


def _some(names: list[str]) -> str:
    rest = len(names) - 5
    return ", ".join(names[:5]) + (f" and {rest} more" if rest > 0 else "")


def text_problems(stated: str, last: str, is_broken: bool, changelog: str, upgrading: str) -> Iterator[str]:
    """Yield what the changelog and the page on upgrading lack for a version to be published."""
    sections = dict(re.findall(r"^## \[(.+?)\][^\n]*\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL))
    if "Unreleased" not in sections:
        yield "CHANGELOG.md: expected the section ## [Unreleased]"
    elif sections["Unreleased"].strip():
        yield f"CHANGELOG.md: expected nothing under Unreleased: move it to ## [{stated}]"
    if not sections.get(stated, "").strip():
        yield f"CHANGELOG.md: expected the section ## [{stated}] with what has changed"
    elif not re.search(rf"^## \[{re.escape(stated)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE):
        yield f"CHANGELOG.md: expected a day: ## [{stated}] - YYYY-MM-DD"
    if is_broken and f"## From {last} to {stated}\n" not in upgrading:
        yield f"docs/upgrading.md: expected the section ## From {last} to {stated}, since something may break"


def old_name_problems(stated: str) -> Iterator[str]:
    """Yield what is read under an old name although that ends with a version."""
    for name, end in {"OLD_NAMES_END": OLD_NAMES_END, "OLD_IDS_END": OLD_IDS_END}.items():
        if parse(stated)[0] >= parse(end)[0]:
            yield f"{stated} is not to read what ends with {end}: remove what names {name}"


def stated_version() -> str:
    """Return the version in pyproject.toml."""
    stated: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return stated


def recorded() -> tuple[str, Promises]:
    """Return the version and promises of the last release."""
    record = json.loads(RECORD_FILE.read_bytes())
    return record["version"], record["promises"]


def problems() -> Iterator[str]:
    """Yield why the checkout cannot be published."""
    stated, (last, old), new = stated_version(), recorded(), promises()
    number, is_between = parse(stated)
    if is_between:
        yield f'pyproject.toml: {stated} is between releases: set version = "{".".join(map(str, number))}"'
        return
    if tidebook_version() != stated:
        yield f"installed is {tidebook_version()}, pyproject.toml has {stated}: install again"
    yield from number_problems(stated, last, old, new)
    changelog, upgrading = ((ROOT / path).read_text(encoding="utf-8") for path in ("CHANGELOG.md", "docs/upgrading.md"))
    yield from text_problems(stated, last, bool(changes(old, new)[0]), changelog, upgrading)
    yield from old_name_problems(stated)
    if _git("tag", "--list", f"v{stated}"):
        yield f"the tag v{stated} is there already"


def _git(*words: str) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    done = subprocess.run([git, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def contract_folders() -> list[Path]:
    """Return the folders that hold contracts: the core's and those of the shipped plugins with tables."""
    return [FOLDER, *(folder_of(each) / "contracts" for each in all_plugins() if each.tables)]


def record(stated: str) -> None:
    """Record what a version promises, and seal the histories of contracts with its name."""
    document = {"version": stated, "promises": promises()}
    RECORD_FILE.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    for folder in contract_folders():
        path = folder / HISTORY
        path.write_text(with_seal(path.read_text(encoding="utf-8"), stated), encoding="utf-8")


def main() -> int:
    """Check, record and say what remains to be done; return the exit code."""
    if found := [*problems()]:
        sys.stderr.write("".join(f"error: {text}\n" for text in found))
        return 2
    stated = stated_version()
    if recorded()[0] != stated:
        record(stated)
    then = f"make test; git commit -a; git tag v{stated}; set the next version with .dev0"
    sys.stdout.write(f"{stated} can be published. Then: {then}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
