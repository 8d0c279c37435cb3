"""Rows, and what they have in common, without pandas: commands that only read a release start without it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

Row = Mapping[str, Any]
"""A row of a table by the names of its columns."""

TableRows = Mapping[str, Sequence[Row]]
"""Rows by the names of their tables."""

T = TypeVar("T")
K = TypeVar("K")


def grouped(items: Iterable[T], key: Callable[[T], K]) -> defaultdict[K, list[T]]:
    """Group items by key, in order; a key without items has an empty list."""
    found: defaultdict[K, list[T]] = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    return found
