"""The first screen: two or three sentences from the counts, and at most five lines of what is not so.

Belongs here: what is said first of any dossier, in at most 200 words. Does not: what is said of each figure, statement
or prediction, which is in the modules named after them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from tidebook.pipelines.read.formatting import format_count, joined
from tidebook.pipelines.report.claims import Statement
from tidebook.pipelines.report.counts import ASSERTION, MINOR, claim_counts
from tidebook.pipelines.report.figures import Card, FiguresSection, ShownSource
from tidebook.pipelines.report.predictions import ShownPrediction
from tidebook.pipelines.report.text_findings import NO_TEXT, TextFinding, TextSection
from tidebook.pipelines.report.words import cut
from tidebook.schemas.vocabulary import CONTRADICTS, FAULTED

SHOWN = 5
"""Maximum lines."""

LONGEST, LONGEST_FACT, LONGEST_SOURCE = 90, 110, 60
"""Maximum characters of what a line says, of what is so in fact, and of who says so."""

INCONSISTENT, BY_ROUNDING = "inconsistent: ", "only by rounding: "
"""Prefix of notes on relations within tables."""

FALSIFIED = ("drifted", "wrong", CONTRADICTS)
"""Outcomes that a reader should not believe."""

UNRELIABLE = 1 / 3
"""Minimum share of wrong or outdated figures for the advice not to rely on the numbers."""


@dataclass(frozen=True)
class Line:
    """One line: what the article says, what is so in fact, and who says so.

    Attributes:
        text: a statement, or the name of a number.
        fact: what is so; of a number, how far it is off.
        link: where more is said.
        source: who says so; "" where nobody does or the fact names them.
        shown: the number that it is about, with the better value; None of a statement without one.
    """

    text: str
    fact: str
    link: str
    source: ShownSource | str = ""
    shown: Card | TextFinding | None = None


@dataclass(frozen=True)
class Headline:
    """The first screen.

    Attributes:
        sentences: what the counts say.
        short: the text of the badge.
        lines: the gravest findings of each kind.
        more: how many others there are.
        none: what is said where there are no lines.
        is_bad: whether it reports any error.
    """

    sentences: list[str]
    short: str
    lines: list[Line]
    more: int
    none: str
    is_bad: bool = False


class Places(NamedTuple):
    """Comparisons of the article's own numbers: statements judged by print, relations in tables, places of its text."""

    agree: int
    contradict: int
    open: int

    @property
    def total(self) -> int:
        """All places."""
        return self.agree + self.contradict + self.open


def headline(
    figures: FiguresSection,
    statements: Sequence[Statement],
    predictions: Sequence[ShownPrediction],
    text: TextSection = NO_TEXT,
) -> Headline:
    """Compose the first screen."""
    claims = [statement for statement in statements if statement.kind == ASSERTION]
    tests = [each for each in statements if each.kind != ASSERTION and each.outcome == CONTRADICTS]
    places = _places(figures, statements, text)
    judged = [_figures_words(figures), _text_words(text), f"{claim_counts(claims).words}." if claims else ""]
    if places.total and not figures.checkable:
        # Without any reference, its own figures are all that there is to say.
        judged = [_places_words(places), _figures_words(figures)]
    drifted = _drifted(figures, statements)
    sentences = filter(None, [_drifted_words(drifted), *judged, _predictions_words(predictions)])
    contradictions = _contradictions(figures, statements, text)
    numbers = [*_figure_lines(figures, FALSIFIED), *map(_text_line, text.certain)]
    groups = [
        sorted(numbers, key=_graveness, reverse=True),
        _statements([*claims, *tests], FALSIFIED, figures),
        _figure_lines(figures, ("outdated",)),
        _statements(claims, ("outdated",), figures),
        _failed(predictions),
    ]
    lines = _in_turn(groups)
    return Headline(
        sentences=[*sentences] or ["It has no figure, claim or prediction that is judged here."],
        short=(f"{drifted} drifted, " if drifted else "") + _short(figures, places, contradictions),
        lines=lines,
        more=sum(map(len, groups)) - len(lines),
        none=_none_wrong(figures, places),
        is_bad=bool(figures.faulted[0] or contradictions or drifted),
    )


def _in_turn(groups: Sequence[Sequence[Line]]) -> list[Line]:
    """Return the first line of each group, then the second of each, until there are enough; in the groups' order.

    A statement is left out whose number has a line already.
    """
    ranked = sorted((rank, number) for number, group in enumerate(groups) for rank in range(len(group)))
    taken: dict[tuple[int, int], Line] = {}
    for rank, number in ranked:
        line = groups[number][rank]
        is_told = line.shown and any(line.shown is other.shown for other in taken.values())
        if len(taken) < SHOWN and not is_told:
            taken[number, rank] = line
    return [line for _, line in sorted(taken.items())]


