"""Math as plain text: `$21\\%$` as `21%`, `$10^{25}$` as `10^25`, and the digits of `<sup>`.

Belongs here: the commands that are in and around numbers. Does not: where math begins and ends (`markdown`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tidebook.pipelines.read.text.blocks import Plain

_COMMANDS = {
    **{"pm": "±", "times": "×", "cdot": "·", "div": "÷", "minus": "−", "percent": "%", "circ": "°", "mu": "μ"},
    **dict.fromkeys(("approx", "sim", "simeq"), "~"),
    **dict.fromkeys(("leq", "le", "leqslant"), "≤"),
    **dict.fromkeys(("geq", "ge", "geqslant"), "≥"),
    **dict.fromkeys(("ne", "neq"), "≠"),
    **{"lt": "<", "gt": ">", "to": " to ", "rightarrow": "→", "infty": "∞", "euro": "€", "pounds": "£", "dollar": "$"},
    **dict.fromkeys(("ldots", "dots", "cdots"), "…"),
    **dict.fromkeys(("quad", "qquad"), " "),
}
"""What a command is in print; others are their names."""
_UNSEEN = frozenset(
    [
        "big",
        "Big",
        "bf",
        "displaystyle",
        "hbox",
        "it",
        "left",
        "mathbf",
        "mathit",
        "mathrm",
        "mathsf",
        "mathtt",
        "mbox",
        "num",
        "operatorname",
        "right",
        "rm",
        "SI",
        "text",
        "textbf",
        "textit",
        "textrm",
        "textstyle",
        "unit",
    ]
)
"""Commands that print nothing of their own."""
_TOKEN = re.compile(r"\\([A-Za-z]+) ?|\\(.)|\{,\}|[{}]|.", re.DOTALL)
_CHARACTERS = {"{,}": ",", "{": "", "}": "", "\n": " ", "~": " "}
_THIN = dict.fromkeys(",;:! ", "\N{THIN SPACE}")
_SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")


def plain_math(source: str, offsets: Sequence[int]) -> Plain:
    """Return math as plain text; `offsets` are those of its characters."""
    text: list[str] = []
    places: list[int] = []
    open_parts = 0  # of the last fraction, its numerator and denominator
    for token in _TOKEN.finditer(source):
        if token[1] in ("frac", "dfrac", "tfrac"):
            open_parts = 2
            said = ""
        elif open_parts and token[0] == "}":
            open_parts -= 1
            said = "/" if open_parts else ""
        else:
            said = _printed(token)
        text.append(said)
        places += [offsets[token.start()]] * len(said)
    return Plain("".join(text), places)


def _printed(token: re.Match[str]) -> str:
    """Return how a command or a character of math is printed."""
    name, sign = token[1], token[2]
    if name is not None:
        return "" if name in _UNSEEN else _COMMANDS.get(name, f" {name} ")
    if sign is not None:
        return _THIN.get(sign, " " if sign == "\\" else sign)
    return _CHARACTERS.get(token[0], token[0])


def superscript(text: str) -> str | None:
    """Return raised digits as such, `²` for `2`; None if other characters are raised."""
    return text.translate(_SUPERSCRIPTS) if re.fullmatch(r"[+−-]?[0-9]{1,3}", text) else None
