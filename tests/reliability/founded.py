"""Whether each row that a slip changed rests on what slipped: in a cell of a CSV, or in a claim.

Belongs here: which rows of a release rest on which figures, events, observations and claims, by what the tables say of
it themselves. Does not: what can slip, which is in `semantic`.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.reliability.semantic import Item
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.pipelines.read.references import COUNT_BASIS
from tidebook.pipelines.read.text.folded import folded
from tidebook.schemas.base import records
from tidebook.schemas.parquet import read_parquet

Row = dict[str, Any]
Tables = dict[str, list[Row]]

IDS = {
    "figures": "figure_id",
    "reference_values": "figure_id",
    "events": "event_id",
    "observations": "observation_id",
}
"""Tables of what is printed, in the article and elsewhere, by the column that names it."""

WHOLE = {"changes", "calibration", "scores", "skill", "scenarios", "forecasts", "forecast_history", "hazards"}
"""Tables of which any row may change with any: they sum up many rows, or count how long subjects were there and do not
tell by which events that ended."""

EVIDENCE = (
    ("metrics", "metric_id"),
    ("forecasts", "prediction_id"),
    ("resolutions", "prediction_id"),
    ("gpu_hours", "prediction_id"),
    ("projections", "quantity", "population"),
)
"""Tables whose rows tell their evidence, and by which columns others of theirs rest on the same."""

OF_TEXT = (
    ("text_quotes", "quote_id"),
    ("text_sentences", "quote_id"),
    ("text_numbers", "line", "position"),
    ("text_findings", "finding_id"),
)
"""Tables of the article's text whose rows name the figure or claim that accounts for them, in either release."""

OF_ALL = ("evidence_to", "value_kind", "value_change", "keeps", "look_again")
"""Columns that rest on all evidence: the day of the newest, and how soon values like those of a row change."""
DATED = ("outdated", "expired")
"""Outcomes whose reason says how soon values like that of the figure change."""


def rows_without(before: Path, after: Path, item: Item, raw: Path) -> list[str]:
    """Return the rows that one of two releases alone has and that do not rest on what slipped; `raw` is what was built.

    Nothing is said of slips elsewhere than in CSV files and claims: how metrics, assumptions, sources and predictions
    are declared bears on rows that do not name it.
    """
    one, other = read_tables(before), read_tables(after)
    changed = {name: _difference(one.get(name, []), other.get(name, [])) for name in one.keys() | other.keys()}
    rests = _Rests(one, other)
    if item.path.endswith(".csv"):
        ids = {each for tables in (one, other) for each in _printed_there(tables, f"{item.path}:{item.line + 1}")}
        # All values of one version end on one day.
        references = [row for tables in (one, other) for row in tables["reference_values"]]
        versions = {row["version"] for row in references if row["figure_id"] in ids} - {""}
        ids |= {row["figure_id"] for row in references if row["version"] in versions}
    elif item.path == "claims.toml":
        ids = _claim_there(raw, item.line + 1) | {row["claim_id"] for row in changed["claims"]}
        # A figure's outcome counts the claims that list it, also those that do not state it.
        line = (raw / item.path).read_text(encoding="utf-8").splitlines()[item.line]
        ids |= {item.text, *re.findall(r'"([^"]+)"', line)} & {row["figure_id"] for row in other["figures"]}
    else:
        return []
    ids |= rests.renamed
    if changed.get("calibration"):  # the spread of every estimate rests on all cases that it is fitted to
        ids |= {row["figure_id"] for name in ("figures", "reference_values") for row in changed[name]}
    if changed["events"]:  # until when none had happened is counted from the first event of all
        ids |= {row["figure_id"] for row in changed["reference_values"] if row["basis"] == COUNT_BASIS}
    if changed.get("hazards"):
        ids |= {row["figure_id"] for row in changed["figure_outcomes"] if row["outcome"] in DATED}
    ids |= {row["figure_id"] for row in changed["comparisons"] if ids & set(row["evidence"])}
    return [
        f"{name}: {row}"
        for name, rows in sorted(changed.items())
        if name not in WHOLE
        for row in rows
        if row.get("statement_kind") != "prediction" and not ids & rests.ids(name, row)
    ]


_ROWS: dict[str, list[Row]] = {}
"""Rows of tables that have been read, by their hash: most tables of a release are those of the one before."""


def read_tables(release: Path) -> Tables:
    """Return the rows of a release's tables by name."""
    files = json.loads((release / "manifest.json").read_bytes())["files"]
    found: Tables = {}
    for path in sorted((release / "tables").glob("*.parquet")):
        known = files[f"tables/{path.name}"]["sha256"]
        if known not in _ROWS:
            _ROWS[known] = records(read_parquet(path))
        found[path.stem] = _ROWS[known]
    return found


