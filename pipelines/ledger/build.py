"""Bringing a ledger's results up to date: months whose files have changed are computed, then all are put together.

What a month comes to is in `month`; what is made of months in `results`.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest.corrections import read_corrections
from pipelines.ingest.declarations import read_assumptions, read_sources
from pipelines.ingest.errors import InputError, Problem
from pipelines.ingest.evidence import observations_table
from pipelines.ingest.rawfile import read_raw
from pipelines.ledger.dataset import Dataset, File, read_dataset
from pipelines.ledger.description import SYNTHETIC
from pipelines.ledger.engine import Start, on_demand
from pipelines.ledger.month import LEFT_OUT, allowed, compute, times_by_reason
from pipelines.ledger.results import economics_table, mix_table, observations_of, of_months, totals
from pipelines.settings import PACKAGED_RAW, LedgerSettings, Settings
from pipelines.sources.ledger import FILE
from pipelines.storage.atomic import replace_symlink
from pipelines.storage.keys import code_key, digest
from pipelines.storage.parquet import as_bytes, to_parquet
from pipelines.storage.places import Bucket, Folder
from pipelines.storage.rules import judge
from pipelines.storage.shared import SharedStore
from pipelines.storage.store import Entry
from schemas.base import Table, column_types, table_name
from schemas.ledger import GpuEconomics, InferenceMix, LedgerMonths
from tidebook.places import POINTER

CODE = "pipelines.ledger.month"
SUMS_FILE, LEFT_OUT_FILE = "sums.parquet", "left_out.parquet"
MADE_UP = "Synthetic: these rows are made up; they say nothing about the world, and no build reads them."
PUBLISHED = "ledger"
BATCH_ROWS = 1 << 28
SHOWN = 20
KEPT = 2


@dataclass(frozen=True)
class Built:
    """What a build brought: its folder, tables by name, reasons of rows left out, and the months computed anew."""

    folder: Path
    tables: Mapping[str, pd.DataFrame]
    reasons: Mapping[str, int]
    unread: int
    computed: Sequence[str]
    synthetic: bool


def build(settings: LedgerSettings, folders: Settings) -> Built:
    """Bring the results of a ledger up to date and publish them under `<out>/ledger`.

    Raises:
        InputError: the ledger or the raw folder cannot be used; what was published before stays.
        RuntimeError: the engine fails or is not installed.
    """
    observations = rental_prices_of(folders.raw)
    store = store_of(folders)
    with on_demand(settings) as start:
        dataset = read_dataset(settings, SharedStore(folders.out))
        check_unread(dataset, settings)
        entries, computed = months_up_to_date(dataset, list(dataset.months()), store, settings, start)
        with store.exclusive():
            return publish(dataset, entries, computed, observations, folders)


def build_months(
    settings: LedgerSettings, folders: Settings, wanted: Sequence[str]
) -> tuple[dict[str, Entry], list[str]]:
    """Bring some months up to date without publishing; return their results, and which were computed for it.

    A month of which there are no rows has no result.
    """
    store = store_of(folders)
    with on_demand(settings) as start:
        return months_up_to_date(read_dataset(settings, SharedStore(folders.out)), wanted, store, settings, start)


def store_of(folders: Settings) -> SharedStore:
    """Return the store of months; with an object store as output they are there too, for machines that have none."""
    return SharedStore(folders.out, Bucket(folders.remote) if folders.remote else None)


def rental_prices_of(raw: Path) -> pd.DataFrame:
    """Return the observations of a raw folder, rental prices among them."""
    return observations_table(
        [read_raw(raw, path) for path in ("reference/observations.csv", "reference/training_history.csv")],
        read_corrections(read_raw(raw, "reference/corrections.toml")),
        read_sources(read_raw(raw, "sources.toml")),
        read_assumptions(read_raw(raw, "assumptions.toml")),
    )


def hand_over(built: Built, folders: Settings) -> str:
    """Make the observations of a build a snapshot that builds read, and return in words what came of it.

    Raises:
        RuntimeError: they cannot be used.
    """
    from pipelines.sources.fetch import fetch, web
    from pipelines.sources.ledger import Ledger
    from pipelines.sources.snapshots import write_lock

    if built.synthetic:
        return MADE_UP
    assert folders.snapshots is not None
    outcome = fetch(Ledger(built.folder), folders.snapshots, web().get)
    if outcome.result == "failed":
        raise RuntimeError(outcome.text)
    if folders.raw != PACKAGED_RAW:
        write_lock(folders.raw, folders.snapshots)
    count = len(json.loads((built.folder / FILE).read_bytes())["observations"])
    return f"{count:,} observations for builds: {outcome.result}"


def check_unread(dataset: Dataset, settings: LedgerSettings) -> None:
    """Raise InputError when too many rows of CSV files cannot be read."""
    rows = sum(file.rows for file in dataset.files if file.path.endswith(".csv")) + len(dataset.unread)
    most = allowed(rows, settings.bad_share)
    if len(dataset.unread) > most:
        found = f"{len(dataset.unread):,} of {rows:,} rows of CSV"
        problems = [Problem(settings.data, f"at most {most:,} rows that cannot be read", text=found)]
        for each in dataset.unread[:SHOWN]:
            path, _, line = each.place.rpartition(":")
            problems.append(Problem(f"{settings.data}/{path}", each.expected, int(line), each.column, each.text))
        raise InputError(problems)


def months_up_to_date(
    dataset: Dataset, wanted: Sequence[str], store: SharedStore, settings: LedgerSettings, start: Start
) -> tuple[dict[str, Entry], list[str]]:
    """Return the stored result of each month wanted, and which of them were computed for it.

    Raises:
        InputError: too many rows of a month are bad.
    """
    months = dataset.months()
    code = code_key(CODE)
    known = sorted(dataset.models)
    keys = {
        month: digest([month, [[file.path, file.version] for file in months[month]], known, settings.bad_share, code])
        for month in wanted
        if month in months
    }
    found = {month: store.find(step_of(month), key) for month, key in keys.items()}
    stale = [month for month, entry in found.items() if entry is None]
    for batch in batches(stale, months):
        files = {file.path: file for month in batch for file in months[month]}
        results = compute(batch, list(files.values()), known, start(), settings.bad_share)
        for month, result in results.items():
            data = {SUMS_FILE: as_bytes(result.sums), LEFT_OUT_FILE: as_bytes(result.left_out)}
            found[month] = store.put(step_of(month), keys[month], data, result.rows)
    for month, key in keys.items():
        store.make_current(step_of(month), key)
    return {month: entry for month, entry in found.items() if entry}, stale


def step_of(month: str) -> str:
    """Return the name under which a month's results are stored."""
    return f"ledger/months/{month}"


