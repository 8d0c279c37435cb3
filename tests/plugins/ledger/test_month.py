"""A month of the ledger: sums by hand, each rule's bad row with its reason, duplicates, late rows, and plain Python."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledgers import Row, describe, dozen, put, row
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read.errors import InputError
from tidebook.plugins.ledger.dataset import read_dataset
from tidebook.plugins.ledger.engine import Engine, running
from tidebook.plugins.ledger.month import Month, compute, counts, invalid_values, part, times_by_reason
from tidebook.plugins.ledger.rules import compile_rules
from tidebook.plugins.ledger.settings import LedgerSettings
from tidebook.plugins.ledger.tables import MEASURES, LedgerRows


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running(LedgerSettings("")) as started:
        yield started


def months(folder: Path, engine: Engine, bad_share: float = 1.0) -> dict[str, Month]:
    dataset = read_dataset(LedgerSettings(str(folder)), Store(folder.parent / "out"))
    return compute(list(dataset.months()), dataset.files, dataset.models, engine, bad_share)


def sums(month: Month) -> dict[tuple[str, ...], dict[str, Any]]:
    names = ("operator", "accelerator", "model_id")
    return {tuple(group[name] for name in names): group for group in month.sums.to_pylist()}


def reasons(month: Month) -> dict[str, int]:
    return times_by_reason(month.left_out)


def test_sums_by_hand(tmp_path: Path, engine: Engine) -> None:
    found = months(dozen(tmp_path / "ledger"), engine)
    assert {name: (month.rows, reasons(month)) for name, month in found.items()} == {
        "2026-01": (8, {}),
        "2026-02": (4, {}),
    }
    january = sums(found["2026-01"])
    assert set(january) == {
        ("alpha", "h100", "open_1"), ("alpha", "h100", "closed_1"), ("alpha", "h100", "other"),
        ("alpha", "b200", "open_1"), ("beta", "h100", "open_1"),
    }  # fmt: skip
    mine = january["alpha", "h100", "open_1"]
    assert (mine["rows"], mine["until"]) == (3, dt.date(2026, 1, 31)), "the late row of February's file is one of them"
    assert [mine[name] for name in MEASURES] == [Decimal(each) for each in (400, 200, 8, 23, 11)]
    assert january["beta", "h100", "open_1"]["revenue_usd"] == Decimal("3.000001")


BAD = {
    "hour_null": row(None),
    "operator_null": row(operator=None),
    "accelerator_null": row(accelerator=None),
    "region_null": row(region=None),
    "model_id_null": row(model_id=None),
    "tokens_in_null": row(tokens_in=None),
    "gpu_hours_null": row(gpu_hours=None),
    "operator_str_matches": row(operator="Alpha Inc."),
    "accelerator_str_matches": row(accelerator="h100\n"),
    "region_str_length": row(region=""),
    "model_id_known": row(model_id="nobody"),
    "tokens_in_greater_than_or_equal_to": row(tokens_in=-1),
    "tokens_out_less_than_or_equal_to": row(tokens_out=10**15 + 1),
    "gpu_hours_less_than_or_equal_to": row(gpu_hours="10000000.000001"),
    "revenue_usd_greater_than_or_equal_to": row(revenue_usd="-0.000001"),
    "cost_usd_less_than_or_equal_to": row(cost_usd="1000000001"),
    "on_the_hour": row("01-05 07:30"),
    "hour_in_time": row("02-01 00:00"),
}


def test_each_rule_leaves_its_row_out_with_its_reason(tmp_path: Path, engine: Engine) -> None:
    folder = describe(tmp_path / "ledger")
    put(folder, "2026-01", [row("01-09 00:00"), *BAD.values(), row("01-10 00:00")])
    found = months(folder, engine)["2026-01"]
    told = {each["reason"]: each["times"] for each in found.left_out.to_pylist()}
    expected = {**dict.fromkeys(BAD, 1)}
    expected["hour_null, hour_in_time"] = expected.pop("hour_null")
    assert told == expected
    assert found.rows == len(BAD) + 2
    (group,) = found.sums.to_pylist()
    assert (group["rows"], group["revenue_usd"]) == (2, Decimal(12))


def test_rules_of_the_contract_are_those_that_pandera_runs(tmp_path: Path, engine: Engine) -> None:
    """What the compiled rules say of each row is what Pandera says of it, for rows that a frame can hold."""
    import ibis

    rows = [row("01-09 00:00"), *(each for each in BAD.values() if None not in each.values())]
    rows += [row(tokens_in=0, tokens_out=10**15, gpu_hours="10000000", revenue_usd="0", cost_usd="1000000000")]
    rows += [row(hour=dt.datetime(1999, 1, 1)), row(hour=dt.datetime(2100, 1, 1))]  # noqa: DTZ001
    frame = pd.DataFrame(rows)
    table = ibis.memtable(pa.Table.from_pylist(rows))
    holds = compile_rules(LedgerRows, table, list(frame.columns))
    mine = engine.fetch(table.select(**holds)).to_pandas()
    schema = LedgerRows.to_schema()
    for name, spec in schema.columns.items():
        for check in spec.checks:
            if f"{name}_{check.name}" in mine:
                assert mine[f"{name}_{check.name}"].tolist() == check(frame[name]).check_output.tolist(), name
    for check in schema.checks:
        assert mine[check.name].tolist() == check(frame).check_output.tolist(), check.name
    assert not mine["within_the_century"].iloc[-2:].any()


def test_the_pass_that_only_counts_finds_the_same(tmp_path: Path, engine: Engine) -> None:
    folder = describe(tmp_path / "ledger")
    put(folder, "2026-01", [row("01-09 00:00"), *BAD.values()])
    dataset = read_dataset(LedgerSettings(str(folder)), Store(tmp_path / "out"))
    parts = [part(["2026-01"], dataset.files, engine)]
    total, broken = counts(parts, invalid_values(parts, dataset.models, engine), engine)
    assert total == len(BAD) + 1
    assert {name: count for name, count in broken.items() if count} == {**dict.fromkeys(BAD, 1), "hour_in_time": 2}


def test_what_is_known_of_files_is_kept_under_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, locked = Store(tmp_path / "out"), dict[Path | None, bool]()
    monkeypatch.setattr(StepCache, "save", lambda cache: locked.update({cache.path: store.lock().is_locked}))
    read_dataset(LedgerSettings(str(dozen(tmp_path / "ledger"))), store)
    assert [held for path, held in locked.items() if path and path.parent == store.root / "ledger"] == [True]


def test_rows_that_repeat_count_once_and_those_that_contradict_never(tmp_path: Path, engine: Engine) -> None:
    folder = describe(tmp_path / "ledger")
    same, first, second = row("01-05 07:00"), row("01-06 07:00"), row("01-06 07:00", cost_usd="4")
    bad_twin = row("01-07 07:00", tokens_in=-1)
    put(folder, "2026-01", [same, same, first, row("01-07 07:00"), bad_twin])
    put(folder, "2026-02", [same, second, second], "late")
    found = months(folder, engine)["2026-01"]
    assert found.rows == 8
    told = {(each["reason"], each["cost_usd"]): each["times"] for each in found.left_out.to_pylist()}
    assert told == {
        ("duplicate", Decimal(3)): 2,
        ("conflict", Decimal(3)): 1,
        ("conflict", Decimal(4)): 2,
        ("tokens_in_greater_than_or_equal_to", Decimal(3)): 1,
    }
    (group,) = found.sums.to_pylist()
    assert (group["rows"], group["cost_usd"]) == (2, Decimal(6))


def test_a_measure_that_some_files_lack_is_not_taken_for_nothing(tmp_path: Path, engine: Engine) -> None:
    folder = describe(tmp_path / "ledger")
    put(folder, "2026-01", [row("01-05 07:00")])
    put(folder, "2026-01", [row("01-05 08:00")], "part-1", without=("cost_usd", "tokens_out"))
    (group,) = months(folder, engine)["2026-01"].sums.to_pylist()
    assert (group["rows"], group["cost_usd_rows"], group["tokens_out_rows"], group["revenue_usd_rows"]) == (2, 1, 1, 2)
    assert (group["cost_usd"], group["revenue_usd"]) == (Decimal(3), Decimal(12))


def test_of_each_repeated_key_one_row_counts_however_often_it_occurs(tmp_path: Path, engine: Engine) -> None:
    folder = describe(tmp_path / "ledger")
    often = {"01-05 00:00": 3, "01-05 07:00": 1, "01-05 23:00": 2, "01-06 00:00": 4, "01-06 01:00": 5, "01-07 00:00": 1}
    put(folder, "2026-01", [row(hour) for hour, times in often.items() for _ in range(times)])
    month = months(folder, engine)["2026-01"]
    assert {f"{each['hour']:%m-%d %H:%M}": each["times"] for each in month.left_out.to_pylist()} == {
        "01-05 00:00": 2, "01-05 23:00": 1, "01-06 00:00": 3, "01-06 01:00": 4,
    }  # fmt: skip
    (group,) = month.sums.to_pylist()
    assert (group["rows"], group["revenue_usd"]) == (6, 6 * row()["revenue_usd"])


def test_too_many_bad_rows_stop_it_with_their_reasons(tmp_path: Path, engine: Engine) -> None:
    folder = describe(tmp_path / "ledger")
    rows = [row(f"01-{day:02} 00:00", tokens_in=-1) for day in range(1, 12)]
    put(folder, "2026-01", [row(), *rows])
    with pytest.raises(InputError) as caught:
        months(folder, engine, bad_share=0.01)
    (problem,) = caught.value.problems
    assert str(problem) == (
        'month 2026-01: found "tokens_in_greater_than_or_equal_to: 11 of 12 rows", expected at most 10 bad rows in '
        'all; the first, in month=2026-01: "2026-01-01 00:00:00, alpha, h100, eu-1, open_1, -1, 50, 2.000000, '
        '6.000000, 3.000000"'
    )
    february = [row(f"02-{day:02} 00:00", cost_usd="-1") for day in range(1, 13)]
    put(folder, "2026-02", february)
    with pytest.raises(InputError) as caught:
        months(folder, engine, bad_share=0.01)
    assert [problem.file for problem in caught.value.problems] == ["month 2026-01", "month 2026-02"]
    (folder / "month=2026-02" / "part-0.parquet").unlink()
    put(folder, "2026-01", [row(), *rows[1:]])
    assert months(folder, engine, bad_share=0.01)["2026-01"].rows == 11, "ten are allowed in any case"
    put(folder, "2026-01", [row(), row()] * 12)
    put(folder, "2026-01", [row(f"01-{day:02} 00:00") for day in range(1, 12)] * 2, "part-1")
    with pytest.raises(
        InputError, match=r"duplicate: 34 of 46 rows.*the first, in month=2026-01: .2026-01-01 00:00:00"
    ):
        months(folder, engine, bad_share=0.01)


def test_more_rows_of_a_key_than_can_be_gathered_are_refused_with_the_rules_that_rows_break(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = describe(tmp_path / "ledger")
    put(folder, "2026-01", [row()] * 12)
    monkeypatch.setattr("tidebook.plugins.ledger.month.MIN_GATHERED", 0)
    assert months(folder, engine)["2026-01"].rows == 12
    with pytest.raises(InputError) as caught:
        months(folder, engine, bad_share=0.01)
    assert [problem.text for problem in caught.value.problems] == [
        "duplicate: more than 10 rows, others that are bad among them"
    ]
    put(folder, "2026-01", [row(f"01-05 00:{minute:02}") for minute in range(12)])
    with pytest.raises(InputError) as caught:
        months(folder, engine, bad_share=0.01)
    assert [problem.text for problem in caught.value.problems] == [
        "on_the_hour: 11 of 12 rows",
        "duplicate: more than 10 rows, others that are bad among them",
    ]


def test_what_a_month_may_hold_does_not_depend_on_the_months_beside_it(tmp_path: Path, engine: Engine) -> None:
    folder = describe(tmp_path / "ledger")
    for month in ("2026-01", "2026-02"):
        put(folder, month, [row(f"{month[5:]}-{day:02} 00:00") for day in range(1, 7)] * 2)
    assert [len(month.left_out) for month in months(folder, engine, bad_share=0.01).values()] == [6, 6]
    put(folder, "2026-02", [row(f"02-05 00:{minute:02}") for minute in range(12)])
    with pytest.raises(InputError, match=r"month 2026-02: .*on_the_hour: 11 of 12 rows.*first, in month=2026-02"):
        months(folder, engine, bad_share=0.01)


# Plain Python.

HOURS = [hour for day in ("01-31 23:00", "02-01 00:00", "02-01 01:00", "02-01 00:30") for hour in [row(day)["hour"]]]
ROWS = st.builds(
    lambda **given: {**row(), **given},
    hour=st.sampled_from([*HOURS, None, dt.datetime(2025, 11, 1), dt.datetime(2026, 9, 1)]),  # noqa: DTZ001
    operator=st.sampled_from(["alpha", "beta", "beta", "Bad Name", None]),
    accelerator=st.sampled_from(["h100", "b200"]),
    region=st.sampled_from(["eu-1", "us-1"]),
    model_id=st.sampled_from(["open_1", "closed_1", "nobody"]),
    tokens_in=st.sampled_from([0, 1, 10**15, -1, None]),
    gpu_hours=st.sampled_from([Decimal("0.000001"), Decimal(10**7), Decimal("-1")]),
)


def by_plain_python(files: dict[str, list[Row]]) -> tuple[Counter[Any], dict[Any, Any]]:
    """Return how many rows each month leaves out for duplicates or contradictions and otherwise, and all sums."""
    left: Counter[Any] = Counter()
    good: dict[Any, list[Row]] = {}
    for folder, rows in files.items():
        year, number = map(int, folder.split("-"))
        for each in rows:
            when = each["hour"]
            age = None if when is None else (year * 12 + number) - (when.year * 12 + when.month)
            in_time = age is not None and 0 <= age <= 3
            month = f"{when:%Y-%m}" if in_time else folder
            fine = (
                in_time
                and when.minute == 0
                and each["operator"] in ("alpha", "beta")
                and each["model_id"] != "nobody"
                and each["tokens_in"] is not None
                and 0 <= each["tokens_in"] <= 10**15
                and 0 <= each["gpu_hours"] <= 10**7
            )
            if fine:
                key = month, *(each[name] for name in ("hour", "operator", "accelerator", "region", "model_id"))
                good.setdefault(key, []).append(each)
            else:
                left[month, "bad"] += 1
    totals: dict[Any, Any] = {}
    for (month, *_), same in good.items():
        agree = all(each == same[0] for each in same)
        left[month, "duplicate" if agree else "conflict"] += len(same) - agree
        if agree:
            group = month, *(same[0][name] for name in ("operator", "accelerator", "model_id"))
            rows, sums = totals.get(group, (0, [Decimal(0)] * len(MEASURES)))
            totals[group] = rows + 1, [one + same[0][name] for one, name in zip(sums, MEASURES, strict=True)]
    return +left, totals


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(january=st.lists(ROWS, max_size=12), february=st.lists(ROWS, max_size=12))
def test_the_engine_finds_what_plain_python_finds(
    tmp_path_factory: pytest.TempPathFactory, engine: Engine, january: list[Row], february: list[Row]
) -> None:
    folder = describe(tmp_path_factory.mktemp("plain") / "ledger")
    files = {"2026-01": january, "2026-02": february}
    for month, rows in files.items():
        put(folder, month, rows)
    found = months(folder, engine)
    left, totals = by_plain_python(files)
    mine: Counter[Any] = Counter()
    for name, month in found.items():
        for each in month.left_out.to_pylist():
            kind = each["reason"] if each["reason"] in ("duplicate", "conflict") else "bad"
            mine[name, kind] += each["times"]
    assert mine == left
    assert sum(month.rows for month in found.values()) == len(january) + len(february)
    assert {
        (name, *group): (each["rows"], [each[measure] for measure in MEASURES])
        for name, month in found.items()
        for group, each in sums(month).items()
    } == totals
