"""What installed plugins find in a text by rules of their own.

Belongs here: calling the rules that plugins bring for texts. Does not: these rules, or which plugins are installed
(`read.plugin`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tidebook.pipelines.judge.text.coverage import NumberKey
from tidebook.pipelines.judge.text.finding import Finding
from tidebook.pipelines.judge.text.prose import Sentence
from tidebook.pipelines.read.plugin import load, text_plugins
from tidebook.pipelines.read.text.document import Document


class Brought(NamedTuple):
    """What the rules of a plugin find in a text.

    Attributes:
        findings: what they find, hints among it.
        checked: the numbers that they compared, by block and offset, each with what it was compared with.
        own: where numbers stand that they read, by line and column: no other rule says anything of these.
    """

    findings: list[Finding]
    checked: dict[NumberKey, str]
    own: set[tuple[int, int]]


TextRules = Callable[[Document, Sequence[Sentence]], Brought]
"""What a plugin names as `text_rules`: a function of a text and of the sentences of its prose."""


def brought_by_plugins(document: Document, sentences: Sequence[Sentence]) -> Brought:
    """Run the rules of all installed plugins on a text, and return their findings together."""
    every = Brought([], {}, set())
    for plugin in text_plugins():
        if not plugin.text_rules:
            continue
        rules: TextRules = load(plugin.text_rules)
        found = rules(document, sentences)
        every.findings.extend(found.findings)
        every.checked.update(found.checked)
        every.own.update(found.own)
    return every
