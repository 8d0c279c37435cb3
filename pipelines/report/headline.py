"""The first screen: sentences from the counts, and short lists of what a reader should remember, composed by rule.

Belongs here: what is said first of any dossier. Does not: what is said of each figure, statement or prediction, which
is in the modules named after them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import NamedTuple

from tidebook.pipelines.read.formatting import format_count, joined
from tidebook.pipelines.report.claims import Statement
from tidebook.pipelines.report.counts import ASSERTION, MINOR, UNTESTED, claim_counts, group_of
from tidebook.pipelines.report.figures import Card, FiguresSection
from tidebook.pipelines.report.predictions import ShownPrediction
from tidebook.pipelines.report.text_findings import NO_TEXT, TextFinding, TextSection
from tidebook.pipelines.report.words import cut
from tidebook.schemas.vocabulary import CONTRADICTS, FAULTED

SHOWN = 5
"""Maximum lines per list."""

LONGEST, LONGEST_CORRECTION = 110, 140
"""Maximum characters of a statement in a list, and of what is so in fact after it."""

STATEMENTS = 2
"""Maximum statements in a mixed list, as long as figures fill the other lines."""

INCONSISTENT, BY_ROUNDING = "inconsistent: ", "only by rounding: "
"""Prefix of notes on relations within tables."""

FALSIFIED = ("drifted", "wrong", CONTRADICTS)
"""Outcomes that a reader should not believe."""

UNRELIABLE = 1 / 3
"""Minimum share of wrong or outdated figures for the advice not to rely on the numbers."""


@dataclass(frozen=True)
class Line:
    """One line of a list: its text, a detail, a link to more; and the figure or finding whose values it shows."""

    text: str
    detail: str
    link: str
    shown: Card | TextFinding | None = None


@dataclass(frozen=True)
class Lines:
    """A list of the first screen; `none` is the text of an empty one, `more` counts lines that are left out."""

    title: str
    lines: list[Line]
    more: int
    link: str
    none: str


@dataclass(frozen=True)
class Headline:
    """The first screen; `short` is the text of the badge, `is_bad` whether it reports any error."""

    sentences: list[str]
    short: str
    lists: list[Lines]
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
    of_figures = [_figures_words(figures), _other_words(figures), _expired_words(figures)]
    judged = [*of_figures, _text_words(text), _claims_words(claims)]
    if places.total and not figures.checkable:
        # Without any reference, its own figures are all that there is to say.
        judged = [_places_words(places), _figures_words(figures), _expired_words(figures)]
    drifted = _drifted(figures, statements)
    sentences = filter(None, [_drifted_words(drifted), *judged, _predictions_words(predictions)])
    contradictions = _contradictions(figures, statements, text)
    lists = [
        _not_to_believe(figures, [*claims, *tests], text, _none_wrong(figures, places)),
        _mixed_list(
            "Already false when published",
            "Nothing is known to have been out of date.",
            _figure_lines(figures, ("outdated",)),
            _statements(_unlisted(claims, figures.of("outdated")), ("outdated",), figures),
        ),
        _standing(claims, figures),
        _failed(predictions),
    ]
    is_bad = bool(figures.faulted[0] or contradictions or drifted)
    said = [*sentences] or ["It has no figure, claim or prediction that is judged here."]
    short = f"{drifted} drifted, " if drifted else ""
    return Headline(said, short + _short(figures, places, contradictions), lists, is_bad)


def _not_to_believe(
    figures: FiguresSection, statements: Sequence[Statement], text: TextSection, none_wrong: str
) -> Lines:
    """List what is wrong or contradicts itself: figures and places of the text by severity, then statements."""
    lines = [*_figure_lines(figures, FALSIFIED), *map(_text_line, text.certain)]
    return _mixed_list(
        "Do not believe",
        none_wrong,
        sorted(lines, key=_graveness, reverse=True),
        _statements(_unlisted(statements, figures.of(*FALSIFIED)), FALSIFIED, figures),
    )


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


def _other_words(figures: FiguresSection) -> str:
    """Count the figures, beside the faulted ones, that are off by too little to matter or depend on a source."""
    if not figures.faulted[0]:
        return ""
    words = _neither_words(figures)
    return f"Of the others, {words}." if words else ""


def _expired_words(figures: FiguresSection) -> str:
    """Count the figures that were right until a day after which nothing is known of them; they are no fault."""
    count = figures.counts["expired"]
    if not count:
        return ""
    verb = "was" if count == 1 else "were"
    return f"{count} more {verb} right until a day, and no later value is known."


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


_GROUP_WORDS = {
    "drifted": ("is no longer in the text as quoted", "are no longer in the text as quoted"),
    "stands": ("holds", "hold"),
    "consistent": ("agrees only with the article’s own figures", "agree only with the article’s own figures"),
    "contradicts itself": ("contradicts the article’s own figures", "contradict the article’s own figures"),
    "false": ("was false or out of date", "were false or out of date"),
    "premature": ("became true only later", "became true only later"),
    "revised": ("was right by the data of its day", "were right by the data of their day"),
    MINOR: ("is off by too little to matter", "are off by too little to matter"),
    "depends": ("depends on interpretation", "depend on interpretation"),
    UNTESTED: ("could not be tested", "could not be tested"),
}
"""Words for one claim of a group, and for several."""

_ALONE = {
    "expired": "was right until a day after which nothing is known",
    "unchecked": "has no figure to stand on",
    "undecided": "cannot be decided",
}
"""Words for the outcome of an only claim, where they are more precise than those of its group."""


def _claims_words(claims: Sequence[Statement]) -> str:
    if not claims:
        return ""
    if len(claims) == 1:
        return f"Its one claim {_ALONE.get(claims[0].outcome) or _GROUP_WORDS[group_of(claims[0])][0]}."
    counts = claim_counts(claims).groups
    if counts["stands"] == len(claims):
        return f"All {len(claims)} of its claims hold."
    parts = []
    for group, (one, many) in _GROUP_WORDS.items():
        count = counts[group]
        if count:
            parts.append(f"{count} {one if count == 1 else many}")
    if not counts["stands"]:
        parts.insert(0, "none is known to hold")
    return f"Of its {len(claims)} claims, {joined(parts)}."


_DECIDED = {
    "came true": ("came true", "came true"),
    "failed": ("failed", "failed"),
    "unlikely": ("is now very unlikely", "are now very unlikely"),
}
"""Words for one prediction that is decided or very unlikely, and for several."""


def _predictions_words(predictions: Sequence[ShownPrediction]) -> str:
    predictions = [prediction for prediction in predictions if prediction.outcome != "advice"]
    if not predictions:
        return ""
    counts = Counter("unlikely" if prediction.is_very_unlikely else prediction.outcome for prediction in predictions)
    if len(predictions) == 1:
        (outcome,) = counts
        return f"Its one prediction {_DECIDED[outcome][0] if outcome in _DECIDED else _undecided_words(counts, 1)}."
    parts = list(_decided_words(counts))
    undecided = len(predictions) - sum(counts[outcome] for outcome in _DECIDED)
    if undecided:
        parts.append(f"{undecided} {_undecided_words(counts, undecided)}")
    return f"Of {len(predictions)} predictions, {joined(parts)}."


def _decided_words(counts: Mapping[str, int]) -> Iterator[str]:
    for outcome, (one, many) in _DECIDED.items():
        count = counts[outcome]
        if count:
            yield f"{count} {one if count == 1 else many}"


def _undecided_words(counts: Mapping[str, int], number: int) -> str:
    """Describe the predictions that neither came true nor failed nor are very unlikely."""
    parts = []
    pending = " or ".join(outcome for outcome in ("open", "void") if counts[outcome])
    if pending:
        parts.append(f"{'is' if number == 1 else 'are'} {pending}")
    if counts["not falsifiable"]:
        parts.append("cannot fail")
    if counts["depends"]:
        parts.append(f"{'depends' if number == 1 else 'depend'} on interpretation")
    return joined(parts, "or")


# Lists


def _statements(claims: Sequence[Statement], outcomes: Sequence[str], figures: FiguresSection) -> list[Line]:
    """Return lines of the claims with one of some outcomes, each with the faulted figure that it states.

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
    material = [claim for claim in material if not claim.accepted]
    for claim in sorted(material, key=order):
        card = next(iter(stated(claim)), None)
        detail = card.off if card else _correction(claim)
        lines.append(Line(cut(claim.statement, LONGEST), detail, f"#{claim.anchor}", card))
    return lines


