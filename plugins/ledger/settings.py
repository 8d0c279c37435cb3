"""Settings of the ledger: its section in the dossier, and its place and engine in the environment."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tidebook.pipelines.read.declarations import PluginSettings, Slug
from tidebook.pipelines.read.errors import Problem, refuse
from tidebook.pipelines.read.naming import Used

LEAST_MEMORY = 64e6
"""Minimum memory of DuckDB, in bytes."""


class LedgerSection(PluginSettings):
    """The inference ledger; the series of an accelerator's rent is named by it and `rents`: `h100_rental_price`."""

    rents: Slug = "rental_price"

    def names(self, evidence: Any) -> Iterator[Used]:
        """Yield the declared suffix of series of rents."""
        if "rents" in self.model_fields_set:
            known = {series.partition("_")[2] for series in evidence.series}
            yield Used(("rents",), self.rents, "what series of observations end in", known)


@dataclass(frozen=True)
class LedgerSettings:
    """Where the inference ledger is, its engine, the engine's memory, and the share of rows that may be bad."""

    data: str
    engine: str = "duckdb"
    memory: str = "1GB"
    bad_share: float = 0.01

    @property
    def remote(self) -> bool:
        """Whether it is in an object store."""
        return "://" in self.data


def ledger_settings(data: str | None = None) -> LedgerSettings | None:
    """Return the settings of the ledger, or None if no ledger is configured.

    The place is `data`, else TIDEBOOK_LEDGER_DATA; TIDEBOOK_LEDGER names the engine, TIDEBOOK_LEDGER_MEMORY its memory,
    TIDEBOOK_LEDGER_BAD the allowed share of bad rows.

    Raises:
        InputError: a variable has an invalid value.
    """
    named = data or os.environ.get("TIDEBOOK_LEDGER_DATA")
    if not named:
        return None
    default = LedgerSettings("")
    engine = os.environ.get("TIDEBOOK_LEDGER") or default.engine
    memory = os.environ.get("TIDEBOOK_LEDGER_MEMORY") or default.memory
    share = os.environ.get("TIDEBOOK_LEDGER_BAD") or str(default.bad_share)
    checks: list[tuple[str, str, Callable[[str], bool], str]] = [
        ("TIDEBOOK_LEDGER", engine, _is_engine, "duckdb, local[N] or spark://host:port"),
        ("TIDEBOOK_LEDGER_MEMORY", memory, _is_memory, "at least 64MB, such as 512MB, 1GB or 1.5GiB"),
        ("TIDEBOOK_LEDGER_BAD", share, _is_share, "a share from 0 up to 1 such as 0.01"),
    ]
    problems = []
    for name, text, is_valid, expected in checks:
        if not is_valid(text):
            problems.append(Problem(name, expected, text=text))
    refuse(problems)
    return LedgerSettings(named.rstrip("/") or "/", engine, memory, float(share))


def _is_engine(text: str) -> bool:
    """Whether a text is `duckdb` or the address of a Spark master; several are a master with its standbys."""
    server = r"[^\s/,]+:[0-9]+"
    return re.fullmatch(rf"duckdb|local\[[1-9][0-9]*\]|spark://{server}(,{server})*", text) is not None


def _is_memory(text: str) -> bool:
    """Whether a text is an amount of memory that DuckDB can read, and enough of it."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([MGT])(i?)B", text, re.IGNORECASE)
    if found is None:
        return False
    base = 1024 if found[3] else 1000
    return bool(float(found[1]) * base ** (2 + "MGT".index(found[2].upper())) >= LEAST_MEMORY)


def _is_share(text: str) -> bool:
    try:
        return 0 <= float(text) < 1
    except ValueError:
        return False
