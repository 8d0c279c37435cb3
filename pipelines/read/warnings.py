"""Warnings about valid dossiers: days to come, contradictory bases and figures, unused words.

Belongs here: what shows in rows and texts themselves. Does not: names in claims (`judge.warnings`) and in predictions
(`judge.predictions.names`), or what stops a build, which whoever reads the file tells.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from operator import itemgetter

import pandas as pd

from tidebook.pipelines.read.declarations import Assumptions, Predictions, Sources
from tidebook.pipelines.read.errors import Problem, did_you_mean, place_of, suggestion
from tidebook.pipelines.read.evidence_tables.countries import country
from tidebook.pipelines.read.evidence_tables.files import labels_of
from tidebook.pipelines.read.evidence_tables.guess import looks_measured
from tidebook.pipelines.read.evidence_tables.series import Series
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.names import is_typo, nearly, parts_of
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.base import records
from tidebook.schemas.units import UNITS

MOST_SHARE = 5.0
"""A share of more than this, 500 %, is more often a percentage whose sign is missing."""

AHEAD = dt.timedelta(days=92)
"""How much later than all evidence today may be before it is told: within a quarter a page is still news."""
FAR = dt.timedelta(days=1096)
"""How much later than all others the newest day may be where it says what today is: three years may pass in silence."""
MOST_LABELS = 200
"""Maximum labels of a column among which slips are looked for: more are names, of which many are alike."""
_CODE = re.compile(r"(?=.*[_\d])[A-Z\d_.-]+")
"""A code such as OWID_USS or EU27_2020, of which each letter counts: the next one may be another's."""
SHOWN = 5
"""How many rows are named where many have the same fault."""


def problem_at(row: Row, expected: str, column: str | None = None, text: str | None = None) -> Problem:
    """Return a problem with a row of a table, at the place in a raw file that its locator names."""
    path, line, header = place_of(row["locator"])
    return Problem(path, expected, line, column or header, text)


def _happened(table: pd.DataFrame) -> Iterator[tuple[Row, str]]:
    """Yield the rows of a table of evidence, each with the column of its day, without what is announced alone."""
    column = "date" if "date" in table else "as_of"
    return ((row, column) for row in records(table) if row.get("status") != "announced")


def today_warnings(
    assumptions: Assumptions,
    raw: RawFile,
    sources: Sources,
    sources_file: RawFile,
    predictions: Predictions,
    predictions_file: RawFile,
    rows: Iterable[pd.DataFrame],
) -> Iterator[Problem]:
    """Yield a warning where today is later than all evidence, and for what is dated after today: it counts for nothing.

    `rows` are the tables of evidence, each with the day of a row in `date` or `as_of`.
    """
    today = assumptions.as_of
    expected = f"a day up to {today}, the as-of date; a later day counts for nothing yet"
    groups = [
        *_days_of_sources(sources, sources_file, expected),
        _days_of_predictions(predictions, predictions_file, expected),
        *(_days_of_evidence(table, expected) for table in rows),
    ]
    known: set[dt.date] = set()
    for group in groups:
        late = [problem() for day, problem in group if day > today]
        yield from late[:SHOWN]
        if len(late) > SHOWN:
            yield Problem(late[0].file, f"{len(late) - SHOWN} other days, too, to be up to {today}")
        known.update(day for day, _ in group if day <= today)
    yield from _far_from_evidence(today, known, raw)


Dated = tuple[dt.date, Callable[[], Problem]]
"""A day, and the problem that it is if it is too late."""


def _days_of_sources(sources: Sources, raw: RawFile, expected: str) -> Iterator[list[Dated]]:
    """Yield the day on which sources were read, then the days of each."""
    if sources.read is not None:
        yield [_declared(raw, ("read",), sources.read, expected)]
    found = []
    for source_id, source in sources.sources.items():
        for key in ("published", "read", "original_published"):
            day = getattr(source, key)
            if day is not None:
                found.append(_declared(raw, ("sources", source_id, key), day, expected))
    yield found


def _days_of_predictions(predictions: Predictions, raw: RawFile, expected: str) -> list[Dated]:
    cutoffs = predictions.search_cutoffs.items()
    return [_declared(raw, ("search_cutoffs", name), day, expected) for name, day in cutoffs]


def _declared(raw: RawFile, place: tuple[str, ...], day: dt.date, expected: str) -> Dated:
    return day, lambda: raw.problem(place, expected, str(day))


