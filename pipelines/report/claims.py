"""Statements with their outcomes, as the report shows them: assertions of the article, and tests of its consistency.

Belongs here: what is shown of a statement, and how it comes out of the tables. Does not: how an outcome is found
(`judge.outcomes`), or predictions, which have a module of their own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from operator import itemgetter
from typing import Any
from urllib.parse import quote

from tidebook.pipelines.evaluate.known import best_references
from tidebook.pipelines.judge.outcome_words import wrong_words
from tidebook.pipelines.judge.predicates import FORMS, parse_predicate
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.formatting import format_date, format_value, joined
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.report import words
from tidebook.pipelines.report.figures import Figure, turning_sources
from tidebook.pipelines.report.words import CODES, MOMENTS, replace_ids

ASSERTION = "assertion"
FALSE = ("wrong", "outdated")
LONGEST = 230
"""So many characters of the sentence that says why are shown at once."""

CUTOFFS = "cutoffs."
"""What the names of assumptions that are cut-offs begin with."""


@dataclass(frozen=True)
class ShownReading:
    """A statement read in one way: how it stands at each moment, and why it cannot be tested where it can at none."""

    rank: int
    words: str
    weight: str
    metric_id: str
    measure: str
    condition: str
    number: str
    moments: dict[str, str]
    why: str

    def at(self, moment: str) -> str:
        """Return how it stands at a moment, or as printed where it is not judged at that."""
        return self.moments.get(moment) or self.moments["as_printed"]


@dataclass(frozen=True)
class Basis:
    """A figure that a statement rests on, with the value that stood for it when published, and those that turn it."""

    figure: Figure
    known: str
    turns_at: str


@dataclass(frozen=True)
class Statement:
    """A statement with its outcome.

    `turns` says what would turn it, to follow `if`, `turns_to` which value would; `hangs` on which assumption of ours,
    empty where on none; `since` when it holds no longer; `asserted` are the figures that it states itself. It is
    `notable` where readers take it away.
    """

    claim_id: str
    kind: str
    notable: bool
    name: str
    statement: str
    section: str
    quote: str
    link: str
    outcome: str
    why: str
    moments: dict[str, str]
    turns: str
    turns_to: str
    distance: float | None
    hangs: str
    since: str
    asserted: list[str]
    decided_by: str
    readings: list[ShownReading]
    evidence: list[Basis]
    swaps: list[str]
    row: Row

    @property
    def anchor(self) -> str:
        """The id of its place in the report."""
        return f"claim-{self.claim_id}"

    @property
    def brief(self) -> str:
        """Why; where that is long, how many fair readings come to what, or the first clauses."""
        if len(self.why) <= LONGEST:
            return self.why
        fair = [each for each in self.readings if each.weight == "fair"]
        if self.kind == ASSERTION and len(fair) > 1:
            return _counted(fair)
        ends = [found.start() for found in re.finditer(r"; |, and |, but |, although ", self.why[:LONGEST])]
        cut = self.why[: ends[-1]] if ends else words.first_words(self.why, LONGEST)
        return f"{cut} …{'”' * (cut.count('“') - cut.count('”'))}"

    @property
    def wording(self) -> bool:
        """Whether its readings do not all stand alike when published, or as printed for a test."""
        return len({reading.at("published") for reading in self.readings}) > 1


class StatementBuilder:
    """Puts statements together from the rows of the tables."""

    def __init__(
        self,
        rows: Mapping[str, list[dict[str, Any]]],
        figures: Mapping[str, Figure],
        names: Mapping[str, str],
        article: Article,
    ) -> None:
        self.rows, self.figures, self.names, self.article = rows, figures, names, article
        self.cutoffs = {
            row["name"].removeprefix(CUTOFFS): float(row["value"])
            for row in rows["assumptions"]
            if row["name"].startswith(CUTOFFS)
        }
        self.meant = {row["name"]: (row["meaning"], row["value"]) for row in rows["assumptions"]}
        self.claims = {row["claim_id"]: row for row in rows["claims"]}
        self.metrics = {row["metric_id"]: row for row in rows["metrics"]}
        self.weights = {(row["claim_id"], row["rank"]): row["weight"] for row in rows.get("readings", [])}
        self.judged = grouped(rows["reading_verdicts"], itemgetter("claim_id"))
        self.flips = grouped(rows.get("flips", []), itemgetter("claim_id"))
        known_on = (row["as_of"] for row in rows["reading_verdicts"] if row["lens"] == "best_known")
        self.days: dict[str, dt.date | None] = {
            "as_printed": None,
            "written": article.content,
            "published": article.published,
            "now": max(known_on, default=None),
        }
        titles = {row["source_id"]: row["title"] for row in rows["sources"]}
        self.known = {
            name: f"{row['text']} ({format_date(row['as_of'])}, {titles[row['source_id']]})"
            for name, row in best_references(rows["figures"], rows.get("references", []), article.published).items()
        }
        self.swaps = turning_sources(rows)

    def build(self) -> list[Statement]:
        """Return the assertions and tests in the order of the claims, but for those that are predictions."""
        outcomes = {row["statement_id"]: row for row in self.rows["outcomes"] if row["statement_kind"] != "prediction"}
        return [
            self._statement(claim, outcomes[name])
            for name, claim in self.claims.items()
            if name in outcomes and claim["kind"] != "prediction"
        ]

    def _statement(self, claim: Row, row: Row) -> Statement:
        name = claim["claim_id"]
        kind = row["statement_kind"]
        moments = list(MOMENTS) if kind == ASSERTION else ["as_printed"]
        ranks = grouped(self.judged[name], itemgetter("rank"))
        readings = [self._reading(ranks[rank], moments) for rank in sorted(ranks)]
        turns_to, turns = self._turns(row)
        from_, at = row["turns_from"], row["turns_at"]
        return Statement(
            **{column: claim[column] for column in ("claim_id", "statement", "section")},
            kind=kind,
            notable=claim["kind"] == "takeaway",
            name=claim["title"] or words.humanize(name),
            quote=claim.get("quote", ""),
            link=_passage(self.article.address, claim.get("quote", "")),
            outcome=row["outcome"],
            why=words.plain(words.in_quotes(_why(row, readings, self.names))),
            moments={each: row[each] for each in moments},
            turns=turns,
            turns_to=turns_to,
            distance=abs(log(at / from_)) if turns and from_ and at and at / from_ > 0 else None,
            hangs=self._hangs(row),
            since=format_date(row["since"]) if row.get("since") else "",
            asserted=list(claim.get("asserts", ())),
            decided_by=claim.get("decided_by", "") or row["decided_by"],
            readings=readings,
            evidence=self._evidence(name, readings),
            swaps=self.swaps.get(name, []),
            row=row,
        )

    def _reading(self, rows: Sequence[Row], moments: Iterable[str]) -> ShownReading:
        by_day = {row["as_of"]: row for row in rows if row["lens"] == "best_known"}
        printed = next((row for row in rows if row["lens"] == "printed"), rows[0])
        found = {each: by_day.get(day) if day else printed for each, day in self.days.items()}
        codes = {each: CODES[row["status"]] if row else "" for each, row in found.items()}
        metric = self.metrics.get(printed["metric_id"])
        tested = (row for row in (found["published"], found["written"]) if row and row["status"] != "untestable")
        shown = next(tested, printed)
        untestable = set(codes.values()) <= {"U", ""}
        predicate = parse_predicate(printed["predicate"], self.cutoffs)
        bounds = (format_value(bound, printed["unit"]).removeprefix("p = ") for bound in predicate.bounds)
        return ShownReading(
            rank=printed["rank"],
            words=printed["reading"],
            weight=self.weights.get((printed["claim_id"], printed["rank"]), "fair"),
            metric_id=printed["metric_id"],
            measure=metric["meaning"] if metric else "",
            condition=FORMS[predicate.form].words.format(*bounds),
            number="" if untestable else format_value(shown["value"], shown["unit"]),
            moments={each: codes[each] for each in moments},
            why=replace_ids(printed["reason"], self.names) if untestable else "",
        )

    def _turns(self, row: Row) -> tuple[str, str]:
        """Return the value that would turn it, and that with the figure which would have to have it."""
        figure = self.figures.get(row["turns_figure_id"])
        if figure is None or row["turns_from"] is None or row["turns_at"] is None:
            return "", ""
        bound = words.turning_point(row["turns_from"], row["turns_at"], row["turns_unit"], figure.text)
        return f"{figure.text} → {bound}", f"{figure.name} were {bound} instead of {figure.text}"

    def _hangs(self, row: Row) -> str:
        if not row["hangs_on"]:
            return ""
        name, *others = row["hangs_on"]
        meant, value = self.meant.get(name, (words.humanize_inside(name.replace(".", ", ")), ""))
        what = words.plain(meant[:1].lower() + meant[1:])
        if name.startswith(CUTOFFS):
            what = f"the cut-off “{words.humanize_inside(name.removeprefix(CUTOFFS))}”"
        more = f", and {len(others)} more" if others else ""
        return f"{what}{value and f', {value}'}{more}"

    def _evidence(self, claim_id: str, readings: Iterable[ShownReading]) -> list[Basis]:
        named = [
            name for each in readings if (metric := self.metrics.get(each.metric_id)) for name in metric["evidence"]
        ]
        turning: dict[str, list[str]] = defaultdict(list)
        for row in self.flips[claim_id]:
            figure = self.figures.get(row["figure_id"])
            if figure and figure.value is not None:
                bound = words.turning_point(figure.value, figure.value * row["factor"], figure.unit, figure.text)
                turning[figure.figure_id].append(bound)
        return [
            Basis(self.figures[name], self.known.get(name, ""), joined(turning[name], "or"))
            for name in dict.fromkeys(named)
            if name in self.figures
        ]


def _why(row: Row, readings: Sequence[ShownReading], names: Mapping[str, str]) -> str:
    """Return why an outcome is what it is, in one sentence: where readings differ, how many come to what."""
    if row["outcome"] != "depends" or len(readings) < 2:
        return replace_ids(row["why"], names)
    wrong = [names.get(name, name) for name in row["although"]]
    said = _counted([each for each in readings if each.weight == "fair"])
    return f"{said}, although {wrong_words(wrong)}" if wrong else said


def _counted(fair: Sequence[ShownReading]) -> str:
    """Return how many fair readings come to what when published, or when written where later none can be tested."""
    published = [each.at("published") for each in fair]
    tested = set(published) != {"U"}
    then = published if tested else [each.at("written") for each in fair]
    times = {code: f" in {then.count(code)}" if len(set(then)) > 1 else "" for code in _COUNTED if code in then}
    said = joined([f"{_COUNTED[code]}{often}" for code, often in times.items()])
    alike = "in both" if len(fair) == 2 else f"in all {len(fair)}"
    of_how_many = alike if len(set(then)) == 1 else f"of {len(fair)}"
    start = f"{of_how_many} fair readings it" if len(fair) > 1 else "it"
    return f"{start} {said}" if tested else f"when written, {start} {said}; later nothing tests it"


_COUNTED = {"S": "holds", "C": "does not hold", "D": "is left open by vague figures", "U": "cannot be tested"}


def _passage(address: str, said: str) -> str:
    """Return the address of a passage by its words, which browsers find and mark; the bare address without words."""
    fragment = f"#:~:text={quote(said, safe='').replace('-', '%2D')}" if said else ""
    return f"{address}{fragment}" if words.web_address(address) else ""


def readers(statements: Iterable[Statement]) -> dict[str, list[tuple[str, str]]]:
    """Return the statements that assert each figure or rest on it, and do not stand, as anchor and name."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for each in statements:
        names = [*each.asserted, *(basis.figure.figure_id for basis in each.evidence)]
        for name in dict.fromkeys(names) if each.outcome not in ("stands", "agrees") else ():
            found[name].append((each.anchor, each.name))
    return found
