"""The rows that expressions need, from CSV and Parquet files of any size: only their columns and rows are read.

A file is read in two steps: `extract` takes the cells that are needed as they stand, `read_rows` makes values of them.
A release keeps the extract in place of the file, so that the second step can be done again without it.

Belongs here: keys and periods of rows, numbers in cells, doubled keys. Does not: the formats of files (`formats`), or
which rows are needed (`evaluate.evidence_values`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean
from tidebook.pipelines.read.evidence_tables.countries import country
from tidebook.pipelines.read.evidence_tables.flags import NO_VALUE, is_break
from tidebook.pipelines.read.evidence_tables.formats import FileTable, as_frame, opened
from tidebook.pipelines.read.evidence_tables.periods import RESOLUTIONS, Period, containing, period
from tidebook.pipelines.read.evidence_tables.series import Needed, Series, Value
from tidebook.pipelines.read.names import disguise_hint
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.quantities.value import LARGEST, SMALLEST
from tidebook.pipelines.read.rawfile import RawFile

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as arrow

_YEAR = re.compile(r"^(?:YR?)?(\d{4})(?:\.0| \[YR\d{4}\])?$")
"""A year as programs write it: 2019.0, Y2019 (FAO), 2019 [YR2019] (World Bank)."""

_SIGNS = re.compile(r"[-−]?\d[\d.,'’\s]*%?")
"""A number that only lacks the signs of decimals and thousands that its column has."""


class _Column(NamedTuple):
    """The texts of a column, each once, and of each row the place of its text, -1 for none.

    A column of millions of rows has few texts: what each means is found once.
    """

    places: npt.NDArray[np.intp]
    texts: Sequence[str]

    def are(self, is_met: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """Return which rows have a text that meets a condition."""
        return np.array([*map(is_met, self.texts), False])[self.places]

    def cells(self, rows: npt.NDArray[np.intp]) -> pd.Series:
        """Return the texts of some rows, by their order."""
        return pd.Series([*self.texts, ""]).take(self.places[rows]).reset_index(drop=True)


class Extract(NamedTuple):
    """The part of a file that is needed, as a file of the same format, and the texts of its keys that are there."""

    data: bytes
    keys: Mapping[str, frozenset[str]]


def extract(series: Series, raw: RawFile, wanted: Sequence[Needed]) -> Extract:
    """Return the columns and rows of a file that are wanted, in its order and with its cells as they are.

    Raises:
        InputError: the file is not a table, or lacks a column.
    """
    with _opened(series, raw) as table:
        take = _wide_extract if series.wide else _long_extract
        rows, keys = take(series, table, wanted)
        return Extract(table.bytes_of(rows), keys)


def read_rows(series: Series, raw: RawFile, wanted: Sequence[Needed]) -> pd.DataFrame:
    """Return the rows of an extract that are wanted.

    Columns: `value_name`, `unit` and `basis`; `keys` beside the time, joined by `/`; `period`; `since`, the day from
    which a row held, "" for none; `value`; `flag`; `evidence_row_id`, by which they are sorted, without the vintage.

    Raises:
        InputError: it holds no number where one is needed, or has two rows of the same keys.
    """
    parts: list[pd.DataFrame] = []
    with _opened(series, raw) as table:
        for name in dict.fromkeys(each.value for each in wanted):
            own, value = [each for each in wanted if each.value == name], series.values[name]
            read = _wide_rows if series.wide else _long_rows
            for part in read(series, table, value, own):
                parts.append(part.assign(value_name=name, unit=value.unit, basis=value.basis))
    rows: pd.DataFrame = pd.concat(parts, ignore_index=True)
    ids = series.name + _behind("/", rows["keys"]) + _behind("/", rows["period"])
    ids += "/" + rows["value_name"] if len(series.values) > 1 else ""
    # Before more columns are added, all of which a later sort would move.
    rows = rows.assign(evidence_row_id=ids + _behind("@", rows["since"])).sort_values("evidence_row_id")
    doubled = rows["evidence_row_id"].eq(rows["evidence_row_id"].shift())
    if doubled.any():
        keys, when, day = (rows.loc[doubled, name].iloc[0] for name in ("keys", "period", "since"))
        listed = " ".join(filter(None, (*keys.split("/"), when, day)))
        expected = "one row for each key; where rows differ in more columns, `key` or `where` names them"
        raise InputError(Problem(raw.path, expected, text=f"two of {listed}"))
    return rows.reset_index(drop=True)


def _behind(sign: str, texts: pd.Series) -> pd.Series:
    """Return texts with a sign before them, those that are empty as they are."""
    is_there = texts != ""
    return sign + texts if is_there.all() else (sign + texts).where(is_there, "")


def _opened(series: Series, raw: RawFile) -> AbstractContextManager[FileTable]:
    return opened(raw, lambda headers: _is_header(series, headers), series.header)


def known_keys(series: Series, raw: RawFile, key: str) -> set[str]:
    """Return all texts that a key has in a file. Raises InputError as `read_rows`."""
    with _opened(series, raw) as table:
        if key == series.wide:
            return {series.key_of(key, header) for header in table.columns}
        header = series.keys[key] or table.columns[0]
        return {series.key_of(key, text) for text in table.distinct(table.column(header))}


def labels_of(series: Series, raw: RawFile, key: str) -> dict[str, int]:
    """Return the texts of a key with the number of rows, or of columns, that have each. Raises as `known_keys`."""
    with _opened(series, raw) as table:
        if key == series.wide:
            return dict.fromkeys(table.columns[1:], 1)
        header = table.column(series.keys[key] or table.columns[0])
        counts = table.rows([header], {})[header].value_counts()
        return {str(each["values"]): each["counts"] for each in counts.to_pylist() if each["values"] is not None}


def _is_header(series: Series, headers: Sequence[str]) -> bool:
    """Whether a row of a file can be its header: it has the keys, and where keys are headers countries or periods."""
    named = {*series.beside, *(header for key, header in series.keys.items() if header and key != series.wide)}
    if not named <= set(headers):
        return False
    texts = headers[1:]
    if series.wide == series.time != "":
        return sum(_period_text(series, text) is not None for text in texts) > 1
    if series.wide == series.place != "":
        return any(country(series.key_of(series.wide, text)) for text in texts)
    return len(headers) > 1 or not series.wide


def _texts_of(series: Series, key: str, wanted: Sequence[Needed]) -> frozenset[str] | None:
    """Return the texts of a key that some of the wanted rows have, None if all may."""
    found: set[str] = set()
    for each in wanted:
        if key not in each.texts:
            return None
        found |= each.texts[key]
    return frozenset(found)


def _check_name(path: str, header: str, text: str, line: int | None = None) -> None:
    """Refuse a name that looks like another one, or has signs that nobody sees: it would be taken for that."""
    if hint := disguise_hint(text):
        raise InputError(Problem(path, hint, line, column=header, text=text))


def _codes(series: Series, key: str, texts: Iterable[Any]) -> dict[Any, str]:
    """Return the key that each text means."""
    return {text: series.key_of(key, str(text)) for text in texts}


def _span(wanted: Sequence[Needed]) -> tuple[Period | None, Period | None]:
    """Return the first and the last period that some of the wanted rows have, None for an open end."""
    firsts, lasts = [each.first for each in wanted], [each.last for each in wanted]
    first = None if None in firsts else min(firsts, key=lambda each: each.start)  # type: ignore[union-attr]
    last = None if None in lasts else max(lasts, key=lambda each: each.end)  # type: ignore[union-attr]
    return first, last


def _long_rows(series: Series, table: FileTable, value: Value, wanted: Sequence[Needed]) -> Iterator[pd.DataFrame]:
    headers = {key: table.column(header) for key, header in series.keys.items()}
    # Each once: a value may be a key, too.
    names = dict.fromkeys([*headers.values(), table.column(value.column), *map(table.column, series.beside)])
    frame = as_frame(_with_fixed(series, table, table.rows([*names], {})))
    keys, periods = _keys_and_periods(series, table.path, frame, headers)
    numbers = _numbers(table.path, value, frame[value.column])
    flags = _flags(series, frame)
    chosen = _chosen(keys, periods, wanted, flags)
    yield _rows(keys, periods, numbers, chosen, _since(series, table.path, frame), flags)


def _long_extract(
    series: Series, table: FileTable, wanted: Sequence[Needed]
) -> tuple[arrow.Table, dict[str, frozenset[str]]]:
    """Return the wanted rows of a long table, and the texts of keys that they have."""
    headers = {key: table.column(header) for key, header in series.keys.items()}
    named = {*headers.values(), *(table.column(series.values[each.value].column) for each in wanted)}
    named.update(map(table.column, series.beside))
    found = _candidates(series, table, headers, [each for each in table.columns if each in named], wanted)
    found = _with_fixed(series, table, found)
    kept, codes = _exactly(series, table.path, found, headers, wanted)
    return kept, codes


def _with_fixed(series: Series, table: FileTable, rows: arrow.Table) -> arrow.Table:
    """Return the rows that have the declared text in each of some columns. Raises InputError if no row has one."""
    import pyarrow as arrow
    from pyarrow import compute

    for header, text in series.fixed.items():
        found = rows.filter(compute.equal(rows[header].cast(arrow.string()), text))
        if rows.num_rows and not found.num_rows:
            known = [str(each) for each in table.distinct(header)]
            if text not in known:
                expected = f"a text of this column in `where`{did_you_mean(text, known)}"
                raise InputError(Problem(table.path, expected, column=header, text=text))
        rows = found
    return rows


def _since(series: Series, path: str, frame: pd.DataFrame) -> _Column:
    """Return the day from which each row's value held, "" without such a column. Raises InputError for another text."""

    def day_of(cell: Any) -> str:
        text = cell.date().isoformat() if isinstance(cell, (dt.datetime, pd.Timestamp)) else str(cell)
        when = period(text)
        if when is None or when.resolution != "day":
            raise InputError(Problem(path, "a day such as 2019-05-31", column=series.since, text=text))
        return when.text

    return _column(frame[series.since], day_of) if series.since else _constant("", len(frame))


