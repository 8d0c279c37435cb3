"""Bringing a ledger's results up to date: months whose files have changed are computed, then all are put together.

What a month comes to is in `month`; what is made of months in `results`.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tidebook.pipelines.graph.keys import code_key
from tidebook.pipelines.graph.places import Bucket, Folder
from tidebook.pipelines.graph.store import Entry, Store
from tidebook.pipelines.read.atomic import remove_oldest, replace_symlink
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.settings import Settings
from tidebook.places import POINTER
from tidebook.plugins.ledger.dataset import Dataset, File, read_dataset
from tidebook.plugins.ledger.description import SYNTHETIC
from tidebook.plugins.ledger.engine import running
from tidebook.plugins.ledger.month import LEFT_OUT, allowed_bad_rows, compute, times_by_reason
from tidebook.plugins.ledger.results import (
    Rents,
    concat_months,
    economics_table,
    mix_table,
    observations_from,
    rental_prices,
)
from tidebook.plugins.ledger.settings import LedgerSettings
from tidebook.plugins.ledger.source import FILE
from tidebook.plugins.ledger.tables import GpuEconomics, InferenceMix, LedgerMonths
from tidebook.schemas.base import Table, Tables, table_name, table_of
from tidebook.schemas.parquet import as_bytes, to_parquet
from tidebook.schemas.rules import validate

SUMS_FILE, LEFT_OUT_FILE = "sums.parquet", "left_out.parquet"
SYNTHETIC_NOTE = "Synthetic: these rows are made up; they say nothing about the world, and no build reads them."
FOLDER = "ledger"
BATCH_ROWS = 1 << 28
MAX_SHOWN = 20
KEEP = 2


@dataclass(frozen=True)
class BuildResult:
    """What a build made: its folder, tables by name, why rows were left out, and which months were computed for it."""

    folder: Path
    tables: Tables
    reasons: Mapping[str, int]
    unread: int
    computed: Sequence[str]
    synthetic: bool


def build(settings: LedgerSettings, folders: Settings, observations: pd.DataFrame, rents: str) -> BuildResult:
    """Bring the results of a ledger up to date and publish them under `<out>/ledger`, beside a dossier's `rents`.

    Raises InputError if the ledger cannot be used, so that what was published before stays; RuntimeError if the engine
    fails or is not installed.
    """
    dataset = read_dataset(settings, Store(folders.out))
    _check_unread(dataset, settings)
    entries, computed = _update_months(dataset, list(dataset.months()), settings, folders)
    with Store(folders.out).exclusive():
        return _publish(dataset, entries, computed, rental_prices(observations, rents), folders)


def build_months(
    settings: LedgerSettings, folders: Settings, wanted: Sequence[str]
) -> tuple[dict[str, Entry], list[str]]:
    """Bring some months up to date without publishing; return their results, and which were computed for it.

    A month of which there are no rows has no result.
    """
    return _update_months(read_dataset(settings, Store(folders.out)), wanted, settings, folders)


def hand_over(built: BuildResult, folders: Settings) -> str:
    """Make a build's observations a snapshot, and say what came of it. Raises RuntimeError if they cannot be used."""
    from tidebook.pipelines.read.sources.fetch import fetch
    from tidebook.pipelines.read.sources.snapshots import write_lock
    from tidebook.plugins.ledger.source import ledger

    if built.synthetic:
        return SYNTHETIC_NOTE
    outcome = fetch(ledger(built.folder), folders.fetched, lambda *_: None)  # it is made here: nothing is asked for
    if outcome.status == "failed":
        raise RuntimeError(outcome.detail)
    write_lock(folders.raw, folders.fetched)
    count = len(json.loads((built.folder / FILE).read_bytes())["observations"])
    return f"{count:,} observations for builds: {outcome.status}"


def _check_unread(dataset: Dataset, settings: LedgerSettings) -> None:
    rows = sum(file.rows for file in dataset.files if file.path.endswith(".csv")) + len(dataset.unread)
    limit = allowed_bad_rows(rows, settings.bad_share)
    if len(dataset.unread) > limit:
        found = f"{len(dataset.unread):,} of {rows:,} rows of CSV"
        problems = [Problem(settings.data, f"at most {limit:,} rows that cannot be read", text=found)]
        problems += [replace(each, file=f"{settings.data}/{each.file}") for each in dataset.unread[:MAX_SHOWN]]
        raise InputError(problems)


