"""Shared by commands: options, finding the release that an argument names, and reading its tables.

Belongs here: what several commands use. Does not: commands.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import click

import tidebook
from tidebook.pipelines.commands.help import Group
from tidebook.pipelines.commands.terminal import tell
from tidebook.pipelines.graph.places import Bucket, Folder, Place
from tidebook.pipelines.read.detail import detail
from tidebook.pipelines.read.dossier.sections import plugins_of
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.lock import LOCK, differences
from tidebook.pipelines.read.plugin import bringing, load, plugin
from tidebook.pipelines.read.settings import Settings, raw_default, settings
from tidebook.pipelines.release import release as storage
from tidebook.pipelines.release.release import find_place
from tidebook.places import DamagedError, Release, StrangeError, masked, parse_json
from tidebook.releases import LocalRelease, release_at
from tidebook.schemas.columns import column_fault
from tidebook.schemas.units import own_unit, use_units
from tidebook.schemas.vocabulary import CONTRADICTS, FAULTED, OF_EVIDENCE_TABLES, UNCOVERED, WITH_SEVERITY

FAILED = 3
"""Exit code of a crash, a failing disk, or a reader that has gone: neither a finding nor bad input."""

raw_option = click.option(
    "--dossier",
    "--raw",
    "raw",
    type=Path,
    metavar="DIR",
    help="Dossier. Default: TIDEBOOK_DOSSIER, else . or ./raw if it holds dossier.toml, else the bundled sample.",
)
out_option = click.option(
    "--out", metavar="PLACE", help="Output folder or s3://bucket/prefix. Default: TIDEBOOK_OUT or ./out."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON; `tidebook schema` prints its schema.")


Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class DocumentOption(click.Option):
    """The option `--json` of a plugin's command, with the class of its document for `tidebook schema`."""

    def __init__(self, *words: Any, document: Any, **settings: Any) -> None:
        super().__init__(*words, **settings)
        self.document = document


def json_option_of(document: Any) -> Callable[[Decorated], Decorated]:
    """Return the option `--json` of a plugin's command that prints such a document."""
    return click.option(
        "--json", "as_json", cls=DocumentOption, document=document, is_flag=True, help="Print JSON instead of tables."
    )


release_argument = click.argument("name", default="", metavar="[ID]", help="Release id or folder. Default: the latest.")


