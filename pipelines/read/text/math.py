"""Math as plain text: `$21\\%$` as `21%`, `$10^{25}$` as `10^25`, and the digits of `<sup>`.

Belongs here: the commands that stand in and around numbers. Does not: where math begins and ends (`markdown`).
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
_THIN = dict.fromkeys(",;:! ", "\N{THIN SPACE}")
_SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")


def plain_math(source: str, offsets: Sequence[int]) -> Plain:
    """Return math as plain text; `offsets` are those of its characters."""
    text: list[str] = []
    places: list[int] = []
    fraction = 0
    for token in _TOKEN.finditer(source):
        name, sign = token[1], token[2]
        if name in ("frac", "dfrac", "tfrac"):
            fraction = 1
            continue
        if fraction and token[0] == "}":
            said = "/" if fraction == 1 else ""
            fraction = 2 if fraction == 1 else 0
        elif name is not None:
            said = "" if name in _UNSEEN else _COMMANDS.get(name, f" {name} ")
        elif sign is not None:
            said = _THIN.get(sign, " " if sign == "\\" else sign)
        elif token[0] == "{,}":
            said = ","
        else:
            said = {"{": "", "}": "", "\n": " ", "~": " "}.get(token[0], token[0])
        text.append(said)
        places += [offsets[token.start()]] * len(said)
    return Plain("".join(text), places)


def superscript(text: str) -> str | None:
    """Return raised digits as such, `²` for `2`; None if other characters are raised."""
    return text.translate(_SUPERSCRIPTS) if re.fullmatch(r"[+−-]?[0-9]{1,3}", text) else None
