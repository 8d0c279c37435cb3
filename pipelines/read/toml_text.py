"""Values as TOML writes them, for the files that commands write into a dossier.

Belongs here: from values to text. Does not: reading TOML (`rawfile`), or what a section holds.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any


def toml_value(value: Any) -> str:
    """Return a text, number, truth value, date, list or table in one line of TOML."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {toml_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    return value.isoformat() if isinstance(value, dt.date) else _scalar(value)


def toml_section(head: str, keys: Mapping[str, Any]) -> str:
    """Return a section of TOML below its head, such as `[sources.office]`; keys without a value are left out."""
    lines = [f"{key} = {toml_value(value)}" for key, value in keys.items() if value not in ("", None, {}, [])]
    return "\n".join([head, *lines, ""])


def _key(key: str) -> str:
    return key if key.replace("_", "").isalnum() and key.isascii() else _scalar(key)


def _scalar(value: Any) -> str:
    # JSON writes these as TOML does, but for one control character that it leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
