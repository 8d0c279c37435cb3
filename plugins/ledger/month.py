"""Months of the ledger, written once in Ibis: which rows count, their sums, and which rows are left out and why.

A pass over the keys alone finds suspected duplicates. A pass over all columns applies the rules, adds up the good rows
and returns the few others and the suspects. These are checked one by one in memory; those that count are added to the
sums. So no step holds a row for each row of the ledger.

Belongs here: expressions over rows. Does not: the rules (`rules`), the engines (`engine`), or what is made of the sums
(`results`).
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidebook.pipelines.read.errors import InputError, Problem, refuse, shown
from tidebook.pipelines.read.grouping import grouped
from tidebook.plugins.ledger.dataset import FOLDER, LATE_MONTHS, MONTH, File, months_before
from tidebook.plugins.ledger.description import COLUMNS, KEY, ROWS
from tidebook.plugins.ledger.engine import PLACE, Engine
from tidebook.plugins.ledger.rules import bad_texts, broken, compile_rules
from tidebook.plugins.ledger.tables import FIRST_HOUR, MEASURES, LedgerRows

if TYPE_CHECKING:
    import ibis.expr.types as ir

InvalidValues = Mapping[str, Mapping[str, Sequence[str]]]
"""By column and rule, the texts that occur and break it. Distinct texts are few, so Pandera itself checks them."""

BY = ("month", "operator", "accelerator", "model_id")
IN_TIME, UNKNOWN_MODEL = "hour_in_time", "model_id_known"
DUPLICATE, CONFLICT = "duplicate", "conflict"
MIN_BAD_ROWS = 10
"""Bad rows allowed in any month, whatever the share: one typo in a small month is not a failure."""

MIN_GATHERED = 100_000
"""Suspected duplicates checked one by one, whatever the limit, so that an error can show the first."""

SUMS = pa.schema(
    [
        *((name, pa.string()) for name in BY),
        ("since", pa.date32()),
        ("until", pa.date32()),
        ("rows", pa.int64()),
        *((f"{name}_rows", pa.int64()) for name in (*MEASURES, "tokens")),
        *((name, pa.decimal128(38, 6)) for name in MEASURES),
    ]
)
LEFT_OUT = pa.schema(
    [
        ("month", pa.string()),
        ("reason", pa.string()),
        ("times", pa.int64()),
        ("file", pa.string()),
        ("text", pa.string()),
        *(pa.field(field.name, field.type) for field in ROWS),
    ]
)
ROW_CHARACTERS = 240
NO_ROWS = LEFT_OUT.empty_table()


def _engine_type(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "timestamp(6)"
    return f"decimal({kind.precision}, {kind.scale})" if pa.types.is_decimal(kind) else str(kind)


TYPES = {field.name: _engine_type(field.type) for field in ROWS}


@dataclass(frozen=True)
class FilePart:
    """The rows of files with the same columns; the other columns of the contract are null in `rows`."""

    rows: ir.Table
    columns: Sequence[str]

    def holds(self, rows: ir.Table, invalid: InvalidValues) -> dict[str, ir.BooleanValue]:
        """Return for each rule whether a row satisfies it, without rules on texts that no text breaks."""
        holds = {**compile_rules(LedgerRows, rows, self.columns), IN_TIME: rows["in_time"]}
        for column, rules in invalid.items():
            for rule, texts in rules.items():
                if texts:
                    holds[rule] = rows[column].notin(list(texts))
        return holds


@dataclass(frozen=True)
class Month:
    """The result of a month: number of rows, the sums of those that count, and the rows left out."""

    rows: int
    sums: pa.Table
    left_out: pa.Table


def compute(
    months: Sequence[str], files: Sequence[File], models: Iterable[str], engine: Engine, bad_share: float
) -> dict[str, Month]:
    """Compute months of the ledger. `files` are all files that hold rows of these months.

    Raises:
        InputError: more rows of a month are bad than `bad_share` of them, or than ten if that is more.
    """
    parts = [part(months, same, engine) for same in group_by_columns(files, months)]
    invalid = invalid_values(parts, models, engine)
    expected_rows = sum(file.rows for file in files)
    limit = int(expected_rows * bad_share) + MIN_BAD_ROWS * len(months)
    rows = _checked_rows(months, parts, invalid, engine, limit)
    try:
        groups = with_month_names(engine.fetch(_sums_of_checked(rows, engine)))
    except RuntimeError:
        # So many bad rows that the engine could not collect them: count them instead, and say which rules they break.
        total, times = counts(parts, invalid, engine)
        if max(times.values()) > limit:
            raise InputError(_too_many(months, total, times, limit)) from None
        raise
    # A file may have been replaced since its footer was read; then the sums are of no state that there ever was.
    read = _total(groups["rows"])
    if read != expected_rows and all(set(file.months) <= set(months) for file in files):
        raise RuntimeError(f"{engine.name} read {read:,} rows of {expected_rows:,}")
    sums, left_out = _finalize(groups, parts, invalid)
    results = {}
    for month in months:
        month_rows = _total(rows_of_month(groups, month)["rows"])
        results[month] = Month(month_rows, rows_of_month(sums, month), rows_of_month(left_out, month))
    _check_bad_rows(results, bad_share)
    return results


def _total(column: pa.ChunkedArray) -> int:
    total: int = pc.sum(column).as_py() or 0  # the sum of no rows is null
    return total


def _checked_rows(
    months: Sequence[str], parts: Sequence[FilePart], invalid: InvalidValues, engine: Engine, limit: int
) -> ir.Table:
    """Return all rows with a column `good`, false for rows that break a rule and for suspected duplicates.

    Raises:
        InputError: there are too many duplicates to check them one by one.
    """
    import ibis

    rows = ibis.union(*(_with_verdict(each, number, invalid) for number, each in enumerate(parts)))
    # Duplicates are looked for in a pass of their own that reads the key alone: grouping all columns by key would
    # hold the whole ledger in memory. Here are suspects only; `_finalize` judges them with the bad rows.
    suspects, surplus = _repeated_keys(rows, max(limit, MIN_GATHERED), engine)
    if surplus > max(limit, MIN_GATHERED):
        text = f"{DUPLICATE}: more than {limit:,} rows, others that are bad among them"
        last = Problem(_where(months), f"at most {limit:,} bad rows in all", text=text)
        raise InputError([*_too_many(months, *counts(parts, invalid, engine), limit), last])
    if not len(suspects):
        return rows
    hashed = _day_hash(rows, engine) * 32 + rows["hour"].hour()
    marked = rows.mutate(hashed=hashed).left_join(ibis.memtable(suspects), "hashed")
    return marked.select(*rows.columns[:-1], good=marked["good"] & marked["hashed_right"].isnull())


def _check_bad_rows(results: Mapping[str, Month], bad_share: float) -> None:
    """Check that no month has too many bad rows.

    Raises:
        InputError: a month has.
    """
    problems: list[Problem] = []
    # Month by month: a clean month beside it makes a bad one no better.
    for month, result in results.items():
        limit = allowed_bad_rows(result.rows, bad_share)
        if _total(result.left_out["times"]) > limit:
            reasons = times_by_reason(result.left_out)
            problems += _too_many([month], result.rows, reasons, limit, result.left_out)
    refuse(problems)


def _where(months: Sequence[str]) -> str:
    return f"month {months[0]}" if len(months) == 1 else f"months {months[0]} to {months[-1]}"


def rows_of_month(table: pa.Table, month: str) -> pa.Table:
    """Return the rows of a month, without its name."""
    return table.filter(pc.equal(table["month"], month)).drop_columns("month")


def allowed_bad_rows(rows: int, bad_share: float) -> int:
    """Return the maximum number of bad rows among `rows`."""
    return max(int(rows * bad_share), MIN_BAD_ROWS)


def _too_many(
    months: Sequence[str], total: int, reasons: Mapping[str, int], limit: int, left_out: pa.Table = NO_ROWS
) -> list[Problem]:
    """Return a problem for each reason, with its first row from `left_out` as an example."""
    problems = []
    for reason, count in reasons.items():
        if count:
            expected = f"at most {limit:,} bad rows in all"
            first = left_out.filter(pc.match_substring(left_out["reason"], reason)).slice(length=1).to_pylist()
            for row in first:
                values = ", ".join("null" if row[name] is None else str(row[name]) for name in COLUMNS)
                expected += f"; the first, in {row['file']}: {shown(values, ROW_CHARACTERS)}"
            problems.append(Problem(_where(months), expected, text=f"{reason}: {count:,} of {total:,} rows"))
    return problems


def times_by_reason(left_out: pa.Table) -> dict[str, int]:
    """Count the rows left out by reason; a row with several reasons counts for each."""
    found = Counter[str]()
    for reason, times in zip(left_out["reason"].to_pylist(), left_out["times"].to_pylist(), strict=True):
        found.update(dict.fromkeys(reason.split(", "), times))
    return dict(sorted(found.items()))


def group_by_columns(files: Sequence[File], months: Sequence[str]) -> list[list[File]]:
    """Group the files that one scan can read: same columns, and all in folders of these months, or all in others.

    A file outside a month's folder is its own group.
    """
    by_path = sorted(files, key=lambda file: file.path)
    return list(grouped(by_path, lambda file: (file.partition in months, file.own_path, *file.columns)).values())


def part(months: Sequence[str], files: Sequence[File], engine: Engine) -> FilePart:
    """Return the rows of some months in files with the same columns, with the contract's columns and types.

    A row counts for the month of its hour if its file may hold that month, else for the month of the file's folder.
    """
    import ibis

    first = files[0]
    found = engine.read([file.place for file in files])
    columns = {}
    for name in COLUMNS:
        kind = TYPES[name]
        columns[name] = found[name].cast(kind) if name in first.columns else ibis.null(kind)
    hour = columns["hour"]
    if first.own_path is None:
        folder = found[PLACE].re_extract(MONTH, 1)
        file = ibis.literal(f"{FOLDER}=") + folder
    else:
        folder, file = ibis.literal(first.partition), ibis.literal(first.own_path)
    # An hour that cannot belong to its file still has to be counted somewhere to be reported: with the folder's month.
    own = (folder + "-01").cast("timestamp")
    since = own - ibis.interval(months=LATE_MONTHS) if first.in_month_folder else FIRST_HOUR
    in_time = ((hour >= since) & (hour < own + ibis.interval(months=1))).fill_null(False)
    month = ibis.ifelse(in_time, _month_number(hour), _month_number(own))
    rows = found.select(month=month, file=file, **columns, in_time=in_time)
    return FilePart(_of_months(rows, months, files), first.columns)


def _of_months(rows: ir.Table, months: Sequence[str], files: Sequence[File]) -> ir.Table:
    """Drop the rows of other months, which files with late rows may hold."""
    wanted = set(months)
    if all(set(each.months) <= wanted for each in files):
        return rows
    if all(each.partition not in wanted for each in files):
        # Late rows only: the plain comparison of hours lets the engine skip row groups by their statistics.
        start, end = months_before(months[0], 0), months_before(months[-1], -1)
        rows = rows.filter((rows["hour"] >= start) & (rows["hour"] < end))
    return rows.filter(rows["month"].isin([int(month.replace("-", "")) for month in months]))


def _month_number(time: ir.TimestampValue) -> ir.IntegerValue:
    # A number such as 202601: engines group by it faster than by a time or a text.
    return time.year() * 100 + time.month()


def with_month_names(table: pa.Table) -> pa.Table:
    """Replace month numbers by texts: 202601 becomes 2026-01."""
    digits = pc.cast(table["month"], pa.string())
    parts = (pc.utf8_slice_codeunits(digits, 0, 4), pc.utf8_slice_codeunits(digits, 4))
    return table.set_column(table.column_names.index("month"), "month", pc.binary_join_element_wise(*parts, "-"))


def invalid_values(parts: Sequence[FilePart], models: Iterable[str], engine: Engine) -> InvalidValues:
    """Return by column and rule the texts that occur and break it, including models that are not listed."""
    import ibis

    occurring: dict[str, list[str]] = {field.name: [] for field in ROWS if pa.types.is_string(field.type)}
    texts_of = []
    for name in occurring:
        for each in parts:
            texts_of.append(each.rows.select(text=name).distinct().mutate(column=ibis.literal(name)))
    for text, name in zip(*engine.fetch(ibis.union(*texts_of)).to_pydict().values(), strict=True):
        if text is not None:
            occurring[name].append(text)
    found = {name: bad_texts(LedgerRows, name, sorted({*texts})) for name, texts in occurring.items()}
    found["model_id"][UNKNOWN_MODEL] = sorted(set(occurring["model_id"]).difference(models))
    return found


def _with_verdict(part: FilePart, number: int, invalid: InvalidValues) -> ir.Table:
    # One flag a row in the big pass; which rules a row breaks is found out for the few bad ones, in `_broken_rules`.
    holds = functools.reduce(operator.and_, part.holds(part.rows, invalid).values())
    return part.rows.mutate(part=number, good=holds.fill_null(False))


def _repeated_keys(rows: ir.Table, limit: int, engine: Engine) -> tuple[pa.Table, int]:
    """Return the hashes of suspected duplicates, and the number of surplus rows.

    All keys that occur more than once are suspected, and perhaps a few others, which share a hash. Only the first
    `limit` + 1 days with such keys are searched.
    """
    import ibis

    # Grouping by key would need memory for every row, so rows are grouped by deployment and day, with the 24 hours as
    # bits of one number. OR over the rows has one bit for each distinct hour: fewer bits than rows mean a repeated
    # hour. XOR has the bits of the hours that occur an odd number of times, so OR without XOR are those that occur
    # twice (or four times). If these do not account for all surplus rows, some hour occurs three times or more, and
    # every hour of that day is suspected.
    bit_count = ibis.udf.scalar.builtin(_bits_signature, name="bit_count")
    bit_or = ibis.udf.agg.builtin(_bits_signature, name="bit_or")
    bit_xor = ibis.udf.agg.builtin(_bits_signature, name="bit_xor")
    keyed = rows.select(day=_day_hash(rows, engine), bit=ibis.literal(1, "int64") << rows["hour"].hour())
    days = keyed.group_by("day").aggregate(rows=keyed.count(), seen=bit_or(keyed["bit"]), odd=bit_xor(keyed["bit"]))
    repeated = engine.fetch(days.filter(bit_count(days["seen"]) != days["rows"]).limit(limit + 1))
    day, number, seen, odd = (column.to_numpy() for column in repeated.columns)
    even = seen & ~odd
    surplus = number - np.bitwise_count(seen)
    suspected = np.where(surplus == np.bitwise_count(even), even, seen)
    index, hour = np.nonzero(suspected[:, None] >> np.arange(24) & 1)
    return pa.table({"hashed": day[index] * 32 + hour}), int(surplus.sum())


def _day_hash(rows: ir.Table, engine: Engine) -> ir.IntegerValue:
    import ibis

    hashed = ibis.udf.scalar.builtin(_hash_signature, name=engine.hash)
    # 57 bits, so that five more for the hour fit into a positive int64.
    return hashed(*(rows[name] for name in KEY if name != "hour"), rows["hour"].date()) & ((1 << 57) - 1)


# Signatures of functions that the engines have built in, and Ibis lacks or has for other types only.


def _hash_signature(operator: str, accelerator: str, region: str, model_id: str, day: dt.date) -> int:
    raise NotImplementedError


def _bits_signature(number: int) -> int:
    raise NotImplementedError


def _sums_of_checked(rows: ir.Table, engine: Engine) -> ir.Table:
    """Return the sums of good rows and of others by group, and the others themselves, in one pass over all columns."""
    import ibis

    row = ibis.struct({name: rows[name] for name in ("part", "month", "file", *COLUMNS, "in_time")})
    return add_up(rows, (*BY, "part", "good"), engine, others=row.collect(where=~rows["good"]))


def add_up(rows: ir.Table, by: Sequence[str], engine: Engine, **more: ir.Value) -> ir.Table:
    """Return the sums of rows by group, with the aggregates `more`."""
    # Tokens are 64-bit integers, whose sum may overflow in an engine that adds them as such.
    wide = {name: rows[name].cast(engine.wide) for name in ("tokens_in", "tokens_out")}
    sums = {name: wide.get(name, rows[name]).sum().cast("decimal(38, 6)") for name in MEASURES}
    return rows.group_by(*by).aggregate(
        rows=rows.count(), since=rows["hour"].min(), until=rows["hour"].max(), **sums, **more
    )


def counts(parts: Sequence[FilePart], invalid: InvalidValues, engine: Engine) -> tuple[int, dict[str, int]]:
    """Count the rows, and by rule those that break it, in one pass over all columns of each part."""
    total = 0
    found = Counter[str]()
    for each in parts:
        times = {}
        for name, breaks in broken(each.holds(each.rows, invalid)).items():
            times[name] = breaks.cast("int64").sum().fill_null(0)
        (row,) = engine.fetch(each.rows.aggregate(_rows=each.rows.count(), **times)).to_pylist()
        total += row.pop("_rows")
        found.update(row)
    return total, found


def _finalize(groups: pa.Table, parts: Sequence[FilePart], invalid: InvalidValues) -> tuple[pa.Table, pa.Table]:
    """Check the rows that are not good one by one; return the sums of all that count, and the rows left out."""
    listed = groups.filter(pc.invert(groups["good"]))["others"].combine_chunks()
    others = with_month_names(pa.Table.from_struct_array(pc.list_flatten(listed)))
    left_out, valid = [], [others.slice(length=0)]
    for number, each in enumerate(parts):
        mine = others.filter(pc.equal(others["part"], number))
        if len(mine):
            reasons = _broken_rules(mine, each, invalid)
            bad = pc.not_equal(reasons, "")
            left_out.append(_as_left_out(mine.filter(bad), reasons.filter(bad), pa.repeat(1, pc.sum(bad).as_py())))
            valid.append(mine.filter(pc.invert(bad)))
    kept, dropped = _deduplicate(pa.concat_tables(valid))
    sums = pa.concat_tables([as_sums(groups.filter(groups["good"]), parts), as_sums(kept, parts)])
    # Sorted by all columns: the engines return rows in no fixed order, and equal results must be equal files.
    order = [(name, "ascending") for name in ("month", *COLUMNS, "reason", "file")]
    return add_groups(sums, BY).select(SUMS.names).cast(SUMS), pa.concat_tables([*left_out, dropped]).sort_by(order)


def _broken_rules(rows: pa.Table, part: FilePart, invalid: InvalidValues) -> pa.Array:
    """Return for each row the rules that it breaks, joined by commas; `""` for a row that breaks none."""
    import ibis

    # DuckDB judges them whatever the engine: they are few and here already, and a frame handed to Spark loses nulls.
    numbered = rows.append_column("place", pa.array(range(len(rows))))
    table = ibis.memtable(numbered)
    rules = broken(part.holds(table, invalid))
    found = ibis.duckdb.connect().to_pyarrow(table.select("place", **rules).filter(ibis.or_(*rules.values())))
    texts = np.full(len(rows), "", dtype=object)
    for row in found.to_pylist():
        texts[row["place"]] = ", ".join(name for name in rules if row[name])
    return pa.array(texts, pa.string())


def _deduplicate(rows: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Split rows that break no rule into those that count, as groups of one row, and duplicates and conflicts."""
    # Rows that agree in everything are one row delivered twice: one counts. Rows of one key that differ contradict each
    # other, and nobody here knows which is right: none counts.
    same = rows.group_by(["month", *COLUMNS]).aggregate([([], "count_all"), ("part", "min"), ("file", "max")])
    variants = same.group_by(list(KEY)).aggregate([([], "count_all")]).rename_columns([*KEY, "variants"])
    same = same.join(variants, list(KEY))
    agreed = pc.equal(same["variants"], 1)
    kept = same.filter(agreed)
    kept = kept.append_column("since", kept["hour"]).append_column("until", kept["hour"])
    kept = kept.append_column("rows", pa.repeat(1, len(kept)))
    times = pc.subtract(same["count_all"], pc.cast(agreed, pa.int64()))
    reasons = pc.if_else(agreed, DUPLICATE, CONFLICT)
    left_out = _as_left_out(same.rename_columns({"file_max": "file"}), reasons, times)
    return kept.rename_columns({"part_min": "part"}), left_out.filter(pc.greater(left_out["times"], 0))


