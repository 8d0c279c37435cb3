"""Synthetic ledgers: seeded, of realistic shape, and marked as synthetic in every file.

No number here is a measurement. Belongs here: generating files. Does not: reading a ledger (`dataset`).
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.plugins.ledger.description import DESCRIPTION, MODELS, ROWS, SYNTHETIC

FIRST = "2025-01"
MONTHS = 12
MIN_DEPLOYMENTS = 24
CHUNK = 1 << 20
MICRO = 1_000_000
LATE, REPEATED, CONFLICTING, BAD = 3e-3, 2e-4, 3e-5, 3e-4
OPERATORS = tuple(f"synthetic_operator_{number:02}" for number in range(1, 13))
REGIONS = tuple(f"zone_{number:02}" for number in range(24))
ACCELERATORS = ("a100", "h100", "h200", "b200", "mi300x", "l40s")
RENTS = np.array([1.6, 2.8, 3.4, 5.2, 2.6, 1.0])
SPEEDS = np.array([0.5, 1.0, 1.4, 2.6, 1.1, 0.3])
OPEN = tuple(f"synthetic_open_{number:02}" for number in range(1, 31))
CLOSED = tuple(f"synthetic_closed_{number:02}" for number in range(1, 31))
NAMES = tuple(itertools.chain.from_iterable(zip(CLOSED, OPEN, strict=True)))
KEY = (OPERATORS, ACCELERATORS, REGIONS, NAMES)
SCHEMA = pa.schema(
    [(each.name, pa.dictionary(pa.int32(), each.type) if each.type == pa.string() else each.type) for each in ROWS],
    metadata={SYNTHETIC: "true", "description": "Made up by `tidebook ledger generate`; no measurement."},
)
DESCRIPTION_TEXT = """\
# Made up by `tidebook ledger generate --rows {rows} --seed {seed} --months {months}`; no measurement.
title = "Synthetic inference ledger"
publisher = "tidebook ledger generate"
population = "synthetic_operators"
covers = "Twelve operators that do not exist"
gpu_hours = "used"
synthetic = true
"""

Random = np.random.Generator
Numbers = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Fleet:
    """The deployments: codes of operator, accelerator, region and model, mean tokens per hour, growth per month."""

    codes: Numbers
    tokens: Numbers
    growth: Numbers

    def __len__(self) -> int:
        return len(self.codes)


def generate(folder: Path, rows: int, seed: int, months: int = MONTHS) -> list[Path]:
    """Write a ledger of exactly `rows` rows, month by month; return its files.

    Demand varies by hour of day in each region, by weekday, with a heavy tail over deployments, and grows; prices of
    models are cut in steps, and rents fall. Some rows arrive late, some twice, some contradict others, some are bad.

    Raises:
        InputError: the folder is not empty, or `rows` is more than all deployments can have in these months.
    """
    bounds = (np.datetime64(FIRST, "M") + np.arange(months + 1)).astype("datetime64[h]")
    hours = [np.arange(start, end) for start, end in itertools.pairwise(bounds)]
    total_hours = sum(map(len, hours))
    most = len(OPERATORS) * len(ACCELERATORS) * len(REGIONS) * len(NAMES) * total_hours
    if rows > most:
        raise InputError(Problem("--rows", f"at most {most:,} in {months} months", text=f"{rows:,}"))
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(Problem(str(folder), "an empty or new folder"))
    fleet = _fleet_of(rows, total_hours, seed)
    # Rounded sums, not rounded shares: so the quotas add up to `rows`.
    quotas = np.diff(np.cumsum([len(each) for each in hours]) * rows // total_hours, prepend=0)
    late: dict[int, list[pa.Table]] = {}
    paths = []
    for number, (each, quota) in enumerate(zip(hours, quotas, strict=True)):
        path = folder / f"month={each[0].astype('datetime64[M]')}" / "part-0.parquet"
        path.parent.mkdir(parents=True)
        with pq.ParquetWriter(path, SCHEMA, store_decimal_as_integer=True) as writer:
            arrived = late.pop(number, None)
            if arrived:
                writer.write_table(pa.concat_tables(arrived).sort_by("hour"))
            for table in _month_chunks(fleet, each, int(quota), seed, number, months, late):
                writer.write_table(table, row_group_size=CHUNK)
        paths.append(path)
    write_file(folder / MODELS, _models_text().encode())
    write_file(folder / DESCRIPTION, DESCRIPTION_TEXT.format(rows=rows, seed=seed, months=months).encode())
    return paths


def _models_text() -> str:
    """Return the content of models.csv."""
    lines = ["model_id,weights"]
    for names, weights in ((OPEN, "open"), (CLOSED, "closed")):
        for name in names:
            lines.append(f"{name},{weights}")
    return "\n".join(lines) + "\n"


def _rng(*seeds: int) -> Random:
    """Return a random generator for one part of the ledger, independent of all other parts."""
    return np.random.Generator(np.random.PCG64(seeds))


def _fleet_of(rows: int, hours: int, seed: int) -> Fleet:
    """Draw the deployments: large operators and popular models have more and larger ones."""
    rng = _rng(seed, 0)
    weights = [_zipf(len(part), power) for part, power in zip(KEY, (1.0, 0.7, 0.5, 1.1), strict=True)]
    sizes = tuple(map(len, KEY))
    count = max(-(-rows // hours), MIN_DEPLOYMENTS)
    joint = np.log(np.einsum("i,j,k,l->ijkl", *weights)).ravel()
    # Sampling without replacement by Gumbel's top-k (arXiv 1903.06059).
    chosen = np.sort(np.argpartition(-(joint + rng.gumbel(size=joint.size)), count - 1)[:count])
    codes = np.stack(np.unravel_index(chosen, sizes), axis=1)
    tokens = 2e7 * weights[3][codes[:, 3]] / weights[3].mean() * (1 + rng.pareto(1.3, count))
    # Open models stand at the odd places of `NAMES`.
    growth = 1 + np.where(codes[:, 3] % 2 == 1, 0.06, 0.03) + rng.normal(0, 0.01, count)
    return Fleet(codes, np.minimum(tokens, 5e11), growth)


def _zipf(size: int, power: float) -> Numbers:
    weights = 1 / np.arange(1, size + 1) ** power
    return np.asarray(weights / weights.sum())


def _month_chunks(
    fleet: Fleet, hours: Numbers, quota: int, seed: int, number: int, months: int, late: dict[int, list[pa.Table]]
) -> Iterator[pa.Table]:
    """Yield a month's rows by hour, and add late ones to `late`, by month of arrival; both together are `quota`."""
    rng = _rng(seed, 1, number)
    repeated = int(rng.poisson(quota * REPEATED))
    conflicting = int(rng.poisson(quota * CONFLICTING))
    base = quota - repeated - conflicting
    step = max(CHUNK // len(fleet), 1)
    starts = range(0, len(hours), step)
    bounds = np.cumsum([min(step, len(hours) - start) for start in starts]) * base // len(hours)
    extras = [rng.multinomial(each, np.full(len(starts), 1 / len(starts))) for each in (repeated, conflicting)]
    for start, wanted, again, against in zip(starts, np.diff(bounds, prepend=0), *extras, strict=True):
        part = hours[start : start + step]
        cells = len(part) * len(fleet)
        dropped = rng.choice(cells, cells - int(wanted), replace=False, shuffle=False)
        kept = np.delete(np.arange(cells), dropped)
        twice = np.sort(rng.choice(kept, int(again))) if len(kept) else kept
        other = np.sort(rng.choice(kept, int(against))) if len(kept) else kept
        order = np.concatenate([kept, twice, other])
        sign = np.concatenate([np.zeros(len(kept) + len(twice), int), np.ones(len(other), int)])
        by_cell = np.argsort(order, kind="stable")
        table = _rows_of(fleet, part, order[by_cell], sign[by_cell], rng, number, len(kept))
        delay = np.where(rng.random(len(table)) < LATE, rng.choice([1, 2], len(table), p=[0.9, 0.1]), 0)
        delay = np.minimum(delay, months - 1 - number)
        for months_late in (1, 2):
            moved = delay == months_late
            if moved.any():
                late.setdefault(number + months_late, []).append(table.filter(pa.array(moved)))
        yield table.filter(pa.array(delay == 0)) if delay.any() else table


def _rows_of(
    fleet: Fleet, hours: Numbers, cells: Numbers, contradicts: Numbers, rng: Random, number: int, base: int
) -> pa.Table:
    """Return the rows of cells (hour × deployment), `contradicts` marking those with another revenue.

    Repeated cells are equal otherwise, since noise is drawn by cell. Some rows are bad, each in one of seven ways.
    """
    hour, deployment = np.divmod(cells, len(fleet))
    keys = [fleet.codes[deployment, each].astype("int32") for each in range(4)]
    operator, accelerator, region, model = keys
    since = hours[hour].astype("int64")
    local = (since + region) % 24
    weekday = (since // 24 + 3) % 7  # 1970-01-01 was a Thursday; 0 is Monday
    demand = (1 + 0.45 * np.sin((local - 9) * (np.pi / 12))) * np.where(weekday < 5, 1.08, 0.8)
    noise = np.exp(rng.normal(0, 0.25, len(hours) * len(fleet)))[cells]
    tokens = fleet.tokens[deployment] * fleet.growth[deployment] ** number * demand * noise
    tokens_out = (tokens * 0.22).astype("int64") + 1
    tokens_in = (tokens * 0.78).astype("int64") + 1
    price = _prices(number)[model] * (1 + 0.04 * (operator % 5))
    used = (tokens_out + 0.12 * tokens_in) / (SPEEDS[accelerator] * (1 + model % 7) ** -0.5 * 6e6)
    gpu_hours = np.maximum((used * MICRO).astype("int64"), 1)
    revenue = (tokens_in * price + tokens_out * price * 4).astype("int64") + contradicts * MICRO
    rent = RENTS[accelerator] * 0.985**number * (0.8 + 0.05 * (operator % 6))
    cost = (gpu_hours * rent).astype("int64")
    when = hours[hour].astype("datetime64[us]")
    bad = min(int(rng.poisson(base * BAD)), len(when))
    spoilt = rng.choice(len(when), bad, replace=False) if len(when) else np.empty(0, int)
    ways = [spoilt[way::7] for way in range(7)]
    tokens_in[ways[0]] *= -1
    operator[ways[1]] = -1
    model[ways[2]] = len(NAMES)
    gpu_hours[ways[3]] = 10**16
    when[ways[4]] = np.datetime64("1970-01-01", "us")
    revenue[ways[5]] = -revenue[ways[5]] - 1
    when[ways[6]] += np.timedelta64(30, "m")
    names = [*map(list, KEY[:3]), [*NAMES, "synthetic_unlisted"]]
    columns = [pa.array(when)]
    for codes, words in zip(keys, names, strict=True):
        columns.append(pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(words)))
    columns += [pa.array(tokens_in), pa.array(tokens_out), _decimals(gpu_hours), _decimals(revenue), _decimals(cost)]
    return pa.table(columns, schema=SCHEMA)


def _prices(number: int) -> Numbers:
    """Return each model's price in a month, in USD per million input tokens; it is cut to 60% every five months."""
    models = np.arange(len(NAMES))
    first = np.where(models % 2 == 1, 0.4, 2.5) * (1 + 0.3 * (models % 6))
    cuts = (number + models % 5) // 5
    return np.asarray(first * 0.6**cuts)


def _decimals(millionths: Numbers) -> pa.Array:
    # Arrow's layout of a 128-bit decimal: low and high half; the high half repeats the sign bit.
    parts = np.empty((len(millionths), 2), dtype="<i8")
    parts[:, 0] = millionths
    parts[:, 1] = millionths >> 63
    return pa.Array.from_buffers(pa.decimal128(18, 6), len(parts), [None, pa.py_buffer(parts)])
