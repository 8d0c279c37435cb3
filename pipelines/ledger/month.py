"""One month of the ledger, written once in Ibis: which rows count, what they add up to, and which are left out and why.

The rules come from `rules`, the engine from `engine`; what is made of the sums is in `results`.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.errors import InputError, Problem, shown
from pipelines.ledger.dataset import FOLDER, LATE_MONTHS, MONTH, File, months_before
from pipelines.ledger.description import COLUMNS, KEY
from pipelines.ledger.engine import PLACE, Engine
from pipelines.ledger.rules import bad_texts, compiled, text_columns, violations
from schemas.base import arrow_schema
from schemas.ledger import FIRST_HOUR, MEASURES, LedgerRows

if TYPE_CHECKING:
    import ibis.expr.types as ir

Unfit = Mapping[str, Mapping[str, Sequence[str]]]
"""By column and rule the texts that occur and fail the rule."""

ROWS = arrow_schema(LedgerRows)
GROUP = ("operator", "accelerator", "model_id")
BY = ("month", *GROUP)
IN_TIME, UNKNOWN_MODEL = "hour_in_time", "model_id_known"
DUPLICATE, CONFLICT = "duplicate", "conflict"
FEW = 10
"""So many bad rows a month may have in any case."""

GATHERED = 100_000
"""So many rows more than hours are judged exactly in any case, so that the first row of each reason can be told."""

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
SHOWN_ROW = 240
"""Characters of a bad row that are shown."""

NO_ROWS = LEFT_OUT.empty_table()


def engine_type(kind: pa.DataType) -> str:
    """Return the type of an Arrow type in the engines."""
    if pa.types.is_timestamp(kind):
        return "timestamp(6)"
    return f"decimal({kind.precision}, {kind.scale})" if pa.types.is_decimal(kind) else str(kind)


TYPES = {field.name: engine_type(field.type) for field in ROWS}


@dataclass(frozen=True)
class Part:
    """Rows in files of the same columns, those in `have`."""

    rows: ir.Table
    have: tuple[str, ...]

    def holds(self, rows: ir.Table, unfit: Unfit) -> dict[str, ir.BooleanValue]:
        """Return by name what each rule says of these rows; rules on texts that no text fails are left out."""
        texts = {
            rule: rows[name].notin(list(texts))
            for name, rules in unfit.items()
            for rule, texts in rules.items()
            if texts
        }
        return {**compiled(LedgerRows, rows, self.have), IN_TIME: rows["in_time"], **texts}


@dataclass(frozen=True)
class Month:
    """What a month comes to: its rows, the sums of those that count, and the rows left out."""

    rows: int
    sums: pa.Table
    left_out: pa.Table

    @property
    def bad(self) -> int:
        """Return how many rows are left out."""
        return pc.sum(self.left_out["times"]).as_py() or 0


def compute(
    months: Sequence[str], files: Sequence[File], models: Iterable[str], engine: Engine, bad_share: float
) -> dict[str, Month]:
    """Return what each of these months of the ledger comes to. `files` are all that hold rows of one of them.

    Raises:
        InputError: more rows of a month are bad than the allowed share, or than ten where that is more.
    """
    import ibis

    parts = [part(months, same, engine) for same in alike(files, months)]
    unfit = unfit_texts(parts, models, engine)
    rows = ibis.union(*(judged(each, number, unfit) for number, each in enumerate(parts)))
    held = sum(file.rows for file in files)
    most = int(held * bad_share) + FEW * len(months)
    again, too_often = repeated(rows, max(most, GATHERED), engine)
    if too_often > max(most, GATHERED):
        text = f"{DUPLICATE}: more than {most:,} rows, others that are bad among them"
        last = Problem(where(months), f"at most {most:,} bad rows in all", text=text)
        raise InputError([*too_many(months, *counts(parts, unfit, engine), most), last])
    if len(again):
        marked = rows.mutate(hashed=key_hash(rows, engine)).left_join(ibis.memtable(again), "hashed")
        rows = marked.select(*rows.columns[:-1], good=marked["good"] & marked["hashed_right"].isnull())
    try:
        found = with_names(engine.fetch(judged_sums(rows, engine)))
    except RuntimeError:
        total, broken = counts(parts, unfit, engine)
        if max(broken.values()) > most:
            raise InputError(too_many(months, total, broken, most)) from None
        raise
    read = pc.sum(found["rows"]).as_py() or 0
    if read != held and all(set(file.months) <= set(months) for file in files):
        raise RuntimeError(f"{engine.name} read {read:,} rows of {held:,}")
    sums, left_out = settled(found, parts, unfit)
    results = {month: of_month(month, found, sums, left_out) for month in months}
    problems = [
        problem
        for month, result in results.items()
        if result.bad > (most := allowed(result.rows, bad_share))
        for problem in too_many([month], result.rows, times_by_reason(result.left_out), most, result.left_out)
    ]
    if problems:
        raise InputError(problems)
    return results


def where(months: Sequence[str]) -> str:
    """Return months in words."""
    return f"month {months[0]}" if len(months) == 1 else f"months {months[0]} to {months[-1]}"


def of_month(month: str, found: pa.Table, sums: pa.Table, left_out: pa.Table) -> Month:
    """Return one month's part of the sums and of the rows left out."""
    total = pc.sum(in_month(found, month)["rows"]).as_py() or 0
    return Month(total, in_month(sums, month), in_month(left_out, month))