def _days_of_evidence(table: pd.DataFrame, expected: str) -> list[Dated]:
    return [_happened_on(row, column, expected) for row, column in _happened(table)]


def _happened_on(row: Row, column: str, expected: str) -> Dated:
    return row[column], lambda: problem_at(row, expected, column, str(row[column]))


def _far_from_evidence(today: dt.date, known: Collection[dt.date], raw: RawFile) -> Iterator[Problem]:
    """Yield a warning if today is long after the days that evidence speaks of, or if the last of these is."""
    *before, last = sorted(known) or [today]
    if "as_of" not in raw.toml() and before and last - before[-1] > FAR:
        expected = f"a day nearer to {before[-1]}, the second newest: without as_of, the newest day counts as today"
        yield raw.problem(("as_of",), expected, str(today))
    if today - last > AHEAD:
        ahead = f"a day not so long after {last}, the last of which any evidence speaks"
        yield raw.problem(("as_of",), ahead, str(today))


def clock_warnings(predictions: Predictions, days: Mapping[str, dt.date], raw: RawFile) -> Iterator[Problem]:
    """Yield a warning for each clock that starts on another day than the article's dates say."""
    for name, day in predictions.starts().items():
        if day != days[name]:
            expected = f"{days[name]}, as the article's dates have it"
            yield raw.problem(("clocks", name), expected, str(day))


def basis_warnings(
    figures: pd.DataFrame, references: pd.DataFrame, assumptions: Assumptions, raw: RawFile
) -> Iterator[Problem]:
    """Yield a warning for each basis that is nearly that of a figure: a typo would keep their values apart.

    Also for each basis in the assumptions that nothing has.
    """
    rows = [*records(figures), *records(references)]
    counts = Counter(row["basis"] for row in rows)
    own = {*figures["basis"], *assumptions.exact_bases}
    for one, other in combinations(sorted(counts), 2):
        if own & {one, other} and nearly(one, [other]):
            rare, known = sorted((one, other), key=lambda basis: (counts[basis], basis))
            row = next(row for row in rows if row["basis"] == rare)
            yield problem_at(row, f"another basis, or one that other rows have{suggestion([known])}", "basis", rare)
    yield from _unknown_bases(figures, references, counts, assumptions, raw)


def _unknown_bases(
    figures: pd.DataFrame, references: pd.DataFrame, bases: Collection[str], assumptions: Assumptions, raw: RawFile
) -> Iterator[Problem]:
    """Yield a warning for each basis or quantity in the assumptions that nothing has."""
    quantities = {*figures["quantity"], *(parts_of(name)[2] for name in references["figure_id"])}
    declared: list[tuple[list[str], tuple[str, ...], set[str]]] = [
        (assumptions.exact_bases, ("exact_bases",), {*bases}),
        (assumptions.reconciliation.fixed, ("reconciliation", "fixed"), {*bases, *quantities}),
    ]
    for names, place, known in declared:
        for name in names:
            if name not in known:
                expected = f"a basis{' or quantity' * (len(place) > 1)} that something has{did_you_mean(name, known)}"
                yield raw.problem(place, expected, name)


def label_warnings(figures: pd.DataFrame) -> Iterator[Problem]:
    """Yield a warning for each label that is a slip away from another of its column: conditions would miss its row.

    The rarer of the two is named. In columns of very many labels, which are names rather than kinds, nothing is told.
    """
    rows: dict[tuple[str, str], dict[str, dict[str, Row]]] = {}
    for row in records(figures.drop_duplicates(["table_name", "subject"])):
        for column, text in json.loads(row["labels"] or "{}").items():
            of_column = rows.setdefault((row["table_name"], column), {})
            of_column.setdefault(text, {})[row["subject"]] = row
    for (_, column), texts in rows.items():
        if len(texts) > MOST_LABELS:
            continue
        for one, other in combinations(texts, 2):
            if is_typo(one, other):
                rare, known = sorted((one, other), key=lambda text: (len(texts[text]), text))
                first = next(iter(texts[rare].values()))
                path, line, _ = place_of(first["locator"])
                yield Problem(
                    path, f"another label, or one that other rows have{suggestion([known])}", line, column, rare
                )


