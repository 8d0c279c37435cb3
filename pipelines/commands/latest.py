"""What commands read of the latest release: rows of its tables, and counts of outcomes.

Belongs here: reading for a command, with errors that name the file. Does not: finding a release that an argument names
(`named`), or tables as frames (`tidebook.read`). Kept light: what `explain` imports, it waits for.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import tidebook
from tidebook.pipelines.commands.foreign import warn_of_foreign
from tidebook.pipelines.read.detail import detail
from tidebook.pipelines.read.dossier.sections import DOSSIER, id_of, is_dossier
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.outputs import output_of, owner_fault
from tidebook.places import Release, StrangeError, parse_json
from tidebook.releases import LocalRelease, latest
from tidebook.schemas.columns import column_fault
from tidebook.schemas.vocabulary import (
    CONTRADICTS,
    FAULTED,
    FIGURE_OUTCOMES,
    OF_EVIDENCE_TABLES,
    OUTCOMES,
    STATEMENT_KINDS,
    TEXT_SENTENCES,
    TEXT_TIERS,
    UNCOVERED,
    WITH_SEVERITY,
)

FIGURE = "figure"


def sync_latest(out: Path, remote: str | None) -> None:
    """Fetch the latest release if the results are in an object store, and make it the latest of a folder."""
    if remote:
        # Writing releases is slow to import, and few keep theirs in an object store.
        from tidebook.pipelines.graph.places import Bucket
        from tidebook.pipelines.release import release as storage

        storage.sync_latest(Bucket(remote), out)


class LatestRows(Mapping[str, list[dict[str, Any]]]):
    """Rows of the latest release by table, null as `""` in columns of texts, else as None.

    Tables are read on demand, since explaining one figure needs only a few of them. Tables of evidence and of sentences
    that the release lacks are empty. It does not import pandas, which is slow.

    Raises:
        InputError: there is no release; or, on reading a table, there is none of this name, or it is damaged.
    """

    def __init__(self, out: Path, names: Iterable[str]) -> None:
        from tidebook.schemas.units import own_unit, use_units  # `status` reads no rows

        self._release = _release_in(out)
        # Without a dossier, as in a release of a data package or of an earlier version, only known units are read.
        self.title = str(self._release.manifest.get("dossier") or "")
        with suppress(OSError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
            dossier = tomllib.loads(self._release.read("inputs/dossier.toml").decode())
            self.title = str(dossier["article"]["title"])
            use_units({symbol: own_unit(symbol, **unit) for symbol, unit in dossier.get("units", {}).items()})
        self._out, self._names = out, tuple(names)
        self._read: dict[str, list[dict[str, Any]]] = {}

    @property
    def heading(self) -> str:
        """The article and the release, for the first line of what a command prints."""
        return f"{self.title}, {self.release_name}"

    @property
    def release_name(self) -> str:
        """`release ID`."""
        return f"release {self._release.release_id}"

    def __getitem__(self, name: str) -> list[dict[str, Any]]:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = self._rows(name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _rows(self, name: str) -> list[dict[str, Any]]:
        path = f"tables/{name}.parquet"
        if name in (*OF_EVIDENCE_TABLES, TEXT_SENTENCES) and path not in self._release.manifest["files"]:
            return []
        with _release_errors(self._out, path):
            rows = _rows_of_table(self._release, name)
        detail("reads {}/{}: {} rows", self._release.place, path, len(rows))
        return rows


def read_rows(out: Path, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of these tables, as in `LatestRows`."""
    return dict(LatestRows(out, names))


def _rows_of_table(release: Release, name: str) -> list[dict[str, Any]]:
    """Return the rows of a table. Raises StrangeError for columns that this version does not know."""
    table = tidebook.read_table(name, release, engine="arrow")
    if fault := column_fault(name, table):
        raise StrangeError(f"{release.place}/tables/{name}.parquet", fault)
    texts = [field.name for field in table.schema if str(field.type) == "string" and field.nullable]
    return [row | {text: row[text] or "" for text in texts} for row in table.to_pylist()]


def latest_rows(out: str | None, names: Iterable[str], raw: Path | None = None) -> LatestRows:
    """Return the rows of tables.

    Args:
        out: the output folder or object store, as in `--out`.
        names: the tables.
        raw: the dossier whose release it has to be; None for any.

    Raises:
        InputError: there is no release, or one of another dossier.
    """
    folder, remote = output_of(out)
    sync_latest(folder, remote)
    release = None
    with suppress(OSError):  # a damaged one is reported where it is read
        release = latest(folder)
    if release is not None:
        warn_of_foreign(release)
        if raw is not None:
            check_owner(release, raw, str(folder))
    return LatestRows(folder, names)


def check_owner(release: LocalRelease, raw: Path, shown: str) -> None:
    """Check that a release is of the dossier in a folder.

    Raises:
        InputError: it is of another one, or there is no dossier.
    """
    if not is_dossier(raw):
        raise InputError(Problem(str(raw), f"a dossier: a folder with {DOSSIER}"))
    own = ""
    with suppress(InputError):  # an unreadable dossier has no name, which `check` tells
        own = id_of(raw)
    if fault := owner_fault(release.manifest, own):
        raise InputError(Problem(shown, fault))


