"""The warnings that a person is shown of a run: those of the step, those on files that no step reads, and lost rows.

Belongs here: what is looked for once a run has results; a release does not depend on it. Does not: the step
(`steps.warnings`), or the checks themselves, plain functions in `read.warnings` and `judge.warnings`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from tidebook.pipelines.evaluate.expressions import as_problems
from tidebook.pipelines.evaluate.unknown_keys import unknown_keys
from tidebook.pipelines.graph.step import TEXT_READINGS, evidence_step
from tidebook.pipelines.graph.structure import CHANGES, MAIN
from tidebook.pipelines.judge import warnings as judge
from tidebook.pipelines.judge.claims import quotations
from tidebook.pipelines.judge.drift import CLAIMS
from tidebook.pipelines.read import warnings as read
from tidebook.pipelines.read.errors import InputError, Problem, printable
from tidebook.pipelines.read.formatting import listed
from tidebook.pipelines.read.lock import LOCK, raw_paths
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.base import records, table_name
from tidebook.schemas.evidence import EvidenceRows
from tidebook.schemas.registry import OF_TEXT
from tidebook.schemas.text import TextLeftOut

if TYPE_CHECKING:
    from tidebook.pipelines.graph.run import Run

WARNINGS, LEFT_OUT = "declared/warnings", table_name(TextLeftOut)
TEXT_REVIEW, DOCUMENT = "declared/text_review", "declared/document"
SHOWN_NAMES = 5
MOST_BYTES_OF_LABELS = 5_000_000
"""Bytes of a file of evidence above which its keys are not checked for typos."""


def dossier_warnings(run: Run) -> list[str]:
    """Return all warnings on a dossier, one a line: those of the step, and those on its files."""
    found = [*_on_old_keys(run), *run.load(WARNINGS), *_on_text(run), *_on_readings(run), *_on_wording(run)]
    found += [*_on_evidence_labels(run), *_on_unknown_keys(run)]
    return [*map(str, found), *(f"{printable(path)}: nothing reads this file" for path in _unread_files(run))]


def _on_old_keys(run: Run) -> Iterator[Problem]:
    """Warn of each key of the dossier that has another name now, once though several nodes read its file."""
    readers = {path: name for name, path in run.graph.raw_files.items() if path.endswith(".toml")}
    for name in readers.values():
        yield from run.graph.read(name).old_keys()


def _on_text(run: Run) -> Iterator[Problem]:
    """Warn of quotations that the article's text does not have, and of uncovered numbers."""
    path = run.graph.dossier.article.text
    if not path:
        return
    file = run.load("raw/claims")
    quoted = quotations(file, run.load("declared/switched_on"), run.load("declared/prose"))
    if not quoted:
        return  # a dossier that quotes nothing yet would be warned of every number
    quotes = records(run.table("text_quotes"))
    accepted = run.load("declared/accepted").entries
    places = {each.quote_id: each.problem for each in quoted if each.quote_id.removeprefix(CLAIMS) not in accepted}
    yield from judge.quote_warnings(path, quotes, places)
    yield from judge.copied_warnings(run.load("declared/claims"), file, quotes)
    yield from judge.uncovered_warnings(path, records(run.table("text_numbers")))


def _on_readings(run: Run) -> Iterator[Problem]:
    """Warn of sentences without a reading, and of readings that decide nothing, where a text has readings."""
    path = run.graph.raw_files.get(TEXT_READINGS)
    if path is None:
        return
    review, document = run.load(TEXT_REVIEW), run.load(DOCUMENT)
    for sentence in review.judged.unread:
        line = document.place(sentence.block.offsets[sentence.start]).line
        yield Problem(document.name, "a reading of this sentence", line, text=sentence.masked)
    for words in review.left_out:
        yield Problem(path, f"a reading ({words})")
    refused = [outcome for outcome in review.judged.outcomes if outcome.state == "refused"]
    for outcome in refused:
        yield Problem(path, f"a reading that can be used: {outcome.why}", text=outcome.reading.about)


def _on_evidence_labels(run: Run) -> Iterator[Problem]:
    """Warn of typos in the keys of evidence tables, except large ones: every build would read these whole."""
    seen: dict[Problem, None] = {}
    for series in run.load("declared/evidence").series.values():
        for _, path in series.files:
            entry = run.current(evidence_step(path))
            if (entry.folder / "bytes").stat().st_size <= MOST_BYTES_OF_LABELS:
                raw = RawFile(path, entry.read("bytes"))
                with suppress(InputError):  # told by the step that reads it
                    seen.update(dict.fromkeys(read.evidence_label_warnings(series, raw)))
    yield from seen


def _on_unknown_keys(run: Run) -> Iterator[Problem]:
    """Warn of keys that expressions name and no row of evidence has."""
    table = table_name(EvidenceRows)
    if table not in run.graph.steps:
        return
    evidence, there = run.load("declared/evidence"), defaultdict[str, dict[str, set[str]]](dict)
    for series, keys in run.table(table)[["series", "keys"]].drop_duplicates().itertuples(index=False):
        declared = evidence.series[series]
        beside = [key for key in declared.keys if key != declared.time]
        for key, text in zip(beside, keys.split("/"), strict=False):
            there[series].setdefault(key, set()).add(text)
    formulas = {**run.load("declared/formulas"), **run.load("declared/reference_formulas").formulas}

    def file(path: str) -> RawFile:
        return RawFile(path, run.current(evidence_step(path)).read("bytes"))

    places = [run.load(f"raw/{name}") for name in ("metrics", "claims", "references")]
    yield from as_problems(unknown_keys(formulas, evidence, there, file, fail=False), *places)


def _on_wording(run: Run) -> Iterator[Problem]:
    """Warn of words and spellings that the dossier declares and uses nowhere."""
    dossier = run.graph.dossier
    if dossier.words or dossier.spelling:
        files = {path: run.current(name).read("bytes") for name, path in run.graph.raw_files.items()}
        texts = {path: data.decode(errors="replace") for path, data in files.items()}
        yield from read.wording_warnings(run.load(MAIN), texts, set(run.table("figures")["figure_id"]))


def _unread_files(run: Run) -> list[str]:
    kept = {LOCK, *run.graph.dossier.switched_on.files(with_sources=True)}
    return sorted(set(raw_paths(run.graph.raw)) - {*run.graph.raw_files.values(), *kept})


def removed_rows(run: Run) -> list[str]:
    """Return a line for each table with rows that the previous release had and the raw files lack."""
    changes = run.table(CHANGES)
    left_out = [*run.graph.dossier.models, *OF_TEXT, "assumptions"]  # numbers of printed tables are figures too
    removed = changes[(changes["kind"] == "removed") & ~changes["table_name"].isin(left_out)]
    lines = []
    for (previous, table), rows in removed.groupby(["previous", "table_name"], sort=False):
        lines.append(f"{table}: gone since release {previous}: {listed(list(rows['name']), SHOWN_NAMES)}")
    return lines


def warning_lines(step: str, run: Run) -> list[str]:
    """Return the warnings to show once a step is up to date, one a line."""
    if step == WARNINGS:
        return dossier_warnings(run)
    if step == LEFT_OUT:
        return [row["words"] for row in records(run.table(LEFT_OUT))]
    return removed_rows(run) if step == CHANGES else []
