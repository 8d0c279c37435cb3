"""Statements as the report shows them: the article's assertions, and tests of its consistency.

Belongs here: what the report shows of a statement, and from which tables it comes. Does not: how an outcome is reached
(`judge.outcomes`), or predictions (`report.predictions`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from operator import itemgetter
from typing import Any
from urllib.parse import quote

from tidebook.pipelines.evaluate.known import best_groups
from tidebook.pipelines.judge.figure_outcomes import has_independent_value
from tidebook.pipelines.judge.outcome_words import BY_TODAYS_DATA, value_words
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.judge.varied import CUTOFF
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.formatting import format_date, format_value, joined
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.report import words
from tidebook.pipelines.report.counts import ASSERTION, UNTESTED, group_of
from tidebook.pipelines.report.figures import Figure, better_text, flipping_sources
from tidebook.pipelines.report.rows import by_key, only, totals_left_out
from tidebook.pipelines.report.words import DATED_VIEWS, STATUS_OF_VERDICT, replace_ids
from tidebook.schemas.units import UNITS
from tidebook.schemas.vocabulary import DRIFTED

TWO_LINES, SHORTEST = 210, 60
"""Characters of a statement and its correction in two lines; the correction keeps so many behind a long statement."""

CUTOFFS = "cutoffs."
"""Prefix of the assumptions that are cut-offs."""


@dataclass(frozen=True)
class ShownInterpretation:
    """One interpretation of a statement: its statuses by dated view, and in `why` the reason if none is testable."""

    rank: int
    words: str
    strictness: str
    metric_id: str
    measure: str
    condition: str
    number: str
    statuses: dict[str, str]
    why: str

    def at(self, view: str) -> str:
        """Return the status code in a dated view; as printed if no evidence bears on it."""
        return self.statuses.get(view) or self.statuses["as_printed"]


@dataclass(frozen=True)
class Statement:
    """A statement with its outcome.

    Attributes:
        notable: whether it is a takeaway, which lists show first.
        flip_condition: a condition under which the outcome would change, to follow `if`; `""` if none is known.
        flips_to: the printed text and the value that would change the outcome.
        distance: the factor between the two, as the absolute natural logarithm.
        sensitive_to: the assumption that the outcome is sensitive to, to follow `about`; `""` if there is none.
        since: the day on which it ceased to hold.
        asserted: ids of the figures that it states itself.
        row: its row of the table `outcomes`.
        number: the outcome of the figures whose number it prints, where a test of its own gives its statuses.
        evidence_ids: ids of the figures that the measures of its interpretations use.
        correction: what is so, as its card says it.
        source: who says so, as the correction names them.
        judged: the day on which it is judged, and why; then what periods and vintages say.
        trail: the rows that decided, in words.
        look_again: the day from which to look at it again, None if nothing is known of it; `keeps` says why.
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
    severity: str
    why: str
    statuses: dict[str, str]
    flip_condition: str
    flips_to: str
    distance: float | None
    sensitive_to: str
    since: str
    asserted: list[str]
    decided_by: str
    interpretations: list[ShownInterpretation]
    evidence_ids: list[str]
    substitutions: list[str]
    row: Row
    number: str = ""
    correction: str = ""
    source: str = ""
    judged: str = ""
    trail: Sequence[str] = ()
    look_again: dt.date | None = None
    keeps: str = ""

    @property
    def badge(self) -> str:
        """Its outcome, and whether that is of the statement or of the number that it prints."""
        return words.badge_words(self.outcome, self.number, self.statuses)

    @property
    def accepted(self) -> str:
        """Why its finding is accepted, "" if it is not."""
        return str(self.row.get("accepted") or "")

    @property
    def anchor(self) -> str:
        """The id of its place in the report."""
        return f"claim-{self.claim_id}"

    @property
    def is_tested(self) -> bool:
        """Whether available evidence tests it."""
        return group_of(self) != UNTESTED

    @property
    def brief(self) -> str:
        """What is so, as its card says it."""
        return self.correction

    @property
    def line(self) -> str:
        """The same, cut to what fits into two lines behind the statement."""
        return words.cut(self.correction, max(TWO_LINES - len(self.statement), SHORTEST))

    @property
    def reason(self) -> str:
        """Why it came out so; "" if its line says it, or if no more is to say than that it holds."""
        return "" if self.why in (self.brief, "it holds", f"it holds{BY_TODAYS_DATA}") else self.why

    @property
    def is_open(self) -> bool:
        """Whether its card is open, so that readers see at once why it does not hold."""
        return self.outcome in ("drifted", "wrong", "contradicts itself", "outdated", "premature")

    @property
    def repeats(self) -> bool:
        """Whether it says no more than the figures that it states."""
        return bool(self.asserted) and not any(each.strictness == "fair" for each in self.interpretations)

    @property
    def wording(self) -> bool:
        """Whether its status when published depends on the interpretation; for a test, its status as printed."""
        return len({interpretation.at("published") for interpretation in self.interpretations}) > 1


