"""One statistic that was held against others: what every rule of this plugin gives.

Belongs here: the type, and how it becomes a finding. Does not: the rules, or the page that lists all checks (`page`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from tidebook.pipelines.judge.text.certainty import tier_of
from tidebook.pipelines.judge.text.finding import Finding, Span, Tier, finding
from tidebook.pipelines.read.text.document import Block, Document

Outcome = Literal["consistent", "inconsistent", "decision error", "hint", "excused", "not recomputed"]
"""`decision error`: significance turns. `hint`: words that do not fit, or a rule that correct texts may break."""
OUTCOMES: tuple[Outcome, ...] = (
    "decision error", "inconsistent", "hint", "excused", "consistent", "not recomputed",
)  # fmt: skip
"""All outcomes, the gravest first."""


class Check(NamedTuple):
    """A statistic beside what follows from others.

    Attributes:
        rule: the rule, a kind of finding: `test`, `interval`, `mean` and so on.
        outcome: whether it agrees.
        at: the number that is compared, or what could not be.
        words: all that is printed of it, such as `t(28) = 2.20, p = .036`.
        quote: the sentence or row that it is in.
        expected: what would be right, as it would be printed; "" where that is not one number.
        why: what follows from what, with its range, or why nothing does.
        source: where the formula is from.
        evidence: the other numbers.
        off: how far it is from right, as a share of the larger.
        low, high: the range of what follows; None where nothing does.
        covers: other parts of the text that are its own, such as the level of an interval.
        among: what follows the rule's name in the table of precision, such as ` in a table`; "" for the rule itself.
    """

    rule: str
    outcome: Outcome
    at: Span
    words: str
    quote: str
    expected: str = ""
    why: str = ""
    source: str = ""
    evidence: tuple[Span, ...] = ()
    off: float = 1.0
    low: float | None = None
    high: float | None = None
    covers: tuple[Span, ...] = ()
    among: str = ""

    @property
    def kind(self) -> str:
        """The kind of its finding: a p across the level of significance has its own."""
        return "decision" if self.outcome == "decision error" else self.rule

    @property
    def tier(self) -> Tier | None:
        """How sure its finding is, None for a check that is none.

        A rule is certain where its precision was measured on material that was not used to write it.
        """
        if self.outcome in ("inconsistent", "decision error"):
            return tier_of(f"statistics: {self.kind}{self.among}")
        return "hint" if self.outcome == "hint" else None

    def finding(self, document: Document) -> Finding | None:
        """Return the finding that it is, None for none."""
        if self.tier is None:
            return None
        sources = [self.source] if self.source else []
        of_it = self.at, self.quote, self.expected, self.why, self.evidence, self.off
        return finding(document, self.kind, self.tier, *of_it, sources)


def span_in(block: Block, start: int, end: int) -> Span:
    """Return the part of the source that a part of a block is in."""
    return Span(block.offsets[start], block.offsets[end - 1] + 1, block.text[start:end])