def in_month(table: pa.Table, month: str) -> pa.Table:
    """Return the rows of a month, without its name."""
    return table.filter(pc.equal(table["month"], month)).drop_columns("month")


def allowed(rows: int, bad_share: float) -> int:
    """Return how many of so many rows may be bad."""
    return max(int(rows * bad_share), FEW)


def too_many(
    months: Sequence[str], total: int, reasons: Mapping[str, int], most: int, left_out: pa.Table = NO_ROWS
) -> list[Problem]:
    """Return the problems of more than `most` bad rows, one for each reason with the first such row, if given."""
    problems = []
    for reason, count in reasons.items():
        if count:
            expected = f"at most {most:,} bad rows in all"
            first = left_out.filter(pc.match_substring(left_out["reason"], reason)).slice(length=1).to_pylist()
            for row in first:
                values = ", ".join("null" if row[name] is None else str(row[name]) for name in COLUMNS)
                expected += f"; the first, in {row['file']}: {shown(values, SHOWN_ROW)}"
            problems.append(Problem(where(months), expected, text=f"{reason}: {count:,} of {total:,} rows"))
    return problems


def times_by_reason(left_out: pa.Table) -> dict[str, int]:
    """Return how many rows were left out for each reason; a row with several counts for each."""
    found: dict[str, int] = {}
    for reason, times in zip(*(left_out[name].to_pylist() for name in ("reason", "times")), strict=True):
        for each in reason.split(", "):
            found[each] = found.get(each, 0) + times
    return dict(sorted(found.items()))


def alike(files: Sequence[File], months: Sequence[str]) -> list[list[File]]:
    """Return the files in groups that one scan reads: of the same columns, in folders of these months or of others.

    A file outside such a folder stands alone.
    """
    groups: dict[tuple[Any, ...], list[File]] = {}
    for file in sorted(files, key=lambda file: file.path):
        groups.setdefault((file.alone or file.partition in months, file.alone, file.columns), []).append(file)
    return list(groups.values())


