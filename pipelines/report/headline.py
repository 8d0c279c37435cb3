"""The first screen: sentences from the counts, and the few things that a reader should remember, composed by rule.

Belongs here: what is said first, of any dossier, good or bad. Does not: what is said of each thing, which is in the
modules of figures, statements and predictions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tidebook.pipelines.read.formatting import format_count, joined
from tidebook.pipelines.report.claims import ASSERTION, FALSE, Statement
from tidebook.pipelines.report.figures import Card, FiguresSection
from tidebook.pipelines.report.predictions import ShownPrediction
from tidebook.pipelines.report.words import first_words
from tidebook.schemas.vocabulary import FAULTED

SHOWN = 5
"""So many lines a list has."""

LONGEST = 110
"""So many characters of a statement are shown in a list."""

STATEMENTS = 2
"""So many of them at most are statements where figures are listed too."""

UNRELIABLE = 1 / 3
"""From this share of faulted figures on, readers are told not to rely on the numbers."""


@dataclass(frozen=True)
class Line:
    """One line: what it is, what is to be said of it, and where more is; a figure has its card."""

    text: str
    detail: str
    link: str
    card: Card | None = None


@dataclass(frozen=True)
class Lines:
    """A list of the first screen; `none` is said where it is empty, `more` are those left out."""

    title: str
    lines: list[Line]
    more: int
    link: str
    none: str


@dataclass(frozen=True)
class Headline:
    """All of it; `short` is the badge's text."""

    sentences: list[str]
    short: str
    lists: list[Lines]


def headline(
    figures: FiguresSection, statements: Sequence[Statement], predictions: Sequence[ShownPrediction]
) -> Headline:
    """Return the first screen of a dossier."""
    claims = [each for each in statements if each.kind == ASSERTION]
    sentences = [_figures_words(figures), _assertions_words(claims), _contradicting_words(claims)]
    sentences.append(_predictions_words(predictions))
    lists = [
        _listed("Do not believe", "Nothing is known to be wrong.", "wrong", figures, claims),
        _listed(
            "Already false when published", "Nothing is known to have been out of date.", "outdated", figures, claims
        ),
        _stands(claims, figures),
        _failed(predictions),
    ]
    return Headline([sentence for sentence in sentences if sentence], _short(figures), lists)


def _faulted(figures: FiguresSection) -> tuple[int, str]:
    """Return how many figures are faulted, and in a word or two what they are: `wrong or out of date`."""
    counts = {"wrong": figures.counts["wrong"], "out of date": figures.counts["outdated"]}
    return sum(counts.values()), " or ".join(word for word, count in counts.items() if count)


def _figures_words(figures: FiguresSection) -> str:
    (bad, faults), known, all_ = _faulted(figures), figures.checkable, len(figures.cards)
    if not all_:
        return ""
    if not known:
        what = "its only figure" if all_ == 1 else f"any of its {all_} figures"
        return f"No independent value is known for {what}."
    if not bad and known == 1:
        return "Its only checkable figure is right."
    if not bad:
        early = figures.counts["premature"]
        then = f", {early} of them only since it was written" if early else ""
        return f"All {format_count(known, 'checkable figure')} are right{then}."
    was = "was" if bad == 1 else "were"
    of = f"{bad} of {format_count(known, 'checkable figure')} {was} {faults} when it was published"
    start = "Don’t rely on its numbers:" if bad / known >= UNRELIABLE else "Most of its numbers are right, but"
    return f"{start} {of}."


def _short(figures: FiguresSection) -> str:
    (bad, faults), known = _faulted(figures), figures.checkable
    if not known:
        return "no figure can be checked"
    return f"{bad} of {known} figures {faults}" if bad else f"{known} of {known} figures right"


def _assertions_words(assertions: Sequence[Statement]) -> str:
    counts = Counter(_COMES_TO_WHAT.get(each.outcome, "open") for each in assertions)
    if not counts:
        return ""
    if len(assertions) == 1:
        alone = assertions[0].outcome
        return f"The one thing that it asserts {_ALONE.get(alone) or _COMES_TO[_COMES_TO_WHAT[alone]][0]}."
    if counts["stands"] == len(assertions):
        return f"All {len(assertions)} things that it asserts stand in every fair reading."
    said = [f"{counts[key]} {words[counts[key] > 1]}" for key, words in _COMES_TO.items() if counts[key]]
    said = said if counts["stands"] else [*said, "none is known to stand"]
    return f"Of {len(assertions)} things that it asserts, {joined(said)}."


