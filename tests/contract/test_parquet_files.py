"""The Parquet files of a release as their footers describe them: settings, order of rows, bytes free of the machine."""

from __future__ import annotations

import inspect
import io
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.shipped import TABLES
from tidebook.pipelines.read.digest import digest
from tidebook.schemas import parquet
from tidebook.schemas.base import keys, row_order
from tidebook.schemas.contracts import contract
from tidebook.schemas.parquet import read_parquet, to_parquet

SORTED = [name for name, model in TABLES.items() if row_order(model) == "key"]


def table_path(sourced: Path, name: str) -> Path:
    return sourced / "out" / "latest" / "tables" / f"{name}.parquet"


def test_the_footer_shows_the_fixed_settings(sourced: Path, subtests: pytest.Subtests) -> None:
    for name in TABLES:
        with subtests.test(table=name):
            data = table_path(sourced, name).read_bytes()
            footer = pq.read_metadata(io.BytesIO(data))
            assert (footer.format_version, footer.num_row_groups) == ("2.6", 1)
            group = footer.row_group(0)
            for number in range(group.num_columns):
                column = group.column(number)
                place = column.path_in_schema
                assert column.compression == "ZSTD", place
                assert column.is_stats_set or column.num_values == 0, place
                flag = column.physical_type == "BOOLEAN"  # the format has no dictionary of two values
                assert column.has_dictionary_page != flag, place
                assert set(column.encodings) == ({"PLAIN", "RLE"} | (set() if flag else {"RLE_DICTIONARY"})), place
                # A page header starts with its type, field 1 of a Thrift struct: 0 is a data page of version 1.
                assert data[column.data_page_offset :][:2] == b"\x15\x00", place
                assert not column.has_offset_index, place


def test_fields_list_the_values_that_their_contracts_allow(sourced: Path, subtests: pytest.Subtests) -> None:
    listed = 0
    for name, model in TABLES.items():
        with subtests.test(table=name):
            schema = pq.read_schema(table_path(sourced, name))
            for column in contract(model)["columns"]:
                found = (schema.field(column["name"]).metadata or {}).get(b"values")
                expected = column["constraints"].get("enum")
                assert (json.loads(found) if found else None) == expected
                listed += expected is not None
    assert listed > 30


def test_rows_are_grouped_by_the_million(monkeypatch: pytest.MonkeyPatch, sourced: Path) -> None:
    assert parquet.ROW_GROUP_ROWS == 1_048_576
    frame = read_parquet(table_path(sourced, "scenarios")).head(7)
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 3)
    footer = pq.read_metadata(io.BytesIO(to_parquet(TABLES["scenarios"], frame)))
    assert [footer.row_group(number).num_rows for number in range(footer.num_row_groups)] == [3, 3, 1]


def test_rows_are_in_the_order_that_the_contract_states(sourced: Path, subtests: pytest.Subtests) -> None:
    for name in TABLES:
        with subtests.test(table=name):
            key = keys(TABLES[name].to_schema())
            frame = read_parquet(table_path(sourced, name))
            (stated,) = {pq.read_metadata(table_path(sourced, name)).row_group(0).sorting_columns}
            if name in SORTED:
                pd.testing.assert_frame_equal(frame, frame.sort_values(key, kind="stable", ignore_index=True))
                names = pq.read_schema(table_path(sourced, name)).names
                assert [names[column.column_index] for column in stated] == key
                assert not any(column.descending for column in stated)
            else:
                assert stated == ()


def test_rows_out_of_the_stated_order_are_not_written(sourced: Path, subtests: pytest.Subtests) -> None:
    for name in sorted({*SORTED} - {"changes"}):  # a first release has one row of it
        with subtests.test(table=name):
            frame = read_parquet(table_path(sourced, name))
            with pytest.raises(ValueError, match=f"rows are not sorted by {keys(TABLES[name].to_schema())[0]}"):
                to_parquet(TABLES[name], frame.iloc[::-1])


def test_text_is_sorted_by_code_point(sourced: Path) -> None:
    frame = read_parquet(table_path(sourced, "sources")).head(4)
    for ids in (["Z", "a", "é", "\U0001f30a"], ["", "-", "_", "a_b"]):
        assert to_parquet(TABLES["sources"], frame.assign(source_id=ids))
        with pytest.raises(ValueError, match="not sorted"):
            to_parquet(TABLES["sources"], frame.assign(source_id=ids[::-1]))


def test_what_steps_read_back_is_what_they_would_without_metadata(sourced: Path, tmp_path: Path) -> None:
    for name in TABLES:
        table = pq.read_table(table_path(sourced, name))
        bare = pa.table(table.columns, names=table.column_names)
        pq.write_table(bare, tmp_path / "bare.parquet")
        found = read_parquet(table_path(sourced, name))
        pd.testing.assert_frame_equal(found, read_parquet(tmp_path / "bare.parquet"), check_exact=True)
        assert not found.attrs


def hashes(sourced: Path) -> dict[str, str]:
    return {name: digest(to_parquet(TABLES[name], read_parquet(table_path(sourced, name)))) for name in TABLES}


def test_bytes_are_the_same_with_one_thread_and_with_two(sourced: Path) -> None:
    released = {name: digest(table_path(sourced, name).read_bytes()) for name in TABLES}
    former = pa.cpu_count()
    try:
        for threads in (1, 2):
            pa.set_cpu_count(threads)
            assert hashes(sourced) == released
    finally:
        pa.set_cpu_count(former)


def test_the_writer_takes_nothing_from_pyarrow_that_it_could_choose_itself() -> None:
    settings = set(inspect.signature(pq.write_table).parameters)
    settings -= {"table", "where", "filesystem", "flavor", "kwargs", "encryption_properties"}
    # An older pyarrow may lack some of these settings.
    assert settings - {*parquet.WRITER, "row_group_size", "sorting_columns"} <= set(LEFT)


LEFT = {
    "use_deprecated_int96_timestamps": "no table has timestamps",
    "coerce_timestamps": "no table has timestamps",
    "allow_truncated_timestamps": "no table has timestamps",
    "write_time_adjusted_to_utc": "no table has times of day",
    "store_decimal_as_integer": "no table has decimals",
    "use_byte_stream_split": "excluded by dictionaries",
    "column_encoding": "excluded by dictionaries",
    "bloom_filter_options": "tables are small",
}