def _flags(series: Series, frame: pd.DataFrame) -> _Column:
    """Return the flag of each row, "" for none: what stands for a normal value in SDMX is none."""

    def flag_of(cell: Any) -> str:
        text = "" if pd.isna(cell) else str(cell).strip()
        return "" if text == "A" or text in NO_VALUE else text

    return _column(frame[series.flag], flag_of) if series.flag else _constant("", len(frame))


def _column(cells: pd.Series, text_of: Callable[[Any], str | None]) -> _Column:
    """Return what each cell of a column means, which is found once for equal cells."""
    places, distinct = pd.factorize(cells, use_na_sentinel=False)
    # Several cells may mean the same, as FRA and France do.
    meanings, texts = pd.factorize(np.array([text_of(cell) for cell in distinct], dtype=object))
    return _Column(np.append(meanings, -1)[places], list(texts))


def _constant(text: str, count: int) -> _Column:
    return _Column(np.zeros(count, dtype=np.intp), [text])


def _exactly(
    series: Series, path: str, found: arrow.Table, headers: Mapping[str, str], wanted: Sequence[Needed]
) -> tuple[arrow.Table, dict[str, frozenset[str]]]:
    """Return the rows that the keys in some columns select, and by key what their texts mean."""
    flagged = [series.flag] if series.flag else []
    frame = as_frame(found.select([*dict.fromkeys([*headers.values(), *flagged])]))
    keys, periods = _keys_and_periods(series, path, frame, headers)
    mask = _chosen(keys, periods, wanted, _flags(series, frame))
    texts = {}
    for key, column in keys.items():
        texts[key] = frozenset(column.texts[place] for place in np.unique(column.places[mask]) if place >= 0)
    return found if mask.all() else found.filter(mask), texts