def evidence_label_warnings(series: Series, raw: RawFile) -> Iterator[Problem]:
    """Yield a warning for each text in a key of an evidence table that is a slip away from another one.

    Its rows would be missing where the other one is looked up, and `:` would leave them out. The rarer of the two is
    named; of countries one that is none.
    """
    for key in series.keys:
        if key == series.time:
            continue
        counts = labels_of(series, raw, key)
        if looks_measured(counts):
            expected = "a key, which names rows: these look like measurements, which belong in `values`"
            yield Problem(raw.path, expected, column=series.keys[key] or key, text=next(iter(counts)))
            continue
        for text, meant in _key_typos(series, key, counts):
            expected = f"another text, or one that other rows have{suggestion([meant])}"
            yield Problem(raw.path, expected, column=series.keys[key] or key, text=text)


def _key_typos(series: Series, key: str, counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Yield each text of a key that is a slip away from another one, with that; texts are given with their counts."""
    is_country = {text: bool(country(series.key_of(key, text))) for text in counts}
    known = is_country if key == series.place else {}
    odd = [text for text in counts if not known.get(text) and not _CODE.fullmatch(text)]
    if len(odd) > MOST_LABELS:
        return
    ranks = {text: (is_country[text], count, text) for text, count in counts.items()}
    for text in odd:
        meant = _likelier(text, ranks)
        if meant is not None:
            yield text, meant


def _likelier(text: str, ranks: Mapping[str, tuple[bool, int, str]]) -> str | None:
    """Return the first text of a higher rank that is a typo away, None without one."""
    return next((other for other, rank in ranks.items() if ranks[text] < rank and is_typo(text, other)), None)


def share_warnings(figures: pd.DataFrame) -> Iterator[Problem]:
    """Yield a warning for the first figure of each column of shares that looks like a percentage."""
    beyond = figures[(figures["unit"] == "share") & (figures["value"] > MOST_SHARE)]
    for row in records(beyond.drop_duplicates(["table_name", "quantity"])):
        expected = f"a share such as 0.31, or the unit percent; it is read as {100 * row['value']:,.10g} %"
        yield problem_at(row, expected, None, row["text"])


def unit_warnings(figures: pd.DataFrame, references: pd.DataFrame) -> Iterator[Problem]:
    """Yield a warning for each reference in another unit than its figure is printed in, with which it is not compared.

    Not for one in another currency: that the number is right in dollars, not in euros, is found.
    """
    units = dict(zip(figures["figure_id"], figures["unit"], strict=True))
    for row in records(references[references["tier"] != "W"]):
        printed = units.get(row["figure_id"], row["unit"])
        if printed != row["unit"] and not (UNITS[row["unit"]].currency and UNITS[printed].currency):
            expected = f"{printed}, the unit of its figure; in another it cannot be compared"
            yield problem_at(row, expected, "unit", row["unit"])


SAME_FIGURE = "subject", "quantity", "unit", "basis"
SAME_REFERENCE = "figure_id", "unit", "basis", "as_of", "tier"
SAME_OBSERVATION = "series", "subject", "date", "unit", "basis", "tier"
"""Columns in which rows that speak of the same thing, by sources as good as one another, are alike."""
APART = 2.0
"""Good sources often differ: by a factor above this, one may be a slip, or speak of another thing."""


def disagreeing_warnings(table: pd.DataFrame, same: Sequence[str]) -> Iterator[Problem]:
    """Yield a warning for each row of which another says the same, by the columns `same`, with another number.

    Intervals that share a value do not disagree, those of sources only where they are `APART`. Rows of tier W, which
    decide nothing, are left out.
    """
    is_sourced = "tier" in same
    deciding = table[table["value"].notna()]
    if is_sourced:
        deciding = deciding[deciding["tier"] != "W"]
    alike = records(deciding[deciding.duplicated(list(same), keep=False)])
    for rows in grouped(alike, itemgetter(*same)).values():
        for one, other in combinations(rows, 2):
            if _are_apart(one, other, APART if is_sourced else 1.0):
                name = "another row" if is_sourced else other["figure_id"]
                expected = f"what {name} says too: {other['text']} ({other['locator']})"
                yield problem_at(one, expected, "text" if is_sourced else None, one["text"])


def _are_apart(one: Row, other: Row, factor: float) -> bool:
    """Whether no value lies in both intervals, and the ends that face each other differ by more than a factor."""
    (low, high), (other_low, other_high) = _interval(one), _interval(other)
    start, end = max(low, other_low), min(high, other_high)
    if start <= end:
        return False
    return factor == 1 or start * end <= 0 or max(start / end, end / start) > factor


def _interval(row: Row) -> tuple[float, float]:
    """Return the interval of a value: of an estimate, whose digits say little, that of its draws."""
    if row.get("kind") == "estimate":
        return row["drawn_low"], row["drawn_high"]
    return row["low"], row["high"]


def twice_warnings(events: pd.DataFrame, counted: Collection[str]) -> Iterator[Problem]:
    """Yield a warning for each event of a kind that is counted, where another is of the same kind, subject and day."""
    seen: dict[tuple[object, ...], str] = {}
    for row in records(events[events["kind"].isin(counted) & (events["status"] == "completed")]):
        first = seen.setdefault((row["kind"], row["subject"], row["date"]), row["locator"])
        if first != row["locator"]:
            expected = f"another kind, subject or day than {first}: each of them counts"
            yield problem_at(row, expected, "event_id", row["event_id"])


def early_warnings(sources: Sources, tables: Iterable[pd.DataFrame]) -> Iterator[Problem]:
    """Yield a warning for each row of evidence that is of a much later day than its source, which cannot have known it.

    Pages go on after the day that they bear, years are told before their end, and what is derived has its own day.
    """
    for table in tables:
        for row, column in _happened(table):
            source = sources.sources.get(row["source_id"])  # a live one is fetched, and dated, elsewhere
            days = (source.published, source.original_published, source.read) if source else ()
            last = max(filter(None, days), default=row[column])
            if row["tier"] != "D" and row[column] - last > AHEAD:
                expected = f"a day not so long after {last}, from which its source {row['source_id']} is"
                yield problem_at(row, expected, column, str(row[column]))


def odd_warnings(observations: pd.DataFrame) -> Iterator[Problem]:
    """Yield a warning for each percentage that alone in its series is below 0, above 0 or above 100."""
    odd: dict[str, Callable[[float], bool]] = {
        "from 0 to 100": lambda value: 0 <= value <= 100,
        "of at least 0": lambda value: value >= 0,
        "of at most 0": lambda value: value <= 0,
    }
    is_percentage = (observations["unit"] == "percent") & observations["value"].notna()
    for found in grouped(records(observations[is_percentage]), itemgetter("series")).values():
        for words, within in odd.items():
            outside = [row for row in found if not within(row["value"])]
            if len(outside) == 1 and len(found) > 2:
                yield problem_at(
                    outside[0], f"a percentage {words}, as all others of its series", text=outside[0]["text"]
                )
                break


def wording_warnings(main: RawFile, texts: Mapping[str, str], figures: Collection[str]) -> Iterator[Problem]:
    """Yield a warning for each name to be spelled or worded that stands nowhere else.

    Args:
        main: the dossier's main file.
        texts: all of its files by path.
        figures: ids of its figures, each of which may be worded as a whole.
    """
    document = main.toml()
    words, names = document.pop("words", {}), document.pop("spelling", {}).get("names", [])
    said = "\n".join([str(document), *(text for path, text in texts.items() if path != main.path)])
    whole = set(re.findall(r"\w+", said))
    parts = {part for word in whole for part in word.lower().split("_") if part}
    expected = "a word that occurs elsewhere in the dossier"
    yield from _slug_warnings(main, words, figures, whole, expected)
    yield from _name_warnings(main, names, parts, expected)


def _slug_warnings(
    main: RawFile, slugs: Iterable[str], figures: Collection[str], whole: Collection[str], expected: str
) -> Iterator[Problem]:
    """Yield a warning for each slug to be worded that is no figure's id and none of the dossier's `whole` words."""
    for slug in slugs:
        if "/" in slug and slug not in figures:
            yield main.problem(("words", slug), f"the id of a figure{did_you_mean(slug, figures)}", slug)
        elif "/" not in slug and slug not in whole:
            yield main.problem(("words", slug), expected + did_you_mean(slug, whole), slug)


def _name_warnings(main: RawFile, names: Sequence[str], parts: Collection[str], expected: str) -> Iterator[Problem]:
    """Yield a warning for each name to be spelled that occurs twice, or in none of the other `parts` of the dossier."""
    for place, name in enumerate(names):
        if name.lower() in map(str.lower, names[:place]):
            yield main.problem(("spelling", "names", place), "a name that is not used above", name)
        elif name.lower() not in parts:
            yield main.problem(("spelling", "names", place), expected + did_you_mean(name.lower(), parts), name)
