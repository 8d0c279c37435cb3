"""OpenLineage events to the place that TIDEBOOK_OPENLINEAGE names."""

import os

import dagster as dg

from tidebook.pipelines.read.settings import settings


@dg.definitions
def lineage() -> dg.Definitions:
    """Return the sensors that emit the events of each run, none without a place."""
    place = os.environ.get("TIDEBOOK_OPENLINEAGE")
    if not place:
        return dg.Definitions()
    from tidebook.pipelines.defs.lineage import lineage_defs

    return lineage_defs(place, settings())
