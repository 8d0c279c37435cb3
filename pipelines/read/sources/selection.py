"""What a build reads besides the files of the dossier: which snapshots, and how the report is published.

Settings decide both. Each is written down as the bytes of one input, so that a release says what it was made with, and
a change of it is found as that of a file is. Kept light: without snapshots nothing else is imported.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from tidebook.pipelines.read.dossier.sections import input_paths, plugins_of
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.regular import hash_inputs
from tidebook.pipelines.read.settings import Publishing, Settings

PATH = "snapshots"
PUBLISHING = "publishing.json"
"""The input that says how the report is published, where that is not the usual way."""


class Snapshots(NamedTuple):
    """The folder of all snapshots, and which of them a build reads. The folder's place has no part in any result."""

    folder: Path
    selected: RawFile


def selection(folders: Settings) -> RawFile | None:
    """Return the selection, or None when there is no snapshot to read."""
    if folders.snapshots is None or not folders.snapshots.is_dir():
        return None
    from tidebook.pipelines.read.plugin import plugin_with
    from tidebook.pipelines.read.sources.registry import connectors
    from tidebook.pipelines.read.sources.snapshots import as_json, select

    known = connectors(plugins_of(folders.raw))
    ages = {name: connector.describe.max_age_days for name, connector in known.items()}
    found = select(folders.snapshots, ages, folders.sources_as_of)
    # What a plugin that is off has fetched is not read; what no plugin knows is an error where it is read.
    found = [each for each in found if each["source"] in known or not plugin_with("connectors", each["source"])]
    return RawFile(PATH, as_json(found)) if found else None


def publishing(folders: Settings) -> RawFile | None:
    """Return how the report is published as an input, or None when that is the usual way."""
    asked = folders.publishing
    return None if asked == Publishing() else RawFile(PUBLISHING, json.dumps(asdict(asked)).encode())


def input_hashes(folders: Settings) -> dict[str, str | None]:
    """Return the hash of each input of a build by its name, None for a file of the dossier that cannot be read."""
    others = {found.path: found.sha256 for found in (selection(folders), publishing(folders)) if found}
    return {**hash_inputs(folders.raw, input_paths(folders.raw, PATH in others)), **others}


def changed_inputs(before: Mapping[str, str | None], now: Mapping[str, str | None]) -> list[str]:
    """Return the names of changed, added and removed inputs, sorted."""
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