def batches(months: Sequence[str], files: Mapping[str, Sequence[File]]) -> Iterator[list[str]]:
    """Yield the months in groups that are computed at once, as many as have so many rows in their files."""
    batch: list[str] = []
    rows = 0
    for month in months:
        mine = sum(file.rows for file in files[month] if file.partition == month)
        if batch and rows + mine > BATCH_ROWS:
            yield batch
            batch, rows = [], 0
        batch.append(month)
        rows += mine
    if batch:
        yield batch


def publish(
    dataset: Dataset,
    entries: Mapping[str, Entry],
    computed: Sequence[str],
    observations: pd.DataFrame,
    folders: Settings,
) -> Built:
    """Write tables, quarantine and observations into a folder named by its content, and point `latest` to it.

    Raises:
        InputError: no row counts.
    """
    by_month = {month: pq.read_table(entry.folder / SUMS_FILE) for month, entry in entries.items()}
    if not any(map(len, by_month.values())):
        raise InputError(Problem(dataset.shown, "a ledger with at least one row that no rule leaves out"))
    sums = of_months(by_month)
    left_out = {month: pq.read_table(entry.folder / LEFT_OUT_FILE) for month, entry in entries.items()}
    synthetic = dataset.synthetic
    economics = economics_table(sums, observations, synthetic)
    mix = mix_table(sums, dataset.models, dataset.description, synthetic)
    models: dict[type[Table], pd.DataFrame] = {
        GpuEconomics: economics,
        InferenceMix: mix,
        LedgerMonths: months_table(dataset, entries, left_out, sums),
    }
    files = {f"{table_name(model)}.parquet": checked(model, frame) for model, frame in models.items()}
    mark = {SYNTHETIC: str(synthetic).lower()}
    for month, table in {**left_out, "unknown": unread_table(dataset)}.items():
        if len(table):
            files[f"quarantine/month={month}/part-0.parquet"] = as_bytes(table.replace_schema_metadata(mark))
    about = dataset.description.model_dump(include={"title", "publisher", "population", "covers", "gpu_hours"})
    rows = list(observations_of(sums, economics, mix, dataset.description))
    content = {**about, "synthetic": synthetic, "observations": rows}
    files[FILE] = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False).encode()
    name, place = digest({path: digest(data) for path, data in files.items()})[:16], folders.out / PUBLISHED
    Folder(place).write_files(name, files, FILE)
    replace_symlink(place / "latest", name)
    prune(place, name)
    if folders.remote:
        send(files, name, folders.remote)
    tables = {table_name(model): frame for model, frame in models.items()}
    reasons = times_by_reason(pa.concat_tables(left_out.values()))
    return Built(place / name, tables, reasons, len(dataset.unread), computed, synthetic)


