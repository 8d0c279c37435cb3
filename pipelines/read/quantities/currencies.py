"""How currencies are printed: their signs, codes, names and cents, and what a shared sign may mean.

Belongs here: tables of spellings, each with the currencies it may mean, and names from CLDR. Does not: which of them an
amount is in, which is the grammar, or what a currency is worth.
"""

from functools import cache

from tidebook.schemas.units import CURRENCIES, currency_codes

# By the letters before the sign, where countries share it; `kr` and `Rs` are ambiguous.
SIGNS: dict[str, tuple[str, ...]] = {
    **{"U.S.$": ("USD",), "u.s $": ("USD",), "U.S. $": ("USD",), "US $": ("USD",)},
    **{"$US": ("USD",), "$A": ("AUD",), "$NZ": ("NZD",), "$C": ("CAD",), "RM": ("MYR",)},
    **{"C$": ("CAD",), "CA$": ("CAD",), "A$": ("AUD",), "AU$": ("AUD",), "NZ$": ("NZD",), "HK$": ("HKD",)},
    **{"S$": ("SGD",), "NT$": ("TWD",), "R$": ("BRL",), "MX$": ("MXN",), "Mex$": ("MXN",), "CN¥": ("CNY",)},
    **{"₹": ("INR",), "₩": ("KRW",), "₽": ("RUB",), "₺": ("TRY",), "₪": ("ILS",), "₫": ("VND",), "฿": ("THB",)},
    **{"₦": ("NGN",), "₱": ("PHP",), "₴": ("UAH",), "₸": ("KZT",), "₾": ("GEL",), "₡": ("CRC",), "₭": ("LAK",)},
    **{"zł": ("PLN",), "Kč": ("CZK",), "Ft": ("HUF",), "Fr.": ("CHF",)},
    **dict.fromkeys(("RMB", "rmb", "元"), ("CNY",)),
    **dict.fromkeys(("kr", "kr."), ("SEK", "NOK", "DKK", "ISK")),
    **dict.fromkeys(("Rs", "Rs."), ("INR", "PKR", "LKR", "NPR", "MUR")),
}
"""The currencies that a sign may mean, beside those in schemas/units.py. More than one: the currency is declared."""
# Without a declaration, `$` is the US dollar and `£` the pound sterling.
_DOLLARS = ("CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "CLP", "COP", "ARS")
_POUNDS = ("EGP", "LBP", "SYP")
SHARED_SIGNS = {"¥": ("CNY",), "￥": ("CNY",), **dict.fromkeys(("$", "dollar", "dollars"), _DOLLARS)}
SHARED_SIGNS |= dict.fromkeys(("£", "pound", "pounds"), _POUNDS)
"""What else a sign may mean where a table declares that currency."""
_NOUNS = """
    dollars? francs? pounds? kron[aeo]r? krónur rupees? yuan won reals? pesos? rands? roubles? rubles? liras? zlotys?
    baht shekels? forints? korunas? dirhams? riyals? rials? ringgits? rupiahs? dong hryvnias? nairas? cedis? dinars?
    shillings? lei leva guilders? pesetas? marks? euros? yen
"""
MONEY_NOUNS = "|".join(_NOUNS.split())
"""What names of currencies end in."""
CENTS = {"USD": "cents?|¢", "EUR": "cents?|¢", "GBP": "pence|p"}
OWN_CURRENCIES = {
    " ".join(spelling.lower().split()): code for code, spellings in CURRENCIES.items() for spelling in spellings
}

MONEY_SIGNS = sorted({sign[-1] for sign in (*SIGNS, *OWN_CURRENCIES) if not sign[-1].isalnum() and sign[-1] != "."})
"""What comes before an amount and is not a letter."""


@cache
def currency_names() -> dict[str, str]:
    """Return the code of every currency by its code and by its English names in small letters, from CLDR."""
    from babel.numbers import get_currency_name  # lazy: babel is slow to import, and few cells name a currency

    names: dict[str, str] = {}
    for code in sorted(currency_codes()):
        for count in (1, 2):  # `Swiss franc` and `Swiss francs`
            name = get_currency_name(code, count, "en").lower()
            if "(" not in name:  # such as `Bolivian peso (1863–1963)`
                names[name] = code
    return names | {code: code for code in currency_codes()}


@cache
def currencies_called(noun: str) -> tuple[str, ...]:
    """Return the codes of all currencies whose English name ends in a noun, such as `pesos`."""
    return tuple(sorted(code for name, code in currency_names().items() if name.endswith(f" {noun}")))