def _chosen(
    keys: Mapping[str, _Column], periods: _Column, wanted: Sequence[Needed], flags: _Column
) -> npt.NDArray[np.bool_]:
    """Return which rows are wanted, by what their keys and periods mean; a key that is not given may be anything.

    Where a series breaks is wanted of every period: it decides whether values around it can be compared.
    """
    breaks = flags.are(lambda flag: flag != "" and is_break(flag))
    mask = np.zeros(len(periods.places), dtype=bool)
    for each in wanted:
        own = periods.are(partial(_meets_text, each)) | breaks
        for key in each.texts.keys() & keys.keys():
            own &= keys[key].are(each.texts[key].__contains__)
        mask |= own
    return mask


def _meets_text(each: Needed, text: str) -> bool:
    return _meets(period(text) if text else None, each)


def _meets(when: Period | None, each: Needed) -> bool:
    """Whether a period lies between the ends that are wanted; without periods everything does."""
    return when is None or when.is_within(each.first, each.last)


def _meets_any(when: Period | None, wanted: Iterable[Needed]) -> bool:
    return any(_meets(when, each) for each in wanted)


def _candidates(
    series: Series, table: FileTable, headers: Mapping[str, str], names: Sequence[str], wanted: Sequence[Needed]
) -> arrow.Table:
    """Return the rows that may be wanted.

    In Parquet the usual spellings of a key are tried first, which spares reading a column of millions of rows: all
    names of a country, and of other keys the text itself. Only where a key is not found so, the column is read for
    others.
    """
    named = _texts_by_key(series, wanted)
    if not table.is_filtered:
        return _with_texts(series, table.rows(names, {}), headers, named)
    filters: dict[str, Any] = {headers[series.time]: _span(wanted)} if series.time else {}
    for key, texts in named.items():
        filters[headers[key]] = {spelled for text in texts for spelled in series.spelled(key, text)}
    found = table.rows(names, filters)
    for key, texts in named.items():
        if texts <= set(_codes(series, key, found[headers[key]].unique().to_pylist()).values()):
            continue
        filters[headers[key]] = _spellings(series, key, texts, table.distinct(headers[key]))
        found = table.rows(names, filters)
    return found


