"""Public API that reads releases of Tidebook: tables with units and descriptions, from a folder or an object store.

The names in `__all__` are public and keep their meaning until the next major version. Nothing is computed here.
"""

from tidebook.describe import Column, Description, describe
from tidebook.places import Release, find_release
from tidebook.read import read_table, read_tables, tables

__all__ = ["Column", "Description", "Release", "describe", "find_release", "read_table", "read_tables", "tables"]