class StatementBuilder:
    """Builds statements from the rows of the tables.

    Args:
        rows: rows by table.
        figures: figures by id.
        names: words for ids, as in `words.replace_ids`.
        article: the article, for its address and dates.
    """

    def __init__(
        self,
        rows: Mapping[str, list[dict[str, Any]]],
        figures: Mapping[str, Figure],
        names: Mapping[str, str],
        article: Article,
    ) -> None:
        self.rows, self.figures, self.names, self.article = rows, figures, names, article
        self.assumptions = by_key(rows["assumptions"], "name")
        self.cutoffs: dict[str, float] = {}
        for name, row in self.assumptions.items():
            if name.startswith(CUTOFFS):
                self.cutoffs[name.removeprefix(CUTOFFS)] = float(row["value"])
        self.claims = by_key(rows["claims"], "claim_id")
        self.cards = {row["claim_id"]: row for row in rows.get("claim_cards", ())}
        self.metrics = by_key(only(rows["metrics"], evidence_view="printed"), "metric_id")
        self.strictness = {(row["claim_id"], row["rank"]): row["strictness"] for row in rows.get("interpretations", [])}
        self.judged = grouped(rows["interpretation_verdicts"], itemgetter("claim_id"))
        self.days = self._days()
        self.substitutions = flipping_sources(rows)
        self.tested = self._tested_metrics()
        self.better_texts = self._better_texts()

    def _tested_metrics(self) -> set[str]:
        """Return the metrics whose evidence has an independent value; the others have only a status as printed."""
        outcomes = by_key(self.rows["figure_outcomes"], "figure_id")
        referenced = best_groups(self.rows["figures"], self.rows.get("reference_values", []), dt.date.max)
        independent = set()
        for row in self.rows["figures"]:
            name = row["figure_id"]
            if has_independent_value(outcomes.get(name), row["kind"], name in referenced):
                independent.add(name)
        looked_up = {row["metric_id"] for row in self.rows.get("evidence_reads", [])}
        tested = set()
        for name, metric in self.metrics.items():
            if name.partition("/")[0] in looked_up or not independent.isdisjoint(metric["evidence"]):
                tested.add(name)
        return tested

    def _days(self) -> dict[str, dt.date | None]:
        known_on = by_key(only(self.rows["interpretation_verdicts"], evidence_view="best_known"), "as_of")
        return {
            "as_printed": None,
            "written": self.article.content_to,
            "published": self.article.published,
            "now": max(known_on, default=None),
        }

    def build(self) -> list[Statement]:
        """Return the assertions and tests, in the order of the claims; predictions are left out."""
        outcomes = {}
        for row in self.rows["outcomes"]:
            if row["statement_kind"] != "prediction":  # a claim and a prediction may share an id
                outcomes[row["statement_id"]] = row
        statements = []
        for name, claim in self.claims.items():
            if name in outcomes and claim["kind"] != "prediction":
                statements.append(self._statement(claim, outcomes[name]))
        return statements

    def _statement(self, claim: Row, row: Row) -> Statement:
        name = claim["claim_id"]
        kind = row["statement_kind"]
        statuses = list(DATED_VIEWS) if kind == ASSERTION else ["as_printed"]
        by_rank = grouped(self.judged[name], itemgetter("rank"))
        interpretations = [self._interpretation(by_rank[rank], statuses) for rank in sorted(by_rank)]
        flips_to, flip_condition = self._flip(row)
        return Statement(
            claim_id=name,
            statement=claim["statement"],
            section=claim["section"],
            kind=kind,
            notable=claim["kind"] == "takeaway",
            name=words.claim_name(claim),
            quote=claim.get("quote", ""),
            link=_passage(self.article.address, claim.get("quote", "")),
            outcome=row["outcome"],
            severity=row["severity"] or "",
            why=words.with_rounded(
                words.plain(words.in_quotes(_why(claim["statement"], row, self.names))),
                self.better_texts,
            ),
            statuses={view: row[view] for view in statuses},
            flip_condition=flip_condition,
            flips_to=flips_to,
            distance=_distance(row) if flip_condition else None,
            sensitive_to=self._sensitive_to(row, interpretations),
            since=format_date(row["false_since"]) if row.get("false_since") else "",
            asserted=list(claim.get("states_figures", ())),
            decided_by=claim.get("decided_by", "") or row["decided_by"],
            interpretations=interpretations,
            evidence_ids=self._evidence(interpretations),
            substitutions=self.substitutions.get(name, []),
            row=row,
            number=row.get("number") or "",
            **self._card(name, row),
        )

    def _better_texts(self) -> dict[str, str]:
        """Return how better values are rounded for reading, by their text at the source."""
        texts: dict[str, str] = {}
        for row in self.rows["figure_outcomes"]:
            texts |= words.shorter(row["better"], better_text(row))
        return texts

    def _interpretation(self, rows: Sequence[Row], views: Iterable[str]) -> ShownInterpretation:
        """Build an interpretation from its rows of `interpretation_verdicts`, one for each evidence view and day."""
        printed = next(iter(only(rows, evidence_view="printed")), rows[0])
        judged = self._by_view(rows, printed)
        codes = self._codes(rows, printed, judged)
        is_untestable = set(codes.values()) <= {"untestable", ""}
        metric = self.metrics.get(printed["metric_id"])
        shown = _first_tested(judged["published"], judged["written"]) or printed
        return ShownInterpretation(
            rank=printed["rank"],
            words=printed["interpretation"],
            strictness=self.strictness.get((printed["claim_id"], printed["rank"]), "fair"),
            metric_id=printed["metric_id"],
            measure=self._measure(metric) if metric else "",
            condition=self._condition(printed),
            number="" if is_untestable else self._number(printed, shown),
            statuses={view: codes[view] for view in views},
            why=replace_ids(printed["reason"], self.names) if is_untestable else "",
        )

    def _measure(self, metric: Row) -> str:
        left_out = totals_left_out(metric, self.rows["figures"])
        return f"{metric['meaning']} (without {joined(left_out)})" if left_out else metric["meaning"]

    def _codes(self, rows: Sequence[Row], printed: Row, judged: Mapping[str, Row | None]) -> dict[str, str]:
        """Return the status codes of an interpretation by dated view, "" where it is not judged."""
        codes = {view: STATUS_OF_VERDICT[row["status"]] if row else "" for view, row in judged.items()}
        first = next(iter(only(rows, evidence_view="best_known", as_of=self.article.content)), None)
        if first and STATUS_OF_VERDICT[first["status"]] != codes["written"]:
            codes["written"] = "depends"
        if printed["metric_id"] not in self.tested:
            codes |= dict.fromkeys(("written", "published", "now"), "")
        return codes

    def _by_view(self, rows: Sequence[Row], printed: Row) -> dict[str, Row | None]:
        best_known = by_key(only(rows, evidence_view="best_known"), "as_of")
        judged: dict[str, Row | None] = {}
        for view, day in self.days.items():
            judged[view] = best_known.get(day) if day else printed
        return judged

    def _number(self, printed: Row, shown: Row) -> str:
        """Return the shown value as in the reason, with enough digits to differ from the bounds of its condition."""
        predicate = parse_predicate(printed["predicate"], self.cutoffs, printed["unit"])
        return value_words(shown["value"], shown["unit"], predicate.bounds)

    def _condition(self, printed: Row) -> str:
        predicate = parse_predicate(printed["predicate"], self.cutoffs, printed["unit"])
        unit = printed["unit"]
        if predicate.form == "at_most" and predicate.bounds == (0,) and unit in UNITS and UNITS[unit].whole:
            return "zero"
        # A p-value's bound follows the words of the condition: without its own "p =".
        bounds = [format_value(bound, unit).removeprefix("p = ") for bound in predicate.bounds]
        return predicate.words_of(bounds)

    def _flip(self, row: Row) -> tuple[str, str]:
        """Return the change of a figure that would change the outcome: as `$35B → $28B or less`, and in words."""
        figure = self.figures.get(row["flip_figure_id"])
        if figure is None or row["flip_from"] is None or row["flip_at"] is None:
            return "", ""
        bound = words.flip_point(row["flip_from"], row["flip_at"], row["flip_unit"], figure.text)
        if row["flip_from"] == figure.value:
            return f"{figure.text} → {bound}", f"{figure.name} were {bound} (printed: {figure.text})"
        known = words.as_prose(format_value(row["flip_from"], row["flip_unit"]))
        return f"{known} → {bound}", f"{figure.name} were {bound} (known: {known}; printed: {figure.text})"

    def _sensitive_to(self, row: Row, interpretations: Sequence[ShownInterpretation]) -> str:
        """Return the first assumption that an outcome is sensitive to, with its value, and count the others.

        The day on which it was written is none: the reason says how an outcome depends on it.
        """
        assumptions = [name for name in row["sensitive_to"] if name != "written"]
        if not assumptions:
            return ""
        name, *others = assumptions
        assumption = self.assumptions.get(name)
        value = assumption["value"] if assumption else ""
        if name.startswith(CUTOFFS):
            what = f"cut-off “{words.humanize_inside(name.removeprefix(CUTOFFS))}”"
        elif name == CUTOFF:
            deciding = next((each for each in interpretations if each.rank == row["decided_rank"]), interpretations[0])
            what = f"cut-off that we chose, “{deciding.words}”"
        elif assumption:
            meaning = assumption["meaning"]
            what = words.plain(meaning[:1].lower() + meaning[1:])
        else:
            what = words.humanize_inside(name.replace(".", ", "))
        more = f", and {len(others)} more" if others else ""
        article = "" if what.startswith(("what ", "how ", "which ")) else "the "
        return f"{article}{what}{f' ({value})' if value else ''}{more}"

    def _evidence(self, interpretations: Iterable[ShownInterpretation]) -> list[str]:
        """Return the figures that the measures of the interpretations use, each once, in order."""
        evidence: dict[str, None] = {}
        for interpretation in interpretations:
            metric = self.metrics.get(interpretation.metric_id)
            evidence.update(dict.fromkeys(name for name in (metric or {}).get("evidence", ()) if name in self.figures))
        return list(evidence)

    def _card(self, name: str, row: Row) -> dict[str, Any]:
        """Return what the card of a claim says: what is so, the day, and the rows that decided."""
        card = self.cards.get(name)
        if not card:
            return {"correction": row["why"]}
        about = [f"judged by {format_date(card['day'])}, {card['day_reason']}", card["periods"]]
        about += [card["vintage_words"], card["keeps"]]
        said = row["why"] if row["outcome"] == DRIFTED else card["correction"]
        return {
            "correction": words.plain(words.in_quotes(replace_ids(said, self.names))),
            "source": words.plain(words.in_quotes(replace_ids(card["source"] or "", self.names))),
            "judged": "; ".join(filter(None, about)),
            "trail": [replace_ids(line, self.names) for line in card["trail"]],
            "look_again": card["look_again"],
            "keeps": card["keeps"] or "",
        }


