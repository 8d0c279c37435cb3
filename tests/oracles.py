"""Libraries that tests compare results with, each imported when a test first uses it: together they take seconds.

Belongs here: what several tests compare with. Does not: what the project itself imports.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Later:
    """A module that is imported when one of its names is first read."""

    module: str

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # pytest asks every name of a module whether it is a test
            raise AttributeError(name)
        return getattr(importlib.import_module(self.module), name)


sm = Later("statsmodels.api")
special = Later("scipy.special")
stats = Later("scipy.stats")
