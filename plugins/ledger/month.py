"""One month of the ledger, written once in Ibis: which rows count, what they add up to, and which are left out and why.

Every row is judged by the rules. A pass over the keys alone finds those that may occur twice. A pass over all columns
adds up the good rows and hands out the few others, suspects among them; these are judged one by one, and those that
count after all are added up too. So no step holds a row for each row of the ledger.

The rules come from `rules`, the engine from `engine`; what is made of the sums is in `results`.
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
"""By column and rule the texts that occur and fail it: there are few distinct ones, so Pandera itself judges them."""

BY = ("month", "operator", "accelerator", "model_id")
IN_TIME, UNKNOWN_MODEL = "hour_in_time", "model_id_known"
DUPLICATE, CONFLICT = "duplicate", "conflict"
MIN_BAD_ROWS = 10
"""A month may have this many bad rows whatever the allowed share: one slip in a small month is no failure."""

MIN_GATHERED = 100_000
"""This many suspected duplicates are judged one by one whatever the limit, so that an error can show the first."""

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
    """The rows of files that have the same columns; the other columns of the contract are null in `rows`."""

    rows: ir.Table
    columns: Sequence[str]

    def holds(self, rows: ir.Table, invalid: InvalidValues) -> dict[str, ir.BooleanValue]:
        """Return by name what each rule says of these rows; rules on texts that no text fails are left out."""
        texts = {
            rule: rows[name].notin(list(texts))
            for name, rules in invalid.items()
            for rule, texts in rules.items()
            if texts
        }
        return {**compile_rules(LedgerRows, rows, self.columns), IN_TIME: rows["in_time"], **texts}


@dataclass(frozen=True)
class Month:
    """What a month comes to: its rows, the sums of those that count, and the rows left out."""

    rows: int
    sums: pa.Table
    left_out: pa.Table


def compute(
    months: Sequence[str], files: Sequence[File], models: Iterable[str], engine: Engine, bad_share: float
) -> dict[str, Month]:
    """Return what each of these months of the ledger comes to. `files` are all that hold rows of one of them.

    Raises InputError if more rows of a month are bad than the allowed share, or than ten where that is more.
    """
    import ibis

    parts = [part(months, same, engine) for same in group_by_columns(files, months)]
    invalid = invalid_values(parts, models, engine)
    rows = ibis.union(*(_judged(each, number, invalid) for number, each in enumerate(parts)))
    expected_rows = sum(file.rows for file in files)
    limit = int(expected_rows * bad_share) + MIN_BAD_ROWS * len(months)
    # Duplicates are looked for in a pass of their own that reads the key alone: grouping all columns by key would
    # hold the whole ledger in memory. Here are suspects only; `_finalize` judges them with the bad rows.
    suspects, surplus = _repeated_keys(rows, max(limit, MIN_GATHERED), engine)
    if surplus > max(limit, MIN_GATHERED):
        text = f"{DUPLICATE}: more than {limit:,} rows, others that are bad among them"
        last = Problem(_where(months), f"at most {limit:,} bad rows in all", text=text)
        raise InputError([*_too_many(months, *counts(parts, invalid, engine), limit), last])
    if len(suspects):
        hashed = _day_hash(rows, engine) * 32 + rows["hour"].hour()
        marked = rows.mutate(hashed=hashed).left_join(ibis.memtable(suspects), "hashed")
        rows = marked.select(*rows.columns[:-1], good=marked["good"] & marked["hashed_right"].isnull())
    try:
        groups = with_month_names(engine.fetch(_judged_sums(rows, engine)))
    except RuntimeError:
        # So many bad rows that the engine could not collect them: count them instead, and say which rules they break.
        total, times = counts(parts, invalid, engine)
        if max(times.values()) > limit:
            raise InputError(_too_many(months, total, times, limit)) from None
        raise
    # A file may have been replaced since its footer was read; then the sums are of no state that there ever was.
    read = pc.sum(groups["rows"]).as_py() or 0
    if read != expected_rows and all(set(file.months) <= set(months) for file in files):
        raise RuntimeError(f"{engine.name} read {read:,} rows of {expected_rows:,}")
    sums, left_out = _finalize(groups, parts, invalid)
    results = {
        month: Month(
            pc.sum(rows_of_month(groups, month)["rows"]).as_py() or 0,
            rows_of_month(sums, month),
            rows_of_month(left_out, month),
        )
        for month in months
    }
    # Judged month by month: a clean month beside it makes a bad one no better.
    problems = [
        problem
        for month, result in results.items()
        if (pc.sum(result.left_out["times"]).as_py() or 0) > (limit := allowed_bad_rows(result.rows, bad_share))
        for problem in _too_many([month], result.rows, times_by_reason(result.left_out), limit, result.left_out)
    ]
    refuse(problems)
    return results


def _where(months: Sequence[str]) -> str:
    return f"month {months[0]}" if len(months) == 1 else f"months {months[0]} to {months[-1]}"


def rows_of_month(table: pa.Table, month: str) -> pa.Table:
    """Return the rows of a month, without its name."""
    return table.filter(pc.equal(table["month"], month)).drop_columns("month")


def allowed_bad_rows(rows: int, bad_share: float) -> int:
    """Return how many of so many rows may be bad."""
    return max(int(rows * bad_share), MIN_BAD_ROWS)


def _too_many(
    months: Sequence[str], total: int, reasons: Mapping[str, int], limit: int, left_out: pa.Table = NO_ROWS
) -> list[Problem]:
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
    """Return how many rows were left out for each reason; a row with several counts for each."""
    found = Counter[str]()
    for reason, times in zip(*(left_out[name].to_pylist() for name in ("reason", "times")), strict=True):
        found.update(dict.fromkeys(reason.split(", "), times))
    return dict(sorted(found.items()))


def group_by_columns(files: Sequence[File], months: Sequence[str]) -> list[list[File]]:
    """Return the files in groups that one scan reads: of the same columns, in folders of these months or of others.

    A file outside such a folder stands alone.
    """
    by_path = sorted(files, key=lambda file: file.path)
    return list(grouped(by_path, lambda file: (file.partition in months, file.own_path, *file.columns)).values())


def part(months: Sequence[str], files: Sequence[File], engine: Engine) -> FilePart:
    """Return the rows of some months in files that have the same columns, as the contract's columns and types.

    A row counts for the month of its hour where that may be in its file, else for the month of the file's folder.
    """
    import ibis

    first = files[0]
    found = engine.read([file.place for file in files])
    columns = {name: found[name].cast(TYPES[name]) for name in first.columns}
    columns |= {name: ibis.null(TYPES[name]) for name in COLUMNS if name not in first.columns}
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
    rows = found.select(month=month, file=file, **{name: columns[name] for name in COLUMNS}, in_time=in_time)
    if not all(set(each.months) <= set(months) for each in files):
        if all(each.partition not in months for each in files):
            # Late rows only: the plain comparison of hours lets the engine skip row groups by their statistics.
            rows = rows.filter(
                (rows["hour"] >= months_before(months[0], 0)) & (rows["hour"] < months_before(months[-1], -1))
            )
        rows = rows.filter(rows["month"].isin([int(each.replace("-", "")) for each in months]))
    return FilePart(rows, first.columns)


def _month_number(time: ir.TimestampValue) -> ir.IntegerValue:
    # A number such as 202601: engines group by it faster than by a time or a text.
    return time.year() * 100 + time.month()


def with_month_names(table: pa.Table) -> pa.Table:
    """Return a table with its months as text."""
    digits = pc.cast(table["month"], pa.string())
    parts = (pc.utf8_slice_codeunits(digits, 0, 4), pc.utf8_slice_codeunits(digits, 4))
    return table.set_column(table.column_names.index("month"), "month", pc.binary_join_element_wise(*parts, "-"))


def invalid_values(parts: Sequence[FilePart], models: Iterable[str], engine: Engine) -> InvalidValues:
    """Return by column and rule the texts that occur and fail it, an unlisted model among them."""
    import ibis

    occurring: dict[str, list[str]] = {field.name: [] for field in ROWS if pa.types.is_string(field.type)}
    every = (
        each.rows.select(text=name).distinct().mutate(column=ibis.literal(name)) for name in occurring for each in parts
    )
    for text, name in zip(*engine.fetch(ibis.union(*every)).to_pydict().values(), strict=True):
        if text is not None:
            occurring[name].append(text)
    found = {name: bad_texts(LedgerRows, name, sorted({*texts})) for name, texts in occurring.items()}
    found["model_id"][UNKNOWN_MODEL] = sorted(set(occurring["model_id"]).difference(models))
    return found


def _judged(part: FilePart, number: int, invalid: InvalidValues) -> ir.Table:
    # One flag a row in the big pass; which rules a row breaks is found out for the few bad ones, in `_broken_rules`.
    holds = functools.reduce(operator.and_, part.holds(part.rows, invalid).values())
    return part.rows.mutate(part=number, good=holds.fill_null(False))


def _repeated_keys(rows: ir.Table, limit: int, engine: Engine) -> tuple[pa.Table, int]:
    """Return hashes, among them those of all keys that occur more than once, and by how many rows outnumber hours.

    Of days with such keys at most `limit` + 1 are returned. Keys that share a hash may be among them by mistake.
    """
    import ibis

    # Grouping by key would need memory for every row, so rows are grouped by deployment and day, with the 24 hours as
    # bits of one number. OR over the rows has one bit for each distinct hour: fewer bits than rows mean a repeated
    # hour. XOR has the bits of the hours that occur an odd number of times, so OR without XOR are those that occur
    # twice (or four times). If these do not account for all surplus rows, some hour occurs three times or more, and
    # every hour of that day is suspected.
    bit_count = ibis.udf.scalar.builtin(_bits_signature, name="bit_count")
    bit_or, bit_xor = (ibis.udf.agg.builtin(_bits_signature, name=name) for name in ("bit_or", "bit_xor"))
    keyed = rows.select(day=_day_hash(rows, engine), bit=ibis.literal(1, "int64") << rows["hour"].hour())
    days = keyed.group_by("day").aggregate(rows=keyed.count(), seen=bit_or(keyed["bit"]), odd=bit_xor(keyed["bit"]))
    repeated = engine.fetch(days.filter(bit_count(days["seen"]) != days["rows"]).limit(limit + 1))
    day, number, seen, odd = (column.to_numpy() for column in repeated.columns)
    even = seen & ~odd
    surplus = number - np.bitwise_count(seen)
    suspected = np.where(surplus == np.bitwise_count(even), even, seen)
    place, hour = np.nonzero(suspected[:, None] >> np.arange(24) & 1)
    return pa.table({"hashed": day[place] * 32 + hour}), int(surplus.sum())


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


def _judged_sums(rows: ir.Table, engine: Engine) -> ir.Table:
    """Return the sums of good rows and of others by group, with the others themselves: one pass over all columns."""
    import ibis

    row = ibis.struct({name: rows[name] for name in ("part", "month", "file", *COLUMNS, "in_time")})
    return add_up(rows, (*BY, "part", "good"), engine, others=row.collect(where=~rows["good"]))


def add_up(rows: ir.Table, by: Sequence[str], engine: Engine, **more: ir.Value) -> ir.Table:
    """Return the sums of rows by group, and what `more` says of each group."""
    wide = {name: rows[name].cast(engine.wide) for name in ("tokens_in", "tokens_out")}
    sums = {name: wide.get(name, rows[name]).sum().cast("decimal(38, 6)") for name in MEASURES}
    return rows.group_by(*by).aggregate(
        rows=rows.count(), since=rows["hour"].min(), until=rows["hour"].max(), **sums, **more
    )


def counts(parts: Sequence[FilePart], invalid: InvalidValues, engine: Engine) -> tuple[int, dict[str, int]]:
    """Return the number of rows, and by rule of those that break it: one pass over all columns of each part."""
    total = 0
    found = Counter[str]()
    for each in parts:
        times = {
            name: rule.cast("int64").sum().fill_null(0) for name, rule in broken(each.holds(each.rows, invalid)).items()
        }
        (row,) = engine.fetch(each.rows.aggregate(_rows=each.rows.count(), **times)).to_pylist()
        total += row.pop("_rows")
        found.update(row)
    return total, found


def _finalize(groups: pa.Table, parts: Sequence[FilePart], invalid: InvalidValues) -> tuple[pa.Table, pa.Table]:
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
    return add_groups(sums, BY).select(SUMS.names).cast(SUMS), pa.concat_tables([*left_out, dropped]).sort_by(
        [(name, "ascending") for name in ("month", *COLUMNS, "reason", "file")]
    )


def _broken_rules(rows: pa.Table, part: FilePart, invalid: InvalidValues) -> pa.Array:
    """Return for each row the rules that it breaks, joined by commas; none for one that is good by itself."""
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
    """Return of rows that are good by themselves those that count, in the columns of a group, and those left out."""
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
    have = [{*each.columns, *(["tokens"] if {"tokens_in", "tokens_out"} & {*each.columns} else [])} for each in parts]
    arrays: dict[str, Any] = {name: groups[name] for name in (*BY, "rows", *MEASURES)}
    for name in ("since", "until"):
        arrays[name] = pc.cast(groups[name], pa.date32(), safe=False)
    for name in (*MEASURES, "tokens"):
        there = pa.array([name in have[number] for number in groups["part"].to_pylist()], pa.bool_())
        arrays[f"{name}_rows"] = pc.if_else(there, groups["rows"], 0)
    return pa.table([arrays[name] for name in SUMS.names], names=SUMS.names).cast(SUMS)


def add_groups(sums: pa.Table, by: Sequence[str]) -> pa.Table:
    """Return the sums of groups by some of their columns, sorted by these."""
    how = [(name, {"since": "min", "until": "max"}.get(name, "sum")) for name in SUMS.names if name not in BY]
    found = sums.group_by(list(by), use_threads=False).aggregate(how)
    return found.rename_columns({f"{name}_{function}": name for name, function in how}).sort_by(
        [(name, "ascending") for name in by]
    )