def _texts_by_key(series: Series, wanted: Sequence[Needed]) -> dict[str, frozenset[str]]:
    """Return the texts that are wanted of each key beside the time, without keys all of whose texts are wanted."""
    found: dict[str, frozenset[str]] = {}
    for key in series.keys:
        texts = _texts_of(series, key, wanted) if key != series.time else None
        if texts is not None:
            found[key] = texts
    return found


def _with_texts(
    series: Series, rows: arrow.Table, headers: Mapping[str, str], named: Mapping[str, Collection[str]]
) -> arrow.Table:
    """Return the rows that have one of some texts in each key, however it is spelled."""
    import pyarrow as arrow
    from pyarrow import compute

    for key, texts in named.items():
        column = rows[headers[key]]
        spelled = _spellings(series, key, texts, column.unique().to_pylist())
        rows = rows.filter(compute.is_in(column, arrow.array(spelled, arrow.string())))
    return rows


def _spellings(series: Series, key: str, texts: Collection[str], known: Iterable[str]) -> list[str]:
    """Return the cells of a key that mean one of some texts."""
    return [text for text, code in _codes(series, key, known).items() if code in texts]


def _wide_columns(series: Series, table: FileTable) -> tuple[dict[str, str], dict[str, str]]:
    """Return the columns of a wide table: its other keys by key, and the code of each remaining column."""
    first = {}
    for key, header in series.keys.items():
        if key != series.wide:
            first[key] = table.column(header) if header else table.columns[0]
    others = [text for text in table.columns if text not in first.values()]
    if series.wide != series.time:
        for header in others:
            _check_name(table.path, series.wide, header, 1)
        return first, _codes(series, series.wide, others)
    # Columns beside the periods, such as a code or a note, are not values.
    periods = {header: text for header in others if (text := _period_text(series, header))}
    if not periods:
        expected = "columns whose headers are periods, such as 2019 or 2019-Q2"
        raise InputError(Problem(table.path, expected, 1, text=", ".join(table.columns[:8])))
    return first, periods


