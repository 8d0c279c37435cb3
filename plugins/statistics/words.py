"""Words beside statistics: `significant` beside p, `no difference` beside an interval, `correlated` beside r.

Belongs here: hints alone, since words are about more than one number. Does not: numbers against numbers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from tidebook.plugins.statistics.check import Check, span_in
from tidebook.plugins.statistics.intervals import IntervalOf
from tidebook.plugins.statistics.notation import plain
from tidebook.plugins.statistics.printing import bare, p_words
from tidebook.plugins.statistics.tests import JudgedTest
from tidebook.plugins.statistics.text import Passage

_NO = re.compile(
    r"\b(?:no|not|non|never|neither|without|n['’]t|lack(?:ed)?|absence|fail\w*|in)[-\s]+(?:[a-z]+\s+){0,3}?(?:statistically\s+)?"
    r"(?:significan\w+|differ\w*|effect|association|relation\w*|correlat\w+)|\bnon-?significan\w+|\binsignificant\w*|\bn['’]t\s+differ"
    r"|\buncorrelated\b|\bunrelated\b|\bindependent\s+of\b|\b(?:were|was)\s+(?:alike|equal|the\s+same|similar)\b",
    re.IGNORECASE,
)
_YES = re.compile(r"\bsignifican(?:t|tly)\b(?!\s+(?:level|at\s+the\s+level|test))", re.IGNORECASE)
_OPEN = re.compile(
    r"\b(?:marginal\w*|nearly|almost|approach\w*|trend\w*|tend\w*|whether|if|level|only|but|although|while|whereas|however|expected"
    r"|predict\w*|hypothes\w*|clinical\w*|practical\w*|bonferroni|corrected|adjusted|one[-\s](?:tailed|sided))\b",
    re.IGNORECASE,
)
"""Words of sentences that say more than whether something is significant."""
_STRONG = re.compile(
    r"\b(?:strong(?:ly)?|high(?:ly)?|close(?:ly)?|very)\s+(?:and\s+\w+\s+)?(?:positive(?:ly)?\s+|negative(?:ly)?\s+)?(?:correlat|relat|associat)\w*",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"\b(?:weak(?:ly)?|loose(?:ly)?|hardly|barely)\s+(?:positive(?:ly)?\s+|negative(?:ly)?\s+)?(?:correlat|relat|associat)\w*",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(?:negative(?:ly)?|inverse(?:ly)?)\s+(?:and\s+\w+\s+)?(?:correlat|relat|associat)\w*", re.IGNORECASE
)
_POSITIVE = re.compile(r"\bpositive(?:ly)?\s+(?:and\s+\w+\s+)?(?:correlat|relat|associat)\w*", re.IGNORECASE)
WEAKEST_STRONG, STRONGEST_WEAK = 0.3, 0.7
"""Sizes of a correlation: below the one nobody calls it strong, above the other nobody weak."""


def word_checks(passage: Passage, intervals: Sequence[IntervalOf]) -> Iterator[Check]:
    """Yield hints on words that do not fit the only test, or the only interval, of their sentence."""
    by_sentence = defaultdict(list)
    for each in intervals:
        by_sentence[passage.sentence_at(each.span[0])].append(each)
    for start, end in passage.sentences:
        tests = passage.tests_by_sentence.get((start, end), [])
        sentence = plain(passage.block.text[start:end])
        if len(tests) == 1 and tests[0].state == "consistent":
            yield from _of_test(passage, tests[0], sentence)
        elif not tests and len(by_sentence[start, end]) == 1:
            yield from _of_interval(passage, by_sentence[start, end][0], sentence)


def _of_test(passage: Passage, judged: JudgedTest, sentence: str) -> Iterator[Check]:
    assert judged.p is not None
    alpha = passage.convention.alpha
    denied, claimed = _NO.search(sentence), _YES.search(sentence)
    word = denied or claimed
    shown = p_words(judged.exact)
    if word and not _OPEN.search(sentence) and len(_YES.findall(sentence)) <= 1:
        if denied and judged.p.high < alpha / 2:
            yield _hint(passage, judged, word[0], f"{shown} is significant at {bare(alpha, 2)}")
        elif not denied and judged.p.low > alpha * 1.2 and not passage.convention.one_tailed:
            yield _hint(passage, judged, word[0], f"{shown} is not significant at {bare(alpha, 2)}")
    if judged.test.name == "r":
        yield from _of_correlation(passage, judged, sentence)


def _of_correlation(passage: Passage, judged: JudgedTest, sentence: str) -> Iterator[Check]:
    value = judged.test.statistic.value
    rules = (
        (_STRONG, abs(value) < WEAKEST_STRONG, "few call it strong"),
        (_WEAK, abs(value) > STRONGEST_WEAK, "few call it weak"),
        (_NEGATIVE, value > 0, "it is positive"),
        (_POSITIVE, value < 0, "it is negative"),
    )
    for pattern, is_odd, why in rules:
        word = pattern.search(sentence)
        if word and is_odd and not re.search(r"\b(?:but|whereas|while|not|than)\b", sentence):
            yield _hint(passage, judged, word[0], f"{judged.test.words}: {why}")


def _hint(passage: Passage, judged: JudgedTest, word: str, why: str) -> Check:
    at, quote = span_in(passage.block, *judged.test.span), passage.quote(judged.test.span[0])
    return Check("words", "hint", at, judged.test.words, quote, "", f"“{word.strip()}”, but {why}", evidence=())


def _of_interval(passage: Passage, found: IntervalOf, sentence: str) -> Iterator[Check]:
    if found.scale not in ("ratio", "difference") or _OPEN.search(sentence):
        return
    nothing = 1.0 if found.scale == "ratio" else 0.0
    low, high = found.low.interval, found.high.interval
    excludes, includes = nothing < low.low or nothing > high.high, low.high < nothing < high.low
    denied, claimed = _NO.search(sentence), _YES.search(sentence)
    word = denied or claimed
    if word and ((denied and excludes) or (not denied and includes)):
        at = span_in(passage.block, *found.span)
        why = f"“{word[0].strip()}”, but the interval {'excludes' if excludes else 'includes'} {nothing:g}"
        yield Check("words", "hint", at, passage.block.text[slice(*found.span)], passage.quote(found.span[0]), "", why)