def part(months: Sequence[str], files: Sequence[File], engine: Engine) -> Part:
    """Return the rows of some months in files that are alike, in the columns and types of the contract.

    A row counts for the month of its hour where that may be in its file, else for the month of the file's folder.
    """
    import ibis

    first = files[0]
    found = engine.read([file.place for file in files])
    columns = {name: found[name].cast(TYPES[name]) for name in first.columns}
    columns |= {name: ibis.null(TYPES[name]) for name in COLUMNS if name not in first.columns}
    hour = columns["hour"]
    if first.alone is None:
        folder = found[PLACE].re_extract(MONTH, 1)
        file = ibis.literal(f"{FOLDER}=") + folder
    else:
        folder, file = ibis.literal(first.partition), ibis.literal(first.alone)
    own = (folder + "-01").cast("timestamp")
    since = own - ibis.interval(months=LATE_MONTHS) if first.named else FIRST_HOUR
    in_time = ((hour >= since) & (hour < own + ibis.interval(months=1))).fill_null(False)
    month = ibis.ifelse(in_time, number_of(hour), number_of(own))
    rows = found.select(month=month, file=file, **{name: columns[name] for name in COLUMNS}, in_time=in_time)
    if not all(set(each.months) <= set(months) for each in files):
        if all(each.partition not in months for each in files):  # lets the engine skip what it need not read
            rows = rows.filter(
                (rows["hour"] >= months_before(months[0], 0)) & (rows["hour"] < months_before(months[-1], -1))
            )
        rows = rows.filter(rows["month"].isin([int(each.replace("-", "")) for each in months]))
    return Part(rows, first.columns)


def number_of(time: ir.TimestampValue) -> ir.IntegerValue:
    """Return the month of a time as a number such as 202601, by which engines group faster than by a time."""
    return time.year() * 100 + time.month()


def with_names(table: pa.Table) -> pa.Table:
    """Return a table with its months as text."""
    digits = pc.cast(table["month"], pa.string())
    parts = (pc.utf8_slice_codeunits(digits, 0, 4), pc.utf8_slice_codeunits(digits, 4))
    return table.set_column(table.column_names.index("month"), "month", pc.binary_join_element_wise(*parts, "-"))


def unfit_texts(parts: Sequence[Part], models: Iterable[str], engine: Engine) -> Unfit:
    """Return by column and rule the texts that occur and fail it, an unlisted model among them."""
    import ibis

    occurring: dict[str, list[str]] = {name: [] for name in text_columns(LedgerRows)}
    every = (
        each.rows.select(text=name).distinct().mutate(column=ibis.literal(name)) for name in occurring for each in parts
    )
    for text, name in zip(*engine.fetch(ibis.union(*every)).to_pydict().values(), strict=True):
        if text is not None:
            occurring[name].append(text)
    found = {name: bad_texts(LedgerRows, name, sorted({*texts})) for name, texts in occurring.items()}
    found["model_id"][UNKNOWN_MODEL] = sorted(set(occurring["model_id"]).difference(models))
    return found


def judged(part: Part, number: int, unfit: Unfit) -> ir.Table:
    """Return the rows with the number of their part, and with `good`: whether every rule holds."""
    holds = functools.reduce(operator.and_, part.holds(part.rows, unfit).values())
    return part.rows.mutate(part=number, good=holds.fill_null(False))


def repeated(rows: ir.Table, most: int, engine: Engine) -> tuple[pa.Table, int]:
    """Return hashes, among them those of all keys that occur more than once, and by how many rows outnumber hours.

    The hours of a day of a deployment are bits: as many are set in any row as there are rows unless an hour occurs
    twice, and those of an even number of rows are not set in the sum without carry. Where three rows or more may
    share an hour, all hours of the day are returned. Measures are not read for it. No more than `most` days and one
    are looked at. Days go by hash, and rows within an hour share its bit: who gets the rows judges them exactly.
    """
    import ibis

    bit_count = ibis.udf.scalar.builtin(bits_of, name="bit_count")
    bit_or, bit_xor = (ibis.udf.agg.builtin(bits_of, name=name) for name in ("bit_or", "bit_xor"))
    keyed = rows.select(day=day_hash(rows, engine), bit=ibis.literal(1, "int64") << rows["hour"].hour())
    days = keyed.group_by("day").aggregate(rows=keyed.count(), seen=bit_or(keyed["bit"]), odd=bit_xor(keyed["bit"]))
    found = engine.fetch(days.filter(bit_count(days["seen"]) != days["rows"]).limit(most + 1))
    day, number, seen, odd = (column.to_numpy() for column in found.columns)
    even = seen & ~odd
    too_often = number - np.bitwise_count(seen)
    suspected = np.where(too_often == np.bitwise_count(even), even, seen)
    place, hour = np.nonzero(suspected[:, None] >> np.arange(24) & 1)
    return pa.table({"hashed": day[place] * 32 + hour}), int(too_often.sum())