# The article's text against what is judged of it


def _drifted(figures: FiguresSection, statements: Sequence[Statement]) -> int:
    """Count the statements and figures whose words the article's text no longer has."""
    return figures.counts["drifted"] + sum(statement.outcome == "drifted" for statement in statements)


def _drifted_words(count: int) -> str:
    if not count:
        return ""
    places = "one place" if count == 1 else f"{count} places"
    return f"The text has changed: in {places} it no longer says what is judged here."


# The article against itself


def _tables_contradict(figures: FiguresSection) -> int:
    """Count the relations within tables that do not hold; one with several figures counts once."""
    reasons = {card.reason for card in figures.of(CONTRADICTS)}
    found = sum(text.startswith(INCONSISTENT) for _, text in figures.notes)
    return max(len(reasons), found)


def _text_words(text: TextSection) -> str:
    count = len(text.certain)
    return f"Its text contradicts itself in {'one place' if count == 1 else f'{count} places'}." if count else ""


def _places(figures: FiguresSection, statements: Sequence[Statement], text: TextSection) -> Places:
    statuses = Counter(statement.statuses["as_printed"] for statement in statements)
    by_rounding = sum(text.startswith(BY_ROUNDING) for _, text in figures.notes)
    contradict = statuses["contradicted"] + _tables_contradict(figures) + len(text.certain)
    return Places(statuses["supported"] + by_rounding, contradict, statuses["depends"])


def _contradictions(figures: FiguresSection, statements: Sequence[Statement], text: TextSection) -> int:
    """Count contradictions: statements by their outcome, relations within tables, and places of the text."""
    return sum(each.outcome == CONTRADICTS for each in statements) + _tables_contradict(figures) + len(text.certain)


def _places_words(places: Places) -> str:
    if places.total == 1:
        verb = "may or may not agree with"
        if places.agree:
            verb = "agree with"
        elif places.contradict:
            verb = "contradict"
        return f"Its numbers {verb} each other in the one place that was compared."
    where = "both" if places.total == 2 else f"all {places.total}"
    if places.agree == places.total:
        return f"Its numbers agree with each other in {where} places that were compared."
    if places.contradict == places.total:
        return f"Its numbers contradict each other in {where} places that were compared."
    return f"Its numbers agree with each other in {places.agree} of {places.total} places; {_other_places(places)}."


def _other_places(places: Places) -> str:
    """Return in words how many places contradict, and how many are open."""
    rest = []
    if places.contradict:
        verb = "contradicts" if places.contradict == 1 else "contradict"
        rest.append(f"{places.contradict} {verb} its own figures")
    if places.open:
        rest.append(f"{places.open} {'is' if places.open == 1 else 'are'} open")
    return joined(rest)


def _none_wrong(figures: FiguresSection, places: Places) -> str:
    if figures.checkable or not places.total:
        return "Nothing is known to be wrong."
    return "Nothing that was compared contradicts its own figures; no other source bears on them."


# Sentences


def _figures_words(figures: FiguresSection) -> str:
    total, checkable = len(figures.cards), figures.checkable
    faulted, faults = figures.faulted
    if not total:
        return ""
    if not checkable:
        what = "its only figure" if total == 1 else f"any of its {total} figures"
        return f"No independent value is known for {what}."
    if not faulted:
        return _unfaulted_words(figures)
    was = "was" if faulted == 1 else "were"
    if checkable == 1:
        return f"Don’t rely on its numbers: the only one that can be checked was {faults} when it was published."
    start = "Don’t rely on its numbers:" if faulted / checkable >= UNRELIABLE else "Most of its numbers are right, but"
    of = format_count(checkable, "checkable figure")
    return f"{start} {faulted} of {of} {was} {faults} when it was published."


def _neither_words(figures: FiguresSection) -> str:
    parts = []
    for count, one, many in (
        (len(figures.minor), "is off by too little to matter", "are off by too little to matter"),
        (figures.counts["depends"], "depends on the source or the basis", "depend on the source or the basis"),
    ):
        if count:
            parts.append(f"{count} {one if count == 1 else many}")
    return joined(parts)


def _unfaulted_words(figures: FiguresSection) -> str:
    """Describe checkable figures of which none is known to be wrong or out of date."""
    checkable, right, early = figures.checkable, _right(figures), figures.counts["premature"]
    if right < checkable:
        rest = _neither_words(figures)
        return (
            f"{right} of {format_count(checkable, 'checkable figure')} {'is' if right == 1 else 'are'} right; {rest}."
        )
    if checkable == 1:
        return "Its only checkable figure is right."
    then = f", {early} of them only since it was written" if early else ""
    return f"All {format_count(checkable, 'checkable figure')} are right{then}."