def _as_left_out(rows: pa.Table, reasons: pa.Array, times: pa.Array) -> pa.Table:
    columns = {"reason": reasons, "times": times, "text": pa.nulls(len(rows), pa.string())}
    arrays = [columns[name] if name in columns else rows[name] for name in LEFT_OUT.names]
    return pa.table(arrays, names=LEFT_OUT.names).cast(LEFT_OUT)


def as_sums(groups: pa.Table, parts: Sequence[FilePart]) -> pa.Table:
    """Return groups, or single rows, with the number of rows that have each measure."""
    # A measure that a file lacks is unknown, not zero: ratios are taken only where every row has it.
    have = []
    for each in parts:
        measures = {*each.columns}
        if measures & {"tokens_in", "tokens_out"}:
            measures.add("tokens")
        have.append(measures)
    arrays: dict[str, Any] = {name: groups[name] for name in (*BY, "rows", *MEASURES)}
    for name in ("since", "until"):
        arrays[name] = pc.cast(groups[name], pa.date32(), safe=False)
    for name in (*MEASURES, "tokens"):
        there = pa.array([name in have[number] for number in groups["part"].to_pylist()], pa.bool_())
        arrays[f"{name}_rows"] = pc.if_else(there, groups["rows"], 0)
    return pa.table([arrays[name] for name in SUMS.names], names=SUMS.names).cast(SUMS)


def add_groups(sums: pa.Table, by: Sequence[str]) -> pa.Table:
    """Add up groups by some of their columns, sorted by these."""
    functions = {"since": "min", "until": "max"}
    how = [(name, functions.get(name, "sum")) for name in SUMS.names if name not in BY]
    found = sums.group_by(list(by)).aggregate(how)
    return found.rename_columns({f"{name}_{function}": name for name, function in how}).sort_by(
        [(name, "ascending") for name in by]
    )
