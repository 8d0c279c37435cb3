"""Which snapshots a build reads, as the bytes of one input. Kept light: without snapshots nothing else is imported."""

from pathlib import Path
from typing import NamedTuple

from pipelines.ingest.rawfile import RawFile
from pipelines.settings import Settings

PATH = "snapshots"


class Snapshots(NamedTuple):
    """The folder of all snapshots, and which of them a build reads. The folder's place has no part in any result."""

    folder: Path
    selected: RawFile


def selection(folders: Settings) -> RawFile | None:
    """Return the selection, or None when there is no snapshot to read."""
    if folders.snapshots is None or not folders.snapshots.is_dir():
        return None
    from pipelines.sources.registry import AGES
    from pipelines.sources.snapshots import as_json, select

    found = select(folders.snapshots, AGES, folders.sources_as_of)
    return RawFile(PATH, as_json(found)) if found else None


def selected_inputs(folders: Settings) -> dict[str, str]:
    """Return the hash of the selection of snapshots that a build reads, by the input's name; empty without any."""
    found = selection(folders)
    return {found.path: found.sha256} if found else {}