def day_hash(rows: ir.Table, engine: Engine) -> ir.IntegerValue:
    """Return a whole number for the day of a deployment, one with all of the key but the hour; two may share one."""
    import ibis

    hashed = ibis.udf.scalar.builtin(hash_of, name=engine.hash)
    return hashed(*(rows[name] for name in KEY if name != "hour"), rows["hour"].date()) & ((1 << 57) - 1)


def key_hash(rows: ir.Table, engine: Engine) -> ir.IntegerValue:
    """Return a whole number for the key of a row; two may share one."""
    return day_hash(rows, engine) * 32 + rows["hour"].hour()


def hash_of(operator: str, accelerator: str, region: str, model_id: str, day: dt.date) -> int:
    """Stand for the hash function of an engine, which Ibis has for one text only."""
    raise NotImplementedError


def bits_of(number: int) -> int:
    """Stand for the functions on bits of the engines, which Ibis has not for both."""
    raise NotImplementedError


def judged_sums(rows: ir.Table, engine: Engine) -> ir.Table:
    """Return the sums of good rows and of others by group, with the others themselves: one pass over all columns."""
    import ibis

    row = ibis.struct({name: rows[name] for name in ("part", "month", "file", *COLUMNS, "in_time")})
    return added_up(rows, (*BY, "part", "good"), engine, others=row.collect(where=~rows["good"]))


def added_up(rows: ir.Table, by: Sequence[str], engine: Engine, **more: ir.Value) -> ir.Table:
    """Return the sums of rows by group, and what `more` says of each group."""
    whole = {name: rows[name].cast(engine.wide) for name in ("tokens_in", "tokens_out")}
    sums = {name: whole.get(name, rows[name]).sum().cast("decimal(38, 6)") for name in MEASURES}
    return rows.group_by(*by).aggregate(
        rows=rows.count(), since=rows["hour"].min(), until=rows["hour"].max(), **sums, **more
    )


def counts(parts: Sequence[Part], unfit: Unfit, engine: Engine) -> tuple[int, dict[str, int]]:
    """Return the number of rows, and by rule of those that break it: one pass over all columns of each part."""
    total = 0
    found: dict[str, int] = {}
    for each in parts:
        broken = violations(each.holds(each.rows, unfit))
        (row,) = engine.fetch(each.rows.aggregate(_rows=each.rows.count(), **broken)).to_pylist()
        total += row.pop("_rows")
        for name, count in row.items():
            found[name] = found.get(name, 0) + count
    return total, found


def settled(found: pa.Table, parts: Sequence[Part], unfit: Unfit) -> tuple[pa.Table, pa.Table]:
    """Return the sums of the rows that count, and the rows left out.

    Of rows that say the same of one key one counts; where they say different things, none does.
    """
    listed = found.filter(pc.invert(found["good"]))["others"].combine_chunks()
    others = with_names(pa.Table.from_struct_array(pc.list_flatten(listed)))
    left_out, fit = [], [others.slice(length=0)]
    for number, each in enumerate(parts):
        mine = others.filter(pc.equal(others["part"], number))
        if len(mine):
            reasons = broken_rules(mine, each, unfit)
            bad = pc.not_equal(reasons, "")
            left_out.append(as_left_out(mine.filter(bad), reasons.filter(bad), pa.repeat(1, pc.sum(bad).as_py())))
            fit.append(mine.filter(pc.invert(bad)))
    kept, superfluous = once(pa.concat_tables(fit))
    sums = pa.concat_tables([as_sums(found.filter(found["good"]), parts), as_sums(kept, parts)])
    return grouped(sums), pa.concat_tables([*left_out, superfluous]).sort_by(
        [(name, "ascending") for name in ("month", *COLUMNS, "reason", "file")]
    )


