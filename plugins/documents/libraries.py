"""The libraries that read documents, imported when a file needs one.

Belongs here: the one message about a library that is missing. Does not: using them.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

EXTRA = "tidebook[documents]"


def library(module: str, package: str, files: str) -> Any:
    """Import a library.

    Args:
        module: its name in Python.
        package: its name where packages are installed from.
        files: what it reads, for the message.

    Raises:
        ImportError: it is not installed; the message names the extra that brings it.
    """
    # What they find odd in a file they would print between the findings.
    for name in (module.partition(".")[0], "pdfminer"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(f'{files} need the package {package}: pip install "{EXTRA}"') from error