def _wide_extract(
    series: Series, table: FileTable, wanted: Sequence[Needed]
) -> tuple[arrow.Table, dict[str, frozenset[str]]]:
    """Return the wanted rows and columns of a wide table, and the texts of keys that they have."""
    first, every = _wide_columns(series, table)
    if series.wide == series.time:
        codes = {header: text for header, text in every.items() if _meets_any(period(text), wanted)}
    else:
        texts = _texts_of(series, series.wide, wanted)
        codes = {header: code for header, code in every.items() if texts is None or code in texts}
    names = [*first.values(), *codes]
    found = table.rows([*names, *(each for each in map(table.column, series.beside) if each not in names)], {})
    found = _with_fixed(series, table, found)
    kept, others = _exactly(series, table.path, found, first, wanted)
    return kept, {**others, series.wide: frozenset(codes.values())}


def _wide_rows(series: Series, table: FileTable, value: Value, wanted: Sequence[Needed]) -> Iterator[pd.DataFrame]:
    first, codes = _wide_columns(series, table)
    names = dict.fromkeys([*first.values(), *codes, *map(table.column, series.beside)])
    frame = as_frame(_with_fixed(series, table, table.rows([*names], {})))
    since, flags = _since(series, table.path, frame), _flags(series, frame)
    keys, periods = _keys_and_periods(series, table.path, frame, first)
    order = [key for key in series.keys if key != series.time]
    for header, code in codes.items():
        numbers = _numbers(table.path, replace(value, column=header), frame[header])
        if series.wide == series.time:
            periods = _constant(code, len(frame))
        else:
            keys[series.wide] = _constant(code, len(frame))
        own = {key: keys[key] for key in order}
        yield _rows(own, periods, numbers, _chosen(own, periods, wanted, flags), since, flags)


def _rows(
    keys: Mapping[str, _Column],
    periods: _Column,
    numbers: npt.NDArray[np.float64],
    mask: npt.NDArray[np.bool_],
    since: _Column,
    flags: _Column,
) -> pd.DataFrame:
    """Return the chosen rows that have keys, a period and a value; `keys` are the columns of keys beside the time."""
    # Without a key, as groups of countries without a code, nothing can name a row.
    is_keyed = np.all([column.places >= 0 for column in (*keys.values(), periods)], axis=0)
    rows = np.flatnonzero(mask & is_keyed & ~np.isnan(numbers))
    first, *others = [column.cells(rows) for column in (keys or {"": _constant("", len(mask))}).values()]
    for cells in others:
        first = first + "/" + cells
    return pd.DataFrame(
        {
            "keys": first,
            "period": periods.cells(rows),
            "since": since.cells(rows),
            "value": numbers[rows],
            "flag": flags.cells(rows),
        }
    )


def _keys_and_periods(
    series: Series, path: str, frame: pd.DataFrame, headers: Mapping[str, str]
) -> tuple[dict[str, _Column], _Column]:
    """Return what each cell of some keys means, by key and without the time; periods are "" without a column.

    Raises:
        InputError: no cell of the time is a period, or a name looks like another one.
    """
    keys = {key: _key_texts(series, path, key, frame[header]) for key, header in headers.items() if key != series.time}
    if series.time in headers:
        return keys, _period_texts(series, path, frame[headers[series.time]])
    return keys, _constant("", len(frame))


