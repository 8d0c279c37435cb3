"""Where the raw tables are read and where results go: arguments first, then environment, then defaults."""

import datetime as dt
import os
import re
from dataclasses import dataclass
from pathlib import Path

from tidebook.pipelines.read.detail import detail
from tidebook.pipelines.read.dossier.sections import DOSSIER, plugins_of
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.outputs import in_unicode, output_of
from tidebook.pipelines.read.plugin import fetching_plugins
from tidebook.places import masked

ROOT = Path(__file__).resolve().parents[2]
"""The checkout, or the installed package: both hold the article that ships."""
SHIPPED_RAW = ROOT / "raw"
DEFAULT = Path("raw")
"""The dossier where none is named or is the current folder."""
INSTALLED = not (ROOT / "pyproject.toml").is_file()
IN_PROCESS = "in_process"
EXECUTOR = "TIDEBOOK_EXECUTOR"
DOSSIER_VARIABLES = ("TIDEBOOK_DOSSIER", "TIDEBOOK_RAW")
"""Environment variables that name the dossier; the first that is set counts."""


@dataclass(frozen=True)
class Publishing:
    """How a report is published: its address, ending in a slash, and whether all of it is laid out to print too."""

    base_url: str = ""
    print_full: bool = False


@dataclass(frozen=True)
class Settings:
    """Folders of one project. `remote` is the address of the object store that releases are sent to, if any.

    Then `out` is a folder on this machine in which they are made. Sources are read from `snapshots`, with
    `sources_as_of` only from those taken up to that day. `prefix` tells the project apart from others in one Dagster,
    where its groups of assets are below `group`.
    """

    raw: Path
    out: Path
    remote: str | None = None
    snapshots: Path | None = None
    sources_as_of: dt.date | None = None
    prefix: str = ""
    group: str = ""
    publishing: Publishing = Publishing()

    def prefixed(self, name: str) -> str:
        """Return the name of something of Dagster's that each project has one of."""
        return f"{self.prefix}_{name}" if self.prefix else name

    @property
    def dossier(self) -> Path:
        """The folder of the dossier. Raises InputError if there is no such folder."""
        if self.raw.is_dir():
            return self.raw
        is_default = self.raw == DEFAULT and (SHIPPED_RAW / DOSSIER).is_file()
        example = f", named or here; an example is {SHIPPED_RAW}" if is_default else ""
        raise InputError(Problem(str(self.raw), f"a dossier: a folder with {DOSSIER}{example}"))

    @property
    def fetched(self) -> Path:
        """The folder of snapshots. Raises InputError if there is no dossier, or no plugin of it fetches sources."""
        if self.snapshots is None:
            raise InputError(Problem(str(self.dossier / DOSSIER), fetching_plugins()))
        return self.snapshots

    @property
    def shown(self) -> str:
        """Return where a person looks for results, without a password in its address."""
        return masked(self.remote) if self.remote else str(self.out)


def settings(
    raw: Path | None = None,
    out: str | Path | None = None,
    sources_as_of: dt.date | None = None,
    base_url: str = "",
    print_full: bool = False,
) -> Settings:
    """Return the folders, and how the report is published: also by TIDEBOOK_BASE_URL, and by TIDEBOOK_PRINT=full.

    The dossier is `raw`, else that of TIDEBOOK_DOSSIER (or of TIDEBOOK_RAW, its old name), else the current folder or
    ./raw, if one is a dossier.
    The output folder or address is `out`, else TIDEBOOK_OUT, else ./out. Snapshots of sources are in
    TIDEBOOK_SNAPSHOTS, else in a folder beside the raw one, or in ./snapshots where the raw one is the package's; there
    are none where no plugin of the dossier fetches sources.

    Raises:
        InputError: the address of the report does not begin with http:// or https://, `out` is in no
            known store, or a path is not UTF-8.
    """
    folder, origin = (raw, "as named") if raw else _dossier_found()
    found = in_unicode(folder)
    detail("dossier: {} ({})", found, origin)
    place, remote = output_of(out)
    published = _publishing(base_url, print_full)
    return Settings(found, place, remote, _snapshots(found), sources_as_of, publishing=published)


def _snapshots(raw: Path) -> Path | None:
    """Return the folder of snapshots, or None if no plugin of the dossier fetches sources."""
    found = snapshots_beside(raw)
    named = os.environ.get("TIDEBOOK_SNAPSHOTS")
    return Path(named) if found and named else found


def snapshots_beside(raw: Path) -> Path | None:
    """Return the default folder of snapshots of a dossier, None if no plugin of it fetches sources."""
    if not plugins_of(raw).parts("connectors"):
        return None
    if INSTALLED and raw.absolute() == SHIPPED_RAW:
        return Path("snapshots")  # the folder of an installed package may be read-only
    folder = raw if raw.name not in ("", "..") else raw.resolve()  # `.` has no parent
    return folder.parent / "snapshots"


def _publishing(base_url: str, print_full: bool) -> Publishing:
    address = base_url or os.environ.get("TIDEBOOK_BASE_URL", "")
    if address and not re.fullmatch(r"https?://[\w.~%:/-]+", address):
        raise InputError(Problem("--base-url", "an address that begins with https://", text=address))
    full = print_full or os.environ.get("TIDEBOOK_PRINT") == "full"
    return Publishing(f"{address.rstrip('/')}/" if address else "", full)


def raw_default() -> Path:
    """Return the default dossier, as `settings` says."""
    return _dossier_found()[0]


def _dossier_found() -> tuple[Path, str]:
    """Return the default dossier, and in words how it was found."""
    for variable in DOSSIER_VARIABLES:
        if named := os.environ.get(variable):
            return Path(named), f"from {variable}"
    for place in (Path(), DEFAULT):
        if (place / DOSSIER).is_file():
            return place, "found here"
    return DEFAULT, "by default"


def no_release(place: str, article: Path | None = None) -> Problem:
    """Return the problem of a folder without a release; without an article, named or here, it names an example."""
    is_here = ((article or raw_default()) / DOSSIER).is_file()
    first = "`tidebook build` first" if is_here else f"`tidebook build ARTICLE` first; an example is {SHIPPED_RAW}"
    return Problem(place, f"a release; run {first}")


def executor() -> str:
    """Return what Dagster's runs work in: TIDEBOOK_EXECUTOR, else one process."""
    return os.environ.get(EXECUTOR) or IN_PROCESS