def _correction(claim: Statement) -> str:
    """Return what is so in fact; "" of a claim that holds, which needs no correction.

    Where it is too long for a line it has no source, which stands with the claim.
    """
    if claim.outcome == "stands":
        return ""
    text = claim.correction
    if len(text) > LONGEST_CORRECTION:
        text = re.sub(r" \([^()]*\)$", "", text)
    return cut(text, LONGEST_CORRECTION)


def _figure_lines(figures: FiguresSection, outcomes: Sequence[str]) -> list[Line]:
    """Return a line for each figure with some outcomes, one for all of a contradiction, the gravest first."""
    return [Line(card.figure.title, card.off, f"#{card.anchor}", card) for card in _once(figures.of(*outcomes))]


def _text_line(finding: TextFinding) -> Line:
    return Line(finding.title, finding.why.removesuffix("."), f"#{finding.anchor}", finding)


def _graveness(line: Line) -> tuple[int, float]:
    return line.shown.graveness if line.shown else (0, 0.0)


def _unlisted(claims: Sequence[Statement], cards: Sequence[Card]) -> list[Statement]:
    """Return the claims without those that only repeat listed figures."""
    listed = {card.figure.figure_id for card in cards}
    return [claim for claim in claims if not (claim.repeats and listed.intersection(claim.asserted))]