def _key_texts(series: Series, path: str, key: str, cells: pd.Series) -> _Column:
    """Return the key that each cell names, None if it is empty. Raises InputError if one looks like another name."""

    def text_of(cell: Any) -> str | None:
        _check_name(path, str(cells.name), str(cell))
        return series.key_of(key, str(cell)) or None

    return _column(cells, text_of)


def _period_texts(series: Series, path: str, cells: pd.Series) -> _Column:
    """Return the period of each cell as expressions write it, none of one before year 1 or that is not a period.

    A few cells may be no period, such as that of a total. Where all texts are none, as 29.01.2020 is, the column is
    written in a way that is not read, which is an error: its rows would be missed in silence.
    """
    periods = _column(cells, partial(_period_text, series))
    if not periods.texts:
        unread = [cell for cell in cells.unique() if isinstance(cell, str) and cell not in NO_VALUE]
        if unread:
            expected = "periods such as 2019, 2019-Q2, 2019-05 or 2019-05-31"
            raise InputError(Problem(path, expected, column=str(cells.name), text=unread[0]))
    return periods


def _period_text(series: Series, cell: Any) -> str | None:
    if isinstance(cell, (int, np.integer)):
        # Parquet may hold years as numbers; the year 800 is written 0800.
        cell = f"{cell:04d}"
    elif isinstance(cell, float):
        cell = f"{cell:04.0f}"
    elif cell is pd.NaT:
        return None
    elif isinstance(cell, (dt.datetime, pd.Timestamp)):
        cell = cell.date().isoformat()
    text = _YEAR.sub(r"\1", str(cell).strip())
    found = series.period_of(text)
    if found is None:
        return None
    is_finer = series.resolution and RESOLUTIONS.index(found.resolution) > RESOLUTIONS.index(series.resolution)
    return containing(found.start, series.resolution).text if is_finer else found.text


def _numbers(path: str, value: Value, cells: pd.Series) -> npt.NDArray[np.float64]:
    """Return the numbers of a column, NaN for nothing; a cell such as `£619.1m` is read as it is printed.

    Raises InputError if a cell is not a number in the unit.
    """
    if is_numeric_dtype(cells):
        cells = cells * (1 if value.is_plain else _quantity(path, value, "1"))
    else:
        cells = cells.astype(object)
        cells = cells.where(~cells.isin(NO_VALUE.difference(value.printing.nil)))
        # Where signs are declared, 1.234 may be a thousand.
        plain = cells if value.is_plain else cells.mask(cells.map(lambda cell: isinstance(cell, str)))
        numbers = pd.to_numeric(plain, errors="coerce")
        printed = cells[numbers.isna() & cells.notna()]
        read = {text: _quantity(path, value, str(text)) for text in printed.unique()}
        cells = numbers.where(~cells.isin(list(read)), cells.map(read)) if read else numbers
    found: npt.NDArray[np.float64] = cells.to_numpy(dtype=float, na_value=np.nan) * value.scale
    sizes = np.abs(found)
    odd = (sizes > LARGEST) | ((sizes < SMALLEST) & (sizes > 0))
    if odd.any():
        expected = f"0, a number from {SMALLEST:.0e} to {LARGEST:.0e} in size, or nothing"
        raise InputError(Problem(path, expected, column=value.column, text=str(found[odd][0])))
    return found


def _quantity(path: str, value: Value, text: str) -> float:
    try:
        quantity = parse_quantity(text, value.unit, value.printing)
    except QuantityError as error:
        expected = f"a number, or nothing: {error.hint}"
        if value.is_plain and _SIGNS.fullmatch(text):
            expected += '; signs of another language are declared, such as locale = "de"'
        raise InputError(Problem(path, expected, column=value.column, text=text)) from error
    if quantity.kind not in ("exact", "rounded", "missing"):
        raise InputError(Problem(path, "a number, or nothing: no bound or estimate", column=value.column, text=text))
    return float(quantity.value)