def _update_months(
    dataset: Dataset, wanted: Sequence[str], settings: LedgerSettings, folders: Settings
) -> tuple[dict[str, Entry], list[str]]:
    """Return the result of each month wanted, and which were computed. Raises InputError if too many rows are bad."""
    store = Store(folders.out, Bucket(folders.remote) if folders.remote else None)
    months, known, code = dataset.months(), sorted(dataset.models), code_key()
    keys = {
        month: digest([month, [[file.path, file.version] for file in months[month]], known, settings.bad_share, code])
        for month in wanted
        if month in months
    }
    found = {month: store.find(_step_name(month), key) for month, key in keys.items()}
    stale = [month for month, entry in found.items() if entry is None]
    if stale:
        with running(settings) as engine:
            for batch in _batches(stale, months):
                files = {file.path: file for month in batch for file in months[month]}
                results = compute(batch, list(files.values()), known, engine, settings.bad_share)
                for month, result in results.items():
                    data = {SUMS_FILE: as_bytes(result.sums), LEFT_OUT_FILE: as_bytes(result.left_out)}
                    found[month] = store.put(_step_name(month), keys[month], data, result.rows)
    for month, key in keys.items():
        store.make_current(_step_name(month), key)
    return {month: entry for month, entry in found.items() if entry}, stale


def _step_name(month: str) -> str:
    return f"ledger/months/{month}"


def _batches(months: Sequence[str], files: Mapping[str, Sequence[File]]) -> Iterator[list[str]]:
    """Yield the months in groups that are computed at once, as many as have so many rows in their files."""
    batch: list[str] = []
    rows = 0
    for month in months:
        month_rows = sum(file.rows for file in files[month] if file.partition == month)
        if batch and rows + month_rows > BATCH_ROWS:
            yield batch
            batch, rows = [], 0
        batch.append(month)
        rows += month_rows
    if batch:
        yield batch


def _publish(
    dataset: Dataset, entries: Mapping[str, Entry], computed: Sequence[str], rents: Rents, folders: Settings
) -> BuildResult:
    """Write tables, quarantine and observations into a folder named by its content, and point `latest` to it.

    Raises InputError if no row counts.
    """
    by_month = {month: pq.read_table(entry.folder / SUMS_FILE) for month, entry in entries.items()}
    if not any(map(len, by_month.values())):
        raise InputError(Problem(dataset.shown, "a ledger with at least one row that no rule leaves out"))
    sums = concat_months(by_month)
    left_out = {month: pq.read_table(entry.folder / LEFT_OUT_FILE) for month, entry in entries.items()}
    synthetic = dataset.synthetic
    economics = economics_table(sums, rents, synthetic)
    mix = mix_table(sums, dataset.models, dataset.description, synthetic)
    models: dict[type[Table], pd.DataFrame] = {
        GpuEconomics: economics,
        InferenceMix: mix,
        LedgerMonths: _months_table(dataset, entries, by_month, left_out),
    }
    files = {f"{table_name(model)}.parquet": _validated(model, frame) for model, frame in models.items()}
    mark = {SYNTHETIC: str(synthetic).lower()}
    unread = [
        {"reason": "unread", "times": 1, "file": f"{each.file}:{each.line}", "text": f"{each.column}: {each.text}"}
        for each in dataset.unread
    ]
    for month, table in {**left_out, "unknown": pa.Table.from_pylist(unread, schema=LEFT_OUT.remove(0))}.items():
        if len(table):
            files[f"quarantine/month={month}/part-0.parquet"] = as_bytes(table.replace_schema_metadata(mark))
    about = dataset.description.model_dump(include={"title", "publisher", "population", "covers", "gpu_hours"})
    rows = list(observations_from(sums, economics, mix, dataset.description))
    content = {**about, "synthetic": synthetic, "observations": rows}
    files[FILE] = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False).encode()
    name, place = digest({path: digest(data) for path, data in files.items()})[:16], folders.out / FOLDER
    Folder(place).write_files(name, files, FILE)
    replace_symlink(place / "latest", name)
    remove_oldest(place, name, KEEP)
    if folders.remote:
        objects = Bucket(folders.remote)
        objects.write_files(f"{FOLDER}/{name}", files, FILE)
        objects.write(f"{FOLDER}/{POINTER}", json.dumps({"ledger": name}).encode() + b"\n")
    tables = {table_name(model): frame for model, frame in models.items()}
    reasons = times_by_reason(pa.concat_tables(left_out.values()))
    return BuildResult(place / name, tables, reasons, len(dataset.unread), computed, synthetic)


def _months_table(
    dataset: Dataset, entries: Mapping[str, Entry], sums: Mapping[str, pa.Table], left_out: Mapping[str, pa.Table]
) -> pd.DataFrame:
    files = dataset.months()
    rows = [
        {
            "month": dt.date.fromisoformat(f"{month}-01"),
            "files": len(files[month]),
            "rows": entry.rows,
            "used": sum(sums[month]["rows"].to_pylist()),
            "quarantined": sum(left_out[month]["times"].to_pylist()),
            "synthetic": dataset.synthetic,
        }
        for month, entry in entries.items()
    ]
    return table_of(LedgerMonths, rows)


def _validated(model: type[Table], frame: pd.DataFrame) -> bytes:
    # A rule that fails here is a fault of this code, not of the ledger, whose rows have been judged.
    failed = [finding for finding in validate(model, frame) if not finding.passed]
    if failed:
        raise RuntimeError("; ".join(f"{table_name(model)}: {each.rule.meaning}: {each.text}" for each in failed))
    return to_parquet(model, frame)