def broken_rules(rows: pa.Table, part: Part, unfit: Unfit) -> pa.Array:
    """Return for each row the rules that it breaks, joined by commas; none for one that is good by itself.

    They are few, and here already: DuckDB judges them whatever the engine, as a frame handed to Spark loses its nulls.
    """
    import ibis

    numbered = rows.append_column("place", pa.array(range(len(rows))))
    table = ibis.memtable(numbered)
    holds = part.holds(table, unfit)
    broken = {name: ~rule.fill_null(not name.endswith("_null")) for name, rule in holds.items()}
    found = ibis.duckdb.connect().to_pyarrow(table.select("place", **broken).filter(ibis.or_(*broken.values())))
    texts = np.full(len(rows), "", dtype=object)
    for row in found.to_pylist():
        texts[row["place"]] = ", ".join(name for name in broken if row[name])
    return pa.array(texts, pa.string())


def once(rows: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return of rows that are good by themselves those that count, in the columns of a group, and those left out."""
    same = rows.group_by(["month", *COLUMNS]).aggregate([([], "count_all"), ("part", "min"), ("file", "max")])
    said = same.group_by(list(KEY)).aggregate([([], "count_all")]).rename_columns([*KEY, "said"])
    same = same.join(said, list(KEY))
    agreed = pc.equal(same["said"], 1)
    kept = same.filter(agreed)
    kept = kept.append_column("since", kept["hour"]).append_column("until", kept["hour"])
    kept = kept.append_column("rows", pa.repeat(1, len(kept)))
    times = pc.subtract(same["count_all"], pc.cast(agreed, pa.int64()))
    reasons = pc.if_else(agreed, DUPLICATE, CONFLICT)
    left_out = as_left_out(same.rename_columns({"file_max": "file"}), reasons, times)
    return kept.rename_columns({"part_min": "part"}), left_out.filter(pc.greater(left_out["times"], 0))


def as_left_out(rows: pa.Table, reasons: pa.Array, times: pa.Array) -> pa.Table:
    """Return rows as the quarantine has them."""
    columns = {"reason": reasons, "times": times, "text": pa.nulls(len(rows), pa.string())}
    arrays = [columns[name] if name in columns else rows[name] for name in LEFT_OUT.names]
    return pa.table(arrays, names=LEFT_OUT.names).cast(LEFT_OUT)


def as_sums(groups: pa.Table, parts: Sequence[Part]) -> pa.Table:
    """Return groups, or single rows, with the number of rows that have each measure."""
    have = [{*each.have, *(["tokens"] if {"tokens_in", "tokens_out"} & {*each.have} else [])} for each in parts]
    arrays: dict[str, Any] = {name: groups[name] for name in (*BY, "rows", *MEASURES)}
    for name in ("since", "until"):
        arrays[name] = pc.cast(groups[name], pa.date32(), safe=False)
    for name in (*MEASURES, "tokens"):
        there = pa.array([name in have[number] for number in groups["part"].to_pylist()], pa.bool_())
        arrays[f"{name}_rows"] = pc.if_else(there, groups["rows"], 0)
    return pa.table([arrays[name] for name in SUMS.names], names=SUMS.names).cast(SUMS)


def grouped(sums: pa.Table) -> pa.Table:
    """Return sums with one row a group, sorted; a measure that no row has stays null."""
    names = [name for name in SUMS.names if name not in BY]
    how = [(name, {"since": "min", "until": "max"}.get(name, "sum")) for name in names]
    found = sums.group_by(list(BY), use_threads=False).aggregate(how)
    found = found.rename_columns({f"{name}_{function}": name for name, function in how})
    return found.select(SUMS.names).cast(SUMS).sort_by([(name, "ascending") for name in BY])