def send(files: Mapping[str, bytes], name: str, address: str) -> None:
    """Put what is published into an object store, then the pointer to it."""
    objects = Bucket(address)
    for path, data in files.items():
        objects.write(f"{PUBLISHED}/{name}/{path}", data)
    objects.write(f"{PUBLISHED}/{POINTER}", json.dumps({"ledger": name}).encode() + b"\n")


def months_table(
    dataset: Dataset,
    entries: Mapping[str, Entry],
    left_out: Mapping[str, pa.Table],
    sums: pa.Table,
) -> pd.DataFrame:
    """Return what became of the rows of each month, as rows of `LedgerMonths`."""
    files = dataset.months()
    counted = totals(sums, "month")
    rows = [
        {
            "month": (first := dt.date.fromisoformat(f"{month}-01")),
            "files": len(files[month]),
            "rows": entry.rows,
            "used": counted[first,].rows if (first,) in counted else 0,
            "quarantined": sum(left_out[month]["times"].to_pylist()),
            "synthetic": dataset.synthetic,
        }
        for month, entry in entries.items()
    ]
    return column_types(LedgerMonths, pd.DataFrame(rows))


def checked(model: type[Table], frame: pd.DataFrame) -> bytes:
    """Return a table as Parquet once its rules have passed.

    Raises:
        RuntimeError: one has not; the code here is wrong then, not the ledger.
    """
    failed = [finding for finding in judge(model, frame) if not finding.passed]
    if failed:
        raise RuntimeError("; ".join(f"{table_name(model)}: {each.rule.meaning}: {each.text}" for each in failed))
    return to_parquet(model, frame)


def unread_table(dataset: Dataset) -> pa.Table:
    """Return the rows of CSV files that could not be read, as the quarantine has them."""
    rows = [
        {"reason": "unread", "times": 1, "file": each.place, "text": f"{each.column}: {each.text}"}
        for each in dataset.unread
    ]
    return pa.Table.from_pylist(rows, schema=LEFT_OUT.remove(0))


def prune(place: Path, current: str) -> None:
    """Remove all but the newest published folders."""
    others = [path for path in place.iterdir() if path.is_dir() and not path.is_symlink() and path.name != current]
    others.sort(key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    for path in others[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
