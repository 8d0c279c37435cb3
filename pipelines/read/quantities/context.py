"""What a table or column declares about the print of its cells.

Belongs here: the declaration and what it may be. Does not: how it is written in a dossier, or reading by it.
"""

from dataclasses import dataclass
from typing import Self

from tidebook.pipelines.read.quantities.forms import form_fault
from tidebook.pipelines.read.quantities.vocabulary import BLANKS, DIGITS


@dataclass(frozen=True, slots=True)
class Context:
    """What a table or column declares about its cells. Nothing declared is read strictly.

    `decimal` and `grouping` are the signs of decimals and thousands; `scale` is the power of ten of "in millions",
    which no percentage, ratio, date or price has; `currency` is what a number without one and a shared sign such as
    `kr` mean; `unit` is the unit that a number without unit words has; `fractions` says that percentages are printed
    as fractions of one; `missing` and `nil` are the marks of a missing value and of zero, `footnotes` marks to pass
    over; `parentheses` are "negative" around a number, or behind it its "error", or something "aside" that goes to the
    note; `padded` allows zeros in front; `digits` names another script of `vocabulary.DIGITS`; `clock` is "m:s" or
    "h:m"; `within` are the forms of cells that hold more than the quantity, which is `{}`, where `*` is any text.
    """

    decimal: str = ""
    grouping: str = ""
    scale: int = 0
    currency: str = ""
    unit: str = ""
    fractions: bool = False
    missing: tuple[str, ...] = ()
    nil: tuple[str, ...] = ()
    footnotes: tuple[str, ...] = ()
    parentheses: str = ""
    padded: bool = False
    digits: str = ""
    clock: str = ""
    within: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a declaration that means nothing."""
        choices = {
            "decimal": ("", ".", ","),
            "grouping": ("", ",", ".", " ", "'", "’"),
            "parentheses": ("", "negative", "error", "aside"),
            "digits": ("", *DIGITS),
            "clock": ("", "m:s", "h:m"),
        }
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                known = ", ".join(map(repr, filter(None, allowed)))
                raise ValueError(f"{name} is {getattr(self, name)!r}, none of {known}")
        if self.decimal and self.decimal == self.grouping:
            raise ValueError(f"{self.decimal!r} cannot be the sign of decimals and of thousands")
        if not 0 <= self.scale <= 15:
            raise ValueError(f"scale is {self.scale}, not a power of ten from 0 to 15")
        for form in self.within:
            if fault := form_fault(form):
                raise ValueError(f"within has '{form}', not {fault}")

    @classmethod
    def of_locale(cls, name: str) -> Self:
        """Return the signs of numbers of a locale such as "de", "fr_CA" or "fr-CA", as CLDR has them."""
        from babel import Locale, UnknownLocaleError

        try:
            signs = Locale.parse(name.replace("-", "_")).number_symbols["latn"]
        except (UnknownLocaleError, ValueError) as error:
            raise ValueError(f"locale is {name!r}, which CLDR does not have") from error
        grouping = str(signs["group"])
        return cls(decimal=str(signs["decimal"]), grouping=" " if grouping in BLANKS else grouping)


STRICT = Context()