def _right(figures: FiguresSection) -> int:
    return figures.checkable - len(figures.minor) - figures.counts["depends"]


def _short(figures: FiguresSection, places: Places, contradictions: int) -> str:
    checkable = figures.checkable
    faulted, faults = figures.faulted
    against_itself = format_count(contradictions, "contradiction") if contradictions else ""
    if not checkable and not places.total:
        return against_itself or "no figure can be checked"
    if not checkable:
        return f"{against_itself or 'consistent'} in {format_count(places.total, 'place')}"
    words = (
        f"{faulted} of {checkable} figures {faults}" if faulted else f"{_right(figures)} of {checkable} figures right"
    )
    return ", ".join(filter(None, (words, against_itself)))


_DECIDED = {"came true": "came true", "failed": "failed", "unlikely": "is now very unlikely"}
"""Words for a prediction that is decided or very unlikely."""


def _predictions_words(predictions: Sequence[ShownPrediction]) -> str:
    """Count the predictions that came true, and those that failed or hardly can come true."""
    predictions = [prediction for prediction in predictions if prediction.outcome != "advice"]
    counts = Counter("unlikely" if prediction.is_very_unlikely else prediction.outcome for prediction in predictions)
    if not predictions:
        return ""
    if len(predictions) == 1:
        (outcome,) = counts
        return f"Its one prediction {_DECIDED.get(outcome, 'is not decided')}."
    came_true, failed = counts["came true"], counts["failed"] + counts["unlikely"]
    against = f"; {failed} failed or {'is' if failed == 1 else 'are'} very unlikely" if failed else ""
    return f"{came_true or 'None'} of {len(predictions)} predictions came true{against}."


# Lines


def _statements(claims: Sequence[Statement], outcomes: Sequence[str], figures: FiguresSection) -> list[Line]:
    """Return lines of the claims with one of some outcomes that say more than the faulted figures which they state.

    Notable claims come first; then wrong ones by the severity of that figure, the others in the article's order.
    """
    faulted = {card.figure.figure_id: card for card in figures.of(*FAULTED, "drifted")}

    def stated(claim: Statement) -> list[Card]:
        return [faulted[name] for name in claim.asserted if name in faulted]

    def order(claim: Statement) -> tuple[bool, int, float]:
        worst = max(map(attrgetter("graveness"), stated(claim)), default=(0, 0.0))
        severity, index = worst if claim.outcome == "wrong" else (0, 0.0)
        return not claim.notable, -severity, -index

    lines = []
    material = [claim for claim in claims if claim.outcome in outcomes and claim.severity != MINOR]
    for claim in sorted(material, key=order):
        cards = stated(claim)
        if not claim.accepted and not (claim.repeats and cards):
            text, link = cut(claim.statement, LONGEST), f"#{claim.anchor}"
            if cards:
                lines.append(_line(text, cards[0], link))
            else:
                fact = cut(claim.correction.removesuffix(f" ({claim.source})"), LONGEST_FACT)
                lines.append(Line(text, fact.removeprefix("in fact, "), link, cut(claim.source, LONGEST_SOURCE)))
    return lines


def _figure_lines(figures: FiguresSection, outcomes: Sequence[str]) -> list[Line]:
    """Return a line for each figure with some outcomes, one for all of a contradiction, the gravest first."""
    return [_line(card.figure.title, card, f"#{card.anchor}") for card in _once(figures.of(*outcomes))]


def _line(text: str, card: Card, link: str) -> Line:
    return Line(text, cut(card.off, LONGEST_FACT), link, card.source or "", card)


def _text_line(finding: TextFinding) -> Line:
    return Line(finding.title, cut(finding.why, LONGEST_FACT), f"#{finding.anchor}", shown=finding)


def _graveness(line: Line) -> tuple[int, float]:
    return line.shown.graveness if line.shown else (0, 0.0)


def _once(cards: Sequence[Card]) -> list[Card]:
    """Return the cards with one for each contradiction, whose figures all have its reason."""
    first: dict[str, Card] = {}
    for card in cards:
        first.setdefault(card.reason if card.outcome == "contradicts itself" else card.figure.figure_id, card)
    return list(first.values())


def _failed(predictions: Sequence[ShownPrediction]) -> list[Line]:
    failed, unlikely = [], []
    for prediction in predictions:
        text, link = cut(prediction.statement, LONGEST), f"#{prediction.anchor}"
        if prediction.outcome == "failed":
            failed.append(Line(text, cut(prediction.why, LONGEST_FACT), link))
        if prediction.is_very_unlikely:
            # Not `at most less than 0.1%`.
            most = prediction.most if prediction.most.startswith("less") else f"at most {prediction.most}"
            unlikely.append(Line(text, f"very unlikely: {most}" if prediction.has_record else "very unlikely", link))
    return [*failed, *unlikely]