def _mixed_list(title: str, none: str, numbers: Sequence[Line], statements: Sequence[Line]) -> Lines:
    """List the first numbers and statements; numbers fill the lines that statements leave."""
    shown_statements = statements[: max(STATEMENTS, SHOWN - len(numbers))]
    lines = list(numbers[: SHOWN - len(shown_statements)])
    listed = [line.shown for line in lines]
    for line in shown_statements:
        # The list has the figure already: its values are not repeated.
        lines.append(replace(line, shown=None, detail="") if line.shown in listed else line)
    more = len(numbers) + len(statements) - len(lines)
    return Lines(title, lines, more, "#figures" if numbers else "#claims", none)


def _once(cards: Sequence[Card]) -> list[Card]:
    """Return the cards with one for each contradiction, whose figures all have its reason."""
    first: dict[str, Card] = {}
    for card in cards:
        first.setdefault(card.reason if card.outcome == "contradicts itself" else card.figure.figure_id, card)
    return list(first.values())


def _standing(claims: Sequence[Statement], figures: FiguresSection) -> Lines:
    lines = _statements(claims, ("stands",), figures)
    none = "None of its claims is known to hold." if claims else "It makes no claims that are judged here."
    consistent = sum(claim.outcome == "consistent" for claim in claims)
    if consistent:
        agree = f"{consistent} {'agrees' if consistent == 1 else 'agree'}"
        none = f"No independent source confirms any of its claims; {agree} with its own figures."
    return Lines("Stands", lines[:SHOWN], len(lines[SHOWN:]), "#claims", none)


def _failed(predictions: Sequence[ShownPrediction]) -> Lines:
    failed, unlikely = [], []
    for prediction in predictions:
        text, link = cut(prediction.statement, LONGEST), f"#{prediction.anchor}"
        if prediction.outcome == "failed":
            failed.append(Line(text, "failed", link))
        if prediction.is_very_unlikely:
            # Not `at most less than 0.1%`.
            most = prediction.most if prediction.most.startswith("less") else f"at most {prediction.most}"
            detail = f"very unlikely: {most}" if prediction.has_record else "very unlikely"
            unlikely.append(Line(text, detail, link))
    lines = [*failed, *unlikely]
    none = "No prediction has failed so far." if predictions else "It makes no predictions that are tracked here."
    return Lines("Failed or very unlikely predictions", lines[:SHOWN], len(lines[SHOWN:]), "#predictions", none)
