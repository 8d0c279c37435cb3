"""Texts that name something and are compared: what a reader cannot tell from another name, and what is nearly one.

Which cells are names is known to those who read them; characters that no text may hold are refused in `rawfile`.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable

SLUGGED = "small letters, digits and single underscores"
"""What a slug is to be made of, in words."""
LOOK_ALIKES = frozenset("АВЕЅІЈКМНОРСТУХаеѕіјорсухԁһԛԝ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧικνορυ")
"""Letters of Cyrillic and Greek that are drawn as Latin ones are."""
UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")
"""Categories of control and format characters (zero-width ones among them), blanks and line ends."""
UNDRAWN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0]")
"""Letters and marks that are drawn as nothing: joiners, fillers, variation selectors (Unicode, Default_Ignorable)."""

NEAR = 0.8
"""Likeness, of 1, from which two names may be one and a slip of it."""


def slug(label: str) -> str:
    """Return the slug of a printed label without the parentheses at its end: `Zoë (2024)` as `zoe`."""
    return slug_of_all(re.sub(r"\s*\([^()]*\)\s*$", "", label))


def slug_of_all(text: str) -> str:
    """Return a text in small Latin letters and digits, joined by underscores: accents are dropped.

    Letters and digits of other scripts are spelled as the library anyascii does: `Москва ٢` as `moskva_2`.
    """
    letters = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", text))
    if not letters.isascii():
        from anyascii import anyascii

        composed = unicodedata.normalize("NFC", letters)
        letters = "".join(anyascii(char) if char.isalpha() or char.isdecimal() else char for char in composed)
    return re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_")


def name_hint(text: str) -> str:
    """Return what was expected of a name that has a character that cannot be seen, or a look-alike; nothing else.

    A word is not Latin and Cyrillic at once, nor Latin and of Greek letters that look so; and beside Latin words none
    is of look-alikes alone, as the А of "Model А1" may be. Names that are of another script throughout are fine.
    """
    if text != text.strip(" ") or "  " in text:
        return "a name without blanks at its ends, and with one between words"
    if text.isascii() and text.isprintable():
        return ""
    odd = [char for char in text if char != " " and (unicodedata.category(char) in UNSEEN or UNDRAWN.match(char))]
    for word in re.findall(r"[^\W\d_]+", text) if _has("LATIN", text) else ():
        alien = [char for char in word if char in LOOK_ALIKES or _has("CYRILLIC", char) or _has("FULLWIDTH", char)]
        if _has("LATIN", word) or all(char in LOOK_ALIKES for char in word):
            odd += alien
    return f"a name without U+{ord(odd[0]):04X} {unicodedata.name(odd[0], '')}".rstrip() if odd else ""


def _has(script: str, text: str) -> bool:
    return any(unicodedata.name(char, "").startswith(f"{script} ") for char in text)


def share_hint(name: str, unit: str, value: float) -> str:
    """Return what was expected of a value that is called a share and cannot be one; nothing of others."""
    beyond = {"share", "shares"} & set(name.split("_")) and unit == "percent" and (value < 0 or value > 100)
    return "a share from 0 to 100 %" if beyond else ""


def nearly(name: str, known: Iterable[str]) -> list[str]:
    """Return the names that one looks like a slip of; those with other digits are another version, and are none."""
    digits = re.sub("[^0-9]", "", name)
    alike = [other for other in dict.fromkeys(known) if re.sub("[^0-9]", "", other) == digits]
    return [other for other in alike if difflib.get_close_matches(other, [name], cutoff=NEAR)]