def _first_tested(*rows: Row | None) -> Row | None:
    for row in rows:
        if row and row["status"] != "untestable":
            return row
    return None


def _distance(row: Row) -> float | None:
    """Return the factor between a figure and its tipping point, as the absolute natural logarithm."""
    value, flip_at = row["flip_from"], row["flip_at"]
    # Across zero there is no factor.
    if not value or not flip_at or flip_at / value <= 0:
        return None
    return abs(log(flip_at / value))


def _why(statement: str, row: Row, names: Mapping[str, str]) -> str:
    """Explain an outcome; the statement itself is not repeated."""
    return replace_ids(row["why"].replace(f"“{statement}”", "it"), names)


def _passage(address: str, passage: str) -> str:
    """Return the address of a passage as a text fragment, which browsers scroll to; `""` without a web address."""
    if not words.web_address(address):
        return ""
    # In text fragments a hyphen has a meaning of its own, and `quote` leaves it as it is.
    return f"{address}#:~:text={quote(passage, safe='').replace('-', '%2D')}" if passage else address


def readers(statements: Iterable[Statement]) -> dict[str, list[tuple[str, str]]]:
    """Return by figure the statements that state or use it and do not stand, each as anchor and name."""
    affected: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for statement in statements:
        if statement.outcome in ("stands", "consistent"):
            continue
        for name in dict.fromkeys([*statement.asserted, *statement.evidence_ids]):
            affected[name].append((statement.anchor, statement.name))
    return affected