def outcome_counts(out: Path) -> dict[str, dict[str, int]]:
    """Return the counts of outcomes in the latest release, by kind of statement, and for figures.

    Raises:
        InputError: there is no release, or its report is damaged.
    """
    with _verdicts(out) as document:
        return {kind: {str(word): int(n) for word, n in of.items()} for kind, of in document["outcome_counts"].items()}


def look_again(out: Path) -> dict[str, str]:
    """Return claims of the latest release by the day from which to look at them again, the earliest first."""
    with _verdicts(out) as document:
        # The report of an early release has no such days.
        statements = [row for row in document["statements"] if row.get("look_again")]
        found = sorted((str(row["look_again"]), str(row["claim_id"])) for row in statements)
    return {name: day for day, name in found}


def count_lines(counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Yield a line for figures and for each kind of statement, with its counts of outcomes."""
    for kind in (FIGURE, *STATEMENT_KINDS):
        outcomes = counts.get(kind)
        if outcomes:
            known = FIGURE_OUTCOMES if kind == FIGURE else OUTCOMES
            words = ", ".join(f"{outcomes[word]} {word}" for word in known if outcomes.get(word))
            yield f"{kind.capitalize()}s: {words}"
    if places := counts.get("text"):
        words = ", ".join(f"{places[tier]} {tier}" for tier in TEXT_TIERS if places.get(tier))
        yield f"Contradictions in the text: {words}"


def figure_names(out: Path) -> dict[str, str]:
    """Return the names of the figures in the latest release by their ids: `Berlin’s total funding`.

    Raises:
        InputError: there is no release, or its report is damaged.
    """
    with _verdicts(out) as document:
        return {str(row["figure_id"]): str(row["name"]) for row in document["figures"]}


def text_contradictions(out: Path) -> list[dict[str, Any]]:
    """Return the certain contradictions within the article's text that are not accepted, the farthest off first.

    Findings that a figure or a claim reports too are left out. The rows are those of `text_findings`.

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
    if "tables/text_numbers.parquet" not in _release_in(out).manifest["files"]:
        return {}
    return dict(Counter(row["coverage"] for row in read_rows(out, ("text_numbers",))["text_numbers"]))


@contextmanager
def _verdicts(out: Path) -> Iterator[dict[str, Any]]:
    """Yield the report's JSON, which is faster to read than the tables; a missing key is an InputError."""
    path, release = "report/verdicts.json", _release_in(out)
    with _release_errors(out, path):
        data = release.read(path)
        detail("reads {}/latest/{}: {} bytes", out, path, len(data))
    try:
        yield parse_json(data)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        expected = "the report's JSON as this version writes it; run `tidebook build`"
        raise InputError(Problem(str(out / "latest" / path), expected)) from error


def severities(out: Path) -> list[tuple[str, str]]:
    """Return outcome and severity, "" without one, of each figure and statement in the latest release, and its text.

    A claim that only its figures make wrong is left out: the figures are counted. So is what is accepted.

    Raises:
        InputError: there is no release, or its report is damaged.
    """
    with _verdicts(out) as document:
        # The number that a claim quotes drifts with the claim: it is counted once.
        counted = [row for row in document["figures"] if not _is_reported_by_claim(row)]
        counted += [row for row in document["statements"] if not _is_reported_by_figures(row)]
        rows = [(str(row["outcome"]), str(row["severity"] or "")) for row in counted if not row["accepted"]]
        rows += [(str(prediction["outcome"]), "") for prediction in document["predictions"]]
        # A text that misses its own arithmetic counts whatever its severity, as in `tidebook check`.
        rows += [(CONTRADICTS, "")] * len(_contradictions(document))
        return rows + [(UNCOVERED, "")] * coverage_counts(out).get("unknown", 0)


def _is_reported_by_claim(figure: dict[str, Any]) -> bool:
    return bool(figure["figure_id"].startswith("claims/") and figure["outcome"] == "drifted")


def _is_reported_by_figures(statement: dict[str, Any]) -> bool:
    """Whether a statement is faulted, and by its figures alone: no fair interpretation is judged."""
    is_fair = any(interpretation["strictness"] == "fair" for interpretation in statement["interpretations"])
    return not is_fair and statement["outcome"] in (*WITH_SEVERITY, *FAULTED)


def _release_in(out: Path) -> Release:
    """Return the latest release of a folder. Raises InputError if there is none, or its manifest cannot be read."""
    with _release_errors(out, "manifest.json"):
        try:
            return tidebook.find_release(out)
        except LookupError:
            from tidebook.pipelines.read.settings import no_release

            raise InputError(no_release(str(out))) from None


@contextmanager
def _release_errors(out: Path, path: str) -> Iterator[None]:
    """Turn errors of reading a release in this block into problems with this file."""
    location = str(out / "latest" / path)
    kind = "JSON" if path.endswith("json") else "Parquet"
    try:
        yield
    except LookupError:
        raise InputError(Problem(location, "a release that has this file; run `tidebook build`")) from None
    except StrangeError as error:
        raise InputError(Problem(location, error.expected)) from error
    except (OSError, UnicodeDecodeError):  # the second: bytes in a column of texts that are none
        raise InputError(Problem(location, f"the {kind} file that was published; run `tidebook build`")) from None