def _difference(one: list[Row], other: list[Row]) -> list[Row]:
    """Return the rows that only one of two tables has, whatever their order."""
    if one is other:
        return []
    ignored = dict.fromkeys(OF_ALL, "")
    texts = [{json.dumps({**row, **ignored}, default=str): row for row in rows} for rows in (one, other)]
    return [row for mine, others in (texts, texts[::-1]) for text, row in mine.items() if text not in others]


def _printed_there(tables: Tables, place: str) -> set[str]:
    """Return the ids of what a line of a file says."""
    return {
        str(row[key])
        for name, key in IDS.items()
        for row in tables[name]
        if f"{row['locator']},".startswith(f"{place},")
    }


def _claim_there(raw: Path, line: int) -> set[str]:
    """Return the id of the claim in which a line of claims.toml stands."""
    file = read_raw(raw, "claims.toml")
    _, path = max(key for key in file.keys if key[0] <= line)
    return {claim["id"] for claim in file.toml()["claims"][path[1] : path[1] + 1]} if len(path) > 1 else set()


def _column(figure_id: str) -> tuple[str, str]:
    """Return the table and the quantity of a figure."""
    table, _, quantity = figure_id.split("/")
    return table, quantity


class _Rests:
    """Which ids the rows of two releases rest on, by what either of them says."""

    def __init__(self, one: Tables, other: Tables) -> None:
        self.known: dict[tuple[str, ...], set[str]] = {}
        for tables in (one, other):
            for name, *keys in EVIDENCE:
                for row in tables.get(name, []):
                    aside = [each.partition(":")[0] for each in row.get("excluded", ())]
                    self._know((keys[0], *(row[key] for key in keys)), (*row["evidence"], *aside))
        for tables in (one, other):
            for row in tables["claims"]:
                self._know(("claim_id", row["claim_id"]), (row["claim_id"], *row["states_figures"]))
            for row in tables["interpretations"]:
                self._know(("claim_id", row["claim_id"]), self.known.get(("metric_id", row["metric_id"]), ()))
        self.columns: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in one["figures"]:
            self.columns[_column(row["figure_id"])].add(row["figure_id"])
        self.printed: dict[str, set[str]] = defaultdict(set)
        """Figures by their print: a number of the prose that is printed like one counts as one."""
        for tables in (one, other):
            for row in tables["figures"]:
                self.printed[folded(row["text"] or "").text].add(row["figure_id"])
            for name, *keys in OF_TEXT:
                for row in tables.get(name, []):
                    self._know((name, *(row[key] for key in keys)), self._accounting(row))
        self.days = {tuple(row["figure_id"].split("/")[::2]) for row in one["figures"] if row.get("unit") == "date"}
        where = [{row["locator"]: row["observation_id"] for row in tables["observations"]} for tables in (one, other)]
        moved = {place for place in where[0].keys() & where[1].keys() if where[0][place] != where[1][place]}
        self.renamed = {ids[place] for ids in where for place in moved}
        """Observations that are called otherwise because another one is no longer like them."""

    def _know(self, key: tuple[str, ...], ids: Iterable[str]) -> None:
        self.known.setdefault(key, set()).update(ids)

    def _accounting(self, row: Row) -> set[str]:
        """Return the figure, or the claim with what it rests on, that a row of the text names."""
        found: set[str] = set()
        for named in filter(None, (row.get("quote_id"), row.get("told_by"))):
            claim = named.removeprefix("claims/")
            found |= {claim} if claim == named else {claim, *self.known.get(("claim_id", claim), ())}
        return found

    def ids(self, name: str, row: Row) -> set[str]:
        """Return what a row of a table rests on."""
        found = {str(row[key]) for key in IDS.values() if row.get(key)} | set(row.get("evidence", ()))
        if row.get("statement_kind") == "figure":
            found.add(row["statement_id"])
        if "subject" in row and name not in IDS:  # a printed table's row
            found |= {f"{name}/{row['subject']}/{quantity}" for quantity in (*row, row.get("quantity"))}
        if name == "projections":  # over the days on which what they count, in either release, was released
            counted = self.known[("quantity", row["quantity"], row["population"])]
            found |= {
                f"{table}/{each.split('/')[1]}/{day}" for each in counted if "/" in each for table, day in self.days
            }
        if row.get("result") == "no single date":  # of all of a column, of which it names two
            found |= self.columns[_column(row["figure_id"])]
        if name == "text_numbers":
            text = folded(row["text"]).text
            found |= self.printed.get(text, set()) | self.printed.get(text.partition(" ")[0], set())
        if name == "figure_outcomes":  # which counts the claims that rest on a figure
            found |= {each for ids in self.known.values() if row["figure_id"] in ids for each in ids}
        keys: list[tuple[Any, ...]] = [(key, row.get(key)) for key in ("claim_id", "metric_id", "prediction_id")]
        keys += [("claim_id", row.get("statement_id")), ("prediction_id", row.get("statement_id"))]
        keys += [("quantity", row.get("quantity"), row.get("population"))]
        keys += [(name, *(row.get(key) for key in own)) for table, *own in OF_TEXT if table == name]
        return found.union(*(self.known.get(key, ()) for key in keys))
