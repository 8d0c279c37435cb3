"""Where in a cell that holds other things too the quantity stands, by a form such as `{} - *` or `* ({})`.

Belongs here: which parts of a cell a form allows. Does not: reading them (quantity.py).
"""

import re
from collections.abc import Callable, Iterable

from tidebook.pipelines.read.quantities.vocabulary import BLANKS

MOST_ANY = 2
"""Texts of any kind in a form: trying one on a cell that has no such form takes time to the power of their number."""
_GROUPED = re.compile(rf"[0-9][{BLANKS}]+[0-9]")


def form_fault(form: str) -> str:
    """Return what was expected of a text that is no form; nothing of one that is."""
    before, found, after = form.partition("{}")
    apart = "{}" not in after and not before.endswith("*") and not after.startswith("*")
    if found and apart and form.count("*") <= MOST_ANY:
        return ""
    return f"one {{}} and at most {MOST_ANY} *, with something between, such as '* ({{}})'"


def parts_by(form: str) -> Callable[[str], Iterable[str]]:
    """Return the function that lists each part of a cell that is the quantity by a form, in which `*` is any text.

    A `*` that blanks part from the rest may also be nothing, so that of `5 million` by `{} *` both parts are listed.
    None begins or ends between the digits of `20 708`.
    """
    before, _, after = re.sub(f"[{BLANKS}]+", " ", form.strip(BLANKS)).partition("{}")
    head, tail = _pattern(before), _pattern(after)

    def parts(text: str) -> Iterable[str]:
        text = text.strip(BLANKS)
        within = {place for found in _GROUPED.finditer(text) for place in range(found.start() + 1, found.end())}
        places = [place for place in range(len(text) + 1) if place not in within]
        starts = [place for place in places if head.fullmatch(text, 0, place)]
        ends = [place for place in places if tail.fullmatch(text, place)]
        return dict.fromkeys(text[start:end].strip(BLANKS) for start in starts for end in ends if start < end)

    return parts


def _pattern(literal: str) -> re.Pattern[str]:
    blanks = f"[{BLANKS}]+"
    signs = {"* ": f"(?:.*{blanks})?", " *": f"(?:{blanks}.*)?", "*": ".*", " ": blanks}
    parts = re.split(r"(^\* | \*$|[* ])", literal)
    return re.compile("".join(signs.get(each) or re.escape(each) for each in parts), re.DOTALL)
