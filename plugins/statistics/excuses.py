"""What accounts for a p that does not follow from its test: a correction, another way to it, one tail.

Belongs here: the words by which a text says so, and what each of them excuses. Does not: recomputing (`tests`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.plugins.statistics.notation import PrintedTest

_MANY = re.compile(
    r"\bbonferroni|\bholm\b|\bhochberg|\bhommel\b|\btukey|\bscheff[eé]|\bdunn(?:ett|['’]s)?\b|\b[sš]id[aá]k|\bfdr\b"
    r"|\bfalse discovery|\bmultiplicity|\bmultiple (?:comparisons?|tests?|testing)|\bfamily-?wise|\bnewman-keuls"
    r"|\badjusted p\b|\bp[- ]?values? (?:were|are|was|is) (?:adjusted|corrected)"
    r"|\bcorrected (?:p|for (?:many|multiple))",
    re.IGNORECASE,
)
"""Corrections for many tests: p is larger than the test alone gives."""
_SPHERE = re.compile(
    r"\b(?:greenhouse|huynh)(?:[\s–-]*(?:geisser|feldt))?(?:[\s-]+(?:correct\w*|adjust\w*|epsilon))?|\bsphericity\b"
    r"(?:[\s-]+correct\w*)?",
    re.IGNORECASE,
)
"""Corrections for sphericity: the degrees of freedom in print may be those before it, and p is larger."""
_OTHERWISE = re.compile(
    r"\badjusted\b|\bcorrected\b|\bcorrection\b|\bpermut\w*|\bbootstrap\w*|\bmonte carlo|\bexact\b"
    r"|\brandomi[sz]ation test|\bsimulat\w*|\bnon-?inferiority|\bequivalence|\bcluster\w*|\brobust\b|\bbayes\w*"
    r"|\bposterior|\bmid-p\b|\byates",
    re.IGNORECASE,
)
"""Words of sentences whose p comes from more than the test and its degrees of freedom."""
_ROUNDED = re.compile(
    r"\bwelch|\bsatterthwaite|\bkenward|\bunequal variances|\bmixed[- ](?:effects?|linear|models?)\b", re.IGNORECASE
)
"""Tests whose degrees of freedom are fractions, which a text may print as whole numbers."""
_ONE_TAILED = re.compile(r"\b(?:one|1|single)[-\s](?:tailed|sided)\b|\bdirectional\b", re.IGNORECASE)
_ALPHA = re.compile(
    r"(?:\balpha|α)(?:[-\s]?level)?\s*(?:=|of|was|at|set (?:to|at)|was set (?:to|at))*\s*(?P<alpha>0?\.\d+)"
    r"|\bsignifican(?:ce|t)\b[^.;]{0,40}?\bat\b[^.;]{0,20}?(?P<level>0?\.\d+|\d+\s?%)"
    r"|\b(?:significance level|level of significance)\b[^.;\d]{0,25}(?P<other>0?\.\d+|\d+\s?%)",
    re.IGNORECASE,
)
MOST_ALPHA = 0.1
"""Maximum level that a text may state for its tests."""


@dataclass(frozen=True)
class Excuses:
    """What a sentence and its text say of how their p came about.

    Attributes:
        many: the correction for many tests that the text names, "" for none.
        sphere: the correction for sphericity that the text names.
        otherwise: what the sentence names that gives p in another way.
        rounds_degrees: whether the text names a test whose degrees of freedom may be rounded in print.
    """

    many: str = ""
    sphere: str = ""
    otherwise: str = ""
    rounds_degrees: bool = False

    def beside(self, sentence: str) -> Excuses:
        """Return these excuses with what a sentence says of its own tests."""
        own = _OTHERWISE.search(_MANY.sub("", _SPHERE.sub("", sentence)))
        return Excuses(self.many, self.sphere, own[0] if own else "", self.rounds_degrees)

    def of(self, test: PrintedTest, p: Interval) -> str:
        """Return what excuses a p other than the range that follows from its test, "" for nothing."""
        if self.otherwise:
            return f"“{self.otherwise}” beside it: its p may come from more than the test"
        if not _is_larger(test, p):
            return ""
        if self.many:
            return f"“{self.many}” in the text: a correction for many tests makes p larger"
        # Fractions are degrees of freedom that are corrected already.
        is_whole = all("." not in each.words for each in test.degrees)
        if self.sphere and test.name == "F" and test.degrees[0].value > 1 and is_whole:
            return f"“{self.sphere}” in the text: p may be that of fewer degrees of freedom than are printed"
        return ""


NONE = Excuses()


def _is_larger(test: PrintedTest, p: Interval) -> bool:
    """Whether the printed p is above all that follow; `n.s.` is."""
    if test.p is None:
        return False
    if test.p.number is None:
        return True
    return test.p.op not in ("<", "≤") and test.p.number.value > p.high


def excuses_of(texts: Sequence[str]) -> Excuses:
    """Return what a text names anywhere; `texts` are its blocks."""
    every = "\n".join(texts)
    many, sphere = _MANY.search(every), _SPHERE.search(every)
    return Excuses(many[0] if many else "", sphere[0] if sphere else "", "", _ROUNDED.search(every) is not None)


def mentions_one_tail(texts: Sequence[str]) -> bool:
    """Whether a text says anywhere that a test is one-tailed: then any of its tests may be."""
    return any(_ONE_TAILED.search(text) for text in texts)


def alpha_of(texts: Sequence[str]) -> float | None:
    """Return the level of significance that a text states; None without one, or with several."""
    found = set()
    for text in texts:
        for match in _ALPHA.finditer(text):
            words = match["alpha"] or match["level"] or match["other"]
            value = float(words.rstrip("% ")) / (100 if words.endswith("%") else 1)
            if 0 < value <= MOST_ALPHA:
                found.add(value)
    return found.pop() if len(found) == 1 else None