class Extended(Group):
    """A group of commands to which installed plugins may add their own, as `group name`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, those of the dossier's plugins last."""
        brought = plugins_of(raw_default()).parts("commands")
        start = f"{self.name} "
        return [*self.commands, *(name.removeprefix(start) for name in brought if name.startswith(start))]

    def find_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, one that an installed plugin brings if there is no other of this name."""
        return super().find_command(ctx, cmd_name) or plugin_command(f"{self.name} {cmd_name}")


def plugin_command(name: str) -> click.Command | None:
    """Return a command that an installed plugin brings, if one does."""
    found = bringing("commands", name)
    command: click.Command | None = load(plugin(found).commands[name]) if found else None
    return command


def locked_differences(folders: Settings) -> list[str]:
    """Return the files of the article that differ from the lock.

    Raises:
        InputError: there is no dossier.
    """
    if not folders.raw.is_dir():
        raise InputError(Problem(str(folders.raw), "a dossier: a folder with dossier.toml"))
    return differences(folders.raw)


def tell_lock(differing: Iterable[str]) -> None:
    """Print on stderr which files of the article differ from the lock."""
    for path in differing:
        tell(f"warning: {path} differs from {LOCK}; `tidebook lock` records it", err=True)


def tell_error(error: Exception) -> None:
    """Print an error on stderr: each problem of bad input, or else what it says, without the secrets of addresses."""
    lines = error.problems if isinstance(error, InputError) else [masked(str(error))]
    for line in lines:
        tell(f"error: {line}", err=True, always=True)


def check_out(folders: Settings) -> None:
    """Check before the first write that results go to a folder, or to a new one.

    Raises:
        InputError: the output is a file, or a link to nothing: a folder would come about wherever it leads.
    """
    if folders.out.is_file():
        raise InputError(Problem(str(folders.out), "a folder for results, not a file"))
    if folders.out.is_symlink() and not folders.out.exists():
        raise InputError(Problem(str(folders.out), "a folder for results, not a link to nothing"))


def home(folders: Settings) -> Place:
    """Return the place of the releases: an output folder, or an object store."""
    return Bucket(folders.remote) if folders.remote else Folder(folders.out)


def sync_latest(folders: Settings) -> None:
    """Fetch the latest release of the object store, if the results are in one, and make it the latest here."""
    if folders.remote:
        storage.sync_latest(Bucket(folders.remote), folders.out)


def release_place(name: str, folders: Settings) -> Place:
    """Return the place of the release that an argument names; `""` names the latest.

    Raises:
        InputError: there is no such release, or the pointer to the latest is damaged.
        OSError: an object store cannot be reached.
    """
    expected = f"an output folder with a release, a release folder, or the id of a release in {folders.shown}"
    try:
        place = find_place(name, home(folders))
    except DamagedError as error:
        place, expected = None, f"the id of a release, since {error}"
    if place is None:
        raise InputError(Problem(name or folders.shown, expected))
    return place


def named_release(name: str, folders: Settings) -> LocalRelease:
    """Return the release that an argument names, downloaded if it is in an object store; `""` names the latest.

    Raises:
        InputError: there is no such release.
        OSError: it cannot be downloaded, or is damaged.
    """
    place = release_place(name, folders)
    if isinstance(place, Folder):
        release = release_at(place.path)
    else:
        address = place.url.rpartition("/releases/")[0]
        release = storage.download(place, settings(None, address).out)
    if release is None:
        raise InputError(Problem(f"{place}/manifest.json", "the manifest of a release"))
    return release


def read_rows(out: Path, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return rows of the latest release by table, null as `""` in columns of texts, else as None.

    Tables of evidence that it does not have are empty. It does not import pandas, which is slow.

    Raises:
        InputError: there is no release, it has no such table, or a table is damaged.
    """
    with _release_errors(out, "manifest.json"):
        release = tidebook.find_release(out)
    # A release may have no dossier: that of a data package, or of an earlier version. Then only known units are read.
    with suppress(OSError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        dossier = tomllib.loads(release.read("inputs/dossier.toml").decode())
        use_units({symbol: own_unit(symbol, **unit) for symbol, unit in dossier.get("units", {}).items()})
    files = release.manifest.get("files", {})
    rows: dict[str, list[dict[str, Any]]] = {}
    for name in names:
        if name in OF_EVIDENCE_TABLES and f"tables/{name}.parquet" not in files:
            rows[name] = []
            continue
        with _release_errors(out, f"tables/{name}.parquet"):
            rows[name] = _rows_of_table(release, name)
            detail("reads {}/tables/{}.parquet: {} rows", release.place, name, len(rows[name]))
    return rows


def _rows_of_table(release: Release, name: str) -> list[dict[str, Any]]:
    """Return the rows of a table. Raises StrangeError for columns that this version does not know."""
    table = tidebook.read_table(name, release, engine="arrow")
    if fault := column_fault(name, table):
        raise StrangeError(f"{release.place}/tables/{name}.parquet", fault)
    texts = [field.name for field in table.schema if str(field.type) == "string" and field.nullable]
    return [row | {text: row[text] or "" for text in texts} for row in table.to_pylist()]


def latest_rows(out: str | None, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return rows as `read_rows` does; `out` may be an object store."""
    folders = settings(None, out)
    sync_latest(folders)
    return read_rows(folders.out, names)


def outcome_counts(out: Path) -> dict[str, dict[str, int]]:
    """Return the counts of outcomes in the latest release, by kind of statement, and for figures.

    Raises:
        InputError: there is no release, or its report is damaged.
    """
    with _verdicts(out) as document:
        return {kind: {str(word): int(n) for word, n in of.items()} for kind, of in document["outcome_counts"].items()}


def figure_names(out: Path) -> dict[str, str]:
    """Return the names of the figures in the latest release by their ids: `Berlin’s total funding`.

    Raises:
        InputError: there is no release, or its report is damaged.
    """
    with _verdicts(out) as document:
        return {str(row["figure_id"]): str(row["name"]) for row in document["figures"]}


def text_contradictions(out: Path) -> list[dict[str, Any]]:
    """Return where the article's text contradicts itself for certain and nobody accepts it, the farthest off first.

    What a figure or a claim tells too is left out. The rows are those of `text_findings`.

    Raises:
        InputError: there is no release, or its report is damaged.
    """
    with _verdicts(out) as document:
        return _contradictions(document)


def _contradictions(document: dict[str, Any]) -> list[dict[str, Any]]:
    rows = document["text_findings"]
    return [row for row in rows if row["tier"] == "certain" and not (row["told_by"] or row["accepted"])]


def coverage_counts(out: Path) -> dict[str, int]:
    """Return how many numbers of the article's text each kind of coverage has; none without a text.

    Raises:
        InputError: there is no release, or the table is damaged.
    """
    with _release_errors(out, "manifest.json"):
        release = tidebook.find_release(out)
    if "tables/text_numbers.parquet" not in release.manifest["files"]:
        return {}
    return dict(Counter(row["coverage"] for row in read_rows(out, ("text_numbers",))["text_numbers"]))


@contextmanager
def _verdicts(out: Path) -> Iterator[dict[str, Any]]:
    """Yield the report's JSON; what it lacks is an InputError. Reading the tables takes longer."""
    path = "report/verdicts.json"
    with _release_errors(out, path):
        data = tidebook.find_release(out).read(path)
        detail("reads {}/latest/{}: {} bytes", out, path, len(data))
    try:
        yield parse_json(data)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        expected = "the report's JSON as this version writes it; run `tidebook build`"
        raise InputError(Problem(str(out / "latest" / path), expected)) from error


def severities(out: Path) -> list[tuple[str, str]]:
    """Return outcome and severity, "" without one, of each figure and statement in the latest release, and its text.

    A claim that is faulted by its figures alone is left out: the figures are counted. So is what is accepted.

    Raises:
        InputError: there is no release, or its report is damaged.
    """
    with _verdicts(out) as document:
        figures = [row for row in document["figures"] if not row["accepted"]]
        # The number that a claim quotes drifts with the claim: it is counted once.
        rows = [(row["outcome"], row["severity"] or "") for row in figures if not _is_told_by_claim(row)]
        statements = [row for row in document["statements"] if not row["accepted"] and not _is_told_by_figures(row)]
        rows += [(row["outcome"], row["severity"] or "") for row in statements]
        rows += [(prediction["outcome"], "") for prediction in document["predictions"]]
        # A text that misses its own arithmetic counts whatever its severity, as in `tidebook check`.
        rows += [(CONTRADICTS, "")] * len(_contradictions(document))
        rows += [(UNCOVERED, "")] * coverage_counts(out).get("unknown", 0)
        return [(str(outcome), str(severity)) for outcome, severity in rows]


def _is_told_by_claim(figure: dict[str, Any]) -> bool:
    return bool(figure["figure_id"].startswith("claims/") and figure["outcome"] == "drifted")


def _is_told_by_figures(statement: dict[str, Any]) -> bool:
    """Whether a statement is faulted, and by its figures alone: no fair interpretation is judged."""
    is_fair = any(interpretation["strictness"] == "fair" for interpretation in statement["interpretations"])
    return not is_fair and statement["outcome"] in (*WITH_SEVERITY, *FAULTED)


@contextmanager
def _release_errors(out: Path, path: str) -> Iterator[None]:
    """Turn errors of reading a release in this block into problems with this file."""
    location = str(out / "latest" / path)
    kind = "JSON" if path.endswith("json") else "Parquet"
    try:
        yield
    except LookupError:
        raise InputError(Problem(location, "a release; run `tidebook build` first")) from None
    except StrangeError as error:
        raise InputError(Problem(location, error.expected)) from error
    except OSError:
        raise InputError(Problem(location, f"the {kind} file that was published; run `tidebook build`")) from None
