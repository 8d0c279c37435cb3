"""How a text would print a value: as it prints the number that is wrong.

Belongs here: the form of a number in a finding. Does not: which value is right, or the words around it (`wording`).
"""

from __future__ import annotations

import re

from tidebook.pipelines.judge.text.prose import StatedNumber
from tidebook.pipelines.read.formatting import format_number


def printed_like(value: float, like: StatedNumber, *, is_rate: bool) -> str:
    """Return a value as the text prints numbers such as `like`."""
    if is_rate or like.unit == "percent":
        mark = re.search(r"\s?(?:%|percent\b|per cent\b)", like.text)
        return f"{format_number(value, 3)}{mark[0] if mark else '%'}"
    sign = re.match(r"[$€£¥]?", like.text)
    currency = sign[0] if sign else ""
    for word, factor in (("trillion", 1e12), ("billion", 1e9), ("million", 1e6), ("thousand", 1e3)):
        if word in like.text.lower() or (value >= factor and like.text[-1:].lower() == word[0]):
            return f"{currency}{format_number(value / factor, 4)} {word}"
    return f"{currency}{format_number(value, 6)}"
