"""The Dagster project: what the modules and components of `defs/location` define, collected."""

import dagster as dg

from tidebook.pipelines.defs import location
from tidebook.pipelines.defs.internals import load_folder


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions of this code location, for the folders and settings that the environment names."""
    return load_folder(location)