def _contradicting_words(assertions: Sequence[Statement]) -> str:
    """Return how many assertions that no source can check are contradicted by the article's own figures."""
    against = sum(each.outcome == "unchecked" and each.moments["as_printed"] == "C" for each in assertions)
    if not against:
        return ""
    if len(assertions) == 1:
        return "Its own figures contradict it."
    return f"The article’s own figures contradict {against} of them, which no source can check."


_COMES_TO_WHAT = {**dict.fromkeys(FALSE, "false"), "premature": "premature", "stands": "stands"}
_ALONE = {
    "depends": "depends on how you read it",
    "unchecked": "rests on numbers that nothing at hand can check",
    "undecided": "cannot be decided",
}
_COMES_TO = {
    "false": ("was false or out of date", "were false or out of date"),
    "premature": ("became true only later", "became true only later"),
    "open": ("depends on the reading or cannot be checked", "depend on the reading or cannot be checked"),
    "stands": ("stands in every fair reading", "stand in every fair reading"),
}


def _predictions_words(predictions: Sequence[ShownPrediction]) -> str:
    counts = Counter("hardly" if each.hardly else each.outcome for each in predictions)
    known = {"came true": "came true", "failed": "failed", "hardly": "can hardly come true any more"}
    said = [f"{counts[key]} {words}" for key, words in known.items() if counts[key]]
    rest = len(predictions) - sum(counts[key] for key in known)
    stand = " or ".join(key for key in ("open", "void") if counts[key])
    others = [f"{'is' if rest == 1 else 'are'} {stand}"] if stand else []
    others += ["cannot fail"] if counts["not falsifiable"] else []
    others += ["depends on the reading" if rest == 1 else "depend on the reading"] if counts["depends"] else []
    how = joined(others, "or")
    if len(predictions) == 1:
        return f"Its one prediction {known.get(next(iter(counts)), how)}."
    said += [f"{rest} {how}"] if rest else []
    return f"Of {len(predictions)} predictions, {joined(said)}." if predictions else ""


def _cut(statement: str) -> str:
    statement = statement.rstrip(".")
    return statement if len(statement) <= LONGEST else f"{first_words(statement, LONGEST).rstrip(',;')} …"


def _statements(assertions: Sequence[Statement], outcome: str, figures: FiguresSection) -> list[Line]:
    """Return the statements with an outcome, each with the faulted figure that it states: notable ones come first.

    Then wrong ones come by how grave that figure is, the others in the article's order.
    """
    faulted = {card.figure.figure_id: card for card in figures.of(*FAULTED)}

    def grave(each: Statement) -> float:
        known = [faulted[name].gravity for name in each.asserted if name in faulted]
        return max(known, default=0.0) if outcome == "wrong" else 0.0

    mine = [each for each in assertions if each.outcome == outcome]
    mine.sort(key=lambda each: (not each.notable, -grave(each)))
    lines = []
    for each in mine:
        card = next((faulted[name] for name in each.asserted if name in faulted), None)
        since = f"no longer since {each.since}" if each.since and outcome == "outdated" else ""
        lines.append(Line(_cut(each.statement), card.off if card else since, f"#{each.anchor}", card))
    return lines


def _listed(title: str, none: str, outcome: str, figures: FiguresSection, assertions: Sequence[Statement]) -> Lines:
    """Return figures and statements in one list, of both the first: figures by gravity, statements by notability.

    A statement does not tell again what the figure that it states is.
    """
    cards = [Line(card.figure.title, card.off, f"#{card.anchor}", card) for card in figures.of(outcome)]
    statements = _statements(assertions, outcome, figures)
    some = statements[: max(STATEMENTS, SHOWN - len(cards))]
    shown = cards[: SHOWN - len(some)]
    told = [line.card for line in shown]
    lines = [*shown, *(replace(line, card=None, detail="") if line.card in told else line for line in some)]
    return Lines(title, lines, len(cards) + len(statements) - len(lines), "#figures" if cards else "#claims", none)


def _stands(assertions: Sequence[Statement], figures: FiguresSection) -> Lines:
    found = _statements(assertions, "stands", figures)
    none = "Nothing that it asserts is known to stand." if assertions else "It asserts nothing that is judged here."
    return Lines("Stands", found[:SHOWN], len(found[SHOWN:]), "#claims", none)


def _failed(predictions: Sequence[ShownPrediction]) -> Lines:
    said = [("failed", each) for each in predictions if each.outcome == "failed"]
    hardly = "can hardly come true any more: {} likely at most"
    said += [(hardly.format(each.chance), each) for each in predictions if each.hardly]
    found = [Line(_cut(each.statement), words, f"#{each.anchor}") for words, each in said]
    none = "No prediction has failed so far." if predictions else "It predicts nothing that is followed here."
    return Lines("Failed or failing predictions", found[:SHOWN], len(found[SHOWN:]), "#predictions", none)
